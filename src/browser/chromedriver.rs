//! `ChromeDriver`: finding it and a browser for it, and a process of it that cannot outlive the harness.

use crate::browser::{BrowserError, process};
use std::env::consts::EXE_SUFFIX;
use std::fs::File;
use std::io::{BufRead, BufReader, ErrorKind, Read};
use std::path::{Path, PathBuf};
use std::process::{Child, Stdio};
use std::time::{Duration, Instant};
use std::{env, fs};
use tempfile::TempDir;
use tokio::sync::oneshot;
use tokio::time::timeout;

/// Browsers by the name of their program; the first that is there is taken. The headless shell is twice as fast as the whole browser.
const BROWSERS: [&str; 7] = [
    "chromium-headless-shell",
    "chrome-headless-shell",
    "chromium",
    "chromium-browser",
    "google-chrome",
    "google-chrome-stable",
    "chrome",
];

const DRIVER: &str = "chromedriver";

/// The longest a driver may take until it listens.
const READY_DEADLINE: Duration = Duration::from_secs(20);

/// The longest that killed processes may take to be gone.
const END_DEADLINE: Duration = Duration::from_secs(2);

/// The time between two attempts at removing what they have written.
const REMOVAL_PACE: Duration = Duration::from_millis(10);

/// What the driver prints, before the port, once it listens; an earlier line names port 0.
const READY_LINE: &str = "started successfully on port ";

/// The program of a browser: `choice` is `auto`, a name to be looked up, or a path.
pub(super) fn find_browser(choice: &str) -> Result<PathBuf, BrowserError> {
    let found = match choice {
        "auto" => BROWSERS.iter().find_map(|name| on_path(name)).or_else(process::installed_browser),
        _ => named(choice),
    };
    match found {
        Some(path) => Ok(behind_launcher(path)),
        None if choice == "auto" => Err(BrowserError::NoBrowser),
        None => Err(BrowserError::UnknownBrowser { name: choice.to_owned() }),
    }
}

/// The program of the driver.
pub(super) fn find_driver(choice: Option<&Path>) -> Result<PathBuf, BrowserError> {
    match choice {
        Some(path) => named(&path.to_string_lossy())
            .ok_or_else(|| BrowserError::UnknownDriver { name: path.display().to_string() }),
        None => on_path(DRIVER).ok_or(BrowserError::NoDriver),
    }
}

fn named(name: &str) -> Option<PathBuf> {
    let path = Path::new(name);
    if path.components().count() > 1 { path.is_file().then(|| path.to_owned()) } else { on_path(name) }
}

fn on_path(name: &str) -> Option<PathBuf> {
    let path = env::var_os("PATH")?;
    let program = format!("{}{EXE_SUFFIX}", name.strip_suffix(EXE_SUFFIX).unwrap_or(name));
    env::split_paths(&path).map(|folder| folder.join(&program)).find(|path| path.is_file())
}

/// The program that a distribution's launcher script starts. The script stays in between as a process of its own and reads options that are
/// meant for people.
fn behind_launcher(path: PathBuf) -> PathBuf {
    let mut begin = [0; 2];
    let is_script =
        File::open(&path).and_then(|mut file| file.read_exact(&mut begin)).is_ok() && begin == *b"#!";
    let program = path.file_name().zip(path.parent()).and_then(|(name, folder)| {
        let libraries = folder.parent()?.join("lib");
        let program = libraries.join("chromium").join(name);
        (is_script && program.is_file()).then_some(program)
    });
    program.unwrap_or(path)
}

/// A running driver; dropping it ends it with every browser it has started.
pub(super) struct ChromeDriver {
    guard: Child,
    url: String,
    /// Holds the profiles of the browsers.
    folder: TempDir,
}

impl ChromeDriver {
    /// Starts the driver on a free port. `no_proxy` is a host that must not be asked for through a proxy.
    pub(super) async fn start(path: &Path, no_proxy: &str) -> Result<Self, BrowserError> {
        let folder = tempfile::Builder::new()
            .prefix("hpp-browser-")
            .tempdir()
            .map_err(|source| BrowserError::Profile { source })?;
        let failed = |source| BrowserError::StartDriver { path: path.to_owned(), source };
        let bypass = env::var("no_proxy").or_else(|_| env::var("NO_PROXY")).unwrap_or_default();
        let mut guard = process::guarded(path)
            .arg("--port=0")
            // Each system has its own name for it.
            .envs(["TMPDIR", "TMP", "TEMP"].map(|name| (name, folder.path())))
            .env("no_proxy", format!("{no_proxy},localhost,127.0.0.1,{bypass}"))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .map_err(failed)?;
        let output = guard.stdout.take();
        let mut driver = Self { guard, url: String::new(), folder };
        let (ready, port) = oneshot::channel();
        std::thread::spawn(move || {
            let mut ready = Some(ready);
            // Read to the end, or the driver could not print any more.
            for line in
                output.into_iter().flat_map(|output| BufReader::new(output).lines()).map_while(Result::ok)
            {
                if let Some(port) = port_of(&line)
                    && let Some(ready) = ready.take()
                {
                    // Nobody listens any more when the start took too long.
                    let _ = ready.send(port);
                }
            }
        });
        match timeout(READY_DEADLINE, port).await {
            Ok(Ok(port)) => {
                driver.url = format!("http://127.0.0.1:{port}");
                Ok(driver)
            }
            _ => Err(BrowserError::DriverNotReady { path: path.to_owned() }),
        }
    }

    /// Where it listens.
    pub(super) fn url(&self) -> &str {
        &self.url
    }

    /// Its process group, which its browsers share.
    #[cfg(all(test, feature = "browser-tests"))]
    pub(super) fn process_group(&self) -> u32 {
        self.guard.id()
    }

    /// Whether the harness runs as root, to whom Chromium refuses its sandbox.
    pub(super) fn runs_as_root(&self) -> bool {
        process::is_roots(self.folder.path())
    }
}

impl Drop for ChromeDriver {
    fn drop(&mut self) {
        process::end(&mut self.guard);
        // What was killed while it wrote may still finish that, so the folder is removed until it stays away.
        let limit = Instant::now() + END_DEADLINE;
        while fs::remove_dir_all(self.folder.path()).is_err_and(|error| error.kind() != ErrorKind::NotFound)
            && Instant::now() < limit
        {
            std::thread::sleep(REMOVAL_PACE);
        }
    }
}

fn port_of(line: &str) -> Option<u16> {
    let (_, port) = line.split_once(READY_LINE)?;
    port.trim_end_matches(['.', '\n']).parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_port_is_read_from_the_line_that_reports_success() {
        assert_eq!(port_of("Starting ChromeDriver 156.0.8078.79 on port 0"), None);
        assert_eq!(port_of("ChromeDriver was started successfully on port 41537."), Some(41537));
    }

    #[test]
    fn a_browser_that_is_not_there_is_named() {
        let error = find_browser("no-such-browser").unwrap_err();
        assert_eq!(
            error.to_string(),
            "the browser `no-such-browser` is neither on the `PATH` nor a file; leave it out to have one found"
        );
    }

    #[test]
    fn a_launcher_script_gives_way_to_the_program_behind_it() {
        let folder = tempfile::tempdir().unwrap();
        let (bin, lib) = (folder.path().join("bin"), folder.path().join("lib/chromium"));
        fs::create_dir_all(&bin).unwrap();
        fs::create_dir_all(&lib).unwrap();
        fs::write(bin.join("chromium"), "#!/bin/sh\n").unwrap();
        fs::write(bin.join("chrome"), "#!/bin/sh\n").unwrap();
        fs::write(lib.join("chromium"), "\u{7f}ELF").unwrap();
        assert_eq!(behind_launcher(bin.join("chromium")), lib.join("chromium"));
        assert_eq!(behind_launcher(bin.join("chrome")), bin.join("chrome"));
    }
}
