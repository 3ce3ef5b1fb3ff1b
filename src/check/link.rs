//! Checks of the hosts to which links lead.

use crate::check::{Judgement, quoted};
use crate::evidence::{Exchange, Operation, Trouble, TroubleKind};
use crate::target::Reach;
use crate::verdict::Mismatch;
use url::Url;

/// The requirement about the hosts of the links of a hosted session.
const HOSTS: &str = "HPP-CREATE-014";

/// The requirement about the `Location` of a new KCO order.
const LOCATION: &str = "HPP-PRE-004";

/// A link that an answer may have, and how its host is judged.
type Link = (&'static str, fn(&str, &str, &Reach) -> Judgement);

/// The links of a created hosted session. API requests go to the first four, the others are public.
const LINKS: [Link; 7] = [
    ("/session_url", on_api_host),
    ("/distribution_url", on_api_host),
    ("/distribution_module/generation_url", on_api_host),
    ("/manual_identification_check_url", on_api_host),
    ("/redirect_url", on_known_host),
    ("/qr_code_url", on_known_host),
    ("/distribution_module/standalone_url", on_known_host),
];

/// The links of an answer that lead to a host to which the harness may send nothing, with the requirement that each breaks.
///
/// A text that is not an absolute URL leads nowhere. Its schema judges it.
pub fn astray(exchange: &Exchange, reach: &Reach) -> Vec<(&'static str, Mismatch)> {
    let Some(response) = exchange.response() else { return Vec::new() };
    let judged = |requirement, subject, text: &str, judge: fn(&str, &str, &Reach) -> Judgement| {
        Url::parse(text).ok()?;
        judge(subject, text, reach).err().map(|mismatch| (requirement, mismatch))
    };
    match exchange.operation {
        Operation::CreateSession => {
            let text = |pointer| response.body.json()?.pointer(pointer)?.as_str();
            LINKS.iter().filter_map(|(at, judge)| judged(HOSTS, *at, text(at)?, *judge)).collect()
        }
        // A redirect is no answer that the API gives here, so it is judged as what it is, not as the place of an order.
        Operation::CreateOrder if !response.is_redirect() => {
            let judged = |to: Url| judged(LOCATION, "Location", to.as_str(), on_api_host);
            location(exchange).and_then(judged).into_iter().collect()
        }
        _ => Vec::new(),
    }
}

/// Where the `Location` of an answer leads. It may be relative, and still lead to another host (`//evil.example`).
fn location(exchange: &Exchange) -> Option<Url> {
    let from = Url::parse(&exchange.request.url).ok()?;
    from.join(exchange.response()?.field("Location")?).ok()
}

/// The trouble of a public URL that redirects to a host which is none of the target. A portal of the network does so, and nothing
/// marks a redirect of the target itself.
pub fn led_away(exchange: &Exchange, reach: &Reach) -> Option<Trouble> {
    let response = exchange.response().filter(|response| response.is_redirect())?;
    let to = location(exchange).filter(|to| exchange.operation.is_public() && !reach.allows_page(to))?;
    let server = response.field("Server").map_or(String::new(), |server| format!(" from `Server: {server}`"));
    let message = format!(
        "{} {} answered {} with a redirect to {}{server}, which is no host of the target; if it is one, add it to `page_hosts` of the profile",
        exchange.request.method,
        exchange.request.url,
        response.status,
        to.origin().ascii_serialization(),
    );
    Some(Trouble { kind: TroubleKind::Intermediary, message })
}

/// The URL at `subject` is on a host that gets API requests.
pub fn on_api_host(subject: &str, url: &str, reach: &Reach) -> Judgement {
    match Url::parse(url) {
        Ok(url) if reach.allows_api(&url) => Ok(()),
        parsed => {
            let expected = format!("a URL on the API host {}", reach.api_origins());
            Err(Mismatch::new(subject, expected, elsewhere(parsed.ok(), url)))
        }
    }
}

/// The URL at `subject` is on another host or port than the API.
pub fn on_page_host(subject: &str, url: &str, reach: &Reach) -> Judgement {
    match Url::parse(url) {
        Ok(url) if url.has_host() && !reach.allows_api(&url) => Ok(()),
        _ => {
            let expected = format!("a URL on another host than {}", reach.api_origins());
            Err(Mismatch::new(subject, expected, quoted(url)))
        }
    }
}

/// The URL at `subject` is on a host of payment pages, on that of the API, or on the merchant's.
pub fn on_known_host(subject: &str, url: &str, reach: &Reach) -> Judgement {
    match Url::parse(url) {
        Ok(url) if reach.allows_page(&url) => Ok(()),
        parsed => {
            let expected = format!("a URL on a page host ({})", reach.page_hosts());
            Err(Mismatch::new(subject, expected, elsewhere(parsed.ok(), url)))
        }
    }
}

/// Where a URL leads, without its path.
fn elsewhere(parsed: Option<Url>, text: &str) -> String {
    match parsed {
        Some(url) if url.has_host() => {
            format!("one that leads to another host ({})", url.origin().ascii_serialization())
        }
        _ => quoted(text),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::evidence::{Body, Received, Request, Response};
    use serde_json::json;

    fn reach(api: &str) -> Reach {
        Reach::new(&api.parse().unwrap(), "merchant.example")
    }

    fn text(judgement: Judgement) -> String {
        judgement.unwrap_err().to_string()
    }

    fn exchange(operation: Operation, location: Option<&str>, body: Body) -> Exchange {
        let request = Request {
            method: "POST".into(),
            url: "https://api.shop.example/hpp/v1/sessions".into(),
            fields: Vec::new(),
            body: Body::Empty,
            faulty_on_purpose: false,
            credentials_in_doubt: false,
        };
        let fields = location.map(|url| ("location".to_owned(), url.to_owned())).into_iter().collect();
        let outcome = Received::Response(Response { status: 201, fields, body, has_byte_order_mark: false });
        Exchange { number: 1, operation, twin: false, started_us: 0, elapsed_us: 1, request, outcome }
    }

    fn told(exchange: &Exchange) -> Vec<(&'static str, String)> {
        let astray = astray(exchange, &reach("https://api.shop.example"));
        astray.into_iter().map(|(requirement, mismatch)| (requirement, mismatch.to_string())).collect()
    }

    #[test]
    fn each_link_of_a_session_that_leads_elsewhere_is_told_without_its_path() {
        let body = json!({
            "session_url": "https://evil.example:8443/hpp/v1/sessions/1",
            "distribution_url": "https://api.shop.example/hpp/v1/sessions/1/distribution",
            "redirect_url": "https://pay.shop.example/‹link:1›",
            "qr_code_url": "https://pay.evil.example/‹link:2›",
            "manual_identification_check_url": "no URL",
            "distribution_module": { "generation_url": "http://api.shop.example/‹link:3›", "standalone_url": "https://pay.shop.example/m?view={{view_id}}" },
        });
        let api =
            "expected a URL on the API host https://api.shop.example, got one that leads to another host";
        let page = "expected a URL on a page host (shop.example), got one that leads to another host";
        assert_eq!(
            told(&exchange(Operation::CreateSession, None, Body::Json(body))),
            [
                (HOSTS, format!("/session_url: {api} (https://evil.example:8443)")),
                (HOSTS, format!("/distribution_module/generation_url: {api} (http://api.shop.example)")),
                (HOSTS, format!("/qr_code_url: {page} (https://pay.evil.example)")),
            ]
        );
    }

    #[test]
    fn the_location_of_an_order_counts_as_a_link() {
        let order = |location| told(&exchange(Operation::CreateOrder, location, Body::Empty));
        assert_eq!(order(Some("/checkout/v3/orders/1")), []);
        assert_eq!(order(Some("https://api.shop.example/checkout/v3/orders/1")), []);
        assert_eq!(order(None), []);
        let expected = "Location: expected a URL on the API host https://api.shop.example, got one that leads to another host (https://evil.example)";
        for location in ["https://evil.example/1", "//evil.example/1"] {
            assert_eq!(order(Some(location)), [(LOCATION, expected.to_owned())], "{location}");
        }
        assert_eq!(order(Some("/checkout/v3/orders/1")), []);
    }

    #[test]
    fn a_redirect_to_a_host_of_nobody_breaks_no_promise_and_may_be_relative() {
        let sent = |operation, status, to| {
            let mut exchange = exchange(operation, Some(to), Body::Empty);
            let Received::Response(response) = &mut exchange.outcome else { unreachable!() };
            response.status = status;
            response.fields.push(("Server".into(), "portal".into()));
            assert_eq!(told(&exchange), [], "{operation:?} {to}");
            led_away(&exchange, &reach("https://api.shop.example"))
                .map(|trouble| format!("{}: {}", trouble.kind, trouble.message))
        };
        for home in ["/pay/‹link:1›", "https://cdn.shop.example/‹link:1›", "https://merchant.example/back"]
        {
            assert_eq!(sent(Operation::FetchPage, 302, home), None, "{home}");
        }
        let foreign = "intermediary: POST https://api.shop.example/hpp/v1/sessions answered 302 with a redirect to \
            https://login.example from `Server: portal`, which is no host of the target; if it is one, add it to `page_hosts` of \
            the profile";
        for to in ["https://login.example/x", "//login.example/x"] {
            for operation in [Operation::FetchPage, Operation::FetchQrCode, Operation::FetchModule] {
                assert_eq!(sent(operation, 302, to).as_deref(), Some(foreign), "{to}");
            }
        }
        assert_eq!(sent(Operation::FetchPage, 200, "https://login.example/x"), None, "no redirect");
        for operation in [Operation::ReadSession, Operation::CreateOrder] {
            assert_eq!(
                sent(operation, 302, "https://login.example/x"),
                None,
                "its kind is known without the host"
            );
        }
    }

    #[test]
    fn hosts_are_compared_with_their_port() {
        let api = reach("http://127.0.0.1:8080/");
        assert_eq!(on_api_host("/session_url", "http://127.0.0.1:8080/x", &api), Ok(()));
        assert_eq!(on_page_host("/redirect_url", "http://localhost:8080/‹link:1›", &api), Ok(()));
        assert_eq!(
            text(on_api_host("/session_url", "http://localhost:8080/x", &api)),
            "/session_url: expected a URL on the API host http://127.0.0.1:8080, got one that leads to another host (http://localhost:8080)",
        );
        assert_eq!(
            text(on_page_host("/redirect_url", "http://127.0.0.1:8080/x", &api)),
            r#"/redirect_url: expected a URL on another host than http://127.0.0.1:8080, got "http://127.0.0.1:8080/x""#,
        );
        assert_eq!(
            text(on_page_host("/redirect_url", "/x", &api)),
            r#"/redirect_url: expected a URL on another host than http://127.0.0.1:8080, got "/x""#,
        );
        let hostless = "/redirect_url: expected a URL on a page host (this machine), got \"data:,x\"";
        assert_eq!(text(on_known_host("/redirect_url", "data:,x", &api)), hostless);
        let live = reach("https://api.example/");
        assert_eq!(on_api_host("/session_url", "https://API.example:443/x", &live), Ok(()));
    }
}
