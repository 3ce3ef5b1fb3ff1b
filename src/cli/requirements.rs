//! The command that lists the requirements or the statements of the sources, with their scenarios and deviations.

use crate::cli::listing::{ListArgs, Listing};
use crate::cli::output::{Ending, say};
use crate::mock::{DEVIATIONS, Kind};
use crate::prove;
use crate::requirement::{Confidence, Dialect, Level, Party, Requirement, RequirementId, Statement};
use crate::run::Features;
use clap::Args;
use serde_json::{Value, json};
use std::collections::BTreeMap;

#[derive(Args)]
pub struct RequirementsArgs {
    #[command(flatten)]
    list: ListArgs,
    /// List the statements of the vendors' documentation instead, with the requirements made from each.
    #[arg(long)]
    sources: bool,
}

/// Lists the requirements or the statements of the sources, and how many of them are tested.
pub fn requirements(arguments: &RequirementsArgs) -> Ending {
    let features = Features::load(&[])?;
    let (listing, coverage) =
        if arguments.sources { of_sources(&features) } else { of_requirements(&features) };
    let code = listing.print(arguments.list)?;
    if !arguments.list.json {
        say(format!("\n{coverage}"))?;
    }
    Ok(code)
}

fn of_requirements(features: &Features) -> (Listing, String) {
    let row = |requirement: &Requirement| {
        json!({ "id": requirement.id, "level": requirement.level, "dialect": requirement.dialect,
            "provider": requirement.provider, "statement": requirement.statement, "source": requirement.source,
            "confidence": confidence(requirement), "party": requirement.party,
            "scenarios": scenarios(features, &requirement.id), "not_tested": requirement.not_tested,
            "place": features.catalogue.place(&requirement.id), "deviations": lies(&requirement.id), "kinds": kinds(requirement),
            "fewer_kinds": requirement.fewer_kinds })
    };
    let columns = &["id", "level", "dialect", "statement", "scenarios", "deviations"];
    (Listing { columns, rows: features.catalogue.iter().map(row).collect() }, coverage(features))
}

/// How sure a requirement is, for each dialect to which it applies.
fn confidence(requirement: &Requirement) -> BTreeMap<String, Confidence> {
    let of = |dialect: &Dialect| (dialect.to_string(), requirement.confidence_for(*dialect));
    requirement.dialect.dialects().iter().map(of).collect()
}

/// Counts the requirements that are tested, not tested, and open.
fn coverage(features: &Features) -> String {
    let (mut judged, mut observed, mut excused, mut merchant, mut open) = (0, 0, 0, 0, 0);
    for requirement in features.catalogue.iter() {
        let count = match (requirement.party, scenarios(features, &requirement.id)) {
            (_, 1..) if requirement.level == Level::May => &mut observed,
            (_, 1..) => &mut judged,
            (Party::Merchant, _) => &mut merchant,
            _ if requirement.not_tested.is_some() => &mut excused,
            _ => &mut open,
        };
        *count += 1;
    }
    let all = judged + observed + excused + merchant + open;
    let open = if open == 0 { String::new() } else { format!(", {open} OPEN") };
    format!(
        "{all} requirements: {judged} tested, {observed} recorded, {excused} not tested for a written reason, \
         {merchant} for the merchant{open}."
    )
}

fn of_sources(features: &Features) -> (Listing, String) {
    let statements = features.catalogue.statements();
    let judged =
        |statement: &Statement| -> usize { statement.rows.iter().map(|row| scenarios(features, row)).sum() };
    let row = |statement: &Statement| -> Value {
        let mut lies: Vec<&str> = statement.rows.iter().flat_map(lies).collect();
        lies.sort_unstable();
        lies.dedup();
        let scenarios = judged(statement);
        let judged_by = match scenarios {
            0 => "NOTHING".to_owned(),
            1 => "1 scenario".to_owned(),
            many => format!("{many} scenarios"),
        };
        json!({ "id": statement.id, "source": statement.source, "statement": statement.words,
            "requirements": statement.rows, "scenarios": scenarios, "judged_by": judged_by,
            "deviations": lies, "place": statement.place })
    };
    let open = statements.iter().filter(|statement| judged(statement) == 0).count();
    let columns = &["id", "source", "statement", "requirements", "judged_by", "deviations"];
    let listing = Listing { columns, rows: statements.iter().map(row).collect() };
    (
        listing,
        format!("{} statements: {} tested, {open} not tested.", statements.len(), statements.len() - open),
    )
}

/// How many scenarios test a requirement.
fn scenarios(features: &Features, id: &RequirementId) -> usize {
    let cases = features.loaded.iter().flat_map(|feature| &feature.cases);
    cases.filter(|case| case.requirement.as_ref() == Some(id)).count()
}

/// The kinds of the deviations that break a requirement.
fn kinds(requirement: &Requirement) -> Vec<&'static str> {
    prove::kinds_of(requirement, &DEVIATIONS).into_iter().map(Kind::words).collect()
}

/// The deviations that break a requirement.
fn lies(id: &RequirementId) -> Vec<&'static str> {
    let breaking = DEVIATIONS.iter().filter(|deviation| deviation.breaks.contains(&id.as_str()));
    breaking.map(|deviation| deviation.name).collect()
}
