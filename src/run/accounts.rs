//! The merchant accounts of a run: each has one pace for all its targets, and is held against other runs.

use crate::client::Pace;
use crate::run::lock::{LockError, MerchantLock, account};
use crate::target::TargetProfile;
use std::collections::HashMap;
use std::sync::Arc;

/// The accounts of the targets that are not mocks of this run, by what they are known by.
#[derive(Default)]
pub struct Accounts {
    paces: HashMap<String, Arc<Pace>>,
    locks: HashMap<String, MerchantLock>,
}

impl Accounts {
    /// The accounts of these profiles. If several use one account, the lowest limits hold. This run has one of `shares` parts of each.
    pub fn of<'p>(profiles: impl Iterator<Item = &'p TargetProfile>, shares: usize) -> Self {
        let mut strictest: HashMap<String, TargetProfile> = HashMap::new();
        for profile in profiles {
            match strictest.get_mut(&account(profile)) {
                None => drop(strictest.insert(account(profile), profile.clone())),
                Some(known) => {
                    known.creates_per_second = lower(known.creates_per_second, profile.creates_per_second);
                    known.requests_per_second = lower(known.requests_per_second, profile.requests_per_second);
                    known.at_once = lower(known.at_once, profile.at_once);
                }
            }
        }
        let paces = strictest.into_iter().map(|(account, profile)| (account, Pace::of(&profile, shares)));
        Self { paces: paces.collect(), locks: HashMap::new() }
    }

    /// The pace of a profile. `None` for a mock of this run, which has no limit.
    pub fn pace(&self, profile: &TargetProfile) -> Option<Arc<Pace>> {
        self.paces.get(&account(profile)).cloned()
    }

    /// Holds the account of a profile for this run.
    pub fn hold(&mut self, profile: &TargetProfile, group: Option<&str>) -> Result<(), LockError> {
        let account = account(profile);
        if self.paces.contains_key(&account) && !self.locks.contains_key(&account) {
            self.locks.insert(account, MerchantLock::take(profile, group)?);
        }
        Ok(())
    }
}

/// The lower of two limits, where `None` is no limit.
fn lower<T: PartialOrd>(one: Option<T>, other: Option<T>) -> Option<T> {
    match (one, other) {
        (Some(one), Some(other)) => Some(if other < one { other } else { one }),
        (one, other) => one.or(other),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::target::fixture;

    #[test]
    fn targets_of_one_account_share_its_pace_and_no_others() {
        let one = fixture::profile("http://127.0.0.1:1");
        let market = TargetProfile { name: "local/AT".into(), ..one.clone() };
        let other = fixture::profile("http://127.0.0.1:2");
        let accounts = Accounts::of([&one, &market, &other].into_iter(), 1);
        let pace = |profile| accounts.pace(profile).unwrap();
        assert!(Arc::ptr_eq(&pace(&one), &pace(&market)));
        assert!(!Arc::ptr_eq(&pace(&one), &pace(&other)));
        assert!(accounts.pace(&fixture::profile("http://127.0.0.1:3")).is_none());
        assert_eq!((lower(Some(4.0), None), lower(Some(4.0), Some(2.0))), (Some(4.0), Some(2.0)));
    }
}
