//! The rules: each takes the source and a table, and gives one sentence for each breach, with what to do about it.

use crate::source::{Source, SourceFile};
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

/// Rows of names, each with the names that it may use.
pub type Permits = [(&'static str, &'static [&'static str])];

/// Modules at the top use only what their row allows, and every row and permit is used.
pub fn layers(source: &Source, may_import: &Permits) -> Vec<String> {
    let mut breaches = Vec::new();
    let mut used: BTreeSet<(&str, &str)> = BTreeSet::new();
    for file in &source.files {
        let module = file.top();
        let Some((row, allowed)) = may_import.iter().find(|(name, _)| *name == module) else {
            breaches.push(format!(
                "{}: the module `{module}` has no layer; add a row for it to MAY_IMPORT, with the reason",
                file.path
            ));
            continue;
        };
        for (line, other) in source.uses_of(file).values() {
            let other = other.top();
            match allowed.iter().find(|name| **name == other) {
                Some(permit) => drop(used.insert((row, permit))),
                None if other == module => {}
                None => breaches.push(format!(
                    "{}:{line}: `{module}` must not import `{other}`; move the code to a layer that may, or see the source map in README.md",
                    file.path
                )),
            }
        }
    }
    for (row, allowed) in may_import {
        if !source.files.iter().any(|file| file.top() == *row) {
            breaches.push(format!("MAY_IMPORT has a row for `{row}`, which is no module; delete the row"));
        }
        for permit in allowed.iter().filter(|permit| !used.contains(&(*row, **permit))) {
            breaches.push(format!(
                "MAY_IMPORT lets `{row}` import `{permit}`, and it does not; delete the permit"
            ));
        }
    }
    breaches
}

/// Inside one folder, imports go down only, from layer to layer. The folder's `mod.rs` stands above all layers.
pub struct Layered {
    /// The folder, below `src/`.
    pub folder: &'static str,
    /// Rooms from top to bottom; rooms of one layer do not know each other.
    pub layers: &'static [&'static [&'static str]],
    /// A room that `mod.rs` alone names, and the rooms that it may not name itself.
    pub hidden: (&'static str, &'static [&'static str]),
}

/// Imports in a folder with layers only go down.
pub fn layered(source: &Source, Layered { folder, layers, hidden }: &Layered) -> Vec<String> {
    let layer_of = |room: &str| layers.iter().position(|layer| layer.contains(&room));
    let room_of = |file: &'_ SourceFile| -> Option<String> {
        let depth = folder.split('/').count();
        file.is_in(folder).then(|| file.module.get(depth).cloned().unwrap_or_default())
    };
    let mut breaches = Vec::new();
    let mut seen = BTreeSet::new();
    for file in &source.files {
        let Some(room) = room_of(file).filter(|room| !room.is_empty()) else { continue };
        seen.insert(room.clone());
        if layer_of(&room).is_none() && room != hidden.0 {
            breaches.push(format!(
                "{}: `{room}` is no room of src/{folder}/; move the file into one of its rooms, or give `{room}` a layer in the table",
                file.path
            ));
            continue;
        }
        for (line, other) in source.uses_of(file).values() {
            let Some(other_room) = room_of(other).filter(|other| *other != room) else { continue };
            let is_down = match (layer_of(&room), layer_of(&other_room)) {
                _ if other_room == hidden.0 => false,
                (Some(from), Some(to)) => from < to,
                (None, Some(_)) => !hidden.1.contains(&other_room.as_str()),
                _ => false,
            };
            if !is_down {
                breaches.push(format!(
                    "{}:{line}: `{room}` must not name {}, which is not below it; move what it needs down, or hand it over as a value",
                    file.path, other.path
                ));
            }
        }
    }
    let rooms = layers.iter().copied().flatten().chain([&hidden.0]);
    breaches.extend(
        rooms
            .filter(|room| !seen.contains(**room))
            .map(|room| format!("src/{folder}/ has no room `{room}`; delete it from the table of layers")),
    );
    breaches
}

/// The circles of files: groups in which each file uses, perhaps by way of others, each other one.
pub fn circles(source: &Source) -> Vec<Vec<String>> {
    let uses: BTreeMap<&str, Vec<&str>> = source
        .files
        .iter()
        .map(|file| (file.path.as_str(), source.uses_of(file).into_keys().collect()))
        .collect();
    let reached: BTreeMap<&str, BTreeSet<&str>> = uses
        .keys()
        .map(|start| {
            let mut reached = BTreeSet::new();
            let mut next = uses[start].clone();
            while let Some(file) = next.pop() {
                if reached.insert(file) {
                    next.extend(&uses[file]);
                }
            }
            (*start, reached)
        })
        .collect();
    let mut circles: BTreeSet<Vec<String>> = BTreeSet::new();
    for (file, others) in &reached {
        if others.contains(file) {
            let circle = others.iter().filter(|other| reached[**other].contains(file));
            circles.insert(circle.map(|&file| file.to_owned()).collect());
        }
    }
    circles.into_iter().collect()
}

/// What is said of a circle: its files, and the arrows between them.
pub fn told(source: &Source, circle: &[String]) -> String {
    let mut arrows = Vec::new();
    for file in source.files.iter().filter(|file| circle.contains(&file.path)) {
        for (path, (line, _)) in source.uses_of(file) {
            if circle.iter().any(|member| member == path) {
                arrows.push(format!("  {}:{line} uses {path}", file.path));
            }
        }
    }
    format!(
        "{} files use each other in a circle; move what they share into a file below them:\n{}",
        circle.len(),
        arrows.join("\n")
    )
}

/// Every library of Cargo.toml has a home, is used in all of it, and nowhere else.
pub fn homes(source: &Source, crates: &BTreeSet<String>, homes: &Permits) -> Vec<String> {
    let mut breaches = Vec::new();
    for library in crates {
        let Some((_, rooms)) = homes.iter().find(|(name, _)| name == library) else {
            breaches.push(format!("`{library}` of Cargo.toml has no home; add a row for it to HOMES"));
            continue;
        };
        let mut used: BTreeSet<&str> = BTreeSet::new();
        for file in &source.files {
            let Some(name) = file.names.iter().find(|name| name.path[0] == *library) else { continue };
            let home: Vec<&str> = rooms.iter().copied().filter(|room| file.is_in(room)).collect();
            used.extend(home.iter().copied());
            if home.is_empty() {
                breaches.push(format!(
                    "{}:{}: `{library}` lives in {rooms:?} alone; call what is there, or give it another home in HOMES",
                    file.path, name.line
                ));
            }
        }
        for room in rooms.iter().filter(|room| !used.contains(**room)) {
            breaches.push(format!("HOMES lets `{room}` use `{library}`, and it does not; delete the permit"));
        }
    }
    for (library, _) in homes.iter().filter(|(library, _)| !crates.contains(*library)) {
        breaches
            .push(format!("HOMES has a row for `{library}`, which Cargo.toml does not list; delete the row"));
    }
    breaches
}

/// Every dependency of a manifest stands on a line of its own, with its reason behind it.
pub fn reasons(manifest: &str) -> Vec<String> {
    let mut section = "";
    let mut breaches = Vec::new();
    for line in manifest.lines() {
        if line.starts_with('[') {
            section = line;
        } else if section.ends_with("dependencies]") && line.contains('=') && !line.contains(" # ") {
            let name = line.split_whitespace().next().unwrap_or_default();
            breaches.push(format!("Cargo.toml does not say why `{name}` is there; write it behind a `#`"));
        }
    }
    breaches
}

/// Rooms without input and output name nothing of what does it.
pub fn pure(source: &Source, rooms: &[&str], forbidden: &[&str]) -> Vec<String> {
    let mut breaches = Vec::new();
    for room in rooms {
        if !source.files.iter().any(|file| file.is_in(room)) {
            breaches.push(format!("PURE names `{room}`, which is no module; delete it"));
        }
    }
    for file in source.files.iter().filter(|file| rooms.iter().any(|room| file.is_in(room))) {
        for name in &file.names {
            let is_meant =
                |what: &&&str| what.split("::").eq(name.path.iter().take(what.split("::").count()));
            if let Some(what) = forbidden.iter().find(is_meant) {
                breaches.push(format!(
                    "{}:{}: a pure room must not use `{what}`; take what it gives as an argument",
                    file.path, name.line
                ));
            }
        }
    }
    breaches
}

/// Files can be read at once, and say their duty in their first line.
pub fn readable(path: &str, text: &str, longest: usize) -> Vec<String> {
    let lines = text.lines().count();
    let long = (lines > longest)
        .then(|| format!("{path} has {lines} lines, and {longest} is the most; split it by topic"));
    let dumb = (!text.starts_with("//! ")).then(|| {
        format!(
            "{path} does not begin with `//!`; say in its first line, in one sentence, what the file is for"
        )
    });
    long.into_iter().chain(dumb).collect()
}

/// The modules of the source map of a README, which are those there are.
pub fn source_map(source: &Source, readme: &str) -> Vec<String> {
    let Some((_, map)) = readme.split_once("## Source map") else {
        return vec!["README.md has no section `Source map`".to_owned()];
    };
    let map = map.split("\n## ").next().unwrap_or_default();
    let mapped: BTreeSet<&str> = map
        .lines()
        .filter_map(|line| line.strip_prefix("| `src/")?.split('`').next())
        .map(|name| name.trim_end_matches('/').trim_end_matches(".rs"))
        .collect();
    let modules: BTreeSet<&str> = source.files.iter().map(SourceFile::top).collect();
    let missing = modules.difference(&mapped).map(|name| {
        format!("the source map of README.md does not name the module `{name}`; add a row with its duty")
    });
    let gone = mapped.difference(&modules).map(|name| {
        format!("the source map of README.md names `{name}`, which is no module; delete the row")
    });
    missing.chain(gone).collect()
}

/// The paths that a document names in backticks exist: words with a slash in them, or that end in `.rs`.
pub fn paths_exist(document: &str, text: &str, exists: impl Fn(&str) -> bool) -> Vec<String> {
    let mut breaches = Vec::new();
    let mut is_fenced = false;
    for (line, content) in text.lines().enumerate() {
        if content.trim_start().starts_with("```") {
            is_fenced = !is_fenced;
        }
        for word in content.split('`').skip(1).step_by(2).filter(|_| !is_fenced) {
            if is_path(word) && !exists(word) {
                breaches.push(format!(
                    "{document}:{}: `{word}` does not exist; name the file or folder that does the duty now",
                    line + 1
                ));
            }
        }
    }
    breaches
}

/// Whether a word in backticks is a path of the repository: not a URL, a route, a media type, a pattern or a line of code.
fn is_path(word: &str) -> bool {
    let is_plain = word.chars().all(|c| c.is_ascii_alphanumeric() || "/._-".contains(c));
    let is_named = word.contains('/') || Path::new(word).extension().is_some_and(|ending| ending == "rs");
    let is_media_type =
        ["application/", "text/", "image/", "multipart/"].iter().any(|kind| word.starts_with(kind));
    is_plain && is_named && !word.starts_with(['/', '-', '.']) && !is_media_type
}
