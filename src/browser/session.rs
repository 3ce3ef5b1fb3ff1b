//! Sessions: one browser with one tab, driven in as few round trips as possible.

mod windows;

use crate::browser::bidi::Bidi;
use crate::browser::chain::Chain;
use crate::browser::driver::Driver;
use crate::browser::guard::Guard;
use crate::browser::lookout::Lookout;
use crate::browser::session_error::NO_WINDOW;
pub(super) use crate::browser::session_error::SessionError;
use crate::browser::status::{end_session, root_cause};
use crate::browser::watch::Watch;
use crate::browser::{BrowserError, firefox};
use crate::target::{Reach, WebDriverUrl};
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
pub(super) const PICTURE_LIMIT: usize = 40 * 1024;

/// What stands in each path by which a Grid passes a connection on.
const PATH_OF_GRID: &str = "/se/";

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
    /// The driver that serves this session alone.
    driver: Option<Driver>,
    /// The room of a Firefox in which the tab is. What a room stores, no other one sees.
    room: String,
    /// Stops the browser before it goes to a foreign host. `None` only until the browser has started.
    watch: Option<Watch>,
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

    /// The same, with a driver that serves this browser alone and ends with it.
    pub(super) async fn start_alone(
        driver: Driver,
        capabilities: Capabilities,
    ) -> Result<Self, BrowserError> {
        let mut session = Self::start(driver.url(), capabilities).await?;
        session.driver = Some(driver);
        Ok(session)
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
        if let Ok(Ok(Some(id))) = timeout_at(limit, client.session_id()).await {
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
            driver: None,
            top_frame: String::new(),
            front: String::new(),
            room: String::new(),
            watch: None,
            page_deadline: None,
            limit,
        };
        match session.move_in().await {
            Ok(()) => Ok(session),
            Err(error) => Err((session, error)),
        }
    }

    /// Makes the first window the tab of the session, once it is watched.
    async fn move_in(&mut self) -> Result<(), SessionError> {
        let lost = |_| SessionError::Silent;
        if self.is_firefox() {
            let bidi = timeout_at(self.limit, Bidi::attach(&self.lookout_of("webSocketUrl")?)).await;
            self.watch = Some(Watch::Firefox(bidi.map_err(lost)?.map_err(SessionError::Lost)?));
            self.room = timeout_at(self.limit, self.enter_new_room()).await.map_err(lost)??;
            return Ok(());
        }
        let guard = timeout_at(self.limit, Guard::attach(&self.lookout()?)).await;
        self.watch = Some(Watch::Chromium(guard.map_err(lost)?.map_err(SessionError::Lost)?));
        let window = self.get("window").await?;
        self.settle_in(&window).await
    }

    /// From where the browser can be watched. `through` is the capability that tells it.
    pub(super) fn lookout_of(&self, through: &str) -> Result<Lookout, SessionError> {
        let told = self.capability(through).and_then(|url| Url::parse(url.as_str()?).ok());
        match (&self.elsewhere, told) {
            // The Grid may call itself by a name that is known only there.
            (Some(grid), Some(url)) if url.path().contains(PATH_OF_GRID) => {
                Ok(Lookout::Grid(grid.clone(), url.path().to_owned()))
            }
            (Some(driver), _) if !driver.is_here() => Err(SessionError::Lost(format!(
                "it gives no `{through}`, and its browser listens on that machine alone"
            ))),
            (_, Some(url)) => {
                let (host, port) = (url.host_str().unwrap_or_default(), url.port_or_known_default());
                Ok(Lookout::Address(format!("{host}:{}", port.unwrap_or_default()), url.path().to_owned()))
            }
            (_, None) => {
                let profile = self.capability("chrome").and_then(|chrome| chrome["userDataDir"].as_str());
                Ok(Lookout::Profile(profile.unwrap_or_default().into()))
            }
        }
    }

    /// What watches the browser. A browser without it must not be used.
    pub(super) fn watch(&self) -> Result<&Watch, SessionError> {
        let on_duty = self.watch.as_ref().filter(|watch| watch.is_on_duty());
        on_duty.ok_or_else(|| SessionError::Lost("the guard of the browser has lost it".to_owned()))
    }

    /// The connection to a Firefox.
    pub(super) fn bidi(&self) -> Result<&Bidi, SessionError> {
        match self.watch()? {
            Watch::Firefox(bidi) => Ok(bidi),
            Watch::Chromium(_) => Err(SessionError::Lost("the browser is no Firefox".to_owned())),
        }
    }

    /// Whether the browser is a Firefox.
    pub(super) fn is_firefox(&self) -> bool {
        self.capability("browserName").is_some_and(|name| name == firefox::NAME)
    }

    /// Sets where the browser may go from now on.
    pub(super) fn allow_hosts(&self, reach: Reach) -> Result<(), SessionError> {
        self.watch()?.allow(reach);
        Ok(())
    }

    /// The origin of a document that was stopped since the last call.
    pub(super) fn take_stopped(&self) -> Option<String> {
        self.watch().ok()?.take_stopped()
    }

    /// Adds what the browser has asked for since the last call.
    pub(super) async fn take_hops(&self, chain: &mut Chain) -> Result<(), SessionError> {
        match self.watch()? {
            Watch::Chromium(_) => chain.take_in(&self.log().await?, &self.top_frame),
            Watch::Firefox(bidi) => {
                let heard = timeout_at(self.limit, bidi.take_heard()).await;
                chain.take_in_events(&heard.map_err(|_| SessionError::Silent)??, &self.top_frame);
            }
        }
        Ok(())
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
        match self.watch()? {
            Watch::Chromium(_) => self.capture_chromium().await,
            Watch::Firefox(bidi) => {
                let picture = timeout_at(self.limit, self.capture_firefox(bidi)).await;
                picture.map_err(|_| SessionError::Silent)?
            }
        }
    }

    /// Removes everything that the visited origins stored, so that the next scenario gets a clean browser.
    pub(super) async fn isolate(&mut self, origins: &[String], scripted: bool) -> Result<(), SessionError> {
        self.limit = Instant::now() + START_DEADLINE;
        if !self.is_firefox() {
            return self.isolate_chromium(origins, scripted).await;
        }
        let limit = self.limit;
        let room = timeout_at(limit, self.enter_new_room()).await.map_err(|_| SessionError::Silent)??;
        let left = std::mem::replace(&mut self.room, room);
        timeout_at(limit, self.clear_room(&left)).await.map_err(|_| SessionError::Silent)?
    }

    /// Ends the browser. A driver that does not answer is not waited for.
    pub(super) async fn end(self) {
        if let Some(url) = &self.elsewhere {
            // The client library forgets the password here.
            let id = timeout_at(Instant::now() + GRACE, self.client.session_id()).await;
            if let Ok(Ok(Some(id))) = id
                && let Err(error) = end_session(url, &id).await
            {
                log::warn!("a session may be left: {error}");
            }
        }
        // If the browser does not end now, it ends with its driver.
        let _ = timeout_at(Instant::now() + GRACE, self.client.close()).await;
        drop(self.driver);
    }

    /// Runs a script in the current document.
    pub(super) async fn run(&self, script: &str, argument: Value) -> Result<Value, SessionError> {
        self.post("execute/sync", json!({ "script": script, "args": [argument] })).await
    }

    /// Closes the window of the tab.
    pub(super) async fn close_window(&self) -> Result<(), SessionError> {
        self.send(http::Method::DELETE, "window", None).await.map(drop)
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
