//! Steps that create hosted sessions.

use crate::requirement::{Dialect, Provider};
use crate::suite::claim::Claim;
use crate::suite::failure::{Done, StepFailure};
use crate::suite::hosted::altered;
use crate::suite::merchant_urls::{Cell, UrlRow, UrlSet};
use crate::suite::parameter::{Arguments, Member, Parameter, Spelt, Table, TableRow};
use crate::suite::registry::step;
use crate::suite::words::{
    Age, Blank, IdPart, MerchantUrl, PaymentCategory, PlaceOrderMode, RequestMember, WrongPayment,
};
use crate::suite::world::World;
use crate::verdict::Fault;
use serde_json::{Value, json};
use url::Url;

step!(
    /// Hosted sessions that are created later have this `place_order_mode`: `NONE`, `PLACE_ORDER` or `CAPTURE_ORDER`.
    Given "the place_order_mode {word}" => |world, mode: PlaceOrderMode| {
        world.merchant().has.place_order_mode = Some(mode);
        Ok(())
    }
);

step!(
    /// A hosted session exists. It has all five merchant URLs, each with `?session_id={{session_id}}`. With KP and the mode `NONE`, the success URL also has `{{authorization_token}}`.
    Given "a hosted session" => given
);
async fn given(world: &mut World) -> Done {
    given_with(world, |urls| urls).await
}

step!(
    /// A hosted session exists that was created without `options`.
    Given "a hosted session without options" =>
        |world| world.merchant().require_session_without_options().await.map(drop)
);

step!(
    /// A hosted session exists. Each row of the table gives the value of one merchant URL: a query that begins with `?`, `empty`, `null` or `absent`.
    Given "a hosted session whose merchant URLs are" => given_with_urls
);
async fn given_with_urls(world: &mut World, Table(rows): Table<UrlRow>) -> Done {
    given_with(world, |urls| urls.with_rows(rows)).await
}

step!(
    /// A hosted session exists. Its success URL has both placeholders that the provider fills, in the parameters `first` and `second`.
    Given "a hosted session whose success URL carries every placeholder" => given_with_every_placeholder
);
async fn given_with_every_placeholder(world: &mut World) -> Done {
    let second = match world.record.context().profile.provider {
        Provider::Kp => "authorization_token",
        Provider::Kco => "order_id",
    };
    let query = format!("first={{{{session_id}}}}&second={{{{{second}}}}}");
    given_with(world, |urls| urls.with(MerchantUrl::Success, Cell::Query(query))).await
}

async fn given_with(world: &mut World, change: impl FnOnce(UrlSet) -> UrlSet) -> Done {
    let mut merchant = world.merchant();
    merchant.require_session(change(merchant.usual_urls())).await.map(drop)
}

/// An option of a hosted session: its name, and a value that is JSON or text.
#[derive(Clone)]
struct OptionRow(Member, Value);

impl TableRow for OptionRow {
    const COLUMNS: &[&str] = &["option", "value"];

    fn read(cells: &mut Arguments) -> Result<Self, Fault> {
        let (name, value): (Member, Value) = (Parameter::take(cells)?, Parameter::take(cells)?);
        cells.claims.push(Claim::Option { name: name.0.clone(), value: value.clone() });
        Ok(Self(name, value))
    }
}

step!(
    /// A hosted session exists. Each row of the table is one of its options: a name, and a word or JSON.
    Given "a hosted session with the options" => given_with_options
);
async fn given_with_options(world: &mut World, Table(rows): Table<OptionRow>) -> Done {
    world.merchant().has.options.extend(rows.into_iter().map(|OptionRow(name, value)| (name.0, value)));
    given(world).await
}

step!(
    /// A second hosted session of the same payment session exists, with its own merchant URLs. Later steps still mean the first.
    Given "another hosted session of the same payment session" =>
        |world| world.merchant().require_second_session().await.map(drop)
);

step!(
    /// Two hosted sessions of one payment session exist, each with its own merchant URLs. Later steps mean the `older` or the `newer` one, and call it this session.
    Given "the {word} of two hosted sessions of one payment session" =>
        |world, age: Age| world.merchant().require_two_sessions(age).await
);

step!(
    /// The merchant creates a hosted session with all merchant URLs. The step does not judge the answer.
    When "the merchant creates a hosted session" => |world| create_changed(world, false, |_| {}).await
);

/// Creates a hosted session with a change to the usual request. Does not judge the answer.
async fn create_changed(world: &mut World, on_purpose: bool, change: impl FnOnce(&mut Value)) -> Done {
    let mut draft = world.merchant().usual_draft().await?;
    change(&mut draft.body);
    draft.faulty_on_purpose |= on_purpose;
    world.merchant().create_session(draft).await.map(drop)
}

step!(
    /// The merchant creates a hosted session without `payment_session_url`, `merchant_urls` or `options`.
    When "the merchant creates a hosted session without {word}" => |world, member: RequestMember| {
        create_changed(world, member == RequestMember::PaymentSessionUrl, |body| {
            body.as_object_mut().and_then(|body| body.shift_remove(member.word()));
        })
        .await
    }
);

step!(
    /// The merchant creates a hosted session whose `payment_session_url` is `null` or `empty`.
    When "the merchant creates a hosted session whose payment_session_url is {word}" => |world, blank: Blank| {
        create_changed(world, true, |body| body["payment_session_url"] = nothing(blank)).await
    }
);

/// The JSON of a value that says nothing.
pub fn nothing(blank: Blank) -> Value {
    match blank {
        Blank::Null => Value::Null,
        Blank::Empty => json!(""),
    }
}

step!(
    /// The merchant creates a hosted session. One merchant URL is `null`, `empty` or `absent`.
    When "the merchant creates a hosted session whose {url_name} URL is {word}" =>
        |world, url: MerchantUrl, cell: Cell| create_with_urls(world, Table(vec![UrlRow(url, cell)])).await
);

step!(
    /// The merchant creates a hosted session. Each row of the table gives the value of one merchant URL: a query that begins with `?`, `empty`, `null` or `absent`.
    When "the merchant creates a hosted session whose merchant URLs are" => create_with_urls
);
async fn create_with_urls(world: &mut World, Table(rows): Table<UrlRow>) -> Done {
    let mut merchant = world.merchant();
    let draft = merchant.draft(merchant.usual_urls().with_rows(rows)).await?;
    merchant.create_session(draft).await.map(drop)
}

step!(
    /// The merchant creates a hosted session for a payment session that is `unknown`, `nearly-known` (its id differs in the last digit), `shortened` (its id has only the first eight characters), `foreign` (on another host), `misplaced` (under a wrong path), `misversioned` (under the path of another version of the API), `overlong` (the path goes on after the id), `neighbouring` (on the other vendor's API host) or `KP` (under the path of KP sessions).
    When "the merchant creates a hosted session for a(n) {word} payment session" =>
    |world, wrong: WrongPayment| {
        let real = world.merchant().payment_session().await?.url.clone();
        let url = wrong_url(real, wrong, world.record.context().profile.dialect)?;
        create_changed(world, false, |body| body["payment_session_url"] = json!(url.as_str())).await
    }
);

/// The first eight characters of an id.
fn shortened(id: &str) -> Result<&str, StepFailure> {
    let start = id.get(..8).filter(|start| *start != id);
    start.ok_or_else(|| {
        StepFailure::Unseen("the id of the payment session has no more than eight characters".into())
    })
}

fn wrong_url(mut url: Url, wrong: WrongPayment, dialect: Dialect) -> Result<Url, StepFailure> {
    let path = url.path().to_owned();
    let (folder, id) = path.rsplit_once('/').unwrap_or(("", &path));
    let neighbour = match dialect {
        Dialect::Klarna => "api.playground.kustom.co",
        Dialect::Kustom => "api.playground.klarna.com",
    };
    match wrong {
        WrongPayment::Unknown => url.set_path(&format!("{folder}/{}", altered(id, None))),
        WrongPayment::NearlyKnown => url.set_path(&format!("{folder}/{}", altered(id, Some(IdPart::End)))),
        WrongPayment::Shortened => url.set_path(&format!("{folder}/{}", shortened(id)?)),
        WrongPayment::Misversioned => url.set_path(&of_another_version(&path)?),
        WrongPayment::Overlong => url.set_path(&format!("{path}/order_lines")),
        WrongPayment::Misplaced => url.set_path(&format!("/hpp/v1/sessions/{id}")),
        WrongPayment::Kp => url.set_path(&format!("/payments/v1/sessions/{id}")),
        WrongPayment::Foreign | WrongPayment::Neighbouring => {
            let host = if wrong == WrongPayment::Foreign { "payments.example" } else { neighbour };
            let foreign = format!("https://{host}{path}");
            return foreign.parse().map_err(|_| StepFailure::bug(foreign));
        }
    }
    Ok(url)
}

/// The path with another version of the API in it. UNSEEN if it has none.
fn of_another_version(path: &str) -> Result<String, StepFailure> {
    let version = |segment: &str| segment.strip_prefix('v')?.parse::<u32>().ok();
    let has_none =
        || StepFailure::Unseen("the URL of the payment session names no version of the API".into());
    let found = path.split('/').find(|segment| version(segment).is_some()).ok_or_else(has_none)?;
    let other = if found == "v2" { "v1" } else { "v2" };
    Ok(path.replacen(&format!("/{found}/"), &format!("/{other}/"), 1))
}

step!(
    /// The merchant creates a hosted session with only the options of the table. Each row has a name and a value, which is JSON or text.
    When "the merchant creates a hosted session with the options" => create_with_options
);
async fn create_with_options(world: &mut World, Table(rows): Table<OptionRow>) -> Done {
    let options: Value = rows.into_iter().map(|OptionRow(name, value)| (name.0, value)).collect();
    create_changed(world, false, |body| body["options"] = options).await
}

step!(
    /// The merchant creates a hosted session with this value of an option. The reference need not allow the value.
    When "the merchant creates a hosted session whose option {word} is {word}" =>
        |world, option: Member, value: String| {
            create_changed(world, true, |body| body["options"][option.0] = json!(value)).await
        }
);

step!(
    /// The merchant creates a hosted session whose `payment_method_categories` are this one and one that does not exist.
    When "the merchant creates a hosted session with the category {word} and an unknown one" =>
        |world, category: PaymentCategory| {
            let categories = json!([category.word(), "WHATEVER"]);
            create_changed(world, true, |body| body["options"]["payment_method_categories"] = categories).await
        }
);

step!(
    /// The merchant creates a hosted session with a `profile_id` that does not exist. The step does not judge the answer.
    When "the merchant creates a hosted session with an unknown profile_id" => |world| {
        let unknown = json!("b5a3f3f1-1d0e-4b57-8a3c-000000000000");
        create_changed(world, true, |body| body["profile_id"] = unknown).await
    }
);

step!(
    /// The merchant creates a hosted session with a merchant URL that the reference does not list, such as the old `terms`.
    When "the merchant creates a hosted session with the unknown merchant URL {word}" => |world, name: String| {
        let url = format!("https://{}/{name}", world.record.context().profile.merchant_authority);
        create_changed(world, true, |body| body["merchant_urls"][name] = json!(url)).await
    }
);

step!(
    /// The merchant creates a second hosted session of the same payment session. The step does not judge the answer.
    When "the merchant creates another hosted session of the same payment session" =>
        |world| world.merchant().create_second_session().await.map(drop)
);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wrong_payment_session_is_wrong_in_one_respect() {
        let real: Url = "http://127.0.0.1:8080/payments/v1/sessions/0a-9f".parse().unwrap();
        let wrong = |fault| wrong_url(real.clone(), fault, Dialect::Klarna).unwrap().to_string();
        assert_eq!(wrong(WrongPayment::Unknown), "http://127.0.0.1:8080/payments/v1/sessions/1b-a0");
        assert_eq!(wrong(WrongPayment::NearlyKnown), "http://127.0.0.1:8080/payments/v1/sessions/0a-90");
        assert_eq!(wrong(WrongPayment::Misversioned), "http://127.0.0.1:8080/payments/v2/sessions/0a-9f");
        assert_eq!(
            wrong(WrongPayment::Overlong),
            "http://127.0.0.1:8080/payments/v1/sessions/0a-9f/order_lines"
        );
        assert_eq!(wrong(WrongPayment::Misplaced), "http://127.0.0.1:8080/hpp/v1/sessions/0a-9f");
        assert_eq!(wrong(WrongPayment::Foreign), "https://payments.example/payments/v1/sessions/0a-9f");
        assert_eq!(
            wrong(WrongPayment::Neighbouring),
            "https://api.playground.kustom.co/payments/v1/sessions/0a-9f"
        );
    }
}
