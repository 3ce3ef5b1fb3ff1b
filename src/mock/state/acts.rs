//! Acts that change several objects: an event of a session, the result of a payment, the end of a payment session.
//!
//! An act returns the news for the merchant's server. The state does not report it.

use std::sync::{Arc, Mutex, Weak};

use jiff::Timestamp;
use serde_json::{Map, Value};

use crate::mock::contract::new_id::{IdFor, NewId};
use crate::mock::contract::order::Paid;
use crate::mock::contract::payment_method::payment_method;
use crate::mock::contract::payment_session::{Aftermath, Progress};
use crate::mock::contract::status::{Audience, Ended, Event, Status};
use crate::mock::ground::Dialect;
use crate::mock::ground::sharded_map::lock;
use crate::mock::state::authorization::Authorization;
use crate::mock::state::order::{Order, OrderState, Part};
use crate::mock::state::playground::Playground;
use crate::mock::state::session::{Hosted, News, Payment, PaymentState, Purchase};

impl Playground {
    /// Applies an event to a session. Returns news if its status changed.
    ///
    /// A payment has its result, and the event may end the payment session.
    pub fn apply(&self, hosted: &Hosted, event: Event, now: Timestamp) -> Result<Option<News>, Ended> {
        let expires_at = hosted.expires_at(&self.contract);
        // Sessions of one payment session use one lock, so that only one of them can be paid.
        let mut payment = lock(&hosted.payment.state);
        let mut state = lock(&hosted.state);
        let before = state.life.status;
        let changes = state.life.apply(event, now, &self.contract)?;
        let is_paid = event == Event::Approved && state.life.status == Status::Completed;
        if is_paid {
            let was_declined = state.life.circumstances.declined > 0;
            state.purchase = self.purchase(hosted, &payment, state.category, was_declined, now);
        }
        let has_token = state.purchase.authorization_token.is_some();
        let news = changes.then(|| News {
            event,
            before,
            circumstances: state.life.circumstances,
            session: state.representation(
                &hosted.session_id,
                expires_at,
                Audience::MerchantsServer,
                now,
                &self.contract,
            ),
        });
        drop(state);
        if let Some(progress) =
            self.contract.payment_session_after(&Aftermath { event, is_paid, has_token, now })
        {
            self.end_payment(&mut payment, progress, now);
        }
        Ok(news)
    }

    /// Makes the result of a payment.
    fn purchase(
        &self,
        hosted: &Hosted,
        payment: &PaymentState,
        category: &'static str,
        was_declined: bool,
        now: Timestamp,
    ) -> Purchase {
        let dialect = self.contract.dialect;
        let fruit = self.contract.fruit(&Paid {
            dialect,
            mode: hosted.options.place_order_mode,
            has_options: hosted.options.are_given,
            was_declined,
        });
        let authorization_token = fruit.is_authorized.then(|| self.authorize(&hosted.payment, category, now));
        let order = fruit.is_ordered.then(|| {
            let order_id = match dialect {
                Dialect::Klarna => self.ids.uuid(),
                Dialect::Kustom => hosted.payment.id.clone(),
            };
            self.place_order(
                order_id,
                &hosted.payment,
                payment.document.clone(),
                category,
                fruit.is_captured,
                now,
            )
        });
        Purchase { authorization_token, order }
    }

    /// Authorizes the amount of a payment session. Returns the token.
    pub fn authorize(&self, payment: &Arc<Payment>, category: &'static str, now: Timestamp) -> String {
        let fresh = &self.ids.uuid();
        let token = self.contract.new_id(&NewId { of: IdFor::AuthorizationToken, fresh });
        let authorization = Authorization::new(Arc::clone(payment), category, now);
        self.authorizations.insert(&token, Arc::new(authorization));
        token
    }

    /// Places the order of this purchase, for a paid payment session, in order management.
    pub fn place_order(
        &self,
        order_id: String,
        payment: &Payment,
        document: Map<String, Value>,
        category: &'static str,
        is_captured: bool,
        now: Timestamp,
    ) -> Arc<Order> {
        let klarna_reference = self.ids.reference();
        let mut state = OrderState::new(document, now);
        if is_captured {
            let part = Part { id: self.ids.uuid(), amount: state.authorized(), members: Map::new(), at: now };
            // An order with the amount 0 has nothing to capture.
            let _ = state.capture(part, &klarna_reference);
        }
        let order = Arc::new(Order {
            order_id,
            klarna_reference,
            account: Arc::clone(&payment.account),
            created_at: now,
            payment_method: payment_method(category),
            state: Mutex::new(state),
        });
        self.enter_order(&order);
        order
    }

    /// Ends a payment session and its hosted sessions. This causes no callback.
    pub fn end_payment(&self, payment: &mut PaymentState, progress: Progress, now: Timestamp) {
        payment.progress = progress;
        for hosted in payment.hosted.iter().filter_map(Weak::upgrade) {
            // A session that has already ended does not change.
            let _ = lock(&hosted.state).life.apply(Event::PaymentSessionEnded, now, &self.contract);
        }
    }
}
