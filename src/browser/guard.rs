//! The guard of a browser: the top document of every tab, window and popup goes only to hosts that the profile of the target allows.

use crate::browser::lookout::{Line, Lookout};
use crate::target::Reach;
use futures::{SinkExt, StreamExt};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use tokio::net::TcpStream;
use tokio::sync::watch;
use tokio::task::JoinHandle;
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::{Error, Message};
use url::Url;

/// The field of an answer that names rules to load documents ahead.
const RULES: &str = "Speculation-Rules";

/// Takes rules to load documents ahead out of a page; see the file.
const AHEAD: &str = include_str!("ahead.js");

/// Watches every document that a browser asks for, and stops a top document on a foreign host before its request is sent.
///
/// `WebDriver` cannot do this, so the guard speaks with the browser directly. A new tab, window or popup waits until the guard watches
/// it. Images, scripts and frames are not its business.
pub(super) struct Guard {
    duty: Arc<Mutex<Duty>>,
    /// The tabs, windows and popups that are watched.
    watched: watch::Receiver<Vec<String>>,
    task: JoinHandle<()>,
}

/// What the guard must know now.
#[derive(Default)]
pub(super) struct Duty {
    /// Where the browser may go. Without a lease, nowhere.
    reach: Option<Reach>,
    /// The origin of the latest document that was stopped.
    stopped: Option<String>,
}

/// A message of the browser.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase", default)]
#[derive(Default)]
struct Said {
    /// The number of the command that it answers.
    id: u64,
    method: String,
    /// The tab that it is about.
    session_id: String,
    params: Params,
}

/// What the guard reads of a message: a request that waits for it, or a tab that is new or gone.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase", default)]
#[derive(Default)]
struct Params {
    request_id: String,
    frame_id: String,
    request: Asked,
    /// The status of the answer. `None` before the request is sent.
    response_status_code: Option<u16>,
    response_headers: Vec<ResponseField>,
    response_error_reason: Option<String>,
    session_id: String,
    target_info: Target,
}

#[derive(Deserialize, Default)]
#[serde(rename_all = "camelCase", default)]
struct Target {
    target_id: String,
}

#[derive(Deserialize, Serialize)]
struct ResponseField {
    name: String,
    value: String,
}

#[derive(Deserialize, Default)]
struct Asked {
    url: String,
}

impl Params {
    /// Whether the request was sent and has an answer, or failed.
    fn is_answered(&self) -> bool {
        self.response_status_code.is_some() || self.response_error_reason.is_some()
    }

    /// How an answer with rules to load documents ahead goes on without them. `None` if it has none.
    fn without_rules(&self) -> Option<Value> {
        let is_rule = |field: &ResponseField| field.name.eq_ignore_ascii_case(RULES);
        let status = self.response_status_code.filter(|_| self.response_headers.iter().any(is_rule))?;
        let fields: Vec<_> = self.response_headers.iter().filter(|field| !is_rule(field)).collect();
        Some(json!({ "requestId": self.request_id, "responseCode": status, "responseHeaders": fields }))
    }
}

impl Guard {
    /// Begins to watch a browser.
    pub(super) async fn attach(lookout: &Lookout) -> Result<Self, String> {
        let failed = |error: &dyn std::fmt::Display| format!("the guard cannot reach the browser: {error}");
        let Line { socket, .. } = lookout.open().await.map_err(|error| failed(&error))?;
        let duty = Arc::<Mutex<Duty>>::default();
        let (tell, watched) = watch::channel(Vec::new());
        let mut lookout = Post { socket, id: 0, duty: Arc::clone(&duty), tabs: BTreeMap::new(), tell };
        let pages = json!({ "autoAttach": true, "waitForDebuggerOnStart": true, "flatten": true, "filter": [{ "type": "page" }] });
        lookout.order("", "Target.setAutoAttach", pages).await.map_err(|error| failed(&error))?;
        let task = tokio::spawn(async move {
            while let Some(said) = lookout.heard().await {
                if lookout.answer(said).await.is_err() {
                    return;
                }
            }
        });
        Ok(Self { duty, watched, task })
    }

    /// Waits until the guard watches this tab. Returns false if it has lost the browser.
    pub(super) async fn watches(&self, tab: &str) -> bool {
        let mut watched = self.watched.clone();
        watched.wait_for(|watched| watched.iter().any(|one| one == tab)).await.is_ok()
    }

    /// The tabs, windows and popups beside this tab.
    pub(super) fn beside(&self, tab: &str) -> Vec<String> {
        self.watched.borrow().iter().filter(|one| *one != tab).cloned().collect()
    }

    /// Sets where the browser may go from now on.
    pub(super) fn allow(&self, reach: Reach) {
        lock(&self.duty).allow(reach);
    }

    /// The origin of a document that was stopped since the last call.
    pub(super) fn take_stopped(&self) -> Option<String> {
        lock(&self.duty).take_stopped()
    }

    /// Whether the guard still watches. Without it, the browser must not be used.
    pub(super) fn is_on_duty(&self) -> bool {
        !self.task.is_finished()
    }
}

impl Drop for Guard {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl Duty {
    /// Sets where the browser may go from now on.
    pub(super) fn allow(&mut self, reach: Reach) {
        *self = Self { reach: Some(reach), stopped: None };
    }

    /// The origin of a document that was stopped since the last call.
    pub(super) fn take_stopped(&mut self) -> Option<String> {
        self.stopped.take()
    }

    /// Whether a top document may be asked for.
    pub(super) fn admits(&mut self, url: &str) -> bool {
        let url = Url::parse(url).ok();
        if let (Some(url), Some(reach)) = (&url, &self.reach)
            && reach.allows_page(url)
        {
            return true;
        }
        self.stopped = Some(url.map_or_else(String::new, |url| url.origin().ascii_serialization()));
        false
    }
}

/// A tab, a window or a popup.
struct Tab {
    target: String,
    /// The number of the command that puts it under the guard.
    order: u64,
}

/// The place from which the guard watches.
struct Post {
    socket: WebSocketStream<TcpStream>,
    /// The number of the latest command.
    id: u64,
    duty: Arc<Mutex<Duty>>,
    /// By session.
    tabs: BTreeMap<String, Tab>,
    tell: watch::Sender<Vec<String>>,
}

impl Post {
    /// The next message. `None` at the end of the connection.
    async fn heard(&mut self) -> Option<Said> {
        loop {
            let message = self.socket.next().await?.ok()?;
            if let Message::Text(text) = message {
                // A message of another kind is not for the guard.
                return Some(serde_json::from_str(&text).unwrap_or_default());
            }
        }
    }

    async fn order(&mut self, session: &str, method: &str, params: Value) -> Result<u64, Error> {
        self.id += 1;
        let mut order = json!({ "id": self.id, "method": method, "params": params });
        if !session.is_empty() {
            order["sessionId"] = session.into();
        }
        self.socket.send(Message::text(order.to_string())).await.map(|()| self.id)
    }

    async fn answer(&mut self, said: Said) -> Result<(), Error> {
        let Said { id, method, session_id: session, params } = said;
        match method.as_str() {
            "Target.attachedToTarget" => {
                let session = params.session_id;
                let documents = ["Request", "Response"].map(
                    |stage| json!({ "urlPattern": "*", "resourceType": "Document", "requestStage": stage }),
                );
                let order = self.order(&session, "Fetch.enable", json!({ "patterns": documents })).await?;
                let script = json!({ "source": AHEAD, "worldName": "guard", "runImmediately": true });
                self.order(&session, "Page.addScriptToEvaluateOnNewDocument", script).await?;
                self.order(&session, "Page.enable", json!({})).await?;
                self.order(&session, "Runtime.runIfWaitingForDebugger", json!({})).await?;
                self.tabs.insert(session, Tab { target: params.target_info.target_id, order });
            }
            "Target.detachedFromTarget" => {
                if let Some(tab) = self.tabs.remove(&params.session_id) {
                    self.tell.send_modify(|watched| watched.retain(|one| *one != tab.target));
                }
            }
            "Fetch.requestPaused" => {
                let is_top = self.tabs.get(&session).is_none_or(|tab| tab.target == params.frame_id);
                let request = json!({ "requestId": params.request_id });
                if let Some(answer) = params.without_rules() {
                    self.order(&session, "Fetch.continueResponse", answer).await?;
                } else if params.is_answered() || !is_top || lock(&self.duty).admits(&params.request.url) {
                    self.order(&session, "Fetch.continueRequest", request).await?;
                } else {
                    let refusal = json!({ "requestId": params.request_id, "errorReason": "BlockedByClient" });
                    self.order(&session, "Fetch.failRequest", refusal).await?;
                }
            }
            _ => {
                let tab = self.tabs.get(&session).filter(|tab| tab.order == id);
                if let Some(target) = tab.map(|tab| tab.target.clone()) {
                    self.tell.send_modify(|watched| watched.push(target));
                }
            }
        }
        Ok(())
    }
}

/// Locks even after a panic of another task, because the value is complete between two changes.
pub(super) fn lock<T>(guarded: &Mutex<T>) -> MutexGuard<'_, T> {
    guarded.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rules_to_load_ahead_are_taken_out_of_an_answer() {
        let paused = |fields: Value| -> Params {
            let text =
                json!({ "requestId": "r", "responseStatusCode": 404, "responseHeaders": fields }).to_string();
            serde_json::from_str(&text).unwrap()
        };
        let kept = json!({ "name": "Content-Type", "value": "text/html" });
        let rules = json!({ "name": "speculation-rules", "value": "\"/rules.json\"" });
        assert!(paused(json!([kept])).without_rules().is_none() && paused(json!([kept])).is_answered());
        let expected = json!({ "requestId": "r", "responseCode": 404, "responseHeaders": [kept] });
        assert_eq!(paused(json!([rules, kept, rules])).without_rules(), Some(expected));
        assert!(!Params::default().is_answered());
    }

    #[test]
    fn without_a_lease_nothing_is_admitted_and_with_one_the_hosts_of_its_target() {
        let mut duty = Duty::default();
        assert!(!duty.admits("https://pay.shop.example/1"));
        assert_eq!(duty.stopped.take().as_deref(), Some("https://pay.shop.example"));
        duty.reach = Some(Reach::new(&"https://api.shop.example".parse().unwrap(), "merchant.example"));
        assert!(duty.admits("https://pay.shop.example/1") && duty.admits("https://merchant.example/s1/back"));
        assert_eq!(duty.stopped, None);
        assert!(!duty.admits("https://evil.example/1?token=s3cret"));
        assert_eq!(duty.stopped.as_deref(), Some("https://evil.example"));
    }
}
