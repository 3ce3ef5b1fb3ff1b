//! Faults of whole answers: something in front of the API answers in its place.

use crate::fault::deed::{Answer, Network, Stroke};
use crate::fault::entry::{Act, Fault, Once, Outcome, Place};
use crate::fault::table::page;

const HTML: &str = "Content-Type: text/html; charset=utf-8";
const JSON: &str = "Content-Type: application/json";

const GATEWAY: &str = "<html><head><title>Gateway</title></head><body><center><h1>The upstream server is not available\
    </h1></center><hr><center>nginx</center></body></html>";

/// The reasons for a page in place of JSON, and for a page at a public URL.
const PAGE: &[&str] = &["a page in place of", "neither an `error_code` nor a correlation id", "answered 50"];

const fn fault(
    name: &'static str,
    story: &'static str,
    told: &'static [&'static str],
    once: Once,
    stroke: Stroke,
) -> Fault {
    let outcome = Outcome::Infra { told, once };
    Fault { name, story, place: Place::Answer, outcome, act: Act::Network(Network::Answers(stroke)) }
}

/// The faults.
pub const FAULTS: &[Fault] = &[
    fault(
        "bad-gateway",
        "A gateway answers 502 with a page of its own.",
        PAGE,
        Once::SecondTry,
        page("502 Bad Gateway", &["Server: nginx", HTML], GATEWAY),
    ),
    fault(
        "service-unavailable",
        "A gateway answers 503 with a page of its own.",
        PAGE,
        Once::SecondTry,
        page("503 Service Unavailable", &["Server: nginx", "Retry-After: 120", HTML], GATEWAY),
    ),
    fault(
        "gateway-timeout",
        "A gateway answers 504 with a page of its own.",
        PAGE,
        Once::SecondTry,
        page("504 Gateway Timeout", &["Server: nginx", HTML], GATEWAY),
    ),
    fault(
        "gateway-json",
        "A gateway answers 500 with JSON of its own.",
        &["neither an `error_code` nor a correlation id", "the same request right after it"],
        Once::SecondTry,
        page(
            "500 Internal Server Error",
            &["Server: kong", JSON],
            "{\"message\":\"An unexpected error occurred\"}",
        ),
    ),
    fault(
        "rate-limit-with-pause",
        "The API answers 429 and says in `Retry-After` how long to wait.",
        &["answered 429", "rate limit"],
        Once::FirstTry,
        page("429 Too Many Requests", &["Retry-After: 0", "x-ratelimit-remaining: 0"], ""),
    ),
    fault(
        "rate-limit-without-pause",
        "The API answers 429 and does not say how long to wait.",
        &["answered 429", "rate limit"],
        Once::FirstTry,
        page("429 Too Many Requests", &["x-ratelimit-remaining: 0"], ""),
    ),
    fault(
        "rate-limit-for-an-hour",
        "The API answers 429 and asks for a pause of an hour.",
        &["answered 429", "rate limit"],
        Once::SecondTry,
        page("429 Too Many Requests", &["Retry-After: 3600", "x-ratelimit-remaining: 0"], ""),
    ),
    fault(
        "captive-portal",
        "A portal of the network answers 200 with its login page.",
        PAGE,
        Once::SecondTry,
        page(
            "200 OK",
            &["Server: portal", HTML],
            "<!doctype html><html><head><title>Welcome</title></head><body><form action=\"/login\"><h1>Welcome to our \
             Wi-Fi</h1><button>Accept and connect</button></form></body></html>",
        ),
    ),
    fault(
        "captive-portal-redirect",
        "A portal of the network sends every request to its login page.",
        &["a redirect to http://login.portal.invalid", "answered 302"],
        Once::SecondTry,
        page("302 Found", &["Server: portal", "Location: http://login.portal.invalid/?to=1"], ""),
    ),
    fault(
        "firewall-page",
        "A firewall for web applications answers 403 with a page of its own.",
        &["a page in place of", "a refusal of access"],
        Once::SecondTry,
        page(
            "403 Forbidden",
            &["Server: cloudflare", "CF-RAY: 8f00baa", HTML],
            "<!DOCTYPE html><html><head><title>Attention Required!</title></head><body><h1>Sorry, you have been blocked\
             </h1></body></html>",
        ),
    ),
    fault(
        "proxy-wants-credentials",
        "A proxy on the way answers 407 in place of the API.",
        &["answered 407"],
        Once::SecondTry,
        page(
            "407 Proxy Authentication Required",
            &["Proxy-Authenticate: Basic realm=\"proxy\"", HTML],
            GATEWAY,
        ),
    ),
    Fault {
        name: "proxy-of-environment-refuses",
        story: "The proxy of `HTTPS_PROXY` answers 407, because it wants credentials.",
        place: Place::Answer,
        outcome: Outcome::Infra { told: &["went through the proxy"], once: Once::Never },
        act: Act::Network(Network::BehindProxy(page(
            "407 Proxy Authentication Required",
            &["Proxy-Authenticate: Basic realm=\"proxy\""],
            "",
        ))),
    },
    fault(
        "redirect-loop",
        "Something on the way sends every request back to where it came from.",
        &["neither an `error_code` nor a correlation id", "answered 307", "redirect"],
        Once::SecondTry,
        page("307 Temporary Redirect", &["Server: edge", "Location: ?again"], ""),
    ),
    fault(
        "cut-json",
        "Something on the way cuts the JSON of the API and tells the new length.",
        &["ends early", "neither an `error_code` nor a correlation id", "not an image", "cut"],
        Once::SecondTry,
        Stroke::Edit(cut),
    ),
    Fault {
        name: "clock-skew",
        story: "The clock of the API is twenty minutes ahead of this machine.",
        place: Place::Answer,
        outcome: Outcome::Pass,
        act: Act::Network(Network::ClockAhead { seconds: 1200 }),
    },
];

/// Cuts JSON, and takes the mark of the API with it. Leaves everything else alone.
fn cut(answer: &mut Answer) {
    answer.head.retain(|field| !field.to_ascii_lowercase().contains("correlation-id"));
    if answer.body.first() == Some(&b'{') {
        answer.body.truncate(answer.body.len() / 2);
    }
}
