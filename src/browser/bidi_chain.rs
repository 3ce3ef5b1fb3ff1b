//! Chains of a Firefox: the redirect hops of the top document, from what it tells about each request.

use crate::browser::chain::{Chain, is_kept};
use serde_json::Value;

/// The kinds of files that can fill a document. A request of a script has no kind.
const FILLING: [&str; 6] = ["", "document", "iframe", "image", "script", "style"];

/// The words for a request that another one has replaced, or that ended in a download.
const REPLACED: [&str; 2] = ["NS_BINDING_ABORTED", "NS_ERROR_ABORT"];

impl Chain {
    /// Adds events of the network. `top` is the id of the tab.
    pub(super) fn take_in_events(&mut self, events: &[Value], top: &str) {
        for event in events {
            let params = &event["params"];
            let method = event["method"].as_str().unwrap_or_default();
            if params["context"] == top && !params["navigation"].is_null() {
                self.hop_event(method, params);
            } else {
                self.file_event(method, params);
            }
        }
    }

    fn hop_event(&mut self, method: &str, params: &Value) {
        let request = &params["request"];
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        // A request keeps its id when it is redirected.
        let id = format!("{} {}", text(&request["request"]), params["redirectCount"]);
        match method {
            "network.beforeRequestSent" if text(&request["url"]).starts_with("http") => {
                let milliseconds = params["timestamp"].as_f64().unwrap_or_default();
                self.ask(id, milliseconds / 1000.0, text(&request["method"]), text(&request["url"]));
            }
            "network.responseStarted" => {
                let status = params["response"]["status"].as_u64().and_then(|status| status.try_into().ok());
                let fields = params["response"]["headers"].as_array().into_iter().flatten();
                let fields = fields.map(|field| (text(&field["name"]), text(&field["value"]["value"])));
                if let Some(status) = status {
                    self.answer(&id, status, fields.filter(|(name, _)| is_kept(name)).collect());
                }
            }
            "network.fetchError" => {
                let error = text(&params["errorText"]);
                if self.knows(&id) && !REPLACED.contains(&error.as_str()) {
                    self.failure = Some(error);
                }
            }
            _ => {}
        }
    }

    /// Takes in an event about a file of the document.
    fn file_event(&mut self, method: &str, params: &Value) {
        let request = &params["request"];
        let kind = request["destination"].as_str().unwrap_or_default();
        let url = request["url"].as_str().unwrap_or_default();
        // The browser asks for this one by itself.
        if !FILLING.contains(&kind) || url.ends_with("/favicon.ico") {
            return;
        }
        let status = params["response"]["status"].as_u64().unwrap_or_default();
        let error = params["errorText"].as_str().unwrap_or_default();
        match method {
            "network.responseStarted" if status >= 400 => {
                self.missing.push((url.to_owned(), status.to_string()));
            }
            "network.fetchError" if !REPLACED.contains(&error) => {
                self.missing.push((url.to_owned(), error.to_owned()));
            }
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn event(method: &str, (request, count): (&str, u32), url: &str, more: &Value) -> Value {
        let mut params = json!({
            "context": "T", "navigation": "n", "redirectCount": count, "timestamp": 7500,
            "request": { "request": request, "method": "GET", "url": url, "destination": "document" },
        });
        params.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        json!({ "method": format!("network.{method}"), "params": params })
    }

    fn answer(status: u16) -> Value {
        let field =
            |name: &str, value: &str| json!({ "name": name, "value": { "type": "string", "value": value } });
        json!({ "response": { "status": status, "headers": [field("Server", "x"), field("Set-Cookie", "s")] } })
    }

    #[test]
    fn each_redirect_is_a_hop_with_its_status() {
        let events = [
            event("beforeRequestSent", ("1", 0), "https://pay.example/a", &json!({})),
            event("responseStarted", ("1", 0), "https://pay.example/a", &answer(302)),
            event("beforeRequestSent", ("1", 1), "https://merchant.example/s", &json!({})),
            event("responseStarted", ("1", 1), "https://merchant.example/s", &answer(200)),
            event("beforeRequestSent", ("2", 0), "https://pay.example/frame", &json!({ "context": "F" })),
            event("beforeRequestSent", ("3", 0), "data:,", &json!({})),
        ];
        let mut chain = Chain::default();
        chain.take_in_events(&events, "T");
        let hops: Vec<_> = chain.hops.iter().map(|hop| (hop.url.as_str(), hop.status)).collect();
        assert_eq!(hops, [("https://pay.example/a", Some(302)), ("https://merchant.example/s", Some(200))]);
        assert_eq!(
            (chain.hops[0].sent, &chain.hops[0].fields),
            (7.5, &vec![("Server".to_owned(), "x".to_owned())])
        );
    }

    #[test]
    fn a_hop_without_answer_has_a_reason_and_one_that_was_replaced_has_none() {
        let failed = |why: &str| {
            let mut chain = Chain::default();
            let events = [
                event("beforeRequestSent", ("1", 0), "http://127.0.0.1:4/", &json!({})),
                event("fetchError", ("1", 0), "http://127.0.0.1:4/", &json!({ "errorText": why })),
            ];
            chain.take_in_events(&events, "T");
            chain.failure
        };
        assert_eq!(failed("NS_ERROR_CONNECTION_REFUSED").as_deref(), Some("NS_ERROR_CONNECTION_REFUSED"));
        assert_eq!(failed("NS_BINDING_ABORTED"), None);
    }

    #[test]
    fn a_file_of_the_last_document_that_did_not_come_is_kept() {
        let file = |kind: &str| json!({ "navigation": null, "request": { "url": format!("https://pay.example/{kind}"), "destination": kind } });
        let lost = |kind: &str| {
            let mut params = file(kind);
            params["errorText"] = "NS_ERROR_NET_RESET".into();
            event("fetchError", ("2", 0), "", &params)
        };
        let mut chain = Chain::default();
        chain.take_in_events(
            &[lost("script"), event("beforeRequestSent", ("1", 0), "https://pay.example/", &json!({}))],
            "T",
        );
        assert_eq!(chain.missing, []);
        chain.take_in_events(&[lost("style"), lost("font")], "T");
        let expected = ("https://pay.example/style".to_owned(), "NS_ERROR_NET_RESET".to_owned());
        assert_eq!(chain.missing, [expected]);
    }
}
