//! What a run is going to do: the outline of its report, as it stands before the first scenario.

use crate::evidence::Recorder;
use crate::memory::Outline;
use crate::report::{Hashes, Manners, PreflightCheck, RunFacts, RunReport, Shard, TargetReport};
use crate::requirement::Requirement;
use crate::run::RunOptions;
use crate::run::records;
use crate::run::setting::Setting;
use crate::run::subject::{Embedded, TargetChoice};
use crate::run::target::Target;
use jiff::Timestamp;

/// The outline of a run with this name.
pub(super) fn outline(
    (id, started_at): (String, Timestamp),
    options: &RunOptions,
    Setting { features, schemas }: &Setting,
    targets: &[Target<'_>],
    preflight: Vec<PreflightCheck>,
    recorder: &Recorder,
) -> Outline {
    let catalogue: Vec<Requirement> = features.catalogue.iter().cloned().collect();
    let of_target = |target: &Target<'_>| TargetReport {
        facts: records::facts(target.profile, &catalogue),
        manners: Manners::default(),
        nights: None,
        records: records::of_target(&target.choices, features.faults.iter().map(records::of_file)),
    };
    let targets = targets.iter().map(of_target).collect();
    let run = RunFacts {
        id,
        started_at,
        finished_at: started_at,
        harness_version: env!("CARGO_PKG_VERSION").into(),
        arguments: options.arguments.iter().map(|text| recorder.text(text)).collect(),
        seed: options.seed,
        labels: {
            let told = |(key, value): (&String, &String)| (key.clone(), recorder.text(value));
            options.labels.iter().map(told).collect()
        },
        gate: options.gate,
        stopped: None,
        leak: None,
        sign_off: options.sign_off,
        partial: options.filter.is_partial() || !options.features.is_empty(),
        shard: shard(options, recorder),
        deviation: options.targets.iter().find_map(TargetChoice::deviation),
        browser: None,
        preflight,
        hashes: Hashes {
            features: features.hash.clone(),
            catalogue: features.catalogue_hash.clone(),
            schemas: schemas.hash(),
        },
    };
    Outline::new(RunReport { schema_version: RunReport::SCHEMA_VERSION, run, targets, catalogue })
}

/// Which part of the scenarios the run has, and what else was chosen.
fn shard(options: &RunOptions, recorder: &Recorder) -> Option<Shard> {
    let (part, parts) = options.filter.shard?;
    let tags = options.filter.tags.as_ref().map(|tags| format!("tags {tags:?}"));
    let features = options.features.iter().map(|path| format!("features {}", path.display()));
    let mocks = options.targets.iter().filter_map(|target| match target {
        TargetChoice::Mock(Embedded { opaque_urls, legal_seed, .. })
            if *opaque_urls || legal_seed.is_some() =>
        {
            Some(format!("{} with opaque_urls {opaque_urls}, legal_seed {legal_seed:?}", target.name()))
        }
        _ => None,
    });
    let retries = format!("retries {}", options.retries);
    let choice: Vec<String> = tags.into_iter().chain(features).chain(mocks).chain([retries]).collect();
    Some(Shard {
        part: part + 1,
        parts,
        selected: options.filter.tags.is_some() || !options.features.is_empty(),
        choice: recorder.text(&choice.join("; ")),
    })
}
