//! The reader: takes the lines of a feature file one by one and puts the scenarios together.

use super::keywords::{Block, Keywords};
use super::line::{FENCES, Line, cells, language, tags};
use super::{Examples, Outline, Row, Step, StepKind, SyntaxFault};

/// Reads the scenarios of a feature file.
///
/// # Errors
/// The first line that the grammar does not allow.
pub fn read(text: &str) -> Result<Vec<Outline>, SyntaxFault> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let lines: Vec<&str> = text.split('\n').map(|line| line.strip_suffix('\r').unwrap_or(line)).collect();
    if let Some(index) = lines.iter().position(|line| line.contains(char::REPLACEMENT_CHARACTER)) {
        return Err(fault(index + 1, "this line is not UTF-8", "save the file as UTF-8"));
    }
    let keywords = spoken(&lines)?;
    Reader { lines, at: 0, keywords, tags: Vec::new(), tagged: 0 }.feature()
}

type Read<T> = Result<T, SyntaxFault>;

fn fault(line: usize, message: impl Into<String>, help: impl Into<String>) -> SyntaxFault {
    SyntaxFault { line, message: message.into(), help: help.into() }
}

/// The keywords of the language that the file names before its feature. The default is English.
fn spoken(lines: &[&str]) -> Read<Keywords> {
    let head = lines.iter().take_while(|line| line.trim().is_empty() || line.trim().starts_with('#'));
    let named = head.enumerate().find_map(|(index, line)| Some((index + 1, language(line)?)));
    let (line, language) = named.unwrap_or((1, "en"));
    let help = "use a code such as `en` or `de`, or leave the line out";
    Keywords::of(language)
        .ok_or_else(|| fault(line, format!("`{language}` is not a language of Gherkin"), help))
}

/// A position in the lines of a file.
struct Reader<'t> {
    lines: Vec<&'t str>,
    at: usize,
    keywords: Keywords,
    /// Tags that belong to the next block, and the line of the first.
    tags: Vec<String>,
    tagged: usize,
}

/// Tags and steps that each scenario inherits.
#[derive(Default, Clone)]
struct Inherited {
    tags: Vec<String>,
    steps: Vec<(Step, bool)>,
}

/// Whether a line ends a description.
type Ends = fn(Line<'_>) -> bool;

impl<'t> Reader<'t> {
    fn feature(mut self) -> Read<Vec<Outline>> {
        self.take_tags()?;
        match self.peek() {
            Some(Line::Block(Block::Feature, _)) => self.at += 1,
            Some(_) => return Err(self.misplaced()),
            None => {
                let help = "begin with `Feature:` and a title, or remove the file";
                return Err(fault(1, "this file has no feature", help));
            }
        }
        let mut feature = Inherited { tags: std::mem::take(&mut self.tags), steps: Vec::new() };
        self.part_begins(&mut feature)?;
        let mut outlines = Vec::new();
        let mut inherited = feature.clone();
        loop {
            self.take_tags()?;
            match self.peek() {
                None if self.tags.is_empty() => return Ok(outlines),
                None => {
                    let help = "put a scenario below it, or remove it";
                    return Err(fault(self.tagged, "this tag belongs to nothing", help));
                }
                Some(Line::Block(Block::Scenario, title)) => {
                    let outline = self.scenario(title, &inherited)?;
                    outlines.push(outline);
                }
                Some(Line::Block(Block::Rule, _)) => {
                    self.at += 1;
                    inherited = feature.clone();
                    inherited.tags.append(&mut self.tags);
                    self.part_begins(&mut inherited)?;
                }
                Some(_) => return Err(self.misplaced()),
            }
        }
    }

    /// The description and the background of a feature or a rule.
    fn part_begins(&mut self, inherited: &mut Inherited) -> Read<()> {
        let ends: Ends = |line| {
            matches!(line, Line::Block(Block::Background | Block::Scenario | Block::Rule, _) | Line::Tags(_))
        };
        self.description(ends)?;
        if let Some(Line::Block(Block::Background, _)) = self.peek() {
            self.at += 1;
            self.description(|line| {
                matches!(line, Line::Step(..) | Line::Block(Block::Scenario | Block::Rule, _) | Line::Tags(_))
            })?;
            inherited.steps.extend(self.steps()?);
        }
        Ok(())
    }

    fn scenario(&mut self, title: &str, inherited: &Inherited) -> Read<Outline> {
        let line = self.at + 1;
        self.at += 1;
        let mut tags = inherited.tags.clone();
        tags.append(&mut self.tags);
        self.description(|line| {
            let is_block = matches!(line, Line::Block(Block::Scenario | Block::Rule | Block::Examples, _));
            is_block || matches!(line, Line::Step(..) | Line::Tags(_))
        })?;
        let own = self.steps()?;
        let mut examples = Vec::new();
        loop {
            self.take_tags()?;
            let Some(Line::Block(Block::Examples, _)) = self.peek() else { break };
            let (line, tags) = (self.at + 1, std::mem::take(&mut self.tags));
            self.at += 1;
            self.description(|line| {
                let is_block =
                    matches!(line, Line::Block(Block::Scenario | Block::Rule | Block::Examples, _));
                is_block || matches!(line, Line::Row(_) | Line::Tags(_))
            })?;
            examples.push(Examples { line, tags, rows: self.table()? });
        }
        // A scenario without steps of its own does nothing, not even its background.
        let background = if own.is_empty() { Vec::new() } else { inherited.steps.clone() };
        let before = background.len();
        let steps = of_kinds([background, own].concat());
        Ok(Outline { title: title.to_owned(), line, tags, steps, before, examples })
    }

    /// The steps from here on, each with whether its keyword tells its kind.
    fn steps(&mut self) -> Read<Vec<(Step, bool)>> {
        let mut steps = Vec::new();
        while let Some(Line::Step(keyword, kind, text)) = self.peek() {
            let (line, keyword, text) = (self.at + 1, keyword.to_owned(), text.to_owned());
            self.at += 1;
            let (mut table, mut doc_string) = (None, None);
            loop {
                match self.peek() {
                    Some(Line::Row(_)) if table.is_none() => table = Some(self.table()?),
                    Some(Line::Fence(fence)) if doc_string.is_none() => {
                        doc_string = Some(self.doc_string(fence)?);
                    }
                    _ => break,
                }
            }
            let table = table.map(|rows| rows.into_iter().map(|row| row.cells).collect());
            let given = StepKind::Given;
            steps.push((
                Step { keyword, kind: kind.unwrap_or(given), text, line, table, doc_string },
                kind.is_some(),
            ));
        }
        Ok(steps)
    }

    fn table(&mut self) -> Read<Vec<Row>> {
        let mut rows: Vec<Row> = Vec::new();
        while let Some(Line::Row(row)) = self.peek() {
            let row = Row { line: self.at + 1, cells: cells(row) };
            let (width, expected) =
                (row.cells.len(), rows.first().map_or(row.cells.len(), |row| row.cells.len()));
            if width != expected {
                let message =
                    format!("this row has {width} cells, but the first row of its table has {expected}");
                let help = "give every row the same number of cells, each between two bars";
                return Err(fault(row.line, message, help));
            }
            rows.push(row);
            self.at += 1;
        }
        Ok(rows)
    }

    fn doc_string(&mut self, fence: &str) -> Read<String> {
        let (opening, first) = (self.at, self.lines[self.at]);
        let indent = first.len() - first.trim_start().len();
        let is_end = |line: &&str| line.trim_start().starts_with(fence);
        let Some(length) = self.lines[opening + 1..].iter().position(is_end) else {
            return Err(fault(opening + 1, "this doc string has no end", format!("close it with {fence}")));
        };
        let undented = |line: &&'t str| {
            let spaces = line.chars().take_while(|c| c.is_whitespace()).take(indent);
            &line[spaces.map(char::len_utf8).sum::<usize>()..]
        };
        let text: Vec<&str> = self.lines[opening + 1..][..length].iter().map(undented).collect();
        self.at = opening + length + 2;
        let escaped = FENCES.iter().find(|(known, _)| *known == fence).map_or(fence, |(_, escaped)| escaped);
        Ok(text.join("\n").replace(escaped, fence))
    }

    /// Passes over a description.
    ///
    /// In a description every line is allowed. So a mistyped keyword would turn a scenario into a description, and nobody would
    /// notice. It is a mistake if a step or a table follows it.
    fn description(&mut self, ends: Ends) -> Read<()> {
        let mut before = None;
        while let Some(line) = self.peek() {
            let lost = match (line, before) {
                (Line::Step(..), Some((_, Block::Scenario | Block::Background)))
                | (Line::Row(_), Some((_, Block::Examples))) => before,
                _ => None,
            };
            if let Some((at, _)) = lost {
                self.at = at;
                return Err(self.misplaced());
            }
            if ends(line) {
                return Ok(());
            }
            before = self.nearest().map(|(_, block)| (self.at, block));
            self.at += 1;
        }
        Ok(())
    }

    /// Takes the tags from here on. They belong to the next block.
    fn take_tags(&mut self) -> Read<()> {
        while let Some(Line::Tags(line)) = self.peek() {
            let with_space = |tag| {
                let help = "write a tag without white space, and `@` before each tag";
                fault(self.at + 1, format!("the tag `{tag}` has white space in it"), help)
            };
            let tags = tags(line).map_err(with_space)?;
            if self.tags.is_empty() {
                self.tagged = self.at + 1;
            }
            self.tags.extend(tags);
            self.at += 1;
        }
        Ok(())
    }

    /// The next line that is neither empty nor a comment.
    fn peek(&mut self) -> Option<Line<'t>> {
        loop {
            match Line::of(self.lines.get(self.at)?, &self.keywords) {
                Line::Empty | Line::Comment => self.at += 1,
                line => return Some(line),
            }
        }
    }

    /// The keyword that the word before the colon of this line is most like, if it is similar but not the same.
    fn nearest(&self) -> Option<(&'static str, Block)> {
        let (word, _) = self.lines[self.at].trim().split_once(':')?;
        self.keywords.nearest(word).filter(|(keyword, _)| *keyword != word)
    }

    /// The fault of a line that the grammar does not allow at its place.
    fn misplaced(&self) -> SyntaxFault {
        let shown = self.lines[self.at].trim();
        let is_known = !matches!(Line::of(shown, &self.keywords), Line::Other);
        let (message, help) = match self.nearest() {
            _ if is_known => (
                format!("`{shown}` is not allowed at this place"),
                "a feature has one `Feature:`, then one `Background:`, then scenarios and rules; steps, tables and examples belong \
                 to a scenario"
                    .to_owned(),
            ),
            Some((keyword, _)) => (no_keyword(shown), format!("did you mean `{keyword}:`?")),
            None => (no_keyword(shown), self.keywords.shown()),
        };
        fault(self.at + 1, message, help)
    }
}

fn no_keyword(line: &str) -> String {
    format!("`{line}` does not begin with a keyword of Gherkin")
}

/// Gives a step whose keyword tells no kind that of the step before it. The first one is a `Given`.
fn of_kinds(steps: Vec<(Step, bool)>) -> Vec<Step> {
    let mut kind = StepKind::Given;
    let of_kind = |(mut step, is_told): (Step, bool)| {
        if is_told {
            kind = step.kind;
        }
        step.kind = kind;
        step
    };
    steps.into_iter().map(of_kind).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(text: &str) -> Option<(usize, String)> {
        read(text).err().map(|fault| (fault.line, fault.message))
    }

    #[test]
    fn a_fault_is_found_on_its_own_line() {
        let cases = [
            (
                "Feature: x\n  Scenario: y\n    Given a\n    Wenn b\n    Then c\n",
                4,
                "`Wenn b` does not begin with a keyword of Gherkin",
            ),
            (
                "Feature: x\n\n  Scenarioo: y\n    Given a\n",
                3,
                "`Scenarioo: y` does not begin with a keyword of Gherkin",
            ),
            (
                "Feature: x\n  scenario: y\n    # first\n\n    Given a\n",
                2,
                "`scenario: y` does not begin with a keyword of Gherkin",
            ),
            (
                "Feature: x\n  Scenario: y\n    Given a\n      | a | b |\n      | 1 |\n",
                5,
                "this row has 1 cells, but the first row of its table has 2",
            ),
            (
                "Feature: x\n  Scenario: y\n    Given a\n      \"\"\"\n      text\n",
                4,
                "this doc string has no end",
            ),
            (
                "Feature: x\n  Scenario: y\n    Given a\n  Background:\n    Given b\n",
                4,
                "`Background:` is not allowed at this place",
            ),
            ("Feature: x\n  Scenario: y\n    Given a\n  @tag\n", 4, "this tag belongs to nothing"),
            ("Feature: x\n  @a b\n  Scenario: y\n", 2, "the tag `@a b` has white space in it"),
            ("# language: xx\nFeature: x\n", 1, "`xx` is not a language of Gherkin"),
            ("", 1, "this file has no feature"),
            ("# nothing yet\n\n", 1, "this file has no feature"),
            ("Feature: x\n\n  Scenario: Stra\u{fffd}e\n", 3, "this line is not UTF-8"),
            ("Fature: x\n", 1, "`Fature: x` does not begin with a keyword of Gherkin"),
        ];
        for (text, line, message) in cases {
            assert_eq!(told(text), Some((line, message.to_owned())), "{text}");
        }
    }

    #[test]
    fn a_description_may_say_anything() {
        let text = "Feature: x\n  Role: clerk of the shop\n  Rules: see the contract\n  Samples: none yet\n  Given: a\n\n\
                    \u{20} Scenario: y\n    Role: the same\n    Given a\n";
        assert_eq!(told(text), None);
    }

    #[test]
    fn a_scenario_inherits_tags_and_steps_and_a_mark_at_the_start_of_the_file_is_ignored() {
        let text = "\u{feff}@f\r\nFeature: x\r\n  Background:\r\n    Given a\r\n\r\n  @r\r\n  Rule: z\r\n    Background: w\r\n      And b\r\n\r\n\
                    \u{20}   @s #not this\r\n    Example: y\r\n      * c\r\n      When d\r\n      But e\r\n        | 1 |\r\n        ```text\r\n          f\r\n        ```\r\n\
                    \u{20}   Scenario: without steps\r\n";
        let outlines = read(text).unwrap();
        let step = |keyword: &str, kind, text: &str, line| Step {
            keyword: keyword.into(),
            kind,
            text: text.into(),
            line,
            table: None,
            doc_string: None,
        };
        let mut last = step("But", StepKind::When, "e", 15);
        last.table = Some(vec![vec!["1".into()]]);
        last.doc_string = Some("  f".into());
        let steps = vec![
            step("Given", StepKind::Given, "a", 4),
            step("And", StepKind::Given, "b", 9),
            step("*", StepKind::Given, "c", 13),
            step("When", StepKind::When, "d", 14),
            last,
        ];
        let (title, tags) = ("y".to_owned(), ["f", "r", "s"].map(ToOwned::to_owned).to_vec());
        assert_eq!(outlines[0], Outline { title, line: 12, tags, steps, before: 2, examples: Vec::new() });
        assert_eq!((outlines[1].line, &outlines[1].steps[..]), (20, &[][..]));
    }

    #[test]
    fn other_languages_have_their_own_keywords() {
        let text =
            "# language: de\nFunktionalität: x\n  Szenario: y\n    Angenommen a\n    Und b\n    Dann c\n";
        let kinds: Vec<StepKind> = read(text).unwrap()[0].steps.iter().map(|step| step.kind).collect();
        assert_eq!(kinds, [StepKind::Given, StepKind::Given, StepKind::Then]);
    }
}
