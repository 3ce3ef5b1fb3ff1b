//! Other mock servers to compare with, each in a separate process that ends with the benchmark.

use crate::support::CREDENTIALS;
use crate::{Load, open_payment_sessions};
use serde_json::json;
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// The folder of the peers that npm installs.
const INSTALLED: &str = "target/peers/node_modules/.bin";
/// The longest a peer may take to start.
const PATIENCE: Duration = Duration::from_mins(1);

/// A running peer. Dropping it ends it.
pub struct Peer {
    pub name: &'static str,
    child: Child,
    base_url: String,
    keeps_state: bool,
}

impl Peer {
    /// Starts every peer that is installed.
    pub fn start_all(folder: &Path, mock_url: &str) -> Vec<Self> {
        let description = folder.join("openapi.json");
        let fetched = Command::new("curl")
            .args(["--silent", "--fail", "--output"])
            .arg(&description)
            .arg(format!("{mock_url}/_mock/openapi.json"))
            .status();
        assert!(fetched.is_ok_and(|status| status.success()), "the description is served");
        let mappings = folder.join("mappings");
        std::fs::create_dir_all(&mappings).unwrap();
        std::fs::write(mappings.join("create.json"), wiremock_mapping()).unwrap();

        let node = |port: &str| {
            let mut command = Command::new("node");
            command.args(["benches/support/peer.js", port]);
            command
        };
        let prism = |port: &str| {
            let mut command = Command::new(format!("{INSTALLED}/prism"));
            command.args(["mock", "--host", "127.0.0.1", "--port", port]).arg(&description);
            command
        };
        let wiremock = |port: &str| {
            let mut command = Command::new(format!("{INSTALLED}/wiremock"));
            command.args(["--port", port, "--no-request-journal", "--root-dir"]).arg(folder);
            command
        };
        [
            Self::start("plain Node server", true, node),
            Self::start("Prism", false, prism),
            Self::start("WireMock", false, wiremock),
        ]
        .into_iter()
        .flatten()
        .collect()
    }

    fn start(name: &'static str, keeps_state: bool, command: impl Fn(&str) -> Command) -> Option<Self> {
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let mut command = command(&port.to_string());
        command.envs(CREDENTIALS).stdout(Stdio::null()).stderr(Stdio::null());
        #[cfg(unix)]
        std::os::unix::process::CommandExt::process_group(&mut command, 0);
        let Ok(child) = command.spawn() else {
            println!("{name} is not installed, and left out");
            return None;
        };
        let peer = Self { name, child, base_url: format!("http://127.0.0.1:{port}"), keeps_state };
        let began = Instant::now();
        while TcpStream::connect(("127.0.0.1", port)).is_err() {
            assert!(began.elapsed() < PATIENCE, "{name} did not start");
            std::thread::sleep(Duration::from_millis(50));
        }
        Some(peer)
    }

    /// Its requests. A peer without state accepts any payment session.
    pub fn load(&self) -> Load {
        let urls = if self.keeps_state {
            open_payment_sessions(&self.base_url)
        } else {
            (0..1_000).map(|number| format!("{}/payments/v1/sessions/{number}", self.base_url)).collect()
        };
        Load::of(&self.base_url, &urls)
    }
}

impl Drop for Peer {
    fn drop(&mut self) {
        // The launchers of npm start the server as a child, so the whole group is ended.
        let group = format!("-{}", self.child.id());
        let _ = Command::new("kill").args(["-TERM", "--", &group]).status();
        let _ = self.child.wait();
    }
}

fn wiremock_mapping() -> String {
    json!({
        "request": {
            "method": "POST",
            "urlPath": "/hpp/v1/sessions",
            "basicAuth": { "username": CREDENTIALS[0].1, "password": CREDENTIALS[1].1 },
            "bodyPatterns": [{ "matchesJsonPath": "$.payment_session_url" }],
        },
        "response": {
            "status": 201,
            "headers": { "Content-Type": "application/json" },
            "jsonBody": {
                "session_id": "39a1c773-bafd-754d-af1f-b30c592f1267",
                "session_url": "http://127.0.0.1/hpp/v1/sessions/39a1c773-bafd-754d-af1f-b30c592f1267",
                "distribution_url": "http://127.0.0.1/hpp/v1/sessions/39a1c773-bafd-754d-af1f-b30c592f1267/distribution",
                "redirect_url": "http://127.0.0.1/pay/k3v9x2a",
                "qr_code_url": "http://127.0.0.1/qr/7fd01c",
                "expires_at": "2026-05-15T13:51:43.507Z",
                "distribution_module": { "token": "t-1", "standalone_url": "http://127.0.0.1/m/t-1", "generation_url": "http://127.0.0.1/t" },
            },
        },
    })
    .to_string()
}
