//! The parser for an option that takes one of several words.

use clap::builder::{PossibleValue, PossibleValuesParser, TypedValueParser};

/// The accepted words, each with its value and its help text.
type Words<T> = &'static [(&'static str, T, &'static str)];

/// Accepts one of these words.
pub fn one_of<T: Clone + Send + Sync + 'static>(words: Words<T>) -> impl TypedValueParser<Value = T> {
    let shown = words.iter().map(|(word, _, help)| PossibleValue::new(*word).help(*help));
    PossibleValuesParser::new(shown).try_map(|given| word_of(words, &given).ok_or("no such word"))
}

/// The value of a word. Small and capital letters are alike.
pub fn word_of<T: Clone>(words: Words<T>, given: &str) -> Option<T> {
    words.iter().find(|(word, ..)| word.eq_ignore_ascii_case(given)).map(|(_, value, _)| value.clone())
}
