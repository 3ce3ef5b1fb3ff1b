//! The ids in a profile: each names a requirement of the catalogue, and the profile changes something by naming it.

use crate::requirement::{Catalogue, Confidence, Level, Party, Requirement, RequirementId};
use crate::target::{Confirmed, ProfileError, ProfileText, TargetProfile};

/// An id in a profile: the text and the key under which it stands, and the steps to it.
struct Named<'p> {
    text: &'p ProfileText,
    key: &'static str,
    steps: Vec<String>,
    id: &'p RequirementId,
}

/// Checks every id of a profile.
pub fn check(profile: &TargetProfile, catalogue: &Catalogue) -> Result<(), ProfileError> {
    for Named { text, key, steps, id } in named(profile) {
        let Some(fault) = fault(profile, catalogue, key, id) else { continue };
        let steps: Vec<&str> = steps.iter().map(String::as_str).collect();
        return Err(text.error(&steps, fault));
    }
    Ok(())
}

/// Every id of a profile.
fn named(profile: &TargetProfile) -> Vec<Named<'_>> {
    let confirmed = match &profile.confirmed {
        Confirmed::All => None,
        Confirmed::Ids(ids) => Some(ids),
    };
    let text = &profile.text;
    let in_list = |key, id| Named { text, key, steps: vec![String::from(key), id_text(id)], id };
    let floor = profile.floor.iter().map(|id| in_list("floor", id));
    let mut named: Vec<Named<'_>> =
        floor.chain(confirmed.into_iter().flatten().map(|id| in_list("confirmed", id))).collect();
    let waivers = profile.waivers.iter().enumerate().map(|(index, entry)| {
        let (text, index) = profile.origin_of_waiver(index);
        ("waiver", text, index, &entry.requirement)
    });
    let dismissed = profile.dismissed.iter().enumerate();
    let dismissed = dismissed.map(|(index, entry)| ("dismissed", text, index, &entry.requirement));
    named.extend(waivers.chain(dismissed).map(|(key, text, index, id)| Named {
        text,
        key,
        steps: vec![key.into(), index.to_string(), "requirement".into()],
        id,
    }));
    for (index, entry) in profile.accepted_unseen.iter().enumerate() {
        let key = "accepted_unseen";
        named.extend(entry.requirements.iter().map(|id| Named {
            text,
            key,
            steps: vec![key.into(), index.to_string(), "requirements".into(), id_text(id)],
            id,
        }));
    }
    named
}

fn id_text(id: &RequirementId) -> String {
    id.as_str().to_owned()
}

/// Why an id under a key of a profile cannot be used.
fn fault(
    profile: &TargetProfile,
    catalogue: &Catalogue,
    key: &'static str,
    id: &RequirementId,
) -> Option<IdFault> {
    let Some(requirement) = catalogue.get(id) else { return unknown(catalogue, key, id) };
    idle(profile, key, requirement).map(|why| IdFault::Idle { key, id: id.clone(), why })
}

/// The fault of an id that the catalogue does not have.
pub fn unknown(catalogue: &Catalogue, key: &'static str, id: &RequirementId) -> Option<IdFault> {
    if catalogue.get(id).is_some() {
        return None;
    }
    let nearest = catalogue.nearest(id).map_or_else(String::new, |near| format!("did you mean {near}? "));
    Some(IdFault::Unknown { key, id: id.clone(), nearest })
}

/// Why naming this requirement under a key changes nothing.
fn idle(profile: &TargetProfile, key: &str, requirement: &Requirement) -> Option<String> {
    let TargetProfile { dialect, provider, .. } = profile;
    let Requirement { level, party, .. } = requirement;
    let is_stated = requirement.confidence_for(*dialect) == Confidence::Stated;
    match key {
        _ if *party != Party::Server => Some("which is not a duty of the server".into()),
        _ if !requirement.applies_to(*dialect, *provider) => {
            Some(format!("which does not apply to {dialect} with {provider}"))
        }
        "accepted_unseen" if *level != Level::Must => {
            Some(format!("which is a {level}: a run can be signed without it"))
        }
        "waiver" | "dismissed" | "confirmed" if *level == Level::May => {
            Some("which is a MAY: it never fails".into())
        }
        "confirmed" if is_stated => Some("which the documentation states: its failure is red anyway".into()),
        _ => None,
    }
}

/// Why an id in a profile cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum IdFault {
    #[error(
        "`{key}` names {id}, which is not in the catalogue; {nearest}`hpp-conformance requirements` lists the known ones"
    )]
    Unknown { key: &'static str, id: RequirementId, nearest: String },

    #[error("`{key}` names {id}, {why}; remove it")]
    Idle { key: &'static str, id: RequirementId, why: String },
}
