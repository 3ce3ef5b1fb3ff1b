//! The merchant URLs of a hosted session, as a scenario writes them and as the request has them.

use crate::suite::claim::Claim;
use crate::suite::mistake::fault;
use crate::suite::parameter::{Arguments, Parameter, Spelt, TableRow, Word};
use crate::suite::words::{ConsumerUrl, MerchantUrl};
use crate::verdict::Fault;
use serde_json::{Map, Value};

/// The query of a merchant URL that the scenario does not give.
const DEFAULT_QUERY: &str = "session_id={{session_id}}";

/// A further parameter of the success URL, if KP issues a token.
const TOKEN_PARAMETER: &str = "authorization_token={{authorization_token}}";

/// The value of one merchant URL.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Cell {
    /// A URL with this raw query.
    Query(String),
    /// A URL whose path continues with this text.
    Path(String),
    /// The empty string.
    Empty,
    Null,
    /// The member is left out.
    Absent,
}

/// `?…`, `/…`, `empty`, `null` or `absent`.
impl Word for Cell {
    fn parse(text: &str) -> Result<Self, Fault> {
        const HELP: &str =
            "write a query that begins with `?`, a path that begins with `/`, or `empty`, `null`, `absent`";
        match text {
            "empty" => Ok(Self::Empty),
            "null" => Ok(Self::Null),
            "absent" => Ok(Self::Absent),
            _ if text.starts_with('/') => Ok(Self::Path(text.to_owned())),
            _ => match text.strip_prefix('?') {
                Some(query) => Ok(Self::Query(query.to_owned())),
                None => Err(fault(format!("`{text}` is not a value of a merchant URL"), HELP)),
            },
        }
    }

    fn claim(&self) -> Option<Claim> {
        match self {
            Self::Query(query) => Some(Claim::Url(format!("?{query}"))),
            Self::Path(path) => Some(Claim::Url(path.clone())),
            Self::Empty | Self::Null | Self::Absent => None,
        }
    }
}

/// A row of a table: the name of a merchant URL and its value.
#[derive(Debug, Clone)]
pub struct UrlRow(pub MerchantUrl, pub Cell);

impl TableRow for UrlRow {
    const COLUMNS: &[&str] = &["merchant URL", "value"];

    fn read(cells: &mut Arguments) -> Result<Self, Fault> {
        Ok(Self(Parameter::take(cells)?, Parameter::take(cells)?))
    }
}

/// The merchant URLs of one hosted session.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UrlSet(Vec<(MerchantUrl, Cell)>);

impl Default for UrlSet {
    fn default() -> Self {
        let usual = |name: &MerchantUrl| match name {
            MerchantUrl::StatusUpdate => (*name, Cell::Absent),
            _ => (*name, Cell::Query(DEFAULT_QUERY.to_owned())),
        };
        Self(MerchantUrl::ALL.iter().map(usual).collect())
    }
}

impl UrlSet {
    /// The default URLs. The success URL has the placeholder of the token.
    pub fn with_token() -> Self {
        let success = Cell::Query(format!("{DEFAULT_QUERY}&{TOKEN_PARAMETER}"));
        Self::default().with(MerchantUrl::Success, success)
    }

    /// These URLs, replaced by the rows of a table.
    #[must_use]
    pub fn with_rows(self, rows: Vec<UrlRow>) -> Self {
        rows.into_iter().fold(self, |urls, UrlRow(name, cell)| urls.with(name, cell))
    }

    /// These URLs, with another value for the one of this name.
    #[must_use]
    pub fn with(mut self, name: MerchantUrl, cell: Cell) -> Self {
        if let Some((_, place)) = self.0.iter_mut().find(|(known, _)| *known == name) {
            *place = cell;
        }
        self
    }

    /// Whether a URL has this value.
    pub fn contains(&self, cell: &Cell) -> bool {
        self.0.iter().any(|(_, own)| own == cell)
    }

    fn cell(&self, name: MerchantUrl) -> &Cell {
        let found = self.0.iter().find(|(known, _)| *known == name);
        found.map_or(&Cell::Absent, |(_, cell)| cell)
    }

    /// The raw query of the URL of this name, as the scenario gives it.
    pub fn query(&self, name: MerchantUrl) -> Option<&str> {
        match self.cell(name) {
            Cell::Query(query) => Some(query),
            _ => None,
        }
    }

    /// The value of the URL of this name, as the scenario writes it.
    pub fn given(&self, name: MerchantUrl) -> String {
        match self.cell(name) {
            Cell::Query(query) => format!("?{query}"),
            Cell::Path(path) => path.clone(),
            Cell::Empty => "an empty string".to_owned(),
            Cell::Null => "null".to_owned(),
            Cell::Absent => "nothing".to_owned(),
        }
    }

    /// The member `merchant_urls` of a request.
    pub fn to_json(&self, host: &str, prefix: &str) -> Value {
        let mut members = Map::new();
        for (name, cell) in &self.0 {
            let name = name.word();
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

impl From<ConsumerUrl> for MerchantUrl {
    fn from(url: ConsumerUrl) -> Self {
        match url {
            ConsumerUrl::Success => Self::Success,
            ConsumerUrl::Cancel => Self::Cancel,
            ConsumerUrl::Back => Self::Back,
            ConsumerUrl::Failure => Self::Failure,
            ConsumerUrl::Error => Self::Error,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn row(name: &str, cell: &str) -> Result<UrlRow, Fault> {
        UrlRow::read(&mut Arguments::new(vec![name.to_owned(), cell.to_owned()], None))
    }

    #[test]
    fn empty_null_and_absent_are_three_things() {
        let rows = [
            ("success", "?a=%2B&b={{order_id}}"),
            ("cancel", "empty"),
            ("back", "null"),
            ("error", "absent"),
        ];
        let rows = rows.map(|(name, cell)| row(name, cell).unwrap());
        let urls = UrlSet::default().with_rows(rows.to_vec());
        assert_eq!(
            urls.to_json("merchant.example", "r-1"),
            json!({
                "success": "https://merchant.example/r-1/success?a=%2B&b={{order_id}}",
                "cancel": "",
                "back": null,
                "failure": "https://merchant.example/r-1/failure?session_id={{session_id}}",
            }),
        );
        assert!(urls.contains(&Cell::Empty) && !UrlSet::default().contains(&Cell::Null));
        assert_eq!(urls.query(MerchantUrl::Success), Some("a=%2B&b={{order_id}}"));
        assert_eq!(urls.query(MerchantUrl::Back), None);
    }

    #[test]
    fn a_row_that_means_nothing_is_a_fault_of_the_feature() {
        let messages = [("succes", "null"), ("success", "nothing")]
            .map(|(name, cell)| row(name, cell).unwrap_err().message);
        assert_eq!(
            messages,
            ["`succes` is not the name of a merchant URL", "`nothing` is not a value of a merchant URL"]
        );
    }
}
