//! A page that is unlike all others gets its driver from a recording: a program plays the person, and the draft drives the page as it is.

use crate::mock_process::MockProcess;
use crate::proxy::{Answer, Proxy};
use crate::trips::{self, READY, page, tried};
use crate::web_driver::WebDriver;
use crate::{DRIVER, SHOP, put_documents};
use fantoccini::{Client, Locator};
use std::io::{BufRead, BufReader};
use std::process::Stdio;
use std::time::{Duration, Instant};

/// The driver that the recording should suggest.
const RECORDED: &str = include_str!("fresh/recorded.toml");

/// How long the person waits for something on the page.
const PATIENCE: Duration = Duration::from_secs(20);

/// Puts the fresh page in place of the payment page of the mock.
fn put_page(request: &str, answer: &mut Answer) {
    put_documents(request, answer, |part| match part {
        "part=bank" => include_str!("fresh/bank.html"),
        "part=window" => include_str!("fresh/window.html"),
        _ => include_str!("fresh/shop.html"),
    });
}

/// Clicks an element, once people can see it.
async fn click(person: &Client, selector: &str) {
    shown(person, selector).await.click().await.unwrap();
}

async fn shown(person: &Client, selector: &str) -> fantoccini::elements::Element {
    let began = Instant::now();
    let element = person.wait().for_element(Locator::Css(selector)).await.unwrap();
    while !element.is_displayed().await.unwrap() {
        assert!(began.elapsed() < PATIENCE, "{selector} is never visible");
    }
    element
}

/// Uses the page like a person who sees it for the first time.
async fn pay(person: &Client) {
    click(person, "[data-qa=privacy-refuse]").await;
    shown(person, "iframe").await.enter_frame().await.unwrap();
    // A list is changed with the keyboard: a click of the driver on a row is no act of a person.
    shown(person, "select").await.send_keys("North").await.unwrap();
    shown(person, "[name=holder]").await.send_keys("Anna Private").await.unwrap();
    click(person, "label:nth-of-type(2) span").await;
    click(person, "[name=terms]").await;
    click(person, "button").await;
    shown(person, "[name=sent]").await.send_keys("654321").await.unwrap();
    click(person, "[data-qa=confirm-in-window]").await;
    let (tab, began) = (person.window().await.unwrap(), Instant::now());
    let window = loop {
        let windows = person.windows().await.unwrap();
        if let Some(window) = windows.into_iter().find(|window| *window != tab) {
            break window;
        }
        assert!(began.elapsed() < PATIENCE, "no window opens");
    };
    person.switch_to_window(window).await.unwrap();
    // The window closes with the click.
    let _ = shown(person, "button").await.click().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_fresh_page_is_recorded_and_its_draft_drives_it_without_a_change() {
    let mock = MockProcess::with_account("klarna", SHOP.0, SHOP.1);
    let proxy = Proxy::before(&mock.base_url, |asked, answer| put_page(&asked.line, answer));
    let place = trips::folder(&proxy.base_url, "klarna", DRIVER, "");
    let arguments =
        ["record", "--target", "target.toml", "--out", "draft.toml", "--headless", "--limit", "2m"];
    let mut recorder = page(place.path(), &arguments).stdout(Stdio::piped()).spawn().unwrap();
    let mut lines = BufReader::new(recorder.stdout.take().unwrap()).lines().map_while(Result::ok);
    let address =
        lines.find_map(|line| Some(line.split_once(READY)?.1.to_owned())).expect("the page is opened");
    let driver = WebDriver::start();
    pay(&driver.attach(&address).await).await;
    let told: Vec<String> = lines.collect();
    assert_eq!(recorder.wait().unwrap().code(), Some(0), "{told:?}");
    let draft = std::fs::read_to_string(place.path().join("draft.toml")).unwrap();
    assert_eq!(draft, RECORDED, "\n{draft}");
    let of_draft = trips::folder(&proxy.base_url, "klarna", &draft, "");
    let ended = tried(of_draft.path(), "approve");
    assert_eq!(ended.code, Some(0), "{ended:?}");
    assert!(ended.stdout.contains("it ends at the success URL; the session is COMPLETED"), "{ended:?}");
    // The driver of another page knows nothing here.
    let ended = tried(place.path(), "approve");
    assert_eq!(ended.code, Some(3), "{ended:?}");
    assert!(ended.stdout.contains("does not recognise this page"), "{ended:?}");
}
