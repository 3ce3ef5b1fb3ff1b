//! The texts that each language has.

/// A heading and the sentence below it.
pub type Notice = (&'static str, &'static str);

/// All texts in one language.
pub struct Words {
    /// The language code for HTML.
    pub lang: &'static str,
    pub mock_label: &'static str,
    pub pay_title: &'static str,
    pub merchant: &'static str,
    pub subtotal: &'static str,
    pub tax: &'static str,
    pub choose_category: &'static str,
    pub other_categories: &'static str,
    /// The text before the amount on the pay button.
    pub pay: &'static str,
    /// The same by purchase type.
    pub pay_by_type: &'static [(&'static str, &'static str)],
    /// The names of the payment method categories.
    pub categories: &'static [(&'static str, &'static str)],
    pub be_declined: &'static str,
    pub meet_error: &'static str,
    pub cancel: &'static str,
    pub back: &'static str,
    pub cancel_question: Notice,
    pub confirm_cancel: &'static str,
    pub keep: &'static str,
    /// The text of a message before the link.
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
    /// The text before the amount on the pay button.
    pub fn pay_label(&self, purchase_type: Option<&str>) -> &'static str {
        self.pay_by_type
            .iter()
            .find(|(word, _)| Some(*word) == purchase_type)
            .map_or(self.pay, |(_, label)| label)
    }

    /// The name of a payment method category.
    pub fn category(&self, category: &'static str) -> &'static str {
        self.categories.iter().find(|(word, _)| *word == category).map_or(category, |(_, name)| name)
    }

    /// The language for `<html lang>`, with the region if the locale has this language.
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
