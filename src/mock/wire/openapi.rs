//! The `OpenAPI` description of the mock, for the dialect and the paths of the running mock.

use std::collections::BTreeSet;
use std::sync::LazyLock;

use axum::http::StatusCode;
use serde_json::{Map, Value, json};

use crate::mock::ground::Dialect;
use crate::mock::ground::paths::{PLAIN_PATHS, Paths};
use crate::mock::http::{Call, Reply};
use crate::mock::state::Playground;

/// The description for both dialects, with plain paths and without the answers that all paths have.
static DESCRIPTION: LazyLock<Value> = LazyLock::new(|| {
    serde_json::from_str(include_str!("openapi.json")).expect("the description is JSON, as a test shows")
});

/// Shows the description.
pub fn show(playground: &Playground, _: &Call<'_>) -> Reply {
    let mut description = describe(playground.contract.dialect, playground.paths);
    description["servers"] = json!([{ "url": playground.api_origin }]);
    Reply::json(StatusCode::OK, description)
}

/// The description of a mock of this dialect, with these paths.
fn describe(dialect: Dialect, paths: &Paths) -> Value {
    let mut description = DESCRIPTION.clone();
    let other_provider = match dialect {
        Dialect::Klarna => "/checkout/",
        Dialect::Kustom => "/payments/",
    };
    let described = DESCRIPTION["paths"].as_object().into_iter().flatten();
    let items: Map<String, Value> = described
        .filter(|(path, _)| !path.starts_with(other_provider))
        .map(|(path, item)| (page_path(paths, path), with_common_answers(path, item)))
        .collect();
    let operations: BTreeSet<String> = items
        .values()
        .filter_map(Value::as_object)
        .flat_map(|item| item.values())
        .filter_map(|operation| operation.get("operationId")?.as_str().map(str::to_owned))
        .collect();
    description["paths"] = items.into();
    forget_links(&mut description["paths"], &operations);
    description
}

/// Removes the links to operations that this dialect does not have.
fn forget_links(value: &mut Value, operations: &BTreeSet<String>) {
    let Value::Object(members) = value else { return };
    if let Some(Value::Object(links)) = members.get_mut("links") {
        links.retain(|operation, _| operations.contains(operation));
    }
    members.values_mut().for_each(|member| forget_links(member, operations));
}

/// The path in this mock. Documented paths of the API stay. Paths of pages depend on the settings.
fn page_path(paths: &Paths, path: &str) -> String {
    let chosen = [
        (PLAIN_PATHS.page, paths.page),
        (PLAIN_PATHS.qr_image, paths.qr_image),
        (PLAIN_PATHS.module, paths.module),
    ];
    chosen
        .into_iter()
        .find_map(|(plain, chosen)| Some(format!("{chosen}{}", path.strip_prefix(plain)?)))
        .unwrap_or_else(|| path.to_owned())
}

/// Adds the answers of every operation, of those with credentials, and of the control interface.
fn with_common_answers(path: &str, item: &Value) -> Value {
    let mut item = item.clone();
    for (method, operation) in item.as_object_mut().into_iter().flatten() {
        if method == "parameters" {
            continue;
        }
        let needs_credentials = operation.get("security").is_none();
        let Some(responses) = operation["responses"].as_object_mut() else { continue };
        let mut add = |status: &str, name: &str| {
            let reference = json!({ "$ref": format!("#/components/responses/{name}") });
            responses.entry(status).or_insert(reference);
        };
        add("400", "Unreadable");
        add("408", "Stalled");
        add("413", "TooLarge");
        add("431", "LongFields");
        if needs_credentials {
            add("401", "Unauthorized");
            add("429", "TooMany");
        }
        if path == "/" || path.starts_with("/_mock") {
            add("403", "AnotherSite");
        }
    }
    item
}

#[cfg(test)]
mod tests {
    use axum::routing::MethodFilter;

    use super::*;
    use crate::mock::wire::routes::routes;

    const METHODS: [(&str, MethodFilter); 5] = [
        ("get", MethodFilter::GET),
        ("post", MethodFilter::POST),
        ("put", MethodFilter::PUT),
        ("patch", MethodFilter::PATCH),
        ("delete", MethodFilter::DELETE),
    ];

    /// Every operation. The feed is not a route of the table.
    fn answered() -> BTreeSet<String> {
        let dialects = [Dialect::Klarna, Dialect::Kustom].into_iter();
        let routes = dialects.flat_map(|dialect| routes(dialect, &PLAIN_PATHS, true));
        let opaque = ["/a/", "/b/", "/c/", "/g/"];
        let table = routes.filter(|route| !opaque.iter().any(|path| route.path.starts_with(path)));
        let feed = std::iter::once("get /_mock/events".to_owned());
        table
            .map(|route| {
                let name = METHODS.iter().find(|(_, method)| *method == route.method);
                format!("{} {}", name.map_or("?", |(name, _)| name), route.path)
            })
            .chain(feed)
            .collect()
    }

    #[test]
    fn exactly_what_is_answered_is_described() {
        let mut described = BTreeSet::new();
        for (path, item) in DESCRIPTION["paths"].as_object().unwrap() {
            for (method, _) in item.as_object().unwrap() {
                if method != "parameters" {
                    described.insert(format!("{method} {path}"));
                }
            }
        }
        assert_eq!(described, answered());
    }

    /// The places of arrays that do not say what is in them. A generator of clients drops such an operation.
    fn arrays_without_items(value: &Value, place: &str, found: &mut Vec<String>) {
        let is_array = match value.get("type") {
            Some(Value::Array(names)) => names.contains(&json!("array")),
            name => name == Some(&json!("array")),
        };
        if is_array && !value.get("items").is_some_and(Value::is_object) {
            found.push(place.to_owned());
        }
        match value {
            Value::Object(members) => members
                .iter()
                .for_each(|(name, member)| arrays_without_items(member, &format!("{place}/{name}"), found)),
            Value::Array(items) => items.iter().for_each(|item| arrays_without_items(item, place, found)),
            _ => {}
        }
    }

    #[test]
    fn every_array_says_what_is_in_it() {
        for dialect in [Dialect::Klarna, Dialect::Kustom] {
            let mut found = Vec::new();
            arrays_without_items(&describe(dialect, &PLAIN_PATHS), "", &mut found);
            assert_eq!(found, Vec::<String>::new());
        }
    }

    #[test]
    fn every_reference_leads_somewhere() {
        let text = [Dialect::Klarna, Dialect::Kustom]
            .map(|dialect| describe(dialect, &PLAIN_PATHS).to_string())
            .concat();
        let references: BTreeSet<&str> =
            text.split("\"$ref\":\"#").skip(1).filter_map(|rest| rest.split('"').next()).collect();
        assert!(references.len() > 40, "{references:?}");
        for pointer in references {
            assert!(DESCRIPTION.pointer(pointer).is_some(), "{pointer}");
        }
    }
}
