//! The assets of a run: features, catalogue, schemas and profiles, embedded or from disk.

use crate::input;
use crate::requirement::{Catalogue, CatalogueError};
use crate::schema::{SchemaError, SchemaSet};
use crate::suite::{FeatureText, FileFault, LoadedFeature};
use crate::target::BuiltIn;
use include_dir::{Dir, include_dir};
use sha2::{Digest, Sha256};
use std::collections::HashSet;
use std::fmt::Write;
use std::path::{Path, PathBuf};
use std::sync::Arc;

static FEATURES: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/features");
static SCHEMAS: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/schemas");
static TARGETS: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/targets");

/// A file that was read: its path as shown, and its text.
pub type NamedText = (String, String);

/// The features of a run and their catalogue.
pub struct Features {
    pub loaded: Vec<LoadedFeature>,
    /// Files of the user that are not valid features.
    pub faults: Vec<FileFault>,
    pub catalogue: Catalogue,
    /// Hash of the feature files.
    pub hash: String,
    pub catalogue_hash: String,
    texts: Vec<NamedText>,
}

impl Features {
    /// The embedded features, or the given files and folders instead. The embedded catalogue is always part of it. Catalogues
    /// beside the given features are added.
    pub fn load(paths: &[PathBuf]) -> Result<Self, AssetError> {
        let mut catalogues = embedded(&FEATURES, "features", "toml");
        let mut texts = Vec::new();
        if paths.is_empty() {
            texts = embedded(&FEATURES, "features", "feature");
        }
        let mut known = HashSet::new();
        for path in paths {
            let found = collect(path, "feature")?;
            if found.is_empty() {
                return Err(AssetError::NoFeature { path: path.clone() });
            }
            texts.extend(only_new(found, &mut known));
            let around = if path.is_dir() { path.clone() } else { path.with_extension("toml") };
            if around.exists() {
                let own = collect(&around, "toml")?;
                // If the folder is the repository's own, its catalogue is the embedded one and is not added again.
                if !own.iter().all(is_embedded) {
                    catalogues.extend(only_new(own, &mut known));
                }
            }
        }
        let mut catalogue = Catalogue::default();
        for (path, text) in &catalogues {
            catalogue.add(path, text)?;
        }
        catalogue.check_statements()?;
        let (mut loaded, mut faults) = (Vec::new(), Vec::new());
        for (path, text) in &texts {
            match LoadedFeature::parse(&FeatureText { path: path.clone(), text: text.clone() }) {
                Ok(feature) => loaded.push(feature),
                Err(fault) if paths.is_empty() => return Err(AssetError::Feature(fault)),
                Err(fault) => faults.push(fault),
            }
        }
        let (hash, catalogue_hash) = (hash(&texts), hash(&catalogues));
        texts.append(&mut catalogues);
        Ok(Self { loaded, faults, catalogue, hash, catalogue_hash, texts })
    }

    /// Whether a scenario has this key.
    pub fn has(&self, key: &str) -> bool {
        self.loaded.iter().flat_map(|feature| &feature.cases).any(|case| case.key == key)
    }

    /// The features and their catalogue, with their names.
    pub fn files(&self) -> &[NamedText] {
        &self.texts
    }
}

/// The schemas of a run, embedded or of a folder.
pub struct Schemas {
    texts: Vec<NamedText>,
    /// Compiled for targets on this machine.
    on_loopback: Arc<SchemaSet>,
}

impl Schemas {
    /// The embedded schemas, or those of a folder. Each requirement that they name must be in the catalogue.
    pub fn load(folder: Option<&Path>, catalogue: &Catalogue) -> Result<Self, AssetError> {
        let texts = match folder {
            None => embedded(&SCHEMAS, "schemas", "schema.json"),
            Some(folder) => collect(folder, "schema.json")?,
        };
        if let (true, Some(folder)) = (texts.is_empty(), folder) {
            return Err(AssetError::NoSchema { path: folder.to_owned() });
        }
        let on_loopback = Arc::new(compile(&texts, true)?);
        if let (Some(name), Some(folder)) = (on_loopback.missing(), folder) {
            return Err(AssetError::MissingSchema { path: folder.join(format!("{name}.schema.json")) });
        }
        match on_loopback.owners().into_iter().find(|(_, id)| catalogue.get(id).is_none()) {
            Some((schema, id)) => {
                Err(AssetError::UnknownOwner { schema: schema.to_owned(), id: id.to_string() })
            }
            None => Ok(Self { texts, on_loopback }),
        }
    }

    /// The schemas for a target on this machine, or elsewhere.
    pub fn set(&self, loopback: bool) -> Result<Arc<SchemaSet>, AssetError> {
        if loopback { Ok(Arc::clone(&self.on_loopback)) } else { Ok(Arc::new(compile(&self.texts, false)?)) }
    }

    /// The schemas, with their names.
    pub fn files(&self) -> &[NamedText] {
        &self.texts
    }

    /// Hash of all texts.
    pub fn hash(&self) -> String {
        hash(&self.texts)
    }
}

fn compile(texts: &[NamedText], loopback: bool) -> Result<SchemaSet, SchemaError> {
    SchemaSet::compile(texts.iter().map(|(path, text)| (path.as_str(), text.as_str())), loopback)
}

/// The JSON Schema of a profile.
pub fn profile_schema() -> &'static str {
    SCHEMAS.get_file("target.schema.json").and_then(|file| file.contents_utf8()).unwrap_or_default()
}

/// The profiles and page drivers that are built in.
pub fn built_in() -> BuiltIn {
    let folders = std::iter::once(&TARGETS).chain(TARGETS.dirs());
    let files = folders.flat_map(Dir::files).filter_map(|file| {
        Some((file.path().to_string_lossy().into_owned(), file.contents_utf8()?.to_owned()))
    });
    BuiltIn::new(files)
}

fn embedded(dir: &Dir<'_>, prefix: &str, ending: &str) -> Vec<NamedText> {
    let mut files = Vec::new();
    for file in dir.files() {
        let path = file.path().to_string_lossy();
        if has_ending(&path, ending)
            && let Some(text) = file.contents_utf8()
        {
            files.push((format!("{prefix}/{path}"), text.to_owned()));
        }
    }
    files.sort();
    files
}

fn has_ending(path: &str, ending: &str) -> bool {
    path.strip_suffix(ending).is_some_and(|stem| stem.ends_with('.'))
}

/// Whether a catalogue is one of the embedded ones.
fn is_embedded((path, text): &NamedText) -> bool {
    let embedded = Path::new(path).file_name().and_then(|name| FEATURES.get_file(name));
    embedded.is_some_and(|embedded| embedded.contents() == text.as_bytes())
}

/// Leaves out the files that were read before, under whatever name.
fn only_new(files: Vec<NamedText>, known: &mut HashSet<PathBuf>) -> Vec<NamedText> {
    files.into_iter().filter(|(path, _)| known.insert(place(Path::new(path)))).collect()
}

/// The real place of a path, so that links to it are known as the same.
fn place(path: &Path) -> PathBuf {
    std::fs::canonicalize(path).unwrap_or_else(|_| path.to_owned())
}

/// Reads a file, or every file with this ending in a folder and its subfolders, in the order of their names. Links may lead to a
/// place again, also in a circle: each place is read once.
fn collect(path: &Path, ending: &str) -> Result<Vec<NamedText>, AssetError> {
    let mut found = Vec::new();
    collect_into(path, ending, &mut HashSet::new(), &mut found)?;
    Ok(found)
}

fn collect_into(
    path: &Path,
    ending: &str,
    known: &mut HashSet<PathBuf>,
    found: &mut Vec<NamedText>,
) -> Result<(), AssetError> {
    if !known.insert(place(path)) {
        return Ok(());
    }
    let failed = |source| AssetError::Read { path: path.to_owned(), source };
    if !path.is_dir() {
        let text = if ending == "feature" {
            // A file that is not UTF-8 is faulty, but the others are still read.
            String::from_utf8_lossy(&input::read(path).map_err(failed)?).into_owned()
        } else {
            input::read_text(path).map_err(failed)?
        };
        found.push((path.display().to_string(), text));
        return Ok(());
    }
    let mut entries: Vec<PathBuf> = std::fs::read_dir(path)
        .map_err(failed)?
        .map(|entry| entry.map(|entry| entry.path()))
        .collect::<Result<_, _>>()
        .map_err(failed)?;
    entries.sort();
    for entry in entries {
        if entry.is_dir() || has_ending(&entry.to_string_lossy(), ending) {
            collect_into(&entry, ending, known, found)?;
        }
    }
    Ok(())
}

fn hash(files: &[NamedText]) -> String {
    let mut hasher = Sha256::new();
    for (path, text) in files {
        hasher.update(path.as_bytes());
        hasher.update([0]);
        hasher.update(text.as_bytes());
        hasher.update([0]);
    }
    let mut text = String::new();
    for byte in hasher.finalize() {
        // Writing to a string cannot fail.
        let _ = write!(text, "{byte:02x}");
    }
    text
}

/// Why the assets of a run could not be loaded.
#[derive(Debug, thiserror::Error)]
pub enum AssetError {
    #[error("cannot read {path}")]
    Read { path: PathBuf, source: std::io::Error },

    #[error("{path} has no .feature file; give a feature file or a folder that has one")]
    NoFeature { path: PathBuf },

    #[error("{path} has no .schema.json file")]
    NoSchema { path: PathBuf },

    #[error(
        "the schema {path} is missing; give every schema of the built-in ones, also those that you do not change"
    )]
    MissingSchema { path: PathBuf },

    #[error("{}:{}: {}; {}", .0.path, .0.line, .0.fault.message, .0.fault.help)]
    Feature(FileFault),

    #[error(transparent)]
    Catalogue(#[from] CatalogueError),

    #[error(transparent)]
    Schema(#[from] SchemaError),

    #[error("the schema `{schema}` names {id} in `x-requirement`, which no catalogue has")]
    UnknownOwner { schema: String, id: String },
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::target::{TargetProfile, reference};
    use std::collections::BTreeSet;

    #[test]
    fn each_playground_has_its_own_address_account_and_currency() {
        let built_in = built_in();
        let facts = |name: &str| {
            let profile =
                TargetProfile::outline(built_in.profile(Path::new(name)).unwrap(), &built_in).unwrap();
            assert_eq!((profile.name.as_str(), profile.page_driver.is_some()), (name, true));
            let purchase = profile.purchase;
            format!(
                "{} {} {} {} {}",
                profile.base_url,
                profile.credentials.username.reveal(),
                purchase.country,
                purchase.currency,
                purchase.locale
            )
        };
        let europe = "https://api.playground.klarna.com/ HPP_KLARNA_USERNAME DE EUR de-DE";
        for (name, expected) in [
            ("klarna-playground", europe),
            ("klarna-playground-eu", europe),
            (
                "klarna-playground-na",
                "https://api-na.playground.klarna.com/ HPP_KLARNA_NA_USERNAME US USD en-US",
            ),
            (
                "klarna-playground-oc",
                "https://api-oc.playground.klarna.com/ HPP_KLARNA_OC_USERNAME AU AUD en-AU",
            ),
            ("kustom-playground", "https://api.playground.kustom.co/ HPP_KUSTOM_USERNAME SE SEK sv-SE"),
        ] {
            assert_eq!(facts(name), expected);
        }
    }

    #[test]
    fn every_built_in_profile_can_be_used_and_is_documented() {
        let built_in = built_in();
        let mut names = BTreeSet::from(["mock", "mock-klarna", "mock-kustom"].map(str::to_owned));
        for name in built_in.profiles() {
            let profile = TargetProfile::outline(built_in.profile(Path::new(name)).unwrap(), &built_in);
            assert_eq!(
                profile.map(|profile| profile.name).map_err(|error| error.to_string()),
                Ok(name.to_owned())
            );
            names.insert(name.to_owned());
        }
        assert_eq!(reference::documented("Built-in targets"), names);
    }
}
