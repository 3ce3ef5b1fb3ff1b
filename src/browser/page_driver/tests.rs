//! Tests of reading a page driver.

use super::*;
use crate::target::reference;

const CHECKOUT: &str = "[[screen]]\nname = \"checkout\"\npresent = \"main\"\n";

fn fault(text: &str) -> String {
    PageDriver::parse("targets/pages/x.toml", text).unwrap_err().to_string()
}

#[test]
fn the_shipped_drivers_can_be_read() {
    for (name, text) in [
        ("mock.toml", include_str!("../../../targets/pages/mock.toml")),
        ("klarna.toml", include_str!("../../../targets/pages/klarna.toml")),
        ("kustom.toml", include_str!("../../../targets/pages/kustom.toml")),
    ] {
        let driver = PageDriver::parse(name, text).unwrap();
        assert!(!driver.screens.is_empty(), "{}", driver.name());
    }
}

#[test]
fn each_fault_of_a_driver_names_the_file_and_what_is_wrong() {
    let cases = [
        ("", "targets/pages/x.toml: a page driver needs a `[[screen]]`; add one"),
        ("[[screen]]\nname = \"a\"\npresent = \"a\"\n", "x.toml:5: the screen `a` is listed twice"),
        (
            "[screen.moves]\naprove = [{ click = \"a\" }]\n",
            "x.toml:5: the screen `a` has the unknown move `aprove`; known: approve, decline, error, back",
        ),
        ("[screen.moves]\napprove = []\n", "x.toml:5: the move `approve` of the screen `a` has no action"),
        (
            "[[ending]]\nname = \"success\"\n",
            "x.toml:4: the ending `success` lacks `present`, `title`, `text`, `url` or `status`",
        ),
        (
            "[[ending]]\nname = \"success\"\ntext = \"(\"\n",
            "x.toml:6: the `text` of the ending `success` is not a regular expression",
        ),
        (
            "[screen.moves]\napprove = [{ click = \"main[\" }]\n",
            "x.toml:5: `moves.approve`: the selector `main[` is faulty: a `[` is not closed; correct it",
        ),
        (
            "[[ending]]\nname = \"success\"\nframes = [\"#\"]\nstatus = 410\n",
            "x.toml:6: `frames`: the selector `#` is faulty: no name follows a `#`; correct it",
        ),
        (
            "[[part]]\nname = \"price\"\nselect = \"\"\n",
            "x.toml:6: `select`: the selector `` is faulty: it is empty; correct it",
        ),
    ];
    for (text, what) in cases {
        let screen = "[[screen]]\nname = \"a\"\npresent = \"a\"\n";
        let whole = if text.is_empty() { String::new() } else { format!("{screen}{text}") };
        let message = fault(&whole);
        assert!(message.contains(what), "{message}");
    }
}

#[test]
fn an_unknown_key_and_a_mixed_action_are_refused() {
    assert!(fault(&format!("{CHECKOUT}visible = true\n")).contains("x.toml:4: unknown field `visible`"));
    let mixed = format!("{CHECKOUT}[screen.moves]\napprove = [{{ click = \"a\", into = \"b\" }}]\n");
    assert!(fault(&mixed).contains("an action is one of { click"), "{}", fault(&mixed));
    for action in [
        "{ keys = \"a\" }",
        "{ press = \"a\", into = \"b\" }",
        "{ optional = true }",
        "{ type = \"a\", keys = \"b\", into = \"c\" }",
    ] {
        let message = fault(&format!("{CHECKOUT}[screen.moves]\napprove = [{action}]\n"));
        assert!(message.contains("an action is one of { click"), "{action}: {message}");
    }
    let places = format!("{CHECKOUT}frames = 3\n");
    assert!(fault(&places).contains("x.toml:4: `frames` is a list of selectors"), "{}", fault(&places));
}

#[test]
fn a_text_that_is_no_driver_is_not_quoted() {
    for text in ["pw = \"Qz8kwv3mmppl0qqx\"\n", "[[screen]\nQz8kwv3mmppl0qqx", "Qz8kwv3mmppl0qqx = 1\n"] {
        let error = PageDriver::parse("x.toml", text).unwrap_err();
        assert!(!format!("{error} {error:?}").contains("Qz8kw"), "{error}");
    }
}

#[test]
fn a_move_for_anything_serves_every_wish() {
    let text = format!(
        "{CHECKOUT}[screen.moves]\nany = [{{ click = \"#later\" }}]\nback = [{{ click = \"#back\" }}]\n"
    );
    let driver = PageDriver::parse("x", &text).unwrap();
    let made = |wanted| driver.actions(0, wanted).map(|(word, actions)| (word, actions[0].selector()));
    assert_eq!(made(Some("approve")), Some(("any", "#later")));
    assert_eq!(made(Some("back")), Some(("back", "#back")));
    assert_eq!(made(None), None);
}

#[test]
fn each_document_is_visited_once_after_the_page_itself() {
    let text = "[[screen]]\nname = \"a\"\npresent = \"a\"\nframes = [\"#one\"]\n\
                [[screen]]\nname = \"b\"\npresent = \"b\"\nframes = [[\"#one\"], [\"#two\", \"#one\"]]\n\
                [screen.moves]\nback = [{ click = \"#c\", frames = [] }, { click = \"#d\", frames = [\"#two\"] }]\n";
    let driver = PageDriver::parse("x", text).unwrap();
    let views: Vec<_> =
        driver.views.iter().map(|view| (view.frames.join(" "), view.find.join(" "))).collect();
    let expected = [("", "#c"), ("#one", "a b"), ("#two #one", "b"), ("#two", "")];
    assert_eq!(views, expected.map(|(frames, find)| (frames.to_owned(), find.to_owned())));
}

#[test]
fn a_payment_of_several_screens_is_told_from_one_of_a_single_screen() {
    let driver = |name: &str| {
        let screen = |name: &str| {
            format!(
                "[[screen]]\nname = \"{name}\"\npresent = \"a\"\n[screen.moves]\napprove = [{{ click = \"a\" }}]\n"
            )
        };
        PageDriver::parse("x", &format!("{}{}", screen("a"), screen(name).replace("approve", name))).unwrap()
    };
    assert!(driver("approve").has_several_screens("approve"));
    assert!(!driver("back").has_several_screens("approve"));
    assert!(driver("back").knows("back") && !driver("back").knows("decline"));
    assert!(driver("back").pays(&["approve".to_owned()]) && !driver("back").pays(&["back".to_owned()]));
}

#[test]
fn every_key_of_a_driver_is_documented_and_no_other() {
    assert_eq!(reference::documented("Page driver"), reference::known::<DriverFile>());
    assert_eq!(reference::documented("`[[screen]]`"), reference::known::<Screen>());
    assert_eq!(reference::documented("Actions"), reference::known::<action::ActionFile>());
    assert_eq!(reference::documented("`[[ending]]`"), reference::known::<EndingFile>());
    assert_eq!(reference::documented("`[[part]]`"), reference::known::<Part>());
}

#[test]
fn a_mistyped_key_of_a_driver_gets_the_nearest_one() {
    reference::tells_the_nearest::<DriverFile>();
    reference::tells_the_nearest::<Screen>();
    reference::tells_the_nearest::<action::ActionFile>();
    reference::tells_the_nearest::<EndingFile>();
    reference::tells_the_nearest::<Part>();
}
