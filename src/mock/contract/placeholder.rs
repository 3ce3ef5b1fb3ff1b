//! Fills the tags of a merchant URL when the consumer is sent there or the merchant's server is called.

use crate::mock::contract::merchant_urls::Outcome;
use crate::mock::contract::status::Exits;

/// Why a merchant URL is filled.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Target {
    /// The consumer is sent to the URL of this outcome.
    Redirect(Outcome),
    /// The merchant's server is called.
    Callback,
}

/// An order, with the values for tags.
#[derive(Debug, Clone, Copy)]
pub struct OrderTags<'a> {
    pub order_id: &'a str,
    pub klarna_reference: &'a str,
}

/// The facts about a session when its URLs are filled.
#[derive(Debug, Clone, Copy)]
pub struct Tags<'a> {
    pub target: Target,
    pub session_id: &'a str,
    /// Those of the newest and of the oldest hosted session of the same payment session.
    pub newest_session_id: &'a str,
    pub oldest_session_id: &'a str,
    pub payment_session_id: &'a str,
    /// Whether the payment session is a KCO order. Its id is known before the payment.
    pub is_kco: bool,
    pub authorization_token: Option<&'a str>,
    pub order: Option<OrderTags<'a>>,
    pub exits: Exits,
    /// Whether the URL takes the place of the one of this outcome, which is not given.
    pub is_fallback: bool,
}

/// The values of the tags. A tag without a value is not replaced.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
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
}

/// The values of the tags. Only the `success` URL gets the token.
pub fn tag_values(tags: &Tags<'_>) -> Values {
    let order_id = tags.order.map(|order| order.order_id).or(tags.is_kco.then_some(tags.payment_session_id));
    let token = tags.authorization_token.filter(|_| tags.target == Target::Redirect(Outcome::Success));
    Values {
        session_id: Some(tags.session_id.to_owned()),
        authorization_token: token.map(str::to_owned),
        order_id: order_id.map(str::to_owned),
    }
}

/// A merchant URL to fill.
#[derive(Debug, Clone, Copy)]
pub struct Filling<'a> {
    pub target: Target,
    pub url: &'a str,
    pub values: &'a Values,
    /// Whether the merchant's server is called again about the same event.
    pub is_repeat: bool,
}

/// The URL with every tag replaced that has a value. The rest stays byte for byte.
pub fn fill(filling: &Filling<'_>) -> String {
    replace_tags(filling.url, filling.values, usize::MAX)
}

/// The URL with its first tags replaced that have a value, at most `most`.
pub fn replace_tags(url: &str, values: &Values, most: usize) -> String {
    let mut filled = String::with_capacity(url.len() + 64);
    let mut rest = url;
    let mut left = most;
    while let Some(start) = rest.find("{{") {
        let inside = &rest[start + 2..];
        let Some(end) = inside.find("}}") else { break };
        match values.get(&inside[..end]) {
            Some(value) if left > 0 => {
                filled.push_str(&rest[..start]);
                filled.push_str(value);
                rest = &inside[end + 2..];
                left -= 1;
            }
            // Only one brace further, so that `{{{session_id}}` still has a tag.
            _ => {
                filled.push_str(&rest[..=start]);
                rest = &rest[start + 1..];
            }
        }
    }
    filled.push_str(rest);
    filled
}

#[cfg(test)]
mod tests {
    use super::*;

    const TAGS: Tags<'_> = Tags {
        target: Target::Redirect(Outcome::Success),
        session_id: "sid",
        newest_session_id: "new",
        oldest_session_id: "old",
        payment_session_id: "pid",
        is_kco: false,
        authorization_token: Some("tok"),
        order: None,
        exits: Exits { count: 1, last: None },
        is_fallback: false,
    };

    fn filled(url: &str) -> String {
        fill(&Filling { target: TAGS.target, url, values: &tag_values(&TAGS), is_repeat: false })
    }

    #[test]
    fn known_tags_are_filled_wherever_they_stand() {
        for (url, expected) in [
            ("https://m.example/{{session_id}}#{{session_id}}", "https://m.example/sid#sid"),
            (
                "https://m.example/?a={{session_id}}&t={{authorization_token}}",
                "https://m.example/?a=sid&t=tok",
            ),
            ("https://m.example/?a={{{session_id}}}", "https://m.example/?a={sid}"),
        ] {
            assert_eq!(filled(url), expected);
        }
    }

    #[test]
    fn everything_else_arrives_byte_for_byte() {
        for url in [
            "https://m.example/?a=%2B+%20&b=%7B%7Bsession_id%7D%7D&a=2",
            "https://m.example/?a={{foo}}&b={session_id}&c={{ session_id }}",
            "https://m.example/?a={{order_id}}&b={{",
        ] {
            assert_eq!(filled(url), url);
        }
    }

    #[test]
    fn the_token_belongs_to_the_success_url_alone() {
        for target in [Target::Redirect(Outcome::Back), Target::Callback] {
            assert_eq!(tag_values(&Tags { target, ..TAGS }).authorization_token, None);
        }
        assert_eq!(tag_values(&TAGS).authorization_token.as_deref(), Some("tok"));
    }

    #[test]
    fn the_id_of_a_kco_order_is_known_before_it_is_paid() {
        assert_eq!(tag_values(&TAGS).order_id, None);
        assert_eq!(tag_values(&Tags { is_kco: true, ..TAGS }).order_id.as_deref(), Some("pid"));
    }
}
