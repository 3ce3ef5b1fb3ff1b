//! Tests of drafts.

use super::*;
use crate::browser::PageDriver;
use crate::browser::recording::Told;

fn act(frames: &[&str], document: &str, told: Told) -> PersonAct {
    let frames = frames.iter().map(|frame| (*frame).to_owned()).collect();
    PersonAct { frames, document: document.to_owned(), window: false, told }
}

fn click(selector: &str, seen: &[&str]) -> Told {
    let seen = seen.iter().map(|one| (*one).to_owned()).collect();
    Told {
        act: ActKind::Click,
        selector: selector.to_owned(),
        stable: true,
        kind: String::new(),
        text: None,
        choice: false,
        on: None,
        gone: Vec::new(),
        seen,
    }
}

fn typing(selector: &str, kind: &str, text: Option<&str>, seen: &[&str]) -> Told {
    Told { act: ActKind::Type, kind: kind.to_owned(), text: text.map(str::to_owned), ..click(selector, seen) }
}

fn occasion<'a>(identity: &[(&'a str, &'a str)]) -> Occasion<'a> {
    Occasion { target: "shop", outcome: "approve", identity: identity.to_vec() }
}

fn text(acts: Vec<PersonAct>, identity: &[(&str, &str)]) -> String {
    let text = draft(&Recorded { acts, has_arrived: true }, &occasion(identity));
    PageDriver::parse("draft.toml", &text).unwrap_or_else(|error| panic!("{error}: {text}"));
    text
}

/// The lines without comments.
fn rules(text: &str) -> String {
    text.lines().filter(|line| !line.starts_with('#') && !line.is_empty()).collect::<Vec<_>>().join("\n")
}

#[test]
fn a_click_ends_a_screen_and_the_latest_is_listed_first() {
    let drafted = text(
        vec![
            act(&[], "1", click("#buy", &["#buy"])),
            act(&["#till"], "2", typing("#mail", "email", Some("p"), &["#mail", "#go"])),
            act(&["#till"], "2", typing("#mail", "email", Some("person@shop.example"), &["#mail", "#go"])),
            act(&["#till"], "2", click("#go", &["#mail", "#go"])),
        ],
        &[],
    );
    let expected = "[[screen]]\nname    = \"mail\"\npresent = \"#mail\"\nframes  = [\"#till\"]\ntries   = 3\n[screen.moves]\napprove = [\n    \
                    { type = \"{{email:customer@example.com}}\", into = \"#mail\" },\n    { click = \"#go\" },\n]\n\
                    [[screen]]\nname    = \"buy\"\npresent = \"#buy\"\ntries   = 3\n[screen.moves]\napprove = [\n    { click = \"#buy\" },\n]";
    assert_eq!(rules(&drafted), expected);
    assert!(!drafted.contains("person@shop.example"), "{drafted}");
}

#[test]
fn what_was_typed_becomes_a_place_that_the_identity_names() {
    let drafted = text(
        vec![
            act(&[], "1", typing("#who", "login", Some("shopper@pay.example"), &[])),
            act(&[], "1", typing("#pin", "password", None, &[])),
            act(&[], "1", typing("#more", "remarks", Some("my cat"), &[])),
            act(&[], "1", click("#go", &[])),
        ],
        &[("email", "shopper@pay.example")],
    );
    for place in
        ["\"{{email:customer@example.com}}\"", "\"{{password:change-me}}\"", "\"{{remarks:change-me}}\""]
    {
        assert!(drafted.contains(place), "{place}: {drafted}");
    }
    assert!(!drafted.contains("shopper@") && !drafted.contains("my cat"), "{drafted}");
}

#[test]
fn an_element_on_several_screens_marks_none_of_them_if_another_is_there() {
    let drafted = text(
        vec![
            act(&[], "1", typing("#field", "phone", Some("1"), &["#phone-form", "#field", "#next"])),
            act(&[], "1", click("#next", &["#phone-form", "#field", "#next"])),
            act(&[], "1", typing("#field", "code", Some("2"), &["#code-form", "#field"])),
            act(&[], "1", Told { gone: vec!["#field".into()], ..click("#pay", &["#pay"]) }),
        ],
        &[],
    );
    let present: Vec<&str> = drafted.lines().filter(|line| line.starts_with("present")).collect();
    assert_eq!(present, ["present = \"#pay\"", "present = \"#code-form\"", "present = \"#phone-form\""]);
    assert!(drafted.contains("# Check: nothing was clicked: the page went on by itself."), "{drafted}");
}

#[test]
fn what_is_chosen_belongs_to_the_screen_that_it_fills_in_and_is_not_undone_by_a_second_try() {
    let seen = &["#plan", "#terms", "#go"];
    let choice = |selector: &str, on| Told { choice: true, on, ..click(selector, seen) };
    let drafted = text(
        vec![
            act(&[], "1", choice("#plan", Some(true))),
            act(&[], "1", choice("#terms", Some(false))),
            act(&[], "1", choice("#terms", Some(true))),
            act(&[], "1", choice("#news", Some(false))),
            act(&[], "1", choice("label", None)),
            act(&[], "1", click("#go", seen)),
        ],
        &[],
    );
    let expected = "[[screen]]\nname    = \"plan\"\npresent = \"#plan\"\ntries   = 3\n[screen.moves]\napprove = [\n    \
                    { click = \"#plan:not(:checked)\", optional = true },\n    { click = \"#terms:not(:checked)\", optional = true },\n    \
                    { click = \"#news:checked\", optional = true },\n    { click = \"label\" },\n    { click = \"#go\" },\n]";
    assert_eq!(rules(&drafted), expected);
}

#[test]
fn a_choice_with_which_the_page_goes_on_is_a_screen_of_its_own() {
    let choice = Told { choice: true, on: Some(true), ..click("#plan", &["#plan"]) };
    let next = Told { gone: vec!["#plan".into()], ..typing("#mail", "email", Some("p"), &["#mail"]) };
    let drafted = text(vec![act(&[], "1", choice), act(&[], "1", next)], &[]);
    let present: Vec<&str> = drafted.lines().filter(|line| line.starts_with("present")).collect();
    assert_eq!(present, ["present = \"#mail\"", "present = \"#plan\""]);
}

#[test]
fn a_move_that_was_made_again_is_tried_more_often_and_a_place_is_told() {
    let place = "main > button:nth-of-type(2)";
    let again = || act(&[], "1", Told { stable: false, ..click(place, &[]) });
    let drafted = text(vec![again(), again()], &[]);
    assert_eq!(drafted.matches("[[screen]]").count(), 1, "{drafted}");
    assert!(
        drafted.contains("tries   = 4")
            && drafted.contains(&format!("# Check: `{place}` has no name of its own."))
    );
}

#[test]
fn every_selector_is_written_so_that_it_is_read_again() {
    for selector in ["#a\\\\3A b", "[title=\"it's\"]", "[data-fs-element=\"Buy Button\"]", "#plain"] {
        let drafted = text(vec![act(&[], "1", click(selector, &[]))], &[]);
        let driver = PageDriver::parse("x", &drafted).unwrap();
        assert_eq!(driver.screens[0].present, selector);
    }
}
