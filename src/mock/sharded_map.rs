//! A map in many small locks, so that requests at the same time seldom meet.

use std::collections::HashMap;
use std::hash::BuildHasher as _;
use std::hash::RandomState;
use std::sync::Arc;
use std::sync::Mutex;
use std::sync::MutexGuard;
use std::sync::PoisonError;

const SHARDS: usize = 64;

/// Takes a lock; a panic elsewhere leaves the data as usable as it was.
pub fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Shared values by text key.
pub struct ShardedMap<V> {
    hasher: RandomState,
    shards: Vec<Mutex<HashMap<Box<str>, Arc<V>>>>,
}

impl<V> ShardedMap<V> {
    pub fn new() -> Self {
        Self { hasher: RandomState::new(), shards: (0..SHARDS).map(|_| Mutex::default()).collect() }
    }

    fn shard(&self, key: &str) -> &Mutex<HashMap<Box<str>, Arc<V>>> {
        let hash = self.hasher.hash_one(key) % SHARDS as u64;
        &self.shards[usize::try_from(hash).unwrap_or(0)]
    }

    pub fn insert(&self, key: &str, value: Arc<V>) {
        lock(self.shard(key)).insert(key.into(), value);
    }

    pub fn get(&self, key: &str) -> Option<Arc<V>> {
        lock(self.shard(key)).get(key).cloned()
    }

    /// Keeps only the values of which `wanted` is true.
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
