//! A notice to a webhook. Its address is a secret, so no error shows it.

use reqwest::StatusCode;
use reqwest::redirect::Policy;
use serde_json::json;
use std::time::Duration;
use url::Url;

/// The longest that a notice may take. Nobody waits for it.
const DEADLINE: Duration = Duration::from_secs(10);

/// Posts a text as `{"text": …}`, as chat servers take it. Install the TLS provider first.
pub async fn post_notice(url: &Url, text: &str) -> Result<(), NoticeError> {
    let client = reqwest::Client::builder().timeout(DEADLINE).redirect(Policy::none()).build();
    let posted =
        client.map_err(NoticeError::of)?.post(url.clone()).json(&json!({ "text": text })).send().await;
    let status = posted.map_err(NoticeError::of)?.status();
    if status.is_success() { Ok(()) } else { Err(NoticeError::Refused { status }) }
}

/// Why a notice did not arrive.
#[derive(Debug, thiserror::Error)]
pub enum NoticeError {
    #[error("the webhook cannot be reached")]
    Unreached(#[source] reqwest::Error),

    #[error("the webhook answered {status}")]
    Refused { status: StatusCode },
}

impl NoticeError {
    fn of(error: reqwest::Error) -> Self {
        Self::Unreached(error.without_url())
    }
}
