//! The ids that a profile names: each must be a requirement of the catalogue, or the setting would do nothing.

use crate::requirement::{Catalogue, Party, RequirementId};
use crate::target::{Confirmed, TargetProfile};

/// Checks every id of a profile.
pub fn check(profile: &TargetProfile, catalogue: &Catalogue) -> Result<(), IdError> {
    let confirmed = match &profile.confirmed {
        Confirmed::All => None,
        Confirmed::Ids(ids) => Some(ids),
    };
    known(catalogue, &profile.name, "floor", &profile.floor)?;
    known(catalogue, &profile.name, "confirmed", confirmed.into_iter().flatten())?;
    known(catalogue, &profile.name, "waiver", profile.waivers.iter().map(|waiver| &waiver.requirement))?;
    known(catalogue, &profile.name, "dismissed", profile.dismissed.iter().map(|entry| &entry.requirement))?;
    let accepted = profile.accepted_unseen.iter().flat_map(|entry| &entry.requirements);
    known(catalogue, &profile.name, "accepted_unseen", accepted)?;
    demands(profile, catalogue)
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

/// Checks that each requirement of the floor applies to this target. Otherwise the floor would demand nothing.
fn demands(profile: &TargetProfile, catalogue: &Catalogue) -> Result<(), IdError> {
    let TargetProfile { dialect, provider, .. } = profile;
    for requirement in profile.floor.iter().filter_map(|id| catalogue.get(id)) {
        let why = if requirement.party != Party::Server {
            "which is not a duty of the server".to_owned()
        } else if !requirement.applies_to(*dialect, *provider) {
            format!("which does not apply to {dialect} with {provider}")
        } else {
            continue;
        };
        return Err(IdError::Idle { profile: profile.name.clone(), id: requirement.id.clone(), why });
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

    #[error("`floor` of the target `{profile}` names {id}, {why}; remove it")]
    Idle { profile: String, id: RequirementId, why: String },
}
