//! The HPP API: hosted sessions created, read and disabled by the merchant.

use std::sync::{Arc, Mutex, Weak};

use axum::http::{StatusCode, header};
use serde_json::{Map, Value, json};

use crate::mock::callback;
use crate::mock::contract::life::{Event, Life, Status};
use crate::mock::contract::merchant_urls::MerchantUrls;
use crate::mock::contract::options::Options;
use crate::mock::contract::payment_session_url::{last_segment, payment_session_id};
use crate::mock::ground::Dialect;
use crate::mock::ground::paths::with_key;
use crate::mock::ground::sharded_map::lock;
use crate::mock::ground::time::millis;
use crate::mock::http::{Call, Problem, Reply};
use crate::mock::state::Playground;
use crate::mock::state::account::Account;
use crate::mock::state::session::{Hosted, HostedState, Payment, Progress};

/// Creates a hosted session for a payment session.
///
/// Free choice, where the reference is silent: in the last hour of a payment session no hosted session can be made,
/// since it would be born expired.
pub fn create(playground: &Playground, call: &Call<'_>, account: &Arc<Account>) -> Result<Reply, Problem> {
    let request = call.json_object()?;
    let rules = &playground.rules;
    let payment = find_payment(playground, call, account, &request)?;
    let merchant_urls = MerchantUrls::read(request.get("merchant_urls"), &rules.create)?;
    let options = Options::read(request.get("options"), playground.dialect, &rules.create)?;
    // Profiles are kept by the vendor; one that is not known changes nothing.
    if !matches!(request.get("profile_id"), None | Some(Value::Null | Value::String(_))) {
        return Err(Problem::bad_value("profile_id"));
    }
    let payment = payment.ok_or_else(|| Problem::not_found("no such payment session"))?;

    let elder = {
        let state = lock(&payment.state);
        state.hosted.iter().find_map(Weak::upgrade)
    };
    let is_accepted = match playground.dialect {
        Dialect::Klarna => rules.create.kp_session_accepted,
        Dialect::Kustom => rules.create.kco_order_accepted,
    };
    if !is_accepted || (elder.is_some() && !rules.create.siblings_allowed) {
        return Err(Problem::bad_value("payment_session_url"));
    }
    let session_id = match &elder {
        Some(elder) if !rules.create.sibling_has_its_own_id => elder.session_id.clone(),
        _ => playground.ids.uuid(),
    };
    let hosted = Arc::new(Hosted {
        session_id,
        payment,
        merchant_urls,
        options,
        page_key: playground.ids.key(),
        qr_key: playground.ids.key(),
        is_sibling: elder.is_some(),
        state: Mutex::new(HostedState {
            life: Life::new(rules.create.first_status, call.now),
            purchase: None,
            has_fallen_back: false,
        }),
    });
    if rules.expiry.expired_payment_session_refused && hosted.is_expired(call.now, &rules.expiry) {
        return Err(Problem::not_found("the payment session has expired"));
    }
    let reference =
        enter(playground, &hosted).ok_or_else(|| Problem::not_found("the payment session has ended"))?;
    Ok(Reply::json(StatusCode::CREATED, created(playground, &hosted, &reference)))
}

/// Reads a hosted session.
pub fn read(playground: &Playground, call: &Call<'_>, account: &Arc<Account>) -> Result<Reply, Problem> {
    let rules = &playground.rules;
    let key = call.param("key");
    let Some(hosted) = playground.session(key, account) else {
        if !rules.life.unknown_is_not_found && playground.sessions.get(key).is_none() {
            return Ok(Reply::json(StatusCode::OK, invented(playground, call)));
        }
        return Err(not_found());
    };
    if rules.expiry.expired_is_not_read && hosted.is_expired(call.now, &rules.expiry) {
        return Err(not_found());
    }
    let mut body = hosted.representation(&rules.expiry);
    if hosted.status() == Status::Completed && !hosted.shows_completion(call.now, &rules.life) {
        body["status"] = Status::InProgress.name().into();
    }
    if !rules.life.reading_changes_nothing && hosted.status() == Status::Waiting {
        // A session that waits can always be opened.
        let news = playground.apply(&hosted, Event::PageOpened, call.now).ok().flatten();
        callback::tell(playground, &hosted, news);
    }
    Ok(Reply::json(StatusCode::OK, body))
}

/// Disables a hosted session.
pub fn disable(playground: &Playground, call: &Call<'_>, account: &Arc<Account>) -> Result<Reply, Problem> {
    let rules = &playground.rules;
    let hosted = playground.session(call.param("key"), account).ok_or_else(not_found)?;
    if rules.expiry.expired_is_not_disabled && hosted.is_expired(call.now, &rules.expiry) {
        return Err(not_found());
    }
    let news = playground
        .apply(&hosted, Event::Disabled, call.now)
        .map_err(|ended| Problem::bad_request(&ended.to_string()))?;
    callback::tell(playground, &hosted, news);
    if !rules.life.disabling_keeps_payment_session {
        playground.end_payment(&mut lock(&hosted.payment.state), Progress::Aborted, call.now);
    }
    Ok(Reply::empty(StatusCode::NO_CONTENT))
}

/// Says that no identity waits to be checked, since no session of the mock comes to `MANUAL_ID_CHECK`; what staff would send and get,
/// the reference does not say.
pub fn check_identity(
    playground: &Playground,
    call: &Call<'_>,
    account: &Arc<Account>,
) -> Result<Reply, Problem> {
    playground.session(call.param("key"), account).ok_or_else(not_found)?;
    Err(Problem::not_found("no identity waits to be checked"))
}

pub fn not_found() -> Problem {
    Problem::not_found("no such session")
}

/// The payment session a create request names; `None` if it is not there, or no longer open.
fn find_payment(
    playground: &Playground,
    call: &Call<'_>,
    account: &Arc<Account>,
    request: &Map<String, Value>,
) -> Result<Option<Arc<Payment>>, Problem> {
    let rules = &playground.rules;
    let bad_value = || Problem::bad_value("payment_session_url");
    let url = match request.get("payment_session_url") {
        Some(Value::String(url)) => url,
        None if rules.create.payment_session_url_optional => {
            return Ok(Some(invent_payment(playground, call, account)));
        }
        _ => return Err(bad_value()),
    };
    let asked_host = call.headers.get(header::HOST).and_then(|host| host.to_str().ok()).unwrap_or_default();
    let own_hosts = [asked_host, playground.api_origin.trim_start_matches("http://")];
    let (id, is_foreign) = match payment_session_id(url, playground.dialect, &own_hosts) {
        Some(id) => (id, false),
        None if rules.create.foreign_payment_session_refused => return Err(bad_value()),
        None => (last_segment(url), true),
    };
    let payment = playground.payment(id, account);
    if payment.is_none() && (is_foreign || !rules.create.unknown_payment_session_refused) {
        return Ok(Some(invent_payment(playground, call, account)));
    }
    Ok(payment.filter(|payment| {
        payment.is_open()
            && !(rules.expiry.expired_payment_session_refused && payment.is_expired(call.now, &rules.expiry))
    }))
}

/// A payment session for those that a weakened rule lets do without one.
fn invent_payment(playground: &Playground, call: &Call<'_>, account: &Arc<Account>) -> Arc<Payment> {
    let id = playground.ids.uuid();
    Arc::new(Payment::new(id, Arc::clone(account), call.now, false, Map::new()))
}

/// A session for those who ask for one that never was; no faithful mock does.
fn invented(playground: &Playground, call: &Call<'_>) -> Value {
    let rules = &playground.rules.expiry;
    let expires_at = call
        .now
        .checked_add(rules.kp_session_lives)
        .and_then(|end| end.checked_sub(rules.hosted_ends_before))
        .unwrap_or(call.now);
    json!({
        "session_id": call.param("key"),
        "status": Status::Waiting.name(),
        "updated_at": millis(call.now),
        "expires_at": millis(expires_at),
    })
}

/// Makes the session known under all its keys; the key of its API URLs comes back.
///
/// Nothing happens if its payment session has ended meanwhile.
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
    let api = &playground.api_origin;
    let pages = &playground.page_origin;
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
            playground.variation.link_query,
        ),
        "expires_at": millis(hosted.expires_at(&playground.rules.expiry)),
        "distribution_module": {
            "token": token,
            "standalone_url": format!(
                "{pages}{}?profile={{{{profile_id}}}}&view={{{{view_id}}}}&token={token}",
                with_key(paths.module, &hosted.page_key),
            ),
            "generation_url": format!("{api}{}", with_key(paths.token, reference)),
        },
    });
    // Staff check an identity where they stand before the consumer.
    if lock(&hosted.payment.state).is_in_store() {
        created["manual_identification_check_url"] =
            format!("{api}{}", with_key(paths.identity_check, reference)).into();
    }
    created
}
