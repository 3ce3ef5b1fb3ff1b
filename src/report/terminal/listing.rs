//! A plain table of words, for the commands that list something.

use tabled::builder::Builder;
use tabled::settings::object::Columns;
use tabled::settings::{Style, Width};

/// Widest column of text before it wraps, in characters.
const WIDEST: usize = 70;

/// A table with a heading row, for the terminal or in Markdown.
pub fn table(columns: &[&str], rows: &[Vec<String>], markdown: bool) -> String {
    let mut builder = Builder::default();
    builder.push_record(columns.iter().copied());
    for row in rows {
        builder.push_record(row);
    }
    let mut table = builder.build();
    if markdown {
        table.with(Style::markdown());
    } else {
        table.with(Style::blank());
        table.modify(Columns::new(..), Width::wrap(WIDEST).keep_words(true));
    }
    table.to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_can_be_read_as_a_table_and_as_markdown() {
        let rows = [vec!["no-qr-code-url".to_owned(), "It is missing.".to_owned()]];
        assert_eq!(
            table(&["name", "lie"], &rows, false),
            " name             lie            \n no-qr-code-url   It is missing. "
        );
        assert!(
            table(&["name", "lie"], &rows, true).starts_with("| name           | lie            |\n|---")
        );
    }
}
