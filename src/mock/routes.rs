//! What the mock answers: the table of routes.

use std::pin::Pin;
use std::sync::Arc;

use axum::Router;
use axum::extract::Request;
use axum::http::StatusCode;
use axum::response::Response;
use axum::routing::{MethodFilter, on};

use crate::mock::account::Account;
use crate::mock::answer::answer;
use crate::mock::call::Call;
use crate::mock::paths::{OPAQUE_PATHS, PLAIN_PATHS, Paths};
use crate::mock::playground::Playground;
use crate::mock::reply::{Operation, Problem, Reply};
use crate::mock::{
    Dialect, checkout, control, dashboard, distribution, inspection_routes, openapi, order_management, page,
    payments, sessions,
};

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

    /// Something to look at that changes nothing.
    fn inspect(path: &str, handler: PublicHandler) -> Self {
        Self::new(MethodFilter::GET, path, Operation::Inspect, Handler::Public(handler))
    }

    /// The same about the account named in the path.
    fn inspect_account(act: &str, handler: ControlHandler) -> Self {
        let path = format!("/_mock/accounts/{{merchant_id}}{act}");
        Self::new(MethodFilter::GET, &path, Operation::Inspect, Handler::Control(handler))
    }

    /// What answers where there is no path, or not that method.
    fn missing(handler: ControlHandler) -> Self {
        Self::new(MethodFilter::GET, "", Operation::Unknown, Handler::Control(handler))
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
            Route::merchant(
                MethodFilter::POST,
                paths.identity_check,
                Operation::CheckIdentity,
                sessions::check_identity,
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
    let post = MethodFilter::POST;
    vec![
        Route::inspect("/_mock", control::describe),
        Route::public(post, "/_mock/accounts", Operation::Control, control::add_account),
        Route::control(post, "clock", control::advance_clock),
        Route::control(post, "outcome", control::choose_outcome),
        Route::control(post, "distribution", control::choose_distribution),
        Route::control(post, "limiter", control::set_limits),
        Route::control(post, "authorizations", control::authorize_elsewhere),
        Route::control(post, "callbacks", control::set_callback_line),
    ]
}

/// What those who look on may read.
fn inspection_routes() -> Vec<Route> {
    vec![
        Route::inspect("/", dashboard::show),
        Route::inspect("/_mock/openapi.json", openapi::show),
        Route::inspect("/_mock/accounts", inspection_routes::accounts),
        Route::inspect_account("", inspection_routes::account),
        Route::inspect_account("/clock", control::read_clock),
        Route::inspect_account("/sessions", inspection_routes::sessions_of_account),
        Route::inspect_account("/outbox", control::list_messages),
        Route::inspect_account("/limiter", control::read_limits),
        Route::inspect_account("/callbacks", control::list_callbacks),
        Route::inspect_account("/requests", inspection_routes::requests_of_account),
        Route::inspect("/_mock/sessions", inspection_routes::sessions),
        Route::inspect("/_mock/requests", inspection_routes::requests),
    ]
}

/// Every route of a mock of that dialect.
pub fn routes(dialect: Dialect, paths: &Paths) -> impl Iterator<Item = Route> {
    let provider_routes = match dialect {
        Dialect::Klarna => payments_routes(),
        Dialect::Kustom => checkout_routes(),
    };
    api_routes()
        .into_iter()
        .chain(provider_routes)
        .chain(page_routes(paths))
        .chain(control_routes())
        .chain(inspection_routes())
}

/// The app: every route, and answers to what has none.
pub fn router(playground: &Arc<Playground>) -> Router {
    let mut router = Router::new();
    for route in routes(playground.dialect, playground.paths) {
        let path = route.path.clone();
        let method = route.method;
        router = router.route(&path, on(method, handler(playground, route)));
    }
    let watched = Arc::clone(playground);
    router
        .route("/_mock/events", on(MethodFilter::GET, async move || inspection_routes::events(&watched)))
        .method_not_allowed_fallback(handler(playground, Route::missing(no_method)))
        .fallback(handler(playground, Route::missing(no_path)))
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
        Box::pin(async move { answer(&playground, &route, request).await })
    }
}

fn no_method(_: &Playground, _: &Call<'_>) -> Result<Reply, Problem> {
    let status = StatusCode::METHOD_NOT_ALLOWED;
    Err(Problem::new(status, "METHOD_NOT_ALLOWED", "method not allowed"))
}

fn no_path(_: &Playground, _: &Call<'_>) -> Result<Reply, Problem> {
    Err(Problem::not_found("no such resource"))
}
