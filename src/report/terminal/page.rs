//! Lines of text for a terminal: wrapping, indents, colour, and no control character from outside.

use crate::report::words::visible;
use crate::report::{Advice, Standing};
use anstyle::{AnsiColor, Style};
use textwrap::{Options, WordSeparator, WordSplitter, WrapAlgorithm};

/// Column of the text beside a standing's word.
pub const BESIDE: usize = 6;

/// How many places of one list are shown. The rest is only counted.
const MOST_PLACES: usize = 4;

/// Longest value that a terminal shows in full.
const LONGEST_VALUE: usize = 400;

/// How much the terminal shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Detail {
    /// Only the verdict and the path of the report.
    Quiet,
    /// What is broken, what keeps the run from being signed, and the result of each target.
    Brief,
    /// Also every requirement that was not tested, what was noted, and the tables.
    Full,
}

pub const PLAIN: Style = Style::new();
pub const STRONG: Style = Style::new().bold();
pub const FAINT: Style = Style::new().dimmed();
const GOOD: Style = AnsiColor::Green.on_default().bold();
const BAD: Style = AnsiColor::Red.on_default().bold();
const DOUBTFUL: Style = AnsiColor::Yellow.on_default().bold();

/// The style of a standing's word.
pub fn style_of(standing: Standing) -> Style {
    match standing {
        Standing::Fail | Standing::Harness => BAD,
        Standing::Pass => GOOD,
        Standing::Na | Standing::NotRun | Standing::Noted | Standing::Waived => FAINT,
        _ => DOUBTFUL,
    }
}

/// The style of an advice.
pub fn style_of_advice(advice: Advice) -> Style {
    match advice {
        Advice::Sign => GOOD,
        Advice::CannotTell => DOUBTFUL,
        Advice::DontSign | Advice::RunVoid => BAD,
    }
}

/// A text with escape sequences for its style. The printer removes them if they are not wanted.
pub fn paint(style: Style, text: &str) -> String {
    format!("{style}{text}{style:#}")
}

/// The text so far, and its largest width.
pub struct Page {
    text: String,
    width: usize,
}

impl Page {
    /// An empty page.
    pub fn new(width: usize) -> Self {
        Self { text: String::new(), width: width.clamp(40, 160) }
    }

    /// Width in columns.
    pub fn width(&self) -> usize {
        self.width
    }

    /// Ends the page. Blank lines at its end are removed.
    pub fn finish(self) -> String {
        format!("{}\n", self.text.trim_end())
    }

    /// A blank line, unless the page ends with one.
    pub fn gap(&mut self) {
        if !self.text.is_empty() && !self.text.ends_with("\n\n") {
            self.text.push('\n');
        }
    }

    /// A heading over a section.
    pub fn heading(&mut self, text: &str) {
        self.gap();
        let rule = "─".repeat(self.width.saturating_sub(text.chars().count() + 1));
        let line = format!("{} {}\n", paint(STRONG, text), paint(FAINT, &rule));
        self.text.push_str(&line);
    }

    /// Lines that already have their layout.
    pub fn block(&mut self, text: &str) {
        for line in text.lines() {
            self.text.push_str(line.trim_end());
            self.text.push('\n');
        }
    }

    /// A paragraph: a label, and text that is wrapped beside it.
    pub fn beside(&mut self, (label, style): (&str, Style), indent: usize, text: &str) {
        let gap = " ".repeat(indent.saturating_sub(label.chars().count()));
        let (first, others) = (format!("{}{gap}", paint(style, label)), " ".repeat(indent));
        let options = Options::new(self.width.max(indent + 20))
            .initial_indent(&first)
            .subsequent_indent(&others)
            .word_separator(WordSeparator::AsciiSpace)
            .word_splitter(WordSplitter::NoHyphenation)
            .wrap_algorithm(WrapAlgorithm::FirstFit);
        self.text.push_str(&textwrap::fill(text, options));
        self.text.push('\n');
    }

    /// A paragraph behind an indent.
    pub fn indented(&mut self, indent: usize, text: &str) {
        self.beside(("", PLAIN), indent, text);
    }
}

/// Text from outside as one line without control characters.
pub fn clean(text: &str) -> String {
    visible(text).replace('\n', "\\n").replace('\t', " ")
}

/// A value from outside. A long value is cut.
pub fn value(text: &str) -> String {
    let length = text.chars().count();
    if length <= LONGEST_VALUE {
        return clean(text);
    }
    let start: String = text.chars().take(LONGEST_VALUE).collect();
    format!("{}… ({} more characters)", clean(&start), length - LONGEST_VALUE)
}

/// Some places, and how many more there are.
pub fn few(places: &[String]) -> String {
    let shown = places.iter().take(MOST_PLACES).map(|place| clean(place)).collect::<Vec<_>>().join(", ");
    match places.len().saturating_sub(MOST_PLACES) {
        0 => shown,
        more => format!("{shown} and {more} more"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_line_is_wider_than_the_page() {
        let text = format!("a {} word and {} more", "x".repeat(90), "y".repeat(30));
        for width in [40, 80] {
            let mut page = Page::new(width);
            page.beside(("LABEL", BAD), 8, &text);
            let shown = anstream::adapter::strip_str(&page.finish()).to_string();
            assert!(shown.lines().all(|line| line.chars().count() <= width), "{width}: {shown}");
            let letters = |text: &str| text.split_whitespace().collect::<String>();
            assert_eq!(letters(&shown), format!("LABEL{}", letters(&text)));
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
