//! Why a command to the browser failed.

use crate::evidence::{Trouble, TroubleKind};
use fantoccini::error::CmdError;

/// The words of the driver about a window that is closed.
pub(super) const NO_WINDOW: &str = "no such window";
/// Words of browsers about a document that did not come: of a Chromium, and of a Firefox.
const OF_NETWORK: [&str; 3] = ["net::ERR_", "NS_ERROR_", "Reached error page"];

/// Words of drivers about something that was there a moment ago, in lower case. A page that changes causes them at any command.
const PASSING: [&str; 16] = [
    "unexpected alert",
    "stale",
    "no such frame",
    "no such element",
    "navigation",
    "navigated",
    // A Firefox moves a page to another process.
    "aborterror",
    "discarded",
    // Its driver had a script for a document that was just replaced.
    "evalinsandbox",
    "detached",
    "document unloaded",
    "execution context",
    // A Chromium looks for a node, a frame, an object or a context that is gone, or that belongs to the document before.
    "given id",
    "specified id",
    "does not belong to the document",
    "loader has changed",
];

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

    /// A frame changed while it was entered, so nothing was done in it.
    #[error("{0}")]
    Unentered(String),
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
        match self {
            Self::Refused(message) => {
                let told = message.to_lowercase();
                !self.is_final() && PASSING.iter().any(|sign| told.contains(sign))
            }
            Self::Closed | Self::Unentered(_) => true,
            Self::Silent | Self::Lost(_) => false,
        }
    }

    /// The error of a frame that could not be entered. Drivers have many words for a frame that goes away meanwhile, so each of them is
    /// passing, except those about the end of the browser.
    pub(super) fn at_the_door(self) -> Self {
        match self {
            Self::Refused(message) if !Self::is_the_end(&message) => Self::Unentered(message),
            other => other,
        }
    }

    /// Whether an element is not a frame, or has just gone.
    pub(super) fn is_no_frame(&self) -> bool {
        matches!(self, Self::Refused(message) if message.contains("no such frame"))
    }

    /// Whether the session cannot be used any more.
    pub(super) fn is_final(&self) -> bool {
        match self {
            Self::Refused(message) => Self::is_the_end(message),
            Self::Silent | Self::Lost(_) => true,
            Self::Closed | Self::Unentered(_) => false,
        }
    }

    /// Whether these words are about the end of the browser.
    fn is_the_end(message: &str) -> bool {
        ["invalid session", "disconnected", NO_WINDOW, "crashed"].iter().any(|sign| message.contains(sign))
            && !message.contains("discarded")
    }

    /// The same as evidence.
    pub(super) fn trouble(&self) -> Trouble {
        let message = self.to_string();
        let kind = match self {
            Self::Refused(text) if is_of_network(text) => TroubleKind::Network,
            Self::Refused(text) if text.contains("timeout") => TroubleKind::Timeout,
            Self::Silent => TroubleKind::Timeout,
            Self::Refused(_) | Self::Lost(_) | Self::Closed | Self::Unentered(_) => TroubleKind::Driver,
        };
        Trouble { kind, message }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_driver_says_while_a_page_changes_is_passing_and_the_end_of_a_browser_is_not() {
        let inspector = |text: &str| {
            format!("unknown error: unhandled inspector error: {{\"code\":-32000,\"message\":\"{text}\"}}")
        };
        for message in [
            "stale element reference: stale element not found in the current frame".to_owned(),
            "no such window: Browsing context has been discarded".to_owned(),
            "unknown error: no such execution context".to_owned(),
            "unknown error: target frame detached".to_owned(),
            "javascript error: the document unloaded while waiting for result: document unloaded".to_owned(),
            inspector("Node with given id does not belong to the document"),
            inspector("No node with given id found"),
            inspector("Node is detached from document"),
            inspector("Could not find object with given id"),
            inspector("Cannot find context with specified id"),
            inspector("Execution context was destroyed."),
            inspector("Frame with the given id was not found."),
            inspector("Inspected target navigated or closed"),
            inspector("loader has changed while resolving nodes"),
        ] {
            let error = SessionError::Refused(message.clone());
            assert!(error.is_passing() && !error.is_final(), "{message}");
        }
        for message in [
            "invalid session id: session deleted as the browser has closed the connection",
            "disconnected: received Inspector.detached event",
            "no such window: target window already closed",
            "tab crashed",
        ] {
            let error = || SessionError::Refused(message.to_owned());
            assert!(!error().is_passing() && error().is_final(), "{message}");
            assert!(error().at_the_door().is_final(), "{message}");
        }
        let other =
            || SessionError::Refused("unknown error: fail to locate the sub frame element".to_owned());
        assert!(!other().is_passing() && !other().is_final());
        assert!(other().at_the_door().is_passing());
    }
}
