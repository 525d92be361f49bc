//! Replicates → summary in bounded memory.
//!
//! A few replicates are held and summarised as they are. Of more than that, a first pass sums what
//! is summed and counts how the numbers lie; the quantiles are then looked for by further passes, as
//! a rule one ([`super::order`]). Both ways sum in the order of the replicates and interpolate
//! between the same order statistics, so that their results are equal to the last bit.

use super::order::{Counts, Search};
use super::replicates::Replicates;
use super::summary::{Ends, Moments, Original, PERCENTILES, Scale, between, rank, summary};
use crate::outcome::BootstrapEstimate;
use rayon::prelude::*;

/// Replicates that are held at once: with thirty estimates, some 30 MB.
pub const HELD: usize = 65_520;
/// Numbers that are held at once of an interval that has a quantile.
const INTERVAL: usize = 16_384;

/// What `count` replicates say of each estimate, and how many could not be fitted. `pass` shows them
/// all in order, block by block, each time it is called; no more than `held` are kept at once. A
/// block may be taken, and is otherwise for `pass` to use again.
pub fn summarise<E>(
    originals: &[Original<'_>],
    count: usize,
    held: usize,
    mut pass: impl FnMut(&mut dyn FnMut(&mut Replicates)) -> Result<(), E>,
) -> Result<(usize, Vec<BootstrapEstimate>), E> {
    if count <= held {
        let mut all = Replicates::default();
        pass(&mut |block| all.append(block))?;
        return Ok((all.failed(), summary(originals, &all)));
    }
    let mut failed = 0;
    let mut columns: Vec<Column<'_>> = originals.iter().map(Column::new).collect();
    pass(&mut |block| {
        failed += block.failed();
        columns.par_iter_mut().enumerate().for_each(|(i, column)| column.count(block.of(i)));
    })?;
    let good = (count - failed) as u64;
    let columns = columns.into_iter().enumerate().filter(|(_, c)| c.moments.say_anything());
    let mut searches: Vec<(usize, Searches<'_>)> =
        columns.map(|(i, column)| (i, column.search())).collect();
    while !searches.is_empty() {
        pass(&mut |block| {
            searches.par_iter_mut().for_each(|(i, search)| search.add(block.of(*i)));
        })?;
        // Every search ends its pass, also behind one that is not done.
        if searches.iter_mut().map(|(_, s)| s.end_pass()).fold(true, |all, done| all & done) {
            break;
        }
    }
    Ok((failed, searches.iter().map(|(_, search)| search.estimate(good)).collect()))
}

/// The first pass over the replicates of an estimate.
struct Column<'a> {
    original: &'a Original<'a>,
    scale: Scale,
    moments: Moments,
    values: Counts,
    ratios: Counts,
}

impl<'a> Column<'a> {
    fn new(original: &'a Original<'a>) -> Self {
        Self {
            original,
            scale: Scale::of(original),
            moments: Moments::default(),
            values: Counts::around(original.estimate.value, original.estimate.std_error),
            ratios: Counts::around(0.0, 1.0),
        }
    }

    fn count(&mut self, replicates: impl Iterator<Item = (f64, f64)>) {
        for (v, std_error) in replicates {
            self.moments.add(self.original.estimate, v, std_error);
            self.values.add(v);
            self.ratios.add(self.scale.ratio(v, std_error));
        }
    }

    fn search(self) -> Searches<'a> {
        let count = self.moments.count;
        let bca = self.moments.bca_levels(self.original);
        let ranks = |levels: (f64, f64)| {
            [levels.0, levels.1].into_iter().flat_map(move |p| {
                let (below, _) = rank(count, p);
                [below, (below + 1).min(count)]
            })
        };
        let of_values = ranks(PERCENTILES).chain(bca.into_iter().flat_map(ranks));
        Searches {
            original: self.original,
            values: self.values.search(of_values, INTERVAL),
            ratios: self.ratios.search(ranks(PERCENTILES), INTERVAL),
            scale: self.scale,
            moments: self.moments,
            bca,
        }
    }
}

/// The passes after the first.
struct Searches<'a> {
    original: &'a Original<'a>,
    scale: Scale,
    moments: Moments,
    bca: Option<(f64, f64)>,
    values: Search,
    ratios: Search,
}

impl Searches<'_> {
    fn add(&mut self, replicates: impl Iterator<Item = (f64, f64)>) {
        for (v, std_error) in replicates {
            self.values.add(v);
            self.ratios.add(self.scale.ratio(v, std_error));
        }
    }

    fn end_pass(&mut self) -> bool {
        let values = self.values.end_pass();
        self.ratios.end_pass() && values
    }

    fn estimate(&self, good: u64) -> BootstrapEstimate {
        let count = self.moments.count;
        let quantile = |search: &Search, p: f64| {
            let (below, share) = rank(count, p);
            let of = |rank: u64| {
                search
                    .value(rank)
                    .expect("every pass shows the same replicates, so ranks are found")
            };
            if share == 0.0 {
                of(below)
            } else {
                between(of(below), of((below + 1).min(count)), share)
            }
        };
        let ends = |search: &Search, (low, high)| (quantile(search, low), quantile(search, high));
        let ends = Ends {
            percentile: ends(&self.values, PERCENTILES),
            ratio: ends(&self.ratios, PERCENTILES),
            bca: self.bca.map(|levels| ends(&self.values, levels)),
        };
        self.moments.estimate(self.original, ends, good)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::math::lanes::LANES;
    use crate::math::random::Stream;
    use crate::model::Term;
    use crate::outcome::Estimate;
    use std::convert::Infallible;

    const COUNT: usize = 5_000;

    fn estimate(term: Term, value: f64) -> Estimate {
        Estimate {
            term,
            value,
            std_error: 0.5,
            statistic: value / 0.5,
            p_value: 0.0,
            conf_low: 0.0,
            conf_high: 0.0,
        }
    }

    /// Two estimates: one as its standard error says, one far from it, which some
    /// replicates do not have; one in fifty failed.
    fn replicates() -> Replicates {
        let mut stream = Stream::new([8; 32], 0);
        let tiles = COUNT.div_ceil(LANES);
        let mut numbers = vec![[0.0; LANES]; 4 * tiles];
        for tile in numbers.chunks_exact_mut(4) {
            for l in 0..LANES {
                tile[0][l] = 0.3 + 0.5 * stream.normal();
                tile[1][l] = 1e4 + stream.normal();
                tile[2][l] = 0.5 + 0.1 * stream.normal().abs();
                // A function that does not exist in some replicates.
                tile[3][l] = if stream.normal() > 2.0 { 0.0 } else { 1e-6 };
            }
        }
        let good = |t: usize| std::array::from_fn(|l| (t * LANES + l) % 50 != 7);
        Replicates { estimates: 2, count: COUNT, numbers, good: (0..tiles).map(good).collect() }
    }

    #[test]
    fn many_replicates_are_summarised_as_few_are() {
        let all = replicates();
        let estimates = [estimate(Term::Rho, 0.25), estimate(Term::Constant, 1.0)];
        let originals: Vec<Original<'_>> = estimates
            .iter()
            .map(|estimate| Original { estimate, bounds: None, acceleration: Some(0.1) })
            .collect();
        let expected = summary(&originals, &all);
        assert!(expected[0].undefined == 0 && expected[1].undefined > 50);
        for block in [1, 7, 1_000] {
            let mut passes = 0;
            let pass = |visit: &mut dyn FnMut(&mut Replicates)| {
                passes += 1;
                for first in (0..all.good.len()).step_by(block) {
                    let tiles = first..(first + block).min(all.good.len());
                    visit(&mut Replicates {
                        estimates: 2,
                        count: (tiles.len() * LANES).min(COUNT - first * LANES),
                        numbers: all.numbers[4 * tiles.start..4 * tiles.end].to_vec(),
                        good: all.good[tiles].to_vec(),
                    });
                }
                Ok::<(), Infallible>(())
            };
            let held = if block == 1_000 { COUNT } else { 100 };
            let (failed, found) = summarise(&originals, COUNT, held, pass).unwrap();
            assert_eq!((failed, &found), (all.failed(), &expected));
            assert_eq!(passes, if held == COUNT { 1 } else { 2 });
        }
    }
}
