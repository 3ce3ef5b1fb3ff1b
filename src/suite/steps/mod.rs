//! The steps that feature files may use, one file for each topic. Each gets evidence, has it judged, and records the result.

mod callback;
mod consumer;
mod creation;
mod credentials;
mod disabling;
pub mod distribution;
mod earlier;
mod expiry;
mod insertion;
mod landing;
mod lifecycle;
mod module;
mod options;
mod page;
mod payment_result;
mod payment_session;
mod placeholder;
mod reading;
mod refusal;
mod response;
#[cfg(test)]
mod typos;

#[cfg(test)]
mod tests {
    use crate::suite::feature::{FeatureText, LoadedFeature};
    use crate::suite::registry;
    use crate::suite::registry::Hints;
    use include_dir::{Dir, include_dir};
    use std::collections::BTreeSet;

    static FEATURES: Dir = include_dir!("$CARGO_MANIFEST_DIR/features");

    #[test]
    fn every_step_of_the_embedded_features_is_sound_and_every_step_is_used() {
        let mut used = BTreeSet::new();
        let is_feature = |path: &std::path::Path| path.extension().is_some_and(|end| end == "feature");
        for file in FEATURES.files().filter(|file| is_feature(file.path())) {
            let path = file.path().display().to_string();
            let text = file.contents_utf8().unwrap().to_owned();
            let loaded = LoadedFeature::parse(&FeatureText { path, text }).unwrap();
            for case in &loaded.cases {
                assert_eq!(case.step_faults, []);
                used.extend(
                    case.steps
                        .iter()
                        .map(|line| registry::find(line, &mut Hints::default()).unwrap().0.expression),
                );
            }
        }
        let unused: Vec<_> =
            registry::all().iter().map(|step| step.expression).filter(|step| !used.contains(step)).collect();
        assert_eq!(unused, Vec::<&str>::new());
    }
}
