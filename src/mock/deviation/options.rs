//! Lies about the options of a session and what the page shows of them.

use crate::mock::contract::rules::Slip;
use crate::mock::deviation::{Change, Deviation};

/// The lies of this family.
pub const DEVIATIONS: &[Deviation] = &[
    Deviation {
        name: "page-title-ignored",
        lie: "The page does not bear the `page_title`.",
        breaks: &["HPP-OPT-003"],
        change: Change::Rule(|rules| rules.page.slip = Some(Slip::NoTitle)),
    },
    Deviation {
        name: "logo-ignored",
        lie: "The page does not show the logo of `logo_url`.",
        breaks: &["HPP-OPT-006"],
        change: Change::Rule(|rules| rules.page.slip = Some(Slip::NoLogo)),
    },
    Deviation {
        name: "logo-refused",
        lie: "A session with a `logo_url` is refused.",
        breaks: &["HPP-CREATE-038"],
        change: Change::Rule(|rules| rules.create.logo_accepted = false),
    },
    Deviation {
        name: "background-regardless-of-width",
        lie: "The page takes the first background image, whatever its width.",
        breaks: &["HPP-OPT-004"],
        change: Change::Rule(|rules| rules.page.slip = Some(Slip::AnyBackground)),
    },
    Deviation {
        name: "subtotal-never-hidden",
        lie: "The page shows the subtotal although it is to be hidden.",
        breaks: &["HPP-OPT-005"],
        change: Change::Rule(|rules| rules.page.slip = Some(Slip::SubtotalShown)),
    },
    Deviation {
        name: "one-pay-label",
        lie: "The pay button says the same for every `purchase_type`.",
        breaks: &["HPP-OPT-007"],
        change: Change::Rule(|rules| rules.page.slip = Some(Slip::OnePayLabel)),
    },
    Deviation {
        name: "category-ignored",
        lie: "The page offers all categories although one was chosen.",
        breaks: &["HPP-OPT-001"],
        change: Change::Rule(|rules| rules.page.slip = Some(Slip::CategoryIgnored)),
    },
    Deviation {
        name: "categories-ignored",
        lie: "The page offers all categories although several were chosen.",
        breaks: &["HPP-OPT-008"],
        change: Change::Rule(|rules| rules.page.slip = Some(Slip::CategoriesIgnored)),
    },
    Deviation {
        name: "categories-narrowed-for-kco",
        lie: "The page of a KCO order offers the chosen category alone.",
        breaks: &["HPP-OPT-002"],
        change: Change::Rule(|rules| rules.page.slip = Some(Slip::CategoriesHonouredForKco)),
    },
    Deviation {
        name: "no-payment-fallback",
        lie: "A decline leads to no other categories although a fallback is wanted.",
        breaks: &["HPP-OPT-009"],
        change: Change::Rule(|rules| rules.page.slip = Some(Slip::NoFallback)),
    },
    Deviation {
        name: "both-category-options-accepted",
        lie: "The two category options are accepted together.",
        breaks: &["HPP-CREATE-029"],
        change: Change::Rule(|rules| rules.create.both_category_options_refused = false),
    },
    Deviation {
        name: "unknown-words-accepted",
        lie: "Options take any word where a few are known.",
        breaks: &["HPP-CREATE-030"],
        change: Change::Rule(|rules| rules.create.words_checked = false),
    },
    Deviation {
        name: "page-without-amount",
        lie: "The page does not show what is to be paid.",
        breaks: &["HPP-PAGE-001"],
        change: Change::Rule(|rules| rules.page.slip = Some(Slip::NoAmount)),
    },
    Deviation {
        name: "page-always-english",
        lie: "The page speaks English whatever the locale.",
        breaks: &["HPP-PAGE-002"],
        change: Change::Rule(|rules| rules.page.slip = Some(Slip::AlwaysEnglish)),
    },
    Deviation {
        name: "page-not-payable-on-phones",
        lie: "The page has no buttons on a narrow screen.",
        breaks: &["HPP-PAGE-003"],
        change: Change::Rule(|rules| rules.page.slip = Some(Slip::NoButtonsOnPhones)),
    },
    Deviation {
        name: "back-and-cancel-at-once",
        lie: "The page offers to go back and to cancel at once.",
        breaks: &["HPP-REDIRECT-019"],
        change: Change::Rule(|rules| rules.page.slip = Some(Slip::TwoWaysOut)),
    },
    Deviation {
        name: "qr-leads-elsewhere",
        lie: "The QR code leads to the root of the page host.",
        breaks: &["HPP-QR-002"],
        change: Change::Rule(|rules| rules.page.slip = Some(Slip::QrLeadsElsewhere)),
    },
];
