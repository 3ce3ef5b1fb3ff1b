//! Claims: what a step takes for granted about its scenario and the schemas. They are checked before a run.

use crate::browser::Exit;
use crate::check::placeholder;
use crate::evidence::Body;
use crate::schema::SchemaSet;
use crate::suite::ledger::Turn;
use crate::suite::mistake::{as_it_is, fault, meant, unknown};
use crate::target::{Ability, PaymentResult};
use crate::verdict::Fault;
use regex::Regex;
use serde_json::{Value, json};
use std::sync::LazyLock;

/// The tags that the API replaces in a merchant URL.
const PLACEHOLDERS: [&str; 3] = ["session_id", "order_id", "authorization_token"];

/// The parameters of merchant URLs that a scenario may have without a table.
const USUAL_PARAMETERS: [&str; 4] = ["session_id", "authorization_token", "first", "second"];

/// What a step takes for granted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Claim {
    /// A schema has a member of this name.
    Member(String),
    /// There is a schema of this name.
    Schema(String),
    /// A member may have this text.
    Text { member: String, text: String },
    /// An option of a hosted session may have this value.
    Option { name: String, value: Value },
    /// This text is the end of a merchant URL. Its placeholders are known ones.
    Url(String),
    /// A merchant URL of the scenario has a parameter of this name.
    Parameter(String),
    /// The scenario says that it needs this ability.
    Needs(Ability),
    /// The target can make a payment end like this. Whether it can is a matter of its profile.
    Ends(PaymentResult),
    /// The page driver knows this way to leave the page.
    Leaves(Exit),
    /// An earlier run has left such a session. Whether one has is a matter of the ledger.
    Earlier(Turn),
}

/// What is known of a scenario and the schemas.
pub struct Known<'k> {
    pub schemas: &'k SchemaSet,
    pub needs: &'k [Ability],
    /// The scenario says that its merchant URLs are odd.
    pub odd_urls: bool,
    /// The ends of the merchant URLs that the scenario gives.
    pub urls: Vec<&'k str>,
}

impl Claim {
    /// The fault, if it does not hold.
    pub fn fault(&self, known: &Known<'_>) -> Option<Fault> {
        let schemas = known.schemas;
        match self {
            Self::Member(name) => {
                one_of("a member that any schema has", name, &schemas.members().collect::<Vec<_>>())
            }
            Self::Schema(name) => one_of("the name of a schema", name, &schemas.names().collect::<Vec<_>>()),
            Self::Text { member, text } => {
                let texts: Vec<&str> = schemas.texts_of(member).into_iter().collect();
                let near = meant(text, &texts);
                let is_typo = !near.is_empty() && !texts.contains(&text.as_str());
                is_typo.then(|| as_it_is(&format!("a known `{member}`"), text, near[0]))
            }
            Self::Option { name, value } => wrong_option(name, value, schemas),
            Self::Url(_) if known.odd_urls => None,
            Self::Url(url) => mistyped_placeholder(url),
            Self::Parameter(name) => no_such_parameter(name, &known.urls),
            Self::Ends(_) | Self::Leaves(_) | Self::Earlier(_) => None,
            Self::Needs(ability) => (!known.needs.contains(ability)).then(|| {
                fault(
                    format!("this step needs the ability `{ability}`"),
                    format!("tag the scenario `@needs:{ability}`"),
                )
            }),
        }
    }
}

fn one_of(what: &str, name: &str, known: &[&str]) -> Option<Fault> {
    (!known.contains(&name)).then(|| unknown(what, name, known))
}

/// A value that the schema of the request does not allow. An option that no schema has is told by its name.
fn wrong_option(name: &str, value: &Value, schemas: &SchemaSet) -> Option<Fault> {
    if !schemas.members().any(|member| member == name) {
        return None;
    }
    let request =
        json!({ "payment_session_url": "https://payments.example/1", "options": { (name): value } });
    let broken = schemas.conforms("create-session-request", &Body::Json(request)).into_iter().next()?;
    let texts: Vec<&str> = schemas.texts_of(name).into_iter().collect();
    let near = value.as_str().and_then(|text| meant(text, &texts).first().copied());
    let help = match near {
        Some(near) => format!("did you mean `{near}`?"),
        None => "for a wrong value on purpose, use `…whose option X is Y`".to_owned(),
    };
    Some(fault(broken.mismatch.to_string(), help))
}

/// The tags in double braces that are nearly placeholders.
fn mistyped_placeholder(url: &str) -> Option<Fault> {
    static TAG: LazyLock<Option<Regex>> = LazyLock::new(|| Regex::new(r"\{+\s*([\w.]+)\s*\}*").ok());
    let typos = TAG.as_ref()?.captures_iter(url).filter_map(|tag| {
        let (tag, name) = (&tag[0], &tag[1]);
        let near = meant(name, &PLACEHOLDERS).into_iter().next()?;
        let right = format!("{{{{{near}}}}}");
        let is_double = tag.starts_with("{{") || tag.ends_with("}}");
        let help =
            || format!("did you mean `{right}`? If it is meant as it is, tag the scenario `@odd-urls`");
        (is_double && tag != right).then(|| fault(format!("`{tag}` is nearly a placeholder"), help()))
    });
    Fault::all(typos.collect())
}

fn no_such_parameter(name: &str, urls: &[&str]) -> Option<Fault> {
    let query = |url: &&str| Some(url.split('#').next()?.split_once('?')?.1.to_owned());
    let is_given = urls.iter().filter_map(query).any(|query| placeholder::parameter(&query, name).is_some());
    if is_given || USUAL_PARAMETERS.contains(&name) {
        return None;
    }
    let help = "name a parameter that the table of merchant URLs gives, or `session_id`";
    Some(fault(format!("no merchant URL of the scenario has a parameter `{name}`"), help))
}
