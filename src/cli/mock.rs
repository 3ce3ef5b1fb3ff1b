//! `hpp-conformance mock`.

use crate::cli::deviation_name::DeviationName;
use crate::cli::one_of::one_of;
use crate::cli::output::{Ending, Refusal, say};
use crate::exit_code::ExitCode;
use crate::mock::{Dialect, Mock, MockOptions};
use crate::{mock, run};
use clap::Args;
use std::env::VarError;
use std::net::Ipv4Addr;

const DIALECTS: &[(&str, Dialect, &str)] = &[
    ("klarna", Dialect::Klarna, "Klarna, with KP sessions"),
    ("kustom", Dialect::Kustom, "Kustom, with KCO orders"),
];

#[derive(Args)]
pub struct MockArgs {
    /// Listen on this port of 127.0.0.1; with 0, the mock takes a free port.
    #[arg(long, short, default_value_t = 8080, help_heading = "Address and account")]
    port: u16,
    /// Accept this user name of the merchant account [default: `HPP_USERNAME`, or `merchant`].
    #[arg(long, help_heading = "Address and account")]
    username: Option<String>,
    /// Speak the Hosted Payment Page API of this vendor.
    #[arg(long, value_parser = one_of(DIALECTS), default_value = "klarna", help_heading = "Behaviour")]
    dialect: Dialect,
    /// Turn on one deviation; `hpp-conformance deviations` lists the names.
    #[arg(long, value_name = "NAME", value_parser = DeviationName, hide_possible_values = true, help_heading = "Behaviour")]
    deviate: Option<String>,
    /// Use paths such as `/a/…`, which do not show what a URL is for.
    #[arg(long, help_heading = "Behaviour")]
    opaque_urls: bool,
    /// Vary every behaviour that the contract leaves open; the same seed makes the same choices.
    #[arg(long, value_name = "SEED", help_heading = "Behaviour")]
    legal_seed: Option<u64>,
    /// Make ids from this seed, so that every start gives the same ids in the same order; without it, nobody can guess them.
    #[arg(long, help_heading = "Behaviour")]
    seed: Option<u64>,
}

/// A variable of the environment. A variable without text counts as not set.
fn variable(name: &str) -> Result<Option<String>, Refusal> {
    match std::env::var(name) {
        Ok(text) if !text.is_empty() => Ok(Some(text)),
        Ok(_) | Err(VarError::NotPresent) => Ok(None),
        Err(VarError::NotUnicode(_)) => {
            Err(Refusal::invalid(format!("the variable `{name}` is not UTF-8; set it to UTF-8 text")))
        }
    }
}

/// User name and password of the merchant account. The password comes only from the environment.
fn credentials(username: Option<String>) -> Result<(String, String), Refusal> {
    let username = match username {
        Some(username) => username,
        None => variable("HPP_USERNAME")?.unwrap_or_else(|| "merchant".to_owned()),
    };
    if username.is_empty() || username.contains(':') {
        let why = "the user name is empty or has a colon, which HTTP Basic cannot carry; give another `--username` or `HPP_USERNAME`";
        return Err(Refusal::invalid(why));
    }
    let password = variable("HPP_PASSWORD")?.ok_or_else(|| {
        Refusal::invalid("the mock needs a password for its merchant account; set `HPP_PASSWORD`")
    })?;
    Ok((username, password))
}

pub async fn serve(arguments: MockArgs) -> Ending {
    let (username, password) = credentials(arguments.username)?;
    let mock = Mock::start(MockOptions {
        dialect: arguments.dialect,
        bind: (Ipv4Addr::LOCALHOST, arguments.port).into(),
        credentials: Some((username.clone(), password)),
        deviation: arguments.deviate.as_deref().and_then(mock::deviation),
        seed: arguments.seed,
        opaque_urls: arguments.opaque_urls,
        legal_seed: arguments.legal_seed,
        watch: false,
    })
    .await
    .map_err(|error| {
        let help = if error.is_busy() {
            "; choose another port with `--port`, or `--port 0` for a free one"
        } else {
            ""
        };
        Refusal::invalid(format!("{}{help}", run::error_chain(&error)))
    })?;
    let signals = run::StopSignals::listen();
    let mut signals =
        signals.map_err(|error| Refusal::invalid(format!("cannot listen for signals: {error}")))?;
    say(format!(
        "The mock speaks {} at {} for the user `{}`, password from `HPP_PASSWORD`.\n\
         Control (clock, outcome, accounts): {}\nIt is no payment provider: no money moves. Stop it with Ctrl-C.",
        arguments.dialect.name(),
        mock.base_url(),
        username,
        mock.control_url(),
    ))?;
    signals.next().await;
    match mock.panics().as_slice() {
        [] => Ok(ExitCode::Conformant),
        [first, ..] => {
            Err(Refusal::lost(format!("the mock panicked ({first}); this is a bug, please report it")))
        }
    }
}
