//! A server may close an idle connection at any time: no scenario is lost by it.

#[path = "support/mock_process.rs"]
mod mock_process;
mod support;

use mock_process::MockProcess;
use std::collections::BTreeMap;
use std::io::{Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;
use support::{Ended, program, report};

/// Starts a relay before a mock. It closes each connection this long after its last answer, without a word.
fn relay(base_url: &str, idle: Duration) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let own = listener.local_addr().unwrap().to_string();
    let mock = base_url.trim_start_matches("http://").trim_end_matches('/').to_owned();
    let relay = format!("http://{own}");
    std::thread::spawn(move || {
        for stream in listener.incoming().map_while(Result::ok) {
            let (own, mock) = (own.clone(), mock.clone());
            std::thread::spawn(move || pass(stream, &own, &mock, idle));
        }
    });
    relay
}

/// Passes the bytes of a connection on, until it is idle for too long after an answer.
fn pass(mut client: TcpStream, own: &str, mock: &str, idle: Duration) -> Option<()> {
    let mut server = TcpStream::connect(mock).ok()?;
    client.set_read_timeout(Some(idle)).ok()?;
    let is_answered = Arc::new(AtomicBool::new(false));
    let (mut from, mut to) = (server.try_clone().ok()?, client.try_clone().ok()?);
    let (answered, here, there) = (Arc::clone(&is_answered), own.to_owned(), mock.to_owned());
    std::thread::spawn(move || {
        let mut bytes = [0; 16_384];
        while let Some(read) = from.read(&mut bytes).ok().filter(|read| *read > 0) {
            to.write_all(&replaced(&bytes[..read], &there, &here)).ok()?;
            answered.store(true, Ordering::SeqCst);
        }
        to.shutdown(Shutdown::Both).ok()
    });
    let mut bytes = [0; 16_384];
    loop {
        match client.read(&mut bytes) {
            Ok(0) => break,
            Ok(read) => {
                is_answered.store(false, Ordering::SeqCst);
                server.write_all(&replaced(&bytes[..read], own, mock)).ok()?;
            }
            Err(_) if is_answered.load(Ordering::SeqCst) => break,
            Err(_) => {}
        }
    }
    let _ = client.shutdown(Shutdown::Both);
    server.shutdown(Shutdown::Both).ok()
}

/// The bytes with one address in place of another. Both have the same length.
fn replaced(bytes: &[u8], from: &str, to: &str) -> Vec<u8> {
    match std::str::from_utf8(bytes) {
        Ok(text) => text.replace(from, to).into_bytes(),
        Err(_) => bytes.to_vec(),
    }
}

#[test]
fn no_scenario_is_lost_when_a_server_closes_idle_connections() {
    for idle in [1, 5, 50] {
        let mock = MockProcess::with_account("klarna", "shop", "pass-word-of-the-shop");
        let relay = relay(&mock.base_url, Duration::from_millis(idle));
        let folder = tempfile::tempdir().unwrap();
        let profile = format!(
            "name = \"other\"\nbase_url = \"{relay}\"\ndialect = \"klarna\"\nprovider = \"KP\"\n\
             credentials = {{ username = {{ env = \"HPP_USERNAME\" }}, password = {{ env = \"HPP_PASSWORD\" }} }}\n"
        );
        std::fs::write(folder.path().join("target.toml"), profile).unwrap();
        let output = program(folder.path())
            .args(["run", "--target", "target.toml", "--tags", "not @needs:browser"])
            .env("HPP_USERNAME", "shop")
            .env("HPP_PASSWORD", "pass-word-of-the-shop")
            .output()
            .unwrap();
        let (ended, report) = (Ended::of(&output), report(folder.path()));
        let mut words = BTreeMap::<&str, usize>::new();
        for record in report["targets"][0]["records"].as_array().unwrap() {
            let attempts = record["attempts"].as_array().unwrap();
            let word = attempts.last().unwrap()["verdict"]["word"].as_str().unwrap();
            *words.entry(word).or_default() += 1;
        }
        let kinds: Vec<&str> = words.keys().copied().collect();
        assert_eq!((ended.code, kinds), (Some(0), vec!["pass", "skipped"]), "{idle} ms: {words:?}");
    }
}
