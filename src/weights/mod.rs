//! Spatial weights: who is whose neighbour, how strongly, and the spatial lag.
//!
//! Every matrix here is W = diag(a)·C: C the links as they were given, a one multiplier a row,
//! set by the normalisation. That form keeps what a normalisation destroys (the symmetry of C),
//! which is what makes the eigenvalues of W real and cheap.
//!
//! | file | what it does |
//! |---|---|
//! | `filter` | I − rW undone, sparse where links are symmetric |
//! | `spectrum` | admissible interval, log-determinant and traces |
//! | `by_period` | a matrix for each period |
//! | `panels` | the log-determinant of many units, without eigenvalues |
//! | `contiguity` | polygons → neighbours |
//! | `distance` | points → links by nearness, bands, inverses, kernels |
//! | `combine` | sums and products of matrices |
//! | `order` | neighbours of neighbours, parts that no link joins |
//! | `summary` | counts over links |
//! | `written` | links → GAL, GWT, Matrix Market, edges |

mod by_period;
pub mod combine;
pub mod contiguity;
pub mod distance;
pub mod filter;
pub mod order;
mod panels;
pub mod spectrum;
pub mod summary;
pub mod written;

use crate::ident::{UnitId, UnitIndex};
use crate::math::Matrix;
use crate::math::sparse::Pencil;
use crate::model::{Normalisation, RegionWeights};
use spectrum::Spectrum;
use std::sync::{Arc, OnceLock};

/// Links as they stand in a file: units by name, not yet tied to a panel.
#[derive(Debug, Clone, PartialEq)]
pub struct Links {
    /// Every unit the file names, with or without neighbours, in file order, distinct.
    pub units: Vec<UnitId>,
    /// (from, to, weight): weight of `to` in the lag of `from`; positions in `units`. No loops,
    /// no duplicates, weights finite, positive.
    pub links: Vec<(usize, usize, f64)>,
}

/// A weights matrix, tied to the units of a sample. Square, zero diagonal, finite, non-negative.
#[derive(Debug)]
pub struct Weights {
    units: UnitIndex,
    /// Compressed rows of C, columns rising within a row.
    starts: Vec<usize>,
    columns: Vec<usize>,
    links: Vec<f64>,
    /// Row multipliers a.
    multipliers: Vec<f64>,
    /// Entries of W, in the order of `columns`.
    entries: Vec<f64>,
    normalisation: Normalisation,
    algebra: Algebra,
    /// The matrix of each period, where they differ; everything else is then of their mean.
    periods: Vec<Weights>,
    pencil: OnceLock<Option<Arc<Pencil>>>,
    spectrum: OnceLock<Option<Spectrum>>,
}

/// How solves and determinants are computed. The numbers agree to rounding.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Algebra {
    /// As the number of units and of links suggests.
    BySize,
    /// Dense solves and eigenvalues.
    Dense,
    /// Sparse factorisations, of links that are symmetric; of others, as `Dense`.
    Sparse,
}

/// Why a matrix cannot be normalised.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum WeightsError {
    /// There is no link at all.
    #[error("no unit has a neighbour")]
    Empty,
    /// The eigenvalue iteration failed.
    #[error("the eigenvalues of the weights matrix could not be computed")]
    NoSpectrum,
    /// Links without a circle: no eigenvalue differs from 0.
    #[error(
        "the spectral radius is 0, as links that lead in no circle have it: nothing can be divided by \
         it; take normalise = \"row\", \"min-max\" or \"none\""
    )]
    NoRadius,
}

impl Weights {
    /// The matrix of `links`, whose units are those of `units` in the same order.
    pub fn new(
        units: &UnitIndex,
        links: &Links,
        normalisation: Normalisation,
    ) -> Result<Self, WeightsError> {
        debug_assert_eq!(units.as_slice(), links.units.as_slice());
        let mut sorted = links.links.clone();
        sorted.sort_unstable_by_key(|&(from, to, _)| (from, to));
        Self::from_links(units.clone(), &sorted)?.normalised(normalisation)
    }

    /// The matrix of the units at positions `keep`, in that order: their links normalised again,
    /// or the entries of the normalised whole.
    pub fn region(
        units: &UnitIndex,
        links: &Links,
        keep: &[usize],
        normalisation: Normalisation,
        how: RegionWeights,
    ) -> Result<Self, WeightsError> {
        let mut place = vec![None; units.len()];
        for (new, &old) in keep.iter().enumerate() {
            place[old] = Some(new);
        }
        let mut inner: Vec<(usize, usize, f64)> = links
            .links
            .iter()
            .filter_map(|&(from, to, weight)| Some((place[from]?, place[to]?, weight)))
            .collect();
        inner.sort_unstable_by_key(|&(from, to, _)| (from, to));
        let region = Self::from_links(units.subset(keep), &inner)?;
        match how {
            RegionWeights::Renormalise => region.normalised(normalisation),
            RegionWeights::Cut => {
                let whole = Self::new(units, links, normalisation)?;
                let multipliers = keep.iter().map(|&i| whole.multipliers[i]).collect();
                Ok(region.with_multipliers(multipliers, normalisation))
            }
        }
    }

    /// The same matrix of other units, as many.
    #[must_use]
    pub fn relabelled(mut self, units: UnitIndex) -> Self {
        debug_assert_eq!(units.len(), self.n());
        let periods = std::mem::take(&mut self.periods);
        self.periods = periods.into_iter().map(|w| w.relabelled(units.clone())).collect();
        self.units = units;
        self
    }

    fn from_links(units: UnitIndex, sorted: &[(usize, usize, f64)]) -> Result<Self, WeightsError> {
        if sorted.is_empty() {
            return Err(WeightsError::Empty);
        }
        let n = units.len();
        let mut starts = vec![0; n + 1];
        for &(from, _, _) in sorted {
            starts[from + 1] += 1;
        }
        for i in 0..n {
            starts[i + 1] += starts[i];
        }
        let links: Vec<f64> = sorted.iter().map(|l| l.2).collect();
        Ok(Self {
            units,
            starts,
            columns: sorted.iter().map(|l| l.1).collect(),
            entries: links.clone(),
            links,
            multipliers: vec![1.0; n],
            normalisation: Normalisation::None,
            algebra: Algebra::BySize,
            periods: Vec::new(),
            pencil: OnceLock::new(),
            spectrum: OnceLock::new(),
        })
    }

    fn normalised(self, normalisation: Normalisation) -> Result<Self, WeightsError> {
        let n = self.n();
        let multipliers = match normalisation {
            Normalisation::None => vec![1.0; n],
            Normalisation::Row => {
                self.row_sums().iter().map(|&s| if s > 0.0 { 1.0 / s } else { 0.0 }).collect()
            }
            Normalisation::MinMax => {
                let largest = |sums: Vec<f64>| sums.into_iter().fold(0.0, f64::max);
                let tau = largest(self.row_sums()).min(largest(self.column_sums()));
                vec![1.0 / tau; n]
            }
            Normalisation::Spectral => {
                let radius = self.spectrum().ok_or(WeightsError::NoSpectrum)?.radius();
                if radius <= 0.0 {
                    return Err(WeightsError::NoRadius);
                }
                vec![1.0 / radius; n]
            }
        };
        Ok(self.with_multipliers(multipliers, normalisation))
    }

    fn with_multipliers(mut self, multipliers: Vec<f64>, normalisation: Normalisation) -> Self {
        for i in 0..self.n() {
            for j in self.starts[i]..self.starts[i + 1] {
                self.entries[j] = multipliers[i] * self.links[j];
            }
        }
        self.multipliers = multipliers;
        self.normalisation = normalisation;
        let algebra = self.algebra;
        self.by(algebra)
    }

    /// The same matrix by another kind of algebra.
    pub fn by(mut self, algebra: Algebra) -> Self {
        self.algebra = algebra;
        self.pencil = OnceLock::new();
        self.spectrum = OnceLock::new();
        self
    }

    /// Number of units.
    pub fn n(&self) -> usize {
        self.units.len()
    }

    /// The units, in row order.
    pub fn units(&self) -> &UnitIndex {
        &self.units
    }

    /// How the matrix was normalised.
    pub fn normalisation(&self) -> Normalisation {
        self.normalisation
    }

    /// Row `i`: (column, weight), columns rising.
    pub fn row(&self, i: usize) -> impl Iterator<Item = (usize, f64)> {
        let range = self.starts[i]..self.starts[i + 1];
        self.columns[range.clone()].iter().copied().zip(self.entries[range].iter().copied())
    }

    /// Positions of the units without neighbours.
    pub fn isolates(&self) -> Vec<usize> {
        (0..self.n()).filter(|&i| self.starts[i] == self.starts[i + 1]).collect()
    }

    /// The sum of each row of W.
    pub fn row_sums(&self) -> Vec<f64> {
        (0..self.n()).map(|i| self.row(i).map(|(_, w)| w).sum()).collect()
    }

    fn column_sums(&self) -> Vec<f64> {
        let mut sums = vec![0.0; self.n()];
        for i in 0..self.n() {
            for (j, w) in self.row(i) {
                sums[j] += w;
            }
        }
        sums
    }

    /// The common row sum, when all rows have the same: then W·1 is a multiple of 1, and effects
    /// of periods commute with the spatial filter.
    pub fn common_row_sum(&self) -> Option<f64> {
        let sums = match self.periods.as_slice() {
            [] => self.row_sums(),
            periods => periods.iter().flat_map(Self::row_sums).collect(),
        };
        let first = sums[0];
        sums.iter().all(|s| (s - first).abs() <= 1e-12 * first.abs().max(1.0)).then_some(first)
    }

    /// (I_T ⊗ W)v for `v` stacked by period: the spatial lag, period by period.
    pub fn lag(&self, v: &[f64]) -> Vec<f64> {
        let n = self.n();
        debug_assert_eq!(v.len() % n, 0);
        debug_assert!((v.len() / n).is_multiple_of(self.matrices()));
        v.chunks_exact(n)
            .enumerate()
            .flat_map(|(t, period)| {
                let w = self.of_period(t);
                (0..n).map(move |i| w.row(i).map(|(j, w)| w * period[j]).sum::<f64>())
            })
            .collect()
    }

    /// (I_T ⊗ W')v for `v` stacked by period.
    pub fn lag_transposed(&self, v: &[f64]) -> Vec<f64> {
        let n = self.n();
        let mut out = vec![0.0; v.len()];
        for (t, (period, out)) in v.chunks_exact(n).zip(out.chunks_exact_mut(n)).enumerate() {
            for (i, x) in period.iter().enumerate() {
                for (j, w) in self.of_period(t).row(i) {
                    out[j] += w * x;
                }
            }
        }
        out
    }

    /// W as a dense n × n matrix.
    pub fn dense(&self) -> Matrix {
        let mut w = Matrix::zeros(self.n(), self.n());
        for i in 0..self.n() {
            for (j, value) in self.row(i) {
                w[(i, j)] = value;
            }
        }
        w
    }

    /// tr(WW) and tr(W'W), of several matrices their mean.
    pub fn square_traces(&self) -> (f64, f64) {
        if self.is_by_period() {
            return (self.mean_of(|w| w.square_traces().0), self.mean_of(|w| w.square_traces().1));
        }
        let mut ww = 0.0;
        let mut wtw = 0.0;
        for i in 0..self.n() {
            for (j, w) in self.row(i) {
                wtw += w * w;
                ww += w * self.entry(j, i);
            }
        }
        (ww, wtw)
    }

    /// w_ij.
    pub fn entry(&self, i: usize, j: usize) -> f64 {
        let range = self.starts[i]..self.starts[i + 1];
        match self.columns[range.clone()].binary_search(&j) {
            Ok(at) => self.entries[range.start + at],
            Err(_) => 0.0,
        }
    }

    /// What the likelihood needs to know of the eigenvalues of W, computed once; `None` when the
    /// iteration fails.
    pub fn spectrum(&self) -> Option<&Spectrum> {
        self.spectrum.get_or_init(|| Spectrum::of(self)).as_ref()
    }

    /// Whether the links C are symmetric in place and weight.
    fn symmetric_links(&self) -> bool {
        (0..self.n()).all(|i| {
            (self.starts[i]..self.starts[i + 1]).all(|at| {
                let j = self.columns[at];
                let row = self.starts[j]..self.starts[j + 1];
                match self.columns[row.clone()].binary_search(&i) {
                    Ok(back) => self.links[row.start + back] == self.links[at],
                    Err(_) => false,
                }
            })
        })
    }

    /// Units, structure and entries as bytes, for hashing.
    pub fn fingerprint(&self) -> Vec<u8> {
        let mut bytes: Vec<u8> = self.periods.iter().flat_map(Self::fingerprint).collect();
        for unit in self.units.as_slice() {
            bytes.extend_from_slice(unit.0.as_bytes());
            bytes.push(0);
        }
        for i in 0..self.n() {
            for (j, w) in self.row(i) {
                bytes.extend_from_slice(&(i as u64).to_le_bytes());
                bytes.extend_from_slice(&(j as u64).to_le_bytes());
                bytes.extend_from_slice(&w.to_bits().to_le_bytes());
            }
        }
        bytes
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    /// Units named `a`, `b`, …
    pub(crate) fn units(n: usize) -> UnitIndex {
        let names = (0..n).map(|i| UnitId(format!("u{i:03}"))).collect();
        UnitIndex::new(names).unwrap()
    }

    /// Undirected links of weight 1 between `pairs`.
    pub(crate) fn undirected(n: usize, pairs: &[(usize, usize)]) -> Links {
        Links {
            units: units(n).as_slice().to_vec(),
            links: pairs.iter().flat_map(|&(i, j)| [(i, j, 1.0), (j, i, 1.0)]).collect(),
        }
    }

    /// Neighbours on a square lattice of `side`² units, diagonal ones included, each pair once.
    pub(crate) fn queen(side: usize) -> (usize, Vec<(usize, usize)>) {
        let mut pairs = Vec::new();
        for i in 0..side {
            for j in 0..side {
                let here = i * side + j;
                let right = j + 1 < side;
                if right {
                    pairs.push((here, here + 1));
                }
                if i + 1 < side {
                    pairs.push((here, here + side));
                    if right {
                        pairs.push((here, here + side + 1));
                    }
                    if j > 0 {
                        pairs.push((here, here + side - 1));
                    }
                }
            }
        }
        (side * side, pairs)
    }

    /// The path a – b – c.
    fn path(normalisation: Normalisation) -> Weights {
        Weights::new(&units(3), &undirected(3, &[(0, 1), (1, 2)]), normalisation).unwrap()
    }

    #[test]
    fn the_lag_of_a_path_is_the_mean_of_the_neighbours() {
        let w = path(Normalisation::Row);
        // Two periods: (1, 2, 6) and (0, 3, 0).
        assert_eq!(w.lag(&[1.0, 2.0, 6.0, 0.0, 3.0, 0.0]), [2.0, 3.5, 2.0, 3.0, 0.0, 3.0]);
        assert_eq!(w.common_row_sum(), Some(1.0));
        // tr(WW) = 4 × (1 × ½) = 2; tr(W'W) = 1 + ¼ + ¼ + 1.
        assert_eq!(w.square_traces(), (2.0, 2.5));
    }

    #[test]
    fn other_normalisations_of_the_path() {
        // C has eigenvalues ±√2, 0 and largest row sum 2.
        let spectral = path(Normalisation::Spectral);
        assert!((spectral.entry(0, 1) - 0.5_f64.sqrt()).abs() < 1e-15);
        assert_eq!(path(Normalisation::MinMax).entry(0, 1), 0.5);
        assert_eq!(path(Normalisation::None).entry(0, 1), 1.0);
        assert_eq!(path(Normalisation::None).common_row_sum(), None);
    }

    #[test]
    fn a_region_is_normalised_again_or_cut() {
        // A star around 0 with leaves 1, 2, 3; the region keeps 0, 1.
        let links = undirected(4, &[(0, 1), (0, 2), (0, 3)]);
        let make =
            |how| Weights::region(&units(4), &links, &[1, 0], Normalisation::Row, how).unwrap();
        let again = make(RegionWeights::Renormalise);
        assert_eq!((again.entry(0, 1), again.entry(1, 0)), (1.0, 1.0));
        let cut = make(RegionWeights::Cut);
        assert_eq!((cut.entry(0, 1), cut.entry(1, 0)), (1.0, 1.0 / 3.0));
        assert_eq!(cut.units().as_slice()[0].0, "u001");
    }

    #[test]
    fn units_are_permuted_by_relabelling_another_order() {
        // The path 0 – 1 – 2 with p = (1, 2, 0): w*_ij = w_p(i)p(j), so that 0 stands in the middle's
        // place and its neighbours are 1 and 2.
        let links = undirected(3, &[(0, 1), (1, 2)]);
        let how = RegionWeights::Renormalise;
        let moved =
            Weights::region(&units(3), &links, &[1, 2, 0], Normalisation::Row, how).unwrap();
        let w = moved.relabelled(units(3));
        assert_eq!(w.units(), &units(3));
        let row = |i| w.row(i).collect::<Vec<_>>();
        assert_eq!(row(0), [(1, 0.5), (2, 0.5)]);
        assert_eq!((row(1), row(2)), (vec![(0, 1.0)], vec![(0, 1.0)]));
    }

    #[test]
    fn isolates_keep_a_row_of_zeros() {
        let links = undirected(4, &[(0, 1), (1, 2)]);
        let w = Weights::new(&units(4), &links, Normalisation::Row).unwrap();
        assert_eq!(w.isolates(), [3]);
        assert_eq!(w.lag(&[1.0, 1.0, 1.0, 1.0]), [1.0, 1.0, 1.0, 0.0]);
        assert_eq!(w.common_row_sum(), None);
    }

    #[test]
    fn resolve_undoes_the_filter() {
        let w = path(Normalisation::Row);
        let v = [1.0, -2.0, 0.5, 3.0, 0.0, 1.0];
        let x = w.resolve(0.4, &v);
        let lag = w.lag(&x);
        for i in 0..6 {
            assert!((x[i] - 0.4 * lag[i] - v[i]).abs() < 1e-14);
        }
    }
}
