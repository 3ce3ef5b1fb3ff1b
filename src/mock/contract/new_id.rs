//! The ids the server gives out.

/// What an id is for.
#[derive(Debug, Clone, Copy)]
pub enum IdFor<'a> {
    /// A hosted session; an elder one of the same payment session has this id.
    Session {
        elder: Option<&'a str>,
    },
    AuthorizationToken,
    /// A call about an event, whose first call is attempt 1.
    Event {
        session_key: &'a str,
        attempt: usize,
    },
}

/// An id that is asked for.
#[derive(Debug, Clone, Copy)]
pub struct NewId<'a> {
    pub of: IdFor<'a>,
    /// An id that was never given out; all calls of an event have the same.
    pub fresh: &'a str,
}

/// Every id is fresh.
pub fn new_id(id: &NewId<'_>) -> String {
    id.fresh.to_owned()
}
