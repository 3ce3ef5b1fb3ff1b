//! A browser without the harness: a driver in a separate process, with one client.

use fantoccini::{Client, ClientBuilder};
use hyper_util::client::legacy::connect::HttpConnector;
use serde_json::{Value, json};
use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};

/// The text that the driver prints before its port.
const READY_LINE: &str = "started successfully on port ";
/// Program names of browsers, the fastest first.
#[allow(dead_code, reason = "not every test and benchmark asks for it")]
const BROWSERS: [&str; 4] = ["chromium-headless-shell", "chromium", "chromium-browser", "google-chrome"];

/// A running driver. Dropping it ends it and its browser.
pub struct WebDriver {
    driver: Child,
    url: String,
}

impl WebDriver {
    /// Starts the driver, and waits until it prints its port.
    pub fn start() -> Self {
        let mut command = Command::new("chromedriver");
        command.arg("--port=0").stdout(Stdio::piped()).stderr(Stdio::null());
        #[cfg(unix)]
        std::os::unix::process::CommandExt::process_group(&mut command, 0);
        let mut driver = command.spawn().expect("`chromedriver` is installed; `make browser` does that");
        let mut lines = BufReader::new(driver.stdout.take().unwrap()).lines().map_while(Result::ok);
        let port =
            lines.find_map(|line| Some(line.split_once(READY_LINE)?.1.trim_end_matches('.').to_owned()));
        // Read to the end, or the driver would block when it prints.
        std::thread::spawn(move || lines.for_each(drop));
        Self { driver, url: format!("http://127.0.0.1:{}", port.expect("the driver listens")) }
    }

    /// Starts a browser with these switches in addition to the usual ones.
    #[allow(dead_code, reason = "not every test and benchmark asks for it")]
    pub async fn open(&self, switches: &[String]) -> Client {
        let usual =
            ["--headless", "--no-sandbox", "--window-size=1024,768", "--disable-gpu", "--disable-quic"];
        let switches: Vec<&str> = usual.into_iter().chain(switches.iter().map(String::as_str)).collect();
        self.connect(json!({ "binary": browser(), "args": switches })).await
    }

    /// Takes part in a browser that another program has started. `address` is where it takes commands of `DevTools`.
    #[allow(dead_code, reason = "not every test and benchmark asks for it")]
    pub async fn attach(&self, address: &str) -> Client {
        self.connect(json!({ "debuggerAddress": address })).await
    }

    async fn connect(&self, options: Value) -> Client {
        let capabilities = [
            ("goog:chromeOptions".to_owned(), options),
            ("pageLoadStrategy".to_owned(), Value::from("eager")),
        ];
        let mut connector = HttpConnector::new();
        // Without this each command waits for an acknowledgement.
        connector.set_nodelay(true);
        let mut builder = ClientBuilder::new(connector);
        builder.capabilities(capabilities.into_iter().collect());
        builder.connect(&self.url).await.expect("the browser starts")
    }
}

impl Drop for WebDriver {
    fn drop(&mut self) {
        // The browser is in the process group of its driver.
        #[cfg(unix)]
        let _ = Command::new("kill").args(["-KILL", "--", &format!("-{}", self.driver.id())]).status();
        let _ = self.driver.kill();
        let _ = self.driver.wait();
    }
}

/// The program itself, not the launcher script of the Linux distribution.
#[allow(dead_code, reason = "not every test and benchmark asks for it")]
fn browser() -> String {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let folders: Vec<_> = std::env::split_paths(&path).collect();
    let found = BROWSERS
        .iter()
        .find_map(|name| folders.iter().map(|folder| folder.join(name)).find(|path| path.is_file()));
    found.expect("a browser is installed; `make browser` does that").display().to_string()
}
