//! Faults of driver and browser: what needs the page is in trouble, and everything else is tested.

use crate::fault::{CLEAR, Driver, Fault, HELPER, ONCE as ONCE_FILE, Once, Outcome};
use crate::prove::child::Manner;
use crate::prove::faults::judge::{Difference, Said};
use crate::prove::faults::network::{manner, target};
use crate::prove::faults::scene::{API, PAGE, Setting};
use crate::prove::faults::trial::{FaultTrial, Part};
use crate::prove::plan::{Met, PlannedTarget};
use crate::requirement::Dialect;
use std::path::Path;

/// What a part tries.
const LASTING: &str = "as long as it lasts";
const ONCE: &str = "once";

/// Tries a fault.
pub async fn tried(fault: &'static Fault, driver: Driver, setting: &Setting) -> FaultTrial {
    let mut parts = Vec::new();
    match said(setting, driver, None).await {
        Ok(said) => parts.push(Part { what: LASTING, seen: judged(&said, fault.outcome) }),
        Err(why) => return FaultTrial::lost(fault, why),
    }
    if let Outcome::Infra { once: Once::SecondTry, .. } = fault.outcome {
        let seen = match tempfile::tempdir() {
            Ok(folder) => {
                let done = folder.path().join("done");
                said(setting, driver, Some(&done)).await.map(|mut said| {
                    said.met = done.exists().then(|| fault.name.to_owned());
                    let both = [API.requirements, PAGE.requirements].concat();
                    said.is_pass(&both, Once::SecondTry)
                })
            }
            Err(error) => Err(error.to_string()),
        };
        match seen {
            Ok(seen) => parts.push(Part { what: ONCE, seen }),
            Err(why) => return FaultTrial::lost(fault, why),
        }
    }
    FaultTrial::new(fault, parts)
}

/// What a run says that uses this driver. If there is a file, the trick is done once, and leaves it.
async fn said(setting: &Setting, driver: Driver, done: Option<&Path>) -> Result<Said, String> {
    // The clear proxy only shortens the deadlines.
    let planned = |scene| target(setting, scene, Dialect::Klarna, (&CLEAR, Met::Always));
    let (api, page) = (planned(API), planned(PAGE));
    let only = api.only.into_iter().chain(page.only).flatten().collect();
    let plan =
        PlannedTarget { only: Some(only), fault: api.fault, ..PlannedTarget::faithful(Dialect::Klarna) };
    let mut manner = Manner { browsers: "1", ..manner() };
    let mut arguments = |path: &str| manner.arguments.extend(["--chromedriver", path].map(str::to_owned));
    match driver {
        Driver::Missing => arguments("/no-such-driver"),
        Driver::NoBrowser => manner.browser = Some("no-such-browser"),
        Driver::Helper(trick) => {
            arguments(&setting.program.executable.display().to_string());
            manner.environment = vec![(HELPER.to_owned(), trick.word().to_owned())];
            if let Some(done) = done {
                manner.environment.push((ONCE_FILE.to_owned(), done.display().to_string()));
            }
        }
    }
    let ran = setting.program.run_as(&[plan], &manner).await?;
    Said::of_targets(&ran).pop().ok_or_else(|| "the run left out its target".to_owned())
}

/// What needs the page is as stated, and everything else passes.
fn judged(said: &Said, outcome: Outcome) -> Result<(), Difference> {
    match outcome {
        Outcome::Infra { told, .. } => {
            let mut met = said.clone();
            // Only this fault makes trouble here, and the reasons show it.
            met.met = Some(String::new());
            met.is_infra(PAGE.requirements, told)?;
        }
        Outcome::Blocked { told } => said.is_blocked(PAGE.requirements, told)?,
        Outcome::Pass | Outcome::Ends { .. } => {}
    }
    said.passes(API.requirements)
}
