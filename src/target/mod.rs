//! Targets: the profile of the server under test, as read from `targets/<name>.toml`.

use crate::requirement::{Dialect, Provider, Requirement, RequirementId};
use error::TargetError;
use profile_file::{CredentialsFile, ProfileFile, Secrets, each, faulty};
use std::collections::BTreeSet;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;
use url::Url;

mod ability;
mod address;
mod built_in;
mod confidential;
mod connection;
mod decision;
mod draft;
mod error;
#[cfg(test)]
pub mod fixture;
mod identity;
mod market;
mod markets;
mod merge;
mod production;
mod profile_file;
mod proxy;
mod reach;
pub mod reference;
#[cfg(test)]
mod schema_tests;
mod secret;
mod settings;
mod source_file;
#[cfg(test)]
mod tests;
mod text;
mod value;
mod waived;
mod waiver_file;
mod web_driver;

pub use ability::{Ability, PaymentResult};
pub use address::{AddressFault, is_loopback};
pub use built_in::BuiltIn;
pub use connection::{ClientCertificate, Connection, HttpVersion};
pub use decision::{AcceptedUnseen, Decision, Dismissal, Terms, Waiver};
pub use draft::Draft;
pub use identity::Identity;
pub use market::Market;
pub use production::production_host;
pub use proxy::{Proxy, ProxyFault};
pub use reach::Reach;
pub use secret::{Credentials, Secret};
pub use settings::{Deadlines, Purchase};
pub use source_file::SourceFile;
pub use text::{Place, ProfileError, ProfileText, is_hidden};
pub use waiver_file::{FromFile, WaiverFile};
pub use web_driver::WebDriverUrl;

/// The inferred or assumed requirements that were confirmed for a target.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Confirmed {
    /// Every one. Only the embedded mock has this.
    All,
    Ids(BTreeSet<RequirementId>),
}

impl Default for Confirmed {
    fn default() -> Self {
        Self::Ids(BTreeSet::new())
    }
}

/// The profile of a target. It does not say whether the target is a mock.
#[derive(Debug, Clone)]
pub struct TargetProfile {
    /// Says where something stands in it.
    pub text: ProfileText,
    pub name: String,
    /// Root of the API. Paths are appended, with or without a slash at its end.
    pub base_url: Url,
    pub dialect: Dialect,
    pub provider: Provider,
    pub credentials: Credentials,
    /// The account of another merchant, who must not get at the sessions of this one.
    pub second_account: Option<Credentials>,
    pub abilities: BTreeSet<Ability>,
    /// How payments can be made to end. Empty without the ability `outcome`.
    pub outcome: BTreeSet<PaymentResult>,
    /// Root of the control interface for clock and merchant accounts.
    pub control_url: Option<Url>,
    /// Where requests and visits may go.
    pub reach: Reach,
    pub purchase: Purchase,
    /// Whom the page driver types into the page.
    pub identity: Identity,
    /// The markets of which each is a target. None if the profile is one target.
    pub markets: Vec<Market>,
    /// Host of the merchant URLs, in lower case. The browser finds the receiver there.
    pub merchant_host: String,
    /// The same with its port, as it stands in the merchant URLs.
    pub merchant_authority: String,
    /// Where the receiver listens. Without it, on a free port of this machine.
    pub receiver_address: Option<SocketAddr>,
    /// The `WebDriver` on which browsers run. Without it, the harness starts one.
    pub webdriver: Option<WebDriverUrl>,
    /// Text of the page driver, and its name in messages.
    pub page_driver: Option<(String, String)>,
    /// PEM file of a further root certificate.
    pub extra_ca: Option<PathBuf>,
    pub connection: Connection,
    pub deadlines: Deadlines,
    /// How long a scenario may wait in place of a clock that is moved.
    pub may_wait: Option<Duration>,
    /// Creations a second of each kind that the target allows. `None` means no limit.
    pub creates_per_second: Option<f64>,
    /// Other requests of the API a second.
    pub requests_per_second: Option<f64>,
    /// Requests of the API at once.
    pub at_once: Option<u16>,
    /// How many e-mails and SMS the target may be made to send.
    pub emails_per_run: u32,
    pub sms_per_run: u32,
    pub confirmed: Confirmed,
    /// Sources of another dialect that speak for this target too. They confirm what is assumed from them.
    pub confirmed_sources: BTreeSet<String>,
    /// Requirements that every run must see. Otherwise it is incomplete.
    pub floor: BTreeSet<RequirementId>,
    /// Known failures that are accepted: those of the profile, then those from a file of waivers.
    pub waivers: Vec<Waiver>,
    pub from_file: Option<FromFile>,
    pub dismissed: Vec<Dismissal>,
    /// Requirements of which the run may be signed although they were not tested.
    pub accepted_unseen: Vec<AcceptedUnseen>,
}

impl TargetProfile {
    /// The default merchant host.
    pub const MERCHANT_HOST: &'static str = settings::MERCHANT_HOST;

    /// The default budgets of messages.
    pub const EMAILS_PER_RUN: u32 = settings::emails_per_run();
    pub const SMS_PER_RUN: u32 = settings::sms_per_run();

    /// Reads a profile with everything from which it takes over, below what an option says in its place. It may name these production
    /// hosts.
    pub fn parse(
        option: Option<SourceFile>,
        file: SourceFile,
        built_in: &BuiltIn,
        production: &[String],
    ) -> Result<Self, ProfileError> {
        Self::read(&built_in.whole(file)?.below(option), built_in, production, Secrets::Read)
    }

    /// Checks a profile without its secrets: the name of its variable or file stands for each. Nothing can be sent with it.
    pub fn outline(file: SourceFile, built_in: &BuiltIn) -> Result<Self, ProfileError> {
        Self::read(&built_in.whole(file)?, built_in, &[], Secrets::Named)
    }

    fn read(
        written: &ProfileText,
        built_in: &BuiltIn,
        production: &[String],
        secrets: Secrets,
    ) -> Result<Self, ProfileError> {
        let file: ProfileFile = written.read()?;
        file.check_production(written, production)?;
        file.check(written)?;
        let (abilities, outcome) = file.abilities(written)?;
        let refused = |steps: &[&str], fault: AddressFault| written.error(steps, fault.of(steps));
        let url = |key: &str, text: &str| address::url(text).map_err(|fault| refused(&[key], fault));
        let base_url = url("base_url", &file.base_url)?;
        let control_url = file.control_url.map(|text| url("control_url", &text)).transpose()?;
        let api_origins = each("api_origins", &file.api_origins, |steps, text| {
            address::origin(text).map_err(|fault| refused(steps, fault))
        })?;
        let page_hosts = each("page_hosts", &file.page_hosts, |steps, text| {
            address::host_with_all_below(text).map_err(|fault| refused(steps, fault))
        })?;
        let (merchant_host, merchant_authority) = match &file.receiver_url {
            Some(text) => value::receiver_url(text).map_err(|fault| refused(&["receiver_url"], fault))?,
            None => address::host(&file.merchant_host)
                .map(|host| (host.clone(), host))
                .map_err(|fault| refused(&["merchant_host"], fault))?,
        };
        let proxy = file.proxy.as_deref().map(address::proxy).transpose();
        let proxy = proxy.map_err(|fault| refused(&["proxy"], fault))?;
        let webdriver = file.webdriver.as_deref().map(WebDriverUrl::named).transpose();
        let webdriver = webdriver.map_err(|fault| refused(&["webdriver"], fault))?;
        let beside = |key: &str, path: PathBuf| written.file(&[key]).folder().join(path);
        let certificate = file.client_certificate.zip(file.client_key).map(|(chain, key)| {
            ClientCertificate { chain: beside("client_certificate", chain), key: beside("client_key", key) }
        });
        let receiver_address = file.receiver_address.map(|text| value::receiver_address(&text));
        let receiver_address = receiver_address
            .transpose()
            .map_err(|expected| faulty(written, &["receiver_address"], expected))?;
        if let Some(index) = file.accepted_unseen.iter().position(|entry| entry.expires.is_none()) {
            let entry = Decision::AcceptedUnseen(&file.accepted_unseen[index]).to_string();
            return Err(written.error(&["accepted_unseen", &index.to_string()], TargetError::NoEnd { entry }));
        }
        let (mut confirmed, mut confirmed_sources) = (BTreeSet::new(), BTreeSet::new());
        for name in file.confirmed {
            match name.parse() {
                Ok(id) => drop(confirmed.insert(id)),
                Err(_) => drop(confirmed_sources.insert(name)),
            }
        }
        let driver = file
            .page_driver
            .map(|name| built_in.page_driver(written.file(&["page_driver"]), &name).map(|text| (name, text)));
        let page_driver = driver.transpose().map_err(|fault| written.error(&["page_driver"], fault))?;
        if let Some((entry, start)) = written.repeated() {
            return Err(written.error_at(start, TargetError::Repeated { entry }));
        }
        let account = |key, account: &CredentialsFile| account.read(key, written, secrets);
        let credentials = account("credentials", &file.credentials)?;
        let second_account =
            file.second_account.as_ref().map(|second| account("second_account", second)).transpose()?;
        if second_account.as_ref() == Some(&credentials) {
            let expected =
                "it is the account of `credentials`; give that of another merchant, or leave it out";
            return Err(faulty(written, &["second_account"], expected));
        }
        Ok(Self {
            name: file.name,
            reach: Reach::new(&base_url, &merchant_host).with(&api_origins, page_hosts),
            base_url,
            dialect: file.dialect,
            provider: file.provider,
            credentials,
            second_account,
            abilities,
            outcome,
            control_url,
            purchase: file.purchase,
            identity: file.identity,
            markets: file.markets,
            merchant_host,
            merchant_authority,
            receiver_address,
            webdriver,
            page_driver,
            extra_ca: file.extra_ca.map(|ca| beside("extra_ca", ca)),
            connection: Connection { proxy, certificate, http: file.http },
            deadlines: file.deadlines,
            may_wait: file.may_wait,
            creates_per_second: file.creates_per_second,
            requests_per_second: file.requests_per_second,
            at_once: file.at_once,
            emails_per_run: file.emails_per_run,
            sms_per_run: file.sms_per_run,
            confirmed: Confirmed::Ids(confirmed),
            confirmed_sources,
            floor: file.floor,
            waivers: file.waivers,
            from_file: None,
            dismissed: file.dismissed,
            accepted_unseen: file.accepted_unseen,
            text: written.clone(),
        })
    }

    /// Whether a failure of this requirement counts as one although no source of this dialect states it.
    pub fn confirms(&self, requirement: &Requirement) -> bool {
        let by_id = match &self.confirmed {
            Confirmed::All => true,
            Confirmed::Ids(ids) => ids.contains(&requirement.id),
        };
        let assumed = |source: &String| requirement.is_assumed_from(source, self.dialect);
        by_id || self.confirmed_sources.iter().any(assumed)
    }

    /// Whether time can pass for the target as a scenario needs: its clock is moved, or the scenario waits.
    pub fn lets_time_pass(&self) -> bool {
        self.abilities.contains(&Ability::Clock) || self.may_wait.is_some()
    }

    /// Everything that the profile accepts.
    pub fn decisions(&self) -> impl Iterator<Item = Decision<'_>> {
        Decision::all(&self.waivers, &self.dismissed, &self.accepted_unseen)
    }

    /// The port of the merchant URLs.
    pub fn merchant_port(&self) -> u16 {
        let port = self.merchant_authority.rsplit_once(':').and_then(|(_, port)| port.parse().ok());
        port.unwrap_or(443)
    }

    /// Whether the target runs on this machine, where plain http is allowed.
    pub fn is_loopback(&self) -> bool {
        is_loopback(&self.base_url)
    }
}
