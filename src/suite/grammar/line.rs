//! One line of a feature file: what it is, its tags and its cells.

use super::StepKind;
use super::keywords::{Block, Keywords};

/// A line, as far as it can be told without the lines around it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Line<'t> {
    Empty,
    Comment,
    Tags(&'t str),
    /// A keyword with a colon, and its title.
    Block(Block, &'t str),
    /// Keyword, the kind that it tells, and text.
    Step(&'static str, Option<StepKind>, &'t str),
    Row(&'t str),
    /// The delimiter of a doc string.
    Fence(&'static str),
    Other,
}

/// The delimiters of a doc string, each with its escaped form.
pub const FENCES: [(&str, &str); 2] = [("\"\"\"", "\\\"\\\"\\\""), ("```", "\\`\\`\\`")];

impl<'t> Line<'t> {
    /// What the line is.
    pub fn of(line: &'t str, keywords: &Keywords) -> Self {
        // A keyword ends with a space, even if nothing follows it.
        let (start, line) = (line.trim_start(), line.trim());
        match line.chars().next() {
            None => return Self::Empty,
            Some('#') => return Self::Comment,
            Some('@') => return Self::Tags(line),
            Some('|') => return Self::Row(line),
            Some(_) => {}
        }
        let fence = FENCES.into_iter().find(|(fence, _)| line.starts_with(fence));
        if let Some((fence, _)) = fence {
            return Self::Fence(fence);
        }
        if let Some((block, title)) = keywords.block(line) {
            return Self::Block(block, title);
        }
        match keywords.step(start) {
            Some((keyword, kind, text)) => Self::Step(keyword, kind, text),
            None => Self::Other,
        }
    }
}

/// The language in a line such as `# language: fr`.
pub fn language(line: &str) -> Option<&str> {
    let rest = line.trim().strip_prefix('#')?.trim_start().strip_prefix("language")?;
    let language = rest.trim_start().strip_prefix(':')?.trim();
    let is_code = |c: char| c.is_ascii_alphabetic() || matches!(c, '-' | '_');
    (!language.is_empty() && language.chars().all(is_code)).then_some(language)
}

/// The tags of a line, without `@`. The tag that has white space, if one has.
pub fn tags(line: &str) -> Result<Vec<String>, String> {
    let comment = line.match_indices('#').find(|(at, _)| line[..*at].ends_with(char::is_whitespace));
    let line = comment.map_or(line, |(at, _)| &line[..at]);
    let tags = line.split('@').map(str::trim).filter(|tag| !tag.is_empty());
    let read = |tag: &str| {
        if tag.contains(char::is_whitespace) { Err(format!("@{tag}")) } else { Ok(tag.to_owned()) }
    };
    tags.map(read).collect()
}

/// The cells of a row. What is not between two bars is no cell.
pub fn cells(row: &str) -> Vec<String> {
    let is_space = |c: char| c.is_whitespace() && c != '\n';
    let (mut cells, mut cell) = (Vec::new(), String::new());
    let mut letters = row.chars().skip(1);
    while let Some(letter) = letters.next() {
        match letter {
            '|' => cells.push(std::mem::take(&mut cell).trim_matches(is_space).to_owned()),
            '\\' => match letters.next() {
                Some('n') => cell.push('\n'),
                Some(escaped @ ('|' | '\\')) => cell.push(escaped),
                Some(other) => cell.extend(['\\', other]),
                None => cell.push('\\'),
            },
            _ => cell.push(letter),
        }
    }
    cells
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cell_is_trimmed_and_its_escapes_are_read() {
        let cases: [(&str, &[&str]); 6] = [
            ("| a | b |", &["a", "b"]),
            (r"| \|a\\n | \o\no\ |", &[r"|a\n", "\\o\no\\"]),
            (r"|  \nx\n  |", &["\nx\n"]),
            ("|\u{a0} \tred\u{a0} \t|", &["red"]),
            ("| a | b | no cell", &["a", "b"]),
            (r"| a | b \|", &["a"]),
        ];
        for (row, expected) in cases {
            assert_eq!(cells(row), expected, "{row}");
        }
    }

    #[test]
    fn tags_end_at_a_comment_and_may_touch() {
        assert_eq!(tags("@a @b@c  #d @e"), Ok(vec!["a".into(), "b".into(), "c".into()]));
        assert_eq!(tags("@a#2 #c"), Ok(vec!["a#2".into()]));
        assert_eq!(tags("@a b @c"), Err("@a b".into()));
    }

    #[test]
    fn a_language_is_told_by_a_comment() {
        assert_eq!(language("  #  language  :   en-lol"), Some("en-lol"));
        assert_eq!(language("#language:no"), Some("no"));
        assert_eq!(language("# language: see below, please"), None);
        assert_eq!(language("# the language: en"), None);
    }
}
