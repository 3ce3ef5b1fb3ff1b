//! The mock says which of its options or files is wrong, and what to do.

use crate::folder_with;
use crate::support::{Ended, call, program};
use std::net::TcpListener;

#[test]
fn the_mock_says_what_is_wrong_with_its_account_and_its_port() {
    let folder = tempfile::tempdir().unwrap();
    let refused = |arguments: &[&str], name: &str, value: &[u8]| {
        let mut command = program(folder.path());
        command
            .arg("mock")
            .args(arguments)
            .env("HPP_USERNAME", "")
            .env("HPP_PASSWORD", "a-word-of-this-test");
        #[cfg(unix)]
        command.env(name, <std::ffi::OsStr as std::os::unix::ffi::OsStrExt>::from_bytes(value));
        let ended = Ended::of(&command.output().unwrap());
        assert_eq!(ended.code, Some(2), "{ended:?}");
        ended.stderr
    };
    assert_eq!(
        refused(&["--username", "usr:x"], "HPP_OTHER", b""),
        "error: the user name is empty or has a colon, which HTTP Basic cannot carry; give another `--username` or `HPP_USERNAME`\n"
    );
    assert_eq!(
        refused(&[], "HPP_PASSWORD", b"\xff"),
        "error: the variable `HPP_PASSWORD` is not UTF-8; set it to UTF-8 text\n"
    );
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port().to_string();
    // An empty user name of the environment counts as not set, so the mock comes as far as its port.
    let busy = refused(&["--port", &port], "HPP_OTHER", b"");
    assert!(busy.ends_with("; choose another port with `--port`, or `--port 0` for a free one\n"), "{busy}");
}

/// The mock does not start with these arguments. Returns what it says.
fn does_not_start(folder: &std::path::Path, arguments: &[&str]) -> String {
    let ended = call(folder, &[&["mock", "--port", "0"], arguments].concat());
    assert_eq!((ended.code, ended.stdout.as_str()), (Some(2), ""), "{ended:?}");
    ended.stderr
}

#[test]
fn a_file_that_is_no_certificate_or_no_key_is_named_with_its_option() {
    let pair = || rcgen::generate_simple_self_signed(["127.0.0.1".to_owned()]).unwrap();
    let (made, other) = (pair(), pair().signing_key.serialize_pem());
    let (cert, key) = (made.cert.pem(), made.signing_key.serialize_pem());
    let locked = "-----BEGIN ENCRYPTED PRIVATE KEY-----\nAAAA\n-----END ENCRYPTED PRIVATE KEY-----\n";
    let files =
        [("cert.pem", cert.as_str()), ("key.pem", &key), ("other.pem", &other), ("locked.pem", locked)];
    let folder = folder_with(&files);
    let certificate = "there is no certificate in PEM form, `-----BEGIN CERTIFICATE-----`";
    let no_key = "there is no private key in PEM form, `-----BEGIN PRIVATE KEY-----`";
    let openssl = "write it without a passphrase: `openssl pkey -in KEY -out NEW`";
    for (cert, key, message) in [
        ("none.pem", "key.pem", "cannot read none.pem, the file of `--cert`: No such file or directory (os error 2)".to_owned()),
        ("cert.pem", "none.pem", "cannot read none.pem, the file of `--key`: No such file or directory (os error 2)".to_owned()),
        ("key.pem", "cert.pem", format!("cannot use key.pem, the file of `--cert`: {certificate}")),
        ("cert.pem", "cert.pem", format!("cannot use cert.pem, the file of `--key`: {no_key}")),
        ("cert.pem", "locked.pem", format!("cannot use locked.pem, the file of `--key`: the private key is encrypted; {openssl}")),
        ("cert.pem", "other.pem", "cannot use other.pem, the file of `--key`: the private key does not belong to the first certificate; give the key of that certificate".to_owned()),
    ] {
        let told = does_not_start(folder.path(), &["--cert", cert, "--key", key]);
        let way_out = "; or leave out `--cert` and `--key`: `--tls` alone makes a certificate\n";
        assert_eq!(told, format!("error: {message}{way_out}"));
    }
}

#[test]
fn options_of_the_mock_that_cannot_be_are_named() {
    let folder = tempfile::tempdir().unwrap();
    let busy = TcpListener::bind("127.0.0.1:0").unwrap();
    let pages = format!("localhost:{}", busy.local_addr().unwrap().port());
    for (arguments, parts) in [
        (["--cert", "cert.pem"], ["required arguments were not provided", "--key <FILE>"]),
        (["--key", "key.pem"], ["required arguments were not provided", "--cert <FILE>"]),
        (["--rate", "0"], ["invalid value '0' for '--rate <N>'", "expected a whole number from 1 to 999999"]),
        (
            ["--rate", "2.5"],
            ["invalid value '2.5' for '--rate <N>'", "expected a whole number from 1 to 999999"],
        ),
        (
            ["--page-host", "8090"],
            ["for '--page-host <HOST[:PORT]>': expected HOST or HOST:PORT", "`pay.localhost`"],
        ),
        (
            ["--skin", "klarna-2025"],
            ["[possible values: klarna-2021, klarna-2024, ", "a similar value exists: 'klarna-202"],
        ),
        (["--skin", "kustom"], ["`--skin kustom` is a page of kustom; add `--dialect kustom`\n", ""]),
        (["--page-host", "192.0.2.7:1"], ["for '--page-host <HOST[:PORT]>'", "leads to 127.0.0.1"]),
        (
            ["--page-host", &pages],
            [
                "cannot serve the pages of the mock: cannot listen on 127.0.0.1:",
                "; choose another port in `--page-host`, or none for the port of the API\n",
            ],
        ),
        (
            ["--public-url", "mock.shop.example"],
            [
                "invalid value 'mock.shop.example' for '--public-url <URL>': expected http:// or https://",
                "and no path\n",
            ],
        ),
        (
            ["--public-page-url", "https://pay.shop.example/pages"],
            ["for '--public-page-url <URL>': expected http:// or https://", "and no path\n"],
        ),
        (
            ["--public-url=https://mock.shop.example", "--page-host=pay.localhost"],
            ["'--public-url <URL>' cannot be used with", "'--page-host <HOST[:PORT]>'"],
        ),
    ] {
        let told = does_not_start(folder.path(), &arguments);
        for part in parts {
            assert!(told.contains(part), "`{part}` is not in: {told}");
        }
    }
}
