//! Functions of coefficients and joint Wald tests: what must hold whatever the numbers, and what a
//! user sees of them.

use crate::cli::{Lab, SPEC, assert_exit, text};
use crate::spec_errors::{folder, ok};
use crate::support::{all_weights, assert_close, fit, model, regressor, sample};
use spanel::estimator::derived::{Function, derived};
use spanel::estimator::impacts::{Multipliers, impacts};
use spanel::estimator::wald::wald;
use spanel::estimator::{ESTIMATORS, Estimated};
use spanel::expr::formula::Formula;
use spanel::model::{Effects, Impact, Model, SmallSample, Term};
use spanel::outcome::{Estimate, NullDistribution, TestOutcome};
use spanel::panel::sample::Sample;
use spanel::weights::Weights;

const N: usize = 9;
const T: usize = 6;

fn formula(text: &str) -> Formula<Term> {
    let written = Formula::parse(text).unwrap();
    written.renamed(|w| Ok::<_, ()>(Term::parse(&w.name))).unwrap()
}

fn of(text: &str, weights: &Weights, at: &Estimated) -> Option<Estimate> {
    let multipliers = Multipliers::of(weights, &at.fit);
    derived("f", &formula(text), &at.fit, multipliers.as_ref()).estimate().cloned()
}

fn value(text: &str, weights: &Weights, at: &Estimated) -> (f64, f64) {
    let e = of(text, weights, at).unwrap();
    (e.value, e.std_error)
}

fn joint(zero: &[&str], at: &Estimated) -> TestOutcome {
    let zero: Vec<_> = zero.iter().map(|text| formula(text)).collect();
    wald("joint", &zero, &at.fit, None).outcome
}

fn statistic(zero: &[&str], at: &Estimated) -> f64 {
    match joint(zero, at) {
        TestOutcome::Computed { statistic, .. } => statistic,
        TestOutcome::NotApplicable { reason } => panic!("{reason}"),
    }
}

fn each_fit(mut check: impl FnMut(&str, &Weights, &Sample, &Model, &Estimated)) {
    let (_, w) = all_weights(N).swap_remove(1);
    let data = sample(&w, T, 5);
    for estimator in ESTIMATORS {
        for effects in Effects::ALL {
            let name = estimator.info().name;
            let m = model(name, effects, 2);
            check(&format!("{name} {effects}"), &w, &data, &m, &fit(&data, &w, &m));
        }
    }
}

#[test]
fn a_parameter_is_the_simplest_function_of_itself() {
    each_fit(|what, w, _, _, at| {
        for e in &at.fit.estimates {
            let found = of(&e.term.to_string(), w, at).unwrap();
            assert_eq!(Estimate { term: e.term.clone(), ..found }, *e, "{what} {}", e.term);
        }
    });
}

#[test]
fn effects_in_functions_are_the_effects_of_the_model() {
    for (kind, w) in all_weights(N) {
        let data = sample(&w, T, 6);
        let at = fit(&data, &w, &model("slm", Effects::TwoWay, 2));
        for e in impacts(&w, &at.fit) {
            let (found, std_error) = value(&e.term.to_string(), &w, &at);
            assert_close(&format!("{kind} {}", e.term), found, e.value, 1e-13);
            assert_close(&format!("{kind} se {}", e.term), std_error, e.std_error, 1e-12);
        }
        // With rows that sum to 1 the total effect has a closed form, which may be written out.
        if kind == "irregular" {
            let closed = value("x0 / (1 - rho)", &w, &at);
            let total = value("total:x0", &w, &at);
            assert_close("total", closed.0, total.0, 1e-13);
            assert_close("total se", closed.1, total.1, 1e-12);
        }
    }
}

#[test]
fn units_of_a_regressor_do_not_matter() {
    const C: f64 = 1e-3;
    each_fit(|what, w, data, m, at| {
        let mut scaled = data.clone();
        scaled.x[1].iter_mut().for_each(|v| *v *= C);
        let again = fit(&scaled, w, m);
        for (before, after) in [
            ("x0 / x1", "x0 / (x1 * 0.001)"),
            ("x0 * x1 - exp(x0)", "x0 * x1 * 0.001 - exp(x0)"),
            ("ln(sigma2)", "ln(sigma2)"),
        ] {
            let (a, b) = (value(before, w, at), value(after, w, &again));
            assert_close(&format!("{what} {before}"), b.0, a.0, 1e-9);
            assert_close(&format!("{what} se {before}"), b.1, a.1, 1e-9);
        }
        let (a, b) = (statistic(&["x0", "x1"], at), statistic(&["x0", "x1"], &again));
        assert_close(&format!("{what} Wald"), b / a, 1.0, 1e-9);
    });
}

#[test]
fn linear_restrictions_may_be_written_in_any_way() {
    each_fit(|what, _, _, _, at| {
        let straight = statistic(&["x0", "x1"], at);
        let other = statistic(&["x0 + 2 * x1", "(x0 - x1) / 7"], at);
        assert_close(what, other / straight, 1.0, 1e-9);
        // One restriction is the square of its z.
        let z = at.fit.estimates.iter().find(|e| e.term == Term::Variable(regressor(0))).unwrap();
        assert_close(what, statistic(&["x0"], at) / z.statistic.powi(2), 1.0, 1e-12);
    });
}

#[test]
fn small_samples_have_their_own_distribution() {
    let (_, w) = all_weights(N).swap_remove(1);
    let data = sample(&w, T, 7);
    let m = Model {
        small_sample: Some(SmallSample::Corrected),
        ..model("ols", Effects::Individual, 2)
    };
    let at = fit(&data, &w, &m);
    let TestOutcome::Computed { null, p_value, .. } = joint(&["x1"], &at) else { panic!() };
    assert_eq!(null, NullDistribution::F { numerator: 1, denominator: (N * T - N - 2) as f64 });
    let t = at.fit.estimates.iter().find(|e| e.term == Term::Variable(regressor(1))).unwrap();
    assert_close("p", p_value, t.p_value, 1e-12);
    // F = W/q: two restrictions of a least squares fit.
    let TestOutcome::Computed { statistic: f, .. } = joint(&["x0", "x1"], &at) else { panic!() };
    let asymptotic = Model { small_sample: Some(SmallSample::Asymptotic), ..m };
    let chi = statistic(&["x0", "x1"], &fit(&data, &w, &asymptotic));
    let (n, df) = ((N * T) as f64, (N * T - N - 2) as f64);
    assert_close("F", f, chi / 2.0 * df / n, 1e-10);
}

/// What the bootstrap asks for: the same numbers as the record has, from bare vectors.
#[test]
fn a_function_of_bare_vectors_gives_the_same_as_one_of_a_fit() {
    let (_, w) = all_weights(N).swap_remove(2);
    let data = sample(&w, T, 8);
    let at = fit(&data, &w, &model("slm", Effects::Individual, 2));
    let terms: Vec<Term> = at.fit.estimates.iter().map(|e| e.term.clone()).collect();
    let values: Vec<f64> = at.fit.estimates.iter().map(|e| e.value).collect();
    let multipliers = Multipliers::at(&w, at.value(&Term::Rho).unwrap());
    for text in ["x0 + x1", "indirect:x0 / direct:x0", "sqrt(sigma2) * exp(rho)"] {
        let function = Function::new(&formula(text), &terms).unwrap();
        let found =
            function.evaluate(&values, multipliers.as_ref(), |i, j| at.fit.covariance[i][j]);
        assert_eq!(found, Some(value(text, &w, &at)), "{text}");
    }
    let direct = Term::Impact(Impact::Direct, regressor(0));
    assert!(Function::new(&formula(&direct.to_string()), &terms).unwrap().has_effects());
}

const FUNCTIONS: &str = r#"
[derived.long_run]
expr = "measure + measure@lag1"
label = "Long run"

[derived.total]
expr = "total:z"

[derived.log]
expr = "ln(-z^2)"

[wald.lags]
zero = ["measure", "measure@lag1"]
label = "No effect of X"

[grids.main]"#;

fn lab() -> Lab {
    let lab = Lab::new();
    let spec = SPEC
        .replace("\n[grids.main]", FUNCTIONS)
        .replace(
            "lags = [0, 1]\n",
            "lags = [0, 1]\nderived = [\"long_run\", \"total\", \"log\"]\nwald = \"lags\"\n",
        )
        .replace(
            "\"rho\", \"lambda\"]",
            "\"rho\", \"derived:long_run\", \"derived:total\", \"derived:log\"]",
        );
    lab.write("lab.toml", &format!("{spec}\n[[tables]]\nid = \"wald\"\nkind = \"tests\"\nwhere = {{ effects = \"individual\", region = \"all\" }}\ncolumns = [\"model\", \"lags\"]\nrows = [\"wald:lags\"]\n"));
    lab
}

#[test]
fn functions_stand_in_records_csv_files_and_tables() {
    let lab = lab();
    assert_exit(&lab.run(&["run", "lab.toml"]), 0);
    let files = lab.files("results/lab");
    let csv = text(&files["derived.csv"]);
    // 36 cells × 3 functions.
    assert_eq!(csv.lines().count(), 1 + 36 * 3);
    let count = |words: &str| csv.lines().filter(|line| line.contains(words)).count();
    assert_eq!(count(",long_run,,,,,,,not-applicable,the model has no `ln_x@lag1`"), 18);
    assert_eq!(count("the model has no spatial lag, so there is no `total:z`"), 24);
    assert_eq!(count("it is not defined"), 36);
    assert_eq!(count(",computed,"), 18 + 12);
    let tests = text(&files["tests.csv"]);
    let wald = |words: &str| {
        tests.lines().filter(|l| l.contains("wald:lags,fit,") && l.contains(words)).count()
    };
    assert_eq!((wald(",chi-squared(2),"), wald(",\"F(2,"), wald("not-applicable")), (12, 6, 18));
    let settings = || {
        let mut settings = insta::Settings::clone_current();
        settings.add_filter("[0-9a-f]{32}", "[cell]");
        settings
    };
    for name in ["main", "wald"] {
        let table = text(&files[&format!("tables/{name}.md")]);
        settings().bind(|| insta::assert_snapshot!(format!("functions_in_table_{name}"), table));
    }
    // Rendering reads them back.
    assert_exit(&lab.run(&["render", "lab.toml"]), 0);
    assert!(lab.files("results/lab") == files);
}

#[test]
fn functions_are_part_of_what_a_cell_asks_and_labels_are_not() {
    let planned = |spec: &str| {
        let place = folder(spec, None);
        let path = place.path().join("spec.toml");
        let (_, plan, _) = ok(path.to_str().unwrap(), &[], &[]);
        plan.cells.iter().map(|c| c.id.clone()).collect::<Vec<_>>()
    };
    let declared = SPEC.replace("\n[grids.main]", FUNCTIONS);
    let asked = declared
        .replace("lags = [0, 1]\n", "lags = [0, 1]\nderived = \"long_run\"\nwald = \"lags\"\n");
    let plain = planned(SPEC);
    assert_eq!(planned(&declared), plain, "declared and not asked for");
    assert_ne!(planned(&asked), plain);
    let relabelled = asked.replace("Long run", "Sum").replace("No effect of X", "Lags");
    assert_eq!(planned(&relabelled), planned(&asked));
    let spaced = asked.replace("\"measure + measure@lag1\"", "\"(measure)  +measure@lag1\"");
    assert_eq!(planned(&spaced), planned(&asked), "the same function written otherwise");
    let other = asked.replace("\"measure + measure@lag1\"", "\"measure - measure@lag1\"");
    assert_ne!(planned(&other), planned(&asked));
}
