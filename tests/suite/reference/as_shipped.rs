//! What splm and spreg print by conventions of their own, followed from our fits.

use super::spatial_hausman::{form, given_the_rest, slopes};
use super::spreg_moments::panel;
use super::*;
use crate::dense::{Rows, from_fn, of as dense};
use data::json;
use spanel::estimator::covariance;
use spanel::estimator::random::Spatial;
use spanel::math::Matrix;
use spanel::math::linalg::spd_inverse;
use spanel::model::std_errors::{
    Count, GroupFactor, Meat, ObservationFactor, Residuals, Robust, StdErrors,
};
use spanel::model::{ErrorComponents, Model};

const FILE: &str = "as_shipped.json";
const ORDER: LagOrder = LagOrder::LagThenDemean;

fn list(block: &Value) -> Vec<f64> {
    block.as_array().expect("numbers").iter().map(number).collect()
}

fn dot(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}

fn norm(v: &[f64]) -> f64 {
    dot(v, v).sqrt()
}

/// Means of units taken off, with effects of them.
fn within(v: &[f64], n: usize, effects: Effects) -> Vec<f64> {
    if effects == Effects::None {
        return v.to_vec();
    }
    let t = (v.len() / n) as f64;
    let mean = |i: usize| v.iter().skip(i % n).step_by(n).sum::<f64>() / t;
    v.iter().enumerate().map(|(i, v)| v - mean(i)).collect()
}

/// How far residuals by normal equations are off: √n ε κ(X)(‖y‖ + ‖X‖‖b‖), sums of n products taken to be off by √n ε
/// (Higham 2002, section 20.4; Higham & Mary 2019). A constant is among the columns.
fn rounding(sample: &Sample, effects: Effects, ours: &Estimated) -> f64 {
    let ones = vec![1.0; sample.n()];
    let of = |v: &Vec<f64>| within(v, sample.n_units(), effects);
    let x: Vec<Vec<f64>> = std::iter::once(ones).chain(sample.x.iter().map(of)).collect();
    let gram = Matrix::from_fn(x.len(), x.len(), |i, j| dot(&x[i], &x[j]));
    let mut all = spanel::math::linalg::symmetric_eigenvalues(&gram).expect("eigenvalues");
    all.sort_by(f64::total_cmp);
    let (least, most) = (all[0].sqrt(), all[all.len() - 1].sqrt());
    let values: Vec<f64> = ours.fit.estimates.iter().map(|e| e.value).collect();
    let size = norm(&of(&sample.y)) + most * norm(&values);
    (sample.n() as f64).sqrt() * f64::EPSILON * most / least * size
}

fn panels(file: &Value) -> Vec<(String, Value, Sample, Weights)> {
    let all = file["spreg"].as_object().expect("panels");
    all.iter()
        .map(|(name, block)| {
            let (sample, weights) = panel(name);
            (name.clone(), block.clone(), sample, weights)
        })
        .collect()
}

/// Our fit of one of splm's random or pooled models.
fn of_splm(case: &str, (sample, weights): (&Sample, &Weights)) -> Estimated {
    let (effects, rest) = case.split_once('_').expect("effects and model");
    let (kind, components) = match rest.split_once('_') {
        Some((kind, "kkp")) => (kind, ErrorComponents::Kkp),
        Some((kind, _)) => (kind, ErrorComponents::Anselin),
        None => (rest, ErrorComponents::Kkp),
    };
    let (lag, error) = (matches!(kind, "lag" | "both"), matches!(kind, "error" | "both"));
    if effects == "random" {
        return random::random(sample, weights, (Spatial { lag, error }, components));
    }
    let name = match (lag, error) {
        (true, true) => "sac",
        (true, false) => "slm",
        (false, true) => "sem",
        (false, false) => "ols",
    };
    let small = (name == "ols").then_some(SmallSample::Asymptotic);
    let plain = model(name, sample, Effects::None, ORDER, small);
    // Its Hessian, where there is one, is that of the likelihood itself.
    let std_errors = if name == "ols" { StdErrors::Default } else { StdErrors::Hessian };
    let m = Model { std_errors, ..plain };
    let problem = Problem::new(sample, weights, &m).expect("the same units");
    covariance::fit(find(name).expect("an estimator"), &problem).expect("a fit")
}

/// β: generalised least squares given ρ, λ and φ, at estimates that are up to 1e-5 off.
#[test]
fn standard_errors_of_splm_are_given_spatial_parameters() {
    let (sample, weights) = produc::sample_and_weights();
    let file = json(FILE);
    let mut ledger = Ledger::new("as_shipped.json, splm random and pooled");
    for (case, block) in file["splm_random_and_pooled"].as_object().expect("models") {
        let ours = of_splm(case, (&sample, &weights));
        let given = given_the_rest(&ours);
        for (i, e) in ours.fit.estimates.iter().enumerate().take(given.len()) {
            let name = match &e.term {
                Term::Constant => "(Intercept)".to_owned(),
                other => numbers(&block["se"])
                    .iter()
                    .find(|(n, _)| term(n) == *other)
                    .map_or_else(|| panic!("{other}"), |(n, _)| (*n).to_owned()),
            };
            let found = Some(given[i][i].sqrt());
            let at = (case.as_str(), "standard error as printed", name.as_str());
            ledger.check(at, number(&block["se"][&name]), found, Scale::Relative, 1e-6);
            if let Some(exact) = block["se_beta_gls_conditional"][&name].as_f64() {
                let at = (case.as_str(), "standard error given parameters", name.as_str());
                ledger.check(at, exact, found, Scale::Relative, 1e-7);
            }
        }
        for (name, value) in numbers(&block["sigma2"]) {
            let (sigma2, phi) =
                (ours.value(&Term::Sigma2).expect("σ²"), ours.value(&Term::Phi).unwrap_or(0.0));
            let found = match name {
                "idios" => sigma2,
                "id" => phi * sigma2,
                _ => (1.0 + phi) * sigma2,
            };
            let at = (case.as_str(), "variance", name);
            ledger.check(at, value, Some(found), Scale::Relative, 1e-5);
        }
        parameters(&mut ledger, case, block, &ours);
    }
    ledger.finish(10 * 5 + 6 * 5 + 20 + 10);
}

/// Of ρ, λ and φ: the Hessian by differences of the log-likelihood ℓ at steps h_i = ε^⅓|θ_i| (nlme's `fdHess`), each of
/// whose entries is off by 8ε|ℓ|/h_i h_j, four values of ℓ that are ε|ℓ| off on either side: a variance
/// C_pp is off by Σ|C_pi||C_pj| times that. Where the lag is 0.002 or 0.004 its step is 1e-8, and of the Hessian of
/// `random_both_b` and `random_both_kkp` nothing is left but rounding: the bound is above one. These six numbers
/// are not held.
fn parameters(ledger: &mut Ledger, case: &str, block: &Value, ours: &Estimated) {
    let all = numbers(&block["se_of_parameters"]);
    let places: Vec<usize> = all
        .iter()
        .map(|(name, _)| {
            let place = ours.fit.estimates.iter().position(|e| e.term == term(name));
            place.expect("a parameter")
        })
        .collect();
    let loglik = number(&block["loglik"]).abs();
    let step = |i: usize| f64::EPSILON.cbrt() * number(&block["parameters"][all[i].0]).abs();
    let c = |i: usize, j: usize| ours.fit.covariance[places[i]][places[j]];
    let off = |p: usize| -> f64 {
        let pairs = (0..all.len()).flat_map(|i| (0..all.len()).map(move |j| (i, j)));
        let of = |(i, j)| (c(p, i) * c(p, j)).abs() / (step(i) * step(j));
        8.0 * f64::EPSILON * loglik * pairs.map(of).sum::<f64>() / c(p, p)
    };
    if (0..all.len()).any(|p| off(p) > 1.0) {
        assert!(case.starts_with("random_both"), "{case}");
        return;
    }
    for (p, (name, value)) in all.iter().enumerate() {
        // What the search leaves of the estimates, beside.
        let bound = off(p) + 1e-4;
        let at = (case, "variance of a parameter", *name);
        ledger.check(at, value * value, Some(c(p, p)), Scale::Relative, bound);
    }
}

/// `sphtest`'s parts: the eigenvalues of V_F − V_R, V_R given ρ, λ and φ; with the spatial parameters
/// contrasted as well V_R is of the observed information, differences there.
#[test]
fn parts_of_spatial_hausman_tests_agree() {
    let (sample, weights) = produc::sample_and_weights();
    let file = json(FILE);
    let mut ledger = Ledger::new("as_shipped.json, Hausman");
    for (case, block) in file["hausman"].as_object().expect("tests") {
        let (name, components) = case.split_once('_').expect("model and components");
        let name = if name == "sarar" { "sac" } else { estimator(name) };
        let components =
            if components == "BSK" { ErrorComponents::Anselin } else { ErrorComponents::Kkp };
        let spatial = Spatial { lag: name != "sem", error: name != "slm" };
        let how = (name, Effects::Individual, LagOrder::LagThenDemean);
        let fixed = fit(&sample, &weights, how, None);
        let of_random = random::random(&sample, &weights, (spatial, components));
        let given = given_the_rest(&of_random);
        let wanted = |term: &Term| slopes(term) || matches!(term, Term::Rho | Term::Lambda);
        let (v_f, v_r) = (&fixed.fit.covariance, &of_random.fit.covariance);
        let joint = form((&fixed, v_f), (&of_random, v_r), wanted);
        let at = (case.as_str(), "joint contrast", "");
        let reference = number(&block["joint_statistic"]);
        ledger.check(at, reference, Some(joint), Scale::Relative, 1e-5);
        let k = given.len() - 1;
        let difference = Matrix::from_fn(k, k, |i, j| v_f[i][j] - given[i + 1][j + 1]);
        let mut ours =
            spanel::math::linalg::symmetric_eigenvalues(&difference).expect("eigenvalues");
        ours.sort_by(|a, b| b.abs().total_cmp(&a.abs()));
        let size = ours[0].abs();
        for (i, value) in list(&block["eigenvalues_of_Vfe_minus_Vre"]).into_iter().enumerate() {
            let at = (case.as_str(), "eigenvalue", &*i.to_string());
            ledger.check_sized(at, value, ours.get(i).copied(), size, 1e-7);
        }
    }
    ledger.finish(5 * 5);
}

/// White's covariance of pooled least squares, by n/(n − k).
#[test]
fn white_standard_errors_are_those_of_spreg() {
    let file = json("printed_effects.json");
    let mut ledger = Ledger::new("printed_effects.json, PooledOLS_white");
    for (case, block) in file["spreg"].as_object().expect("panels") {
        let (sample, weights) = panel(case);
        let std_errors = StdErrors::Robust(Robust {
            meat: Meat::Observations,
            residuals: Residuals::AsTheyAre,
            of_observations: ObservationFactor::Divisor,
            of_groups: GroupFactor::None,
            count: Count::Effects,
        });
        let m = Model { std_errors, ..model("ols", &sample, Effects::None, ORDER, None) };
        let problem = Problem::new(&sample, &weights, &m).expect("the same units");
        let ours = covariance::fit(find("ols").expect("listed"), &problem).expect("a fit");
        let errors = list(&block["fits"]["PooledOLS_white"]["std_errors"]);
        for (value, e) in errors.into_iter().zip(&ours.fit.estimates) {
            let at = (case.as_str(), "standard error", &*e.term.to_string());
            ledger.check(at, value, Some(e.std_error), Scale::Relative, 1e-10);
        }
    }
    ledger.finish(5 + 3 + 3);
}

/// `PanelRE`'s Hausman statistic has V_F by NT − N − k, which is ours, where its `PanelFE` prints one by NT − N (8.73 in
/// produc follows from that), and V_R by NT.
#[test]
fn hausman_tests_of_least_squares_are_those_of_spreg() {
    let file = json(FILE);
    let mut ledger = Ledger::new("as_shipped.json, PanelRE");
    for (case, block, sample, weights) in panels(&file) {
        let fixed = fit(&sample, &weights, ("ols", Effects::Individual, ORDER), None);
        let random = fit(&sample, &weights, ("ols", Effects::Random, ORDER), None);
        let n = sample.n() as f64;
        let k = sample.x.len() as f64 + 1.0;
        let scaled = |by: f64, v: &Rows| -> Rows {
            v.iter().map(|row| row.iter().map(|v| by * v).collect()).collect()
        };
        let v_r = scaled((n - k) / n, &random.fit.covariance);
        let ours = form((&fixed, &fixed.fit.covariance), (&random, &v_r), slopes);
        let at = (case.as_str(), "Hausman", "");
        let printed = number(&block["feasible"]["hausman_stat"]);
        ledger.check(at, printed, Some(ours), Scale::Relative, 1e-10);
        if case == "produc" {
            let free = n - sample.n_units() as f64;
            let v_f = scaled((free - (k - 1.0)) / free, &fixed.fit.covariance);
            let printed_alone = form((&fixed, &v_f), (&random, &v_r), slopes);
            assert!((printed_alone - 8.73).abs() < 5e-3, "{printed_alone}");
        }
    }
    ledger.finish(3);
}

/// spreg's tests have σ² = e'e/(NT − k), of demeaned data too, where a constant is added and counted; and (tr WW + W'W)²
/// for T times that trace in LM lag. Its residuals are by normal equations: what `rounding` leaves of e'Wy is the bound
/// of LM lag and of both robust tests, 3e-6 of LM lag of produc, where e'Wy is less than a thousandth of ‖e‖‖Wy‖.
#[test]
fn lm_tests_of_spreg_follow_from_ours() {
    let file = json(FILE);
    let mut ledger = Ledger::new("as_shipped.json, LM");
    for (case, block, sample, weights) in panels(&file) {
        for (kind, effects) in [("pooled", Effects::None), ("individual", Effects::Individual)] {
            let ours = Findings::of("lm", &sample, &weights, effects);
            let of_ols = fit(&sample, &weights, ("ols", effects, ORDER), None);
            let e = &of_ols.innovations;
            let (n, k) = (sample.n() as f64, sample.x.len() as f64 + 1.0);
            let (ww, wtw) = weights.square_traces();
            let (trace, t) = (ww + wtw, sample.n_periods() as f64);
            let s = dot(e, e) / n;
            let lag_of_y = weights.lag(&within(&sample.y, sample.n_units(), effects));
            let (of_y, of_e) = (dot(e, &lag_of_y), dot(e, &weights.lag(e)));
            let lag = ours.get("lm-lag", effects).expect("LM lag").0;
            // (WXb)'M(WXb)
            let rest = s * ((of_y / s).powi(2) / lag - t * trace);
            let s = s * n / (n - k);
            let off = rounding(&sample, effects, &of_ols) * norm(&lag_of_y) / s;
            let (a, b, d) = (of_y / s, of_e / s, t * trace);
            let j = rest / s + d;
            let q = d / j;
            let j_shipped = rest / s + trace * trace;
            // As meant, as shipped, and what an error of `off` in e'Wy/σ² makes of it.
            let all = [
                ("LMlag", a * a / j, a * a / j_shipped, 2.0 * a / j_shipped),
                ("LMerror", b * b / d, b * b / d, 0.0),
                (
                    "rLMlag",
                    (a - b).powi(2) / (j - d),
                    (a - b).powi(2) / (j - d),
                    2.0 * (a - b) / (j - d),
                ),
                (
                    "rLMerror",
                    (b - q * a).powi(2) / (d * (1.0 - q)),
                    (b - q * a).powi(2) / (d * (1.0 - q)),
                    2.0 * (b - q * a) * q / (d * (1.0 - q)),
                ),
            ];
            for (name, ours, shipped, slope) in all {
                let what = format!("{case} {kind}");
                let at = (what.as_str(), "LM test as shipped", name);
                let wanted = number(&block["lm"][kind][name]["stat"]);
                let bound = slope.abs() * off / wanted + 1e-9;
                ledger.check(at, wanted, Some(shipped), Scale::Relative, bound);
                if kind == "pooled" {
                    let at = (what.as_str(), "LM test, σ² of NT − k", name);
                    let wanted = number(&block["lm_pooled_sigma2_NT_minus_k"][name]["stat"]);
                    ledger.check(at, wanted, Some(ours), Scale::Relative, 1e-9);
                }
            }
        }
    }
    ledger.finish(3 * (8 + 4));
}

/// spreg's multipliers: `simple` takes 1 for the direct one, `power` stops at the first term below 1e-8, negative ones
/// and those of odd powers on a lattice, which are 0, among them. Effects of a Durbin model have adi·β
/// for the direct ones, all of θ counted as indirect.
#[test]
fn multipliers_of_spreg_follow_from_ours() {
    let file = json(FILE);
    let mut ledger = Ledger::new("as_shipped.json, multipliers");
    for (case, block, sample, weights) in panels(&file) {
        let w = dense(&weights);
        let w = Matrix::from_fn(w.len(), w.len(), |i, j| w[i][j]);
        let n = w.nrows() as f64;
        let trace = |m: &Matrix| (0..m.nrows()).map(|i| m[(i, i)]).sum::<f64>();
        let full = |rho: f64| {
            let (mut term, mut power, mut total) = (1.0_f64, w.clone(), 1.0);
            let mut order = rho;
            // Until the rest, |ρ|^p/(1 − |ρ|) at most, is below rounding.
            while term > 1e-17 * (1.0 - rho.abs()) {
                power = &power * &w;
                order *= rho;
                total += order * trace(&power) / n;
                term = order.abs();
            }
            total
        };
        let rho = |kind: &str, sample: &Sample| {
            let of = fit(sample, &weights, (kind, Effects::Individual, ORDER), None);
            (of.value(&Term::Rho).expect("ρ"), of)
        };
        let (r, _) = rho("slm", &sample);
        let stopped = {
            let (mut order, mut power, mut total, mut count) = (r, w.clone(), 1.0, 1.0);
            loop {
                power = &power * &w;
                order *= r;
                count += 1.0;
                let term = order * trace(&power) / n;
                total += term;
                if term <= 1e-8 {
                    break (total, count);
                }
            }
        };
        let whole = full(r);
        let ati = 1.0 / (1.0 - r);
        for (method, adi, count) in
            [("simple", 1.0, 0.0), ("full", whole, 0.0), ("power", stopped.0, stopped.1)]
        {
            let of = &block["multipliers"][method];
            for (member, ours) in [("adi", adi), ("aii", ati - adi), ("ati", ati), ("pow", count)] {
                let at = (case.as_str(), method, member);
                let method_at = (at.0, "multiplier", member);
                ledger.check(method_at, number(&of[member]), Some(ours), Scale::Unit, 1e-7);
            }
        }
        let (r, sdm) = rho("sdm", &durbin::with_durbin(&sample, &weights));
        let adi = full(r);
        let k = sample.x.len();
        for i in 0..k {
            let (own, of_neighbours) = (sdm.fit.estimates[i].value, sdm.fit.estimates[k + i].value);
            let (direct, total) = (adi * own, (own + of_neighbours) / (1.0 - r));
            for (member, ours) in
                [("direct", direct), ("indirect", total - direct), ("total", total)]
            {
                let at = (case.as_str(), "effect of a Durbin model", member);
                let wanted = number(&block["sdm"][member][i]);
                ledger.check(at, wanted, Some(ours), Scale::Unit, 1e-7);
            }
        }
    }
    ledger.finish(3 * 12 + 3 * 8);
}

/// The older `Panel_RE_Lag`: coefficients and standard errors of `ML_LagRE`, its log-likelihood without
/// N ln φ, φ = 1 − θ. In usincome effects vanish: coefficients are those of the fit without.
#[test]
fn older_random_lags_of_spreg_agree() {
    let file = json(FILE);
    let mut ledger = Ledger::new("as_shipped.json, Panel_RE_Lag");
    for (case, block, sample, weights) in panels(&file) {
        let block = &block["random"]["Panel_RE_Lag"];
        let ours = fit(&sample, &weights, ("slm", Effects::Random, ORDER), None);
        let phi = 1.0 - ours.fit.statistics[&Statistic::Theta];
        let values = list(&block["coefficients"]);
        let known = ours.fit.estimates.iter().take(values.len() - 1).map(|e| e.value);
        for (i, (value, ours)) in values.iter().zip(known.chain([phi])).enumerate() {
            let at = (case.as_str(), "coefficient", &*i.to_string());
            ledger.check(at, *value, Some(ours), Scale::Unit, 1e-6);
        }
        let loglik = ours.fit.statistics[&Statistic::Loglik];
        // Where its search stopped: N ln φ moves by 2e-4 with the seventh digit of φ.
        let stopped = values[values.len() - 1];
        let shipped = loglik - sample.n_units() as f64 * stopped.ln();
        let at = (case.as_str(), "log-likelihood", "");
        ledger.check(at, number(&block["logll"]), Some(shipped), Scale::Unit, 1e-9);
        if case != "usincome" {
            let information = printed_effects::information_of_spreg(&sample, &weights, &ours);
            let covariance = crate::dense::inverse(&information).0;
            for (i, wanted) in list(&block["std_errors"]).into_iter().enumerate() {
                let at = (case.as_str(), "standard error", &*i.to_string());
                let found = covariance[i][i].sqrt();
                ledger.check(at, wanted, Some(found), Scale::Relative, 1e-5);
            }
        }
    }
    ledger.finish(7 + 5 + 5 + 3 + 7 + 5);
}

/// The inverse of the first `size` rows and columns: the covariance given the other parameters.
fn given_others(information: &Rows, size: usize) -> Rows {
    crate::dense::inverse(&from_fn(size, size, |i, j| information[i][j])).0
}

/// `panel_Hausman`: V_R − V_F of the slopes and ρ, V_R spreg's given φ and σ², V_F given σ²; and, written beside it,
/// V_F − V_R of the slopes alone.
#[test]
fn hausman_tests_of_lags_are_those_of_spreg() {
    let file = json(FILE);
    let mut ledger = Ledger::new("as_shipped.json, panel_Hausman");
    for (case, block, sample, weights) in panels(&file) {
        let fixed = fit(&sample, &weights, ("slm", Effects::Individual, ORDER), None);
        let random = fit(&sample, &weights, ("slm", Effects::Random, ORDER), None);
        let k = sample.x.len();
        let v_r =
            given_others(&printed_effects::information_of_spreg(&sample, &weights, &random), k + 2);
        let v_f = &given_others(&crate::dense::inverse(&fixed.fit.covariance).0, k + 1);
        let with_rho = |term: &Term| slopes(term) || *term == Term::Rho;
        let shipped = -form((&fixed, v_f), (&random, &v_r), with_rho);
        let alone = form((&fixed, v_f), (&random, &v_r), slopes);
        for (member, statistic, ours) in [
            ("lag_old_api", "stat", shipped),
            ("lag_new_api", "stat", shipped),
            ("independent_lag_slopes_only", "stat_V_FE_minus_V_RE", alone),
        ] {
            let at = (case.as_str(), "Hausman", member);
            let wanted = number(&block["hausman"][member][statistic]);
            ledger.check(at, wanted, Some(ours), Scale::Relative, 1e-5);
        }
        let difference = Matrix::from_fn(k, k, |i, j| v_f[i][j] - v_r[i + 1][j + 1]);
        let mut ours =
            spanel::math::linalg::symmetric_eigenvalues(&difference).expect("eigenvalues");
        ours.sort_by(f64::total_cmp);
        let size = ours.iter().fold(0.0_f64, |m, v| m.max(v.abs()));
        let wanted = list(&block["hausman"]["independent_lag_slopes_only"]["vdiff_eigenvalues"]);
        for (i, value) in wanted.into_iter().enumerate() {
            let at = (case.as_str(), "eigenvalue", &*i.to_string());
            ledger.check_sized(at, value, ours.get(i).copied(), size, 1e-5);
        }
    }
    ledger.finish(3 * 3 + 4 + 2 + 2);
}

/// `ML_ErrorRE` stops short of the maximum of another function than the likelihood (eigenvectors of W taken for
/// orthonormal: its log-likelihood is that function's, not held). From its λ and φ = σ²_μ/σ² the rest follows: β and its standard errors by generalised least squares,
/// those of λ and σ²_μ from an information matrix with squares of traces for traces of squares and √φ for φ.
#[test]
fn random_errors_of_spreg_follow_from_where_its_search_stopped() {
    let file = json(FILE);
    let mut ledger = Ledger::new("as_shipped.json, ML_ErrorRE");
    for (case, block, sample, weights) in panels(&file) {
        let block = &block["random"]["ML_ErrorRE"];
        let (values, errors) = (list(&block["coefficients"]), list(&block["std_errors"]));
        let k = sample.x.len() + 1;
        let (lambda, phi) = (values[k], number(&block["phi"]));
        let found = error_of_spreg((&sample, &weights), lambda, phi);
        let at = (case.as_str(), "σ²", "");
        ledger.check(at, number(&block["sig2"]), Some(found.sigma2), Scale::Relative, 1e-11);
        let at = (case.as_str(), "σ² of units", "");
        ledger.check(at, values[k + 1], Some(phi * found.sigma2), Scale::Relative, 1e-11);
        for i in 0..k {
            let at = (case.as_str(), "coefficient", &*i.to_string());
            ledger.check(at, values[i], Some(found.beta[i]), Scale::Unit, 1e-11);
        }
        for (i, (wanted, ours)) in errors.into_iter().zip(&found.std_errors).enumerate() {
            let at = (case.as_str(), "standard error", &*i.to_string());
            ledger.check(at, wanted, Some(*ours), Scale::Relative, 1e-10);
        }
    }
    ledger.finish(3 * 2 + (5 + 3 + 3) + (7 + 5 + 5));
}

/// B(v − v̄), N·T, and v̄, N.
type Parts = (Vec<f64>, Vec<f64>);

struct Followed {
    beta: Vec<f64>,
    sigma2: f64,
    /// Of β, λ, σ²_μ.
    std_errors: Vec<f64>,
}

fn error_of_spreg((sample, weights): (&Sample, &Weights), lambda: f64, phi: f64) -> Followed {
    let w = dense(weights);
    let (size, periods) = (w.len(), sample.n_periods());
    let (n, t) = (size as f64, periods as f64);
    let unit = |i: usize, j: usize| f64::from(u8::from(i == j));
    let w = Matrix::from_fn(size, size, |i, j| w[i][j]);
    let a = Matrix::from_fn(size, size, |i, j| unit(i, j) - lambda * w[(i, j)]);
    let inverse = |m: &Matrix| spd_inverse(m).expect("positive definite");
    let cross = a.transpose() * &a;
    let solved = inverse(&cross);
    let plus = |by: f64| Matrix::from_fn(size, size, |i, j| by * unit(i, j) + solved[(i, j)]);
    let between = inverse(&plus(t * phi));

    // B(v − v̄) and v̄ of every column.
    let ones = vec![1.0; sample.n()];
    let columns: Vec<&Vec<f64>> =
        std::iter::once(&ones).chain(&sample.x).chain([&sample.y]).collect();
    let parts: Vec<Parts> = columns
        .iter()
        .map(|v| {
            let mean = |i: usize| v.iter().skip(i).step_by(size).sum::<f64>() / t;
            let means: Vec<f64> = (0..size).map(mean).collect();
            let within: Vec<f64> =
                v.iter().enumerate().map(|(at, v)| v - means[at % size]).collect();
            let lag = weights.lag(&within);
            (within.iter().zip(lag).map(|(v, l)| v - lambda * l).collect(), means)
        })
        .collect();
    let of_means = |v: &[f64]| -> Vec<f64> {
        (0..size).map(|i| (0..size).map(|j| between[(i, j)] * v[j]).sum()).collect()
    };
    let product = |i: usize, j: usize| {
        dot(&parts[i].0, &parts[j].0) + t * dot(&parts[i].1, &of_means(&parts[j].1))
    };
    let k = columns.len() - 1;
    let inverse_of_x = inverse(&Matrix::from_fn(k, k, product));
    let right: Vec<f64> = (0..k).map(|i| product(i, k)).collect();
    let beta: Vec<f64> =
        (0..k).map(|i| (0..k).map(|j| inverse_of_x[(i, j)] * right[j]).sum()).collect();
    let u: Vec<f64> = (0..sample.n())
        .map(|at| columns[k][at] - (0..k).map(|j| beta[j] * columns[j][at]).sum::<f64>())
        .collect();
    let left = |of: &dyn Fn(&Parts) -> Vec<f64>| -> Vec<f64> {
        let all: Vec<Vec<f64>> = parts.iter().map(of).collect();
        (0..all[k].len())
            .map(|at| all[k][at] - (0..k).map(|j| beta[j] * all[j][at]).sum::<f64>())
            .collect()
    };
    let (within, means) = (left(&|p| p.0.clone()), left(&|p| p.1.clone()));
    let sigma2 = (dot(&within, &within) + t * dot(&means, &of_means(&means))) / u.len() as f64;

    let trace = |m: &Matrix| (0..size).map(|i| m[(i, i)]).sum::<f64>();
    let slope = w.transpose() * &a + a.transpose() * &w;
    let gamma = &slope * &solved;
    let vi = inverse(&plus(t * phi.sqrt()));
    let sigma = &vi * &solved;
    let sigma_gamma = &sigma * &gamma;
    let (tr1, tr2, tr3, tr4) = (trace(&gamma), trace(&vi), trace(&sigma), trace(&sigma_gamma));
    let tr5 = trace(&(&sigma * &vi));
    let (tr6, tr7) = (trace(&(&sigma_gamma * &vi)), trace(&(&sigma_gamma * &sigma)));
    let (s, ss) = (2.0 * sigma2, 2.0 * sigma2 * sigma2);
    let entries = [
        [0.5 * (t - 1.0) * tr1 * tr1 + 0.5 * tr4 * tr4, t / s * tr6, (t - 1.0) / s * tr1 + tr7 / s],
        [0.0, t * t / ss * tr2 * tr2, t / ss * tr5],
        [0.0, 0.0, ((t - 1.0) * n + tr3 * tr3) / ss],
    ];
    let information: Rows = from_fn(3, 3, |i, j| entries[i.min(j)][i.max(j)]);
    let of_parameters = crate::dense::inverse(&information).0;
    let mut std_errors: Vec<f64> = (0..k).map(|i| (sigma2 * inverse_of_x[(i, i)]).sqrt()).collect();
    std_errors.extend((0..2).map(|i| of_parameters[i][i].sqrt()));
    Followed { beta, sigma2, std_errors }
}
