//! Requirements: the testable promises of the API, read from the catalogue beside the features.

mod catalogue;
mod nearest;

pub use catalogue::{Catalogue, CatalogueError, Statement};
pub use nearest::nearest;

use serde::de;
use serde::de::Visitor;
use serde::{Deserialize, Deserializer, Serialize};
use std::fmt;
use std::str::FromStr;

/// The id of a requirement, such as `HPP-CREATE-008`. Ids are never reused or renumbered.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[serde(into = "String")]
pub struct RequirementId(String);

/// It is refused while it is read, so that the error has its own place and not that of the list around it.
impl<'de> Deserialize<'de> for RequirementId {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Reader;
        impl Visitor<'_> for Reader {
            type Value = RequirementId;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a requirement id")
            }

            fn visit_str<E: de::Error>(self, text: &str) -> Result<RequirementId, E> {
                text.parse().map_err(E::custom)
            }
        }
        deserializer.deserialize_str(Reader)
    }
}

impl RequirementId {
    /// The id as it is written.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for RequirementId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

impl From<RequirementId> for String {
    fn from(id: RequirementId) -> Self {
        id.0
    }
}

impl TryFrom<String> for RequirementId {
    type Error = InvalidRequirementId;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        let upper = |part: &str| {
            part.starts_with(|c: char| c.is_ascii_uppercase())
                && part.chars().all(|c| c.is_ascii_uppercase() || c.is_ascii_digit())
        };
        let well_formed = match text.split('-').collect::<Vec<_>>().as_slice() {
            [prefix, area, number] => {
                upper(prefix)
                    && upper(area)
                    && number.len() == 3
                    && number.chars().all(|c| c.is_ascii_digit())
            }
            _ => false,
        };
        if well_formed { Ok(Self(text)) } else { Err(InvalidRequirementId(text)) }
    }
}

impl FromStr for RequirementId {
    type Err = InvalidRequirementId;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::try_from(text.to_owned())
    }
}

/// A text that does not have the form of a requirement id.
#[derive(Debug, thiserror::Error)]
#[error("`{0}` is not a requirement id; write PREFIX-AREA-NNN, such as HPP-CREATE-008")]
pub struct InvalidRequirementId(String);

/// How binding a requirement is, in the words of RFC 2119.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum Level {
    /// The vendor's documentation promises it.
    Must,
    /// The vendor's documentation recommends it.
    Should,
    /// Optional or undefined: recorded, never a failure.
    May,
}

impl fmt::Display for Level {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Must => "MUST",
            Self::Should => "SHOULD",
            Self::May => "MAY",
        })
    }
}

/// The vendor whose Hosted Payment Page API a target has.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Dialect {
    /// `*.klarna.com`.
    Klarna,
    /// `*.kustom.co`, formerly Klarna Checkout.
    Kustom,
}

impl fmt::Display for Dialect {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Klarna => "klarna",
            Self::Kustom => "kustom",
        })
    }
}

/// The payment provider whose payment session a hosted session belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum Provider {
    /// Klarna Payments: a payment session.
    Kp,
    /// Klarna Checkout, now Kustom Checkout: an order.
    Kco,
}

impl fmt::Display for Provider {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Kp => "KP",
            Self::Kco => "KCO",
        })
    }
}

/// The dialects to which a requirement applies.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum DialectScope {
    Klarna,
    Kustom,
    Both,
}

impl DialectScope {
    /// The dialects that it covers.
    pub fn dialects(self) -> &'static [Dialect] {
        match self {
            Self::Both => &[Dialect::Klarna, Dialect::Kustom],
            Self::Klarna => &[Dialect::Klarna],
            Self::Kustom => &[Dialect::Kustom],
        }
    }
}

/// The providers to which a requirement applies.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum ProviderScope {
    #[serde(rename = "KP")]
    Kp,
    #[serde(rename = "KCO")]
    Kco,
    #[serde(rename = "both")]
    Both,
}

/// How sure it is that the target promises this.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Confidence {
    /// A source of the target's dialect says it.
    Stated,
    /// We infer it.
    Inferred,
    /// Only sources of the other dialect say it.
    Assumed,
}

/// Whose duty a requirement is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Party {
    #[default]
    Server,
    Merchant,
    Harness,
}

/// One testable promise of the contract.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Requirement {
    pub id: RequirementId,
    pub level: Level,
    /// The promise, in one sentence in the present tense.
    pub statement: String,
    /// Keys of its sources, separated by commas.
    pub source: String,
    pub dialect: DialectScope,
    pub provider: ProviderScope,
    /// `stated` or `inferred`. For the view of one dialect, see [`Requirement::confidence_for`].
    pub confidence: Confidence,
    #[serde(default)]
    pub party: Party,
    /// Why no scenario tests it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub not_tested: Option<String>,
    /// Why fewer kinds of deviations break it than its level wants.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fewer_kinds: Option<String>,
    /// The area: the name of the catalogue file without its ending.
    #[serde(default)]
    pub area: String,
}

impl Requirement {
    /// Whether the requirement applies to a target of this dialect and provider.
    pub fn applies_to(&self, dialect: Dialect, provider: Provider) -> bool {
        let provider_fits = match self.provider {
            ProviderScope::Both => true,
            ProviderScope::Kp => provider == Provider::Kp,
            ProviderScope::Kco => provider == Provider::Kco,
        };
        self.dialect.dialects().contains(&dialect) && provider_fits
    }

    /// The keys of its sources.
    pub fn sources(&self) -> impl Iterator<Item = &str> {
        self.source.split(',').map(str::trim)
    }

    /// Whether it is assumed for this dialect, and this source is the reason. For Kustom, its switch guide is a reason too: it says
    /// that requests and answers are as at Klarna. It says nothing about the page and the consumer's journey.
    pub fn is_assumed_from(&self, source: &str, dialect: Dialect) -> bool {
        let is_of_page = AREAS_OF_THE_PAGE.contains(&self.area.as_str());
        let guide = dialect == Dialect::Kustom && source == SWITCH_GUIDE && !is_of_page;
        let named = || self.sources().any(|key| key == source);
        self.confidence_for(dialect) == Confidence::Assumed && (guide || named())
    }

    /// The confidence for one dialect. If only sources of the other dialect say it, it is assumed.
    pub fn confidence_for(&self, dialect: Dialect) -> Confidence {
        if self.confidence != Confidence::Stated {
            return self.confidence;
        }
        let mut spoken_for = self.sources().filter_map(source_dialect).peekable();
        if spoken_for.peek().is_none() || spoken_for.any(|source| source == dialect) {
            Confidence::Stated
        } else {
            Confidence::Assumed
        }
    }
}

/// The areas about the page and the consumer's journey.
const AREAS_OF_THE_PAGE: [&str; 5] = ["option", "page", "placeholder", "qr", "redirect"];

/// The key of Kustom's guides to switch from Klarna's hosts to its own.
pub const SWITCH_GUIDE: &str = "U-SWITCH";

/// The dialect of the source with this key: its vendor wrote it, or its integrators observed it.
fn source_dialect(key: &str) -> Option<Dialect> {
    let starts = |prefixes: &[&str]| prefixes.iter().any(|prefix| key.starts_with(prefix));
    if starts(&["S1", "U-", "WP-KCO", "I-799", "I-828", "KCO-OAS"]) {
        Some(Dialect::Kustom)
    } else if starts(&["S2", "K-", "SDK-", "WP-KP", "UMB"]) {
        Some(Dialect::Klarna)
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn requirement(dialect: &str, source: &str) -> Requirement {
        let row = format!(
            "id = \"HPP-X-001\"\nlevel = \"MUST\"\nstatement = \"It holds.\"\nsource = \"{source}\"\n\
             dialect = \"{dialect}\"\nprovider = \"both\"\nconfidence = \"stated\"\n"
        );
        toml::from_str(&row).unwrap()
    }

    #[test]
    fn an_id_has_a_prefix_an_area_and_three_digits() {
        assert!("HPP-CREATE-008".parse::<RequirementId>().is_ok());
        for wrong in ["HPP-CREATE-8", "CREATE-008", "hpp-CREATE-008", "HPP--008", ""] {
            assert!(wrong.parse::<RequirementId>().is_err(), "{wrong}");
        }
    }

    #[test]
    fn what_only_the_other_dialect_says_is_assumed() {
        let klarna_only = requirement("both", "S2, K-CREATE");
        assert_eq!(klarna_only.confidence_for(Dialect::Klarna), Confidence::Stated);
        assert_eq!(klarna_only.confidence_for(Dialect::Kustom), Confidence::Assumed);
        assert_eq!(requirement("both", "S1, S2").confidence_for(Dialect::Kustom), Confidence::Stated);
        assert_eq!(requirement("both", "-").confidence_for(Dialect::Kustom), Confidence::Stated);
    }

    #[test]
    fn what_is_assumed_rests_on_its_sources_and_for_kustom_on_the_switch_guide() {
        let row = requirement("both", "S2, K-CREATE");
        for source in ["S2", "K-CREATE", "U-SWITCH"] {
            assert!(row.is_assumed_from(source, Dialect::Kustom), "{source}");
            assert!(!row.is_assumed_from(source, Dialect::Klarna), "{source}");
        }
        assert!(!row.is_assumed_from("K-CB", Dialect::Kustom));
        for area in AREAS_OF_THE_PAGE {
            let of_page = Requirement { area: area.into(), ..row.clone() };
            assert!(of_page.is_assumed_from("S2", Dialect::Kustom), "{area}");
            assert!(!of_page.is_assumed_from("U-SWITCH", Dialect::Kustom), "{area}");
        }
        assert!(!requirement("both", "S1, S2").is_assumed_from("U-SWITCH", Dialect::Kustom));
    }

    #[test]
    fn a_requirement_of_one_dialect_does_not_apply_to_the_other() {
        let kustom = requirement("kustom", "S1");
        assert!(kustom.applies_to(Dialect::Kustom, Provider::Kco));
        assert!(!kustom.applies_to(Dialect::Klarna, Provider::Kp));
    }
}
