//! Identifiers: a seed gives the same ids in the same order, and without a seed nobody can guess them.

use std::collections::hash_map::RandomState;
use std::hash::BuildHasher as _;
use std::sync::atomic::{AtomicU64, Ordering};

/// The increment of the splitmix64 generator.
const GOLDEN: u64 = 0x9e37_79b9_7f4a_7c15;
/// Lower-case letters and digits that are easy to tell apart.
const KEY_LETTERS: &[u8; 32] = b"abcdefghijkmnpqrstuvwxyz23456789";
/// The same in upper case, for references.
const REFERENCE_LETTERS: &[u8; 32] = b"ABCDEFGHJKLMNPQRSTUVWXYZ23456789";

/// The form of ids. The reference leaves it open.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum IdShape {
    Uuid,
    /// A UUID of version 5, as in the vendor's recordings.
    NamedUuid,
    /// 32 hexadecimal digits.
    Hex,
    /// Letters and digits behind a prefix.
    Prefixed,
}

impl IdShape {
    pub const ALL: [Self; 4] = [Self::Uuid, Self::NamedUuid, Self::Hex, Self::Prefixed];
}

/// Issues ids for all accounts.
pub struct Ids {
    source: Source,
    shape: IdShape,
    drawn: AtomicU64,
}

/// Where the bits of an id come from.
enum Source {
    Seed(u64),
    /// A keyed hash (`SipHash`) of the position. The operating system draws its 128-bit key, so known ids do not lead to others.
    Key(RandomState),
}

impl Ids {
    pub fn new(seed: Option<u64>, shape: IdShape) -> Self {
        let source = seed.map_or_else(|| Source::Key(RandomState::new()), |seed| Source::Seed(mix(seed)));
        Self { source, shape, drawn: AtomicU64::new(0) }
    }

    fn draw(&self) -> u64 {
        let position = self.drawn.fetch_add(1, Ordering::Relaxed);
        match &self.source {
            Source::Seed(seed) => mix(seed.wrapping_add(position.wrapping_add(1).wrapping_mul(GOLDEN))),
            Source::Key(key) => key.hash_one(position),
        }
    }

    /// A lower-case id. It is a UUID unless another form was chosen.
    pub fn uuid(&self) -> String {
        if self.shape == IdShape::Prefixed {
            let letters = spell(self.draw(), 12, KEY_LETTERS) + &spell(self.draw(), 12, KEY_LETTERS);
            return format!("hp-{letters}");
        }
        let mut bytes = [0; 16];
        bytes[..8].copy_from_slice(&self.draw().to_be_bytes());
        bytes[8..].copy_from_slice(&self.draw().to_be_bytes());
        match self.shape {
            IdShape::NamedUuid => uuid::Builder::from_sha1_bytes(bytes).into_uuid().hyphenated().to_string(),
            IdShape::Hex => uuid::Builder::from_random_bytes(bytes).into_uuid().simple().to_string(),
            _ => uuid::Builder::from_random_bytes(bytes).into_uuid().hyphenated().to_string(),
        }
    }

    /// A short key for a public link, unrelated to any other id.
    pub fn key(&self) -> String {
        spell(self.draw(), 12, KEY_LETTERS)
    }

    /// A short upper-case reference of an order.
    pub fn reference(&self) -> String {
        spell(self.draw(), 9, REFERENCE_LETTERS)
    }
}

fn spell(mut bits: u64, length: usize, letters: &[u8; 32]) -> String {
    (0..length)
        .map(|_| {
            let letter = letters[usize::try_from(bits & 31).unwrap_or(0)];
            bits >>= 5;
            char::from(letter)
        })
        .collect()
}

/// Mixes bits.
pub fn mix(mut bits: u64) -> u64 {
    bits = (bits ^ (bits >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    bits = (bits ^ (bits >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    bits ^ (bits >> 31)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_seed_gives_the_same_ids_and_another_seed_others() {
        let draw = |seed| {
            let ids = Ids::new(Some(seed), IdShape::Uuid);
            (ids.uuid(), ids.key(), ids.reference())
        };
        assert_eq!(draw(7), draw(7));
        assert_ne!(draw(7), draw(8));
    }

    #[test]
    fn without_a_seed_every_start_gives_other_ids() {
        let draw = || {
            let ids = Ids::new(None, IdShape::Uuid);
            [ids.uuid(), ids.uuid(), ids.key(), ids.reference()]
        };
        let ids: std::collections::HashSet<String> = (0..50).flat_map(|_| draw()).collect();
        assert_eq!(ids.len(), 200);
    }

    #[test]
    fn ids_are_lower_case_and_uuid_shaped() {
        let ids = Ids::new(Some(0), IdShape::Uuid);
        for _ in 0..100 {
            let id = ids.uuid();
            assert_eq!(id.len(), 36, "{id}");
            assert_eq!(id, id.to_lowercase());
            assert_eq!(ids.key().len(), 12);
            assert_eq!(ids.reference().len(), 9);
        }
    }

    #[test]
    fn ids_of_every_shape_are_lower_case_and_safe_in_urls() {
        for shape in IdShape::ALL {
            let id = Ids::new(Some(3), shape).uuid();
            let is_safe = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
            assert!(id.len() >= 20 && id.bytes().all(is_safe), "{id}");
        }
    }
}
