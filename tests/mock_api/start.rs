//! The options of the mock: TLS, the host of the pages, a limit of creations, no control interface, the default account.

use crate::mock_process::MockProcess;
use reqwest::{Certificate, Client, RequestBuilder, StatusCode};
use serde_json::{Value, json};
use std::path::Path;
use std::time::{Duration, Instant};

/// The default account of the mock.
const ACCOUNT: (&str, &str) = ("merchant", "mock-password");

/// A client that trusts the certificates of this file, and no others.
fn client(trust: Option<&str>) -> Client {
    let _ = rustls::crypto::ring::default_provider().install_default();
    let certificates = trust.map(|file| Certificate::from_pem_bundle(&std::fs::read(file).unwrap()).unwrap());
    Client::builder().no_proxy().tls_certs_only(certificates.unwrap_or_default()).build().unwrap()
}

/// Sends a request. Returns status and JSON.
async fn answer(request: RequestBuilder) -> (u16, Value) {
    let answer = request.send().await.unwrap();
    (answer.status().as_u16(), serde_json::from_slice(&answer.bytes().await.unwrap()).unwrap_or_default())
}

/// Creates a payment session and a hosted session for it. Returns the hosted session.
async fn hosted_session(client: &Client, base_url: &str) -> Value {
    hosted_session_of(client, base_url, base_url).await
}

/// The same at a mock whose API has another URL for clients.
async fn hosted_session_of(client: &Client, base_url: &str, public_url: &str) -> Value {
    let post = |url: String, body: &Value| {
        client.post(url).basic_auth(ACCOUNT.0, Some(ACCOUNT.1)).body(body.to_string())
    };
    let path = "/payments/v1/sessions";
    let (status, payment) = answer(post(format!("{base_url}{path}"), &crate::server::purchase())).await;
    assert_eq!(status, 200, "{payment}");
    let url = format!("{public_url}{path}/{}", payment["session_id"].as_str().unwrap());
    let body = json!({ "payment_session_url": url });
    let (status, hosted) = answer(post(format!("{base_url}/hpp/v1/sessions"), &body)).await;
    assert_eq!(status, 201, "{hosted}");
    hosted
}

/// Scheme and host of a member that is a URL, with the port.
fn origin(hosted: &Value, pointer: &str) -> String {
    let url = hosted.pointer(pointer).and_then(Value::as_str).unwrap();
    url.splitn(4, '/').take(3).collect::<Vec<_>>().join("/")
}

const OF_PAGES: [&str; 3] = ["/redirect_url", "/qr_code_url", "/distribution_module/standalone_url"];
const OF_API: [&str; 3] = ["/session_url", "/distribution_url", "/distribution_module/generation_url"];

/// A certificate for these hosts with its key, as files in a folder.
fn certificate(folder: &Path, hosts: &[&str]) -> (String, String) {
    let hosts: Vec<String> = hosts.iter().map(ToString::to_string).collect();
    let made = rcgen::generate_simple_self_signed(hosts).unwrap();
    let file = |name: &str, text: String| {
        std::fs::write(folder.join(name), text).unwrap();
        folder.join(name).to_str().unwrap().to_owned()
    };
    (file("cert.pem", made.cert.pem()), file("key.pem", made.signing_key.serialize_pem()))
}

#[tokio::test]
async fn over_tls_every_url_is_https_and_only_who_trusts_the_mock_connects() {
    let mock = MockProcess::with_variables(&["--tls"], &[]);
    let trust = mock.told("Its certificate, for your client: ");
    let trusting = client(Some(trust));
    let hosted = hosted_session(&trusting, &mock.base_url).await;
    assert!(mock.base_url.starts_with("https://127.0.0.1:"), "{}", mock.base_url);
    let pages = mock.base_url.replace("127.0.0.1", "localhost");
    assert_eq!(OF_API.map(|url| origin(&hosted, url)), [(); 3].map(|()| mock.base_url.clone()));
    assert_eq!(OF_PAGES.map(|url| origin(&hosted, url)), [(); 3].map(|()| pages.clone()));
    let page = trusting.get(hosted["redirect_url"].as_str().unwrap()).send().await.unwrap();
    assert_eq!(page.status(), StatusCode::OK);
    // The live page uses the control interface.
    let live = trusting.post(format!("{}/_mock/accounts", mock.base_url)).header("Origin", &mock.base_url);
    assert_eq!(answer(live).await.0, 201);
    let other = MockProcess::with_variables(&["--tls"], &[]);
    let strange = client(Some(other.told("Its certificate, for your client: ")));
    let refused = strange.get(&mock.base_url).send().await.unwrap_err();
    assert!(format!("{refused:?}").contains("UnknownIssuer"), "{refused:?}");
}

#[cfg(unix)]
#[test]
fn a_mock_removes_the_certificate_of_one_that_was_killed_and_no_other() {
    let folder = tempfile::tempdir().unwrap();
    let temporary = [("TMPDIR", folder.path().to_str().unwrap())];
    let start = || MockProcess::with_variables(&["--tls"], &temporary);
    let trust =
        |mock: &MockProcess| std::path::PathBuf::from(mock.told("Its certificate, for your client: "));
    let living = start();
    let killed = start();
    let left = trust(&killed);
    drop(killed);
    assert!(left.exists(), "a killed mock removes nothing");
    std::fs::create_dir(folder.path().join("hpp-mock-of-somebody")).unwrap();
    let next = start();
    let mut expected = [&living, &next].map(|mock| trust(mock).parent().unwrap().to_owned()).to_vec();
    expected.push(folder.path().join("hpp-mock-of-somebody"));
    expected.sort();
    let mut found: Vec<_> =
        std::fs::read_dir(folder.path()).unwrap().map(|entry| entry.unwrap().path()).collect();
    found.sort();
    assert_eq!(found, expected);
    assert!(trust(&living).exists());
}

#[tokio::test]
async fn a_certificate_of_the_user_is_the_certificate_of_the_mock() {
    let folder = tempfile::tempdir().unwrap();
    let (cert, key) = certificate(folder.path(), &["127.0.0.1", "localhost"]);
    let mock = MockProcess::with_variables(&["--cert", &cert, "--key", &key], &[]);
    assert_eq!(mock.told("Its certificate, for your client: "), cert);
    hosted_session(&client(Some(&cert)), &mock.base_url).await;
}

#[tokio::test]
async fn pages_have_the_host_and_the_port_of_page_host_and_are_answered_there() {
    let mock = MockProcess::with_variables(&["--page-host", "Pay.Localhost:0"], &[]);
    let pages = mock.told("Payment pages: ");
    let port = pages.strip_prefix("http://pay.localhost:").unwrap().parse::<u16>().unwrap();
    assert!(!mock.base_url.ends_with(&format!(":{port}")), "{pages}");
    let hosted = hosted_session(&client(None), &mock.base_url).await;
    assert_eq!(OF_API.map(|url| origin(&hosted, url)), [(); 3].map(|()| mock.base_url.clone()));
    assert_eq!(OF_PAGES.map(|url| origin(&hosted, url)), [(); 3].map(|()| pages.to_owned()));
    let resolving = Client::builder().no_proxy().resolve("pay.localhost", ([127, 0, 0, 1], port).into());
    let page = resolving.build().unwrap().get(hosted["redirect_url"].as_str().unwrap()).send().await.unwrap();
    assert_eq!(
        (page.status(), page.headers()["X-Mock"].to_str().unwrap()),
        (StatusCode::OK, "hpp-conformance")
    );
    let same = MockProcess::with_variables(&["--page-host", "pay.localhost"], &[]);
    assert_eq!(same.told("Payment pages: "), same.base_url.replace("127.0.0.1", "pay.localhost"));
}

/// The text of a QR code in a PNG.
fn scanned(image: &[u8]) -> String {
    let mut decoder = png::Decoder::new(std::io::Cursor::new(image));
    decoder.set_transformations(png::Transformations::normalize_to_color8());
    let mut reader = decoder.read_info().unwrap();
    let mut pixels = vec![0; reader.output_buffer_size().unwrap()];
    let info = reader.next_frame(&mut pixels).unwrap();
    let (width, samples) = (info.width as usize, info.color_type.samples());
    let mut picture = rqrr::PreparedImage::prepare_from_greyscale(width, info.height as usize, |x, y| {
        pixels[(y * width + x) * samples]
    });
    picture.detect_grids()[0].decode().unwrap().1
}

#[tokio::test]
async fn urls_and_the_qr_code_lead_to_what_stands_in_front_of_the_mock() {
    let (public, pages) = ("https://mock.shop.example", "https://pay.shop.example:8443");
    for (arguments, of_pages) in [
        (&["--public-url", "https://Mock.Shop.Example:443/", "--public-page-url", pages][..], pages),
        (&["--public-url", public], public),
    ] {
        let mock = MockProcess::with_variables(arguments, &[]);
        assert_eq!((mock.base_url.as_str(), mock.told("Payment pages: ")), (public, of_pages));
        let own = mock.told("What stands in front of it must lead to ");
        assert_eq!(mock.told("Live page: "), format!("{own}/"));
        let client = client(None);
        // A proxy may put another host into `Host`, so the mock knows the payment session by its public URL too.
        let hosted = hosted_session_of(&client, own, public).await;
        assert_eq!(OF_API.map(|url| origin(&hosted, url)), [(); 3].map(|()| public.to_owned()));
        assert_eq!(OF_PAGES.map(|url| origin(&hosted, url)), [(); 3].map(|()| of_pages.to_owned()));
        let there = |url: &Value| url.as_str().unwrap().replace(of_pages, own);
        let image = client.get(there(&hosted["qr_code_url"])).send().await.unwrap().bytes().await.unwrap();
        assert_eq!(scanned(&image), hosted["redirect_url"].as_str().unwrap());
        let page = client.get(there(&hosted["redirect_url"])).send().await.unwrap();
        assert_eq!(page.status(), StatusCode::OK);
        let (_, about) = answer(client.get(format!("{own}/_mock"))).await;
        assert_eq!(about["base_url"], public);
    }
}

#[tokio::test]
async fn on_this_machine_the_pages_stay_at_a_name_of_their_own() {
    let mock = MockProcess::with_variables(&["--public-url", "http://127.0.0.1:9"], &[]);
    assert_eq!(mock.told("Payment pages: "), "http://localhost:9");
}

#[tokio::test]
async fn the_rate_is_the_limit_of_both_creations_for_every_account() {
    let mock = MockProcess::with_variables(&["--rate", "7"], &[]);
    let client = client(None);
    let (_, opened) = answer(client.post(format!("{}/_mock/accounts", mock.base_url))).await;
    let opened = [&opened["username"], &opened["password"]].map(|word| word.as_str().unwrap());
    for (username, password) in [ACCOUNT, (opened[0], opened[1])] {
        for (path, expected) in
            [("/payments/v1/sessions", "7, 7;w=1"), ("/hpp/v1/sessions", "7, 7;w=1"), ("/x", "")]
        {
            let request =
                client.post(format!("{}{path}", mock.base_url)).basic_auth(username, Some(password));
            let answer = request.body("{}").send().await.unwrap();
            let limit = answer.headers().get("X-Ratelimit-Limit").map_or("", |limit| limit.to_str().unwrap());
            assert_eq!(limit, expected, "{path}");
        }
    }
    let (_, about) = answer(client.get(format!("{}/_mock", mock.base_url))).await;
    let account = format!("{}/_mock/accounts/{}", mock.base_url, about["merchant_id"].as_str().unwrap());
    let limits =
        json!({ "creates_per_second": 7, "payment_creates_per_second": 7, "others_per_second": null });
    assert_eq!(answer(client.get(format!("{account}/limiter"))).await.1, limits);
}

#[tokio::test]
async fn without_control_its_paths_are_as_unknown_as_any_other() {
    let mock = MockProcess::with_variables(&["--no-control"], &[]);
    let client = client(None);
    hosted_session(&client, &mock.base_url).await;
    let told = async |path: &str, is_post: bool| {
        let url = format!("{}{path}", mock.base_url);
        let request = if is_post { client.post(url).body("{}") } else { client.get(url) };
        let (status, mut body) = answer(request).await;
        body["correlation_id"] = Value::Null;
        (status, body)
    };
    for is_post in [false, true] {
        let unknown = told("/no/such/path", is_post).await;
        assert_eq!(unknown.0, 404);
        for path in [
            "/",
            "/_mock",
            "/_mock/accounts",
            "/_mock/openapi.json",
            "/_mock/events",
            "/_mock/accounts/x/clock",
        ] {
            assert_eq!(told(path, is_post).await, unknown, "{path}");
        }
    }
    assert!(!mock.greeting.contains("_mock"), "{}", mock.greeting);
}

/// Runs the two lines that the mock prints, in a shell with these variables. Returns the hosted session.
#[cfg(feature = "browser-tests")]
fn tried(mock: &MockProcess, variables: &[(&str, &str)]) -> Value {
    let lines: Vec<&str> = mock.greeting.lines().skip_while(|line| !line.starts_with("Try it")).collect();
    let script = lines[1..3].join("\n");
    assert_eq!(script.matches("curl ").count(), 2, "{script}");
    let mut shell = std::process::Command::new("sh");
    let shell = shell.args(["-euc", &script]).env_remove("HPP_PASSWORD").envs(variables.iter().copied());
    let output = shell.output().unwrap();
    assert_eq!(String::from_utf8_lossy(&output.stderr), "", "{script}");
    serde_json::from_slice(&output.stdout).unwrap_or_else(|_| panic!("{output:?}"))
}

#[cfg(feature = "browser-tests")]
#[test]
fn the_two_lines_that_the_mock_prints_create_a_hosted_session() {
    let folder = tempfile::tempdir().unwrap();
    let (cert, key) = certificate(folder.path(), &["127.0.0.1"]);
    let own: &[(&str, &str)] =
        &[("HPP_USERNAME", "it's my $shop"), ("HPP_PASSWORD", "a \"word\" of $its own")];
    for (arguments, variables) in [
        (vec!["--dialect", "klarna"], &[][..]),
        (vec!["--dialect", "kustom", "--no-control"], &[]),
        (vec!["--dialect", "kustom", "--tls"], own),
        (vec!["--opaque-urls", "--page-host", "127.0.0.1"], own),
        (vec!["--cert", &cert, "--key", &key], &[("HPP_PASSWORD", "")]),
    ] {
        let mock = MockProcess::with_variables(&arguments, variables);
        let hosted = tried(&mock, variables);
        assert!(hosted["redirect_url"].is_string(), "{arguments:?}: {hosted}");
        assert!(!mock.greeting.contains("of $its own"), "{}", mock.greeting);
    }
}

#[tokio::test]
async fn each_answer_comes_later_by_the_latency_but_the_control_interface_answers_at_once() {
    let latency = Duration::from_secs(1);
    let mock = MockProcess::with_variables(&["--latency", "1000"], &[]);
    let client = client(None);
    let took = async |path: &str| {
        let began = Instant::now();
        client.get(format!("{}{path}", mock.base_url)).send().await.unwrap();
        began.elapsed()
    };
    for path in ["/hpp/v1/sessions/x", "/no/such/page"] {
        assert!(took(path).await >= latency, "{path}");
    }
    assert!(took("/_mock").await < latency, "the control interface waits");
}
