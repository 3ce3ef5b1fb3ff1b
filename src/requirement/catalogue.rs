//! The catalogue: every requirement of a run, and the statements of its sources.

use crate::requirement::nearest::nearest;
use crate::requirement::{Requirement, RequirementId};
use serde::Deserialize;
use std::collections::HashMap;

/// Every requirement of a run, in the order of the files.
#[derive(Debug, Clone, Default)]
pub struct Catalogue {
    requirements: Vec<Requirement>,
    places: HashMap<RequirementId, Place>,
    statements: Vec<Statement>,
}

/// A statement of a source, and the requirements made from it.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Statement {
    /// The key of its source and a number, such as `S1-04`.
    pub id: String,
    /// The source and its section.
    pub source: String,
    /// The statement in our words.
    #[serde(rename = "statement")]
    pub words: String,
    pub rows: Vec<RequirementId>,
    /// `file:line`.
    #[serde(skip)]
    pub place: String,
}

#[derive(Debug, Clone)]
struct Place {
    index: usize,
    path: String,
    line: usize,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct CatalogueFile {
    #[serde(default)]
    requirement: Vec<toml::Spanned<Requirement>>,
    #[serde(default)]
    statement: Vec<toml::Spanned<Statement>>,
}

impl Catalogue {
    /// Adds the requirements and statements of one file. `path` names the file in messages; its stem is the area.
    pub fn add(&mut self, path: &str, text: &str) -> Result<(), CatalogueError> {
        let file: CatalogueFile = toml::from_str(text)
            .map_err(|source| CatalogueError::Parse { path: path.to_owned(), source: Box::new(source) })?;
        let area = path.rsplit('/').next().unwrap_or(path).trim_end_matches(".toml");
        for spanned in file.requirement {
            let line = line_of(text, &spanned);
            let mut requirement = spanned.into_inner();
            area.clone_into(&mut requirement.area);
            if let Some(first) = self.places.get(&requirement.id) {
                return Err(CatalogueError::DuplicateId {
                    id: requirement.id,
                    path: path.to_owned(),
                    line,
                    first: format!("{}:{}", first.path, first.line),
                });
            }
            let place = Place { index: self.requirements.len(), path: path.to_owned(), line };
            self.places.insert(requirement.id.clone(), place);
            self.requirements.push(requirement);
        }
        for spanned in file.statement {
            let place = format!("{path}:{}", line_of(text, &spanned));
            let statement = Statement { place, ..spanned.into_inner() };
            if let Some(first) = self.statements.iter().find(|first| first.id == statement.id) {
                return Err(CatalogueError::DuplicateStatement {
                    id: statement.id,
                    place: statement.place,
                    first: first.place.clone(),
                });
            }
            self.statements.push(statement);
        }
        Ok(())
    }

    /// Checks that each requirement that a statement names exists. Call it after all files are added.
    pub fn check_statements(&self) -> Result<(), CatalogueError> {
        for statement in &self.statements {
            if let Some(row) = statement.rows.iter().find(|row| self.get(row).is_none()) {
                return Err(CatalogueError::UnknownRow {
                    place: statement.place.clone(),
                    id: statement.id.clone(),
                    row: row.clone(),
                });
            }
        }
        Ok(())
    }

    /// The statements of the sources, in the order of the files.
    pub fn statements(&self) -> &[Statement] {
        &self.statements
    }

    /// The requirement with this id.
    pub fn get(&self, id: &RequirementId) -> Option<&Requirement> {
        self.places.get(id).map(|place| &self.requirements[place.index])
    }

    /// The known id that is most like an unknown one, unless they have little in common.
    pub fn nearest(&self, id: &RequirementId) -> Option<&RequirementId> {
        let near = nearest(id.as_str(), self.requirements.iter().map(|known| known.id.as_str()))?;
        self.requirements.iter().map(|known| &known.id).find(|known| known.as_str() == near)
    }

    /// All requirements, in the order of the files.
    pub fn iter(&self) -> impl Iterator<Item = &Requirement> {
        self.requirements.iter()
    }

    /// `file:line` of a requirement.
    pub fn place(&self, id: &RequirementId) -> Option<String> {
        self.places.get(id).map(|place| format!("{}:{}", place.path, place.line))
    }
}

/// The line on which an entry begins.
fn line_of<T>(text: &str, entry: &toml::Spanned<T>) -> usize {
    text[..entry.span().start].lines().count() + 1
}

/// Why the catalogue could not be used.
#[derive(Debug, thiserror::Error)]
pub enum CatalogueError {
    #[error("the requirement catalogue {path} is malformed")]
    Parse { path: String, source: Box<toml::de::Error> },

    #[error("requirement {id} at {path}:{line} is already listed at {first}; give the newer one a new id")]
    DuplicateId { id: RequirementId, path: String, line: usize, first: String },

    #[error("statement {id} at {place} is already listed at {first}; give the newer one a new id")]
    DuplicateStatement { id: String, place: String, first: String },

    #[error(
        "`rows` of statement {id} at {place} names {row}, which no catalogue has; `hpp-conformance requirements` lists \
         the known ones"
    )]
    UnknownRow { place: String, id: String, row: RequirementId },
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(id: &str, dialect: &str, source: &str) -> String {
        format!(
            "[[requirement]]\nid = \"{id}\"\nlevel = \"MUST\"\nstatement = \"It holds.\"\nsource = \"{source}\"\n\
             dialect = \"{dialect}\"\nprovider = \"both\"\nconfidence = \"stated\"\n"
        )
    }

    #[test]
    fn a_doubled_id_names_both_places() {
        let mut catalogue = Catalogue::default();
        let text = format!("{}\n{}", row("HPP-X-001", "both", "S1"), row("HPP-X-001", "both", "S1"));
        let error = catalogue.add("features/x.toml", &text).unwrap_err();
        assert_eq!(
            error.to_string(),
            "requirement HPP-X-001 at features/x.toml:10 is already listed at features/x.toml:1; give the newer one a new id"
        );
    }

    #[test]
    fn an_unknown_key_is_refused() {
        let text = format!("{}priority = 1\n", row("HPP-X-001", "both", "S1"));
        assert!(Catalogue::default().add("features/x.toml", &text).is_err());
    }

    #[test]
    fn the_nearest_id_is_offered_if_it_is_near() {
        let mut catalogue = Catalogue::default();
        for id in ["HPP-CREATE-001", "HPP-CREATE-009", "HPP-READ-001"] {
            catalogue.add("features/x.toml", &row(id, "both", "S1")).unwrap();
        }
        let nearest = |id: &str| catalogue.nearest(&id.parse().unwrap()).map(RequirementId::as_str);
        assert_eq!(nearest("HPP-CREATE-999"), Some("HPP-CREATE-009"));
        assert_eq!(nearest("HPP-REED-001"), Some("HPP-READ-001"));
        assert_eq!(nearest("SHOP-ORDER-777"), None);
    }

    fn statement(id: &str, row: &str) -> String {
        format!(
            "[[statement]]\nid = \"{id}\"\nsource = \"S1\"\nstatement = \"It holds.\"\nrows = [\"{row}\"]\n"
        )
    }

    #[test]
    fn a_statement_may_name_rows_of_a_later_file() {
        let mut catalogue = Catalogue::default();
        catalogue.add("features/sources.toml", &statement("S1-01", "HPP-X-001")).unwrap();
        catalogue.add("features/x.toml", &row("HPP-X-001", "both", "S1")).unwrap();
        assert!(catalogue.check_statements().is_ok());
        assert_eq!(catalogue.statements()[0].place, "features/sources.toml:1");
    }

    #[test]
    fn a_row_that_no_catalogue_has_names_the_file_and_the_key() {
        let mut catalogue = Catalogue::default();
        let text = format!("{}\n{}", row("HPP-X-001", "both", "S1"), statement("S1-01", "HPP-X-002"));
        catalogue.add("features/sources.toml", &text).unwrap();
        assert_eq!(
            catalogue.check_statements().unwrap_err().to_string(),
            "`rows` of statement S1-01 at features/sources.toml:10 names HPP-X-002, which no catalogue has; \
             `hpp-conformance requirements` lists the known ones"
        );
    }

    #[test]
    fn a_doubled_statement_names_both_places() {
        let mut catalogue = Catalogue::default();
        let text = format!("{0}{0}", statement("S1-01", "HPP-X-001"));
        assert_eq!(
            catalogue.add("features/sources.toml", &text).unwrap_err().to_string(),
            "statement S1-01 at features/sources.toml:6 is already listed at features/sources.toml:1; \
             give the newer one a new id"
        );
    }
}
