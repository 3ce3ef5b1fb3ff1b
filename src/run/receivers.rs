//! The receivers of a run, one for each merchant host and address. They live as long as the run, so a late arrival is not lost.

use crate::receiver::Receiver;
use crate::run::error_chain;
use crate::suite::NoReceiver;
use crate::target::TargetProfile;
use std::collections::HashMap;
use std::net::SocketAddr;
use std::sync::Arc;
use tokio::sync::Mutex;

/// Host and address of a receiver.
type Place = (String, Option<SocketAddr>);

/// The receivers that have started, by their place.
#[derive(Default)]
pub struct Receivers(Mutex<HashMap<Place, Arc<Receiver>>>);

impl Receivers {
    /// The receiver of a profile. It starts on first use.
    pub async fn of(&self, profile: &TargetProfile) -> Result<Arc<Receiver>, NoReceiver> {
        let mut started = self.0.lock().await;
        let place = (profile.merchant_authority.clone(), profile.receiver_address);
        if let Some(receiver) = started.get(&place) {
            return Ok(Arc::clone(receiver));
        }
        let receiver = Receiver::start(&place.0, place.1).await.map(Arc::new);
        let receiver = receiver.map_err(|error| NoReceiver::Trouble(error_chain(&error)))?;
        started.insert(place, Arc::clone(&receiver));
        Ok(receiver)
    }

    /// The panics of the receivers, when the run has ended.
    pub fn into_panics(self) -> Vec<String> {
        self.0.into_inner().into_values().flat_map(|receiver| receiver.panics()).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::target::fixture;

    #[tokio::test]
    async fn a_host_has_one_receiver_as_long_as_the_run() {
        crate::serve::install_tls_provider();
        let receivers = Receivers::default();
        let of = async |host: &str| {
            let profile =
                TargetProfile { merchant_authority: host.into(), ..fixture::profile("http://127.0.0.1:1") };
            receivers.of(&profile).await.unwrap()
        };
        let (first, again, other) = (of("a.example").await, of("a.example").await, of("b.example").await);
        assert!(Arc::ptr_eq(&first, &again), "an arrival at the first one would be lost");
        assert!(!Arc::ptr_eq(&first, &other));
    }
}
