//! Bounds of what is kept: a scenario judges everything whole, and at its end the long parts of its record are cut.

use crate::evidence::{Arrival, Body, Evidence, Exchange, Field, PageVisit, Received, Trouble};
use serde_json::Value;
use sha2::{Digest, Sha256};

/// The longest JSON body that a record keeps whole, in bytes.
const LONGEST_BODY: usize = 64 * 1024;

/// The longest text in a JSON body that is too long, in bytes.
const LONGEST_MEMBER: usize = 1024;

/// The longest text outside of JSON, in bytes.
const LONGEST_TEXT: usize = 16 * 1024;

impl Evidence {
    /// The evidence as reports keep it. What is cut tells its length and hash, so that two records can still be compared.
    #[must_use]
    pub fn bounded(mut self) -> Self {
        self.exchanges.iter_mut().for_each(bound_exchange);
        self.visits.iter_mut().for_each(bound_visit);
        self.arrivals.iter_mut().for_each(bound_arrival);
        self
    }
}

fn bound_exchange(exchange: &mut Exchange) {
    let request = &mut exchange.request;
    bound(&mut request.url);
    bound_message(&mut request.fields, &mut request.body);
    match &mut exchange.outcome {
        Received::Response(response) => bound_message(&mut response.fields, &mut response.body),
        Received::Trouble(trouble) => bound(&mut trouble.message),
    }
}

fn bound_message(fields: &mut [Field], body: &mut Body) {
    for (_, value) in fields {
        bound(value);
    }
    *body = bounded(std::mem::replace(body, Body::Empty));
}

fn bound_visit(visit: &mut PageVisit) {
    let PageVisit { hops, url, title, text, language, parts, trouble, .. } = visit;
    let read = parts.values_mut().flatten().chain([url, title, text]).chain(language);
    let urls = hops.iter_mut().map(|hop| &mut hop.url);
    read.chain(urls).chain(trouble.as_mut().map(|Trouble { message, .. }| message)).for_each(bound);
}

fn bound_arrival(arrival: &mut Arrival) {
    bound(&mut arrival.url);
    if arrival.body.len() > LONGEST_TEXT
        && let Ok(value) = serde_json::from_str(&arrival.body)
        && let Body::Json(value) = bounded(Body::Json(value))
    {
        arrival.body = value.to_string();
        return;
    }
    bound(&mut arrival.body);
}

/// A body over its bound is cut. Of a JSON body, first its long texts are cut, then the body itself.
fn bounded(body: Body) -> Body {
    let mut value = match body {
        Body::Json(value) => value,
        Body::Text(mut text) => {
            bound(&mut text);
            return Body::Text(text);
        }
        Body::Empty | Body::Binary { .. } | Body::Cut { .. } => return body,
    };
    let whole = value.to_string();
    if whole.len() <= LONGEST_BODY {
        return Body::Json(value);
    }
    shorten(&mut value);
    if value.to_string().len() <= LONGEST_BODY {
        return Body::Json(value);
    }
    Body::Cut { head: head(&whole, LONGEST_BODY).to_owned(), bytes: whole.len(), sha256: hash(&whole) }
}

/// Cuts the long texts of a value.
fn shorten(value: &mut Value) {
    match value {
        Value::String(text) => cut_text(text, LONGEST_MEMBER),
        Value::Array(items) => items.iter_mut().for_each(shorten),
        Value::Object(members) => members.values_mut().for_each(shorten),
        _ => {}
    }
}

fn bound(text: &mut String) {
    cut_text(text, LONGEST_TEXT);
}

/// Cuts a text that has more bytes than this.
pub fn cut_text(text: &mut String, most: usize) {
    if text.len() > most {
        *text = format!("{}… ‹{} bytes, SHA-256 {}›", head(text, most), text.len(), hash(text));
    }
}

/// The beginning of a text, at most this many bytes.
fn head(text: &str, most: usize) -> &str {
    &text[..text.floor_char_boundary(most)]
}

fn hash(text: &str) -> String {
    Sha256::digest(text).iter().fold(String::new(), |shown, byte| shown + &format!("{byte:02x}"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    const HASH_OF_LONG_TEXT: &str = "5af34165078f245d4399a6091f29ce953f347b1fd3f2e1d6de20fb29c8e84f54";

    #[test]
    fn a_body_of_64_kib_is_kept_whole() {
        let body = Body::Json(json!("x".repeat(LONGEST_BODY - 2)));
        assert_eq!(bounded(body.clone()), body);
    }

    #[test]
    fn the_long_texts_of_a_longer_body_are_cut_and_the_rest_stays() {
        let body =
            json!({ "session_id": "a", "pad": "é".repeat(40_000), "short": "y".repeat(LONGEST_MEMBER) });
        let cut = format!("{}… ‹80000 bytes, SHA-256 {HASH_OF_LONG_TEXT}›", "é".repeat(512));
        let kept = json!({ "session_id": "a", "pad": cut, "short": "y".repeat(LONGEST_MEMBER) });
        assert_eq!(bounded(Body::Json(body)), Body::Json(kept));
    }

    #[test]
    fn a_body_of_many_short_members_keeps_its_beginning() {
        let body = json!(vec![0; LONGEST_BODY]);
        let Body::Cut { head, bytes, sha256 } = bounded(Body::Json(body)) else { panic!("it is not cut") };
        assert_eq!((head.len(), bytes, sha256.len()), (LONGEST_BODY, 2 * LONGEST_BODY + 1, 64));
        assert!(head.starts_with("[0,0,"));
    }

    #[test]
    fn every_long_text_of_the_evidence_is_cut_at_its_end_and_tells_its_length() {
        let long = || "é".repeat(40_000);
        let cut = format!("{}… ‹80000 bytes, SHA-256 {HASH_OF_LONG_TEXT}›", "é".repeat(LONGEST_TEXT / 2));
        let arrival = |body: String| Arrival { at_us: 1, method: "POST".into(), url: long(), body };
        let visit = json!({
            "number": 1, "act": "open", "started_us": 0, "elapsed_us": 0, "hops": [], "url": "u", "title": long(),
            "text": "short", "screen": null, "ending": null, "offers": [], "parts": { "logo": [long()] },
            "stayed": true, "top_level": true, "screenshot": null,
            "trouble": { "kind": "page_drift", "message": long() },
        });
        let mut kept = visit.clone();
        (kept["title"], kept["parts"]["logo"][0]) = (json!(cut), json!(cut));
        kept["trouble"]["message"] = json!(cut);
        let callback = json!({ "event_id": "7", "session": { "pad": long() } }).to_string();
        let evidence = Evidence {
            visits: vec![serde_json::from_value(visit).unwrap()],
            arrivals: vec![arrival(callback), arrival(long())],
            ..Evidence::default()
        };
        let bounded = evidence.bounded();
        assert_eq!(serde_json::to_value(&bounded.visits[0]).unwrap(), kept);
        let bodies: Vec<&str> = bounded.arrivals.iter().map(|arrival| arrival.body.as_str()).collect();
        let pad = format!("{}… ‹80000 bytes, SHA-256 {HASH_OF_LONG_TEXT}›", "é".repeat(LONGEST_MEMBER / 2));
        let callback = json!({ "event_id": "7", "session": { "pad": pad } }).to_string();
        assert_eq!(bodies, [callback.as_str(), &cut]);
        assert!(bounded.arrivals.iter().all(|arrival| arrival.url == cut));
        assert_eq!(super::bounded(Body::Text(long())), Body::Text(cut));
    }
}
