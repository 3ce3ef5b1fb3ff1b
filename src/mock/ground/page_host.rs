//! The host of the pages, if it is not the usual one.

use std::str::FromStr;

use url::Host;

/// A host for the pages, and a port of its own. Without one, the pages have the port of the API.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PageHost {
    pub host: String,
    pub port: Option<u16>,
}

/// The text is not such a host.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error("expected HOST or HOST:PORT; HOST is a name that leads to 127.0.0.1, such as `pay.localhost`")]
pub struct NotPageHost;

impl FromStr for PageHost {
    type Err = NotPageHost;

    fn from_str(text: &str) -> Result<Self, NotPageHost> {
        let (host, port) = match text.rsplit_once(':') {
            Some((host, port)) => (host, Some(port.parse().map_err(|_| NotPageHost)?)),
            None => (text, None),
        };
        let is_number = host.bytes().all(|byte| byte.is_ascii_digit());
        match Host::parse(host) {
            // A number is an address too, but here it is a port without its host.
            Ok(_) if is_number => Err(NotPageHost),
            Ok(Host::Domain(name)) => Ok(Self { host: name, port }),
            Ok(Host::Ipv4(address)) if address == std::net::Ipv4Addr::LOCALHOST => {
                Ok(Self { host: address.to_string(), port })
            }
            _ => Err(NotPageHost),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_host_has_an_optional_port_and_leads_to_this_machine() {
        for (text, expected) in [
            ("pay.localhost", Some(("pay.localhost", None))),
            ("Pay.Shop.Example:8090", Some(("pay.shop.example", Some(8090)))),
            ("localhost:0", Some(("localhost", Some(0)))),
            ("127.0.0.1:80", Some(("127.0.0.1", Some(80)))),
            ("bücher.example", Some(("xn--bcher-kva.example", None))),
            ("", None),
            (":8090", None),
            ("8090", None),
            ("pay.localhost:", None),
            ("pay.localhost:65536", None),
            ("https://pay.localhost", None),
            ("pay.localhost/", None),
            ("user@pay.localhost", None),
            ("192.0.2.7", None),
            ("[::1]:80", None),
        ] {
            let expected = expected.map(|(host, port)| PageHost { host: host.to_owned(), port });
            assert_eq!(text.parse::<PageHost>().ok(), expected, "{text}");
        }
    }
}
