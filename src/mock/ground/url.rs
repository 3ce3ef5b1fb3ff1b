//! URLs as they may be written into header fields and pages.

use percent_encoding::{CONTROLS, utf8_percent_encode};
use url::Host;

/// The URL in ASCII. Its host becomes `xn--…`, and the rest is percent-encoded. What is ASCII stays byte for byte.
pub fn ascii_url(url: &str) -> String {
    if url.is_ascii() {
        return url.to_owned();
    }
    let start = url.find("://").map_or(0, |at| at + 3);
    let end = url[start..].find(['/', '?', '#']).map_or(url.len(), |at| start + at);
    let host: String = url[start..end].split_inclusive(['.', ':', '@']).map(ascii_label).collect();
    format!("{}{host}{}", &url[..start], encoded(&url[end..]))
}

/// A part of the host, with the mark that ends it.
fn ascii_label(label: &str) -> String {
    let bare = label.trim_end_matches(['.', ':', '@']);
    let mark = &label[bare.len()..];
    match Host::parse(bare) {
        Ok(Host::Domain(name)) if !bare.is_ascii() => name + mark,
        _ => encoded(label),
    }
}

fn encoded(text: &str) -> String {
    utf8_percent_encode(text, CONTROLS).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_url_becomes_ascii_and_what_is_ascii_stays() {
        for (url, expected) in [
            (
                "https://m.example/tack-så-mycket?namn=Åsa&a=%2b{{x}}#ö",
                "https://m.example/tack-s%C3%A5-mycket?namn=%C3%85sa&a=%2b{{x}}#%C3%B6",
            ),
            ("https://Räksmörgås.Example:8443?å", "https://xn--rksmrgs-5wao1o.Example:8443?%C3%A5"),
            ("https://{{shop}}.exämple/{{shop}}", "https://{{shop}}.xn--exmple-cua/{{shop}}"),
            ("https://M.example/%zz?a=\"<b>|", "https://M.example/%zz?a=\"<b>|"),
        ] {
            assert_eq!(ascii_url(url), expected);
        }
    }
}
