//! A load at a fixed rate, however long the answers take. Each answer is counted from the time when its request was due.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::{Duration, Instant};

/// Sends these requests in turn, `rate` a second over `connections`. Returns the time of each answer in milliseconds, sorted.
pub fn latencies(
    host: &str,
    requests: &[Vec<u8>],
    connections: u32,
    rate: u32,
    length: Duration,
) -> Vec<f64> {
    let pause = Duration::from_secs(1) * connections / rate;
    let begin = Instant::now() + Duration::from_millis(100);
    std::thread::scope(|scope| {
        let lanes: Vec<_> = (0..connections)
            .map(|lane| {
                scope.spawn(move || {
                    let mut stream = TcpStream::connect(host).unwrap();
                    stream.set_nodelay(true).unwrap();
                    let mut taken = Vec::new();
                    let mut due = begin + pause * lane / connections;
                    let own =
                        requests.iter().cycle().skip(lane as usize * requests.len() / connections as usize);
                    for request in own {
                        if due > begin + length {
                            break;
                        }
                        std::thread::sleep(due.saturating_duration_since(Instant::now()));
                        stream.write_all(request).unwrap();
                        read_answer(&mut stream);
                        taken.push(due.elapsed().as_secs_f64() * 1000.0);
                        due += pause;
                    }
                    taken
                })
            })
            .collect();
        let mut all: Vec<f64> = lanes.into_iter().flat_map(|lane| lane.join().unwrap()).collect();
        all.sort_by(f64::total_cmp);
        all
    })
}

/// Reads one answer of status 201 to its end.
fn read_answer(stream: &mut TcpStream) {
    let mut buffer = [0; 8192];
    let mut filled = 0;
    loop {
        let count = stream.read(&mut buffer[filled..]).unwrap();
        assert!(count > 0, "the connection was closed");
        filled += count;
        let Some(end) = buffer[..filled].windows(4).position(|four| four == b"\r\n\r\n") else { continue };
        let head = String::from_utf8_lossy(&buffer[..end]).to_ascii_lowercase();
        assert!(head.starts_with("http/1.1 201"), "{head}");
        let length = head.lines().find_map(|line| line.strip_prefix("content-length: ")).unwrap();
        if filled >= end + 4 + length.parse::<usize>().unwrap() {
            return;
        }
    }
}
