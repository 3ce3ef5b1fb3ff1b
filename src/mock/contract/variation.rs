//! Legal variations: a seed chooses each behaviour that the contract leaves open, so that tests do not rely on the
//! choice of this mock.
//!
//! They break no promise and no recommendation of a source.

use std::time::Duration;

use axum::http::{HeaderName, HeaderValue, StatusCode, header};
use jiff::SignedDuration;
use serde_json::Value;

use crate::mock::contract::variation::form::{ODD_MEMBERS, TimeForm, reorder};
use crate::mock::ground::id::{IdShape, mix};
use crate::mock::ground::paths::{OPAQUE_PATHS, PLAIN_PATHS, Paths, WORDY_PATHS};
use crate::mock::http::{Call, Coding, Content, Operation, Reply};

mod form;

pub use crate::mock::contract::variation::form::Navigation;

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
}

impl Choices {
    /// The choices without a seed. Callbacks are repeated, so that a merchant loses none.
    pub const PLAIN: Self = Self {
        refusal_retried: true,
        retry_after: SignedDuration::from_secs(5),
        disabling_told: false,
        disabled_again_accepted: true,
        lower_case_accepted: true,
    };
}

/// One choice for each behaviour that is open.
#[derive(Debug, Clone)]
#[expect(clippy::struct_excessive_bools, reason = "each choice stands alone")]
pub struct Variation {
    /// Seed of the order of members. `None` keeps their order.
    member_order: Option<u64>,
    has_further_members: bool,
    has_further_fields: bool,
    media_type_names_charset: bool,
    slowest: Duration,
    pub lower_case_fields: bool,
    pub id_shape: IdShape,
    pub paths: &'static Paths,
    /// The end of a public link, after its path.
    pub link_query: &'static str,
    pub distributed: StatusCode,
    /// The status of the page of a disabled or expired session.
    pub dead_link: StatusCode,
    pub navigation: Navigation,
    pub markup: Markup,
    pub choices: Choices,
    coding: Option<Coding>,
    has_odd_members: bool,
    times: TimeForm,
    /// How a public link first leads to itself. `None` answers at once.
    detour: Option<u16>,
    /// The host of pages, as links write it.
    pub page_host: &'static str,
}

impl Variation {
    /// The choices without a seed.
    pub fn plain() -> Self {
        Self {
            member_order: None,
            has_further_members: false,
            has_further_fields: false,
            media_type_names_charset: false,
            slowest: Duration::ZERO,
            lower_case_fields: false,
            id_shape: IdShape::Uuid,
            paths: &PLAIN_PATHS,
            link_query: "",
            distributed: StatusCode::CREATED,
            dead_link: StatusCode::GONE,
            navigation: Navigation::SeeOther,
            markup: Markup::Plain,
            choices: Choices::PLAIN,
            coding: None,
            has_odd_members: false,
            times: TimeForm { digits: 3, offset: "Z" },
            detour: None,
            page_host: "localhost",
        }
    }

    /// The choices of this seed.
    pub fn seeded(seed: u64) -> Self {
        let mut dice = Dice { state: mix(seed ^ 0x6c65_6761_6c21) };
        Self {
            member_order: dice.coin().then(|| dice.roll()),
            has_further_members: dice.coin(),
            has_further_fields: dice.coin(),
            media_type_names_charset: dice.coin(),
            slowest: *dice.pick(&[Duration::ZERO, Duration::from_millis(20), Duration::from_millis(200)]),
            lower_case_fields: dice.coin(),
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
            ]),
            markup: *dice.pick(&[Markup::Plain, Markup::Framed, Markup::Ornate]),
            choices: Choices {
                refusal_retried: dice.coin(),
                retry_after: SignedDuration::from_secs(*dice.pick(&[4, 5, 7, 10])),
                disabling_told: dice.coin(),
                disabled_again_accepted: dice.coin(),
                lower_case_accepted: dice.coin(),
            },
            coding: *dice.pick(&[
                None,
                Some(Coding::Gzip),
                Some(Coding::Deflate),
                Some(Coding::Brotli),
                Some(Coding::Zstd),
            ]),
            has_odd_members: dice.coin(),
            times: TimeForm {
                digits: *dice.pick(&[0, 1, 3, 6, 9, 12]),
                offset: dice.pick::<&str>(&["Z", "+00:00", "-00:00"]),
            },
            detour: *dice.pick(&[None, Some(301), Some(302), Some(303), Some(307), Some(308)]),
            page_host: *dice.pick(&["localhost", "LocalHost"]),
        }
    }

    /// How long answer number `draw` takes. The control interface answers at once.
    pub fn delay(&self, operation: Operation, draw: u64) -> Duration {
        if self.slowest.is_zero() || operation == Operation::Control {
            return Duration::ZERO;
        }
        let most = u64::try_from(self.slowest.as_millis()).unwrap_or(0);
        // Most answers are quick, like those of a real server.
        let part = mix(draw) % 1000;
        Duration::from_millis(most * part * part / 1_000_000)
    }

    /// The redirect of a public link to itself, unless the call has followed it.
    pub fn detour(&self, call: &Call<'_>) -> Option<Reply> {
        let status = self.detour.filter(|_| !call.query.ends_with("turn=1"))?;
        let status = StatusCode::from_u16(status).ok()?;
        let before = if call.query.is_empty() { String::new() } else { format!("{}&", call.query) };
        Some(Reply { status, ..Reply::see_other(&format!("{}?{before}turn=1", call.path)) })
    }

    /// Gives an answer the chosen form.
    pub fn shape(&self, reply: &mut Reply) {
        if matches!(reply.operation, Operation::Control | Operation::Inspect) {
            return;
        }
        if let Content::Json(body) = &mut reply.content {
            if self.has_further_members
                && let Value::Object(members) = body
            {
                members.insert("service_version".to_owned(), "2.118.0".into());
                members.insert("x_trace".to_owned(), serde_json::json!({ "node": 7, "tags": [null, "eu"] }));
            }
            if self.times != Self::plain().times {
                self.times.write_in(body);
            }
            reply.coding = self.coding;
            reply.odd_members = self.has_odd_members.then(|| ODD_MEMBERS.as_str());
            if let Some(order) = self.member_order {
                reorder(body, order);
            }
            if self.media_type_names_charset {
                let media_type = HeaderValue::from_static("application/json;charset=utf-8");
                reply.headers.insert(header::CONTENT_TYPE, media_type);
            }
        }
        if self.has_further_fields {
            reply.headers.insert(header::SERVER, HeaderValue::from_static("envoy"));
            reply.headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
            reply.headers.insert(HeaderName::from_static("render-time"), HeaderValue::from_static("0.004"));
        }
        if reply.operation == Operation::Move && reply.status == StatusCode::SEE_OTHER {
            self.navigation.lead(reply);
        }
    }
}

/// Draws choices from a seed.
struct Dice {
    state: u64,
}

impl Dice {
    fn roll(&mut self) -> u64 {
        self.state = self.state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        mix(self.state)
    }

    fn coin(&mut self) -> bool {
        self.roll().is_multiple_of(2)
    }

    fn pick<'c, T>(&mut self, choices: &'c [T]) -> &'c T {
        let count = u64::try_from(choices.len()).unwrap_or(1);
        &choices[usize::try_from(self.roll() % count).unwrap_or(0)]
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;
    use std::collections::BTreeSet;

    #[test]
    fn a_seed_makes_the_same_choices_and_twenty_seeds_make_them_all() {
        let tell = |seed| format!("{:?}", Variation::seeded(seed).navigation);
        assert_eq!(format!("{:?}", Variation::seeded(3)), format!("{:?}", Variation::seeded(3)));
        assert_eq!((0..20).map(tell).collect::<BTreeSet<_>>().len(), 4);
        let shapes: BTreeSet<_> =
            (0..40).map(|seed| format!("{:?}", Variation::seeded(seed).id_shape)).collect();
        assert_eq!(shapes.len(), IdShape::ALL.len());
    }

    #[tokio::test]
    async fn an_answer_is_packed_and_has_odd_members() {
        let mut reply = Reply::json(StatusCode::OK, json!({ "status": "WAITING" }));
        let odd = Variation { coding: Some(Coding::Brotli), has_odd_members: true, ..Variation::plain() };
        odd.shape(&mut reply);
        let response = reply.into_response();
        assert_eq!(response.headers()[header::CONTENT_ENCODING], "br");
        let sent = axum::body::to_bytes(response.into_body(), 10_000).await.unwrap();
        let expected = format!("{{\"status\":\"WAITING\",{}}}", *ODD_MEMBERS);
        assert_eq!(&sent[3..sent.len() - 1], expected.as_bytes(), "a block that is not compressed");
    }

    #[test]
    fn no_answer_takes_longer_than_200_ms_and_control_none() {
        for seed in 0..20 {
            let variation = Variation::seeded(seed);
            for draw in 0..100 {
                assert!(variation.delay(Operation::ReadSession, draw) <= Duration::from_millis(200));
                assert_eq!(variation.delay(Operation::Control, draw), Duration::ZERO);
            }
        }
    }
}
