//! Tests of the live page and its data, seen from outside.

use serde_json::{Value, json};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use crate::mock::ground::Dialect;
use crate::mock::tests::client::Shop;

async fn get(shop: &Shop, path: &str) -> Value {
    let answer = shop.send("GET", path, "", "").await;
    assert_eq!(answer.status, 200, "{path}: {}", answer.text());
    answer.json()
}

#[tokio::test]
async fn a_session_is_shown_with_all_that_belongs_to_it() {
    for (dialect, provider) in [(Dialect::Klarna, "KP"), (Dialect::Kustom, "KCO")] {
        let shop = Shop::open(dialect, None).await;
        let payment = shop.payment_session("ECOMMERCE").await;
        let urls = json!({ "success": "https://m.example/s?id={{session_id}}", "error": "" });
        let created = shop.create(&payment, &json!({ "merchant_urls": urls })).await;
        shop.open_page(&created.member("/redirect_url")).await;
        shop.press(&created.member("/redirect_url"), "decline").await;
        let sessions = get(&shop, "/_mock/sessions").await;
        let session = &sessions[0];
        assert_eq!(session["session_id"].as_str(), Some(created.member("/session_id").as_str()));
        assert_eq!(session["status"], "FAILED");
        assert_eq!(session["merchant_urls"], urls);
        assert_eq!(session["links"]["redirect_url"].as_str(), Some(created.member("/redirect_url").as_str()));
        assert_eq!(session["payment_session"]["provider"], provider);
        assert_eq!(session["payment_session"]["url"].as_str(), Some(payment.as_str()));
        let statuses: Vec<_> =
            session["timeline"].as_array().unwrap().iter().map(|change| &change["status"]).collect();
        assert_eq!(statuses, ["IN_PROGRESS", "FAILED"]);
        let own = format!("/_mock/accounts/{}/sessions", shop.mock.merchant_id());
        assert_eq!(get(&shop, &own).await, sessions);
    }
}

#[tokio::test]
async fn accounts_show_clock_and_choice_and_never_a_password() {
    let shop = Shop::open(Dialect::Klarna, None).await;
    let other = shop.call("POST", "/_mock/accounts", None).await;
    let outcome = format!("/_mock/accounts/{}/outcome", shop.mock.merchant_id());
    shop.call("POST", &outcome, Some(&json!({ "next": "decline" }))).await;
    let accounts = get(&shop, "/_mock/accounts").await;
    assert_eq!(accounts[0]["merchant_id"], shop.mock.merchant_id());
    assert_eq!(accounts[0]["next_outcome"], "decline");
    assert_eq!(accounts[1]["next_outcome"], Value::Null);
    assert_eq!(accounts[1]["merchant_id"].as_str(), Some(other.member("/merchant_id").as_str()));
    let text = accounts.to_string();
    assert!(!text.contains("secret") && !text.contains(&other.member("/password")), "{text}");
}

#[tokio::test]
async fn requests_are_shown_with_whom_they_concern_and_without_secrets() {
    let shop = Shop::open(Dialect::Klarna, None).await;
    let payment = shop.payment_session("ECOMMERCE").await;
    let created = shop.create(&payment, &json!({})).await;
    let page = created.member("/redirect_url");
    shop.press(&page, "approve").await;
    let token = shop.call("GET", &created.member("/session_url"), None).await.member("/authorization_token");
    shop.call("DELETE", &format!("/payments/v1/authorizations/{token}"), None).await;
    shop.call("GET", "/nowhere?token=1", None).await;
    shop.send("GET", "/hpp/v1/sessions/x", "", "").await;
    let path = format!("/_mock/accounts/{}/requests", shop.mock.merchant_id());
    let requests = get(&shop, &path).await;
    let lines: Vec<String> = requests
        .as_array()
        .unwrap()
        .iter()
        .map(|visit| {
            let path = visit["path"].as_str().unwrap().split('/').next_back().unwrap();
            format!("{} {path} {}", visit["method"].as_str().unwrap(), visit["status"])
        })
        .collect();
    let id = created.member("/session_id");
    let expected = [
        "GET nowhere 404",
        "DELETE (token) 204",
        &format!("GET {id} 200"),
        "POST move 303",
        "POST sessions 201",
        "POST sessions 200",
    ];
    assert_eq!(lines, expected);
    let all = get(&shop, "/_mock/requests").await;
    assert_eq!(all.as_array().unwrap().len(), 7, "looking on is not remembered");
    assert_eq!((&all[0]["status"], &all[0]["merchant_id"]), (&json!(401), &Value::Null));
    assert!(!all.to_string().contains(&token));
}

#[tokio::test]
async fn the_feed_tells_what_happens_and_ends_with_its_client() {
    let shop = Shop::open(Dialect::Klarna, None).await;
    let mut feed = TcpStream::connect(shop.mock.addr()).await.unwrap();
    feed.write_all(b"GET /_mock/events HTTP/1.1\r\nHost: localhost\r\n\r\n").await.unwrap();
    read_until(&mut feed, "event: hello").await;
    assert_eq!(get(&shop, "/_mock").await["watchers"], 1);
    shop.call("GET", "/hpp/v1/sessions/x", None).await;
    let told = read_until(&mut feed, "\"path\":\"/hpp/v1/sessions/x\"").await;
    assert!(told.contains("event: request\ndata: {\"number\":1,"), "{told}");
    drop(feed);
    while get(&shop, "/_mock").await["watchers"] != 0 {
        shop.call("GET", "/nowhere", None).await;
    }
}

async fn read_until(stream: &mut TcpStream, sign: &str) -> String {
    let mut text = String::new();
    let mut bytes = [0; 1024];
    while !text.contains(sign) {
        let read = stream.read(&mut bytes).await.unwrap();
        assert!(read > 0, "the feed ended before {sign}: {text}");
        text.push_str(&String::from_utf8_lossy(&bytes[..read]));
    }
    text
}
