//! The `OpenAPI` description of the mock agrees with the schemas of the suite, and the answers of the mock agree with it.

use crate::mock_process::MockProcess;
use crate::server;
use serde_json::{Value, json};
use std::collections::BTreeSet;

/// A schema of the suite, its counterpart in the description, and its dialect.
const PAIRS: [(&str, &str); 8] = [
    ("create-session-request", "CreateSession"),
    ("session-created", "SessionCreated"),
    ("session", "Session"),
    ("error", "Error"),
    ("payment-session-request", "PaymentSessionRequest"),
    ("payment-session-created", "PaymentSessionCreated"),
    ("order-request", "OrderRequest"),
    ("order", "Order"),
];

#[test]
fn names_enumerations_and_required_members_are_those_of_the_schemas() {
    let mock = MockProcess::start("klarna");
    let description = mock.get("/_mock/openapi.json").json();
    for (file, name) in PAIRS {
        let text = std::fs::read_to_string(format!("schemas/{file}.schema.json")).unwrap();
        let ours: Value = serde_json::from_str(&text).unwrap();
        let theirs = &description["components"]["schemas"][name];
        compare(&ours, theirs, name);
    }
}

/// Checks at every depth that the counterpart has every member, with the same enumerations and required members.
fn compare(ours: &Value, theirs: &Value, place: &str) {
    assert_eq!(words(ours, "required"), words(theirs, "required"), "{place}: required");
    assert_eq!(words(ours, "enum"), words(theirs, "enum"), "{place}: enum");
    for (name, member) in ours["properties"].as_object().into_iter().flatten() {
        let place = format!("{place}/{name}");
        let counterpart = theirs["properties"].get(name);
        compare(member, counterpart.unwrap_or_else(|| panic!("{place} is not described")), &place);
    }
    for name in theirs["properties"].as_object().into_iter().flatten().map(|(name, _)| name) {
        assert!(ours["properties"].get(name).is_some(), "{place}/{name} is in no schema of ours");
    }
    if let Some(items) = ours.get("items") {
        compare(items, &theirs["items"], &format!("{place}[]"));
    }
}

fn words(schema: &Value, keyword: &str) -> BTreeSet<String> {
    let words = schema[keyword].as_array().into_iter().flatten();
    // The mock accepts null for a member that may be left out.
    words.filter(|word| !word.is_null()).map(Value::to_string).collect()
}

#[test]
fn a_whole_purchase_answers_as_described() {
    for (dialect, open, id) in
        [("klarna", "/payments/v1/sessions", "session_id"), ("kustom", "/checkout/v3/orders", "order_id")]
    {
        let mock = MockProcess::start(dialect);
        let judge = Judge { description: mock.get("/_mock/openapi.json").json() };
        let payment = judge.send(&mock, "post", open, open, &server::purchase());
        let payment_url = format!("{}{open}/{}", mock.base_url, payment[id].as_str().unwrap());
        let request = json!({ "payment_session_url": payment_url });
        let created = judge.send(&mock, "post", "/hpp/v1/sessions", "/hpp/v1/sessions", &request);
        let key = created["session_id"].as_str().unwrap();
        let page = created["redirect_url"].as_str().unwrap().split("/pay/").nth(1).unwrap();
        let merchant = mock.get("/_mock").json()["merchant_id"].as_str().unwrap().to_owned();
        let pay_page = format!("/pay/{page}");
        mock.send("POST", &format!("{pay_page}/move"), "application/x-www-form-urlencoded", b"move=decline");
        let order = paid_order(&mock, open, id);
        let part = |path: &str, field: &str, amount: Value| {
            let place = format!("/ordermanagement/v1/orders/{order}/{path}");
            mock.send("POST", &place, "application/json", amount.to_string().as_bytes()).field(field)
        };
        let capture = part("captures", "Capture-Id", json!({ "captured_amount": 100 }));
        let refund = part("refunds", "Refund-Id", json!({ "refunded_amount": 10 }));
        let fill = |path: &str| {
            let order = if path.starts_with("/checkout/") { payment[id].as_str().unwrap() } else { &order };
            path.replace("/pay/{key}", &pay_page)
                .replace("{key}", key)
                .replace("{session_id}", payment[id].as_str().unwrap())
                .replace("{order_id}", order)
                .replace("{capture_id}", &capture)
                .replace("{refund_id}", &refund)
                .replace("{identifier}/{form}", "pay_later/standard")
                .replace("{merchant_id}", &merchant)
                .replace("{outcome}", "failure")
                .replace("{part}", "main")
                .replace("{token}", "none")
        };
        let mut judged = 0;
        for (path, item) in judge.description["paths"].as_object().unwrap() {
            if item.get("get").is_some() && path != "/_mock/events" {
                judge.send(&mock, "get", path, &fill(path), &Value::Null);
                judged += 1;
            }
        }
        assert!(judged >= 20, "{judged}");
        judge.send(&mock, "post", "/hpp/v1/sessions", "/hpp/v1/sessions", &json!([]));
        let path = "/hpp/v1/sessions/{key}";
        judge.send(&mock, "delete", path, &fill(path), &Value::Null);
    }
}

/// The id of an order that the page placed, with references and addresses.
fn paid_order(mock: &MockProcess, open: &str, id: &str) -> String {
    let json = "application/json";
    let mut purchase = server::purchase();
    purchase["merchant_reference1"] = "A-1".into();
    purchase["billing_address"] = json!({ "city": "Visby" });
    let payment = mock.send("POST", open, json, purchase.to_string().as_bytes()).json();
    let url = format!("{}{open}/{}", mock.base_url, payment[id].as_str().unwrap());
    let request = json!({ "payment_session_url": url, "options": { "place_order_mode": "PLACE_ORDER" } });
    let created = mock.send("POST", "/hpp/v1/sessions", json, request.to_string().as_bytes()).json();
    let page = created["redirect_url"].as_str().unwrap().split_once("/pay/").unwrap().1.to_owned();
    mock.send("POST", &format!("/pay/{page}/move"), "application/x-www-form-urlencoded", b"move=approve");
    let read = mock.get(&format!("/hpp/v1/sessions/{}", created["session_id"].as_str().unwrap())).json();
    read["order_id"].as_str().unwrap().to_owned()
}

/// Checks answers against the description.
struct Judge {
    description: Value,
}

impl Judge {
    fn send(&self, mock: &MockProcess, method: &str, template: &str, path: &str, body: &Value) -> Value {
        let sent = if body.is_null() { String::new() } else { body.to_string() };
        let answer = mock.send(&method.to_uppercase(), path, "application/json", sent.as_bytes());
        let place = format!("{method} {path}");
        let responses = &self.description["paths"][template][method]["responses"];
        let response = responses.get(answer.status.to_string());
        let response = response.unwrap_or_else(|| panic!("{place}: {} is not described", answer.status));
        let shared = response["$ref"].as_str().and_then(|name| self.description.pointer(&name[1..]));
        let response = shared.unwrap_or(response);
        let Some(content) = response.get("content") else {
            assert!(answer.body.is_empty(), "{place}: a body nobody described");
            return Value::Null;
        };
        let (media_type, described) = content.as_object().unwrap().iter().next().unwrap();
        let field = answer.fields.iter().find(|(name, _)| name == "Content-Type");
        assert!(field.is_some_and(|(_, value)| value.starts_with(media_type)), "{place}: {field:?}");
        if media_type != "application/json" {
            return Value::Null;
        }
        let mut schema = described["schema"].clone();
        schema["components"] = self.description["components"].clone();
        let validator =
            jsonschema::draft202012::options().should_validate_formats(true).build(&schema).unwrap();
        let body = answer.json();
        let faults: Vec<String> = validator.iter_errors(&body).map(|fault| fault.to_string()).collect();
        assert!(faults.is_empty(), "{place}: {faults:?} in {body}");
        body
    }
}
