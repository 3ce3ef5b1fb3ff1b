//! The steps that feature files may use, a file a topic. Each fetches evidence, has it judged, and settles.
#![expect(
    clippy::unused_async,
    reason = "the registry takes every step in one form, whether or not it waits"
)]

mod callback;
mod consumer;
mod creation;
mod credentials;
mod disabling;
mod distribution;
mod expiry;
mod insertion;
mod landing;
mod lifecycle;
mod module;
mod options;
mod order;
mod page;
mod payment_result;
mod payment_session;
mod placeholder;
mod reading;
mod refusal;
mod response;

#[cfg(test)]
mod tests {
    use crate::suite::feature::{FeatureText, LoadedFeature};
    use crate::suite::registry;
    use include_dir::{Dir, include_dir};
    use std::collections::BTreeSet;

    static FEATURES: Dir = include_dir!("$CARGO_MANIFEST_DIR/features");

    #[test]
    fn every_step_of_the_embedded_features_is_defined_and_every_step_is_used() {
        let mut used = BTreeSet::new();
        let mut undefined = BTreeSet::new();
        for file in
            FEATURES.files().filter(|file| file.path().extension().is_some_and(|end| end == "feature"))
        {
            let path = file.path().display().to_string();
            let text = file.contents_utf8().unwrap().to_owned();
            let loaded = LoadedFeature::parse(&FeatureText { path, text }).unwrap();
            let steps = || loaded.cases.iter().flat_map(|case| &case.steps);
            let collection = registry::collection(steps()).unwrap();
            for step in steps() {
                match collection.find(step).unwrap() {
                    Some((_, _, Some(place), _)) => used.insert((place.path, place.line)),
                    _ => undefined.insert(format!("{:?} {}", step.ty, step.value)),
                };
            }
        }
        assert_eq!(undefined, BTreeSet::new());
        let unused: Vec<_> = registry::all()
            .into_iter()
            .filter(|step| !used.contains(&(step.file, step.line)))
            .map(|step| step.expression)
            .collect();
        assert_eq!(unused, Vec::<&str>::new());
    }
}
