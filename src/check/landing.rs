//! Where a page visit ended: at a URL of the merchant, or on a page of the provider.

use crate::check::{Judgement, quoted};
use crate::evidence::{Arrival, PageVisit};
use crate::verdict::Mismatch;

/// The names of merchant URLs.
const NAMES: [&str; 6] = ["success", "failure", "error", "back", "cancel", "status_update"];

/// The merchant URLs of one hosted session: `https://<host>/<prefix>/<name>`.
#[derive(Debug, Clone, Copy)]
pub struct MerchantSite<'a> {
    pub host: &'a str,
    pub prefix: &'a str,
}

impl MerchantSite<'_> {
    /// The name and the raw query of a merchant URL. `None` if `url` is not a merchant URL of this session.
    fn name_and_query<'u>(&self, url: &'u str) -> Option<(&'u str, &'u str)> {
        let path = url.strip_prefix("https://")?.strip_prefix(self.host)?.strip_prefix('/')?;
        let rest = path.strip_prefix(self.prefix)?.strip_prefix('/')?;
        let rest = rest.split('#').next().unwrap_or(rest);
        let (path, query) = rest.split_once('?').unwrap_or((rest, ""));
        let name = path.split('/').next().unwrap_or(path);
        // The site of a further session begins with the prefix of this one.
        NAMES.contains(&name).then_some((name, query))
    }

    /// Whether this is a URL of the merchant, but not one of this session.
    pub fn is_foreign(&self, url: &str) -> bool {
        let rest = url.strip_prefix("https://").and_then(|rest| rest.strip_prefix(self.host));
        rest.is_some_and(|rest| rest.starts_with('/')) && self.name(url).is_none()
    }

    /// The name of a merchant URL.
    pub fn name<'u>(&self, url: &'u str) -> Option<&'u str> {
        self.name_and_query(url).map(|(name, _)| name)
    }

    /// The raw query with which the consumer arrived at the merchant URL of this name.
    pub fn query<'u>(&self, visit: &'u PageVisit, name: &str) -> Option<&'u str> {
        let (landed, query) = self.name_and_query(&visit.url)?;
        (landed == name).then_some(query)
    }

    /// Where the visit ended, in words that are the same in every run.
    pub fn end(&self, visit: &PageVisit) -> String {
        if let Some(name) = self.name(&visit.url) {
            return format!("the {name} URL");
        }
        let page = match (&visit.ending, visit.text.trim()) {
            (_, "") => "a blank page".to_owned(),
            _ if !visit.offers.is_empty() => "the payment page".to_owned(),
            (Some(ending), _) => format!("the generic {ending} page"),
            (None, text) => format!("a page that says {}", quoted(text)),
        };
        match visit.hops.last().and_then(|hop| hop.status) {
            Some(status) if !(200..300).contains(&status) => format!("{page} (status {status})"),
            _ => page,
        }
    }
}

/// The visit ended at the merchant URL of this name.
pub fn lands_at(visit: &PageVisit, site: MerchantSite, name: &str) -> Judgement {
    if site.name(&visit.url) == Some(name) {
        return Ok(());
    }
    Err(Mismatch::new("landing", format!("the {name} URL"), site.end(visit)))
}

/// The same, and the path and the fragment of the URL are as the request gave them after the name: `given` is `?…` or `/…`. What
/// has a placeholder is not compared.
pub fn lands_exactly_at(visit: &PageVisit, site: MerchantSite, name: &str, given: &str) -> Judgement {
    lands_at(visit, site, name)?;
    let arrived = visit.url.split_once(&format!("/{}/{name}", site.prefix)).map_or("", |(_, rest)| rest);
    for (part, expected, actual) in
        [("path", path(given), path(arrived)), ("fragment", fragment(given), fragment(arrived))]
    {
        if expected != actual && !expected.contains("{{") {
            let told = |text: &str| format!("the {name} URL with the {part} {} after its name", quoted(text));
            return Err(Mismatch::new("landing", told(expected), told(actual)));
        }
    }
    Ok(())
}

fn path(rest: &str) -> &str {
    rest.split(['?', '#']).next().unwrap_or_default()
}

fn fragment(rest: &str) -> &str {
    rest.split_once('#').map_or("", |(_, fragment)| fragment)
}

/// The visit ended at any merchant URL of this session, and not at one of the other session.
pub fn own_site(visit: &PageVisit, site: MerchantSite, other: MerchantSite) -> Judgement {
    if let Some(name) = other.name(&visit.url) {
        let actual = format!("the {name} URL of the other session");
        return Err(Mismatch::new("landing", "a URL of this session", actual));
    }
    if site.name(&visit.url).is_some() {
        return Ok(());
    }
    let actual =
        if site.is_foreign(&visit.url) { "a URL of a third session".to_owned() } else { site.end(visit) };
    Err(Mismatch::new("landing", "a URL of this session", actual))
}

/// Both visits ended at the merchant URL of the same name, or on the same kind of page.
pub fn same_end(
    visit: &PageVisit,
    site: MerchantSite,
    model: &PageVisit,
    model_site: MerchantSite,
) -> Judgement {
    let (expected, actual) = (model_site.end(model), site.end(visit));
    if expected == actual {
        return Ok(());
    }
    Err(Mismatch::new("landing", format!("{expected}, as with null"), actual))
}

/// The browser and the receiver saw no other merchant URL than the one of this name.
pub fn only_visited(visit: &PageVisit, arrivals: &[Arrival], site: MerchantSite, name: &str) -> Judgement {
    let hops = visit.hops.iter().map(|hop| hop.url.as_str());
    let arrived = arrivals.iter().map(|arrival| arrival.url.as_str());
    let mut others: Vec<&str> =
        hops.chain(arrived).filter_map(|url| site.name(url)).filter(|other| *other != name).collect();
    others.sort_unstable();
    others.dedup();
    if others.is_empty() {
        return Ok(());
    }
    let actual = others.iter().map(|other| format!("the {other} URL")).collect::<Vec<_>>().join(", ");
    Err(Mismatch::new("landing", format!("no merchant URL but {name} visited"), actual))
}

#[cfg(test)]
pub mod examples {
    //! Visits to judge in tests.

    use super::MerchantSite;
    use crate::evidence::{Hop, PageVisit};
    use std::collections::BTreeMap;

    /// The site of the example visits.
    pub const SITE: MerchantSite = MerchantSite { host: "merchant.example", prefix: "s1" };

    /// A visit that ended at this URL with a 200 and this text.
    pub fn visit(url: &str, text: &str) -> PageVisit {
        PageVisit {
            number: 1,
            act: "approve".into(),
            started_us: 0,
            elapsed_us: 1,
            hops: vec![Hop {
                at_us: 0,
                method: "GET".into(),
                url: url.into(),
                status: Some(200),
                fields: Vec::new(),
            }],
            url: url.into(),
            title: String::new(),
            text: text.into(),
            screen: None,
            ending: None,
            offers: Vec::new(),
            stayed: false,
            language: None,
            parts: BTreeMap::new(),
            top_level: true,
            steps: Vec::new(),
            screenshot: None,
            snapshot: None,
            trouble: None,
        }
    }

    /// A visit that ended on a generic page.
    pub fn generic(ending: &str) -> PageVisit {
        let mut visit = visit("http://localhost:1/‹link:1›", "All is said here.");
        visit.ending = Some(ending.into());
        visit.stayed = true;
        visit
    }
}

#[cfg(test)]
mod tests {
    use super::examples::{SITE, generic, visit};
    use super::*;
    use crate::evidence::Hop;

    #[test]
    fn lands_at_names_the_end_that_was_reached_instead() {
        let back = visit("https://merchant.example/s1/back?session_id=1", "Merchant");
        assert_eq!(lands_at(&back, SITE, "back"), Ok(()));
        assert_eq!(SITE.query(&back, "back"), Some("session_id=1"));
        assert_eq!(SITE.query(&back, "cancel"), None);
        let mut paying = visit("http://localhost:1/‹link:1›", "Pay now");
        paying.offers = vec!["approve".into()];
        let mut missing = visit("http://localhost:1/‹link:1›", "Page not found");
        missing.hops[0].status = Some(404);
        let cases = [
            (back, "the back URL"),
            (visit("https://merchant.example/s12/success", "Merchant"), r#"a page that says "Merchant""#),
            (visit("http://localhost:1/‹link:1›", " \n"), "a blank page"),
            (generic("success"), "the generic success page"),
            (paying, "the payment page"),
            (missing, r#"a page that says "Page not found" (status 404)"#),
        ];
        for (visit, end) in cases {
            assert_eq!(
                lands_at(&visit, SITE, "success").unwrap_err().to_string(),
                format!("landing: expected the success URL, got {end}"),
            );
        }
    }

    #[test]
    fn a_merchant_url_is_reached_only_with_its_own_path_and_fragment() {
        let at = |rest: &str, given: &str| {
            let landed = visit(&format!("https://merchant.example/s1/back{rest}"), "Merchant");
            lands_exactly_at(&landed, SITE, "back", given).map_err(|mismatch| mismatch.to_string())
        };
        assert_eq!(at("?a=1#part", "?a={{session_id}}#part"), Ok(()));
        assert_eq!(at("/0b4b?a=1", "/{{session_id}}?a=1"), Ok(()));
        let expected = "landing: expected the back URL with the";
        assert_eq!(
            at("/?a=1", "?a=1").unwrap_err(),
            format!(
                r#"{expected} path "" after its name, got the back URL with the path "/" after its name"#
            ),
        );
        assert_eq!(
            at("?a=1", "?a=1#part").unwrap_err(),
            format!(
                r#"{expected} fragment "part" after its name, got the back URL with the fragment "" after its name"#
            ),
        );
    }

    #[test]
    fn ends_are_compared_by_kind_not_by_session() {
        let model_site = MerchantSite { prefix: "s1-twin", ..SITE };
        let failure = visit("https://merchant.example/s1/failure?a=1", "Merchant");
        let twin = visit("https://merchant.example/s1-twin/failure?a=2", "Merchant");
        assert_eq!(same_end(&failure, SITE, &twin, model_site), Ok(()));
        assert_eq!(same_end(&generic("error"), SITE, &generic("error"), model_site), Ok(()));
        assert_eq!(
            same_end(&generic("error"), SITE, &twin, model_site).unwrap_err().to_string(),
            "landing: expected the failure URL, as with null, got the generic error page",
        );
    }

    #[test]
    fn the_site_of_another_session_is_not_this_one() {
        let other = MerchantSite { prefix: "s1/other", ..SITE };
        assert_eq!(own_site(&visit("https://merchant.example/s1/back", "Merchant"), SITE, other), Ok(()));
        assert_eq!(
            own_site(&visit("https://merchant.example/s1/other/back", "Merchant"), SITE, other)
                .unwrap_err()
                .to_string(),
            "landing: expected a URL of this session, got the back URL of the other session",
        );
        assert_eq!(
            own_site(&generic("back"), SITE, other).unwrap_err().to_string(),
            "landing: expected a URL of this session, got the generic back page",
        );
        assert_eq!(
            own_site(&visit("https://merchant.example/s2/back", "Merchant"), SITE, other)
                .unwrap_err()
                .to_string(),
            "landing: expected a URL of this session, got a URL of a third session",
        );
    }

    #[test]
    fn a_url_passed_on_the_way_counts_as_visited() {
        let mut landed = visit("https://merchant.example/s1/failure", "Merchant");
        assert_eq!(only_visited(&landed, &[], SITE, "failure"), Ok(()));
        let url = "https://merchant.example/s1/error?a=1".to_owned();
        let arrival = Arrival { at_us: 0, method: "GET".into(), url: url.clone(), body: String::new() };
        let expected = "landing: expected no merchant URL but failure visited, got the error URL";
        let judgement = only_visited(&landed, std::slice::from_ref(&arrival), SITE, "failure");
        assert_eq!(judgement.unwrap_err().to_string(), expected);
        landed.hops.insert(0, Hop { url, ..landed.hops[0].clone() });
        let judgement = only_visited(&landed, &[arrival], SITE, "failure");
        assert_eq!(judgement.unwrap_err().to_string(), expected);
    }
}
