//! Whole numbers on the command line: a wrong one is told with the numbers that are possible.

use std::fmt::Display;
use std::ops::RangeInclusive;
use std::str::FromStr;

/// Parses a whole number of this range.
pub fn whole<T>(range: RangeInclusive<T>) -> impl Fn(&str) -> Result<T, String> + Clone
where
    T: FromStr + PartialOrd + Display + Clone,
{
    move |text| {
        let number = text.parse().ok().filter(|number| range.contains(number));
        number.ok_or_else(|| format!("expected a whole number from {} to {}", range.start(), range.end()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_is_of_the_range_or_the_range_is_told() {
        let parse = whole(1..=16u8);
        assert_eq!([parse("1"), parse("16")], [Ok(1), Ok(16)]);
        for wrong in ["0", "17", "300", "-1", "2.5", "abc", ""] {
            assert_eq!(parse(wrong), Err("expected a whole number from 1 to 16".into()), "{wrong}");
        }
    }
}
