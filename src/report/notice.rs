//! The notice of a run for a chat: a few lines, and only if something has changed since the run before.

use crate::report::words::{capitalised, visible};
use crate::report::{Judged, JudgedTarget, Standing};
use crate::requirement::RequirementId;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// Most lines of a notice: the verdict, the targets, and the report.
const MOST_LINES: usize = 5;

/// Most ids that one line names. The rest is counted.
const MOST_IDS: usize = 5;

/// What the next run compares a target with.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Remembered {
    /// The first word of its verdict.
    pub advice: String,
    /// The requirements that are FAIL, and those that were and have not been kept since.
    pub failing: BTreeSet<RequirementId>,
}

impl JudgedTarget<'_> {
    fn remembered(&self, judged: &Judged<'_>, before: Option<&Remembered>) -> Remembered {
        let failed = |id| before.is_some_and(|before| before.failing.contains(id));
        // What was not tested now is not mended, and neither is what somebody accepts.
        let is_open = |standing: Standing| standing != Standing::Na && !standing.is_kept();
        let failing = self.rows.iter().filter(|row| {
            row.standing == Standing::Fail || (is_open(row.standing) && failed(&row.requirement.id))
        });
        Remembered {
            advice: self.through(judged.report.run.gate).advice().word().to_owned(),
            failing: failing.map(|row| row.requirement.id.clone()).collect(),
        }
    }
}

impl Judged<'_> {
    /// What the next run compares each target with, by the name of the target. `before` tells what is remembered of it.
    pub fn remembered(&self, before: impl Fn(&str) -> Option<Remembered>) -> Vec<(&str, Remembered)> {
        let remembered = self.targets.iter().map(|target| {
            let name = target.facts.name.as_str();
            (name, target.remembered(self, before(name).as_ref()))
        });
        remembered.collect()
    }

    /// The notice, if a target is not as it was. `before` tells what is remembered of a target; nothing if it was never run.
    pub fn notice(&self, before: impl Fn(&str) -> Option<Remembered>, report: &str) -> Option<String> {
        let changes: Vec<String> = self
            .remembered(&before)
            .into_iter()
            .filter_map(|(name, now)| {
                change(before(name).as_ref(), &now).map(|told| format!("{name}: {told}"))
            })
            .collect();
        if changes.is_empty() {
            return None;
        }
        let most = MOST_LINES - 2;
        let shown = if changes.len() > most { most - 1 } else { most };
        let further = changes.len().saturating_sub(shown);
        let more = (further > 0).then(|| format!("and {further} more targets"));
        let lines = [self.verdict()].into_iter().chain(changes.into_iter().take(shown)).chain(more);
        let lines: Vec<String> =
            lines.chain([report.to_owned()]).map(|line| visible(&line).replace(['\n', '\t'], " ")).collect();
        Some(lines.join("\n"))
    }
}

/// What is no longer as it was; nothing if all is.
fn change(before: Option<&Remembered>, now: &Remembered) -> Option<String> {
    if before == Some(now) {
        return None;
    }
    let none = BTreeSet::new();
    let failed = before.map_or(&none, |before| &before.failing);
    let verdict = match before {
        Some(before) if before.advice != now.advice => format!("{}, after {}", now.advice, before.advice),
        Some(_) => format!("still {}", now.advice),
        None => format!("{}, its first run", now.advice),
    };
    let ids = |what: &str, ids: Vec<&RequirementId>| {
        let named: Vec<String> = ids.iter().take(MOST_IDS).map(ToString::to_string).collect();
        let more = ids.len().saturating_sub(MOST_IDS);
        let more = if more > 0 { format!(" and {more} more") } else { String::new() };
        (!ids.is_empty()).then(|| format!("{what} {}{more}", named.join(", ")))
    };
    let parts = [
        Some(verdict),
        ids("newly broken", now.failing.difference(failed).collect()),
        ids("no longer broken", failed.difference(&now.failing).collect()),
    ];
    Some(capitalised(&parts.into_iter().flatten().collect::<Vec<_>>().join("; ")))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::fixture;
    use crate::verdict::Verdict;

    fn remembered(advice: &str, failing: &[&str]) -> Remembered {
        Remembered { advice: advice.into(), failing: failing.iter().map(|id| id.parse().unwrap()).collect() }
    }

    #[test]
    fn what_has_changed_is_told_and_nothing_else() {
        let now = remembered("don't sign", &["HPP-READ-001", "HPP-READ-002"]);
        let six: Vec<String> = (1..=6).map(|number| format!("HPP-READ-00{number}")).collect();
        let six: Vec<&str> = six.iter().map(String::as_str).collect();
        for (before, now, told) in [
            (Some(now.clone()), now.clone(), None),
            (
                Some(remembered("sign", &[])),
                now.clone(),
                Some("Don't sign, after sign; newly broken HPP-READ-001, HPP-READ-002"),
            ),
            (
                Some(remembered("don't sign", &["HPP-READ-001", "HPP-READ-003"])),
                now.clone(),
                Some("Still don't sign; newly broken HPP-READ-002; no longer broken HPP-READ-003"),
            ),
            (
                Some(now.clone()),
                remembered("sign", &[]),
                Some("Sign, after don't sign; no longer broken HPP-READ-001, HPP-READ-002"),
            ),
            (None, remembered("sign", &[]), Some("Sign, its first run")),
            (
                None,
                remembered("don't sign", &six),
                Some(
                    "Don't sign, its first run; newly broken HPP-READ-001, HPP-READ-002, HPP-READ-003, HPP-READ-004, HPP-READ-005 and 1 more",
                ),
            ),
        ] {
            assert_eq!(change(before.as_ref(), &now).as_deref(), told, "{before:?}");
        }
    }

    #[test]
    fn what_was_broken_is_no_longer_broken_only_if_it_is_kept() {
        const ID: &str = "HPP-CREATE-008";
        let failed = remembered("don't sign", &[ID]);
        let told = |verdict: Verdict, name: &str| {
            let mut report = fixture::complete();
            fixture::set(&mut report, 0, ID, verdict);
            let judged = report.judged();
            let before = |target: &str| (target == name).then(|| failed.clone());
            let now = judged.remembered(before).swap_remove(0).1;
            (judged.notice(before, "x").unwrap(), now.failing == failed.failing)
        };
        for (verdict, is_told) in [(Verdict::Pass, true), (fixture::trouble(), false)] {
            let (notice, is_remembered) = told(verdict, "mock-klarna");
            assert_eq!(notice.contains("no longer broken HPP-CREATE-008"), is_told, "{notice}");
            assert_eq!(is_remembered, !is_told, "{notice}");
        }
        assert!(!told(fixture::trouble(), "another").1, "what never failed is not remembered");
    }

    #[test]
    fn a_notice_has_at_most_five_lines() {
        let mut report = fixture::report();
        let verdict = report.judged().verdict();
        let notice = report.judged().notice(|_| None, "reports/1/report.html").unwrap();
        let lines: Vec<&str> = notice.lines().collect();
        assert_eq!(lines.len(), 4, "{notice}");
        assert_eq!((lines[0], lines[3]), (verdict.as_str(), "reports/1/report.html"));
        assert!(
            lines[1].starts_with("mock-klarna: Don't sign, its first run; newly broken HPP-"),
            "{notice}"
        );

        let known = report
            .judged()
            .remembered(|_| None)
            .into_iter()
            .map(|(name, one)| (name.to_owned(), one))
            .collect::<Vec<_>>();
        let before = |name: &str| known.iter().find(|(known, _)| known == name).map(|(_, one)| one.clone());
        assert_eq!(report.judged().notice(before, "x"), None, "nothing has changed");

        let further = report.targets[0].clone();
        report.targets.extend([further.clone(), further.clone(), further]);
        let notice = report.judged().notice(|_| None, "x").unwrap();
        let lines: Vec<&str> = notice.lines().collect();
        assert_eq!((lines.len(), lines[3], lines[4]), (5, "and 3 more targets", "x"), "{notice}");
    }
}
