//! Feature files: reads text and returns the expanded features with their cases, or a fault with its place.

use crate::suite::case::{Case, read_tags};
use crate::suite::gherkin_fault;
use crate::suite::parameter::Claim;
use crate::suite::registry;
use crate::suite::registry::Act;
use crate::verdict::Fault;
use cucumber::feature::Ext;
use gherkin::GherkinEnv;
use std::path::PathBuf;
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
        let fault = |line, message: String, help: &str| FileFault {
            path: source.path.clone(),
            line,
            fault: Fault { message, help: help.to_owned() },
        };
        if let Some((line, message, help)) = gherkin_fault::find(&source.text) {
            return Err(fault(line, message, &help));
        }
        let mut feature = gherkin::Feature::parse(&source.text, GherkinEnv::default()).map_err(|error| {
            let text = error.to_string();
            let line = text.trim_start_matches("Error at ").split(':').next();
            let line = line.and_then(|line| line.parse().ok()).unwrap_or(1);
            fault(
                line,
                format!("the Gherkin near this line is not valid: {text}"),
                "correct this line, or the one before it",
            )
        })?;
        feature.path = Some(PathBuf::from(&source.path));
        let rows = OutlineRows::of(&feature, &source.text);
        let mut feature = feature.expand_examples().map_err(|error| {
            let help = "add a column of that name";
            fault(error.pos.line, format!("the examples have no column `<{}>`", error.name), help)
        })?;
        rows.correct(&mut feature);
        let (cases, acts) = cases(&source.path, &feature);
        if cases.is_empty() {
            return Err(fault(1, "the feature has no scenario".into(), "add one, or remove the file"));
        }
        Ok(Self { cases, acts })
    }
}

/// The lines of the example rows. The parser gives only the line of the heading, and there may be lines between the rows.
struct OutlineRows(Vec<Vec<usize>>);

impl OutlineRows {
    fn of(feature: &gherkin::Feature, text: &str) -> Self {
        let lines: Vec<&str> = text.lines().collect();
        let scenarios = feature.scenarios.iter().chain(feature.rules.iter().flat_map(|rule| &rule.scenarios));
        let of_examples = |examples: &gherkin::Examples| {
            let count = examples.table.as_ref().map_or(0, |table| table.rows.len());
            let rows = lines.iter().enumerate().skip(examples.position.line);
            let table = rows.filter(|(_, line)| line.trim_start().starts_with('|'));
            table.map(|(index, _)| index + 1).take(count).skip(1).collect::<Vec<_>>()
        };
        Self(
            scenarios
                .map(|scenario| scenario.examples.iter().flat_map(of_examples).collect::<Vec<_>>())
                .collect(),
        )
    }

    /// Gives each expanded scenario the line of its own row.
    fn correct(self, feature: &mut gherkin::Feature) {
        let mut expanded =
            feature.scenarios.iter_mut().chain(feature.rules.iter_mut().flat_map(|rule| &mut rule.scenarios));
        for rows in self.0 {
            if rows.is_empty() {
                expanded.next();
            }
            for line in rows {
                if let Some(scenario) = expanded.next() {
                    scenario.position.line = line;
                }
            }
        }
    }
}

fn cases(path: &str, feature: &gherkin::Feature) -> (Vec<Arc<Case>>, Vec<Arc<[Act]>>) {
    let (mut cases, mut acts): (Vec<Arc<Case>>, Vec<Arc<[Act]>>) = (Vec::new(), Vec::new());
    let background = |holder: Option<&gherkin::Background>| {
        holder.map(|background| background.steps.clone()).unwrap_or_default()
    };
    let outer = background(feature.background.as_ref());
    let mut add = |scenario: &gherkin::Scenario, rule: Option<&gherkin::Rule>| {
        let mut tags = feature.tags.clone();
        let mut steps = outer.clone();
        if let Some(rule) = rule {
            tags.extend(rule.tags.iter().cloned());
            steps.extend(background(rule.background.as_ref()));
        }
        tags.extend(scenario.tags.iter().cloned());
        steps.extend(scenario.steps.iter().cloned());
        let row = cases.iter().filter(|case| case.title == scenario.name).count();
        let (requirement, needs, tag_fault) = read_tags(&tags);
        let mut claims = Vec::new();
        let bound: Result<Vec<Act>, Fault> = steps.iter().map(|step| bind(path, step, &mut claims)).collect();
        let step_fault = bound.as_ref().err().cloned();
        acts.push(bound.unwrap_or_default().into());
        cases.push(Arc::new(Case {
            key: if row == 0 {
                format!("{path}#{}", scenario.name)
            } else {
                format!("{path}#{}#{}", scenario.name, row + 1)
            },
            title: scenario.name.clone(),
            file: path.to_owned(),
            line: scenario.position.line,
            candidate: tags.iter().any(|tag| tag == "candidate"),
            odd_urls: tags.iter().any(|tag| tag == "odd-urls"),
            tags,
            requirement,
            needs,
            steps,
            tag_fault,
            step_fault,
            claims,
        }));
    };
    for scenario in &feature.scenarios {
        add(scenario, None);
    }
    for rule in &feature.rules {
        for scenario in &rule.scenarios {
            add(scenario, Some(rule));
        }
    }
    (cases, acts)
}

/// The act of a step, or a fault with its place.
fn bind(path: &str, step: &gherkin::Step, claims: &mut Vec<(String, Claim)>) -> Result<Act, Fault> {
    let place = format!("{path}:{}", step.position.line);
    match registry::bind(step) {
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
        assert_eq!(loaded.cases[1].steps[0].value, "a b");
        assert_eq!(loaded.cases[0].needs, [Ability::Browser]);
        assert!(loaded.cases[2].needs.is_empty() && loaded.cases[2].tag_fault.is_none());
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
            ("@req:HPP-X-001 @needs:luck", "`@needs:luck` does not name an ability"),
        ];
        for (tags, message) in cases {
            let loaded = parse(&format!("Feature: x\n\n  {tags}\n  Scenario: y\n    Given z\n")).unwrap();
            assert_eq!(loaded.cases[0].tag_fault.as_ref().unwrap().message, message, "{tags}");
        }
    }

    #[test]
    fn an_unknown_column_is_a_fault_with_its_line() {
        let fault = parse(&OUTLINE.replace("a <thing>", "a <thong>")).unwrap_err();
        assert_eq!((fault.line, fault.fault.message.as_str()), (8, "the examples have no column `<thong>`"));
    }
}
