//! `hpp-conformance mock`.

use crate::cli::deviation_name::DeviationName;
use crate::cli::one_of::one_of;
use crate::cli::output::{Ending, Refusal, say};
use crate::exit_code::ExitCode;
use crate::mock::{Dialect, Mock, MockOptions};
use crate::{mock, run};
use clap::Args;
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
    /// Accept this user name of the merchant account.
    #[arg(long, env = "HPP_USERNAME", default_value = "merchant", help_heading = "Address and account")]
    username: String,
    /// Speak the Hosted Payment Page API of this vendor.
    #[arg(long, value_parser = one_of(DIALECTS), default_value = "klarna", help_heading = "Behaviour")]
    dialect: Dialect,
    /// Password of the merchant account, which comes only from the environment.
    #[arg(skip = std::env::var("HPP_PASSWORD").ok())]
    password: Option<String>,
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

pub async fn serve(arguments: MockArgs) -> Ending {
    let Some(password) = arguments.password.filter(|password| !password.is_empty()) else {
        let why = "the mock needs a password for its merchant account; set `HPP_PASSWORD`";
        return Err(Refusal::invalid(why));
    };
    let mock = Mock::start(MockOptions {
        dialect: arguments.dialect,
        bind: (Ipv4Addr::LOCALHOST, arguments.port).into(),
        credentials: Some((arguments.username.clone(), password)),
        deviation: arguments.deviate.as_deref().and_then(mock::deviation),
        seed: arguments.seed,
        opaque_urls: arguments.opaque_urls,
        legal_seed: arguments.legal_seed,
        watch: false,
    })
    .await?;
    let signals = run::StopSignals::listen();
    let mut signals =
        signals.map_err(|error| Refusal::invalid(format!("cannot listen for signals: {error}")))?;
    say(format!(
        "The mock speaks {} at {} for the user `{}`, password from `HPP_PASSWORD`.\n\
         Control (clock, outcome, accounts): {}\nIt is no payment provider: no money moves. Stop it with Ctrl-C.",
        arguments.dialect.name(),
        mock.base_url(),
        arguments.username,
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
