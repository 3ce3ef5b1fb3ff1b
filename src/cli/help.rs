//! The flags for help and version.

use clap::{Arg, ArgAction};

/// `--help` and `--version`, for commands that list them after their groups of options.
pub fn help_and_version() -> [Arg; 2] {
    let flag = |id, short, action| Arg::new(id).long(id).short(short).action(action).help_heading("Help");
    [
        flag("help", 'h', ArgAction::Help).help("Print help"),
        flag("version", 'V', ArgAction::Version).help("Print version"),
    ]
}
