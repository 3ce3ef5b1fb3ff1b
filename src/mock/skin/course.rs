//! The course of a session through a skin: what varies on the real pages, drawn from the session id.

use serde_json::{Value, json};

use crate::mock::ground::id::mix;

/// Milliseconds before a frame or a screen comes.
const SHORTEST: u64 = 100;
const SPREAD: u64 = 200;

/// What a session meets. The same session always meets the same.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Course {
    /// Milliseconds before each frame and each screen.
    pub delay: u64,
    /// How many presses some buttons miss.
    pub misses: u64,
    /// Whether the text that is typed first vanishes once.
    pub forgets: bool,
    /// The optional screens that come, in their order.
    pub screens: Vec<&'static str>,
}

impl Course {
    /// Draws it. Three of four optional screens come.
    pub fn drawn(session_id: &str, optional: &[&'static str]) -> Self {
        let seed = session_id.bytes().fold(0, |seed, byte| mix(seed ^ u64::from(byte)));
        let draw = |what: u64| mix(seed ^ what.wrapping_mul(0x9e37_79b9_7f4a_7c15));
        let mut screens: Vec<(u64, &'static str)> =
            (10..).zip(optional).map(|(what, screen)| (draw(what), *screen)).collect();
        screens.retain(|(drawn, _)| drawn % 4 != 0);
        screens.sort_unstable_by_key(|(drawn, _)| drawn >> 2);
        Self {
            delay: SHORTEST + draw(1) % (SPREAD + 1),
            misses: draw(2) % 2,
            forgets: draw(3).is_multiple_of(2),
            screens: screens.into_iter().map(|(_, screen)| screen).collect(),
        }
    }

    /// The course for a script.
    pub fn json(&self) -> Value {
        let Self { delay, misses, forgets, screens } = self;
        json!({ "delay": delay, "misses": misses, "forgets": forgets, "screens": screens })
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    fn courses() -> impl Iterator<Item = Course> {
        (0..400).map(|session| Course::drawn(&format!("session-{session}"), &["a", "b", "c"]))
    }

    #[test]
    fn the_same_session_always_meets_the_same() {
        assert!(courses().eq(courses()));
    }

    #[test]
    fn every_choice_and_every_order_comes() {
        let screens: BTreeSet<Vec<&str>> = courses().map(|course| course.screens).collect();
        // One course without a screen, three with one, six with two, six with three.
        assert_eq!(screens.len(), 1 + 3 + 6 + 6, "{screens:?}");
        let rest: BTreeSet<(u64, bool)> = courses().map(|course| (course.misses, course.forgets)).collect();
        assert_eq!(rest.len(), 4);
        assert!(courses().all(|course| (100..=300).contains(&course.delay)));
    }
}
