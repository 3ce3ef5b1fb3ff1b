//! What the tests of the mock share: the mock as a process of its own, and requests byte by byte.

use serde_json::Value;
use serde_json::json;
use std::io::BufRead;
use std::io::BufReader;
use std::io::Read;
use std::io::Write;
use std::net::TcpStream;
use std::process::Child;
use std::process::Command;
use std::process::Stdio;
use std::time::Duration;

/// User name and password of the merchant account, as HTTP Basic.
pub const AUTHORIZATION: &str = "Basic dXNlcjpzZWNyZXQ=";
/// The longest any answer may take.
const PATIENCE: Duration = Duration::from_secs(20);

/// A mock in a process of its own; dropping it ends the process.
pub struct MockProcess {
    pub child: Child,
    pub base_url: String,
}

/// What came back.
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
}

impl MockProcess {
    pub fn start(dialect: &str) -> Self {
        let mut child = Command::new(env!("CARGO_BIN_EXE_hpp-conformance"))
            .args(["mock", "--port", "0", "--dialect", dialect, "--username", "user"])
            .env("HPP_PASSWORD", "secret")
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let base_url = line.split_whitespace().find(|word| word.starts_with("http://")).unwrap().to_owned();
        Self { child, base_url }
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

    /// Sends bytes on a connection of their own; what came back until the mock closed it.
    pub fn exchange(&self, request: &[u8]) -> Vec<u8> {
        let mut stream = TcpStream::connect(self.host()).expect("the mock accepts connections");
        stream.set_read_timeout(Some(PATIENCE)).unwrap();
        stream.set_write_timeout(Some(PATIENCE)).unwrap();
        // A mock that has refused already may not want the rest.
        let _ = stream.write_all(request);
        let _ = stream.shutdown(std::net::Shutdown::Write);
        let mut bytes = Vec::new();
        if let Err(error) = stream.read_to_end(&mut bytes) {
            assert_eq!(error.kind(), std::io::ErrorKind::ConnectionReset, "the mock hangs: {error}");
        }
        bytes
    }
}

impl Drop for MockProcess {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The first answer in what came back.
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

/// A purchase both providers accept.
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
