//! Feature files: reads text and returns the expanded features with their cases, or a fault with its place.

use crate::suite::case::{Case, read_tags};
use crate::suite::claim::Claim;
use crate::suite::grammar;
use crate::suite::grammar::{Scenario, Step};
use crate::suite::mistake::fault;
use crate::suite::registry;
use crate::suite::registry::{Act, Hints};
use crate::verdict::Fault;
use std::collections::HashMap;
use std::sync::Arc;

/// A feature file as it was found.
#[derive(Debug, Clone)]
pub struct FeatureText {
    /// The path as messages and reports show it.
    pub path: String,
    pub text: String,
}

/// A feature file that was read.
#[derive(Debug)]
pub struct LoadedFeature {
    pub cases: Vec<Arc<Case>>,
    /// The acts of the steps of each case. `None` if one of them is faulty.
    pub acts: Vec<Arc<[Act]>>,
}

/// What is wrong with a feature file as a whole, and where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileFault {
    pub path: String,
    pub line: usize,
    pub fault: Fault,
}

impl LoadedFeature {
    /// Parses and expands a file.
    pub fn parse(source: &FeatureText) -> Result<Self, FileFault> {
        let of_file = |line, message, help| FileFault {
            path: source.path.clone(),
            line,
            fault: Fault { message, help },
        };
        let outlines =
            grammar::read(&source.text).map_err(|found| of_file(found.line, found.message, found.help))?;
        let mut loaded = Self { cases: Vec::new(), acts: Vec::new() };
        let (mut keys, mut hints) = (HashMap::new(), Hints::default());
        for scenario in outlines.iter().flat_map(grammar::expand) {
            let (case, acts) = case(&source.path, scenario, &mut keys, &mut hints);
            loaded.cases.push(Arc::new(case));
            loaded.acts.push(acts);
        }
        if loaded.cases.is_empty() {
            return Err(of_file(
                1,
                "the feature has no scenario".into(),
                "add one, or remove the file".into(),
            ));
        }
        Ok(loaded)
    }
}

/// The case of a scenario, and the acts of its steps.
fn case(
    path: &str,
    scenario: Scenario,
    keys: &mut HashMap<String, usize>,
    hints: &mut Hints,
) -> (Case, Arc<[Act]>) {
    let Scenario { title, line, tags, steps, unknown, without_rows } = scenario;
    let (requirement, needs, tag_faults) = read_tags(&tags);
    let (mut acts, mut claims, mut step_faults) = (Vec::new(), Vec::new(), Vec::new());
    match unknown {
        _ if without_rows => {
            step_faults.push(fault("these examples have no row", "add a row below the heading"));
        }
        Some((line, name)) => {
            let unknown =
                fault(format!("the examples have no column `<{name}>`"), "add a column of that name");
            step_faults.push(unknown.at(&format!("{path}:{line}")));
        }
        None => {
            for step in &steps {
                match bind(path, step, &mut claims, hints) {
                    Ok(act) => acts.push(act),
                    Err(fault) => step_faults.push(fault),
                }
            }
        }
    }
    if !step_faults.is_empty() {
        acts.clear();
    }
    let case = Case {
        key: key(format!("{path}#{title}"), keys),
        title,
        file: path.to_owned(),
        line,
        candidate: tags.iter().any(|tag| tag == "candidate"),
        pending: tags.iter().any(|tag| tag == "wip"),
        odd_urls: tags.iter().any(|tag| tag == "odd-urls"),
        leaves_open: tags.iter().any(|tag| tag == "leaves-open"),
        tags,
        requirement,
        needs,
        steps,
        tag_faults,
        step_faults,
        claims,
    };
    (case, acts.into())
}

/// A key that no other scenario of the file has. Equal titles are numbered from the second on. `keys` has the highest number of each.
fn key(plain: String, keys: &mut HashMap<String, usize>) -> String {
    let mut number = keys.get(&plain).map_or(1, |highest| highest + 1);
    let mut key = if number == 1 { plain.clone() } else { format!("{plain}#{number}") };
    while keys.contains_key(&key) {
        number += 1;
        key = format!("{plain}#{number}");
    }
    keys.insert(plain, number);
    keys.entry(key.clone()).or_insert(1);
    key
}

/// The act of a step, or a fault with its place.
fn bind(path: &str, step: &Step, claims: &mut Vec<(String, Claim)>, hints: &mut Hints) -> Result<Act, Fault> {
    let place = format!("{path}:{}", step.line);
    match registry::bind(step, hints) {
        Ok((act, of_step)) => {
            claims.extend(of_step.into_iter().map(|claim| (place.clone(), claim)));
            Ok(act)
        }
        Err(fault) => Err(fault.at(&place)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::target::Ability;

    fn parse(text: &str) -> Result<LoadedFeature, FileFault> {
        LoadedFeature::parse(&FeatureText { path: "x.feature".into(), text: text.into() })
    }

    const OUTLINE: &str = "Feature: x

  @req:HPP-X-001
  Rule: It holds

    @needs:browser
    Scenario Outline: A case
      Given a <thing>

      Examples:
        | thing |
        # apart
        | a     |

        | b     |

    Scenario: Another
      Given a thing
";

    #[test]
    fn an_example_row_has_its_own_line_and_key() {
        let loaded = parse(OUTLINE).unwrap();
        let seen: Vec<(usize, &str)> =
            loaded.cases.iter().map(|case| (case.line, case.key.as_str())).collect();
        assert_eq!(seen, [(13, "x.feature#A case"), (15, "x.feature#A case#2"), (17, "x.feature#Another")]);
        assert_eq!(loaded.cases[1].steps[0].text, "a b");
        assert_eq!(loaded.cases[0].needs, [Ability::Browser]);
        assert!(loaded.cases[2].needs.is_empty() && loaded.cases[2].tag_faults.is_empty());
    }

    #[test]
    fn faults_of_tags_say_the_way_out() {
        let cases = [
            ("", "the scenario names no requirement"),
            ("@req:HPP-X-1", "`@req:HPP-X-1`"),
            (
                "@req:HPP-X-001 @req:HPP-X-002",
                "the scenario names several requirements: HPP-X-001, HPP-X-002",
            ),
            ("@req:HPP-X-001 @need:browser", "`@need:browser` is nearly a tag with a meaning"),
            ("@req:HPP-X-001 @candidat", "`@candidat` is nearly a tag with a meaning"),
            ("@req:HPP-X-001 @shop @odd-url", "`@odd-url` is nearly a tag with a meaning"),
            ("@req:HPP-X-001 @needs:luck", "`@needs:luck` does not name an ability"),
        ];
        for (tags, message) in cases {
            let loaded = parse(&format!("Feature: x\n\n  {tags}\n  Scenario: y\n    Given z\n")).unwrap();
            assert_eq!(loaded.cases[0].tag_faults[0].message, message, "{tags}");
        }
        let own = "Feature: x\n\n  @req:HPP-X-001 @vip @api @rel:7 @smoke\n  Scenario: y\n    Given z\n";
        assert_eq!(parse(own).unwrap().cases[0].tag_faults, []);
    }

    #[test]
    fn an_unknown_column_is_a_fault_of_its_scenario_with_the_line() {
        let loaded = parse(&OUTLINE.replace("a <thing>", "a <thong>")).unwrap();
        let faults = &loaded.cases[0].step_faults;
        assert_eq!(faults[0].message, "x.feature:8: the examples have no column `<thong>`");
        assert_eq!(&loaded.cases[1].step_faults, faults);
    }

    #[test]
    fn every_row_of_an_outline_has_the_hint_of_its_line() {
        let rows = OUTLINE
            .replace("Given a <thing>", "Given <thing>")
            .replace("| b     |", "| the response status |");
        let loaded = parse(&rows).unwrap();
        let [first, second, _] = &loaded.cases[..] else { panic!("{loaded:?}") };
        assert_eq!(second.step_faults[0].message, "x.feature:8: no step matches `Given the response status`");
        assert_eq!(second.step_faults[0].help, first.step_faults[0].help);
    }

    #[test]
    fn examples_without_a_row_are_a_fault_of_their_own() {
        let loaded = parse(&OUTLINE.replace("| a     |", "# a").replace("| b     |", "# b")).unwrap();
        let seen: Vec<(usize, &str, Option<&str>)> = loaded
            .cases
            .iter()
            .map(|case| {
                (case.line, case.key.as_str(), case.step_faults.first().map(|fault| fault.message.as_str()))
            })
            .collect();
        let another = "x.feature:18: no step matches `Given a thing`";
        assert_eq!(seen[0], (10, "x.feature#A case", Some("these examples have no row")));
        assert_eq!(
            (seen[1].0, seen[1].1, seen[1].2.map(|told| told.starts_with(another))),
            (17, "x.feature#Another", Some(true))
        );
    }

    #[test]
    fn every_scenario_has_a_key_of_its_own() {
        let text = "Feature: x\n  Scenario: y\n  Scenario: y#2\n  Scenario: y\n  Scenario: y\n";
        let keys: Vec<String> = parse(text).unwrap().cases.iter().map(|case| case.key.clone()).collect();
        assert_eq!(keys, ["x.feature#y", "x.feature#y#2", "x.feature#y#3", "x.feature#y#4"]);
    }
}
