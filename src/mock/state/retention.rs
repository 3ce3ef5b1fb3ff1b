//! Retention: removes what ended long ago, so that a mock stays small when it runs for long.

use std::sync::{Arc, Weak};

use jiff::{SignedDuration, Timestamp};

use crate::mock::ground::sharded_map::lock;
use crate::mock::state::account::Account;
use crate::mock::state::order::Order;
use crate::mock::state::playground::Playground;
use crate::mock::state::session::Payment;

/// How long expired objects are kept. It is longer than an order waits for its capture.
const GRACE: SignedDuration = SignedDuration::from_hours(30 * 24);
/// How many payment sessions one request checks, so that no request takes long.
const AT_A_TIME: usize = 2;

impl Playground {
    /// Stores a payment session.
    pub fn enter_payment(&self, payment: &Arc<Payment>, now: Timestamp) {
        self.payments.insert(&payment.id, Arc::clone(payment));
        self.ledger(&payment.account).add_payment(payment);
        self.forget_some(&payment.account, now, AT_A_TIME);
    }

    /// Stores an order.
    pub fn enter_order(&self, order: &Arc<Order>) {
        self.orders.insert(&order.order_id, Arc::clone(order));
        self.ledger(&order.account).add_order(order);
    }

    /// Removes everything of a merchant that ended long ago.
    pub fn forget_ended(&self, account: &Account) {
        self.forget_some(account, account.now(), usize::MAX);
        if self.has_opaque_urls {
            self.references.retain(|hosted| self.sessions.get(&hosted.session_id).is_some());
        }
        self.authorizations.retain(|it| self.payments.get(&it.payment.id).is_some());
        self.ledger(account).forget_dropped_sessions();
    }

    fn forget_some(&self, account: &Account, now: Timestamp, most: usize) {
        let Ok(long_ago) = now.checked_sub(GRACE) else { return };
        let ledger = self.ledger(account);
        let ended = std::iter::from_fn(|| ledger.take_ended_payment(long_ago, &self.contract));
        ended.take(most).for_each(|payment| self.forget_payment(&payment));
        let old = std::iter::from_fn(|| ledger.take_old_order(long_ago));
        old.take(most).for_each(|order| drop(self.orders.remove(&order.order_id)));
    }

    fn forget_payment(&self, payment: &Payment) {
        self.payments.remove(&payment.id);
        let sessions = std::mem::take(&mut lock(&payment.state).hosted);
        for hosted in sessions.iter().filter_map(Weak::upgrade) {
            self.sessions.remove(&hosted.session_id);
            self.pages.remove(&hosted.page_key);
            self.qr_images.remove(&hosted.qr_key);
            if let Some(token) = &lock(&hosted.state).purchase.authorization_token {
                self.authorizations.remove(token);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::mock::MockOptions;
    use crate::mock::ground::Dialect;
    use crate::mock::tests::client::Shop;

    const DAY: i64 = 24 * 60 * 60;

    #[tokio::test]
    async fn what_ended_long_ago_is_forgotten_and_nothing_else() {
        for (dialect, opaque_urls) in [(Dialect::Klarna, false), (Dialect::Kustom, true)] {
            let shop = Shop::with(MockOptions { dialect, opaque_urls, ..Shop::options() }).await;
            let payment = shop.payment_session("ECOMMERCE").await;
            let created = shop.create(&payment, &json!({})).await;
            shop.press(&created.member("/redirect_url"), "approve").await;
            let page = created.member("/redirect_url");
            let known = || {
                let playground = &shop.mock.playground;
                let counts = [
                    playground.payments.len(),
                    playground.sessions.len(),
                    playground.references.len(),
                    playground.pages.len(),
                    playground.qr_images.len(),
                    playground.authorizations.len(),
                    playground.orders.len(),
                ];
                counts.into_iter().sum::<usize>()
            };
            shop.advance(3 * DAY).await;
            assert_eq!(shop.open_page(&page).await.status, 200, "still told to be completed");
            assert!(known() >= 5);
            shop.advance(30 * DAY).await;
            assert_eq!(shop.open_page(&page).await.status, 404);
            assert_eq!(known(), 0);
            let url = shop.payment_session("ECOMMERCE").await;
            assert_eq!(shop.create(&url, &json!({})).await.status, 201);
        }
    }
}
