//! The same small site with a Firefox. Without Firefox and geckodriver these tests fail and say so.

use super::{Stage, journeys, kind};
use crate::browser::Place;
use crate::evidence::TroubleKind;

async fn stage() -> Stage {
    Stage::set_at(Place::Here { browser: "firefox".to_owned(), driver: None }).await
}

#[tokio::test]
async fn a_consumer_is_guarded_redirected_and_forgotten() {
    let stage = stage().await;
    let mut lease = stage.lease().await;
    lease.open(&stage.url("/checkout")).await;
    let visit = lease.perform("approve").await;
    assert_eq!(visit.trouble, None);
    assert_eq!(visit.url, "http://merchant.example/s1/success?basket=a%2Bb");
    let hops: Vec<_> = visit.hops.iter().map(|hop| (hop.method.as_str(), hop.status)).collect();
    assert_eq!(hops, [("POST", Some(303)), ("GET", Some(302)), ("GET", Some(200))]);
    assert_eq!(kind(&lease.open(&stage.url("/away")).await), Some(TroubleKind::PageDrift));
    assert!(!lease.has_phone());
    lease.open(&stage.url("/store")).await;
    lease.give_back();
    assert_eq!(stage.open("/stored").await.text, "||");
}

#[tokio::test]
async fn a_page_that_does_not_come_is_trouble_of_the_network() {
    let stage = stage().await;
    let mut lease = stage.lease().await;
    let refused = lease.open("http://127.0.0.1:9/").await;
    assert_eq!(kind(&refused), Some(TroubleKind::Network), "{refused:?}");
    let gone = lease.open(&stage.url("/gone")).await;
    assert_eq!(
        (gone.ending.as_deref(), gone.hops.last().and_then(|hop| hop.status)),
        (Some("gone"), Some(410))
    );
    let framed = lease.open(&stage.url("/framed")).await;
    assert_eq!(framed.screen.as_deref(), Some("code"), "{framed:?}");
}

#[tokio::test]
async fn a_window_that_a_page_opens_is_guarded_and_closed() {
    let stage = stage().await;
    let script = "window.open('http://elsewhere.example/'); document.title = 'opened'";
    let mut lease = stage.lease().await;
    let visit = lease.open(&stage.url(&format!("/run?{}", script.replace(' ', "%20")))).await;
    assert_eq!(visit.trouble.as_ref().map(|trouble| trouble.kind), None, "{visit:?}");
    lease.give_back();
    assert_eq!(stage.open("/checkout").await.trouble, None);
}

#[tokio::test]
async fn a_window_that_a_click_opens_is_followed_until_it_closes() {
    journeys::follows_a_window(&stage().await).await;
}
