//! The recorder: removes secrets before anything becomes a record. Only this module does so.

use crate::evidence::credential::{encoded, plain};
use crate::evidence::known::Known;
use crate::evidence::member::Personal;

/// How URLs in texts begin.
const SCHEMES: [&str; 2] = ["https://", "http://"];

/// Redacts what is sent and seen, so that it may be kept.
///
/// A secret becomes a label such as `‹authorization_token:2›`. The same value gives the same label within a run, so a check that
/// compares two labels compares the two values.
#[derive(Default)]
pub struct Recorder {
    pub(super) known: Known,
}

impl Recorder {
    /// Learns the credentials of a run or of a merchant account, in every form in which they are sent. Returns whether the password
    /// can be found in texts. A weak one that is a common word cannot, because the same word may be data.
    pub fn learn_credentials(&self, username: &str, password: &str) -> bool {
        let pair = format!("{username}:{password}");
        let pair_label = self.known.label_of_credential("credentials", &pair);
        let learn = |forms: &mut dyn Iterator<Item = String>, label: &str| {
            forms.for_each(|form| self.known.learn(form, label.to_owned(), true));
        };
        learn(&mut encoded(&pair), &pair_label);
        self.learn_secret("username", username);
        let is_sought = self.learn_secret("password", password);
        if is_sought {
            learn(&mut plain(&pair), &pair_label);
        }
        is_sought
    }

    /// Learns one secret in every form in which it is sent. Returns whether it can be found in texts.
    pub fn learn_secret(&self, kind: &'static str, value: &str) -> bool {
        let label = self.known.label_of_credential(kind, value);
        let is_sought = !self.known.is_common_credential(value);
        if is_sought {
            plain(value).chain(encoded(value)).for_each(|form| self.known.learn(form, label.clone(), true));
        }
        is_sought
    }

    /// Learns a value of a profile's identity by its name, such as `email`: what the page driver types as the consumer.
    pub fn learn_identity(&self, name: &str, value: &str) {
        self.known.personal(Personal::of_identity(name), value);
    }

    /// Learns the words that the harness itself brings along: its features, schemas and page drivers, and the profile. A token or a
    /// weak credential that is one of them is replaced only in its own place, so no verdict depends on the value of a secret.
    pub fn learn_words(&self, text: &str) {
        self.known.learn_words(text);
    }

    /// Learns an origin of the API. Paths there are shown, because they hold ids.
    pub fn learn_api(&self, origin: String) {
        self.known.add_api_origin(origin);
    }

    /// Allows a name to be shown wherever it is.
    pub fn publish(&self, name: &str) {
        self.known.publish(name);
    }

    /// Whether a secret is a word or a number that data may contain too.
    pub fn is_common(&self, secret: &str) -> bool {
        self.known.is_common(secret)
    }

    /// The label of a credential or a token that stands in a text which was kept.
    pub fn leak(&self, kept: &str) -> Option<String> {
        self.known.leak(kept)
    }

    /// Any text, with every known secret replaced.
    pub fn text(&self, text: &str) -> String {
        self.known.shown(text).into_owned()
    }

    /// A message that may quote URLs: each as [`Recorder::url`] shows it, the rest as [`Recorder::text`] does.
    pub fn message(&self, text: &str) -> String {
        let lower = text.to_ascii_lowercase();
        let mut shown = String::new();
        let mut copied = 0;
        while let Some(start) = start_of_url(&lower, copied) {
            shown.push_str(&text[copied..start]);
            let from = &text[start..];
            let end =
                from.find(|c: char| c.is_whitespace() || "\"'`<>()\\".contains(c)).unwrap_or(from.len());
            let url = from[..end].trim_end_matches(['.', ',', ':', ';']);
            // What has a label has been here before.
            shown.push_str(&if url.contains('‹') { url.into() } else { self.url(url) });
            copied = start + url.len();
        }
        shown.push_str(&text[copied..]);
        self.text(&shown)
    }
}

/// Where the first URL begins at or after a place of a text in lower case.
fn start_of_url(lower: &str, from: usize) -> Option<usize> {
    let mut starts = lower[from..].match_indices("http").map(|(at, _)| from + at);
    starts.find(|at| SCHEMES.iter().any(|scheme| lower[*at..].starts_with(scheme)))
}

pub(super) fn begins_with_scheme(text: &str) -> bool {
    let begins =
        |scheme: &&str| text.get(..scheme.len()).is_some_and(|begin| begin.eq_ignore_ascii_case(scheme));
    SCHEMES.iter().any(begins)
}

#[cfg(test)]
mod tests {
    use super::*;
    use base64::Engine;
    use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
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
    fn a_common_word_is_replaced_in_its_own_place_alone() {
        let recorder = Recorder::default();
        recorder.learn_words("| status | WAITING | for the merchant | IN_PROGRESS |");
        for password in
            ["waiting", "merchant", "IN_PROGRESS", "2500", "+46701740605", "SE", "for the merchant"]
        {
            assert!(!recorder.learn_credentials("merchant", password), "{password}");
        }
        let data = json!({
            "status": "WAITING", "channel": "IN_PROGRESS", "amount": "2500", "to": "+46701740605",
            "url": "https://merchant.example/merchant/SE", "note": "waiting for the merchant",
        });
        assert_eq!(recorder.json(data.clone()), data);
        let account = json!({ "username": "merchant", "password": "waiting", "token": "WAITING" });
        let shown = json!({ "username": "‹username:1›", "password": "‹password:1›", "token": "‹token:1›" });
        assert_eq!(recorder.json(account), shown);
        assert_eq!(recorder.json(data.clone()), data);
        assert_eq!(recorder.text(&STANDARD.encode("merchant:waiting")), "‹credentials:1›");
        assert!(recorder.learn_credentials("merchant", "Waiting7"));
        assert_eq!(recorder.text("Waiting7 waiting"), "‹password:7› waiting");
    }

    #[test]
    fn a_strong_credential_is_cut_also_if_it_is_a_word_of_the_harness() {
        let recorder = Recorder::default();
        recorder.learn_words(
            "says K1_Qz8kwv3mmppl0 of Qz8kwv3mmppl0qqx and a horse, correct staple battery again",
        );
        for (number, password) in
            ["Qz8kwv3mmppl0qqx", "correct horse battery staple again"].iter().enumerate()
        {
            assert!(recorder.learn_credentials("K1_Qz8kwv3mmppl0", password));
            let shown = format!("x-‹password:{}› of ‹username:1›.", number + 1);
            assert_eq!(recorder.text(&format!("x-{password} of k1_qz8kwv3mmppl0.")), shown);
            assert_eq!(recorder.leak(&shown), None);
        }
    }

    #[test]
    fn data_that_reads_like_a_label_is_not_taken_for_one() {
        let recorder = Recorder::default();
        let body = json!({ "authorization_token": "tok-3f9a", "status": "‹authorization_token:1›", "title": "‹ Back ›" });
        let shown = json!({ "authorization_token": "‹authorization_token:1›", "status": "‹‹authorization_token:1›", "title": "‹ Back ›" });
        assert_eq!(recorder.json(body), shown);
    }

    #[test]
    fn a_secret_is_cut_by_the_end_of_its_name_whatever_its_type() {
        let body = json!({
            "links": [{ "href": "HTTPS://pay.example/p/x1Y" }], "_html": "<a href=\"https://pay.example/p/x1Y\">",
            "redirect_url": "https://pay.example/p/x1Y", "access_token": "CANARY1", "api_key": "CANARY2",
            "token": 918_273_645_546_372_819_u64, "session_secret": { "value": ["CANARY3"], "session_id": "s" },
            "note": "918273645546372819 CANARY3",
        });
        let shown = json!({
            "links": [{ "href": "https://pay.example/‹link:1›" }], "_html": "<a href=\"https://pay.example/‹link:1›\">",
            "redirect_url": "https://pay.example/‹link:1›", "access_token": "‹token:1›", "api_key": "‹key:1›",
            "token": 0, "session_secret": { "value": ["‹secret:1›"], "session_id": "s" },
            "note": "‹token:2› ‹secret:1›",
        });
        assert_eq!(Recorder::default().json(body), shown);
    }

    #[test]
    fn a_name_is_shown_wherever_its_member_stands() {
        let id = "0b4ba456-0f1b-4a8c-9a1a-02f6d3d3bb2d";
        let body =
            json!({ "redirect_url": format!("https://pay.example/{id}"), "session_id": id, "token": id });
        let shown =
            json!({ "redirect_url": "https://pay.example/‹link:1›", "session_id": id, "token": "‹token:1›" });
        assert_eq!(Recorder::default().json(body), shown);
    }

    #[test]
    fn an_empty_value_is_shown_and_a_known_secret_is_cut_in_a_name_too() {
        let recorder = Recorder::default();
        let base = url::Url::parse("https://api.example/").unwrap();
        assert_eq!(recorder.field(&base, "X-Auth-Token", ""), "");
        assert_eq!(recorder.json(json!({ "token": "" })), json!({ "token": "" }));
        recorder.json(json!({ "token": "tok-3f9a" }));
        assert_eq!(recorder.json(json!({ "session_id": "tok-3f9a" })), json!({ "session_id": "‹token:1›" }));
        let early =
            json!({ "a": "see https://api.example/g/x1Y", "generation_url": "https://api.example/g/x1Y" });
        let shown = json!({ "a": "see https://api.example/‹link:1›", "generation_url": "https://api.example/‹link:1›" });
        assert_eq!(recorder.json(early), shown);
    }

    #[test]
    fn a_leak_is_a_credential_or_a_token_in_plain_text() {
        let recorder = Recorder::default();
        recorder.learn_credentials("K1_shop", "p w/é\"1");
        recorder.json(json!({ "client_token": "tok-3f9a", "redirect_url": "https://pay.example/x1Y7zz?k=0b4ba456-0f1b-4a8c" }));
        for (kept, label) in [
            ("as K1_shop.", Some("‹username:1›")),
            (r#"{"error":"p w/é\"1"}"#, Some("‹password:1›")),
            ("/tok-3f9a/order", Some("‹client_token:1›")),
            ("‹client_token:1› x1Y7zz 0b4ba456-0f1b-4a8c", None),
        ] {
            assert_eq!(recorder.leak(kept).as_deref(), label, "{kept}");
        }
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
    fn a_link_that_a_message_quotes_is_cut_out_once() {
        let recorder = Recorder::default();
        recorder.link("https://pay.example/p/x1Y");
        let message = "cannot open (https://pay.example/p/x1Y): http://127.0.0.1:1/hpp is closed";
        let shown = "cannot open (https://pay.example/‹link:1›): http://127.0.0.1:1/hpp is closed";
        assert_eq!(recorder.message(message), shown);
        assert_eq!(recorder.message(shown), shown);
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
    fn credentials_are_found_in_every_encoding() {
        let hex = |text: &str| text.bytes().map(|byte| format!("{byte:02x}")).collect::<Vec<_>>().concat();
        let each =
            |text: &str, form: fn(u32) -> String| text.chars().map(|c| form(c.into())).collect::<String>();
        for password in ["Qz8kwv3mmppl0qqx", "p w/é\"1"] {
            let recorder = Recorder::default();
            recorder.learn_credentials("K1_shop", password);
            let pair = format!("K1_shop:{password}");
            for (value, label) in [(password, "‹password:1›"), (&pair, "‹credentials:1›")] {
                let in_json = serde_json::to_string(value).unwrap();
                let forms = [
                    hex(value),
                    hex(value).to_uppercase(),
                    STANDARD.encode(value),
                    URL_SAFE_NO_PAD.encode(value),
                    each(value, |c| format!("&#{c};")),
                    each(value, |c| format!("&#x{c:X};")),
                    each(value, |c| format!("\\u{c:04x}")),
                    each(value, |c| format!("\\\\u{c:04X}")),
                    in_json[1..in_json.len() - 1].replace('/', "\\/"),
                    value.replace('"', "&quot;"),
                    percent_encoding::utf8_percent_encode(value, percent_encoding::NON_ALPHANUMERIC)
                        .to_string(),
                    url::form_urlencoded::byte_serialize(value.as_bytes()).collect(),
                ];
                for form in forms {
                    // Its parts are also secrets, so a pair that shows its colon may have two labels.
                    let shown =
                        recorder.text(&format!("x {form}.")).replace("‹username:1›:‹password:1›", label);
                    assert_eq!(shown, format!("x {label}."), "{form}");
                    let leak = recorder.leak(&form).filter(|leak| leak == "‹username:1›" || leak == label);
                    assert!(leak.is_some(), "{form}");
                }
            }
        }
    }

    #[test]
    fn a_password_is_found_however_it_is_percent_encoded() {
        let recorder = Recorder::default();
        recorder.learn_credentials("K1_shop", "Xq9-ze/b r_7*Q");
        for text in [
            "Xq9-ze%2Fb%20r_7*Q",
            "Xq9-ze%2fb%20r_7*Q",
            "Xq9-ze%2Fb+r_7*Q",
            "Xq9-ze%2Fb%20r_7%2AQ",
            "Xq9%2dze%2fb%20r%5f7%2aQ",
            "password=Xq9%2Dze%2Fb+r%5F7%2AQ",
        ] {
            let shown = recorder.text(text);
            assert_eq!(shown.trim_start_matches("password="), "‹password:1›", "{text}");
            assert_eq!(recorder.leak(text).as_deref(), Some("‹password:1›"), "{text}");
        }
    }

    #[test]
    fn a_long_secret_is_cut_out_of_every_part_of_a_record() {
        let recorder = Recorder::default();
        let (username, password) = ("K1_shop", "Qz8kwv3mmppl0qqx");
        recorder.learn_credentials(username, password);
        let pair = STANDARD.encode(format!("{username}:{password}"));
        let api = "https://api.example".parse().unwrap();
        let lower = password.to_lowercase();
        for (shown, expected) in [
            (recorder.field(&api, "Content-Type", &format!("a/b; x={pair}")), "a/b; x=‹credentials:1›"),
            (recorder.field(&api, "Via", &format!("x-{password}")), "x-‹password:1›"),
            (
                recorder.url(&format!("https://{password}.example:80/{password}")),
                "https://hidden-password-1.example:80/‹password:1›",
            ),
            (
                recorder.link(&format!("https://{password}.example/p/1")),
                "https://hidden-password-1.example/‹link:1›",
            ),
            (recorder.link(&format!("//{password}.example/p/1")), "//hidden-password-1.example/‹link:1›"),
            (
                recorder.url(&format!("https://a.example/?{password}=1#{lower}=1")),
                "https://a.example/?‹password:1›=1#‹password:1›=1",
            ),
            (
                recorder.text(&format!("X-{lower}: {}", pair.trim_end_matches('='))),
                "X-‹password:1›: ‹credentials:1›",
            ),
            (recorder.text(&format!("as\\n{password}, %22{lower}")), "as\\n‹password:1›, %22‹password:1›"),
            (
                recorder.json(json!({ "session_id": format!("x-{password}") })).to_string(),
                r#"{"session_id":"x-‹password:1›"}"#,
            ),
        ] {
            assert_eq!(shown, expected);
            assert_eq!(recorder.leak(&shown), None);
        }
        assert_eq!(recorder.leak(&format!("a.{lower}")).as_deref(), Some("‹password:1›"));
    }
}
