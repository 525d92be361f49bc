//! Models with a spatial lag and a spatial error against the likelihood written out: dense matrices,
//! dummies as columns, no cross-products; two matrices; a run from a specification to its notes.

use crate::cli::{Lab, assert_exit, text};
use crate::support::{
    all_weights, assert_close, directed, estimate, irregular, model, sample, undirected, units,
};
use spanel::estimator::durbin::completed;
use spanel::estimator::{Estimated, Problem, find};
use spanel::model::{Effects, LagOrder, Model, Normalisation, Regressor, Term};
use spanel::outcome::Statistic;
use spanel::panel::sample::Sample;
use spanel::weights::Weights;

const N: usize = 7;
const T: usize = 5;

fn row(links: &spanel::weights::Links) -> Weights {
    Weights::new(&units(N), links, Normalisation::Row).unwrap()
}

/// A ring: another matrix than the irregular one.
fn ring() -> Weights {
    row(&undirected(N, &(0..N).map(|i| (i, (i + 1) % N)).collect::<Vec<_>>()))
}

fn fitted(data: &Sample, w: &Weights, of_errors: Option<&Weights>, m: &Model) -> Estimated {
    let plain = Problem::new(data, w, m).unwrap();
    let problem = match of_errors {
        Some(of_errors) => plain.with_error_weights(of_errors).unwrap(),
        None => plain,
    };
    find(&m.estimator).unwrap().fit(&problem).unwrap_or_else(|e| panic!("{}: {e}", m.effects))
}

/// Solves Ax = b by elimination with pivots, and the log of |det A|.
fn solve(mut a: Vec<Vec<f64>>, mut b: Vec<f64>) -> (Vec<f64>, f64) {
    let n = b.len();
    let mut log_det = 0.0;
    for c in 0..n {
        let p = (c..n).max_by(|&i, &j| a[i][c].abs().total_cmp(&a[j][c].abs())).unwrap();
        a.swap(c, p);
        b.swap(c, p);
        log_det += a[c][c].abs().ln();
        for i in c + 1..n {
            let f = a[i][c] / a[c][c];
            for j in c..n {
                a[i][j] -= f * a[c][j];
            }
            b[i] -= f * b[c];
        }
    }
    for c in (0..n).rev() {
        b[c] = (b[c] - (c + 1..n).map(|j| a[c][j] * b[j]).sum::<f64>()) / a[c][c];
    }
    (b, log_det)
}

fn filter(w: &Weights, r: f64, v: &[f64]) -> Vec<f64> {
    let n = w.n();
    v.chunks_exact(n)
        .flat_map(|p| {
            (0..n)
                .map(|i| p[i] - r * (0..n).map(|j| w.entry(i, j) * p[j]).sum::<f64>())
                .collect::<Vec<_>>()
        })
        .collect()
}

fn log_det(w: &Weights, r: f64) -> f64 {
    let n = w.n();
    let a = (0..n)
        .map(|i| (0..n).map(|j| f64::from(u8::from(i == j)) - r * w.entry(i, j)).collect())
        .collect();
    solve(a, vec![0.0; n]).1
}

/// A constant or dummies, then the regressors.
fn columns(data: &Sample, effects: Effects) -> Vec<Vec<f64>> {
    let (n, t) = (data.n_units(), data.n_periods());
    let column = |on: &dyn Fn(usize) -> bool| -> Vec<f64> {
        (0..n * t).map(|at| f64::from(u8::from(on(at)))).collect()
    };
    let mut all = vec![column(&|_| true)];
    if effects.has_individual() {
        all.extend((1..n).map(|i| column(&|at| at % n == i)));
    }
    if effects.has_time() {
        all.extend((1..t).map(|p| column(&|at| at / n == p)));
    }
    all.extend(data.x.iter().cloned());
    all
}

/// l(ρ, λ) and β, by the normal equations of filtered columns.
fn dense(
    data: &Sample,
    (w, of_errors): (&Weights, &Weights),
    effects: Effects,
    (rho, lambda): (f64, f64),
) -> (f64, Vec<f64>) {
    let y = filter(of_errors, lambda, &filter(w, rho, &data.y));
    let x: Vec<Vec<f64>> =
        columns(data, effects).iter().map(|c| filter(of_errors, lambda, c)).collect();
    let dot = |a: &[f64], b: &[f64]| a.iter().zip(b).map(|(a, b)| a * b).sum::<f64>();
    let gram = x.iter().map(|a| x.iter().map(|b| dot(a, b)).collect()).collect();
    let (beta, _) = solve(gram, x.iter().map(|a| dot(a, &y)).collect());
    let e: Vec<f64> = (0..y.len())
        .map(|i| y[i] - x.iter().zip(&beta).map(|(c, b)| c[i] * b).sum::<f64>())
        .collect();
    let n = y.len() as f64;
    let gaussian = -0.5 * n * ((2.0 * std::f64::consts::PI).ln() + 1.0 + (dot(&e, &e) / n).ln());
    let dets = log_det(w, rho) + log_det(of_errors, lambda);
    (gaussian + data.n_periods() as f64 * dets, beta)
}

/// The highest point of a fine grid, then of ever finer ones around it.
fn climbed(at: impl Fn(f64, f64) -> f64, low: [f64; 2], high: [f64; 2]) -> ([f64; 2], f64) {
    let mut middle = [0, 1].map(|i| 0.5 * (low[i] + high[i]));
    let mut half = [0, 1].map(|i| 0.499 * (high[i] - low[i]));
    let mut best = f64::NEG_INFINITY;
    for round in 0..24 {
        let points = if round == 0 { 20 } else { 4 };
        let (from, mut top) = (middle, middle);
        for i in -points..=points {
            for j in -points..=points {
                let share = |k: i32| f64::from(k) / f64::from(points);
                let x = [from[0] + share(i) * half[0], from[1] + share(j) * half[1]];
                let inside = (0..2).all(|a| x[a] > low[a] && x[a] < high[a]);
                let value = if inside { at(x[0], x[1]) } else { f64::NEG_INFINITY };
                if value > best {
                    (best, top) = (value, x);
                }
            }
        }
        middle = top;
        half = half.map(|h| if round == 0 { h * 0.12 } else { h * 0.45 });
    }
    (middle, best)
}

fn against_the_dense_likelihood(kind: &str, w: &Weights, of_errors: Option<&Weights>) {
    let errors = of_errors.unwrap_or(w);
    let data = sample(w, T, 3);
    for effects in Effects::FIXED {
        let what = format!("{kind} {effects}");
        let ours = fitted(&data, w, of_errors, &model("sac", effects, 2));
        let at = |rho, lambda| dense(&data, (w, errors), effects, (rho, lambda)).0;
        let ends = [w, errors].map(|w| w.spectrum().unwrap().interval());
        let ([rho, lambda], best) = climbed(at, ends.map(|e| e.0), ends.map(|e| e.1));
        let found = [Term::Rho, Term::Lambda].map(|term| estimate(&ours, &term).0);
        let loglik = ours.fit.statistics[&Statistic::Loglik];
        assert_close(&format!("{what} loglik"), loglik, best, 1e-9);
        assert!(loglik >= best - 1e-9, "{what}: {loglik} is not the highest, {best} is");
        // A search that compares values finds a maximum to the root of rounding.
        assert_close(&format!("{what} rho"), found[0], rho, 1e-5);
        assert_close(&format!("{what} lambda"), found[1], lambda, 1e-5);
        let (_, beta) = dense(&data, (w, errors), effects, (found[0], found[1]));
        for (j, b) in beta[beta.len() - 2..].iter().enumerate() {
            let term = Term::Variable(crate::support::regressor(j));
            assert_close(&format!("{what} x{j}"), estimate(&ours, &term).0, *b, 1e-9);
        }
    }
}

#[test]
fn sac_maximises_the_likelihood_written_out() {
    for (kind, w) in all_weights(N).into_iter().filter(|(kind, _)| *kind != "isolate") {
        against_the_dense_likelihood(kind, &w, None);
    }
}

#[test]
fn sac_with_two_matrices_maximises_the_likelihood_written_out() {
    let w = row(&irregular(N));
    against_the_dense_likelihood("ring in the errors", &w, Some(&ring()));
    against_the_dense_likelihood("directed in the errors", &w, Some(&row(&directed(N))));
    let uneven = Weights::new(&units(N), &irregular(N), Normalisation::MinMax).unwrap();
    against_the_dense_likelihood("uneven rows in the errors", &ring(), Some(&uneven));
}

/// The general form of the information, Ĝ = BGB⁻¹, where it must come to G.
#[test]
fn a_copy_of_the_matrix_in_the_errors_changes_nothing() {
    let w = row(&irregular(N));
    let copy = row(&irregular(N));
    let data = sample(&w, T, 4);
    for effects in Effects::FIXED {
        for order in [LagOrder::LagThenDemean, LagOrder::DemeanThenLag] {
            let m = Model { lag_order: order, ..model("sac", effects, 2) };
            let (one, two) = (fitted(&data, &w, None, &m), fitted(&data, &w, Some(&copy), &m));
            for (a, b) in one.fit.estimates.iter().zip(&two.fit.estimates) {
                let what = format!("{effects} {}", a.term);
                assert_close(&what, b.value, a.value, 1e-10);
                assert_close(&what, b.std_error, a.std_error, 1e-10);
            }
        }
    }
}

/// The pieces of the score add up to zero at a fit, so does the score at its values; two matrices
/// and both conventions.
#[test]
fn the_score_is_zero_at_the_fit() {
    let (w, other) = (row(&irregular(N)), ring());
    let data = sample(&w, T, 5);
    let estimator = find("sac").unwrap();
    for of_errors in [None, Some(&other)] {
        for effects in Effects::FIXED {
            for order in [LagOrder::LagThenDemean, LagOrder::DemeanThenLag] {
                let m = Model { lag_order: order, ..model("sac", effects, 2) };
                let at = fitted(&data, &w, of_errors, &m);
                let plain = Problem::new(&data, &w, &m).unwrap();
                let problem = plain.with_error_weights(of_errors.unwrap_or(&w)).unwrap();
                let theta: Vec<f64> = at.fit.estimates.iter().map(|e| e.value).collect();
                let scored = estimator.scored().unwrap();
                let score = scored.score_at(&problem, &theta).unwrap();
                for (term, s) in at.fit.estimates.iter().map(|e| &e.term).zip(&score) {
                    assert!(s.abs() < 1e-7, "{effects} {term}: score {s}");
                }
                if order == LagOrder::DemeanThenLag && effects.has_time() {
                    // Not the likelihood of a model: its pieces need not add up.
                    continue;
                }
                for (e, pieces) in at.fit.estimates.iter().zip(scored.pieces(&problem, &at)) {
                    let sum: f64 = pieces.iter().sum();
                    assert!(sum.abs() < 1e-7, "{effects} {}: pieces add up to {sum}", e.term);
                }
            }
        }
    }
}

#[test]
fn gns_is_sac_with_the_lagged_regressors_as_columns() {
    let w = row(&irregular(N));
    let data = sample(&w, 9, 6);
    let all: Vec<Regressor> = data
        .regressors
        .iter()
        .cloned()
        .chain(data.regressors.iter().map(Regressor::of_neighbours))
        .collect();
    let wide = completed(data, &w, &all);
    let of = |name: &str| Model { regressors: all.clone(), ..model(name, Effects::TwoWay, 2) };
    let (gns, sac) = (fitted(&wide, &w, None, &of("gns")), fitted(&wide, &w, None, &of("sac")));
    assert_eq!(gns.fit.estimates, sac.fit.estimates);
    assert_eq!((gns.fit.estimator.as_str(), gns.fit.estimates.len()), ("gns", 7));
}

/// Without regressors beside the constant W₁ = W₂ leaves ρ and λ in each other's places: there are
/// two maxima, equally high, and the fit says so.
#[test]
fn two_maxima_are_said() {
    let w = row(&irregular(N));
    let data = sample(&w, 12, 7);
    let bare = Sample { regressors: Vec::new(), x: Vec::new(), ..data };
    let m = Model { regressors: Vec::new(), ..model("sac", Effects::None, 0) };
    let ours = fitted(&bare, &w, None, &m);
    let [rho, lambda] = [Term::Rho, Term::Lambda].map(|term| estimate(&ours, &term).0);
    assert!(rho > lambda, "of equally high ones the one with the larger rho");
    let caution = ours.fit.cautions.iter().find(|c| c.contains("another maximum")).unwrap();
    let other = format!("the other is at rho = {lambda:.4}, lambda = {rho:.4}");
    assert!(caution.contains(&other), "{caution}");
}

#[test]
fn both_parameters_are_told_of_the_search() {
    let (w, other) = (row(&irregular(N)), row(&directed(N)));
    let ours = fitted(&sample(&w, T, 8), &w, Some(&other), &model("sac", Effects::None, 2));
    let convergence = ours.fit.convergence.unwrap();
    let interval = |w: &Weights| w.spectrum().unwrap().interval();
    assert_eq!(convergence.interval_of(&Term::Rho), interval(&w));
    assert_eq!(convergence.interval_of(&Term::Lambda), interval(&other));
    // Records of models with one parameter are as they were.
    let one = fitted(&sample(&w, T, 8), &w, None, &model("slm", Effects::None, 2));
    let json = serde_json::to_value(one.fit.convergence).unwrap();
    assert!(json.get("second").is_none());
    assert!(serde_json::from_value::<spanel::outcome::Convergence>(json).is_ok());
}

const RING: &str = "0 6 panel unit\na 2\nb f\nb 2\na c\nc 2\nb d\nd 2\nc e\ne 2\nd f\nf 2\na e\n";

/// The laboratory with a SAC of its own error weights beside one without.
fn two_matrices() -> Lab {
    let lab = Lab::new();
    let spec = std::fs::read_to_string(lab.path("lab.toml")).unwrap();
    let spec = spec
        .replace(
            "[regions]",
            "[weights.ring]\nfile = \"ring.gal\"\nlabel = \"ring\"\n\n\
             [models.sac_ring]\nestimator = \"sac\"\nerror_weights = \"ring\"\nlabel = \"SAC, ring\"\n\n\
             [regions]",
        )
        .replace("[\"ols\", \"slm\", \"sem\"]", "[\"sac\", \"gns\", \"sac_ring\"]")
        .replace("region = [\"all\", \"some\"]", "region = \"all\"")
        .replace("lags = [0, 1]", "lags = 1");
    lab.write("lab.toml", &spec);
    lab.write("ring.gal", RING);
    lab
}

#[test]
fn a_run_with_two_matrices() {
    let lab = two_matrices();
    let output = lab.run(&["run", "lab.toml"]);
    assert_exit(&output, 0);
    assert!(text(&output.stdout).contains("9 cells fitted, 0 failed"), "{}", text(&output.stdout));
    let records = lab.records("results/lab");
    let made = |record: &serde_json::Value| record["made_from"]["error_weights"].is_string();
    assert_eq!(records.values().filter(|r| made(r)).count(), 3);
    let asked = |r: &&serde_json::Value| r["asked"].get("error_weights").is_some();
    assert_eq!(records.values().filter(asked).count(), 3);
    let table = std::fs::read_to_string(lab.path("results/lab/tables/main.md")).unwrap();
    assert!(
        table.contains("in the errors ring, rows normalised to sum 1 in column (3)"),
        "{table}"
    );

    // A link more in the second matrix is a reason for the cells that have it, and for no other.
    lab.write(
        "ring.gal",
        &RING.replace("a 2\nb f\n", "a 3\nb d f\n").replace("d 2\nc e\n", "d 3\na c e\n"),
    );
    let plan = lab.run(&["plan", "lab.toml"]);
    let plan = text(&plan.stdout);
    for line in plan.lines() {
        assert_eq!(line.starts_with("stale"), line.contains("sac_ring"), "{line}");
    }
    assert!(plan.contains("ring"), "{plan}");
    let why = lab.run(&["why", "lab.toml", "main/sac_ring/none/x/all/lag0-1/w"]);
    assert!(
        text(&why.stdout).contains("weights `ring`") || text(&why.stdout).contains("ring: "),
        "{}",
        text(&why.stdout)
    );
}

#[test]
fn the_same_matrix_named_twice_is_the_same_question() {
    let lab = two_matrices();
    let ids = |more: &[&str]| {
        let output = lab.run(&[&["plan", "lab.toml"], more].concat());
        assert_exit(&output, 0);
        let plan = text(&output.stdout);
        let id = |label: &str| {
            let line = plan.lines().find(|line| line.contains(label)).unwrap();
            line.split_whitespace().nth(1).unwrap().to_owned()
        };
        [id("main/sac/none/"), id("main/sac_ring/none/")]
    };
    let [plain, own] = ids(&[]);
    assert_ne!(plain, own);
    let [plain, same] = ids(&["--set", "models.sac_ring.error_weights=w"]);
    assert_eq!(plain, same);
}

#[test]
fn error_weights_without_a_lag_and_an_error_are_refused() {
    let lab = two_matrices();
    for (estimator, why) in [
        ("slm", "estimator `slm` has no spatial error"),
        ("ols", "estimator `ols` has no spatial error"),
        ("sem", "estimator `sem` has one matrix, that of its cells"),
        ("sdem", "estimator `sdem` has one matrix, that of its cells"),
    ] {
        let set = format!("models.sac_ring.estimator={estimator}");
        let output = lab.run(&["check", "lab.toml", "--set", &set]);
        assert_exit(&output, 2);
        let said = text(&output.stderr) + &text(&output.stdout);
        assert!(said.contains(why) && said.contains("`sac`, `gns`"), "{said}");
    }
    let output = lab.run(&["check", "lab.toml", "--set", "models.sac_ring.error_weights=rung"]);
    assert_exit(&output, 2);
    let said = text(&output.stderr) + &text(&output.stdout);
    assert!(said.contains("no weights matrix called `rung`"), "{said}");
}
