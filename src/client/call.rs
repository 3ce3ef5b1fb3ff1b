//! Calls: what is sent to the target, well-formed or malformed on purpose.

use crate::evidence::Operation;
use crate::target::Credentials;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use reqwest::Method;
use serde_json::Value;
use url::Url;

/// A request to send.
#[derive(Clone)]
pub struct ApiCall<'c> {
    pub operation: Operation,
    pub method: Method,
    pub url: Url,
    /// `None` sends no `Authorization` field.
    pub credentials: Option<&'c Credentials>,
    pub body: Option<Value>,
    /// The request breaks its schema on purpose.
    pub faulty_on_purpose: bool,
    /// The credentials are wrong on purpose.
    pub credentials_in_doubt: bool,
    /// `None` sends a well-formed request.
    pub oddity: Option<Oddity>,
    /// The request is sent to meet the rate limit, so a 429 is its answer.
    pub expects_limit: bool,
}

impl ApiCall<'_> {
    /// A well-formed request, without credentials and without a body.
    pub fn new(operation: Operation, method: Method, url: Url) -> Self {
        let (credentials, body, oddity) = (None, None, None);
        let (faulty_on_purpose, credentials_in_doubt, expects_limit) = (false, false, false);
        Self {
            operation,
            method,
            url,
            credentials,
            body,
            faulty_on_purpose,
            credentials_in_doubt,
            oddity,
            expects_limit,
        }
    }
}

/// A way in which a request is malformed.
#[derive(Debug, Clone)]
pub enum Oddity {
    /// The body is this text instead of JSON.
    Text(String),
    /// The credentials have this scheme instead of HTTP Basic.
    Scheme(&'static str),
}

/// Value of the `Authorization` field of a request.
pub(super) fn authorization(call: &ApiCall<'_>) -> Option<String> {
    let credentials = call.credentials?;
    let pair = format!("{}:{}", credentials.username.reveal(), credentials.password.reveal());
    let scheme = match call.oddity {
        Some(Oddity::Scheme(scheme)) => scheme,
        _ => "Basic",
    };
    Some(format!("{scheme} {}", STANDARD.encode(pair)))
}
