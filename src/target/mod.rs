//! Targets: the profile of the server under test, as read from `targets/<name>.toml`.

use crate::requirement::{Dialect, Provider, Requirement, RequirementId};
use secret::SecretSource;
use serde::Deserialize;
use std::collections::BTreeSet;
use std::io;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::time::Duration;
use url::Url;

mod ability;
mod address;
mod decision;
mod error;
#[cfg(test)]
pub mod fixture;
mod reach;
#[cfg(test)]
pub mod reference;
mod secret;
mod settings;
#[cfg(test)]
mod tests;
mod value;

pub use ability::{Ability, PaymentResult};
pub use address::is_loopback;
pub use decision::{AcceptedUnseen, Decision, Dismissal, Terms, Waiver};
pub use error::TargetError;
pub use reach::Reach;
pub use secret::Secret;
pub use settings::{Deadlines, Purchase};

/// User name and password of HTTP Basic.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Credentials {
    pub username: Secret,
    pub password: Secret,
}

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
    /// Host of the merchant URLs, in lower case. The browser finds the receiver there.
    pub merchant_host: String,
    /// Where the receiver listens. Without it, on a free port of this machine.
    pub receiver_address: Option<SocketAddr>,
    /// Text of the page driver, and its name in messages.
    pub page_driver: Option<(String, String)>,
    /// PEM file of a further root certificate.
    pub extra_ca: Option<PathBuf>,
    pub deadlines: Deadlines,
    /// How long a scenario may wait in place of a clock that is moved.
    pub may_wait: Option<Duration>,
    /// Creations a second that the target allows. `None` means no limit.
    pub creates_per_second: Option<f64>,
    pub confirmed: Confirmed,
    /// Sources of another dialect that speak for this target too. They confirm what is assumed from them.
    pub confirmed_sources: BTreeSet<String>,
    /// Requirements that every run must see. Otherwise it is incomplete.
    pub floor: BTreeSet<RequirementId>,
    pub waivers: Vec<Waiver>,
    pub dismissed: Vec<Dismissal>,
    /// Requirements of which the run may be signed although they were not tested.
    pub accepted_unseen: Vec<AcceptedUnseen>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ProfileFile {
    name: String,
    base_url: String,
    #[serde(default)]
    api_origins: Vec<String>,
    #[serde(default)]
    page_hosts: Vec<String>,
    dialect: Dialect,
    provider: Provider,
    credentials: CredentialsFile,
    second_account: Option<CredentialsFile>,
    #[serde(default)]
    abilities: Vec<String>,
    outcome: Option<BTreeSet<PaymentResult>>,
    control_url: Option<String>,
    #[serde(default)]
    purchase: Purchase,
    #[serde(default = "default_merchant_host")]
    merchant_host: String,
    receiver_address: Option<SocketAddr>,
    page_driver: Option<String>,
    extra_ca: Option<PathBuf>,
    #[serde(default)]
    deadlines: Deadlines,
    #[serde(default, deserialize_with = "settings::some_duration")]
    may_wait: Option<Duration>,
    creates_per_second: Option<f64>,
    #[serde(default)]
    confirmed: Vec<String>,
    #[serde(default)]
    floor: BTreeSet<RequirementId>,
    #[serde(default, rename = "waiver")]
    waivers: Vec<Waiver>,
    #[serde(default)]
    dismissed: Vec<Dismissal>,
    #[serde(default)]
    accepted_unseen: Vec<AcceptedUnseen>,
}

impl ProfileFile {
    /// Checks the values that have a form.
    fn check(&self, path: &str) -> Result<(), TargetError> {
        let faults = [
            ("name", value::name(&self.name)),
            ("creates_per_second", self.creates_per_second.and_then(value::creates_per_second)),
            ("receiver_address", self.receiver_address.and_then(value::receiver_address)),
            ("may_wait", self.may_wait.and_then(value::may_wait)),
        ];
        let all = faults.into_iter().chain(value::purchase(&self.purchase));
        match all.chain(value::deadlines(&self.deadlines)).find_map(|(key, fault)| Some((key, fault?))) {
            Some((key, expected)) => Err(TargetError::Value { path: path.to_owned(), key, expected }),
            None => Ok(()),
        }
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct CredentialsFile {
    username: SecretSource,
    password: SecretSource,
}

impl CredentialsFile {
    /// The credentials. `base` is the folder of the profile.
    fn read(&self, base: &Path) -> Result<Credentials, TargetError> {
        Ok(Credentials {
            username: self.username.read("username", base)?,
            password: self.password.read("password", base)?,
        })
    }
}

fn default_merchant_host() -> String {
    TargetProfile::MERCHANT_HOST.to_owned()
}

impl TargetProfile {
    /// The default merchant host. Its domain is reserved, so it belongs to nobody.
    pub const MERCHANT_HOST: &'static str = "merchant.example";

    /// Parses a profile. `page_driver` finds the text of a driver by its name, and tells why it cannot be read.
    pub fn parse(
        path: &Path,
        text: &str,
        page_driver: impl Fn(&str) -> Option<io::Result<String>>,
    ) -> Result<Self, TargetError> {
        let shown = path.display().to_string();
        let file: ProfileFile =
            toml::from_str(text).map_err(|error| TargetError::malformed(&shown, text, &error))?;
        file.check(&shown)?;
        let base = path.parent().unwrap_or(Path::new("."));
        let mut abilities = BTreeSet::new();
        for word in &file.abilities {
            let ability = Ability::named(word)
                .ok_or_else(|| TargetError::UnknownAbility { path: shown.clone(), word: word.clone() })?;
            abilities.insert(ability);
        }
        let outcome = match file.outcome {
            Some(results) if results.is_empty() => {
                let expected = "a list of `approve`, `decline` and `error`; leave it out if a payment cannot be made to end";
                return Err(TargetError::Value { path: shown, key: "outcome", expected });
            }
            Some(results) => {
                abilities.insert(Ability::Outcome);
                results
            }
            None if abilities.contains(&Ability::Outcome) => PaymentResult::ALL.into(),
            None => BTreeSet::new(),
        };
        let needs = |ability: Ability, key: &'static str, given: bool| {
            if abilities.contains(&ability) && !given {
                return Err(TargetError::AbilityNeeds { path: shown.clone(), ability, key });
            }
            Ok(())
        };
        needs(Ability::Clock, "control_url", file.control_url.is_some())?;
        needs(Ability::Mailbox, "control_url", file.control_url.is_some())?;
        needs(Ability::Browser, "page_driver", file.page_driver.is_some())?;
        needs(Ability::Outcome, "page_driver", file.page_driver.is_some())?;
        // A control interface tells the target where to send its callbacks. A live one needs a place that it can reach.
        let is_told = file.control_url.is_some() || file.receiver_address.is_some();
        needs(Ability::Receiver, "receiver_address", is_told)?;
        let faulty = |key| {
            let path = shown.clone();
            move |fault| TargetError::Address { path, key, fault }
        };
        let url = |key, text: &str| address::url(text).map_err(faulty(key));
        let host = |key, text: &str| address::host(text).map_err(faulty(key));
        let base_url = url("base_url", &file.base_url)?;
        let control_url = file.control_url.map(|text| url("control_url", &text)).transpose()?;
        let api_origins: Vec<Url> =
            file.api_origins.iter().map(|text| url("api_origins", text)).collect::<Result<_, _>>()?;
        let page_hosts =
            file.page_hosts.iter().map(|text| host("page_hosts", text)).collect::<Result<_, _>>()?;
        let merchant_host = host("merchant_host", &file.merchant_host)?;
        if let Some(entry) = file.accepted_unseen.iter().find(|entry| entry.expires.is_none()) {
            return Err(TargetError::NoEnd {
                path: shown,
                entry: Decision::AcceptedUnseen(entry).to_string(),
            });
        }
        let (mut confirmed, mut confirmed_sources) = (BTreeSet::new(), BTreeSet::new());
        for name in file.confirmed {
            match name.parse() {
                Ok(id) => drop(confirmed.insert(id)),
                Err(_) => drop(confirmed_sources.insert(name)),
            }
        }
        let page_driver = match file.page_driver {
            None => None,
            Some(name) => {
                let found = page_driver(&name)
                    .ok_or_else(|| TargetError::PageDriver { path: shown.clone(), name: name.clone() })?;
                let text = found.map_err(|source| TargetError::UnreadPageDriver {
                    path: shown.clone(),
                    name: name.clone(),
                    source,
                })?;
                Some((name, text))
            }
        };
        Ok(Self {
            name: file.name,
            reach: Reach::new(&base_url, &merchant_host).with(&api_origins, page_hosts),
            base_url,
            dialect: file.dialect,
            provider: file.provider,
            credentials: file.credentials.read(base)?,
            second_account: file.second_account.map(|account| account.read(base)).transpose()?,
            abilities,
            outcome,
            control_url,
            purchase: file.purchase,
            merchant_host,
            receiver_address: file.receiver_address,
            page_driver,
            extra_ca: file.extra_ca.map(|ca| base.join(ca)),
            deadlines: file.deadlines,
            may_wait: file.may_wait,
            creates_per_second: file.creates_per_second,
            confirmed: Confirmed::Ids(confirmed),
            confirmed_sources,
            floor: file.floor,
            waivers: file.waivers,
            dismissed: file.dismissed,
            accepted_unseen: file.accepted_unseen,
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

    /// Whether the target runs on this machine, where plain http is allowed.
    pub fn is_loopback(&self) -> bool {
        is_loopback(&self.base_url)
    }
}
