//! Recordings: what a person does on a page, told by a small script in every document, frame and window.
//!
//! A click may lead away from its document at once. So the script tells each act through a binding of the browser, which arrives even then.

use crate::browser::lookout::Line;
use crate::browser::session::BrowserTab;
use futures::{SinkExt, StreamExt};
use serde::Deserialize;
use serde_json::{Value, json};
use std::collections::{HashMap, VecDeque};
use std::time::Duration;
use tokio::net::TcpStream;
use tokio::sync::{mpsc, oneshot};
use tokio::task::JoinHandle;
use tokio::time::timeout;
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::Message;

/// Tells what a person does in one document; see the file.
const SCRIPT: &str = include_str!("record.js");

/// The name of the function through which it tells, and of the world in which it runs.
const TELL: &str = "hppRecorderTells";
const WORLD: &str = "recorder";

/// The most acts of a recording.
const MOST_ACTS: usize = 2000;

/// How long the browser may take for an answer.
const PATIENCE: Duration = Duration::from_secs(2);

/// How long it may take to take in everything that was told.
const CATCHING_UP: Duration = Duration::from_secs(20);

/// One act of a person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PersonAct {
    /// The frames around the document, the outermost first.
    pub frames: Vec<String>,
    /// Differs for each document.
    pub document: String,
    /// Whether the document is in a window that the page has opened.
    pub window: bool,
    pub told: Told,
}

/// What the script tells of an act.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Told {
    pub act: ActKind,
    pub selector: String,
    /// Whether the selector is a name, and not a place.
    pub stable: bool,
    /// What a field is for.
    #[serde(default)]
    pub kind: String,
    /// What was typed. `None` if it may be a password or belong to a card.
    #[serde(default)]
    pub text: Option<String>,
    /// Whether it chose something: from a list, or a radio button or a checkbox.
    #[serde(default)]
    pub choice: bool,
    /// Whether a radio button or a checkbox was switched on. `None` if something else was clicked.
    #[serde(default)]
    pub on: Option<bool>,
    /// The fields used since the last click that had gone before this act.
    #[serde(default)]
    pub gone: Vec<String>,
    /// Names of what was visible.
    pub seen: Vec<String>,
}

impl Told {
    /// Whether the person fills in something, and has not gone on yet.
    pub fn fills_in(&self) -> bool {
        self.act == ActKind::Type || self.choice
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ActKind {
    Click,
    Type,
}

/// A recording that has ended.
#[derive(Debug)]
pub struct Recorded {
    pub acts: Vec<PersonAct>,
    /// Whether the browser arrived at the merchant's site.
    pub has_arrived: bool,
}

/// A recording that goes on until it is dropped.
pub(super) struct Recording {
    /// Where the browser listens for another program.
    pub(super) address: String,
    acts: mpsc::UnboundedReceiver<PersonAct>,
    /// Asks for an answer when everything that was told so far has been taken in.
    questions: mpsc::UnboundedSender<oneshot::Sender<()>>,
    task: JoinHandle<()>,
}

impl Drop for Recording {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl Recording {
    /// Begins to record a browser.
    pub(super) async fn of(tab: &BrowserTab) -> Result<Self, String> {
        let failed =
            |error: &dyn std::fmt::Display| format!("the recorder cannot reach the browser: {error}");
        let lookout = tab.lookout().map_err(|error| failed(&error))?;
        let opened = timeout(CATCHING_UP, lookout.open()).await.map_err(|_| failed(&"it does not answer"))?;
        let Line { address, socket } = opened.map_err(|error| failed(&error))?;
        let (tell, acts) = mpsc::unbounded_channel();
        let mut desk = Desk {
            socket,
            id: 0,
            backlog: VecDeque::new(),
            tab: tab.top_frame().to_owned(),
            targets: HashMap::new(),
            frames: HashMap::new(),
            worlds: HashMap::new(),
            tell,
        };
        let pages = json!({ "autoAttach": true, "waitForDebuggerOnStart": true, "flatten": true, "filter": [{ "type": "page" }] });
        desk.ask("", "Target.setAutoAttach", pages).await.ok_or_else(|| failed(&"it does not answer"))?;
        // What has been attached by now is waiting in the backlog.
        while let Some(said) = desk.backlog.pop_front() {
            desk.take_in(said).await;
        }
        let (questions, mut asked) = mpsc::unbounded_channel::<oneshot::Sender<()>>();
        let task = tokio::spawn(async move {
            loop {
                tokio::select! {
                    said = desk.heard() => match said {
                        Some(said) => desk.take_in(said).await,
                        None => return,
                    },
                    Some(question) = asked.recv() => {
                        desk.catch_up().await;
                        // Whoever asked may have gone.
                        let _ = question.send(());
                    }
                }
            }
        });
        Ok(Self { address, acts, questions, task })
    }

    /// Waits until everything is taken in that was told before. A window that closes with its last act tells it shortly before.
    pub(super) async fn catch_up(&self) {
        let (question, answer) = oneshot::channel();
        if self.questions.send(question).is_ok() {
            // Without an answer, the connection has ended, and nothing more comes.
            let _ = timeout(CATCHING_UP, answer).await;
        }
    }

    /// The acts since the last call.
    pub(super) fn take(&mut self) -> Vec<PersonAct> {
        let mut acts = Vec::new();
        while let Ok(act) = self.acts.try_recv() {
            if acts.len() < MOST_ACTS {
                acts.push(act);
            }
        }
        acts
    }

    /// Whether the browser is gone.
    pub(super) fn has_ended(&self) -> bool {
        self.task.is_finished()
    }
}

/// The script with the name of its function. It may be run twice in a world.
fn script() -> String {
    format!("{{const TELL = {};\n{SCRIPT}}}", json!(TELL))
}

/// A frame: its parent, the session that knows its element, and the selector of this element.
struct Frame {
    parent: String,
    session: String,
    selector: Option<String>,
}

/// The place at which the messages of the browser arrive.
struct Desk {
    socket: WebSocketStream<TcpStream>,
    /// The number of the latest command.
    id: u64,
    backlog: VecDeque<Value>,
    /// The tab of the recording. Every other target is a window of its own.
    tab: String,
    /// The target of each session, and whether it is a window.
    targets: HashMap<String, (String, bool)>,
    frames: HashMap<String, Frame>,
    /// The frame of each world of the script, by session and number.
    worlds: HashMap<(String, u64), String>,
    tell: mpsc::UnboundedSender<PersonAct>,
}

impl Desk {
    /// The next message. `None` at the end of the connection.
    async fn heard(&mut self) -> Option<Value> {
        match self.backlog.pop_front() {
            Some(said) => Some(said),
            None => self.next().await,
        }
    }

    async fn next(&mut self) -> Option<Value> {
        loop {
            if let Message::Text(text) = self.socket.next().await?.ok()? {
                return Some(serde_json::from_str(&text).unwrap_or_default());
            }
        }
    }

    async fn order(&mut self, session: &str, method: &str, params: Value) -> Option<u64> {
        self.id += 1;
        let mut order = json!({ "id": self.id, "method": method, "params": params });
        if !session.is_empty() {
            order["sessionId"] = session.into();
        }
        self.socket.send(Message::text(order.to_string())).await.ok()?;
        Some(self.id)
    }

    /// Sends a command and waits for its result. What is said meanwhile is kept.
    async fn ask(&mut self, session: &str, method: &str, params: Value) -> Option<Value> {
        let id = self.order(session, method, params).await?;
        let answered = async {
            loop {
                let said = self.next().await?;
                if said["id"] == id {
                    return said.get("result").cloned();
                }
                self.backlog.push_back(said);
            }
        };
        timeout(PATIENCE, answered).await.ok().flatten()
    }

    /// Takes in everything that each target has told before it answers. One that is gone answers with an error, after its last words.
    async fn catch_up(&mut self) {
        let sessions: Vec<String> = self.targets.keys().cloned().collect();
        for session in sessions {
            let _ = self.ask(&session, "Runtime.evaluate", json!({ "expression": "0" })).await;
        }
        while let Some(said) = self.backlog.pop_front() {
            self.take_in(said).await;
        }
    }

    async fn take_in(&mut self, said: Value) {
        let session = said["sessionId"].as_str().unwrap_or_default().to_owned();
        let params = &said["params"];
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        match said["method"].as_str().unwrap_or_default() {
            "Target.attachedToTarget" => {
                let target = text(&params["targetInfo"]["targetId"]);
                let is_page = params["targetInfo"]["type"] == "page";
                let opened = text(&params["sessionId"]);
                let is_window = if is_page { target != self.tab } else { self.is_window(&session) };
                self.targets.insert(opened.clone(), (target, is_window));
                self.watch(&opened).await;
            }
            "Page.frameAttached" => {
                let (frame, parent) = (text(&params["frameId"]), text(&params["parentFrameId"]));
                self.frames.insert(frame, Frame { parent, session, selector: None });
            }
            "Runtime.executionContextCreated" if params["context"]["name"] == WORLD => {
                let frame = text(&params["context"]["auxData"]["frameId"]);
                let number = params["context"]["id"].as_u64().unwrap_or_default();
                // Another process counts its worlds anew, so a higher number is not a newer world.
                self.worlds.retain(|_, of| *of != frame);
                self.worlds.insert((session, number), frame.clone());
                self.find(&frame).await;
            }
            // The numbers of worlds that are gone are given to others.
            "Runtime.executionContextsCleared" => self.worlds.retain(|(of, _), _| *of != session),
            // A window that a page opens keeps its worlds when its own document comes, but none of the listeners in them.
            "Page.frameNavigated" => {
                let frame = text(&params["frame"]["id"]);
                let world = self.worlds.iter().find(|((of, _), it)| *of == session && **it == frame);
                if let Some(((_, number), _)) = world {
                    let again = json!({ "expression": script(), "contextId": number });
                    // Without an answer, the document has gone.
                    let _ = self.order(&session, "Runtime.evaluate", again).await;
                }
            }
            "Runtime.bindingCalled" if params["name"] == TELL => {
                let number = params["executionContextId"].as_u64().unwrap_or_default();
                let told = serde_json::from_str(params["payload"].as_str().unwrap_or_default());
                let frame = self.worlds.get(&(session.clone(), number)).cloned();
                if let (Ok(told), Some(frame)) = (told, frame) {
                    let (frames, window) = (self.path(&frame), self.is_window(&session));
                    let document = format!("{session} {number}");
                    // After the end of the recording nobody receives it.
                    let _ = self.tell.send(PersonAct { frames, document, window, told });
                }
            }
            _ => {}
        }
    }

    fn is_window(&self, session: &str) -> bool {
        self.targets.get(session).is_some_and(|(_, is_window)| *is_window)
    }

    /// Puts the script into every document of a target, those that are open and those that come.
    async fn watch(&mut self, session: &str) {
        let frames = json!({ "autoAttach": true, "waitForDebuggerOnStart": true, "flatten": true, "filter": [{ "type": "iframe" }] });
        let script = json!({ "source": script(), "worldName": WORLD, "runImmediately": true });
        for (method, params) in [
            ("Target.setAutoAttach", frames),
            ("Page.enable", json!({})),
            ("DOM.enable", json!({})),
            ("Runtime.enable", json!({})),
            ("Runtime.addBinding", json!({ "name": TELL, "executionContextName": WORLD })),
            ("Page.addScriptToEvaluateOnNewDocument", script),
            ("Runtime.runIfWaitingForDebugger", json!({})),
        ] {
            // A target that is gone needs no script.
            let _ = self.order(session, method, params).await;
        }
        if let Some(tree) = self.ask(session, "Page.getFrameTree", json!({})).await {
            self.take_in_tree(&tree["frameTree"], session);
        }
    }

    fn take_in_tree(&mut self, tree: &Value, session: &str) {
        let (frame, parent) = (&tree["frame"]["id"], &tree["frame"]["parentId"]);
        if let (Some(frame), Some(parent)) = (frame.as_str(), parent.as_str()) {
            let new = || Frame { parent: parent.to_owned(), session: session.to_owned(), selector: None };
            self.frames.entry(frame.to_owned()).or_insert_with(new);
        }
        for child in tree["childFrames"].as_array().into_iter().flatten() {
            self.take_in_tree(child, session);
        }
    }

    /// Finds the selector of the element of a frame, while the element is there.
    async fn find(&mut self, frame: &str) {
        let Some(Frame { parent, session, .. }) = self.frames.get(frame) else { return };
        let (parent, session) = (parent.clone(), session.clone());
        let world = self.worlds.iter().filter(|((at, _), of)| **of == parent && *at == session);
        let Some(world) = world.map(|((_, number), _)| *number).max() else { return };
        let found = async {
            let owner = self.ask(&session, "DOM.getFrameOwner", json!({ "frameId": frame })).await?;
            let node = json!({ "backendNodeId": owner["backendNodeId"], "executionContextId": world });
            let node = self.ask(&session, "DOM.resolveNode", node).await?;
            let call = json!({
                "objectId": node["object"]["objectId"], "returnByValue": true,
                "functionDeclaration": "function () { return selectorOf(this); }",
            });
            let answer = self.ask(&session, "Runtime.callFunctionOn", call).await?;
            answer["result"]["value"].as_str().map(str::to_owned)
        };
        let selector = found.await;
        if let Some(frame) = self.frames.get_mut(frame) {
            frame.selector = selector;
        }
    }

    /// The selectors of the frames around a document.
    fn path(&self, frame: &str) -> Vec<String> {
        let mut path = VecDeque::new();
        let mut at = frame;
        while let Some(Frame { parent, selector, .. }) = self.frames.get(at) {
            path.push_front(selector.clone().unwrap_or_else(|| "iframe".to_owned()));
            at = parent;
        }
        path.into()
    }
}
