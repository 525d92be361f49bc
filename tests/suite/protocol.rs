//! The sequence of decisions: it finds the model that a panel was drawn from, its numbers are those of
//! the tests alone, and units may stand in any order.

use crate::cli::{Lab, SPEC, assert_exit, text};
use crate::support::{assert_close, model, regressor, two_orders, undirected, units};
use spanel::diagnostic::protocol::run;
use spanel::diagnostic::{Context, find};
use spanel::estimator::Problem;
use spanel::ident::{Period, VarName};
use spanel::math::random::Stream;
use spanel::model::protocol::Protocol as Asked;
use spanel::model::{Effects, Normalisation};
use spanel::outcome::TestOutcome;
use spanel::outcome::protocol::{Answer, Protocol, Question};
use spanel::panel::sample::Sample;
use spanel::weights::Weights;

const ASKED: Asked = Asked { level: 0.05 };
const SIDE: usize = 7;
const T: usize = 12;

fn lattice() -> Weights {
    let n = SIDE * SIDE;
    let right = (0..n).filter(|i| (i + 1) % SIDE != 0).map(|i| (i, i + 1));
    let below = (0..n - SIDE).map(|i| (i, i + SIDE));
    let pairs: Vec<(usize, usize)> = right.chain(below).collect();
    Weights::new(&units(n), &undirected(n, &pairs), Normalisation::Row).unwrap()
}

/// y = (I − ρW)⁻¹(xβ + Wxθ + μ + (I − λW)⁻¹e), units' effects correlated with x, none of periods.
fn drawn(w: &Weights, (rho, theta, lambda): (f64, f64, f64), seed: u8) -> Sample {
    let n = w.n();
    let mut s = Stream::new([seed; 32], 0);
    let mut draw = |count: usize| -> Vec<f64> { (0..count).map(|_| s.normal()).collect() };
    let unit = draw(n);
    let x: Vec<f64> = draw(n * T).iter().enumerate().map(|(at, v)| v + unit[at % n]).collect();
    let e: Vec<f64> = draw(n * T);
    let (u, wx) = (w.resolve(lambda, &e), w.lag(&x));
    let inner: Vec<f64> =
        (0..n * T).map(|at| x[at] + theta * wx[at] + 2.0 * unit[at % n] + u[at]).collect();
    Sample {
        units: w.units().clone(),
        periods: (0..T).map(|t| Period(2000 + t as i64)).collect(),
        response: VarName::new("y"),
        y: w.resolve(rho, &inner),
        regressors: vec![regressor(0)],
        x: vec![x],
    }
}

fn decide(sample: &Sample, w: &Weights, effects: Effects) -> Protocol {
    let asked = model("ols", effects, sample.x.len());
    run(&Problem::new(sample, w, &asked).unwrap(), ASKED)
}

fn answer(of: &Protocol, question: Question) -> Answer {
    of.steps.iter().find(|s| s.question == question).expect("the step").answer
}

#[test]
fn it_finds_what_a_panel_was_drawn_from() {
    let w = lattice();
    for (name, of) in [
        ("slm", (0.5, 0.0, 0.0)),
        ("sem", (0.0, 0.0, 0.6)),
        ("sdm", (0.4, 0.7, 0.0)),
        ("ols", (0.0, 0.0, 0.0)),
    ] {
        // A test rejects a true hypothesis once in twenty panels: most, not all.
        let found = (0..12)
            .filter(|seed| decide(&drawn(&w, of, *seed), &w, Effects::TwoWay).chosen == name);
        let found = found.count();
        assert!(found >= 8, "{name}: {found} of 12");
    }
    let one = decide(&drawn(&w, (0.0, 0.0, 0.0), 3), &w, Effects::TwoWay);
    assert_eq!(answer(&one, Question::UnitEffects), Answer::Kept);
    assert_eq!(answer(&one, Question::PeriodEffects), Answer::Dropped);
    assert_eq!(answer(&one, Question::FixedOrRandom), Answer::Fixed);
    assert_eq!(one.effects, Effects::Individual);
}

#[test]
fn its_numbers_are_those_of_the_tests_alone() {
    let w = lattice();
    let sample = drawn(&w, (0.5, 0.0, 0.0), 3);
    let of = decide(&sample, &w, Effects::Individual);
    let alone = model("ols", Effects::Individual, 1);
    let context = Context::new(Problem::new(&sample, &w, &alone).unwrap());
    let statistic = |outcome: &TestOutcome| match outcome {
        TestOutcome::Computed { statistic, .. } => *statistic,
        TestOutcome::NotApplicable { reason } => panic!("{reason}"),
    };
    let mut compared = 0;
    for (group, question) in [
        ("lm", Question::PooledDependence),
        ("lm", Question::Dependence),
        ("effects", Question::UnitEffects),
        ("hausman", Question::FixedOrRandom),
    ] {
        let all = find(group).unwrap().run(&context).tests;
        let step = of.steps.iter().find(|s| s.question == question).unwrap();
        for test in &step.tests {
            let same = |t: &&spanel::outcome::Test| t.name == test.name && t.basis == test.basis;
            let other = all.iter().find(same).unwrap();
            if matches!(other.outcome, TestOutcome::NotApplicable { .. }) {
                continue;
            }
            let (here, there) = (statistic(&test.outcome), statistic(&other.outcome));
            assert_close(&test.name, here, there, 1e-13);
            compared += 1;
        }
    }
    assert!(compared >= 9, "{compared}");
}

#[test]
fn units_may_stand_in_any_order() {
    let order = [4, 2, 7, 0, 8, 1, 3, 6, 5];
    let [(w, data), (moved, again)] = two_orders(&order, 9, 5);
    let (here, there) =
        (decide(&data, &w, Effects::TwoWay), decide(&again, &moved, Effects::TwoWay));
    assert_eq!((here.chosen, here.effects), (there.chosen, there.effects));
    for (a, b) in here.steps.iter().zip(&there.steps) {
        assert_eq!((a.question, a.answer), (b.question, b.answer));
        for (a, b) in a.tests.iter().zip(&b.tests) {
            if let (
                TestOutcome::Computed { statistic: a, .. },
                TestOutcome::Computed { statistic: b, .. },
            ) = (&a.outcome, &b.outcome)
            {
                assert_close("statistic", *a, *b, 1e-7);
            }
        }
    }
}

fn with(text: &str) -> String {
    let table = "\n[[tables]]\nid = \"choice\"\nkind = \"protocol\"\ncaption = \"Choice\"\ngrid = \"main\"\n\
                 where = { model = \"ols\", effects = \"two-way\", region = \"all\" }\ncolumns = [\"lags\"]\n";
    format!("{}{table}", SPEC.replace("tests = [\"lm\"", &format!("{text}tests = [\"lm\"")))
}

#[test]
fn a_table_and_a_file_show_it() {
    let lab = Lab::new();
    lab.write("lab.toml", &with("protocol = { level = 0.1 }\n"));
    assert_exit(&lab.run(&["run", "lab.toml"]), 0);
    let table = std::fs::read_to_string(lab.path("results/lab/tables/choice.md")).unwrap();
    for said in ["SDM against SLM", "Decision", "Sequence of decisions", "Tests reject at 10"] {
        assert!(table.contains(said), "{said}: {table}");
    }
    let csv = std::fs::read_to_string(lab.path("results/lab/protocol.csv")).unwrap();
    assert!(csv.lines().any(|l| l.contains(",base,choice,")), "{csv}");
}

#[test]
fn a_cell_without_it_and_one_of_random_effects_are_told() {
    let lab = Lab::new();
    lab.write("lab.toml", &with(""));
    let check = lab.run(&["check", "lab.toml"]);
    assert_exit(&check, 2);
    assert!(text(&check.stderr).contains("[grids.main.protocol]"), "{}", text(&check.stderr));

    lab.write("lab.toml", &with("protocol = { level = 1.5 }\n"));
    let check = lab.run(&["check", "lab.toml"]);
    assert_exit(&check, 2);
    assert!(text(&check.stderr).contains("1.5 is not between 0 and 1"));

    let random = with("protocol = { level = 0.05 }\n").replace("\"none\", ", "\"random\", ");
    lab.write("lab.toml", &random);
    let check = lab.run(&["check", "lab.toml"]);
    assert_exit(&check, 2);
    assert!(text(&check.stderr).contains("fixed or random, and starts"), "{}", text(&check.stderr));
}
