//! Values of a profile that have a form: what is expected, if a value has another one.

use crate::requirement::{Dialect, Provider};
use crate::target::address;
use crate::target::address::AddressFault;
use crate::target::settings::{Deadlines, Purchase};
use regex::Regex;
use std::net::{IpAddr, SocketAddr};
use std::ops::RangeInclusive;
use std::sync::LazyLock;
use std::time::Duration;

/// Longest name of a target. It is a part of the name of the run folder.
const LONGEST_NAME: usize = 80;

/// Requests a second that a profile can allow. At the slowest, one waits less than a quarter of an hour for the next.
const RATES: RangeInclusive<f64> = 0.001..=10_000.0;

/// The longest that a scenario may wait. Both kinds of payment sessions end within 48 hours.
const LONGEST_WAIT: Duration = Duration::from_hours(72);

/// The countries of ISO 3166-1, and Kosovo.
const COUNTRIES: &str = "\
    AD AE AF AG AI AL AM AO AQ AR AS AT AU AW AX AZ BA BB BD BE BF BG BH BI BJ BL BM BN BO BQ BR BS \
    BT BV BW BY BZ CA CC CD CF CG CH CI CK CL CM CN CO CR CU CV CW CX CY CZ DE DJ DK DM DO DZ EC EE \
    EG EH ER ES ET FI FJ FK FM FO FR GA GB GD GE GF GG GH GI GL GM GN GP GQ GR GS GT GU GW GY HK HM \
    HN HR HT HU ID IE IL IM IN IO IQ IR IS IT JE JM JO JP KE KG KH KI KM KN KP KR KW KY KZ LA LB LC \
    LI LK LR LS LT LU LV LY MA MC MD ME MF MG MH MK ML MM MN MO MP MQ MR MS MT MU MV MW MX MY MZ NA \
    NC NE NF NG NI NL NO NP NR NU NZ OM PA PE PF PG PH PK PL PM PN PR PS PT PW PY QA RE RO RS RU RW \
    SA SB SC SD SE SG SH SI SJ SK SL SM SN SO SR SS ST SV SX SY SZ TC TD TF TG TH TJ TK TL TM TN TO \
    TR TT TV TW TZ UA UG UM US UY UZ VA VC VE VG VI VN VU WF WS XK YE YT ZA ZM ZW";

/// What is wrong with a value, and what is expected.
type Fault = Option<&'static str>;

fn unless(is_sound: bool, expected: &'static str) -> Fault {
    (!is_sound).then_some(expected)
}

/// Letters and digits that draw something. Some letters are blank: fillers, which Unicode calls ignorable, and two hieroglyphs.
static DRAWN: LazyLock<Regex> = LazyLock::new(|| {
    let pattern = r"[\p{Alphabetic}\p{N}--\p{Default_Ignorable_Code_Point}--[\x{13441}\x{13442}]]";
    Regex::new(pattern).expect("the pattern is part of this file")
});

/// Whether a text has a letter or a digit that a reader can see.
pub(super) fn says_something(text: &str) -> bool {
    DRAWN.is_match(text)
}

/// The name of a target.
pub(super) fn name(text: &str) -> Fault {
    let is_sound =
        says_something(text) && text.chars().count() <= LONGEST_NAME && !text.chars().any(char::is_control);
    unless(is_sound, "write 1 to 80 characters in one line, with a letter or digit")
}

/// The payment provider of a dialect.
pub(super) fn provider(dialect: Dialect, provider: Provider) -> Fault {
    let fits =
        matches!((dialect, provider), (Dialect::Klarna, Provider::Kp) | (Dialect::Kustom, Provider::Kco));
    unless(fits, "write \"KP\" with the dialect klarna, and \"KCO\" with kustom")
}

/// How many requests at once a target gets.
pub(super) fn at_once(count: u16) -> Fault {
    unless(count > 0, "write a number from 1 to 65535, or leave the key out if the target has no limit")
}

/// How many requests a second a target allows.
pub(super) fn rate(rate: f64) -> Fault {
    unless(
        RATES.contains(&rate),
        "write a number from 0.001 to 10000, or leave the key out if the target has no limit",
    )
}

/// How long a scenario may wait.
pub(super) fn may_wait(time: Duration) -> Fault {
    unless(
        !time.is_zero() && time <= LONGEST_WAIT,
        "write a time that is longer than 0 and at most 72 hours, such as \"50h\"",
    )
}

/// Where the receiver listens. It gets tokens of consumers, so it is no stranger's.
pub(super) fn receiver_address(text: &str) -> Result<SocketAddr, &'static str> {
    let is_near = |address: &SocketAddr| match address.ip() {
        IpAddr::V4(ip) => ip.is_loopback() || ip.is_private() || ip.is_link_local(),
        IpAddr::V6(ip) => ip.is_loopback() || ip.is_unique_local() || ip.is_unicast_link_local(),
    };
    let address = text.parse().ok().filter(|address: &SocketAddr| is_near(address) && address.port() != 0);
    address.ok_or(
        "write an address of this machine or of its private network, with a port, such as \"192.168.1.5:8443\"",
    )
}

/// Where the target finds the receiver: its host, and the same with its port.
pub(super) fn receiver_url(text: &str) -> Result<(String, String), AddressFault> {
    let url = address::origin(text)?;
    if url.scheme() != "https" {
        return Err(AddressFault::NoTls);
    }
    let host = address::host(url.host_str().unwrap_or_default())?;
    let port = url.port().map_or_else(String::new, |port| format!(":{port}"));
    Ok((host.clone(), host + &port))
}

/// The purchase, as key and fault.
pub(super) fn purchase(purchase: &Purchase) -> [(&'static str, Fault); 3] {
    let Purchase { country, currency, locale } = purchase;
    let is_country = COUNTRIES.split(' ').any(|known| known == country);
    let is_locale = locale.split_once('-').is_some_and(|(language, country)| {
        is_code(language, 2, u8::is_ascii_lowercase) && is_code(country, 2, u8::is_ascii_uppercase)
    });
    [
        ("purchase.country", unless(is_country, "write the code of a country (ISO 3166-1), such as \"DE\"")),
        (
            "purchase.currency",
            unless(
                is_code(currency, 3, u8::is_ascii_uppercase),
                "write the code of a currency (ISO 4217), such as \"EUR\"",
            ),
        ),
        ("purchase.locale", unless(is_locale, "write language and country, such as \"de-DE\"")),
    ]
}

fn is_code(text: &str, length: usize, is_letter: fn(&u8) -> bool) -> bool {
    text.len() == length && text.bytes().all(|byte| is_letter(&byte))
}

/// The deadlines, as key and fault.
pub(super) fn deadlines(deadlines: &Deadlines) -> [(&'static str, Fault); 5] {
    let Deadlines { request, page, status, quiet, step } = deadlines;
    [
        ("deadlines.request", request),
        ("deadlines.page", page),
        ("deadlines.status", status),
        ("deadlines.quiet", quiet),
        ("deadlines.step", step),
    ]
    .map(|(key, time)| (key, unless(!time.is_zero(), "write a time that is longer than 0, such as \"10s\"")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_of_blank_letters_says_nothing() {
        for blank in [
            "",
            " ",
            "-",
            "\u{a0}",
            "\u{ad}",
            "\u{34f}",
            "\u{115f}",
            "\u{1160}",
            "\u{17b4}",
            "\u{200b}",
            "\u{2060}",
            "\u{2800}",
            "\u{3164}",
            "\u{fe0f}",
            "\u{ffa0}",
            "\u{13441}",
            "\u{13442}",
            "\u{e0041}",
            "\u{3164} \u{2800}.",
        ] {
            assert!(!says_something(blank), "{}", blank.escape_unicode());
            assert!(says_something(&format!("{blank}x")), "{}", blank.escape_unicode());
        }
        for text in ["team", "7", "é", "支払い", "결제", "ⅷ", "\u{13000}"] {
            assert!(says_something(text), "{text}");
        }
    }
}
