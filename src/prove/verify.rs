//! Checks a stored proof against this program: the same deviations with the same requirements, tried with the same suite, all proven.

use crate::exit_code::ExitCode;
use crate::input;
use crate::mock::{DEGENERATE, DEVIATIONS};
use crate::prove::CANARY;
use crate::prove::error::ProveError;
use crate::prove::worth;
use crate::prove::worth::{StoredCatchers, StoredScenario};
use crate::report::{Hashes, counted};
use serde::Deserialize;
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

/// A proof as `prove --json` printed it. What is not compared is not read.
#[derive(Deserialize)]
struct StoredProof {
    version: String,
    hashes: Option<Hashes>,
    canary: Option<String>,
    trials: Vec<StoredTrial>,
    servers: Vec<StoredServer>,
    scenarios: Vec<StoredScenario>,
}

#[derive(Deserialize)]
struct StoredTrial {
    deviation: Option<String>,
    kind: Option<String>,
    expected: BTreeSet<String>,
    broken: Option<BTreeSet<String>>,
    proven: bool,
    #[serde(flatten)]
    catchers: StoredCatchers,
}

#[derive(Deserialize)]
struct StoredServer {
    server: String,
    signed: Vec<String>,
    proven: bool,
}

/// What a stored proof is worth for this program.
#[derive(Debug, PartialEq, Eq)]
pub struct Verified {
    /// What differs, one sentence each.
    differences: Vec<String>,
}

impl Verified {
    /// The differences, and the result in the last line.
    pub fn told(&self) -> String {
        if self.differences.is_empty() {
            let deviations = counted(DEVIATIONS.len(), "deviation");
            let servers = counted(DEGENERATE.len(), "degenerate server");
            return format!("The proof holds for this program: {deviations} and {servers}.");
        }
        let count = counted(self.differences.len(), "difference");
        format!("{}\nThe proof does not hold for this program: {count}.", self.differences.join("\n"))
    }

    /// 0 if nothing differs, otherwise 1.
    pub fn exit_code(&self) -> ExitCode {
        if self.differences.is_empty() { ExitCode::Conformant } else { ExitCode::NonConformant }
    }
}

/// Reads a stored proof, and compares it with this program, which tests with a suite of these hashes and with scenarios of these keys.
pub fn verify(path: &Path, suite: &Hashes, keys: &BTreeSet<&str>) -> Result<Verified, ProveError> {
    let unreadable = |source| ProveError::Stored { path: path.to_owned(), source };
    let text = input::read_text(path).map_err(unreadable)?;
    let stored = serde_json::from_str(&text).map_err(|error| unreadable(error.into()))?;
    Ok(compared(&stored, suite, keys))
}

fn compared(stored: &StoredProof, suite: &Hashes, keys: &BTreeSet<&str>) -> Verified {
    let mut differences = differences_of_suite(stored, suite);
    let control = stored.trials.iter().find(|trial| trial.deviation.is_none());
    if !control.is_some_and(StoredTrial::holds) {
        differences.push("The control is missing: the faithful mock does not pass.".into());
    }
    if stored.canary.as_deref() != Some(CANARY) {
        differences.push(format!("The canary is not `{CANARY}`."));
    }
    let names = || stored.trials.iter().filter_map(|trial| trial.deviation.as_deref());
    let others = strangers("deviation", names(), DEVIATIONS.iter().map(|it| it.name));
    let has_all = others.is_empty();
    differences.extend(others);
    for deviation in DEVIATIONS.iter() {
        let name = deviation.name;
        let Some(trial) = stored.trials.iter().find(|trial| trial.deviation.as_deref() == Some(name)) else {
            continue;
        };
        let breaks: BTreeSet<String> = deviation.breaks.iter().map(ToString::to_string).collect();
        if trial.expected != breaks {
            let [there, here] = [&trial.expected, &breaks].map(listed);
            differences.push(format!("`{name}` breaks {there} in the proof, and {here} in this program."));
        }
        if trial.kind.as_deref() != Some(deviation.kind.words()) {
            differences.push(format!("`{name}` has another kind."));
        }
        if !trial.holds() {
            differences.push(format!("`{name}` is not proven."));
        }
    }
    let servers = || stored.servers.iter().map(|trial| trial.server.as_str());
    differences.extend(strangers("degenerate server", servers(), DEGENERATE.iter().map(|it| it.name)));
    let believed = stored.servers.iter().filter(|trial| !trial.proven || !trial.signed.is_empty());
    differences.extend(believed.map(|trial| format!("`{}` is not proven.", trial.server)));
    let stored_keys = stored.scenarios.iter().map(StoredScenario::key);
    differences.extend(strangers("scenario", stored_keys, keys.iter().copied()));
    // With other deviations, the figures of the scenarios cannot agree.
    if has_all {
        let caught =
            stored.trials.iter().filter_map(|trial| Some((trial.deviation.as_deref()?, &trial.catchers)));
        differences.extend(worth::differences(&stored.scenarios, &caught.collect::<Vec<_>>()));
    }
    Verified { differences }
}

fn differences_of_suite(stored: &StoredProof, suite: &Hashes) -> Vec<String> {
    let version = env!("CARGO_PKG_VERSION");
    let mut differences = Vec::new();
    if stored.version != version {
        differences.push(format!("The proof was made by version {}, and this is {version}.", stored.version));
    }
    let Some(hashes) = &stored.hashes else {
        differences.push("The proof does not say which suite it ran.".into());
        return differences;
    };
    for (what, there, here) in [
        ("features", &hashes.features, &suite.features),
        ("catalogue", &hashes.catalogue, &suite.catalogue),
        ("schemas", &hashes.schemas, &suite.schemas),
    ] {
        if there != here {
            differences.push(format!("The {what} of the proof differ from those of this program."));
        }
    }
    differences
}

/// The names that only one side has, and those that the proof has more than once.
fn strangers<'n>(
    what: &str,
    stored: impl Iterator<Item = &'n str>,
    known: impl Iterator<Item = &'n str>,
) -> Vec<String> {
    let mut times: BTreeMap<&str, usize> = BTreeMap::new();
    stored.for_each(|name| *times.entry(name).or_default() += 1);
    let known: BTreeSet<&str> = known.collect();
    let missing = known.iter().filter(|name| !times.contains_key(*name));
    let missing = missing.map(|name| format!("The proof lacks the {what} `{name}`."));
    let strange = times.keys().filter(|name| !known.contains(*name));
    let strange = strange.map(|name| format!("This program has no {what} `{name}`."));
    let twice = times.iter().filter(|(_, times)| **times > 1);
    let twice = twice.map(|(name, _)| format!("The proof has the {what} `{name}` more than once."));
    missing.chain(strange).chain(twice).collect()
}

fn listed(ids: &BTreeSet<String>) -> String {
    if ids.is_empty() { "nothing".to_owned() } else { ids.iter().cloned().collect::<Vec<_>>().join(", ") }
}

impl StoredTrial {
    /// Whether it is proven, and its own figures say so too.
    fn holds(&self) -> bool {
        self.proven && self.broken.as_ref() == Some(&self.expected) && self.catchers.is_about(&self.expected)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    fn suite() -> Hashes {
        Hashes { features: "f".into(), catalogue: "c".into(), schemas: "s".into() }
    }

    /// The keys of the scenarios.
    const KEYS: [&str; 2] = ["features/a.feature#One", "features/a.feature#Two"];

    /// A proof of this program, in which everything is proven, each deviation by both scenarios.
    fn whole() -> Value {
        let trial = |name: Option<&str>, kind: Option<&str>, breaks: &[&str]| {
            let caught_by: BTreeMap<&str, usize> = breaks.iter().map(|id| (*id, 2)).collect();
            json!({
                "deviation": name, "kind": kind, "expected": breaks, "broken": breaks, "proven": true,
                "catchers": if breaks.is_empty() { 0 } else { 2 }, "caught_by": caught_by, "not_tried": 0,
            })
        };
        let deviations = DEVIATIONS.iter().map(|it| trial(Some(it.name), Some(it.kind.words()), it.breaks));
        let servers = DEGENERATE.iter().map(|it| json!({ "server": it.name, "signed": [], "proven": true }));
        json!({
            "version": env!("CARGO_PKG_VERSION"),
            "hashes": suite(),
            "canary": CANARY,
            "trials": std::iter::once(trial(None, None, &[])).chain(deviations).collect::<Vec<_>>(),
            "servers": servers.collect::<Vec<_>>(),
            "scenarios": KEYS.map(|key| json!({
                "scenario": key, "catches": DEVIATIONS.len(), "alone": [], "perhaps_alone": [], "left_out": 0,
                "worth": "nothing alone", "reason": "It judges a MAY.",
            })),
        })
    }

    /// What makes a proof differ.
    type Change = fn(&mut Value);

    /// What is told about the proof after a change. Its trial 1 is that of the first deviation.
    fn differences(change: impl FnOnce(&mut Value)) -> Vec<String> {
        let mut proof = whole();
        change(&mut proof);
        compared(&serde_json::from_value(proof).unwrap(), &suite(), &BTreeSet::from(KEYS)).differences
    }

    #[test]
    fn a_proof_of_this_program_holds() {
        let verified = compared(&serde_json::from_value(whole()).unwrap(), &suite(), &BTreeSet::from(KEYS));
        assert_eq!(verified, Verified { differences: Vec::new() });
        assert_eq!(verified.exit_code(), ExitCode::Conformant);
        let count = DEVIATIONS.len();
        let told = format!("The proof holds for this program: {count} deviations and 10 degenerate servers.");
        assert_eq!(verified.told(), told);
    }

    #[test]
    fn each_difference_is_told_in_a_sentence() {
        let name = DEVIATIONS[0].name;
        let breaks = DEVIATIONS[0].breaks.join(", ");
        let server = DEGENERATE[0].name;
        let cases: [(Change, String); 13] = [
            (
                |proof| proof["version"] = json!("0.0.1"),
                format!("The proof was made by version 0.0.1, and this is {}.", env!("CARGO_PKG_VERSION")),
            ),
            (
                |proof| proof["hashes"]["features"] = json!("other"),
                "The features of the proof differ from those of this program.".into(),
            ),
            (|proof| proof["hashes"] = Value::Null, "The proof does not say which suite it ran.".into()),
            (
                |proof| proof["trials"][0]["proven"] = json!(false),
                "The control is missing: the faithful mock does not pass.".into(),
            ),
            (|proof| proof["canary"] = Value::Null, format!("The canary is not `{CANARY}`.")),
            (
                |proof| drop(proof["trials"].as_array_mut().unwrap().remove(1)),
                format!("The proof lacks the deviation `{name}`."),
            ),
            (
                |proof| {
                    let again = proof["trials"][1].clone();
                    proof["trials"].as_array_mut().unwrap().push(again);
                },
                format!("The proof has the deviation `{name}` more than once."),
            ),
            (|proof| proof["trials"][1]["kind"] = json!("x"), format!("`{name}` has another kind.")),
            (|proof| proof["trials"][1]["proven"] = json!(false), format!("`{name}` is not proven.")),
            (|proof| proof["trials"][1]["broken"] = json!([]), format!("`{name}` is not proven.")),
            (|proof| proof["servers"][0]["signed"] = json!(["API"]), format!("`{server}` is not proven.")),
            (
                |proof| proof["scenarios"][0]["worth"] = json!("alone"),
                format!("The scenario `{}` is good for something else than its figures say.", KEYS[0]),
            ),
            (
                |proof| {
                    let other = json!(["HPP-X-001"]);
                    (proof["trials"][1]["expected"], proof["trials"][1]["broken"]) = (other.clone(), other);
                    proof["trials"][1]["caught_by"] = json!({ "HPP-X-001": 2 });
                },
                format!("`{name}` breaks HPP-X-001 in the proof, and {breaks} in this program."),
            ),
        ];
        for (change, told) in cases {
            assert_eq!(differences(change), [told]);
        }
        let keys = differences(|proof| proof["scenarios"][1]["scenario"] = json!(KEYS[0]));
        let lacks = format!("The proof lacks the scenario `{}`.", KEYS[1]);
        assert_eq!(keys, [lacks, format!("The proof has the scenario `{}` more than once.", KEYS[0])]);
        let uncaught = differences(|proof| proof["trials"][1]["caught_by"] = json!({}));
        assert_eq!(uncaught[0], format!("`{name}` is not proven."));
        let both = differences(|proof| proof["servers"][0]["server"] = json!("x"));
        let lacks = format!("The proof lacks the degenerate server `{server}`.");
        assert_eq!(both, [lacks, "This program has no degenerate server `x`.".into()]);
    }
}
