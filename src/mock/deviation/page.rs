//! Lies about the payment page and the QR code that almost hit what was asked for.

use axum::http::{HeaderValue, StatusCode, header};

use crate::mock::contract::options::{OF_PAYMENT_SESSION, Options};
use crate::mock::contract::page::{Screen, View, bill, screen};
use crate::mock::contract::status::Event;
use crate::mock::deviation::entry::{Change, Deviation, Kind};
use crate::mock::ground::Dialect;
use crate::mock::http::{Content, Operation, Reply};

/// The lies of this family.
pub const DEVIATIONS: &[Deviation] = &[
    Deviation {
        name: "page-title-cut",
        kind: Kind::NearMiss,
        lie: "The page shows only the first 20 characters of the `page_title`.",
        breaks: &["HPP-OPT-003"],
        change: Change::Seams(|seams| {
            seams.screen = |view| {
                let screen = screen(view);
                Screen { title: screen.title.map(|title| title.get(..20).unwrap_or(title)), ..screen }
            };
        }),
    },
    Deviation {
        name: "page-escaped-twice",
        kind: Kind::OneVariant,
        lie: "A `&` in the `page_title` is escaped twice.",
        breaks: &["HPP-OPT-003"],
        change: Change::Reply(|reply| {
            if reply.succeeds(Operation::PaymentPage) {
                reply.rewrite(|page| page.replace("&amp; ", "&amp;amp; "));
            }
        }),
    },
    Deviation {
        name: "logo-without-query",
        kind: Kind::NearMiss,
        lie: "The logo is fetched without the query of `logo_url`.",
        breaks: &["HPP-OPT-006"],
        change: Change::Seams(|seams| {
            seams.screen = |view| {
                let screen = screen(view);
                Screen { logo: screen.logo.and_then(|url| url.split('?').next()), ..screen }
            };
        }),
    },
    Deviation {
        name: "no-background",
        kind: Kind::LeftOut,
        lie: "The page has no background image.",
        breaks: &["HPP-OPT-004"],
        change: Change::Seams(|seams| {
            seams.screen = |view| Screen { backgrounds: Vec::new(), ..screen(view) };
        }),
    },
    Deviation {
        name: "subtotal-shown-without-lines",
        kind: Kind::NearMiss,
        lie: "If the subtotal is to be hidden, the page hides only the lines of the purchase.",
        breaks: &["HPP-OPT-005"],
        change: Change::Seams(|seams| {
            seams.screen = |view| {
                let mut bill = bill(view);
                if view.options.hides_subtotal {
                    bill.lines.clear();
                }
                Screen { bill: Some(bill), ..screen(view) }
            };
        }),
    },
    Deviation {
        name: "rent-reads-like-buy",
        kind: Kind::OneVariant,
        lie: "The pay button reads the same for `RENT` as for `BUY`.",
        breaks: &["HPP-OPT-007"],
        change: Change::Seams(|seams| {
            seams.screen = |view| {
                let screen = screen(view);
                let purchase_type = screen.purchase_type.map(|it| if it == "RENT" { "BUY" } else { it });
                Screen { purchase_type, ..screen }
            };
        }),
    },
    Deviation {
        name: "category-and-another",
        kind: Kind::NearMiss,
        lie: "With `payment_method_category`, the page offers that category and one more.",
        breaks: &["HPP-OPT-001"],
        change: Change::Seams(|seams| {
            seams.screen = |view| {
                offering(view, |chosen| {
                    let more = OF_PAYMENT_SESSION.into_iter().find(|other| *other != chosen);
                    std::iter::once(chosen).chain(more).collect()
                })
            };
        }),
    },
    Deviation {
        name: "another-category",
        kind: Kind::Misplaced,
        lie: "With `payment_method_category`, the page offers only another category.",
        breaks: &["HPP-OPT-001"],
        change: Change::Seams(|seams| {
            seams.screen = |view| {
                offering(view, |chosen| {
                    OF_PAYMENT_SESSION.into_iter().find(|other| *other != chosen).into_iter().collect()
                })
            };
        }),
    },
    Deviation {
        name: "category-forgotten-after-decline",
        kind: Kind::OneState,
        lie: "After a declined payment, the page offers all categories although one was chosen.",
        breaks: &["HPP-OPT-001"],
        change: Change::Seams(|seams| {
            seams.screen = |view| match view.exits.last {
                Some(Event::Declined) => offering(view, |_| OF_PAYMENT_SESSION.to_vec()),
                _ => screen(view),
            };
        }),
    },
    Deviation {
        name: "category-list-first-for-kco",
        kind: Kind::OnePart,
        lie: "The page of a KCO order offers the first category of `payment_method_categories` alone.",
        breaks: &["HPP-OPT-002"],
        change: Change::Seams(|seams| {
            seams.screen = |view| {
                if view.options.categories.is_empty() {
                    return screen(view);
                }
                for_kco(view, |options| options.offered(Dialect::Klarna, false).into_iter().take(1).collect())
            };
        }),
    },
    Deviation {
        name: "chosen-categories-left-out-for-kco",
        kind: Kind::Misplaced,
        lie: "The page of a KCO order offers only the categories that the options do not choose.",
        breaks: &["HPP-OPT-002"],
        change: Change::Seams(|seams| {
            seams.screen = |view| for_kco(view, |options| options.offered(Dialect::Klarna, true));
        }),
    },
    Deviation {
        name: "first-category-alone",
        kind: Kind::NearMiss,
        lie: "With `payment_method_categories`, the page offers only the first of them.",
        breaks: &["HPP-OPT-008"],
        change: Change::Seams(|seams| {
            seams.screen = |view| {
                let mut screen = screen(view);
                if view.dialect == Dialect::Klarna
                    && view.options.categories.len() > 1
                    && !view.has_fallen_back
                {
                    screen.categories.truncate(1);
                }
                screen
            };
        }),
    },
    Deviation {
        name: "fallback-offers-everything",
        kind: Kind::NearMiss,
        lie: "After a declined payment, `payment_fallback` leads to all categories, also those that were chosen.",
        breaks: &["HPP-OPT-009"],
        change: Change::Seams(|seams| {
            seams.screen = |view| {
                let screen = screen(view);
                if view.has_fallen_back {
                    Screen { categories: OF_PAYMENT_SESSION.to_vec(), ..screen }
                } else {
                    screen
                }
            };
        }),
    },
    Deviation {
        name: "page-amount-in-minor-units",
        kind: Kind::NearMiss,
        lie: "The page shows every amount in minor units, as if it were a hundred times as large.",
        breaks: &["HPP-PAGE-001"],
        change: Change::Seams(|seams| {
            seams.screen = |view| with_prices(view, |price| price.replace('.', ""));
        }),
    },
    Deviation {
        name: "page-without-currency",
        kind: Kind::OnePart,
        lie: "The page shows amounts without their currency.",
        breaks: &["HPP-PAGE-001"],
        change: Change::Seams(|seams| {
            seams.screen = |view| {
                with_prices(view, |price| price.split_once(' ').map_or("", |(_, amount)| amount).to_owned())
            };
        }),
    },
    Deviation {
        name: "page-amount-without-last-digit",
        kind: Kind::NearMiss,
        lie: "The page shows amounts without their last digit.",
        breaks: &["HPP-PAGE-001"],
        change: Change::Seams(|seams| {
            seams.screen = |view| with_prices(view, |price| price[..price.len() - 1].to_owned());
        }),
    },
    Deviation {
        name: "page-in-a-neighbours-language",
        kind: Kind::Misplaced,
        lie: "The page of a purchase in German is in Swedish.",
        breaks: &["HPP-PAGE-002"],
        change: Change::Seams(|seams| {
            seams.locale =
                |language| language.asked.map(|it| if it.starts_with("de") { "sv-SE" } else { it });
        }),
    },
    Deviation {
        name: "no-pay-button-on-phones",
        kind: Kind::NearMiss,
        lie: "On a narrow screen, the page has every button but the one to pay.",
        breaks: &["HPP-PAGE-003"],
        change: Change::Reply(|reply| {
            if reply.succeeds(Operation::PaymentPage) {
                let style = "@media(max-width:500px){button[value=approve]{display:none}}</style>";
                reply.rewrite(|page| page.replace("</style>", style));
            }
        }),
    },
    Deviation {
        name: "page-refused-and-shown",
        kind: Kind::NearMiss,
        lie: "The payment page is shown, but with the status 401.",
        breaks: &["HPP-AUTH-006", "HPP-REDIRECT-021"],
        change: Change::Reply(|reply| {
            if reply.succeeds(Operation::PaymentPage) {
                reply.status = StatusCode::UNAUTHORIZED;
            }
        }),
    },
    Deviation {
        name: "qr-cut-short",
        kind: Kind::NearMiss,
        lie: "The image of the QR code ends in its middle.",
        breaks: &["HPP-QR-001"],
        change: Change::Reply(|reply| {
            if let Content::Png(image) = &mut reply.content {
                image.truncate(image.len() / 2);
            }
        }),
    },
    Deviation {
        name: "qr-without-last-byte",
        kind: Kind::NearMiss,
        lie: "The image of the QR code lacks its last byte.",
        breaks: &["HPP-QR-001"],
        change: Change::Reply(|reply| {
            if let Content::Png(image) = &mut reply.content {
                image.pop();
            }
        }),
    },
    Deviation {
        name: "qr-named-otherwise",
        kind: Kind::OnePart,
        lie: "The image of the QR code has the media type `application/octet-stream`.",
        breaks: &["HPP-QR-001"],
        change: Change::Reply(|reply| {
            if reply.succeeds(Operation::QrImage) {
                let media_type = HeaderValue::from_static("application/octet-stream");
                reply.headers.insert(header::CONTENT_TYPE, media_type);
            }
        }),
    },
    Deviation {
        name: "qr-only-once",
        kind: Kind::OneOrder,
        lie: "The image of a QR code can be fetched only once.",
        breaks: &["HPP-QR-001"],
        change: Change::Reply(|reply| {
            if reply.succeeds(Operation::QrImage) && reply.past.of_path > 0 {
                reply.become_empty(StatusCode::GONE);
            }
        }),
    },
    Deviation {
        name: "qr-link-cut-short",
        kind: Kind::NearMiss,
        lie: "The link in the QR code lacks its last character.",
        breaks: &["HPP-QR-002"],
        change: Change::Seams(|seams| {
            seams.qr_link = |scanned| scanned.page_url[..scanned.page_url.len() - 1].to_owned();
        }),
    },
    Deviation {
        name: "qr-of-the-elder-session",
        kind: Kind::OneVariant,
        lie: "The QR code of a second session leads to the page of the first session of its payment session.",
        breaks: &["HPP-CREATE-036"],
        change: Change::Seams(|seams| seams.qr_link = |scanned| scanned.eldest.to_owned()),
    },
    Deviation {
        name: "qr-of-the-first-session",
        kind: Kind::Sometimes,
        lie: "Every QR code is the one that was asked for first.",
        breaks: &["HPP-CREATE-036", "HPP-QR-002"],
        change: Change::Reply(show_the_first),
    },
];

/// The screen with other categories, if one category was chosen.
fn offering<'a>(view: &View<'a>, other: fn(&'static str) -> Vec<&'static str>) -> Screen<'a> {
    let screen = screen(view);
    match view.options.category {
        Some(chosen) if view.dialect == Dialect::Klarna && !view.has_fallen_back => {
            Screen { categories: other(chosen), ..screen }
        }
        _ => screen,
    }
}

/// The screen of a KCO order with other categories, if the options choose some.
fn for_kco<'a>(view: &View<'a>, other: fn(&Options) -> Vec<&'static str>) -> Screen<'a> {
    let screen = screen(view);
    let chooses = view.options.category.is_some() || !view.options.categories.is_empty();
    if view.dialect == Dialect::Kustom && chooses {
        Screen { categories: other(view.options), ..screen }
    } else {
        screen
    }
}

/// The screen with every price changed.
fn with_prices<'a>(view: &View<'a>, change: fn(&str) -> String) -> Screen<'a> {
    let mut screen = screen(view);
    screen.amount = change(&screen.amount);
    if let Some(bill) = &mut screen.bill {
        let tax = bill.tax.iter_mut();
        let prices = bill.lines.iter_mut().map(|(_, price)| price).chain([&mut bill.subtotal]).chain(tax);
        prices.for_each(|price| *price = change(price));
    }
    screen
}

/// Answers with the first QR image that anybody got.
fn show_the_first(reply: &mut Reply) {
    if reply.succeeds(Operation::QrImage)
        && let Some(first) = reply.past.first.clone()
        && let Content::Png(_) = first.content
    {
        reply.content = first.content.clone();
    }
}
