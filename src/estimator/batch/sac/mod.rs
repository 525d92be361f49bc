//! Models with a spatial lag and a spatial error from forms of the innovations.
//!
//! With Ŵ₁'s G and W₂'s H at the fit, B̂ = I − λ̂W₂, θ = ρ − ρ̂, φ = λ − λ̂, QB̂X = Q_zR, x̄ = XR⁻¹,
//! Z₁ = QW₂x̄ and m = (I ⊗ G)(Xβ̂ + effects) less x̄c₀, c₀ = Q_z'QB̂m, what generalised least squares
//! of B(y* − ρW₁y*) on BX has to explain beyond BXβ̂ is p − θq with (Q understood)
//!
//! ```text
//! p(φ) = ε − φHε,   q(φ) = m₀ − φm₁ + Ĝε − φHĜε,   m₀ = B̂m, m₁ = W₂m, Ĝ = B̂GB̂⁻¹
//! X(φ) = Q_z − φZ₁,  M = X'X = LL',  b_p = X'p,  b_q = X'q
//! SSR  = p'p − 2θ p'q + θ² q'q − |L⁻¹(b_p − θb_q)|²,  β* = β̂ + R⁻¹(M⁻¹(b_p − θb_q) − θc₀)
//! ```
//!
//! all of it polynomials in φ whose coefficients are linear and quadratic forms of ε. It is climbed
//! from the fit; a grid says where else a maximum may be, and what is there is climbed, too, and from
//! the points that `estimator::sac` starts from beside its grid: the highest counts, as it does there. Standard errors are those of the expected
//! information there, its traces functions of ρ, of λ and of both on panels.
//!
//! | file | what it does |
//! |---|---|
//! | `surface` | the concentrated log-likelihood with its derivatives |
//! | `climb` | its maxima |
//! | `grid` | its values on a grid, and their tops |
//! | `functions` | what standard errors need, as functions of ρ and λ |
//! | `errors` | standard errors and effects |

mod climb;
mod errors;
mod functions;
mod grid;
mod surface;

use super::determinants::Determinants;
use super::forms::{Forms, Pair, TileForms};
use super::operator::{Lag, Operator};
use super::panel::{Fineness, Panel};
use super::{Covary, Reduction, Solve, TileEstimates, TileSpread, finish, reduces, spread};
use crate::estimator::impacts::{Place, places};
use crate::estimator::problem::{combine, matrix};
use crate::estimator::{Estimated, Problem};
use crate::math::Matrix;
use crate::math::lanes::{LANES, Lane};
use crate::math::linalg::{ColumnSpace, dot};
use crate::model::{Impact, Term};
use crate::weights::spectrum::Spectrum;
use functions::Basis;
use grid::Grid;

/// A fitted model with a spatial lag and a spatial error.
#[derive(Debug)]
pub struct Sac {
    forms: Forms,
    k: usize,
    observations: f64,
    periods: f64,
    units: f64,
    /// ρ̂ and λ̂.
    fit: [f64; 2],
    /// What standard errors need, of ρ and of λ.
    panels: [Panel; 2],
    /// Determinants on the panels.
    near: [Determinants; 2],
    /// Determinants on all but the ends of the intervals.
    far: [Determinants; 2],
    grid: Grid,
    /// Coefficients of the Chebyshev polynomials in λ, which are functions of ρ.
    points: usize,
    /// S₁ and S₂ with M = I − φS₁ + φ²S₂, row by row.
    s1: Vec<f64>,
    s2: Vec<f64>,
    /// |m₀ − φm₁|²: coefficients of φ⁰, −φ, φ².
    mean_square: [f64; 3],
    /// X'(m₀ − φm₁): the same, k each.
    mean_on_basis: [Vec<f64>; 3],
    /// c₀
    c0: Vec<f64>,
    /// Rβ̂
    start: Vec<f64>,
    /// R⁻¹, upper triangular, row by row.
    r_inverse: Vec<f64>,
    places: Vec<Place>,
    row_sum: Option<f64>,
    own_error_weights: bool,
    /// The admissible intervals of ρ and λ.
    intervals: [(f64, f64); 2],
}

/// The reduction of `at`, where there is one.
pub(in crate::estimator) fn reduction(
    problem: &Problem<'_>,
    at: &Estimated,
    spread: f64,
) -> Option<Sac> {
    if !reduces(problem) || !reduces(&problem.of_errors()) {
        return None;
    }
    let found = [Term::Rho, Term::Lambda].map(|term| {
        let of = at.fit.estimates.iter().find(|e| e.term == term)?;
        Some((of.value, of.std_error))
    });
    let [(rho, rho_error), (lambda, lambda_error)] = [found[0]?, found[1]?];
    let (weights, of_errors) = (problem.weights, problem.error_weights);
    let spectra = [weights.spectrum()?, of_errors.spectrum()?];
    let basis = Basis::new(problem, lambda)?;
    let k = basis.space.rank();
    let (n, t) = (problem.n_units(), problem.n_periods());

    let lag = weights.lag(&weights.resolve(rho, &at.systematic));
    let lag_of_lag = problem.within(&of_errors.lag(&lag));
    let filtered: Vec<f64> =
        problem.within(&lag).iter().zip(&lag_of_lag).map(|(g, w)| g - lambda * w).collect();
    let c0 = basis.space.coordinates(&filtered);
    let m0 = basis.space.residual(&filtered);
    let explained = combine(problem.n(), &basis.moved, &c0);
    let m1: Vec<f64> = lag_of_lag.iter().zip(&explained).map(|(m, x)| m - x).collect();

    let panel_of_lambda =
        Panel::with(Fineness::LEVEL, (spectra[1], lambda), (lambda_error, spread), |r| {
            functions::of_lambda(problem, r)
        });
    let shared = functions::Shared::new(problem, &basis, (lambda, &panel_of_lambda))?;
    let panel_of_rho =
        Panel::with(Fineness::LEVEL, (spectra[0], rho), (rho_error, spread), |r| shared.at(r));

    let product = |a: &[Vec<f64>], b: &[Vec<f64>]| -> Vec<f64> {
        (0..k * k).map(|at| dot(&a[at / k], &b[at % k])).collect()
    };
    let mixed = product(&basis.columns, &basis.moved);
    let s1: Vec<f64> = (0..k * k).map(|at| mixed[at] + mixed[at % k * k + at / k]).collect();
    let s2 = product(&basis.moved, &basis.moved);
    let on = |columns: &[Vec<f64>], v: &[f64]| columns.iter().map(|c| dot(c, v)).collect();
    let (on_m0, on_m1): (Vec<f64>, Vec<f64>) = (on(&basis.columns, &m0), on(&basis.columns, &m1));
    let (moved_m0, moved_m1): (Vec<f64>, Vec<f64>) = (on(&basis.moved, &m0), on(&basis.moved, &m1));
    let slopes: Vec<f64> = at.fit.estimates[..k].iter().map(|e| e.value).collect();
    let r_inverse = basis.space.r_inverse();
    let ends = [panel_of_rho.ends, panel_of_lambda.ends];
    let pair = Pair {
        lag: Operator::new(weights, rho),
        error: Operator::new(of_errors, lambda),
        of_errors: Lag::new(of_errors),
        lambda,
    };
    let rows = rows(problem, (rho, lambda), &basis, (&m0, &m1));
    Some(Sac {
        forms: Forms::of_two((n, t), problem.model.effects, &rows, pair),
        k,
        observations: problem.n() as f64,
        periods: t as f64,
        units: n as f64,
        fit: [rho, lambda],
        near: [0, 1].map(|i| Determinants::within(spectra[i], ends[i])),
        far: [0, 1].map(|i| Determinants::nearly_all(spectra[i])),
        grid: Grid::new(spectra, (lambda, t as f64), (k, &s1, &s2))?,
        points: panel_of_lambda.nodes().len(),
        panels: [panel_of_rho, panel_of_lambda],
        s1,
        s2,
        mean_square: [dot(&m0, &m0), 2.0 * dot(&m0, &m1), dot(&m1, &m1)],
        mean_on_basis: [on_m0, (0..k).map(|j| on_m1[j] + moved_m0[j]).collect(), moved_m1],
        c0,
        start: basis.space.coordinates(&functions::filtered(
            problem,
            lambda,
            &problem.linear_part(&slopes),
        )),
        r_inverse: (0..k * k).map(|at| r_inverse[(at / k, at % k)]).collect(),
        places: places(at.fit.estimates.iter().map(|e| &e.term), &problem.sample.response),
        row_sum: weights.common_row_sum(),
        own_error_weights: problem.has_own_error_weights(),
        intervals: spectra.map(Spectrum::interval),
    })
}

/// The linear forms: b_p and the random part of b_q by powers of φ, 6k, and (m₀ − φm₁)'p and its
/// random part with q the same way, 6.
fn rows(
    problem: &Problem<'_>,
    (rho, lambda): (f64, f64),
    basis: &Basis,
    (m0, m1): (&Vec<f64>, &Vec<f64>),
) -> Vec<Vec<f64>> {
    let (of_lag, of_errors) = (problem.weights, problem.error_weights);
    let (filter, filter_of_errors) = (of_lag.filter(rho), of_errors.filter(lambda));
    // H'v, and Ĝ'v = B⁻ᵀG'B'v.
    let h = |v: &[f64]| of_errors.lag_transposed(&filter_of_errors.resolve_transposed(v));
    let g = |v: &[f64]| {
        let lag = of_errors.lag_transposed(v);
        let b: Vec<f64> = v.iter().zip(&lag).map(|(v, w)| v - lambda * w).collect();
        let lagged = of_lag.lag_transposed(&filter.resolve_transposed(&b));
        filter_of_errors.resolve_transposed(&lagged)
    };
    let sum =
        |a: Vec<f64>, b: &[f64]| -> Vec<f64> { a.iter().zip(b).map(|(a, b)| a + b).collect() };
    let of = |a: &[Vec<f64>], b: &[Vec<f64>]| {
        let pairs = || a.iter().zip(b);
        let mut p = [a.to_vec(), Vec::new(), Vec::new()];
        p[1] = pairs().map(|(a, b)| sum(h(a), b)).collect();
        p[2] = b.iter().map(|b| h(b)).collect();
        // q's forms are those of p with Ĝε in the place of ε.
        let q = [0, 1, 2].map(|i| p[i].iter().map(|v| g(v)).collect::<Vec<_>>());
        p.into_iter().chain(q).flatten().collect::<Vec<_>>()
    };
    let mut rows = of(&basis.columns, &basis.moved);
    rows.extend(of(std::slice::from_ref(m0), std::slice::from_ref(m1)));
    rows
}

/// Room of a tile.
struct Room<'a> {
    factor: &'a mut [Lane],
    gamma: &'a mut [Lane],
    s1: &'a mut [Lane],
    s2: &'a mut [Lane],
    q: &'a mut [Lane],
    /// b_q by powers of φ.
    on_lag: &'a mut [Lane],
    grid: &'a mut [Lane],
    /// h, then V of (ρ, λ), then L⁻¹ of rows of R⁻¹.
    h: &'a mut [Lane],
    cross: &'a mut [Lane],
    variance: &'a mut [Lane],
    rows: &'a mut [Lane],
    functions: [&'a mut [Lane]; 2],
    polynomials: [&'a mut [Lane]; 2],
}

impl<'a> Room<'a> {
    fn size(of: &Sac) -> usize {
        let k = of.k;
        let panels: usize = of.panels.iter().map(|p| p.room() + p.scratch()).sum();
        k * (k + 1) / 2 + 9 * k + grid::ROOM + 3 + k * k + panels
    }

    #[inline(always)]
    fn new(of: &Sac, mut rest: &'a mut [Lane]) -> Self {
        let k = of.k;
        let mut take = |count: usize| {
            let (taken, left) = std::mem::take(&mut rest).split_at_mut(count);
            rest = left;
            taken
        };
        Self {
            factor: take(k * (k + 1) / 2),
            gamma: take(k),
            s1: take(k),
            s2: take(k),
            q: take(k),
            on_lag: take(3 * k),
            grid: take(grid::ROOM),
            h: take(k),
            cross: take(k),
            variance: take(3),
            rows: take(k * k),
            functions: [take(of.panels[0].room()), take(of.panels[1].room())],
            polynomials: [take(of.panels[0].scratch()), take(of.panels[1].scratch())],
        }
    }
}

impl Reduction for Sac {
    fn forms(&self) -> &Forms {
        &self.forms
    }

    /// H, Ĝ and HĜ.
    fn matrices(&self, problem: &Problem<'_>) -> Vec<Matrix> {
        let [rho, lambda] = self.fit;
        let (lag, error) = crate::estimator::sac::operators(problem, rho, lambda);
        let both = &error * &lag;
        vec![error, lag, both]
    }

    fn estimates(&self) -> usize {
        self.k + 3 + Impact::ALL.len() * self.places.len()
    }

    fn scratch(&self) -> usize {
        Room::size(self)
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

impl Solve for Sac {
    #[inline(always)]
    fn solve(&self, forms: &TileForms, scratch: &mut [Lane], out: &mut TileEstimates<'_>) {
        let mut room = Room::new(self, scratch);
        let Some((at, ssr)) = self.highest(forms, &mut room, &mut out.solved) else { return };
        self.estimates_at((&at, &ssr), &mut room, out);
    }
}

impl Covary for Sac {
    #[inline(always)]
    fn covary(
        &self,
        positions: &[usize],
        scratch: &mut [Lane],
        found: &TileEstimates<'_>,
        out: &mut TileSpread,
    ) {
        let mut room = Room::new(self, scratch);
        self.spread_of(positions, &mut room, found, out);
    }
}

/// The regressors with effects removed, filtered: an orthonormal basis.
fn space_of(columns: &[Vec<f64>]) -> Option<ColumnSpace> {
    ColumnSpace::new(&matrix(columns)).ok()
}

/// c₀ − φc₁ + φ²c₂
#[inline(always)]
fn polynomial(c: [&Lane; 3], phi: &Lane) -> Lane {
    let mut out = [0.0; LANES];
    for l in 0..LANES {
        out[l] = phi[l].mul_add(phi[l].mul_add(c[2][l], -c[1][l]), c[0][l]);
    }
    out
}
