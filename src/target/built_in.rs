//! The files that are built into the program, and where a profile finds the profiles from which it takes over.

use crate::input;
use crate::requirement::nearest;
use crate::target::error::TargetError;
use crate::target::source_file::SourceFile;
use crate::target::text::{ProfileError, ProfileText};
use std::io;
use std::io::ErrorKind;
use std::path::Path;
use toml::de::DeTable;

/// Most files that one profile consists of.
const MOST_FILES: usize = 8;

/// The files that are built into the program, below `targets/`.
#[derive(Clone, Default)]
pub struct BuiltIn(Vec<(String, String)>);

impl BuiltIn {
    /// These files: path below `targets/` and text.
    pub fn new(files: impl IntoIterator<Item = (String, String)>) -> Self {
        let mut files: Vec<_> = files.into_iter().collect();
        files.sort_by(|(a, _), (b, _)| a.trim_end_matches(".toml").cmp(b.trim_end_matches(".toml")));
        Self(files)
    }

    /// The text of a file.
    pub fn text(&self, path: &str) -> Option<&str> {
        self.0.iter().find(|(name, _)| name == path).map(|(_, text)| text.as_str())
    }

    /// The names of the profiles.
    pub fn profiles(&self) -> impl Iterator<Item = &str> {
        self.0.iter().filter_map(|(name, _)| name.strip_suffix(".toml").filter(|name| !name.contains('/')))
    }

    /// The profile that this path or name means: a file, or else a built-in profile.
    pub fn profile(&self, path: &Path) -> io::Result<SourceFile> {
        input::read_text(path)
            .map(|text| SourceFile::on_disk(path, &text))
            .or_else(|source| self.of_name(&path.to_string_lossy()).ok_or(source))
    }

    /// The text of the profile of this name.
    pub fn profile_text(&self, name: &str) -> Option<&str> {
        self.text(&format!("{name}.toml")).filter(|_| !name.contains('/'))
    }

    /// The names of the built-in page drivers, as a profile names them: `pages/klarna.toml`.
    pub fn page_drivers(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(|(name, _)| &**name).filter(|name| name.contains('/'))
    }

    /// The text of the profile or the page driver of this name.
    pub fn shown(&self, name: &str) -> Option<&str> {
        self.profile_text(name).or_else(|| self.text(name).filter(|_| name.contains('/')))
    }

    fn of_name(&self, name: &str) -> Option<SourceFile> {
        Some(SourceFile::built_in(&format!("targets/{name}.toml"), self.profile_text(name)?))
    }

    /// The profile that the key `extends` of a file means. A built-in file uses nothing of the disk.
    fn extended(&self, by: &SourceFile, name: &str) -> io::Result<SourceFile> {
        let built_in = || self.of_name(name);
        if by.is_built_in() {
            return built_in().ok_or_else(|| ErrorKind::NotFound.into());
        }
        let path = by.folder().join(name);
        input::read_text(&path)
            .map(|text| SourceFile::on_disk(&path, &text))
            .or_else(|source| built_in().ok_or(source))
    }

    /// The text of the page driver that a file names, or why it cannot be read. A built-in file uses nothing of the disk.
    pub(super) fn page_driver(&self, by: &SourceFile, name: &str) -> Result<String, TargetError> {
        let built_in = || {
            let text = self.text(name).map(str::to_owned);
            text.ok_or_else(|| TargetError::PageDriver { name: name.to_owned() })
        };
        if by.is_built_in() {
            return built_in();
        }
        match input::read_text(&by.folder().join(name)) {
            Err(error) if error.kind() == ErrorKind::NotFound => built_in(),
            read => read.map_err(|source| TargetError::UnreadPageDriver { name: name.to_owned(), source }),
        }
    }

    /// A file with everything from which it takes over, the nearest first.
    pub(super) fn whole(&self, first: SourceFile) -> Result<ProfileText, ProfileError> {
        let mut files = vec![first];
        loop {
            let text = ProfileText::of(files.clone());
            let last = &files[files.len() - 1];
            let Some((start, name)) = extends(&last.text) else { return Ok(text) };
            let refused = |fault: TargetError| text.error_in_last(start, fault);
            let Some(name) = name else {
                let expected =
                    "write the name of a built-in profile or a file, such as \"klarna-playground\"";
                return Err(refused(TargetError::Value { key: "extends".into(), expected }));
            };
            let next =
                self.extended(last, &name).map_err(|source| refused(self.unread(name.clone(), source)))?;
            if let Some(index) = files.iter().position(|known| known.is(&next)) {
                let round = files[index..].iter().chain([&next]).map(|file| &*file.name).collect::<Vec<_>>();
                return Err(refused(TargetError::Circle { files: round.join(" → ") }));
            }
            if files.len() == MOST_FILES {
                return Err(refused(TargetError::TooDeep { most: MOST_FILES }));
            }
            files.push(next);
        }
    }

    fn unread(&self, name: String, source: io::Error) -> TargetError {
        let near = nearest(&name, self.profiles());
        let help = near.map_or_else(|| "give".to_owned(), |near| format!("did you mean `{near}`? Give"));
        let known = self.profiles().collect::<Vec<_>>().join(", ");
        TargetError::Extended { name, help, known, source }
    }
}

/// Where the key `extends` of a text begins, and its value if this is a text. What does not parse is told when the profile is read.
fn extends(text: &str) -> Option<(usize, Option<String>)> {
    let (table, _) = DeTable::parse_recoverable(text);
    let (key, value) = table.get_ref().get_key_value("extends")?;
    Some((key.span().start, value.get_ref().as_str().map(str::to_owned)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::target::fixture::PROFILE;
    use crate::target::{Ability, TargetProfile};
    use std::fs;
    use std::time::Duration;

    /// The profile `own.toml` in a folder with these files.
    fn own(
        folder: &Path,
        files: &[(&str, &str)],
        built_in: &[(&str, &str)],
    ) -> Result<TargetProfile, String> {
        for (name, text) in files {
            let path = folder.join(name);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        }
        let built_in = BuiltIn::new(built_in.iter().map(|(name, text)| ((*name).into(), (*text).into())));
        let file = built_in.profile(&folder.join("own.toml")).unwrap();
        let base = format!("{}/", folder.display());
        TargetProfile::parse(None, file, &built_in, &[]).map_err(|error| {
            let cause = std::error::Error::source(&error).map(|cause| format!(": {cause}"));
            format!("{error}{}", cause.unwrap_or_default()).replace(&base, "")
        })
    }

    fn told(files: &[(&str, &str)], built_in: &[(&str, &str)]) -> String {
        let folder = tempfile::tempdir().unwrap();
        own(folder.path(), files, built_in).map_or_else(|error| error, |_| "accepted".into())
    }

    #[test]
    fn a_profile_takes_over_what_it_does_not_say() {
        let base = format!(
            "{PROFILE}abilities = [\"browser\"]\npage_driver = \"page.toml\"\nextra_ca = \"ca.pem\"\nmay_wait = \"1h\"\n\
             deadlines = {{ quiet = \"1s\", step = \"3s\" }}\nfloor = [\"HPP-READ-001\"]\n\
             second_account = {{ username = {{ file = \"second\" }}, password = {{ file = \"second\" }} }}\n"
        );
        let middle = "extends = \"base/base.toml\"\nname = \"middle\"\nfloor = [\"HPP-READ-002\"]\n";
        let own_text = "extends = \"middle.toml\"\nabilities = [\"browser\", \"burst\"]\ndeadlines.quiet = \"2s\"\n\
            second_account.password = { env = \"PATH\" }\n";
        let files = [
            ("own.toml", own_text),
            ("middle.toml", middle),
            ("base/base.toml", &base),
            ("base/page.toml", "of base"),
            ("base/second", "another"),
        ];
        let folder = tempfile::tempdir().unwrap();
        let profile = own(folder.path(), &files, &[("page.toml", "built in")]).unwrap();
        assert_eq!(profile.name, "middle", "the nearest one counts");
        assert_eq!(profile.base_url.as_str(), "http://127.0.0.1:8080/");
        assert_eq!(profile.may_wait, Some(Duration::from_hours(1)));
        let times = (profile.deadlines.quiet, profile.deadlines.step, profile.deadlines.page);
        let expected = (Duration::from_secs(2), Duration::from_secs(3), Duration::from_mins(1));
        assert_eq!(times, expected, "a table is merged key by key, and its defaults stay");
        assert_eq!(Vec::from_iter(profile.abilities), [Ability::Browser, Ability::Burst]);
        assert_eq!(Vec::from_iter(profile.floor).len(), 1, "a list replaces another one");
        let second = profile.second_account.unwrap();
        let path = std::env::var("PATH").unwrap();
        assert_eq!((second.username.reveal(), second.password.reveal()), ("another", path.as_str()));
        assert_eq!(profile.page_driver, Some(("page.toml".into(), "of base".into())));
        assert_eq!(profile.extra_ca, Some(folder.path().join("base").join("ca.pem")));
        let place = |steps: &[&str]| profile.text.place(steps).to_string();
        let base = format!("{}/", folder.path().display());
        assert_eq!(place(&["floor", "HPP-READ-002"]).replace(&base, ""), "middle.toml:3");
        assert_eq!(place(&["may_wait"]).replace(&base, ""), "base/base.toml:10");
    }

    #[test]
    fn a_built_in_profile_is_named_and_uses_nothing_of_the_disk() {
        let built_in = format!("{PROFILE}abilities = [\"browser\"]\npage_driver = \"pages/shop.toml\"\n");
        let all =
            [("sea.toml", "extends = \"land\""), ("land.toml", &built_in), ("pages/shop.toml", "built in")];
        let files =
            [("own.toml", "extends = \"sea\"\n"), ("land", "name = 3"), ("pages/shop.toml", "on disk")];
        let folder = tempfile::tempdir().unwrap();
        let profile = own(folder.path(), &files, &all).unwrap();
        assert_eq!(profile.page_driver, Some(("pages/shop.toml".into(), "built in".into())));
        let line = "extends = \"sea\"\npage_driver = \"pages/shop.toml\"\n";
        let profile = own(folder.path(), &[("own.toml", line)], &all).unwrap();
        assert_eq!(profile.page_driver, Some(("pages/shop.toml".into(), "on disk".into())));
    }

    #[test]
    fn a_fault_of_an_inherited_value_names_the_file_where_it_stands() {
        let line = |line: &str| format!("{PROFILE}{line}\n");
        for (base, message) in [
            (
                line("deadlines.quiet = \"0s\""),
                "base.toml:7: `deadlines.quiet` is faulty: write a time that is longer than 0, such as \"10s\"",
            ),
            (
                line("abilities = [\n\"clock\"]"),
                "base.toml:8: the ability `clock` needs `control_url`; add it or drop the ability",
            ),
            (
                line("purchase = { contry = \"DE\" }"),
                "base.toml:7: `purchase`: unknown field `contry`, expected one of `country`, `currency`, `locale`; did you mean `country`?",
            ),
            (line("name = \"x"), "base.toml:7: `name`: invalid basic string, expected `\"`"),
            (line("name = \"x\""), "base.toml:7: `name`: this key is listed twice; remove one of the two"),
            (
                line("floor = [\"HPP-READ-001\", \"HPP-READ-001\"]"),
                "base.toml:7: `HPP-READ-001` is listed twice; remove one of the two",
            ),
            (
                PROFILE.replace("password = { env = \"PATH\" }", "password = { env = \"HPP_UNSET\" }"),
                "base.toml:6: the `password` of the target is missing; set `HPP_UNSET`",
            ),
            (PROFILE.replace("dialect = \"klarna\"\n", ""), "own.toml:1: missing field `dialect`; add it"),
        ] {
            assert_eq!(
                told(&[("own.toml", "extends = \"base.toml\"\n"), ("base.toml", &base)], &[]),
                message
            );
        }
    }

    #[test]
    fn what_extends_cannot_follow_is_refused_where_it_stands() {
        let known = [
            ("klarna.toml", PROFILE),
            ("sea.toml", "\nextends = \"see\""),
            ("ring.toml", "extends = \"ring\""),
        ];
        let by = |name: &str| format!("\nextends = {name}\n");
        for (name, message) in [
            (
                "\"klarn\"",
                "own.toml:2: cannot read the profile `klarn`, which `extends` names; did you mean `klarna`? Give a file, or one of: klarna, ring, sea: No such file or directory (os error 2)",
            ),
            (
                "\"sea\"",
                "targets/sea.toml:2: cannot read the profile `see`, which `extends` names; did you mean `sea`? Give a file, or one of: klarna, ring, sea: entity not found",
            ),
            (
                "[\"klarna\"]",
                "own.toml:2: `extends` is faulty: write the name of a built-in profile or a file, such as \"klarna-playground\"",
            ),
            (
                "\"\"",
                "own.toml:2: cannot read the profile ``, which `extends` names; give a file, or one of: klarna, ring, sea: it is a folder; give a file",
            ),
            (
                "\"own.toml\"",
                "own.toml:2: `extends` leads in a circle: own.toml → own.toml; leave it out in one of these files",
            ),
            (
                "\"a/b.toml\"",
                "a/b.toml:3: `extends` leads in a circle: own.toml → a/b.toml → a/../own.toml; leave it out in one of these files",
            ),
            (
                "\"ring\"",
                "targets/ring.toml:1: `extends` leads in a circle: targets/ring.toml → targets/ring.toml; leave it out in one of these files",
            ),
        ] {
            let files = [("own.toml", by(name)), ("a/b.toml", format!("\n{}", by("\"../own.toml\"")))];
            let files = files.each_ref().map(|(name, text)| (*name, text.as_str()));
            assert_eq!(told(&files, &known), message);
        }
        let row: Vec<(String, String)> = (1..=MOST_FILES)
            .map(|index| (format!("{index}.toml"), by(&format!("\"{}.toml\"", index + 1))))
            .collect();
        let first = by("\"1.toml\"");
        let files: Vec<(&str, &str)> = row
            .iter()
            .map(|(name, text)| (name.as_str(), text.as_str()))
            .chain([("own.toml", first.as_str())])
            .collect();
        let last = ("8.toml", PROFILE);
        assert_eq!(
            told(&[files.as_slice(), &[last]].concat(), &[]),
            "7.toml:2: `extends` leads through more than 8 files; take over from one of the files after this one directly"
        );
        let end = ("7.toml", PROFILE);
        assert_eq!(told(&[files.as_slice(), &[end]].concat(), &[]), "accepted");
    }
}
