//! Lies about the options of a session and what the page shows of them.

use serde_json::Value;

use crate::mock::contract::options::Options;
use crate::mock::contract::page::{Act, Button, Press, Screen, Step, View, bill, screen, step};
use crate::mock::contract::request::{Member, accepts};
use crate::mock::contract::status::Event;
use crate::mock::deviation::edit::root_of;
use crate::mock::deviation::entry::{Change, Deviation, Kind};
use crate::mock::ground::Dialect;
use crate::mock::http::Operation;

/// The lies of this family.
pub const DEVIATIONS: &[Deviation] = &[
    Deviation {
        name: "page-title-ignored",
        kind: Kind::LeftOut,
        lie: "The page does not show the `page_title`.",
        breaks: &["HPP-OPT-003"],
        change: Change::Seams(|seams| seams.screen = |view| Screen { title: None, ..screen(view) }),
    },
    Deviation {
        name: "logo-ignored",
        kind: Kind::LeftOut,
        lie: "The page does not show the logo of `logo_url`.",
        breaks: &["HPP-OPT-006"],
        change: Change::Seams(|seams| seams.screen = |view| Screen { logo: None, ..screen(view) }),
    },
    Deviation {
        name: "logo-refused",
        kind: Kind::OneVariant,
        lie: "A session with a `logo_url` is refused.",
        breaks: &["HPP-CREATE-038"],
        change: Change::Seams(|seams| {
            seams.accepts = |member| {
                let is_logo = member.name == "options.logo_url" && member.value.is_some_and(|url| *url != "");
                accepts(member) && (!is_logo || member.value == Some(&Value::Null))
            };
        }),
    },
    Deviation {
        name: "download-refused",
        kind: Kind::OneVariant,
        lie: "A session with the `purchase_type` `DOWNLOAD` is refused.",
        breaks: &["HPP-CREATE-038"],
        change: Change::Seams(|seams| {
            seams.accepts = |member| accepts(member) && !is_purchase(member, &["DOWNLOAD"]);
        }),
    },
    Deviation {
        name: "half-of-purchase-types-refused",
        kind: Kind::OneVariant,
        lie: "A session with the `purchase_type` `BOOK`, `ORDER` or `CONTINUE` is refused.",
        breaks: &["HPP-CREATE-038"],
        change: Change::Seams(|seams| {
            seams.accepts = |member| accepts(member) && !is_purchase(member, &["BOOK", "ORDER", "CONTINUE"]);
        }),
    },
    Deviation {
        name: "background-regardless-of-width",
        kind: Kind::OneVariant,
        lie: "The page always uses the first background image.",
        breaks: &["HPP-OPT-004"],
        change: Change::Seams(|seams| {
            seams.screen = |view| {
                let backgrounds = view.options.background_images.iter().take(1).collect();
                Screen { backgrounds, ..screen(view) }
            };
        }),
    },
    Deviation {
        name: "subtotal-never-hidden",
        kind: Kind::LeftOut,
        lie: "The page shows the subtotal although the options hide it.",
        breaks: &["HPP-OPT-005"],
        change: Change::Seams(|seams| {
            seams.screen = |view| Screen { bill: Some(bill(view)), ..screen(view) };
        }),
    },
    Deviation {
        name: "one-pay-label",
        kind: Kind::LeftOut,
        lie: "The pay button has the same text for every `purchase_type`.",
        breaks: &["HPP-OPT-007"],
        change: Change::Seams(|seams| seams.screen = |view| Screen { purchase_type: None, ..screen(view) }),
    },
    Deviation {
        name: "category-ignored",
        kind: Kind::LeftOut,
        lie: "The page offers all categories although one was chosen.",
        breaks: &["HPP-OPT-001"],
        change: Change::Seams(|seams| {
            seams.screen = |view| {
                let options = Options { category: None, ..view.options.clone() };
                let categories = options.offered(view.dialect, view.has_fallen_back);
                Screen { categories, ..screen(view) }
            };
            seams.step = |press| {
                let options = Options { category: None, ..press.options.clone() };
                step(&Press { options: &options, ..*press })
            };
        }),
    },
    Deviation {
        name: "categories-ignored",
        kind: Kind::LeftOut,
        lie: "The page offers all categories although several were chosen.",
        breaks: &["HPP-OPT-008"],
        change: Change::Seams(|seams| {
            seams.screen = |view| {
                let options = Options { categories: Vec::new(), ..view.options.clone() };
                let categories = options.offered(view.dialect, view.has_fallen_back);
                Screen { categories, ..screen(view) }
            };
            seams.step = |press| {
                let options = Options { categories: Vec::new(), ..press.options.clone() };
                step(&Press { options: &options, ..*press })
            };
        }),
    },
    Deviation {
        name: "categories-narrowed-for-kco",
        kind: Kind::OneVariant,
        lie: "The page of a KCO order offers only the chosen category.",
        breaks: &["HPP-OPT-002"],
        change: Change::Seams(|seams| {
            seams.screen = |view| screen(&View { dialect: Dialect::Klarna, ..*view });
            seams.step = |press| step(&Press { dialect: Dialect::Klarna, ..*press });
        }),
    },
    Deviation {
        name: "no-payment-fallback",
        kind: Kind::LeftOut,
        lie: "A declined payment leads to no other categories, although `payment_fallback` asks for it.",
        breaks: &["HPP-OPT-009"],
        change: Change::Seams(|seams| {
            seams.step = |press| match step(press) {
                Step::FallBack => Step::Leave(Event::Declined),
                step => step,
            };
        }),
    },
    Deviation {
        name: "both-category-options-accepted",
        kind: Kind::LeftOut,
        lie: "The two category options are accepted together.",
        breaks: &["HPP-CREATE-029"],
        change: Change::Seams(|seams| {
            seams.accepts = |member| match member.name {
                "options.payment_method_categories" => accepts(&Member { whole: None, ..*member }),
                _ => accepts(member),
            };
        }),
    },
    Deviation {
        name: "unknown-words-accepted",
        kind: Kind::LeftOut,
        lie: "Options accept values outside their enumeration.",
        breaks: &["HPP-CREATE-030"],
        change: Change::Seams(|seams| seams.accepts = |member| accepts(member) || takes_any_word(member)),
    },
    Deviation {
        name: "unknown-category-among-known-accepted",
        kind: Kind::OneVariant,
        lie: "The option `payment_method_categories` accepts unknown values beside a known one.",
        breaks: &["HPP-CREATE-030"],
        change: Change::Seams(|seams| {
            seams.accepts = |member| accepts(member) || takes_one_known_category(member);
        }),
    },
    Deviation {
        name: "page-without-amount",
        kind: Kind::LeftOut,
        lie: "The page does not show the amount to pay.",
        breaks: &["HPP-PAGE-001"],
        change: Change::Seams(|seams| {
            seams.screen = |view| {
                let screen = screen(view);
                let hidden = |price: &mut String| "…".clone_into(price);
                let mut screen = Screen { amount: "…".to_owned(), ..screen };
                if let Some(bill) = &mut screen.bill {
                    bill.lines.iter_mut().for_each(|(_, price)| hidden(price));
                    hidden(&mut bill.subtotal);
                    bill.tax.iter_mut().for_each(hidden);
                }
                screen
            };
        }),
    },
    Deviation {
        name: "page-always-english",
        kind: Kind::LeftOut,
        lie: "The page is in English for every locale.",
        breaks: &["HPP-PAGE-002"],
        change: Change::Seams(|seams| seams.locale = |_| None),
    },
    Deviation {
        name: "page-not-payable-on-phones",
        kind: Kind::OneVariant,
        lie: "The page has no buttons on a narrow screen.",
        breaks: &["HPP-PAGE-003"],
        change: Change::Reply(|reply| {
            if reply.succeeds(Operation::PaymentPage) {
                let style = "@media(max-width:500px){form{display:none}}</style>";
                reply.rewrite(|page| page.replace("</style>", style));
            }
        }),
    },
    Deviation {
        name: "back-and-cancel-at-once",
        kind: Kind::LeftOut,
        lie: "The page offers both back and cancel.",
        breaks: &["HPP-REDIRECT-019"],
        change: Change::Seams(|seams| {
            seams.screen = |view| {
                let mut screen = screen(view);
                screen.buttons.truncate(3);
                screen.buttons.extend([Button::Back, Button::Cancel]);
                screen
            };
            seams.step = |press| {
                let is_ecommerce = press.act == Act::Press(Button::Back);
                step(&Press { is_ecommerce, ..*press })
            };
        }),
    },
    Deviation {
        name: "qr-leads-elsewhere",
        kind: Kind::Misplaced,
        lie: "The QR code leads to the root of the page host.",
        breaks: &["HPP-QR-002"],
        change: Change::Seams(|seams| seams.qr_link = |scanned| root_of(scanned.page_url)),
    },
];

/// The members that accept only some values.
const OF_WORDS: [&str; 4] = [
    "options.place_order_mode",
    "options.purchase_type",
    "options.show_subtotal_detail",
    "options.payment_method_category",
];

/// Whether the member is a `purchase_type` with one of these values.
fn is_purchase(member: &Member<'_>, types: &[&str]) -> bool {
    let given = member.value.and_then(Value::as_str);
    member.name == "options.purchase_type" && given.is_some_and(|given| types.contains(&given))
}

/// Accepts any text as a value of an enumeration. An unknown category counts as left out.
fn takes_any_word(member: &Member<'_>) -> bool {
    match member.value {
        Some(Value::String(_)) => OF_WORDS.contains(&member.name),
        Some(Value::Array(categories)) if member.name == "options.payment_method_categories" => {
            accepts(&Member { value: Some(&known(member, categories)), ..*member })
        }
        _ => false,
    }
}

/// Accepts unknown categories beside at least one that is known.
fn takes_one_known_category(member: &Member<'_>) -> bool {
    match member.value {
        Some(Value::Array(categories)) if member.name == "options.payment_method_categories" => {
            let known = known(member, categories);
            known != Value::Array(Vec::new()) && accepts(&Member { value: Some(&known), ..*member })
        }
        _ => false,
    }
}

/// The categories without the unknown ones.
fn known(member: &Member<'_>, categories: &[Value]) -> Value {
    let is_known = |category: &&Value| {
        let alone = Value::Array(vec![(*category).clone()]);
        accepts(&Member { value: Some(&alone), whole: None, ..*member })
    };
    categories.iter().filter(is_known).cloned().collect()
}
