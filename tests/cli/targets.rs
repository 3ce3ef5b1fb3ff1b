//! Profiles of a user: what they may name, and the commands that help to write them.

use crate::configuration::{profile, sends_nothing};
use crate::support::call;
use crate::{SOUND, folder_with};

#[test]
fn a_production_host_is_refused_before_anything_is_sent() {
    let other = "extends = \"sound.toml\"\nname = \"y\"\napi_origins = [\"https://API.klarna.com:443\"]\n";
    let message = "error: other.toml:3: `api_origins` names the production host `api.klarna.com`, which serves real consumers; ";
    sends_nothing(&[("other.toml", other)], "other.toml", "", message);
}

#[test]
fn a_production_host_that_the_command_line_names_is_allowed() {
    // Preflight asks only the base URL. Nothing listens there, so nothing is sent to the production host either.
    let text = profile("127.0.0.1:9", "api_origins = [\"https://api.klarna.com\"]");
    let folder = folder_with(&[("x.toml", text.as_str()), ("one.feature", SOUND)]);
    let with =
        |host: &str| call(folder.path(), &["run", "one.feature", "-t", "x.toml", "--allow-production", host]);
    assert_eq!(with("api.klarna.com").code, Some(3));
    assert_eq!(with("api.kustom.co").code, Some(2));
}
