//! Tests of legal variations on the wire: the bytes really are odd. Each takes the first seed that makes the choice.

use serde_json::{Value, json};

use crate::mock::contract::variation::{Navigation, Place, Variation};
use crate::mock::http::{Chunks, Coding, Numbers, Space};
use crate::mock::tests::client::{Answer, Shop, purchase};
use crate::mock::{Dialect, MockOptions};
use crate::serve::FieldNames;

/// A mock whose seed makes this choice, and none that hides the bytes or that the client of these tests cannot read.
async fn shop(dialect: Dialect, is_wanted: impl Fn(&Variation) -> bool) -> Shop {
    shop_with(dialect, |it| is_bare(it) && it.writing.odd_members.is_none() && is_wanted(it)).await
}

fn is_bare(it: &Variation) -> bool {
    it.coding.is_none() && it.chunks == Chunks::Whole && it.fields.one_closes_of.is_none()
}

async fn shop_with(dialect: Dialect, is_wanted: impl Fn(&Variation) -> bool) -> Shop {
    let seed = (0..1_000_000).find(|seed| is_wanted(&Variation::seeded(*seed)));
    assert!(seed.is_some(), "a seed makes the choice");
    Shop::with(MockOptions { dialect, legal_seed: seed, ..Shop::options() }).await
}

/// The answer to the creation of a payment session.
async fn created(shop: &Shop) -> Answer {
    let path = match shop.dialect {
        Dialect::Klarna => "/payments/v1/sessions",
        Dialect::Kustom => "/checkout/v3/orders",
    };
    shop.call("POST", path, Some(&purchase("ECOMMERCE"))).await
}

/// All bytes of an answer to a read without credentials.
async fn head(shop: &Shop) -> String {
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
    let mut stream = tokio::net::TcpStream::connect(shop.mock.addr()).await.unwrap();
    stream.write_all(b"GET /hpp/v1/sessions/x HTTP/1.1\r\nHost: x\r\n\r\n").await.unwrap();
    let mut bytes = Vec::new();
    while !bytes.windows(4).any(|window| window == b"\r\n\r\n") {
        assert_ne!(stream.read_buf(&mut bytes).await.unwrap(), 0, "an answer has a head");
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

#[tokio::test]
async fn field_names_have_the_case_that_was_chosen() {
    for (names, expected) in [
        (FieldNames::Title, "\r\nContent-Type: "),
        (FieldNames::Lower, "\r\ncontent-type: "),
        (FieldNames::Upper, "\r\nCONTENT-TYPE: "),
    ] {
        let shop = shop(Dialect::Klarna, |it| it.field_names == names && !it.fields.spaced).await;
        let head = head(&shop).await;
        assert!(head.contains(expected), "{names:?}: {head}");
    }
}

#[tokio::test]
async fn the_reason_phrase_is_another_or_empty() {
    for reason in ["As You Wish", ""] {
        let shop = shop(Dialect::Klarna, |it| it.reason == Some(reason)).await;
        let head = head(&shop).await;
        assert!(head.starts_with(&format!("HTTP/1.1 401 {reason}\r\n")), "{head}");
    }
}

#[tokio::test]
async fn fields_come_twice_with_white_space_and_from_networks() {
    let is_wanted = |it: &Variation| {
        let fields = it.fields;
        it.field_names == FieldNames::Title
            && fields.repeated
            && fields.of_network
            && fields.spaced
            && fields.kept
    };
    let shop = shop(Dialect::Klarna, is_wanted).await;
    let head = head(&shop).await;
    assert_eq!(head.matches("\r\nSet-Cookie: \t  ").count(), 2, "{head}");
    assert_eq!(head.matches("\r\nVary: \t  ").count(), 2, "{head}");
    for field in [
        "Via: \t  1.1 edge.example \t \r\n",
        "Connection: \t  keep-alive \t \r\n",
        "Keep-Alive: \t  timeout=5",
    ] {
        assert!(head.contains(field), "{field}: {head}");
    }
}

#[tokio::test]
async fn an_answer_may_close_its_connection() {
    let is_wanted =
        |it: &Variation| it.fields.one_closes_of == Some(1) && it.field_names == FieldNames::Title;
    let shop = shop_with(Dialect::Klarna, is_wanted).await;
    let head = head(&shop).await;
    assert!(head.contains("\r\nConnection: close\r\n"), "{head}");
}

/// The sizes of the chunks of a body, and the bytes in them.
fn chunks(answer: &Answer) -> (Vec<usize>, Vec<u8>) {
    let (mut sizes, mut whole, mut rest) = (Vec::new(), Vec::new(), answer.body.as_slice());
    loop {
        let end = rest.windows(2).position(|window| window == b"\r\n").unwrap();
        let size = usize::from_str_radix(std::str::from_utf8(&rest[..end]).unwrap(), 16).unwrap();
        if size == 0 {
            return (sizes, whole);
        }
        whole.extend_from_slice(&rest[end + 2..end + 2 + size]);
        sizes.push(size);
        rest = &rest[end + 4 + size..];
    }
}

#[tokio::test]
async fn a_body_comes_in_odd_chunks() {
    for (cut, least) in [(Chunks::One, 1), (Chunks::Bytes, 200), (Chunks::Inside, 2)] {
        let is_wanted = |it: &Variation| it.chunks == cut && it.coding.is_none();
        let shop = shop_with(Dialect::Klarna, is_wanted).await;
        let answer = created(&shop).await;
        let (sizes, body) = chunks(&answer);
        assert!(sizes.len() >= least, "{cut:?}: {sizes:?}");
        assert_eq!(sizes.len() == 1, cut == Chunks::One, "{cut:?}: {sizes:?}");
        assert!(cut != Chunks::Bytes || sizes[..200] == [1; 200], "{sizes:?}");
        assert!(String::from_utf8(body).unwrap().trim_end().ends_with('}'));
    }
}

#[tokio::test]
async fn a_body_is_packed_as_the_client_takes_it() {
    for coding in [Coding::Gzip, Coding::Deflate, Coding::Brotli, Coding::Zstd] {
        let is_wanted = |it: &Variation| {
            it.coding == Some(coding)
                && it.chunks == Chunks::Whole
                && it.field_names == FieldNames::Title
                && !it.fields.spaced
                && it.detour.is_none()
                && it.paths.page == "/pay/{key}"
        };
        let shop = shop_with(Dialect::Klarna, is_wanted).await;
        let word = coding.word();
        for (offers, expected) in [(word, Some(word)), ("identity", None), ("*;q=0", None)] {
            let fields = format!("Accept-Encoding: {offers}\r\n");
            let answer = shop.send("GET", "/hpp/v1/sessions/x", &fields, "").await;
            assert_eq!(answer.field("Content-Encoding"), expected, "{offers}");
            let is_plain = answer.body.trim_ascii_start().starts_with(b"{");
            assert_eq!(is_plain, expected.is_none(), "{offers}");
            let page = shop.send("GET", "/pay/x", &fields, "").await;
            assert_eq!(page.body.starts_with(b"<!doctype"), expected.is_none(), "{offers}");
        }
    }
}

#[tokio::test]
async fn numbers_white_space_and_odd_members_are_in_the_text() {
    for (numbers, expected) in [(Numbers::Point, "19900.0"), (Numbers::Exponent, "199e2")] {
        let is_wanted = |it: &Variation| {
            is_bare(it)
                && it.writing.numbers == numbers
                && it.writing.space == Space::Pretty
                && it.writing.odd_members.is_some()
        };
        let shop = shop_with(Dialect::Kustom, is_wanted).await;
        let text = created(&shop).await.text();
        assert!(text.starts_with("{\n  \"") && text.contains(expected), "{text}");
        assert_eq!(text.matches("\"__proto__\":{").count(), text.matches("1e400").count(), "{text}");
        assert!(text.matches("1e400").count() > 1, "nested objects have odd members too: {text}");
    }
}

#[tokio::test]
async fn members_that_are_not_known_yet_are_null() {
    for (dialect, expected) in [(Dialect::Klarna, 3), (Dialect::Kustom, 2)] {
        let is_wanted = |it: &Variation| it.unknown_is_null;
        let shop = shop(dialect, is_wanted).await;
        let url = shop.payment_session("ECOMMERCE").await;
        let session = shop.create(&url, &json!({})).await.member("/session_url");
        let read = shop.call("GET", &session, None).await.json();
        let nulls = read.as_object().unwrap().values().filter(|value| value.is_null()).count();
        assert_eq!(nulls, expected, "{read}");
    }
}

#[tokio::test]
async fn a_payment_session_shows_its_times_elsewhere() {
    let shop = shop(Dialect::Klarna, |it| it.payment_offset == -5).await;
    let url = shop.payment_session("ECOMMERCE").await;
    let end = shop.call("GET", &url, None).await.member("/expires_at");
    assert!(end.ends_with("-05:00"), "{end}");
}

#[tokio::test]
async fn links_are_in_capitals_and_lead_to_the_same_place() {
    for dialect in [Dialect::Klarna, Dialect::Kustom] {
        let is_wanted = |it: &Variation| {
            it.links_in_capitals
                && it.detour.is_none()
                && it.navigation == Navigation::SeeOther
                && it.field_names == FieldNames::Title
                && !it.fields.spaced
        };
        let shop = shop(dialect, is_wanted).await;
        let payment = shop.payment_session("ECOMMERCE").await;
        let urls = json!({ "merchant_urls": { "back": "https://m.example/back?a=b" } });
        let answer = shop.create(&payment, &urls).await;
        let page = answer.member("/redirect_url");
        assert!(page.starts_with("HTTP://LOCALHOST:"), "{page}");
        assert!(answer.member("/session_url").starts_with("HTTP://127.0.0.1:"), "{}", answer.text());
        let page = page.split('?').next().unwrap();
        let left = shop.press(page, "back").await;
        assert_eq!(left.field("Location"), Some("HTTPS://M.EXAMPLE:443/back?a=b"), "{}", left.text());
    }
}

#[tokio::test]
async fn a_redirect_to_the_same_host_can_be_relative() {
    for (place, begin) in
        [(Place::WithoutScheme, "//localhost:"), (Place::PathOnly, "/"), (Place::Relative, "?")]
    {
        let is_wanted = |it: &Variation| {
            it.place == place
                && it.detour == Some(307)
                && !it.links_in_capitals
                && it.page_host == "localhost"
                && it.field_names == FieldNames::Title
                && !it.fields.spaced
        };
        let shop = shop(Dialect::Klarna, is_wanted).await;
        let payment = shop.payment_session("ECOMMERCE").await;
        let page = shop.create(&payment, &json!({})).await.member("/redirect_url");
        let first = shop.open_page(&page).await;
        let to = first.field("Location").unwrap_or_default().to_owned();
        assert!(first.status == 307 && to.starts_with(begin) && to.ends_with("turn=1"), "{to}");
    }
}

/// The statuses that reads show after the page was opened, until the session has moved on.
#[tokio::test]
async fn a_status_is_read_as_before_for_a_while() {
    let is_wanted = |it: &Variation| {
        !it.choices.lag.is_zero() && it.slowest.is_zero() && !it.one_of_ten_is_slow && it.detour.is_none()
    };
    let shop = shop(Dialect::Klarna, is_wanted).await;
    let payment = shop.payment_session("ECOMMERCE").await;
    let created = shop.create(&payment, &json!({})).await;
    let (session, page) = (created.member("/session_url"), created.member("/redirect_url"));
    assert_eq!(shop.open_page(&page).await.status, 200);
    let read = async || shop.call("GET", &session, None).await.member("/status");
    let mut statuses = vec![read().await];
    while statuses.last().unwrap() == "WAITING" {
        statuses.push(read().await);
    }
    assert_eq!((statuses[0].as_str(), statuses.last().unwrap().as_str()), ("WAITING", "IN_PROGRESS"));
}

#[tokio::test]
async fn words_have_soft_hyphens_that_nobody_sees() {
    let is_wanted = |it: &Variation| it.wording.is_hyphenated && it.detour.is_none();
    let shop = shop(Dialect::Klarna, is_wanted).await;
    let payment = shop.payment_session("ECOMMERCE").await;
    let page = shop.create(&payment, &json!({})).await;
    let Value::String(link) = page.json()["redirect_url"].take() else { return };
    assert!(shop.open_page(&link).await.text().contains('\u{ad}'));
}
