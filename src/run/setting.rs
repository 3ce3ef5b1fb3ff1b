//! The setting of a run: features, catalogue and schemas, and the words that the recorder learns before it learns secrets.

use crate::evidence::Recorder;
use crate::report::{PreflightCheck, Topic, counted, page_texts};
use crate::run::assets::{AssetError, Features, NamedText, Schemas};
use crate::run::exposed;
use crate::run::exposed::ExposedError;
use crate::run::subject::Subject;
use std::path::{Path, PathBuf};

/// What a run tests with.
pub struct Setting {
    pub features: Features,
    pub schemas: Schemas,
}

impl Setting {
    /// The built-in features and schemas, or those of the user.
    pub fn load(features: &[PathBuf], schemas: Option<&Path>) -> Result<Self, AssetError> {
        let features = Features::load(features)?;
        log::info!(
            "{} feature files, {} requirements",
            features.loaded.len(),
            features.catalogue.iter().count()
        );
        let schemas = Schemas::load(schemas, &features.catalogue)?;
        Ok(Self { features, schemas })
    }

    /// Teaches the recorder the words of the setting and of all targets, and then their credentials and identities.
    ///
    /// # Errors
    /// A credential stands in a file that reports quote.
    pub fn teach(&self, subjects: &[Subject], recorder: &Recorder) -> Result<(), ExposedError> {
        let mut texts: Vec<NamedText> = [self.features.files(), self.schemas.files()].concat();
        texts.extend(page_texts().map(|text| ("the report page".to_owned(), text.to_owned())));
        texts.extend(subjects.iter().filter_map(Subject::page_driver));
        for (name, text) in &texts {
            recorder.learn_words(name);
            recorder.learn_words(text);
        }
        for text in subjects.iter().flat_map(Subject::texts) {
            recorder.learn_words(&text);
        }
        for subject in subjects {
            subject.learn_credentials(recorder);
            subject.learn_identity(recorder);
        }
        exposed::check_files(&texts, recorder)
    }

    /// What the preflight says about features and schemas that could be loaded.
    pub fn checks(&self) -> [PreflightCheck; 2] {
        let Features { loaded, faults, catalogue, .. } = &self.features;
        let cases = loaded.iter().map(|feature| feature.cases.len()).sum();
        let told = format!(
            "{} in {} for {}",
            counted(cases, "scenario"),
            counted(loaded.len(), "file"),
            counted(catalogue.iter().count(), "requirement")
        );
        let features = match faults.first() {
            None => PreflightCheck::ok(Topic::Features, told),
            Some(fault) => PreflightCheck::warning(
                Topic::Features,
                format!(
                    "{told}; {} cannot be read, the first is {}:{}; `hpp-conformance lint` names all",
                    counted(faults.len(), "further file"),
                    fault.path,
                    fault.line
                ),
            ),
        };
        [PreflightCheck::ok(Topic::Schemas, counted(self.schemas.files().len(), "schema")), features]
    }
}
