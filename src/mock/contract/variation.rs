//! Legal variations: a seed chooses each behaviour that the contract leaves open, so that tests do not rely on the
//! choice of this mock.
//!
//! They break no promise and no recommendation of a source.

use std::time::Duration;

use axum::http::StatusCode;
use jiff::SignedDuration;
use serde_json::Value;

use crate::mock::contract::variation::dice::Dice;
use crate::mock::contract::variation::fields::{Fields, MEDIA_TYPES};
use crate::mock::contract::variation::form::{LONG_TEXT, ODD_MEMBERS, TimeForm, reorder, say_null};
use crate::mock::contract::variation::navigation::in_capitals;
use crate::mock::ground::Dialect;
use crate::mock::ground::id::{IdShape, mix};
use crate::mock::ground::paths::{OPAQUE_PATHS, PLAIN_PATHS, Paths, WORDY_PATHS};
use crate::mock::http::{
    Asked, Call, Chunks, Coding, Content, Escapes, Numbers, Operation, Reply, Space, Writing,
};
use crate::mock::words::{Wording, Words};
use crate::serve::FieldNames;

mod dice;
mod fields;
mod form;
mod navigation;

pub use crate::mock::contract::variation::navigation::{Navigation, Place};

/// The longest that a slow answer takes: half the shortest time in which the mock must show a status.
const SLOW: Duration = Duration::from_secs(1);

/// How pages are built around their main element.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Markup {
    Plain,
    /// With a header and a footer, all nested deeper.
    Framed,
    /// Each button has its label in nested elements, and there is a hidden field.
    Ornate,
}

/// The choices that decisions use.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(clippy::struct_excessive_bools, reason = "each choice stands alone")]
pub struct Choices {
    /// Whether a callback is repeated after an answer other than 2xx.
    pub refusal_retried: bool,
    /// The pause after a failed call.
    pub retry_after: SignedDuration,
    /// Whether disabling causes a callback.
    pub disabling_told: bool,
    /// Whether disabling twice is accepted.
    pub disabled_again_accepted: bool,
    /// Whether values of an enumeration may be in lower case.
    pub lower_case_accepted: bool,
    /// Whether a call that was answered is made once more at once. Its `event_id` is there for this.
    pub answered_call_repeated: bool,
    /// How long the API still shows the status before, while a session goes on.
    pub lag: SignedDuration,
}

impl Choices {
    /// The choices without a seed. Callbacks are repeated, so that a merchant loses none.
    pub const PLAIN: Self = Self {
        refusal_retried: true,
        retry_after: SignedDuration::from_secs(5),
        disabling_told: false,
        disabled_again_accepted: true,
        lower_case_accepted: true,
        answered_call_repeated: false,
        lag: SignedDuration::ZERO,
    };
}

/// One choice for each behaviour that is open.
#[derive(Debug, Clone)]
#[expect(clippy::struct_excessive_bools, reason = "each choice stands alone")]
pub struct Variation {
    /// Seed of the order of members. `None` keeps their order.
    pub member_order: Option<u64>,
    pub has_further_members: bool,
    /// Answers are quicker than this, and most are much quicker.
    pub slowest: Duration,
    /// Whether one of ten answers is slow.
    pub one_of_ten_is_slow: bool,
    pub field_names: FieldNames,
    pub reason: Option<&'static str>,
    pub fields: Fields,
    pub id_shape: IdShape,
    pub paths: &'static Paths,
    /// The end of a public link, after its path.
    pub link_query: &'static str,
    pub distributed: StatusCode,
    /// The status of the page of a disabled or expired session.
    pub dead_link: StatusCode,
    pub navigation: Navigation,
    /// How redirects name places on the host of the pages.
    pub place: Place,
    pub markup: Markup,
    pub wording: Wording,
    pub choices: Choices,
    /// Whether the first call about an opened page waits, so that the next one may come before it.
    pub first_call_waits: bool,
    pub coding: Option<Coding>,
    pub chunks: Chunks,
    pub writing: Writing,
    /// Whether a member that is not known yet is `null`.
    pub unknown_is_null: bool,
    pub times: TimeForm,
    /// The offset of the times of payment sessions and orders, in hours.
    pub payment_offset: i8,
    /// How a public link first leads to itself. `None` answers at once.
    pub detour: Option<u16>,
    /// The host of pages, as links write it.
    pub page_host: &'static str,
    /// Whether links have their scheme and host in capitals.
    pub links_in_capitals: bool,
}

impl Variation {
    /// The choices without a seed.
    pub fn plain() -> Self {
        Self {
            member_order: None,
            has_further_members: false,
            slowest: Duration::ZERO,
            one_of_ten_is_slow: false,
            field_names: FieldNames::Title,
            reason: None,
            fields: Fields::default(),
            id_shape: IdShape::Uuid,
            paths: &PLAIN_PATHS,
            link_query: "",
            distributed: StatusCode::CREATED,
            dead_link: StatusCode::GONE,
            navigation: Navigation::SeeOther,
            place: Place::Absolute,
            markup: Markup::Plain,
            wording: Wording::PLAIN,
            choices: Choices::PLAIN,
            first_call_waits: false,
            coding: None,
            chunks: Chunks::Whole,
            writing: Writing::default(),
            unknown_is_null: false,
            times: TimeForm { digits: 3, offset: "Z" },
            payment_offset: 0,
            detour: None,
            page_host: "localhost",
            links_in_capitals: false,
        }
    }

    /// The choices of this seed.
    pub fn seeded(seed: u64) -> Self {
        let mut dice = Dice::new(seed);
        Self {
            member_order: dice.coin().then(|| dice.roll()),
            has_further_members: dice.coin(),
            slowest: *dice.pick(&[Duration::ZERO, Duration::from_millis(20), Duration::from_millis(200)]),
            one_of_ten_is_slow: dice.one_of(4),
            field_names: *dice.pick(&FieldNames::ALL),
            reason: *dice.pick(&[None, Some("As You Wish"), Some("")]),
            fields: Fields {
                of_server: dice.coin(),
                of_network: dice.coin(),
                repeated: dice.coin(),
                spaced: dice.coin(),
                kept: dice.coin(),
                one_closes_of: *dice.pick(&[None, Some(1), Some(5)]),
                media_type: dice.coin().then(|| *dice.pick(&MEDIA_TYPES)),
            },
            id_shape: *dice.pick(&IdShape::ALL),
            paths: *dice.pick(&[&PLAIN_PATHS, &WORDY_PATHS, &OPAQUE_PATHS]),
            link_query: *dice.pick(&["", "?src=link", "?v=2&lang=auto"]),
            distributed: *dice.pick(&[StatusCode::CREATED, StatusCode::NO_CONTENT]),
            dead_link: *dice.pick(&[StatusCode::GONE, StatusCode::NOT_FOUND]),
            navigation: *dice.pick(&[
                Navigation::SeeOther,
                Navigation::Found,
                Navigation::Moved,
                Navigation::Script,
                Navigation::LateScript,
                Navigation::Refresh,
            ]),
            place: *dice.pick(&[Place::Absolute, Place::WithoutScheme, Place::PathOnly, Place::Relative]),
            markup: *dice.pick(&[Markup::Plain, Markup::Framed, Markup::Ornate]),
            wording: Wording { other: dice.pick::<&str>(&["en", "de", "sv"]), is_hyphenated: dice.coin() },
            choices: Choices {
                refusal_retried: dice.coin(),
                retry_after: SignedDuration::from_secs(*dice.pick(&[4, 5, 7, 10])),
                disabling_told: dice.coin(),
                disabled_again_accepted: dice.coin(),
                lower_case_accepted: dice.coin(),
                answered_call_repeated: dice.coin(),
                lag: SignedDuration::from_millis(*dice.pick(&[0, 100, 400])),
            },
            first_call_waits: dice.coin(),
            coding: *dice.pick(&[
                None,
                Some(Coding::Gzip),
                Some(Coding::Deflate),
                Some(Coding::Brotli),
                Some(Coding::Zstd),
            ]),
            chunks: *dice.pick(&[Chunks::Whole, Chunks::One, Chunks::Bytes, Chunks::Inside]),
            writing: Writing {
                space: *dice.pick(&[Space::None, Space::Pretty, Space::Wide]),
                escapes: *dice.pick(&[Escapes::Needed, Escapes::Slashes, Escapes::NotAscii, Escapes::All]),
                numbers: *dice.pick(&[Numbers::Plain, Numbers::Point, Numbers::Exponent]),
                odd_members: dice.coin().then(|| ODD_MEMBERS.as_str()),
            },
            unknown_is_null: dice.coin(),
            times: TimeForm {
                digits: *dice.pick(&[0, 1, 3, 6, 9, 12]),
                offset: dice.pick::<&str>(&["Z", "+00:00", "-00:00"]),
            },
            payment_offset: *dice.pick(&[0, 2, -5]),
            detour: *dice.pick(&[None, Some(301), Some(302), Some(303), Some(307), Some(308)]),
            page_host: *dice.pick(&["localhost", "LocalHost"]),
            links_in_capitals: dice.coin(),
        }
    }

    /// How long an answer takes. `draw` differs from answer to answer. The control interface answers at once.
    pub fn delay(&self, operation: Operation, draw: u64) -> Duration {
        if matches!(operation, Operation::Control | Operation::Inspect) {
            return Duration::ZERO;
        }
        let draw = mix(draw);
        let is_slow = self.one_of_ten_is_slow && (draw >> 32).is_multiple_of(10);
        let most = u32::try_from(if is_slow { SLOW } else { self.slowest }.as_millis()).unwrap_or(0);
        // Most answers are quick, like those of a real server.
        let part = u32::try_from(draw % 1000).unwrap_or(0);
        Duration::from_micros(u64::from(most) * u64::from(part * part) / 1000)
    }

    /// The redirect of a public link at this origin to itself, unless the call has followed it.
    pub fn detour(&self, call: &Call<'_>, origin: &str) -> Option<Reply> {
        let status = self.detour.filter(|_| !call.query.ends_with("turn=1"))?;
        let status = StatusCode::from_u16(status).ok()?;
        let before = if call.query.is_empty() { String::new() } else { format!("{}&", call.query) };
        let here = format!("{origin}{}", call.path);
        let place = self.place.named(&format!("{here}?{before}turn=1"), &here);
        Some(Reply { status, ..Reply::see_other(&place) })
    }

    /// A link of the mock, as answers write it.
    pub fn link(&self, url: String) -> String {
        if self.links_in_capitals { in_capitals(&url) } else { url }
    }

    /// The words for a locale.
    pub fn words(&self, locale: Option<&str>) -> &'static Words {
        self.wording.of(locale)
    }

    /// Gives an answer the chosen form. `draw` differs from answer to answer.
    pub fn shape(&self, reply: &mut Reply, asked: &Asked<'_>, dialect: Dialect, draw: u64) {
        if matches!(reply.operation, Operation::Control | Operation::Inspect) {
            return;
        }
        let operation = reply.operation;
        if let Content::Json(body) = &mut reply.content {
            if self.unknown_is_null && reply.status.is_success() {
                say_null(body, operation, dialect);
            }
            if self.has_further_members
                && let Value::Object(members) = body
            {
                members.insert("service_version".to_owned(), "2.118.0".into());
                members.insert("x_trace".to_owned(), serde_json::json!({ "node": 7, "tags": [null, "eu"] }));
                members.insert("x_text".to_owned(), LONG_TEXT.as_str().into());
            }
            let of_hosted =
                matches!(operation, Operation::CreateSession | Operation::ReadSession | Operation::Callback);
            let offset = if of_hosted { 0 } else { self.payment_offset };
            if offset != 0 || self.times != Self::plain().times {
                self.times.write_in(body, offset);
            }
            if let Some(order) = self.member_order {
                reorder(body, order);
            }
        }
        if operation == Operation::Move && reply.status == StatusCode::SEE_OTHER {
            self.navigation.lead(reply);
        }
        reply.writing = self.writing;
        reply.chunks = self.chunks;
        reply.coding = self.coding.filter(|coding| coding.is_taken(asked.accepts));
        self.fields.write_in(reply, draw);
    }
}

#[cfg(test)]
mod tests;
