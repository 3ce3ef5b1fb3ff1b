//! Tests of the whole contract: distribution, options on the page, orders, limits, refused methods.

use serde_json::{Value, json};

use crate::mock::ground::Dialect;
use crate::mock::tests::client::{Answer, Shop, purchase};

const BOTH: [Dialect; 2] = [Dialect::Klarna, Dialect::Kustom];

fn control(shop: &Shop, act: &str) -> String {
    format!("/_mock/accounts/{}/{act}", shop.mock.merchant_id())
}

async fn session(shop: &Shop, members: &Value) -> Answer {
    let payment = shop.payment_session("ECOMMERCE").await;
    let created = shop.create(&payment, members).await;
    assert_eq!(created.status, 201, "{}", created.text());
    created
}

async fn page(shop: &Shop, options: &Value) -> String {
    let created = session(shop, &json!({ "options": options })).await;
    shop.open_page(&created.member("/redirect_url")).await.text()
}

#[tokio::test]
async fn a_message_arrives_once_in_the_language_of_the_session_and_links_to_its_page() {
    for dialect in BOTH {
        let shop = Shop::open(dialect, None).await;
        let created = session(&shop, &json!({})).await;
        let request = json!({ "method": "email", "contact_information": { "email": "a@b.example" } });
        let sent = shop.call("POST", &created.member("/distribution_url"), Some(&request)).await;
        assert_eq!((sent.status, sent.body.len()), (201, 0));
        let messages = shop.call("GET", &control(&shop, "outbox"), None).await.json();
        assert_eq!(messages.as_array().unwrap().len(), 1);
        assert_eq!(messages[0]["channel"], "email");
        assert_eq!(messages[0]["to"], "a@b.example");
        assert_eq!(messages[0]["link"], created.member("/redirect_url"));
        assert!(messages[0]["text"].as_str().unwrap().starts_with("Här är din betalningslänk"));
    }
}

#[tokio::test]
async fn distribution_answers_204_and_503_when_told_to_and_refuses_sessions_that_ended() {
    let shop = Shop::open(Dialect::Klarna, None).await;
    let chosen = json!({ "success_status": 204 });
    assert_eq!(shop.call("POST", &control(&shop, "distribution"), Some(&chosen)).await.status, 204);
    let request = json!({ "method": "token", "contact_information": { "access_id": "123456789012" } });
    let created = session(&shop, &json!({})).await;
    let url = created.member("/distribution_url");
    assert_eq!(shop.call("POST", &url, Some(&request)).await.status, 204);
    let trouble = json!({ "fail_next": 1 });
    assert_eq!(shop.call("POST", &control(&shop, "distribution"), Some(&trouble)).await.status, 204);
    let statuses = [
        shop.call("POST", &url, Some(&request)).await.status,
        shop.call("POST", &url, Some(&request)).await.status,
    ];
    assert_eq!(statuses, [503, 204]);
    let messages = shop.call("GET", &control(&shop, "outbox"), None).await.json();
    assert_eq!(messages.as_array().unwrap().len(), 2, "what met trouble is not sent");
    shop.call("DELETE", &created.member("/session_url"), None).await;
    let disabled = shop.call("POST", &url, Some(&request)).await;
    assert_eq!((disabled.status, disabled.member("/error_code").as_str()), (400, "UNKNOWN"));
    let expired = session(&shop, &json!({})).await;
    shop.advance(48 * 60 * 60).await;
    let answer = shop.call("POST", &expired.member("/distribution_url"), Some(&request)).await;
    assert_eq!((answer.status, answer.member("/error_code").as_str()), (404, "NOT_FOUND"));
}

#[tokio::test]
async fn staff_of_a_shop_are_told_where_to_check_an_identity() {
    for dialect in BOTH {
        let shop = Shop::open(dialect, None).await;
        for (channel, is_given) in [("ECOMMERCE", false), ("TELESALES", false), ("IN_STORE", true)] {
            let created = shop.create(&shop.payment_session(channel).await, &json!({})).await.json();
            let url = created.get("manual_identification_check_url");
            assert_eq!(url.is_some(), is_given, "{channel}");
            if let Some(url) = url {
                let answer = shop.call("POST", url.as_str().unwrap(), None).await;
                assert_eq!((answer.status, answer.member("/error_code").as_str()), (404, "NOT_FOUND"));
                assert_eq!(answer.member("/error_messages/0"), "no identity waits to be checked");
            }
        }
    }
}

#[tokio::test]
async fn the_page_shows_what_the_options_ask_for() {
    let shop = Shop::open(Dialect::Klarna, None).await;
    let plain = page(&shop, &json!({})).await;
    assert!(plain.contains("<html lang=\"sv-SE\">") && plain.contains("SEK 199.00"));
    assert!(plain.contains("Betala SEK 199.00") && plain.contains("data-part=\"subtotal\""));
    assert!(!plain.contains("data-part=\"logo\"") && plain.matches("type=\"radio\"").count() == 3);
    let full = page(
        &shop,
        &json!({
            "page_title": "Hats & more",
            "logo_url": "https://m.example/logo.svg",
            "purchase_type": "RENT",
            "show_subtotal_detail": "HIDE",
            "payment_method_categories": ["PAY_LATER", "PAY_OVER_TIME"],
            "background_images": [{ "url": "https://m.example/wide.jpg", "width": 1600 }],
        }),
    )
    .await;
    for part in [
        "<title>Hats &amp; more</title>",
        "src=\"https://m.example/logo.svg\"",
        "Hyr för SEK 199.00",
        "value=\"pay_later\"",
        "value=\"pay_over_time\"",
        "https://m.example/wide.jpg",
    ] {
        assert!(full.contains(part), "{part}: {full}");
    }
    assert!(!full.contains("data-part=\"subtotal\"") && !full.contains("value=\"pay_now\""));
}

#[tokio::test]
async fn a_fallback_offers_the_other_categories_before_the_payment_fails() {
    let shop = Shop::open(Dialect::Klarna, None).await;
    let options = json!({ "payment_fallback": true, "payment_method_category": "PAY_NOW" });
    let created = session(&shop, &json!({ "options": options })).await;
    let page = created.member("/redirect_url");
    shop.open_page(&page).await;
    let declined = shop.press(&page, "decline").await;
    assert_eq!(declined.field("Location"), Some(page.as_str()));
    let others = shop.open_page(&page).await.text();
    assert!(!others.contains("value=\"pay_now\"") && others.contains("value=\"pay_later\""));
    let read = || async { shop.call("GET", &created.member("/session_url"), None).await.member("/status") };
    assert_eq!(read().await, "IN_PROGRESS");
    shop.press(&page, "decline").await;
    assert_eq!(read().await, "FAILED");
}

#[tokio::test]
async fn one_authorization_becomes_one_order_wherever_it_was_given() {
    let shop = Shop::open(Dialect::Klarna, None).await;
    let payment = shop.payment_session("ECOMMERCE").await;
    let created = shop.create(&payment, &json!({})).await;
    let id = payment.rsplit('/').next().unwrap();
    let elsewhere = json!({ "payment_session_id": id });
    let authorize = || async {
        let answer = shop.call("POST", &control(&shop, "authorizations"), Some(&elsewhere)).await;
        assert_eq!(answer.status, 201, "{}", answer.text());
        format!("/payments/v1/authorizations/{}", answer.member("/authorization_token"))
    };
    let (first, second, third) = (authorize().await, authorize().await, authorize().await);
    assert_eq!(shop.call("DELETE", &third, None).await.status, 204);
    assert_eq!(shop.call("DELETE", &third, None).await.status, 404);
    let order = purchase("ECOMMERCE");
    let placed = shop.call("POST", &format!("{first}/order"), Some(&order)).await;
    assert_eq!((placed.status, placed.member("/fraud_status").as_str()), (200, "ACCEPTED"));
    let again = shop.call("POST", &format!("{first}/order"), Some(&order)).await;
    assert_eq!((again.status, again.member("/error_code").as_str()), (403, "INVALID_OPERATION"));
    let other = shop.call("POST", &format!("{second}/order"), Some(&order)).await;
    assert_eq!((other.status, other.member("/error_code").as_str()), (404, "SESSION_COMPLETED"));
    let read = shop.call("GET", &created.member("/session_url"), None).await;
    assert_eq!(read.member("/status"), "CANCELLED");
    let page = shop.open_page(&created.member("/redirect_url")).await;
    assert!(!page.text().contains("data-move"));
}

#[tokio::test]
async fn an_order_names_the_method_of_the_category_that_the_consumer_chose() {
    let shop = Shop::open(Dialect::Klarna, None).await;
    let fields = "Content-Type: application/x-www-form-urlencoded\r\n";
    for (choice, name, days, installments) in [
        ("pay_later", "invoice", json!(30), Value::Null),
        ("pay_over_time", "fixed_amount", Value::Null, json!(3)),
        ("cash", "invoice", json!(30), Value::Null),
    ] {
        let created = session(&shop, &json!({})).await;
        let action = format!("{}/move", created.member("/redirect_url"));
        let form = format!("move=approve&payment_method_category={choice}");
        assert_eq!(shop.send("POST", &action, fields, &form).await.status, 303);
        let token = shop.call("GET", &created.member("/session_url"), None).await;
        let place = format!("/payments/v1/authorizations/{}/order", token.member("/authorization_token"));
        let placed = shop.call("POST", &place, Some(&purchase("ECOMMERCE"))).await.json();
        let method = &placed["authorized_payment_method"];
        let shown = ["type", "number_of_days", "number_of_installments"].map(|name| method[name].clone());
        assert_eq!(shown, [json!(name), days, installments.clone()]);
        let url = format!("/ordermanagement/v1/orders/{}", placed["order_id"].as_str().unwrap());
        let initial = shop.call("GET", &url, None).await.json()["initial_payment_method"].clone();
        assert_eq!(initial["type"], name.to_uppercase());
        assert_eq!(initial["number_of_installments"], installments);
    }
}

#[tokio::test]
async fn a_payment_session_shows_its_categories_with_images() {
    let shop = Shop::open(Dialect::Klarna, None).await;
    let created = shop.call("POST", "/payments/v1/sessions", Some(&purchase("ECOMMERCE"))).await.json();
    let categories = created["payment_method_categories"].as_array().unwrap();
    let identifiers: Vec<_> = categories.iter().map(|category| category["identifier"].clone()).collect();
    assert_eq!(identifiers, ["pay_later", "pay_now", "pay_over_time"]);
    for category in categories {
        for form in ["descriptive", "standard"] {
            let url = category["asset_urls"][form].as_str().unwrap();
            let image = shop.open_page(url).await;
            assert_eq!((image.status, image.field("Content-Type")), (200, Some("image/svg+xml")), "{url}");
            assert!(form == "standard" || image.text().contains(category["name"].as_str().unwrap()));
        }
    }
    assert_eq!(shop.open_page("/badges/cash/standard").await.status, 404);
}

#[tokio::test]
async fn a_payment_session_url_is_refused_with_the_reason() {
    let shop = Shop::open(Dialect::Klarna, None).await;
    let url = shop.payment_session("ECOMMERCE").await;
    let mapped =
        url.replace("127.0.0.1", "localhost").replace(&shop.mock.addr().port().to_string(), "9") + "/";
    assert_eq!(shop.create(&mapped, &json!({})).await.status, 201, "{mapped}");
    for (url, reason) in [
        (json!(url.replace("127.0.0.1", "shop.example")), "its host must be that of this request"),
        (json!(url.replace("/v1/", "/v2/")), "its path must be /payments/v1/sessions/…"),
        (json!("a-1"), "it is not an absolute URL"),
        (json!(7), "it is not a text"),
    ] {
        let members = json!({ "payment_session_url": url });
        let refused = shop.create("", &members).await;
        assert_eq!(
            (refused.status, refused.member("/error_messages/0").as_str()),
            (400, "Bad value: payment_session_url")
        );
        let told = refused.member("/error_messages/1");
        assert!(told.starts_with(reason), "{told}");
    }
    shop.advance(47 * 60 * 60).await;
    let late = shop.create(&url, &json!({})).await;
    assert_eq!(
        (late.status, late.member("/error_messages/0").as_str()),
        (404, "the payment session ends within one hour")
    );
}

#[tokio::test]
async fn a_redirect_is_written_in_ascii() {
    let shop = Shop::open(Dialect::Kustom, None).await;
    let urls = json!({ "success": "https://räksmörgås.example/tack-så-mycket?namn=Åsa&id={{session_id}}" });
    let created = session(&shop, &json!({ "merchant_urls": urls })).await;
    let left = shop.press(&created.member("/redirect_url"), "approve").await;
    let expected = format!(
        "https://xn--rksmrgs-5wao1o.example/tack-s%C3%A5-mycket?namn=%C3%85sa&id={}",
        created.member("/session_id"),
    );
    assert_eq!(left.field("Location"), Some(expected.as_str()));
}

#[tokio::test]
async fn a_token_lives_an_hour_and_can_become_a_customer_token() {
    let shop = Shop::open(Dialect::Klarna, None).await;
    let token = || async {
        let created = session(&shop, &json!({})).await;
        shop.press(&created.member("/redirect_url"), "approve").await;
        let read = shop.call("GET", &created.member("/session_url"), None).await;
        format!("/payments/v1/authorizations/{}", read.member("/authorization_token"))
    };
    let (late, other) = (token().await, token().await);
    let wanted = json!({
        "purchase_country": "SE", "purchase_currency": "SEK", "locale": "sv-SE",
        "description": "Hats", "intended_use": "SUBSCRIPTION",
    });
    let made = shop.call("POST", &format!("{other}/customer-token"), Some(&wanted)).await;
    assert_eq!(made.status, 200, "{}", made.text());
    assert!(!made.member("/token_id").is_empty());
    let spent = shop.call("POST", &format!("{other}/order"), Some(&purchase("ECOMMERCE"))).await;
    assert_eq!(spent.status, 403);
    shop.advance(61 * 60).await;
    let placed = shop.call("POST", &format!("{late}/order"), Some(&purchase("ECOMMERCE"))).await;
    assert_eq!(placed.status, 404);
}

#[tokio::test]
async fn a_limited_merchant_gets_an_empty_429_and_every_answer_tells_the_quota() {
    let shop = Shop::open(Dialect::Klarna, None).await;
    let payment = shop.payment_session("ECOMMERCE").await;
    let limits = json!({ "creates_per_second": 5 });
    assert_eq!(shop.call("POST", &control(&shop, "limiter"), Some(&limits)).await.status, 200);
    // On a slow machine the second may end before the last request.
    let limited = loop {
        let answer = shop.create(&payment, &json!({})).await;
        assert!(answer.field("X-Ratelimit-Limit").is_some_and(|limit| limit == "5, 5;w=1"));
        if answer.status != 201 {
            break answer;
        }
    };
    assert_eq!((limited.status, limited.body.len()), (429, 0));
    assert_eq!(limited.field("Content-Length"), Some("0"));
    assert_eq!(limited.field("X-Ratelimit-Remaining"), Some("0"));
    assert_eq!(limited.field("X-Ratelimit-Reset"), Some("1"));
    assert_eq!(limited.field("X-Envoy-Ratelimited"), Some("true"));
    let read = shop.call("GET", &payment, None).await;
    assert_eq!(read.status, 200);
    assert!(read.field("X-Ratelimit-Remaining").is_some());
}

#[tokio::test]
async fn the_quota_comes_with_each_call_whose_credentials_are_right_and_with_no_other_answer() {
    let shop = Shop::open(Dialect::Klarna, None).await;
    let basic = "Authorization: Basic dXNlcjpzZWNyZXQ=\r\n";
    let big = format!("\"{}\"", "x".repeat(1_100_000));
    for (status, tells, answer) in [
        (404, true, shop.call("GET", "/hpp/v1/sessions/x", None).await),
        (400, true, shop.call("POST", "/hpp/v1/sessions", Some(&json!([]))).await),
        (401, false, shop.send("GET", "/hpp/v1/sessions/x", "", "").await),
        (405, false, shop.call("PUT", "/hpp/v1/sessions/x", None).await),
        (413, false, shop.send("POST", "/hpp/v1/sessions", basic, &big).await),
        (404, false, shop.call("GET", "/nowhere", None).await),
        (200, false, shop.call("GET", "/_mock", None).await),
    ] {
        let fields = ["X-Ratelimit-Limit", "X-Ratelimit-Remaining", "X-Ratelimit-Reset"];
        let told = fields.map(|name| answer.field(name).is_some());
        assert_eq!((answer.status, told), (status, [tells; 3]), "{}", answer.text());
    }
}

#[tokio::test]
async fn the_case_of_words_and_the_media_type_count_as_the_manual_says() {
    let shop = Shop::open(Dialect::Klarna, None).await;
    let fields = "Authorization: Basic dXNlcjpzZWNyZXQ=\r\nContent-Type: text/plain\r\n";
    let sent = purchase("ECOMMERCE").to_string();
    assert_eq!(shop.send("POST", "/payments/v1/sessions", fields, &sent).await.status, 200);
    let created = session(&shop, &json!({ "options": { "purchase_type": "buy" } })).await;
    let loud = json!({ "method": "EMAIL", "contact_information": { "email": "a@b.example" } });
    let refused = shop.call("POST", &created.member("/distribution_url"), Some(&loud)).await;
    assert_eq!((refused.status, refused.member("/error_code").as_str()), (400, "CONSTRAINT_VIOLATION"));
    let quiet = shop.call("POST", "/payments/v1/sessions", Some(&purchase("in_store"))).await;
    assert_eq!(
        (quiet.status, quiet.member("/error_messages/0").as_str()),
        (400, "Bad value: acquiring_channel")
    );
}

#[tokio::test]
async fn a_session_url_knows_reading_and_disabling_alone() {
    for dialect in BOTH {
        let shop = Shop::open(dialect, None).await;
        let created = session(&shop, &json!({})).await;
        let url = created.member("/session_url");
        for method in ["PUT", "PATCH", "POST", "TRACE", "OPTIONS"] {
            let refused = shop.call(method, &url, Some(&json!({ "merchant_urls": {} }))).await;
            assert_eq!(refused.status, 405, "{method}");
        }
        let generation_url = created.member("/distribution_module/generation_url");
        let token = shop.call("POST", &generation_url, None).await;
        assert!(!token.member("/token").is_empty());
        assert_eq!(shop.send("POST", &generation_url, "", "").await.status, 401);
        let counter = shop.open_page(&created.member("/distribution_module/standalone_url")).await;
        assert_eq!(counter.status, 200);
        let unknown = shop.call("OPTIONS", "/nowhere", None).await;
        assert_eq!((unknown.status, unknown.member("/error_code").as_str()), (404, "NOT_FOUND"));
    }
}
