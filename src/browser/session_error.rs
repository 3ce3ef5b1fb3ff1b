//! Why a command to the browser failed.

use crate::evidence::{Trouble, TroubleKind};
use fantoccini::error::CmdError;

/// The words of the driver about a window that is closed.
pub(super) const NO_WINDOW: &str = "no such window";
/// Words of browsers about a document that did not come: of a Chromium, and of a Firefox.
const OF_NETWORK: [&str; 3] = ["net::ERR_", "NS_ERROR_", "Reached error page"];

/// Whether these are words about a document that did not come.
pub(super) fn is_of_network(text: &str) -> bool {
    OF_NETWORK.iter().any(|word| text.contains(word))
}

/// Why a command failed.
#[derive(Debug, thiserror::Error)]
pub(super) enum SessionError {
    /// The driver answered with an error.
    #[error("{0}")]
    Refused(String),

    /// No answer came, so the session cannot be used any more.
    #[error("the browser did not answer in time")]
    Silent,

    #[error("the browser is gone: {0}")]
    Lost(String),

    /// A window that the page had opened is closed. The tab is still there.
    #[error("the window has closed")]
    Closed,
}

impl SessionError {
    pub(super) fn of(error: CmdError) -> Self {
        match error {
            CmdError::Standard(answer) => {
                let first_line = answer.message.lines().next().unwrap_or_default();
                let error = answer.error();
                let detail = first_line.trim_start_matches(&format!("{error}: "));
                Self::Refused(format!("{error}: {detail}"))
            }
            other => Self::Lost(other.to_string()),
        }
    }

    /// Whether the page was just changing, so that a new reading helps.
    pub(super) fn is_passing(&self) -> bool {
        const SIGNS: [&str; 11] = [
            "unexpected alert",
            "stale element",
            "no such frame",
            "no such element",
            "navigation",
            // A Firefox moves a page to another process.
            "AbortError",
            "discarded",
            // Its driver had a script for a document that was just replaced.
            "evalInSandbox",
            "detached",
            "document unloaded",
            "execution context",
        ];
        match self {
            Self::Refused(message) => SIGNS.iter().any(|sign| message.contains(sign)),
            Self::Closed => true,
            Self::Silent | Self::Lost(_) => false,
        }
    }

    /// Whether an element is not a frame, or has just gone.
    pub(super) fn is_no_frame(&self) -> bool {
        matches!(self, Self::Refused(message) if message.contains("no such frame"))
    }

    /// Whether the session can be used again.
    pub(super) fn is_final(&self) -> bool {
        match self {
            Self::Refused(message) => ["invalid session", "disconnected", NO_WINDOW, "crashed"]
                .iter()
                .any(|sign| message.contains(sign) && !message.contains("discarded")),
            Self::Silent | Self::Lost(_) => true,
            Self::Closed => false,
        }
    }

    /// The same as evidence.
    pub(super) fn trouble(&self) -> Trouble {
        let message = self.to_string();
        let kind = match self {
            Self::Refused(text) if is_of_network(text) => TroubleKind::Network,
            Self::Refused(text) if text.contains("timeout") => TroubleKind::Timeout,
            Self::Silent => TroubleKind::Timeout,
            Self::Refused(_) | Self::Lost(_) | Self::Closed => TroubleKind::Driver,
        };
        Trouble { kind, message }
    }
}
