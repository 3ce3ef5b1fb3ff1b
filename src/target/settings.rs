//! Settings of a profile: how long a target may take, and what is bought.

use serde::{Deserialize, Deserializer};
use std::time::Duration;

/// The default merchant host. Its domain is reserved, so it belongs to nobody.
pub(super) const MERCHANT_HOST: &str = "merchant.example";

/// The e-mails that both vendors let a playground send in a day.
pub const fn emails_per_run() -> u32 {
    100
}

/// The SMS that a playground may send in a day.
pub const fn sms_per_run() -> u32 {
    20
}

/// The longest times that a conformant target may take. The harness does not wait that long if the answer comes earlier.
#[derive(Debug, Clone, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Deadlines {
    /// One request, from sending to the last byte.
    #[serde(deserialize_with = "duration")]
    pub request: Duration,
    /// One move on the page, until the next screen or the merchant URL.
    #[serde(deserialize_with = "duration")]
    pub page: Duration,
    /// Until a status or a callback is seen.
    #[serde(deserialize_with = "duration")]
    pub status: Duration,
    /// How long a page must stay before it counts as generic.
    #[serde(deserialize_with = "duration")]
    pub quiet: Duration,
    /// One whole step.
    #[serde(deserialize_with = "duration")]
    pub step: Duration,
}

impl Default for Deadlines {
    fn default() -> Self {
        Self {
            request: Duration::from_secs(30),
            page: Duration::from_mins(1),
            status: Duration::from_secs(30),
            quiet: Duration::from_secs(10),
            step: Duration::from_mins(2),
        }
    }
}

/// The purchase of the payment session of each hosted session.
#[derive(Debug, Clone, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Purchase {
    /// ISO 3166-1 alpha-2.
    pub country: String,
    /// ISO 4217.
    pub currency: String,
    /// Language and country.
    pub locale: String,
}

impl Default for Purchase {
    fn default() -> Self {
        Self { country: "DE".into(), currency: "EUR".into(), locale: "de-DE".into() }
    }
}

/// A duration that may be left out.
pub(super) fn some_duration<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Option<Duration>, D::Error> {
    duration(deserializer).map(Some)
}

fn duration<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Duration, D::Error> {
    let text = String::deserialize(deserializer)?;
    text.parse::<jiff::SignedDuration>().ok().and_then(|span| Duration::try_from(span).ok()).ok_or_else(
        || {
            serde::de::Error::custom(format!(
                "`{text}` is not a duration; write it like \"300ms\" or \"10s\""
            ))
        },
    )
}
