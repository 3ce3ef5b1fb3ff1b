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
use crate::mock::order;
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
<<<<<<< HEAD
    fn merchant(method: MethodFilter, path: &str, operation: Operation, handler: MerchantHandler) -> Self {
        Self { method, path: path.to_owned(), operation, handler: Handler::Merchant(handler) }
=======
    fn new(method: MethodFilter, path: &str, operation: Operation, handler: Handler) -> Self {
        Self {
            method,
            path: path.to_owned(),
            operation,
            handler,
        }
    }

    fn merchant(
        method: MethodFilter,
        path: &str,
        operation: Operation,
        handler: MerchantHandler,
    ) -> Self {
        Self::new(method, path, operation, Handler::Merchant(handler))
>>>>>>> 163af19c70a4ea5e539b19bdb58cd1f75f502a61
    }

    fn public(
        method: MethodFilter,
        path: &str,
        operation: Operation,
        handler: PublicHandler,
    ) -> Self {
<<<<<<< HEAD
        Self { method, path: path.into(), operation, handler: Handler::Public(handler) }
    }
}

/// One request on its way through a handler.
pub struct Call<'a> {
    template: &'a str,
    path: &'a str,
    pub method: &'a Method,
    pub headers: &'a HeaderMap,
    pub body: &'a [u8],
    /// What the clock of the merchant shows; that of the machine where no merchant is known yet.
    pub now: Timestamp,
}

impl Call<'_> {
    /// The segment of the path at the place of `{name}`, as it was sent.
    pub fn param(&self, name: &str) -> &str {
        self.template
            .split('/')
            .zip(self.path.split('/'))
            .find(|(slot, _)| slot.strip_prefix('{').and_then(|slot| slot.strip_suffix('}')) == Some(name))
            .map_or("", |(_, segment)| segment)
    }

    /// The body, which must be a JSON object.
    pub fn json_object(&self) -> Result<Map<String, Value>, Problem> {
        match serde_json::from_slice(self.body) {
            Ok(Value::Object(members)) => Ok(members),
            Ok(_) => Err(Problem::bad_request("the body is not a JSON object")),
            Err(_) => Err(Problem::bad_request("the body is not JSON")),
        }
    }
}

fn routes(dialect: Dialect, paths: &Paths) -> Vec<Route> {
    use MethodFilter as M;
    let mut routes = vec![
        Route::merchant(M::POST, "/hpp/v1/sessions", Operation::CreateSession, sessions::create),
        Route::merchant(M::GET, "/ordermanagement/v1/orders/{order_id}", Operation::ReadOrder, order::read),
=======
        Self::new(method, path, operation, Handler::Public(handler))
    }

    /// A further act of the control interface on the account named in the path.
    fn control(method: MethodFilter, act: &str, handler: ControlHandler) -> Self {
        let path = format!("/_mock/accounts/{{merchant_id}}/{act}");
        Self::new(method, &path, Operation::Control, Handler::Control(handler))
    }
}

/// The API that both dialects have.
fn common_routes() -> Vec<Route> {
    let mut routes = vec![
        Route::merchant(
            MethodFilter::POST,
            "/hpp/v1/sessions",
            Operation::CreateSession,
            sessions::create,
        ),
        Route::merchant(
            MethodFilter::GET,
            "/ordermanagement/v1/orders/{order_id}",
            Operation::ReadOrder,
            order::read,
        ),
>>>>>>> 163af19c70a4ea5e539b19bdb58cd1f75f502a61
    ];
    // The documented paths answer whatever paths are given out.
    for paths in [&PLAIN_PATHS, &OPAQUE_PATHS] {
        routes.extend([
<<<<<<< HEAD
            Route::merchant(M::GET, paths.session, Operation::ReadSession, sessions::read),
            Route::merchant(M::DELETE, paths.session, Operation::DisableSession, sessions::disable),
            Route::merchant(M::POST, paths.distribution, Operation::Distribute, distribution::distribute),
            Route::merchant(M::POST, paths.token, Operation::GenerateToken, distribution::generate_token),
=======
            Route::merchant(
                MethodFilter::GET,
                paths.session,
                Operation::ReadSession,
                sessions::read,
            ),
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
>>>>>>> 163af19c70a4ea5e539b19bdb58cd1f75f502a61
        ]);
    }
    routes
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
        Route::merchant(
            MethodFilter::GET,
            session,
            Operation::ReadPaymentSession,
            payments::read,
        ),
        Route::merchant(
            MethodFilter::POST,
            session,
            Operation::UpdatePaymentSession,
            payments::update,
        ),
        Route::merchant(
            MethodFilter::POST,
            &format!("{authorization}/order"),
            Operation::PlaceOrder,
            payments::place_order,
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
        Route::merchant(
            MethodFilter::GET,
            order,
            Operation::ReadPaymentSession,
            checkout::read,
        ),
        Route::merchant(
            MethodFilter::POST,
            order,
            Operation::UpdatePaymentSession,
            checkout::update,
        ),
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
<<<<<<< HEAD
    routes.extend([
        Route::public(M::GET, page, Operation::PaymentPage, page::open),
        Route::public(M::POST, format!("{page}/move"), Operation::Move, page::act),
        Route::public(M::GET, format!("{page}/cancel"), Operation::CancelConfirmation, page::confirm_cancel),
        Route::public(M::GET, format!("{page}/end/{{outcome}}"), Operation::GenericPage, page::generic),
        Route::public(M::GET, paths.qr_image, Operation::QrImage, page::qr_image),
        Route::public(M::GET, paths.module, Operation::DistributionModule, page::distribution_module),
        Route::public(M::GET, "/_mock", Operation::Control, control::describe),
        Route::public(M::POST, "/_mock/accounts", Operation::Control, control::add_account),
        Route::public(M::GET, "/_mock/accounts/{merchant_id}/clock", Operation::Control, control::read_clock),
        Route::public(
            M::POST,
            "/_mock/accounts/{merchant_id}/clock",
            Operation::Control,
            control::advance_clock,
        ),
        Route::public(
            M::POST,
            "/_mock/accounts/{merchant_id}/outcome",
            Operation::Control,
            control::choose_outcome,
        ),
        Route::public(
            M::GET,
            "/_mock/accounts/{merchant_id}/sessions",
            Operation::Control,
            control::list_sessions,
        ),
    ]);
    routes
=======
    vec![
        Route::public(MethodFilter::GET, page, Operation::PaymentPage, page::open),
        Route::public(
            MethodFilter::POST,
            &format!("{page}/move"),
            Operation::Move,
            page::act,
        ),
        Route::public(
            MethodFilter::GET,
            &format!("{page}/cancel"),
            Operation::CancelConfirmation,
            page::confirm_cancel,
        ),
        Route::public(
            MethodFilter::GET,
            &format!("{page}/end/{{outcome}}"),
            Operation::GenericPage,
            page::generic,
        ),
        Route::public(
            MethodFilter::GET,
            paths.qr_image,
            Operation::QrImage,
            page::qr_image,
        ),
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
        Route::public(
            post,
            "/_mock/accounts",
            Operation::Control,
            control::add_account,
        ),
        Route::control(get, "clock", control::read_clock),
        Route::control(post, "clock", control::advance_clock),
        Route::control(post, "outcome", control::choose_outcome),
        Route::control(get, "sessions", control::list_sessions),
    ]
}

fn routes(dialect: Dialect, paths: &Paths) -> impl Iterator<Item = Route> {
    let provider_routes = match dialect {
        Dialect::Klarna => payments_routes(),
        Dialect::Kustom => checkout_routes(),
    };
    common_routes()
        .into_iter()
        .chain(provider_routes)
        .chain(page_routes(paths))
        .chain(control_routes())
>>>>>>> 163af19c70a4ea5e539b19bdb58cd1f75f502a61
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
            finish(&no_method, Operation::Unknown, Timestamp::now(), Err(problem))
        })
        .fallback(move || async move {
            let problem = Problem::not_found("no such resource");
            finish(&no_path, Operation::Unknown, Timestamp::now(), Err(problem))
        })
}
<<<<<<< HEAD

async fn answer(playground: &Playground, route: &Route, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    let mut now = Timestamp::now();
    let result = match read_body(body).await {
        Err(problem) => Err(problem),
        Ok(body) => {
            let authorization = parts.headers.get(header::AUTHORIZATION);
            let account = playground
                .accounts
                .authenticate(authorization.map(HeaderValue::as_bytes), &playground.rules.access);
            let mut call = Call {
                template: &route.path,
                path: parts.uri.path(),
                method: &parts.method,
                headers: &parts.headers,
                body: &body,
                now,
            };
            match (route.handler, account) {
                (Handler::Merchant(handler), Some(account)) => {
                    now = account.now();
                    call.now = now;
                    handler(playground, &call, &account)
                }
                (Handler::Public(handler), account)
                    if account.is_some()
                        || playground.rules.access.page_is_public
                        || route.operation != Operation::PaymentPage =>
                {
                    handler(playground, &call)
                }
                _ => Err(unauthorized()),
            }
        }
    };
    finish(playground, route.operation, now, result)
}

/// Gives every answer what all have in common, and a deviation its chance.
fn finish(
    playground: &Playground,
    operation: Operation,
    now: Timestamp,
    result: Result<Reply, Problem>,
) -> Response {
    let correlation_id = playground.ids.uuid();
    let mut reply = result.unwrap_or_else(|problem| problem.into_reply(&correlation_id));
    reply.operation = operation;
    let date = http_date(reply.date.unwrap_or(now));
    reply = reply
        .with_header(header::DATE, &date)
        .with_header(X_MOCK, "hpp-conformance")
        .with_header(header::CACHE_CONTROL, "max-age=0, no-cache, no-store, must-revalidate");
    if !operation.is_page() {
        reply = reply.with_header(CORRELATION_ID, &correlation_id);
    }
    if let Some(distort) = playground.distort {
        distort(&mut reply);
    }
    reply.into_response()
}

async fn read_body(mut body: axum::body::Body) -> Result<Vec<u8>, Problem> {
    let mut taken = Vec::new();
    let mut size = 0;
    while let Some(frame) = body.frame().await {
        let frame = frame.map_err(|_| Problem::bad_request("the body broke off"))?;
        if let Ok(data) = frame.into_data() {
            size += data.len();
            if size > DRAIN_LIMIT {
                break;
            }
            if size <= BODY_LIMIT {
                taken.extend_from_slice(&data);
            }
        }
    }
    if size <= BODY_LIMIT {
        return Ok(taken);
    }
    let status = StatusCode::PAYLOAD_TOO_LARGE;
    Err(Problem::new(status, "PAYLOAD_TOO_LARGE", "the body is larger than 1 MB"))
}

fn unauthorized() -> Problem {
    Problem::new(StatusCode::UNAUTHORIZED, "UNAUTHORIZED", "credentials are missing or wrong")
}

fn http_date(now: Timestamp) -> String {
    rfc2822::DateTimePrinter::new().timestamp_to_rfc9110_string(&now).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parameters_are_found_by_their_place_in_the_path() {
        let headers = HeaderMap::new();
        let call = Call {
            template: "/pay/{key}/end/{outcome}",
            path: "/pay/k1/end/success",
            method: &Method::GET,
            headers: &headers,
            body: b"[]",
            now: Timestamp::UNIX_EPOCH,
        };
        assert_eq!(call.param("key"), "k1");
        assert_eq!(call.param("outcome"), "success");
        assert_eq!(call.param("other"), "");
        assert_eq!(call.json_object().unwrap_err().status, StatusCode::BAD_REQUEST);
    }

    #[test]
    fn dates_follow_rfc_9110() {
        assert_eq!(http_date(Timestamp::UNIX_EPOCH), "Thu, 01 Jan 1970 00:00:00 GMT");
    }
}
=======
>>>>>>> 163af19c70a4ea5e539b19bdb58cd1f75f502a61
