//! The parser for the name of a deviation: it accepts the known names without listing all of them in help and errors.

use crate::mock;
use crate::requirement::nearest;
use clap::builder::{PossibleValue, PossibleValuesParser, StyledStr, TypedValueParser};
use clap::error::{ContextKind, ContextValue};
use clap::{Arg, Command, Error};
use std::ffi::OsStr;

/// Accepts the name of a deviation or of a degenerate server. The error for an unknown name shows the nearest known one.
#[derive(Clone)]
pub struct DeviationName {
    /// Whether the name of a weakening is accepted too. Nobody could list these.
    pub or_weakening: bool,
}

impl TypedValueParser for DeviationName {
    type Value = String;

    fn parse_ref(&self, command: &Command, arg: Option<&Arg>, value: &OsStr) -> Result<String, Error> {
        let is_known = |name: &&str| self.or_weakening && mock::deviation(name).is_some();
        if let Some(name) = value.to_str().filter(is_known) {
            return Ok(name.to_owned());
        }
        names().parse_ref(command, arg, value).map_err(|mut error| {
            error.remove(ContextKind::ValidValue);
            // What `clap` suggests can be far away.
            error.remove(ContextKind::SuggestedValue);
            let known = mock::all_deviations().map(|deviation| deviation.name);
            if let Some(near) = nearest(&value.to_string_lossy(), known) {
                error.insert(ContextKind::SuggestedValue, ContextValue::String(near.to_owned()));
            }
            let tip = StyledStr::from("`hpp-conformance deviations` lists the names");
            error.insert(ContextKind::Suggested, ContextValue::StyledStrs(vec![tip]));
            error
        })
    }

    /// The names, for shell completion.
    fn possible_values(&self) -> Option<Box<dyn Iterator<Item = PossibleValue> + '_>> {
        Some(Box::new(mock::all_deviations().map(|deviation| PossibleValue::new(deviation.name))))
    }
}

fn names() -> PossibleValuesParser {
    PossibleValuesParser::new(mock::all_deviations().map(|deviation| deviation.name))
}

#[cfg(test)]
mod tests {
    use super::*;

    const PARSER: DeviationName = DeviationName { or_weakening: true };

    fn refusal(name: &str) -> String {
        let command = Command::new("run").arg(Arg::new("deviate").long("deviate").value_parser(PARSER));
        command.try_get_matches_from(["run", "--deviate", name]).unwrap_err().to_string()
    }

    #[test]
    fn a_wrong_name_is_refused_with_the_nearest_known_one() {
        assert_eq!(
            refusal("no-qr-url"),
            "error: invalid value 'no-qr-url' for '--deviate <deviate>'\n\n  \
             tip: a similar value exists: 'no-qr-code-url'\n  \
             tip: `hpp-conformance deviations` lists the names\n\n\
             For more information, try '--help'.\n"
        );
    }

    #[test]
    fn a_name_like_none_is_refused_with_the_command_that_lists_them() {
        for name in ["xyz", "foo"] {
            let expected = format!(
                "error: invalid value '{name}' for '--deviate <deviate>'\n\n  \
                 tip: `hpp-conformance deviations` lists the names\n\n\
                 For more information, try '--help'.\n"
            );
            assert_eq!(refusal(name), expected);
        }
    }

    #[test]
    fn a_known_name_is_accepted() {
        let parsed = |parser: &DeviationName, name| {
            parser.parse_ref(&Command::new("run"), None, OsStr::new(name)).ok()
        };
        let (listed, weakening) = ("no-qr-code-url", "seam.may_use:never");
        let listed_alone = DeviationName { or_weakening: false };
        for (parser, name, expected) in [
            (&PARSER, listed, Some(listed)),
            (&PARSER, weakening, Some(weakening)),
            (&listed_alone, listed, Some(listed)),
            (&listed_alone, weakening, None),
        ] {
            assert_eq!(parsed(parser, name).as_deref(), expected, "{name}");
        }
    }
}
