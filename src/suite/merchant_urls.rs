//! The merchant URLs of a hosted session: what each scenario writes about them, and what is sent.

use crate::suite::failure::StepFailure;
use serde_json::{Map, Value};

/// The names a consumer can be sent to, in the order in which they are sent.
pub const NAMES: [&str; 5] = ["success", "cancel", "back", "failure", "error"];

/// The name of the URL that the API calls by itself, left out unless a scenario gives it.
pub const STATUS_UPDATE: &str = "status_update";

/// The query of a merchant URL about which a scenario says nothing.
const DEFAULT_QUERY: &str = "session_id={{session_id}}";

/// What the success URL has besides, where KP hands out a token.
const TOKEN_PARAMETER: &str = "authorization_token={{authorization_token}}";

/// Whether the API knows a merchant URL of this name.
pub fn is_name(name: &str) -> bool {
    name == STATUS_UPDATE || NAMES.contains(&name)
}

/// What stands for one merchant URL.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Cell {
    /// A URL with this raw query.
    Query(String),
    /// A URL whose path goes on like this.
    Path(String),
    /// The empty string.
    Empty,
    Null,
    /// The member is left out.
    Absent,
}

impl Cell {
    /// Reads `?…`, `/…`, `empty`, `null` or `absent`.
    pub fn parse(text: &str) -> Result<Self, StepFailure> {
        match text {
            "empty" => Ok(Self::Empty),
            "null" => Ok(Self::Null),
            "absent" => Ok(Self::Absent),
            _ if text.starts_with('/') => Ok(Self::Path(text.to_owned())),
            _ => match text.strip_prefix('?') {
                Some(query) => Ok(Self::Query(query.to_owned())),
                None => Err(StepFailure::faulty_step(
                    format!("`{text}` stands for no merchant URL"),
                    "write a query that begins with `?`, a path that begins with `/`, or `empty`, `null`, `absent`",
                )),
            },
        }
    }
}

/// The merchant URLs of one hosted session.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MerchantUrls {
    consumer: [Cell; NAMES.len()],
    status_update: Cell,
}

impl Default for MerchantUrls {
    fn default() -> Self {
        let consumer = std::array::from_fn(|_| Cell::Query(DEFAULT_QUERY.to_owned()));
        Self { consumer, status_update: Cell::Absent }
    }
}

impl MerchantUrls {
    /// The default URLs, that of success with the placeholder of the token.
    pub fn with_token() -> Self {
        let success = Cell::Query(format!("{DEFAULT_QUERY}&{TOKEN_PARAMETER}"));
        let mut urls = Self::default();
        urls.consumer[0] = success;
        urls
    }

    /// These URLs with the rows of a table, name and cell, in their place.
    pub fn with_table(self, rows: &[Vec<String>]) -> Result<Self, StepFailure> {
        let mut urls = self;
        for row in rows {
            let [name, cell] = row.as_slice() else {
                return Err(StepFailure::faulty_step(
                    "a row of merchant URLs has not two cells",
                    "write a name and what stands for it",
                ));
            };
            urls = urls.with(name, Cell::parse(cell)?)?;
        }
        Ok(urls)
    }

    /// These URLs, but for the one of this name.
    pub fn with(mut self, name: &str, cell: Cell) -> Result<Self, StepFailure> {
        match self.members_mut().find(|(known, _)| *known == name) {
            Some((_, place)) => *place = cell,
            None => {
                return Err(StepFailure::faulty_step(
                    format!("`{name}` is no merchant URL"),
                    format!("known: {}, {STATUS_UPDATE}", NAMES.join(", ")),
                ));
            }
        }
        Ok(self)
    }

    /// Whether some URL is this.
    pub fn contains(&self, cell: &Cell) -> bool {
        self.consumer.contains(cell)
    }

    /// The raw query given for the URL of this name.
    pub fn query(&self, name: &str) -> Option<&str> {
        match self.members().find(|(known, _)| *known == name)?.1 {
            Cell::Query(query) => Some(query),
            _ => None,
        }
    }

    /// What a scenario gave for the URL of this name, as it wrote it.
    pub fn given(&self, name: &str) -> String {
        match self.members().find(|(known, _)| *known == name) {
            Some((_, Cell::Query(query))) => format!("?{query}"),
            Some((_, Cell::Path(path))) => path.clone(),
            Some((_, Cell::Empty)) => "an empty string".to_owned(),
            Some((_, Cell::Null)) => "null".to_owned(),
            _ => "nothing".to_owned(),
        }
    }

    fn members(&self) -> impl Iterator<Item = (&'static str, &Cell)> {
        NAMES.into_iter().zip(&self.consumer).chain([(STATUS_UPDATE, &self.status_update)])
    }

    fn members_mut(&mut self) -> impl Iterator<Item = (&'static str, &mut Cell)> {
        NAMES.into_iter().zip(&mut self.consumer).chain([(STATUS_UPDATE, &mut self.status_update)])
    }

    /// The member `merchant_urls` of a request.
    pub fn to_json(&self, host: &str, prefix: &str) -> Value {
        let mut members = Map::new();
        for (name, cell) in self.members() {
            let value = match cell {
                Cell::Query(query) => Value::String(format!("https://{host}/{prefix}/{name}?{query}")),
                Cell::Path(rest) => Value::String(format!("https://{host}/{prefix}/{name}{rest}")),
                Cell::Empty => Value::String(String::new()),
                Cell::Null => Value::Null,
                Cell::Absent => continue,
            };
            members.insert(name.to_owned(), value);
        }
        Value::Object(members)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn table(rows: &[(&str, &str)]) -> Vec<Vec<String>> {
        rows.iter().map(|(name, cell)| vec![(*name).to_owned(), (*cell).to_owned()]).collect()
    }

    #[test]
    fn empty_null_and_absent_are_three_things() {
        let rows = [
            ("success", "?a=%2B&b={{order_id}}"),
            ("cancel", "empty"),
            ("back", "null"),
            ("error", "absent"),
        ];
        let urls = MerchantUrls::default().with_table(&table(&rows)).unwrap();
        assert_eq!(
            urls.to_json("merchant.example", "r-1"),
            json!({
                "success": "https://merchant.example/r-1/success?a=%2B&b={{order_id}}",
                "cancel": "",
                "back": null,
                "failure": "https://merchant.example/r-1/failure?session_id={{session_id}}",
            }),
        );
        assert!(urls.contains(&Cell::Empty) && !MerchantUrls::default().contains(&Cell::Null));
        assert_eq!(urls.query("success"), Some("a=%2B&b={{order_id}}"));
        assert_eq!(urls.query("back"), None);
    }

    #[test]
    fn a_row_that_means_nothing_is_a_fault_of_the_feature() {
        for rows in [[("succes", "null")], [("success", "nothing")]] {
            let failure = MerchantUrls::default().with_table(&table(&rows)).unwrap_err();
            assert!(matches!(failure, StepFailure::Fault(_)), "{rows:?}");
        }
    }
}
