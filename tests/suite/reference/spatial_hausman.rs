//! Spatial Hausman tests as splm and spatialreg print them, by what they put into the covariances, and
//! splm's permutation tests of dependence between units.

use super::produc::sample_and_weights;
use super::random::random;
use super::*;
use crate::dense::{Rows, from_fn, inverse, of as dense, times, transposed};
use data::{Table, json, weights};
use spanel::estimator::random::Spatial;
use spanel::model::moment_weights::MomentWeights;
use spanel::model::{ErrorComponents, Model};
use spanel::outcome::Test;

/// What splm's search supports, relative.
const SEARCHED: f64 = 1e-4;
/// The same where the difference of the covariances is nearly singular.
const SINGULAR: f64 = 1e-3;

/// d'(V_F − V_R)⁻¹d of the terms that both have, wherever `wanted`.
pub(super) fn form(
    (fixed, of_fixed): (&Estimated, &Rows),
    (random, of_random): (&Estimated, &Rows),
    wanted: impl Fn(&Term) -> bool,
) -> f64 {
    let places: Vec<(usize, usize)> = fixed
        .fit
        .estimates
        .iter()
        .enumerate()
        .filter(|(_, e)| wanted(&e.term))
        .filter_map(|(i, e)| Some((i, random.fit.estimates.iter().position(|r| r.term == e.term)?)))
        .collect();
    let d: Rows = places
        .iter()
        .map(|&(i, j)| vec![fixed.fit.estimates[i].value - random.fit.estimates[j].value])
        .collect();
    let v = from_fn(d.len(), d.len(), |a, b| {
        let ((i, j), (k, l)) = (places[a], places[b]);
        of_fixed[i][k] - of_random[j][l]
    });
    times(&transposed(&d), &times(&inverse(&v).0, &d))[0][0]
}

/// The covariance of the coefficients given all other parameters: (V⁻¹)_ββ inverted.
pub(super) fn given_the_rest(of: &Estimated) -> Rows {
    let is_coefficient =
        |e: &&spanel::outcome::Estimate| matches!(e.term, Term::Constant | Term::Variable(_));
    let k = of.fit.estimates.iter().take_while(is_coefficient).count();
    let information = inverse(&of.fit.covariance).0;
    inverse(&from_fn(k, k, |i, j| information[i][j])).0
}

pub(super) fn slopes(term: &Term) -> bool {
    matches!(term, Term::Variable(_))
}

/// splm's: V_R given ρ, λ and φ.
fn of_splm((sample, weights): (&Sample, &Weights), name: &str, components: ErrorComponents) -> f64 {
    let spatial = Spatial { lag: name != "sem", error: name != "slm" };
    let fixed = fit(sample, weights, (name, Effects::Individual, LagOrder::LagThenDemean), None);
    let random = random(sample, weights, (spatial, components));
    let of_random = given_the_rest(&random);
    form((&fixed, &fixed.fit.covariance), (&random, &of_random), slopes)
}

/// splm takes the absolute value of the form; the form with its sign is that of the likelihoods optimised
/// again.
#[test]
fn contrasts_by_maximum_likelihood_are_those_of_splm() {
    let (sample, weights) = sample_and_weights();
    let file = json("spatial_hausman.json");
    let mut ledger = Ledger::new("spatial_hausman.json, maximum likelihood");
    for (case, block) in file["produc"].as_object().expect("tests") {
        let (name, components) = case.split_once('_').expect("model and components");
        let name = if name == "sarar" { "sac" } else { estimator(name) };
        let components = match components {
            "BSK" => ErrorComponents::Anselin,
            _ => ErrorComponents::Kkp,
        };
        let ours = of_splm((&sample, &weights), name, components);
        for (member, ours) in [("splm_style", ours), ("printed", ours.abs())] {
            let at = (case.as_str(), "contrast of slopes", member);
            ledger.check(at, number(&block[member]), Some(ours), Scale::Relative, SEARCHED);
        }
    }
    ledger.finish(10);
}

#[test]
fn contrasts_of_regions_are_those_of_splm_and_plm() {
    let table = Table::read("experiments/data/us-states.csv", "state", Some("year"));
    let (file, blocks) = (json("spatial_hausman.json"), json("produc_lags_regions.json"));
    let mut ledger = Ledger::new("spatial_hausman.json, regions");
    for (case, block) in file["regions"].as_object().expect("tests") {
        let (sample, weights) = regions::sample_of(&table, &blocks["results"][case]);
        for (member, name) in [("sphtest_ML_error", "sem"), ("sphtest_ML_lag", "slm")] {
            let ours = of_splm((&sample, &weights), name, ErrorComponents::Kkp).abs();
            let at = (case.as_str(), "contrast of slopes", member);
            let wanted = number(&block[member]);
            ledger.check(at, wanted, Some(ours), Scale::Relative, SINGULAR);
        }
        let found = Findings::of("hausman", &sample, &weights, Effects::Individual).0;
        let test = found.iter().find(|t| t.name == "hausman").expect("the test");
        let ours = test.details.get("quadratic-form").map(|v| v.abs());
        let at = (case.as_str(), "phtest", "");
        ledger.check(at, number(&block["phtest"]), ours, Scale::Relative, 1e-8);
    }
    ledger.finish(24 * 3);
}

/// splm has NT − k in the within covariance of two-stage least squares, ours N(T − 1) − k: with that factor
/// its numbers follow, where its difference of covariances is indefinite too.
#[test]
fn contrasts_by_moments_are_those_of_splm() {
    let (sample, weights) = sample_and_weights();
    let file = json("spatial_hausman.json");
    let mut ledger = Ledger::new("spatial_hausman.json, moments");
    for (case, name) in [("lag", "slm-2sls"), ("sarar", "sac-gm")] {
        let of = |effects: Effects| {
            let how =
                (effects == Effects::Random && name == "sac-gm").then_some(MomentWeights::Full);
            let plain = model(name, &sample, effects, LagOrder::LagThenDemean, None);
            let m = Model { moment_weights: how, ..plain };
            let problem = Problem::new(&sample, &weights, &m).expect("the same units");
            let group = spanel::diagnostic::find("hausman-spatial").expect("a group of tests");
            let test = group.run(&Context::new(problem)).tests.swap_remove(0);
            let problem = Problem::new(&sample, &weights, &m).expect("the same units");
            (find(name).expect("an estimator").fit(&problem).expect("a fit"), test)
        };
        let ((fixed, test), (random, _)) = (of(Effects::Individual), of(Effects::Random));
        let wanted = |term: &Term| slopes(term) || *term == Term::Rho;
        let n = sample.n() as f64;
        let factor = if case == "lag" {
            (n - 48.0 - 5.0) / (n - 5.0)
        } else {
            // splm takes σ² of the moments, ours is that of the residuals.
            let splm = number(
                &json("moments.json")["produc_splm"]["within_both_initial"]["reoptimised"]["se_sigma2v"]
                    ["lpc"],
            );
            let lpc = fixed.fit.estimates.iter().find(|e| e.term == term("lpc"));
            (splm / lpc.expect("the term").std_error).powi(2)
        };
        let scaled: Rows = fixed
            .fit
            .covariance
            .iter()
            .map(|row| row.iter().map(|v| factor * v).collect())
            .collect();
        let ours = form((&fixed, &scaled), (&random, &random.fit.covariance), wanted);
        let at = (case, "contrast of slopes and ρ", "");
        ledger.check(at, number(&file["gm"][case]), Some(ours.abs()), Scale::Relative, SINGULAR);
        let own = form((&fixed, &fixed.fit.covariance), (&random, &random.fit.covariance), wanted);
        let reported = test.details.get("quadratic-form").copied();
        ledger.check((case, "the test itself", ""), own, reported, Scale::Relative, 1e-6);
    }
    ledger.finish(4);
}

/// spatialreg has (I − λW)⁻¹(I − λW)⁻¹ where the variance of u is σ²(I − λW)⁻¹(I − λW')⁻¹ (LeSage & Pace
/// 2009, equation 3.6): its 6.473 follows from that, ours is 5.167.
#[test]
fn least_squares_against_the_error_model() {
    let table = Table::read("tests/reference/data/columbus.csv", "unit", None);
    let weights = weights("tests/reference/data/columbus.gal");
    let sample = table.sample(&weights, "CRIME", &["INC".to_owned(), "HOVAL".to_owned()], 1);
    let file = json("spatial_hausman.json");
    let mut ledger = Ledger::new("spatial_hausman.json, columbus");
    let of = |name| fit(&sample, &weights, (name, Effects::None, LagOrder::LagThenDemean), None);
    let (plain, spatial) = (of("ols"), of("sem"));
    let (lambda, sigma2) =
        (spatial.value(&Term::Lambda).expect("λ"), spatial.value(&Term::Sigma2).expect("σ²"));
    let w = dense(&weights);
    let n = w.len();
    let resolvent =
        inverse(&from_fn(n, n, |i, j| f64::from(u8::from(i == j)) - lambda * w[i][j])).0;
    let x: Rows = (0..n).map(|i| vec![1.0, sample.x[0][i], sample.x[1][i]]).collect();
    let solved = times(&inverse(&times(&transposed(&x), &x)).0, &transposed(&x));
    let with = |second: &Rows| {
        let v = times(&times(&solved, &times(&resolvent, second)), &transposed(&solved));
        let v: Rows = v.iter().map(|row| row.iter().map(|v| sigma2 * v).collect()).collect();
        let wanted = |term: &Term| slopes(term) || *term == Term::Constant;
        form((&plain, &v), (&spatial, &spatial.fit.covariance), wanted)
    };
    let block = &file["columbus"];
    let at = ("columbus", "as spatialreg has it", "");
    ledger.check(at, number(&block["statistic"]), Some(with(&resolvent)), Scale::Relative, 1e-6);
    let m = model("sem", &sample, Effects::None, LagOrder::LagThenDemean, None);
    let problem = Problem::new(&sample, &weights, &m).expect("the same units");
    let group = spanel::diagnostic::find("hausman-sem").expect("a group of tests");
    let tests: Vec<Test> = group.run(&Context::new(problem)).tests;
    let TestOutcome::Computed { statistic, p_value: Some(p), .. } = tests[0].outcome else {
        panic!("{tests:?}")
    };
    let at = ("columbus", "as the formula says", "");
    let exact = with(&transposed(&resolvent));
    ledger.check(at, exact, Some(statistic), Scale::Relative, 1e-9);
    // NumPy: 5.166556908739886.
    ledger.check(at, 5.166556908739886, Some(statistic), Scale::Relative, 1e-8);
    assert!(p > 0.15 && p < 0.17, "{p}");
    ledger.finish(3);
}

/// splm's `rwtest`: the dependence of neighbours' residuals against that under permuted neighbours. The three
/// statistics (mean correlation, CD, scaled LM of neighbours) for a given number of links are monotone in
/// Σ r_ij and Σ r²_ij over the linked pairs. p = 2(1 + #{permuted ≥ observed})/1000, within 4 Monte Carlo
/// standard errors of the 0.002 that is printed of all three.
#[test]
fn neighbours_are_more_alike_than_permuted_ones() {
    let (sample, weights) = sample_and_weights();
    let file = json("spatial_hausman.json");
    let how = ("ols", Effects::Individual, LagOrder::LagThenDemean);
    let e = fit(&sample, &weights, how, None).innovations;
    let (n, t) = (sample.n_units(), sample.n_periods());
    let product = |i: usize, j: usize| -> f64 { (0..t).map(|s| e[s * n + i] * e[s * n + j]).sum() };
    let r = from_fn(n, n, |i, j| product(i, j) / (product(i, i) * product(j, j)).sqrt());
    let pairs: Vec<(usize, usize)> = (0..n)
        .flat_map(|i| (0..i).map(move |j| (i, j)))
        .filter(|&(i, j)| weights.entry(i, j) != 0.0)
        .collect();
    let over = |order: &[usize], power: i32| -> f64 {
        pairs.iter().map(|&(i, j)| r[order[i]][order[j]].powi(power)).sum()
    };
    let mut order: Vec<usize> = (0..n).collect();
    let observed = [over(&order, 1), over(&order, 2)];
    // The same pairs as our `cd-local`: √(T/links) Σ r_ij.
    let found = Findings::of("cd", &sample, &weights, Effects::Individual);
    let (local, _) = found.get("cd-local", Effects::Individual).expect("the test");
    let by_hand = (t as f64 / pairs.len() as f64).sqrt() * observed[0];
    assert!((local / by_hand - 1.0).abs() < 1e-9, "{local} {by_hand}");
    let mut state = 1_u64;
    let mut draw = |below: usize| {
        state =
            state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) as usize % below
    };
    let mut above = [0_u32; 2];
    for _ in 0..999 {
        for i in (1..n).rev() {
            order.swap(i, draw(i + 1));
        }
        for (count, power) in above.iter_mut().zip([1, 2]) {
            *count += u32::from(over(&order, power) >= observed[power as usize - 1]);
        }
    }
    for (name, which) in [("rho", 0), ("cd", 0), ("sclm", 1)] {
        let printed = number(&file["rwtest"][name]);
        let p = 2.0 * f64::from(1 + above[which]) / 1000.0;
        let error = (printed * (1.0 - printed) / 999.0).sqrt();
        assert!((p - printed).abs() <= 4.0 * error, "{name}: {p} {printed}");
    }
}
