//! The subject of a run: a target profile from a file, or one made for a mock that it starts.

use crate::browser::PageDriver;
use crate::evidence::Recorder;
use crate::fault::{Fault, Front, When};
use crate::mock;
use crate::mock::{Mock, MockOptions};
use crate::report::{PreflightCheck, Topic};
use crate::requirement::{Dialect, Provider, nearest};
use crate::run::assets;
use crate::run::assets::NamedText;
use crate::run::error::RunError;
use crate::run::records;
use crate::target::{
    Ability, AcceptedUnseen, BuiltIn, Confirmed, Connection, Credentials, Deadlines, Decision, Identity,
    PaymentResult, ProfileText, Purchase, Reach, Secret, SourceFile, TargetProfile,
};
use jiff::civil::Date;
use serde_json::Value;
use std::collections::BTreeSet;
use std::io;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;
use url::Url;

/// The page driver of the mock, below `targets/`.
const MOCK_PAGE: &str = "pages/mock.toml";

/// The MUSTs that no mock can show: the credentials of two regions.
const NOT_ON_A_MOCK: &[&str] = &["HPP-AUTH-004"];

/// What to test.
#[derive(Debug, Clone)]
pub enum TargetChoice {
    /// A mock started for this run.
    Mock(Embedded),
    Profile(ProfileChoice),
}

/// A profile to test.
#[derive(Debug, Clone)]
pub struct ProfileChoice {
    /// A profile file, or the name of an embedded profile.
    pub path: PathBuf,
    /// The production hosts that it may name.
    pub production: Vec<String>,
    /// The root of the API, in place of that of the profile.
    pub base_url: Option<String>,
}

/// The settings of the embedded mock.
#[derive(Debug, Clone)]
pub struct Embedded {
    pub dialect: Dialect,
    pub deviation: Option<&'static mock::Deviation>,
    pub opaque_urls: bool,
    /// The payment page in place of the mock's own.
    pub skin: Option<&'static mock::Skin>,
    pub legal_seed: Option<u64>,
    /// Keys of the scenarios to run. `None` runs all.
    pub only: Option<BTreeSet<String>>,
    /// Whom the mock asks too, to note which of them would have answered differently.
    pub watched: Option<mock::Others>,
    /// The fault in front of the mock, and when it is met.
    pub fault: Option<(&'static Fault, When)>,
}

impl TargetChoice {
    /// Name of the deviation that is turned on.
    pub fn deviation(&self) -> Option<String> {
        match self {
            Self::Mock(embedded) => embedded.deviation.map(|deviation| deviation.name.to_owned()),
            Self::Profile(_) => None,
        }
    }

    /// Its name on the command line.
    pub fn name(&self) -> String {
        match self {
            Self::Mock(embedded) => format!("mock-{}", embedded.dialect),
            Self::Profile(profile) => profile.path.display().to_string(),
        }
    }
}

impl Embedded {
    /// The faithful mock of a dialect, in every scenario.
    pub fn faithful(dialect: Dialect) -> Self {
        let (deviation, skin, legal_seed, only, watched, fault) = (None, None, None, None, None, None);
        Self { dialect, deviation, opaque_urls: false, skin, legal_seed, only, watched, fault }
    }

    /// Whether its payment page is one of another vendor.
    pub fn has_foreign_skin(&self) -> bool {
        self.skin.is_some_and(|skin| !skin.is_of(vendor(self.dialect)))
    }

    /// The page driver for its payment page, below `targets/`.
    fn page_driver(&self) -> &'static str {
        match (self.skin, self.dialect) {
            (None, _) => MOCK_PAGE,
            (Some(_), Dialect::Klarna) => "pages/klarna.toml",
            (Some(_), Dialect::Kustom) => "pages/kustom.toml",
        }
    }
}

/// A target that can be tested. If it is a mock, the mock stops when this is dropped.
pub struct Subject {
    pub profile: TargetProfile,
    /// Keys of the scenarios to run. `None` runs all.
    pub only: Option<BTreeSet<String>>,
    /// The mock that was started for this run.
    pub mock: Option<Arc<Mock>>,
    /// Whether the mock notes which deviations would have answered differently.
    pub watched: bool,
    /// The proxy in front of the mock, in which a fault waits.
    pub front: Option<Arc<Front>>,
}

/// Why a target cannot be tested beside the others.
#[derive(Debug, thiserror::Error)]
enum SubjectFault {
    #[error("two targets are named `{name}`, so a report cannot tell them apart; name each once")]
    SameName { name: String },
}

impl Subject {
    /// Reads the profile or starts the mock. Sends nothing. Each market of a profile is a target.
    pub async fn load(choice: &TargetChoice, seed: u64, recorder: &Recorder) -> Result<Vec<Self>, RunError> {
        let subjects: Vec<Self> = match choice {
            TargetChoice::Mock(embedded) => vec![Self::mock(embedded, seed).await?],
            TargetChoice::Profile(chosen) => {
                read_profile(chosen)?.by_market()?.into_iter().map(Self::of_profile).collect()
            }
        };
        for origin in subjects.iter().flat_map(|subject| subject.profile.reach.api()) {
            recorder.learn_api(origin);
        }
        Ok(subjects)
    }

    /// Refuses the name of an earlier target.
    pub fn has_own_name(&self, earlier: &[Self]) -> Result<(), RunError> {
        let name = &self.profile.name;
        if !self.is_planned() && earlier.iter().any(|earlier| earlier.profile.name == *name) {
            let fault = SubjectFault::SameName { name: name.clone() };
            return Err(self.profile.text.error(&["name"], fault).into());
        }
        Ok(())
    }

    /// The checks of a profile that a run accepts on this day. A decision that has ended does not stop a run: what it accepted counts again.
    pub fn checks(&self, today: Date) -> Vec<PreflightCheck> {
        let ended = self.profile.decisions().filter(|decision| !decision.terms().hold_on(today));
        let warning = |decision: Decision<'_>| {
            let message =
                format!("{decision} has ended ({}); remove it, or renew `expires`", decision.terms());
            PreflightCheck::warning(Topic::Profile, message).of(&self.profile.name)
        };
        [self.check()].into_iter().chain(ended.map(warning)).collect()
    }

    fn check(&self) -> PreflightCheck {
        let TargetProfile { name, dialect, provider, base_url, abilities, .. } = &self.profile;
        let words: Vec<&str> = abilities.iter().map(|ability| ability.word()).collect();
        let abilities = if words.is_empty() { "no abilities".to_owned() } else { words.join(", ") };
        let kind = if self.mock.is_some() {
            "the built-in mock".to_owned()
        } else {
            format!("its credentials are set, and it leads to {}", base_url.origin().ascii_serialization())
        };
        let message = format!("{dialect} with {provider}, {abilities}; {kind}");
        PreflightCheck::ok(Topic::Profile, message).of(name)
    }

    /// What the profile puts into requests, and all of it that a report quotes.
    pub fn texts(&self) -> Vec<String> {
        let Purchase { country, currency, locale } = &self.profile.purchase;
        let mut texts =
            vec![format!("{country} {currency} {locale}"), self.profile.merchant_authority.clone()];
        texts.extend(self.profile.reach.api());
        let facts = serde_json::to_value(records::facts(&self.profile, &[])).unwrap_or_default();
        each_text(&facts, &mut |text| texts.push(text.to_owned()));
        texts
    }

    /// The page driver without what it types as the consumer of this profile.
    pub fn page_driver(&self) -> Option<NamedText> {
        let (name, text) = self.profile.page_driver.clone()?;
        let without = |text: String, (_, value): (&str, &str)| text.replace(value, "");
        Some((name, self.profile.identity.values().fold(text, without)))
    }

    /// Teaches the recorder what the page driver types as the consumer of this profile. Before this, it must know the words of all targets.
    pub fn learn_identity(&self, recorder: &Recorder) {
        self.profile.identity.values().for_each(|(name, value)| recorder.learn_identity(name, value));
    }

    /// Teaches the recorder the credentials. Before this, it must know the words of all targets.
    pub fn learn_credentials(&self, recorder: &Recorder) {
        for Credentials { username, password } in
            [Some(&self.profile.credentials), self.profile.second_account.as_ref()].into_iter().flatten()
        {
            if !recorder.learn_credentials(username.reveal(), password.reveal()) {
                // A reader that has gone away is no reason to fail.
                let _ = writeln!(
                    std::io::stderr(),
                    "warning: the password of `{}` is a common word, a number or a text of the profile, so it cannot be told from data if an answer repeats it; use another password",
                    self.profile.name
                );
            }
        }
    }

    /// Whether `prove` planned it. It runs several mocks of one name, and tells them apart by their position.
    pub fn is_planned(&self) -> bool {
        self.watched || self.only.is_some()
    }

    fn of_profile(profile: TargetProfile) -> Self {
        Self { profile, only: None, mock: None, watched: false, front: None }
    }

    async fn mock(embedded: &Embedded, seed: u64) -> Result<Self, RunError> {
        let provider = match embedded.dialect {
            Dialect::Klarna => Provider::Kp,
            Dialect::Kustom => Provider::Kco,
        };
        let front = match embedded.fault {
            Some((fault, when)) => Some(Front::bind(fault, when).await?),
            None => None,
        };
        let door = front.as_ref().and_then(Front::door);
        let public_url =
            door.map(|url| url.parse().map_err(|_| RunError::MockUrl(url.to_owned()))).transpose()?;
        let mock = Mock::start(MockOptions {
            public_url,
            deviation: embedded.deviation,
            seed: Some(seed),
            opaque_urls: embedded.opaque_urls,
            skin: embedded.skin,
            legal_seed: embedded.legal_seed,
            watch: embedded.watched,
            ..MockOptions::new(vendor(embedded.dialect))
        })
        .await?;
        if let Some(seed) = embedded.legal_seed {
            log::info!(
                "the mock of {} varies by the legal seed {seed}: {}",
                embedded.dialect,
                mock.variation()
            );
        }
        let url = |text: &str| text.parse().map_err(|_| RunError::MockUrl(text.to_owned()));
        let base_url: Url = url(front.as_ref().map_or(mock.base_url(), Front::base_url))?;
        if let Some(front) = &front {
            front.lead_to(mock.addr());
            mock.advance_clock(front.clock_ahead());
        }
        let page_driver = embedded.page_driver();
        let profile = TargetProfile {
            text: ProfileText::made("the built-in mock"),
            name: format!("mock-{}", embedded.dialect),
            reach: Reach::new(&base_url, TargetProfile::MERCHANT_HOST),
            base_url,
            control_url: Some(url(mock.control_url())?),
            dialect: embedded.dialect,
            provider,
            credentials: Credentials {
                username: Secret::new(mock.username()),
                password: Secret::new(mock.password()),
            },
            second_account: None,
            abilities: BTreeSet::from(Ability::ALL),
            outcome: BTreeSet::from(PaymentResult::ALL),
            purchase: Purchase::default(),
            identity: Identity::default(),
            markets: Vec::new(),
            merchant_host: TargetProfile::MERCHANT_HOST.into(),
            merchant_authority: TargetProfile::MERCHANT_HOST.into(),
            receiver_address: None,
            webdriver: None,
            page_driver: assets::built_in().text(page_driver).map(|text| (page_driver.into(), text.into())),
            extra_ca: front.as_ref().and_then(Front::extra_ca),
            connection: Connection::default(),
            deadlines: deadlines(front.is_some(), embedded.skin.is_some()),
            may_wait: None,
            creates_per_second: None,
            requests_per_second: None,
            at_once: None,
            emails_per_run: TargetProfile::EMAILS_PER_RUN,
            sms_per_run: TargetProfile::SMS_PER_RUN,
            confirmed: Confirmed::All,
            confirmed_sources: BTreeSet::new(),
            floor: BTreeSet::new(),
            waivers: Vec::new(),
            from_file: None,
            dismissed: Vec::new(),
            accepted_unseen: no_mock_can_show(embedded.dialect).into_iter().collect(),
        }
        .with_identity(&["identity"])?;
        let (mock, only) = (Some(Arc::new(mock)), embedded.only.clone());
        Ok(Self { profile, only, mock, watched: embedded.watched.is_some(), front: front.map(Arc::new) })
    }
}

/// The mock knows its dialects by itself.
fn vendor(dialect: Dialect) -> mock::Dialect {
    match dialect {
        Dialect::Klarna => mock::Dialect::Klarna,
        Dialect::Kustom => mock::Dialect::Kustom,
    }
}

/// The deadlines of a mock. Behind a fault they are shorter, because many of them pass there. A skin has screens that come late.
fn deadlines(is_behind_fault: bool, has_skin: bool) -> Deadlines {
    let seconds =
        |usual, behind_fault| Duration::from_secs(if is_behind_fault { behind_fault } else { usual });
    let slower = if has_skin { 3 } else { 1 };
    Deadlines {
        request: seconds(10, 2),
        page: seconds(10, 5) * slower,
        status: Duration::from_secs(2),
        quiet: Duration::from_millis(300) * slower,
        step: seconds(30, 20) * slower,
    }
}

/// Calls `found` with each text in a value.
fn each_text(value: &Value, found: &mut impl FnMut(&str)) {
    match value {
        Value::String(text) => found(text),
        Value::Array(items) => items.iter().for_each(|item| each_text(item, found)),
        Value::Object(members) => members.values().for_each(|value| each_text(value, found)),
        _ => {}
    }
}

/// The requirements that no mock can show, all of Klarna. They stay untested as long as there is one mock, so this has no last day.
fn no_mock_can_show(dialect: Dialect) -> Option<AcceptedUnseen> {
    (dialect == Dialect::Klarna).then(|| AcceptedUnseen {
        requirements: NOT_ON_A_MOCK.iter().filter_map(|id| id.parse().ok()).collect(),
        area: None,
        reason: "one mock has the accounts of one region only".into(),
        owner: "hpp-conformance".into(),
        expires: None,
    })
}

/// Reads a profile file, or a built-in profile. A built-in profile uses nothing of the working directory.
fn read_profile(choice: &ProfileChoice) -> Result<TargetProfile, RunError> {
    let (ProfileChoice { path, production, base_url }, built_in) = (choice, assets::built_in());
    let option = base_url.as_ref().map(|url| SourceFile::of_option("`--base-url`", "base_url", url));
    match built_in.profile(path) {
        Ok(file) => Ok(TargetProfile::parse(option, file, &built_in, production)?),
        Err(source) => Err(unknown_target(path, &built_in, source)),
    }
}

/// Checks the text of a profile that is not written yet, with its page driver, but without its secrets.
pub fn check_profile(path: &Path, text: &str) -> Result<(), RunError> {
    let profile = TargetProfile::outline(SourceFile::on_disk(path, text), &assets::built_in())?;
    for target in profile.by_market()? {
        target.page_driver.map(|(name, text)| PageDriver::parse(&name, &text)).transpose()?;
    }
    Ok(())
}

/// No profile has this name. A mistyped name gets the nearest one.
fn unknown_target(path: &Path, built_in: &BuiltIn, source: io::Error) -> RunError {
    let names = || ["mock", "mock-klarna", "mock-kustom"].into_iter().chain(built_in.profiles());
    let near = nearest(&path.to_string_lossy(), names());
    let help = near.map_or_else(|| "give".to_owned(), |near| format!("did you mean `{near}`? Give"));
    let known = names().collect::<Vec<_>>().join(", ");
    RunError::Profile { path: path.to_owned(), help, known, source }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mock_in_a_skin_has_the_page_driver_of_its_vendor() {
        for (dialect, skin, expected) in [
            (Dialect::Klarna, None, "pages/mock.toml"),
            (Dialect::Klarna, Some("klarna-2024"), "pages/klarna.toml"),
            (Dialect::Kustom, Some("kustom"), "pages/kustom.toml"),
            (Dialect::Kustom, Some("unknown"), "pages/kustom.toml"),
        ] {
            let embedded = Embedded { skin: skin.and_then(mock::skin), ..Embedded::faithful(dialect) };
            assert_eq!((embedded.page_driver(), embedded.has_foreign_skin()), (expected, false));
            assert!(assets::built_in().text(expected).is_some(), "{expected}");
        }
        let foreign = Embedded { skin: mock::skin("kustom"), ..Embedded::faithful(Dialect::Klarna) };
        assert!(foreign.has_foreign_skin());
    }
}
