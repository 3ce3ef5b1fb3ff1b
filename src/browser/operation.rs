//! Operation: reads the page and makes moves on it, as the page driver says, in each frame that it names.

use crate::browser::obstacle::{NoWay, Obstacle};
use crate::browser::page_driver::{Action, Deed, FramePath, PageDriver, View};
use crate::browser::reading::{FrameReading, Reading, Shown};
use crate::browser::session::{BrowserTab, SessionError};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

/// Reads the current document; see the file.
const LOOK: &str = include_str!("look.js");

/// Makes a move in the current document; see the file.
const ACT: &str = include_str!("act.js");

/// Makes a field ready for the keyboard; see the file.
const KEYS: &str = include_str!("keys.js");

/// How often a text is typed with the keyboard, if its field is empty again afterwards.
const TYPINGS: u32 = 3;

/// Finds a frame in the current document; see the file.
const FRAME: &str = include_str!("frame.js");

/// The result of a move.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum MoveResult {
    Made,
    /// An element that it needs is missing or cannot be used.
    Impossible(Obstacle),
    /// The page now shows something else.
    Outdated,
}

impl MoveResult {
    /// The result in words, for the log.
    pub(super) fn word(&self) -> String {
        match self {
            Self::Made => "done".to_owned(),
            Self::Impossible(obstacle) => format!("not possible: {obstacle}"),
            Self::Outdated => "not done, because the page shows something else now".to_owned(),
        }
    }
}

/// A move on a screen that is shown.
pub(super) struct Move<'d> {
    pub(super) driver: &'d PageDriver,
    pub(super) shown: Shown,
    pub(super) actions: &'d [Action],
    /// Whether the consumer leaves right after it.
    pub(super) leaves: bool,
}

/// The answer of `act.js`.
#[derive(Deserialize)]
struct Answer {
    result: String,
    #[serde(default)]
    selector: String,
}

impl BrowserTab {
    /// Reads every document in which the driver looks for something.
    pub(super) async fn look(&self, driver: &PageDriver) -> Result<Reading, SessionError> {
        let mut documents = Vec::with_capacity(driver.views.len());
        for view in &driver.views {
            let seen = self.inside(&view.frames, LOOK, Reading::rules(driver, view)).await?;
            documents.push(match seen {
                Ok(seen) => Ok(read::<FrameReading>(seen)?),
                Err(no_way) => Err(no_way),
            });
        }
        let mut reading = Reading::of(driver, &documents).ok_or_else(|| unreadable("it has no document"))?;
        reading.loading |= self.is_leaving();
        Ok(reading)
    }

    /// Makes a move, if the page still shows its screen.
    pub(super) async fn act(&self, order: &Move<'_>) -> Result<MoveResult, SessionError> {
        let Move { driver, shown, actions, .. } = order;
        let screen = &driver.screens[shown.screen];
        let here = &driver.views[shown.view];
        let guard = json!({ "document": shown.document, "present": screen.present });
        let mut rest = *actions;
        let is_here = rest.first().is_none_or(|action| action.frames.is_none());
        let count = if is_here { same_place(rest) } else { 0 };
        // What is done elsewhere is also done only while the screen is shown.
        let mut made = self.act_in(order, here, guard, &rest[..count]).await?;
        rest = &rest[count..];
        while made == MoveResult::Made && !rest.is_empty() {
            let count = same_place(rest);
            for view in order.views_of(&rest[0]) {
                made = self.act_in(order, view, Value::Null, &rest[..count]).await?;
                if !matches!(made, MoveResult::Impossible(_)) {
                    break;
                }
            }
            rest = &rest[count..];
        }
        if made == MoveResult::Made && !order.leaves {
            self.await_departure().await;
        }
        Ok(made)
    }

    async fn act_in(
        &self,
        order: &Move<'_>,
        view: &View,
        screen: Value,
        actions: &[Action],
    ) -> Result<MoveResult, SessionError> {
        if let [Action { deed: Deed::Keys { text, into }, optional, .. }] = actions {
            return self.type_keys(view, screen, (text.as_str(), into.as_str()), *optional).await;
        }
        let argument = json!({ "screen": screen, "actions": actions, "leaves": order.leaves });
        let answer: Answer = match self.inside(&view.frames, ACT, argument).await {
            Ok(Ok(answer)) => read(answer)?,
            Ok(Err(_)) | Err(SessionError::Unentered(_)) if !screen.is_null() => {
                return Ok(MoveResult::Outdated);
            }
            Err(error) => return Err(error),
            Ok(Err(no_way)) => {
                let selector = actions.first().map_or("", Action::selector);
                return Ok(MoveResult::Impossible(Obstacle::no_way(selector, &view.frames, &no_way)));
            }
        };
        if answer.result == "done" {
            return Ok(MoveResult::Made);
        }
        let obstacle = Obstacle::told(&answer.selector, &view.frames, &answer.result);
        Ok(obstacle.map_or(MoveResult::Outdated, MoveResult::Impossible))
    }

    /// Types a text letter by letter into the first visible field of a selector, in place of its value.
    async fn type_keys(
        &self,
        view: &View,
        screen: Value,
        (text, into): (&str, &str),
        optional: bool,
    ) -> Result<MoveResult, SessionError> {
        let argument = json!({ "screen": screen, "into": into });
        let keys: Vec<Value> = text
            .chars()
            .flat_map(|letter| ["keyDown", "keyUp"].map(|kind| json!({ "type": kind, "value": letter })))
            .collect();
        for _ in 0..TYPINGS {
            let told = match self.inside(&view.frames, KEYS, argument.clone()).await {
                Ok(Ok(told)) => told,
                Ok(Err(_)) | Err(SessionError::Unentered(_)) if !screen.is_null() => {
                    return Ok(MoveResult::Outdated);
                }
                Err(error) => return Err(error),
                Ok(Err(no_way)) => {
                    return Ok(MoveResult::Impossible(Obstacle::no_way(into, &view.frames, &no_way)));
                }
            };
            let word = told["result"].as_str().unwrap_or_default();
            if optional && ["absent", "hidden"].contains(&word) {
                return Ok(MoveResult::Made);
            }
            if word != "ready" {
                let obstacle = Obstacle::told(into, &view.frames, word);
                return Ok(obstacle.map_or(MoveResult::Outdated, MoveResult::Impossible));
            }
            let typed = json!({ "actions": [{ "type": "key", "id": "keyboard", "actions": keys }] });
            self.post("actions", typed).await?;
            let held = self.inside(&view.frames, "return document.activeElement?.value ?? null", Value::Null);
            // A field that is gone has been taken.
            if !matches!(held.await?, Ok(Value::String(held)) if held.is_empty()) {
                return Ok(MoveResult::Made);
            }
        }
        Ok(Obstacle::told(into, &view.frames, "forgetful").map_or(MoveResult::Made, MoveResult::Impossible))
    }

    /// Runs a script in the document inside these frames, or says which of them cannot be entered.
    async fn inside(
        &self,
        frames: &FramePath,
        script: &str,
        argument: Value,
    ) -> Result<Result<Value, NoWay>, SessionError> {
        if frames.is_empty() {
            return self.run(script, argument).await.map(Ok);
        }
        let answer = match self.enter(frames).await {
            Ok(None) => self.run(script, argument).await.map(Ok),
            Ok(Some(no_way)) => Ok(Err(no_way)),
            Err(error) => Err(error.at_the_door()),
        };
        self.post("frame", json!({ "id": null })).await?;
        answer
    }

    /// Enters frames, from the page itself, or says which of them is missing or hidden.
    async fn enter(&self, path: &FramePath) -> Result<Option<NoWay>, SessionError> {
        for selector in path {
            let found = self.run(FRAME, json!(selector)).await?;
            let frame = &found["frame"];
            if frame.is_null() {
                let is_hidden = found["hidden"] == true;
                let no_way = if is_hidden { NoWay::Hidden } else { NoWay::Absent };
                return Ok(Some(no_way(selector.clone())));
            }
            match self.post("frame", json!({ "id": frame })).await {
                Err(error) if error.is_no_frame() => return Ok(Some(NoWay::Absent(selector.clone()))),
                entered => drop(entered?),
            }
        }
        Ok(None)
    }
}

impl Move<'_> {
    fn views_of(&self, action: &Action) -> Vec<&View> {
        match &action.frames {
            None => vec![&self.driver.views[self.shown.view]],
            Some(frames) => self.driver.views_of(frames).map(|view| &self.driver.views[view]).collect(),
        }
    }
}

/// How many of the first actions are done together: those in the same place, but each use of the keyboard alone.
fn same_place(actions: &[Action]) -> usize {
    let Some(first) = actions.first() else { return 0 };
    let uses_keys = |action: &Action| matches!(action.deed, Deed::Keys { .. });
    if uses_keys(first) {
        return 1;
    }
    actions.iter().take_while(|action| action.frames == first.frames && !uses_keys(action)).count()
}

/// Reads the answer of a script. There is none if the document was just replaced.
fn read<T: DeserializeOwned>(answer: Value) -> Result<T, SessionError> {
    if answer.is_null() {
        return Err(unreadable("a navigation has begun"));
    }
    serde_json::from_value(answer).map_err(|error| unreadable(&error.to_string()))
}

fn unreadable(why: &str) -> SessionError {
    SessionError::Refused(format!("the page could not be read: {why}"))
}
