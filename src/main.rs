//! `hpp-conformance`: decides whether a Hosted Payment Page API keeps its contract.

mod browser;
mod check;
mod client;
mod control;
mod evidence;
mod receiver;
mod report;
mod requirement;
mod schema;
mod suite;
mod target;
mod verdict;

fn main() {}
