//! What a recorder knows to be secret, and how it is found in a text.

use std::borrow::Cow;
use std::collections::HashMap;
use std::collections::HashSet;

/// Secrets with their labels, and names that may be shown.
pub(super) struct Known {
    /// Opaque values, found in texts token by token.
    pub(super) labels: HashMap<String, String>,
    /// Whether one of them has this length; a token of another length needs no look.
    lengths: Vec<bool>,
    /// Length of the shortest of them.
    shortest: usize,
    /// Values of any shape, found anywhere; few.
    pub(super) phrases: Vec<(String, String)>,
    /// Values that may be shown.
    pub(super) public: HashSet<String>,
    /// Origins of pages whose every path is a link.
    pub(super) link_origins: HashSet<String>,
    counts: HashMap<&'static str, usize>,
}

impl Default for Known {
    fn default() -> Self {
        Self {
            labels: HashMap::new(),
            lengths: Vec::new(),
            shortest: usize::MAX,
            phrases: Vec::new(),
            public: HashSet::new(),
            link_origins: HashSet::new(),
            counts: HashMap::new(),
        }
    }
}

impl Known {
    pub(super) fn learn(&mut self, value: String, label: String) {
        self.shortest = self.shortest.min(value.len());
        if self.lengths.len() <= value.len() {
            self.lengths.resize(value.len() + 1, false);
        }
        self.lengths[value.len()] = true;
        self.labels.insert(value, label);
    }

    fn find(&self, token: &str) -> Option<&String> {
        if self.lengths.get(token.len()).is_some_and(|known| *known) { self.labels.get(token) } else { None }
    }

    pub(super) fn label(&mut self, kind: &'static str, value: &str) -> String {
        if let Some(label) = self.labels.get(value) {
            return label.clone();
        }
        let count = self.counts.entry(kind).or_default();
        *count += 1;
        let label = format!("‹{kind}:{count}›");
        self.learn(value.to_owned(), label.clone());
        label
    }
}

fn is_token_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.' | b'~' | b'+' | b'%' | b'/' | b'=')
}

pub(super) fn is_token(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(is_token_byte)
}

/// Looks up each run of token characters, whole first, then its parts: a token may stand in a path, after a name, or before a full stop.
pub(super) fn replace_tokens<'t>(known: &Known, text: &'t str) -> Cow<'t, str> {
    if text.len() < known.shortest {
        return Cow::Borrowed(text);
    }
    let mut shown = String::new();
    let mut copied = 0;
    let mut found = |start: usize, end: usize| {
        if start < copied {
            return false;
        }
        let Some(label) = known.find(&text[start..end]) else { return false };
        shown.push_str(&text[copied..start]);
        shown.push_str(label);
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
        if at - start < known.shortest || found(start, at) {
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
