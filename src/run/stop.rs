//! Stops a run or a mock before its end.

use std::io;
use std::io::Write;
use std::sync::{Arc, OnceLock};
use std::time::Duration;
use tokio_util::sync::CancellationToken;

#[cfg(unix)]
use tokio::signal::unix::{Signal as Interrupt, Signal as Terminate};
#[cfg(windows)]
use tokio::signal::windows::{CtrlC as Interrupt, CtrlClose as Terminate};

/// Ctrl-C and SIGTERM. On Windows, closing the console counts as SIGTERM.
pub struct StopSignals {
    interrupt: Interrupt,
    terminate: Terminate,
}

impl StopSignals {
    /// Listens from this call on. The signals no longer end the process by themselves.
    pub fn listen() -> io::Result<Self> {
        #[cfg(unix)]
        let (interrupt, terminate) = {
            use tokio::signal::unix::{SignalKind, signal};
            (signal(SignalKind::interrupt())?, signal(SignalKind::terminate())?)
        };
        #[cfg(windows)]
        let (interrupt, terminate) =
            (tokio::signal::windows::ctrl_c()?, tokio::signal::windows::ctrl_close()?);
        Ok(Self { interrupt, terminate })
    }

    /// Waits for the next one.
    pub async fn next(&mut self) {
        tokio::select! {
            _ = self.interrupt.recv() => {}
            _ = self.terminate.recv() => {}
        }
    }
}

/// Whether a run stops before its end, and why.
#[derive(Clone, Default)]
pub(super) struct Stop {
    pub token: CancellationToken,
    why: Arc<OnceLock<String>>,
}

impl Stop {
    /// Stops the run at the first signal or at its deadline. It then reports what it has. The second signal calls `end_at_once`.
    pub fn listen(deadline: Option<Duration>, end_at_once: fn()) -> io::Result<Self> {
        let mut signals = StopSignals::listen()?;
        let stop = Self::default();
        let here = stop.clone();
        tokio::spawn(async move {
            let overdue = async {
                match deadline {
                    Some(deadline) => tokio::time::sleep(deadline).await,
                    None => std::future::pending().await,
                }
            };
            tokio::select! {
                () = signals.next() => here.because("a signal asked it to stop"),
                () = overdue => {
                    here.because("its deadline passed");
                    signals.next().await;
                }
            }
            say(
                "The run stops and reports what is done. Press Ctrl-C again to end it at once, without a report.",
            );
            signals.next().await;
            end_at_once();
        });
        Ok(stop)
    }

    fn because(&self, why: &str) {
        log::warn!("the run stops: {why}");
        // A run stops only once.
        let _ = self.why.set(why.to_owned());
        self.token.cancel();
    }

    /// Whether the run stops.
    pub fn is_asked(&self) -> bool {
        self.token.is_cancelled()
    }

    /// Why the run stops, if it does.
    pub fn why(&self) -> Option<String> {
        self.why.get().cloned()
    }
}

fn say(line: &str) {
    // Standard error that cannot be written leaves nobody to tell it to.
    let _ = writeln!(io::stderr(), "{line}");
}
