//! Texts of the target that are not JSON, but may contain members: JSON that is cut off, parameters of a field.

use crate::evidence::member::{Meaning, secret_names};
use crate::evidence::recorder::Recorder;
use regex::{Captures, Regex};
use std::borrow::Cow;
use std::sync::LazyLock;

/// A secret or personal member: its name, the sign after it, and its value in quotes, in escaped quotes or bare. The last quote may be missing.
static MEMBER: LazyLock<Regex> = LazyLock::new(|| {
    let quote = r#"(?:\\?["']|&quot;|&\#34;)"#;
    let value = r#"\\["'](?<escaped>[^"'\\]+)|"(?<double>(?:[^"\\]|\\.)+)|'(?<single>(?:[^'\\]|\\.)+)|(?:&quot;|&\#34;)(?<html>[^&]+)|(?<bare>[^\s"'<>&,;{}\[\]()\\]+)"#;
    let pattern = format!(r"(?is)(?<name>{}){quote}?\s*(?<sign>[:=])\s*(?:{value})", secret_names());
    Regex::new(&pattern).expect("the pattern is part of this file")
});

impl Recorder {
    /// A text of the target that is not JSON. Values of secret members, URLs and all known secrets are replaced.
    pub fn unparsed(&self, text: &str) -> String {
        let text = text.replace(r"\/", "/");
        let shown = MEMBER.replace_all(&text, |found: &Captures<'_>| self.member(found));
        self.message(&shown)
    }

    fn member(&self, found: &Captures<'_>) -> String {
        let whole = &found[0];
        let values = ["escaped", "double", "single", "html", "bare"];
        let Some(value) = values.iter().find_map(|name| found.name(name)).map(|value| value.as_str()) else {
            return whole.to_owned();
        };
        // After a colon, JSON has only numbers without quotes. Words are an ordinary sentence.
        let is_sentence = found.name("bare").is_some()
            && &found["sign"] == ":"
            && !value.bytes().any(|byte| byte.is_ascii_digit());
        let plain: Cow<'_, str> =
            serde_json::from_str::<String>(&format!("\"{value}\"")).map_or(value.into(), Cow::from);
        let shown = match Meaning::of(&found["name"]) {
            _ if is_sentence || plain.contains('‹') => return whole.to_owned(),
            Meaning::Secret(kind) => self.known.label(kind, &plain),
            Meaning::Personal(personal) => match self.known.personal(personal, &plain) {
                Some(label) => label,
                None => return whole.to_owned(),
            },
            Meaning::Link => self.link(&plain),
            Meaning::ApiLink => self.api_link(&plain),
            Meaning::Public | Meaning::Data => return whole.to_owned(),
        };
        // The value is the end of what was found.
        format!("{}{shown}", &whole[..whole.len() - value.len()])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_is_cut_out_of_what_is_almost_json() {
        for (text, shown) in [
            (r#"{"client_token": "eyJ.a-b","x":1,}"#, r#"{"client_token": "‹client_token:1›","x":1,}"#),
            (
                ")]}',\n{\"redirect_url\":\"https:\\/\\/pay.example\\/p\\/x1Y\"}",
                ")]}',\n{\"redirect_url\":\"https://pay.example/‹link:1›\"}",
            ),
            (
                r#"{"a":"https://pay.example/p/x1Y","redirect_url":"https://pay.example/p/x1Y"#,
                r#"{"a":"https://pay.example/‹link:1›","redirect_url":"https://pay.example/‹link:1›"#,
            ),
            (
                r#"{"email":"anna@shop.example","customer":{"given_name":"Anna B","#,
                r#"{"email":"‹email:1›","customer":{"given_name":"‹person:1›","#,
            ),
            ("email: must not be blank", "email: must not be blank"),
            (r#"{"client_token":"eyJ"#, r#"{"client_token":"‹client_token:1›"#),
            (
                r#"{"a":"https:\/\/pay.example\/p\/x1Y","qr_code_url":"https://pay.example/p/x1Y"#,
                r#"{"a":"https://pay.example/‹link:1›","qr_code_url":"https://pay.example/‹link:1›"#,
            ),
            (
                r#"{"generation_url":"https://api.example/g/x1Y","a":"https://api.example/g"#,
                r#"{"generation_url":"https://api.example/‹link:1›","a":"https://api.example/g"#,
            ),
            (
                r#"{"client_token":"a1\u002db","token":"a1-b""#,
                r#"{"client_token":"‹client_token:1›","token":"‹client_token:1›""#,
            ),
            ("{'token':'CANARY1'", "{'token':'‹token:1›'"),
            (r#"{"token":"‹token:7›"}"#, r#"{"token":"‹token:7›"}"#),
            (r#"{"token":918273645546372819,"#, r#"{"token":‹token:1›,"#),
            (r#"{"e":"{\"access_token\":\"CANARY1\"}"#, r#"{"e":"{\"access_token\":\"‹token:1›\"}"#),
            (
                "<p data-x='{&quot;apiKey&quot;:&quot;CANARY1&quot;'",
                "<p data-x='{&quot;apiKey&quot;:&quot;‹key:1›&quot;'",
            ),
            (r#"Bearer realm="x", token="CANARY1""#, r#"Bearer realm="x", token="‹token:1›""#),
            ("grant=x&access_token=CANARY&n=1", "grant=x&access_token=‹token:1›&n=1"),
            ("authorization_token: must not be blank", "authorization_token: must not be blank"),
            ("<svg xmlns=\"http://www.w3.org/2000/svg\"/>", "<svg xmlns=\"http://www.w3.org/2000/svg\"/>"),
        ] {
            assert_eq!(Recorder::default().unparsed(text), shown, "{text}");
        }
    }
}
