//! Lines on standard error that tell how far a proof is, because it takes minutes.

use std::io::Write;
use std::sync::atomic::{AtomicUsize, Ordering};

/// Counts what a proof has tried, out of what it is to try.
#[derive(Debug)]
pub struct Progress {
    told: AtomicUsize,
    of: usize,
}

impl Progress {
    /// None of so many.
    pub const fn new(of: usize) -> Self {
        Self { told: AtomicUsize::new(0), of }
    }

    /// Prints a line about the next one, with its number.
    pub fn tell(&self, line: &str) {
        let number = self.told.fetch_add(1, Ordering::Relaxed) + 1;
        // Standard error that cannot be written is no reason to stop.
        let _ = writeln!(std::io::stderr(), "{}", numbered(number, self.of, line));
    }
}

/// A line with its number, as wide as the last one.
fn numbered(number: usize, of: usize, line: &str) -> String {
    let width = of.to_string().len();
    format!("[{number:width$}/{of}] {line}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_line_has_its_number() {
        assert_eq!(numbered(7, 557, "no-body: as it should be"), "[  7/557] no-body: as it should be");
        let progress = Progress::new(2);
        progress.tell("one");
        progress.tell("two");
        assert_eq!(progress.told.into_inner(), 2);
    }
}
