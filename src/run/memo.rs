//! Values made once each, by whichever thread comes first.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

/// A map whose values are made on first use.
#[derive(Debug)]
pub(super) struct Memo<K, V> {
    slots: Mutex<BTreeMap<K, Arc<OnceLock<Arc<V>>>>>,
    /// How often a value will yet be asked for, where that is known.
    expected: Mutex<BTreeMap<K, usize>>,
}

impl<K, V> Default for Memo<K, V> {
    fn default() -> Self {
        Self { slots: Mutex::new(BTreeMap::new()), expected: Mutex::new(BTreeMap::new()) }
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

    /// Announces that the value of `key` will be asked for once more.
    pub(super) fn expect(&self, key: K) {
        let mut expected = self.expected.lock().unwrap_or_else(PoisonError::into_inner);
        *expected.entry(key).or_default() += 1;
    }

    /// Says that one of those who were announced for `key` is done; after the last the value goes.
    pub(super) fn done_with(&self, key: &K) {
        let mut expected = self.expected.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(left) = expected.get_mut(key) else { return };
        *left -= 1;
        if *left == 0 {
            expected.remove(key);
            self.slots.lock().unwrap_or_else(PoisonError::into_inner).remove(key);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_goes_when_the_last_that_was_announced_is_done() {
        let memo: Memo<&str, u32> = Memo::default();
        memo.expect("a");
        memo.expect("a");
        assert_eq!(*memo.get("a", || 1), 1);
        memo.done_with(&"a");
        assert_eq!(*memo.get("a", || 2), 1);
        memo.done_with(&"a");
        assert_eq!(*memo.get("a", || 3), 3);
        memo.done_with(&"a");
        assert_eq!(*memo.get("a", || 4), 3);
    }
}
