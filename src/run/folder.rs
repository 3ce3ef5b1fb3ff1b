//! The run folder as a run writes it: made for this run alone, and each report complete or not there.

use crate::run::RunError;
use std::fs::File;
use std::io;
use std::io::{ErrorKind, Write};
use std::path::{Path, PathBuf};

/// Name of the link to the newest run folder.
const LATEST: &str = "latest";

/// Makes a folder for a run. If a folder of this name exists, another run made it, and a number makes the name unique. Returns the
/// final name, and the path.
pub fn create(out: &Path, id: &str) -> Result<(String, PathBuf), RunError> {
    let failed = |path: &Path, source| RunError::Folder { path: path.to_owned(), source };
    std::fs::create_dir_all(out).map_err(|source| failed(out, source))?;
    for number in 1_u32.. {
        let name = if number == 1 { id.to_owned() } else { format!("{id}-{number}") };
        let folder = out.join(&name);
        match std::fs::create_dir(&folder) {
            Ok(()) => return Ok((name, folder)),
            Err(error) if error.kind() == ErrorKind::AlreadyExists => {}
            Err(source) => return Err(failed(&folder, source)),
        }
    }
    Err(failed(out, ErrorKind::AlreadyExists.into()))
}

/// Makes `latest` lead to a run folder. Another run that starts at the same time may do the same: the last one counts. If it cannot
/// be made, the result says why.
pub fn point_latest_to(out: &Path, name: &str) -> Option<String> {
    let (new, latest) = (out.join(format!(".{LATEST}-{name}")), out.join(LATEST));
    if !is_free(&latest, out) {
        return Some(format!("{} is not from a run, so it stays and leads to no run", latest.display()));
    }
    let error = link(name, &new).and_then(|()| std::fs::rename(&new, &latest)).err()?;
    // An error here means that there is nothing to remove.
    let _ = std::fs::remove_file(&new);
    Some(format!("cannot make {}: {error}", latest.display()))
}

/// Whether nothing has this name, or only the link that an earlier run made.
#[cfg(unix)]
fn is_free(latest: &Path, _out: &Path) -> bool {
    std::fs::symlink_metadata(latest).map_or(true, |found| found.is_symlink())
}

/// On Windows the file of an earlier run holds the name of a folder beside it.
#[cfg(windows)]
fn is_free(latest: &Path, out: &Path) -> bool {
    match std::fs::read_to_string(latest) {
        Ok(name) => !name.is_empty() && !name.contains(['/', '\\']) && out.join(name).is_dir(),
        Err(error) => error.kind() == ErrorKind::NotFound,
    }
}

#[cfg(unix)]
fn link(name: &str, at: &Path) -> io::Result<()> {
    std::os::unix::fs::symlink(name, at)
}

/// On Windows only an administrator may make a link, so the file contains the name.
#[cfg(windows)]
fn link(name: &str, at: &Path) -> io::Result<()> {
    std::fs::write(at, name)
}

/// Writes a file beside its place and then moves it there, so that it is never incomplete.
pub fn write(path: &Path, text: &str) -> Result<(), RunError> {
    let beside = path.with_added_extension("part");
    let written = write_whole(&beside, text).and_then(|()| std::fs::rename(&beside, path));
    written.map_err(|source| {
        // An error here means that there is nothing to remove.
        let _ = std::fs::remove_file(&beside);
        RunError::Written { path: path.to_owned(), source }
    })
}

fn write_whole(path: &Path, text: &str) -> io::Result<()> {
    let mut file = File::create(path)?;
    file.write_all(text.as_bytes())?;
    // Some file systems notice only here that they are full.
    file.sync_all()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::run::error_chain;
    use std::collections::BTreeSet;

    fn names(folder: &Path) -> BTreeSet<String> {
        let entries = std::fs::read_dir(folder).unwrap();
        entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect()
    }

    #[test]
    fn runs_that_start_at_once_get_a_folder_each() {
        let out = tempfile::tempdir().unwrap();
        let start = || {
            let (name, folder) = create(out.path(), "20261120T154501123Z-mock").unwrap();
            assert_eq!(point_latest_to(out.path(), &name), None);
            assert_eq!(folder, out.path().join(&name));
            name
        };
        let made: BTreeSet<String> = std::thread::scope(|scope| {
            let threads: Vec<_> = (0..8).map(|_| scope.spawn(start)).collect();
            threads.into_iter().map(|thread| thread.join().unwrap()).collect()
        });
        assert_eq!(made.len(), 8);
        let mut expected = made.clone();
        expected.insert(LATEST.to_owned());
        assert_eq!(names(out.path()), expected);
        #[cfg(unix)]
        assert!(made.contains(std::fs::read_link(out.path().join(LATEST)).unwrap().to_str().unwrap()));
    }

    #[test]
    fn latest_leads_to_the_newest_run_and_a_folder_of_this_name_is_left_alone() {
        let out = tempfile::tempdir().unwrap();
        for id in ["first", "second"] {
            let (name, folder) = create(out.path(), id).unwrap();
            std::fs::write(folder.join("report.json"), id).unwrap();
            assert_eq!(point_latest_to(out.path(), &name), None);
        }
        #[cfg(unix)]
        assert_eq!(std::fs::read_to_string(out.path().join("latest/report.json")).unwrap(), "second");
        std::fs::remove_file(out.path().join(LATEST)).unwrap();
        std::fs::create_dir(out.path().join(LATEST)).unwrap();
        std::fs::write(out.path().join("latest/mine"), "").unwrap();
        let told = point_latest_to(out.path(), "first");
        let stays = format!(
            "{} is not from a run, so it stays and leads to no run",
            out.path().join(LATEST).display()
        );
        assert_eq!(told.as_ref(), Some(&stays));
        assert_eq!(names(out.path()), ["first", "latest", "second"].map(str::to_owned).into());
        assert_eq!(names(&out.path().join(LATEST)), ["mine".to_owned()].into());
        std::fs::remove_dir_all(out.path().join(LATEST)).unwrap();
        std::fs::write(out.path().join(LATEST), "my notes").unwrap();
        assert_eq!(point_latest_to(out.path(), "first"), Some(stays));
        assert_eq!(std::fs::read_to_string(out.path().join(LATEST)).unwrap(), "my notes");
    }

    #[test]
    fn a_file_that_cannot_be_completed_is_not_there() {
        let out = tempfile::tempdir().unwrap();
        let path = out.path().join("report.json");
        write(&path, "{}").unwrap();
        assert_eq!((std::fs::read_to_string(&path).unwrap(), names(out.path()).len()), ("{}".to_owned(), 1));
        // Who reads the earlier report meanwhile still has it whole.
        #[cfg(unix)]
        {
            let earlier = File::open(&path).unwrap();
            write(&path, "{\"a\":1}").unwrap();
            assert_eq!(std::io::read_to_string(earlier).unwrap(), "{}");
        }
        // A folder in the place of the report cannot be replaced by a file.
        std::fs::remove_file(&path).unwrap();
        std::fs::create_dir_all(path.join("x")).unwrap();
        let error = error_chain(&write(&path, "{}").unwrap_err());
        assert!(error.starts_with(&format!("cannot write {}: ", path.display())), "{error}");
        assert_eq!(names(out.path()), ["report.json".to_owned()].into());
    }
}
