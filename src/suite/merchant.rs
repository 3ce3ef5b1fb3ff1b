//! The merchant's side of a scenario: account, payment session, hosted sessions and merchant URLs.

use crate::control::CallbackSite;
use crate::suite::context::Context;
use crate::suite::failure::StepFailure;
use crate::suite::hosted::HostedSession;
use crate::suite::purchase::PaymentSession;
use crate::suite::world::World;
use crate::target::{Ability, Credentials};
use serde_json::{Map, Value};

/// What the merchant holds.
pub struct Merchant {
    /// First segment of the merchant URLs, reference of the purchase; no other attempt has it.
    pub reference: String,
    pub credentials: Credentials,
    /// Id of the account, where it is one of the scenario's own.
    pub account: Option<String>,
    /// `acquiring_channel` of the payment session; none leaves it to the default.
    pub channel: Option<String>,
    /// `place_order_mode` of the hosted session; none leaves it to the default.
    pub place_order_mode: Option<String>,
    /// `locale` of the payment session; none leaves it to the profile.
    pub locale: Option<String>,
    /// Further members of `options` of the hosted session.
    pub options: Map<String, Value>,
    pub payment: Option<PaymentSession>,
    /// The hosted session that the scenario is about.
    pub this: Option<HostedSession>,
    /// A second one of the same payment session.
    pub other: Option<HostedSession>,
    /// The status that was read before the act.
    pub status_before: Option<String>,
}

impl Merchant {
    /// The merchant of the profile.
    pub fn new(context: &Context) -> Self {
        Self {
            reference: context.next_reference(),
            credentials: context.profile.credentials.clone(),
            account: None,
            channel: None,
            place_order_mode: None,
            locale: None,
            options: Map::new(),
            payment: None,
            this: None,
            other: None,
            status_before: None,
        }
    }
}

impl World {
    /// Makes what the scenario's tags ask for: an account of its own where it moves the clock, receives callbacks or reads messages,
    /// a browser where it needs one.
    pub async fn prepare(&mut self) -> Result<(), StepFailure> {
        let needs = self.needs();
        let context = self.context().clone();
        if let Some(control) = &context.control
            && [Ability::Clock, Ability::Receiver, Ability::Mailbox].iter().any(|own| needs.contains(own))
        {
            let account = control.mint_account().await?;
            if let Some(receiver) = context.receiver.as_ref().filter(|_| needs.contains(&Ability::Receiver)) {
                let site = CallbackSite {
                    host: &context.profile.merchant_host,
                    address: receiver.address(),
                    certificate_pem: &receiver.certificate_pem(),
                };
                control.direct_callbacks(&account.merchant_id, site).await?;
            }
            self.merchant.account = Some(account.merchant_id);
            self.merchant.credentials = account.credentials;
        }
        if needs.contains(&Ability::Browser) {
            self.take_browser().await?;
        }
        Ok(())
    }
}
