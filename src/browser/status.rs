//! What a `WebDriver` that somebody else runs says about itself, and the end of its sessions.

use crate::browser::BrowserError;
use crate::browser::programs::{FIREFOX, Make};
use crate::target::WebDriverUrl;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use http::header::AUTHORIZATION;
use http::{Method, Request, StatusCode};
use http_body_util::{BodyExt, Limited};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use serde::Deserialize;
use serde_json::Value;
use std::collections::BTreeMap;
use std::error::Error;
use std::time::Duration;
use tokio::time::timeout;

/// How long an answer may take that needs no browser.
const PATIENCE: Duration = Duration::from_secs(10);

/// Longest answer, in bytes. A Grid lists every slot.
const LONGEST: usize = 4 << 20;

/// The name by which a Grid knows Chromium and Chrome.
const CHROME: &str = "chrome";

/// What a `WebDriver` says about itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Status {
    ready: bool,
    message: String,
    /// The slots by the name of their browser: the free ones, and all. Empty if it is a driver and no Grid.
    slots: BTreeMap<String, (usize, usize)>,
}

#[derive(Deserialize)]
struct Answer {
    value: Told,
}

#[derive(Deserialize)]
struct Told {
    ready: bool,
    #[serde(default)]
    message: String,
    #[serde(default)]
    nodes: Vec<Node>,
}

/// A node of a Grid.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Node {
    #[serde(default = "all")]
    max_sessions: usize,
    #[serde(default)]
    availability: String,
    #[serde(default)]
    slots: Vec<Seat>,
}

/// A slot of a node.
#[derive(Deserialize)]
struct Seat {
    #[serde(default)]
    session: Value,
    #[serde(default)]
    stereotype: Value,
}

fn all() -> usize {
    usize::MAX
}

impl Node {
    /// Adds its slots to those of the other nodes.
    fn count(&self, slots: &mut BTreeMap<String, (usize, usize)>) {
        let taken = self.slots.iter().filter(|seat| !seat.session.is_null()).count();
        let mut own: BTreeMap<&str, (usize, usize)> = BTreeMap::new();
        for seat in &self.slots {
            let (free, whole) =
                own.entry(seat.stereotype["browserName"].as_str().unwrap_or("?")).or_default();
            *free += usize::from(seat.session.is_null());
            *whole += 1;
        }
        for (name, (free, whole)) in own {
            let (all_free, all) = slots.entry(name.to_owned()).or_default();
            *all_free += free.min(self.max_sessions.saturating_sub(taken));
            *all += whole.min(self.max_sessions);
        }
    }
}

impl Status {
    /// Asks the `WebDriver` at this address.
    pub async fn of(url: &WebDriverUrl) -> Result<Self, BrowserError> {
        let (status, body) = ask(url, Method::GET, "status").await?;
        let no_driver = |why: String| BrowserError::NoWebDriver { url: url.clone(), why };
        match status {
            StatusCode::OK => {
                Self::read(&body).ok_or_else(|| no_driver("it says nothing about being ready".into()))
            }
            StatusCode::UNAUTHORIZED => Err(BrowserError::Unauthorized { url: url.clone() }),
            other => Err(no_driver(format!("GET {url}/status was answered with {}", other.as_u16()))),
        }
    }

    fn read(body: &[u8]) -> Option<Self> {
        let Answer { value: Told { ready, message, nodes } } = serde_json::from_slice(body).ok()?;
        let mut slots = BTreeMap::new();
        nodes.iter().filter(|node| node.availability == "UP").for_each(|node| node.count(&mut slots));
        Some(Self { ready, message: message.trim().to_owned(), slots })
    }

    /// Whether a browser can be had that is named like this, or `auto`, or as a program.
    pub fn offers(&self, url: &WebDriverUrl, browser: &str) -> Result<(), BrowserError> {
        self.room(url, name_of(browser)).map(drop)
    }

    /// How many browsers of this name can be had at once, as far as it says. A browser that it does not have is an error.
    pub(super) fn room(&self, url: &WebDriverUrl, name: &str) -> Result<usize, BrowserError> {
        let url = url.clone();
        if !self.ready {
            let why =
                if self.message.is_empty() { "it does not say why".into() } else { self.message.clone() };
            return Err(BrowserError::NotReady { url, why });
        }
        if self.slots.is_empty() {
            return Ok(usize::MAX);
        }
        let Some((free, _)) = self.slots.get(name) else {
            let known: Vec<&str> = self.slots.keys().map(String::as_str).collect();
            return Err(BrowserError::NotOffered { url, name: name.to_owned(), known: known.join(", ") });
        };
        // A slot that is taken may become free while a browser is waited for.
        Ok((*free).max(1))
    }

    /// The slots in words.
    pub fn told(&self) -> String {
        let slots =
            self.slots.iter().map(|(name, (free, all))| format!("{free} of {all} slots of {name} free"));
        let slots: Vec<String> = slots.collect();
        if slots.is_empty() { "ready".to_owned() } else { format!("ready, {}", slots.join(", ")) }
    }
}

/// The name of a browser elsewhere. `auto`, and a program that is no Firefox, are a Chromium.
pub(super) fn name_of(browser: &str) -> &str {
    match Make::of(browser) {
        Make::Firefox => FIREFOX,
        Make::Chromium if browser == "auto" || is_program(browser) => CHROME,
        Make::Chromium => browser,
    }
}

/// Whether a browser is chosen by the path of its program.
pub(super) fn is_program(browser: &str) -> bool {
    browser.contains(['/', '\\'])
}

/// Ends a session. It may have ended by itself.
pub(super) async fn end_session(url: &WebDriverUrl, id: &str) -> Result<(), BrowserError> {
    let (status, _) = ask(url, Method::DELETE, &format!("session/{id}")).await?;
    if status.is_success() || status == StatusCode::NOT_FOUND {
        return Ok(());
    }
    let why = format!("DELETE of a session was answered with {}", status.as_u16());
    Err(BrowserError::NoWebDriver { url: url.clone(), why })
}

/// The ids of all sessions. Only a driver tells them.
#[cfg(all(test, feature = "browser-tests"))]
pub(super) async fn sessions(url: &WebDriverUrl) -> Result<Vec<Value>, BrowserError> {
    let (_, body) = ask(url, Method::GET, "sessions").await?;
    let answer: Value = serde_json::from_slice(&body).unwrap_or_default();
    Ok(answer["value"].as_array().cloned().unwrap_or_default())
}

/// The field that tells user name and password.
pub(super) fn authorization(url: &WebDriverUrl) -> Option<String> {
    let (name, password) = url.credentials()?;
    Some(format!("Basic {}", STANDARD.encode(format!("{name}:{password}"))))
}

async fn ask(url: &WebDriverUrl, method: Method, path: &str) -> Result<(StatusCode, Vec<u8>), BrowserError> {
    let unreachable = |why: String| BrowserError::Unreachable { url: url.clone(), why };
    let late = || unreachable(format!("no answer within {} s", PATIENCE.as_secs()));
    timeout(PATIENCE, fetched(url, method, path)).await.map_err(|_| late())?.map_err(unreachable)
}

async fn fetched(url: &WebDriverUrl, method: Method, path: &str) -> Result<(StatusCode, Vec<u8>), String> {
    // Without a media type, because there is no body: a Grid refuses one that does not name UTF-8.
    let mut request = Request::builder().method(method).uri(format!("{}{path}", url.endpoint()));
    if let Some(field) = authorization(url) {
        request = request.header(AUTHORIZATION, field);
    }
    let request = request.body(String::new()).map_err(|error| error.to_string())?;
    let client: Client<HttpConnector, String> = Client::builder(TokioExecutor::new()).build_http();
    let answer = client.request(request).await.map_err(|error| root_cause(&error))?;
    let status = answer.status();
    let body =
        Limited::new(answer.into_body(), LONGEST).collect().await.map_err(|error| error.to_string())?;
    Ok((status, body.to_bytes().to_vec()))
}

/// The words of the first cause, such as `Connection refused`.
pub(super) fn root_cause(error: &dyn Error) -> String {
    let mut cause = error;
    while let Some(deeper) = cause.source() {
        cause = deeper;
    }
    cause.to_string()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    use tokio::net::TcpListener;

    fn url() -> WebDriverUrl {
        WebDriverUrl::given("http://qa:s3cret@127.0.0.1:4444").unwrap()
    }

    fn read(value: &Value) -> Option<Status> {
        Status::read(json!({ "value": value }).to_string().as_bytes())
    }

    fn seat(name: &str, taken: bool) -> Value {
        json!({ "session": if taken { json!({ "sessionId": "1" }) } else { Value::Null }, "stereotype": { "browserName": name } })
    }

    #[test]
    fn a_driver_has_room_and_a_grid_what_its_nodes_have() {
        let driver =
            read(&json!({ "ready": true, "message": "ChromeDriver ready for new sessions." })).unwrap();
        assert_eq!(driver.room(&url(), "chrome").unwrap(), usize::MAX);
        assert_eq!(driver.told(), "ready");
        let node = |up: &str, most: usize, seats: &[Value]| json!({ "availability": up, "maxSessions": most, "slots": seats });
        let nodes = [
            node("UP", 2, &[seat("chrome", true), seat("chrome", false), seat("firefox", false)]),
            node("UP", 1, &[seat("chrome", false), seat("chrome", false)]),
            node("DOWN", 9, &[seat("safari", false)]),
        ];
        let grid =
            read(&json!({ "ready": true, "message": "Selenium Grid ready.", "nodes": nodes })).unwrap();
        assert_eq!(grid.room(&url(), "chrome").unwrap(), 2);
        assert_eq!(grid.room(&url(), "firefox").unwrap(), 1);
        assert_eq!(grid.told(), "ready, 2 of 3 slots of chrome free, 1 of 1 slots of firefox free");
        let error = grid.room(&url(), "safari").unwrap_err().to_string();
        assert_eq!(
            error,
            "the Grid at http://127.0.0.1:4444 has no browser `safari`, only chrome, firefox; choose one with `--browser`, or start a node that has it"
        );
    }

    #[test]
    fn a_full_grid_is_waited_for_and_one_without_nodes_is_not_ready() {
        let full = [json!({ "availability": "UP", "slots": [seat("chrome", true)] })];
        let full = read(&json!({ "ready": true, "nodes": full })).unwrap();
        assert_eq!(full.room(&url(), "chrome").unwrap(), 1);
        let empty =
            read(&json!({ "ready": false, "message": "Selenium Grid not ready.", "nodes": [] })).unwrap();
        let error = empty.room(&url(), "chrome").unwrap_err().to_string();
        assert_eq!(
            error,
            "the WebDriver at http://127.0.0.1:4444 is not ready: Selenium Grid not ready.; start a node, or wait until a session ends"
        );
    }

    #[test]
    fn what_says_nothing_about_being_ready_is_no_webdriver() {
        assert_eq!(read(&json!({ "status": 0 })), None);
        assert_eq!(Status::read(b"<html>"), None);
    }

    #[test]
    fn user_name_and_password_are_sent_and_not_shown() {
        assert_eq!(authorization(&url()).as_deref(), Some("Basic cWE6czNjcmV0"));
        let shown = BrowserError::Unreachable { url: url(), why: "Connection refused".into() };
        assert!(!format!("{shown} {shown:?}").contains("s3cret"));
    }

    /// Ends a session at a server that answers like this. Returns what it was asked, and what was told.
    async fn ended(answer: &'static str) -> (String, Result<(), String>) {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let server = tokio::spawn(async move {
            let (mut stream, _) = listener.accept().await.unwrap();
            let mut head = Vec::new();
            while !head.ends_with(b"\r\n\r\n") {
                stream.read_buf(&mut head).await.unwrap();
            }
            let answer = format!("HTTP/1.1 {answer}\r\nContent-Length: 0\r\n\r\n");
            stream.write_all(answer.as_bytes()).await.unwrap();
            String::from_utf8(head).unwrap().to_ascii_lowercase()
        });
        let url = WebDriverUrl::given(&format!("http://qa:s3cret@{address}")).unwrap();
        let told = end_session(&url, "1").await.map_err(|error| error.to_string());
        (server.await.unwrap(), told)
    }

    #[tokio::test]
    async fn a_session_is_ended_as_a_grid_wants_it_and_a_refusal_is_told() {
        let (head, told) = ended("200 OK").await;
        assert!(head.starts_with("delete /session/1 http/1.1\r\n"), "{head}");
        assert!(head.contains("authorization: basic "), "{head}");
        // A Grid refuses a media type that does not name UTF-8.
        assert!(!head.contains("content-type"), "{head}");
        assert_eq!(told, Ok(()));
        assert_eq!(ended("404 Not Found").await.1, Ok(()));
        let told = ended("500 Oh").await.1.unwrap_err();
        assert!(told.contains("DELETE of a session was answered with 500"), "{told}");
    }
}
