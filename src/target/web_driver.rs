//! The address of a `WebDriver` that somebody else runs. The user name and the password in it are shown nowhere.

use crate::target::address::{AddressFault, is_loopback};
use std::fmt;
use url::Url;

/// A driver, or a Selenium Grid, that is running already.
#[derive(Clone, PartialEq, Eq)]
pub struct WebDriverUrl(Box<Url>);

impl WebDriverUrl {
    /// Reads an address that may have a user name and a password before its host.
    pub fn given(text: &str) -> Result<Self, AddressFault> {
        // An address of a command is made by joining, which would replace a last segment without a slash.
        let text = if text.ends_with('/') { text.to_owned() } else { format!("{text}/") };
        let url = Url::parse(&text).ok().filter(|url| url.scheme() == "http" && url.host().is_some());
        let url = url.filter(|url| url.query().is_none() && url.fragment().is_none());
        let url = url.ok_or(AddressFault::NoWebDriver)?;
        let is_encoded = |part: &str| part.contains('%');
        if is_encoded(url.username()) || url.password().is_some_and(is_encoded) {
            // They are sent as they stand in the address.
            return Err(AddressFault::OddUserinfo);
        }
        Ok(Self(Box::new(url)))
    }

    /// Reads the address in a profile, where no password may stand.
    pub(super) fn named(text: &str) -> Result<Self, AddressFault> {
        let address = Self::given(text)?;
        if address.credentials().is_some() { Err(AddressFault::WebDriverUserinfo) } else { Ok(address) }
    }

    /// The base of all commands, with user name and password. Use it to act. Never record it.
    pub fn endpoint(&self) -> &str {
        self.0.as_str()
    }

    /// The user name and the password.
    pub fn credentials(&self) -> Option<(&str, &str)> {
        let (name, password) = (self.0.username(), self.0.password());
        (!name.is_empty() || password.is_some()).then_some((name, password.unwrap_or_default()))
    }

    /// Host and port.
    pub fn authority(&self) -> (&str, u16) {
        (self.0.host_str().unwrap_or_default(), self.0.port_or_known_default().unwrap_or_default())
    }

    /// Whether it runs on this machine.
    pub fn is_here(&self) -> bool {
        is_loopback(&self.0)
    }
}

impl fmt::Display for WebDriverUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (host, port) = self.authority();
        write!(f, "{}://{host}:{port}{}", self.0.scheme(), self.0.path().trim_end_matches('/'))
    }
}

impl fmt::Debug for WebDriverUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_read_and_shown_without_user_name_and_password() {
        for (text, shown, endpoint) in [
            ("http://127.0.0.1:9515", "http://127.0.0.1:9515", "http://127.0.0.1:9515/"),
            ("http://grid.example", "http://grid.example:80", "http://grid.example/"),
            ("http://[::1]:4444/wd/hub", "http://[::1]:4444/wd/hub", "http://[::1]:4444/wd/hub/"),
            (
                "http://qa:s3cret@grid.example:4444/",
                "http://grid.example:4444",
                "http://qa:s3cret@grid.example:4444/",
            ),
        ] {
            let url = WebDriverUrl::given(text).unwrap();
            assert_eq!((url.to_string(), url.endpoint()), (shown.to_owned(), endpoint), "{text}");
            assert_eq!(format!("{url:?}"), shown);
        }
        let secret = WebDriverUrl::given("http://qa:s3cret@grid.example:4444").unwrap();
        assert_eq!(secret.credentials(), Some(("qa", "s3cret")));
        assert_eq!(WebDriverUrl::given("http://grid.example").unwrap().credentials(), None);
    }

    #[test]
    fn what_is_no_address_of_a_webdriver_is_refused() {
        for text in [
            "",
            "grid.example:4444",
            "https://grid.example",
            "ws://grid.example",
            "http://",
            "http://a/?x",
            "http://a/#x",
        ] {
            assert_eq!(WebDriverUrl::given(text), Err(AddressFault::NoWebDriver), "{text}");
        }
        assert_eq!(WebDriverUrl::given("http://qa:s3^cret@grid.example"), Err(AddressFault::OddUserinfo));
        assert_eq!(
            WebDriverUrl::named("http://qa:s3cret@grid.example"),
            Err(AddressFault::WebDriverUserinfo)
        );
        assert!(WebDriverUrl::named("http://grid.example:4444").is_ok());
    }

    #[test]
    fn only_loopback_is_this_machine() {
        let is_here = |text| WebDriverUrl::given(text).unwrap().is_here();
        assert!(
            is_here("http://localhost:4444") && is_here("http://[::1]:4444") && is_here("http://127.0.0.9")
        );
        assert!(!is_here("http://192.168.1.5:4444") && !is_here("http://grid.example:4444"));
    }
}
