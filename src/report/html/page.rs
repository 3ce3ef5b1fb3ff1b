//! The page as a value: what its templates are filled with.

use crate::report::failure::Way;
use crate::report::html::shown::visible;
use crate::report::html::story::{Stories, anchor};
use crate::report::html::swimlane::escape;
use crate::report::summary::counts;
use crate::report::{Gate, Outcome, Row, RunReport, Standing, TargetReport};
use crate::requirement::{Confidence, Level};
use crate::verdict::ScenarioRecord;
use jiff::Timestamp;
use minijinja::{Value, context};

/// The levels, the most binding first.
const LEVELS: [Level; 3] = [Level::Must, Level::Should, Level::May];

/// A standing in names of style classes: lowercase, dashes for spaces.
pub fn slug(standing: Standing) -> String {
    standing.word().to_lowercase().replace(' ', "-")
}

/// A sentence as HTML: escaped, with `code` where it has backticks.
pub fn prose(text: &str) -> Value {
    let mut html = String::new();
    for (index, part) in visible(text).split('`').enumerate() {
        if index > 0 {
            html.push_str(if index % 2 == 1 { "<code>" } else { "</code>" });
        }
        html.push_str(&escape(part));
    }
    if text.matches('`').count() % 2 == 1 {
        html.push_str("</code>");
    }
    Value::from_safe_string(html)
}

/// Everything that the page shows; the parts that hold evidence are told already.
pub fn page(report: &RunReport, stories: Stories) -> Value {
    let rows: Vec<Vec<Row<'_>>> = report.targets.iter().map(|target| report.rows(target)).collect();
    let occurring = report.standings();
    let (known, others): (Vec<Standing>, Vec<Standing>) =
        Standing::ALL.into_iter().partition(|standing| occurring.contains(standing));
    let occurs = |level: &Level| report.catalogue.iter().any(|requirement| requirement.level == *level);
    let other = |other: &Standing| context! { word => other.word(), slug => slug(*other), meaning => other.meaning() };
    let targets = || report.targets.iter().enumerate();
    let areas = report.areas();
    context! {
        style => Value::from_safe_string(include_str!("page.css").into()),
        script => Value::from_safe_string(include_str!("page.js").into()),
        id => report.run.id.clone(),
        lead => lead(report),
        run => run(report),
        targets => targets().map(|(_, target)| target_card(report, target)).collect::<Vec<_>>(),
        legend => known.iter().map(|standing| legend(report, &rows, *standing)).collect::<Vec<_>>(),
        other_words => others.iter().map(other).collect::<Vec<_>>(),
        areas => areas.iter().filter_map(|area| area_rows(report, &rows, &stories, area)).collect::<Vec<_>>(),
        levels => LEVELS.iter().filter(|level| occurs(level)).map(ToString::to_string).collect::<Vec<_>>(),
        open => targets().map(|(index, target)| open(report, index, target, &stories)).collect::<Vec<_>>(),
        noted => remarks(&rows, report, &[Standing::Noted]),
        warnings => warnings(report),
        waived => remarks(&rows, report, &[Standing::Waived, Standing::Stale]),
        flaky => remarks(&rows, report, &[Standing::Flaky]),
        failures => stories.failures,
        scenarios => stories
            .scenarios
            .into_iter()
            .zip(&report.targets)
            .map(|(told, target)| {
                let name = target.facts.name.as_str();
                context! { name => name, pieces => told.pieces, left_out => told.left_out }
            })
            .collect::<Vec<_>>(),
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

fn lead(report: &RunReport) -> Value {
    let outcome = report.outcome_for_signing();
    let mut advice = outcome.advice().to_owned();
    advice[..1].make_ascii_uppercase();
    context! {
        advice,
        slug => outcome_slug(outcome),
        headline => report.headline(),
        left_out => report.left_out(),
        deviation => report.run.deviation.clone(),
        gate => (report.run.gate != Gate::All).then(|| gate_word(report.run.gate)),
    }
}

fn run(report: &RunReport) -> Value {
    let facts = &report.run;
    let elapsed = facts.finished_at.duration_since(facts.started_at).as_secs_f64();
    context! {
        started => minute(facts.started_at),
        elapsed => format!("{elapsed:.1} s"),
        version => facts.harness_version.clone(),
        arguments => facts.arguments.join(" "),
        seed => facts.seed,
        gate => gate_word(facts.gate),
        browser => facts.browser.clone(),
        features => facts.hashes.features.clone(),
        catalogue => facts.hashes.catalogue.clone(),
        schemas => facts.hashes.schemas.clone(),
    }
}

fn minute(at: Timestamp) -> String {
    at.strftime("%-d %B %Y, %H:%M UTC").to_string()
}

fn gate_word(gate: Gate) -> &'static str {
    match gate {
        Gate::Api => "api",
        Gate::Journey => "journey",
        Gate::All => "api and journey",
    }
}

fn target_card(report: &RunReport, target: &TargetReport) -> Value {
    let (seen, apply) = report.musts_seen(target);
    let gate = |gate| {
        let outcome = report.target_outcome_through(target, gate);
        let headline = report.gate_headline(target, gate);
        let rest = headline.strip_prefix(outcome.word()).unwrap_or(&headline);
        context! { outcome => outcome.word(), slug => outcome_slug(outcome), rest => rest.trim_start_matches(':').trim() }
    };
    context! {
        name => target.facts.name.clone(),
        dialect => target.facts.dialect.to_string(),
        provider => target.facts.provider.to_string(),
        base_url => target.facts.base_url.clone(),
        abilities => target.facts.abilities.iter().map(ToString::to_string).collect::<Vec<_>>(),
        outcome => report.target_outcome(target).word(),
        slug => outcome_slug(report.target_outcome(target)),
        api => gate(Gate::Api),
        journey => gate(Gate::Journey),
        seen, apply,
    }
}

fn legend(report: &RunReport, rows: &[Vec<Row<'_>>], standing: Standing) -> Value {
    let count = |rows: &Vec<Row<'_>>| rows.iter().filter(|row| row.standing == standing).count();
    let void: usize = report.targets.iter().map(|target| target.voided().count()).sum();
    context! {
        word => standing.word(),
        slug => slug(standing),
        meaning => standing.meaning(),
        counts => rows.iter().map(count).collect::<Vec<_>>(),
        void => if standing == Standing::Harness { void } else { 0 },
    }
}

fn area_rows(report: &RunReport, rows: &[Vec<Row<'_>>], stories: &Stories, area: &str) -> Option<Value> {
    let of_area: Vec<Vec<&Row<'_>>> =
        rows.iter().map(|rows| rows.iter().filter(|row| row.requirement.area == area).collect()).collect();
    let first = of_area.first()?;
    if first.is_empty() {
        return None;
    }
    let lines = (0..first.len()).map(|index| {
        let requirement = first[index].requirement;
        let cells = of_area.iter().enumerate().map(|(target, rows)| cell(report, target, rows[index], stories));
        context! {
            id => requirement.id.to_string(),
            level => requirement.level.to_string(),
            statement => prose(&requirement.statement),
            source => visible(&requirement.source),
            search => format!("{} {} {} {area}", requirement.id, requirement.statement, requirement.source).to_lowercase(),
            cells => cells.collect::<Vec<_>>(),
        }
    });
    let bars = rows.iter().map(|rows| bars(rows, area));
    Some(context! { name => area, lines => lines.collect::<Vec<_>>(), bars => bars.collect::<Vec<_>>() })
}

/// The counts of one area for one target, level by level.
fn bars(rows: &[Row<'_>], area: &str) -> Vec<Value> {
    let level = |level: Level| {
        let of: Vec<Row<'_>> = rows
            .iter()
            .filter(|row| row.requirement.area == area && row.requirement.level == level)
            .cloned()
            .collect();
        let parts = counts(&of)
            .into_iter()
            .map(|(standing, count)| context! { word => standing.word(), slug => slug(standing), count });
        (!of.is_empty()).then(|| context! { level => level.to_string(), parts => parts.collect::<Vec<_>>() })
    };
    LEVELS.into_iter().filter_map(level).collect()
}

fn cell(report: &RunReport, target: usize, row: &Row<'_>, stories: &Stories) -> Value {
    let records = &report.targets[target].records;
    let told = |record: &&ScenarioRecord| {
        let index = records.iter().position(|other| std::ptr::eq(other, *record))?;
        stories.told[target][index].then(|| anchor(target, index))
    };
    let failure = stories.failure_anchors.get(&(target, row.requirement.id.to_string())).cloned();
    let shows =
        |record: &&&ScenarioRecord| report.record_standing(&report.targets[target], record) == row.standing;
    let scenario = row.records.iter().find(shows).or(row.records.first()).and_then(told);
    let confidence = row.requirement.confidence_for(report.targets[target].facts.dialect);
    context! {
        target,
        word => row.standing.word(),
        slug => slug(row.standing),
        cause => if matches!(row.standing, Standing::Pass | Standing::Na) { Value::from("") } else { prose(&row.cause()) },
        confidence => confidence_word(confidence).filter(|_| row.standing != Standing::Na),
        anchor => failure.or(scenario),
        scenarios => row.records.len(),
    }
}

/// How sure we are, where we are not.
pub fn confidence_word(confidence: Confidence) -> Option<&'static str> {
    match confidence {
        Confidence::Stated => None,
        Confidence::Inferred => Some("inferred"),
        Confidence::Assumed => Some("assumed"),
    }
}

fn open(report: &RunReport, index: usize, target: &TargetReport, stories: &Stories) -> Value {
    let place = |record: &&ScenarioRecord| {
        let at = target.records.iter().position(|other| std::ptr::eq(other, *record));
        let anchor = at.filter(|at| stories.told[index][*at]).map(|at| anchor(index, at));
        context! { place => record.place(), anchor }
    };
    let entries = report.open(target).into_iter().map(|entry| {
        context! {
            word => entry.standing.word(),
            slug => slug(entry.standing),
            cause => prose(&entry.cause),
            ids => entry.requirements.iter().map(|requirement| requirement.id.to_string()).collect::<Vec<_>>(),
            places => entry.records.iter().take(20).map(place).collect::<Vec<_>>(),
            more_places => entry.records.len().saturating_sub(20),
        }
    });
    context! { name => target.facts.name.clone(), entries => entries.collect::<Vec<_>>() }
}

/// What is odd about the requests that were sent.
fn warnings(report: &RunReport) -> Vec<Value> {
    let of_target = |target| report.warnings(target).into_iter().map(move |warning| (target, warning));
    let warnings = report.targets.iter().flat_map(of_target);
    let shown = warnings.map(|(target, warning)| {
        let way = |way: &Way<'_>| prose(&format!("{}: {}", way.places().join(", "), way.finding.mismatch));
        context! {
            target => target.facts.name.clone(),
            word => "warning",
            slug => slug(warning.standing),
            id => warning.requirement.id.to_string(),
            statement => prose(&warning.requirement.statement),
            findings => warning.ways.iter().map(way).collect::<Vec<_>>(),
        }
    });
    shown.collect()
}

/// The rows of a standing that is worth a remark, with waivers, answers and attempts.
fn remarks(rows: &[Vec<Row<'_>>], report: &RunReport, standings: &[Standing]) -> Vec<Value> {
    let mut remarks = Vec::new();
    for (target, rows) in report.targets.iter().zip(rows) {
        for row in rows.iter().filter(|row| standings.contains(&row.standing)) {
            let id = &row.requirement.id;
            let answers = row.records.iter().flat_map(|record| &record.last().observations);
            let attempts = row.records.iter().filter(|record| record.is_flaky()).map(|record| {
                let words: Vec<&str> = record.attempts.iter().map(|attempt| attempt.verdict.word()).collect();
                format!("{}: {}", record.place(), words.join(", then "))
            });
            let waivers = target.facts.waivers.iter().filter(|waiver| waiver.requirement == *id);
            remarks.push(context! {
                target => target.facts.name.clone(),
                word => row.standing.word(),
                slug => slug(row.standing),
                id => id.to_string(),
                statement => prose(&row.requirement.statement),
                findings => row.findings.iter().take(10).map(|(_, finding)| prose(&finding.mismatch.to_string())).collect::<Vec<_>>(),
                answers => answers.map(|answer| context! { question => prose(&answer.question), answer => visible(&answer.answer) }).collect::<Vec<_>>(),
                attempts => attempts.collect::<Vec<_>>(),
                waivers => waivers.map(|waiver| context! {
                    reason => waiver.reason.clone(), owner => waiver.owner.clone(), expires => waiver.expires.to_string(),
                }).collect::<Vec<_>>(),
            });
        }
    }
    remarks
}
