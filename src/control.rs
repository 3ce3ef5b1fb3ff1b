//! The control probe: uses the control interface of a target, which makes accounts, moves clocks, sets limits and shows messages.

use crate::evidence::{ClockMove, Recorder, Trouble, TroubleKind};
use crate::target::{Credentials, Secret, TargetProfile};
use serde::Deserialize;
use serde_json::{Value, json};
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;
use tokio::time::Instant;
use url::Url;

/// A separate merchant account. Control affects only this account.
#[derive(Clone)]
pub struct Account {
    pub merchant_id: String,
    pub credentials: Credentials,
}

/// The control interface could not be set up.
#[derive(Debug, thiserror::Error)]
#[error("cannot set up HTTP for the control interface")]
pub struct ControlError(#[from] reqwest::Error);

/// The client of the control interface of a target.
pub struct Control {
    http: reqwest::Client,
    root: Url,
    recorder: Arc<Recorder>,
}

/// The merchant's server for callbacks.
#[derive(Clone, Copy)]
pub struct CallbackSite<'s> {
    pub host: &'s str,
    pub address: SocketAddr,
    /// Its self-signed certificate, in PEM.
    pub certificate_pem: &'s str,
}

/// A message to a consumer, with its unredacted link. Use it to open the page. Never record it.
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
    /// The control interface of a profile, if it names one. Its connections are made by this client.
    pub fn new(
        profile: &TargetProfile,
        recorder: Arc<Recorder>,
        client: reqwest::ClientBuilder,
    ) -> Result<Option<Self>, ControlError> {
        let Some(url) = &profile.control_url else { return Ok(None) };
        let http = client
            .no_proxy()
            .redirect(reqwest::redirect::Policy::none())
            .timeout(profile.deadlines.request)
            // An act on an account is never sent twice, so it takes no connection that the target may be closing.
            .pool_max_idle_per_host(0)
            .build()?;
        let mut root = url.clone();
        root.set_path(&format!("{}/", url.path().trim_end_matches('/')));
        Ok(Some(Self { http, root, recorder }))
    }

    /// Makes a separate merchant account for one scenario.
    pub async fn mint_account(&self) -> Result<Account, Trouble> {
        let minted: MintedAccount = self.post(&["accounts"], &json!({})).await?;
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
        let path = ["accounts", merchant_id, "clock"];
        let reading: ClockReading = self.post(&path, &json!({ "advance_seconds": advance_seconds })).await?;
        let at_us = u64::try_from(began.elapsed().as_micros()).unwrap_or(u64::MAX);
        Ok(ClockMove { at_us, advance_seconds, now: reading.now })
    }

    /// Sets the address of the merchant's host for an account, and the certificate to trust there.
    pub async fn direct_callbacks(&self, merchant_id: &str, site: CallbackSite<'_>) -> Result<(), Trouble> {
        let path = ["accounts", merchant_id, "callbacks"];
        let resolve: serde_json::Map<String, Value> =
            [(site.host.to_owned(), Value::String(site.address.to_string()))].into_iter().collect();
        self.send(&path, &json!({ "resolve": resolve, "trust_pem": site.certificate_pem })).await.map(|_| ())
    }

    /// The messages to an account's consumers, oldest first.
    pub async fn messages(&self, merchant_id: &str) -> Result<Vec<Message>, Trouble> {
        let path = ["accounts", merchant_id, "outbox"];
        let (url, path) = (self.url(&path), path.join("/"));
        let read = async { self.http.get(url).send().await?.error_for_status()?.json().await };
        let read: Result<Vec<Message>, reqwest::Error> = read.await;
        let messages = read.map_err(|error| network(format!("control: GET {path}: {error}")))?;
        log::info!("GET {path} → {} messages", messages.len());
        Ok(messages)
    }

    /// Limits how many hosted sessions an account may create in a second.
    pub async fn limit_creations(&self, merchant_id: &str, a_second: i64) -> Result<(), Trouble> {
        self.limit(merchant_id, &json!({ "creates_per_second": a_second })).await
    }

    /// Limits how many other requests than creations an account may send in a second.
    pub async fn limit_others(&self, merchant_id: &str, a_second: i64) -> Result<(), Trouble> {
        self.limit(merchant_id, &json!({ "others_per_second": a_second })).await
    }

    async fn limit(&self, merchant_id: &str, limits: &Value) -> Result<(), Trouble> {
        self.send(&["accounts", merchant_id, "limiter"], limits).await.map(drop)
    }

    /// The URL of a path below the control interface. An id is one segment, whatever its letters are.
    fn url(&self, path: &[&str]) -> Url {
        let mut url = self.root.clone();
        if let Ok(mut segments) = url.path_segments_mut() {
            segments.pop_if_empty().extend(path);
        }
        url
    }

    async fn post<T: serde::de::DeserializeOwned>(&self, path: &[&str], body: &Value) -> Result<T, Trouble> {
        let response = self.send(path, body).await?;
        let path = path.join("/");
        response.json().await.map_err(|error| network(format!("control: POST {path}: {error}")))
    }

    async fn send(&self, path: &[&str], body: &Value) -> Result<reqwest::Response, Trouble> {
        let (url, path) = (self.url(path), path.join("/"));
        let sent = self.http.post(url).json(body).send().await;
        let response = sent.map_err(|error| network(format!("control: {error}")))?;
        let status = response.status();
        log::info!("POST {path} → {}", status.as_u16());
        if !status.is_success() {
            return Err(network(format!("control: POST {path} answered {status}")));
        }
        Ok(response)
    }
}

fn network(message: String) -> Trouble {
    Trouble { kind: TroubleKind::Network, message }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::target::fixture::profile;
    use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
    use tokio::net::TcpListener;
    use tokio::task::JoinHandle;

    /// A control interface that answers one request with this status and body. Returns the request line and body.
    async fn interface(status: &'static str, body: &'static str) -> (Control, JoinHandle<(String, Value)>) {
        let _ = rustls::crypto::ring::default_provider().install_default();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let control = Control::new(
            &profile(&format!("http://{}", listener.local_addr().unwrap())),
            Arc::default(),
            reqwest::Client::builder(),
        );
        let heard = tokio::spawn(async move {
            let (stream, _) = listener.accept().await.unwrap();
            let mut stream = BufReader::new(stream);
            let (mut first, mut length) = (String::new(), 0);
            stream.read_line(&mut first).await.unwrap();
            loop {
                let mut line = String::new();
                stream.read_line(&mut line).await.unwrap();
                if let Some(value) = line.to_lowercase().strip_prefix("content-length: ") {
                    length = value.trim().parse().unwrap();
                }
                if line == "\r\n" {
                    break;
                }
            }
            let mut sent = vec![0; length];
            stream.read_exact(&mut sent).await.unwrap();
            let answer = format!("HTTP/1.1 {status}\r\nContent-Length: {}\r\n\r\n{body}", body.len());
            stream.write_all(answer.as_bytes()).await.unwrap();
            (first.trim().to_owned(), serde_json::from_slice(&sent).unwrap_or_default())
        });
        (control.unwrap().unwrap(), heard)
    }

    fn heard(line: &str, body: Value) -> (String, Value) {
        (line.to_owned(), body)
    }

    #[tokio::test]
    async fn an_account_is_minted_and_its_secrets_are_learnt() {
        let minted = r#"{"merchant_id":"m7","username":"user-of-m7","password":"word-of-m7"}"#;
        let (control, sent) = interface("201 Created", minted).await;
        let account = control.mint_account().await.unwrap();
        let credentials =
            Credentials { username: Secret::new("user-of-m7"), password: Secret::new("word-of-m7") };
        assert_eq!((account.merchant_id.as_str(), account.credentials), ("m7", credentials));
        assert_eq!(sent.await.unwrap(), heard("POST /control/accounts HTTP/1.1", json!({})));
        assert!(!control.recorder.text("it is word-of-m7").contains("word-of-m7"));
    }

    #[tokio::test]
    async fn a_moved_clock_says_what_time_it_is_then() {
        let (control, sent) = interface("200 OK", r#"{"now":"2026-11-22T14:46:01Z"}"#).await;
        let moved = control.advance_clock("m7", Duration::from_mins(61), Instant::now()).await.unwrap();
        let at_us = moved.at_us;
        assert_eq!(moved, ClockMove { at_us, advance_seconds: 3660, now: "2026-11-22T14:46:01Z".into() });
        let line = "POST /control/accounts/m7/clock HTTP/1.1";
        assert_eq!(sent.await.unwrap(), heard(line, json!({ "advance_seconds": 3660 })));
    }

    #[tokio::test]
    async fn callbacks_are_directed_to_the_receiver() {
        let (control, sent) = interface("204 No Content", "").await;
        let address = "127.0.0.1:8443".parse().unwrap();
        let site = CallbackSite { host: "merchant.example", address, certificate_pem: "PEM" };
        control.direct_callbacks("m7", site).await.unwrap();
        let body = json!({ "resolve": { "merchant.example": "127.0.0.1:8443" }, "trust_pem": "PEM" });
        assert_eq!(sent.await.unwrap(), heard("POST /control/accounts/m7/callbacks HTTP/1.1", body));
    }

    #[tokio::test]
    async fn creations_are_limited_and_messages_are_read() {
        let (control, sent) = interface("204 No Content", "").await;
        control.limit_creations("m7", 2).await.unwrap();
        let line = "POST /control/accounts/m7/limiter HTTP/1.1";
        assert_eq!(sent.await.unwrap(), heard(line, json!({ "creates_per_second": 2 })));

        let (control, sent) =
            interface("200 OK", r#"[{"to":"a@b.example","link":"https://pay.example/1"}]"#).await;
        let messages = control.messages("m7").await.unwrap();
        let told: Vec<(&str, &str)> =
            messages.iter().map(|one| (one.to.as_str(), one.link.as_str())).collect();
        assert_eq!(told, [("a@b.example", "https://pay.example/1")]);
        assert_eq!(sent.await.unwrap(), heard("GET /control/accounts/m7/outbox HTTP/1.1", Value::Null));
    }

    #[tokio::test]
    async fn a_refusal_is_trouble_that_names_the_request() {
        let (control, _sent) = interface("404 Not Found", "").await;
        let refused = control.limit_creations("m9", 1).await.unwrap_err();
        let message = "control: POST accounts/m9/limiter answered 404 Not Found".into();
        assert_eq!(refused, Trouble { kind: TroubleKind::Network, message });
    }

    #[test]
    fn a_profile_without_a_control_interface_has_none() {
        let mut plain = profile("http://127.0.0.1:1");
        plain.control_url = None;
        assert!(Control::new(&plain, Arc::default(), reqwest::Client::builder()).unwrap().is_none());
    }
}
