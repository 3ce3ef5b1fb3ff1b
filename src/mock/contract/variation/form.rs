//! The forms that a body can take: order of members, odd members, members that are `null`, times.

use std::sync::LazyLock;

use jiff::Timestamp;
use jiff::tz::Offset;
use serde_json::{Map, Value};

use crate::mock::ground::Dialect;
use crate::mock::ground::id::mix;
use crate::mock::http::Operation;

/// Members that JSON allows and many parsers refuse or take for something else: a lone surrogate, numbers beyond the range, an empty
/// name, deep nesting, names that other languages know, and names like those of the contract.
pub static ODD_MEMBERS: LazyLock<String> = LazyLock::new(|| {
    let (open, close) = ("[".repeat(70), "]".repeat(70));
    let deep = "{\"a\":".repeat(10) + "null" + &"}".repeat(10);
    format!(
        r#""x_sign":"\ud83d","x_far":1e400,"x_long":123456789012345678901234567890,"":"\u0000","x_deep":{open}{close},"x.deep/er~":{deep},"__proto__":{{"status":"x"}},"constructor":null,"Status":"x","session-id":7,"标识\u202e😀":[],"x_list":[{{}},[],-0.0,1E-7]"#
    )
});

/// A text that is longer than any of the contract.
pub static LONG_TEXT: LazyLock<String> = LazyLock::new(|| "å/".repeat(200));

/// Members that a hosted session has only later. The reference lets them be `null` until then.
const LATER: [&str; 3] = ["order_id", "klarna_reference", "authorization_token"];

/// Writes `null` for each member that is not known yet. An order of KCO never has a token.
pub fn say_null(body: &mut Value, operation: Operation, dialect: Dialect) {
    let session = match operation {
        Operation::ReadSession => Some(body),
        Operation::Callback => body.get_mut("session"),
        _ => None,
    };
    let later = if dialect == Dialect::Klarna { &LATER[..] } else { &LATER[..2] };
    if let Some(Value::Object(members)) = session {
        for name in later {
            members.entry(*name).or_insert(Value::Null);
        }
    }
}

/// How times are written: how many digits of a second, and the offset of UTC.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TimeForm {
    pub digits: usize,
    pub offset: &'static str,
}

impl TimeForm {
    /// Writes the times of a body in this form, as seen from a place so many hours from UTC.
    pub fn write_in(self, value: &mut Value, hours: i8) {
        match value {
            Value::Object(members) => {
                for (name, member) in members {
                    match member {
                        Value::String(time) if name.ends_with("_at") => *time = self.written(time, hours),
                        member => self.write_in(member, hours),
                    }
                }
            }
            Value::Array(items) => items.iter_mut().for_each(|item| self.write_in(item, hours)),
            _ => {}
        }
    }

    /// A time of the API in this form. Another text stays as it is.
    fn written(self, time: &str, hours: i8) -> String {
        let parts = |time: &str| {
            let (seconds, digits) = time.strip_suffix('Z')?.split_once('.')?;
            Some((seconds.to_owned(), digits.to_owned()))
        };
        let elsewhere = |hours| {
            let there = Offset::constant(hours).to_datetime(time.parse::<Timestamp>().ok()?);
            parts(&format!("{there:.3}Z")).map(|parts| (parts, format!("{hours:+03}:00")))
        };
        let told = if hours == 0 { None } else { elsewhere(hours) };
        let here = || parts(time).map(|parts| (parts, self.offset.to_owned()));
        let Some(((seconds, digits), offset)) = told.or_else(here) else { return time.to_owned() };
        let point = if self.digits == 0 { "" } else { "." };
        let digits: String = digits.chars().chain(std::iter::repeat('0')).take(self.digits).collect();
        format!("{seconds}{point}{digits}{offset}")
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
        form.write_in(&mut body, 0);
        let written = "2026-05-15T14:51:43.507000000000-00:00";
        assert_eq!(body, json!({ "expires_at": written, "at": [{ "updated_at": "soon" }] }));
        let whole = TimeForm { digits: 0, offset: "Z" };
        assert_eq!(whole.written("2026-05-15T14:51:43.507Z", 0), "2026-05-15T14:51:43Z");
        let west = TimeForm { digits: 3, offset: "Z" }.written("2026-05-01T01:00:00.007Z", -5);
        assert_eq!(west, "2026-04-30T20:00:00.007-05:00");
    }
}
