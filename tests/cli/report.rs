//! `report`: what is made of run folders after a run.

use crate::ends::{signal, until};
use crate::support::{call, program, report, run_folder};
use crate::{SOUND, folder_with, run};
use serde_json::Value;
use std::process::Stdio;

/// A feature with so many sound scenarios.
fn many(scenarios: usize) -> String {
    let (head, scenario) = SOUND.split_once("\n\n").unwrap();
    let each = (0..scenarios).map(|number| scenario.replace("is created", &format!("is created: {number}")));
    format!("{head}\n\n{}", each.collect::<Vec<_>>().join("\n"))
}

#[test]
fn a_run_that_was_killed_is_rebuilt_from_its_journal() {
    let folder = folder_with(&[("many.feature", &many(1_000))]);
    let mut command = program(folder.path());
    command.args(["run", "--target", "mock-klarna", "--jobs", "1", "many.feature"]);
    let mut child = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    let latest = folder.path().join("reports/latest");
    let journal = latest.join("journal.ndjson");
    until("the run does not begin", || std::fs::metadata(&journal).is_ok_and(|journal| journal.len() > 0));
    let going = call(folder.path(), &["report", "rebuild", "reports/latest"]);
    assert_eq!(going.code, Some(2), "{going:?}");
    assert!(going.stderr.contains("still goes on"), "{going:?}");
    signal(&child, "-KILL");
    assert_eq!(child.wait().unwrap().code(), None);
    assert!(!latest.join("report.json").exists());
    let ended = call(folder.path(), &["report", "rebuild", "reports/latest"]);
    assert_eq!(ended.code, Some(3), "{ended:?}");
    assert!(ended.verdict().starts_with("CANNOT TELL: "), "{}", ended.stdout);
    assert!(ended.stdout.contains("The run did not end: it was killed"), "{}", ended.stdout);
    for file in ["report.json", "report.html", "junit.xml"] {
        assert!(latest.join(file).exists(), "{file}");
    }
    let kept = std::fs::read_to_string(&journal).unwrap().matches('\n').count();
    let report = report(folder.path());
    let records = report["targets"][0]["records"].as_array().unwrap();
    let words =
        |word: &str| records.iter().filter(|record| record["attempts"][0]["verdict"]["word"] == word).count();
    assert!(kept > 0 && kept < 1_000, "{kept}");
    assert_eq!((words("pass"), words("inconclusive")), (kept, 1_000 - kept));
}

#[test]
fn the_report_of_a_run_that_ended_is_rebuilt_as_it_was() {
    let feature = SOUND.replace("is 201", "is 418")
        + "
  Scenario: Another session is created
    Given a payment session
    When the merchant creates a hosted session
    Then the response status is 201
";
    let folder = folder_with(&[("mine.feature", feature.as_str())]);
    let ran = run(folder.path(), &["mine.feature"]);
    assert_eq!(ran.code, Some(1), "{ran:?}");
    let path = run_folder(folder.path()).join("report.json");
    let first: Value = serde_json::from_str(&std::fs::read_to_string(&path).unwrap()).unwrap();
    std::fs::remove_file(&path).unwrap();
    let ended = call(folder.path(), &["report", "rebuild", "reports/latest", "--format", "json"]);
    assert_eq!(ended.code, Some(1), "{ended:?}");
    assert_eq!(ended.verdict(), ran.verdict());
    assert_eq!(report(folder.path()), first);
    let none = call(folder.path(), &["report", "rebuild", "."]);
    assert_eq!(none.code, Some(2), "{none:?}");
    assert!(none.stderr.contains(". has no outline.json, so it is not a run folder"), "{none:?}");
}

/// Standing, cause and weight of each requirement, and the verdict of each scenario.
fn essence(report: &Value) -> Vec<String> {
    let mut told = ["outcome", "advice", "verdict", "headline"].map(|key| report[key].to_string()).to_vec();
    told.push(report["run"]["partial"].to_string());
    told.push(report["run"]["arguments"].as_array().unwrap().len().to_string());
    for target in report["targets"].as_array().unwrap() {
        let rows = target["requirements"].as_array().unwrap();
        told.extend(rows.iter().map(|row| {
            format!(
                "{} {} {} {} {}",
                row["id"], row["standing"], row["cause"], row["weight"], row["scenarios"]
            )
        }));
        let records = target["records"].as_array().unwrap();
        told.extend(records.iter().map(|record| {
            let last = record["attempts"].as_array().and_then(|attempts| attempts.last()).unwrap();
            format!("{} {}", record["key"], last["verdict"])
        }));
    }
    told
}

#[test]
fn four_shards_are_merged_into_the_report_of_one_run() {
    let folder = tempfile::tempdir().unwrap();
    let run = |out: &str, more: &[&str]| {
        // A busy machine makes trouble, which passes when it is tried again.
        let all = ["run", "--target", "mock-klarna", "--browser", "none", "--quiet", "--retries", "3"];
        let all = [&all[..], &["--deviate", "no-qr-code-url"]].concat();
        let arguments = [&all[..], &["--out", out], more].concat();
        let ended = call(folder.path(), &arguments);
        assert!(ended.code == Some(1) || ended.code == Some(3), "{ended:?}");
        folder.path().join(out).join("latest").canonicalize().unwrap().display().to_string()
    };
    let one = run("one", &[]);
    let shards: Vec<String> =
        (1..=4).map(|part| run(&format!("part-{part}"), &["--shard", &format!("{part}/4")])).collect();
    let merge = |out: &str, folders: &[&String], more: &[&str]| {
        let folders: Vec<&str> = folders.iter().map(|folder| folder.as_str()).collect();
        call(folder.path(), &[&["report", "merge", out], &folders[..], more].concat())
    };
    let all: Vec<&String> = shards.iter().collect();
    let ended = merge("whole", &all, &[]);
    assert_eq!(ended.code, Some(1), "{ended:?}");
    let read = |path: &std::path::Path| -> Value {
        serde_json::from_str(&std::fs::read_to_string(path.join("report.json")).unwrap()).unwrap()
    };
    let (merged, whole) = (read(&folder.path().join("whole")), read(std::path::Path::new(&one)));
    let (mut expected, told) = (essence(&whole), essence(&merged));
    // The arguments of the shards name another folder.
    assert_eq!(expected.len(), told.len());
    expected[5].clone_from(&told[5]);
    assert_eq!(told, expected);
    let page = std::fs::read_to_string(folder.path().join("whole/report.html")).unwrap();
    assert!(!page.contains("cannot read evidence"));
    let same = call(folder.path(), &["report", "diff", &one, "whole"]);
    assert_eq!(same.code, Some(0), "{same:?}");
    assert!(same.stdout.contains("\nnothing changed, 1 still failing\n"), "{}", same.stdout);

    let again = merge("whole", &all, &[]);
    assert_eq!(again.code, Some(2), "{again:?}");
    assert!(again.stderr.contains("whole is not empty"), "{again:?}");
    let missing = merge("less", &all[..3], &[]);
    assert_eq!(missing.code, Some(2), "{missing:?}");
    assert!(missing.stderr.contains("of 4 shards, 4/4 is missing"), "{missing:?}");
    let allowed = merge("less", &all[..3], &["--allow-missing", "--quiet"]);
    assert!(allowed.code == Some(1) || allowed.code == Some(3), "{allowed:?}");
    std::fs::write(folder.path().join("file"), "").unwrap();
    let unremembered = merge("kept", &all, &["--state", "file"]);
    assert_eq!(unremembered.code, Some(1), "{unremembered:?}");
    assert!(unremembered.stderr.contains("cannot read the history file"), "{unremembered:?}");
    assert!(folder.path().join("kept/report.json").exists(), "the verdict is lost");
    let no_shard = merge("none", &[&one], &[]);
    assert!(no_shard.stderr.contains("is not a shard"), "{no_shard:?}");
}

#[test]
fn a_diff_of_two_runs_exits_with_what_newly_fails() {
    let folder = tempfile::tempdir().unwrap();
    let run = |out: &str, more: &[&str]| {
        let all =
            ["run", "--quiet", "--format", "json", "--tags", "@req:HPP-CREATE-009 or @req:HPP-CREATE-008"];
        call(folder.path(), &[&all[..], &["--out", out], more].concat())
    };
    let kept = ["--target", "mock-klarna"];
    assert_eq!(run("before", &kept).code, Some(0));
    let broken = [&kept[..], &["--deviate", "no-qr-code-url"]].concat();
    assert_eq!(run("after", &broken).code, Some(1));
    assert_eq!(run("both", &["--seed", "7"]).code, Some(0));
    let diff = |arguments: &[&str]| call(folder.path(), &[&["report", "diff"], arguments].concat());
    let (before, after) = ("before/latest", "after/latest/report.json");
    let breaks = diff(&[before, after]);
    assert_eq!(breaks.code, Some(1), "{breaks:?}");
    let row = breaks.stdout.lines().find(|line| line.contains("newly failing   HPP-CREATE-009"));
    assert!(row.is_some_and(|row| row.contains("PASS") && row.contains("FAIL")), "{}", breaks.stdout);
    assert!(breaks.stdout.trim_end().ends_with("1 newly failing"), "{}", breaks.stdout);
    let json: Value = serde_json::from_str(&diff(&[before, after, "--json"]).stdout).unwrap();
    assert_eq!(json["targets"][0]["changes"][0]["kind"], "newly_failing");
    let mended = diff(&[after, before]);
    assert_eq!(mended.code, Some(0), "{mended:?}");
    assert!(mended.stdout.trim_end().ends_with("1 fixed"), "{}", mended.stdout);
    let equal = diff(&[before, "both/latest#mock-klarna"]);
    assert_eq!(
        (equal.code, equal.stdout.trim_end().ends_with("nothing changed")),
        (Some(0), true),
        "{equal:?}"
    );
    let moved = diff(&["both/latest#mock-klarna", "both/latest#mock-kustom"]);
    assert!(
        moved.stdout.contains("mock-klarna → mock-kustom") || moved.stdout.contains("nothing changed"),
        "{moved:?}"
    );
    let none = diff(&[before, "none"]);
    assert_eq!(none.code, Some(2), "{none:?}");
}

#[test]
fn the_next_run_says_what_changed_since_the_last_one() {
    let folder = tempfile::tempdir().unwrap();
    let run = |more: &[&str]| {
        let all = ["run", "--target", "mock-klarna", "--browser", "none", "--format", "json,html"];
        call(folder.path(), &[&all[..], more].concat())
    };
    let kept = ["--state", "state"];
    let first = run(&kept);
    assert!(!first.stdout.contains("Last run"), "{}", first.stdout);
    let line = |ended: &crate::support::Ended| {
        let text = ended.stdout.split("  Last run").nth(1).unwrap_or_else(|| panic!("{}", ended.stdout));
        text.split_whitespace().take(16).collect::<Vec<_>>().join(" ")
    };
    let second = run(&[&kept[..], &["--deviate", "no-qr-code-url"]].concat());
    assert!(line(&second).contains("1 newly failing (HPP-CREATE-009)"), "{}", line(&second));
    let third = run(&kept);
    assert!(line(&third).contains("1 fixed (HPP-CREATE-009)"), "{}", line(&third));
    let nights =
        |report: &Value| report["targets"][0]["nights"]["judged"]["HPP-CREATE-001"]["nights"].clone();
    assert_eq!(nights(&report(folder.path())), 1, "the mock with a deviation is another subject");
    let fourth = run(&kept);
    assert!(line(&fourth).contains("nothing failed, then or now"), "{}", line(&fourth));
    assert_eq!(nights(&report(folder.path())), 2);
    let page = std::fs::read_to_string(run_folder(folder.path()).join("report.html")).unwrap();
    assert!(page.contains("times in 2 nights; a breach in 1 of ") && page.contains("<dt>Last run</dt>"));
    let history = folder.path().join("state/targets/mock-klarna@127.0.0.1/history.jsonl");
    assert_eq!(std::fs::read_to_string(&history).unwrap().lines().count(), 4);
    let mode = std::os::unix::fs::PermissionsExt::mode(&std::fs::metadata(&history).unwrap().permissions());
    assert_eq!(mode & 0o777, 0o600);

    let partial = run(&[&kept[..], &["--tags", "@req:HPP-CREATE-001"]].concat());
    assert_eq!(partial.code, Some(0), "{partial:?}");
    assert_eq!(std::fs::read_to_string(&history).unwrap().lines().count(), 4, "a part run is not remembered");
    let among = run(&["--state", "reports/state"]);
    assert_eq!(among.code, Some(2), "{among:?}");
    assert!(among.stderr.contains("lies below the folder of the reports"), "{among:?}");
    let unnamed = run(&["--tags", "@req:HPP-CREATE-001"]);
    assert_eq!(unnamed.code, Some(0), "{unnamed:?}");
    assert!(!folder.path().join(".state/hpp-conformance/targets").exists());
}

#[test]
fn old_run_folders_are_pruned() {
    let folder = folder_with(&[
        ("reports/20260101T020000000Z-shop/journal.ndjson", ""),
        ("reports/20260102T020000000Z-mine/notes.txt", ""),
        ("reports/night/journal.ndjson", ""),
    ]);
    let prune = |more: &[&str]| call(folder.path(), &[&["report", "prune"], more].concat());
    let old = folder.path().join("reports/20260101T020000000Z-shop");
    let dry = prune(&["--keep", "30d", "--dry-run"]);
    assert_eq!(dry.stdout, "reports/20260101T020000000Z-shop\n1 run folder would be removed\n", "{dry:?}");
    assert!(old.exists());
    let kept = prune(&["--keep", "200y"]);
    assert_eq!((kept.code, kept.stdout.as_str()), (Some(0), "0 run folders removed\n"), "{kept:?}");
    let done = prune(&["--keep", "30d", "reports"]);
    assert!(done.code == Some(0) && done.stdout.ends_with("1 run folder removed\n"), "{done:?}");
    assert!(!old.exists());
    for stays in ["20260102T020000000Z-mine/notes.txt", "night/journal.ndjson"] {
        assert!(folder.path().join("reports").join(stays).exists(), "{stays}");
    }
    for wrong in [&["--keep", "soon"][..], &["--keep", "-3d"], &[], &["--keep", "30d", "nowhere"]] {
        assert_eq!(prune(wrong).code, Some(2), "{wrong:?}");
    }
}
