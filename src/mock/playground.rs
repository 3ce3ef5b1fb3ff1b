//! Everything one running mock knows, and the acts that concern several things at once.

use std::sync::Arc;

use jiff::Timestamp;
use tokio_util::sync::CancellationToken;

use crate::mock::Dialect;
use crate::mock::account::Account;
use crate::mock::account::Accounts;
use crate::mock::callbacks;
use crate::mock::callbacks::Held;
use crate::mock::hosted::Hosted;
use crate::mock::hosted::PlaceOrderMode;
use crate::mock::hosted::Purchase;
use crate::mock::id::Ids;
use crate::mock::inspection::Inspection;
use crate::mock::order::Order;
use crate::mock::paths::Paths;
use crate::mock::payment::Payment;
use crate::mock::payment::PaymentState;
use crate::mock::payment::Progress;
use crate::mock::reply::Reply;
use crate::mock::rules::Rules;
use crate::mock::session::Ended;
use crate::mock::session::Event;
use crate::mock::sharded_map::ShardedMap;
use crate::mock::sharded_map::lock;

/// The state of one mock.
pub struct Playground {
    pub dialect: Dialect,
    pub rules: Rules,
    /// A deviation that distorts answers on their way out.
    pub distort: Option<fn(&mut Reply)>,
    pub ids: Ids,
    /// Scheme and host of the API.
    pub api_origin: String,
    /// Scheme and host of the public pages.
    pub page_origin: String,
    pub paths: &'static Paths,
    /// Whether API URLs are made with keys of their own instead of the session id.
    pub has_opaque_urls: bool,
    pub inspection: Arc<Inspection>,
    pub accounts: Accounts,
    pub payments: ShardedMap<Payment>,
    pub sessions: ShardedMap<Hosted>,
    /// Sessions by the key of an opaque API URL.
    pub references: ShardedMap<Hosted>,
    pub pages: ShardedMap<Hosted>,
    pub qr_images: ShardedMap<Hosted>,
    /// Sessions by the authorization token they gave out.
    pub authorizations: ShardedMap<Hosted>,
    pub orders: ShardedMap<Order>,
    /// Ends what the mock still does by itself.
    pub stop: CancellationToken,
}

impl Playground {
    /// The merchant's session by its id or by the key in its opaque URL.
    pub fn session(&self, key: &str, account: &Arc<Account>) -> Option<Arc<Hosted>> {
        self.sessions
            .get(key)
            .or_else(|| self.references.get(key))
            .filter(|hosted| Arc::ptr_eq(hosted.account(), account))
    }

    /// The merchant's payment session.
    pub fn payment(&self, id: &str, account: &Arc<Account>) -> Option<Arc<Payment>> {
        self.payments.get(id).filter(|payment| Arc::ptr_eq(&payment.account, account))
    }

    /// Lets something happen to one session that leaves its payment session as it is.
    pub fn apply(&self, hosted: &Hosted, event: Event, now: Timestamp) -> Result<Held, Ended> {
        if !self.rules.callback.tells(event) {
            lock(&hosted.state).life.apply(event, now, &self.rules.life)?;
            return Ok(None);
        }
        let expires_at = hosted.expires_at(&self.rules.expiry);
        let session = {
            let mut state = lock(&hosted.state);
            if !state.life.apply(event, now, &self.rules.life)? {
                return Ok(None);
            }
            state.representation(&hosted.session_id, expires_at)
        };
        Ok(callbacks::tell(self, hosted, &session))
    }

    /// The consumer has paid: the session completes and leaves an authorization or an order behind.
    pub fn approve(&self, hosted: &Arc<Hosted>, now: Timestamp) -> Result<Held, Ended> {
        let expires_at = hosted.expires_at(&self.rules.expiry);
        let session = {
            let mut payment = lock(&hosted.payment.state);
            let mut state = lock(&hosted.state);
            state.life.apply(Event::Approved, now, &self.rules.life)?;
            let purchase = self.purchase(hosted, &payment, now);
            let is_ordered = matches!(purchase, Purchase::Ordered { .. });
            state.purchase = Some(purchase);
            let session = state.representation(&hosted.session_id, expires_at);
            drop(state);
            if is_ordered {
                self.end_payment(&mut payment, Progress::Completed { at: now }, now);
            }
            session
        };
        let is_told = self.rules.callback.tells(Event::Approved);
        Ok(is_told.then(|| callbacks::tell(self, hosted, &session)).flatten())
    }

    /// What a payment leaves behind.
    fn purchase(&self, hosted: &Arc<Hosted>, payment: &PaymentState, now: Timestamp) -> Purchase {
        if let (Dialect::Klarna, PlaceOrderMode::None) = (self.dialect, hosted.place_order_mode) {
            let authorization_token = self.ids.uuid();
            self.authorizations.insert(&authorization_token, Arc::clone(hosted));
            return Purchase::Authorized { authorization_token, at: now };
        }
        let order_id = match self.dialect {
            Dialect::Klarna => self.ids.uuid(),
            Dialect::Kustom => hosted.payment.id.clone(),
        };
        let is_captured =
            self.dialect == Dialect::Klarna && hosted.place_order_mode == PlaceOrderMode::CaptureOrder;
        let order = self.place_order(order_id, hosted, payment, is_captured, now);
        Purchase::Ordered {
            order_id: order.order_id.clone(),
            klarna_reference: order.klarna_reference.clone(),
        }
    }

    /// Enters an order for a paid payment session into order management.
    pub fn place_order(
        &self,
        order_id: String,
        hosted: &Hosted,
        payment: &PaymentState,
        is_captured: bool,
        now: Timestamp,
    ) -> Arc<Order> {
        let order = Arc::new(Order {
            order_id,
            klarna_reference: self.ids.reference(),
            account: Arc::clone(hosted.account()),
            created_at: now,
            is_captured,
            document: payment.document.clone(),
        });
        self.enter_order(&order);
        order
    }

    /// Ends a payment session; its hosted sessions follow.
    pub fn end_payment(&self, payment: &mut PaymentState, progress: Progress, now: Timestamp) {
        payment.progress = progress;
        for hosted in payment.hosted.iter().filter_map(std::sync::Weak::upgrade) {
            // A session that has ended before stays as it is.
            let _ = self.apply(&hosted, Event::PaymentSessionEnded, now);
        }
    }
}
