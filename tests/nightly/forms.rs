//! Each file has the form that its system asks for, and gives no more rights than a night needs.

use crate::{all, joined, text, yaml};
use regex::Regex;
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;
use std::process::Command;

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
    let pinned = Regex::new(r"^actions/[a-z/-]+@[0-9a-f]{40}$").unwrap();
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
