//! What packages print of direct, indirect and total effects, and fits of spreg that stand beside others:
//! its older interface, and time effects taken out before the lag.

use super::*;
use crate::dense::{Rows, from_fn, inverse, of as dense, trace};
use data::{Table, json, weights};
use spanel::estimator::durbin::completed;
use spanel::model::Impact;

/// Where the searches of the packages stop.
const SEARCHED: f64 = 1e-6;

fn list(block: &Value) -> Vec<f64> {
    block.as_array().expect("numbers").iter().map(number).collect()
}

/// Our effects of a kind, in the order of the regressors themselves.
fn effects_of(
    (name, kind, order): (&str, Effects, LagOrder),
    (sample, weights): (&Sample, &Weights),
) -> Vec<(Impact, String, f64)> {
    let fitted = fit(sample, weights, (name, kind, order), None);
    let model = model(name, sample, kind, order, None);
    let problem = Problem::new(sample, weights, &model).expect("the same units");
    let all = find(name).expect("an estimator").impacts(&problem, &fitted);
    all.into_iter()
        .filter_map(|e| match e.term {
            Term::Impact(impact, regressor) => Some((impact, regressor.to_string(), e.value)),
            _ => None,
        })
        .collect()
}

fn named(block: &Value, ours: &[(Impact, String, f64)], ledger: &mut Ledger, case: &str, to: f64) {
    for kind in Impact::ALL {
        for (name, value) in numbers(&block[kind.name()]) {
            let Term::Variable(regressor) = term(name) else { panic!("{name}") };
            let wanted = regressor.to_string();
            let found = ours.iter().find(|(k, x, _)| *k == kind && *x == wanted).map(|o| o.2);
            ledger.check((case, "effect", name), value, found, Scale::Unit, to);
        }
    }
}

#[test]
fn effects_of_a_lag_are_those_of_splm() {
    let (sample, weights) = produc::sample_and_weights();
    let file = json("printed_effects.json");
    let mut ledger = Ledger::new("printed_effects.json, splm");
    for (case, block) in file["splm"].as_object().expect("effects") {
        let how = ("slm", effects(case), LagOrder::DemeanThenLag);
        let ours = effects_of(how, (&sample, &weights));
        for (name, block) in block.as_object().expect("how") {
            // Powers of W up to the thirtieth, there.
            named(block, &ours, &mut ledger, &format!("{case} {name}"), SEARCHED);
        }
    }
    ledger.finish(3 * 2 * 12);
}

#[test]
fn effects_in_a_cross_section_are_those_of_spatialreg() {
    let table = Table::read("tests/reference/data/columbus.csv", "unit", None);
    let weights = weights("tests/reference/data/columbus.gal");
    let plain = table.sample(&weights, "CRIME", &["INC".to_owned(), "HOVAL".to_owned()], 1);
    let own = plain.regressors.iter().cloned();
    let all: Vec<Regressor> =
        own.chain(plain.regressors.iter().map(Regressor::of_neighbours)).collect();
    let durbin = completed(plain.clone(), &weights, &all);
    let file = json("printed_effects.json");
    let mut ledger = Ledger::new("printed_effects.json, spatialreg");
    for (case, block) in file["spatialreg"].as_object().expect("effects") {
        let (name, sample) = match case.as_str() {
            "sar" => ("slm", &plain),
            "sdm" => ("sdm", &durbin),
            _ => ("sac", &plain),
        };
        let how = (name, Effects::None, LagOrder::LagThenDemean);
        let ours = effects_of(how, (sample, &weights));
        // Its sac stops 4e-6 short of the maximum.
        let within = if name == "sac" { 1e-5 } else { 2.0 * SEARCHED };
        named(block, &ours, &mut ledger, case, within);
    }
    ledger.finish(18);
}

#[test]
fn effects_and_older_fits_are_those_of_spreg() {
    let file = json("printed_effects.json");
    let mut ledger = Ledger::new("printed_effects.json, spreg");
    for (case, block) in file["spreg"].as_object().expect("panels") {
        let (sample, weights) = spreg_moments::panel(case);
        let with_durbin = durbin::with_durbin(&sample, &weights);
        for (name, wanted) in block["impacts"].as_object().expect("effects") {
            let (kind, data) =
                if name.contains("sdm") { ("sdm", &with_durbin) } else { ("slm", &sample) };
            let how = (kind, Effects::Individual, LagOrder::LagThenDemean);
            let ours = effects_of(how, (data, &weights));
            for impact in Impact::ALL {
                let found: Vec<f64> = ours.iter().filter(|o| o.0 == impact).map(|o| o.2).collect();
                for (i, value) in list(&wanted[impact.name()]).into_iter().enumerate() {
                    let case = format!("{case} {name} {}", impact.name());
                    let at = (case.as_str(), "effect", &*i.to_string());
                    ledger.check(at, value, found.get(i).copied(), Scale::Unit, SEARCHED);
                }
            }
        }
        for (name, wanted) in block["fits"].as_object().expect("fits") {
            let kind = if name.contains("Error") { "sem" } else { "slm" };
            let how = match name.as_str() {
                // White's is held in `as_shipped`: here the coefficients.
                "PooledOLS_white" => ("ols", Effects::None, LagOrder::LagThenDemean),
                name if name.contains("two-way") => {
                    (kind, Effects::TwoWay, LagOrder::DemeanThenLag)
                }
                _ => (kind, Effects::Individual, LagOrder::LagThenDemean),
            };
            let ours = fit(&sample, &weights, how, None);
            let (values, errors) = (list(&wanted["coefficients"]), list(&wanted["std_errors"]));
            let case = format!("{case} {name}");
            for ((value, error), e) in values.into_iter().zip(errors).zip(&ours.fit.estimates) {
                let x = e.term.to_string();
                let at = (case.as_str(), "coefficient", x.as_str());
                ledger.check(at, value, Some(e.value), Scale::Unit, SEARCHED);
                if how.0 != "ols" {
                    let at = (case.as_str(), "standard error", x.as_str());
                    ledger.check(at, error, Some(e.std_error), Scale::Relative, SEARCHED);
                }
            }
        }
        // σ² = e'e/(NT − k) instead of e'e/NT.
        let (n, k) = (sample.n() as f64, sample.x.len() as f64 + 1.0);
        let ours = Findings::of("lm", &sample, &weights, Effects::None);
        let found = ours.get("lm-error", Effects::None).map(|o| o.0 * ((n - k) / n).powi(2));
        let wanted = number(&block["lm_error_NT_minus_k"]);
        let at = (case.as_str(), "LM error, σ² of NT − k", "");
        ledger.check(at, wanted, found, Scale::Relative, 1e-9);
    }
    ledger.finish(120);
}

/// The covariance of (β, ρ, φ, σ²), φ = 1 − θ, that spreg's random-effects lag has. Ours is the inverse of the observed
/// information.
fn of_spreg(sample: &Sample, weights: &Weights, ours: &Estimated) -> Rows {
    inverse(&information_of_spreg(sample, weights, ours)).0
}

/// The matrix that is inverted there, not symmetric: −N/σ² of (φ, σ²) where (σ², φ) is −N/σ⁴.
pub(super) fn information_of_spreg(sample: &Sample, weights: &Weights, ours: &Estimated) -> Rows {
    let theta = ours.fit.statistics[&Statistic::Theta];
    let rho = ours.value(&Term::Rho).expect("ρ");
    let sigma2 = ours.value(&Term::Sigma2).expect("σ²");
    let (n, t, phi) = (sample.n_units() as f64, sample.n_periods() as f64, 1.0 - theta);
    let ones = vec![1.0; sample.n()];
    let columns: Vec<Vec<f64>> = std::iter::once(&ones)
        .chain(&sample.x)
        .map(|x| spreg_moments::moved(x, weights, 0.0, theta))
        .collect();
    let k = columns.len();
    let fitted: Vec<f64> = (0..sample.n())
        .map(|row| (0..k).map(|j| columns[j][row] * ours.fit.estimates[j].value).sum())
        .collect();
    let lag = weights.lag(&weights.resolve(rho, &fitted));
    let dot = |a: &[f64], b: &[f64]| -> f64 { a.iter().zip(b).map(|(a, b)| a * b).sum() };
    let w = dense(weights);
    let size = w.len();
    let filter = from_fn(size, size, |i, j| f64::from(u8::from(i == j)) - rho * w[i][j]);
    // G = W(I − ρW)⁻¹ = ((I − ρW)⁻¹ − I)/ρ.
    let resolvent = inverse(&filter).0;
    let g = from_fn(size, size, |i, j| (resolvent[i][j] - f64::from(u8::from(i == j))) / rho);
    let first = trace(&g);
    let pairs = (0..size).flat_map(|i| (0..size).map(move |j| (i, j)));
    let second: f64 = pairs.map(|(i, j)| g[i][j] * (g[j][i] + g[i][j])).sum();
    let (r, p, s) = (k, k + 1, k + 2);
    from_fn(k + 3, k + 3, |i, j| match (i, j) {
        (i, j) if i < k && j < k => dot(&columns[i], &columns[j]) / sigma2,
        (i, j) if i.min(j) < k && i.max(j) == r => dot(&columns[i.min(j)], &lag) / sigma2,
        (i, j) if i == r && j == r => t * second + dot(&lag, &lag) / sigma2,
        (i, j) if i.min(j) == r && i.max(j) == p => -first / sigma2,
        (i, j) if i.min(j) == r && i.max(j) == s => t * first / sigma2,
        (i, j) if i == p && j == p => n * (1.0 + 1.0 / (phi * phi)),
        // Its columns are put together: the entry of the row σ² is that of the column φ.
        (i, j) if i == s && j == p => -n / sigma2,
        (i, j) if i == p && j == s => -n / (sigma2 * sigma2),
        (i, j) if i == s && j == s => n * t / (2.0 * sigma2 * sigma2),
        _ => 0.0,
    })
}

/// Its coefficients are good to 1e-5, and so are these; in usincome its search ends where effects vanish and
/// the matrix has no inverse in floating point: a standard error of 0 is printed there.
#[test]
fn standard_errors_of_a_random_lag_are_those_of_spreg() {
    let file = json("printed_effects.json");
    let mut ledger = Ledger::new("printed_effects.json, spreg, random effects");
    for case in ["produc", "lattice_pos"] {
        let (plain, weights) = spreg_moments::panel(case);
        for (name, block) in file["spreg"][case]["random_lag"].as_object().expect("models") {
            let (kind, sample) = match name.as_str() {
                "ML_LagRE" => ("slm", plain.clone()),
                _ => ("sdm", durbin::with_durbin(&plain, &weights)),
            };
            let how = (kind, Effects::Random, LagOrder::LagThenDemean);
            let ours = fit(&sample, &weights, how, None);
            let covariance = of_spreg(&sample, &weights, &ours);
            let case = format!("{case} {name}");
            for (i, wanted) in list(&block["std_errors"]).into_iter().enumerate() {
                let at = (case.as_str(), "standard error", &*i.to_string());
                let found = covariance[i][i].sqrt();
                ledger.check(at, wanted, Some(found), Scale::Relative, 2e-5);
            }
        }
    }
    ledger.finish(7 + 11 + 5 + 7);
}
