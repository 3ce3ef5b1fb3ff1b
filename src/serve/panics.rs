//! Panics of a server: each is caught and counted, so that none is mistaken for trouble with the network.

use std::any::Any;
use std::panic::AssertUnwindSafe;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use futures::FutureExt as _;

/// The panics of a server so far. Clones share them.
#[derive(Debug, Clone, Default)]
pub struct Panics(Arc<Mutex<Vec<String>>>);

impl Panics {
    /// The result of `work`. If it panics, notes that with the name of the work.
    pub async fn watch<F: Future>(&self, name: impl FnOnce() -> String, work: F) -> Option<F::Output> {
        // A server changes its state only where it is complete between two changes.
        match AssertUnwindSafe(work).catch_unwind().await {
            Ok(done) => Some(done),
            Err(panic) => {
                self.lock().push(format!("{}: {}", name(), message(&*panic)));
                None
            }
        }
    }

    /// The name and message of each panic, in their order.
    pub fn all(&self) -> Vec<String> {
        self.lock().clone()
    }

    fn lock(&self) -> MutexGuard<'_, Vec<String>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The message of a panic.
pub fn message(panic: &(dyn Any + Send)) -> &str {
    let text = panic.downcast_ref::<&str>().copied();
    text.or_else(|| panic.downcast_ref::<String>().map(String::as_str)).unwrap_or("no message")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn each_panic_is_noted_with_its_work_and_its_message() {
        let panics = Panics::default();
        let name = || "GET /x".to_owned();
        assert_eq!(panics.clone().watch(name, async { 7 }).await, Some(7));
        assert_eq!(panics.watch(name, async { panic!("a text") }).await, None::<()>);
        assert_eq!(panics.watch(name, async { panic!("{} {}", "two", "words") }).await, None::<()>);
        let number = async { std::panic::panic_any(3) };
        assert_eq!(panics.watch(name, number).await, None::<()>);
        assert_eq!(panics.all(), ["GET /x: a text", "GET /x: two words", "GET /x: no message"]);
    }
}
