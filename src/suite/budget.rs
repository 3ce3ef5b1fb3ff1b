//! The budget of messages: a playground sends only so many e-mails and SMS a day.

use crate::target::TargetProfile;
use serde_json::Value;
use std::sync::atomic::{AtomicU32, Ordering};

/// How many messages a run may still have a target send. All attempts share it.
#[derive(Debug)]
pub struct Budget {
    emails: Left,
    sms: Left,
}

#[derive(Debug)]
struct Left {
    key: &'static str,
    all: u32,
    used: AtomicU32,
}

impl Budget {
    /// The budget of a profile.
    pub fn of(profile: &TargetProfile) -> Self {
        let left = |key, all| Left { key, all, used: AtomicU32::new(0) };
        Self {
            emails: left("emails_per_run", profile.emails_per_run),
            sms: left("sms_per_run", profile.sms_per_run),
        }
    }

    /// Takes what a distribution with this body may cost, or says why not. A body whose method is not known may cost an e-mail.
    pub fn spend(&self, body: Option<&Value>) -> Result<(), String> {
        let left = match body.and_then(|body| body.get("method")?.as_str()) {
            Some("token") => return Ok(()),
            Some("sms") => &self.sms,
            _ => &self.emails,
        };
        if left.used.fetch_add(1, Ordering::Relaxed) < left.all {
            return Ok(());
        }
        let Left { key, all, .. } = left;
        Err(format!(
            "this run has had the target send {all} messages, as many as `{key}` of the profile allows"
        ))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::target::fixture;
    use serde_json::json;

    #[test]
    fn each_kind_of_message_has_its_own_budget_and_a_token_costs_nothing() {
        let profile =
            TargetProfile { emails_per_run: 2, sms_per_run: 1, ..fixture::profile("http://127.0.0.1:1") };
        let budget = Budget::of(&profile);
        let spent = |method: &str| budget.spend(Some(&json!({ "method": method }))).is_ok();
        let methods = ["sms", "email", "token", "sms", "pigeon", "email", "token"];
        assert_eq!(methods.map(spent), [true, true, true, false, true, false, true]);
        assert!(budget.spend(None).is_err(), "a body that is no JSON may cost an e-mail");
    }
}
