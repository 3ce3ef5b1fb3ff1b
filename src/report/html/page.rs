//! The page as a value: the data for its templates.

use crate::report::failure::Way;
use crate::report::gathered::Untested;
use crate::report::html::shown::chip;
use crate::report::html::story::Stories;
use crate::report::html::templates::{SCRIPT, STYLE};
use crate::report::html::trend::trends;
use crate::report::summary::counts;
use crate::report::words::{capitalised, counted, minute, told, told_requests, tries};
use crate::report::{Advice, Gate, Judged, JudgedRecord, JudgedTarget, Row, Standing};
use crate::requirement::{Confidence, Level};
use minijinja::value::Serde;
use minijinja::{Value, context};

/// The levels, the most binding first.
const LEVELS: [Level; 3] = [Level::Must, Level::Should, Level::May];

/// How many root causes the first screen names. The rest is only counted.
const MOST_POINTS: usize = 6;

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
        style => Value::from_safe_string(STYLE.into()),
        script => Value::from_safe_string(SCRIPT.into()),
        lead => lead(judged, stories),
        run => Serde(&report.run),
        started => minute(report.run.started_at),
        elapsed => format!("{:.1} s", report.run.finished_at.duration_since(report.run.started_at).as_secs_f64()),
        requests => told_requests(judged.requests()),
        gate => report.run.gate.word(),
        targets => targets.iter().map(|target| target_card(target, report.run.gate)).collect::<Vec<_>>(),
        legend => known.iter().map(|standing| legend(judged, *standing)).collect::<Vec<_>>(),
        other_words => others.into_iter().map(chip).collect::<Vec<_>>(),
        areas => areas.collect::<Vec<_>>(),
        levels => LEVELS.iter().filter(occurs).map(ToString::to_string).collect::<Vec<_>>(),
        open => (0..targets.len()).map(|index| open(judged, index, stories)).collect::<Vec<_>>(),
        trends => trends(judged),
        noted => remarks(judged, is_observation),
        warnings => warnings(judged),
        waived => remarks(judged, |row| matches!(row.standing, Standing::Waived | Standing::Stale)),
        flaky => remarks(judged, |row| row.standing == Standing::Flaky),
        scenarios => scenarios.collect::<Vec<_>>(),
        failures => stories.failures.clone(),
    }
}

/// The style class of an advice.
fn tone(advice: Advice) -> &'static str {
    match advice {
        Advice::Sign => "good",
        Advice::DontSign => "bad",
        Advice::RunVoid => "void",
        Advice::CannotTell => "doubt",
    }
}

fn lead(judged: &Judged<'_>, stories: &Stories<'_>) -> Value {
    let advice = judged.advice();
    let known = judged.through(Gate::All).known_deviations();
    let points = judged.points();
    let shown = points.iter().take(MOST_POINTS).map(|point| {
        let failure = point.requirement.and_then(|id| stories.failure(id));
        context! {
            standing => chip(point.standing),
            text => point.text.as_str(),
            id => point.requirement.map(ToString::to_string),
            targets => point.targets.as_str(),
            notes => &point.notes,
            anchor => failure.unwrap_or_else(|| section_of(point.standing).into()),
        }
    });
    let red = points.iter().any(|point| point.standing == Standing::Fail);
    context! {
        advice => advice.word(),
        slug => tone(advice),
        verdict => judged.verdict(),
        known => known.map(|(known, _)| known).filter(|_| advice == Advice::Sign),
        headline => judged.headline(),
        points => shown.collect::<Vec<_>>(),
        more_points => points.len().saturating_sub(MOST_POINTS),
        untested => untested(judged),
        notes => judged.notes(),
        button => if red { "First failure" } else { "First finding" },
    }
}

/// The section that tells more about what is not a failure.
fn section_of(standing: Standing) -> &'static str {
    match standing {
        Standing::Flaky => "flaky",
        Standing::Stale | Standing::Waived => "waivers",
        _ => "open",
    }
}

/// MUSTs that were not tested, or only in part, by target and cause.
fn untested(judged: &Judged<'_>) -> Vec<Value> {
    let shown = |target: &JudgedTarget<'_>, group: &Untested<'_>, cause: String| {
        let areas = group.areas.iter().map(|(area, count)| format!("{area} {count}"));
        context! {
            target => target.facts.name.as_str(),
            count => counted(group.requirements.len(), "MUST"),
            cause => cause,
            areas => areas.collect::<Vec<_>>().join(", "),
        }
    };
    let of_target = |target: &JudgedTarget<'_>| {
        let (untested, in_part) = (target.untested(), target.tested_in_part());
        let untested = untested.iter().map(|group| shown(target, group, group.cause.clone()));
        let in_part =
            in_part.iter().map(|group| shown(target, group, format!("tested only in part: {}", group.cause)));
        untested.chain(in_part).collect::<Vec<_>>()
    };
    judged.targets.iter().flat_map(of_target).collect()
}

fn target_card(target: &JudgedTarget<'_>, gate: Gate) -> Value {
    let part = |gate: Gate| {
        let summary = target.through(gate);
        let headline = capitalised(&summary.reason());
        context! { name => gate.word(), slug => tone(summary.advice()), headline }
    };
    let summary = target.through(gate);
    context! {
        headline => capitalised(&summary.reason()),
        slug => tone(summary.advice()),
        facts => Serde(target.facts),
        parts => [Gate::Api, Gate::Journey].map(part).to_vec(),
        sight => target.told_sight(),
        since => target.nights.and_then(|nights| nights.since.as_ref()).map(|since| capitalised(&since.told())),
        is_worse => target.nights.and_then(|nights| nights.since.as_ref()).is_some_and(|since| !since.newly_failing.is_empty()),
        trouble => target.trouble().map(|trouble| trouble.told()),
        seen => target.all.seen(),
        apply => target.all.apply(),
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
    let scenario = telling.and_then(|record| stories.scenario(record));
    let is_failure = matches!(row.standing, Standing::Fail | Standing::Warn | Standing::Unconfirmed);
    let failure = stories.failure(&row.requirement.id).filter(|_| is_failure);
    let confidence = row.requirement.confidence_for(target.facts.dialect);
    context! {
        target => index,
        standing => chip(row.standing),
        cause => if matches!(row.standing, Standing::Pass | Standing::Na) { String::new() } else { row.cause() },
        stopped => telling.filter(|_| matches!(row.standing, Standing::Blocked | Standing::Infra)).map(JudgedRecord::stopped),
        in_part => row.in_part().map(|part| part.told),
        weight => row.weight().map(|weight| weight.told),
        nights => row.told_nights(),
        confidence => confidence_word(confidence).filter(|_| row.standing != Standing::Na),
        decisions => row.told_decisions(),
        anchor => failure.or(scenario),
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
    let entries = target.open().into_iter().map(|entry| {
        let has_stopped = matches!(entry.standing, Standing::Blocked | Standing::Infra);
        let place = |record: &JudgedRecord<'_>| {
            let place = if has_stopped { record.stopped() } else { record.place() };
            context! { place => place, anchor => stories.scenario(record) }
        };
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

/// Whether it records what the target does where it has a choice: an open question, or a requirement that can be kept in several ways.
fn is_observation(row: &Row<'_>) -> bool {
    match row.standing {
        Standing::Noted => true,
        Standing::Pass => row.observations().next().is_some(),
        _ => false,
    }
}

/// The wanted rows, with waivers, answers and attempts.
fn remarks(judged: &Judged<'_>, is_wanted: impl Fn(&Row<'_>) -> bool) -> Vec<Value> {
    let of_target = |target: &JudgedTarget<'_>| {
        let rows = target.rows.iter().filter(|row| is_wanted(row));
        let shown = rows.map(|row| {
            let flaky = row.records.iter().filter(|record| record.is_flaky());
            let attempts = flaky.map(|record| format!("{}: {}", record.place(), tries(record)));
            let findings =
                row.findings.iter().take(10).map(|(_, finding)| told(&finding.mismatch).to_string());
            context! {
                target => target.facts.name.as_str(),
                standing => chip(row.standing),
                requirement => Serde(row.requirement),
                findings => findings.collect::<Vec<_>>(),
                answers => Serde(row.observations().collect::<Vec<_>>()),
                attempts => attempts.collect::<Vec<_>>(),
                decisions => row.told_decisions(),
            }
        });
        shown.collect::<Vec<_>>()
    };
    judged.targets.iter().flat_map(of_target).collect()
}
