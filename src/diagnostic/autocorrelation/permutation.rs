//! The distribution of a statistic over random permutations of the values over units.
//!
//! *Draws*: replicate (b, l) gives unit i the value of unit ρ_l(σ_b(i)), where σ_b, one for each block,
//! and ρ_l, one for each of the [`LANES`] places in a block, are independent uniform permutations, but
//! σ₀ and ρ₀, which change nothing: replicate (0, 0) is the sample itself. Every replicate is uniform,
//! and any two are independent, so that the number of them in a tail has the mean and the variance that
//! it has under independent draws. Seen from any of its members, the whole grid is drawn alike, so that
//! p = (#{at least as extreme} + 1)/(R + 1) is exact: P(p ≤ α) ≤ α when values are exchangeable over
//! units (Hemerik & Goeman 2018, theorem 2). Where R + 1 is no multiple of the places, those that are not
//! used are drawn as well.
//!
//! *Why*: a block costs one shuffle, and its replicates lie side by side: every weight is read once for
//! all of them. Statistics that are sums of products use the weights of a pair, w_ij + w_ji, once.
//!
//! Nothing depends on how blocks are shared out to threads: counts are whole numbers, and sums are added
//! in the order of blocks. The same key gives the same permutations, whatever the variable and the
//! statistic: those of all periods and statistics of a series are the same draws.

use crate::math::random::Stream;
use crate::math::simd::{Kernel, dispatch};
use rayon::prelude::*;
use std::collections::BTreeSet;

/// Replicates of a block. The usual R + 1 are multiples of it.
pub const LANES: usize = 20;

/// A number of each replicate of a block.
pub type Lane = [f64; LANES];

/// How much one task of the thread pool does at least, in units of values that are moved.
const TASK: usize = 1 << 16;

/// A sum over units and pairs of units, of the values that a permutation gives them.
pub trait Form<const K: usize>: Sync {
    /// K numbers of every replicate of a block, from the values of each unit. Inline it always.
    fn of(&self, values: Permuted<'_>) -> [Lane; K];

    /// About how many values it reads.
    fn cost(&self) -> usize;
}

/// The values that the replicates of a block give to units. They are read where they lie: units whose
/// neighbours have near numbers find them in the cache.
#[derive(Debug, Clone, Copy)]
pub struct Permuted<'a> {
    start: &'a [Lane],
    order: &'a [u32],
}

impl<'a> Permuted<'a> {
    /// Of unit `i`.
    #[inline(always)]
    pub fn at(self, i: usize) -> &'a Lane {
        &self.start[self.order[i] as usize]
    }
}

/// Which permutations.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Permutations {
    /// What they are a function of, beside the number of units.
    pub key: [u8; 32],
    /// How many, R.
    pub replicates: u32,
}

/// Where a statistic lies among its replicates.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Distribution {
    /// Replicates that are at least as large.
    pub above: u32,
    /// Replicates that are at least as small.
    pub below: u32,
    /// Replicates.
    pub replicates: u32,
    /// Their mean.
    pub mean: f64,
    /// Their variance, divisor R.
    pub variance: f64,
}

/// A statistic of the sample: its value, and by how much a replicate that is the sample again may differ
/// by rounding.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Observed {
    /// Its value.
    pub value: f64,
    /// What counts as a tie.
    pub slack: f64,
}

/// What replicates of a block add up to.
#[derive(Debug, Clone, Copy, Default)]
struct Counts {
    above: u32,
    below: u32,
    /// Σ(θ* − θ) and Σ(θ* − θ)².
    sums: (f64, f64),
}

impl Permutations {
    /// The distribution of each number that `statistics` makes of the K sums of `form`.
    pub fn of<const K: usize, const S: usize>(
        &self,
        values: &[f64],
        form: &impl Form<K>,
        statistics: impl Fn([f64; K]) -> [f64; S] + Sync,
        observed: [Observed; S],
    ) -> [Distribution; S] {
        let n = values.len();
        let places = self.replicates as usize + 1;
        let blocks = places.div_ceil(LANES);
        let unused = self.unused(blocks * LANES - places, blocks * LANES);
        let start = self.start(values);
        let scratch = || vec![0_u32; n];
        let counted = |order: &mut Vec<u32>, block: usize| {
            self.shuffle(order, block);
            let values = Permuted { start: &start, order };
            let sums = dispatch(Block::<_, K> { form, values });
            let mut counts = [Counts::default(); S];
            for l in 0..LANES {
                let place = block * LANES + l;
                if place == 0 || unused.contains(&place) {
                    continue;
                }
                let found = statistics(std::array::from_fn(|k| sums[k][l]));
                for ((counts, found), Observed { value, slack }) in
                    counts.iter_mut().zip(found).zip(observed)
                {
                    let gap = found - value;
                    counts.above += u32::from(gap >= -slack);
                    counts.below += u32::from(gap <= slack);
                    counts.sums.0 += gap;
                    counts.sums.1 += gap * gap;
                }
            }
            counts
        };
        let at_once = (TASK / (n + form.cost())).max(1);
        let all: Vec<[Counts; S]> =
            (0..blocks).into_par_iter().with_min_len(at_once).map_init(scratch, counted).collect();
        std::array::from_fn(|s| self.distribution(all.iter().map(|block| block[s]), observed[s]))
    }

    fn distribution(
        &self,
        blocks: impl Iterator<Item = Counts>,
        Observed { value, .. }: Observed,
    ) -> Distribution {
        let all = blocks.fold(Counts::default(), |all, block| Counts {
            above: all.above + block.above,
            below: all.below + block.below,
            sums: (all.sums.0 + block.sums.0, all.sums.1 + block.sums.1),
        });
        let r = f64::from(self.replicates.max(1));
        let gap = all.sums.0 / r;
        Distribution {
            above: all.above,
            below: all.below,
            replicates: self.replicates,
            mean: value + gap,
            variance: (all.sums.1 / r - gap * gap).max(0.0),
        }
    }

    /// The values of ρ_l(i) side by side.
    fn start(&self, values: &[f64]) -> Vec<Lane> {
        let n = values.len();
        let mut start: Vec<Lane> = values.iter().map(|&v| [v; LANES]).collect();
        let mut order: Vec<u32> = (0..n as u32).collect();
        for l in 1..LANES {
            Stream::new(self.key, l as u64).shuffle_fast(&mut order);
            for (row, &from) in start.iter_mut().zip(&order) {
                row[l] = values[from as usize];
            }
        }
        start
    }

    /// σ_b.
    fn shuffle(&self, order: &mut [u32], block: usize) {
        for (i, place) in order.iter_mut().enumerate() {
            *place = i as u32;
        }
        if block > 0 {
            Stream::new(self.key, (1 << 32) + block as u64).shuffle_fast(order);
        }
    }

    /// So many distinct places of the grid, but not the first.
    fn unused(&self, count: usize, grid: usize) -> BTreeSet<usize> {
        let mut stream = Stream::new(self.key, 1 << 33);
        let mut out = BTreeSet::new();
        while out.len() < count {
            out.insert(1 + stream.below(grid - 1));
        }
        out
    }
}

/// The sums of a block.
struct Block<'a, F, const K: usize> {
    form: &'a F,
    values: Permuted<'a>,
}

impl<F: Form<K>, const K: usize> Kernel for Block<'_, F, K> {
    type Output = [Lane; K];

    #[inline(always)]
    fn run(self) -> [Lane; K] {
        self.form.of(self.values)
    }
}
