//! Steps about the distribution module, of which little is promised.

use crate::client::Method;
use crate::evidence::Operation;
use crate::suite::failure::StepFailure;
use crate::suite::registry::{Args, step};
use crate::suite::world::World;
use url::Url;

step!(
    /// The merchant posts to the `generation_url` of the distribution module.
    When "the merchant asks for a token of the distribution module" => ask
);
async fn ask(world: &mut World, _: Args) -> Result<(), StepFailure> {
    let url = member(world, "generation_url")?;
    world.call(Method::POST, Operation::GenerateModuleToken, url, None).await.map(drop)
}

step!(
    /// Somebody posts to the `generation_url` of the distribution module without credentials.
    When "somebody without credentials asks for a token of the distribution module" => ask_without
);
async fn ask_without(world: &mut World, _: Args) -> Result<(), StepFailure> {
    let url = member(world, "generation_url")?;
    world.call_as(None, Method::POST, Operation::GenerateModuleToken, url, None).await.map(drop)
}

step!(
    /// Somebody without credentials fetches the `standalone_url` of the distribution module, its two tags filled.
    When "the standalone_url of the distribution module is fetched" => fetch
);
async fn fetch(world: &mut World, _: Args) -> Result<(), StepFailure> {
    let url = member(world, "standalone_url")?;
    world.call_as(None, Method::GET, Operation::FetchModule, url, None).await.map(drop)
}

/// A URL of the distribution module, as it really came, with the integrator's tags filled.
fn member(world: &mut World, name: &str) -> Result<Url, StepFailure> {
    let created = world.this_session()?.created;
    world.success(created)?;
    let text = world.live_member(created, &format!("/distribution_module/{name}"))?;
    let unusable = |text: &str| StepFailure::Missing(format!("`{name}` is no URL: {text}"));
    filled(&text).parse().map_err(|_| unusable(&world.context().recorder.text(&text)))
}

fn filled(url: &str) -> String {
    url.replace("{{profile_id}}", "profile-1").replace("{{view_id}}", "view-1")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_tags_of_the_integrator_are_filled() {
        let url = "https://pay.example/m?profile={{profile_id}}&view={{view_id}}&token=t";
        assert_eq!(filled(url), "https://pay.example/m?profile=profile-1&view=view-1&token=t");
    }
}
