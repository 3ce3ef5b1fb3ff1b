//! What a payment comes to: an authorization that the merchant turns into an order, or an order that is there already.

use crate::check;
use crate::client::Method;
use crate::evidence::Operation;
use crate::suite::failure::StepFailure;
use crate::suite::hosted::HostedSession;
use crate::suite::purchase;
use crate::suite::world::{Index, World};
use crate::verdict::Mismatch;
use serde_json::{Value, json};

/// The member of a paid session that lets the merchant place an order, and the requirement that promises it.
const TOKEN: (&str, &str) = ("/authorization_token", "HPP-READ-003");

/// The member of a session whose order is placed, and the requirement that promises it.
const ORDER: (&str, &str) = ("/order_id", "HPP-READ-004");

impl World {
    /// Reads a hosted session until it says that it is completed, or the profile's deadline for a status passes; judges nothing.
    pub async fn await_payment(&mut self, session: &HostedSession) -> Result<Index, StepFailure> {
        let mut polls = self.polls();
        loop {
            let read = self.read_hosted(session).await?;
            if self.status_of(read) == Some("COMPLETED") || !polls.again().await {
                return Ok(read);
            }
        }
    }

    fn status_of(&self, read: Index) -> Option<&str> {
        self.exchange(read).response()?.body.json()?.get("status")?.as_str()
    }

    /// Whether a session that was read shows that it is paid: by its status, its token or its order.
    pub fn is_paid(&self, read: Index) -> bool {
        let Some(body) = self.exchange(read).response().and_then(|response| response.body.json()) else {
            return false;
        };
        self.status_of(read) == Some("COMPLETED")
            || [TOKEN.0, ORDER.0].iter().any(|member| body.pointer(member).is_some_and(Value::is_string))
    }

    /// A session that is paid says so in its status.
    pub fn reads_completed(&mut self, read: Index) -> Result<(), StepFailure> {
        let status = self.text_member(read, "/status")?;
        self.rests_on("HPP-STATUS-003", check::equals("/status", "COMPLETED", &status))
    }

    /// The authorization token of a paid session, as it really is.
    pub async fn authorization_token(&mut self, session: &HostedSession) -> Result<String, StepFailure> {
        let read = self.await_payment(session).await?;
        self.promised_member(read, TOKEN)
    }

    /// The id of the order of a paid session.
    pub fn order_id(&mut self, read: Index) -> Result<String, StepFailure> {
        self.promised_member(read, ORDER)
    }

    /// A member of a paid session, which rests on the requirement that promises it.
    fn promised_member(
        &mut self,
        read: Index,
        (pointer, promise): (&str, &str),
    ) -> Result<String, StepFailure> {
        self.success(read)?;
        let body = self.response(read)?.body.json();
        if body.and_then(|body| body.pointer(pointer)).is_none_or(Value::is_null) {
            let status = self.text_member(read, "/status")?;
            let expected = format!("a member of the session that reads {status}");
            return self.rests_on(promise, Err(Mismatch::new(pointer, expected, "nothing")));
        }
        self.live_member(read, pointer)
    }

    /// Places an order for the payment session with an authorization token, whatever comes of it.
    pub async fn place_order(&mut self, token: &str) -> Result<Index, StepFailure> {
        let body = purchase::order(&self.context().profile, &self.merchant.reference);
        self.place(token, body).await
    }

    /// Places an order for something else than was paid, whatever comes of it.
    pub async fn place_changed_order(&mut self, token: &str) -> Result<Index, StepFailure> {
        let mut body = purchase::order(&self.context().profile, &self.merchant.reference);
        body["order_lines"][0]["name"] = json!("Coffee");
        self.place(token, body).await
    }

    async fn place(&mut self, token: &str, body: Value) -> Result<Index, StepFailure> {
        let mut url = self.api_url("payments/v1/authorizations");
        if let Ok(mut path) = url.path_segments_mut() {
            path.push(token).push("order");
        }
        self.call(Method::POST, Operation::PlaceOrder, url, Some(body)).await
    }

    /// Reads an order in order management, whatever comes of it.
    pub async fn read_managed_order(&mut self, order_id: &str) -> Result<Index, StepFailure> {
        let url = self.api_url(&format!("ordermanagement/v1/orders/{order_id}"));
        self.call(Method::GET, Operation::ReadManagedOrder, url, None).await
    }
}
