//! A target that a profile describes: the profile, a run against it with credentials, and the standings of its report.

use crate::support::{Ended, program};
use serde_json::Value;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// The variables by which an HTTP client finds a proxy.
#[allow(dead_code, reason = "not every test file asks for it")]
pub const PROXIES: [&str; 4] = ["HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"];

/// User name and password of a merchant account.
#[allow(dead_code, reason = "not every test file asks for it")]
pub type Account<'a> = (&'a str, &'a str);

/// A profile with short deadlines. It takes the credentials from the environment. `lines` come before its first table.
#[allow(dead_code, reason = "not every test file asks for it")]
pub fn profile(base_url: &str, dialect: &str, lines: &str) -> String {
    let provider = if dialect == "klarna" { "KP" } else { "KCO" };
    format!(
        "name = \"other\"\nbase_url = \"{base_url}\"\ndialect = \"{dialect}\"\nprovider = \"{provider}\"\n{lines}\n\
         credentials = {{ username = {{ env = \"HPP_USERNAME\" }}, password = {{ env = \"HPP_PASSWORD\" }} }}\n\
         [deadlines]\nquiet = \"300ms\"\nstatus = \"2s\"\n"
    )
}

/// Runs the features against the target of a profile.
#[allow(dead_code, reason = "not every test file asks for it")]
pub fn run(folder: &Path, profile: &str, (username, password): Account<'_>, arguments: &[&str]) -> Ended {
    std::fs::write(folder.join("target.toml"), profile).unwrap();
    let mut command = program(folder);
    for name in PROXIES {
        command.env_remove(name);
    }
    // The resolver asks no name server.
    command.env("RES_OPTIONS", "attempts:0");
    command.args(["run", "--target", "target.toml"]).args(arguments);
    Ended::of(&command.env("HPP_USERNAME", username).env("HPP_PASSWORD", password).output().unwrap())
}

/// The standing of every requirement for the first target of a report.
#[allow(dead_code, reason = "not every test file asks for it")]
pub fn standings(report: &Value) -> BTreeMap<String, String> {
    let rows = report["targets"][0]["requirements"].as_array().unwrap().iter();
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    rows.map(|row| (text(&row["id"]), text(&row["standing"]))).collect()
}

/// The ids with one of these standings.
#[allow(dead_code, reason = "not every test file asks for it")]
pub fn with<'s>(standings: &'s BTreeMap<String, String>, words: &[&str]) -> Vec<&'s str> {
    let found = standings.iter().filter(|(_, standing)| words.contains(&standing.as_str()));
    found.map(|(id, _)| id.as_str()).collect()
}

/// Every file of a run folder with its text.
#[allow(dead_code, reason = "not every test file asks for it")]
pub fn files(folder: &Path) -> Vec<(PathBuf, String)> {
    let (mut folders, mut files) = (vec![folder.to_owned()], Vec::new());
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else {
                let text = String::from_utf8_lossy(&std::fs::read(&path).unwrap()).into_owned();
                files.push((path, text));
            }
        }
    }
    assert!(files.len() >= 4, "only {} files were looked at", files.len());
    files
}
