//! The waivers beside the profiles, from the file of `--waivers`.

use crate::report::{PreflightCheck, Topic, counted};
use crate::requirement::Catalogue;
use crate::run::RunError;
use crate::run::decisions;
use crate::run::ids;
use crate::run::subject::Subject;
use crate::target::WaiverFile;
use jiff::civil::Date;
use std::path::Path;

/// Gives each target its waivers of the file. What is wrong with one is refused, also with one for a target that is not run. Returns what
/// the preflight says about the file.
pub fn apply(
    path: &Path,
    subjects: &mut [Subject],
    catalogue: &Catalogue,
    today: Date,
) -> Result<PreflightCheck, RunError> {
    let text =
        WaiverFile::text_of(path).map_err(|source| RunError::Waivers { path: path.to_owned(), source })?;
    let file = WaiverFile::parse(path, &text)?;
    for (index, waiver) in file.waivers().enumerate() {
        if let Some(fault) = ids::unknown(catalogue, "waiver", &waiver.requirement) {
            return Err(file.error(index, "requirement", fault).into());
        }
        if let Some((key, fault)) = decisions::fault_of_waiver(waiver, today) {
            return Err(file.error(index, key, fault).into());
        }
    }
    for subject in subjects.iter_mut() {
        subject.profile.waive(&file);
    }
    Ok(PreflightCheck::ok(Topic::Profile, told(path, &file, subjects)))
}

/// How many waivers there are, and for which targets.
fn told(path: &Path, file: &WaiverFile, subjects: &[Subject]) -> String {
    let targets: Vec<&str> = subjects.iter().map(|subject| subject.profile.name.as_str()).collect();
    let (all, these) = (file.waivers().count(), file.count_for(&targets));
    let told = format!("{}: {}, {these} of them for these targets", path.display(), counted(all, "waiver"));
    match file.others(&targets).as_slice() {
        [] => told,
        others => format!("{told}; not run: {}", others.join(", ")),
    }
}
