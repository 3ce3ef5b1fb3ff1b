//! JSON bodies in records: values and names of members, with labels in place of secrets.

use crate::evidence::known::is_wording;
use crate::evidence::member::Meaning;
use crate::evidence::recorder::{Recorder, begins_with_scheme};
use jiff::civil::Date;
use serde_json::{Map, Value};
use std::borrow::Cow;

/// Stands for the day of birth of a person.
const NO_DAY: &str = "0001-01-01";

impl Recorder {
    /// A JSON body. The values of secret and personal members and all known secrets are replaced, also in names of members.
    pub fn json(&self, mut value: Value) -> Value {
        // A member may contain the secret of a later one, and a link the token of a later one.
        each_value(Meaning::Data, &mut value, &mut |meaning, value| self.learn_value(meaning, value));
        each_value(Meaning::Data, &mut value, &mut |meaning, value| match (meaning, value) {
            (Meaning::Link, Value::String(text)) => drop(self.link(text)),
            (Meaning::ApiLink, Value::String(text)) => drop(self.api_link(text)),
            _ => {}
        });
        self.cut_names(Meaning::Data, &mut value);
        each_value(Meaning::Data, &mut value, &mut |meaning, value| self.cut(meaning, value));
        value
    }

    fn learn_value(&self, meaning: Meaning, value: &Value) {
        match (meaning, value) {
            (Meaning::Secret(_), Value::String(text)) if text.is_empty() => {}
            (Meaning::Secret(kind), Value::String(text)) => drop(self.known.label(kind, text)),
            (Meaning::Secret(kind), Value::Number(number)) => {
                self.known.label(kind, &number.to_string());
            }
            (Meaning::Personal(personal), Value::String(text)) => drop(self.known.personal(personal, text)),
            (Meaning::Data, Value::String(text)) if text.contains("{{") => self.known.add_template(text),
            (Meaning::Public, Value::String(text)) if self.known.label_of(text).is_none() => {
                self.known.publish(text);
            }
            _ => {}
        }
    }

    fn cut(&self, meaning: Meaning, value: &mut Value) {
        match (meaning, &mut *value) {
            // It stays a number, because checks compare types.
            (Meaning::Secret(_) | Meaning::Personal(_), Value::Number(_)) => *value = Value::from(0),
            // It stays a date, because checks compare formats.
            (Meaning::Personal(_), Value::String(text)) if is_date(text) => NO_DAY.clone_into(text),
            (_, Value::String(text)) => {
                if let Cow::Owned(apart) = apart_from_labels(text) {
                    *text = apart;
                }
                if let Cow::Owned(shown) = self.string(meaning, text) {
                    *text = shown;
                }
            }
            _ => {}
        }
    }

    fn cut_names(&self, meaning: Meaning, value: &mut Value) {
        match value {
            Value::Array(items) => items.iter_mut().for_each(|item| self.cut_names(meaning, item)),
            Value::Object(members) => {
                members.iter_mut().for_each(|(name, value)| self.cut_names(meaning.within(name), value));
                if members.keys().any(|name| matches!(self.name(meaning, name), Cow::Owned(_))) {
                    let mut shown = Map::with_capacity(members.len());
                    for (name, value) in std::mem::take(members) {
                        let name = apart_from(&shown, self.name(meaning, &name));
                        shown.insert(name, value);
                    }
                    *members = shown;
                }
            }
            _ => {}
        }
    }

    /// The name of a member. The contract's names are words of the harness, which are no secrets. In a secret member, any other long
    /// name may be one.
    fn name<'t>(&self, meaning: Meaning, name: &'t str) -> Cow<'t, str> {
        let meaning = match meaning {
            Meaning::Secret(_) if self.is_opaque(name, name) && !is_wording(name) => meaning,
            _ => Meaning::Data,
        };
        match apart_from_labels(name) {
            Cow::Borrowed(name) => self.string(meaning, name),
            Cow::Owned(name) => Cow::Owned(self.string(meaning, &name).into_owned()),
        }
    }

    fn string<'t>(&self, meaning: Meaning, text: &'t str) -> Cow<'t, str> {
        match meaning {
            _ if text.is_empty() => text.into(),
            Meaning::Secret(kind) => self.known.label(kind, text).into(),
            Meaning::Personal(personal) => self
                .known
                .personal(personal, text)
                .map_or_else(|| self.string(Meaning::Data, text), Cow::from),
            Meaning::Link => self.link(text).into(),
            Meaning::ApiLink => self.api_link(text).into(),
            Meaning::Public => {
                self.known.label_of(text).map_or_else(|| self.known.without_long_secrets(text), Cow::from)
            }
            Meaning::Data if begins_with_scheme(text) => self.url(text).into(),
            Meaning::Data if text.contains("://") => self.message(text).into(),
            Meaning::Data => self.known.shown(text),
        }
    }
}

/// Whether a text is a date of RFC 3339, such as a day of birth.
fn is_date(text: &str) -> bool {
    text.len() == NO_DAY.len() && text.parse::<Date>().is_ok()
}

/// Calls `found` with each string and number, and its meaning.
fn each_value(meaning: Meaning, value: &mut Value, found: &mut impl FnMut(Meaning, &mut Value)) {
    match value {
        Value::Object(members) => {
            members.iter_mut().for_each(|(name, value)| each_value(meaning.within(name), value, found));
        }
        Value::Array(items) => items.iter_mut().for_each(|item| each_value(meaning, item, found)),
        _ => found(meaning, value),
    }
}

/// A name that no other member has. Secrets in several spellings have one label, so the second gets its place in the object.
fn apart_from(members: &Map<String, Value>, name: Cow<'_, str>) -> String {
    let numbered = (members.len() + 1..).map(|place| format!("{name} ({place})").into());
    let mut names = std::iter::once(name.clone()).chain(numbered);
    names.find(|name| !members.contains_key(&**name)).unwrap_or(name).into_owned()
}

/// A text of the target in which nothing reads like a label of ours.
fn apart_from_labels(text: &str) -> Cow<'_, str> {
    let is_label = |rest: &str| {
        rest.split_once('›').and_then(|(inner, _)| inner.split_once(':')).is_some_and(|(kind, number)| {
            kind.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_')
                && number.bytes().all(|byte| byte.is_ascii_digit())
        })
    };
    if !text.contains('‹') || !text.split('‹').skip(1).any(is_label) {
        return Cow::Borrowed(text);
    }
    let mut parts = text.split('‹');
    let mut apart = parts.next().unwrap_or_default().to_owned();
    for rest in parts {
        apart.push_str(if is_label(rest) { "‹‹" } else { "‹" });
        apart.push_str(rest);
    }
    Cow::Owned(apart)
}

#[cfg(test)]
mod tests {
    use super::*;
    use base64::Engine;
    use base64::engine::general_purpose::STANDARD;
    use serde_json::json;

    #[test]
    fn a_secret_is_cut_out_of_a_name_of_a_member_too() {
        let recorder = Recorder::default();
        recorder.learn_words("a_long_name_of_the_contract_v2");
        recorder.learn_credentials("K1_shop", "Qz8kwv3mmppl0qqx");
        let (pair, token) = (STANDARD.encode("K1_shop:Qz8kwv3mmppl0qqx"), "eyJ.tok-3f9a");
        let names = json!({
            "authorized_by": { pair: 1, "x-Qz8kwv3mmppl0qqx": [{ "by_QZ8KWV3MMPPL0QQX": 2 }] },
            "client_token": token, "tokens": { token: { "kind": 3 }, "an_ordinary_name": "Ab3dEf5gHi7jKl9m" },
            "session_secret": { "Ab3dEf5gHi7jKl9m": 4, "a_long_name_of_the_contract_v2": 5 },
            "https://pay.example/Zz3dEf5gHi7jKl9m": true, "redirect_url": "https://pay.example/Zz3dEf5gHi7jKl9m",
        });
        let shown = json!({
            "authorized_by": { "‹credentials:1›": 1, "x-‹password:1›": [{ "by_‹password:1›": 2 }] },
            "client_token": "‹client_token:1›",
            "tokens": { "‹client_token:1›": { "kind": 0 }, "an_ordinary_name": "‹token:2›" },
            "session_secret": { "‹token:2›": 0, "a_long_name_of_the_contract_v2": 0 },
            "https://pay.example/‹link:1›": true, "redirect_url": "https://pay.example/‹link:1›",
        });
        assert_eq!(recorder.json(names), shown);
    }

    #[test]
    fn what_a_member_says_about_a_person_is_replaced() {
        let recorder = Recorder::default();
        recorder.learn_words("the merchant distributes it by email to consumer@example.com");
        let body = json!({
            "customer": {
                "given_name": "Anna", "date_of_birth": "1981-02-03", "national_identification_number": "198102031234",
                "type": "person", "pets": [{ "name": "Rex the dog", "age": 7 }],
            },
            "billing_address": { "country": "SE", "city": "Lund", "email": "anna.b@shop.example" },
            "contact_information": { "email": "consumer@example.com", "phone": "+46 70 123 45 67", "phone_country": "SE" },
            "note": "anna.b@shop.example, +46 70 123 45 67, 198102031234 and Anna of Lund",
        });
        let shown = json!({
            "customer": {
                "given_name": "‹person:1›", "date_of_birth": "0001-01-01", "national_identification_number": "‹personal_id:1›",
                "type": "person", "pets": [{ "name": "‹person:3›", "age": 0 }],
            },
            "billing_address": { "country": "SE", "city": "‹person:4›", "email": "‹email:1›" },
            "contact_information": { "email": "consumer@example.com", "phone": "‹phone:1›", "phone_country": "SE" },
            "note": "‹email:1›, ‹phone:1›, ‹personal_id:1› and Anna of Lund",
        });
        assert_eq!(recorder.json(body), shown);
        assert_eq!(
            recorder.leak("anna.b@shop.example"),
            None,
            "it may be known too late, and is no credential"
        );
    }

    #[test]
    fn a_day_of_birth_that_is_no_date_is_not_made_one() {
        let shown = Recorder::default().json(json!({ "customer": { "date_of_birth": "1981-02-30" } }));
        assert_eq!(shown, json!({ "customer": { "date_of_birth": "‹person:1›" } }));
    }

    #[test]
    fn what_the_page_driver_types_is_replaced() {
        let recorder = Recorder::default();
        for (name, value) in
            [("email", "anna.b@shop.example"), ("denied_email", "bo@shop.example"), ("code", "111111")]
        {
            recorder.learn_identity(name, value);
        }
        let shown = recorder.text("Hi anna.b@shop.example (not bo@shop.example): 111111");
        assert_eq!(shown, "Hi ‹email:1› (not ‹email:2›): 111111");
    }

    #[test]
    fn as_many_members_are_kept_as_came() {
        let recorder = Recorder::default();
        recorder.learn_credentials("K1_shop", "Qz8kwv3mmppl0qqx");
        let names = json!({
            "Qz8kwv3mmppl0qqx": 1, "QZ8KWV3MMPPL0QQX": 2, "‹password:1› (3)": 3, "‹password:1›": 4,
            "qz8kwv3mmppl0qqx": 5, "‹username:1› (7)": 6, "K1_shop": 7, "K1_shop (7)": 8, "plain": 9,
        });
        let shown = json!({
            "‹password:1›": 1, "‹password:1› (2)": 2, "‹‹password:1› (3)": 3, "‹‹password:1›": 4,
            "‹password:1› (5)": 5, "‹‹username:1› (7)": 6, "‹username:1›": 7, "‹username:1› (7)": 8, "plain": 9,
        });
        assert_eq!(recorder.json(names), shown);
    }
}
