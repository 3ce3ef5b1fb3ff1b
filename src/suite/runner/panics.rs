//! Where a step panicked. The runner mutes the process's panic hook; this one is put in its place.

use std::cell::RefCell;
use std::panic;
use std::panic::PanicHookInfo;
use std::sync::{Mutex, MutexGuard, PoisonError};

thread_local! {
    /// Message and place of the panics of this thread, which polls every scenario of its lane.
    static PANICS: RefCell<Vec<(String, String)>> = const { RefCell::new(Vec::new()) };
}

/// Held while a runner swaps the hook, so that each of several takes ours, mutes it, and has it back.
static STARTING: Mutex<()> = Mutex::new(());

/// The turn to start a runner; it ends when dropped.
pub type Turn = MutexGuard<'static, ()>;

/// Waits for the turn to start a runner.
pub fn turn_to_start() -> Turn {
    STARTING.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Keeps message and place of every panic from now on.
pub fn listen() {
    panic::set_hook(Box::new(|info| {
        let message = info.payload_as_str().unwrap_or_default().to_owned();
        let place = info.location().map(ToString::to_string).unwrap_or_default();
        PANICS.with_borrow_mut(|panics| panics.push((message, place)));
    }));
}

/// Where this thread panicked with such a message.
pub fn place_of(message: &str) -> Option<String> {
    PANICS.with_borrow(|panics| {
        let place = panics.iter().find(|(text, _)| message.contains(text.as_str()));
        place.map(|(_, place)| format!(" at {place}"))
    })
}

type Hook = Box<dyn Fn(&PanicHookInfo<'_>) + Sync + Send + 'static>;

/// Listens to panics until it is dropped; then the former hook is back.
pub struct OwnHook(Option<Hook>);

impl OwnHook {
    /// Puts our hook in the place of the process's.
    pub fn install() -> Self {
        let former = panic::take_hook();
        listen();
        Self(Some(former))
    }
}

impl Drop for OwnHook {
    fn drop(&mut self) {
        if let Some(former) = self.0.take() {
            panic::set_hook(former);
        }
    }
}
