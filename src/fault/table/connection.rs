//! Faults of the connection, and of the bytes that come through it.

use crate::fault::deed::{End, Network, Part, Stroke};
use crate::fault::entry::{Act, Fault, Once, Outcome, Place};

/// What a client says of a connection that ended early. The words depend on what had come by then.
const ENDED: &[&str] = &["connection", "end of file", "error decoding response body"];

const fn fault(
    name: &'static str,
    story: &'static str,
    place: Place,
    told: &'static [&'static str],
    stroke: Stroke,
) -> Fault {
    let outcome = Outcome::Infra { told, once: Once::SecondTry };
    Fault { name, story, place, outcome, act: Act::Network(Network::Answers(stroke)) }
}

/// The faults.
pub const FAULTS: &[Fault] = &[
    Fault {
        name: "name-without-address",
        story: "The name server knows no address of the host.",
        place: Place::Connection,
        outcome: Outcome::Infra { told: &["dns error"], once: Once::Never },
        act: Act::Network(Network::NoName),
    },
    Fault {
        name: "connection-refused",
        story: "Nobody listens at the port of the API.",
        place: Place::Connection,
        outcome: Outcome::Infra { told: &["refused"], once: Once::Never },
        act: Act::Network(Network::Refused),
    },
    fault(
        "no-answer",
        "The connection stays open, and no answer comes.",
        Place::Connection,
        &["timed out"],
        Stroke::Cut(Part::Nothing, End::Silence),
    ),
    fault(
        "closed-without-answer",
        "The connection is closed before the answer begins.",
        Place::Connection,
        ENDED,
        Stroke::Cut(Part::Nothing, End::Close),
    ),
    fault(
        "reset-before-headers",
        "The connection is reset before the answer begins.",
        Place::Connection,
        ENDED,
        Stroke::Cut(Part::Nothing, End::Reset),
    ),
    fault(
        "other-protocol",
        "Something that does not speak HTTP answers at the port of the API.",
        Place::Connection,
        &["invalid HTTP"],
        Stroke::Noise(b"SSH-2.0-OpenSSH_9.9\r\n"),
    ),
    fault(
        "reset-in-headers",
        "The connection is reset in the middle of the headers.",
        Place::Headers,
        ENDED,
        Stroke::Cut(Part::HalfHead, End::Reset),
    ),
    fault(
        "half-headers",
        "The connection is closed in the middle of the headers.",
        Place::Headers,
        ENDED,
        Stroke::Cut(Part::HalfHead, End::Close),
    ),
    fault(
        "slow-headers",
        "The headers come so slowly that they never end in time.",
        Place::Headers,
        &["timed out"],
        Stroke::Drip(Part::Nothing),
    ),
    fault(
        "endless-headers",
        "Header fields come without an end.",
        Place::Headers,
        &["too large", "too many"],
        Stroke::FloodOfFields,
    ),
    fault(
        "reset-after-headers",
        "The connection is reset in the middle of the body.",
        Place::Body,
        ENDED,
        Stroke::Cut(Part::HalfBody, End::Reset),
    ),
    fault(
        "half-body",
        "The connection is closed in the middle of the body.",
        Place::Body,
        ENDED,
        Stroke::Cut(Part::HalfBody, End::Close),
    ),
    fault(
        "half-body-of-unknown-length",
        "The body does not tell its length, and the connection is closed in the middle of it.",
        Place::Body,
        &["ends early"],
        Stroke::Edit(|answer| {
            answer.has_length = false;
            answer.body.truncate(answer.body.len() / 2);
        }),
    ),
    fault(
        "slow-body",
        "The body comes so slowly that it does not end in time.",
        Place::Body,
        &["timed out"],
        Stroke::Drip(Part::HalfBody),
    ),
    fault("endless-body", "The body never ends.", Place::Body, &["larger than", "timed out"], Stroke::Flood),
    fault(
        "garbled-coding",
        "The body says that it is compressed, and it is not.",
        Place::Body,
        &["gzip"],
        Stroke::Edit(|answer| {
            answer.head.push("Content-Encoding: gzip".to_owned());
            answer.body = b"\x1f\x8b\x08\0not gzip at all".to_vec();
        }),
    ),
];
