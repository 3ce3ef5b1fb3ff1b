//! The images of payment method categories, for the merchant's own pages.

use axum::http::StatusCode;

use crate::mock::contract::options::OF_PAYMENT_SESSION;
use crate::mock::http::{Call, Reply};
use crate::mock::page::markup;
use crate::mock::page::markup::Ending;
use crate::mock::state::Playground;
use crate::mock::words::Words;

/// Shows an image: with the name of the category, or the plain one.
pub fn show(playground: &Playground, call: &Call<'_>) -> Reply {
    let identifier = call.param("identifier");
    let category = OF_PAYMENT_SESSION.into_iter().find(|known| known.to_ascii_lowercase() == identifier);
    match (category, call.param("form")) {
        (Some(category), "descriptive") => Reply::svg(badge(Words::of(None).category(category))),
        (Some(_), "standard") => Reply::svg(badge("Mock")),
        _ => Reply::html(StatusCode::NOT_FOUND, markup::ending(playground, None, Ending::Unknown)),
    }
}

fn badge(text: &str) -> String {
    format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"120\" height=\"40\">\
        <rect width=\"120\" height=\"40\" rx=\"8\" fill=\"#ffe9a8\"/>\
        <text x=\"60\" y=\"25\" text-anchor=\"middle\" font-family=\"sans-serif\" font-size=\"14\">{text}</text></svg>"
    )
}
