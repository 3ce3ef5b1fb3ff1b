//! `DevTools`: a connection to a browser beside that of the driver.

use std::path::Path;
use tokio::net::TcpStream;
use tokio_tungstenite::WebSocketStream;

/// The file in which the browser says where it listens: its port, and the path of its own target.
const PORT_FILE: &str = "DevToolsActivePort";

/// A connection, and the address at which the browser listens.
pub(super) struct DevTools {
    pub(super) address: String,
    pub(super) socket: WebSocketStream<TcpStream>,
}

/// Why there is no connection.
#[derive(Debug, thiserror::Error)]
pub(super) enum DevToolsError {
    #[error(transparent)]
    Input(#[from] std::io::Error),

    #[error("it does not say where it listens")]
    NoAddress,

    #[error(transparent)]
    Socket(#[from] tokio_tungstenite::tungstenite::Error),
}

impl DevTools {
    /// Connects with the browser that has this profile folder.
    pub(super) async fn connect(profile: &Path) -> Result<Self, DevToolsError> {
        let file = tokio::fs::read_to_string(profile.join(PORT_FILE)).await?;
        let (port, path) = file.split_once('\n').ok_or(DevToolsError::NoAddress)?;
        let address = format!("127.0.0.1:{port}");
        let stream = TcpStream::connect(&address).await?;
        let url = format!("ws://{address}{}", path.trim());
        let (socket, _) = tokio_tungstenite::client_async(url, stream).await?;
        Ok(Self { address, socket })
    }
}
