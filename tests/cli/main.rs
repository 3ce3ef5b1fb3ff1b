//! The command line as users see it: exit codes, and messages that say where the mistake is and how to correct it.

mod configuration;
mod ends;
mod features;
mod lists;
mod log;
#[cfg(target_os = "linux")]
mod lost;
mod mock;
#[path = "../support/mock_process.rs"]
mod mock_process;
mod notify;
mod overrides;
mod own;
mod report;
#[path = "../support/mod.rs"]
mod support;
mod targets;
mod verdict;
mod waivers;

use std::path::Path;
use support::{Ended, call};

const SOUND: &str = "@req:HPP-CREATE-001
Feature: A sound one

  Scenario: A session is created
    Given a payment session
    When the merchant creates a hosted session
    Then the response status is 201
";

fn folder_with<T: AsRef<[u8]>>(files: &[(&str, T)]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    for (name, text) in files {
        let path = folder.path().join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }
    folder
}

/// Runs the features of a folder against the embedded mock of one dialect.
fn run(folder: &Path, arguments: &[&str]) -> Ended {
    let mut all = vec!["run", "--target", "mock-klarna", "--format", "json"];
    all.extend(arguments);
    call(folder, &all)
}
