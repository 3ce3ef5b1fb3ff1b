//! The secrets that a recorder knows, and how it finds them in a text.

use std::borrow::Cow;
use std::collections::{HashMap, HashSet};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};

/// Longest text, in bytes, that a record keeps.
const LONGEST_TEXT: usize = 16 * 1024;

/// Secrets with their labels, and names that may be shown. Several threads use it at once. Most texts need no lock.
#[derive(Default)]
pub(super) struct Known {
    /// Lengths of the tokens that have a label. A token of another length need not be looked up.
    lengths: Lengths,
    inner: RwLock<Inner>,
    /// Secrets of more than one token. They are few, and are found anywhere in a text.
    phrases: RwLock<Vec<(String, String)>>,
    has_phrases: AtomicBool,
}

#[derive(Default)]
struct Inner {
    /// Opaque values, found in texts token by token.
    labels: HashMap<String, String>,
    /// Values that may be shown.
    public: HashSet<String>,
    /// Origins of pages on which every path is a secret link.
    link_origins: HashSet<String>,
    counts: HashMap<&'static str, usize>,
}

impl Known {
    /// The label of a value. If it has none, it gets a new one of this kind.
    pub(super) fn label(&self, kind: &'static str, value: &str) -> String {
        if let Some(label) = self.label_of(value) {
            return label;
        }
        self.lengths.add(value.len());
        let mut inner = self.write();
        if let Some(label) = inner.labels.get(value) {
            return label.clone();
        }
        let count = inner.counts.entry(kind).or_default();
        *count += 1;
        let label = format!("‹{kind}:{count}›");
        inner.labels.insert(value.to_owned(), label.clone());
        label
    }

    /// The label of a value that has one.
    pub(super) fn label_of(&self, value: &str) -> Option<String> {
        if self.lengths.have(value.len()) { self.read().labels.get(value).cloned() } else { None }
    }

    /// Gives another form of a secret the same label.
    pub(super) fn learn(&self, form: String, label: String) {
        if is_token(&form) {
            self.lengths.add(form.len());
            self.write().labels.insert(form, label);
            return;
        }
        let mut phrases = self.phrases.write().unwrap_or_else(PoisonError::into_inner);
        if !phrases.iter().any(|(phrase, _)| *phrase == form) {
            phrases.push((form, label));
            phrases.sort_by_key(|(phrase, _)| std::cmp::Reverse(phrase.len()));
            self.has_phrases.store(true, Ordering::Release);
        }
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

    /// Treats every path of this origin as a secret link from this call on.
    pub(super) fn add_link_origin(&self, origin: &str) {
        if !self.is_link_origin(origin) {
            self.write().link_origins.insert(origin.to_owned());
        }
    }

    pub(super) fn is_link_origin(&self, origin: &str) -> bool {
        self.read().link_origins.contains(origin)
    }

    /// A text with every known secret replaced. A long text is cut.
    pub(super) fn shown<'t>(&self, text: &'t str) -> Cow<'t, str> {
        let shown = match self.without_phrases(text) {
            Some(shown) => Cow::Owned(self.replace_tokens(&shown).into_owned()),
            None => self.replace_tokens(text),
        };
        if text.len() > LONGEST_TEXT { shown.chars().take(LONGEST_TEXT).collect() } else { shown }
    }

    /// The text with every secret phrase replaced. `None` if it has none.
    fn without_phrases(&self, text: &str) -> Option<String> {
        if !self.has_phrases.load(Ordering::Acquire) {
            return None;
        }
        let mut shown = None;
        for (phrase, label) in self.phrases.read().unwrap_or_else(PoisonError::into_inner).iter() {
            let text = shown.as_deref().unwrap_or(text);
            if text.contains(phrase.as_str()) {
                shown = Some(text.replace(phrase.as_str(), label));
            }
        }
        shown
    }

    /// Looks up each run of token characters, first whole, then its parts. A token may be in a path, after a name, or before a full
    /// stop.
    pub(super) fn replace_tokens<'t>(&self, text: &'t str) -> Cow<'t, str> {
        let mut shown = String::new();
        let mut copied = 0;
        let mut found = |start: usize, end: usize| {
            if start < copied {
                return false;
            }
            let Some(label) = self.label_of(&text[start..end]) else { return false };
            shown.push_str(&text[copied..start]);
            shown.push_str(&label);
            copied = end;
            true
        };
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
        if copied == 0 {
            return Cow::Borrowed(text);
        }
        shown.push_str(&text[copied..]);
        Cow::Owned(shown)
    }

    fn read(&self) -> RwLockReadGuard<'_, Inner> {
        self.inner.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn write(&self) -> RwLockWriteGuard<'_, Inner> {
        self.inner.write().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A set of lengths that is read without a lock. Lengths from 1,023 on count as one.
#[derive(Default)]
struct Lengths([AtomicU64; 16]);

impl Lengths {
    fn add(&self, length: usize) {
        let length = length.min(1023);
        self.0[length / 64].fetch_or(1 << (length % 64), Ordering::AcqRel);
    }

    fn have(&self, length: usize) -> bool {
        let length = length.min(1023);
        self.0[length / 64].load(Ordering::Acquire) & (1 << (length % 64)) != 0
    }
}

fn is_token_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.' | b'~' | b'+' | b'%' | b'/' | b'=')
}

fn is_token(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(is_token_byte)
}
