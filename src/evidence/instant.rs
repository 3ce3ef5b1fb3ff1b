//! Times as answers write them: RFC 3339.

use jiff::Timestamp;

/// Digits of a second that an instant keeps.
const NANOSECONDS: usize = 9;

/// An RFC 3339 date-time as an instant, with any number of digits of a second.
pub fn instant(text: &str) -> Option<Timestamp> {
    let (seconds, rest) = text.split_at_checked(19)?;
    let digits = rest.strip_prefix('.').map(|rest| rest.bytes().take_while(u8::is_ascii_digit).count());
    let (fraction, offset) = rest.split_at(digits.map_or(0, |digits| digits + 1));
    let is_offset = ["z", "+00:00", "-00:00"].iter().any(|form| has_form(offset, form));
    if !has_form(seconds, "0000-00-00t00:00:00") || digits == Some(0) || !is_offset {
        return None;
    }
    let fraction = &fraction[..fraction.len().min(NANOSECONDS + 1)];
    format!("{seconds}{fraction}{offset}").parse().ok()
}

/// Whether a text has this form, in which `0` is any digit and letters may be in upper case.
fn has_form(text: &str, form: &str) -> bool {
    let fits = |(byte, form): (u8, u8)| match form {
        b'0' => byte.is_ascii_digit(),
        _ => byte.eq_ignore_ascii_case(&form),
    };
    text.len() == form.len() && text.bytes().zip(form.bytes()).all(fits)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_form_of_rfc_3339_is_an_instant() {
        let second = "2026-05-15T14:51:43";
        let cases = [
            ("2026-05-15T14:51:43Z", second, 0),
            ("2026-05-15t14:51:43z", second, 0),
            ("2026-05-15T14:51:43-00:00", second, 0),
            ("2026-05-15T16:51:43.5+02:00", second, 500_000_000),
            ("2026-05-15T14:51:43.123456789Z", second, 123_456_789),
            ("2026-05-15T14:51:43.123456789987654321Z", second, 123_456_789),
            ("2016-12-31T23:59:60Z", "2016-12-31T23:59:59", 0),
        ];
        for (text, second, nanosecond) in cases {
            let read = instant(text).map(|at| (at.to_string()[..19].to_owned(), at.subsec_nanosecond()));
            assert_eq!(read, Some((second.to_owned(), nanosecond)), "{text}");
        }
    }

    #[test]
    fn what_rfc_3339_does_not_allow_is_no_instant() {
        for text in [
            "",
            "soon",
            "2026-05-15",
            "2026-05-15T14:51Z",
            "2026-05-15T14:51:43",
            "2026-05-15T14:51:43.Z",
            "2026-05-15 14:51:43Z",
            "2026-05-15T14:51:43+0200",
            "2026-05-15T14:51:43Z[UTC]",
            "2026-13-15T14:51:43Z",
            "20260515T145143Z",
            "2026-05-15T14:51:4éZ",
        ] {
            assert_eq!(instant(text), None, "{text}");
        }
    }
}
