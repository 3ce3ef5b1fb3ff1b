//! Faults of the driver and of the browser.

use crate::fault::deed::{Driver, Trick};
use crate::fault::entry::{Act, Fault, Once, Outcome, Place};

const fn missing(name: &'static str, story: &'static str, told: &'static str, driver: Driver) -> Fault {
    Fault { name, story, place: Place::Driver, outcome: Outcome::Blocked { told }, act: Act::Driver(driver) }
}

const fn helper(
    name: &'static str,
    story: &'static str,
    told: &'static [&'static str],
    once: Once,
    trick: Trick,
) -> Fault {
    let outcome = Outcome::Infra { told, once };
    Fault { name, story, place: Place::Driver, outcome, act: Act::Driver(Driver::Helper(trick)) }
}

/// The faults.
pub const FAULTS: &[Fault] = &[
    missing("driver-missing", "There is no ChromeDriver.", "no-such-driver", Driver::Missing),
    missing("browser-missing", "There is no browser.", "no-such-browser", Driver::NoBrowser),
    helper(
        "driver-ends-at-once",
        "ChromeDriver ends before it listens.",
        &["did not start to listen"],
        Once::Never,
        Trick::EndsAtOnce,
    ),
    helper(
        "driver-of-wrong-version",
        "ChromeDriver does not support this version of the browser.",
        &["only supports Chrome version"],
        Once::Never,
        Trick::WrongVersion,
    ),
    helper(
        "driver-killed",
        "ChromeDriver is killed while a page is opened.",
        &["the browser is gone", "connect", "session"],
        Once::SecondTry,
        Trick::Killed,
    ),
    helper(
        "driver-hangs",
        "ChromeDriver no longer answers while a page is opened.",
        &["did not answer in time"],
        Once::SecondTry,
        Trick::Hangs,
    ),
    helper(
        "browser-crashes",
        "The browser crashes while a page is opened.",
        &["disconnected", "crash", "not reachable", "gone", "invalid session", "no such window"],
        Once::SecondTry,
        Trick::BrowserCrash,
    ),
];
