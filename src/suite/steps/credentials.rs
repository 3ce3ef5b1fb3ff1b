//! Steps that come without credentials, or with wrong ones.

use crate::check;
use crate::client::{Call, Method, Oddity};
use crate::evidence::Operation;
use crate::suite::failure::StepFailure;
use crate::suite::registry::{Args, step};
use crate::suite::world::World;
use crate::target::{Credentials, Secret};
use serde_json::json;

/// A password that no account has.
const WRONG_PASSWORD: &str = "not-the-password-of-any-account";

step!(
    /// Somebody tries to `create`, `read`, `disable` or `distribute` a hosted session without credentials.
    When "the merchant tries to {word} a hosted session without credentials" => without
);
async fn without(world: &mut World, args: Args) -> Result<(), StepFailure> {
    attempt(world, args.text(0), None, None).await
}

step!(
    /// Somebody tries to `create`, `read` or `disable` a hosted session with the right user name and a wrong password.
    When "the merchant tries to {word} a hosted session with a wrong password" => with_wrong_password
);
async fn with_wrong_password(world: &mut World, args: Args) -> Result<(), StepFailure> {
    let username = world.merchant.credentials.username.clone();
    world.context().recorder.learn_credentials(username.reveal(), WRONG_PASSWORD);
    let wrong = Credentials { username, password: Secret::new(WRONG_PASSWORD.to_owned()) };
    attempt(world, args.text(0), Some(wrong), None).await
}

step!(
    /// The merchant tries to `read` or `disable` the hosted session with the right credentials under the scheme Bearer.
    When "the merchant tries to {word} a hosted session with credentials that are not Basic" => with_other_scheme
);
async fn with_other_scheme(world: &mut World, args: Args) -> Result<(), StepFailure> {
    let credentials = world.merchant.credentials.clone();
    attempt(world, args.text(0), Some(credentials), Some(Oddity::Scheme("Bearer"))).await
}

step!(
    /// A merchant with an account of his own tries to `read` or `disable` the hosted session; unseen where the target gives no second account.
    When "another merchant tries to {word} the hosted session" => as_another
);
async fn as_another(world: &mut World, args: Args) -> Result<(), StepFailure> {
    let context = world.context().clone();
    let Some(control) = &context.control else {
        return Err(StepFailure::Unseen("the target gives no second merchant account".into()));
    };
    let other = control.mint_account().await?;
    attempt(world, args.text(0), Some(other.credentials), None).await
}

step!(
    /// What is recorded of the scenario shows neither credentials nor a link or token that lets its holder pay.
    Then "no secret shows in the records" => no_secret_shows
);
async fn no_secret_shows(world: &mut World, _: Args) -> Result<(), StepFailure> {
    let created = world.this_session()?.created;
    let credentials = world.merchant.credentials.clone();
    let mut secrets = vec![("the password", credentials.password.reveal().to_owned())];
    for (name, pointer) in [
        ("redirect_url", "/redirect_url"),
        ("qr_code_url", "/qr_code_url"),
        ("the token of the distribution module", "/distribution_module/token"),
    ] {
        secrets.push((name, world.live_member(created, pointer)?));
    }
    let records = world.records();
    for (name, secret) in secrets {
        world.settle(check::hides(&records, name, &secret))?;
    }
    Ok(())
}

async fn attempt(
    world: &mut World,
    act: &str,
    credentials: Option<Credentials>,
    oddity: Option<Oddity>,
) -> Result<(), StepFailure> {
    let (operation, method) = match act {
        "create" => (Operation::CreateSession, Method::POST),
        "read" => (Operation::ReadSession, Method::GET),
        "disable" => (Operation::DisableSession, Method::DELETE),
        "distribute" => (Operation::Distribute, Method::POST),
        other => {
            let help = "known: create, read, disable, distribute";
            return Err(StepFailure::faulty_step(format!("nobody can {other} a hosted session"), help));
        }
    };
    let (url, body) = if operation == Operation::Distribute {
        let contact = json!({ "email": "consumer@example.com" });
        let body = json!({ "method": "email", "contact_information": contact });
        (world.live_url(world.this_session()?.created, "/distribution_url")?, Some(body))
    } else if operation == Operation::CreateSession {
        let payment = world.payment_session().await?;
        let draft = world.draft(&payment, world.usual_urls(), world.merchant.reference.clone());
        (world.api_url("hpp/v1/sessions"), Some(draft.body))
    } else {
        (world.live_url(world.this_session()?.created, "/session_url")?, None)
    };
    let credentials = credentials.as_ref();
    world
        .send(Call { operation, method, url, credentials, body, faulty_on_purpose: false, oddity })
        .await
        .map(drop)
}

step!(
    /// Somebody without credentials and without a browser fetches `redirect_url` or `qr_code_url`.
    When "the consumer fetches {word} without credentials" => fetch
);
async fn fetch(world: &mut World, args: Args) -> Result<(), StepFailure> {
    let operation = match args.text(0) {
        "redirect_url" => Operation::FetchPage,
        "qr_code_url" => Operation::FetchQrCode,
        other => {
            let help = "known: redirect_url, qr_code_url";
            return Err(StepFailure::faulty_step(format!("`{other}` is not for the consumer"), help));
        }
    };
    let url = world.live_url(world.this_session()?.created, &format!("/{}", args.text(0)))?;
    world.call_as(None, Method::GET, operation, url, None).await.map(drop)
}
