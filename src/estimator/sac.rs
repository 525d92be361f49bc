//! Models with a spatial lag and a spatial error by maximum likelihood: SAC (also SARAR, SARMA in
//! older texts) and, with Durbin terms, GNS.
//!
//! *Model*: y = ρW₁y + Xβ + μᵢ + τₜ + u, u = λW₂u + e, e ~ (0, σ²I). W₂ is W₁ unless a model has
//! error weights of its own.
//! *Estimator*: effects, β and σ² are concentrated out; (ρ, λ) maximise
//! l(ρ, λ) = −(n/2)(ln 2π + 1 + ln(SSR(ρ, λ)/n)) + T ln|I − ρW₁| + T ln|I − λW₂|, SSR(ρ, λ) that of
//! generalised least squares of B(y − ρW₁y) on BX and the filtered dummies, B = I − λW₂ (LeSage &
//! Pace 2009, section 3.1.4; Elhorst 2014, section 2.6). The dummies are those of the exact
//! likelihood; with `demean-then-lag` W₁ and B are applied to Qy and QX, which are not projected
//! again, as splm has it.
//!
//! The likelihood can have two maxima, ρ and λ in each other's places where W₁ = W₂ and the
//! regressors say little: it is climbed from a grid and several points, the highest maximum is taken,
//! and another that is almost as high is said ([`CLOSE`]).
//!
//! *Standard errors and divisors*: inverse of the expected information of (β, ρ, λ, σ²), σ² = e'e/n,
//! normal distribution. With W₂'s H = W₂B⁻¹, G = W₁(I − ρW₁)⁻¹, Ĝ = BGB⁻¹, X̃ the filtered regressors and
//! g the mean of BW₁y (Anselin 1988, section 6.2; Lee & Yu 2010, appendix A):
//!
//! ```text
//! ββ X̃'X̃/σ²,  βρ X̃'g/σ²,  ρρ g'g/σ² + T tr(ĜĜ + Ĝ'Ĝ),  ρλ T tr((H + H')Ĝ),  ρσ² T tr G/σ²
//! λλ T tr(HH + H'H),  λσ² T tr H/σ²,  σ²σ² n/2σ⁴,  βλ = βσ² = 0
//! ```
//!
//! Ĝ and H are dense, N × N: some thousand units are the limit.
//! *Limits*: as for the SLM; without regressors that matter ρ and λ are not identified apart.
//! *References*: Anselin (1988); LeSage & Pace (2009); Lee & Yu (2010), Journal of Econometrics 154.

use super::durbin::Durbin;
use super::goodness::{Ingredients, gaussian_loglik, statistics};
use super::gram::{FilteredGram, GramJet};
use super::impacts::impacts;
use super::inference::{convergence, edge_caution, estimates, rows};
use super::leverage::Hat;
use super::likelihood::in_coefficients;
use super::problem::combine;
use super::score::{self, Scored};
use super::sem::{self, Dummies};
use super::{Estimated, Estimator, FitError, Info, Problem};
use crate::math::Matrix;
use crate::math::linalg::{ColumnSpace, Lu, dot, spd_inverse};
use crate::math::optimize::NoMaximum;
use crate::math::plane::{self, Jet, Peak, Peaks, maxima};
use crate::model::{LagOrder, Model, Term};
use crate::outcome::{Estimate, Fit, Reference, Searched};
use crate::weights::spectrum::Spectrum;

/// The model with a spatial lag and a spatial error.
#[derive(Debug)]
pub struct Sac;

static INFO: Info = Info {
    name: "sac",
    label: "SAC",
    summary: "spatial lag and spatial error, maximum likelihood",
    reference: "LeSage & Pace (2009), section 3.1.4; Lee & Yu (2010)",
    version: 1,
    spatial: &[Term::Rho, Term::Lambda],
    small_sample: false,
    durbin: false,
};

/// The general nesting spatial model: SAC with Durbin terms.
pub static GNS: Durbin<Sac> = Durbin::new(&Sac, &GNS_INFO);

static GNS_INFO: Info = Info {
    name: "gns",
    label: "GNS",
    summary: "spatial lag, neighbours' regressors and spatial error, maximum likelihood",
    reference: "Elhorst (2014), section 2.4; LeSage & Pace (2009), section 3.1.4",
    version: 1,
    spatial: &[Term::Rho, Term::Lambda],
    small_sample: false,
    durbin: true,
};

const NAMES: [&str; 2] = ["rho", "lambda"];

/// Beside the grid: both signs of either parameter (LeSage & Pace 2009, section 3.1.4, on mirrored
/// maxima).
const STARTS: [[f64; 2]; 4] = [[0.0, 0.0], [0.3, 0.3], [0.5, -0.3], [-0.3, 0.5]];

/// A maximum whose log-likelihood is lower by less than this is said: half the 95 % quantile of χ²
/// with one degree of freedom, rounded up.
pub const CLOSE: f64 = 2.0;

impl Estimator for Sac {
    fn info(&self) -> &'static Info {
        &INFO
    }

    fn supports(&self, _model: &Model) -> Result<(), String> {
        Ok(())
    }

    fn fit(&self, problem: &Problem<'_>) -> Result<Estimated, FitError> {
        let space = problem.within_space()?;
        let surface = Surface::new(problem, &space)?;
        let found = surface.maxima(problem)?;
        assemble(problem, &space, &surface, &found)
    }

    fn impacts(&self, problem: &Problem<'_>, at: &Estimated) -> Vec<Estimate> {
        impacts(problem, &at.fit)
    }

    fn leverages(&self, problem: &Problem<'_>, at: &Estimated) -> Vec<f64> {
        sem::leverages(&problem.of_errors(), at.value(&Term::Lambda).unwrap_or(0.0))
    }

    fn hat(&self, problem: &Problem<'_>, at: &Estimated) -> Hat {
        sem::hat(&problem.of_errors(), at.value(&Term::Lambda).unwrap_or(0.0))
    }

    fn scored(&self) -> Option<&dyn Scored> {
        Some(self)
    }

    fn simulate(&self, problem: &Problem<'_>, at: &Estimated, errors: &[f64]) -> Vec<f64> {
        let [rho, lambda] = spatial(at);
        let u = problem.error_weights.resolve(lambda, errors);
        let shocked: Vec<f64> = at.systematic.iter().zip(&u).map(|(f, u)| f + u).collect();
        problem.weights.resolve(rho, &shocked)
    }
}

impl Scored for Sac {
    /// Of β, the filtered regressors; of ρ, BW₁y = g + Ĝe; of λ, W₂u = He.
    fn pieces(&self, problem: &Problem<'_>, at: &Estimated) -> Vec<Vec<f64>> {
        let (e, [rho, lambda]) = (&at.innovations, spatial(at));
        let sigma2 = score::mean_square(e);
        let of_errors = problem.of_errors();
        let dummies = Dummies::of(&of_errors);
        let columns = problem.columns();
        let mut pieces: Vec<Vec<f64>> = columns
            .iter()
            .map(|x| score::of_coefficient(&dummies.filtered(&of_errors, lambda, x), e, sigma2))
            .collect();
        let operators = Operators::at(problem, rho, lambda);
        let estimates = &at.fit.estimates[..columns.len()];
        let coefficients: Vec<f64> = estimates.iter().map(|e| e.value).collect();
        let mean = (at.systematic.as_slice(), &*problem.linear_part(&coefficients));
        let g = mean_lag(problem, &dummies, (rho, lambda), mean);
        pieces.push(score::of_spatial(&operators.lag, &g, e, sigma2));
        pieces.push(score::of_spatial(&operators.error, &vec![0.0; e.len()], e, sigma2));
        pieces.push(score::of_variance(e, sigma2));
        pieces
    }
}

/// (ρ, λ) of a fit.
fn spatial(at: &Estimated) -> [f64; 2] {
    [Term::Rho, Term::Lambda].map(|term| at.value(&term).unwrap_or(0.0))
}

/// Ĝ and H.
struct Operators {
    lag: Matrix,
    error: Matrix,
}

impl Operators {
    fn at(problem: &Problem<'_>, rho: f64, lambda: f64) -> Self {
        let g = problem.weights.resolvent(rho);
        let error = problem.error_weights.resolvent(lambda);
        // Functions of one matrix commute.
        let lag = if problem.has_own_error_weights() {
            let n = g.nrows();
            let w = problem.error_weights.dense();
            let b = Matrix::from_fn(n, n, |i, j| f64::from(u8::from(i == j)) - lambda * w[(i, j)]);
            // BGB⁻¹ = (B'⁻¹(BG)')'.
            let transposed = (&b * &g).transpose().to_owned();
            let solved = Lu::new(&b).solve_transposed(&transposed);
            solved.transpose().to_owned()
        } else {
            g
        };
        Self { lag, error }
    }
}

/// Σ a_ij b_ji.
fn trace_of_product(a: &Matrix, b: &Matrix) -> f64 {
    let n = a.nrows();
    (0..n).map(|j| (0..n).map(|i| a[(i, j)] * b[(j, i)]).sum::<f64>()).sum()
}

/// Σ a_ij b_ij.
fn inner(a: &Matrix, b: &Matrix) -> f64 {
    let n = a.nrows();
    (0..n).map(|j| (0..n).map(|i| a[(i, j)] * b[(i, j)]).sum::<f64>()).sum()
}

fn trace(a: &Matrix) -> f64 {
    (0..a.nrows()).map(|i| a[(i, i)]).sum()
}

/// g, the mean of BW₁y with effects removed: B(I ⊗ G)(Xβ + effects), or B(I ⊗ G)QXβ by the other
/// convention.
fn mean_lag(
    problem: &Problem<'_>,
    dummies: &Dummies,
    (rho, lambda): (f64, f64),
    (systematic, linear): (&[f64], &[f64]),
) -> Vec<f64> {
    let lagged = |v: &[f64]| problem.weights.lag(&problem.weights.resolve(rho, v));
    match problem.model.lag_order {
        LagOrder::LagThenDemean => {
            dummies.filtered(&problem.of_errors(), lambda, &lagged(systematic))
        }
        LagOrder::DemeanThenLag => filter(problem, lambda, &lagged(&problem.within(linear))),
    }
}

/// v − λW₂v.
fn filter(problem: &Problem<'_>, lambda: f64, v: &[f64]) -> Vec<f64> {
    let lag = problem.error_weights.lag(v);
    v.iter().zip(&lag).map(|(v, l)| v - lambda * l).collect()
}

/// The concentrated log-likelihood: cross-products of the columns [y, W₁y, Q_x] and their lags by
/// W₂, and two spectra. y and W₁y are less their fitted parts at λ = 0 and Q_x is the orthonormal
/// basis of QX, so that no digits are lost to a large fitted part or to collinear regressors.
struct Surface<'a> {
    columns: Vec<Vec<f64>>,
    lags: Vec<Vec<f64>>,
    dummies: Dummies,
    gram: FilteredGram,
    /// Coordinates of the fitted parts that were taken off y and W₁y.
    start: [Vec<f64>; 2],
    periods: f64,
    spectra: [&'a Spectrum; 2],
}

/// What generalised least squares gives at one (ρ, λ).
struct Profile {
    ssr: f64,
    slope: [f64; 2],
    curvature: [f64; 3],
    /// Coordinates of the coefficients, beside `start`.
    gamma: Vec<f64>,
    /// Cross-products of the filtered basis.
    block: Matrix,
}

impl<'a> Surface<'a> {
    fn new(problem: &Problem<'a>, space: &ColumnSpace) -> Result<Self, FitError> {
        let spectrum = problem.weights.spectrum().ok_or(FitError::NoSpectrum)?;
        let of_errors = problem.error_weights.spectrum().ok_or(FitError::NoSpectrum)?;
        let y = problem.within(&problem.sample.y);
        let residual = space.residual(&y);
        let (left, total) = (dot(&residual, &residual), dot(&y, &y));
        if left <= 1e-24 * total || left == 0.0 {
            return Err(FitError::PerfectFit);
        }
        let errors = problem.of_errors();
        let dummies = Dummies::of(&errors);
        let basis: Vec<(Vec<f64>, Vec<f64>)> =
            sem::basis(problem, space).iter().map(|x| dummies.removed(&errors, x)).collect();
        let lag = problem.within_lag(&problem.sample.y);
        let start = [space.coordinates(&y), space.coordinates(&lag)];
        let responses = [
            dummies.removed(&errors, &problem.sample.y),
            match problem.model.lag_order {
                LagOrder::LagThenDemean => {
                    dummies.removed(&errors, &problem.weights.lag(&problem.sample.y))
                }
                LagOrder::DemeanThenLag => {
                    let twice = problem.error_weights.lag(&lag);
                    (lag, twice)
                }
            },
        ];
        let left = responses.into_iter().zip(&start).map(|((mut direct, mut lag), start)| {
            for ((x, wx), c) in basis.iter().zip(start) {
                direct.iter_mut().zip(x).for_each(|(v, x)| *v -= c * x);
                lag.iter_mut().zip(wx).for_each(|(v, x)| *v -= c * x);
            }
            (direct, lag)
        });
        let all: Vec<(Vec<f64>, Vec<f64>)> = left.chain(basis.iter().cloned()).collect();
        let (columns, lags): (Vec<Vec<f64>>, Vec<Vec<f64>>) = all.into_iter().unzip();
        let gram = FilteredGram::new(&columns, &lags, dummies.row_sums());
        let periods = problem.n_periods() as f64;
        let spectra = [spectrum, of_errors];
        Ok(Self { columns, lags, dummies, gram, start, periods, spectra })
    }

    /// SSR = θ'Gθ, θ = (1, −ρ, −γ) and G = G(λ) the cross-products of filtered columns, γ at its
    /// minimum. By the envelope theorem its derivatives in p = (ρ, λ) are those at fixed γ, and
    /// the second ones F_pp − F_pγF_γγ⁻¹F_γp.
    fn profile(&self, [rho, lambda]: [f64; 2]) -> Option<Profile> {
        let GramJet { value: g, first: g1, second: g2 } = self.gram.at(lambda);
        let k = self.start[0].len();
        let block = Matrix::from_fn(k, k, |i, j| g[(i + 2, j + 2)]);
        let inverse = if k == 0 { Matrix::zeros(0, 0) } else { spd_inverse(&block)? };
        let apply = |v: &[f64]| -> Vec<f64> {
            (0..k).map(|i| (0..k).map(|j| inverse[(i, j)] * v[j]).sum()).collect()
        };
        let right: Vec<f64> = (2..k + 2).map(|i| g[(i, 0)] - rho * g[(i, 1)]).collect();
        let gamma = apply(&right);
        let theta: Vec<f64> = [1.0, -rho].into_iter().chain(gamma.iter().map(|c| -c)).collect();
        let times = |m: &Matrix| -> Vec<f64> {
            (0..k + 2).map(|i| (0..k + 2).map(|j| m[(i, j)] * theta[j]).sum()).collect()
        };
        let (at, moved, curved) = (times(&g), times(&g1), times(&g2));
        // Halves of F_γρ and F_γλ; F_γγ = 2Gₓₓ.
        let by_rho: Vec<f64> = (2..k + 2).map(|i| g[(i, 1)]).collect();
        let by_lambda: Vec<f64> = moved[2..].iter().map(|v| -v).collect();
        let (of_rho, of_lambda) = (apply(&by_rho), apply(&by_lambda));
        Some(Profile {
            ssr: dot(&theta, &at),
            slope: [-2.0 * at[1], dot(&theta, &moved)],
            curvature: [
                2.0 * (g[(1, 1)] - dot(&by_rho, &of_rho)),
                -2.0 * moved[1] - 2.0 * dot(&by_rho, &of_lambda),
                dot(&theta, &curved) - 2.0 * dot(&by_lambda, &of_lambda),
            ],
            gamma,
            block,
        })
    }

    /// Cross-products of By and BW₁y once the filtered regressors are taken out.
    fn left(&self, lambda: f64) -> Option<[f64; 3]> {
        let g = self.gram.at(lambda).value;
        let k = self.start[0].len();
        let block = Matrix::from_fn(k, k, |i, j| g[(i + 2, j + 2)]);
        let inverse = if k == 0 { Matrix::zeros(0, 0) } else { spd_inverse(&block)? };
        let of = |a: usize, b: usize| {
            let row = |i: usize| -> f64 { (0..k).map(|j| inverse[(i, j)] * g[(j + 2, b)]).sum() };
            g[(a, b)] - (0..k).map(|i| g[(i + 2, a)] * row(i)).sum::<f64>()
        };
        Some([of(0, 0), of(0, 1), of(1, 1)])
    }

    fn maxima(&self, problem: &Problem<'_>) -> Result<Peaks, FitError> {
        let ends = self.spectra.map(Spectrum::interval);
        let (low, high) = (ends.map(|e| e.0), ends.map(|e| e.1));
        maxima(self, (low, high), &STARTS, problem.search).map_err(|(why, axis)| match why {
            NoMaximum::AtEnd => FitError::NoInteriorMaximum {
                parameter: NAMES[axis],
                low: low[axis],
                high: high[axis],
            },
            NoMaximum::Lost => FitError::NotFound { parameter: "rho and lambda" },
            NoMaximum::Stopped => FitError::Stopped,
        })
    }
    /// e = the filtered residual, period dummies projected out where that is still to be done.
    fn innovations(&self, [rho, lambda]: [f64; 2], gamma: &[f64]) -> Vec<f64> {
        let theta: Vec<f64> = [1.0, -rho].into_iter().chain(gamma.iter().map(|c| -c)).collect();
        let n = self.columns[0].len();
        let direct = combine(n, &self.columns, &theta);
        let lag = combine(n, &self.lags, &theta);
        let mut e: Vec<f64> = direct.iter().zip(&lag).map(|(d, l)| d - lambda * l).collect();
        self.dummies.project(lambda, &mut e);
        e
    }

    /// The filtered basis, effects removed.
    fn filtered_basis(&self, lambda: f64) -> Vec<Vec<f64>> {
        let filtered = |(x, wx): (&Vec<f64>, &Vec<f64>)| {
            let mut out: Vec<f64> = x.iter().zip(wx).map(|(x, l)| x - lambda * l).collect();
            self.dummies.project(lambda, &mut out);
            out
        };
        self.columns[2..].iter().zip(&self.lags[2..]).map(filtered).collect()
    }
}

/// The concentrated log-likelihood of (ρ, λ).
impl plane::Surface for Surface<'_> {
    fn at(&self, at: [f64; 2]) -> Jet {
        let n = self.columns[0].len();
        let Some(p) = self.profile(at) else {
            return Jet { value: f64::NAN, slope: [f64::NAN; 2], curvature: [f64::NAN; 3] };
        };
        let (half, t) = (0.5 * n as f64, self.periods);
        let ratio = p.slope.map(|s| s / p.ssr);
        let of = |f: &dyn Fn(&Spectrum, f64) -> f64| [0, 1].map(|i| t * f(self.spectra[i], at[i]));
        let log_det = of(&|s, r| s.log_det(r));
        let g = of(&|s, r| s.trace_g(r));
        let gg = of(&|s, r| s.trace_gg(r));
        let curve = |second: f64, product: f64| -half * (second / p.ssr - product);
        Jet {
            value: gaussian_loglik(p.ssr, n) + log_det[0] + log_det[1],
            slope: [0, 1].map(|i| -half * ratio[i] - g[i]),
            curvature: [
                curve(p.curvature[0], ratio[0] * ratio[0]) - gg[0],
                curve(p.curvature[1], ratio[0] * ratio[1]),
                curve(p.curvature[2], ratio[1] * ratio[1]) - gg[1],
            ],
        }
    }

    /// At one λ, SSR is a quadratic in ρ: θ'Sθ, θ = (1, −ρ), S what the regressors leave of y and
    /// W₁y.
    fn along(&self, lambda: f64) -> Box<dyn Fn(f64) -> f64 + '_> {
        let Some([yy, yl, ll]) = self.left(lambda) else { return Box::new(|_| f64::NAN) };
        let n = self.columns[0].len();
        let of_errors = self.periods * self.spectra[1].log_det(lambda);
        Box::new(move |rho| {
            let ssr = yy - 2.0 * rho * yl + rho * rho * ll;
            gaussian_loglik(ssr, n) + self.periods * self.spectra[0].log_det(rho) + of_errors
        })
    }
}

fn assemble(
    problem: &Problem<'_>,
    space: &ColumnSpace,
    surface: &Surface<'_>,
    found: &Peaks,
) -> Result<Estimated, FitError> {
    let peak = found.peaks[0];
    let [rho, lambda] = peak.at;
    let n = problem.n();
    let profile = surface.profile(peak.at).ok_or(FitError::SingularInformation)?;
    let innovations = surface.innovations(peak.at, &profile.gamma);
    let [on_y, on_lag] = &surface.start;
    let coordinates: Vec<f64> =
        (0..profile.gamma.len()).map(|j| on_y[j] - rho * on_lag[j] + profile.gamma[j]).collect();
    let coefficients = space.coefficients(&coordinates);

    // y − ρW₁y = Xβ + effects + B⁻¹e, with the effects of the exact likelihood.
    let y = &problem.sample.y;
    let lag = problem.weights.lag(y);
    let disturbance = problem.error_weights.resolve(lambda, &innovations);
    let systematic: Vec<f64> = (0..n).map(|i| y[i] - rho * lag[i] - disturbance[i]).collect();
    // R² in levels takes unit and period means for the effects, as those of the error model do.
    let linear = problem.linear_part(&coefficients);
    let rest: Vec<f64> = (0..n).map(|i| y[i] - rho * lag[i] - linear[i]).collect();
    let effects = problem.effects_part(&rest);
    let level_residual: Vec<f64> = rest.iter().zip(&effects).map(|(r, m)| r - m).collect();
    let with_effects: Vec<f64> = linear.iter().zip(&effects).map(|(l, m)| l + m).collect();
    let multiplied = problem.weights.filter(rho);
    let reduced_form = multiplied.resolve(&with_effects);
    let within_reduced_form = problem.within(&multiplied.resolve(&problem.within(&linear)));

    let sigma2 = dot(&innovations, &innovations) / n as f64;
    let g = mean_lag(problem, &surface.dummies, (rho, lambda), (&systematic, &linear));
    let information = information(problem, surface, &profile.block, (peak.at, sigma2, &g));
    let covariance = spd_inverse(&information).ok_or(FitError::SingularInformation)?;
    let covariance = in_coefficients(space, &covariance);

    let checked = |i: usize| {
        convergence(
            NAMES[i],
            peak.at[i],
            peak.jet.slope[i],
            found.evaluations,
            n,
            surface.spectra[i],
        )
    };
    let (mut of_rho, of_lambda) = (checked(0)?, checked(1)?);
    let mut cautions: Vec<String> = edge_caution("rho", rho, &of_rho).into_iter().collect();
    cautions.extend(edge_caution("lambda", lambda, &of_lambda));
    cautions.extend(other_maximum(&found.peaks));
    of_rho.second = Some(Searched {
        parameter: Term::Lambda,
        score: of_lambda.score,
        interval: of_lambda.interval,
        at_edge: of_lambda.at_edge,
    });

    let mut terms = problem.linear_terms();
    terms.extend([Term::Rho, Term::Lambda, Term::Sigma2]);
    let slopes = coefficients.len();
    let mut values = coefficients;
    values.extend([rho, lambda, sigma2]);
    let ingredients = Ingredients {
        loglik: peak.jet.value,
        sigma2,
        innovations: &innovations,
        level_residual: &level_residual,
        reduced_form: Some(&reduced_form),
        within_reduced_form: &within_reduced_form,
        slopes,
        spatial: 2,
    };
    let fit = Fit {
        estimator: INFO.name.to_owned(),
        estimator_version: INFO.version,
        effects: problem.model.effects,
        estimates: estimates(&terms, &values, &covariance, &Reference::Normal),
        covariance: rows(&covariance),
        std_error_kind: "expected information matrix".to_owned(),
        inference: Reference::Normal,
        statistics: statistics(problem, &ingredients),
        cautions,
        convergence: Some(of_rho),
    };
    Ok(Estimated { fit, innovations, systematic })
}

/// Expected information of (γ, ρ, λ, σ²), γ the coordinates of Xβ in the basis of the surface.
fn information(
    problem: &Problem<'_>,
    surface: &Surface<'_>,
    block: &Matrix,
    ([rho, lambda], sigma2, g): ([f64; 2], f64, &[f64]),
) -> Matrix {
    let (k, t) = (block.nrows(), problem.n_periods() as f64);
    let Operators { lag, error } = Operators::at(problem, rho, lambda);
    let basis = surface.filtered_basis(lambda);
    let mut info = Matrix::zeros(k + 3, k + 3);
    let mut put = |i: usize, j: usize, value: f64| {
        info[(i, j)] = value;
        info[(j, i)] = value;
    };
    for i in 0..k {
        for j in i..k {
            put(i, j, block[(i, j)] / sigma2);
        }
        put(i, k, dot(&basis[i], g) / sigma2);
    }
    let (r, l, s) = (k, k + 1, k + 2);
    put(r, r, dot(g, g) / sigma2 + t * (trace_of_product(&lag, &lag) + inner(&lag, &lag)));
    put(r, l, t * (trace_of_product(&error, &lag) + inner(&error, &lag)));
    put(l, l, t * (trace_of_product(&error, &error) + inner(&error, &error)));
    put(r, s, t * trace(&lag) / sigma2);
    put(l, s, t * trace(&error) / sigma2);
    put(s, s, problem.n() as f64 / (2.0 * sigma2 * sigma2));
    info
}

/// What a reader has to know where another maximum is almost as high.
fn other_maximum(peaks: &[Peak]) -> Vec<String> {
    let (highest, others) = peaks.split_first().expect("there is one at least");
    let place = |p: &Peak| format!("rho = {:.4}, lambda = {:.4}", p.at[0], p.at[1]);
    let lower = |p: &&Peak| highest.jet.value - p.jet.value < CLOSE;
    let others: Vec<String> = others
        .iter()
        .filter(lower)
        .map(|p| {
            let less = highest.jet.value - p.jet.value;
            format!("{} (log-likelihood lower by {less:.3})", place(p))
        })
        .collect();
    if others.is_empty() {
        return Vec::new();
    }
    vec![format!(
        "the likelihood has another maximum almost as high: the estimates are those at {}, the \
         other is at {}; standard errors know of one only",
        place(highest),
        others.join(" and at ")
    )]
}
