//! The control probe: mints merchant accounts, moves their clocks, limits them and reads their messages, where a target offers that.

use crate::evidence::{ClockMove, Recorder, Trouble, TroubleKind};
use crate::target::{Credentials, Secret, TargetProfile};
use serde::Deserialize;
use serde_json::{Value, json};
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;
use tokio::time::Instant;
use url::Url;

/// A merchant account of its own, by which control is scoped.
#[derive(Clone)]
pub struct Account {
    pub merchant_id: String,
    pub credentials: Credentials,
}

/// The control interface could not be set up.
#[derive(Debug, thiserror::Error)]
#[error("cannot set up HTTP for the control interface")]
pub struct ControlError(#[from] reqwest::Error);

/// Speaks to the control interface of a target.
pub struct Control {
    http: reqwest::Client,
    root: Url,
    recorder: Arc<Recorder>,
}

/// Where the merchant's own server is.
#[derive(Clone, Copy)]
pub struct CallbackSite<'s> {
    pub host: &'s str,
    pub address: SocketAddr,
    /// Of its self-signed certificate.
    pub certificate_pem: &'s str,
}

/// A message to a consumer, with its live link: to open, never to keep.
#[derive(Deserialize)]
pub struct Message {
    pub to: String,
    pub link: String,
}

#[derive(Deserialize)]
struct MintedAccount {
    merchant_id: String,
    username: String,
    password: String,
}

#[derive(Deserialize)]
struct ClockReading {
    now: String,
}

impl Control {
    /// The control interface of a profile, if it names one.
    pub fn new(profile: &TargetProfile, recorder: Arc<Recorder>) -> Result<Option<Self>, ControlError> {
        let Some(url) = &profile.control_url else { return Ok(None) };
        let http = reqwest::Client::builder().no_proxy().timeout(profile.deadlines.request).build()?;
        let mut root = url.clone();
        root.set_path(&format!("{}/", url.path().trim_end_matches('/')));
        Ok(Some(Self { http, root, recorder }))
    }

    /// Makes a merchant account that no other scenario uses.
    pub async fn mint_account(&self) -> Result<Account, Trouble> {
        let minted: MintedAccount = self.post("accounts", &json!({})).await?;
        self.recorder.learn_credentials(&minted.username, &minted.password);
        Ok(Account {
            merchant_id: minted.merchant_id,
            credentials: Credentials {
                username: Secret::new(minted.username),
                password: Secret::new(minted.password),
            },
        })
    }

    /// Moves the clock of an account forward.
    pub async fn advance_clock(
        &self,
        merchant_id: &str,
        by: Duration,
        began: Instant,
    ) -> Result<ClockMove, Trouble> {
        let advance_seconds = i64::try_from(by.as_secs()).unwrap_or(i64::MAX);
        let path = format!("accounts/{merchant_id}/clock");
        let reading: ClockReading = self.post(&path, &json!({ "advance_seconds": advance_seconds })).await?;
        let at_us = u64::try_from(began.elapsed().as_micros()).unwrap_or(u64::MAX);
        Ok(ClockMove { at_us, advance_seconds, now: reading.now })
    }

    /// Tells an account where the merchant's host is found and which certificate to trust there.
    pub async fn direct_callbacks(&self, merchant_id: &str, site: CallbackSite<'_>) -> Result<(), Trouble> {
        let path = format!("accounts/{merchant_id}/callbacks");
        let resolve: serde_json::Map<String, Value> =
            [(site.host.to_owned(), Value::String(site.address.to_string()))].into_iter().collect();
        self.send(&path, &json!({ "resolve": resolve, "trust_pem": site.certificate_pem })).await.map(|_| ())
    }

    /// The messages that went to an account's consumers, oldest first.
    pub async fn messages(&self, merchant_id: &str) -> Result<Vec<Message>, Trouble> {
        let path = format!("accounts/{merchant_id}/outbox");
        let url = self.url(&path)?;
        let read = async { self.http.get(url).send().await?.error_for_status()?.json().await };
        read.await.map_err(|error| network(format!("control: GET {path}: {error}")))
    }

    /// Limits how many hosted sessions an account may create in a second.
    pub async fn limit_creations(&self, merchant_id: &str, a_second: i64) -> Result<(), Trouble> {
        let path = format!("accounts/{merchant_id}/limiter");
        self.send(&path, &json!({ "creates_per_second": a_second })).await.map(drop)
    }

    fn url(&self, path: &str) -> Result<Url, Trouble> {
        self.root.join(path).map_err(|error| network(format!("control: {error}")))
    }

    async fn post<T: serde::de::DeserializeOwned>(&self, path: &str, body: &Value) -> Result<T, Trouble> {
        let response = self.send(path, body).await?;
        response.json().await.map_err(|error| network(format!("control: POST {path}: {error}")))
    }

    async fn send(&self, path: &str, body: &Value) -> Result<reqwest::Response, Trouble> {
        let url = self.url(path)?;
        let sent = self.http.post(url).json(body).send().await;
        let response = sent.map_err(|error| network(format!("control: {error}")))?;
        let status = response.status();
        if !status.is_success() {
            return Err(network(format!("control: POST {path} answered {status}")));
        }
        Ok(response)
    }
}

fn network(message: String) -> Trouble {
    Trouble { kind: TroubleKind::Network, message }
}
