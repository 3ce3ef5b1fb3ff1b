//! Dice: a seed gives the same choices in the same order.

use crate::mock::ground::id::mix;

/// Draws choices from a seed.
pub struct Dice {
    state: u64,
}

impl Dice {
    pub fn new(seed: u64) -> Self {
        Self { state: mix(seed ^ 0x6c65_6761_6c21) }
    }

    pub fn roll(&mut self) -> u64 {
        self.state = self.state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        mix(self.state)
    }

    pub fn coin(&mut self) -> bool {
        self.one_of(2)
    }

    pub fn one_of(&mut self, count: u64) -> bool {
        self.roll().is_multiple_of(count)
    }

    pub fn pick<'c, T>(&mut self, choices: &'c [T]) -> &'c T {
        let count = u64::try_from(choices.len()).unwrap_or(1);
        &choices[usize::try_from(self.roll() % count).unwrap_or(0)]
    }
}
