//! Production hosts: the hosts of the vendors that serve real consumers. No profile may name one by accident.

use url::{Host, Url};

/// The registrable domains of the vendors.
const VENDORS: [&str; 2] = ["klarna.com", "kustom.co"];

/// The label of every playground below them.
const PLAYGROUND: &str = "playground";

/// The production host that a URL or a host name means, as browsers compare it and without a dot at its end.
pub fn production_host(text: &str) -> Option<String> {
    let of_url = Url::parse(text).ok().and_then(|url| url.host_str().map(str::to_owned));
    let host = of_url.or_else(|| Host::parse(text).ok().map(|host| host.to_string()))?;
    let host = host.trim_end_matches('.');
    let below = VENDORS.iter().find_map(|vendor| host.strip_suffix(vendor))?;
    let is_below = below.is_empty() || below.ends_with('.');
    (is_below && !below.split('.').any(|label| label == PLAYGROUND)).then(|| host.to_owned())
}

/// The domain of a vendor's playgrounds, such as `playground.klarna.com`, if a host is below it.
pub(super) fn playground_of(host: &str) -> Option<&str> {
    let vendor = VENDORS.iter().find(|vendor| host.ends_with(&format!(".{PLAYGROUND}.{vendor}")))?;
    host.get(host.len() - vendor.len() - PLAYGROUND.len() - 1..)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::target::fixture::{PROFILE, parse};

    #[test]
    fn what_is_below_a_vendor_and_no_playground_is_production() {
        for (text, host) in [
            ("https://api.klarna.com", Some("api.klarna.com")),
            ("https://API-na.Klarna.COM/hpp", Some("api-na.klarna.com")),
            ("https://api-oc.klarna.com.", Some("api-oc.klarna.com")),
            ("https://api.kustom.co:443/", Some("api.kustom.co")),
            ("https://api.kustom.co:8443", Some("api.kustom.co")),
            ("http://user@api%2eklarna.com", Some("api.klarna.com")),
            ("https://ａｐｉ.klarna.com", Some("api.klarna.com")),
            ("https://klarna.com", Some("klarna.com")),
            ("pay.klarna.com", Some("pay.klarna.com")),
            ("Pay.Kustom.co.", Some("pay.kustom.co")),
            ("https://my-playground.klarna.com", Some("my-playground.klarna.com")),
            ("https://api.playground.klarna.com", None),
            ("https://api-na.Playground.klarna.com:443", None),
            ("playground.kustom.co", None),
            ("https://api.klarna.com.shop.example", None),
            ("https://evilklarna.com", None),
            ("merchant.example", None),
            ("", None),
        ] {
            assert_eq!(production_host(text).as_deref(), host, "{text}");
        }
        for (host, playground) in [
            ("api-na.playground.klarna.com", Some("playground.klarna.com")),
            ("api.playground.kustom.co", Some("playground.kustom.co")),
            ("playground.klarna.com", None),
            ("api.klarna.com", None),
            ("my-playground.klarna.com", None),
            ("api.playground.shop.example", None),
        ] {
            assert_eq!(playground_of(host), playground, "{host}");
        }
    }

    #[test]
    fn a_profile_that_names_a_production_host_is_refused_wherever_it_stands() {
        let base = |url: &str| PROFILE.replace("http://127.0.0.1:8080", url);
        let line = |line: &str| format!("{PROFILE}{line}\n");
        for (text, line, key, host) in [
            (base("https://api.klarna.com"), 3, "base_url", "api.klarna.com"),
            (base("https://API.klarna.com:443"), 3, "base_url", "api.klarna.com"),
            (base("https://api.kustom.co."), 3, "base_url", "api.kustom.co"),
            (base("http://api.kustom.co"), 3, "base_url", "api.kustom.co"),
            (line("api_origins = [\n\"https://api-na.klarna.com\"]"), 8, "api_origins", "api-na.klarna.com"),
            (
                line("page_hosts = [\"playground.klarna.com\",\n\"pay.klarna.com\"]"),
                8,
                "page_hosts",
                "pay.klarna.com",
            ),
            (line("page_hosts = [\"klarna.com\"]"), 7, "page_hosts", "klarna.com"),
            (line("page_hosts = [\"PAY.kustom.co.\"]"), 7, "page_hosts", "pay.kustom.co"),
            (line("control_url = \"https://api.klarna.com/_mock\""), 7, "control_url", "api.klarna.com"),
            (line("merchant_host = \"www.klarna.com\""), 7, "merchant_host", "www.klarna.com"),
        ] {
            let error = parse(&text).unwrap_err().to_string();
            let expected = format!(
                "targets/shop.toml:{line}: `{key}` names the production host `{host}`, which serves real consumers; write the host of a \
                 playground, or give `--allow-production {host}`"
            );
            assert_eq!(error, expected);
        }
        let playground =
            base("https://api.playground.klarna.com") + "page_hosts = [\"playground.klarna.com\"]\n";
        assert!(parse(&playground).is_ok());
    }
}
