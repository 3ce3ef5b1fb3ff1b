//! A trip: the payment page of a new session is used once, to try the page driver or to record one. Nothing is judged.

use crate::browser::Recorded;
use crate::check::landing::MerchantSite;
use crate::evidence::PageVisit;
use crate::suite::case::Case;
use crate::suite::consumer::PageAct;
use crate::suite::context::Context;
use crate::suite::failure::StepFailure;
use crate::suite::merchant::HostedSession;
use crate::suite::words::Channel;
use crate::suite::world::World;
use crate::target::Ability;
use crate::verdict::Verdict;
use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;

/// What a consumer wants of a payment page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wish {
    Approve,
    Decline,
    Back,
    Cancel,
    Error,
}

impl Wish {
    fn act(self) -> PageAct {
        match self {
            Self::Approve => PageAct::Pay,
            Self::Decline => PageAct::BeDeclined,
            Self::Back => PageAct::PressBack,
            Self::Cancel => PageAct::Cancel,
            Self::Error => PageAct::MeetError,
        }
    }

    /// Its name, which is that of the move in a page driver.
    pub fn word(self) -> &'static str {
        self.act().wanted()
    }

    /// The merchant URL at which it ends, and the generic page in its place.
    fn end(self) -> &'static str {
        match self {
            Self::Approve => "success",
            Self::Decline => "failure",
            Self::Back | Self::Cancel | Self::Error => self.word(),
        }
    }
}

/// What happened on a trip.
pub struct Trip {
    pub visits: Vec<PageVisit>,
    /// Where it ended, in words.
    pub end: String,
    /// Whether it ended where the wish leads to.
    pub is_reached: bool,
    /// The status of the session afterwards, if it could be read.
    pub status: Option<String>,
    /// Why it could not be made, or not to its end.
    pub stopped: Option<Verdict>,
}

/// Makes a session like a scenario, opens its page, and acts there once.
pub async fn try_page(context: &Arc<Context>, wish: Wish) -> Trip {
    let mut world = World::new(Arc::clone(context), &Arc::new(errand()));
    let travelled = tokio::select! {
        biased;
        travelled = travel(&mut world, wish) => travelled,
        () = context.cancel.cancelled() => Err(StepFailure::Cancelled),
    };
    let session = world.merchant().this_session().ok();
    let status = match &session {
        Some(session) if !context.cancel.is_cancelled() && !world.record.evidence.visits.is_empty() => {
            world.merchant().status_of_hosted(session).await.ok()
        }
        _ => None,
    };
    let stopped = travelled.err().map(|failure| {
        world.record.fail(failure.clone());
        failure.verdict()
    });
    world.consumer().leave().await;
    let (end, is_reached) = match (&session, world.record.visit()) {
        (Some(session), Ok(visit)) => {
            let host = &context.profile.merchant_authority;
            let site = MerchantSite { host, prefix: &session.prefix };
            let name = Some(wish.end());
            let is_there = site.name(&visit.url) == name || visit.ending.as_deref() == name;
            (site.end(visit), is_there && visit.trouble.is_none())
        }
        _ => (String::new(), false),
    };
    let visits = world.record.end().evidence.visits;
    Trip { visits, end, is_reached, status, stopped }
}

/// Makes a session like a scenario, opens its page for a person, and follows what the person does there.
///
/// # Errors
/// The page could not be opened for the person.
pub async fn record_page(
    context: &Arc<Context>,
    wish: Wish,
    limit: Duration,
    ready: &dyn Fn(&str),
) -> Result<Recorded, Verdict> {
    let mut world = World::new(Arc::clone(context), &Arc::new(errand()));
    let watched = async {
        let session = begin(&mut world, wish).await?;
        world.consumer().watch_person(&session, limit, ready).await
    };
    let recorded = tokio::select! {
        biased;
        recorded = watched => recorded,
        () = context.cancel.cancelled() => Err(StepFailure::Cancelled),
    };
    world.consumer().leave().await;
    recorded.map_err(StepFailure::verdict)
}

/// Takes a browser, and makes a session.
async fn begin(world: &mut World, wish: Wish) -> Result<Rc<HostedSession>, StepFailure> {
    world.prepare().await?;
    let mut merchant = world.merchant();
    // Only this channel has a button to cancel.
    merchant.has.channel = (wish == Wish::Cancel).then_some(Channel::InStore);
    merchant.require_session(merchant.usual_urls()).await
}

async fn travel(world: &mut World, wish: Wish) -> Result<(), StepFailure> {
    let session = begin(world, wish).await?;
    let mut consumer = world.consumer();
    consumer.open_page(&session).await?;
    consumer.move_on_page(&session, wish.act()).await
}

/// The case of a trip: no scenario, but it needs a browser like one.
fn errand() -> Case {
    Case {
        key: "page".into(),
        title: "a trip to the payment page".into(),
        file: "page".into(),
        line: 0,
        tags: Vec::new(),
        requirement: None,
        needs: vec![Ability::Browser],
        candidate: false,
        pending: false,
        odd_urls: false,
        leaves_open: false,
        steps: Vec::new(),
        tag_faults: Vec::new(),
        step_faults: Vec::new(),
        claims: Vec::new(),
    }
}
