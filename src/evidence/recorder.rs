//! The recorder: the one place where secrets are cut out, before anything becomes a record.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use percent_encoding::NON_ALPHANUMERIC;
use percent_encoding::utf8_percent_encode;
use serde_json::Value;
use std::borrow::Cow;
use std::collections::HashMap;
use std::collections::HashSet;
use std::sync::RwLock;
use url::Url;

/// Members whose value lets its holder pay, read or send, and the kind of their label.
const SECRET_MEMBERS: &[(&str, &str)] = &[
    ("authorization_token", "authorization_token"),
    ("client_token", "client_token"),
    ("html_snippet", "html_snippet"),
    ("token", "token"),
    ("username", "username"),
    ("password", "password"),
];

/// Members that hold a public link: whoever knows it can pay.
const LINK_MEMBERS: &[&str] = &["redirect_url", "qr_code_url", "standalone_url"];

/// Members that hold a link on the API's own host, where other paths say what they are for.
const API_LINK_MEMBERS: &[&str] = &["generation_url", "manual_identification_check_url"];

/// Members that look opaque but are names, not secrets.
const PUBLIC_MEMBERS: &[&str] =
    &["session_id", "order_id", "klarna_reference", "correlation_id", "event_id", "merchant_id"];

/// A query value at least this long is taken for a secret unless it is known to be a name.
const OPAQUE_LENGTH: usize = 16;

/// Longest text that a record keeps.
const LONGEST_TEXT: usize = 16 * 1024;

/// Turns what is sent and seen into text that may be kept.
///
/// A secret becomes a label such as `‹authorization_token:2›`. The same value gives the same label within a run, so a check that
/// compares two labels compares the two values.
#[derive(Default)]
pub struct Recorder {
    known: RwLock<Known>,
}

struct Known {
    /// Opaque values, found in texts token by token.
    labels: HashMap<String, String>,
    /// Length of the shortest of them; a shorter token needs no look.
    shortest: usize,
    /// Values of any shape, found anywhere; few.
    phrases: Vec<(String, String)>,
    /// Values that may be shown.
    public: HashSet<String>,
    /// Origins of pages whose every path is a link.
    link_origins: HashSet<String>,
    counts: HashMap<&'static str, usize>,
}

impl Default for Known {
    fn default() -> Self {
        Self {
            labels: HashMap::new(),
            shortest: usize::MAX,
            phrases: Vec::new(),
            public: HashSet::new(),
            link_origins: HashSet::new(),
            counts: HashMap::new(),
        }
    }
}

impl Known {
    fn learn(&mut self, value: String, label: String) {
        self.shortest = self.shortest.min(value.len());
        self.labels.insert(value, label);
    }

    fn label(&mut self, kind: &'static str, value: &str) -> String {
        if let Some(label) = self.labels.get(value) {
            return label.clone();
        }
        let count = self.counts.entry(kind).or_default();
        *count += 1;
        let label = format!("‹{kind}:{count}›");
        self.learn(value.to_owned(), label.clone());
        label
    }
}

impl Recorder {
    /// Learns the credentials of a run or of a merchant account, in every form in which they travel.
    pub fn learn_credentials(&self, username: &str, password: &str) {
        let mut known = self.write();
        let pair = format!("{username}:{password}");
        for (kind, value) in [("credentials", pair.as_str()), ("username", username), ("password", password)]
        {
            let label = known.label(kind, value);
            let encoded = utf8_percent_encode(value, NON_ALPHANUMERIC).to_string();
            for form in [STANDARD.encode(value), encoded, value.to_owned()] {
                if is_token(&form) {
                    known.learn(form, label.clone());
                } else if !known.phrases.iter().any(|(phrase, _)| *phrase == form) {
                    known.phrases.push((form, label.clone()));
                }
            }
        }
        known.phrases.sort_by_key(|(phrase, _)| std::cmp::Reverse(phrase.len()));
    }

    /// A JSON body, with the values of secret members and every known secret replaced.
    pub fn json(&self, value: &Value) -> Value {
        self.member(None, value)
    }

    fn member(&self, name: Option<&str>, value: &Value) -> Value {
        match value {
            Value::Object(members) => Value::Object(
                members.iter().map(|(name, value)| (name.clone(), self.member(Some(name), value))).collect(),
            ),
            Value::Array(items) => Value::Array(items.iter().map(|item| self.member(name, item)).collect()),
            Value::String(text) => Value::String(self.string(name, text)),
            other => other.clone(),
        }
    }

    fn string(&self, name: Option<&str>, text: &str) -> String {
        let Some(name) = name else { return self.text(text) };
        if text.is_empty() {
            return String::new();
        }
        if let Some((_, kind)) = SECRET_MEMBERS.iter().find(|(member, _)| *member == name) {
            return self.write().label(kind, text);
        }
        if LINK_MEMBERS.contains(&name) {
            return self.link(text);
        }
        if API_LINK_MEMBERS.contains(&name)
            && let Ok(url) = Url::parse(text)
            && url.has_host()
            && url.path().len() > 1
        {
            return labelled_link(&mut self.write(), &url);
        }
        if PUBLIC_MEMBERS.contains(&name) {
            if let Some(label) = self.read().labels.get(text) {
                return label.clone();
            }
            if !self.read().public.contains(text) {
                self.write().public.insert(text.to_owned());
            }
            return text.to_owned();
        }
        self.text(text)
    }

    /// A link that lets its holder pay: scheme, host, parameter names and encoding stay, path and values become labels.
    ///
    /// A text that is no absolute URL is shown as it is, so that a finding can quote it.
    pub fn link(&self, text: &str) -> String {
        let Ok(url) = Url::parse(text) else { return self.text(text) };
        if !url.has_host() || url.path().len() <= 1 {
            return self.text(text);
        }
        let mut known = self.write();
        known.link_origins.insert(origin(&url));
        labelled_link(&mut known, &url)
    }

    /// A URL that was visited: links on page hosts become labels, opaque query values too.
    pub fn url(&self, text: &str) -> String {
        let Ok(url) = Url::parse(text) else { return self.text(text) };
        if !url.has_host() {
            return self.text(text);
        }
        let mut known = self.write();
        if known.link_origins.contains(&origin(&url)) && url.path().len() > 1 {
            return labelled_link(&mut known, &url);
        }
        let (base, fragment) = split_at(text, '#');
        let (path, query) = split_at(base, '?');
        let mut shown = replace_tokens(&known, path).into_owned();
        if let Some(query) = query {
            let pairs: Vec<String> = query.split('&').map(|pair| query_pair(&mut known, pair)).collect();
            shown.push('?');
            shown.push_str(&pairs.join("&"));
        }
        if let Some(fragment) = fragment {
            shown.push('#');
            shown.push_str(&replace_tokens(&known, fragment));
        }
        shown
    }

    /// Any text, with every known secret replaced; cut where it is long.
    pub fn text(&self, text: &str) -> String {
        let known = self.read();
        let mut cut = text.len().min(LONGEST_TEXT);
        while !text.is_char_boundary(cut) {
            cut -= 1;
        }
        let mut shown = Cow::Borrowed(text);
        for (phrase, label) in &known.phrases {
            if shown.contains(phrase.as_str()) {
                shown = Cow::Owned(shown.replace(phrase.as_str(), label));
            }
        }
        let shown = replace_tokens(&known, &shown);
        if text.len() > cut { shown.chars().take(LONGEST_TEXT).collect() } else { shown.into_owned() }
    }

    fn read(&self) -> std::sync::RwLockReadGuard<'_, Known> {
        self.known.read().unwrap_or_else(std::sync::PoisonError::into_inner)
    }

    fn write(&self) -> std::sync::RwLockWriteGuard<'_, Known> {
        self.known.write().unwrap_or_else(std::sync::PoisonError::into_inner)
    }
}

fn origin(url: &Url) -> String {
    url.origin().ascii_serialization()
}

fn labelled_link(known: &mut Known, url: &Url) -> String {
    let label = known.label("link", url.path());
    let mut shown = format!("{}/{label}", origin(url));
    if let Some(query) = url.query() {
        let pairs: Vec<String> = query.split('&').map(|pair| query_pair(known, pair)).collect();
        shown.push('?');
        shown.push_str(&pairs.join("&"));
    }
    shown
}

/// A query parameter: the name stays, an opaque value becomes a label.
fn query_pair(known: &mut Known, pair: &str) -> String {
    let (name, Some(value)) = split_at(pair, '=') else { return replace_tokens(known, pair).into_owned() };
    let decoded = percent_encoding::percent_decode_str(value).decode_utf8_lossy();
    let opaque = decoded.len() >= OPAQUE_LENGTH
        && !decoded.contains(['{', '}', ' '])
        && !known.public.contains(decoded.as_ref())
        && !known.public.contains(&decoded.to_lowercase());
    let label = match known.labels.get(decoded.as_ref()) {
        Some(label) => Some(label.clone()),
        None if opaque => Some(known.label("value", &decoded)),
        None => None,
    };
    match label {
        Some(label) => format!("{name}={label}"),
        None => format!("{name}={}", replace_tokens(known, value)),
    }
}

fn split_at(text: &str, mark: char) -> (&str, Option<&str>) {
    match text.split_once(mark) {
        Some((before, after)) => (before, Some(after)),
        None => (text, None),
    }
}

fn is_token_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.' | b'~' | b'+' | b'%' | b'/' | b'=')
}

fn is_token(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(is_token_byte)
}

/// Looks up each run of token characters, whole first, then its parts: a token may stand in a path, after a name, or before a full stop.
fn replace_tokens<'t>(known: &Known, text: &'t str) -> Cow<'t, str> {
    if text.len() < known.shortest {
        return Cow::Borrowed(text);
    }
    let mut shown = String::new();
    let mut copied = 0;
    let mut found = |start: usize, end: usize| {
        if start < copied || end - start < known.shortest {
            return false;
        }
        let Some(label) = known.labels.get(&text[start..end]) else { return false };
        shown.push_str(&text[copied..start]);
        shown.push_str(label);
        copied = end;
        true
    };
    let bytes = text.as_bytes();
    let mut at = 0;
    while at < bytes.len() {
        if !is_token_byte(bytes[at]) {
            at += 1;
            continue;
        }
        let start = at;
        while at < bytes.len() && is_token_byte(bytes[at]) {
            at += 1;
        }
        if at - start < known.shortest || found(start, at) {
            continue;
        }
        let mut part = start;
        for mark in (start..at).filter(|index| matches!(bytes[*index], b'/' | b'=')) {
            found(part, mark);
            part = mark + 1;
        }
        if part > start {
            found(part, at);
        }
        if bytes[at - 1] == b'.' {
            found(part, at - 1);
        }
    }
    if copied == 0 {
        return Cow::Borrowed(text);
    }
    shown.push_str(&text[copied..]);
    Cow::Owned(shown)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_secret_keeps_its_label_wherever_it_is_seen() {
        let recorder = Recorder::default();
        let token = "f3392f8b-6116-4073-ab96-e330819e2c07";
        let landing = recorder.url(&format!("https://merchant.example/7/success?t={token}&basket=a%2Bb"));
        assert_eq!(landing, "https://merchant.example/7/success?t=‹value:1›&basket=a%2Bb");
        let body = recorder.json(&json!({ "authorization_token": token, "status": "COMPLETED" }));
        assert_eq!(body, json!({ "authorization_token": "‹value:1›", "status": "COMPLETED" }));
        assert_eq!(
            recorder.text(&format!("/authorizations/{token}/order")),
            "/authorizations/‹value:1›/order"
        );
    }

    #[test]
    fn a_name_is_shown_as_it_is() {
        let recorder = Recorder::default();
        let id = "0b4ba456-0f1b-4a8c-9a1a-02f6d3d3bb2d";
        recorder.json(&json!({ "session_id": id }));
        assert_eq!(
            recorder.url(&format!("https://merchant.example/7/back?session_id={id}")),
            format!("https://merchant.example/7/back?session_id={id}")
        );
    }

    #[test]
    fn an_unfilled_placeholder_stays_visible() {
        let recorder = Recorder::default();
        let url = "https://merchant.example/7/success?token={{authorization_token}}";
        assert_eq!(recorder.url(url), url);
        let encoded = "https://merchant.example/7/success?token=%7B%7Bauthorization_token%7D%7D";
        assert_eq!(recorder.url(encoded), encoded);
    }

    #[test]
    fn a_link_keeps_scheme_host_and_parameter_names() {
        let recorder = Recorder::default();
        assert_eq!(recorder.link("https://pay.example/eu/p/x1Y"), "https://pay.example/‹link:1›");
        assert_eq!(recorder.url("https://pay.example/eu/p/x1Y"), "https://pay.example/‹link:1›");
        assert_eq!(recorder.url("https://pay.example/eu/p/x1Y/act"), "https://pay.example/‹link:2›");
        assert_eq!(recorder.link("/relative"), "/relative");
    }

    #[test]
    fn the_host_of_the_api_is_not_taken_for_one_of_pages() {
        let recorder = Recorder::default();
        let created =
            recorder.json(&json!({ "generation_url": "https://api.example/hpp/v1/sessions/1/token" }));
        assert_eq!(created, json!({ "generation_url": "https://api.example/‹link:1›" }));
        assert_eq!(
            recorder.url("https://api.example/hpp/v1/sessions"),
            "https://api.example/hpp/v1/sessions"
        );
    }

    #[test]
    fn credentials_are_found_in_every_form_they_travel_in() {
        let recorder = Recorder::default();
        recorder.learn_credentials("K1_shop", "p w/é\"1");
        let encoded = STANDARD.encode("K1_shop:p w/é\"1");
        assert_eq!(recorder.text(&format!("Basic {encoded}")), "Basic ‹credentials:1›");
        assert_eq!(recorder.text("user K1_shop."), "user ‹username:1›.");
        assert_eq!(recorder.text("as p%20w%2F%C3%A9%221 or p w/é\"1"), "as ‹password:1› or ‹password:1›");
    }

    #[test]
    fn a_long_text_is_cut() {
        assert_eq!(Recorder::default().text(&"é".repeat(20_000)).chars().count(), LONGEST_TEXT);
    }
}
