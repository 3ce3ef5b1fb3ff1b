//! A mock without a free file descriptor: it waits almost without work, and goes on when one is free again.

use crate::mock_process::MockProcess;
use std::fs;
use std::io::{ErrorKind, Read, Write};
use std::net::TcpStream;
use std::process::Command;
use std::time::Duration;

/// How long the mock has no free descriptor.
const FULL: Duration = Duration::from_secs(1);

/// A connection with a request that is not answered yet. It stays open.
fn ask(mock: &MockProcess) -> TcpStream {
    let mut stream = TcpStream::connect(mock.base_url.trim_start_matches("http://")).unwrap();
    stream.write_all(b"GET /x HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n").unwrap();
    stream
}

/// The first line of an answer, if it comes in this time.
fn first_line(stream: &mut TcpStream, limit: Duration) -> Result<String, ErrorKind> {
    stream.set_read_timeout(Some(limit)).unwrap();
    let mut part = [0; 1024];
    let count = stream.read(&mut part).map_err(|error| error.kind())?;
    Ok(String::from_utf8_lossy(&part[..count]).lines().next().unwrap_or_default().to_owned())
}

/// The time that a process has computed so far. The kernel counts it in hundredths of a second.
fn computed(process: u32) -> Duration {
    let stat = fs::read_to_string(format!("/proc/{process}/stat")).unwrap();
    let (_, after_name) = stat.rsplit_once(") ").unwrap();
    let ticks = after_name.split(' ').skip(11).take(2).map(|ticks| ticks.parse::<u64>().unwrap());
    Duration::from_millis(ticks.sum::<u64>() * 10)
}

#[test]
fn without_a_free_descriptor_the_mock_rests_and_then_goes_on() {
    let mock = MockProcess::with_variables(&[], &[]);
    let process = mock.id().to_string();
    let open = fs::read_dir(format!("/proc/{process}/fd")).unwrap().count();
    let limit = format!("--nofile={}", open + 3);
    assert!(Command::new("prlimit").args(["--pid", &process, &limit]).status().unwrap().success());
    let answer = || Ok("HTTP/1.1 404 Not Found".to_owned());
    let mut held = Vec::new();
    let (mut waiting, work) = loop {
        let (mut stream, before) = (ask(&mock), computed(mock.id()));
        match first_line(&mut stream, FULL) {
            Err(ErrorKind::WouldBlock) => break (stream, computed(mock.id()).saturating_sub(before)),
            answered => assert_eq!(answered, answer()),
        }
        held.push(stream);
        assert!(held.len() < 100, "the limit of descriptors holds nobody back");
    };
    assert!(work < FULL / 10, "the mock computed for {work:?} of {FULL:?}");
    drop(held);
    assert_eq!(first_line(&mut waiting, Duration::from_secs(30)), answer());
}
