//! Steps about the distribution module. The documentation promises little about it.

use crate::client::Method;
use crate::evidence::Operation;
use crate::suite::failure::StepFailure;
use crate::suite::registry::step;
use crate::suite::world::World;
use url::Url;

step!(
    /// The merchant posts to the `generation_url` of the distribution module.
    When "the merchant asks for a token of the distribution module" => |world| {
        let url = member(world, "generation_url")?;
        world.merchant().call(Method::POST, Operation::GenerateModuleToken, url, None).await.map(drop)
    }
);

step!(
    /// The `generation_url` of the distribution module gets a POST without credentials.
    When "somebody without credentials asks for a token of the distribution module" => |world| {
        let url = member(world, "generation_url")?;
        let operation = Operation::GenerateModuleToken;
        world.merchant().call_without_credentials(Method::POST, operation, url).await.map(drop)
    }
);

step!(
    /// The `standalone_url` of the distribution module is fetched without credentials. Its two tags are filled first.
    When "the standalone_url of the distribution module is fetched" => |world| {
        let url = member(world, "standalone_url")?;
        world.record.fetch(Operation::FetchModule, url).await.map(drop)
    }
);

/// The unredacted URL of a member of the distribution module. The tags for the integrator are filled.
fn member(world: &mut World, name: &str) -> Result<Url, StepFailure> {
    let created = world.merchant().this_session()?.created;
    world.judge().success(created)?;
    let pointer = format!("/distribution_module/{name}");
    let text = filled(world.judge().live_member(created, &pointer)?);
    world.judge().leads_home(created, &pointer)?;
    let shown = || world.record.context().recorder.text(&text);
    text.parse().map_err(|_| StepFailure::Missing(format!("`{name}` is not a URL: {}", shown())))
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
