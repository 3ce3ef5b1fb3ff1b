//! The state folder of the user: what is kept between runs, beside all run folders.

use std::io;
use std::path::{Path, PathBuf};

/// Where the state of this user is. All runs of the user find it there, whatever their working folder.
pub fn folder() -> PathBuf {
    let of = |name: &str, rest: &str| {
        let path = std::env::var_os(name).map(PathBuf::from).filter(|path| path.is_absolute())?;
        Some(path.join(rest))
    };
    let state = of("XDG_STATE_HOME", "hpp-conformance")
        .or_else(|| of("HOME", ".local/state/hpp-conformance"))
        .or_else(|| of("LOCALAPPDATA", "hpp-conformance"));
    state.unwrap_or_else(|| std::env::temp_dir().join("hpp-conformance"))
}

/// Whether a folder is another one or lies below it, with all links followed. The folders need not exist yet.
pub fn is_below(folder: &Path, other: &Path) -> io::Result<bool> {
    Ok(resolved(folder)?.starts_with(resolved(other)?))
}

/// The path of a folder without links, as far as it exists.
fn resolved(folder: &Path) -> io::Result<PathBuf> {
    let folder = std::path::absolute(folder)?;
    for there in folder.ancestors() {
        if let Ok(real) = there.canonicalize() {
            let rest = folder.strip_prefix(there).unwrap_or(Path::new(""));
            return Ok(real.join(rest));
        }
    }
    Ok(folder)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_below_another_one_is_found_through_links() {
        let root = tempfile::tempdir().unwrap();
        let reports = root.path().join("reports");
        std::fs::create_dir(&reports).unwrap();
        let told = |folder: &Path| is_below(folder, &reports).unwrap();
        assert!(told(&reports) && told(&reports.join("not/yet")));
        assert!(!told(&root.path().join("reports-state")) && !told(root.path()));
        #[cfg(unix)]
        {
            std::os::unix::fs::symlink(&reports, root.path().join("link")).unwrap();
            assert!(told(&root.path().join("link/state")));
        }
    }
}
