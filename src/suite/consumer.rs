//! The consumer's side of a scenario: a browser, and what the consumer does in it.

use crate::browser::{Exit, Lease, Pictures, Recorded, Sitting};
use crate::check;
use crate::check::landing::MerchantSite;
use crate::check::{Judgement, link, origin, page, time};
use crate::evidence::{PageVisit, Trouble, TroubleKind};
use crate::requirement::Dialect;
use crate::suite::failure::{Done, StepFailure};
use crate::suite::judge::Judge;
use crate::suite::merchant::{HostedSession, Merchant};
use crate::suite::promise;
use crate::suite::record::Index;
use crate::suite::words::SessionStatus;
use std::sync::Arc;
use std::time::{Duration, Instant};

/// Why nothing can be told about an arrival at a merchant URL.
const NO_WAY: &str = "the browser runs on another machine, from which no way leads to the receiver (set `receiver_address` to an address of this machine that it reaches)";

/// What the consumer has.
#[derive(Default)]
pub struct Belongings {
    lease: Option<Lease>,
    /// The latest act on a page. Opening a page does not count.
    act: Option<PageAct>,
    /// The session whose page was opened last, if no act followed.
    opened: Option<Index>,
    /// The latest act on the page of each session that had one.
    acted_on: Vec<(Index, PageAct)>,
}

/// What a consumer does on the payment page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PageAct {
    Pay,
    /// Pays, and leaves before the page redirects the browser.
    PayAndLeave,
    BeDeclined,
    MeetError,
    PressBack,
    PressCancel,
    /// Presses cancel, and confirms if the page asks.
    Cancel,
}

impl PageAct {
    /// The name of the act in the page driver.
    pub(super) fn wanted(self) -> &'static str {
        match self {
            Self::Pay | Self::PayAndLeave => "approve",
            Self::BeDeclined => "decline",
            Self::MeetError => "error",
            Self::PressBack => Exit::Back.word(),
            Self::PressCancel | Self::Cancel => Exit::Cancel.word(),
        }
    }

    /// The requirement that the consumer can pay after this act.
    fn may_come_back(self) -> Option<&'static str> {
        match self {
            Self::BeDeclined => Some("HPP-STATUS-005"),
            Self::PressBack => Some("HPP-STATUS-007"),
            Self::MeetError => Some("HPP-STATUS-008"),
            _ => None,
        }
    }
}

/// The consumer who acts, with the merchant of the shop.
pub struct Consumer<'w> {
    pub merchant: Merchant<'w>,
    pub has: &'w mut Belongings,
}

impl Consumer<'_> {
    /// Judges what is recorded.
    pub fn judge(&mut self) -> Judge<'_> {
        self.merchant.judge()
    }

    /// Waits for a free browser. No deadline includes this wait.
    pub async fn take_browser(&mut self) -> Done {
        let context = Arc::clone(self.merchant.context());
        let pool = context.browsers.as_ref().map_err(|why| StepFailure::from(why.clone()))?;
        let no_driver = || StepFailure::Missing("the target's profile names no `page_driver`".into());
        let sitting = Sitting {
            reach: context.profile.reach.clone(),
            recorder: Arc::clone(&context.recorder),
            driver: context.page_driver.clone().ok_or_else(no_driver)?,
            deadlines: context.profile.deadlines.clone(),
            began: self.merchant.record.began().into_std(),
            pictures: Pictures {
                run_folder: context.folder.clone(),
                stem: format!("evidence/screens/{}", self.merchant.has.reference),
                all: context.screenshots_of_all,
            },
        };
        let began = Instant::now();
        let leased = pool.lease(sitting).await;
        self.merchant.record.pauses().add(began.elapsed());
        let driver_failed = |message| Trouble { kind: TroubleKind::Driver, message };
        self.has.lease = Some(leased.map_err(|error| driver_failed(error.to_string()))?);
        Ok(())
    }

    /// Makes the browser behave like that of a phone.
    pub async fn take_phone(&mut self) -> Done {
        if !self.browser()?.has_phone() {
            return Err(StepFailure::Unseen(
                "this browser cannot behave like a phone (use a Chromium)".into(),
            ));
        }
        self.browser()?.become_phone().await.map_or(Ok(()), |trouble| Err(StepFailure::Trouble(trouble)))
    }

    /// Cleans and returns the browser, and keeps what reached the receiver.
    pub async fn leave(&mut self) {
        if let Some(lease) = self.has.lease.take() {
            self.return_browser(lease).await;
        }
        self.keep_arrivals();
        if let Ok(receiver) = &self.merchant.context().receiver {
            receiver.forget(&self.merchant.has.reference);
        }
    }

    async fn return_browser(&mut self, mut lease: Lease) {
        let record = &mut *self.merchant.record;
        // A run that was asked to stop does not wait for a picture.
        let is_pictured = record.has_failed() && !record.context().cancel.is_cancelled();
        let last = record.evidence.visits.last_mut();
        if let Some(visit) = last.filter(|visit| is_pictured && visit.screenshot.is_none()) {
            visit.screenshot = lease.screenshot("end").await;
        }
        lease.give_back();
    }

    /// Keeps what has reached the receiver so far.
    pub fn keep_arrivals(&mut self) {
        let context = Arc::clone(self.merchant.context());
        let Ok(receiver) = &context.receiver else { return };
        let began = self.merchant.record.began().into_std();
        let arrivals = receiver.arrivals(&self.merchant.has.reference);
        self.merchant.record.evidence.arrivals =
            arrivals.iter().map(|arrival| arrival.record(&context.recorder, began)).collect();
    }

    fn browser(&mut self) -> Result<&mut Lease, StepFailure> {
        self.has.lease.as_mut().ok_or_else(|| {
            StepFailure::faulty_step("the scenario has no browser", "tag it with `@needs:browser`")
        })
    }

    /// Opens the page of a hosted session. Does not judge it.
    pub async fn open_page(&mut self, session: &HostedSession) -> Done {
        let url = self.judge().live_url(session.created, "/redirect_url")?;
        self.open_url(session, url.as_str()).await
    }

    /// Whether a link that did not come as a member of an answer may be opened. `subject` names where it was.
    pub fn on_known_host(&self, subject: &str, link: &str) -> Judgement {
        let context = self.merchant.context();
        link::on_known_host(subject, &context.recorder.url(link), &context.profile.reach)
    }

    /// Opens any URL as the page of a hosted session.
    pub async fn open_url(&mut self, session: &HostedSession, url: &str) -> Done {
        self.has.opened = Some(session.created);
        self.visit(url).await
    }

    /// Opens the page of a hosted session that an earlier run left open. Does not judge it.
    pub async fn open_earlier(&mut self) -> Done {
        let url = self.merchant.created_url("/redirect_url")?;
        self.visit(url.as_str()).await
    }

    async fn visit(&mut self, url: &str) -> Done {
        let visit = self.browser()?.open(url).await;
        let visit = self.keep_visit(visit)?;
        let Some(first) = origin::of_unknown_page(visit).filter(origin::needs_second_look) else {
            return Ok(());
        };
        let visit = self.browser()?.open(url).await;
        let again = origin::of_visit(self.keep_visit(visit)?);
        let passing = again.and_then(|again| origin::passing(&first, &again));
        passing.map_or(Ok(()), |trouble| Err(StepFailure::Trouble(trouble)))
    }

    /// Keeps the record of a visit. Where a browser has no way to the merchant URL to which it was sent, nothing can be told.
    fn keep_visit(&mut self, visit: PageVisit) -> Result<&PageVisit, StepFailure> {
        let is_lost = self.has.lease.as_ref().is_some_and(|lease| lease.is_out_of_reach(&visit));
        let kept = self.merchant.record.keep_visit(visit);
        if is_lost { Err(StepFailure::Unseen(NO_WAY.to_owned())) } else { kept }
    }

    /// Opens the page of a hosted session for a person, and follows what the person does there.
    pub async fn watch_person(
        &mut self,
        session: &HostedSession,
        limit: Duration,
        ready: &dyn Fn(&str),
    ) -> Result<Recorded, StepFailure> {
        let url = self.judge().live_url(session.created, "/redirect_url")?;
        self.browser()?.watch(url.as_str(), limit, ready).await.map_err(StepFailure::from)
    }

    /// Opens the page of the hosted session of the scenario, and acts there.
    pub async fn act(&mut self, act: PageAct) -> Done {
        let session = self.merchant.this_session()?;
        self.act_in(&session, act).await
    }

    /// Opens the page of a hosted session and acts there.
    ///
    /// If the consumer returns to a page that offers no payment any more, the scenario is blocked by the requirement that the
    /// status is not final. After other acts, it fails.
    pub async fn act_in(&mut self, session: &HostedSession, act: PageAct) -> Done {
        let before = self.act_on(session.created);
        self.open_page(session).await?;
        match before.map(PageAct::may_come_back) {
            None => self.page_is_shown()?,
            Some(promise) => {
                let offers = page::offers_payment(self.merchant.record.visit()?, self.site(session));
                match promise {
                    None => self.judge().settle(offers)?,
                    Some(promise) => self.judge().rests_on(promise, offers)?,
                }
            }
        }
        self.move_on_page(session, act).await
    }

    /// Acts on the page that was opened last.
    pub async fn move_on_page(&mut self, session: &HostedSession, act: PageAct) -> Done {
        self.is_possible(act)?;
        self.has.opened = None;
        self.has.acted_on.push((session.created, act));
        self.has.act = Some(act);
        let browser = self.browser()?;
        let visit = match act {
            PageAct::PayAndLeave => browser.perform_and_leave(act.wanted()).await,
            _ => browser.perform(act.wanted()).await,
        };
        let asks = page::asks(self.keep_visit(visit)?);
        if act == PageAct::Cancel && asks {
            let visit = self.browser()?.perform(page::CONFIRMATION).await;
            self.keep_visit(visit)?;
        }
        Ok(())
    }

    /// Whether the page driver can do the act at all. A payment of several screens cannot be left in the right moment, and not
    /// every set-up has a button to cancel.
    fn is_possible(&self, act: PageAct) -> Done {
        let context = self.merchant.context();
        let Some(driver) = &context.page_driver else { return Ok(()) };
        let offers = &self.merchant.record.visit()?.offers;
        let is_offered = offers.iter().any(|offer| offer == act.wanted());
        match act {
            PageAct::PayAndLeave if driver.has_several_screens(act.wanted()) => Err(StepFailure::Unseen(
                "a payment takes several screens of this page, so nobody knows at which of them it is made"
                    .into(),
            )),
            PageAct::PressCancel | PageAct::Cancel
                if !is_offered && context.profile.dialect == Dialect::Kustom =>
            {
                Err(StepFailure::Unseen("this page offers no way to cancel".into()))
            }
            _ => Ok(()),
        }
    }

    /// Whether the hosted session noticed that its page was opened: it is no longer WAITING. If the page of a new session does not
    /// change its status either, the scenario is blocked.
    pub async fn page_was_opened(&mut self) -> Result<Judgement, StepFailure> {
        let session = self.merchant.this_session()?;
        let opened = self.waits_no_longer(&session).await?;
        if opened.is_err() {
            let urls = self.merchant.usual_urls();
            let twin = self.merchant.require_twin(urls).await?;
            self.open_page(&twin).await?;
            self.page_was_reached()?;
            let by_redirect_url = self.waits_no_longer(&twin).await?;
            self.judge().rests_on("HPP-STATUS-002", by_redirect_url)?;
        }
        Ok(opened)
    }

    async fn waits_no_longer(&mut self, session: &HostedSession) -> Result<Judgement, StepFailure> {
        let mut polls = self.merchant.polls();
        loop {
            let status = self.merchant.status_of_hosted(session).await?;
            let opened = check::differs("/status", "WAITING", "WAITING", &status);
            if opened.is_ok() || !polls.again().await {
                return Ok(opened);
            }
        }
    }

    /// What the consumer did last on a payment page.
    pub fn last_act(&self) -> Result<PageAct, StepFailure> {
        self.has.act.ok_or_else(|| {
            StepFailure::faulty_step("the consumer has done nothing yet", "write a When step before it")
        })
    }

    /// Whether the page that was opened last never had an act.
    fn is_first_look(&self) -> bool {
        self.has.opened.is_some_and(|opened| self.act_on(opened).is_none())
    }

    /// Whether the consumer has opened a page again after an act there.
    pub fn came_back(&self) -> bool {
        self.has.opened.is_some() && !self.is_first_look()
    }

    /// The latest act on the page of this session.
    fn act_on(&self, session: Index) -> Option<PageAct> {
        self.has.acted_on.iter().rev().find(|(acted_on, _)| *acted_on == session).map(|(_, act)| *act)
    }

    /// The requirement that the session of the scenario reaches this status after all that the consumer did in it.
    pub fn promise_of(&self, status: SessionStatus) -> Result<&'static str, StepFailure> {
        let session = self.merchant.this_session()?.created;
        let acts = self.has.acted_on.iter().rev().filter(|(acted_on, _)| *acted_on == session);
        let before = acts.skip(1).find_map(|(_, act)| act.may_come_back());
        Ok(before.filter(|_| status == SessionStatus::Completed).unwrap_or_else(|| promise::status(status)))
    }

    /// Checks that the page answered when it was last opened. If not, the scenario is blocked by HPP-REDIRECT-021, or by the end of the
    /// session if that lay in the past from the start.
    pub fn page_was_reached(&mut self) -> Done {
        if !self.is_first_look() {
            return Ok(());
        }
        let outcome = page::public(self.merchant.record.visit()?);
        if outcome.is_err() {
            self.began_before_its_end()?;
        }
        self.judge().rests_on("HPP-REDIRECT-021", outcome)
    }

    /// Checks that the session whose page was opened last was created with an end in the future, as far as its times can be read.
    fn began_before_its_end(&mut self) -> Done {
        const EXPIRES_AT: &str = "/expires_at";
        let Some(created) = self.has.opened else { return Ok(()) };
        let told =
            self.judge().text(created, EXPIRES_AT).ok().and_then(|it| time::instant(EXPIRES_AT, it).ok());
        let Some((end, now)) = told.zip(self.merchant.now(created).ok()) else { return Ok(()) };
        self.judge().rests_on("HPP-EXPIRY-005", time::after(EXPIRES_AT, end, &now))
    }

    /// The same, and that the link alone shows the payment page, also when the consumer comes back to it. If it does not, the scenario is
    /// blocked by that requirement.
    pub fn page_is_shown(&mut self) -> Done {
        self.page_was_reached()?;
        let Some(opened) = self.has.opened else { return Ok(()) };
        let session = self.merchant.this_session()?;
        if let Some(before) = self.act_on(opened) {
            let Some(promise) = before.may_come_back() else { return Ok(()) };
            let offers = page::offers_payment(self.merchant.record.visit()?, self.site(&session));
            return self.judge().rests_on(promise, offers);
        }
        let outcome = page::stands_alone(self.merchant.record.visit()?, self.site(&session));
        self.judge().rests_on("HPP-PAGE-004", outcome)
    }

    /// The merchant URLs of a hosted session.
    pub fn site<'s>(&'s self, session: &'s HostedSession) -> MerchantSite<'s> {
        MerchantSite { host: &self.merchant.context().profile.merchant_authority, prefix: &session.prefix }
    }

    /// Judges the latest visit for the scenario's own requirement.
    pub fn settle_visit(&mut self, judge: impl FnOnce(&PageVisit, MerchantSite<'_>) -> Judgement) -> Done {
        let prefix = self.merchant.prefix_of_session()?;
        let site =
            MerchantSite { host: &self.merchant.context().profile.merchant_authority, prefix: &prefix };
        let outcome = judge(self.merchant.record.visit()?, site);
        self.judge().settle(outcome)
    }
}
