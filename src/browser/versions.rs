//! The versions of a browser and of the driver, as the programs tell them, without starting a browser.

use crate::browser::BrowserError;
use crate::browser::programs::{Make, find_browser, find_driver};
use std::path::Path;
use std::process::Stdio;
use std::time::Duration;
use tokio::process::Command;
use tokio::time::timeout;

/// How long a program may take to tell its version.
const PATIENCE: Duration = Duration::from_secs(10);

/// What a browser and a driver say about themselves. `None` if a program does not tell its version.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Versions {
    pub browser: Option<String>,
    pub driver: Option<String>,
    /// Whether the driver drives only browsers of its own version.
    pub are_bound: bool,
}

impl Versions {
    /// The versions of the programs that a run would start.
    pub async fn of(browser: &str, driver: Option<&Path>) -> Result<Self, BrowserError> {
        let make = Make::of(browser);
        let browser = find_browser(browser)?;
        let driver = find_driver(make, driver)?;
        let (browser, driver) = tokio::join!(told(&browser), told(&driver));
        Ok(Self { browser, driver, are_bound: make == Make::Chromium })
    }

    /// Whether the driver can drive the browser: their first numbers are equal. `None` if a version is not known.
    pub fn fit(&self) -> Option<bool> {
        let first = |text: &Option<String>| first_number(text.as_deref()?);
        let (browser, driver) = (first(&self.browser)?, first(&self.driver)?);
        Some(!self.are_bound || browser == driver)
    }
}

/// The name and the version that a program prints.
async fn told(program: &Path) -> Option<String> {
    if cfg!(windows) && program.file_stem().is_some_and(|name| name == "chrome") {
        // There it opens a window instead.
        return None;
    }
    let mut command = Command::new(program);
    command.arg("--version").stdin(Stdio::null()).stderr(Stdio::null()).kill_on_drop(true);
    let output = timeout(PATIENCE, command.output()).await.ok()?.ok()?;
    version(&String::from_utf8_lossy(&output.stdout))
}

/// The words of the first line up to the version.
fn version(text: &str) -> Option<String> {
    let words: Vec<&str> = text.lines().next()?.split_whitespace().collect();
    let end = words.iter().position(|word| first_number(word).is_some())?;
    Some(words[..=end].join(" "))
}

/// The first number of a version such as `156.0.8078.108`, which may follow a name.
fn first_number(text: &str) -> Option<u32> {
    let (first, _) = text.split_whitespace().next_back()?.split_once('.')?;
    first.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn name_and_version_are_read_and_the_first_numbers_compared() {
        let of = |browser: &str, driver: &str| Versions {
            browser: version(browser),
            driver: version(driver),
            are_bound: true,
        };
        let chromium = "Chromium 156.0.8078.108 built on Debian GNU/Linux 12 (bookworm)\n";
        let driver = "ChromeDriver 156.0.8001.1 (730482a940ce25ae7cf051320d8340e793acf8b9-refs/branch-heads/8078@{#2244})\n";
        let both = of(chromium, driver);
        assert_eq!(both.browser.as_deref(), Some("Chromium 156.0.8078.108"));
        assert_eq!(both.driver.as_deref(), Some("ChromeDriver 156.0.8001.1"));
        assert_eq!(both.fit(), Some(true));
        assert_eq!(of("Google Chrome 157.0.1.2\n", driver).fit(), Some(false));
        let firefox = Versions { are_bound: false, ..of("Mozilla Firefox 153.8.0esr", "geckodriver 0.37.1") };
        assert_eq!(firefox.fit(), Some(true));
        assert_eq!(of("", driver).fit(), None);
        assert_eq!(of("no version\n", driver).fit(), None);
    }
}
