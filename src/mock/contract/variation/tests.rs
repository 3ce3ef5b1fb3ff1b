//! Tests of the choices, and of the answers that they shape.

use super::*;
use serde_json::json;
use std::collections::BTreeSet;

/// How many values a choice takes with the first 60 seeds.
fn values(choice: impl Fn(&Variation) -> String) -> usize {
    (0..60).map(|seed| choice(&Variation::seeded(seed))).collect::<BTreeSet<_>>().len()
}

#[test]
fn a_seed_makes_the_same_choices_and_sixty_seeds_make_them_all() {
    assert_eq!(format!("{:?}", Variation::seeded(3)), format!("{:?}", Variation::seeded(3)));
    assert_eq!(values(|it| format!("{:?}", it.navigation)), 6);
    assert_eq!(values(|it| format!("{:?}", it.id_shape)), IdShape::ALL.len());
    assert_eq!(values(|it| format!("{:?}", it.place)), 4);
    assert_eq!(values(|it| format!("{:?}", it.chunks)), 4);
    assert_eq!(values(|it| format!("{:?}", it.writing.space)), 3);
    assert_eq!(values(|it| format!("{:?}", it.writing.escapes)), 4);
    assert_eq!(values(|it| format!("{:?}", it.writing.numbers)), 3);
    assert_eq!(values(|it| format!("{:?}", it.fields.media_type)), 5);
    assert_eq!(values(|it| format!("{:?}", it.fields.one_closes_of)), 3);
    assert_eq!(values(|it| format!("{:?}", it.field_names)), FieldNames::ALL.len());
    let bits: [fn(&Variation) -> bool; 8] = [
        |it| it.fields.of_network,
        |it| it.fields.repeated,
        |it| it.fields.spaced,
        |it| it.fields.kept,
        |it| it.one_of_ten_is_slow,
        |it| it.unknown_is_null,
        |it| it.links_in_capitals,
        |it| it.choices.answered_call_repeated,
    ];
    for (index, bit) in bits.into_iter().enumerate() {
        assert_eq!(values(|it| bit(it).to_string()), 2, "{index}");
    }
}

/// An answer to a client that takes these codings.
fn shaped(variation: &Variation, mut reply: Reply, accepts: Option<&str>) -> Reply {
    let asked = Asked {
        merchant: "m",
        method: "GET",
        path: "/",
        body: &[],
        presented: crate::mock::http::Presented::Right,
        accepts,
    };
    variation.shape(&mut reply, &asked, Dialect::Klarna, 0);
    reply
}

#[tokio::test]
async fn an_answer_is_packed_and_has_odd_members() {
    let reply = Reply::json(StatusCode::OK, json!({ "status": "WAITING" }));
    let writing = Writing { odd_members: Some(&ODD_MEMBERS), ..Writing::default() };
    let odd = Variation { coding: Some(Coding::Brotli), writing, ..Variation::plain() };
    let response = shaped(&odd, reply.clone(), None).into_response();
    assert_eq!(response.headers()["content-encoding"], "br");
    let sent = axum::body::to_bytes(response.into_body(), 100_000).await.unwrap();
    let expected = format!("{{\"status\":\"WAITING\",{}}}", *ODD_MEMBERS);
    assert_eq!(&sent[3..sent.len() - 1], expected.as_bytes(), "a block that is not compressed");
    let response = shaped(&odd, reply, Some("gzip")).into_response();
    assert_eq!(response.headers().get("content-encoding"), None, "the client does not take it");
}

#[test]
fn only_what_is_not_promised_is_null() {
    let nulls = Variation { unknown_is_null: true, ..Variation::plain() };
    let read = |status, body| {
        let reply = Reply { operation: Operation::ReadSession, ..Reply::json(status, body) };
        shaped(&nulls, reply, None).content
    };
    assert_eq!(
        read(StatusCode::OK, json!({ "status": "COMPLETED", "authorization_token": "t" })),
        Content::Json(json!({
            "status": "COMPLETED", "authorization_token": "t", "order_id": null, "klarna_reference": null,
        }))
    );
    let refusal = json!({ "error_code": "NOT_FOUND" });
    assert_eq!(read(StatusCode::NOT_FOUND, refusal.clone()), Content::Json(refusal));
}

#[test]
fn only_times_of_payment_sessions_have_another_offset() {
    let offset = Variation { payment_offset: 2, ..Variation::plain() };
    let body = json!({ "expires_at": "2026-05-15T23:51:43.507Z" });
    let end = |operation| {
        let reply = Reply { operation, ..Reply::json(StatusCode::OK, body.clone()) };
        shaped(&offset, reply, None).text("/expires_at").unwrap().to_owned()
    };
    assert_eq!(end(Operation::ReadPaymentSession), "2026-05-16T01:51:43.507+02:00");
    assert_eq!(end(Operation::ReadSession), "2026-05-15T23:51:43.507Z");
}

#[test]
fn no_answer_takes_longer_than_a_second_and_control_none() {
    for seed in 0..20 {
        let variation = Variation::seeded(seed);
        let delays: Vec<_> = (0..1000).map(|draw| variation.delay(Operation::ReadSession, draw)).collect();
        assert!(delays.iter().all(|delay| *delay <= SLOW));
        let slow = delays.iter().filter(|delay| **delay > Duration::from_millis(200)).count();
        assert!(if variation.one_of_ten_is_slow { (20..100).contains(&slow) } else { slow == 0 }, "{slow}");
        assert_eq!(variation.delay(Operation::Control, seed), Duration::ZERO);
    }
}
