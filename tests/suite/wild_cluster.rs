//! The wild cluster bootstrap: by hand, against estimating every draw again, and what must be true
//! whatever the data.

use crate::cli::{Lab, SPEC, assert_exit, text};
use crate::support::{all_weights, irregular, model, permuted, sample};
use spanel::diagnostic::wild_cluster::{Asked, Counts, Ground};
use spanel::diagnostic::{self, Context, Diagnostic};
use spanel::estimator::covariance::{self, Beside};
use spanel::estimator::{Problem, find};
use spanel::ident::VarName;
use spanel::model::std_errors::{
    Cluster, Count, GroupFactor, Meat, ObservationFactor, Residuals, Robust, StdErrors,
};
use spanel::model::wild_cluster::{Kind, Multipliers, Shared, WildCluster};
use spanel::model::{Effects, Model, Normalisation, Term};
use spanel::outcome::{NullDistribution, TestOutcome};
use spanel::panel::sample::Sample;
use spanel::weights::Weights;

fn asked(by: Cluster, kind: Kind, impose_null: bool) -> Asked {
    let multipliers = Multipliers::Rademacher;
    let by = Shared::Cluster(by);
    let design = WildCluster { by, multipliers, kind, impose_null, replicates: 999 };
    Asked { design, clusters: Ok(None), key: [5; 32] }
}

fn column() -> Cluster {
    Cluster::Column(VarName::new("cluster"))
}

fn ground((data, w, m): (&Sample, &Weights, &Model), asked: &Asked) -> Ground {
    let problem = Problem::new(data, w, m).expect("the same units");
    Ground::new(problem, 0, asked).expect("a test")
}

fn all(ground: &Ground, asked: &Asked) -> Vec<f64> {
    let mut all = Vec::new();
    ground.each(asked, |t| all.push(t));
    all
}

/// Three units over two periods, x = (−1, 1) within each and y = bx with b = −1, 2, 6, effects of
/// units: x'x = 6, the scores are (v_g d_g − w̄)/3 with w̄ = Σ v_g d_g/3, m = 3/2 · 5/4, so that
/// t*² = w̄²/(15/8 · Σ(v_g d_g − w̄)²/9).
#[test]
fn three_clusters_by_hand() {
    let w = permuted(&irregular(9), &[0, 1, 2], Normalisation::Row);
    let mut data = sample(&w, 2, 3);
    let b = [-1.0, 2.0, 6.0];
    data.x = vec![[[-1.0; 3], [1.0; 3]].concat()];
    data.regressors.truncate(1);
    data.y = b.iter().map(|b| 7.0 - b).chain(b.iter().map(|b| 7.0 + b)).collect();
    let m = model("ols", Effects::Individual, 1);
    let t = |d: [f64; 3]| {
        let mean = d.iter().sum::<f64>() / 3.0;
        let squares: f64 = d.iter().map(|d| (d - mean) * (d - mean)).sum();
        mean / (15.0 / 8.0 * squares / 9.0).sqrt()
    };
    for (kind, impose_null, d, counts) in [
        // b = 0 leaves y itself: |Σ v b| is 7 as it is, 9 with the first turned, 5 and 3 else.
        (Kind::Plain, true, b, (2, 2)),
        (Kind::LeaveOut, true, b, (2, 2)),
        // Around b̄ = 7/3: −10/3, −1/3, 11/3.
        (Kind::Plain, false, [-10.0 / 3.0, -1.0 / 3.0, 11.0 / 3.0], (4, 0)),
        // Around the mean of the two others: −1 − 4, 2 − 5/2, 6 − 1/2.
        (Kind::LeaveOut, false, [-5.0, -0.5, 5.5], (4, 0)),
    ] {
        let asked = asked(Cluster::Unit, kind, impose_null);
        let test = ground((&data, &w, &m), &asked);
        assert!((test.t() - t(b)).abs() < 1e-12, "{} {}", test.t(), t(b));
        for (pattern, found) in all(&test, &asked).into_iter().enumerate() {
            let sign = |g: usize| if pattern >> g & 1 == 1 { -1.0 } else { 1.0 };
            let want = t([0, 1, 2].map(|g| sign(g) * d[g]));
            assert!((found - want).abs() < 1e-12, "{kind:?} {pattern}: {found} {want}");
        }
        let (greater, ties) = counts;
        let made = Counts { made: 8, undefined: 0, greater, ties, enumerated: true };
        assert_eq!(test.counts(&asked), made, "{kind:?} {impose_null}");
        assert_eq!(made.p_value(), Some(0.5));
    }
}

fn clustered(by: &Cluster) -> StdErrors {
    StdErrors::Robust(Robust {
        meat: Meat::Clusters(vec![by.clone()]),
        residuals: Residuals::AsTheyAre,
        of_observations: ObservationFactor::LessOne,
        of_groups: GroupFactor::Own,
        count: Count::EffectsNotNested,
    })
}

/// Each draw of t* is the t of least squares on y* = fitted + v ∘ u.
#[test]
fn draws_are_those_of_estimating_again() {
    let n = 8;
    let (_, w) = all_weights(n).swap_remove(1);
    let data = sample(&w, 6, 3);
    let of_unit = [0, 1, 1, 2, 0, 3, 2, 2];
    let of: Vec<usize> = (0..data.n()).map(|i| of_unit[i % n]).collect();
    for effects in Effects::FIXED {
        for by in [Cluster::Unit, Cluster::Period, column()] {
            for impose_null in [true, false] {
                let how = Asked {
                    clusters: Ok(Some(of.clone())),
                    ..asked(by.clone(), Kind::Plain, impose_null)
                };
                let m = Model { std_errors: clustered(&by), ..model("ols", effects, 2) };
                let drawn = all(&ground((&data, &w, &m), &how), &how);
                let fitted = |data: &Sample, regressors: &[usize]| {
                    let own = Sample {
                        x: regressors.iter().map(|&j| data.x[j].clone()).collect(),
                        regressors: regressors
                            .iter()
                            .map(|&j| data.regressors[j].clone())
                            .collect(),
                        ..data.clone()
                    };
                    let m = Model { regressors: own.regressors.clone(), ..m.clone() };
                    let beside = Beside { clusters: Some(&of), ..Beside::default() };
                    let problem = Problem::new(&own, &w, &m).expect("the same units");
                    let ols = find("ols").expect("an estimator");
                    covariance::fit(ols, &Problem { beside, ..problem }).expect("a fit")
                };
                let whole = fitted(&data, &[0, 1]);
                let null = if impose_null { fitted(&data, &[1]) } else { whole.clone() };
                let term = Term::Variable(data.regressors[0].clone());
                let at = if impose_null { 0.0 } else { whole.value(&term).expect("b") };
                for (pattern, t) in drawn.into_iter().enumerate().step_by(3).take(12) {
                    let group = |i: usize| match by {
                        Cluster::Unit => i % n,
                        Cluster::Period => i / n,
                        Cluster::Column(_) => of[i],
                    };
                    let sign = |i: usize| if pattern >> group(i) & 1 == 1 { -1.0 } else { 1.0 };
                    let y = (0..data.n())
                        .map(|i| null.systematic[i] + sign(i) * null.innovations[i])
                        .collect();
                    let again = fitted(&Sample { y, ..data.clone() }, &[0, 1]);
                    let estimates = &again.fit.estimates;
                    let e = estimates.iter().find(|e| e.term == term).expect("b*");
                    let want = (e.value - at) / e.std_error;
                    let near = 1e-9 * want.abs().max(1.0);
                    assert!((t - want).abs() < near, "{effects} {by:?} {pattern}: {t} {want}");
                }
            }
        }
    }
}

#[test]
fn units_of_measurement_and_numbers_of_clusters_do_not_matter() {
    let (_, w) = all_weights(9).swap_remove(1);
    let data = sample(&w, 6, 4);
    let scaled = Sample {
        y: data.y.iter().map(|y| 1e4 * y).collect(),
        x: vec![data.x[0].iter().map(|x| -1e-3 * x).collect(), data.x[1].clone()],
        ..data.clone()
    };
    let of_unit = [0, 1, 1, 2, 0, 3, 2, 4, 4];
    let other = [3, 4, 4, 0, 3, 2, 0, 1, 1];
    let m = model("ols", Effects::TwoWay, 2);
    for kind in [Kind::Plain, Kind::LeaveOut] {
        for impose_null in [true, false] {
            let counts = |data: &Sample, of_unit: [usize; 9]| {
                let of = (0..data.n()).map(|i| of_unit[i % 9]).collect();
                let how = Asked { clusters: Ok(Some(of)), ..asked(column(), kind, impose_null) };
                let test = ground((data, &w, &m), &how);
                (test.counts(&how), test.t())
            };
            let (plain, t) = counts(&data, of_unit);
            assert_eq!(plain.ties, if impose_null && kind == Kind::Plain { 2 } else { 0 });
            for (found, again) in [counts(&scaled, of_unit), counts(&data, other)] {
                assert_eq!(found, plain, "{kind:?} {impose_null}");
                assert!((again.abs() - t.abs()).abs() < 1e-9);
            }
        }
    }
}

/// Clusters of periods with effects of units are clusters of units with effects of periods, in the
/// panel turned over.
#[test]
fn units_and_periods_change_places() {
    let (long, wide) = (all_weights(7).swap_remove(1).1, all_weights(9).swap_remove(1).1);
    let data = sample(&long, 9, 5);
    let turn = |v: &Vec<f64>| -> Vec<f64> {
        (0..7).flat_map(|i| (0..9).map(move |t| v[t * 7 + i])).collect()
    };
    let turned =
        Sample { y: turn(&data.y), x: data.x.iter().map(turn).collect(), ..sample(&wide, 7, 5) };
    for (effects, other) in [
        (Effects::None, Effects::None),
        (Effects::Individual, Effects::Time),
        (Effects::Time, Effects::Individual),
        (Effects::TwoWay, Effects::TwoWay),
    ] {
        for kind in [Kind::Plain, Kind::LeaveOut] {
            for impose_null in [true, false] {
                let of_periods = asked(Cluster::Period, kind, impose_null);
                let of_units = asked(Cluster::Unit, kind, impose_null);
                let a = ground((&data, &long, &model("ols", effects, 2)), &of_periods);
                let b = ground((&turned, &wide, &model("ols", other, 2)), &of_units);
                for (a, b) in all(&a, &of_periods).into_iter().zip(all(&b, &of_units)) {
                    assert!((a - b).abs() < 1e-9 * a.abs().max(1.0), "{effects} {kind:?}: {a} {b}");
                }
            }
        }
    }
}

#[test]
fn it_is_of_least_squares_with_fixed_effects() {
    let (_, w) = all_weights(7).swap_remove(1);
    let data = sample(&w, 6, 4);
    for (name, effects, why) in [
        ("slm", Effects::Individual, "has a spatial parameter"),
        ("ols", Effects::Random, "effects are random"),
    ] {
        let m = model(name, effects, 2);
        let problem = Problem::new(&data, &w, &m).expect("the same units");
        let how = asked(Cluster::Unit, Kind::Plain, true);
        let told = diagnostic::Asked {
            measure: vec![0],
            wild_cluster: Some(how),
            ..diagnostic::Asked::default()
        };
        let group = diagnostic::wild_cluster::WildCluster;
        let found = group.run(&Context::new(problem).asking(told)).tests;
        let TestOutcome::NotApplicable { reason } = &found[0].outcome else { panic!("{name}") };
        assert!(reason.contains(why), "{reason}");
    }
}

const ASKED: &str = "tests = [\"wild-cluster\"]\nwild_cluster = { by = \"block\", multipliers = \
                     \"rademacher\", type = \"31\", replicates = 99 }\n";

const TABLE: &str = r#"
[[tables]]
id = "wild"
kind = "tests"
grid = "main"
where = { region = "all", model = "ols", lags = 1 }
columns = ["effects"]
rows = ["wild-cluster"]
"#;

#[test]
fn a_table_has_its_rows() {
    let lab = Lab::new();
    let spec = SPEC.replace("tests = [\"lm\", \"moran\"]\n", ASKED);
    let by_unit = spec.replace("\"block\"", "\"unit\"");
    lab.write("lab.toml", &format!("{by_unit}{TABLE}"));
    assert_exit(&lab.run(&["run", "lab.toml"]), 0);
    let files = lab.files("results/lab");
    let csv = text(&files["tests.csv"]);
    let rows = |words: &[&str]| {
        csv.lines().filter(|line| words.iter().all(|word| line.contains(word))).count()
    };
    // 12 cells of each model, half of them with a lag beside the measure.
    assert_eq!(rows(&[",wild-cluster,fit,", ",computed,"]), 12, "{csv}");
    assert_eq!(rows(&[",wild-cluster:1,fit,", ",computed,"]), 6, "{csv}");
    assert_eq!(rows(&[",wild-cluster,fit,", "has a spatial parameter"]), 24, "{csv}");
    let table = text(&files["tables/wild.md"]);
    for words in ["t of the measure, wild cluster bootstrap (t−1)", "clusters by unit", "type 31"]
    {
        assert!(table.contains(words), "{words}: {table}");
    }
    assert_exit(&lab.run(&["render", "lab.toml"]), 0);
    assert!(lab.files("results/lab") == files);
    // A column that is not there, and types that are for others.
    for (from, to, says) in [
        ("\"31\"", "\"21\"", "is for multipliers by observation"),
        ("replicates = 99", "replicates = 3", "3 draws"),
        ("tests = [\"wild-cluster\"]", "tests = [\"lm\"]", "no test of this grid uses"),
    ] {
        lab.write("wrong.toml", &by_unit.replace(from, to));
        let out = lab.run(&["check", "wrong.toml"]);
        let said = String::from_utf8_lossy(&out.stderr).into_owned();
        assert!(said.contains(says), "{to}: {said}");
    }
    lab.write("wrong.toml", &spec);
    let said = String::from_utf8_lossy(&lab.run(&["check", "wrong.toml"]).stderr).into_owned();
    assert!(said.contains("block"), "{said}");
}

#[test]
fn draws_depend_on_the_key_alone() {
    let (_, w) = all_weights(9).swap_remove(1);
    let data = sample(&w, 6, 4);
    let m = model("ols", Effects::TwoWay, 2);
    for multipliers in [Multipliers::Webb, Multipliers::Mammen] {
        let mut how = asked(Cluster::Unit, Kind::Plain, true);
        how.design.multipliers = multipliers;
        let test = ground((&data, &w, &m), &how);
        let drawn = all(&test, &how);
        assert_eq!(drawn.len(), 999);
        assert_eq!(drawn, all(&test, &how));
        // More draws begin with the same.
        how.design.replicates = 1_999;
        assert_eq!(drawn[..], all(&test, &how)[..999]);
        let TestOutcome::Computed { null, .. } = &diagnostic::wild_cluster::WildCluster
            .run(&Context::new(Problem::new(&data, &w, &m).expect("the same units")).asking(
                diagnostic::Asked {
                    measure: vec![0],
                    wild_cluster: Some(how.clone()),
                    ..diagnostic::Asked::default()
                },
            ))
            .tests[0]
            .outcome
        else {
            panic!("no outcome");
        };
        assert!(matches!(
            null,
            NullDistribution::WildCluster { clusters: 9, enumerated: false, .. }
        ));
        how.key = [6; 32];
        assert_ne!(drawn[..], all(&test, &how)[..999]);
    }
}
