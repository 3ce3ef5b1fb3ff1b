//! `hpp-conformance`: decides whether a Hosted Payment Page API keeps its contract.

mod browser;
mod check;
mod cli;
mod client;
mod control;
mod evidence;
mod exit_code;
mod fault;
mod input;
mod memory;
mod mock;
mod prove;
mod receiver;
mod report;
mod requirement;
mod run;
mod schema;
mod serve;
mod suite;
mod target;
mod verdict;

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> std::process::ExitCode {
    cli::main().into()
}
