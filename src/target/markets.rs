//! Markets: one profile describes several targets that differ only in what is bought, and by whom.

use crate::target::ability::Ability;
use crate::target::error::TargetError;
use crate::target::market::Market;
use crate::target::text::ProfileError;
use crate::target::value;
use crate::target::{ProfileText, TargetProfile};

impl TargetProfile {
    /// The targets of the profile: one for each market, or the profile itself. The page driver of each types its identity.
    pub fn by_market(self) -> Result<Vec<Self>, ProfileError> {
        if self.markets.is_empty() {
            return Ok(vec![self.with_identity(&["identity"])?]);
        }
        let markets = self.markets.iter().enumerate();
        markets.map(|(index, market)| self.at(market, &index.to_string())).collect()
    }

    /// The profile at one of its markets.
    fn at(&self, market: &Market, index: &str) -> Result<Self, ProfileError> {
        let purchase = market.purchase(&self.purchase);
        let fault = value::purchase(&purchase).into_iter().find_map(|(key, fault)| Some((key, fault?)));
        if let Some((key, expected)) = fault {
            let key = key.trim_start_matches("purchase.");
            let fault = TargetError::Value { key: format!("market.{key}"), expected };
            return Err(self.text.error(&["market", index, key], fault));
        }
        let name = format!("{}/{}", self.name, market.name.as_ref().unwrap_or(&market.country));
        if let Some(expected) = value::name(&name) {
            let fault = TargetError::Value { key: "market.name".into(), expected };
            return Err(self.text.error(&["market", index, "name"], fault));
        }
        let mut own = Self { name, purchase, markets: Vec::new(), ..self.clone() };
        if let Some(outcome) = &market.outcome {
            own.outcome.clone_from(outcome);
            own.abilities.remove(&Ability::Outcome);
            own.abilities.extend((!outcome.is_empty()).then_some(Ability::Outcome));
            if !outcome.is_empty() && own.page_driver.is_none() {
                let fault = TargetError::AbilityNeeds { ability: Ability::Outcome, key: "page_driver" };
                return Err(self.text.error(&["market", index, "outcome"], fault));
            }
        }
        own.identity.replace(&market.identity);
        own.with_identity(&["market", index, "identity"])
    }

    /// The profile, whose page driver types its identity.
    pub fn with_identity(mut self, steps: &[&str]) -> Result<Self, ProfileError> {
        let text: &ProfileText = &self.text;
        let driver = self.page_driver.as_ref().map(|(name, driver)| (name.as_str(), driver.as_str()));
        let filled = self.identity.filled(driver).map_err(|fault| text.error(steps, fault))?;
        if let (Some((_, driver)), Some(filled)) = (&mut self.page_driver, filled) {
            *driver = filled;
        }
        Ok(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::target::fixture::{PROFILE, parse_with};
    use crate::target::settings::Purchase;

    const DRIVER: (&str, &str) =
        ("page.toml", "approve = \"{{email:customer@email.de}}\"\ncode = \"{{code:123456}}\"");

    fn targets(lines: &str) -> Result<Vec<TargetProfile>, String> {
        let text = format!("{PROFILE}{lines}\n");
        parse_with(&[DRIVER], &text).and_then(TargetProfile::by_market).map_err(|error| error.to_string())
    }

    #[test]
    fn each_market_is_a_target_of_its_own() {
        let lines = "page_driver = \"page.toml\"\noutcome = [\"approve\", \"decline\"]\nidentity = { code = \"111111\" }\n\
                     [[market]]\ncountry = \"DE\"\n[[market]]\ncountry = \"SE\"\nname = \"north\"\ncurrency = \"SEK\"\nlocale = \"sv-SE\"\n\
                     outcome = [\"approve\"]\nidentity = { email = \"customer@email.se\" }\n\
                     [[market]]\ncountry = \"NO\"\noutcome = []\n";
        let all = targets(lines).unwrap();
        let told = all.iter().map(|one| {
            let Purchase { country, currency, locale } = &one.purchase;
            let results: Vec<&str> = one.outcome.iter().map(|result| result.word()).collect();
            (one.name.as_str(), format!("{country} {currency} {locale} {}", results.join(" ")))
        });
        assert_eq!(
            told.collect::<Vec<_>>(),
            [
                ("shop/DE", "DE EUR de-DE approve decline".to_owned()),
                ("shop/north", "SE SEK sv-SE approve".to_owned()),
                ("shop/NO", "NO EUR de-DE ".to_owned()),
            ]
        );
        let driver = |index: usize| all[index].page_driver.as_ref().unwrap().1.as_str();
        assert_eq!(driver(0), "approve = \"customer@email.de\"\ncode = \"111111\"");
        assert_eq!(driver(1), "approve = \"customer@email.se\"\ncode = \"111111\"");
        assert!(!all[2].abilities.contains(&Ability::Outcome));
    }

    #[test]
    fn a_profile_without_markets_is_one_target() {
        let all = targets("page_driver = \"page.toml\"").unwrap();
        assert_eq!((all.len(), all[0].name.as_str()), (1, "shop"));
        assert_eq!(
            all[0].page_driver.as_ref().unwrap().1,
            "approve = \"customer@email.de\"\ncode = \"123456\""
        );
    }

    #[test]
    fn what_is_wrong_with_a_market_is_told_with_its_line() {
        for (lines, told) in [
            (
                "[[market]]\ncountry = \"XX\"",
                "shop.toml:8: `market.country` is faulty: write the code of a country",
            ),
            ("[[market]]\ncountry = \"DE\"\nlocale = \"de\"", "shop.toml:9: `market.locale` is faulty"),
            (
                "[[market]]\ncountry = \"DE\"\noutcome = [\"approve\"]",
                "shop.toml:9: the ability `outcome` needs",
            ),
            ("[[market]]\ncountry = \"DE\"\ncurency = \"EUR\"", "did you mean `currency`?"),
            ("[[market]]\nname = \"x\"", "missing field `country`"),
            (
                "page_driver = \"page.toml\"\nidentity = { emial = \"a@b.example\" }",
                "shop.toml:8: the page driver page.toml has no place for `emial`; did you mean `email`?",
            ),
            ("identity = { email = \"a@b.example\" }", "there is no page driver with a place for `email`"),
            ("page_driver = \"page.toml\"\nidentity = { email = \"a\\\"b\" }", "`identity.email` is faulty"),
        ] {
            let error = targets(lines).unwrap_err();
            assert!(error.contains(told), "{error}");
        }
    }
}
