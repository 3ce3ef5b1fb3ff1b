//! What earlier runs say about a target: what changed since the last one, and how often each promise was judged over all nights.

use crate::report::words::minute;
use crate::requirement::RequirementId;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// How surely a rare breach would have shown, in percent.
const SURELY: u32 = 95;

/// How many ids of one kind are told.
const MOST_IDS: usize = 6;

/// What earlier runs say about a target, beside this one.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Nights {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub since: Option<Since>,
    /// How often each MUST that holds was judged, in this run and the ones before it. It begins anew with another subject and after a breach.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub judged: BTreeMap<RequirementId, Added>,
    /// The last nights at the target, the oldest first. The last one is this run.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub trend: Vec<Past>,
}

/// One of the last nights, in short.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Past {
    pub run: String,
    pub started_at: Timestamp,
    /// How long the whole run took.
    pub seconds: u64,
    pub outcome: String,
    /// How many requirements were tested.
    pub tested: usize,
    pub failing: BTreeSet<RequirementId>,
    pub flaky: BTreeSet<RequirementId>,
}

/// What changed since the last complete run at a target.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Since {
    pub run: String,
    pub started_at: Timestamp,
    pub newly_failing: Vec<RequirementId>,
    pub fixed: Vec<RequirementId>,
    /// They failed then, and now they are broken, accepted, dismissed or flaky.
    pub still_failing: Vec<RequirementId>,
    /// They failed then, and were not tested now.
    pub not_tested: Vec<RequirementId>,
}

/// Judgements of one requirement, added over several nights.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Added {
    pub nights: u32,
    pub answers: u64,
}

impl Nights {
    /// The requirements that failed or were flaky in one of the last nights.
    pub fn unsteady(&self) -> BTreeSet<&RequirementId> {
        self.trend.iter().flat_map(|night| night.failing.union(&night.flaky)).collect()
    }

    /// In how many of the last nights something was flaky, in a sentence. `None` if there was only one night.
    pub fn told_flaky(&self) -> Option<String> {
        let flaky = self.trend.iter().filter(|night| !night.flaky.is_empty()).count();
        (self.trend.len() > 1)
            .then(|| format!("something was flaky in {flaky} of {} nights", self.trend.len()))
    }
}

impl Since {
    /// What changed, in one sentence.
    pub fn told(&self) -> String {
        let kinds = [
            (&self.newly_failing, "newly failing"),
            (&self.fixed, "fixed"),
            (&self.still_failing, "still failing"),
            (&self.not_tested, "that failed and could not be tested"),
        ];
        let parts = kinds.into_iter().filter(|(ids, _)| !ids.is_empty()).map(|(ids, what)| {
            let shown: Vec<&str> = ids.iter().take(MOST_IDS).map(RequirementId::as_str).collect();
            let more = ids.len() - shown.len();
            let more = if more > 0 { format!(" and {more} more") } else { String::new() };
            format!("{} {what} ({}{more})", ids.len(), shown.join(", "))
        });
        let parts: Vec<String> = parts.collect();
        let changed =
            if parts.is_empty() { "nothing failed, then or now".to_owned() } else { parts.join("; ") };
        format!("since {}: {changed}", minute(self.started_at))
    }
}

impl Added {
    /// How much the nights say together. `None` if there was only one, or too few answers.
    pub fn told(self) -> Option<String> {
        let rare = self.rare().filter(|_| self.nights > 1)?;
        Some(format!(
            "judged {} times in {} nights; a breach in 1 of {} answers would have shown with {SURELY} %",
            grouped(self.answers),
            self.nights,
            grouped(rare)
        ))
    }

    /// A breach in one of so many answers would have shown. One digit counts, and it is never too high.
    fn rare(self) -> Option<u64> {
        // A breach in one of n answers stays hidden in m of them with (1 - 1/n)^m, which is below e^(-m/n). This is 5 % for m = 3 n.
        let most = self.answers.checked_mul(100)?.checked_div(300)?;
        let digits = most.checked_ilog10()?;
        let unit = 10_u64.checked_pow(digits)?;
        let rare = most / unit * unit;
        (rare > 1).then_some(rare)
    }
}

/// A number with a comma between its thousands.
fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ids(texts: &[&str]) -> Vec<RequirementId> {
        texts.iter().map(|text| text.parse().unwrap()).collect()
    }

    #[test]
    fn what_changed_is_told_with_its_ids() {
        let since = Since {
            run: "20261120T020000000Z-our-shop".into(),
            started_at: "2026-11-20T02:00:00Z".parse().unwrap(),
            newly_failing: ids(&["HPP-CREATE-009"]),
            fixed: ids(&["HPP-QR-001", "HPP-QR-002"]),
            still_failing: Vec::new(),
            not_tested: Vec::new(),
        };
        let told = "since 20 November 2026, 02:00 UTC: 1 newly failing (HPP-CREATE-009); 2 fixed (HPP-QR-001, HPP-QR-002)";
        assert_eq!(since.told(), told);
        let many: Vec<String> = (1..=8).map(|number| format!("HPP-READ-00{number}")).collect();
        let still_failing = many.iter().map(|id| id.parse().unwrap()).collect();
        let same = Since { newly_failing: Vec::new(), fixed: Vec::new(), still_failing, ..since.clone() };
        assert!(same.told().ends_with("8 still failing (HPP-READ-001, HPP-READ-002, HPP-READ-003, HPP-READ-004, HPP-READ-005, HPP-READ-006 and 2 more)"), "{}", same.told());
        let quiet = Since { still_failing: Vec::new(), ..same };
        assert!(quiet.told().ends_with(": nothing failed, then or now"));
    }

    #[test]
    fn nights_add_up_to_a_statement_that_is_never_too_sure() {
        let told = |nights, answers| Added { nights, answers }.told();
        let many = "judged 1,240 times in 30 nights; a breach in 1 of 400 answers would have shown with 95 %";
        assert_eq!(told(30, 1_240).as_deref(), Some(many));
        assert_eq!((told(1, 1_240), told(2, 5), told(2, 0)), (None, None, None));
        for answers in [6_u32, 7, 59, 100, 299, 1_240, 40_000, 1_234_567] {
            let rare = Added { nights: 2, answers: answers.into() }.rare().unwrap();
            let hidden =
                (1.0 - 1.0 / f64::from(u32::try_from(rare).unwrap())).powi(i32::try_from(answers).unwrap());
            assert!(hidden <= 0.05, "{answers}: {rare} {hidden}");
        }
        assert_eq!([grouped(7), grouped(1_000), grouped(12_345_678)], ["7", "1,000", "12,345,678"]);
    }
}
