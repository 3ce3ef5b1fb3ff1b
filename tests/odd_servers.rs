//! Servers that keep the contract in another way than the mock: nothing is broken, and nothing is the harness's fault.

#[path = "support/mock_process.rs"]
mod mock_process;
#[path = "support/proxy.rs"]
mod proxy;
mod support;
#[path = "support/target.rs"]
mod target;

use mock_process::MockProcess;
use proxy::{Answer, Proxy};
use std::collections::BTreeMap;
use std::sync::Mutex;
use support::report;
use target::standings;

const SHOP: target::Account<'_> = ("shop", "pass-word-of-the-shop");

/// Runs the scenarios of these tags in a browser against the mock behind this proxy. Returns standings, exit code and terminal report.
fn run(tags: &str, mock: &MockProcess, proxy: &Proxy) -> (BTreeMap<String, String>, Option<i32>, String) {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("page.toml"), include_str!("../targets/pages/mock.toml")).unwrap();
    let lines = format!(
        "abilities = [\"browser\", \"receiver\"]\npage_driver = \"page.toml\"\ncontrol_url = \"{}/_mock\"",
        mock.base_url
    );
    let profile = target::profile(&proxy.base_url, "klarna", &lines);
    let ended = target::run(folder.path(), &profile, SHOP, &["--tags", tags]);
    (standings(&report(folder.path())), ended.code, ended.stdout)
}

#[test]
fn a_server_that_refuses_a_plain_http_callback_keeps_its_promise() {
    let mock = MockProcess::with_account("klarna", SHOP.0, SHOP.1);
    let (refusal, refused) = (Mutex::new(None::<Answer>), Mutex::new(false));
    // The refusal of the harmless request of the preflight is also that of the first creation: of the one with plain http.
    let proxy = Proxy::before(&mock.base_url, move |asked, answer| {
        let (mut refusal, mut refused) = (refusal.lock().unwrap(), refused.lock().unwrap());
        if !asked.line.starts_with("POST /hpp/v1/sessions ") {
            return;
        }
        let copy =
            |it: &Answer| Answer { status: it.status, fields: it.fields.clone(), body: it.body.clone() };
        match answer.status {
            400 => *refusal = Some(copy(answer)),
            201 if !*refused => {
                *answer = copy(refusal.as_ref().unwrap());
                *refused = true;
            }
            _ => {}
        }
    });
    let (standings, code, told) = run("@req:HPP-CALLBACK-008", &mock, &proxy);
    assert_eq!((standings["HPP-CALLBACK-008"].as_str(), code), ("PASS", Some(0)), "{told}");
}
