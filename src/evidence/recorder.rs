//! The recorder: removes secrets before anything becomes a record. Only this module does so.

use crate::evidence::known::Known;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::Value;
use std::borrow::Cow;
use url::Url;

/// Members with a value that allows to pay, read or send, and the kind of their label.
const SECRET_MEMBERS: &[(&str, &str)] = &[
    ("authorization_token", "authorization_token"),
    ("client_token", "client_token"),
    ("html_snippet", "html_snippet"),
    ("token", "token"),
    ("username", "username"),
    ("password", "password"),
];

/// Members with a public link. Everyone who knows it can pay.
const LINK_MEMBERS: &[&str] = &["redirect_url", "qr_code_url", "standalone_url"];

/// Members with a link on the API host. Other paths on that host are shown.
const API_LINK_MEMBERS: &[&str] = &["generation_url", "manual_identification_check_url"];

/// Members that look like secrets but are names.
const PUBLIC_MEMBERS: &[&str] =
    &["session_id", "order_id", "klarna_reference", "correlation_id", "event_id", "merchant_id"];

/// A query value of at least this length counts as a secret, unless it is a known name.
const OPAQUE_LENGTH: usize = 16;

/// Redacts what is sent and seen, so that it may be kept.
///
/// A secret becomes a label such as `‹authorization_token:2›`. The same value gives the same label within a run, so a check that
/// compares two labels compares the two values.
#[derive(Default)]
pub struct Recorder {
    known: Known,
}

impl Recorder {
    /// Learns the credentials of a run or of a merchant account, in every form in which they are sent.
    pub fn learn_credentials(&self, username: &str, password: &str) {
        let pair = format!("{username}:{password}");
        for (kind, value) in [("credentials", pair.as_str()), ("username", username), ("password", password)]
        {
            let label = self.known.label(kind, value);
            let encoded = utf8_percent_encode(value, NON_ALPHANUMERIC).to_string();
            for form in [STANDARD.encode(value), encoded, value.to_owned()] {
                self.known.learn(form, label.clone());
            }
        }
    }

    /// A JSON body. The values of secret members and all known secrets are replaced.
    pub fn json(&self, mut value: Value) -> Value {
        self.learn_members(&value);
        self.cut(None, &mut value);
        value
    }

    /// Learns the values of secret members first, because earlier members may contain them too.
    fn learn_members(&self, value: &Value) {
        match value {
            Value::Object(members) => {
                for (name, value) in members {
                    match (value, secret_kind(name)) {
                        (Value::String(text), Some(kind)) if !text.is_empty() => {
                            self.known.label(kind, text);
                        }
                        _ => self.learn_members(value),
                    }
                }
            }
            Value::Array(items) => items.iter().for_each(|item| self.learn_members(item)),
            _ => {}
        }
    }

    fn cut(&self, name: Option<&str>, value: &mut Value) {
        match value {
            Value::Object(members) => {
                members.iter_mut().for_each(|(name, value)| self.cut(Some(name), value));
            }
            Value::Array(items) => items.iter_mut().for_each(|item| self.cut(name, item)),
            Value::String(text) => {
                if let Cow::Owned(shown) = self.string(name, text) {
                    *text = shown;
                }
            }
            _ => {}
        }
    }

    fn string<'t>(&self, name: Option<&str>, text: &'t str) -> Cow<'t, str> {
        let Some(name) = name.filter(|_| !text.is_empty()) else { return self.known.shown(text) };
        if let Some(kind) = secret_kind(name) {
            return self.known.label(kind, text).into();
        }
        if LINK_MEMBERS.contains(&name) {
            return self.link(text).into();
        }
        if API_LINK_MEMBERS.contains(&name)
            && let Ok(url) = Url::parse(text)
            && is_link(&url)
        {
            return self.labelled_link(&url).into();
        }
        if PUBLIC_MEMBERS.contains(&name) {
            if let Some(label) = self.known.label_of(text) {
                return label.into();
            }
            self.known.publish(text);
            return text.into();
        }
        self.known.shown(text)
    }

    /// A secret link. Scheme, host and parameter names stay. Path, values and fragment become labels.
    ///
    /// A text that is not an absolute URL stays as it is, so that a finding can quote it.
    pub fn link(&self, text: &str) -> String {
        let Ok(url) = Url::parse(text) else { return self.text(text) };
        if !is_link(&url) {
            return self.text(text);
        }
        self.known.add_link_origin(&origin(&url));
        self.labelled_link(&url)
    }

    /// A visited URL. Links on page hosts and opaque query values become labels.
    pub fn url(&self, text: &str) -> String {
        match Url::parse(text) {
            Ok(url) => self.parsed_url(&url, text),
            Err(_) => self.text(text),
        }
    }

    /// The same as [`Recorder::url`], for a parsed URL and its text.
    pub fn parsed_url(&self, url: &Url, text: &str) -> String {
        if !url.has_host() {
            return self.text(text);
        }
        if is_link(url) && self.known.is_link_origin(&origin(url)) {
            return self.labelled_link(url);
        }
        let (base, fragment) = split_at(text, '#');
        let (path, query) = split_at(base, '?');
        let mut shown = self.known.replace_tokens(path).into_owned();
        if let Some(query) = query {
            shown.push('?');
            shown.push_str(&self.query(query));
        }
        if let Some(fragment) = fragment {
            shown.push('#');
            shown.push_str(&self.known.replace_tokens(fragment));
        }
        shown
    }

    /// Any text, with every known secret replaced. A long text is cut.
    pub fn text(&self, text: &str) -> String {
        self.known.shown(text).into_owned()
    }

    /// A message that may quote URLs: each as [`Recorder::url`] shows it, the rest as [`Recorder::text`] does.
    pub fn message(&self, text: &str) -> String {
        let mut shown = String::new();
        let mut rest = text;
        while let Some(start) = ["https://", "http://"].iter().filter_map(|scheme| rest.find(scheme)).min() {
            let (before, from) = rest.split_at(start);
            let end = from.find(|c: char| c.is_whitespace() || "\"'`<>()".contains(c)).unwrap_or(from.len());
            let url = from[..end].trim_end_matches(['.', ',', ':', ';']);
            shown.push_str(before);
            // What has a label has been here before.
            shown.push_str(&if url.contains('‹') { url.into() } else { self.url(url) });
            rest = &from[url.len()..];
        }
        shown.push_str(rest);
        self.text(&shown)
    }

    fn labelled_link(&self, url: &Url) -> String {
        let mut shown = origin(url) + "/";
        if url.path().len() > 1 {
            shown.push_str(&self.known.label("link", url.path()));
        }
        if let Some(query) = url.query() {
            let pairs: Vec<String> = query.split('&').map(|pair| self.link_pair(pair)).collect();
            shown.push('?');
            shown.push_str(&pairs.join("&"));
        }
        if let Some(fragment) = url.fragment() {
            shown.push('#');
            shown.push_str(&self.known.label("link", &format!("#{fragment}")));
        }
        shown
    }

    /// A parameter of a link. Its value may be a short secret. It is learned only together with its parameter name. Otherwise an
    /// ordinary word could be treated as a secret everywhere.
    fn link_pair(&self, pair: &str) -> String {
        let shown = self.query_pair(pair);
        let (_, value) = shown.split_once('=').unwrap_or(("", &shown));
        // A label, or a placeholder.
        if value.is_empty() || value.contains(['‹', '{']) || value.contains("%7B") {
            return shown;
        }
        let name = &shown[..shown.len() - value.len()];
        format!("{name}{}", self.known.label("value", &format!("?{pair}")))
    }

    fn query(&self, query: &str) -> String {
        let pairs: Vec<String> = query.split('&').map(|pair| self.query_pair(pair)).collect();
        pairs.join("&")
    }

    /// A query parameter. The name stays, and an opaque value becomes a label.
    fn query_pair(&self, pair: &str) -> String {
        let (name, Some(value)) = split_at(pair, '=') else {
            return self.known.replace_tokens(pair).into_owned();
        };
        let decoded = percent_encoding::percent_decode_str(value).decode_utf8_lossy();
        let opaque = || {
            decoded.len() >= OPAQUE_LENGTH
                && !decoded.contains(['{', '}', ' '])
                && !self.known.is_public(&decoded)
                && !self.known.is_public(&decoded.to_lowercase())
        };
        let label = match self.known.label_of(&decoded) {
            None if opaque() => Some(self.known.label("value", &decoded)),
            label => label,
        };
        match label {
            Some(label) => format!("{name}={label}"),
            None => format!("{name}={}", self.known.replace_tokens(value)),
        }
    }
}

fn secret_kind(member: &str) -> Option<&'static str> {
    SECRET_MEMBERS.iter().find(|(name, _)| *name == member).map(|(_, kind)| *kind)
}

/// Whether a URL has more than scheme, host and port.
fn is_link(url: &Url) -> bool {
    url.has_host() && (url.path().len() > 1 || url.query().is_some() || url.fragment().is_some())
}

fn origin(url: &Url) -> String {
    url.origin().ascii_serialization()
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
    fn a_short_secret_of_a_link_is_cut_out_and_its_word_stays_a_word_elsewhere() {
        let recorder = Recorder::default();
        let first = recorder.link("https://pay.example/p?key=Ab3d&tag={{profile_id}}&empty=");
        assert_eq!(first, "https://pay.example/‹link:1›?key=‹value:1›&tag={{profile_id}}&empty=");
        let second = recorder.link("https://pay.example/p?key=Ab3e&Ab3d");
        assert_eq!(second, "https://pay.example/‹link:1›?key=‹value:2›&‹value:3›");
        assert_eq!(recorder.text("Ab3d key=Ab3d"), "Ab3d key=Ab3d");
    }

    #[test]
    fn a_link_that_a_message_quotes_is_cut_out_once() {
        let recorder = Recorder::default();
        recorder.link("https://pay.example/p/x1Y");
        let message = "cannot open (https://pay.example/p/x1Y): http://127.0.0.1:1/hpp is closed";
        let shown = "cannot open (https://pay.example/‹link:1›): http://127.0.0.1:1/hpp is closed";
        assert_eq!(recorder.message(message), shown);
        assert_eq!(recorder.message(shown), shown);
    }

    #[test]
    fn a_link_without_a_path_is_cut_too() {
        let recorder = Recorder::default();
        assert_eq!(recorder.link("https://pay.example/?key=Ab3d"), "https://pay.example/?key=‹value:1›");
        assert_eq!(recorder.link("https://pay.example/#/p/x1Y"), "https://pay.example/#‹link:1›");
        assert_eq!(recorder.url("https://pay.example/#/p/x1Y"), "https://pay.example/#‹link:1›");
        assert_eq!(recorder.link("https://pay.example/"), "https://pay.example/");
    }

    #[test]
    fn a_secret_is_cut_out_of_what_comes_before_its_member() {
        let body = r#"{ "module": { "standalone_url": "https://pay.example/m?token=beg252zq7fyg", "note": "beg252zq7fyg",
                        "token": "beg252zq7fyg" } }"#;
        let shown = Recorder::default().json(serde_json::from_str(body).unwrap());
        assert!(!shown.to_string().contains("beg252zq7fyg"), "{shown}");
        assert_eq!(shown["module"]["standalone_url"], "https://pay.example/‹link:1›?token=‹token:1›");
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
        assert_eq!(Recorder::default().text(&"é".repeat(20_000)).chars().count(), 16 * 1024);
    }
}
