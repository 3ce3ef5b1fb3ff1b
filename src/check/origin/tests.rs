//! Tests of who answered.

use super::*;
use crate::check::landing::examples::visit;
use crate::evidence::Request;
use serde_json::json;

const PAGE: &str = "\n<!DOCTYPE html><title>502</title>";

fn answered(operation: Operation, status: u16, fields: &[(&str, &str)], body: Body) -> Exchange {
    let fields = fields.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    let request = Request {
        method: "POST".into(),
        url: "https://api.example/hpp/v1/sessions".into(),
        fields: Vec::new(),
        body: Body::Empty,
        faulty_on_purpose: false,
        credentials_in_doubt: false,
    };
    let response = Response { status, fields, body, has_byte_order_mark: false };
    let outcome = Received::Response(response);
    Exchange { number: 1, operation, twin: false, started_us: 0, elapsed_us: 0, request, outcome }
}

fn page(operation: Operation, status: u16) -> Option<TroubleKind> {
    trouble(&answered(operation, status, &[], Body::Text(PAGE.into()))).map(|trouble| trouble.kind)
}

#[test]
fn a_page_in_place_of_json_is_not_of_the_api() {
    use Operation::{CreateSession, FetchPage, FetchQrCode, ReadSession};
    use TroubleKind::{Gateway, Intermediary};
    let cases = [
        (CreateSession, 201, Some(Intermediary)),
        (CreateSession, 200, Some(Intermediary)),
        (ReadSession, 403, Some(Intermediary)),
        (ReadSession, 404, Some(Intermediary)),
        (CreateSession, 500, Some(Intermediary)),
        (CreateSession, 502, Some(Gateway)),
        (CreateSession, 401, Some(Intermediary)),
        (CreateSession, 413, Some(Intermediary)),
        (FetchQrCode, 200, Some(Intermediary)),
        (FetchQrCode, 404, None),
        (FetchPage, 200, None),
        (FetchPage, 403, Some(Intermediary)),
        (FetchPage, 401, None),
        (FetchPage, 500, None),
    ];
    for (operation, status, expected) in cases {
        assert_eq!(page(operation, status), expected, "{operation:?} {status}");
    }
}

#[test]
fn half_a_json_without_a_mark_is_not_of_the_api() {
    use Operation::{FetchPage, ReadSession};
    let mark = [("Correlation-Id", "9")];
    let half = Some("200 with JSON that ends early, and without a correlation id; the API did not send this");
    for (operation, fields, body, told) in [
        (ReadSession, &[][..], "{\"status\": \"WAIT", half),
        (ReadSession, &[], " [{\"status\": \"WAITING\"}", half),
        (ReadSession, &mark, "{\"status\": \"WAIT", None),
        (ReadSession, &[], "{\"status\": WAITING}", None),
        (ReadSession, &[], "OK", None),
        (FetchPage, &[], "{\"status\": \"WAIT", None),
    ] {
        let exchange = answered(operation, 200, fields, Body::Text(body.into()));
        let message = trouble(&exchange).map(|trouble| trouble.message);
        let told = told.map(|told| format!("POST https://api.example/hpp/v1/sessions answered {told}"));
        assert_eq!(message, told, "{body}");
    }
}

#[test]
fn the_trouble_says_what_came_and_from_whom() {
    let fields = [("server", "waf/3"), ("Content-Type", "text/html")];
    let refused = answered(Operation::CreateSession, 403, &fields, Body::Text("<p>Blocked".into()));
    assert_eq!(
        intermediary(&refused).unwrap().message,
        "POST https://api.example/hpp/v1/sessions answered 403 with a page in place of JSON from `Server: waf/3`; \
         the API did not send this"
    );
}

#[test]
fn a_redirect_to_another_host_is_not_of_the_api() {
    let sent = |to| {
        let fields = [("Location", to)];
        let moved = answered(Operation::CreateSession, 302, &fields, Body::Empty);
        trouble(&moved).map(|trouble| trouble.message)
    };
    let told = |what: &str| {
        let begin = "POST https://api.example/hpp/v1/sessions answered 302 with";
        Some(format!("{begin} {what}; the API did not send this"))
    };
    let hotel = sent("http://login.hotel.example/?back=api");
    assert_eq!(hotel, told("a redirect to http://login.hotel.example"));
    let unmarked = told("neither an `error_code` nor a correlation id");
    assert_eq!([sent("/blocked"), sent("https://api.example/blocked")], [unmarked.clone(), unmarked]);
}

#[test]
fn what_the_api_itself_answers_can_be_judged() {
    let refusal = Body::Json(json!({ "error_code": "INTERNAL" }));
    let id = &[("Klarna-Correlation-Id", "c-1")][..];
    let cases = [
        (500, &[][..], refusal.clone()),
        (403, &[], refusal),
        (500, id, Body::Empty),
        (400, id, Body::Text("Bad value".into())),
        (302, &[id[0], ("Location", "/hpp/v2/sessions")], Body::Empty),
        (302, &[id[0], ("Location", "https://api.example/hpp/v2/sessions")], Body::Empty),
        (401, id, Body::Empty),
        (413, id, Body::Empty),
        (200, &[], Body::Text("<svg/>".into())),
    ];
    for (status, fields, body) in cases {
        assert_eq!(trouble(&answered(Operation::ReadSession, status, fields, body)), None, "{status}");
    }
}

#[test]
fn a_failure_without_a_mark_of_the_api_is_not_of_the_api() {
    let text = |text: &str| Body::Text(text.into());
    let cases = [
        (522, text("error code: 522")),
        (511, Body::Json(json!({ "x": 1 }))),
        (500, text("upstream connect error or disconnect/reset before headers")),
        (403, Body::Json(json!({ "message": "Forbidden" }))),
        (403, Body::Empty),
        (401, Body::Empty),
        (401, Body::Json(json!({ "message": "Unauthorized" }))),
        (407, Body::Empty),
        (413, Body::Empty),
        (408, Body::Empty),
        (421, Body::Empty),
        (425, Body::Empty),
        (530, Body::Empty),
    ];
    for (status, body) in cases {
        let found = trouble(&answered(Operation::ReadSession, status, &[], body));
        assert_eq!(
            found.unwrap().message,
            format!(
                "POST https://api.example/hpp/v1/sessions answered {status} with neither an `error_code` nor a \
                 correlation id; the API did not send this"
            )
        );
    }
}

#[test]
fn a_web_server_in_front_may_refuse_only_what_was_sent_to_be_refused() {
    let of_api = |exchange: &Exchange| intermediary(exchange).is_none();
    for body in [Body::Empty, Body::Text(PAGE.into())] {
        for (fields, expected) in [
            (&[][..], true),
            (&[("WWW-Authenticate", "Basic realm=\"a, b\"")], true),
            (&[("WWW-Authenticate", "Negotiate"), ("www-authenticate", "NTLM, basic")], true),
            (&[("WWW-Authenticate", "Negotiate")], false),
            (&[("WWW-Authenticate", "Bearer realm=\"gw\"")], false),
        ] {
            let mut refused = answered(Operation::ReadSession, 401, fields, body.clone());
            assert!(!of_api(&refused), "the credentials are right: {fields:?}");
            refused.request.credentials_in_doubt = true;
            assert_eq!(of_api(&refused), expected, "{fields:?}");
            let page = answered(Operation::FetchPage, 401, fields, body.clone());
            assert_eq!(of_api(&page), expected, "{fields:?}");
        }
        let mut refused = answered(Operation::CreateSession, 413, &[], body);
        for (size, expected) in [(1_048_576, false), (1_048_577, true)] {
            refused.request.fields = vec![("Content-Length".into(), size.to_string())];
            assert_eq!(of_api(&refused), expected, "{size}");
        }
    }
}

#[test]
fn a_limit_or_an_outage_is_of_the_api_only_with_a_mark() {
    let found = |status, fields: &[(&str, &str)]| {
        let exchange = answered(Operation::CreateSession, status, fields, Body::Empty);
        intermediary(&exchange).map(|trouble| trouble.kind)
    };
    for (status, kind) in [(429, TroubleKind::RateLimit), (503, TroubleKind::Gateway)] {
        assert_eq!(found(status, &[("Retry-After", "1")]), Some(kind));
        let marked = [("klarna-correlation-id", "c-1")];
        assert_eq!(found(status, &marked), None);
        let hint =
            "; write a `creates_per_second` below the limit of the target into the profile, or a lower one";
        let hint = if status == 429 { hint } else { "" };
        let message = format!("https://api.example/hpp/v1/sessions answered {status}{hint}");
        let answer = answered(Operation::CreateSession, status, &marked, Body::Empty);
        assert_eq!(trouble(&answer), Some(Trouble { kind, message }), "it shows nothing about the API");
    }
    assert_eq!(found(429, &[("X-RateLimit-Remaining", "0")]), None);
    assert_eq!(found(503, &[("X-RateLimit-Remaining", "0")]), Some(TroubleKind::Gateway));
}

#[test]
fn a_failure_at_a_public_url_needs_a_second_look_unless_it_is_marked() {
    let id = &[("klarna-correlation-id", "c-1")][..];
    for operation in [Operation::FetchPage, Operation::FetchQrCode] {
        let needed = |status, fields| needs_second_look(&answered(operation, status, fields, Body::Empty));
        for (status, expected) in [(200, false), (302, false), (401, true), (404, true), (500, true)] {
            assert_eq!(needed(status, &[]), expected, "{operation:?} {status}");
            assert!(!needed(status, id), "{operation:?} {status}");
        }
        for status in [403, 407, 502, 511] {
            let exchange = answered(operation, status, &[], Body::Empty);
            assert!(trouble(&exchange).is_some() && !needs_second_look(&exchange), "{operation:?} {status}");
        }
    }
    assert!(!needs_second_look(&answered(Operation::ReadSession, 404, id, Body::Empty)));
}

#[test]
fn a_page_is_known_however_it_is_written() {
    let html = [("content-type", "Text/HTML; charset=ISO-8859-1")];
    for (fields, text) in
        [(&html[..], "<p>Blocked"), (&[], "\u{feff} \n<!DOCTYPE html><title>Blocked"), (&[], "<HTML>")]
    {
        let answer = answered(Operation::ReadSession, 200, fields, Body::Text(text.into()));
        assert!(trouble(&answer).is_some(), "{text}");
    }
    let unread = |fields| answered(Operation::ReadSession, 200, fields, Body::Binary { bytes: 7 });
    assert!(trouble(&unread(&html)).is_some(), "in an encoding that was not read");
    assert_eq!(trouble(&unread(&[("Content-Type", "image/png")])), None);
}

#[test]
fn a_429_says_how_long_to_wait() {
    let date = ("Date", "Fri, 15 May 2026 14:51:43 GMT");
    let pause = |status, fields: &[(&str, &str)]| {
        let answer = answered(Operation::CreateSession, status, fields, Body::Empty);
        pause_after(answer.response().unwrap())
    };
    assert_eq!(pause(429, &[("retry-after", " 7 ")]), Some(Duration::from_secs(7)));
    let at = ("Retry-After", "Fri, 15 May 2026 14:51:50 GMT");
    assert_eq!(pause(429, &[date, at]), Some(Duration::from_secs(7)));
    let past = ("Retry-After", "Fri, 15 May 2026 14:51:40 GMT");
    assert_eq!(pause(429, &[date, past]), Some(Duration::ZERO));
    assert_eq!(pause(429, &[("Retry-After", "soon")]), Some(USUAL_PAUSE));
    assert_eq!(pause(429, &[]), Some(USUAL_PAUSE));
    assert_eq!(pause(503, &[("Retry-After", "7")]), None);
}

#[test]
fn only_the_api_tells_the_time_of_the_target() {
    use Operation::{CreateSession, FetchPage, FetchQrCode, ReadSession};
    let date = ("Date", "Fri, 15 May 2026 14:51:43 GMT");
    let json = || Body::Json(json!({}));
    let mark = ("Klarna-Correlation-Id", "c-1");
    for (operation, status, fields, body, is_told) in [
        (ReadSession, 200, &[date][..], json(), true),
        (CreateSession, 400, &[date, mark], json(), true),
        (CreateSession, 429, &[date, mark], Body::Empty, true),
        (CreateSession, 503, &[date, mark], json(), true),
        (ReadSession, 200, &[mark], json(), false),
        (ReadSession, 200, &[("Date", "soon"), mark], json(), false),
        (ReadSession, 502, &[date], Body::Text(PAGE.into()), false),
        (ReadSession, 200, &[date], Body::Text(PAGE.into()), false),
        (CreateSession, 400, &[date], json(), false),
        (ReadSession, 302, &[date, mark, ("Location", "https://login.example/")], Body::Empty, false),
        (FetchQrCode, 200, &[date], Body::Binary { bytes: 7 }, false),
        (FetchPage, 200, &[date, mark], Body::Text(PAGE.into()), false),
    ] {
        let told = date_of_api(&answered(operation, status, fields, body.clone())).is_some();
        assert_eq!(told, is_told, "{operation:?} {status} {fields:?} {body:?}");
    }
}

#[test]
fn a_quota_that_is_used_up_asks_for_a_rest() {
    let rest = |status, fields: &[(&str, &str)]| {
        let answer = answered(Operation::CreateSession, status, fields, Body::Empty);
        rest_after(answer.response().unwrap())
    };
    let quota = |remaining, reset| [("X-RateLimit-Remaining", remaining), ("X-RateLimit-Reset", reset)];
    assert_eq!(rest(201, &quota("0", "2")), Some(Duration::from_secs(2)));
    assert_eq!(rest(201, &quota("1", "2")), None);
    assert_eq!(rest(201, &quota("0", "1795000000")), None, "this is a point in time");
    assert_eq!(rest(201, &quota("0", "soon")), None);
    assert_eq!(rest(429, &[("Retry-After", "7")]), Some(Duration::from_secs(7)));
    assert_eq!(rest(201, &[]), None);
}

#[test]
fn a_429_names_the_key_and_the_rate_to_write() {
    let told = |operation, limit: &str| {
        let answer = answered(operation, 429, &[("x-ratelimit-limit", limit)], Body::Empty);
        let message = trouble(&answer).unwrap().message;
        message.split_once("; ").map(|(_, hint)| hint.to_owned()).unwrap_or_default()
    };
    for (operation, limit, hint) in [
        (
            Operation::CreateSession,
            "5, 5;w=1",
            "the target allows 5 a second: write `creates_per_second = 4.0` into the profile",
        ),
        (
            Operation::CreateOrder,
            "40",
            "the target allows 40 a second: write `creates_per_second = 32.0` into the profile",
        ),
        (
            Operation::ReadSession,
            "50, 50;w=1",
            "the target allows 50 a second: write `requests_per_second = 40.0` into the profile",
        ),
        (
            Operation::CreateSession,
            "60, 60;w=60",
            "the target allows 1 a second: write `creates_per_second = 0.8` into the profile",
        ),
        (
            Operation::CreateSession,
            "many",
            "write a `creates_per_second` below the limit of the target into the profile, or a lower one",
        ),
        (Operation::FetchPage, "5, 5;w=1", ""),
    ] {
        assert_eq!(told(operation, limit), hint, "{limit}");
    }
}

#[test]
fn a_failure_that_names_another_server_than_the_answers_of_the_target_is_not_of_the_target() {
    let failed = |operation, fields: &[(&str, &str)]| answered(operation, 404, fields, Body::Empty);
    let edge = failed(Operation::FetchPage, &[("server", "edge")]);
    let message = "POST https://api.example/hpp/v1/sessions answered 404 with an error of another server from `Server: edge`; \
                   the API did not send this";
    assert_eq!(stranger(&edge, &["", "api"]).unwrap().message, message);
    assert_eq!(stranger(&edge, &["edge"]), None);
    assert_eq!(stranger(&edge, &[]), None, "nobody knows the server of the target");
    assert_eq!(stranger(&failed(Operation::FetchPage, &[]), &["api"]), None);
    let marked = [("Server", "edge"), ("klarna-correlation-id", "c-1")];
    assert_eq!(stranger(&failed(Operation::FetchQrCode, &marked), &["api"]), None);
    assert_eq!(stranger(&failed(Operation::ReadSession, &[("Server", "edge")]), &["api"]), None);
    let answers = [
        answered(Operation::CreateSession, 201, &[("Server", "api")], Body::Json(json!({}))),
        answered(Operation::ReadSession, 200, &[], Body::Json(json!({}))),
        answered(Operation::ReadSession, 403, &[("Server", "waf")], Body::Empty),
        edge,
    ];
    assert_eq!(servers(answers.iter()), ["api", ""]);
}

#[test]
fn a_failure_that_does_not_come_again_is_passing() {
    let failed = |status| answered(Operation::FetchPage, status, &[], Body::Empty);
    let message = "POST https://api.example/hpp/v1/sessions answered 404, and 200 right after it; something in front of the \
                   target may have sent this";
    let trouble = Trouble { kind: TroubleKind::Intermediary, message: message.into() };
    assert_eq!(passing(&failed(404), &failed(200)), Some(trouble));
    assert_eq!(passing(&failed(404), &failed(404)), None);
}

#[test]
fn the_page_of_a_visit_is_an_answer_unless_the_page_driver_knows_it() {
    let mut page = visit("https://pay.example/1", r#"{"error_code":"UNAUTHORIZED"}"#);
    page.hops[0].status = Some(401);
    page.hops[0].fields = vec![("WWW-Authenticate".into(), "Negotiate".into())];
    let answer = of_unknown_page(&page).unwrap();
    assert_eq!((trouble(&answer), needs_second_look(&answer)), (None, false), "its error body is a mark");
    page.text = "Sign in to the proxy".into();
    let answer = of_unknown_page(&page).unwrap();
    assert_eq!(trouble(&answer).map(|trouble| trouble.kind), Some(TroubleKind::Intermediary));
    page.hops[0].fields.clear();
    assert!(needs_second_look(&of_unknown_page(&page).unwrap()));
    page.ending = Some("expired".into());
    assert_eq!(of_unknown_page(&page), None);
}
