//! Input: reads a file that the user names, but no pipe and no device.

use std::fs;
use std::io;
use std::io::ErrorKind;
use std::path::Path;

/// The bytes of a file. A pipe or a device is refused: reading it could wait for ever, or never end.
pub fn read(path: &Path) -> io::Result<Vec<u8>> {
    refuse_what_is_no_file(path)?;
    fs::read(path)
}

/// The text of a file, as [`read`] reads it. It is UTF-8.
pub fn read_text(path: &Path) -> io::Result<String> {
    String::from_utf8(read(path)?).map_err(|error| {
        let sound = &error.as_bytes()[..error.utf8_error().valid_up_to()];
        let line = sound.split(|byte| *byte == b'\n').count();
        io::Error::new(ErrorKind::InvalidData, format!("line {line} is not UTF-8; save the file as UTF-8"))
    })
}

fn refuse_what_is_no_file(path: &Path) -> io::Result<()> {
    let kind = fs::metadata(path)?.file_type();
    if kind.is_file() {
        return Ok(());
    }
    let what = if kind.is_dir() { "a folder" } else { "a pipe or a device" };
    Err(io::Error::new(ErrorKind::InvalidInput, format!("it is {what}; give a file")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_file_is_read() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("x.toml");
        fs::write(&file, "x").unwrap();
        assert_eq!((read(&file).unwrap(), read_text(&file).unwrap()), (b"x".to_vec(), "x".to_owned()));
        fs::write(&file, b"x\ny = \xe4").unwrap();
        assert_eq!(read_text(&file).unwrap_err().to_string(), "line 2 is not UTF-8; save the file as UTF-8");
        let told =
            |path: &Path| [read(path).unwrap_err(), read_text(path).unwrap_err()].map(|e| e.to_string());
        assert_eq!(told(folder.path()), ["it is a folder; give a file"; 2]);
        #[cfg(unix)]
        {
            assert_eq!(told(Path::new("/dev/null")), ["it is a pipe or a device; give a file"; 2]);
            std::os::unix::fs::symlink("/dev/null", folder.path().join("link")).unwrap();
            assert_eq!(told(&folder.path().join("link")), ["it is a pipe or a device; give a file"; 2]);
        }
    }
}
