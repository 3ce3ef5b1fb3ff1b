//! Trips to payment pages: prepares a target as a run does, and takes back afterwards what was made there.

use crate::browser::PageDriver;
use crate::evidence::{Recorder, Trouble};
use crate::memory::run_id;
use crate::report::Manners;
use crate::run::accounts::Accounts;
use crate::run::browsers::Browsers;
use crate::run::receivers::Receivers;
use crate::run::setting::Setting;
use crate::run::shared::Stage;
use crate::run::stop::Stop;
use crate::run::subject::{Subject, TargetChoice};
use crate::run::target::Target;
use crate::run::{BrowserChoice, RunError, exposed, folder, leak, log, private};
use crate::suite::{Context, Filter, Wish};
use jiff::Timestamp;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use tokio::time::Instant;

/// What a trip needs.
#[derive(Debug)]
pub struct PageOptions {
    pub target: TargetChoice,
    pub wish: Wish,
    pub browsers: BrowserChoice,
    /// The folder in which the folder of the trip is created, with pictures and snapshots.
    pub out: PathBuf,
    /// How much of what happens the log tells.
    pub log: ::log::LevelFilter,
    /// Ends the process at the second signal.
    pub end_at_once: fn(),
}

/// What a trip needs of a target.
#[derive(Clone, Copy)]
pub(super) enum Needs {
    /// Its page driver.
    Driver,
    /// A person, so no rule of a page driver is used.
    Person,
}

/// A page driver that knows nothing.
const NO_RULES: &str = "[[screen]]\nname = \"none\"\npresent = \"hpp-none\"\n";

/// The end of a trip to the page of one target.
pub(super) enum Ended<T> {
    /// It was made.
    Made(T),
    /// The target cannot be tested now.
    OutOfOrder(Trouble),
}

/// What became of the trips of a command.
pub(super) struct Trips<T> {
    /// By the name of the target.
    pub each: Vec<(String, Ended<T>, Manners)>,
    /// The folder with pictures and snapshots, if there are any.
    pub folder: Option<PathBuf>,
    pub recorder: Arc<Recorder>,
}

/// Makes a trip to the page of each target that is chosen, one after another, with the checks, the pace and the lock of a run.
///
/// # Errors
/// Something is wrong with what the user gave, and nothing was sent.
pub(super) async fn travel<T>(
    options: &PageOptions,
    needs: Needs,
    trip: impl AsyncFn(&Arc<Context>) -> T,
) -> Result<Trips<T>, RunError> {
    private::from_now_on();
    let began = Instant::now();
    let recorder = Arc::new(Recorder::default());
    log::start(options.log, &recorder);
    let setting = Setting::load(&[], None)?;
    let subjects = Subject::load(&options.target, 1, &recorder).await?;
    setting.teach(&subjects, &recorder)?;
    options.browsers.learn_credentials(&recorder);
    for subject in &subjects {
        exposed::check_profile(&subject.profile, &recorder)?;
    }
    let live = subjects.iter().filter(|subject| subject.mock.is_none()).map(|subject| &subject.profile);
    let mut accounts = Accounts::of(live, 1);
    let (features, schemas, filter) = (&setting.features, &setting.schemas, Filter::default());
    let new = |numbered: (usize, _)| Target::new(&filter, features, schemas, &recorder, numbered);
    let mut targets = subjects.iter().enumerate().map(new).collect::<Result<Vec<_>, _>>()?;
    for target in &mut targets {
        match needs {
            Needs::Driver => knows(target, options.wish)?,
            Needs::Person => {
                options.browsers.place(target.profile).check_person(options.browsers.visible)?;
                target.page_driver = Some(Arc::new(PageDriver::parse("none", NO_RULES)?));
            }
        }
        accounts.hold(target.profile, None)?;
        target.keep_pace(accounts.pace(target.profile));
    }
    let receivers = Receivers::default();
    let stop = Stop::listen(None, false, options.end_at_once).map_err(RunError::Signals)?;
    for target in &mut targets {
        target.preflight(&recorder, &receivers, &stop).await?;
    }
    let names = subjects.iter().map(|subject| subject.profile.name.as_str());
    let (_, folder) = folder::create(&options.out, &run_id(Timestamp::now(), names))?;
    log::write_to(&folder);
    let mut each = Vec::new();
    for target in &targets {
        let screenshots_of_all = options.browsers.screenshots_of_all;
        let cancel = &stop.token;
        let stage =
            Stage { recorder: &recorder, folder: &folder, began, cancel, screenshots_of_all, jobs: 1 };
        let ended = if let Some(trouble) = &target.out_of_order {
            Ended::OutOfOrder(trouble.clone())
        } else {
            let receiver = receivers.of(target.profile).await;
            let browsers = Browsers::start(&options.browsers, target.profile, receiver).await;
            let travels = async { Ok(trip(&target.contexts(&stage, &browsers, 1)?[0]).await) };
            let made: Result<T, RunError> = travels.await;
            // Those elsewhere do not end by themselves.
            browsers.end().await;
            Ended::Made(made?)
        };
        each.push((target.profile.name.clone(), ended, target.take_back(&stage).await));
    }
    let folder = kept(&folder, &recorder)?;
    Ok(Trips { each, folder, recorder })
}

/// Refuses a wish for which the page driver of the target has no move.
fn knows(target: &Target<'_>, wish: Wish) -> Result<(), RunError> {
    let name = target.profile.name.clone();
    match &target.page_driver {
        None => Err(RunError::NoPageDriver { name }),
        Some(driver) if !driver.knows(wish.word()) => {
            let driver = driver.name().to_owned();
            Err(RunError::NoMove { name, driver, word: wish.word() })
        }
        Some(_) => Ok(()),
    }
}

/// The folder of a trip, if something is in it. An empty one is removed.
fn kept(folder: &Path, recorder: &Recorder) -> Result<Option<PathBuf>, RunError> {
    if std::fs::remove_dir(folder).is_ok() {
        return Ok(None);
    }
    let failed = |source| RunError::Folder { path: folder.to_owned(), source };
    match leak::find(folder, recorder).map_err(failed)? {
        Some(leak) => Err(leak.into()),
        None => Ok(Some(folder.to_owned())),
    }
}
