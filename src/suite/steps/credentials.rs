//! Steps that come without credentials, or with wrong ones.

use crate::client::Call;
use crate::client::Method;
use crate::evidence::Operation;
use crate::suite::failure::StepFailure;
use crate::suite::merchant_urls::MerchantUrls;
use crate::suite::registry::Args;
use crate::suite::registry::step;
use crate::suite::world::World;
use crate::target::Credentials;
use crate::target::Secret;

/// A password that no account has.
const WRONG_PASSWORD: &str = "not-the-password-of-any-account";

step!(
    /// Somebody tries to `create`, `read` or `disable` a hosted session without credentials.
    When "the merchant tries to {word} a hosted session without credentials" => without
);
async fn without(world: &mut World, args: Args) -> Result<(), StepFailure> {
    attempt(world, args.text(0), None).await
}

step!(
    /// Somebody tries to `create`, `read` or `disable` a hosted session with the right user name and a wrong password.
    When "the merchant tries to {word} a hosted session with a wrong password" => with_wrong_password
);
async fn with_wrong_password(world: &mut World, args: Args) -> Result<(), StepFailure> {
    let username = world.merchant.credentials.username.clone();
    world.context().recorder.learn_credentials(username.reveal(), WRONG_PASSWORD);
    let wrong = Credentials { username, password: Secret::new(WRONG_PASSWORD.to_owned()) };
    attempt(world, args.text(0), Some(wrong)).await
}

async fn attempt(world: &mut World, act: &str, credentials: Option<Credentials>) -> Result<(), StepFailure> {
    let (operation, method) = match act {
        "create" => (Operation::CreateSession, Method::POST),
        "read" => (Operation::ReadSession, Method::GET),
        "disable" => (Operation::DisableSession, Method::DELETE),
        other => {
            let help = "known: create, read, disable";
            return Err(StepFailure::faulty_step(format!("nobody can {other} a hosted session"), help));
        }
    };
    let (url, body) = if operation == Operation::CreateSession {
        let payment = world.payment_session().await?;
        let draft = world.draft(&payment, MerchantUrls::default(), world.merchant.reference.clone());
        (world.api_url("hpp/v1/sessions")?, Some(draft.body))
    } else {
        (world.live_url(world.this_session()?.created, "/session_url")?, None)
    };
    let credentials = credentials.as_ref();
    world.send(Call { operation, method, url, credentials, body, faulty_on_purpose: false }).await.map(drop)
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
