//! The request that shows whether a target can call back: it takes the way of a callback, and must arrive at the receiver.

use crate::client::{ApiCall, Client, Method};
use crate::evidence::{Operation, Received, Recorder};
use crate::receiver::Receiver;
use crate::run::preflight::call::{PreflightError, hasty};
use crate::suite::NoReceiver;
use crate::target::TargetProfile;
use std::sync::Arc;
use tokio::time::Instant;
use url::Url;

/// Sends a request to the merchant's host in the way a live target sends its callbacks. It must arrive at the receiver.
///
/// # Errors
/// The request does not arrive, so a missing callback would say nothing about the target.
pub async fn check(
    profile: &TargetProfile,
    recorder: &Arc<Recorder>,
    receiver: Result<Arc<Receiver>, NoReceiver>,
) -> Result<(), PreflightError> {
    const MARK: &str = "reachable";
    let failed = |why: String| PreflightError::Callbacks {
        target: profile.name.clone(),
        host: profile.merchant_authority.clone(),
        address: profile.receiver_address.map_or_else(String::new, |address| address.to_string()),
        why,
    };
    let receiver = match receiver {
        Ok(receiver) => receiver,
        Err(NoReceiver::Trouble(why)) => return Err(failed(why)),
        Err(NoReceiver::NotAsked) => return Err(failed("it did not start".to_owned())),
    };
    let client = Client::new(&hasty(profile), Arc::clone(recorder), None)?;
    let address = format!("https://{}/{MARK}", profile.merchant_authority);
    let url: Url = address.parse().map_err(|_| failed(format!("{address} is not a URL")))?;
    let call = ApiCall::new(Operation::FetchPage, Method::GET, url);
    let exchange = client.send(call, 1, Instant::now()).await.exchange;
    let has_arrived = !receiver.arrivals(MARK).is_empty();
    receiver.forget(MARK);
    match exchange.outcome {
        _ if has_arrived => Ok(()),
        Received::Response(response) => {
            Err(failed(format!("something else answered with {}", response.status)))
        }
        Received::Trouble(trouble) => Err(failed(trouble.message)),
    }
}
