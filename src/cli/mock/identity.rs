//! The TLS identity of the mock: made at its start, or read from the files that the command line names.

use crate::cli::mock::trust_folder::TrustFolder;
use crate::cli::output::{Refusal, complain};
use crate::input;
use crate::run;
use crate::serve::{Authority, Identity};
use std::path::{Path, PathBuf};

/// A TLS identity, and what a client needs to trust it.
pub struct MockIdentity {
    identity: Identity,
    trust: Trust,
}

/// The file that a client needs to trust an identity.
pub enum Trust {
    /// It was made, and goes when this is dropped.
    Made(TrustFolder),
    Given(PathBuf),
}

impl Trust {
    /// The path of the file.
    pub fn file(&self) -> &Path {
        match self {
            Self::Made(folder) => folder.file(),
            Self::Given(file) => file,
        }
    }
}

impl MockIdentity {
    /// Makes an authority with a certificate for these hosts. Only the certificate of the authority is written to a file.
    pub fn made(hosts: &[String]) -> Result<Self, Refusal> {
        let authority = Authority::new("hpp-conformance mock")?;
        let identity = authority.issue(hosts)?;
        let parent = std::env::temp_dir();
        let folder = TrustFolder::new(&parent, "ca.pem", &authority.pem()).map_err(|error| {
            Refusal::invalid(format!(
                "cannot write the certificate of the mock below {}: {error}; set `TMPDIR` to a folder that can be written",
                parent.display()
            ))
        })?;
        Ok(Self { identity, trust: Trust::Made(folder) })
    }

    /// Reads the files of `--cert` and `--key`. Warns if the certificate is not for one of these hosts.
    pub fn read(certificate: &Path, key: &Path, hosts: &[&str]) -> Result<Self, Refusal> {
        let way_out = "; or leave out `--cert` and `--key`: `--tls` alone makes a certificate";
        let file = |flag: &str, path: &Path| {
            input::read(path).map_err(|error| {
                let path = path.display();
                Refusal::invalid(format!("cannot read {path}, the file of `{flag}`: {error}{way_out}"))
            })
        };
        let texts = (file("--cert", certificate)?, file("--key", key)?);
        let identity = Identity::from_pem(&texts.0, &texts.1).map_err(|error| {
            let (flag, path) = if error.is_about_key() { ("--key", key) } else { ("--cert", certificate) };
            let (path, why) = (path.display(), run::error_chain(&error));
            Refusal::invalid(format!("cannot use {path}, the file of `{flag}`: {why}{way_out}"))
        })?;
        for host in hosts.iter().filter(|host| !identity.is_for(host)) {
            complain(format!(
                "warning: the certificate {} is not for {host}, the host of URLs in answers; clients refuse these URLs",
                certificate.display()
            ));
        }
        let file = std::path::absolute(certificate).unwrap_or_else(|_| certificate.to_owned());
        Ok(Self { identity, trust: Trust::Given(file) })
    }

    /// The identity for the server, and what clients need.
    pub fn parts(self) -> (Identity, Trust) {
        (self.identity, self.trust)
    }
}
