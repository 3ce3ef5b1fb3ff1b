//! Hosted sessions: created for a payment session, then read, disabled and looked at by the URLs they came with.

use crate::check;
use crate::check::answer;
use crate::check::merchant_url::MODES_WITHOUT_TOKEN;
use crate::client::{Call, Method};
use crate::evidence::Operation;
use crate::requirement::Provider;
use crate::suite::failure::StepFailure;
use crate::suite::merchant_urls::{Cell, MerchantUrls};
use crate::suite::purchase;
use crate::suite::purchase::PaymentSession;
use crate::suite::world::{Index, World};
use crate::target::Credentials;
use crate::verdict::Mismatch;
use serde_json::{Value, json};
use url::Url;

/// A hosted session of a scenario.
#[derive(Debug, Clone)]
pub struct HostedSession {
    /// The exchange that created it.
    pub created: Index,
    /// First segments of its merchant URLs.
    pub prefix: String,
    pub urls: MerchantUrls,
}

/// What is sent to create a hosted session.
#[derive(Debug, Clone)]
pub struct Draft {
    pub body: Value,
    pub prefix: String,
    pub urls: MerchantUrls,
    /// The scenario means the request to break its schema.
    pub faulty_on_purpose: bool,
}

/// The requirement that promises that a payment session may have a second hosted session.
const SECOND_SESSION: &str = "HPP-CREATE-026";

impl Draft {
    /// The requirement that promises that this is accepted.
    fn promise(&self, second: bool) -> &'static str {
        let is_plain = |name: &String| matches!(name.as_str(), "purchase_type" | "place_order_mode");
        let has_options =
            self.body["options"].as_object().is_some_and(|options| !options.keys().all(is_plain));
        if second {
            SECOND_SESSION
        } else if has_options {
            "HPP-CREATE-038"
        } else if self.urls.contains(&Cell::Empty) {
            "HPP-CREATE-024"
        } else if self.urls.contains(&Cell::Null) {
            "HPP-CREATE-023"
        } else {
            "HPP-CREATE-001"
        }
    }
}

/// The requirement that promises that this call succeeds when nothing is in its way.
fn promise(operation: Operation) -> &'static str {
    match operation {
        Operation::CreateSession => "HPP-CREATE-001",
        Operation::ReadSession => "HPP-READ-001",
        Operation::DisableSession => "HPP-DISABLE-001",
        Operation::Distribute => "HPP-DISTRIBUTE-001",
        Operation::PlaceOrder => "HPP-PRE-003",
        Operation::FetchQrCode | Operation::FetchPage => "HPP-AUTH-006",
        other => purchase::promise(other).unwrap_or("HPP-CREATE-001"),
    }
}

/// An id of the same form that is another one: each hexadecimal digit becomes the next.
pub fn altered(id: &str) -> String {
    let next = |c: char| match c {
        '9' => 'a',
        'f' => '0',
        '0'..='8' | 'a'..='e' => char::from(u8::try_from(c).unwrap_or(b'0') + 1),
        other => other,
    };
    let altered: String = id.chars().map(next).collect();
    if altered == id { format!("{id}0") } else { altered }
}

impl World {
    /// Sends a call with the merchant's credentials.
    pub async fn call(
        &mut self,
        method: Method,
        operation: Operation,
        url: Url,
        body: Option<Value>,
    ) -> Result<Index, StepFailure> {
        let credentials = self.merchant.credentials.clone();
        self.call_as(Some(&credentials), method, operation, url, body).await
    }

    /// Sends a call with these credentials, or none.
    pub async fn call_as(
        &mut self,
        credentials: Option<&Credentials>,
        method: Method,
        operation: Operation,
        url: Url,
        body: Option<Value>,
    ) -> Result<Index, StepFailure> {
        self.send(Call { operation, method, url, credentials, body, faulty_on_purpose: false, oddity: None })
            .await
    }

    /// A documented path of the API: only creations begin there, all else follows what the answers say.
    pub fn api_url(&self, path: &str) -> Url {
        let mut url = self.context().profile.base_url.clone();
        url.set_path(&format!("{}/{path}", url.path().trim_end_matches('/')));
        url
    }

    /// The call was answered with a 2xx; otherwise the scenario rests on the requirement that promises so.
    pub fn success(&mut self, index: Index) -> Result<(), StepFailure> {
        let outcome = answer::succeeds(self.response(index)?);
        let second = self.merchant.other.as_ref().is_some_and(|other| other.created == index);
        let promise = if second { SECOND_SESSION } else { promise(self.exchange(index).operation) };
        self.rests_on(promise, outcome)
    }

    /// A member of a successful response that is a text.
    pub fn text_member(&mut self, index: Index, pointer: &str) -> Result<String, StepFailure> {
        self.success(index)?;
        match self.member(index, pointer)? {
            Value::String(text) => Ok(text),
            other => {
                let mismatch = Mismatch::new(pointer, "a string", other.to_string());
                self.settle(Err(mismatch)).map(|()| String::new())
            }
        }
    }

    /// A member of a successful response that is a URL, as it really came.
    pub fn live_url(&mut self, index: Index, pointer: &str) -> Result<Url, StepFailure> {
        let shown = self.text_member(index, pointer)?;
        let live = self.live_member(index, pointer)?;
        if let Ok(url) = live.parse() {
            return Ok(url);
        }
        let mismatch = Mismatch::new(pointer, "an absolute https URL", shown);
        self.rests_on(promise(self.exchange(index).operation), Err(mismatch))
    }

    /// The request that creates a hosted session for a payment session.
    pub fn draft(&self, payment: &PaymentSession, urls: MerchantUrls, prefix: String) -> Draft {
        // An option that means nothing to a provider, so that a request without options is a case of its own.
        let mut options = json!({ "purchase_type": "BUY" });
        if let Some(mode) = &self.merchant.place_order_mode {
            options["place_order_mode"] = json!(mode);
        }
        for (name, value) in &self.merchant.options {
            options[name] = value.clone();
        }
        let body = json!({
            "payment_session_url": payment.url.as_str(),
            "merchant_urls": urls.to_json(&self.context().profile.merchant_host, &prefix),
            "options": options,
        });
        // The historic option is no part of the schema, yet the guide names it.
        let faulty_on_purpose = self.merchant.options.contains_key("payment_fallback");
        Draft { body, prefix, urls, faulty_on_purpose }
    }

    /// The merchant URLs of a hosted session about which a scenario says nothing; KP needs its token's placeholder in one.
    pub fn usual_urls(&self) -> MerchantUrls {
        let chosen = self.merchant.options.get("place_order_mode").and_then(Value::as_str);
        let mode = chosen.or(self.merchant.place_order_mode.as_deref()).unwrap_or_default();
        if self.context().profile.provider == Provider::Kp && !MODES_WITHOUT_TOKEN.contains(&mode) {
            MerchantUrls::with_token()
        } else {
            MerchantUrls::default()
        }
    }

    /// Sends a request for a hosted session, whatever comes of it.
    pub async fn create_session(&mut self, draft: &Draft) -> Result<Index, StepFailure> {
        let (url, credentials) = (self.api_url("hpp/v1/sessions"), self.merchant.credentials.clone());
        self.send(Call {
            operation: Operation::CreateSession,
            method: Method::POST,
            url,
            credentials: Some(&credentials),
            body: Some(draft.body.clone()),
            faulty_on_purpose: draft.faulty_on_purpose,
            oddity: None,
        })
        .await
    }

    /// Creates a hosted session on which the scenario rests.
    pub async fn require_session(
        &mut self,
        payment: &PaymentSession,
        urls: MerchantUrls,
        prefix: String,
    ) -> Result<HostedSession, StepFailure> {
        let draft = self.draft(payment, urls, prefix);
        let created = self.create_session(&draft).await?;
        let outcome = answer::succeeds(self.response(created)?);
        self.rests_on(draft.promise(false), outcome)?;
        Ok(HostedSession { created, prefix: draft.prefix, urls: draft.urls })
    }

    /// The request for a second hosted session of the payment session, with merchant URLs of its own.
    pub async fn second_draft(&mut self) -> Result<Draft, StepFailure> {
        let payment = self.payment_session().await?;
        let prefix = format!("{}/other", self.merchant.reference);
        Ok(self.draft(&payment, self.usual_urls(), prefix))
    }

    /// Creates a second hosted session of the payment session on which the scenario rests.
    pub async fn require_second_session(&mut self) -> Result<HostedSession, StepFailure> {
        let draft = self.second_draft().await?;
        let created = self.create_session(&draft).await?;
        let accepted = answer::succeeds(self.response(created)?);
        self.rests_on(draft.promise(true), accepted)?;
        let first = self.this_session()?.created;
        let (first, second) =
            (self.text_member(first, "/session_id")?, self.text_member(created, "/session_id")?);
        let distinct = check::differs("/session_id", &first, "that of the first session", &second);
        self.rests_on(draft.promise(true), distinct)?;
        Ok(HostedSession { created, prefix: draft.prefix, urls: draft.urls })
    }

    /// The hosted session that the scenario is about.
    pub fn this_session(&self) -> Result<HostedSession, StepFailure> {
        self.merchant.this.clone().ok_or_else(|| {
            StepFailure::faulty_step("there is no hosted session", "begin with `Given a hosted session`")
        })
    }

    /// The hosted session beside the one that the scenario is about.
    pub fn other_session(&self) -> Result<HostedSession, StepFailure> {
        self.merchant.other.clone().ok_or_else(|| {
            StepFailure::faulty_step(
                "there is no other hosted session",
                "add `And another hosted session of the same payment session`",
            )
        })
    }

    /// Reads the hosted session at the URL it came with.
    pub async fn read_session(&mut self) -> Result<Index, StepFailure> {
        let session = self.this_session()?;
        self.read_hosted(&session).await
    }

    /// Reads any hosted session at the URL it came with.
    pub async fn read_hosted(&mut self, session: &HostedSession) -> Result<Index, StepFailure> {
        let url = self.live_url(session.created, "/session_url")?;
        self.call(Method::GET, Operation::ReadSession, url, None).await
    }

    /// A URL of the hosted session with another `session_id` in it; unseen where the URL does not contain the id.
    pub fn unknown_url(&mut self, member: &str) -> Result<Url, StepFailure> {
        let created = self.this_session()?.created;
        let url = self.live_url(created, &format!("/{member}"))?;
        let id = self.text_member(created, "/session_id")?;
        match url.as_str().replace(&id, &altered(&id)).parse::<Url>() {
            Ok(unknown) if unknown != url => Ok(unknown),
            _ => Err(StepFailure::Unseen(format!("`{member}` does not contain the `session_id`"))),
        }
    }

    /// The status of the hosted session, read anew.
    pub async fn session_status(&mut self) -> Result<String, StepFailure> {
        let read = self.read_session().await?;
        self.text_member(read, "/status")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_altered_id_keeps_its_form() {
        assert_eq!(altered("09af-xyz"), "1ab0-xyz");
        assert_eq!(altered("xyz"), "xyz0");
    }
}
