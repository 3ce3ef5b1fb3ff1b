//! Where a step panicked. The runner mutes the panic hook of the process, and this one replaces it.

use std::cell::RefCell;
use std::panic;
use std::panic::PanicHookInfo;
use std::sync::{Mutex, MutexGuard, PoisonError};

thread_local! {
    /// Message and place of the panics of this thread.
    static PANICS: RefCell<Vec<(String, String)>> = const { RefCell::new(Vec::new()) };
}

/// Held while a runner replaces the hook, so that several runners do this one after another.
static STARTING: Mutex<()> = Mutex::new(());

/// The turn to start a runner. It ends when dropped.
pub type Turn = MutexGuard<'static, ()>;

/// Waits for the turn to start a runner.
pub fn turn_to_start() -> Turn {
    STARTING.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Keeps message and place of every panic from this call on.
pub fn listen() {
    panic::set_hook(Box::new(|info| {
        let message = info.payload_as_str().unwrap_or_default().to_owned();
        let place = info.location().map(ToString::to_string).unwrap_or_default();
        PANICS.with_borrow_mut(|panics| panics.push((message, place)));
    }));
}

/// Where this thread panicked with this message.
pub fn place_of(message: &str) -> Option<String> {
    PANICS.with_borrow(|panics| {
        let place = panics.iter().find(|(text, _)| message.contains(text.as_str()));
        place.map(|(_, place)| format!(" at {place}"))
    })
}

type Hook = Box<dyn Fn(&PanicHookInfo<'_>) + Sync + Send + 'static>;

/// Listens to panics until it is dropped. Then the former hook returns.
pub struct OwnHook(Option<Hook>);

impl OwnHook {
    /// Replaces the panic hook of the process.
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
