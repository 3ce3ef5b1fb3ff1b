//! Tests of `schemas/target.schema.json`: it knows the keys, the texts and the values that the program knows.

use super::fixture::{PROFILE, parse_with};
use super::reference::rows;
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;

fn schema() -> Value {
    serde_json::from_str(&std::fs::read_to_string("schemas/target.schema.json").unwrap()).unwrap()
}

/// A value of TOML as an editor sees it.
fn as_json(value: toml::Value) -> Value {
    match value {
        toml::Value::Table(table) => {
            Value::Object(table.into_iter().map(|(key, value)| (key, as_json(value))).collect())
        }
        toml::Value::Array(entries) => entries.into_iter().map(as_json).collect(),
        toml::Value::Datetime(time) => json!(time.to_string()),
        other => json!(other),
    }
}

/// What the schema says against a profile.
fn faults(text: &str) -> Vec<String> {
    let validator = jsonschema::draft202012::new(&schema()).unwrap();
    let instance = as_json(toml::Value::Table(toml::from_str(text).unwrap()));
    validator.iter_errors(&instance).map(|error| format!("{}: {error}", error.instance_path())).collect()
}

/// What the program says against a profile.
fn refusal(text: &str) -> Option<String> {
    let built_in = [("page.toml", ""), ("base.toml", PROFILE)];
    parse_with(&built_in, text).err().map(|error| error.to_string())
}

#[test]
fn every_key_of_the_reference_is_in_the_schema_with_its_text_and_its_default() {
    let schema = schema();
    let required = |pointer: &str| -> Vec<String> {
        serde_json::from_value(schema.pointer(pointer).cloned().unwrap_or(json!([]))).unwrap()
    };
    for (heading, pointer, needed) in [
        ("Profile", "", "/else/required"),
        ("`credentials`", "/$defs/account", "/else/properties/credentials/required"),
        ("`credentials`", "/$defs/account", "/else/properties/second_account/required"),
        ("`[purchase]`", "/$defs/purchase", "/$defs/purchase/required"),
        ("`[[market]]`", "/$defs/market", "/$defs/market/required"),
        ("`[deadlines]`", "/$defs/deadlines", "/$defs/deadlines/required"),
        ("`[[waiver]]`", "/$defs/waiver", "/$defs/waiver/required"),
        ("`[[dismissed]]`", "/$defs/dismissed", "/$defs/dismissed/required"),
        ("`[[accepted_unseen]]`", "/$defs/accepted_unseen", "/$defs/accepted_unseen/required"),
    ] {
        let properties: BTreeMap<String, Map<String, Value>> =
            serde_json::from_value(schema.pointer(&format!("{pointer}/properties")).unwrap().clone())
                .unwrap();
        let of_schema = properties.into_iter().map(|(key, property)| {
            let default = property.get("default").map(ToString::to_string);
            (key, (property["description"].as_str().unwrap().to_owned(), default))
        });
        let of_reference = rows(heading).map(|row| {
            let default = row.default.strip_prefix('`').map(|value| value.trim_end_matches('`').to_owned());
            (row.key.to_owned(), (row.meaning.to_owned(), default))
        });
        assert_eq!(of_schema.collect::<BTreeMap<_, _>>(), of_reference.collect(), "{heading}");
        let of_reference = rows(heading).filter(|row| row.default == "required").map(|row| row.key);
        assert_eq!(required(needed), of_reference.collect::<Vec<_>>(), "{heading}");
        assert_eq!(
            schema.pointer(&format!("{pointer}/additionalProperties")),
            Some(&json!(false)),
            "{heading}"
        );
    }
}

#[test]
fn every_built_in_profile_keeps_the_schema() {
    let mut count = 0;
    for entry in std::fs::read_dir("targets").unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_some_and(|ending| ending == "toml") {
            assert_eq!(faults(&std::fs::read_to_string(&path).unwrap()), [""; 0], "{}", path.display());
            count += 1;
        }
    }
    assert!(count >= 7, "{count}");
}

/// Terms of a decision.
const TERMS: &str = "reason = \"x\"\nowner = \"y\"\n";

#[test]
fn what_the_program_accepts_the_schema_accepts() {
    let unseen = format!(
        "[[accepted_unseen]]\nrequirements = [\"SHOP-READ2-001\"]\narea = \"read\"\n{TERMS}expires = 2027-01-31"
    );
    let waiver = format!(
        "[[waiver]]\nrequirement = \"HPP-READ-001\"\nsubject = \"/a\"\nactual = \"\"\n{TERMS}expires = \"2027-12-31\""
    );
    let more = [
        "https://API.shop.example:8443/v1",
        "http://localhost:1/x",
        "http://a.localhost",
        "http://[::1]:8080",
    ];
    let urls = more.map(|url| PROFILE.replace("http://127.0.0.1:8080", url));
    let lines = [
        "",
        "extends = \"base\"",
        "api_origins = [\"https://a.example\", \"https://a.example:8443/\"]\npage_hosts = [\"pay.example\", \"münchen.example\"]",
        "abilities = [\"browser\", \"outcome\", \"burst\"]\npage_driver = \"page.toml\"\nextra_ca = \"ca.pem\"",
        "abilities = [\"clock\", \"mailbox\", \"receiver\"]\ncontrol_url = \"http://127.0.0.1:1/_mock\"",
        "abilities = [\"receiver\"]\nreceiver_address = \"[::1]:8443\"",
        "receiver_address = \"192.168.1.5:8443\"",
        "receiver_url = \"https://hooks.example:8443\"\nreceiver_address = \"10.0.0.1:8443\"",
        "client_certificate = \"own.pem\"\nclient_key = \"own.key\"",
        "proxy = \"http://proxy.example:3128\"\nhttp = \"2\"",
        "webdriver = \"http://grid.example:4444\"",
        "webdriver = \"http://127.0.0.1:4444/wd/hub\"",
        "http = \"1.1\"",
        "outcome = [\"approve\"]\npage_driver = \"page.toml\"",
        "may_wait = \"50h\"",
        "may_wait = \"1h 30m\"",
        "may_wait = \"PT10H\"",
        "may_wait = \"2 hours, 3 minutes\"",
        "requests_per_second = 40\nat_once = 8",
        "emails_per_run = 0\nsms_per_run = 5",
        "[[market]]\ncountry = \"SE\"\nname = \"north\"\ncurrency = \"SEK\"\nlocale = \"sv-SE\"\noutcome = []",
        "creates_per_second = 2",
        "creates_per_second = 0.001",
        "purchase = { country = \"SE\", currency = \"SEK\", locale = \"sv-SE\" }",
        "deadlines = { quiet = \"300ms\", step = \"0.5s\" }",
        "confirmed = [\"HPP-READ-001\", \"U-SWITCH\"]\nfloor = [\"HPP-READ-001\"]",
        "second_account = { username = { env = \"CARGO_PKG_NAME\" }, password = { env = \"PATH\" } }",
        &unseen,
        &waiver,
    ];
    for text in urls.into_iter().chain(lines.map(|line| format!("{PROFILE}{line}\n"))) {
        assert_eq!((refusal(&text), faults(&text)), (None, Vec::new()), "{text}");
    }
    for text in ["extends = \"base\"", "extends = \"base\"\ncredentials.password = { env = \"PATH\" }"] {
        assert_eq!((refusal(text), faults(text)), (None, Vec::new()), "{text}");
    }
}

#[test]
fn what_the_schema_refuses_the_program_refuses_too() {
    let url = |url: &str| PROFILE.replace("http://127.0.0.1:8080", url);
    let without =
        |key: &str| PROFILE.lines().filter(|line| !line.starts_with(key)).collect::<Vec<_>>().join("\n");
    let password = |source: &str| PROFILE.replace("password = { env = \"PATH\" }", source);
    let whole = [
        url("http://shop.example"),
        url("https://u:p@shop.example"),
        url("https://shop.example?x"),
        url("https://shop.example#x"),
        url("ftp://shop.example"),
        url("shop.example"),
        without("name"),
        without("base_url"),
        without("dialect"),
        without("provider"),
        without("credentials"),
        password("password = \"s3cret\""),
        password("password = { env = \"PATH\", file = \"x\" }"),
        password("password = { evn = \"PATH\" }"),
        password("passwort = { env = \"PATH\" }"),
        PROFILE.replace("password = { env = \"PATH\" }", "").replace(", }", " }"),
        PROFILE.replace("\"klarna\"", "\"clarna\""),
        PROFILE.replace("\"KP\"", "\"kp\""),
        PROFILE.replace("\"KP\"", "\"KCO\""),
        PROFILE.replace("\"shop\"", "\"\""),
        PROFILE.replace("\"shop\"", "\"a\\nb\""),
        PROFILE.replace("\"shop\"", &format!("\"{}\"", "s".repeat(81))),
    ];
    let decision =
        format!("requirement = \"HPP-READ-001\"\nsubject = \"/a\"\n{TERMS}expires = \"2027-01-31\"\n");
    let waivers = ["requirement", "subject", "reason", "owner", "expires"].map(|key| {
        let left = decision.lines().filter(|line| !line.starts_with(key)).collect::<Vec<_>>();
        format!("[[waiver]]\n{}", left.join("\n"))
    });
    let lines = [
        "base_ulr = \"x\"",
        "extends = [\"base\"]",
        "api_origins = [\"https://a.example/v1\"]",
        "api_origins = \"https://a.example\"",
        "page_hosts = [\"https://pay.example\"]",
        "page_hosts = [\"pay.example\", \"pay.example\"]",
        "merchant_host = \"merchant.example:443\"",
        "merchant_host = \"\"",
        "abilities = [\"clocks\"]",
        "abilities = [\"burst\", \"burst\"]",
        "abilities = [\"clock\"]",
        "abilities = [\"mailbox\"]",
        "abilities = [\"browser\"]",
        "abilities = [\"outcome\"]",
        "abilities = [\"receiver\"]",
        "outcome = [\"approve\"]",
        "outcome = []",
        "outcome = [\"approved\"]",
        "may_wait = \"50h\"\nabilities = [\"clock\"]\ncontrol_url = \"http://127.0.0.1:1\"",
        "may_wait = \"-1h\"",
        "may_wait = \"10\"",
        "may_wait = 10",
        "receiver_address = \"here\"",
        "receiver_address = \"127.0.0.1:0\"",
        "receiver_url = \"https://hooks.example\"",
        "receiver_url = \"http://localhost:1\"\nreceiver_address = \"127.0.0.1:8443\"",
        "receiver_url = \"https://hooks.example/x\"\nreceiver_address = \"127.0.0.1:8443\"",
        "client_certificate = \"own.pem\"",
        "client_key = \"own.key\"",
        "proxy = \"socks5://proxy.example\"",
        "proxy = \"http://user:s3cret@proxy.example\"",
        "proxy = \"\"",
        "webdriver = \"https://grid.example\"",
        "webdriver = \"http://user:s3cret@grid.example:4444\"",
        "webdriver = \"grid.example:4444\"",
        "http = \"3\"",
        "http = 2",
        "requests_per_second = 0",
        "at_once = 0",
        "emails_per_run = -1",
        "sms_per_run = \"5\"",
        "at_once = 1.5",
        "creates_per_second = 0",
        "creates_per_second = -1.0",
        "creates_per_second = nan",
        "creates_per_second = \"4\"",
        "purchase.country = \"de\"",
        "purchase.currency = \"euro\"",
        "purchase.locale = \"de_DE\"",
        "purchase.contry = \"DE\"",
        "deadlines.page = \"0s\"",
        "deadlines.pages = \"1s\"",
        "confirmed = \"all\"",
        "floor = [\"READ\"]",
        "floor = [\"HPP-READ-001\", \"HPP-READ-001\"]",
        "waiver = { a = 1 }",
        "[[dismissed]]\nrequirement = \"HPP-READ-001\"",
        "[[accepted_unseen]]\narea = \"read\"\nreason = \"x\"\nowner = \"y\"",
        "[[accepted_unseen]]\nareas = \"read\"",
    ];
    let lines = lines.iter().map(|line| (*line).to_owned()).chain(waivers);
    for text in whole.into_iter().chain(lines.map(|line| format!("{PROFILE}{line}\n"))) {
        assert!(refusal(&text).is_some() && !faults(&text).is_empty(), "{text}");
    }
}
