//! A small proxy between the harness and a mock, and a listener that counts who comes.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex};

/// An answer of the mock, before the harness gets it.
pub struct Passing {
    /// The address of the proxy.
    pub own: String,
    /// Method and path of the request.
    pub request: String,
    pub status: u16,
    /// Whole header lines, without the length of the body.
    pub fields: Vec<String>,
    pub body: String,
}

/// Starts a proxy on a free port. The API of `upstream` seems to be at its address, and `change` may change each answer.
pub fn tamper(upstream: &str, change: impl Fn(&mut Passing) + Send + Sync + 'static) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let own = format!("http://{}", listener.local_addr().unwrap());
    let (change, upstream, address) = (Arc::new(change), upstream.to_owned(), own.clone());
    std::thread::spawn(move || {
        for stream in listener.incoming().map_while(Result::ok) {
            let (change, upstream, own) = (Arc::clone(&change), upstream.clone(), own.clone());
            std::thread::spawn(move || pass(stream, &own, &upstream, &*change));
        }
    });
    address
}

/// Passes the one request of a connection.
fn pass(mut stream: TcpStream, own: &str, upstream: &str, change: &dyn Fn(&mut Passing)) {
    let Some((head, body)) = message(&mut stream) else { return };
    let body = body.replace(own, upstream);
    let mut lines = head.split("\r\n");
    let request = lines.next().unwrap_or_default();
    let kept = lines.filter(|line| !is_named(line, &["host", "connection", "content-length"]));
    let fields = lines_of(kept);
    let host = upstream.trim_start_matches("http://");
    let sent = format!(
        "{request}\r\nHost: {host}\r\nConnection: close\r\nContent-Length: {}\r\n{fields}\r\n{body}",
        body.len()
    );
    let mut mock = TcpStream::connect(host).unwrap();
    mock.write_all(sent.as_bytes()).unwrap();
    let mut bytes = Vec::new();
    let _ = mock.read_to_end(&mut bytes);
    let Some(end) = bytes.windows(4).position(|window| window == b"\r\n\r\n") else { return };
    let head = String::from_utf8_lossy(&bytes[..end]).replace(upstream, own);
    let Ok(body) = String::from_utf8(bytes[end + 4..].to_vec()) else {
        // A picture passes as it is.
        let _ = stream.write_all(&bytes);
        return;
    };
    let mut lines = head.split("\r\n");
    let status = lines.next().and_then(|line| line.split(' ').nth(1)?.parse().ok()).unwrap_or(502);
    let kept = lines.filter(|line| !is_named(line, &["content-length", "connection", "transfer-encoding"]));
    let request = request.rsplit_once(' ').map_or(request, |(target, _)| target).to_owned();
    let fields = kept.map(str::to_owned).collect();
    let mut passing =
        Passing { own: own.to_owned(), request, status, fields, body: body.replace(upstream, own) };
    change(&mut passing);
    let Passing { status, fields, body, .. } = passing;
    let fields = lines_of(fields.iter().map(String::as_str));
    let length = if status == 204 { String::new() } else { format!("Content-Length: {}\r\n", body.len()) };
    let answer = format!("HTTP/1.1 {status} Word\r\n{fields}{length}Connection: close\r\n\r\n{body}");
    let _ = stream.write_all(answer.as_bytes());
}

/// Head and body of a request.
fn message(stream: &mut TcpStream) -> Option<(String, String)> {
    let mut bytes = Vec::new();
    let mut part = [0; 8192];
    loop {
        let text = String::from_utf8_lossy(&bytes).into_owned();
        if let Some((head, _)) = text.split_once("\r\n\r\n") {
            let length = head
                .lines()
                .find_map(|line| line.to_lowercase().strip_prefix("content-length: ")?.parse().ok());
            let body = &bytes[head.len() + 4..];
            if body.len() >= length.unwrap_or(0) {
                return Some((head.to_owned(), String::from_utf8_lossy(body).into_owned()));
            }
        }
        match stream.read(&mut part) {
            Ok(count) if count > 0 => bytes.extend_from_slice(&part[..count]),
            _ => return None,
        }
    }
}

/// Header lines, each with its end.
fn lines_of<'l>(lines: impl Iterator<Item = &'l str>) -> String {
    lines.flat_map(|line| [line, "\r\n"]).collect()
}

fn is_named(line: &str, names: &[&str]) -> bool {
    let name = line.split(':').next().unwrap_or_default().to_lowercase();
    names.contains(&name.as_str())
}

/// Accepts connections on a free port and keeps what they send.
pub struct Stranger {
    pub address: SocketAddr,
    came: Arc<Mutex<Vec<String>>>,
}

impl Stranger {
    pub fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let (address, came) = (listener.local_addr().unwrap(), Arc::<Mutex<Vec<String>>>::default());
        let kept = Arc::clone(&came);
        std::thread::spawn(move || {
            for mut stream in listener.incoming().map_while(Result::ok) {
                let mut part = [0; 8192];
                let count = stream.read(&mut part).unwrap_or_default();
                kept.lock().unwrap().push(String::from_utf8_lossy(&part[..count]).into_owned());
                let _ =
                    stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\n{}");
            }
        });
        Self { address, came }
    }

    /// The requests that came.
    pub fn requests(&self) -> Vec<String> {
        self.came.lock().unwrap().clone()
    }
}
