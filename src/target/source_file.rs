//! A file of a profile or a page driver: its name, its text and its folder.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// A file of a profile or a page driver, and its text.
#[derive(Clone)]
pub struct SourceFile {
    pub(super) name: Arc<str>,
    pub(super) text: Arc<str>,
    is_built_in: bool,
    /// Whether it is what an option of the command line says in place of the profile.
    pub(super) is_option: bool,
}

impl SourceFile {
    /// A file on disk. A relative path in it is relative to its folder.
    pub fn on_disk(path: &Path, text: &str) -> Self {
        Self {
            name: path.display().to_string().into(),
            text: text.into(),
            is_built_in: false,
            is_option: false,
        }
    }

    /// A file that is built into the program, or a text that it made.
    pub(super) fn built_in(name: &str, text: &str) -> Self {
        Self { name: name.into(), text: text.into(), is_built_in: true, is_option: false }
    }

    /// What an option of the command line says for a key, in place of the profile.
    pub fn of_option(option: &str, key: &str, value: &str) -> Self {
        let text = format!("\n{key} = {}\n", toml::Value::from(value));
        Self { name: option.into(), text: text.into(), is_built_in: false, is_option: true }
    }

    pub(super) fn is_built_in(&self) -> bool {
        self.is_built_in
    }

    /// Its folder.
    pub(super) fn folder(&self) -> &Path {
        Path::new(&*self.name).parent().unwrap_or(Path::new("."))
    }

    /// Whether both are the same file, under whatever name.
    pub(super) fn is(&self, other: &Self) -> bool {
        let place =
            |file: &Self| fs::canonicalize(&*file.name).unwrap_or_else(|_| PathBuf::from(&*file.name));
        self.is_built_in == other.is_built_in
            && (self.name == other.name || !self.is_built_in && place(self) == place(other))
    }
}
