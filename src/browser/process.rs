//! What differs between operating systems: a process that ends with the harness, the owner of a folder, where browsers are.

use std::path::{Path, PathBuf};
use std::process::{Child, Command};

/// Shell command that kills the driver and its browsers as soon as its standard input closes. It closes when the harness ends, even
/// by a crash. Only the driver keeps the output open.
#[cfg(unix)]
const GUARD: &str = "\"$@\" & exec > /dev/null; cat; kill -KILL 0";

/// A command that starts a program in its own process group. The group ends when the input of the command closes.
#[cfg(unix)]
pub(super) fn guarded(program: &Path) -> Command {
    use std::os::unix::process::CommandExt;
    let mut command = Command::new("sh");
    command.args(["-c", GUARD, "sh"]).arg(program).process_group(0);
    command
}

/// A command that starts a program. Windows has no process groups, so [`end`] ends its children.
#[cfg(windows)]
pub(super) fn guarded(program: &Path) -> Command {
    Command::new(program)
}

/// Ends a guarded process and all its children.
pub(super) fn end(process: &mut Child) {
    drop(process.stdin.take());
    #[cfg(windows)]
    {
        let id = process.id().to_string();
        // An error means that it has already ended.
        let _ = Command::new("taskkill").args(["/F", "/T", "/PID", &id]).output();
        let _ = process.kill();
    }
    let _ = process.wait();
}

/// Whether a folder made by this process belongs to root. Chromium has no sandbox for root.
#[cfg(unix)]
pub(super) fn is_roots(folder: &Path) -> bool {
    use std::os::unix::fs::MetadataExt;
    std::fs::metadata(folder).is_ok_and(|folder| folder.uid() == 0)
}

/// Whether a folder made by this process belongs to root. Windows has no root.
#[cfg(windows)]
pub(super) fn is_roots(_: &Path) -> bool {
    false
}

/// Whether this process runs as root.
pub(super) fn is_root() -> bool {
    tempfile::tempdir().is_ok_and(|folder| is_roots(folder.path()))
}

/// A browser outside the `PATH`, where installers put it.
pub(super) fn installed_browser() -> Option<PathBuf> {
    if cfg!(target_os = "macos") {
        return Some(PathBuf::from("/Applications/Google Chrome.app/Contents/MacOS/Google Chrome"))
            .filter(|path| path.is_file());
    }
    // Other systems do not have these variables.
    let folders =
        ["ProgramFiles", "ProgramFiles(x86)", "LOCALAPPDATA"].into_iter().filter_map(std::env::var_os);
    folders
        .map(|folder| Path::new(&folder).join("Google/Chrome/Application/chrome.exe"))
        .find(|path| path.is_file())
}
