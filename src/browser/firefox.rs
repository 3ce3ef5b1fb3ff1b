//! What is special about a Firefox: its capabilities, its profile, and how a tab of it is used.

use crate::browser::capabilities::Wish;
use crate::browser::programs::FIREFOX;
use crate::browser::{BrowserOptions, archive};
use crate::target::Proxy;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use fantoccini::wd::Capabilities;
use serde_json::{Value, json};
use std::fmt::Write;

/// The name by which drivers know it.
pub(super) const NAME: &str = FIREFOX;

/// The file of a profile that lists exceptions for certificates, and the name of SHA-256 in it.
const EXCEPTIONS: &str = "cert_override.txt";
const SHA_256: &str = "OID.2.16.840.1.101.3.4.2.1";

/// The capabilities of a Firefox.
pub(super) fn capabilities(wish: Wish<'_>) -> Capabilities {
    let profile = archive::of(&[(EXCEPTIONS, &exceptions(wish.options))]);
    let headless = (!wish.options.visible).then_some("-headless");
    let size = ["-width", "1024", "-height", "768"];
    let mut firefox = json!({
        "args": headless.into_iter().chain(size).collect::<Vec<_>>(),
        "prefs": preferences(wish.options),
        "profile": STANDARD.encode(profile),
    });
    if let Some(program) = wish.program {
        firefox["binary"] = json!(program);
    }
    let mut capabilities = Capabilities::new();
    for (name, value) in [
        ("browserName", json!(NAME)),
        ("pageLoadStrategy", json!("eager")),
        // The guard needs this connection.
        ("webSocketUrl", json!(true)),
        ("moz:firefoxOptions", firefox),
    ] {
        capabilities.insert(name.to_owned(), value);
    }
    capabilities
}

/// The certificates that the browser accepts beside those of its authorities: each for one host and port alone. The capability
/// `acceptInsecureCerts` would accept every certificate of every host.
fn exceptions(options: &BrowserOptions) -> String {
    let mut text = String::new();
    for pin in &options.trusted_certificates {
        // A write to a string cannot fail.
        let _ = writeln!(text, "{}:{}:\t{SHA_256}\t{}\t", pin.host, pin.port, pin.sha256);
    }
    text
}

fn preferences(options: &BrowserOptions) -> Value {
    json!({
        "network.proxy.type": 2,
        "network.proxy.autoconfig_url": format!("data:application/x-ns-proxy-autoconfig;base64,{}", STANDARD.encode(ways(options))),
        // What a page names is asked for only when the consumer goes there.
        "network.dns.disablePrefetch": true,
        "network.http.speculative-parallel-limit": 0,
        "network.predictor.enabled": false,
        "network.prefetch-next": false,
        "dom.security.https_first": false,
        "dom.security.https_only_mode": false,
        // A page to which the consumer goes back is asked for again.
        "browser.sessionhistory.max_total_viewers": 0,
        "browser.cache.disk.enable": false,
        "network.captive-portal-service.enabled": false,
        "network.connectivity-service.enabled": false,
        "network.trr.mode": 5,
        "signon.rememberSignons": false,
        "toolkit.cosmeticAnimations.enabled": false,
    })
}

/// The rules by which the browser finds its way (a PAC file): to the merchant's host by the tunnel, to this machine directly, to all
/// other hosts as the profile says.
fn ways(options: &BrowserOptions) -> String {
    let merchant =
        options.tunnel.map_or_else(|| "PROXY 127.0.0.1:9".to_owned(), |tunnel| format!("PROXY {tunnel}"));
    let (way, spared) = match &options.proxy {
        Some(proxy) => (way_of(proxy), proxy.spared()),
        None => ("DIRECT".to_owned(), Vec::new()),
    };
    let spared = json!(
        [
            vec!["localhost".to_owned(), "*.localhost".into(), "127.*".into(), "[::1]".into(), "::1".into()],
            spared
        ]
        .concat()
    );
    format!(
        "function FindProxyForURL(url, host) {{
  if (host === {host}) return {merchant};
  for (const one of {spared}) if (shExpMatch(host, one)) return \"DIRECT\";
  return {way};
}}",
        host = json!(options.merchant_host),
        merchant = json!(merchant),
        way = json!(way),
    )
}

/// A proxy in the words of a PAC file.
fn way_of(proxy: &Proxy) -> String {
    let server = proxy.server();
    let (scheme, authority) = server.split_once("://").unwrap_or(("http", &server));
    let word = match scheme {
        "https" => "HTTPS",
        "http" => "PROXY",
        _ => "SOCKS",
    };
    format!("{word} {authority}")
}
