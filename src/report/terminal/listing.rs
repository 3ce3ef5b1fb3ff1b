//! A plain table of words, for the commands that list something.

use tabled::builder::Builder;
use tabled::settings::peaker::PriorityMax;
use tabled::settings::{Style, Width};

/// How a table is laid out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Layout {
    Markdown,
    /// For a terminal of this width: long cells wrap.
    Within(usize),
    /// One row a line, however long, so that a search finds whole sentences.
    Lines,
}

/// A table with a heading row.
pub fn table(columns: &[&str], rows: &[Vec<String>], layout: Layout) -> String {
    let mut builder = Builder::default();
    builder.push_record(columns.iter().copied());
    for row in rows {
        builder.push_record(row.iter().map(|cell| cell.replace('\n', " ")));
    }
    let mut table = builder.build();
    match layout {
        Layout::Markdown => table.with(Style::markdown()),
        Layout::Within(width) => table
            .with(Style::blank())
            .with(Width::wrap(width).keep_words(true).priority(PriorityMax::right())),
        Layout::Lines => table.with(Style::blank()),
    };
    table.to_string()
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
            let widest = text.lines().map(|line| line.trim_end().chars().count()).max();
            assert!(widest <= Some(width), "{widest:?} of {width}:\n{text}");
        }
        let text = table(&["name", "one", "other"], &rows, Layout::Lines);
        assert_eq!(text.lines().filter(|line| line.contains(&sentence)).count(), 1);
        assert_eq!(text.lines().count(), 2);
    }
}
