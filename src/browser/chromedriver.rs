//! `ChromeDriver`: finds it and a browser, and starts it as a process that ends with the harness.

use crate::browser::profile_folder::ProfileFolder;
use crate::browser::{BrowserError, process, profile_folder};
use std::env::consts::EXE_SUFFIX;
use std::fs::File;
use std::io::{BufRead, BufReader, ErrorKind, Read};
use std::path::{Path, PathBuf};
use std::process::{Child, Stdio};
use std::time::{Duration, Instant};
use std::{env, fs};
use tokio::runtime::Handle;
use tokio::sync::oneshot;
use tokio::time::timeout;

/// Program names of browsers. The first that exists is used. The headless shell is twice as fast as the full browser.
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

/// The longest a driver may take until it listens, at each attempt to start it. A machine under load may need the second one.
const READY_DEADLINES: [Duration; 2] = [Duration::from_secs(20), Duration::from_mins(1)];

/// The longest that killed processes may take to end.
const END_DEADLINE: Duration = Duration::from_secs(2);

/// The pause between two attempts to remove their files.
const REMOVAL_PACE: Duration = Duration::from_millis(10);

/// The text before the port in the line that the driver prints when it listens. An earlier line has port 0.
const READY_LINE: &str = "started successfully on port ";

/// The program of a browser. `choice` is `auto`, a program name, or a path.
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

/// Whether there is a display for the windows of a browser.
pub(super) fn find_display() -> Result<(), BrowserError> {
    let has_display =
        ["DISPLAY", "WAYLAND_DISPLAY"].iter().any(|name| env::var_os(name).is_some_and(|it| !it.is_empty()));
    if cfg!(target_os = "linux") && !has_display { Err(BrowserError::NoDisplay) } else { Ok(()) }
}

/// The program of a browser that has windows. `choice` is as for [`find_browser`].
pub(super) fn find_visible_browser(choice: &str) -> Result<PathBuf, BrowserError> {
    find_display()?;
    if choice != "auto" {
        return find_browser(choice);
    }
    let mut windowed = BROWSERS.iter().filter(|name| !name.contains("headless"));
    let found = windowed.find_map(|name| on_path(name)).or_else(process::installed_browser);
    found.map(behind_launcher).ok_or(BrowserError::NoBrowser)
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

/// The program that the launcher script of a Linux distribution starts. The script would be one more process, and it reads the
/// user's options.
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

/// A running driver. Dropping it ends it and all its browsers.
pub(super) struct ChromeDriver {
    /// `None` after it was ended.
    running: Option<Running>,
    url: String,
    runs_as_root: bool,
}

/// The processes of a driver and their files.
struct Running {
    guard: Child,
    folder: ProfileFolder,
}

impl ChromeDriver {
    /// Starts the driver on a free port. Requests to the host `no_proxy` use no proxy.
    pub(super) async fn start(path: &Path, no_proxy: &str) -> Result<Self, BrowserError> {
        profile_folder::remove_left(&env::temp_dir());
        Self::start_within(path, no_proxy, READY_DEADLINES).await
    }

    async fn start_within(
        path: &Path,
        no_proxy: &str,
        [first, second]: [Duration; 2],
    ) -> Result<Self, BrowserError> {
        match Self::launch(path, no_proxy, first).await {
            Err(BrowserError::DriverNotReady { .. }) => {
                log::warn!(
                    "{} does not listen after {} s; it is started again",
                    path.display(),
                    first.as_secs()
                );
                Self::launch(path, no_proxy, second).await
            }
            launched => launched,
        }
    }

    async fn launch(path: &Path, no_proxy: &str, deadline: Duration) -> Result<Self, BrowserError> {
        let folder =
            ProfileFolder::new_in(&env::temp_dir()).map_err(|source| BrowserError::Profile { source })?;
        let failed = |source| BrowserError::StartDriver { path: path.to_owned(), source };
        let bypass = env::var("no_proxy").or_else(|_| env::var("NO_PROXY")).unwrap_or_default();
        let mut guard = process::guarded(path)
            .arg("--port=0")
            // Each system uses another variable.
            .envs(["TMPDIR", "TMP", "TEMP"].map(|name| (name, folder.path())))
            .env("no_proxy", format!("{no_proxy},localhost,127.0.0.1,{bypass}"))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .map_err(failed)?;
        let output = guard.stdout.take();
        let runs_as_root = process::is_roots(folder.path());
        let mut driver = Self { running: Some(Running { guard, folder }), url: String::new(), runs_as_root };
        let (ready, port) = oneshot::channel();
        std::thread::spawn(move || {
            let mut ready = Some(ready);
            // Read to the end, or the driver would block when it prints.
            for line in
                output.into_iter().flat_map(|output| BufReader::new(output).lines()).map_while(Result::ok)
            {
                if let Some(port) = port_of(&line)
                    && let Some(ready) = ready.take()
                {
                    // After a start that took too long, nobody receives this.
                    let _ = ready.send(port);
                }
            }
        });
        match timeout(deadline, port).await {
            Ok(Ok(port)) => {
                driver.url = format!("http://127.0.0.1:{port}");
                Ok(driver)
            }
            _ => Err(BrowserError::DriverNotReady { path: path.to_owned() }),
        }
    }

    /// Its URL.
    pub(super) fn url(&self) -> &str {
        &self.url
    }

    /// Its process group, which includes its browsers.
    #[cfg(test)]
    pub(super) fn process_group(&self) -> u32 {
        self.running.as_ref().map_or(0, |running| running.guard.id())
    }

    /// Whether the harness runs as root. Chromium has no sandbox for root.
    pub(super) fn runs_as_root(&self) -> bool {
        self.runs_as_root
    }
}

impl Drop for ChromeDriver {
    fn drop(&mut self) {
        let Some(running) = self.running.take() else { return };
        // Killed processes take a moment to end. A thread of the runtime must not wait for them.
        match Handle::try_current() {
            Ok(runtime) => drop(runtime.spawn_blocking(|| running.end())),
            Err(_) => running.end(),
        }
    }
}

impl Running {
    fn end(mut self) {
        process::end(&mut self.guard);
        // A killed process may still write a file, so the folder is removed again until it is gone.
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

    /// A driver that does this and then waits.
    #[cfg(target_os = "linux")]
    fn script(folder: &Path, acts: &str) -> PathBuf {
        use std::os::unix::fs::PermissionsExt;
        let program = folder.join("driver");
        fs::write(&program, format!("#!/bin/sh\n{acts}\nexec sleep 600\n")).unwrap();
        fs::set_permissions(&program, fs::Permissions::from_mode(0o700)).unwrap();
        program
    }

    #[cfg(target_os = "linux")]
    #[tokio::test]
    async fn a_driver_that_is_not_ready_in_time_is_started_once_more() {
        let folder = tempfile::tempdir().unwrap();
        // The first start only makes a folder. The second finds it, and listens.
        let made = folder.path().join("made");
        let acts = format!("mkdir '{}' || echo 'ChromeDriver was {READY_LINE}7.'", made.display());
        let program = script(folder.path(), &acts);
        let driver =
            ChromeDriver::start_within(&program, "x", [Duration::from_secs(2), Duration::from_secs(20)]);
        assert_eq!(driver.await.unwrap().url(), "http://127.0.0.1:7");
        fs::write(&program, "#!/bin/sh\n").unwrap();
        let error =
            ChromeDriver::start_within(&program, "x", [Duration::from_secs(20); 2]).await.err().unwrap();
        let told =
            format!("{} did not start to listen; try it with `--port=0` in a terminal", program.display());
        assert_eq!(error.to_string(), told);
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn a_runtime_does_not_wait_for_the_end_of_a_driver() {
        use std::process::Command;
        use std::sync::mpsc;
        let folder = tempfile::tempdir().unwrap();
        let program = script(folder.path(), &format!("echo 'ChromeDriver was {READY_LINE}1.'"));
        let (told, seen) = mpsc::channel();
        std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
            runtime.block_on(async {
                let driver = ChromeDriver::start(&program, "merchant.example").await.unwrap();
                let group = driver.process_group().to_string();
                // A stopped process does not end before it is continued.
                assert!(Command::new("kill").args(["-STOP", &group]).status().unwrap().success());
                told.send(group).unwrap();
                drop(driver);
                told.send("dropped".to_owned()).unwrap();
            });
        });
        let group = seen.recv_timeout(READY_DEADLINES[0]).unwrap();
        let dropped = seen.recv_timeout(Duration::from_secs(10));
        assert!(Command::new("kill").args(["-CONT", &group]).status().unwrap().success());
        assert_eq!(dropped.as_deref(), Ok("dropped"));
    }

    #[test]
    fn a_browser_that_is_not_there_is_named() {
        let error = find_browser("no-such-browser").unwrap_err();
        assert_eq!(
            error.to_string(),
            "the browser `no-such-browser` is not on the `PATH` and not a file; leave it out to search for one"
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
