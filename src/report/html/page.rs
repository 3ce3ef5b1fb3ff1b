//! The page as a value: the data for its templates.

use crate::report::failure::Way;
use crate::report::html::shown::chip;
use crate::report::html::story::Stories;
use crate::report::summary::counts;
use crate::report::words::{told, tries};
use crate::report::{Gate, Judged, JudgedRecord, JudgedTarget, Outcome, Row, Standing, Summary};
use crate::requirement::{Confidence, Level};
use jiff::Timestamp;
use minijinja::value::Serde;
use minijinja::{Value, context};

/// The levels, the most binding first.
const LEVELS: [Level; 3] = [Level::Must, Level::Should, Level::May];

/// The data of the page. The parts with evidence are already HTML.
pub fn page(judged: &Judged<'_>, stories: &Stories<'_>) -> Value {
    let (report, targets) = (judged.report, &judged.targets);
    let occurring = judged.standings();
    let (known, others): (Vec<Standing>, Vec<Standing>) =
        Standing::all().partition(|standing| occurring.contains(standing));
    let occurs = |level: &&Level| report.catalogue.iter().any(|requirement| requirement.level == **level);
    let areas = judged.areas().into_iter().filter_map(|area| area_rows(judged, stories, area));
    let scenarios = targets.iter().zip(&stories.scenarios).map(|(target, told)| {
        let pieces: Vec<Value> = told.iter().flatten().cloned().collect();
        context! { name => target.facts.name.as_str(), left_out => told.len() - pieces.len(), pieces }
    });
    context! {
        style => Value::from_safe_string(include_str!("page.css").into()),
        script => Value::from_safe_string(include_str!("page.js").into()),
        lead => lead(judged),
        run => Serde(&report.run),
        started => minute(report.run.started_at),
        elapsed => format!("{:.1} s", report.run.finished_at.duration_since(report.run.started_at).as_secs_f64()),
        gate => report.run.gate.word(),
        targets => targets.iter().map(|target| target_card(target, report.run.gate)).collect::<Vec<_>>(),
        legend => known.iter().map(|standing| legend(judged, *standing)).collect::<Vec<_>>(),
        other_words => others.into_iter().map(chip).collect::<Vec<_>>(),
        areas => areas.collect::<Vec<_>>(),
        levels => LEVELS.iter().filter(occurs).map(ToString::to_string).collect::<Vec<_>>(),
        open => (0..targets.len()).map(|index| open(judged, index, stories)).collect::<Vec<_>>(),
        noted => remarks(judged, &[Standing::Noted]),
        warnings => warnings(judged),
        waived => remarks(judged, &[Standing::Waived, Standing::Stale]),
        flaky => remarks(judged, &[Standing::Flaky]),
        scenarios => scenarios.collect::<Vec<_>>(),
        failures => stories.failures.clone(),
    }
}

fn outcome_slug(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::Conformant => "good",
        Outcome::NonConformant => "bad",
        Outcome::HarnessFault => "void",
        Outcome::Incomplete | Outcome::Policy => "doubt",
    }
}

fn lead(judged: &Judged<'_>) -> Value {
    let outcome = judged.outcome_for_signing();
    let gate = judged.report.run.gate;
    context! {
        advice => outcome.advice(),
        slug => outcome_slug(outcome),
        headline => judged.headline(),
        left_out => judged.left_out(),
        gate => (gate != Gate::All).then(|| gate.word()),
    }
}

fn minute(at: Timestamp) -> String {
    at.strftime("%-d %B %Y, %H:%M UTC").to_string()
}

fn target_card(target: &JudgedTarget<'_>, gate: Gate) -> Value {
    let Summary { outcome, .. } = target.through(gate);
    let part = |gate: Gate| {
        let summary = target.through(gate);
        context! { name => gate.word(), slug => outcome_slug(summary.outcome), headline => summary.headline() }
    };
    context! {
        outcome => outcome.word(),
        slug => outcome_slug(outcome),
        facts => Serde(target.facts),
        parts => [Gate::Api, Gate::Journey].map(part).to_vec(),
        trouble => target.trouble().map(|trouble| trouble.told()),
        seen => target.all.seen,
        apply => target.all.apply,
    }
}

fn legend(judged: &Judged<'_>, standing: Standing) -> Value {
    let count = |target: &JudgedTarget<'_>| target.rows.iter().filter(|row| row.standing == standing).count();
    let void = judged.targets.iter().flat_map(|target| &target.records).filter(|record| record.is_void());
    context! {
        standing => chip(standing),
        counts => judged.targets.iter().map(count).collect::<Vec<_>>(),
        void => if standing == Standing::Harness { void.count() } else { 0 },
    }
}

fn area_rows(judged: &Judged<'_>, stories: &Stories<'_>, area: &str) -> Option<Value> {
    let of_area: Vec<Vec<&Row<'_>>> = judged
        .targets
        .iter()
        .map(|target| target.rows.iter().filter(|row| row.requirement.area == area).collect())
        .collect();
    let first = of_area.first().filter(|rows| !rows.is_empty())?;
    let lines = first.iter().enumerate().map(|(line, Row { requirement, .. })| {
        let rows = judged.targets.iter().zip(&of_area).enumerate();
        let cells = rows.map(|(index, (target, rows))| cell(target, index, rows[line], stories));
        context! { requirement => Serde(requirement), cells => cells.collect::<Vec<_>>() }
    });
    let bars = of_area.iter().map(|rows| bars(rows));
    Some(context! { name => area, lines => lines.collect::<Vec<_>>(), bars => bars.collect::<Vec<_>>() })
}

/// The counts of one area for one target, level by level.
fn bars(rows: &[&Row<'_>]) -> Vec<Value> {
    let level = |level: Level| {
        let of = rows.iter().copied().filter(|row| row.requirement.level == level);
        let parts =
            counts(of).into_iter().map(|(standing, count)| context! { standing => chip(standing), count });
        context! { level => level.to_string(), parts => parts.collect::<Vec<_>>() }
    };
    let occurs = |level: &Level| rows.iter().any(|row| row.requirement.level == *level);
    LEVELS.into_iter().filter(occurs).map(level).collect()
}

fn cell(target: &JudgedTarget<'_>, index: usize, row: &Row<'_>, stories: &Stories<'_>) -> Value {
    let telling = row.records.iter().find(|record| record.standing == row.standing).or(row.records.first());
    let scenario = telling.and_then(|record| stories.scenario(index, record));
    let confidence = row.requirement.confidence_for(target.facts.dialect);
    context! {
        target => index,
        standing => chip(row.standing),
        cause => if matches!(row.standing, Standing::Pass | Standing::Na) { String::new() } else { row.cause() },
        confidence => confidence_word(confidence).filter(|_| row.standing != Standing::Na),
        anchor => stories.failure(index, &row.requirement.id).or(scenario),
    }
}

/// The confidence of a requirement, if it is not stated by a source.
fn confidence_word(confidence: Confidence) -> Option<&'static str> {
    match confidence {
        Confidence::Stated => None,
        Confidence::Inferred => Some("inferred"),
        Confidence::Assumed => Some("assumed"),
    }
}

fn open(judged: &Judged<'_>, index: usize, stories: &Stories<'_>) -> Value {
    let target = &judged.targets[index];
    let place = |record: &JudgedRecord<'_>| {
        context! { place => record.place(), anchor => stories.scenario(index, record) }
    };
    let entries = target.open().into_iter().map(|entry| {
        context! {
            standing => chip(entry.standing),
            cause => entry.cause,
            ids => entry.requirements.iter().map(|requirement| requirement.id.to_string()).collect::<Vec<_>>(),
            places => entry.records.iter().take(20).map(place).collect::<Vec<_>>(),
            more_places => entry.records.len().saturating_sub(20),
        }
    });
    context! { name => target.facts.name.as_str(), entries => entries.collect::<Vec<_>>() }
}

/// Warnings about the requests of the scenarios.
fn warnings(judged: &Judged<'_>) -> Vec<Value> {
    let of_target = |target: &JudgedTarget<'_>| {
        let way = |way: &Way<'_>| format!("{}: {}", way.places().join(", "), told(&way.finding.mismatch));
        let shown = target.warnings.iter().map(|warning| {
            context! {
                target => target.facts.name.as_str(),
                standing => context! { word => "warning", slug => "noted" },
                requirement => Serde(warning.requirement),
                findings => warning.ways.iter().map(way).collect::<Vec<_>>(),
            }
        });
        shown.collect::<Vec<_>>()
    };
    judged.targets.iter().flat_map(of_target).collect()
}

/// The rows of one standing, with waivers, answers and attempts.
fn remarks(judged: &Judged<'_>, standings: &[Standing]) -> Vec<Value> {
    let of_target = |target: &JudgedTarget<'_>| {
        let rows = target.rows.iter().filter(|row| standings.contains(&row.standing));
        let shown = rows.map(|row| {
            let flaky = row.records.iter().filter(|record| record.is_flaky());
            let attempts = flaky.map(|record| format!("{}: {}", record.place(), tries(record)));
            let waivers =
                target.facts.waivers.iter().filter(|waiver| waiver.requirement == row.requirement.id);
            let findings =
                row.findings.iter().take(10).map(|(_, finding)| told(&finding.mismatch).to_string());
            let answers = row.records.iter().flat_map(|record| &record.record.last().observations);
            context! {
                target => target.facts.name.as_str(),
                standing => chip(row.standing),
                requirement => Serde(row.requirement),
                findings => findings.collect::<Vec<_>>(),
                answers => Serde(answers.collect::<Vec<_>>()),
                attempts => attempts.collect::<Vec<_>>(),
                waivers => Serde(waivers.collect::<Vec<_>>()),
            }
        });
        shown.collect::<Vec<_>>()
    };
    judged.targets.iter().flat_map(of_target).collect()
}
