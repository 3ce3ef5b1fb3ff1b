//! The edge of a stranger: TLS with an authority of its own in front of a mock, which only the test can reach without it. The edge counts
//! what comes, makes trouble on the way, and changes what the stranger answers.

#[path = "../support/wire.rs"]
mod wire;

use crate::mock_process::MockProcess;
use crate::playground::PAGE_HOST;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use jiff::Timestamp;
use jiff::tz::offset;
use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, DnType, IsCa, KeyPair};
use rustls::pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};
use rustls::{ServerConfig, ServerConnection, StreamOwned};
use serde_json::Value;
use std::io::{BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

/// What the stranger does to requests and answers.
#[derive(Debug, Clone, Copy, Default)]
pub struct Weather {
    /// Which of the requests meet trouble: one of a hundred. `None`: none.
    pub trouble: Option<u64>,
    /// The payment page has another markup than the page rules know.
    pub has_new_skin: bool,
    /// `expires_at` is written with an offset of two hours, so it is no longer in UTC.
    pub has_regressed: bool,
}

/// How a request does not get its answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Trouble {
    /// The connection ends before the request is passed on.
    Ends,
    /// A gateway answers, and the request is not passed on.
    Gateway,
    /// The request is passed on, and its answer is lost.
    Lost,
    /// The request is passed on, and half of the answer is lost.
    Cut,
}

const TROUBLES: [Trouble; 4] = [Trouble::Ends, Trouble::Gateway, Trouble::Lost, Trouble::Cut];

/// The kinds of requests that have a limit each. Pages and images have none.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    Sessions,
    PaymentSessions,
    Others,
    Pages,
}

impl Kind {
    fn of(line: &str) -> Self {
        let folders = ["/hpp/", "/payments/", "/checkout/", "/ordermanagement/"];
        let path = line.split(' ').nth(1).unwrap_or_default();
        match line.rsplit_once(' ').map_or(line, |(asked, _)| asked) {
            "POST /hpp/v1/sessions" => Self::Sessions,
            "POST /payments/v1/sessions" | "POST /checkout/v3/orders" => Self::PaymentSessions,
            _ if folders.iter().any(|folder| path.starts_with(folder)) => Self::Others,
            _ => Self::Pages,
        }
    }
}

/// A request that came.
#[derive(Debug, Clone, Copy)]
struct Came {
    at: Instant,
    kind: Kind,
    /// `None` until it is answered, and if trouble took the place of the answer.
    status: Option<u16>,
}

/// A hosted session that was created.
#[derive(Debug, Clone)]
struct Made {
    id: String,
    /// Whether the client got the whole answer. Otherwise it cannot know the session.
    was_told: bool,
}

/// What the edge saw since it was asked last.
#[derive(Debug, Default)]
pub struct Seen {
    came: Vec<Came>,
    made: Vec<Made>,
    pub troubles: usize,
}

impl Seen {
    /// How many requests came.
    pub fn requests(&self) -> usize {
        self.came.len()
    }

    /// How many were answered with this status.
    pub fn answered(&self, status: u16) -> usize {
        self.came.iter().filter(|one| one.status == Some(status)).count()
    }

    /// The most requests of a kind within one second, whenever it begins.
    pub fn most_in_a_second(&self, kind: Kind) -> usize {
        let mut times: Vec<Instant> =
            self.came.iter().filter(|one| one.kind == kind).map(|one| one.at).collect();
        times.sort();
        let (mut most, mut first) = (0, 0);
        for (index, at) in times.iter().enumerate() {
            while *at - times[first] >= Duration::from_secs(1) {
                first += 1;
            }
            most = most.max(index + 1 - first);
        }
        most
    }
}

/// The state that all connections share.
struct Shared {
    weather: Mutex<Weather>,
    seen: Mutex<Seen>,
    /// Where the mock itself listens.
    behind: String,
    tls: Arc<ServerConfig>,
}

/// A stranger: a mock behind an edge. The mock ends when this is dropped, and the edge with the process.
pub struct Edge {
    pub base_url: String,
    /// The certificate of its authority, in PEM.
    pub authority: String,
    shared: Arc<Shared>,
    credentials: String,
    _mock: MockProcess,
}

impl Edge {
    /// Starts both. The stranger allows so many creations of a kind in a second.
    pub fn start(dialect: &str, rate: u32, (username, password): (&str, &str)) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let (base_url, pages) = (format!("https://127.0.0.1:{port}"), format!("https://{PAGE_HOST}:{port}"));
        let rate = rate.to_string();
        let options =
            ["--dialect", dialect, "--rate", &rate, "--public-url", &base_url, "--public-page-url", &pages];
        let mock = MockProcess::with_arguments(&options, username, password);
        let behind = mock.told("What stands in front of it must lead to http://").to_owned();
        let (authority, tls) = identity(&["127.0.0.1", "localhost", PAGE_HOST]);
        let (weather, seen) = (Mutex::default(), Mutex::default());
        let shared = Arc::new(Shared { weather, seen, behind, tls });
        let accepting = Arc::clone(&shared);
        std::thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                let shared = Arc::clone(&accepting);
                std::thread::spawn(move || shared.serve(stream));
            }
        });
        let credentials = STANDARD.encode(format!("{username}:{password}"));
        Self { base_url, authority, shared, credentials, _mock: mock }
    }

    /// From now on the stranger behaves like this.
    pub fn set(&self, weather: Weather) {
        *self.shared.weather.lock().unwrap() = weather;
    }

    /// What it saw since this was asked last.
    pub fn take_seen(&self) -> Seen {
        std::mem::take(&mut *self.shared.seen.lock().unwrap())
    }

    /// The sessions of these that are still open, told ones and untold ones.
    pub fn open(&self, seen: &Seen) -> (Vec<String>, Vec<String>) {
        let is_open = |made: &&Made| {
            let (status, session) = self.ask("GET", &format!("/hpp/v1/sessions/{}", made.id), "");
            let word = session["status"].as_str().unwrap_or_default();
            status == 200 && !["COMPLETED", "CANCELLED", "DISABLED"].contains(&word)
        };
        let (told, untold): (Vec<&Made>, Vec<&Made>) =
            seen.made.iter().filter(is_open).partition(|made| made.was_told);
        let ids = |made: Vec<&Made>| made.into_iter().map(|made| made.id.clone()).collect();
        (ids(told), ids(untold))
    }

    /// Moves the clock of the stranger forward.
    pub fn pass(&self, time: Duration) {
        let (_, about) = self.ask("GET", "/_mock", "");
        let clock = format!("/_mock/accounts/{}/clock", about["merchant_id"].as_str().unwrap());
        let (status, _) = self.ask("POST", &clock, &format!("{{\"advance_seconds\":{}}}", time.as_secs()));
        assert_eq!(status, 200, "the clock stands still");
    }

    /// Asks the mock itself.
    fn ask(&self, method: &str, path: &str, body: &str) -> (u16, Value) {
        let fields = [
            format!("Host: {}", self.shared.behind),
            format!("Authorization: Basic {}", self.credentials),
            "Content-Type: application/json".to_owned(),
        ];
        let line = format!("{method} {path} HTTP/1.1");
        let (line, _, body) = self.shared.ask(&line, &fields, body.as_bytes()).unwrap();
        (status_of(&line), serde_json::from_slice(&body).unwrap_or_default())
    }
}

/// A message: its first line, its fields, its body.
type Message = (String, Vec<String>, Vec<u8>);

impl Shared {
    /// Serves a connection until it ends.
    fn serve(&self, stream: TcpStream) -> Option<()> {
        let connection = ServerConnection::new(Arc::clone(&self.tls)).ok()?;
        let mut stream = BufReader::new(StreamOwned::new(connection, stream));
        loop {
            let (line, fields, body) = wire::message(&mut stream)?;
            let (bytes, goes_on) = self.answer(&line, &fields, &body)?;
            let stream = stream.get_mut();
            stream.write_all(&bytes).and_then(|()| stream.flush()).ok()?;
            if !goes_on {
                return None;
            }
        }
    }

    /// The bytes that answer a request, and whether the connection goes on. `None`: it ends without an answer.
    fn answer(&self, line: &str, fields: &[String], body: &[u8]) -> Option<(Vec<u8>, bool)> {
        let (kind, weather) = (Kind::of(line), *self.weather.lock().unwrap());
        // The control interface is none of clients.
        if line.split(' ').nth(1).is_some_and(|path| path == "/" || path.starts_with("/_mock")) {
            return Some((whole("HTTP/1.1 404 Not Found", &[], b""), true));
        }
        let (place, trouble) = {
            let mut seen = self.seen.lock().unwrap();
            seen.came.push(Came { at: Instant::now(), kind, status: None });
            let place = seen.came.len() - 1;
            let trouble = weather.trouble.and_then(|seed| trouble(seed, place));
            seen.troubles += usize::from(trouble.is_some());
            (place, trouble)
        };
        match trouble {
            Some(Trouble::Ends) => return None,
            Some(Trouble::Gateway) => return Some((gateway(), true)),
            Some(Trouble::Lost | Trouble::Cut) | None => {}
        }
        let (line, fields, body) = changed(weather, kind, self.ask(line, fields, body)?);
        let status = status_of(&line);
        let mut seen = self.seen.lock().unwrap();
        if trouble.is_none() {
            seen.came[place].status = Some(status);
        }
        if kind == Kind::Sessions && status == 201 {
            let hosted: Value = serde_json::from_slice(&body).unwrap();
            let id = hosted["session_id"].as_str().unwrap().to_owned();
            seen.made.push(Made { id, was_told: trouble.is_none() });
        }
        drop(seen);
        let bytes = whole(&line, &fields, &body);
        match trouble {
            None => Some((bytes, true)),
            Some(Trouble::Cut) => Some((bytes[..bytes.len() - body.len() / 2 - 1].to_vec(), false)),
            Some(_) => None,
        }
    }

    /// Passes a request on, and reads its answer.
    fn ask(&self, line: &str, fields: &[String], body: &[u8]) -> Option<Message> {
        let mut server = TcpStream::connect(&self.behind).ok()?;
        let fields = wire::lines(fields);
        let head = format!("{line}\r\n{fields}Connection: close\r\nContent-Length: {}\r\n\r\n", body.len());
        server.write_all(&[head.as_bytes(), body].concat()).ok()?;
        wire::message(&mut BufReader::new(server))
    }
}

/// The status in the first line of an answer.
fn status_of(line: &str) -> u16 {
    line.split(' ').nth(1).and_then(|status| status.parse().ok()).unwrap_or_default()
}

/// An answer as bytes.
fn whole(line: &str, fields: &[String], body: &[u8]) -> Vec<u8> {
    let has_none = ["204", "304"].iter().any(|status| line.contains(status));
    let length = if has_none { String::new() } else { format!("Content-Length: {}\r\n", body.len()) };
    let head = format!("{line}\r\n{}{length}\r\n", wire::lines(fields));
    [head.as_bytes(), body].concat()
}

/// The answer of a gateway that does not reach the server. It has the clock of this machine.
fn gateway() -> Vec<u8> {
    let date = Timestamp::now().strftime("Date: %a, %d %b %Y %H:%M:%S GMT").to_string();
    let fields = ["Server: nginx".to_owned(), "Content-Type: text/html".to_owned(), date];
    whole("HTTP/1.1 502 Bad Gateway", &fields, b"<html><h1>502 Bad Gateway</h1></html>")
}

/// The trouble that the request with this number meets. One of a hundred meets one, whatever came before.
fn trouble(seed: u64, number: usize) -> Option<Trouble> {
    let mut drawn = seed ^ (number as u64).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    for factor in [0xbf58_476d_1ce4_e5b9, 0x94d0_49bb_1331_11eb] {
        drawn = (drawn ^ (drawn >> 30)).wrapping_mul(factor);
    }
    let kind = usize::try_from(drawn >> 40).ok()? % TROUBLES.len();
    (drawn >> 32).is_multiple_of(100).then_some(TROUBLES[kind])
}

/// An answer of the stranger as it is tonight.
fn changed(weather: Weather, kind: Kind, (line, fields, mut body): Message) -> Message {
    if weather.has_new_skin && kind == Kind::Pages {
        for (from, to) in
            [("data-screen=", "data-view="), ("data-move=", "data-act="), ("data-outcome=", "data-end=")]
        {
            body = String::from_utf8(body).map_or_else(std::string::FromUtf8Error::into_bytes, |text| {
                text.replace(from, to).into_bytes()
            });
        }
    }
    if weather.has_regressed
        && kind != Kind::Pages
        && let Ok(Value::Object(mut members)) = serde_json::from_slice(&body)
        && members.contains_key("session_url")
        && let Some(Value::String(end)) = members.get("expires_at")
        && let Ok(end) = end.parse::<Timestamp>()
    {
        members.insert("expires_at".to_owned(), end.display_with_offset(offset(2)).to_string().into());
        body = Value::Object(members).to_string().into_bytes();
    }
    (line, fields, body)
}

/// A new authority in PEM, and the TLS settings of a server at these hosts that it vouches for.
fn identity(hosts: &[&str]) -> (String, Arc<ServerConfig>) {
    let mut params = CertificateParams::default();
    params.distinguished_name.push(DnType::CommonName, "authority of a stranger");
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let authority = CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap();
    let key = KeyPair::generate().unwrap();
    let hosts: Vec<String> = hosts.iter().map(ToString::to_string).collect();
    let certificate = CertificateParams::new(hosts).unwrap().signed_by(&key, &authority).unwrap();
    let key = PrivateKeyDer::from(PrivatePkcs8KeyDer::from(key.serialize_der()));
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = ServerConfig::builder_with_provider(provider).with_safe_default_protocol_versions().unwrap();
    let config = config.with_no_client_auth().with_single_cert(vec![certificate.der().clone()], key).unwrap();
    (authority.pem(), Arc::new(config))
}
