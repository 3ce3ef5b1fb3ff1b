//! Tests of status callbacks, seen by a merchant's server.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::extract::Request;
use axum::http::StatusCode;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http_body_util::BodyExt as _;
use serde_json::{Value, json};
use tokio::sync::mpsc;

use crate::mock::deviation::deviation;
use crate::mock::ground::Dialect;
use crate::mock::tests::client::{Answer, Shop};
use crate::serve::{Identity, Server};

/// How a merchant's server answers a callback.
#[derive(Clone, Copy)]
enum Manner {
    Answers(u16),
    NeverAnswers,
}

/// A merchant's server and its callbacks so far.
struct Merchant {
    _server: Server,
    calls: mpsc::UnboundedReceiver<(String, Value)>,
}

impl Merchant {
    /// Starts the server and sets its address in the mock. Callbacks after `manners` are answered with 200.
    async fn open(shop: &Shop, manners: &[Manner], trouble: &str) -> Self {
        let identity = Identity::self_signed("shop.example").unwrap();
        let (sender, calls) = mpsc::unbounded_channel();
        let manners = Arc::new(Mutex::new(VecDeque::from(manners.to_vec())));
        let app = Router::new().fallback(move |request: Request| {
            let (sender, manners) = (sender.clone(), Arc::clone(&manners));
            async move {
                let url = request.uri().to_string();
                let body = request.into_body().collect().await.unwrap().to_bytes();
                sender.send((url, serde_json::from_slice(&body).unwrap())).unwrap();
                let manner = manners.lock().unwrap().pop_front();
                match manner.unwrap_or(Manner::Answers(200)) {
                    Manner::Answers(status) => StatusCode::from_u16(status).unwrap(),
                    Manner::NeverAnswers => std::future::pending().await,
                }
            }
        });
        let addr = "127.0.0.1:0".parse().unwrap();
        let server = Server::start(addr, Some(&identity), app).await.unwrap();
        let certificate = STANDARD.encode(identity.certificate_der());
        let settings = json!({
            "resolve": { "shop.example": server.addr().to_string() },
            "trust_pem": format!("-----BEGIN CERTIFICATE-----\n{certificate}\n-----END CERTIFICATE-----\n"),
            "trouble": trouble,
        });
        let answer = shop.call("POST", &control(shop), Some(&settings)).await;
        assert_eq!(answer.status, 204, "{}", answer.text());
        Self { _server: server, calls }
    }

    async fn next(&mut self) -> (String, Value) {
        self.calls.recv().await.unwrap()
    }
}

fn control(shop: &Shop) -> String {
    format!("/_mock/accounts/{}/callbacks", shop.mock.merchant_id())
}

async fn session(shop: &Shop, url: &str) -> Answer {
    let payment = shop.payment_session("ECOMMERCE").await;
    shop.create(&payment, &json!({ "merchant_urls": { "status_update": url } })).await
}

/// The callbacks so far, after all have ended.
async fn settled_but_for_retries(shop: &Shop) -> Value {
    loop {
        let told = shop.call("GET", &control(shop), None).await.json();
        let calls = told.as_array().unwrap();
        if calls.iter().all(|call| call.get("status").or(call.get("trouble")).is_some()) {
            return told;
        }
        tokio::task::yield_now().await;
    }
}

/// All callbacks of the events so far, after the last repeat.
async fn settled(shop: &Shop) -> Value {
    loop {
        let told = settled_but_for_retries(shop).await;
        let calls = told.as_array().unwrap();
        let is_last = |call: &Value| {
            calls.iter().all(|other| {
                other["event_id"] != call["event_id"] || other["attempt"].as_u64() <= call["attempt"].as_u64()
            })
        };
        if calls.iter().filter(|call| is_last(call)).all(|call| call.get("next_at").is_none()) {
            return told;
        }
    }
}

const URL: &str = "https://shop.example/told?secret=%2B1&sid={{session_id}}";

#[tokio::test]
async fn each_act_of_the_consumer_is_told_once_with_the_session_as_it_is_read() {
    for dialect in [Dialect::Klarna, Dialect::Kustom] {
        let shop = Shop::open(dialect, None).await;
        let mut merchant = Merchant::open(&shop, &[], "none").await;
        let created = session(&shop, URL).await;
        let page = created.member("/redirect_url");
        let mut event_ids = Vec::new();
        for (act, status) in [
            ("open", "IN_PROGRESS"),
            ("decline", "FAILED"),
            ("error", "ERROR"),
            ("back", "BACK"),
            ("approve", "COMPLETED"),
        ] {
            match act {
                "open" => shop.open_page(&page).await,
                name => shop.press(&page, name).await,
            };
            let (url, body) = merchant.next().await;
            assert_eq!(url, format!("/told?secret=%2B1&sid={}", created.member("/session_id")));
            let read = shop.call("GET", &created.member("/session_url"), None).await;
            assert_eq!(body["session"], read.json(), "{act}");
            assert_eq!(body["session"]["status"], status);
            event_ids.push(body["event_id"].as_str().unwrap().to_owned());
        }
        event_ids.sort();
        event_ids.dedup();
        assert_eq!(event_ids.len(), 5);
        assert!(merchant.calls.try_recv().is_err());
    }
}

#[tokio::test]
async fn silence_is_called_again_by_the_merchants_clock_four_times_in_all() {
    let shop = Shop::open(Dialect::Klarna, None).await;
    let mut merchant = Merchant::open(&shop, &[Manner::NeverAnswers; 9], "none").await;
    let created = session(&shop, URL).await;
    shop.open_page(&created.member("/redirect_url")).await;
    let first = merchant.next().await;
    for _ in 2..=4 {
        shop.advance(60).await;
        assert_eq!(merchant.next().await, first);
    }
    shop.advance(600).await;
    let told = settled(&shop).await;
    let attempts: Vec<_> = told.as_array().unwrap().iter().map(|call| call["attempt"].as_u64()).collect();
    assert_eq!(attempts, [Some(1), Some(2), Some(3), Some(4)]);
    assert!(merchant.calls.try_recv().is_err());
}

#[tokio::test]
async fn a_refusal_is_called_again_until_it_is_accepted() {
    let shop = Shop::open(Dialect::Klarna, None).await;
    let manners = [Manner::Answers(500), Manner::Answers(204)];
    let mut merchant = Merchant::open(&shop, &manners, "none").await;
    let created = session(&shop, URL).await;
    shop.open_page(&created.member("/redirect_url")).await;
    let first = merchant.next().await;
    while settled_but_for_retries(&shop).await[0]["status"] != 500 {}
    shop.advance(60).await;
    assert_eq!(merchant.next().await, first);
}

#[tokio::test]
async fn trouble_comes_as_it_was_asked_for() {
    let shop = Shop::open(Dialect::Kustom, None).await;
    let mut merchant = Merchant::open(&shop, &[Manner::NeverAnswers], "empty-retries").await;
    let created = session(&shop, URL).await;
    shop.open_page(&created.member("/redirect_url")).await;
    assert!(merchant.next().await.1["event_id"].is_string());
    shop.advance(60).await;
    assert_eq!(merchant.next().await, ("/told".to_owned(), json!({})));

    let mut merchant = Merchant::open(&shop, &[], "doubled").await;
    shop.press(&created.member("/redirect_url"), "back").await;
    let once = merchant.next().await;
    assert_eq!(merchant.next().await, once);
}

#[tokio::test]
async fn nothing_is_told_over_plain_http_nor_to_hosts_that_are_not_known() {
    let shop = Shop::open(Dialect::Klarna, None).await;
    let mut merchant = Merchant::open(&shop, &[], "none").await;
    for url in ["http://shop.example/told", "https://elsewhere.example/told", "https://shop.example/told"] {
        let created = session(&shop, url).await;
        assert_eq!(created.status, 201);
        shop.open_page(&created.member("/redirect_url")).await;
    }
    merchant.next().await;
    let told = shop.call("GET", &control(&shop), None).await.json();
    let urls: Vec<_> = told.as_array().unwrap().iter().map(|call| call["url"].as_str().unwrap()).collect();
    assert!(!urls.contains(&"http://shop.example/told"), "{urls:?}");
    assert!(merchant.calls.try_recv().is_err());
}

#[tokio::test]
async fn the_page_does_not_wait_for_the_merchant_unless_it_lies() {
    let lie = deviation("page-waits-for-callback").unwrap();
    for (deviation, waits) in [(None, false), (Some(lie), true)] {
        let shop = Shop::open(Dialect::Klarna, deviation).await;
        let mut merchant = Merchant::open(&shop, &[Manner::NeverAnswers], "none").await;
        let created = session(&shop, URL).await;
        let page = created.member("/redirect_url");
        let mut opened = std::pin::pin!(shop.open_page(&page));
        let answer = tokio::select! {
            biased;
            call = merchant.next(), if waits => { drop(call); None }
            answer = &mut opened => Some(answer),
        };
        assert_eq!(answer.is_none(), waits);
        if waits {
            shop.advance(60).await;
            assert_eq!(opened.await.status, 200);
        }
    }
}
