//! Files of the state folder with one entry a line. Only this user may read them.

use std::fs;
use std::fs::{File, OpenOptions};
use std::io;
use std::io::Write;
use std::path::Path;

/// The lines of a file. None if there is no file yet.
pub fn read(path: &Path) -> io::Result<Vec<String>> {
    match fs::read_to_string(path) {
        Ok(text) => Ok(text.lines().map(str::to_owned).collect()),
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
    lock.lock()?;
    let lines: String = change(read(path)?)?.into_iter().map(|line| line + "\n").collect();
    let beside = path.with_added_extension("part");
    let mut file = private_file(&beside)?;
    file.set_len(0)?;
    file.write_all(lines.as_bytes())?;
    file.sync_all()?;
    fs::rename(&beside, path)
}

fn private_folder(path: &Path) -> io::Result<()> {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(path)
}

fn private_file(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.write(true).create(true).truncate(false);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}
