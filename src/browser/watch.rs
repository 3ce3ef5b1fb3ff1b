//! What watches a browser: the guard of a Chromium, or the connection to a Firefox.

use crate::browser::bidi::Bidi;
use crate::browser::guard::Guard;
use crate::target::Reach;

/// What stops a browser before it goes to a foreign host.
pub(super) enum Watch {
    Chromium(Guard),
    Firefox(Bidi),
}

impl Watch {
    /// Whether it still watches. Without it, the browser must not be used.
    pub(super) fn is_on_duty(&self) -> bool {
        match self {
            Self::Chromium(guard) => guard.is_on_duty(),
            Self::Firefox(bidi) => bidi.is_on_duty(),
        }
    }

    /// Sets where the browser may go from now on.
    pub(super) fn allow(&self, reach: Reach) {
        match self {
            Self::Chromium(guard) => guard.allow(reach),
            Self::Firefox(bidi) => bidi.allow(reach),
        }
    }

    /// The origin of a document that was stopped since the last call.
    pub(super) fn take_stopped(&self) -> Option<String> {
        match self {
            Self::Chromium(guard) => guard.take_stopped(),
            Self::Firefox(bidi) => bidi.take_stopped(),
        }
    }

    /// The tabs, windows and popups beside this tab, the newest last.
    pub(super) fn beside(&self, tab: &str) -> Vec<String> {
        match self {
            Self::Chromium(guard) => guard.beside(tab),
            Self::Firefox(bidi) => bidi.beside(tab),
        }
    }
}
