//! The targets that the arguments of `run` choose.

use crate::cli::deviation_name::DeviationName;
use crate::cli::output::Refusal;
use crate::cli::skin_name::skin_name;
use crate::cli::whole::whole;
use crate::mock::Skin;
use crate::requirement::Dialect;
use crate::run::{Embedded, ProfileChoice, TargetChoice};
use crate::{mock, prove, run};
use clap::Args;
use std::path::{Path, PathBuf};

#[derive(Args)]
pub struct TargetArgs {
    /// Test this target; repeat the option to test several.
    ///
    /// A target is `mock` (the built-in mock in both dialects), `mock-klarna`, `mock-kustom`, the name of a built-in profile, or a
    /// profile file of your own. `hpp-conformance targets` lists the names.
    #[arg(long, short, value_name = "NAME|FILE", default_value = "mock", help_heading = "Against what")]
    target: Vec<String>,
    /// Let a profile name this production host, such as api.klarna.com, which serves real consumers; repeat the option for several.
    ///
    /// Without it, a profile that names a host of production is refused before anything is sent.
    #[arg(long, value_name = "HOST", value_parser = production, help_heading = "Against what")]
    allow_production: Vec<String>,
    /// Send the requests to this root of the API instead of `base_url` of the profile, such as a preview of the next release.
    #[arg(long, value_name = "URL", help_heading = "Against what")]
    base_url: Option<String>,
    /// Run what `prove` planned; only `prove` gives this.
    #[arg(long, value_name = "FILE", hide = true, conflicts_with_all = ["base_url", "target", "deviate", "opaque_urls", "skin", "legal_seed"])]
    plan: Option<PathBuf>,
    /// Turn on one deviation of the built-in mock, or make it a degenerate server; `hpp-conformance deviations` lists the names.
    #[arg(long, value_name = "NAME", value_parser = DeviationName { or_weakening: true }, hide_possible_values = true, help_heading = "Against what")]
    deviate: Option<String>,
    /// Let the built-in mock use paths such as `/a/…`, which do not show what a URL is for.
    #[arg(long, help_heading = "Against what")]
    opaque_urls: bool,
    /// Let the built-in mock show this payment page, and use the page driver of its vendor.
    #[arg(long, value_name = "NAME", value_parser = skin_name(), help_heading = "Against what")]
    skin: Option<&'static Skin>,
    /// Vary every behaviour of the built-in mock that the contract leaves open; the same seed makes the same choices.
    #[arg(long, value_name = "SEED", value_parser = whole(0..=u64::MAX), help_heading = "Against what")]
    legal_seed: Option<u64>,
}

impl TargetArgs {
    /// Whether `prove` planned the targets.
    pub fn is_planned(&self) -> bool {
        self.plan.is_some()
    }

    /// The targets of a run, in the order of the self.
    pub fn choices(&self) -> Result<Vec<TargetChoice>, Refusal> {
        if let Some(plan) = &self.plan {
            return planned(plan);
        }
        let deviation = self.deviate.as_deref().and_then(mock::deviation);
        let (opaque_urls, skin, legal_seed) = (self.opaque_urls, self.skin, self.legal_seed);
        let embedded =
            |dialect| Embedded { deviation, opaque_urls, skin, legal_seed, ..Embedded::faithful(dialect) };
        let mut choices = named(&self.target, &self.allow_production, embedded);
        if let Some(url) = &self.base_url {
            let [TargetChoice::Profile(choice)] = choices.as_mut_slice() else {
                let why =
                    "`--base-url` works with one profile; give one `--target`, and not the built-in mock";
                return Err(Refusal::invalid(why));
            };
            choice.base_url = Some(url.clone());
        }
        let of_mock = [
            ("`--deviate`", deviation.is_some()),
            ("`--opaque-urls`", opaque_urls),
            ("`--skin`", skin.is_some()),
            ("`--legal-seed`", legal_seed.is_some()),
        ];
        let given: Vec<&str> =
            of_mock.iter().filter(|(_, is_given)| *is_given).map(|(flag, _)| *flag).collect();
        if !given.is_empty() && !choices.iter().any(|choice| matches!(choice, TargetChoice::Mock(_))) {
            let work = if given.len() == 1 { "works" } else { "work" };
            let why = format!(
                "{} {work} only with the built-in mock; use `--target mock` instead of `{}`",
                given.join(" and "),
                self.target.join("` and `")
            );
            return Err(Refusal::invalid(why));
        }
        let is_foreign =
            |choice: &TargetChoice| matches!(choice, TargetChoice::Mock(mock) if mock.has_foreign_skin());
        match skin.and_then(|skin| Some((skin, skin.dialect?, choices.iter().find(|it| is_foreign(it))?))) {
            Some((skin, vendor, foreign)) => Err(Refusal::invalid(format!(
                "`--skin {}` is no page for the target `{}`; use `--target mock-{}`",
                skin.name,
                foreign.name(),
                vendor.name()
            ))),
            None => Ok(choices),
        }
    }
}

/// The name of a production host.
fn production(text: &str) -> Result<String, String> {
    run::production_host(text)
        .ok_or_else(|| "expected a production host of Klarna or Kustom, such as api.klarna.com".into())
}

/// The targets of these names. A mock is faithful, and no production host is allowed.
pub fn named_targets(names: &[String]) -> Vec<TargetChoice> {
    named(names, &[], Embedded::faithful)
}

fn named(
    names: &[String],
    production: &[String],
    embedded: impl Fn(Dialect) -> Embedded,
) -> Vec<TargetChoice> {
    let mock = |dialect| TargetChoice::Mock(embedded(dialect));
    let mut choices = Vec::new();
    for name in names {
        match name.as_str() {
            "mock" => choices.extend([mock(Dialect::Klarna), mock(Dialect::Kustom)]),
            "mock-klarna" => choices.push(mock(Dialect::Klarna)),
            "mock-kustom" => choices.push(mock(Dialect::Kustom)),
            other => choices.push(TargetChoice::Profile(ProfileChoice {
                path: PathBuf::from(other),
                production: production.to_vec(),
                base_url: None,
            })),
        }
    }
    choices
}

/// The targets that `prove` planned.
fn planned(path: &Path) -> Result<Vec<TargetChoice>, Refusal> {
    let plan = prove::read_plan(path)?;
    let choice = |target: prove::PlannedTarget| {
        TargetChoice::Mock(Embedded {
            deviation: target.deviation.as_deref().and_then(mock::deviation),
            only: target.only,
            watched: target.watched.map(prove::Watched::others),
            fault: target.fault.as_ref().and_then(prove::PlannedFault::known),
            ..Embedded::faithful(target.dialect)
        })
    };
    Ok(plan.into_iter().map(choice).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::{Command, FromArgMatches};

    /// The targets that these arguments name: a dialect of the mock with its deviation, or a file.
    fn shown(arguments: &[&str]) -> Result<Vec<String>, Refusal> {
        let command = TargetArgs::augment_args(Command::new("run"));
        let matches = command.try_get_matches_from([&["run"], arguments].concat()).unwrap();
        let arguments = TargetArgs::from_arg_matches(&matches).unwrap();
        let words = arguments.choices()?.into_iter().map(|choice| match choice {
            TargetChoice::Profile(ProfileChoice { path, production, base_url }) => {
                let base_url = base_url.map(|url| format!(" at {url}")).unwrap_or_default();
                format!("{} {production:?}{base_url}", path.display())
            }
            TargetChoice::Mock(Embedded { dialect, deviation, opaque_urls, skin, legal_seed, .. }) => {
                let (deviation, skin) =
                    (deviation.map(|deviation| deviation.name), skin.map(|skin| skin.name));
                format!("{dialect} {deviation:?} {opaque_urls} {skin:?} {legal_seed:?}")
            }
        });
        Ok(words.collect())
    }

    #[test]
    fn a_target_is_a_dialect_of_the_mock_or_a_profile() {
        let both = ["klarna None false None None".to_owned(), "kustom None false None None".into()];
        assert_eq!(shown(&[]).unwrap(), both);
        assert_eq!(shown(&["--target", "mock"]).unwrap(), both);
        let mixed = shown(&["-t", "mock-kustom", "-t", "mine.toml", "--opaque-urls", "--legal-seed", "3"]);
        assert_eq!(mixed.unwrap(), ["kustom None true None Some(3)", "mine.toml []"]);
        let deviating = shown(&["--target", "mock-klarna", "--deviate", "no-qr-code-url"]);
        assert_eq!(deviating.unwrap(), ["klarna Some(\"no-qr-code-url\") false None None"]);
        let dressed = shown(&["--target", "mock-klarna", "--skin", "klarna-2021"]);
        assert_eq!(dressed.unwrap(), ["klarna None false Some(\"klarna-2021\") None"]);
    }

    #[test]
    fn a_production_host_is_allowed_by_its_name_alone() {
        let allowed = shown(&["-t", "a.toml", "--allow-production", "API.klarna.com."]);
        assert_eq!(allowed.unwrap(), ["a.toml [\"api.klarna.com\"]"]);
        let command = TargetArgs::augment_args(Command::new("run"));
        for host in ["", "api.playground.klarna.com", "shop.example"] {
            let given = command.clone().try_get_matches_from(["run", "--allow-production", host]);
            assert_eq!(given.unwrap_err().kind(), clap::error::ErrorKind::ValueValidation, "{host}");
        }
        let bare = command.try_get_matches_from(["run", "--allow-production"]);
        assert_eq!(bare.unwrap_err().kind(), clap::error::ErrorKind::InvalidValue);
    }

    #[test]
    fn one_profile_may_be_tested_at_another_root() {
        let url = "https://preview.example";
        let at = shown(&["-t", "a.toml", "--base-url", url]);
        assert_eq!(at.unwrap(), ["a.toml [] at https://preview.example"]);
        let refused = "`--base-url` works with one profile; give one `--target`, and not the built-in mock";
        for arguments in [&["--base-url", url][..], &["--base-url", url, "-t", "a.toml", "-t", "b.toml"]] {
            assert_eq!(shown(arguments), Err(Refusal::invalid(refused)), "{arguments:?}");
        }
    }

    #[test]
    fn what_only_the_mock_can_do_is_refused_without_it() {
        for (arguments, message) in [
            (
                &["-t", "mock-alone", "--deviate", "no-qr-code-url"][..],
                "`--deviate` works only with the built-in mock; use `--target mock` instead of `mock-alone`",
            ),
            (
                &["-t", "a.toml", "-t", "b.toml", "--opaque-urls", "--legal-seed", "1"],
                "`--opaque-urls` and `--legal-seed` work only with the built-in mock; \
                 use `--target mock` instead of `a.toml` and `b.toml`",
            ),
            (
                &["--skin", "klarna-2021"],
                "`--skin klarna-2021` is no page for the target `mock-kustom`; use `--target mock-klarna`",
            ),
        ] {
            assert_eq!(shown(arguments), Err(Refusal::invalid(message)), "{arguments:?}");
        }
    }
}
