//! Inheritance of profiles: what a table takes over from another one. Every place remains that of the text in which it stands.

use crate::target::confidential::is_source;
use toml::Spanned;
use toml::de::{DeArray, DeTable, DeValue};

/// The same table, as if its text began at this byte.
pub(super) fn shifted(table: Spanned<DeTable<'_>>, by: usize) -> Spanned<DeTable<'_>> {
    moved(table, by, |table| entries(table, by))
}

/// Takes over what a table does not say itself: tables key by key, every other value as a whole. A secret comes from one place, so the
/// table that names its place is a value.
pub(super) fn inherit<'i>(table: &mut DeTable<'i>, from: DeTable<'i>) {
    for (key, value) in from {
        let Some(own) = table.get_mut(&**key.get_ref()) else {
            table.insert(key, value);
            continue;
        };
        if let (DeValue::Table(own), DeValue::Table(from)) = (own.get_mut(), value.into_inner())
            && !is_source(own)
            && !is_source(&from)
        {
            inherit(own, from);
        }
    }
}

fn moved<T>(spanned: Spanned<T>, by: usize, change: impl FnOnce(T) -> T) -> Spanned<T> {
    let span = spanned.span();
    Spanned::new(span.start + by..span.end + by, change(spanned.into_inner()))
}

fn entries(table: DeTable<'_>, by: usize) -> DeTable<'_> {
    table
        .into_iter()
        .map(|(key, value)| (moved(key, by, |key| key), moved(value, by, |value| inner(value, by))))
        .collect()
}

fn inner(value: DeValue<'_>, by: usize) -> DeValue<'_> {
    match value {
        DeValue::Table(table) => DeValue::Table(entries(table, by)),
        DeValue::Array(array) => {
            let entries = array.into_iter().map(|entry| moved(entry, by, |entry| inner(entry, by)));
            DeValue::Array(entries.collect::<DeArray<'_>>())
        }
        other => other,
    }
}
