//! A payment session, and the hosted sessions made for it. Each has a reference to the other.

use std::sync::{Arc, Mutex, Weak};

use jiff::Timestamp;
use serde_json::{Map, Value, json};

use crate::mock::contract::distribution::Method;
use crate::mock::contract::expiry::Lifetime;
use crate::mock::contract::merchant_urls::MerchantUrls;
use crate::mock::contract::options::Options;
use crate::mock::contract::payment_session::Progress;
use crate::mock::contract::placeholder::{Filling, OrderTags, Tags, Target};
use crate::mock::contract::seams::Contract;
use crate::mock::contract::status::{Audience, Circumstances, Event, Purpose, Shown, Standing, Status, Use};
use crate::mock::ground::sharded_map::lock;
use crate::mock::ground::time::millis;
use crate::mock::ground::url::ascii_url;
use crate::mock::state::account::Account;
use crate::mock::state::life::Life;
use crate::mock::state::order::Order;

/// The part of a payment session that changes.
pub struct PaymentState {
    /// The document of the merchant, with later updates.
    pub document: Map<String, Value>,
    pub last_modified_at: Timestamp,
    pub progress: Progress,
    pub hosted: Vec<Weak<Hosted>>,
}

/// A payment session.
pub struct Payment {
    pub id: String,
    pub account: Arc<Account>,
    pub created_at: Timestamp,
    /// Whether an update moves its expiry, as for KCO orders.
    pub slides: bool,
    pub state: Mutex<PaymentState>,
}

impl Payment {
    pub fn new(
        id: String,
        account: Arc<Account>,
        now: Timestamp,
        slides: bool,
        document: Map<String, Value>,
    ) -> Self {
        Self {
            id,
            account,
            created_at: now,
            slides,
            state: Mutex::new(PaymentState {
                document,
                last_modified_at: now,
                progress: Progress::Open,
                hosted: Vec::new(),
            }),
        }
    }

    /// When this payment session ends.
    pub fn expires_at(&self, contract: &Contract) -> Timestamp {
        let state = lock(&self.state);
        contract.ends_at(&if self.slides {
            Lifetime::KcoOrder { last_modified_at: state.last_modified_at }
        } else {
            Lifetime::KpSession { created_at: self.created_at, is_in_store: state.is_in_store() }
        })
    }

    pub fn is_expired(&self, now: Timestamp, contract: &Contract) -> bool {
        now >= self.expires_at(contract)
    }

    /// The hosted sessions made for it, oldest first.
    pub fn siblings(&self) -> impl DoubleEndedIterator<Item = Arc<Hosted>> {
        let siblings: Vec<_> = lock(&self.state).hosted.iter().filter_map(Weak::upgrade).collect();
        siblings.into_iter()
    }

    pub fn is_open(&self) -> bool {
        lock(&self.state).progress == Progress::Open
    }

    /// Whether it was changed after its creation.
    pub fn is_changed(&self) -> bool {
        lock(&self.state).last_modified_at != self.created_at
    }
}

impl PaymentState {
    /// The text of a member of the merchant's document.
    pub fn text(&self, member: &str) -> Option<&str> {
        self.document.get(member).and_then(Value::as_str)
    }

    /// Whether the page of one of its hosted sessions has placed an order.
    pub fn is_ordered_by_page(&self) -> bool {
        let mut hosted = self.hosted.iter().filter_map(Weak::upgrade);
        hosted.any(|hosted| lock(&hosted.state).purchase.order.is_some())
    }

    /// Whether the purchase is in a web shop.
    pub fn is_ecommerce(&self) -> bool {
        !matches!(self.channel(), Some("IN_STORE" | "TELESALES" | "MOTO"))
    }

    /// Whether the purchase is in a shop with staff.
    pub fn is_in_store(&self) -> bool {
        self.channel() == Some("IN_STORE")
    }

    fn channel(&self) -> Option<&str> {
        self.text("acquiring_channel").or_else(|| {
            self.document
                .get("options")
                .and_then(|options| options.get("acquiring_channel"))
                .and_then(Value::as_str)
        })
    }
}

/// The result of the payment. Empty until it is paid.
#[derive(Clone, Default)]
pub struct Purchase {
    pub authorization_token: Option<String>,
    pub order: Option<Arc<Order>>,
}

/// News for the merchant's server: an event, and the session after it.
pub struct News {
    pub event: Event,
    /// The session after the event.
    pub session: Value,
    /// Its status before the event, and what happened to it up to now.
    pub before: Status,
    pub circumstances: Circumstances,
}

/// The part of a hosted session that changes.
pub struct HostedState {
    pub life: Life,
    pub purchase: Purchase,
    /// The payment method category that the consumer chose last.
    pub category: &'static str,
    /// Whether a declined payment has led to the categories that the merchant did not choose.
    pub has_fallen_back: bool,
    /// Whether the page has asked for confirmation of a cancellation.
    pub has_asked: bool,
}

impl HostedState {
    /// The session as the API shows it at `now`. Members that are not known yet are absent.
    pub fn representation(
        &self,
        session_id: &str,
        expires_at: Timestamp,
        audience: Audience,
        now: Timestamp,
        contract: &Contract,
    ) -> Value {
        let Life { status, created_at, updated_at, sent_at, .. } = self.life;
        let changed_by = self.life.timeline.last().map(|change| change.event);
        let (before, choices) = (self.life.before(), contract.variation.choices);
        let shown =
            Shown { status, created_at, updated_at, now, audience, changed_by, before, sent_at, choices };
        let (status, updated_at) = contract.shown(&shown);
        let mut members = Map::new();
        let mut add = |name: &str, value: &str| members.insert(name.into(), value.into());
        add("session_id", session_id);
        add("status", status.name());
        add("updated_at", &millis(updated_at));
        add("expires_at", &millis(expires_at));
        if let Some(token) = &self.purchase.authorization_token {
            add("authorization_token", token);
        }
        if let Some(order) = &self.purchase.order {
            add("order_id", &order.order_id);
            add("klarna_reference", &order.klarna_reference);
        }
        Value::Object(members)
    }
}

/// A hosted session.
pub struct Hosted {
    pub session_id: String,
    pub payment: Arc<Payment>,
    pub merchant_urls: MerchantUrls,
    pub options: Options,
    /// The keys of the payment page and of the QR image.
    pub page_key: String,
    pub qr_key: String,
    pub created_at: Timestamp,
    /// How many older hosted sessions of the same payment session there were.
    pub elders: usize,
    pub state: Mutex<HostedState>,
}

impl Hosted {
    pub fn account(&self) -> &Arc<Account> {
        &self.payment.account
    }

    /// The end of the session.
    pub fn expires_at(&self, contract: &Contract) -> Timestamp {
        let payment_session_ends_at = self.payment.expires_at(contract);
        let Self { created_at, elders, .. } = *self;
        contract.ends_at(&Lifetime::Hosted { payment_session_ends_at, created_at, elders })
    }

    pub fn is_expired(&self, now: Timestamp, contract: &Contract) -> bool {
        now >= self.expires_at(contract)
    }

    /// Whether the session can be used for `purpose` now.
    pub fn standing(&self, purpose: Purpose, now: Timestamp, contract: &Contract) -> Standing {
        self.standing_for(purpose, None, now, contract)
    }

    /// The same, for a link that is to be sent by this method.
    pub fn standing_for(
        &self,
        purpose: Purpose,
        method: Option<Method>,
        now: Timestamp,
        contract: &Contract,
    ) -> Standing {
        let ends_at = self.expires_at(contract);
        let (status, circumstances) = {
            let life = &lock(&self.state).life;
            (life.status, life.circumstances)
        };
        contract.standing(&Use {
            purpose,
            status,
            is_expired: now >= ends_at,
            expired_for: now.duration_since(ends_at),
            circumstances,
            method,
        })
    }

    /// Whether its link was sent.
    pub fn was_sent(&self) -> bool {
        lock(&self.state).life.sent_at.is_some()
    }

    pub fn status(&self) -> Status {
        lock(&self.state).life.status
    }

    /// The session as the API shows it at `now`.
    pub fn representation(&self, audience: Audience, now: Timestamp, contract: &Contract) -> Value {
        let expires_at = self.expires_at(contract);
        lock(&self.state).representation(&self.session_id, expires_at, audience, now, contract)
    }

    /// A URL of the merchant with its tags filled, in ASCII.
    pub fn filled(&self, url: &str, target: Target, is_repeat: bool, contract: &Contract) -> String {
        let is_fallback = match target {
            Target::Redirect(outcome) => self.merchant_urls.given(outcome) != Some(url),
            Target::Callback => false,
        };
        let (purchase, exits) = {
            let state = lock(&self.state);
            (state.purchase.clone(), state.life.circumstances.exits)
        };
        let order = purchase.order.as_deref();
        let (oldest, newest) = (self.payment.siblings().next(), self.payment.siblings().next_back());
        let values = contract.tag_values(&Tags {
            target,
            session_id: &self.session_id,
            newest_session_id: newest.as_ref().map_or(&self.session_id, |newest| &newest.session_id),
            oldest_session_id: oldest.as_ref().map_or(&self.session_id, |oldest| &oldest.session_id),
            payment_session_id: &self.payment.id,
            is_kco: self.payment.slides,
            authorization_token: purchase.authorization_token.as_deref(),
            order: order.map(|order| OrderTags {
                order_id: &order.order_id,
                klarna_reference: &order.klarna_reference,
            }),
            exits,
            is_fallback,
        });
        ascii_url(&contract.fill(&Filling { target, url, values: &values, is_repeat }))
    }

    /// The changes of status so far, for the control interface.
    pub fn timeline(&self) -> Value {
        lock(&self.state)
            .life
            .timeline
            .iter()
            .map(|change| {
                json!({
                    "at": millis(change.at),
                    "event": change.event.name(),
                    "status": change.status.name(),
                })
            })
            .collect()
    }
}
