//! The allowed values of a request for a hosted session, member by member.

use serde_json::{Map, Value};
use url::Url;

use crate::mock::contract::merchant_urls::is_absolute;
use crate::mock::contract::options::{CATEGORIES, PLACE_ORDER_MODES, PURCHASE_TYPES, known_word};
use crate::mock::contract::variation::Choices;
use crate::mock::ground::Dialect;

/// The members that are checked, in this order.
pub const MEMBERS: [&str; 18] = [
    "merchant_urls",
    "merchant_urls.success",
    "merchant_urls.failure",
    "merchant_urls.error",
    "merchant_urls.back",
    "merchant_urls.cancel",
    "merchant_urls.status_update",
    "options",
    "options.place_order_mode",
    "options.logo_url",
    "options.payment_method_category",
    "options.payment_method_categories",
    "options.page_title",
    "options.purchase_type",
    "options.show_subtotal_detail",
    "options.background_images",
    "options.payment_fallback",
    // The vendor keeps the profiles. An unknown one changes nothing.
    "profile_id",
];

/// The JSON of a body. `None` if it is something else.
pub fn json(body: &[u8]) -> Option<Value> {
    serde_json::from_slice(body).ok()
}

/// A member of a request.
#[derive(Debug, Clone, Copy)]
pub struct Member<'a> {
    /// Its name, after the name of its object.
    pub name: &'static str,
    pub value: Option<&'a Value>,
    /// Its object.
    pub whole: Option<&'a Map<String, Value>>,
    pub dialect: Dialect,
    pub choices: Choices,
}

impl<'a> Member<'a> {
    /// The member of that name of `request`.
    pub fn of(
        request: &'a Map<String, Value>,
        name: &'static str,
        dialect: Dialect,
        choices: Choices,
    ) -> Self {
        let (whole, own_name) = match name.split_once('.') {
            Some((whole, own_name)) => (request.get(whole).and_then(Value::as_object), own_name),
            None => (Some(request), name),
        };
        let value = whole.and_then(|whole| whole.get(own_name));
        Self { name, value, whole, dialect, choices }
    }
}

/// Whether the value of the member is allowed. Every member may be left out or null.
pub fn accepts(member: &Member<'_>) -> bool {
    let Some(value) = member.value.filter(|value| !value.is_null()) else {
        return true;
    };
    let is_word = |known| value.as_str().is_some_and(|word| word.is_empty() || is_known(member, word, known));
    let is_kco = member.dialect == Dialect::Kustom;
    match member.name {
        "merchant_urls" | "options" => value.is_object(),
        name if name.starts_with("merchant_urls.") => {
            value.as_str().is_some_and(|url| url.is_empty() || is_absolute(url))
        }
        "options.place_order_mode" => is_word(PLACE_ORDER_MODES),
        "options.purchase_type" => is_word(PURCHASE_TYPES),
        "options.show_subtotal_detail" => is_word(&["HIDE"]),
        "options.logo_url" => value.as_str().is_some_and(|url| url.is_empty() || is_web_url(url)),
        // KCO ignores these.
        "options.payment_method_category" => is_kco || is_word(CATEGORIES),
        "options.payment_method_categories" => is_kco || are_categories(member, value),
        "options.payment_fallback" => is_kco || value.is_boolean(),
        "options.background_images" => {
            value.as_array().is_some_and(|images| images.iter().all(is_background))
        }
        _ => value.is_string(),
    }
}

fn is_known(member: &Member<'_>, word: &str, known: &'static [&'static str]) -> bool {
    known_word(word, known, member.choices).is_some()
}

/// The two ways to name categories exclude each other.
fn are_categories(member: &Member<'_>, value: &Value) -> bool {
    let Value::Array(categories) = value else { return false };
    let one = member.whole.and_then(|options| options.get("payment_method_category")).and_then(Value::as_str);
    let has_one = one.is_some_and(|one| is_known(member, one, CATEGORIES));
    let is_category = |it: &Value| it.as_str().is_some_and(|category| is_known(member, category, CATEGORIES));
    categories.iter().all(is_category) && (categories.is_empty() || !has_one)
}

fn is_background(image: &Value) -> bool {
    let url = image.get("url").and_then(Value::as_str).and_then(|url| Url::parse(url).ok());
    let is_https = url.is_some_and(|url| url.scheme() == "https" && url.has_host());
    let is_width = |width: &Value| width.is_null() || width.as_i64().is_some_and(|width| width >= 0);
    is_https && image.get("width").is_none_or(is_width)
}

fn is_web_url(url: &str) -> bool {
    Url::parse(url).is_ok_and(|url| matches!(url.scheme(), "http" | "https") && url.has_host())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    /// The first member that is not accepted.
    fn refused(request: &Value, dialect: Dialect) -> Option<&'static str> {
        let request = request.as_object().unwrap();
        MEMBERS.into_iter().find(|name| !accepts(&Member::of(request, name, dialect, Choices::PLAIN)))
    }

    #[test]
    fn what_an_option_cannot_be_is_refused_by_name() {
        for (name, value) in [
            ("place_order_mode", json!("SOMETIMES")),
            ("purchase_type", json!("STEAL")),
            ("show_subtotal_detail", json!("SHOW")),
            ("payment_method_category", json!("CASH")),
            ("payment_method_categories", json!(["CASH"])),
            ("payment_fallback", json!("yes")),
            ("logo_url", json!("logo.png")),
            ("page_title", json!(7)),
            ("background_images", json!([{ "url": "http://m.example/b.png", "width": 800 }])),
            ("background_images", json!([{ "url": "https://m.example/b.png", "width": -1 }])),
        ] {
            let expected = format!("options.{name}");
            assert_eq!(refused(&json!({ "options": { name: value } }), Dialect::Klarna), Some(&*expected));
            assert_eq!(refused(&json!({ "options": { name: null } }), Dialect::Klarna), None);
        }
    }

    #[test]
    fn the_two_category_options_exclude_each_other_for_kp_alone() {
        let both =
            json!({ "payment_method_category": "PAY_NOW", "payment_method_categories": ["PAY_LATER"] });
        let request = json!({ "options": both });
        assert_eq!(refused(&request, Dialect::Klarna), Some("options.payment_method_categories"));
        assert_eq!(refused(&request, Dialect::Kustom), None);
    }

    #[test]
    fn what_is_no_absolute_url_is_refused_by_name() {
        for url in [json!("/done"), json!("m.example"), json!(7), json!([])] {
            let request = json!({ "merchant_urls": { "failure": url } });
            assert_eq!(refused(&request, Dialect::Klarna), Some("merchant_urls.failure"), "{request}");
        }
        for urls in [json!({}), json!(null), json!({ "back": "", "error": null })] {
            assert_eq!(refused(&json!({ "merchant_urls": urls }), Dialect::Kustom), None);
        }
        assert_eq!(
            refused(&json!({ "merchant_urls": [], "options": 7 }), Dialect::Kustom),
            Some("merchant_urls")
        );
    }
}
