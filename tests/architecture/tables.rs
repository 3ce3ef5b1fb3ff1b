//! The tables of the shape: layers, homes, pure rooms. A row that nothing needs is an error, so each can be believed.

use crate::rules::{Layered, Permits};

/// Longest file, in lines.
pub const LONGEST: usize = 400;

/// Each module and what it may import; a module missing here fails the test.
pub const MAY_IMPORT: &Permits = &[
    // One rule for each file that the user names.
    ("input", &[]),
    // The words the rest speaks.
    ("requirement", &[]),
    ("evidence", &[]),
    // A profile waives requirements, and its errors are cut as evidence is; a finding names evidence.
    ("target", &["requirement", "evidence", "input"]),
    ("verdict", &["requirement", "target", "evidence"]),
    // A judgement is a function of evidence, tested in a line, without input or output. A link is judged by what the target may be sent.
    ("check", &["requirement", "target", "evidence", "verdict"]),
    ("schema", VOCABULARY),
    // A probe reports what it saw and has no opinion.
    ("client", &["target", "evidence", "input"]),
    ("control", &["target", "evidence"]),
    ("browser", &["target", "evidence"]),
    ("receiver", &["evidence", "serve"]),
    // One copy of the accept loop and TLS.
    ("serve", &[]),
    // A mistake shared by mock and check would be invisible.
    ("mock", &["serve"]),
    // Trouble knows nothing of what it troubles.
    ("fault", &["serve"]),
    // The suite does not know whom it tests or who reads.
    (
        "suite",
        &[
            "requirement",
            "target",
            "evidence",
            "verdict",
            "check",
            "schema",
            "client",
            "control",
            "browser",
            "receiver",
        ],
    ),
    // A format is a function of `RunReport`.
    ("report", VOCABULARY),
    // Nights outlive a run: what was written is read again, whoever wrote it.
    ("memory", &["input", "requirement", "report", "suite", "verdict"]),
    // The composition root.
    (
        "run",
        &[
            "input",
            "requirement",
            "target",
            "evidence",
            "verdict",
            "check",
            "schema",
            "client",
            "control",
            "browser",
            "receiver",
            "serve",
            "mock",
            "fault",
            "suite",
            "report",
            "memory",
        ],
    ),
    // Starts this executable once for several deviations and reads its report.
    (
        "prove",
        &["mock", "fault", "report", "exit_code", "input", "requirement", "target", "evidence", "verdict"],
    ),
    ("exit_code", &["report"]),
    // Arguments in, exit code out. A new profile is made of arguments.
    (
        "cli",
        &[
            "run",
            "prove",
            "memory",
            "report",
            "exit_code",
            "input",
            "mock",
            "fault",
            "serve",
            "suite",
            "requirement",
            "target",
        ],
    ),
    ("main", &["cli"]),
];

const VOCABULARY: &[&str] = &["requirement", "target", "evidence", "verdict"];

/// The layers of the mock, from top to bottom.
pub const MOCK: Layered = Layered {
    folder: "mock",
    layers: &[
        &["wire"],
        &["api", "page", "watch"],
        &["callback"],
        &["state"],
        &["contract"],
        &["http", "skin"],
        &["ground", "words"],
    ],
    // A deviation is read beside the contract, never inside the honest code.
    hidden: ("deviation", &["wire", "api", "page", "watch"]),
};

/// Each library of Cargo.toml and where it is used. Tests below the code are free.
pub const HOMES: &Permits = &[
    ("anstream", &["cli"]),
    ("anstyle", &["report/terminal"]),
    ("axum", &["mock", "receiver"]),
    ("base64", &["browser", "client", "evidence", "mock", "receiver", "report/html", "serve"]),
    ("brotli_decompressor", &["client"]),
    ("clap", &["cli"]),
    ("clap_complete", &["cli"]),
    ("cucumber", &["suite"]),
    ("cucumber_expressions", &["suite"]),
    ("fantoccini", &["browser"]),
    ("flate2", &["browser", "client", "mock"]),
    ("futures", &["browser", "mock", "receiver", "serve", "suite"]),
    ("gherkin", &["suite"]),
    ("http", &["browser"]),
    ("http_body_util", &["browser", "mock"]),
    ("hyper", &["serve"]),
    ("hyper_util", &["browser", "serve", "target"]),
    ("include_dir", &["run"]),
    ("indicatif", &["run"]),
    ("inventory", &["suite"]),
    ("jiff", &["check", "cli", "evidence", "memory", "mock", "report", "run", "serve", "suite", "target"]),
    ("jsonschema", &["schema"]),
    ("log", &["browser", "cli", "client", "control", "receiver", "run", "suite"]),
    ("mimalloc", &["main"]),
    ("minijinja", &["report"]),
    ("percent_encoding", &["check", "evidence", "mock"]),
    ("png", &["mock", "suite"]),
    ("psl", &["target"]),
    ("qrcode", &["mock"]),
    ("quick_junit", &["report"]),
    ("rcgen", &["serve"]),
    ("regex", &["browser", "evidence", "memory", "report", "suite", "target"]),
    ("reqwest", &["client", "control", "mock"]),
    ("rqrr", &["suite"]),
    ("rustix", &["prove", "run"]),
    ("rustls", &["serve"]),
    ("ruzstd", &["client", "mock"]),
    (
        "serde",
        &[
            "browser",
            "control",
            "evidence",
            "memory",
            "prove",
            "report",
            "requirement",
            "run",
            "suite",
            "target",
            "verdict",
        ],
    ),
    (
        "serde_json",
        &[
            "browser", "check", "cli", "client", "control", "evidence", "memory", "mock", "prove", "report",
            "run", "schema", "suite", "verdict",
        ],
    ),
    ("sha2", &["evidence", "run", "serve"]),
    ("strsim", &["requirement", "schema", "suite"]),
    ("tabled", &["report/terminal"]),
    ("tempfile", &["browser", "cli", "fault", "prove"]),
    ("terminal_size", &["cli"]),
    ("textwrap", &["report/terminal"]),
    (
        "thiserror",
        &[
            "browser",
            "client",
            "control",
            "fault",
            "memory",
            "mock",
            "prove",
            "receiver",
            "report",
            "requirement",
            "run",
            "schema",
            "serve",
            "suite",
            "target",
        ],
    ),
    (
        "tokio",
        &[
            "browser", "cli", "client", "control", "fault", "mock", "prove", "receiver", "run", "serve",
            "suite",
        ],
    ),
    ("tokio_rustls", &["serve"]),
    ("tokio_tungstenite", &["browser"]),
    ("tokio_util", &["cli", "mock", "prove", "run", "serve", "suite"]),
    ("toml", &["requirement", "target"]),
    ("tower_service", &["serve"]),
    (
        "url",
        &[
            "browser", "check", "cli", "client", "control", "evidence", "memory", "mock", "run", "schema",
            "suite", "target",
        ],
    ),
    ("uuid", &["mock"]),
    ("webpki", &["serve"]),
    ("x509_parser", &["serve"]),
];

/// Rooms in which the same arguments always give the same result.
pub const PURE: &[&str] = &["check", "schema", "verdict", "requirement", "evidence", "mock/contract"];

/// What a pure room must not name.
pub const FORBIDDEN: &[&str] = &[
    "std::fs",
    "std::net",
    "std::process",
    "std::env",
    "std::time::Instant::now",
    "std::time::SystemTime",
    "jiff::Timestamp::now",
    "jiff::Zoned::now",
    "tokio",
    "reqwest",
];
