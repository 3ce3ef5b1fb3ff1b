//! Diagnosis: says which screen, which move and which selector of the page driver does not fit the page.

use crate::browser::obstacle::Found;
use crate::browser::page_driver::{PageDriver, Screen, leading};
use crate::browser::plan::{Moves, Plan, is_at};
use crate::browser::reading::Reading;
use crate::browser::session_error::SessionError;
use crate::evidence::{Trouble, TroubleKind};
use std::fmt::Write as _;

/// How many screens a message lists.
const LISTED: usize = 4;

/// The words of the browser about a certificate that it does not trust.
const NO_TRUST: [&str; 2] = ["net::ERR_CERT_", "insecure certificate"];

/// The trouble with what the user can do about it.
pub(super) fn with_way_out(mut trouble: Trouble) -> Trouble {
    if NO_TRUST.iter().any(|words| trouble.message.contains(words)) {
        trouble.message.push_str(
            "; the browser does not trust the certificate of the page; add it to the `extra_ca` of the profile, or add its authority there and the host to `page_hosts`",
        );
    }
    trouble
}

/// Why the move of an act was not made, if it rests with the driver. `None` if the page has answered, or shows no screen.
pub(super) fn unmade(plan: &Plan<'_>, end: &Reading, moves: &Moves) -> Option<String> {
    if end.is_browser_error() || is_at(&end.url, plan.merchant_host) {
        return None;
    }
    let index = Plan::screen(end)?;
    let screen = &plan.driver.screens[index];
    let Some((word, actions)) = plan.actions(index) else {
        let wanted = match plan.wanted {
            Some(wanted) => wanted,
            None if screen.control => return None,
            None => "any",
        };
        // A question to the consumer is an answer of the page.
        let has_asked = screen.asks() && moves.made.is_some();
        let why =
            format!("the driver gives the screen no such move; it is recognised by `{}`", screen.present);
        return (!has_asked).then(|| message(plan.driver, (screen, wanted), &why, end));
    };
    let why = match (&moves.obstacle, moves.made) {
        (Some((at, obstacle)), _) if *at == index => obstacle.to_string(),
        (None, Some(at)) if at == index => {
            let is_answer = moves.before.as_ref().is_some_and(|before| is_answer(before, end));
            if plan.leaves || (is_answer && !plan.driver.has_several_screens(word)) {
                return None;
            }
            format!(
                "after it was made with `{}`, the page still shows this screen",
                leading(actions).selector()
            )
        }
        _ => format!("there was no time left to make it with `{}`", leading(actions).selector()),
    };
    Some(message(plan.driver, (screen, word), &why, end))
}

/// Whether the target has answered a move with a new page.
fn is_answer(before: &Reading, after: &Reading) -> bool {
    before.document.total_cmp(&after.document).is_ne()
}

fn message(driver: &PageDriver, (screen, word): (&Screen, &str), why: &str, end: &Reading) -> String {
    let mut text = format!(
        "the page driver {} could not make the move `{word}` on the screen `{}`: {why}",
        driver.name(),
        screen.name
    );
    for other in &end.others {
        let Screen { name, present, .. } = &driver.screens[*other];
        // A write to a string cannot fail.
        let _ = write!(
            text,
            "; the screen `{name}` (`{present}`) is visible too, but the one that is listed first is used"
        );
    }
    let _ = write!(text, "; the page shows: {}", end.beginning());
    text
}

/// What the page was waited for, when its time ran out, and why it could not be read in the end.
pub(super) fn overdue(plan: &Plan<'_>, end: Option<&Reading>, unread: Option<&SessionError>) -> String {
    let mut text = "the page did not come to rest in time".to_owned();
    if let Some(end) = end {
        let wanted = plan.wanted.map(|wanted| format!(" before the move `{wanted}`")).unwrap_or_default();
        let place = match Plan::screen(end).map(|index| &plan.driver.screens[index]) {
            Some(Screen { name, present, .. }) => {
                format!("it still shows the screen `{name}` (`{present}`){wanted}")
            }
            None => format!("it shows no screen of the page driver {}{wanted}", plan.driver.name()),
        };
        let _ = write!(text, ": {place}{}", looked_for(plan.driver, end, plan.wanted));
    }
    if let Some(error) = unread {
        let _ = write!(text, "; at last it could not be read: {error}");
    }
    text
}

/// The trouble of a page on which the driver finds no control. A failing status, or an empty document, says what it is.
pub(super) fn unknown(
    driver: &PageDriver,
    end: &Reading,
    status: Option<u16>,
    wanted: Option<&str>,
) -> Option<Trouble> {
    if end.empty || matches!(status, Some(204 | 205 | 400..)) {
        return None;
    }
    let what = end
        .screen_name(driver)
        .map_or("this page".to_owned(), |screen| format!("a control on the screen `{screen}`"));
    let message = format!(
        "the page driver {} does not recognise {what}{}; if it was still loading, raise `quiet` in the profile; otherwise correct the driver; the page shows: {}",
        driver.name(),
        looked_for(driver, end, wanted),
        end.beginning()
    );
    Some(Trouble { kind: TroubleKind::PageDrift, message })
}

/// The screens on which the wanted move could be made, and why each is not there.
fn looked_for(driver: &PageDriver, end: &Reading, wanted: Option<&str>) -> String {
    let mut text = String::new();
    let has_it =
        |screen: &&Screen| screen.control && wanted.is_none_or(|wanted| screen.moves.contains_key(wanted));
    let missing = driver
        .screens
        .iter()
        .filter(has_it)
        .filter_map(|screen| Some((screen, absence(driver, end, screen)?)));
    for (count, (screen, why)) in missing.enumerate() {
        if count == LISTED {
            text.push_str("; and more");
            break;
        }
        let moves: Vec<&str> = screen.moves.keys().map(String::as_str).collect();
        // A write to a string cannot fail.
        let _ = write!(text, "; the screen `{}` with the moves `{}`: {why}", screen.name, moves.join("`, `"));
    }
    text
}

/// Why a screen cannot be used: it is not there, or its moves have no control.
fn absence(driver: &PageDriver, end: &Reading, screen: &Screen) -> Option<String> {
    if let Some(obstacle) = end.obstacle(driver, &screen.frames, &screen.present, Found::Disabled) {
        return Some(obstacle.to_string());
    }
    let obstacles =
        screen.moves.values().filter_map(|actions| end.obstacle_of(driver, screen, leading(actions)));
    let told: Vec<String> = obstacles.map(|obstacle| obstacle.to_string()).collect();
    (!told.is_empty()).then(|| told.join(", "))
}
