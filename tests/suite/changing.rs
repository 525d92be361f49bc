//! Weights that change over time: the same matrix in every period is one matrix, and a panel is a
//! cross-section of its observations with a block-diagonal matrix and explicit dummies.

use crate::cli::{Lab, SPEC, assert_exit, text};
use crate::support::{
    assert_close, directed, estimate, fit, irregular, model, sample, units, whole,
};
use spanel::diagnostic::{self, Context};
use spanel::estimator::{Estimated, Problem, changing, covariance, find, impacts};
use spanel::ident::{Period, VarName};
use spanel::model::std_errors::StdErrors;
use spanel::model::{Effects, Model, Normalisation, Regressor, Term};
use spanel::outcome::{Basis, Statistic, TestOutcome};
use spanel::panel::sample::Sample;
use spanel::weights::{Links, Weights};

const N: usize = 6;
const T: usize = 5;

/// Another matrix in each period.
fn each() -> Vec<Weights> {
    let make = |t: usize| {
        let mut links = if t.is_multiple_of(2) { irregular(N) } else { directed(N) };
        for (i, j, w) in &mut links.links {
            *w = 1.0 + ((*i + 2 * *j + t) % 3) as f64;
        }
        Weights::new(&units(N), &links, Normalisation::Row).unwrap()
    };
    (0..T).map(make).collect()
}

/// The same panel as one period of N·T units, with dummies among the regressors.
fn stacked(data: &Sample, weights: &[Weights], effects: Effects) -> (Sample, Weights) {
    let n = N * T;
    let mut links = Vec::new();
    for (t, w) in weights.iter().enumerate() {
        for i in 0..N {
            links.extend(w.row(i).map(|(j, value)| (t * N + i, t * N + j, value)));
        }
    }
    let all = Links { units: units(n).as_slice().to_vec(), links };
    let mut x = data.x.clone();
    let dummy = |of: &dyn Fn(usize) -> bool| (0..n).map(|o| f64::from(u8::from(of(o)))).collect();
    if effects.has_individual() {
        x.extend((1..N).map(|i| dummy(&|o| o % N == i)));
    }
    if effects.has_time() {
        x.extend((1..T).map(|t| dummy(&|o| o / N == t)));
    }
    let name = |j| Regressor::new(VarName::new(format!("x{j}")), 0);
    let own = data.regressors.iter().cloned();
    let regressors = own.chain((data.x.len()..x.len()).map(name)).collect();
    let sample = Sample {
        units: units(n),
        periods: vec![Period(2000)],
        response: data.response.clone(),
        y: data.y.clone(),
        regressors,
        x,
    };
    (sample, Weights::new(&units(n), &all, Normalisation::None).unwrap())
}

fn of_cross_section(model: &Model, data: &Sample) -> Model {
    Model { effects: Effects::None, regressors: data.regressors.clone(), ..model.clone() }
}

fn loglik(of: &Estimated) -> f64 {
    of.fit.statistics[&Statistic::Loglik]
}

#[test]
fn a_panel_is_a_cross_section_with_a_block_for_each_period() {
    let each = each();
    let blocks = Weights::by_period(&units(N), self::each()).unwrap();
    let data = sample(&blocks, T, 11);
    let cases = [
        ("ols", Effects::Individual),
        ("slm", Effects::None),
        ("slm", Effects::Individual),
        ("slm", Effects::Time),
        ("slm", Effects::TwoWay),
        ("sdm", Effects::TwoWay),
        ("sem", Effects::None),
        ("sem", Effects::Time),
        ("sdem", Effects::Time),
    ];
    for (name, effects) in cases {
        let data = whole(&data, &blocks, name);
        let asked = model(name, effects, 2);
        let got = fit(&data, &blocks, &asked);
        let (flat, w) = stacked(&data, &each, effects);
        // Durbin terms are columns like others there.
        let base = match name {
            "sdm" => "slm",
            "sdem" => "sem",
            name => name,
        };
        let own = Model { estimator: base.to_owned(), ..of_cross_section(&asked, &flat) };
        let want = fit(&flat, &w, &own);
        for e in &got.fit.estimates {
            if e.term == Term::Constant {
                continue;
            }
            let (value, se) = estimate(&want, &e.term);
            assert_close(&format!("{name} {effects} {}", e.term), e.value, value, 1e-9);
            assert_close(&format!("{name} {effects} se {}", e.term), e.std_error, se, 1e-8);
        }
        assert_close(&format!("{name} {effects} loglik"), loglik(&got), loglik(&want), 1e-10);
    }
}

#[test]
fn effects_and_other_standard_errors_are_those_of_the_blocks() {
    let each = each();
    let blocks = Weights::by_period(&units(N), self::each()).unwrap();
    let data = sample(&blocks, T, 12);
    let (flat, w) = stacked(&data, &each, Effects::Time);
    for std_errors in [StdErrors::Default, StdErrors::Hessian, StdErrors::Qml] {
        let asked = Model { std_errors, ..model("slm", Effects::Time, 2) };
        let slm = find("slm").unwrap();
        let with = |data: &Sample, w: &Weights, model: &Model| {
            let problem = Problem::new(data, w, model).unwrap();
            let at = covariance::fit(slm, &problem).unwrap();
            let effects = impacts::impacts(&problem, &at.fit);
            (at, effects)
        };
        let (got, effects) = with(&data, &blocks, &asked);
        let (want, of_flat) = with(&flat, &w, &of_cross_section(&asked, &flat));
        for e in got.fit.estimates.iter().filter(|e| e.term != Term::Constant) {
            let se = estimate(&want, &e.term).1;
            assert_close(&format!("{:?} {}", asked.std_errors, e.term), e.std_error, se, 1e-7);
        }
        assert_eq!(effects.len(), 6);
        for e in &effects {
            let other = of_flat.iter().find(|other| other.term == e.term).unwrap();
            assert_close(&format!("{}", e.term), e.value, other.value, 1e-9);
            assert_close(&format!("se {}", e.term), e.std_error, other.std_error, 1e-7);
        }
    }
}

#[test]
fn one_matrix_in_every_period_is_one_matrix() {
    let one = Weights::new(&units(N), &irregular(N), Normalisation::Row).unwrap();
    let again: Vec<Weights> = (0..T)
        .map(|_| Weights::new(&units(N), &irregular(N), Normalisation::Row).unwrap())
        .collect();
    let same = Weights::by_period(&units(N), again).unwrap();
    let data = sample(&one, T, 13);
    for name in ["ols", "slx", "slm", "sdm", "sem", "sdem"] {
        for effects in [Effects::None, Effects::Individual, Effects::Time, Effects::TwoWay] {
            let asked = model(name, effects, 2);
            if changing::supports(find(name).unwrap(), &asked).is_err() {
                assert!(name.contains("em") && effects.has_individual(), "{name} {effects}");
                continue;
            }
            let (a, b) = (fit(&data, &one, &asked), fit(&data, &same, &asked));
            for (a, b) in a.fit.estimates.iter().zip(&b.fit.estimates) {
                assert_close(&format!("{name} {effects} {}", a.term), b.value, a.value, 1e-12);
                assert_close(&format!("{name} {effects} se"), b.std_error, a.std_error, 1e-11);
            }
        }
    }
}

#[test]
fn lagrange_multiplier_tests_are_those_of_the_blocks() {
    let each = each();
    let blocks = Weights::by_period(&units(N), self::each()).unwrap();
    let data = sample(&blocks, T, 14);
    let lm = diagnostic::find("lm").unwrap();
    for effects in [Effects::Individual, Effects::TwoWay] {
        let asked = model("ols", effects, 2);
        let got = lm.run(&Context::new(Problem::new(&data, &blocks, &asked).unwrap()));
        let (flat, w) = stacked(&data, &each, effects);
        let flat_model = of_cross_section(&asked, &flat);
        let want = lm.run(&Context::new(Problem::new(&flat, &w, &flat_model).unwrap()));
        let mut compared = 0;
        for test in got.tests.iter().filter(|t| t.basis == Basis::Within) {
            let TestOutcome::Computed { statistic, .. } = test.outcome else { panic!("{test:?}") };
            let other = want.tests.iter().find(|other| other.name == test.name).unwrap();
            let TestOutcome::Computed { statistic: there, .. } = other.outcome else {
                panic!("{other:?}")
            };
            assert_close(&test.name, statistic, there, 1e-9);
            compared += 1;
        }
        assert!(compared >= 4);
    }
}

#[test]
fn tests_that_rest_on_one_matrix_say_so() {
    let blocks = Weights::by_period(&units(N), each()).unwrap();
    let data = sample(&blocks, T, 15);
    let asked = model("slm", Effects::Individual, 2);
    let context = Context::new(Problem::new(&data, &blocks, &asked).unwrap());
    for name in ["effects", "collinearity", "serial-correlation", "heteroskedasticity", "hausman"] {
        assert!(diagnostic::refused(diagnostic::find(name).unwrap(), &context).is_none(), "{name}");
    }
    for name in ["bsk", "bsjk", "cd", "debarsy-ertur", "hausman-spatial"] {
        assert!(diagnostic::refused(diagnostic::find(name).unwrap(), &context).is_some(), "{name}");
    }
    let refused = diagnostic::refused(diagnostic::find("moran").unwrap(), &context).unwrap();
    assert_eq!(refused.tests.len(), 2);
    assert!(refused.tests.iter().all(|t| matches!(&t.outcome,
        TestOutcome::NotApplicable { reason } if reason.contains("change over time"))));
    assert!(diagnostic::refused(diagnostic::find("lm").unwrap(), &context).is_none());
}

/// The laboratory with a GAL file for each year; in odd years `a` and `b` are no neighbours.
fn lab(spec: &str) -> Lab {
    let lab = Lab::new();
    lab.write("lab.toml", spec);
    let even = "0 6 panel unit\na 2\nb f\nb 2\na c\nc 3\nb d f\nd 2\nc e\ne 2\nd f\nf 3\na c e\n";
    let odd = "0 6 panel unit\na 1\nf\nb 1\nc\nc 3\nb d f\nd 2\nc e\ne 2\nd f\nf 3\na c e\n";
    for year in 2000..2008 {
        lab.write(&format!("links-{year}.gal"), if year % 2 == 0 { even } else { odd });
    }
    lab
}

fn changing_spec() -> String {
    SPEC.replace("links.gal", "links-{period}.gal")
        .replace(r#""none", "individual", "two-way""#, r#""individual", "two-way""#)
        .replace(r#"["ols", "slm", "sem"]"#, r#"["ols", "slm"]"#)
        .replace(r#"tests = ["lm", "moran"]"#, r#"tests = ["lm"]"#)
}

#[test]
fn a_file_for_each_period_is_run_and_said() {
    let lab = lab(&changing_spec());
    let run = lab.run(&["run", "lab.toml"]);
    assert_exit(&run, 0);
    let table = std::fs::read_to_string(lab.path("results/lab/tables/main.md")).unwrap();
    assert!(table.contains("a matrix for each period"), "{table}");
    assert_exit(&lab.run(&["verify", "lab.toml", "--sample", "50"]), 0);
    // A file that is another one makes cells stale, and is said.
    let odd = std::fs::read_to_string(lab.path("links-2001.gal")).unwrap();
    lab.write("links-2006.gal", &odd);
    let plan = text(&lab.run(&["plan", "lab.toml"]).stdout);
    assert!(plan.contains("links of w: 1 of other weight (a–b)"), "{plan}");
}

#[test]
fn units_that_are_alone_at_times_are_said() {
    let spec = changing_spec().replace("{period}.gal\"", "{period}.gal\"\nisolates = \"keep\"");
    let lab = lab(&spec);
    let alone = "0 6 panel unit\na 1\nf\nb 0\n\nc 2\nd f\nd 2\nc e\ne 2\nd f\nf 3\na c e\n";
    for year in [2001, 2004, 2005, 2006] {
        lab.write(&format!("links-{year}.gal"), alone);
    }
    let seen = text(&lab.run(&["weights", "lab.toml"]).stdout);
    for part in [
        "links       10 to 14 in a period",
        "neighbours  0 to 3",
        "islands     none",
        "at times    1: b",
        "components  1 to 2 in a period",
        "symmetric   yes in every period",
    ] {
        assert!(seen.contains(part), "{part}: {seen}");
    }
    assert_exit(&lab.run(&["run", "lab.toml"]), 0);
    let fits = std::fs::read_to_string(lab.path("results/lab/fits.csv")).unwrap();
    assert!(fits.contains("b (2001, 2004–2006)"), "{fits}");
    let table = std::fs::read_to_string(lab.path("results/lab/tables/main.md")).unwrap();
    let note = "Units without neighbours in some periods: b (2001, 2004–2006)";
    assert!(table.contains(note), "{table}");
}

#[test]
fn a_missing_period_and_senseless_models_are_told() {
    let missing = lab(&changing_spec());
    std::fs::remove_file(missing.path("links-2003.gal")).unwrap();
    let check = missing.run(&["check", "lab.toml"]);
    assert_exit(&check, 3);
    assert!(text(&check.stderr).contains("links-2003.gal"), "{}", text(&check.stderr));

    let wrong = changing_spec().replace(r#"["ols", "slm"]"#, r#"["slm", "sem", "sac"]"#);
    let check = lab(&wrong).run(&["check", "lab.toml"]);
    assert_exit(&check, 2);
    let said = text(&check.stderr);
    assert!(said.contains("weights `w` change over time") && said.contains("dummy"), "{said}");
}

/// Closeness in income of the same year, and a product with contiguity that follows it.
#[test]
fn weights_of_the_values_of_each_period() {
    let spec = SPEC
        .replace(
            "[weights.w]\nfile = \"links.gal\"",
            "[weights.c]\nfile = \"links.gal\"\n\n[weights.d]\neconomic = \"z\"\ninverse_power = 1\n\
             each_period = true\n\n[weights.w]\nproduct = [\"c\", \"d\"]",
        )
        .replace(r#""none", "individual", "two-way""#, r#""individual""#)
        .replace(r#"["ols", "slm", "sem"]"#, r#"["slm"]"#)
        .replace(r#"tests = ["lm", "moran"]"#, r#"tests = ["lm"]"#);
    let lab = Lab::new();
    lab.write("lab.toml", &spec);
    assert_exit(&lab.run(&["run", "lab.toml"]), 0);
    let table = std::fs::read_to_string(lab.path("results/lab/tables/main.md")).unwrap();
    assert!(table.contains("a matrix for each period"), "{table}");

    // Moran's I of a year is that of the weights of the year alone.
    let year = |lab: &Lab, year: &str| {
        let csv = std::fs::read_to_string(lab.path("results/lab/moran.csv")).unwrap();
        csv.lines().find(|l| l.contains(&format!(",{year},"))).expect("the year").to_owned()
    };
    let changing = year(&lab, "2003");
    lab.write("lab.toml", &spec.replace("each_period = true", "years = [2003, 2003]"));
    assert_exit(&lab.run(&["run", "lab.toml"]), 0);
    let numbers = |row: &str| row.split(',').skip(4).take(4).map(str::to_owned).collect::<Vec<_>>();
    assert_eq!(numbers(&changing), numbers(&year(&lab, "2003")));

    lab.write(
        "lab.toml",
        &spec.replace("each_period = true", "each_period = true\nyears = [2003, 2003]"),
    );
    let check = lab.run(&["check", "lab.toml"]);
    assert_exit(&check, 2);
    assert!(text(&check.stderr).contains("take one of them out"), "{}", text(&check.stderr));
}
