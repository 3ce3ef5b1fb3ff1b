//! The step registry: every step with its expression, its doc line and its place, collected at link time.

use crate::suite::failure::StepFailure;
use crate::suite::world::World;
use cucumber::step::{Collection, Context, Location, Step};
use cucumber_expressions::Expression;
use futures::future::LocalBoxFuture;
use gherkin::StepType;
use regex::Regex;
use std::collections::{HashMap, HashSet};
use std::time::Duration;
use tokio::time::Instant;

/// Parameter types beyond those of Cucumber: name and regular expression.
const PARAMETERS: &[(&str, &str)] = &[("url_name", "success|cancel|back|failure|error")];

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

    fn of(kind: StepType) -> Self {
        match kind {
            StepType::Given => Self::Given,
            StepType::When => Self::When,
            StepType::Then => Self::Then,
        }
    }
}

/// A step that feature files may use.
pub struct StepDef {
    pub kind: StepKind,
    /// A cucumber expression.
    pub expression: &'static str,
    pub doc: &'static str,
    pub file: &'static str,
    pub line: u32,
    pub run: Step<World>,
}

inventory::collect!(StepDef);

impl StepDef {
    fn regex(&self) -> Result<Regex, RegistryError> {
        let parameters: HashMap<&str, &str> = PARAMETERS.iter().copied().collect();
        Expression::regex_with_parameters(self.expression, &parameters).map_err(|error| RegistryError {
            place: format!("{}:{}", self.file, self.line),
            message: error.to_string(),
        })
    }
}

/// Registers a step: `step!(/// What it means. When "the expression" => function);`.
macro_rules! step {
    ($(#[doc = $doc:literal])+ $kind:ident $expression:literal => $function:ident) => {
        inventory::submit! {
            $crate::suite::registry::StepDef {
                kind: $crate::suite::registry::StepKind::$kind,
                expression: $expression,
                doc: concat!($($doc),+),
                file: file!(),
                line: line!(),
                run: |world, context| Box::pin($crate::suite::registry::drive(
                    world, context, |world, args| Box::pin($function(world, args)),
                )),
            }
        }
    };
}
pub(crate) use step;

/// The arguments of a step.
pub struct Args {
    values: Vec<String>,
    table: Vec<Vec<String>>,
}

impl Args {
    fn new(context: Context) -> Self {
        // A parameter with several groups, such as `{string}`, gives one match a group, named `__<parameter>_<group>`.
        let mut values: Vec<String> = Vec::new();
        let mut last_parameter: Option<String> = None;
        for (name, value) in context.matches.into_iter().skip(1) {
            let parameter = name
                .filter(|name| name.starts_with("__"))
                .and_then(|name| name.trim_start_matches("__").split('_').next().map(ToOwned::to_owned));
            match values.last_mut() {
                Some(previous) if parameter.is_some() && parameter == last_parameter => {
                    previous.push_str(&value);
                }
                _ => values.push(value),
            }
            last_parameter = parameter;
        }
        Self { values, table: context.step.table.map(|table| table.rows).unwrap_or_default() }
    }

    /// The parameter at this place, counted from 0; empty when the expression has none there.
    pub fn text(&self, index: usize) -> &str {
        self.values.get(index).map_or("", String::as_str)
    }

    /// The parameter at this place as a number; 0 when the expression has none there.
    pub fn number(&self, index: usize) -> i64 {
        self.text(index).parse().unwrap_or_default()
    }

    /// The rows of the data table below the step.
    pub fn table(&self) -> &[Vec<String>] {
        &self.table
    }
}

type Act = for<'w> fn(&'w mut World, Args) -> LocalBoxFuture<'w, Result<(), StepFailure>>;

/// What stops a scenario; the failure itself is kept in the world.
pub struct Stopped;

/// Runs one step with its deadline and with cancellation, and keeps its failure typed.
pub async fn drive(world: &mut World, context: Context, act: Act) {
    world.step_begins(&context.step);
    let limit = world.context().profile.deadlines.step;
    let cancel = world.context().cancel.clone();
    let pauses = world.pauses();
    let result = tokio::select! {
        result = act(world, Args::new(context)) => result,
        () = overdue(limit, &pauses) => Err(StepFailure::overdue(limit)),
        () = cancel.cancelled() => Err(StepFailure::Cancelled),
    };
    world.step_ends();
    if let Err(failure) = result {
        world.fail(failure);
        // Not a panic: the hook is not called, and the failure waits in the world for the hook after the scenario.
        std::panic::resume_unwind(Box::new(Stopped));
    }
}

/// Ends when a step has used up its time, waits that count to no deadline left out.
async fn overdue(limit: Duration, pauses: &super::world::Pauses) {
    let began = Instant::now();
    loop {
        let end = began + limit + pauses.total();
        if Instant::now() >= end {
            return;
        }
        tokio::time::sleep_until(end).await;
    }
}

/// Every step, in the order of kind and expression.
pub fn all() -> Vec<&'static StepDef> {
    let mut steps: Vec<&StepDef> = inventory::iter::<StepDef>().collect();
    steps.sort_by_key(|step| (step.kind, step.expression));
    steps
}

/// The steps that these lines could mean, in the form in which cucumber looks them up.
///
/// The others are left out, because cucumber tries every expression it has on every line of every scenario.
pub fn collection<'l>(
    lines: impl IntoIterator<Item = &'l gherkin::Step>,
) -> Result<Collection<World>, RegistryError> {
    let lines: HashSet<(StepKind, &str)> =
        lines.into_iter().map(|line| (StepKind::of(line.ty), line.value.as_str())).collect();
    let mut collection = Collection::new();
    for step in all() {
        let head = step.expression.split(['{', '(', '/', '\\']).next().unwrap_or_default();
        // `one/other` is a choice of words, and the first of them is not in every line.
        let head = head.rsplit_once(' ').map_or("", |(words, _)| words);
        let of_kind = |line: &&(StepKind, &str)| line.0 == step.kind && line.1.starts_with(head);
        let mut likely = lines.iter().filter(of_kind).peekable();
        if likely.peek().is_none() {
            continue;
        }
        let regex = step.regex()?;
        if !likely.any(|(_, text)| regex.is_match(text)) {
            continue;
        }
        let location = Some(Location { path: step.file, line: step.line, column: 1 });
        collection = match step.kind {
            StepKind::Given => collection.given(location, regex, step.run),
            StepKind::When => collection.when(location, regex, step.run),
            StepKind::Then => collection.then(location, regex, step.run),
        };
    }
    Ok(collection)
}

/// The expressions most like a step that none matches, best first; those of its own kind are preferred.
pub fn nearest(step: &gherkin::Step) -> Vec<String> {
    let kind = StepKind::of(step.ty);
    let mut ranked: Vec<(f64, &StepDef)> = all()
        .into_iter()
        .map(|known| {
            let likeness = strsim::normalized_damerau_levenshtein(known.expression, &step.value);
            (likeness + if known.kind == kind { 0.1 } else { 0.0 }, known)
        })
        .collect();
    ranked.sort_by(|(left, _), (right, _)| right.total_cmp(left));
    ranked
        .into_iter()
        .take(3)
        .map(|(_, known)| format!("{} {}", known.kind.word(), known.expression))
        .collect()
}

/// A step whose expression is malformed: a fault of ours.
#[derive(Debug, thiserror::Error)]
#[error("the step at {place} has a malformed expression: {message}")]
pub struct RegistryError {
    place: String,
    message: String,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_expression_is_well_formed_and_documented() {
        assert!(!all().is_empty());
        for step in all() {
            step.regex().unwrap();
            assert!(step.doc.trim().ends_with('.'), "{}:{} has no doc sentence", step.file, step.line);
        }
    }
}
