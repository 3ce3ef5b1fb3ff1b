//! Chains: the redirect hops of the top document, read from the browser's performance log.

use serde::Deserialize;
use serde_json::Value;

/// One request for the top document.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct RawHop {
    request: String,
    /// Seconds since 1970.
    pub(super) sent: f64,
    pub(super) method: String,
    pub(super) url: String,
    pub(super) status: Option<u16>,
}

/// The hops since a visit began, and the reason if the last one failed.
#[derive(Debug, Default, PartialEq)]
pub(super) struct Chain {
    pub(super) hops: Vec<RawHop>,
    /// The reason in the browser's words, such as `net::ERR_CONNECTION_REFUSED`.
    pub(super) failure: Option<String>,
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
}

impl Chain {
    /// Adds entries of the performance log. `top_frame` is the id of the tab's top frame.
    pub(super) fn take_in(&mut self, log: &Value, top_frame: &str) {
        let messages = log.as_array().into_iter().flatten().filter_map(|entry| entry["message"].as_str());
        for message in messages.filter(|message| message.contains("\"Document\"")) {
            if let Ok(Entry { message: NetworkEvent { method, params } }) =
                serde_json::from_str::<Entry>(message)
                && params.r#type == "Document"
            {
                self.event(&method, params, top_frame);
            }
        }
    }

    fn event(&mut self, method: &str, params: Params, top_frame: &str) {
        let known = self.hops.iter().rposition(|hop| hop.request == params.request_id);
        match (method, params.request, params.response) {
            ("Network.requestWillBeSent", Some(request), _) if params.frame_id == top_frame => {
                if let (Some(hop), Some(response)) = (known, params.redirect_response) {
                    self.hops[hop].status = Some(response.status);
                }
                if request.url.starts_with("http") {
                    self.failure = None;
                    self.hops.push(RawHop {
                        request: params.request_id,
                        sent: params.wall_time,
                        method: request.method,
                        url: request.url + &request.url_fragment,
                        status: None,
                    });
                }
            }
            ("Network.responseReceived", _, Some(response)) => {
                if let Some(hop) = known {
                    self.hops[hop].status = Some(response.status);
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
