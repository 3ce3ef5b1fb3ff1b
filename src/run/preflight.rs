//! Preflight: one harmless request checks whether a target can be tested, before any scenario runs.

use crate::client::{ApiCall, Client, ClientError, Method};
use crate::evidence::{Operation, Received, Recorder};
use crate::target::TargetProfile;
use serde_json::json;
use std::sync::Arc;
use std::time::Duration;
use tokio::time::Instant;
use url::Url;

/// How long a target may take to answer the preflight.
const PATIENCE: Duration = Duration::from_secs(3);

/// Sends a creation without a payment session. A working HPP server refuses it, and no session is created.
pub async fn check(profile: &TargetProfile, recorder: &Arc<Recorder>) -> Result<(), PreflightError> {
    let mut hasty = profile.clone();
    hasty.deadlines.request = hasty.deadlines.request.min(PATIENCE);
    let client = Client::new(&hasty, Arc::clone(recorder), None)?;
    let url = sessions_url(&profile.base_url);
    let call = ApiCall {
        operation: Operation::CreateSession,
        method: Method::POST,
        url: url.clone(),
        credentials: Some(&profile.credentials),
        body: Some(json!({})),
        faulty_on_purpose: true,
        oddity: None,
    };
    let target = profile.name.clone();
    let url = url.to_string();
    match client.send(call, 1, Instant::now()).await.exchange.outcome {
        Received::Trouble(trouble) => Err(PreflightError::Unreachable { target, url, why: trouble.message }),
        Received::Response(response) => match response.status {
            401 | 403 => Err(PreflightError::Credentials { target, url, status: response.status }),
            status @ (100..=399 | 404 | 405 | 501) if status != 201 => {
                Err(PreflightError::NoHppServer { target, url, status })
            }
            status @ 500.. => Err(PreflightError::Unwell { target, url, status }),
            _ => Ok(()),
        },
    }
}

/// `{base}/hpp/v1/sessions`.
fn sessions_url(base: &Url) -> Url {
    let mut url = base.clone();
    url.set_path(&format!("{}/hpp/v1/sessions", base.path().trim_end_matches('/')));
    url
}

/// Why a target cannot be tested.
#[derive(Debug, thiserror::Error)]
pub enum PreflightError {
    #[error(
        "the target `{target}` cannot be reached: {why}; check `base_url`, and that the server is running ({url})"
    )]
    Unreachable { target: String, url: String, why: String },

    #[error(
        "the target `{target}` refuses the credentials: POST {url} answered {status}; check the user name, the password and the environment they belong to"
    )]
    Credentials { target: String, url: String, status: u16 },

    #[error(
        "the target `{target}` is not an HPP server: POST {url} answered {status} instead of 400; check `base_url`"
    )]
    NoHppServer { target: String, url: String, status: u16 },

    #[error("the target `{target}` has a server error: POST {url} answered {status}; try again later")]
    Unwell { target: String, url: String, status: u16 },

    #[error(transparent)]
    Client(#[from] ClientError),
}
