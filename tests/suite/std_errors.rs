//! Standard errors as an axis: laws, brute force, and what a specification is told.

use crate::cli::Lab;
use crate::support::{all_weights, assert_close, fit, likelihoods, model, sample, whole};
use spanel::estimator::covariance::{self, Beside};
use spanel::estimator::{Estimated, Problem, find};
use spanel::ident::VarName;
use spanel::math::Matrix;
use spanel::model::std_errors::{
    Cluster, Count, GroupFactor, Kernel, Meat, ObservationFactor, Residuals, Robust, Space,
    StdErrors, TimeKernel,
};
use spanel::model::{Effects, Model};
use spanel::panel::sample::Sample;
use spanel::weights::Weights;

const N: usize = 9;
const T: usize = 6;

fn robust(meat: Meat) -> StdErrors {
    StdErrors::Robust(Robust {
        meat,
        residuals: Residuals::AsTheyAre,
        of_observations: ObservationFactor::None,
        of_groups: GroupFactor::None,
        count: Count::Slopes,
    })
}

const BARTLETT: TimeKernel = TimeKernel::Bartlett;

fn in_periods(lags: Option<u32>, kernel: TimeKernel) -> Meat {
    Meat::Periods { lags, kernel }
}

fn in_units(lags: u32, kernel: TimeKernel) -> Meat {
    Meat::Units { lags, kernel }
}

fn conley(cutoff: u32, kernel: Kernel, lags: u32) -> StdErrors {
    let column = |name: &str| VarName::new(name);
    let (longitude, latitude) = (column("lon"), column("lat"));
    robust(Meat::Space(Space { longitude, latitude, cutoff, kernel, lags }))
}

fn with(
    data: &Sample,
    w: &Weights,
    m: &Model,
    std_errors: StdErrors,
    coordinates: &[(f64, f64)],
) -> Estimated {
    let m = Model { std_errors, ..m.clone() };
    let beside = Beside { clusters: None, coordinates: Some(coordinates), instruments: None };
    let problem = Problem { beside, ..Problem::new(data, w, &m).expect("the same units") };
    covariance::fit(find(&m.estimator).expect("known"), &problem).expect("a fit")
}

/// Units on a line, a degree of the equator (111.19 km) apart.
fn line() -> Vec<(f64, f64)> {
    (0..N).map(|i| (i as f64, 0.0)).collect()
}

/// Σ over all pairs of observations with the weights written out.
#[test]
fn conley_is_the_sum_over_all_pairs() {
    let (_, w) = all_weights(N).swap_remove(1);
    let data = sample(&w, T, 5);
    let m = model("ols", Effects::TwoWay, 2);
    let plain = fit(&data, &w, &m);
    let problem = Problem::new(&data, &w, &m).expect("the same units");
    let x: Vec<Vec<f64>> = data.x.iter().map(|x| problem.within(x)).collect();
    let e = &plain.innovations;
    let degree = 6371.0 * std::f64::consts::PI / 180.0;
    for (kernel, lags) in [(Kernel::Bartlett, 0), (Kernel::Bartlett, 2), (Kernel::Uniform, 0)] {
        let found = with(&data, &w, &m, conley(250, kernel, lags), &line());
        let weight = |a: usize, b: usize| {
            let apart = (a % N).abs_diff(b % N) as f64 * degree;
            let back = (a / N).abs_diff(b / N);
            match (back, apart <= 250.0, kernel) {
                (0, true, Kernel::Bartlett) => 1.0 - apart / 250.0,
                (0, true, Kernel::Uniform) => 1.0,
                (1.., _, _) if a % N == b % N && back <= lags as usize => {
                    1.0 - back as f64 / f64::from(lags + 1)
                }
                _ => 0.0,
            }
        };
        let gram = |i: usize, j: usize| x[i].iter().zip(&x[j]).map(|(a, b)| a * b).sum::<f64>();
        let det = gram(0, 0) * gram(1, 1) - gram(0, 1) * gram(0, 1);
        let inverse = Matrix::from_fn(2, 2, |i, j| {
            let sign = if i == j { 1.0 } else { -1.0 };
            sign * gram(1 - i, 1 - j) / det
        });
        let meat = Matrix::from_fn(2, 2, |i, j| {
            let pairs = (0..N * T).flat_map(|a| (0..N * T).map(move |b| (a, b)));
            pairs.map(|(a, b)| weight(a, b) * x[i][a] * e[a] * x[j][b] * e[b]).sum()
        });
        let wanted = &inverse * &meat * &inverse;
        // A uniform kernel need not give a covariance: then its negative part is cut off.
        if !found.fit.cautions.iter().any(|c| c.contains("negative eigenvalues")) {
            for i in 0..2 {
                for j in 0..2 {
                    let ours = found.fit.covariance[i][j] / wanted[(0, 0)];
                    assert_close("entry", ours, wanted[(i, j)] / wanted[(0, 0)], 1e-10);
                }
            }
        }
    }
}

/// A cut-off below the nearest neighbour is heteroskedasticity alone; clusters of units with every
/// lag of their history too.
#[test]
fn the_kinds_meet_where_they_must() {
    let (_, w) = all_weights(N).swap_remove(1);
    let data = sample(&w, T, 5);
    let m = model("ols", Effects::Individual, 2);
    let same = |a: StdErrors, b: StdErrors| {
        let a = with(&data, &w, &m, a, &line());
        let b = with(&data, &w, &m, b, &line());
        for (x, y) in a.fit.estimates.iter().zip(&b.fit.estimates) {
            assert_close(&x.term.to_string(), x.std_error, y.std_error, 1e-12);
        }
    };
    same(conley(1, Kernel::Bartlett, 0), robust(Meat::Observations));
    same(conley(1, Kernel::Bartlett, 2), robust(in_units(2, BARTLETT)));
    same(conley(40_000, Kernel::Uniform, 0), robust(Meat::Clusters(vec![Cluster::Period])));
    same(robust(in_periods(Some(0), BARTLETT)), robust(Meat::Clusters(vec![Cluster::Period])));
    same(robust(in_units(0, BARTLETT)), robust(Meat::Observations));
}

/// Estimates stay; variance scales with the square of the response; other units of a regressor
/// scale its standard error alone.
#[test]
fn standard_errors_obey_the_laws() {
    let (_, w) = all_weights(N).swap_remove(1);
    let plain = sample(&w, T, 7);
    let kinds = [
        StdErrors::Hessian,
        StdErrors::Qml,
        robust(Meat::Observations),
        robust(Meat::Clusters(vec![Cluster::Unit])),
        robust(Meat::Clusters(vec![Cluster::Unit, Cluster::Period])),
        robust(in_periods(None, BARTLETT)),
        robust(in_periods(Some(2), TimeKernel::Parzen)),
        robust(in_periods(Some(2), TimeKernel::QuadraticSpectral)),
        robust(in_units(2, TimeKernel::QuadraticSpectral)),
        robust(Meat::Jackknife(Cluster::Unit)),
        robust(Meat::Jackknife(Cluster::Period)),
    ];
    let mut checked = 0;
    for estimator in likelihoods() {
        let name = estimator.info().name;
        let data = whole(&plain, &w, name);
        for effects in Effects::FIXED {
            for kind in &kinds {
                let m = Model { std_errors: kind.clone(), ..model(name, effects, 2) };
                if covariance::supports(*estimator, &m).is_err() {
                    continue;
                }
                let of = |data: &Sample| with(data, &w, &m, kind.clone(), &line());
                let (own, base) = (of(&data), fit(&data, &w, &model(name, effects, 2)));
                let mut scaled = data.clone();
                scaled.x[1].iter_mut().for_each(|v| *v *= 100.0);
                let scaled = of(&scaled);
                for (i, (a, b)) in own.fit.estimates.iter().zip(&base.fit.estimates).enumerate() {
                    let what = format!("{name} {effects} {kind:?} {}", a.term);
                    assert_eq!(a.value, b.value, "{what}");
                    let other = &scaled.fit.estimates[i];
                    let factor = if a.term.to_string() == "x1" { 100.0 } else { 1.0 };
                    assert_close(&what, other.std_error * factor / a.std_error, 1.0, 1e-7);
                }
                checked += 1;
            }
        }
    }
    assert!(checked > 100, "{checked}");
}

const SPEC: &str = r#"
[grids.main]
response = "y"
model = ["ols", "slm"]
effects = "individual"
measure = "x"
region = "all"
weights = "w"
std_errors = ["default", "cluster-unit", "dk"]

[std_errors.dk]
kind = "driscoll-kraay"
lags = 1
label = "Driscoll–Kraay"
"#;

#[test]
fn a_grid_has_standard_errors_as_an_axis() {
    let lab = Lab::new();
    let spec = crate::cli::SPEC;
    let head = &spec[..spec.find("[grids").expect("a grid")];
    let table = "\n[[tables]]\nid = \"t\"\nkind = \"regression\"\ncaption = \"T\"\ngrid = \"main\"\ncolumns = [\"model\", \"std_errors\"]\n";
    lab.write("lab.toml", &format!("{head}{SPEC}{table}"));
    let done = lab.run(&["run", "lab.toml"]);
    assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
    let files = lab.files("results/lab");
    let text = |name: &str| String::from_utf8_lossy(&files[name]).into_owned();
    assert!(text("estimates.csv").lines().next().unwrap_or_default().contains(",std_errors,"));
    let table = text("tables/t.md");
    assert!(table.contains("Driscoll–Kraay"), "{table}");
    assert!(table.contains("clustered by unit"), "{table}");
    let fits = text("fits.csv");
    assert!(fits.contains("Lin & Lee 2010"), "{fits}");

    let wrong = |what: &str, says: &[&str]| {
        lab.write("wrong.toml", &format!("{head}{}", SPEC.replace("lags = 1", what)));
        let out = lab.run(&["check", "wrong.toml"]);
        assert_eq!(out.status.code(), Some(2));
        let said = String::from_utf8_lossy(&out.stderr).into_owned();
        for words in says {
            assert!(said.contains(words), "{what}: {said}");
        }
    };
    wrong("lags = 1\ncutoff = 3", &["`cutoff` has no part", "only `conley` has distances"]);
    wrong("factor = [\"n/(n-k)\", \"(n-1)/(n-k)\"]", &["two factors of the same kind"]);
    lab.write(
        "sense.toml",
        &format!("{head}{}", SPEC.replace("\"cluster-unit\"", "\"hc3\", \"hessian\"")),
    );
    let out = lab.run(&["check", "sense.toml"]);
    assert_eq!(out.status.code(), Some(2));
    let said = String::from_utf8_lossy(&out.stderr).into_owned();
    assert!(said.contains("leverage belongs to a linear regression"), "{said}");
    assert!(said.contains("exclude = [{ model = \"ols\", std_errors = \"hessian\" }]"), "{said}");
}
