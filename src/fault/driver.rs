//! The helper: this program in place of the driver of the browser. It makes trouble, or passes everything on to the real driver.

use crate::fault::deed::Trick;
use std::io;
use std::io::{BufRead, BufReader, Write};
use std::net::{Ipv4Addr, Shutdown, TcpListener, TcpStream};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

/// The variable that makes this program a helper, and its value the trick.
pub const HELPER: &str = "HPP_FAULT_DRIVER";

/// The variable that names a file which the trick leaves. As long as it is there, everything passes.
pub const ONCE: &str = "HPP_FAULT_ONCE";

/// The only argument of a driver.
const ARGUMENT: &str = "--port=0";

/// The longest that a helper does not answer.
const SILENCE: Duration = Duration::from_mins(1);

/// The real driver.
const DRIVER: &str = "chromedriver";

/// The text before the port in the line of a driver that listens.
const READY: &str = "ChromeDriver was started successfully on port ";

impl Trick {
    const ALL: [(Self, &'static str); 5] = [
        (Self::EndsAtOnce, "ends-at-once"),
        (Self::WrongVersion, "wrong-version"),
        (Self::Killed, "killed"),
        (Self::Hangs, "hangs"),
        (Self::BrowserCrash, "browser-crash"),
    ];

    /// Its name, as the value of the variable.
    pub fn word(self) -> &'static str {
        Self::ALL.iter().find(|(trick, _)| *trick == self).map_or("", |(_, word)| word)
    }
}

/// Acts as a driver, if this program was started as one. Returns whether it was.
pub fn act() -> bool {
    let word = std::env::var(HELPER).unwrap_or_default();
    let trick = Trick::ALL.iter().find(|(_, name)| *name == word).map(|(trick, _)| *trick);
    let Some(trick) = trick.filter(|_| std::env::args().skip(1).eq([ARGUMENT])) else { return false };
    // Who waits for the driver sees that it has ended.
    let _ = drive(trick);
    true
}

fn drive(trick: Trick) -> io::Result<()> {
    let real = match trick {
        Trick::EndsAtOnce => return Ok(()),
        Trick::WrongVersion => None,
        Trick::Killed | Trick::Hangs | Trick::BrowserCrash => Some(Arc::new(Real::start()?)),
    };
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
    let mut output = io::stdout();
    writeln!(output, "{READY}{}.", listener.local_addr()?.port())?;
    output.flush()?;
    for client in listener.incoming().map_while(Result::ok) {
        let real = real.clone();
        // A connection that breaks is one that ends.
        std::thread::spawn(move || answer(client, trick, real.as_deref()));
    }
    Ok(())
}

/// The real driver.
struct Real {
    port: u16,
    process: Mutex<Child>,
    /// The file that says that the trick was done.
    done: Option<PathBuf>,
}

impl Real {
    fn start() -> io::Result<Self> {
        let mut process = Command::new(DRIVER)
            .arg(ARGUMENT)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()?;
        let output = process.stdout.take().ok_or(io::ErrorKind::BrokenPipe)?;
        let mut lines = BufReader::new(output).lines().map_while(Result::ok);
        let port = lines.find_map(|line| line.strip_prefix(READY)?.trim_end_matches('.').parse().ok());
        // Read to the end, or the driver would block when it prints.
        std::thread::spawn(move || lines.for_each(drop));
        let done = std::env::var_os(ONCE).map(PathBuf::from);
        Ok(Self { port: port.ok_or(io::ErrorKind::UnexpectedEof)?, process: Mutex::new(process), done })
    }

    /// Whether the trick is to be done now. If it is done once, it is not done again.
    fn is_due(&self) -> bool {
        let made = self.done.as_ref().map(|file| std::fs::File::create_new(file).is_ok());
        made.unwrap_or(true)
    }

    fn kill(&self) {
        let mut process = self.process.lock().unwrap_or_else(PoisonError::into_inner);
        // It may have ended already.
        let _ = process.kill();
        let _ = process.wait();
    }

    /// Sends a message, and returns the answer.
    fn ask(&self, message: &Message) -> io::Result<Vec<u8>> {
        let mut server = TcpStream::connect((Ipv4Addr::LOCALHOST, self.port))?;
        let head = format!(
            "{} HTTP/1.1\r\nHost: 127.0.0.1:{}\r\nContent-Type: application/json\r\nConnection: close\r\nContent-Length: {}\r\n\r\n",
            message.line,
            self.port,
            message.body.len()
        );
        server.write_all(head.as_bytes())?;
        server.write_all(&message.body)?;
        let answer = Message::read(&mut BufReader::new(server))?;
        Ok(answer.wire())
    }
}

/// Answers the requests of a connection.
fn answer(client: TcpStream, trick: Trick, real: Option<&Real>) -> io::Result<()> {
    let mut reader = BufReader::new(client.try_clone()?);
    let mut client = client;
    loop {
        let request = Message::read(&mut reader)?;
        let Some(real) = real else {
            client.write_all(&refusal().wire())?;
            continue;
        };
        if request.opens_page() && real.is_due() {
            match trick {
                Trick::Killed => {
                    real.kill();
                    client.shutdown(Shutdown::Both)?;
                    std::process::exit(1);
                }
                Trick::Hangs => std::thread::sleep(SILENCE),
                // The answer of a browser that has crashed is none.
                _ => drop(real.ask(&request.crash())),
            }
        }
        client.write_all(&real.ask(&request)?)?;
    }
}

/// What a driver says that does not support the browser.
fn refusal() -> Message {
    let message = "session not created: This version of ChromeDriver only supports Chrome version 1";
    let body = format!(
        "{{\"value\":{{\"error\":\"session not created\",\"message\":\"{message}\",\"stacktrace\":\"\"}}}}"
    );
    Message { line: "HTTP/1.1 500 Internal Server Error".to_owned(), body: body.into_bytes() }
}

/// A request without its version, or an answer.
struct Message {
    line: String,
    body: Vec<u8>,
}

impl Message {
    fn read(reader: &mut impl BufRead) -> io::Result<Self> {
        let mut first = String::new();
        if reader.read_line(&mut first)? == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        let mut length = 0;
        loop {
            let mut line = String::new();
            reader.read_line(&mut line)?;
            match line.trim_end().split_once(':') {
                Some((name, value)) if name.eq_ignore_ascii_case("Content-Length") => {
                    length = value.trim().parse().unwrap_or(0);
                }
                Some(_) => {}
                None => break,
            }
        }
        let mut body = vec![0; length];
        reader.read_exact(&mut body)?;
        let line = first.trim_end().trim_end_matches(" HTTP/1.1").to_owned();
        Ok(Self { line, body })
    }

    /// Whether it opens a page of the target.
    fn opens_page(&self) -> bool {
        self.line.starts_with("POST ")
            && self.line.ends_with("/url")
            && self.body.windows(4).any(|four| four == b"http")
    }

    /// The command by which the browser of the same session crashes.
    fn crash(&self) -> Self {
        let session = self.line.trim_end_matches("/url");
        let body = b"{\"cmd\":\"Browser.crash\",\"params\":{}}".to_vec();
        Self { line: format!("{session}/goog/cdp/execute"), body }
    }

    /// An answer on the wire.
    fn wire(&self) -> Vec<u8> {
        let length = self.body.len();
        let head = format!(
            "{}\r\nContent-Type: application/json; charset=utf-8\r\nContent-Length: {length}\r\n\r\n",
            self.line
        );
        [head.as_bytes(), &self.body].concat()
    }
}
