//! The text of a profile or a page driver: which files it has, and at which file and line something stands in it.

use crate::evidence::Recorder;
use crate::target::error::TargetError;
use crate::target::source_file::SourceFile;
use crate::target::{confidential, merge};
use serde::de::DeserializeOwned;
use std::collections::BTreeSet;
use std::error::Error;
use std::fmt;
use std::ops::Range;
use std::path::Path;
use std::sync::Arc;
use toml::Spanned;
use toml::de::{DeTable, DeValue, Deserializer};

/// The file of a profile, and those from which it takes over, the nearest first. A place in them is a byte of all texts in a row, each
/// with one more byte at its end.
#[derive(Clone)]
pub struct ProfileText {
    files: Arc<[SourceFile]>,
}

/// What the parser says of a text, and where.
struct Misread(Range<usize>, String);

impl Misread {
    fn after(self, start: usize) -> Self {
        Self(self.0.start + start..self.0.end + start, self.1)
    }
}

impl From<toml::de::Error> for Misread {
    fn from(error: toml::de::Error) -> Self {
        Self(error.span().unwrap_or_default(), error.message().to_owned())
    }
}

/// A place in a profile. A profile without a text has no lines.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    file: Arc<str>,
    line: Option<usize>,
}

/// `my.toml:41`
impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.line {
            Some(line) => write!(f, "{}:{line}", self.file),
            None => f.write_str(&self.file),
        }
    }
}

/// What is wrong with a profile or a page driver, and where. It shows no secret of the profile, and nothing that looks like one.
#[derive(Debug)]
pub struct ProfileError {
    place: Place,
    fault: Told,
}

/// The message of an error, and what caused it.
#[derive(Debug)]
struct Told {
    message: String,
    cause: Option<Box<Self>>,
}

/// Longest message of a fault, in characters. A key or an entry that it quotes may be as long as the profile.
const LONGEST_MESSAGE: usize = 1_000;

impl Told {
    fn of(error: &dyn Error, shown: &impl Fn(&str) -> String) -> Self {
        let cause = error.source().map(|cause| Box::new(Self::of(cause, shown)));
        Self { message: in_one_line(&shown(&error.to_string())), cause }
    }
}

/// Whether a letter does something in place of being seen: a control character, or a direction mark, which could turn the order of
/// what follows.
pub fn is_hidden(letter: char) -> bool {
    letter.is_control()
        || matches!(letter, '\u{200e}' | '\u{200f}' | '\u{2028}' | '\u{2029}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// A message in one line of bounded length.
fn in_one_line(message: &str) -> String {
    let (length, half) = (message.chars().count(), LONGEST_MESSAGE / 2);
    let is_left_out = |index: usize| length > LONGEST_MESSAGE && (half..length - half).contains(&index);
    let shown = message.chars().enumerate().map(|(index, letter)| match letter {
        _ if is_left_out(index) => String::from(if index == half { "…" } else { "" }),
        letter if is_hidden(letter) => letter.escape_unicode().to_string(),
        letter => letter.to_string(),
    });
    shown.collect()
}

impl fmt::Display for Told {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl Error for Told {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        self.cause.as_deref().map(|cause| cause as &(dyn Error + 'static))
    }
}

/// In one line: `my.toml:41: ` and the fault.
impl fmt::Display for ProfileError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.place, self.fault)
    }
}

/// The message has the fault itself, so the source is what caused it.
impl Error for ProfileError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        self.fault.source()
    }
}

impl ProfileText {
    /// A profile or a page driver that was read from a file.
    pub fn of_file(path: &str, text: &str) -> Self {
        Self::of(vec![SourceFile::on_disk(Path::new(path), text)])
    }

    /// A profile that this program made.
    pub fn made(name: &str) -> Self {
        Self::of(vec![SourceFile::built_in(name, "")])
    }

    /// A profile of these files. Each takes over from those after it.
    pub(super) fn of(files: Vec<SourceFile>) -> Self {
        Self { files: files.into() }
    }

    /// The same profile, of which an option says something otherwise.
    pub(super) fn below(&self, option: Option<SourceFile>) -> Self {
        Self::of(option.into_iter().chain(self.files.iter().cloned()).collect())
    }

    /// What the files say together.
    pub fn read<T: DeserializeOwned>(&self) -> Result<T, ProfileError> {
        let table = self.table();
        table.and_then(|table| Ok(T::deserialize(Deserializer::from(table))?)).map_err(
            |Misread(span, message)| {
                // The parser keeps the first of two keys and complains about the second.
                let second = (message == "duplicate key").then(|| self.slice(span.clone()).to_owned());
                let key = second.or_else(|| self.key_at(span.start));
                self.error_at(span.start, TargetError::malformed(key.as_deref(), &message))
            },
        )
    }

    /// The table of all files together.
    fn table(&self) -> Result<Spanned<DeTable<'_>>, Misread> {
        let mut all: Option<Spanned<DeTable<'_>>> = None;
        for (start, file) in self.starts() {
            let table = DeTable::parse(&file.text).map_err(|error| Misread::from(error).after(start))?;
            let table = merge::shifted(table, start);
            match &mut all {
                Some(all) => merge::inherit(all.get_mut(), table.into_inner()),
                None => all = Some(table),
            }
        }
        Ok(all.unwrap_or_else(|| Spanned::new(0..0, DeTable::new())))
    }

    /// Each file, with the place at which it begins.
    fn starts(&self) -> impl Iterator<Item = (usize, &SourceFile)> {
        self.files.iter().scan(0, |end, file| {
            let start = *end;
            *end += file.text.len() + 1;
            Some((start, file))
        })
    }

    /// The file in which a place is, and where in it.
    fn file_at(&self, place: usize) -> (&SourceFile, usize) {
        let file = self.starts().take_while(|(start, _)| *start <= place).last();
        file.map_or((&self.files[0], 0), |(start, file)| (file, place - start))
    }

    fn slice(&self, span: Range<usize>) -> &str {
        let (file, start) = self.file_at(span.start);
        file.text.get(start..start + span.len()).unwrap_or_default()
    }

    /// The place of what these steps lead to: the key of a table, the index of an entry, or the text of an entry. If a step leads
    /// nowhere, the place of the steps before it.
    pub fn place(&self, steps: &[&str]) -> Place {
        self.place_at(self.find(steps))
    }

    /// The file in which the place of these steps is.
    pub(super) fn file(&self, steps: &[&str]) -> &SourceFile {
        self.file_at(self.find(steps)).0
    }

    fn find(&self, steps: &[&str]) -> usize {
        self.table().map_or(0, |table| find(&table, steps))
    }

    fn place_at(&self, place: usize) -> Place {
        // What stands nowhere is told of the profile, and not of an option.
        let profile = || self.starts().find(|(_, file)| !file.is_option).map_or(0, |(start, _)| start);
        let (file, start) = self.file_at(if place == 0 { profile() } else { place });
        let before = file.text.bytes().take(start).filter(|byte| *byte == b'\n').count();
        Place {
            file: Arc::clone(&file.name),
            line: (!file.text.is_empty() && !file.is_option).then_some(before + 1),
        }
    }

    /// The key whose value holds a place: the innermost one. If the value does not parse, the key before it in its line.
    fn key_at(&self, place: usize) -> Option<String> {
        let (file, start) = self.file_at(place);
        let (table, _) = DeTable::parse_recoverable(&file.text);
        key_in(table.get_ref(), start).or_else(|| {
            let line = file.text.get(..start)?.lines().next_back()?;
            line.split_once('=').map(|(key, _)| key.trim().to_owned())
        })
    }

    /// Each value that is no table and no list, with its key and its place. Of a secret, only where it is.
    pub fn values(&self) -> Vec<(String, Place, String)> {
        let mut values = Vec::new();
        let Ok(table) = self.table() else { return values };
        values_in(table.get_ref(), "", &mut |key, value| {
            let text = match value.get_ref() {
                DeValue::String(text) => text.to_string(),
                _ => self.slice(value.span()).to_owned(),
            };
            values.push((key.to_owned(), self.place_at(value.span().start), text));
        });
        values
    }

    /// The error of what these steps lead to; see [`place`](Self::place).
    pub fn error(&self, steps: &[&str], fault: impl Into<Box<dyn Error + Send + Sync>>) -> ProfileError {
        self.told(self.place(steps), fault)
    }

    pub(super) fn error_at(
        &self,
        place: usize,
        fault: impl Into<Box<dyn Error + Send + Sync>>,
    ) -> ProfileError {
        self.told(self.place_at(place), fault)
    }

    /// The error at a byte of the last file.
    pub(super) fn error_in_last(&self, byte: usize, fault: TargetError) -> ProfileError {
        let start = self.starts().last().map_or(0, |(start, _)| start);
        self.error_at(start + byte, fault)
    }

    fn told(&self, place: Place, fault: impl Into<Box<dyn Error + Send + Sync>>) -> ProfileError {
        let recorder = confidential::recorder(&self.files);
        let names: Vec<&str> = self.files.iter().map(|file| &*file.name).collect();
        let shown = |message: &str| shown(message, &names, &recorder);
        ProfileError { place, fault: Told::of(&*fault.into(), &shown) }
    }

    /// The first entry that a list of texts has twice: the text, and where it is repeated.
    pub(super) fn repeated(&self) -> Option<(String, usize)> {
        let table = self.table().ok()?;
        repeated_in(table.get_ref().values()).map(|(entry, span)| (entry.to_owned(), span.start))
    }
}

/// The text is not shown, because it may hold a secret.
impl fmt::Debug for ProfileText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.files.iter().map(|file| &file.name)).finish()
    }
}

/// A message without the secrets that a recorder knows. The name of a file is no part of the profile.
fn shown(message: &str, names: &[&str], recorder: &Recorder) -> String {
    match names.split_first() {
        Some((name, names)) => {
            message.split(name).map(|part| shown(part, names, recorder)).collect::<Vec<_>>().join(name)
        }
        None => recorder.quoted(message),
    }
}

/// Where the last step that leads somewhere begins.
fn find(table: &Spanned<DeTable<'_>>, steps: &[&str]) -> usize {
    let mut start = 0;
    let Some((first, steps)) = steps.split_first() else { return start };
    let Some((key, mut value)) = table.get_ref().get_key_value(*first) else { return start };
    start = key.span().start;
    for step in steps {
        let (span, next) = match value.get_ref() {
            DeValue::Table(table) => match table.get_key_value(*step) {
                Some((key, value)) => (key.span(), value),
                None => break,
            },
            DeValue::Array(entries) => {
                let by_text = || entries.iter().find(|entry| entry.get_ref().as_str() == Some(step));
                match step.parse().ok().and_then(|index: usize| entries.get(index)).or_else(by_text) {
                    Some(entry) => (entry.span(), entry),
                    None => break,
                }
            }
            _ => break,
        };
        (start, value) = (span.start, next);
    }
    start
}

/// Calls `found` with each value of a table that is no table and no list, and with its key. The places of secrets are left out.
fn values_in<'t, 'i>(
    table: &'t DeTable<'i>,
    above: &str,
    found: &mut impl FnMut(&str, &'t Spanned<DeValue<'i>>),
) {
    for (key, value) in table {
        let key =
            if above.is_empty() { key.get_ref().to_string() } else { format!("{above}.{}", key.get_ref()) };
        let mut each = vec![value];
        while let Some(value) = each.pop() {
            match value.get_ref() {
                DeValue::Table(table) if confidential::is_source(table) => {}
                DeValue::Table(table) => values_in(table, &key, found),
                DeValue::Array(entries) => each.extend(entries.iter().rev()),
                _ => found(&key, value),
            }
        }
    }
}

fn key_in(table: &DeTable<'_>, start: usize) -> Option<String> {
    table.iter().find_map(|(key, value)| {
        let inside = match value.get_ref() {
            DeValue::Table(table) => key_in(table, start),
            DeValue::Array(entries) => entries
                .iter()
                .find_map(|entry| entry.get_ref().as_table().and_then(|table| key_in(table, start))),
            _ => None,
        };
        inside.or_else(|| value.span().contains(&start).then(|| key.get_ref().to_string()))
    })
}

fn repeated_in<'v, 'i: 'v>(
    values: impl IntoIterator<Item = &'v Spanned<DeValue<'i>>>,
) -> Option<(&'v str, Range<usize>)> {
    values.into_iter().find_map(|value| match value.get_ref() {
        DeValue::Table(table) => repeated_in(table.values()),
        DeValue::Array(entries) => {
            let mut known = BTreeSet::new();
            let texts = entries.iter().filter_map(|entry| Some((entry.get_ref().as_str()?, entry.span())));
            let twice = texts.into_iter().find(|(text, _)| !known.insert(*text));
            twice.or_else(|| repeated_in(entries.iter()))
        }
        _ => None,
    })
}
