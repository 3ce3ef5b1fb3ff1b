//! `hpp-conformance`: decides whether a Hosted Payment Page API keeps its contract.

mod evidence;
mod report;
mod requirement;
mod target;
mod verdict;

fn main() {}
