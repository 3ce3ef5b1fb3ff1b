//! The way to a target: name server, port and certificate. If the target answered, its port is not tried again.

use crate::client::Server;
use crate::report::{CheckResult, PreflightCheck, Topic};
use crate::run::error_chain;
use crate::run::preflight::call::{Asked, hint};
use crate::serve::{Shown, shown_certificate};
use crate::target::{Proxy, TargetProfile};
use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan};
use std::io;
use std::net::SocketAddr;

/// How many days before its end a certificate is a warning.
const DAYS_OF_WARNING: i64 = 14;

/// The addresses of the target, or why it has none. `None` if a proxy asks the name server instead.
pub async fn addresses(profile: &TargetProfile) -> Option<io::Result<Vec<SocketAddr>>> {
    let server = Server::of(&profile.base_url).filter(|_| proxy(profile).is_none())?;
    Some(server.addresses().await)
}

/// The checks of the way, from what the name server and the target answered.
pub async fn checks(
    profile: &TargetProfile,
    addresses: Option<io::Result<Vec<SocketAddr>>>,
    asked: &Asked,
) -> [PreflightCheck; 3] {
    let Some((server, addresses)) = Server::of(&profile.base_url).zip(addresses) else {
        let told = through(profile);
        return [Topic::Dns, Topic::Tcp, Topic::Tls]
            .map(|topic| PreflightCheck::skipped(topic, told.clone()));
    };
    let dns = dns(&server, &addresses);
    let has_answered = asked.status().is_some();
    let tcp = match &addresses {
        Ok(_) => tcp(&server, has_answered).await,
        Err(_) => PreflightCheck::skipped(Topic::Tcp, "the host has no address"),
    };
    let tls = if profile.base_url.scheme() != "https" {
        PreflightCheck::skipped(Topic::Tls, "`base_url` is plain http")
    } else if tcp.result != CheckResult::Ok {
        PreflightCheck::skipped(Topic::Tls, "there is no connection")
    } else {
        let today = Timestamp::now().to_zoned(TimeZone::UTC).date();
        let shown = shown_certificate(&server.host, &addresses.unwrap_or_default()).await;
        tls(&server, shown, asked.silence(), today)
    };
    [dns, tcp, tls]
}

/// The proxy for requests to the API.
pub fn proxy(profile: &TargetProfile) -> Option<Proxy> {
    profile.connection.proxy_for(&profile.base_url)
}

/// Which proxy makes the connections, in words.
pub fn through(profile: &TargetProfile) -> String {
    let of = proxy(profile).map(|proxy| format!("{} of {}", proxy.server(), proxy.source()));
    format!("the proxy {} makes the connections", of.unwrap_or_default())
}

fn dns(server: &Server, addresses: &io::Result<Vec<SocketAddr>>) -> PreflightCheck {
    let host = &server.host;
    match addresses {
        _ if server.is_address() => {
            PreflightCheck::ok(Topic::Dns, format!("{host} is an address and needs no name server"))
        }
        Ok(addresses) => {
            let known: Vec<String> = addresses.iter().map(|address| address.ip().to_string()).collect();
            PreflightCheck::ok(Topic::Dns, format!("{host} is {}", known.join(", ")))
        }
        Err(error) => {
            let why = error_chain(error);
            let message = format!("{host} has no address: {why}; {}", hint("dns error"));
            PreflightCheck::fault(Topic::Dns, message)
        }
    }
}

async fn tcp(server: &Server, has_answered: bool) -> PreflightCheck {
    let Server { host, port } = server;
    let taken = if has_answered { Ok(()) } else { server.takes_connections().await };
    match taken {
        Ok(()) => PreflightCheck::ok(Topic::Tcp, format!("port {port} of {host} takes connections")),
        Err(error) => {
            let why = error_chain(&error);
            let message = format!("port {port} of {host} takes no connection: {why}; {}", hint(&why));
            PreflightCheck::fault(Topic::Tcp, message)
        }
    }
}

/// The certificate that a server shows, and whether the client trusts it. `silence` is why the client got no answer.
fn tls(
    server: &Server,
    shown: io::Result<Shown>,
    silence: Option<(&str, &str)>,
    today: Date,
) -> PreflightCheck {
    let Shown { issuer, last_day } = match shown {
        Ok(shown) => shown,
        Err(error) => {
            let why = error_chain(&error);
            let message =
                format!("{} shows no certificate: {why}; {}", server.host, hint(&format!("tls {why}")));
            return PreflightCheck::fault(Topic::Tls, message);
        }
    };
    let told =
        format!("the certificate of {} is issued by {issuer}, and its last day is {last_day}", server.host);
    if let Some((fault, help)) = silence.filter(|(fault, _)| fault.contains("certificate")) {
        return PreflightCheck::fault(Topic::Tls, format!("{told}; it is not trusted: {fault}; {help}"));
    }
    let warned = today.saturating_add(DAYS_OF_WARNING.days());
    if last_day <= warned {
        let message = format!("{told}; ask its owner for a new one before that day");
        return PreflightCheck::warning(Topic::Tls, message);
    }
    PreflightCheck::ok(Topic::Tls, told)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn judged(last_day: &str, silence: Option<(&str, &str)>) -> (CheckResult, String) {
        let server = Server { host: "api.example".into(), port: 443 };
        let shown = Shown { issuer: "an authority".into(), last_day: last_day.parse().unwrap() };
        let check = tls(&server, Ok(shown), silence, "2026-11-27".parse().unwrap());
        (check.result, check.message)
    }

    #[test]
    fn a_certificate_is_told_with_its_issuer_and_is_a_warning_before_it_ends() {
        let told = |day: &str| {
            format!("the certificate of api.example is issued by an authority, and its last day is {day}")
        };
        let ends = |day: &str| told(day) + "; ask its owner for a new one before that day";
        assert_eq!(judged("2026-12-12", None), (CheckResult::Ok, told("2026-12-12")));
        assert_eq!(judged("2026-12-11", None), (CheckResult::Warning, ends("2026-12-11")));
        let silence =
            Some(("invalid peer certificate: UnknownIssuer", "`extra_ca` names a private authority"));
        let untrusted = told("2027-01-31")
            + "; it is not trusted: invalid peer certificate: UnknownIssuer; `extra_ca` names a private authority";
        assert_eq!(judged("2027-01-31", silence), (CheckResult::Fault, untrusted));
        let late = Some(("operation timed out", "check that the server is running"));
        assert_eq!(judged("2027-01-31", late), (CheckResult::Ok, told("2027-01-31")));
    }
}
