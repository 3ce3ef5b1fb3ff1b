//! What a run still owes: requirements that only a later run can judge, because a session has to end by itself.

use crate::report::words::counted;
use crate::report::{JudgedTarget, LeftOpen};

impl JudgedTarget<'_> {
    /// Which answers are owed, since when, and when the first can be given. `None` if none is.
    pub fn owed(&self) -> Option<String> {
        let ids: Vec<&str> =
            self.rows.iter().filter(|row| row.is_owed()).map(|row| row.requirement.id.as_str()).collect();
        if ids.is_empty() {
            return None;
        }
        let begin = format!("{}: owed to later runs: {}", self.facts.name, ids.join(", "));
        let Some(LeftOpen { made_at, expires_at, run }) = self.manners.waiting.first() else {
            return Some(format!("{begin}; no session waits for its end"));
        };
        let shown = |at: &jiff::Timestamp| at.strftime("%-d %B %Y, %H:%M UTC").to_string();
        let sessions = counted(self.manners.waiting.len(), "session");
        Some(format!(
            "{begin}, since {} (run {run}); {sessions} left open, the first until {}",
            shown(made_at),
            shown(expires_at)
        ))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::fixture;
    use crate::verdict::{SkipCause, Verdict};

    #[test]
    fn what_is_owed_is_told_with_the_oldest_session_until_it_was_judged() {
        let mut report = fixture::complete();
        let owed = |report: &crate::report::RunReport| report.judged().targets[0].owed();
        assert_eq!(owed(&report), None);
        for id in ["HPP-EXPIRY-010", "HPP-EXPIRY-011"] {
            fixture::set(&mut report, 0, id, Verdict::Skipped(SkipCause::Owed("owed since then".into())));
        }
        let none =
            "mock-klarna: owed to later runs: HPP-EXPIRY-010, HPP-EXPIRY-011; no session waits for its end";
        assert_eq!(owed(&report).as_deref(), Some(none));
        let session = |made_at: &str, expires_at: &str| LeftOpen {
            run: "20261126T020000000Z".into(),
            made_at: made_at.parse().unwrap(),
            expires_at: expires_at.parse().unwrap(),
        };
        report.targets[0].manners.waiting = vec![
            session("2026-11-26T02:00:00Z", "2026-11-28T01:00:00Z"),
            session("2026-11-26T02:00:01Z", "2026-11-28T01:00:01Z"),
        ];
        let told = "mock-klarna: owed to later runs: HPP-EXPIRY-010, HPP-EXPIRY-011, since 26 November 2026, 02:00 UTC (run \
                    20261126T020000000Z); 2 sessions left open, the first until 28 November 2026, 01:00 UTC";
        assert_eq!(owed(&report).as_deref(), Some(told));
        assert!(report.judged().notes().contains(&told.to_owned()));
        let cause = report.judged().targets[0].rows.iter().find(|row| row.is_owed()).unwrap().cause();
        assert_eq!(cause, "owed since then");
    }
}
