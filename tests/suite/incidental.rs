//! What estimating effects costs, and its correction: against likelihoods of data that are
//! transformed with explicit matrices, and laws.

use crate::dense::{Rows, from_fn, helmert, identity, inverse, of, sum, times, trace, transposed};
use crate::support::{
    all_weights, assert_close, fit, model, sample, two_orders, undirected, units, whole,
};
use spanel::estimator::{Estimated, Problem, find, incidental};
use spanel::model::incidental::Correction;
use spanel::model::{Effects, Model, Normalisation, Term};
use spanel::outcome::Statistic;
use spanel::panel::sample::Sample;
use spanel::weights::Weights;

const N: usize = 7;
const T: usize = 5;
const EFFECTS: [Effects; 3] = [Effects::Individual, Effects::Time, Effects::TwoWay];

fn corrected(name: &str, effects: Effects, correction: Correction) -> Model {
    Model { correction, ..model(name, effects, 2) }
}

/// Data without effects: columns stacked by period of the transformed panel.
struct Transformed {
    w: Rows,
    periods: usize,
    y: Rows,
    x: Rows,
}

impl Transformed {
    fn new(data: &Sample, weights: &Weights, effects: Effects) -> Self {
        let units = if effects.has_time() { helmert(N) } else { identity(N) };
        let periods = if effects.has_individual() { helmert(T) } else { identity(T) };
        // Rows of a panel are units; F_N'YF_T.
        let moved = |v: &[f64]| -> Vec<f64> {
            let panel = from_fn(N, T, |i, t| v[t * N + i]);
            let made = times(&times(&transposed(&units), &panel), &periods);
            (0..made[0].len()).flat_map(|t| made.iter().map(move |row| row[t])).collect()
        };
        let column = |v: &[f64]| moved(v).into_iter().map(|v| vec![v]).collect::<Rows>();
        let x: Vec<Vec<f64>> = data.x.iter().map(|x| moved(x)).collect();
        Self {
            w: times(&times(&transposed(&units), &of(weights)), &units),
            periods: periods[0].len(),
            y: column(&data.y),
            x: transposed(&x),
        }
    }

    fn n(&self) -> f64 {
        self.y.len() as f64
    }

    /// (I ⊗ A)V
    fn each_period(&self, a: &Rows, v: &Rows) -> Rows {
        v.chunks_exact(self.w.len()).flat_map(|period| times(a, &period.to_vec())).collect()
    }

    /// The concentrated log-likelihood; β, σ² and the regressors as least squares has them.
    fn at(&self, name: &str, r: f64) -> (f64, Rows, f64, Rows) {
        let filter = sum((1.0, &identity(self.w.len())), (-r, &self.w));
        let y = self.each_period(&filter, &self.y);
        let of_errors = name.starts_with("sem") || name.starts_with("sdem");
        let x = if of_errors { self.each_period(&filter, &self.x) } else { self.x.clone() };
        let gram = inverse(&times(&transposed(&x), &x)).0;
        let beta = times(&gram, &times(&transposed(&x), &y));
        let e = sum((1.0, &y), (-1.0, &times(&x, &beta)));
        let sigma2 = e.iter().map(|e| e[0] * e[0]).sum::<f64>() / self.n();
        let constant = (2.0 * std::f64::consts::PI).ln() + 1.0;
        let value =
            -0.5 * self.n() * (constant + sigma2.ln()) + self.periods as f64 * inverse(&filter).1;
        (value, beta, sigma2, x)
    }

    /// Inverse of the expected information of (β, r, σ²).
    fn covariance(&self, name: &str, r: f64) -> Rows {
        let (_, beta, sigma2, x) = self.at(name, r);
        let filter = sum((1.0, &identity(self.w.len())), (-r, &self.w));
        let g = times(&self.w, &inverse(&filter).0);
        let mean = if matches!(name, "slm" | "sdm") {
            self.each_period(&g, &times(&x, &beta))
        } else {
            vec![vec![0.0]; self.y.len()]
        };
        let all: Rows =
            x.iter().zip(&mean).map(|(x, g)| x.iter().chain(g).copied().collect()).collect();
        let gram = times(&transposed(&all), &all);
        let (k, t) = (x[0].len(), self.periods as f64);
        let traces = t * (trace(&times(&g, &g)) + trace(&times(&transposed(&g), &g)));
        let info = from_fn(k + 2, k + 2, |i, j| match (i.min(j), i.max(j)) {
            (a, b) if b <= k => gram[a][b] / sigma2 + if a == k { traces } else { 0.0 },
            (a, _) if a == k => t * trace(&g) / sigma2,
            (a, _) if a == k + 1 => self.n() / (2.0 * sigma2 * sigma2),
            _ => 0.0,
        });
        inverse(&info).0
    }
}

fn spatial(of: &Estimated) -> f64 {
    of.fit.estimates.iter().find(|e| matches!(e.term, Term::Rho | Term::Lambda)).unwrap().value
}

/// The fit is the maximum of the likelihood of data that were transformed with explicit matrices,
/// and its covariance the inverse of their information.
#[test]
fn the_transformation_is_that_of_explicit_matrices() {
    for (kind, w) in all_weights(N).into_iter().take(3) {
        let plain = sample(&w, T, 11);
        for name in ["slm", "sem", "sdm", "sdem"] {
            let data = whole(&plain, &w, name);
            for effects in EFFECTS {
                let m = corrected(name, effects, Correction::Transformation);
                let ours = fit(&data, &w, &m);
                let dense = Transformed::new(&data, &w, effects);
                let what = format!("{kind} {name} {effects}");
                let r = spatial(&ours);
                let (value, beta, sigma2, _) = dense.at(name, r);
                assert_close(&what, ours.fit.statistics[&Statistic::Loglik], value, 1e-10);
                let h = 1e-5;
                let slope = (dense.at(name, r + h).0 - dense.at(name, r - h).0) / (2.0 * h);
                assert!(slope.abs() < 1e-5, "{what}: slope {slope}");
                let k = beta.len();
                for (j, b) in beta.iter().enumerate() {
                    assert_close(&what, ours.fit.estimates[j].value, b[0], 1e-9);
                }
                assert_close(&what, ours.fit.estimates[k + 1].value, sigma2, 1e-10);
                let wanted = dense.covariance(name, r);
                for i in 0..k + 2 {
                    for j in 0..k + 2 {
                        let size = (wanted[i][i] * wanted[j][j]).sqrt();
                        let off = (ours.fit.covariance[i][j] - wanted[i][j]).abs() / size;
                        assert!(off < 1e-8, "{what} {i},{j}: {off}");
                    }
                }
                let problem = Problem::new(&data, &w, &m).unwrap();
                let profile = find(name).unwrap().profile(&problem).unwrap().unwrap();
                for r in [-0.4, 0.0, 0.3, 0.7] {
                    assert_close(&what, profile(r), dense.at(name, r).0, 1e-10);
                }
            }
        }
    }
}

/// θ + (1/N)[I/(NT)]⁻¹a from the fit with dummies, written out for period effects; of unit effects σ².
#[test]
fn the_bias_is_taken_off_as_the_formula_says() {
    let (_, w) = all_weights(N).swap_remove(1);
    let plain = sample(&w, T, 12);
    for name in ["slm", "sem", "sdm", "sac"] {
        let data = whole(&plain, &w, name);
        for effects in EFFECTS {
            let base = fit(&data, &w, &model(name, effects, 2));
            let ours = fit(&data, &w, &corrected(name, effects, Correction::BiasCorrected));
            let last = base.fit.estimates.len() - 1;
            let sigma2 = base.fit.estimates[last].value;
            let nt = (N * T) as f64;
            let info = inverse(&base.fit.covariance).0;
            let scaled = from_fn(last + 1, last + 1, |i, j| info[i][j] / nt);
            let a = from_fn(last + 1, 1, |i, _| match &base.fit.estimates[i] {
                e if matches!(e.term, Term::Rho | Term::Lambda) => 1.0 / (1.0 - e.value),
                e if e.term == Term::Sigma2 => 0.5 / sigma2,
                _ => 0.0,
            });
            let step = times(&inverse(&scaled).0, &a);
            for (i, (after, before)) in
                ours.fit.estimates.iter().zip(&base.fit.estimates).enumerate()
            {
                let moved = match effects {
                    Effects::Time | Effects::TwoWay => before.value + step[i][0] / N as f64,
                    _ => before.value,
                };
                let factor = match (i == last, effects) {
                    (false, _) | (true, Effects::Time) => 1.0,
                    (true, _) => T as f64 / (T as f64 - 1.0),
                };
                let what = format!("{name} {effects} {}", before.term);
                assert_close(&what, after.value, moved * factor, 1e-10);
            }
            assert!(ours.fit.std_error_kind.contains("bias-corrected"), "{effects}");
        }
    }
}

/// With individual effects coefficients and ρ are those of dummies, σ² is theirs times T/(T − 1).
#[test]
fn individual_effects_cost_the_variance_alone() {
    let (_, w) = all_weights(N).swap_remove(3);
    let data = sample(&w, T, 13);
    for name in ["slm", "sem"] {
        let plain = fit(&data, &w, &model(name, Effects::Individual, 2));
        let m = corrected(name, Effects::Individual, Correction::Transformation);
        let ours = fit(&data, &w, &m);
        for (a, b) in ours.fit.estimates.iter().zip(&plain.fit.estimates) {
            let factor = if a.term == Term::Sigma2 { T as f64 / (T as f64 - 1.0) } else { 1.0 };
            assert_close(name, a.value, b.value * factor, 1e-9);
        }
    }
}

/// Units in another order, a response in other units.
#[test]
fn corrections_obey_the_laws() {
    const C: f64 = 50.0;
    let [(straight, data), (shuffled, mut moved)] = two_orders(&[4, 0, 2, 6, 1, 3, 5], T, 14);
    for column in moved.x.iter_mut().chain([&mut moved.y]) {
        column.iter_mut().for_each(|v| *v *= C);
    }
    for name in ["slm", "sem", "sdm", "sdem", "sac"] {
        for effects in EFFECTS {
            for correction in [Correction::Transformation, Correction::BiasCorrected] {
                let m = corrected(name, effects, correction);
                let (a, b) = (fit(&data, &straight, &m), fit(&moved, &shuffled, &m));
                for (x, y) in a.fit.estimates.iter().zip(&b.fit.estimates) {
                    let factor = if x.term == Term::Sigma2 { C * C } else { 1.0 };
                    let what = format!("{name} {effects} {}", x.term);
                    assert_close(&what, y.value / factor, x.value, 1e-9);
                    assert_close(&what, y.std_error / factor, x.std_error, 1e-9);
                }
            }
        }
    }
}

#[test]
fn what_makes_no_sense_is_refused() {
    let why = |name: &str, m: &Model| {
        incidental::supports(find(name).unwrap(), m).expect_err("it makes no sense")
    };
    for correction in [Correction::Transformation, Correction::BiasCorrected] {
        let m = corrected("slm", Effects::None, correction);
        assert!(why("slm", &m).contains("a pooled model has none"));
        let m = Model {
            lag_order: spanel::model::LagOrder::DemeanThenLag,
            ..corrected("sem", Effects::TwoWay, correction)
        };
        assert!(why("sem", &m).contains("demean-then-lag"));
        let m = corrected("ols", Effects::Individual, correction);
        assert!(why("ols", &m).contains("does not maximise"));
    }
    // Rows of W that do not sum to 1 are found out with the data.
    let path: Vec<(usize, usize)> = (1..N).map(|i| (i - 1, i)).collect();
    let w = Weights::new(&units(N), &undirected(N, &path), Normalisation::MinMax).unwrap();
    let data = sample(&w, T, 15);
    let m = corrected("slm", Effects::Time, Correction::Transformation);
    let problem = Problem::new(&data, &w, &m).unwrap();
    let said = find("slm").unwrap().fit(&problem).unwrap_err().to_string();
    assert!(said.contains("does not sum to 1"), "{said}");
    let m = corrected("slm", Effects::Individual, Correction::Transformation);
    fit(&data, &w, &m);
}
