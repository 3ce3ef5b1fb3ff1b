//! The other values that a decision of the contract could have, type by type.

use std::borrow::Cow;

use axum::http::StatusCode;
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

use crate::mock::contract::callback::Callback;
use crate::mock::contract::distribution::Letter;
use crate::mock::contract::expiry::later;
use crate::mock::contract::merchant_urls::Destination;
use crate::mock::contract::order::Fruit;
use crate::mock::contract::page::{Screen, Step};
use crate::mock::contract::payment_session::{Progress, Taking};
use crate::mock::contract::placeholder::Values;
use crate::mock::contract::status::{Ended, Event, Standing, Status};
use crate::mock::http::{ErrorCode, Problem};

/// A name, and what a value becomes.
pub type Other<T> = (&'static str, fn(T) -> T);

/// A decision that could have been another.
pub trait Weaken: Sized {
    /// What else a value could be.
    fn others() -> Vec<Other<Self>>;
}

/// The other value at this place of the table.
pub fn other<T: Weaken>(at: usize, value: T) -> T {
    match T::others().get(at) {
        Some((_, other)) => other(value),
        None => value,
    }
}

impl Weaken for bool {
    fn others() -> Vec<Other<Self>> {
        vec![("negated", |it| !it), ("always", |_| true), ("never", |_| false)]
    }
}

impl Weaken for String {
    fn others() -> Vec<Other<Self>> {
        vec![
            ("emptied", |_| String::new()),
            ("cut", |mut it| {
                it.pop();
                it
            }),
            ("longer", |it| it + "0"),
            ("capitals", |it| it.to_uppercase()),
            ("the-same", |_| "0".into()),
        ]
    }
}

impl Weaken for Timestamp {
    fn others() -> Vec<Other<Self>> {
        vec![
            ("hour-earlier", |it| later(it, SignedDuration::from_hours(-1))),
            ("minute-earlier", |it| later(it, SignedDuration::from_mins(-1))),
            ("minute-later", |it| later(it, SignedDuration::from_mins(1))),
            ("hour-later", |it| later(it, SignedDuration::from_hours(1))),
            ("never", |_| Self::MAX),
        ]
    }
}

impl Weaken for Taking {
    fn others() -> Vec<Other<Self>> {
        vec![
            ("use", |_| Self::Use),
            ("invent", |_| Self::Invent),
            ("bad-value", |_| Self::BadValue),
            ("not-found", |_| Self::NotFound),
        ]
    }
}

impl Weaken for Standing {
    fn others() -> Vec<Other<Self>> {
        vec![
            ("open", |_| Self::Open),
            ("completed", |_| Self::Ended(Status::Completed)),
            ("cancelled", |_| Self::Ended(Status::Cancelled)),
            ("disabled", |_| Self::Ended(Status::Disabled)),
            ("expired", |_| Self::Expired),
        ]
    }
}

impl Weaken for Result<Status, Ended> {
    fn others() -> Vec<Other<Self>> {
        vec![
            ("never-refused", |it| it.or_else(|Ended(status)| Ok(status))),
            ("always-refused", |it| it.and_then(|status| Err(Ended(status)))),
            ("waiting", |it| it.map(|_| Status::Waiting)),
            ("in-progress", |it| it.map(|_| Status::InProgress)),
            ("completed", |it| it.map(|_| Status::Completed)),
            ("failed", |it| it.map(|_| Status::Failed)),
            ("error", |it| it.map(|_| Status::Error)),
            ("back", |it| it.map(|_| Status::Back)),
            ("cancelled", |it| it.map(|_| Status::Cancelled)),
            ("disabled", |it| it.map(|_| Status::Disabled)),
        ]
    }
}

impl Weaken for (Status, Timestamp) {
    fn others() -> Vec<Other<Self>> {
        vec![
            ("waiting", |(_, at)| (Status::Waiting, at)),
            ("in-progress", |(_, at)| (Status::InProgress, at)),
            ("completed", |(_, at)| (Status::Completed, at)),
            ("failed", |(_, at)| (Status::Failed, at)),
            ("error", |(_, at)| (Status::Error, at)),
            ("back", |(_, at)| (Status::Back, at)),
            ("cancelled", |(_, at)| (Status::Cancelled, at)),
            ("disabled", |(_, at)| (Status::Disabled, at)),
            ("minute-earlier", |(status, at)| (status, later(at, SignedDuration::from_mins(-1)))),
            ("minute-later", |(status, at)| (status, later(at, SignedDuration::from_mins(1)))),
        ]
    }
}

impl Weaken for Option<Value> {
    fn others() -> Vec<Other<Self>> {
        vec![("skipped", |_| None), ("given", |_| Some(json!({}))), ("a-text", |_| Some(json!("")))]
    }
}

impl Weaken for Option<Progress> {
    fn others() -> Vec<Other<Self>> {
        vec![
            ("skipped", |_| None),
            ("open", |_| Some(Progress::Open)),
            ("completed", |_| Some(Progress::Completed { at: Timestamp::UNIX_EPOCH })),
            ("aborted", |_| Some(Progress::Aborted)),
        ]
    }
}

impl Weaken for Destination<'_> {
    fn others() -> Vec<Other<Self>> {
        vec![
            ("generic-success", |_| Self::Generic(Cow::Borrowed("success"))),
            ("generic-failure", |_| Self::Generic(Cow::Borrowed("failure"))),
            ("generic-error", |_| Self::Generic(Cow::Borrowed("error"))),
            ("generic-back", |_| Self::Generic(Cow::Borrowed("back"))),
            ("generic-cancel", |_| Self::Generic(Cow::Borrowed("cancel"))),
            ("cut", |it| match it {
                Self::Merchant(url) => Self::Merchant(url.get(..url.len().saturating_sub(1)).unwrap_or(url)),
                generic @ Self::Generic(_) => generic,
            }),
        ]
    }
}

impl Weaken for Step {
    fn others() -> Vec<Other<Self>> {
        vec![
            ("page", |_| Self::Page("")),
            ("cancel-page", |_| Self::Page("/cancel")),
            ("fall-back", |_| Self::FallBack),
            ("approved", |_| Self::Leave(Event::Approved)),
            ("declined", |_| Self::Leave(Event::Declined)),
            ("technical-error", |_| Self::Leave(Event::TechnicalError)),
            ("back", |_| Self::Leave(Event::Back)),
            ("cancel-confirmed", |_| Self::Leave(Event::CancelConfirmed)),
            ("stay", |_| Self::Stay),
            ("not-found", |_| Self::NotFound),
            ("no-such-button", |_| Self::NoSuchButton),
        ]
    }
}

impl Weaken for Screen<'_> {
    fn others() -> Vec<Other<Self>> {
        vec![
            ("no-title", |it| Self { title: None, ..it }),
            ("no-logo", |it| Self { logo: None, ..it }),
            ("no-background", |it| Self { backgrounds: Vec::new(), ..it }),
            ("no-amount", |it| Self { amount: String::new(), ..it }),
            ("no-bill", |it| Self { bill: None, ..it }),
            ("no-purchase-type", |it| Self { purchase_type: None, ..it }),
            ("no-categories", |it| Self { categories: Vec::new(), ..it }),
            ("fallen-back-negated", |it| Self { has_fallen_back: !it.has_fallen_back, ..it }),
            ("no-buttons", |it| Self { buttons: Vec::new(), ..it }),
            ("last-button-gone", |mut it| {
                it.buttons.pop();
                it
            }),
        ]
    }
}

impl Weaken for Option<&str> {
    fn others() -> Vec<Other<Self>> {
        vec![("skipped", |_| None), ("swedish", |_| Some("sv-SE")), ("unknown", |_| Some("xx-XX"))]
    }
}

impl Weaken for Values {
    fn others() -> Vec<Other<Self>> {
        vec![
            ("no-session-id", |it| Self { session_id: None, ..it }),
            ("no-token", |it| Self { authorization_token: None, ..it }),
            ("no-order-id", |it| Self { order_id: None, ..it }),
            ("session-id-as-order-id", |it| Self { order_id: it.session_id.clone(), ..it }),
            ("order-id-as-session-id", |it| Self { session_id: it.order_id.clone(), ..it }),
            ("session-id-as-token", |it| Self { authorization_token: it.session_id.clone(), ..it }),
        ]
    }
}

impl Weaken for Option<Callback<'_>> {
    fn others() -> Vec<Other<Self>> {
        vec![
            ("skipped", |_| None),
            ("holds-page-negated", |it| it.map(|it| Callback { holds_page: !it.holds_page, ..it })),
            ("without-query", |it| {
                it.map(|it| Callback { url: it.url.split('?').next().unwrap_or_default(), ..it })
            }),
        ]
    }
}

impl Weaken for Option<SignedDuration> {
    fn others() -> Vec<Other<Self>> {
        vec![
            ("skipped", |_| None),
            ("halved", |it| it.map(|it| it / 2)),
            ("doubled", |it| it.map(|it| it * 2)),
            ("given", |it| it.or(Some(SignedDuration::from_secs(5)))),
        ]
    }
}

impl Weaken for Result<Vec<Letter>, Problem> {
    fn others() -> Vec<Other<Self>> {
        vec![
            ("never-refused", |it| it.or_else(|_| Ok(Vec::new()))),
            ("always-refused", |it| it.and_then(|_| refused())),
            ("not-sent", |it| it.map(|_| Vec::new())),
            ("sent-twice", |it| it.map(|letters| [letters.clone(), letters].concat())),
            ("other-code", |it| it.map_err(|problem| Problem { error_code: ErrorCode::BadValue, ..problem })),
            ("not-named", |it| it.map_err(|problem| Problem { error_messages: Vec::new(), ..problem })),
        ]
    }
}

impl Weaken for Fruit {
    fn others() -> Vec<Other<Self>> {
        vec![
            ("authorized-negated", |it| Self { is_authorized: !it.is_authorized, ..it }),
            ("ordered-negated", |it| Self { is_ordered: !it.is_ordered, ..it }),
            ("captured-negated", |it| Self { is_captured: !it.is_captured, ..it }),
        ]
    }
}

impl Weaken for Result<(), Problem> {
    fn others() -> Vec<Other<Self>> {
        vec![
            ("never-refused", |_| Ok(())),
            ("always-refused", |it| it.and_then(|()| refused())),
            ("other-code", |it| it.map_err(|problem| Problem { error_code: ErrorCode::BadValue, ..problem })),
            ("other-status", |it| {
                it.map_err(|problem| Problem { status: StatusCode::BAD_REQUEST, ..problem })
            }),
        ]
    }
}

fn refused<T>() -> Result<T, Problem> {
    Err(Problem::bad_request("no reason"))
}

#[cfg(test)]
mod tests {
    use std::fmt::Debug;

    use super::*;

    /// What every other value of a value is, by name.
    fn others<T: Weaken + Clone + Debug>(value: &T) -> Vec<(&'static str, T)> {
        T::others().into_iter().map(|(name, other)| (name, other(value.clone()))).collect()
    }

    #[test]
    fn a_decision_becomes_each_of_its_other_values() {
        assert_eq!(others(&true), [("negated", false), ("always", true), ("never", false)]);
        let next = others(&Some(SignedDuration::from_secs(4)));
        let seconds: Vec<_> = next.into_iter().map(|(_, it)| it.map(|it| it.as_secs())).collect();
        assert_eq!(seconds, [None, Some(2), Some(8), Some(4)]);
        let text: Vec<_> = others(&"ab".to_owned()).into_iter().map(|(_, it)| it).collect();
        assert_eq!(text, ["", "a", "ab0", "AB", "0"]);
    }

    #[test]
    fn a_refusal_can_be_left_out_and_made_without_a_cause() {
        let refused: Result<Status, Ended> = Err(Ended(Status::Disabled));
        assert_eq!(other(0, refused), Ok(Status::Disabled));
        assert_eq!(other(1, Ok::<_, Ended>(Status::Back)), Err(Ended(Status::Back)));
        assert_eq!(other(usize::MAX, refused), refused);
    }
}
