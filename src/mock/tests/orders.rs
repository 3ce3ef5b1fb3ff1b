//! Tests of order management: what merchants do with placed orders.

use serde_json::{Value, json};

use crate::mock::ground::Dialect;
use crate::mock::tests::client::{Answer, Shop, purchase};

const DAY: i64 = 24 * 60 * 60;

/// An order in order management.
struct Placed {
    shop: Shop,
    url: String,
}

impl Placed {
    /// A KCO order that the consumer has paid.
    async fn by_page() -> Self {
        let shop = Shop::open(Dialect::Kustom, None).await;
        let url = place(&shop).await;
        Self { shop, url }
    }

    async fn act(&self, method: &str, act: &str, body: &Value) -> Answer {
        self.shop.call(method, &format!("{}{act}", self.url), Some(body)).await
    }

    async fn read(&self) -> Value {
        self.shop.call("GET", &self.url, None).await.json()
    }

    /// Captures an amount. Returns the path of the capture.
    async fn capture(&self, amount: i64) -> String {
        let captured = self.act("POST", "/captures", &json!({ "captured_amount": amount })).await;
        assert_eq!(captured.status, 201, "{}", captured.text());
        format!("/captures/{}", captured.field("Capture-Id").unwrap())
    }

    /// The status and the error code of an answer.
    async fn refused(&self, method: &str, act: &str, body: Value) -> (u16, String) {
        let refused = self.act(method, act, &body).await;
        (refused.status, refused.member("/error_code"))
    }
}

/// Lets a consumer pay a KCO order. Returns its URL in order management.
async fn place(shop: &Shop) -> String {
    let payment = shop.payment_session("ECOMMERCE").await;
    let created = shop.create(&payment, &json!({})).await;
    shop.press(&created.member("/redirect_url"), "approve").await;
    format!("/ordermanagement/v1/orders/{}", payment.rsplit('/').next().unwrap())
}

#[tokio::test]
async fn orders_are_captured_refunded_and_cancelled() {
    let order = Placed::by_page().await;
    let status = || async { order.read().await["status"].clone() };
    assert_eq!(order.act("POST", "/acknowledge", &json!({})).await.status, 204);
    assert_eq!(status().await, "AUTHORIZED");
    order.capture(900).await;
    assert_eq!(status().await, "PART_CAPTURED");
    let refund = json!({ "refunded_amount": 100 });
    assert_eq!(order.act("POST", "/refunds", &refund).await.status, 201);
    assert_eq!(order.act("POST", "/release-remaining-authorization", &json!({})).await.status, 204);
    assert_eq!(status().await, "CAPTURED");
    let other = place(&order.shop).await;
    let lower = json!({ "order_amount": 100, "order_lines": [{ "name": "Cap" }] });
    let changed = order.shop.call("PATCH", &format!("{other}/authorization"), Some(&lower)).await;
    assert_eq!(changed.status, 204);
    let read = order.shop.call("GET", &other, None).await.json();
    assert_eq!((&read["order_amount"], &read["order_lines"]), (&json!(100), &lower["order_lines"]));
    assert_eq!(order.shop.call("POST", &format!("{other}/cancel"), None).await.status, 204);
    assert_eq!(order.shop.call("GET", &other, None).await.member("/status"), "CANCELLED");
}

#[tokio::test]
async fn a_capture_and_a_refund_read_at_their_location_as_they_were_sent() {
    let order = Placed::by_page().await;
    let address = json!({ "shipping_address": { "city": "Visby", "country": "SE" } });
    assert_eq!(order.act("PATCH", "/customer-details", &address).await.status, 204);
    let lines = json!([{ "name": "Coat", "quantity": 1, "unit_price": 900, "total_amount": 900 }]);
    let shipment = |number: &str| json!({ "shipping_company": "Post", "tracking_number": number });
    let sent = json!({
        "captured_amount": 900, "description": "Delivered", "reference": "C-1",
        "order_lines": lines, "shipping_info": [shipment("1")],
    });
    let captured = order.act("POST", "/captures", &sent).await;
    assert_eq!(captured.status, 201);
    let capture_id = captured.field("Capture-Id").unwrap();
    let location = captured.field("Location").unwrap();
    assert!(location.ends_with(&format!("{}/captures/{capture_id}", order.url)), "{location}");
    order.capture(50).await;
    let more = json!({ "shipping_info": [shipment("2")] });
    let shipping = format!("/captures/{capture_id}/shipping-info");
    assert_eq!(order.act("POST", &shipping, &more).await.status, 204);
    assert_eq!(order.act("POST", "/shipping-info", &more).await.status, 204);
    assert_eq!(order.read().await["shipping_info"], more["shipping_info"]);

    let sent = json!({ "refunded_amount": 910, "description": "Sent back", "reference": "R-1", "order_lines": lines });
    let refunded = order.act("POST", "/refunds", &sent).await;
    assert_eq!(refunded.status, 201);
    let read = order.shop.call("GET", refunded.field("Location").unwrap(), None).await;
    let mut expected = sent;
    expected["refund_id"] = refunded.field("Refund-Id").into();
    expected["refunded_at"] = read.member("/refunded_at").into();
    expected["credit_invoice"] = false.into();
    assert_eq!((read.status, read.json()), (200, expected.clone()));
    assert_eq!(order.read().await["refunds"], json!([expected]));

    let read = order.shop.call("GET", location, None).await;
    let reference = format!("{}-1", order.read().await["klarna_reference"].as_str().unwrap());
    let expected = json!({
        "capture_id": capture_id,
        "captured_amount": 900,
        "captured_at": read.member("/captured_at"),
        "refunded_amount": 900,
        "klarna_reference": reference,
        "description": "Delivered",
        "reference": "C-1",
        "order_lines": lines,
        "shipping_info": [shipment("1"), shipment("2")],
        "shipping_address": address["shipping_address"],
    });
    assert_eq!((read.status, read.json()), (200, expected));
    let all = order.shop.call("GET", &format!("{}/captures", order.url), None).await.json();
    assert_eq!((&all[0], &all[1]["refunded_amount"]), (&read.json(), &json!(10)));
    assert_eq!(order.read().await["captures"], all);
}

#[tokio::test]
async fn the_merchants_numbers_are_shown_wherever_they_were_sent() {
    let shop = Shop::open(Dialect::Klarna, None).await;
    let id = shop.payment_session("ECOMMERCE").await.rsplit('/').next().unwrap().to_owned();
    let control = format!("/_mock/accounts/{}/authorizations", shop.mock.merchant_id());
    let authorized = shop.call("POST", &control, Some(&json!({ "payment_session_id": id }))).await;
    let mut sent = purchase("ECOMMERCE");
    sent["merchant_reference1"] = "A-1".into();
    sent["billing_address"] = json!({ "city": "Visby" });
    let place = format!("/payments/v1/authorizations/{}/order", authorized.member("/authorization_token"));
    let placed = shop.call("POST", &place, Some(&sent)).await;
    assert_eq!(placed.status, 200, "{}", placed.text());
    let url = format!("/ordermanagement/v1/orders/{}", placed.member("/order_id"));
    let order = Placed { shop, url };
    let told = || async {
        let read = order.read().await;
        ["merchant_reference1", "merchant_reference2", "billing_address", "shipping_address"]
            .map(|name| read[name].clone())
    };
    let billing = &sent["billing_address"];
    assert_eq!(told().await, [json!("A-1"), json!(null), billing.clone(), json!(null)]);
    let change = json!({ "merchant_reference2": "B-2", "status": "CAPTURED" });
    assert_eq!(order.act("PATCH", "/merchant-references", &change).await.status, 204);
    for shipping in [json!({ "city": "Kiruna", "country": "SE" }), json!({ "city": "Lund" })] {
        let change = json!({ "shipping_address": shipping });
        assert_eq!(order.act("PATCH", "/customer-details", &change).await.status, 204);
    }
    let shipping = json!({ "city": "Lund", "country": "SE" });
    assert_eq!(told().await, [json!("A-1"), json!("B-2"), billing.clone(), shipping]);
    assert_eq!(order.read().await["status"], "AUTHORIZED");
}

#[tokio::test]
async fn an_extended_authorization_lasts_and_the_order_is_remembered_as_long() {
    let order = Placed::by_page().await;
    order.shop.advance(27 * DAY).await;
    assert_eq!(order.act("POST", "/extend-authorization-time", &json!({})).await.status, 204);
    order.shop.advance(27 * DAY).await;
    assert_eq!(order.read().await["status"], "AUTHORIZED");
    order.capture(100).await;
    order.shop.advance(4 * DAY).await;
    assert_eq!(order.shop.call("GET", &order.url, None).await.status, 404);
}

#[tokio::test]
async fn what_order_management_cannot_do_is_refused_with_its_code() {
    let order = Placed::by_page().await;
    let denied = (403, "NOT_ALLOWED".to_owned());
    for act in ["/captures/x/shipping-info", "/captures/x/trigger-send-out"] {
        let body = json!({ "shipping_info": [{}] });
        assert_eq!(order.refused("POST", act, body).await, denied, "no capture: {act}");
    }
    assert_eq!(order.refused("POST", "/release-remaining-authorization", json!({})).await, denied);
    let capture = order.capture(100).await;
    let options =
        order.shop.call("GET", &format!("{}{capture}/extend-due-date-options", order.url), None).await;
    let days: Vec<Value> =
        options.json()["options"].as_array().unwrap().iter().map(|it| it["number_of_days"].clone()).collect();
    assert_eq!((options.member("/currency").as_str(), days), ("SEK", vec![json!(10), json!(20), json!(30)]));
    let act = |act: &str| format!("{capture}/{act}");
    for (method, act, body, status, code) in [
        ("POST", act("trigger-send-out"), json!({}), 204, ""),
        ("PATCH", act("extend-due-date"), json!({ "number_of_days": 10 }), 204, ""),
        ("PATCH", act("extend-due-date"), json!({ "number_of_days": 11 }), 403, "NOT_ALLOWED"),
        ("PATCH", act("extend-due-date"), json!({}), 400, "BAD_VALUE"),
        ("POST", act("shipping-info"), json!({ "shipping_info": [] }), 400, "BAD_VALUE"),
        ("POST", "/captures/x/trigger-send-out".to_owned(), json!({}), 404, "NO_SUCH_CAPTURE"),
        ("GET", "/captures/x".to_owned(), json!({}), 404, "NO_SUCH_CAPTURE"),
        ("GET", "/refunds/x".to_owned(), json!({}), 404, "NOT_FOUND"),
        ("POST", "/captures".to_owned(), json!({ "captured_amount": 19801 }), 403, "CAPTURE_NOT_ALLOWED"),
        ("POST", "/captures".to_owned(), json!({ "captured_amount": "1" }), 400, "BAD_VALUE"),
        ("POST", "/captures".to_owned(), json!({ "captured_amount": 1, "reference": 7 }), 400, "BAD_VALUE"),
        ("POST", "/refunds".to_owned(), json!({ "refunded_amount": 101 }), 403, "REFUND_NOT_ALLOWED"),
        ("POST", "/refunds".to_owned(), json!({ "refunded_amount": 1, "order_lines": {} }), 400, "BAD_VALUE"),
        ("POST", "/cancel".to_owned(), json!({}), 403, "CANCEL_NOT_ALLOWED"),
        (
            "PATCH",
            "/authorization".to_owned(),
            json!({ "order_amount": 99 }),
            403,
            "UPDATE_AUTHORIZATION_NOT_ALLOWED",
        ),
        ("PATCH", "/merchant-references".to_owned(), json!({ "merchant_reference1": 7 }), 400, "BAD_VALUE"),
        ("PATCH", "/customer-details".to_owned(), json!({ "billing_address": {} }), 403, "NOT_ALLOWED"),
        ("PATCH", "/customer-details".to_owned(), json!({ "shipping_address": "Visby" }), 400, "BAD_VALUE"),
    ] {
        let body_shown = body.to_string();
        assert_eq!(order.refused(method, &act, body).await, (status, code.to_owned()), "{act} {body_shown}");
    }
    let unknown = order.shop.call("GET", "/ordermanagement/v1/orders/x/captures", None).await;
    assert_eq!((unknown.status, unknown.member("/error_code").as_str()), (404, "NO_SUCH_ORDER"));
}
