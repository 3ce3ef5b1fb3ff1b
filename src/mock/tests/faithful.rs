//! Tests of the faithful mock, seen from outside.

use serde_json::{Value, json};

use crate::mock::tests::client::{Shop, exchange, purchase};
use crate::mock::{Dialect, Mock, MockError, MockOptions};

const BOTH: [Dialect; 2] = [Dialect::Klarna, Dialect::Kustom];

#[tokio::test]
async fn field_names_are_in_title_case_on_the_wire() {
    let shop = Shop::open(Dialect::Kustom, None).await;
    let answer = shop.call("POST", "/checkout/v3/orders", Some(&purchase("ECOMMERCE"))).await;
    assert_eq!(answer.status, 201);
    assert_eq!(answer.field("Content-Type"), Some("application/json"));
    assert!(answer.field("Location").is_some_and(|url| {
        url.ends_with(&format!("/checkout/v3/orders/{}", answer.member("/order_id")))
    }));
    assert_eq!(answer.field("X-Mock"), Some("hpp-conformance"));
    assert!(answer.field("Klarna-Correlation-Id").is_some());
}

#[tokio::test]
async fn kp_is_created_with_200_and_hpp_with_201() {
    let shop = Shop::open(Dialect::Klarna, None).await;
    let answer = shop.call("POST", "/payments/v1/sessions", Some(&purchase("ECOMMERCE"))).await;
    assert_eq!(answer.status, 200);
    assert!(!answer.member("/client_token").is_empty());
    let url = format!("/payments/v1/sessions/{}", answer.member("/session_id"));
    let url = format!("{}{url}", shop.mock.base_url());
    assert_eq!(shop.create(&url, &json!({})).await.status, 201);
}

#[tokio::test]
async fn the_other_dialects_provider_is_not_there() {
    let shop = Shop::open(Dialect::Klarna, None).await;
    let orders = shop.call("POST", "/checkout/v3/orders", Some(&json!({}))).await;
    assert_eq!(orders.status, 404);
    let shop = Shop::open(Dialect::Kustom, None).await;
    let sessions = shop.call("POST", "/payments/v1/sessions", Some(&json!({}))).await;
    assert_eq!(sessions.status, 404);
}

#[tokio::test]
async fn refusals_come_in_the_envelope_with_the_id_of_the_field() {
    for dialect in BOTH {
        let shop = Shop::open(dialect, None).await;
        let big = format!("\"{}\"", "x".repeat(1_100_000));
        let basic = "Authorization: Basic dXNlcjpzZWNyZXQ=\r\n";
        let answers = [
            (401, shop.send("GET", "/hpp/v1/sessions/x", "", "").await),
            (404, shop.call("GET", "/hpp/v1/sessions/x", None).await),
            (404, shop.call("GET", "/nowhere", None).await),
            (405, shop.call("PUT", "/hpp/v1/sessions/x", Some(&json!({}))).await),
            (400, shop.call("POST", "/hpp/v1/sessions", Some(&json!([]))).await),
            (400, shop.call("POST", "/hpp/v1/sessions", Some(&json!({}))).await),
            (400, shop.send("POST", "/hpp/v1/sessions", basic, "{").await),
            (413, shop.send("POST", "/hpp/v1/sessions", basic, &big).await),
        ];
        for (status, answer) in answers {
            assert_eq!(answer.status, status, "{}", answer.text());
            let id = answer.member("/correlation_id");
            assert_eq!(answer.field("Klarna-Correlation-Id"), Some(id.as_str()));
            assert!(!answer.member("/error_code").is_empty());
            assert!(!answer.member("/error_messages/0").is_empty());
        }
    }
}

#[tokio::test]
async fn a_get_may_claim_json_without_a_body() {
    let shop = Shop::open(Dialect::Klarna, None).await;
    let url = shop.payment_session("ECOMMERCE").await;
    let session = shop.create(&url, &json!({})).await.member("/session_url");
    let fields = "Authorization: Basic dXNlcjpzZWNyZXQ=\r\nContent-Type: application/json\r\n";
    assert_eq!(shop.send("GET", &session, fields, "").await.status, 200);
    assert_eq!(shop.send("DELETE", &session, fields, "").await.status, 204);
    assert_eq!(shop.send("GET", &session, fields, "").await.member("/status"), "DISABLED");
}

#[tokio::test]
async fn opaque_urls_work_as_given_and_say_nothing() {
    for dialect in BOTH {
        let shop = Shop::with(MockOptions { dialect, opaque_urls: true, ..Shop::options() }).await;
        let url = shop.payment_session("ECOMMERCE").await;
        let created = shop.create(&url, &json!({})).await;
        let id = created.member("/session_id");
        for name in ["session_url", "distribution_url", "redirect_url", "qr_code_url"] {
            let url = created.member(&format!("/{name}"));
            assert!(!url.contains(&id) && !url.contains("session"), "{url}");
        }
        let read = shop.call("GET", &created.member("/session_url"), None).await;
        assert_eq!(read.member("/session_id"), id);
        let documented = format!("/hpp/v1/sessions/{id}");
        assert_eq!(shop.call("GET", &documented, None).await.status, 200);
        assert_eq!(shop.open_page(&created.member("/redirect_url")).await.status, 200);
        let image = shop.open_page(&created.member("/qr_code_url")).await;
        assert_eq!(image.field("Content-Type"), Some("image/png"));
        let contact = json!({ "method": "email", "contact_information": { "email": "a@b.example" } });
        let sent = shop.call("POST", &created.member("/distribution_url"), Some(&contact)).await;
        assert_eq!(sent.status, 201);
        let deleted = shop.call("DELETE", &created.member("/session_url"), None).await;
        assert_eq!(deleted.status, 204);
    }
}

#[tokio::test]
async fn accounts_do_not_see_each_other_and_have_clocks_of_their_own() {
    let shop = Shop::open(Dialect::Klarna, None).await;
    let url = shop.payment_session("ECOMMERCE").await;
    let created = shop.create(&url, &json!({})).await;
    let account = shop.call("POST", "/_mock/accounts", None).await;
    assert_eq!(account.status, 201);
    let credentials = format!("{}:{}", account.member("/username"), account.member("/password"));
    let token = base64::Engine::encode(&base64::engine::general_purpose::STANDARD, credentials);
    let other = format!("Authorization: Basic {token}\r\n");
    let session_url = created.member("/session_url");
    assert_eq!(shop.send("GET", &session_url, &other, "").await.status, 404);
    assert_eq!(shop.send("DELETE", &session_url, &other, "").await.status, 404);
    let clock = format!("/_mock/accounts/{}/clock", account.member("/merchant_id"));
    let moved = shop.call("POST", &clock, Some(&json!({ "advance_seconds": 400_000 }))).await;
    assert_eq!(moved.status, 200);
    assert_eq!(shop.call("GET", &session_url, None).await.status, 200);
}

#[tokio::test]
async fn the_next_approval_gives_the_chosen_outcome_once() {
    let shop = Shop::open(Dialect::Kustom, None).await;
    let url = shop.payment_session("ECOMMERCE").await;
    let created = shop.create(&url, &json!({})).await;
    let page = created.member("/redirect_url");
    let control = format!("/_mock/accounts/{}", shop.mock.merchant_id());
    let outcome = format!("{control}/outcome");
    let chosen = shop.call("POST", &outcome, Some(&json!({ "next": "decline" }))).await;
    assert_eq!(chosen.status, 204);
    for (end, status) in [("failure", "FAILED"), ("success", "COMPLETED")] {
        let left = shop.press(&page, "approve").await;
        assert_eq!(left.status, 303);
        let place = left.field("Location").unwrap();
        assert!(place.ends_with(&format!("/end/{end}")), "{place}");
        let read = shop.call("GET", &created.member("/session_url"), None).await;
        assert_eq!(read.member("/status"), status);
        assert_eq!(shop.open_page(place).await.status, 200);
    }
    let sessions = shop.call("GET", &format!("{control}/sessions"), None).await.json();
    let events: Vec<_> = sessions[0]["timeline"]
        .as_array()
        .unwrap()
        .iter()
        .map(|change| change["event"].as_str().unwrap())
        .collect();
    assert_eq!(events, ["declined", "approved"]);
}

#[tokio::test]
async fn a_session_follows_the_end_of_its_payment_session() {
    let shop = Shop::open(Dialect::Kustom, None).await;
    let order = shop.payment_session("ECOMMERCE").await;
    let created = shop.create(&order, &json!({})).await;
    assert_eq!(shop.call("POST", &format!("{order}/abort"), None).await.status, 200);
    let read = shop.call("GET", &created.member("/session_url"), None).await;
    assert_eq!(read.member("/status"), "CANCELLED");
    let page = shop.open_page(&created.member("/redirect_url")).await;
    assert!(!page.text().contains("data-move"));
    assert_eq!(shop.create(&order, &json!({})).await.status, 404);

    let shop = Shop::open(Dialect::Klarna, None).await;
    let session = shop.payment_session("ECOMMERCE").await;
    let paid = shop.create(&session, &json!({})).await;
    let sibling = shop.create(&session, &json!({})).await;
    shop.press(&paid.member("/redirect_url"), "approve").await;
    let token = shop.call("GET", &paid.member("/session_url"), None).await.member("/authorization_token");
    let place = format!("/payments/v1/authorizations/{token}/order");
    let mut changed = purchase("ECOMMERCE");
    changed["purchase_country"] = Value::from("NO");
    assert_eq!(shop.call("POST", &place, Some(&changed)).await.status, 409);
    let order = shop.call("POST", &place, Some(&purchase("ECOMMERCE"))).await;
    assert_eq!(order.status, 200, "{}", order.text());
    let managed = format!("/ordermanagement/v1/orders/{}", order.member("/order_id"));
    assert_eq!(shop.call("GET", &managed, None).await.member("/status"), "AUTHORIZED");
    for (created, status) in [(&paid, "COMPLETED"), (&sibling, "CANCELLED")] {
        let read = shop.call("GET", &created.member("/session_url"), None).await;
        assert_eq!(read.member("/status"), status);
    }
    assert_eq!(shop.call("GET", &session, None).await.member("/status"), "complete");
}

#[tokio::test]
async fn rude_clients_end_their_own_connection_only() {
    let shop = Shop::open(Dialect::Klarna, None).await;
    let addr = shop.mock.addr();
    assert_eq!(exchange(addr, b"\x16\x03\x01nonsense\r\n\r\n").await.status, 400);
    drop(tokio::net::TcpStream::connect(addr).await.unwrap());
    let half = format!("X-Big: {}\r\n", "x".repeat(7000));
    assert_eq!(shop.send("GET", "/_mock", &half, "").await.status, 431);
    assert_eq!(shop.open_page("/_mock").await.status, 200);
}

#[tokio::test]
async fn the_mock_refuses_to_leave_loopback_and_stops_when_dropped() {
    let options = |bind: &str| MockOptions { bind: bind.parse().unwrap(), ..Shop::options() };
    let refused = Mock::start(options("0.0.0.0:0")).await;
    assert!(matches!(refused, Err(MockError::NotLoopback { .. })));
    let mock = Mock::start(options("127.0.0.1:0")).await.unwrap();
    assert_eq!(mock.control_url(), format!("{}/_mock", mock.base_url()));
    let addr = mock.addr();
    drop(mock);
    while tokio::net::TcpStream::connect(addr).await.is_ok() {
        tokio::task::yield_now().await;
    }
}

#[tokio::test]
async fn mocks_of_the_two_dialects_never_draw_the_same_id() {
    let mut seen = std::collections::HashSet::new();
    for dialect in [Dialect::Klarna, Dialect::Kustom] {
        let shop = Shop::open(dialect, None).await;
        for _ in 0..100 {
            let minted = shop.call("POST", "/_mock/accounts", Some(&json!({}))).await;
            assert!(seen.insert(minted.member("/password")), "{}", minted.text());
        }
    }
}
