//! What differs between two results: newly failing, fixed, and everything else that a reader of both would notice. What differs from run to
//! run by itself is no difference.

mod told;

#[cfg(test)]
mod tests;

use crate::memory::kept::{Kept, KeptError};
use crate::memory::normal;
use crate::report::{Judged, JudgedTarget, Row, RunReport, Standing};
use crate::requirement::{Level, RequirementId};
use jiff::Timestamp;
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

/// What happened to a requirement. The first ones need somebody most.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// It is broken, and was not before.
    NewlyFailing,
    /// It is broken as before, but in another way.
    FailsDifferently,
    /// It was broken, was tested again, and is kept.
    Fixed,
    /// Its standing changed in another way, or that of one of its scenarios.
    VerdictChanged,
    /// It is kept both times, but what the target does where it has a choice is something else.
    BehavesDifferently,
    /// It applies now, and did not before.
    New,
    /// It applied, and does not any more.
    Removed,
}

/// A requirement that stands otherwise than before.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Change {
    pub kind: Kind,
    pub requirement: RequirementId,
    pub level: Level,
    pub statement: String,
    /// `None` if it did not apply.
    pub before: Option<Standing>,
    pub after: Option<Standing>,
    /// Findings, answers and scenarios that say more.
    pub details: Vec<String>,
    /// Something of it was tested before and is not now, so a breach would not show.
    pub is_lost: bool,
}

/// The differences between two targets, or one target at two times.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct TargetDiff {
    pub before: String,
    pub after: String,
    /// The outcomes, if they differ.
    pub outcome: Option<(String, String)>,
    pub changes: Vec<Change>,
    /// Requirements that are broken both times in the same way.
    pub still_failing: Vec<RequirementId>,
}

/// One of two results.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Compared {
    pub name: String,
    pub run: String,
    pub started_at: Timestamp,
    pub verdict: String,
}

/// All differences between two results.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Diff {
    pub before: Compared,
    pub after: Compared,
    pub targets: Vec<TargetDiff>,
    /// Targets that only one of them has.
    pub only_before: Vec<String>,
    pub only_after: Vec<String>,
    /// Whether the verdicts of the runs differ. If the user named a target, they may be about others.
    #[serde(skip)]
    other_verdict: bool,
}

/// A result to compare: a report, and perhaps one target of it.
#[derive(Debug)]
pub struct Side {
    pub kept: Kept,
    pub target: Option<String>,
}

/// Why two results cannot be compared.
#[derive(Debug, thiserror::Error)]
pub enum DiffError {
    #[error(transparent)]
    Kept(#[from] KeptError),

    #[error("{name} has no target `{target}`; it has {known}")]
    NoTarget { name: String, target: String, known: String },

    #[error("{name} has several targets; name one, such as `{name}#{first}`")]
    Several { name: String, first: String },
}

impl Side {
    /// Reads what the user names: a run folder or a report, and behind `#` perhaps a target.
    pub fn read(text: &str) -> Result<Self, DiffError> {
        let (path, target) = match text.rsplit_once('#') {
            Some((path, target)) if !Path::new(text).exists() => (path, Some(target.to_owned())),
            _ => (text, None),
        };
        let kept = Kept::read(&PathBuf::from(path))?;
        let side = Self { kept, target };
        side.chosen().map(drop)?;
        Ok(side)
    }

    fn names(&self) -> Vec<&str> {
        self.kept.report.targets.iter().map(|target| target.facts.name.as_str()).collect()
    }

    /// The index of the target that was named.
    fn chosen(&self) -> Result<Option<usize>, DiffError> {
        let Some(target) = &self.target else { return Ok(None) };
        let index = self.names().iter().position(|name| name == target);
        index.map(Some).ok_or_else(|| DiffError::NoTarget {
            name: self.kept.name.clone(),
            target: target.clone(),
            known: self.names().join(", "),
        })
    }

    /// The index of the target to compare with one that was named on the other side.
    fn opposite(&self, name: &str) -> Result<usize, DiffError> {
        let names = self.names();
        let same = names.iter().position(|own| *own == name);
        match (self.chosen()?, same) {
            (Some(index), _) | (None, Some(index)) => Ok(index),
            (None, None) if names.len() == 1 => Ok(0),
            (None, None) => Err(DiffError::Several {
                name: self.kept.name.clone(),
                first: names.first().copied().unwrap_or_default().to_owned(),
            }),
        }
    }

    fn told(&self, judged: &Judged<'_>) -> Compared {
        let RunReport { run, .. } = &self.kept.report;
        Compared {
            name: self.kept.name.clone(),
            run: run.id.clone(),
            started_at: run.started_at,
            verdict: judged.verdict(),
        }
    }
}

impl Diff {
    /// Compares two results. Targets of the same name belong together, unless the user named others.
    pub fn of(before: &Side, after: &Side) -> Result<Self, DiffError> {
        let (one, other) = (before.kept.report.judged(), after.kept.report.judged());
        let (names, other_names) = (before.names(), after.names());
        let mut pairs = Vec::new();
        match (before.chosen()?, after.chosen()?) {
            (Some(index), _) => pairs.push((index, after.opposite(names[index])?)),
            (None, Some(index)) => pairs.push((before.opposite(other_names[index])?, index)),
            (None, None) if names.len() == 1 && other_names.len() == 1 => pairs.push((0, 0)),
            (None, None) => {
                let same = |name: &&str| other_names.iter().position(|other| other == name);
                pairs.extend(names.iter().enumerate().filter_map(|(index, name)| Some((index, same(name)?))));
            }
        }
        let are_chosen = before.target.is_some() || after.target.is_some();
        let alone = |names: &[&str], paired: BTreeSet<usize>| {
            let rest = names.iter().enumerate().filter(|(index, _)| !are_chosen && !paired.contains(index));
            rest.map(|(_, name)| (*name).to_owned()).collect::<Vec<_>>()
        };
        let (before_told, after_told) = (before.told(&one), after.told(&other));
        Ok(Self {
            other_verdict: !are_chosen && before_told.verdict != after_told.verdict,
            before: before_told,
            after: after_told,
            only_before: alone(&names, pairs.iter().map(|(index, _)| *index).collect()),
            only_after: alone(&other_names, pairs.iter().map(|(_, index)| *index).collect()),
            targets: pairs
                .into_iter()
                .map(|(index, other_index)| TargetDiff::of(&one.targets[index], &other.targets[other_index]))
                .collect(),
        })
    }

    /// Whether both results say the same.
    pub fn is_empty(&self) -> bool {
        let is_same = |target: &TargetDiff| target.changes.is_empty() && target.outcome.is_none();
        let are_paired = self.only_before.is_empty() && self.only_after.is_empty();
        are_paired && !self.other_verdict && self.targets.iter().all(is_same)
    }

    /// Whether something is broken that was not before.
    pub fn newly_fails(&self) -> bool {
        self.changes().any(|change| change.kind == Kind::NewlyFailing)
    }

    /// Whether something was tested before and is not now.
    pub fn is_less(&self) -> bool {
        !self.only_before.is_empty() || self.changes().any(|change| change.is_lost)
    }

    fn changes(&self) -> impl Iterator<Item = &Change> {
        self.targets.iter().flat_map(|target| &target.changes)
    }
}

impl TargetDiff {
    fn of(before: &JudgedTarget<'_>, after: &JudgedTarget<'_>) -> Self {
        let applying = |target: &JudgedTarget<'_>| -> BTreeMap<RequirementId, usize> {
            let rows = target.rows.iter().enumerate().filter(|(_, row)| row.standing != Standing::Na);
            rows.map(|(index, row)| (row.requirement.id.clone(), index)).collect()
        };
        let (rows, other_rows) = (applying(before), applying(after));
        let ids: BTreeSet<&RequirementId> = rows.keys().chain(other_rows.keys()).collect();
        let (mut changes, mut still_failing) = (Vec::new(), Vec::new());
        for id in ids {
            let one = rows.get(id).map(|index| &before.rows[*index]);
            let other = other_rows.get(id).map(|index| &after.rows[*index]);
            match change(one, other) {
                Some(change) => changes.push(change),
                None if other.is_some_and(|row| row.standing.is_broken()) => still_failing.push(id.clone()),
                None => {}
            }
        }
        changes.sort_by_key(|change| change.kind);
        let outcomes = (before.all.outcome, after.all.outcome);
        Self {
            before: before.facts.name.clone(),
            after: after.facts.name.clone(),
            outcome: (outcomes.0 != outcomes.1).then(|| (outcomes.0.to_string(), outcomes.1.to_string())),
            changes,
            still_failing,
        }
    }
}

/// What happened to a requirement. `None` if nothing did.
fn change(before: Option<&Row<'_>>, after: Option<&Row<'_>>) -> Option<Change> {
    let requirement = after.or(before)?.requirement;
    let is_broken = |row: Option<&Row<'_>>| row.is_some_and(|row| row.standing.is_broken());
    let is_seen = |row: Option<&Row<'_>>| row.is_some_and(|row| row.standing.is_seen());
    let is_kept = after.is_some_and(|row| row.standing.is_kept());
    let standings = (before.map(|row| row.standing), after.map(|row| row.standing));
    let (scenarios, scenarios_lost) = scenarios(before, after);
    let (found, found_after) =
        (before.map(findings).unwrap_or_default(), after.map(findings).unwrap_or_default());
    // What does not apply any more cannot be broken.
    let is_lost = (is_seen(before) && after.is_some_and(|row| !row.standing.is_seen())) || scenarios_lost;
    let (kind, details) = match (is_broken(before), is_broken(after)) {
        (false, true) => (Kind::NewlyFailing, found_after.into_iter().collect()),
        (true, true) if found != found_after => (Kind::FailsDifferently, differing(&found, &found_after)),
        (true, false) if is_kept => (Kind::Fixed, Vec::new()),
        _ if before.is_none() => (Kind::New, Vec::new()),
        _ if after.is_none() => (Kind::Removed, Vec::new()),
        _ if standings.0 != standings.1 => {
            let why = after.map(Row::cause).filter(|cause| !cause.is_empty());
            (Kind::VerdictChanged, why.into_iter().chain(scenarios).collect())
        }
        _ if !scenarios.is_empty() => (Kind::VerdictChanged, scenarios),
        (_, _) => {
            let answers = (before.map(answers).unwrap_or_default(), after.map(answers).unwrap_or_default());
            let all = differing(&found, &found_after).into_iter().chain(differing(&answers.0, &answers.1));
            let all: Vec<String> = all.collect();
            if all.is_empty() {
                return None;
            }
            (Kind::BehavesDifferently, all)
        }
    };
    Some(Change {
        kind,
        requirement: requirement.id.clone(),
        level: requirement.level,
        statement: requirement.statement.clone(),
        before: standings.0,
        after: standings.1,
        details,
        is_lost,
    })
}

/// The findings of a requirement, each once, without what differs from run to run.
pub fn findings(row: &Row<'_>) -> BTreeSet<String> {
    row.findings.iter().map(|(_, finding)| normal::text(&finding.mismatch.to_string())).collect()
}

/// What the target does where it has a choice.
fn answers(row: &Row<'_>) -> BTreeSet<String> {
    row.observations().map(|one| normal::text(&format!("{} {}", one.question, one.answer))).collect()
}

/// What only one of two sets has.
fn differing(before: &BTreeSet<String>, after: &BTreeSet<String>) -> Vec<String> {
    let gone = before.difference(after).map(|text| format!("before: {text}"));
    gone.chain(after.difference(before).map(|text| format!("after: {text}"))).collect()
}

/// The scenarios whose standing changed, and whether one was judged before and is not now.
fn scenarios(before: Option<&Row<'_>>, after: Option<&Row<'_>>) -> (Vec<String>, bool) {
    let (Some(before), Some(after)) = (before, after) else { return (Vec::new(), false) };
    let by_key = |row: &Row<'_>| -> BTreeMap<String, Standing> {
        row.records.iter().map(|record| (record.key.clone(), record.standing)).collect()
    };
    let (old, new) = (by_key(before), by_key(after));
    let keys: BTreeSet<&String> = old.keys().chain(new.keys()).collect();
    let (mut told, mut is_lost) = (Vec::new(), false);
    for key in keys {
        let (one, other) = (old.get(key), new.get(key));
        let is_seen = |standing: Option<&Standing>| standing.is_some_and(|standing| standing.is_seen());
        is_lost |= is_seen(one) && !is_seen(other);
        match (one, other) {
            (Some(one), Some(other)) if one != other => told.push(format!("{key}: {one} → {other}")),
            (Some(_), None) => told.push(format!("{key}: gone")),
            (None, Some(other)) => told.push(format!("{key}: new, {other}")),
            _ => {}
        }
    }
    (told, is_lost)
}
