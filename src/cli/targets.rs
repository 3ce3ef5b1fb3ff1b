//! `hpp-conformance targets`: the list of targets, their profiles and page drivers, the schema of a profile, and a new profile.

use crate::cli::listing::{ListArgs, Listing};
use crate::cli::new_file::write_new;
use crate::cli::one_of::one_of;
use crate::cli::output::{Ending, Refusal, say};
use crate::exit_code::ExitCode;
use crate::requirement::{Dialect, nearest};
use crate::run;
use crate::run::Draft;
use clap::{Args, Subcommand};
use serde_json::json;
use std::path::PathBuf;

#[derive(Args)]
#[command(args_conflicts_with_subcommands = true)]
pub struct TargetsArgs {
    #[command(subcommand)]
    command: Option<TargetsCommand>,
    /// Print the JSON Schema of a profile, so that an editor completes and checks its keys.
    #[arg(long, conflicts_with_all = ["json", "markdown"])]
    schema: bool,
    #[command(flatten)]
    list: ListArgs,
}

#[derive(Subcommand)]
enum TargetsCommand {
    /// Print a built-in profile or page driver, to copy it: `hpp-conformance targets show klarna-playground > my.toml`.
    Show {
        /// The name of a target, or the file of a page driver such as `pages/klarna.toml`.
        name: String,
    },
    /// Write a profile with a comment for each key.
    ///
    /// Without `--base-url`, it takes over from the playground of the dialect. It is checked before it is written, and no file is
    /// overwritten.
    New(Box<NewArgs>),
}

const DIALECTS: &[(&str, Dialect, &str)] = &[
    ("klarna", Dialect::Klarna, "Klarna's API, with KP sessions"),
    ("kustom", Dialect::Kustom, "Kustom's API, with KCO orders"),
];

#[derive(Args)]
struct NewArgs {
    /// The name of the target in reports.
    name: String,
    /// The dialect of its API.
    #[arg(long, value_parser = one_of(DIALECTS))]
    dialect: Dialect,
    /// Write the profile to this file instead of standard output.
    #[arg(long, short, value_name = "FILE")]
    out: Option<PathBuf>,
    /// Take over from this profile what is not given here.
    #[arg(long, value_name = "NAME|FILE")]
    extends: Option<String>,
    /// The root of the API.
    #[arg(long, value_name = "URL")]
    base_url: Option<String>,
    /// The environment variable with the user name [default: made from the name, such as `HPP_SHOP_USERNAME`].
    #[arg(long, value_name = "VARIABLE")]
    username_env: Option<String>,
    /// The environment variable with the password [default: made from the name, such as `HPP_SHOP_PASSWORD`].
    #[arg(long, value_name = "VARIABLE")]
    password_env: Option<String>,
    /// What the set-up can do, such as `browser`; repeat the option for several.
    #[arg(long = "ability", value_name = "ABILITY")]
    abilities: Vec<String>,
    /// How a payment can be made to end: `approve`, `decline` or `error`; repeat the option for several.
    #[arg(long, value_name = "RESULT")]
    outcome: Vec<String>,
    /// The file of the page driver [default with the ability `browser`: that of the dialect].
    #[arg(long, value_name = "FILE")]
    page_driver: Option<String>,
    /// A further origin of the API; repeat the option for several.
    #[arg(long = "api-origin", value_name = "URL")]
    api_origins: Vec<String>,
    /// A host of payment pages; repeat the option for several.
    #[arg(long = "page-host", value_name = "HOST")]
    page_hosts: Vec<String>,
    /// The root of a control interface like that of the mock.
    #[arg(long, value_name = "URL")]
    control_url: Option<String>,
    /// The host of the merchant URLs.
    #[arg(long, value_name = "HOST")]
    merchant_host: Option<String>,
    /// Where the receiver listens, such as 192.168.1.5:8443.
    #[arg(long, value_name = "ADDRESS")]
    receiver_address: Option<String>,
    /// The URL at which the target finds the receiver, such as `https://hooks.shop.example:8443`.
    #[arg(long, value_name = "URL")]
    receiver_url: Option<String>,
    /// The Selenium Grid or driver on which browsers run, such as `http://grid.example:4444`.
    #[arg(long, value_name = "URL")]
    webdriver: Option<String>,
    /// The proxy for all requests, such as `http://proxy.example:3128`.
    #[arg(long, value_name = "URL")]
    proxy: Option<String>,
    /// A PEM file with the certificate that the client shows.
    #[arg(long, value_name = "FILE")]
    client_certificate: Option<String>,
    /// A PEM file with the private key of this certificate.
    #[arg(long, value_name = "FILE")]
    client_key: Option<String>,
    /// The version of HTTP for API requests: 1.1 or 2.
    #[arg(long, value_name = "VERSION")]
    http: Option<String>,
    /// A PEM file with further certificates to trust.
    #[arg(long, value_name = "FILE")]
    extra_ca: Option<String>,
    /// How many creations of a kind a second the target allows.
    #[arg(long, value_name = "NUMBER")]
    creates_per_second: Option<f64>,
    /// How many other requests a second the target allows.
    #[arg(long, value_name = "NUMBER")]
    requests_per_second: Option<f64>,
    /// How many requests may be out at once.
    #[arg(long, value_name = "NUMBER")]
    at_once: Option<u16>,
    /// How long a scenario may wait in place of a clock that is moved, such as 50h.
    #[arg(long, value_name = "TIME")]
    may_wait: Option<String>,
    /// The country of each purchase, such as DE.
    #[arg(long)]
    country: Option<String>,
    /// The currency of each purchase, such as EUR.
    #[arg(long)]
    currency: Option<String>,
    /// The language and country of each purchase, such as de-DE.
    #[arg(long)]
    locale: Option<String>,
}

impl NewArgs {
    /// The variables of the user name and the password.
    fn variables(&self) -> [String; 2] {
        let letter =
            |letter: char| if letter.is_ascii_alphanumeric() { letter.to_ascii_uppercase() } else { '_' };
        let stem: String = self.name.chars().map(letter).collect();
        let named =
            |given: Option<&str>, end: &str| given.map_or_else(|| format!("HPP_{stem}_{end}"), str::to_owned);
        [named(self.username_env.as_deref(), "USERNAME"), named(self.password_env.as_deref(), "PASSWORD")]
    }

    fn draft(&self) -> Draft {
        let mut draft = Draft::new(&self.name, self.dialect, self.variables());
        let playground = self.base_url.is_none().then(|| format!("{}-playground", self.dialect));
        let needs_driver =
            self.abilities.iter().any(|ability| ability == "browser") || !self.outcome.is_empty();
        let extends = self.extends.clone().or(playground);
        let driver = (needs_driver && extends.is_none()).then(|| format!("pages/{}.toml", self.dialect));
        for (key, value) in [
            ("extends", &extends),
            ("base_url", &self.base_url),
            ("control_url", &self.control_url),
            ("may_wait", &self.may_wait),
            ("page_driver", &self.page_driver.clone().or(driver)),
            ("merchant_host", &self.merchant_host),
            ("receiver_address", &self.receiver_address),
            ("receiver_url", &self.receiver_url),
            ("webdriver", &self.webdriver),
            ("extra_ca", &self.extra_ca),
            ("client_certificate", &self.client_certificate),
            ("client_key", &self.client_key),
            ("proxy", &self.proxy),
            ("http", &self.http),
        ] {
            if let Some(value) = value {
                draft.set(key, value.as_str());
            }
        }
        for (key, values) in [
            ("api_origins", &self.api_origins),
            ("page_hosts", &self.page_hosts),
            ("abilities", &self.abilities),
            ("outcome", &self.outcome),
        ] {
            if !values.is_empty() {
                draft.set(key, values.clone());
            }
        }
        for (key, rate) in [
            ("creates_per_second", self.creates_per_second),
            ("requests_per_second", self.requests_per_second),
        ] {
            if let Some(rate) = rate {
                draft.set(key, rate);
            }
        }
        if let Some(count) = self.at_once {
            draft.set("at_once", i64::from(count));
        }
        for (key, value) in
            [("country", &self.country), ("currency", &self.currency), ("locale", &self.locale)]
        {
            if let Some(value) = value {
                draft.set_in("purchase", key, value.as_str());
            }
        }
        draft
    }
}

/// Writes a new profile, after it was checked as a run checks it.
fn new(arguments: &NewArgs) -> Ending {
    let text = arguments.draft().text();
    let path = arguments.out.clone().unwrap_or_else(|| PathBuf::from("the new profile"));
    run::check_profile(&path, &text)?;
    let Some(out) = &arguments.out else {
        say(text.trim_end())?;
        return Ok(ExitCode::Conformant);
    };
    write_new(out, &text)?;
    let [username, password] = arguments.variables();
    say(format!(
        "wrote {path}; set {username} and {password}, then: hpp-conformance run --target {path}",
        path = out.display()
    ))?;
    Ok(ExitCode::Conformant)
}

/// The targets that a run starts. They have no profile.
const EMBEDDED: [(&str, &str); 3] = [
    ("mock", "the built-in mock in both dialects: mock-klarna and mock-kustom"),
    ("mock-klarna", "the built-in mock: klarna, with KP sessions"),
    ("mock-kustom", "the built-in mock: kustom, with KCO orders"),
];

/// Why there is no text to print for this name.
fn nothing_to_show(wanted: &str, known: &[&str]) -> String {
    if EMBEDDED.iter().any(|(name, _)| *name == wanted) {
        return format!(
            "`{wanted}` is the built-in mock, which a run starts, so it has no profile; for a mock that you start yourself: \
             `hpp-conformance targets show mock-alone`"
        );
    }
    let near = nearest(wanted, known.iter().copied());
    let help = near.map_or_else(|| "give".to_owned(), |near| format!("did you mean `{near}`? Give"));
    format!("no profile or page driver is named `{wanted}`; {help} one of: {}", known.join(", "))
}

fn show(name: &str) -> Ending {
    let built_in = run::built_in();
    let Some(text) = built_in.shown(name) else {
        let known: Vec<&str> = built_in.profiles().chain(built_in.page_drivers()).collect();
        return Err(Refusal::invalid(nothing_to_show(name, &known)));
    };
    say(text.trim_end())?;
    Ok(ExitCode::Conformant)
}

pub fn targets(arguments: &TargetsArgs) -> Ending {
    match &arguments.command {
        Some(TargetsCommand::New(arguments)) => return new(arguments),
        Some(TargetsCommand::Show { name }) => return show(name),
        None => {}
    }
    if arguments.schema {
        say(run::profile_schema().trim_end())?;
        return Ok(ExitCode::Conformant);
    }
    let built_in = run::built_in();
    let profiles = built_in.profiles().map(|name| {
        let text = built_in.profile_text(name).unwrap_or_default();
        (name, text.lines().next().unwrap_or_default().trim_start_matches('#').trim())
    });
    let row = |(name, what): (&str, &str)| json!({ "name": name, "what": what });
    let rows = EMBEDDED.into_iter().chain(profiles).map(row).collect();
    Listing { columns: &["name", "what"], rows }.print(arguments.list)
}
