//! The known word that is most like a mistyped one.

/// How much two words have in common at least, from 0 (nothing) to 1 (they are equal).
const LEAST: f64 = 0.6;

/// The known word that is most like this one, in whatever case, unless they have little in common.
pub fn nearest<'k>(word: &str, known: impl IntoIterator<Item = &'k str>) -> Option<&'k str> {
    let word = word.to_lowercase();
    // A word that is much longer has little in common with any. To compare it takes long.
    let known = known.into_iter().filter(|known| word.len() <= 4 * known.len());
    let alike =
        known.map(|known| (strsim::normalized_damerau_levenshtein(&known.to_lowercase(), &word), known));
    let best = alike.reduce(|best, next| if next.0 > best.0 { next } else { best });
    best.filter(|(alike, _)| *alike >= LEAST).map(|(_, known)| known)
}
