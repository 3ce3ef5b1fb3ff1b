//! `gl-code-quality-report.json` for GitLab: an entry for each way in which a requirement is broken, and for each that waits for somebody.

use crate::report::failure::{Way, ways};
use crate::report::words::{told, visible};
use crate::report::{Judged, JudgedRecord, JudgedTarget, ReportError, Row, Standing};
use crate::requirement::{Level, Requirement};
use serde_json::{Value, json};
use std::collections::HashMap;

impl Judged<'_> {
    /// The report as GitLab reads it in a merge request. What is kept, accepted or not tested has no entry.
    pub fn to_code_quality(&self) -> Result<String, ReportError> {
        let mut seen = HashMap::new();
        let entries = self.targets.iter().flat_map(entries).map(|entry| entry.document(&mut seen));
        Ok(serde_json::to_string_pretty(&entries.collect::<Vec<_>>())? + "\n")
    }
}

/// One entry: what is wrong, and where it was seen.
struct Entry {
    description: String,
    check_name: String,
    /// The same in each run that finds the same, so that GitLab can tell what is new.
    fingerprint: String,
    severity: &'static str,
    path: String,
    line: usize,
}

impl Entry {
    /// GitLab keeps only one entry of each fingerprint, so further ones are numbered.
    fn document(self, seen: &mut HashMap<String, usize>) -> Value {
        let Self { description, check_name, mut fingerprint, severity, path, line } = self;
        let count = seen.entry(fingerprint.clone()).or_default();
        *count += 1;
        if *count > 1 {
            fingerprint = format!("{fingerprint} #{count}");
        }
        let path = path.trim_start_matches("./");
        json!({
            "description": visible(&description).replace(['\n', '\t'], " "), "check_name": check_name,
            "fingerprint": fingerprint, "severity": severity, "location": { "path": path, "lines": { "begin": line.max(1) } },
        })
    }
}

fn entries(target: &JudgedTarget<'_>) -> Vec<Entry> {
    let name = &target.facts.name;
    let mut entries: Vec<Entry> = target.rows.iter().flat_map(|row| of_row(name, row)).collect();
    entries.extend(target.records.iter().filter(|record| record.is_void()).map(|record| void(name, record)));
    entries
}

/// The entries of a requirement: each way in which it is broken, or the scenario that shows what is to decide.
fn of_row(target: &str, row: &Row<'_>) -> Vec<Entry> {
    let Requirement { id, level, statement, .. } = row.requirement;
    let Some(severity) = severity(row.standing, *level) else { return Vec::new() };
    let (standing, about) = (row.standing, format!("{id} at {target}: {statement}"));
    let ways =
        if matches!(standing, Standing::Flaky | Standing::Stale) { Vec::new() } else { ways(&row.findings) };
    if ways.is_empty() {
        let telling = row.records.iter().find(|record| record.standing == standing);
        return telling
            .or(row.records.first())
            .map(|record| Entry {
                description: format!("{standing} {about} {}", standing.meaning()),
                check_name: id.to_string(),
                fingerprint: format!("{target} {id} {standing}"),
                severity,
                path: record.file.clone(),
                line: record.line,
            })
            .into_iter()
            .collect();
    }
    let entry = |way: &Way<'_>| Entry {
        description: format!("{standing} {about} {}", told(&way.finding.mismatch)),
        check_name: id.to_string(),
        fingerprint: format!("{target} {id} {}", way.finding.mismatch.subject),
        severity,
        path: way.finding.file.clone(),
        line: way.finding.line,
    };
    ways.iter().map(entry).collect()
}

fn void(target: &str, record: &JudgedRecord<'_>) -> Entry {
    Entry {
        description: format!(
            "{} at {target}: {}: {}",
            Standing::Harness,
            record.title,
            record.verdict().cause()
        ),
        check_name: Standing::Harness.word().to_owned(),
        fingerprint: format!("{target} {} {}", Standing::Harness, record.key),
        severity: "major",
        path: record.file.clone(),
        line: record.line,
    }
}

/// How grave a standing is. `None` if nobody has to do anything, or if nothing was judged. What is void is told by its scenario.
fn severity(standing: Standing, level: Level) -> Option<&'static str> {
    Some(match (standing, level) {
        (Standing::Fail, _) => "critical",
        (Standing::Unconfirmed, Level::Must) => "major",
        (Standing::Warn | Standing::Unconfirmed | Standing::Flaky, _) => "minor",
        (Standing::Stale, _) => "info",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::{RunReport, fixture};
    use std::collections::BTreeSet;

    fn entries_of(report: &RunReport) -> Vec<Value> {
        assert!(report.targets.iter().any(|target| target.records.len() > 10));
        serde_json::from_str(&report.judged().to_code_quality().unwrap()).unwrap()
    }

    #[test]
    fn golden() {
        insta::assert_json_snapshot!(entries_of(&fixture::report()));
    }

    #[test]
    fn each_entry_has_what_gitlab_asks_for_and_a_fingerprint_of_its_own() {
        let entries = entries_of(&fixture::report());
        let mut fingerprints = BTreeSet::new();
        for entry in &entries {
            let text = |key: &str| entry[key].as_str().filter(|text| !text.is_empty()).unwrap().to_owned();
            assert!(["info", "minor", "major", "critical", "blocker"].contains(&text("severity").as_str()));
            let (_, _) = (text("description"), text("check_name"));
            assert!(fingerprints.insert(text("fingerprint")), "{entry}");
            let path = entry["location"]["path"].as_str().unwrap();
            assert!(!path.starts_with(['.', '/']), "{entry}");
            assert!(entry["location"]["lines"]["begin"].as_u64() > Some(0), "{entry}");
        }
        let mut other = fixture::report();
        other.run.id = "another".into();
        assert_eq!(entries_of(&other), entries, "another run that finds the same has the same fingerprints");
    }

    #[test]
    fn what_is_kept_has_no_entry() {
        let mut report = fixture::report();
        report.targets.iter_mut().for_each(|target| target.records.clear());
        assert_eq!(report.judged().to_code_quality().unwrap(), "[]\n");
    }
}
