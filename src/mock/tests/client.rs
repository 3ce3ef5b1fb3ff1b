//! A client for tests: one request for each connection, with raw names and bytes.

use std::net::SocketAddr;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use crate::mock::{Deviation, Dialect, Mock, MockOptions, Others};

/// An answer.
#[derive(Debug, Clone)]
pub struct Answer {
    pub status: u16,
    /// Names with their original case.
    pub fields: Vec<(String, String)>,
    pub body: Vec<u8>,
}

impl Answer {
    /// The field of exactly this name.
    pub fn field(&self, name: &str) -> Option<&str> {
        self.fields.iter().find(|(field, _)| field == name).map(|(_, value)| value.as_str())
    }

    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    /// The JSON body, or `null`.
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_default()
    }

    /// The text of a member of the JSON body.
    pub fn member(&self, pointer: &str) -> String {
        self.json().pointer(pointer).and_then(Value::as_str).unwrap_or_default().to_owned()
    }
}

/// A mock with a client.
pub struct Shop {
    pub mock: Mock,
    pub dialect: Dialect,
}

impl Mock {
    /// The merchant id of the first account.
    pub fn merchant_id(&self) -> &str {
        &self.playground.accounts.first().merchant_id
    }
}

impl Shop {
    /// A faithful mock, or one with a deviation.
    pub async fn open(dialect: Dialect, deviation: Option<&'static Deviation>) -> Self {
        Self::with(MockOptions { dialect, deviation, ..Self::options() }).await
    }

    /// A faithful mock that notes which of the others would have answered differently.
    pub async fn watched(dialect: Dialect, others: Others) -> Self {
        Self::with(MockOptions { dialect, watch: Some(others), ..Self::options() }).await
    }

    /// The default settings of a mock in tests.
    pub fn options() -> MockOptions {
        MockOptions {
            credentials: Some(("user".to_owned(), "secret".to_owned())),
            seed: Some(1),
            ..MockOptions::new(Dialect::Klarna)
        }
    }

    pub async fn with(options: MockOptions) -> Self {
        let dialect = options.dialect;
        Self { mock: Mock::start(options).await.unwrap(), dialect }
    }

    /// Sends one request with the merchant's credentials.
    pub async fn call(&self, method: &str, url: &str, body: Option<&Value>) -> Answer {
        let credentials = STANDARD.encode("user:secret");
        let field = format!("Authorization: Basic {credentials}\r\n");
        self.send(method, url, &field, &body.map(Value::to_string).unwrap_or_default()).await
    }

    /// Sends one request with the fields given.
    pub async fn send(&self, method: &str, url: &str, fields: &str, body: &str) -> Answer {
        let path =
            url.split_once("://").map_or(url, |(_, rest)| rest.find('/').map_or("/", |slash| &rest[slash..]));
        let head = format!(
            "{method} {path} HTTP/1.1\r\nHost: {}\r\nConnection: close\r\n{fields}Content-Length: {}\r\n\r\n",
            self.mock.addr(),
            body.len(),
        );
        exchange(self.mock.addr(), format!("{head}{body}").as_bytes()).await
    }

    /// Opens a page like a browser.
    pub async fn open_page(&self, url: &str) -> Answer {
        self.send("GET", url, "", "").await
    }

    /// Presses a button of the page at `url`.
    pub async fn press(&self, url: &str, name: &str) -> Answer {
        let fields = "Content-Type: application/x-www-form-urlencoded\r\n";
        let action = format!("{url}/move");
        self.send("POST", &action, fields, &format!("move={name}")).await
    }

    /// Moves the clock of the first account.
    pub async fn advance(&self, seconds: i64) {
        let url = format!("/_mock/accounts/{}/clock", self.mock.merchant_id());
        let body = json!({ "advance_seconds": seconds });
        let answer = self.call("POST", &url, Some(&body)).await;
        assert_eq!(answer.status, 200, "{}", answer.text());
    }

    /// Opens a payment session in this channel. Returns its URL.
    pub async fn payment_session(&self, channel: &str) -> String {
        let (path, id) = match self.dialect {
            Dialect::Klarna => ("/payments/v1/sessions", "/session_id"),
            Dialect::Kustom => ("/checkout/v3/orders", "/order_id"),
        };
        let answer = self.call("POST", path, Some(&purchase(channel))).await;
        assert!(answer.status < 300, "{}", answer.text());
        format!("{}{path}/{}", self.mock.base_url(), answer.member(id))
    }

    /// Creates a hosted session with further members.
    pub async fn create(&self, payment_session_url: &str, members: &Value) -> Answer {
        let mut body = json!({ "payment_session_url": payment_session_url });
        if let (Some(body), Some(members)) = (body.as_object_mut(), members.as_object()) {
            body.extend(members.clone());
        }
        self.call("POST", "/hpp/v1/sessions", Some(&body)).await
    }
}

/// A purchase that both providers accept.
pub fn purchase(channel: &str) -> Value {
    json!({
        "purchase_country": "SE",
        "purchase_currency": "SEK",
        "locale": "sv-SE",
        "acquiring_channel": channel,
        "options": { "acquiring_channel": channel },
        "order_amount": 19900,
        "order_tax_amount": 3980,
        "order_lines": [{
            "name": "Winter coat",
            "quantity": 1,
            "unit_price": 19900,
            "total_amount": 19900,
            "tax_rate": 2500,
            "total_tax_amount": 3980,
        }],
        "merchant_urls": {
            "terms": "https://m.example/terms",
            "checkout": "https://m.example/checkout",
            "confirmation": "https://m.example/confirmation",
            "push": "https://m.example/push",
        },
    })
}

/// Sends bytes on a new connection and reads the answer to its end.
pub async fn exchange(addr: SocketAddr, request: &[u8]) -> Answer {
    let mut stream = TcpStream::connect(addr).await.unwrap();
    stream.write_all(request).await.unwrap();
    let mut bytes = Vec::new();
    stream.read_to_end(&mut bytes).await.unwrap();
    let end = bytes.windows(4).position(|window| window == b"\r\n\r\n").expect("an answer has a head");
    let head = String::from_utf8_lossy(&bytes[..end]).into_owned();
    let mut lines = head.split("\r\n");
    let status = lines.next().and_then(|line| line.split(' ').nth(1));
    Answer {
        status: status.and_then(|status| status.parse().ok()).unwrap_or(0),
        fields: lines
            .filter_map(|line| line.split_once(": "))
            .map(|(name, value)| (name.to_owned(), value.to_owned()))
            .collect(),
        body: bytes[end + 4..].to_vec(),
    }
}
