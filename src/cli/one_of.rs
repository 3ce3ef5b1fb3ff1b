//! The parser for an option that takes one of several words.

use clap::builder::{PossibleValue, PossibleValuesParser, TypedValueParser};

/// The accepted words, each with its value and its help text.
pub fn one_of<T: Clone + Send + Sync + 'static>(
    words: &'static [(&'static str, T, &'static str)],
) -> impl TypedValueParser<Value = T> {
    let shown = words.iter().map(|(word, _, help)| PossibleValue::new(*word).help(*help));
    PossibleValuesParser::new(shown).try_map(|given| {
        let known = words.iter().find(|(word, ..)| *word == given);
        known.map(|(_, value, _)| value.clone()).ok_or("no such word")
    })
}
