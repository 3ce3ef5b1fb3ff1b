//! A faithful server of the Hosted Payment Page API, with deviations to turn on.
//!
//! Its folders are floors, and imports only go down:
//! `wire` → `api`, `page`, `watch` → `callback` → `state` → `contract` → `http` and `skin` → `ground` and `words`.
//! `deviation` is beside them: it changes `contract` and replies, and only this file names it.
//!
//! - `contract` is above `http`, because its functions return a `Problem` and its variations change a `Reply`.
//! - `state` has the connection to a merchant's server and the log of its calls, because both belong to an account.
//!   It starts no call: its acts return the news, and `api` and `page` pass it to `callback`.
//! - `state` has the memory that `watch` shows, because it remembers every request.
//! - `skin` is data: the documents of other payment pages. `page` fills them, and `state` keeps the chosen one.
//! - `words` is at the bottom, because messages (`api`) and pages use them.

use std::collections::BTreeSet;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

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
use crate::mock::state::limiter::Limiter;
use crate::serve::{Identity, Listener, Panics, ServeError, Server, install_tls_provider};

mod api;
mod callback;
mod contract;
mod deviation;
mod ground;
mod http;
mod page;
mod skin;
mod state;
#[cfg(test)]
mod tests;
mod watch;
mod wire;
mod words;

pub use crate::mock::deviation::{
    DEGENERATE, DEVIATIONS, Deviation, Kind, OF_SEAMS as WEAKENED_SEAMS, all as all_deviations, deviation,
};
pub use crate::mock::ground::{Dialect, PageHost, PublicUrl};
pub use crate::mock::skin::{SKINS, Skin, skin};
#[cfg(test)]
pub use crate::mock::tests::PANICKING;

/// Those whom a watched mock asks too.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Others {
    Deviations,
    /// Deviations that a machine makes from the seams and from the answers.
    Weakenings,
}

/// The settings of a mock.
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
    /// The payment page in place of the mock's own.
    pub skin: Option<&'static Skin>,
    /// Seed that chooses every behaviour that the contract leaves open.
    pub legal_seed: Option<u64>,
    /// Whom the mock asks too, to note which of them would have answered differently.
    pub watch: Option<Others>,
    /// The identity for TLS. Without it, the mock speaks plain HTTP.
    pub identity: Option<Identity>,
    /// The host of the pages. If `None`, `localhost`, with the port of the API.
    pub page_host: Option<PageHost>,
    /// How many payment sessions, and how many hosted sessions, each account may create in a second.
    pub creates_per_second: Option<u32>,
    /// How much later each answer comes than it could. The control interface answers at once.
    pub latency: Duration,
    /// Whether there is a control interface, with the live page.
    pub has_control: bool,
    /// The URL of the API for clients, if a proxy or a tunnel stands in front of it. The URLs in answers lead there.
    pub public_url: Option<PublicUrl>,
    /// The same for the pages. If `None`, they follow from `public_url`.
    pub public_page_url: Option<PublicUrl>,
}

impl MockOptions {
    /// A faithful mock on a free port of 127.0.0.1, with all its other settings as they are by default.
    pub fn new(dialect: Dialect) -> Self {
        Self {
            dialect,
            bind: (Ipv4Addr::LOCALHOST, 0).into(),
            credentials: None,
            deviation: None,
            seed: None,
            opaque_urls: false,
            skin: None,
            legal_seed: None,
            watch: None,
            identity: None,
            page_host: None,
            creates_per_second: None,
            latency: Duration::ZERO,
            has_control: true,
            public_url: None,
            public_page_url: None,
        }
    }
}

/// Why the mock could not be started.
#[derive(Debug, thiserror::Error)]
pub enum MockError {
    #[error("the mock listens on loopback only, not on {addr}")]
    NotLoopback { addr: SocketAddr },

    #[error("cannot start the mock")]
    Serve(#[from] ServeError),

    #[error("cannot serve the pages of the mock")]
    Pages(#[source] ServeError),
}

/// A running mock. Dropping it stops it, and it forgets everything.
pub struct Mock {
    _servers: Vec<Server>,
    playground: Arc<Playground>,
    addr: SocketAddr,
    /// The base URL of the mock itself, without what stands in front of it.
    own_url: String,
    control_url: String,
    _stop: DropGuard,
}

impl Mock {
    /// Starts a mock.
    pub async fn start(mut options: MockOptions) -> Result<Self, MockError> {
        if !options.bind.ip().is_loopback() {
            return Err(MockError::NotLoopback { addr: options.bind });
        }
        install_tls_provider();
        let listener = Listener::bind(options.bind).await?;
        let page_port = options.page_host.as_ref().and_then(|pages| pages.port);
        let mut listeners = vec![listener];
        if let Some(port) = page_port.filter(|port| *port != listeners[0].addr().port()) {
            let addr = (options.bind.ip(), port).into();
            listeners.push(Listener::bind(addr).await.map_err(MockError::Pages)?);
        }
        let identity = options.identity.take();
        let scheme = if identity.is_some() { "https" } else { "http" };
        let addrs = (listeners[0].addr(), listeners[listeners.len() - 1].addr());
        let own_url = format!("{scheme}://{}", addrs.0);
        let control_url = format!("{own_url}/_mock");
        let playground = Arc::new(playground(options, scheme, addrs));
        let serve = |mut listener: Listener| {
            listener =
                listener.with_field_of_refusals(wire::X_MOCK, HeaderValue::from_static(wire::OUR_NAME));
            let variation = &playground.contract.variation;
            listener = listener.with_names(variation.field_names);
            if let Some(reason) = variation.reason {
                listener = listener.with_reason(reason);
            }
            listener.serve(identity.as_ref(), wire::router(&playground))
        };
        let servers = listeners.into_iter().map(serve).collect();
        let stop = playground.stop.clone().drop_guard();
        Ok(Self { _servers: servers, playground, addr: addrs.0, own_url, control_url, _stop: stop })
    }

    /// The address on which it listens.
    pub fn addr(&self) -> SocketAddr {
        self.addr
    }

    /// The base URL of the API, as clients reach it.
    pub fn base_url(&self) -> &str {
        &self.playground.api_origin
    }

    /// The base URL of the mock itself, without what stands in front of it.
    pub fn own_url(&self) -> &str {
        &self.own_url
    }

    /// The choices in what the contract leaves open, for a log.
    pub fn variation(&self) -> String {
        format!("{:?}", self.playground.contract.variation)
    }

    /// Scheme, host and port of the pages.
    pub fn page_origin(&self) -> &str {
        &self.playground.page_origin
    }

    /// The base URL of the control interface. Nothing stands in front of it.
    pub fn control_url(&self) -> &str {
        &self.control_url
    }

    /// The user name of the first account.
    pub fn username(&self) -> &str {
        &self.playground.accounts.first().username
    }

    /// The names of those that would have answered differently since the last call.
    /// Empty if the mock does not watch.
    pub fn take_touched(&self) -> BTreeSet<&'static str> {
        self.playground.contract.take_touched()
    }

    /// Moves the clock of the first account forward.
    pub fn advance_clock(&self, seconds: i64) {
        // A clock that does not move further stays where it is.
        let _ = self.playground.accounts.first().advance(seconds);
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

/// The state of a new mock at the addresses of the API and of the pages.
fn playground(
    options: MockOptions,
    scheme: &'static str,
    (api, pages): (SocketAddr, SocketAddr),
) -> Playground {
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
    let asked = |deviation: &Deviation| (deviation.name, deviation.change);
    match options.watch {
        Some(Others::Deviations) => contract = contract.watched(DEVIATIONS.iter().map(|it| asked(it)), None),
        Some(Others::Weakenings) => {
            contract = contract.watched(WEAKENED_SEAMS.iter().map(asked), Some(deviation::of_reply));
        }
        None => {}
    }
    let variation = &contract.variation;
    let page_host = options.page_host.map_or_else(|| variation.page_host.to_owned(), |pages| pages.host);
    let limiter = Limiter::of_creations(options.creates_per_second);
    let merchant_id = ids.reference();
    let api_origin =
        options.public_url.as_ref().map_or_else(|| format!("{scheme}://{api}"), PublicUrl::origin);
    let page_origin = match (&options.public_page_url, &options.public_url) {
        // On this machine, the pages are at another name than the API, as without a proxy.
        (None, Some(url)) if url.bare_host() == api.ip().to_string() => url.origin_at(&page_host),
        (Some(url), _) | (None, Some(url)) => url.origin(),
        (None, None) => format!("{scheme}://{page_host}:{}", pages.port()),
    };
    let (username, password) = options.credentials.unwrap_or_else(|| (ids.key(), ids.uuid()));
    Playground {
        ids,
        correlation_ids: Ids::new(seed.map(|seed| !seed), variation.id_shape),
        scheme,
        api_origin,
        page_origin,
        has_control: options.has_control,
        latency: options.latency,
        creates_per_second: options.creates_per_second,
        paths: variation.paths,
        skin: options.skin,
        has_opaque_urls: std::ptr::eq(variation.paths, &raw const OPAQUE_PATHS),
        inspection: Arc::new(Inspection::new()),
        accounts: Accounts::new(Account::new(
            merchant_id,
            username,
            password,
            variation.distributed,
            limiter,
        )),
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
