//! The known word that is most like a mistyped one.

/// How much two words have in common at least, from 0 (nothing) to 1 (they are equal).
const LEAST: f64 = 0.6;

/// The known word that is most like this one, unless they have little in common.
pub fn nearest<'k>(word: &str, known: impl IntoIterator<Item = &'k str>) -> Option<&'k str> {
    let alike = known.into_iter().map(|known| (strsim::normalized_damerau_levenshtein(known, word), known));
    let best = alike.reduce(|best, next| if next.0 > best.0 { next } else { best });
    best.filter(|(alike, _)| *alike >= LEAST).map(|(_, known)| known)
}
