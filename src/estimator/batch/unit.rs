//! The forms of innovations that keep their own history and get one multiplier a unit.
//!
//! With ε_it = e_it η_i and C = Σ_t e_t e_t' (less ss'/T, s = Σ_t e_t, where units have effects)
//! the quadratic forms are η'(C ∘ J)η, η'(C ∘ JG)η and η'(C ∘ G'JG)η, J = I − 11'/N where periods
//! have effects and I elsewhere, or those of all pairs of more matrices; linear forms have one coefficient a unit. The cost of a replicate
//! is of the order of N², whatever T.

use super::forms::{Forms, PAIRS, TileForms};
use crate::math::Matrix;
use crate::math::lanes::{LANES, Lane, Packed};
use crate::math::simd::{Kernel, dispatch};

/// Forms of multipliers for a pool of innovations.
#[derive(Debug)]
pub struct UnitForms {
    units: usize,
    rows: Packed,
    quadratic: Vec<Packed>,
}

impl UnitForms {
    /// For `pool`, N·T stacked by period; `None` where there are too many units for it to pay.
    /// `matrices` gives what innovations are multiplied with, N × N each, and is not asked then.
    pub fn new(
        forms: &Forms,
        pool: &[f64],
        matrices: impl FnOnce() -> Vec<Matrix>,
    ) -> Option<Self> {
        let (n, t) = (forms.units, forms.periods);
        if n > forms.most_units() {
            return None;
        }
        let rows = forms.linear_count();
        let along = |r: usize, i: usize| -> f64 {
            (0..t).map(|t| forms.coefficient(r, t, i) * pool[t * n + i]).sum()
        };
        let gram = gram(forms, pool);
        let centred = |m: &Matrix| -> Matrix {
            if !forms.effects().has_time() {
                return m.clone();
            }
            let means: Vec<f64> = (0..n).map(|j| m.col(j).iter().sum::<f64>() / n as f64).collect();
            Matrix::from_fn(n, n, |i, j| m[(i, j)] - means[j])
        };
        let times = |m: &Matrix| {
            Packed::new(n, n, |i, j| 0.5 * (m[(i, j)] * gram[(i, j)] + m[(j, i)] * gram[(j, i)]))
        };
        let identity = Matrix::from_fn(n, n, |i, j| f64::from(u8::from(i == j)));
        let mut all = vec![identity];
        all.extend(matrices());
        let centred: Vec<Matrix> = all.iter().map(centred).collect();
        let mut quadratic = Vec::new();
        for a in 0..all.len() {
            for b in a..all.len() {
                // The product with I is left out, its bits with it.
                let product = match a {
                    0 => centred[b].clone(),
                    _ => all[a].transpose() * &centred[b],
                };
                quadratic.push(times(&product));
            }
        }
        Some(Self { units: n, rows: Packed::new(rows, n, along), quadratic })
    }

    /// Room to work in.
    pub fn workspace(&self) -> Vec<Lane> {
        vec![[0.0; LANES]; self.quadratic[0].padded_rows()]
    }

    /// The forms of `multipliers`, N lanes.
    pub fn of(&self, multipliers: &[Lane], work: &mut [Lane], out: &mut TileForms) {
        debug_assert_eq!(multipliers.len(), self.units);
        dispatch(Run { forms: self, multipliers, work, out });
    }

    #[inline(always)]
    fn run(&self, multipliers: &[Lane], work: &mut [Lane], out: &mut TileForms) {
        out.linear.fill([0.0; LANES]);
        self.rows.multiply(multipliers, &mut out.linear);
        let mut found = [[0.0; LANES]; PAIRS];
        for (matrix, found) in self.quadratic.iter().zip(&mut found) {
            work.fill([0.0; LANES]);
            matrix.multiply(multipliers, work);
            for (m, x) in multipliers.iter().zip(work.iter()) {
                for l in 0..LANES {
                    found[l] = m[l].mul_add(x[l], found[l]);
                }
            }
        }
        if self.quadratic.len() == PAIRS {
            out.four = found;
        } else {
            [out.ee, out.ew, out.ww] = [found[0], found[1], found[2]];
        }
    }
}

/// C, N × N.
fn gram(forms: &Forms, pool: &[f64]) -> Matrix {
    let (n, t) = (forms.units, forms.periods);
    let mut gram = Matrix::zeros(n, n);
    let mut add = |v: &[f64], weight: f64| {
        for j in 0..n {
            for i in 0..n {
                gram[(i, j)] += weight * v[i] * v[j];
            }
        }
    };
    let mut sum = vec![0.0; n];
    for period in pool.chunks_exact(n) {
        add(period, 1.0);
        sum.iter_mut().zip(period).for_each(|(s, e)| *s += e);
    }
    if forms.effects().has_individual() {
        add(&sum, -1.0 / t as f64);
    }
    gram
}

struct Run<'a> {
    forms: &'a UnitForms,
    multipliers: &'a [Lane],
    work: &'a mut [Lane],
    out: &'a mut TileForms,
}

impl Kernel for Run<'_> {
    type Output = ();

    #[inline(always)]
    fn run(self) {
        self.forms.run(self.multipliers, self.work, self.out);
    }
}
