//! The consumer's side of a scenario: a browser, what the consumer does in it, and what the page showed then.

use crate::browser::{Lease, Pictures, Sitting};
use crate::check::landing::MerchantSite;
use crate::check::{landing, page, placeholder};
use crate::evidence::{PageVisit, Trouble, TroubleKind};
use crate::requirement::{Dialect, Provider};
use crate::suite::failure::StepFailure;
use crate::suite::hosted::HostedSession;
use crate::suite::world::{Index, World};
use crate::verdict::Mismatch;
use std::sync::Arc;
use std::time::Instant;

/// What the consumer holds.
#[derive(Default)]
pub struct Consumer {
    lease: Option<Lease>,
    /// What the consumer did last, but for opening a page.
    act: Option<Act>,
    /// The session whose page was opened and on which nothing was done since.
    opened: Option<Index>,
    /// Sessions on whose page something was done.
    acted_on: Vec<Index>,
}

/// What a consumer does on the payment page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Act {
    Pay,
    /// Pays, and is gone before the page can send the browser anywhere.
    PayAndLeave,
    BeDeclined,
    MeetError,
    PressBack,
    PressCancel,
    /// Presses cancel, and confirms where the page asks.
    Cancel,
}

impl Act {
    /// The page driver's word for the move.
    fn wanted(self) -> &'static str {
        match self {
            Self::Pay | Self::PayAndLeave => "approve",
            Self::BeDeclined => "decline",
            Self::MeetError => "error",
            Self::PressBack => "back",
            Self::PressCancel | Self::Cancel => "cancel",
        }
    }
}

/// The requirement that promises that the consumer's own act leads to this merchant URL.
pub fn arrival_promise(name: &str, dialect: Dialect) -> &'static str {
    match (name, dialect) {
        ("success", _) => "HPP-REDIRECT-001",
        ("failure", _) => "HPP-REDIRECT-002",
        ("error", _) => "HPP-REDIRECT-003",
        ("cancel", Dialect::Klarna) => "HPP-REDIRECT-018",
        ("cancel", Dialect::Kustom) => "HPP-REDIRECT-026",
        _ => "HPP-REDIRECT-014",
    }
}

impl World {
    /// Waits for a browser; the wait counts to no deadline.
    pub async fn take_browser(&mut self) -> Result<(), StepFailure> {
        let context = self.context().clone();
        let pool = context.browsers.as_ref().map_err(|why| StepFailure::from(why.clone()))?;
        let driver = context
            .page_driver
            .clone()
            .ok_or_else(|| StepFailure::Missing("the target's profile names no `page_driver`".into()))?;
        let sitting = Sitting {
            recorder: Arc::clone(&context.recorder),
            driver,
            deadlines: context.profile.deadlines.clone(),
            began: self.began().into_std(),
            pictures: Pictures {
                run_folder: context.folder.clone(),
                stem: format!("evidence/screens/{}", self.merchant.reference),
                all: context.screenshots_of_all,
            },
        };
        let began = Instant::now();
        let leased = pool.lease(sitting).await;
        self.pauses().add(began.elapsed());
        self.consumer.lease =
            Some(leased.map_err(|error| Trouble { kind: TroubleKind::Driver, message: error.to_string() })?);
        Ok(())
    }

    /// Makes the consumer's browser a phone.
    pub async fn take_phone(&mut self) -> Result<(), StepFailure> {
        match self.browser()?.become_phone().await {
            Some(trouble) => Err(StepFailure::Trouble(trouble)),
            None => Ok(()),
        }
    }

    /// Gives the browser back, cleaned, and keeps what reached the receiver.
    pub async fn leave(&mut self) {
        let Some(mut lease) = self.consumer.lease.take() else { return };
        let unseen = self.evidence.visits.last().is_some_and(|visit| visit.screenshot.is_none());
        if unseen && self.has_failed() {
            let screenshot = lease.screenshot("end").await;
            if let Some(visit) = self.evidence.visits.last_mut() {
                visit.screenshot = screenshot;
            }
        }
        lease.give_back();
        self.keep_arrivals();
        if let Some(receiver) = &self.context().receiver {
            receiver.forget(&self.merchant.reference);
        }
    }

    /// Keeps what has reached the receiver so far.
    pub fn keep_arrivals(&mut self) {
        let context = self.context().clone();
        let Some(receiver) = &context.receiver else { return };
        let began = self.began().into_std();
        let arrivals = receiver.arrivals(&self.merchant.reference);
        self.evidence.arrivals =
            arrivals.iter().map(|arrival| arrival.record(&context.recorder, began)).collect();
    }

    /// The consumer's browser.
    pub fn browser(&mut self) -> Result<&mut Lease, StepFailure> {
        self.consumer.lease.as_mut().ok_or_else(|| {
            StepFailure::faulty_step("the scenario has no browser", "tag it with `@needs:browser`")
        })
    }

    /// Keeps the record of a visit; trouble on the way ends the scenario.
    pub fn keep_visit(&mut self, record: PageVisit) -> Result<PageVisit, StepFailure> {
        self.evidence.visits.push(record.clone());
        match &record.trouble {
            Some(trouble) => Err(StepFailure::Trouble(trouble.clone())),
            None => Ok(record),
        }
    }

    /// Opens the page of a hosted session, whatever it shows.
    pub async fn open_page(&mut self, session: &HostedSession) -> Result<PageVisit, StepFailure> {
        let url = self.live_url(session.created, "/redirect_url")?;
        self.open_url(session, url.as_str()).await
    }

    /// Opens any URL for the page of a hosted session.
    pub async fn open_url(&mut self, session: &HostedSession, url: &str) -> Result<PageVisit, StepFailure> {
        let visit = self.browser()?.open(url).await;
        self.consumer.opened = Some(session.created);
        self.keep_visit(visit)
    }

    /// Opens the page of a hosted session and makes a move there; gives back where that led.
    ///
    /// That the page of a session still takes payment when the consumer comes back to it is the scenario's own matter.
    pub async fn act(&mut self, session: &HostedSession, act: Act) -> Result<PageVisit, StepFailure> {
        let comes_back = self.consumer.acted_on.contains(&session.created);
        let page = self.open_page(session).await?;
        let site = self.site(session);
        if comes_back {
            self.settle(page::offers_payment(&page, site.borrowed()))?;
        } else {
            self.page_is_shown()?;
        }
        self.move_on_page(session, &page, act).await
    }

    /// Makes a move on the page that was opened last.
    pub async fn move_on_page(
        &mut self,
        session: &HostedSession,
        page: &PageVisit,
        act: Act,
    ) -> Result<PageVisit, StepFailure> {
        self.offered(page, act)?;
        self.consumer.opened = None;
        self.consumer.acted_on.push(session.created);
        self.consumer.act = Some(act);
        let browser = self.browser()?;
        let visit = match act {
            Act::PayAndLeave => browser.perform_and_leave(act.wanted()).await,
            _ => browser.perform(act.wanted()).await,
        };
        let visit = self.keep_visit(visit)?;
        if act == Act::Cancel && page::asks(&visit) {
            let visit = self.browser()?.perform(page::CONFIRMATION).await;
            return self.keep_visit(visit);
        }
        Ok(visit)
    }

    /// The page offers what the consumer wants to press; a payment may take more screens than one, leaving may not.
    fn offered(&mut self, page: &PageVisit, act: Act) -> Result<(), StepFailure> {
        let wanted = act.wanted();
        if !matches!(wanted, "back" | "cancel") || page.offers.iter().any(|offer| offer == wanted) {
            return Ok(());
        }
        let dialect = self.context().profile.dialect;
        if wanted == "cancel" && dialect == Dialect::Kustom {
            return Err(StepFailure::Unseen("the page does not offer to cancel".into()));
        }
        let mismatch = Mismatch::new("page", format!("a control `{wanted}`"), page.offers.join(", "));
        self.rests_on(arrival_promise(wanted, dialect), Err(mismatch))
    }

    /// What the consumer did last on a payment page.
    pub fn last_act(&self) -> Result<Act, StepFailure> {
        self.consumer.act.ok_or_else(|| {
            StepFailure::faulty_step("the consumer has done nothing yet", "put a When step before it")
        })
    }

    /// The latest visit.
    pub fn visit(&self) -> Result<PageVisit, StepFailure> {
        self.evidence.visits.last().cloned().ok_or_else(|| {
            StepFailure::faulty_step("no page was visited before this step", "put a When step before it")
        })
    }

    /// The page that was opened last, for the first time, was answered; otherwise the scenario rests on the requirement that promises so.
    pub fn page_was_reached(&mut self) -> Result<(), StepFailure> {
        let unvisited = self.consumer.opened.filter(|opened| !self.consumer.acted_on.contains(opened));
        if unvisited.is_none() {
            return Ok(());
        }
        let outcome = page::public(&self.visit()?);
        self.rests_on("HPP-REDIRECT-021", outcome)
    }

    /// The page that was opened last, for the first time, shows itself at the top level; otherwise the scenario rests on the requirement
    /// that promises so.
    pub fn page_is_shown(&mut self) -> Result<(), StepFailure> {
        self.page_was_reached()?;
        if self.consumer.opened.is_none_or(|opened| self.consumer.acted_on.contains(&opened)) {
            return Ok(());
        }
        let (page, site) = (self.visit()?, self.site(&self.this_session()?));
        self.rests_on("HPP-PAGE-004", page::stands_alone(&page, site.borrowed()))
    }

    /// The consumer arrived at the merchant URL of this name; gives back the raw query there.
    pub fn arrived_query(&mut self, name: &str) -> Result<String, StepFailure> {
        let (visit, site) = (self.visit()?, self.site(&self.this_session()?));
        let promise = arrival_promise(name, self.context().profile.dialect);
        self.rests_on(promise, landing::lands_at(&visit, site.borrowed(), name))?;
        Ok(site.borrowed().query(&visit, name).unwrap_or_default().to_owned())
    }

    /// The value with which a parameter really arrived at the merchant URL of this name: to spend, never to keep.
    pub fn live_parameter(
        &mut self,
        url_name: &str,
        name: &str,
        promise: &str,
    ) -> Result<String, StepFailure> {
        let query = self.arrived_query(url_name)?;
        self.rests_on(promise, placeholder::filled(&query, name))?;
        self.raw_parameter(url_name, name).map(|value| placeholder::decoded(&value))
    }

    /// The same before percent-decoding, whatever it is.
    pub fn raw_parameter(&self, url_name: &str, name: &str) -> Result<String, StepFailure> {
        let context = self.context();
        let Some(receiver) = &context.receiver else {
            return Err(StepFailure::Unseen("the harness has no receiver of its own".into()));
        };
        let path = format!("/{}/{url_name}", self.this_session()?.prefix);
        let arrivals = receiver.arrivals(&self.merchant.reference);
        let query = arrivals.iter().rev().find_map(|arrival| {
            let (at, query) = arrival.path_and_query.split_once('?')?;
            (at == path).then_some(query)
        });
        Ok(query.and_then(|query| placeholder::parameter(query, name)).unwrap_or_default().to_owned())
    }

    /// The merchant URLs of a hosted session.
    pub fn site(&self, session: &HostedSession) -> Site {
        Site { host: self.context().profile.merchant_host.clone(), prefix: session.prefix.clone() }
    }

    /// A query with every placeholder that the provider fills in a success URL.
    pub fn every_placeholder(&self) -> String {
        let second = match self.context().profile.provider {
            Provider::Kp => "authorization_token",
            Provider::Kco => "order_id",
        };
        format!("first={{{{session_id}}}}&second={{{{{second}}}}}")
    }
}

/// A [`MerchantSite`] that owns its words.
pub struct Site {
    host: String,
    prefix: String,
}

impl Site {
    /// The site as checks take it.
    pub fn borrowed(&self) -> MerchantSite<'_> {
        MerchantSite { host: &self.host, prefix: &self.prefix }
    }
}
