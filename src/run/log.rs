//! The log of a run: what the harness does, a line each, on standard error and in the run's folder, with labels in place of secrets.

use crate::evidence::Recorder;
use crate::report::visible;
use crate::suite;
use log::{LevelFilter, Log, Metadata, Record};
use std::fs::File;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// File of the log, in the run's folder.
const FILE: &str = "run.log";

/// This program, as records name it. What a library says may hold secrets that the recorder does not know.
const PROGRAM: &str = "hpp_conformance";

static LOGGER: Logger = Logger(Mutex::new(None));

/// Starts the log of a run. Its lines are kept until [`write_to`] says where the run's folder is.
pub fn start(level: LevelFilter, recorder: &Arc<Recorder>) {
    if level == LevelFilter::Off {
        return;
    }
    let destination = Destination::Kept(String::new());
    *LOGGER.lock() = Some(Lines { recorder: Arc::clone(recorder), began: Instant::now(), destination });
    // A second run of a process finds it installed.
    let _ = log::set_logger(&LOGGER);
    log::set_max_level(level);
}

/// Writes the lines so far, and all that follow, into the folder of the run.
pub fn write_to(folder: &Path) {
    if let Some(lines) = LOGGER.lock().as_mut()
        && let Err(complaint) = lines.write_to(folder)
    {
        say(&complaint);
    }
}

/// The one logger of the process; nothing is there before a run has started a log.
struct Logger(Mutex<Option<Lines>>);

impl Logger {
    fn lock(&self) -> MutexGuard<'_, Option<Lines>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Log for Logger {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        module(metadata.target()).is_some()
    }

    fn log(&self, record: &Record<'_>) {
        let Some(module) = module(record.target()) else { return };
        let mut lines = self.lock();
        let Some(lines) = lines.as_mut() else { return };
        let line = lines.line(lines.began.elapsed(), record, module);
        say(&line);
        if let Err(complaint) = lines.keep(&line) {
            say(&complaint);
        }
    }

    fn flush(&self) {}
}

/// The module of this program that speaks; none when a library does.
fn module(target: &str) -> Option<&str> {
    match target.strip_prefix(PROGRAM)? {
        "" => Some(PROGRAM),
        inner => inner.strip_prefix("::"),
    }
}

fn say(line: &str) {
    // A reader that has gone away is no reason to fail.
    let _ = writeln!(std::io::stderr(), "{line}");
}

/// The lines of one run.
struct Lines {
    recorder: Arc<Recorder>,
    began: Instant,
    destination: Destination,
}

/// Where lines go besides standard error.
enum Destination {
    /// The folder of the run is not there yet.
    Kept(String),
    File(File, PathBuf),
    /// The file cannot be written.
    Nowhere,
}

impl Lines {
    /// A record as a line: time since the log began, level, module, message.
    fn line(&self, elapsed: Duration, record: &Record<'_>, module: &str) -> String {
        let message = self.recorder.message(&record.args().to_string());
        let level = record.level().as_str().to_lowercase();
        let scenario = suite::scenario_at_hand().map(|place| format!("[{place}] ")).unwrap_or_default();
        let said = visible(&format!("{scenario}{}", message.trim_end()).replace(['\n', '\r', '\t'], " "));
        format!("{:9.3}s {level:<5} {module}: {said}", elapsed.as_secs_f64())
    }

    /// Opens the file; a file that cannot be written comes as a complaint.
    fn write_to(&mut self, folder: &Path) -> Result<(), String> {
        let path = folder.join(FILE);
        let opened = File::create(&path);
        let kept = match std::mem::replace(&mut self.destination, Destination::Nowhere) {
            Destination::Kept(kept) => kept,
            Destination::File(..) | Destination::Nowhere => String::new(),
        };
        self.destination = Destination::File(opened.map_err(|error| cannot_write(&path, &error))?, path);
        self.put(&kept)
    }

    /// Keeps a line for the file. That the file cannot be written is told once.
    fn keep(&mut self, line: &str) -> Result<(), String> {
        self.put(&format!("{line}\n"))
    }

    /// Each line is written at once, so that a run that is killed leaves them all.
    fn put(&mut self, text: &str) -> Result<(), String> {
        let written = match &mut self.destination {
            Destination::Kept(kept) => {
                kept.push_str(text);
                Ok(())
            }
            Destination::File(file, path) => {
                file.write_all(text.as_bytes()).map_err(|error| cannot_write(path, &error))
            }
            Destination::Nowhere => Ok(()),
        };
        if written.is_err() {
            self.destination = Destination::Nowhere;
        }
        written
    }
}

fn cannot_write(path: &Path, error: &std::io::Error) -> String {
    format!("warning: cannot write {}: {error}; the log goes to standard error alone", path.display())
}

#[cfg(test)]
mod tests {
    use super::*;
    use log::Level;
    use serde_json::json;

    fn lines() -> Lines {
        let recorder = Arc::new(Recorder::default());
        recorder.learn_credentials("K1_shop", "p w/é1");
        recorder.json(json!({
            "authorization_token": "tok-3f9a",
            "redirect_url": "https://pay.example/eu/p/x1Y",
        }));
        Lines { recorder, began: Instant::now(), destination: Destination::Kept(String::new()) }
    }

    fn line(lines: &Lines, message: &str) -> String {
        let elapsed = Duration::from_millis(1_234);
        let arguments = format_args!("{message}");
        lines.line(elapsed, &Record::builder().level(Level::Info).args(arguments).build(), "client")
    }

    #[test]
    fn a_secret_in_a_message_is_written_as_its_label() {
        let lines = lines();
        for (message, expected) in [
            ("as K1_shop with p w/é1", "as ‹username:1› with ‹password:1›"),
            ("sent Basic SzFfc2hvcDpwIHcvw6kx", "sent Basic ‹credentials:1›"),
            ("spends tok-3f9a", "spends ‹authorization_token:1›"),
            ("opens https://pay.example/eu/p/x1Y.", "opens https://pay.example/‹link:1›."),
            ("failed (https://pay.example/eu/p/x1Y): gone", "failed (https://pay.example/‹link:1›): gone"),
            (
                "request 1: GET https://pay.example/‹link:1› → 200",
                "request 1: GET https://pay.example/‹link:1› → 200",
            ),
            ("two\nlines", "two lines"),
            ("\u{1b}[2Ja\u{202e}b", "\\u{1b}[2Ja\\u{202e}b"),
        ] {
            assert_eq!(line(&lines, message), format!("    1.234s info  client: {expected}"));
        }
    }

    #[test]
    fn what_a_library_says_is_left_out() {
        let known = [
            ("hpp_conformance", Some("hpp_conformance")),
            ("hpp_conformance::run::phase", Some("run::phase")),
            ("hpp_conformance_other::x", None),
            ("hyper::proto", None),
            ("rustls", None),
        ];
        for (target, expected) in known {
            assert_eq!(module(target), expected, "{target}");
        }
    }

    #[test]
    fn lines_from_before_the_folder_are_written_when_it_is_there() {
        let folder = tempfile::tempdir().unwrap();
        let mut lines = lines();
        lines.keep("first").unwrap();
        lines.write_to(folder.path()).unwrap();
        lines.keep("second").unwrap();
        assert_eq!(std::fs::read_to_string(folder.path().join(FILE)).unwrap(), "first\nsecond\n");
    }

    #[test]
    fn a_log_that_cannot_be_written_is_told_once() {
        let folder = tempfile::tempdir().unwrap();
        let (mut lines, none) = (lines(), folder.path().join("none"));
        let path = none.join(FILE);
        let error = std::io::Error::from_raw_os_error(2);
        assert_eq!(lines.write_to(&none), Err(cannot_write(&path, &error)));
        assert_eq!(lines.keep("a line"), Ok(()));

        std::fs::write(folder.path().join(FILE), "").unwrap();
        let read_only = File::open(folder.path().join(FILE)).unwrap();
        lines.destination = Destination::File(read_only, path);
        assert!(lines.keep("a line").is_err());
        assert_eq!(lines.keep("another"), Ok(()));
    }
}
