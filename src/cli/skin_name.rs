//! The parser for the name of a skin: it lists the known names in help and errors.

use crate::mock;
use crate::mock::Skin;
use clap::builder::{PossibleValue, PossibleValuesParser, TypedValueParser};

/// Accepts the name of a skin. The error for an unknown name lists the known ones and shows the nearest.
pub fn skin_name() -> impl TypedValueParser<Value = &'static Skin> {
    let names = mock::SKINS.iter().map(|skin| PossibleValue::new(skin.name).help(skin.sentence));
    PossibleValuesParser::new(names).try_map(|name| mock::skin(&name).ok_or("no such skin"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::{Arg, Command};

    fn parsed(name: &str) -> Result<&'static str, String> {
        let command = Command::new("mock").arg(Arg::new("skin").long("skin").value_parser(skin_name()));
        let matches = command.try_get_matches_from(["mock", "--skin", name]);
        let skin =
            |matches: clap::ArgMatches| matches.get_one::<&'static Skin>("skin").map_or("", |skin| skin.name);
        matches.map(skin).map_err(|error| error.to_string())
    }

    #[test]
    fn a_wrong_name_is_told_with_the_known_ones_and_the_nearest() {
        let names: Vec<&str> = mock::SKINS.iter().map(|skin| skin.name).collect();
        let expected = format!(
            "error: invalid value 'klarna-2012' for '--skin <skin>'\n  [possible values: {}]\n\n  \
             tip: a similar value exists: 'klarna-2021'\n\nFor more information, try '--help'.\n",
            names.join(", ")
        );
        assert_eq!(parsed("klarna-2012"), Err(expected));
    }

    #[test]
    fn a_known_name_is_accepted() {
        assert_eq!(parsed("klarna-2021"), Ok("klarna-2021"));
    }
}
