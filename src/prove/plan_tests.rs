//! Tests of the plan: which scenarios run for a deviation.

use super::Scope;
use super::plan::{Batch, Task};
use super::ran::Ran;
use super::running::Shown;
use super::tests::{faithful, named, ran};
use super::trial::Trial;
use crate::target::Ability;
use crate::verdict::Verdict;
use std::collections::BTreeSet;

/// The requirements whose scenarios a task runs against the first target.
fn requirements(task: &Task, faithful: &Ran) -> BTreeSet<String> {
    let records = faithful.report.targets[0].records.iter();
    let run = records.filter(|record| task.scenarios[0].contains(&record.key));
    run.map(|record| record.requirement.as_ref().unwrap().to_string()).collect()
}

#[test]
fn each_scope_runs_what_it_says() {
    let lie = named("empty-url-leads-nowhere");
    let noted = faithful(lie, |id, _| id != "HPP-REDIRECT-002");
    let run = |scope| requirements(&Task::of(0, lie, &noted, scope), &noted);
    let all: BTreeSet<String> = requirements(&Task::of(0, lie, &noted, Scope::Exhaustive), &noted);
    assert!(all.contains("HPP-REDIRECT-002"), "{all:?}");
    let mut without_one = all.clone();
    without_one.remove("HPP-REDIRECT-002");
    assert_eq!(run(Scope::Full), without_one);
    let browser = |id: &String| {
        let records = noted.report.targets[0].records.iter();
        records
            .filter(|record| record.requirement.as_ref().unwrap().to_string() == *id)
            .any(|record| record.needs.contains(&Ability::Browser))
    };
    let quick: BTreeSet<String> =
        without_one.into_iter().filter(|id| id.starts_with("HPP-REDIRECT") || !browser(id)).collect();
    assert_ne!(quick, run(Scope::Full));
    assert_eq!(run(Scope::Quick), quick);
    let counts = |scope| {
        let task = Task::of(0, lie, &noted, scope);
        let batch = Batch { tasks: vec![task] };
        let trial = Trial::judge(&batch.tasks[0], 0, &ran(&batch, &noted, |_| Verdict::Pass), &noted);
        (trial.scenarios_run, trial.scenarios_reused, trial.scenarios_left_out)
    };
    let (all_run, full, quick) = (counts(Scope::Exhaustive), counts(Scope::Full), counts(Scope::Quick));
    assert_eq!((all_run.1, all_run.2), (0, 0));
    assert!(quick.2 > full.2, "{quick:?}");
    for (run, reused, left_out) in [full, quick] {
        assert_eq!(run + reused + left_out, all_run.0);
    }
    assert_eq!(full.1, quick.1, "what is left out is not reused");
}

#[test]
fn of_other_areas_each_requirement_has_one_browser_scenario_and_another_one_for_another_deviation() {
    let names = ["empty-url-leads-nowhere", "empty-url-leads-to-another"].map(named);
    let chosen = names.map(|lie| {
        let mut noted = faithful(lie, |_, is_browser| is_browser);
        let records = &mut noted.report.targets[0].records;
        let foreign = records.iter().find(|it| {
            let id = it.requirement.as_ref().unwrap().to_string();
            it.needs.contains(&Ability::Browser) && !id.starts_with("HPP-REDIRECT")
        });
        let mut second = foreign.unwrap().clone();
        let first = std::mem::replace(&mut second.key, "another example".to_owned());
        records.push(second);
        noted.touched[0].insert("another example".to_owned(), BTreeSet::from([lie.name.to_owned()]));
        let [full, all] = [Scope::Full, Scope::Exhaustive].map(|scope| Task::of(0, lie, &noted, scope));
        let both = BTreeSet::from([first, "another example".to_owned()]);
        assert!(all.scenarios[0].is_superset(&both));
        let run: Vec<String> = full.scenarios[0].intersection(&both).cloned().collect();
        let spared: Vec<String> = full.left_out[0].intersection(&both).cloned().collect();
        assert_eq!([run.len(), spared.len()], [1, 1], "{}", lie.name);
        run
    });
    assert_ne!(chosen[0], chosen[1]);
}
