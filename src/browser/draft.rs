//! Drafts: the page driver that a recording suggests, with comments on what to check.

use crate::browser::recording::{ActKind, PersonAct, Recorded};
use std::fmt::Write as _;

/// The text in place of what is not written down.
const UNKNOWN: &str = "change-me";

/// Neutral texts for fields whose purpose is known.
const NEUTRAL: [(&str, &str); 3] =
    [("email", "customer@example.com"), ("code", "123456"), ("postal_code", "12345")];

/// What a draft is for.
pub struct Occasion<'a> {
    pub target: &'a str,
    /// The move, which is the outcome that the person brought about.
    pub outcome: &'a str,
    /// The test customer of the profile.
    pub identity: Vec<(&'a str, &'a str)>,
}

/// One state of a document, with what the person did in it.
#[derive(Debug)]
struct State<'r> {
    frames: &'r [String],
    document: &'r str,
    window: bool,
    acts: Vec<&'r PersonAct>,
}

impl State<'_> {
    /// Whether another state has this element too.
    fn shows(&self, selector: &str) -> bool {
        self.acts
            .iter()
            .any(|act| act.told.selector == selector || act.told.seen.iter().any(|one| one == selector))
    }

    fn is_filled_in_only(&self) -> bool {
        self.acts.iter().all(|act| act.told.fills_in())
    }

    /// Whether everything that was used in it had gone before this act.
    fn is_left_by(&self, act: &PersonAct) -> bool {
        self.acts.iter().all(|earlier| act.told.gone.contains(&earlier.told.selector))
    }
}

/// The draft of a page driver.
pub fn draft(recorded: &Recorded, occasion: &Occasion<'_>) -> String {
    let states = states(&recorded.acts);
    let mut text = heading(recorded, occasion);
    let mut screens: Vec<Screen> = Vec::new();
    for (index, state) in states.iter().enumerate() {
        let screen = Screen::of(state, index, &states, occasion);
        match screens.iter_mut().find(|known| known.is_like(&screen)) {
            // The move had to be made again.
            Some(known) => known.tries += 1,
            None => screens.push(screen),
        }
    }
    for index in 0..screens.len() {
        let alike = screens[..index].iter().filter(|earlier| earlier.name == screens[index].name).count();
        if alike > 0 {
            let number = index + 1;
            let _ = write!(screens[index].name, "-{number}");
        }
    }
    // What came later lies on top of what came before, and the first screen that is visible is used.
    for screen in screens.iter().rev() {
        screen.write(&mut text, occasion.outcome);
    }
    if screens.is_empty() {
        text.push_str("# Nothing was clicked and nothing was typed.\n");
    }
    text
}

/// Groups the acts: a click that does more than choose something ends a state, and so does a change of the document. Fields that had gone
/// before an act were a state of their own.
fn states(acts: &[PersonAct]) -> Vec<State<'_>> {
    let mut states: Vec<State<'_>> = Vec::new();
    let mut is_open = false;
    for act in acts {
        let is_here = |state: &State<'_>| {
            state.document == act.document && state.frames == act.frames && !state.is_left_by(act)
        };
        if !(is_open && states.last().is_some_and(is_here)) {
            let PersonAct { frames, document, window, .. } = act;
            states.push(State { frames, document, window: *window, acts: Vec::new() });
        }
        is_open = act.told.fills_in();
        if let Some(state) = states.last_mut() {
            // Each letter is told. Only the last counts.
            if act.told.fills_in() {
                state.acts.retain(|earlier| earlier.told.selector != act.told.selector);
            }
            state.acts.push(act);
        }
    }
    states
}

fn heading(recorded: &Recorded, occasion: &Occasion<'_>) -> String {
    let Occasion { target, outcome, .. } = occasion;
    let end = if recorded.has_arrived {
        "The browser arrived at the merchant's site."
    } else {
        "The browser did not arrive at the merchant's site, so screens or an `[[ending]]` are missing."
    };
    format!(
        "# A draft of a page driver, recorded on the page of {target} with the outcome {outcome}. {end}\n\
         # It holds what one person did once. Check before you use it:\n\
         #\n\
         # - `present` must be visible only on this screen. If two screens are visible, the one that is listed first is used.\n\
         # - Each text that was typed is a place such as `{{{{email:customer@example.com}}}}`. Set it in `identity` of the profile, or change\n\
         #   what stands behind the colon. `{UNKNOWN}` stands for what was not written down.\n\
         # - A selector without a name of its own has a comment. It breaks when the page changes.\n\
         # - Add the moves of other outcomes, and an `[[ending]]` for each generic page.\n\
         #\n\
         # Then try it: hpp-conformance page try --target <profile with this page_driver> --outcome {outcome}\n\n"
    )
}

/// A screen of the draft.
#[derive(Debug)]
struct Screen {
    name: String,
    present: String,
    frames: Vec<String>,
    tries: u32,
    /// Its actions as they are written, and what to check about them.
    actions: Vec<String>,
    checks: Vec<String>,
}

impl Screen {
    fn of(state: &State<'_>, index: usize, states: &[State<'_>], occasion: &Occasion<'_>) -> Self {
        let first = &state.acts[0].told;
        let mut checks = Vec::new();
        let others = || {
            let others =
                states.iter().enumerate().filter(|(at, other)| *at != index && other.frames == state.frames);
            others.map(|(_, other)| other)
        };
        // The same act on the same screen is one that was made again.
        let is_other = |other: &&State<'_>| signature(other) != signature(state);
        let is_own = |selector: &str| !others().filter(is_other).any(|other| other.shows(selector));
        let present = if is_own(&first.selector) {
            first.selector.clone()
        } else if let Some(own) = first.seen.iter().find(|selector| is_own(selector)) {
            own.clone()
        } else {
            checks.push(format!(
                "`{}` is visible on other screens too: find what only this screen shows",
                first.selector
            ));
            first.selector.clone()
        };
        if state.window {
            checks.push("it was in a window that the page opened; the harness follows it by itself".into());
        }
        if state.is_filled_in_only() {
            checks.push("nothing was clicked: the page went on by itself".into());
        }
        let mut actions = Vec::new();
        for act in &state.acts {
            let told = &act.told;
            if !told.stable {
                checks.push(format!("`{}` has no name of its own", told.selector));
            }
            let selector = quoted(&told.selector);
            actions.push(match (told.act, told.on) {
                // Done again, it would be undone.
                (ActKind::Click, Some(on)) => {
                    let state = if on { ":not(:checked)" } else { ":checked" };
                    let selector = quoted(&format!("{}{state}", told.selector));
                    format!("{{ click = {selector}, optional = true }}")
                }
                (ActKind::Click, None) => format!("{{ click = {selector} }}"),
                (ActKind::Type, _) => {
                    format!("{{ type = {}, into = {selector} }}", quoted(&typed(act, occasion)))
                }
            });
        }
        Self { name: named(&present), present, frames: state.frames.to_vec(), tries: 3, actions, checks }
    }

    fn is_like(&self, other: &Self) -> bool {
        self.frames == other.frames && self.present == other.present && self.actions == other.actions
    }

    fn write(&self, text: &mut String, outcome: &str) {
        // A write to a string cannot fail.
        for check in &self.checks {
            let _ = writeln!(text, "# Check: {check}.");
        }
        let _ = writeln!(
            text,
            "[[screen]]\nname    = {}\npresent = {}",
            quoted(&self.name),
            quoted(&self.present)
        );
        if !self.frames.is_empty() {
            let frames: Vec<String> = self.frames.iter().map(|frame| quoted(frame)).collect();
            let _ = writeln!(text, "frames  = [{}]", frames.join(", "));
        }
        let _ = writeln!(text, "tries   = {}\n\n[screen.moves]\n{outcome} = [", self.tries);
        for action in &self.actions {
            let _ = writeln!(text, "    {action},");
        }
        text.push_str("]\n\n");
    }
}

/// What was done in a state, to tell it from others.
fn signature<'s>(state: &'s State<'_>) -> Vec<(ActKind, &'s str)> {
    state.acts.iter().map(|act| (act.told.act, act.told.selector.as_str())).collect()
}

/// What the driver types in place of what the person typed.
fn typed(act: &PersonAct, occasion: &Occasion<'_>) -> String {
    let told = &act.told;
    if let (true, Some(choice)) = (told.choice, &told.text) {
        return choice.clone();
    }
    let own = occasion.identity.iter().find(|(_, value)| told.text.as_deref() == Some(*value));
    let kind = own.map_or(told.kind.as_str(), |(name, _)| *name);
    let neutral = NEUTRAL.iter().find(|(known, _)| *known == kind).map_or(UNKNOWN, |(_, text)| *text);
    format!("{{{{{kind}:{neutral}}}}}")
}

/// The name of a screen, from the selector by which it is recognised.
fn named(selector: &str) -> String {
    let words =
        selector.split(|letter: char| !letter.is_ascii_alphanumeric()).filter(|word| !word.is_empty());
    let name = words.collect::<Vec<_>>().join("-").to_ascii_lowercase();
    if name.is_empty() { "screen".to_owned() } else { name.chars().take(60).collect() }
}

/// A text as TOML has it.
fn quoted(text: &str) -> String {
    if text.contains('\'') || text.chars().any(char::is_control) {
        let escaped = text.chars().map(|letter| match letter {
            '"' | '\\' => format!("\\{letter}"),
            letter if letter.is_control() => format!("\\u{:04X}", u32::from(letter)),
            letter => letter.to_string(),
        });
        return format!("\"{}\"", escaped.collect::<String>());
    }
    if text.contains(['"', '\\']) { format!("'{text}'") } else { format!("\"{text}\"") }
}

#[cfg(test)]
mod tests;
