//! The files of `nightly/` are sound as far as can be seen without the systems for which they are: the commands in them exist, and each file
//! has the form that its system asks for.

mod support;

use regex::Regex;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;
use std::process::Command;
use support::{call, program};

const FOLDER: &str = "nightly";

/// The name of each file of the folder, with its text.
fn files() -> BTreeMap<String, String> {
    let entries = fs::read_dir(FOLDER).unwrap().map(|entry| entry.unwrap().path());
    entries
        .map(|path| {
            (path.file_name().unwrap().to_str().unwrap().to_owned(), fs::read_to_string(&path).unwrap())
        })
        .collect()
}

fn text(name: &str) -> String {
    files().remove(name).unwrap_or_else(|| panic!("{FOLDER}/{name} is missing"))
}

/// The documents of a YAML file.
fn yaml(name: &str) -> Vec<Value> {
    use serde::Deserialize;
    let text = text(name);
    let documents = serde_yaml_ng::Deserializer::from_str(&text);
    documents.map(|one| Value::deserialize(one).unwrap_or_else(|error| panic!("{name}: {error}"))).collect()
}

/// The lines of a file without comments. A line that ends with `\` goes on in the next one.
fn joined(text: &str) -> Vec<String> {
    let kept: Vec<&str> = text.lines().filter(|line| !line.trim_start().starts_with('#')).collect();
    kept.join("\n").replace("\\\n", " ").lines().map(str::to_owned).collect()
}

/// The arguments of each call of the program in a file.
fn calls(text: &str) -> Vec<Vec<String>> {
    let start = Regex::new(r"(^|[\s/])hpp-conformance (run|doctor|report|lint|prove)\b").unwrap();
    let lines = joined(text);
    let called = lines.iter().filter_map(|line| {
        let found = start.find(line)?;
        let rest = line[found.start()..].split("hpp-conformance ").nth(1)?.split(" || ").next()?;
        Some(rest.split_whitespace().map(|word| word.trim_matches('"').to_owned()).collect())
    });
    called.collect()
}

/// Every member with this name, at any depth.
fn each<'v>(value: &'v Value, name: &str, found: &mut Vec<&'v Value>) {
    match value {
        Value::Object(members) => {
            for (key, value) in members {
                if key == name {
                    found.push(value);
                }
                each(value, name, found);
            }
        }
        Value::Array(items) => items.iter().for_each(|item| each(item, name, found)),
        _ => {}
    }
}

fn all<'v>(value: &'v Value, name: &str) -> Vec<&'v Value> {
    let mut found = Vec::new();
    each(value, name, &mut found);
    found
}

#[test]
fn every_command_in_a_file_exists_with_its_options_and_its_values() {
    let folder = tempfile::tempdir().unwrap();
    let (mut checked, mut seen) = (0, BTreeSet::new());
    for (name, text) in files() {
        for call_of in calls(&text) {
            seen.insert(name.clone());
            // A version without the command `report` cannot merge.
            if call_of[0] == "report" && call(folder.path(), &["report", "--help"]).code != Some(0) {
                continue;
            }
            let commands: Vec<&str> = match call_of[0].as_str() {
                "report" => vec!["report", &call_of[1]],
                other => vec![other],
            };
            let help = call(folder.path(), &[&commands[..], &["--help"]].concat());
            assert_eq!(help.code, Some(0), "{name}: there is no {commands:?}: {}", help.stderr);
            let options = call_of.iter().enumerate().filter(|(_, word)| word.starts_with("--"));
            for (index, option) in options {
                let is_known = help.stdout.split([' ', ',', '\n']).any(|word| word == option);
                assert!(is_known, "{name}: `{}` has no {option}", commands.join(" "));
                if option == "--format" {
                    for format in call_of[index + 1].split(',') {
                        assert!(help.stdout.contains(&format!("- {format}:")), "{name}: no format {format}");
                    }
                }
                checked += 1;
            }
        }
    }
    assert!(checked > 25, "only {checked} options");
    let expected = ["github.yml", "gitlab-ci.yml", "hpp-conformance.service", "kubernetes.yaml"];
    assert_eq!(seen.iter().map(String::as_str).collect::<Vec<_>>(), expected);
}

#[test]
fn the_profile_and_the_waivers_are_accepted() {
    let folder = tempfile::tempdir().unwrap();
    let profile = fs::canonicalize("nightly/our-shop.toml").unwrap();
    let mut command = program(folder.path());
    command.env_remove("HPP_KLARNA_USERNAME").env_remove("HPP_KLARNA_PASSWORD");
    let output = command.args(["run", "--target"]).arg(&profile).output().unwrap();
    let told = String::from_utf8_lossy(&output.stderr).into_owned();
    // All of it was read but the secrets, and nothing was sent.
    assert!(told.contains("is missing; set `HPP_KLARNA_"), "{told}");

    // The example becomes a waiver as soon as its comment signs are taken away. Its day must not have passed when it is copied.
    let example = text("waivers.toml")
        .lines()
        .skip(2)
        .fold(String::new(), |text, line| text + line.trim_start_matches('#').trim_start() + "\n");
    let soon = jiff::Timestamp::now().to_zoned(jiff::tz::TimeZone::UTC).date().tomorrow().unwrap();
    for waivers in [text("waivers.toml"), example.replace("2027-01-31", &soon.to_string())] {
        fs::write(folder.path().join("waivers.toml"), &waivers).unwrap();
        let tags = ["run", "--target", "mock-klarna", "--tags", "@req:HPP-CREATE-001", "--quiet"];
        let ended = call(folder.path(), &[&tags[..], &["--waivers", "waivers.toml"]].concat());
        assert_eq!(ended.code, Some(0), "{waivers}\n{ended:?}");
    }
    assert!(example.contains("[[waiver]]\ntargets = [\"our-shop\"]\n"), "{example}");
}

#[test]
fn the_workflow_of_github_is_bounded_pinned_and_keeps_its_secrets() {
    let [workflow] = yaml("github.yml").try_into().unwrap();
    assert_eq!(workflow["permissions"], serde_json::json!({ "contents": "read" }));
    assert!(
        workflow["on"]["schedule"][0]["cron"].is_string() && workflow["concurrency"]["group"].is_string()
    );
    let jobs = workflow["jobs"].as_object().unwrap();
    for (name, job) in jobs {
        assert!(job["timeout-minutes"].as_u64().is_some(), "{name} may last for ever");
        assert!(job["runs-on"].is_string() && !job["steps"].as_array().unwrap().is_empty(), "{name}");
        let needed = job["needs"].as_str().into_iter();
        needed.for_each(|needed| assert!(jobs.contains_key(needed), "{name} needs {needed}"));
        for step in job["steps"].as_array().unwrap() {
            assert_ne!(step["run"].is_string(), step["uses"].is_string(), "{name}: {step}");
            let script = step["run"].as_str().unwrap_or_default();
            assert!(!script.contains("${{"), "an expression in a script can be a command: {script}");
        }
    }
    let pinned = Regex::new(r"^actions/[a-z-]+@[0-9a-f]{40}$").unwrap();
    let uses = all(&workflow, "uses");
    assert!(uses.len() >= 4 && uses.iter().all(|uses| pinned.is_match(uses.as_str().unwrap())), "{uses:?}");
    let shards = workflow["jobs"]["shard"]["strategy"]["matrix"]["shard"].as_array().unwrap();
    let numbers: Vec<u64> = shards.iter().map(|shard| shard.as_u64().unwrap()).collect();
    assert_eq!(numbers, (1..=4).collect::<Vec<_>>());
    let text = text("github.yml");
    assert!(text.contains("SHARD: ${{ matrix.shard }}/4"), "the shards are parts of another whole");
    let secrets = Regex::new(r"secrets\.(\w+)").unwrap();
    let named: BTreeSet<&str> =
        secrets.captures_iter(&text).map(|found| found.get(1).unwrap().as_str()).collect();
    assert_eq!(named.into_iter().collect::<Vec<_>>(), ["HPP_KLARNA_PASSWORD", "HPP_KLARNA_USERNAME"]);
    // The deadline of a run leaves time for its report and for what it uploads.
    assert!(text.contains("--deadline 75m") && jobs["shard"]["timeout-minutes"] == 90);
}

#[test]
fn the_pipeline_of_gitlab_keeps_its_rules() {
    let [pipeline] = yaml("gitlab-ci.yml").try_into().unwrap();
    let stages = pipeline["stages"].as_array().unwrap();
    let names = pipeline.as_object().unwrap().keys().filter(|key| !key.starts_with('.') && *key != "stages");
    let names: Vec<&String> = names.collect();
    assert_eq!(names, ["shard", "report"]);
    for name in names {
        let job = &pipeline[name.as_str()];
        assert!(stages.contains(&job["stage"]), "{name} has no stage");
        assert!(pipeline[job["extends"].as_str().unwrap()].is_object(), "{name}");
        assert!(job["timeout"].is_string() && !job["script"].as_array().unwrap().is_empty(), "{name}");
        assert!(job["when"].is_null(), "`when` of a job does not go with `rules`: {name}");
        assert_eq!(job["artifacts"]["when"], "always", "{name}");
        assert!(job["artifacts"]["expire_in"].is_string(), "{name}");
    }
    let shard = &pipeline["shard"];
    assert_eq!(shard["parallel"], 4);
    let script = shard["script"][1].as_str().unwrap();
    assert!(script.contains("--shard \"$CI_NODE_INDEX/$CI_NODE_TOTAL\"") && script.contains("code-quality"));
    let reports = shard["artifacts"]["reports"].as_object().unwrap();
    assert!(reports["junit"].as_str().unwrap().ends_with("/junit.xml"));
    assert!(reports["codequality"].as_str().unwrap().ends_with("/gl-code-quality-report.json"));
    assert_eq!(pipeline["report"]["needs"], serde_json::json!(["shard"]));
}

#[test]
fn the_jobs_of_kubernetes_are_whole_and_may_do_little() {
    let documents = yaml("kubernetes.yaml");
    let kinds: Vec<&str> = documents.iter().map(|one| one["kind"].as_str().unwrap()).collect();
    assert_eq!(kinds, ["PersistentVolumeClaim", "CronJob", "CronJob"]);
    let claim = &documents[0]["metadata"]["name"];
    for cron in &documents[1..] {
        let name = &cron["metadata"]["name"];
        assert_eq!(
            (&cron["apiVersion"], &cron["spec"]["concurrencyPolicy"]),
            (&"batch/v1".into(), &"Forbid".into())
        );
        let job = &cron["spec"]["jobTemplate"]["spec"];
        assert_eq!(job["backoffLimit"], 0, "{name}: a run is not repeated behind our back");
        assert!(job["activeDeadlineSeconds"].as_u64().is_some(), "{name}");
        let pod = &job["template"]["spec"];
        assert_eq!(
            (&pod["restartPolicy"], &pod["automountServiceAccountToken"]),
            (&"Never".into(), &false.into())
        );
        assert_eq!(pod["securityContext"]["runAsNonRoot"], true);
        assert_eq!(pod["securityContext"]["seccompProfile"]["type"], "RuntimeDefault");
        let volumes: BTreeSet<&str> = pod["volumes"]
            .as_array()
            .unwrap()
            .iter()
            .map(|volume| volume["name"].as_str().unwrap())
            .collect();
        let containers = pod["containers"].as_array().unwrap();
        assert_eq!(containers.len(), 1);
        let context = &containers[0]["securityContext"];
        assert_eq!(
            (&context["readOnlyRootFilesystem"], &context["allowPrivilegeEscalation"]),
            (&true.into(), &false.into())
        );
        assert_eq!(context["capabilities"]["drop"], serde_json::json!(["ALL"]));
        let mounts: BTreeMap<&str, &str> = containers[0]["volumeMounts"]
            .as_array()
            .unwrap()
            .iter()
            .map(|mount| (mount["mountPath"].as_str().unwrap(), mount["name"].as_str().unwrap()))
            .collect();
        assert!(mounts.contains_key("/tmp") && mounts.contains_key("/reports"), "{mounts:?}");
        assert_eq!(mounts.values().copied().collect::<BTreeSet<_>>(), volumes, "{name}");
        let claims = all(pod, "claimName");
        assert!(claims.iter().all(|own| *own == claim) && !claims.is_empty(), "{name}");
    }
    let job = &documents[1]["spec"]["jobTemplate"]["spec"];
    assert_eq!(
        (&job["completionMode"], &job["completions"], &job["parallelism"]),
        (&"Indexed".into(), &4.into(), &4.into())
    );
    let container = &job["template"]["spec"]["containers"][0];
    assert!(container["args"][0].as_str().unwrap().contains("--shard \"$((JOB_COMPLETION_INDEX + 1))/4\""));
    for variable in container["env"].as_array().unwrap() {
        let name = variable["name"].as_str().unwrap();
        assert!(variable["value"].is_null(), "{name} has its value in the file");
        let is_secret = name.starts_with("HPP_");
        assert_eq!(variable["valueFrom"]["secretKeyRef"].is_object(), is_secret, "{name}");
    }
}

#[test]
fn the_scripts_in_the_files_are_those_of_a_plain_shell() {
    let mut scripts: Vec<(&str, String)> = Vec::new();
    for file in ["github.yml", "gitlab-ci.yml", "kubernetes.yaml"] {
        for document in yaml(file) {
            let found = [all(&document, "run"), all(&document, "script"), all(&document, "args")].concat();
            let lines = found.into_iter().flat_map(|value| match value {
                Value::Array(lines) => lines.iter().map(|line| line.as_str().unwrap().to_owned()).collect(),
                other => vec![other.as_str().unwrap().to_owned()],
            });
            scripts.extend(lines.map(|script| (file, script)));
        }
    }
    assert!(scripts.len() >= 7, "{scripts:?}");
    for (file, script) in &scripts {
        let output = Command::new("sh").args(["-n", "-c", script]).output().unwrap();
        assert!(output.status.success(), "{file}: {}\n{script}", String::from_utf8_lossy(&output.stderr));
    }
    // A shard whose run ends with one of these codes goes on to the merge. Any other ends it.
    let folder = tempfile::tempdir().unwrap();
    let shards: Vec<_> = scripts.iter().filter(|(_, script)| script.contains("case \"$code\"")).collect();
    assert_eq!(shards.len(), 3);
    for (file, script) in shards {
        for (code, expected) in [(0, 0), (1, 0), (2, 2), (3, 0), (4, 4), (5, 0), (137, 137)] {
            let program =
                format!("hpp-conformance() {{ return {code}; }}\n{script}").replace("hpp-conformance", "hpp");
            let output = Command::new("sh")
                .args(["-euc", &program])
                .current_dir(folder.path())
                .envs([("SHARD", "1/4"), ("GROUP", "g"), ("NIGHT", "n"), ("JOB_COMPLETION_INDEX", "0")])
                .envs([("CI_NODE_INDEX", "1"), ("CI_NODE_TOTAL", "4"), ("CI_PIPELINE_ID", "1")])
                .output()
                .unwrap();
            let told = String::from_utf8_lossy(&output.stderr);
            assert_eq!(output.status.code(), Some(expected), "{file}: {code}: {told}\n{program}");
        }
    }
}

#[test]
fn the_units_of_systemd_are_as_systemd_wants_them() {
    for name in ["hpp-conformance.service", "hpp-conformance.timer"] {
        let mut section = None;
        for line in joined(&text(name)).iter().filter(|line| !line.trim().is_empty()) {
            match line.strip_prefix('[') {
                Some(_) => section = Some(line.clone()),
                None => assert!(section.is_some() && line.contains('='), "{name}: {line}"),
            }
        }
    }
    let service = text("hpp-conformance.service");
    for line in
        ["Type=oneshot", "DynamicUser=yes", "NoNewPrivileges=yes", "ProtectSystem=strict", "UMask=0077"]
    {
        assert!(service.lines().any(|known| known == line), "{line}");
    }
    assert!(!service.contains("PASSWORD=") || service.contains("#   HPP_KLARNA_PASSWORD=…"));
    let Ok(version) = Command::new("systemd-analyze").arg("--version").output() else { return };
    assert!(version.status.success());
    let folder = tempfile::tempdir().unwrap();
    let installed = service
        .replace("/usr/local/bin/hpp-conformance", env!("CARGO_BIN_EXE_hpp-conformance"))
        .replace("EnvironmentFile=/", "EnvironmentFile=-/");
    fs::write(folder.path().join("hpp-conformance.service"), installed).unwrap();
    fs::write(folder.path().join("hpp-conformance.timer"), text("hpp-conformance.timer")).unwrap();
    let output = Command::new("systemd-analyze")
        .args(["verify", "--man=no", "hpp-conformance.service", "hpp-conformance.timer"])
        .current_dir(folder.path())
        .output()
        .unwrap();
    let told = String::from_utf8_lossy(&output.stderr);
    // It also tells about units of the machine.
    let about_ours: Vec<&str> = told.lines().filter(|line| line.contains("hpp-conformance")).collect();
    assert_eq!(about_ours, [""; 0], "{told}");
}

#[test]
fn the_image_runs_as_an_ordinary_user_and_fetches_nothing_by_itself() {
    let text = text("Dockerfile");
    let lines = joined(&text);
    let lines: Vec<(&str, &str)> = lines
        .iter()
        .filter_map(|line| line.trim().split_once(' '))
        .map(|(word, rest)| (word, rest.trim()))
        .collect();
    let of = |word: &str| -> Vec<&str> {
        lines.iter().filter(|(known, _)| *known == word).map(|(_, rest)| *rest).collect()
    };
    assert_eq!(of("ADD"), [""; 0]);
    assert!(
        of("FROM").iter().all(|image| !image.contains(":latest") && image.contains(':')),
        "{:?}",
        of("FROM")
    );
    assert!(of("RUN").iter().all(|run| !run.contains("curl") && !run.contains("wget")));
    assert!(of("RUN").iter().any(|run| run.contains("cargo build --release --locked")));
    assert_eq!(of("USER"), ["10001:10001"]);
    let last = lines.iter().rposition(|(word, _)| matches!(*word, "RUN" | "COPY")).unwrap();
    let user = lines.iter().position(|(word, _)| *word == "USER").unwrap();
    assert!(last < user, "what is installed is installed before");
    assert_eq!((of("ENTRYPOINT"), of("CMD")), (vec!["[\"hpp-conformance\"]"], vec!["[\"run\"]"]));
    assert!(
        of("COPY")
            .contains(&"--from=build /src/target/release/hpp-conformance /usr/local/bin/hpp-conformance")
    );
    // With a read-only root, only these folders are written.
    for variable in ["HOME=/tmp", "TMPDIR=/tmp", "XDG_STATE_HOME=/tmp/state"] {
        assert!(of("ENV").iter().any(|env| env.contains(variable)), "{variable}");
    }
    assert!(!text.to_lowercase().contains("password="), "a secret stands in the image");
    // The image is built with the oldest compiler that the project promises.
    let manifest = fs::read_to_string("Cargo.toml").unwrap();
    let version =
        Regex::new("rust-version = \"([0-9.]+)\"").unwrap().captures(&manifest).unwrap()[1].to_owned();
    assert!(of("FROM")[0].starts_with(&format!("rust:{version}-")), "{:?}", of("FROM"));
    assert!(Path::new("nightly/Dockerfile.dockerignore").exists());
}

#[test]
fn the_manual_names_every_file() {
    let readme = fs::read_to_string("README.md").unwrap();
    let chapter = readme.split("\n## ").find(|chapter| chapter.starts_with("Every night\n")).unwrap();
    for name in files().keys() {
        assert!(chapter.contains(&format!("`nightly/{name}`")), "{name} is not in the chapter");
    }
}
