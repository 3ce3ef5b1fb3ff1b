//! The forms that an answer can take: order of members, odd members, times, redirects.

use std::sync::LazyLock;

use axum::http::{StatusCode, header};
use serde_json::{Map, Value};

use crate::mock::ground::id::mix;
use crate::mock::http::{Content, Reply};

/// How the page redirects the consumer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Navigation {
    SeeOther,
    Found,
    Moved,
    /// A page whose script goes there.
    Script,
}

impl Navigation {
    /// Changes a redirect into this one.
    pub fn lead(self, reply: &mut Reply) {
        match self {
            Self::SeeOther => {}
            Self::Found => reply.status = StatusCode::FOUND,
            Self::Moved => reply.status = StatusCode::MOVED_PERMANENTLY,
            Self::Script => {
                let Some(place) = reply.headers.remove(header::LOCATION) else { return };
                let place = String::from_utf8_lossy(place.as_bytes()).into_owned();
                let place = Value::from(place).to_string().replace('<', "\\u003c");
                reply.status = StatusCode::OK;
                reply.content = Content::Html(format!(
                    "<!doctype html><html><head><meta charset=\"utf-8\"><link rel=\"icon\" href=\"data:,\">\
                    <script>location.replace({place})</script></head><body></body></html>",
                ));
            }
        }
    }
}

/// Members that JSON allows and many parsers refuse: a lone surrogate, numbers beyond the range, an empty name, deep nesting.
pub static ODD_MEMBERS: LazyLock<String> = LazyLock::new(|| {
    let (open, close) = ("[".repeat(200), "]".repeat(200));
    format!(
        r#""x_sign":"\ud83d","x_far":1e400,"x_long":123456789012345678901234567890,"":"\u0000","x_deep":{open}{close}"#
    )
});

/// How times are written: how many digits of a second, and the offset of UTC.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TimeForm {
    pub digits: usize,
    pub offset: &'static str,
}

impl TimeForm {
    /// Writes the times of a body in this form.
    pub fn write_in(self, value: &mut Value) {
        match value {
            Value::Object(members) => {
                for (name, member) in members {
                    match member {
                        Value::String(time) if name.ends_with("_at") => *time = self.written(time),
                        member => self.write_in(member),
                    }
                }
            }
            Value::Array(items) => items.iter_mut().for_each(|item| self.write_in(item)),
            _ => {}
        }
    }

    /// A time of the API in this form. Another text stays as it is.
    fn written(self, time: &str) -> String {
        let Some((seconds, digits)) = time.strip_suffix('Z').and_then(|time| time.split_once('.')) else {
            return time.to_owned();
        };
        let point = if self.digits == 0 { "" } else { "." };
        let digits: String = digits.chars().chain(std::iter::repeat('0')).take(self.digits).collect();
        format!("{seconds}{point}{digits}{}", self.offset)
    }
}

/// Puts the members of every object in another order.
pub fn reorder(value: &mut Value, order: u64) {
    match value {
        Value::Object(members) => {
            let mut entries: Vec<(String, Value)> = std::mem::take(members).into_iter().collect();
            entries.sort_by_cached_key(|(name, _)| {
                name.bytes().fold(order, |sum, byte| mix(sum ^ u64::from(byte)))
            });
            for (_, member) in &mut entries {
                reorder(member, order);
            }
            *members = Map::from_iter(entries);
        }
        Value::Array(items) => items.iter_mut().for_each(|item| reorder(item, order)),
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;
    use std::collections::BTreeSet;

    #[test]
    fn members_change_their_order_and_nothing_else() {
        let before = json!({ "a": 1, "b": { "c": [{ "d": 2, "e": 3 }] }, "f": 4 });
        let texts: BTreeSet<_> = (0..20)
            .map(|order| {
                let mut after = before.clone();
                reorder(&mut after, order);
                assert_eq!(after, before);
                after.to_string()
            })
            .collect();
        assert!(texts.len() > 2);
    }

    #[test]
    fn a_time_keeps_its_instant_in_every_form() {
        let mut body = json!({ "expires_at": "2026-05-15T14:51:43.507Z", "at": [{ "updated_at": "soon" }] });
        let form = TimeForm { digits: 12, offset: "-00:00" };
        form.write_in(&mut body);
        let written = "2026-05-15T14:51:43.507000000000-00:00";
        assert_eq!(body, json!({ "expires_at": written, "at": [{ "updated_at": "soon" }] }));
        let whole = TimeForm { digits: 0, offset: "Z" };
        assert_eq!(whole.written("2026-05-15T14:51:43.507Z"), "2026-05-15T14:51:43Z");
    }

    #[test]
    fn the_consumer_is_sent_on_in_the_way_that_was_chosen() {
        let sent = |navigation: Navigation| {
            let mut reply = Reply::see_other("https://m.example/?a=</script>");
            navigation.lead(&mut reply);
            reply
        };
        assert_eq!(sent(Navigation::SeeOther).status, StatusCode::SEE_OTHER);
        assert_eq!(sent(Navigation::Found).status, StatusCode::FOUND);
        let Content::Html(page) = sent(Navigation::Script).content else {
            panic!("the answer is a page");
        };
        assert!(page.contains("location.replace(\"https://m.example/?a=\\u003c/script>\")"), "{page}");
    }
}
