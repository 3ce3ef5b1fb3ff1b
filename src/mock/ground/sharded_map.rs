//! A map with many small locks, so that parallel requests seldom wait for each other.

use std::collections::HashMap;
use std::hash::{BuildHasher as _, BuildHasherDefault, Hasher};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

const SHARDS: usize = 64;

/// Locks, even after a panic elsewhere, because the data stays valid.
pub fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// A fast hash. It need not resist chosen keys, because the mock makes all keys at random.
#[derive(Default)]
struct Spread(u64);

impl Hasher for Spread {
    fn write(&mut self, bytes: &[u8]) {
        for chunk in bytes.chunks(8) {
            let mut word = [0; 8];
            word[..chunk.len()].copy_from_slice(chunk);
            self.0 = (self.0.rotate_left(5) ^ u64::from_le_bytes(word)).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        }
    }

    fn finish(&self) -> u64 {
        self.0 ^ (self.0 >> 32)
    }
}

type Hashing = BuildHasherDefault<Spread>;
type Shard<V> = Mutex<HashMap<Box<str>, Arc<V>, Hashing>>;

/// Shared values by text key.
pub struct ShardedMap<V> {
    shards: Vec<Shard<V>>,
}

impl<V> ShardedMap<V> {
    pub fn new() -> Self {
        Self { shards: (0..SHARDS).map(|_| Mutex::default()).collect() }
    }

    fn shard(&self, key: &str) -> &Shard<V> {
        // These are not the bits that a shard uses to find its entries.
        let hash = (Hashing::default().hash_one(key) >> 40) % SHARDS as u64;
        &self.shards[usize::try_from(hash).unwrap_or(0)]
    }

    pub fn insert(&self, key: &str, value: Arc<V>) {
        lock(self.shard(key)).insert(key.into(), value);
    }

    pub fn get(&self, key: &str) -> Option<Arc<V>> {
        lock(self.shard(key)).get(key).cloned()
    }

    /// A key for which this is true.
    pub fn find_key(&self, is_meant: &dyn Fn(&str) -> bool) -> Option<String> {
        let mut shards = self.shards.iter();
        shards.find_map(|shard| lock(shard).keys().find(|key| is_meant(key)).map(ToString::to_string))
    }

    /// The value of this key. A new one if there is none.
    pub fn get_or_default(&self, key: &str) -> Arc<V>
    where
        V: Default,
    {
        let mut shard = lock(self.shard(key));
        match shard.get(key) {
            Some(value) => Arc::clone(value),
            None => Arc::clone(shard.entry(key.into()).or_default()),
        }
    }

    /// Keeps only values for which `wanted` is true.
    pub fn retain(&self, wanted: impl Fn(&V) -> bool) {
        for shard in &self.shards {
            lock(shard).retain(|_, value| wanted(value));
        }
    }

    #[cfg(test)]
    pub fn len(&self) -> usize {
        self.shards.iter().map(|shard| lock(shard).len()).sum()
    }

    pub fn remove(&self, key: &str) -> Option<Arc<V>> {
        lock(self.shard(key)).remove(key)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_made_at_random_spread_over_all_shards() {
        let map = ShardedMap::new();
        for number in 0..SHARDS as u64 * 100 {
            let id = uuid::Uuid::from_u64_pair(number.wrapping_mul(0x9e37_79b9_7f4a_7c15), number);
            map.insert(&id.to_string(), Arc::new(()));
        }
        for shard in &map.shards {
            let count = lock(shard).len();
            assert!((50..200).contains(&count), "{count}");
        }
    }
}
