//! `doctor`: looks at everything that a run needs, and runs no scenario. One fault does not hide another.

use crate::browser::Place;
use crate::client::Server;
use crate::evidence::Recorder;
use crate::report::{CheckResult, PreflightCheck, Topic, counted};
use crate::run::assets::{Features, Schemas};
use crate::run::lint::Lint;
use crate::run::preflight::machine;
use crate::run::receivers::Receivers;
use crate::run::setting::Setting;
use crate::run::subject::{Subject, TargetChoice};
use crate::run::target::{Target, today};
use crate::run::{BrowserChoice, error_chain, exposed, preflight, waivers};
use crate::suite::{Filter, NoReceiver};
use crate::target::{Ability, TargetProfile};
use std::path::PathBuf;
use std::sync::Arc;
use tokio::task::JoinSet;
use url::Url;

/// What `doctor` looks at.
#[derive(Debug)]
pub struct DoctorOptions {
    /// Feature files and folders. If empty, the embedded ones.
    pub features: Vec<PathBuf>,
    pub targets: Vec<TargetChoice>,
    pub schemas: Option<PathBuf>,
    /// A file of waivers beside the profiles.
    pub waivers: Option<PathBuf>,
    pub browsers: BrowserChoice,
    /// The folder of the reports.
    pub out: PathBuf,
}

/// Looks at everything, and tells it in the order of the topics. Each look has a deadline, and targets are looked at side by side. Faults
/// of the configuration are told at once: what needs a sound profile is not looked at without one.
pub async fn doctor(options: DoctorOptions) -> Vec<PreflightCheck> {
    let recorder = Arc::new(Recorder::default());
    let mut checks = vec![machine::disk(&options.out)];
    checks.extend(examined(&options, &recorder).await);
    preflight::told(checks, &recorder)
}

async fn examined(options: &DoctorOptions, recorder: &Arc<Recorder>) -> Vec<PreflightCheck> {
    let features = match Features::load(&options.features) {
        Ok(features) => features,
        Err(error) => return vec![PreflightCheck::fault(Topic::Features, error_chain(&error))],
    };
    let schemas = match Schemas::load(options.schemas.as_deref(), &features.catalogue) {
        Ok(schemas) => schemas,
        Err(error) => return vec![PreflightCheck::fault(Topic::Schemas, error_chain(&error))],
    };
    let setting = Setting { features, schemas };
    let (subjects, mut checks) = sound(options, &setting, recorder).await;
    checks.extend(setting.checks());
    if subjects.is_empty() {
        return checks;
    }
    checks.retain(|check| check.check != Topic::Features);
    checks.push(linted(&setting));
    let mut looks = JoinSet::new();
    let receivers = Arc::new(Receivers::default());
    for Subject { profile, mock, .. } in &subjects {
        let (profile, is_ours) = (profile.clone(), mock.is_some());
        let (recorder, receivers) = (Arc::clone(recorder), Arc::clone(&receivers));
        looks.spawn(async move { of_target(&profile, is_ours, &recorder, &receivers).await });
    }
    let mut places: Vec<Place> = Vec::new();
    for profile in subjects.iter().map(|subject| &subject.profile) {
        let place = options.browsers.place(profile);
        if profile.abilities.contains(&Ability::Browser) && !places.contains(&place) {
            places.push(place);
        }
    }
    if places.iter().any(|place| matches!(place, Place::Here { .. })) {
        checks.push(machine::shared_memory());
    }
    if places.is_empty() {
        checks.push(PreflightCheck::skipped(Topic::Browser, "no target has the ability `browser`"));
    }
    for place in places {
        looks.spawn(async move { vec![machine::browser(&place).await] });
    }
    while let Some(look) = looks.join_next().await {
        match look {
            Ok(found) => checks.extend(found),
            // A check that is missing must not look like one that is ok.
            Err(error) => std::panic::resume_unwind(error.into_panic()),
        }
    }
    checks
}

/// The targets that a run would accept, and a check of each profile.
async fn sound(
    options: &DoctorOptions,
    setting: &Setting,
    recorder: &Arc<Recorder>,
) -> (Vec<Subject>, Vec<PreflightCheck>) {
    let (mut subjects, mut checks): (Vec<Subject>, Vec<PreflightCheck>) = Default::default();
    let fault = |name: &str, error: &dyn std::error::Error| {
        PreflightCheck::fault(Topic::Profile, error_chain(error)).of(name)
    };
    for (seed, choice) in (1..).zip(&options.targets) {
        let loaded = Subject::load(choice, seed, recorder).await;
        let named = loaded.and_then(|loaded| {
            loaded.iter().try_for_each(|subject| subject.has_own_name(&subjects)).map(|()| loaded)
        });
        match named {
            Ok(loaded) => subjects.extend(loaded),
            Err(error) => checks.push(fault(&choice.name(), &error)),
        }
    }
    let path = options.waivers.as_deref();
    match path.map(|path| waivers::apply(path, &mut subjects, &setting.features.catalogue, today())) {
        None => {}
        Some(Ok(check)) => checks.push(check),
        Some(Err(error)) => checks.push(PreflightCheck::fault(Topic::Profile, error_chain(&error))),
    }
    if let Err(error) = setting.teach(&subjects, recorder) {
        checks.push(PreflightCheck::fault(Topic::Profile, error_chain(&error)));
        return (Vec::new(), checks);
    }
    subjects.retain(|subject| {
        let profile = &subject.profile;
        let Setting { features, schemas } = setting;
        let exposed = exposed::check_profile(profile, recorder).err().map(Into::into);
        let refused = exposed
            .or_else(|| Target::new(&Filter::default(), features, schemas, recorder, (0, subject)).err());
        match &refused {
            Some(error) => checks.push(fault(&profile.name, error)),
            None => checks.extend(subject.checks(today())),
        }
        refused.is_none()
    });
    (subjects, checks)
}

fn linted(setting: &Setting) -> PreflightCheck {
    match Lint::of(&setting.features, &setting.schemas) {
        Err(error) => PreflightCheck::fault(Topic::Schemas, error_chain(&error)),
        Ok(lint) => {
            let told = format!(
                "{} in {}, {}, {}",
                counted(lint.scenarios, "scenario"),
                counted(lint.files, "file"),
                counted(lint.warnings.len(), "warning"),
                counted(lint.count, "fault")
            );
            if lint.count > 0 {
                let message = format!("{told}; `hpp-conformance lint` names them");
                PreflightCheck::fault(Topic::Features, message)
            } else {
                PreflightCheck::ok(Topic::Features, told)
            }
        }
    }
}

/// All checks of a target whose profile is sound. A mock of this program needs nothing of the network.
async fn of_target(
    profile: &TargetProfile,
    is_ours: bool,
    recorder: &Arc<Recorder>,
    receivers: &Receivers,
) -> Vec<PreflightCheck> {
    let mut checks = Vec::new();
    if !is_ours {
        let (preflight, pages) =
            tokio::join!(preflight::of_target(profile, recorder, receivers), page_hosts(profile));
        checks.extend(preflight.checks);
        checks.push(pages);
    }
    if !checks.iter().any(|check| check.check == Topic::Receiver) {
        checks.push(receiver(profile, receivers).await);
    }
    checks.into_iter().map(|check| check.of(&profile.name)).collect()
}

/// What can be told about the page hosts without a session: a run gets the URLs of pages only with one.
async fn page_hosts(profile: &TargetProfile) -> PreflightCheck {
    let listed: Vec<String> = profile
        .text
        .values()
        .into_iter()
        .filter(|(key, ..)| key == "page_hosts")
        .map(|value| value.2)
        .collect();
    if let Some(told) = preflight::proxy_told(profile) {
        return PreflightCheck::skipped(Topic::PageHosts, told);
    }
    if listed.is_empty() {
        let hosts = profile.reach.page_hosts();
        let message =
            format!("`page_hosts` names none, so pages may be on {hosts}; the first session shows where");
        return PreflightCheck::skipped(Topic::PageHosts, message);
    }
    let mut looks = JoinSet::new();
    for host in listed.clone() {
        looks.spawn(async move {
            let server = format!("https://{host}").parse::<Url>().ok().as_ref().and_then(Server::of)?;
            let error = server.takes_connections().await.err()?;
            Some(format!("{host} takes no connection: {}", error_chain(&error)))
        });
    }
    let mut missing: Vec<String> = Vec::new();
    while let Some(look) = looks.join_next().await {
        missing.extend(look.ok().flatten());
    }
    missing.sort();
    if missing.is_empty() {
        return PreflightCheck::ok(Topic::PageHosts, format!("{} take connections", listed.join(", ")));
    }
    let message =
        format!("{}; check `page_hosts`, unless only hosts below it have pages", missing.join(", "));
    PreflightCheck::warning(Topic::PageHosts, message)
}

/// Whether the receiver can listen, if a scenario may need it.
async fn receiver(profile: &TargetProfile, receivers: &Receivers) -> PreflightCheck {
    let needs = |ability| profile.abilities.contains(&ability);
    if !needs(Ability::Browser) && !needs(Ability::Receiver) {
        let message = "not needed without the abilities `browser` and `receiver`";
        return PreflightCheck::skipped(Topic::Receiver, message);
    }
    match receivers.of(profile).await {
        Ok(receiver) => {
            let message = format!(
                "it listens at {}; {}",
                receiver.address(),
                if preflight::must_be_reached(profile) {
                    "whether the target reaches it was not tried, because the target cannot be tested"
                } else if needs(Ability::Receiver) {
                    "the control interface tells the target this address"
                } else {
                    "the browser finds it there; without the ability `receiver`, no callback is expected"
                }
            );
            let result =
                if preflight::must_be_reached(profile) { CheckResult::Skipped } else { CheckResult::Ok };
            PreflightCheck::new(Topic::Receiver, result, message)
        }
        Err(NoReceiver::Trouble(why)) => PreflightCheck::fault(
            Topic::Receiver,
            format!("{why}; free the address, or change `receiver_address`"),
        ),
        Err(NoReceiver::NotAsked) => PreflightCheck::skipped(Topic::Receiver, "it did not start"),
    }
}
