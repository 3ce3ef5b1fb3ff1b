//! The secrets that a recorder knows, and how it finds them in a text.

use crate::evidence::anywhere::{Anywhere, Lengths};
use crate::evidence::escaped::{Unescaped, replaced, without_escaped};
use crate::evidence::found::{Found, add, with_labels};
use crate::evidence::member::Personal;
use crate::evidence::phrases::Phrases;
use crate::evidence::place::{Place, Template};
use crate::evidence::strength::is_strong;
use percent_encoding::percent_decode_str;
use std::borrow::Cow;
use std::collections::{HashMap, HashSet};
use std::sync::{PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};

/// A secret must have at least this many characters to be looked for in texts.
const SHORTEST: usize = 4;

/// A secret without any letter must have at least this many characters to be looked for in texts. Shorter ones are numbers.
const SHORTEST_NUMBER: usize = 16;

/// What only one person has must have at least this many characters to be looked for in texts.
const SHORTEST_PERSONAL: usize = 8;

/// Longest word of letters that is not a secret.
const LONGEST_WORD: usize = 15;

/// Secrets with their labels, and names that may be shown. Several threads use it at once. Most texts need no lock.
#[derive(Default)]
pub(super) struct Known {
    /// Lengths of the tokens that are looked for. A token of another length need not be looked up.
    lengths: Lengths,
    inner: RwLock<Inner>,
    /// Long credentials and tokens.
    anywhere: Anywhere,
    /// Other secrets of more than one token.
    phrases: Phrases,
}

#[derive(Default)]
struct Inner {
    /// Opaque values. Those that are looked for are found in texts token by token.
    labels: HashMap<String, Label>,
    /// Values that may be shown.
    public: HashSet<String>,
    /// Words of the harness and of the contract, in lower case. Checks compare with them.
    words: HashSet<String>,
    /// Origins of pages on which every path is a secret link.
    link_origins: HashSet<String>,
    /// Origins of the API, on which paths are shown.
    api_origins: HashSet<String>,
    counts: HashMap<&'static str, usize>,
    /// Merchant URLs with placeholders of secrets.
    templates: Vec<Template>,
}

struct Label {
    text: String,
    /// Whether texts are searched for the value. If not, it is replaced only where its place makes it a secret.
    is_sought: bool,
    /// Whether its value in plain text is a leak.
    is_confidential: bool,
}

impl Inner {
    /// Whether the value also occurs in ordinary texts. To replace it there would change what a check sees.
    fn is_common(&self, value: &str) -> bool {
        let has_letter = value.chars().any(char::is_alphabetic);
        let shortest = if has_letter { SHORTEST } else { SHORTEST_NUMBER };
        value.chars().count() < shortest || self.public.contains(value) || self.is_worded(value)
    }

    /// Whether a credential also occurs in ordinary texts. A strong one does not: if it stands in a text, this text shows a secret.
    fn is_common_credential(&self, value: &str) -> bool {
        self.is_common(value) && (self.public.contains(value) || !is_strong(value))
    }

    /// Whether it consists of words of the harness.
    fn is_worded(&self, value: &str) -> bool {
        let value = value.to_lowercase();
        if is_token(&value) {
            return self.words.contains(&value);
        }
        let mut pieces = value.split(|c: char| !c.is_alphanumeric()).filter(|piece| !piece.is_empty());
        pieces.all(|piece| self.words.contains(piece))
    }
}

impl Known {
    /// The label of a value. If it has none, it gets a new one of this kind.
    pub(super) fn label(&self, kind: &'static str, value: &str) -> String {
        self.label_unless(Inner::is_common, kind, value)
    }

    /// The label of a user name, a password or both.
    pub(super) fn label_of_credential(&self, kind: &'static str, value: &str) -> String {
        self.label_unless(Inner::is_common_credential, kind, value)
    }

    /// The label of what a member says about a person. `None` if the value is one that the harness itself brings along. What only this
    /// person has is also looked for in texts.
    pub(super) fn personal(&self, personal: Personal, value: &str) -> Option<String> {
        if value.chars().count() < SHORTEST || self.is_worded(value) {
            return None;
        }
        let is_sought = personal != Personal::Person && value.chars().count() >= SHORTEST_PERSONAL;
        let is_common: fn(&Inner, &str) -> bool = if is_sought { |_, _| false } else { |_, _| true };
        let label = self.label_unless(is_common, personal.kind(), value);
        if is_sought && !is_token(value) {
            self.phrases.add(value.to_owned(), label.clone(), false);
        }
        Some(label)
    }

    /// The label of a value that is looked for in texts, unless it is common.
    fn label_unless(&self, is_common: fn(&Inner, &str) -> bool, kind: &'static str, value: &str) -> String {
        if let Some(label) = self.read().labels.get(value) {
            return label.text.clone();
        }
        let mut inner = self.write();
        if let Some(label) = inner.labels.get(value) {
            return label.text.clone();
        }
        let count = inner.counts.entry(kind).or_default();
        *count += 1;
        let text = format!("‹{kind}:{count}›");
        let is_sought = !is_common(&inner, value);
        if is_sought {
            self.lengths.add(value.len());
        }
        let is_confidential =
            !["value", "link"].contains(&kind) && Personal::ALL.iter().all(|it| it.kind() != kind);
        inner.labels.insert(value.to_owned(), Label { text: text.clone(), is_sought, is_confidential });
        drop(inner);
        if is_sought && is_confidential {
            self.seek_anywhere(value, &text);
        }
        text
    }

    /// The label of a value that is looked for everywhere.
    pub(super) fn label_of(&self, value: &str) -> Option<String> {
        self.sought(value, false)
    }

    /// The label of a value, also of one that is not looked for.
    pub(super) fn any_label_of(&self, value: &str) -> Option<String> {
        self.read().labels.get(value).filter(|_| !value.is_empty()).map(|label| label.text.clone())
    }

    fn sought(&self, value: &str, confidential_only: bool) -> Option<String> {
        if !self.lengths.have(value.len()) {
            return None;
        }
        let inner = self.read();
        let label = inner.labels.get(value).filter(|label| label.is_sought)?;
        (label.is_confidential || !confidential_only).then(|| label.text.clone())
    }

    /// Gives another form of a secret the same label, unless the form is a common word. Credentials are confidential.
    pub(super) fn learn(&self, form: String, text: String, is_confidential: bool) {
        let is_common = if is_confidential { Self::is_common_credential } else { Self::is_common };
        if is_common(self, &form) {
            return;
        }
        let is_found_anywhere = is_confidential && self.seek_anywhere(&form, &text);
        if is_token(&form) {
            self.lengths.add(form.len());
            let label = Label { text, is_sought: true, is_confidential };
            self.write().labels.entry(form).or_insert(label);
            return;
        }
        if !is_found_anywhere {
            self.phrases.add(form, text, is_confidential);
        }
    }

    /// Looks for a secret in every part of a text, if it is strong or has a word of its own.
    fn seek_anywhere(&self, secret: &str, label: &str) -> bool {
        let (inner, is_strong) = (self.read(), is_strong(secret));
        self.anywhere.add(secret, label, |word| !is_strong && inner.words.contains(&word.to_lowercase()))
    }

    /// Learns the words of a text that the harness itself brings along.
    pub(super) fn learn_words(&self, text: &str) {
        let mut inner = self.write();
        let words = &mut inner.words;
        each_token(text, |start, end| {
            let token = text[start..end].to_lowercase();
            words.extend(token.split(|c: char| !c.is_alphanumeric()).map(str::to_owned));
            words.insert(token);
            false
        });
    }

    /// Whether the value also occurs in ordinary texts, so that it is not looked for there.
    pub(super) fn is_common(&self, value: &str) -> bool {
        self.read().is_common(value)
    }

    /// Whether a credential also occurs in ordinary texts.
    pub(super) fn is_common_credential(&self, value: &str) -> bool {
        self.read().is_common_credential(value)
    }

    /// Whether the value consists of words of the harness.
    pub(super) fn is_worded(&self, value: &str) -> bool {
        self.read().is_worded(value)
    }

    /// The label of a confidential value that stands in a text, also where characters are escaped.
    pub(super) fn leak(&self, text: &str) -> Option<String> {
        let leak = |text: &str| self.find(text, true).into_iter().next().map(|found| found.label);
        leak(text).or_else(|| Unescaped::levels(text).find_map(|level| leak(&level.text)))
    }

    /// Allows a value to be shown.
    pub(super) fn publish(&self, value: &str) {
        if !self.is_public(value) {
            self.write().public.insert(value.to_owned());
        }
    }

    pub(super) fn is_public(&self, value: &str) -> bool {
        self.read().public.contains(value)
    }

    /// Shows the paths of this origin.
    pub(super) fn add_api_origin(&self, origin: String) {
        self.write().api_origins.insert(origin);
    }

    pub(super) fn is_api_origin(&self, origin: &str) -> bool {
        self.read().api_origins.contains(origin)
    }

    /// Treats every path of this origin as a secret link from this call on.
    pub(super) fn add_link_origin(&self, origin: &str) {
        if !self.is_link_origin(origin) {
            self.write().link_origins.insert(origin.to_owned());
        }
    }

    pub(super) fn is_link_origin(&self, origin: &str) -> bool {
        self.read().link_origins.contains(origin)
    }

    /// Learns where a merchant URL gets a secret.
    pub(super) fn add_template(&self, url: &str) {
        let Some(template) = Template::of(url) else { return };
        if !self.read().templates.contains(&template) {
            self.write().templates.push(template);
        }
    }

    /// Where a URL with this scheme, host and path has a secret.
    pub(super) fn places(&self, base: &str) -> Vec<Place> {
        self.read().templates.iter().flat_map(|template| template.places(base)).cloned().collect()
    }

    /// A text with every known secret replaced.
    pub(super) fn shown<'t>(&self, text: &'t str) -> Cow<'t, str> {
        let shown = with_labels(text.into(), &self.find(text, false));
        without_escaped(shown, |text| self.find(text, true))
    }

    /// The text with every long credential and token replaced.
    pub(super) fn without_long_secrets<'t>(&self, text: &'t str) -> Cow<'t, str> {
        replaced(text, |text| self.anywhere.find(text))
    }

    /// The secrets in a text, from its start to its end: long ones, then phrases, then tokens.
    fn find(&self, text: &str, confidential_only: bool) -> Vec<Found> {
        let mut found = self.anywhere.find(text);
        self.phrases.find(text, confidential_only, &mut found);
        self.find_tokens(text, confidential_only, &mut found);
        found
    }

    /// A host. Its labels are words that a host may have, so the URL remains one.
    pub(super) fn host(&self, host: &str) -> String {
        let shown = self.shown(host);
        let mut parts = shown.split(['‹', '›']);
        let first = parts.next().unwrap_or_default().to_owned();
        parts.enumerate().fold(first, |shown, (index, part)| match index % 2 {
            0 => format!("{shown}hidden-{}", part.replace(':', "-")),
            _ => shown + part,
        })
    }

    fn find_tokens(&self, text: &str, confidential_only: bool, found: &mut Vec<Found>) {
        each_token(text, |start, end| {
            let label =
                readings(&text[start..end]).find_map(|reading| self.sought(&reading, confidential_only));
            label.is_some_and(|label| add(found, start..end, &label))
        });
    }

    /// Replaces the tokens that have a label.
    pub(super) fn replace_tokens<'t>(&self, text: &'t str) -> Cow<'t, str> {
        let mut found = Vec::new();
        self.find_tokens(text, false, &mut found);
        with_labels(text.into(), &found)
    }

    fn read(&self) -> RwLockReadGuard<'_, Inner> {
        self.inner.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn write(&self) -> RwLockWriteGuard<'_, Inner> {
        self.inner.write().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Whether a text is made of ordinary words in lower case.
pub(super) fn is_wording(text: &str) -> bool {
    let mut words = text.split(['-', '_', '.']);
    words.all(|word| word.len() <= LONGEST_WORD && word.bytes().all(|byte| byte.is_ascii_lowercase()))
}

/// Calls `found` with start and end of each run of token characters, first of the whole run. If that returns false, also of its
/// parts, because a token may be in a path, after a name, or before a full stop.
fn each_token(text: &str, mut found: impl FnMut(usize, usize) -> bool) {
    let bytes = text.as_bytes();
    let mut at = 0;
    while at < bytes.len() {
        if !is_token_byte(bytes[at]) {
            at += 1;
            continue;
        }
        let start = at;
        while at < bytes.len() && is_token_byte(bytes[at]) {
            at += 1;
        }
        if found(start, at) {
            continue;
        }
        let mut part = start;
        for mark in (start..at).filter(|index| matches!(bytes[*index], b'/' | b'=')) {
            found(part, mark);
            part = mark + 1;
        }
        if part > start {
            found(part, at);
        }
        if bytes[at - 1] == b'.' {
            found(part, at - 1);
        }
    }
}

/// A token as it stands, and decoded if it may be percent-encoded, with `+` for a space or for itself.
fn readings(token: &str) -> impl Iterator<Item = Cow<'_, str>> {
    let decoded =
        |text: &str| percent_decode_str(text).decode_utf8().ok().map(Cow::into_owned).map(Cow::Owned);
    let percent = token.contains('%').then(|| decoded(token)).flatten();
    let form = token.contains('+').then(|| decoded(&token.replace('+', " "))).flatten();
    [Some(Cow::Borrowed(token)), percent, form].into_iter().flatten()
}

fn is_token_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.' | b'~' | b'+' | b'%' | b'/' | b'=')
}

fn is_token(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(is_token_byte)
}
