//! Sessions: one browser with one tab, driven in as few round trips as possible.

use crate::browser::BrowserError;
use crate::browser::guard::Guard;
use crate::browser::lookout::Lookout;
use crate::browser::session_error::NO_WINDOW;
pub(super) use crate::browser::session_error::SessionError;
use crate::browser::status::root_cause;
use crate::target::WebDriverUrl;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use fantoccini::error::NewSessionError;
use fantoccini::wd::{Capabilities, WebDriverCompatibleCommand};
use fantoccini::{Client, ClientBuilder};
use hyper_util::client::legacy::connect::HttpConnector;
use serde_json::{Value, json};
use std::time::Duration;
use tokio::time::{Instant, timeout_at};
use url::{ParseError, Url};

/// How much longer than the page the driver may take, so that it can report the time-out of the page.
const GRACE: Duration = Duration::from_secs(5);

/// The longest that a new browser may take to start.
pub(super) const START_DEADLINE: Duration = Duration::from_mins(1);

/// Largest screenshot, in bytes.
const PICTURE_LIMIT: usize = 40 * 1024;

/// Quality and scale of a screenshot. They are tried in order until it is small enough.
const PICTURE_STEPS: [(u32, f64); 5] = [(70, 1.0), (45, 1.0), (40, 0.7), (30, 0.5), (20, 0.3)];

/// The kinds of storage of a site, without cookies. This list is four times as fast as `all`, which includes storage that only
/// scripts fill.
const STORAGE_TYPES: &str = "local_storage,indexeddb,cache_storage,service_workers,file_systems";

/// A `WebDriver` command that the client library does not have.
#[derive(Debug)]
struct Command {
    method: http::Method,
    path: &'static str,
    body: Option<Value>,
}

impl WebDriverCompatibleCommand for Command {
    fn endpoint(&self, base_url: &Url, session_id: Option<&str>) -> Result<Url, ParseError> {
        base_url.join(&format!("session/{}/{}", session_id.unwrap_or_default(), self.path))
    }

    fn method_and_body(&self, _: &Url) -> (http::Method, Option<String>) {
        (self.method.clone(), self.body.as_ref().map(Value::to_string))
    }
}

/// Creates a session.
async fn connect(driver_url: &str, capabilities: Capabilities) -> Result<Client, NewSessionError> {
    let mut connector = HttpConnector::new();
    // Without this each command waits for an acknowledgement.
    connector.set_nodelay(true);
    let mut builder = ClientBuilder::new(connector);
    builder.capabilities(capabilities);
    builder.connect(driver_url).await
}

/// Why the `WebDriver` of somebody else created no session.
fn refusal(url: &WebDriverUrl, error: &NewSessionError) -> BrowserError {
    let url = url.clone();
    match error {
        NewSessionError::SessionNotCreated(answer) => {
            BrowserError::Refused { url, message: first_lines(&answer.message) }
        }
        NewSessionError::Failed(_) | NewSessionError::FailedC(_) | NewSessionError::Lost(_) => {
            BrowserError::Unreachable { url, why: root_cause(error) }
        }
        other => BrowserError::NoWebDriver { url, why: first_lines(&other.to_string()) },
    }
}

/// The beginning of what a driver says. It adds a trace of itself.
fn first_lines(text: &str) -> String {
    text.lines().take(2).collect::<Vec<_>>().join(" ")
}

/// One browser with one tab.
pub(super) struct BrowserTab {
    client: Client,
    /// The `WebDriver` of somebody else to which the session belongs.
    elsewhere: Option<WebDriverUrl>,
    /// Id of the tab, which is that of its top frame.
    top_frame: String,
    /// Id of the window to which commands go: the tab, or a window that its page has opened.
    front: String,
    /// Stops the browser before it goes to a foreign host. `None` only until the browser has started.
    guard: Option<Guard>,
    page_deadline: Option<Duration>,
    /// Deadline of every command.
    limit: Instant,
}

impl BrowserTab {
    /// Starts a browser with a driver of this run.
    pub(super) async fn start(driver_url: &str, capabilities: Capabilities) -> Result<Self, BrowserError> {
        let failed = |message: String| BrowserError::StartBrowser { message };
        let limit = Instant::now() + START_DEADLINE;
        let client = match timeout_at(limit, connect(driver_url, capabilities)).await {
            Ok(Ok(client)) => client,
            Ok(Err(error)) => return Err(failed(first_lines(&error.to_string()))),
            Err(_) => return Err(failed("it did not answer in time".to_owned())),
        };
        Self::of(client, None, limit).await.map_err(|(_, error)| failed(error.to_string()))
    }

    /// Starts a browser with a `WebDriver` that somebody else runs. `note` gets the id of its session at once.
    pub(super) async fn start_at(
        url: &WebDriverUrl,
        capabilities: Capabilities,
        note: impl FnOnce(String),
    ) -> Result<Self, BrowserError> {
        let limit = Instant::now() + START_DEADLINE;
        let client = match timeout_at(limit, connect(url.endpoint(), capabilities)).await {
            Ok(Ok(client)) => client,
            Ok(Err(error)) => return Err(refusal(url, &error)),
            Err(_) => {
                let why = "it does not answer".to_owned();
                return Err(BrowserError::NoSlot {
                    url: url.clone(),
                    seconds: START_DEADLINE.as_secs(),
                    why,
                });
            }
        };
        if let Ok(Some(id)) = client.session_id().await {
            note(id);
        }
        match Self::of(client, Some(url.clone()), limit).await {
            Ok(session) => Ok(session),
            Err((session, error)) => {
                session.end().await;
                Err(BrowserError::Unwatched { url: url.clone(), why: error.to_string() })
            }
        }
    }

    /// A session that has just been created, once its guard is on duty.
    async fn of(
        client: Client,
        elsewhere: Option<WebDriverUrl>,
        limit: Instant,
    ) -> Result<Self, (Self, SessionError)> {
        let mut session = Self {
            client,
            elsewhere,
            top_frame: String::new(),
            front: String::new(),
            guard: None,
            page_deadline: None,
            limit,
        };
        let settled = match session.get("window").await {
            Ok(window) => session.settle_in(&window).await,
            Err(error) => Err(error),
        };
        match settled {
            Ok(()) => Ok(session),
            Err(error) => Err((session, error)),
        }
    }

    /// Makes a window the tab of the session, once the guard watches it.
    async fn settle_in(&mut self, window: &Value) -> Result<(), SessionError> {
        window.as_str().unwrap_or_default().clone_into(&mut self.top_frame);
        self.front.clone_from(&self.top_frame);
        if self.guard.is_none() {
            let guard = timeout_at(self.limit, Guard::attach(&self.lookout()?)).await;
            self.guard = Some(guard.map_err(|_| SessionError::Silent)?.map_err(SessionError::Lost)?);
        }
        let watches = timeout_at(self.limit, self.guard()?.watches(&self.top_frame)).await;
        if watches.map_err(|_| SessionError::Silent)? { Ok(()) } else { self.guard().map(drop) }
    }

    /// From where the browser can be watched.
    pub(super) fn lookout(&self) -> Result<Lookout, SessionError> {
        let through_grid = self.capability("se:cdp").and_then(|url| Url::parse(url.as_str()?).ok());
        match (&self.elsewhere, through_grid) {
            // The Grid may call itself by a name that is known only there.
            (Some(grid), Some(url)) => Ok(Lookout::Grid(grid.clone(), url.path().to_owned())),
            (Some(driver), None) if !driver.is_here() => Err(SessionError::Lost(
                "it gives no `se:cdp`, and its browser listens on that machine alone".into(),
            )),
            _ => {
                let profile = self.capability("chrome").and_then(|chrome| chrome["userDataDir"].as_str());
                Ok(Lookout::Profile(profile.unwrap_or_default().into()))
            }
        }
    }

    /// The guard of the browser. A browser without one must not be used.
    pub(super) fn guard(&self) -> Result<&Guard, SessionError> {
        let on_duty = self.guard.as_ref().filter(|guard| guard.is_on_duty());
        on_duty.ok_or_else(|| SessionError::Lost("the guard of the browser has lost it".to_owned()))
    }

    fn capability(&self, name: &str) -> Option<&Value> {
        self.client.session_creation_response()?.capabilities()?.get(name)
    }

    /// Name and version of the browser.
    pub(super) fn version(&self) -> String {
        let word = |name: &str| self.capability(name).and_then(Value::as_str).unwrap_or("unknown");
        format!("{} {}", word("browserName"), word("browserVersion"))
    }

    /// Id of the tab's top frame, as the performance log has it.
    pub(super) fn top_frame(&self) -> &str {
        &self.top_frame
    }

    /// Every window: the tab first, the newest last.
    pub(super) fn windows(&self) -> Result<Vec<String>, SessionError> {
        Ok([vec![self.top_frame.clone()], self.guard()?.beside(&self.top_frame)].concat())
    }

    /// Whether commands go to a window that the page has opened.
    pub(super) fn is_away(&self) -> bool {
        self.front != self.top_frame
    }

    /// From now on, commands go to this window.
    pub(super) async fn turn_to(&mut self, window: &str) -> Result<(), SessionError> {
        if self.front == window {
            return Ok(());
        }
        match self.post("window", json!({ "handle": window })).await {
            Err(SessionError::Refused(why)) if window != self.top_frame && why.contains(NO_WINDOW) => {
                Err(SessionError::Closed)
            }
            turned => {
                turned?;
                window.clone_into(&mut self.front);
                Ok(())
            }
        }
    }

    /// Closes every window that the page has opened, and goes back to the tab.
    pub(super) async fn close_windows(&mut self) -> Result<(), SessionError> {
        let tab = self.top_frame.clone();
        self.turn_to(&tab).await?;
        for window in self.guard()?.beside(&tab) {
            match self.devtools("Target.closeTarget", json!({ "targetId": window })).await {
                // It has closed by itself.
                Err(SessionError::Refused(why)) if why.contains("No target") => {}
                closed => drop(closed?),
            }
        }
        Ok(())
    }

    /// Sets the deadline of commands, and the longest time for each page load.
    pub(super) async fn allow(&mut self, page: Duration, deadline: Instant) -> Result<(), SessionError> {
        self.limit = deadline + GRACE;
        if self.page_deadline != Some(page) {
            let limit = u64::try_from(page.as_millis()).unwrap_or(u64::MAX);
            self.post("timeouts", json!({ "pageLoad": limit, "script": limit, "implicit": 0 })).await?;
            self.page_deadline = Some(page);
        }
        Ok(())
    }

    /// Opens a URL and waits for its document, after all redirects.
    pub(super) async fn go(&self, url: &str) -> Result<(), SessionError> {
        self.post("url", json!({ "url": url })).await.map(drop)
    }

    /// Makes the tab behave like a phone with 390 by 844 points and a touch screen.
    pub(super) async fn emulate_phone(&self) -> Result<(), SessionError> {
        let metrics = json!({ "width": 390, "height": 844, "deviceScaleFactor": 2, "mobile": true });
        self.devtools("Emulation.setDeviceMetricsOverride", metrics).await?;
        let touch = json!({ "enabled": true, "maxTouchPoints": 5 });
        self.devtools("Emulation.setTouchEmulationEnabled", touch).await.map(drop)
    }

    /// New entries of the performance log.
    pub(super) async fn log(&self) -> Result<Value, SessionError> {
        self.post("se/log", json!({ "type": "performance" })).await
    }

    /// A JPEG of the visible part, small enough for a report, without what somebody typed and without QR codes. `None` if they cannot
    /// be hidden, for example because the page is just changing.
    pub(super) async fn picture(&self) -> Result<Option<Vec<u8>>, SessionError> {
        let veiled = async {
            let is_whole = self.veil().await?;
            let picture = if is_whole { self.capture().await } else { Ok(None) };
            self.unveil().await?;
            picture
        };
        match veiled.await {
            Err(error) if error.is_passing() => Ok(None),
            picture => picture,
        }
    }

    async fn capture(&self) -> Result<Option<Vec<u8>>, SessionError> {
        for (quality, scale) in PICTURE_STEPS {
            let mut params = json!({ "format": "jpeg", "quality": quality, "optimizeForSpeed": true });
            if scale < 1.0 {
                let layout = self.devtools("Page.getLayoutMetrics", json!({})).await?;
                let side = |name: &str| layout["cssVisualViewport"][name].clone();
                params["clip"] = json!({
                    "x": side("pageX"), "y": side("pageY"), "scale": scale,
                    "width": side("clientWidth"), "height": side("clientHeight"),
                });
            }
            let answer = self.devtools("Page.captureScreenshot", params).await?;
            let picture =
                answer["data"].as_str().and_then(|data| STANDARD.decode(data).ok()).unwrap_or_default();
            if (1..=PICTURE_LIMIT).contains(&picture.len()) {
                return Ok(Some(picture));
            }
        }
        Ok(None)
    }

    /// Removes everything that the visited origins stored, so that the next scenario gets a clean browser.
    pub(super) async fn isolate(&mut self, origins: &[String], scripted: bool) -> Result<(), SessionError> {
        self.limit = Instant::now() + START_DEADLINE;
        self.close_windows().await?;
        if scripted {
            // Closing the tab removes its session storage and stops its scripts.
            let tab = self.post("window/new", json!({ "type": "tab" })).await?;
            self.send(http::Method::DELETE, "window", None).await?;
            self.post("window", json!({ "handle": tab["handle"] })).await?;
            self.settle_in(&tab["handle"]).await?;
        }
        // A script may have opened one meanwhile.
        self.close_windows().await?;
        self.devtools("Network.clearBrowserCookies", json!({})).await?;
        let types = if scripted { "all" } else { STORAGE_TYPES };
        for origin in origins {
            self.devtools("Storage.clearDataForOrigin", json!({ "origin": origin, "storageTypes": types }))
                .await?;
        }
        if scripted {
            // Log entries of the old tab belong to no visit.
            self.log().await?;
        }
        Ok(())
    }

    /// Ends the browser.
    pub(super) async fn end(self) {
        // If the browser does not end now, it ends with its driver.
        let _ = timeout_at(Instant::now() + GRACE, self.client.close()).await;
    }

    /// Runs a script in the current document.
    pub(super) async fn run(&self, script: &str, argument: Value) -> Result<Value, SessionError> {
        self.post("execute/sync", json!({ "script": script, "args": [argument] })).await
    }

    async fn devtools(&self, command: &str, params: Value) -> Result<Value, SessionError> {
        self.post("goog/cdp/execute", json!({ "cmd": command, "params": params })).await
    }

    async fn get(&self, path: &'static str) -> Result<Value, SessionError> {
        self.send(http::Method::GET, path, None).await
    }

    /// Sends a command.
    pub(super) async fn post(&self, path: &'static str, body: Value) -> Result<Value, SessionError> {
        self.send(http::Method::POST, path, Some(body)).await
    }

    async fn send(
        &self,
        method: http::Method,
        path: &'static str,
        body: Option<Value>,
    ) -> Result<Value, SessionError> {
        match timeout_at(self.limit, self.client.issue_cmd(Command { method, path, body })).await {
            Ok(answer) => answer.map_err(|error| match SessionError::of(error) {
                SessionError::Refused(why) if self.is_away() && why.contains(NO_WINDOW) => {
                    SessionError::Closed
                }
                error => error,
            }),
            Err(_) => Err(SessionError::Silent),
        }
    }
}
