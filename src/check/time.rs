//! Checks of times: when a session ends, compared with another instant.

use crate::check::{Judgement, quoted};
use crate::evidence;
use crate::evidence::Response;
use crate::verdict::Mismatch;
use jiff::civil::DateTime;
use jiff::fmt::rfc2822;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};

/// Tolerance for times of a KP session.
pub const KP_TOLERANCE: SignedDuration = SignedDuration::from_secs(5);

/// Tolerance for times of a KCO order.
pub const KCO_TOLERANCE: SignedDuration = SignedDuration::from_secs(30);

/// How far the clocks of the servers behind one API may differ.
pub const CLOCK_SKEW: SignedDuration = SignedDuration::from_secs(30);

/// How long a KCO order can be paid after its last change.
pub const KCO_LIFETIME: SignedDuration = SignedDuration::from_hours(48);

/// An RFC 3339 text as an instant.
pub fn instant(subject: &str, text: &str) -> Result<Timestamp, Mismatch> {
    evidence::instant(text).ok_or_else(|| Mismatch::new(subject, "a date-time", quoted(text)))
}

/// Whether two RFC 3339 texts are the same instant, as far as both have digits of a second.
pub fn is_same(one: &str, other: &str) -> bool {
    let digits = |text: &str| {
        let fraction = text.split_once('.').map_or("", |(_, rest)| rest);
        fraction.bytes().take_while(u8::is_ascii_digit).count()
    };
    let shared = u32::try_from(digits(one).min(digits(other))).unwrap_or(u32::MAX);
    let unit = 10_i128.pow(9 - shared.min(9));
    let cut = |text: &str| evidence::instant(text).map(|at| at.as_nanosecond().div_euclid(unit));
    cut(one).is_some_and(|at| Some(at) == cut(other))
}

/// The `Date` field of a response. `None` if there is none that can be parsed.
pub fn date_of(response: &Response) -> Option<Timestamp> {
    http_date(response.field("Date")?)
}

/// A date in one of the three forms of HTTP (RFC 9110, section 5.6.7). The day of the week is not read.
pub fn http_date(text: &str) -> Option<Timestamp> {
    if let Ok(date) = rfc2822::parse(text) {
        return Some(date.timestamp());
    }
    let (_, day) = text.trim().split_once(' ')?;
    let forms = ["%d-%b-%y %H:%M:%S GMT", "%b %e %H:%M:%S %Y"];
    let date = forms.iter().find_map(|form| DateTime::strptime(form, day.trim_start()).ok())?;
    date.to_zoned(TimeZone::UTC).ok().map(|date| date.timestamp())
}

/// The text is a date-time in UTC, written with `Z` or an offset of zero.
pub fn in_utc(subject: &str, text: &str) -> Judgement {
    instant(subject, text)?;
    if text.ends_with(['Z', 'z']) || text.ends_with("+00:00") || text.ends_with("-00:00") {
        return Ok(());
    }
    Err(Mismatch::new(subject, "a date-time in UTC", quoted(text)))
}

/// An instant, and its name in mismatches.
#[derive(Debug, Clone)]
pub struct Landmark {
    pub at: Timestamp,
    pub name: String,
}

impl Landmark {
    /// The instant `at`, called `name`.
    pub fn new(at: Timestamp, name: impl Into<String>) -> Self {
        Self { at, name: name.into() }
    }
}

/// The instant is before the landmark.
pub fn before(subject: &str, at: Timestamp, landmark: &Landmark) -> Judgement {
    if at < landmark.at {
        return Ok(());
    }
    let expected = format!("a time before {}", landmark.name);
    Err(Mismatch::new(subject, expected, relation(landmark.at.duration_until(at), &landmark.name)))
}

/// The instant is after the landmark.
pub fn after(subject: &str, at: Timestamp, landmark: &Landmark) -> Judgement {
    if at > landmark.at {
        return Ok(());
    }
    let expected = format!("a time after {}", landmark.name);
    Err(Mismatch::new(subject, expected, relation(landmark.at.duration_until(at), &landmark.name)))
}

/// The instant is `offset` after the landmark, or before it if negative, within the tolerance.
pub fn at_offset(
    subject: &str,
    at: Timestamp,
    offset: SignedDuration,
    landmark: &Landmark,
    tolerance: SignedDuration,
) -> Judgement {
    let actual = landmark.at.duration_until(at);
    if (actual - offset).abs() <= tolerance {
        return Ok(());
    }
    let expected = format!("{} (within {tolerance:#})", relation(offset, &landmark.name));
    Err(Mismatch::new(subject, expected, relation(actual, &landmark.name)))
}

/// The instant in relation to the landmark, in words.
pub fn place(at: Timestamp, landmark: &Landmark) -> String {
    relation(landmark.at.duration_until(at), &landmark.name)
}

/// `1h before the end`, `2m after the end` or `the same time as the end`. Rounded to seconds, so that it is the same in every
/// run.
fn relation(offset: SignedDuration, landmark: &str) -> String {
    let half = SignedDuration::from_millis(if offset.is_negative() { -500 } else { 500 });
    let seconds = SignedDuration::from_secs((offset + half).as_secs());
    if seconds.is_zero() {
        format!("the same time as {landmark}")
    } else if seconds.is_negative() {
        format!("{:#} before {landmark}", seconds.abs())
    } else {
        format!("{seconds:#} after {landmark}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::evidence::Body;

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    fn end() -> Landmark {
        Landmark::new(at("2026-05-15T14:51:43.507Z"), "the end of the KP session")
    }

    #[test]
    fn at_offset_tells_how_far_off_it_is() {
        let hour = SignedDuration::from_hours(-1);
        let cases = [
            ("2026-05-15T13:51:43.507Z", None),
            ("2026-05-15T13:51:48.507Z", None),
            ("2026-05-15T13:52:43.507Z", Some("59m before the end of the KP session")),
            ("2026-05-15T14:51:43.107Z", Some("the same time as the end of the KP session")),
            ("2026-05-15T15:51:43.507Z", Some("1h after the end of the KP session")),
        ];
        for (time, actual) in cases {
            let judgement = at_offset("/expires_at", at(time), hour, &end(), KP_TOLERANCE);
            let expected = actual.map(|actual| {
                format!("/expires_at: expected 1h before the end of the KP session (within 5s), got {actual}")
            });
            assert_eq!(judgement.err().map(|mismatch| mismatch.to_string()), expected, "{time}");
        }
    }

    #[test]
    fn before_and_after_exclude_the_landmark_itself() {
        let same = end().at;
        assert_eq!(
            before("/expires_at", same, &end()).unwrap_err().to_string(),
            "/expires_at: expected a time before the end of the KP session, \
             got the same time as the end of the KP session",
        );
        let now = Landmark::new(at("2026-05-13T00:00:00Z"), "now");
        assert_eq!(
            after("/expires_at", at("2026-05-12T23:00:00Z"), &now).unwrap_err().to_string(),
            "/expires_at: expected a time after now, got 1h before now",
        );
        assert_eq!(before("/expires_at", at("2026-05-15T13:51:43Z"), &end()), Ok(()));
        assert_eq!(after("/expires_at", same, &now), Ok(()));
    }

    #[test]
    fn in_utc_refuses_another_offset_and_what_is_no_time() {
        for text in ["2026-05-15T14:51:43.507Z", "2026-05-15T14:51:43+00:00", "2026-05-15T14:51:43-00:00"] {
            assert_eq!(in_utc("/expires_at", text), Ok(()), "{text}");
        }
        assert_eq!(
            in_utc("/expires_at", "2026-05-15T16:51:43+02:00").unwrap_err().to_string(),
            r#"/expires_at: expected a date-time in UTC, got "2026-05-15T16:51:43+02:00""#,
        );
        assert_eq!(
            in_utc("/expires_at", "tomorrow").unwrap_err().to_string(),
            r#"/expires_at: expected a date-time, got "tomorrow""#,
        );
    }

    #[test]
    fn now_is_what_the_date_field_says() {
        let fields = vec![("date".to_owned(), "Fri, 15 May 2026 14:51:43 GMT".to_owned())];
        let response = Response { status: 200, fields, body: Body::Empty, has_byte_order_mark: false };
        assert_eq!(date_of(&response), Some(at("2026-05-15T14:51:43Z")));
        for form in ["Friday, 15-May-26 14:51:43 GMT", "Fri May 15 14:51:43 2026"] {
            assert_eq!(http_date(form), Some(at("2026-05-15T14:51:43Z")), "{form}");
        }
        assert_eq!(http_date("Sun Nov  6 08:49:37 1994"), Some(at("1994-11-06T08:49:37Z")));
        assert_eq!(http_date("tomorrow"), None);
        let silent = Response { fields: Vec::new(), ..response };
        assert_eq!(date_of(&silent), None);
    }
}
