//! What standard errors need, as functions of ρ and of λ.
//!
//! Of ρ: tr G, tr GG, tr(GG + G'G), the total multipliers; with P = QB̂Gx̄ and R = QW₂Gx̄ the parts by
//! powers of φ of X'g = (Q_z − φZ₁)'(P − φR)γ and of g'g = |(P − φR)γ|². Of both, T tr((H + H')Ĝ)
//! and, with two matrices, tr(ĜĜ + Ĝ'Ĝ), Ĝ = BGB⁻¹: as tr HĜ = tr HG, tr H'Ĝ = tr(B⁻¹H'B)G and
//! tr Ĝ'Ĝ = tr G'(B'B)G(B'B)⁻¹, they are products of something of ρ and something of λ. They are
//! kept as Chebyshev series in λ whose coefficients are functions of ρ. On the panels all are level
//! ([`level`]): [`power_of_rho`] and [`power_of_lambda`] say how often.

use super::space_of;
use crate::estimator::Problem;
use crate::estimator::batch::determinants::level;
use crate::estimator::batch::panel::Panel;
use crate::estimator::impacts::Totals;
use crate::estimator::problem::combine;
use crate::math::Matrix;
use crate::math::chebyshev::coefficients;
use crate::math::linalg::{ColumnSpace, Lu, dot};

/// Functions of ρ before the cross-products.
pub(super) const FIRST: usize = 7;
/// Matrices of λ whose entries are kept, at most.
const MOST_ENTRIES: usize = 20_000_000;

/// QB̂X as an orthonormal basis, and what belongs to it.
pub(super) struct Basis {
    pub(super) space: ColumnSpace,
    /// Q_z
    pub(super) columns: Vec<Vec<f64>>,
    /// x̄ = XR⁻¹
    raw: Vec<Vec<f64>>,
    /// Z₁ = QW₂x̄
    pub(super) moved: Vec<Vec<f64>>,
}

impl Basis {
    pub(super) fn new(problem: &Problem<'_>, lambda: f64) -> Option<Self> {
        let raw = problem.columns();
        let filtered: Vec<Vec<f64>> = raw.iter().map(|x| filtered(problem, lambda, x)).collect();
        let space = space_of(&filtered)?;
        let (k, inverse) = (space.rank(), space.r_inverse());
        let raw: Vec<Vec<f64>> = (0..k)
            .map(|j| {
                let weights: Vec<f64> = (0..k).map(|i| inverse[(i, j)]).collect();
                combine(problem.n(), &raw, &weights)
            })
            .collect();
        let moved = raw.iter().map(|x| problem.within(&problem.error_weights.lag(x))).collect();
        let columns = (0..k).map(|j| space.q.col(j).iter().copied().collect()).collect();
        Some(Self { space, columns, raw, moved })
    }
}

/// QB̂v
pub(super) fn filtered(problem: &Problem<'_>, lambda: f64, v: &[f64]) -> Vec<f64> {
    let lag = problem.error_weights.lag(v);
    let b: Vec<f64> = v.iter().zip(&lag).map(|(v, w)| v - lambda * w).collect();
    problem.within(&b)
}

/// How many factors G function `at` of the panel of ρ has, with k regressors and a series of `points`
/// coefficients.
#[inline(always)]
pub(super) fn power_of_rho(at: usize, (k, points): (usize, usize)) -> u8 {
    let first = FIRST + 3 * k * k;
    let second = first + 3 * k * (k + 1) / 2;
    let one = match at {
        0 | 3 | 5 => true,
        _ if at < FIRST => false,
        _ => at < first || (at >= second && at < second + points),
    };
    if one { 1 } else { 2 }
}

/// How many factors H function `at` of the panel of λ has.
#[inline(always)]
pub(super) fn power_of_lambda(at: usize) -> u8 {
    if at == 0 { 1 } else { 2 }
}

/// tr H, tr HH and tr(HH + H'H) at λ, made level.
pub(super) fn of_lambda(problem: &Problem<'_>, lambda: f64) -> Vec<f64> {
    let weights = problem.error_weights;
    let Some(spectrum) = weights.spectrum() else { return vec![0.0; 3] };
    let (h, hh) = (spectrum.trace_g(lambda), spectrum.trace_gg(lambda));
    let s = level(lambda, spectrum.interval());
    vec![s * h, s * s * hh, s * s * (hh + weights.trace_gtg(lambda))]
}

/// What functions of ρ are made of.
pub(super) struct Shared<'a> {
    problem: &'a Problem<'a>,
    basis: &'a Basis,
    lambda: f64,
    /// λ at the points, and the matrices there.
    nodes: Vec<Node>,
}

struct Node {
    lambda: f64,
    /// s(λ)
    level: f64,
    /// H + B⁻¹H'B, transposed: the inner product with G is tr((H + H')Ĝ).
    mixed: Matrix,
    /// (B'B)⁻¹, with two matrices.
    inverse: Option<Matrix>,
}

impl<'a> Shared<'a> {
    /// `None` where there are too many units for the matrices.
    pub(super) fn new(
        problem: &'a Problem<'a>,
        basis: &'a Basis,
        (lambda, panel): (f64, &Panel),
    ) -> Option<Self> {
        let (n, points) = (problem.n_units(), panel.nodes());
        if points.len() * n * n > MOST_ENTRIES {
            return None;
        }
        let interval = problem.error_weights.spectrum()?.interval();
        let nodes =
            points.into_iter().map(|l| Node::new(problem, (l, level(l, interval)))).collect();
        Some(Self { problem, basis, lambda, nodes })
    }

    /// All of them at ρ.
    pub(super) fn at(&self, rho: f64) -> Vec<f64> {
        let weights = self.problem.weights;
        let Some(spectrum) = weights.spectrum() else { return Vec::new() };
        let (g, gg) = (spectrum.trace_g(rho), spectrum.trace_gg(rho));
        let mut out = vec![g, gg, gg + weights.trace_gtg(rho)];
        if weights.common_row_sum().is_some() {
            out.extend([0.0; 4]);
        } else {
            let Totals { own, of_neighbours } = Totals::at(weights, rho);
            out.extend([own.value, own.slope, of_neighbours.value, of_neighbours.slope]);
        }
        self.mean(rho, &mut out);
        self.mixed(rho, gg, &mut out);
        let s = level(rho, spectrum.interval());
        let size = (self.basis.raw.len(), self.nodes.len());
        for (at, value) in out.iter_mut().enumerate() {
            *value *= if power_of_rho(at, size) == 1 { s } else { s * s };
        }
        out
    }

    fn mean(&self, rho: f64, out: &mut Vec<f64>) {
        let (problem, k) = (self.problem, self.basis.raw.len());
        let filter = problem.weights.filter(rho);
        let (mut p, mut r) = (Vec::new(), Vec::new());
        for x in &self.basis.raw {
            let lag = problem.weights.lag(&filter.resolve(x));
            let second = problem.error_weights.lag(&lag);
            let first: Vec<f64> =
                lag.iter().zip(&second).map(|(g, w)| g - self.lambda * w).collect();
            p.push(problem.within(&first));
            r.push(problem.within(&second));
        }
        let (q, z) = (&self.basis.columns, &self.basis.moved);
        let mut put = |entry: &dyn Fn(usize, usize) -> f64| {
            out.extend((0..k * k).map(|at| entry(at / k, at % k)));
        };
        put(&|i, j| dot(&q[i], &p[j]));
        put(&|i, j| dot(&z[i], &p[j]) + dot(&q[i], &r[j]));
        put(&|i, j| dot(&z[i], &r[j]));
        // Entries off the diagonal of a symmetric matrix stand for two.
        let mut put_half = |entry: &dyn Fn(usize, usize) -> f64| {
            for i in 0..k {
                out.push(entry(i, i));
                out.extend((i + 1..k).map(|j| 2.0 * entry(i, j)));
            }
        };
        put_half(&|i, j| dot(&p[i], &p[j]));
        put_half(&|i, j| dot(&p[i], &r[j]) + dot(&r[i], &p[j]));
        put_half(&|i, j| dot(&r[i], &r[j]));
    }

    fn mixed(&self, rho: f64, gg: f64, out: &mut Vec<f64>) {
        let g = self.problem.weights.resolvent(rho);
        let of_both: Vec<f64> =
            self.nodes.iter().map(|node| node.level * inner(&node.mixed, &g)).collect();
        out.extend(coefficients(&of_both));
        if !self.problem.has_own_error_weights() {
            return;
        }
        let w = self.problem.error_weights.dense();
        let wg = &w * &g;
        let (gg0, cross, gg2) = (g.transpose() * &g, g.transpose() * &wg, wg.transpose() * &wg);
        let of_lag: Vec<f64> = self
            .nodes
            .iter()
            .filter_map(|node| {
                let d = node.inverse.as_ref()?;
                // D is symmetric: tr((W₂G)'GD) = tr(G'W₂GD).
                let l = node.lambda;
                let square = inner(&gg0, d) - 2.0 * l * inner(&cross, d) + l * l * inner(&gg2, d);
                Some(node.level * node.level * (gg + square))
            })
            .collect();
        out.extend(coefficients(&of_lag));
    }
}

impl Node {
    fn new(problem: &Problem<'_>, (lambda, level): (f64, f64)) -> Self {
        let weights = problem.error_weights;
        let h = weights.resolvent(lambda);
        let n = h.nrows();
        if !problem.has_own_error_weights() {
            // H'Ĝ = H'G, and tr(H + H')G is the inner product of H + H' with G.
            let mixed = Matrix::from_fn(n, n, |i, j| h[(i, j)] + h[(j, i)]);
            return Self { lambda, level, mixed, inverse: None };
        }
        let w = weights.dense();
        let b = Matrix::from_fn(n, n, |i, j| f64::from(u8::from(i == j)) - lambda * w[(i, j)]);
        let lu = Lu::new(&b);
        let moved = lu.solve(&(h.transpose() * &b));
        let mixed = Matrix::from_fn(n, n, |i, j| h[(j, i)] + moved[(j, i)]);
        let inverse = lu.solve(&Matrix::identity(n, n));
        Self { lambda, level, mixed, inverse: Some(&inverse * inverse.transpose()) }
    }
}

/// Σ a_ij b_ij.
fn inner(a: &Matrix, b: &Matrix) -> f64 {
    (0..a.ncols())
        .map(|j| a.col(j).iter().zip(b.col(j).iter()).map(|(a, b)| a * b).sum::<f64>())
        .sum()
}
