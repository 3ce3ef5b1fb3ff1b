//! The standing of a requirement, made from verdict, level, confidence and waiver.

use crate::requirement::{Confidence, Level};
use crate::verdict::{Doubt, SkipCause, Verdict};
use serde::{Deserialize, Serialize};
use std::fmt;

/// The word a report prints for a requirement, worst first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Standing {
    Fail,
    Harness,
    Warn,
    Unconfirmed,
    Flaky,
    Blocked,
    Infra,
    Unseen,
    NotRun,
    Stale,
    Waived,
    Noted,
    Pass,
    Na,
}

/// Every standing, worst first, with its printed word and its meaning.
const WORDS: [(Standing, &str, &str); 14] = [
    (
        Standing::Fail,
        "FAIL",
        "The vendor's documentation promises this (MUST), or the profile confirms it; the server broke it.",
    ),
    (Standing::Harness, "HARNESS", "The harness itself failed here, so this part of the result is void."),
    (
        Standing::Warn,
        "WARN",
        "The vendor's documentation recommends this (SHOULD); the server does otherwise.",
    ),
    (
        Standing::Unconfirmed,
        "UNCONFIRMED",
        "Looks wrong, but the documents do not say so clearly: ask the vendor, then decide in the profile.",
    ),
    (Standing::Flaky, "FLAKY", "Failed, then passed on another try: look before signing."),
    (Standing::Blocked, "BLOCKED", "Not tested, because something that it needs failed first."),
    (Standing::Infra, "INFRA", "Not tested, because the network, the browser or the page gave trouble."),
    (Standing::Unseen, "NOT TESTED", "The set-up gives no way to test this. It counts in the total."),
    (Standing::NotRun, "NOT RUN", "Left out on the command line, or tagged @wip."),
    (Standing::Stale, "STALE", "This waiver is no longer needed: remove it."),
    (Standing::Waived, "WAIVED", "A known deviation: broken, and accepted by a waiver until its last day."),
    (
        Standing::Noted,
        "NOTED",
        "Left open by the contract, or dismissed in the profile; what the server does is recorded.",
    ),
    (Standing::Pass, "PASS", "Tested, and the server kept it."),
    (Standing::Na, "NA", "Does not apply to this API."),
];

impl Standing {
    /// Every standing, worst first.
    pub fn all() -> impl Iterator<Item = Self> {
        WORDS.into_iter().map(|(standing, ..)| standing)
    }

    /// The word as printed.
    pub fn word(self) -> &'static str {
        WORDS[self as usize].1
    }

    /// The meaning of the word, in one sentence.
    pub fn meaning(self) -> &'static str {
        WORDS[self as usize].2
    }

    /// The word in `report.json`, and in lower case the name of the style class.
    pub fn key(self) -> &'static str {
        match self {
            Self::Unseen => "UNSEEN",
            Self::NotRun => "NOT_RUN",
            _ => self.word(),
        }
    }

    /// Whether its findings are listed as failures.
    pub fn is_broken(self) -> bool {
        matches!(self, Self::Fail | Self::Warn | Self::Unconfirmed)
    }

    /// Whether the target does as it should. What is accepted or dismissed is still broken, and what is flaky was.
    pub fn is_kept(self) -> bool {
        matches!(self, Self::Pass | Self::Stale)
    }

    /// Whether the target was judged.
    pub fn is_seen(self) -> bool {
        use Standing::{Blocked, Harness, Infra, Na, NotRun, Unseen};
        !matches!(self, Harness | Blocked | Infra | Unseen | NotRun | Na)
    }
}

impl fmt::Display for Standing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.word())
    }
}

/// How a waiver applies to a verdict.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WaiverState {
    /// There is no waiver, or it has ended.
    None,
    /// A valid waiver that accepts exactly these findings.
    Predicts,
    /// A valid waiver that accepts other findings.
    Differs,
}

/// Whether the owner of the profile decided about a requirement that no source states clearly.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Decided {
    Open,
    /// The target must keep it.
    Confirmed,
    /// The target does not have to keep it.
    Dismissed,
}

/// The facts that decide a standing.
#[derive(Debug, Clone, Copy)]
pub struct Facts<'f> {
    pub verdict: &'f Verdict,
    /// A pass after an attempt that failed.
    pub flaky: bool,
    /// The report records a behaviour that the contract leaves open.
    pub observed: bool,
    pub level: Level,
    pub confidence: Confidence,
    pub decided: Decided,
    pub waiver: WaiverState,
}

/// The standing that follows from the facts.
pub fn standing(facts: Facts<'_>) -> Standing {
    match facts.verdict {
        Verdict::Skipped(SkipCause::OtherDialect | SkipCause::ByClock) => Standing::Na,
        Verdict::Skipped(
            SkipCause::AbilityNotClaimed(_)
            | SkipCause::ResultNotClaimed(_)
            | SkipCause::Unseen(_)
            | SkipCause::Owed(_),
        ) => Standing::Unseen,
        Verdict::Skipped(SkipCause::LeftOut | SkipCause::Pending) => Standing::NotRun,
        Verdict::Pass if facts.flaky => Standing::Flaky,
        Verdict::Pass if facts.waiver != WaiverState::None => Standing::Stale,
        Verdict::Pass if facts.observed && facts.level == Level::May => Standing::Noted,
        Verdict::Pass => Standing::Pass,
        Verdict::Inconclusive(Doubt::RestsOn { .. } | Doubt::Prerequisite(_)) => Standing::Blocked,
        Verdict::Inconclusive(Doubt::Trouble(_) | Doubt::Cancelled) => Standing::Infra,
        Verdict::Fail if facts.level == Level::May => Standing::Noted,
        Verdict::Fail if facts.waiver == WaiverState::Predicts => Standing::Waived,
        Verdict::Fail if facts.confidence != Confidence::Stated && facts.decided == Decided::Open => {
            Standing::Unconfirmed
        }
        Verdict::Fail if facts.decided == Decided::Dismissed => Standing::Noted,
        Verdict::Fail if facts.level == Level::Should => Standing::Warn,
        Verdict::Fail => Standing::Fail,
        Verdict::Error(_) => Standing::Harness,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::evidence::{Trouble, TroubleKind};
    use crate::verdict::Fault;

    fn facts(verdict: &Verdict) -> Facts<'_> {
        Facts {
            verdict,
            flaky: false,
            observed: false,
            level: Level::Must,
            confidence: Confidence::Stated,
            decided: Decided::Open,
            waiver: WaiverState::None,
        }
    }

    #[test]
    fn a_failure_is_red_only_when_stated_or_confirmed() {
        let fail = facts(&Verdict::Fail);
        assert_eq!(standing(fail), Standing::Fail);
        assert_eq!(standing(Facts { level: Level::Should, ..fail }), Standing::Warn);
        assert_eq!(standing(Facts { level: Level::May, ..fail }), Standing::Noted);
        for confidence in [Confidence::Inferred, Confidence::Assumed] {
            let unsure = Facts { confidence, ..fail };
            assert_eq!(standing(unsure), Standing::Unconfirmed);
            assert_eq!(standing(Facts { decided: Decided::Confirmed, ..unsure }), Standing::Fail);
            assert_eq!(standing(Facts { decided: Decided::Dismissed, ..unsure }), Standing::Noted);
        }
    }

    #[test]
    fn a_waiver_excuses_only_what_it_predicts_and_goes_stale() {
        let fail = facts(&Verdict::Fail);
        assert_eq!(standing(Facts { waiver: WaiverState::Predicts, ..fail }), Standing::Waived);
        assert_eq!(standing(Facts { waiver: WaiverState::Differs, ..fail }), Standing::Fail);
        let pass = facts(&Verdict::Pass);
        assert_eq!(standing(Facts { waiver: WaiverState::Differs, ..pass }), Standing::Stale);
    }

    #[test]
    fn what_did_not_run_is_never_a_pass() {
        let trouble = Trouble { kind: TroubleKind::Network, message: "refused".into() };
        let fault = Fault { message: "undefined step".into(), help: "define it".into() };
        let cases = [
            (Verdict::Skipped(SkipCause::OtherDialect), Standing::Na),
            (Verdict::Skipped(SkipCause::ByClock), Standing::Na),
            (Verdict::Skipped(SkipCause::Unseen("opaque".into())), Standing::Unseen),
            (Verdict::Skipped(SkipCause::Owed("owed since then".into())), Standing::Unseen),
            (Verdict::Skipped(SkipCause::LeftOut), Standing::NotRun),
            (Verdict::Skipped(SkipCause::Pending), Standing::NotRun),
            (Verdict::Inconclusive(Doubt::Prerequisite("no browser".into())), Standing::Blocked),
            (Verdict::Inconclusive(Doubt::Trouble(trouble)), Standing::Infra),
            (Verdict::Inconclusive(Doubt::Cancelled), Standing::Infra),
            (Verdict::Error(fault), Standing::Harness),
        ];
        for (verdict, expected) in cases {
            assert_eq!(standing(facts(&verdict)), expected, "{verdict:?}");
        }
    }

    #[test]
    fn a_pass_says_whether_it_was_flaky_or_an_answer() {
        let pass = facts(&Verdict::Pass);
        assert_eq!(standing(pass), Standing::Pass);
        assert_eq!(standing(Facts { flaky: true, ..pass }), Standing::Flaky);
        for (level, told) in
            [(Level::Must, Standing::Pass), (Level::Should, Standing::Pass), (Level::May, Standing::Noted)]
        {
            assert_eq!(standing(Facts { observed: true, level, ..pass }), told, "{level}");
        }
    }

    #[test]
    fn each_standing_has_its_own_words_and_is_seen_or_not() {
        assert!(Standing::all().enumerate().all(|(place, standing)| standing as usize == place));
        let keys: Vec<String> =
            Standing::all().map(|one| serde_json::to_value(one).unwrap().to_string()).collect();
        let spelled: Vec<String> = Standing::all().map(|one| format!("\"{}\"", one.key())).collect();
        assert_eq!(keys, spelled);
        let unseen: Vec<&str> = Standing::all().filter(|one| !one.is_seen()).map(Standing::word).collect();
        assert_eq!(unseen, ["HARNESS", "BLOCKED", "INFRA", "NOT TESTED", "NOT RUN", "NA"]);
    }
}
