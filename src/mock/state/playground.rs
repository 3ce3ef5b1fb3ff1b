//! The playground: the whole state of one mock, and how to find objects in it.

use std::sync::Arc;
use std::time::Duration;

use tokio_util::sync::CancellationToken;

use crate::mock::contract::access::Claim;
use crate::mock::contract::distribution::Method;
use crate::mock::contract::seams::Contract;
use crate::mock::contract::status::{Purpose, Sought};
use crate::mock::ground::id::Ids;
use crate::mock::ground::paths::Paths;
use crate::mock::ground::sharded_map::ShardedMap;
use crate::mock::skin::Skin;
use crate::mock::state::account::{Account, Accounts};
use crate::mock::state::authorization::Authorization;
use crate::mock::state::inspection::Inspection;
use crate::mock::state::ledger::Ledger;
use crate::mock::state::order::Order;
use crate::mock::state::session::{Hosted, Payment};
use crate::serve::Panics;

/// The state of one mock.
pub struct Playground {
    pub contract: Arc<Contract>,
    pub ids: Ids,
    /// The ids of single answers, so that other ids do not depend on the number of requests.
    pub correlation_ids: Ids,
    /// The scheme by which the mock itself is reached.
    pub scheme: &'static str,
    /// Scheme, host and port of the API, as clients reach it.
    pub api_origin: String,
    /// Scheme, host and port of the public pages, as clients reach them.
    pub page_origin: String,
    /// Whether there is a control interface.
    pub has_control: bool,
    /// How much later each answer of the API and each page comes than it could.
    pub latency: Duration,
    /// The limit of creations for each new account.
    pub creates_per_second: Option<u32>,
    pub paths: &'static Paths,
    /// The payment page in place of the mock's own.
    pub skin: Option<&'static Skin>,
    /// Whether API URLs have separate keys instead of the session id.
    pub has_opaque_urls: bool,
    pub inspection: Arc<Inspection>,
    pub accounts: Accounts,
    /// The ledger of each merchant, by merchant id.
    pub ledgers: ShardedMap<Ledger>,
    pub payments: ShardedMap<Payment>,
    pub sessions: ShardedMap<Hosted>,
    /// Sessions by the key of an opaque API URL.
    pub references: ShardedMap<Hosted>,
    pub pages: ShardedMap<Hosted>,
    pub qr_images: ShardedMap<Hosted>,
    /// Authorizations by their tokens.
    pub authorizations: ShardedMap<Authorization>,
    pub orders: ShardedMap<Order>,
    /// Cancels the background work of the mock.
    pub stop: CancellationToken,
    /// Mistakes of the mock itself.
    pub panics: Panics,
}

impl Playground {
    /// The link to the payment page of a session.
    pub fn page_url(&self, hosted: &Hosted) -> String {
        let path = self.paths.page(&hosted.page_key);
        let variation = &self.contract.variation;
        variation.link(format!("{}{path}{}", self.page_origin, variation.link_query))
    }

    /// A session of any merchant, by its id or by the key in its opaque URL.
    pub fn any_session(&self, key: &str) -> Option<Arc<Hosted>> {
        self.sessions.get(key).or_else(|| self.references.get(key))
    }

    /// The session of this key, if the merchant may use it.
    pub fn session(&self, key: &str, account: &Account, purpose: Purpose) -> Option<Arc<Hosted>> {
        self.session_for(key, account, purpose, None)
    }

    /// The same, for a link that is to be sent by this method.
    pub fn session_for(
        &self,
        key: &str,
        account: &Account,
        purpose: Purpose,
        method: Option<Method>,
    ) -> Option<Arc<Hosted>> {
        let find = |is_meant: &dyn Fn(&str) -> bool| self.sessions.find_key(is_meant);
        let of_payment = |id: &str| Some(self.payments.get(id)?.siblings().next()?.session_id.clone());
        let sought = Sought { key, purpose, find: &find, of_payment: &of_payment };
        let key = self.contract.session_key(&sought);
        self.any_session(&key).filter(|hosted| {
            let (owner, asker) = (&hosted.account().merchant_id, &account.merchant_id);
            let (status, was_sent) = (hosted.status(), hosted.was_sent());
            self.contract.may_use(&Claim { owner, asker, purpose, status, was_sent, method })
        })
    }

    /// The merchant's payment session.
    pub fn payment(&self, id: &str, account: &Arc<Account>) -> Option<Arc<Payment>> {
        self.payments.get(id).filter(|payment| Arc::ptr_eq(&payment.account, account))
    }

    /// The ledger of a merchant.
    pub fn ledger(&self, account: &Account) -> Arc<Ledger> {
        self.ledgers.get_or_default(&account.merchant_id)
    }
}
