//! Values made once each, by whichever thread comes first.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

/// A map whose values are made on first use.
#[derive(Debug)]
pub(super) struct Memo<K, V> {
    slots: Mutex<BTreeMap<K, Arc<OnceLock<Arc<V>>>>>,
}

impl<K, V> Default for Memo<K, V> {
    fn default() -> Self {
        Self { slots: Mutex::new(BTreeMap::new()) }
    }
}

impl<K: Ord, V> Memo<K, V> {
    /// The value of `key`, made by `make` if it is not there yet. Other keys are not held up while
    /// it is made. `make` must not depend on who asks.
    pub(super) fn get(&self, key: K, make: impl FnOnce() -> V) -> Arc<V> {
        let slot = {
            // A panic while the lock is held cannot leave the map half-changed.
            let mut slots = self.slots.lock().unwrap_or_else(PoisonError::into_inner);
            Arc::clone(slots.entry(key).or_default())
        };
        Arc::clone(slot.get_or_init(|| Arc::new(make())))
    }
}
