//! Lookouts: from where a browser can be watched, by a connection beside that of the driver.

use crate::browser::status::authorization;
use crate::target::WebDriverUrl;
use http::header::AUTHORIZATION;
use http::uri::InvalidUri;
use std::path::PathBuf;
use tokio::net::TcpStream;
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::ClientRequestBuilder;

/// The file in which the browser says where it listens: its port, and the path of its own target.
const PORT_FILE: &str = "DevToolsActivePort";

/// From where a browser can be watched.
pub(super) enum Lookout {
    /// Its profile folder on this machine, in which it says where it listens.
    Profile(PathBuf),
    /// The Grid to which it belongs, and the path there.
    Grid(WebDriverUrl, String),
    /// Where it listens on this machine: host and port, and the path there.
    Address(String, String),
}

/// A connection to a browser, and the address at which the browser listens.
pub(super) struct Line {
    pub(super) address: String,
    pub(super) socket: WebSocketStream<TcpStream>,
}

/// Why there is no connection.
#[derive(Debug, thiserror::Error)]
pub(super) enum LineError {
    #[error(transparent)]
    Input(#[from] std::io::Error),

    #[error("it does not say where it listens")]
    NoAddress,

    #[error(transparent)]
    Address(#[from] InvalidUri),

    #[error(transparent)]
    Socket(#[from] tokio_tungstenite::tungstenite::Error),
}

impl Lookout {
    /// Opens a connection to the browser.
    pub(super) async fn open(&self) -> Result<Line, LineError> {
        let (address, path, authorization) = match self {
            Self::Profile(folder) => {
                let file = tokio::fs::read_to_string(folder.join(PORT_FILE)).await?;
                let (port, path) = file.split_once('\n').ok_or(LineError::NoAddress)?;
                (format!("127.0.0.1:{port}"), path.trim().to_owned(), None)
            }
            Self::Address(address, path) => (address.clone(), path.clone(), None),
            Self::Grid(url, path) => {
                let (host, port) = url.authority();
                (format!("{host}:{port}"), path.clone(), authorization(url))
            }
        };
        let stream = TcpStream::connect(&address).await?;
        // Without this each command waits for an acknowledgement.
        stream.set_nodelay(true)?;
        let mut request = ClientRequestBuilder::new(format!("ws://{address}{path}").parse()?);
        if let Some(field) = authorization {
            request = request.with_header(AUTHORIZATION.as_str(), field);
        }
        let (socket, _) = tokio_tungstenite::client_async(request, stream).await?;
        Ok(Line { address, socket })
    }
}
