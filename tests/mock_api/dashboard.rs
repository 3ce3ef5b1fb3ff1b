//! The live page of the mock in a real browser: it shows events at once, and its buttons work.

use crate::mock_process::MockProcess;
use crate::server::purchase;
use crate::web_driver::WebDriver;
use fantoccini::{Client, Locator};
use serde_json::{Value, json};
use std::time::{Duration, Instant};

/// The longest the page may take to show a change.
const PATIENCE: Duration = Duration::from_secs(10);

/// The lines of the list of requests.
const REQUESTS: &str = "[...document.querySelectorAll('#requests li')].map((line) => \
    [...line.querySelectorAll('.mono')].map((part) => part.textContent).join(' '))";

/// Waits until a script gives this value.
async fn shows(page: &Client, script: &str, expected: Value) {
    let began = Instant::now();
    loop {
        let seen = page.execute(&format!("return {script}"), Vec::new()).await.unwrap();
        if seen == expected {
            return;
        }
        assert!(began.elapsed() < PATIENCE, "{script} gives {seen}, not {expected}");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

async fn click(page: &Client, selector: &str) {
    page.find(Locator::Css(selector)).await.unwrap().click().await.unwrap();
}

/// Creates a hosted session. Returns its id.
fn create(mock: &MockProcess) -> String {
    let payment =
        mock.send("POST", "/payments/v1/sessions", "application/json", purchase().to_string().as_bytes());
    let id = payment.json()["session_id"].as_str().unwrap().to_owned();
    let url = format!("{}/payments/v1/sessions/{id}", mock.base_url);
    let body = json!({ "payment_session_url": url }).to_string();
    let hosted = mock.send("POST", "/hpp/v1/sessions", "application/json", body.as_bytes());
    assert_eq!(hosted.status, 201);
    hosted.json()["session_id"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn the_live_page_shows_sessions_and_requests_as_they_come_and_its_buttons_act() {
    let mock = MockProcess::start("klarna");
    let driver = WebDriver::start();
    let page = driver.open(&[]).await;
    page.goto(&mock.base_url).await.unwrap();
    shows(&page, "document.querySelector('#live').textContent", json!("live")).await;
    shows(&page, "document.querySelector('#sessions').textContent.slice(0, 15)", json!("No session yet."))
        .await;

    let session = create(&mock);
    let card = format!("document.querySelector('[data-session=\"{session}\"]')");
    shows(&page, &format!("{card}?.querySelector('.badge').textContent"), json!("waiting")).await;
    shows(&page, &format!("{card}.querySelector('.amount').textContent"), json!("SEK\u{a0}199.00")).await;
    shows(&page, REQUESTS, json!(["POST /hpp/v1/sessions 201", "POST /payments/v1/sessions 200"])).await;

    click(&page, ".session .actions [aria-expanded]").await;
    shows(&page, "document.querySelector('.session .qr').naturalWidth > 100", json!(true)).await;

    click(&page, "[data-outcome=decline]").await;
    shows(&page, "document.querySelector('[data-outcome=decline]').ariaPressed", json!("true")).await;
    assert_eq!(mock.get("/_mock/accounts").json()[0]["next_outcome"], "decline");

    click(&page, "#expire").await;
    shows(&page, &format!("{card}.querySelector('.badge').textContent"), json!("expired")).await;
    shows(&page, &format!("{card}.querySelectorAll('.button.main').length"), json!(0)).await;
    page.close().await.unwrap();
}

#[tokio::test]
async fn a_request_that_comes_while_the_page_reads_the_list_is_shown() {
    let mock = MockProcess::start("klarna");
    let driver = WebDriver::start();
    let page = driver.open(&[]).await;
    page.goto(&mock.base_url).await.unwrap();
    shows(&page, "document.querySelector('#live').textContent", json!("live")).await;

    // Holds the list as it was read before the requests, until they have come.
    let hold = "window.held = false;
                const fetched = window.fetch;
                window.fetch = async (path, ...more) => {
                  const answer = await fetched(path, ...more);
                  if (path !== '/_mock/requests') return answer;
                  const list = await answer.json();
                  window.held = true;
                  await new Promise((release) => { window.release = release; });
                  return { json: async () => list };
                };
                document.querySelector('#account').dispatchEvent(new Event('change'))";
    page.execute(hold, Vec::new()).await.unwrap();
    shows(&page, "window.held", json!(true)).await;
    create(&mock);
    shows(&page, "state.visits.length", json!(2)).await;
    page.execute("window.release()", Vec::new()).await.unwrap();
    shows(&page, REQUESTS, json!(["POST /hpp/v1/sessions 201", "POST /payments/v1/sessions 200"])).await;
    page.close().await.unwrap();
}
