//! The concentrated log-likelihood of (ρ, λ) and its maxima.

use super::NAMES;
use crate::estimator::goodness::gaussian_loglik;
use crate::estimator::gram::{FilteredGram, GramJet};
use crate::estimator::incidental::Frame;
use crate::estimator::problem::combine;
use crate::estimator::sem::{self, Dummies};
use crate::estimator::{FitError, Problem};
use crate::math::Matrix;
use crate::math::linalg::{ColumnSpace, dot, spd_inverse};
use crate::math::optimize::NoMaximum;
use crate::math::plane::{self, Jet, Peaks, maxima};
use crate::model::LagOrder;

/// Beside the grid: both signs of either parameter (LeSage & Pace 2009, section 3.1.4, on mirrored
/// maxima).
pub(in crate::estimator) const STARTS: [[f64; 2]; 4] =
    [[0.0, 0.0], [0.3, 0.3], [0.5, -0.3], [-0.3, 0.5]];

/// The concentrated log-likelihood: cross-products of the columns [y, W₁y, Q_x] and their lags by
/// W₂, and two spectra. y and W₁y are less their fitted parts at λ = 0 and Q_x is the orthonormal
/// basis of QX, so that no digits are lost to a large fitted part or to collinear regressors.
pub(super) struct Surface<'a> {
    columns: Vec<Vec<f64>>,
    lags: Vec<Vec<f64>>,
    pub(super) dummies: Dummies,
    gram: FilteredGram,
    /// Coordinates of the fitted parts that were taken off y and W₁y.
    pub(super) start: [Vec<f64>; 2],
    /// What the likelihood counts, with W₁ and with W₂.
    pub(super) frames: [Frame<'a>; 2],
}

/// What generalised least squares gives at one (ρ, λ).
pub(super) struct Profile {
    ssr: f64,
    slope: [f64; 2],
    curvature: [f64; 3],
    /// Coordinates of the coefficients, beside `start`.
    pub(super) gamma: Vec<f64>,
    /// Cross-products of the filtered basis.
    pub(super) block: Matrix,
}

impl<'a> Surface<'a> {
    pub(super) fn new(problem: &Problem<'a>, space: &ColumnSpace) -> Result<Self, FitError> {
        let errors = problem.of_errors();
        let frames = [Frame::of(problem)?, Frame::of(&errors)?];
        let y = problem.within(&problem.sample.y);
        let residual = space.residual(&y);
        let (left, total) = (dot(&residual, &residual), dot(&y, &y));
        if left <= 1e-24 * total || left == 0.0 {
            return Err(FitError::PerfectFit);
        }
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
        Ok(Self { columns, lags, dummies, gram, start, frames })
    }

    /// n′
    pub(super) fn observations(&self) -> usize {
        self.frames[0].observations()
    }

    /// SSR = θ'Gθ, θ = (1, −ρ, −γ) and G = G(λ) the cross-products of filtered columns, γ at its
    /// minimum. By the envelope theorem its derivatives in p = (ρ, λ) are those at fixed γ, and
    /// the second ones F_pp − F_pγF_γγ⁻¹F_γp.
    pub(super) fn profile(&self, [rho, lambda]: [f64; 2]) -> Option<Profile> {
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

    pub(super) fn maxima(&self, problem: &Problem<'_>) -> Result<Peaks, FitError> {
        let ends = self.frames.map(|f| f.spectrum().interval());
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
    pub(super) fn innovations(&self, [rho, lambda]: [f64; 2], gamma: &[f64]) -> Vec<f64> {
        let theta: Vec<f64> = [1.0, -rho].into_iter().chain(gamma.iter().map(|c| -c)).collect();
        let n = self.columns[0].len();
        let direct = combine(n, &self.columns, &theta);
        let lag = combine(n, &self.lags, &theta);
        let mut e: Vec<f64> = direct.iter().zip(&lag).map(|(d, l)| d - lambda * l).collect();
        self.dummies.project(lambda, &mut e);
        e
    }

    /// The filtered basis, effects removed.
    pub(super) fn filtered_basis(&self, lambda: f64) -> Vec<Vec<f64>> {
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
        let n = self.observations();
        let Some(p) = self.profile(at) else {
            return Jet { value: f64::NAN, slope: [f64::NAN; 2], curvature: [f64::NAN; 3] };
        };
        let half = 0.5 * n as f64;
        let ratio = p.slope.map(|s| s / p.ssr);
        let of = |f: &dyn Fn(&Frame<'_>, f64) -> f64| [0, 1].map(|i| f(&self.frames[i], at[i]));
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
        let n = self.observations();
        let of_errors = self.frames[1].log_det(lambda);
        Box::new(move |rho| {
            let ssr = yy - 2.0 * rho * yl + rho * rho * ll;
            gaussian_loglik(ssr, n) + self.frames[0].log_det(rho) + of_errors
        })
    }
}
