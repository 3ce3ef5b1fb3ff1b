//! A skin changes the payment page and nothing else.

use serde_json::json;

use crate::mock::tests::client::{Answer, Shop};
use crate::mock::{Dialect, MockOptions, SKINS, Skin, skin};

/// The dialects that can show it.
fn dialects(skin: &Skin) -> impl Iterator<Item = Dialect> {
    [Dialect::Klarna, Dialect::Kustom].into_iter().filter(|dialect| skin.is_of(*dialect))
}

/// A mock with this skin, and the links of a new hosted session.
async fn opened(dialect: Dialect, skin: Option<&'static Skin>, channel: &str) -> (Shop, Answer) {
    let shop = Shop::with(MockOptions { dialect, skin, ..Shop::options() }).await;
    let url = shop.payment_session(channel).await;
    let created = shop.create(&url, &json!({})).await;
    (shop, created)
}

async fn status(shop: &Shop, created: &Answer) -> String {
    shop.call("GET", &created.member("/session_url"), None).await.member("/status")
}

#[tokio::test]
async fn every_document_of_a_skin_is_served_whole_and_loads_nothing_from_elsewhere() {
    for skin in SKINS {
        for dialect in dialects(skin) {
            let (shop, created) = opened(dialect, Some(skin), "ECOMMERCE").await;
            let page = created.member("/redirect_url");
            let frames = skin.frames().map(|name| format!("{page}/frame/{name}"));
            for url in [page.clone()].into_iter().chain(frames) {
                let answer = shop.open_page(&url).await;
                assert_eq!((answer.status, answer.field("X-Mock")), (200, Some("hpp-conformance")), "{url}");
                let text = answer.text();
                assert!(text.starts_with("<!doctype html><html lang=\"sv-SE\">"), "{text}");
                assert!(!text.contains("[["), "a mark without a text: {text}");
                let policy = answer.field("Content-Security-Policy").unwrap();
                assert!(policy.starts_with("default-src 'none'; ") && !policy.contains("http"), "{policy}");
            }
            assert!(shop.open_page(&page).await.text().contains("199.00"), "{}", skin.name);
        }
    }
}

#[tokio::test]
async fn only_the_page_itself_opens_the_session_and_its_forms_are_those_of_the_own_page() {
    for skin in SKINS {
        for dialect in dialects(skin) {
            let (shop, created) = opened(dialect, Some(skin), "ECOMMERCE").await;
            let page = created.member("/redirect_url");
            for name in skin.frames() {
                shop.open_page(&format!("{page}/frame/{name}")).await;
            }
            assert_eq!(status(&shop, &created).await, "WAITING", "{}", skin.name);
            shop.open_page(&page).await;
            assert_eq!(status(&shop, &created).await, "IN_PROGRESS", "{}", skin.name);
            assert_eq!(shop.press(&page, "decline").await.status, 303);
            assert_eq!(status(&shop, &created).await, "FAILED", "{}", skin.name);
            assert_eq!(shop.press(&page, "approve").await.status, 303);
            assert_eq!(status(&shop, &created).await, "COMPLETED", "{}", skin.name);
            assert!(shop.open_page(&page).await.text().contains("data-outcome=\"completed\""));
        }
    }
}

#[tokio::test]
async fn without_a_skin_the_page_is_the_own_one_and_has_no_documents_for_frames() {
    let (shop, created) = opened(Dialect::Klarna, None, "ECOMMERCE").await;
    let page = created.member("/redirect_url");
    let answer = shop.open_page(&page).await;
    assert!(answer.text().contains("<main data-screen=\"checkout\">"), "{}", answer.text());
    assert!(!answer.text().contains("<script"), "{}", answer.text());
    assert_eq!(answer.field("Content-Security-Policy"), None);
    assert_eq!(shop.open_page(&format!("{page}/frame/main")).await.status, 404);
}

#[tokio::test]
async fn a_document_that_a_skin_does_not_have_is_not_found() {
    let (shop, created) = opened(Dialect::Klarna, skin("klarna-2021"), "ECOMMERCE").await;
    let page = created.member("/redirect_url");
    for name in ["apf", "page", "..", ""] {
        assert_eq!(shop.open_page(&format!("{page}/frame/{name}")).await.status, 404, "{name}");
    }
}

#[tokio::test]
async fn what_a_merchant_writes_cannot_become_a_script() {
    let (shop, _) = opened(Dialect::Klarna, skin("klarna-2024"), "ECOMMERCE").await;
    let url = shop.payment_session("ECOMMERCE").await;
    let options = json!({ "options": { "page_title": "</title><script>alert(1)</script>[[pay]]" } });
    let created = shop.create(&url, &options).await;
    let text = shop.open_page(&created.member("/redirect_url")).await.text();
    assert!(text.contains("<h1>&lt;/title&gt;&lt;script&gt;alert(1)&lt;/script&gt;[[pay]]</h1>"), "{text}");
    assert!(!text.contains("<script>alert"), "{text}");
}

#[tokio::test]
async fn a_page_of_another_channel_has_cancel_in_place_of_back() {
    for (channel, word) in [("ECOMMERCE", "\"way_out\":\"back\""), ("IN_STORE", "\"way_out\":\"cancel\"")] {
        let (shop, created) = opened(Dialect::Klarna, skin("klarna-2021"), channel).await;
        let text = shop.open_page(&created.member("/redirect_url")).await.text();
        assert!(text.contains(word), "{channel}: {text}");
    }
}
