//! Long secrets, which are found anywhere in a text: whatever stands beside them, and in upper or lower case.

use crate::evidence::found::Found;
use std::collections::HashMap;
use std::ops::Range;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{PoisonError, RwLock};

/// A secret of fewer bytes may be a part of an ordinary value. It is found only where it stands alone.
const SHORTEST: usize = 8;

/// Secrets by one of their words. Several threads use it at once. A text without such a word needs no lock.
#[derive(Default)]
pub(super) struct Anywhere {
    lengths: Lengths,
    by_word: RwLock<HashMap<String, Vec<Sought>>>,
}

/// A secret that is looked for.
struct Sought {
    secret: String,
    /// Where its word begins.
    word_at: usize,
    label: String,
}

impl Sought {
    /// Where the secret stands in a text with its word at this place.
    fn at(&self, text: &str, word_at: usize) -> Option<Range<usize>> {
        let start = word_at.checked_sub(self.word_at)?;
        let end = start + self.secret.len();
        let found = text.as_bytes().get(start..end)?;
        found.eq_ignore_ascii_case(self.secret.as_bytes()).then_some(start..end)
    }
}

impl Anywhere {
    /// Looks for a secret from this call on. Returns whether it does: a short secret, and one of ordinary words alone, may also be data.
    pub(super) fn add(&self, secret: &str, label: &str, is_ordinary: impl Fn(&str) -> bool) -> bool {
        let rare = words(secret).filter(|word| !is_ordinary(&secret[word.clone()]));
        let Some(word) = rare.max_by_key(ExactSizeIterator::len).filter(|_| secret.len() >= SHORTEST) else {
            return false;
        };
        let mut by_word = self.by_word.write().unwrap_or_else(PoisonError::into_inner);
        let same_word = by_word.entry(secret[word.clone()].to_ascii_lowercase()).or_default();
        if !same_word.iter().any(|known| known.secret == secret) {
            let known = Sought { secret: secret.to_owned(), word_at: word.start, label: label.to_owned() };
            same_word.push(known);
            // A longer secret may contain a shorter one.
            same_word.sort_by_key(|known| std::cmp::Reverse(known.secret.len()));
        }
        self.lengths.add(word.len());
        true
    }

    /// The secrets in a text, from its start to its end.
    pub(super) fn find(&self, text: &str) -> Vec<Found> {
        let end = |found: &Found| found.place.end;
        std::iter::successors(self.first(text, 0), |last| self.first(text, end(last))).collect()
    }

    /// The first secret that begins at or after a place.
    fn first(&self, text: &str, from: usize) -> Option<Found> {
        words(&text[from..]).find_map(|word| {
            let word = from + word.start..from + word.end;
            if !self.lengths.have(word.len()) {
                return None;
            }
            let by_word = self.by_word.read().unwrap_or_else(PoisonError::into_inner);
            let same_word = by_word.get(&text[word.clone()].to_ascii_lowercase())?;
            same_word.iter().find_map(|sought| {
                let place = sought.at(text, word.start).filter(|place| place.start >= from)?;
                Some(Found { place, label: sought.label.clone() })
            })
        })
    }
}

/// The runs of ASCII letters and digits of a text.
fn words(text: &str) -> impl Iterator<Item = Range<usize>> + '_ {
    let bytes = text.as_bytes();
    let mut at = 0;
    std::iter::from_fn(move || {
        let start = at + bytes[at..].iter().position(u8::is_ascii_alphanumeric)?;
        let rest = &bytes[start..];
        at = start + rest.iter().position(|byte| !byte.is_ascii_alphanumeric()).unwrap_or(rest.len());
        Some(start..at)
    })
}

/// A set of lengths that is read without a lock. Lengths from 1,023 on count as one.
#[derive(Default)]
pub(super) struct Lengths([AtomicU64; 16]);

impl Lengths {
    pub(super) fn add(&self, length: usize) {
        let length = length.min(1023);
        self.0[length / 64].fetch_or(1 << (length % 64), Ordering::AcqRel);
    }

    pub(super) fn have(&self, length: usize) -> bool {
        let length = length.min(1023);
        self.0[length / 64].load(Ordering::Acquire) & (1 << (length % 64)) != 0
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::evidence::found::with_labels;

    fn anywhere() -> Anywhere {
        let anywhere = Anywhere::default();
        let is_ordinary = |word: &str| ["pay", "team", "shop"].contains(&word);
        for (secret, label, is_added) in [
            ("Qz8kwv3mmppl0qqx", "‹password:1›", true),
            ("SzFfc2hvcDpw/IHc+KXDE=", "‹credentials:1›", true),
            ("SzFfc2hvcDpw", "‹username:1›", true),
            ("pay é\"1 team", "‹password:2›", true),
            ("shop-pay-team", "‹password:3›", false),
            ("Zq8x77b", "‹password:4›", false),
            ("пароль-пароль", "‹password:5›", false),
        ] {
            assert_eq!(anywhere.add(secret, label, is_ordinary), is_added, "{secret}");
        }
        anywhere
    }

    #[test]
    fn a_long_secret_is_found_whatever_stands_beside_it() {
        for (text, shown) in [
            ("https://qz8kwv3mmppl0qqx.example/", "https://‹password:1›.example/"),
            ("x-QZ8KWV3MMPPL0QQX_1 Qz8kwv3mmppl0qqx", "x-‹password:1›_1 ‹password:1›"),
            ("a/b; x=SzFfc2hvcDpw/IHc+KXDE=", "a/b; x=‹credentials:1›"),
            ("SzFfc2hvcDpw/IHc", "‹username:1›/IHc"),
            ("{pay é\"1 team}", "{‹password:2›}"),
            ("Qz8kwv3mmppl0qqx7 shop-pay-team Zq8x77b ‹é›", "Qz8kwv3mmppl0qqx7 shop-pay-team Zq8x77b ‹é›"),
        ] {
            assert_eq!(with_labels(text.into(), &anywhere().find(text)), shown);
        }
    }
}
