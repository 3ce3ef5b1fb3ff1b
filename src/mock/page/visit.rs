//! The payment page in the browser: opened, acted on, left; its QR image; its generic pages.

use std::sync::{Arc, Weak};

use axum::http::{Method, StatusCode};
use jiff::Timestamp;
use url::form_urlencoded;

use crate::mock::callback;
use crate::mock::contract::life::{Ended, Event, Status};
use crate::mock::contract::merchant_urls::Destination;
use crate::mock::contract::placeholder::fill;
use crate::mock::contract::rules::{Outcome, Slip};
use crate::mock::ground::sharded_map::lock;
use crate::mock::http::{Call, Reply};
use crate::mock::page::markup::{Ending, Move};
use crate::mock::page::qr::qr_png;
use crate::mock::page::{checkout, markup};
use crate::mock::state::Playground;
use crate::mock::state::session::Hosted;

/// Opens the payment page.
pub fn open(playground: &Playground, call: &Call<'_>) -> Reply {
    let Some((hosted, now)) = find(playground, call) else {
        return unknown(playground);
    };
    if let Some(ending) = ending(playground, &hosted, now) {
        return ended(playground, &hosted, ending, now);
    }
    // A link checker that asks for the head alone has not opened the page.
    let is_opened = *call.method == Method::GET;
    // Only the link of a disabled session can still be opened against the rules of life; it stays disabled.
    let news = is_opened.then(|| playground.apply(&hosted, Event::PageOpened, now).ok().flatten());
    let held = callback::tell(playground, &hosted, news.flatten());
    let page = checkout::checkout(playground, &hosted);
    Reply::html(StatusCode::OK, page).dated(now).held_until(held)
}

/// Asks whether the consumer really wants to cancel.
pub fn confirm_cancel(playground: &Playground, call: &Call<'_>) -> Reply {
    let Some((hosted, now)) = find(playground, call) else {
        return unknown(playground);
    };
    if let Some(ending) = ending(playground, &hosted, now) {
        return ended(playground, &hosted, ending, now);
    }
    let page = markup::cancel_confirmation(playground, &hosted);
    Reply::html(StatusCode::OK, page).dated(now)
}

/// Makes the move whose button the consumer pressed.
pub fn act(playground: &Playground, call: &Call<'_>) -> Reply {
    let Some((hosted, now)) = find(playground, call) else {
        return unknown(playground);
    };
    match ending(playground, &hosted, now) {
        // The page was open while the merchant disabled the session.
        Some(Ending::Disabled) if playground.rules.life.open_page_vanishes => {
            return vanished(playground, &hosted, now);
        }
        Some(Ending::Disabled) => {
            let page = checkout::checkout(playground, &hosted);
            return Reply::html(StatusCode::OK, page).dated(now);
        }
        Some(ending) => return ended(playground, &hosted, ending, now),
        None => {}
    }
    let chosen = form_urlencoded::parse(call.body)
        .find(|(name, _)| name == "move")
        .and_then(|(_, name)| Move::named(&name));
    let rules = &playground.rules;
    let moves = markup::moves(&hosted, &rules.page);
    let reply = match chosen {
        Some(Move::Keep) => Ok(to_page(playground, &hosted, "")),
        Some(Move::Cancel) if moves.contains(&Move::Cancel) && rules.redirect.cancel_asks_first => {
            Ok(to_page(playground, &hosted, "/cancel"))
        }
        Some(Move::Cancel | Move::ConfirmCancel) if moves.contains(&Move::Cancel) => {
            leave(playground, &hosted, Event::CancelConfirmed, now)
        }
        Some(Move::Back) if moves.contains(&Move::Back) => {
            let acts_as_cancel = !rules.redirect.cancel_acting_as_back_keeps_session
                && hosted.merchant_urls.cancel_acts_as_back(&rules.redirect);
            let event = if acts_as_cancel { Event::CancelConfirmed } else { Event::Back };
            leave(playground, &hosted, event, now)
        }
        Some(Move::Approve) if !rules.redirect.approval_completes => {
            Ok(to_page(playground, &hosted, "/completion"))
        }
        Some(Move::Approve) => leave(playground, &hosted, hosted.account().take_next(), now),
        Some(Move::Decline) => leave(playground, &hosted, Event::Declined, now),
        Some(Move::Error) => leave(playground, &hosted, Event::TechnicalError, now),
        _ => {
            let page = markup::ending(playground, Some(&hosted), Ending::NoSuchMove);
            Ok(Reply::html(StatusCode::BAD_REQUEST, page))
        }
    };
    let reply = reply.unwrap_or_else(|Ended(status)| match status {
        Status::Disabled => vanished(playground, &hosted, now),
        _ => ended(playground, &hosted, Ending::of(status), now),
    });
    reply.dated(now)
}

/// Completes a payment for a browser that came back; every faithful page has done so before.
pub fn complete(playground: &Playground, call: &Call<'_>) -> Reply {
    let found = find(playground, call).filter(|_| !playground.rules.redirect.approval_completes);
    let Some((hosted, now)) = found else {
        return unknown(playground);
    };
    let left = leave(playground, &hosted, hosted.account().take_next(), now);
    left.unwrap_or_else(|Ended(status)| ended(playground, &hosted, Ending::of(status), now)).dated(now)
}

/// Shows the generic page of an outcome.
pub fn generic(playground: &Playground, call: &Call<'_>) -> Reply {
    let found = find(playground, call).zip(Outcome::named(call.param("outcome")));
    let Some(((hosted, now), outcome)) = found else {
        return unknown(playground);
    };
    // No one is told of a payment that did not happen.
    if outcome == Outcome::Success && hosted.status() != Status::Completed {
        return vanished(playground, &hosted, now);
    }
    let page = markup::ending(playground, Some(&hosted), Ending::Generic(outcome));
    let stays = outcome != Outcome::Success || playground.rules.redirect.generic_success_page_stays;
    let page = if stays {
        page
    } else {
        let target = hosted.merchant_urls.any().unwrap_or("/");
        let target =
            fill(target, &hosted.tag_values(&playground.rules.placeholder), &playground.rules.placeholder);
        markup::leaving_late(&page, &target)
    };
    Reply::html(StatusCode::OK, page).dated(now)
}

/// The QR image of the payment page's address.
pub fn qr_image(playground: &Playground, call: &Call<'_>) -> Reply {
    let image = playground.qr_images.get(call.param("key")).and_then(|hosted| {
        let url = if playground.rules.page.slips(Slip::QrLeadsElsewhere) {
            format!("{}/", playground.page_origin)
        } else {
            playground.page_url(&hosted)
        };
        let image = qr_png(&url)?;
        Some(Reply::png(image).dated(hosted.account().now()))
    });
    image.unwrap_or_else(|| unknown(playground))
}

/// The page on which an operator in a shop would hand the link over.
pub fn distribution_module(playground: &Playground, call: &Call<'_>) -> Reply {
    find(playground, call).map_or_else(
        || unknown(playground),
        |(hosted, now)| {
            let page = markup::distribution_module(playground, &hosted);
            Reply::html(StatusCode::OK, page).dated(now)
        },
    )
}

/// The session of the page, and what its merchant's clock shows.
fn find(playground: &Playground, call: &Call<'_>) -> Option<(Arc<Hosted>, Timestamp)> {
    let hosted = playground.pages.get(call.param("key"))?;
    let now = hosted.account().now();
    Some((hosted, now))
}

/// Why the page cannot be used any more.
fn ending(playground: &Playground, hosted: &Hosted, now: Timestamp) -> Option<Ending> {
    let rules = &playground.rules;
    match hosted.status() {
        Status::Disabled if rules.life.disabled_link_is_dead => Some(Ending::Disabled),
        Status::Completed if rules.life.completed_link_is_dead => Some(Ending::Completed),
        Status::Cancelled => Some(Ending::Cancelled),
        status if rules.life.ends_early == Some(status) => Some(Ending::of(status)),
        _ => (rules.expiry.expired_is_not_payable && hosted.is_expired(now, &rules.expiry))
            .then_some(Ending::Expired),
    }
}

/// The page of a session that has ended: an error for a link that is dead, a notice for one that did its work.
fn ended(playground: &Playground, hosted: &Hosted, ending: Ending, now: Timestamp) -> Reply {
    let status = match ending {
        Ending::Disabled | Ending::Expired => playground.variation.dead_link,
        _ => StatusCode::OK,
    };
    let page = markup::ending(playground, Some(hosted), ending);
    Reply::html(status, page).dated(now)
}

/// The page-not-found error on the next action after the merchant disabled the session.
fn vanished(playground: &Playground, hosted: &Hosted, now: Timestamp) -> Reply {
    let page = markup::ending(playground, Some(hosted), Ending::Vanished);
    Reply::html(StatusCode::NOT_FOUND, page).dated(now)
}

fn unknown(playground: &Playground) -> Reply {
    Reply::html(StatusCode::NOT_FOUND, markup::ending(playground, None, Ending::Unknown))
}

fn to_page(playground: &Playground, hosted: &Hosted, step: &str) -> Reply {
    let page = playground.paths.page(&hosted.page_key);
    Reply::see_other(&format!("{}{page}{step}", playground.page_origin))
}

/// Lets the visit end, and sends the consumer where its outcome leads.
fn leave(
    playground: &Playground,
    hosted: &Arc<Hosted>,
    event: Event,
    now: Timestamp,
) -> Result<Reply, Ended> {
    if event == Event::Declined && falls_back(playground, hosted) {
        return Ok(to_page(playground, hosted, ""));
    }
    let news = match event {
        Event::Approved => Some(playground.approve(hosted, now)?),
        other => playground.apply(hosted, other, now)?,
    };
    let held = callback::tell(playground, hosted, news);
    let outcome = match event {
        Event::Approved => Outcome::Success,
        Event::Declined => Outcome::Failure,
        Event::Back => Outcome::Back,
        Event::CancelConfirmed => Outcome::Cancel,
        _ => Outcome::Error,
    };
    let rules = &playground.rules;
    // A cancel URL that acts as a back URL is found from `back`, whatever became of the session.
    let way = if outcome == Outcome::Cancel && lock(&hosted.payment.state).is_ecommerce() {
        Outcome::Back
    } else {
        outcome
    };
    let giver = newest(playground, hosted);
    let reply = match giver.merchant_urls.destination(way, &rules.redirect) {
        Destination::Merchant(url) => {
            let values = hosted.tag_values(&rules.placeholder).limited_to(outcome, &rules.placeholder);
            Reply::see_other(&fill(url, &values, &rules.placeholder))
        }
        Destination::Generic(outcome) => to_page(playground, hosted, &format!("/end/{}", outcome.name())),
        Destination::Nowhere => Reply::see_other(&format!("{}/nowhere", playground.page_origin)),
    };
    Ok(reply.held_until(held))
}

/// Whether a decline leads to the categories not chosen, before it is final.
fn falls_back(playground: &Playground, hosted: &Hosted) -> bool {
    let may = hosted.options.falls_back(playground.dialect, &playground.rules.page);
    let mut state = lock(&hosted.state);
    state.has_fallen_back = may && !state.has_fallen_back;
    state.has_fallen_back
}

/// The session whose merchant URLs count: its own, while the rules are whole.
fn newest(playground: &Playground, hosted: &Arc<Hosted>) -> Arc<Hosted> {
    if playground.rules.create.sibling_has_its_own_merchant_urls {
        return Arc::clone(hosted);
    }
    let newest = lock(&hosted.payment.state).hosted.iter().rev().find_map(Weak::upgrade);
    newest.unwrap_or_else(|| Arc::clone(hosted))
}
