//! The keywords of Gherkin in the languages that it knows.

use super::StepKind;
use serde_json::Value;
use std::sync::LazyLock;

/// From `cucumber/gherkin`; `languages.LICENSE` is its licence.
static LANGUAGES: LazyLock<Value> =
    LazyLock::new(|| serde_json::from_str(include_str!("languages.json")).unwrap_or_default());

/// A keyword that begins a part of a feature and ends with a colon.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Block {
    Feature,
    Rule,
    Background,
    /// A scenario or an outline.
    Scenario,
    Examples,
}

const BLOCKS: [(&str, Block); 6] = [
    ("feature", Block::Feature),
    ("rule", Block::Rule),
    ("background", Block::Background),
    ("scenario", Block::Scenario),
    ("scenarioOutline", Block::Scenario),
    ("examples", Block::Examples),
];

const STEPS: [(&str, Option<StepKind>); 5] = [
    ("given", Some(StepKind::Given)),
    ("when", Some(StepKind::When)),
    ("then", Some(StepKind::Then)),
    ("and", None),
    ("but", None),
];

/// The keywords of one language.
#[derive(Debug)]
pub struct Keywords {
    blocks: Vec<(&'static str, Block)>,
    /// The longest first, because one may begin with another. `None` takes the kind of the step before it.
    steps: Vec<(&'static str, Option<StepKind>)>,
}

impl Keywords {
    /// The keywords of a language such as `en`. `None` if Gherkin does not know the language.
    pub fn of(language: &str) -> Option<Self> {
        let words = LANGUAGES.get(language)?;
        let listed = |name: &str| words[name].as_array().into_iter().flatten().filter_map(Value::as_str);
        let blocks = BLOCKS.iter().flat_map(|(name, block)| listed(name).map(|word| (word, *block)));
        let mut steps: Vec<(&'static str, Option<StepKind>)> = Vec::new();
        for (name, kind) in STEPS {
            for word in listed(name) {
                match steps.iter_mut().find(|(known, _)| *known == word) {
                    // A word of several kinds, such as `*`, tells none.
                    Some(known) if known.1 != kind => known.1 = None,
                    Some(_) => {}
                    None => steps.push((word, kind)),
                }
            }
        }
        steps.sort_by_key(|(word, _)| std::cmp::Reverse(word.len()));
        Some(Self { blocks: blocks.collect(), steps })
    }

    /// The block that a line begins, and its title.
    pub fn block<'t>(&self, line: &'t str) -> Option<(Block, &'t str)> {
        self.blocks.iter().find_map(|(word, block)| {
            let title = line.strip_prefix(word)?.strip_prefix(':')?;
            Some((*block, title.trim()))
        })
    }

    /// The step that a line is: its keyword, the kind that the keyword tells, and its text.
    pub fn step<'t>(&self, line: &'t str) -> Option<(&'static str, Option<StepKind>, &'t str)> {
        self.steps
            .iter()
            .find_map(|(word, kind)| Some((word.trim_end(), *kind, line.strip_prefix(word)?.trim())))
    }

    /// The keyword of a block that is most like a word, if one is similar. Small and capital letters are alike.
    pub fn nearest(&self, word: &str) -> Option<(&'static str, Block)> {
        /// How many letters of a mistyped keyword may be wrong.
        const MOST: usize = 2;
        let word = word.to_lowercase();
        let likeness = |known: &str| strsim::damerau_levenshtein(&known.to_lowercase(), &word);
        let nearest = self.blocks.iter().copied().min_by_key(|(known, _)| likeness(known))?;
        (likeness(nearest.0) <= MOST).then_some(nearest)
    }

    /// What a line can begin with, for a message.
    pub fn shown(&self) -> String {
        let steps: Vec<&str> = self.steps.iter().map(|(word, _)| word.trim_end()).collect();
        let blocks: Vec<String> = self.blocks.iter().map(|(word, _)| format!("{word}:")).collect();
        format!("a line begins with {} or one of {}", steps.join(", "), blocks.join(", "))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_language_has_every_part() {
        let languages = LANGUAGES.as_object().unwrap();
        assert!(languages.len() > 70, "{}", languages.len());
        for language in languages.keys() {
            let keywords = Keywords::of(language).unwrap();
            let has = |wanted| keywords.blocks.iter().any(|(_, block)| *block == wanted);
            let all = [Block::Feature, Block::Rule, Block::Background, Block::Scenario, Block::Examples];
            assert!(all.into_iter().all(has), "{language}");
            assert!(!keywords.steps.is_empty(), "{language}");
        }
    }

    #[test]
    fn the_longest_keyword_counts_and_a_title_is_trimmed() {
        let haitian = Keywords::of("ht").unwrap();
        assert_eq!(haitian.step("Le sa a it holds"), Some(("Le sa a", Some(StepKind::Then), "it holds")));
        let english = Keywords::of("en").unwrap();
        assert_eq!(english.block("Scenario Outline:  x "), Some((Block::Scenario, "x")));
        assert_eq!(english.block("Role: clerk"), None);
        assert_eq!(english.step("Giventhat"), None);
    }
}
