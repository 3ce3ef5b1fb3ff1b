//! Steps that send requests without credentials, or with wrong ones.

use crate::check;
use crate::check::answer;
use crate::client::{ApiCall, Method, Oddity};
use crate::evidence::Operation;
use crate::suite::failure::{Done, StepFailure};
use crate::suite::parameter::Spelt;
use crate::suite::registry::step;
use crate::suite::words::{Attempted, PublicUrl};
use crate::suite::world::World;
use crate::target::{Credentials, Secret};
use crate::verdict::Mismatch;
use serde_json::json;
use std::sync::Arc;

/// A password that no account has.
const WRONG_PASSWORD: &str = "not-the-password-of-any-account";

step!(
    /// The merchant tries to `create`, `read`, `disable` or `distribute` a hosted session without credentials.
    When "the merchant tries to {word} a hosted session without credentials" =>
        |world, what: Attempted| attempt(world, what, None, None).await
);

step!(
    /// The merchant tries to `create`, `read`, `disable` or `distribute` a hosted session with the right user name and a wrong password.
    When "the merchant tries to {word} a hosted session with a wrong password" => |world, what: Attempted| {
        let username = world.merchant().has.credentials.username.clone();
        world.record.context().recorder.learn_credentials(username.reveal(), WRONG_PASSWORD);
        let wrong = Credentials { username, password: Secret::new(WRONG_PASSWORD.to_owned()) };
        attempt(world, what, Some(wrong), None).await
    }
);

step!(
    /// The merchant tries to `read` or `disable` the hosted session with the right credentials, but with the scheme Bearer.
    When "the merchant tries to {word} a hosted session with credentials that are not Basic" =>
    |world, what: Attempted| {
        let credentials = world.merchant().has.credentials.clone();
        attempt(world, what, Some(credentials), Some(Oddity::Scheme("Bearer"))).await
    }
);

step!(
    /// A merchant with another account tries to `read` or `disable` the hosted session. Its account comes from `second_account` of the profile or from the control interface. Without both, the scenario is NOT TESTED.
    When "another merchant tries to {word} the hosted session" => as_another
);
async fn as_another(world: &mut World, what: Attempted) -> Done {
    let context = world.record.context().clone();
    let other = match (&context.profile.second_account, &context.control) {
        (Some(other), _) => other.clone(),
        (None, Some(control)) => control.mint_account().await?.credentials,
        (None, None) => {
            let why = "this profile has no account of another merchant (add `second_account`)";
            return Err(StepFailure::Unseen(why.into()));
        }
    };
    attempt(world, what, Some(other), None).await
}

async fn attempt(
    world: &mut World,
    what: Attempted,
    credentials: Option<Credentials>,
    oddity: Option<Oddity>,
) -> Done {
    let mut merchant = world.merchant();
    let (operation, method, url, body) = match what {
        Attempted::Create => {
            let draft = merchant.usual_draft().await?;
            let url = merchant.api_url("hpp/v1/sessions");
            (Operation::CreateSession, Method::POST, url, Some(draft.body))
        }
        Attempted::Read => (Operation::ReadSession, Method::GET, merchant.created_url("/session_url")?, None),
        Attempted::Disable => {
            (Operation::DisableSession, Method::DELETE, merchant.created_url("/session_url")?, None)
        }
        Attempted::Distribute => {
            let contact = json!({ "email": "consumer@example.com" });
            let body = json!({ "method": "email", "contact_information": contact });
            let url = merchant.created_url("/distribution_url")?;
            (Operation::Distribute, Method::POST, url, Some(body))
        }
    };
    let credentials = credentials.as_ref();
    let credentials_in_doubt = true;
    let call =
        ApiCall { credentials, body, credentials_in_doubt, oddity, ..ApiCall::new(operation, method, url) };
    world.record.send(call).await.map(drop)
}

step!(
    /// The records of the scenario contain no credentials, and no link or token that allows a payment.
    Then "no secret shows in the records" => no_secret_shows
);
async fn no_secret_shows(world: &mut World) -> Done {
    let created = world.merchant().this_session()?.created;
    let mut secrets = Vec::new();
    for (name, pointer) in [
        ("redirect_url", "/redirect_url"),
        ("qr_code_url", "/qr_code_url"),
        ("the token of the distribution module", "/distribution_module/token"),
    ] {
        secrets.push((name, world.judge().live_member(created, pointer)?.to_owned()));
    }
    let context = Arc::clone(world.record.context());
    let records = world.record.serialised();
    if let Some(label) = context.recorder.leak(&records) {
        let shown = Mismatch::new("records", format!("{label} in place of its value"), "its value");
        return world.judge().settle(Err(shown));
    }
    for (name, secret) in secrets {
        // A common word may be anywhere. It is a secret only in its own place.
        if !context.recorder.is_common(&secret) {
            world.judge().settle(check::hides(&records, name, &secret))?;
        }
    }
    Ok(())
}

step!(
    /// The consumer fetches `redirect_url` or `qr_code_url` without credentials and without a browser. Redirects are followed.
    When "the consumer fetches {word} without credentials" => fetch
);
async fn fetch(world: &mut World, member: PublicUrl) -> Done {
    let operation = match member {
        PublicUrl::Page => Operation::FetchPage,
        PublicUrl::QrCode => Operation::FetchQrCode,
    };
    let url = world.merchant().created_url(&format!("/{}", member.word()))?;
    world.record.fetch(operation, url).await.map(drop)
}

step!(
    /// The response does not ask for credentials. If there is no page or QR code for another reason, the scenario is blocked by the
    /// requirement that promises it.
    Then "the response asks for no credentials" => is_open
);
async fn is_open(world: &mut World) -> Done {
    let latest = world.record.latest()?;
    let outcome = answer::is_open(world.record.response(latest)?);
    world.judge().settle(outcome)?;
    world.judge().success(latest)
}
