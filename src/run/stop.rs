//! Stops a run or a mock before its end.

use std::time::Duration;
use tokio_util::sync::CancellationToken;

/// Listens for Ctrl-C and SIGTERM from this call on. The future ends when one comes. On Windows, closing the console counts as
/// SIGTERM.
pub fn asked_to_stop() -> std::io::Result<impl Future<Output = ()>> {
    #[cfg(unix)]
    let (mut interrupt, mut terminate) = {
        use tokio::signal::unix::{SignalKind, signal};
        (signal(SignalKind::interrupt())?, signal(SignalKind::terminate())?)
    };
    #[cfg(windows)]
    let (mut interrupt, mut terminate) = {
        use tokio::signal::windows::{ctrl_c, ctrl_close};
        (ctrl_c()?, ctrl_close()?)
    };
    Ok(async move {
        tokio::select! {
            _ = interrupt.recv() => {}
            _ = terminate.recv() => {}
        }
    })
}

/// Cancels a run after a signal or at its deadline. The run reports what it has.
pub(super) fn cancellation(deadline: Option<Duration>) -> std::io::Result<CancellationToken> {
    let asked = asked_to_stop()?;
    let cancel = CancellationToken::new();
    let stop = cancel.clone();
    tokio::spawn(async move {
        let overdue = async {
            match deadline {
                Some(deadline) => tokio::time::sleep(deadline).await,
                None => std::future::pending().await,
            }
        };
        tokio::select! {
            () = asked => log::warn!("asked to stop"),
            () = overdue => log::warn!("the deadline of the run has passed"),
        }
        stop.cancel();
    });
    Ok(cancel)
}
