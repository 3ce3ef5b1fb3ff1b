//! Strokes: what a client gets in place of the answer of the server. Each ends after a time, whatever the client does.

use crate::fault::deed::{Answer, End, Part, Stroke};
use crate::fault::message::{Request, head_length};
use std::io;
use std::net::SocketAddr;
use std::time::Duration;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::time::{sleep, timeout};

/// The longest that a stroke lasts.
const LONGEST: Duration = Duration::from_mins(1);

/// The pause after each byte that drips.
const DRIP: Duration = Duration::from_millis(100);

/// The most that floods a client, in parts.
const MOST_PARTS: usize = 1024;

/// One part of a flood.
static PART: [u8; 64 * 1024] = [b' '; 64 * 1024];

/// The script that an empty page asks for.
pub const SCRIPT: &str = "/_fault/";

/// A page without text. A script would fill it.
const SHELL: &str = "<!doctype html><html><head><title></title><script defer src=\"/_fault/app.js\"></script></head>\
    <body><div id=\"app\"></div></body></html>";

/// Gives a client this in place of the answer of the server behind.
pub async fn strike(mut client: TcpStream, request: &Request, stroke: Stroke, behind: Option<SocketAddr>) {
    // The client may go away at any time.
    let _ = timeout(LONGEST, act(&mut client, request, stroke, behind)).await;
}

async fn act(
    client: &mut TcpStream,
    request: &Request,
    stroke: Stroke,
    behind: Option<SocketAddr>,
) -> io::Result<()> {
    let answer = async {
        match behind {
            Some(behind) => request.answer_of(behind).await,
            None => Err(io::ErrorKind::NotConnected.into()),
        }
    };
    match stroke {
        Stroke::Instead { status, fields, body } => {
            client.write_all(&instead(status, fields, body).wire()).await?;
        }
        Stroke::Noise(bytes) => client.write_all(bytes).await?,
        Stroke::EmptyShell => {
            let fields = ["Content-Type: text/html; charset=utf-8"];
            client.write_all(&instead("200 OK", &fields, SHELL).wire()).await?;
        }
        Stroke::Edit(edit) => {
            let mut answer = Answer::of(&answer.await?);
            edit(&mut answer);
            client.write_all(&answer.wire()).await?;
        }
        Stroke::Cut(part, end) => {
            client.write_all(beginning(&answer.await?, part)).await?;
            client.flush().await?;
            match end {
                End::Close => {}
                End::Reset => return client.set_zero_linger(),
                End::Silence => until_gone(client).await,
            }
        }
        Stroke::Drip(part) => {
            let answer = answer.await?;
            let begin = beginning(&answer, part);
            client.write_all(begin).await?;
            for byte in &answer[begin.len()..] {
                sleep(DRIP).await;
                client.write_all(&[*byte]).await?;
            }
        }
        Stroke::Flood => {
            let mut answer = Answer::of(&answer.await?);
            (answer.has_length, answer.body) = (false, b"[".to_vec());
            client.write_all(&answer.wire()).await?;
            for _ in 0..MOST_PARTS {
                client.write_all(&PART).await?;
            }
        }
        Stroke::FloodOfFields => {
            client.write_all(b"HTTP/1.1 200 OK\r\n").await?;
            for number in 0..MOST_PARTS {
                client.write_all(format!("X-More-{number}: {}\r\n", "m".repeat(4096)).as_bytes()).await?;
            }
        }
    }
    client.shutdown().await
}

/// An answer in place of that of the server.
fn instead(status: &str, fields: &[&str], body: &str) -> Answer {
    let status = format!("HTTP/1.1 {status}");
    let fields = fields.iter().map(|field| (*field).to_owned());
    Answer {
        head: std::iter::once(status).chain(fields).collect(),
        body: body.as_bytes().to_vec(),
        has_length: true,
    }
}

/// A part of an answer on the wire.
fn beginning(wire: &[u8], part: Part) -> &[u8] {
    let head = head_length(wire);
    match part {
        Part::Nothing => &[],
        Part::HalfHead => &wire[..head / 2],
        Part::HalfBody => &wire[..usize::midpoint(head, wire.len())],
    }
}

/// Waits until the client has gone.
async fn until_gone(client: &mut TcpStream) {
    let mut bytes = [0; 64];
    while client.read(&mut bytes).await.is_ok_and(|count| count > 0) {}
}
