//! The case of field names on the wire. HTTP/1.1 leaves it to the server, and some clients depend on it.

use std::convert::Infallible;
use std::sync::{Arc, Mutex, PoisonError};

use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Request, Response};
use hyper_util::rt::TokioIo;
use tokio::io::AsyncWriteExt as _;

/// The case of field names.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum FieldNames {
    /// `Content-Type`
    #[default]
    Title,
    /// `content-type`
    Lower,
    /// `CONTENT-TYPE` for the fields that most answers have, and `Title-Case` for all others.
    Upper,
}

impl FieldNames {
    pub const ALL: [Self; 3] = [Self::Title, Self::Lower, Self::Upper];
}

/// The fields that are written in upper case.
const UPPER: &str = "CONTENT-TYPE: x\r\nCONTENT-LENGTH: 0\r\nCONTENT-ENCODING: x\r\nCONNECTION: close\r\nLOCATION: x\r\nDATE: x\r\n\
    CACHE-CONTROL: x\r\nX-RATELIMIT-REMAINING: x\r\nKLARNA-CORRELATION-ID: x\r\nWWW-AUTHENTICATE: x\r\nX-MOCK: x\r\n";

/// What hyper remembers of a request with these fields. It writes the fields of an answer with the same memory in the same case, and
/// it has no other way to write upper case.
pub(super) async fn upper_case() -> hyper::http::Extensions {
    let memory = Arc::new(Mutex::new(hyper::http::Extensions::new()));
    let (mut client, server) = tokio::io::duplex(4096);
    let asked = format!("GET / HTTP/1.1\r\n{UPPER}\r\n");
    // The pipe holds all of it, so an error cannot happen.
    let _ = client.write_all(asked.as_bytes()).await;
    let remembered = Arc::clone(&memory);
    let service = service_fn(move |request: Request<Incoming>| {
        *remembered.lock().unwrap_or_else(PoisonError::into_inner) = request.extensions().clone();
        std::future::ready(Ok::<_, Infallible>(Response::new(String::new())))
    });
    let mut one_request = http1::Builder::new();
    one_request.preserve_header_case(true);
    let _ = one_request.serve_connection(TokioIo::new(server), service).await;
    std::mem::take(&mut *memory.lock().unwrap_or_else(PoisonError::into_inner))
}
