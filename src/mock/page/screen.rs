//! The payment screen of a session, as the contract has it.

use crate::mock::contract::page::{Screen, View};
use crate::mock::ground::sharded_map::lock;
use crate::mock::state::Playground;
use crate::mock::state::session::Hosted;

/// Draws the screen. Its payment session is locked for this time.
pub fn with_screen<T>(playground: &Playground, hosted: &Hosted, draw: impl FnOnce(&Screen<'_>) -> T) -> T {
    let (has_fallen_back, exits) = {
        let state = lock(&hosted.state);
        (state.has_fallen_back, state.life.circumstances.exits)
    };
    let state = lock(&hosted.payment.state);
    draw(&playground.contract.screen(&View {
        options: &hosted.options,
        dialect: playground.contract.dialect,
        is_ecommerce: state.is_ecommerce(),
        has_fallen_back,
        purchase: &state.document,
        exits,
    }))
}
