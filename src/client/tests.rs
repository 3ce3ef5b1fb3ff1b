//! Tests of the HTTP probe against a server of a few lines.

use super::*;
use crate::client::answer::LARGEST_BODY;
use crate::evidence::Response;
use crate::target::fixture::profile;
use serde_json::json;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

/// Answers one request with this text; gives back its address and what it was sent.
async fn server(answer: &'static str) -> (Url, JoinHandle<String>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/hpp/v1/sessions", listener.local_addr().unwrap()).parse().unwrap();
    let heard = tokio::spawn(async move {
        let (mut stream, _) = listener.accept().await.unwrap();
        let mut heard = String::new();
        let mut part = [0; 4096];
        while !is_whole(&heard) {
            let bytes = stream.read(&mut part).await.unwrap();
            heard.push_str(std::str::from_utf8(&part[..bytes]).unwrap());
        }
        stream.write_all(answer.as_bytes()).await.unwrap();
        heard
    });
    (url, heard)
}

fn is_whole(request: &str) -> bool {
    let Some((head, body)) = request.split_once("\r\n\r\n") else { return false };
    let length =
        head.lines().find_map(|line| line.to_lowercase().strip_prefix("content-length: ")?.parse().ok());
    body.len() == length.unwrap_or(0)
}

fn client(url: &Url) -> Client {
    client_that_waits(url, Duration::from_mins(1))
}

/// A client that gives up after this time.
fn client_that_waits(url: &Url, request: Duration) -> Client {
    installed();
    let recorder = Arc::new(Recorder::default());
    let mut profile = profile(url.as_str());
    profile.deadlines.request = request;
    recorder.learn_credentials(profile.credentials.username.reveal(), profile.credentials.password.reveal());
    Client::new(&profile, recorder, None).unwrap()
}

fn call(url: &Url) -> ApiCall<'_> {
    ApiCall::new(Operation::CreateSession, Method::POST, url.clone())
}

/// Sends a call to a server with this answer; gives back what it heard too.
async fn exchanged(answer: &'static str, change: impl FnOnce(&mut ApiCall<'_>)) -> (ApiAnswer, String) {
    let (url, heard) = server(answer).await;
    let mut call = call(&url);
    change(&mut call);
    let answer = client(&url).send(call, 3, Instant::now()).await;
    (answer, heard.await.unwrap())
}

fn field(name: &str, value: &str) -> Field {
    (name.into(), value.into())
}

#[tokio::test]
async fn a_call_is_recorded_as_it_went_and_without_its_secrets() {
    let credentials = profile("http://x").credentials;
    let answer = "HTTP/1.1 201 Created\r\nContent-Length: 20\r\n\r\n{\"ok\":\"s3cret-word\"}";
    let (url, heard) = server(answer).await;
    let call = ApiCall { credentials: Some(&credentials), body: Some(json!({ "a": 1 })), ..call(&url) };
    let mut answer = client(&url).send(call, 3, Instant::now()).await;
    answer.exchange.started_us = 0;
    answer.exchange.elapsed_us = 0;
    let expected = Exchange {
        number: 3,
        operation: Operation::CreateSession,
        twin: false,
        started_us: 0,
        elapsed_us: 0,
        request: Request {
            method: "POST".into(),
            url: url.to_string(),
            fields: vec![
                field("Authorization", "Basic ‹credentials:1›"),
                field("Content-Type", "application/json"),
            ],
            body: Body::Json(json!({ "a": 1 })),
            faulty_on_purpose: false,
            credentials_in_doubt: false,
        },
        outcome: Received::Response(Response {
            status: 201,
            fields: vec![field("content-length", "20")],
            body: Body::Json(json!({ "ok": "‹password:1›" })),
            has_byte_order_mark: false,
        }),
    };
    assert_eq!(answer.exchange, expected);
    let heard = heard.await.unwrap();
    assert!(heard.contains("\r\nauthorization: Basic bWVyY2hhbnQ6czNjcmV0LXdvcmQ=\r\n"), "{heard}");
    assert!(heard.ends_with("\r\n\r\n{\"a\":1}"), "{heard}");
}

#[tokio::test]
async fn the_live_answer_can_be_acted_on() {
    let (answer, _) = exchanged(
        "HTTP/1.1 303 See Other\r\nLocation: https://pay.example/abc\r\nContent-Length: 13\r\n\r\n{\"a\":[\"b\",2]}",
        |_| {},
    )
    .await;
    assert_eq!(answer.live_text("/a/0"), Some("b"));
    assert_eq!(answer.live_text("/a/1"), None);
    assert_eq!(answer.live_body(), b"{\"a\":[\"b\",2]}");
    assert_eq!(answer.live_location(), Some("https://pay.example/abc"));
}

#[tokio::test]
async fn each_kind_of_body_is_kept_as_what_it_is() {
    let cases = [
        ("HTTP/1.1 204 No Content\r\n\r\n", Body::Empty),
        ("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n[]", Body::Json(json!([]))),
        ("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello", Body::Text("hello".into())),
    ];
    for (text, body) in cases {
        let (answer, _) = exchanged(text, |_| {}).await;
        assert_eq!(answer.exchange.response().unwrap().body, body, "{text}");
    }
}

#[tokio::test]
async fn an_odd_request_is_sent_as_it_is_meant() {
    let answer = "HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n";
    let (sent, heard) = exchanged(answer, |call| call.oddity = Some(Oddity::Text("{".into()))).await;
    assert_eq!(sent.exchange.request.body, Body::Text("{".into()));
    assert_eq!(
        sent.exchange.request.fields,
        [field("Content-Type", "application/json"), field("Content-Length", "1")]
    );
    assert!(heard.ends_with("\r\n\r\n{"), "{heard}");

    let credentials = profile("http://x").credentials;
    let (url, heard) = server(answer).await;
    let call =
        ApiCall { credentials: Some(&credentials), oddity: Some(Oddity::Scheme("Bearer")), ..call(&url) };
    let sent = client(&url).send(call, 1, Instant::now()).await;
    assert_eq!(sent.exchange.request.fields, [field("Authorization", "Bearer ‹credentials:1›")]);
    assert!(heard.await.unwrap().contains("authorization: Bearer bWVy"));
}

#[tokio::test]
async fn no_answer_is_trouble_and_no_breach() {
    let closed = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url: Url = format!("http://{}", closed.local_addr().unwrap()).parse().unwrap();
    let kind = async || match client_that_waits(&url, Duration::from_millis(500))
        .send(call(&url), 1, Instant::now())
        .await
        .exchange
        .outcome
    {
        Received::Trouble(trouble) => Some(trouble.kind),
        Received::Response(_) => None,
    };
    assert_eq!(kind().await, Some(TroubleKind::Timeout), "nobody answers");
    drop(closed);
    assert_eq!(kind().await, Some(TroubleKind::Network), "nobody listens");
}

#[tokio::test]
async fn all_clients_of_an_account_share_one_pace() {
    installed();
    let mut slow = profile("http://127.0.0.1:1");
    slow.creates_per_second = Some(20.0);
    let pace = Pace::of(&slow, 1);
    let client = || Client::new(&slow, Arc::default(), Some(Arc::clone(&pace))).unwrap();
    let (one, other) = (client(), client());
    let began = Instant::now();
    for waiting in [&one, &other, &one] {
        waiting.await_turn(Operation::CreateSession).await;
    }
    assert!(began.elapsed() >= Duration::from_millis(100), "they share one pace");
    assert!(one.await_turn(Operation::FetchPage).await.is_none(), "a page has no limit of the API");
    let free = Client::new(&slow, Arc::default(), None).unwrap();
    assert!(free.await_turn(Operation::CreateSession).await.is_none());
}

#[test]
fn a_certificate_that_is_none_names_its_file() {
    installed();
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("ca.pem");
    let mut odd = profile("https://127.0.0.1");
    odd.extra_ca = Some(path.clone());
    let error =
        |profile: &TargetProfile| Client::new(profile, Arc::default(), None).err().unwrap().to_string();
    assert_eq!(error(&odd), format!("cannot read the `extra_ca` {}", path.display()));
    std::fs::write(&path, "-----BEGIN CERTIFICATE-----\n!\n-----END CERTIFICATE-----\n").unwrap();
    assert_eq!(error(&odd), format!("the `extra_ca` {} has no certificate in PEM form", path.display()));
}

#[tokio::test]
async fn trouble_with_a_payment_link_does_not_quote_it() {
    let closed = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let link: Url = format!("http://{}/p/x1Y", closed.local_addr().unwrap()).parse().unwrap();
    drop(closed);
    let client = client(&link);
    client.recorder.link(link.as_str());
    let outcome = client.send(call(&link), 1, Instant::now()).await.exchange.outcome;
    let Received::Trouble(trouble) = outcome else { panic!("somebody listens: {outcome:?}") };
    assert!(trouble.message.contains("/‹link:1›") && !trouble.message.contains("x1Y"), "{}", trouble.message);
}

#[tokio::test]
async fn nothing_is_sent_to_an_origin_that_the_profile_does_not_allow() {
    let (api, _home) = server("").await;
    let foreign = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url: Url = format!("http://{}/hpp/v1/sessions/1", foreign.local_addr().unwrap()).parse().unwrap();
    let credentials = profile("http://x").credentials;
    let (client, public) = (client(&api), Operation::FetchPage);
    for (operation, credentials, url) in [
        (Operation::ReadSession, Some(&credentials), url.clone()),
        (Operation::ReadSession, None, url.clone()),
        (public, Some(&credentials), url),
        (public, None, "http://pay.example/1".parse().unwrap()),
    ] {
        let call = ApiCall { credentials, ..ApiCall::new(operation, Method::GET, url.clone()) };
        let exchange = client.send(call, 1, Instant::now()).await.exchange;
        let Received::Trouble(trouble) = &exchange.outcome else { panic!("it was sent: {exchange:?}") };
        assert!(trouble.message.starts_with("not sent, because http://"), "{}", trouble.message);
        assert_eq!(exchange.request.fields, []);
    }
    let came = tokio::time::timeout(Duration::ZERO, foreign.accept()).await;
    assert!(came.is_err(), "somebody connected");
}

/// The trouble of an answer that cannot be read, or the body that was read.
async fn read(answer: &'static str) -> Result<Body, String> {
    match exchanged(answer, |_| {}).await.0.exchange.outcome {
        Received::Response(response) => Ok(response.body),
        Received::Trouble(trouble) => {
            assert_eq!(trouble.kind, TroubleKind::Unreadable);
            Err(trouble.message)
        }
    }
}

#[tokio::test]
async fn a_body_that_may_have_been_cut_is_trouble() {
    let early = "the answer has the status 201, and its JSON ends early; without a Content-Length, the connection may \
                 have been lost";
    assert_eq!(read("HTTP/1.0 201 Created\r\n\r\n{\"a\": [1").await, Err(early.into()));
    assert_eq!(
        read("HTTP/1.1 201 Created\r\nContent-Length: 8\r\n\r\n{\"a\": [1").await,
        Ok(Body::Text("{\"a\": [1".into()))
    );
    assert_eq!(
        read("HTTP/1.0 201 Created\r\nContent-Type: Application/JSON\r\n\r\n").await,
        Err(early.into())
    );
    assert_eq!(read("HTTP/1.0 201 Created\r\n\r\n").await, Ok(Body::Empty));
    for bodiless in [
        "HTTP/1.1 204 No Content\r\nContent-Type: application/json\r\n\r\n",
        "HTTP/1.1 304 Not Modified\r\nContent-Type: application/json\r\n\r\n",
    ] {
        assert_eq!(read(bodiless).await, Ok(Body::Empty));
    }
    assert_eq!(read("HTTP/1.0 201 Created\r\n\r\n{\"a\": 1,}").await, Ok(Body::Text("{\"a\": 1,}".into())));
}

#[tokio::test]
async fn a_body_whose_transfer_ended_early_is_trouble_of_the_network() {
    for answer in [
        "HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n{\"a\": [1",
        "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n{\"a\": 1}",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n8\r\n{\"a\": 1}\r\n",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n8\r\n{\"a\"",
        "HTTP/1.1 200 OK\r\nContent-Length: 9\r\nContent-Type: application/json\r\n\r\n",
    ] {
        let outcome = exchanged(answer, |_| {}).await.0.exchange.outcome;
        let Received::Trouble(trouble) = outcome else { panic!("{answer}: {outcome:?}") };
        assert_eq!(trouble.kind, TroubleKind::Network, "{answer}");
    }
}

#[tokio::test]
async fn a_body_that_is_too_large_is_trouble() {
    let size = LARGEST_BODY + 1;
    let text = format!("HTTP/1.1 200 OK\r\nContent-Length: {size}\r\n\r\n\"{}\"", "a".repeat(size - 2));
    assert_eq!(
        read(text.leak()).await,
        Err("the answer has the status 200, and its body is larger than 16 MiB".into())
    );
}

/// What a call is answered by a server that first closes a connection without an answer, and how often it was asked.
async fn closed_once(method: Method) -> (Received, usize) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url: Url = format!("http://{}/", listener.local_addr().unwrap()).parse().unwrap();
    let asked = Arc::new(std::sync::atomic::AtomicUsize::new(0));
    let count = Arc::clone(&asked);
    let serving = tokio::spawn(async move {
        loop {
            let (mut stream, _) = listener.accept().await.unwrap();
            let bytes = stream.read(&mut [0; 4096]).await.unwrap();
            assert!(bytes > 0);
            if count.fetch_add(1, std::sync::atomic::Ordering::SeqCst) > 0 {
                stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n").await.unwrap();
            }
        }
    });
    let call = ApiCall::new(Operation::ReadSession, method, url.clone());
    let answer = client(&url).send(call, 1, Instant::now()).await;
    serving.abort();
    (answer.exchange.outcome, asked.load(std::sync::atomic::Ordering::SeqCst))
}

#[tokio::test]
async fn only_a_read_is_sent_again_when_its_connection_closes() {
    let (read, asked) = closed_once(Method::GET).await;
    assert!(matches!(read, Received::Response(Response { status: 200, .. })), "{read:?}");
    assert_eq!(asked, 2);
    let (created, asked) = closed_once(Method::POST).await;
    assert!(matches!(created, Received::Trouble(_)), "{created:?}");
    assert_eq!(asked, 1);
}

#[tokio::test]
async fn what_is_never_sent_twice_gets_a_connection_of_its_own() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url: Url = format!("http://{}/", listener.local_addr().unwrap()).parse().unwrap();
    let serving = tokio::spawn(async move {
        for connection in 1_u8.. {
            let (mut stream, _) = listener.accept().await.unwrap();
            tokio::spawn(async move {
                while stream.read(&mut [0; 4096]).await.unwrap() > 0 {
                    let answer = format!("HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\n{connection}");
                    stream.write_all(answer.as_bytes()).await.unwrap();
                }
            });
        }
    });
    let client = client(&url);
    let mut connections = Vec::new();
    for method in [Method::GET, Method::POST, Method::GET, Method::DELETE, Method::POST, Method::GET] {
        let call = ApiCall::new(Operation::ReadSession, method, url.clone());
        let answer = client.send(call, 1, Instant::now()).await;
        connections.push(String::from_utf8(answer.live_body().to_vec()).unwrap());
    }
    serving.abort();
    assert_eq!(connections, ["1", "2", "1", "3", "4", "1"]);
}
