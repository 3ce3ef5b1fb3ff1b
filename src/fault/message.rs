//! Messages on their way: reads a request, asks the server behind, and takes its answer apart.

use crate::fault::deed::Answer;
use std::io;
use std::net::SocketAddr;
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

/// The most that is read of a head.
const LONGEST_HEAD: usize = 128 * 1024;

/// A request as it came.
pub struct Request {
    head: Vec<u8>,
    body: Vec<u8>,
}

impl Request {
    /// The next request. `None` if the connection has ended.
    pub async fn read(stream: &mut (impl AsyncRead + Unpin)) -> io::Result<Option<Self>> {
        let mut head = Vec::new();
        while !head.ends_with(b"\r\n\r\n") {
            let Ok(byte) = stream.read_u8().await else { return Ok(None) };
            head.push(byte);
            if head.len() > LONGEST_HEAD {
                return Ok(None);
            }
        }
        let mut request = Self { head, body: Vec::new() };
        let length = request.field("Content-Length").and_then(|value| value.parse().ok());
        request.body = vec![0; length.unwrap_or(0)];
        stream.read_exact(&mut request.body).await?;
        Ok(Some(request))
    }

    /// The value of a field.
    fn field(&self, name: &str) -> Option<String> {
        let head = String::from_utf8_lossy(&self.head);
        head.lines().find_map(|line| value(line, name).map(str::to_owned))
    }

    /// Whether a browser opens a page with it.
    pub fn opens_page(&self) -> bool {
        self.field("Accept").is_some_and(|kinds| kinds.starts_with("text/html"))
    }

    /// Whether it asks for this path.
    pub fn is_for(&self, path: &str) -> bool {
        let head = String::from_utf8_lossy(&self.head);
        head.split(' ').nth(1).is_some_and(|target| target.starts_with(path))
    }

    /// The answer of the server behind, as it is on the wire.
    pub async fn answer_of(&self, behind: SocketAddr) -> io::Result<Vec<u8>> {
        let head = String::from_utf8_lossy(&self.head);
        let is_kept = |line: &&str| !line.is_empty() && value(line, "Connection").is_none();
        let lines: String = head.lines().filter(is_kept).flat_map(|line| [line, "\r\n"]).collect();
        let mut server = TcpStream::connect(behind).await?;
        server.write_all(format!("{lines}Connection: close\r\n\r\n").as_bytes()).await?;
        server.write_all(&self.body).await?;
        let mut answer = Vec::new();
        server.read_to_end(&mut answer).await?;
        Ok(answer)
    }
}

impl Answer {
    /// The parts of an answer. The server tells its length or closes the connection.
    pub fn of(wire: &[u8]) -> Self {
        let end = head_length(wire);
        let head = String::from_utf8_lossy(&wire[..end]);
        let tells_length = |line: &str| value(line, "Content-Length").or(value(line, "Connection")).is_some();
        let lines = head.lines().filter(|line| !line.is_empty() && !tells_length(line));
        let head: Vec<String> = lines.map(str::to_owned).collect();
        Self { head, body: wire[end..].to_vec(), has_length: true }
    }

    /// The same on the wire.
    pub fn wire(&self) -> Vec<u8> {
        let mut text: String = self.head.iter().flat_map(|line| [line.as_str(), "\r\n"]).collect();
        let status = self.head.first().and_then(|line| line.split(' ').nth(1)).unwrap_or_default();
        if self.has_length && !matches!(status, "204" | "304") {
            text.extend(["Content-Length: ", &self.body.len().to_string(), "\r\n"]);
        }
        text += "Connection: close\r\n\r\n";
        [text.as_bytes(), &self.body].concat()
    }
}

/// How long the head of an answer is.
pub fn head_length(wire: &[u8]) -> usize {
    wire.windows(4).position(|four| four == b"\r\n\r\n").map_or(wire.len(), |at| at + 4)
}

/// The value of a field, if the line is one of this name.
fn value<'l>(line: &'l str, name: &str) -> Option<&'l str> {
    let (field, value) = line.split_once(':')?;
    field.eq_ignore_ascii_case(name).then(|| value.trim())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_request_is_read_with_its_body_and_the_next_begins_after_it() {
        let mut wire: &[u8] = b"POST /a HTTP/1.1\r\ncontent-length: 3\r\n\r\nabcGET /pay HTTP/1.1\r\naccept: text/html,*/*\r\n\r\n";
        let first = Request::read(&mut wire).await.unwrap().unwrap();
        assert_eq!(
            (first.body.as_slice(), first.opens_page(), first.is_for("/a")),
            (&b"abc"[..], false, true)
        );
        let second = Request::read(&mut wire).await.unwrap().unwrap();
        assert!(second.opens_page() && second.is_for("/pay"));
        assert!(Request::read(&mut wire).await.unwrap().is_none());
    }

    #[test]
    fn an_answer_is_told_with_its_new_length() {
        let mut answer = Answer::of(b"HTTP/1.1 200 OK\r\nContent-Length: 6\r\nServer: x\r\n\r\nabcdef");
        assert_eq!(answer.head, ["HTTP/1.1 200 OK", "Server: x"]);
        answer.body.truncate(2);
        let wire = |answer: &Answer| String::from_utf8(answer.wire()).unwrap();
        let told = "HTTP/1.1 200 OK\r\nServer: x\r\nContent-Length: 2\r\nConnection: close\r\n\r\nab";
        assert_eq!(wire(&answer), told);
        answer.has_length = false;
        assert_eq!(wire(&answer), told.replace("Content-Length: 2\r\n", ""));
    }
}
