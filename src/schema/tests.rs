//! Tests of the schemas: what they find, and which faults of a schema are refused.

use super::*;
use serde_json::json;

const SCHEMA: &str = r##"{
    "type": "object", "x-requirement": "HPP-X-001", "required": ["redirect_url", "module"],
    "properties": {
        "redirect_url": { "type": "string", "format": "https-url", "x-requirement": "HPP-X-002" },
        "module": { "$ref": "#/$defs/module", "x-requirement": "HPP-X-003" },
        "expires_at": { "type": "string", "format": "date-time" }
    },
    "$defs": { "module": { "type": "object", "required": ["token"], "properties": { "token": { "type": "string" } } } }
}"##;

fn judge(body: &Value, loopback: bool) -> Vec<(Option<String>, String)> {
    let set = SchemaSet::compile([("schemas/x.schema.json", SCHEMA)], loopback).unwrap();
    let broken = set.conforms("x", &Body::Json(body.clone()));
    broken
        .into_iter()
        .map(|broken| (broken.requirement.map(String::from), broken.mismatch.to_string()))
        .collect()
}

fn one(id: &str, message: &str) -> Vec<(Option<String>, String)> {
    vec![(Some(id.to_owned()), message.to_owned())]
}

#[test]
fn a_mismatch_belongs_to_the_member_that_has_it_or_lacks_it() {
    let module = json!({ "token": "t" });
    let url = "https://pay.host/‹link:1›";
    assert_eq!(judge(&json!({ "redirect_url": url, "module": module }), false), []);
    assert_eq!(
        judge(&json!({ "module": module }), false),
        one("HPP-X-002", "/redirect_url: expected a member, got nothing")
    );
    assert_eq!(
        judge(&json!({ "redirect_url": url, "module": {} }), false),
        one("HPP-X-003", "/module/token: expected a member, got nothing")
    );
    assert_eq!(
        judge(&json!([]), false),
        one("HPP-X-001", "body: expected JSON type object, got a JSON array")
    );
    assert_eq!(
        judge(&json!({ "redirect_url": url, "module": module, "expires_at": "soon" }), false),
        one("HPP-X-001", "/expires_at: expected an RFC 3339 date-time, got \"soon\"")
    );
}

#[test]
fn an_optional_member_that_is_null_counts_as_absent_in_what_the_target_says() {
    let whole =
        json!({ "redirect_url": "https://pay.host/a", "module": { "token": "t" }, "expires_at": null });
    assert_eq!(judge(&whole, false), []);
    let mut required = whole.clone();
    required["module"]["token"] = Value::Null;
    let expected = one("HPP-X-003", "/module/token: expected JSON type string, got null");
    assert_eq!(judge(&required, false), expected);
    let set = SchemaSet::compile([("schemas/order-request.schema.json", SCHEMA)], false).unwrap();
    assert_eq!(set.conforms("order-request", &Body::Json(whole)).len(), 1, "what the harness sends");
}

#[test]
fn a_time_in_any_form_of_rfc_3339_is_accepted() {
    for time in ["2026-05-15T14:51:43Z", "2026-05-15T14:51:43.123456789012-00:00", "2026-05-15t14:51:43.1z"] {
        let module = json!({ "token": "t" });
        let body = json!({ "redirect_url": "https://pay.host/a", "module": module, "expires_at": time });
        assert_eq!(judge(&body, false), [], "{time}");
    }
}

#[test]
fn a_refusal_is_judged_unless_it_comes_from_in_front_of_the_api() {
    let cases =
        [(400, Some("error")), (401, None), (404, Some("error")), (413, None), (429, None), (500, None)];
    for (status, schema) in cases {
        assert_eq!(response_schema(Operation::ReadSession, status), schema, "{status}");
    }
}

#[test]
fn plain_http_is_accepted_on_loopback_alone() {
    let body = |url: &str| json!({ "redirect_url": url, "module": { "token": "t" } });
    assert_eq!(judge(&body("http://localhost:1/a"), true), []);
    for (url, loopback) in [("http://pay.example/a", true), ("http://localhost:1/a", false), ("/a", true)] {
        let message = format!("/redirect_url: expected an absolute https URL, got \"{url}\"");
        assert_eq!(judge(&body(url), loopback), one("HPP-X-002", &message));
    }
}

#[test]
fn what_is_no_schema_names_the_file_and_the_place() {
    let error =
        |text| SchemaSet::compile([("schemas/x.schema.json", text)], false).err().unwrap().to_string();
    assert!(error("{").starts_with("the schema schemas/x.schema.json is not JSON"));
    let wrong = error(r#"{ "type": "strung" }"#);
    assert!(
        wrong.starts_with("schemas/x.schema.json is not a JSON Schema of draft 2020-12, at /type: "),
        "{wrong}"
    );
    assert!(error(r#"{ "x-requirement": "HPP" }"#).ends_with("has a faulty `x-requirement`"));
    assert_eq!(
        error(r#"{ "properties": { "a": { "x-requirment": "HPP-X-001" } } }"#),
        "the schema schemas/x.schema.json has the key `x-requirment`; did you mean `x-requirement`?"
    );
}

#[test]
fn a_set_without_a_schema_that_a_check_uses_says_so() {
    let names: BTreeSet<&str> =
        RESPONSES.iter().chain(REQUESTS).map(|(_, name)| *name).chain(["error"]).collect();
    assert_eq!(names.len(), 10);
    let lacking = |name: &str| {
        let paths: Vec<String> =
            names.iter().filter(|used| **used != name).map(|used| format!("{used}.schema.json")).collect();
        SchemaSet::compile(paths.iter().map(|path| (path.as_str(), "{}")), true).unwrap().missing()
    };
    for name in &names {
        assert_eq!(lacking(name), Some(*name));
    }
    assert_eq!(lacking("none"), None);
}
