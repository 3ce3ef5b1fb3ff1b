//! Tests that all runs of a mock are equal, watched or not.

use std::collections::{BTreeSet, HashMap};

use jiff::Timestamp;
use serde_json::{Value, json};

use crate::mock::tests::client::{Answer, Shop};
use crate::mock::{Dialect, Others, deviation};

/// How a line shows a 5xx.
const SERVER_ERROR: &str = "server error";

/// Two days. After this time nothing is open.
const TWO_DAYS: i64 = 48 * 60 * 60 + 1;

/// The transcript. Each time is relative to the end of its payment session.
pub struct Transcript {
    pub shop: Shop,
    ends: HashMap<String, Timestamp>,
    pub lines: Vec<String>,
}

/// The halves of the story.
#[derive(Debug, Clone, Copy)]
enum Half {
    /// Sessions created, visited, disabled, expired.
    Visits,
    /// Callbacks, distribution, options, orders, endings, refusals.
    Contract,
}

impl Transcript {
    async fn of(half: Half, dialect: Dialect) -> Vec<String> {
        Self::told(half, Shop::open(dialect, None).await).await.lines
    }

    async fn told(half: Half, shop: Shop) -> Self {
        let mut transcript = Self { shop, ends: HashMap::new(), lines: Vec::new() };
        match half {
            Half::Visits => transcript.visits().await,
            Half::Contract => transcript.contract().await,
        }
        transcript
    }

    async fn visits(&mut self) {
        self.knock().await;
        self.create().await;
        for channel in ["ECOMMERCE", "IN_STORE"] {
            for urls in urls() {
                self.visit(channel, &urls).await;
            }
        }
        self.place_orders().await;
        self.disable().await;
        self.end_payment_session().await;
        self.expire().await;
    }

    async fn knock(&mut self) {
        for fields in ["", "Authorization: Basic dXNlcjp3cm9uZw==\r\n"] {
            let answer = self.shop.send("GET", "/hpp/v1/sessions/x", fields, "").await;
            self.note("knock", &answer);
        }
        let answer = self.shop.call("GET", "/hpp/v1/sessions/unknown", None).await;
        self.note("unknown", &answer);
    }

    async fn create(&mut self) {
        let foreign = "https://api.example/payments/v1/sessions/x";
        let unknown = match self.shop.dialect {
            Dialect::Klarna => "/payments/v1/sessions/x",
            Dialect::Kustom => "/checkout/v3/orders/x",
        };
        let unknown = format!("{}{unknown}", self.shop.mock.base_url());
        for url in
            [json!({ "payment_session_url": foreign }), json!({ "payment_session_url": unknown }), json!({})]
        {
            let answer = self.shop.call("POST", "/hpp/v1/sessions", Some(&url)).await;
            self.note("create", &answer);
        }
        for members in [
            json!({}),
            json!({ "merchant_urls": {} }),
            json!({ "merchant_urls": {}, "options": {} }),
            json!({ "merchant_urls": { "success": null }, "options": {} }),
            json!({ "merchant_urls": { "success": "" }, "options": {} }),
        ] {
            let payment = self.payment_session("ECOMMERCE").await;
            self.session(&payment, &members).await;
            let created = self.session(&payment, &members).await;
            self.read(&created).await;
        }
    }

    /// Tries every move on a separate session.
    async fn visit(&mut self, channel: &str, merchant_urls: &Value) {
        let names: &[&str] = match channel {
            "ECOMMERCE" => &["approve", "decline", "error", "back"],
            _ => &["cancel", "confirm-cancel"],
        };
        for name in names {
            let payment = self.payment_session(channel).await;
            let members = json!({ "merchant_urls": merchant_urls, "options": {} });
            let created = self.session(&payment, &members).await;
            let page = created.member("/redirect_url");
            let opened = self.shop.open_page(&page).await;
            self.note("open", &opened);
            self.read(&created).await;
            let left = self.shop.press(&page, name).await;
            self.note(name, &left);
            self.read(&created).await;
            if let Some(place) = left.field("Location")
                && place.starts_with("http://localhost")
            {
                let landed = self.shop.open_page(place).await;
                self.note("landed", &landed);
            }
        }
        let payment = self.payment_session(channel).await;
        let members = json!({ "merchant_urls": merchant_urls, "options": {} });
        let elder = self.session(&payment, &members).await;
        self.session(&payment, &json!({ "merchant_urls": {}, "options": {} })).await;
        let left = self.shop.press(&elder.member("/redirect_url"), "approve").await;
        self.note("elder", &left);
    }

    async fn place_orders(&mut self) {
        for mode in ["PLACE_ORDER", "CAPTURE_ORDER"] {
            let payment = self.payment_session("ECOMMERCE").await;
            let members = json!({
                "merchant_urls": { "success": "https://m.example/?o={{order_id}}" },
                "options": { "place_order_mode": mode },
            });
            let created = self.session(&payment, &members).await;
            let left = self.shop.press(&created.member("/redirect_url"), "approve").await;
            self.note(mode, &left);
            self.read(&created).await;
        }
    }

    async fn disable(&mut self) {
        let payment = self.payment_session("ECOMMERCE").await;
        let members = json!({ "merchant_urls": {}, "options": {} });
        let created = self.session(&payment, &members).await;
        let image = self.shop.open_page(&created.member("/qr_code_url")).await;
        self.note("image", &image);
        let disabled = self.shop.call("DELETE", &created.member("/session_url"), None).await;
        self.note("disable", &disabled);
        self.read(&created).await;
        let page = created.member("/redirect_url");
        let opened = self.shop.open_page(&page).await;
        self.note("disabled page", &opened);
        let pressed = self.shop.press(&page, "approve").await;
        self.note("disabled move", &pressed);
    }

    async fn end_payment_session(&mut self) {
        let payment = self.payment_session("ECOMMERCE").await;
        let members = json!({ "merchant_urls": {}, "options": { "place_order_mode": "PLACE_ORDER" } });
        let paid = self.session(&payment, &members).await;
        let sibling = self.session(&payment, &members).await;
        self.shop.press(&paid.member("/redirect_url"), "approve").await;
        self.read(&sibling).await;
    }

    async fn expire(&mut self) {
        let payment = self.payment_session("ECOMMERCE").await;
        let members = json!({ "merchant_urls": {}, "options": {} });
        let created = self.session(&payment, &members).await;
        self.shop.advance(TWO_DAYS).await;
        self.read(&created).await;
        let page = self.shop.open_page(&created.member("/redirect_url")).await;
        self.note("expired page", &page);
        let disabled = self.shop.call("DELETE", &created.member("/session_url"), None).await;
        self.note("expired disable", &disabled);
        let late = self.shop.create(&payment, &members).await;
        self.note("late", &late);
    }

    /// Opens a payment session and notes how long it lives.
    pub async fn payment_session(&mut self, channel: &str) -> String {
        let url = self.shop.payment_session(channel).await;
        let read = self.shop.call("GET", &url, None).await;
        let time = |pointer: &str| read.member(pointer).parse::<Timestamp>().ok();
        let end = time("/expires_at").or_else(|| time("/started_at")).unwrap();
        let date = Timestamp::now();
        let hours = end.duration_since(date).as_hours();
        self.lines.push(format!("payment session: {hours} h"));
        self.ends.insert(url.clone(), end);
        url
    }

    /// Creates a session, and reads it at its documented URL, not at that of the answer.
    async fn session(&mut self, payment: &str, members: &Value) -> Answer {
        let created = self.shop.create(payment, members).await;
        self.note("create", &created);
        let end = self.ends[payment];
        for name in ["session_id", "session_url"] {
            self.ends.insert(created.member(&format!("/{name}")), end);
        }
        self.gap("created", &created, end);
        self.read(&created).await;
        created
    }

    async fn read(&mut self, created: &Answer) {
        let url = created.member("/session_url");
        let read = self.shop.call("GET", &url, None).await;
        self.note("read", &read);
        if let Some(end) = self.ends.get(&url).copied() {
            self.gap("read", &read, end);
        }
    }

    fn gap(&mut self, what: &str, answer: &Answer, end: Timestamp) {
        let text = answer.member("/expires_at");
        if let Ok(expires_at) = text.parse::<Timestamp>() {
            let gap = end.duration_since(expires_at).as_secs();
            self.lines.push(format!("{what}: ends {gap} s before"));
        }
    }

    /// Notes status, location, media type and body, without port, digits of times and pixels.
    pub fn note(&mut self, what: &str, answer: &Answer) {
        if answer.status >= 500 {
            self.lines.push(format!("{what}: {SERVER_ERROR}"));
        }
        let media_type = answer.field("Content-Type").unwrap_or_default();
        let body = match timeless(answer.json()) {
            _ if media_type == "image/png" => String::new(),
            Value::Null => answer.text(),
            body => body.to_string(),
        };
        let place = answer.field("Location").unwrap_or_default();
        let told =
            ["Klarna-Correlation-Id", "X-Ratelimit-Limit", "X-Ratelimit-Remaining", "X-Ratelimit-Reset"]
                .map(|name| u8::from(answer.field(name).is_some()));
        let line = format!("{what}: {} {place} {media_type} {told:?} {body}", answer.status);
        let port = format!(":{}", self.shop.mock.addr().port());
        self.lines.push(line.replace(&port, ":PORT"));
    }
}

/// The body without the digits of its times.
pub fn timeless(mut body: Value) -> Value {
    for pointer in ["/updated_at", "/expires_at", "/session/updated_at", "/session/expires_at"] {
        if let Some(Value::String(time)) = body.pointer_mut(pointer) {
            *time = time.replace(|letter: char| letter.is_ascii_digit(), "9");
        }
    }
    // It depends on the number of earlier answers, which varies because of polling.
    if let Some(members) = body.as_object_mut() {
        members.remove("correlation_id");
    }
    body
}

/// Merchant URLs of every kind.
fn urls() -> Vec<Value> {
    let all = |url: fn(&str) -> String| -> Value {
        ["success", "failure", "error", "back", "cancel"]
            .into_iter()
            .map(|name| (name.to_owned(), Value::from(url(name))))
            .collect::<serde_json::Map<_, _>>()
            .into()
    };
    let tags = "s={{session_id}}&t={{authorization_token}}&o={{order_id}}";
    vec![
        all(|name| {
            format!(
                "https://m.example/{name}?a=%2B&s={{{{session_id}}}}&t={{{{authorization_token}}}}&o={{{{order_id}}}}"
            )
        }),
        all(|_| String::new()),
        json!({ "failure": format!("https://m.example/f?{tags}"), "cancel": format!("https://m.example/c?{tags}") }),
    ]
}

const BOTH: [Dialect; 2] = [Dialect::Klarna, Dialect::Kustom];

#[tokio::test]
async fn the_faithful_mock_tells_the_same_story_twice() {
    for half in [Half::Visits, Half::Contract] {
        for dialect in BOTH {
            let once = Transcript::of(half, dialect).await;
            assert!(once.len() > 100, "{half:?}: {}", once.len());
            assert!(!once.iter().any(|line| line.contains(SERVER_ERROR)), "a request was answered with 5xx");
            let again = Transcript::of(half, dialect).await;
            let differing = once.iter().zip(&again).find(|(once, again)| once != again);
            assert_eq!(differing, None);
            assert_eq!(once.len(), again.len());
        }
    }
}

#[tokio::test]
async fn a_watched_mock_tells_the_same_story() {
    for half in [Half::Contract, Half::Visits] {
        for dialect in BOTH {
            let faithful = Transcript::of(half, dialect).await;
            for others in [Others::Deviations, Others::Weakenings] {
                let watched = Transcript::told(half, Shop::watched(dialect, others).await).await;
                assert_eq!(watched.lines, faithful);
            }
        }
    }
}

#[tokio::test]
async fn the_story_meets_more_than_six_hundred_weakenings_and_each_is_found_by_its_name() {
    let mut names = BTreeSet::new();
    for half in [Half::Contract, Half::Visits] {
        for dialect in BOTH {
            let shop = Shop::watched(dialect, Others::Weakenings).await;
            names.extend(Transcript::told(half, shop).await.shop.mock.take_touched());
        }
    }
    assert!(names.len() >= 600, "{}", names.len());
    for name in names {
        assert_eq!(deviation(name).map(|weakening| weakening.name), Some(name));
    }
}

#[tokio::test]
async fn a_lie_is_touched_by_what_it_is_about_and_by_nothing_else() {
    let shop = Shop::watched(Dialect::Klarna, Others::Deviations).await;
    let payment = shop.payment_session("ECOMMERCE").await;
    shop.mock.take_touched();
    let created = shop.create(&payment, &json!({})).await;
    let by_creation = shop.mock.take_touched();
    shop.call("GET", &created.member("/session_url"), None).await;
    let by_reading = shop.mock.take_touched();
    for (name, creation, reading) in [
        ("no-qr-code-url", true, false),
        ("options-required", true, false),
        ("created-in-progress", true, false),
        ("expires-a-minute-late", true, true),
        ("reading-opens", false, true),
        ("read-without-updated-at", false, true),
        ("second-session-refused", false, false),
        ("page-load-not-told", false, false),
    ] {
        assert_eq!((by_creation.contains(name), by_reading.contains(name)), (creation, reading), "{name}");
    }
    assert!(shop.mock.take_touched().is_empty());
}
