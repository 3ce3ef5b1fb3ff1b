//! A driver of the harness: a process that ends with it.

use crate::browser::profile_folder::ProfileFolder;
use crate::browser::programs::Make;
use crate::browser::{BrowserError, process, profile_folder};
use std::io::{BufRead, BufReader, ErrorKind};
use std::path::Path;
use std::process::{Child, Stdio};
use std::time::{Duration, Instant};
use std::{env, fs};
use tokio::runtime::Handle;
use tokio::sync::oneshot;
use tokio::time::timeout;

/// The longest a driver may take until it listens, at each attempt to start it. A machine under load may need the second one.
const READY_DEADLINES: [Duration; 2] = [Duration::from_secs(20), Duration::from_mins(1)];

/// The longest that killed processes may take to end.
const END_DEADLINE: Duration = Duration::from_secs(2);

/// The pause between two attempts to remove their files.
const REMOVAL_PACE: Duration = Duration::from_millis(10);

/// A running driver. Dropping it ends it and all its browsers.
pub(super) struct Driver {
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

impl Driver {
    /// Starts the driver on a free port. Requests to the host `no_proxy` use no proxy.
    pub(super) async fn start(make: Make, path: &Path, no_proxy: &str) -> Result<Self, BrowserError> {
        profile_folder::remove_left(&env::temp_dir());
        Self::start_within(make, path, no_proxy, READY_DEADLINES).await
    }

    async fn start_within(
        make: Make,
        path: &Path,
        no_proxy: &str,
        [first, second]: [Duration; 2],
    ) -> Result<Self, BrowserError> {
        match Self::launch(make, path, no_proxy, first).await {
            Err(BrowserError::DriverNotReady { .. }) => {
                log::warn!(
                    "{} does not listen after {} s; it is started again",
                    path.display(),
                    first.as_secs()
                );
                Self::launch(make, path, no_proxy, second).await
            }
            launched => launched,
        }
    }

    async fn launch(
        make: Make,
        path: &Path,
        no_proxy: &str,
        deadline: Duration,
    ) -> Result<Self, BrowserError> {
        let folder =
            ProfileFolder::new_in(&env::temp_dir()).map_err(|source| BrowserError::Profile { source })?;
        let failed = |source| BrowserError::StartDriver { path: path.to_owned(), source };
        let bypass = env::var("no_proxy").or_else(|_| env::var("NO_PROXY")).unwrap_or_default();
        let mut guard = process::guarded(path)
            .args(make.arguments())
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
                if let Some(port) = make.port_of(&line)
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

impl Drop for Driver {
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

#[cfg(test)]
mod tests {
    use super::*;
    use std::path::PathBuf;

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
        let acts =
            format!("mkdir '{}' || echo 'ChromeDriver was started successfully on port 7.'", made.display());
        let program = script(folder.path(), &acts);
        let driver = Driver::start_within(
            Make::Chromium,
            &program,
            "x",
            [Duration::from_secs(2), Duration::from_secs(20)],
        );
        assert_eq!(driver.await.unwrap().url(), "http://127.0.0.1:7");
        fs::write(&program, "#!/bin/sh\n").unwrap();
        let error = Driver::start_within(Make::Chromium, &program, "x", [Duration::from_secs(20); 2])
            .await
            .err()
            .unwrap();
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
        let program = script(folder.path(), "echo 'ChromeDriver was started successfully on port 1.'");
        let (told, seen) = mpsc::channel();
        std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
            runtime.block_on(async {
                let driver = Driver::start(Make::Chromium, &program, "merchant.example").await.unwrap();
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
}
