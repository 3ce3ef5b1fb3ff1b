//! Faults of the machine: what happens to the process of a run, or to the disk under its reports.

use crate::fault::deed::Machine;
use crate::fault::entry::{Act, Fault, Kept, Outcome, Place};

const fn fault(
    name: &'static str,
    story: &'static str,
    code: Option<i32>,
    kept: Kept,
    machine: Machine,
) -> Fault {
    let outcome = Outcome::Ends { code, kept };
    Fault { name, story, place: Place::Machine, outcome, act: Act::Machine(machine) }
}

/// The faults.
pub const FAULTS: &[Fault] = &[
    fault(
        "disk-full",
        "The disk under the reports is full.",
        Some(4),
        Kept::Verdict,
        Machine::FullDisk { blocks: 1 },
    ),
    fault(
        "deadline",
        "The deadline of the run passes while the API does not answer.",
        Some(3),
        Kept::Report,
        Machine::Deadline,
    ),
    fault("ctrl-c", "Somebody presses Ctrl-C.", Some(3), Kept::Report, Machine::Signals(&["INT"])),
    fault(
        "ctrl-c-twice",
        "Somebody presses Ctrl-C, and again while the report is printed.",
        Some(4),
        Kept::Journal,
        Machine::Signals(&["INT", "INT"]),
    ),
    fault(
        "sigterm",
        "The run is asked to end by SIGTERM.",
        Some(3),
        Kept::Report,
        Machine::Signals(&["TERM"]),
    ),
    fault("sighup", "The terminal of the run is closed.", Some(3), Kept::Report, Machine::Signals(&["HUP"])),
    fault("kill", "The run is killed by SIGKILL.", None, Kept::Journal, Machine::Kill),
];
