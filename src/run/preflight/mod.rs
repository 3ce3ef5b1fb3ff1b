//! Preflight: what is looked at before any scenario runs. A run and `doctor` share it.

mod call;
mod callbacks;
pub mod machine;
mod way;

pub use call::PreflightError;

use crate::evidence::{Recorder, Trouble};
use crate::report::{PreflightCheck, Topic};
use crate::run::error_chain;
use crate::run::receivers::Receivers;
use crate::target::{Ability, TargetProfile};
use jiff::SignedDuration;
use std::sync::Arc;

/// A difference of clocks that is worth a warning.
const CLOCKS: SignedDuration = SignedDuration::from_mins(1);

/// What a target showed before any scenario runs.
pub struct Preflight {
    pub checks: Vec<PreflightCheck>,
    /// How much the clock of this machine is ahead of that of the target. `None` if it is not known.
    pub ahead: Option<SignedDuration>,
    /// The trouble if the target is out of order. An error if the profile does not fit the target.
    pub verdict: Result<Option<Trouble>, PreflightError>,
}

/// Asks a target whether it can be tested: one harmless request, and one to the merchant's host if the target is to call back.
pub async fn of_target(
    profile: &TargetProfile,
    recorder: &Arc<Recorder>,
    receivers: &Receivers,
) -> Preflight {
    let (addresses, asked) = tokio::join!(way::addresses(profile), call::ask(profile, recorder));
    let asked = match asked {
        Ok(asked) => asked,
        Err(error) => {
            let check = PreflightCheck::fault(Topic::Credentials, error_chain(&error)).of(&profile.name);
            return Preflight { checks: vec![check], ahead: None, verdict: Err(error.into()) };
        }
    };
    let mut checks = way::checks(profile, addresses, &asked).await.to_vec();
    checks.push(clock(asked.ahead));
    let mut verdict = asked.verdict(profile);
    checks.push(match &verdict {
        Ok(None) => taken(asked.status()),
        // What broke on the way is told there.
        Ok(Some(_)) if asked.silence().is_some() && checks.iter().any(PreflightCheck::is_fault) => {
            PreflightCheck::skipped(Topic::Credentials, "nothing answered")
        }
        Ok(Some(trouble)) => PreflightCheck::fault(Topic::Credentials, trouble.message.clone()),
        Err(error) => PreflightCheck::fault(Topic::Credentials, error_chain(error)),
    });
    if matches!(verdict, Ok(None)) && must_be_reached(profile) {
        let receiver = receivers.of(profile).await;
        let called = callbacks::check(profile, recorder, receiver).await;
        checks.push(match &called {
            Ok(()) => {
                let message =
                    format!("a request to https://{} arrives at the receiver", profile.merchant_authority);
                PreflightCheck::ok(Topic::Receiver, message)
            }
            Err(error) => PreflightCheck::fault(Topic::Receiver, error_chain(error)),
        });
        verdict = called.map(|()| None);
    }
    let checks = checks.into_iter().map(|check| check.of(&profile.name)).collect();
    Preflight { checks, ahead: asked.ahead, verdict }
}

/// What is told of a target if the run stops before it has answered.
pub fn stopped(profile: &TargetProfile) -> PreflightCheck {
    PreflightCheck::skipped(Topic::Credentials, "the run stopped before the target answered")
        .of(&profile.name)
}

/// The checks as they are told: in order, and without secrets.
pub fn told(mut checks: Vec<PreflightCheck>, recorder: &Recorder) -> Vec<PreflightCheck> {
    checks.sort_by(|one, other| (one.check, &one.target).cmp(&(other.check, &other.target)));
    for check in &mut checks {
        check.message = recorder.text(&check.message);
    }
    checks
}

/// Which proxy makes the connections to a target. `None` if there is none.
pub fn proxy_told(profile: &TargetProfile) -> Option<String> {
    way::proxy(profile).map(|_| way::through(profile))
}

/// Whether the target must find the receiver by the name of the merchant's host. A control interface tells it the address instead.
pub fn must_be_reached(profile: &TargetProfile) -> bool {
    profile.abilities.contains(&Ability::Receiver) && profile.control_url.is_none()
}

/// What an answer of a working API says about the credentials.
fn taken(status: Option<u16>) -> PreflightCheck {
    match status {
        Some(429) => PreflightCheck::warning(
            Topic::Credentials,
            "the API answered 429, so it is not known whether it takes them; try again later",
        ),
        status => {
            let status = status.unwrap_or_default();
            let message = format!("the API takes them: it answered {status} to a creation without a session");
            PreflightCheck::ok(Topic::Credentials, message)
        }
    }
}

/// The clock of this machine beside that of the target.
fn clock(ahead: Option<SignedDuration>) -> PreflightCheck {
    let Some(ahead) = ahead else {
        return PreflightCheck::skipped(Topic::Clock, "no answer of the API with a `Date`");
    };
    let seconds = ahead.as_secs();
    let side = if seconds < 0 { "behind" } else { "ahead of" };
    let told = format!("this machine is {} s {side} the target", seconds.abs());
    if ahead.abs() < CLOCKS {
        return PreflightCheck::ok(Topic::Clock, told);
    }
    let message = format!("{told}; set its clock, because certificates and decisions of a profile end by it");
    PreflightCheck::warning(Topic::Clock, message)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::CheckResult;

    #[test]
    fn a_limit_says_nothing_about_the_credentials() {
        assert_eq!(taken(Some(400)).result, CheckResult::Ok);
        assert_eq!(taken(Some(429)).result, CheckResult::Warning);
    }

    #[test]
    fn checks_are_told_by_topic_and_target_and_without_secrets() {
        let recorder = Recorder::default();
        recorder.learn_credentials("payments-team", "Qz8kwv3mmppl0qqx");
        let ok = |topic, target: &str, message: &str| PreflightCheck::ok(topic, message).of(target);
        let disk = PreflightCheck::ok(Topic::Disk, "in Qz8kwv3mmppl0qqx");
        let found =
            vec![disk, ok(Topic::Dns, "b", "1"), ok(Topic::Dns, "a", "2"), ok(Topic::Profile, "b", "3")];
        let told: Vec<String> = told(found, &recorder).iter().map(ToString::to_string).collect();
        let expected = [
            "ok       profile      b: 3",
            "ok       DNS          a: 2",
            "ok       DNS          b: 1",
            "ok       disk         in ‹password:1›",
        ];
        assert_eq!(told, expected);
    }

    #[test]
    fn a_clock_that_is_a_minute_wrong_is_a_warning() {
        let told = |seconds| {
            let check = clock(Some(SignedDuration::from_secs(seconds)));
            (check.result, check.message.split(';').next().unwrap().to_owned())
        };
        assert_eq!(told(59), (CheckResult::Ok, "this machine is 59 s ahead of the target".into()));
        assert_eq!(told(-60), (CheckResult::Warning, "this machine is 60 s behind the target".into()));
        assert_eq!(clock(None).result, CheckResult::Skipped);
    }
}
