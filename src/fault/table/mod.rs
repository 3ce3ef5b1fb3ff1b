//! The table of all faults.

mod answer;
mod connection;
mod driver;
mod machine;
mod page;
mod tls;

use crate::fault::deed::{Network, Stroke};
use crate::fault::entry::{Act, Fault, Outcome, Place};
use std::sync::LazyLock;

/// All faults, by their place.
pub static FAULTS: LazyLock<Vec<&'static Fault>> = LazyLock::new(|| {
    let tables =
        [connection::FAULTS, tls::FAULTS, answer::FAULTS, page::FAULTS, driver::FAULTS, machine::FAULTS];
    tables.into_iter().flatten().collect()
});

/// No fault: a proxy through which everything passes.
pub static CLEAR: Fault = Fault {
    name: "no-fault",
    story: "A proxy passes everything on.",
    place: Place::Connection,
    outcome: Outcome::Pass,
    act: Act::Network(Network::Clear { tls: false }),
};

/// The same with TLS.
pub static CLEAR_TLS: Fault = Fault {
    name: "no-fault-tls",
    story: "A proxy with TLS passes everything on.",
    place: Place::Tls,
    outcome: Outcome::Pass,
    act: Act::Network(Network::Clear { tls: true }),
};

/// The fault of this name, or the clear proxy.
pub fn fault(name: &str) -> Option<&'static Fault> {
    FAULTS.iter().copied().chain([&CLEAR, &CLEAR_TLS]).find(|fault| fault.name == name)
}

/// A page of HTML in place of an answer.
const fn page(status: &'static str, fields: &'static [&'static str], body: &'static str) -> Stroke {
    Stroke::Instead { status, fields, body }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fault::entry::Place;
    use std::collections::BTreeSet;

    #[test]
    fn each_fault_has_a_name_and_a_sentence_of_its_own() {
        let names: BTreeSet<&str> = FAULTS.iter().map(|fault| fault.name).collect();
        let stories: BTreeSet<&str> = FAULTS.iter().map(|fault| fault.story).collect();
        assert_eq!((names.len(), stories.len()), (FAULTS.len(), FAULTS.len()));
        assert!(FAULTS.len() >= 35, "{}", FAULTS.len());
        for fault in FAULTS.iter() {
            let is_name =
                |letter: char| letter.is_ascii_lowercase() || letter.is_ascii_digit() || letter == '-';
            assert!(fault.name.chars().all(is_name), "{}", fault.name);
            assert!(fault.story.ends_with('.') && !fault.story.contains(". "), "{}", fault.name);
        }
        let places: BTreeSet<Place> = FAULTS.iter().map(|fault| fault.place).collect();
        assert_eq!(places.len(), 8);
    }
}
