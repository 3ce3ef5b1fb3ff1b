//! `hpp-conformance mock`.

mod greeting;
mod identity;
mod trust_folder;

use crate::cli::deviation_name::DeviationName;
use crate::cli::one_of::one_of;
use crate::cli::output::{Ending, Refusal, say};
use crate::cli::skin_name::skin_name;
use crate::cli::whole::whole;
use crate::exit_code::ExitCode;
use crate::mock::{Dialect, Mock, MockError, MockOptions, PageHost, PublicUrl, Skin};
use crate::serve::ServeError;
use crate::{mock, run};
use clap::Args;
use greeting::Greeting;
use identity::{MockIdentity, Trust};
use std::collections::BTreeSet;
use std::env::VarError;
use std::net::Ipv4Addr;
use std::path::PathBuf;
use std::time::Duration;

const DIALECTS: &[(&str, Dialect, &str)] = &[
    ("klarna", Dialect::Klarna, "Klarna, with KP sessions"),
    ("kustom", Dialect::Kustom, "Kustom, with KCO orders"),
];

/// The password of the merchant account if `HPP_PASSWORD` is not set. The mock listens on loopback only, so everybody may know it.
const KNOWN_PASSWORD: &str = "mock-password";

#[derive(Args)]
pub struct MockArgs {
    /// Listen on this port of 127.0.0.1; with 0, the mock takes a free port.
    #[arg(long, short, default_value_t = 8080, value_parser = whole(0..=u16::MAX), help_heading = "Address and account")]
    port: u16,
    /// Accept this user name of the merchant account [default: `HPP_USERNAME`, or `merchant`].
    #[arg(long, help_heading = "Address and account")]
    username: Option<String>,
    /// Serve the payment pages at this host, which must lead to 127.0.0.1; with a port, also listen on this port.
    #[arg(long, value_name = "HOST[:PORT]", help_heading = "Address and account")]
    page_host: Option<PageHost>,
    /// Clients reach the mock at this URL, because a proxy or a tunnel stands in front of it: URLs in answers and QR codes begin so.
    #[arg(long, value_name = "URL", conflicts_with = "page_host", help_heading = "Address and account")]
    public_url: Option<PublicUrl>,
    /// The same for the payment pages, QR codes and images, if they have another URL than the API.
    #[arg(long, value_name = "URL", conflicts_with = "page_host", help_heading = "Address and account")]
    public_page_url: Option<PublicUrl>,
    /// Use TLS, with a certificate that is made at the start; the mock prints the file that clients need to trust it.
    #[arg(long, help_heading = "Address and account")]
    tls: bool,
    /// Use TLS with this certificate: a PEM file, with the certificate of the server first.
    #[arg(long, value_name = "FILE", requires = "key", help_heading = "Address and account")]
    cert: Option<PathBuf>,
    /// The private key of the certificate: a PEM file without a passphrase.
    #[arg(long, value_name = "FILE", requires = "cert", help_heading = "Address and account")]
    key: Option<PathBuf>,
    /// Speak the Hosted Payment Page API of this vendor.
    #[arg(long, value_parser = one_of(DIALECTS), default_value = "klarna", help_heading = "Behaviour")]
    dialect: Dialect,
    /// Turn on one deviation; `hpp-conformance deviations` lists the names.
    #[arg(long, value_name = "NAME", value_parser = DeviationName { or_weakening: true }, hide_possible_values = true, help_heading = "Behaviour")]
    deviate: Option<String>,
    /// Use paths such as `/a/…`, which do not show what a URL is for.
    #[arg(long, help_heading = "Behaviour")]
    opaque_urls: bool,
    /// Show this payment page in place of the mock's own.
    #[arg(long, value_name = "NAME", value_parser = skin_name(), help_heading = "Behaviour")]
    skin: Option<&'static Skin>,
    /// Vary every behaviour that the contract leaves open; the same seed makes the same choices.
    #[arg(long, value_name = "SEED", value_parser = whole(0..=u64::MAX), help_heading = "Behaviour")]
    legal_seed: Option<u64>,
    /// Make ids from this seed, so that every start gives the same ids in the same order; without it, nobody can guess them.
    #[arg(long, value_parser = whole(0..=u64::MAX), help_heading = "Behaviour")]
    seed: Option<u64>,
    /// Answer 429 to more than this many creations of a kind in a second: payment sessions, hosted sessions.
    #[arg(long, value_name = "N", value_parser = whole(1..=999_999u32), help_heading = "Behaviour")]
    rate: Option<u32>,
    /// Send each answer and each page this many milliseconds later.
    #[arg(long, value_name = "MILLISECONDS", value_parser = whole(0..=60_000u32), default_value_t = 0, hide_default_value = true, help_heading = "Behaviour")]
    latency: u32,
    /// Have no control interface and no live page: their paths answer 404, like every unknown path.
    #[arg(long, help_heading = "Behaviour")]
    no_control: bool,
}

impl MockArgs {
    /// The TLS identity of the mock, if it uses TLS.
    fn identity(&self) -> Result<Option<MockIdentity>, Refusal> {
        let page_host = self.page_host.as_ref().map_or("localhost", |pages| &pages.host);
        let public: Vec<&str> = [&self.public_url, &self.public_page_url]
            .into_iter()
            .flatten()
            .map(PublicUrl::bare_host)
            .collect();
        if let Some((certificate, key)) = self.cert.as_ref().zip(self.key.as_ref()) {
            // What stands in front of the mock may have a certificate of its own, so nobody knows which hosts this one needs.
            let hosts = if public.is_empty() { vec!["127.0.0.1", page_host] } else { Vec::new() };
            return MockIdentity::read(certificate, key, &hosts).map(Some);
        }
        let hosts: BTreeSet<String> =
            ["localhost", "127.0.0.1", page_host].into_iter().chain(public).map(str::to_owned).collect();
        self.tls.then(|| MockIdentity::made(&Vec::from_iter(hosts))).transpose()
    }
}

/// A variable of the environment. A variable without text counts as not set.
fn variable(name: &str) -> Result<Option<String>, Refusal> {
    match std::env::var(name) {
        Ok(text) if !text.is_empty() => Ok(Some(text)),
        Ok(_) | Err(VarError::NotPresent) => Ok(None),
        Err(VarError::NotUnicode(_)) => {
            Err(Refusal::invalid(format!("the variable `{name}` is not UTF-8; set it to UTF-8 text")))
        }
    }
}

/// User name and password of the merchant account. A password of the user comes only from the environment.
fn credentials(username: Option<String>) -> Result<(String, Option<String>), Refusal> {
    let username = match username {
        Some(username) => username,
        None => variable("HPP_USERNAME")?.unwrap_or_else(|| "merchant".to_owned()),
    };
    if username.is_empty() || username.contains(':') {
        let why = "the user name is empty or has a colon, which HTTP Basic cannot carry; give another `--username` or `HPP_USERNAME`";
        return Err(Refusal::invalid(why));
    }
    Ok((username, variable("HPP_PASSWORD")?))
}

/// The advice for a port that cannot be used.
fn advice(error: &MockError) -> &'static str {
    match error {
        MockError::Serve(ServeError::Bind { .. }) => {
            "; choose another port with `--port`, or `--port 0` for a free one"
        }
        MockError::Pages(ServeError::Bind { .. }) => {
            "; choose another port in `--page-host`, or none for the port of the API"
        }
        _ => "",
    }
}

pub async fn serve(arguments: MockArgs) -> Ending {
    if let Some(skin) = arguments.skin.filter(|skin| !skin.is_of(arguments.dialect)) {
        let vendor = skin.dialect.map_or("", Dialect::name);
        let why = format!("`--skin {}` is a page of {vendor}; add `--dialect {vendor}`", skin.name);
        return Err(Refusal::invalid(why));
    }
    let tls = arguments.identity()?;
    let (username, password) = credentials(arguments.username)?;
    let known_password = password.is_none().then_some(KNOWN_PASSWORD);
    let password = password.unwrap_or_else(|| KNOWN_PASSWORD.to_owned());
    let (identity, trust) = tls.map(MockIdentity::parts).unzip();
    let mock = Mock::start(MockOptions {
        bind: (Ipv4Addr::LOCALHOST, arguments.port).into(),
        credentials: Some((username.clone(), password)),
        deviation: arguments.deviate.as_deref().and_then(mock::deviation),
        seed: arguments.seed,
        opaque_urls: arguments.opaque_urls,
        skin: arguments.skin,
        legal_seed: arguments.legal_seed,
        identity,
        page_host: arguments.page_host,
        public_url: arguments.public_url,
        public_page_url: arguments.public_page_url,
        creates_per_second: arguments.rate,
        latency: Duration::from_millis(arguments.latency.into()),
        has_control: !arguments.no_control,
        ..MockOptions::new(arguments.dialect)
    })
    .await
    .map_err(|error| Refusal::invalid(format!("{}{}", run::error_chain(&error), advice(&error))))?;
    let signals = run::StopSignals::listen();
    let mut signals =
        signals.map_err(|error| Refusal::invalid(format!("cannot listen for signals: {error}")))?;
    let greeting = Greeting {
        dialect: arguments.dialect,
        base_url: mock.base_url(),
        own_url: mock.own_url(),
        page_origin: mock.page_origin(),
        has_control: !arguments.no_control,
        username: &username,
        known_password,
        trust: trust.as_ref().map(Trust::file),
    };
    say(greeting.text())?;
    signals.next().await;
    match mock.panics().as_slice() {
        [] => Ok(ExitCode::Conformant),
        [first, ..] => {
            Err(Refusal::lost(format!("the mock panicked ({first}); this is a bug, please report it")))
        }
    }
}
