//! What stops a run, or a mock, before its end.

use std::time::Duration;
use tokio_util::sync::CancellationToken;

/// Listens from now on for being asked to stop: by Ctrl-C, or by SIGTERM, as a job that takes too long gets it. Ends when it is.
/// On Windows the closing of the console stands in for SIGTERM.
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

/// Cancels a run that is asked to stop or has used up its time; what it has by then is reported.
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
