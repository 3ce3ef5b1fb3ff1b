//! What is promised of the merchant URLs at which the consumer arrives, whatever act led there.

use crate::check::across_calls::{path, query};
use crate::check::answer::success;
use crate::check::every_answer::Breach;
use crate::check::placeholder;
use crate::evidence::Operation::CreateSession;
use crate::evidence::{Exchange, PageVisit};

/// The URLs for the consumer, each with the requirement that its session id is filled.
const FILLED: [(&str, &str); 5] = [
    ("success", "HPP-PLACEHOLDER-001"),
    ("back", "HPP-PLACEHOLDER-002"),
    ("cancel", "HPP-PLACEHOLDER-003"),
    ("failure", "HPP-PLACEHOLDER-004"),
    ("error", "HPP-PLACEHOLDER-005"),
];

/// What the arrivals break, together with the exchanges of the attempt.
pub fn broken(visits: &[PageVisit], exchanges: &[&Exchange]) -> Vec<Breach> {
    let created = exchanges.iter().filter(|one| one.operation == CreateSession && success(one).is_some());
    let urls: Vec<(&str, &str)> = created.flat_map(|created| given(created)).collect();
    let arrived = |visit: &PageVisit| {
        let url = urls.iter().find(|(_, url)| path(url) == path(&visit.url))?;
        Some(unfilled(*url, query(&visit.url)))
    };
    visits.iter().filter_map(arrived).flatten().collect()
}

/// The URLs for the consumer that a creation gives, each with its requirement.
fn given(created: &Exchange) -> impl Iterator<Item = (&'static str, &str)> {
    let urls = created.request.body.json().and_then(|body| body.get("merchant_urls"));
    FILLED.into_iter().filter_map(move |(name, filled)| Some((filled, urls?.get(name)?.as_str()?)))
}

/// What is left of the placeholder of the session id.
fn unfilled((filled, given): (&'static str, &str), arrived: &str) -> Vec<Breach> {
    let name = placeholder::of_session_id(query(given))
        .filter(|name| placeholder::parameter(arrived, name).is_some());
    let Some(name) = name else { return Vec::new() };
    let found = [
        (filled, placeholder::filled(arrived, name)),
        ("HPP-PLACEHOLDER-021", placeholder::replaced(arrived, name)),
    ];
    found.into_iter().filter_map(|(id, outcome)| Some((id, outcome.err()?))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::landing::examples::visit;
    use crate::check::made::exchange;
    use serde_json::{Value, json};

    /// What is found if the consumer arrives at this URL of a session without `error`.
    fn told(given: &str, arrived: &str) -> Vec<String> {
        let urls =
            json!({ "failure": format!("https://m.example/s1/failure?{given}"), "error": Value::Null });
        let created = exchange(CreateSession, "", json!({ "merchant_urls": urls }), json!({}));
        let visits = [visit(&format!("https://m.example/s1/{arrived}"), "Merchant")];
        let breaches = broken(&visits, &[&created]);
        breaches.into_iter().map(|(id, mismatch)| format!("{id} {mismatch}")).collect()
    }

    #[test]
    fn no_merchant_url_keeps_the_placeholder_of_the_session_id() {
        for id in ["{{session_id}}", "%7B%7Bsession_id%7D%7D"] {
            assert_eq!(
                told("s={{session_id}}", &format!("failure?s={id}")),
                [
                    format!(
                        "HPP-PLACEHOLDER-004 parameter s: expected a value in place of the placeholder, got \"{id}\""
                    ),
                    format!("HPP-PLACEHOLDER-021 parameter s: expected no placeholder left, got \"{id}\""),
                ]
            );
        }
        assert_eq!(
            told("s={{session_id}}", "failure?s="),
            [
                "HPP-PLACEHOLDER-004 parameter s: expected a value in place of the placeholder, got an empty value"
            ]
        );
    }

    #[test]
    fn only_a_creation_that_succeeded_tells_the_urls_of_a_session() {
        let sent = json!({ "merchant_urls": { "back": "https://m.example/s1/back?s={{session_id}}" } });
        let mut failed = exchange(CreateSession, "", sent.clone(), json!({}));
        if let crate::evidence::Received::Response(response) = &mut failed.outcome {
            response.status = 400;
        }
        let other = exchange(crate::evidence::Operation::ReadSession, "", sent, json!({}));
        let visits = [visit("https://m.example/s1/back?s=", "Merchant")];
        assert_eq!(broken(&visits, &[&failed, &other]), []);
    }

    #[test]
    fn what_other_requirements_are_about_is_not_judged() {
        for (given, arrived) in [
            ("s={{session_id}}", "failure?s=s-1"),
            ("s={{session_id}}", "failure"),
            ("s={{session_id}}", "elsewhere?s={{session_id}}"),
            ("s=%7B%7Bsession_id%7D%7D", "failure?s=%7B%7Bsession_id%7D%7D"),
            ("s=s-{{session_id}}", "failure?s=s-{{session_id}}"),
            (
                "t={{authorization_token}}&s={{session_id}}",
                "failure?t={{authorization_token}}&s={{session_id}}",
            ),
        ] {
            assert_eq!(told(given, arrived), [""; 0], "{given} {arrived}");
        }
    }
}
