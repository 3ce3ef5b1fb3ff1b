//! New files: what a command writes for the user to go on with.

use crate::cli::output::Refusal;
use std::fs;
use std::fs::OpenOptions;
use std::io::{ErrorKind, Write};
use std::path::Path;

/// Writes a file that does not exist yet.
pub fn write_new(path: &Path, text: &str) -> Result<(), Refusal> {
    let file = OpenOptions::new().write(true).create_new(true).open(path);
    let write = |mut file: fs::File| {
        // Half a file is no file, and would be in the way of the next try.
        file.write_all(text.as_bytes()).inspect_err(|_| drop(fs::remove_file(path)))
    };
    file.and_then(write).map_err(|error| {
        let path = path.display();
        Refusal::invalid(match error.kind() {
            ErrorKind::AlreadyExists => {
                format!("{path} exists, and no file is overwritten; give another one with `--out`")
            }
            _ => format!("cannot write {path}: {error}; give another file with `--out`"),
        })
    })
}
