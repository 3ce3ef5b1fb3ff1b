//! What each operating system does in its own way: a process that ends with the harness, the owner of a folder, where browsers are.

use std::path::{Path, PathBuf};
use std::process::{Child, Command};

/// Ends the whole process group, browsers included, as soon as its input ends: with the harness, however that ends. The output is the
/// driver's alone, so that it ends with the driver.
#[cfg(unix)]
const GUARD: &str = "\"$@\" & exec > /dev/null; cat; kill -KILL 0";

/// A command that starts a program in a group of its own. The group ends when the input of the command ends.
#[cfg(unix)]
pub(super) fn guarded(program: &Path) -> Command {
    use std::os::unix::process::CommandExt;
    let mut command = Command::new("sh");
    command.args(["-c", GUARD, "sh"]).arg(program).process_group(0);
    command
}

/// A command that starts a program. Windows has no groups: [`end`] ends what it has started.
#[cfg(windows)]
pub(super) fn guarded(program: &Path) -> Command {
    Command::new(program)
}

/// Ends a guarded process and everything it has started.
pub(super) fn end(process: &mut Child) {
    drop(process.stdin.take());
    #[cfg(windows)]
    {
        let id = process.id().to_string();
        // What is gone already needs no end.
        let _ = Command::new("taskkill").args(["/F", "/T", "/PID", &id]).output();
        let _ = process.kill();
    }
    let _ = process.wait();
}

/// Whether a folder made by this process belongs to root, to whom Chromium refuses its sandbox.
#[cfg(unix)]
pub(super) fn is_roots(folder: &Path) -> bool {
    use std::os::unix::fs::MetadataExt;
    std::fs::metadata(folder).is_ok_and(|folder| folder.uid() == 0)
}

/// Whether a folder made by this process belongs to root: Windows has none.
#[cfg(windows)]
pub(super) fn is_roots(_: &Path) -> bool {
    false
}

/// A browser outside of the `PATH`, where installers put it.
pub(super) fn installed_browser() -> Option<PathBuf> {
    if cfg!(target_os = "macos") {
        return Some(PathBuf::from("/Applications/Google Chrome.app/Contents/MacOS/Google Chrome"))
            .filter(|path| path.is_file());
    }
    // No other system has these variables.
    let folders =
        ["ProgramFiles", "ProgramFiles(x86)", "LOCALAPPDATA"].into_iter().filter_map(std::env::var_os);
    folders
        .map(|folder| Path::new(&folder).join("Google/Chrome/Application/chrome.exe"))
        .find(|path| path.is_file())
}
