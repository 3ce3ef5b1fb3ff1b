//! The paths of the mock that the reference leaves to the server.

/// The paths that the mock may choose. `{key}` is replaced by a key.
#[derive(Debug)]
pub struct Paths {
    pub session: &'static str,
    pub distribution: &'static str,
    pub token: &'static str,
    pub identity_check: &'static str,
    pub page: &'static str,
    pub qr_image: &'static str,
    /// The first part of the path of the distribution module.
    pub module: &'static str,
}

/// The documented paths of the API, and pages unlike the vendor's.
pub static PLAIN_PATHS: Paths = Paths {
    session: "/hpp/v1/sessions/{key}",
    distribution: "/hpp/v1/sessions/{key}/distribution",
    token: "/hpp/v1/sessions/{key}/distribution-module/token",
    identity_check: "/hpp/v1/sessions/{key}/manual-id-check",
    page: "/pay/{key}",
    qr_image: "/qr/{key}",
    module: "/counter/{key}",
};

/// Paths that do not show their purpose. A client that builds URLs itself gets 404.
pub static OPAQUE_PATHS: Paths = Paths {
    session: "/a/{key}",
    distribution: "/b/{key}",
    token: "/c/{key}",
    identity_check: "/g/{key}",
    page: "/d/{key}",
    qr_image: "/e/{key}",
    module: "/f/{key}",
};

/// Longer paths of pages, and the documented paths of the API.
pub static WORDY_PATHS: Paths = Paths {
    session: "/hpp/v1/sessions/{key}",
    distribution: "/hpp/v1/sessions/{key}/distribution",
    token: "/hpp/v1/sessions/{key}/distribution-module/token",
    identity_check: "/hpp/v1/sessions/{key}/manual-id-check",
    page: "/eu/hosted/{key}/checkout",
    qr_image: "/eu/images/{key}/qr.png",
    module: "/eu/operator/{key}/view",
};

impl Paths {
    pub fn page(&self, key: &str) -> String {
        with_key(self.page, key)
    }
}

/// The path with its key filled in.
pub fn with_key(path: &str, key: &str) -> String {
    path.replace("{key}", key)
}
