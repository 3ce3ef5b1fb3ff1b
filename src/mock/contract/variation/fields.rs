//! Header fields that HTTP allows beside those of the contract, and the ways to write them.

use axum::http::{HeaderName, HeaderValue, header};

use crate::mock::http::{Content, Reply};

/// Names and values of fields that come beside those of the contract. A name may be there twice.
type Further = &'static [(&'static str, &'static str)];

/// Fields that servers add.
const OF_SERVER: Further =
    &[("server", "envoy"), ("x-content-type-options", "nosniff"), ("render-time", "0.004")];

/// Fields that networks in front of servers add. None of them makes a browser ask another host.
const OF_NETWORK: Further = &[
    ("alt-svc", "h3=\":443\"; ma=86400"),
    ("via", "1.1 edge.example"),
    ("nel", "{\"report_to\":\"n\",\"max_age\":0}"),
    ("report-to", "{\"group\":\"n\",\"max_age\":0,\"endpoints\":[]}"),
    ("x-cache", "MISS"),
];

/// Fields that come more than once.
const REPEATED: Further = &[
    ("set-cookie", "lb=a1; Path=/; HttpOnly"),
    ("set-cookie", "ab=\"x=y, z\"; Path=/; Max-Age=60"),
    ("vary", "Accept-Encoding"),
    ("vary", "Origin, accept-encoding"),
    ("server-timing", "edge;dur=1"),
    ("server-timing", "app;desc=\"a, b\";dur=2.5"),
    ("pragma", "no-cache"),
];

/// The fields with which HTTP/1.0 kept connections.
const KEPT: Further = &[("connection", "keep-alive"), ("keep-alive", "timeout=5, max=100")];

/// Ways to write the media type of JSON.
pub const MEDIA_TYPES: [&str; 4] = [
    "application/json;charset=utf-8",
    "application/json; charset=UTF-8",
    "Application/JSON ;Charset=\"utf-8\"",
    "application/json;",
];

/// The choices of header fields.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[expect(clippy::struct_excessive_bools, reason = "each choice stands alone")]
pub struct Fields {
    pub of_server: bool,
    pub of_network: bool,
    pub repeated: bool,
    /// White space around each value.
    pub spaced: bool,
    pub kept: bool,
    /// One of so many answers closes its connection.
    pub one_closes_of: Option<u64>,
    pub media_type: Option<&'static str>,
}

impl Fields {
    /// Gives an answer these fields. `draw` decides what happens only sometimes.
    pub fn write_in(&self, reply: &mut Reply, draw: u64) {
        let groups = [
            (self.of_server, OF_SERVER),
            (self.of_network, OF_NETWORK),
            (self.repeated, REPEATED),
            (self.kept, KEPT),
        ];
        let further = groups.into_iter().filter(|(is_chosen, _)| *is_chosen).flat_map(|(_, fields)| fields);
        for (name, value) in further {
            reply.headers.append(HeaderName::from_static(name), HeaderValue::from_static(value));
        }
        if let (Some(media_type), Content::Json(_)) = (self.media_type, &reply.content) {
            reply.headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(media_type));
        }
        if self.spaced {
            for value in reply.headers.values_mut() {
                let spaced = [b"\t  ", value.as_bytes(), b" \t "].concat();
                *value = HeaderValue::from_bytes(&spaced).unwrap_or_else(|_| value.clone());
            }
        }
        if self.one_closes_of.is_some_and(|of| draw.is_multiple_of(of)) {
            reply.headers.insert(header::CONNECTION, HeaderValue::from_static("close"));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::http::StatusCode;
    use serde_json::json;

    fn written(fields: Fields, draw: u64) -> Vec<(String, String)> {
        let mut reply = Reply::json(StatusCode::OK, json!({})).with_header(header::DATE, "now");
        fields.write_in(&mut reply, draw);
        let text = |value: &HeaderValue| value.to_str().unwrap().to_owned();
        reply.headers.iter().map(|(name, value)| (name.to_string(), text(value))).collect()
    }

    fn field(name: &str, value: &str) -> (String, String) {
        (name.to_owned(), value.to_owned())
    }

    #[test]
    fn each_choice_writes_its_fields() {
        let none = Fields::default();
        assert_eq!(written(none, 0), [field("date", "now")]);
        let vary = |(name, _): &&(String, String)| name == "vary";
        let repeated = written(Fields { repeated: true, ..none }, 0);
        assert_eq!(repeated.iter().filter(vary).count(), 2, "{repeated:?}");
        let kept = written(Fields { kept: true, ..none }, 0);
        assert_eq!(kept[1..], [field("connection", "keep-alive"), field("keep-alive", "timeout=5, max=100")]);
        assert!(written(Fields { of_network: true, ..none }, 0).contains(&field("via", "1.1 edge.example")));
        assert!(written(Fields { of_server: true, ..none }, 0).contains(&field("server", "envoy")));
        assert_eq!(written(Fields { spaced: true, ..none }, 0), [field("date", "\t  now \t ")]);
        let media_type = Some(MEDIA_TYPES[2]);
        assert_eq!(
            written(Fields { media_type, ..none }, 0)[1],
            field("content-type", "Application/JSON ;Charset=\"utf-8\"")
        );
    }

    #[test]
    fn one_of_some_answers_closes_its_connection() {
        let closing = Fields { one_closes_of: Some(3), kept: true, ..Fields::default() };
        let closes = |draw| written(closing, draw).contains(&field("connection", "close"));
        assert_eq!([0, 1, 2, 3].map(closes), [true, false, false, true]);
    }
}
