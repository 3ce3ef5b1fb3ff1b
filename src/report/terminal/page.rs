//! Lines of text for a terminal: wrapping, indents, colour, and no control character from outside.

use crate::report::{Outcome, Standing};

/// Longest value that a terminal shows in full.
const LONGEST_VALUE: usize = 400;

/// How a piece of text looks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Look {
    Plain,
    Strong,
    Faint,
    Good,
    Bad,
    Doubtful,
}

impl Look {
    fn code(self) -> &'static str {
        match self {
            Self::Plain => "",
            Self::Strong => "1",
            Self::Faint => "2",
            Self::Good => "1;32",
            Self::Bad => "1;31",
            Self::Doubtful => "1;33",
        }
    }

    /// The look of a standing's word.
    pub fn of_standing(standing: Standing) -> Self {
        match standing {
            Standing::Fail | Standing::Harness => Self::Bad,
            Standing::Pass => Self::Good,
            Standing::Na | Standing::NotRun | Standing::Noted | Standing::Waived => Self::Faint,
            _ => Self::Doubtful,
        }
    }

    /// The look of an outcome's words.
    pub fn of_outcome(outcome: Outcome) -> Self {
        match outcome {
            Outcome::Conformant => Self::Good,
            Outcome::Incomplete | Outcome::Policy => Self::Doubtful,
            Outcome::NonConformant | Outcome::HarnessFault => Self::Bad,
        }
    }
}

/// The text so far, and how wide and colourful it may be.
pub struct Page {
    text: String,
    width: usize,
    color: bool,
}

impl Page {
    /// An empty page.
    pub fn new(width: usize, color: bool) -> Self {
        Self { text: String::new(), width: width.clamp(40, 160), color }
    }

    /// Columns there are.
    pub fn width(&self) -> usize {
        self.width
    }

    /// The text as it would look, coloured if the page is.
    pub fn paint(&self, look: Look, text: &str) -> String {
        if self.color && look != Look::Plain {
            format!("\u{1b}[{}m{text}\u{1b}[0m", look.code())
        } else {
            text.to_owned()
        }
    }

    /// Ends the page; trailing blank lines go.
    pub fn finish(self) -> String {
        format!("{}\n", self.text.trim_end())
    }

    /// A blank line, unless the page has one already.
    pub fn gap(&mut self) {
        if !self.text.is_empty() && !self.text.ends_with("\n\n") {
            self.text.push('\n');
        }
    }

    /// A heading over a section.
    pub fn heading(&mut self, text: &str) {
        self.gap();
        let rule = "─".repeat(self.width.saturating_sub(text.chars().count() + 1));
        let line = format!("{} {}\n", self.paint(Look::Strong, text), self.paint(Look::Faint, &rule));
        self.text.push_str(&line);
    }

    /// Lines that are laid out already.
    pub fn block(&mut self, text: &str) {
        for line in text.lines() {
            self.text.push_str(line.trim_end());
            self.text.push('\n');
        }
    }

    /// A paragraph: a painted label, then text that is wrapped beside it.
    pub fn beside(&mut self, label: (&str, Look), indent: usize, text: &str) {
        let width = self.width.saturating_sub(indent).max(20);
        let (label, look) = label;
        let taken = label.chars().count();
        let lead = format!("{}{}", self.paint(look, label), " ".repeat(indent.saturating_sub(taken)));
        for (index, line) in wrap(text, width).iter().enumerate() {
            if index == 0 {
                self.text.push_str(&lead);
            } else {
                self.text.push_str(&" ".repeat(indent));
            }
            self.text.push_str(line);
            self.text.push('\n');
        }
    }

    /// A paragraph behind an indent.
    pub fn indented(&mut self, indent: usize, text: &str) {
        self.beside(("", Look::Plain), indent, text);
    }
}

/// Text from outside as one line that cannot steer the terminal.
pub fn clean(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '\n' => shown.push_str("\\n"),
            '\t' => shown.push(' '),
            c if c.is_control() || is_direction_mark(c) => shown.extend(c.escape_unicode()),
            c => shown.push(c),
        }
    }
    shown
}

/// A value from outside, cut where it is long.
pub fn value(text: &str) -> String {
    let length = text.chars().count();
    if length <= LONGEST_VALUE {
        return clean(text);
    }
    let start: String = text.chars().take(LONGEST_VALUE).collect();
    format!("{}… ({} more characters)", clean(&start), length - LONGEST_VALUE)
}

fn is_direction_mark(c: char) -> bool {
    matches!(c, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// Lines of at most `width` characters, broken at spaces; a longer word is broken where it must be.
fn wrap(text: &str, width: usize) -> Vec<String> {
    let mut lines = vec![String::new()];
    let mut used = 0;
    for word in text.split(' ') {
        let mut rest: &str = word;
        let mut length = rest.chars().count();
        if used > 0 && used + 1 + length > width {
            lines.push(String::new());
            used = 0;
        }
        if used > 0 {
            push(&mut lines, " ");
            used += 1;
        }
        while length > width {
            let cut = rest.char_indices().nth(width).map_or(rest.len(), |(index, _)| index);
            push(&mut lines, &rest[..cut]);
            lines.push(String::new());
            rest = &rest[cut..];
            length = rest.chars().count();
        }
        push(&mut lines, rest);
        used += length;
    }
    lines
}

fn push(lines: &mut [String], text: &str) {
    if let Some(line) = lines.last_mut() {
        line.push_str(text);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_line_is_wider_than_the_page() {
        let text = format!("a {} word and {} more", "x".repeat(90), "y".repeat(30));
        for width in [20, 40, 80] {
            let lines = wrap(&text, width);
            assert!(lines.iter().all(|line| line.chars().count() <= width), "{width}: {lines:?}");
            assert_eq!(lines.concat().replace(' ', ""), text.replace(' ', ""));
        }
    }

    #[test]
    fn a_target_cannot_steer_the_terminal() {
        assert_eq!(clean("a\u{1b}[31mb\nc\u{202e}"), "a\\u{1b}[31mb\\nc\\u{202e}");
    }

    #[test]
    fn a_long_value_says_how_much_is_left_out() {
        let shown = value(&"é".repeat(500));
        assert!(shown.ends_with("é… (100 more characters)"), "{shown}");
    }
}
