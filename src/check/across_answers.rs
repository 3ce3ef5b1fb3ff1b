//! What is promised of the answers about one session together: what an earlier answer said binds the later ones.

use crate::check::answer::{success, success_text};
use crate::check::every_answer::Breach;
use crate::check::life_cycle::{Before, FINAL_STATUSES};
use crate::check::time::{KCO_LIFETIME, Landmark};
use crate::check::{Judgement, equals, life_cycle, origin, same_url, time};
use crate::evidence::Exchange;
use crate::evidence::Operation::{
    ChangePaymentSession, CreateOrder, CreatePaymentSession, CreateSession, PlaceOrder, ReadOrder,
    ReadPaymentSession, ReadSession,
};
use jiff::{SignedDuration, Timestamp};
use percent_encoding::percent_decode_str;
use url::Url;

/// What an answer breaks together with the answers before it.
pub fn broken(exchange: &Exchange, before: Before<'_>) -> Vec<Breach> {
    match exchange.operation {
        ReadSession => life_cycle::broken(exchange, before),
        CreateSession => ends_in_the_future(exchange, before.earlier).into_iter().collect(),
        CreateOrder => order_has_the_id_of_its_location(exchange).into_iter().collect(),
        _ => {
            let of_payment_session =
                [end_before_payment_session, end_moves_with_payment_session, order_reads_its_id];
            of_payment_session.iter().filter_map(|rule| rule(exchange, before.earlier)).collect()
        }
    }
}

const EXPIRES_AT: &str = "/expires_at";

const ORDER_ID: &str = "/order_id";

/// The place of a KCO order as the sources have it: its id follows.
const ORDERS: &str = "/checkout/v3/orders/";

/// The id of a new KCO order is the one in its `Location`. A `Location` in another form may name the order in its own way. What
/// leads to another host is judged as a link.
fn order_has_the_id_of_its_location(created: &Exchange) -> Option<Breach> {
    let place = location(created)?;
    let asked = Url::parse(&created.request.url).ok()?;
    let (_, named) = place.path().rsplit_once(ORDERS).filter(|_| place.origin() == asked.origin())?;
    let named = named.trim_end_matches('/');
    if named.is_empty() || named.contains('/') {
        return None;
    }
    let named = percent_decode_str(named).decode_utf8().ok()?;
    broken_identity(equals(ORDER_ID, &named, success_text(created, ORDER_ID)?))
}

/// The order at the `Location` of a creation is the one that was created.
fn order_reads_its_id(read: &Exchange, earlier: &[&Exchange]) -> Option<Breach> {
    let is_at_place = |created: &&&Exchange| {
        created.operation == CreateOrder
            && location(created).is_some_and(|place| same_url("", place.as_str(), &read.request.url).is_ok())
    };
    if read.operation != ReadOrder {
        return None;
    }
    let created = earlier.iter().rfind(is_at_place)?;
    broken_identity(equals(ORDER_ID, success_text(created, ORDER_ID)?, success_text(read, ORDER_ID)?))
}

fn broken_identity(judgement: Judgement) -> Option<Breach> {
    judgement.err().map(|mismatch| ("HPP-PRE-004", mismatch))
}

/// Where the `Location` of a creation leads.
fn location(created: &Exchange) -> Option<Url> {
    Url::parse(&created.request.url).ok()?.join(success(created)?.field("Location")?).ok()
}

/// What a creation may answer in the last hour of its payment session is open. So only a young payment session is looked at.
const YOUNG: SignedDuration = SignedDuration::from_hours(24);

/// How long a KP session outlives its hosted sessions.
const KP_LEAD: SignedDuration = SignedDuration::from_hours(1);

/// A new session of a young payment session has not yet ended.
fn ends_in_the_future(created: &Exchange, earlier: &[&Exchange]) -> Option<Breach> {
    let date = |exchange: &Exchange| success(exchange).and(origin::date_of_api(exchange));
    let is_payment_session =
        |one: &&&Exchange| matches!(one.operation, CreatePaymentSession | CreateOrder) && date(one).is_some();
    let (now, before) = (date(created)?, date(earlier.iter().rfind(is_payment_session)?)?);
    let end = time::instant(EXPIRES_AT, success_text(created, EXPIRES_AT)?).ok()?;
    if before.duration_until(now) > YOUNG {
        return None;
    }
    let mismatch = time::after(EXPIRES_AT, end, &Landmark::new(now, "the answer")).err()?;
    Some(("HPP-EXPIRY-005", mismatch))
}

/// A payment session that was read must end after every hosted session that was created for it before. A change of the payment
/// session may move its end, but only to a later time.
fn end_before_payment_session(read: &Exchange, earlier: &[&Exchange]) -> Option<Breach> {
    let end = Landmark::new(payment_session_end(read)?, "the end of the payment session");
    hosted_sessions(read, earlier).find_map(|created| {
        let at = time::instant(EXPIRES_AT, success_text(created, EXPIRES_AT)?).ok()?;
        Some(("HPP-EXPIRY-001", time::before(EXPIRES_AT, at, &end).err()?))
    })
}

/// What the consumer does on the page may move the end of a session, but only together with its KP session. So as long as the KP session
/// ends exactly an hour after the end that the creation gave, an open session has this end too, unless the merchant has changed
/// something. When a KCO order ends cannot be read.
fn end_moves_with_payment_session(read: &Exchange, earlier: &[&Exchange]) -> Option<Breach> {
    let changes = |one: &&Exchange| matches!(one.operation, ChangePaymentSession | PlaceOrder);
    if read.operation != ReadPaymentSession || earlier.iter().any(changes) {
        return None;
    }
    let end = payment_session_end(read)?;
    hosted_sessions(read, earlier).find_map(|created| {
        let url = success_text(created, "/session_url")?;
        let given = time::instant(EXPIRES_AT, success_text(created, EXPIRES_AT)?).ok()?;
        let is_read =
            |one: &&&Exchange| one.operation == ReadSession && same_url("", url, &one.request.url).is_ok();
        let latest = earlier.iter().rfind(is_read)?;
        let now = time::instant(EXPIRES_AT, success_text(latest, EXPIRES_AT)?).ok()?;
        let has_ended = FINAL_STATUSES.contains(&success_text(latest, "/status")?);
        if has_ended || given.checked_add(KP_LEAD).ok()? != end {
            return None;
        }
        let given = Landmark::new(given, "`expires_at` of the creation");
        let exactly = SignedDuration::ZERO;
        Some(("HPP-EXPIRY-006", time::at_offset(EXPIRES_AT, now, exactly, &given, exactly).err()?))
    })
}

/// The creations of the hosted sessions of a payment session that is read.
fn hosted_sessions<'e>(read: &Exchange, earlier: &'e [&'e Exchange]) -> impl Iterator<Item = &'e Exchange> {
    let is_its_own = |exchange: &Exchange| {
        let named = exchange.request.body.json().and_then(|body| body.get("payment_session_url")?.as_str());
        exchange.operation == CreateSession
            && named.is_some_and(|named| same_url("", named, &read.request.url).is_ok())
    };
    earlier.iter().copied().filter(move |exchange| is_its_own(exchange))
}

fn payment_session_end(read: &Exchange) -> Option<Timestamp> {
    let at = |pointer| time::instant(pointer, success_text(read, pointer)?).ok();
    match read.operation {
        ReadPaymentSession => at(EXPIRES_AT),
        ReadOrder => Some(at("/last_modified_at")? + KCO_LIFETIME),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::made::exchange;
    use crate::evidence::Operation::DisableSession;
    use crate::evidence::Received;
    use crate::requirement::Dialect;
    use serde_json::{Value, json};

    fn told(exchange: &Exchange, earlier: &[Exchange]) -> Vec<String> {
        let earlier: Vec<&Exchange> = earlier.iter().collect();
        let before = Before {
            earlier: &earlier,
            last_act: None,
            dialect: Dialect::Klarna,
            patience: SignedDuration::ZERO,
        };
        broken(exchange, before).into_iter().map(|(id, mismatch)| format!("{id} {mismatch}")).collect()
    }

    #[test]
    fn a_new_session_of_a_young_payment_session_has_not_yet_ended() {
        let dated = |operation, date: &str| {
            let mut exchange =
                exchange(operation, "", Value::Null, json!({ "expires_at": "2026-05-15T14:00:00Z" }));
            if let Received::Response(response) = &mut exchange.outcome {
                response.fields = vec![("Date".into(), format!("{date} GMT"))];
            }
            exchange
        };
        let created = dated(CreateSession, "Fri, 15 May 2026 14:00:00");
        let past =
            "HPP-EXPIRY-005 /expires_at: expected a time after the answer, got the same time as the answer";
        for operation in [CreatePaymentSession, CreateOrder] {
            assert_eq!(told(&created, &[dated(operation, "Thu, 14 May 2026 14:00:00")]), [past]);
            assert_eq!(told(&created, &[dated(operation, "Thu, 14 May 2026 13:59:59")]), [""; 0]);
        }
        assert_eq!(told(&created, &[]), [""; 0], "nobody knows how old its payment session is");
        let young = dated(CreatePaymentSession, "Fri, 15 May 2026 13:59:50");
        assert_eq!(told(&dated(CreateSession, "Fri, 15 May 2026 13:59:59"), &[young]), [""; 0]);
        let old = dated(CreatePaymentSession, "Thu, 14 May 2026 13:00:00");
        let disabled = dated(DisableSession, "Fri, 15 May 2026 13:59:59");
        assert_eq!(told(&created, &[old, disabled]), [""; 0], "only the age of the payment session counts");
    }

    fn order(location: &str, id: &str) -> Exchange {
        let url = "https://api.example/checkout/v3/orders";
        let mut created = exchange(CreateOrder, url, Value::Null, json!({ "order_id": id }));
        if let Received::Response(response) = &mut created.outcome {
            response.fields = vec![("location".into(), location.into())];
        }
        created
    }

    #[test]
    fn a_new_order_has_the_id_of_its_location() {
        for fine in [
            "https://api.example/checkout/v3/orders/o-1",
            "HTTPS://API.example:443/checkout/v3/orders/o-1/",
            "/checkout/v3/orders/o-1?locale=sv",
            "orders/o-1#top",
            "/checkout/v3/orders/o%2D1",
            "/root/checkout/v3/orders/o-1",
            "https://api.example/orders/4711",
            "/checkout/v3/orders/by/key",
            "/checkout/v3/orders/",
            "https://other.example/checkout/v3/orders/o-2",
        ] {
            assert_eq!(told(&order(fine, "o-1"), &[]), [""; 0], "{fine}");
        }
        for (other, id) in
            [("/checkout/v3/orders/o-2", "o-2"), ("orders/o-1a/", "o-1a"), ("orders/O-1", "O-1")]
        {
            let found = format!(r#"HPP-PRE-004 /order_id: expected "{id}", got "o-1""#);
            assert_eq!(told(&order(other, "o-1"), &[]), [found]);
        }
    }

    #[test]
    fn the_order_at_its_location_keeps_its_id() {
        let created = || [order("/orders/key", "o-1")];
        let read = |url: &str, body: Value| exchange(ReadOrder, url, Value::Null, body);
        let own = "https://API.example/orders/key";
        assert_eq!(told(&read(own, json!({ "order_id": "o-1" })), &created()), [""; 0]);
        assert_eq!(told(&read(own, json!({})), &created()), [""; 0]);
        let other = || json!({ "order_id": "o-2" });
        assert_eq!(told(&read("https://api.example/orders/other", other()), &created()), [""; 0]);
        assert_eq!(
            told(&read(own, other()), &created()),
            [r#"HPP-PRE-004 /order_id: expected "o-1", got "o-2""#]
        );
    }

    #[test]
    fn a_read_is_judged_by_the_life_of_its_session() {
        let url = "https://api.example/hpp/v1/sessions/s-1";
        let created =
            exchange(CreateSession, "", Value::Null, json!({ "session_id": "s-1", "session_url": url }));
        let read = |id: &str| exchange(ReadSession, url, Value::Null, json!({ "session_id": id }));
        assert_eq!(told(&read("s-1"), std::slice::from_ref(&created)), [""; 0]);
        assert_eq!(
            told(&read("s-2"), &[created]),
            ["HPP-CREATE-013", "HPP-READ-002"]
                .map(|id| format!(r#"{id} /session_id: expected "s-1", got "s-2""#))
        );
    }

    #[test]
    fn a_cached_answer_may_repeat_its_correlation_id() {
        let mut read =
            exchange(ReadSession, "https://api.example/hpp/v1/sessions/s-1", Value::Null, json!({}));
        if let Received::Response(response) = &mut read.outcome {
            response.fields.push(("Klarna-Correlation-Id".into(), "c-1".into()));
        }
        assert_eq!(told(&read, std::slice::from_ref(&read)), [""; 0]);
    }

    #[test]
    fn a_payment_session_ends_after_the_sessions_that_were_created_for_it() {
        let created = |url: &str, at: &str| {
            exchange(CreateSession, "", json!({ "payment_session_url": url }), json!({ "expires_at": at }))
        };
        let read = |operation, member: &str| {
            let answer = json!({ member: "2026-05-15T14:00:00Z" });
            exchange(operation, "https://api.example/kp/1", Value::Null, answer)
        };
        let own = "https://API.example:443/kp/1";
        let kp = read(ReadPaymentSession, "expires_at");
        let fine = created(own, "2026-05-15T13:00:00Z");
        assert_eq!(told(&kp, &[fine]), Vec::<String>::new());
        let of_another = created("https://api.example/kp/2", "2026-05-15T15:00:00Z");
        assert_eq!(told(&kp, &[of_another]), Vec::<String>::new());
        assert_eq!(
            told(&kp, &[created(own, "2026-05-15T13:00:00Z"), created(own, "2026-05-15T15:00:00Z")]),
            ["HPP-EXPIRY-001 /expires_at: expected a time before the end of the payment session, \
              got 1h after the end of the payment session"]
        );
        let kco = read(ReadOrder, "last_modified_at");
        assert_eq!(told(&kco, &[created(own, "2026-05-17T13:00:00Z")]), Vec::<String>::new());
        assert_eq!(told(&kco, &[created(own, "2026-05-17T14:00:00Z")]).len(), 1);
    }

    #[test]
    fn an_open_session_ends_with_its_kp_session_alone() {
        let url = "https://api.example/hpp/v1/sessions/s-1";
        let created = |end: &str| {
            let asked = json!({ "payment_session_url": "https://api.example/kp/1" });
            exchange(CreateSession, "", asked, json!({ "session_url": url, "expires_at": end }))
        };
        let read = |status: &str, end: &str| {
            exchange(ReadSession, url, Value::Null, json!({ "status": status, "expires_at": end }))
        };
        let kp = |end: &str| {
            exchange(
                ReadPaymentSession,
                "https://api.example/kp/1",
                Value::Null,
                json!({ "expires_at": end }),
            )
        };
        let (given, moved, end) = ("2026-05-15T13:00:00Z", "2026-05-15T13:00:01Z", "2026-05-15T14:00:00Z");
        let breach = "HPP-EXPIRY-006 /expires_at: expected the same time as `expires_at` of the creation (within 0s), \
                      got 1s after `expires_at` of the creation";
        let open = [created(given), read("IN_PROGRESS", given), read("IN_PROGRESS", moved)];
        assert_eq!(told(&kp(end), &open), [breach]);
        assert_eq!(told(&kp(end), &[created(given), read("BACK", given)]), [""; 0]);
        assert_eq!(told(&kp(end), &[created(given), read("DISABLED", moved)]), [""; 0], "it has ended");
        assert_eq!(told(&kp("2026-05-15T14:00:02Z"), &open), [""; 0], "the KP session may have moved");
        assert_eq!(told(&kp(end), &open[..1]), [""; 0], "nobody has read it");
        let change = exchange(ChangePaymentSession, "https://api.example/kp/1", Value::Null, Value::Null);
        assert_eq!(told(&kp(end), &[created(given), change, read("BACK", moved)]), [""; 0], "it was changed");
        let order = json!({ "last_modified_at": "2026-05-13T14:00:00Z" });
        let order = exchange(ReadOrder, "https://api.example/kp/1", Value::Null, order);
        assert_eq!(told(&order, &open), [""; 0], "when an order ends is not known");
    }
}
