//! The options of a create request: how the page is to look and what a payment comes to.

use serde_json::Value;
use url::Url;

use crate::mock::contract::rules::{CreateRules, PageRules, Slip};
use crate::mock::ground::Dialect;
use crate::mock::http::Problem;

const PLACE_ORDER_MODES: &[&str] = &["NONE", "PLACE_ORDER", "CAPTURE_ORDER"];
const PURCHASE_TYPES: &[&str] = &["BUY", "RENT", "BOOK", "SUBSCRIBE", "DOWNLOAD", "ORDER", "CONTINUE"];
const CATEGORIES: &[&str] =
    &["DIRECT_DEBIT", "DIRECT_BANK_TRANSFER", "PAY_NOW", "PAY_LATER", "PAY_OVER_TIME", "KLARNA"];

/// The categories every payment session of the mock has.
pub const OF_PAYMENT_SESSION: [&str; 3] = ["PAY_LATER", "PAY_NOW", "PAY_OVER_TIME"];

/// What happens to the order when the consumer has paid (KP).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum PlaceOrderMode {
    #[default]
    None,
    PlaceOrder,
    CaptureOrder,
}

/// An image behind the page, best for browsers of that width.
#[derive(Debug, PartialEq, Eq)]
pub struct Background {
    pub url: String,
    pub width: i64,
}

/// What the merchant wants of the page.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Options {
    pub place_order_mode: PlaceOrderMode,
    pub page_title: Option<String>,
    pub logo_url: Option<String>,
    /// In upper case.
    pub purchase_type: Option<&'static str>,
    pub hides_subtotal: bool,
    pub background_images: Vec<Background>,
    pub payment_fallback: bool,
    category: Option<&'static str>,
    categories: Vec<&'static str>,
}

impl Options {
    /// Reads the member `options`. Words of an enumeration may be written in lower case, as the vendor's own samples do.
    pub fn read(member: Option<&Value>, dialect: Dialect, rules: &CreateRules) -> Result<Self, Problem> {
        let options = match member {
            None | Some(Value::Null) if rules.options_optional => return Ok(Self::default()),
            Some(options @ Value::Object(_)) => options,
            _ => return Err(Problem::bad_value("options")),
        };
        let place_order_mode = match word(options, "place_order_mode", PLACE_ORDER_MODES, rules)? {
            Some("PLACE_ORDER") => PlaceOrderMode::PlaceOrder,
            Some("CAPTURE_ORDER") => PlaceOrderMode::CaptureOrder,
            _ => PlaceOrderMode::None,
        };
        let logo_url = text(options, "logo_url")?.map(str::to_owned);
        if logo_url.as_deref().is_some_and(|url| !rules.logo_accepted || !is_web_url(url)) {
            return Err(bad_value("logo_url"));
        }
        let (category, categories) = match dialect {
            Dialect::Klarna => categories(options, rules)?,
            // Category options mean nothing to KCO.
            Dialect::Kustom => read_categories(options, rules).unwrap_or_default(),
        };
        Ok(Self {
            place_order_mode,
            page_title: text(options, "page_title")?.map(str::to_owned),
            logo_url,
            purchase_type: word(options, "purchase_type", PURCHASE_TYPES, rules)?,
            hides_subtotal: word(options, "show_subtotal_detail", &["HIDE"], rules)?.is_some(),
            background_images: background_images(options)?,
            payment_fallback: match options.get("payment_fallback") {
                None | Some(Value::Null) => false,
                Some(Value::Bool(wanted)) => *wanted,
                // For KCO it means nothing, like the categories.
                Some(_) if dialect == Dialect::Kustom => false,
                Some(_) => return Err(bad_value("payment_fallback")),
            },
            category,
            categories,
        })
    }

    /// The categories the merchant narrows the choice to; none if all are offered.
    fn narrowed(&self, dialect: Dialect, rules: &PageRules) -> Vec<&'static str> {
        if dialect == Dialect::Kustom && !rules.slips(Slip::CategoriesHonouredForKco) {
            return Vec::new();
        }
        let one = self.category.filter(|_| !rules.slips(Slip::CategoryIgnored));
        let many = self.categories.iter().copied().filter(|_| !rules.slips(Slip::CategoriesIgnored));
        one.into_iter().chain(many).collect()
    }

    /// Whether a decline in the chosen categories leads to the others before it is final.
    pub fn falls_back(&self, dialect: Dialect, rules: &PageRules) -> bool {
        self.payment_fallback && !rules.slips(Slip::NoFallback) && !self.narrowed(dialect, rules).is_empty()
    }

    /// The categories the page offers, before or after falling back to those not chosen.
    pub fn offered(&self, dialect: Dialect, rules: &PageRules, has_fallen_back: bool) -> Vec<&'static str> {
        let narrowed = self.narrowed(dialect, rules);
        if narrowed.is_empty() {
            return OF_PAYMENT_SESSION.to_vec();
        }
        if !has_fallen_back {
            return narrowed;
        }
        OF_PAYMENT_SESSION.into_iter().filter(|category| !narrowed.contains(category)).collect()
    }
}

/// The two ways to name categories exclude each other.
fn categories(
    options: &Value,
    rules: &CreateRules,
) -> Result<(Option<&'static str>, Vec<&'static str>), Problem> {
    let (one, many) = read_categories(options, rules)?;
    if one.is_some() && !many.is_empty() && rules.both_category_options_refused {
        return Err(bad_value("payment_method_categories"));
    }
    Ok((one, many))
}

fn read_categories(
    options: &Value,
    rules: &CreateRules,
) -> Result<(Option<&'static str>, Vec<&'static str>), Problem> {
    let one = word(options, "payment_method_category", CATEGORIES, rules)?;
    let name = "payment_method_categories";
    let many = match options.get(name) {
        None | Some(Value::Null) => return Ok((one, Vec::new())),
        Some(Value::Array(many)) => many,
        Some(_) => return Err(bad_value(name)),
    };
    let mut known = Vec::new();
    for category in many {
        match category.as_str().and_then(|word| find(word, CATEGORIES, rules)) {
            Some(category) if known.contains(&category) => {}
            Some(category) => known.push(category),
            None if !rules.words_checked => {}
            None => return Err(bad_value(name)),
        }
    }
    Ok((one, known))
}

fn background_images(options: &Value) -> Result<Vec<Background>, Problem> {
    let name = "background_images";
    let images = match options.get(name) {
        None | Some(Value::Null) => return Ok(Vec::new()),
        Some(Value::Array(images)) => images,
        Some(_) => return Err(bad_value(name)),
    };
    let read = |image: &Value| {
        let url = image.get("url").and_then(Value::as_str)?;
        let is_https = Url::parse(url).is_ok_and(|url| url.scheme() == "https" && url.has_host());
        let width = match image.get("width") {
            None | Some(Value::Null) => 0,
            Some(width) => width.as_i64().filter(|width| *width >= 0)?,
        };
        is_https.then(|| Background { url: url.to_owned(), width })
    };
    images.iter().map(|image| read(image).ok_or_else(|| bad_value(name))).collect()
}

fn is_web_url(url: &str) -> bool {
    Url::parse(url).is_ok_and(|url| matches!(url.scheme(), "http" | "https") && url.has_host())
}

fn text<'o>(options: &'o Value, name: &str) -> Result<Option<&'o str>, Problem> {
    match options.get(name) {
        None | Some(Value::Null) => Ok(None),
        Some(Value::String(text)) => Ok(Some(String::as_str(text)).filter(|text| !text.is_empty())),
        Some(_) => Err(bad_value(name)),
    }
}

fn word(
    options: &Value,
    name: &str,
    known: &'static [&'static str],
    rules: &CreateRules,
) -> Result<Option<&'static str>, Problem> {
    let Some(text) = text(options, name)? else {
        return Ok(None);
    };
    match find(text, known, rules) {
        None if rules.words_checked => Err(bad_value(name)),
        found => Ok(found),
    }
}

fn find(word: &str, known: &'static [&'static str], rules: &CreateRules) -> Option<&'static str> {
    known
        .iter()
        .copied()
        .find(|known| *known == word || rules.lower_case_accepted && known.eq_ignore_ascii_case(word))
}

fn bad_value(name: &str) -> Problem {
    Problem::bad_value(&format!("options.{name}"))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::mock::contract::rules::Rules;

    fn read(options: &Value, dialect: Dialect) -> Result<Options, Problem> {
        Options::read(Some(options), dialect, &Rules::faithful(dialect).create)
    }

    fn offered(options: &Value, dialect: Dialect, has_fallen_back: bool) -> Vec<&'static str> {
        read(options, dialect).unwrap().offered(dialect, &PageRules::faithful(), has_fallen_back)
    }

    #[test]
    fn words_are_known_in_either_case_and_unknown_options_tolerated() {
        let options = json!({ "place_order_mode": "capture_order", "purchase_type": "buy", "mood": "sunny" });
        let options = read(&options, Dialect::Klarna).unwrap();
        assert_eq!(options.place_order_mode, PlaceOrderMode::CaptureOrder);
        assert_eq!(options.purchase_type, Some("BUY"));
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
            let problem = read(&json!({ name: value }), Dialect::Klarna).unwrap_err();
            assert_eq!(problem.error_messages, [format!("Bad value: options.{name}")]);
        }
    }

    #[test]
    fn the_two_category_options_exclude_each_other_for_kp_alone() {
        let both =
            json!({ "payment_method_category": "PAY_NOW", "payment_method_categories": ["PAY_LATER"] });
        assert!(read(&both, Dialect::Klarna).is_err());
        assert_eq!(offered(&both, Dialect::Kustom, false), OF_PAYMENT_SESSION);
    }

    #[test]
    fn categories_narrow_the_choice_and_a_fallback_offers_the_rest() {
        let options = json!({ "payment_method_categories": ["pay_later", "PAY_NOW"] });
        assert_eq!(offered(&options, Dialect::Klarna, false), ["PAY_LATER", "PAY_NOW"]);
        assert_eq!(offered(&options, Dialect::Klarna, true), ["PAY_OVER_TIME"]);
        assert_eq!(offered(&json!({}), Dialect::Klarna, false), OF_PAYMENT_SESSION);
        let rules = PageRules::faithful();
        let falls_back =
            |options: &Value| read(options, Dialect::Klarna).unwrap().falls_back(Dialect::Klarna, &rules);
        assert!(!falls_back(&options));
        assert!(!falls_back(&json!({ "payment_fallback": true })));
        assert!(falls_back(&json!({ "payment_fallback": true, "payment_method_category": "PAY_NOW" })));
    }
}
