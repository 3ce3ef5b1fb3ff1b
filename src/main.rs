//! `hpp-conformance`: decides whether a Hosted Payment Page API keeps its contract.

mod browser;
mod evidence;
mod mock;
mod receiver;
mod report;
mod requirement;
mod serve;
mod target;
mod verdict;

fn main() {}
