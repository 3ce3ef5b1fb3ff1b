//! The weakenings of the seams, one for each other value that a decision could have.

use jiff::{SignedDuration, Timestamp};
use serde_json::Value;

use super::other::{Weaken, other};
use crate::mock::contract::access::{Claim, Knock};
use crate::mock::contract::callback::{Callback, Called, Telling};
use crate::mock::contract::distribution::{Distribution, Letter};
use crate::mock::contract::expiry::Lifetime;
use crate::mock::contract::merchant_urls::{Destination, Way};
use crate::mock::contract::new_id::NewId;
use crate::mock::contract::order::{Fruit, Paid, Wish};
use crate::mock::contract::page::{Language, Press, Scanned, Screen, Step, View};
use crate::mock::contract::payment_session::{Aftermath, Progress, Taking, Wanted};
use crate::mock::contract::placeholder::{Filling, Tags, Values};
use crate::mock::contract::request::Member;
use crate::mock::contract::seams::{Seams, each_seam};
use crate::mock::contract::status::{Ended, Shown, Sought, Standing, Status, Turn, Unknown, Use};
use crate::mock::http::Problem;

/// The most other values that a type may have.
const MOST: usize = 16;

type Swap = fn(&mut Seams);

/// Makes a function that lists the weakenings of every seam: its seam, the other values, and the function that swaps the
/// seam, for each of them.
macro_rules! weakened {
    ($($name:ident $(<$life:lifetime>)? ($input:ty) -> $output:ty = $faithful:path;)*) => {
        /// The weakenings of every seam, with their names.
        pub fn all() -> Vec<(String, Swap)> {
            let mut all = Vec::new();
            $({
                fn names<$($life)?>(_: fn(&$input) -> $output) -> Vec<&'static str> {
                    <$output as Weaken>::others().into_iter().map(|(name, _)| name).collect()
                }
                fn swap<const AT: usize>(seams: &mut Seams) {
                    seams.$name = |input| other(AT, (Seams::FAITHFUL.$name)(input));
                }
                const SWAPS: [Swap; MOST] = [
                    swap::<0>, swap::<1>, swap::<2>, swap::<3>, swap::<4>, swap::<5>, swap::<6>, swap::<7>,
                    swap::<8>, swap::<9>, swap::<10>, swap::<11>, swap::<12>, swap::<13>, swap::<14>, swap::<15>,
                ];
                let named = names(Seams::FAITHFUL.$name).into_iter().map(|other| format!("seam.{}:{other}", stringify!($name)));
                all.extend(named.zip(SWAPS));
            })*
            all
        }
    };
}

each_seam!(weakened);

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mock::contract::status::Purpose;

    #[test]
    fn every_seam_has_weakenings() {
        macro_rules! count {
            ($($name:ident $(<$life:lifetime>)? ($input:ty) -> $output:ty = $faithful:path;)*) => {
                [$(stringify!($name),)*]
            };
        }
        let seams = each_seam!(count);
        for seam in seams {
            let start = format!("seam.{seam}:");
            assert!(all().iter().any(|(name, _)| name.starts_with(&start)), "{seam}");
        }
    }

    #[test]
    fn a_weakened_seam_decides_otherwise_and_the_others_stay() {
        let changed = |name: &str| {
            let mut seams = Seams::FAITHFUL;
            let found = all().into_iter().find(|(known, _)| known == name);
            found.unwrap().1(&mut seams);
            let (purpose, status) = (Purpose::Read, Status::Waiting);
            let claim = |asker| Claim { owner: "a", asker, purpose, status, was_sent: false, method: None };
            ((seams.may_use)(&claim("a")), (seams.may_use)(&claim("b")))
        };
        assert_eq!(changed("seam.may_use:negated"), (false, true));
        assert_eq!(changed("seam.may_use:always"), (true, true));
        assert_eq!(changed("seam.may_use:never"), (false, false));
        assert_eq!(changed("seam.admits:never"), (true, false));
    }
}
