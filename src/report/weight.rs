//! How much a PASS says: on how many answers the requirement was judged, and how surely a rare breach would have shown.

use crate::report::words::counted;
use serde::Serialize;

/// A rare breach is in one of so many answers.
const RARE: u64 = 20;

/// A whole, in the unit of the computation.
const WHOLE: u64 = 1_000_000;

/// After so many answers, more of them change no percentage.
const MOST: u32 = 500;

/// How much a PASS says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Weight {
    /// How many answers, pages and callbacks the steps of its scenarios judged, each counted once for each attempt that counts.
    pub answers: u32,
    /// How surely a breach in one of 20 answers would have shown, in percent. It is never sure.
    pub percent: u64,
    /// The same in words.
    pub told: String,
}

impl Weight {
    /// The weight of so many answers that were judged. `None` if there was none.
    pub fn of(answers: u32) -> Option<Self> {
        if answers == 0 {
            return None;
        }
        let missed = (0..answers.min(MOST)).fold(WHOLE, |missed, _| missed * (RARE - 1) / RARE);
        let percent = (100 - (missed * 100 + WHOLE / 2) / WHOLE).min(99);
        let times = counted(answers as usize, "time");
        let told =
            format!("judged {times}; a breach in 1 of {RARE} answers would have shown with {percent} %");
        Some(Self { answers, percent, told })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn more_answers_show_a_rare_breach_more_surely() {
        let percent = |answers| Weight::of(answers).map(|weight| weight.percent);
        let seen = [0, 1, 2, 14, 41, 90, 500, 1_000_000].map(percent);
        // 1 - (19/20)^n, but never 100 %.
        assert_eq!(seen, [None, Some(5), Some(10), Some(51), Some(88), Some(99), Some(99), Some(99)]);
    }

    #[test]
    fn the_weight_is_told_in_a_sentence() {
        let told = |answers| Weight::of(answers).map(|weight| weight.told);
        let many = "judged 41 times; a breach in 1 of 20 answers would have shown with 88 %";
        let one = "judged 1 time; a breach in 1 of 20 answers would have shown with 5 %";
        assert_eq!((told(41).as_deref(), told(1).as_deref(), told(0)), (Some(many), Some(one), None));
    }
}
