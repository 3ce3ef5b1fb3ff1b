//! The run folder as a run writes it: made for this run alone, and each report complete or not there.

#[cfg(windows)]
use crate::input;
use crate::memory::is_run_id;
use crate::run::RunError;
use std::fs::{File, OpenOptions};
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

/// Whether nothing has this name, or only what leads to a run folder beside it. An earlier run made that, also if its folder is gone.
fn is_free(latest: &Path, out: &Path) -> bool {
    let of_a_run = |name: &str| is_run_id(name) && (out.join(name).is_dir() || !out.join(name).exists());
    match led_to(latest) {
        Ok(name) => of_a_run(&name),
        Err(error) => error.kind() == ErrorKind::NotFound,
    }
}

/// What the link leads to.
#[cfg(unix)]
fn led_to(latest: &Path) -> io::Result<String> {
    Ok(std::fs::read_link(latest)?.to_string_lossy().into_owned())
}

/// On Windows the file of an earlier run holds the name of a folder beside it.
#[cfg(windows)]
fn led_to(latest: &Path) -> io::Result<String> {
    input::read_text(latest)
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

/// Adds a text to the end of a file, which others have begun perhaps.
pub fn append(path: &Path, text: &str) -> io::Result<()> {
    let mut file = OpenOptions::new().append(true).create(true).open(path)?;
    file.write_all(text.as_bytes())
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

    const FIRST: &str = "20261120T154501123Z-mock";
    const SECOND: &str = "20261120T154502123Z-mock";

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
        for id in [FIRST, SECOND] {
            let (name, folder) = create(out.path(), id).unwrap();
            std::fs::write(folder.join("report.json"), id).unwrap();
            assert_eq!(point_latest_to(out.path(), &name), None);
        }
        #[cfg(unix)]
        assert_eq!(std::fs::read_to_string(out.path().join("latest/report.json")).unwrap(), SECOND);
        std::fs::remove_file(out.path().join(LATEST)).unwrap();
        std::fs::create_dir(out.path().join(LATEST)).unwrap();
        std::fs::write(out.path().join("latest/mine"), "").unwrap();
        let told = point_latest_to(out.path(), FIRST);
        let stays = format!(
            "{} is not from a run, so it stays and leads to no run",
            out.path().join(LATEST).display()
        );
        assert_eq!(told.as_ref(), Some(&stays));
        assert_eq!(names(out.path()), [FIRST, LATEST, SECOND].map(str::to_owned).into());
        assert_eq!(names(&out.path().join(LATEST)), ["mine".to_owned()].into());
        std::fs::remove_dir_all(out.path().join(LATEST)).unwrap();
        std::fs::write(out.path().join(LATEST), "my notes").unwrap();
        assert_eq!(point_latest_to(out.path(), FIRST), Some(stays));
        assert_eq!(std::fs::read_to_string(out.path().join(LATEST)).unwrap(), "my notes");
    }

    #[cfg(unix)]
    #[test]
    fn a_link_to_a_run_is_replaced_and_a_link_of_ones_own_stays() {
        let (out, mine) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let latest = out.path().join(LATEST);
        std::fs::create_dir(out.path().join(FIRST)).unwrap();
        std::fs::create_dir(out.path().join("mine")).unwrap();
        std::fs::write(out.path().join("20261120T154503123Z-file"), "").unwrap();
        let outside = mine.path().join(FIRST);
        std::fs::create_dir(&outside).unwrap();
        let gone = "20251120T154501123Z-mock";
        for (to, is_replaced) in [
            (Path::new(FIRST), true),
            (Path::new(gone), true),
            (mine.path(), false),
            (&outside, false),
            (Path::new("/nowhere"), false),
            (Path::new("mine"), false),
            (Path::new("gone"), false),
            (Path::new("20261120T154503123Z-file"), false),
            (Path::new(".."), false),
        ] {
            std::os::unix::fs::symlink(to, &latest).unwrap();
            let told = point_latest_to(out.path(), SECOND);
            let leads_to = if is_replaced { Path::new(SECOND) } else { to };
            assert_eq!(std::fs::read_link(&latest).unwrap(), leads_to, "{}", to.display());
            assert_eq!(told.is_none(), is_replaced, "{told:?}");
            std::fs::remove_file(&latest).unwrap();
        }
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
