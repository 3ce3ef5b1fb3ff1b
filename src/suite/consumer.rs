//! The consumer's side of a scenario: a browser, what the consumer does in it, and what the page showed then.

use crate::browser::Lease;
use crate::browser::Pictures;
use crate::browser::Sitting;
use crate::check::landing;
use crate::check::landing::MerchantSite;
use crate::check::page;
use crate::evidence::PageVisit;
use crate::evidence::Trouble;
use crate::evidence::TroubleKind;
use crate::requirement::Dialect;
use crate::requirement::Provider;
use crate::suite::failure::StepFailure;
use crate::suite::hosted::HostedSession;
use crate::suite::world::World;
use crate::verdict::Mismatch;
use std::sync::Arc;
use std::time::Instant;

/// What the consumer holds.
#[derive(Default)]
pub struct Consumer {
    lease: Option<Lease>,
    /// What the consumer did last, but for opening a page.
    act: Option<Act>,
    /// Whether a page was opened and nothing done on it since.
    opened: bool,
}

/// What a consumer does on the payment page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Act {
    Pay,
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
            Self::Pay => "approve",
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
        let pool = context.browsers.as_ref().map_err(|why| StepFailure::Missing(why.clone()))?;
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

    fn browser(&mut self) -> Result<&mut Lease, StepFailure> {
        self.consumer.lease.as_mut().ok_or_else(|| {
            StepFailure::faulty_step("the scenario has no browser", "tag it with `@needs:browser`")
        })
    }

    /// Keeps the record of a visit; trouble on the way ends the scenario.
    fn keep_visit(&mut self, record: PageVisit) -> Result<PageVisit, StepFailure> {
        self.evidence.visits.push(record.clone());
        match &record.trouble {
            Some(trouble) => Err(StepFailure::Trouble(trouble.clone())),
            None => Ok(record),
        }
    }

    /// Opens the page of a hosted session, whatever it shows.
    pub async fn open_page(&mut self, session: &HostedSession) -> Result<PageVisit, StepFailure> {
        let url = self.live_url(session.created, "/redirect_url")?;
        let visit = self.browser()?.open(url.as_str()).await;
        self.consumer.opened = true;
        self.keep_visit(visit)
    }

    /// Opens a link that is not that of a hosted session's answer, whatever it shows.
    pub async fn open_link(&mut self, link: &str) -> Result<PageVisit, StepFailure> {
        let visit = self.browser()?.open(link).await;
        self.keep_visit(visit)
    }

    /// Makes a move on the page that is open, whatever it leads to.
    pub async fn act_on_open_page(&mut self, act: Act) -> Result<PageVisit, StepFailure> {
        self.consumer.opened = false;
        self.consumer.act = Some(act);
        let visit = self.browser()?.perform(act.wanted()).await;
        self.keep_visit(visit)
    }

    /// Opens the page of a hosted session and makes a move there; gives back where that led.
    pub async fn act(&mut self, session: &HostedSession, act: Act) -> Result<PageVisit, StepFailure> {
        let page = self.open_page(session).await?;
        self.page_was_reached()?;
        let site = self.site(session);
        self.rests_on("HPP-PAGE-004", page::stands_alone(&page, site.borrowed()))?;
        self.offered(&page, act)?;
        self.consumer.opened = false;
        self.consumer.act = Some(act);
        let visit = self.browser()?.perform(act.wanted()).await;
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

    /// The page that was opened last was answered; otherwise the scenario rests on the requirement that promises so.
    pub fn page_was_reached(&mut self) -> Result<(), StepFailure> {
        if !self.consumer.opened {
            return Ok(());
        }
        let outcome = page::public(&self.visit()?);
        self.rests_on("HPP-REDIRECT-021", outcome)
    }

    /// The consumer arrived at the merchant URL of this name; gives back the raw query there.
    pub fn arrived_query(&mut self, name: &str) -> Result<String, StepFailure> {
        let (visit, site) = (self.visit()?, self.site(&self.this_session()?));
        let promise = arrival_promise(name, self.context().profile.dialect);
        self.rests_on(promise, landing::lands_at(&visit, site.borrowed(), name))?;
        Ok(site.borrowed().query(&visit, name).unwrap_or_default().to_owned())
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
