//! URLs in records: scheme, host and names of parameters stay, secrets in the other parts become labels.

use crate::evidence::known::is_wording;
use crate::evidence::place::{Part, Place, Secret, secret_at};
use crate::evidence::recorder::Recorder;
use std::borrow::Cow;
use url::Url;

/// A query value or a segment of a path of at least this length counts as a secret, unless it is a known name.
const OPAQUE_LENGTH: usize = 16;

impl Recorder {
    /// A secret link. Scheme, host and parameter names stay. Path, values and fragment become labels.
    ///
    /// Of a text that is not an absolute URL, what comes before the path stays, so that a finding can quote it.
    pub fn link(&self, text: &str) -> String {
        let url = match Url::parse(text) {
            Ok(url) if is_link(&url) => url,
            Ok(url) if url.has_host() => return self.text(text),
            _ => return self.relative_link(text),
        };
        // Other paths on the host of the API are shown.
        if !self.known.is_api_origin(&origin(&url)) {
            self.known.add_link_origin(&origin(&url));
        }
        self.labelled_link(&url)
    }

    /// A secret link on the host of the API. Other paths there are shown.
    pub(super) fn api_link(&self, text: &str) -> String {
        match Url::parse(text) {
            Ok(url) if is_link(&url) => self.labelled_link(&url),
            Ok(url) if url.has_host() => self.text(text),
            _ => self.relative_link(text),
        }
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
        let is_known_link = || self.known.label_of(url.path()).is_some();
        if is_link(url) && (self.known.is_link_origin(&origin(url)) || is_known_link()) {
            return self.labelled_link(url);
        }
        let (base, fragment) = split_at(text, '#');
        let (path, query) = split_at(base, '?');
        let places = self.known.places(path);
        let mut shown = self.path(path, self.known.is_api_origin(&origin(url)), &places);
        for (mark, part) in [('?', query), ('#', fragment)] {
            if let Some(part) = part {
                shown.push(mark);
                shown.push_str(&self.query(mark, part, &places));
            }
        }
        self.known.without_long_secrets(&shown).into_owned()
    }

    /// A URL up to its path. Outside the API, opaque segments become labels.
    fn path(&self, path: &str, is_api: bool, places: &[Place]) -> String {
        let segments = path.split('/').enumerate().map(|(index, segment)| match segment.rsplit_once('@') {
            // The first three are the scheme, nothing, and the host.
            Some((userinfo, host)) if index == 2 => {
                format!("{}@{}", self.known.label("value", userinfo), self.known.host(host))
            }
            _ if index == 2 => self.known.host(segment),
            _ if index > 2 && !is_api => match secret_at(places, &Part::Segment(index)) {
                Some(secret) => self.at_place(secret, segment),
                None => self.segment(segment),
            },
            _ => self.known.replace_tokens(segment).into_owned(),
        });
        segments.collect::<Vec<_>>().join("/")
    }

    fn segment(&self, segment: &str) -> String {
        let decoded = decoded(segment);
        match self.known.label_of(&decoded) {
            None if self.is_opaque(segment, &decoded) && !is_wording(&decoded) => {
                self.labelled("value", segment, &decoded)
            }
            Some(label) => label,
            None => self.known.replace_tokens(segment).into_owned(),
        }
    }

    /// Whether a part of a URL or a name is long, and is neither a placeholder nor a known name nor a word of the harness.
    pub(super) fn is_opaque(&self, raw: &str, decoded: &str) -> bool {
        let bare = bare(decoded);
        let is_placeholder = bare.len() < decoded.trim().len()
            && bare.bytes().all(|byte| byte.is_ascii_lowercase() || matches!(byte, b'_' | b'.'));
        bare.len() >= OPAQUE_LENGTH
            && !is_placeholder
            && !self.known.is_public(bare)
            && !self.known.is_public(&bare.to_lowercase())
            && !self.known.is_worded(raw)
            && !self.known.is_worded(bare)
    }

    /// What stands where a secret belongs. An empty value, the placeholder itself and a known id stay.
    fn at_place(&self, secret: &Secret, raw: &str) -> String {
        let decoded = decoded(raw);
        let bare = bare(&decoded);
        if bare.is_empty() || bare == secret.name || self.known.is_public(bare) {
            return raw.to_owned();
        }
        self.labelled(secret.kind, raw, &decoded)
    }

    /// A part of a URL with a label in place of its value. Braces and spaces around the value stay.
    fn labelled(&self, kind: &'static str, raw: &str, decoded: &str) -> String {
        let bare = bare(decoded);
        let label = self.known.label(kind, bare);
        if raw.contains(bare) { raw.replacen(bare, &label, 1) } else { label }
    }

    /// A link without a scheme, such as `//pay.example/p/key` or `/p/key`.
    fn relative_link(&self, text: &str) -> String {
        let start = if text.starts_with("//") { 2 } else { 0 };
        match text[start..].find(['/', '?', '#']).map(|at| start + at) {
            Some(at) if at + 1 < text.len() => {
                let label = self.known.label("link", &text[at..]);
                self.learn_keys(&text[at..], &label);
                format!("{}{label}", self.known.host(&text[..=at]))
            }
            _ => self.segment(text),
        }
    }

    /// A page may contain the key of its own link, for example in the target of a form.
    fn learn_keys(&self, path: &str, label: &str) {
        for key in path.split('/').filter(|segment| is_key(segment)) {
            self.known.learn(key.to_owned(), label.to_owned(), false);
        }
    }

    fn labelled_link(&self, url: &Url) -> String {
        let mut shown = self.known.host(&origin(url)) + "/";
        if url.path().len() > 1 {
            let label = self.known.label("link", url.path());
            if !self.known.is_api_origin(&origin(url)) {
                self.learn_keys(url.path(), &label);
            }
            shown.push_str(&label);
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
        self.known.without_long_secrets(&shown).into_owned()
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

    fn query(&self, mark: char, query: &str, places: &[Place]) -> String {
        let pairs = query.split('&').map(|pair| {
            let (name, value) = pair.split_once('=').unwrap_or(("", pair));
            match secret_at(places, &Part::Parameter(mark, name.to_owned())) {
                Some(secret) => {
                    format!("{}{}", &pair[..pair.len() - value.len()], self.at_place(secret, value))
                }
                None => self.query_pair(pair),
            }
        });
        pairs.collect::<Vec<_>>().join("&")
    }

    /// A query parameter. The name stays, and an opaque value becomes a label.
    fn query_pair(&self, pair: &str) -> String {
        let (name, value) = pair.split_once('=').unwrap_or(("", pair));
        let decoded = decoded(value);
        let shown = match self.known.label_of(&decoded) {
            None if self.is_opaque(value, &decoded) => self.labelled("value", value, &decoded),
            Some(label) => label,
            None => self.known.replace_tokens(value).into_owned(),
        };
        if pair.contains('=') { format!("{name}={shown}") } else { shown }
    }
}

/// A value without the braces and spaces around it.
fn bare(decoded: &str) -> &str {
    decoded.trim_matches(['{', '}', ' '])
}

fn decoded(text: &str) -> Cow<'_, str> {
    percent_encoding::percent_decode_str(text).decode_utf8_lossy()
}

/// Whether a segment of a link looks like a key and not like a word.
fn is_key(segment: &str) -> bool {
    let has_digit = segment.bytes().any(|byte| byte.is_ascii_digit());
    let has_case = segment.bytes().skip(1).any(|byte| byte.is_ascii_uppercase());
    let is_one_word = segment.bytes().all(|byte| byte.is_ascii_alphanumeric());
    segment.len() >= 6 && (has_digit || has_case) || segment.len() >= 12 && is_one_word
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

    #[test]
    fn an_unfilled_placeholder_stays_visible() {
        let recorder = Recorder::default();
        let url = "https://merchant.example/7/success?token={{authorization_token}}";
        assert_eq!(recorder.url(url), url);
        let encoded = "https://merchant.example/7/success?token=%7B%7Bauthorization_token%7D%7D";
        assert_eq!(recorder.url(encoded), encoded);
    }

    #[test]
    fn what_stands_where_a_secret_belongs_is_cut_whatever_its_form() {
        let recorder = Recorder::default();
        let token = "f3392f8b-6116-4073-ab96-e330819e2c07";
        recorder.publish("an-id-that-is-known");
        recorder.json(serde_json::json!({ "success": "https://merchant.example/r-1/{{session_id}}?x=1&token={{authorization_token}}" }));
        for (value, shown) in [
            ("{{authorization_token}}", "{{authorization_token}}"),
            ("%7B%7Bauthorization_token%7D%7D", "%7B%7Bauthorization_token%7D%7D"),
            ("", ""),
            ("an-id-that-is-known", "an-id-that-is-known"),
            ("tok1", "‹authorization_token:1›"),
            (&format!("{{{token}}}"), "{‹authorization_token:2›}"),
            (&format!("%7B{token}%7D"), "%7B‹authorization_token:2›%7D"),
            (&format!("{token}%20"), "‹authorization_token:2›%20"),
            ("a%2Fb", "‹authorization_token:3›"),
            // What stands beside a known token may be a secret too.
            (&format!("{token}/b"), "‹authorization_token:4›"),
            (token, "‹authorization_token:2›"),
        ] {
            let url = |value: &str| format!("https://merchant.example/r-1/s?token={value}&x=short");
            assert_eq!(recorder.url(&url(value)), url(shown), "{value}");
        }
        let elsewhere = "https://merchant.example/r-2/s?token=tok2";
        assert_eq!(recorder.url(elsewhere), elsewhere);
    }

    #[test]
    fn a_long_value_in_braces_is_cut_anywhere() {
        let url =
            "https://merchant.example/s?t={f3392f8b-6116-4073-ab96-e330819e2c07}&u={{authorization_token}}";
        let shown = "https://merchant.example/s?t={‹value:1›}&u={{authorization_token}}";
        assert_eq!(Recorder::default().url(url), shown);
    }

    #[test]
    fn a_link_keeps_scheme_host_and_parameter_names() {
        let recorder = Recorder::default();
        assert_eq!(recorder.link("https://pay.example/eu/p/x1Y"), "https://pay.example/‹link:1›");
        assert_eq!(recorder.url("https://pay.example/eu/p/x1Y"), "https://pay.example/‹link:1›");
        assert_eq!(recorder.url("https://pay.example/eu/p/x1Y/act"), "https://pay.example/‹link:2›");
        assert_eq!(recorder.link("/eu/p/x1Y"), "/‹link:1›");
        assert_eq!(recorder.link("//pay.example/eu/p/x1Y"), "//pay.example/‹link:1›");
        assert_eq!(recorder.link("pay.example:80/eu/p/x1Y"), "pay.example:80/‹link:1›");
        assert_eq!(recorder.link("nowhere"), "nowhere");
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
    fn a_key_of_a_link_is_found_in_its_page_and_a_word_is_not() {
        let recorder = Recorder::default();
        recorder.link("https://pay.example/payments/2OCkffK?x=1");
        assert_eq!(
            recorder.text("<form action=/payments/2OCkffK/move>"),
            "<form action=/payments/‹link:1›/move>"
        );
        recorder.publish("0b4ba456-0f1b-4a8c-9a1a-02f6d3d3bb2d");
        recorder.link("https://pay.example/0b4ba456-0f1b-4a8c-9a1a-02f6d3d3bb2d");
        let body = "id 0b4ba456-0f1b-4a8c-9a1a-02f6d3d3bb2d";
        assert_eq!(recorder.text(body), body);
    }

    #[test]
    fn an_opaque_segment_of_a_path_is_cut_outside_the_api() {
        let recorder = Recorder::default();
        recorder.learn_api("https://api.example".into());
        recorder.learn_words("and-a-word-of-the-Harness7");
        let token = "f3392f8b-6116-4073-ab96-e330819e2c07";
        for (url, shown) in [
            (
                format!("https://merchant.example/r-1/success/{token}"),
                "https://merchant.example/r-1/success/‹value:1›",
            ),
            (
                format!("https://merchant.example/r-1/success#{token}"),
                "https://merchant.example/r-1/success#‹value:1›",
            ),
            (
                format!("https://merchant.example/r-1/success?{token}"),
                "https://merchant.example/r-1/success?‹value:1›",
            ),
            (
                "https://merchant.example/a-path-of-ordinary-words/x".into(),
                "https://merchant.example/a-path-of-ordinary-words/x",
            ),
            (
                "https://merchant.example/and-a-word-of-the-harness7".into(),
                "https://merchant.example/and-a-word-of-the-harness7",
            ),
            (
                "https://merchant.example/r/%7B%7Bauthorization_token%7D%7D".into(),
                "https://merchant.example/r/%7B%7Bauthorization_token%7D%7D",
            ),
            (
                "https://api.example/hpp/v1/sessions/0b4ba456-0f1b-4a8c-9a1a-02f6d3d3bb2d".into(),
                "https://api.example/hpp/v1/sessions/0b4ba456-0f1b-4a8c-9a1a-02f6d3d3bb2d",
            ),
            ("https://u:s3cret@pay.example/1".into(), "https://‹value:2›@pay.example/1"),
        ] {
            assert_eq!(recorder.url(&url), shown, "{url}");
        }
    }

    #[test]
    fn a_long_word_of_the_harness_in_a_query_stays_as_it_is() {
        let recorder = Recorder::default();
        let url = "https://merchant.example/r-1/success?campaign=summer-sale-2026-north";
        assert_eq!(recorder.url(url), "https://merchant.example/r-1/success?campaign=‹value:1›");
        let recorder = Recorder::default();
        recorder.learn_words("| success | ?campaign=summer-sale-2026-north |");
        assert_eq!(recorder.url(url), url);
    }

    #[test]
    fn a_secret_link_on_the_api_is_cut_where_it_is_called_too() {
        let recorder = Recorder::default();
        recorder.learn_api("https://api.example".into());
        assert_eq!(recorder.api_link("https://api.example/g/x1Y"), "https://api.example/‹link:1›");
        assert_eq!(recorder.url("https://api.example/g/x1Y"), "https://api.example/‹link:1›");
        assert_eq!(recorder.url("https://api.example/g/x1Z"), "https://api.example/g/x1Z");
    }

    #[test]
    fn a_link_without_a_path_is_cut_too() {
        let recorder = Recorder::default();
        assert_eq!(recorder.link("https://pay.example/?key=Ab3d"), "https://pay.example/?key=‹value:1›");
        assert_eq!(recorder.link("https://pay.example/#/p/x1Y"), "https://pay.example/#‹link:1›");
        assert_eq!(recorder.url("https://pay.example/#/p/x1Y"), "https://pay.example/#‹link:1›");
        assert_eq!(recorder.link("https://pay.example/"), "https://pay.example/");
    }
}
