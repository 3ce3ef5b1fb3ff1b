//! A market of a profile, as it is written: what is bought there, by whom, and how a payment can be made to end.

use crate::target::ability::PaymentResult;
use crate::target::identity::Identity;
use crate::target::settings::Purchase;
use serde::Deserialize;
use std::collections::BTreeSet;

/// A market of a profile. What it does not say is as in the profile.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Market {
    pub country: String,
    /// The part of the target's name behind `/`. Without it, the country.
    #[serde(default)]
    pub name: Option<String>,
    #[serde(default)]
    pub currency: Option<String>,
    #[serde(default)]
    pub locale: Option<String>,
    #[serde(default)]
    pub outcome: Option<BTreeSet<PaymentResult>>,
    #[serde(default)]
    pub identity: Identity,
}

impl Market {
    /// What is bought there.
    pub(super) fn purchase(&self, of_profile: &Purchase) -> Purchase {
        let or = |own: &Option<String>, other: &String| own.clone().unwrap_or_else(|| other.clone());
        Purchase {
            country: self.country.clone(),
            currency: or(&self.currency, &of_profile.currency),
            locale: or(&self.locale, &of_profile.locale),
        }
    }
}
