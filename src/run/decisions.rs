//! The decisions of a profile: each must have a reason, an owner and an end, and be about something that exists.

use crate::requirement::{Catalogue, Confidence, Requirement, SWITCH_GUIDE, nearest};
use crate::target::{AcceptedUnseen, Decision, TargetProfile};
use jiff::civil::Date;
use std::collections::BTreeSet;

/// Checks what a profile confirms, dismisses and accepts.
pub fn check(profile: &TargetProfile, catalogue: &Catalogue, today: Date) -> Result<(), DecisionError> {
    let refused = |entry: String, why: String| DecisionError { target: profile.name.clone(), entry, why };
    let decisions: Vec<Decision<'_>> = profile.decisions().collect();
    for (index, decision) in decisions.iter().enumerate() {
        let earlier = decisions[..index].iter().find(|earlier| decision.repeats(**earlier));
        let repeated = earlier.map(|earlier| format!("{earlier} decides the same; remove one of the two"));
        if let Some(why) = decision.terms().fault(today).or(repeated) {
            return Err(refused(decision.to_string(), why));
        }
    }
    for source in &profile.confirmed_sources {
        if !catalogue.iter().any(|requirement| requirement.is_assumed_from(source, profile.dialect)) {
            let mut known: BTreeSet<&str> = catalogue.iter().flat_map(Requirement::sources).collect();
            known.insert(SWITCH_GUIDE);
            known.retain(|key| {
                catalogue.iter().any(|requirement| requirement.is_assumed_from(key, profile.dialect))
            });
            let near =
                nearest(source, known).map_or_else(String::new, |near| format!("did you mean `{near}`? "));
            let why = format!(
                "is neither an id nor a source from which something is assumed; {near}see `hpp-conformance requirements`"
            );
            return Err(refused(format!("`{source}` in `confirmed`"), why));
        }
    }
    for dismissal in &profile.dismissed {
        let id = &dismissal.requirement;
        let contradiction = catalogue.get(id).and_then(|requirement| {
            if requirement.confidence_for(profile.dialect) == Confidence::Stated {
                Some(format!("the documentation states {id}; accept a failure with a waiver instead"))
            } else if profile.confirms(requirement) {
                Some(format!("the profile also confirms {id}; remove one of the two"))
            } else {
                None
            }
        });
        if let Some(why) = contradiction {
            return Err(refused("`dismissed`".into(), why));
        }
    }
    for AcceptedUnseen { requirements, area, .. } in &profile.accepted_unseen {
        let known_area = |area: &String| catalogue.iter().any(|requirement| requirement.area == *area);
        let why = match area {
            None if requirements.is_empty() => Some("names no `requirements` and no `area`; name one".into()),
            Some(area) if !known_area(area) => {
                Some(format!("there is no area `{area}`; known: {}", areas(catalogue).join(", ")))
            }
            _ => None,
        };
        if let Some(why) = why {
            return Err(refused("`accepted_unseen`".into(), why));
        }
    }
    Ok(())
}

fn areas(catalogue: &Catalogue) -> Vec<&str> {
    let mut areas: Vec<&str> = catalogue.iter().map(|requirement| requirement.area.as_str()).collect();
    areas.dedup();
    areas
}

/// Why a decision of a profile cannot be used.
#[derive(Debug, thiserror::Error)]
#[error("{entry} of the target `{target}` cannot be used: {why}")]
pub struct DecisionError {
    target: String,
    entry: String,
    why: String,
}

#[cfg(test)]
mod tests {
    use super::*;
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
        catalogue
    }

    /// What is said of a profile of Kustom with these lines.
    fn told(lines: &str) -> String {
        let text = format!(
            "name = \"shop\"\nbase_url = \"http://127.0.0.1:1\"\ndialect = \"kustom\"\nprovider = \"KCO\"\n\
             credentials = {{ username = {{ env = \"PATH\" }}, password = {{ env = \"PATH\" }} }}\n{lines}"
        );
        let profile = TargetProfile::parse(Path::new("shop.toml"), &text, |_| None).unwrap();
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
                "{waiver}{}{waiver}actual = \"500\"\n{terms}",
                terms.replace("\"2027-01-31\"", "2027-01-31")
            ),
            format!("[[accepted_unseen]]\nrequirements = [\"HPP-READ-001\"]\n{terms}"),
            "confirmed = [\"U-SWITCH\", \"HPP-EXPIRY-001\"]\n".into(),
        ] {
            assert_eq!(told(&lines), "accepted", "{lines}");
        }
    }

    #[test]
    fn each_fault_of_a_decision_is_told_with_the_way_out() {
        let waiver = "[[waiver]]\nrequirement = \"HPP-READ-001\"\nsubject = \"status\"\n";
        let dismissed = |id: &str| format!("[[dismissed]]\nrequirement = \"{id}\"\n");
        let terms = |expires: &str| format!("reason = \"x\"\nowner = \"y\"\nexpires = \"{expires}\"\n");
        let soon = terms("2027-01-31");
        let cases = [
            (
                format!("{waiver}{}", terms("2099-01-01")),
                "`waiver` of HPP-READ-001 of the target `shop` cannot be used: ends on 2099-01-01, more than a year ahead; \
                 `expires` may be 2027-11-20 at the latest",
            ),
            (
                format!("{waiver}reason = \"x\"\nowner = \"\"\nexpires = \"2027-01-31\"\n"),
                "`waiver` of HPP-READ-001 of the target `shop` cannot be used: has no `owner`; write who decided it",
            ),
            (
                format!("{}{soon}", dismissed("HPP-READ-001")),
                "`dismissed` of the target `shop` cannot be used: the documentation states HPP-READ-001; \
                 accept a failure with a waiver instead",
            ),
            (
                format!("confirmed = [\"K-CREATE\"]\n{}{soon}", dismissed("HPP-EXPIRY-001")),
                "`dismissed` of the target `shop` cannot be used: the profile also confirms HPP-EXPIRY-001; \
                 remove one of the two",
            ),
            (
                format!("[[accepted_unseen]]\narea = \"expiries\"\n{soon}"),
                "`accepted_unseen` of the target `shop` cannot be used: there is no area `expiries`; known: read, expiry",
            ),
            (
                format!("[[accepted_unseen]]\n{soon}"),
                "`accepted_unseen` of the target `shop` cannot be used: names no `requirements` and no `area`; name one",
            ),
            (
                "confirmed = [\"U-SWICH\"]\n".into(),
                "`U-SWICH` in `confirmed` of the target `shop` cannot be used: is neither an id nor a source from which \
                 something is assumed; did you mean `U-SWITCH`? see `hpp-conformance requirements`",
            ),
            (
                format!("{0}{soon}{0}{soon}", dismissed("HPP-EXPIRY-001")),
                "`dismissed` of HPP-EXPIRY-001 of the target `shop` cannot be used: `dismissed` of HPP-EXPIRY-001 decides \
                 the same; remove one of the two",
            ),
            (
                format!("{}{soon}{waiver}{soon}", dismissed("HPP-READ-001")),
                "`dismissed` of HPP-READ-001 of the target `shop` cannot be used: `waiver` of HPP-READ-001 decides \
                 the same; remove one of the two",
            ),
            (
                format!("{waiver}{soon}{waiver}{soon}"),
                "`waiver` of HPP-READ-001 of the target `shop` cannot be used: `waiver` of HPP-READ-001 decides \
                 the same; remove one of the two",
            ),
            (
                format!(
                    "[[accepted_unseen]]\narea = \"expiry\"\n{soon}[[accepted_unseen]]\narea = \"expiry\"\n{soon}"
                ),
                "`accepted_unseen` of area expiry of the target `shop` cannot be used: `accepted_unseen` of area expiry \
                 decides the same; remove one of the two",
            ),
        ];
        for (lines, message) in cases {
            assert_eq!(told(&lines), message, "{lines}");
        }
    }
}
