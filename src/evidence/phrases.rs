//! Secrets of several tokens: they are few, and are found anywhere in a text.

use crate::evidence::found::{Found, add};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{PoisonError, RwLock};

/// The secrets of several tokens that a recorder knows, the longest first.
#[derive(Default)]
pub(super) struct Phrases {
    all: RwLock<Vec<Phrase>>,
    /// Most runs have none. Then a text needs no lock.
    is_used: AtomicBool,
}

struct Phrase {
    text: String,
    label: String,
    /// Whether its value in plain text is a leak.
    is_confidential: bool,
}

impl Phrases {
    /// Looks for a secret in every text from now on.
    pub(super) fn add(&self, text: String, label: String, is_confidential: bool) {
        let mut all = self.all.write().unwrap_or_else(PoisonError::into_inner);
        if !all.iter().any(|phrase| phrase.text == text) {
            all.push(Phrase { text, label, is_confidential });
            all.sort_by_key(|phrase| std::cmp::Reverse(phrase.text.len()));
            self.is_used.store(true, Ordering::Release);
        }
    }

    /// Adds those in a text that stand where nothing else was found.
    pub(super) fn find(&self, text: &str, confidential_only: bool, found: &mut Vec<Found>) {
        if !self.is_used.load(Ordering::Acquire) {
            return;
        }
        let all = self.all.read().unwrap_or_else(PoisonError::into_inner);
        for phrase in all.iter().filter(|phrase| phrase.is_confidential || !confidential_only) {
            for (start, _) in text.match_indices(phrase.text.as_str()) {
                add(found, start..start + phrase.text.len(), &phrase.label);
            }
        }
    }
}
