//! The preflight as a report holds it: what was looked at before any scenario ran, and what was found.

use serde::{Deserialize, Serialize};
use std::fmt;

/// One check before a run.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PreflightCheck {
    pub check: Topic,
    /// Name of the target, or the file that was to be its profile. `None` if the check is about this machine.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub target: Option<String>,
    pub result: CheckResult,
    /// What was found, in one line. A warning and a fault also say what to do.
    pub message: String,
}

/// What is looked at, in the order in which it is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Topic {
    Profile,
    Dns,
    Tcp,
    Tls,
    Clock,
    Credentials,
    Schemas,
    Features,
    Browser,
    SharedMemory,
    PageHosts,
    Receiver,
    Disk,
}

/// How a check ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum CheckResult {
    Ok,
    /// A run is possible, but something may go wrong.
    Warning,
    /// A run tests nothing, or not everything that the profile says.
    Fault,
    /// Not looked at, because it does not apply or something before it is missing.
    Skipped,
}

impl PreflightCheck {
    pub fn new(check: Topic, result: CheckResult, message: impl Into<String>) -> Self {
        Self { check, target: None, result, message: message.into() }
    }

    pub fn ok(check: Topic, message: impl Into<String>) -> Self {
        Self::new(check, CheckResult::Ok, message)
    }

    pub fn warning(check: Topic, message: impl Into<String>) -> Self {
        Self::new(check, CheckResult::Warning, message)
    }

    pub fn fault(check: Topic, message: impl Into<String>) -> Self {
        Self::new(check, CheckResult::Fault, message)
    }

    pub fn skipped(check: Topic, message: impl Into<String>) -> Self {
        Self::new(check, CheckResult::Skipped, message)
    }

    /// The same check, of this target.
    #[must_use]
    pub fn of(self, target: &str) -> Self {
        Self { target: Some(target.to_owned()), ..self }
    }

    pub fn is_fault(&self) -> bool {
        self.result == CheckResult::Fault
    }
}

impl fmt::Display for Topic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Profile => "profile",
            Self::Dns => "DNS",
            Self::Tcp => "TCP",
            Self::Tls => "TLS",
            Self::Clock => "clock",
            Self::Credentials => "credentials",
            Self::Schemas => "schemas",
            Self::Features => "features",
            Self::Browser => "browser",
            Self::SharedMemory => "/dev/shm",
            Self::PageHosts => "page hosts",
            Self::Receiver => "receiver",
            Self::Disk => "disk",
        })
    }
}

impl fmt::Display for CheckResult {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Ok => "ok",
            Self::Warning => "warning",
            Self::Fault => "fault",
            Self::Skipped => "skipped",
        })
    }
}

/// One line, such as `fault    TCP          mine: 127.0.0.1:9 refuses …`.
impl fmt::Display for PreflightCheck {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { check, target, result, message } = self;
        write!(f, "{result:<8} {check:<12} ")?;
        // An error of a profile begins with its file, which may be the name of the target.
        if let Some(target) = target.as_ref().filter(|target| !message.starts_with(target.as_str())) {
            write!(f, "{target}: ")?;
        }
        f.write_str(message)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_check_is_one_line_and_its_words_are_those_of_the_schema() {
        let check = PreflightCheck::fault(Topic::SharedMemory, "it is full; empty it").of("mine");
        assert_eq!(check.to_string(), "fault    /dev/shm     mine: it is full; empty it");
        let json = serde_json::json!({
            "check": "shared-memory", "target": "mine", "result": "fault", "message": "it is full; empty it"
        });
        assert_eq!(serde_json::to_value(&check).unwrap(), json);
        assert_eq!(serde_json::from_value::<PreflightCheck>(json).unwrap(), check);
    }
}
