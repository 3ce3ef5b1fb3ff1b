//! Times as the API writes them.

use jiff::Timestamp;

/// A point in time as the API writes it: UTC, milliseconds, `Z`.
pub fn millis(time: Timestamp) -> String {
    format!("{time:.3}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_carry_milliseconds_and_z() {
        let time: Timestamp = "2026-11-20T15:14:13Z".parse().unwrap();
        assert_eq!(millis(time), "2026-11-20T15:14:13.000Z");
        let time: Timestamp = "2026-11-20T15:14:13.123987Z".parse().unwrap();
        assert_eq!(millis(time), "2026-11-20T15:14:13.123Z");
    }
}
