//! The scenarios of a proof, each with what it catches, and those that stay for a reason.

use crate::prove::reasons::Reasons;
use crate::prove::worth::catchers::Catchers;
use crate::prove::worth::known::Known;
use crate::prove::worth::usage::Use;
use crate::report;
use crate::report::{Layout, counted};
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;

/// The columns of the table.
const COLUMNS: [&str; 4] = ["scenarios that catch nothing alone", "count", "nothing at all", "why they stay"];

/// A scenario, and what it is good for.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Worth<'p> {
    scenario: &'p Known,
    /// How many deviations it catches.
    catches: usize,
    /// The deviations of which it alone catches a requirement.
    alone: BTreeSet<&'static str>,
    /// The same, but other scenarios that could have caught them were left out.
    perhaps_alone: BTreeSet<&'static str>,
    /// How many deviations could change it, but did not run with it or met trouble there.
    left_out: usize,
}

/// A scenario for programs that compare two proofs.
#[derive(Serialize)]
pub struct ScenarioResult<'p> {
    scenario: &'p str,
    requirement: Option<&'p str>,
    catches: usize,
    alone: BTreeSet<&'static str>,
    perhaps_alone: BTreeSet<&'static str>,
    left_out: usize,
    /// `None` if the proof is not whole.
    worth: Option<&'static str>,
    /// Why it stays although it catches nothing alone.
    reason: Option<&'p str>,
}

/// What all scenarios are good for.
#[derive(Debug)]
pub struct Worths<'p> {
    scenarios: Vec<Worth<'p>>,
    reasons: &'p Reasons,
    /// Whether every deviation was tried and caught. Otherwise nothing follows from what a scenario does not catch.
    is_whole: bool,
}

impl<'p> Worths<'p> {
    /// Counts what each scenario catches. `catchers` has an entry for each deviation that was tried.
    pub fn of<'c>(
        known: &'p [Known],
        catchers: impl Iterator<Item = (&'static str, &'c Catchers)>,
        reasons: &'p Reasons,
        is_whole: bool,
    ) -> Self {
        let untouched = |scenario| Worth {
            scenario,
            catches: 0,
            alone: BTreeSet::new(),
            perhaps_alone: BTreeSet::new(),
            left_out: 0,
        };
        let mut worths: Vec<Worth<'p>> = known.iter().map(untouched).collect();
        let places: BTreeMap<&str, usize> =
            known.iter().enumerate().map(|(place, it)| (it.key.as_str(), place)).collect();
        let place = |key: &str| places.get(key).copied();
        for (deviation, caught) in catchers {
            for place in caught.all().into_iter().filter_map(place) {
                worths[place].catches += 1;
            }
            for place in caught.left_out().filter_map(place) {
                worths[place].left_out += 1;
            }
            for place in caught.alone().into_iter().filter_map(place) {
                let worth = &mut worths[place];
                let names = if caught.is_sure() { &mut worth.alone } else { &mut worth.perhaps_alone };
                names.insert(deviation);
            }
        }
        Self { scenarios: worths, reasons, is_whole }
    }

    /// Whether each scenario that catches nothing alone has a reason, and each reason is about a scenario that may need it. A scenario
    /// that was alone may be so by chance: which of two runs first, and so meets what both could see, differs from proof to proof.
    pub fn hold(&self) -> bool {
        self.rows().all(|(_, _, reason)| reason.is_some()) && self.stale_reasons().is_empty()
    }

    /// The scenarios as JSON, sorted by key.
    pub fn results(&self) -> Vec<ScenarioResult<'p>> {
        let result = |worth: &Worth<'p>| ScenarioResult {
            scenario: &worth.scenario.key,
            requirement: worth.scenario.requirement.as_deref(),
            catches: worth.catches,
            alone: worth.alone.clone(),
            perhaps_alone: worth.perhaps_alone.clone(),
            left_out: worth.left_out,
            worth: self.is_whole.then(|| worth.usage().words()),
            reason: self.reason(worth).filter(|_| self.is_whole && worth.usage().wants_a_reason()),
        };
        let mut results: Vec<_> = self.scenarios.iter().map(result).collect();
        results.sort_by_key(|result| result.scenario);
        results
    }

    /// A table of the scenarios that catch nothing alone, counted by reason, and named if they have none. Then the reasons that are not
    /// needed. Empty if the proof is not whole.
    pub fn table(&self, layout: Layout) -> String {
        if !self.is_whole {
            return String::new();
        }
        let mut groups: BTreeMap<(Option<&str>, &str), [usize; 2]> = BTreeMap::new();
        for (worth, which, reason) in self.rows() {
            let [count, nothing] = groups.entry((reason, which)).or_default();
            *count += 1;
            *nothing += usize::from(worth.usage() == Use::Nothing);
        }
        let rows = groups.iter().map(|((reason, which), [count, nothing])| {
            let why = reason.unwrap_or("NO REASON: write one in src/prove/scenarios.tsv, or remove it");
            vec![(*which).to_owned(), count.to_string(), nothing.to_string(), why.to_owned()]
        });
        let mut table = format!("\n{}\n", report::table(&COLUMNS, &rows.collect::<Vec<_>>(), layout));
        let stale = self.stale_reasons();
        for pattern in self.unused_reasons() {
            let is_stale = stale.contains(&pattern);
            let told = if is_stale {
                "is not needed: remove it from src/prove/scenarios.tsv"
            } else {
                "was not needed this time"
            };
            let _ = writeln!(table, "The reason for `{pattern}` {told}.");
        }
        table
    }

    /// A line that sums up. Empty if the proof is not whole.
    pub fn told(&self) -> String {
        if !self.is_whole {
            return String::new();
        }
        let count = |wanted: Use| self.scenarios.iter().filter(|worth| worth.usage() == wanted).count();
        let not_tried = match count(Use::PerhapsAlone) {
            0 => String::new(),
            perhaps => format!(" {perhaps} more perhaps do, because others were left out."),
        };
        format!(
            "\n{} of {} catch a deviation that no other catches.{not_tried} {} catch nothing that others do not, {} \
             nothing at all: {} without a reason.",
            count(Use::Alone),
            counted(self.scenarios.len() - count(Use::NotRun), "scenario"),
            count(Use::NothingAlone),
            count(Use::Nothing),
            self.rows().filter(|(_, _, reason)| reason.is_none()).count(),
        )
    }

    /// The scenarios that catch nothing alone: each with what stands for it in the table, and with the reason. None if the proof is not
    /// whole.
    fn rows(&self) -> impl Iterator<Item = (&Worth<'p>, &'p str, Option<&'p str>)> {
        let worths = self.scenarios.iter().filter(|worth| self.is_whole && worth.usage().wants_a_reason());
        worths.map(|worth| {
            let known = worth.scenario.told_apart.map(|reason| ("(any)", Some(reason)));
            let written = || self.reasons.row(&worth.scenario.key).map(|(pattern, why)| (pattern, Some(why)));
            let (which, reason) = known.or_else(written).unwrap_or((worth.scenario.key.as_str(), None));
            (worth, which, reason)
        })
    }

    fn reason(&self, worth: &Worth<'p>) -> Option<&'p str> {
        worth.scenario.told_apart.or_else(|| self.reasons.reason(&worth.scenario.key))
    }

    /// The patterns of the table that explain nothing in this proof. A scenario that perhaps is alone may need its reason.
    fn unused_reasons(&self) -> Vec<&'p str> {
        self.reasons_without(|usage| !matches!(usage, Use::Alone | Use::NotRun))
    }

    /// The patterns of the table that can explain nothing: of no scenario that was run and has no other reason.
    fn stale_reasons(&self) -> Vec<&'p str> {
        self.reasons_without(|usage| usage != Use::NotRun)
    }

    /// The patterns that fit none of the scenarios whose use is wanted and whose reason only the table can give.
    fn reasons_without(&self, is_wanted: impl Fn(Use) -> bool) -> Vec<&'p str> {
        if !self.is_whole {
            return Vec::new();
        }
        let may_need = self
            .scenarios
            .iter()
            .filter(|worth| worth.scenario.told_apart.is_none() && is_wanted(worth.usage()));
        self.reasons.unused(may_need.map(|worth| worth.scenario.key.as_str()))
    }
}

impl Worth<'_> {
    fn usage(&self) -> Use {
        let Self { scenario, catches, alone, perhaps_alone, left_out } = self;
        Use::of(scenario.was_run, alone.len(), perhaps_alone.len(), *catches, *left_out)
    }
}
