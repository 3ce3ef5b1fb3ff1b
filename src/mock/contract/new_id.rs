//! The ids that the server issues.

/// The purpose of an id.
#[derive(Debug, Clone, Copy)]
pub enum IdFor<'a> {
    /// A hosted session. An older one of the same payment session has this id.
    Session {
        elder: Option<&'a str>,
    },
    AuthorizationToken,
    /// A call of an event. The first call is attempt 1.
    Event {
        session_key: &'a str,
        attempt: usize,
    },
}

/// A request for an id.
#[derive(Debug, Clone, Copy)]
pub struct NewId<'a> {
    pub of: IdFor<'a>,
    /// A new id. All calls of an event have the same.
    pub fresh: &'a str,
}

/// Every id is new.
pub fn new_id(id: &NewId<'_>) -> String {
    id.fresh.to_owned()
}
