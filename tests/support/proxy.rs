//! A proxy between the program and a server, which changes answers on their way.

#[path = "wire.rs"]
mod wire;

use std::io::{BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use wire::{lines, message};

/// The request of an answer.
pub struct Asked {
    /// Scheme and authority of the proxy.
    #[allow(dead_code, reason = "not every test file asks for it")]
    pub own: String,
    /// The request line.
    #[allow(dead_code, reason = "not every test file asks for it")]
    pub line: String,
    /// The number of its answer, from 1.
    #[allow(dead_code, reason = "not every test file asks for it")]
    pub number: usize,
}

/// An answer on its way.
pub struct Answer {
    pub status: u16,
    /// Lines of the head, without the status line, `Content-Length` and `Connection`.
    pub fields: Vec<String>,
    pub body: Vec<u8>,
}

impl Answer {
    /// A page in place of the answer.
    #[allow(dead_code, reason = "not every test file asks for it")]
    pub fn become_page(&mut self, status: u16, server: &str, page: &str) {
        let fields = vec![format!("Server: {server}"), "Content-Type: text/html".to_owned()];
        *self = Self { status, fields, body: page.as_bytes().to_vec() };
    }

    /// Replaces a text in the body.
    #[allow(dead_code, reason = "not every test file asks for it")]
    pub fn replace(&mut self, from: &str, to: &str) {
        self.body = replaced(std::mem::take(&mut self.body), from, to);
    }
}

/// Changes an answer.
type Change = dyn Fn(&Asked, &mut Answer) + Send + Sync;

/// A running proxy. It ends with the process.
pub struct Proxy {
    pub base_url: String,
}

impl Proxy {
    /// Starts a proxy before a server of this machine. URLs in answers lead through the proxy too.
    pub fn before(base_url: &str, change: impl Fn(&Asked, &mut Answer) + Send + Sync + 'static) -> Self {
        Self::without("", base_url, change)
    }

    /// The same. The proxy takes a text out of each request.
    #[allow(dead_code, reason = "not every test file asks for it")]
    pub fn without(
        text: &'static str,
        base_url: &str,
        change: impl Fn(&Asked, &mut Answer) + Send + Sync + 'static,
    ) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let behind: u16 = base_url.trim_end_matches('/').rsplit(':').next().unwrap().parse().unwrap();
        let (change, count): (Arc<Change>, Arc<AtomicUsize>) = (Arc::new(change), Arc::default());
        std::thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                let (change, count) = (Arc::clone(&change), Arc::clone(&count));
                std::thread::spawn(move || pass(stream, (port, behind), text, &*change, &count));
            }
        });
        Self { base_url: format!("http://127.0.0.1:{port}") }
    }
}

/// Passes the requests of a connection on, and their changed answers back.
fn pass(
    mut stream: TcpStream,
    (port, behind): (u16, u16),
    text: &str,
    change: &Change,
    count: &AtomicUsize,
) -> Option<()> {
    let mut reader = BufReader::new(stream.try_clone().ok()?);
    let (here, there) = (format!(":{port}"), format!(":{behind}"));
    loop {
        let (line, fields, body) = message(&mut reader)?;
        let fields = lines(&fields);
        let body = replaced(replaced(body, &here, &there), text, "");
        let head = format!(
            "{}\r\n{fields}Connection: close\r\nContent-Length: {}\r\n\r\n",
            line.replace(text, ""),
            body.len()
        );
        let mut server = TcpStream::connect(("127.0.0.1", behind)).ok()?;
        server.write_all(replaced(head.into_bytes(), &here, &there).as_slice()).ok()?;
        server.write_all(&body).ok()?;
        let (status, fields, body) = message(&mut BufReader::new(server))?;
        let status = status.split(' ').nth(1)?.parse().ok()?;
        let fields = fields.iter().map(|field| field.replace(&there, &here)).collect();
        let mut answer = Answer { status, fields, body: replaced(body, &there, &here) };
        let number = count.fetch_add(1, Ordering::Relaxed) + 1;
        change(&Asked { own: format!("http://127.0.0.1{here}"), line, number }, &mut answer);
        let fields = lines(&answer.fields);
        let length = if answer.status == 204 {
            String::new()
        } else {
            format!("Content-Length: {}\r\n", answer.body.len())
        };
        stream
            .write_all(format!("HTTP/1.1 {} Word\r\n{fields}{length}\r\n", answer.status).as_bytes())
            .ok()?;
        stream.write_all(&answer.body).ok()?;
    }
}

/// The bytes with one text in place of another, if they are text.
fn replaced(bytes: Vec<u8>, from: &str, to: &str) -> Vec<u8> {
    match String::from_utf8(bytes) {
        Ok(text) => text.replace(from, to).into_bytes(),
        Err(error) => error.into_bytes(),
    }
}
