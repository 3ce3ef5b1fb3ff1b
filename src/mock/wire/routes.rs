//! The table of routes of the mock.

use std::pin::Pin;
use std::sync::Arc;

use axum::Router;
use axum::extract::Request;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse as _, Response};
use axum::routing::{MethodFilter, on};
use jiff::Timestamp;

use crate::mock::api::{captures, checkout, control, distribution, order_management, payments, sessions};
use crate::mock::ground::Dialect;
use crate::mock::ground::paths::{OPAQUE_PATHS, PLAIN_PATHS, Paths};
use crate::mock::http::{Answer, Asked, Call, ErrorCode, Operation, Presented, Problem};
use crate::mock::page::{badge, visit};
use crate::mock::state::Playground;
use crate::mock::watch::{dashboard, inspection};
use crate::mock::wire::answer::{OUR_NAME, X_MOCK, answer, finish};
use crate::mock::wire::guard;
use crate::mock::wire::openapi;
use crate::mock::wire::route::{Handler, Route};

const GET: MethodFilter = MethodFilter::GET;
const POST: MethodFilter = MethodFilter::POST;
const PATCH: MethodFilter = MethodFilter::PATCH;
const DELETE: MethodFilter = MethodFilter::DELETE;

/// The API of both dialects.
fn api_routes() -> Vec<Route> {
    let mut routes = order_routes();
    routes.push(Route::merchant(POST, "/hpp/v1/sessions", Operation::CreateSession, sessions::create));
    // The documented paths always answer, even if the mock uses other paths.
    for paths in [&PLAIN_PATHS, &OPAQUE_PATHS] {
        routes.extend([
            Route::merchant(GET, paths.session, Operation::ReadSession, sessions::read),
            Route::merchant(DELETE, paths.session, Operation::DisableSession, sessions::disable),
            Route::merchant(POST, paths.distribution, Operation::Distribute, distribution::distribute),
            Route::merchant(POST, paths.token, Operation::GenerateToken, distribution::generate_token),
            Route::merchant(POST, paths.identity_check, Operation::CheckIdentity, sessions::check_identity),
        ]);
    }
    routes
}

/// Order management.
fn order_routes() -> Vec<Route> {
    let act = |method, act: &str, handler| {
        let path = format!("/ordermanagement/v1/orders/{{order_id}}{act}");
        let operation = if act.is_empty() { Operation::ReadOrder } else { Operation::ManageOrder };
        Route::merchant(method, &path, operation, handler)
    };
    vec![
        act(GET, "", order_management::read),
        act(POST, "/acknowledge", order_management::acknowledge),
        act(POST, "/cancel", order_management::cancel),
        act(POST, "/release-remaining-authorization", order_management::release),
        act(POST, "/extend-authorization-time", order_management::extend),
        act(POST, "/shipping-info", order_management::ship),
        act(PATCH, "/authorization", order_management::authorize),
        act(PATCH, "/merchant-references", order_management::change_references),
        act(PATCH, "/customer-details", order_management::change_customer),
        act(POST, "/captures", captures::capture),
        act(GET, "/captures", captures::list),
        act(GET, "/captures/{capture_id}", captures::read),
        act(POST, "/captures/{capture_id}/shipping-info", captures::ship),
        act(POST, "/captures/{capture_id}/trigger-send-out", captures::trigger_send_out),
        act(PATCH, "/captures/{capture_id}/extend-due-date", captures::extend_due_date),
        act(GET, "/captures/{capture_id}/extend-due-date-options", captures::due_date_options),
        act(POST, "/refunds", captures::refund),
        act(GET, "/refunds/{refund_id}", captures::read_refund),
    ]
}

/// The API of KP.
fn payments_routes() -> Vec<Route> {
    let session = "/payments/v1/sessions/{session_id}";
    let authorization = "/payments/v1/authorizations/{token}";
    vec![
        Route::merchant(POST, "/payments/v1/sessions", Operation::CreatePaymentSession, payments::create),
        Route::merchant(GET, session, Operation::ReadPaymentSession, payments::read),
        Route::merchant(POST, session, Operation::UpdatePaymentSession, payments::update),
        Route::merchant(
            POST,
            &format!("{authorization}/order"),
            Operation::PlaceOrder,
            payments::place_order,
        ),
        Route::merchant(
            POST,
            &format!("{authorization}/customer-token"),
            Operation::CustomerToken,
            payments::customer_token,
        ),
        Route::merchant(
            DELETE,
            authorization,
            Operation::CancelAuthorization,
            payments::cancel_authorization,
        ),
    ]
}

/// The API of KCO.
fn checkout_routes() -> Vec<Route> {
    let order = "/checkout/v3/orders/{order_id}";
    vec![
        Route::merchant(POST, "/checkout/v3/orders", Operation::CreatePaymentSession, checkout::create),
        Route::merchant(GET, order, Operation::ReadPaymentSession, checkout::read),
        Route::merchant(POST, order, Operation::UpdatePaymentSession, checkout::update),
        Route::merchant(POST, &format!("{order}/abort"), Operation::AbortPaymentSession, checkout::abort),
    ]
}

/// The pages for the consumer.
fn page_routes(paths: &Paths) -> Vec<Route> {
    let page = paths.page;
    vec![
        Route::public(GET, page, Operation::PaymentPage, visit::open),
        Route::public(GET, &format!("{page}/frame/{{part}}"), Operation::PageFrame, visit::frame),
        Route::public(POST, &format!("{page}/move"), Operation::Move, visit::act),
        Route::public(GET, &format!("{page}/cancel"), Operation::CancelConfirmation, visit::confirm_cancel),
        Route::public(GET, &format!("{page}/end/{{outcome}}"), Operation::GenericPage, visit::generic),
        Route::public(GET, paths.qr_image, Operation::QrImage, visit::qr_image),
        Route::public(GET, "/badges/{identifier}/{form}", Operation::Badge, badge::show),
        Route::public(GET, paths.module, Operation::DistributionModule, visit::distribution_module),
    ]
}

/// The control interface.
fn control_routes() -> Vec<Route> {
    vec![
        Route::inspect("/_mock", control::describe),
        Route::new(POST, "/_mock/accounts", Operation::Control, Handler::Control(control::add_account)),
        Route::control(POST, "clock", control::advance_clock),
        Route::control(POST, "outcome", control::choose_outcome),
        Route::control(POST, "distribution", control::choose_distribution),
        Route::control(POST, "limiter", control::set_limits),
        Route::control(POST, "authorizations", control::authorize_elsewhere),
        Route::control(POST, "callbacks", control::set_callback_line),
    ]
}

/// The live page and its data.
fn inspection_routes() -> Vec<Route> {
    vec![
        Route::inspect("/", dashboard::show),
        Route::inspect("/_mock/openapi.json", openapi::show),
        Route::inspect("/_mock/accounts", inspection::accounts),
        Route::inspect_account("", inspection::account),
        Route::inspect_account("/clock", control::read_clock),
        Route::inspect_account("/sessions", inspection::sessions_of_account),
        Route::inspect_account("/outbox", control::list_messages),
        Route::inspect_account("/limiter", control::read_limits),
        Route::inspect_account("/callbacks", control::list_callbacks),
        Route::inspect_account("/requests", inspection::requests_of_account),
        Route::inspect("/_mock/sessions", inspection::sessions),
        Route::inspect("/_mock/requests", inspection::requests),
    ]
}

/// Every route of a mock of this dialect. Without the control interface, there is no live page either.
pub fn routes(dialect: Dialect, paths: &Paths, has_control: bool) -> impl Iterator<Item = Route> {
    let control = || control_routes().into_iter().chain(inspection_routes());
    let provider_routes = match dialect {
        Dialect::Klarna => payments_routes(),
        Dialect::Kustom => checkout_routes(),
    };
    api_routes()
        .into_iter()
        .chain(provider_routes)
        .chain(page_routes(paths))
        .chain(has_control.then(control).into_iter().flatten())
}

/// The app: every route, and answers for unknown paths.
pub fn router(playground: &Arc<Playground>) -> Router {
    let mut router = Router::new();
    for route in routes(playground.contract.dialect, playground.paths, playground.has_control) {
        let path = route.path.clone();
        let method = route.method;
        router = router.route(&path, on(method, handler(playground, route)));
    }
    if playground.has_control {
        let watched = Arc::clone(playground);
        let events = on(GET, async move |headers: HeaderMap| feed(&watched, &headers));
        router = router.route("/_mock/events", events);
    }
    router
        .method_not_allowed_fallback(handler(playground, Route::missing(no_method)))
        .fallback(handler(playground, Route::missing(no_path)))
}

/// The feed of events. It is not a reply, because it never ends.
fn feed(playground: &Playground, headers: &HeaderMap) -> Response {
    let admitted = guard::admit(Operation::Inspect, playground.scheme, &playground.api_origin, headers);
    match admitted.and_then(|()| inspection::events(playground)) {
        Ok(feed) => ([(X_MOCK, OUR_NAME)], feed).into_response(),
        Err(problem) => {
            let asked = Asked {
                merchant: "",
                method: "GET",
                path: "/_mock/events",
                body: &[],
                presented: Presented::Nothing,
                accepts: None,
            };
            finish(playground, Operation::Control, &asked, Timestamp::now(), None, Err(problem))
        }
    }
}

fn handler(
    playground: &Arc<Playground>,
    route: Route,
) -> impl Fn(Request) -> Pin<Box<dyn Future<Output = Response> + Send>> + Clone + Send + Sync + 'static {
    let playground = Arc::clone(playground);
    let route = Arc::new(route);
    move |request: Request| {
        let playground = Arc::clone(&playground);
        let route = Arc::clone(&route);
        Box::pin(async move {
            let method = request.method().clone();
            let name = || format!("{method} {}", route.path);
            let answered = playground.panics.watch(name, answer(&playground, &route, request)).await;
            answered.unwrap_or_else(broken)
        })
    }
}

/// The answer after a panic. Its status says that the server cannot be judged now.
fn broken() -> Response {
    let told = "the mock panicked; this is a bug of hpp-conformance, please report it\n";
    (StatusCode::SERVICE_UNAVAILABLE, [(X_MOCK, OUR_NAME)], told).into_response()
}

fn no_method(_: &Playground, _: &Call<'_>) -> Answer {
    let status = StatusCode::METHOD_NOT_ALLOWED;
    Err(Problem::new(status, ErrorCode::MethodNotAllowed, "method not allowed"))
}

fn no_path(_: &Playground, _: &Call<'_>) -> Answer {
    Err(Problem::not_found("no such resource"))
}
