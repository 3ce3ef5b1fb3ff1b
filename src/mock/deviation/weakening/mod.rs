//! Weakenings: deviations that a machine makes from the seams and from the answers, instead of a person.

use std::collections::HashMap;
use std::sync::{LazyLock, Mutex};

use crate::mock::contract::seams::Change;
use crate::mock::deviation::entry::{Deviation, Kind};
use crate::mock::ground::sharded_map::lock;
use crate::mock::http::Reply;

mod other;
mod seam;
mod twist;

use twist::Twist;

/// The weakenings of the seams.
pub static OF_SEAMS: LazyLock<Vec<Deviation>> = LazyLock::new(|| {
    let made =
        |(name, swap)| entry(name, "A decision of the contract is changed.".into(), Change::Seams(swap));
    seam::all().into_iter().map(made).collect()
});

/// The weakening of this name. Whether an answer has such a part shows only when it is sent.
pub fn weakening(name: &str) -> Option<&'static Deviation> {
    let of_seam = OF_SEAMS.iter().find(|weakening| weakening.name == name);
    of_seam.or_else(|| Some(of_twist(name.parse().ok()?)))
}

/// The names of the weakenings that would change this answer.
pub fn of_reply(reply: &Reply) -> Vec<&'static str> {
    Twist::all_of(reply).into_iter().map(|twist| of_twist(twist).name).collect()
}

/// Each weakening of answers is made once and stays.
fn of_twist(twist: Twist) -> &'static Deviation {
    static MADE: LazyLock<Mutex<HashMap<Twist, &'static Deviation>>> = LazyLock::new(Mutex::default);
    lock(&MADE).entry(twist).or_insert_with_key(|twist| {
        let twist: &'static Twist = Box::leak(Box::new(twist.clone()));
        let lie = format!("{twist}: this part of the answer is changed.");
        Box::leak(Box::new(entry(twist.to_string(), lie, Change::Rewrite(twist))))
    })
}

fn entry(name: String, lie: String, change: Change) -> Deviation {
    Deviation { name: name.leak(), kind: Kind::Generated, lie: lie.leak(), breaks: &[], change }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use axum::http::StatusCode;
    use serde_json::json;

    use super::*;
    use crate::mock::http::Operation;

    #[test]
    fn every_weakening_is_found_by_its_name_and_names_are_unique() {
        let mut reply = Reply::json(StatusCode::OK, json!({ "order_id": "1", "lines": [{ "name": "x" }] }));
        reply.operation = Operation::ReadSession;
        let names = OF_SEAMS.iter().map(|weakening| weakening.name).chain(of_reply(&reply));
        let mut seen = BTreeSet::new();
        for name in names {
            assert!(seen.insert(name), "{name} is listed twice");
            assert_eq!(weakening(name).map(|it| it.name), Some(name));
        }
        assert!(seen.contains("seam.may_use:negated") && seen.contains("read-session.200/order_id:dropped"));
        assert!(weakening("read-session.200/order_id:no-such").is_none());
    }
}
