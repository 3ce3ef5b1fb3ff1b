//! The error codes of refusals.

/// Declares the codes with their spelling.
macro_rules! error_codes {
    ($($variant:ident = $name:literal,)*) => {
        /// What kind of refusal it is.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub enum ErrorCode {
            $(#[doc = concat!("`", $name, "`.")] $variant,)*
        }

        impl ErrorCode {
            /// Every code that the mock can answer.
            #[cfg(test)]
            const ALL: &[Self] = &[$(Self::$variant,)*];

            /// The code as the API spells it.
            pub fn name(self) -> &'static str {
                match self {
                    $(Self::$variant => $name,)*
                }
            }
        }
    };
}

error_codes! {
    BadRequest = "BAD_REQUEST",
    BadValue = "BAD_VALUE",
    MissingContactData = "MISSING_CONTACT_DATA",
    ConstraintViolation = "CONSTRAINT_VIOLATION",
    UnsupportedCountry = "UNSUPPORTED_COUNTRY",
    Unknown = "UNKNOWN",
    Unauthorized = "UNAUTHORIZED",
    Forbidden = "FORBIDDEN",
    InvalidOperation = "INVALID_OPERATION",
    ReadOnlyOrder = "READ_ONLY_ORDER",
    NotAllowed = "NOT_ALLOWED",
    CaptureNotAllowed = "CAPTURE_NOT_ALLOWED",
    RefundNotAllowed = "REFUND_NOT_ALLOWED",
    CancelNotAllowed = "CANCEL_NOT_ALLOWED",
    UpdateAuthorizationNotAllowed = "UPDATE_AUTHORIZATION_NOT_ALLOWED",
    NotFound = "NOT_FOUND",
    SessionCompleted = "SESSION_COMPLETED",
    NoSuchOrder = "NO_SUCH_ORDER",
    NoSuchCapture = "NO_SUCH_CAPTURE",
    MethodNotAllowed = "METHOD_NOT_ALLOWED",
    RequestTimeout = "REQUEST_TIMEOUT",
    PayloadTooLarge = "PAYLOAD_TOO_LARGE",
    TooManyWatchers = "TOO_MANY_WATCHERS",
    ServiceUnavailable = "SERVICE_UNAVAILABLE",
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn the_manual_lists_every_code() {
        let manual = include_str!("../../../MOCK.md");
        let rows = manual.lines().skip_while(|line| !line.starts_with("| `error_code` |")).skip(2);
        let listed: Vec<&str> = rows
            .map_while(|row| row.strip_prefix("| `"))
            .filter_map(|row| row.split_once('`').map(|(code, _)| code))
            .collect();
        let known: BTreeSet<&str> = ErrorCode::ALL.iter().map(|code| code.name()).collect();
        assert_eq!(listed.iter().copied().collect::<BTreeSet<_>>(), known);
        assert_eq!(listed.len(), known.len(), "a code is listed twice");
    }
}
