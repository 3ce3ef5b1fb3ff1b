//! The second half of the transcript: callbacks, distribution, options, orders, endings, refusals.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use crate::mock::deviation::transcript_tests::Transcript;
use crate::mock::ground::Dialect;
use crate::mock::tests::client::{Answer, purchase};

const TAGS: &str = "s={{session_id}}&t={{authorization_token}}&o={{order_id}}";

impl Transcript {
    /// Runs the second half.
    pub async fn contract(&mut self) {
        self.refusals().await;
        self.payment_sessions().await;
        for act in ["approve", "decline", "error", "back", "cancel"] {
            let channel = if act == "cancel" { "IN_STORE" } else { "ECOMMERCE" };
            for url in [
                "https://shop.example/told?k=1&s={{session_id}}&t={{authorization_token}}",
                "http://shop.example/told",
                "",
            ] {
                self.told_visit(channel, act, url).await;
            }
        }
        for options in options() {
            self.options(&options).await;
        }
        self.fallback().await;
        self.distributions().await;
        self.orders().await;
        self.endings().await;
        self.limit().await;
    }

    async fn refusals(&mut self) {
        let basic = format!("Authorization: Basic {}\r\n", STANDARD.encode("user:secret"));
        let big = format!("\"{}\"", "x".repeat(1_100_000));
        for body in ["{", "[]", "{}", &big] {
            let answer = self.shop.send("POST", "/hpp/v1/sessions", &basic, body).await;
            self.note("refused", &answer);
        }
        let created = self.created("ECOMMERCE", &json!({})).await;
        for method in ["PUT", "PATCH", "POST"] {
            let answer = self.shop.call(method, &created.member("/session_url"), Some(&json!({}))).await;
            self.note(method, &answer);
        }
        let account = self.shop.call("POST", "/_mock/accounts", None).await;
        let other = format!("{}:{}", account.member("/username"), account.member("/password"));
        let other = format!("Authorization: Basic {}\r\n", STANDARD.encode(other));
        let read = self.shop.send("GET", &created.member("/session_url"), &other, "").await;
        self.note("another merchant", &read);
        let bearer = format!("Authorization: Bearer {}\r\n", STANDARD.encode("user:secret"));
        let read = self.shop.send("GET", &created.member("/session_url"), &bearer, "").await;
        self.note("another scheme", &read);
    }

    async fn payment_sessions(&mut self) {
        let path = match self.shop.dialect {
            Dialect::Klarna => "/payments/v1/sessions",
            Dialect::Kustom => "/checkout/v3/orders",
        };
        let created = self.shop.call("POST", path, Some(&purchase("ECOMMERCE"))).await;
        let members = ["client_token", "session_id", "order_id", "status"];
        let has = members.map(|name| created.json().get(name).is_some());
        self.lines.push(format!("payment session: {has:?} {}", created.field("Location").is_some()));
        let id = format!("{}{}", created.member("/session_id"), created.member("/order_id"));
        let read = self.shop.call("GET", &format!("{path}/{id}"), None).await;
        self.lines.push(format!("payment session reads {}", read.member("/status")));
    }

    /// A visit that causes callbacks, or not.
    async fn told_visit(&mut self, channel: &str, act: &str, status_update: &str) {
        let urls = json!({ "status_update": status_update, "failure": format!("https://m.example/?{TAGS}") });
        let created = self.created(channel, &json!({ "merchant_urls": urls })).await;
        let page = created.member("/redirect_url");
        let opened = self.shop.open_page(&page).await;
        self.note("open", &opened);
        let left = self.shop.press(&page, act).await;
        self.note(act, &left);
        if act == "cancel" {
            let left = self.shop.press(&page, "confirm-cancel").await;
            self.note("confirm-cancel", &left);
        }
        self.note_calls(&created.member("/session_id")).await;
    }

    /// Notes every callback of a session after the last one.
    async fn note_calls(&mut self, session_id: &str) {
        let control = format!("/_mock/accounts/{}/callbacks", self.shop.mock.merchant_id());
        loop {
            let told = self.shop.call("GET", &control, None).await.json();
            let calls = told.as_array().unwrap().iter().filter(|call| call["session_id"] == session_id);
            let mut calls: Vec<Value> = calls.cloned().collect();
            calls.sort_by_key(|call| (call["session_status"].to_string(), call["attempt"].as_u64()));
            let is_last = |call: &Value, next: Option<&Value>| {
                next.is_none_or(|next| next["session_status"] != call["session_status"])
            };
            let last = |(index, call): (usize, &Value)| is_last(call, calls.get(index + 1));
            let open: Vec<_> = calls
                .iter()
                .enumerate()
                .filter(|(index, call)| last((*index, call)))
                .map(|(_, call)| (call.get("trouble").is_none(), call.get("next_at").is_some()))
                .collect();
            if open.iter().all(|(is_under_way, is_due)| !is_under_way && !is_due) {
                for call in calls {
                    let body: Value = serde_json::from_str(call["body"].as_str().unwrap()).unwrap();
                    let body = super::transcript_tests::timeless(body);
                    self.lines
                        .push(format!("{} {} {} {body}", call["url"], call["attempt"], call["event_id"]));
                }
                return;
            }
            if !open.iter().any(|(is_under_way, _)| *is_under_way) {
                self.shop.advance(60).await;
            }
            tokio::task::yield_now().await;
        }
    }

    async fn options(&mut self, options: &Value) {
        let payment = self.payment_session("ECOMMERCE").await;
        let created = self.shop.create(&payment, &json!({ "options": options })).await;
        self.note("created with options", &created);
        if created.status == 201 {
            let opened = self.shop.open_page(&created.member("/redirect_url")).await;
            self.note("open", &opened);
            let image = self.shop.open_page(&created.member("/qr_code_url")).await;
            // The width of the image shows the length of its text.
            self.lines.push(format!("a QR image {:?} wide", image.body.get(16..20)));
        }
    }

    async fn fallback(&mut self) {
        let options = json!({ "payment_fallback": true, "payment_method_category": "PAY_NOW" });
        let created = self.created("ECOMMERCE", &json!({ "options": options })).await;
        for _ in 0..2 {
            let left = self.shop.press(&created.member("/redirect_url"), "decline").await;
            self.note("decline", &left);
        }
    }

    async fn distributions(&mut self) {
        let phone = |country: &str| json!({ "phone": "+46701234567", "phone_country": country });
        let created = self.created("ECOMMERCE", &json!({})).await;
        let requests = [
            json!({ "method": "email", "contact_information": { "email": "a@b.example" } }),
            json!({ "method": "email", "contact_information": { "email": "nobody" } }),
            json!({ "method": "email", "contact_information": {} }),
            json!({ "method": "email" }),
            json!({ "contact_information": { "email": "a@b.example" } }),
            json!({ "method": "pigeon", "contact_information": {} }),
            json!({ "method": "sms", "contact_information": phone("SE") }),
            json!({ "method": "sms", "contact_information": phone("US") }),
            json!({ "method": "sms", "contact_information": {} }),
            json!({ "method": "token", "contact_information": {} }),
            json!({ "method": "token", "contact_information": { "access_id": "no-such-id" } }),
            json!({ "method": "token", "contact_information": { "access_id": "39a1c773-bafd-754d-af1f-b30c592f1267" } }),
        ];
        for request in &requests {
            let answer = self.shop.call("POST", &created.member("/distribution_url"), Some(request)).await;
            self.note("distribute", &answer);
        }
        let completed = self.created("ECOMMERCE", &json!({})).await;
        self.shop.press(&completed.member("/redirect_url"), "approve").await;
        let disabled = self.created("ECOMMERCE", &json!({})).await;
        self.shop.call("DELETE", &disabled.member("/session_url"), None).await;
        let unknown = "/hpp/v1/sessions/unknown/distribution".to_owned();
        let urls = [completed, disabled].map(|created| created.member("/distribution_url"));
        for url in urls.into_iter().chain([unknown]) {
            let answer = self.shop.call("POST", &url, Some(&requests[0])).await;
            self.note("distribute in vain", &answer);
        }
        let expired = self.created("ECOMMERCE", &json!({})).await;
        self.shop.advance(47 * 60 * 60 + 1).await;
        let answer = self.shop.call("POST", &expired.member("/distribution_url"), Some(&requests[0])).await;
        self.note("distribute too late", &answer);
        let control = format!("/_mock/accounts/{}/outbox", self.shop.mock.merchant_id());
        for message in self.shop.call("GET", &control, None).await.json().as_array().unwrap() {
            let port = format!(":{}", self.shop.mock.addr().port());
            let line = format!("{} {} {}", message["channel"], message["to"], message["text"]);
            self.lines.push(line.replace(&port, ":PORT"));
        }
    }

    async fn orders(&mut self) {
        for mode in ["NONE", "PLACE_ORDER", "CAPTURE_ORDER"] {
            let members = json!({
                "merchant_urls": { "success": format!("https://m.example/?{TAGS}") },
                "options": { "place_order_mode": mode },
            });
            let payment = self.payment_session("ECOMMERCE").await;
            let created = self.shop.create(&payment, &members).await;
            let left = self.shop.press(&created.member("/redirect_url"), "approve").await;
            self.note(mode, &left);
            let read = self.shop.call("GET", &created.member("/session_url"), None).await;
            self.note("read", &read);
            let order_id = read.member("/order_id");
            let order = self.shop.call("GET", &format!("/ordermanagement/v1/orders/{order_id}"), None).await;
            self.lines.push(format!("the order is {}", order.member("/status")));
            if self.shop.dialect == Dialect::Kustom {
                let changed = self.shop.call("POST", &payment, Some(&purchase("ECOMMERCE"))).await;
                self.lines.push(format!("changing it answers {}", changed.status));
            }
            let token = read.member("/authorization_token");
            let mut changed = purchase("ECOMMERCE");
            changed["purchase_country"] = "NO".into();
            for (hours, body) in [(2, purchase("ECOMMERCE")), (0, changed), (0, purchase("ECOMMERCE"))] {
                let fresh = self.shop.create(&payment, &json!({})).await;
                self.shop.press(&fresh.member("/redirect_url"), "approve").await;
                let read = self.shop.call("GET", &fresh.member("/session_url"), None).await;
                let token = if hours == 2 { token.clone() } else { read.member("/authorization_token") };
                self.shop.advance(hours * 60 * 60).await;
                let place = format!("/payments/v1/authorizations/{token}/order");
                for _ in 0..2 {
                    let placed = self.shop.call("POST", &place, Some(&body)).await;
                    self.note("place", &placed);
                }
            }
        }
    }

    async fn endings(&mut self) {
        for act in ["decline", "error", "back"] {
            let created = self.created("ECOMMERCE", &json!({})).await;
            let page = created.member("/redirect_url");
            self.shop.press(&page, act).await;
            self.read_and_open(&created).await;
            self.shop.press(&page, "approve").await;
            self.read_and_open(&created).await;
            let disabled = self.shop.call("DELETE", &created.member("/session_url"), None).await;
            self.note("disable", &disabled);
            self.read_and_open(&created).await;
        }
        let created = self.created("ECOMMERCE", &json!({})).await;
        let updated_at = || async {
            self.shop.call("GET", &created.member("/session_url"), None).await.member("/updated_at")
        };
        let before = updated_at().await;
        self.shop.advance(5).await;
        self.shop.open_page(&created.member("/redirect_url")).await;
        let has_moved = before != updated_at().await;
        self.lines.push(format!("updated_at has moved: {has_moved}"));
        let payment = self.payment_session("ECOMMERCE").await;
        let created = self.shop.create(&payment, &json!({})).await;
        let page = created.member("/redirect_url");
        self.shop.open_page(&page).await;
        for _ in 0..2 {
            let disabled = self.shop.call("DELETE", &created.member("/session_url"), None).await;
            self.note("disable", &disabled);
        }
        let pressed = self.shop.press(&page, "back").await;
        self.note("press", &pressed);
        let again = self.shop.create(&payment, &json!({})).await;
        self.lines.push(format!("another session: {}", again.status));
        let unknown = self.shop.call("DELETE", "/hpp/v1/sessions/unknown", None).await;
        self.note("disable", &unknown);
    }

    /// A merchant with a limit sends requests until one is refused. When this happens depends on the machine.
    async fn limit(&mut self) {
        let control = format!("/_mock/accounts/{}/limiter", self.shop.mock.merchant_id());
        self.shop.call("POST", &control, Some(&json!({ "creates_per_second": 1 }))).await;
        let payment = self.payment_session("ECOMMERCE").await;
        let refused = loop {
            let answer = self.shop.create(&payment, &json!({})).await;
            if answer.status != 201 {
                break answer;
            }
        };
        let tells = refused.field("X-Ratelimit-Limit").is_some();
        self.lines.push(format!("limited: {} {tells}", refused.status));
    }

    async fn created(&mut self, channel: &str, members: &Value) -> Answer {
        let payment = self.payment_session(channel).await;
        self.shop.create(&payment, members).await
    }

    async fn read_and_open(&mut self, created: &Answer) {
        let read = self.shop.call("GET", &created.member("/session_url"), None).await;
        self.note("read", &read);
        let opened = self.shop.open_page(&created.member("/redirect_url")).await;
        self.note("open", &opened);
    }
}

fn options() -> Vec<Value> {
    let image = |name: &str, width| json!({ "url": format!("https://m.example/{name}"), "width": width });
    vec![
        json!({}),
        json!({
            "page_title": "Hats",
            "logo_url": "https://m.example/logo.svg",
            "purchase_type": "RENT",
            "show_subtotal_detail": "HIDE",
            "background_images": [image("s", 400), image("l", 1600)],
        }),
        json!({ "payment_method_category": "PAY_NOW" }),
        json!({ "payment_method_categories": ["PAY_NOW", "PAY_LATER"] }),
        json!({ "payment_method_category": "PAY_NOW", "payment_method_categories": ["PAY_LATER"] }),
        json!({ "purchase_type": "STEAL" }),
    ]
}
