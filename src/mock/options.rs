//! The options of a create request; those without effect on the mock are judged all the same.

use serde_json::Value;

use crate::mock::Dialect;
use crate::mock::hosted::PlaceOrderMode;
use crate::mock::reply::Problem;
use crate::mock::rules::CreateRules;

const PLACE_ORDER_MODES: &[&str] = &["NONE", "PLACE_ORDER", "CAPTURE_ORDER"];
const PURCHASE_TYPES: &[&str] = &["BUY", "RENT", "BOOK", "SUBSCRIBE", "DOWNLOAD", "ORDER", "CONTINUE"];
const CATEGORIES: &[&str] =
    &["DIRECT_DEBIT", "DIRECT_BANK_TRANSFER", "PAY_NOW", "PAY_LATER", "PAY_OVER_TIME", "KLARNA"];

/// What the merchant wants of the page.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Options {
    pub place_order_mode: Option<PlaceOrderMode>,
    pub page_title: Option<String>,
    /// In upper case.
    pub purchase_type: Option<String>,
}

impl Options {
    /// Reads the member `options`. Words of an enumeration may be written in lower case, as the vendor's own samples do.
    pub fn read(member: Option<&Value>, dialect: Dialect, rules: &CreateRules) -> Result<Self, Problem> {
        let options = match member {
            None | Some(Value::Null) if rules.options_optional => return Ok(Self::default()),
            Some(options @ Value::Object(_)) => options,
            _ => return Err(Problem::bad_value("options")),
        };
        let place_order_mode = word(options, "place_order_mode", PLACE_ORDER_MODES)?;
        let purchase_type = word(options, "purchase_type", PURCHASE_TYPES)?;
        word(options, "show_subtotal_detail", &["HIDE"])?;
        if dialect == Dialect::Klarna {
            check_categories(options)?;
        }
        Ok(Self {
            place_order_mode: place_order_mode.map(|mode| match mode.as_str() {
                "PLACE_ORDER" => PlaceOrderMode::PlaceOrder,
                "CAPTURE_ORDER" => PlaceOrderMode::CaptureOrder,
                _ => PlaceOrderMode::None,
            }),
            page_title: text(options, "page_title")?.map(str::to_owned),
            purchase_type,
        })
    }
}

/// The two ways to name categories exclude each other.
fn check_categories(options: &Value) -> Result<(), Problem> {
    let one = word(options, "payment_method_category", CATEGORIES)?;
    let name = "payment_method_categories";
    let many = match options.get(name) {
        None | Some(Value::Null) => None,
        Some(Value::Array(many)) => Some(many),
        Some(_) => return Err(bad_value(name)),
    };
    for category in many.into_iter().flatten() {
        if !category.as_str().is_some_and(|word| is_one_of(word, CATEGORIES)) {
            return Err(bad_value(name));
        }
    }
    if one.is_some() && many.is_some_and(|many| !many.is_empty()) {
        return Err(bad_value(name));
    }
    Ok(())
}

fn text<'o>(options: &'o Value, name: &str) -> Result<Option<&'o str>, Problem> {
    match options.get(name) {
        None | Some(Value::Null) => Ok(None),
        Some(Value::String(text)) => Ok(Some(String::as_str(text)).filter(|text| !text.is_empty())),
        Some(_) => Err(bad_value(name)),
    }
}

fn word(options: &Value, name: &str, known: &[&str]) -> Result<Option<String>, Problem> {
    match text(options, name)? {
        None => Ok(None),
        Some(word) if is_one_of(word, known) => Ok(Some(word.to_ascii_uppercase())),
        Some(_) => Err(bad_value(name)),
    }
}

fn is_one_of(word: &str, known: &[&str]) -> bool {
    known.iter().any(|known| known.eq_ignore_ascii_case(word))
}

fn bad_value(name: &str) -> Problem {
    Problem::bad_value(&format!("options.{name}"))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::mock::rules::Rules;

    fn read(options: &Value, dialect: Dialect) -> Result<Options, Problem> {
        Options::read(Some(options), dialect, &Rules::faithful(dialect).create)
    }

    #[test]
    fn words_are_known_in_either_case_and_unknown_options_tolerated() {
        let options =
            json!({ "place_order_mode": "capture_order", "purchase_type": "buy", "payment_fallback": true });
        let options = read(&options, Dialect::Klarna).unwrap();
        assert_eq!(options.place_order_mode, Some(PlaceOrderMode::CaptureOrder));
        assert_eq!(options.purchase_type.as_deref(), Some("BUY"));
    }

    #[test]
    fn an_unknown_word_is_refused_by_name() {
        for name in ["place_order_mode", "purchase_type", "show_subtotal_detail", "payment_method_category"] {
            let problem = read(&json!({ name: "SOMETIMES" }), Dialect::Klarna).unwrap_err();
            assert_eq!(problem.error_messages, [format!("Bad value: options.{name}")]);
        }
    }

    #[test]
    fn the_two_category_options_exclude_each_other_for_kp_alone() {
        let both =
            json!({ "payment_method_category": "PAY_NOW", "payment_method_categories": ["PAY_LATER"] });
        assert!(read(&both, Dialect::Klarna).is_err());
        assert!(read(&both, Dialect::Kustom).is_ok());
    }
}
