//! Browsers elsewhere: a driver that the test starts is used like one of somebody else.

use super::{Stage, kind};
use crate::browser::driver::Driver;
use crate::browser::programs::{Make, find_browser, find_driver};
use crate::browser::{BrowserError, BrowserOptions, BrowserPool, Place};
use crate::evidence::TroubleKind;
use crate::target::WebDriverUrl;
use std::time::{Duration, Instant};

/// A driver with its address. It ends with the value.
struct Foreign {
    _driver: Driver,
    url: WebDriverUrl,
}

impl Foreign {
    async fn start() -> Self {
        let program = find_driver(Make::Chromium, None).unwrap();
        let driver = Driver::start(Make::Chromium, &program, "merchant.example").await.unwrap();
        let url = WebDriverUrl::given(driver.url()).unwrap();
        Self { _driver: driver, url }
    }

    fn place(&self) -> Place {
        // A driver alone chooses the full browser, which is slower.
        let browser = find_browser("auto").unwrap().display().to_string();
        Place::Elsewhere { browser, webdriver: self.url.clone() }
    }

    /// How many browsers run.
    async fn sessions(&self) -> usize {
        let sessions = crate::browser::status::sessions(&self.url).await.unwrap();
        sessions.len()
    }
}

fn options(place: Place) -> BrowserOptions {
    BrowserOptions {
        place,
        slots: 2,
        visible: false,
        merchant_host: "merchant.example".to_owned(),
        receiver: "127.0.0.1:9".parse().ok(),
        trusted_keys: Vec::new(),
        trusted_certificates: Vec::new(),
        tunnel: None,
        proxy: None,
    }
}

async fn refusal(address: &str, browser: &str) -> String {
    let webdriver = WebDriverUrl::given(address).unwrap();
    let place = Place::Elsewhere { browser: browser.to_owned(), webdriver };
    match BrowserPool::start(options(place)).await {
        Ok(_) => panic!("a browser has started"),
        Err(error) => {
            assert!(!error.is_missing());
            error.to_string()
        }
    }
}

#[tokio::test]
async fn a_consumer_elsewhere_is_guarded_redirected_and_forgotten() {
    let foreign = Foreign::start().await;
    let stage = Stage::set_at(foreign.place()).await;
    let mut lease = stage.lease().await;
    lease.open(&stage.url("/checkout")).await;
    let visit = lease.perform("approve").await;
    assert_eq!(visit.trouble, None);
    assert_eq!(visit.url, "http://merchant.example/s1/success?basket=a%2Bb");
    let statuses: Vec<_> = visit.hops.iter().map(|hop| hop.status).collect();
    assert_eq!(statuses, [Some(303), Some(302), Some(200)]);
    assert_eq!(kind(&lease.open(&stage.url("/away")).await), Some(TroubleKind::PageDrift));
    lease.open(&stage.url("/store")).await;
    lease.give_back();
    let stored = stage.open("/stored").await;
    assert_eq!(stored.text, "||");
}

#[tokio::test]
async fn at_the_end_no_session_is_left_whatever_it_was_doing() {
    let foreign = Foreign::start().await;
    let pool = BrowserPool::start(options(foreign.place())).await.unwrap();
    let first = pool.slot().await.unwrap();
    // Nobody waits for the second browser any more.
    let second = tokio::time::timeout(Duration::from_millis(20), pool.slot()).await;
    assert!(second.is_err() && foreign.sessions().await >= 1);
    pool.end().await;
    assert_eq!(foreign.sessions().await, 0);
    drop(first);
    assert!(pool.slot().await.is_err(), "a browser of a pool that has ended would be left");
}

#[tokio::test]
async fn a_merchant_url_without_a_way_to_the_receiver_is_told_as_out_of_reach() {
    let foreign = Foreign::start().await;
    let stage = Stage::set_with(foreign.place(), false).await;
    let mut lease = stage.lease().await;
    lease.open(&stage.url("/checkout")).await;
    let visit = lease.perform("approve").await;
    assert!(lease.is_out_of_reach(&visit), "{visit:?}");
    let page = lease.open(&stage.url("/checkout")).await;
    assert!(!lease.is_out_of_reach(&page));
}

#[tokio::test]
async fn what_is_wrong_with_a_webdriver_is_told_with_the_way_out() {
    let began = Instant::now();
    assert_eq!(
        refusal("http://qa:s3cret@127.0.0.1:9", "auto").await,
        "cannot reach the WebDriver at http://127.0.0.1:9: Connection refused (os error 111); start it there, or correct `--webdriver`"
    );
    let foreign = Foreign::start().await;
    let (_, port) = foreign.url.authority();
    let wrong = refusal(&format!("http://127.0.0.1:{port}/wd/hub"), "auto").await;
    assert!(wrong.contains("does not answer like a WebDriver: GET ") && wrong.contains(" Grid"), "{wrong}");
    let refused = refusal(&foreign.url.to_string(), "firefox").await;
    assert!(
        refused.contains(" refuses to start a browser: ") && refused.contains("`--browser`"),
        "{refused}"
    );
    let gone = refusal(&foreign.url.to_string(), "/no/such/browser").await;
    assert!(gone.contains(" refuses to start a browser: "), "{gone}");
    assert!(began.elapsed() < Duration::from_secs(50));
    assert_eq!(foreign.sessions().await, 0);
}

#[test]
fn an_error_names_the_address_without_the_password() {
    let url = WebDriverUrl::given("http://qa:s3cret@grid.example:4444").unwrap();
    let error = BrowserError::Unauthorized { url };
    assert_eq!(
        error.to_string(),
        "the WebDriver at http://grid.example:4444 asks for another user name and password; write them before the host in `HPP_WEBDRIVER`"
    );
}
