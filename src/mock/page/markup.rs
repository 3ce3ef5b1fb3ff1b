//! The HTML of the pages: plain forms, without scripts and external files.

use crate::mock::contract::merchant_urls::Outcome;
use crate::mock::contract::page::{Button, Language};
use crate::mock::contract::status::Status;
use crate::mock::contract::variation::Markup;
use crate::mock::ground::paths::with_key;
use crate::mock::ground::sharded_map::lock;
use crate::mock::state::Playground;
use crate::mock::state::session::Hosted;
use crate::mock::words::{Notice, Words};

const STYLE: &str = "\
*{box-sizing:border-box}body{margin:0;min-height:100vh;background:#f3f1ee;color:#17171b;font:16px/1.5 system-ui,sans-serif;display:grid;place-items:center;padding:16px}\
main{width:100%;max-width:420px;background:#fff;border-radius:16px;padding:28px;box-shadow:0 8px 30px #0000001a}\
h1{font-size:22px;line-height:1.25;margin:0 0 8px}p{margin:0 0 16px}.label{display:inline-block;background:#ffe9a8;border-radius:99px;padding:2px 12px;font-size:13px;margin-bottom:16px}\
.amount{font-size:34px;font-weight:700;margin:0}.quiet{color:#6a6a72;font-size:14px}table{width:100%;border-collapse:collapse;margin:0 0 20px;font-size:15px}td{padding:6px 0;border-top:1px solid #ece9e4}td+td{text-align:right}\
form{display:grid;gap:10px}button{font:inherit;font-weight:600;padding:13px;border-radius:10px;border:1px solid #17171b;background:#fff;color:#17171b;cursor:pointer}button.main{background:#17171b;color:#fff}\
fieldset{border:0;margin:0 0 6px;padding:0;display:grid;gap:8px}legend{font-size:14px;color:#6a6a72;padding:0 0 8px}label{display:flex;gap:10px;align-items:center}.logo{display:block;max-width:160px;max-height:48px;margin-bottom:16px}";

/// The message of a page without controls.
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
    /// The link was never issued.
    Unknown,
}

impl Ending {
    /// The message for a session with this status. An open session has not ended, so its message is expired.
    pub fn of(status: Status) -> Self {
        match status {
            Status::Completed => Self::Completed,
            Status::Cancelled => Self::Cancelled,
            Status::Disabled => Self::Disabled,
            _ => Self::Expired,
        }
    }

    /// The texts of the page.
    fn notice(self, words: &Words) -> Notice {
        match self {
            Self::Generic(Outcome::Success) => words.success,
            Self::Generic(Outcome::Failure) => words.failure,
            Self::Generic(Outcome::Error) => words.error,
            Self::Generic(Outcome::Back) => words.left,
            Self::Generic(Outcome::Cancel) => words.cancel_done,
            Self::Completed => words.completed,
            Self::Cancelled => words.cancelled,
            Self::Expired => words.expired,
            Self::Disabled => words.disabled,
            Self::Vanished => words.vanished,
            Self::NoSuchMove => words.no_such_move,
            Self::Unknown => words.unknown,
        }
    }

    /// The name of the outcome, for drivers of the page.
    fn outcome(self) -> &'static str {
        match self {
            Self::Generic(outcome) => outcome.name(),
            Self::Completed => "completed",
            Self::Cancelled => "cancelled",
            Self::Expired => "expired",
            Self::Disabled | Self::Vanished => "disabled",
            Self::NoSuchMove => "error",
            Self::Unknown => "unknown",
        }
    }
}

/// The screen that asks whether to cancel.
pub fn cancel_confirmation(playground: &Playground, hosted: &Hosted) -> String {
    let (words, locale) = words_of(playground, hosted);
    let buttons = button(playground, Button::ConfirmCancel, words.confirm_cancel)
        + &button(playground, Button::Keep, words.keep);
    let (question, sentence) = words.cancel_question;
    let body = format!("<h1>{question}</h1><p>{sentence}</p>{}", form(playground, hosted, &buttons));
    let lang = words.html_lang(locale.as_deref());
    page(playground, &lang, question, "data-screen=\"cancel-confirmation\"", "", &body)
}

/// A page with a message and without controls.
pub fn ending(playground: &Playground, hosted: Option<&Hosted>, ending: Ending) -> String {
    let unknown = || (playground.contract.variation.words(None), None);
    let (words, locale) = hosted.map_or_else(unknown, |hosted| words_of(playground, hosted));
    let (heading, sentence) = ending.notice(words);
    let screen = format!("data-screen=\"outcome\" data-outcome=\"{}\"", ending.outcome());
    let body = format!("<h1>{heading}</h1><p>{sentence}</p>");
    page(playground, &words.html_lang(locale.as_deref()), heading, &screen, "", &body)
}

/// The page for staff in a shop, with the QR code for the consumer.
pub fn distribution_module(playground: &Playground, hosted: &Hosted) -> String {
    let (words, locale) = words_of(playground, hosted);
    let image = with_key(playground.paths.qr_image, &hosted.qr_key);
    let (heading, sentence) = words.hand_over;
    let body = format!(
        "<h1>{heading}</h1><p>{sentence}</p>\
        <img src=\"{image}\" alt=\"QR\" width=\"240\">",
    );
    let lang = words.html_lang(locale.as_deref());
    page(playground, &lang, heading, "data-screen=\"distribution\"", "", &body)
}

/// The locale of the payment session, and its words.
pub fn words_of(playground: &Playground, hosted: &Hosted) -> (&'static Words, Option<String>) {
    let state = lock(&hosted.payment.state);
    let locale = playground.contract.locale(&Language { asked: state.text("locale") });
    (playground.contract.variation.words(locale), locale.map(str::to_owned))
}

/// A complete page around `body`. Its main element has the attributes `screen`.
pub fn page(
    playground: &Playground,
    lang: &str,
    title: &str,
    screen: &str,
    style: &str,
    body: &str,
) -> String {
    let label = playground.contract.variation.words(Some(lang)).mock_label;
    let (before, after) = match playground.contract.variation.markup {
        Markup::Plain | Markup::Ornate => ("", ""),
        Markup::Framed => {
            ("<div id=\"root\"><header></header><section><div>", "</div></section><footer></footer></div>")
        }
    };
    format!(
        "<!doctype html><html lang=\"{lang}\"><head><meta charset=\"utf-8\">\
        <meta name=\"viewport\" content=\"width=device-width,initial-scale=1\"><link rel=\"icon\" href=\"data:,\">\
        <title>{}</title><style>{STYLE}{style}</style></head>\
        <body>{before}<main {screen}><span class=\"label\">{label}</span>{body}</main>{after}</body></html>",
        escape(title),
    )
}

/// The form that sends the consumer's move.
pub fn form(playground: &Playground, hosted: &Hosted, controls: &str) -> String {
    let action = playground.paths.page(&hosted.page_key);
    let further = match playground.contract.variation.markup {
        Markup::Ornate => "<input type=\"hidden\" name=\"form\" value=\"checkout\">",
        Markup::Plain | Markup::Framed => "",
    };
    format!("<form method=\"post\" action=\"{action}/move\">{further}{controls}</form>")
}

/// A button.
pub fn button(playground: &Playground, it: Button, label: &str) -> String {
    let label = match playground.contract.variation.markup {
        Markup::Ornate => format!("<span><span>{label}</span></span>"),
        Markup::Plain | Markup::Framed => label.to_owned(),
    };
    let class = match it {
        Button::Approve | Button::ConfirmCancel => " class=\"main\"",
        _ => "",
    };
    let name = it.name();
    format!("<button{class} name=\"move\" value=\"{name}\" data-move=\"{name}\">{label}</button>")
}

/// Escapes text for HTML.
pub fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_merchants_write_cannot_become_markup() {
        assert_eq!(escape("<script>\"&"), "&lt;script&gt;&quot;&amp;");
    }

    #[test]
    fn every_ending_has_words() {
        for status in [Status::Completed, Status::Cancelled, Status::Disabled] {
            assert!(Ending::of(status).notice(Words::of(None)).0.len() > 10);
        }
    }
}
