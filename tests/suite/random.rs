//! Random effects: what they have to do with fixed ones and with none, what is refused under them, and
//! an experiment with all of them.

use crate::cli::{Lab, SPEC, assert_exit, text};
use crate::support::{all_weights, assert_close, estimate, fit, model, regressor, sample};
use spanel::bootstrap::{SCHEMES, Support};
use spanel::diagnostic::{Context, DIAGNOSTICS};
use spanel::estimator::random::mundlak;
use spanel::estimator::{ESTIMATORS, Problem, find};
use spanel::ident::Period;
use spanel::model::variance_components::VarianceComponents;
use spanel::model::{Effects, ErrorComponents, LagOrder, Model, Term};
use spanel::outcome::{Basis, Statistic, TestOutcome};
use spanel::panel::sample::Sample;

/// Mundlak (1978): with unit means among the regressors the slopes are those within units, whatever θ.
#[test]
fn slopes_beside_unit_means_are_those_within_units() {
    let (_, w) = all_weights(9).swap_remove(1);
    let data = sample(&w, 7, 3);
    let random = fit(&data, &w, &model("ols", Effects::CorrelatedRandom, 2));
    let within = fit(&data, &w, &model("ols", Effects::Individual, 2));
    for j in 0..2 {
        let term = Term::Variable(regressor(j));
        assert_close("slope", estimate(&random, &term).0, estimate(&within, &term).0, 1e-10);
        let mean = Term::Variable(regressor(j).unit_mean());
        assert!(estimate(&random, &mean).0.is_finite());
    }
    let test = mundlak::test(&random.fit).expect("unit means");
    assert!(matches!(test.outcome, TestOutcome::Computed { .. }));
    assert_eq!(mundlak::test(&within.fit), None);
}

/// A unit mean that says nothing is left out, and said.
#[test]
fn a_variable_that_does_not_change_has_no_unit_mean() {
    let (_, w) = all_weights(9).swap_remove(1);
    let mut data = sample(&w, 7, 3);
    for (at, x) in data.x[1].iter_mut().enumerate() {
        *x = ((at % 9) as f64).sin();
    }
    for name in ["ols", "slm", "sem"] {
        let fit = fit(&data, &w, &model(name, Effects::CorrelatedRandom, 2)).fit;
        assert!(!fit.estimates.iter().any(|e| e.term == Term::Variable(regressor(1).unit_mean())));
        let said = "`mean:x1` is left out: it is a combination of x1";
        assert!(fit.cautions.iter().any(|c| c == said), "{name}: {:?}", fit.cautions);
    }
}

/// Responses whose means of units vary less than chance: the fit is that without effects.
#[test]
fn without_effects_the_fit_is_the_pooled_one_and_says_so() {
    let (_, w) = all_weights(9).swap_remove(1);
    let mut data = sample(&w, 7, 3);
    for column in std::iter::once(&mut data.y).chain(&mut data.x) {
        let means: Vec<f64> =
            (0..9).map(|i| column.iter().skip(i).step_by(9).sum::<f64>() / 7.0).collect();
        column.iter_mut().enumerate().for_each(|(at, v)| *v -= 0.999 * means[at % 9]);
    }
    for name in ["ols", "slm", "sem"] {
        for effects in [Effects::Random, Effects::RandomTime] {
            let random = fit(&data, &w, &model(name, effects, 2)).fit;
            let pooled = fit(&data, &w, &model(name, effects.fixed(), 2)).fit;
            assert_eq!(random.estimates, pooled.estimates, "{name} {effects}");
            assert_eq!(random.statistics[&Statistic::Sigma2Unit], 0.0);
            assert_eq!(random.effects, effects);
            assert!(random.cautions.iter().any(|c| c.contains("estimated as 0")));
        }
    }
}

/// Σe² = nσ²: innovations are what σ² is the mean square of.
#[test]
fn innovations_have_the_variance_of_the_fit() {
    for (kind, w) in all_weights(9) {
        let data = sample(&w, 7, 3);
        for name in ["slm", "sem"] {
            for effects in Effects::RANDOM {
                let m = model(name, effects, 2);
                let estimated = fit(&data, &w, &m);
                let square: f64 = estimated.innovations.iter().map(|e| e * e).sum();
                let sigma2 = estimated.value(&Term::Sigma2).expect("σ²");
                assert_close(&format!("{kind} {name} {effects}"), square / 63.0, sigma2, 1e-9);
                let problem = Problem::new(&data, &w, &m).expect("the same units");
                let leverages = find(name).expect("an estimator").leverages(&problem, &estimated);
                let k = estimated.fit.statistics[&Statistic::Slopes];
                let fixed = estimated.fit.statistics[&Statistic::AbsorbedEffects];
                assert_close("Σh", leverages.iter().sum(), k + fixed, 1e-9);
            }
        }
    }
}

const OF_LEAST_SQUARES: [Effects; 4] =
    [Effects::Random, Effects::RandomTime, Effects::RandomPeriods, Effects::RandomTwoWay];

fn each_way(check: &dyn Fn(&Model, &str)) {
    for effects in OF_LEAST_SQUARES {
        for how in VarianceComponents::ALL {
            let m = Model { variance_components: Some(how), ..model("ols", effects, 2) };
            check(&m, &format!("{effects} {}", how.name()));
        }
    }
}

fn moved(sample: &Sample, place: &dyn Fn(usize) -> usize) -> Sample {
    let column = |v: &Vec<f64>| -> Vec<f64> { (0..v.len()).map(|at| v[place(at)]).collect() };
    Sample { y: column(&sample.y), x: sample.x.iter().map(column).collect(), ..sample.clone() }
}

/// In other units of measurement estimates are in other units; neither the order of units nor that of
/// periods matters.
#[test]
fn variance_components_do_not_depend_on_units_or_order() {
    let (_, w) = all_weights(9).swap_remove(1);
    let data = sample(&w, 7, 3);
    each_way(&|m, name| {
        let plain = fit(&data, &w, m);
        let mut other = data.clone();
        other.y.iter_mut().for_each(|y| *y = 1000.0 * *y + 5.0);
        other.x[0].iter_mut().for_each(|x| *x = 0.01 * *x - 3.0);
        let scaled = fit(&other, &w, m);
        for (j, by) in [(0, 1e5), (1, 1e3)] {
            let term = Term::Variable(regressor(j));
            let (a, b) = (estimate(&plain, &term), estimate(&scaled, &term));
            assert_close(name, b.0 / by, a.0, 1e-9);
            assert_close(name, b.1 / by, a.1, 1e-9);
        }
        for of in [Statistic::Theta, Statistic::ThetaPeriod] {
            let [a, b] = [&plain, &scaled].map(|f| f.fit.statistics.get(&of).copied());
            assert_eq!(a.is_some(), b.is_some(), "{name}");
            assert_close(name, a.unwrap_or(0.0), b.unwrap_or(0.0), 1e-9);
        }
        let orders: [&dyn Fn(usize) -> usize; 2] =
            [&|at: usize| at / 9 * 9 + (at % 9 * 4 + 2) % 9, &|at: usize| {
                (at / 9 * 3 + 1) % 7 * 9 + at % 9
            }];
        for order in orders {
            let same = fit(&moved(&data, order), &w, m);
            for (a, b) in plain.fit.estimates.iter().zip(&same.fit.estimates) {
                assert_close(name, b.value, a.value, 1e-9);
                assert_close(name, b.std_error, a.std_error, 1e-9);
            }
        }
    });
}

/// A panel on its side: effects of periods are effects of units there.
#[test]
fn random_effects_of_periods_are_those_of_units_of_the_panel_on_its_side() {
    let (n, t) = (9, 7);
    let (_, w) = all_weights(n).swap_remove(1);
    let (_, side) = all_weights(t).swap_remove(1);
    let data = sample(&w, t, 3);
    let turned = Sample {
        units: side.units().clone(),
        periods: (0..n).map(|i| Period(i as i64)).collect(),
        ..moved(&data, &|at| at % t * n + at / t)
    };
    let other = |effects| match effects {
        Effects::Random => Effects::RandomPeriods,
        Effects::RandomPeriods => Effects::Random,
        same => same,
    };
    each_way(&|m, name| {
        if m.effects == Effects::RandomTime {
            return;
        }
        let ours = fit(&data, &w, m).fit;
        let there = fit(&turned, &side, &Model { effects: other(m.effects), ..m.clone() }).fit;
        for (a, b) in ours.estimates.iter().zip(&there.estimates) {
            assert_close(name, b.value, a.value, 1e-9);
            assert_close(name, b.std_error, a.std_error, 1e-9);
        }
        for (of, is) in [
            (Statistic::Sigma2Unit, Statistic::Sigma2Period),
            (Statistic::Theta, Statistic::ThetaPeriod),
            (Statistic::ThetaPeriod, Statistic::Theta),
            (Statistic::Loglik, Statistic::Loglik),
            (Statistic::Aic, Statistic::Aic),
        ] {
            let (a, b) = (ours.statistics.get(&of), there.statistics.get(&is));
            assert_eq!(a.is_some(), b.is_some(), "{name}");
            if let (Some(a), Some(b)) = (a, b) {
                assert_close(name, *a, *b, 1e-9);
            }
        }
    });
}

/// From its own innovations a fit makes the response again; leverages are as many as coefficients.
#[test]
fn what_a_fit_with_random_effects_is_made_of_goes_back() {
    let (_, w) = all_weights(9).swap_remove(1);
    let data = sample(&w, 7, 3);
    each_way(&|m, name| {
        let estimated = fit(&data, &w, m);
        let problem = Problem::new(&data, &w, m).expect("the same units");
        let ols = find("ols").expect("an estimator");
        let again = ols.simulate(&problem, &estimated, &estimated.innovations);
        for (a, b) in again.iter().zip(&data.y) {
            assert_close(name, *a, *b, 1e-9);
        }
        let leverages = ols.leverages(&problem, &estimated);
        let k = estimated.fit.statistics[&Statistic::Slopes];
        let fixed = estimated.fit.statistics[&Statistic::AbsorbedEffects];
        assert_close(name, leverages.iter().sum(), k + fixed, 1e-9);
    });
}

#[test]
fn what_random_effects_exclude_is_said() {
    let (_, w) = all_weights(9).swap_remove(1);
    let data: Sample = sample(&w, 7, 3);
    for effects in Effects::RANDOM {
        let m = model("slm", effects, 2);
        let context = Context::new(Problem::new(&data, &w, &m).expect("the same units"));
        for group in
            DIAGNOSTICS.iter().filter(|d| ["lm", "moran", "hausman"].contains(&d.info().name))
        {
            let tests = group.run(&context).tests;
            for test in tests.iter().filter(|t| t.basis == Basis::Within) {
                let TestOutcome::NotApplicable { reason } = &test.outcome else {
                    panic!("{test:?}")
                };
                assert!(reason.contains("effects of units are random"), "{reason}");
            }
            let pooled = tests.iter().any(|t| matches!(t.outcome, TestOutcome::Computed { .. }));
            assert_eq!(pooled, group.info().name != "hausman", "{}", group.info().name);
        }
        for (name, components, order) in [
            ("slm", None, LagOrder::DemeanThenLag),
            ("slm", Some(ErrorComponents::Kkp), LagOrder::LagThenDemean),
        ] {
            let m =
                Model { error_components: components, lag_order: order, ..model(name, effects, 2) };
            assert!(find(name).expect("an estimator").supports(&m).is_err());
        }
    }
    let refused = |estimator: &str| -> Vec<&str> {
        let estimator = *ESTIMATORS.iter().find(|e| e.info().name == estimator).expect("listed");
        let refused = |s: &&&dyn spanel::bootstrap::Scheme| {
            matches!(s.supports(estimator, Effects::Random), Support::Refused { .. })
        };
        SCHEMES.iter().filter(refused).map(|s| s.info().name).collect()
    };
    let sound = ["unit-residual", "unit-wild", "spatial-block", "parametric"];
    for estimator in ["ols", "slm", "sem"] {
        let refused = refused(estimator);
        assert!(sound.iter().all(|s| !refused.contains(s)), "{refused:?}");
        assert!(
            ["residual", "wild", "time-wild", "time-block", "score"]
                .iter()
                .all(|s| refused.contains(s))
        );
    }
}

const RANDOM: &str = r#"
[models.by-amemiya]
estimator = "ols"
variance_components = "amemiya"

[grids.components]
response = "y"
controls = ["z"]
model = ["ols", "by-amemiya"]
effects = ["random", "random-periods", "random-two-way"]
std_errors = ["default", "cluster-unit", "kiefer"]
measure = "x"
region = "all"
lags = 0
weights = "w"
bootstrap = "parametric"

[[tables]]
id = "components"
kind = "regression"
caption = "Components"
grid = "components"
where = { effects = "random-two-way", std_errors = "kiefer" }
columns = ["model"]
statistics = ["theta", "theta-period", "sigma2-period"]

[models.kkp]
estimator = "sem"
error_components = "kkp"

[models.gm]
estimator = "sem-gm"
moment_weights = "diagonal"

[bootstrap.parametric]
replicates = 19

[bootstrap.unit-wild]
replicates = 19

[grids.random]
response = "y"
controls = ["z"]
model = ["ols", "slx", "slm", "sdm", "sem", "sdem", "kkp"]
effects = ["random", "random-time", "correlated-random"]
measure = "x"
region = "all"
lags = 0
weights = "w"
tests = ["lm", "hausman"]
bootstrap = ["parametric", "unit-wild"]

[grids.moments]
response = "y"
model = ["gm", "slm-2sls"]
effects = ["random", "correlated-random"]
measure = "x"
region = "all"
lags = 0
weights = "w"
bootstrap = ["parametric", "unit-residual"]

[bootstrap.unit-residual]
replicates = 19

[[tables]]
id = "random"
kind = "regression"
caption = "Random effects"
where = { effects = "correlated-random" }
grid = "random"
columns = ["model"]
"#;

fn lab(more: &str) -> Lab {
    let lab = Lab::new();
    lab.write(
        "lab.toml",
        &format!(
            "{}{more}",
            SPEC.replace("[[tables]]\nid = \"main\"", "[[tables]]\ngrid = \"main\"\nid = \"main\"")
        ),
    );
    // Effects of units that are there to be found.
    let mut lines = Vec::new();
    for line in crate::cli::panel().lines() {
        let mut parts: Vec<String> = line.split(',').map(str::to_owned).collect();
        if let Some(at) = "abcdef".find(parts[0].as_str()).filter(|_| parts[0].len() == 1) {
            let y: f64 = parts[2].parse().expect("a number");
            parts[2] = format!("{:.6}", y + [0.9, -0.7, 0.4, -0.2, 0.8, -1.1][at]);
        }
        lines.push(parts.join(","));
    }
    lab.write("panel.csv", &(lines.join("\n") + "\n"));
    lab
}

#[test]
fn an_experiment_with_random_effects_runs() {
    let lab = lab(RANDOM);
    assert_exit(&lab.run(&["run", "lab.toml"]), 0);
    let files = lab.files("results");
    let find = |end: &str| {
        files
            .iter()
            .find(|(name, _)| name.ends_with(end))
            .map(|(_, bytes)| text(bytes))
            .expect("a file")
    };
    let estimates = find("estimates.csv");
    let of = |model: &str, effects: &str, term: &str| {
        let has = |l: &&str| l.split(',').any(|w| w == model) && l.contains(effects);
        estimates.lines().filter(has).any(|l| l.contains(term))
    };
    assert!(of("gm", "correlated-random", "phi") && !of("slm-2sls", "random", "phi"));
    for name in ["phi", "mean:ln_x", "mean:W:ln_x"] {
        assert!(estimates.lines().any(|l| l.contains("random") && l.contains(name)), "{name}");
    }
    assert!(find("tests.csv").contains("mundlak"));
    let table = find("random.md");
    assert!(table.contains("φ") && table.contains("Unit mean of"), "{table}");
    let table = find("components.md");
    for said in ["Swamy & Arora (1972)", "Amemiya (1971)", "dependent over time in any way", "θ_τ"]
    {
        assert!(table.replace("\\_", "_").contains(said), "{said}: {table}");
    }
}

#[test]
fn what_makes_no_sense_is_refused_before_a_run() {
    for (from, to, said) in [
        (
            "estimator = \"sem\"\nerror_components",
            "estimator = \"slm\"\nerror_components",
            "has no spatially lagged error",
        ),
        (
            "estimator = \"sem-gm\"",
            "estimator = \"sem\"",
            "has no moments of errors with random effects",
        ),
        (
            "estimator = \"sem\"\nerror_components = \"kkp\"",
            "estimator = \"sem\"\nvariance_components = \"amemiya\"",
            "has one way to the variances",
        ),
        (
            "[models.gm]",
            "[models.ols]\nvariance_components = \"nerlove\"\n\n[models.gm]",
            "the unit means are regressors",
        ),
        (
            "effects = [\"random\", \"random-time\", \"correlated-random\"]",
            "effects = [\"random-two-way\", \"correlated-random\"]",
            "are built for least squares",
        ),
        (
            "moment_weights = \"diagonal\"",
            "error_components = \"anselin\"",
            "which is what its moments rest on",
        ),
        (
            "error_components = \"kkp\"",
            "lag_order = \"demean-then-lag\"",
            "order of removing fixed effects",
        ),
        (
            "[bootstrap.unit-wild]\n",
            "[bootstrap.unit-wild]\nscheme = \"residual\"\n",
            "standardised errors",
        ),
    ] {
        assert!(RANDOM.contains(from));
        let lab = lab(&RANDOM.replacen(from, to, 1));
        let output = lab.run(&["check", "lab.toml"]);
        assert_exit(&output, 2);
        let shown = format!("{}{}", text(&output.stdout), text(&output.stderr));
        assert!(shown.split_whitespace().collect::<Vec<_>>().join(" ").contains(said), "{shown}");
    }
}
