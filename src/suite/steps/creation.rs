//! Steps that create hosted sessions.

use crate::requirement::Dialect;
use crate::suite::failure::StepFailure;
use crate::suite::hosted::{Draft, HostedSession, altered};
use crate::suite::merchant_urls::{Cell, MerchantUrls};
use crate::suite::registry::{Args, step};
use crate::suite::world::World;
use serde_json::json;
use url::Url;

step!(
    /// The hosted sessions created later have this `place_order_mode`: `NONE`, `PLACE_ORDER` or `CAPTURE_ORDER`.
    Given "the place_order_mode {word}" => place_order_mode
);
async fn place_order_mode(world: &mut World, args: Args) -> Result<(), StepFailure> {
    world.merchant.place_order_mode = Some(args.text(0).to_owned());
    Ok(())
}

step!(
    /// A hosted session is there; all five merchant URLs are given, each with `?session_id={{session_id}}`; KP's success URL has the tag of the authorization token too, where the mode is `NONE`.
    Given "a hosted session" => given
);
async fn given(world: &mut World, _: Args) -> Result<(), StepFailure> {
    given_with(world, world.usual_urls()).await
}

step!(
    /// A hosted session is there; each row of the table says what stands for one merchant URL: a query that begins with `?`, `empty`, `null` or `absent`.
    Given "a hosted session whose merchant URLs are" => given_with_urls
);
async fn given_with_urls(world: &mut World, args: Args) -> Result<(), StepFailure> {
    given_with(world, world.usual_urls().with_table(args.table())?).await
}

step!(
    /// A hosted session is there whose success URL has every placeholder that the provider fills: `first` and `second`.
    Given "a hosted session whose success URL carries every placeholder" => given_with_every_placeholder
);
async fn given_with_every_placeholder(world: &mut World, _: Args) -> Result<(), StepFailure> {
    let query = world.every_placeholder();
    given_with(world, world.usual_urls().with("success", Cell::Query(query))?).await
}

async fn given_with(world: &mut World, urls: MerchantUrls) -> Result<(), StepFailure> {
    let payment = world.payment_session().await?;
    let prefix = world.merchant.reference.clone();
    world.merchant.this = Some(world.require_session(&payment, urls, prefix).await?);
    Ok(())
}

step!(
    /// A second hosted session of the payment session is there, with merchant URLs of its own; the scenario stays about the first.
    Given "another hosted session of the same payment session" => given_another
);
async fn given_another(world: &mut World, _: Args) -> Result<(), StepFailure> {
    world.merchant.other = Some(world.require_second_session().await?);
    Ok(())
}

step!(
    /// The merchant creates a hosted session with all merchant URLs, whatever comes of it.
    When "the merchant creates a hosted session" => create
);
async fn create(world: &mut World, _: Args) -> Result<(), StepFailure> {
    let draft = plain_draft(world).await?;
    send(world, draft).await
}

step!(
    /// The merchant creates a hosted session without `payment_session_url`, `merchant_urls` or `options`.
    When "the merchant creates a hosted session without {word}" => create_without
);
async fn create_without(world: &mut World, args: Args) -> Result<(), StepFailure> {
    let mut draft = plain_draft(world).await?;
    let member = args.text(0);
    if draft.body.as_object_mut().and_then(|body| body.shift_remove(member)).is_none() {
        let help = "known: payment_session_url, merchant_urls, options";
        return Err(StepFailure::faulty_step(format!("the request has no `{member}`"), help));
    }
    draft.faulty_on_purpose = member == "payment_session_url";
    send(world, draft).await
}

step!(
    /// The merchant creates a hosted session, one merchant URL being `null`, `empty` or `absent`.
    When "the merchant creates a hosted session whose {url_name} URL is {word}" => create_with_url
);
async fn create_with_url(world: &mut World, args: Args) -> Result<(), StepFailure> {
    let urls = world.usual_urls().with(args.text(0), Cell::parse(args.text(1))?)?;
    let payment = world.payment_session().await?;
    let draft = world.draft(&payment, urls, world.merchant.reference.clone());
    send(world, draft).await
}

step!(
    /// The merchant creates a hosted session for a payment session that is `unknown`, `foreign` (on another host), `misplaced` (under a wrong path), `neighbouring` (on the other vendor's API host) or `KP` (under the path of KP sessions).
    When "the merchant creates a hosted session for a(n) {word} payment session" => create_for
);
async fn create_for(world: &mut World, args: Args) -> Result<(), StepFailure> {
    let mut draft = plain_draft(world).await?;
    let real = world.payment_session().await?.url;
    draft.body["payment_session_url"] =
        json!(wrong_url(real, args.text(0), world.context().profile.dialect)?.as_str());
    send(world, draft).await
}

fn wrong_url(mut url: Url, fault: &str, dialect: Dialect) -> Result<Url, StepFailure> {
    let path = url.path().to_owned();
    let (folder, id) = path.rsplit_once('/').unwrap_or(("", &path));
    match fault {
        "unknown" => url.set_path(&format!("{folder}/{}", altered(id))),
        "misplaced" => url.set_path(&format!("/hpp/v1/sessions/{id}")),
        "KP" => url.set_path(&format!("/payments/v1/sessions/{id}")),
        "foreign" | "neighbouring" => {
            let host = match dialect {
                _ if fault == "foreign" => "payments.example",
                Dialect::Klarna => "api.playground.kustom.co",
                Dialect::Kustom => "api.playground.klarna.com",
            };
            let foreign = format!("https://{host}{path}");
            return foreign.parse().map_err(|_| StepFailure::faulty_step(foreign, "mend the step"));
        }
        other => {
            let help = "known: unknown, foreign, misplaced, neighbouring, KP";
            return Err(StepFailure::faulty_step(format!("no payment session is `{other}`"), help));
        }
    }
    Ok(url)
}

step!(
    /// The merchant creates a hosted session with no options but those of the table: a name and a value, JSON or text.
    When "the merchant creates a hosted session with the options" => create_with_options
);
async fn create_with_options(world: &mut World, args: Args) -> Result<(), StepFailure> {
    let mut draft = plain_draft(world).await?;
    draft.body["options"] = json!({});
    for row in args.table() {
        let [name, value] = row.as_slice() else {
            let help = "write a name and a value";
            return Err(StepFailure::faulty_step("a row of options has not two cells", help));
        };
        draft.body["options"][name] = serde_json::from_str(value).unwrap_or_else(|_| json!(value));
    }
    send(world, draft).await
}

step!(
    /// The merchant creates a hosted session with this value of an option, which the reference may not know.
    When "the merchant creates a hosted session whose option {word} is {word}" => create_with_odd_option
);
async fn create_with_odd_option(world: &mut World, args: Args) -> Result<(), StepFailure> {
    let mut draft = plain_draft(world).await?;
    draft.body["options"][args.text(0)] = json!(args.text(1));
    draft.faulty_on_purpose = true;
    send(world, draft).await
}

step!(
    /// The merchant creates a hosted session with a merchant URL that the reference does not know, such as the historic `terms`.
    When "the merchant creates a hosted session with the unknown merchant URL {word}" => create_with_unknown_url
);
async fn create_with_unknown_url(world: &mut World, args: Args) -> Result<(), StepFailure> {
    let mut draft = plain_draft(world).await?;
    let host = &world.context().profile.merchant_host;
    draft.body["merchant_urls"][args.text(0)] = json!(format!("https://{host}/{}", args.text(0)));
    draft.faulty_on_purpose = true;
    send(world, draft).await
}

step!(
    /// The merchant creates a second hosted session of the payment session, whatever comes of it.
    When "the merchant creates another hosted session of the same payment session" => create_another
);
async fn create_another(world: &mut World, _: Args) -> Result<(), StepFailure> {
    let draft = world.second_draft().await?;
    let created = world.create_session(&draft).await?;
    world.merchant.other = Some(HostedSession { created, prefix: draft.prefix, urls: draft.urls });
    Ok(())
}

async fn plain_draft(world: &mut World) -> Result<Draft, StepFailure> {
    let payment = world.payment_session().await?;
    Ok(world.draft(&payment, world.usual_urls(), world.merchant.reference.clone()))
}

async fn send(world: &mut World, draft: Draft) -> Result<(), StepFailure> {
    let created = world.create_session(&draft).await?;
    world.merchant.this = Some(HostedSession { created, prefix: draft.prefix, urls: draft.urls });
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wrong_payment_session_is_wrong_in_one_respect() {
        let real: Url = "http://127.0.0.1:8080/payments/v1/sessions/0a-9f".parse().unwrap();
        let wrong = |fault: &str| wrong_url(real.clone(), fault, Dialect::Klarna).unwrap().to_string();
        assert_eq!(wrong("unknown"), "http://127.0.0.1:8080/payments/v1/sessions/1b-a0");
        assert_eq!(wrong("misplaced"), "http://127.0.0.1:8080/hpp/v1/sessions/0a-9f");
        assert_eq!(wrong("foreign"), "https://payments.example/payments/v1/sessions/0a-9f");
        assert_eq!(wrong("neighbouring"), "https://api.playground.kustom.co/payments/v1/sessions/0a-9f");
        assert!(wrong_url(real, "lost", Dialect::Klarna).is_err());
    }
}
