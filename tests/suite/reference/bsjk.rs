//! splm's `bsjktest` from our fits: its score tests take other variances than the estimates, and C.3 other
//! powers of them.

use super::*;
use crate::dense::{Rows, from_fn, identity, inverse, of as dense, sum, times, trace, transposed};
use data::json;
use spanel::estimator::random::Spatial;
use spanel::model::ErrorComponents;
use spanel::outcome::Test;

/// What splm's search supports, relative.
const SEARCHED: f64 = 1e-4;
/// The search of `panel_tests.py`.
const DENSE: f64 = 1e-6;

/// (time ⊗ units) v, v stacked by period.
fn kron(time: &Rows, units: &Rows, v: &[f64]) -> Vec<f64> {
    let n = units.len();
    let by_period: Rows = v.chunks_exact(n).map(<[f64]>::to_vec).collect();
    times(&times(time, &by_period), &transposed(units)).concat()
}

fn dot(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}

/// y − Xβ by generalised least squares, and σ² = u'Ω⁻¹u/NT, for Ω⁻¹ = time ⊗ units.
fn residual(sample: &Sample, (time, units): (&Rows, &Rows)) -> (Vec<f64>, f64) {
    let ones = vec![1.0; sample.n()];
    let columns: Vec<&[f64]> =
        std::iter::once(&ones[..]).chain(sample.x.iter().map(|x| &x[..])).collect();
    let weighted: Vec<Vec<f64>> = columns.iter().map(|x| kron(time, units, x)).collect();
    let k = columns.len();
    let solved = inverse(&from_fn(k, k, |i, j| dot(&weighted[i], columns[j]))).0;
    let right: Rows = weighted.iter().map(|w| vec![dot(w, &sample.y)]).collect();
    let beta = times(&solved, &right);
    let fitted = |at: usize| -> f64 { (0..k).map(|j| beta[j][0] * columns[j][at]).sum() };
    let u: Vec<f64> = sample.y.iter().enumerate().map(|(at, y)| y - fitted(at)).collect();
    let sigma2 = dot(&u, &kron(time, units, &u)) / u.len() as f64;
    (u, sigma2)
}

/// ρ^|t − s|/(1 − ρ²)
fn autocorrelated(rho: f64, t: usize) -> Rows {
    from_fn(t, t, |i, j| rho.powi(i.abs_diff(j) as i32) / (1.0 - rho * rho))
}

fn found<'a>(all: &'a [Test], name: &str) -> (f64, &'a Test) {
    let test = all.iter().find(|t| t.name == name).expect("the test");
    let TestOutcome::Computed { statistic, .. } = test.outcome else { panic!("{name}") };
    (statistic, test)
}

#[test]
fn tests_of_splm_follow_from_our_fits() {
    let (sample, weights) = produc::sample_and_weights();
    let printed = &json("spatial_hausman.json")["bsjktest"];
    let all = Findings::of("bsjk", &sample, &weights, Effects::None).0;
    let mut ledger = Ledger::new("spatial_hausman.json, bsjktest");
    let ours = [
        first(&sample, found(&all, "bsjk-c1")),
        second((&sample, &weights), found(&all, "bsjk-c2")),
        third((&sample, &weights), found(&all, "bsjk-c3")),
    ];
    let by_hand = &json("produc_panel_tests_dense.json")["results"];
    let names = [("C.1", "bsjk-c1"), ("C.2", "bsjk-c2"), ("C.3", "bsjk-c3")];
    for ((name, of), ours) in names.into_iter().zip(ours) {
        let at = (name, "as splm prints it", "");
        ledger.check(at, number(&printed[name]), Some(ours), Scale::Relative, SEARCHED);
        let at = (name, "by dense algebra", "");
        let wanted = number(&by_hand[of]["splm"]);
        ledger.check(at, wanted, Some(ours), Scale::Relative, DENSE);
    }
    ledger.finish(6);
}

/// C.1 has σ² in the score alone, whose trace is 0: u'u/(n(1 + φ)) in its place divides our statistic by the
/// square of both's ratio.
fn first(sample: &Sample, (statistic, test): (f64, &Test)) -> f64 {
    let (t, n) = (sample.n_periods(), sample.n_units());
    let (phi, rho) = (test.details["phi"], test.details["serial"]);
    let ones = from_fn(t, t, |_, _| 1.0);
    let omega = inverse(&sum((phi, &ones), (1.0, &autocorrelated(rho, t)))).0;
    let (u, sigma2) = residual(sample, (&omega, &identity(n)));
    let theirs = dot(&u, &u) / (u.len() as f64 * (1.0 + phi));
    statistic * (sigma2 / theirs).powi(2)
}

/// C.2 at σ²: D = −½ tr Ω⁻¹(G ⊗ A) + ½ u'Ω⁻¹(G ⊗ A)Ω⁻¹u/σ², and the statistic is D² times a number without σ².
/// Ω = φJ ⊗ I + I ⊗ A, A = (B'B)⁻¹, G ones beside the diagonal.
fn second((sample, weights): (&Sample, &Weights), (statistic, _): (f64, &Test)) -> f64 {
    let spatial = Spatial { lag: false, error: true };
    let fit = random::random(sample, weights, (spatial, ErrorComponents::Anselin));
    let of = |term: &Term| fit.value(term).expect("a parameter");
    let (lambda, phi, sigma2) = (of(&Term::Lambda), of(&Term::Phi), of(&Term::Sigma2));
    let u: Vec<f64> = sample.y.iter().zip(&fit.systematic).map(|(y, f)| y - f).collect();
    let (n, t) = (sample.n_units(), sample.n_periods());
    let filter = sum((1.0, &identity(n)), (-lambda, &dense(weights)));
    let inverse_of_a = times(&transposed(&filter), &filter);
    let a = inverse(&inverse_of_a).0;
    let between = inverse(&sum((t as f64 * phi, &identity(n)), (1.0, &a))).0;
    let mean = from_fn(t, t, |_, _| 1.0 / t as f64);
    let within = sum((1.0, &identity(t)), (-1.0, &mean));
    let g = from_fn(t, t, |i, j| f64::from(u8::from(i.abs_diff(j) == 1)));
    let v: Vec<f64> = kron(&within, &inverse_of_a, &u)
        .iter()
        .zip(kron(&mean, &between, &u))
        .map(|(w, b)| w + b)
        .collect();
    let square = dot(&v, &kron(&g, &a, &v));
    let trace_of = trace(&times(&within, &g)) * n as f64
        + trace(&times(&mean, &g)) * trace(&times(&between, &a));
    let score = |sigma2: f64| 0.5 * (square / sigma2 - trace_of);
    let theirs = dot(&u, &u) / (u.len() as f64 * (1.0 + phi));
    statistic * (score(theirs) / score(sigma2)).powi(2)
}

/// C.3 at our ρ and λ: σ² = u'u/n of residuals that no filter was put on, and g, which is tr V⁻¹J over σ², over σ⁴.
fn third((sample, weights): (&Sample, &Weights), (_, test): (f64, &Test)) -> f64 {
    let (n, t) = (sample.n_units(), sample.n_periods());
    let (rho, lambda) = (test.details["serial"], test.details["lambda"]);
    let w = dense(weights);
    let b = sum((1.0, &identity(n)), (-lambda, &w));
    let bb = times(&transposed(&b), &b);
    let v = inverse(&autocorrelated(rho, t)).0;
    let (u, _) = residual(sample, (&v, &bb));
    let (units, periods, all) = (n as f64, t as f64, u.len() as f64);
    let s = dot(&u, &u) / all;
    let g = (1.0 - rho) / (s * s) * (2.0 + (periods - 2.0) * (1.0 - rho));
    let vjv = times(&times(&v, &from_fn(t, t, |_, _| 1.0)), &v);
    let (bbbb, tr) = (times(&bb, &bb), trace(&bb));
    let score = -0.5 * g * tr + dot(&u, &kron(&vjv, &bbbb, &u)) / (2.0 * s * s);
    let wb = times(&transposed(&w), &b);
    let slope = sum((1.0, &wb), (1.0, &transposed(&wb)));
    let relative = times(&slope, &inverse(&bb).0);
    let (d3, d6) = (trace(&relative), trace(&times(&relative, &relative)));
    let (r2, left) = (rho * rho, 1.0 - rho * rho);
    let upper = [
        vec![
            all / (2.0 * s * s),
            g * tr / (2.0 * s),
            units * rho / (s * left),
            periods * d3 / (2.0 * s),
        ],
        vec![
            0.5 * g * g * trace(&bbbb),
            tr / (s * (1.0 + rho)) * ((2.0 - periods) * r2 + periods - 1.0 + rho),
            0.5 * g * trace(&slope),
        ],
        vec![units / (left * left) * (3.0 * r2 - periods * r2 + periods - 1.0), rho * d3 / left],
        vec![0.5 * periods * d6],
    ];
    let information = from_fn(4, 4, |i, j| upper[i.min(j)][i.max(j) - i.min(j)]);
    score * score * inverse(&information).0[1][1]
}
