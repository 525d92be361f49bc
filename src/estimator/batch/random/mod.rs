//! Models with random effects of units from forms of the innovations.
//!
//! With θ = ρ − ρ̂, φ = λ − λ̂, v = ln(1 + Tφ_μ), G and H at the fit and Ĝ = B̂GB̂⁻¹, the error of a
//! replicate is B(y* − ρWy* − Xβ̂) = ε − φHε − θ(m₀ − φm₁ + Ĝε − φHĜε) in the coordinates in which the
//! innovations of the fit are alike, m₀ = B̂m, m₁ = Wm and m the mean of Wy* less what regressors
//! explain of it, and the regressors are Z₀ − φZ₁, Z₀ orthonormal at the fit. Within and between
//! units both are polynomials in θ and φ whose coefficients are linear and quadratic forms of
//! ε, and the sum of squares that the likelihood has is, by how u is made up,
//!
//! ```text
//! q = q_w(θ, φ) + o q_b(θ, φ),  o = exp(v̂ − v),  ln|C| = Nv         `kkp`, and without λ
//! q = q_w(θ, φ) + Σ_i κ_i e_i²,  κ_i = b²/(1 + sb²),  b = 1 − λω_i,  s = exp(v) − 1,
//!     ln|C| = Σ_i ln(1 + sb²)                                          `anselin`, W symmetric
//! ```
//!
//! e_i the coordinates of the unfiltered means of units along the eigenvectors of W, of which G is a
//! function: C = I + sBB' is diagonal there at every λ and s. That takes a W that is symmetric
//! (not normalised, or by one number). Of other W, such as one whose rows are made to sum to one,
//! BB' at one λ does not commute with BB' at another, C⁻¹ has no fixed eigenvectors, and the likelihood is
//! no function of fewer numbers than the N means of units: there is no reduction, and replicates are
//! fitted one at a time. Nor is there with effects of periods under a W whose rows have
//! different sums, which the filter makes into other columns at every λ.
//!
//! The search is that of `estimator::random`: the same scan, the same steps uphill from the best
//! point of each pair of signs. Standard errors are those of the observed information, as there:
//! with g_p = L⁻¹(b_p − M_pγ) they need nothing that the search has not made.
//!
//! | file | what it does |
//! |---|---|
//! | `columns` | regressors split into what lies within units and between them |
//! | `tile` | the polynomials of a tile of replicates |
//! | `between` | what lies between units of the likelihood where means are apart |
//! | `surface` | the log-likelihood with its derivatives |
//! | `climb` | where its maximum is |
//! | `errors` | standard errors and effects |

mod between;
mod climb;
mod columns;
mod errors;
mod surface;
#[cfg(test)]
mod tests;
mod tile;

use super::determinants::Determinants;
use super::forms::{Forms, Pair, TileForms};
use super::operator::{Lag, Operator};
use super::panel::Panel;
use super::{Covary, Reduction, Solve, TileEstimates, TileMultipliers, TileSpread, finish, spread};
use crate::estimator::impacts::{Multipliers, Place, Totals, places};
use crate::estimator::problem::matrix;
use crate::estimator::random::columns::with_unit_means;
use crate::estimator::random::{Spatial, error_components};
use crate::estimator::{Estimated, Problem};
use crate::math::Matrix;
use crate::math::lanes::{LANES, Lane};
use crate::math::linalg::ColumnSpace;
use crate::model::{Effects, ErrorComponents, Impact, Term};
use crate::weights::spectrum::Spectrum;
use between::Apart;
use climb::Grid;
use columns::{Eigenbasis, Means, Split};
use tile::{Part, Shape};

/// A fitted model with random effects.
#[derive(Debug)]
pub struct Random {
    forms: Forms,
    shape: Shape,
    observations: f64,
    periods: f64,
    units: f64,
    /// ρ̂, λ̂, v̂
    fit: [f64; 3],
    interval: (f64, f64),
    within: Part,
    between: Between,
    /// c₀
    c0: Vec<f64>,
    slopes: Vec<f64>,
    /// R⁻¹, upper triangular, row by row.
    r_inverse: Vec<f64>,
    /// Of ρ: tr G, tr GG, nothing, and the total multipliers.
    panel: Option<Panel>,
    /// Determinants around the fit, and on all but the ends of the interval: of ρ, of λ.
    near: [Option<Determinants>; 2],
    far: [Option<Determinants>; 2],
    grid: Grid,
    places: Vec<Place>,
    row_sum: Option<f64>,
    /// Of a model without a spatial lag.
    constant: Option<TileMultipliers>,
}

/// The part between units.
#[derive(Debug)]
enum Between {
    Alike(Part),
    Apart(Apart),
}

/// The reduction of `at`, where there is one.
pub(in crate::estimator) fn reduction(
    problem: &Problem<'_>,
    at: &Estimated,
    spatial: Spatial,
    spread: f64,
) -> Option<Random> {
    if problem.weights.is_by_period() {
        return None;
    }
    let (sample, _) = with_unit_means(problem);
    let own = Problem { sample: &sample, ..*problem };
    let (weights, t) = (own.weights, own.n_periods() as f64);
    let spectrum = weights.spectrum().filter(|s| s.is_real())?;
    let has_time = own.model.effects.has_time();
    if has_time && weights.common_row_sum().is_none() {
        return None;
    }
    let of = |term: Term| {
        let found = at.fit.estimates.iter().find(|e| e.term == term)?;
        Some((found.value, found.std_error))
    };
    let rho = if spatial.lag { Some(of(Term::Rho)?) } else { None };
    let lambda = if spatial.error { Some(of(Term::Lambda)?) } else { None };
    let v = (of(Term::Phi)?.0 * t).ln_1p();
    let fit = [rho.map_or(0.0, |r| r.0), lambda.map_or(0.0, |l| l.0), v];

    let (means, all) = match error_components(own.model, spatial) {
        ErrorComponents::Kkp => (Means::Alike((-0.5 * v).exp()), Vec::new()),
        ErrorComponents::Anselin => {
            let (all, basis) = Eigenbasis::new(weights, has_time)?;
            let root = |w: &f64| Apart::weight(fit[1], v, *w).sqrt();
            let at_fit = basis.values.iter().map(root).collect();
            (Means::Apart(basis, at_fit), all)
        }
    };
    let split = |column: &[f64]| Split::new(&own, lambda.map(|l| l.0), &means, column);
    let raw: Vec<Split> = own.columns().iter().map(|x| split(x)).collect();
    let mean_lag = weights.lag(&weights.resolve(fit[0], &at.systematic));
    let mean_lag = split(&mean_lag);
    let k = raw.len();
    let stacked: Vec<Vec<f64>> = raw.iter().map(Split::stacked).collect();
    let space = if k == 0 { None } else { Some(ColumnSpace::new(&matrix(&stacked)).ok()?) };
    let r_inverse = space.as_ref().map_or_else(|| Matrix::zeros(0, 0), ColumnSpace::r_inverse);
    let row = |j: usize| -> Vec<f64> { (0..k).map(|i| r_inverse[(i, j)]).collect() };
    let mut basis: Vec<Split> = (0..k).map(|j| Split::combined(&raw, &row(j), &mean_lag)).collect();
    let c0 = match &space {
        Some(space) if spatial.lag => space.coordinates(&mean_lag.stacked()),
        _ => vec![0.0; k],
    };
    if spatial.lag {
        let explained = Split::combined(&basis, &c0, &mean_lag);
        basis.push(mean_lag.minus(&explained));
    }

    let shape = Shape { k, lag: usize::from(spatial.lag), error: usize::from(spatial.error) };
    let polynomials = |of: &dyn Fn(&Split) -> &[Vec<f64>; 2]| {
        Part::new(shape, &basis.iter().map(of).collect::<Vec<_>>())
    };
    let within = polynomials(&|s| &s.within);
    let forms = forms(&own, (shape, fit), &basis, &means);
    let between = match means {
        Means::Alike(_) => Between::Alike(polynomials(&|s| &s.between)),
        Means::Apart(eigen, _) => Between::Apart(Apart::new(shape, fit, (eigen, all), &basis)),
    };
    let row_sum = weights.common_row_sum();
    let traces = |r: f64| vec![spectrum.trace_g(r), spectrum.trace_gg(r)];
    let of_rho = |r: f64| {
        let mut out = traces(r);
        out.push(0.0);
        out.extend(match row_sum {
            Some(_) => [0.0; 4],
            None => {
                let Totals { own, of_neighbours } = Totals::at(weights, r);
                [own.value, own.slope, of_neighbours.value, of_neighbours.slope]
            }
        });
        out
    };
    // Of how many factors G each is.
    let power = |f: usize| if matches!(f, 0 | 3 | 5) { [1, 1] } else { [2, 2] };
    let panel = rho.map(|(r, error)| Panel::new(spectrum, r, (error, spread), power, of_rho));
    let panel_of_lambda =
        lambda.map(|(l, error)| Panel::new(spectrum, l, (error, spread), power, traces));
    let near = [panel.as_ref(), panel_of_lambda.as_ref()]
        .map(|p| p.map(|panel| Determinants::within(spectrum, panel.ends)));
    let far = [rho, lambda].map(|p| p.map(|_| Determinants::nearly_all(spectrum)));
    let grid = Grid::new(spectrum, (&own, spatial, fit), (shape, &within, &between))?;
    let terms = at.fit.estimates.iter().map(|e| &e.term);
    Some(Random {
        forms,
        shape,
        observations: own.n() as f64,
        periods: t,
        units: own.n_units() as f64,
        fit,
        interval: Spectrum::interval(spectrum),
        within,
        between,
        c0,
        slopes: at.fit.estimates[..k].iter().map(|e| e.value).collect(),
        r_inverse: (0..k * k).map(|at| r_inverse[(at / k, at % k)]).collect(),
        panel,
        near,
        far,
        grid,
        places: places(terms, &problem.sample.response),
        row_sum,
        constant: Multipliers::of(weights, &at.fit).as_ref().map(TileMultipliers::constant),
    })
}

/// The forms of innovations: those of [`Part`] within units, and between them the same or the
/// coordinates of means.
fn forms(
    own: &Problem<'_>,
    (shape, [rho, lambda, _]): (Shape, [f64; 3]),
    basis: &[Split],
    means: &Means,
) -> Forms {
    let weights = own.weights;
    let (filter, filter_of_errors) = (weights.filter(rho), weights.filter(lambda));
    // H'u, and Ĝ'u = B⁻ᵀG'B'u.
    let h = |u: &[f64]| weights.lag_transposed(&filter_of_errors.resolve_transposed(u));
    let g = |u: &[f64]| {
        if shape.error == 0 {
            return weights.lag_transposed(&filter.resolve_transposed(u));
        }
        let lag = weights.lag_transposed(u);
        let b: Vec<f64> = u.iter().zip(&lag).map(|(u, w)| u - lambda * w).collect();
        let lagged = weights.lag_transposed(&filter.resolve_transposed(&b));
        filter_of_errors.resolve_transposed(&lagged)
    };
    let rows = |of: &dyn Fn(&Split) -> &[Vec<f64>; 2]| -> Vec<Vec<f64>> {
        let columns: Vec<&[Vec<f64>; 2]> = basis.iter().map(of).collect();
        let mut rows: Vec<Vec<f64>> = columns.iter().map(|[zero, _]| zero.clone()).collect();
        if shape.error == 1 {
            let sum = |a: Vec<f64>, b: &[f64]| -> Vec<f64> {
                a.iter().zip(b).map(|(a, b)| a + b).collect()
            };
            rows.extend(columns.iter().map(|[zero, one]| sum(h(zero), one)));
            rows.extend(columns.iter().map(|[_, one]| h(one)));
        }
        if shape.lag == 1 {
            let of_lag: Vec<Vec<f64>> = rows.iter().map(|row| g(row)).collect();
            rows.extend(of_lag);
        }
        rows
    };
    let (n, t) = (own.n_units(), own.n_periods());
    let within = rows(&|s| &s.within);
    let effects = own.model.effects.within();
    let forms = if shape.lag + shape.error == 2 {
        let pair = Pair {
            lag: Operator::new(weights, rho),
            error: Operator::new(weights, lambda),
            of_errors: Lag::new(weights),
            lambda,
        };
        Forms::of_two((n, t), effects, &within, pair)
    } else {
        let at = if shape.lag == 1 { rho } else { lambda };
        Forms::new(n, t, effects, &within, Some(Operator::new(weights, at)))
    };
    match means {
        Means::Alike(_) => {
            let effects = if effects.has_time() { Effects::Time } else { Effects::None };
            forms.with_means(effects, &rows(&|s| &s.between), true)
        }
        Means::Apart(eigen, _) => forms.with_means(Effects::None, &eigen.vectors, false),
    }
}

/// Room of a tile.
struct Room<'a> {
    work: surface::Work<'a>,
    /// b by powers, within and between.
    b: [&'a mut [Lane]; 2],
    grid: &'a mut [Lane],
    /// h of ρ, λ and v.
    h: &'a mut [Lane],
    rows: &'a mut [Lane],
    /// V, q_p/n and dφ/dv.
    left: &'a mut [Lane],
    functions: &'a mut [Lane],
    polynomials: &'a mut [Lane],
}

impl<'a> Room<'a> {
    fn size(of: &Random) -> usize {
        let k = of.shape.k;
        let panel = of.panel.as_ref().map_or(0, |p| p.room() + p.scratch());
        surface::Work::size(k)
            + 2 * tile::right(k)
            + Grid::room(k)
            + 3 * k
            + k * k
            + errors::LEFT
            + panel
    }

    #[inline(always)]
    fn new(of: &Random, mut rest: &'a mut [Lane]) -> Self {
        let k = of.shape.k;
        let mut take = |count: usize| {
            let (taken, left) = std::mem::take(&mut rest).split_at_mut(count);
            rest = left;
            taken
        };
        Self {
            work: surface::Work::new(k, take(surface::Work::size(k))),
            b: [take(tile::right(k)), take(tile::right(k))],
            grid: take(Grid::room(k)),
            h: take(3 * k),
            rows: take(k * k),
            left: take(errors::LEFT),
            functions: take(of.panel.as_ref().map_or(0, Panel::room)),
            polynomials: take(of.panel.as_ref().map_or(0, Panel::scratch)),
        }
    }
}

impl Solve for Random {
    #[inline(always)]
    fn solve(&self, forms: &TileForms, scratch: &mut [Lane], out: &mut TileEstimates<'_>) {
        let mut room = Room::new(self, scratch);
        let Some((at, jets)) = self.highest(forms, &mut room, &mut out.solved) else { return };
        self.estimates_at((&at, &jets), &mut room, out);
    }
}

impl Reduction for Random {
    fn forms(&self) -> &Forms {
        &self.forms
    }

    /// None: multipliers of units say nothing of the means.
    fn matrices(&self, _: &Problem<'_>) -> Vec<Matrix> {
        Vec::new()
    }

    fn estimates(&self) -> usize {
        self.first_effect() + Impact::ALL.len() * self.places.len()
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

impl Covary for Random {
    #[inline(always)]
    fn covary(
        &self,
        positions: &[usize],
        scratch: &mut [Lane],
        found: &TileEstimates<'_>,
        out: &mut TileSpread,
    ) {
        let room = Room::new(self, scratch);
        self.spread_of(positions, &room, found, out);
    }
}

/// The same in every lane.
#[inline(always)]
fn filled(x: f64) -> Lane {
    [x; LANES]
}
