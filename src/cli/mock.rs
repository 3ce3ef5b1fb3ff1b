//! `hpp-conformance mock`.

use crate::cli::{deviation_names, fail, say};
use crate::exit_code::ExitCode;
use crate::mock::{Mock, MockOptions};
use crate::{mock, run};
use clap::{Args, ValueEnum};
use std::net::Ipv4Addr;

#[derive(Args)]
pub struct MockArgs {
    /// Port on 127.0.0.1; 0 takes a free one.
    #[arg(long, short, default_value_t = 8080)]
    port: u16,
    /// Whose Hosted Payment Page API is spoken.
    #[arg(long, value_enum, default_value_t = DialectArg::Klarna)]
    dialect: DialectArg,
    /// User name of the merchant account.
    #[arg(long, env = "HPP_USERNAME", default_value = "merchant")]
    username: String,
    /// Password of the merchant account; from the environment alone.
    #[arg(skip = std::env::var("HPP_PASSWORD").ok())]
    password: Option<String>,
    /// Turn on a deviation.
    #[arg(long, value_name = "NAME", value_parser = deviation_names())]
    deviate: Option<String>,
    /// Give URLs that say nothing about what they lead to.
    #[arg(long)]
    opaque_urls: bool,
    /// Let this seed make every choice the contract leaves open.
    #[arg(long, value_name = "SEED")]
    legal_seed: Option<u64>,
    /// Seed of the ids.
    #[arg(long, default_value_t = 1)]
    seed: u64,
}

#[derive(Clone, Copy, ValueEnum)]
enum DialectArg {
    /// Klarna's, with KP sessions.
    Klarna,
    /// Kustom's, with KCO orders.
    Kustom,
}

pub async fn serve(arguments: MockArgs) -> ExitCode {
    let dialect = match arguments.dialect {
        DialectArg::Klarna => mock::Dialect::Klarna,
        DialectArg::Kustom => mock::Dialect::Kustom,
    };
    let Some(password) = arguments.password.filter(|password| !password.is_empty()) else {
        return fail("the mock needs a password for its merchant account; set `HPP_PASSWORD`");
    };
    let started = Mock::start(MockOptions {
        dialect,
        bind: (Ipv4Addr::LOCALHOST, arguments.port).into(),
        credentials: Some((arguments.username.clone(), password)),
        deviation: arguments.deviate.as_deref().and_then(mock::deviation),
        seed: arguments.seed,
        opaque_urls: arguments.opaque_urls,
        legal_seed: arguments.legal_seed,
    })
    .await;
    let mock = match started {
        Ok(mock) => mock,
        Err(error) => return fail(run::error_chain(&error)),
    };
    let asked_to_stop = match run::asked_to_stop() {
        Ok(asked_to_stop) => asked_to_stop,
        Err(error) => return fail(format!("cannot listen for signals: {error}")),
    };
    say(format!(
        "The mock speaks {} at {} for the user `{}`, password from `HPP_PASSWORD`.\n\
         Control (clock, outcome, accounts): {}\nIt is no payment provider: no money moves. Stop it with Ctrl-C.",
        dialect.name(),
        mock.base_url(),
        arguments.username,
        mock.control_url(),
    ));
    asked_to_stop.await;
    ExitCode::Conformant
}
