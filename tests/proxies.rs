//! A proxy of the environment that does not work: the message names its variable, its address and the way out.

mod support;
#[path = "support/target.rs"]
mod target;

use std::io::{Read, Write};
use std::net::TcpListener;
use support::{Ended, report};
use target::{files, profile};

/// Answers every request on this machine with this status. Returns its address.
fn answers(status: &'static str) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap().to_string();
    std::thread::spawn(move || {
        for mut stream in listener.incoming().map_while(Result::ok) {
            let _ = stream.read(&mut [0; 4096]);
            let answer = format!("HTTP/1.1 {status}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
            let _ = stream.write_all(answer.as_bytes());
        }
    });
    address
}

/// Why a target behind a proxy was not tested.
fn behind_proxy(variable: &str, proxy: &str) -> String {
    let folder = tempfile::tempdir().unwrap();
    let profile = profile("https://api.shop.example", "klarna", "") + "request = \"1s\"\n";
    std::fs::write(folder.path().join("target.toml"), profile).unwrap();
    let mut command = support::program(folder.path());
    for name in target::PROXIES {
        command.env_remove(name);
    }
    command.env("HPP_USERNAME", "shop").env("HPP_PASSWORD", "pass-word-of-the-shop").env(variable, proxy);
    command.args(["run", "--target", "target.toml", "--tags", "@req:HPP-CREATE-001"]);
    let ended = Ended::of(&command.output().unwrap());
    assert_eq!(ended.code, Some(3), "{ended:?}");
    let printed = ended.stdout + &ended.stderr;
    assert!(!printed.contains("s3cret"), "the password of the proxy shows: {printed}");
    for (path, text) in files(folder.path()) {
        assert!(!text.contains("s3cret"), "{}: the password of the proxy shows", path.display());
    }
    let rows = report(folder.path())["targets"][0]["requirements"].clone();
    let row = rows.as_array().unwrap().iter().find(|row| row["id"] == "HPP-CREATE-001").unwrap();
    row["cause"].as_str().unwrap().to_owned()
}

#[test]
fn trouble_with_a_proxy_names_its_variable_its_address_and_the_way_out() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let closed = listener.local_addr().unwrap().to_string();
    drop(listener);
    let silent = TcpListener::bind("127.0.0.1:0").unwrap();
    let hangs = silent.local_addr().unwrap().to_string();
    let (denies, asks) = (answers("403 Forbidden"), answers("407 Proxy Authentication Required"));
    let unknown = format!("{}.invalid:3128", "a".repeat(64));
    for (variable, proxy) in [
        ("HTTPS_PROXY", &closed),
        ("https_proxy", &hangs),
        ("ALL_PROXY", &denies),
        ("all_proxy", &asks),
        ("HTTPS_PROXY", &unknown),
    ] {
        let cause = behind_proxy(variable, &format!("http://user:s3cret@{proxy}"));
        let told = format!(
            "; the request went through the proxy {proxy} of `{variable}`; to go without it, add `api.shop.example` to \
             `NO_PROXY`; check that the proxy is running and that it leads to the target"
        );
        assert!(cause.ends_with(&told), "{variable} {proxy}: {cause}");
    }
}

#[test]
fn a_variable_that_names_no_proxy_is_an_error_of_configuration() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("target.toml"), profile("https://api.shop.example", "klarna", ""))
        .unwrap();
    for (variable, value) in [("HTTPS_PROXY", ":::"), ("all_proxy", "http://shop:s3cret@:3128 x")] {
        let mut command = support::program(folder.path());
        for name in target::PROXIES {
            command.env_remove(name);
        }
        command.env("HPP_USERNAME", "shop").env("HPP_PASSWORD", "pass-word-of-the-shop").env(variable, value);
        let ended = Ended::of(&command.args(["run", "--target", "target.toml"]).output().unwrap());
        let told = format!(
            "error: `{variable}` is not the address of a proxy; write it like `http://proxy.example:3128`, or unset it\n"
        );
        assert_eq!((ended.code, ended.stdout.as_str(), ended.stderr), (Some(2), "", told));
    }
}
