//! Capabilities: how a browser must start so that the harness can use it.

use crate::browser::BrowserOptions;
use fantoccini::wd::Capabilities;
use serde_json::{Value, json};
use std::net::SocketAddr;
use std::path::Path;

/// Command line options that turn off background activity of the browser, in addition to those that `ChromeDriver` sets.
const SWITCHES: [&str; 13] = [
    "--window-size=1024,768",
    "--disable-background-timer-throttling",
    "--disable-breakpad",
    "--disable-component-update",
    "--disable-dev-shm-usage",
    "--disable-domain-reliability",
    "--disable-extensions",
    "--disable-features=BackForwardCache,HttpsUpgrades,MediaRouter,OptimizationHints,Prerender2,Translate",
    "--disable-gpu",
    "--disable-quic",
    "--disable-search-engine-choice-screen",
    "--mute-audio",
    // The next scenario on the same site reuses the renderer, which halves the time to open a page.
    "--process-per-site",
];

/// Where a host leads that must not be found.
const NOWHERE: &str = "^NOTFOUND";

/// What is asked of a driver.
#[derive(Clone, Copy)]
pub(super) struct Wish<'a> {
    pub(super) options: &'a BrowserOptions,
    /// The name by which a Grid chooses a browser.
    pub(super) name: Option<&'a str>,
    /// The program of the browser. Without it, the driver chooses one.
    pub(super) program: Option<&'a Path>,
    /// Whether the browser runs as root. Chromium has no sandbox for root.
    pub(super) as_root: bool,
}

/// The capabilities of a Chromium.
pub(super) fn of_chromium(wish: Wish<'_>) -> Capabilities {
    let mut chromium = json!({
        "args": switches(wish),
        // With this switch it would write a log beside the program.
        "excludeSwitches": ["enable-logging"],
        "perfLoggingPrefs": { "enableNetwork": true, "enablePage": false },
    });
    if let Some(program) = wish.program {
        chromium["binary"] = json!(program);
    }
    let mut capabilities = Capabilities::new();
    if let Some(name) = wish.name {
        capabilities.insert("browserName".to_owned(), Value::from(name));
    }
    // Wait only for the document, not for other files that it loads.
    capabilities.insert("pageLoadStrategy".to_owned(), json!("eager"));
    capabilities.insert("goog:loggingPrefs".to_owned(), json!({ "performance": "ALL" }));
    capabilities.insert("goog:chromeOptions".to_owned(), chromium);
    capabilities
}

fn switches(wish: Wish<'_>) -> Vec<String> {
    let BrowserOptions { merchant_host, receiver, trusted_keys, proxy, .. } = wish.options;
    let headless = (!wish.options.visible).then_some("--headless");
    let mut switches: Vec<String> = headless.into_iter().chain(SWITCHES).map(str::to_owned).collect();
    let way = receiver.as_ref().map_or_else(|| NOWHERE.to_owned(), SocketAddr::to_string);
    switches.push(format!("--host-resolver-rules=MAP {merchant_host} {way}"));
    switches.push(format!("--ignore-certificate-errors-spki-list={}", trusted_keys.join(",")));
    if wish.as_root {
        switches.push("--no-sandbox".to_owned());
    }
    match proxy {
        Some(proxy) => {
            let spared = [vec![merchant_host.clone()], proxy.spared()].concat();
            switches.push(format!("--proxy-server={}", proxy.server()));
            switches.push(format!("--proxy-bypass-list={}", spared.join(";")));
        }
        // A proxy of the environment would be asked for the merchant's host too, and would not know the receiver.
        None => switches.push("--no-proxy-server".to_owned()),
    }
    switches
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::browser::Place;
    use crate::target::Connection;

    fn options(proxy: Option<&str>) -> BrowserOptions {
        BrowserOptions {
            place: Place::Here { browser: "auto".to_owned(), driver: None },
            slots: 1,
            visible: false,
            merchant_host: "merchant.example".to_owned(),
            receiver: "127.0.0.1:4433".parse().ok(),
            trusted_keys: vec!["hash=".to_owned(), "other=".to_owned()],
            trusted_certificates: Vec::new(),
            tunnel: None,
            proxy: proxy.and_then(|proxy| {
                let connection = Connection { proxy: proxy.parse().ok(), ..Connection::default() };
                connection.proxy_for(&"https://api.example".parse().unwrap())
            }),
        }
    }

    fn switches(as_root: bool, proxy: Option<&str>) -> Vec<String> {
        super::switches(Wish { options: &options(proxy), name: None, program: None, as_root })
    }

    #[test]
    fn the_merchant_host_leads_to_the_receiver_and_only_the_given_keys_are_trusted() {
        let switches = switches(false, None);
        assert!(switches.contains(&"--host-resolver-rules=MAP merchant.example 127.0.0.1:4433".to_owned()));
        assert!(switches.contains(&"--ignore-certificate-errors-spki-list=hash=,other=".to_owned()));
    }

    #[test]
    fn a_merchant_host_without_a_receiver_leads_to_nobody() {
        let options = BrowserOptions { receiver: None, ..options(None) };
        let switches = super::switches(Wish { options: &options, name: None, program: None, as_root: false });
        assert!(switches.contains(&"--host-resolver-rules=MAP merchant.example ^NOTFOUND".to_owned()));
    }

    #[test]
    fn only_root_goes_without_the_sandbox() {
        assert!(switches(true, None).contains(&"--no-sandbox".to_owned()));
        assert!(!switches(false, None).contains(&"--no-sandbox".to_owned()));
    }

    #[test]
    fn a_proxy_is_not_asked_for_the_merchant_host() {
        let given = switches(false, Some("http://proxy.example:3128"));
        assert!(given.contains(&"--proxy-server=http://proxy.example:3128".to_owned()));
        assert!(given.contains(&"--proxy-bypass-list=merchant.example".to_owned()));
        assert!(switches(false, None).contains(&"--no-proxy-server".to_owned()));
    }

    #[test]
    fn a_program_and_a_name_are_asked_for_only_if_they_are_known() {
        let options = options(None);
        let wish = Wish { options: &options, name: None, program: None, as_root: false };
        let bare = of_chromium(wish);
        assert_eq!((bare.get("browserName"), bare["goog:chromeOptions"].get("binary")), (None, None));
        let program = Some(Path::new("/opt/chrome"));
        let chosen = of_chromium(Wish { name: Some("chrome"), program, ..wish });
        assert_eq!(chosen["browserName"], "chrome");
        assert_eq!(chosen["goog:chromeOptions"]["binary"], "/opt/chrome");
    }
}
