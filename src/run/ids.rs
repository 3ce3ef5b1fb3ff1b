//! The ids that a profile names: each must be a requirement of the catalogue, or the setting would do nothing.

use crate::requirement::{Catalogue, Level, Party, RequirementId};
use crate::target::{Confirmed, TargetProfile};

/// Checks every id of a profile.
pub fn check(profile: &TargetProfile, catalogue: &Catalogue) -> Result<(), IdError> {
    let confirmed = match &profile.confirmed {
        Confirmed::All => None,
        Confirmed::Ids(ids) => Some(ids),
    };
    let named: [(_, Vec<&RequirementId>); 5] = [
        ("floor", profile.floor.iter().collect()),
        ("confirmed", confirmed.into_iter().flatten().collect()),
        ("waiver", profile.waivers.iter().map(|waiver| &waiver.requirement).collect()),
        ("dismissed", profile.dismissed.iter().map(|entry| &entry.requirement).collect()),
        ("accepted_unseen", profile.accepted_unseen.iter().flat_map(|entry| &entry.requirements).collect()),
    ];
    for (key, ids) in &named {
        known(catalogue, &profile.name, key, ids.iter().copied())?;
    }
    named.into_iter().try_for_each(|(key, ids)| matters(profile, catalogue, key, ids))
}

/// Checks that the catalogue has each of the ids under a key of a profile.
pub fn known<'i>(
    catalogue: &Catalogue,
    profile: &str,
    key: &'static str,
    ids: impl IntoIterator<Item = &'i RequirementId>,
) -> Result<(), IdError> {
    let unknown = ids.into_iter().find(|id| catalogue.get(id).is_none());
    unknown.map_or(Ok(()), |id| {
        Err(IdError::Unknown {
            profile: profile.to_owned(),
            key,
            id: id.clone(),
            nearest: catalogue.nearest(id).map_or_else(String::new, |near| format!("did you mean {near}? ")),
        })
    })
}

/// Checks that each requirement under a key of a profile applies to this target, and is a MUST if only MUSTs count there.
/// Otherwise the setting would do nothing.
fn matters(
    profile: &TargetProfile,
    catalogue: &Catalogue,
    key: &'static str,
    ids: Vec<&RequirementId>,
) -> Result<(), IdError> {
    let TargetProfile { dialect, provider, .. } = profile;
    for requirement in ids.into_iter().filter_map(|id| catalogue.get(id)) {
        let why = if requirement.party != Party::Server {
            "which is not a duty of the server".to_owned()
        } else if !requirement.applies_to(*dialect, *provider) {
            format!("which does not apply to {dialect} with {provider}")
        } else if key == "accepted_unseen" && requirement.level != Level::Must {
            format!("which is a {}, and a run is signed without it", requirement.level)
        } else {
            continue;
        };
        return Err(IdError::Idle { profile: profile.name.clone(), key, id: requirement.id.clone(), why });
    }
    Ok(())
}

/// Why an id in a profile cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum IdError {
    #[error(
        "`{key}` of the target `{profile}` names {id}, which is not in the catalogue; {nearest}`hpp-conformance requirements` \
         lists the known ones"
    )]
    Unknown { profile: String, key: &'static str, id: RequirementId, nearest: String },

    #[error("`{key}` of the target `{profile}` names {id}, {why}; remove it")]
    Idle { profile: String, key: &'static str, id: RequirementId, why: String },
}
