//! Visits of the consumer: the payment page, its buttons, its QR image, its generic pages.

use std::sync::Arc;

use axum::http::{Method, StatusCode};
use jiff::Timestamp;
use url::form_urlencoded;

use crate::mock::callback;
use crate::mock::contract::merchant_urls::{Destination, Outcome, Way};
use crate::mock::contract::page::{Act, Button, Press, Scanned, Step};
use crate::mock::contract::placeholder::Target;
use crate::mock::contract::status::{Ended, Event, Purpose, Standing, Status};
use crate::mock::ground::sharded_map::lock;
use crate::mock::http::{Call, Reply};
use crate::mock::page::checkout::checkout;
use crate::mock::page::markup;
use crate::mock::page::markup::Ending;
use crate::mock::page::qr::qr_png;
use crate::mock::page::skin;
use crate::mock::skin::PAGE;
use crate::mock::state::Playground;
use crate::mock::state::session::Hosted;

/// A visit to the page of a session.
struct Visit<'p> {
    playground: &'p Playground,
    /// The path of the request.
    path: &'p str,
    hosted: Arc<Hosted>,
    /// The time of its merchant's clock.
    now: Timestamp,
}

/// Opens the payment page.
pub fn open(playground: &Playground, call: &Call<'_>) -> Reply {
    if let Some(detour) = playground.contract.variation.detour(call, &playground.page_origin) {
        return detour;
    }
    visit(playground, call, |visit| {
        visit.check(Purpose::OpenPage)?;
        // A HEAD request, for example of a link checker, does not open the page.
        let news = if *call.method == Method::GET {
            // The session may have ended in the meantime.
            playground.apply(&visit.hosted, Event::PageOpened, visit.now).ok().flatten()
        } else {
            None
        };
        let held = callback::tell(playground, &visit.hosted, news);
        let dressed = playground.skin.and_then(|skin| skin::document(playground, &visit.hosted, skin, PAGE));
        let plain = || Reply::html(StatusCode::OK, checkout(playground, &visit.hosted));
        Ok(dressed.unwrap_or_else(plain).held_until(held))
    })
}

/// A document for a frame or a window of the payment page. Only a skin has them. It says nothing of the status, as a file would.
pub fn frame(playground: &Playground, call: &Call<'_>) -> Reply {
    visit(playground, call, |visit| {
        let named = playground.skin.filter(|_| call.param("part") != PAGE);
        let document =
            named.and_then(|skin| skin::document(playground, &visit.hosted, skin, call.param("part")));
        Ok(document.unwrap_or_else(|| unknown(playground)))
    })
}

/// Asks the consumer to confirm the cancellation.
pub fn confirm_cancel(playground: &Playground, call: &Call<'_>) -> Reply {
    visit(playground, call, |visit| {
        visit.check(Purpose::OpenPage)?;
        Ok(Reply::html(StatusCode::OK, markup::cancel_confirmation(playground, &visit.hosted)))
    })
}

/// Handles the button that the consumer pressed.
pub fn act(playground: &Playground, call: &Call<'_>) -> Reply {
    visit(playground, call, |visit| {
        visit.check(Purpose::Press)?;
        let field =
            |name| form_urlencoded::parse(call.body).find(|(field, _)| field == name).map(|(_, value)| value);
        visit.choose(field("payment_method_category").as_deref());
        let button = field("move").and_then(|name| Button::named(&name));
        let button = match button {
            Some(Button::Approve) => match visit.hosted.account().take_next() {
                Event::Declined => Button::Decline,
                Event::TechnicalError => Button::Error,
                _ => Button::Approve,
            },
            Some(button) => button,
            None => return Ok(visit.no_such_button()),
        };
        visit.act(Act::Press(button))
    })
}

/// Shows the generic page of an outcome.
pub fn generic(playground: &Playground, call: &Call<'_>) -> Reply {
    let Some(outcome) = Outcome::named(call.param("outcome")) else {
        return unknown(playground);
    };
    visit(playground, call, |visit| visit.act(Act::Arrive(outcome)))
}

/// The QR image of the payment page's address.
pub fn qr_image(playground: &Playground, call: &Call<'_>) -> Reply {
    if let Some(detour) = playground.contract.variation.detour(call, &playground.page_origin) {
        return detour;
    }
    let image = playground.qr_images.get(call.param("key")).and_then(|hosted| {
        let eldest = hosted.payment.siblings().next().map_or_else(String::new, |it| playground.page_url(&it));
        let scanned = Scanned { page_url: &playground.page_url(&hosted), eldest: &eldest };
        let image = qr_png(&playground.contract.qr_link(&scanned))?;
        Some(Reply::png(image).dated(hosted.account().now()))
    });
    image.unwrap_or_else(|| unknown(playground))
}

/// The page for staff in a shop, from which they would distribute the link.
pub fn distribution_module(playground: &Playground, call: &Call<'_>) -> Reply {
    visit(playground, call, |visit| {
        Ok(Reply::html(StatusCode::OK, markup::distribution_module(playground, &visit.hosted)))
    })
}

/// Answers a visit. If the session has ended, with a page that says so.
fn visit(
    playground: &Playground,
    call: &Call<'_>,
    answer: impl FnOnce(&Visit<'_>) -> Result<Reply, Ending>,
) -> Reply {
    let Some(hosted) = playground.pages.get(call.param("key")) else {
        return unknown(playground);
    };
    let now = hosted.account().now();
    let visit = Visit { playground, path: call.path, hosted, now };
    answer(&visit).unwrap_or_else(|ending| visit.told(ending)).dated(now)
}

fn unknown(playground: &Playground) -> Reply {
    Reply::html(StatusCode::NOT_FOUND, markup::ending(playground, None, Ending::Unknown))
}

impl Visit<'_> {
    /// Whether the page can be used for `purpose`. If not, the page that says why.
    fn check(&self, purpose: Purpose) -> Result<(), Ending> {
        match self.hosted.standing(purpose, self.now, &self.playground.contract) {
            Standing::Open => Ok(()),
            Standing::Expired => Err(Ending::Expired),
            // The merchant disabled the session while the page was open.
            Standing::Ended(Status::Disabled) if purpose == Purpose::Press => Err(Ending::Vanished),
            Standing::Ended(status) => Err(Ending::of(status)),
        }
    }

    /// A page with a message: an error for a dead link, a notice for a link that was used.
    fn told(&self, ending: Ending) -> Reply {
        let status = match ending {
            Ending::Disabled | Ending::Expired => self.playground.contract.variation.dead_link,
            Ending::Vanished => StatusCode::NOT_FOUND,
            _ => StatusCode::OK,
        };
        Reply::html(status, markup::ending(self.playground, Some(&self.hosted), ending))
    }

    /// Notes the category that the consumer chose. If the page does not offer it, its first one counts.
    fn choose(&self, chosen: Option<&str>) {
        let mut state = lock(&self.hosted.state);
        let dialect = self.playground.contract.dialect;
        let offered = self.hosted.options.offered(dialect, state.has_fallen_back);
        let is_chosen = |category: &&&str| chosen.is_some_and(|chosen| category.eq_ignore_ascii_case(chosen));
        if let Some(category) = offered.iter().find(is_chosen).or(offered.first()) {
            state.category = category;
        }
    }

    fn no_such_button(&self) -> Reply {
        let page = markup::ending(self.playground, Some(&self.hosted), Ending::NoSuchMove);
        Reply::html(StatusCode::BAD_REQUEST, page)
    }

    fn act(&self, act: Act) -> Result<Reply, Ending> {
        let Self { playground, hosted, .. } = self;
        let (status, exits, has_fallen_back, has_asked) = {
            let state = lock(&hosted.state);
            (state.life.status, state.life.circumstances.exits, state.has_fallen_back, state.has_asked)
        };
        let press = Press {
            act,
            status,
            is_ecommerce: lock(&hosted.payment.state).is_ecommerce(),
            dialect: playground.contract.dialect,
            options: &hosted.options,
            has_fallen_back,
            has_asked,
            urls: &hosted.merchant_urls,
            exits,
        };
        match (playground.contract.step(&press), act) {
            (Step::Page(path), act) => {
                lock(&hosted.state).has_asked |= act == Act::Press(Button::Cancel);
                Ok(self.to_page(path))
            }
            (Step::FallBack, _) => {
                lock(&hosted.state).has_fallen_back = true;
                Ok(self.to_page(""))
            }
            (Step::Leave(event), _) => self.leave(event),
            (Step::Stay, Act::Arrive(outcome)) => Ok(self.told(Ending::Generic(outcome))),
            (Step::NotFound, _) => Err(Ending::Vanished),
            (Step::NoSuchButton | Step::Stay, _) => Ok(self.no_such_button()),
        }
    }

    fn to_page(&self, path: &str) -> Reply {
        let (origin, variation) = (&self.playground.page_origin, &self.playground.contract.variation);
        let page = self.playground.paths.page(&self.hosted.page_key);
        let place =
            variation.place.named(&format!("{origin}{page}{path}"), &format!("{origin}{}", self.path));
        Reply::see_other(&place)
    }

    /// Ends the visit, and redirects the consumer to the place of its outcome.
    fn leave(&self, event: Event) -> Result<Reply, Ending> {
        let Self { playground, hosted, now, .. } = self;
        let news = playground.apply(hosted, event, *now).map_err(|Ended(status)| match status {
            Status::Disabled => Ending::Vanished,
            _ => Ending::of(status),
        })?;
        if event == Event::Declined {
            lock(&hosted.state).has_fallen_back = false;
        }
        let held = callback::tell(playground, hosted, news);
        let outcome = match event {
            Event::Approved => Outcome::Success,
            Event::Declined => Outcome::Failure,
            Event::Back => Outcome::Back,
            Event::CancelConfirmed => Outcome::Cancel,
            _ => Outcome::Error,
        };
        let contract = &playground.contract;
        let (oldest, newest) = (hosted.payment.siblings().next(), hosted.payment.siblings().next_back());
        let way = Way {
            outcome,
            dialect: contract.dialect,
            urls: &hosted.merchant_urls,
            newest: newest.as_ref().map_or(&hosted.merchant_urls, |newest| &newest.merchant_urls),
            oldest: oldest.as_ref().map_or(&hosted.merchant_urls, |oldest| &oldest.merchant_urls),
            circumstances: lock(&hosted.state).life.circumstances,
        };
        let reply = match contract.destination(&way) {
            Destination::Merchant(url) => {
                let url = hosted.filled(url, Target::Redirect(outcome), false, contract);
                Reply::see_other(&contract.variation.link(url))
            }
            Destination::Generic(name) => self.to_page(&format!("/end/{name}")),
        };
        Ok(reply.held_until(held))
    }
}
