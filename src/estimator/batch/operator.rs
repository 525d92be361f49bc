//! w = Gx with G = W(I − rW)⁻¹, for many x side by side.

use crate::math::lanes::Packed;
use crate::math::sparse::Factor;
use crate::weights::Weights;

/// Above this share of dense entries a product with G itself is faster than a sparse solve, which
/// runs at about half its rate.
const DENSE_SHARE: f64 = 0.6;

/// G at one value of the spatial parameter.
#[derive(Debug)]
pub enum Operator {
    /// As a matrix.
    Dense(Packed),
    /// By a sparse factorisation of D − rC, W = D⁻¹C.
    Sparse(Sparse),
}

/// The sparse form of G.
#[derive(Debug)]
pub struct Sparse {
    factor: Factor,
    /// D
    diagonal: Vec<f64>,
    last: Last,
}

/// From v = (I − rW)⁻¹x to w = Wv.
#[derive(Debug)]
enum Last {
    /// w = (v − x)/r, which loses the digits of 1/r.
    Difference { inverse: f64 },
    /// w = D⁻¹Cv
    Lag(Rows),
}

/// W, rows compressed: where each starts, columns, entries.
#[derive(Debug)]
pub struct Rows {
    starts: Vec<usize>,
    columns: Vec<u32>,
    entries: Vec<f64>,
}

impl Rows {
    fn new(weights: &Weights) -> Self {
        let (mut starts, mut columns, mut entries) = (vec![0], Vec::new(), Vec::new());
        for i in 0..weights.n() {
            for (j, w) in weights.row(i) {
                columns.push(j as u32);
                entries.push(w);
            }
            starts.push(columns.len());
        }
        Self { starts, columns, entries }
    }

    #[inline(always)]
    fn apply<const L: usize>(&self, x: &[[f64; L]], out: &mut [[f64; L]]) {
        for (w, ends) in out.iter_mut().zip(self.starts.windows(2)) {
            *w = [0.0; L];
            for at in ends[0]..ends[1] {
                let (entry, x) = (self.entries[at], &x[self.columns[at] as usize]);
                for l in 0..L {
                    w[l] = entry.mul_add(x[l], w[l]);
                }
            }
        }
    }
}

/// W itself.
#[derive(Debug)]
pub enum Lag {
    /// As a matrix.
    Dense(Packed),
    /// By its links.
    Sparse(Rows),
}

impl Lag {
    /// Above this share of links a product with the matrix is faster.
    const MOST_LINKS: f64 = 0.4;

    /// That of `weights`.
    pub fn new(weights: &Weights) -> Self {
        let (n, rows) = (weights.n(), Rows::new(weights));
        if rows.entries.len() as f64 > Self::MOST_LINKS * (n * n) as f64 {
            return Self::Dense(Packed::new(n, n, |i, j| weights.entry(i, j)));
        }
        Self::Sparse(rows)
    }

    /// Lanes that `out` of [`apply`](Self::apply) must have.
    pub fn room(&self) -> usize {
        match self {
            Self::Dense(w) => w.padded_rows(),
            Self::Sparse(rows) => rows.starts.len() - 1,
        }
    }

    /// The first N lanes of `out` become Wx.
    #[inline(always)]
    pub fn apply<const L: usize>(&self, x: &[[f64; L]], out: &mut [[f64; L]]) {
        match self {
            Self::Dense(w) => {
                out.fill([0.0; L]);
                w.multiply(x, out);
            }
            Self::Sparse(rows) => rows.apply(x, out),
        }
    }
}

/// Below this |r| the lag is taken as such.
const SMALL: f64 = 0.01;

impl Operator {
    /// G of `weights` at `r`.
    pub fn new(weights: &Weights, r: f64) -> Self {
        let n = weights.n() as f64;
        let sparse = weights.pencil().and_then(|pencil| {
            let operations = 4.0 * pencil.fill() as f64 + 10.0 * n;
            if operations > DENSE_SHARE * 2.0 * n * n {
                return None;
            }
            Some((pencil.factor(r)?, weights.filter_diagonal()?))
        });
        match sparse {
            Some((factor, diagonal)) => {
                Self::Sparse(Sparse { factor, diagonal, last: Last::new(weights, r) })
            }
            None => {
                let g = weights.resolvent(r);
                Self::Dense(Packed::new(g.nrows(), g.ncols(), |i, j| g[(i, j)]))
            }
        }
    }

    /// EG with E = I − 11'/N, or G where W is too large or its rows have no common sum: for products
    /// whose periods lose their means, of which nothing is left to be taken off then.
    pub fn centred(weights: &Weights, r: f64) -> Self {
        const MOST_UNITS: usize = 500;
        if weights.n() > MOST_UNITS || weights.common_row_sum().is_none() {
            return Self::new(weights, r);
        }
        let g = weights.centred_resolvent(r);
        Self::Dense(Packed::new(g.nrows(), g.ncols(), |i, j| g[(i, j)]))
    }

    /// Lanes that `out` of [`apply`](Self::apply) must have: some more than there are units.
    pub fn room(&self) -> usize {
        match self {
            Self::Dense(g) => g.padded_rows(),
            Self::Sparse(s) => match s.last {
                Last::Difference { .. } => s.factor.n(),
                Last::Lag(_) => 2 * s.factor.n(),
            },
        }
    }

    /// The first N lanes of `out` become Gx, `x` with a lane a unit.
    #[inline(always)]
    pub fn apply<const L: usize>(&self, x: &[[f64; L]], out: &mut [[f64; L]]) {
        if let Some(inverse) = self.apply_up_to_difference(x, out) {
            for (w, x) in out.iter_mut().zip(x) {
                for l in 0..L {
                    w[l] = (w[l] - x[l]) * inverse;
                }
            }
        }
    }

    /// The same, or, where it gives a number c, only v with Gx = (v − x)c: for a caller that passes
    /// over `out` anyway.
    #[inline(always)]
    pub fn apply_up_to_difference<const L: usize>(
        &self,
        x: &[[f64; L]],
        out: &mut [[f64; L]],
    ) -> Option<f64> {
        match self {
            Self::Dense(g) => {
                out.fill([0.0; L]);
                g.multiply(x, out);
                None
            }
            Self::Sparse(s) => s.apply(x, out),
        }
    }
}

impl Last {
    fn new(weights: &Weights, r: f64) -> Self {
        if r.abs() >= SMALL {
            return Self::Difference { inverse: 1.0 / r };
        }
        Self::Lag(Rows::new(weights))
    }
}

impl Sparse {
    #[inline(always)]
    fn apply<const L: usize>(&self, x: &[[f64; L]], out: &mut [[f64; L]]) -> Option<f64> {
        let n = self.factor.n();
        let (out, rest) = out.split_at_mut(n);
        match &self.last {
            Last::Difference { inverse } => {
                self.resolve(x, out);
                Some(*inverse)
            }
            Last::Lag(rows) => {
                let v = &mut rest[..n];
                self.resolve(x, v);
                rows.apply(v, out);
                None
            }
        }
    }

    /// v = (D − rC)⁻¹Dx
    #[inline(always)]
    fn resolve<const L: usize>(&self, x: &[[f64; L]], v: &mut [[f64; L]]) {
        if L.is_multiple_of(24) {
            self.factor.solve_tile(&self.diagonal, x, v);
            return;
        }
        for ((v, x), d) in v.iter_mut().zip(x).zip(&self.diagonal) {
            for l in 0..L {
                v[l] = d * x[l];
            }
        }
        self.factor.solve_lanes(v);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::math::simd::{Kernel, dispatch};
    use crate::model::Normalisation;
    use crate::weights::tests::{queen, undirected, units};

    struct Apply<'a>(&'a Operator, &'a [[f64; 8]], &'a mut [[f64; 8]]);

    impl Kernel for Apply<'_> {
        type Output = ();

        #[inline(always)]
        fn run(self) {
            self.0.apply(self.1, self.2);
        }
    }

    #[test]
    fn sparse_and_dense_agree_near_zero_and_away_from_it() {
        let (n, pairs) = queen(12);
        let weights = Weights::new(&units(n), &undirected(n, &pairs), Normalisation::Row);
        let weights = weights.expect("links");
        for r in [-0.7, -0.001, 0.0, 0.004, 0.02, 0.8] {
            let operator = Operator::new(&weights, r);
            assert!(matches!(operator, Operator::Sparse(_)));
            let x: Vec<[f64; 8]> =
                (0..n).map(|i| std::array::from_fn(|l| ((i * 7 + l * 3) % 11) as f64)).collect();
            let mut out = vec![[0.0; 8]; operator.room()];
            dispatch(Apply(&operator, &x, &mut out));
            let g = weights.resolvent(r);
            for i in 0..n {
                for l in 0..8 {
                    let want: f64 = (0..n).map(|j| g[(i, j)] * x[j][l]).sum();
                    assert!((out[i][l] - want).abs() < 1e-12, "{r}: {} {want}", out[i][l]);
                }
            }
        }
    }
}
