//! Tests with a real browser and a small site. Without an installed browser they fail and say so.

mod elsewhere;
#[cfg(feature = "firefox-tests")]
mod firefox;
mod journeys;
mod site;
mod windows;

use crate::browser::{BrowserOptions, BrowserPool, Lease, PageDriver, Pictures, Place, Sitting};
use crate::evidence::{PageVisit, Recorder, Trouble, TroubleKind};
use crate::target::{Deadlines, Reach};
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tempfile::TempDir;
use tokio::net::TcpListener;

const DRIVER: &str = r##"
[[screen]]
name = "code"
frames = ["#inner"]
present = "#code"
[screen.moves]
approve = [{ type = "123456", into = "#code" }, { click = "#next" }]

[[screen]]
name = "cookies"
present = "#cookies"
control = false
[screen.moves]
any = [{ click = "#cookies" }]

[[screen]]
name = "checkout"
present = "main"
[screen.moves]
approve = [{ click = "[value=approve]" }]
decline = [{ click = "[value=decline]" }]
cancel = [{ click = "[value=cancel]" }]
back = [{ click = "[value=back]" }]
keep = [{ click = "[value=keep]" }]

[[screen]]
name = "cancel-confirmation"
present = "#sure"
[screen.moves]
confirm-cancel = [{ click = "#sure" }]

[[ending]]
name = "success"
present = "#success"

[[ending]]
name = "gone"
url = "/gone$"
status = 410
"##;

struct Stage {
    pool: BrowserPool,
    site: SocketAddr,
    folder: TempDir,
}

impl Stage {
    async fn set() -> Self {
        Self::set_at(Place::Here { browser: "auto".to_owned(), driver: None }).await
    }

    async fn set_at(place: Place) -> Self {
        Self::set_with(place, true).await
    }

    /// A stage whose browsers come from this place, and perhaps find the merchant's site.
    async fn set_with(place: Place, finds_merchant: bool) -> Self {
        let site = site::start().await;
        let options = BrowserOptions {
            place,
            slots: 1,
            visible: false,
            merchant_host: "merchant.example".to_owned(),
            receiver: finds_merchant.then_some(site),
            trusted_keys: Vec::new(),
            trusted_certificates: Vec::new(),
            // The site takes requests for a proxy, too.
            tunnel: Some(site),
            proxy: None,
        };
        let pool = BrowserPool::start(options).await.unwrap_or_else(|error| panic!("{error}"));
        Self { pool, site, folder: tempfile::tempdir().unwrap() }
    }

    /// Where the browser may go: the site, and the merchant's host.
    fn reach(&self) -> Reach {
        Reach::new(&self.url("/").parse().unwrap(), "merchant.example")
    }

    async fn lease(&self) -> Lease {
        self.lease_within(self.reach()).await
    }

    /// A lease that may go only to these hosts.
    async fn lease_within(&self, reach: Reach) -> Lease {
        self.lease_with(DRIVER, reach).await
    }

    /// The same, with this page driver.
    async fn lease_with(&self, driver: &str, reach: Reach) -> Lease {
        let deadlines = Deadlines {
            page: Duration::from_secs(5),
            quiet: Duration::from_millis(300),
            ..Deadlines::default()
        };
        let sitting = Sitting {
            reach,
            recorder: Arc::new(Recorder::default()),
            driver: Arc::new(PageDriver::parse("x", driver).unwrap()),
            deadlines,
            began: Instant::now(),
            pictures: Pictures {
                run_folder: self.folder.path().to_owned(),
                stem: "evidence/s1".to_owned(),
                all: false,
            },
        };
        self.pool.lease(sitting).await.unwrap()
    }

    fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.site)
    }

    async fn open(&self, path: &str) -> PageVisit {
        let mut lease = self.lease().await;
        let visit = lease.open(&self.url(path)).await;
        lease.give_back();
        visit
    }
}

fn kind(visit: &PageVisit) -> Option<TroubleKind> {
    visit.trouble.as_ref().map(|trouble| trouble.kind)
}

#[tokio::test]
async fn a_redirect_to_a_foreign_host_is_stopped_and_the_browser_is_used_again() {
    let stage = Stage::set().await;
    let away = stage.open("/away").await;
    assert_eq!(kind(&away), Some(TroubleKind::PageDrift), "{away:?}");
    let begin = "the page leads to another host (http://elsewhere.example), which was not opened";
    assert!(away.trouble.as_ref().unwrap().message.starts_with(begin), "{away:?}");
    assert_eq!(stage.open("/checkout").await.screen.as_deref(), Some("checkout"));
}

#[tokio::test]
async fn a_payment_is_followed_hop_by_hop_to_the_merchant() {
    let stage = Stage::set().await;
    let mut lease = stage.lease().await;
    let opened = lease.open(&stage.url("/checkout")).await;
    assert_eq!(opened.screen.as_deref(), Some("checkout"), "{opened:?}");
    assert_eq!(opened.offers, ["approve", "cancel", "decline", "keep"]);
    assert!(opened.top_level && !opened.stayed && opened.trouble.is_none());
    let visit = lease.perform("approve").await;
    assert_eq!(visit.url, "http://merchant.example/s1/success?basket=a%2Bb");
    let hops: Vec<_> = visit.hops.iter().map(|hop| (hop.method.as_str(), hop.status.unwrap())).collect();
    assert_eq!(hops, [("POST", 303), ("GET", 302), ("GET", 200)]);
    assert!(visit.hops.windows(2).all(|pair| pair[0].at_us <= pair[1].at_us));
    assert!(visit.hops[0].at_us >= visit.started_us);
    assert_eq!((visit.title.as_str(), visit.offers.len()), ("Merchant", 0));
}

#[tokio::test]
async fn an_ending_counts_as_stayed_only_after_the_quiet_window() {
    let stage = Stage::set().await;
    let mut lease = stage.lease().await;
    lease.open(&stage.url("/checkout")).await;
    let visit = lease.perform("decline").await;
    assert_eq!(visit.ending.as_deref(), Some("success"));
    assert!(visit.stayed && visit.elapsed_us >= 300_000);
    let picture = std::fs::read(stage.folder.path().join(visit.screenshot.unwrap())).unwrap();
    assert!(picture.starts_with(&[0xff, 0xd8]) && picture.len() <= 40 * 1024);
    let late = lease.open(&stage.url("/late")).await;
    assert_eq!(late.url, "http://merchant.example/s1/success");
    assert!(!late.stayed && late.screenshot.is_none());
    assert_eq!(late.hops.len(), 2);
}

#[tokio::test]
async fn a_screenshot_is_made_small_enough() {
    let stage = Stage::set().await;
    let visit = stage.open("/picture").await;
    let picture = std::fs::metadata(stage.folder.path().join(visit.screenshot.unwrap())).unwrap();
    assert!((1..=40 * 1024).contains(&picture.len()), "{}", picture.len());
}

#[tokio::test]
async fn a_picture_shows_neither_what_was_typed_nor_a_code() {
    let stage = Stage::set().await;
    let mut pictures = Vec::new();
    for text in ["4111", "8888"] {
        let visit = stage.open(&format!("/typed?{text}")).await;
        assert_eq!(visit.title, "plain", "the style of the field after the picture");
        pictures.push(std::fs::read(stage.folder.path().join(visit.screenshot.unwrap())).unwrap());
    }
    assert!(pictures[0] == pictures[1], "the pictures differ, so they show a part of the text");
}

#[tokio::test]
async fn what_no_rule_knows_is_drift_and_only_an_empty_document_is_blank() {
    let stage = Stage::set().await;
    let mut lease = stage.lease().await;
    let blank = lease.open(&stage.url("/blank")).await;
    assert!(
        blank.screen.is_none() && blank.ending.is_none() && blank.text.is_empty() && blank.stayed,
        "{blank:?}"
    );
    assert_eq!(kind(&blank), None);
    let absent = "; the screen `code` with the moves `approve`: `#code` is out of reach, because there is no frame `#inner`; \
                  the screen `checkout` with the moves `approve`, `back`, `cancel`, `decline`, `keep`: nothing matches `main`; \
                  the screen `cancel-confirmation` with the moves `confirm-cancel`: nothing matches `#sure`";
    let present = "; the screen `code` with the moves `approve`: `#code` is out of reach, because there is no frame `#inner`; \
                   the screen `checkout` with the moves `approve`, `back`, `cancel`, `decline`, `keep`: nothing matches `[value=approve]`, \
                   nothing matches `[value=back]`, nothing matches `[value=cancel]`, nothing matches `[value=decline]`, \
                   nothing matches `[value=keep]`; the screen `cancel-confirmation` with the moves `confirm-cancel`: nothing matches `#sure`";
    for (path, what, shows) in [
        ("/news", format!("this page{absent}"), "News of the day"),
        ("/spinner", format!("this page{absent}"), "no text"),
        ("/late-shell", format!("this page{absent}"), "no text"),
        ("/frame", format!("this page{absent}"), "no text"),
        ("/bare", format!("a control on the screen `checkout`{present}"), "Pay"),
    ] {
        let unknown = lease.open(&stage.url(path)).await;
        let message = format!(
            "the page driver x does not recognise {what}; if it was still loading, raise `quiet` in the profile; \
             otherwise correct the driver; the page shows: {shows}"
        );
        assert_eq!(unknown.trouble, Some(Trouble { kind: TroubleKind::PageDrift, message }), "{path}");
        assert!(unknown.screenshot.is_some(), "{path}");
    }
    let shell = lease.open(&stage.url("/shell")).await;
    let message = format!("the page shows no text, because {} did not come (503)", stage.url("/bundle.js"));
    assert_eq!(shell.trouble, Some(Trouble { kind: TroubleKind::Network, message }));
    let refused = lease.open(&stage.url("/refused")).await;
    assert_eq!(kind(&refused), None, "a failing status is not judged here");
    let fields = vec![("Content-Type".to_owned(), "text/html; charset=utf-8".to_owned())];
    assert_eq!((refused.hops[0].status, &refused.hops[0].fields), (Some(403), &fields));
    let drift = lease.perform("approve").await;
    assert_eq!(kind(&drift), Some(TroubleKind::PageDrift));
}

#[tokio::test]
async fn a_move_that_was_not_made_is_drift_that_names_screen_move_and_selector() {
    let stage = Stage::set().await;
    let mut lease = stage.lease().await;
    let message =
        |visit: &PageVisit| visit.trouble.as_ref().map(|trouble| trouble.message.clone()).unwrap_or_default();
    let shows = "the page shows: Pay\na";
    lease.open(&stage.url("/busy")).await;
    for (wanted, why) in [
        ("approve", "after it was made with `[value=approve]`, the page still shows this screen"),
        ("decline", "nothing matches `[value=decline]`"),
        ("error", "the driver gives the screen no such move; it is recognised by `main`"),
    ] {
        let stuck = lease.perform(wanted).await;
        assert_eq!((stuck.screen.as_deref(), stuck.stayed), (Some("checkout"), false), "{stuck:?}");
        let expected = format!(
            "the page driver x could not make the move `{wanted}` on the screen `checkout`: {why}; {shows}"
        );
        assert_eq!((kind(&stuck), message(&stuck)), (Some(TroubleKind::PageDrift), expected));
    }
    lease.open(&stage.url("/checkout")).await;
    let disabled = message(&lease.perform("back").await);
    assert!(
        disabled.contains("the move `back` on the screen `checkout`: `[value=back]` is disabled"),
        "{disabled}"
    );
    lease.open(&stage.url("/checkout")).await;
    let asked = lease.perform("cancel").await;
    assert_eq!(
        (asked.screen.as_deref(), asked.hops.len(), kind(&asked)),
        (Some("cancel-confirmation"), 1, None)
    );
}

#[tokio::test]
async fn an_ending_is_known_by_its_address_and_status_after_a_redirect_too() {
    let stage = Stage::set().await;
    let gone = stage.open("/to-gone").await;
    assert_eq!((gone.ending.as_deref(), kind(&gone), gone.stayed), (Some("gone"), None, true), "{gone:?}");
}

#[tokio::test]
async fn a_screen_in_a_frame_is_operated_and_one_in_the_way_is_put_away() {
    let stage = Stage::set().await;
    let mut lease = stage.lease().await;
    let framed = lease.open(&stage.url("/framed")).await;
    assert_eq!((framed.screen.as_deref(), framed.top_level), (Some("code"), false), "{framed:?}");
    let visit = lease.perform("approve").await;
    assert_eq!(visit.url, "http://merchant.example/s1/success?c=123456");
    let cleared = lease.open(&stage.url("/cookies")).await;
    assert_eq!(cleared.screen.as_deref(), Some("checkout"));
}

#[tokio::test]
async fn trouble_on_the_way_is_told_apart_and_leaves_the_browser_usable() {
    let stage = Stage::set().await;
    let mut lease = stage.lease().await;
    let gone = TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap();
    let refused = lease.open(&format!("http://{gone}/")).await;
    assert_eq!(kind(&refused), Some(TroubleKind::Network));
    assert!(refused.trouble.unwrap().message.contains("ERR_CONNECTION_REFUSED"));
    assert_eq!((refused.hops.len(), refused.hops[0].status), (1, None));
    let blocked = lease.open("http://127.0.0.1:9/").await;
    assert_eq!(kind(&blocked), Some(TroubleKind::Network), "{blocked:?}");
    let silent = lease.open(&stage.url("/silent")).await;
    assert_eq!(kind(&silent), Some(TroubleKind::Timeout), "{silent:?}");
    let overloaded = lease.open(&stage.url("/overloaded")).await;
    assert_eq!((kind(&overloaded), overloaded.hops[0].status), (None, Some(503)));
    let empty = lease.open(&stage.url("/empty")).await;
    assert_eq!((kind(&empty), empty.hops.last().and_then(|hop| hop.status)), (None, Some(204)), "{empty:?}");
    let opened = lease.open(&stage.url("/checkout")).await;
    assert_eq!(opened.screen.as_deref(), Some("checkout"));
}

#[tokio::test]
async fn nothing_of_one_consumer_is_left_for_the_next() {
    let stage = Stage::set().await;
    assert_eq!(stage.open("/stored").await.text, "||");
    let mut lease = stage.lease().await;
    lease.open(&stage.url("/store")).await;
    assert_eq!(lease.open(&stage.url("/stored")).await.text, "c=1|1|1");
    lease.give_back();
    let next = stage.open("/stored").await;
    assert_eq!((next.text.as_str(), next.hops.len()), ("||", 1));
}

#[tokio::test]
async fn a_browser_that_was_not_given_back_is_replaced() {
    let stage = Stage::set().await;
    let mut lease = stage.lease().await;
    let silent = stage.url("/silent");
    assert!(tokio::time::timeout(Duration::from_millis(200), lease.open(&silent)).await.is_err());
    lease.give_back();
    assert_eq!(stage.open("/checkout").await.screen.as_deref(), Some("checkout"));
    drop(stage.lease().await);
    assert_eq!(stage.open("/checkout").await.screen.as_deref(), Some("checkout"));
}

#[tokio::test]
async fn a_page_that_is_cut_off_in_its_head_costs_no_browser() {
    let stage = Stage::set().await;
    let mut lease = stage.lease().await;
    let cut = lease.open(&stage.url("/cut")).await;
    assert_eq!(kind(&cut), Some(TroubleKind::Timeout), "{cut:?}");
    // There is nothing to draw, so the browser would never answer.
    assert_eq!(lease.screenshot("end").await, None);
    let same = lease.open(&stage.url("/checkout")).await;
    assert_eq!(same.screen.as_deref(), Some("checkout"), "{same:?}");
}

#[tokio::test]
async fn a_browser_that_dies_is_trouble_for_one_scenario_only() {
    let stage = Stage::set().await;
    let mut lease = stage.lease().await;
    let died = lease.open("chrome://crash").await;
    assert_eq!(kind(&died), Some(TroubleKind::Driver), "{died:?}");
    let after = lease.open(&stage.url("/checkout")).await;
    assert_eq!(after.trouble.unwrap().message, "the browser is gone: an earlier act failed");
    lease.give_back();
    assert_eq!(stage.open("/checkout").await.screen.as_deref(), Some("checkout"));
}

#[cfg(target_os = "linux")]
#[tokio::test]
async fn no_process_outlives_the_pool() {
    let stage = Stage::set().await;
    let group = stage.pool.process_group().await;
    assert!(living(group) > 2);
    drop(stage);
    // To kill them takes the system a moment.
    let limit = Instant::now() + Duration::from_secs(10);
    while living(group) > 0 {
        assert!(Instant::now() < limit, "{} processes are still alive", living(group));
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

/// How many processes of a group are alive.
#[cfg(target_os = "linux")]
fn living(group: u32) -> usize {
    let stats = std::fs::read_dir("/proc").unwrap().filter_map(|entry| {
        let stat = std::fs::read_to_string(entry.ok()?.path().join("stat")).ok()?;
        let (_, after_name) = stat.rsplit_once(") ")?;
        let mut fields = after_name.split(' ');
        let state = fields.next()?.to_owned();
        Some((state, fields.nth(1)?.parse::<u32>().ok()?))
    });
    stats.filter(|(state, of)| *of == group && state != "Z" && state != "X").count()
}
