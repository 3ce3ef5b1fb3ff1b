//! The suite: runs chosen scenarios against a target and returns their attempts. It knows neither the target nor the reports.

mod arrival;
mod callbacks;
mod case;
mod consumer;
mod context;
mod failure;
mod feature;
mod grammar;
mod hosted;
mod judge;
mod lint;
mod merchant;
mod merchant_urls;
mod orders;
mod parameter;
mod pauses;
mod promise;
mod purchase;
mod qr;
mod record;
mod registry;
mod runner;
mod selection;
mod sending;
mod steps;
mod time;
mod vocabulary;
mod words;
mod world;

pub use case::Case;
pub use context::{Context, NoBrowser, NoReceiver};
pub use feature::{FeatureText, FileFault, LoadedFeature};
pub use lint::warnings as case_warnings;
pub use registry::all as all_steps;
pub use runner::{EndedAttempt, run, run_in_lanes, scenario_at_hand};
pub use selection::{Choice, Filter, TagExpression, choose, fault as case_fault};
