//! Results of a payment: a token with which the merchant places an order, or an order.

use crate::check;
use crate::check::path;
use crate::client::Method;
use crate::evidence::Operation;
use crate::suite::failure::{Done, StepFailure};
use crate::suite::merchant::{HostedSession, Merchant};
use crate::suite::promise;
use crate::suite::purchase;
use crate::suite::record::Index;
use crate::suite::words::SessionStatus;
use crate::verdict::Mismatch;
use serde_json::{Value, json};
use url::Url;

/// The member of a paid session that lets the merchant place an order, and the requirement that promises it.
const TOKEN: (&str, &str) = ("/authorization_token", "HPP-READ-003");

/// The member of a session whose order is placed, and the requirement that promises it.
const ORDER: (&str, &str) = ("/order_id", "HPP-READ-004");

impl Merchant<'_> {
    /// Reads a hosted session until it shows its payment, or until the profile's deadline for a status. Does not judge the answer.
    pub async fn await_payment(&mut self, session: &HostedSession) -> Result<Index, StepFailure> {
        let mut polls = self.polls();
        loop {
            let read = self.read_hosted(session).await?;
            if self.status_of(read) == Some("COMPLETED") || !polls.again().await {
                return Ok(read);
            }
        }
    }

    /// The same for the hosted session of the scenario.
    pub async fn await_own_payment(&mut self) -> Result<Index, StepFailure> {
        let session = self.this_session()?;
        self.await_payment(&session).await
    }

    fn status_of(&self, read: Index) -> Option<&str> {
        self.record.exchange(read).response()?.body.json()?.get("status")?.as_str()
    }

    /// Whether an answer shows that its session is paid: by its status, its token or its order.
    pub fn is_paid(&self, read: Index) -> bool {
        let body = self.record.exchange(read).response().and_then(|response| response.body.json());
        let has = |body: &Value, member: &str| body.pointer(member).is_some_and(Value::is_string);
        self.status_of(read) == Some("COMPLETED")
            || body.is_some_and(|body| has(body, TOKEN.0) || has(body, ORDER.0))
    }

    /// Checks that a paid session is COMPLETED.
    pub fn reads_completed(&mut self, read: Index) -> Done {
        let outcome = check::equals("/status", "COMPLETED", self.judge().text(read, "/status")?);
        self.judge().presumes(promise::status(SessionStatus::Completed), outcome)
    }

    /// The unredacted authorization token of a paid session.
    pub async fn authorization_token(&mut self, session: &HostedSession) -> Result<String, StepFailure> {
        let read = self.await_payment(session).await?;
        self.token(read)
    }

    /// The unredacted authorization token in an answer that shows a paid session.
    pub fn token(&mut self, read: Index) -> Result<String, StepFailure> {
        self.promised_member(read, TOKEN)
    }

    /// The id of the order of a paid session.
    pub fn order_id(&mut self, read: Index) -> Result<String, StepFailure> {
        self.promised_member(read, ORDER)
    }

    /// A member of a paid session. If it is missing, the scenario is blocked by the requirement that promises it, or by the status.
    fn promised_member(
        &mut self,
        read: Index,
        (pointer, promise): (&str, &str),
    ) -> Result<String, StepFailure> {
        self.judge().success(read)?;
        let body = self.record.response(read)?.body.json();
        if body.and_then(|body| body.pointer(pointer)).is_none_or(Value::is_null) {
            self.reads_completed(read)?;
            let status = self.judge().text(read, "/status")?;
            let expected = format!("a member of the session that reads {status}");
            return self.judge().rests_on(promise, Err(Mismatch::new(pointer, expected, "nothing")));
        }
        let id = self.judge().live_member(read, pointer)?.to_owned();
        self.judge().rests_on(promise, path::holds(pointer, &id)).map(|()| id)
    }

    /// Places an order for the payment session with an authorization token. Does not judge the answer.
    pub async fn place_order(&mut self, token: &str) -> Result<Index, StepFailure> {
        let body = purchase::order(&self.context().profile, &self.has.reference);
        self.place(token, body).await
    }

    /// Places an order that differs from what was paid. Does not judge the answer.
    pub async fn place_changed_order(&mut self, token: &str) -> Result<Index, StepFailure> {
        let mut body = purchase::order(&self.context().profile, &self.has.reference);
        body["order_lines"][0]["name"] = json!("Coffee");
        self.place(token, body).await
    }

    /// Places an order for half of what was paid. Does not judge the answer.
    pub async fn place_half_the_order(&mut self, token: &str) -> Result<Index, StepFailure> {
        let mut body = purchase::order(&self.context().profile, &self.has.reference);
        let mut halve = |pointer: &str| {
            if let Some(value) = body.pointer_mut(pointer) {
                *value = json!(value.as_i64().unwrap_or_default() / 2);
            }
        };
        ["/order_amount", "/order_tax_amount"].into_iter().for_each(&mut halve);
        let of_line = ["unit_price", "total_amount", "total_tax_amount"];
        for name in of_line {
            halve(&format!("/order_lines/0/{name}"));
        }
        self.place(token, body).await
    }

    async fn place(&mut self, token: &str, body: Value) -> Result<Index, StepFailure> {
        let mut url = self.url_of_given("payments/v1/authorizations", token)?;
        url.set_path(&format!("{}/order", url.path()));
        self.call(Method::POST, Operation::PlaceOrder, url, Some(body)).await
    }

    /// The URL of an id that came in a URL or in an answer. One that no path can hold fails the requirement of the scenario.
    fn url_of_given(&mut self, path: &str, id: &str) -> Result<Url, StepFailure> {
        match path::holds("the id for the path", id) {
            Ok(()) => Ok(self.url_of(path, id)),
            Err(mismatch) => self.judge().settle(Err(mismatch)).map(|()| self.api_url(path)),
        }
    }

    /// Reads an order in order management. Does not judge the answer.
    pub async fn read_managed_order(&mut self, order_id: &str) -> Result<Index, StepFailure> {
        let url = self.url_of_given("ordermanagement/v1/orders", order_id)?;
        self.call(Method::GET, Operation::ReadManagedOrder, url, None).await
    }
}
