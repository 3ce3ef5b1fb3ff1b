//! The decisions of a profile: each must have a reason, an owner and an end, and each of its words must decide something, once.

use crate::requirement::{
    Catalogue, Confidence, Level, Party, Requirement, RequirementId, SWITCH_GUIDE, nearest,
};
use crate::target::{Decision, Dismissal, Place, ProfileError, ProfileText, TargetProfile, Waiver};
use jiff::civil::Date;
use std::collections::{BTreeSet, HashMap};

/// Checks what a profile confirms, dismisses and accepts. Its ids are known and apply to the target.
pub fn check(profile: &TargetProfile, catalogue: &Catalogue, today: Date) -> Result<(), ProfileError> {
    let decisions = placed(profile);
    let (mut waivers, mut dismissed) = (Waivers::default(), HashMap::new());
    for decision in &decisions {
        if let Some((key, why)) = decision.about.fault(today) {
            return Err(decision.refused(&[key], why));
        }
        // Of two that decide the same, it is not clear which one holds. All waivers come before the first dismissal.
        let earlier: Option<&Placed<'_>> = match decision.about {
            Decision::Waiver(waiver) => waivers.add(waiver, decision),
            Decision::Dismissal(Dismissal { requirement, .. }) => {
                dismissed.insert(requirement, decision).or(waivers.of.get(requirement).copied())
            }
            Decision::AcceptedUnseen(_) => None,
        };
        if let Some(earlier) = earlier {
            let first = earlier.place(&[]);
            let why = format!("decides the same as {} at {first}; remove one of the two", earlier.about);
            return Err(decision.refused(&[], why));
        }
    }
    check_sources(profile, catalogue)?;
    check_dismissed(profile, catalogue, &decisions)?;
    check_unseen(profile, catalogue, &decisions)
}

/// The waivers of a profile, by what they accept.
#[derive(Default)]
struct Waivers<'p> {
    of: HashMap<&'p RequirementId, &'p Placed<'p>>,
    of_subject: HashMap<(&'p RequirementId, &'p str), &'p Placed<'p>>,
    of_actual: HashMap<(&'p RequirementId, &'p str, Option<&'p str>), &'p Placed<'p>>,
}

impl<'p> Waivers<'p> {
    /// Adds a waiver. Returns an earlier one that accepts the same. A waiver without `actual` accepts every value.
    fn add(&mut self, waiver: &'p Waiver, placed: &'p Placed<'p>) -> Option<&'p Placed<'p>> {
        let Waiver { requirement, subject, actual, .. } = waiver;
        self.of.entry(requirement).or_insert(placed);
        let of_subject = self.of_subject.insert((requirement, subject), placed);
        let of_every = self.of_actual.get(&(requirement, subject, None)).copied();
        let of_actual = self.of_actual.insert((requirement, subject, actual.as_deref()), placed);
        of_actual.or(of_every).or(of_subject.filter(|_| actual.is_none()))
    }
}

/// A decision, the text in which it stands, and its index among those of its key there.
struct Placed<'p> {
    about: Decision<'p>,
    text: &'p ProfileText,
    index: String,
}

impl Placed<'_> {
    /// The place of what these steps lead to inside the decision.
    fn place(&self, steps: &[&str]) -> Place {
        self.text.place(&[&[self.about.key(), &self.index], steps].concat())
    }

    fn refused(&self, steps: &[&str], why: String) -> ProfileError {
        let steps = [&[self.about.key(), &self.index], steps].concat();
        self.text.error(&steps, DecisionFault { entry: self.about.to_string(), why })
    }
}

/// What is wrong with a waiver by itself, with the key.
pub fn fault_of_waiver(waiver: &Waiver, today: Date) -> Option<(&'static str, DecisionFault)> {
    let about = Decision::Waiver(waiver);
    about.fault(today).map(|(key, why)| (key, DecisionFault { entry: about.to_string(), why }))
}

/// Every decision of a profile.
fn placed<'p>(profile: &'p TargetProfile) -> Vec<Placed<'p>> {
    let mut counts: HashMap<&str, usize> = HashMap::new();
    let place = |about: Decision<'p>| {
        let next = counts.entry(about.key()).or_default();
        let (text, index) = match about {
            Decision::Waiver(_) => profile.origin_of_waiver(*next),
            Decision::Dismissal(_) | Decision::AcceptedUnseen(_) => (&profile.text, *next),
        };
        *next += 1;
        Placed { about, text, index: index.to_string() }
    };
    profile.decisions().map(place).collect()
}

/// Each source that is confirmed is one from which something is assumed. What is neither that nor an id may be a mistyped id.
fn check_sources(profile: &TargetProfile, catalogue: &Catalogue) -> Result<(), ProfileError> {
    let rests_on = |source: &str| {
        catalogue.iter().any(|requirement| requirement.is_assumed_from(source, profile.dialect))
    };
    let Some(source) = profile.confirmed_sources.iter().find(|source| !rests_on(source)) else {
        return Ok(());
    };
    let mut known: BTreeSet<&str> = catalogue.iter().flat_map(Requirement::sources).collect();
    known.insert(SWITCH_GUIDE);
    known.retain(|key| rests_on(key));
    known.extend(catalogue.iter().map(|requirement| requirement.id.as_str()));
    let near = nearest(source, known).map_or_else(String::new, |near| format!("did you mean `{near}`? "));
    let why = format!(
        "is neither an id nor a source from which something is assumed; {near}see `hpp-conformance requirements`"
    );
    let fault = DecisionFault { entry: format!("`{source}` in `confirmed`"), why };
    Err(profile.text.error(&["confirmed", source], fault))
}

/// Only what is not stated is dismissed, and it is not confirmed too.
fn check_dismissed(
    profile: &TargetProfile,
    catalogue: &Catalogue,
    decisions: &[Placed<'_>],
) -> Result<(), ProfileError> {
    for decision in decisions {
        let Decision::Dismissal(dismissal) = decision.about else { continue };
        let Some(requirement) = catalogue.get(&dismissal.requirement) else { continue };
        let why = if requirement.confidence_for(profile.dialect) == Confidence::Stated {
            "is about what the documentation states; accept a failure with a waiver instead"
        } else if profile.confirms(requirement) {
            "is about what the profile also confirms; remove one of the two"
        } else {
            continue;
        };
        return Err(decision.refused(&["requirement"], why.into()));
    }
    Ok(())
}

/// Each id and each area under `accepted_unseen` accepts something that the floor does not demand and that no other one accepts.
fn check_unseen(
    profile: &TargetProfile,
    catalogue: &Catalogue,
    decisions: &[Placed<'_>],
) -> Result<(), ProfileError> {
    let mut accepted: HashMap<&RequirementId, Place> = HashMap::new();
    for decision in decisions {
        let Decision::AcceptedUnseen(entry) = decision.about else { continue };
        let refused = |steps: &[&str], why: String| Err(decision.refused(steps, why));
        if entry.area.is_none() && entry.requirements.is_empty() {
            return refused(&[], "names no `requirements` and no `area`; name one".into());
        }
        if let Some(area) = &entry.area {
            if !catalogue.iter().any(|requirement| requirement.area == *area) {
                let known = areas(catalogue).join(", ");
                return refused(&["area"], format!("names an area that does not exist; known: {known}"));
            }
            let musts = || musts_of(profile, catalogue, area);
            if musts().next().is_none() {
                let TargetProfile { dialect, provider, .. } = profile;
                let why = format!(
                    "accepts nothing, because no MUST of this area applies to {dialect} with {provider}; remove it"
                );
                return refused(&["area"], why);
            }
            if musts().all(|id| profile.floor.contains(id)) {
                let why =
                    "accepts nothing, because `floor` lists every MUST of this area; remove one of the two";
                return refused(&["area"], why.into());
            }
            let place = decision.place(&["area"]);
            for id in musts() {
                if let Some(first) = accepted.insert(id, place.clone()) {
                    return refused(&["area"], again(id, &first));
                }
            }
        }
        for id in &entry.requirements {
            let steps = ["requirements", id.as_str()];
            if profile.floor.contains(id) {
                let floor = profile.text.place(&["floor", id.as_str()]);
                let why = format!("accepts {id}, which `floor` lists at {floor}; remove one of the two");
                return refused(&steps, why);
            }
            if let Some(first) = accepted.insert(id, decision.place(&steps)) {
                return refused(&steps, again(id, &first));
            }
        }
    }
    Ok(())
}

fn again(id: &RequirementId, first: &Place) -> String {
    format!("accepts {id}, which is accepted at {first} too; remove one of the two")
}

/// The MUSTs of an area that the target has to keep.
fn musts_of<'c>(
    profile: &TargetProfile,
    catalogue: &'c Catalogue,
    area: &str,
) -> impl Iterator<Item = &'c RequirementId> {
    let is_one = move |row: &&Requirement| {
        row.area == area
            && (row.level, row.party) == (Level::Must, Party::Server)
            && row.applies_to(profile.dialect, profile.provider)
    };
    catalogue.iter().filter(is_one).map(|row| &row.id)
}

fn areas(catalogue: &Catalogue) -> Vec<&str> {
    let mut areas: Vec<&str> = catalogue.iter().map(|requirement| requirement.area.as_str()).collect();
    areas.dedup();
    areas
}

/// Why a decision of a profile cannot be used.
#[derive(Debug, thiserror::Error)]
#[error("{entry} {why}")]
pub struct DecisionFault {
    entry: String,
    why: String,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::target::{BuiltIn, SourceFile};
    use std::path::Path;

    fn catalogue() -> Catalogue {
        let row = |id: &str, source: &str| {
            format!(
                "[[requirement]]\nid = \"{id}\"\nlevel = \"MUST\"\nstatement = \"It holds.\"\nsource = \"{source}\"\n\
                 dialect = \"both\"\nprovider = \"both\"\nconfidence = \"stated\"\n"
            )
        };
        let mut catalogue = Catalogue::default();
        catalogue.add("features/read.toml", &row("HPP-READ-001", "S1")).unwrap();
        catalogue.add("features/expiry.toml", &row("HPP-EXPIRY-001", "K-CREATE")).unwrap();
        let may = row("HPP-OPTION-001", "S1").replace("MUST", "MAY");
        let other = row("HPP-OPTION-002", "S2").replace("dialect = \"both\"", "dialect = \"klarna\"");
        catalogue.add("features/option.toml", &format!("{may}{other}")).unwrap();
        catalogue
    }

    /// What is said of a profile of Kustom with these lines.
    fn told(lines: &str) -> String {
        let text = format!(
            "name = \"shop\"\nbase_url = \"http://127.0.0.1:1\"\ndialect = \"kustom\"\nprovider = \"KCO\"\n\
             credentials = {{ username = {{ env = \"PATH\" }}, password = {{ env = \"PATH\" }} }}\n{lines}"
        );
        let profile = TargetProfile::parse(
            None,
            SourceFile::on_disk(Path::new("shop.toml"), &text),
            &BuiltIn::default(),
            &[],
        )
        .unwrap();
        let checked = check(&profile, &catalogue(), "2026-11-20".parse().unwrap());
        checked.map_or_else(|error| error.to_string(), |()| "accepted".into())
    }

    #[test]
    fn a_decision_that_can_be_used_is_accepted() {
        let waiver = "[[waiver]]\nrequirement = \"HPP-READ-001\"\nsubject = \"status\"\n";
        let terms = "reason = \"ticket 8\"\nowner = \"team\"\nexpires = \"2027-01-31\"\n";
        for lines in [
            format!("[[dismissed]]\nrequirement = \"HPP-EXPIRY-001\"\n{terms}"),
            format!("[[accepted_unseen]]\narea = \"expiry\"\n{terms}"),
            format!(
                "[[accepted_unseen]]\narea = \"expiry\"\n{}",
                terms.replace("\"2027-01-31\"", "2027-01-31")
            ),
            format!(
                "{waiver}actual = \"404\"\n{}{waiver}actual = \"500\"\n{terms}",
                terms.replace("\"2027-01-31\"", "2027-01-31")
            ),
            format!("[[accepted_unseen]]\nrequirements = [\"HPP-READ-001\"]\n{terms}"),
            "confirmed = [\"U-SWITCH\", \"HPP-EXPIRY-001\"]\n".into(),
        ] {
            assert_eq!(told(&lines), "accepted", "{lines}");
        }
    }

    #[test]
    fn each_fault_of_a_decision_is_told_with_its_line_and_the_way_out() {
        let waiver = "[[waiver]]\nrequirement = \"HPP-READ-001\"\nsubject = \"status\"\n";
        let dismissed = |id: &str| format!("[[dismissed]]\nrequirement = \"{id}\"\n");
        let terms = |expires: &str| format!("reason = \"x\"\nowner = \"y\"\nexpires = \"{expires}\"\n");
        let soon = terms("2027-01-31");
        let unseen = |names: &str| format!("[[accepted_unseen]]\n{names}\n{soon}");
        let cases = [
            (
                format!("{waiver}{}", terms("2099-01-01")),
                "11: `waiver` of HPP-READ-001 ends on 2099-01-01, more than a year ahead; `expires` may be 2027-11-20 at the \
                 latest",
            ),
            (
                format!("{waiver}reason = \"x\"\nowner = \"\u{3164}\"\nexpires = \"2027-01-31\"\n"),
                "10: `waiver` of HPP-READ-001 has no `owner`; write who decided it",
            ),
            (
                format!("{}{soon}", waiver.replace("status", "")),
                "8: `waiver` of HPP-READ-001 has no `subject`; write what differs, as the report has it",
            ),
            (
                format!("{}{soon}", dismissed("HPP-READ-001")),
                "7: `dismissed` of HPP-READ-001 is about what the documentation states; accept a failure with a waiver instead",
            ),
            (
                format!("confirmed = [\"K-CREATE\"]\n{}{soon}", dismissed("HPP-EXPIRY-001")),
                "8: `dismissed` of HPP-EXPIRY-001 is about what the profile also confirms; remove one of the two",
            ),
            (
                "confirmed = [\"U-SWITCH\",\n\"U-SWICH\"]\n".into(),
                "7: `U-SWICH` in `confirmed` is neither an id nor a source from which something is assumed; \
                 did you mean `U-SWITCH`? see `hpp-conformance requirements`",
            ),
            (
                "confirmed = [\"hpp-expiry-1\"]\n".into(),
                "6: `hpp-expiry-1` in `confirmed` is neither an id nor a source from which something is assumed; \
                 did you mean `HPP-EXPIRY-001`? see `hpp-conformance requirements`",
            ),
            (
                format!("{0}{soon}\n{0}{soon}", dismissed("HPP-EXPIRY-001")),
                "12: `dismissed` of HPP-EXPIRY-001 decides the same as `dismissed` of HPP-EXPIRY-001 at shop.toml:6; remove \
                 one of the two",
            ),
            (
                format!("{}{soon}{waiver}{soon}", dismissed("HPP-READ-001")),
                "6: `dismissed` of HPP-READ-001 decides the same as `waiver` of HPP-READ-001 at shop.toml:11; remove one of \
                 the two",
            ),
            (
                format!("{waiver}{soon}{waiver}{soon}"),
                "12: `waiver` of HPP-READ-001 decides the same as `waiver` of HPP-READ-001 at shop.toml:6; remove one of the two",
            ),
            (
                format!("{waiver}{soon}{waiver}actual = \"500\"\n{soon}"),
                "12: `waiver` of HPP-READ-001 decides the same as `waiver` of HPP-READ-001 at shop.toml:6; remove one of the two",
            ),
            (
                format!("{waiver}actual = \"500\"\n{soon}{waiver}{soon}"),
                "13: `waiver` of HPP-READ-001 decides the same as `waiver` of HPP-READ-001 at shop.toml:6; remove one of the two",
            ),
            (
                unseen("area = \"expiries\""),
                "7: `accepted_unseen` of area expiries names an area that does not exist; known: read, expiry, option",
            ),
            (unseen(""), "6: `accepted_unseen` names no `requirements` and no `area`; name one"),
            (
                unseen("area = \"option\""),
                "7: `accepted_unseen` of area option accepts nothing, because no MUST of this area applies to kustom with KCO; \
                 remove it",
            ),
            (
                format!("{0}{0}", unseen("area = \"expiry\"")),
                "12: `accepted_unseen` of area expiry accepts HPP-EXPIRY-001, which is accepted at shop.toml:7 too; remove one \
                 of the two",
            ),
            (
                unseen("requirements = [\"HPP-READ-001\",\n\"HPP-EXPIRY-001\"]\narea = \"expiry\""),
                "8: `accepted_unseen` of HPP-EXPIRY-001, HPP-READ-001, area expiry accepts HPP-EXPIRY-001, which is accepted at \
                 shop.toml:9 too; remove one of the two",
            ),
            (
                format!("floor = [\"HPP-READ-001\"]\n{}", unseen("requirements = [\"HPP-READ-001\"]")),
                "8: `accepted_unseen` of HPP-READ-001 accepts HPP-READ-001, which `floor` lists at shop.toml:6; remove one of \
                 the two",
            ),
            (
                format!("floor = [\"HPP-EXPIRY-001\"]\n{}", unseen("area = \"expiry\"")),
                "8: `accepted_unseen` of area expiry accepts nothing, because `floor` lists every MUST of this area; remove one \
                 of the two",
            ),
        ];
        let told = cases.map(|(lines, message)| (told(&lines), format!("shop.toml:{message}")));
        let wrong: Vec<_> = told.into_iter().filter(|(told, expected)| told != expected).collect();
        assert_eq!(wrong, []);
    }
}
