//! Lags of the response: their bias against the published formulas written out with dense matrices,
//! the process generated again, effects in the long run, and a Monte Carlo experiment.

use crate::cli::Lab;
use crate::dense::{Rows, from_fn, helmert, identity, inverse, of, sum, times, trace, transposed};
use crate::support::{all_weights, assert_close, model, regressor, undirected, units};
use rayon::prelude::*;
use spanel::diagnostic::Context;
use spanel::estimator::dynamic::{Dynamics as Found, follow};
use spanel::estimator::{Estimated, Problem, durbin, find, incidental};
use spanel::ident::{Period, VarName};
use spanel::math::random::Stream;
use spanel::model::incidental::{Correction, Dynamics};
use spanel::model::std_errors::StdErrors;
use spanel::model::{Effects, Impact, Model, Normalisation, Regressor, Term, Whose};
use spanel::outcome::{Statistic, TestOutcome};
use spanel::panel::sample::Sample;
use spanel::weights::Weights;

const N: usize = 9;
const T: usize = 12;
const KINDS: [Dynamics; 3] = [Dynamics::Time, Dynamics::SpaceTime, Dynamics::Both];
/// Effects with what is done about them.
const WAYS: [(Effects, Correction); 6] = [
    (Effects::Individual, Correction::None),
    (Effects::Individual, Correction::BiasCorrected),
    (Effects::TwoWay, Correction::None),
    (Effects::TwoWay, Correction::BiasCorrected),
    (Effects::TwoWay, Correction::Transformation),
    (Effects::Individual, Correction::BiasCorrected),
];

fn dynamic(name: &str, dynamics: Dynamics, (effects, correction): (Effects, Correction)) -> Model {
    let mut m = Model { correction, dynamics: Some(dynamics), ..model(name, effects, 1) };
    let own = m.regressors.clone();
    let lags = [Whose::Own, Whose::Neighbours].into_iter().filter_map(|of| m.lag_of_response(of));
    m.regressors = lags.chain(own.clone()).collect();
    if name == "sdm" {
        m.regressors.extend(own.iter().map(Regressor::of_neighbours));
    }
    m
}

/// τ, ρ, η of a process with β = 1 and θ = −0.5, unit and period effects, started 50 periods before.
fn process(
    w: &Weights,
    periods: usize,
    mut stream: Stream,
    (tau, rho, eta): (f64, f64, f64),
    m: &Model,
) -> Sample {
    const BEFORE: usize = 50;
    let n = w.n();
    let mut draw = |count: usize| -> Vec<f64> { (0..count).map(|_| stream.normal()).collect() };
    let unit = draw(n);
    let theta = if m.estimator == "sdm" { -0.5 } else { 0.0 };
    let filter = w.filter(rho);
    let mut y = vec![0.0; n];
    let (mut ys, mut xs) = (Vec::new(), Vec::new());
    for _ in 0..=(BEFORE + periods) {
        let (period, mut x, e) = (draw(1)[0], draw(n), draw(n));
        let period = if m.effects.has_time() { period } else { 0.0 };
        x.iter_mut().zip(&unit).for_each(|(x, u)| *x += 0.5 * u);
        let (lagged, of_x) = (w.lag(&y), w.lag(&x));
        let mean: Vec<f64> = (0..n)
            .map(|i| {
                tau * y[i] + eta * lagged[i] + x[i] + theta * of_x[i] + unit[i] + period + e[i]
            })
            .collect();
        y = filter.resolve(&mean);
        ys.push(y.clone());
        xs.push(x);
    }
    let after = |v: &[Vec<f64>], from: usize| v[from..from + periods].concat();
    let own = Sample {
        units: w.units().clone(),
        periods: (0..periods).map(|t| Period(2000 + t as i64)).collect(),
        response: VarName::new("y"),
        y: after(&ys, BEFORE + 1),
        regressors: vec![Regressor::new(VarName::new("y"), 1), regressor(0)],
        x: vec![after(&ys, BEFORE), after(&xs, BEFORE + 1)],
    };
    durbin::completed(own, w, &m.regressors)
}

fn seeded(seed: u8) -> Stream {
    Stream::new([seed; 32], 0)
}

fn fitted(data: &Sample, w: &Weights, m: &Model) -> Estimated {
    let problem = Problem::new(data, w, m).unwrap();
    find(&m.estimator).unwrap().fit(&problem).unwrap_or_else(|e| panic!("{m:?}: {e}"))
}

fn values(of: &Estimated) -> Vec<f64> {
    of.fit.estimates.iter().map(|e| e.value).collect()
}

/// (τ, ρ, η), zero where absent.
fn parameters(of: &Estimated) -> (f64, f64, f64) {
    let lag = Regressor::new(VarName::new("y"), 1);
    let value = |term: &Term| of.value(term).unwrap_or(0.0);
    let neighbours = Term::Variable(lag.of_neighbours());
    (value(&Term::Variable(lag)), value(&Term::Rho), value(&neighbours))
}

fn settings() -> Vec<(&'static str, Weights)> {
    all_weights(N).into_iter().take(3).collect()
}

/// θ + Σ⁻¹a/T with the entries of a as Yu, de Jong & Lee (2008) print them, Σ = I/(NT), by dense
/// algebra; F_N'WF_N in the place of W for the transformation.
#[test]
fn the_bias_is_that_of_the_published_formula() {
    for (kind, w) in settings() {
        for name in ["slm", "sdm"] {
            for dynamics in KINDS {
                for way in WAYS {
                    let (effects, correction) = way;
                    if correction == Correction::None {
                        continue;
                    }
                    let m = dynamic(name, dynamics, way);
                    let data = process(&w, T, seeded(3), (0.3, 0.2, 0.1), &m);
                    let ours = fitted(&data, &w, &m);
                    let base = uncorrected(&data, &w, &m);
                    let what = format!("{kind} {name} {dynamics:?} {effects} {correction:?}");
                    let wanted = by_hand(&w, &base, way);
                    for (j, value) in values(&ours).into_iter().enumerate() {
                        let found_by_differences = correction == Correction::Transformation;
                        let tolerance = if found_by_differences { 1e-6 } else { 1e-9 };
                        assert_close(&what, value, wanted[j], tolerance);
                    }
                    assert!(values(&ours) != base.0, "{what}");
                    let expected = match correction {
                        Correction::Transformation => (N - 1) * T,
                        _ => N * T,
                    };
                    let variance = ours.fit.estimates.last().unwrap();
                    let ratio = variance.value / variance.std_error;
                    // 2σ⁴/n′ is the least that the variance of σ² can be.
                    assert!(ratio <= (expected as f64 / 2.0).sqrt() + 1e-9, "{what}: {ratio}");
                }
            }
        }
    }
}

/// θ and the information at the maximum of the likelihood that the correction begins with.
fn uncorrected(data: &Sample, w: &Weights, m: &Model) -> (Vec<f64>, Rows, (f64, f64, f64), Model) {
    // A static model with the same regressors has the same likelihood; of two-way effects the static
    // transformation takes a period away, too, and so its dense twin is maximised here.
    let transformed = m.correction == Correction::Transformation;
    let plain = Model { correction: Correction::None, ..m.clone() };
    if !transformed {
        let base = fitted(data, w, &plain);
        let info = inverse(&base.fit.covariance).0;
        return (values(&base), info, parameters(&base), plain);
    }
    let problem = Problem::new(data, w, m).unwrap();
    let profile = find(&m.estimator).unwrap().profile(&problem).unwrap().unwrap();
    let rho = highest(profile.as_ref());
    let (theta, info) = dense_two_way(data, w, rho);
    let at =
        |term: &Regressor| data.regressors.iter().position(|r| r == term).map_or(0.0, |j| theta[j]);
    let lag = Regressor::new(VarName::new("y"), 1);
    (theta.clone(), info, (at(&lag), rho, at(&lag.of_neighbours())), plain)
}

/// The maximum of a smooth function: where its slope, by differences, changes sign.
fn highest(f: &dyn Fn(f64) -> f64) -> f64 {
    let by = |r: f64, h: f64| (f(r + h) - f(r - h)) / (2.0 * h);
    let slope = |r: f64| (4.0 * by(r, 1e-3) - by(r, 2e-3)) / 3.0;
    let (mut low, mut high) = (-0.9, 0.99);
    for _ in 0..60 {
        let middle = 0.5 * (low + high);
        if slope(middle) > 0.0 { low = middle } else { high = middle }
    }
    0.5 * (low + high)
}

/// β, σ² and the information at ρ of data with F_N applied to every period and units demeaned.
fn dense_two_way(data: &Sample, w: &Weights, rho: f64) -> (Vec<f64>, Rows) {
    let n = data.n_units();
    let t = data.n_periods();
    let f = helmert(n);
    let w = times(&times(&transposed(&f), &of(w)), &f);
    let moved = |v: &[f64]| -> Rows {
        let panel = from_fn(n, t, |i, s| v[s * n + i]);
        let made = times(&transposed(&f), &panel);
        let mean: Vec<f64> = made.iter().map(|row| row.iter().sum::<f64>() / t as f64).collect();
        (0..t)
            .flat_map(|s| (0..n - 1).map(move |i| (s, i)))
            .map(|(s, i)| vec![made[i][s] - mean[i]])
            .collect()
    };
    let each = |a: &Rows, v: &Rows| -> Rows {
        v.chunks_exact(n - 1).flat_map(|period| times(a, &period.to_vec())).collect()
    };
    let filter = sum((1.0, &identity(n - 1)), (-rho, &w));
    let y = each(&filter, &moved(&data.y));
    let columns: Vec<Vec<f64>> =
        data.x.iter().map(|x| moved(x).into_iter().map(|v| v[0]).collect()).collect();
    let x = transposed(&columns);
    let gram = times(&transposed(&x), &x);
    let beta = times(&inverse(&gram).0, &times(&transposed(&x), &y));
    let e = sum((1.0, &y), (-1.0, &times(&x, &beta)));
    let count = ((n - 1) * t) as f64;
    let sigma2 = e.iter().map(|e| e[0] * e[0]).sum::<f64>() / count;
    let g = times(&w, &inverse(&filter).0);
    let mean = each(&g, &times(&x, &beta));
    let all: Rows =
        x.iter().zip(&mean).map(|(x, g)| x.iter().chain(g).copied().collect()).collect();
    let gram = times(&transposed(&all), &all);
    let k = x[0].len();
    let traces = t as f64 * (trace(&times(&g, &g)) + trace(&times(&transposed(&g), &g)));
    let info = from_fn(k + 2, k + 2, |i, j| match (i.min(j), i.max(j)) {
        (a, b) if b <= k => gram[a][b] / sigma2 + if a == k { traces } else { 0.0 },
        (a, _) if a == k => t as f64 * trace(&g) / sigma2,
        (a, _) if a == k + 1 => count / (2.0 * sigma2 * sigma2),
        _ => 0.0,
    });
    let theta = beta.iter().map(|b| b[0]).chain([rho, sigma2]).collect();
    (theta, info)
}

fn by_hand(
    w: &Weights,
    (theta, info, (tau, rho, eta), model): &(Vec<f64>, Rows, (f64, f64, f64), Model),
    (effects, correction): (Effects, Correction),
) -> Vec<f64> {
    let transformed = correction == Correction::Transformation;
    let w = if transformed {
        times(&times(&transposed(&helmert(N)), &of(w)), &helmert(N))
    } else {
        of(w)
    };
    let n = w.len();
    let one = identity(n);
    let s = inverse(&sum((1.0, &one), (-rho, &w))).0;
    let a = times(&s, &sum((*tau, &one), (*eta, &w)));
    let r = times(&inverse(&sum((1.0, &one), (-1.0, &a))).0, &s);
    let g = times(&w, &s);
    let size = n as f64;
    let (p, sigma2) = (theta.len(), theta[theta.len() - 1]);
    let mut entries = vec![0.0; p];
    let mut next = 0;
    if model.dynamics.unwrap().has(Whose::Own) {
        entries[next] = trace(&r) / size;
        next += 1;
    }
    if model.dynamics.unwrap().has(Whose::Neighbours) {
        entries[next] = trace(&times(&w, &r)) / size;
    }
    entries[p - 2] =
        (tau * trace(&times(&g, &r)) + eta * trace(&times(&times(&g, &w), &r)) + trace(&g)) / size;
    entries[p - 1] = 0.5 / sigma2;
    let sigma = from_fn(p, p, |i, j| info[i][j] / (size * T as f64));
    let step = |a: &[f64]| times(&inverse(&sigma).0, &a.iter().map(|&v| vec![v]).collect());
    let first = step(&entries);
    let mut periods = vec![0.0; p];
    if effects == Effects::TwoWay && !transformed {
        periods[p - 2] = 1.0 / (1.0 - rho);
        periods[p - 1] = 0.5 / sigma2;
    }
    let second = step(&periods);
    (0..p).map(|i| theta[i] + first[i][0] / T as f64 + second[i][0] / size).collect()
}

/// Innovations of the fit give back the response, period by period; lags in step with a response are
/// left alone.
#[test]
fn the_process_is_generated_again() {
    for (kind, w) in settings() {
        for name in ["slm", "sdm"] {
            for dynamics in KINDS {
                for way in WAYS {
                    let m = dynamic(name, dynamics, way);
                    let data = process(&w, T, seeded(4), (0.3, 0.2, 0.1), &m);
                    let ours = fitted(&data, &w, &m);
                    let problem = Problem::new(&data, &w, &m).unwrap();
                    let made = find(name).unwrap().simulate(&problem, &ours, &ours.innovations);
                    for (a, b) in made.iter().zip(&data.y) {
                        assert_close(&format!("{kind} {name} {dynamics:?}"), *a, *b, 1e-10);
                    }
                    let mut same = data.clone();
                    follow(&mut same, &w, &m);
                    assert_eq!(same, data);
                    let shocked: Vec<f64> = ours.innovations.iter().map(|e| e + 1.0).collect();
                    let mut other = data.clone();
                    other.y = find(name).unwrap().simulate(&problem, &ours, &shocked);
                    follow(&mut other, &w, &m);
                    assert_eq!(other.x[0][..N], data.x[0][..N]);
                    if dynamics.has(Whose::Own) {
                        assert_eq!(other.x[0][N..], other.y[..N * (T - 1)]);
                    }
                }
            }
        }
    }
}

/// tr R(βI + θW)/N and 1'R(βI + θW)1/N by dense algebra, and their derivatives by differences.
#[test]
fn effects_in_the_long_run_are_those_of_dense_matrices() {
    for (kind, w) in all_weights(N) {
        for name in ["slm", "sdm"] {
            for dynamics in KINDS {
                let m = dynamic(name, dynamics, (Effects::Individual, Correction::None));
                let data = process(&w, T, seeded(5), (0.3, 0.2, 0.1), &m);
                let ours = fitted(&data, &w, &m);
                let theta = values(&ours);
                let find_at = |r: &Regressor| data.regressors.iter().position(|x| x == r);
                let lag = Regressor::new(VarName::new("y"), 1);
                let places = [
                    find_at(&lag),
                    find_at(&lag.of_neighbours()),
                    find_at(&regressor(0)),
                    find_at(&regressor(0).of_neighbours()),
                ];
                let rho = theta.len() - 2;
                let effects = |theta: &[f64]| -> [f64; 3] {
                    let [tau, eta, b, c] = places.map(|at| at.map_or(0.0, |at| theta[at]));
                    let (one, dense) = (identity(N), of(&w));
                    let left = sum((1.0 - tau, &one), (-theta[rho] - eta, &dense));
                    let m = times(&inverse(&left).0, &sum((b, &one), (c, &dense)));
                    let direct = trace(&m) / N as f64;
                    let total = m.iter().flatten().sum::<f64>() / N as f64;
                    [direct, total - direct, total]
                };
                let problem = Problem::new(&data, &w, &m).unwrap();
                let found = find(name).unwrap().impacts(&problem, &ours);
                assert_eq!(found.len(), 6, "the response has none: {found:?}");
                let at = effects(&theta);
                for (kind_at, impact) in Impact::LONG_RUN.into_iter().enumerate() {
                    let what = format!("{kind} {name} {dynamics:?} {}", impact.name());
                    let term = Term::Impact(impact, regressor(0));
                    let one = found.iter().find(|e| e.term == term).unwrap();
                    assert_close(&what, one.value, at[kind_at], 1e-9);
                    let gradient: Vec<f64> = (0..theta.len())
                        .map(|j| {
                            let moved = |by: f64| {
                                let mut moved = theta.clone();
                                moved[j] += by;
                                effects(&moved)[kind_at]
                            };
                            (moved(1e-6) - moved(-1e-6)) / 2e-6
                        })
                        .collect();
                    let v = &ours.fit.covariance;
                    let variance: f64 = (0..theta.len())
                        .flat_map(|i| (0..theta.len()).map(move |j| (i, j)))
                        .map(|(i, j)| gradient[i] * v[i][j] * gradient[j])
                        .sum();
                    let ratio = one.std_error / variance.sqrt();
                    assert!((ratio - 1.0).abs() < 1e-6, "{what}: {ratio}");
                }
            }
        }
    }
}

/// The largest root by powers of A, τ + ρ + η, and its Wald test; a caution where there is no limit.
#[test]
fn stability_is_said() {
    let (_, w) = settings().swap_remove(1);
    let m = dynamic("slm", Dynamics::Both, (Effects::TwoWay, Correction::BiasCorrected));
    let data = process(&w, T, seeded(6), (0.3, 0.2, 0.1), &m);
    let ours = fitted(&data, &w, &m);
    let (tau, rho, eta) = parameters(&ours);
    let one = identity(N);
    let a =
        times(&inverse(&sum((1.0, &one), (-rho, &of(&w)))).0, &sum((tau, &one), (eta, &of(&w))));
    let mut v: Rows = (0..N).map(|i| vec![1.0 + 0.1 * i as f64]).collect();
    let mut root = 0.0;
    for _ in 0..2000 {
        v = times(&a, &v);
        root = v.iter().map(|v| v[0] * v[0]).sum::<f64>().sqrt();
        v.iter_mut().for_each(|v| v[0] /= root);
    }
    assert_close("root", ours.fit.statistics[&Statistic::LargestRoot], root, 1e-9);
    assert_close("sum", ours.fit.statistics[&Statistic::Persistence], tau + rho + eta, 1e-14);
    let problem = Problem::new(&data, &w, &m).unwrap();
    let test = |of: &str| {
        spanel::diagnostic::find(of).unwrap().run(&Context::new(problem)).tests.swap_remove(0)
    };
    let TestOutcome::Computed { statistic, .. } = test("stability").outcome else { panic!() };
    let v = &ours.fit.covariance;
    let at = Found::of(&m, &ours.fit).unwrap().positions();
    let variance: f64 = at.iter().map(|&i| at.iter().map(|&j| v[i][j]).sum::<f64>()).sum();
    assert_close("Wald", statistic, (tau + rho + eta - 1.0).powi(2) / variance, 1e-12);
    assert!(matches!(test("hausman").outcome, TestOutcome::NotApplicable { .. }));

    let explosive = process(&w, T, seeded(7), (0.75, 0.2, 0.15), &m);
    let ours = fitted(&explosive, &w, &m);
    assert!(ours.fit.cautions.iter().any(|c| c.contains("not stable")), "{:?}", ours.fit.cautions);
    let problem = Problem::new(&explosive, &w, &m).unwrap();
    assert_eq!(find("slm").unwrap().impacts(&problem, &ours).len(), 3);
}

#[test]
fn what_makes_no_sense_is_refused() {
    let why = |m: &Model| {
        incidental::supports(find(&m.estimator).unwrap(), m).expect_err("it makes no sense")
    };
    for effects in [Effects::None, Effects::Time] {
        let m = dynamic("slm", Dynamics::Both, (effects, Correction::BiasCorrected));
        assert!(why(&m).contains("lasting differences"));
    }
    for name in ["ols", "slx", "sem", "sdem"] {
        let m = dynamic(name, Dynamics::Time, (Effects::TwoWay, Correction::None));
        assert!(why(&m).contains("no lags of the response"));
    }
    let individual = (Effects::Individual, Correction::Transformation);
    assert!(why(&dynamic("slm", Dynamics::Time, individual)).contains("period effects only"));
    let m = Model {
        std_errors: StdErrors::Hessian,
        ..dynamic("slm", Dynamics::Time, (Effects::TwoWay, Correction::BiasCorrected))
    };
    assert!(why(&m).contains("maximise no likelihood"));
}

/// 200 panels of N = 30: with T = 40 corrected estimates are the truth on average and intervals hold it in
/// 92 to 98 of 100, as [`coverage`](crate::coverage) asks of every estimator. What is left of the bias is of
/// order 1/T², and standard errors are those of large N and T: with T = 10, which is shown beside it,
/// estimates are within a quarter of a standard deviation of the truth, where τ of the likelihood is one
/// and a half away, and intervals hold it in 88 to 96 of 100.
///
/// `cargo test --release --test suite -- --ignored --nocapture corrected_estimates`
#[test]
#[ignore = "minutes: cargo test --release --test suite -- --ignored --nocapture corrected_estimates"]
fn corrected_estimates_are_right_on_average() {
    const PANELS: u64 = 200;
    /// Judges what 200 put outside.
    const MORE: u64 = 1000;
    // A lattice of 5 × 6.
    let beside = (0..30).filter(|i| i % 6 < 5).map(|i| (i, i + 1));
    let pairs: Vec<(usize, usize)> = beside.chain((0..24).map(|i| (i, i + 6))).collect();
    let w = Weights::new(&units(30), &undirected(30, &pairs), Normalisation::Row).unwrap();
    let truth = (0.3, 0.2, 0.1);
    let wanted = [truth.0, truth.1, truth.2, 1.0];
    let judged = |m: &Model, periods: usize, which: std::ops::Range<u64>| -> Vec<bool> {
        let fits: Vec<Vec<(f64, f64)>> = which
            .clone()
            .into_par_iter()
            .map(|panel| {
                let data = process(&w, periods, Stream::new([9; 32], panel), truth, m);
                let ours = fitted(&data, &w, m);
                let of = |j: usize| (ours.fit.estimates[j].value, ours.fit.estimates[j].std_error);
                [0, 3, 1, 2].map(of).to_vec()
            })
            .collect();
        let name = format!("T = {periods}, {} {}", m.effects, m.correction.name());
        let terms = ["tau", "rho", "eta", "beta"].iter().zip(wanted).enumerate();
        let judge = |(j, (term, truth)): (usize, (&&str, f64))| {
            let all: Vec<(f64, f64)> = fits.iter().map(|f| f[j]).collect();
            let n = all.len() as f64;
            let mean = all.iter().map(|(v, _)| v).sum::<f64>() / n;
            let sd = (all.iter().map(|(v, _)| (v - mean).powi(2)).sum::<f64>() / (n - 1.0)).sqrt();
            let se = all.iter().map(|(_, s)| s).sum::<f64>() / n;
            let inside =
                all.iter().filter(|(v, s)| (v - truth).abs() < 1.96 * s).count() as f64 / n;
            let z = (mean - truth) / (sd / (PANELS as f64).sqrt());
            println!(
                "{name} {term}: {n} panels, mean {mean:.4} (truth {truth}), z {z:.2}, sd {sd:.4}, se \
                 {se:.4}, coverage {inside:.3}"
            );
            z.abs() <= 3.0 && (0.92..=0.98).contains(&inside)
        };
        terms.map(judge).collect()
    };
    let mut wrong = Vec::new();
    for (effects, correction) in WAYS.into_iter().take(5) {
        let m = dynamic("slm", Dynamics::Both, (effects, correction));
        judged(&m, 10, 0..PANELS);
        let first = judged(&m, 40, 0..PANELS);
        if correction == Correction::None || first.iter().all(|holds| *holds) {
            continue;
        }
        let more = judged(&m, 40, PANELS..PANELS + MORE);
        if first.iter().zip(&more).any(|(a, b)| !a && !b) {
            wrong.push(format!("{effects} {}", correction.name()));
        }
    }
    assert!(wrong.is_empty(), "{wrong:?}");
}

const SPEC: &str = r#"
[models.dyn]
estimator = "sdm"
dynamics = "both"

[models.ly]
estimator = "slm"
correction = "transformation"

[bootstrap.b]
scheme = "residual"
replicates = 64

[grids.main]
response = "y"
controls = ["z"]
model = ["dyn", "ly"]
effects = ["individual", "two-way"]
measure = "x"
region = "all"
weights = "w"
tests = ["stability", "hausman"]
bootstrap = "b"

[[tables]]
id = "t"
kind = "regression"
caption = "T"
grid = "main"
columns = ["model", "effects"]
rows = ["y@lag1", "W:y@lag1", "measure", "W:measure", "rho", "long-run-total:measure"]
statistics = ["n", "persistence", "largest-root"]
"#;

#[test]
fn an_experiment_has_dynamic_models() {
    let lab = Lab::new();
    let spec = crate::cli::SPEC;
    let head = &spec[..spec.find("[grids").expect("a grid")];
    lab.write("lab.toml", &format!("{head}{SPEC}"));
    let done = lab.run(&["run", "lab.toml"]);
    assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
    let files = lab.files("results/lab");
    let text = |name: &str| String::from_utf8_lossy(&files[name]).into_owned();
    let table = text("tables/t.md");
    for words in
        ["Long-run total: ln X", "τ + ρ + η", "Largest root", "bias-corrected", "transformed data"]
    {
        assert!(table.contains(words), "{words}: {table}");
    }
    let impacts = text("impacts.csv");
    assert!(impacts.contains("long-run-direct"), "{impacts}");
    assert!(!impacts.contains("direct,y"), "{impacts}");
    assert!(text("tests.csv").contains("stability"));

    let wrong = |what: &str, by: &str, says: &str| {
        lab.write("wrong.toml", &format!("{head}{}", SPEC.replace(what, by)));
        let out = lab.run(&["check", "wrong.toml"]);
        assert_eq!(out.status.code(), Some(2), "{by}");
        let said = String::from_utf8_lossy(&out.stderr).into_owned();
        assert!(said.contains(says), "{by}: {said}");
    };
    wrong("[\"individual\", \"two-way\"]", "[\"none\", \"two-way\"]", "lasting differences");
    wrong("[\"individual\", \"two-way\"]", "[\"none\", \"two-way\"]", "a pooled model has none");
    wrong("bootstrap = \"b\"", "test_bootstrap = \"b\"", "lags of the response for fixed");
    wrong("estimator = \"sdm\"", "estimator = \"sdem\"", "no lags of the response");
    wrong("estimator = \"slm\"", "estimator = \"slm\"\nlag_order = \"demean-then-lag\"", "is not");
}
