//! Lint: what is wrong in feature files, and what causes trouble later.

use crate::run::assets::{AssetError, Features, Schemas};
use crate::suite;

/// What was found in feature files, in lines for the user.
#[derive(Debug, Default)]
pub struct Lint {
    /// A file or a scenario each, with its faults in the lines below its place.
    pub faults: Vec<String>,
    /// How many faults they have.
    pub count: usize,
    pub warnings: Vec<String>,
    pub scenarios: usize,
    pub files: usize,
}

impl Lint {
    /// Checks Gherkin, tags, requirements and steps. Merchant URLs that cause trouble later are warnings.
    pub fn of(features: &Features, schemas: &Schemas) -> Result<Self, AssetError> {
        let schemas = schemas.set(false)?;
        let mut faults: Vec<String> = features
            .faults
            .iter()
            .map(|fault| {
                format!("{}:{}: {}\n  {}", fault.path, fault.line, fault.fault.message, fault.fault.help)
            })
            .collect();
        let cases: Vec<_> = features.loaded.iter().flat_map(|feature| &feature.cases).collect();
        let mut count = faults.len();
        for case in &cases {
            let of_case = suite::case_faults(case, &features.catalogue, &schemas);
            count += of_case.len();
            let told = of_case.iter().map(|fault| format!("\n  {}: {}", fault.message, fault.help));
            if !of_case.is_empty() {
                faults.push(format!(
                    "{}:{}: {}{}",
                    case.file,
                    case.line,
                    case.title,
                    told.collect::<String>()
                ));
            }
        }
        let mut warnings: Vec<String> =
            cases.iter().flat_map(|case| suite::case_warnings(case, &features.catalogue)).collect();
        warnings.dedup();
        let files = features.loaded.len() + features.faults.len();
        Ok(Self { faults, count, warnings, scenarios: cases.len(), files })
    }
}
