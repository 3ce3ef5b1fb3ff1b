//! The mock as a separate process for tests and benchmarks.

use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};

/// A mock in a separate process, on a free port. Dropping it ends the process.
pub struct MockProcess {
    child: Child,
    pub base_url: String,
}

impl MockProcess {
    /// Starts it for one merchant account, and waits until it prints its address.
    pub fn with_account(dialect: &str, username: &str, password: &str) -> Self {
        Self::with_arguments(&["--dialect", dialect], username, password)
    }

    /// The same with further arguments, such as a deviation.
    pub fn with_arguments(arguments: &[&str], username: &str, password: &str) -> Self {
        let mut child = Command::new(env!("CARGO_BIN_EXE_hpp-conformance"))
            .args(["mock", "--port", "0"])
            .args(arguments)
            .env("HPP_USERNAME", username)
            .env("HPP_PASSWORD", password)
            .stdout(Stdio::piped())
            .spawn()
            .expect("the mock can be started");
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let base_url = line.split_whitespace().find(|word| word.starts_with("http://"));
        let base_url = base_url.unwrap_or_else(|| panic!("the mock does not say where it listens: {line}"));
        Self { child, base_url: base_url.to_owned() }
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
