//! The recorder: the one place where secrets are cut out, before anything becomes a record.

use crate::evidence::Field;
use crate::evidence::known::Known;
use crate::evidence::known::is_token;
use crate::evidence::known::replace_tokens;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use percent_encoding::NON_ALPHANUMERIC;
use percent_encoding::utf8_percent_encode;
use serde_json::Value;
use std::borrow::Cow;
use std::sync::RwLock;
use std::sync::RwLockReadGuard;
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
    pub fn json(&self, mut value: Value) -> Value {
        self.cut(&mut self.reading(), None, &mut value);
        value
    }

    /// Header fields; a URL that one leads to is recorded as such.
    pub fn fields<'f>(&self, fields: impl Iterator<Item = (&'f str, Cow<'f, str>)>) -> Vec<Field> {
        let mut reading = self.reading();
        let recorded = fields.map(|(name, value)| {
            let shown = if name.eq_ignore_ascii_case("location") {
                reading.pause();
                self.url(&value)
            } else {
                shown(reading.known(), &value)
            };
            (name.to_owned(), shown)
        });
        recorded.collect()
    }

    fn cut(&self, reading: &mut Reading<'_>, name: Option<&str>, value: &mut Value) {
        match value {
            Value::Object(members) => {
                members.iter_mut().for_each(|(name, value)| self.cut(reading, Some(name), value));
            }
            Value::Array(items) => items.iter_mut().for_each(|item| self.cut(reading, name, item)),
            Value::String(text) => *text = self.string(reading, name, text),
            _ => {}
        }
    }

    fn string(&self, reading: &mut Reading<'_>, name: Option<&str>, text: &str) -> String {
        let Some(name) = name else { return shown(reading.known(), text) };
        if text.is_empty() {
            return String::new();
        }
        if let Some((_, kind)) = SECRET_MEMBERS.iter().find(|(member, _)| *member == name) {
            reading.pause();
            return self.write().label(kind, text);
        }
        if LINK_MEMBERS.contains(&name) {
            reading.pause();
            return self.link(text);
        }
        if API_LINK_MEMBERS.contains(&name)
            && let Ok(url) = Url::parse(text)
            && url.has_host()
            && url.path().len() > 1
        {
            reading.pause();
            return labelled_link(&mut self.write(), &url);
        }
        if PUBLIC_MEMBERS.contains(&name) {
            if let Some(label) = reading.known().labels.get(text) {
                return label.clone();
            }
            if !reading.known().public.contains(text) {
                reading.pause();
                self.write().public.insert(text.to_owned());
            }
            return text.to_owned();
        }
        shown(reading.known(), text)
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
        shown(&self.read(), text)
    }

    fn reading(&self) -> Reading<'_> {
        Reading { recorder: self, known: None }
    }

    fn read(&self) -> RwLockReadGuard<'_, Known> {
        self.known.read().unwrap_or_else(std::sync::PoisonError::into_inner)
    }

    fn write(&self) -> std::sync::RwLockWriteGuard<'_, Known> {
        self.known.write().unwrap_or_else(std::sync::PoisonError::into_inner)
    }
}

/// A look at what is known that lasts over several values. It is let go before anything new is learned.
struct Reading<'r> {
    recorder: &'r Recorder,
    known: Option<RwLockReadGuard<'r, Known>>,
}

impl Reading<'_> {
    fn known(&mut self) -> &Known {
        let recorder = self.recorder;
        self.known.get_or_insert_with(|| recorder.read())
    }

    fn pause(&mut self) {
        self.known = None;
    }
}

fn shown(known: &Known, text: &str) -> String {
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
    let shown = replace_tokens(known, &shown);
    if text.len() > cut { shown.chars().take(LONGEST_TEXT).collect() } else { shown.into_owned() }
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
        let body = recorder.json(json!({ "authorization_token": token, "status": "COMPLETED" }));
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
        recorder.json(json!({ "session_id": id }));
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
            recorder.json(json!({ "generation_url": "https://api.example/hpp/v1/sessions/1/token" }));
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
