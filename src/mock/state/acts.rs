//! The acts that concern several things at once: a session moves on, a payment leaves its fruit, a payment session ends.
//!
//! An act gives back what the merchant's server must be told; telling it is not the state's business.

use std::sync::{Arc, Mutex, Weak};

use jiff::Timestamp;
use serde_json::{Value, json};

use crate::mock::contract::life::{Ended, Event};
use crate::mock::contract::options::PlaceOrderMode;
use crate::mock::ground::Dialect;
use crate::mock::ground::sharded_map::lock;
use crate::mock::ground::time::millis;
use crate::mock::state::authorization::Authorization;
use crate::mock::state::order::{Order, OrderState};
use crate::mock::state::playground::Playground;
use crate::mock::state::session::{Hosted, News, Payment, PaymentState, Progress, Purchase};

impl Playground {
    /// Lets something happen to one session that leaves its payment session as it is; there is news if its status changed.
    pub fn apply(&self, hosted: &Hosted, event: Event, now: Timestamp) -> Result<Option<News>, Ended> {
        let expires_at = hosted.expires_at(&self.rules.expiry);
        let mut state = lock(&hosted.state);
        let changes = state.life.apply(event, now, &self.rules.life)?;
        Ok(changes.then(|| News { event, session: state.representation(&hosted.session_id, expires_at) }))
    }

    /// The consumer has paid: the session completes and leaves an authorization or an order behind.
    pub fn approve(&self, hosted: &Arc<Hosted>, now: Timestamp) -> Result<News, Ended> {
        let expires_at = hosted.expires_at(&self.rules.expiry);
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
        Ok(News { event: Event::Approved, session })
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

    /// Ends a payment session; its hosted sessions follow, of which no one is told.
    pub fn end_payment(&self, payment: &mut PaymentState, progress: Progress, now: Timestamp) {
        payment.progress = progress;
        for hosted in payment.hosted.iter().filter_map(Weak::upgrade) {
            // A session that has ended before stays as it is.
            let _ = lock(&hosted.state).life.apply(Event::PaymentSessionEnded, now, &self.rules.life);
        }
    }
}
