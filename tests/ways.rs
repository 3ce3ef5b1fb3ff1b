//! The ways to a target that a profile describes: a certificate of the client, a version of HTTP, a proxy, and a public URL of the receiver.

#[cfg(feature = "browser-tests")]
#[path = "support/mock_process.rs"]
mod mock_process;
mod support;
#[path = "support/target.rs"]
mod target;

use http_body_util::Full;
use hyper::body::Bytes;
use hyper::server::conn::{http1, http2};
use hyper::service::service_fn;
use hyper::{Request, Response};
use hyper_util::rt::{TokioExecutor, TokioIo};
#[cfg(feature = "browser-tests")]
use mock_process::MockProcess;
use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::server::WebPkiClientVerifier;
use rustls::{RootCertStore, ServerConfig};
use std::convert::Infallible;
use std::io::{BufRead, BufReader, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::Path;
use std::sync::{Arc, Mutex};
use support::Ended;
use target::profile;
use tokio_rustls::TlsAcceptor;

const USERNAME: &str = "shop";
const PASSWORD: &str = "Qz8kwv3mmppl0qqx";

/// An authority of the test, and the certificates that it issues.
struct Authority(CertifiedIssuer<'static, KeyPair>);

impl Authority {
    fn new(name: &str) -> Self {
        let mut params = CertificateParams::default();
        params.distinguished_name.push(rcgen::DnType::CommonName, name);
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        Self(CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap())
    }

    /// Certificate and key for a name, in PEM.
    fn issue(&self, name: &str) -> (String, String) {
        let key = KeyPair::generate().unwrap();
        let certificate = CertificateParams::new(vec![name.to_owned()]).unwrap();
        (certificate.signed_by(&key, &self.0).unwrap().pem(), key.serialize_pem())
    }
}

/// A server that refuses every request as an HPP server refuses an empty creation.
struct Api {
    address: SocketAddr,
    /// For each request: the version of HTTP, and whether the client showed a certificate.
    seen: Arc<Mutex<Vec<String>>>,
}

impl Api {
    /// Starts it for a name. It speaks these protocols, and wants clients that this authority knows.
    fn start(authority: &Authority, name: &str, clients: Option<&Authority>, protocols: &[&str]) -> Self {
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let (certificate, key) = authority.issue(name);
        let config = ServerConfig::builder_with_provider(Arc::clone(&provider))
            .with_safe_default_protocol_versions()
            .unwrap();
        let config = match clients {
            None => config.with_no_client_auth(),
            Some(clients) => {
                let mut roots = RootCertStore::empty();
                roots.add(CertificateDer::from_pem_slice(clients.0.pem().as_bytes()).unwrap()).unwrap();
                let verifier = WebPkiClientVerifier::builder_with_provider(roots.into(), provider);
                config.with_client_cert_verifier(verifier.build().unwrap())
            }
        };
        let chain = vec![CertificateDer::from_pem_slice(certificate.as_bytes()).unwrap()];
        let key = PrivateKeyDer::from_pem_slice(key.as_bytes()).unwrap();
        let mut config = config.with_single_cert(chain, key).unwrap();
        config.alpn_protocols = protocols.iter().map(|name| name.as_bytes().to_vec()).collect();
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let seen = Arc::<Mutex<Vec<String>>>::default();
        let (noted, acceptor) = (Arc::clone(&seen), TlsAcceptor::from(Arc::new(config)));
        std::thread::spawn(move || serve(listener, &acceptor, &noted));
        Self { address, seen }
    }

    fn seen(&self) -> Vec<String> {
        std::mem::take(&mut *self.seen.lock().unwrap())
    }
}

fn serve(listener: TcpListener, acceptor: &TlsAcceptor, seen: &Arc<Mutex<Vec<String>>>) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        listener.set_nonblocking(true).unwrap();
        let listener = tokio::net::TcpListener::from_std(listener).unwrap();
        while let Ok((stream, _)) = listener.accept().await {
            let stream = match acceptor.accept(stream).into_fallible().await {
                Ok(stream) => stream,
                Err((_, mut refused)) => {
                    // Closed with unread bytes, a connection is reset, and the client may not see why.
                    tokio::spawn(async move { tokio::io::copy(&mut refused, &mut tokio::io::sink()).await });
                    continue;
                }
            };
            let shown = if stream.get_ref().1.peer_certificates().is_some() { "with" } else { "without" };
            let seen = Arc::clone(seen);
            tokio::spawn(async move {
                let answer = service_fn(move |request: Request<hyper::body::Incoming>| {
                    seen.lock().unwrap().push(format!("{:?} {shown} a certificate", request.version()));
                    let body = "{\"error_code\":\"BAD_VALUE\",\"correlation_id\":\"c-1\"}";
                    let answer = Response::builder().status(400).header("Content-Type", "application/json");
                    async move { Ok::<_, Infallible>(answer.body(Full::new(Bytes::from(body))).unwrap()) }
                });
                let speaks_two = stream.get_ref().1.alpn_protocol() == Some(b"h2");
                let stream = TokioIo::new(stream);
                if speaks_two {
                    let _ = http2::Builder::new(TokioExecutor::new()).serve_connection(stream, answer).await;
                } else {
                    let _ = http1::Builder::new().serve_connection(stream, answer).await;
                }
            });
        }
    });
}

/// What `doctor` says of a profile, and its exit code.
fn doctor(folder: &Path, profile: &str) -> Ended {
    std::fs::write(folder.join("target.toml"), profile).unwrap();
    let mut command = support::program(folder);
    for name in target::PROXIES {
        command.env_remove(name);
    }
    command.env("RES_OPTIONS", "attempts:0").env("HPP_USERNAME", USERNAME).env("HPP_PASSWORD", PASSWORD);
    Ended::of(&command.args(["doctor", "--target", "target.toml"]).output().unwrap())
}

fn line<'t>(ended: &'t Ended, topic: &str) -> &'t str {
    let is_it = |line: &&str| line.split_whitespace().nth(1) == Some(topic);
    ended.stdout.lines().find(is_it).unwrap_or_else(|| panic!("no line of {topic}: {ended:?}"))
}

#[test]
fn a_server_that_demands_a_certificate_of_the_client_gets_the_one_of_the_profile() {
    let (servers, clients, strangers) =
        (Authority::new("servers"), Authority::new("clients"), Authority::new("x"));
    let api = Api::start(&servers, "localhost", Some(&clients), &["http/1.1"]);
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, text: &str| std::fs::write(folder.path().join(name), text).unwrap();
    write("ca.pem", &servers.0.pem());
    for (name, authority) in [("own", &clients), ("foreign", &strangers)] {
        let (certificate, key) = authority.issue("shop");
        write(&format!("{name}.pem"), &certificate);
        write(&format!("{name}.key"), &key);
    }
    let base_url = format!("https://localhost:{}", api.address.port());
    let with = |certificate: &str, key: &str| {
        let files = format!("client_certificate = \"{certificate}\"\nclient_key = \"{key}\"");
        doctor(folder.path(), &profile(&base_url, "klarna", &format!("extra_ca = \"ca.pem\"\n{files}")))
    };
    let own = with("own.pem", "own.key");
    assert!(line(&own, "credentials").starts_with("ok "), "{own:?}");
    assert_eq!(api.seen(), ["HTTP/1.1 with a certificate"]);
    let none = doctor(folder.path(), &profile(&base_url, "klarna", "extra_ca = \"ca.pem\""));
    let asked = "the server asks for a certificate of the client: give its files as `client_certificate` and `client_key`";
    assert_eq!(none.code, Some(2), "{none:?}");
    assert!(line(&none, "credentials").ends_with(asked), "{none:?}");
    let foreign = with("foreign.pem", "foreign.key");
    assert!(line(&foreign, "credentials").ends_with(": check `client_certificate`"), "{foreign:?}");
    assert_eq!(api.seen(), [""; 0], "a request came without an accepted certificate");
    let mixed = with("own.pem", "foreign.key");
    assert!(line(&mixed, "profile").contains("own.pem and"), "{mixed:?}");
    assert!(line(&mixed, "profile").contains("target.toml:6"), "{mixed:?}");
}

#[test]
fn requests_are_sent_in_the_version_of_http_that_the_profile_names() {
    let authority = Authority::new("servers");
    let both = Api::start(&authority, "localhost", None, &["h2", "http/1.1"]);
    let old = Api::start(&authority, "localhost", None, &["http/1.1"]);
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("ca.pem"), authority.0.pem()).unwrap();
    let asked = |api: &Api, http: &str| {
        let base_url = format!("https://localhost:{}", api.address.port());
        doctor(folder.path(), &profile(&base_url, "klarna", &format!("extra_ca = \"ca.pem\"\n{http}")))
    };
    for (http, version) in [("", "HTTP/1.1"), ("http = \"1.1\"", "HTTP/1.1"), ("http = \"2\"", "HTTP/2.0")] {
        let ended = asked(&both, http);
        assert!(line(&ended, "credentials").starts_with("ok "), "{ended:?}");
        assert_eq!(both.seen(), [format!("{version} without a certificate")], "{http}");
    }
    let refused = asked(&old, "http = \"2\"");
    let told = "the server does not speak the version of HTTP that `http` wants: leave out the key";
    assert!(line(&refused, "credentials").ends_with(told), "{refused:?}");
}

/// A proxy that leads every connection to one address. Returns its own, and what it was asked for.
fn proxy(to: SocketAddr) -> (SocketAddr, Arc<Mutex<Vec<String>>>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let (address, asked) = (listener.local_addr().unwrap(), Arc::<Mutex<Vec<String>>>::default());
    let noted = Arc::clone(&asked);
    std::thread::spawn(move || {
        for mut client in listener.incoming().map_while(Result::ok) {
            let mut lines = BufReader::new(client.try_clone().unwrap()).lines().map_while(Result::ok);
            let first = lines.next().unwrap_or_default();
            lines.find(String::is_empty);
            noted.lock().unwrap().push(first);
            client.write_all(b"HTTP/1.1 200 Connected\r\n\r\n").unwrap();
            let mut server = TcpStream::connect(to).unwrap();
            let (mut back, mut forth) = (server.try_clone().unwrap(), client.try_clone().unwrap());
            std::thread::spawn(move || std::io::copy(&mut forth, &mut server));
            std::thread::spawn(move || std::io::copy(&mut back, &mut client));
        }
    });
    (address, asked)
}

#[test]
fn the_proxy_of_the_profile_gets_all_requests_whatever_the_variables_say() {
    let authority = Authority::new("servers");
    let api = Api::start(&authority, "api.shop.example", None, &["http/1.1"]);
    let (address, asked) = proxy(api.address);
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("ca.pem"), authority.0.pem()).unwrap();
    let lines = format!("extra_ca = \"ca.pem\"\nproxy = \"http://{address}\"");
    std::fs::write(folder.path().join("target.toml"), profile("https://api.shop.example", "klarna", &lines))
        .unwrap();
    let mut command = support::program(folder.path());
    command.env("HTTPS_PROXY", "http://127.0.0.1:9").env("NO_PROXY", "api.shop.example");
    command.env("HPP_USERNAME", USERNAME).env("HPP_PASSWORD", PASSWORD);
    let ended = Ended::of(&command.args(["doctor", "--target", "target.toml"]).output().unwrap());
    assert!(line(&ended, "credentials").starts_with("ok "), "{ended:?}");
    assert!(
        line(&ended, "DNS")
            .ends_with(&format!("the proxy http://{address} of the profile makes the connections")),
        "{ended:?}"
    );
    assert_eq!(*asked.lock().unwrap(), ["CONNECT api.shop.example:443 HTTP/1.1"]);
    assert_eq!(api.seen().len(), 1);
}

#[test]
fn trouble_with_the_proxy_of_the_profile_names_its_key() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let closed = listener.local_addr().unwrap();
    drop(listener);
    let folder = tempfile::tempdir().unwrap();
    let lines = format!("proxy = \"http://{closed}\"");
    let ended = doctor(folder.path(), &profile("https://api.shop.example", "klarna", &lines));
    let told = format!(
        "the request went through the proxy {closed} of the profile; to go without it, leave out its key `proxy`; check that the \
         proxy is running and that it leads to the target"
    );
    assert!(line(&ended, "credentials").ends_with(&told), "{ended:?}");
}

/// Needs a browser: only what a consumer does is called back.
#[cfg(feature = "browser-tests")]
#[test]
fn consumers_and_callbacks_find_the_receiver_at_its_public_url_and_its_port() {
    let mock = MockProcess::with_account("klarna", USERNAME, PASSWORD);
    let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let folder = tempfile::tempdir().unwrap();
    let lines = format!(
        "abilities = [\"browser\", \"outcome\", \"receiver\"]\npage_driver = \"pages/mock.toml\"\ncontrol_url = \"{}/_mock\"\n\
         receiver_address = \"127.0.0.1:{port}\"\nreceiver_url = \"https://hooks.shop.example:{port}\"",
        mock.base_url
    );
    let profile = profile(&mock.base_url, "klarna", &lines);
    let chosen = "@req:HPP-CALLBACK-002 or @req:HPP-REDIRECT-001";
    let ended = target::run(folder.path(), &profile, (USERNAME, PASSWORD), &["--tags", chosen]);
    assert_eq!(ended.code, Some(0), "{ended:?}");
    let report = support::report(folder.path());
    let standings = target::standings(&report);
    assert_eq!(
        (standings["HPP-CALLBACK-002"].as_str(), standings["HPP-REDIRECT-001"].as_str()),
        ("PASS", "PASS")
    );
    let asked = format!("https://hooks.shop.example:{port}/");
    let evidence = target::files(&support::run_folder(folder.path()));
    let is_evidence = |path: &Path| path.components().any(|part| part.as_os_str() == "evidence");
    assert!(
        evidence.iter().any(|(path, text)| is_evidence(path) && text.contains(&asked)),
        "no URL has the port"
    );
}
