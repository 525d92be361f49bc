//! Replicates as they are drawn, block by block.

use crate::math::lanes::{LANES, Lane};

/// Estimates and standard errors of consecutive replicates. One that does not exist in a replicate
/// that could be fitted, which only functions of the estimates do, has a standard error of 0 there.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Replicates {
    /// Estimates a replicate, functions of them included.
    pub estimates: usize,
    /// Replicates; the last tile may hold more, which were not asked for.
    pub count: usize,
    /// For each tile the values of every estimate, then their standard errors.
    pub numbers: Vec<Lane>,
    /// Which replicates could be fitted.
    pub good: Vec<[bool; LANES]>,
}

impl Replicates {
    /// Drops those that come after the first `count`.
    pub fn truncate(&mut self, count: usize) {
        self.count = self.count.min(count);
        let tiles = self.count.div_ceil(LANES);
        self.good.truncate(tiles);
        self.numbers.truncate(tiles * 2 * self.estimates);
    }

    /// Adds those that follow, and leaves their memory to be used again; the first are taken over
    /// as they are. What is there already ends with a whole tile.
    pub fn append(&mut self, next: &mut Self) {
        debug_assert_eq!(self.count % LANES, 0);
        if self.good.is_empty() {
            *self = std::mem::take(next);
            return;
        }
        self.count += next.count;
        self.good.extend_from_slice(&next.good);
        self.numbers.extend_from_slice(&next.numbers);
    }

    /// How many could not be fitted.
    pub fn failed(&self) -> usize {
        self.count - self.good.iter().flatten().take(self.count).filter(|g| **g).count()
    }

    /// θ* and s* of estimate `i`, replicate by replicate, without those that could not be fitted
    /// and those in which it does not exist.
    pub fn of(&self, i: usize) -> impl Iterator<Item = (f64, f64)> {
        let tiles = self.numbers.chunks_exact(2 * self.estimates.max(1)).zip(&self.good);
        tiles
            .flat_map(move |(numbers, good)| {
                let (values, std_errors) = (&numbers[i], &numbers[self.estimates + i]);
                (0..LANES).map(move |l| (good[l], values[l], std_errors[l]))
            })
            .take(self.count)
            .filter(|(good, _, std_error)| *good && *std_error != 0.0)
            .map(|(_, value, std_error)| (value, std_error))
    }
}
