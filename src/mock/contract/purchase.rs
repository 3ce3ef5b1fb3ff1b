//! Checks the purchase in a request for a payment session.

use serde_json::{Map, Value};

use crate::mock::http::Problem;

/// The longest texts of a purchase and of its lines, in characters.
pub const OF_REFERENCES: [(&str, usize); 2] = [("merchant_reference1", 255), ("merchant_reference2", 255)];
const OF_DATA: (&str, usize) = ("merchant_data", 6000);
const LONGEST_OF_LINE: [(&str, usize); 4] =
    [("name", 255), ("reference", 255), ("quantity_unit", 8), ("type", 255)];
/// The largest price of a line, in minor units.
const KP_LARGEST: u64 = 200_000_000;
const KCO_LARGEST: u64 = 100_000_000;

/// Checks the purchase of a KP session.
pub fn check_kp(document: &Map<String, Value>) -> Result<(), Problem> {
    check_letters(document, "purchase_country", 2)?;
    check_letters(document, "purchase_currency", 3)?;
    check_amount(document, "order_amount", true)?;
    check_amount(document, "order_tax_amount", false)?;
    check_locale(document, false)?;
    check_channel(document.get("acquiring_channel"), "acquiring_channel")?;
    let lines = order_lines(document)?;
    if lines.is_empty() {
        return Err(Problem::bad_value("order_lines"));
    }
    match document.get("intent") {
        None | Some(Value::Null) => {}
        Some(Value::String(intent)) if ["buy", "tokenize", "buy_and_tokenize"].contains(&intent.as_str()) => {
        }
        Some(_) => return Err(Problem::bad_value("intent")),
    }
    check_lines(document, lines, &["unit_price", "total_amount"], KP_LARGEST)
}

/// Checks the purchase of a KCO order.
pub fn check_kco(document: &Map<String, Value>) -> Result<(), Problem> {
    check_letters(document, "purchase_country", 2)?;
    check_letters(document, "purchase_currency", 3)?;
    check_locale(document, true)?;
    check_amount(document, "order_amount", true)?;
    check_amount(document, "order_tax_amount", true)?;
    let channel = document.get("options").and_then(|options| options.get("acquiring_channel"));
    check_channel(channel, "options.acquiring_channel")?;
    let lines = order_lines(document)?;
    check_lines(
        document,
        lines,
        &["unit_price", "total_amount", "tax_rate", "total_tax_amount"],
        KCO_LARGEST,
    )?;
    for name in ["terms", "checkout", "confirmation", "push"] {
        let url = document.get("merchant_urls").and_then(|urls| urls.get(name)).and_then(Value::as_str);
        if !url.is_some_and(|url| !url.is_empty() && url.chars().count() <= 2000) {
            return Err(Problem::bad_value(&format!("merchant_urls.{name}")));
        }
    }
    Ok(())
}

fn check_letters(document: &Map<String, Value>, name: &str, length: usize) -> Result<(), Problem> {
    document
        .get(name)
        .and_then(Value::as_str)
        .filter(|text| text.len() == length && text.bytes().all(|byte| byte.is_ascii_alphabetic()))
        .map(|_| ())
        .ok_or_else(|| Problem::bad_value(name))
}

fn check_amount(document: &Map<String, Value>, name: &str, is_required: bool) -> Result<(), Problem> {
    match document.get(name) {
        None | Some(Value::Null) if !is_required => Ok(()),
        Some(Value::Number(amount)) if amount.as_u64().is_some() => Ok(()),
        _ => Err(Problem::bad_value(name)),
    }
}

fn check_locale(document: &Map<String, Value>, is_required: bool) -> Result<(), Problem> {
    match document.get("locale") {
        None | Some(Value::Null) if !is_required => Ok(()),
        Some(Value::String(locale)) if is_locale(locale) => Ok(()),
        _ => Err(Problem::bad_value("locale")),
    }
}

fn is_locale(locale: &str) -> bool {
    locale.split('-').all(|part| part.len() == 2 && part.bytes().all(|byte| byte.is_ascii_alphabetic()))
}

fn check_channel(channel: Option<&Value>, name: &str) -> Result<(), Problem> {
    match channel {
        None | Some(Value::Null) => Ok(()),
        Some(Value::String(channel))
            if ["ECOMMERCE", "IN_STORE", "TELESALES", "MOTO"].contains(&channel.as_str()) =>
        {
            Ok(())
        }
        Some(_) => Err(Problem::bad_value(name)),
    }
}

fn order_lines(document: &Map<String, Value>) -> Result<&Vec<Value>, Problem> {
    document
        .get("order_lines")
        .and_then(Value::as_array)
        .filter(|lines| lines.len() <= 1000)
        .ok_or_else(|| Problem::bad_value("order_lines"))
}

/// Whether an optional text is a text and not too long.
fn fits(text: Option<&Value>, longest: usize) -> bool {
    match text {
        None | Some(Value::Null) => true,
        Some(Value::String(text)) => text.chars().count() <= longest,
        Some(_) => false,
    }
}

/// Each optional text of `longest` is a text and not longer than this.
pub fn check_texts(document: &Map<String, Value>, longest: &[(&str, usize)]) -> Result<(), Problem> {
    let refused = longest.iter().find(|(name, longest)| !fits(document.get(*name), *longest));
    refused.map_or(Ok(()), |(name, _)| Err(Problem::bad_value(name)))
}

/// An optional list is a list of objects, and not longer than `most`.
pub fn check_list(document: &Map<String, Value>, name: &str, most: usize) -> Result<(), Problem> {
    match document.get(name) {
        None | Some(Value::Null) => Ok(()),
        Some(Value::Array(list)) if list.len() <= most && list.iter().all(Value::is_object) => Ok(()),
        Some(_) => Err(Problem::bad_value(name)),
    }
}

/// Each line is complete, and the sum of the lines is the amount of the order.
fn check_lines(
    document: &Map<String, Value>,
    lines: &[Value],
    amounts: &[&str],
    largest: u64,
) -> Result<(), Problem> {
    check_texts(document, &OF_REFERENCES)?;
    check_texts(document, &[OF_DATA])?;
    let mut sum = 0_i64;
    for (index, line) in lines.iter().enumerate() {
        let bad = |name: &str| Problem::bad_value(&format!("order_lines[{index}].{name}"));
        let text = line.get("name").and_then(Value::as_str);
        if text.is_none_or(str::is_empty) {
            return Err(bad("name"));
        }
        let quantity = line.get("quantity").and_then(Value::as_i64);
        if quantity.is_none_or(|quantity| quantity < 0) {
            return Err(bad("quantity"));
        }
        if let Some((name, _)) =
            LONGEST_OF_LINE.into_iter().find(|(name, longest)| !fits(line.get(*name), *longest))
        {
            return Err(bad(name));
        }
        for name in ["unit_price", "total_amount", "total_tax_amount"] {
            let is_needed = amounts.contains(&name);
            match line.get(name) {
                None | Some(Value::Null) if !is_needed => {}
                Some(amount) if amount.as_i64().is_some_and(|amount| amount.unsigned_abs() <= largest) => {}
                _ => return Err(bad(name)),
            }
        }
        match line.get("tax_rate") {
            None | Some(Value::Null) if !amounts.contains(&"tax_rate") => {}
            Some(rate) if rate.as_u64().is_some_and(|rate| rate <= 10_000) => {}
            _ => return Err(bad("tax_rate")),
        }
        let total = line.get("total_amount").and_then(Value::as_i64);
        sum = sum.saturating_add(total.unwrap_or(0));
    }
    if document.get("order_amount").and_then(Value::as_i64) == Some(sum) {
        Ok(())
    } else {
        Err(Problem::bad_value("order_amount"))
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn purchase() -> Value {
        json!({
            "purchase_country": "SE",
            "purchase_currency": "SEK",
            "locale": "EN",
            "order_amount": 300,
            "order_tax_amount": 60,
            "order_lines": [
                { "name": "Hat", "quantity": 2, "unit_price": 200, "total_amount": 400, "tax_rate": 2500, "total_tax_amount": 80 },
                { "name": "Rebate", "quantity": 1, "unit_price": -100, "total_amount": -100, "tax_rate": 2500, "total_tax_amount": -20 },
            ],
            "merchant_urls": { "terms": "https://m.example/t", "checkout": "https://m.example/c", "confirmation": "https://m.example/o", "push": "https://m.example/p" },
        })
    }

    fn check(document: &Value) -> [Result<(), Problem>; 2] {
        let document = document.as_object().unwrap();
        [check_kp(document), check_kco(document)]
    }

    #[test]
    fn a_whole_purchase_is_accepted_by_both_providers() {
        assert_eq!(check(&purchase()), [Ok(()), Ok(())]);
    }

    #[test]
    fn a_missing_or_wrong_member_is_named() {
        let cases = [
            ("/purchase_country", json!("SWE"), "purchase_country"),
            ("/purchase_currency", json!(7), "purchase_currency"),
            ("/order_amount", json!(301), "order_amount"),
            ("/order_amount", json!(-1), "order_amount"),
            ("/locale", json!("english"), "locale"),
            ("/order_lines", json!({}), "order_lines"),
            ("/order_lines/0/name", json!(""), "order_lines[0].name"),
            ("/order_lines/1/total_amount", json!("x"), "order_lines[1].total_amount"),
            ("/order_lines/0/name", json!("x".repeat(256)), "order_lines[0].name"),
            ("/order_lines/0/unit_price", json!(200_000_001), "order_lines[0].unit_price"),
            ("/order_lines/0/tax_rate", json!(10_001), "order_lines[0].tax_rate"),
        ];
        for (pointer, value, name) in cases {
            let mut document = purchase();
            *document.pointer_mut(pointer).unwrap() = value;
            for result in check(&document) {
                assert_eq!(result, Err(Problem::bad_value(name)), "{pointer}");
            }
        }
    }

    #[test]
    fn only_kco_asks_for_its_merchant_urls() {
        let mut document = purchase();
        document.as_object_mut().unwrap().remove("merchant_urls");
        let [kp, kco] = check(&document);
        assert_eq!(kp, Ok(()));
        assert_eq!(kco, Err(Problem::bad_value("merchant_urls.terms")));
    }
}
