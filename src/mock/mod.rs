//! A faithful server of the Hosted Payment Page API, with deviations to turn on.
//!
//! Its folders are floors, and imports only go down:
//! `wire` → `api`, `page`, `watch` → `callback` → `state` → `contract` → `http` → `ground` and `words`.
//! `deviation` is beside them: it changes `contract` and replies, and only this file names it.
//!
//! - `contract` is above `http`, because its functions return a `Problem` and its variations change a `Reply`.
//! - `state` has the connection to a merchant's server and the log of its calls, because both belong to an account.
//!   It starts no call: its acts return the news, and `api` and `page` pass it to `callback`.
//! - `state` has the memory that `watch` shows, because it remembers every request.
//! - `words` is at the bottom, because messages (`api`) and pages use them.

use std::collections::BTreeSet;
use std::net::SocketAddr;
use std::sync::Arc;

use axum::http::HeaderValue;
use tokio_util::sync::{CancellationToken, DropGuard};

use crate::mock::contract::seams::Contract;
use crate::mock::contract::variation::Variation;
use crate::mock::ground::id::Ids;
use crate::mock::ground::paths::OPAQUE_PATHS;
use crate::mock::ground::sharded_map::ShardedMap;
use crate::mock::state::Playground;
use crate::mock::state::account::{Account, Accounts};
use crate::mock::state::inspection::Inspection;
use crate::serve::{Listener, Panics, ServeError, Server, install_tls_provider};

mod api;
mod callback;
mod contract;
mod deviation;
mod ground;
mod http;
mod page;
mod state;
#[cfg(test)]
mod tests;
mod watch;
mod wire;
mod words;

pub use crate::mock::deviation::{DEVIATIONS, Deviation, deviation};
pub use crate::mock::ground::Dialect;
#[cfg(test)]
pub use crate::mock::tests::PANICKING;

/// The settings of a mock.
#[derive(Debug, Clone)]
pub struct MockOptions {
    pub dialect: Dialect,
    /// The address to listen on, on loopback. Port 0 picks a free port.
    pub bind: SocketAddr,
    /// User name and password of the first account. If `None`, made like ids.
    pub credentials: Option<(String, String)>,
    pub deviation: Option<&'static Deviation>,
    /// The same seed gives the same ids in the same order. Each dialect has its own ids. If `None`, nobody can guess an id.
    pub seed: Option<u64>,
    /// Whether the URLs in answers use opaque paths such as `/a/…`.
    pub opaque_urls: bool,
    /// Seed that chooses every behaviour that the contract leaves open.
    pub legal_seed: Option<u64>,
    /// Whether the mock notes which deviations would have answered differently.
    pub watch: bool,
}

/// Why the mock could not be started.
#[derive(Debug, thiserror::Error)]
pub enum MockError {
    #[error("the mock listens on loopback only, not on {addr}")]
    NotLoopback { addr: SocketAddr },

    #[error("cannot start the mock")]
    Serve(#[from] ServeError),
}

impl MockError {
    /// Whether another program listens at the port, or the port is not for everybody.
    pub fn is_busy(&self) -> bool {
        matches!(self, Self::Serve(ServeError::Bind { .. }))
    }
}

/// A running mock. Dropping it stops it, and it forgets everything.
pub struct Mock {
    _server: Server,
    playground: Arc<Playground>,
    _stop: DropGuard,
}

impl Mock {
    /// Starts a mock.
    pub async fn start(options: MockOptions) -> Result<Self, MockError> {
        if !options.bind.ip().is_loopback() {
            return Err(MockError::NotLoopback { addr: options.bind });
        }
        install_tls_provider();
        let listener = Listener::bind(options.bind).await?;
        let our_name = HeaderValue::from_static(wire::OUR_NAME);
        let mut listener = listener.with_field_of_refusals(wire::X_MOCK, our_name);
        let playground = Arc::new(playground(options, listener.addr()));
        if playground.contract.variation.lower_case_fields {
            listener = listener.with_lower_case_fields();
        }
        let server = listener.serve(None, wire::router(&playground));
        let stop = playground.stop.clone().drop_guard();
        Ok(Self { _server: server, playground, _stop: stop })
    }

    /// The base URL of the API.
    pub fn base_url(&self) -> &str {
        &self.playground.api_origin
    }

    /// The base URL of the control interface.
    pub fn control_url(&self) -> String {
        format!("{}/_mock", self.base_url())
    }

    /// The user name of the first account.
    pub fn username(&self) -> &str {
        &self.playground.accounts.first().username
    }

    /// The names of the deviations that would have answered differently since the last call.
    /// Empty if the mock does not watch.
    pub fn take_touched(&self) -> BTreeSet<&'static str> {
        self.playground.contract.take_touched()
    }

    /// Where the mock panicked and why. It then answered 503. Each is a bug of the mock.
    pub fn panics(&self) -> Vec<String> {
        self.playground.panics.all()
    }

    /// The password of the first account.
    pub fn password(&self) -> &str {
        &self.playground.accounts.first().password
    }
}

/// Makes the ids of the two dialects differ.
const KUSTOM: u64 = 0x6b75_7374_6f6d;

fn playground(options: MockOptions, addr: SocketAddr) -> Playground {
    let mut variation = options.legal_seed.map_or_else(Variation::plain, Variation::seeded);
    if options.opaque_urls {
        variation.paths = &OPAQUE_PATHS;
    }
    let seed = match options.dialect {
        Dialect::Klarna => options.seed,
        // A run has a mock of each dialect. A secret of one must not be an id of the other.
        Dialect::Kustom => options.seed.map(|seed| seed ^ KUSTOM),
    };
    let ids = Ids::new(seed, variation.id_shape);
    let change = options.deviation.map(|deviation| deviation.change);
    let mut contract = Contract::new(options.dialect, variation, change);
    if options.watch {
        contract = contract.watched(DEVIATIONS.iter().map(|deviation| (deviation.name, deviation.change)));
    }
    let variation = &contract.variation;
    let merchant_id = ids.reference();
    let (username, password) = options.credentials.unwrap_or_else(|| (ids.key(), ids.uuid()));
    Playground {
        ids,
        correlation_ids: Ids::new(seed.map(|seed| !seed), variation.id_shape),
        api_origin: format!("http://{addr}"),
        page_origin: format!("http://{}:{}", contract.variation.page_host, addr.port()),
        paths: variation.paths,
        has_opaque_urls: std::ptr::eq(variation.paths, &raw const OPAQUE_PATHS),
        inspection: Arc::new(Inspection::new()),
        accounts: Accounts::new(Account::new(merchant_id, username, password, variation.distributed)),
        ledgers: ShardedMap::new(),
        payments: ShardedMap::new(),
        sessions: ShardedMap::new(),
        references: ShardedMap::new(),
        pages: ShardedMap::new(),
        qr_images: ShardedMap::new(),
        authorizations: ShardedMap::new(),
        orders: ShardedMap::new(),
        stop: CancellationToken::new(),
        panics: Panics::default(),
        contract: Arc::new(contract),
    }
}
