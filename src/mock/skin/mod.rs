//! Skins: payment pages with the structure of the vendors' pages, for page drivers to practise on.
//!
//! The structure is what public browser tests of these pages show: screens and their order, frames, ids. `MOCK.md` says what each
//! skin has. All markup and all words are ours. A skin ends in the same form posts as the mock's own page.

mod course;
mod texts;

use crate::mock::ground::Dialect;

pub use crate::mock::skin::course::Course;
pub use crate::mock::skin::texts::texts;

/// What all documents of the skins share.
pub const STYLE: &str = include_str!("common.css");
pub const SCRIPT: &str = include_str!("common.js");

/// The document that the browser opens first.
pub const PAGE: &str = "page";

/// A payment page in place of the mock's own.
#[derive(Debug)]
pub struct Skin {
    pub name: &'static str,
    /// What it is, for the help text.
    pub sentence: &'static str,
    /// The vendor whose page it resembles. `None` if it resembles none.
    pub dialect: Option<Dialect>,
    /// Name and content of each document: the page, and those for its frames and windows.
    documents: &'static [(&'static str, &'static str)],
    /// The screens that a session may have or not, in any order.
    optional: &'static [&'static str],
}

/// Every skin.
pub static SKINS: &[Skin] = &[
    Skin {
        name: "klarna-2021",
        sentence: "Klarna's page of 2021: pay button on the page, two frames",
        dialect: Some(Dialect::Klarna),
        documents: &[
            (PAGE, include_str!("klarna-2021/page.html")),
            ("main", include_str!("klarna-2021/main.html")),
            ("fullscreen", include_str!("klarna-2021/fullscreen.html")),
        ],
        optional: &["code", "invoice", "payinparts", "mandate"],
    },
    Skin {
        name: "klarna-2024",
        sentence: "Klarna's page of 2024: one frame, offers, a dialog to cancel",
        dialect: Some(Dialect::Klarna),
        documents: &[
            (PAGE, include_str!("klarna-2024/page.html")),
            ("apf", include_str!("klarna-2024/apf.html")),
        ],
        optional: &["code", "category", "plan", "notice", "offer"],
    },
    Skin {
        name: "klarna-2026",
        sentence: "Klarna's page of 2026: one frame, loaders, cards and lists to choose from",
        dialect: Some(Dialect::Klarna),
        documents: &[
            (PAGE, include_str!("klarna-2026/page.html")),
            ("apf", include_str!("klarna-2026/apf.html")),
        ],
        optional: &["code", "options", "offers", "accounts"],
    },
    Skin {
        name: "kustom",
        sentence: "Kustom's page of 2026: address, card in a frame of a frame, overlay, window",
        dialect: Some(Dialect::Kustom),
        documents: &[
            (PAGE, include_str!("kustom/page.html")),
            ("checkout", include_str!("kustom/checkout.html")),
            ("card", include_str!("kustom/card.html")),
            ("fullscreen", include_str!("kustom/fullscreen.html")),
            ("window", include_str!("kustom/window.html")),
        ],
        optional: &["details", "overlay"],
    },
    Skin {
        name: "unknown",
        sentence: "a page that no page driver knows",
        dialect: None,
        documents: &[(PAGE, include_str!("unknown/page.html")), ("note", include_str!("unknown/note.html"))],
        optional: &[],
    },
];

/// Skins are compared by their names.
impl PartialEq for Skin {
    fn eq(&self, other: &Self) -> bool {
        self.name == other.name
    }
}

/// The skin of this name.
pub fn skin(name: &str) -> Option<&'static Skin> {
    SKINS.iter().find(|skin| skin.name == name)
}

impl Skin {
    /// The content of a document, with marks such as `[[pay]]` in place of its texts.
    pub fn document(&self, name: &str) -> Option<&'static str> {
        self.documents.iter().find(|(known, _)| *known == name).map(|(_, content)| *content)
    }

    /// The names of the documents for its frames and windows.
    #[cfg(test)]
    pub fn frames(&self) -> impl Iterator<Item = &'static str> {
        self.documents.iter().map(|(name, _)| *name).filter(|name| *name != PAGE)
    }

    /// Whether it can be the page of this dialect.
    pub fn is_of(&self, dialect: Dialect) -> bool {
        self.dialect.is_none_or(|own| own == dialect)
    }

    /// What a session meets on the page.
    pub fn course(&self, session_id: &str) -> Course {
        Course::drawn(session_id, self.optional)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_skin_is_found_by_its_name_and_has_a_page() {
        for known in SKINS {
            assert_eq!(skin(known.name), Some(known));
            assert!(known.document(PAGE).is_some(), "{}", known.name);
            assert_eq!(known.document("no-such-document"), None);
        }
        assert_eq!(skin("klarna-1999"), None);
    }

    #[test]
    fn a_skin_needs_nothing_from_elsewhere() {
        let contents = SKINS.iter().flat_map(|skin| skin.documents).map(|(_, content)| *content);
        for content in contents.chain([STYLE, SCRIPT]) {
            for elsewhere in ["http:", "https:", "src=\"", "@import", "url(", "fetch(", "innerHTML"] {
                assert!(!content.contains(elsewhere), "`{elsewhere}` in {content}");
            }
        }
    }

    #[test]
    fn every_optional_screen_and_every_frame_is_in_the_documents() {
        for skin in SKINS {
            let all: String = skin.documents.iter().map(|(_, content)| *content).collect();
            for screen in skin.optional {
                assert!(all.contains(&format!("data-step=\"{screen}\"")), "{screen} of {}", skin.name);
            }
            for name in skin.frames() {
                let opens = [format!("\"{name}\""), format!("session.frames}}{name}`")];
                assert!(opens.iter().any(|it| all.contains(it)), "{name} of {}", skin.name);
            }
        }
    }
}
