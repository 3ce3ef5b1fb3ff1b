//! The `WebDriver` on which browsers run: `--webdriver`, or the variable `HPP_WEBDRIVER`.

use crate::cli::output::Refusal;
use crate::run::WebDriverUrl;
use clap::Args;

/// The variable that counts if `--webdriver` is not given.
const VARIABLE: &str = "HPP_WEBDRIVER";

#[derive(Args)]
pub struct WebDriverArgs {
    /// Run browsers on this Selenium Grid or driver instead of starting a driver here, such as `http://grid.example:4444`.
    ///
    /// `--browser` is then the name of a browser there, or the path of its program there. Without this option, the variable
    /// `HPP_WEBDRIVER` counts, and then the key `webdriver` of the profile. A user name and a password stand before the host; better in
    /// the variable, because other users of a machine see the arguments of a program.
    #[arg(long, value_name = "URL", conflicts_with_all = ["chromedriver", "geckodriver"])]
    webdriver: Option<String>,
}

impl WebDriverArgs {
    /// The address that was chosen.
    pub fn chosen(&self) -> Result<Option<WebDriverUrl>, Refusal> {
        let of_variable = || std::env::var(VARIABLE).ok();
        match &self.webdriver {
            Some(text) => read("`--webdriver`", text).map(Some),
            None => of_variable()
                .filter(|text| !text.trim().is_empty())
                .map(|text| read("`HPP_WEBDRIVER`", &text))
                .transpose(),
        }
    }

    /// Arguments without the user name and the password of the address.
    pub fn hidden_in(&self, arguments: impl Iterator<Item = String>) -> Vec<String> {
        let shown = self.webdriver.as_ref().map(|text| {
            (text.as_str(), WebDriverUrl::given(text).map_or_else(|_| "…".to_owned(), |url| url.to_string()))
        });
        let hide = |argument: String| match &shown {
            Some((text, shown)) if !text.is_empty() => argument.replace(text, shown),
            _ => argument,
        };
        arguments.map(hide).collect()
    }
}

/// Reads an address. The error does not quote it, because it may hold a password.
fn read(what: &str, text: &str) -> Result<WebDriverUrl, Refusal> {
    WebDriverUrl::given(text.trim()).map_err(|fault| Refusal::invalid(format!("{what} is faulty: {fault}")))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(text: &str) -> WebDriverArgs {
        WebDriverArgs { webdriver: Some(text.to_owned()) }
    }

    #[test]
    fn an_address_with_a_mistake_is_refused_and_not_quoted() {
        let told = of("qa:s3cret@grid.example").chosen();
        let expected = "`--webdriver` is faulty: it is not the address of a WebDriver; write it like `http://grid.example:4444`, with http; \
                        where only https is open, lead a tunnel to it";
        assert_eq!(told, Err(Refusal::invalid(expected)));
        assert!(of("http://qa:s3cret@grid.example:4444").chosen().unwrap().is_some());
    }

    #[test]
    fn the_command_line_is_shown_without_user_name_and_password() {
        let url = "http://qa:ab@grid.example:4444";
        let given =
            ["run", "--webdriver", url, &format!("--webdriver={url}"), "-t", "mock"].map(str::to_owned);
        let shown = of(url).hidden_in(given.into_iter());
        let grid = "http://grid.example:4444";
        assert_eq!(shown, ["run", "--webdriver", grid, &format!("--webdriver={grid}"), "-t", "mock"]);
    }
}
