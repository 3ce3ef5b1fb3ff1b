//! Fills the tags of a merchant URL at the moment the consumer is sent there.

use percent_encoding::percent_decode_str;

use crate::mock::contract::rules::{Outcome, PlaceholderRules, QueryTreatment};

/// What the tags stand for; a tag without a value stays as it is.
#[derive(Debug, Clone, Default)]
pub struct Values {
    pub session_id: Option<String>,
    pub authorization_token: Option<String>,
    pub order_id: Option<String>,
}

impl Values {
    fn get(&self, tag: &str) -> Option<&str> {
        match tag {
            "session_id" => self.session_id.as_deref(),
            "authorization_token" => self.authorization_token.as_deref(),
            "order_id" => self.order_id.as_deref(),
            _ => None,
        }
    }

    /// Takes away the values that may not appear in the URL of `outcome`.
    #[must_use]
    pub fn limited_to(mut self, outcome: Outcome, rules: &PlaceholderRules) -> Self {
        if outcome != Outcome::Success && rules.token_in_success_alone {
            self.authorization_token = None;
        }
        if rules.session_id_left_literal_in == Some(outcome) {
            self.session_id = None;
        }
        self
    }
}

/// The URL with every tag that has a value filled; the rest arrives byte for byte.
pub fn fill(url: &str, values: &Values, rules: &PlaceholderRules) -> String {
    let url = treat_query(url, rules.query);
    let mut filled = String::with_capacity(url.len() + 64);
    let mut rest = url.as_str();
    let mut may_fill = true;
    while let Some(start) = rest.find("{{") {
        let inside = &rest[start + 2..];
        let Some(end) = inside.find("}}") else { break };
        match values.get(&inside[..end]) {
            Some(value) if may_fill => {
                filled.push_str(&rest[..start]);
                filled.push_str(value);
                rest = &inside[end + 2..];
                may_fill = rules.every_tag;
            }
            // One brace on, so that `{{{session_id}}` still holds a tag.
            _ => {
                filled.push_str(&rest[..=start]);
                rest = &rest[start + 1..];
            }
        }
    }
    filled.push_str(rest);
    filled
}

fn treat_query(url: &str, treatment: QueryTreatment) -> String {
    let (head, fragment) = match url.find('#') {
        Some(at) => url.split_at(at),
        None => (url, ""),
    };
    let Some((path, query)) = head.split_once('?') else {
        return url.to_owned();
    };
    let query = match treatment {
        QueryTreatment::Kept => return url.to_owned(),
        QueryTreatment::DecodedOnce => percent_decode_str(query)
            .decode_utf8_lossy()
            .replace(|letter: char| letter.is_control() || letter == ' ', "+"),
        QueryTreatment::OnlyPlaceholders => {
            query.split('&').filter(|parameter| parameter.contains("{{")).collect::<Vec<_>>().join("&")
        }
    };
    format!("{path}?{query}{fragment}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mock::contract::rules::Rules;
    use crate::mock::ground::Dialect;

    fn rules() -> PlaceholderRules {
        Rules::faithful(Dialect::Klarna).placeholder
    }

    fn values() -> Values {
        Values {
            session_id: Some("sid".to_owned()),
            authorization_token: Some("tok".to_owned()),
            order_id: None,
        }
    }

    #[test]
    fn known_tags_are_filled_wherever_they_stand() {
        let cases = [
            ("https://m.example/{{session_id}}#{{session_id}}", "https://m.example/sid#sid"),
            (
                "https://m.example/?a={{session_id}}&t={{authorization_token}}",
                "https://m.example/?a=sid&t=tok",
            ),
            ("https://m.example/?a={{{session_id}}}", "https://m.example/?a={sid}"),
        ];
        for (url, filled) in cases {
            assert_eq!(fill(url, &values(), &rules()), filled);
        }
    }

    #[test]
    fn everything_else_arrives_byte_for_byte() {
        for url in [
            "https://m.example/?a=%2B+%20&b=%7B%7Bsession_id%7D%7D&a=2",
            "https://m.example/?a={{foo}}&b={session_id}&c={{ session_id }}",
            "https://m.example/?a={{order_id}}&b={{",
        ] {
            assert_eq!(fill(url, &values(), &rules()), url);
        }
    }

    #[test]
    fn the_token_belongs_to_the_success_url_alone() {
        assert!(values().limited_to(Outcome::Back, &rules()).authorization_token.is_none());
        assert!(values().limited_to(Outcome::Success, &rules()).authorization_token.is_some());
    }
}
