//! The guard of a tab: its top document goes only to hosts that the profile of the target allows.

use crate::target::Reach;
use futures::{SinkExt, StreamExt};
use serde::Deserialize;
use serde_json::json;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use tokio::net::TcpStream;
use tokio::task::JoinHandle;
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::Message;
use url::Url;

/// Watches every document that a tab asks for, and stops a top document on a foreign host before its request is sent.
///
/// `WebDriver` cannot do this, so the guard speaks with the browser directly. Images, scripts and frames are not its business.
pub(super) struct Guard {
    duty: Arc<Mutex<Duty>>,
    task: JoinHandle<()>,
}

/// What the guard must know now.
#[derive(Default)]
struct Duty {
    /// Where the tab may go. Without a lease, nowhere.
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
    params: Paused,
}

/// A request that waits for the guard.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase", default)]
#[derive(Default)]
struct Paused {
    request_id: String,
    frame_id: String,
    request: Asked,
}

#[derive(Deserialize, Default)]
struct Asked {
    url: String,
}

impl Guard {
    /// Begins to watch a tab. `debugger` is the address at which the browser listens.
    pub(super) async fn attach(debugger: &str, tab: &str) -> Result<Self, String> {
        let failed = |error: &dyn std::fmt::Display| format!("the guard of the tab cannot reach it: {error}");
        let stream = TcpStream::connect(debugger).await.map_err(|error| failed(&error))?;
        let address = format!("ws://{debugger}/devtools/page/{tab}");
        let (mut socket, _) =
            tokio_tungstenite::client_async(address, stream).await.map_err(|error| failed(&error))?;
        let documents = json!([{ "urlPattern": "*", "resourceType": "Document", "requestStage": "Request" }]);
        let enable = json!({ "id": 1, "method": "Fetch.enable", "params": { "patterns": documents } });
        socket.send(Message::text(enable.to_string())).await.map_err(|error| failed(&error))?;
        while heard(&mut socket).await.ok_or_else(|| failed(&"it closed the connection"))?.id != 1 {}
        let duty = Arc::<Mutex<Duty>>::default();
        let task = tokio::spawn(watch(socket, tab.to_owned(), Arc::clone(&duty)));
        Ok(Self { duty, task })
    }

    /// Sets where the tab may go from now on.
    pub(super) fn allow(&self, reach: Reach) {
        *lock(&self.duty) = Duty { reach: Some(reach), stopped: None };
    }

    /// The origin of a document that was stopped since the last call.
    pub(super) fn take_stopped(&self) -> Option<String> {
        lock(&self.duty).stopped.take()
    }

    /// Whether the guard still watches. Without it, the tab must not be used.
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
    /// Whether a top document may be asked for.
    fn admits(&mut self, url: &str) -> bool {
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

async fn watch(mut socket: WebSocketStream<TcpStream>, top_frame: String, duty: Arc<Mutex<Duty>>) {
    let mut id = 1;
    while let Some(Said { params: paused, .. }) = heard(&mut socket).await {
        if paused.request_id.is_empty() {
            continue;
        }
        id += 1;
        let admitted = paused.frame_id != top_frame || lock(&duty).admits(&paused.request.url);
        let answer = if admitted {
            json!({ "id": id, "method": "Fetch.continueRequest", "params": { "requestId": paused.request_id } })
        } else {
            let params = json!({ "requestId": paused.request_id, "errorReason": "BlockedByClient" });
            json!({ "id": id, "method": "Fetch.failRequest", "params": params })
        };
        if socket.send(Message::text(answer.to_string())).await.is_err() {
            return;
        }
    }
}

/// The next message. `None` at the end of the connection.
async fn heard(socket: &mut WebSocketStream<TcpStream>) -> Option<Said> {
    loop {
        let message = socket.next().await?.ok()?;
        if let Message::Text(text) = message {
            // A message of another kind is not for the guard.
            return Some(serde_json::from_str(&text).unwrap_or_default());
        }
    }
}

fn lock(duty: &Mutex<Duty>) -> MutexGuard<'_, Duty> {
    duty.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;

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
