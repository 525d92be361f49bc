//! What a matrix is like at a glance.

use super::order::components;
use super::{Links, Weights};
use std::collections::HashMap;

/// Counts over the links of a matrix.
#[derive(Debug, Clone, PartialEq)]
pub struct Summary {
    /// Number of units.
    pub units: usize,
    /// Number of links, each way one.
    pub links: usize,
    /// Smallest number of neighbours.
    pub fewest: usize,
    /// Mean number of neighbours.
    pub mean: f64,
    /// Largest number of neighbours.
    pub most: usize,
    /// Positions of units without neighbours.
    pub islands: Vec<usize>,
    /// Number of parts that no link joins, islands among them.
    pub parts: usize,
    /// Whether every link leads both ways with the same weight before it is normalised.
    pub symmetric: bool,
}

impl Summary {
    /// The summary of `links`.
    pub fn of(links: &Links) -> Self {
        let units = links.units.len();
        let mut counts = vec![0; units];
        links.links.iter().for_each(|&(from, ..)| counts[from] += 1);
        let weights: HashMap<(usize, usize), f64> =
            links.links.iter().map(|&(from, to, weight)| ((from, to), weight)).collect();
        let mutual = |&(from, to, weight): &(usize, usize, f64)| {
            weights.get(&(to, from)).is_some_and(|back| *back == weight)
        };
        Self {
            units,
            links: links.links.len(),
            fewest: counts.iter().copied().min().unwrap_or(0),
            mean: links.links.len() as f64 / units.max(1) as f64,
            most: counts.iter().copied().max().unwrap_or(0),
            islands: (0..units).filter(|&i| counts[i] == 0).collect(),
            parts: components(units, &links.links),
            symmetric: links.links.iter().all(mutual),
        }
    }
}

/// Counts over the links of matrices that change over time.
#[derive(Debug, Clone, PartialEq)]
pub struct OverTime {
    /// Number of periods.
    pub periods: usize,
    /// Smallest and largest number of links of a period.
    pub links: (usize, usize),
    /// Smallest number of neighbours in any period.
    pub fewest: usize,
    /// Mean number of neighbours over units and periods.
    pub mean: f64,
    /// Largest number of neighbours in any period.
    pub most: usize,
    /// Positions of units without neighbours in every period.
    pub islands: Vec<usize>,
    /// Positions of units without neighbours in some periods, not in all.
    pub islands_at_times: Vec<usize>,
    /// Smallest and largest number of parts of a period.
    pub parts: (usize, usize),
    /// Whether the matrices of all periods are symmetric before they are normalised.
    pub symmetric: bool,
}

impl OverTime {
    /// The summary of the links of each period; `None` without a period.
    pub fn of<'l>(periods: impl Iterator<Item = &'l Links>) -> Option<Self> {
        let each: Vec<Summary> = periods.map(Summary::of).collect();
        let range = |of: fn(&Summary) -> usize| {
            Some((each.iter().map(of).min()?, each.iter().map(of).max()?))
        };
        let alone = |i: &usize| each.iter().filter(|s| s.islands.contains(i)).count();
        let units = 0..each.first()?.units;
        Some(Self {
            periods: each.len(),
            links: range(|s| s.links)?,
            fewest: range(|s| s.fewest)?.0,
            mean: each.iter().map(|s| s.mean).sum::<f64>() / each.len() as f64,
            most: range(|s| s.most)?.1,
            islands: units.clone().filter(|i| alone(i) == each.len()).collect(),
            islands_at_times: units.filter(|i| (1..each.len()).contains(&alone(i))).collect(),
            parts: range(|s| s.parts)?,
            symmetric: each.iter().all(|s| s.symmetric),
        })
    }
}

impl Weights {
    /// The matrix as it is normalised, as links.
    pub fn as_links(&self) -> Links {
        let row = |i: usize| self.row(i).map(move |(j, weight)| (i, j, weight));
        Links {
            units: self.units().as_slice().to_vec(),
            links: (0..self.n()).flat_map(row).collect(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::weights::tests::undirected;

    #[test]
    fn a_path_and_an_island() {
        let mut links = undirected(4, &[(0, 1), (1, 2)]);
        let summary = Summary::of(&links);
        assert_eq!((summary.units, summary.links, summary.parts), (4, 4, 2));
        assert_eq!((summary.fewest, summary.mean, summary.most), (0, 1.0, 2));
        assert_eq!((summary.islands, summary.symmetric), (vec![3], true));
        let pair = undirected(4, &[(0, 1)]);
        let over = OverTime::of([&links, &pair].into_iter()).unwrap();
        assert_eq!((over.periods, over.links, over.parts), (2, (2, 4), (2, 3)));
        assert_eq!((over.fewest, over.mean, over.most, over.symmetric), (0, 0.75, 2, true));
        assert_eq!((over.islands, over.islands_at_times), (vec![3], vec![2]));
        links.links[0].2 = 2.0;
        assert!(!Summary::of(&links).symmetric);
    }
}
