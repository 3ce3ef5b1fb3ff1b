//! Files of the state folder with one entry a line. Only this user may read them.

use std::fs;
use std::fs::{File, OpenOptions, TryLockError};
use std::io;
use std::io::Write;
use std::path::Path;
use std::time::{Duration, Instant};

/// How long a run waits for another one that changes the same file. To change a file takes milliseconds.
const PATIENCE: Duration = Duration::from_secs(10);

/// The pause between two tries to lock.
const PACE: Duration = Duration::from_millis(10);

/// The lines of a file. None if there is no file yet. Bytes that are no text spoil only their own line.
pub fn read(path: &Path) -> io::Result<Vec<String>> {
    match fs::read(path) {
        Ok(bytes) => Ok(String::from_utf8_lossy(&bytes).lines().map(str::to_owned).collect()),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(Vec::new()),
        Err(error) => Err(error),
    }
}

/// Changes the lines of a file, which is never incomplete. Runs that do so at once come one after the other, by a lock of this name
/// beside the file.
pub fn change(
    path: &Path,
    lock: &str,
    change: impl FnOnce(Vec<String>) -> io::Result<Vec<String>>,
) -> io::Result<()> {
    let folder = path.parent().unwrap_or(Path::new("."));
    private_folder(folder)?;
    let lock = private_file(&folder.join(lock))?;
    take(&lock, PATIENCE)?;
    let lines: String = change(read(path)?)?.into_iter().map(|line| line + "\n").collect();
    let beside = path.with_added_extension("part");
    // A run that was killed may have left one, and others may be able to read it.
    match fs::remove_file(&beside) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    let written = write_new(&beside, &lines).and_then(|()| fs::rename(&beside, path));
    if written.is_err() {
        // An error here means that there is nothing to remove.
        let _ = fs::remove_file(&beside);
    }
    written
}

/// Takes a lock, unless somebody else holds it for too long.
fn take(lock: &File, patience: Duration) -> io::Result<()> {
    let limit = Instant::now() + patience;
    loop {
        match lock.try_lock() {
            Ok(()) => return Ok(()),
            Err(TryLockError::WouldBlock) if Instant::now() < limit => std::thread::sleep(PACE),
            Err(TryLockError::WouldBlock) => {
                let why = format!("another program has held its lock for {} s", patience.as_secs());
                return Err(io::Error::new(io::ErrorKind::TimedOut, why));
            }
            Err(TryLockError::Error(error)) => return Err(error),
        }
    }
}

fn write_new(path: &Path, text: &str) -> io::Result<()> {
    let mut file = private(OpenOptions::new().write(true).create_new(true)).open(path)?;
    file.write_all(text.as_bytes())?;
    file.sync_all()
}

fn private_folder(path: &Path) -> io::Result<()> {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(path)
}

fn private_file(path: &Path) -> io::Result<File> {
    private(OpenOptions::new().write(true).create(true).truncate(false)).open(path)
}

/// A file that is new is for this user alone.
fn private(options: &mut OpenOptions) -> &OpenOptions {
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(options, 0o600);
    options
}

#[cfg(test)]
mod tests {
    use super::*;

    fn add(path: &Path, line: &str) -> io::Result<()> {
        change(path, "x.lock", |mut lines| {
            lines.push(line.to_owned());
            Ok(lines)
        })
    }

    #[test]
    fn a_lock_that_is_held_for_too_long_is_an_error() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("x.lock");
        let (held, other) = (private_file(&path).unwrap(), private_file(&path).unwrap());
        held.lock().unwrap();
        let error = take(&other, Duration::ZERO).unwrap_err();
        assert_eq!(error.to_string(), "another program has held its lock for 0 s");
        drop(held);
        take(&other, PATIENCE).unwrap();
    }

    #[test]
    fn bytes_that_are_no_text_spoil_only_their_line() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("x.jsonl");
        fs::write(&path, b"one\n\xff\xfe\nthree\n").unwrap();
        add(&path, "four").unwrap();
        let lines = read(&path).unwrap();
        assert_eq!((lines.len(), lines[0].as_str(), lines[3].as_str()), (4, "one", "four"));
    }

    #[cfg(unix)]
    #[test]
    fn what_a_killed_run_left_beside_a_file_is_replaced_by_a_private_one() {
        use std::os::unix::fs::{MetadataExt, PermissionsExt, symlink};
        let folder = tempfile::tempdir().unwrap();
        let (path, beside) = (folder.path().join("x.jsonl"), folder.path().join("x.jsonl.part"));
        let mode = || fs::metadata(&path).unwrap().mode() & 0o777;
        fs::write(&beside, "cut").unwrap();
        fs::set_permissions(&beside, fs::Permissions::from_mode(0o644)).unwrap();
        add(&path, "one").unwrap();
        assert_eq!((fs::read_to_string(&path).unwrap(), mode()), ("one\n".to_owned(), 0o600));
        let other = folder.path().join("other");
        fs::write(&other, "mine").unwrap();
        symlink(&other, &beside).unwrap();
        add(&path, "two").unwrap();
        assert_eq!((fs::read_to_string(&other).unwrap(), mode()), ("mine".to_owned(), 0o600));
        assert!(!path.is_symlink() && !beside.exists());
    }
}
