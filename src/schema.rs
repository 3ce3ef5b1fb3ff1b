//! JSON Schemas: checks every exchange of a resource against the schema of that resource.

use crate::evidence;
use crate::evidence::{Body, Exchange, Operation};
use crate::requirement::{InvalidRequirementId, RequirementId};
use crate::target;
use crate::verdict::{Mismatch, quoted_json};
use jsonschema::error::ValidationErrorKind;
use jsonschema::{ValidationError, Validator};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use url::Url;

/// The keyword of a schema that names the requirement of a member.
const OWNER: &str = "x-requirement";

/// How many letters a key may differ from `x-requirement` to be taken for a mistyped one.
const NEAR: usize = 3;

/// The schema of a refusal.
const REFUSAL: &str = "error";

/// The schemas of what the API returns where it succeeds.
const RESPONSES: &[(Operation, &str)] = &[
    (Operation::CreateSession, "session-created"),
    (Operation::ReadSession, "session"),
    (Operation::CreatePaymentSession, "payment-session-created"),
    (Operation::ReadPaymentSession, "payment-session"),
    (Operation::CreateOrder, "order"),
    (Operation::ReadOrder, "order"),
    (Operation::PlaceOrder, "order-placed"),
];

/// The schemas of what the harness sends.
const REQUESTS: &[(Operation, &str)] = &[
    (Operation::CreateSession, "create-session-request"),
    (Operation::CreatePaymentSession, "payment-session-request"),
    (Operation::CreateOrder, "order-request"),
];

/// The schemas of `report.json` and of profiles, which are not resources of the API.
const OURS: [&str; 2] = ["report", "target"];

/// Every schema of a run, compiled once.
pub struct SchemaSet {
    schemas: BTreeMap<String, Schema>,
    /// The names of all members of the resources.
    members: BTreeSet<String>,
}

struct Schema {
    document: Value,
    validator: Validator,
}

/// A mismatch of a body with its schema, and its requirement if the schema names one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Broken {
    pub requirement: Option<RequirementId>,
    pub mismatch: Mismatch,
}

impl SchemaSet {
    /// Compiles `(path, text)` pairs. The name of a schema is its file name without `.schema.json`.
    ///
    /// `loopback`: the target runs on this machine, so its URLs may be plain http.
    pub fn compile<'f>(
        files: impl IntoIterator<Item = (&'f str, &'f str)>,
        loopback: bool,
    ) -> Result<Self, SchemaError> {
        let (mut schemas, mut members) = (BTreeMap::new(), BTreeSet::new());
        for (path, text) in files {
            let document: Value = serde_json::from_str(text)
                .map_err(|source| SchemaError::Json { path: path.to_owned(), source })?;
            check_keys(path, &document)?;
            check_owners(path, &document)?;
            let validator = jsonschema::draft202012::options()
                .should_validate_formats(true)
                .should_ignore_unknown_formats(false)
                .with_format("https-url", move |text| is_https_url(text, loopback))
                .with_format("date-time", |text| evidence::instant(text).is_some())
                .build(&document)
                .map_err(|error| SchemaError::NoSchema {
                    path: path.to_owned(),
                    place: error.instance_path().to_string(),
                    message: error.to_string(),
                })?;
            let name = path.rsplit('/').next().unwrap_or(path).trim_end_matches(".schema.json");
            if !OURS.contains(&name) {
                visit(&document, &mut |name, value| {
                    let properties = value.as_object().filter(|_| name == "properties");
                    members.extend(properties.into_iter().flat_map(|named| named.keys().cloned()));
                });
            }
            schemas.insert(name.to_owned(), Schema { document, validator });
        }
        Ok(Self { schemas, members })
    }

    /// Every requirement that a schema names, with the name of the schema.
    pub fn owners(&self) -> Vec<(&str, RequirementId)> {
        let mut owners = Vec::new();
        for (name, schema) in &self.schemas {
            collect_owners(&schema.document, &mut |text| {
                if let Ok(id) = text.parse() {
                    owners.push((name.as_str(), id));
                }
            });
        }
        owners
    }

    /// Checks the response of an exchange against the schema of its resource, if it has one.
    pub fn judge(&self, exchange: &Exchange) -> Vec<Broken> {
        let Some(response) = exchange.response() else { return Vec::new() };
        match response_schema(exchange.operation, response.status) {
            Some(name) => self.conforms(name, &response.body),
            None => Vec::new(),
        }
    }

    /// Checks a request of the harness. A mismatch is a mistake in the feature, the profile or the harness.
    pub fn judge_request(&self, exchange: &Exchange) -> Vec<Broken> {
        if exchange.request.faulty_on_purpose {
            return Vec::new();
        }
        request_schema(exchange.operation)
            .map_or_else(Vec::new, |name| self.conforms(name, &exchange.request.body))
    }

    /// The name of a schema that a check uses and this set lacks. Without it, every body of its resource would pass.
    pub fn missing(&self) -> Option<&'static str> {
        let used = RESPONSES.iter().chain(REQUESTS).map(|(_, name)| *name);
        used.chain([REFUSAL]).find(|name| !self.schemas.contains_key(*name))
    }

    /// Checks a body against the schema of this name. A run begins only if no schema is [`missing`](Self::missing), and a
    /// scenario runs only if the schema that it names exists.
    ///
    /// In what the target says, an optional member that is null counts as absent.
    pub fn conforms(&self, name: &str, body: &Body) -> Vec<Broken> {
        let Some(schema) = self.schemas.get(name) else { return Vec::new() };
        let is_ours = REQUESTS.iter().any(|(_, request)| *request == name);
        match body.json() {
            // `is_valid` is much faster than a list of all errors.
            Some(value) if schema.validator.is_valid(value) => Vec::new(),
            Some(value) => {
                let errors = schema.validator.iter_errors(value);
                errors
                    .filter(|error| is_ours || !schema.is_absent(value, error))
                    .map(|error| schema.broken(&error))
                    .collect()
            }
            None => vec![Broken {
                requirement: owner(&schema.document, &[]),
                mismatch: Mismatch::new("body", "JSON", body_kind(body)),
            }],
        }
    }

    /// The names of the schemas.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.schemas.keys().map(String::as_str)
    }

    /// The texts that the schemas know of the members of this name: those of enumerations and examples.
    pub fn texts_of(&self, member: &str) -> BTreeSet<&str> {
        let mut found = BTreeSet::new();
        for (_, schema) in self.schemas.iter().filter(|(name, _)| !OURS.contains(&name.as_str())) {
            visit(&schema.document, &mut |name, value| {
                if name == member {
                    found.extend(texts(value));
                }
            });
        }
        found
    }

    /// The names of all members of the resources, at any depth.
    pub fn members(&self) -> impl Iterator<Item = &str> {
        self.members.iter().map(String::as_str)
    }
}

impl Schema {
    /// Whether an error is only that an optional member is null.
    fn is_absent(&self, body: &Value, error: &ValidationError<'_>) -> bool {
        let pointer = error.instance_path().to_string();
        let Some((parent, name)) = pointer.rsplit_once('/') else { return false };
        let segments: Vec<&str> = parent.split('/').skip(1).collect();
        let places = path(&self.document, &segments);
        let Some((_, schema)) = places.get(segments.len()) else { return false };
        let required = schema.get("required").and_then(Value::as_array);
        let is_required = required.is_some_and(|names| names.iter().any(|one| one == name));
        let is_member = body.pointer(parent).is_some_and(Value::is_object);
        error.instance().is_null() && is_member && !is_required
    }

    fn broken(&self, error: &ValidationError<'_>) -> Broken {
        let mut pointer = error.instance_path().to_string();
        if let ValidationErrorKind::Required { property } = error.kind() {
            pointer.push('/');
            pointer.push_str(property.as_str().unwrap_or_default());
        }
        let segments: Vec<&str> = pointer.split('/').skip(1).collect();
        let subject = if pointer.is_empty() { "body".to_owned() } else { pointer.clone() };
        Broken {
            requirement: owner(&self.document, &segments),
            mismatch: Mismatch::new(subject, expected(error), actual(error)),
        }
    }
}

/// The name of the schema for a response.
fn response_schema(operation: Operation, status: u16) -> Option<&'static str> {
    let success = (200..300).contains(&status);
    match operation {
        // A page or an image has no schema.
        _ if operation.is_public() => None,
        // An empty 429 was recorded from the vendor. A 401 and a 413 come from a web server in front of the API, and a 5xx may.
        _ if matches!(status, 401 | 413 | 429 | 500..) => None,
        _ if status >= 400 => Some(REFUSAL),
        _ if success => schema_of(operation, RESPONSES),
        _ => None,
    }
}

/// The name of the schema for a request of the harness.
fn request_schema(operation: Operation) -> Option<&'static str> {
    schema_of(operation, REQUESTS)
}

fn schema_of(operation: Operation, schemas: &[(Operation, &'static str)]) -> Option<&'static str> {
    schemas.iter().find(|(of, _)| *of == operation).map(|(_, name)| *name)
}

fn is_https_url(text: &str, loopback: bool) -> bool {
    Url::parse(text).is_ok_and(|url| {
        url.has_host()
            && (url.scheme() == "https" || (loopback && url.scheme() == "http" && target::is_loopback(&url)))
    })
}

/// The requirement of the member at `segments`, or of the nearest member that contains it and has one.
fn owner(document: &Value, segments: &[&str]) -> Option<RequirementId> {
    let places = path(document, segments);
    let found =
        places.iter().rev().find_map(|(inner, schema)| inner.get(OWNER).or_else(|| schema.get(OWNER)));
    found.and_then(Value::as_str).and_then(|text| text.parse().ok())
}

/// The schemas on the way to the member at `segments`, as far as the document describes it. Each stands with the one that it refers
/// to, or else with itself.
fn path<'d>(document: &'d Value, segments: &[&str]) -> Vec<(&'d Value, &'d Value)> {
    let mut places = vec![(document, document)];
    let mut schema = document;
    for segment in segments {
        let inner = schema.get("properties").and_then(|properties| properties.get(segment));
        let Some(inner) = inner.or_else(|| schema.get("items")) else { break };
        schema = match inner.get("$ref").and_then(Value::as_str).and_then(|text| text.strip_prefix('#')) {
            Some(pointer) => document.pointer(pointer).unwrap_or(inner),
            None => inner,
        };
        places.push((inner, schema));
    }
    places
}

/// Visits every member of a document, at any depth, with its name.
fn visit<'d>(value: &'d Value, found: &mut impl FnMut(&'d str, &'d Value)) {
    match value {
        Value::Object(members) => {
            for (name, member) in members {
                found(name, member);
                visit(member, found);
            }
        }
        Value::Array(items) => items.iter().for_each(|item| visit(item, found)),
        _ => {}
    }
}

fn collect_owners<'d>(document: &'d Value, found: &mut impl FnMut(&'d str)) {
    visit(document, &mut |name, value| {
        if let Some(text) = value.as_str().filter(|_| name == OWNER) {
            found(text);
        }
    });
}

/// The texts that an enumeration, the examples or the items of a member list, or that an example of a resource gives it.
fn texts(member: &Value) -> impl Iterator<Item = &str> {
    let lists = ["/enum", "/examples", "/items/enum"].into_iter().filter_map(|list| member.pointer(list));
    lists.filter_map(Value::as_array).flatten().chain([member]).filter_map(Value::as_str)
}

/// Refuses a key that is meant to be `x-requirement`. The validator ignores keys that it does not know.
fn check_keys(path: &str, value: &Value) -> Result<(), SchemaError> {
    match value {
        Value::Object(members) => {
            let mistyped = |key: &&String| {
                key.starts_with("x-") && *key != OWNER && strsim::damerau_levenshtein(key, OWNER) <= NEAR
            };
            if let Some(key) = members.keys().find(mistyped) {
                return Err(SchemaError::Key { path: path.to_owned(), key: key.clone() });
            }
            members.values().try_for_each(|member| check_keys(path, member))
        }
        Value::Array(items) => items.iter().try_for_each(|item| check_keys(path, item)),
        _ => Ok(()),
    }
}

fn check_owners(path: &str, document: &Value) -> Result<(), SchemaError> {
    let mut fault = None;
    collect_owners(document, &mut |text| {
        if let Err(source) = text.parse::<RequirementId>() {
            fault.get_or_insert(source);
        }
    });
    match fault {
        Some(source) => Err(SchemaError::Owner { path: path.to_owned(), source }),
        None => Ok(()),
    }
}

fn expected(error: &ValidationError<'_>) -> String {
    match error.kind() {
        ValidationErrorKind::Required { .. } => "a member".into(),
        ValidationErrorKind::Type { kind } => match kind {
            jsonschema::error::TypeKind::Single(one) => format!("JSON type {one}"),
            jsonschema::error::TypeKind::Multiple(many) => {
                let words: Vec<String> = many.iter().map(|one| one.to_string()).collect();
                format!("JSON type {}", words.join(" or "))
            }
        },
        ValidationErrorKind::Format { format } => match format.as_str() {
            "https-url" => "an absolute https URL".into(),
            "date-time" => "an RFC 3339 date-time".into(),
            other => format!("the format {other}"),
        },
        ValidationErrorKind::MinLength { limit: 1 } => "a non-empty string".into(),
        ValidationErrorKind::Enum { options } => format!("one of {options}"),
        ValidationErrorKind::Constant { expected_value } => expected_value.to_string(),
        _ => error.masked().to_string(),
    }
}

fn actual(error: &ValidationError<'_>) -> String {
    if matches!(error.kind(), ValidationErrorKind::Required { .. }) {
        return "nothing".into();
    }
    match error.instance().as_ref() {
        Value::Object(_) => "a JSON object".into(),
        Value::Array(_) => "a JSON array".into(),
        value => quoted_json(value),
    }
}

fn body_kind(body: &Body) -> &'static str {
    match body {
        Body::Empty => "an empty body",
        Body::Json(_) | Body::Cut { .. } => "JSON",
        Body::Text(_) => "text that is not JSON",
        Body::Binary { .. } => "binary content",
    }
}

/// Why the schemas could not be compiled.
#[derive(Debug, thiserror::Error)]
pub enum SchemaError {
    #[error("the schema {path} is not JSON")]
    Json { path: String, source: serde_json::Error },

    #[error("{path} is not a JSON Schema of draft 2020-12, at {}: {message}", if place.is_empty() { "its root" } else { place })]
    NoSchema { path: String, place: String, message: String },

    #[error("the schema {path} has the key `{key}`; did you mean `{OWNER}`?")]
    Key { path: String, key: String },

    #[error("the schema {path} has a faulty `{OWNER}`")]
    Owner { path: String, source: InvalidRequirementId },
}

#[cfg(test)]
mod tests;
