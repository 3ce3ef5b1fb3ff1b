//! Hosted sessions: creates them for a payment session, and reads and disables them at the URLs that the creation returned.

use crate::check;
use crate::check::merchant_url::MODES_WITHOUT_TOKEN;
use crate::check::{answer, time};
use crate::client::{ApiCall, Method};
use crate::evidence::Operation;
use crate::requirement::Provider;
use crate::suite::failure::StepFailure;
use crate::suite::ledger::LeftSession;
use crate::suite::merchant::{HostedSession, Merchant};
use crate::suite::merchant_urls::{Cell, UrlSet};
use crate::suite::parameter::Spelt;
use crate::suite::promise;
use crate::suite::record::Index;
use crate::suite::words::{Age, IdPart};
use serde_json::{Value, json};
use std::rc::Rc;
use url::Url;

/// A request that creates a hosted session.
#[derive(Debug)]
pub struct Draft {
    pub body: Value,
    pub prefix: String,
    pub urls: UrlSet,
    /// The request breaks its schema on purpose.
    pub faulty_on_purpose: bool,
}

impl Draft {
    /// The requirement that promises that this is accepted.
    fn promise(&self) -> &'static str {
        let is_plain = |name: &String| matches!(name.as_str(), "purchase_type" | "place_order_mode");
        let options = self.body["options"].as_object();
        if options.is_none() {
            "HPP-CREATE-004"
        } else if options.is_some_and(|options| !options.keys().all(is_plain)) {
            "HPP-CREATE-038"
        } else if self.urls.contains(&Cell::Empty) {
            "HPP-CREATE-024"
        } else if self.urls.contains(&Cell::Null) {
            "HPP-CREATE-023"
        } else {
            "HPP-CREATE-001"
        }
    }

    /// The session that the exchange created with this request.
    pub fn created(self, created: Index) -> Rc<HostedSession> {
        Rc::new(HostedSession { created, prefix: self.prefix, urls: self.urls })
    }
}

/// Another id of the same form: each hexadecimal digit becomes the next, or only the one at this end of the id.
pub fn altered(id: &str, part: Option<IdPart>) -> String {
    let is_digit = |c: char| c.is_ascii_digit() || matches!(c, 'a'..='f');
    let only = part.and_then(|part| match part {
        IdPart::Beginning => id.find(is_digit),
        IdPart::End => id.rfind(is_digit),
    });
    let next = |c: char| match c {
        '9' => 'a',
        'f' => '0',
        '0'..='8' | 'a'..='e' => char::from(u8::try_from(c).unwrap_or(b'0') + 1),
        other => other,
    };
    let is_meant = |at: usize| only.is_none_or(|only| only == at);
    let altered: String = id.char_indices().map(|(at, c)| if is_meant(at) { next(c) } else { c }).collect();
    if altered == id { format!("{id}0") } else { altered }
}

impl Merchant<'_> {
    /// The merchant URLs, if the scenario gives none. With KP, one of them needs the placeholder of the token.
    pub fn usual_urls(&self) -> UrlSet {
        let chosen = self.has.options.get("place_order_mode").and_then(Value::as_str);
        let mode = chosen.or(self.has.place_order_mode.map(Spelt::word)).unwrap_or_default();
        if self.context().profile.provider == Provider::Kp && !MODES_WITHOUT_TOKEN.contains(&mode) {
            UrlSet::with_token()
        } else {
            UrlSet::default()
        }
    }

    /// The request for a hosted session of the payment session of the scenario.
    pub async fn draft(&mut self, urls: UrlSet) -> Result<Draft, StepFailure> {
        let url = self.payment_session().await?.url.clone();
        Ok(self.draft_for(&url, urls, self.has.reference.clone()))
    }

    /// The same, with the usual merchant URLs.
    pub async fn usual_draft(&mut self) -> Result<Draft, StepFailure> {
        self.draft(self.usual_urls()).await
    }

    fn draft_for(&self, payment_session_url: &Url, urls: UrlSet, prefix: String) -> Draft {
        // An option without effect, so that a request without options differs from the usual one.
        let mut options = json!({ "purchase_type": "BUY" });
        if let Some(mode) = self.has.place_order_mode {
            options["place_order_mode"] = json!(mode.word());
        }
        for (name, value) in &self.has.options {
            options[name] = value.clone();
        }
        let body = json!({
            "payment_session_url": payment_session_url.as_str(),
            "merchant_urls": urls.to_json(&self.context().profile.merchant_authority, &prefix),
            "options": options,
        });
        // The guide names this old option, but the schema does not have it.
        let faulty_on_purpose = self.has.options.contains_key("payment_fallback");
        Draft { body, prefix, urls, faulty_on_purpose }
    }

    /// Sends a request for a hosted session. Does not judge the answer.
    pub async fn send_draft(&mut self, draft: &mut Draft) -> Result<Index, StepFailure> {
        let url = self.api_url("hpp/v1/sessions");
        let call = ApiCall {
            credentials: Some(&self.has.credentials),
            body: Some(draft.body.take()),
            faulty_on_purpose: draft.faulty_on_purpose,
            ..ApiCall::new(Operation::CreateSession, Method::POST, url)
        };
        self.record.send(call).await
    }

    /// Creates the hosted session of the scenario. Does not judge the answer.
    pub async fn create_session(&mut self, mut draft: Draft) -> Result<Index, StepFailure> {
        let created = self.send_draft(&mut draft).await?;
        self.has.this = Some(draft.created(created));
        Ok(created)
    }

    /// Creates a hosted session. If this fails, the scenario is blocked.
    async fn require_draft(&mut self, mut draft: Draft) -> Result<Rc<HostedSession>, StepFailure> {
        let promise = draft.promise();
        let created = self.send_draft(&mut draft).await?;
        let outcome = answer::succeeds(self.record.response(created)?);
        self.judge().rests_on(promise, outcome)?;
        Ok(draft.created(created))
    }

    /// Creates the hosted session of the scenario. If this fails, the scenario is blocked.
    pub async fn require_session(&mut self, urls: UrlSet) -> Result<Rc<HostedSession>, StepFailure> {
        let draft = self.draft(urls).await?;
        let session = self.require_draft(draft).await?;
        self.has.this = Some(Rc::clone(&session));
        Ok(session)
    }

    /// The same, without options.
    pub async fn require_session_without_options(&mut self) -> Result<Rc<HostedSession>, StepFailure> {
        let mut draft = self.usual_draft().await?;
        draft.body.as_object_mut().and_then(|body| body.shift_remove("options"));
        let session = self.require_draft(draft).await?;
        self.has.this = Some(Rc::clone(&session));
        Ok(session)
    }

    /// Creates a hosted session to compare with, for a new payment session.
    pub async fn require_twin(&mut self, urls: UrlSet) -> Result<Rc<HostedSession>, StepFailure> {
        let payment = self.fresh_payment_session().await?;
        let draft = self.draft_for(&payment.url, urls, format!("{}/twin", self.has.reference));
        self.require_draft(draft).await
    }

    /// Creates a second hosted session of the same payment session, with its own merchant URLs. Does not judge the answer.
    pub async fn create_second_session(&mut self) -> Result<Rc<HostedSession>, StepFailure> {
        let url = self.payment_session().await?.url.clone();
        let mut draft = self.draft_for(&url, self.usual_urls(), format!("{}/other", self.has.reference));
        let created = self.send_draft(&mut draft).await?;
        let session = draft.created(created);
        self.record.promised_by(created, promise::SECOND_SESSION);
        self.has.other = Some(Rc::clone(&session));
        Ok(session)
    }

    /// Creates a second hosted session of the same payment session. If this fails, the scenario is blocked.
    pub async fn require_second_session(&mut self) -> Result<Rc<HostedSession>, StepFailure> {
        let first = self.this_session()?.created;
        let session = self.create_second_session().await?;
        self.judge().success(session.created)?;
        let first = self.judge().text(first, "/session_id")?.to_owned();
        let second = self.judge().text(session.created, "/session_id")?;
        let distinct = check::differs("/session_id", &first, "the session_id of the first session", second);
        self.judge().rests_on(promise::SECOND_SESSION, distinct)?;
        Ok(session)
    }

    /// Creates two hosted sessions of one payment session. The scenario is about this one of them.
    pub async fn require_two_sessions(&mut self, age: Age) -> Result<(), StepFailure> {
        self.require_session(self.usual_urls()).await?;
        self.require_second_session().await?;
        if age == Age::Newer {
            std::mem::swap(&mut self.has.this, &mut self.has.other);
        }
        Ok(())
    }

    /// The hosted session of the scenario as a ledger keeps it, with the URL of its payment session. `None` if an answer lacks what a
    /// later run needs.
    pub fn session_to_leave(&mut self) -> Option<(LeftSession, Url)> {
        let payment = self.has.payment.clone()?.url.clone();
        let session = self.this_session().ok().filter(|_| self.has.account.is_none())?;
        let made_at = self.now(session.created).ok()?.at;
        let answer = self.record.answer(session.created);
        let url = |pointer| answer.live_text(pointer)?.parse().ok();
        let left = LeftSession {
            session_id: answer.live_text("/session_id")?.to_owned(),
            session_url: url("/session_url")?,
            redirect_url: url("/redirect_url")?,
            distribution_url: url("/distribution_url")?,
            prefix: session.prefix.clone(),
            made_at,
            expires_at: time::instant("/expires_at", answer.live_text("/expires_at")?).ok()?,
        };
        Some((left, payment))
    }

    /// Reads the hosted session of the scenario at its `session_url`.
    pub async fn read_session(&mut self) -> Result<Index, StepFailure> {
        let url = self.created_url("/session_url")?;
        self.call(Method::GET, Operation::ReadSession, url, None).await
    }

    /// Reads any hosted session at its `session_url`.
    pub async fn read_hosted(&mut self, session: &HostedSession) -> Result<Index, StepFailure> {
        let url = self.judge().live_url(session.created, "/session_url")?;
        self.call(Method::GET, Operation::ReadSession, url, None).await
    }

    /// Disables the hosted session of the scenario at its `session_url`. Does not judge the answer.
    pub async fn disable_session(&mut self) -> Result<Index, StepFailure> {
        let url = self.created_url("/session_url")?;
        self.call(Method::DELETE, Operation::DisableSession, url, None).await
    }

    /// A URL of the hosted session with another `session_id` in it, wholly or in part. UNSEEN if the URL does not contain the id.
    pub fn unknown_url(&mut self, member: &str, part: Option<IdPart>) -> Result<Url, StepFailure> {
        let id = self.created_text("/session_id")?;
        self.url_with(member, &altered(&id, part))
    }

    /// A URL of the hosted session with the id of its payment session in place of the `session_id`. UNSEEN if the URL does not contain
    /// the `session_id`, or both ids are the same.
    pub async fn url_of_payment(&mut self, member: &str) -> Result<Url, StepFailure> {
        let payment = self.payment_session().await?;
        let id = payment.url.path_segments().and_then(|mut segments| segments.next_back());
        self.url_with(member, id.unwrap_or_default())
    }

    fn url_with(&mut self, member: &str, other_id: &str) -> Result<Url, StepFailure> {
        let url = self.created_url(&format!("/{member}"))?;
        let id = self.created_text("/session_id")?;
        match url.as_str().replace(&id, other_id).parse::<Url>() {
            Ok(unknown) if unknown != url => Ok(unknown),
            _ => Err(StepFailure::Unseen(format!("`{member}` does not contain the `session_id`"))),
        }
    }

    /// Reads the hosted session again and returns its status.
    pub async fn session_status(&mut self) -> Result<String, StepFailure> {
        let session = self.this_session()?;
        self.status_of_hosted(&session).await
    }

    /// Reads any hosted session and returns its status.
    pub async fn status_of_hosted(&mut self, session: &HostedSession) -> Result<String, StepFailure> {
        let read = self.read_hosted(session).await?;
        self.judge().text(read, "/status").map(ToOwned::to_owned)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_altered_id_keeps_its_form() {
        assert_eq!(altered("09af-xyz", None), "1ab0-xyz");
        assert_eq!(altered("xyz", None), "xyz0");
        assert_eq!(altered("x09af-xyz", Some(IdPart::Beginning)), "x19af-xyz");
        assert_eq!(altered("09af-xyz", Some(IdPart::End)), "09a0-xyz");
        assert_eq!(altered("xyz", Some(IdPart::End)), "xyz0");
    }
}
