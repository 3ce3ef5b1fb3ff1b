//! Names of runs, which are the names of their folders.

use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use std::collections::BTreeSet;

/// UTC, with milliseconds.
const TIME: &str = "%Y%m%dT%H%M%S%3fZ";

/// `<UTC time with milliseconds>-<names of the targets>`. Each name occurs once.
pub fn run_id<'n>(started_at: Timestamp, targets: impl Iterator<Item = &'n str>) -> String {
    let names: BTreeSet<String> =
        targets.map(|name| name.replace(|c: char| !c.is_ascii_alphanumeric(), "-")).collect();
    format!("{}-{}", started_at.strftime(TIME), names.into_iter().collect::<Vec<_>>().join("-"))
}

/// When a run with this name began. `None` if the text has not the form of a [`run_id`].
pub fn started_at(text: &str) -> Option<Timestamp> {
    let (time, _) = text.split_once('-').filter(|_| is_run_id(text))?;
    let time = DateTime::strptime(TIME, time).ok()?;
    Some(time.to_zoned(TimeZone::UTC).ok()?.timestamp())
}

/// Whether a text has the form of a [`run_id`].
pub fn is_run_id(text: &str) -> bool {
    let is_name = |names: &str| names.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
    let is_time = |time: &str| DateTime::strptime(TIME, time).is_ok();
    text.split_once('-').is_some_and(|(time, names)| is_time(time) && !names.is_empty() && is_name(names))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_run_is_named_by_its_time_and_its_targets() {
        let at = "2026-11-20T15:45:01.123456Z".parse().unwrap();
        let id = run_id(at, ["mock-klarna", "my shop/é"].into_iter());
        assert_eq!(id, "20261120T154501123Z-mock-klarna-my-shop--");
        assert!(is_run_id(&id) && is_run_id("20261120T154501123Z-mock-klarna-2"));
        assert_eq!(started_at(&id), Some("2026-11-20T15:45:01.123Z".parse().unwrap()));
        for other in [
            "",
            "mine",
            "20261120T154501123Z",
            "20261120T154501123Z-",
            "20261120-mine",
            "20261120T154501123Z-my.shop",
            "20269920T154501123Z-mock",
        ] {
            assert!(!is_run_id(other) && started_at(other).is_none(), "{other}");
        }
    }
}
