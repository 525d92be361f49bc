//! The spatial error model from forms of the innovations.
//!
//! With QB̂X = Q_zR (B̂ = I − λ̂W), Z₁ = QWXR⁻¹, θ = λ − λ̂ and w = (I ⊗ G)ε the filtered residual
//! and regressors are ε − θw and Q_z − θZ₁, so that (Q understood)
//!
//! ```text
//! M(θ) = I − θS₁ + θ²S₂,           S₁ = Q_z'Z₁ + Z₁'Q_z,  S₂ = Z₁'Z₁
//! b(θ) = b₀ − θb₁ + θ²b₂,          b₀ = Q_z'ε,  b₁ = Q_z'w + Z₁'ε,  b₂ = Z₁'w
//! c(θ) = ε'Qε − 2θ ε'Qw + θ² w'Qw,  SSR = c − b'M⁻¹b,  β* = β̂ + R⁻¹M⁻¹b
//! SSR′ = c′ − 2b′'γ + γ'M′γ,  γ = M⁻¹b (envelope theorem)
//! SSR″ = c″ − 2b″'γ + γ'M″γ − 2|L⁻¹(b′ − M′γ)|²,  M = LL'
//! 1/V_λ = T tr(GG + G'G) − 2T²(tr G)²/n,  V_β = σ²R⁻¹M⁻¹R⁻ᵀ
//! Cov(λ, σ²) = −2σ²T tr G V_λ/n;  β covaries with neither
//! ```
//!
//! The formulas are those of `estimator::sem`, with y* replaced by what generated it; for
//! corrections see `batch::slm`.

use super::bias::Bias;
use super::factor::{backward, eliminate, forward, of_rows, times};
use super::forms::{Forms, TileForms};
use super::linear::LinearEffects;
use super::newton::{Profile, climb};
use super::operator::Operator;
use super::panel::Panel;
use super::slm::triangular;
use super::{Covary, Reduction, Solve, TileEstimates, TileSpread, finish, reduces, spread};
use crate::estimator::incidental::Frame;
use crate::estimator::problem::matrix;
use crate::estimator::{Estimated, Problem};
use crate::math::Matrix;
use crate::math::lanes::{LANES, Lane};
use crate::math::linalg::{ColumnSpace, dot};
use crate::model::Term;

/// A fitted spatial error model.
#[derive(Debug)]
pub struct Sem {
    forms: Forms,
    panel: Panel,
    k: usize,
    observations: f64,
    periods: f64,
    lambda: f64,
    /// tr G and tr GG at the fit.
    traces: (f64, f64),
    bias: Bias,
    slopes: Vec<f64>,
    /// S₁ and S₂, row by row.
    s1: Vec<f64>,
    s2: Vec<f64>,
    /// R⁻¹, upper triangular, row by row.
    r_inverse: Vec<f64>,
    effects: LinearEffects,
}

/// The reduction of `at`, where there is one.
pub(in crate::estimator) fn reduction(
    problem: &Problem<'_>,
    at: &Estimated,
    spread: f64,
) -> Option<Sem> {
    if !reduces(problem) {
        return None;
    }
    let lambda = at.value(&Term::Lambda)?;
    let std_error = at.fit.estimates.iter().find(|e| e.term == Term::Lambda)?.std_error;
    let weights = problem.weights;
    let frame = Frame::of(problem).ok()?;
    let columns = problem.columns();
    let lags: Vec<Vec<f64>> = columns.iter().map(|x| problem.within(&weights.lag(x))).collect();
    let filtered: Vec<Vec<f64>> = columns
        .iter()
        .zip(&lags)
        .map(|(x, lag)| problem.within(x).iter().zip(lag).map(|(x, l)| x - lambda * l).collect())
        .collect();
    let space = ColumnSpace::new(&matrix(&filtered)).ok()?;
    let (k, n, t) = (space.rank(), problem.n_units(), problem.n_periods());
    let r_inverse = space.r_inverse();
    let basis: Vec<Vec<f64>> = (0..k).map(|j| space.q.col(j).iter().copied().collect()).collect();
    let moved: Vec<Vec<f64>> = (0..k)
        .map(|j| {
            let weights: Vec<f64> = (0..k).map(|i| r_inverse[(i, j)]).collect();
            crate::estimator::problem::combine(problem.n(), &lags, &weights)
        })
        .collect();
    let filter = weights.filter(lambda);
    let transposed = |v: &[f64]| weights.lag_transposed(&filter.resolve_transposed(v));
    let mut rows = basis.clone();
    rows.extend(
        basis
            .iter()
            .zip(&moved)
            .map(|(q, z)| transposed(q).iter().zip(z).map(|(a, b)| a + b).collect::<Vec<f64>>()),
    );
    rows.extend(moved.iter().map(|z| transposed(z)));

    let power = |f: usize| {
        let factors = if f == 0 { 1 } else { 2 };
        [factors, if frame.is_without_one() { 0 } else { factors }]
    };
    let panel = Panel::new(frame.spectrum(), lambda, (std_error, spread), power, |r| {
        frame.traces_once(r).to_vec()
    });
    let [trace_g, trace_gg, _] = frame.traces_once(lambda);
    let product = |a: &[Vec<f64>], b: &[Vec<f64>]| -> Vec<f64> {
        (0..k * k).map(|at| dot(&a[at / k], &b[at % k])).collect()
    };
    let mixed = product(&basis, &moved);
    Some(Sem {
        forms: Forms::new(n, t, problem.model.effects, &rows, Some(Operator::new(weights, lambda))),
        panel,
        k,
        observations: frame.observations() as f64,
        periods: frame.periods(),
        lambda,
        traces: (trace_g, trace_gg),
        bias: Bias::of(problem),
        slopes: at.fit.estimates[..k].iter().map(|e| e.value).collect(),
        s1: (0..k * k).map(|at| mixed[at] + mixed[at % k * k + at / k]).collect(),
        s2: product(&moved, &moved),
        r_inverse: (0..k * k).map(|at| r_inverse[(at / k, at % k)]).collect(),
        effects: LinearEffects::new(problem, at),
    })
}

/// SSR(θ) of each replicate, with room to work in.
struct Filtered<'a> {
    of: &'a Sem,
    forms: &'a TileForms,
    /// The Cholesky factor of M, row by row up to the diagonal, which holds its reciprocal.
    factor: &'a mut [Lane],
    /// M⁻¹b
    gamma: &'a mut [Lane],
    /// S₁γ, then S₂γ, then b′ − M′γ
    s1: &'a mut [Lane],
    s2: &'a mut [Lane],
    ssr: Lane,
    positive: [bool; LANES],
}

impl Filtered<'_> {
    /// Factor, γ and SSR at θ.
    #[inline(always)]
    fn profile(&mut self, theta: &Lane) {
        let k = self.of.k;
        let (linear, forms) = (&self.forms.linear, self.forms);
        let mut square = [0.0; LANES];
        for l in 0..LANES {
            square[l] = theta[l] * theta[l];
        }
        self.positive = [true; LANES];
        for i in 0..k {
            for j in 0..=i {
                let (s1, s2) = (self.of.s1[i * k + j], self.of.s2[i * k + j]);
                let one = if i == j { 1.0 } else { 0.0 };
                let mut sum = [0.0; LANES];
                for l in 0..LANES {
                    sum[l] = square[l].mul_add(s2, (-theta[l]).mul_add(s1, one));
                }
                eliminate(self.factor, (i, j), sum, &mut self.positive);
            }
        }
        for l in 0..LANES {
            self.ssr[l] =
                square[l].mul_add(forms.ww[l], (-2.0 * theta[l]).mul_add(forms.ew[l], forms.ee[l]));
        }
        for j in 0..k {
            for l in 0..LANES {
                self.gamma[j][l] = square[l].mul_add(
                    linear[2 * k + j][l],
                    (-theta[l]).mul_add(linear[k + j][l], linear[j][l]),
                );
            }
        }
        forward(self.factor, self.gamma);
        for g in self.gamma.iter() {
            for l in 0..LANES {
                self.ssr[l] = (-g[l]).mul_add(g[l], self.ssr[l]);
            }
        }
        backward(self.factor, self.gamma);
    }
}

impl Profile for Filtered<'_> {
    #[inline(always)]
    fn derivatives(&mut self, theta: &Lane) -> (Lane, Lane) {
        let k = self.of.k;
        self.profile(theta);
        times(&self.of.s1, self.gamma, self.s1);
        times(&self.of.s2, self.gamma, self.s2);
        let (linear, forms) = (&self.forms.linear, self.forms);
        let (mut first, mut second) = ([0.0; LANES], [0.0; LANES]);
        for l in 0..LANES {
            first[l] = 2.0 * theta[l].mul_add(forms.ww[l], -forms.ew[l]);
            second[l] = 2.0 * forms.ww[l];
        }
        for j in 0..k {
            let (b1, b2) = (&linear[k + j], &linear[2 * k + j]);
            for l in 0..LANES {
                let g = self.gamma[j][l];
                let twice = 2.0 * theta[l];
                // b′ and M′γ, b″ and M″γ.
                let slope = twice.mul_add(b2[l], -b1[l]);
                let moved = twice.mul_add(self.s2[j][l], -self.s1[j][l]);
                first[l] = g.mul_add((-2.0_f64).mul_add(slope, moved), first[l]);
                second[l] = g.mul_add(2.0_f64.mul_add(self.s2[j][l], -4.0 * b2[l]), second[l]);
                self.s1[j][l] = slope - moved;
            }
        }
        forward(self.factor, self.s1);
        for v in self.s1.iter() {
            for l in 0..LANES {
                second[l] = (-2.0 * v[l]).mul_add(v[l], second[l]);
            }
        }
        let half = -0.5 * self.of.observations;
        for l in 0..LANES {
            let ratio = first[l] / self.ssr[l];
            second[l] = half * (-ratio).mul_add(ratio, second[l] / self.ssr[l]);
            first[l] = half * ratio;
        }
        (first, second)
    }
}

impl Solve for Sem {
    #[inline(always)]
    fn solve(&self, forms: &TileForms, scratch: &mut [Lane], out: &mut TileEstimates<'_>) {
        let k = self.k;
        let (factor, rest) = scratch.split_at_mut(k * (k + 1) / 2);
        let (gamma, rest) = rest.split_at_mut(k);
        let (s1, rest) = rest.split_at_mut(k);
        let (s2, rest) = rest.split_at_mut(k);
        let (functions, polynomials) = rest.split_at_mut(self.panel.room());
        let mut filtered = Filtered {
            of: self,
            forms,
            factor,
            gamma,
            s1,
            s2,
            ssr: [0.0; LANES],
            positive: [true; LANES],
        };
        let at = (self.lambda, self.periods);
        let (mut lambda, mut good) = climb(&mut filtered, &self.panel, at, self.traces);
        filtered.profile(&self.deviation(&lambda));
        triangular(&self.r_inverse, filtered.gamma, &mut out.values[..k]);
        let n = self.observations;
        let mut sigma2 = [0.0; LANES];
        for l in 0..LANES {
            sigma2[l] = filtered.ssr[l] / n;
            good[l] &= filtered.positive[l] && filtered.ssr[l] > 0.0;
        }
        let mut variance = self.variance(&lambda, (polynomials, functions));
        if let Some(moved) =
            self.bias.of_maximum((&lambda, &sigma2, &variance), (&self.trace(functions), n))
        {
            let (low, high) = self.panel.ends;
            for l in 0..LANES {
                lambda[l] += moved.spatial[l];
                good[l] &= variance[l] > 0.0 && lambda[l] > low && lambda[l] < high;
            }
            sigma2 = moved.sigma2;
            variance = self.variance(&lambda, (polynomials, functions));
            filtered.profile(&self.deviation(&lambda));
        }
        let Filtered { factor, s1: work, positive, .. } = filtered;
        let trace = self.trace(functions);
        for l in 0..LANES {
            let slope = 2.0 * sigma2[l] * trace[l] / n;
            let of_sigma2 = (slope * slope).mul_add(variance[l], 2.0 * sigma2[l] * sigma2[l] / n);
            out.values[k][l] = lambda[l];
            out.std_errors[k][l] = variance[l].sqrt();
            out.values[k + 1][l] = sigma2[l];
            out.std_errors[k + 1][l] = of_sigma2.sqrt();
            out.solved[l] = good[l] && positive[l] && sigma2[l] > 0.0 && variance[l] > 0.0;
        }
        // The variance of β_j is σ²|L⁻¹r_j|², r_j the row of R⁻¹.
        for j in 0..k {
            for i in 0..k {
                work[i] = [self.r_inverse[j * k + i]; LANES];
            }
            let mut square = [0.0; LANES];
            forward(factor, work);
            for v in work.iter() {
                for l in 0..LANES {
                    square[l] = v[l].mul_add(v[l], square[l]);
                }
            }
            for l in 0..LANES {
                out.values[j][l] += self.slopes[j];
                out.std_errors[j][l] = (sigma2[l] * square[l]).sqrt();
            }
        }
        if self.effects.count() == 0 {
            return;
        }
        let (factor, _, rows) = self.left(scratch);
        self.half_inverse(0..k, factor, rows);
        let covariance = |i: usize, j: usize| self.covariance((i, j), rows, &sigma2);
        self.effects.fill(covariance, out);
    }
}

impl Sem {
    #[inline(always)]
    fn deviation(&self, lambda: &Lane) -> Lane {
        lambda.map(|l| l - self.lambda)
    }

    /// All traces of G.
    #[inline(always)]
    fn trace(&self, functions: &[Lane]) -> Lane {
        functions[0].map(|g| self.periods * g)
    }

    /// V_λ; `functions` become those of the panel.
    #[inline(always)]
    fn variance(
        &self,
        lambda: &Lane,
        (polynomials, functions): (&mut [Lane], &mut [Lane]),
    ) -> Lane {
        self.panel.evaluate(lambda, polynomials, functions);
        let mut variance = [0.0; LANES];
        for l in 0..LANES {
            let trace = self.periods * functions[0][l];
            let information =
                self.periods.mul_add(functions[2][l], -2.0 * trace * trace / self.observations);
            variance[l] = 1.0 / information;
        }
        variance
    }

    /// Where [`solve`](Self::solve) leaves the factor of M, and the functions on the panel; then
    /// room for a k × k matrix.
    #[inline(always)]
    fn left<'a>(&self, scratch: &'a mut [Lane]) -> (&'a [Lane], &'a [Lane], &'a mut [Lane]) {
        let k = self.k;
        let (left, free) = scratch.split_at_mut(self.solved_in());
        let (factor, rest) = left.split_at(k * (k + 1) / 2);
        (factor, &rest[3 * k..], free)
    }

    /// Lanes that [`solve`](Self::solve) works in.
    fn solved_in(&self) -> usize {
        let k = self.k;
        k * (k + 1) / 2 + 3 * k + self.panel.room() + self.panel.scratch()
    }

    /// L⁻¹r_j for the coefficients j, r_j the row of R⁻¹.
    #[inline(always)]
    fn half_inverse(
        &self,
        coefficients: impl Iterator<Item = usize>,
        factor: &[Lane],
        rows: &mut [Lane],
    ) {
        let k = self.k;
        for j in coefficients {
            let row = &mut rows[j * k..(j + 1) * k];
            for i in 0..k {
                row[i] = [self.r_inverse[j * k + i]; LANES];
            }
            forward(factor, row);
        }
    }

    /// The covariance of two coefficients, from the rows of [`half_inverse`](Self::half_inverse).
    #[inline(always)]
    fn covariance(&self, (i, j): (usize, usize), rows: &[Lane], sigma2: &Lane) -> Lane {
        of_rows((&rows[i * self.k..], &rows[j * self.k..]), self.k, sigma2)
    }

    #[inline(always)]
    fn spread_of(
        &self,
        positions: &[usize],
        scratch: &mut [Lane],
        found: &TileEstimates<'_>,
        out: &mut TileSpread,
    ) {
        let (k, m) = (self.k, positions.len());
        let (factor, functions, rows) = self.left(scratch);
        let sigma2 = &found.values[k + 1];
        self.half_inverse(positions.iter().copied().filter(|j| *j < k), factor, rows);
        for (a, &i) in positions.iter().enumerate() {
            for (b, &j) in positions.iter().enumerate() {
                let mut entry = [0.0; LANES];
                if i < k && j < k {
                    entry = self.covariance((i, j), rows, sigma2);
                } else if i >= k && j >= k {
                    for l in 0..LANES {
                        let slope =
                            2.0 * sigma2[l] * self.periods * functions[0][l] / self.observations;
                        let own = found.std_errors[i][l] * found.std_errors[j][l];
                        let variance = found.std_errors[k][l] * found.std_errors[k][l];
                        entry[l] = if i == j { own } else { -slope * variance };
                    }
                }
                out.covariance[a * m + b] = entry;
            }
        }
        out.multipliers = self.effects.multipliers();
    }
}

impl Reduction for Sem {
    fn forms(&self) -> &Forms {
        &self.forms
    }

    fn matrices(&self, problem: &Problem<'_>) -> Vec<Matrix> {
        vec![problem.weights.resolvent(self.lambda)]
    }

    fn estimates(&self) -> usize {
        self.k + 2 + self.effects.count()
    }

    fn scratch(&self) -> usize {
        self.solved_in() + self.k * self.k
    }

    fn finish(&self, forms: &TileForms, scratch: &mut [Lane], out: &mut TileEstimates<'_>) {
        finish(self, forms, scratch, out);
    }

    fn spread(
        &self,
        positions: &[usize],
        scratch: &mut [Lane],
        found: &TileEstimates<'_>,
        out: &mut TileSpread,
    ) {
        spread(self, positions, scratch, found, out);
    }
}

impl Covary for Sem {
    #[inline(always)]
    fn covary(
        &self,
        positions: &[usize],
        scratch: &mut [Lane],
        found: &TileEstimates<'_>,
        out: &mut TileSpread,
    ) {
        self.spread_of(positions, scratch, found, out);
    }
}
