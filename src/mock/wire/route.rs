//! A route: a path with a method, who may call it, and its handler.

use std::sync::Arc;

use axum::routing::MethodFilter;

use crate::mock::http::{Answer, Call, Operation, Reply};
use crate::mock::state::Playground;
use crate::mock::state::account::Account;

type MerchantHandler = fn(&Playground, &Call<'_>, &Arc<Account>) -> Answer;
type ControlHandler = fn(&Playground, &Call<'_>) -> Answer;
type PublicHandler = fn(&Playground, &Call<'_>) -> Reply;

/// Who may call, and the handler.
#[derive(Clone, Copy)]
pub enum Handler {
    /// Needs the credentials of an account.
    Merchant(MerchantHandler),
    /// Needs none, and names an account that may not exist.
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
    pub fn new(method: MethodFilter, path: &str, operation: Operation, handler: Handler) -> Self {
        Self { method, path: path.to_owned(), operation, handler }
    }

    pub fn merchant(
        method: MethodFilter,
        path: &str,
        operation: Operation,
        handler: MerchantHandler,
    ) -> Self {
        Self::new(method, path, operation, Handler::Merchant(handler))
    }

    pub fn public(method: MethodFilter, path: &str, operation: Operation, handler: PublicHandler) -> Self {
        Self::new(method, path, operation, Handler::Public(handler))
    }

    /// An act of the control interface on the account in the path.
    pub fn control(method: MethodFilter, act: &str, handler: ControlHandler) -> Self {
        let path = format!("/_mock/accounts/{{merchant_id}}/{act}");
        Self::new(method, &path, Operation::Control, Handler::Control(handler))
    }

    /// A read that changes nothing.
    pub fn inspect(path: &str, handler: PublicHandler) -> Self {
        Self::new(MethodFilter::GET, path, Operation::Inspect, Handler::Public(handler))
    }

    /// The same for the account in the path.
    pub fn inspect_account(act: &str, handler: ControlHandler) -> Self {
        let path = format!("/_mock/accounts/{{merchant_id}}{act}");
        Self::new(MethodFilter::GET, &path, Operation::Inspect, Handler::Control(handler))
    }

    /// The handler for unknown paths and methods.
    pub fn missing(handler: ControlHandler) -> Self {
        Self::new(MethodFilter::GET, "", Operation::Unknown, Handler::Control(handler))
    }
}
