//! The progress line on standard error: how many scenarios have ended, and how many did not pass.

use crate::verdict::Verdict;
use indicatif::{ProgressBar, ProgressStyle};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

/// Shows the progress of a run. Draws nothing if standard error is not a terminal.
#[derive(Clone)]
pub struct Progress {
    bar: ProgressBar,
    unsettled: Arc<AtomicUsize>,
}

impl Progress {
    /// A progress line. Draws nothing if `shown` is false.
    pub fn new(shown: bool) -> Self {
        let bar = if shown { ProgressBar::new(0) } else { ProgressBar::hidden() };
        if let Ok(style) = ProgressStyle::with_template("{prefix} {wide_bar} {pos}/{len} {msg}") {
            bar.set_style(style);
        }
        Self { bar, unsettled: Arc::default() }
    }

    /// More scenarios are about to run against a target.
    pub fn expect(&self, target: &str, count: usize) {
        self.bar.set_prefix(target.to_owned());
        self.bar.inc_length(count as u64);
    }

    /// A scenario has ended.
    pub fn ended(&self, verdict: &Verdict) {
        self.bar.inc(1);
        if *verdict != Verdict::Pass {
            let count = self.unsettled.fetch_add(1, Ordering::Relaxed) + 1;
            self.bar.set_message(format!("{count} not passed"));
        }
    }

    /// Removes the line.
    pub fn finish(&self) {
        self.bar.finish_and_clear();
    }
}
