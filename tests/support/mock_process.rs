//! The mock as a separate process for tests and benchmarks.

use serde_json::Value;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::process::{Child, Command, Stdio};
use tempfile::TempDir;

/// A mock in a separate process, on a free port. Dropping it ends the process.
pub struct MockProcess {
    child: Child,
    /// Its folder for temporary files. A killed process leaves them behind.
    _folder: TempDir,
    pub base_url: String,
    /// What it printed when it was ready.
    #[allow(dead_code, reason = "not every test and benchmark asks for it")]
    pub greeting: String,
}

impl MockProcess {
    /// Starts it for one merchant account, and waits until it prints its address.
    #[allow(dead_code, reason = "not every test and benchmark asks for it")]
    pub fn with_account(dialect: &str, username: &str, password: &str) -> Self {
        Self::with_arguments(&["--dialect", dialect], username, password)
    }

    /// The same with further arguments, such as a deviation.
    #[allow(dead_code, reason = "not every test and benchmark asks for it")]
    pub fn with_arguments(arguments: &[&str], username: &str, password: &str) -> Self {
        Self::with_variables(arguments, &[("HPP_USERNAME", username), ("HPP_PASSWORD", password)])
    }

    /// The same with these variables of the environment. Without them, the mock has its default account.
    #[allow(dead_code, reason = "not every test and benchmark asks for it")]
    pub fn with_variables(arguments: &[&str], variables: &[(&str, &str)]) -> Self {
        let folder = TempDir::new().unwrap();
        let mut child = Command::new(env!("CARGO_BIN_EXE_hpp-conformance"))
            .args(["mock", "--port", "0"])
            .args(arguments)
            .env_remove("HPP_USERNAME")
            .env_remove("HPP_PASSWORD")
            .env("TMPDIR", folder.path())
            .envs(variables.iter().copied())
            .stdout(Stdio::piped())
            .spawn()
            .expect("the mock can be started");
        let mut greeting = String::new();
        let mut stdout = BufReader::new(child.stdout.take().unwrap());
        while !greeting.ends_with("Ctrl-C.\n") {
            let read = stdout.read_line(&mut greeting).unwrap();
            assert!(read > 0, "the mock ends before it is ready: {greeting}");
        }
        let base_url = greeting.split_whitespace().find(|word| word.starts_with("http"));
        let base_url =
            base_url.unwrap_or_else(|| panic!("the mock does not say where it listens: {greeting}"));
        Self { child, _folder: folder, base_url: base_url.to_owned(), greeting }
    }

    /// The rest of the line of the greeting that begins so.
    #[allow(dead_code, reason = "not every test and benchmark asks for it")]
    pub fn told(&self, beginning: &str) -> &str {
        let told = self.greeting.lines().find_map(|line| line.strip_prefix(beginning));
        told.unwrap_or_else(|| panic!("`{beginning}` begins no line of: {}", self.greeting))
    }

    /// The JSON that a GET of its control interface answers. The mock speaks plain HTTP.
    #[allow(dead_code, reason = "not every test and benchmark asks for it")]
    pub fn control(&self, path: &str) -> Value {
        let address = self.base_url.trim_start_matches("http://");
        let mut stream = TcpStream::connect(address).unwrap();
        write!(stream, "GET /_mock{path} HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n").unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        serde_json::from_str(answer.split_once("\r\n\r\n").unwrap().1).unwrap()
    }

    /// The id of the process.
    #[allow(dead_code, reason = "not every test and benchmark asks for it")]
    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// Current resident memory in KiB. `None` if the kernel does not say.
    #[allow(dead_code, reason = "not every test and benchmark asks for it")]
    pub fn resident_kib(&self) -> Option<u64> {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id())).ok()?;
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
        line.split_whitespace().next()?.parse().ok()
    }
}

impl Drop for MockProcess {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
