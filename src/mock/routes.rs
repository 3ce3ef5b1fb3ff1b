//! What the mock answers: the table of routes.

use std::sync::Arc;

use axum::Router;
use axum::extract::Request;
use axum::http::StatusCode;
use axum::routing::MethodFilter;
use axum::routing::on;
use jiff::Timestamp;

use crate::mock::Dialect;
use crate::mock::account::Account;
use crate::mock::answer::answer;
use crate::mock::answer::finish;
use crate::mock::call::Call;
use crate::mock::checkout;
use crate::mock::control;
use crate::mock::distribution;
use crate::mock::order_management;
use crate::mock::page;
use crate::mock::paths::OPAQUE_PATHS;
use crate::mock::paths::PLAIN_PATHS;
use crate::mock::paths::Paths;
use crate::mock::payments;
use crate::mock::playground::Playground;
use crate::mock::reply::Operation;
use crate::mock::reply::Problem;
use crate::mock::reply::Reply;
use crate::mock::sessions;

type MerchantHandler = fn(&Playground, &Call<'_>, &Arc<Account>) -> Result<Reply, Problem>;
type ControlHandler = fn(&Playground, &Call<'_>) -> Result<Reply, Problem>;
type PublicHandler = fn(&Playground, &Call<'_>) -> Reply;

/// Who may call, and what then happens.
#[derive(Clone, Copy)]
pub enum Handler {
    /// Needs the credentials of an account.
    Merchant(MerchantHandler),
    /// Needs none, and names an account that may not be there.
    Control(ControlHandler),
    /// Needs none.
    Public(PublicHandler),
}

/// A path with a method.
pub struct Route {
    pub method: MethodFilter,
    pub path: String,
    pub operation: Operation,
    pub handler: Handler,
}

impl Route {
    fn new(method: MethodFilter, path: &str, operation: Operation, handler: Handler) -> Self {
        Self { method, path: path.to_owned(), operation, handler }
    }

    fn merchant(method: MethodFilter, path: &str, operation: Operation, handler: MerchantHandler) -> Self {
        Self::new(method, path, operation, Handler::Merchant(handler))
    }

    fn public(method: MethodFilter, path: &str, operation: Operation, handler: PublicHandler) -> Self {
        Self::new(method, path, operation, Handler::Public(handler))
    }

    /// A further act of the control interface on the account named in the path.
    fn control(method: MethodFilter, act: &str, handler: ControlHandler) -> Self {
        let path = format!("/_mock/accounts/{{merchant_id}}/{act}");
        Self::new(method, &path, Operation::Control, Handler::Control(handler))
    }
}

/// The API that both dialects have.
fn api_routes() -> Vec<Route> {
    let mut routes = order_routes();
    routes.push(Route::merchant(
        MethodFilter::POST,
        "/hpp/v1/sessions",
        Operation::CreateSession,
        sessions::create,
    ));
    // The documented paths answer whatever paths are given out.
    for paths in [&PLAIN_PATHS, &OPAQUE_PATHS] {
        routes.extend([
            Route::merchant(MethodFilter::GET, paths.session, Operation::ReadSession, sessions::read),
            Route::merchant(
                MethodFilter::DELETE,
                paths.session,
                Operation::DisableSession,
                sessions::disable,
            ),
            Route::merchant(
                MethodFilter::POST,
                paths.distribution,
                Operation::Distribute,
                distribution::distribute,
            ),
            Route::merchant(
                MethodFilter::POST,
                paths.token,
                Operation::GenerateToken,
                distribution::generate_token,
            ),
        ]);
    }
    routes
}

/// Order management.
fn order_routes() -> Vec<Route> {
    let post = MethodFilter::POST;
    let act = |method, act: &str, handler| {
        let path = format!("/ordermanagement/v1/orders/{{order_id}}{act}");
        let operation = if act.is_empty() { Operation::ReadOrder } else { Operation::ManageOrder };
        Route::merchant(method, &path, operation, handler)
    };
    vec![
        act(MethodFilter::GET, "", order_management::read),
        act(post, "/acknowledge", order_management::acknowledge),
        act(post, "/captures", order_management::capture),
        act(post, "/refunds", order_management::refund),
        act(post, "/cancel", order_management::cancel),
        act(post, "/release-remaining-authorization", order_management::release),
        act(MethodFilter::PATCH, "/authorization", order_management::authorize),
    ]
}

/// The API of KP.
fn payments_routes() -> Vec<Route> {
    let session = "/payments/v1/sessions/{session_id}";
    let authorization = "/payments/v1/authorizations/{token}";
    vec![
        Route::merchant(
            MethodFilter::POST,
            "/payments/v1/sessions",
            Operation::CreatePaymentSession,
            payments::create,
        ),
        Route::merchant(MethodFilter::GET, session, Operation::ReadPaymentSession, payments::read),
        Route::merchant(MethodFilter::POST, session, Operation::UpdatePaymentSession, payments::update),
        Route::merchant(
            MethodFilter::POST,
            &format!("{authorization}/order"),
            Operation::PlaceOrder,
            payments::place_order,
        ),
        Route::merchant(
            MethodFilter::POST,
            &format!("{authorization}/customer-token"),
            Operation::CustomerToken,
            payments::customer_token,
        ),
        Route::merchant(
            MethodFilter::DELETE,
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
        Route::merchant(
            MethodFilter::POST,
            "/checkout/v3/orders",
            Operation::CreatePaymentSession,
            checkout::create,
        ),
        Route::merchant(MethodFilter::GET, order, Operation::ReadPaymentSession, checkout::read),
        Route::merchant(MethodFilter::POST, order, Operation::UpdatePaymentSession, checkout::update),
        Route::merchant(
            MethodFilter::POST,
            &format!("{order}/abort"),
            Operation::AbortPaymentSession,
            checkout::abort,
        ),
    ]
}

/// What the consumer's browser opens.
fn page_routes(paths: &Paths) -> Vec<Route> {
    let page = paths.page;
    vec![
        Route::public(MethodFilter::GET, page, Operation::PaymentPage, page::open),
        Route::public(MethodFilter::POST, &format!("{page}/move"), Operation::Move, page::act),
        Route::public(
            MethodFilter::GET,
            &format!("{page}/cancel"),
            Operation::CancelConfirmation,
            page::confirm_cancel,
        ),
        Route::public(MethodFilter::GET, &format!("{page}/completion"), Operation::Move, page::complete),
        Route::public(
            MethodFilter::GET,
            &format!("{page}/end/{{outcome}}"),
            Operation::GenericPage,
            page::generic,
        ),
        Route::public(MethodFilter::GET, paths.qr_image, Operation::QrImage, page::qr_image),
        Route::public(
            MethodFilter::GET,
            paths.module,
            Operation::DistributionModule,
            page::distribution_module,
        ),
    ]
}

/// The control interface.
fn control_routes() -> Vec<Route> {
    let get = MethodFilter::GET;
    let post = MethodFilter::POST;
    vec![
        Route::public(get, "/_mock", Operation::Control, control::describe),
        Route::public(post, "/_mock/accounts", Operation::Control, control::add_account),
        Route::control(get, "clock", control::read_clock),
        Route::control(post, "clock", control::advance_clock),
        Route::control(post, "outcome", control::choose_outcome),
        Route::control(get, "sessions", control::list_sessions),
        Route::control(get, "outbox", control::list_messages),
        Route::control(post, "distribution", control::choose_distribution_status),
        Route::control(get, "limiter", control::read_limits),
        Route::control(post, "limiter", control::set_limits),
        Route::control(post, "authorizations", control::authorize_elsewhere),
        Route::control(get, "callbacks", control::list_callbacks),
        Route::control(post, "callbacks", control::set_callback_line),
    ]
}

fn routes(dialect: Dialect, paths: &Paths) -> impl Iterator<Item = Route> {
    let provider_routes = match dialect {
        Dialect::Klarna => payments_routes(),
        Dialect::Kustom => checkout_routes(),
    };
    api_routes().into_iter().chain(provider_routes).chain(page_routes(paths)).chain(control_routes())
}

/// The app: every route, and answers to what has none.
pub fn router(playground: &Arc<Playground>) -> Router {
    let mut router = Router::new();
    for route in routes(playground.dialect, playground.paths) {
        let playground = Arc::clone(playground);
        let path = route.path.clone();
        let method = route.method;
        let route = Arc::new(route);
        let handler = move |request: Request| {
            let playground = Arc::clone(&playground);
            let route = Arc::clone(&route);
            async move { answer(&playground, &route, request).await }
        };
        router = router.route(&path, on(method, handler));
    }
    let no_method = Arc::clone(playground);
    let no_path = Arc::clone(playground);
    router
        .method_not_allowed_fallback(move || async move {
            let status = StatusCode::METHOD_NOT_ALLOWED;
            let problem = Problem::new(status, "METHOD_NOT_ALLOWED", "method not allowed");
            finish(&no_method, Operation::Unknown, Timestamp::now(), None, Err(problem))
        })
        .fallback(move || async move {
            let problem = Problem::not_found("no such resource");
            finish(&no_path, Operation::Unknown, Timestamp::now(), None, Err(problem))
        })
}
