//! Tests of choosing scenarios, and of the mistakes that are told before a run.

use super::*;
use crate::suite::feature::FeatureText;
use crate::target::{PaymentResult, fixture};

/// A catalogue with a requirement of every API, and one of Kustom's.
fn catalogue() -> Catalogue {
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

/// The fault of a scenario with this step and one that is sound.
fn told_of(step: &str) -> String {
    let text =
        format!("@req:HPP-X-001\nFeature: x\n\n  Scenario: y\n    {step}\n    Then the request succeeds\n");
    let loaded = LoadedFeature::parse(&FeatureText { path: "x.feature".into(), text }).unwrap();
    let schema = r#"{ "properties": { "status": {}, "customer": { "properties": { "given_name": {} } } } }"#;
    let schemas = SchemaSet::compile([("schemas/session.schema.json", schema)], true).unwrap();
    let fault = Fault::all(faults(&loaded.cases[0], &catalogue(), &schemas));
    fault.map_or_else(|| "sound".to_owned(), |fault| format!("{}; {}", fault.message, fault.help))
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
    let feature = FeatureText { path: "x.feature".into(), text: text.collect() };
    let features = [LoadedFeature::parse(&feature).unwrap()];
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
fn the_steps_decide_which_result_of_a_payment_a_scenario_needs() {
    let text = "@needs:browser\nFeature: x\n\n  Scenario: y\n    When the consumer presses back\n    Then the page takes no payment\n\n\
                \x20 Scenario: z\n    When the consumer is declined\n    Then the page takes no payment\n";
    let feature = FeatureText { path: "x.feature".into(), text: text.into() };
    let features = [LoadedFeature::parse(&feature).unwrap()];
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
    let feature = FeatureText { path: "x.feature".into(), text: text.into() };
    let case = LoadedFeature::parse(&feature).unwrap().cases.remove(0);
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
    let loaded = LoadedFeature::parse(&FeatureText { path: "x.feature".into(), text }).unwrap();
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
    let feature = FeatureText { path: "x.feature".into(), text: text.into() };
    let features = [LoadedFeature::parse(&feature).unwrap()];
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

#[test]
fn a_step_whose_words_are_known_is_sound() {
    for step in [
        "Then the member given_name is a non-empty string",
        "Then the response conforms to the session schema",
        "Then the hosted session is WAITING",
        "Given the clock stands 1 minute later",
        "Given a hosted session whose merchant URLs are\n      | success | ?sid={{session_id}} |\n    \
         Then the parameter sid of the success URL is filled",
    ] {
        assert_eq!(told_of(step), "sound", "{step}");
    }
}

#[test]
fn a_mistyped_word_is_a_fault_with_its_place_and_the_nearest_known_ones() {
    let cases = [
        (
            "Then the member statos is a non-empty string",
            "`statos` is not a member that any schema has; did you mean `status`?",
        ),
        (
            "Then the response conforms to the sesion schema",
            "`sesion` is not the name of a schema; did you mean `session`?",
        ),
        (
            "Then the hosted session is WAITNG",
            "`WAITNG` is not a status of a hosted session; did you mean `WAITING`?",
        ),
        (
            "Given a payment session of the SHOP channel",
            "`SHOP` is not a channel of a purchase; write one of `ECOMMERCE`, `IN_STORE`, `TELESALES`, `MOTO`",
        ),
        (
            "Then the response status is 2000",
            "`2000` is not a status of HTTP; write a number from 100 to 599",
        ),
        (
            "Then each call is made at most 70000 times",
            "`70000` is not a number that this step takes; write a whole number from 1 to 100",
        ),
        (
            "Given the clock stands -1 minutes later",
            "`-1` is not a number that this step takes; write a whole number from 0 to 525600",
        ),
        (
            "Given a hosted session that is 4294967295 minutes old where the clock can be moved",
            "`4294967295` is not a number that this step takes; write a whole number from 0 to 525600",
        ),
        (
            "Then expires_at lies 4294967295 hours before the end of the KP session",
            "`4294967295` is not a number that this step takes; write a whole number from 0 to 8760",
        ),
        (
            "Given the merchant may create 0 hosted sessions a second",
            "`0` is not a number that this step takes; write a whole number from 1 to 5",
        ),
        (
            "Given a payment session in the locale deDE",
            "`deDE` is not a locale; write a language and a region such as `de-DE`",
        ),
        (
            "Then the page offers the categories \"PAY_NOW, PAY_LATEx\"",
            "`PAY_LATEx` is not a category of payment methods; did you mean `PAY_LATER`?",
        ),
        (
            "Then the parameter sessin_id of the success URL is filled",
            "no merchant URL of the scenario has a parameter `sessin_id`; name a parameter that the table of merchant URLs gives, or `session_id`",
        ),
        (
            "When the consumer is declined",
            "this step needs the ability `browser`; tag the scenario `@needs:browser`",
        ),
        (
            "Then status_update is called",
            "this step needs the ability `receiver`; tag the scenario `@needs:receiver`",
        ),
        (
            "Then the page speaks German",
            "`German` is not the code of a language; write two small letters such as `de`",
        ),
        (
            "When the merchant distributes the hosted session by smss without phone",
            "`smss` is nearly a method of distribution; did you mean `sms`? If it is meant as it is, write `\"smss\"`",
        ),
        (
            "Then the error_code is MISSING_COTACT_DATA",
            "`MISSING_COTACT_DATA` is nearly a documented error_code; did you mean `MISSING_CONTACT_DATA`? If it is meant as it is, write `\"MISSING_COTACT_DATA\"`",
        ),
        (
            "Given the merchant's server answers calls with noise",
            "`noise` is not an answer of the merchant's server; write a status such as 500, or `delay` or `silence`",
        ),
    ];
    for (step, told) in cases {
        assert_eq!(told_of(step), format!("x.feature:5: {told}"));
    }
}

#[test]
fn a_table_that_is_not_as_the_step_takes_it_is_a_fault() {
    const OPTIONS: &str = "Given a hosted session with the options";
    const HELP: &str = "write rows of the form `| option | value |`, without a heading";
    let cases = [
        (OPTIONS.to_owned(), format!("this step needs a table below it; {HELP}")),
        (
            format!("{OPTIONS}\n      | status |"),
            format!("row 1 of the table: expected 2 cells, found 1; {HELP}"),
        ),
        (
            format!("{OPTIONS}\n      | statos | 1 |"),
            "`statos` is not a member that any schema has; did you mean `status`?".to_owned(),
        ),
        (
            "Given a hosted session whose merchant URLs are\n      | bach | null |".to_owned(),
            "row 1 of the table: `bach` is not the name of a merchant URL; did you mean `back`?"
                .to_owned(),
        ),
        (
            "Given a hosted session whose merchant URLs are\n      | back | null |\n      | back | empty |"
                .to_owned(),
            "row 2 of the table: `back` occurs before; remove one of the two rows".to_owned(),
        ),
        (
            "Given a hosted session whose merchant URLs are\n      | back | ?a={{sesion_id}} |".to_owned(),
            "`{{sesion_id}}` is nearly a placeholder; did you mean `{{session_id}}`? If it is meant as it is, tag the scenario `@odd-urls`".to_owned(),
        ),
        (
            "Given a hosted session whose merchant URLs are\n      | back | ?a={{session_id} |".to_owned(),
            "`{{session_id}` is nearly a placeholder; did you mean `{{session_id}}`? If it is meant as it is, tag the scenario `@odd-urls`".to_owned(),
        ),
        (
            "Given a payment session\n      | a |".to_owned(),
            "this step takes no table; remove the table below it".to_owned(),
        ),
    ];
    for (step, told) in cases {
        assert_eq!(told_of(&step), format!("x.feature:5: {told}"));
    }
}

#[test]
fn every_mistake_of_a_scenario_is_told() {
    let told = told_of("Then the response status is 2000\n    Then the page speaks German");
    let expected = "2 mistakes: x.feature:5: `2000` is not a status of HTTP (write a number from 100 to 599); \
                    x.feature:6: `German` is not the code of a language (write two small letters such as `de`); \
                    correct each of them";
    assert_eq!(told, expected);
    let member = "Then the member statos is a non-empty string";
    assert_eq!(told_of(&format!("{member}\n    {member}")), told_of(member), "the same mistake is told once");
}

#[test]
fn a_line_that_no_step_matches_names_the_nearest_steps() {
    let cases = [
        ("Then the hosted session iss WAITING", "Then the hosted session is {word}"),
        ("When the session is read", "When the merchant reads the hosted session"),
        ("Given the hosted session is WAITING", "Then the hosted session is {word}"),
    ];
    for (step, nearest) in cases {
        let told = told_of(step);
        assert!(
            told.starts_with(&format!("x.feature:5: no step matches `{step}`; the nearest are `")),
            "{told}"
        );
        assert!(told.contains(&format!("`{nearest}`")), "{told}");
    }
    let told = told_of("Then the page offers the categories PAY_LATER");
    assert!(told.contains("`Then the page offers the categories {string}`"), "{told}");
    assert!(told.ends_with("; write a `{string}` in quotes"), "{told}");
    let told = told_of("When the session is read");
    assert_eq!(told.matches("`When ").count(), 4, "{told}");
}
