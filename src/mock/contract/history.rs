//! What came before an answer, for edits that break a promise only then. The faithful mock keeps no history.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use serde_json::Value;

use crate::mock::ground::Dialect;
use crate::mock::ground::sharded_map::lock;
use crate::mock::http::{Answered, Asked, Content, Operation, Past, Reply};

/// How many paths are remembered. Then the memory starts anew.
const PATHS: usize = 20_000;

/// The answers so far, by merchant, operation and path.
#[derive(Default)]
pub struct History {
    traces: Mutex<HashMap<Key, Trace>>,
    /// The first answer of each operation.
    first: Mutex<HashMap<Operation, Arc<Answered>>>,
}

/// The merchant, the operation, and the path or the payment session; or neither, for all answers of this operation.
type Key = (Box<str>, Operation, Option<Box<str>>);

#[derive(Default)]
struct Trace {
    answers: usize,
    successes: usize,
    /// The paths of the last JSON answers and their bodies, the newest first. At most two, of different paths.
    last: Vec<(Box<str>, Arc<Value>)>,
}

impl History {
    /// Tells a reply what came before it, and remembers it as the faithful mock gives it.
    pub fn enter(&self, reply: &mut Reply, asked: &Asked<'_>, dialect: Dialect) {
        let mut traces = lock(&self.traces);
        if traces.len() > PATHS {
            traces.clear();
        }
        let is_success = reply.status.is_success();
        let body = match &reply.content {
            Content::Json(body) if is_success => Some(Arc::new(body.clone())),
            _ => None,
        };
        let here = (asked.merchant.into(), reply.operation, Some(asked.path.into()));
        let there = (asked.merchant.into(), reply.operation, None);
        let here = traces.entry(here).or_default();
        let (of_path, successes) = (here.answers, here.successes);
        let last = here.last.first().map(|(_, body)| Arc::clone(body));
        here.enter(asked.path, is_success, body.as_ref());
        let there = traces.entry(there).or_default();
        let of_another = there.last.iter().find(|(path, _)| **path != *asked.path);
        let elsewhere = of_another.map(|(_, body)| Arc::clone(body));
        let of_merchant = there.answers;
        there.enter(asked.path, is_success, body.as_ref());
        if !asked.merchant.is_empty() {
            let anybody = ("".into(), reply.operation, Some(asked.path.into()));
            traces.entry(anybody).or_default().enter(asked.path, is_success, body.as_ref());
        }
        let request: Value = serde_json::from_slice(asked.body).unwrap_or_default();
        let named = request.get("payment_session_url").and_then(Value::as_str);
        let (of_payment_session, sibling) = named.map_or((0, None), |named| {
            let about = (asked.merchant.into(), reply.operation, Some(named.into()));
            let about = traces.entry(about).or_default();
            let before = (about.answers, about.last.first().map(|(_, body)| Arc::clone(body)));
            about.enter(asked.path, is_success, body.as_ref());
            before
        });
        let (size, presented) = (asked.body.len(), asked.presented);
        let first = self.first(reply);
        let method = asked.method.to_owned();
        reply.past = Past {
            dialect: Some(dialect),
            method,
            request,
            size,
            presented,
            of_payment_session,
            sibling,
            of_path,
            successes,
            of_merchant,
            last,
            elsewhere,
            first,
        };
    }

    /// The first answer of an operation. This answer becomes the first if there is none.
    fn first(&self, reply: &Reply) -> Option<Arc<Answered>> {
        let mut first = lock(&self.first);
        let known = first.get(&reply.operation).map(Arc::clone);
        if known.is_none() {
            let Reply { operation, status, headers, content, .. } = reply.clone();
            first.insert(operation, Arc::new(Answered { status, headers, content }));
        }
        known
    }
}

impl Trace {
    fn enter(&mut self, path: &str, is_success: bool, body: Option<&Arc<Value>>) {
        self.answers += 1;
        self.successes += usize::from(is_success);
        if let Some(body) = body {
            self.last.retain(|(known, _)| **known != *path);
            self.last.insert(0, (path.into(), Arc::clone(body)));
            self.last.truncate(2);
        }
    }
}

#[cfg(test)]
mod tests {
    use axum::http::StatusCode;
    use serde_json::json;

    use super::*;
    use crate::mock::http::Presented;

    fn read(history: &History, merchant: &str, path: &str, number: u64) -> Past {
        let mut reply = Reply::json(StatusCode::OK, json!(number));
        reply.operation = Operation::ReadSession;
        history.enter(
            &mut reply,
            &Asked {
                merchant,
                method: "GET",
                path,
                body: br#"{"a":1}"#,
                presented: Presented::Right,
                accepts: None,
            },
            Dialect::Klarna,
        );
        reply.past
    }

    #[test]
    fn an_answer_knows_those_before_it_at_its_path_and_elsewhere() {
        let history = History::default();
        let alone = Past {
            dialect: Some(Dialect::Klarna),
            method: "GET".into(),
            request: json!({ "a": 1 }),
            size: 7,
            presented: Presented::Right,
            ..Past::default()
        };
        assert_eq!(read(&history, "m", "/1", 1), alone);
        read(&history, "m", "/1", 2);
        read(&history, "other", "/1", 3);
        read(&history, "m", "/2", 4);
        let past = read(&history, "m", "/1", 5);
        assert_eq!((past.of_path, past.of_merchant), (2, 3));
        assert_eq!(past.last.as_deref(), Some(&json!(2)));
        assert_eq!(past.elsewhere.as_deref(), Some(&json!(4)));
        let anybodys = read(&history, "", "/2", 6);
        assert_eq!((anybodys.last.as_deref(), anybodys.successes), (Some(&json!(4)), 1));
        assert_eq!(past.first.map(|first| first.content.clone()), Some(Content::Json(json!(1))));
    }
}
