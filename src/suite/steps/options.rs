//! Steps about the options of a hosted session and what its page shows of them.

use crate::check;
use crate::check::page;
use crate::suite::consumer::Act;
use crate::suite::failure::StepFailure;
use crate::suite::hosted::HostedSession;
use crate::suite::purchase::AMOUNT;
use crate::suite::registry::{Args, step};
use crate::suite::world::World;
use crate::verdict::Mismatch;
use serde_json::{Map, Value, json};

step!(
    /// A hosted session is there; each row of the table is one of its options: a name, and a word or JSON.
    Given "a hosted session with the options" => with_options
);
async fn with_options(world: &mut World, args: Args) -> Result<(), StepFailure> {
    for row in args.table() {
        let [name, value] = row.as_slice() else {
            return Err(StepFailure::faulty_step(
                "a row of options has not two cells",
                "write a name and a word or JSON",
            ));
        };
        let value = serde_json::from_str(value).unwrap_or_else(|_| Value::String(value.clone()));
        world.merchant.options.insert(name.clone(), value);
    }
    let payment = world.payment_session().await?;
    let prefix = world.merchant.reference.clone();
    world.merchant.this = Some(world.require_session(&payment, world.usual_urls(), prefix).await?);
    Ok(())
}

step!(
    /// The merchant creates a hosted session with a `profile_id` that nobody has, whatever comes of it.
    When "the merchant creates a hosted session with an unknown profile_id" => create_with_profile
);
async fn create_with_profile(world: &mut World, _: Args) -> Result<(), StepFailure> {
    let payment = world.payment_session().await?;
    let prefix = world.merchant.reference.clone();
    let mut draft = world.draft(&payment, world.usual_urls(), prefix);
    draft.body["profile_id"] = json!("b5a3f3f1-1d0e-4b57-8a3c-000000000000");
    draft.faulty_on_purpose = true;
    world.create_session(&draft).await.map(drop)
}

step!(
    /// The status with which the latest request was answered is recorded.
    Then "what becomes of the unknown profile_id is recorded" => profile_recorded
);
async fn profile_recorded(world: &mut World, _: Args) -> Result<(), StepFailure> {
    let status = world.response(world.latest()?)?.status;
    let answer = if (200..300).contains(&status) { "ignored" } else { "refused" };
    world.observe("an unknown `profile_id`", format!("{answer} ({status})"));
    Ok(())
}

/// What a part of the page that was visited last shows; unseen where the page driver does not know it.
fn part(world: &mut World, name: &str) -> Result<Vec<String>, StepFailure> {
    world.page_is_shown()?;
    let visit = world.visit()?;
    let known = visit.parts.get(name).cloned();
    known.ok_or_else(|| StepFailure::Unseen(format!("the page driver knows no part `{name}`")))
}

/// The categories that the page offers, as the API spells them.
fn categories(world: &mut World) -> Result<String, StepFailure> {
    let mut offered: Vec<String> =
        part(world, "categories")?.iter().map(|category| category.to_ascii_uppercase()).collect();
    offered.sort();
    Ok(offered.join(", "))
}

/// A session like that of the scenario, but with these options, whose page is open now; made to compare with.
async fn open_twin(world: &mut World, options: Map<String, Value>) -> Result<HostedSession, StepFailure> {
    let own = std::mem::replace(&mut world.merchant.options, options);
    let payment = world.fresh_payment_session().await?;
    let prefix = format!("{}/twin", world.merchant.reference);
    let twin = world.require_session(&payment, world.usual_urls(), prefix).await;
    world.merchant.options = own;
    let twin = twin?;
    world.open_page(&twin).await?;
    Ok(twin)
}

step!(
    /// The page offers exactly these payment method categories, in alphabetical order.
    Then "the page offers the categories {string}" => offers_categories
);
async fn offers_categories(world: &mut World, args: Args) -> Result<(), StepFailure> {
    let offered = categories(world)?;
    world.settle(check::equals("categories", args.text(0), &offered))
}

step!(
    /// The page offers the categories that the page of a session without options offers; made to compare with.
    Then "the page offers the categories that it offers without options" => offers_all_categories
);
async fn offers_all_categories(world: &mut World, _: Args) -> Result<(), StepFailure> {
    let offered = categories(world)?;
    open_twin(world, Map::new()).await?;
    let expected = categories(world)?;
    world.settle(check::equals("categories", &expected, &offered))
}

step!(
    /// The page offers payment again, in other categories than this one; that it offered this one alone before is another matter.
    Then "the page offers other categories than {word}" => offers_others
);
async fn offers_others(world: &mut World, args: Args) -> Result<(), StepFailure> {
    let visits = &world.evidence.visits;
    let before = visits.iter().rev().nth(1).and_then(|visit| visit.parts.get("categories"));
    let before = before.map(|parts| parts.join(", ").to_ascii_uppercase()).unwrap_or_default();
    world.rests_on("HPP-OPT-001", check::equals("categories", args.text(0), &before))?;
    let offered = categories(world)?;
    if !offered.is_empty() && !offered.split(", ").any(|category| category == args.text(0)) {
        return Ok(());
    }
    let (visit, site) = (world.visit()?, world.site(&world.this_session()?));
    let actual = if offered.is_empty() { site.borrowed().end(&visit) } else { offered };
    world.settle(Err(Mismatch::new("categories", format!("others than {}", args.text(0)), actual)))
}

step!(
    /// The page bears this title, or says it.
    Then "the page bears the title {string}" => bears_title
);
async fn bears_title(world: &mut World, args: Args) -> Result<(), StepFailure> {
    world.page_was_reached()?;
    let visit = world.visit()?;
    if visit.title.contains(args.text(0)) || visit.text.contains(args.text(0)) {
        return Ok(());
    }
    world.settle(Err(Mismatch::new("title of the page", format!("\"{}\"", args.text(0)), visit.title)))
}

step!(
    /// This part of the page shows nothing.
    Then "the page shows no {word}" => shows_no
);
async fn shows_no(world: &mut World, args: Args) -> Result<(), StepFailure> {
    let shown = part(world, args.text(0))?;
    if shown.is_empty() {
        return Ok(());
    }
    world.settle(Err(Mismatch::new(args.text(0), "nothing", shown.join(", "))))
}

step!(
    /// This picture of the page, its `logo` or `background`, comes from this address.
    Then "the {word} of the page is {string}" => picture_is
);
async fn picture_is(world: &mut World, args: Args) -> Result<(), StepFailure> {
    let shown = part(world, args.text(0))?.join(", ");
    world.settle(check::equals(args.text(0), args.text(1), &shown))
}

step!(
    /// The pay button reads otherwise than that of a session of this `purchase_type`; made to compare with.
    Then "the pay button reads otherwise than for {word}" => pay_button_differs
);
async fn pay_button_differs(world: &mut World, args: Args) -> Result<(), StepFailure> {
    let own = part(world, "pay button")?.join(", ");
    let options = Map::from_iter([("purchase_type".to_owned(), json!(args.text(0)))]);
    open_twin(world, options).await?;
    let other = part(world, "pay button")?.join(", ");
    world.settle(check::differs("pay button", &other, &format!("that for {}", args.text(0)), &own))
}

step!(
    /// A payment session is open whose purchase is in this locale.
    Given "a payment session in the locale {word}" => payment_session_in_locale
);
async fn payment_session_in_locale(world: &mut World, args: Args) -> Result<(), StepFailure> {
    world.merchant.locale = Some(args.text(0).to_owned());
    world.payment_session().await.map(drop)
}

step!(
    /// The page says that it is in this language; unseen where it does not say.
    Then "the page speaks {word}" => speaks
);
async fn speaks(world: &mut World, args: Args) -> Result<(), StepFailure> {
    world.page_was_reached()?;
    let Some(language) = world.visit()?.language else {
        return Err(StepFailure::Unseen("the page does not say which language it is in".into()));
    };
    let spoken = language.split('-').next().unwrap_or_default().to_ascii_lowercase();
    world.settle(check::equals("language of the page", args.text(0), &spoken))
}

step!(
    /// The page says how much is to be paid, and in which currency.
    Then "the page shows the amount and currency of the payment session" => shows_price
);
async fn shows_price(world: &mut World, _: Args) -> Result<(), StepFailure> {
    world.page_is_shown()?;
    let visit = world.visit()?;
    let currency = world.context().profile.purchase.currency.clone();
    world.settle(page::shows_price(&visit, AMOUNT, &currency))
}

step!(
    /// The consumer opens `redirect_url` on a phone, whatever it shows.
    When "the consumer opens the page on a phone" => open_on_phone
);
async fn open_on_phone(world: &mut World, _: Args) -> Result<(), StepFailure> {
    world.take_phone().await?;
    let session = world.this_session()?;
    world.open_page(&session).await.map(drop)
}

step!(
    /// The consumer scans the QR code, opens what it says, and presses back on the page there.
    When "the consumer scans the QR code and presses back" => scan_and_press_back
);
async fn scan_and_press_back(world: &mut World, _: Args) -> Result<(), StepFailure> {
    scan(world, Act::PressBack).await
}

step!(
    /// The consumer scans the QR code with a phone, opens what it says, and pays on the page there.
    When "the consumer scans the QR code with a phone and pays" => scan_and_pay
);
async fn scan_and_pay(world: &mut World, _: Args) -> Result<(), StepFailure> {
    world.take_phone().await?;
    scan(world, Act::Pay).await
}

/// Opens what the QR code says, and makes a move on the page there.
async fn scan(world: &mut World, act: Act) -> Result<(), StepFailure> {
    let session = world.this_session()?;
    let page = world.open_qr_link(&session).await?;
    let site = world.site(&session);
    world.settle(page::offers_payment(&page, site.borrowed()))?;
    world.move_on_page(&session, &page, act).await.map(drop)
}

step!(
    /// The consumer ended at a merchant URL of this hosted session, at whichever.
    Then "the consumer lands at a URL of this session" => lands_at_own
);
async fn lands_at_own(world: &mut World, _: Args) -> Result<(), StepFailure> {
    let (visit, site) = (world.visit()?, world.site(&world.this_session()?));
    if site.borrowed().name(&visit.url).is_some() {
        return Ok(());
    }
    let actual = site.borrowed().end(&visit);
    world.settle(Err(Mismatch::new("landing", "a URL of this session", actual)))
}

step!(
    /// The payment that was made sends the consumer to the success URL; that it does so at all is another matter.
    Then "the payment leads to the success URL" => leads_to_success
);
async fn leads_to_success(world: &mut World, _: Args) -> Result<(), StepFailure> {
    world.arrived_query("success").map(drop)
}

step!(
    /// The answer to fetching the QR code is recorded: its status, and whether it is an image.
    Then "what the QR code is then is recorded" => qr_recorded
);
async fn qr_recorded(world: &mut World, _: Args) -> Result<(), StepFailure> {
    let response = world.response(world.latest()?)?;
    let kind = if check::answer::image(response).is_ok() { "an image" } else { "no image" };
    let answer = format!("{kind} ({})", response.status);
    world.observe("the QR code of a disabled session", answer);
    Ok(())
}
