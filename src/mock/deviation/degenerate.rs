//! Degenerate servers: each answers hosted sessions and pages in one simple way. A suite that believes one of them judges too little.

use std::sync::LazyLock;

use axum::http::StatusCode;
use serde_json::{Value, json};

use crate::mock::deviation::entry::{Change, Deviation, Kind};
use crate::mock::http::{Content, Operation, Reply};

/// A degenerate server.
const fn server(name: &'static str, lie: &'static str, edit: fn(&mut Reply)) -> Deviation {
    Deviation { name, kind: Kind::Everything, lie, breaks: &[], change: Change::Reply(edit) }
}

/// Every degenerate server. Payment sessions and orders, the control interface, and calls to the merchant stay as they are.
pub static DEGENERATE: &[Deviation] = &[
    server("refuses-everything-with-400", "Every request is answered with 400.", |reply| {
        each(reply, |reply| refuse(reply, StatusCode::BAD_REQUEST));
    }),
    server("refuses-everything-with-401", "Every request is answered with 401.", |reply| {
        each(reply, |reply| refuse(reply, StatusCode::UNAUTHORIZED));
    }),
    server("refuses-everything-with-404", "Every request is answered with 404.", |reply| {
        each(reply, |reply| refuse(reply, StatusCode::NOT_FOUND));
    }),
    server("accepts-everything", "A request that must be refused is accepted.", |reply| each(reply, accept)),
    server("echoes-the-request", "Every answer is 200 with the body of the request.", |reply| {
        each(reply, |reply| {
            let request = reply.past.request.clone();
            answer(reply, StatusCode::OK, request);
        });
    }),
    server("replays-its-first-answer", "Each operation repeats its first answer.", |reply| {
        each(reply, |reply| {
            if let Some(first) = reply.past.first.clone() {
                (reply.status, reply.content) = (first.status, first.content.clone());
                reply.headers.clone_from(&first.headers);
            }
        });
    }),
    server("answers-from-examples", "Every answer is the example of its schema.", |reply| {
        each(reply, |reply| {
            let example = match reply.operation {
                Operation::CreateSession => EXAMPLES[0].clone(),
                Operation::ReadSession => EXAMPLES[1].clone(),
                _ => json!({}),
            };
            answer(reply, StatusCode::OK, example);
        });
    }),
    server("answers-any-id", "An id that does not exist is found.", |reply| {
        each(reply, |reply| {
            if reply.status == StatusCode::NOT_FOUND {
                accept(reply);
            }
        });
    }),
    server("answers-an-empty-object", "Every answer is 200 with `{}`.", |reply| {
        each(reply, |reply| answer(reply, StatusCode::OK, json!({})));
    }),
    server(
        "alternates-right-and-wrong",
        "Every second answer of an operation is wrong: what is valid is refused, or what is not is accepted.",
        |reply| {
            each(reply, |reply| match reply.status {
                _ if reply.past.of_merchant % 2 == 0 => {}
                status if status.is_success() => refuse(reply, StatusCode::BAD_REQUEST),
                _ => accept(reply),
            });
        },
    ),
];

/// The examples of the schemas of a created session and of a session.
static EXAMPLES: LazyLock<[Value; 2]> = LazyLock::new(|| {
    let schemas = [
        include_str!("../../../schemas/session-created.schema.json"),
        include_str!("../../../schemas/session.schema.json"),
    ];
    schemas.map(|text| {
        let schema: Value = serde_json::from_str(text).unwrap_or_default();
        schema["examples"][1].clone()
    })
});

/// Changes an answer about hosted sessions, or a page.
fn each(reply: &mut Reply, change: impl FnOnce(&mut Reply)) {
    let is_of_sessions = matches!(
        reply.operation,
        Operation::CreateSession
            | Operation::ReadSession
            | Operation::DisableSession
            | Operation::Distribute
            | Operation::GenerateToken
            | Operation::CheckIdentity
            | Operation::Unknown
    );
    if is_of_sessions || reply.operation.is_page() {
        change(reply);
    }
}

fn answer(reply: &mut Reply, status: StatusCode, body: Value) {
    reply.status = status;
    reply.content = if body.is_null() { Content::Empty } else { Content::Json(body) };
}

/// Refuses in the form of the API.
fn refuse(reply: &mut Reply, status: StatusCode) {
    let correlation_id = reply.headers.get("klarna-correlation-id").and_then(|id| id.to_str().ok());
    let body = json!({
        "error_code": "BAD_REQUEST",
        "error_messages": ["Bad value: payment_session_url"],
        "correlation_id": correlation_id.unwrap_or("none"),
    });
    answer(reply, status, body);
}

/// Answers a request that was refused like the last one of its operation that was accepted.
fn accept(reply: &mut Reply) {
    if reply.status.is_success() || reply.status.is_redirection() {
        return;
    }
    let known = reply.past.last.as_ref().or(reply.past.elsewhere.as_ref()).map(|body| (**body).clone());
    match reply.operation {
        Operation::CreateSession => answer(reply, StatusCode::CREATED, known.unwrap_or_else(|| json!({}))),
        Operation::DisableSession | Operation::Distribute => reply.become_empty(StatusCode::NO_CONTENT),
        _ => answer(reply, StatusCode::OK, known.unwrap_or_else(|| json!({}))),
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use axum::http::HeaderMap;

    use super::*;
    use crate::mock::deviation::deviation;
    use crate::mock::http::{Answered, Past};

    /// Status and body of a server's answer to a request that the faithful mock answers like this.
    fn answered(server: &str, operation: Operation, honest: u16, body: Value, past: Past) -> (u16, Value) {
        let mut reply = Reply::json(StatusCode::from_u16(honest).unwrap(), body);
        (reply.operation, reply.past) = (operation, past);
        let Change::Reply(edit) = deviation(server).unwrap().change else { panic!("it edits replies") };
        edit(&mut reply);
        let body = match reply.content {
            Content::Json(body) => body,
            _ => Value::Null,
        };
        (reply.status.as_u16(), body)
    }

    #[test]
    fn each_server_answers_in_its_way_whatever_was_asked() {
        let content = Content::Json(json!({ "status": "WAITING" }));
        let first = Answered { status: StatusCode::OK, headers: HeaderMap::new(), content };
        let past = Past {
            request: json!({ "method": "email" }),
            of_merchant: 1,
            last: Some(Arc::new(json!({ "status": "COMPLETED" }))),
            first: Some(Arc::new(first)),
            ..Past::default()
        };
        let read = |server, honest| {
            answered(server, Operation::ReadSession, honest, json!({ "status": "FAILED" }), past.clone())
        };
        for (server, accepted, refused) in [
            (
                "accepts-everything",
                (200, json!({ "status": "FAILED" })),
                (200, json!({ "status": "COMPLETED" })),
            ),
            ("answers-any-id", (200, json!({ "status": "FAILED" })), (200, json!({ "status": "COMPLETED" }))),
            ("echoes-the-request", (200, json!({ "method": "email" })), (200, json!({ "method": "email" }))),
            (
                "replays-its-first-answer",
                (200, json!({ "status": "WAITING" })),
                (200, json!({ "status": "WAITING" })),
            ),
            ("answers-an-empty-object", (200, json!({})), (200, json!({}))),
            ("answers-from-examples", (200, EXAMPLES[1].clone()), (200, EXAMPLES[1].clone())),
        ] {
            assert_eq!((read(server, 200), read(server, 404)), (accepted, refused), "{server}");
        }
        let statuses = |server| (read(server, 200).0, read(server, 404).0);
        assert_eq!(statuses("refuses-everything-with-400"), (400, 400));
        assert_eq!(statuses("refuses-everything-with-401"), (401, 401));
        assert_eq!(statuses("refuses-everything-with-404"), (404, 404));
        assert_eq!(statuses("alternates-right-and-wrong"), (400, 200));
        assert_eq!(read("answers-any-id", 401).0, 401);
        assert!(EXAMPLES.iter().all(|example| example["session_id"].is_string()));
    }

    #[test]
    fn payment_sessions_and_the_control_interface_are_answered_rightly() {
        for server in DEGENERATE {
            for operation in [Operation::CreatePaymentSession, Operation::Control, Operation::Callback] {
                let honest = (200, json!({ "a": 1 }));
                let seen = answered(server.name, operation, 200, honest.1.clone(), Past::default());
                assert_eq!(seen, honest, "{}", server.name);
            }
        }
    }
}
