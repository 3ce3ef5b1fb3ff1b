//! What is bought: the KP session or KCO order behind each hosted session.

use crate::check::time::Landmark;
use crate::check::{answer, time};
use crate::client::Method;
use crate::evidence::Operation;
use crate::requirement::Provider;
use crate::suite::failure::StepFailure;
use crate::suite::world::{Index, World};
use crate::target::{Purchase, TargetProfile};
use crate::verdict::Mismatch;
use serde_json::{Value, json};
use url::Url;

/// The payment session of a scenario.
#[derive(Debug, Clone)]
pub struct PaymentSession {
    /// The exchange that created it.
    pub created: Index,
    /// Where it is read, and what hosted sessions are created for.
    pub url: Url,
}

/// What a provider calls its payment sessions, and what is promised of them.
struct Kind {
    path: &'static str,
    create: Operation,
    read: Operation,
    id: &'static str,
    /// The requirement that creating keeps.
    created: &'static str,
    /// The requirement that reading keeps.
    readable: &'static str,
}

fn kind(provider: Provider) -> Kind {
    match provider {
        Provider::Kp => Kind {
            path: "payments/v1/sessions",
            create: Operation::CreatePaymentSession,
            read: Operation::ReadPaymentSession,
            id: "/session_id",
            created: "HPP-PRE-001",
            readable: "HPP-PRE-002",
        },
        Provider::Kco => Kind {
            path: "checkout/v3/orders",
            create: Operation::CreateOrder,
            read: Operation::ReadOrder,
            id: "/order_id",
            created: "HPP-PRE-004",
            readable: "HPP-PRE-004",
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

/// What is ordered when the merchant places the order by himself: what the KP session was created with.
pub fn order(profile: &TargetProfile, reference: &str) -> Value {
    request(Provider::Kp, &profile.purchase, None, &profile.merchant_host, reference)
}

impl World {
    /// Asks for a payment session, whatever comes of it.
    pub async fn create_payment_session(&mut self) -> Result<Index, StepFailure> {
        let context = self.context().clone();
        let (profile, kind) = (&context.profile, kind(context.profile.provider));
        let channel = self.merchant.channel.as_deref();
        let reference = &self.merchant.reference;
        let mut body =
            request(profile.provider, &profile.purchase, channel, &profile.merchant_host, reference);
        if let Some(locale) = &self.merchant.locale {
            body["locale"] = json!(locale);
        }
        self.call(Method::POST, kind.create, self.api_url(kind.path), Some(body)).await
    }

    /// The payment session of the scenario; made when there is none yet.
    pub async fn payment_session(&mut self) -> Result<PaymentSession, StepFailure> {
        if let Some(payment) = &self.merchant.payment {
            return Ok(payment.clone());
        }
        let payment = self.fresh_payment_session().await?;
        self.merchant.payment = Some(payment.clone());
        Ok(payment)
    }

    /// A payment session beside that of the scenario.
    pub async fn fresh_payment_session(&mut self) -> Result<PaymentSession, StepFailure> {
        let created = self.create_payment_session().await?;
        self.created_payment_session(created)
    }

    /// The payment session that an exchange created.
    pub fn created_payment_session(&mut self, created: Index) -> Result<PaymentSession, StepFailure> {
        let kind = kind(self.context().profile.provider);
        self.success(created)?;
        let id = self.live_member(created, kind.id)?;
        let location = self.answer(created).live_location().map(ToOwned::to_owned);
        let built = self.api_url(&format!("{}/{id}", kind.path));
        let url = location.and_then(|text| built.join(&text).ok()).unwrap_or(built);
        Ok(PaymentSession { created, url })
    }

    /// Reads the payment session of the scenario.
    pub async fn read_payment_session(&mut self) -> Result<Index, StepFailure> {
        let payment = self.payment_session().await?;
        let operation = kind(self.context().profile.provider).read;
        self.call(Method::GET, operation, payment.url, None).await
    }

    /// When the payment session of the scenario ends, as far as the provider tells.
    pub async fn payment_session_end(&mut self) -> Result<Landmark, StepFailure> {
        let provider = self.context().profile.provider;
        let read = self.read_payment_session().await?;
        self.success(read)?;
        match provider {
            Provider::Kp => self.landmark(read, "/expires_at", "the end of the KP session"),
            Provider::Kco => {
                let change = self.order_change_of(read)?;
                Ok(Landmark::new(change.at + time::KCO_LIFETIME, "the end of the KCO order"))
            }
        }
    }

    /// When the KCO order of the scenario last changed.
    pub async fn order_change(&mut self) -> Result<Landmark, StepFailure> {
        let read = self.read_payment_session().await?;
        self.success(read)?;
        self.order_change_of(read)
    }

    fn order_change_of(&mut self, read: Index) -> Result<Landmark, StepFailure> {
        self.landmark(read, "/last_modified_at", "the last change of the KCO order")
    }

    fn landmark(&mut self, read: Index, pointer: &str, name: &str) -> Result<Landmark, StepFailure> {
        let readable = kind(self.context().profile.provider).readable;
        let text = self.text_member(read, pointer)?;
        let at = self.rests_on(readable, time::instant(pointer, &text))?;
        Ok(Landmark::new(at, name))
    }

    /// Aborts the KCO order of the scenario.
    pub async fn abort_order(&mut self) -> Result<(), StepFailure> {
        let mut url = self.payment_session().await?.url;
        url.set_path(&format!("{}/abort", url.path().trim_end_matches('/')));
        let aborted = self.call(Method::POST, Operation::AbortOrder, url, None).await?;
        match answer::succeeds(self.response(aborted)?) {
            Ok(()) => Ok(()),
            Err(Mismatch { actual, .. }) => {
                Err(StepFailure::Missing(format!("the KCO order could not be aborted: status {actual}")))
            }
        }
    }
}

/// The requirement that promises the success of creating or reading a payment session.
pub fn promise(operation: Operation) -> Option<&'static str> {
    [kind(Provider::Kp), kind(Provider::Kco)].into_iter().find_map(|kind| {
        if operation == kind.create {
            Some(kind.created)
        } else if operation == kind.read {
            Some(kind.readable)
        } else {
            None
        }
    })
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
