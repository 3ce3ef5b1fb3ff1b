//! What a run has made at a target, and how it is taken back at the end: sessions are disabled, orders and authorizations cancelled.

use crate::check::{answer, origin, path};
use crate::client::{ApiAnswer, ApiCall, Client, Method};
use crate::evidence::{Operation, Received, Trouble, TroubleKind};
use crate::target::TargetProfile;
use futures::StreamExt;
use futures::stream;
use std::collections::BTreeSet;
use std::sync::{Mutex, PoisonError};
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;
use url::Url;

/// Something that a run has made with the account of the profile. Its URL is live: use it to act, and never record it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
enum Thing {
    /// A hosted session, at its `session_url`.
    Session(Url),
    /// A KCO order, at the URL that aborts it.
    Checkout(Url),
    /// An authorization of KP that may not have become an order.
    Authorization(Url),
    /// A placed order, in order management.
    Order(Url),
}

/// Everything that a run has made at a target, each once.
#[derive(Debug, Default)]
pub struct Made(Mutex<BTreeSet<Thing>>);

/// How often a thing is tried to be ended while trouble on the way hides the answer. To end it twice does no harm.
const TRIES: usize = 3;

/// What a try to end a thing came to.
enum Tried {
    /// It has ended, now or before: a refusal says that there is nothing to end.
    Ended,
    Open,
    /// No answer of the API came.
    Unanswered,
}

/// What became of the things that a run had made.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct TakenBack {
    /// They were taken back, or had ended already.
    pub ended: u32,
    /// Whether they ended is not known.
    pub left: u32,
}

impl Made {
    /// Notes what the answer to a request of the profile's account shows.
    pub fn note(&self, profile: &TargetProfile, answer: &ApiAnswer) {
        let Received::Response(response) = &answer.exchange.outcome else { return };
        if !answer::is_success(response) {
            return;
        }
        let below = |folder: &str, id: &str, end: &str| {
            path::holds(folder, id).ok()?;
            let mut url = profile.base_url.clone();
            let root = url.path().trim_end_matches('/').to_owned();
            url.set_path(&format!("{root}/{folder}/{}{end}", path::segment(id)));
            Some(url)
        };
        let url = |text: Option<&str>| text.and_then(|text| text.parse().ok());
        let mut found: Vec<Option<Thing>> = Vec::new();
        match answer.exchange.operation {
            Operation::CreateSession => {
                found.push(url(answer.live_text("/session_url")).map(Thing::Session));
            }
            Operation::CreateOrder => found.push(url(answer.live_location()).map(Thing::checkout)),
            Operation::ReadSession | Operation::PlaceOrder => {
                let order = answer.live_text("/order_id");
                found.push(
                    order.and_then(|id| below("ordermanagement/v1/orders", id, "/cancel")).map(Thing::Order),
                );
                let token = answer.live_text("/authorization_token");
                found.push(
                    token
                        .and_then(|token| below("payments/v1/authorizations", token, ""))
                        .map(Thing::Authorization),
                );
            }
            _ => {}
        }
        self.lock().extend(found.into_iter().flatten().filter(|thing| profile.reach.allows_api(thing.url())));
    }

    /// Leaves a hosted session open, with its payment session.
    pub fn leave(&self, session: &Url, payment: &Url) {
        let mut things = self.lock();
        for thing in [Thing::Session(session.clone()), Thing::checkout(payment.clone())] {
            things.remove(&thing);
        }
    }

    /// How many things there are.
    pub fn count(&self) -> u32 {
        u32::try_from(self.lock().len()).unwrap_or(u32::MAX)
    }

    /// Takes everything back, `jobs` things at once. After `stop`, nothing more is sent, and what is left is counted.
    pub async fn take_back(
        &self,
        client: &Client,
        profile: &TargetProfile,
        jobs: usize,
        stop: &CancellationToken,
    ) -> TakenBack {
        let things = std::mem::take(&mut *self.lock());
        let ends = stream::iter(things).map(|thing| async move {
            tokio::select! {
                biased;
                () = stop.cancelled() => false,
                ended = thing.end(client, profile) => ended,
            }
        });
        let ends: Vec<bool> = ends.buffer_unordered(jobs).collect().await;
        let count = |wanted: bool| ends.iter().filter(|has_ended| **has_ended == wanted).count();
        let count = |wanted| u32::try_from(count(wanted)).unwrap_or(u32::MAX);
        TakenBack { ended: count(true), left: count(false) }
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, BTreeSet<Thing>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Thing {
    /// The KCO order at this URL.
    fn checkout(mut url: Url) -> Self {
        url.set_path(&format!("{}/abort", url.path().trim_end_matches('/')));
        Self::Checkout(url)
    }

    fn url(&self) -> &Url {
        let (Self::Session(url) | Self::Checkout(url) | Self::Authorization(url) | Self::Order(url)) = self;
        url
    }

    /// Ends it. Whether it has ended afterwards, now or before.
    async fn end(&self, client: &Client, profile: &TargetProfile) -> bool {
        for _ in 0..TRIES {
            match self.try_to_end(client, profile).await {
                Tried::Ended => return true,
                Tried::Open => return false,
                Tried::Unanswered => {}
            }
        }
        false
    }

    async fn try_to_end(&self, client: &Client, profile: &TargetProfile) -> Tried {
        let (operation, method) = match self {
            Self::Session(_) => (Operation::DisableSession, Method::DELETE),
            Self::Authorization(_) => (Operation::PlaceOrder, Method::DELETE),
            Self::Checkout(_) | Self::Order(_) => (Operation::AbortOrder, Method::POST),
        };
        let _turn = client.await_turn(operation).await;
        let call = ApiCall {
            credentials: Some(&profile.credentials),
            ..ApiCall::new(operation, method, self.url().clone())
        };
        let sent = client.send(call, 0, Instant::now()).await;
        let response = match &sent.exchange.outcome {
            Received::Response(response) => response,
            // Who did not answer in time may not answer the next ones either, and the run would not end.
            Received::Trouble(Trouble { kind: TroubleKind::Timeout, .. }) => return Tried::Open,
            Received::Trouble(_) => return Tried::Unanswered,
        };
        if let (Some(pace), Some(pause)) = (client.pace(), origin::rest_after(response)) {
            pace.rest(operation, pause);
        }
        match response.status {
            _ if origin::foreign(&sent.exchange).is_some() => Tried::Unanswered,
            429 | 500..=599 => Tried::Unanswered,
            200..=299 | 400 | 403 | 409 | 410 => Tried::Ended,
            // An order that was placed does not vanish: a server that does not know it cannot cancel it either.
            404 if !matches!(self, Self::Order(_)) => Tried::Ended,
            _ => Tried::Open,
        }
    }
}
