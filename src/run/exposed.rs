//! Credentials in a text that reports quote: such a run is refused.

use crate::evidence::Recorder;
use crate::run::assets::NamedText;
use crate::target::TargetProfile;

/// Checks that no credential which the recorder knows stands in a file or in its name. A weak one may, because it is an ordinary word.
pub fn check_files<'t>(
    files: impl IntoIterator<Item = &'t NamedText>,
    recorder: &Recorder,
) -> Result<(), ExposedError> {
    for (name, text) in files {
        if let Some(label) = recorder.leak(name) {
            return Err(ExposedError { place: recorder.text(name), label, within: " of its name".into() });
        }
        let leak = |(index, line)| Some((index, recorder.leak(line)?));
        // Most files have none. Each is searched as a whole first.
        let found = recorder.leak(text).and_then(|_| text.lines().enumerate().find_map(leak));
        if let Some((index, label)) = found {
            let place = format!("{}:{}", recorder.text(name), index + 1);
            return Err(ExposedError { place, label, within: String::new() });
        }
    }
    Ok(())
}

/// The same for the values of a profile, and of the file of its waivers.
pub fn check_profile(profile: &TargetProfile, recorder: &Recorder) -> Result<(), ExposedError> {
    let waivers = profile.from_file.iter().flat_map(|from| from.text.values());
    for (key, place, text) in profile.text.values().into_iter().chain(waivers) {
        if let Some(label) = recorder.leak(&text) {
            let within = format!(" of `{key}`");
            return Err(ExposedError { place: place.to_string(), label, within });
        }
    }
    Ok(())
}

/// A credential in a text. It is named by its label.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error("{place}: reports quote the text{within}, and it has {label}; remove it, or use other credentials")]
pub struct ExposedError {
    place: String,
    label: String,
    within: String,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_strong_credential_in_a_file_or_its_name_is_told_by_its_label() {
        let named = |name: &str, text: &str| (name.to_owned(), text.to_owned());
        let told = |place: &str, within: &str| {
            Some(format!(
                "{place}: reports quote the text{within}, and it has ‹password:1›; remove it, or use other credentials"
            ))
        };
        for (name, text, expected) in [
            ("a.feature", "Feature: x\n\n| x | Qz8kwv3mmppl0qqx |\n", told("a.feature:3", "")),
            ("a/Qz8kwv3mmppl0qqx/b.feature", "", told("a/‹password:1›/b.feature", " of its name")),
            ("b.feature", "as payments-team says", None),
        ] {
            let recorder = Recorder::default();
            let texts = [named("first", "of the team"), named(name, text)];
            for (name, text) in &texts {
                recorder.learn_words(name);
                recorder.learn_words(text);
            }
            recorder.learn_credentials("payments-team", "Qz8kwv3mmppl0qqx");
            assert_eq!(
                check_files(&texts, &recorder).err().map(|error| error.to_string()),
                expected,
                "{name}"
            );
        }
    }
}
