//! The grammar of feature files: reads them as the reference parser of Gherkin does, and expands their outlines.
//!
//! It differs from the reference parser where a mistake in a file would stay unnoticed. `reference.rs` lists each difference with
//! its reason.

mod keywords;
mod line;
mod outline;
mod reader;
#[cfg(all(test, feature = "gherkin-data"))]
mod reference;

pub use outline::{Scenario, expand};
pub use reader::read;

/// Whether a step is a state, an act or an observation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum StepKind {
    Given,
    When,
    Then,
}

impl StepKind {
    /// The keyword of feature files.
    pub fn word(self) -> &'static str {
        match self {
            Self::Given => "Given",
            Self::When => "When",
            Self::Then => "Then",
        }
    }
}

/// A step of a scenario.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Step {
    /// The keyword as it is written, without the space after it.
    pub keyword: String,
    /// `And`, `But` and `*` have the kind of the step before them.
    pub kind: StepKind,
    pub text: String,
    pub line: usize,
    /// The rows of the table below it.
    pub table: Option<Vec<Vec<String>>>,
    /// The text block below it.
    pub doc_string: Option<String>,
}

impl Step {
    /// Keyword and text, as the file has them.
    pub fn shown(&self) -> String {
        format!("{} {}", self.keyword, self.text)
    }
}

/// A scenario as it is written, with everything that it inherits. An outline has examples.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outline {
    pub title: String,
    pub line: usize,
    /// Tags of the feature, its rule and the scenario, without `@`.
    pub tags: Vec<String>,
    /// Steps of both backgrounds and of the scenario.
    pub steps: Vec<Step>,
    /// How many of them are those of a background. Examples do not change these.
    pub before: usize,
    pub examples: Vec<Examples>,
}

/// A table of examples. The first row is the heading.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Examples {
    pub line: usize,
    pub tags: Vec<String>,
    pub rows: Vec<Row>,
}

/// A row of a table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    pub line: usize,
    pub cells: Vec<String>,
}

/// What is wrong with the Gherkin of a file, and where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SyntaxFault {
    pub line: usize,
    pub message: String,
    pub help: String,
}
