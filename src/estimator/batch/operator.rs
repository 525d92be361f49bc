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
    /// w = D⁻¹Cv, rows compressed: where each starts, columns, entries.
    Lag { starts: Vec<usize>, columns: Vec<u32>, entries: Vec<f64> },
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

    /// Lanes that `out` of [`apply`](Self::apply) must have: some more than there are units.
    pub fn room(&self) -> usize {
        match self {
            Self::Dense(g) => g.padded_rows(),
            Self::Sparse(s) => match s.last {
                Last::Difference { .. } => s.factor.n(),
                Last::Lag { .. } => 2 * s.factor.n(),
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
        let (mut starts, mut columns, mut entries) = (vec![0], Vec::new(), Vec::new());
        for i in 0..weights.n() {
            for (j, w) in weights.row(i) {
                columns.push(j as u32);
                entries.push(w);
            }
            starts.push(columns.len());
        }
        Self::Lag { starts, columns, entries }
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
            Last::Lag { starts, columns, entries } => {
                let v = &mut rest[..n];
                self.resolve(x, v);
                for (i, w) in out.iter_mut().enumerate() {
                    *w = [0.0; L];
                    for at in starts[i]..starts[i + 1] {
                        let (entry, v) = (entries[at], &v[columns[at] as usize]);
                        for l in 0..L {
                            w[l] = entry.mul_add(v[l], w[l]);
                        }
                    }
                }
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
