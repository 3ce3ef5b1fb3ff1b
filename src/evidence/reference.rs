//! References in answers: a URL without its scheme and host means the host that answered, and is as secret as the whole URL.

use crate::evidence::field::{HIDDEN, Shown, shown_as};
use crate::evidence::recorder::Recorder;
use regex::{Captures, Regex};
use std::sync::LazyLock;
use url::Url;

/// An attribute or a script line of a page with a reference that begins with a slash.
static ATTRIBUTE: LazyLock<Regex> = LazyLock::new(|| {
    let pattern = r#"(?i)\b(?:href|src|action|formaction|url|location)\s*=\s*["']?(?<reference>/[^\s"'<>]+)"#;
    Regex::new(pattern).expect("the pattern is part of this file")
});

impl Recorder {
    /// The value of a field of an answer from `base`. Only known fields show theirs.
    pub fn field(&self, base: &Url, name: &str, value: &str) -> String {
        match shown_as(name) {
            Shown::Url => self.reference(base, value),
            Shown::Text if value.contains('=') => self.unparsed(value),
            Shown::Text => self.text(value),
            Shown::Hidden if value.is_empty() => String::new(),
            Shown::Hidden => HIDDEN.to_owned(),
        }
    }

    /// A text of an answer from `base` that is not JSON.
    pub fn page(&self, base: &Url, text: &str) -> String {
        let shown = ATTRIBUTE.replace_all(text, |found: &Captures<'_>| {
            let (whole, reference) = (&found[0], &found["reference"]);
            // The reference is the end of what was found.
            format!("{}{}", &whole[..whole.len() - reference.len()], self.reference(base, reference))
        });
        self.unparsed(&shown)
    }

    /// A URL of an answer from `base`. What a relative one leaves out is left out in the record too.
    fn reference(&self, base: &Url, text: &str) -> String {
        let absolute = match (Url::parse(text), base.join(text)) {
            (Err(_), Ok(url)) if !text.is_empty() => url,
            _ => return self.url(text),
        };
        let origin = absolute.origin().ascii_serialization();
        let shown = self.parsed_url(&absolute, absolute.as_str());
        let Some(path) = shown.strip_prefix(&origin) else { return shown };
        if text.starts_with("//") {
            return shown[absolute.scheme().len() + 1..].to_owned();
        }
        if text.starts_with('/') {
            return path.to_owned();
        }
        // The reference begins inside the path of `base`.
        let folder = base.path().rfind('/').map_or("", |end| &base.path()[..=end]);
        path.strip_prefix(folder).unwrap_or(&path[1..]).to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_relative_reference_of_a_page_is_as_secret_as_the_whole_url() {
        let recorder = Recorder::default();
        recorder.learn_api("https://api.example".into());
        recorder.link("https://pay.example/start/x1Y");
        let page: Url = "https://pay.example/start/x1Y".parse().unwrap();
        let api: Url = "https://api.example/hpp/v1/sessions".parse().unwrap();
        for (base, location, shown) in [
            (&page, "https://pay.example/pay/Ab3d", "https://pay.example/‹link:2›"),
            (&page, "/pay/Ab3d", "/‹link:2›"),
            (&page, "//pay.example/pay/Ab3d", "//pay.example/‹link:2›"),
            (&page, "../pay/Ab3d", "‹link:2›"),
            (&page, "/pay/Ab3d?key=Ab3e", "/‹link:2›?key=‹value:1›"),
            (&page, "", ""),
            (&api, "/checkout/v3/orders/o-1", "/checkout/v3/orders/o-1"),
            (&api, "sessions/s-1", "sessions/s-1"),
            (&api, "https://pay.example/pay/Ab3d", "https://pay.example/‹link:2›"),
            (&api, "//pay.example/pay/Ab3d", "//pay.example/‹link:2›"),
        ] {
            assert_eq!(recorder.field(base, "Location", location), shown, "{location}");
        }
    }

    #[test]
    fn a_page_shows_no_relative_link() {
        let recorder = Recorder::default();
        recorder.link("https://pay.example/start/x1Y");
        let page: Url = "https://pay.example/start/x1Y".parse().unwrap();
        for (html, shown) in [
            ("<form action=\"/pay/Ab3d\">", "<form action=\"/‹link:2›\">"),
            ("<a href=/pay/Ab3d>", "<a href=/‹link:2›>"),
            ("<meta content='0; URL=/pay/Ab3d'>", "<meta content='0; URL=/‹link:2›'>"),
            ("location = '/pay/Ab3d'", "location = '/‹link:2›'"),
            ("<p>and/or = /", "<p>and/or = /"),
        ] {
            assert_eq!(recorder.page(&page, html), shown);
        }
    }

    #[test]
    fn a_parameter_of_a_field_is_cut() {
        let api = "https://api.example".parse().unwrap();
        let value = r#"Bearer realm="x", token="CANARY1""#;
        let shown = Recorder::default().field(&api, "WWW-Authenticate", value);
        assert_eq!(shown, r#"Bearer realm="x", token="‹token:1›""#);
    }
}
