//! Conditional permutations: what the neighbours of each unit have when the values of all other units
//! are in random order (Anselin 1995, section 3.2).
//!
//! *Draws*: replicate r is one random order of the units, of which the first d + 1 places are drawn; the
//! neighbours of unit i get the first d of them that are not i. For every unit that is a draw without
//! replacement from all others, and the same orders serve all units, as in GeoDa and esda: p-values of
//! different units are not independent of each other, which they are not in the sample either. Orders are a
//! function of the key and r alone, so that all periods, variables and statistics of a series share
//! them too.
//!
//! *Cost*: orders are drawn once for all units. Where the weights of a row are equal, the lag of a unit is
//! a sum of first places that is the same for all units with as many neighbours; else it is R·d
//! products of contiguous values.

use super::layout::Layout;
use crate::math::lanes::LANES;
use crate::math::simd::{Kernel, dispatch};
use crate::math::words::Words;
use rayon::prelude::*;

/// Replicates of a table.
const REPLICATES: usize = 20 * LANES;
/// How much one task of the thread pool does at least, in values that are looked at.
const TASK: usize = 1 << 16;

/// Replicates of a local statistic in the tails of the observed one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Tails {
    /// At least as large.
    pub above: u32,
    /// At least as small.
    pub below: u32,
}

impl Tails {
    fn and(self, other: Self) -> Self {
        Self { above: self.above + other.above, below: self.below + other.below }
    }
}

/// What is compared: a·Σ w v + b·Σ w v² of the neighbours' values v with what it is in the sample.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Wanted {
    /// a.
    pub linear: f64,
    /// b; the squares are not looked at where it is zero.
    pub square: f64,
    /// In the sample.
    pub observed: f64,
    /// What counts as a tie.
    pub slack: f64,
}

/// The tails of `wanted`, one for each unit of `layout`, when the `values` of the others are permuted.
pub fn tails(
    layout: &Layout,
    values: &[f64],
    wanted: &[Wanted],
    (key, replicates): ([u8; 32], u32),
) -> Vec<Tails> {
    let n = layout.n();
    let rows: Vec<Row> = layout.rows.iter().map(|row| Row::of(row)).collect();
    let widest = rows.iter().map(Row::degree).max().unwrap_or(0);
    let squares = wanted.iter().any(|w| w.square != 0.0);
    let tables = (replicates as usize).div_ceil(REPLICATES);
    let none = || vec![Tails::default(); n];
    let counted = |table: usize| {
        let first = table * REPLICATES;
        let used = REPLICATES.min(replicates as usize - first);
        let table = Table::drawn(key, (first, used), (values, widest), squares);
        let at_once = (TASK / (used * (1 + layout.rows.len().min(8)))).max(1);
        (0..n)
            .into_par_iter()
            .with_min_len(at_once)
            .map_init(Scratch::default, |scratch, i| table.tails(i, &rows[i], wanted[i], scratch))
            .collect::<Vec<Tails>>()
    };
    let sum = |a: Vec<Tails>, b: Vec<Tails>| a.into_iter().zip(b).map(|(a, b)| a.and(b)).collect();
    (0..tables).into_par_iter().map(counted).reduce(none, sum)
}

/// The weights of a unit's neighbours.
enum Row {
    /// So many, all with this weight.
    Equal(usize, f64),
    /// One by one.
    Each(Vec<f64>),
}

impl Row {
    fn of(row: &[(usize, f64)]) -> Self {
        let first = row.first().map_or(0.0, |&(_, w)| w);
        if row.iter().all(|&(_, w)| w == first) {
            Self::Equal(row.len(), first)
        } else {
            Self::Each(row.iter().map(|&(_, w)| w).collect())
        }
    }

    fn degree(&self) -> usize {
        match self {
            Self::Equal(degree, _) => *degree,
            Self::Each(weights) => weights.len(),
        }
    }
}

/// Numbers of the replicates of a table.
type Column = [f64; REPLICATES];

/// Lags of a unit.
struct Scratch {
    lag: Box<Column>,
    square: Box<Column>,
    /// The place of the unit in each order, if it is among the first; infinite if not. As wide as the values
    /// that are chosen by it.
    place: Box<Column>,
}

impl Default for Scratch {
    fn default() -> Self {
        let zeros = || Box::new([0.0; REPLICATES]);
        Self { lag: zeros(), square: zeros(), place: Box::new([f64::INFINITY; REPLICATES]) }
    }
}

/// First places of random orders.
struct Table<'a> {
    values: &'a [f64],
    used: usize,
    /// The values in place k of every order, and their squares if they are wanted.
    columns: [Vec<Column>; 2],
    /// Their sums over the places before k.
    sums: [Vec<Column>; 2],
    /// (order, place) of every unit that is among the first places, by unit.
    starts: Vec<u32>,
    found: Vec<(u16, u32)>,
}

impl<'a> Table<'a> {
    /// Orders `first` and on, `used` of them; so many neighbours at most.
    fn drawn(
        key: [u8; 32],
        (first, used): (usize, usize),
        (values, widest): (&'a [f64], usize),
        squares: bool,
    ) -> Self {
        let n = values.len();
        let places = (widest + 1).min(n);
        let mut ids = vec![[0_u32; REPLICATES]; places];
        let mut order: Vec<u32> = (0..n as u32).collect();
        let mut picks = vec![[0_usize; LANES]; places];
        for tile in 0..used.div_ceil(LANES) {
            let mut words = Words::new(key, (first + tile * LANES) as u64);
            for (k, picks) in picks.iter_mut().enumerate() {
                *picks = words.below(n - k);
            }
            for l in 0..LANES {
                for (k, picks) in picks.iter().enumerate() {
                    order.swap(k, k + picks[l]);
                    ids[k][tile * LANES + l] = order[k];
                }
                // Undone, the array is in order again without being written anew.
                for (k, picks) in picks.iter().enumerate().rev() {
                    order.swap(k, k + picks[l]);
                }
            }
        }
        let (starts, found) = occurrences(&ids, used, n);
        let column = |power: i32| -> Vec<Column> {
            let value = |&id: &u32| {
                if power == 1 { values[id as usize] } else { values[id as usize].powi(2) }
            };
            ids.iter()
                .map(|ids| {
                    let mut column = [0.0; REPLICATES];
                    column.iter_mut().zip(ids).for_each(|(c, id)| *c = value(id));
                    column
                })
                .collect()
        };
        let columns = [column(1), if squares { column(2) } else { Vec::new() }];
        let sums = [0, 1].map(|of: usize| running(&columns[of]));
        Self { values, used, columns, sums, starts, found }
    }

    fn tails(&self, unit: usize, row: &Row, wanted: Wanted, scratch: &mut Scratch) -> Tails {
        let found = &self.found[self.starts[unit] as usize..self.starts[unit + 1] as usize];
        let degree = row.degree();
        // Where a unit has all others for neighbours its own place is the only one left out.
        let inside = found.iter().filter(|(_, k)| (*k as usize) < degree);
        match row {
            Row::Equal(degree, weight) => self.equal(unit, (*degree, *weight), inside, wanted),
            Row::Each(weights) => {
                // Where it is in few orders, those are mended one by one.
                let few = 4 * found.len() < self.used;
                if !few {
                    found.iter().for_each(|&(r, k)| scratch.place[r as usize] = f64::from(k));
                }
                let tails = dispatch(Each { table: self, weights, wanted, scratch, found, few });
                found.iter().for_each(|&(r, _)| scratch.place[r as usize] = f64::INFINITY);
                tails
            }
        }
    }

    /// Counts all orders as if the unit were in none, then mends those that it is in.
    fn equal<'f>(
        &self,
        unit: usize,
        (degree, weight): (usize, f64),
        inside: impl Iterator<Item = &'f (u16, u32)>,
        wanted: Wanted,
    ) -> Tails {
        let (a, b) = (weight * wanted.linear, weight * wanted.square);
        let squares = if b == 0.0 { None } else { Some(&self.sums[1]) };
        let linear = &self.sums[0];
        let all = dispatch(Compared {
            linear: &linear[degree][..self.used],
            square: squares.map(|s| &s[degree][..self.used]),
            factors: (a, b),
            wanted,
        });
        let (mut above, mut below) = (all.above, all.below);
        let own = self.values[unit];
        // As [`Compared`] has it, to the last bit: what was counted there is taken back here.
        let gap = |sum: f64, square: f64| match squares {
            Some(_) => a.mul_add(sum, b * square) - wanted.observed,
            None => a.mul_add(sum, -wanted.observed),
        };
        for &(r, _) in inside {
            let r = r as usize;
            let square = |k: usize| squares.map_or(0.0, |s| s[k][r]);
            let with = gap(linear[degree][r], square(degree));
            let own_square = if squares.is_some() { own * own } else { 0.0 };
            let without = gap(linear[degree + 1][r] - own, square(degree + 1) - own_square);
            above = above + u32::from(without >= -wanted.slack) - u32::from(with >= -wanted.slack);
            below = below + u32::from(without <= wanted.slack) - u32::from(with <= wanted.slack);
        }
        Tails { above, below }
    }
}

/// Sums of the columns before each.
fn running(columns: &[Column]) -> Vec<Column> {
    let mut sums = Vec::with_capacity(columns.len() + 1);
    let mut sum = [0.0; REPLICATES];
    if !columns.is_empty() {
        sums.push(sum);
    }
    for column in columns {
        sum.iter_mut().zip(column).for_each(|(s, c)| *s += c);
        sums.push(sum);
    }
    sums
}

/// Where each unit is among the first places, by unit.
fn occurrences(ids: &[[u32; REPLICATES]], used: usize, n: usize) -> (Vec<u32>, Vec<(u16, u32)>) {
    let mut starts = vec![0_u32; n + 1];
    for ids in ids {
        ids[..used].iter().for_each(|&id| starts[id as usize + 1] += 1);
    }
    for i in 0..n {
        starts[i + 1] += starts[i];
    }
    let mut next = starts.clone();
    let mut found = vec![(0_u16, 0_u32); starts[n] as usize];
    for (k, ids) in ids.iter().enumerate() {
        for (r, &id) in ids[..used].iter().enumerate() {
            let at = &mut next[id as usize];
            found[*at as usize] = (r as u16, k as u32);
            *at += 1;
        }
    }
    (starts, found)
}

/// How many a·x + b·y lie in the tails.
struct Compared<'a> {
    linear: &'a [f64],
    square: Option<&'a [f64]>,
    factors: (f64, f64),
    wanted: Wanted,
}

impl Kernel for Compared<'_> {
    type Output = Tails;

    #[inline(always)]
    fn run(self) -> Tails {
        let (a, b) = self.factors;
        let Wanted { observed, slack, .. } = self.wanted;
        let (mut above, mut below) = (0_u64, 0_u64);
        // Loops, not closures: those would be compiled for the oldest processor.
        if let Some(square) = self.square {
            for (x, y) in self.linear.iter().zip(square) {
                let gap = a.mul_add(*x, b * y) - observed;
                above += u64::from(gap >= -slack);
                below += u64::from(gap <= slack);
            }
        } else {
            for x in self.linear {
                let gap = a.mul_add(*x, -observed);
                above += u64::from(gap >= -slack);
                below += u64::from(gap <= slack);
            }
        }
        Tails { above: above as u32, below: below as u32 }
    }
}

/// The lags of a unit whose neighbours differ in weight, and how many lie in the tails.
struct Each<'a> {
    table: &'a Table<'a>,
    weights: &'a [f64],
    wanted: Wanted,
    scratch: &'a mut Scratch,
    found: &'a [(u16, u32)],
    few: bool,
}

impl Kernel for Each<'_> {
    type Output = Tails;

    #[inline(always)]
    fn run(self) -> Tails {
        let Self { table, weights, wanted, scratch, found, few } = self;
        let Scratch { lag, square, place } = scratch;
        let squares = wanted.square != 0.0;
        if few {
            lag_of_first(&table.columns[0], weights, lag);
            mend(&table.columns[0], weights, found, lag);
        } else {
            lag_of(&table.columns[0], weights, place, lag);
        }
        if squares && few {
            lag_of_first(&table.columns[1], weights, square);
            mend(&table.columns[1], weights, found, square);
        } else if squares {
            lag_of(&table.columns[1], weights, place, square);
        }
        Compared {
            linear: &lag[..table.used],
            square: squares.then_some(&square[..table.used]),
            factors: (wanted.linear, wanted.square),
            wanted,
        }
        .run()
    }
}

/// Σ_k w_k v_k over the places that are not the unit's own: those after it move up by one.
#[inline(always)]
fn lag_of(columns: &[Column], weights: &[f64], place: &Column, lag: &mut Column) {
    // Sums of a few replicates stay in registers.
    for (b, sums) in lag.as_chunks_mut::<LANES>().0.iter_mut().enumerate() {
        let places = &place.as_chunks::<LANES>().0[b];
        let mut sum = [0.0_f64; LANES];
        for (k, &w) in weights.iter().enumerate() {
            let here = &columns[k].as_chunks::<LANES>().0[b];
            let next = &columns.get(k + 1).unwrap_or(&columns[k]).as_chunks::<LANES>().0[b];
            let at = k as f64;
            for l in 0..LANES {
                let (before, after) = (here[l], next[l]);
                let value = if at < places[l] { before } else { after };
                sum[l] = w.mul_add(value, sum[l]);
            }
        }
        *sums = sum;
    }
}

/// Σ_k w_k v_k over the first places, whoever is there.
#[inline(always)]
fn lag_of_first(columns: &[Column], weights: &[f64], lag: &mut Column) {
    for (b, sums) in lag.as_chunks_mut::<LANES>().0.iter_mut().enumerate() {
        let mut sum = [0.0_f64; LANES];
        for (&w, column) in weights.iter().zip(columns) {
            let values = &column.as_chunks::<LANES>().0[b];
            for l in 0..LANES {
                sum[l] = w.mul_add(values[l], sum[l]);
            }
        }
        *sums = sum;
    }
}

/// The same of the orders in which the unit itself is among the first places.
#[inline(always)]
fn mend(columns: &[Column], weights: &[f64], found: &[(u16, u32)], lag: &mut Column) {
    for &(r, own) in found {
        let (r, own) = (r as usize, own as usize);
        if own >= weights.len() {
            continue;
        }
        let mut sum = 0.0_f64;
        for (k, &w) in weights.iter().enumerate() {
            let value = columns[if k < own { k } else { k + 1 }][r];
            sum = w.mul_add(value, sum);
        }
        lag[r] = sum;
    }
}
