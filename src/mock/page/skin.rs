//! The payment page in a skin: its documents, filled for one session.

use axum::http::{StatusCode, header};
use serde_json::{Value, json};

use crate::mock::contract::page::{Button, Screen};
use crate::mock::ground::sharded_map::lock;
use crate::mock::http::Reply;
use crate::mock::page::markup::{escape, words_of};
use crate::mock::page::screen::with_screen;
use crate::mock::skin::{SCRIPT, STYLE, Skin, texts};
use crate::mock::state::Playground;
use crate::mock::state::session::Hosted;
use crate::mock::words::Words;

/// A document loads nothing from elsewhere, and text of merchants cannot become a script. Where forms lead is left open,
/// because the answer to a form leads to the shop.
const POLICY: &str = "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; frame-src 'self'; \
    img-src data:; base-uri 'none'; frame-ancestors 'self'";

/// A document of the skin. `None` if it has none of this name.
pub fn document(playground: &Playground, hosted: &Hosted, skin: &Skin, name: &str) -> Option<Reply> {
    let content = skin.document(name)?;
    let (words, locale) = words_of(playground, hosted);
    let lang = words.html_lang(locale.as_deref());
    let country = lock(&hosted.payment.state).text("purchase_country").map(str::to_owned);
    let document = with_screen(playground, hosted, |screen| {
        let body = filled(content, |mark| text(mark, words, screen));
        let mut session = facts(playground, hosted, words, screen);
        session["country"] = json!(country);
        session["course"] = skin.course(&hosted.session_id).json();
        // Text in it cannot end the script.
        let session = session.to_string().replace('<', "\\u003c");
        let title = escape(screen.title.unwrap_or(words.pay_title));
        format!(
            "<!doctype html><html lang=\"{lang}\"><head><meta charset=\"utf-8\">\
            <meta name=\"viewport\" content=\"width=device-width,initial-scale=1\"><link rel=\"icon\" href=\"data:,\">\
            <title>{title}</title><style>{STYLE}</style>\
            <script>const session = {session};\n{SCRIPT}</script></head><body>{body}</body></html>"
        )
    });
    Some(Reply::html(StatusCode::OK, document).with_header(header::CONTENT_SECURITY_POLICY, POLICY))
}

/// Puts texts in place of marks such as `[[pay]]`. A mark in a text is left as it is.
fn filled(content: &str, text: impl Fn(&str) -> Option<String>) -> String {
    let mut parts = content.split("[[");
    let mut filled = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let known = part.split_once("]]").and_then(|(mark, rest)| Some((text(mark)?, rest)));
        match known {
            Some((text, rest)) => filled.extend([&escape(&text), rest]),
            None => filled.extend(["[[", part]),
        }
    }
    filled
}

/// The text of a mark: one of the mock's own page, or one that only skins have.
fn text(mark: &str, words: &Words, screen: &Screen<'_>) -> Option<String> {
    let own = match mark {
        "mock" => words.mock_label,
        "title" => screen.title.unwrap_or(words.pay_title),
        "amount" => &screen.amount,
        "pay" => return Some(format!("{} {}", words.pay_label(screen.purchase_type), screen.amount)),
        "back" => words.back,
        "cancel" => words.cancel,
        "choose" if screen.has_fallen_back => words.other_categories,
        "choose" => words.choose_category,
        "question" => words.cancel_question.0,
        "confirm-cancel" => words.confirm_cancel,
        "keep" => words.keep,
        "be-declined" => words.be_declined,
        "meet-error" => words.meet_error,
        "declined" => words.failure.0,
        "declined-text" => words.failure.1,
        _ => return texts(words.lang).find(|(known, _)| *known == mark).map(|(_, text)| text.to_owned()),
    };
    Some(own.to_owned())
}

/// What the scripts need to know of the session.
fn facts(playground: &Playground, hosted: &Hosted, words: &Words, screen: &Screen<'_>) -> Value {
    let page = playground.paths.page(&hosted.page_key);
    let named = |category: &&'static str| json!({ "value": category.to_ascii_lowercase(), "name": words.category(category) });
    let way_out = screen.buttons.iter().find(|it| matches!(it, Button::Back | Button::Cancel));
    json!({
        "action": format!("{page}/move"),
        "frames": format!("{page}/frame/"),
        "categories": screen.categories.iter().map(named).collect::<Vec<_>>(),
        "way_out": way_out.map(|it| it.name()),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mark_is_filled_once_and_what_is_no_mark_stays() {
        let text = |mark: &str| (mark == "a").then(|| "[[a]] & <b>".to_owned());
        assert_eq!(filled("x[[a]]y[[b]]z[[", text), "x[[a]] &amp; &lt;b&gt;y[[b]]z[[");
    }
}
