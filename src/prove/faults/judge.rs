//! What a run says of a target in trouble, beside what it should say.

use crate::fault::Once;
use crate::prove::ran::Ran;
use crate::report::{Outcome, Standing};
use crate::verdict::{Attempt, Doubt, ScenarioRecord, Verdict};
use std::collections::BTreeMap;

/// What a run says of a target.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Said {
    /// The standing of each requirement, with its reason.
    pub rows: BTreeMap<String, (Standing, String)>,
    /// How many tries met trouble.
    pub tries_in_trouble: usize,
    pub outcome: Outcome,
    /// The fault that was met.
    pub met: Option<String>,
}

/// How a run differs from what was stated.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Difference {
    /// Trouble where none was stated, perhaps because the machine is busy.
    Noise(String),
    /// A wrong verdict, or a fault that was not met.
    Wrong(String),
}

impl Said {
    /// What a run says of each of its targets.
    pub fn of_targets(ran: &Ran) -> Vec<Self> {
        let judged = ran.report.judged();
        let targets = judged.targets.iter().zip(&ran.touched);
        targets
            .map(|(target, touched)| {
                let rows = target.rows.iter().map(|row| {
                    let standing = (row.standing, row.cause());
                    (row.requirement.id.to_string(), standing)
                });
                Self {
                    rows: rows.collect(),
                    tries_in_trouble: target.records.iter().map(|it| in_trouble(it.record)).sum(),
                    outcome: target.all.outcome,
                    met: touched.values().flatten().next().cloned(),
                }
            })
            .collect()
    }

    /// The requirements that look broken, or void.
    fn bad(&self) -> impl Iterator<Item = String> {
        let is_bad = |standing| {
            use Standing::{Fail, Flaky, Harness, Noted, Stale, Unconfirmed, Waived, Warn};
            matches!(standing, Fail | Flaky | Harness | Noted | Stale | Unconfirmed | Waived | Warn)
        };
        let bad = self.rows.iter().filter(move |(_, (standing, _))| is_bad(*standing));
        bad.map(|(id, (standing, cause))| told(id, *standing, cause))
    }

    /// The standings of these requirements, each in words, that are not as wanted.
    fn others(&self, ids: &[&str], is_wanted: impl Fn(Standing, &str) -> bool) -> Vec<String> {
        let others = ids.iter().filter_map(|id| match self.rows.get(*id) {
            Some((standing, cause)) if is_wanted(*standing, cause) => None,
            Some((standing, cause)) => Some(told(id, *standing, cause)),
            None => Some(format!("{id} is missing")),
        });
        others.collect()
    }

    fn is_met(&self) -> Result<(), Difference> {
        match self.met {
            Some(_) => Ok(()),
            None => Err(Difference::Wrong("the fault was not met".to_owned())),
        }
    }

    fn has_outcome(&self, outcome: Outcome) -> Result<(), Difference> {
        if self.outcome == outcome {
            return Ok(());
        }
        Err(Difference::Wrong(format!("the outcome is {}, not {outcome}", self.outcome)))
    }

    /// Each of these requirements is INFRA or BLOCKED, and the reason has one of the texts. Nothing else is said of the target.
    pub fn is_infra(&self, ids: &[&str], texts: &[&str]) -> Result<(), Difference> {
        self.is_met()?;
        wrong(&self.bad().collect::<Vec<_>>())?;
        let is_told = |cause: &str| texts.iter().any(|text| cause.contains(text));
        wrong(&self.others(ids, |standing, cause| match standing {
            Standing::Infra => is_told(cause),
            standing => standing == Standing::Blocked,
        }))?;
        if !ids.iter().any(|id| self.rows.get(*id).is_some_and(|(standing, _)| *standing == Standing::Infra))
        {
            return Err(Difference::Wrong("nothing is INFRA".to_owned()));
        }
        self.has_outcome(Outcome::Incomplete)
    }

    /// Each of these requirements passes, in the end or at the first try.
    pub fn is_pass(&self, ids: &[&str], once: Once) -> Result<(), Difference> {
        self.is_met()?;
        self.is_clear(ids)?;
        let most = usize::from(once == Once::SecondTry);
        if self.tries_in_trouble > most {
            return Err(Difference::Noise(format!("{} tries met trouble", self.tries_in_trouble)));
        }
        Ok(())
    }

    /// Each of these requirements passes, and nothing else is said of the target.
    fn is_clear(&self, ids: &[&str]) -> Result<(), Difference> {
        wrong(&self.bad().collect::<Vec<_>>())?;
        let in_trouble = |standing| matches!(standing, Standing::Infra | Standing::Blocked);
        wrong(&self.others(ids, |standing, _| standing == Standing::Pass || in_trouble(standing)))?;
        let noise = self.others(ids, |standing, _| standing == Standing::Pass);
        if noise.is_empty() {
            self.has_outcome(Outcome::Conformant)
        } else {
            Err(Difference::Noise(noise.join("; ")))
        }
    }

    /// Everything passes at the first try, as if no proxy were there.
    pub fn is_untroubled(&self, ids: &[&str]) -> Result<(), Difference> {
        self.is_clear(ids)?;
        match self.tries_in_trouble {
            0 => Ok(()),
            tries => Err(Difference::Noise(format!("{tries} tries met trouble"))),
        }
    }

    /// Each of these requirements is BLOCKED, and the reason has this text. Nothing is broken.
    pub fn is_blocked(&self, ids: &[&str], text: &str) -> Result<(), Difference> {
        wrong(&self.bad().collect::<Vec<_>>())?;
        wrong(&self.others(ids, |standing, cause| standing == Standing::Blocked && cause.contains(text)))?;
        self.has_outcome(Outcome::Incomplete)
    }

    /// Each of these requirements passes, whatever is said of others.
    pub fn passes(&self, ids: &[&str]) -> Result<(), Difference> {
        wrong(&self.others(ids, |standing, _| standing == Standing::Pass))
    }

    /// Of these requirements, those that are tried fail, and nothing else does.
    pub fn breaks(&self, ids: &[&str], tried: &[&str]) -> Result<(), Difference> {
        let own: Vec<&str> = ids.iter().copied().filter(|id| tried.contains(id)).collect();
        wrong(&self.others(&own, |standing, _| standing == Standing::Fail))?;
        let is_other = |id: &&String| !ids.contains(&id.as_str());
        let more = self.rows.iter().filter(|(id, _)| is_other(id));
        let more = more.filter(|(_, (standing, _))| *standing == Standing::Fail);
        wrong(&more.map(|(id, (standing, cause))| told(id, *standing, cause)).collect::<Vec<_>>())?;
        self.has_outcome(Outcome::NonConformant)
    }

    /// The breach is seen as it was without the fault.
    pub fn is_like(&self, clear: &Self) -> Result<(), Difference> {
        self.is_met()?;
        let differs = |(id, (standing, _)): &(&String, &(Standing, String))| {
            clear.rows.get(*id).is_none_or(|(other, _)| other != standing)
        };
        let (noise, differences): (Vec<_>, Vec<_>) = self
            .rows
            .iter()
            .filter(differs)
            .partition(|(_, (standing, _))| matches!(standing, Standing::Infra | Standing::Blocked));
        let words = |rows: Vec<(&String, &(Standing, String))>| {
            let words = rows.into_iter().map(|(id, (standing, cause))| told(id, *standing, cause));
            words.collect::<Vec<_>>()
        };
        wrong(&words(differences))?;
        if noise.is_empty() { Ok(()) } else { Err(Difference::Noise(words(noise).join("; "))) }
    }
}

/// How many attempts at a scenario began and met trouble.
fn in_trouble(record: &ScenarioRecord) -> usize {
    let is_trouble = |attempt: &&Attempt| {
        matches!(attempt.verdict, Verdict::Inconclusive(Doubt::Trouble(_))) && !attempt.steps.is_empty()
    };
    record.attempts.iter().filter(is_trouble).count()
}

fn told(id: &str, standing: Standing, cause: &str) -> String {
    if cause.is_empty() { format!("{id} is {standing}") } else { format!("{id} is {standing} ({cause})") }
}

fn wrong(differences: &[String]) -> Result<(), Difference> {
    if differences.is_empty() { Ok(()) } else { Err(Difference::Wrong(differences.join("; "))) }
}
