//! The secrets that the text of a profile names: an error of the profile shows none of them.

use crate::evidence::{Recorder, names_secret};
use crate::input;
use crate::target::reference;
use crate::target::source_file::SourceFile;
use std::path::Path;
use toml::de::{DeTable, DeValue};

/// A recorder that knows the secrets of a profile. It reads as much of each file as can be read.
pub(super) fn recorder(files: &[SourceFile]) -> Recorder {
    let recorder = Recorder::default();
    // A secret that is one of the words that describe profiles is no secret in the rest of a message.
    recorder.learn_words(reference::TEXT);
    for file in files {
        let reader = Reader { text: &file.text, base: file.folder(), recorder: &recorder };
        reader.learn(DeTable::parse_recoverable(&file.text).0.get_ref());
    }
    recorder
}

/// Whether a table says where a secret is: `{ env = "VARIABLE" }` or `{ file = "path" }`.
pub(super) fn is_source(table: &DeTable<'_>) -> bool {
    table.len() == 1 && (table.contains_key("env") || table.contains_key("file"))
}

struct Reader<'t> {
    text: &'t str,
    base: &'t Path,
    recorder: &'t Recorder,
}

impl Reader<'_> {
    fn learn(&self, table: &DeTable<'_>) {
        let one = |key: &str| table.get(key).map(|value| self.secrets(value).concat());
        if let (Some(username), Some(password)) = (one("username"), one("password")) {
            self.recorder.learn_credentials(&username, &password);
        }
        for (key, value) in table {
            if names_secret(key.get_ref()) {
                for secret in self.secrets(value) {
                    self.recorder.learn_secret("secret", &secret);
                }
            }
            match value.get_ref() {
                DeValue::Table(table) => self.learn(table),
                DeValue::Array(entries) => {
                    entries
                        .iter()
                        .filter_map(|entry| entry.get_ref().as_table())
                        .for_each(|table| self.learn(table));
                }
                _ => {}
            }
        }
    }

    /// The secrets that a value has, or that are where it says.
    fn secrets(&self, value: &toml::Spanned<DeValue<'_>>) -> Vec<String> {
        match value.get_ref() {
            DeValue::String(text) => vec![text.to_string()],
            DeValue::Table(table) => table
                .iter()
                .flat_map(|(key, value)| match (&**key.get_ref(), value.get_ref()) {
                    ("env", DeValue::String(name)) => of_variable(name).into_iter().collect(),
                    ("file", DeValue::String(path)) => self.of_file(path).into_iter().collect(),
                    _ => self.secrets(value),
                })
                .collect(),
            DeValue::Array(entries) => entries.iter().flat_map(|entry| self.secrets(entry)).collect(),
            _ => self.text.get(value.span()).map(str::to_owned).into_iter().collect(),
        }
    }

    /// What a file has. What names no file may be the secret itself.
    fn of_file(&self, path: &str) -> Option<String> {
        let file = self.base.join(path);
        if !file.exists() {
            return Some(path.to_owned());
        }
        input::read_text(&file).ok().map(|text| text.trim().to_owned())
    }
}

/// The value of a variable. What cannot be the name of one may be the secret itself.
fn of_variable(name: &str) -> Option<String> {
    let is_name = name.bytes().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit() || byte == b'_');
    std::env::var(name).ok().or_else(|| (!is_name).then(|| name.to_owned()))
}

#[cfg(test)]
mod tests {
    use crate::target::fixture::{PROFILE, parse};
    use std::error::Error;

    /// Every line of a profile in which a secret may stand by mistake, with `SECRET` in its place.
    const LINES: [&str; 52] = [
        "extends = \"SECRET\"",
        "extends = [\"SECRET\"]",
        "SECRET = 1",
        "\"a SECRET\" = 1",
        "SECRET = SECRET x",
        "SECRET = 1\nSECRET = 2",
        "[SECRET]",
        "abilities = [\"SECRET\"]",
        "abilities = [\"browser\", \"x SECRET\"]",
        "abilities = \"SECRET\"",
        "api_origins = [\"SECRET\"]",
        "api_origins = [\"https://a.example/\", \"https://a.example/\", \"https://SECRET@a.example\"]",
        "page_hosts = [\"SECRET\"]",
        "page_hosts = [\"SECRET.example\", \"SECRET.example\"]",
        "page_driver = \"SECRET\"",
        "page_driver = \"pages/SECRET.toml\"",
        "extra_ca = [\"SECRET\"]",
        "control_url = \"SECRET\"",
        "merchant_host = \"SECRET\"",
        "receiver_address = \"SECRET\"",
        "webdriver = \"SECRET\"",
        "webdriver = \"http://user:SECRET@grid.example\"",
        "outcome = [\"SECRET\"]",
        "outcome = \"SECRET\"",
        "confirmed = [\"SECRET\", \"SECRET\"]",
        "confirmed = { SECRET = 1 }",
        "floor = [\"SECRET\"]",
        "floor = \"SECRET\"",
        "may_wait = \"SECRET\"",
        "creates_per_second = \"SECRET\"",
        "purchase = { country = \"SECRET\" }",
        "purchase = { currency = \"SECRET\" }",
        "purchase = { locale = \"SECRET\" }",
        "purchase = { SECRET = \"DE\" }",
        "purchase = \"SECRET\"",
        "deadlines = { request = \"SECRET\" }",
        "deadlines = { SECRET = \"1s\" }",
        "deadlines = [\"SECRET\"]",
        "second_account = \"SECRET\"",
        "second_account = { username = \"SECRET\", password = \"SECRET\" }",
        "second_account = { username = { env = \"x-SECRET\" }, password = { env = \"x-SECRET\" } }",
        "second_account = { username = { env = \"PATH\" }, password = { file = \"SECRET\" } }",
        "second_account = { username = { SECRET = \"PATH\" }, password = { file = \"x\" } }",
        "[[waiver]]\nrequirement = \"SECRET\"",
        "[[waiver]]\nrequirement = \"HPP-READ-001\"\nsubject = \"status\"\nreason = \"x\"\nowner = \"y\"\nexpires = \"SECRET\"",
        "[[waiver]]\nrequirement = \"HPP-READ-001\"\nSECRET = \"status\"",
        "[[dismissed]]\nrequirement = \"SECRET\"",
        "[[dismissed]]\nSECRET = \"x\"",
        "[[accepted_unseen]]\nrequirements = [\"SECRET\"]",
        "[[accepted_unseen]]\narea = \"SECRET\"\nreason = \"x\"\nowner = \"y\"",
        "dialect = \"SECRET\"",
        "password = { env = \"PATH\" }\nsecret = \"SECRET\"\nabilities = [\"SECRET\"]",
    ];

    #[test]
    fn no_error_shows_a_secret_wherever_it_stands_by_mistake() {
        let strong = ["Qz8kwv3mmppl0qqx", "merchant:Zq8-pass/w77", "f3392f8b-6116-4073-ab96-e330819e2c07"];
        // The variables of the account have these values. They are easy to guess, but the profile names them.
        let own = ["CARGO_PKG_NAME", "CARGO_MANIFEST_DIR"].map(|name| std::env::var(name).unwrap());
        let account =
            "{ username = { env = \"CARGO_PKG_NAME\" }, password = { env = \"CARGO_MANIFEST_DIR\" } }";
        let profile =
            PROFILE.replace("{ username = { env = \"PATH\" }, password = { env = \"PATH\" } }", account);
        let known: Vec<&str> = own.iter().map(String::as_str).chain(["s3cret.w"]).collect();
        for secret in strong.iter().copied().chain(known) {
            let key =
                if strong.contains(&secret) { String::new() } else { format!("api_key = \"{secret}\"\n") };
            for line in LINES {
                let text = format!("{profile}{}\n{key}", line.replace("SECRET", secret));
                let Err(error) = parse(&text) else { continue };
                let mut told = vec![format!("{error} {error:?}")];
                let mut cause = error.source();
                while let Some(error) = cause {
                    told.push(format!("{error} {error:?}"));
                    cause = error.source();
                }
                assert!(!told.concat().contains(secret), "{line}: {told:?}");
            }
        }
    }
}
