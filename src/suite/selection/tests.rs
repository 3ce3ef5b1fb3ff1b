//! Tests of choosing scenarios.

use super::*;
use crate::suite::feature::FeatureText;
use crate::target::{PaymentResult, fixture};

/// A catalogue with a requirement of every API, and one of Kustom's.
pub(super) fn catalogue() -> Catalogue {
    let row = |id: &str, dialect: &str| {
        format!(
            "[[requirement]]\nid = \"{id}\"\nlevel = \"MUST\"\nstatement = \"It holds.\"\nsource = \"S2\"\n\
             dialect = \"{dialect}\"\nprovider = \"both\"\nconfidence = \"stated\"\n"
        )
    };
    let mut catalogue = Catalogue::default();
    catalogue.add("x.toml", &(row("HPP-X-001", "both") + &row("HPP-X-002", "kustom"))).unwrap();
    catalogue
}

pub(super) fn parsed(text: &str) -> LoadedFeature {
    LoadedFeature::parse(&FeatureText { path: "x.feature".into(), text: text.into() }).unwrap()
}

/// What becomes of a scenario without further tags, and of those tagged `@wip`, `@of-kustom`, `@needs:browser`, `@needs:clock` and
/// `@faulty`.
fn chosen(filter: &Filter, profile: &TargetProfile) -> Vec<String> {
    let scenario = |number: usize, tags: &str, step: &str| {
        format!("  {tags}\n  Scenario: {number}\n    Then {step}\n\n")
    };
    let text = ["Feature: x\n\n".to_owned()].into_iter().chain(
        [
            ("@req:HPP-X-001", "the request succeeds"),
            ("@req:HPP-X-001 @wip", "the request succeeds"),
            ("@req:HPP-X-002 @of-kustom", "the request succeeds"),
            ("@req:HPP-X-001 @needs:browser", "the request succeeds"),
            ("@req:HPP-X-001 @needs:clock", "the request succeeds"),
            ("@req:HPP-X-001 @faulty", "no step is like this"),
        ]
        .into_iter()
        .enumerate()
        .map(|(number, (tags, step))| scenario(number, tags, step)),
    );
    let features = [parsed(&text.collect::<String>())];
    let schemas = SchemaSet::compile([("schemas/session.schema.json", "{}")], true).unwrap();
    let choices = choose(&features, filter, &catalogue(), (profile, None), &schemas);
    let told = choices.into_iter().map(|choice| match choice.verdict {
        None => "runs".to_owned(),
        Some(Verdict::Error(_)) => "error".to_owned(),
        Some(verdict) => verdict.cause(),
    });
    told.collect()
}

#[test]
fn a_scenario_runs_where_it_applies() {
    let mut profile = fixture::profile("http://127.0.0.1:9");
    let pending = SkipCause::Pending.to_string();
    let other = SkipCause::OtherDialect.to_string();
    let [browser, clock] =
        [Ability::Browser, Ability::Clock].map(|ability| SkipCause::AbilityNotClaimed(ability).to_string());
    let all = Filter::default();
    assert_eq!(chosen(&all, &profile), ["runs", &pending, &other, &browser, &clock, "error"]);
    profile.abilities.extend([Ability::Browser, Ability::Clock]);
    profile.dialect = crate::requirement::Dialect::Kustom;
    assert_eq!(chosen(&all, &profile), ["runs", &pending, "runs", "runs", "runs", "error"]);
}

#[test]
fn each_filter_leaves_out_the_others() {
    let profile = fixture::profile("http://127.0.0.1:9");
    let kept = |filter: Filter| -> Vec<usize> {
        assert!(filter.is_partial());
        let left_out = SkipCause::LeftOut.to_string();
        let told = chosen(&filter, &profile).into_iter().enumerate();
        told.filter(|(_, cause)| *cause != left_out).map(|(number, _)| number).collect()
    };
    let all = Filter::default();
    assert!(!all.is_partial());
    let tags = Some("@needs:browser or @faulty".parse().unwrap());
    assert_eq!(kept(Filter { tags, ..all.clone() }), [3, 5]);
    let only = Some(BTreeSet::from(["x.feature#2".to_owned()]));
    assert_eq!(kept(Filter { only, ..all.clone() }), [2]);
    let shard = |index| kept(Filter { shard: Some((index, 2)), ..all.clone() });
    assert_eq!((shard(0), shard(1)), (vec![0, 1, 3, 5], vec![1, 2, 4]), "one that is pending takes no place");
}

#[test]
fn what_needs_the_ledger_is_in_the_first_shard_and_takes_no_place() {
    let earlier = "Given a hosted session of an earlier run that has not ended";
    let text = format!(
        "@req:HPP-X-001\nFeature: x\n\n  Scenario: a\n    Given a payment session\n\n  @leaves-open\n  Scenario: b\n    Given a payment \
         session\n\n  Scenario: c\n    {earlier}\n\n  Scenario: d\n    Given a payment session\n"
    );
    let features = [parsed(&text)];
    let profile = fixture::profile("http://127.0.0.1:9");
    let schemas = SchemaSet::compile([("schemas/session.schema.json", "{}")], true).unwrap();
    let of_shard = |index| -> Vec<&str> {
        let filter = Filter { shard: Some((index, 2)), ..Filter::default() };
        let choices = choose(&features, &filter, &catalogue(), (&profile, None), &schemas);
        let left_out = Some(Verdict::Skipped(SkipCause::LeftOut));
        choices.iter().filter(|it| it.verdict != left_out).map(|it| it.case.title.as_str()).collect()
    };
    assert_eq!((of_shard(0), of_shard(1)), (vec!["a", "b", "c"], vec!["d"]));
}

#[test]
fn the_steps_decide_which_result_of_a_payment_a_scenario_needs() {
    let text = "@needs:browser\nFeature: x\n\n  Scenario: y\n    When the consumer presses back\n    Then the page takes no payment\n\n\
                \x20 Scenario: z\n    When the consumer is declined\n    Then the page takes no payment\n";
    let features = [parsed(text)];
    let of_z = |outcome: &[PaymentResult]| {
        let mut profile = fixture::profile("http://127.0.0.1:9");
        profile.outcome = outcome.iter().copied().collect();
        assert_eq!(not_claimed(&features[0].cases[0], &profile), None, "back needs no result");
        not_claimed(&features[0].cases[1], &profile)
    };
    let why = "this profile cannot make a payment end with `decline` (add it to `outcome`)";
    assert_eq!(of_z(&PaymentResult::ALL), None);
    let missing = of_z(&[PaymentResult::Approve]).unwrap();
    assert_eq!(
        (&missing, missing.to_string().as_str()),
        (&SkipCause::ResultNotClaimed(PaymentResult::Decline), why)
    );
    assert_eq!(of_z(&[]), Some(SkipCause::AbilityNotClaimed(Ability::Outcome)));
}

#[test]
fn a_session_of_an_earlier_run_is_needed_only_where_no_clock_is_moved() {
    let text = "@req:HPP-X-001\nFeature: x\n\n  Scenario: y\n    Given a hosted session of an earlier run whose time has passed\n";
    let case = parsed(text).cases.remove(0);
    let mut profile = fixture::profile("http://127.0.0.1:9");
    let clock = Some(SkipCause::AbilityNotClaimed(Ability::Clock));
    assert_eq!(not_applicable(&case, &catalogue(), &profile), clock);
    profile.may_wait = Some(std::time::Duration::from_secs(1));
    assert_eq!(not_applicable(&case, &catalogue(), &profile), clock);
    profile.abilities.insert(Ability::Clock);
    assert_eq!(not_applicable(&case, &catalogue(), &profile), Some(SkipCause::ByClock));
}

/// Why the scenarios with these steps are not tested with a page driver.
fn untested(driver: &PageDriver, steps: &[&str]) -> Vec<Option<SkipCause>> {
    let scenarios =
        steps.iter().enumerate().map(|(number, step)| format!("  Scenario: {number}\n    {step}\n"));
    let text = format!("@needs:browser\nFeature: x\n\n{}", scenarios.collect::<String>());
    let loaded = parsed(&text);
    loaded.cases.iter().map(|case| no_way_out(case, driver)).collect()
}

#[test]
fn a_way_to_leave_that_the_page_driver_does_not_know_is_not_tested() {
    let back = [
        "When the consumer presses back",
        "Given the consumer has gone back",
        "When the consumer scans the QR code and presses back",
    ];
    let cancel = [
        "When the consumer presses cancel",
        "When the consumer cancels and confirms",
        "Given the consumer has cancelled",
    ];
    let others = ["When the consumer pays", "When the consumer opens the page"];
    let both = ["Then the page offers one way out at most"];
    let steps = [&back[..], &cancel, &both, &others].concat();
    let why = |driver: &str, word: &str| {
        let why = format!("the page driver pages/{driver}.toml has no move `{word}` (add it to a screen)");
        Some(SkipCause::Unseen(why))
    };
    let none = || vec![None; others.len()];
    for (name, text, expected) in [
        ("mock", include_str!("../../../targets/pages/mock.toml"), vec![None; steps.len()]),
        (
            "klarna",
            include_str!("../../../targets/pages/klarna.toml"),
            [vec![None; 3], vec![why("klarna", "cancel"); 4], none()].concat(),
        ),
        (
            "kustom",
            include_str!("../../../targets/pages/kustom.toml"),
            [vec![None; 3], vec![why("kustom", "cancel"); 4], none()].concat(),
        ),
    ] {
        let driver = PageDriver::parse(&format!("pages/{name}.toml"), text).unwrap();
        assert_eq!(untested(&driver, &steps), expected, "{name}");
    }
}

#[test]
fn a_tag_that_no_scenario_has_is_told_with_the_nearest_one() {
    let text =
        "@req:HPP-X-001\nFeature: x\n\n  @needs:browser\n  Scenario: y\n    Then the request succeeds\n";
    let features = [parsed(text)];
    let nothing = "no scenario matches `--tags`, so nothing is tested";
    for (tags, expected) in [
        ("@needs:browser and @req:HPP-X-001", vec![]),
        (
            "not @needs:browsers",
            vec![
                "no scenario has the tag `@needs:browsers`, which `--tags` names; did you mean `@needs:browser`?",
            ],
        ),
        (
            "@req:X-001",
            vec![
                "no scenario has the tag `@req:X-001`, which `--tags` names; did you mean `@req:HPP-X-001`?",
                nothing,
            ],
        ),
        ("@slow", vec!["no scenario has the tag `@slow`, which `--tags` names", nothing]),
        ("not @needs:browser", vec![nothing]),
        ("not @slow or @slow", vec!["no scenario has the tag `@slow`, which `--tags` names"]),
        (
            "@slow or not @fast",
            vec![
                "no scenario has the tag `@fast`, which `--tags` names",
                "no scenario has the tag `@slow`, which `--tags` names",
            ],
        ),
    ] {
        let filter = Filter { tags: Some(tags.parse().unwrap()), ..Filter::default() };
        assert_eq!(filter.warnings(&features), expected, "{tags}");
    }
    assert_eq!(Filter::default().warnings(&features), Vec::<String>::new());
}
