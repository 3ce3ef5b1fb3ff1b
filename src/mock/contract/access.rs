//! Access: the credentials of HTTP Basic, and which merchant may use a session.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::mock::contract::distribution::Method;
use crate::mock::contract::status::{Purpose, Status};
use crate::mock::http::{Operation, Presented};

/// What a request wants to access.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Door {
    /// An operation of the merchant's API.
    Api(Operation),
    /// A page for the consumer.
    Page(Operation),
    /// The control interface.
    Control,
}

/// The credentials of a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Credentials {
    pub scheme: String,
    pub username: String,
    pub password: String,
}

impl Credentials {
    /// Parses an `Authorization` field. `None` if it has no user name and password.
    pub fn read(field: &[u8]) -> Option<Self> {
        let (scheme, token) = str::from_utf8(field).ok()?.split_once(' ')?;
        let decoded = String::from_utf8(STANDARD.decode(token.trim()).ok()?).ok()?;
        let (username, password) = decoded.split_once(':')?;
        Some(Self { scheme: scheme.into(), username: username.into(), password: password.into() })
    }
}

/// A request for access.
#[derive(Debug, Clone, Copy)]
pub struct Knock<'a> {
    pub door: Door,
    /// Whether there is an `Authorization` field at all.
    pub has_field: bool,
    pub given: Option<&'a Credentials>,
    /// User name and password of the merchant of the request.
    pub username: &'a str,
    pub password: &'a str,
    /// Whether the password is that of another merchant.
    pub is_password_of_another: bool,
}

impl Knock<'_> {
    /// Whether the credentials are those of the merchant.
    pub fn is_right(&self) -> bool {
        self.presented() == Presented::Right
    }

    /// What the request presents.
    pub fn presented(&self) -> Presented {
        match self.given {
            None if self.has_field => Presented::Wrong,
            None => Presented::Nothing,
            Some(given) if !given.scheme.eq_ignore_ascii_case("basic") => Presented::OtherScheme,
            Some(given) if given.username == self.username && given.password == self.password => {
                Presented::Right
            }
            Some(_) => Presented::Wrong,
        }
    }
}

/// Only the merchant's API asks for credentials.
pub fn admits(knock: &Knock<'_>) -> bool {
    !matches!(knock.door, Door::Api(_)) || knock.is_right()
}

/// The merchant who asks for a session, and the merchant who made it, by their ids.
#[derive(Debug, Clone, Copy)]
pub struct Claim<'a> {
    pub owner: &'a str,
    pub asker: &'a str,
    pub purpose: Purpose,
    /// The status of the session.
    pub status: Status,
    /// Whether its link was sent before.
    pub was_sent: bool,
    /// How its link is to be sent now. `None` for another purpose.
    pub method: Option<Method>,
}

/// A session belongs to the merchant who made it.
pub fn may_use(claim: &Claim<'_>) -> bool {
    claim.owner == claim.asker
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_right_basic_credentials_open_the_api() {
        let knock = |field: &[u8]| {
            let given = Credentials::read(field);
            let given = given.as_ref();
            admits(&Knock {
                door: Door::Api(Operation::ReadSession),
                has_field: true,
                given,
                username: "user",
                password: "pass:word",
                is_password_of_another: false,
            })
        };
        let field = |scheme: &str, credentials: &str| format!("{scheme} {}", STANDARD.encode(credentials));
        assert!(knock(field("Basic", "user:pass:word").as_bytes()));
        for (scheme, credentials) in [
            ("Basic", "user:password"),
            ("Basic", "user"),
            ("Basic", "other:pass:word"),
            ("Bearer", "user:pass:word"),
        ] {
            assert!(!knock(field(scheme, credentials).as_bytes()), "{scheme} {credentials}");
        }
        for field in [&b"Bearer x"[..], b"Basic", b"Basic !!", b"\xff"] {
            assert!(!knock(field));
        }
    }
}
