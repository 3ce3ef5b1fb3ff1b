//! What this machine must have: browser and driver that fit each other, memory for the browser, room for the reports.

use crate::browser::{Place, Status, Versions};
use crate::report::{PreflightCheck, Topic};
use std::path::Path;

/// Free space below which the browser may run out of memory that its processes share.
const SPACE_OF_BROWSER: u64 = 256 << 20;

/// Free space below which the reports of a run may not fit.
const SPACE_OF_REPORTS: u64 = 500 << 20;

/// The versions of browser and driver. Elsewhere, whether a browser can be had. None is started.
pub async fn browser(place: &Place) -> PreflightCheck {
    let looked = match place {
        Place::Here { browser, driver } => {
            Versions::of(browser, driver.as_deref()).await.map(|versions| of_versions(&versions))
        }
        Place::Elsewhere { browser, webdriver } => Status::of(webdriver).await.and_then(|status| {
            status.offers(webdriver, browser)?;
            let told = format!("the WebDriver at {webdriver} is {}", status.told());
            Ok(PreflightCheck::ok(Topic::Browser, told))
        }),
    };
    looked.unwrap_or_else(|error| PreflightCheck::fault(Topic::Browser, error.to_string()))
}

fn of_versions(versions: &Versions) -> PreflightCheck {
    let unknown = "a version that is not told";
    let named = |version: &Option<String>| version.clone().unwrap_or_else(|| unknown.to_owned());
    let told = format!("{} with {}", named(&versions.browser), named(&versions.driver));
    match versions.fit() {
        Some(true) => PreflightCheck::ok(Topic::Browser, told),
        Some(false) => PreflightCheck::fault(
            Topic::Browser,
            format!(
                "{told} do not fit each other; install both in one version, or choose them with `--browser` and `--chromedriver`"
            ),
        ),
        None => PreflightCheck::warning(
            Topic::Browser,
            format!("{told}; see with `--version` of both programs that their first numbers are equal"),
        ),
    }
}

/// The memory that the processes of a browser share. The browsers of a run use the folder for temporary files instead of `/dev/shm`.
pub fn shared_memory() -> PreflightCheck {
    let (shared, folder) = (Path::new("/dev/shm"), std::env::temp_dir());
    if !shared.is_dir() {
        return PreflightCheck::skipped(Topic::SharedMemory, "this system has none");
    }
    let of_shared = free(shared).map_or_else(String::new, |bytes| format!("{} free; ", megabytes(bytes)));
    let used = format!("{of_shared}browsers use {}", folder.display());
    match free(&folder) {
        Some(bytes) if bytes < SPACE_OF_BROWSER => PreflightCheck::warning(
            Topic::SharedMemory,
            format!(
                "{used} instead, which has only {} free; set `TMPDIR` to a folder with more room",
                megabytes(bytes)
            ),
        ),
        Some(bytes) => PreflightCheck::ok(
            Topic::SharedMemory,
            format!("{used} instead, which has {} free", megabytes(bytes)),
        ),
        None => PreflightCheck::ok(Topic::SharedMemory, format!("{used} instead")),
    }
}

/// The folder of the reports, or the one in which a run would make it.
pub fn disk(out: &Path) -> PreflightCheck {
    let absolute = std::path::absolute(out).unwrap_or_else(|_| out.to_owned());
    // A path that exists ends the search, so there is one.
    let found = absolute.ancestors().find(|path| path.exists()).unwrap_or(&absolute);
    let place = out.display();
    if !found.is_dir() || !is_writable(found) {
        let message = format!(
            "cannot write to {place}: {} is no folder in which this user may write; choose another folder with `--out`",
            found.display()
        );
        return PreflightCheck::fault(Topic::Disk, message);
    }
    match free(found) {
        Some(bytes) if bytes < SPACE_OF_REPORTS => PreflightCheck::warning(
            Topic::Disk,
            format!(
                "{place} has only {} free; make room, or choose another folder with `--out`",
                megabytes(bytes)
            ),
        ),
        Some(bytes) => PreflightCheck::ok(Topic::Disk, format!("{place} has {} free", megabytes(bytes))),
        None => PreflightCheck::ok(Topic::Disk, format!("{place} can be written to")),
    }
}

fn megabytes(bytes: u64) -> String {
    format!("{} MB", bytes >> 20)
}

/// The space of a file system that this user may still use, in bytes.
#[cfg(unix)]
fn free(folder: &Path) -> Option<u64> {
    let space = rustix::fs::statvfs(folder).ok()?;
    Some(space.f_bavail.saturating_mul(space.f_frsize))
}

#[cfg(windows)]
fn free(_: &Path) -> Option<u64> {
    None
}

#[cfg(unix)]
fn is_writable(folder: &Path) -> bool {
    use rustix::fs::{Access, access};
    access(folder, Access::WRITE_OK | Access::EXEC_OK).is_ok()
}

#[cfg(windows)]
fn is_writable(folder: &Path) -> bool {
    std::fs::metadata(folder).is_ok_and(|data| !data.permissions().readonly())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::CheckResult;

    #[test]
    fn versions_that_do_not_fit_are_a_fault_and_unknown_ones_a_warning() {
        let told = |browser: Option<&str>, driver: Option<&str>| {
            let [browser, driver] = [browser, driver].map(|version| version.map(str::to_owned));
            let check = of_versions(&Versions { browser, driver, are_bound: true });
            (check.result, check.message)
        };
        let fits = told(Some("Chromium 156.0.1.2"), Some("ChromeDriver 156.0.9.9"));
        assert_eq!(fits, (CheckResult::Ok, "Chromium 156.0.1.2 with ChromeDriver 156.0.9.9".into()));
        let (result, message) = told(Some("Chromium 157.0.1.2"), Some("ChromeDriver 156.0.9.9"));
        assert_eq!(result, CheckResult::Fault);
        assert!(message.contains(" do not fit each other; install both in one version"), "{message}");
        assert_eq!(told(None, Some("ChromeDriver 156.0.9.9")).0, CheckResult::Warning);
    }

    #[test]
    fn a_folder_of_reports_that_is_a_file_is_a_fault_and_a_new_one_is_not_made() {
        let folder = tempfile::tempdir().unwrap();
        let new = folder.path().join("a/b/reports");
        assert_ne!(disk(&new).result, CheckResult::Fault);
        assert!(!folder.path().join("a").exists());
        std::fs::write(folder.path().join("a"), "").unwrap();
        let check = disk(&new);
        assert_eq!(check.result, CheckResult::Fault);
        let a = folder.path().join("a");
        let told = format!(
            "cannot write to {}: {} is no folder in which this user may write; choose another folder with `--out`",
            new.display(),
            a.display()
        );
        assert_eq!(check.message, told);
    }
}
