//! Mistakes in feature files: what is wrong, and which word was probably meant.

use crate::verdict::Fault;

/// A fault of the feature file: what is wrong, and what to write instead.
pub fn fault(message: impl Into<String>, help: impl Into<String>) -> Fault {
    Fault { message: message.into(), help: help.into() }
}

/// The fault of an unknown word. It names the nearest known words.
pub fn unknown(what: &str, word: &str, known: &[&str]) -> Fault {
    /// A longer list of words is not shown.
    const MOST: usize = 12;
    let likeness = |known: &&str| strsim::damerau_levenshtein(known, word);
    let mut nearest = known.to_vec();
    nearest.sort_by_key(likeness);
    let near = nearest.iter().take_while(|known| likeness(known) <= 2).count();
    let help = match near {
        0 if known.len() <= MOST => format!("write one of `{}`", known.join("`, `")),
        near => format!("did you mean `{}`?", nearest[..near.clamp(1, 3)].join("` or `")),
    };
    fault(format!("`{word}` is not {what}"), help)
}

/// The known words that were probably meant by a word that is not one of them, the most similar first.
pub fn meant<'k>(word: &str, known: &[&'k str]) -> Vec<&'k str> {
    let word = word.trim().to_lowercase();
    let mut near: Vec<(usize, &str)> = known
        .iter()
        .map(|known| (strsim::damerau_levenshtein(&known.to_lowercase(), &word), *known))
        .filter(|(distance, known)| *distance <= most_typos(known))
        .collect();
    near.sort_by_key(|(distance, _)| *distance);
    near.into_iter().map(|(_, known)| known).collect()
}

/// How many letters of a word may be wrong before it counts as another word.
fn most_typos(word: &str) -> usize {
    match word.len() {
        0..=4 => 1,
        5..=11 => 2,
        _ => 3,
    }
}

/// The text between quotes: a word that is meant as it is written, however near it is to a known one.
pub fn quoted(text: &str) -> Option<&str> {
    text.strip_prefix('"')?.strip_suffix('"')
}

/// A known word, a quoted one, or one that is far from all known ones.
pub fn open_word(what: &str, text: &str, known: &[&str]) -> Result<String, Fault> {
    if let Some(text) = quoted(text) {
        return Ok(text.to_owned());
    }
    let near = meant(text, known);
    if near.is_empty() || known.contains(&text) {
        return Ok(text.to_owned());
    }
    Err(as_it_is(what, text, near[0]))
}

/// The fault of a word that is nearly a known one. Quotes say that it is meant as it is.
pub fn as_it_is(what: &str, text: &str, near: &str) -> Fault {
    let help = format!("did you mean `{near}`? If it is meant as it is, write `\"{text}\"`");
    fault(format!("`{text}` is nearly {what}"), help)
}
