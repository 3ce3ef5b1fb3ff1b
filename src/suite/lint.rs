//! Warnings: merchant URLs in a scenario that are valid but cause trouble later.

use crate::check::merchant_url;
use crate::requirement::{Catalogue, Dialect, Provider};
use crate::suite::case::Case;
use crate::suite::parameter::Word;
use crate::suite::words::MerchantUrl;

/// The warnings about the merchant URLs in the tables of a scenario: `file:line`, the requirement of the warning, and what is odd.
pub fn warnings(case: &Case, catalogue: &Catalogue) -> Vec<String> {
    if case.odd_urls {
        return Vec::new();
    }
    let requirement = case.requirement.as_ref().and_then(|id| catalogue.get(id));
    let is_of_kp = requirement.is_some_and(|one| one.applies_to(Dialect::Klarna, Provider::Kp));
    let has_token = is_of_kp && !places_order(case);
    let mut warnings = Vec::new();
    for step in &case.steps {
        for row in step.table.iter().flatten() {
            let [name, cell] = row.as_slice() else { continue };
            if MerchantUrl::parse(name).is_err() || !cell.starts_with(['?', '/']) {
                continue;
            }
            for (id, mismatch) in merchant_url::of_url(name, cell, has_token && name == "success") {
                warnings.push(format!("{}:{}: {id}: {mismatch}", case.file, step.line));
            }
        }
    }
    warnings
}

/// Whether a step chooses a mode with which KP issues no token.
fn places_order(case: &Case) -> bool {
    let is_mode = |word: &str| merchant_url::MODES_WITHOUT_TOKEN.contains(&word);
    case.steps.iter().any(|step| {
        let mut cells = step.table.iter().flatten().flatten();
        step.text.split_whitespace().any(is_mode) || cells.any(|cell| is_mode(cell))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::suite::feature::{FeatureText, LoadedFeature};

    fn warnings_of(provider: &str, mode: &str, tag: &str) -> Vec<String> {
        let row = format!(
            "[[requirement]]\nid = \"HPP-X-001\"\nlevel = \"MUST\"\nstatement = \"It holds.\"\nsource = \"S2\"\n\
             dialect = \"both\"\nprovider = \"{provider}\"\nconfidence = \"stated\"\n"
        );
        let text = format!(
            "@req:HPP-X-001 {tag}\nFeature: x\n\n  Scenario: y\n    Given the place_order_mode {mode}\n    \
             Given a hosted session whose merchant URLs are\n      | success | ?a=1&a={{{{session_id}}}} |\n      \
             | back    | empty |\n"
        );
        let mut catalogue = Catalogue::default();
        catalogue.add("x.toml", &row).unwrap();
        let loaded = LoadedFeature::parse(&FeatureText { path: "x.feature".into(), text }).unwrap();
        warnings(&loaded.cases[0], &catalogue)
    }

    #[test]
    fn a_table_of_merchant_urls_is_judged_with_its_place() {
        let doubled = "x.feature:6: HPP-PLACEHOLDER-027: /merchant_urls/success: expected each parameter once, got `a` again";
        assert_eq!(warnings_of("KCO", "NONE", ""), [doubled]);
        assert_eq!(warnings_of("both", "PLACE_ORDER", ""), [doubled]);
        assert!(warnings_of("both", "NONE", "@odd-urls").is_empty());
        let both = warnings_of("both", "NONE", "");
        assert_eq!((both.len(), both[0].as_str()), (2, doubled));
        assert!(both[1].contains("HPP-PLACEHOLDER-028"), "{}", both[1]);
    }
}
