//! The HTML of the pages: plain forms, no scripts, nothing fetched from elsewhere.

use serde_json::Map;
use serde_json::Value;

use crate::mock::hosted::Hosted;
use crate::mock::paths::with_key;
use crate::mock::playground::Playground;
use crate::mock::rules::Outcome;
use crate::mock::session::Status;
use crate::mock::sharded_map::lock;

const STYLE: &str = "\
*{box-sizing:border-box}body{margin:0;min-height:100vh;background:#f3f1ee;color:#17171b;font:16px/1.5 system-ui,sans-serif;display:grid;place-items:center;padding:16px}\
main{width:100%;max-width:420px;background:#fff;border-radius:16px;padding:28px;box-shadow:0 8px 30px #0000001a}\
h1{font-size:22px;line-height:1.25;margin:0 0 8px}p{margin:0 0 16px}.label{display:inline-block;background:#ffe9a8;border-radius:99px;padding:2px 12px;font-size:13px;margin-bottom:16px}\
.amount{font-size:34px;font-weight:700;margin:0}.quiet{color:#6a6a72;font-size:14px}table{width:100%;border-collapse:collapse;margin:0 0 20px;font-size:15px}td{padding:6px 0;border-top:1px solid #ece9e4}td+td{text-align:right}\
form{display:grid;gap:10px}button{font:inherit;font-weight:600;padding:13px;border-radius:10px;border:1px solid #17171b;background:#fff;color:#17171b;cursor:pointer}button.main{background:#17171b;color:#fff}";

/// A button of the page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Move {
    Approve,
    Decline,
    Error,
    Back,
    Cancel,
    ConfirmCancel,
    Keep,
}

impl Move {
    fn name(self) -> &'static str {
        match self {
            Self::Approve => "approve",
            Self::Decline => "decline",
            Self::Error => "error",
            Self::Back => "back",
            Self::Cancel => "cancel",
            Self::ConfirmCancel => "confirm-cancel",
            Self::Keep => "keep",
        }
    }

    /// The move whose button sends `name`.
    pub fn named(name: &str) -> Option<Self> {
        [Self::Approve, Self::Decline, Self::Error, Self::Back, Self::Cancel, Self::ConfirmCancel, Self::Keep]
            .into_iter()
            .find(|it| it.name() == name)
    }
}

/// What a page without controls tells.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ending {
    Generic(Outcome),
    Completed,
    Cancelled,
    Expired,
    Disabled,
    /// Disabled while the page was open.
    Vanished,
    NoSuchMove,
    /// No link like this was ever given out.
    Unknown,
}

impl Ending {
    /// What a session of that status tells; an open one has not ended, and is said to be expired.
    pub fn of(status: Status) -> Self {
        match status {
            Status::Completed => Self::Completed,
            Status::Cancelled => Self::Cancelled,
            Status::Disabled => Self::Disabled,
            _ => Self::Expired,
        }
    }

    /// The outcome, heading and sentence.
    fn words(self) -> (&'static str, &'static str, &'static str) {
        match self {
            Self::Generic(Outcome::Success) => (
                "success",
                "Thank you, your payment is confirmed",
                "The shop has been told. You may close this page.",
            ),
            Self::Generic(Outcome::Failure) => (
                "failure",
                "Your payment was not approved",
                "Nothing was charged. You may go back to the shop and try another way to pay.",
            ),
            Self::Generic(Outcome::Error) => (
                "error",
                "Something went wrong",
                "A technical error stopped the payment and nothing was charged. Please try again later.",
            ),
            Self::Generic(Outcome::Back) => (
                "back",
                "You left the payment",
                "Nothing was charged. Open your payment link again to go on.",
            ),
            Self::Generic(Outcome::Cancel) => (
                "cancel",
                "Your payment is cancelled",
                "Nothing was charged. This payment link can no longer be used.",
            ),
            Self::Completed => {
                ("completed", "This payment is already completed", "There is nothing left to pay here.")
            }
            Self::Cancelled => (
                "cancelled",
                "This payment was cancelled",
                "This payment link can no longer be used. Please ask the shop for a new one.",
            ),
            Self::Expired => (
                "expired",
                "This payment link has expired",
                "It is too late to pay here. Please ask the shop for a new link.",
            ),
            Self::Disabled => (
                "disabled",
                "This payment link is no longer valid",
                "The shop has withdrawn it. Please ask the shop for a new link.",
            ),
            Self::Vanished => (
                "disabled",
                "Page not found",
                "This payment page is no longer available. Please ask the shop for a new link.",
            ),
            Self::NoSuchMove => (
                "error",
                "This is not possible here",
                "The page does not offer what was asked for. Please open your payment link again.",
            ),
            Self::Unknown => ("unknown", "Page not found", "There is no payment page at this address."),
        }
    }
}

/// What the checkout screen offers: back in a web shop, cancel elsewhere, never both.
pub fn moves(hosted: &Hosted) -> [Move; 4] {
    let way_out = if lock(&hosted.payment.state).is_ecommerce() { Move::Back } else { Move::Cancel };
    [Move::Approve, Move::Decline, Move::Error, way_out]
}

/// The screen on which the consumer pays.
pub fn checkout(playground: &Playground, hosted: &Hosted) -> String {
    let moves = moves(hosted);
    let state = lock(&hosted.payment.state);
    let amount = state.document.get("order_amount").and_then(Value::as_u64);
    let currency = state.text("purchase_currency").unwrap_or_default();
    let amount = escape(&price(amount.unwrap_or(0), currency));
    let lines = lines(&state.document, currency);
    let title = hosted.page_title.as_deref().unwrap_or("Pay");
    let pay = pay_label(hosted.purchase_type.as_deref());
    let buttons: String = moves
        .into_iter()
        .map(|it| {
            let label = match it {
                Move::Approve => format!("{pay} {amount}"),
                Move::Decline => "Pay, and be declined".to_owned(),
                Move::Error => "Pay, and meet a technical error".to_owned(),
                Move::Cancel => "Cancel the payment".to_owned(),
                _ => "Back to the shop".to_owned(),
            };
            button(it, &label)
        })
        .collect();
    let body = format!(
        "<h1>{title}</h1><p class=\"quiet\">Merchant {merchant}</p><p class=\"amount\">{amount}</p>\
        <table>{lines}</table>{form}",
        title = escape(title),
        merchant = escape(&hosted.account().merchant_id),
        form = form(playground, hosted, &buttons),
    );
    page(&locale(state.text("locale")), title, "data-screen=\"checkout\"", &body)
}

/// The rows of the table of what is bought.
fn lines(document: &Map<String, Value>, currency: &str) -> String {
    let lines = document.get("order_lines").and_then(Value::as_array);
    let mut rows = String::new();
    for line in lines.into_iter().flatten() {
        let name = line.get("name").and_then(Value::as_str).unwrap_or_default();
        let total = line.get("total_amount").and_then(Value::as_i64);
        let total = total.unwrap_or(0);
        let sign = if total < 0 { "−" } else { "" };
        let total = price(total.unsigned_abs(), currency);
        rows.push_str("<tr><td>");
        rows.push_str(&escape(name));
        rows.push_str("</td><td>");
        rows.push_str(sign);
        rows.push_str(&escape(&total));
        rows.push_str("</td></tr>");
    }
    rows
}

/// The screen that asks whether to cancel.
pub fn cancel_confirmation(playground: &Playground, hosted: &Hosted) -> String {
    let buttons = button(Move::ConfirmCancel, "Yes, cancel the payment")
        + &button(Move::Keep, "No, go on with the payment");
    let body = format!(
        "<h1>Cancel this payment?</h1><p>The payment link cannot be used any more once it is cancelled.</p>{}",
        form(playground, hosted, &buttons),
    );
    let title = "Cancel this payment?";
    page(&locale_of(hosted), title, "data-screen=\"cancel-confirmation\"", &body)
}

/// A page that tells how things stand and offers nothing.
pub fn ending(hosted: Option<&Hosted>, ending: Ending) -> String {
    let (outcome, heading, sentence) = ending.words();
    let screen = format!("data-screen=\"outcome\" data-outcome=\"{outcome}\"");
    let body = format!("<h1>{heading}</h1><p>{sentence}</p>");
    let lang = hosted.map_or_else(|| "en".to_owned(), locale_of);
    page(&lang, heading, &screen, &body)
}

/// The page for an operator in a shop: the QR code to be scanned by the consumer.
pub fn distribution_module(playground: &Playground, hosted: &Hosted) -> String {
    let image = with_key(playground.paths.qr_image, &hosted.qr_key);
    let body = format!(
        "<h1>Hand over the payment link</h1><p>Let the consumer scan this code.</p>\
        <img src=\"{image}\" alt=\"QR code of the payment page\" width=\"240\">",
    );
    let title = "Hand over the payment link";
    page(&locale_of(hosted), title, "data-screen=\"distribution\"", &body)
}

/// The page, leaving for `target` a moment after it was shown; no faithful page does.
pub fn leaving_late(page: &str, target: &str) -> String {
    let target = Value::from(target).to_string().replace('<', "\\u003c");
    let script = format!("<script>setTimeout(() => {{ location.href = {target}; }}, 100)</script></body>");
    page.replace("</body>", &script)
}

fn page(lang: &str, title: &str, screen: &str, body: &str) -> String {
    format!(
        "<!doctype html><html lang=\"{lang}\"><head><meta charset=\"utf-8\">\
        <meta name=\"viewport\" content=\"width=device-width,initial-scale=1\"><link rel=\"icon\" href=\"data:,\">\
        <title>{}</title><style>{STYLE}</style></head>\
        <body><main {screen}><span class=\"label\">Mock: no money moves</span>{body}</main></body></html>",
        escape(title),
    )
}

fn form(playground: &Playground, hosted: &Hosted, buttons: &str) -> String {
    let action = playground.paths.page(&hosted.page_key);
    format!("<form method=\"post\" action=\"{action}/move\">{buttons}</form>")
}

fn button(it: Move, label: &str) -> String {
    let class = match it {
        Move::Approve | Move::ConfirmCancel => " class=\"main\"",
        _ => "",
    };
    let name = it.name();
    format!("<button{class} name=\"move\" value=\"{name}\" data-move=\"{name}\">{label}</button>")
}

fn pay_label(purchase_type: Option<&str>) -> &'static str {
    match purchase_type {
        Some("BUY") => "Buy for",
        Some("RENT") => "Rent for",
        Some("BOOK") => "Book for",
        Some("SUBSCRIBE") => "Subscribe for",
        Some("DOWNLOAD") => "Download for",
        Some("ORDER") => "Order for",
        Some("CONTINUE") => "Continue with",
        _ => "Pay",
    }
}

fn locale_of(hosted: &Hosted) -> String {
    locale(lock(&hosted.payment.state).text("locale"))
}

fn locale(text: Option<&str>) -> String {
    escape(text.unwrap_or("en"))
}

/// An amount in minor units as people write it.
fn price(minor_units: u64, currency: &str) -> String {
    let digits = match currency.to_ascii_uppercase().as_str() {
        "JPY" | "KRW" | "CLP" | "ISK" | "VND" => 0,
        "KWD" | "BHD" | "JOD" | "OMR" | "TND" => 3,
        _ => 2,
    };
    let text = format!("{minor_units:0>width$}", width = digits + 1);
    let (whole, fraction) = text.split_at(text.len() - digits);
    let point = if digits == 0 { "" } else { "." };
    format!("{currency} {whole}{point}{fraction}")
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn prices_follow_the_minor_units_of_the_currency() {
        assert_eq!(price(123_450, "EUR"), "EUR 1234.50");
        assert_eq!(price(5, "SEK"), "SEK 0.05");
        assert_eq!(price(1234, "JPY"), "JPY 1234");
        assert_eq!(price(1234, "KWD"), "KWD 1.234");
    }

    #[test]
    fn what_merchants_write_cannot_become_markup() {
        let page = page("en", "<b>", "", &escape("<script>\"&"));
        assert!(page.contains("<title>&lt;b&gt;</title>"));
        assert!(page.contains("&lt;script&gt;&quot;&amp;"));
    }

    #[test]
    fn every_move_is_known_by_its_name_and_every_ending_has_words() {
        for it in [Move::Approve, Move::Back, Move::ConfirmCancel, Move::Keep] {
            assert_eq!(Move::named(it.name()), Some(it));
        }
        assert_eq!(Move::named("pay"), None);
        for status in [Status::Completed, Status::Cancelled, Status::Disabled] {
            assert!(Ending::of(status).words().1.len() > 10);
        }
    }
}
