//! The options of a hosted session: how its page looks, and what a payment results in.

use serde_json::Value;

use crate::mock::contract::variation::Choices;
use crate::mock::ground::Dialect;

pub const PLACE_ORDER_MODES: &[&str] = &["NONE", "PLACE_ORDER", "CAPTURE_ORDER"];
pub const PURCHASE_TYPES: &[&str] = &["BUY", "RENT", "BOOK", "SUBSCRIBE", "DOWNLOAD", "ORDER", "CONTINUE"];
pub const CATEGORIES: &[&str] =
    &["DIRECT_DEBIT", "DIRECT_BANK_TRANSFER", "PAY_NOW", "PAY_LATER", "PAY_OVER_TIME", "KLARNA"];

/// The categories of every payment session of the mock.
pub const OF_PAYMENT_SESSION: [&str; 3] = ["PAY_LATER", "PAY_NOW", "PAY_OVER_TIME"];

/// What happens to the order after the payment (KP).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum PlaceOrderMode {
    #[default]
    None,
    PlaceOrder,
    CaptureOrder,
}

/// A background image, best for browsers of this width.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Background {
    pub url: String,
    pub width: i64,
}

/// The merchant's options for the page.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Options {
    /// Whether the merchant gave any option.
    pub are_given: bool,
    pub place_order_mode: PlaceOrderMode,
    pub page_title: Option<String>,
    pub logo_url: Option<String>,
    /// In upper case.
    pub purchase_type: Option<&'static str>,
    pub hides_subtotal: bool,
    pub background_images: Vec<Background>,
    pub payment_fallback: bool,
    pub category: Option<&'static str>,
    pub categories: Vec<&'static str>,
}

impl Options {
    /// Reads the member `options` of a create request. A value that is not accepted counts as left out.
    pub fn read(member: Option<&Value>, choices: Choices) -> Self {
        let get = |name: &str| member.and_then(|options| options.get(name));
        let text = |name: &str| get(name).and_then(Value::as_str).filter(|text| !text.is_empty());
        let word = |name: &str, known| text(name).and_then(|word| known_word(word, known, choices));
        let many = |name: &str| get(name).and_then(Value::as_array).into_iter().flatten();
        let mut categories = Vec::new();
        for category in many("payment_method_categories").filter_map(Value::as_str) {
            categories
                .extend(known_word(category, CATEGORIES, choices).filter(|it| !categories.contains(it)));
        }
        Self {
            are_given: member.and_then(Value::as_object).is_some_and(|options| !options.is_empty()),
            place_order_mode: match word("place_order_mode", PLACE_ORDER_MODES) {
                Some("PLACE_ORDER") => PlaceOrderMode::PlaceOrder,
                Some("CAPTURE_ORDER") => PlaceOrderMode::CaptureOrder,
                _ => PlaceOrderMode::None,
            },
            page_title: text("page_title").map(str::to_owned),
            logo_url: text("logo_url").map(str::to_owned),
            purchase_type: word("purchase_type", PURCHASE_TYPES),
            hides_subtotal: word("show_subtotal_detail", &["HIDE"]).is_some(),
            background_images: many("background_images").filter_map(background).collect(),
            payment_fallback: get("payment_fallback").and_then(Value::as_bool).unwrap_or_default(),
            category: word("payment_method_category", CATEGORIES),
            categories,
        }
    }

    /// The categories that the merchant chose. `None` if all are offered, as always with KCO.
    fn narrowed(&self, dialect: Dialect) -> Vec<&'static str> {
        match dialect {
            Dialect::Klarna => self.category.iter().chain(&self.categories).copied().collect(),
            Dialect::Kustom => Vec::new(),
        }
    }

    /// Whether a declined payment in the chosen categories leads to the others first.
    pub fn falls_back(&self, dialect: Dialect) -> bool {
        self.payment_fallback && !self.narrowed(dialect).is_empty()
    }

    /// The categories that the page offers, before or after the fallback to those not chosen.
    pub fn offered(&self, dialect: Dialect, has_fallen_back: bool) -> Vec<&'static str> {
        let narrowed = self.narrowed(dialect);
        if narrowed.is_empty() {
            return OF_PAYMENT_SESSION.to_vec();
        }
        if !has_fallen_back {
            return narrowed;
        }
        OF_PAYMENT_SESSION.into_iter().filter(|category| !narrowed.contains(category)).collect()
    }
}

fn background(image: &Value) -> Option<Background> {
    let url = image.get("url").and_then(Value::as_str)?.to_owned();
    Some(Background { url, width: image.get("width").and_then(Value::as_i64).unwrap_or(0) })
}

/// The value of an enumeration. It may be in lower case, as in the vendor's samples.
pub fn known_word(word: &str, known: &'static [&'static str], choices: Choices) -> Option<&'static str> {
    let is_meant =
        |known: &str| known == word || choices.lower_case_accepted && known.eq_ignore_ascii_case(word);
    known.iter().copied().find(|known| is_meant(known))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn read(options: &Value) -> Options {
        Options::read(Some(options), Choices::PLAIN)
    }

    #[test]
    fn words_are_known_in_either_case_and_unknown_options_tolerated() {
        let options =
            read(&json!({ "place_order_mode": "capture_order", "purchase_type": "buy", "mood": "sunny" }));
        assert_eq!(options.place_order_mode, PlaceOrderMode::CaptureOrder);
        assert_eq!(options.purchase_type, Some("BUY"));
    }

    #[test]
    fn categories_narrow_the_choice_and_a_fallback_offers_the_rest() {
        let options = read(&json!({ "payment_method_categories": ["pay_later", "PAY_NOW", "PAY_NOW"] }));
        assert_eq!(options.offered(Dialect::Klarna, false), ["PAY_LATER", "PAY_NOW"]);
        assert_eq!(options.offered(Dialect::Klarna, true), ["PAY_OVER_TIME"]);
        assert_eq!(options.offered(Dialect::Kustom, false), OF_PAYMENT_SESSION);
        assert_eq!(read(&json!({})).offered(Dialect::Klarna, false), OF_PAYMENT_SESSION);
        assert!(!options.falls_back(Dialect::Klarna));
        assert!(!read(&json!({ "payment_fallback": true })).falls_back(Dialect::Klarna));
        let options = read(&json!({ "payment_fallback": true, "payment_method_category": "PAY_NOW" }));
        assert!(options.falls_back(Dialect::Klarna) && !options.falls_back(Dialect::Kustom));
    }
}
