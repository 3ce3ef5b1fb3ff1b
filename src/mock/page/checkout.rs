//! The payment screen, with the merchant's options.

use std::fmt::Write as _;

use crate::mock::contract::options::Background;
use crate::mock::contract::page::{Bill, Button, Screen};
use crate::mock::ground::url::ascii_url;
use crate::mock::page::markup::{button, escape, form, page, words_of};
use crate::mock::page::screen::with_screen;
use crate::mock::state::Playground;
use crate::mock::state::session::Hosted;
use crate::mock::words::Words;

/// The payment screen.
pub fn checkout(playground: &Playground, hosted: &Hosted) -> String {
    let (words, locale) = words_of(playground, hosted);
    let lang = words.html_lang(locale.as_deref());
    with_screen(playground, hosted, |screen| drawn(playground, hosted, words, &lang, screen))
}

fn drawn(playground: &Playground, hosted: &Hosted, words: &Words, lang: &str, screen: &Screen<'_>) -> String {
    let title = screen.title.unwrap_or(words.pay_title);
    let amount = escape(&screen.amount);
    let mut controls = categories(&screen.categories, words, screen.has_fallen_back);
    for it in &screen.buttons {
        let label = match it {
            Button::Approve => format!("{} {amount}", words.pay_label(screen.purchase_type)),
            Button::Decline => words.be_declined.to_owned(),
            Button::Error => words.meet_error.to_owned(),
            Button::Cancel => words.cancel.to_owned(),
            _ => words.back.to_owned(),
        };
        controls.push_str(&button(playground, *it, &label));
    }
    let logo = screen.logo.map(|url| {
        format!("<img data-part=\"logo\" class=\"logo\" src=\"{}\" alt=\"\">", escape(&ascii_url(url)))
    });
    let body = format!(
        "{logo}<h1>{title}</h1><p class=\"quiet\">{merchant} {merchant_id}</p>\
        <p class=\"amount\" data-part=\"amount\">{amount}</p>{lines}{form}",
        logo = logo.unwrap_or_default(),
        title = escape(title),
        merchant = words.merchant,
        merchant_id = escape(&hosted.account().merchant_id),
        lines = screen.bill.as_ref().map(|bill| lines(bill, words)).unwrap_or_default(),
        form = form(playground, hosted, &controls),
    );
    let style = backgrounds(&screen.backgrounds);
    page(playground, lang, title, "data-screen=\"checkout\"", &style, &body)
}

/// The table of the purchase, with subtotal and tax.
fn lines(bill: &Bill<'_>, words: &Words) -> String {
    let mut rows = String::new();
    for (name, price) in &bill.lines {
        row(&mut rows, &escape(name), price);
    }
    row(&mut rows, words.subtotal, &bill.subtotal);
    if let Some(tax) = &bill.tax {
        row(&mut rows, words.tax, tax);
    }
    format!("<table data-part=\"subtotal\">{rows}</table>")
}

fn row(rows: &mut String, name: &str, price: &str) {
    // A write to a string cannot fail.
    let _ = write!(rows, "<tr><td>{name}</td><td>{}</td></tr>", escape(price));
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

/// The best image for each width of browser: the narrowest that fills it, otherwise the widest, which comes first.
fn backgrounds(images: &[&Background]) -> String {
    let mut style = String::new();
    for (index, image) in images.iter().enumerate() {
        let url = css_url(&image.url);
        let rule = format!("body{{background:url(\"{url}\") center/cover}}");
        let _ = match index {
            0 => write!(style, "{rule}"),
            _ => write!(style, "@media(max-width:{}px){{{rule}}}", image.width),
        };
    }
    style
}

/// A URL that is safe in quotes and in a style.
fn css_url(url: &str) -> String {
    ascii_url(url)
        .chars()
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_narrowest_image_that_fills_the_browser_wins() {
        let image = |url: &str, width| Background { url: url.to_owned(), width };
        let images = [image("https://m.example/\"l", 1600), image("https://m.example/å", 400)];
        assert_eq!(
            backgrounds(&images.iter().collect::<Vec<_>>()),
            "body{background:url(\"https://m.example/%22l\") center/cover}\
            @media(max-width:400px){body{background:url(\"https://m.example/%C3%A5\") center/cover}}",
        );
        assert_eq!(backgrounds(&[]), "");
    }
}
