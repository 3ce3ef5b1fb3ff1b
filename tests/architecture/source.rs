//! The source as the rules see it: its files, and the names that each file uses outside its tests.

use crate::names::{Name, names_of};
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

/// Every Rust file below a folder, in order.
pub fn rust_files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in
            std::fs::read_dir(&folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()))
        {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|ending| ending == "rs") {
                found.push(path);
            }
        }
    }
    found.sort();
    found
}

/// One file of the source.
pub struct SourceFile {
    /// As a reader writes it: `src/mock/mod.rs`.
    pub path: String,
    /// Where it stands in the crate: `["mock", "reply"]`; empty for `main.rs`.
    pub module: Vec<String>,
    pub names: Vec<Name>,
    /// What other files find under a name here although it is defined elsewhere: name and place.
    reexports: Vec<(String, Vec<String>)>,
}

impl SourceFile {
    /// The module below the root that the file belongs to.
    pub fn top(&self) -> &str {
        self.module.first().map_or("main", String::as_str)
    }

    /// Whether the file is a room or lies in it; rooms are written with slashes: `mock/contract`.
    pub fn is_in(&self, room: &str) -> bool {
        let mut module = self.module.iter().map(String::as_str);
        self.top() == room || room.split('/').all(|part| module.next() == Some(part))
    }
}

/// The files of a crate, without those that are compiled for tests alone.
pub struct Source {
    pub files: Vec<SourceFile>,
    by_module: BTreeMap<Vec<String>, usize>,
}

impl Source {
    /// Reads the folder `src` of a package; `crates` are the names of the libraries it depends on.
    pub fn read(package: &Path, crates: &BTreeSet<String>) -> Self {
        let folder = package.join("src");
        let paths = rust_files(&folder);
        let modules: BTreeSet<Vec<String>> =
            paths.iter().map(|path| module_of(path.strip_prefix(&folder).unwrap())).collect();
        let mut files = Vec::new();
        let mut for_tests = Vec::new();
        for path in paths {
            let text = std::fs::read_to_string(&path).unwrap();
            let module = module_of(path.strip_prefix(&folder).unwrap());
            let path = path.strip_prefix(package).unwrap().to_string_lossy().replace('\\', "/");
            let found = names_of(&text, &module, &modules, crates)
                .unwrap_or_else(|error| panic!("{path} cannot be parsed: {error}"));
            for_tests.extend(found.test_modules);
            files.push(SourceFile { path, module, names: found.names, reexports: found.reexports });
        }
        files.retain(|file| !for_tests.iter().any(|tests| file.module.starts_with(tests)));
        let by_module = files.iter().enumerate().map(|(index, file)| (file.module.clone(), index)).collect();
        Self { files, by_module }
    }

    /// The file that defines what a path of this crate names.
    pub fn home_of(&self, path: &[String]) -> Option<&SourceFile> {
        self.resolve(path, 0).map(|index| &self.files[index])
    }

    fn resolve(&self, path: &[String], depth: usize) -> Option<usize> {
        if depth > 16 {
            return None;
        }
        // The longest part of the path that is a file.
        let (length, index) = (0..=path.len())
            .rev()
            .find_map(|length| Some((length, *self.by_module.get(&path[..length])?)))?;
        let Some(name) = path.get(length) else { return Some(index) };
        let file = &self.files[index];
        for (shown, place) in &file.reexports {
            if shown == name {
                let whole: Vec<String> = place.iter().chain(&path[length + 1..]).cloned().collect();
                return self.resolve(&whole, depth + 1);
            }
        }
        Some(index)
    }

    /// The files that a file uses, each with the line that names it first. What a parent re-exports belongs to the file that
    /// defines it.
    pub fn uses_of(&self, file: &SourceFile) -> BTreeMap<&str, (usize, &SourceFile)> {
        let mut used = BTreeMap::new();
        for name in file.names.iter().filter(|name| !name.is_reexport_of_child) {
            let Some(path) = name.path.strip_prefix(&["crate".to_owned()][..]) else { continue };
            if let Some(home) = self.home_of(path)
                && home.path != file.path
            {
                used.entry(home.path.as_str()).or_insert((name.line, home));
            }
        }
        used
    }
}

/// `mock/reply.rs` is `["mock", "reply"]`, `mock/mod.rs` is `["mock"]`, `main.rs` is the root.
fn module_of(path: &Path) -> Vec<String> {
    let whole = path.with_extension("");
    let mut module: Vec<String> = whole.iter().map(|part| part.to_string_lossy().into_owned()).collect();
    if matches!(module.last().map(String::as_str), Some("mod" | "main" | "lib")) {
        module.pop();
    }
    module
}
