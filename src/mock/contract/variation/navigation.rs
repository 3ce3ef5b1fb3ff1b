//! How the consumer is led on: the kind of redirect, pages that lead on by themselves, and the forms of links.

use axum::http::{StatusCode, header};
use serde_json::Value;
use url::Url;

use crate::mock::http::{Content, Reply};

/// How the page redirects the consumer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Navigation {
    SeeOther,
    Found,
    Moved,
    /// A page whose script goes there at once.
    Script,
    /// A page with a text, whose script goes there a moment later.
    LateScript,
    /// A page with a text that refreshes itself to there.
    Refresh,
}

impl Navigation {
    /// Changes a redirect into this one.
    pub fn lead(self, reply: &mut Reply) {
        match self {
            Self::SeeOther => {}
            Self::Found => reply.status = StatusCode::FOUND,
            Self::Moved => reply.status = StatusCode::MOVED_PERMANENTLY,
            Self::Script => {
                let leave = |place: &str| format!("<script>location.replace({})</script>", literal(place));
                pass_on(reply, |place| (leave(place), ""));
            }
            Self::LateScript => pass_on(reply, |place| {
                let leave = format!("setTimeout(() => location.assign({}), 100)", literal(place));
                (format!("<script>{leave}</script>"), "<p>…</p>")
            }),
            Self::Refresh => pass_on(reply, |place| {
                let place = place.replace('&', "&amp;").replace('"', "&quot;");
                (format!("<meta http-equiv=\"refresh\" content=\"0; url={place}\">"), "<p>…</p>")
            }),
        }
    }
}

/// A string of a script.
fn literal(text: &str) -> String {
    Value::from(text).to_string().replace('<', "\\u003c")
}

/// Makes a redirect a page. `parts` gives what its head and its body have.
fn pass_on(reply: &mut Reply, parts: impl FnOnce(&str) -> (String, &'static str)) {
    let Some(place) = reply.headers.remove(header::LOCATION) else { return };
    let (head, body) = parts(&String::from_utf8_lossy(place.as_bytes()));
    reply.status = StatusCode::OK;
    reply.content = Content::Html(format!(
        "<!doctype html><html><head><meta charset=\"utf-8\"><link rel=\"icon\" href=\"data:,\">\
        {head}</head><body>{body}</body></html>",
    ));
}

/// How a redirect names a place on the same host (RFC 3986, section 4.2).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    Absolute,
    /// `//host/path`
    WithoutScheme,
    /// `/path`
    PathOnly,
    /// `../path` or `?query`
    Relative,
}

impl Place {
    /// A URL as a page at `base` names it. What cannot be named so stays absolute.
    pub fn named(self, url: &str, base: &str) -> String {
        let (Ok(base), Ok(place)) = (Url::parse(base), Url::parse(url)) else { return url.to_owned() };
        let path = || place[url::Position::BeforePath..].to_owned();
        match self {
            _ if place.origin() != base.origin() => url.to_owned(),
            Self::Absolute => url.to_owned(),
            Self::WithoutScheme => {
                place.as_str().split_once(':').map_or_else(path, |(_, rest)| rest.to_owned())
            }
            Self::PathOnly => path(),
            Self::Relative => base.make_relative(&place).filter(|to| !to.is_empty()).unwrap_or_else(path),
        }
    }
}

/// A URL with its scheme and its host in capitals, and with a port where its scheme has one of its own. It is the same place
/// (RFC 3986, section 6.2).
pub fn in_capitals(url: &str) -> String {
    let Some((scheme, rest)) = url.split_once("://") else { return url.to_owned() };
    let end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
    let (host, path) = rest.split_at(end);
    if host.is_empty() || !host.bytes().all(|byte| byte.is_ascii_alphanumeric() || b".-:".contains(&byte)) {
        return url.to_owned();
    }
    let port = if scheme.eq_ignore_ascii_case("https") && !host.contains(':') { ":443" } else { "" };
    format!("{}://{}{port}{path}", scheme.to_ascii_uppercase(), host.to_ascii_uppercase())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_consumer_is_sent_on_in_the_way_that_was_chosen() {
        let sent = |navigation: Navigation| {
            let mut reply = Reply::see_other("https://m.example/?a=</script>&b=\"");
            navigation.lead(&mut reply);
            reply
        };
        let page = |navigation| match sent(navigation).content {
            Content::Html(page) => page,
            other => panic!("the answer is no page: {other:?}"),
        };
        assert_eq!(sent(Navigation::SeeOther).status, StatusCode::SEE_OTHER);
        assert_eq!(sent(Navigation::Found).status, StatusCode::FOUND);
        assert_eq!(sent(Navigation::Moved).status, StatusCode::MOVED_PERMANENTLY);
        assert_eq!(sent(Navigation::Refresh).status, StatusCode::OK);
        let literal = "\"https://m.example/?a=\\u003c/script>&b=\\\"\"";
        for (navigation, expected) in [
            (Navigation::Script, format!("<script>location.replace({literal})</script>")),
            (Navigation::LateScript, format!("<script>setTimeout(() => location.assign({literal}), 100)</script>")),
            (
                Navigation::Refresh,
                "<meta http-equiv=\"refresh\" content=\"0; url=https://m.example/?a=</script>&amp;b=&quot;\">"
                    .to_owned(),
            ),
        ] {
            assert!(page(navigation).contains(&expected), "{navigation:?}: {}", page(navigation));
        }
    }

    #[test]
    fn a_place_on_the_same_host_can_be_named_in_four_ways() {
        let base = "http://localhost:80/pay/k1/move";
        let named = |place: Place| {
            ["http://localhost/pay/k1?a=1", "http://localhost/pay/k1/end/back", "https://m.example/"]
                .map(|url| place.named(url, base))
        };
        let far = "https://m.example/";
        for (place, expected) in [
            (Place::Absolute, ["http://localhost/pay/k1?a=1", "http://localhost/pay/k1/end/back", far]),
            (Place::WithoutScheme, ["//localhost/pay/k1?a=1", "//localhost/pay/k1/end/back", far]),
            (Place::PathOnly, ["/pay/k1?a=1", "/pay/k1/end/back", far]),
            (Place::Relative, ["../k1?a=1", "end/back", far]),
        ] {
            assert_eq!(named(place), expected, "{place:?}");
        }
        let here = "http://localhost/pay/k1";
        assert_eq!(Place::Relative.named("http://localhost/pay/k1?turn=1", here), "?turn=1");
    }

    #[test]
    fn capitals_and_the_usual_port_change_no_place() {
        for (url, expected) in [
            ("https://m.example/a?b#c", "HTTPS://M.EXAMPLE:443/a?b#c"),
            ("https://m.example", "HTTPS://M.EXAMPLE:443"),
            ("https://m.example:8443/a", "HTTPS://M.EXAMPLE:8443/a"),
            ("http://localhost:8080/a", "HTTP://LOCALHOST:8080/a"),
            ("https://{{shop}}.example/a", "https://{{shop}}.example/a"),
            ("https://u@m.example/a", "https://u@m.example/a"),
            ("/a", "/a"),
        ] {
            assert_eq!(in_capitals(url), expected);
        }
    }
}
