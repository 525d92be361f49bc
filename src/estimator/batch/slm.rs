//! The spatial lag model from forms of the innovations.
//!
//! With Q_x the orthonormal basis of QX, θ = ρ − ρ̂, w = (I ⊗ G)ε, M = I − Q_xQ_x',
//! g = MQ(I ⊗ G)(Xβ̂ + effects), a = Q_x'ε, b = Q_x'w and c₀ = Q_x'Q(I ⊗ G)(Xβ̂ + effects):
//!
//! ```text
//! e(ρ)   = Mε − θ e_L,  e_L = g + Mw
//! e'e    = t_ee − 2θ t_Le + θ² t_LL
//! t_ee   = ε'Qε − a'a,  t_Le = g'ε + ε'Qw − a'b,  t_LL = g'g + 2g'w + w'Qw − b'b
//! γ*     = γ̂ + a − θ(c₀ + b),  β* = R⁻¹γ*
//! 1/V_ρ  = T tr(GG + G'G) + (γ'N₂γ − |N₁γ|²)/σ² − 2T²(tr G)²/n
//! V_β    = σ²(X'QX)⁻¹ + V_ρ hh',  h = R⁻¹N₁γ,  Cov(β, ρ) = −V_ρ h
//! V      = diag(σ²(X'QX)⁻¹, 0, 2σ⁴/n) + V_ρ dd',  d = (h, −1, 2σ²T tr G/n), of all of (β, ρ, σ²)
//! N₁     = Q_x'Q(I ⊗ G)Q_x,  N₂ = (Q(I ⊗ G)Q_x)'(Q(I ⊗ G)Q_x), both at ρ*
//! ```
//!
//! The formulas are those of `estimator::slm`, with y* replaced by what generated it. Of transformed
//! data n, T and the traces are theirs; where the bias of the maximum is taken off, V is that of the
//! values without it (`bias`).

use super::bias::Bias;
use super::forms::{Forms, TileForms};
use super::newton::{Profile, climb};
use super::operator::Operator;
use super::panel::Panel;
use super::products::Products;
use super::{
    Covary, Reduction, Solve, TileEstimates, TileMultipliers, TileSpread, finish, of_lag, reduces,
    spread,
};
use crate::estimator::impacts::{Place, Totals, places};
use crate::estimator::incidental::Frame;
use crate::estimator::{Estimated, Problem};
use crate::math::Matrix;
use crate::math::lanes::{LANES, Lane};
use crate::math::linalg::dot;
use crate::model::{Impact, Term};

/// A fitted spatial lag model.
#[derive(Debug)]
pub struct Slm {
    forms: Forms,
    panel: Panel,
    k: usize,
    observations: f64,
    periods: f64,
    units: f64,
    rho: f64,
    /// tr G and tr GG at the fit.
    traces: (f64, f64),
    /// Whether the traces are less those of the eigenvalue 1 of W.
    without_one: bool,
    bias: Bias,
    gamma: Vec<f64>,
    c0: Vec<f64>,
    gg: f64,
    /// R⁻¹, upper triangular, row by row.
    r_inverse: Vec<f64>,
    /// Diagonal of (X'QX)⁻¹.
    spread: Vec<f64>,
    /// (X'QX)⁻¹, row by row.
    gram_inverse: Vec<f64>,
    /// Where the coefficients of regressors with effects are.
    places: Vec<Place>,
    /// The sum of every row of W; `None`: the total multipliers and their slopes are on the panel.
    row_sum: Option<f64>,
}

/// Functions on the panel before the cross-products: tr G, tr GG, tr(GG + G'G), total multiplier,
/// its slope, the same two of Durbin terms.
const FIRST: usize = 7;

/// Of how many factors G each of the functions is, with the lowest eigenvalue and with the highest:
/// this is gone from traces that are `without_one`, and from products whose periods lose their means.
fn power(k: usize, without_one: bool, has_time: bool) -> impl Fn(usize) -> [u8; 2] {
    move |f| {
        let factors = match f {
            0 | 3 | 5 => 1,
            f if (FIRST..FIRST + k * k).contains(&f) => 1,
            _ => 2,
        };
        let gone = if f < FIRST { without_one } else { has_time };
        [factors, if gone { 0 } else { factors }]
    }
}

/// The reduction of `at`, where there is one.
pub(in crate::estimator) fn reduction(
    problem: &Problem<'_>,
    at: &Estimated,
    spread: f64,
) -> Option<Slm> {
    if !reduces(problem) {
        return None;
    }
    let rho = at.value(&Term::Rho)?;
    let std_error = at.fit.estimates.iter().find(|e| e.term == Term::Rho)?.std_error;
    let frame = Frame::of(problem).ok()?;
    let space = problem.within_space().ok()?;
    let (k, n, t) = (space.rank(), problem.n_units(), problem.n_periods());
    let basis: Vec<Vec<f64>> = (0..k).map(|j| space.q.col(j).iter().copied().collect()).collect();

    let lag = problem.weights.lag(&problem.weights.resolve(rho, &at.systematic));
    let mean_lag = problem.within(&lag);
    let c0 = space.coordinates(&mean_lag);
    let g = space.residual(&mean_lag);
    let filter = problem.weights.filter(rho);
    let transposed = |v: &[f64]| problem.weights.lag_transposed(&filter.resolve_transposed(v));
    let mut rows = basis.clone();
    rows.extend(basis.iter().map(|q| transposed(q)));
    rows.push(g.clone());
    rows.push(transposed(&g));

    let row_sum = problem.weights.common_row_sum();
    let functions = Functions { problem, frame, products: Products::new(problem, &basis), row_sum };
    let powers = power(k, frame.is_without_one(), problem.model.effects.has_time());
    let panel = Panel::new(frame.spectrum(), rho, (std_error, spread), powers, |r| functions.at(r));
    let r_inverse = space.r_inverse();
    let gram_inverse = space.gram_inverse();
    let slopes: Vec<f64> = at.fit.estimates[..k].iter().map(|e| e.value).collect();
    let [trace_g, trace_gg, _] = frame.traces_once(rho);
    Some(Slm {
        forms: Forms::new(
            n,
            t,
            problem.model.effects,
            &rows,
            Some(Operator::new(problem.weights, rho)),
        ),
        panel,
        k,
        observations: frame.observations() as f64,
        periods: frame.periods(),
        units: n as f64,
        rho,
        traces: (trace_g, trace_gg),
        without_one: frame.is_without_one(),
        bias: Bias::of(problem),
        gamma: space.coordinates(&problem.within(&problem.linear_part(&slopes))),
        c0,
        gg: dot(&g, &g),
        r_inverse: (0..k * k).map(|at| r_inverse[(at / k, at % k)]).collect(),
        spread: (0..k).map(|j| gram_inverse[(j, j)]).collect(),
        gram_inverse: (0..k * k).map(|at| gram_inverse[(at / k, at % k)]).collect(),
        places: places(at.fit.estimates.iter().map(|e| &e.term), &problem.sample.response),
        row_sum,
    })
}

/// What the panel interpolates.
struct Functions<'a> {
    problem: &'a Problem<'a>,
    frame: Frame<'a>,
    products: Products,
    row_sum: Option<f64>,
}

impl Functions<'_> {
    fn at(&self, r: f64) -> Vec<f64> {
        let mut out = self.frame.traces_once(r).to_vec();
        out.extend(self.totals(r));
        let operator = if self.problem.model.effects.has_time() {
            Operator::centred(self.problem.weights, r)
        } else {
            Operator::new(self.problem.weights, r)
        };
        self.products.at(&operator, &mut out);
        out
    }

    /// 1'(I − rW)⁻¹1/N with its derivative, 1'(I − rW)⁻¹W1/N with its own.
    fn totals(&self, r: f64) -> [f64; 4] {
        if self.row_sum.is_some() {
            return [0.0; 4];
        }
        let Totals { own, of_neighbours } = Totals::at(self.problem.weights, r);
        [own.value, own.slope, of_neighbours.value, of_neighbours.slope]
    }
}

/// Three numbers a replicate.
struct Residuals {
    observations: f64,
    ee: Lane,
    le: Lane,
    ll: Lane,
}

impl Residuals {
    #[inline(always)]
    fn ssr(&self, theta: &Lane) -> Lane {
        let mut out = [0.0; LANES];
        for l in 0..LANES {
            let t = theta[l];
            out[l] = t.mul_add(t.mul_add(self.ll[l], -2.0 * self.le[l]), self.ee[l]);
        }
        out
    }
}

impl Profile for Residuals {
    #[inline(always)]
    fn derivatives(&mut self, theta: &Lane) -> (Lane, Lane) {
        let (mut first, mut second) = ([0.0; LANES], [0.0; LANES]);
        for l in 0..LANES {
            let t = theta[l];
            let ssr = t.mul_add(t.mul_add(self.ll[l], -2.0 * self.le[l]), self.ee[l]);
            let half = (-t).mul_add(self.ll[l], self.le[l]);
            let scale = self.observations / ssr;
            let slope = half * scale;
            first[l] = slope;
            second[l] = (2.0 / self.observations * slope).mul_add(slope, -self.ll[l] * scale);
        }
        (first, second)
    }
}

impl Slm {
    #[inline(always)]
    fn residuals(&self, forms: &TileForms) -> Residuals {
        let k = self.k;
        let linear = &forms.linear;
        let mut out =
            Residuals { observations: self.observations, ee: forms.ee, le: forms.ew, ll: forms.ww };
        for (a, b) in linear[..k].iter().zip(&linear[k..2 * k]) {
            for l in 0..LANES {
                out.ee[l] = (-a[l]).mul_add(a[l], out.ee[l]);
                out.le[l] = (-a[l]).mul_add(b[l], out.le[l]);
                out.ll[l] = (-b[l]).mul_add(b[l], out.ll[l]);
            }
        }
        for l in 0..LANES {
            out.le[l] += linear[2 * k][l];
            out.ll[l] += 2.0_f64.mul_add(linear[2 * k + 1][l], self.gg);
        }
        out
    }

    /// All traces of G.
    #[inline(always)]
    fn trace(&self, functions: &[Lane]) -> Lane {
        functions[0].map(|g| self.periods * g)
    }

    /// V_ρ at these values; `cross` becomes N₁γ and `functions` those of the panel.
    #[inline(always)]
    fn variance(
        &self,
        (rho, sigma2): (&Lane, &Lane),
        (gamma, cross): (&[Lane], &mut [Lane]),
        (polynomials, functions): (&mut [Lane], &mut [Lane]),
    ) -> Lane {
        self.panel.evaluate(rho, polynomials, functions);
        let mean_square = cross_products(gamma, &functions[FIRST..], cross);
        let mut variance = [0.0; LANES];
        for l in 0..LANES {
            let trace = self.periods * functions[0][l];
            let information = self.periods.mul_add(
                functions[2][l],
                (-2.0 * trace / self.observations).mul_add(trace, mean_square[l] / sigma2[l]),
            );
            variance[l] = 1.0 / information;
        }
        variance
    }

    /// D and S with their derivatives.
    #[inline(always)]
    fn multipliers(&self, rho: &Lane, functions: &[Lane]) -> TileMultipliers {
        of_lag(rho, functions, (self.units, self.row_sum, self.without_one))
    }

    /// h and the functions on the panel, where [`solve`](Self::solve) leaves them.
    #[inline(always)]
    fn left<'a>(&self, scratch: &'a [Lane]) -> (&'a [Lane], &'a [Lane]) {
        (&scratch[2 * self.k..3 * self.k], &scratch[3 * self.k..])
    }

    #[inline(always)]
    fn spread_of(
        &self,
        positions: &[usize],
        scratch: &[Lane],
        found: &TileEstimates<'_>,
        out: &mut TileSpread,
    ) {
        let (k, m) = (self.k, positions.len());
        let (h, functions) = self.left(scratch);
        let (rho, sigma2) = (&found.values[k], &found.values[k + 1]);
        let along = |at: usize, l: usize| match at {
            j if j < k => h[j][l],
            j if j == k => -1.0,
            _ => 2.0 * sigma2[l] * self.periods * functions[0][l] / self.observations,
        };
        for (a, &i) in positions.iter().enumerate() {
            for (b, &j) in positions.iter().enumerate() {
                let entry = &mut out.covariance[a * m + b];
                for l in 0..LANES {
                    let base = match (i < k, j < k) {
                        (true, true) => sigma2[l] * self.gram_inverse[i * k + j],
                        _ if i == j && i > k => 2.0 * sigma2[l] * sigma2[l] / self.observations,
                        _ => 0.0,
                    };
                    let variance = found.std_errors[k][l] * found.std_errors[k][l];
                    entry[l] = (variance * along(i, l)).mul_add(along(j, l), base);
                }
            }
        }
        out.multipliers = Some(self.multipliers(rho, functions));
    }

    /// Direct, indirect and total effects with their delta-method standard errors.
    #[inline(always)]
    fn effects(
        &self,
        rho: &Lane,
        functions: &[Lane],
        (sigma2, variance, h): (&Lane, &Lane, &[Lane]),
        out: &mut TileEstimates<'_>,
    ) {
        let multipliers = self.multipliers(rho, functions);
        let mut at = self.k + 2;
        for impact in Impact::ALL {
            let (own, of_neighbours) = multipliers.get(impact);
            for place in &self.places {
                let (mut value, mut square) = ([0.0; LANES], [0.0; LANES]);
                // (∂β, ∂θ, ∂ρ) against V = σ²C + V_ρ hh', Cov(·, ρ) = −V_ρ h and V_ρ.
                let mut along = [0.0; LANES];
                for (j, m) in [(place.own, &own), (place.of_neighbours, &of_neighbours)] {
                    let Some(j) = j else { continue };
                    for l in 0..LANES {
                        let b = out.values[j][l];
                        value[l] = b.mul_add(m[0][l], value[l]);
                        along[l] += (-m[0][l]).mul_add(h[j][l], b * m[1][l]);
                        square[l] =
                            (m[0][l] * m[0][l] * sigma2[l]).mul_add(self.spread[j], square[l]);
                    }
                }
                if let (Some(i), Some(j)) = (place.own, place.of_neighbours) {
                    let mixed = 2.0 * self.gram_inverse[i * self.k + j];
                    for l in 0..LANES {
                        square[l] =
                            (own[0][l] * of_neighbours[0][l] * sigma2[l]).mul_add(mixed, square[l]);
                    }
                }
                for l in 0..LANES {
                    out.values[at][l] = value[l];
                    out.std_errors[at][l] =
                        (variance[l] * along[l]).mul_add(along[l], square[l]).max(0.0).sqrt();
                }
                at += 1;
            }
        }
    }
}

#[inline(always)]
fn minus(a: &Lane, b: f64) -> Lane {
    let mut out = [0.0; LANES];
    for l in 0..LANES {
        out[l] = a[l] - b;
    }
    out
}

/// `cross` = N₁γ; returns γ'N₂γ − |N₁γ|². `functions`: N₁ row by row, then the upper triangle of
/// N₂ row by row, off-diagonal entries doubled.
#[inline(always)]
fn cross_products(gamma: &[Lane], functions: &[Lane], cross: &mut [Lane]) -> Lane {
    let k = gamma.len();
    let mut square = [0.0; LANES];
    let (n1, n2) = functions.split_at(k * k);
    for (cross, row) in cross.iter_mut().zip(n1.chunks_exact(k)) {
        let mut sum = [0.0; LANES];
        for (n, gamma) in row.iter().zip(gamma) {
            for l in 0..LANES {
                sum[l] = n[l].mul_add(gamma[l], sum[l]);
            }
        }
        *cross = sum;
        for l in 0..LANES {
            square[l] = (-sum[l]).mul_add(sum[l], square[l]);
        }
    }
    let mut at = 0;
    for i in 0..k {
        let mut sum = [0.0; LANES];
        for gamma in &gamma[i..] {
            for l in 0..LANES {
                sum[l] = n2[at][l].mul_add(gamma[l], sum[l]);
            }
            at += 1;
        }
        for l in 0..LANES {
            square[l] = gamma[i][l].mul_add(sum[l], square[l]);
        }
    }
    square
}

/// `out` = Rv for an upper triangular matrix given row by row.
#[inline(always)]
pub(super) fn triangular(r: &[f64], v: &[Lane], out: &mut [Lane]) {
    let k = v.len();
    for i in 0..k {
        let mut sum = [0.0; LANES];
        for j in i..k {
            let r = r[i * k + j];
            for l in 0..LANES {
                sum[l] = r.mul_add(v[j][l], sum[l]);
            }
        }
        out[i] = sum;
    }
}

impl Solve for Slm {
    #[inline(always)]
    fn solve(&self, forms: &TileForms, scratch: &mut [Lane], out: &mut TileEstimates<'_>) {
        let k = self.k;
        let mut residuals = self.residuals(forms);
        let (mut rho, mut good) =
            climb(&mut residuals, &self.panel, (self.rho, self.periods), self.traces);
        let theta = minus(&rho, self.rho);
        let ssr = residuals.ssr(&theta);

        let (gamma, rest) = scratch.split_at_mut(k);
        let (cross, rest) = rest.split_at_mut(k);
        let (h, rest) = rest.split_at_mut(k);
        let (functions, polynomials) = rest.split_at_mut(self.panel.room());
        for (j, gamma) in gamma.iter_mut().enumerate() {
            let (a, b) = (&forms.linear[j], &forms.linear[k + j]);
            for l in 0..LANES {
                gamma[l] = (-theta[l]).mul_add(self.c0[j] + b[l], self.gamma[j] + a[l]);
            }
        }
        let n = self.observations;
        let mut sigma2 = [0.0; LANES];
        for l in 0..LANES {
            sigma2[l] = ssr[l] / n;
            good[l] &= ssr[l] > 0.0;
        }
        let mut variance = self.variance((&rho, &sigma2), (gamma, cross), (polynomials, functions));
        if let Some(moved) =
            self.bias.of_maximum((&rho, &sigma2, &variance), (&self.trace(functions), n))
        {
            let (low, high) = self.panel.ends;
            for l in 0..LANES {
                rho[l] += moved.spatial[l];
                good[l] &= variance[l] > 0.0 && rho[l] > low && rho[l] < high;
            }
            for (gamma, cross) in gamma.iter_mut().zip(cross.iter()) {
                for l in 0..LANES {
                    gamma[l] = (-moved.spatial[l]).mul_add(cross[l], gamma[l]);
                }
            }
            sigma2 = moved.sigma2;
            variance = self.variance((&rho, &sigma2), (gamma, cross), (polynomials, functions));
        }
        triangular(&self.r_inverse, gamma, &mut out.values[..k]);
        triangular(&self.r_inverse, cross, h);

        let trace = self.trace(functions);
        for l in 0..LANES {
            let slope = 2.0 * sigma2[l] * trace[l] / n;
            let of_sigma2 = (slope * slope).mul_add(variance[l], 2.0 * sigma2[l] * sigma2[l] / n);
            out.values[k][l] = rho[l];
            out.std_errors[k][l] = variance[l].sqrt();
            out.values[k + 1][l] = sigma2[l];
            out.std_errors[k + 1][l] = of_sigma2.sqrt();
            out.solved[l] = good[l] && sigma2[l] > 0.0 && variance[l] > 0.0;
        }
        for j in 0..k {
            for l in 0..LANES {
                let own = variance[l] * h[j][l];
                out.std_errors[j][l] = own.mul_add(h[j][l], sigma2[l] * self.spread[j]).sqrt();
            }
        }
        self.effects(&rho, functions, (&sigma2, &variance, h), out);
    }
}

impl Reduction for Slm {
    fn forms(&self) -> &Forms {
        &self.forms
    }

    fn matrices(&self, problem: &Problem<'_>) -> Vec<Matrix> {
        vec![problem.weights.resolvent(self.rho)]
    }

    fn estimates(&self) -> usize {
        self.k + 2 + Impact::ALL.len() * self.places.len()
    }

    fn scratch(&self) -> usize {
        3 * self.k + self.panel.room() + self.panel.scratch()
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

impl Covary for Slm {
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
