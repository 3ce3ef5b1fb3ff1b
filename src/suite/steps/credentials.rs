//! Steps that send requests without credentials, or with wrong ones.

use crate::check;
use crate::check::answer;
use crate::client::{ApiCall, Method, Oddity};
use crate::evidence::Operation;
use crate::suite::failure::{Done, StepFailure};
use crate::suite::parameter::Spelt;
use crate::suite::registry::step;
use crate::suite::steps::distribution;
use crate::suite::steps::refusal::faulty as faulty_body;
use crate::suite::vocabulary::DistributionMethod;
use crate::suite::words::{Attempted, BodyFault, OtherScheme, PasswordFault, PublicUrl};
use crate::suite::world::World;
use crate::target::{Credentials, Secret};
use crate::verdict::Mismatch;
use std::sync::Arc;

/// A password that no account has.
const WRONG_PASSWORD: &str = "not-the-password-of-any-account";

step!(
    /// The merchant tries to `create`, `read`, `disable` or `distribute` a hosted session without credentials.
    When "the merchant tries to {word} a hosted session without credentials" =>
        |world, what: Attempted| attempt(world, what, None, None).await
);

step!(
    /// The merchant tries to create a hosted session without credentials and with a JSON body whose last character is missing.
    When "the merchant tries to create a hosted session without credentials and with a broken body" => |world| {
        let body = world.merchant().usual_draft().await?.body;
        attempt(world, Attempted::Create, None, Some(Oddity::Text(faulty_body(&body, BodyFault::Cut)))).await
    }
);

step!(
    /// The merchant tries to `create`, `read`, `disable` or `distribute` a hosted session with an empty user name and an empty password.
    When "the merchant tries to {word} a hosted session with empty credentials" => |world, what: Attempted| {
        let empty = || Secret::new(String::new());
        attempt(world, what, Some(Credentials { username: empty(), password: empty() }), None).await
    }
);

step!(
    /// The merchant tries to `create`, `read`, `disable` or `distribute` a hosted session with the right user name and a wrong password.
    When "the merchant tries to {word} a hosted session with a wrong password" => |world, what: Attempted| {
        attempt_with_password(world, what, WRONG_PASSWORD.to_owned()).await
    }
);

step!(
    /// The merchant tries the same with a password that is nearly the right one: `cut` (without its last character), `longer`, `recased` (capitals in place of small letters and the other way round), `empty`, or `another's` (that of another merchant).
    When "the merchant tries to {word} a hosted session with a password that is {word}" =>
        with_faulty_password
);
async fn with_faulty_password(world: &mut World, what: Attempted, fault: PasswordFault) -> Done {
    let right = world.merchant().has.credentials.password.reveal().to_owned();
    let wrong = match fault {
        PasswordFault::Another => other_merchant(world).await?.password.reveal().to_owned(),
        _ => faulty(&right, fault),
    };
    attempt_with_password(world, what, wrong).await
}

/// A password that differs from the right one. Without letters to recase, another character follows.
fn faulty(right: &str, fault: PasswordFault) -> String {
    let swap = |c: char| if c.is_ascii_lowercase() { c.to_ascii_uppercase() } else { c.to_ascii_lowercase() };
    let mut wrong: String = match fault {
        PasswordFault::Empty => String::new(),
        PasswordFault::OtherCase => right.chars().map(swap).collect(),
        _ => right.to_owned(),
    };
    if fault == PasswordFault::Cut {
        wrong.pop();
    }
    if wrong == right {
        wrong.push('0');
    }
    wrong
}

async fn attempt_with_password(world: &mut World, what: Attempted, password: String) -> Done {
    let username = world.merchant().has.credentials.username.clone();
    world.record.context().recorder.learn_credentials(username.reveal(), &password);
    attempt(world, what, Some(Credentials { username, password: Secret::new(password) }), None).await
}

step!(
    /// The merchant tries to `create`, `read`, `disable` or `distribute` a hosted session with the right credentials, but with the scheme `Bearer` or `Token`.
    When "the merchant tries to {word} a hosted session with the scheme {word}" =>
    |world, what: Attempted, scheme: OtherScheme| {
        let credentials = world.merchant().has.credentials.clone();
        attempt(world, what, Some(credentials), Some(Oddity::Scheme(scheme.word()))).await
    }
);

step!(
    /// A merchant with another account tries to `read`, `disable` or `distribute` the hosted session. Its account comes from `second_account` of the profile or from the control interface. Without both, the scenario is NOT TESTED.
    When "another merchant tries to {word} the hosted session" => as_another
);
async fn as_another(world: &mut World, what: Attempted) -> Done {
    let other = other_merchant(world).await?;
    attempt(world, what, Some(other), None).await
}

step!(
    /// The same merchant tries to have the link sent by `email`, `sms` or `token`.
    When "another merchant tries to distribute the hosted session by {word}" => distribute_as_another
);
async fn distribute_as_another(world: &mut World, method: DistributionMethod) -> Done {
    let other = other_merchant(world).await?;
    let url = world.merchant().created_url("/distribution_url")?;
    let body = Some(distribution::request(&method.0));
    send(
        world,
        ApiCall { credentials: Some(&other), body, ..ApiCall::new(Operation::Distribute, Method::POST, url) },
    )
    .await
}

/// The credentials of another merchant.
async fn other_merchant(world: &World) -> Result<Credentials, StepFailure> {
    let context = world.record.context().clone();
    match (&context.profile.second_account, &context.control) {
        (Some(other), _) => Ok(other.clone()),
        (None, Some(control)) => Ok(control.mint_account().await?.credentials),
        (None, None) => {
            let why = "this profile has no account of another merchant (add `second_account`)";
            Err(StepFailure::Unseen(why.into()))
        }
    }
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
            let url = merchant.created_url("/distribution_url")?;
            (Operation::Distribute, Method::POST, url, Some(distribution::request("email")))
        }
    };
    let credentials = credentials.as_ref();
    let faulty_on_purpose = matches!(oddity, Some(Oddity::Text(_)));
    let call = ApiCall::new(operation, method, url);
    send(world, ApiCall { credentials, body, faulty_on_purpose, oddity, ..call }).await
}

async fn send(world: &mut World, call: ApiCall<'_>) -> Done {
    world.record.send(ApiCall { credentials_in_doubt: true, ..call }).await.map(drop)
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
    /// The consumer fetches `redirect_url` or `qr_code_url` before the act. The answer must ask for no credentials.
    Given "the consumer has fetched {word} without credentials" => |world, member: PublicUrl| {
        fetch(world, member).await?;
        is_open(world).await
    }
);

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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_faulty_password_is_never_the_right_one() {
        let all = |right: &str| {
            [PasswordFault::Cut, PasswordFault::Longer, PasswordFault::OtherCase, PasswordFault::Empty]
                .map(|fault| faulty(right, fault))
        };
        assert_eq!(all("Ab1"), ["Ab", "Ab10", "aB1", ""]);
        assert_eq!(all("123"), ["12", "1230", "1230", ""], "nothing to recase");
    }
}
