//! Tests of the profile of a target.

use super::fixture::{PROFILE, parse, parse_with};
use super::*;
use std::time::Duration;

#[test]
fn what_a_profile_leaves_out_has_a_default() {
    let profile = parse(PROFILE).unwrap();
    assert_eq!(profile.merchant_host, "merchant.example");
    assert_eq!(profile.deadlines.quiet, Duration::from_secs(10));
    assert!(profile.abilities.is_empty() && profile.is_loopback());
}

#[test]
fn outcome_alone_means_every_result_and_a_list_narrows_it() {
    let driver = |text: &str| {
        let text = format!("{PROFILE}page_driver = \"p.toml\"\n{text}\n");
        parse_with(&[("p.toml", "")], &text).unwrap()
    };
    let [approve, decline, error] = PaymentResult::ALL;
    for (text, results) in [
        ("abilities = [\"outcome\"]", vec![approve, decline, error]),
        ("abilities = [\"outcome\"]\noutcome = [\"decline\"]", vec![decline]),
        ("outcome = [\"approve\", \"decline\"]", vec![approve, decline]),
        ("abilities = [\"browser\"]", vec![]),
    ] {
        let profile = driver(text);
        assert_eq!(profile.abilities.contains(&Ability::Outcome), !results.is_empty(), "{text}");
        assert_eq!(profile.outcome, BTreeSet::from_iter(results), "{text}");
    }
}

#[test]
fn what_is_confirmed_is_an_id_or_a_source() {
    let row = |id: &str, source: &str| -> Requirement {
        let text = format!(
            "id = \"{id}\"\nlevel = \"MUST\"\nstatement = \"It holds.\"\nsource = \"{source}\"\n\
             dialect = \"both\"\nprovider = \"both\"\nconfidence = \"stated\"\n"
        );
        toml::from_str(&text).unwrap()
    };
    let confirmed = "confirmed = [\"HPP-READ-001\", \"S1\"]";
    let profile = parse(&format!("{PROFILE}{confirmed}\n")).unwrap();
    assert!(profile.confirms(&row("HPP-READ-001", "S9")), "an id");
    assert!(profile.confirms(&row("HPP-READ-002", "S1")), "only Kustom says it");
    assert!(!profile.confirms(&row("HPP-READ-002", "U-OAS")), "another source");
}

const RATE: &str = "`creates_per_second` is faulty: write a number from 0.001 to 10000, or leave the key out if the target has no limit";
const RECEIVER: &str = "`receiver_address` is faulty: write an address of this machine or of its private network, with a port, \
    such as \"192.168.1.5:8443\"";
const LOCALE: &str = "`purchase.locale` is faulty: write language and country, such as \"de-DE\"";

/// Values of a wrong form, each with the message.
const FAULTY_VALUES: [(&str, &str); 17] = [
    ("creates_per_second = 1e-300", RATE),
    ("creates_per_second = 0", RATE),
    ("creates_per_second = -1.0", RATE),
    ("creates_per_second = nan", RATE),
    ("creates_per_second = inf", RATE),
    ("receiver_address = \"8.8.8.8:1\"", RECEIVER),
    ("receiver_address = \"127.0.0.1:0\"", RECEIVER),
    ("receiver_address = \"here\"", RECEIVER),
    ("receiver_address = \"-x.example:8443\"", RECEIVER),
    (
        "purchase.country = \"XX\"",
        "`purchase.country` is faulty: write the code of a country (ISO 3166-1), such as \"DE\"",
    ),
    (
        "purchase.currency = \"euro\"",
        "`purchase.currency` is faulty: write the code of a currency (ISO 4217), such as \"EUR\"",
    ),
    ("purchase.locale = \"de_DE\"", LOCALE),
    ("purchase.locale = \"de\"", LOCALE),
    (
        "deadlines.page = \"0s\"",
        "`deadlines.page` is faulty: write a time that is longer than 0, such as \"10s\"",
    ),
    ("confirmed = \"all\"", "`confirmed`: it is a string; write a list"),
    (
        "merchant_host = \"\"",
        "`merchant_host` is faulty: it is not a host name; write it without scheme, port and path, such as `merchant.example`",
    ),
    (
        "merchant_host = \"a b\"",
        "`merchant_host` is faulty: it is not a host name; write it without scheme, port and path, such as `merchant.example`",
    ),
];

#[test]
fn a_value_of_the_right_form_is_accepted() {
    for line in [
        "creates_per_second = 2",
        "creates_per_second = 0.001",
        "receiver_address = \"192.168.1.5:8443\"",
        "receiver_address = \"[::1]:8443\"",
        "purchase = { country = \"SE\", currency = \"SEK\", locale = \"sv-SE\" }",
    ] {
        assert!(parse(&format!("{PROFILE}{line}\n")).is_ok(), "{line}");
    }
}

#[test]
fn a_name_fits_into_the_name_of_a_folder() {
    for (name, is_sound) in [
        ("s".repeat(80), true),
        ("s".repeat(81), false),
        (String::new(), false),
        ("\u{3164}".into(), false),
        ("a\\nb".into(), false),
    ] {
        let text = PROFILE.replace("\"shop\"", &format!("\"{name}\""));
        let error = parse(&text).err().map(|error| error.to_string());
        let expected = "targets/shop.toml:2: `name` is faulty: write 1 to 80 characters in one line, with a letter or digit";
        assert_eq!(error.as_deref(), (!is_sound).then_some(expected), "{name}");
    }
}

#[test]
fn a_page_driver_that_cannot_be_read_is_no_reason_for_another_one() {
    let text = format!("{PROFILE}page_driver = \"pages\"\n");
    // The profile is in `targets`, where `pages` is a folder.
    let error = parse_with(&[("pages", "")], &text).unwrap_err();
    assert_eq!(error.to_string(), "targets/shop.toml:7: cannot read the page driver `pages`");
}

#[test]
fn each_fault_of_a_profile_names_the_file_and_the_way_out() {
    let cases = [
        (
            "abilities = [\"clocks\"]",
            "there is no ability `clocks`; known: browser, clock, outcome, receiver, mailbox, burst",
        ),
        ("abilities = [\"clock\"]", "the ability `clock` needs `control_url`; add it or drop the ability"),
        (
            "page_driver = \"pages/none.toml\"",
            "there is no page driver `pages/none.toml`: no file and no built-in page driver has this name; correct `page_driver`",
        ),
        ("speed = 3", "unknown field `speed`, expected one of "),
        (
            "control_url = \"http://u:s3cret@127.0.0.1\"",
            "`control_url` is faulty: it has a user name or a password; give them as `credentials`",
        ),
        (
            "api_origins = [\"https://a.example\", \"https://b.example?s3cret\"]",
            "`api_origins` is faulty: it has a query; leave out everything from `?` on",
        ),
        (
            "page_hosts = [\"https://pay.example\"]",
            "`page_hosts` is faulty: it is not a host name; write it without scheme, port and path, such as `merchant.example`",
        ),
        (
            "merchant_host = \"merchant.example:443\"",
            "`merchant_host` is faulty: it is not a host name; write it without scheme, port and path, such as `merchant.example`",
        ),
        (
            "outcome = []",
            "`outcome` is faulty: write a list of `approve`, `decline` and `error`, or leave it out if a payment cannot be made to end",
        ),
        (
            "may_wait = \"50h\"\nabilities = [\"clock\"]\ncontrol_url = \"http://127.0.0.1:1\"",
            "`may_wait` is faulty: the ability `clock` moves the time, so nothing waits; leave out `may_wait` or the ability",
        ),
        (
            "api_origins = [\"https://a.example/v1\"]",
            "`api_origins` is faulty: it has a path; leave out everything after the host and its port",
        ),
        (
            "page_hosts = [\"co.uk\"]",
            "`page_hosts` is faulty: everybody can have a host below it; write the name of your own host, such as \
             `pay.shop.example`",
        ),
        ("outcome = [\"approve\"]", "the ability `outcome` needs `page_driver`; add it or drop the ability"),
        (
            "[[accepted_unseen]]\narea = \"expiry\"\nreason = \"x\"\nowner = \"y\"",
            "`accepted_unseen` of area expiry has no `expires`; write its last day, such as \"2027-01-31\"",
        ),
    ];
    for (line, message) in cases.into_iter().chain(FAULTY_VALUES) {
        let error = parse(&format!("{PROFILE}{line}\n")).unwrap_err().to_string();
        let expected = format!("targets/shop.toml:7: {message}");
        assert!(error == expected || message.ends_with(' ') && error.starts_with(&expected), "{error}");
    }
    let http = PROFILE.replace("127.0.0.1:8080", "shop.example");
    assert!(
        parse(&http)
            .unwrap_err()
            .to_string()
            .ends_with("use https, because plain http is only for this machine")
    );
}

#[test]
fn the_provider_is_that_of_the_dialect() {
    for (from, to) in [("\"KP\"", "\"KCO\""), ("\"klarna\"", "\"kustom\"")] {
        let error = parse(&PROFILE.replace(from, to)).unwrap_err().to_string();
        let expected = "targets/shop.toml:5: `provider` is faulty: write \"KP\" with the dialect klarna, and \"KCO\" with kustom";
        assert_eq!(error, expected);
    }
}

#[test]
fn a_missing_credential_names_its_variable() {
    let text = PROFILE.replace("password = { env = \"PATH\" }", "password = { env = \"HPP_UNSET\" }");
    assert_eq!(
        parse(&text).unwrap_err().to_string(),
        "targets/shop.toml:6: the `password` of the target is missing; set `HPP_UNSET`"
    );
}

#[test]
fn every_key_of_a_profile_is_documented_and_no_other() {
    assert_eq!(reference::documented("Profile"), reference::known::<ProfileFile>());
    assert_eq!(reference::documented("`credentials`"), reference::known::<CredentialsFile>());
    assert_eq!(reference::documented("`[purchase]`"), reference::known::<Purchase>());
    assert_eq!(reference::documented("`[[market]]`"), reference::known::<Market>());
    assert_eq!(reference::documented("`[deadlines]`"), reference::known::<Deadlines>());
    assert_eq!(reference::documented("`[[waiver]]`"), reference::known::<Waiver>());
    assert_eq!(reference::documented("`[[dismissed]]`"), reference::known::<Dismissal>());
    assert_eq!(reference::documented("`[[accepted_unseen]]`"), reference::known::<AcceptedUnseen>());
}

#[test]
fn a_mistyped_key_of_any_table_gets_the_nearest_one() {
    reference::tells_the_nearest::<ProfileFile>();
    reference::tells_the_nearest::<CredentialsFile>();
    reference::tells_the_nearest::<Market>();
    reference::tells_the_nearest::<Purchase>();
    reference::tells_the_nearest::<Deadlines>();
    reference::tells_the_nearest::<Waiver>();
    reference::tells_the_nearest::<Dismissal>();
    reference::tells_the_nearest::<AcceptedUnseen>();
}

#[test]
fn a_fault_far_down_in_a_profile_names_its_own_line() {
    let waiver = "[[waiver]]\nrequirement = \"HPP-READ-001\"\nsubject = \"status\"\nreason = \"x\"\nowner = \"y\"\nexpires = 2027-01-31\n";
    let begin = format!(
        "{PROFILE}abilities = [\n  \"receiver\",\n  \"clock\",\n]\ncontrol_url = \"http://127.0.0.1:1\"\n"
    );
    let sound = format!("{begin}\n[deadlines]\nquiet = \"1s\"\n\n{}", waiver.repeat(1_000));
    assert!(parse(&sound).is_ok());
    let last = 15 + 1_000 * 6;
    for (from, to, message) in [
        ("\"clock\"", "\"clocks\"", "9: there is no ability `clocks`; ".to_owned()),
        ("\"clock\"", "\"receiver\"", "9: `receiver` is listed twice; remove one of the two".to_owned()),
        ("\"clock\"", "\"browser\"", "9: the ability `browser` needs `page_driver`; ".to_owned()),
        ("control_url", "control_ur", "11: unknown field `control_ur`, expected one of ".to_owned()),
        ("\"1s\"", "\"0s\"", "14: `deadlines.quiet` is faulty: ".to_owned()),
        ("expires = 2027-01-31\n", "expires = 2027-02-31\n", format!("{last}: `expires`: ")),
        (
            "expires = 2027-01-31\n",
            "expirs = 2027-01-31\n",
            format!("{last}: unknown field `expirs`, expected one of "),
        ),
        ("expires = 2027-01-31\n", "", format!("{}: missing field `expires`; add it", last - 5)),
        (
            "expires = 2027-01-31\n",
            "expires = \"soon\"\n",
            format!("{last}: `expires`: it is not a day; write it like "),
        ),
    ] {
        let (before, after) = sound.rsplit_once(from).unwrap();
        let error = parse(&format!("{before}{to}{after}")).unwrap_err().to_string();
        assert!(error.starts_with(&format!("targets/shop.toml:{message}")), "{message} {error}");
    }
}

#[test]
fn a_text_that_does_not_parse_names_line_and_key_and_the_way_out() {
    let credentials = "credentials = { username = { env = \"PATH\" }, password = { env = \"PATH\" } }";
    let form = "is not a requirement id; write PREFIX-AREA-NNN, such as HPP-CREATE-008";
    let unseen = "[[accepted_unseen]]\nrequirements = [\n  \"HPP-READ-001\",\n  \"READ\",\n]\n";
    for (from, to, message) in [
        ("dialect", "dialct", "4: unknown field `dialct`, expected one of …; did you mean `dialect`?".to_owned()),
        ("\"klarna\"", "\"klarne\"", "4: `dialect`: unknown variant `klarne`, expected `klarna` or `kustom`; did you mean `klarna`?".into()),
        ("name = \"shop\"\n", "", "1: missing field `name`; add it".into()),
        (credentials, "credentials = \"s3cret\"", "6: `credentials`: it is a string; write a table".into()),
        (credentials, "credentials = { username = { env = \"PATH\" } }", "6: `credentials`: missing field `password`; add it".into()),
        ("\n\n", "\nfloor = [\n  \"HPP-READ-001\",\n  \"READ\",\n]\n", format!("9: `floor`: `READ` {form}")),
        ("\n\n", "\nfloor = [\n  \"HPP-READ-001\",\n  3,\n]\n", "9: `floor`: it is integer `3`; write a requirement id".into()),
        ("\n\n", &format!("\n{unseen}"), format!("10: `requirements`: `READ` {form}")),
        ("\n\n", "\noutcome = [\n  \"approve\",\n  \"approv\",\n]\n", "9: `outcome`: unknown variant `approv`, expected one of `approve`, `decline`, `error`; did you mean `approve`?".into()),
        ("\n\n", "\ncreates_per_second = \"4\"\n", "7: `creates_per_second`: it is a string; write a number".into()),
        ("\n\n", "\nwaiver = { a = 1 }\n", "7: `waiver`: it is a table; write a list".into()),
        ("\n\n", "\nname = \"x\"\n", "7: `name`: this key is listed twice; remove one of the two".into()),
        ("\n\n", "\nname = \"x\n", "7: `name`: invalid basic string, expected `\"`".into()),
        ("\n\n", "\nfloor = [\"HPP-READ-001\"\n", "7: `floor`: unclosed array, expected `]`".into()),
    ] {
        let text = format!("{}\n", PROFILE.trim_start()).replacen(from, to, 1);
        let text = format!("\n{text}");
        let error = parse(&text).unwrap_err().to_string();
        let (begin, end) = message.split_once('…').unwrap_or((&message, ""));
        let is_it = error.starts_with(&format!("targets/shop.toml:{begin}")) && error.ends_with(end);
        assert!(is_it, "{message}\n{error}");
        assert!(!error.contains("s3cret"), "{error}");
    }
}

#[test]
fn the_second_account_is_that_of_another_merchant() {
    let second = |user: &str, password: &str| {
        let text = format!(
            "{PROFILE}second_account = {{ username = {{ env = \"{user}\" }}, password = {{ env = \"{password}\" }} }}\n"
        );
        parse(&text).err().map(|error| error.to_string())
    };
    let expected = "targets/shop.toml:7: `second_account` is faulty: it is the account of `credentials`; give that of another \
                    merchant, or leave it out";
    assert_eq!(second("PATH", "PATH").as_deref(), Some(expected));
    assert_eq!(second("CARGO_MANIFEST_DIR", "PATH"), None);
}

#[test]
fn what_a_profile_quotes_stays_in_one_line_of_bounded_length() {
    let long = "x".repeat(300_000);
    for (line, end) in [
        (format!("abilities = [\"{long}\"]"), "`; known: browser, clock, outcome, receiver, mailbox, burst"),
        (format!("floor = [\"{long}\"]"), "write PREFIX-AREA-NNN, such as HPP-CREATE-008"),
        (format!("page_driver = \"{long}\""), "`"),
        (format!("{long} = 1"), "`dismissed`, `accepted_unseen`"),
    ] {
        let error = parse(&format!("{PROFILE}{line}\n")).unwrap_err().to_string();
        assert!(error.starts_with("targets/shop.toml:7: ") && error.ends_with(end), "{} {end}", error.len());
        assert!(error.len() < 1_100, "{}", error.len());
    }
    let error = parse(&format!("{PROFILE}abilities = [\"\\u001b[31m\\n\"]\n")).unwrap_err().to_string();
    assert!(
        error.starts_with("targets/shop.toml:7: there is no ability `\\u{1b}[31m\\u{a}`; known: "),
        "{error}"
    );
}

#[test]
fn a_place_is_that_of_the_last_step_that_leads_somewhere() {
    let text = "[[waiver]]\nsubject = \"x\"\n\n[[waiver]]\nsubject = \"y\"\n[a]\nlist = [\n  \"one\",\n  \"two\",\n]\n";
    let text = ProfileText::of_file("shop.toml", text);
    for (steps, line) in [
        (&["waiver", "0", "subject"][..], 2),
        (&["waiver", "1", "subject"], 5),
        (&["waiver", "1", "owner"], 4),
        (&["waiver", "1"], 4),
        (&["a", "list", "two"], 9),
        (&["a", "list", "0"], 8),
        (&["a", "list", "three"], 7),
        (&["a", "list"], 7),
        (&["b", "list"], 1),
    ] {
        assert_eq!(text.place(steps).to_string(), format!("shop.toml:{line}"), "{steps:?}");
    }
    assert_eq!(ProfileText::made("mock-klarna").place(&["floor"]).to_string(), "mock-klarna");
}
