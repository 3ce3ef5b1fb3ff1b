//! Finds the true place of a fault in Gherkin. The parser names the place where it gave up, which is often later.

use gherkin::GherkinEnv;

const KEYWORDS: &[&str] = &["Feature", "Rule", "Background", "Scenario", "Scenario Outline", "Examples"];

/// Words that English files may use besides [`KEYWORDS`].
const SYNONYMS: &[&str] = &["Example", "Scenario Template", "Scenarios", "Business Need", "Ability"];

const STEPS: &[&str] = &["Given ", "When ", "Then ", "And ", "But ", "* "];

/// The line, what is wrong, and how to correct it. `None` if nothing is found; the caller then shows the message of the parser.
pub fn find(text: &str) -> Option<(usize, String, String)> {
    if let Some(fault) = unknown_language(text) {
        return fault;
    }
    let mut doc_string: Option<(usize, &str)> = None;
    let mut table_width: Option<usize> = None;
    let mut in_steps = false;
    let mut begun = false;
    for (index, line) in text.lines().enumerate() {
        let number = index + 1;
        let line = line.trim();
        if line.contains(char::REPLACEMENT_CHARACTER) {
            return Some((number, "this line is not UTF-8".into(), "save the file as UTF-8".into()));
        }
        if let Some((_, fence)) = doc_string {
            if line.starts_with(fence) {
                doc_string = None;
            }
            continue;
        }
        if !line.starts_with('|') {
            table_width = None;
        }
        if line.is_empty() || line.starts_with('#') || line.starts_with('@') {
            continue;
        }
        if let Some(fence) = ["\"\"\"", "```"].into_iter().find(|fence| line.starts_with(fence)) {
            doc_string = Some((number, fence));
        } else if line.starts_with('|') {
            let width = line.replace("\\|", "").matches('|').count() - 1;
            let expected = *table_width.get_or_insert(width);
            if width != expected {
                let message =
                    format!("this row has {width} cells, but the first row of its table has {expected}");
                return Some((number, message, "give every row the same number of cells".into()));
            }
        } else if STEPS.iter().any(|step| line.starts_with(step)) {
            in_steps = true;
        } else if begins_with_keyword(line) {
            begun = true;
            in_steps = false;
        } else if in_steps || !begun {
            return Some((number, unknown_line(line), way_out(line)));
        } else if let Some((word, _)) = line.split_once(':')
            && nearest_keyword(word).is_some()
        {
            return Some((number, unknown_line(line), way_out(line)));
        }
    }
    if let Some((line, fence)) = doc_string {
        return Some((line, "this doc string has no end".into(), format!("close it with {fence}")));
    }
    if !begun {
        let help = "begin with `Feature:` and a title, or remove the file";
        return Some((1, "this file has no feature".into(), help.into()));
    }
    None
}

/// The `# language:` of the file. `Some(None)` for a language other than English, which only the parser knows.
#[expect(clippy::option_option, reason = "three answers: English, another language, an unknown one")]
fn unknown_language(text: &str) -> Option<Option<(usize, String, String)>> {
    let (index, language) = text.lines().enumerate().find_map(|(index, line)| {
        let rest = line.trim().strip_prefix('#')?.trim_start().strip_prefix("language:")?;
        Some((index, rest.trim().to_owned()))
    })?;
    if language == "en" {
        return None;
    }
    Some(GherkinEnv::new(&language).err().map(|_| {
        let message = format!("`{language}` is not a language of Gherkin");
        (index + 1, message, "use a code such as `en` or `de`, or leave the line out".into())
    }))
}

fn begins_with_keyword(line: &str) -> bool {
    line.split_once(':').is_some_and(|(word, _)| KEYWORDS.contains(&word) || SYNONYMS.contains(&word))
}

fn unknown_line(line: &str) -> String {
    format!("`{line}` does not begin with a keyword of Gherkin")
}

fn way_out(line: &str) -> String {
    let word = line.split_once(':').map_or(line, |(word, _)| word);
    match nearest_keyword(word) {
        Some(keyword) => format!("did you mean `{keyword}:`?"),
        None => format!("a line begins with {} or one of {}", STEPS.join("/ "), KEYWORDS.join(", ")),
    }
}

fn nearest_keyword(word: &str) -> Option<&'static str> {
    KEYWORDS.iter().copied().find(|keyword| strsim::damerau_levenshtein(keyword, word) <= 2)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn head(text: &str) -> Option<(usize, String)> {
        find(text).map(|(line, message, _)| (line, message))
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
                "Feature: x\n  Scenario: y\n    Given a\n      | a | b |\n      | 1 |\n",
                5,
                "this row has 1 cells, but the first row of its table has 2",
            ),
            (
                "Feature: x\n  Scenario: y\n    Given a\n      \"\"\"\n      text\n",
                4,
                "this doc string has no end",
            ),
            ("# language: xx\nFeature: x\n", 1, "`xx` is not a language of Gherkin"),
            ("", 1, "this file has no feature"),
            ("# nothing yet\n\n", 1, "this file has no feature"),
            ("Feature: x\n\n  Scenario: Stra\u{fffd}e\n", 3, "this line is not UTF-8"),
            ("Fature: x\n", 1, "`Fature: x` does not begin with a keyword of Gherkin"),
        ];
        for (text, line, message) in cases {
            assert_eq!(head(text), Some((line, message.to_owned())), "{text}");
        }
    }

    #[test]
    fn a_sound_file_has_none() {
        let sound = "# a comment\nFeature: x\n  Free text: of any kind.\n\n  Background:\n    Given a\n\n  @tag\n  Scenario: y\n    Why so.\n    When b\n      \"\"\"\n      Wenn: anything\n      \"\"\"\n    Then c\n      | a \\| b | c |\n      | 1 | 2 |\n";
        assert_eq!(find(sound), None);
        assert_eq!(find("# language: de\nFunktionalität: x\n  Szenario: y\n    Angenommen a\n"), None);
    }
}
