//! Stops a run or a mock before its end.

use std::io;
use std::io::Write;
use std::sync::{Arc, OnceLock};
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

#[cfg(unix)]
use tokio::signal::unix::{Signal as Interrupt, Signal as Terminate};
#[cfg(windows)]
use tokio::signal::windows::{CtrlC as Interrupt, CtrlClose as Terminate};

/// Ctrl-C, SIGTERM, and the end of the terminal (SIGHUP, or closing the console on Windows).
pub struct StopSignals {
    interrupt: Interrupt,
    terminate: Terminate,
    /// None if the process was started to outlive its terminal, as `nohup` does.
    hangup: Option<Terminate>,
}

impl StopSignals {
    /// Listens from this call on. The signals no longer end the process by themselves.
    pub fn listen() -> io::Result<Self> {
        #[cfg(unix)]
        let (interrupt, terminate, hangup) = {
            use tokio::signal::unix::{SignalKind, signal};
            let hangup = (!outlives_terminal()).then(|| signal(SignalKind::hangup())).transpose()?;
            (signal(SignalKind::interrupt())?, signal(SignalKind::terminate())?, hangup)
        };
        #[cfg(windows)]
        let (interrupt, terminate, hangup) =
            (tokio::signal::windows::ctrl_c()?, tokio::signal::windows::ctrl_close()?, None);
        Ok(Self { interrupt, terminate, hangup })
    }

    /// Waits for the next one.
    pub async fn next(&mut self) {
        let hangup = async {
            match &mut self.hangup {
                Some(hangup) => drop(hangup.recv().await),
                None => std::future::pending().await,
            }
        };
        tokio::select! {
            _ = self.interrupt.recv() => {}
            _ = self.terminate.recv() => {}
            () = hangup => {}
        }
    }
}

/// Whether the process was started with SIGHUP ignored. Linux tells the ignored signals as a mask; SIGHUP is the lowest bit.
#[cfg(unix)]
fn outlives_terminal() -> bool {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let mask = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
    mask.is_some_and(|mask| u64::from_str_radix(mask.trim(), 16).is_ok_and(|mask| mask & 1 == 1))
}

/// Whether a run stops before its end, and why.
#[derive(Clone, Default)]
pub(super) struct Stop {
    pub token: CancellationToken,
    why: Arc<OnceLock<String>>,
}

impl Stop {
    /// Stops the run at the first signal, at its deadline, or at the end of its standard input if it is to end with it. It then
    /// reports what it has. The second signal calls `end_at_once`.
    pub fn listen(deadline: Option<Instant>, ends_with_input: bool, end_at_once: fn()) -> io::Result<Self> {
        let mut signals = StopSignals::listen()?;
        let stop = Self::default();
        let here = stop.clone();
        tokio::spawn(async move {
            let abandoned =
                async { if ends_with_input { input_ended().await } else { std::future::pending().await } };
            let overdue = async {
                match deadline {
                    Some(deadline) => tokio::time::sleep_until(deadline).await,
                    None => std::future::pending().await,
                }
            };
            tokio::select! {
                () = signals.next() => here.because("a signal asked it to stop"),
                () = abandoned => here.because("the program that started it has ended"),
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

/// Waits for the end of standard input. Nothing is awaited at the end of the process, so the thread may still read then.
async fn input_ended() {
    let (ended, end) = tokio::sync::oneshot::channel();
    std::thread::spawn(move || {
        // Input that cannot be read has ended, too.
        let _ = io::copy(&mut io::stdin(), &mut io::sink());
        let _ = ended.send(());
    });
    let _ = end.await;
}

fn say(line: &str) {
    // Standard error that cannot be written leaves nobody to tell it to.
    let _ = writeln!(io::stderr(), "{line}");
}
