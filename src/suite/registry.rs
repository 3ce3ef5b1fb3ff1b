//! The step registry: every step with its expression, its doc line and its place. The linker collects them.

use crate::browser::Exit;
use crate::suite::claim::Claim;
use crate::suite::failure::Done;
use crate::suite::grammar::{Step, StepKind};
use crate::suite::ledger::Turn;
use crate::suite::mistake::fault;
use crate::suite::parameter::{Arguments, Parameter};
use crate::suite::world::World;
use crate::target::{Ability, PaymentResult};
use crate::verdict::Fault;
use cucumber_expressions::Expression;
use futures::future::LocalBoxFuture;
use regex::Regex;
use std::collections::HashMap;
use std::sync::{Arc, LazyLock, OnceLock};

/// Parameter types beyond those of Cucumber: name and regular expression.
const PARAMETERS: &[(&str, &str)] = &[("url_name", r"[^\s]+")];

/// The kinds of parameters in expressions, with what to write for each.
pub const KINDS: [(&str, &str); 5] = [
    (
        "{word}",
        "one word without spaces, such as `WAITING`. In quotes it is meant as it is, where any word is allowed.",
    ),
    ("{string}", "a text in double quotes, such as `\"Tea for two\"`"),
    ("{int}", "a whole number, such as `47`"),
    (
        "{url_name}",
        "the name of a merchant URL: `success`, `cancel`, `back`, `failure`, `error` or `status_update`",
    ),
    ("(s)", "letters that may be left out: `1 minute`, `2 minutes`"),
];

/// Former words of steps, with the words that they mean today.
const FORMER: [(&str, &str); 7] = [
    ("with credentials that are not Basic", "with the scheme Bearer"),
    ("with a body that is not JSON", "with a body that is cut"),
    ("with a body that is no JSON", "with a body that is cut"),
    ("with an empty body", "with a body that is empty"),
    ("the call is made again", "each call is made again"),
    ("the call is made at most", "each call is made at most"),
    ("the clock reaches", "the clock stands"),
];

/// A step of a scenario with its parameters, ready to run.
#[derive(Clone)]
pub struct Act(Arc<ActFn>);

type ActFn = dyn for<'w> Fn(&'w mut World) -> LocalBoxFuture<'w, Done> + Send + Sync;

impl Act {
    /// Runs it.
    pub fn run<'w>(&self, world: &'w mut World) -> LocalBoxFuture<'w, Done> {
        (self.0)(world)
    }
}

impl std::fmt::Debug for Act {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Act")
    }
}

/// A function that runs a step. `P` are its parameters.
pub trait StepFn<P>: Copy + Send + Sync + 'static {
    /// Parses the parameters.
    fn bind(self, arguments: &mut Arguments) -> Result<Act, Fault>;
}

macro_rules! step_fn {
    ($($parameter:ident $value:ident),*) => {
        impl<F, $($parameter: Parameter),*> StepFn<($($parameter,)*)> for F
        where
            F: AsyncFn(&mut World $(, $parameter)*) -> Done + Copy + Send + Sync + 'static,
        {
            fn bind(self, arguments: &mut Arguments) -> Result<Act, Fault> {
                let _: &Arguments = arguments;
                $(let $value = $parameter::take(arguments)?;)*
                Ok(Act(Arc::new(move |world| {
                    $(let $value = $value.clone();)*
                    Box::pin(async move { self(world $(, $value)*).await })
                })))
            }
        }
    };
}
step_fn!();
step_fn!(A a);
step_fn!(A a, B b);
step_fn!(A a, B b, C c);

/// A step that feature files may use.
pub struct StepDef {
    pub kind: StepKind,
    /// The abilities without which the step cannot be done.
    pub needs: &'static [Ability],
    /// How the payment ends that the step makes.
    pub ends: Option<PaymentResult>,
    /// The ways to leave the page that the step uses or looks for.
    pub leaves: &'static [Exit],
    /// The session of an earlier run that the step needs.
    pub earlier: Option<Turn>,
    /// A cucumber expression.
    pub expression: &'static str,
    pub doc: &'static str,
    pub file: &'static str,
    pub line: u32,
    pub bind: fn(&mut Arguments) -> Result<Act, Fault>,
}

inventory::collect!(StepDef);

/// Registers a step: `step!(/// What it means. When "the expression" => function);`. A closure `|world, word: Type| …` may
/// replace the function. `When(Browser)` says which abilities it needs, `ends Approve` how a payment ends that it
/// makes, `leaves Back` the ways to leave the page that it needs, and `earlier Open` the session of an earlier run.
macro_rules! step {
    ($(#[doc = $doc:literal])+ $kind:ident$(($($need:ident),+))? $(ends $result:ident)? $(leaves $($exit:ident),+)? $(earlier $turn:ident)? $expression:literal => |$world:ident $(, $word:ident: $type:ty)*| $does:expr) => {
        $crate::suite::registry::step!(
            $(#[doc = $doc])+
            $kind$(($($need),+))? $(ends $result)? $(leaves $($exit),+)? $(earlier $turn)? $expression => async |$world: &mut $crate::suite::world::World $(, $word: $type)*| $does
        );
    };
    ($(#[doc = $doc:literal])+ $kind:ident$(($($need:ident),+))? $(ends $result:ident)? $(leaves $($exit:ident),+)? $(earlier $turn:ident)? $expression:literal => $function:expr) => {
        inventory::submit! {
            $crate::suite::registry::StepDef {
                kind: $crate::suite::grammar::StepKind::$kind,
                needs: &[$($($crate::target::Ability::$need),+)?],
                ends: [$($crate::target::PaymentResult::$result)?].first().copied(),
                leaves: &[$($($crate::browser::Exit::$exit),+)?],
                earlier: [$($crate::suite::ledger::Turn::$turn)?].first().copied(),
                expression: $expression,
                doc: concat!($($doc),+),
                file: file!(),
                line: line!(),
                bind: |arguments| $crate::suite::registry::StepFn::bind($function, arguments),
            }
        }
    };
}
pub(crate) use step;

/// A step with its regular expression, which is compiled only if a line may match it.
struct Compiled {
    step: &'static StepDef,
    /// The beginning of each line that matches it.
    head: &'static str,
    regex: OnceLock<Result<Regex, String>>,
}

static KNOWN: LazyLock<Vec<Compiled>> = LazyLock::new(|| {
    let known = |step: &'static StepDef| {
        let head = step.expression.split(['{', '(', '/', '\\']).next().unwrap_or_default();
        // `one/other` is a choice of words, so not every line has the first of them.
        let head = head.rsplit_once(' ').map_or("", |(words, _)| words);
        Compiled { step, head, regex: OnceLock::new() }
    };
    all().into_iter().map(known).collect()
});

impl Compiled {
    fn regex(&self) -> Result<&Regex, Fault> {
        let compile = || {
            let parameters: HashMap<&str, &str> = PARAMETERS.iter().copied().collect();
            Expression::regex_with_parameters(self.step.expression, &parameters)
                .map_err(|error| error.to_string())
        };
        self.regex.get_or_init(compile).as_ref().map_err(|error| {
            let place = format!("{}:{}", self.step.file, self.step.line);
            fault(format!("the step at {place} has a malformed expression"), error.as_str())
        })
    }

    /// The words of a line that are parameters. `None` if the line does not match this step.
    fn words(&self, line: &Step) -> Result<Option<Vec<String>>, Fault> {
        if self.step.kind != line.kind || !line.text.starts_with(self.head) {
            return Ok(None);
        }
        let regex = self.regex()?;
        let Some(found) = regex.captures(&line.text) else { return Ok(None) };
        // A parameter with several groups, such as `{string}`, names them `__<parameter>_<group>`. One of them has the value.
        let mut words: Vec<String> = Vec::new();
        let mut last = None;
        for (name, group) in regex.capture_names().zip(found.iter()).skip(1) {
            let own = name.and_then(|name| name.strip_prefix("__")?.split('_').next());
            let value = group.map_or("", |group| group.as_str());
            match words.last_mut() {
                Some(word) if own.is_some() && own == last => word.push_str(value),
                _ => words.push(value.to_owned()),
            }
            last = own;
        }
        Ok(Some(words))
    }
}

/// Every step, in the order of kind and expression.
pub fn all() -> Vec<&'static StepDef> {
    let mut steps: Vec<&StepDef> = inventory::iter::<StepDef>().collect();
    steps.sort_by_key(|step| (step.kind, step.expression));
    steps
}

/// What to write instead of the lines of one file that no step matches, by the number of the line. It is found once for all rows of an
/// outline, since comparing a line with every step takes a millisecond.
#[derive(Default)]
pub struct Hints(HashMap<usize, String>);

impl Hints {
    fn of(&mut self, line: &Step) -> String {
        self.0.entry(line.line).or_insert_with(|| hint(line)).clone()
    }
}

/// The step that a line matches, with the words of the line.
pub fn find(line: &Step, hints: &mut Hints) -> Result<Found, Fault> {
    let mut found = matching(line)?;
    let former = FORMER.into_iter().find(|(former, _)| found.is_empty() && line.text.contains(former));
    if let Some((former, today)) = former {
        found = matching(&Step { text: line.text.replace(former, today), ..line.clone() })?;
    }
    only(line, found, hints)
}

fn matching(line: &Step) -> Result<Vec<Found>, Fault> {
    let mut found = Vec::new();
    for known in KNOWN.iter() {
        found.extend(known.words(line)?.map(|words| (known.step, words)));
    }
    Ok(found)
}

type Found = (&'static StepDef, Vec<String>);

fn only(line: &Step, mut found: Vec<Found>, hints: &mut Hints) -> Result<Found, Fault> {
    if found.len() == 1 {
        return Ok(found.remove(0));
    }
    let text = line.shown();
    if found.is_empty() {
        return Err(fault(format!("no step matches `{text}`"), hints.of(line)));
    }
    let meanings: Vec<&str> = found.iter().map(|(step, _)| step.expression).collect();
    let message = format!("{} steps match `{text}`: `{}`", meanings.len(), meanings.join("`, `"));
    Err(fault(message, "change the words so that only one of them matches"))
}

/// The act of a line, and what it takes for granted.
pub fn bind(line: &Step, hints: &mut Hints) -> Result<(Act, Vec<Claim>), Fault> {
    let (step, words) = find(line, hints)?;
    let mut arguments = Arguments::new(words, line.table.clone());
    arguments.claims.extend(step.needs.iter().copied().map(Claim::Needs));
    arguments.claims.extend(step.ends.map(Claim::Ends));
    arguments.claims.extend(step.leaves.iter().copied().map(Claim::Leaves));
    arguments.claims.extend(step.earlier.map(Claim::Earlier));
    let act = (step.bind)(&mut arguments)?;
    if line.doc_string.is_some() {
        return Err(fault("this step takes no text block", "remove the text block below it"));
    }
    Ok((act, arguments.end()?))
}

/// What to write instead of a line that no step matches.
fn hint(line: &Step) -> String {
    let nearest = nearest(line).join("`, `");
    let is_unquoted = nearest.contains("{string}") && !line.text.contains('"');
    let quotes = if is_unquoted { "; write a `{string}` in quotes" } else { "" };
    format!("the nearest are `{nearest}`{quotes}")
}

/// The expressions most similar to a line that no step matches, best first. One that matches with another keyword is the first, then
/// come those with the same keyword.
fn nearest(line: &Step) -> Vec<String> {
    let matches = |known: &StepDef| {
        let other = Step { kind: known.kind, ..line.clone() };
        let compiled = KNOWN.iter().find(|own| std::ptr::eq(own.step, known));
        compiled.is_some_and(|own| own.words(&other).is_ok_and(|words| words.is_some()))
    };
    let mut ranked: Vec<_> = all()
        .into_iter()
        .map(|known| (matches(known), known.kind == line.kind, likeness(known.expression, &line.text), known))
        .collect();
    ranked.sort_by(|left, right| {
        (right.0, right.1).cmp(&(left.0, left.1)).then_with(|| right.2.total_cmp(&left.2))
    });
    ranked.iter().take(3).map(|(.., known)| format!("{} {}", known.kind.word(), known.expression)).collect()
}

/// How similar an expression and a line are: by their letters and by the words that both have.
fn likeness(expression: &str, text: &str) -> f64 {
    let words = |text: &'_ str| text.split_whitespace().map(str::to_lowercase).collect::<Vec<_>>();
    let (known, written) = (words(expression), words(text));
    let is_known =
        |word: &&String| known.iter().any(|other| strsim::normalized_damerau_levenshtein(other, word) > 0.6);
    let shared = written.iter().filter(is_known).map(String::len).sum::<usize>();
    let all: usize = written.iter().map(String::len).sum::<usize>().max(1);
    let by_words = f64::from(u32::try_from(shared).unwrap_or(0)) / f64::from(u32::try_from(all).unwrap_or(1));
    strsim::normalized_damerau_levenshtein(expression, text) + by_words
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::suite::grammar;

    #[test]
    fn every_expression_is_well_formed_and_documented() {
        assert!(!KNOWN.is_empty());
        for known in KNOWN.iter() {
            let StepDef { doc, file, line, .. } = known.step;
            assert_eq!(known.regex().err(), None);
            assert!(doc.trim().ends_with('.'), "{file}:{line} has no doc sentence");
        }
    }

    #[test]
    fn a_step_has_its_former_words_too() {
        for (line, expression, expected) in [
            (
                "When the merchant tries to read a hosted session with credentials that are not Basic",
                "the merchant tries to {word} a hosted session with the scheme {word}",
                &["read", "Bearer"][..],
            ),
            (
                "When the merchant creates a hosted session with a body that is not JSON",
                "the merchant creates a hosted session with a body that is {word}",
                &["cut"],
            ),
            ("Then the call is made again after a while", "each call is made again after a while", &[]),
            ("Then the call is made at most 4 times", "each call is made at most {int} times", &["4"]),
            (
                "Given the clock reaches 5 minutes after the end of the payment session",
                "the clock stands {int} minute(s) after the end of the payment session",
                &["5"],
            ),
        ] {
            let outlines = grammar::read(&format!("Feature: x\n\n  Scenario: y\n    {line}\n")).unwrap();
            let (step, words) = find(&outlines[0].steps[0], &mut Hints::default()).unwrap();
            assert_eq!(
                (step.expression, &words[..]),
                (expression, &expected.iter().map(|word| (*word).to_owned()).collect::<Vec<_>>()[..])
            );
        }
    }

    #[test]
    fn a_line_that_two_steps_match_names_both() {
        let outlines = grammar::read("Feature: x\n\n  Scenario: y\n    Given a session\n").unwrap();
        let both = all().into_iter().take(2).map(|step| (step, Vec::new())).collect();
        let fault = only(&outlines[0].steps[0], both, &mut Hints::default()).err().unwrap();
        let (first, second) = (all()[0].expression, all()[1].expression);
        assert_eq!(fault.message, format!("2 steps match `Given a session`: `{first}`, `{second}`"));
    }
}
