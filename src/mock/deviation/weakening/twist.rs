//! The weakenings of an answer: one part of it is changed in one way, whatever the answer says.

use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

use axum::http::{HeaderName, StatusCode};
use serde_json::{Value, json};

use crate::mock::contract::seams::Rewrite;
use crate::mock::http::{Content, Operation, Past, Reply};

/// One part of the answers of an operation with a status, and what happens to it.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Twist {
    operation: Operation,
    status: u16,
    /// Only answers about a session with this status are changed. `None` means all.
    state: Option<String>,
    part: Part,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash)]
enum Part {
    /// The status becomes this one.
    Status(u16),
    /// The header field is left out.
    Field(HeaderName),
    /// The member of the JSON body at this pointer.
    Member(String, Way),
}

/// What happens to a member.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Way {
    Dropped,
    /// A number instead of a string, a string instead of anything else.
    Retyped,
    Emptied,
    /// The member of the last answer of this operation about something else.
    Copied,
    /// The member of the last answer of this operation about the same.
    Stale,
}

/// Every way, with its name.
const WAYS: [(Way, &str); 5] = [
    (Way::Dropped, "dropped"),
    (Way::Retyped, "retyped"),
    (Way::Emptied, "emptied"),
    (Way::Copied, "copied"),
    (Way::Stale, "stale"),
];

/// The statuses that one of the same class may become.
const STATUSES: [&[u16]; 3] = [&[200, 201, 204], &[302, 303, 307], &[400, 401, 403, 404, 422, 500]];

/// The member as it should become.
#[derive(PartialEq)]
enum New {
    Gone,
    Is(Value),
}

impl Twist {
    /// The twists that would change this answer.
    pub fn all_of(reply: &Reply) -> Vec<Self> {
        if matches!(reply.operation, Operation::Control | Operation::Inspect) {
            return Vec::new();
        }
        let status = reply.status.as_u16();
        let class = STATUSES.into_iter().find(|class| class[0] / 100 == status / 100).unwrap_or_default();
        let statuses = class.iter().filter(|other| **other != status).map(|other| Part::Status(*other));
        let fields = reply.headers.keys().map(|name| Part::Field(name.clone()));
        let mut parts: Vec<Part> = statuses.chain(fields).collect();
        if reply.operation == Operation::Callback {
            // A callback is a request: it has neither a status nor these fields.
            parts.clear();
        }
        if let Content::Json(body) = &reply.content {
            members("", body, &mut |pointer, value| {
                let differing = WAYS.iter().filter(|(way, _)| {
                    way.change(pointer, value, &reply.past).is_some_and(|new| new != New::Is(value.clone()))
                });
                parts.extend(differing.map(|(way, _)| Part::Member(pointer.to_owned(), *way)));
            });
        }
        let twist = |state: Option<&str>, part| {
            let state = state.map(str::to_owned);
            Self { operation: reply.operation, status, state, part }
        };
        let of_state = state(reply).into_iter().flat_map(|state| {
            let members = parts.iter().filter(|part| matches!(part, Part::Member(..)));
            members.map(move |part| twist(Some(state), part.clone()))
        });
        of_state.chain(parts.iter().map(|part| twist(None, part.clone()))).collect()
    }
}

impl Rewrite for Twist {
    fn rewrite(&self, reply: &mut Reply) {
        let is_meant = reply.operation == self.operation && reply.status.as_u16() == self.status;
        if !is_meant || self.state.is_some() && self.state.as_deref() != state(reply) {
            return;
        }
        match &self.part {
            Part::Status(status) => reply.status = StatusCode::from_u16(*status).unwrap_or(reply.status),
            Part::Field(name) => drop(reply.headers.remove(name)),
            Part::Member(pointer, way) => {
                let new = reply.get(pointer).and_then(|value| way.change(pointer, value, &reply.past));
                match new {
                    Some(New::Gone) => remove(reply, pointer),
                    Some(New::Is(value)) => reply.set(pointer, value),
                    None => {}
                }
            }
        }
    }
}

impl Way {
    /// The new member. `None` if there is nothing to take it from.
    fn change(self, pointer: &str, value: &Value, past: &Past) -> Option<New> {
        let of = |past: &Option<Arc<Value>>| past.as_ref()?.pointer(pointer).cloned();
        let new = match self {
            Self::Dropped => return Some(New::Gone),
            Self::Retyped => match value {
                Value::String(text) => text.parse::<i64>().map_or(json!(1), |number| json!(number)),
                other => json!(other.to_string()),
            },
            Self::Emptied => match value {
                Value::Null => return None,
                Value::Bool(_) => json!(false),
                Value::Number(_) => json!(0),
                Value::String(_) => json!(""),
                Value::Array(_) => json!([]),
                Value::Object(_) => json!({}),
            },
            Self::Copied => of(&past.elsewhere)?,
            Self::Stale => of(&past.last)?,
        };
        Some(New::Is(new))
    }
}

/// The status of the hosted session that an answer or a callback is about.
fn state(reply: &Reply) -> Option<&str> {
    match reply.operation {
        Operation::ReadSession => reply.text("/status"),
        Operation::Callback => reply.text("/session/status"),
        _ => None,
    }
}

/// Calls `found` with every member, its own members too. Of an array it takes the first item.
fn members(pointer: &str, value: &Value, found: &mut impl FnMut(&str, &Value)) {
    if !pointer.is_empty() {
        found(pointer, value);
    }
    match value {
        Value::Object(members) => {
            for (name, value) in members {
                let name = name.replace('~', "~0").replace('/', "~1");
                self::members(&format!("{pointer}/{name}"), value, found);
            }
        }
        Value::Array(items) => {
            if let Some(first) = items.first() {
                self::members(&format!("{pointer}/0"), first, found);
            }
        }
        _ => {}
    }
}

/// Removes a member of an object, or an item of an array.
fn remove(reply: &mut Reply, pointer: &str) {
    let items = pointer.strip_suffix("/0").map(str::to_owned);
    match items.and_then(|items| Some((reply.get(&items)?.as_array()?.get(1..)?.to_vec(), items))) {
        Some((rest, items)) => reply.set(&items, rest),
        None => reply.remove(pointer),
    }
}

/// The words of the operation, joined by dashes.
fn words(operation: Operation) -> String {
    let mut words = String::new();
    for letter in format!("{operation:?}").chars() {
        if letter.is_uppercase() && !words.is_empty() {
            words.push('-');
        }
        words.extend(letter.to_lowercase());
    }
    words
}

impl fmt::Display for Twist {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}.{}", words(self.operation), self.status)?;
        if let Some(state) = &self.state {
            write!(formatter, ".{state}")?;
        }
        match &self.part {
            Part::Status(status) => write!(formatter, ":{status}"),
            Part::Field(name) => write!(formatter, "@{name}:dropped"),
            Part::Member(pointer, way) => {
                let name = WAYS.iter().find(|(known, _)| known == way).map_or("", |(_, name)| *name);
                write!(formatter, "{pointer}:{name}")
            }
        }
    }
}

/// The text is not the name of a weakening of answers.
pub struct NotATwist;

impl FromStr for Twist {
    type Err = NotATwist;

    fn from_str(name: &str) -> Result<Self, NotATwist> {
        let parsed = || {
            let (part, way) = name.rsplit_once(':')?;
            let (operation, part) = part.split_once('.')?;
            let operation = Operation::ALL.into_iter().find(|known| words(*known) == operation)?;
            let (status, part) = part.split_at_checked(3)?;
            let (state, part) = match part.strip_prefix('.') {
                Some(part) => {
                    part.split_at_checked(part.find('/')?).map(|(state, part)| (Some(state), part))?
                }
                None => (None, part),
            };
            let state = state.map(str::to_owned);
            let part = match part.get(..1) {
                None => Part::Status(code(way)?),
                Some("@") if way == "dropped" => Part::Field(part[1..].parse().ok()?),
                Some("/") => {
                    let way = WAYS.iter().find(|(_, known)| *known == way)?.0;
                    Part::Member(part.to_owned(), way)
                }
                Some(_) => return None,
            };
            Some(Self { operation, status: code(status)?, state, part })
        };
        parsed().ok_or(NotATwist)
    }
}

fn code(text: &str) -> Option<u16> {
    text.parse::<StatusCode>().ok().map(|status| status.as_u16())
}

#[cfg(test)]
mod tests {
    use axum::http::header;

    use super::*;

    fn reply() -> Reply {
        let body = json!({ "id": "7", "amount": 5, "lines": [{ "name": "x" }, {}], "none": null });
        let mut reply = Reply::json(StatusCode::OK, body).with_header(header::DATE, "today");
        reply.operation = Operation::ReadSession;
        reply.past.last = Some(Arc::new(json!({ "id": "7", "amount": 4 })));
        reply.past.elsewhere = Some(Arc::new(json!({ "id": "8" })));
        reply
    }

    fn twisted(name: &str) -> Reply {
        let mut reply = reply();
        let Ok(twist) = name.parse::<Twist>() else { panic!("{name} is no twist") };
        twist.rewrite(&mut reply);
        reply
    }

    #[test]
    fn each_way_changes_its_part_alone() {
        let whole = |changed: &str| changed.replace('…', r#""lines":[{"name":"x"},{}],"none":null"#);
        for (name, body) in [
            ("id:dropped", r#"{"amount":5,…}"#),
            ("id:retyped", r#"{"id":7,"amount":5,…}"#),
            ("id:emptied", r#"{"id":"","amount":5,…}"#),
            ("id:copied", r#"{"id":"8","amount":5,…}"#),
            ("amount:stale", r#"{"id":"7","amount":4,…}"#),
            ("amount:retyped", r#"{"id":"7","amount":"5",…}"#),
            ("lines/0:dropped", r#"{"id":"7","amount":5,"lines":[{}],"none":null}"#),
            ("lines/0/name:dropped", r#"{"id":"7","amount":5,"lines":[{},{}],"none":null}"#),
        ] {
            let Content::Json(twisted) = twisted(&format!("read-session.200/{name}")).content else {
                panic!("the body is JSON")
            };
            assert_eq!(twisted.to_string(), whole(body), "{name}");
        }
        assert_eq!(twisted("read-session.200:204").status, StatusCode::NO_CONTENT);
        assert!(twisted("read-session.200@date:dropped").headers.is_empty());
        for other in ["create-session.200/id:dropped", "read-session.201/id:dropped"] {
            assert_eq!(twisted(other), reply(), "{other}");
        }
    }

    #[test]
    fn the_twists_of_an_answer_are_those_that_change_it() {
        let twists = Twist::all_of(&reply());
        for twist in &twists {
            let mut changed = reply();
            twist.rewrite(&mut changed);
            assert_ne!(changed, reply(), "{twist}");
            assert!(twist.to_string().parse::<Twist>().is_ok_and(|parsed| parsed == *twist), "{twist}");
        }
        let names: Vec<String> = twists.iter().map(ToString::to_string).collect();
        assert_eq!(
            names.join(" ").replace("read-session.200", ""),
            ":201 :204 @date:dropped /id:dropped /id:retyped /id:emptied /id:copied \
             /amount:dropped /amount:retyped /amount:emptied /amount:stale \
             /lines:dropped /lines:retyped /lines:emptied /lines/0:dropped /lines/0:retyped /lines/0:emptied \
             /lines/0/name:dropped /lines/0/name:retyped /lines/0/name:emptied /none:dropped /none:retyped"
        );
    }

    #[test]
    fn a_twist_may_be_of_one_status_of_the_session_alone() {
        let about = |status: &str| {
            let mut reply = Reply::json(StatusCode::OK, json!({ "status": status, "id": "7" }));
            reply.operation = Operation::ReadSession;
            reply
        };
        let names: Vec<String> = Twist::all_of(&about("BACK")).iter().map(ToString::to_string).collect();
        let name = "read-session.200.BACK/id:dropped";
        assert!(names.iter().any(|known| known == name), "{names:?}");
        let Ok(twist) = name.parse::<Twist>() else { panic!("{name} is no twist") };
        assert_eq!(twist.to_string(), name);
        for (status, is_meant) in [("BACK", true), ("ERROR", false)] {
            let mut reply = about(status);
            twist.rewrite(&mut reply);
            assert_eq!(reply.get("/id").is_none(), is_meant, "{status}");
        }
    }

    #[test]
    fn other_names_are_refused() {
        for name in
            ["", "read-session.200", "no-such.200:201", "read-session.2:1", "read-session.200@date:cut"]
        {
            assert!(name.parse::<Twist>().is_err(), "{name}");
        }
    }
}
