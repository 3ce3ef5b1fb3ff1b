//! What the pages and messages say, in the languages the mock speaks.

mod de;
mod en;
mod sv;

/// A heading and the sentence below it.
pub type Notice = (&'static str, &'static str);

/// Everything the mock says in one language.
pub struct Words {
    /// The language as HTML names it.
    pub lang: &'static str,
    pub mock_label: &'static str,
    pub pay_title: &'static str,
    pub merchant: &'static str,
    pub subtotal: &'static str,
    pub tax: &'static str,
    pub choose_category: &'static str,
    pub other_categories: &'static str,
    /// What stands before the amount on the pay button.
    pub pay: &'static str,
    /// The same by purchase type.
    pub pay_by_type: &'static [(&'static str, &'static str)],
    /// What the payment method categories are called.
    pub categories: &'static [(&'static str, &'static str)],
    pub be_declined: &'static str,
    pub meet_error: &'static str,
    pub cancel: &'static str,
    pub back: &'static str,
    pub cancel_question: Notice,
    pub confirm_cancel: &'static str,
    pub keep: &'static str,
    /// What a message says before the link.
    pub message: &'static str,
    pub hand_over: Notice,
    pub success: Notice,
    pub failure: Notice,
    pub error: Notice,
    pub left: Notice,
    pub cancel_done: Notice,
    pub completed: Notice,
    pub cancelled: Notice,
    pub expired: Notice,
    pub disabled: Notice,
    pub vanished: Notice,
    pub no_such_move: Notice,
    pub unknown: Notice,
}

impl Words {
    /// The words for a locale such as `sv-SE`; English where the mock does not speak its language.
    pub fn of(locale: Option<&str>) -> &'static Self {
        let language = locale.and_then(|locale| locale.get(..2)).map(str::to_ascii_lowercase);
        match language.as_deref() {
            Some("de") => &de::WORDS,
            Some("sv") => &sv::WORDS,
            _ => &en::WORDS,
        }
    }

    /// What stands before the amount on the pay button.
    pub fn pay_label(&self, purchase_type: Option<&str>) -> &'static str {
        self.pay_by_type
            .iter()
            .find(|(word, _)| Some(*word) == purchase_type)
            .map_or(self.pay, |(_, label)| label)
    }

    /// What a payment method category is called.
    pub fn category(&self, category: &'static str) -> &'static str {
        self.categories.iter().find(|(word, _)| *word == category).map_or(category, |(_, name)| name)
    }

    /// The language for `<html lang>`, with the region where the locale's language is spoken.
    pub fn html_lang(&self, locale: Option<&str>) -> String {
        let region = locale
            .filter(|locale| locale.get(..2).is_some_and(|start| start.eq_ignore_ascii_case(self.lang)))
            .and_then(|locale| locale.get(3..))
            .filter(|region| !region.is_empty() && region.bytes().all(|byte| byte.is_ascii_alphabetic()));
        match region {
            Some(region) => format!("{}-{}", self.lang, region.to_ascii_uppercase()),
            None => self.lang.to_owned(),
        }
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
