//! How much a scenario asks of a target: the requests that it sends, the pages that its browser loads, the callbacks that it gets.

use crate::evidence::Evidence;
use serde::{Deserialize, Serialize};
use std::ops::Add;

/// Counts of requests.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Requests {
    /// Requests that the harness sent itself, those of twins and of waiting included.
    pub sent: u32,
    /// Documents that the browser asked for in its top frame, redirects and pages of the merchant included.
    pub page_loads: u32,
    /// Status callbacks that reached the harness.
    pub callbacks: u32,
}

impl Requests {
    /// The counts of an attempt.
    pub fn of(evidence: &Evidence) -> Self {
        let count = |number: usize| u32::try_from(number).unwrap_or(u32::MAX);
        Self {
            sent: count(evidence.exchanges.len()),
            page_loads: count(evidence.visits.iter().map(|visit| visit.hops.len()).sum()),
            callbacks: count(evidence.arrivals.iter().filter(|arrival| arrival.method == "POST").count()),
        }
    }
}

impl Add for Requests {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        Self {
            sent: self.sent.saturating_add(other.sent),
            page_loads: self.page_loads.saturating_add(other.page_loads),
            callbacks: self.callbacks.saturating_add(other.callbacks),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn requests_page_loads_and_callbacks_are_counted_apart() {
        let exchange = |number: u32| {
            json!({
                "number": number, "operation": "read_session", "started_us": 0, "elapsed_us": 0,
                "request": { "method": "GET", "url": "u", "fields": [], "body": "empty" },
                "outcome": { "trouble": { "kind": "network", "message": "refused" } },
            })
        };
        let hop = |url: &str| json!({ "at_us": 0, "method": "GET", "url": url, "status": 302 });
        let visit = |hops: Vec<serde_json::Value>| {
            json!({
                "number": 1, "act": "open", "started_us": 0, "elapsed_us": 0, "hops": hops, "url": "u",
                "title": "", "text": "", "screen": null, "ending": null, "offers": [], "stayed": true,
                "top_level": true, "screenshot": null, "trouble": null,
            })
        };
        let arrival = |method: &str| json!({ "at_us": 0, "method": method, "url": "u", "body": "" });
        let evidence: Evidence = serde_json::from_value(json!({
            "exchanges": [exchange(1), exchange(2), exchange(3)],
            "visits": [visit(vec![hop("a"), hop("b")]), visit(vec![]), visit(vec![hop("c"), hop("d")])],
            "arrivals": [arrival("GET"), arrival("POST"), arrival("POST")],
            "clock_moves": [],
        }))
        .unwrap();
        let counted = Requests::of(&evidence);
        assert_eq!(counted, Requests { sent: 3, page_loads: 4, callbacks: 2 });
        assert_eq!(counted + counted, Requests { sent: 6, page_loads: 8, callbacks: 4 });
    }
}
