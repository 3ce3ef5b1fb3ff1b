//! The trial of a fault: its parts, and what was seen in each.

use crate::fault::Fault;
use crate::prove::faults::judge::Difference;
use serde::Serialize;

/// One part of a trial.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Part {
    /// What was tried.
    pub what: &'static str,
    pub seen: Result<(), Difference>,
}

/// The result of the suite for one fault.
#[derive(Debug)]
pub struct FaultTrial {
    pub fault: &'static Fault,
    pub parts: Vec<Part>,
    /// Why there is no result.
    pub lost: Option<String>,
}

/// One trial for programs.
#[derive(Serialize)]
pub struct FaultResult<'t> {
    fault: &'static str,
    place: &'static str,
    stated: String,
    parts: Vec<PartResult<'t>>,
    trouble: Option<&'t str>,
    proven: bool,
}

#[derive(Serialize)]
struct PartResult<'t> {
    tried: &'static str,
    /// How it differs from what was stated.
    difference: Option<&'t str>,
}

impl Difference {
    fn text(&self) -> &str {
        let (Self::Noise(text) | Self::Wrong(text)) = self;
        text
    }
}

impl FaultTrial {
    /// A trial with these parts.
    pub fn new(fault: &'static Fault, parts: Vec<Part>) -> Self {
        Self { fault, parts, lost: None }
    }

    /// A trial without a result.
    pub fn lost(fault: &'static Fault, why: String) -> Self {
        Self { fault, parts: Vec::new(), lost: Some(why) }
    }

    /// Whether everything is as stated.
    pub fn holds(&self) -> bool {
        self.lost.is_none() && !self.parts.is_empty() && self.parts.iter().all(|part| part.seen.is_ok())
    }

    /// Whether only trouble stands against it, which may not come again.
    pub fn is_noise(&self) -> bool {
        let mut differences = self.parts.iter().filter_map(|part| part.seen.as_ref().err());
        !self.holds() && differences.all(|it| matches!(it, Difference::Noise(_)))
    }

    /// How it differs from what was stated, one line each.
    pub fn differences(&self) -> Vec<String> {
        let parts = self.parts.iter().filter_map(|part| {
            let difference = part.seen.as_ref().err()?;
            Some(format!("{}, {}: {}", self.fault.name, part.what, difference.text()))
        });
        let lost = self.lost.iter().map(|why| format!("{}: {why}", self.fault.name));
        parts.chain(lost).collect()
    }

    /// The word for the result.
    pub fn word(&self) -> &'static str {
        match (self.holds(), self.is_noise()) {
            (true, _) => "as stated",
            (_, true) => "TROUBLE",
            _ => "NOT AS STATED",
        }
    }

    /// A line for those who wait.
    pub fn told(&self) -> String {
        let line = format!("{}: {}", self.fault.name, self.word());
        std::iter::once(line).chain(self.differences()).collect::<Vec<_>>().join("\n  ")
    }

    /// The trial as a row of the table.
    pub fn row(&self) -> Vec<String> {
        let Fault { name, place, outcome, .. } = self.fault;
        let parts: Vec<&str> = self.parts.iter().map(|part| part.what).collect();
        vec![
            (*name).to_owned(),
            place.word().to_owned(),
            outcome.to_string(),
            parts.join(", "),
            self.word().to_owned(),
        ]
    }

    /// The trial as JSON.
    pub fn result(&self) -> FaultResult<'_> {
        let parts = self.parts.iter().map(|part| PartResult {
            tried: part.what,
            difference: part.seen.as_ref().err().map(Difference::text),
        });
        let parts = parts.collect();
        FaultResult {
            fault: self.fault.name,
            place: self.fault.place.word(),
            stated: self.fault.outcome.to_string(),
            parts,
            trouble: self.lost.as_deref(),
            proven: self.holds(),
        }
    }
}
