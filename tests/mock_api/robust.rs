//! Random and malformed requests: the mock never answers 5xx, hangs, crashes or grows.

use crate::mock_process::MockProcess;
use crate::server;
use crate::server::AUTHORIZATION;
use proptest::collection::vec;
use proptest::prelude::{Just, Strategy, any, prop_oneof};
use proptest::sample::select;
use proptest::strategy::BoxedStrategy;
use proptest::test_runner::{Config, RngSeed, TestRunner};
use serde_json::{Value, json};
use std::cell::RefCell;
use std::collections::BTreeMap;
use std::time::{Duration, Instant};

/// How many requests each dialect gets, and the longest that this may take.
const REQUESTS: u32 = 1_500;
const LIMIT: Duration = Duration::from_secs(30);
/// How much the mock may grow, in KiB. It keeps its latest requests and the objects that it makes.
const GROWTH: u64 = 48 * 1024;

fn method() -> BoxedStrategy<String> {
    const METHODS: &[&str] =
        &["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS", "TRACE", "CONNECT", "get", "G\u{e9}T"];
    prop_oneof![8 => select(METHODS).prop_map(str::to_owned), 1 => "[!-~]{0,20}"].boxed()
}

fn path(live: Vec<String>) -> BoxedStrategy<String> {
    const PARTS: &[&str] = &[
        "hpp",
        "v1",
        "sessions",
        "distribution",
        "payments",
        "authorizations",
        "order",
        "checkout",
        "v3",
        "orders",
        "abort",
        "ordermanagement",
        "pay",
        "move",
        "cancel",
        "end",
        "success",
        "qr",
        "counter",
        "_mock",
        "accounts",
        "clock",
        "outcome",
        "callbacks",
        "requests",
        "..",
        ".",
        "",
        "%00",
        "%ff",
        "{key}",
        "\u{fc}",
        "x",
    ];
    let composed = vec(select(PARTS), 0..7).prop_map(|parts| format!("/{}", parts.join("/")));
    let wild = "[ -~]{0,60}";
    let long = (0..70_000_usize).prop_map(|length| format!("/{}", "a".repeat(length)));
    prop_oneof![6 => select(live), 4 => composed, 2 => wild, 1 => long]
        .prop_filter("the feed never ends", |path| !path.starts_with("/_mock/events"))
        .boxed()
}

fn field() -> BoxedStrategy<Vec<u8>> {
    let text = |text: &'static str| Just(text.as_bytes().to_vec());
    prop_oneof![
        6 => Just(format!("Authorization: {AUTHORIZATION}").into_bytes()),
        1 => text("Authorization: Basic !!!"),
        1 => text("Content-Type: application/json"),
        1 => text("Content-Type: application/x-www-form-urlencoded"),
        1 => text("Transfer-Encoding: chunked"),
        1 => text("Expect: 100-continue"),
        1 => text("Upgrade: h2c"),
        1 => text("Content-Length: 99999999999999999999"),
        1 => text("no colon at all"),
        1 => vec(any::<u8>(), 0..80),
        1 => (0..9_000_usize).prop_map(|length| format!("X-Long: {}", "v".repeat(length)).into_bytes()),
    ]
    .boxed()
}

/// JSON of any shape, with the names of the API.
fn json_value() -> BoxedStrategy<Value> {
    const NAMES: &[&str] = &[
        "payment_session_url",
        "merchant_urls",
        "success",
        "error",
        "back",
        "status_update",
        "options",
        "page_title",
        "purchase_type",
        "order_amount",
        "order_lines",
        "purchase_country",
        "purchase_currency",
        "locale",
        "name",
        "quantity",
        "unit_price",
        "total_amount",
        "contact_information",
        "email",
        "method",
        "advance_seconds",
        "next",
        "resolve",
        "trust_pem",
        "trouble",
        "background_images",
        "url",
        "width",
    ];
    const WORDS: &[&str] = &[
        "",
        "SE",
        "SEK",
        "email",
        "decline",
        "https://m.example/{{session_id}}",
        "https://[",
        "\u{0}",
        "{{",
        "BUY",
    ];
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        select(&[0_i64, 1, -1, 60, i64::MAX, i64::MIN][..]).prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        select(WORDS).prop_map(Value::from),
        ".{0,40}".prop_map(Value::from),
    ];
    leaf.prop_recursive(4, 40, 6, move |inner| {
        prop_oneof![
            vec(inner.clone(), 0..4).prop_map(Value::from),
            vec((select(NAMES), inner), 0..6).prop_map(|members| members
                .into_iter()
                .map(|(name, value)| (name.to_owned(), value))
                .collect()),
        ]
    })
    .boxed()
}

/// An almost correct request: one member has another value.
fn almost(live: &Live) -> BoxedStrategy<Value> {
    let mut whole = server::purchase();
    whole["payment_session_url"] = live.payment.as_str().into();
    whole["contact_information"] = json!({ "email": "a@b.example" });
    whole["method"] = "email".into();
    whole["advance_seconds"] = 60.into();
    let names: Vec<String> = whole.as_object().unwrap().keys().cloned().collect();
    (select(names), json_value(), any::<bool>())
        .prop_map(move |(name, value, is_kept)| {
            let mut request = whole.clone();
            if !is_kept {
                request[name] = value;
            }
            request
        })
        .boxed()
}

fn body(live: &Live) -> BoxedStrategy<Vec<u8>> {
    let deep = (0..3_000_usize).prop_map(|depth| "[".repeat(depth).into_bytes());
    let large = (0..2_000_000_usize).prop_map(|size| {
        let mut body = br#"{"x":""#.to_vec();
        body.resize(size.max(8), b'x');
        body.extend_from_slice(br#""}"#);
        body
    });
    prop_oneof![
        2 => Just(Vec::new()),
        5 => json_value().prop_map(|value| value.to_string().into_bytes()),
        5 => almost(live).prop_map(|value| value.to_string().into_bytes()),
        2 => "move=[a-z-]{0,14}".prop_map(String::into_bytes),
        2 => vec(any::<u8>(), 0..400),
        1 => deep,
        1 => large,
    ]
    .boxed()
}

fn request(live: &Live) -> BoxedStrategy<Vec<u8>> {
    let version = select(&["HTTP/1.1", "HTTP/1.1", "HTTP/1.1", "HTTP/1.0", "HTTP/2.0", "HTTP/", ""][..]);
    let length = prop_oneof![8 => Just(true), 1 => Just(false)];
    let composed = (method(), path(live.paths.clone()), version, vec(field(), 0..6), body(live), length)
        .prop_map(|(method, path, version, fields, body, has_length)| {
            let mut request =
                format!("{method} {path} {version}\r\nHost: x\r\nConnection: close\r\n").into_bytes();
            for field in fields {
                request.extend_from_slice(&field);
                request.extend_from_slice(b"\r\n");
            }
            if has_length {
                request.extend_from_slice(format!("Content-Length: {}\r\n", body.len()).as_bytes());
            }
            request.extend_from_slice(b"\r\n");
            request.extend_from_slice(&body);
            request
        });
    prop_oneof![19 => composed, 1 => vec(any::<u8>(), 0..2_000)].boxed()
}

/// The paths to send requests to.
struct Live {
    paths: Vec<String>,
    payment: String,
}

/// Creates a session in a mock. Returns the paths that exist.
fn live(mock: &MockProcess, open: &str, id: &str) -> Live {
    let media_type = "application/json";
    let payment = mock.send("POST", open, media_type, server::purchase().to_string().as_bytes()).json();
    let payment_path = format!("{open}/{}", payment[id].as_str().unwrap());
    let payment = format!("{}{payment_path}", mock.base_url);
    let request = json!({ "payment_session_url": payment }).to_string();
    let created = mock.send("POST", "/hpp/v1/sessions", media_type, request.as_bytes()).json();
    let path_of = |name: &str| {
        let url = created[name].as_str().unwrap();
        format!("/{}", url.split('/').skip(3).collect::<Vec<_>>().join("/"))
    };
    let page = path_of("redirect_url");
    let merchant = mock.get("/_mock").json()["merchant_id"].as_str().unwrap().to_owned();
    let account = format!("/_mock/accounts/{merchant}");
    let mut paths: Vec<String> =
        ["move", "cancel", "end/success", "end/back"].map(|end| format!("{page}/{end}")).into();
    paths.extend(
        ["clock", "outcome", "callbacks", "sessions", "requests"].map(|act| format!("{account}/{act}")),
    );
    paths.extend(["session_url", "distribution_url", "qr_code_url"].map(path_of));
    paths
        .extend([open, "/hpp/v1/sessions", "/_mock/accounts", "/_mock/openapi.json", "/"].map(str::to_owned));
    paths.extend([page, payment_path]);
    Live { paths, payment }
}

#[test]
fn no_request_however_rude_makes_the_mock_fail_hang_or_grow() {
    for (dialect, open, id) in
        [("klarna", "/payments/v1/sessions", "session_id"), ("kustom", "/checkout/v3/orders", "order_id")]
    {
        let mock = MockProcess::start(dialect);
        let live = live(&mock, open, id);
        let config = Config {
            cases: REQUESTS,
            max_shrink_time: 10_000,
            failure_persistence: None,
            rng_seed: RngSeed::Fixed(0x6d6f_636b),
            ..Config::default()
        };
        let tally = RefCell::new(BTreeMap::<u16, usize>::new());
        let before = mock.resident_kib();
        let began = Instant::now();
        let outcome = TestRunner::new(config).run(&request(&live), |request| {
            let bytes = mock.exchange(&request);
            let status = server::parse(&bytes).map(|answer| answer.status);
            *tally.borrow_mut().entry(status.unwrap_or(0)).or_default() += 1;
            proptest::prop_assert!(
                status.is_none_or(|status| status < 500),
                "{dialect}: answered {status:?}"
            );
            Ok(())
        });
        assert!(outcome.is_ok(), "{}", outcome.unwrap_err());
        let tally = tally.into_inner();
        for status in [200, 400, 401, 404, 405, 413, 431] {
            assert!(tally.contains_key(&status), "{dialect}: nothing came to {status}, only to {tally:?}");
        }
        assert!(began.elapsed() < LIMIT, "{dialect}: took {:?}", began.elapsed());
        assert_eq!(mock.get("/_mock").status, 200, "{dialect}: the mock still answers");
        if let (Some(before), Some(after)) = (before, mock.resident_kib()) {
            assert!(after < before + GROWTH, "{dialect}: grew from {before} to {after} KiB");
        }
    }
}

#[test]
fn every_refusal_says_that_it_comes_from_the_mock() {
    let mock = MockProcess::start("klarna");
    let head = |target: &str, fields: &str| {
        format!("{target} HTTP/1.1\r\nHost: {}\r\nConnection: close\r\n{fields}\r\n", mock.host())
    };
    let large = format!("X-Large: {}\r\n", "a".repeat(7_000));
    for (request, status) in [
        (head("GET /hpp/v1/sessions/x", &large), 431),
        (head("GET /hpp/v1/sessions/x", ""), 401),
        (head("GET /nowhere", ""), 404),
        (head("PUT /hpp/v1/sessions", ""), 405),
    ] {
        let answer = server::parse(&mock.exchange(request.as_bytes())).unwrap();
        assert_eq!(answer.status, status);
        let field = answer.fields.iter().find(|(name, _)| name == "X-Mock");
        assert!(field.is_some_and(|(_, value)| value == "hpp-conformance"), "{status}: {:?}", answer.fields);
    }
}
