//! One request, as a handler gets it.

use axum::http::{HeaderMap, Method};
use jiff::Timestamp;
use serde_json::{Map, Value};

use crate::mock::http::problem::Problem;

/// One request for a handler.
pub struct Call<'a> {
    /// The path of the route, with its parameters in braces.
    pub template: &'a str,
    pub path: &'a str,
    pub query: &'a str,
    pub method: &'a Method,
    pub headers: &'a HeaderMap,
    pub body: &'a [u8],
    /// Reads the JSON of a body.
    pub json: &'a (dyn Fn(&[u8]) -> Option<Value> + Sync),
    /// The time of the merchant's clock, or of the machine if the merchant is not known yet.
    pub now: Timestamp,
}

impl Call<'_> {
    /// The segment of the path at `{name}`, as it was sent.
    pub fn param(&self, name: &str) -> &str {
        self.template
            .split('/')
            .zip(self.path.split('/'))
            .find(|(slot, _)| slot.strip_prefix('{').and_then(|slot| slot.strip_suffix('}')) == Some(name))
            .map_or("", |(_, segment)| segment)
    }

    /// The body, which must be a JSON object.
    pub fn json_object(&self) -> Result<Map<String, Value>, Problem> {
        match (self.json)(self.body) {
            Some(Value::Object(members)) => Ok(members),
            Some(_) => Err(Problem::bad_request("the body is not a JSON object")),
            None => Err(Problem::bad_request("the body is not JSON")),
        }
    }
}

#[cfg(test)]
mod tests {
    use axum::http::StatusCode;

    use super::*;

    #[test]
    fn parameters_are_found_by_their_place_in_the_path() {
        let headers = HeaderMap::new();
        let call = Call {
            template: "/pay/{key}/end/{outcome}",
            path: "/pay/k1/end/success",
            query: "",
            method: &Method::GET,
            headers: &headers,
            body: b"[]",
            json: &|body| serde_json::from_slice(body).ok(),
            now: Timestamp::UNIX_EPOCH,
        };
        assert_eq!(call.param("key"), "k1");
        assert_eq!(call.param("outcome"), "success");
        assert_eq!(call.param("other"), "");
        assert_eq!(call.json_object().unwrap_err().status, StatusCode::BAD_REQUEST);
    }
}
