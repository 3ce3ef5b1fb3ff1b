//! The screen on which the consumer pays, as the merchant's options want it.

use std::fmt::Write as _;

use serde_json::Value;

use crate::mock::contract::options::Background;
use crate::mock::contract::rules::{PageRules, Slip};
use crate::mock::ground::sharded_map::lock;
use crate::mock::page::markup::{Move, button, escape, form, moves, page, words_of};
use crate::mock::state::Playground;
use crate::mock::state::session::{Hosted, PaymentState};
use crate::mock::words::Words;

/// The screen on which the consumer pays.
pub fn checkout(playground: &Playground, hosted: &Hosted) -> String {
    let rules = &playground.rules.page;
    let moves = moves(hosted, rules);
    let has_fallen_back = lock(&hosted.state).has_fallen_back;
    let options = &hosted.options;
    let (words, locale) = words_of(hosted, rules);
    let state = lock(&hosted.payment.state);
    let amount = state.document.get("order_amount").and_then(Value::as_i64).unwrap_or(0);
    let amount = price(amount, &state, rules);
    let title = options.page_title.as_deref().filter(|_| !rules.slips(Slip::NoTitle));
    let title = title.unwrap_or(words.pay_title);
    let purchase_type = options.purchase_type.filter(|_| !rules.slips(Slip::OnePayLabel));
    let pay = words.pay_label(purchase_type);
    let offered = options.offered(playground.dialect, rules, has_fallen_back);
    let mut controls = categories(&offered, words, has_fallen_back);
    for it in moves {
        let label = match it {
            Move::Approve => format!("{pay} {amount}"),
            Move::Decline => words.be_declined.to_owned(),
            Move::Error => words.meet_error.to_owned(),
            Move::Cancel => words.cancel.to_owned(),
            _ => words.back.to_owned(),
        };
        controls.push_str(&button(playground, it, &label));
    }
    let logo = options
        .logo_url
        .as_deref()
        .filter(|_| !rules.slips(Slip::NoLogo))
        .map(|url| format!("<img data-part=\"logo\" class=\"logo\" src=\"{}\" alt=\"\">", escape(url)));
    let lines = if options.hides_subtotal && !rules.slips(Slip::SubtotalShown) {
        String::new()
    } else {
        lines(&state, words, rules)
    };
    let body = format!(
        "{logo}<h1>{title}</h1><p class=\"quiet\">{merchant} {merchant_id}</p>\
        <p class=\"amount\" data-part=\"amount\">{amount}</p>{lines}{form}",
        logo = logo.unwrap_or_default(),
        title = escape(title),
        merchant = words.merchant,
        merchant_id = escape(&hosted.account().merchant_id),
        form = form(playground, hosted, &controls),
    );
    drop(state);
    let mut style = backgrounds(&options.background_images, rules);
    if rules.slips(Slip::NoButtonsOnPhones) {
        style.push_str("@media(max-width:500px){form{display:none}}");
    }
    page(playground, &words.html_lang(locale.as_deref()), title, "data-screen=\"checkout\"", &style, &body)
}

/// The table of what is bought, with its subtotal and tax.
fn lines(state: &PaymentState, words: &Words, rules: &PageRules) -> String {
    let lines = state.document.get("order_lines").and_then(Value::as_array);
    let mut rows = String::new();
    let mut subtotal = 0_i64;
    for line in lines.into_iter().flatten() {
        let name = line.get("name").and_then(Value::as_str).unwrap_or_default();
        let total = line.get("total_amount").and_then(Value::as_i64).unwrap_or(0);
        subtotal = subtotal.saturating_add(total);
        row(&mut rows, &escape(name), &price(total, state, rules));
    }
    row(&mut rows, words.subtotal, &price(subtotal, state, rules));
    if let Some(tax) = state.document.get("order_tax_amount").and_then(Value::as_i64) {
        row(&mut rows, words.tax, &price(tax, state, rules));
    }
    format!("<table data-part=\"subtotal\">{rows}</table>")
}

fn row(rows: &mut String, name: &str, price: &str) {
    // Writing to a string cannot fail.
    let _ = write!(rows, "<tr><td>{name}</td><td>{price}</td></tr>");
}

/// The choice of payment method categories.
fn categories(offered: &[&'static str], words: &Words, has_fallen_back: bool) -> String {
    let question = if has_fallen_back { words.other_categories } else { words.choose_category };
    let mut choice = format!("<fieldset data-part=\"categories\"><legend>{question}</legend>");
    for (index, category) in offered.iter().enumerate() {
        let checked = if index == 0 { " checked" } else { "" };
        let value = category.to_ascii_lowercase();
        let name = words.category(category);
        let _ = write!(
            choice,
            "<label><input type=\"radio\" name=\"payment_method_category\" value=\"{value}\"{checked}> {name}</label>",
        );
    }
    choice.push_str("</fieldset>");
    choice
}

/// The best image for each width of browser: the narrowest that fills it, else the widest there is.
fn backgrounds(images: &[Background], rules: &PageRules) -> String {
    let mut images: Vec<&Background> = images.iter().collect();
    if rules.slips(Slip::AnyBackground) {
        images.truncate(1);
    }
    images.sort_by_key(|image| std::cmp::Reverse(image.width));
    let mut style = String::new();
    for (index, image) in images.into_iter().enumerate() {
        let url = css_url(&image.url);
        let rule = format!("body{{background:url(\"{url}\") center/cover}}");
        let _ = match index {
            0 => write!(style, "{rule}"),
            _ => write!(style, "@media(max-width:{}px){{{rule}}}", image.width),
        };
    }
    style
}

/// A URL that can leave neither the quotes nor the style it stands in.
fn css_url(url: &str) -> String {
    url.chars()
        .map(|letter| match letter {
            '"' => "%22".to_owned(),
            '\\' => "%5C".to_owned(),
            '<' => "%3C".to_owned(),
            '\'' => "%27".to_owned(),
            letter if letter.is_control() || letter.is_whitespace() => String::new(),
            letter => letter.to_string(),
        })
        .collect()
}

/// An amount in minor units as people write it.
fn price(minor_units: i64, state: &PaymentState, rules: &PageRules) -> String {
    if rules.slips(Slip::NoAmount) {
        return "…".to_owned();
    }
    escape(&spelled(minor_units, state.text("purchase_currency").unwrap_or_default()))
}

fn spelled(minor_units: i64, currency: &str) -> String {
    let digits = match currency.to_ascii_uppercase().as_str() {
        "JPY" | "KRW" | "CLP" | "ISK" | "VND" => 0,
        "KWD" | "BHD" | "JOD" | "OMR" | "TND" => 3,
        _ => 2,
    };
    let sign = if minor_units < 0 { "−" } else { "" };
    let text = format!("{:0>width$}", minor_units.unsigned_abs(), width = digits + 1);
    let (whole, fraction) = text.split_at(text.len() - digits);
    let point = if digits == 0 { "" } else { "." };
    format!("{currency} {sign}{whole}{point}{fraction}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn prices_follow_the_minor_units_of_the_currency() {
        assert_eq!(spelled(123_450, "EUR"), "EUR 1234.50");
        assert_eq!(spelled(-5, "SEK"), "SEK −0.05");
        assert_eq!(spelled(1234, "JPY"), "JPY 1234");
        assert_eq!(spelled(1234, "KWD"), "KWD 1.234");
    }

    #[test]
    fn the_narrowest_image_that_fills_the_browser_wins() {
        let image = |url: &str, width| Background { url: url.to_owned(), width };
        let images = [image("https://m.example/s", 400), image("https://m.example/\"l", 1600)];
        assert_eq!(
            backgrounds(&images, &PageRules::faithful()),
            "body{background:url(\"https://m.example/%22l\") center/cover}\
            @media(max-width:400px){body{background:url(\"https://m.example/s\") center/cover}}",
        );
        assert_eq!(backgrounds(&[], &PageRules::faithful()), "");
    }
}
