//! The flow of `benches/browser.rs` with nothing around it: a loop of the same requests and browser commands, without Gherkin,
//! evidence
//! and chain of redirects.

use crate::support::{CREDENTIALS, MockProcess};
use crate::web_driver::WebDriver;
use fantoccini::Locator;
use rustls::ServerConfig;
use rustls::pki_types::PrivateKeyDer;
use serde_json::{Value, json};
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;
use tokio_rustls::TlsAcceptor;

/// The answer of the merchant's site to every request.
const ANSWER: &[u8] = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 31\r\n\r\n<title>Merchant</title>back    ";

/// Milliseconds for each scenario, without the start of the browser.
pub async fn mean(mock: &MockProcess, scenarios: u32) -> f64 {
    let site = format!("--host-resolver-rules=MAP merchant.example 127.0.0.1:{}", site().await);
    let driver = WebDriver::start();
    let page = driver.open(&[site, "--ignore-certificate-errors".to_owned()]).await;
    let http = reqwest::Client::builder().no_proxy().tcp_nodelay(true).build().unwrap();
    let began = Instant::now();
    for number in 0..scenarios {
        let purchase = json!({
            "purchase_country": "DE", "purchase_currency": "EUR", "locale": "de-DE", "order_amount": 1000,
            "order_lines": [{ "name": "Tea", "quantity": 1, "unit_price": 1000, "total_amount": 1000 }],
        });
        let payment = post(&http, mock, "/payments/v1/sessions", &purchase).await;
        let back = format!("https://merchant.example/{number}/back?session_id=");
        let payment_session =
            format!("{}/payments/v1/sessions/{}", mock.base_url, word(&payment, "session_id"));
        let hosted = json!({
            "payment_session_url": payment_session,
            "merchant_urls": { "back": format!("{back}{{{{session_id}}}}") },
        });
        let hosted = post(&http, mock, "/hpp/v1/sessions", &hosted).await;
        page.goto(word(&hosted, "redirect_url")).await.unwrap();
        page.find(Locator::Css("[data-move=back]")).await.unwrap().click().await.unwrap();
        let landing = format!("{back}{}", word(&hosted, "session_id")).parse().unwrap();
        page.wait().every(Duration::from_millis(5)).for_url(&landing).await.unwrap();
        let text = page.execute("return document.body.textContent", Vec::new()).await.unwrap();
        assert!(text.as_str().unwrap().contains("back"), "{text}");
        page.delete_all_cookies().await.unwrap();
    }
    let elapsed = began.elapsed();
    page.close().await.unwrap();
    elapsed.as_secs_f64() * 1000.0 / f64::from(scenarios)
}

fn word<'v>(answer: &'v Value, member: &str) -> &'v str {
    answer[member].as_str().unwrap()
}

async fn post(http: &reqwest::Client, mock: &MockProcess, path: &str, body: &Value) -> Value {
    let [(_, username), (_, password)] = CREDENTIALS;
    let request =
        http.post(format!("{}{path}", mock.base_url)).basic_auth(username, Some(password)).json(body);
    request.send().await.unwrap().error_for_status().unwrap().json().await.unwrap()
}

/// Starts the merchant's site over TLS. Returns its port.
async fn site() -> u16 {
    let identity = rcgen::generate_simple_self_signed(["merchant.example".to_owned()]).unwrap();
    let key = PrivateKeyDer::try_from(identity.signing_key.serialize_der()).unwrap();
    let config = ServerConfig::builder().with_no_client_auth();
    let config = config.with_single_cert(vec![identity.cert.der().clone()], key).unwrap();
    let acceptor = TlsAcceptor::from(Arc::new(config));
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let acceptor = acceptor.clone();
            tokio::spawn(async move {
                let _ = stream.set_nodelay(true);
                let Ok(mut stream) = acceptor.accept(stream).await else { return };
                let mut request = Vec::new();
                while stream.read_buf(&mut request).await.is_ok_and(|read| read > 0) {
                    if request.ends_with(b"\r\n\r\n") {
                        request.clear();
                        let sent = stream.write_all(ANSWER).await;
                        if sent.is_err() || stream.flush().await.is_err() {
                            return;
                        }
                    }
                }
            });
        }
    });
    port
}
