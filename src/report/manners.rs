//! The manners of a run: whether it kept to the limits of a target, and what it left there.

use crate::report::words::counted;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// How a run treated a target: its limits, and what it left there.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Manners {
    /// How often the target refused a request with 429, although it was not sent to be refused.
    pub limited: u32,
    /// What to write into the profile, so that this does not happen again.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub advice: Option<String>,
    /// Sessions, orders and authorizations of the run that have ended: by themselves, or because the run ended them.
    pub ended: u32,
    /// Those that may still be open.
    pub left_over: u32,
    /// Why the run could not even try to end them. Then all of them are left over.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub not_tried: Option<String>,
    /// The sessions of this run and of earlier ones that were left open on purpose. The first to end comes first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub waiting: Vec<LeftOpen>,
}

/// A session that a run left open on purpose, because a later run is to judge how it ends.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LeftOpen {
    pub run: String,
    /// By the clock of the target.
    pub made_at: Timestamp,
    pub expires_at: Timestamp,
}

impl Manners {
    /// Whether there is nothing to tell.
    pub fn is_blank(&self) -> bool {
        *self == Self::default()
    }

    /// The manners of two runs at one target.
    #[must_use]
    pub fn and(self, other: &Self) -> Self {
        let mut waiting = [self.waiting, other.waiting.clone()].concat();
        waiting.sort_by_key(|session| (session.expires_at, session.made_at));
        // Shards that share a ledger tell the same sessions.
        waiting.dedup();
        Self {
            waiting,
            limited: self.limited.saturating_add(other.limited),
            advice: self.advice.or_else(|| other.advice.clone()),
            ended: self.ended.saturating_add(other.ended),
            left_over: self.left_over.saturating_add(other.left_over),
            not_tried: self.not_tried.or_else(|| other.not_tried.clone()),
        }
    }

    /// What the reader must know about it.
    pub fn notes(&self, target: &str) -> Vec<String> {
        let Self { limited, advice, ended, left_over, not_tried, .. } = self;
        let mut notes = Vec::new();
        if *limited > 0 {
            let advice = advice.as_deref().unwrap_or_default();
            let times = counted(*limited as usize, "time");
            notes.push(format!("{target}: the rate limit was met {times}; {advice}"));
        }
        if *left_over > 0 {
            let all = ended + left_over;
            let why = not_tried.as_ref().map(|why| format!(": none was taken back, because {why}"));
            notes.push(format!(
                "{target}: of {all} sessions, orders and authorizations of this run, {left_over} may still be open{}",
                why.unwrap_or_default()
            ));
        }
        notes
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_manners_of_two_runs_are_added() {
        let advice = Some("write it".to_owned());
        let one = Manners { limited: 1, ended: 40, left_over: 2, ..Manners::default() };
        let other = Manners { limited: 2, advice: advice.clone(), ended: 2, ..Manners::default() };
        let both = Manners { limited: 3, advice, ended: 42, left_over: 2, ..Manners::default() };
        assert_eq!(one.and(&other), both);
    }

    #[test]
    fn the_sessions_that_wait_are_told_once() {
        let session = |run: &str, expires_at: &str| LeftOpen {
            run: run.into(),
            made_at: "2026-11-26T02:00:00Z".parse().unwrap(),
            expires_at: expires_at.parse().unwrap(),
        };
        let of = |waiting| Manners { waiting, ..Manners::default() };
        let (first, second) = (session("a", "2026-11-28T01:00:00Z"), session("b", "2026-11-28T02:00:00Z"));
        let both = of(vec![second.clone(), first.clone()]).and(&of(vec![first.clone()]));
        assert_eq!(both, of(vec![first, second]));
    }

    #[test]
    fn a_run_that_met_no_limit_and_left_nothing_behind_has_nothing_to_tell() {
        assert!(Manners::default().is_blank());
        assert_eq!(Manners { ended: 40, ..Manners::default() }.notes("shop"), [""; 0]);
        let advice = "the target allows 5 a second: write `creates_per_second = 4.0` into the profile";
        let manners = Manners {
            limited: 3,
            advice: Some(advice.into()),
            ended: 40,
            left_over: 2,
            ..Manners::default()
        };
        assert_eq!(
            manners.notes("shop"),
            [
                format!("shop: the rate limit was met 3 times; {advice}"),
                "shop: of 42 sessions, orders and authorizations of this run, 2 may still be open".into(),
            ]
        );
    }

    #[test]
    fn what_nobody_tried_to_take_back_is_told_with_its_number_and_the_reason() {
        let why = Some("cannot read the `extra_ca` ca.pem".to_owned());
        let manners = Manners { left_over: 3, not_tried: why, ..Manners::default() };
        assert_eq!(
            manners.notes("shop"),
            [
                "shop: of 3 sessions, orders and authorizations of this run, 3 may still be open: none was taken back, because cannot \
                 read the `extra_ca` ca.pem"
            ]
        );
    }
}
