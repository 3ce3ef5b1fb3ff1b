//! The door of a server: takes connections as they come, and waits a moment if the system has none to give.

use std::io;
use std::time::Duration;

use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;

/// The pause after a connection could not be taken.
const PAUSE: Duration = Duration::from_millis(50);

/// Where connections come in.
pub(super) trait Door {
    type Connection;

    /// Waits for the next connection.
    fn next(&mut self) -> impl Future<Output = io::Result<Self::Connection>> + Send;
}

impl Door for TcpListener {
    type Connection = TcpStream;

    async fn next(&mut self) -> io::Result<TcpStream> {
        Ok(self.accept().await?.0)
    }
}

/// Takes connections for ever and serves each in a task. Dropping this drops the tasks too.
pub(super) async fn open<D: Door, S>(mut door: D, mut serve: impl FnMut(D::Connection) -> S)
where
    S: Future<Output = ()> + Send + 'static,
{
    let mut connections = JoinSet::new();
    loop {
        tokio::select! {
            taken = door.next() => match taken {
                Ok(connection) => {
                    connections.spawn(serve(connection));
                }
                // No free file descriptor, perhaps because another part of the process holds them.
                Err(error) if !is_peer_fault(&error) => tokio::time::sleep(PAUSE).await,
                Err(_) => {}
            },
            Some(_) = connections.join_next() => {}
        }
    }
}

fn is_peer_fault(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::ConnectionAborted | io::ErrorKind::ConnectionReset)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::cmp::Ordering;
    use std::time::Instant;
    use tokio::sync::mpsc;

    /// Has no connection for some tries, and then one.
    struct Hampered {
        tries: usize,
        errors: usize,
        error: fn() -> io::Error,
    }

    impl Door for Hampered {
        /// The number of tries.
        type Connection = usize;

        async fn next(&mut self) -> io::Result<usize> {
            self.tries += 1;
            match self.tries.cmp(&(self.errors + 1)) {
                Ordering::Less => Err((self.error)()),
                Ordering::Equal => Ok(self.tries),
                Ordering::Greater => std::future::pending().await,
            }
        }
    }

    /// How long it takes to serve the connection that comes after these errors, and how often it was tried.
    async fn served_after(errors: usize, error: fn() -> io::Error) -> (Duration, usize) {
        let (served, mut seen) = mpsc::unbounded_channel();
        let began = Instant::now();
        let serve = |tries| {
            served.send(tries).unwrap();
            std::future::ready(())
        };
        let tries = tokio::select! {
            () = open(Hampered { tries: 0, errors, error }, serve) => None,
            tries = seen.recv() => tries,
        };
        (began.elapsed(), tries.unwrap())
    }

    #[tokio::test]
    async fn without_a_free_descriptor_the_door_pauses_after_each_try_and_then_goes_on() {
        const EMFILE: i32 = 24;
        let (time, tries) = served_after(6, || io::Error::from_raw_os_error(EMFILE)).await;
        assert!(time >= PAUSE * 6 && tries == 7, "{tries} tries in {time:?}");
    }

    #[tokio::test]
    async fn a_peer_that_is_gone_again_costs_no_pause() {
        let (time, tries) = served_after(2000, || io::ErrorKind::ConnectionAborted.into()).await;
        assert!(time < PAUSE * 200 && tries == 2001, "{tries} tries in {time:?}");
    }
}
