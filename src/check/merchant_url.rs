//! Checks of merchant URLs that a scenario sends: they are valid, but cause trouble later.

use crate::check::placeholder;
use crate::evidence::{Body, Request};
use crate::requirement::Provider;
use crate::verdict::Mismatch;
use serde_json::Value;

/// A mismatch with the requirement of its warning.
pub type Warning = (&'static str, Mismatch);

/// The placeholder that KP replaces by the authorization token.
pub const TOKEN_TAG: &str = "{{authorization_token}}";

/// Values of `place_order_mode` with which KP issues no token.
pub const MODES_WITHOUT_TOKEN: [&str; 2] = ["PLACE_ORDER", "CAPTURE_ORDER"];

/// What is odd about the merchant URLs of a request that creates a hosted session.
pub fn of_request(request: &Request, provider: Provider) -> Vec<Warning> {
    let Body::Json(body) = &request.body else { return Vec::new() };
    let text = |pointer: &str| body.pointer(pointer).and_then(Value::as_str).unwrap_or_default();
    let mode = text("/options/place_order_mode").to_uppercase();
    let has_token = provider == Provider::Kp && !MODES_WITHOUT_TOKEN.contains(&mode.as_str());
    let urls = body.pointer("/merchant_urls").and_then(Value::as_object).into_iter().flatten();
    let given = urls.filter_map(|(name, url)| Some((name, url.as_str().filter(|url| !url.is_empty())?)));
    given.flat_map(|(name, url)| of_url(name, url, has_token && name == "success")).collect()
}

/// What is odd about one merchant URL. `wants_token`: the merchant gets an authorization token through it.
pub fn of_url(name: &str, url: &str, wants_token: bool) -> Vec<Warning> {
    let subject = format!("/merchant_urls/{name}");
    let mut warnings = Vec::new();
    if let Some(tag) = foreign_tag(url) {
        let mismatch =
            Mismatch::new(&subject, "tags of this API, in double braces", format!("`{tag}`, which stays"));
        warnings.push(("HPP-PLACEHOLDER-026", mismatch));
    }
    if let Some(doubled) = doubled_name(url) {
        let mismatch = Mismatch::new(&subject, "each parameter once", format!("`{doubled}` again"));
        warnings.push(("HPP-PLACEHOLDER-027", mismatch));
    }
    if wants_token && !url.contains(TOKEN_TAG) {
        let without = "no such tag, so only a read or a callback shows the token";
        warnings.push(("HPP-PLACEHOLDER-028", Mismatch::new(&subject, format!("`{TOKEN_TAG}`"), without)));
    }
    warnings
}

/// The first tag that this API does not replace: in single braces, or of another API, or for the integrator.
fn foreign_tag(url: &str) -> Option<&str> {
    let mut rest = url;
    while let Some(start) = rest.find('{') {
        let is_double = rest[start..].starts_with("{{");
        let (open, close) = if is_double { ("{{", "}}") } else { ("{", "}") };
        let length = rest[start..].find(close)? + close.len();
        let tag = &rest[start..start + length];
        let name = &tag[open.len()..length - close.len()];
        let is_name = name.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '.'));
        let is_foreign = !is_double || name.contains('.') || matches!(name, "profile_id" | "view_id");
        if is_name && !name.is_empty() && is_foreign {
            return Some(tag);
        }
        rest = &rest[start + length..];
    }
    None
}

/// The first parameter name that occurs twice.
fn doubled_name(url: &str) -> Option<&str> {
    let query = url.split('#').next()?.split_once('?')?.1;
    let names: Vec<&str> = placeholder::pairs(query).map(|(name, _)| name).collect();
    names.iter().enumerate().find(|(index, name)| names[..*index].contains(name)).map(|(_, name)| *name)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn shown(warnings: &[Warning]) -> Vec<String> {
        warnings.iter().map(|(id, mismatch)| format!("{id} {mismatch}")).collect()
    }

    #[test]
    fn a_tag_that_stays_is_quoted() {
        let stays = |url: &str| foreign_tag(url).map(str::to_owned);
        for url in [
            "https://m.example/?sid={{session_id}}&o={{order_id}}&t={{authorization_token}}",
            "https://m.example/?x={{foo}}&filter={\"a\":1}&e={}&f={{",
            "https://m.example/",
        ] {
            assert_eq!(stays(url), None, "{url}");
        }
        for tag in ["{authorization_token}", "{checkout.order.id}", "{session.id}", "{{profile_id}}"] {
            assert_eq!(
                stays(&format!("https://m.example/?a={{{{session_id}}}}&b={tag}")).as_deref(),
                Some(tag)
            );
        }
        assert_eq!(
            shown(&of_url("back", "?a={order.id}", false)),
            [
                "HPP-PLACEHOLDER-026 /merchant_urls/back: expected tags of this API, in double braces, got `{order.id}`, which stays"
            ]
        );
    }

    #[test]
    fn a_name_that_stands_twice_is_told_without_its_values() {
        assert_eq!(
            shown(&of_url("back", "https://m.example/?token=s3cret&sid=1&token={{session_id}}#sid=2", false)),
            ["HPP-PLACEHOLDER-027 /merchant_urls/back: expected each parameter once, got `token` again"]
        );
        assert!(of_url("back", "https://m.example/?a=1&b=1#a=2?b=3", false).is_empty());
    }

    #[test]
    fn a_success_url_wants_the_token_where_kp_hands_one_out() {
        let ids = |success: &Value, mode: &str, provider| {
            let body = json!({
                "merchant_urls": { "success": success, "back": "https://m.example/" },
                "options": { "place_order_mode": mode },
            });
            let request = Request {
                method: "POST".into(),
                url: "https://api.example/hpp/v1/sessions".into(),
                fields: Vec::new(),
                body: Body::Json(body),
                faulty_on_purpose: false,
                credentials_in_doubt: false,
            };
            of_request(&request, provider).into_iter().map(|(id, _)| id).collect::<Vec<_>>()
        };
        let plain = json!("https://m.example/?a=1");
        assert_eq!(ids(&plain, "NONE", Provider::Kp), ["HPP-PLACEHOLDER-028"]);
        assert!(ids(&plain, "place_order", Provider::Kp).is_empty());
        assert!(ids(&plain, "NONE", Provider::Kco).is_empty());
        assert!(ids(&json!(format!("https://m.example/?t={TOKEN_TAG}")), "NONE", Provider::Kp).is_empty());
        for nowhere in [json!(null), json!("")] {
            assert!(ids(&nowhere, "NONE", Provider::Kp).is_empty(), "{nowhere}");
        }
    }
}
