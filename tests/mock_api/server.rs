//! The shared part of the tests of the mock: raw requests to it.

use crate::mock_process::MockProcess;
use serde_json::{Value, json};
use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::Duration;

/// User name and password of the merchant account, as HTTP Basic.
pub const AUTHORIZATION: &str = "Basic dXNlcjpzZWNyZXQ=";
/// The longest any answer may take.
const PATIENCE: Duration = Duration::from_secs(20);

/// An answer.
#[derive(Debug)]
pub struct Answer {
    pub status: u16,
    pub fields: Vec<(String, String)>,
    pub body: Vec<u8>,
}

impl Answer {
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).expect("the answer is JSON")
    }

    /// The value of this header field.
    pub fn field(&self, name: &str) -> String {
        let field = self.fields.iter().find(|(known, _)| known == name);
        field.unwrap_or_else(|| panic!("no {name} in {self:?}")).1.clone()
    }
}

impl MockProcess {
    pub fn start(dialect: &str) -> Self {
        Self::with_account(dialect, "user", "secret")
    }

    pub fn host(&self) -> &str {
        self.base_url.trim_start_matches("http://")
    }

    pub fn get(&self, path: &str) -> Answer {
        self.send("GET", path, "application/json", b"")
    }

    /// Sends one request with the merchant's credentials.
    pub fn send(&self, method: &str, path: &str, media_type: &str, body: &[u8]) -> Answer {
        let head = format!(
            "{method} {path} HTTP/1.1\r\nHost: {}\r\nConnection: close\r\nAuthorization: {AUTHORIZATION}\r\n\
             Content-Type: {media_type}\r\nContent-Length: {}\r\n\r\n",
            self.host(),
            body.len(),
        );
        let bytes = self.exchange(&[head.as_bytes(), body].concat());
        parse(&bytes).unwrap_or_else(|| panic!("{method} {path} got no answer"))
    }

    /// Sends bytes on a new connection. Returns everything until the mock closes it.
    pub fn exchange(&self, request: &[u8]) -> Vec<u8> {
        let mut stream = TcpStream::connect(self.host()).expect("the mock accepts connections");
        stream.set_read_timeout(Some(PATIENCE)).unwrap();
        stream.set_write_timeout(Some(PATIENCE)).unwrap();
        // A mock that has already refused may not read the rest.
        let _ = stream.write_all(request);
        let _ = stream.shutdown(std::net::Shutdown::Write);
        let mut bytes = Vec::new();
        if let Err(error) = stream.read_to_end(&mut bytes) {
            assert_eq!(error.kind(), std::io::ErrorKind::ConnectionReset, "the mock hangs: {error}");
        }
        bytes
    }
}

/// The first answer in these bytes.
pub fn parse(bytes: &[u8]) -> Option<Answer> {
    let end = bytes.windows(4).position(|window| window == b"\r\n\r\n")?;
    let head = String::from_utf8_lossy(&bytes[..end]).into_owned();
    let mut lines = head.split("\r\n");
    let status = lines.next()?.split(' ').nth(1)?.parse().ok()?;
    let fields = lines
        .filter_map(|line| line.split_once(": "))
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .collect();
    Some(Answer { status, fields, body: bytes[end + 4..].to_vec() })
}

/// A purchase that both providers accept.
pub fn purchase() -> Value {
    json!({
        "purchase_country": "SE", "purchase_currency": "SEK", "locale": "sv-SE",
        "order_amount": 19900, "order_tax_amount": 3980,
        "order_lines": [{
            "name": "Winter coat", "quantity": 1, "unit_price": 19900, "total_amount": 19900,
            "tax_rate": 2500, "total_tax_amount": 3980,
        }],
        "merchant_urls": {
            "terms": "https://m.example/t", "checkout": "https://m.example/c",
            "confirmation": "https://m.example/o", "push": "https://m.example/p",
        },
    })
}
