//! What the mock answers: the table of routes, and the one way every request takes through it.

use std::sync::Arc;

use axum::Router;
use axum::extract::Request;
use axum::http::HeaderMap;
use axum::http::HeaderName;
use axum::http::HeaderValue;
use axum::http::Method;
use axum::http::StatusCode;
use axum::http::header;
use axum::response::Response;
use axum::routing::MethodFilter;
use axum::routing::on;
use http_body_util::BodyExt as _;
use jiff::Timestamp;
use jiff::fmt::rfc2822;
use serde_json::Map;
use serde_json::Value;

use crate::mock::Dialect;
use crate::mock::account::Account;
use crate::mock::checkout;
use crate::mock::control;
use crate::mock::distribution;
use crate::mock::order;
use crate::mock::page;
use crate::mock::payments;
use crate::mock::playground::Playground;
use crate::mock::reply::Operation;
use crate::mock::reply::Problem;
use crate::mock::reply::Reply;
use crate::mock::sessions;

/// The documented limit of a request body.
const BODY_LIMIT: usize = 1024 * 1024;
/// How much of a body that is too large is still taken in, so that its sender gets to read the refusal.
const DRAIN_LIMIT: usize = 16 * BODY_LIMIT;

const CORRELATION_ID: HeaderName = HeaderName::from_static("klarna-correlation-id");
const X_MOCK: HeaderName = HeaderName::from_static("x-mock");

/// The paths the mock may choose freely; `{key}` stands for a key.
pub struct Paths {
    pub session: &'static str,
    pub distribution: &'static str,
    pub token: &'static str,
    pub page: &'static str,
    pub qr_image: &'static str,
    /// The first part of the path of the distribution module.
    pub module: &'static str,
}

/// The documented paths of the API, and pages unlike the vendor's.
pub static PLAIN_PATHS: Paths = Paths {
    session: "/hpp/v1/sessions/{key}",
    distribution: "/hpp/v1/sessions/{key}/distribution",
    token: "/hpp/v1/sessions/{key}/distribution-module/token",
    page: "/pay/{key}",
    qr_image: "/qr/{key}",
    module: "/counter/{key}",
};

/// Paths that say nothing; whoever composes URLs of his own does not find them.
pub static OPAQUE_PATHS: Paths = Paths {
    session: "/a/{key}",
    distribution: "/b/{key}",
    token: "/c/{key}",
    page: "/d/{key}",
    qr_image: "/e/{key}",
    module: "/f/{key}",
};

impl Paths {
    pub fn page(&self, key: &str) -> String {
        with_key(self.page, key)
    }
}

/// The path with its key filled in.
pub fn with_key(path: &str, key: &str) -> String {
    path.replace("{key}", key)
}

type MerchantHandler = fn(&Playground, &Call<'_>, &Arc<Account>) -> Result<Reply, Problem>;
type PublicHandler = fn(&Playground, &Call<'_>) -> Result<Reply, Problem>;

/// Who may call, and what then happens.
#[derive(Clone, Copy)]
enum Handler {
    /// Needs the credentials of an account.
    Merchant(MerchantHandler),
    /// Needs none.
    Public(PublicHandler),
}

/// A path with a method.
struct Route {
    method: MethodFilter,
    path: String,
    operation: Operation,
    handler: Handler,
}

impl Route {
    fn merchant(
        method: MethodFilter,
        path: &str,
        operation: Operation,
        handler: MerchantHandler,
    ) -> Self {
        Self {
            method,
            path: path.to_owned(),
            operation,
            handler: Handler::Merchant(handler),
        }
    }

    fn public(
        method: MethodFilter,
        path: impl Into<String>,
        operation: Operation,
        handler: PublicHandler,
    ) -> Self {
        Self {
            method,
            path: path.into(),
            operation,
            handler: Handler::Public(handler),
        }
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
            .find(|(slot, _)| {
                slot.strip_prefix('{')
                    .and_then(|slot| slot.strip_suffix('}'))
                    == Some(name)
            })
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
        Route::merchant(
            M::POST,
            "/hpp/v1/sessions",
            Operation::CreateSession,
            sessions::create,
        ),
        Route::merchant(
            M::GET,
            "/ordermanagement/v1/orders/{order_id}",
            Operation::ReadOrder,
            order::read,
        ),
    ];
    for paths in [&PLAIN_PATHS, &OPAQUE_PATHS] {
        routes.extend([
            Route::merchant(
                M::GET,
                paths.session,
                Operation::ReadSession,
                sessions::read,
            ),
            Route::merchant(
                M::DELETE,
                paths.session,
                Operation::DisableSession,
                sessions::disable,
            ),
            Route::merchant(
                M::POST,
                paths.distribution,
                Operation::Distribute,
                distribution::distribute,
            ),
            Route::merchant(
                M::POST,
                paths.token,
                Operation::GenerateToken,
                distribution::generate_token,
            ),
        ]);
    }
    match dialect {
        Dialect::Klarna => routes.extend([
            Route::merchant(
                M::POST,
                "/payments/v1/sessions",
                Operation::CreatePaymentSession,
                payments::create,
            ),
            Route::merchant(
                M::GET,
                "/payments/v1/sessions/{session_id}",
                Operation::ReadPaymentSession,
                payments::read,
            ),
            Route::merchant(
                M::POST,
                "/payments/v1/sessions/{session_id}",
                Operation::UpdatePaymentSession,
                payments::update,
            ),
            Route::merchant(
                M::POST,
                "/payments/v1/authorizations/{token}/order",
                Operation::PlaceOrder,
                payments::place_order,
            ),
            Route::merchant(
                M::DELETE,
                "/payments/v1/authorizations/{token}",
                Operation::CancelAuthorization,
                payments::cancel_authorization,
            ),
        ]),
        Dialect::Kustom => routes.extend([
            Route::merchant(
                M::POST,
                "/checkout/v3/orders",
                Operation::CreatePaymentSession,
                checkout::create,
            ),
            Route::merchant(
                M::GET,
                "/checkout/v3/orders/{order_id}",
                Operation::ReadPaymentSession,
                checkout::read,
            ),
            Route::merchant(
                M::POST,
                "/checkout/v3/orders/{order_id}",
                Operation::UpdatePaymentSession,
                checkout::update,
            ),
            Route::merchant(
                M::POST,
                "/checkout/v3/orders/{order_id}/abort",
                Operation::AbortPaymentSession,
                checkout::abort,
            ),
        ]),
    }
    let page = paths.page;
    routes.extend([
        Route::public(M::GET, page, Operation::PaymentPage, page::open),
        Route::public(M::POST, format!("{page}/move"), Operation::Move, page::act),
        Route::public(
            M::GET,
            format!("{page}/cancel"),
            Operation::CancelConfirmation,
            page::confirm_cancel,
        ),
        Route::public(
            M::GET,
            format!("{page}/end/{{outcome}}"),
            Operation::GenericPage,
            page::generic,
        ),
        Route::public(M::GET, paths.qr_image, Operation::QrImage, page::qr_image),
        Route::public(
            M::GET,
            paths.module,
            Operation::DistributionModule,
            page::distribution_module,
        ),
        Route::public(M::GET, "/_mock", Operation::Control, control::describe),
        Route::public(
            M::POST,
            "/_mock/accounts",
            Operation::Control,
            control::add_account,
        ),
        Route::public(
            M::GET,
            "/_mock/accounts/{merchant_id}/clock",
            Operation::Control,
            control::read_clock,
        ),
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
            finish(
                &no_method,
                Operation::Unknown,
                Timestamp::now(),
                Err(problem),
            )
        })
        .fallback(move || async move {
            let problem = Problem::not_found("no such resource");
            finish(&no_path, Operation::Unknown, Timestamp::now(), Err(problem))
        })
}

async fn answer(playground: &Playground, route: &Route, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    let mut now = Timestamp::now();
    let result = match read_body(body).await {
        Err(problem) => Err(problem),
        Ok(body) => {
            let authorization = parts.headers.get(header::AUTHORIZATION);
            let account = playground.accounts.authenticate(
                authorization.map(HeaderValue::as_bytes),
                &playground.rules.access,
            );
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
        .with_header(
            header::CACHE_CONTROL,
            "max-age=0, no-cache, no-store, must-revalidate",
        );
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
    Err(Problem::new(
        status,
        "PAYLOAD_TOO_LARGE",
        "the body is larger than 1 MB",
    ))
}

fn unauthorized() -> Problem {
    Problem::new(
        StatusCode::UNAUTHORIZED,
        "UNAUTHORIZED",
        "credentials are missing or wrong",
    )
}

fn http_date(now: Timestamp) -> String {
    rfc2822::DateTimePrinter::new()
        .timestamp_to_rfc9110_string(&now)
        .unwrap_or_default()
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
        assert_eq!(
            call.json_object().unwrap_err().status,
            StatusCode::BAD_REQUEST
        );
    }

    #[test]
    fn dates_follow_rfc_9110() {
        assert_eq!(
            http_date(Timestamp::UNIX_EPOCH),
            "Thu, 01 Jan 1970 00:00:00 GMT"
        );
    }
}
