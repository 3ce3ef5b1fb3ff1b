//! Wording: what the page says where its language is open, and how its words are spelt.

use std::sync::LazyLock;

use crate::mock::words::table::{Notice, Words};
use crate::mock::words::{de, en, sv};

/// A long word gets a soft hyphen after so many letters. Nobody sees it, but it is in the text.
const SYLLABLE: usize = 3;

/// The words of each language, plain and hyphenated.
static SPOKEN: LazyLock<[(&Words, Words); 3]> =
    LazyLock::new(|| [&de::WORDS, &en::WORDS, &sv::WORDS].map(|words| (words, hyphenated(words))));

/// The choices of words.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Wording {
    /// The language of a page whose locale is unknown.
    pub other: &'static str,
    /// Whether the words have soft hyphens.
    pub is_hyphenated: bool,
}

impl Wording {
    pub const PLAIN: Self = Self { other: "en", is_hyphenated: false };

    /// The words for a locale such as `sv-SE`.
    pub fn of(self, locale: Option<&str>) -> &'static Words {
        let language = locale.and_then(|locale| locale.get(..2)).unwrap_or_default();
        let find = |lang: &str| SPOKEN.iter().find(|(words, _)| words.lang.eq_ignore_ascii_case(lang));
        let (plain, hyphenated) = find(language).or_else(|| find(self.other)).unwrap_or(&SPOKEN[1]);
        if self.is_hyphenated { hyphenated } else { plain }
    }
}

/// The same words with soft hyphens. They live as long as the program.
fn hyphenated(words: &Words) -> Words {
    let notice = |(heading, sentence): Notice| (spelt(heading), spelt(sentence));
    let table = |rows: &'static [(&'static str, &'static str)]| -> &'static [_] {
        rows.iter().map(|(word, text)| (*word, spelt(text))).collect::<Vec<_>>().leak()
    };
    Words {
        lang: words.lang,
        mock_label: words.mock_label,
        pay_title: spelt(words.pay_title),
        merchant: spelt(words.merchant),
        subtotal: spelt(words.subtotal),
        tax: spelt(words.tax),
        choose_category: spelt(words.choose_category),
        other_categories: spelt(words.other_categories),
        pay: spelt(words.pay),
        pay_by_type: table(words.pay_by_type),
        categories: table(words.categories),
        be_declined: spelt(words.be_declined),
        meet_error: spelt(words.meet_error),
        cancel: spelt(words.cancel),
        back: spelt(words.back),
        cancel_question: notice(words.cancel_question),
        confirm_cancel: spelt(words.confirm_cancel),
        keep: spelt(words.keep),
        message: spelt(words.message),
        hand_over: notice(words.hand_over),
        success: notice(words.success),
        failure: notice(words.failure),
        error: notice(words.error),
        left: notice(words.left),
        cancel_done: notice(words.cancel_done),
        completed: notice(words.completed),
        cancelled: notice(words.cancelled),
        expired: notice(words.expired),
        disabled: notice(words.disabled),
        vanished: notice(words.vanished),
        no_such_move: notice(words.no_such_move),
        unknown: notice(words.unknown),
    }
}

fn spelt(text: &'static str) -> &'static str {
    let is_inside = |letters: &[char], at: usize| {
        let near = &letters[at.saturating_sub(SYLLABLE)..(at + 2).min(letters.len())];
        near.len() == SYLLABLE + 2 && near.iter().all(|letter| letter.is_alphabetic())
    };
    let letters: Vec<char> = text.chars().collect();
    let mut spelt = String::new();
    for (at, letter) in letters.iter().enumerate() {
        if is_inside(&letters, at) {
            spelt.push('\u{ad}');
        }
        spelt.push(*letter);
    }
    spelt.leak()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_the_same_without_their_soft_hyphens() {
        let odd = Wording { other: "sv", is_hyphenated: true };
        for locale in [Some("sv-SE"), Some("DE"), Some("en-GB"), Some("fi-FI"), None] {
            let (words, plain) = (odd.of(locale), Wording { is_hyphenated: false, ..odd }.of(locale));
            assert_ne!(words.failure, plain.failure);
            assert_eq!(words.failure.0.replace('\u{ad}', ""), plain.failure.0);
            assert_eq!(words.pay_label(Some("RENT")).replace('\u{ad}', ""), plain.pay_label(Some("RENT")));
        }
        assert_eq!(spelt("To pay: Bezahlen für 3"), "To pay: Bez\u{ad}a\u{ad}h\u{ad}l\u{ad}en für 3");
    }

    #[test]
    fn only_a_locale_that_is_not_spoken_is_answered_in_another_language() {
        let odd = Wording { other: "sv", is_hyphenated: false };
        let langs = [Some("de-AT"), Some("en-GB"), Some("fi-FI"), None].map(|locale| odd.of(locale).lang);
        assert_eq!(langs, ["de", "en", "sv", "sv"]);
        assert_eq!(Wording::PLAIN.of(Some("fi-FI")).lang, "en");
    }
}
