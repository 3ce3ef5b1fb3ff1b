//! Faults of the payment page: the API works, and the page does not come as its driver knows it.

use crate::fault::deed::{Answer, End, Network, Part, Stroke};
use crate::fault::entry::{Act, Fault, Once, Outcome, Place};
use crate::fault::table::page;

const HTML: &str = "Content-Type: text/html; charset=utf-8";

const fn fault(
    name: &'static str,
    story: &'static str,
    told: &'static [&'static str],
    stroke: Stroke,
) -> Fault {
    let outcome = Outcome::Infra { told, once: Once::SecondTry };
    Fault { name, story, place: Place::Page, outcome, act: Act::Page(Network::Answers(stroke)) }
}

/// The faults.
pub const FAULTS: &[Fault] = &[
    fault(
        "page-reset",
        "The connection of the payment page is reset.",
        &["net::ERR_"],
        Stroke::Cut(Part::Nothing, End::Reset),
    ),
    fault(
        "page-never-loads",
        "Half of the payment page comes, and the rest never does.",
        &["timeout", "time-out", "in time"],
        Stroke::Cut(Part::HalfBody, End::Silence),
    ),
    fault(
        "page-bad-gateway",
        "A gateway answers 502 in place of the payment page.",
        &["answered 502", "502"],
        page(
            "502 Bad Gateway",
            &["Server: nginx", HTML],
            "<html><body><h1>502 Bad Gateway</h1></body></html>",
        ),
    ),
    fault(
        "page-firewall",
        "A firewall answers 403 in place of the payment page.",
        &["answered 403", "403"],
        page(
            "403 Forbidden",
            &["Server: cloudflare", HTML],
            "<html><body><h1>Sorry, you have been blocked</h1></body></html>",
        ),
    ),
    fault(
        "page-redirect-loop",
        "The payment page leads back to itself.",
        &["ERR_TOO_MANY_REDIRECTS"],
        page("307 Temporary Redirect", &["Server: edge", "Location: ?again"], ""),
    ),
    fault(
        "page-script-blocked",
        "The payment page is filled by a script, and the script does not come.",
        &["shows no text"],
        Stroke::EmptyShell,
    ),
    fault(
        "page-unknown",
        "The payment page has a new look that no page driver knows.",
        &["does not recognise", "page driver"],
        page(
            "200 OK",
            &[HTML],
            "<!doctype html><html><body><div class=\"v9\"><h1>A new way to pay</h1><p>Choose how you want to pay.</p>\
             <div role=\"button\" tabindex=\"0\">Now</div></div></body></html>",
        ),
    ),
    fault(
        "page-of-portal",
        "A portal of the network answers with its login page in place of the payment page.",
        &["does not recognise", "page driver"],
        page(
            "200 OK",
            &["Server: portal", HTML],
            "<!doctype html><html><body><form action=\"/login\"><h1>Welcome to our Wi-Fi</h1><input name=\"room\">\
             <button>Connect</button></form></body></html>",
        ),
    ),
    fault(
        "page-redirected-by-portal",
        "A portal of the network sends the browser to its login page in place of the payment page.",
        &["another host"],
        page("302 Found", &["Server: portal", "Location: http://login.portal.invalid/?to=1"], ""),
    ),
    fault(
        "page-behind-consent",
        "The payment page hides its controls until somebody answers a pop-up that asks for consent.",
        &["does not recognise", "could not make the move", "in time"],
        Stroke::Edit(hide),
    ),
    passing(
        "page-under-pop-up",
        "A pop-up that asks for consent lies over the payment page, and its controls still work.",
        Stroke::Edit(cover),
    ),
    passing(
        "page-with-alert",
        "The payment page opens a message box of the browser, which the harness closes.",
        Stroke::Edit(alert),
    ),
];

const fn passing(name: &'static str, story: &'static str, stroke: Stroke) -> Fault {
    let act = Act::Page(Network::Answers(stroke));
    Fault { name, story, place: Place::Page, outcome: Outcome::Pass, act }
}

/// The pop-up.
const DIALOG: &str = "<dialog id=\"consent\" style=\"width:100vw;height:100vh;max-width:100vw;max-height:100vh\"><p>We \
    value your privacy.</p><button>Accept all</button></dialog>\
    <script>document.getElementById('consent').showModal()</script>";

/// Covers a page with the pop-up.
fn cover(answer: &mut Answer) {
    insert(answer, DIALOG);
}

/// The same, and hides the page.
fn hide(answer: &mut Answer) {
    insert(answer, &format!("<style>main {{ display: none }}</style>{DIALOG}"));
}

/// Opens a message box over a page, as soon as the page is there.
fn alert(answer: &mut Answer) {
    insert(
        answer,
        "<script>addEventListener('load', () => setTimeout(() => alert('Still there?'), 0))</script>",
    );
}

/// Puts this at the end of the body of a page.
fn insert(answer: &mut Answer, html: &str) {
    let text = String::from_utf8_lossy(&answer.body).into_owned();
    if let Some(at) = text.rfind("</body>") {
        answer.head.retain(|field| !field.to_ascii_lowercase().starts_with("content-security-policy"));
        answer.body = format!("{}{html}{}", &text[..at], &text[at..]).into_bytes();
    }
}
