//! Leases: a browser that belongs to one consumer for a time. Each act becomes a record.

mod files;
mod watch;

use crate::browser::BrowserError;
use crate::browser::chain::Chain;
use crate::browser::diagnosis;
use crate::browser::journey::{Journey, Rest};
use crate::browser::page_driver::PageDriver;
use crate::browser::plan::{Plan, is_at};
use crate::browser::pool::{BrowserPool, Slot};
use crate::browser::reading::Reading;
use crate::browser::session::SessionError;
use crate::browser::session_error::is_of_network;
use crate::evidence::{Field, Hop, PageVisit, Recorder, Trouble, TroubleKind};
use crate::target::{Deadlines, Proxy, Reach};
use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};
use url::Url;

/// The data of one attempt at a scenario.
pub struct Sitting {
    /// Where the browser may go.
    pub reach: Reach,
    pub recorder: Arc<Recorder>,
    pub driver: Arc<PageDriver>,
    pub deadlines: Deadlines,
    /// When the attempt began. Times in records count from it.
    pub began: Instant,
    pub pictures: Pictures,
}

/// Where screenshots are saved, and of which visits.
#[derive(Debug, Clone)]
pub struct Pictures {
    pub run_folder: PathBuf,
    /// Start of the name of each file, relative to the run folder, such as `evidence/screens/redirect-17`.
    pub stem: String,
    /// Of every visit, or only of endings and unknown pages.
    pub all: bool,
}

/// A browser that belongs to one consumer. If it is dropped without [`Lease::give_back`], its browser is not used again.
pub struct Lease {
    slot: Slot,
    sitting: Sitting,
    visits: u32,
    origins: BTreeSet<String>,
    scripted: bool,
    /// The page at the end of the last act.
    last: Option<Reading>,
    /// The browser is lost, or an act was not finished.
    unfit: bool,
}

impl BrowserPool {
    /// Waits for a free browser for one attempt at a scenario.
    pub async fn lease(&self, sitting: Sitting) -> Result<Lease, BrowserError> {
        let asked = Instant::now();
        let slot = self.slot().await?;
        log::debug!("got a browser after {} ms", asked.elapsed().as_millis());
        let origins = BTreeSet::new();
        Ok(Lease { slot, sitting, visits: 0, origins, scripted: false, last: None, unfit: false })
    }
}

impl Lease {
    /// Opens a URL like a consumer who follows a link.
    pub async fn open(&mut self, url: &str) -> PageVisit {
        self.visit("open", Some(url), None, false).await
    }

    /// Acts on the page until the consumer's move is made, or the page shows that it is not possible.
    pub async fn perform(&mut self, wanted: &str) -> PageVisit {
        self.visit(wanted, None, Some(wanted), false).await
    }

    /// The same, but the consumer leaves before the page redirects the browser.
    pub async fn perform_and_leave(&mut self, wanted: &str) -> PageVisit {
        self.visit(wanted, None, Some(wanted), true).await
    }

    /// Whether the browser can behave like a phone.
    pub fn has_phone(&mut self) -> bool {
        self.slot.session().is_none_or(|session| !session.is_firefox())
    }

    /// Makes the browser behave like a phone, with viewport and touch screen, until the lease ends.
    pub async fn become_phone(&mut self) -> Option<Trouble> {
        // Closing the tab ends the emulation.
        self.scripted = true;
        let session = self.slot.session()?;
        session.emulate_phone().await.err().map(|error| error.trouble())
    }

    /// Takes a screenshot. Returns its file, relative to the run folder.
    pub async fn screenshot(&mut self, name: &str) -> Option<String> {
        let picture = self.picture(1).await?;
        self.keep(&format!("{name}.jpg"), &picture).await
    }

    /// Whether a visit ended at a merchant URL to which this browser has no way.
    pub fn is_out_of_reach(&self, visit: &PageVisit) -> bool {
        !self.slot.finds_receiver() && is_at(&visit.url, self.slot.merchant_host())
    }

    /// Ends the lease: the browser forgets this consumer and serves the next.
    pub fn give_back(self) {
        if !self.unfit {
            self.slot.give_back(self.origins.into_iter().collect(), self.scripted);
        }
    }

    async fn visit(&mut self, act: &str, url: Option<&str>, wanted: Option<&str>, leaves: bool) -> PageVisit {
        self.visits += 1;
        let (started, wall) = (Instant::now(), SystemTime::now());
        // Stays set if the act is cancelled before its end.
        let fit = !std::mem::replace(&mut self.unfit, true);
        let mut chain = Chain::default();
        let (mut rest, error) = if fit {
            self.journey(url, (wanted, leaves), &mut chain).await
        } else {
            (Rest::default(), Some(SessionError::Lost("an earlier act failed".to_owned())))
        };
        self.unfit = error.as_ref().is_some_and(SessionError::is_final);
        if let Some(error) = error {
            rest.trouble.get_or_insert_with(|| error.trouble());
        }
        self.scripted |= rest.scripted;
        let live_url = live_url(&rest, &chain);
        let visited = chain.hops.iter().map(|hop| hop.url.as_str()).chain([live_url.as_str()]);
        let origins = visited.filter_map(|url| Url::parse(url).ok()).map(|url| url.origin());
        self.origins.extend(origins.filter(url::Origin::is_tuple).map(|origin| origin.ascii_serialization()));
        let is_merchant = is_at(&live_url, self.slot.merchant_host());
        let trouble = self.trouble(&mut rest, &chain, wanted, is_merchant);
        let files = self.files_of(act, &mut rest).await;
        let visit = self.record(act, (started, wall), &live_url, &rest, &chain, trouble, files);
        self.last = rest.reading;
        log_visit(&visit, is_merchant);
        visit
    }

    async fn journey(
        &mut self,
        url: Option<&str>,
        (wanted, leaves): (Option<&str>, bool),
        chain: &mut Chain,
    ) -> (Rest, Option<SessionError>) {
        let Sitting { driver, deadlines, .. } = &self.sitting;
        let merchant_host = self.slot.merchant_host().to_owned();
        let deadline = tokio::time::Instant::now() + deadlines.page;
        let known = self.last.take().filter(|_| url.is_none());
        let Some(session) = self.slot.session() else {
            return (Rest::default(), Some(SessionError::Lost("it was given back".to_owned())));
        };
        let mut failed = session.allow(deadlines.page, deadline).await.err();
        if let Err(lost) = session.allow_hosts(self.sitting.reach.clone()) {
            failed = failed.or(Some(lost));
        }
        if let (None, Some(url)) = (&failed, url) {
            failed = match session.close_windows().await {
                // The page that has come changes already. What it shows is read below.
                Ok(()) => session.go(url).await.err().filter(|error| !error.is_passing()),
                lost => lost.err(),
            };
        }
        let mut rest = Rest::default();
        if !failed.as_ref().is_some_and(SessionError::is_final) {
            let plan = Plan { driver, merchant_host: &merchant_host, wanted, leaves };
            // After a failure there is nothing to wait for, so one reading is enough.
            let quiet = if failed.is_some() { Duration::ZERO } else { deadlines.quiet };
            let lost;
            (rest, lost) = Journey { session, plan, quiet, deadline }.travel(known).await;
            if !lost.as_ref().is_some_and(SessionError::is_final)
                && let Err(error) = session.take_hops(chain).await
            {
                failed = Some(error);
            }
            if let Some(origin) = session.take_stopped() {
                rest.trouble = Some(stopped(&origin));
            }
            // An answer did come, for example without content. The status shows which.
            let answered = chain.last_status().is_some();
            failed =
                lost.or(failed).filter(|error| error.trouble().kind != TroubleKind::Network || !answered);
        }
        (rest, failed)
    }

    /// The trouble that hid the target, if any.
    fn trouble(
        &self,
        rest: &mut Rest,
        chain: &Chain,
        wanted: Option<&str>,
        is_merchant: bool,
    ) -> Option<Trouble> {
        let status = chain.last_status();
        let driver = &self.sitting.driver;
        let found = match (rest.trouble.take(), &chain.failure) {
            (Some(trouble), _) => Some(trouble),
            (None, Some(failure)) if status.is_none() => {
                Some(Trouble { kind: TroubleKind::Network, message: failure.clone() })
            }
            (None, _) => rest.reading.as_ref().filter(|_| !is_merchant).and_then(|reading| {
                let blank = self.incomplete(reading, chain);
                let is_understood = self.is_understood(reading, wanted);
                blank.or_else(|| {
                    diagnosis::unknown(driver, reading, status, wanted).filter(|_| !is_understood)
                })
            }),
        };
        let found = found.map(diagnosis::with_way_out).map(|trouble| through_proxy(trouble, chain));
        rest.trouble.clone_from(&found);
        found
    }

    /// The trouble of a page that shows no text, although a file that could fill it did not come.
    fn incomplete(&self, reading: &Reading, chain: &Chain) -> Option<Trouble> {
        let (url, why) = chain.missing.first().filter(|_| reading.text.is_empty())?;
        let url = self.sitting.recorder.url(url);
        let message = format!("the page shows no text, because {url} did not come ({why})");
        Some(Trouble { kind: TroubleKind::Network, message })
    }

    /// Whether the driver knows the page. A page that is opened is known only if its way to pay is.
    fn is_understood(&self, reading: &Reading, wanted: Option<&str>) -> bool {
        let driver = &self.sitting.driver;
        let is_whole = reading.ending.is_some() || wanted.is_some() || reading.is_complete_page(driver);
        reading.is_known(driver) && is_whole
    }

    fn parts(&self, reading: &Reading) -> BTreeMap<String, Vec<String>> {
        let shown = |texts: &Vec<String>| texts.iter().map(|text| self.sitting.recorder.text(text)).collect();
        reading.parts.iter().map(|(name, texts)| (name.clone(), shown(texts))).collect()
    }

    #[expect(clippy::too_many_arguments, reason = "each is a part of the one record")]
    fn record(
        &self,
        act: &str,
        (started, wall): (Instant, SystemTime),
        live_url: &str,
        rest: &Rest,
        chain: &Chain,
        trouble: Option<Trouble>,
        [screenshot, snapshot]: [Option<String>; 2],
    ) -> PageVisit {
        let Sitting { recorder, driver, began, .. } = &self.sitting;
        let started_us = micros(started.saturating_duration_since(*began));
        let wall = wall.duration_since(UNIX_EPOCH).unwrap_or_default();
        let hops = chain.hops.iter().map(|hop| {
            let sent = Duration::try_from_secs_f64(hop.sent).unwrap_or(wall);
            let at_us = started_us + micros(sent.saturating_sub(wall));
            let base = Url::parse(&hop.url).ok();
            let field = |(name, value): &Field| {
                Some((recorder.text(name), recorder.field(base.as_ref()?, name, value)))
            };
            Hop {
                at_us,
                method: hop.method.clone(),
                url: recorder.url(&hop.url),
                status: hop.status,
                fields: hop.fields.iter().filter_map(field).collect(),
            }
        });
        let reading = rest.reading.as_ref();
        let text =
            |of: fn(&Reading) -> &str| reading.map(|reading| recorder.text(of(reading))).unwrap_or_default();
        PageVisit {
            number: self.visits,
            act: act.to_owned(),
            started_us,
            elapsed_us: micros(started.elapsed()),
            hops: hops.collect(),
            url: recorder.url(live_url),
            title: text(|reading| &reading.title),
            text: text(|reading| &reading.text),
            screen: reading.and_then(|reading| reading.screen_name(driver)).map(str::to_owned),
            ending: reading.and_then(|reading| reading.ending.clone()),
            offers: reading.map(|reading| reading.offers.clone()).unwrap_or_default(),
            language: reading.and_then(|reading| reading.language.as_deref()).map(|text| recorder.text(text)),
            parts: reading.map(|reading| self.parts(reading)).unwrap_or_default(),
            stayed: rest.stayed,
            top_level: reading.is_some_and(|reading| reading.top_level),
            steps: rest.trail.0.clone(),
            screenshot,
            snapshot,
            trouble: trouble
                .map(|Trouble { kind, message }| Trouble { kind, message: recorder.text(&message) }),
        }
    }
}

/// The trouble of a page that leads to a host to which the browser may not go.
fn stopped(origin: &str) -> Trouble {
    let message = format!(
        "the page leads to another host ({origin}), which was not opened; if it belongs to the target, add it to `page_hosts` of the profile"
    );
    Trouble { kind: TroubleKind::PageDrift, message }
}

/// Adds the proxy to the trouble of a page that did not come.
fn through_proxy(trouble: Trouble, chain: &Chain) -> Trouble {
    let Trouble { kind, mut message } = trouble;
    let asked = chain.hops.last().filter(|hop| hop.status.is_none() && is_of_network(&message));
    if let Some(proxy) = asked.and_then(|hop| Proxy::of(&Url::parse(&hop.url).ok()?)) {
        message = format!("{message}; {proxy}");
    }
    Trouble { kind, message }
}

/// The URL of the browser. On its own error page, the URL that it could not reach.
fn live_url(rest: &Rest, chain: &Chain) -> String {
    let last_hop = || chain.hops.last().map(|hop| hop.url.clone()).unwrap_or_default();
    match &rest.reading {
        Some(reading) if !reading.is_browser_error() => reading.url.clone(),
        _ => last_hop(),
    }
}

/// Logs a visit from its record.
fn log_visit(visit: &PageVisit, is_merchant: bool) {
    let PageVisit { screen, ending, trouble, hops, .. } = visit;
    let unknown = if is_merchant { "the merchant's site" } else { "no known screen" };
    let shown = ending.as_ref().or(screen.as_ref()).map_or(unknown, String::as_str);
    log::info!("{visit}: {shown} ({} ms)", visit.elapsed_us / 1000);
    for hop in hops {
        log::debug!(
            "visit {}: {} {} → {}",
            visit.number,
            hop.method,
            hop.url,
            hop.status.map_or("no answer".to_owned(), |status| status.to_string())
        );
    }
    if let Some(trouble) = trouble {
        log::warn!("visit {}: {}: {}", visit.number, trouble.kind, trouble.message);
    }
}

fn micros(duration: Duration) -> u64 {
    u64::try_from(duration.as_micros()).unwrap_or(u64::MAX)
}
