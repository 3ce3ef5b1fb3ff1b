//! Checks what is promised of every status callback and every arrival of the consumer in an attempt.

use super::Record;
use crate::check::{across_calls, across_visits, callback};
use crate::evidence::{Body, Exchange};
use crate::requirement::RequirementId;

impl Record {
    /// Checks all callbacks that have arrived, and all merchant URLs that were reached, at the end of the attempt.
    pub fn judge_calls(&mut self) {
        let exchanges: Vec<&Exchange> = self.answers.iter().map(|answer| &answer.exchange).collect();
        let arrivals = &self.evidence.arrivals;
        let mut breaches = across_calls::broken(arrivals, &exchanges, self.context.profile.dialect);
        breaches.extend(across_visits::broken(&self.evidence.visits, &exchanges));
        let form = "HPP-CALLBACK-003";
        let is_call = arrivals.iter().filter(|arrival| arrival.method == "POST");
        let sessions: Vec<Body> =
            is_call.filter_map(|call| callback::session(call).ok()).map(Body::Json).collect();
        for session in sessions {
            let of = form.parse::<RequirementId>().ok();
            let broken = self.broken_form_for(of.as_ref(), "session", &session);
            breaches.extend(broken.map(|broken| (form, broken.mismatch)));
        }
        for (id, mismatch) in breaches {
            if let Ok(requirement) = id.parse::<RequirementId>() {
                let passive = Some(&requirement) != self.own_requirement();
                self.find(requirement, mismatch, None, passive);
            }
        }
    }
}
