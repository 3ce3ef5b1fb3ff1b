//! The accepted twin of a refusal: the same request without its fault. Where that is refused too, the refusal says nothing.

use crate::check::answer;
use crate::client::Method;
use crate::evidence::{Operation, Request};
use crate::suite::consumer::PageAct;
use crate::suite::failure::{Done, StepFailure};
use crate::suite::merchant::{HostedSession, Merchant};
use crate::suite::promise;
use crate::suite::record::Index;
use crate::suite::steps::distribution;
use crate::suite::world::World;
use serde_json::json;
use std::rc::Rc;
use url::Url;

/// What a twin is about.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Subject {
    /// The sessions of the scenario. The cheaper way, but they may have ended.
    Own,
    /// New sessions.
    New,
}

impl World {
    /// Makes sure that the refused request of the scenario is accepted without its fault. If it is not, the scenario is blocked by the
    /// requirement that promises this. A request that was accepted earlier in the attempt is the twin too.
    pub async fn refusal_has_twin(&mut self) -> Done {
        let Some(refused) = self.record.refused_act() else { return Ok(()) };
        let Some(operation) = accepted_form(self.record.exchange(refused).operation) else { return Ok(()) };
        if self.has_accepted_twin(operation, refused) {
            return Ok(());
        }
        self.record.sends_twin = true;
        if !self.is_faultless(operation, refused)? {
            let own = self.send_twin(operation, refused, Subject::Own).await?;
            let request = |index| &self.record.exchange(index).request;
            // If the request is the same, the fault is in the session.
            if self.has_accepted_twin(operation, refused) && !is_same(request(refused), request(own)) {
                return Ok(());
            }
        }
        let new = self.send_twin(operation, refused, Subject::New).await?;
        let outcome = answer::succeeds(self.record.response(new)?);
        let promise = self.record.promise(new);
        self.judge().rests_on(promise, outcome)
    }

    /// Whether the API accepted a request of this operation. That it sends by one method says nothing about another one.
    fn has_accepted_twin(&self, operation: Operation, refused: Index) -> bool {
        let of_refused = method_of(&self.record.exchange(refused).request);
        self.record.has_accepted(operation, |request| {
            operation != Operation::Distribute || method_of(request) == of_refused
        })
    }

    /// Whether the refused request is what the twin of the same session would be. Then the fault is in the session.
    fn is_faultless(&mut self, operation: Operation, refused: Index) -> Result<bool, StepFailure> {
        let pointer = match operation {
            Operation::ReadSession | Operation::DisableSession => "/session_url",
            Operation::Distribute => "/distribution_url",
            _ => return Ok(false),
        };
        if self.merchant().has.earlier.is_some() {
            return Ok(true);
        }
        let url = self.merchant().created_url(pointer)?;
        let request = &self.record.exchange(refused).request;
        let body = (operation == Operation::Distribute).then(|| distribution::request(method_of(request)));
        Ok(!request.credentials_in_doubt
            && request.url == url.as_str()
            && request.body.json() == body.as_ref())
    }

    async fn send_twin(
        &mut self,
        operation: Operation,
        refused: Index,
        subject: Subject,
    ) -> Result<Index, StepFailure> {
        if operation == Operation::PlaceOrder {
            return self.place_twin(subject).await;
        }
        let mut merchant = self.merchant();
        if subject == Subject::New {
            merchant.has.payment = None;
        }
        match operation {
            Operation::CreateSession => {
                let mut draft = merchant.usual_draft().await?;
                merchant.send_draft(&mut draft).await
            }
            Operation::DisableSession => {
                let url = merchant.twin_url(subject, "/session_url").await?;
                merchant.call(Method::DELETE, operation, url, None).await
            }
            Operation::Distribute => {
                let url = merchant.twin_url(subject, "/distribution_url").await?;
                let method = method_of(&merchant.record.exchange(refused).request);
                let (body, promise) = (distribution::request(method), promise::distribution(method));
                let sent = merchant.call(Method::POST, operation, url, Some(body)).await?;
                merchant.record.promised_by(sent, promise);
                Ok(sent)
            }
            Operation::ChangePaymentSession => {
                let url = merchant.payment_session().await?.url.clone();
                let change = json!({ "merchant_reference2": "changed" });
                merchant.call(Method::POST, operation, url, Some(change)).await
            }
            Operation::ReadPaymentSession | Operation::ReadOrder => merchant.read_payment_session().await,
            Operation::CreatePaymentSession | Operation::CreateOrder => {
                merchant.create_payment_session().await
            }
            _ => {
                let url = merchant.twin_url(subject, "/session_url").await?;
                merchant.call(Method::GET, operation, url, None).await
            }
        }
    }

    /// Places the order of a paid session. Does not judge the answer.
    async fn place_twin(&mut self, subject: Subject) -> Result<Index, StepFailure> {
        if subject == Subject::New {
            // Only then a payment has a token.
            self.merchant().has.place_order_mode = None;
        }
        let session = self.merchant().twin_session(subject).await?;
        if subject == Subject::New {
            self.consumer().act_in(&session, PageAct::Pay).await?;
        }
        let mut merchant = self.merchant();
        let token = merchant.authorization_token(&session).await?;
        merchant.place_order(&token).await
    }
}

impl Merchant<'_> {
    async fn twin_session(&mut self, subject: Subject) -> Result<Rc<HostedSession>, StepFailure> {
        match subject {
            Subject::Own => self.this_session(),
            Subject::New => self.require_twin(self.usual_urls()).await,
        }
    }

    async fn twin_url(&mut self, subject: Subject, pointer: &str) -> Result<Url, StepFailure> {
        let created = self.twin_session(subject).await?.created;
        self.judge().live_url(created, pointer)
    }
}

/// The operation that has to be accepted where this one is refused. A hosted session cannot be changed, so it has to be read.
/// `None` if no requirement promises that the operation is accepted.
fn accepted_form(operation: Operation) -> Option<Operation> {
    match operation {
        Operation::ChangeSession => Some(Operation::ReadSession),
        Operation::CreatePaymentSession
        | Operation::ReadPaymentSession
        | Operation::PlaceOrder
        | Operation::CreateOrder
        | Operation::ReadOrder
        | Operation::ChangePaymentSession
        | Operation::CreateSession
        | Operation::ReadSession
        | Operation::DisableSession
        | Operation::Distribute => Some(operation),
        Operation::AbortOrder
        | Operation::ReadManagedOrder
        | Operation::GenerateModuleToken
        | Operation::FetchModule
        | Operation::FetchQrCode
        | Operation::FetchPage => None,
    }
}

/// Whether two requests are the same.
fn is_same(one: &Request, other: &Request) -> bool {
    one.method == other.method
        && one.url == other.url
        && one.body == other.body
        && one.credentials_in_doubt == other.credentials_in_doubt
}

/// The method of a distribution, or `email` if it names no known one.
fn method_of(request: &Request) -> &'static str {
    let method = request.body.json().and_then(|body| body.get("method")?.as_str());
    distribution::known_method(method.unwrap_or_default())
}
