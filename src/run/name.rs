//! Names of runs, and of the objects that a run creates at a target.

use jiff::Timestamp;
use std::collections::BTreeSet;

/// `<UTC time with milliseconds>-<names of the targets>`. Each name occurs once.
pub fn run_id<'n>(started_at: Timestamp, targets: impl Iterator<Item = &'n str>) -> String {
    let names: BTreeSet<String> =
        targets.map(|name| name.replace(|c: char| !c.is_ascii_alphanumeric(), "-")).collect();
    format!(
        "{}-{}",
        started_at.strftime("%Y%m%dT%H%M%S%3fZ"),
        names.into_iter().collect::<Vec<_>>().join("-")
    )
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
    fn a_run_is_named_by_its_time_and_its_targets() {
        let at = "2026-11-20T15:45:01.123456Z".parse().unwrap();
        let id = run_id(at, ["mock-klarna", "my shop/é"].into_iter());
        assert_eq!(id, "20261120T154501123Z-mock-klarna-my-shop--");
    }

    #[test]
    fn base_36_is_short_and_lower_case() {
        assert_eq!(base36(0), "");
        assert_eq!(base36(35), "z");
        assert_eq!(base36(36 * 36 + 1), "101");
    }
}
