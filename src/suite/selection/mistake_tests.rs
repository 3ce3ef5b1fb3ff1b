//! Tests of the mistakes in scenarios that are told before a run.

use super::tests::{catalogue, parsed};
use super::*;

/// The fault of a scenario with this step and one that is sound.
fn told_of(step: &str) -> String {
    let text =
        format!("@req:HPP-X-001\nFeature: x\n\n  Scenario: y\n    {step}\n    Then the request succeeds\n");
    let loaded = parsed(&text);
    let schema = r#"{ "properties": { "status": {}, "customer": { "properties": { "given_name": {} } } } }"#;
    let schemas = SchemaSet::compile([("schemas/session.schema.json", schema)], true).unwrap();
    let fault = Fault::all(faults(&loaded.cases[0], &catalogue(), &schemas));
    fault.map_or_else(|| "sound".to_owned(), |fault| format!("{}; {}", fault.message, fault.help))
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
