//! What ended long ago is forgotten, so that a mock that runs for long stays small.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};

use jiff::{SignedDuration, Timestamp};

use crate::mock::account::Account;
use crate::mock::hosted::Purchase;
use crate::mock::order::Order;
use crate::mock::payment::Payment;
use crate::mock::playground::Playground;
use crate::mock::sharded_map::lock;

/// How long what has expired is still known: longer than an order waits for its capture.
const GRACE: SignedDuration = SignedDuration::from_hours(30 * 24);
/// How many payment sessions a request looks at, so that no request pays for many.
const AT_A_TIME: usize = 2;

/// What a merchant has made, oldest first.
#[derive(Default)]
pub struct Retention {
    payments: Mutex<VecDeque<Arc<Payment>>>,
    orders: Mutex<VecDeque<Arc<Order>>>,
}

impl Playground {
    /// Makes a payment session known.
    pub fn enter_payment(&self, payment: &Arc<Payment>, now: Timestamp) {
        self.payments.insert(&payment.id, Arc::clone(payment));
        lock(&payment.account.retention.payments).push_back(Arc::clone(payment));
        self.forget_some(&payment.account, now, AT_A_TIME);
    }

    /// Makes an order known.
    pub fn enter_order(&self, order: &Arc<Order>) {
        self.orders.insert(&order.order_id, Arc::clone(order));
        lock(&order.account.retention.orders).push_back(Arc::clone(order));
    }

    /// Forgets all of a merchant's that ended long ago.
    pub fn forget_ended(&self, account: &Account) {
        self.forget_some(account, account.now(), usize::MAX);
        if self.has_opaque_urls {
            self.references.retain(|hosted| self.sessions.get(&hosted.session_id).is_some());
        }
        self.authorizations.retain(|it| self.payments.get(&it.payment.id).is_some());
        account.forget_dropped_sessions();
    }

    fn forget_some(&self, account: &Account, now: Timestamp, most: usize) {
        let Ok(long_ago) = now.checked_sub(GRACE) else { return };
        for _ in 0..most {
            let Some(payment) = self.next_ended(&account.retention, long_ago) else { break };
            self.forget_payment(&payment);
        }
        for _ in 0..most {
            let Some(order) =
                oldest_if(&mut lock(&account.retention.orders), |order| order.created_at < long_ago)
            else {
                break;
            };
            self.orders.remove(&order.order_id);
        }
    }

    /// The oldest payment session, if it ended before `long_ago`.
    fn next_ended(&self, retention: &Retention, long_ago: Timestamp) -> Option<Arc<Payment>> {
        let rules = &self.rules.expiry;
        let mut payments = lock(&retention.payments);
        // One that an update has prolonged takes its new place, at most once each.
        for _ in 0..payments.len() {
            let oldest = oldest_if(&mut payments, |payment| payment.created_at < long_ago)?;
            if oldest.is_expired(long_ago, rules) {
                return Some(oldest);
            }
            if !oldest.slides {
                payments.push_front(oldest);
                return None;
            }
            payments.push_back(oldest);
        }
        None
    }

    fn forget_payment(&self, payment: &Payment) {
        self.payments.remove(&payment.id);
        let sessions = std::mem::take(&mut lock(&payment.state).hosted);
        for hosted in sessions.iter().filter_map(std::sync::Weak::upgrade) {
            self.sessions.remove(&hosted.session_id);
            self.pages.remove(&hosted.page_key);
            self.qr_images.remove(&hosted.qr_key);
            if let Some(Purchase::Authorized { authorization_token, .. }) = &lock(&hosted.state).purchase {
                self.authorizations.remove(authorization_token);
            }
        }
    }
}

/// Takes the oldest out of the queue, if `fits` says so.
fn oldest_if<T>(queue: &mut VecDeque<Arc<T>>, fits: impl Fn(&T) -> bool) -> Option<Arc<T>> {
    if queue.front().is_some_and(|oldest| fits(oldest)) { queue.pop_front() } else { None }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::mock::Dialect;
    use crate::mock::test_client::Shop;

    const DAY: i64 = 24 * 60 * 60;

    #[tokio::test]
    async fn what_ended_long_ago_is_forgotten_and_nothing_else() {
        for (dialect, opaque_urls) in [(Dialect::Klarna, false), (Dialect::Kustom, true)] {
            let shop = Shop::with_urls(dialect, None, opaque_urls).await;
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
