//! The ledger of one merchant: sessions and orders, oldest first.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, Weak};

use jiff::Timestamp;

use crate::mock::contract::seams::Contract;
use crate::mock::ground::sharded_map::lock;
use crate::mock::state::order::Order;
use crate::mock::state::session::{Hosted, Payment};

/// The sessions and orders of one merchant.
#[derive(Default)]
pub struct Ledger {
    payments: Mutex<VecDeque<Arc<Payment>>>,
    orders: Mutex<VecDeque<Arc<Order>>>,
    sessions: Mutex<Vec<Weak<Hosted>>>,
}

impl Ledger {
    pub fn add_payment(&self, payment: &Arc<Payment>) {
        lock(&self.payments).push_back(Arc::clone(payment));
    }

    pub fn add_order(&self, order: &Arc<Order>) {
        lock(&self.orders).push_back(Arc::clone(order));
    }

    pub fn add_session(&self, hosted: &Arc<Hosted>) {
        let mut sessions = lock(&self.sessions);
        if sessions.len() == sessions.capacity() {
            sessions.retain(|session| session.strong_count() > 0);
            let room = sessions.len() + 16;
            sessions.reserve(room);
        }
        sessions.push(Arc::downgrade(hosted));
    }

    /// The newest hosted sessions, newest first.
    pub fn newest_sessions(&self, count: usize) -> Vec<Arc<Hosted>> {
        lock(&self.sessions).iter().rev().filter_map(Weak::upgrade).take(count).collect()
    }

    /// Removes the oldest payment session, if it ended before `long_ago`.
    pub fn take_ended_payment(&self, long_ago: Timestamp, contract: &Contract) -> Option<Arc<Payment>> {
        let mut payments = lock(&self.payments);
        // A session whose expiry moved goes to its new place, at most once each.
        for _ in 0..payments.len() {
            let oldest = oldest_if(&mut payments, |payment| payment.created_at < long_ago)?;
            if oldest.is_expired(long_ago, contract) {
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

    /// Removes the oldest order, if it was authorized before `long_ago`.
    pub fn take_old_order(&self, long_ago: Timestamp) -> Option<Arc<Order>> {
        let mut orders = lock(&self.orders);
        // An order whose authorization was extended goes to its new place, at most once each.
        for _ in 0..orders.len() {
            let oldest = oldest_if(&mut orders, |order| order.created_at < long_ago)?;
            if lock(&oldest.state).authorized_at() < long_ago {
                return Some(oldest);
            }
            orders.push_back(oldest);
        }
        None
    }

    /// Frees the memory of removed sessions.
    pub fn forget_dropped_sessions(&self) {
        let mut sessions = lock(&self.sessions);
        sessions.retain(|session| session.strong_count() > 0);
        sessions.shrink_to_fit();
    }
}

/// Removes the oldest from the queue, if `fits` returns true.
fn oldest_if<T>(queue: &mut VecDeque<Arc<T>>, fits: impl Fn(&T) -> bool) -> Option<Arc<T>> {
    if queue.front().is_some_and(|oldest| fits(oldest)) { queue.pop_front() } else { None }
}
