//! Parameters: parses the words and the table of a step. A word that cannot be parsed is a mistake in the feature file.

use crate::suite::claim::Claim;
use crate::suite::failure::BUG;
use crate::suite::mistake::{fault, quoted};
use crate::verdict::Fault;
use jiff::SignedDuration;
use serde_json::Value;
use std::vec::IntoIter;

/// The words of a step and the table below it. A step takes them one by one.
pub struct Arguments {
    words: IntoIter<String>,
    table: Option<Vec<Vec<String>>>,
    /// What the step takes for granted.
    pub claims: Vec<Claim>,
}

impl Arguments {
    /// The words that the step's expression found, and the table below the step.
    pub fn new(words: Vec<String>, table: Option<Vec<Vec<String>>>) -> Self {
        Self { words: words.into_iter(), table, claims: Vec::new() }
    }

    /// Checks that every word and the table were taken.
    pub fn end(self) -> Result<Vec<Claim>, Fault> {
        match (self.words.as_slice(), self.table) {
            ([], None) => Ok(self.claims),
            ([], Some(_)) => Err(fault("this step takes no table", "remove the table below it")),
            ([word, ..], _) => Err(fault(format!("the step does not use `{word}`"), BUG)),
        }
    }
}

/// A parameter of the function of a step.
pub trait Parameter: Clone + Send + Sync + 'static {
    /// Takes and parses it.
    fn take(arguments: &mut Arguments) -> Result<Self, Fault>;
}

/// A parameter that is one word of a step or one cell of a table.
pub trait Word: Clone + Send + Sync + 'static {
    /// Parses it.
    fn parse(text: &str) -> Result<Self, Fault>
    where
        Self: Sized;

    /// What it takes for granted.
    fn claim(&self) -> Option<Claim> {
        None
    }
}

impl<W: Word> Parameter for W {
    fn take(arguments: &mut Arguments) -> Result<Self, Fault> {
        let text = arguments.words.next().ok_or_else(|| fault("the step needs more words", BUG))?;
        let word = W::parse(&text)?;
        arguments.claims.extend(word.claim());
        Ok(word)
    }
}

/// A row of the table below a step.
pub trait TableRow: Clone + Send + Sync + 'static {
    /// The name of each column, in order.
    const COLUMNS: &[&str];

    /// Takes the cells. Their number is that of the columns.
    fn read(cells: &mut Arguments) -> Result<Self, Fault>
    where
        Self: Sized;
}

/// The table below a step, without a heading. The first cell of each row differs.
#[derive(Clone)]
pub struct Table<R>(pub Vec<R>);

impl<R: TableRow> Parameter for Table<R> {
    fn take(arguments: &mut Arguments) -> Result<Self, Fault> {
        let columns = R::COLUMNS.join(" | ");
        let help = format!("write rows of the form `| {columns} |`, without a heading");
        let table = arguments.table.take();
        let table = table.ok_or_else(|| fault("this step needs a table below it", help.clone()))?;
        let mut rows = Vec::new();
        let is_repeated = |index: usize| table[..index].iter().any(|row| row.first() == table[index].first());
        for (index, cells) in table.iter().enumerate() {
            let place = |message: &str| format!("row {} of the table: {message}", index + 1);
            if cells.len() != R::COLUMNS.len() {
                let found = format!("expected {} cells, found {}", R::COLUMNS.len(), cells.len());
                return Err(fault(place(&found), help));
            }
            if is_repeated(index) {
                return Err(fault(
                    place(&format!("`{}` occurs before", cells[0])),
                    "remove one of the two rows",
                ));
            }
            let mut row = Arguments::new(cells.clone(), None);
            rows.push(R::read(&mut row).map_err(|one| fault(place(&one.message), one.help))?);
            arguments.claims.extend(row.end()?);
        }
        Ok(Self(rows))
    }
}

/// Makes an enumeration with one word for each variant.
macro_rules! words {
    ($($(#[$doc:meta])+ $name:ident, $what:literal { $($variant:ident = $word:literal),+ $(,)? })+) => {$(
        $(#[$doc])+
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub enum $name { $($variant),+ }

        impl $crate::suite::parameter::Word for $name {
            fn parse(text: &str) -> Result<Self, $crate::verdict::Fault> {
                match text {
                    $($word => Ok(Self::$variant),)+
                    _ => Err($crate::suite::mistake::unknown($what, text, &[$($word),+])),
                }
            }
        }

        impl $crate::suite::parameter::Spelt for $name {
            const ALL: &[Self] = &[$(Self::$variant),+];

            fn word(self) -> &'static str {
                match self { $(Self::$variant => $word),+ }
            }
        }
    )+};
}
pub(crate) use words;

/// An enumeration with one word for each variant.
pub trait Spelt: Sized + 'static {
    /// Every variant.
    const ALL: &[Self];

    /// The word in feature files.
    fn word(self) -> &'static str;
}

/// Any text.
impl Word for String {
    fn parse(text: &str) -> Result<Self, Fault> {
        Ok(text.to_owned())
    }
}

/// JSON, or a text if it is not valid JSON.
impl Word for Value {
    fn parse(text: &str) -> Result<Self, Fault> {
        Ok(serde_json::from_str(text).unwrap_or_else(|_| Self::String(text.to_owned())))
    }
}

/// A number from `LEAST` to `MOST`.
#[derive(Debug, Clone, Copy)]
pub struct Number<const LEAST: u32, const MOST: u32>(pub u32);

impl<const LEAST: u32, const MOST: u32> Word for Number<LEAST, MOST> {
    fn parse(text: &str) -> Result<Self, Fault> {
        let known = text.parse().ok().filter(|number| (LEAST..=MOST).contains(number));
        let message = || format!("`{text}` is not a number that this step takes");
        known
            .map(Self)
            .ok_or_else(|| fault(message(), format!("write a whole number from {LEAST} to {MOST}")))
    }
}

/// A status of HTTP.
#[derive(Debug, Clone, Copy)]
pub struct HttpStatus(pub u16);

impl Word for HttpStatus {
    fn parse(text: &str) -> Result<Self, Fault> {
        let known = text.parse().ok().filter(|status| (100..600).contains(status));
        let help = "write a number from 100 to 599";
        known.map(Self).ok_or_else(|| fault(format!("`{text}` is not a status of HTTP"), help))
    }
}

/// The code of a language, as at the beginning of the `lang` of a page.
#[derive(Debug, Clone)]
pub struct Language(pub String);

impl Word for Language {
    fn parse(text: &str) -> Result<Self, Fault> {
        let is_code = text.len() == 2 && text.bytes().all(|byte| byte.is_ascii_lowercase());
        let help = "write two small letters such as `de`";
        let fault = || fault(format!("`{text}` is not the code of a language"), help);
        is_code.then(|| Self(text.to_owned())).ok_or_else(fault)
    }
}

/// A language and a region, as in `locale` of a payment session.
#[derive(Debug, Clone)]
pub struct Locale(pub String);

impl Word for Locale {
    fn parse(text: &str) -> Result<Self, Fault> {
        let is_region =
            |region: &str| region.len() == 2 && region.bytes().all(|byte| byte.is_ascii_uppercase());
        let known = text.split_once('-').filter(|(language, _)| Language::parse(language).is_ok());
        let known = known.filter(|(_, region)| is_region(region));
        let help = "write a language and a region such as `de-DE`";
        known.map(|_| Self(text.to_owned())).ok_or_else(|| fault(format!("`{text}` is not a locale"), help))
    }
}

/// A number of minutes, at most those of a year.
#[derive(Debug, Clone, Copy)]
pub struct Minutes(pub SignedDuration);

impl Word for Minutes {
    fn parse(text: &str) -> Result<Self, Fault> {
        Number::<0, 525_600>::parse(text).map(|number| Self(SignedDuration::from_mins(number.0.into())))
    }
}

/// A number of hours, at most those of a year.
#[derive(Debug, Clone, Copy)]
pub struct Hours(pub SignedDuration);

impl Word for Hours {
    fn parse(text: &str) -> Result<Self, Fault> {
        Number::<0, 8760>::parse(text).map(|number| Self(SignedDuration::from_hours(number.0.into())))
    }
}

/// The name of a member of a request or response. It occurs in a schema.
#[derive(Debug, Clone)]
pub struct Member(pub String);

impl Member {
    /// The JSON Pointer of a member of the body.
    pub fn pointer(&self) -> String {
        format!("/{}", self.0)
    }
}

impl Word for Member {
    fn parse(text: &str) -> Result<Self, Fault> {
        Ok(Self(text.to_owned()))
    }

    fn claim(&self) -> Option<Claim> {
        Some(Claim::Member(self.0.clone()))
    }
}

impl TableRow for Member {
    const COLUMNS: &[&str] = &["member"];

    fn read(cells: &mut Arguments) -> Result<Self, Fault> {
        Self::take(cells)
    }
}

/// A member and its text. The text is a known one of this member, or quoted, or far from all known ones.
#[derive(Debug, Clone)]
pub struct MemberText(pub Member, pub String);

impl Parameter for MemberText {
    fn take(arguments: &mut Arguments) -> Result<Self, Fault> {
        let (member, text) = (Member::take(arguments)?, String::take(arguments)?);
        if let Some(text) = quoted(&text) {
            return Ok(Self(member, text.to_owned()));
        }
        arguments.claims.push(Claim::Text { member: member.0.clone(), text: text.clone() });
        Ok(Self(member, text))
    }
}

/// The name of a parameter of a merchant URL.
#[derive(Debug, Clone)]
pub struct ParameterName(pub String);

impl Word for ParameterName {
    fn parse(text: &str) -> Result<Self, Fault> {
        Ok(Self(text.to_owned()))
    }

    fn claim(&self) -> Option<Claim> {
        Some(Claim::Parameter(self.0.clone()))
    }
}

/// The name of a schema.
#[derive(Debug, Clone)]
pub struct SchemaName(pub String);

impl Word for SchemaName {
    fn parse(text: &str) -> Result<Self, Fault> {
        Ok(Self(text.to_owned()))
    }

    fn claim(&self) -> Option<Claim> {
        Some(Claim::Schema(self.0.clone()))
    }
}
