//! The profile of a stranger: it takes over from that of a playground. Nothing in it is that of the mock but its addresses, its page rules
//! and its speed.

/// The host of the payment pages of a stranger.
pub const PAGE_HOST: &str = "pay.localhost";

/// Deadlines of a server on this machine.
#[allow(dead_code, reason = "not every test file asks for it")]
pub const FAST: &str = "[deadlines]\nstatus = \"2s\"\nquiet = \"300ms\"\n";

/// A profile of the name `stranger`. `authority` is the file of its authority, and `lines` come before its first table, which `rest` begins.
pub fn stranger(dialect: &str, base_url: &str, authority: &str, lines: &str, rest: &str) -> String {
    format!(
        "extends = \"{dialect}-playground\"\nname = \"stranger\"\nbase_url = \"{base_url}\"\nextra_ca = \"{authority}\"\n\
         page_hosts = [\"{PAGE_HOST}\"]\npage_driver = \"pages/mock.toml\"\n{lines}\n\
         credentials = {{ username = {{ env = \"HPP_USERNAME\" }}, password = {{ env = \"HPP_PASSWORD\" }} }}\n{rest}"
    )
}
