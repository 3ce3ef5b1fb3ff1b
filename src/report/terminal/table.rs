//! The table of a target: areas and levels as rows, standings as columns.

use crate::report::summary::counts;
use crate::report::terminal::page::{FAINT, Page, paint, style_of};
use crate::report::{Row, Standing};
use crate::requirement::Level;
use tabled::builder::Builder;
use tabled::settings::object::Columns;
use tabled::settings::{Alignment, Style};

/// Width that a table needs for area, level and the frame.
const FIXED: usize = 28;

/// The counts of a target. If the page is too narrow, several tables.
pub fn by_area(page: &Page, areas: &[&str], rows: &[Row<'_>]) -> Vec<String> {
    let standings: Vec<Standing> = counts(rows).into_iter().map(|(standing, _)| standing).collect();
    chunks(&standings, page.width().saturating_sub(FIXED))
        .into_iter()
        .map(|chunk| table(areas, rows, chunk))
        .collect()
}

fn table(areas: &[&str], rows: &[Row<'_>], standings: &[Standing]) -> String {
    let mut builder = Builder::default();
    let words = standings.iter().map(|standing| paint(style_of(*standing), standing.word()));
    builder.push_record(["area".to_owned(), "level".to_owned()].into_iter().chain(words));
    for area in areas {
        let mut name = (*area).to_owned();
        for level in [Level::Must, Level::Should, Level::May] {
            let of = |row: &&Row<'_>| row.requirement.area == **area && row.requirement.level == level;
            if rows.iter().any(|row| of(&row)) {
                let count = |standing| rows.iter().filter(of).filter(|row| row.standing == standing).count();
                let cells = standings.iter().map(|standing| number(*standing, count(*standing)));
                builder.push_record([std::mem::take(&mut name), level.to_string()].into_iter().chain(cells));
            }
        }
    }
    let total = |standing| rows.iter().filter(|row| row.standing == standing).count();
    let totals = standings.iter().map(|standing| number(*standing, total(*standing)));
    builder.push_record(["all".to_owned(), String::new()].into_iter().chain(totals));
    let mut table = builder.build();
    table.with(Style::rounded()).modify(Columns::new(2..), Alignment::right());
    table.to_string()
}

fn number(standing: Standing, count: usize) -> String {
    if count == 0 { paint(FAINT, "·") } else { paint(style_of(standing), &count.to_string()) }
}

/// Standings in groups whose columns fit into this width.
fn chunks(standings: &[Standing], room: usize) -> Vec<&[Standing]> {
    let mut chunks = Vec::new();
    let (mut start, mut used) = (0, 0);
    for (index, standing) in standings.iter().enumerate() {
        let width = standing.word().len() + 3;
        if index > start && used + width > room {
            chunks.push(&standings[start..index]);
            (start, used) = (index, 0);
        }
        used += width;
    }
    chunks.push(&standings[start..]);
    chunks
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_standing_is_in_exactly_one_part() {
        let all: Vec<Standing> = Standing::all().collect();
        for room in [8, 30, 52, 92, 200] {
            let parts = chunks(&all, room);
            assert_eq!(parts.concat(), all, "{room}");
        }
    }
}
