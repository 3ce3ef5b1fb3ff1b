//! What the payment sessions, the hosted sessions and the placed orders of a run were given: no two of them share an id or a URL.

use crate::check::answer::success_text;
use crate::check::every_answer::Breach;
use crate::evidence::Exchange;
use crate::evidence::Operation::{CreateOrder, CreatePaymentSession, CreateSession, PlaceOrder};
use crate::requirement::Dialect;
use crate::verdict::{Mismatch, quoted};
use std::collections::{HashMap, HashSet};

const ID: &str = "/session_id";
const ORDER: &str = "/order_id";

/// The URLs that belong to one session alone, with the requirement that promises each.
const URLS: [(&str, &str); 4] = [
    ("/session_url", "HPP-CREATE-006"),
    ("/distribution_url", "HPP-CREATE-007"),
    ("/redirect_url", "HPP-CREATE-008"),
    ("/qr_code_url", "HPP-CREATE-009"),
];

/// The ids and URLs that a target gave to payment sessions, hosted sessions and placed orders.
#[derive(Debug, Default)]
pub struct Given {
    /// The ids, each with the URL of its payment session.
    ids: HashMap<String, String>,
    urls: HashSet<(&'static str, String)>,
    /// The ids of payment sessions: of KP sessions, and of KCO orders.
    payments: HashSet<String>,
    /// The ids of placed orders, each with the URL of the authorization that was used up.
    orders: HashMap<String, String>,
}

impl Given {
    /// Notes what an answer gives. Returns what another session or order has already.
    pub fn enter(&mut self, exchange: &Exchange, dialect: Dialect) -> Vec<Breach> {
        match exchange.operation {
            CreateSession => self.session(exchange, dialect),
            PlaceOrder => self.order(exchange).into_iter().collect(),
            CreatePaymentSession => self.payment(exchange, ID, "HPP-PRE-001").into_iter().collect(),
            CreateOrder => self.payment(exchange, ORDER, "HPP-PRE-004").into_iter().collect(),
            _ => Vec::new(),
        }
    }

    /// Each creation makes a payment session of its own.
    fn payment(&mut self, created: &Exchange, pointer: &str, promise: &'static str) -> Option<Breach> {
        let id = success_text(created, pointer).filter(|id| !id.is_empty())?;
        let is_new = self.payments.insert(id.to_owned());
        (!is_new).then(|| (promise, given_twice(pointer, "an id", "payment session", id)))
    }

    /// An order may be placed again with the same authorization, and stays the same order.
    fn order(&mut self, placed: &Exchange) -> Option<Breach> {
        let id = success_text(placed, ORDER).filter(|id| !id.is_empty())?;
        let authorization = &placed.request.url;
        let known = self.orders.entry(id.to_owned()).or_insert_with(|| authorization.clone());
        (known != authorization).then(|| ("HPP-PRE-003", given_twice(ORDER, "an id", "order", id)))
    }

    /// A session with the id of another one is judged by its id alone.
    fn session(&mut self, created: &Exchange, dialect: Dialect) -> Vec<Breach> {
        let text = |pointer| success_text(created, pointer).filter(|text| !text.is_empty());
        let sent = created.request.body.json().and_then(|body| body.get("payment_session_url")?.as_str());
        let payment = sent.unwrap_or_default();
        if let Some(known) = text(ID).and_then(|id| self.ids.get(id)) {
            // What a second session of one KCO order gets is open.
            let is_open = dialect == Dialect::Kustom && known == payment;
            let once_more = text(ID).filter(|_| !is_open).map(|id| given_twice(ID, "an id", "session", id));
            return once_more.map(|mismatch| ("HPP-CREATE-005", mismatch)).into_iter().collect();
        }
        if let Some(id) = text(ID) {
            self.ids.insert(id.to_owned(), payment.to_owned());
        }
        let urls = URLS.into_iter().filter_map(|(pointer, id)| Some((pointer, id, text(pointer)?)));
        let known = urls.filter(|(pointer, _, url)| !self.urls.insert((pointer, (*url).to_owned())));
        known.map(|(pointer, id, url)| (id, given_twice(pointer, "a URL", "session", url))).collect()
    }
}

fn given_twice(pointer: &str, what: &str, whose: &str, value: &str) -> Mismatch {
    let expected = format!("{what} that no other {whose} of this run has");
    Mismatch::new(pointer, expected, format!("{} once more", quoted(value)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::made::exchange;
    use crate::evidence::Operation::{self, ReadSession};
    use serde_json::{Value, json};

    fn told(
        given: &mut Given,
        operation: Operation,
        dialect: Dialect,
        payment: u8,
        body: Value,
    ) -> Vec<String> {
        let one = exchange(operation, "", json!({ "payment_session_url": payment.to_string() }), body);
        given.enter(&one, dialect).into_iter().map(|(id, mismatch)| format!("{id} {mismatch}")).collect()
    }

    /// A session whose members end with these characters.
    fn session(id: &str, urls: &str) -> Value {
        let url = |name: &str, at: usize| format!("https://api.example/{name}/{}", &urls[at..=at]);
        json!({ "session_id": id, "session_url": url("s", 0), "distribution_url": url("d", 1),
                "redirect_url": url("r", 2), "qr_code_url": url("q", 3) })
    }

    #[test]
    fn no_two_sessions_share_a_url() {
        let mut given = Given::default();
        let mut told = |operation, body| told(&mut given, operation, Dialect::Klarna, 1, body);
        assert_eq!(told(CreateSession, session("1", "aaaa")), [""; 0]);
        assert_eq!(told(ReadSession, session("1", "aaaa")), [""; 0]);
        assert_eq!(told(CreateSession, session("2", "abbb")).len(), 1);
        assert_eq!(
            told(CreateSession, session("3", "abcb")),
            [
                r#"HPP-CREATE-006 /session_url: expected a URL that no other session of this run has, got "https://api.example/s/a" once more"#,
                r#"HPP-CREATE-007 /distribution_url: expected a URL that no other session of this run has, got "https://api.example/d/b" once more"#,
                r#"HPP-CREATE-009 /qr_code_url: expected a URL that no other session of this run has, got "https://api.example/q/b" once more"#,
            ]
        );
        assert_eq!(told(CreateSession, session("4", "dddc")), [""; 0], "two members may be alike");
        assert_eq!(told(CreateSession, json!({ "redirect_url": "https://api.example/r/c" })).len(), 1);
        let empty = json!({ "session_id": "", "session_url": "", "qr_code_url": null });
        assert_eq!(told(CreateSession, empty.clone()), [""; 0]);
        assert_eq!(told(CreateSession, empty), [""; 0], "the schema refuses them");
    }

    #[test]
    fn a_session_with_a_known_id_is_judged_by_its_id() {
        for dialect in [Dialect::Klarna, Dialect::Kustom] {
            let mut given = Given::default();
            let mut told = |payment| told(&mut given, CreateSession, dialect, payment, session("1", "aaaa"));
            assert_eq!(told(1), [""; 0]);
            let twice = r#"HPP-CREATE-005 /session_id: expected an id that no other session of this run has, got "1" once more"#;
            assert_eq!(told(2), [twice]);
            let again = if dialect == Dialect::Klarna { vec![twice] } else { Vec::new() };
            assert_eq!(told(1), again, "a second session of one KCO order");
        }
    }

    #[test]
    fn no_two_payment_sessions_share_an_id() {
        let mut given = Given::default();
        let mut told = |operation, dialect, body| told(&mut given, operation, dialect, 1, body);
        for (operation, dialect, member, promise) in [
            (CreatePaymentSession, Dialect::Klarna, "session_id", "HPP-PRE-001"),
            (CreateOrder, Dialect::Kustom, "order_id", "HPP-PRE-004"),
        ] {
            let mut created = |id: Value| told(operation, dialect, json!({ member: id }));
            let [one, other] = ["1", "2"].map(|id| json!(format!("{member}-{id}")));
            assert_eq!(created(one.clone()), [""; 0]);
            assert_eq!(created(other), [""; 0]);
            let twice = format!(
                "{promise} /{member}: expected an id that no other payment session of this run has, got {one} once more"
            );
            assert_eq!(created(one), [twice]);
            assert_eq!((created(json!("")), created(json!(""))), (vec![], vec![]), "the schema refuses them");
        }
        assert_eq!(told(CreateSession, Dialect::Klarna, json!({ "session_id": "session_id-1" })), [""; 0]);
    }

    #[test]
    fn no_two_authorizations_lead_to_one_order() {
        let mut given = Given::default();
        let mut told = |authorization: &str, id: &str| {
            let url = format!("https://api.example/payments/v1/authorizations/{authorization}/order");
            let placed = exchange(PlaceOrder, &url, Value::Null, json!({ "order_id": id }));
            let breaches = given.enter(&placed, Dialect::Klarna);
            breaches.into_iter().map(|(id, mismatch)| format!("{id} {mismatch}")).collect::<Vec<_>>()
        };
        assert_eq!(told("a", "1"), [""; 0]);
        assert_eq!(told("a", "1"), [""; 0], "the same order again");
        assert_eq!(told("b", "2"), [""; 0]);
        let twice =
            r#"HPP-PRE-003 /order_id: expected an id that no other order of this run has, got "1" once more"#;
        assert_eq!(told("c", "1"), [twice]);
        assert_eq!((told("d", ""), told("e", "")), (vec![], vec![]), "the schema refuses them");
    }
}
