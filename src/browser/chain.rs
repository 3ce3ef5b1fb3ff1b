//! Chains: the redirect hops of the top document, read from the browser's performance log.

use serde::Deserialize;
use serde_json::Value;
use std::collections::{BTreeMap, HashMap};

/// Fields of an answer that show who sent it, and the ends of names of further ones. Only these are kept.
const KEPT_FIELDS: [&str; 4] = ["content-type", "retry-after", "server", "www-authenticate"];
const KEPT_ENDS: [&str; 2] = ["correlation-id", "ratelimit-remaining"];

/// The events that are read, as the log writes their names.
const EVENTS: [&str; 3] =
    ["\"Network.requestWillBeSent\"", "\"Network.responseReceived\"", "\"Network.loadingFailed\""];

/// The kinds of files that can fill a document.
const FILLING: [&str; 6] = ["Document", "Fetch", "Image", "Script", "Stylesheet", "XHR"];

/// One request for the top document.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct RawHop {
    request: String,
    /// Seconds since 1970.
    pub(super) sent: f64,
    pub(super) method: String,
    pub(super) url: String,
    pub(super) status: Option<u16>,
    /// The fields of the answer that show who sent it, as they came.
    pub(super) fields: Vec<(String, String)>,
}

/// The hops since a visit began, and the reason if the last one failed.
#[derive(Debug, Default, PartialEq)]
pub(super) struct Chain {
    pub(super) hops: Vec<RawHop>,
    /// The reason in the browser's words, such as `net::ERR_CONNECTION_REFUSED`.
    pub(super) failure: Option<String>,
    /// The files of the last document that did not come: their URLs, and the statuses or reasons.
    pub(super) missing: Vec<(String, String)>,
}

#[derive(Deserialize)]
struct Entry {
    message: NetworkEvent,
}

#[derive(Deserialize)]
struct NetworkEvent {
    method: String,
    params: Params,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", default)]
#[derive(Default)]
struct Params {
    request_id: String,
    frame_id: String,
    r#type: String,
    wall_time: f64,
    request: Option<Request>,
    redirect_response: Option<Response>,
    response: Option<Response>,
    error_text: String,
    canceled: bool,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Request {
    method: String,
    url: String,
    #[serde(default)]
    url_fragment: String,
}

#[derive(Deserialize)]
struct Response {
    status: u16,
    #[serde(default)]
    url: String,
    #[serde(default)]
    headers: BTreeMap<String, String>,
}

impl RawHop {
    fn answered(&mut self, response: Response) {
        self.status = Some(response.status);
        self.fields = response.headers.into_iter().filter(|(name, _)| is_kept(name)).collect();
    }
}

pub(super) fn is_kept(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    KEPT_FIELDS.contains(&name.as_str()) || KEPT_ENDS.iter().any(|end| name.ends_with(end))
}

impl Chain {
    /// Adds entries of the performance log. `top_frame` is the id of the tab's top frame.
    pub(super) fn take_in(&mut self, log: &Value, top_frame: &str) {
        let messages = log.as_array().into_iter().flatten().filter_map(|entry| entry["message"].as_str());
        let messages = messages.filter(|message| EVENTS.iter().any(|event| message.contains(event)));
        let events = messages.filter_map(|message| serde_json::from_str::<Entry>(message).ok());
        let mut asked: HashMap<String, String> = HashMap::new();
        for NetworkEvent { method, params } in events.map(|entry| entry.message) {
            let is_hop = self.hops.iter().any(|hop| hop.request == params.request_id);
            if params.r#type == "Document" && (is_hop || params.frame_id == top_frame) {
                self.event(&method, params, top_frame);
            } else if FILLING.contains(&params.r#type.as_str()) {
                self.file(&method, params, &mut asked);
            }
        }
    }

    /// Takes in an event about a file of the document.
    fn file(&mut self, method: &str, params: Params, asked: &mut HashMap<String, String>) {
        match (method, params.request, params.response) {
            ("Network.requestWillBeSent", Some(request), _) => {
                asked.insert(params.request_id, request.url);
            }
            ("Network.responseReceived", _, Some(response)) if response.status >= 400 => {
                self.missing.push((response.url, response.status.to_string()));
            }
            ("Network.loadingFailed", ..) if !params.canceled && params.error_text != "net::ERR_ABORTED" => {
                if let Some(url) = asked.remove(&params.request_id) {
                    self.missing.push((url, params.error_text));
                }
            }
            _ => {}
        }
    }

    fn event(&mut self, method: &str, params: Params, top_frame: &str) {
        let known = self.hops.iter().rposition(|hop| hop.request == params.request_id);
        match (method, params.request, params.response) {
            ("Network.requestWillBeSent", Some(request), _) if params.frame_id == top_frame => {
                if let (Some(hop), Some(response)) = (known, params.redirect_response) {
                    self.hops[hop].answered(response);
                }
                if request.url.starts_with("http") {
                    let url = request.url + &request.url_fragment;
                    self.ask(params.request_id, params.wall_time, request.method, url);
                }
            }
            ("Network.responseReceived", _, Some(response)) => {
                if let Some(hop) = known {
                    self.hops[hop].answered(response);
                }
            }
            // A navigation is not a failure if another one replaced it or it ended in a download.
            ("Network.loadingFailed", ..)
                if known.is_some() && !params.canceled && params.error_text != "net::ERR_ABORTED" =>
            {
                self.failure = Some(params.error_text);
            }
            _ => {}
        }
    }

    /// Adds a request for the top document.
    pub(super) fn ask(&mut self, request: String, sent: f64, method: String, url: String) {
        self.failure = None;
        self.missing.clear();
        self.hops.push(RawHop { request, sent, method, url, status: None, fields: Vec::new() });
    }

    /// Gives a hop its answer.
    pub(super) fn answer(&mut self, request: &str, status: u16, fields: Vec<(String, String)>) {
        if let Some(hop) = self.hops.iter_mut().rfind(|hop| hop.request == request) {
            (hop.status, hop.fields) = (Some(status), fields);
        }
    }

    /// Whether there is a hop with this id.
    pub(super) fn knows(&self, request: &str) -> bool {
        self.hops.iter().any(|hop| hop.request == request)
    }

    /// The status of the document that the browser shows.
    pub(super) fn last_status(&self) -> Option<u16> {
        self.hops.last().and_then(|hop| hop.status)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn log(events: &[Value]) -> Value {
        let entries = events
            .iter()
            .map(|event| json!({ "message": json!({ "message": event, "webview": "T" }).to_string() }));
        entries.collect()
    }

    fn sent(request: &str, frame: &str, method: &str, url: &str, redirect: Option<u16>) -> Value {
        let mut params = json!({
            "requestId": request, "frameId": frame, "type": "Document", "wallTime": 7.5,
            "request": { "method": method, "url": url },
        });
        if let Some(status) = redirect {
            params["redirectResponse"] = json!({ "status": status, "url": "https://pay.example/before" });
        }
        json!({ "method": "Network.requestWillBeSent", "params": params })
    }

    fn received(request: &str, kind: &str, status: u16) -> Value {
        let params = json!({ "requestId": request, "type": kind, "response": { "status": status } });
        json!({ "method": "Network.responseReceived", "params": params })
    }

    #[test]
    fn a_hop_keeps_the_fields_that_show_who_answered() {
        let mut answer = received("1", "Document", 404);
        answer["params"]["response"]["headers"] = json!({
            "Server": "edge", "Klarna-Correlation-Id": "c-1", "Set-Cookie": "s=1", "Date": "now",
        });
        let mut chain = Chain::default();
        chain.take_in(&log(&[sent("1", "T", "GET", "https://pay.example/1", None), answer]), "T");
        let fields = [("Klarna-Correlation-Id", "c-1"), ("Server", "edge")];
        let fields = fields.map(|(name, value)| (name.to_owned(), value.to_owned()));
        assert_eq!(chain.hops[0].fields, fields);
    }

    fn hops(chain: &Chain) -> Vec<String> {
        let hops = chain.hops.iter().map(|hop| {
            let status = hop.status.map_or_else(|| "-".to_owned(), |status| status.to_string());
            format!("{} {} {status}", hop.method, hop.url)
        });
        hops.collect()
    }

    #[test]
    fn each_redirect_is_a_hop_with_its_own_status() {
        let mut chain = Chain::default();
        let events = [
            sent("1", "T", "POST", "https://pay.example/act", None),
            sent("1", "T", "GET", "https://pay.example/next", Some(303)),
            sent("1", "T", "GET", "https://merchant.example/7/success?a=1", Some(302)),
            received("1", "Document", 200),
        ];
        chain.take_in(&log(&events), "T");
        assert_eq!(
            hops(&chain),
            [
                "POST https://pay.example/act 303",
                "GET https://pay.example/next 302",
                "GET https://merchant.example/7/success?a=1 200",
            ]
        );
        assert_eq!(chain.last_status(), Some(200));
    }

    #[test]
    fn other_frames_other_resources_and_the_first_blank_page_are_left_out() {
        let mut chain = Chain::default();
        let events = [
            sent("0", "T", "GET", "data:,", None),
            sent("1", "inner", "GET", "https://pay.example/frame", None),
            received("1", "Document", 200),
            received("2", "Image", 200),
        ];
        chain.take_in(&log(&events), "T");
        assert_eq!(hops(&chain), [""; 0]);
    }

    #[test]
    fn a_file_of_the_last_document_that_did_not_come_is_kept() {
        let file = |request: &str, kind: &str, url: &str| {
            let params = json!({ "requestId": request, "frameId": "T", "type": kind, "request": { "method": "GET", "url": url } });
            json!({ "method": "Network.requestWillBeSent", "params": params })
        };
        let refused = |request: &str, kind: &str, url: &str| {
            let params =
                json!({ "requestId": request, "type": kind, "response": { "status": 503, "url": url } });
            json!({ "method": "Network.responseReceived", "params": params })
        };
        let lost = |request: &str, text: &str| {
            let params = json!({ "requestId": request, "type": "Script", "errorText": text });
            json!({ "method": "Network.loadingFailed", "params": params })
        };
        let mut chain = Chain::default();
        let events = [
            sent("1", "T", "GET", "https://pay.example/first", None),
            refused("2", "Script", "https://pay.example/old.js"),
            sent("3", "T", "GET", "https://pay.example/second", None),
            refused("4", "Script", "https://pay.example/a.js"),
            refused("5", "Other", "https://pay.example/favicon.ico"),
            received("6", "Image", 200),
            file("7", "Script", "https://pay.example/b.js"),
            lost("7", "net::ERR_CONNECTION_RESET"),
            file("8", "Script", "https://pay.example/c.js"),
            lost("8", "net::ERR_ABORTED"),
        ];
        chain.take_in(&log(&events), "T");
        let missing =
            [("https://pay.example/a.js", "503"), ("https://pay.example/b.js", "net::ERR_CONNECTION_RESET")];
        assert_eq!(chain.missing, missing.map(|(url, why)| (url.to_owned(), why.to_owned())));
    }

    #[test]
    fn a_hop_without_answer_has_no_status_and_a_reason() {
        let failed = |canceled: bool| {
            let params = json!({
                "requestId": "1", "type": "Document", "errorText": "net::ERR_CONNECTION_REFUSED", "canceled": canceled,
            });
            json!({ "method": "Network.loadingFailed", "params": params })
        };
        let begin = sent("1", "T", "GET", "http://127.0.0.1:4/", None);
        let mut chain = Chain::default();
        chain.take_in(&log(&[begin.clone(), failed(false)]), "T");
        assert_eq!(hops(&chain), ["GET http://127.0.0.1:4/ -"]);
        assert_eq!(chain.failure.as_deref(), Some("net::ERR_CONNECTION_REFUSED"));
        let mut replaced = Chain::default();
        replaced.take_in(&log(&[begin, failed(true)]), "T");
        assert_eq!(replaced.failure, None);
    }
}
