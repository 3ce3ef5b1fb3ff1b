//! The judge: fails a scenario if its own requirement is broken, and blocks it if another requirement that it needs is broken.

use crate::check::{Judgement, answer};
use crate::requirement::RequirementId;
use crate::schema::Broken;
use crate::suite::failure::{Done, StepFailure};
use crate::suite::promise;
use crate::suite::record::{Index, Record};
use crate::verdict::{Mismatch, quoted, quoted_json};
use serde_json::Value;
use url::Url;

/// Judges the evidence of a record, and keeps its findings there.
pub struct Judge<'r>(&'r mut Record);

impl<'r> Judge<'r> {
    /// A judge of this record.
    pub fn of(record: &'r mut Record) -> Self {
        Self(record)
    }

    /// Fails the scenario if this judgement of its own requirement is a mismatch.
    pub fn settle(self, outcome: Judgement) -> Done {
        self.0.judged();
        let Err(mismatch) = outcome else { return Ok(()) };
        let Some(own) = self.0.own_requirement().cloned() else {
            return Err(StepFailure::faulty_step(
                "the scenario names no requirement",
                "tag the scenario with `@req:`",
            ));
        };
        self.0.find_own(own, mismatch);
        Err(StepFailure::Breach)
    }

    /// The same for a mismatch with a schema. If the schema names another requirement, the scenario is blocked by it.
    pub fn settle_broken(self, broken: Option<Broken>) -> Done {
        match broken {
            None => self.settle(Ok(())),
            Some(Broken { requirement: Some(requirement), mismatch }) => self.miss(&requirement, mismatch),
            Some(Broken { requirement: None, mismatch }) => self.settle(Err(mismatch)),
        }
    }

    /// Returns a fact that a requirement promises. Without it, the scenario fails if this is its own requirement, and is
    /// blocked otherwise.
    pub fn rests_on<T>(self, id: &str, outcome: Result<T, Mismatch>) -> Result<T, StepFailure> {
        if self.0.own_requirement().is_some_and(|own| own.as_str() == id) {
            self.0.judged();
        }
        match (outcome, id.parse::<RequirementId>()) {
            (Ok(fact), _) => Ok(fact),
            (Err(mismatch), Ok(id)) => self.miss(&id, mismatch),
            (Err(_), Err(error)) => Err(StepFailure::bug(error.to_string())),
        }
    }

    /// The same for what a consumer's act brings about: the scenario is blocked, but the requirement counts as broken only in its own
    /// scenario. Whether the page rules did what they say is not known.
    pub fn presumes(self, id: &str, outcome: Judgement) -> Done {
        match outcome {
            Err(mismatch) if self.0.own_requirement().is_none_or(|own| own.as_str() != id) => {
                let why = mismatch.to_string();
                let requirement =
                    id.parse::<RequirementId>().map_err(|error| StepFailure::bug(error.to_string()))?;
                Err(StepFailure::RestsOn { requirement, why })
            }
            outcome => self.rests_on(id, outcome),
        }
    }

    fn miss<T>(self, id: &RequirementId, mismatch: Mismatch) -> Result<T, StepFailure> {
        if self.0.own_requirement() == Some(id) {
            self.0.find_own(id.clone(), mismatch);
            return Err(StepFailure::Breach);
        }
        let why = mismatch.to_string();
        self.0.find_cause(id.clone(), mismatch);
        Err(StepFailure::RestsOn { requirement: id.clone(), why })
    }

    /// Checks that the answer is a 2xx. If not, the scenario is blocked by the requirement that promises it.
    pub fn success(self, index: Index) -> Done {
        let outcome = answer::succeeds(self.0.response(index)?);
        let promise = self.promise(index);
        self.rests_on(promise, outcome)
    }

    fn promise(&self, index: Index) -> &'static str {
        let exchange = self.0.exchange(index);
        let asks = exchange.response().is_some_and(|response| answer::is_open(response).is_err());
        let is_public = exchange.operation.is_public();
        if is_public && asks { promise::IS_OPEN } else { self.0.promise(index) }
    }

    /// A member of a response. If the schema found a mismatch in it, the scenario fails if it tests this requirement, and is
    /// blocked by it otherwise.
    pub fn member(self, index: Index, pointer: &str) -> Result<&'r Value, StepFailure> {
        if let Some(broken) = self.0.broken_at(index, pointer) {
            let broken = broken.clone();
            return self.settle_broken(Some(broken)).map(|()| &Value::Null);
        }
        let value = |record: &'r Record| record.response(index).ok()?.body.json()?.pointer(pointer);
        if self.0.response(index)?.body.json().and_then(|body| body.pointer(pointer)).is_none() {
            let missing = Mismatch::new(pointer, "a member", "nothing");
            return self.settle(Err(missing)).map(|()| &Value::Null);
        }
        Ok(value(self.0).unwrap_or(&Value::Null))
    }

    /// The unredacted text of a member, with the same checks as [`Judge::member`]. Use it for requests only. Never record it.
    pub fn live_member(self, index: Index, pointer: &str) -> Result<&'r str, StepFailure> {
        let record = self.0;
        Judge(record).member(index, pointer)?;
        Ok(record.answer(index).live_text(pointer).unwrap_or_default())
    }

    /// A member of a successful response that is a text.
    pub fn text(self, index: Index, pointer: &str) -> Result<&'r str, StepFailure> {
        self.text_that_is(index, pointer, "a string", |_| true)
    }

    /// The same. The text must not be empty.
    pub fn full_text(self, index: Index, pointer: &str) -> Result<&'r str, StepFailure> {
        self.text_that_is(index, pointer, "a non-empty string", |text| !text.is_empty())
    }

    fn text_that_is(
        self,
        index: Index,
        pointer: &str,
        expected: &str,
        fits: fn(&str) -> bool,
    ) -> Result<&'r str, StepFailure> {
        let record = self.0;
        Judge(record).success(index)?;
        let value = Judge(record).member(index, pointer)?;
        if value.as_str().is_some_and(fits) {
            let body = record.response(index)?.body.json();
            return Ok(body.and_then(|body| body.pointer(pointer)?.as_str()).unwrap_or_default());
        }
        let mismatch = Mismatch::new(pointer, expected, quoted_json(value));
        Judge(record).settle(Err(mismatch)).map(|()| "")
    }

    /// Checks that a link of an answer leads to a host to which the harness may send something. If not, the scenario is blocked.
    pub fn leads_home(self, index: Index, subject: &str) -> Done {
        match self.0.astray_at(index, subject).map(|(id, mismatch)| (id, mismatch.clone())) {
            Some((id, mismatch)) => self.rests_on(id, Err(mismatch)),
            None => Ok(()),
        }
    }

    /// A member of a successful response that is a URL, unredacted. It leads to a host to which the harness may send something.
    pub fn live_url(self, index: Index, pointer: &str) -> Result<Url, StepFailure> {
        let record = self.0;
        Judge(record).text(index, pointer)?;
        if let Ok(url) = Judge(record).live_member(index, pointer)?.parse() {
            return Judge(record).leads_home(index, pointer).map(|()| url);
        }
        let text = Judge(record).text(index, pointer)?;
        let mismatch = Mismatch::new(pointer, "an absolute https URL", quoted(text));
        let promise = promise::success(record.exchange(index).operation);
        Judge(record).rests_on(promise, Err(mismatch))
    }
}
