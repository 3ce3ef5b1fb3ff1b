//! The shards of one run as a whole: whether they belong together, and the report that they make together.

use crate::memory::kept::Kept;
use crate::memory::normal;
use crate::report::{Manners, RunReport, Shard, TargetReport};
use crate::verdict::{EvidenceStore, ScenarioRecord, SkipCause, Verdict};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

/// Why run folders are not the shards of one run.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum ShardsError {
    #[error("{folder} is not a shard, because its run had no `--shard`; give only the run folders of shards")]
    NoShard { folder: String },

    #[error(
        "{one} and {other} differ in `{key}`: {value} and {other_value}; only shards of one run can be merged"
    )]
    Differ { one: String, other: String, key: String, value: String, other_value: String },

    #[error("{one} and {other} are both shard {part}/{parts}; give each shard once")]
    Twice { one: String, other: String, part: usize, parts: usize },

    #[error("of {parts} shards, {missing} {}; give each, or merge the others with `--allow-missing`: their report is never signed", if missing.contains(' ') { "are missing" } else { "is missing" })]
    Missing { missing: String, parts: usize },

    #[error(
        "{one} began {hours} hours before {other}; shards that begin {LONGEST} hours apart or more are of different nights"
    )]
    Apart { one: String, other: String, hours: i64 },

    #[error("the scenario `{key}` was run in {one} and in {other}; they are not shards of one run")]
    Overlap { key: String, one: String, other: String },
}

/// Shards that begin so many hours apart are not of one night. What `latest` leads to may be of the night before.
const LONGEST: i64 = 20;

/// How many missing shards are named. The rest is counted.
const MOST_MISSING: usize = 20;

/// The shards of one run, in their order.
#[derive(Debug)]
pub struct Shards {
    shards: Vec<(Shard, Kept)>,
    /// Whether every shard is there.
    pub are_all: bool,
}

impl Shards {
    /// Shards that belong together. Without `allow_missing`, none is missing.
    pub fn of(kept: Vec<Kept>, allow_missing: bool) -> Result<Self, ShardsError> {
        let mut shards = Vec::new();
        for one in kept {
            let Some(shard) = one.report.run.shard.clone() else {
                return Err(ShardsError::NoShard { folder: one.name });
            };
            shards.push((shard, one));
        }
        let Some(((first, one), others)) = shards.split_first() else {
            return Ok(Self { shards, are_all: false });
        };
        let identity = identity(&one.report);
        for (_, other) in others {
            differ(one, &identity, other)?;
        }
        apart(&shards)?;
        let parts = first.parts;
        let is_sound = |(shard, _): &&(Shard, Kept)| (1..=parts).contains(&shard.part);
        if let Some((_, one)) = shards.iter().find(|shard| !is_sound(shard)) {
            return Err(ShardsError::NoShard { folder: one.name.clone() });
        }
        let mut seen: BTreeMap<usize, &str> = BTreeMap::new();
        for (shard, kept) in &shards {
            if let Some(one) = seen.insert(shard.part, &kept.name) {
                let (one, other) = (one.to_owned(), kept.name.clone());
                return Err(ShardsError::Twice { one, other, part: shard.part, parts });
            }
        }
        let are_all = seen.len() == parts;
        if !are_all && !allow_missing {
            let missing = (1..=parts).filter(|part| !seen.contains_key(part));
            let missing: Vec<String> =
                missing.take(MOST_MISSING).map(|part| format!("{part}/{parts}")).collect();
            let more = parts - seen.len() - missing.len();
            let more = if more > 0 { format!(" and {more} more") } else { String::new() };
            return Err(ShardsError::Missing { missing: missing.join(", ") + &more, parts });
        }
        shards.sort_by_key(|(shard, _)| shard.part);
        Ok(Self { shards, are_all })
    }

    /// The part and the report of each.
    pub fn each(&self) -> impl Iterator<Item = (usize, &Kept)> {
        self.shards.iter().map(|(shard, kept)| (shard.part, kept))
    }

    /// The report of all of them, as one run would have made it.
    pub fn merged(&self) -> Result<Option<RunReport>, ShardsError> {
        let Some((first, others)) = self.shards.split_first() else { return Ok(None) };
        let (shard, Kept { report, .. }) = first;
        let mut run = report.run.clone();
        run.partial = shard.selected || !self.are_all;
        run.shard = None;
        run.arguments = without_shard(&run.arguments);
        for (_, Kept { report, .. }) in others {
            let other = &report.run;
            if other.started_at < run.started_at {
                (run.id, run.started_at) = (other.id.clone(), other.started_at);
            }
            run.finished_at = run.finished_at.max(other.finished_at);
            run.browser = run.browser.or_else(|| other.browser.clone());
            add_labels(&mut run.labels, &other.labels);
            let new = other.preflight.iter().filter(|check| !run.preflight.contains(check));
            let new: Vec<_> = new.cloned().collect();
            run.preflight.extend(new);
        }
        run.stopped = self.told(|report| report.run.stopped.as_deref());
        run.leak = self.told(|report| report.run.leak.as_deref());
        let targets = 0..report.targets.len();
        let targets = targets.map(|index| self.target(index)).collect::<Result<Vec<_>, _>>()?;
        Ok(Some(RunReport { run, targets, ..report.clone() }))
    }

    /// What is told of some shards, each with its part.
    fn told<'s>(&'s self, of: impl Fn(&'s RunReport) -> Option<&'s str>) -> Option<String> {
        let told = self.shards.iter().filter_map(|(shard, kept)| {
            of(&kept.report).map(|text| format!("shard {}/{}: {text}", shard.part, shard.parts))
        });
        told.reduce(|all, one| format!("{all}; {one}"))
    }

    fn target(&self, index: usize) -> Result<TargetReport, ShardsError> {
        let mut by_key: BTreeMap<_, Vec<(&str, ScenarioRecord)>> = BTreeMap::new();
        let (mut facts, mut manners) = (None, Manners::default());
        for (shard, kept) in &self.shards {
            let Some(target) = kept.report.targets.get(index) else { continue };
            facts.get_or_insert(&target.facts);
            manners = manners.and(&target.manners);
            for record in &target.records {
                let place = (record.file.clone(), record.line, record.key.clone());
                let record = moved(record.clone(), shard.part);
                by_key.entry(place).or_default().push((&kept.name, record));
            }
        }
        let mut records = Vec::new();
        for ((_, _, key), of_key) in by_key {
            records.extend(counting(&key, of_key)?);
        }
        let facts = facts.cloned().ok_or_else(|| ShardsError::NoShard { folder: String::new() })?;
        Ok(TargetReport { facts, manners, nights: None, records })
    }
}

/// The records of one scenario that count: that of the shard that had it, and others that say something else.
fn counting(key: &str, records: Vec<(&str, ScenarioRecord)>) -> Result<Vec<ScenarioRecord>, ShardsError> {
    let left_out = Verdict::Skipped(SkipCause::LeftOut);
    let ran = |record: &ScenarioRecord| record.attempts.iter().any(|attempt| !attempt.steps.is_empty());
    let mut kept: Vec<(&str, ScenarioRecord)> = Vec::new();
    for (name, record) in records {
        let runner = kept.iter().find(|(_, other)| ran(other) && ran(&record));
        if let Some((one, _)) = runner {
            let (one, other) = ((*one).to_owned(), name.to_owned());
            return Err(ShardsError::Overlap { key: key.to_owned(), one, other });
        }
        if kept.iter().all(|(_, other)| other.verdict() != record.verdict()) {
            kept.push((name, record));
        }
    }
    if kept.len() > 1 {
        kept.retain(|(_, record)| *record.verdict() != left_out);
    }
    Ok(kept.into_iter().map(|(_, record)| record).collect())
}

/// A file of the run folder of a shard, as it is named in the folder of the whole.
pub fn moved_file(file: &str, part: usize) -> String {
    let path = Path::new(file);
    match (path.parent(), path.file_name().and_then(|name| name.to_str())) {
        (Some(folder), Some(name)) if name.ends_with(".ndjson") => {
            folder.join(format!("shard-{part}-{name}")).to_string_lossy().into_owned()
        }
        _ => file.to_owned(),
    }
}

fn moved(mut record: ScenarioRecord, part: usize) -> ScenarioRecord {
    for attempt in &mut record.attempts {
        if let EvidenceStore::Spilled { file, .. } = &mut attempt.evidence {
            *file = moved_file(file, part);
        }
    }
    record
}

/// Refuses shards of different nights.
fn apart(shards: &[(Shard, Kept)]) -> Result<(), ShardsError> {
    let begun = || shards.iter().map(|(_, kept)| (kept.report.run.started_at, &kept.name));
    let (Some((first, one)), Some((last, other))) = (begun().min(), begun().max()) else { return Ok(()) };
    let hours = last.duration_since(first).as_hours();
    let (one, other) = (one.clone(), other.clone());
    if hours < LONGEST { Ok(()) } else { Err(ShardsError::Apart { one, other, hours }) }
}

fn differ(one: &Kept, identity_of_one: &BTreeMap<String, String>, other: &Kept) -> Result<(), ShardsError> {
    let identity_of_other = identity(&other.report);
    let keys: BTreeSet<&String> = identity_of_one.keys().chain(identity_of_other.keys()).collect();
    let value = |identity: &BTreeMap<String, String>, key: &String| {
        identity.get(key).cloned().unwrap_or_else(|| "nothing".to_owned())
    };
    let differing = keys.into_iter().find(|key| identity_of_one.get(*key) != identity_of_other.get(*key));
    differing.map_or(Ok(()), |key| {
        Err(ShardsError::Differ {
            one: one.name.clone(),
            other: other.name.clone(),
            key: key.clone(),
            value: value(identity_of_one, key),
            other_value: value(&identity_of_other, key),
        })
    })
}

/// What the shards of one run have in common, by the name of its key.
fn identity(report: &RunReport) -> BTreeMap<String, String> {
    let run = &report.run;
    let mut identity: BTreeMap<String, String> = BTreeMap::new();
    for (key, value) in [
        ("harness_version", run.harness_version.clone()),
        ("hashes.features", run.hashes.features.clone()),
        ("hashes.catalogue", run.hashes.catalogue.clone()),
        ("hashes.schemas", run.hashes.schemas.clone()),
        ("seed", run.seed.to_string()),
        ("gate", run.gate.word().to_owned()),
        ("sign_off", run.sign_off.to_string()),
        ("deviation", run.deviation.clone().unwrap_or_default()),
    ] {
        identity.insert(key.to_owned(), value);
    }
    if let Some(Shard { parts, choice, .. }) = &run.shard {
        identity.insert("shard.parts".to_owned(), parts.to_string());
        identity.insert("shard.choice".to_owned(), choice.clone());
    }
    let names: Vec<&str> = report.targets.iter().map(|target| target.facts.name.as_str()).collect();
    identity.insert("targets".to_owned(), names.join(", "));
    for target in &report.targets {
        let facts = serde_json::to_value(&target.facts).unwrap_or_default();
        for (member, value) in facts.as_object().into_iter().flatten() {
            let text = value.as_str().map_or_else(|| Value::to_string(value), str::to_owned);
            identity.insert(format!("{}.{member}", target.facts.name), normal::subject(&text));
        }
    }
    identity
}

/// Adds the labels of a shard. If it says something else than the others, the run says both.
fn add_labels(labels: &mut BTreeMap<String, String>, others: &BTreeMap<String, String>) {
    for (key, other) in others {
        match labels.get_mut(key) {
            None => drop(labels.insert(key.clone(), other.clone())),
            Some(value) if value != other && value.split(", ").all(|one| one != other) => {
                *value = format!("{value}, {other}");
            }
            Some(_) => {}
        }
    }
}

/// The arguments of one run in place of those of a shard.
fn without_shard(arguments: &[String]) -> Vec<String> {
    const NAMES: [&str; 2] = ["--shard", "--run-group"];
    let mut kept = Vec::new();
    let mut is_value = false;
    for argument in arguments {
        let is_name = NAMES.contains(&argument.as_str());
        let is_both = NAMES.iter().any(|name| argument.starts_with(&format!("{name}=")));
        if !is_value && !is_name && !is_both {
            kept.push(argument.clone());
        }
        is_value = is_name;
    }
    kept
}

#[cfg(test)]
mod tests;
