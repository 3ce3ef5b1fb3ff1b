//! Checks of a hosted session that was made long before: nobody has touched it since.

use crate::check::life_cycle::FINAL_STATUSES;
use crate::check::time::{Landmark, at_offset, instant};
use crate::check::{Judgement, answer};
use crate::evidence::Response;
use crate::verdict::Mismatch;
use jiff::{SignedDuration, Timestamp};

const EXPIRES_AT: &str = "/expires_at";

/// Whether an answer says that there is no such session.
pub fn is_gone(response: &Response) -> bool {
    matches!(response.status, 404 | 410)
}

/// A read before the end shows the session, with the same end and no final status.
pub fn lives(response: &Response, end: Timestamp) -> Judgement {
    if is_gone(response) {
        let expected = format!("a 2xx, because the session ends at {end}");
        return Err(Mismatch::new("status", expected, response.status.to_string()));
    }
    if let Some(status) = answer::text(response, "/status").filter(|status| FINAL_STATUSES.contains(status)) {
        return Err(Mismatch::new("/status", format!("a status that is not final before {end}"), status));
    }
    let at = instant(EXPIRES_AT, answer::text(response, EXPIRES_AT).unwrap_or_default())?;
    let created = Landmark::new(end, "`expires_at` of the creation");
    at_offset(EXPIRES_AT, at, SignedDuration::ZERO, &created, SignedDuration::ZERO)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::evidence::Body;
    use serde_json::{Value, json};

    fn told(status: u16, body: Value) -> Option<String> {
        let response =
            Response { status, fields: Vec::new(), body: Body::Json(body), has_byte_order_mark: false };
        let end = "2026-11-28T01:00:00Z".parse().unwrap();
        lives(&response, end).err().map(|mismatch| mismatch.to_string())
    }

    #[test]
    fn a_session_that_nobody_touched_reads_as_before_until_its_end() {
        let read = |status, end| told(200, json!({ "status": status, "expires_at": end }));
        assert_eq!(read("WAITING", "2026-11-28T01:00:00.000Z"), None);
        assert_eq!(read("IN_PROGRESS", "2026-11-28T02:00:00+01:00"), None);
        let final_status =
            "/status: expected a status that is not final before 2026-11-28T01:00:00Z, got DISABLED";
        assert_eq!(read("DISABLED", "2026-11-28T01:00:00Z").as_deref(), Some(final_status));
        let moved = "/expires_at: expected the same time as `expires_at` of the creation (within 0s), got 1m after `expires_at` of the creation";
        assert_eq!(read("WAITING", "2026-11-28T01:01:00Z").as_deref(), Some(moved));
        let gone = "status: expected a 2xx, because the session ends at 2026-11-28T01:00:00Z, got 404";
        assert_eq!(told(404, json!({ "status": "WAITING" })).as_deref(), Some(gone));
        assert_eq!(told(200, json!({})).unwrap(), "/expires_at: expected a date-time, got \"\"");
    }
}
