//! The `OpenAPI` description of the mock, for the dialect and the paths of the running mock.

use std::collections::BTreeSet;
use std::sync::LazyLock;

use axum::http::StatusCode;
use serde_json::{Map, Value, json};

use crate::mock::ground::Dialect;
use crate::mock::ground::paths::PLAIN_PATHS;
use crate::mock::http::{Call, Reply};
use crate::mock::state::Playground;

/// The description for both dialects, with plain paths and without the answers that all paths have.
static DESCRIPTION: LazyLock<Value> = LazyLock::new(|| {
    serde_json::from_str(include_str!("openapi.json")).expect("the description is JSON, as a test shows")
});

/// Shows the description.
pub fn show(playground: &Playground, _: &Call<'_>) -> Reply {
    Reply::json(StatusCode::OK, describe(playground))
}

fn describe(playground: &Playground) -> Value {
    let mut description = DESCRIPTION.clone();
    description["servers"] = json!([{ "url": playground.api_origin }]);
    let other_provider = match playground.contract.dialect {
        Dialect::Klarna => "/checkout/",
        Dialect::Kustom => "/payments/",
    };
    let described = DESCRIPTION["paths"].as_object().into_iter().flatten();
    let paths: Map<String, Value> = described
        .filter(|(path, _)| !path.starts_with(other_provider))
        .map(|(path, item)| (page_path(playground, path), with_common_answers(path, item)))
        .collect();
    let operations: BTreeSet<String> = paths
        .values()
        .filter_map(Value::as_object)
        .flat_map(|item| item.values())
        .filter_map(|operation| operation.get("operationId")?.as_str().map(str::to_owned))
        .collect();
    description["paths"] = paths.into();
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
fn page_path(playground: &Playground, path: &str) -> String {
    let paths = playground.paths;
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
        let mut add = |status: &str, response: Value| {
            responses.entry(status).or_insert(response);
        };
        add("400", refusal("The request cannot be read."));
        add("408", refusal("The body did not arrive in time."));
        add("413", refusal("The body is larger than 1 MB."));
        add("431", json!({ "description": "A field is larger than 6 KB, or all together than 20 KB." }));
        if needs_credentials {
            add("401", refusal("Credentials are missing or wrong."));
            add("429", json!({ "description": "Too many requests; no body." }));
        }
        if path == "/" || path.starts_with("/_mock") {
            add("403", refusal("A page of another site sent the request."));
        }
    }
    item
}

fn refusal(description: &str) -> Value {
    json!({
        "description": description,
        "content": { "application/json": { "schema": { "$ref": "#/components/schemas/Error" } } },
    })
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
        let routes = dialects.flat_map(|dialect| routes(dialect, &PLAIN_PATHS));
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

    #[test]
    fn every_reference_leads_somewhere() {
        let text = DESCRIPTION.to_string();
        let names: Vec<&str> =
            text.split("#/components/schemas/").skip(1).filter_map(|rest| rest.split('"').next()).collect();
        assert!(names.len() > 20);
        for name in names {
            assert!(DESCRIPTION["components"]["schemas"].get(name).is_some(), "{name}");
        }
    }
}
