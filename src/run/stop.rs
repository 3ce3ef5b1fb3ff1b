//! What stops a run, or a mock, before its end.

use std::time::Duration;
use tokio::signal::unix::{SignalKind, signal};
use tokio_util::sync::CancellationToken;

/// Listens from now on for being asked to stop: by Ctrl-C, or by SIGTERM, as a job that takes too long gets it. Ends when it is.
pub fn asked_to_stop() -> std::io::Result<impl Future<Output = ()>> {
    let (mut interrupt, mut terminate) = (signal(SignalKind::interrupt())?, signal(SignalKind::terminate())?);
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
            () = asked => {}
            () = overdue => {}
        }
        stop.cancel();
    });
    Ok(cancel)
}
