//! A plain table of words, for the commands that list something.

use tabled::builder::Builder;
use tabled::settings::Style;
use textwrap::{Options, WordSeparator, WordSplitter, WrapAlgorithm};

/// How a table is laid out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Layout {
    Markdown,
    /// For a terminal of this width: long cells wrap between words. If columns would be too narrow to read, each row is a block.
    Within(usize),
    /// One row a line, however long, so that a search finds whole sentences.
    Lines,
}

/// What stands between two columns, and around all of them.
const GAP: usize = 3;
const FRAME: usize = 2;

/// The narrowest column in which sentences can be read.
const READABLE: usize = 24;

/// The longest cell that stands in the first line of a block.
const SHORT: usize = 12;

/// How far the further lines of a block are indented.
const INDENT: &str = "    ";

/// A table with a heading row.
pub fn table(columns: &[&str], rows: &[Vec<String>], layout: Layout) -> String {
    let rows: Vec<Vec<String>> =
        rows.iter().map(|row| row.iter().map(|cell| cell.replace('\n', " ")).collect()).collect();
    let Layout::Within(width) = layout else { return drawn(columns, &rows, layout == Layout::Markdown) };
    let of_all = |measure: fn(&str) -> usize| -> Vec<usize> {
        let widest = |(column, name): (usize, &&str)| {
            let cells = rows.iter().filter_map(|row| row.get(column)).map(|cell| measure(cell));
            cells.chain([measure(name)]).max().unwrap_or(0)
        };
        columns.iter().enumerate().map(widest).collect()
    };
    let natural = of_all(length);
    let least = of_all(|text| text.split(' ').map(length).max().unwrap_or(0).max(READABLE));
    let room = width.saturating_sub(FRAME + GAP * columns.len().saturating_sub(1));
    match fitted(&natural, &least, room) {
        Some(widths) => {
            let fit = |row: &Vec<String>| {
                let cells = row.iter().zip(&widths);
                cells.map(|(cell, width)| wrapped(cell, *width, "", "")).collect()
            };
            drawn(columns, &rows.iter().map(fit).collect::<Vec<_>>(), false)
        }
        None => blocks(columns, &rows, &natural, width),
    }
}

fn drawn(columns: &[&str], rows: &[Vec<String>], is_markdown: bool) -> String {
    let mut builder = Builder::default();
    builder.push_record(columns.iter().copied());
    for row in rows {
        builder.push_record(row);
    }
    let mut table = builder.build();
    if is_markdown {
        table.with(Style::markdown()).to_string()
    } else {
        table.with(Style::blank()).to_string()
    }
}

fn length(text: &str) -> usize {
    text.chars().count()
}

/// Widths that together fit into the room. Names in the first column stay whole, and so does every word. `None` if this is not
/// possible, or if a column would be too narrow to read.
fn fitted(natural: &[usize], least: &[usize], room: usize) -> Option<Vec<usize>> {
    let mut widths = natural.to_vec();
    while widths.iter().sum::<usize>() > room {
        let others = widths.iter_mut().zip(least).skip(1).filter(|(width, least)| **width > **least);
        *others.max_by_key(|(width, _)| **width)?.0 -= 1;
    }
    Some(widths)
}

/// Each row as a block: its name and its short cells in one line, and the others below, each behind the name of its column.
fn blocks(columns: &[&str], rows: &[Vec<String>], natural: &[usize], width: usize) -> String {
    let mut lines = Vec::new();
    for row in rows {
        let cells = || columns.iter().zip(row).zip(natural).skip(1).filter(|((_, cell), _)| !cell.is_empty());
        let short = cells().filter(|(_, widest)| **widest <= SHORT);
        let short = short.map(|((name, cell), _)| format!("{name} {cell}").trim_start().to_owned());
        let named = [row.first().cloned().unwrap_or_default()].into_iter().chain(short);
        lines.push(wrapped(&named.collect::<Vec<_>>().join("  "), width, "", INDENT));
        for ((name, cell), _) in cells().filter(|(_, widest)| **widest > SHORT) {
            let label = if name.is_empty() { INDENT.to_owned() } else { format!("{INDENT}{name}: ") };
            lines.push(wrapped(cell, width, &label, &INDENT.repeat(2)));
        }
    }
    lines.join("\n")
}

/// A text in lines of this width. Words stay whole, unless one is longer than a line.
fn wrapped(text: &str, width: usize, first: &str, others: &str) -> String {
    let options = Options::new(width)
        .initial_indent(first)
        .subsequent_indent(others)
        .word_separator(WordSeparator::AsciiSpace)
        .word_splitter(WordSplitter::NoHyphenation)
        .wrap_algorithm(WrapAlgorithm::FirstFit);
    textwrap::fill(text, options)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_can_be_read_as_a_table_and_as_markdown() {
        let rows = [vec!["no-qr-code-url".to_owned(), "It is missing.".to_owned()]];
        assert_eq!(
            table(&["name", "lie"], &rows, Layout::Lines),
            " name             lie            \n no-qr-code-url   It is missing. "
        );
        assert!(
            table(&["name", "lie"], &rows, Layout::Markdown)
                .starts_with("| name           | lie            |\n|---")
        );
    }

    #[test]
    fn a_table_fits_into_its_terminal_or_keeps_each_row_in_one_line() {
        let sentence = "word ".repeat(40).trim_end().to_owned();
        let rows = [vec!["a-name-with-many-letters".to_owned(), sentence.clone(), sentence.clone()]];
        for width in [60, 80, 120] {
            let text = table(&["name", "one", "other"], &rows, Layout::Within(width));
            assert!(text.lines().any(|line| line.contains("a-name-with-many-letters")), "{width}:\n{text}");
            let widest = text.lines().map(|line| line.trim_end().chars().count()).max();
            assert!(widest <= Some(width), "{widest:?} of {width}:\n{text}");
        }
        let text = table(&["name", "one", "other"], &rows, Layout::Lines);
        assert_eq!(text.lines().filter(|line| line.contains(&sentence)).count(), 1);
        assert_eq!(text.lines().count(), 2);
    }

    #[test]
    fn a_row_that_does_not_fit_is_a_block_and_no_name_is_cut() {
        let names = "one-name-of-a-deviation-that-is-long, another-name-of-a-deviation, a-third-name";
        let row = ["HPP-AUTH-001", "MUST", "Without credentials, every operation answers 401.", "", names];
        let columns = ["id", "level", "statement", "reason", "deviations"];
        let text = table(&columns, &[row.map(str::to_owned).to_vec()], Layout::Within(60));
        let expected = "HPP-AUTH-001  level MUST\n    \
                        statement: Without credentials, every operation answers\n        401.\n    \
                        deviations: one-name-of-a-deviation-that-is-long,\n        \
                        another-name-of-a-deviation, a-third-name";
        assert_eq!(text, expected);
        let wide = table(&columns, &[row.map(str::to_owned).to_vec()], Layout::Within(120));
        assert!(wide.starts_with(" id             level   statement"), "{wide}");
    }
}
