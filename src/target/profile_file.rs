//! The file of a profile: its keys as they are written, and the form of their values.

use crate::requirement::{Dialect, Provider, RequirementId};
use crate::target::HttpVersion;
use crate::target::ability::{Ability, PaymentResult};
use crate::target::decision::{AcceptedUnseen, Dismissal, Waiver};
use crate::target::error::TargetError;
use crate::target::identity::Identity;
use crate::target::market::Market;
use crate::target::production::production_host;
use crate::target::secret::{Credentials, Secret, SecretSource};
use crate::target::settings::{Deadlines, Purchase};
use crate::target::text::{ProfileError, ProfileText};
use crate::target::{settings, value};
use serde::Deserialize;
use std::collections::BTreeSet;
use std::path::PathBuf;
use std::slice;
use std::time::Duration;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ProfileFile {
    /// The profile from which this one takes over what it does not say.
    #[expect(dead_code, reason = "it is followed before the whole is read")]
    extends: Option<String>,
    pub name: String,
    pub base_url: String,
    #[serde(default)]
    pub api_origins: Vec<String>,
    #[serde(default)]
    pub page_hosts: Vec<String>,
    pub dialect: Dialect,
    pub provider: Provider,
    pub credentials: CredentialsFile,
    pub second_account: Option<CredentialsFile>,
    #[serde(default)]
    pub abilities: Vec<String>,
    pub outcome: Option<BTreeSet<PaymentResult>>,
    pub control_url: Option<String>,
    #[serde(default)]
    pub purchase: Purchase,
    #[serde(default)]
    pub identity: Identity,
    #[serde(default, rename = "market")]
    pub markets: Vec<Market>,
    #[serde(default = "default_merchant_host")]
    pub merchant_host: String,
    pub receiver_address: Option<String>,
    pub receiver_url: Option<String>,
    pub webdriver: Option<String>,
    pub page_driver: Option<String>,
    pub extra_ca: Option<PathBuf>,
    pub client_certificate: Option<PathBuf>,
    pub client_key: Option<PathBuf>,
    pub proxy: Option<String>,
    #[serde(default)]
    pub http: HttpVersion,
    #[serde(default)]
    pub deadlines: Deadlines,
    #[serde(default, deserialize_with = "settings::some_duration")]
    pub may_wait: Option<Duration>,
    pub creates_per_second: Option<f64>,
    pub requests_per_second: Option<f64>,
    pub at_once: Option<u16>,
    #[serde(default = "settings::emails_per_run")]
    pub emails_per_run: u32,
    #[serde(default = "settings::sms_per_run")]
    pub sms_per_run: u32,
    #[serde(default)]
    pub confirmed: Vec<String>,
    #[serde(default)]
    pub floor: BTreeSet<RequirementId>,
    #[serde(default, rename = "waiver")]
    pub waivers: Vec<Waiver>,
    #[serde(default)]
    pub dismissed: Vec<Dismissal>,
    #[serde(default)]
    pub accepted_unseen: Vec<AcceptedUnseen>,
}

impl ProfileFile {
    /// Checks the values that have a form.
    pub fn check(&self, text: &ProfileText) -> Result<(), ProfileError> {
        let faults = [
            ("name", value::name(&self.name)),
            ("provider", value::provider(self.dialect, self.provider)),
            ("creates_per_second", self.creates_per_second.and_then(value::rate)),
            ("requests_per_second", self.requests_per_second.and_then(value::rate)),
            ("at_once", self.at_once.and_then(value::at_once)),
            ("may_wait", self.may_wait.and_then(value::may_wait)),
        ];
        let all = faults.into_iter().chain(value::purchase(&self.purchase));
        match all.chain(value::deadlines(&self.deadlines)).find_map(|(key, fault)| Some((key, fault?))) {
            Some((key, expected)) => Err(faulty(text, &key.split('.').collect::<Vec<_>>(), expected)),
            None => self.check_pairs(text),
        }
    }

    /// Checks that a key stands beside the other one without which it means nothing.
    fn check_pairs(&self, text: &ProfileText) -> Result<(), ProfileError> {
        let (certificate, key) = (self.client_certificate.is_some(), self.client_key.is_some());
        for (name, is_given, other, is_other_given) in [
            ("client_certificate", certificate, "client_key", key),
            ("client_key", key, "client_certificate", certificate),
            (
                "receiver_url",
                self.receiver_url.is_some(),
                "receiver_address",
                self.receiver_address.is_some(),
            ),
        ] {
            if is_given && !is_other_given {
                return Err(text.error(&[name], TargetError::KeyNeeds { key: name, other }));
            }
        }
        Ok(())
    }

    /// Refuses each production host that is not among the allowed ones.
    pub fn check_production(&self, text: &ProfileText, allowed: &[String]) -> Result<(), ProfileError> {
        for (key, texts) in [
            ("base_url", slice::from_ref(&self.base_url)),
            ("api_origins", &self.api_origins),
            ("page_hosts", &self.page_hosts),
            ("control_url", self.control_url.as_slice()),
            ("merchant_host", slice::from_ref(&self.merchant_host)),
            ("receiver_url", self.receiver_url.as_slice()),
        ] {
            for (index, named) in texts.iter().enumerate() {
                if let Some(host) = production_host(named).filter(|host| !allowed.contains(host)) {
                    return Err(text.error(&[key, &index.to_string()], TargetError::Production { key, host }));
                }
            }
        }
        Ok(())
    }

    /// What the set-up can do, and how a payment can be made to end. Each ability has what it needs.
    pub fn abilities(
        &self,
        text: &ProfileText,
    ) -> Result<(BTreeSet<Ability>, BTreeSet<PaymentResult>), ProfileError> {
        let named = each("abilities", &self.abilities, |steps, word| {
            Ability::named(word)
                .ok_or_else(|| text.error(steps, TargetError::UnknownAbility { word: word.to_owned() }))
        })?;
        let mut abilities = BTreeSet::from_iter(named);
        let outcome = match &self.outcome {
            Some(results) if results.is_empty() => {
                let expected = "write a list of `approve`, `decline` and `error`, or leave it out if a payment cannot be made to end";
                return Err(faulty(text, &["outcome"], expected));
            }
            Some(results) => {
                abilities.insert(Ability::Outcome);
                results.clone()
            }
            None if abilities.contains(&Ability::Outcome) => PaymentResult::ALL.into(),
            None => BTreeSet::new(),
        };
        let has_control = self.control_url.is_some();
        for (ability, key, is_given) in [
            (Ability::Clock, "control_url", has_control),
            (Ability::Mailbox, "control_url", has_control),
            (Ability::Browser, "page_driver", self.page_driver.is_some()),
            (Ability::Outcome, "page_driver", self.page_driver.is_some()),
            // A control interface tells the target where to send its callbacks. A live one needs a place that it can reach.
            (Ability::Receiver, "receiver_address", has_control || self.receiver_address.is_some()),
        ] {
            if abilities.contains(&ability) && !is_given {
                let by_list = ability == Ability::Outcome && self.outcome.is_some();
                let steps: &[&str] = if by_list { &["outcome"] } else { &["abilities", ability.word()] };
                return Err(text.error(steps, TargetError::AbilityNeeds { ability, key }));
            }
        }
        if abilities.contains(&Ability::Clock) && self.may_wait.is_some() {
            let expected =
                "the ability `clock` moves the time, so nothing waits; leave out `may_wait` or the ability";
            return Err(faulty(text, &["may_wait"], expected));
        }
        Ok((abilities, outcome))
    }
}

/// What is read from each text under a key of the profile.
pub(super) fn each<T>(
    key: &str,
    texts: &[String],
    read: impl Fn(&[&str], &str) -> Result<T, ProfileError>,
) -> Result<Vec<T>, ProfileError> {
    texts.iter().enumerate().map(|(index, text)| read(&[key, &index.to_string()], text)).collect()
}

/// The error of a value that has another form than is expected.
pub(super) fn faulty(text: &ProfileText, steps: &[&str], expected: &'static str) -> ProfileError {
    text.error(steps, TargetError::Value { key: steps.join("."), expected })
}

/// How the secrets of a profile are got.
#[derive(Clone, Copy)]
pub(super) enum Secrets {
    /// They are read.
    Read,
    /// The name of its variable or file stands for each.
    Named,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct CredentialsFile {
    pub username: SecretSource,
    pub password: SecretSource,
}

impl CredentialsFile {
    /// The credentials under a key of the profile.
    pub fn read(&self, key: &str, text: &ProfileText, secrets: Secrets) -> Result<Credentials, ProfileError> {
        let secret = |part: &'static str, source: &SecretSource| {
            let base = text.file(&[key, part]).folder();
            match secrets {
                Secrets::Read => source.read(part, base).map_err(|fault| text.error(&[key, part], fault)),
                Secrets::Named => Ok(Secret::new(source.name())),
            }
        };
        Ok(Credentials {
            username: secret("username", &self.username)?,
            password: secret("password", &self.password)?,
        })
    }
}

fn default_merchant_host() -> String {
    settings::MERCHANT_HOST.to_owned()
}
