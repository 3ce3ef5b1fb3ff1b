//! The ledger of a target in a run: what earlier runs left open is judged when it is due, and this run leaves some for later ones.

use crate::evidence::{Recorder, Trouble};
use crate::memory::{LedgerEntry, LedgerError, LedgerFile};
use crate::report::LeftOpen;
use crate::suite::{Choice, Ledger, LedgerChanges, LeftSession, Made};
use crate::target::{Ability, TargetProfile};
use crate::verdict::{Doubt, SkipCause, Verdict};
use jiff::{SignedDuration, Timestamp};
use serde_json::json;
use std::sync::Arc;

/// The ledger of a target, with its file.
pub struct KeptLedger {
    pub sessions: Arc<Ledger>,
    file: LedgerFile,
    /// How much the clock of this machine is ahead of that of the target.
    ahead: SignedDuration,
}

impl KeptLedger {
    /// Reads the sessions of a target that all lead to it, and teaches the recorder their links.
    pub fn open(
        file: LedgerFile,
        profile: &TargetProfile,
        ahead: SignedDuration,
        recorder: &Recorder,
    ) -> Result<Self, LedgerError> {
        let entries = file.of_target(&profile.name)?;
        let sessions = entries.into_iter().map(|entry| entry.session);
        let sessions: Vec<LeftSession> = sessions.filter(|session| leads_home(session, profile)).collect();
        for session in &sessions {
            learn(session, recorder);
        }
        let sessions = Arc::new(Ledger::new(sessions, now(ahead)));
        Ok(Self { sessions, file, ahead })
    }

    /// Lets the scenarios run for which a session is due. The others are owed. If the target is out of order, nothing runs.
    pub fn choose(&self, choices: &mut [Choice<'_>], out_of_order: Option<&Trouble>) {
        let waits = Verdict::Skipped(SkipCause::AbilityNotClaimed(Ability::Clock));
        for Choice { case, verdict } in choices {
            let Some(turn) = case.turn().filter(|_| verdict.as_ref() == Some(&waits)) else { continue };
            *verdict = match self.sessions.due(turn) {
                None => Some(Verdict::Skipped(SkipCause::Owed(self.sessions.owed(turn)))),
                Some(_) => out_of_order.cloned().map(|it| Verdict::Inconclusive(Doubt::Trouble(it))),
            };
        }
    }

    /// Writes what the run has done. What it leaves open is no longer among what it has made. Returns the sessions that wait for a
    /// later run.
    pub fn close(&self, target: &str, run: &str, made: Option<&Made>) -> Result<Vec<LeftOpen>, LedgerError> {
        let LedgerChanges { left, settled } = self.sessions.take_changes();
        let entry = |(session, _): &(LeftSession, _)| LedgerEntry {
            target: target.to_owned(),
            run: run.to_owned(),
            session: session.clone(),
        };
        if !left.is_empty() || !settled.is_empty() {
            self.file.change(&settled, left.iter().map(entry).collect(), now(self.ahead))?;
        }
        for (session, payment) in &left {
            if let Some(made) = made {
                made.leave(&session.session_url, payment);
            }
        }
        let told = |LedgerEntry { run, session, .. }: LedgerEntry| {
            let LeftSession { made_at, expires_at, .. } = session;
            LeftOpen { run, made_at, expires_at }
        };
        let mut waiting: Vec<LeftOpen> = self.file.of_target(target)?.into_iter().map(told).collect();
        waiting.sort_by_key(|session| session.expires_at);
        Ok(waiting)
    }
}

/// The time of a target, by how much the clock of this machine is ahead of it. A target may tell any time.
fn now(ahead: SignedDuration) -> Timestamp {
    let (now, end) = (Timestamp::now(), if ahead.is_negative() { Timestamp::MAX } else { Timestamp::MIN });
    now.checked_sub(ahead).unwrap_or(end)
}

/// Whether all URLs lead to hosts of the target. Credentials go nowhere else.
fn leads_home(session: &LeftSession, profile: &TargetProfile) -> bool {
    let LeftSession { session_url, redirect_url, distribution_url, .. } = session;
    let reach = &profile.reach;
    [session_url, distribution_url].iter().all(|url| reach.allows_api(url)) && reach.allows_page(redirect_url)
}

/// Teaches the recorder what the creation of a session would have taught it.
fn learn(session: &LeftSession, recorder: &Recorder) {
    let LeftSession { session_id, session_url, redirect_url, distribution_url, .. } = session;
    recorder.json(json!({
        "session_id": session_id, "session_url": session_url, "redirect_url": redirect_url,
        "distribution_url": distribution_url,
    }));
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::evidence::TroubleKind;
    use crate::suite::{Case, FeatureText, LoadedFeature};
    use crate::target::fixture;
    use std::collections::BTreeSet;
    use std::path::Path;
    use url::Url;

    const HOME: &str = "http://127.0.0.1:9";

    fn session(name: &str, host: &str, ends_in: i64) -> LeftSession {
        let url = |path| format!("{host}/{path}/{name}").parse().unwrap();
        let expires_at = Timestamp::now() + SignedDuration::from_hours(ends_in);
        LeftSession {
            session_id: name.into(),
            session_url: url("sessions"),
            redirect_url: url("pay-this-very-long-and-secret-way"),
            distribution_url: url("send"),
            prefix: "r-1".into(),
            made_at: expires_at - SignedDuration::from_hours(47),
            expires_at,
        }
    }

    fn ledger(folder: &Path, sessions: &[LeftSession], recorder: &Recorder) -> KeptLedger {
        let profile = fixture::profile(HOME);
        let file = LedgerFile::new(folder, "4f2a");
        let entry = |session: &LeftSession| LedgerEntry {
            target: profile.name.clone(),
            run: "20261126T020000000Z".into(),
            session: session.clone(),
        };
        let entries = sessions.iter().map(entry).collect();
        file.change(&BTreeSet::new(), entries, Timestamp::now()).unwrap();
        KeptLedger::open(file, &profile, SignedDuration::ZERO, recorder).unwrap()
    }

    /// What becomes of a scenario about a session that is open, of one about a session that is over, and of one that needs a browser.
    fn chosen(ledger: &KeptLedger, out_of_order: Option<&Trouble>) -> Vec<String> {
        let text = "@req:HPP-X-001\nFeature: x\n\n  Scenario: a\n    Given a hosted session of an earlier run that has not ended\n\n\
                    \x20 Scenario: b\n    Given a hosted session of an earlier run whose time has passed\n\n  Scenario: c\n    Given a hosted \
                    session of an earlier run whose time has passed\n";
        let text = FeatureText { path: "x.feature".into(), text: text.into() };
        let loaded = LoadedFeature::parse(&text).unwrap();
        let lacks = |ability| Some(Verdict::Skipped(SkipCause::AbilityNotClaimed(ability)));
        let lacking = [lacks(Ability::Clock), lacks(Ability::Clock), lacks(Ability::Browser)];
        let cases = loaded.cases.iter().map(|case| &**case).zip(lacking);
        let mut choices: Vec<Choice<'_>> =
            cases.map(|(case, verdict): (&Case, _)| Choice { case, verdict }).collect();
        ledger.choose(&mut choices, out_of_order);
        let told =
            |choice: Choice<'_>| choice.verdict.map_or_else(|| "runs".into(), |verdict| verdict.cause());
        choices.into_iter().map(told).collect()
    }

    #[test]
    fn a_scenario_runs_if_its_session_is_due_and_nothing_else_is_missing() {
        let folder = tempfile::tempdir().unwrap();
        let both = [session("a", HOME, -1), session("b", HOME, 5)];
        let ledger = ledger(folder.path(), &both, &Recorder::default());
        let no_browser = "this profile cannot open the payment page in a browser (add `browser`)";
        assert_eq!(chosen(&ledger, None), ["runs", "runs", no_browser]);
        let trouble = Trouble { kind: TroubleKind::Network, message: "it is down".into() };
        assert_eq!(
            chosen(&ledger, Some(&trouble)),
            ["network: it is down", "network: it is down", no_browser]
        );
    }

    #[test]
    fn the_clock_of_a_target_may_be_anywhere() {
        assert_eq!(now(SignedDuration::MIN), Timestamp::MAX);
        assert_eq!(now(SignedDuration::MAX), Timestamp::MIN);
        let hour = SignedDuration::from_hours(1);
        let an_hour_behind = now(hour);
        assert!(Timestamp::now().duration_since(an_hour_behind) >= hour);
    }

    #[test]
    fn what_is_not_due_is_owed() {
        let folder = tempfile::tempdir().unwrap();
        let told = chosen(&ledger(folder.path(), &[session("a", HOME, 5)], &Recorder::default()), None);
        assert!(told[0] == "runs" && told[1].starts_with("owed since 20"), "{told:?}");
    }

    #[test]
    fn a_link_of_a_ledger_is_a_secret_and_one_that_leads_elsewhere_is_not_called() {
        let folder = tempfile::tempdir().unwrap();
        let recorder = Recorder::default();
        let (home, elsewhere) = (session("a", HOME, -2), session("b", "http://127.0.0.1:10", -1));
        let ledger = ledger(folder.path(), &[elsewhere, home.clone()], &recorder);
        let turn = crate::suite::Turn::Over;
        assert_eq!(ledger.sessions.due(turn).as_deref(), Some(&home));
        ledger.sessions.judged(turn, &home, false);
        let told = recorder.message(&format!("to {}", home.redirect_url));
        assert!(!told.contains("secret-way"), "{told}");
        let waiting = ledger.close("local", "20261128T020000000Z", None).unwrap();
        assert_eq!(waiting.len(), 1);
        let payment: Url = HOME.parse().unwrap();
        ledger.sessions.leave(session("c", HOME, 47), payment);
        assert_eq!(ledger.close("local", "20261128T020000000Z", None).unwrap().len(), 2);
    }
}
