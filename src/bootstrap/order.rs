//! Exact order statistics of more numbers than memory holds, from several passes over them.
//!
//! The first pass counts how many numbers fall into each bin of a fixed grid. A bin that holds a
//! wanted rank is an interval of the total order of `f64`; the next pass collects what lies in it,
//! or, where that is too much, counts it by a finer grid over the interval. Memory is bounded
//! whatever the numbers are: infinite, equal, or far from where the grid was laid.

use std::collections::BTreeMap;

/// Bins of a grid.
const BINS: usize = 1 << 14;

/// The place of a number in the total order ([`f64::total_cmp`]).
fn key(v: f64) -> u64 {
    let bits = v.to_bits();
    if bits >> 63 == 0 { bits | 1 << 63 } else { !bits }
}

/// The number at a place in the total order.
fn number(key: u64) -> f64 {
    f64::from_bits(if key >> 63 == 1 { key & !(1 << 63) } else { !key })
}

/// How many numbers fall into each of [`BINS`] equal bins; the outer bins are open.
#[derive(Debug, Clone)]
pub struct Counts {
    low: f64,
    bins_per_unit: f64,
    counts: Vec<u32>,
}

impl Counts {
    /// A grid over `centre` ± 12 `spread`. It only decides how many passes are needed.
    pub fn around(centre: f64, spread: f64) -> Self {
        let sound = centre.is_finite() && spread.is_finite() && spread > 0.0;
        let (low, width) =
            if sound { (centre - 12.0 * spread, 24.0 * spread) } else { (-12.0, 24.0) };
        Self { low, bins_per_unit: BINS as f64 / width, counts: vec![0; BINS] }
    }

    /// Counts a number.
    #[inline]
    pub fn add(&mut self, v: f64) {
        let bin = self.bin(v);
        self.counts[bin] += 1;
    }

    /// The bin of a number. Does not fall as the number rises.
    #[inline]
    fn bin(&self, v: f64) -> usize {
        if v.is_nan() && v.is_sign_positive() {
            return BINS - 1;
        }
        // A negative number, and what is not a number, becomes 0.
        (((v - self.low) * self.bins_per_unit) as usize).min(BINS - 1)
    }

    /// The smallest place in the total order whose number falls into bin `bin` or a later one.
    fn start(&self, bin: usize) -> u64 {
        let (mut low, mut high) = (0, u64::MAX);
        while low < high {
            let middle = low + (high - low) / 2;
            if self.bin(number(middle)) >= bin { high = middle } else { low = middle + 1 }
        }
        low
    }

    /// Where the numbers of `ranks` (from 1) are to be looked for, not holding more than `most`
    /// numbers of an interval at once.
    pub fn search(&self, ranks: impl IntoIterator<Item = u64>, most: usize) -> Search {
        let mut search =
            Search { most: most as u64, found: BTreeMap::new(), intervals: Vec::new() };
        let ends = |bin| {
            let last = if bin + 1 < BINS { self.start(bin + 1) - 1 } else { u64::MAX };
            (self.start(bin), last)
        };
        search.lay(&self.counts, 0, ranks.into_iter().collect(), ends);
        search
    }
}

/// Looks for the numbers of some ranks.
#[derive(Debug, Clone)]
pub struct Search {
    most: u64,
    found: BTreeMap<u64, f64>,
    /// Apart from each other, in rising order.
    intervals: Vec<Interval>,
}

/// Consecutive places of the total order that hold wanted ranks.
#[derive(Debug, Clone)]
struct Interval {
    first: u64,
    last: u64,
    /// Numbers before it.
    before: u64,
    ranks: Vec<u64>,
    inside: Inside,
}

#[derive(Debug, Clone)]
enum Inside {
    /// Few enough to hold.
    Held(Vec<f64>),
    /// Counted by equal bins of 2^`shift` places.
    Counted { shift: u32, counts: Vec<u32> },
}

impl Search {
    /// Lays an interval over every bin that holds some of `ranks`. The bins hold `counts` numbers
    /// after `before` others; `ends` gives the first and last place of a bin.
    fn lay(
        &mut self,
        counts: &[u32],
        before: u64,
        mut ranks: Vec<u64>,
        ends: impl Fn(usize) -> (u64, u64),
    ) {
        ranks.sort_unstable();
        ranks.dedup();
        let mut ranks = ranks.into_iter().peekable();
        let mut before = before;
        for (bin, &count) in counts.iter().enumerate() {
            let upto = before + u64::from(count);
            let mut inside = Vec::new();
            while let Some(rank) = ranks.next_if(|r| *r <= upto) {
                inside.push(rank);
            }
            if !inside.is_empty() {
                let (first, last) = ends(bin);
                self.enter(first, last, (before, count), inside);
            }
            before = upto;
        }
    }

    fn enter(&mut self, first: u64, last: u64, (before, count): (u64, u32), ranks: Vec<u64>) {
        if first == last {
            self.found.extend(ranks.into_iter().map(|rank| (rank, number(first))));
            return;
        }
        let inside = if u64::from(count) <= self.most {
            Inside::Held(Vec::with_capacity(count as usize))
        } else {
            // As few places a bin as cover the interval.
            let bits = u64::BITS - (last - first).leading_zeros();
            let shift = bits.saturating_sub(BINS.trailing_zeros());
            Inside::Counted { shift, counts: vec![0; BINS] }
        };
        self.intervals.push(Interval { first, last, before, ranks, inside });
    }

    /// Takes a number of another pass.
    #[inline]
    pub fn add(&mut self, v: f64) {
        let place = key(v);
        let at = self.intervals.partition_point(|interval| interval.last < place);
        let Some(interval) = self.intervals.get_mut(at) else { return };
        if place < interval.first {
            return;
        }
        match &mut interval.inside {
            Inside::Held(values) => values.push(v),
            Inside::Counted { shift, counts } => {
                counts[((place - interval.first) >> *shift) as usize] += 1;
            }
        }
    }

    /// Ends a pass over all numbers; whether all ranks are found.
    pub fn end_pass(&mut self) -> bool {
        for interval in std::mem::take(&mut self.intervals) {
            let Interval { first, last, before, ranks, inside } = interval;
            match inside {
                Inside::Held(mut values) => {
                    values.sort_unstable_by(f64::total_cmp);
                    // A rank of the interval lies within it, unless another pass showed others.
                    let of = |rank: u64| values.get((rank - before - 1) as usize).copied();
                    self.found.extend(ranks.into_iter().filter_map(|r| Some((r, of(r)?))));
                }
                Inside::Counted { shift, counts } => {
                    let width = 1_u64 << shift;
                    self.lay(&counts, before, ranks, |bin| {
                        let start = first + bin as u64 * width;
                        (start, start.saturating_add(width - 1).min(last))
                    });
                }
            }
        }
        self.intervals.is_empty()
    }

    /// The number of a rank that was asked for, once all are found.
    pub fn value(&self, rank: u64) -> Option<f64> {
        self.found.get(&rank).copied()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::math::random::Stream;

    /// Every rank of `values`, found while holding at most `most` numbers, and the passes it took.
    fn ranked(values: &[f64], (centre, spread): (f64, f64), most: usize) -> (Vec<u64>, u32) {
        let mut counts = Counts::around(centre, spread);
        values.iter().for_each(|v| counts.add(*v));
        let ranks = 1..=values.len() as u64;
        let mut search = counts.search(ranks.clone(), most);
        let mut passes = 1;
        while !search.intervals.is_empty() {
            values.iter().for_each(|v| search.add(*v));
            search.end_pass();
            passes += 1;
        }
        let bits = |rank| search.value(rank).expect("every rank is found").to_bits();
        (ranks.map(bits).collect(), passes)
    }

    fn sorted(values: &[f64]) -> Vec<u64> {
        let mut values = values.to_vec();
        values.sort_unstable_by(f64::total_cmp);
        values.iter().map(|v| v.to_bits()).collect()
    }

    #[test]
    fn keys_follow_the_total_order() {
        let rising =
            [-f64::NAN, f64::NEG_INFINITY, -1.0, -1e-310, -0.0, 0.0, 1e-310, f64::INFINITY];
        assert!(rising.windows(2).all(|w| key(w[0]) < key(w[1])));
        assert!(rising.iter().all(|v| number(key(*v)).to_bits() == v.to_bits()));
    }

    #[test]
    fn ranks_are_those_of_sorting() {
        let mut stream = Stream::new([3; 32], 0);
        let normal: Vec<f64> = (0..3_000).map(|_| 2.0 + 0.1 * stream.normal()).collect();
        assert_eq!(ranked(&normal, (2.0, 0.1), 100), (sorted(&normal), 2));
        // A grid that misses them all, and intervals that must be cut finer.
        assert_eq!(ranked(&normal, (50.0, 0.1), 3).0, sorted(&normal));
        assert_eq!(ranked(&normal, (f64::NAN, 0.0), 1).0, sorted(&normal));
    }

    #[test]
    fn odd_numbers_have_ranks_too() {
        let mut odd = vec![f64::NAN, -f64::NAN, f64::INFINITY, f64::NEG_INFINITY, 0.0, -0.0];
        odd.extend([1e300, -1e300, 5e-324, -5e-324, 1.0, 1.0, 1.0, 1.0 + f64::EPSILON]);
        for grid in [(0.0, 1.0), (1.0, 1e-20), (1e308, 1e308)] {
            for most in [1, 2, 100] {
                assert_eq!(ranked(&odd, grid, most).0, sorted(&odd), "{grid:?} {most}");
            }
        }
    }

    #[test]
    fn equal_numbers_are_not_collected() {
        let same = vec![0.25; 1_000];
        let (found, passes) = ranked(&same, (0.0, 1.0), 10);
        assert_eq!(found, sorted(&same));
        assert!(passes <= 6);
    }
}
