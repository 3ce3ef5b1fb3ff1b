//! Credentials in a text that reports quote: such a run is refused.

use crate::evidence::Recorder;
use crate::run::assets::NamedText;

/// Checks that no credential which the recorder knows stands in a text or in its name. A weak one may, because it is an ordinary word.
pub fn check<'t>(
    texts: impl IntoIterator<Item = &'t NamedText>,
    recorder: &Recorder,
) -> Result<(), ExposedError> {
    for (name, text) in texts {
        if let Some(label) = recorder.leak(name).or_else(|| recorder.leak(text)) {
            return Err(ExposedError { place: recorder.text(name), label });
        }
    }
    Ok(())
}

/// A credential in a text. It is named by its label.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "{place} has {label} in plain text, and reports quote this text; remove it there, or use other credentials"
)]
pub struct ExposedError {
    place: String,
    label: String,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_strong_credential_in_a_text_or_its_name_is_told_by_its_label() {
        let named = |name: &str, text: &str| (name.to_owned(), text.to_owned());
        for (name, text, told) in [
            ("a.feature", "| x | Qz8kwv3mmppl0qqx |", Some(("a.feature", "‹password:1›"))),
            ("a/Qz8kwv3mmppl0qqx/b.feature", "", Some(("a/‹password:1›/b.feature", "‹password:1›"))),
            ("`reason` of the target `x`", "as payments-team says", None),
        ] {
            let recorder = Recorder::default();
            let texts = [named("first", "of the team"), named(name, text)];
            for (name, text) in &texts {
                recorder.learn_words(name);
                recorder.learn_words(text);
            }
            recorder.learn_credentials("payments-team", "Qz8kwv3mmppl0qqx");
            let told = told.map(|(place, label)| ExposedError { place: place.into(), label: label.into() });
            assert_eq!(check(&texts, &recorder).err(), told, "{name}");
        }
    }
}
