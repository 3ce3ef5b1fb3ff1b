//! The merchant's side of a scenario: what the merchant has, and the requests that the merchant sends.

use crate::check::path;
use crate::client::{ApiCall, Method};
use crate::control::{CallbackSite, Control};
use crate::evidence::Operation;
use crate::suite::context::Context;
use crate::suite::failure::{Done, StepFailure};
use crate::suite::judge::Judge;
use crate::suite::ledger::{LeftSession, Turn};
use crate::suite::merchant_urls::UrlSet;
use crate::suite::record::{Index, Record};
use crate::suite::words::{Channel, PlaceOrderMode};
use crate::target::{Ability, Credentials};
use serde_json::{Map, Value};
use std::rc::Rc;
use std::sync::Arc;
use url::Url;

/// The payment session of a scenario.
#[derive(Debug)]
pub struct PaymentSession {
    /// The exchange that created it.
    pub created: Index,
    /// Its URL: it is read there, and hosted sessions are created for it.
    pub url: Url,
}

/// A hosted session of a scenario.
#[derive(Debug)]
pub struct HostedSession {
    /// The exchange that created it.
    pub created: Index,
    /// First path segment of its merchant URLs.
    pub prefix: String,
    pub urls: UrlSet,
}

/// What the merchant has.
pub struct Holdings {
    /// First path segment of the merchant URLs, and reference of the purchase. It is unique to this attempt.
    pub reference: String,
    pub credentials: Credentials,
    /// Id of the account, if the scenario has its own.
    pub account: Option<String>,
    /// `acquiring_channel` of the payment session. `None` means the default.
    pub channel: Option<Channel>,
    /// `place_order_mode` of the hosted session. `None` means the default.
    pub place_order_mode: Option<PlaceOrderMode>,
    /// `locale` of the payment session. `None` means that of the profile.
    pub locale: Option<String>,
    /// Further members of `options` of the hosted session.
    pub options: Map<String, Value>,
    /// The limit of requests that the scenario set for the target.
    pub limit_per_second: Option<u32>,
    pub payment: Option<Rc<PaymentSession>>,
    /// The hosted session that the scenario is about.
    pub this: Option<Rc<HostedSession>>,
    /// In its place, a session that an earlier run left open.
    pub earlier: Option<(Turn, Arc<LeftSession>)>,
    /// A second hosted session of the same payment session.
    pub other: Option<Rc<HostedSession>>,
    /// The status that was read before the act.
    pub status_before: Option<String>,
    /// That read.
    pub read_before: Option<Index>,
}

impl Holdings {
    /// What the merchant of the profile has at the start.
    pub fn new(context: &Context) -> Self {
        Self {
            reference: context.next_reference(),
            credentials: context.profile.credentials.clone(),
            account: None,
            channel: None,
            place_order_mode: None,
            locale: None,
            options: Map::new(),
            limit_per_second: None,
            payment: None,
            this: None,
            earlier: None,
            other: None,
            status_before: None,
            read_before: None,
        }
    }
}

/// The merchant who acts.
pub struct Merchant<'w> {
    pub record: &'w mut Record,
    pub has: &'w mut Holdings,
}

impl Merchant<'_> {
    /// Judges what is recorded.
    pub fn judge(&mut self) -> Judge<'_> {
        Judge::of(self.record)
    }

    /// Takes a separate account if the scenario moves the clock, receives callbacks, reads messages or exceeds a limit.
    pub async fn prepare(&mut self) -> Done {
        let context = self.record.context().clone();
        let of_own = [Ability::Clock, Ability::Receiver, Ability::Mailbox, Ability::Burst];
        if context.control.is_none() || !of_own.iter().any(|ability| self.record.needs(*ability)) {
            return Ok(());
        }
        self.take_account().await?;
        if !self.record.needs(Ability::Receiver) {
            return Ok(());
        }
        let receiver = context.receiver.clone()?;
        if let Some((control, account)) = self.account(&context) {
            let site = CallbackSite {
                host: &context.profile.merchant_host,
                address: receiver.address(),
                certificate_pem: &receiver.certificate_pem(),
            };
            control.direct_callbacks(account, site).await?;
        }
        Ok(())
    }

    /// Takes a separate account. Returns false if the target gives none.
    pub async fn take_account(&mut self) -> Result<bool, StepFailure> {
        let context = self.record.context().clone();
        let Some(control) = &context.control else { return Ok(false) };
        let account = control.mint_account().await?;
        self.has.account = Some(account.merchant_id);
        self.has.credentials = account.credentials;
        Ok(true)
    }

    /// The separate account of the scenario, with the control interface.
    pub fn account<'c>(&'c self, context: &'c Context) -> Option<(&'c Control, &'c str)> {
        context.control.as_ref().zip(self.has.account.as_deref())
    }

    /// The same, for a scenario that needs it. `what` says what is not possible without it.
    pub fn require_account<'c>(
        &'c self,
        context: &'c Context,
        what: &str,
    ) -> Result<(&'c Control, &'c str), StepFailure> {
        if context.control.is_none() {
            return Err(StepFailure::Unseen(format!("{what}: the profile has no `control_url`")));
        }
        let missing = || StepFailure::Missing(format!("{what}: the scenario has no separate account"));
        self.account(context).ok_or_else(missing)
    }

    /// The URL of a documented path. Only creations use it; all other requests use URLs from answers.
    pub fn api_url(&self, path: &str) -> Url {
        let mut url = self.record.context().profile.base_url.clone();
        url.set_path(&format!("{}/{path}", url.path().trim_end_matches('/')));
        url
    }

    /// The URL of an id below a documented path.
    pub fn url_of(&self, path: &str, id: &str) -> Url {
        self.api_url(&format!("{path}/{}", path::segment(id)))
    }

    /// Sends a request with the merchant's credentials.
    pub async fn call(
        &mut self,
        method: Method,
        operation: Operation,
        url: Url,
        body: Option<Value>,
    ) -> Result<Index, StepFailure> {
        let credentials = Some(&self.has.credentials);
        self.record.send(ApiCall { credentials, body, ..ApiCall::new(operation, method, url) }).await
    }

    /// Sends a request without credentials and without a body.
    pub async fn call_without_credentials(
        &mut self,
        method: Method,
        operation: Operation,
        url: Url,
    ) -> Result<Index, StepFailure> {
        self.record.send(ApiCall::new(operation, method, url)).await
    }

    /// The hosted session that the scenario is about.
    pub fn this_session(&self) -> Result<Rc<HostedSession>, StepFailure> {
        self.has.this.clone().ok_or_else(|| {
            StepFailure::faulty_step("there is no hosted session", "begin with `Given a hosted session`")
        })
    }

    /// The second hosted session of the scenario.
    pub fn other_session(&self) -> Result<Rc<HostedSession>, StepFailure> {
        self.has.other.clone().ok_or_else(|| {
            StepFailure::faulty_step(
                "there is no second hosted session",
                "add `And another hosted session of the same payment session`",
            )
        })
    }

    /// First path segment of the merchant URLs of the session that the scenario is about.
    pub fn prefix_of_session(&self) -> Result<String, StepFailure> {
        let earlier = self.has.earlier.as_ref().map(|(_, left)| left.prefix.clone());
        earlier.map_or_else(|| Ok(self.this_session()?.prefix.clone()), Ok)
    }

    /// A text in the answer that created the hosted session of the scenario.
    pub fn created_text(&mut self, pointer: &str) -> Result<String, StepFailure> {
        let created = self.this_session()?.created;
        self.judge().text(created, pointer).map(ToOwned::to_owned)
    }

    /// A URL in the answer that created the hosted session of the scenario.
    pub fn created_url(&mut self, pointer: &str) -> Result<Url, StepFailure> {
        if let Some((_, left)) = &self.has.earlier {
            let missing = || StepFailure::bug(format!("the ledger does not keep {pointer}"));
            return left.url(pointer).cloned().ok_or_else(missing);
        }
        let created = self.this_session()?.created;
        self.judge().live_url(created, pointer)
    }

    /// The status that was read before the act.
    pub fn status_before(&self) -> &str {
        self.has.status_before.as_deref().unwrap_or_default()
    }

    /// What all scenarios of the run share.
    pub fn context(&self) -> &Arc<Context> {
        self.record.context()
    }
}
