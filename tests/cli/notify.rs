//! The notice of a run: to the webhook, only if something has changed, and without its address in any file.

use crate::support::{Ended, program, run_folder};
use crate::{SOUND, folder_with};
use serde_json::Value;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpListener;
use std::path::Path;
use std::sync::{Arc, Mutex};

const PATH: &str = "hooks/T0night/B1shop/Zq8pw3secret";

/// A webhook that answers with this status, and what it was told.
fn webhook(status: &'static str) -> (String, Arc<Mutex<Vec<String>>>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}/{PATH}", listener.local_addr().unwrap());
    let told = Arc::<Mutex<Vec<String>>>::default();
    let kept = Arc::clone(&told);
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let mut reader = BufReader::new(stream.unwrap());
            let (mut line, mut length) = (String::new(), 0);
            while reader.read_line(&mut line).unwrap() > 2 {
                if let Some(value) = line.to_lowercase().strip_prefix("content-length:") {
                    length = value.trim().parse().unwrap();
                }
                line.clear();
            }
            let mut body = vec![0; length];
            reader.read_exact(&mut body).unwrap();
            let body: Value = serde_json::from_slice(&body).unwrap();
            kept.lock().unwrap().push(body["text"].as_str().unwrap().to_owned());
            let answer = format!("HTTP/1.1 {status}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
            reader.get_mut().write_all(answer.as_bytes()).unwrap();
        }
    });
    (url, told)
}

fn run(folder: &Path, url: &str, arguments: &[&str]) -> Ended {
    let mut command = program(folder);
    command.args(["run", "--target", "mock-klarna", "--quiet", "--state", "kept", "mine.feature"]);
    for name in ["HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"] {
        command.env_remove(name);
    }
    Ended::of(&command.args(arguments).env("HPP_NOTIFY", url).output().unwrap())
}

#[test]
fn a_notice_is_sent_only_if_something_has_changed() {
    let (url, told) = webhook("200 OK");
    let folder = folder_with(&[("mine.feature", SOUND)]);
    let broken = ["--deviate", "create-answers-200"];
    for (arguments, code, count) in
        [(&[][..], 0, 1), (&[], 0, 1), (&broken, 1, 2), (&broken, 1, 2), (&[], 0, 3)]
    {
        let ended = run(folder.path(), &url, arguments);
        assert_eq!((ended.code, ended.stderr.as_str()), (Some(code), ""), "{ended:?}");
        assert_eq!(told.lock().unwrap().len(), count, "{arguments:?}");
    }
    let told = told.lock().unwrap();
    for (notice, line) in told.iter().zip([
        "mock-klarna: Cannot tell, its first run",
        "mock-klarna: Don't sign, after cannot tell; newly broken HPP-CREATE-001",
        "mock-klarna: Cannot tell, after don't sign; no longer broken HPP-CREATE-001",
    ]) {
        let lines: Vec<&str> = notice.lines().collect();
        assert_eq!((lines.len(), lines[1]), (3, line), "{notice}");
        assert!(lines[2].starts_with("reports/20") && lines[2].ends_with("/report.html"), "{notice}");
    }
}

#[test]
fn a_notice_that_does_not_arrive_changes_no_result_and_is_sent_by_the_next_run() {
    let (url, refused) = webhook("500 Oh");
    let folder = folder_with(&[("mine.feature", SOUND)]);
    let ended = run(folder.path(), &url, &[]);
    assert_eq!(ended.code, Some(0), "{ended:?}");
    let told = "warning: the notice was not sent: the webhook answered 500 Internal Server Error\n";
    assert_eq!((ended.stderr.as_str(), refused.lock().unwrap().len()), (told, 1));
    let (other, arrived) = webhook("204 No Content");
    run(folder.path(), &other, &[]);
    assert_eq!(arrived.lock().unwrap().len(), 1);

    let nowhere = format!("http://127.0.0.1:9/{PATH}");
    let folder = folder_with(&[("mine.feature", SOUND)]);
    let ended = run(folder.path(), &nowhere, &[]);
    assert_eq!(ended.code, Some(0), "{ended:?}");
    assert!(
        ended.stderr.starts_with("warning: the notice was not sent: the webhook cannot be reached"),
        "{ended:?}"
    );
    assert!(!ended.stderr.contains("secret"), "{}", ended.stderr);
}

#[test]
fn the_address_of_the_webhook_is_in_no_file_and_in_no_message() {
    let (url, told) = webhook("200 OK");
    let folder = folder_with(&[("mine.feature", SOUND)]);
    let mut command = program(folder.path());
    command.args(["run", "--target", "mock-klarna", "--log", "trace", "--state", "kept", "mine.feature"]);
    let ended = Ended::of(&command.args(["--notify", &url]).output().unwrap());
    assert_eq!((ended.code, told.lock().unwrap().len()), (Some(0), 1), "{ended:?}");
    let mut folders = vec![run_folder(folder.path()), folder.path().join("kept")];
    let mut count = 0;
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            count += 1;
            let text = String::from_utf8_lossy(&std::fs::read(&path).unwrap()).into_owned();
            assert!(!text.contains("Zq8pw3secret"), "{}", path.display());
        }
    }
    assert!(count > 4, "{count}");
    assert!(!ended.stdout.contains("Zq8pw3secret") && !ended.stderr.contains("Zq8pw3secret"), "{ended:?}");

    let refused = run(folder.path(), "chat.example/Zq8pw3secret", &[]);
    let told = "error: `--notify` or `HPP_NOTIFY` is not the address of a webhook; write it like https://chat.example/hooks/1\n";
    assert_eq!((refused.code, refused.stderr.as_str()), (Some(2), told));
}
