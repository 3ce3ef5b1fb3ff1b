//! A new profile: its text, with a comment for each key that a profile may have.

use crate::requirement::{Dialect, Provider};
use crate::target::reference::{Row, rows};
use std::fmt::Write;
use toml::Value;

/// Longest line of a comment, in characters.
const WIDTH: usize = 110;

/// A profile that is not written yet.
#[derive(Debug, Clone)]
pub struct Draft {
    /// What it says, by key. A table of the profile is a table here, too.
    values: toml::Table,
    dialect: Dialect,
}

impl Draft {
    /// A profile of this name and dialect. It gets its credentials from these variables.
    pub fn new(name: &str, dialect: Dialect, [username, password]: [String; 2]) -> Self {
        let provider = match dialect {
            Dialect::Klarna => Provider::Kp,
            Dialect::Kustom => Provider::Kco,
        };
        let from =
            |variable: String| Value::Table([("env".to_owned(), variable.into())].into_iter().collect());
        let account = [("username", from(username)), ("password", from(password))];
        let account = account.into_iter().map(|(key, source)| (key.to_owned(), source)).collect();
        let mut draft = Self { values: toml::Table::new(), dialect };
        draft.set("name", name);
        draft.set("dialect", dialect.to_string());
        draft.set("provider", provider.to_string());
        draft.set("credentials", Value::Table(account));
        draft
    }

    /// Gives a key of the profile this value.
    pub fn set(&mut self, key: &str, value: impl Into<Value>) {
        self.values.insert(key.to_owned(), value.into());
    }

    /// Gives a key of a table of the profile this value.
    pub fn set_in(&mut self, table: &str, key: &str, value: impl Into<Value>) {
        let table = self.values.entry(table).or_insert_with(|| Value::Table(toml::Table::new()));
        if let Value::Table(table) = table {
            table.insert(key.to_owned(), value.into());
        }
    }

    /// The text of the profile.
    pub fn text(&self) -> String {
        let mut text = String::new();
        let extends = self.values.get("extends").and_then(Value::as_str);
        let rest = match extends {
            Some(base) => format!("What stands behind `#` is taken over from `{base}`."),
            None => "What stands behind `#` is the default, if there is one.".to_owned(),
        };
        let first = format!("A target of the dialect {}. {rest} `TARGETS.md` explains more.", self.dialect);
        comment(&mut text, &first);
        let (tables, keys): (Vec<Row>, Vec<Row>) =
            rows("Profile").partition(|row| heading(row.key).is_some());
        for row in keys {
            entry(&mut text, &row, self.values.get(row.key), extends.is_some());
        }
        for row in tables {
            let (title, section) = heading(row.key).unwrap_or_default();
            let given = self.values.get(row.key).and_then(Value::as_table);
            let _ = writeln!(text);
            comment(&mut text, row.meaning);
            let _ = writeln!(text, "{}{title}", if given.is_some() { "" } else { "# " });
            for row in rows(section) {
                entry(&mut text, &row, given.and_then(|table| table.get(row.key)), extends.is_some());
            }
        }
        text
    }
}

/// The heading of a table in a profile, and that of its section in the reference.
fn heading(key: &str) -> Option<(&'static str, &'static str)> {
    Some(match key {
        "purchase" => ("[purchase]", "`[purchase]`"),
        "market" => ("[[market]]", "`[[market]]`"),
        "deadlines" => ("[deadlines]", "`[deadlines]`"),
        "waiver" => ("[[waiver]]", "`[[waiver]]`"),
        "dismissed" => ("[[dismissed]]", "`[[dismissed]]`"),
        "accepted_unseen" => ("[[accepted_unseen]]", "`[[accepted_unseen]]`"),
        _ => return None,
    })
}

/// A key with its meaning, and with its value or its default. A profile that extends another one has the defaults of that one.
fn entry(text: &mut String, row: &Row, value: Option<&Value>, extends: bool) {
    let default = row.default.strip_prefix('`').map(|value| value.trim_end_matches('`')).filter(|_| !extends);
    let _ = writeln!(text);
    comment(text, row.meaning);
    // Writing to a string cannot fail.
    let _ = match value {
        Some(value) => writeln!(text, "{} = {value}", row.key),
        None => writeln!(text, "# {} = {}", row.key, default.unwrap_or("…")),
    };
}

/// Lines of a comment. What stands below in the reference does not stand in a profile.
fn comment(text: &mut String, words: &str) {
    let mut line = String::from("#");
    for word in words.replace(" See below.", "").replace("see below", "").split_whitespace() {
        if line.chars().count() + word.chars().count() >= WIDTH {
            let _ = writeln!(text, "{line}");
            line.truncate(1);
        }
        let _ = write!(line, " {word}");
    }
    let _ = writeln!(text, "{line}");
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::target::{Ability, BuiltIn, SourceFile, TargetProfile};
    use std::path::Path;

    fn outline(draft: &Draft) -> TargetProfile {
        let base = "base_url = \"https://api.playground.klarna.com\"\ndialect = \"klarna\"\nprovider = \"KP\"\nmay_wait = \"50h\"\n";
        let built_in = BuiltIn::new(
            [("land.toml", base), ("page.toml", "")].map(|(name, text)| (name.into(), text.into())),
        );
        let file = SourceFile::on_disk(Path::new("shop.toml"), &draft.text());
        TargetProfile::outline(file, &built_in).unwrap_or_else(|error| panic!("{error}\n{}", draft.text()))
    }

    fn draft() -> Draft {
        Draft::new("our \"shop\"", Dialect::Klarna, ["SHOP_USERNAME".into(), "SHOP_PASSWORD".into()])
    }

    #[test]
    fn a_new_profile_says_what_it_was_given_and_explains_every_key() {
        let mut draft = draft();
        draft.set("base_url", "https://api.shop.example");
        draft.set("abilities", vec!["browser"]);
        draft.set("page_driver", "page.toml");
        draft.set("creates_per_second", 2.5);
        draft.set_in("purchase", "country", "AT");
        let profile = outline(&draft);
        assert_eq!(
            (profile.name.as_str(), profile.base_url.as_str()),
            ("our \"shop\"", "https://api.shop.example/")
        );
        assert_eq!(profile.credentials.password.reveal(), "SHOP_PASSWORD");
        assert_eq!(Vec::from_iter(profile.abilities), [Ability::Browser]);
        assert_eq!((profile.creates_per_second, profile.purchase.country.as_str()), (Some(2.5), "AT"));
        let text = draft.text();
        for section in ["Profile", "`[purchase]`", "`[deadlines]`", "`[[waiver]]`", "`[[accepted_unseen]]`"] {
            for row in rows(section) {
                let is_there = text.lines().any(|line| {
                    let line = line.trim_start_matches("# ");
                    line.starts_with(&format!("{} = ", row.key)) || line.trim_matches(['[', ']']) == row.key
                });
                assert!(is_there, "{} is not in:\n{text}", row.key);
            }
        }
        assert!(
            text.contains("\n# currency = \"EUR\"\n") && text.contains("\n# quiet = \"10s\"\n"),
            "{text}"
        );
        assert!(text.lines().all(|line| line.chars().count() <= WIDTH || !line.starts_with("# ")), "{text}");
    }

    #[test]
    fn a_new_profile_takes_over_the_rest() {
        let mut draft = draft();
        draft.set("extends", "land");
        let profile = outline(&draft);
        assert_eq!(profile.base_url.as_str(), "https://api.playground.klarna.com/");
        assert_eq!(profile.may_wait.map(|time| time.as_secs()), Some(50 * 3600));
        assert!(draft.text().contains("\n# currency = …\n"), "{}", draft.text());
    }
}
