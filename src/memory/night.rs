//! One night: what a complete run says about one target, in a line of its history.

use crate::memory::diff;
use crate::memory::normal;
use crate::report::{Added, Judged, JudgedTarget, Nights, Past, RunReport, Since, Standing};
use crate::requirement::{Dialect, Provider, RequirementId};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// How many findings of a requirement are kept.
const MOST_FINDINGS: usize = 5;

/// How many nights the trend of a report has, with its own.
const TREND: usize = 30;

/// A line of a history.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Night {
    pub run: String,
    pub started_at: Timestamp,
    pub seconds: u64,
    pub subject: Subject,
    pub versions: Versions,
    /// Advice of the whole run, and outcome of the target.
    pub advice: String,
    pub outcome: String,
    pub standings: BTreeMap<String, usize>,
    /// How many requirements were tested.
    pub tested: usize,
    /// Broken requirements, each with its findings, without what differs from run to run.
    pub failing: BTreeMap<RequirementId, Vec<String>>,
    pub flaky: BTreeSet<RequirementId>,
    /// How many answers were judged for each MUST that holds.
    pub judged: BTreeMap<RequirementId, u64>,
}

/// Whom a night is about. Nights of another subject are not added.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Subject {
    pub target: String,
    pub base_url: String,
    pub dialect: Dialect,
    pub provider: Provider,
    /// The deviation of the built-in mock.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub deviation: Option<String>,
}

/// With what it was tested.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Versions {
    pub harness: String,
    pub features: String,
    pub catalogue: String,
    pub schemas: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub browser: Option<String>,
}

impl Night {
    /// What a report says about one of its targets.
    pub fn of(judged: &Judged<'_>, target: &JudgedTarget<'_>) -> Self {
        let RunReport { run, .. } = judged.report;
        let facts = target.facts;
        let of_standing = |wanted: Standing| target.rows.iter().filter(move |row| row.standing == wanted);
        let counts =
            Standing::all().map(|standing| (standing.key().to_owned(), of_standing(standing).count()));
        let broken = target.rows.iter().filter(|row| row.standing.is_broken());
        let weighed = target.rows.iter().filter(|row| row.is_must()).filter_map(|row| {
            row.weight().map(|weight| (row.requirement.id.clone(), u64::from(weight.answers)))
        });
        Self {
            run: run.id.clone(),
            started_at: run.started_at,
            seconds: run.finished_at.duration_since(run.started_at).unsigned_abs().as_secs(),
            subject: Subject {
                target: facts.name.clone(),
                base_url: normal::subject(&facts.base_url),
                dialect: facts.dialect,
                provider: facts.provider,
                deviation: run.deviation.clone(),
            },
            versions: Versions {
                harness: run.harness_version.clone(),
                features: run.hashes.features.clone(),
                catalogue: run.hashes.catalogue.clone(),
                schemas: run.hashes.schemas.clone(),
                browser: run.browser.clone(),
            },
            advice: judged.advice().word().to_owned(),
            outcome: target.all.outcome.to_string(),
            standings: counts.filter(|(_, count)| *count > 0).collect(),
            tested: target.rows.iter().filter(|row| row.standing.is_seen()).count(),
            failing: broken
                .map(|row| {
                    let findings = diff::findings(row).into_iter().take(MOST_FINDINGS);
                    (row.requirement.id.clone(), findings.collect())
                })
                .collect(),
            flaky: of_standing(Standing::Flaky).map(|row| row.requirement.id.clone()).collect(),
            judged: weighed.collect(),
        }
    }

    /// What earlier nights say beside this one. The last of them is the latest.
    pub fn after(&self, earlier: &[Self], target: &JudgedTarget<'_>) -> Nights {
        Nights {
            since: earlier.last().map(|last| self.since(last, target)),
            judged: self.added(earlier),
            trend: self.trend(earlier),
        }
    }

    fn trend(&self, earlier: &[Self]) -> Vec<Past> {
        let shown = &earlier[earlier.len().saturating_sub(TREND - 1)..];
        shown.iter().chain([self]).map(Self::in_short).collect()
    }

    fn in_short(&self) -> Past {
        Past {
            run: self.run.clone(),
            started_at: self.started_at,
            seconds: self.seconds,
            outcome: self.outcome.clone(),
            tested: self.tested,
            failing: self.failing.keys().cloned().collect(),
            flaky: self.flaky.clone(),
        }
    }

    fn since(&self, last: &Self, target: &JudgedTarget<'_>) -> Since {
        let stands = |id: &RequirementId, wanted: fn(Standing) -> bool| {
            target.rows.iter().any(|row| row.requirement.id == *id && wanted(row.standing))
        };
        let failing = |own: &Self, other: &Self, fails_in_other: bool| -> Vec<RequirementId> {
            let ids = own.failing.keys().filter(|id| other.failing.contains_key(*id) == fails_in_other);
            ids.cloned().collect()
        };
        let gone = failing(last, self, false);
        let (seen, not_tested): (Vec<_>, Vec<_>) =
            gone.into_iter().partition(|id| stands(id, Standing::is_seen));
        let (fixed, excused): (Vec<_>, Vec<_>) =
            seen.into_iter().partition(|id| stands(id, Standing::is_kept));
        let mut still_failing = failing(self, last, true);
        still_failing.extend(excused);
        still_failing.sort();
        Since {
            run: last.run.clone(),
            started_at: last.started_at,
            newly_failing: failing(self, last, false),
            fixed,
            still_failing,
            not_tested,
        }
    }

    /// The judgements of each requirement over the nights of this subject, back to the last one that saw it broken.
    fn added(&self, earlier: &[Self]) -> BTreeMap<RequirementId, Added> {
        let of = |(id, answers): (&RequirementId, &u64)| {
            let mut added = Added { nights: 1, answers: *answers };
            let is_sound = |night: &&Self| {
                night.subject == self.subject && !night.failing.contains_key(id) && !night.flaky.contains(id)
            };
            for night in earlier.iter().rev().take_while(is_sound) {
                if let Some(answers) = night.judged.get(id) {
                    added.nights += 1;
                    added.answers = added.answers.saturating_add(*answers);
                }
            }
            (id.clone(), added)
        };
        self.judged.iter().map(of).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::fixture;
    use crate::verdict::{Attempt, Verdict};

    const ID: &str = "HPP-CREATE-008";

    fn complete() -> RunReport {
        let mut report = fixture::complete();
        for record in report.targets.iter_mut().flat_map(|target| &mut target.records) {
            record.attempts.last_mut().unwrap().answers = 4;
        }
        report
    }

    fn night(report: &RunReport) -> Night {
        let judged = report.judged();
        Night::of(&judged, &judged.targets[0])
    }

    fn after(report: &RunReport, earlier: &[Night]) -> Nights {
        let judged = report.judged();
        Night::of(&judged, &judged.targets[0]).after(earlier, &judged.targets[0])
    }

    fn set(verdict: Verdict) -> RunReport {
        let mut report = complete();
        fixture::set(&mut report, 0, ID, verdict);
        report
    }

    /// Lets the scenario of the requirement fail, and then pass.
    fn flake(report: &mut RunReport) {
        let mut records = report.targets[0].records.iter_mut();
        let record = records.find(|record| record.key == ID).unwrap();
        record.attempts.insert(0, Attempt::not_run(Verdict::Fail));
    }

    #[test]
    fn a_night_has_what_the_next_one_needs() {
        let night = night(&set(Verdict::Fail));
        let id = ID.parse().unwrap();
        assert_eq!(night.failing[&id], ["status: expected 404, got 400"]);
        assert!(!night.judged.contains_key(&id));
        assert_eq!(night.judged[&"HPP-CREATE-001".parse().unwrap()], 4);
        assert_eq!((night.advice.as_str(), night.outcome.as_str()), ("don't sign", "NON-CONFORMANT"));
        assert_eq!((night.standings["FAIL"], night.subject.base_url.as_str()), (1, "http://127.0.0.1"));
        let line = serde_json::to_string(&night).unwrap();
        assert_eq!(serde_json::from_str::<Night>(&line).unwrap(), night);
        assert!(!line.contains('\n'));
    }

    #[test]
    fn the_last_night_tells_what_is_new_fixed_and_still_broken() {
        let told = |before: &RunReport, now: &RunReport| {
            let since = after(now, &[night(&complete()), night(before)]).since.unwrap();
            let lengths = [&since.newly_failing, &since.fixed, &since.still_failing, &since.not_tested];
            lengths.map(Vec::len)
        };
        let (sound, broken) = (complete(), set(Verdict::Fail));
        assert_eq!(told(&sound, &sound), [0, 0, 0, 0]);
        assert_eq!(told(&sound, &broken), [1, 0, 0, 0]);
        assert_eq!(told(&broken, &sound), [0, 1, 0, 0]);
        assert_eq!(told(&broken, &broken), [0, 0, 1, 0]);
        assert_eq!(told(&broken, &set(fixture::trouble())), [0, 0, 0, 1]);
        assert_eq!(after(&sound, &[]).since, None);
        // What is accepted is not fixed.
        let mut accepted = broken.clone();
        accepted.targets[0].facts.waivers = fixture::report().targets[0].facts.waivers.clone();
        let waiver = &mut accepted.targets[0].facts.waivers[0];
        (waiver.requirement, waiver.actual) = (ID.parse().unwrap(), None);
        assert_eq!(told(&broken, &accepted), [0, 0, 1, 0]);
        let mut flaky = sound.clone();
        flake(&mut flaky);
        assert_eq!(told(&broken, &flaky), [0, 0, 1, 0]);
    }

    #[test]
    fn the_trend_has_the_last_thirty_nights_and_ends_with_this_one() {
        let (sound, broken) = (night(&complete()), night(&set(Verdict::Fail)));
        let earlier: Vec<Night> = (0..40).map(|_| sound.clone()).chain([broken.clone()]).collect();
        let trend = after(&complete(), &earlier).trend;
        let failing: Vec<usize> = trend.iter().map(|night| night.failing.len()).collect();
        assert_eq!((failing.len(), failing[28], failing[29]), (30, 1, 0));
        assert_eq!((trend[28].outcome.as_str(), trend[28].tested), ("NON-CONFORMANT", broken.tested));
        assert!(broken.tested > 1);
        assert_eq!(after(&complete(), &[]).trend.len(), 1);
    }

    #[test]
    fn nights_of_one_subject_add_up_until_a_breach_or_another_subject() {
        let added = |earlier: &[Night]| after(&complete(), earlier).judged[&ID.parse().unwrap()];
        let (sound, broken) = (night(&complete()), night(&set(Verdict::Fail)));
        let other = Night {
            subject: Subject { base_url: "https://api.example/".into(), ..sound.subject.clone() },
            ..sound.clone()
        };
        let troubled = night(&set(fixture::trouble()));
        let nights = |nights, answers| Added { nights, answers };
        assert_eq!(added(&[]), nights(1, 4));
        assert_eq!(added(&[sound.clone(), sound.clone()]), nights(3, 12));
        assert_eq!(added(&[sound.clone(), broken, sound.clone()]), nights(2, 8));
        assert_eq!(added(&[sound.clone(), other, sound.clone()]), nights(2, 8));
        assert_eq!(added(&[sound.clone(), troubled, sound]), nights(3, 12));
    }
}
