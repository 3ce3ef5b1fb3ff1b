//! Tests of outlines: what a report is made of, at the end of a run and after it was killed.

use super::*;
use crate::memory::JOURNAL;
use crate::report::{Added, Nights, Outcome, fixture};
use crate::verdict::Mismatch;
use std::io::Write;

/// The outline of a report, and its attempts.
fn apart(mut report: RunReport) -> (Outline, Vec<(usize, String, Attempt)>) {
    let mut attempts = Vec::new();
    for (index, target) in report.targets.iter_mut().enumerate() {
        for record in &mut target.records {
            if !matches!(record.verdict(), Verdict::Skipped(_)) {
                let made = std::mem::take(&mut record.attempts);
                attempts.extend(made.into_iter().map(|attempt| (index, record.key.clone(), attempt)));
            }
        }
    }
    (Outline::new(report), attempts)
}

fn unique(mut report: RunReport) -> RunReport {
    for (number, record) in report.targets.iter_mut().flat_map(|target| &mut target.records).enumerate() {
        record.key = format!("{} {number}", record.key);
    }
    report
}

fn end_of(report: &RunReport) -> Ended {
    let end = |_: &_| TargetEnd {
        unfinished: Verdict::Inconclusive(Doubt::Cancelled),
        manners: Manners::default(),
        void: Vec::new(),
    };
    Ended {
        finished_at: report.run.finished_at,
        stopped: None,
        leak: None,
        browser: report.run.browser.clone(),
        targets: report.targets.iter().map(end).collect(),
    }
}

#[test]
fn void_records_are_sorted_among_the_others() {
    let report = unique(fixture::report());
    let (outline, attempts) = apart(report.clone());
    let mut void = report.targets[0].records[0].clone();
    (void.file, void.line, void.key) = ("features/d.feature".into(), 1, "void".into());
    let mut end = end_of(&report);
    end.targets[0].void.push(void);
    let records = outline.complete(attempts, end).targets.remove(0).records;
    assert!(records.is_sorted_by_key(|record| (record.file.clone(), record.line)));
    assert_eq!(records.iter().filter(|record| record.key == "void").count(), 1);
}

#[test]
fn an_attempt_that_was_stopped_adds_nothing_to_earlier_ones() {
    let report = unique(fixture::complete());
    let (outline, attempts) = apart(report.clone());
    let (target, key, attempt) = attempts[0].clone();
    let stopped = Attempt::not_run(Verdict::Inconclusive(Doubt::Cancelled));
    let failed = Attempt::not_run(Verdict::Fail);
    let ended = [failed, attempt.clone(), stopped].map(|attempt| (target, key.clone(), attempt));
    let again = outline.complete(ended, end_of(&report));
    let record = again.targets[target].records.iter().find(|record| record.key == key).unwrap();
    assert_eq!(record.attempts, [Attempt::not_run(Verdict::Fail), attempt]);
}

#[test]
fn an_outline_with_all_attempts_is_the_report() {
    let report = unique(fixture::report());
    let (outline, attempts) = apart(report.clone());
    assert!(attempts.len() > 20);
    assert_eq!(outline.complete(attempts, end_of(&report)), report);
}

/// Writes a run folder that a run left when it was killed after so many attempts.
fn killed_after(report: RunReport, ended: usize) -> (tempfile::TempDir, RunFolder) {
    let folder = tempfile::tempdir().unwrap();
    let (outline, attempts) = apart(report);
    drop(outline.write(folder.path()).unwrap());
    let mut journal = File::create(folder.path().join(JOURNAL)).unwrap();
    for (target, key, attempt) in attempts.into_iter().take(ended) {
        let line = serde_json::json!({ "target": target, "key": key, "attempt": attempt });
        writeln!(journal, "{line}").unwrap();
    }
    write!(journal, "{{\"target\":0,\"key\":\"cut").unwrap();
    let run_folder = RunFolder::new(folder.path());
    (folder, run_folder)
}

#[test]
fn what_had_not_ended_when_a_run_was_killed_never_passed() {
    let whole = fixture::complete();
    let scenarios = whole.targets.iter().map(|target| target.records.len()).sum::<usize>();
    let (_kept, folder) = killed_after(whole.clone(), 5);
    let report = rebuild(&folder).unwrap();
    let words = |word: &str| {
        let records = report.targets.iter().flat_map(|target| &target.records);
        records.filter(|record| record.verdict().word() == word).count()
    };
    let skipped = words("skipped");
    assert_eq!((words("pass"), words("inconclusive")), (5, scenarios - skipped - 5));
    assert_eq!(report.judged().outcome(), Outcome::Incomplete);
    let verdict = report.judged().verdict();
    assert!(verdict.starts_with("Cannot tell"), "{verdict}");
    assert!(report.judged().notes().iter().any(|note| note.contains("it was killed")));
    // Even a run that had only to write its report is not complete.
    let (_kept, folder) = killed_after(whole, scenarios);
    let report = rebuild(&folder).unwrap();
    let verdict = report.judged().verdict();
    let told = "Cannot tell: nothing broken, but the run did not end: it was killed";
    assert!(verdict.starts_with(told), "{verdict}");
}

#[test]
fn what_a_report_says_about_earlier_nights_is_kept() {
    let whole = fixture::complete();
    let (kept, folder) = killed_after(whole.clone(), 1_000);
    let mut told = whole;
    let nights =
        Nights { judged: [("HPP-READ-001".parse().unwrap(), Added::default())].into(), ..Nights::default() };
    told.targets[0].nights = Some(nights.clone());
    let write = |report: &RunReport| {
        let text = report.judged().to_json(&folder).unwrap();
        std::fs::write(kept.path().join("report.json"), text).unwrap();
    };
    write(&told);
    assert_eq!(rebuild(&folder).unwrap().targets[0].nights, Some(nights));
    told.run.id = "20261120T020000000Z-other".into();
    write(&told);
    assert_eq!(rebuild(&folder).unwrap().targets[0].nights, None);
}

#[test]
fn an_end_that_lacks_a_target_makes_no_scenario_pass() {
    let whole = fixture::complete();
    let (kept, folder) = killed_after(whole.clone(), 5);
    Ended { targets: Vec::new(), ..end_of(&whole) }.write(kept.path()).unwrap();
    let report = rebuild(&folder).unwrap();
    let records = report.targets.iter().flat_map(|target| &target.records);
    assert_eq!(records.filter(|record| *record.verdict() == Verdict::Pass).count(), 5);
    assert_eq!(report.judged().outcome(), Outcome::Incomplete);
}

#[test]
fn a_breach_that_was_found_before_a_run_was_killed_is_told() {
    let mut whole = fixture::complete();
    fixture::set(&mut whole, 0, "HPP-CREATE-001", Verdict::Fail);
    let scenarios = whole.targets[0].records.len();
    let (_kept, folder) = killed_after(whole, scenarios);
    let report = rebuild(&folder).unwrap();
    assert_eq!(report.judged().outcome(), Outcome::NonConformant);
    let failed = report.targets[0].records.iter().find(|record| *record.verdict() == Verdict::Fail);
    assert_eq!(failed.unwrap().last().findings[0].mismatch, Mismatch::new("status", "404", "400"));
}

#[test]
fn a_run_that_ended_is_reported_as_it_ended_and_one_that_goes_on_is_left_alone() {
    let report = unique(fixture::complete());
    let (kept, folder) = killed_after(report.clone(), 1_000);
    let leak = Some("run.log has ‹password:1› in plain text".to_owned());
    Ended { leak: leak.clone(), ..end_of(&report) }.write(kept.path()).unwrap();
    let again = rebuild(&folder).unwrap();
    assert_eq!((again.run.stopped, again.run.leak), (None, leak));
    let running = File::open(kept.path().join(OUTLINE)).unwrap();
    running.lock().unwrap();
    let told = rebuild(&folder).unwrap_err().to_string();
    assert_eq!(
        told,
        format!("the run in {} still goes on; wait for its end, or end it first", kept.path().display())
    );
    drop(running);
    std::fs::remove_file(kept.path().join(OUTLINE)).unwrap();
    let told = rebuild(&folder).unwrap_err().to_string();
    assert!(
        told.ends_with("has no outline.json, so it is not a run folder, or one of an earlier version; name a run folder, such as reports/latest"),
        "{told}"
    );
}
