//! The payment page: where a button leads, what the screen shows, and in which language.

use serde_json::{Map, Value};

use crate::mock::contract::merchant_urls::{MerchantUrls, Outcome};
use crate::mock::contract::options::{Background, Options};
use crate::mock::contract::status::{Event, Exits, Status};
use crate::mock::ground::Dialect;

/// A button of the page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Button {
    Approve,
    Decline,
    Error,
    Back,
    Cancel,
    ConfirmCancel,
    Keep,
}

impl Button {
    /// The name of the button, as it is sent.
    pub fn name(self) -> &'static str {
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

    /// The button that sends `name`.
    pub fn named(name: &str) -> Option<Self> {
        [Self::Approve, Self::Decline, Self::Error, Self::Back, Self::Cancel, Self::ConfirmCancel, Self::Keep]
            .into_iter()
            .find(|it| it.name() == name)
    }
}

/// What the consumer does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Act {
    Press(Button),
    /// Opens the generic page of an outcome.
    Arrive(Outcome),
}

/// An act of the consumer on a page, and the facts that decide where it leads.
#[derive(Debug, Clone, Copy)]
pub struct Press<'a> {
    pub act: Act,
    pub status: Status,
    pub is_ecommerce: bool,
    pub dialect: Dialect,
    pub options: &'a Options,
    pub has_fallen_back: bool,
    /// Whether the page has asked for confirmation of a cancellation before.
    pub has_asked: bool,
    pub urls: &'a MerchantUrls,
    pub exits: Exits,
}

/// Where it leads.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    /// To a page below the payment page.
    Page(&'static str),
    /// To the payment page, with the categories that were not chosen.
    FallBack,
    /// To the end of the visit, after this event.
    Leave(Event),
    /// The requested page is shown.
    Stay,
    /// The page does not exist.
    NotFound,
    /// The page does not have this button.
    NoSuchButton,
}

/// A web shop has back, other channels have cancel. A cancellation is confirmed first.
///
/// The generic page after a payment exists only after a payment.
pub fn step(press: &Press<'_>) -> Step {
    let falls_back = press.options.falls_back(press.dialect) && !press.has_fallen_back;
    match press.act {
        Act::Press(Button::Keep) => Step::Page(""),
        Act::Press(Button::Cancel) if !press.is_ecommerce => Step::Page("/cancel"),
        Act::Press(Button::ConfirmCancel) if !press.is_ecommerce => Step::Leave(Event::CancelConfirmed),
        Act::Press(Button::Back) if press.is_ecommerce => Step::Leave(Event::Back),
        Act::Press(Button::Approve) => Step::Leave(Event::Approved),
        Act::Press(Button::Decline) if falls_back => Step::FallBack,
        Act::Press(Button::Decline) => Step::Leave(Event::Declined),
        Act::Press(Button::Error) => Step::Leave(Event::TechnicalError),
        Act::Press(Button::Back | Button::Cancel | Button::ConfirmCancel) => Step::NoSuchButton,
        Act::Arrive(Outcome::Success) if press.status != Status::Completed => Step::NotFound,
        Act::Arrive(_) => Step::Stay,
    }
}

/// The facts that decide what the payment screen shows.
#[derive(Debug, Clone, Copy)]
pub struct View<'a> {
    pub options: &'a Options,
    pub dialect: Dialect,
    pub is_ecommerce: bool,
    pub has_fallen_back: bool,
    /// The purchase as the merchant described it.
    pub purchase: &'a Map<String, Value>,
    pub exits: Exits,
}

/// The content of the payment screen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Screen<'a> {
    pub title: Option<&'a str>,
    pub logo: Option<&'a str>,
    /// The widest first.
    pub backgrounds: Vec<&'a Background>,
    pub amount: String,
    /// The purchase. `None` if it is not shown.
    pub bill: Option<Bill<'a>>,
    pub purchase_type: Option<&'static str>,
    pub categories: Vec<&'static str>,
    pub has_fallen_back: bool,
    pub buttons: Vec<Button>,
}

/// The purchase, with prices for people.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bill<'a> {
    /// The name and the price of each line.
    pub lines: Vec<(&'a str, String)>,
    pub subtotal: String,
    pub tax: Option<String>,
}

/// The screen with the merchant's options.
pub fn screen<'a>(view: &View<'a>) -> Screen<'a> {
    let options = view.options;
    let mut backgrounds: Vec<&Background> = options.background_images.iter().collect();
    backgrounds.sort_by_key(|image| std::cmp::Reverse(image.width));
    let way_out = if view.is_ecommerce { Button::Back } else { Button::Cancel };
    Screen {
        title: options.page_title.as_deref(),
        logo: options.logo_url.as_deref(),
        backgrounds,
        amount: price(view, view.purchase.get("order_amount")),
        bill: (!options.hides_subtotal).then(|| bill(view)),
        purchase_type: options.purchase_type,
        categories: options.offered(view.dialect, view.has_fallen_back),
        has_fallen_back: view.has_fallen_back,
        buttons: vec![Button::Approve, Button::Decline, Button::Error, way_out],
    }
}

/// The summary of the purchase.
pub fn bill<'a>(view: &View<'a>) -> Bill<'a> {
    let lines = view.purchase.get("order_lines").and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
    let total = |line: &Value| line.get("total_amount").and_then(Value::as_i64).unwrap_or(0);
    let subtotal = lines.iter().map(total).fold(0, i64::saturating_add);
    let tax = view.purchase.get("order_tax_amount").filter(|tax| tax.is_i64());
    Bill {
        lines: lines
            .iter()
            .map(|line| {
                let name = line.get("name").and_then(Value::as_str).unwrap_or_default();
                (name, price(view, line.get("total_amount")))
            })
            .collect(),
        subtotal: price(view, Some(&subtotal.into())),
        tax: tax.map(|tax| price(view, Some(tax))),
    }
}

/// An amount in minor units, written for people.
fn price(view: &View<'_>, minor_units: Option<&Value>) -> String {
    let currency = view.purchase.get("purchase_currency").and_then(Value::as_str).unwrap_or_default();
    spelled(minor_units.and_then(Value::as_i64).unwrap_or(0), currency)
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

/// The fact that decides the language of the pages: the locale of the payment session, if it has one.
#[derive(Debug, Clone, Copy)]
pub struct Language<'a> {
    pub asked: Option<&'a str>,
}

/// The locale of its pages.
pub fn locale<'a>(language: &Language<'a>) -> Option<&'a str> {
    language.asked
}

/// The page to which a QR image leads.
#[derive(Debug, Clone, Copy)]
pub struct Scanned<'a> {
    pub page_url: &'a str,
    /// The page of the oldest hosted session of the same payment session.
    pub eldest: &'a str,
}

/// The address in a QR image: the address of the payment page.
pub fn qr_link(scanned: &Scanned<'_>) -> String {
    scanned.page_url.to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_button_is_known_by_its_name() {
        for it in [Button::Approve, Button::Back, Button::ConfirmCancel, Button::Keep] {
            assert_eq!(Button::named(it.name()), Some(it));
        }
        assert_eq!(Button::named("pay"), None);
    }

    #[test]
    fn prices_follow_the_minor_units_of_the_currency() {
        assert_eq!(spelled(123_450, "EUR"), "EUR 1234.50");
        assert_eq!(spelled(-5, "SEK"), "SEK −0.05");
        assert_eq!(spelled(1234, "JPY"), "JPY 1234");
        assert_eq!(spelled(1234, "KWD"), "KWD 1.234");
    }
}
