//! Answers that attack their reader: terminal, log, HTML and XML show them as text.

#[path = "support/mock_process.rs"]
mod mock_process;
#[path = "support/proxy.rs"]
mod proxy;
mod support;
#[path = "support/target.rs"]
mod target;
#[path = "support/web_driver.rs"]
mod web_driver;

use mock_process::MockProcess;
use proxy::{Answer, Asked, Proxy};
use serde_json::{Value, json};
use support::{Ended, run_folder};
use target::{files, profile};
use web_driver::WebDriver;

const SHOP: target::Account<'_> = ("shop", "pass-word-of-the-shop");

/// Texts that would do something if they were more than text. Each has a word by which it is found.
const ATTACKS: [&str; 8] = [
    "attack0</script><script>window.owned = 0</script>",
    "attack1\"'><img src=x: onerror='window.owned = 1'>",
    "attack2<svg/onload=\"window.owned = 2\">",
    "attack3]]><owned/><![CDATA[&nothing;",
    "attack4\u{1b}[2J\u{1b}]0;owned\u{7}\u{9b}31m\u{0}\u{8}",
    "attack5\u{202e}denwo\u{2066}\u{200f}\u{2028}\r\nowned: yes",
    "attack6{{ run.version }}{% for x in y %}`|**owned**|[owned](javascript:window.owned=6)",
    "attack7=HYPERLINK(\"http://owned.example\")\u{feff}\u{fffe}\u{d7ff}",
];

/// Puts the attacks into every place of an answer that a reader may see.
fn attack(asked: &Asked, answer: &mut Answer) {
    let Ok(Value::Object(mut members)) = serde_json::from_slice(&answer.body) else { return };
    let text = ATTACKS[asked.number % ATTACKS.len()];
    for name in ["status", "error_code", "expires_at", "updated_at", "order_id"] {
        if members.contains_key(name) {
            members.insert(name.to_owned(), json!(text));
        }
    }
    if members.contains_key("error_messages") {
        members.insert("error_messages".to_owned(), json!(ATTACKS));
    }
    members.insert(text.to_owned(), json!({ text: ATTACKS }));
    answer.body = Value::Object(members).to_string().into_bytes();
    let visible: String = text.chars().filter(char::is_ascii_graphic).collect();
    answer.fields.push(format!("Correlation-Id: {visible}"));
    answer.fields.push(format!("Allow: {visible}"));
}

fn run(folder: &std::path::Path) -> Ended {
    let mock = MockProcess::with_account("klarna", SHOP.0, SHOP.1);
    let proxy = Proxy::before(&mock.base_url, attack);
    let profile = profile(&proxy.base_url, "klarna", "");
    let arguments = ["--tags", "not @needs:browser", "--log", "trace", "--retries", "1"];
    target::run(folder, &profile, SHOP, &arguments)
}

/// What moves the cursor, rings, or turns the order of letters round.
fn acts(letter: char) -> bool {
    (letter.is_control() && letter != '\n')
        || matches!(letter, '\u{200e}' | '\u{200f}' | '\u{2028}' | '\u{2029}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// Opens a file in a browser, and returns what the expression says there.
async fn seen(driver: &WebDriver, path: &std::path::Path, expression: &str) -> Value {
    let client = driver.open(&[]).await;
    client.goto(&format!("file://{}", path.display())).await.unwrap();
    let seen = client.execute(&format!("return {expression}"), Vec::new()).await.unwrap();
    client.close().await.unwrap();
    seen
}

#[tokio::test(flavor = "multi_thread")]
async fn hostile_answers_are_text_in_every_output() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().to_owned();
    let ended = tokio::task::spawn_blocking(move || run(&path)).await.unwrap();
    assert_eq!(ended.code, Some(1), "{ended:?}");
    for (output, text) in [("standard output", &ended.stdout), ("standard error", &ended.stderr)] {
        let wrong = text.lines().find(|line| line.chars().any(acts));
        assert_eq!(wrong, None, "a line of {output}");
    }
    let reports = run_folder(folder.path());
    for (path, text) in files(&reports) {
        let name = path.file_name().unwrap().to_str().unwrap();
        let lines = if name.ends_with(".ndjson") { text.lines().collect() } else { vec![text.as_str()] };
        if name.ends_with("json") {
            assert!(lines.iter().all(|line| serde_json::from_str::<Value>(line).is_ok()), "{name}");
        }
    }
    let html = std::fs::read_to_string(reports.join("report.html")).unwrap();
    for number in 0..ATTACKS.len() {
        assert!(html.contains(&format!("attack{number}")), "the report does not show attack{number}");
    }
    let driver = WebDriver::start();
    let (page, junit) = (reports.join("report.html"), reports.join("junit.xml"));
    let report = seen(
        &driver,
        &page,
        "{ owned: window.owned ?? null, elements: document.querySelectorAll('owned, img[src^=\"x\"], [onload], [onerror]').length, \
         links: document.querySelectorAll('a[href^=\"javascript:\"]').length, text: document.body.innerText.includes('attack1') }",
    );
    assert_eq!(report.await, json!({ "owned": null, "elements": 0, "links": 0, "text": true }));
    let junit = seen(
        &driver,
        &junit,
        "{ error: document.querySelectorAll('parsererror').length, owned: document.querySelectorAll('owned').length, \
         cases: document.querySelectorAll('testcase').length > 50 }",
    );
    assert_eq!(junit.await, json!({ "error": 0, "owned": 0, "cases": true }));
}
