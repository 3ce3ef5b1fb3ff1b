//! Tests of reading a page.

use super::*;

const DRIVER: &str = r##"
[[screen]]
name = "checkout"
present = "#pay"
[screen.moves]
approve = [{ click = "#buy" }]
back = [{ click = "#back", frames = ["#head"] }]
error = [{ set = "x", into = "#fault" }, { click = "#buy" }]

[[screen]]
name = "code"
present = "#code"
frames = [["#inner"], ["#outer", "#inner"]]
[screen.moves]
decline = [{ type = "123456", into = "#code" }, { click = "#next" }]

[[screen]]
name = "cookies"
present = "#cookies"
control = false
[screen.moves]
any = [{ click = "#no" }]

[[ending]]
name = "success"
present = "#done"

[[ending]]
name = "expired"
url = "/gone$"
status = [404, 410]
frames = ["#inner"]

[[part]]
name = "amount"
select = "#amount"
frames = [[], ["#head"]]
"##;

fn driver() -> PageDriver {
    PageDriver::parse("x", DRIVER).unwrap()
}

/// A document in which these selectors of its view are found.
fn document(driver: &PageDriver, view: usize, found: &[(&str, &str)], value: &Value) -> FrameReading {
    let words = driver.views[view].find.iter().map(|selector| {
        found.iter().find(|(known, _)| known == selector).map_or("absent", |(_, word)| *word)
    });
    let mut whole = json!({
        "document": 1.5, "url": "https://pay.example/p", "title": "Pay", "status": 200, "loading": false, "complete": true,
        "empty": false, "text": "Pay now", "top": view == 0, "scripted": false, "language": "de", "parts": [["3 Tassen"]],
        "found": words.collect::<Vec<_>>(), "faults": [],
    });
    for (name, value) in value.as_object().unwrap() {
        whole[name] = value.clone();
    }
    serde_json::from_value(whole).unwrap()
}

/// A page of which only the top document is there.
fn page(found: &[(&str, &str)], value: &Value) -> Reading {
    let driver = driver();
    let mut documents = vec![Ok(document(&driver, 0, found, value))];
    documents.extend(driver.views[1..].iter().map(|view| Err(NoWay::Absent(view.frames[0].clone()))));
    Reading::of(&driver, &documents).unwrap()
}

#[test]
fn each_document_is_asked_for_what_the_driver_expects_there() {
    let driver = driver();
    let views: Vec<_> = driver.views.iter().map(|view| view.frames.join(" ")).collect();
    assert_eq!(views, ["", "#head", "#inner", "#outer #inner"]);
    assert_eq!(
        Reading::rules(&driver, &driver.views[0]),
        json!({ "find": ["#pay", "#buy", "#cookies", "#no", "#done"], "parts": [["#amount", "text"]], "text": 4096 })
    );
    assert_eq!(
        Reading::rules(&driver, &driver.views[3]),
        json!({ "find": ["#code"], "parts": [], "text": 4096 })
    );
}

#[test]
fn a_screen_is_recognised_with_what_it_offers() {
    let found = [("#pay", "usable"), ("#buy", "usable"), ("#cookies", "hidden"), ("#no", "usable")];
    let reading = page(&found, &json!({}));
    assert_eq!(reading.screen_name(&driver()), Some("checkout"));
    assert_eq!((reading.offers, reading.ending), (vec!["approve".into(), "error".into()], None));
    assert_eq!(reading.parts["amount"], ["3 Tassen"]);
    assert!(reading.top_level);
}

#[test]
fn of_the_screens_that_are_visible_the_first_one_listed_is_shown() {
    let reading = page(&[("#pay", "usable"), ("#cookies", "usable")], &json!({}));
    assert_eq!((reading.screen.map(|shown| shown.screen), reading.others), (Some(0), vec![2]));
}

#[test]
fn a_screen_is_found_in_any_of_its_places_and_is_not_top_level_there() {
    let driver = driver();
    for view in [2, 3] {
        let mut documents: Vec<_> = (0..4).map(|_| Err(NoWay::Absent("#outer".to_owned()))).collect();
        documents[0] = Ok(document(&driver, 0, &[], &json!({})));
        let inner = json!({ "document": 2.0, "text": "Your code" });
        documents[view] = Ok(document(&driver, view, &[("#code", "usable")], &inner));
        let reading = Reading::of(&driver, &documents).unwrap();
        assert_eq!(reading.screen, Some(Shown { screen: 1, view, document: 2.0 }));
        assert_eq!((reading.text.as_str(), reading.top_level), ("Pay now\nYour code", false));
        assert_eq!(reading.offers, ["decline"]);
    }
}

#[test]
fn an_ending_is_recognised_by_selector_or_by_address_and_status_in_its_frame() {
    assert_eq!(page(&[("#done", "disabled")], &json!({})).ending.as_deref(), Some("success"));
    let driver = driver();
    for (url, status, ending) in [
        ("https://pay.example/gone", 410, Some("expired")),
        ("https://pay.example/gone", 200, None),
        ("https://pay.example/gone/1", 410, None),
    ] {
        let inner = document(&driver, 2, &[], &json!({ "url": url, "status": status }));
        let top = document(&driver, 0, &[], &json!({ "url": "https://pay.example/gone", "status": 410 }));
        let documents =
            [Ok(top), Err(NoWay::Absent("#head".into())), Ok(inner), Err(NoWay::Absent("#outer".into()))];
        assert_eq!(Reading::of(&driver, &documents).unwrap().ending.as_deref(), ending, "{url} {status}");
    }
}

#[test]
fn an_obstacle_names_the_selector_and_the_frame() {
    let driver = driver();
    let reading = page(&[("#buy", "disabled"), ("#no", "hidden")], &json!({}));
    let of = |screen: usize, word: &str| {
        let screen = &driver.screens[screen];
        reading
            .obstacle_of(&driver, screen, leading(&screen.moves[word]))
            .map(|obstacle| obstacle.to_string())
    };
    assert_eq!(of(0, "approve").as_deref(), Some("`#buy` is disabled"));
    assert_eq!(of(0, "back").as_deref(), Some("`#back` is out of reach, because there is no frame `#head`"));
    assert_eq!(of(2, "any").as_deref(), Some("`#no` is hidden"));
    let inner = document(&driver, 2, &[], &json!({}));
    let top = document(&driver, 0, &[], &json!({}));
    let documents =
        [Ok(top), Err(NoWay::Absent("#head".into())), Ok(inner), Err(NoWay::Absent("#outer".into()))];
    let seen = Reading::of(&driver, &documents).unwrap();
    let screen = &driver.screens[1];
    let nearest = seen.obstacle(&driver, &screen.frames, &screen.present, Found::Disabled).unwrap();
    assert_eq!(nearest.to_string(), "nothing matches `#code` in the frame `#inner`");
}

#[test]
fn a_page_that_turns_blank_does_not_show_the_same() {
    let full = page(&[], &json!({}));
    let blank = page(&[], &json!({ "text": "" }));
    let reworded = page(&[], &json!({ "text": "Pay in 3 s" }));
    let reloaded = page(&[], &json!({ "document": 9.0 }));
    assert!(full.shows_the_same_as(&reworded));
    assert!(!full.shows_the_same_as(&blank) && !full.shows_the_same_as(&reloaded));
}

#[test]
fn a_move_that_only_sets_a_field_is_offered_if_the_field_exists() {
    let text = "[[screen]]\nname = \"a\"\npresent = \"#pay\"\n[screen.moves]\nerror = [{ set = \"x\", into = \"#fault\" }]\n";
    let driver = PageDriver::parse("x", text).unwrap();
    let offers = |word: &str| {
        let seen = document(&driver, 0, &[("#pay", "usable"), ("#fault", word)], &json!({ "parts": [] }));
        Reading::of(&driver, &[Ok(seen)]).unwrap().offers
    };
    assert_eq!((offers("hidden"), offers("absent")), (vec!["error".to_owned()], vec![]));
}
