//! A proof of weakenings: what became of each, and what follows from it.

use crate::exit_code::ExitCode;
use crate::prove::generated::outcome::{Outcome, Tried};
use crate::prove::reasons::Reasons;
use crate::prove::trial::Trial;
use crate::report;
use crate::report::{Hashes, Layout};
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;

/// A proof of weakenings.
#[derive(Debug)]
pub struct GeneratedProof {
    /// The faithful mock.
    pub control: Trial,
    /// What the faithful run tested with. `None` if it left no report.
    pub hashes: Option<Hashes>,
    /// The canary first, if it was tried.
    pub tried: Vec<Tried>,
    /// Whether all weakenings were to be tried, and not some by name.
    pub is_whole: bool,
    pub reasons: Reasons,
}

/// A proof for programs.
#[derive(Serialize)]
struct ProofResult<'p> {
    version: &'static str,
    hashes: &'p Option<Hashes>,
    control_passes: bool,
    canary: Option<&'static str>,
    counts: BTreeMap<&'static str, usize>,
    /// How many of the silent ones have no reason.
    without_reason: usize,
    unused_reasons: Vec<&'p str>,
    weakenings: Vec<TriedResult<'p>>,
}

#[derive(Serialize)]
struct TriedResult<'p> {
    name: &'static str,
    outcome: &'static str,
    caught_by: Option<&'p BTreeSet<String>>,
    /// Why it may stay silent.
    reason: Option<&'p str>,
    /// Why it is inconclusive.
    trouble: Option<&'p str>,
    scenarios_run: usize,
}

impl GeneratedProof {
    /// Whether the canary was caught.
    pub fn canary_lives(&self) -> bool {
        self.tried.first().is_some_and(|canary| canary.outcome.is_caught())
    }

    /// Whether trouble kept the canary from being judged.
    fn canary_is_lost(&self) -> bool {
        self.tried.first().is_some_and(|canary| matches!(canary.outcome, Outcome::Inconclusive(_)))
    }

    /// The weakenings that nobody caught although answers differed.
    fn open(&self) -> impl Iterator<Item = &Tried> {
        let open = |outcome: &Outcome| matches!(outcome, Outcome::Silent | Outcome::Inconclusive(_));
        self.tried.iter().filter(move |it| open(&it.outcome))
    }

    /// Those of them that no pattern of the table explains.
    fn unexplained(&self) -> impl Iterator<Item = &Tried> {
        self.open().filter(|it| self.reasons.reason(it.name).is_none())
    }

    /// The patterns of the table that explain nothing. A proof of some weakenings cannot know.
    fn unused_reasons(&self) -> Vec<&str> {
        if self.is_whole { self.reasons.unused(self.open().map(|it| it.name)) } else { Vec::new() }
    }

    /// How many weakenings had each outcome.
    fn counts(&self) -> BTreeMap<&'static str, usize> {
        let mut counts =
            BTreeMap::from(["caught", "silent", "without effect", "inconclusive"].map(|it| (it, 0)));
        for tried in &self.tried {
            *counts.entry(tried.outcome.word()).or_default() += 1;
        }
        counts
    }

    /// The proof as JSON, sorted by name.
    pub fn to_json(&self) -> String {
        let mut weakenings: Vec<_> = self.tried.iter().map(|tried| self.result(tried)).collect();
        weakenings.sort_by_key(|it| it.name);
        let result = ProofResult {
            version: env!("CARGO_PKG_VERSION"),
            hashes: &self.hashes,
            control_passes: self.control.holds(),
            canary: self.tried.first().map(|canary| canary.name),
            counts: self.counts(),
            without_reason: self.unexplained().filter(|it| it.outcome == Outcome::Silent).count(),
            unused_reasons: self.unused_reasons(),
            weakenings,
        };
        // Data with string keys always serialises.
        serde_json::to_string_pretty(&result).unwrap_or_default()
    }

    fn result<'p>(&'p self, tried: &'p Tried) -> TriedResult<'p> {
        let (caught_by, trouble, is_open) = match &tried.outcome {
            Outcome::Caught(by) => (Some(by), None, false),
            Outcome::Inconclusive(why) => (None, Some(why.as_str()), true),
            Outcome::Silent => (None, None, true),
            Outcome::WithoutEffect => (None, None, false),
        };
        let reason = self.reasons.reason(tried.name).filter(|_| is_open);
        let (name, outcome) = (tried.name, tried.outcome.word());
        TriedResult { name, outcome, caught_by, reason, trouble, scenarios_run: tried.scenarios_run }
    }

    /// A table of the weakenings that were not caught, then lines that sum up.
    pub fn table(&self, layout: Layout) -> String {
        let of_control = self.control.told_fault().unwrap_or_default();
        if !self.control.holds() {
            return format!("{of_control}The faithful mock does not pass, so no weakening was tried.");
        }
        if !self.canary_lives() {
            let why = if self.canary_is_lost() { "could not be judged" } else { "was not caught" };
            return format!("The canary, a weakening that must be caught, {why}, so no other was tried.");
        }
        let others = self.tried.iter().filter(|it| !it.outcome.is_caught());
        let rows: Vec<Vec<String>> = others.map(|tried| self.row(tried)).collect();
        let table = report::table(&["weakening", "outcome", "run", "why"], &rows, layout);
        let counts = self.counts();
        let mut unused = String::new();
        for pattern in self.unused_reasons() {
            let _ = writeln!(unused, "The reason for `{pattern}` explains nothing: remove it.");
        }
        format!(
            "{table}\n{unused}{}: {} caught, {} silent, {} without effect, {} inconclusive. {} without a reason.",
            report::counted(self.tried.len(), "weakening"),
            counts["caught"],
            counts["silent"],
            counts["without effect"],
            counts["inconclusive"],
            self.unexplained().count(),
        )
    }

    fn row(&self, tried: &Tried) -> Vec<String> {
        let why = match (&tried.outcome, self.reasons.reason(tried.name)) {
            (Outcome::WithoutEffect, _) => "no answer to any scenario differs",
            (_, Some(reason)) => reason,
            (Outcome::Inconclusive(why), None) => why,
            (_, None) => "NO REASON",
        };
        let run = tried.scenarios_run.to_string();
        vec![tried.name.to_owned(), tried.outcome.word().to_owned(), run, why.to_owned()]
    }

    /// 0 if every weakening is caught or explained, 3 if only trouble stands against it, otherwise 1.
    pub fn exit_code(&self) -> ExitCode {
        let is_lost =
            if self.control.holds() { self.canary_is_lost() } else { self.control.trouble().is_some() };
        let is_silent = self.unexplained().any(|it| it.outcome == Outcome::Silent);
        if is_lost {
            ExitCode::Incomplete
        } else if !self.control.holds()
            || !self.canary_lives()
            || is_silent
            || !self.unused_reasons().is_empty()
        {
            ExitCode::NonConformant
        } else if self.unexplained().next().is_some() {
            ExitCode::Incomplete
        } else {
            ExitCode::Conformant
        }
    }
}
