//! Everything one running mock knows, and the acts that concern several things at once.

use std::sync::{Arc, Mutex};

use jiff::Timestamp;
use serde_json::{Value, json};
use tokio_util::sync::CancellationToken;

use crate::mock::account::{Account, Accounts};
use crate::mock::authorization::Authorization;
use crate::mock::callbacks::Held;
use crate::mock::hosted::{Hosted, PlaceOrderMode, Purchase, millis};
use crate::mock::id::Ids;
use crate::mock::inspection::Inspection;
use crate::mock::order::{Order, OrderState};
use crate::mock::paths::Paths;
use crate::mock::payment::{Payment, PaymentState, Progress};
use crate::mock::reply::Reply;
use crate::mock::rules::Rules;
use crate::mock::session::{Ended, Event};
use crate::mock::sharded_map::{ShardedMap, lock};
use crate::mock::variation::Variation;
use crate::mock::{Dialect, callbacks};

/// The state of one mock.
pub struct Playground {
    pub dialect: Dialect,
    pub rules: Rules,
    /// A deviation that distorts answers on their way out.
    pub distort: Option<fn(&mut Reply)>,
    pub ids: Ids,
    /// Those of single answers, so that the others do not depend on how often one asks.
    pub correlation_ids: Ids,
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
    /// Authorizations by their tokens.
    pub authorizations: ShardedMap<Authorization>,
    pub orders: ShardedMap<Order>,
    /// The choices where the contract leaves some.
    pub variation: Variation,
    /// Ends what the mock still does by itself.
    pub stop: CancellationToken,
}

impl Playground {
    /// The link to the payment page of a session.
    pub fn page_url(&self, hosted: &Hosted) -> String {
        let path = self.paths.page(&hosted.page_key);
        format!("{}{path}{}", self.page_origin, self.variation.link_query)
    }

    /// The merchant's session by its id or by the key in its opaque URL.
    pub fn session(&self, key: &str, account: &Arc<Account>) -> Option<Arc<Hosted>> {
        self.sessions.get(key).or_else(|| self.references.get(key)).filter(|hosted| {
            Arc::ptr_eq(hosted.account(), account) || !self.rules.access.sessions_are_private
        })
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
            let is_ordered = matches!(purchase, Purchase::Ordered(_));
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
        let rules = &self.rules.order;
        let mode = hosted.options.place_order_mode;
        if let (Dialect::Klarna, PlaceOrderMode::None) = (self.dialect, mode) {
            let authorization_token = self.authorize(&hosted.payment, now);
            let order = (!rules.none_places_no_order)
                .then(|| self.place_order(self.ids.uuid(), &hosted.payment, payment, false, now));
            return Purchase::Authorized { authorization_token, order };
        }
        let order_id = match self.dialect {
            Dialect::Klarna => self.ids.uuid(),
            Dialect::Kustom => hosted.payment.id.clone(),
        };
        let is_captured = match (self.dialect, mode) {
            (Dialect::Kustom, _) | (_, PlaceOrderMode::None) => false,
            (_, PlaceOrderMode::PlaceOrder) => !rules.place_order_captures_nothing,
            (_, PlaceOrderMode::CaptureOrder) => rules.capture_order_captures,
        };
        Purchase::Ordered(self.place_order(order_id, &hosted.payment, payment, is_captured, now))
    }

    /// Authorizes the amount of a payment session; the token comes back.
    pub fn authorize(&self, payment: &Arc<Payment>, now: Timestamp) -> String {
        let mut token = self.ids.uuid();
        if !self.rules.order.token_is_url_safe {
            token = token.replace('-', "+");
        }
        let authorization = Authorization::new(Arc::clone(payment), now);
        self.authorizations.insert(&token, Arc::new(authorization));
        token
    }

    /// Enters an order for a paid payment session into order management.
    pub fn place_order(
        &self,
        order_id: String,
        payment: &Payment,
        state: &PaymentState,
        is_captured: bool,
        now: Timestamp,
    ) -> Arc<Order> {
        let amount = state.document.get("order_amount").and_then(Value::as_i64).unwrap_or(0);
        let mut amounts = OrderState::new(amount, state.document.get("order_lines").cloned());
        if is_captured {
            let capture = json!({
                "capture_id": self.ids.uuid(),
                "captured_amount": amount,
                "captured_at": millis(now),
                "refunded_amount": 0,
            });
            // An order of nothing has nothing to capture.
            let _ = amounts.capture(amounts.authorized(), capture);
        }
        let order = Arc::new(Order {
            order_id,
            klarna_reference: self.ids.reference(),
            account: Arc::clone(&payment.account),
            created_at: now,
            document: state.document.clone(),
            state: Mutex::new(amounts),
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
