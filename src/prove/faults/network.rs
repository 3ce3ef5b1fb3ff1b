//! Faults on the way to the API and to the payment page: in front of the faithful mock, and in front of one with a deviation.

use crate::fault::{CLEAR, CLEAR_TLS, Fault, Front, Once, Outcome};
use crate::mock;
use crate::prove::child::Manner;
use crate::prove::faults::judge::Said;
use crate::prove::faults::scene::{API, Canary, PAGE, Scene, Setting};
use crate::prove::faults::trial::{FaultTrial, Part};
use crate::prove::plan::{Met, PlannedFault, PlannedTarget};
use crate::requirement::Dialect;

/// What a part tries.
const LASTING: &str = "as long as it lasts";
const LATER: &str = "after the preflight";
const ONCE: &str = "once";
const BREACH: &str = "with a breach behind it";

/// A target behind a fault.
pub fn target(
    setting: &Setting,
    scene: Scene,
    dialect: Dialect,
    (fault, when): (&Fault, Met),
) -> PlannedTarget {
    let fault = PlannedFault { name: fault.name.to_owned(), when };
    let (only, fault) = (Some(setting.keys(scene)), Some(fault));
    PlannedTarget { only, fault, ..PlannedTarget::faithful(dialect) }
}

/// The same with the deviation of the scene.
fn deviating(scene: Scene, target: PlannedTarget) -> PlannedTarget {
    PlannedTarget { deviation: Some(scene.deviation.to_owned()), ..target }
}

/// How a run behind a fault is made: with one retry.
pub fn manner() -> Manner<'static> {
    Manner { arguments: ["--retries", "1"].map(str::to_owned).to_vec(), ..Manner::usual("8", "2") }
}

/// The faithful mock behind proxies without a fault, and deviations behind one. Returns what is said of the deviations.
pub async fn control(setting: &Setting, needs_page: bool) -> (FaultTrial, Option<Canary>) {
    let clear = |scene, dialect, fault| target(setting, scene, dialect, (fault, Met::Always));
    let (klarna, kustom) = (Dialect::Klarna, Dialect::Kustom);
    let mut plan = vec![
        ("klarna", API, clear(API, klarna, &CLEAR)),
        ("kustom", API, clear(API, kustom, &CLEAR)),
        ("TLS", API, clear(API, klarna, &CLEAR_TLS)),
        ("canary", API, deviating(API, clear(API, klarna, &CLEAR))),
    ];
    if needs_page {
        plan.push(("page of klarna", PAGE, clear(PAGE, klarna, &CLEAR)));
        plan.push(("page of kustom", PAGE, clear(PAGE, kustom, &CLEAR)));
        plan.push(("canary of the page", PAGE, deviating(PAGE, clear(PAGE, klarna, &CLEAR))));
    }
    let targets: Vec<PlannedTarget> = plan.iter().map(|(_, _, target)| target.clone()).collect();
    let said = match setting.program.run_as(&targets, &manner()).await {
        Ok(ran) => Said::of_targets(&ran),
        Err(why) => return (FaultTrial::lost(&CLEAR, why), None),
    };
    let parts = plan.iter().zip(&said).map(|((what, scene, target), said)| {
        let seen = match target.deviation.as_deref().and_then(mock::deviation) {
            Some(deviation) => said.breaks(deviation.breaks, scene.requirements),
            None => said.is_untroubled(scene.requirements),
        };
        Part { what, seen }
    });
    let trial = FaultTrial::new(&CLEAR, parts.collect());
    let canary = |index: usize| said.get(index).cloned();
    (trial, canary(3).map(|api| Canary { api, page: canary(6) }))
}

/// Tries a fault.
pub async fn tried(fault: &'static Fault, scene: Scene, setting: &Setting, breach: &Said) -> FaultTrial {
    let behind = |dialect, when| target(setting, scene, dialect, (fault, when));
    let chosen = mixed(setting.seed, fault.name);
    let (klarna, kustom) = (Dialect::Klarna, Dialect::Kustom);
    let lasting = || vec![(LASTING, behind(klarna, Met::Always)), (LASTING, behind(kustom, Met::Always))];
    let plan = match fault.outcome {
        Outcome::Infra { once: Once::Never, .. } => lasting(),
        Outcome::Infra { .. } => {
            let mut plan = lasting();
            if scene.requirements == API.requirements {
                plan.push((LATER, behind(klarna, Met::Later)));
            }
            plan.push((ONCE, behind(klarna, Met::Once(chosen))));
            plan.push((ONCE, behind(kustom, Met::Once(chosen / 7))));
            plan.push((BREACH, deviating(scene, behind(klarna, Met::Once(chosen / 49)))));
            plan
        }
        _ => {
            let mut plan = lasting();
            plan.push((BREACH, deviating(scene, behind(klarna, Met::Always))));
            plan
        }
    };
    let environment = match Front::of_environment(fault).await {
        Ok(front) => front,
        Err(error) => return FaultTrial::lost(fault, error.to_string()),
    };
    let mut manner = manner();
    if let Some(front) = &environment {
        manner.environment = vec![("HTTPS_PROXY".to_owned(), front.base_url().to_owned())];
    }
    let (words, targets): (Vec<_>, Vec<_>) = plan.into_iter().unzip();
    let said = match setting.program.run_as(&targets, &manner).await {
        Ok(ran) => Said::of_targets(&ran),
        Err(why) => return FaultTrial::lost(fault, why),
    };
    let parts = words.into_iter().zip(&said).map(|(what, said)| {
        let seen = match (fault.outcome, what) {
            (_, BREACH) => said.is_like(breach),
            (Outcome::Infra { once, .. }, ONCE) => said.is_pass(scene.requirements, once),
            (Outcome::Infra { told, .. }, _) => said.is_infra(scene.requirements, told),
            _ => said.is_pass(scene.requirements, Once::FirstTry),
        };
        Part { what, seen }
    });
    FaultTrial::new(fault, parts.collect())
}

/// A number that depends on a seed and a name.
fn mixed(seed: u64, name: &str) -> u64 {
    name.bytes().fold(seed, |sum, byte| sum.wrapping_mul(0x0100_0000_01b3) ^ u64::from(byte)) >> 8
}
