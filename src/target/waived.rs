//! A profile with the waivers of a file beside its own.

use crate::target::TargetProfile;
use crate::target::text::ProfileText;
use crate::target::waiver_file::WaiverFile;

impl TargetProfile {
    /// Adds the waivers of a file that hold for this target.
    pub fn waive(&mut self, file: &WaiverFile) {
        let (waivers, from_file) = file.of(&self.name);
        self.waivers.extend(waivers);
        self.from_file = Some(from_file);
    }

    /// The text in which the waiver with this index stands, and its index there.
    pub fn origin_of_waiver(&self, index: usize) -> (&ProfileText, usize) {
        let from_file = self.from_file.as_ref();
        from_file.and_then(|from| from.origin(index, self.waivers.len())).unwrap_or((&self.text, index))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::target::fixture;
    use std::path::Path;

    fn entry(targets: &str, subject: &str) -> String {
        format!(
            "[[waiver]]\ntargets = {targets}\nsubject = \"{subject}\"\nrequirement = \"HPP-READ-001\"\nreason = \"x\"\n\
             owner = \"y\"\nexpires = \"2027-01-31\"\n"
        )
    }

    #[test]
    fn a_target_gets_its_waivers_behind_those_of_its_profile() {
        let text = [
            entry("[\"other\"]", "a"),
            entry("[\"shop\", \"other\"]", "b"),
            entry("[\"sho\", \"shop/DE\", \"shop\"]", "c"),
        ];
        let file = WaiverFile::parse(Path::new("waivers.toml"), &text.concat()).unwrap();
        let mut profile = fixture::profile("http://127.0.0.1:1");
        profile.name = "shop".into();
        profile.waivers = file.waivers().take(1).cloned().collect();
        profile.waive(&file);
        let subjects: Vec<&str> = profile.waivers.iter().map(|waiver| waiver.subject.as_str()).collect();
        assert_eq!(subjects, ["a", "b", "c"]);
        let place = |index| {
            let (text, index) = profile.origin_of_waiver(index);
            text.place(&["waiver", &index.to_string(), "subject"]).to_string()
        };
        assert_eq!((place(1).as_str(), place(2).as_str()), ("waivers.toml:10", "waivers.toml:17"));
        assert!(!place(0).starts_with("waivers.toml"), "{}", place(0));
        assert_eq!((file.count_for(&["shop"]), file.count_for(&["none"])), (2, 0));
        assert_eq!(file.others(&["shop"]), ["other", "sho", "shop/DE"]);
    }
}
