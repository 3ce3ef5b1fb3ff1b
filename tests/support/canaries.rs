//! Canaries: secrets that a target puts into its answers, to be searched for in what a run writes.

use crate::proxy::{Answer, Asked};
use crate::{PASSWORD, TYPED, USERNAME};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

/// Secrets by their name.
pub type Canaries = Arc<Mutex<BTreeMap<String, Vec<String>>>>;

/// Notes a secret, and returns it.
pub fn note(canaries: &Canaries, name: &str, value: &str) -> String {
    let mut canaries = canaries.lock().unwrap();
    canaries.entry(name.to_owned()).or_default().push(value.to_owned());
    value.to_owned()
}

/// Puts secrets into every part of an answer, and notes those that are there.
pub fn plant(asked: &Asked, answer: &mut Answer, canaries: &Canaries) {
    let pair = format!("{USERNAME}:{PASSWORD}");
    for (name, value) in
        [("Set-Cookie", "sid=Ck1cookie9f3a"), ("X-Auth-Token", "Xt2token8e4b"), ("ETag", "\"Et3tag7d5c\"")]
    {
        note(canaries, name, value.split('=').next_back().unwrap().trim_matches('"'));
        answer.fields.push(format!("{name}: {value}"));
    }
    for field in answer.fields.iter_mut().filter(|field| field.to_lowercase().starts_with("content-type:")) {
        *field = format!("{field}; x={}", STANDARD.encode(&pair));
    }
    answer.fields.push(format!("X-{USERNAME}: 1"));
    let opaque = note(canaries, "path of Content-Location", "Cl4location6c2d9a11");
    answer.fields.push(format!("Content-Location: https://pay.example/{opaque}?t={opaque}"));
    let Ok(Value::Object(mut members)) = serde_json::from_slice(&answer.body) else { return };
    if members.contains_key("error_messages") {
        let percent = utf8_percent_encode(PASSWORD, NON_ALPHANUMERIC).to_string();
        let html = in_bytes(PASSWORD, |byte| format!("&#{byte};"));
        let echo = format!(
            "{USERNAME} {PASSWORD} Basic {} {percent} {html} {} {}",
            STANDARD.encode(&pair),
            hex(PASSWORD),
            hex(&pair).to_uppercase()
        );
        members.insert("error_messages".into(), json!(["Bad value: session_id", echo, "Tk5module5b8e"]));
    }
    if asked.line.starts_with("GET /") {
        let person = json!({
            "given_name": "Gn7person", "date_of_birth": "1981-02-03", "national_identification_number": "Ni8person4411",
        });
        members.insert("customer".into(), person);
        members.insert(
            "an_added_address".into(),
            json!({ "email": "em9person@shop.example", "phone": "+49 151 7654321" }),
        );
        members.insert(
            "an_added_text".into(),
            json!(format!("em9person@shop.example, +49 151 7654321, Ni8person4411, {TYPED}")),
        );
    }
    if members.contains_key("client_token") {
        let token = note(canaries, "client_token", "Ct6client4a7f");
        members.insert("client_token".into(), json!(token));
    }
    if asked.line.starts_with("POST /hpp/v1/sessions") && members.contains_key("redirect_url") {
        for (name, query) in [("redirect_url", "Rq7"), ("qr_code_url", "Qq8")] {
            let link = members[name].as_str().unwrap().to_owned();
            note(canaries, &format!("key of {name}"), link.rsplit('/').next().unwrap());
            let (query, fragment) = (format!("{query}s1d"), format!("{query}fragment3c"));
            note(canaries, &format!("query of {name}"), &query);
            note(canaries, &format!("fragment of {name}"), &fragment);
            members.insert(name.into(), json!(format!("{link}?k={query}#{fragment}")));
        }
        let own = &asked.own;
        members.insert(
            "distribution_module".into(),
            json!({
                "standalone_url": format!("https://pay.example/Sp9module2d6a?view={{{{view_id}}}}&t=Tk5module5b8e"),
                "generation_url": format!("{own}/hpp/v1/Gu0generation1e5b"),
                "token": "Tk5module5b8e",
            }),
        );
        members.insert("manual_identification_check_url".into(), json!(format!("{own}/hpp/v1/Mi1check0f4c")));
        let account = json!({ "username": "Un2inner9a3d", "password": "Pw3inner8b2e", "authorization_token": "At4inner7c1f", "html_snippet": "<p>Hs5inner6d0a" });
        members.insert("an_added_member".into(), account);
        let names = json!({ STANDARD.encode(&pair): 1, USERNAME: "https://k7user_4c1e.example/help" });
        members.insert("authorized_by".into(), names);
        let token = note(canaries, "token in a name", "Nt7name4d8e5c3a1f");
        members.insert("tokens".into(), json!({ token: { "kind": "Kt" } }));
    }
    if let Some(Value::String(url)) = members.get("session_url").cloned() {
        members.insert("session_url".into(), json!(format!("{url}?note=Su6opaque5e9b1234567")));
    }
    answer.body = Value::Object(members).to_string().into_bytes();
}

/// A text in hexadecimal.
pub fn hex(text: &str) -> String {
    in_bytes(text, |byte| format!("{byte:02x}"))
}

/// A text of which each byte is written in this way.
/// A text whose every byte is written like this.
pub fn in_bytes(text: &str, form: impl Fn(u8) -> String) -> String {
    text.bytes().map(form).collect::<Vec<_>>().concat()
}
