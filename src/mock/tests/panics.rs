//! A mock that makes a mistake of its own: it says so, counts it, and goes on.

use serde_json::json;

use crate::mock::contract::seams::Change;
use crate::mock::tests::client::{Shop, purchase};
use crate::mock::{Deviation, Dialect, Kind};

/// Panics where the faithful mock answers that a hosted session was created.
pub static PANICKING: Deviation = Deviation {
    name: "panicking",
    kind: Kind::LeftOut,
    lie: "The mock panics.",
    breaks: &[],
    change: Change::Reply(|reply| assert!(reply.status != 201, "a mistake of the mock")),
};

#[tokio::test]
async fn a_panic_is_answered_and_counted() {
    let shop = Shop::open(Dialect::Klarna, Some(&PANICKING)).await;
    let created = shop.call("POST", "/payments/v1/sessions", Some(&purchase("ECOMMERCE"))).await;
    let url = format!("{}/payments/v1/sessions/{}", shop.mock.base_url(), created.member("/session_id"));
    assert_eq!(shop.mock.panics(), [""; 0]);
    for count in 1..=2 {
        let answer = shop.create(&url, &json!({})).await;
        assert_eq!((answer.status, answer.field("X-Mock")), (503, Some("hpp-conformance")));
        assert!(answer.text().starts_with("the mock panicked; this is a bug"), "{}", answer.text());
        assert_eq!(shop.mock.panics(), vec!["POST /hpp/v1/sessions: a mistake of the mock"; count]);
    }
    assert_eq!(shop.call("GET", &url, None).await.status, 200);
}
