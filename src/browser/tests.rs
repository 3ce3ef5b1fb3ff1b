//! Tests against a real browser.
