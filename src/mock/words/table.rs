//! What there is to say, whatever the language.

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
