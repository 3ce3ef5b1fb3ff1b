//! Checks of what the consumer sees on the provider's pages.

use crate::check::landing::MerchantSite;
use crate::check::{Judgement, quoted};
use crate::evidence::PageVisit;
use crate::verdict::Mismatch;

/// The move that confirms the cancellation.
pub const CONFIRMATION: &str = "confirm-cancel";

/// The visit ended on a generic page: it stays, has text, takes no payment, and its ending is known.
///
/// With `ending`, it must be that one.
pub fn generic(visit: &PageVisit, site: MerchantSite, ending: Option<&str>) -> Judgement {
    let expected =
        ending.map_or_else(|| "a generic page".to_owned(), |ending| format!("the generic {ending} page"));
    let actual = site.end(visit);
    let fits = match (&visit.ending, ending) {
        (Some(actual), Some(expected)) => actual == expected,
        (actual, _) => actual.is_some(),
    };
    if site.name(&visit.url).is_some()
        || !fits
        || !is_document(visit)
        || !visit.offers.is_empty()
        || is_blank(visit)
    {
        return Err(Mismatch::new("landing", expected, actual));
    }
    if !visit.stayed {
        return Err(Mismatch::new(
            "landing",
            format!("{expected}, without a redirect"),
            format!("{actual}, then a redirect"),
        ));
    }
    Ok(())
}

fn is_blank(visit: &PageVisit) -> bool {
    visit.text.trim().is_empty()
}

fn status_of(visit: &PageVisit) -> Option<u16> {
    visit.hops.last().and_then(|hop| hop.status)
}

/// Whether the browser got a page and not a refusal.
fn is_document(visit: &PageVisit) -> bool {
    status_of(visit).is_some_and(|status| (200..300).contains(&status))
}

/// A browser without credentials gets the page with a 2xx.
pub fn public(visit: &PageVisit) -> Judgement {
    if is_document(visit) {
        return Ok(());
    }
    let actual = status_of(visit).map_or_else(|| "no response".to_owned(), |status| status.to_string());
    Err(Mismatch::new("status of the page", "a 2xx", actual))
}

/// The page offers to pay, to go back or to cancel.
pub fn offers_payment(visit: &PageVisit, site: MerchantSite) -> Judgement {
    if !visit.offers.is_empty() && !asks(visit) {
        return Ok(());
    }
    Err(Mismatch::new("page", "a payment page", site.end(visit)))
}

/// The page offers this move.
pub fn offers(visit: &PageVisit, wanted: &str) -> Judgement {
    if visit.offers.iter().any(|offer| offer == wanted) {
        return Ok(());
    }
    Err(Mismatch::new("page", format!("the move {wanted}"), format!("only {}", visit.offers.join(", "))))
}

/// The link alone shows the payment page, without a frame of the merchant's site around it. Frames inside the page are the
/// provider's own.
pub fn stands_alone(visit: &PageVisit, site: MerchantSite) -> Judgement {
    if visit.offers.is_empty() || is_blank(visit) {
        return Err(Mismatch::new("page", "the payment page at the top level", site.end(visit)));
    }
    Ok(())
}

/// The page has text and no button to pay.
pub fn explains(visit: &PageVisit, site: MerchantSite) -> Judgement {
    let expected = "a page of the provider that explains itself and offers no payment";
    if site.name(&visit.url).is_some() || is_blank(visit) || !visit.offers.is_empty() {
        return Err(Mismatch::new("page", expected, site.end(visit)));
    }
    Ok(())
}

/// The page shows this amount, in any notation, and the currency as code or sign.
pub fn shows_price(visit: &PageVisit, minor_units: u32, currency: &str) -> Judgement {
    let (whole, cents) = (minor_units / 100, minor_units % 100);
    let is_amount = ['.', ','].iter().any(|point| visit.text.contains(&format!("{whole}{point}{cents:02}")));
    let sign = match currency {
        "EUR" => "€",
        "GBP" => "£",
        "USD" => "$",
        "SEK" | "NOK" | "DKK" => "kr",
        other => other,
    };
    if is_amount && (visit.text.contains(currency) || visit.text.contains(sign)) {
        return Ok(());
    }
    let expected = format!("{currency} {whole}.{cents:02} on the page");
    Err(Mismatch::new("page", expected, quoted(&visit.text)))
}

/// The page does not offer to pay, to go back or to cancel.
pub fn takes_no_payment(visit: &PageVisit, site: MerchantSite) -> Judgement {
    if visit.offers.is_empty() {
        return Ok(());
    }
    Err(Mismatch::new("page", "a page that takes no payment", site.end(visit)))
}

/// The page offers back or cancel, but not both.
pub fn one_way_out(visit: &PageVisit) -> Judgement {
    let ways: Vec<&str> =
        visit.offers.iter().map(String::as_str).filter(|offer| matches!(*offer, "back" | "cancel")).collect();
    if ways.len() < 2 {
        return Ok(());
    }
    Err(Mismatch::new("page", "back or cancel, not both", ways.join(" and ")))
}

/// The page asks whether the consumer really wants to cancel.
pub fn asks_confirmation(visit: &PageVisit, site: MerchantSite) -> Judgement {
    if asks(visit) && !is_blank(visit) {
        return Ok(());
    }
    Err(Mismatch::new("page", "a question whether to cancel", site.end(visit)))
}

/// Whether the page asks for confirmation.
pub fn asks(visit: &PageVisit) -> bool {
    visit.offers.iter().any(|offer| offer == CONFIRMATION)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::landing::examples::{SITE, generic as generic_page, visit};

    fn paying() -> PageVisit {
        let mut page = visit("http://localhost:1/‹link:1›", "Pay 25.00 EUR");
        page.offers = vec!["approve".into(), "back".into()];
        page
    }

    fn text(judgement: Judgement) -> String {
        judgement.unwrap_err().to_string()
    }

    #[test]
    fn a_generic_page_says_something_known_and_stays() {
        assert_eq!(generic(&generic_page("success"), SITE, Some("success")), Ok(()));
        assert_eq!(generic(&generic_page("error"), SITE, None), Ok(()));
        let mut late = generic_page("success");
        late.stayed = false;
        let mut blank = generic_page("success");
        blank.text = " ".into();
        let mut refused = generic_page("success");
        refused.hops[0].status = Some(500);
        let cases = [
            (generic_page("error"), "the generic error page"),
            (blank, "a blank page"),
            (refused, "the generic success page (status 500)"),
            (paying(), "the payment page"),
            (visit("https://merchant.example/s1/success", "Merchant"), "the success URL"),
            (visit("http://localhost:1/‹link:1›", "Hm"), r#"a page that says "Hm""#),
        ];
        for (page, actual) in cases {
            assert_eq!(
                text(generic(&page, SITE, Some("success"))),
                format!("landing: expected the generic success page, got {actual}"),
            );
        }
        assert_eq!(
            text(generic(&late, SITE, Some("success"))),
            "landing: expected the generic success page, without a redirect, got the generic success page, then a redirect",
        );
    }

    #[test]
    fn the_payment_page_offers_a_move_at_the_top_level() {
        assert_eq!(offers_payment(&paying(), SITE), Ok(()));
        assert_eq!(stands_alone(&paying(), SITE), Ok(()));
        let blank = visit("http://localhost:1/‹link:1›", "");
        assert_eq!(
            text(stands_alone(&blank, SITE)),
            "page: expected the payment page at the top level, got a blank page"
        );
        assert!(stands_alone(&PageVisit { text: " ".into(), ..paying() }, SITE).is_err(), "a blank page");
        assert!(stands_alone(&generic_page("expired"), SITE).is_err(), "a page without a move");
        let mut with_frame = paying();
        with_frame.top_level = false;
        assert_eq!(stands_alone(&with_frame, SITE), Ok(()), "the provider may use frames");
        assert_eq!(
            text(offers_payment(&generic_page("expired"), SITE)),
            "page: expected a payment page, got the generic expired page",
        );
    }

    #[test]
    fn a_closed_link_explains_itself() {
        let mut gone = generic_page("expired");
        gone.hops[0].status = Some(410);
        assert_eq!(explains(&gone, SITE), Ok(()));
        assert_eq!(
            text(explains(&paying(), SITE)),
            "page: expected a page of the provider that explains itself and offers no payment, \
             got the payment page",
        );
        let blank = PageVisit { text: " ".into(), ..generic_page("expired") };
        assert!(explains(&blank, SITE).is_err(), "a blank page");
        let merchant = visit("https://merchant.example/s1/success", "Merchant");
        assert!(explains(&merchant, SITE).is_err(), "a page of the merchant");
        assert_eq!(text(public(&gone)), "status of the page: expected a 2xx, got 410");
    }

    #[test]
    fn a_confirmation_is_recognised_by_the_move_it_offers() {
        let mut asking = visit("http://localhost:1/‹link:1›", "Really?");
        asking.offers = vec!["confirm-cancel".into(), "keep".into()];
        assert_eq!(asks_confirmation(&asking, SITE), Ok(()));
        assert!(offers_payment(&asking, SITE).is_err());
        let gone = visit("https://merchant.example/s1/cancel", "Merchant");
        assert_eq!(
            text(asks_confirmation(&gone, SITE)),
            "page: expected a question whether to cancel, got the cancel URL"
        );
    }

    #[test]
    fn a_finished_link_takes_no_payment() {
        assert_eq!(takes_no_payment(&generic_page("completed"), SITE), Ok(()));
        assert_eq!(
            text(takes_no_payment(&paying(), SITE)),
            "page: expected a page that takes no payment, got the payment page",
        );
    }

    #[test]
    fn one_way_out_is_back_or_cancel() {
        let mut page = paying();
        assert_eq!(one_way_out(&page), Ok(()));
        assert_eq!(offers(&page, "back"), Ok(()));
        assert_eq!(text(offers(&page, "cancel")), "page: expected the move cancel, got only approve, back");
        page.offers.push("cancel".into());
        assert_eq!(text(one_way_out(&page)), "page: expected back or cancel, not both, got back and cancel");
    }

    #[test]
    fn a_price_is_found_in_any_notation() {
        let page = |words: &str| visit("http://localhost:1/‹link:1›", words);
        for words in ["Pay EUR 25.00", "25,00 €", "Zahlen: 25,00 EUR"] {
            assert_eq!(shows_price(&page(words), 2500, "EUR"), Ok(()), "{words}");
        }
        assert_eq!(
            text(shows_price(&page("Pay SEK 25.00"), 2500, "EUR")),
            "page: expected EUR 25.00 on the page, got \"Pay SEK 25.00\"",
        );
        assert!(shows_price(&page("Pay EUR …"), 2500, "EUR").is_err());
    }
}
