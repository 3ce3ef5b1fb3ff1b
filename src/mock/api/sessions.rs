//! The HPP API: hosted sessions created, read and disabled by the merchant.

use std::sync::{Arc, Mutex};

use axum::http::{StatusCode, header};
use jiff::SignedDuration;
use serde_json::{Map, Value, json};

use crate::mock::callback;
use crate::mock::contract::expiry::Lifetime;
use crate::mock::contract::merchant_urls::MerchantUrls;
use crate::mock::contract::new_id::{IdFor, NewId};
use crate::mock::contract::options::{OF_PAYMENT_SESSION, Options};
use crate::mock::contract::payment_session::{Named, Progress, Taking, Wanted, payment_session_id};
use crate::mock::contract::request::{MEMBERS, Member};
use crate::mock::contract::status::{
    Audience, Circumstances, Event, Purpose, Sought, Standing, Status, Turn, Unknown,
};
use crate::mock::ground::paths::with_key;
use crate::mock::ground::sharded_map::lock;
use crate::mock::ground::time::millis;
use crate::mock::http::{Answer, Call, Problem, Reply};
use crate::mock::state::Playground;
use crate::mock::state::account::Account;
use crate::mock::state::life::Life;
use crate::mock::state::session::{Hosted, HostedState, Payment, Purchase};

/// Creates a hosted session for a payment session.
pub fn create(playground: &Playground, call: &Call<'_>, account: &Arc<Account>) -> Answer {
    let request = call.json_object()?;
    let contract = &playground.contract;
    let (dialect, choices) = (contract.dialect, contract.variation.choices);
    let (named, payment, reason) =
        find_payment(playground, call, account, request.get("payment_session_url"));
    let elder = payment.as_ref().and_then(|payment| payment.siblings().next());
    let taking = contract.payment_session(&Wanted {
        named,
        dialect,
        elders: payment.as_ref().map_or(0, |payment| payment.siblings().count()),
        elder: payment.as_ref().and_then(|payment| Some(payment.siblings().next_back()?.status())),
        age: payment.as_ref().map_or(SignedDuration::ZERO, |it| call.now.duration_since(it.created_at)),
        is_changed: payment.as_ref().is_some_and(|payment| payment.is_changed()),
    });
    let bad_url = || Problem::bad_value("payment_session_url").because(reason.as_str());
    // A `payment_session_url` with a wrong value is reported first.
    if taking == Taking::BadValue && payment.is_none() {
        return Err(bad_url());
    }
    let is_refused = |name: &&'static str| !contract.accepts(&Member::of(&request, name, dialect, choices));
    if let Some(name) = MEMBERS.into_iter().find(is_refused) {
        return Err(Problem::bad_value(name));
    }
    let payment = match (taking, payment) {
        (Taking::Use, Some(payment)) => payment,
        (Taking::Invent, _) => {
            Arc::new(Payment::new(playground.ids.uuid(), Arc::clone(account), call.now, false, Map::new()))
        }
        (Taking::BadValue, _) => return Err(bad_url()),
        (Taking::NotFound | Taking::Use, _) => return Err(Problem::not_found(&reason)),
    };
    let elder_id = elder.as_ref().map(|elder| elder.session_id.as_str());
    let fresh = playground.ids.uuid();
    let elders = payment.siblings().count();
    let is_in_store = lock(&payment.state).is_in_store();
    let options = Options::read(request.get("options"), choices);
    let place_order_mode = options.place_order_mode;
    let circumstances = Circumstances { is_in_store, place_order_mode, elders, ..Circumstances::default() };
    let status = contract.status_after(&Turn {
        status: Status::Waiting,
        event: Event::Created,
        circumstances,
        choices,
    });
    let hosted = Arc::new(Hosted {
        session_id: contract.new_id(&NewId { of: IdFor::Session { elder: elder_id }, fresh: &fresh }),
        payment,
        merchant_urls: MerchantUrls::read(request.get("merchant_urls")),
        options,
        page_key: playground.ids.key(),
        qr_key: playground.ids.key(),
        created_at: call.now,
        elders,
        state: Mutex::new(HostedState {
            life: Life::new(status.unwrap_or(Status::Waiting), call.now, circumstances),
            purchase: Purchase::default(),
            category: OF_PAYMENT_SESSION[0],
            has_fallen_back: false,
            has_asked: false,
        }),
    });
    let reference =
        enter(playground, &hosted).ok_or_else(|| Problem::not_found("the payment session has ended"))?;
    Ok(Reply::json(StatusCode::CREATED, created(playground, &hosted, &reference)))
}

/// Reads a hosted session.
pub fn read(playground: &Playground, call: &Call<'_>, account: &Arc<Account>) -> Answer {
    let contract = &playground.contract;
    let key = call.param("key");
    let Some(hosted) = playground.session(key, account, Purpose::Read) else {
        let is_another_merchants = playground.any_session(key).is_some();
        let unknown = contract.unknown_session(&Unknown { key, is_another_merchants, now: call.now });
        return unknown.map(|body| Reply::json(StatusCode::OK, body)).ok_or_else(not_found);
    };
    if hosted.standing(Purpose::Read, call.now, contract) != Standing::Open {
        return Err(Problem::not_found("the session has ended"));
    }
    let body = hosted.representation(Audience::Merchant, call.now, contract);
    // Reading is an event too, but changes nothing.
    let news = playground.apply(&hosted, Event::Read, call.now).ok().flatten();
    callback::tell(playground, &hosted, news);
    Ok(Reply::json(StatusCode::OK, body))
}

/// Disables a hosted session.
pub fn disable(playground: &Playground, call: &Call<'_>, account: &Arc<Account>) -> Answer {
    let hosted = playground.session(call.param("key"), account, Purpose::Disable).ok_or_else(not_found)?;
    if hosted.standing(Purpose::Disable, call.now, &playground.contract) != Standing::Open {
        return Err(not_found());
    }
    let news = playground
        .apply(&hosted, Event::Disabled, call.now)
        .map_err(|ended| Problem::bad_request(&ended.to_string()))?;
    callback::tell(playground, &hosted, news);
    Ok(Reply::empty(StatusCode::NO_CONTENT))
}

/// Answers 404, because no session of the mock reaches `MANUAL_ID_CHECK`.
///
/// The reference does not describe the request and its answer.
pub fn check_identity(playground: &Playground, call: &Call<'_>, account: &Arc<Account>) -> Answer {
    playground.session(call.param("key"), account, Purpose::CheckIdentity).ok_or_else(not_found)?;
    Err(Problem::not_found("no identity waits to be checked"))
}

pub fn not_found() -> Problem {
    Problem::not_found("no such session")
}

/// The payment session that a create request names, how it is named, and why it cannot be used.
fn find_payment(
    playground: &Playground,
    call: &Call<'_>,
    account: &Arc<Account>,
    url: Option<&Value>,
) -> (Named, Option<Arc<Payment>>, String) {
    let contract = &playground.contract;
    let url = match url {
        Some(Value::String(url)) => url,
        Some(_) => return (Named::NotText, None, "it is not a text".to_owned()),
        None => return (Named::Missing, None, "it is missing".to_owned()),
    };
    let asked_host = call.headers.get(header::HOST).and_then(|host| host.to_str().ok()).unwrap_or_default();
    let own = [&*format!("http://{asked_host}"), &playground.api_origin];
    let id = match payment_session_id(url, contract.dialect, own) {
        Ok(id) => id,
        Err(reason) => return (Named::Foreign(reason), None, reason.message(contract.dialect)),
    };
    let find = |is_meant: &dyn Fn(&str) -> bool| playground.payments.find_key(is_meant);
    let id = contract.session_key(&Sought {
        key: &id,
        purpose: Purpose::Create,
        find: &find,
        of_payment: &|_| None,
    });
    let Some(payment) = playground.payment(&id, account) else {
        return (Named::Unknown, None, "no such payment session".to_owned());
    };
    let payment_session_ends_at = payment.expires_at(contract);
    let hosted_ends_at =
        contract.ends_at(&Lifetime::Hosted { payment_session_ends_at, created_at: call.now, elders: 0 });
    let (named, reason) = match () {
        () if !payment.is_open() => (Named::Ended, "the payment session has ended"),
        () if call.now >= payment_session_ends_at => (Named::Expired, "the payment session has expired"),
        () if call.now >= hosted_ends_at => (Named::Closing, "the payment session ends within one hour"),
        () => (Named::Open, "the payment session has a hosted session"),
    };
    (named, Some(payment), reason.to_owned())
}

/// Stores the session under all its keys. Returns the key of its API URLs.
///
/// Does nothing if its payment session has ended meanwhile.
fn enter(playground: &Playground, hosted: &Arc<Hosted>) -> Option<String> {
    {
        let mut payment = lock(&hosted.payment.state);
        if payment.progress != Progress::Open {
            return None;
        }
        payment.hosted.push(Arc::downgrade(hosted));
    }
    playground.ledger(hosted.account()).add_session(hosted);
    playground.sessions.insert(&hosted.session_id, Arc::clone(hosted));
    playground.pages.insert(&hosted.page_key, Arc::clone(hosted));
    playground.qr_images.insert(&hosted.qr_key, Arc::clone(hosted));
    if !playground.has_opaque_urls {
        return Some(hosted.session_id.clone());
    }
    let reference = playground.ids.key();
    playground.references.insert(&reference, Arc::clone(hosted));
    Some(reference)
}

fn created(playground: &Playground, hosted: &Hosted, reference: &str) -> Value {
    let link = |url| playground.contract.variation.link(url);
    let (api, pages) = (&link(playground.api_origin.clone()), &link(playground.page_origin.clone()));
    let paths = playground.paths;
    let token = playground.ids.key();
    let mut created = json!({
        "session_id": hosted.session_id,
        "session_url": format!("{api}{}", with_key(paths.session, reference)),
        "distribution_url": format!("{api}{}", with_key(paths.distribution, reference)),
        "redirect_url": playground.page_url(hosted),
        "qr_code_url": format!(
            "{pages}{}{}",
            with_key(paths.qr_image, &hosted.qr_key),
            playground.contract.variation.link_query,
        ),
        "expires_at": millis(hosted.expires_at(&playground.contract)),
        "distribution_module": {
            "token": token,
            "standalone_url": format!(
                "{pages}{}?profile={{{{profile_id}}}}&view={{{{view_id}}}}&token={token}",
                with_key(paths.module, &hosted.page_key),
            ),
            "generation_url": format!("{api}{}", with_key(paths.token, reference)),
        },
    });
    // Staff check an identity only in a shop.
    if lock(&hosted.payment.state).is_in_store() {
        created["manual_identification_check_url"] =
            format!("{api}{}", with_key(paths.identity_check, reference)).into();
    }
    created
}
