//! The live page at `/`: it shows what the mock remembers, with buttons for its clock and the next outcome.

use std::sync::LazyLock;

use axum::http::{StatusCode, header};

use crate::mock::http::{Call, Reply};
use crate::mock::state::Playground;

static PAGE: LazyLock<String> =
    LazyLock::new(|| include_str!("dashboard.html").replace("/*SCRIPT*/", include_str!("dashboard.js")));

/// The page loads no external files, and text of merchants cannot become a script.
const POLICY: &str = "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; \
    img-src 'self' data:; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/// Shows the page.
pub fn show(_: &Playground, _: &Call<'_>) -> Reply {
    let page = Reply::html(StatusCode::OK, PAGE.clone());
    page.with_header(header::CONTENT_SECURITY_POLICY, POLICY)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_page_says_that_it_is_a_mock_and_needs_nothing_from_elsewhere() {
        assert!(PAGE.contains("This is a mock."));
        assert!(PAGE.contains("EventSource(\"/_mock/events\")"));
        for elsewhere in ["src=\"http", "href=\"http", "@import", "url("] {
            assert!(!PAGE.contains(elsewhere), "{elsewhere}");
        }
        assert!(!PAGE.contains("innerHTML"));
    }
}
