//! The two-way connection to a Firefox (`WebDriver BiDi`). It guards where the browser goes, and hears what it asks for.

use crate::browser::guard::{Duty, lock};
use crate::browser::lookout::{Line, Lookout};
use crate::browser::session_error::SessionError;
use crate::target::Reach;
use futures::{SinkExt, StreamExt};
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio::net::TcpStream;
use tokio::sync::{mpsc, oneshot, watch};
use tokio::task::JoinHandle;
use tokio::time::timeout;
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::Message;

/// What the browser tells.
const EVENTS: [&str; 8] = [
    "browsingContext.contextCreated",
    "browsingContext.contextDestroyed",
    "browsingContext.domContentLoaded",
    "browsingContext.navigationFailed",
    "browsingContext.navigationStarted",
    "network.beforeRequestSent",
    "network.responseStarted",
    "network.fetchError",
];

/// How long after a move a page may take to begin its way to another one. A driver of Firefox does not wait for this.
const DEPARTURE: Duration = Duration::from_millis(300);

/// The most events of a visit that are kept.
const MOST_EVENTS: usize = 20_000;

/// A connection to a browser that asks before each request.
pub(super) struct Bidi {
    orders: mpsc::UnboundedSender<Order>,
    duty: Arc<Mutex<Duty>>,
    heard: Arc<Mutex<Vec<Value>>>,
    windows: Arc<Mutex<Vec<Window>>>,
    /// The tabs and frames whose next document is on its way, each with the name of the navigation.
    leaving: watch::Receiver<BTreeMap<String, String>>,
    task: JoinHandle<()>,
}

/// A tab or a window, and the room in which it is. What a page opens is in the room of its page.
struct Window {
    name: String,
    room: String,
}

struct Order {
    method: &'static str,
    params: Value,
    answer: oneshot::Sender<Result<Value, String>>,
}

impl Bidi {
    /// Begins to watch a browser.
    pub(super) async fn attach(lookout: &Lookout) -> Result<Self, String> {
        let failed = |error: &dyn std::fmt::Display| format!("the guard cannot reach the browser: {error}");
        let Line { socket, .. } = lookout.open().await.map_err(|error| failed(&error))?;
        let (duty, heard, windows) = (Arc::<Mutex<Duty>>::default(), Arc::default(), Arc::default());
        let (orders, taken) = mpsc::unbounded_channel();
        let (tell, leaving) = watch::channel(BTreeMap::new());
        let post = Post {
            socket,
            orders: taken,
            id: 0,
            waiting: BTreeMap::new(),
            frames: BTreeSet::new(),
            duty: Arc::clone(&duty),
            heard: Arc::clone(&heard),
            windows: Arc::clone(&windows),
            leaving: tell,
        };
        let bidi = Self { orders, duty, heard, windows, leaving, task: tokio::spawn(post.keep()) };
        let events = json!({ "events": EVENTS });
        bidi.order("session.subscribe", events).await.map_err(|error| failed(&error))?;
        let before = json!({ "phases": ["beforeRequestSent"] });
        bidi.order("network.addIntercept", before).await.map_err(|error| failed(&error))?;
        Ok(bidi)
    }

    /// Sends a command, and waits for its answer.
    pub(super) async fn order(&self, method: &'static str, params: Value) -> Result<Value, SessionError> {
        let lost = || SessionError::Lost("the guard of the browser has lost it".to_owned());
        let (answer, told) = oneshot::channel();
        self.orders.send(Order { method, params, answer }).map_err(|_| lost())?;
        told.await.map_err(|_| lost())?.map_err(SessionError::Refused)
    }

    /// Sets where the browser may go from now on.
    pub(super) fn allow(&self, reach: Reach) {
        lock(&self.duty).allow(reach);
    }

    /// The origin of a document that was stopped since the last call.
    pub(super) fn take_stopped(&self) -> Option<String> {
        lock(&self.duty).take_stopped()
    }

    /// The events of the network since the last call.
    pub(super) async fn take_heard(&self) -> Result<Vec<Value>, SessionError> {
        // Whatever happened before is told before the answer.
        self.order("session.status", json!({})).await?;
        Ok(std::mem::take(&mut *lock(&self.heard)))
    }

    /// The tabs, windows and popups beside this tab in its room, the newest last.
    pub(super) fn beside(&self, tab: &str) -> Vec<String> {
        let windows = lock(&self.windows);
        let Some(own) = windows.iter().find(|window| window.name == tab) else { return Vec::new() };
        let others = windows.iter().filter(|window| window.room == own.room && window.name != tab);
        others.map(|window| window.name.clone()).collect()
    }

    /// Closes a window, unless it has closed by itself.
    pub(super) async fn close(&self, window: &str) -> Result<(), SessionError> {
        match self.order("browsingContext.close", json!({ "context": window })).await {
            Err(error) if error.is_no_frame() => Ok(()),
            closed => closed.map(drop),
        }
    }

    /// Whether the next document of a tab is on its way.
    pub(super) fn is_leaving(&self, tab: &str) -> bool {
        self.leaving.borrow().contains_key(tab)
    }

    /// Waits a moment for the page of a tab to begin its way to another one.
    pub(super) async fn await_departure(&self, tab: &str) {
        let mut leaving = self.leaving.clone();
        // Most moves that stay on the page are seen at once by what they change.
        let _ = timeout(DEPARTURE, leaving.wait_for(|leaving| leaving.contains_key(tab))).await;
    }

    /// Whether the guard still watches. Without it, the browser must not be used.
    pub(super) fn is_on_duty(&self) -> bool {
        !self.task.is_finished()
    }
}

impl Drop for Bidi {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// The place from which the guard watches.
struct Post {
    socket: WebSocketStream<TcpStream>,
    orders: mpsc::UnboundedReceiver<Order>,
    /// The number of the latest command.
    id: u64,
    waiting: BTreeMap<u64, oneshot::Sender<Result<Value, String>>>,
    /// The documents that are inside another one.
    frames: BTreeSet<String>,
    duty: Arc<Mutex<Duty>>,
    heard: Arc<Mutex<Vec<Value>>>,
    windows: Arc<Mutex<Vec<Window>>>,
    leaving: watch::Sender<BTreeMap<String, String>>,
}

impl Post {
    /// Watches until the connection ends.
    async fn keep(mut self) {
        loop {
            let kept = tokio::select! {
                Some(Order { method, params, answer }) = self.orders.recv() => {
                    let sent = self.send(method, params).await;
                    sent.map(|id| drop(self.waiting.insert(id, answer)))
                }
                message = self.socket.next() => match message {
                    Some(Ok(Message::Text(text))) => {
                        self.hear(serde_json::from_str(&text).unwrap_or_default()).await
                    }
                    Some(Ok(_)) => Some(()),
                    Some(Err(_)) | None => None,
                },
            };
            if kept.is_none() {
                return;
            }
        }
    }

    async fn send(&mut self, method: &str, params: Value) -> Option<u64> {
        self.id += 1;
        let order = json!({ "id": self.id, "method": method, "params": params });
        self.socket.send(Message::text(order.to_string())).await.ok().map(|()| self.id)
    }

    async fn hear(&mut self, said: Value) -> Option<()> {
        if let Some(answer) = said["id"].as_u64().and_then(|id| self.waiting.remove(&id)) {
            let told = |name: &str| said[name].as_str().unwrap_or_default().to_owned();
            let result = match said["type"].as_str() {
                Some("success") => Ok(said["result"].clone()),
                _ => Err(format!("{}: {}", told("error"), told("message"))),
            };
            // Whoever asked may have stopped waiting.
            let _ = answer.send(result);
            return Some(());
        }
        let params = &said["params"];
        let context = params["context"].as_str().unwrap_or_default();
        let navigation = params["navigation"].as_str().unwrap_or_default();
        match said["method"].as_str().unwrap_or_default() {
            "browsingContext.contextCreated" if !params["parent"].is_null() => {
                self.frames.insert(context.to_owned());
            }
            "browsingContext.contextCreated" => {
                let room = params["userContext"].as_str().unwrap_or_default().to_owned();
                let mut windows = lock(&self.windows);
                windows.retain(|window| window.name != context);
                windows.push(Window { name: context.to_owned(), room });
            }
            "browsingContext.contextDestroyed" => {
                self.frames.remove(context);
                lock(&self.windows).retain(|window| window.name != context);
                self.leaving.send_modify(|leaving| {
                    leaving.remove(context);
                });
            }
            "browsingContext.navigationStarted" => {
                self.leaving.send_modify(|leaving| {
                    leaving.insert(context.to_owned(), navigation.to_owned());
                });
            }
            "browsingContext.domContentLoaded" | "browsingContext.navigationFailed" => {
                self.arrives(context, navigation);
            }
            method if method.starts_with("network.") => {
                if params["isBlocked"] == true {
                    let request = json!({ "request": params["request"]["request"] });
                    let goes = self.may_go(params);
                    let order = if goes { "network.continueRequest" } else { "network.failRequest" };
                    self.send(order, request).await?;
                }
                let mut heard = lock(&self.heard);
                if heard.len() < MOST_EVENTS {
                    heard.push(said);
                }
            }
            _ => {}
        }
        Some(())
    }

    /// Notes that a document is there, or will not come.
    fn arrives(&self, context: &str, navigation: &str) {
        self.leaving.send_modify(|leaving| {
            // The document of an earlier navigation may come later.
            leaving.retain(|one, awaited| one != context || awaited != navigation);
        });
    }

    /// Whether a request may be sent: every one but that of a top document on a foreign host.
    fn may_go(&self, params: &Value) -> bool {
        let is_inside = params["context"].as_str().is_some_and(|context| self.frames.contains(context));
        if params["navigation"].is_null() || is_inside {
            return true;
        }
        lock(&self.duty).admits(params["request"]["url"].as_str().unwrap_or_default())
    }
}
