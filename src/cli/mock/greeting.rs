//! What the mock prints when it is ready: its addresses, its account, and two lines to try.

use crate::mock::Dialect;
use std::path::Path;

/// The mock that is ready.
pub struct Greeting<'a> {
    pub dialect: Dialect,
    /// The URL of the API, as clients reach it.
    pub base_url: &'a str,
    /// The URL at which the mock itself listens.
    pub own_url: &'a str,
    pub page_origin: &'a str,
    pub has_control: bool,
    pub username: &'a str,
    /// The password, if it is the one that everybody knows.
    pub known_password: Option<&'a str>,
    /// The file that a client needs to trust the mock.
    pub trust: Option<&'a Path>,
}

impl Greeting<'_> {
    /// The text. Scripts read the address from its first line.
    pub fn text(&self) -> String {
        let password = match self.known_password {
            Some(password) => format!("password `{password}`"),
            None => "password from `HPP_PASSWORD`".to_owned(),
        };
        let mut lines = vec![format!(
            "The mock speaks {} at {} for the user `{}`, {password}.",
            self.dialect.name(),
            self.base_url,
            self.username,
        )];
        if self.own_url != self.base_url {
            lines.push(format!("What stands in front of it must lead to {}", self.own_url));
        }
        lines.extend(self.trust.map(|file| format!("Its certificate, for your client: {}", file.display())));
        lines.push(format!("Payment pages: {}", self.page_origin));
        lines.push(if self.has_control {
            format!("Live page: {0}/\nControl (clock, outcome, accounts): {0}/_mock", self.own_url)
        } else {
            "It has no control interface and no live page.".to_owned()
        });
        lines.push(
            "Try it: these two lines create a session. Open its `redirect_url` with a browser.".to_owned(),
        );
        lines.extend(self.calls());
        lines.push("It is no payment provider: no money moves. Stop it with Ctrl-C.".to_owned());
        lines.join("\n")
    }

    /// Two lines for a shell. The first creates a payment session, and the second a hosted session for it.
    fn calls(&self) -> [String; 2] {
        let (path, id, purchase) = match self.dialect {
            Dialect::Klarna => (
                "/payments/v1/sessions",
                "session_id",
                r#"{"purchase_country":"SE","purchase_currency":"SEK","order_amount":19900,"order_lines":[{"name":"Coat","quantity":1,"unit_price":19900,"total_amount":19900}]}"#,
            ),
            Dialect::Kustom => (
                "/checkout/v3/orders",
                "order_id",
                r#"{"purchase_country":"SE","purchase_currency":"SEK","locale":"sv-SE","order_amount":19900,"order_tax_amount":3980,"order_lines":[{"name":"Coat","quantity":1,"unit_price":19900,"tax_rate":2500,"total_amount":19900,"total_tax_amount":3980}],"merchant_urls":{"terms":"https://shop.example/terms","checkout":"https://shop.example/checkout","confirmation":"https://shop.example/thanks","push":"https://shop.example/push"}}"#,
            ),
        };
        let password = self.known_password.map_or_else(|| "\"$HPP_PASSWORD\"".to_owned(), quoted);
        let trust = self.trust.map(|file| format!(" --cacert {}", quoted(&file.display().to_string())));
        let curl = format!(
            "curl -sS{} -u {}:{password} -H 'Content-Type: application/json'",
            trust.unwrap_or_default(),
            quoted(self.username),
        );
        let payment = format!("{}{path}", self.base_url);
        [
            format!(r#"ID=$({curl} {payment} -d '{purchase}' | sed 's/.*"{id}":"\([^"]*\)".*/\1/')"#),
            format!(
                r#"{curl} {}/hpp/v1/sessions -d '{{"payment_session_url":"{payment}/'"$ID"'"}}'"#,
                self.base_url
            ),
        ]
    }
}

/// A word as a shell reads it.
fn quoted(word: &str) -> String {
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_./@%+".contains(&byte);
    if !word.is_empty() && word.bytes().all(is_plain) {
        return word.to_owned();
    }
    format!("'{}'", word.replace('\'', r"'\''"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_stays_one_word_in_a_shell() {
        for (word, expected) in
            [("merchant", "merchant"), ("it's $me", r"'it'\''s $me'"), ("", "''"), ("/tmp/a b", "'/tmp/a b'")]
        {
            assert_eq!(quoted(word), expected);
        }
    }

    #[test]
    fn a_password_of_the_user_is_never_printed() {
        let greeting = Greeting {
            dialect: Dialect::Klarna,
            base_url: "https://127.0.0.1:8443",
            own_url: "https://127.0.0.1:8443",
            page_origin: "https://pay.localhost:8090",
            has_control: false,
            username: "my shop",
            known_password: None,
            trust: Some(Path::new("/tmp/x/ca.pem")),
        };
        let curl = "curl -sS --cacert /tmp/x/ca.pem -u 'my shop':\"$HPP_PASSWORD\" -H 'Content-Type: application/json' https://127.0.0.1:8443";
        let expected = format!(
            "The mock speaks klarna at https://127.0.0.1:8443 for the user `my shop`, password from `HPP_PASSWORD`.\n\
             Its certificate, for your client: /tmp/x/ca.pem\n\
             Payment pages: https://pay.localhost:8090\n\
             It has no control interface and no live page.\n\
             Try it: these two lines create a session. Open its `redirect_url` with a browser.\n\
             ID=$({curl}/payments/v1/sessions -d '{{\"purchase_country\":\"SE\",\"purchase_currency\":\"SEK\",\"order_amount\":19900,\
             \"order_lines\":[{{\"name\":\"Coat\",\"quantity\":1,\"unit_price\":19900,\"total_amount\":19900}}]}}' \
             | sed 's/.*\"session_id\":\"\\([^\"]*\\)\".*/\\1/')\n\
             {curl}/hpp/v1/sessions -d '{{\"payment_session_url\":\"https://127.0.0.1:8443/payments/v1/sessions/'\"$ID\"'\"}}'\n\
             It is no payment provider: no money moves. Stop it with Ctrl-C."
        );
        assert_eq!(greeting.text(), expected);
    }
}
