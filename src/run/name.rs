//! Names: of a run, and of what it leaves at a target.

use crate::run::subject::Subject;
use jiff::Timestamp;

/// `<UTC time with milliseconds>-<names of the targets>`.
pub fn run_id(started_at: Timestamp, subjects: &[Subject]) -> String {
    let names: Vec<String> = subjects
        .iter()
        .map(|subject| subject.profile.name.replace(|c: char| !c.is_ascii_alphanumeric(), "-"))
        .collect();
    format!("{}-{}", started_at.strftime("%Y%m%dT%H%M%S%3fZ"), names.join("-"))
}

/// A number in few characters.
pub fn base36(mut number: u64) -> String {
    let mut digits = Vec::new();
    while number > 0 {
        digits.push(char::from_digit((number % 36) as u32, 36).unwrap_or('0'));
        number /= 36;
    }
    digits.iter().rev().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn base_36_is_short_and_lower_case() {
        assert_eq!(base36(0), "");
        assert_eq!(base36(35), "z");
        assert_eq!(base36(1_795_190_400_000), "mwpkvls0");
    }
}
