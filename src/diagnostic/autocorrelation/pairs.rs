//! Sums over pairs of units of the values that permutations give them.

use super::layout::Layout;
use super::permutation::{Form, LANES, Lane, Permuted};

/// The weights of pairs, w_ij + w_ji for i < j, and what units count for by themselves.
#[derive(Debug, Clone, PartialEq)]
pub struct Pairs {
    starts: Vec<usize>,
    columns: Vec<u32>,
    weights: Vec<f64>,
    degrees: Vec<f64>,
}

impl Pairs {
    /// Of the weights of `layout`, whose diagonal is zero.
    pub fn of(layout: &Layout) -> Self {
        Self::both_ways(layout).unwrap_or_else(|| Self::one_way(layout))
    }

    fn empty(layout: &Layout) -> Self {
        Self {
            starts: vec![0],
            columns: Vec::new(),
            weights: Vec::new(),
            degrees: layout.degrees.clone(),
        }
    }

    /// Where every link goes both ways.
    fn both_ways(layout: &Layout) -> Option<Self> {
        let mut pairs = Self::empty(layout);
        for (i, row) in layout.rows.iter().enumerate() {
            for &(j, w) in row.iter().filter(|(j, _)| *j > i) {
                let back = layout.rows[j].binary_search_by_key(&i, |&(c, _)| c).ok()?;
                pairs.columns.push(j as u32);
                pairs.weights.push(w + layout.rows[j][back].1);
            }
            pairs.starts.push(pairs.columns.len());
        }
        let links: usize = layout.rows.iter().map(Vec::len).sum();
        (links == 2 * pairs.columns.len()).then_some(pairs)
    }

    /// Any links.
    fn one_way(layout: &Layout) -> Self {
        let mut upper: Vec<Vec<(u32, f64)>> = vec![Vec::new(); layout.n()];
        for (i, row) in layout.rows.iter().enumerate() {
            for &(j, w) in row {
                upper[i.min(j)].push((i.max(j) as u32, w));
            }
        }
        let mut pairs = Self::empty(layout);
        for row in &mut upper {
            row.sort_by_key(|&(j, _)| j);
            for both in row.chunk_by(|a, b| a.0 == b.0) {
                pairs.columns.push(both[0].0);
                pairs.weights.push(both.iter().map(|&(_, w)| w).sum());
            }
            pairs.starts.push(pairs.columns.len());
        }
        pairs
    }

    #[inline(always)]
    fn cross(&self, values: Permuted<'_>) -> Lane {
        let mut sum = [0.0; LANES];
        for (i, ends) in self.starts.windows(2).enumerate() {
            let own = values.at(i);
            let range = ends[0]..ends[1];
            let mut lag = [0.0_f64; LANES];
            for (&j, &w) in self.columns[range.clone()].iter().zip(&self.weights[range]) {
                let other = values.at(j as usize);
                for l in 0..LANES {
                    lag[l] = w.mul_add(other[l], lag[l]);
                }
            }
            for l in 0..LANES {
                sum[l] = own[l].mul_add(lag[l], sum[l]);
            }
        }
        sum
    }
}

/// Σ w_ij z_i z_j.
#[derive(Debug)]
pub struct Cross<'a>(pub &'a Pairs);

impl Form<1> for Cross<'_> {
    #[inline(always)]
    fn of(&self, values: Permuted<'_>) -> [Lane; 1] {
        [self.0.cross(values)]
    }

    fn cost(&self) -> usize {
        self.0.columns.len()
    }
}

/// Σ w_ij z_i z_j, Σ (r_i + c_i) z_i, Σ (r_i + c_i) z_i².
#[derive(Debug)]
pub struct CrossAndDegrees<'a>(pub &'a Pairs);

impl Form<3> for CrossAndDegrees<'_> {
    #[inline(always)]
    fn of(&self, values: Permuted<'_>) -> [Lane; 3] {
        let (mut linear, mut square) = ([0.0_f64; LANES], [0.0_f64; LANES]);
        for (i, &degree) in self.0.degrees.iter().enumerate() {
            let row = values.at(i);
            for l in 0..LANES {
                let weighted = degree * row[l];
                linear[l] += weighted;
                square[l] = weighted.mul_add(row[l], square[l]);
            }
        }
        [self.0.cross(values), linear, square]
    }

    fn cost(&self) -> usize {
        self.0.columns.len() + 2 * self.0.degrees.len()
    }
}

/// Σ a_i z_i.
#[derive(Debug)]
pub struct Dot<'a>(pub &'a [f64]);

impl Form<1> for Dot<'_> {
    #[inline(always)]
    fn of(&self, values: Permuted<'_>) -> [Lane; 1] {
        let mut sum = [0.0_f64; LANES];
        for (i, &a) in self.0.iter().enumerate() {
            let row = values.at(i);
            for l in 0..LANES {
                sum[l] = a.mul_add(row[l], sum[l]);
            }
        }
        [sum]
    }

    fn cost(&self) -> usize {
        self.0.len()
    }
}
