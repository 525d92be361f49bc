//! Functions of coefficients and joint Wald tests: what must hold whatever the numbers, and what a
//! user sees of them.

use crate::cli::{Lab, SPEC, assert_exit, text};
use crate::spec_errors::{folder, ok};
use crate::support::{
    all_weights, assert_close, fit, likelihoods, model, regressor, sample, whole,
};
use spanel::estimator::Estimated;
use spanel::estimator::Problem;
use spanel::estimator::derived::{Function, derived};
use spanel::estimator::impacts::{Multipliers, impacts};
use spanel::estimator::transformed;
use spanel::estimator::wald::wald;
use spanel::expr::formula::Formula;
use spanel::model::{Effects, Impact, Model, SmallSample, Term};
use spanel::outcome::{Estimate, NullDistribution, TestOutcome};
use spanel::panel::sample::Sample;
use spanel::weights::Weights;
use std::collections::BTreeMap;

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
    for estimator in likelihoods() {
        let data = whole(&data, &w, estimator.info().name);
        for effects in Effects::ALL {
            let name = estimator.info().name;
            let m = model(name, effects, 2);
            if estimator.supports(&m).is_err() || transformed::supports(*estimator, &m).is_err() {
                continue;
            }
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
        let model = model("slm", Effects::TwoWay, 2);
        let at = fit(&data, &w, &model);
        let problem = Problem::new(&data, &w, &model).unwrap();
        for e in impacts(&problem, &at.fit) {
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
    let TestOutcome::Computed { null, p_value: Some(p_value), .. } = joint(&["x1"], &at) else {
        panic!()
    };
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
    assert_eq!(
        count("the model has neither a spatial lag nor Durbin terms, so there is no `total:z`"),
        24
    );
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
        plan.cells.iter().map(|c| c.id).collect::<Vec<_>>()
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

/// The lab with bootstraps of functions and joint tests, of the models with one lag of individual
/// effects.
fn resampled() -> Lab {
    let lab = lab();
    let spec = std::fs::read_to_string(lab.path("lab.toml")).unwrap();
    let functions = "\n[derived.own]\nexpr = \"measure\"\n\n[derived.some]\nexpr = \"ln(z - 0.3)\"\n\n\
                     [derived.near]\nexpr = \"z - 0.4\"\n\n[wald.one]\nzero = \"z - 0.4\"\n\n[bootstrap.residual]\nreplicates = 199\n\n\
                     [grids.main]\nbootstrap = \"residual\"\ntest_bootstrap = \"residual\"";
    let spec = spec
        .replace("\n[grids.main]", functions)
        .replace(
            "\"total\", \"log\"]\nwald = \"lags\"",
            "\"total\", \"log\", \"own\", \"some\", \"near\"]\nwald = [\"lags\", \"one\"]",
        )
        .replace("effects = [\"none\", \"individual\", \"two-way\"]", "effects = \"individual\"")
        .replace("region = [\"all\", \"some\"]", "region = \"all\"")
        .replace("id = \"main\"\n", "id = \"main\"\nparentheses = \"bootstrap-interval\"\n")
        .replace("\"derived:log\"]", "\"derived:some\"]")
        .replace("rows = [\"wald:lags\"]", "rows = [\"lm-lag\", \"wald:lags\", \"wald:one\"]");
    let family = "\n[joint.functions]\nrows = [\"derived:own\", \"derived:long_run\", \"measure\"]\n\
                  bootstrap = \"residual\"\n\n[[tables]]\nid = \"joint\"\nkind = \"joint\"\n\
                  joint = \"functions\"\n\n[[tables]]\nid = \"robustness\"\nkind = \"robustness\"\n\
                  rows = [\"derived:own\"]\n";
    lab.write("lab.toml", &format!("{spec}{family}"));
    lab
}

/// Rows of a CSV file by the names of its columns.
fn rows(bytes: &[u8]) -> Vec<BTreeMap<String, String>> {
    let mut reader = csv::Reader::from_reader(bytes);
    let header = reader.headers().unwrap().clone();
    let row = |row: csv::Result<csv::StringRecord>| {
        header.iter().map(str::to_owned).zip(row.unwrap().iter().map(str::to_owned)).collect()
    };
    reader.records().map(row).collect()
}

#[test]
fn functions_have_bootstraps_in_csv_files_and_tables() {
    let lab = resampled();
    assert_exit(&lab.run(&["run", "lab.toml", "--jobs", "1"]), 0);
    let files = lab.files("results/lab");
    let bootstrap = rows(&files["bootstrap.csv"]);
    let of = |term: &str| bootstrap.iter().filter(|r| r["term"] == term).collect::<Vec<_>>();
    // Three models with and without a lag: only some have it, and one has a spatial lag.
    assert_eq!((of("derived:own").len(), of("derived:long_run").len()), (6, 3));
    assert_eq!((of("derived:total").len(), of("derived:log").len()), (2, 0));
    // A function that is a coefficient has its numbers, and the test of one function alone that
    // function's p-value.
    let tests = rows(&files["tests.csv"]);
    let joint = rows(&files["joint.csv"]);
    for (own, coefficient) in of("derived:own").into_iter().zip(of("ln_x")) {
        assert_eq!(own["cell"], coefficient["cell"]);
        for column in ["std_error", "bca_low", "percentile_t_high", "p_value", "failed"] {
            let number = |row: &BTreeMap<String, String>| row[column].parse::<f64>().unwrap();
            assert_close(column, number(own), number(coefficient), 1e-9);
        }
        let same_cell = |r: &&BTreeMap<String, String>| r["cell"] == own["cell"];
        let test = tests.iter().filter(same_cell).find(|r| r["test"] == "wald:one").unwrap();
        let near = of("derived:near").into_iter().find(same_cell).unwrap();
        assert_eq!(test["bootstrap_p_value"], near["p_value"]);
        assert!(
            near["p_value"].parse::<f64>().unwrap() > 0.1,
            "it should not be the least there is"
        );
        let hypothesis = |term: &str| {
            joint.iter().filter(same_cell).find(|r| r["term"] == term).unwrap().clone()
        };
        let (f, b) = (hypothesis("derived:own"), hypothesis("ln_x"));
        assert_eq!((&f["p_bootstrap"], &f["p_max_t"]), (&b["p_bootstrap"], &b["p_max_t"]));
        assert_eq!(f["p_bootstrap"], own["p_value"]);
    }
    // ln(z - 0.3) does not exist in some replicates, which fails for nothing else.
    let failed = |r: &&BTreeMap<String, String>| r["failed"] != "0";
    assert!(of("derived:some").iter().any(failed) && !of("z").iter().any(failed));
    let settings = || {
        let mut settings = insta::Settings::clone_current();
        settings.add_filter("[0-9a-f]{32}", "[cell]");
        settings
    };
    for name in ["main", "wald", "joint", "robustness"] {
        let table = text(&files[&format!("tables/{name}.md")]);
        let snapshot = format!("functions_resampled_in_table_{name}");
        settings().bind(|| insta::assert_snapshot!(snapshot, table));
    }
    assert_exit(&lab.run(&["render", "lab.toml"]), 0);
    assert!(lab.files("results/lab") == files);
    assert_exit(&lab.run(&["run", "lab.toml", "--jobs", "3", "--results", "three"]), 0);
    assert!(lab.files("three/lab") == files, "threads");
}

/// Ctrl-C while a family's replicates are drawn ends the run and writes nothing of it; the next run
/// makes it whole.
#[cfg(unix)]
#[test]
fn a_family_that_is_stopped_leaves_nothing_half_done() {
    use std::process::{Command, Stdio};
    let lab = resampled();
    // Directed links have no batched path: one fit at a time.
    lab.write("links.gal", &crate::cli::GAL.replace("a 2\nb f\n", "a 1\nb\n"));
    let set = ["--set", "weights.w.asymmetric=true", "--set", "bootstrap.residual.replicates=2400"];
    let run = || lab.run(&[&["run", "lab.toml"], &set[..]].concat());
    assert_exit(&run(), 0);
    let results = || {
        let mut files = lab.files("results/lab");
        files.retain(|name, _| name.contains(".csv") || name.starts_with("tables/"));
        files
    };
    let whole = results();
    // The cells' own replicates are kept: only the tests' and the family's are left to draw.
    let mut command = Command::new(env!("CARGO_BIN_EXE_spanel"));
    command.args([&["run", "lab.toml", "--force"], &set[..]].concat()).current_dir(lab.path("."));
    command.env_clear().stdout(Stdio::piped()).stderr(Stdio::piped());
    // Once the cells are done the run is noted, and then comes the family.
    let noted = || {
        let runs = std::fs::read_to_string(lab.path("results/lab/local/runs.jsonl")).unwrap();
        runs.lines().count()
    };
    let before = noted();
    let mut child = command.spawn().unwrap();
    while noted() == before && child.try_wait().unwrap().is_none() {
        std::thread::sleep(std::time::Duration::from_millis(2));
    }
    Command::new("kill").args(["-INT", &child.id().to_string()]).output().unwrap();
    let output = child.wait_with_output().unwrap();
    assert_exit(&output, 130);
    let said = text(&output.stderr);
    assert!(said.contains("interrupted: the cells are done"), "{said}");
    // What was whole before still stands.
    assert!(results() == whole);
    assert_exit(&run(), 0);
    assert!(results() == whole);
}

/// Kept replicates of functions: raised, they go on; with another function, they are drawn again;
/// what comes out is what a run without any has.
#[test]
fn kept_replicates_of_functions_are_those_of_their_functions() {
    let lab = resampled();
    let run = |folder: &str, sets: &[&str], earlier: u32| {
        let mut arguments = vec!["run", "lab.toml", "--force", "--results", folder];
        sets.iter().for_each(|set| arguments.extend(["--set", set]));
        let output = lab.run(&arguments);
        assert_exit(&output, 0);
        let said = text(&output.stdout);
        let line = format!(", {} of them from earlier runs", 6 * earlier);
        assert!(said.contains(&line), "{said}");
    };
    let results = |folder: &str| {
        let mut files = lab.files(folder);
        files.retain(|name, _| name.contains(".csv"));
        files
    };
    let more = "bootstrap.residual.replicates=499";
    run("grown", &[], 0);
    run("grown", &[more], 216);
    run("grown", &[more, "bootstrap.residual.keep=parquet"], 499);
    run("fresh", &[more], 0);
    assert!(results("grown") == results("fresh"));
    let other = "derived.own.expr=measure / 2";
    run("grown", &[more, other], 0);
    run("other", &[more, other], 0);
    assert!(results("grown") == results("other"));
    run("grown", &[more], 499);
    assert!(results("grown") == results("fresh"));
    let file = "lab/replicates/main,ols,individual,x,all,lag0,w,residual.parquet";
    assert!(lab.files("grown")[file].starts_with(b"PAR1"));
}

#[test]
fn bootstraps_of_joint_tests_have_their_own_rules() {
    let lab = resampled();
    let check = |sets: &[&str]| {
        let mut arguments = vec!["check", "lab.toml"];
        sets.iter().for_each(|set| arguments.extend(["--set", set]));
        lab.run(&arguments)
    };
    // The draws of other tests must obey their null; those of a Wald test are centred.
    let score = "bootstrap.residual.scheme=score";
    let output = check(&[score]);
    assert_exit(&output, 2);
    assert!(text(&output.stderr).contains("do not obey the null"), "{}", text(&output.stderr));
    let spec = std::fs::read_to_string(lab.path("lab.toml")).unwrap();
    let spec = spec.replace("tests = [\"lm\", \"moran\"]\n", "").replace("\"lm-lag\", ", "");
    lab.write("lab.toml", &spec);
    assert_exit(&check(&[score]), 0);
    assert_exit(&lab.run(&["run", "lab.toml", "--set", score]), 0);
    let tests = rows(&lab.files("results/lab")["tests.csv"]);
    let computed = tests.iter().filter(|r| r["status"] == "computed");
    assert!(
        computed.clone().count() == 9
            && computed.into_iter().all(|r| !r["bootstrap_p_value"].is_empty())
    );
    // They are of the fits, which the scheme must be for.
    lab.write(
        "lab.toml",
        &spec.replace("\nbootstrap = \"residual\"", "").replace("bootstrap-interval", "std-error"),
    );
    let shown = text(&check(&["bootstrap.residual.scheme=pairs"]).stderr);
    assert!(shown.contains("`residual` is not for `slm` and `sem`"), "{shown}");
}
