//! The progress of a run on standard error: on a terminal a line that changes, elsewhere a new line each minute.

use crate::report::counted;
use crate::run::locked::locked;
use crate::verdict::Verdict;
use indicatif::{ProgressBar, ProgressStyle};
use std::io::Write;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::{Duration, Instant};

/// The time from one line to the next where no terminal shows the progress.
const EVERY: Duration = Duration::from_mins(1);

/// Shows the progress of a run.
#[derive(Clone)]
pub struct Progress {
    bar: ProgressBar,
    tally: Arc<Tally>,
    /// As long as it is there, a line is told each minute.
    lines: Arc<Mutex<Option<Sender<()>>>>,
}

/// How many scenarios have ended, and how many did not pass.
#[derive(Default)]
struct Tally {
    target: Mutex<String>,
    expected: AtomicUsize,
    ended: AtomicUsize,
    unsettled: AtomicUsize,
}

impl Progress {
    /// The progress of a run, or nothing if `shown` is false. If the run has a log, the lines go there, because a line that changes
    /// would be mixed up with them.
    pub fn new(shown: bool, has_log: bool) -> Self {
        let bar = if shown && !has_log { ProgressBar::new(0) } else { ProgressBar::hidden() };
        if let Ok(style) = ProgressStyle::with_template("{prefix} {wide_bar} {pos}/{len} {msg}") {
            bar.set_style(style);
        }
        let tally = Arc::<Tally>::default();
        let lines = (shown && bar.is_hidden()).then(|| {
            let (sender, ended) = channel();
            let (tally, clock) = (Arc::clone(&tally), minutes(ended));
            let say = if has_log { into_log } else { on_standard_error };
            thread::spawn(move || tell(&tally, clock, say));
            sender
        });
        Self { bar, tally, lines: Arc::new(Mutex::new(lines)) }
    }

    /// More scenarios are about to run against a target.
    pub fn expect(&self, target: &str, count: usize) {
        target.clone_into(&mut locked(&self.tally.target));
        self.tally.expected.fetch_add(count, Ordering::Relaxed);
        self.bar.set_prefix(target.to_owned());
        self.bar.inc_length(count as u64);
    }

    /// A scenario has ended.
    pub fn ended(&self, verdict: &Verdict) {
        self.tally.ended.fetch_add(1, Ordering::Relaxed);
        self.bar.inc(1);
        if *verdict != Verdict::Pass {
            let count = self.tally.unsettled.fetch_add(1, Ordering::Relaxed) + 1;
            self.bar.set_message(format!("{count} not passed"));
        }
    }

    /// Removes the line, or ends the lines.
    pub fn finish(&self) {
        drop(locked(&self.lines).take());
        self.bar.finish_and_clear();
    }
}

impl Tally {
    /// `progress after 3 min: 310 of 452 scenarios ended, 3 not passed; now at our-shop`.
    fn line(&self, elapsed: Duration) -> String {
        let count = |number: &AtomicUsize| number.load(Ordering::Relaxed);
        let (ended, expected) = (count(&self.ended), counted(count(&self.expected), "scenario"));
        let minutes = elapsed.as_secs() / EVERY.as_secs();
        let told = format!("progress after {minutes} min: {ended} of {expected} ended");
        let told = match count(&self.unsettled) {
            0 => told,
            unsettled => format!("{told}, {unsettled} not passed"),
        };
        match locked(&self.target).as_str() {
            "" => told,
            target => format!("{told}; now at {target}"),
        }
    }
}

/// Tells a line whenever the clock says that one is due, until it says that the run has ended.
fn tell(tally: &Tally, clock: impl FnMut() -> Option<Duration>, say: impl Fn(&str)) {
    std::iter::from_fn(clock).for_each(|elapsed| say(&tally.line(elapsed)));
}

/// A clock that waits for the next minute of the run. The run has ended when its sender is gone.
fn minutes(ended: Receiver<()>) -> impl FnMut() -> Option<Duration> {
    let began = Instant::now();
    move || match ended.recv_timeout(until_the_next(began.elapsed())) {
        Err(RecvTimeoutError::Timeout) => Some(began.elapsed()),
        Ok(()) | Err(RecvTimeoutError::Disconnected) => None,
    }
}

/// How long it takes until the next line is due. A late line does not make the next one late.
fn until_the_next(elapsed: Duration) -> Duration {
    let over = elapsed.as_nanos() % EVERY.as_nanos();
    EVERY.saturating_sub(Duration::from_nanos(u64::try_from(over).unwrap_or_default()))
}

fn into_log(line: &str) {
    log::info!("{line}");
}

fn on_standard_error(line: &str) {
    // A reader that has gone away is no reason to fail.
    let _ = writeln!(std::io::stderr(), "{line}");
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::verdict::Doubt;
    use std::cell::RefCell;

    #[test]
    fn without_a_terminal_each_minute_has_one_line() {
        let progress = Progress::new(false, false);
        let told = RefCell::new(Vec::new());
        // The clock of the test: what happens before each line, and the time at which it is due.
        let mut minutes = [60, 120, 180].into_iter();
        let clock = || {
            let second = minutes.next()?;
            match second {
                60 => {}
                120 => {
                    progress.expect("mock-klarna", 2);
                    progress.ended(&Verdict::Pass);
                }
                _ => {
                    progress.expect("mock-kustom", 3);
                    progress.ended(&Verdict::Inconclusive(Doubt::Cancelled));
                }
            }
            Some(Duration::from_secs(second))
        };
        tell(&progress.tally, clock, |line| told.borrow_mut().push(line.to_owned()));
        assert_eq!(
            told.into_inner(),
            [
                "progress after 1 min: 0 of 0 scenarios ended",
                "progress after 2 min: 1 of 2 scenarios ended; now at mock-klarna",
                "progress after 3 min: 2 of 5 scenarios ended, 1 not passed; now at mock-kustom",
            ]
        );
    }

    #[test]
    fn a_line_is_due_at_each_whole_minute_however_late_the_last_one_was() {
        for (elapsed, left) in
            [(0, 60_000), (59_999, 1), (60_000, 60_000), (60_250, 59_750), (200_000, 40_000)]
        {
            let left = Duration::from_millis(left);
            assert_eq!(until_the_next(Duration::from_millis(elapsed)), left, "{elapsed} ms");
        }
    }

    #[test]
    fn the_lines_end_with_the_run() {
        let (sender, ended) = channel();
        let mut clock = minutes(ended);
        drop(sender);
        assert_eq!(clock(), None);
        let progress = Progress::new(true, true);
        assert!(locked(&progress.lines).is_some(), "a run with a log has lines there");
        progress.clone().finish();
        assert!(locked(&progress.lines).is_none());
        assert!(locked(&Progress::new(false, true).lines).is_none(), "nothing is shown");
    }
}
