//! Purchases: the KP session or KCO order of each hosted session.

use crate::check::time::Landmark;
use crate::check::{answer, path, time};
use crate::client::Method;
use crate::evidence::Operation;
use crate::requirement::Provider;
use crate::suite::failure::{Done, StepFailure};
use crate::suite::merchant::{Merchant, PaymentSession};
use crate::suite::parameter::Spelt;
use crate::suite::promise;
use crate::suite::record::{Index, KnownRead};
use crate::target::{Purchase, TargetProfile};
use crate::verdict::Mismatch;
use serde_json::{Value, json};
use std::rc::Rc;

/// Paths and members of the payment sessions of one provider.
struct Kind {
    path: &'static str,
    create: Operation,
    read: Operation,
    id: &'static str,
    /// Whether the contract promises a `Location`. Without one, the id alone gives the URL.
    has_location: bool,
}

fn kind(provider: Provider) -> Kind {
    match provider {
        Provider::Kp => Kind {
            path: "payments/v1/sessions",
            create: Operation::CreatePaymentSession,
            read: Operation::ReadPaymentSession,
            id: "/session_id",
            has_location: false,
        },
        Provider::Kco => Kind {
            path: "checkout/v3/orders",
            create: Operation::CreateOrder,
            read: Operation::ReadOrder,
            id: "/order_id",
            has_location: true,
        },
    }
}

/// What a purchase costs, in minor units.
pub const AMOUNT: u32 = 2500;
const TAX_RATE: u32 = 2500;
const TAX: u32 = 500;

fn request(
    provider: Provider,
    purchase: &Purchase,
    channel: Option<&str>,
    host: &str,
    reference: &str,
) -> Value {
    let mut body = json!({
        "purchase_country": purchase.country,
        "purchase_currency": purchase.currency,
        "locale": purchase.locale,
        "order_amount": AMOUNT,
        "order_tax_amount": TAX,
        "order_lines": [{
            "type": "physical",
            "reference": "TEA-1",
            "name": "Tea",
            "quantity": 1,
            "unit_price": AMOUNT,
            "tax_rate": TAX_RATE,
            "total_amount": AMOUNT,
            "total_tax_amount": TAX,
        }],
        "merchant_reference1": reference,
    });
    match provider {
        Provider::Kp => {
            if let Some(channel) = channel {
                body["acquiring_channel"] = json!(channel);
            }
        }
        Provider::Kco => {
            let page = |name: &str| format!("https://{host}/{reference}/{name}");
            body["merchant_urls"] = json!({
                "terms": page("terms"),
                "checkout": page("checkout"),
                "confirmation": page("confirmation"),
                "push": page("push"),
            });
            if let Some(channel) = channel {
                body["options"] = json!({ "acquiring_channel": channel });
            }
        }
    }
    body
}

/// The body with which the merchant places an order. It has the same purchase as the KP session.
pub fn order(profile: &TargetProfile, reference: &str) -> Value {
    request(Provider::Kp, &profile.purchase, None, &profile.merchant_authority, reference)
}

impl Merchant<'_> {
    fn kind(&self) -> Kind {
        kind(self.context().profile.provider)
    }

    /// Asks for a payment session. Does not judge the answer.
    pub async fn create_payment_session(&mut self) -> Result<Index, StepFailure> {
        let (profile, kind) = (&self.context().profile, self.kind());
        let channel = self.has.channel.map(Spelt::word);
        let (host, reference) = (&profile.merchant_authority, &self.has.reference);
        let mut body = request(profile.provider, &profile.purchase, channel, host, reference);
        if let Some(locale) = &self.has.locale {
            body["locale"] = json!(locale);
        }
        self.call(Method::POST, kind.create, self.api_url(kind.path), Some(body)).await
    }

    /// The payment session of the scenario. It is created on first use.
    pub async fn payment_session(&mut self) -> Result<Rc<PaymentSession>, StepFailure> {
        if let Some(payment) = &self.has.payment {
            return Ok(Rc::clone(payment));
        }
        let payment = self.fresh_payment_session().await?;
        self.has.payment = Some(Rc::clone(&payment));
        Ok(payment)
    }

    /// A further payment session.
    pub async fn fresh_payment_session(&mut self) -> Result<Rc<PaymentSession>, StepFailure> {
        let created = self.create_payment_session().await?;
        self.created_payment_session(created)
    }

    /// The payment session that an exchange created.
    pub fn created_payment_session(&mut self, created: Index) -> Result<Rc<PaymentSession>, StepFailure> {
        let kind = self.kind();
        self.judge().success(created)?;
        self.judge().leads_home(created, "Location")?;
        let id = self.judge().live_member(created, kind.id)?.to_owned();
        self.judge().rests_on(promise::success(kind.create), path::holds(kind.id, &id))?;
        let built = self.url_of(kind.path, &id);
        let location = self.record.answer(created).live_location().filter(|_| kind.has_location);
        // A relative one counts from the URL that was asked.
        let url = location.and_then(|text| self.api_url(kind.path).join(text).ok()).unwrap_or(built);
        let credentials = self.has.credentials.clone();
        self.record.known_read = Some(KnownRead { operation: kind.read, url: url.clone(), credentials });
        Ok(Rc::new(PaymentSession { created, url }))
    }

    /// Reads the payment session of the scenario.
    pub async fn read_payment_session(&mut self) -> Result<Index, StepFailure> {
        let payment = self.payment_session().await?;
        self.call(Method::GET, self.kind().read, payment.url.clone(), None).await
    }

    /// When the payment session of the scenario ends, as far as the provider says.
    pub async fn payment_session_end(&mut self) -> Result<Landmark, StepFailure> {
        if self.context().profile.provider == Provider::Kco {
            let change = self.order_change().await?;
            return Ok(Landmark::new(change.at + time::KCO_LIFETIME, "the end of the KCO order"));
        }
        self.landmark("/expires_at", "the end of the KP session").await
    }

    /// When the KCO order of the scenario last changed.
    pub async fn order_change(&mut self) -> Result<Landmark, StepFailure> {
        self.landmark("/last_modified_at", "the last change of the KCO order").await
    }

    /// Reads the payment session again and returns an instant from it.
    async fn landmark(&mut self, pointer: &str, name: &str) -> Result<Landmark, StepFailure> {
        let read = self.read_payment_session().await?;
        let text = self.judge().text(read, pointer)?.to_owned();
        let readable = promise::success(self.kind().read);
        let at = self.judge().rests_on(readable, time::instant(pointer, &text))?;
        Ok(Landmark::new(at, name))
    }

    /// Aborts the KCO order of the scenario.
    pub async fn abort_order(&mut self) -> Done {
        let mut url = self.payment_session().await?.url.clone();
        url.set_path(&format!("{}/abort", url.path().trim_end_matches('/')));
        let aborted = self.call(Method::POST, Operation::AbortOrder, url, None).await?;
        match answer::succeeds(self.record.response(aborted)?) {
            Ok(()) => Ok(()),
            Err(Mismatch { actual, .. }) => {
                Err(StepFailure::Missing(format!("the KCO order could not be aborted: status {actual}")))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_provider_is_told_the_channel_in_its_own_place() {
        let body =
            |provider, channel| request(provider, &Purchase::default(), channel, "merchant.example", "r-1");
        assert_eq!(body(Provider::Kp, Some("IN_STORE"))["acquiring_channel"], "IN_STORE");
        assert_eq!(body(Provider::Kp, None).get("acquiring_channel"), None);
        assert_eq!(body(Provider::Kp, None).get("merchant_urls"), None);
        let order = body(Provider::Kco, Some("IN_STORE"));
        assert_eq!(order["options"]["acquiring_channel"], "IN_STORE");
        assert_eq!(order["merchant_urls"]["push"], "https://merchant.example/r-1/push");
    }
}
