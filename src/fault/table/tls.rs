//! Faults of TLS.

use crate::fault::deed::{Certificate, Network};
use crate::fault::entry::{Act, Fault, Once, Outcome, Place};

const fn fault(
    name: &'static str,
    story: &'static str,
    told: &'static [&'static str],
    certificate: Certificate,
) -> Fault {
    let outcome = Outcome::Infra { told, once: Once::SecondTry };
    Fault { name, story, place: Place::Tls, outcome, act: Act::Network(Network::Tls(certificate)) }
}

/// The faults.
pub const FAULTS: &[Fault] = &[
    fault(
        "tls-expired",
        "The certificate of the API has expired.",
        &["certificate expired"],
        Certificate::Expired,
    ),
    fault(
        "tls-wrong-host",
        "The certificate of the API is for another host.",
        &["certificate not valid for name"],
        Certificate::OfAnotherHost,
    ),
    fault(
        "tls-self-signed",
        "The certificate of the API is issued by nobody that is trusted.",
        &["UnknownIssuer", "invalid peer certificate"],
        Certificate::SelfSigned,
    ),
    fault(
        "tls-broken-handshake",
        "The connection ends in the middle of the handshake.",
        &["handshake", "connection", "end of file", "eof"],
        Certificate::Broken,
    ),
    fault(
        "tls-not-spoken",
        "The server speaks plain HTTP where TLS is expected.",
        &["corrupt message"],
        Certificate::Plain,
    ),
];
