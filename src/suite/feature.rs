//! Feature files: text in, expanded features and their cases out, or a fault with its place.

use crate::requirement::RequirementId;
use crate::suite::gherkin_fault;
use crate::target::Ability;
use crate::verdict::Fault;
use cucumber::feature::Ext;
use gherkin::GherkinEnv;
use std::collections::HashSet;
use std::path::PathBuf;
use std::sync::Arc;

/// A feature file as it was found.
#[derive(Debug, Clone)]
pub struct FeatureText {
    /// As it is shown in messages and reports.
    pub path: String,
    pub text: String,
}

/// A feature file that could be read.
#[derive(Debug)]
pub struct LoadedFeature {
    pub cases: Vec<Arc<Case>>,
    /// What a runner is given of them.
    pub script: Arc<Script>,
}

/// A feature from which any of its scenarios can be taken.
#[derive(Debug)]
pub struct Script {
    /// The feature and its rules, without their scenarios.
    frame: gherkin::Feature,
    /// In the order of the cases, each with the index of its rule.
    scenarios: Vec<(Option<usize>, gherkin::Scenario)>,
}

/// A scenario, or an example row of an outline, before anything is run.
#[derive(Debug, Clone)]
pub struct Case {
    /// Feature path, scenario title and example row.
    pub key: String,
    pub title: String,
    pub file: String,
    pub line: usize,
    /// Of the feature, its rule and the scenario together, without `@`.
    pub tags: Vec<String>,
    pub requirement: Option<RequirementId>,
    pub needs: Vec<Ability>,
    pub candidate: bool,
    /// Tagged `@odd-urls`: means its merchant URLs to be odd, so nobody is warned of them.
    pub odd_urls: bool,
    /// Steps in order, backgrounds first.
    pub steps: Vec<gherkin::Step>,
    /// What is wrong with its tags.
    pub fault: Option<Fault>,
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
            let line = text
                .trim_start_matches("Error at ")
                .split(':')
                .next()
                .and_then(|line| line.parse().ok())
                .unwrap_or(1);
            fault(line, format!("no valid Gherkin near this line: {text}"), "mend the Gherkin")
        })?;
        feature.path = Some(PathBuf::from(&source.path));
        let rows = OutlineRows::of(&feature, &source.text);
        let mut feature = feature.expand_examples().map_err(|error| {
            let help = "give the examples a column of that name";
            fault(error.pos.line, format!("`<{}>` is no column of the examples", error.name), help)
        })?;
        rows.correct(&mut feature);
        let cases = cases(&source.path, &feature);
        if cases.is_empty() {
            return Err(fault(1, "no scenario".into(), "add one, or take the file away"));
        }
        Ok(Self { cases, script: Arc::new(Script::of(feature)) })
    }
}

impl Script {
    fn of(mut frame: gherkin::Feature) -> Self {
        let mut scenarios: Vec<_> = frame.scenarios.drain(..).map(|scenario| (None, scenario)).collect();
        for (index, rule) in frame.rules.iter_mut().enumerate() {
            scenarios.extend(rule.scenarios.drain(..).map(|scenario| (Some(index), scenario)));
        }
        Self { frame, scenarios }
    }

    /// The feature with only the scenarios of these cases, named by their indexes.
    pub fn part(&self, cases: impl IntoIterator<Item = usize>) -> gherkin::Feature {
        let mut feature = self.frame.clone();
        for (rule, scenario) in cases.into_iter().filter_map(|index| self.scenarios.get(index)) {
            let holder = rule.and_then(|index| feature.rules.get_mut(index));
            holder.map_or(&mut feature.scenarios, |rule| &mut rule.scenarios).push(scenario.clone());
        }
        feature.rules.retain(|rule| !rule.scenarios.is_empty());
        feature
    }
}

/// The lines of the example rows: the parser gives only that of the heading, and rows may stand apart.
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

fn cases(path: &str, feature: &gherkin::Feature) -> Vec<Arc<Case>> {
    let mut cases: Vec<Arc<Case>> = Vec::new();
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
        let (requirement, needs, fault) = read_tags(&tags);
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
            fault,
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
    cases
}

/// What `@req:` and `@needs:` say, and what is wrong with them.
fn read_tags(tags: &[String]) -> (Option<RequirementId>, Vec<Ability>, Option<Fault>) {
    let fault = |message: String, help: String| Some(Fault { message, help });
    let mut needs = Vec::new();
    for word in tags.iter().filter_map(|tag| tag.strip_prefix("needs:")) {
        match Ability::named(word) {
            Some(ability) if !needs.contains(&ability) => needs.push(ability),
            Some(_) => {}
            None => {
                let known = Ability::ALL.map(Ability::word).join(", ");
                let help = format!("known abilities: {known}");
                return (None, needs, fault(format!("`@needs:{word}` names no ability"), help));
            }
        }
    }
    let ids: Vec<&str> = tags.iter().filter_map(|tag| tag.strip_prefix("req:")).collect();
    let distinct: HashSet<&&str> = ids.iter().collect();
    match (ids.as_slice(), distinct.len()) {
        ([], _) => {
            let help = "tag the scenario or its rule with `@req:` and the id of one requirement".into();
            (None, needs, fault("no requirement is named".into(), help))
        }
        ([id, ..], 1) => match id.parse() {
            Ok(id) => (Some(id), needs, None),
            Err(error) => (None, needs, fault(format!("`@req:{id}`"), error_text(&error))),
        },
        (ids, _) => {
            let help = "a scenario judges exactly one; write a scenario for each".into();
            (None, needs, fault(format!("several requirements are named: {}", ids.join(", ")), help))
        }
    }
}

fn error_text(error: &dyn std::error::Error) -> String {
    error.to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

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
        assert!(loaded.cases[2].needs.is_empty() && loaded.cases[2].fault.is_none());
    }

    #[test]
    fn a_part_of_a_script_has_the_chosen_scenarios_alone() {
        let script = parse(OUTLINE).unwrap().script;
        let part = script.part([1]);
        let lines: Vec<usize> =
            part.rules[0].scenarios.iter().map(|scenario| scenario.position.line).collect();
        assert_eq!((lines.as_slice(), part.rules.len(), part.scenarios.len()), (&[15][..], 1, 0));
    }

    #[test]
    fn faults_of_tags_say_the_way_out() {
        let cases = [
            ("", "no requirement is named"),
            ("@req:HPP-X-1", "`@req:HPP-X-1`"),
            ("@req:HPP-X-001 @req:HPP-X-002", "several requirements are named: HPP-X-001, HPP-X-002"),
            ("@req:HPP-X-001 @needs:luck", "`@needs:luck` names no ability"),
        ];
        for (tags, message) in cases {
            let loaded = parse(&format!("Feature: x\n\n  {tags}\n  Scenario: y\n    Given z\n")).unwrap();
            assert_eq!(loaded.cases[0].fault.as_ref().unwrap().message, message, "{tags}");
        }
    }

    #[test]
    fn an_unknown_column_is_a_fault_with_its_line() {
        let fault = parse(&OUTLINE.replace("a <thing>", "a <thong>")).unwrap_err();
        assert_eq!((fault.line, fault.fault.message.as_str()), (8, "`<thong>` is no column of the examples"));
    }
}
