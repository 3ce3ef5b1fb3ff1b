//! The last look at a run folder: whether a secret stands in a file that was written.

use crate::evidence::Recorder;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

/// Endings of files without text.
const PICTURES: &[&str] = &["jpg", "png"];

/// A secret in a file. It names the secret by its label.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "{path} has {label} in plain text, so the run folder may contain secrets; do not share it until you know why this happened"
)]
pub struct Leak {
    path: String,
    label: String,
}

/// Searches every text file of a run folder for credentials and tokens, as they stand there.
pub fn find(folder: &Path, recorder: &Recorder) -> io::Result<Option<Leak>> {
    let mut folders: Vec<PathBuf> = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder)? {
            let path = entry?.path();
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            let ending = path.extension().and_then(|ending| ending.to_str()).unwrap_or_default();
            if PICTURES.contains(&ending) {
                continue;
            }
            let bytes = fs::read(&path)?;
            let text = String::from_utf8_lossy(&bytes);
            if let Some(label) = text.split('\n').find_map(|line| recorder.leak(line)) {
                return Ok(Some(Leak { path: path.display().to_string(), label }));
            }
        }
    }
    Ok(None)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    const PASSWORD: &str = "p w/é\"\\1";

    fn recorder() -> Recorder {
        let recorder = Recorder::default();
        recorder.learn_credentials("K1_shop", PASSWORD);
        recorder.json(
            json!({ "authorization_token": "tok-3f9a/5+d=", "redirect_url": "https://pay.example/x1Y7zz" }),
        );
        recorder
    }

    #[test]
    fn a_secret_is_found_in_every_form_in_which_a_file_may_hold_it() {
        let json = serde_json::to_string(&json!({ "error": format!("no {PASSWORD}") })).unwrap();
        for (file, text, label) in [
            ("evidence/evidence.ndjson", json.as_str(), "‹password:1›"),
            ("report.json", "{\n\"token\": \"tok-3f9a/5+d=\"\n}", "‹authorization_token:1›"),
            ("report.html", "<p>tok-3f9a&#x2f;5+d=</p>", "‹authorization_token:1›"),
            ("junit.xml", "as p w/é&quot;\\1", "‹password:1›"),
            ("run.log", "Basic SzFfc2hvcDpwIHcvw6kiXDE=", "‹credentials:1›"),
        ] {
            let folder = tempfile::tempdir().unwrap();
            let path = folder.path().join(file);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(&path, text).unwrap();
            let leak = Leak { path: path.display().to_string(), label: label.into() };
            assert_eq!(find(folder.path(), &recorder()).unwrap(), Some(leak), "{file}");
        }
    }

    #[test]
    fn labels_and_pictures_are_no_leak() {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("report.json"), "‹password:1› ‹link:1› K1 shop").unwrap();
        fs::write(folder.path().join("1.jpg"), "tok-3f9a/5+d=").unwrap();
        assert_eq!(find(folder.path(), &recorder()).unwrap(), None);
    }
}
