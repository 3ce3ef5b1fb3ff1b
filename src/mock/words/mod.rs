//! The texts of pages and messages, in the languages of the mock.

mod de;
mod en;
mod sv;
mod table;
mod wording;

pub use table::{Notice, Words};
pub use wording::Wording;

impl Words {
    /// The words for a locale such as `sv-SE`. English if the mock does not have its language.
    pub fn of(locale: Option<&str>) -> &'static Self {
        Wording::PLAIN.of(locale)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_locale_is_spoken_or_answered_in_english() {
        for (locale, lang) in [
            (Some("sv-SE"), "sv-SE"),
            (Some("DE"), "de"),
            (Some("de-at"), "de-AT"),
            (Some("fi-FI"), "en"),
            (Some("x"), "en"),
            (None, "en"),
        ] {
            assert_eq!(Words::of(locale).html_lang(locale), lang);
        }
    }

    #[test]
    fn every_language_words_every_purchase_type_in_its_own_way() {
        for words in [&de::WORDS, &en::WORDS, &sv::WORDS] {
            let mut labels: Vec<_> = words.pay_by_type.iter().map(|(_, label)| *label).collect();
            assert_eq!(labels.len(), 7, "{}", words.lang);
            labels.push(words.pay);
            labels.sort_unstable();
            labels.dedup();
            assert_eq!(labels.len(), 8, "{}", words.lang);
        }
    }
}
