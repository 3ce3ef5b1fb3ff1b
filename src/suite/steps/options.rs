//! Steps about how the options of a hosted session change its page.

use crate::browser::PageDriver;
use crate::check;
use crate::check::{answer, page};
use crate::evidence::Operation;
use crate::evidence::{Trouble, TroubleKind};
use crate::suite::failure::{Done, StepFailure};
use crate::suite::parameter::{Language, Spelt, Word};
use crate::suite::purchase::AMOUNT;
use crate::suite::qr;
use crate::suite::registry::step;
use crate::suite::vocabulary::PagePart;
use crate::suite::words::{PaymentCategory, PurchaseType};
use crate::suite::world::World;
use crate::verdict::{Fault, Mismatch, quoted};
use serde_json::{Map, Value, json};

step!(
    /// The status of the latest answer is recorded.
    Then "what becomes of the unknown profile_id is recorded" => profile_recorded
);
async fn profile_recorded(world: &mut World) -> Done {
    let response = world.record.latest_response()?;
    let answer = if answer::is_success(response) { "ignored" } else { "refused" };
    let answer = format!("{answer} ({})", response.status);
    world.record.observe("an unknown `profile_id`", answer);
    Ok(())
}

/// The texts of a part of the latest page. UNSEEN if the page driver does not know this part, trouble if the page lacks its frame.
fn part(world: &mut World, name: &str) -> Result<Vec<String>, StepFailure> {
    world.consumer().page_is_shown()?;
    if let Some(texts) = world.record.visit()?.parts.get(name) {
        return Ok(texts.clone());
    }
    let driver = world.record.context().page_driver.as_ref().filter(|driver| driver.has_part(name));
    Err(match driver {
        Some(driver) => drift(driver, name, "none of its frames is on the page"),
        None => StepFailure::Unseen(format!("the page driver has no part `{name}`")),
    })
}

/// The texts of a part that every page has. If it has none, the page driver looks for it in the wrong place.
fn part_of_every_page(world: &mut World, name: &str) -> Result<Vec<String>, StepFailure> {
    let texts = part(world, name)?;
    match &world.record.context().page_driver {
        Some(driver) if texts.is_empty() => {
            Err(drift(driver, name, "nothing on the page is like its `select`"))
        }
        _ => Ok(texts),
    }
}

/// The page driver does not find a part.
fn drift(driver: &PageDriver, part: &str, why: &str) -> StepFailure {
    let message = format!("{} does not find the part `{part}`: {why}", driver.name());
    StepFailure::Trouble(Trouble { kind: TroubleKind::PageDrift, message })
}

/// Categories in alphabetical order, with commas between them.
#[derive(Clone)]
struct Categories(String);

impl Word for Categories {
    fn parse(text: &str) -> Result<Self, Fault> {
        let words = text.split(',').map(str::trim).filter(|word| !word.is_empty());
        let known = words.map(|word| PaymentCategory::parse(word).map(Spelt::word));
        let mut names = known.collect::<Result<Vec<_>, _>>()?;
        names.sort_unstable();
        Ok(Self(names.join(", ")))
    }
}

/// The categories that the page offers, spelt as in the API.
fn categories(world: &mut World) -> Result<String, StepFailure> {
    part_of_every_page(world, "categories").map(spelt)
}

/// Categories in alphabetical order, with commas between them, in capitals.
fn spelt(mut categories: Vec<String>) -> String {
    for category in &mut categories {
        category.make_ascii_uppercase();
    }
    categories.sort();
    categories.join(", ")
}

/// Creates a session like that of the scenario but with these options, and opens its page to compare with.
async fn open_twin(world: &mut World, options: Map<String, Value>) -> Done {
    let mut merchant = world.merchant();
    let own = std::mem::replace(&mut merchant.has.options, options);
    let twin = merchant.require_twin(merchant.usual_urls()).await;
    merchant.has.options = own;
    world.consumer().open_page(&*twin?).await
}

step!(
    /// The page offers exactly these payment method categories, with commas between them.
    Then "the page offers the categories {string}" => |world, expected: Categories| {
        let offered = categories(world)?;
        world.judge().settle(check::equals("categories", &expected.0, &offered))
    }
);

step!(
    /// The page offers the same categories as the page of a session without options. The step makes this second session.
    Then(Browser) "the page offers the categories that it offers without options" => |world| {
        let offered = categories(world)?;
        open_twin(world, Map::new()).await?;
        let expected = categories(world)?;
        world.judge().settle(check::equals("categories", &expected, &offered))
    }
);

step!(
    /// The page offers payment again, now in other categories. If the page offered other categories before, the scenario is blocked.
    Then "the page offers other categories than {word}" => offers_others
);
async fn offers_others(world: &mut World, category: PaymentCategory) -> Done {
    let category = category.word();
    let visits = &world.record.evidence.visits;
    let before = visits.iter().rev().nth(1).and_then(|visit| visit.parts.get("categories"));
    let before = before.map(|parts| parts.join(", ").to_ascii_uppercase()).unwrap_or_default();
    let offered = spelt(part(world, "categories")?);
    if before.is_empty() {
        part_of_every_page(world, "categories")?;
    }
    world.judge().rests_on("HPP-OPT-001", check::equals("categories", category, &before))?;
    if !offered.is_empty() && !offered.split(", ").any(|other| other == category) {
        return world.judge().settle(Ok(()));
    }
    world.consumer().settle_visit(|visit, site| {
        let actual = if offered.is_empty() { site.end(visit) } else { offered };
        Err(Mismatch::new("categories", format!("others than {category}"), actual))
    })
}

step!(
    /// The page has this title, or shows it in its text.
    Then "the page bears the title {string}" => bears_title
);
async fn bears_title(world: &mut World, title: String) -> Done {
    world.consumer().page_was_reached()?;
    let visit = world.record.visit()?;
    let is_borne = visit.title.contains(&title) || visit.text.contains(&title);
    let mismatch = || Mismatch::new("title of the page", quoted(&title), quoted(&visit.title));
    let outcome = if is_borne { Ok(()) } else { Err(mismatch()) };
    world.judge().settle(outcome)
}

step!(
    /// This part of the page shows nothing.
    Then "the page shows no {word}" => shows_no
);
async fn shows_no(world: &mut World, PagePart(name): PagePart) -> Done {
    let shown = part(world, &name)?;
    let mismatch = || Mismatch::new(name, "nothing", quoted(&shown.join(", ")));
    world.judge().settle(if shown.is_empty() { Ok(()) } else { Err(mismatch()) })
}

step!(
    /// The `logo` or `background` of the page comes from this address.
    Then "the {word} of the page is {string}" => |world, name: PagePart, address: String| {
        let shown = part(world, &name.0)?;
        let outcome = if shown.is_empty() {
            Err(Mismatch::new(&name.0, quoted(&address), "nothing"))
        } else {
            check::same_url(&name.0, &address, &shown.join(", "))
        };
        world.judge().settle(outcome)
    }
);

step!(
    /// The text of the pay button differs from that of a session with this `purchase_type`. The step makes this second session.
    Then(Browser) "the pay button reads otherwise than for {word}" => pay_button_differs
);
async fn pay_button_differs(world: &mut World, purchase: PurchaseType) -> Done {
    const BUTTON: &str = "pay button";
    let own = part_of_every_page(world, BUTTON)?.join(", ");
    let options = Map::from_iter([("purchase_type".to_owned(), json!(purchase.word()))]);
    open_twin(world, options).await?;
    let other = part_of_every_page(world, BUTTON)?.join(", ");
    let whose = format!("that for {}", purchase.word());
    world.judge().settle(check::differs(BUTTON, &other, &whose, &own))
}

step!(
    /// The page declares this language. The scenario is NOT TESTED if the page declares none.
    Then "the page speaks {word}" => speaks
);
async fn speaks(world: &mut World, Language(expected): Language) -> Done {
    world.consumer().page_was_reached()?;
    let Some(language) = &world.record.visit()?.language else {
        return Err(StepFailure::Unseen("the page does not declare its language".into()));
    };
    let spoken = language.split('-').next().unwrap_or_default().to_ascii_lowercase();
    world.judge().settle(check::equals("language of the page", &expected, &spoken))
}

step!(
    /// The page shows the amount to pay and its currency.
    Then "the page shows the amount and currency of the payment session" => shows_price
);
async fn shows_price(world: &mut World) -> Done {
    world.consumer().page_is_shown()?;
    let currency = &world.record.context().profile.purchase.currency;
    let outcome = page::shows_price(world.record.visit()?, AMOUNT, currency);
    world.judge().settle(outcome)
}

step!(
    /// The QR code of a session of another purchase exists and was fetched. If that is not possible, the scenario is blocked.
    Given "the QR code of another session has been fetched" => other_code_fetched
);
async fn other_code_fetched(world: &mut World) -> Done {
    let mut merchant = world.merchant();
    let twin = merchant.require_twin(merchant.usual_urls()).await?;
    let url = merchant.judge().live_url(twin.created, "/qr_code_url")?;
    let fetched = merchant.record.fetch(Operation::FetchQrCode, url).await?;
    merchant.judge().success(fetched)
}

step!(
    /// A second request for the QR code gets an image too.
    Then "the QR code can be fetched again" => fetched_again
);
async fn fetched_again(world: &mut World) -> Done {
    let url = world.merchant().created_url("/qr_code_url")?;
    let fetched = world.record.fetch(Operation::FetchQrCode, url).await?;
    world.judge().success(fetched)?;
    let outcome = qr::picture(&world.record, fetched)?;
    world.judge().settle(outcome)
}

step!(
    /// The answer to the request for the QR code is recorded: its status, and whether it is an image.
    Then "what the QR code is then is recorded" => qr_recorded
);
async fn qr_recorded(world: &mut World) -> Done {
    let response = world.record.latest_response()?;
    let kind = if answer::image(response).is_ok() { "an image" } else { "no image" };
    let answer = format!("{kind} ({})", response.status);
    world.record.observe("the QR code of a disabled session", answer);
    Ok(())
}
