//! The parts of the page that hold evidence: each failure, each scenario.

use crate::evidence::Evidence;
use crate::report::failure::{BROKEN, Failure, Way, exchange_of};
use crate::report::html::page::{confidence_word, prose, slug};
use crate::report::html::shown::{ShownImage, images, visible};
use crate::report::html::swimlane::picture;
use crate::report::html::timeline::{duration, events};
use crate::report::html::{HtmlError, Room, Templates, shown};
use crate::report::{RunFolder, RunReport, Standing, TargetReport};
use crate::verdict::{Attempt, ScenarioRecord};
use minijinja::{Value, context};
use std::collections::HashMap;

/// Ways of one failure that are shown.
const MOST_WAYS: usize = 10;

/// Everything that was told, and where it stands in the page.
pub struct Stories {
    pub failures: Vec<Value>,
    pub scenarios: Vec<TargetScenarios>,
    /// Anchor of a failure by target and requirement.
    pub failure_anchors: HashMap<(usize, String), String>,
    /// Whether a scenario is in the page, by target and index.
    pub told: Vec<Vec<bool>>,
}

/// The scenarios of one target that found room.
pub struct TargetScenarios {
    pub pieces: Vec<Value>,
    pub left_out: usize,
}

/// What the pieces of a page are made with.
struct Teller<'r, 't> {
    report: &'r RunReport,
    folder: &'r RunFolder,
    templates: &'t Templates,
}

impl Stories {
    /// Tells failures first, then scenarios, the ones that did not pass before the others.
    pub fn tell(
        report: &RunReport,
        folder: &RunFolder,
        templates: &Templates,
        room: &mut Room,
    ) -> Result<Self, HtmlError> {
        let teller = Teller { report, folder, templates };
        let mut failures = Vec::new();
        let mut failure_anchors = HashMap::new();
        for (index, target) in report.targets.iter().enumerate() {
            for failure in report.failures(target, BROKEN) {
                let number = failures.len() + 1;
                failure_anchors
                    .insert((index, failure.requirement.id.to_string()), format!("failure-{number}"));
                failures.push(teller.failure(index, target, &failure, number, room)?);
            }
        }
        let mut scenarios = Vec::new();
        let mut told = Vec::new();
        for (index, target) in report.targets.iter().enumerate() {
            let (pieces, of_target) = teller.scenarios(index, target, room)?;
            let left_out = of_target.iter().filter(|told| !**told).count();
            scenarios.push(TargetScenarios { pieces, left_out });
            told.push(of_target);
        }
        Ok(Self { failures, scenarios, failure_anchors, told })
    }
}

/// The anchor of a scenario.
pub fn anchor(target: usize, index: usize) -> String {
    format!("scenario-{}-{}", target + 1, index + 1)
}

impl Teller<'_, '_> {
    fn failure(
        &self,
        index: usize,
        target: &TargetReport,
        failure: &Failure<'_>,
        number: usize,
        room: &mut Room,
    ) -> Result<Value, HtmlError> {
        let requirement = failure.requirement;
        let mut ways = Vec::new();
        for way in failure.ways.iter().take(MOST_WAYS) {
            ways.push(self.way(index, target, way, room)?);
        }
        self.templates.piece(
            "failure.html",
            context! {
                number,
                target => target.facts.name.clone(),
                id => requirement.id.to_string(),
                level => requirement.level.to_string(),
                standing => failure.standing.word(),
                slug => slug(failure.standing),
                statement => prose(&requirement.statement),
                source => visible(&requirement.source),
                confidence => confidence_word(requirement.confidence_for(target.facts.dialect)).unwrap_or("stated"),
                ways,
                more_ways => failure.ways.len().saturating_sub(MOST_WAYS),
            },
        )
    }

    fn way(
        &self,
        index: usize,
        target: &TargetReport,
        way: &Way<'_>,
        room: &mut Room,
    ) -> Result<Value, HtmlError> {
        let finding = way.finding;
        let attempt = way.record.last();
        let read = self.folder.evidence(&attempt.evidence);
        let missing = read.as_ref().err().map(ToString::to_string);
        let evidence = read.unwrap_or_default();
        let exchange = match exchange_of(finding, &evidence) {
            Some(found) => {
                let shown = shown::exchange(found, &finding.mismatch.subject);
                self.templates.render("exchange.html", context! { exchange => shown })?
            }
            None => String::new(),
        };
        let fits = room.take(exchange.len());
        let visit = evidence.visits.iter().find(|visit| Some(visit.number) == finding.visit);
        let last = evidence.visits.iter().rev().find(|visit| visit.screenshot.is_some());
        let pictured = visit.filter(|visit| visit.screenshot.is_some()).or(last).map(|visit| visit.number);
        let shots = self.fitting(&evidence, room, |number| Some(number) == pictured);
        let lanes = lanes(target, way.record, attempt, &evidence, room);
        let places = way.places();
        Ok(context! {
            file => visible(&finding.file),
            line => finding.line,
            step => prose(&finding.step),
            subject => visible(&finding.mismatch.subject),
            expected => prose(&finding.mismatch.expected),
            actual => prose(&finding.mismatch.actual),
            passive => finding.passive,
            exchange => fits.then(|| Value::from_safe_string(exchange)),
            no_room => !fits,
            missing,
            visit => visit.map(shown::visit),
            shots,
            lanes,
            attempts => way.record.attempts.len(),
            scenario => visible(&way.record.title),
            anchor => self.anchor_of(index, way.record),
            places => places.iter().take(40).map(|place| visible(place)).collect::<Vec<_>>(),
            more_places => places.len().saturating_sub(40),
            exchanges => way.exchanges(),
            answers => way.answers(),
        })
    }

    fn anchor_of(&self, target: usize, record: &ScenarioRecord) -> Option<String> {
        let records = &self.report.targets[target].records;
        records.iter().position(|other| std::ptr::eq(other, record)).map(|index| anchor(target, index))
    }

    /// Screenshots, as far as there is room; one that finds none is named.
    fn fitting(&self, evidence: &Evidence, room: &mut Room, wanted: impl Fn(u32) -> bool) -> Vec<ShownImage> {
        let mut shots = images(self.folder, evidence, |visit| wanted(visit.number));
        for shot in &mut shots {
            let bytes = shot.data.as_ref().map_or(0, String::len);
            if !room.take(bytes) {
                shot.data = None;
            }
        }
        shots
    }

    fn scenarios(
        &self,
        target_index: usize,
        target: &TargetReport,
        room: &mut Room,
    ) -> Result<(Vec<Value>, Vec<bool>), HtmlError> {
        let standings: Vec<Standing> =
            target.records.iter().map(|record| self.report.record_standing(target, record)).collect();
        let mut order: Vec<usize> = (0..target.records.len()).collect();
        order.sort_by_key(|index| standings[*index] == Standing::Pass);
        let mut pieces: Vec<Option<Value>> = vec![None; target.records.len()];
        for index in order {
            let record = &target.records[index];
            let attempts = record.attempts.iter().map(|attempt| self.attempt(target, record, attempt, room));
            let text = self.templates.render(
                "scenario.html",
                context! {
                    anchor => anchor(target_index, index),
                    title => visible(&record.title),
                    place => visible(&record.place()),
                    id => record.requirement.as_ref().map(ToString::to_string),
                    candidate => record.candidate,
                    standing => standings[index].word(),
                    slug => slug(standings[index]),
                    took => duration(record.last().elapsed_us),
                    attempts => attempts.collect::<Vec<_>>(),
                },
            )?;
            if !room.take(text.len()) {
                break;
            }
            pieces[index] = Some(Value::from_safe_string(text));
        }
        let told = pieces.iter().map(Option::is_some).collect();
        Ok((pieces.into_iter().flatten().collect(), told))
    }

    fn attempt(
        &self,
        target: &TargetReport,
        record: &ScenarioRecord,
        attempt: &Attempt,
        room: &Room,
    ) -> Value {
        let read = self.folder.evidence(&attempt.evidence);
        let missing = read.as_ref().err().map(ToString::to_string);
        let evidence = read.unwrap_or_default();
        // The whole scenario takes its room at once, so its parts are only measured here.
        let mut measured = Room { left: room.left };
        let shots = self.fitting(&evidence, &mut measured, |_| true);
        let lanes = lanes(target, record, attempt, &evidence, &mut measured);
        context! {
            word => attempt.verdict.word(),
            cause => prose(&attempt.verdict.cause()),
            took => duration(attempt.elapsed_us),
            findings => attempt.findings.iter().map(|finding| context! {
                id => finding.requirement.to_string(),
                text => prose(&finding.mismatch.to_string()),
                place => format!("{}:{}", finding.file, finding.line),
                passive => finding.passive,
            }).collect::<Vec<_>>(),
            observations => attempt.observations.iter().map(|observation| context! {
                question => prose(&observation.question),
                answer => visible(&observation.answer),
            }).collect::<Vec<_>>(),
            steps => attempt.steps.iter().map(|step| context! {
                text => prose(&step.text),
                line => step.line,
                took => duration(step.elapsed_us),
            }).collect::<Vec<_>>(),
            exchanges => evidence.exchanges.iter().map(ToString::to_string).collect::<Vec<_>>(),
            lanes,
            shots,
            missing,
        }
    }
}

/// The picture of a journey; nothing for a scenario without one.
fn lanes(
    target: &TargetReport,
    record: &ScenarioRecord,
    attempt: &Attempt,
    evidence: &Evidence,
    room: &mut Room,
) -> Option<Value> {
    if evidence.visits.is_empty() && !record.needs_browser() {
        return None;
    }
    let events = events(attempt, evidence, &target.facts.base_url);
    let svg = picture(&record.title, &events);
    (!events.is_empty() && room.take(svg.len())).then(|| Value::from_safe_string(svg))
}
