//! `spanel simulate`: what a process declares is what comes out.

use spanel::ident::{Period, UnitId, UnitIndex, VarName};
use spanel::model::{Effects, LagOrder, Model, Normalisation, Regressor, Term};
use spanel::panel::sample::Sample;
use spanel::simulate::{Simulation, simulate};
use spanel::weights::{Links, Weights};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

fn experiments() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("experiments")
}

fn shipped() -> Simulation {
    simulate(&experiments().join("paper-dgp.toml")).unwrap_or_else(|m| panic!("{m}"))
}

fn columns(csv: &str) -> BTreeMap<String, Vec<String>> {
    let mut reader = csv::Reader::from_reader(csv.as_bytes());
    let header = reader.headers().expect("a header").clone();
    let mut columns: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for row in reader.records() {
        for (name, cell) in header.iter().zip(&row.expect("a row")) {
            columns.entry(name.to_owned()).or_default().push(cell.to_owned());
        }
    }
    columns
}

fn numbers(columns: &BTreeMap<String, Vec<String>>, name: &str) -> Vec<f64> {
    columns[name].iter().map(|v| v.parse().expect("a number")).collect()
}

#[test]
fn the_shipped_panel_is_what_the_process_gives() {
    let made = shipped();
    assert_eq!(made, shipped(), "the same seed gives the same bytes");
    let read = |name: &str| {
        let file = experiments().join("data").join(name);
        std::fs::read_to_string(&file).unwrap_or_else(|e| panic!("{}: {e}", file.display()))
    };
    let advice = "run `spanel simulate experiments/paper-dgp.toml \
                  --out experiments/data/paper-simulated.csv`";
    assert!(made.csv == read("paper-simulated.csv"), "the panel changed: {advice}");
    assert_eq!(made.provenance, read("paper-simulated.provenance.toml"), "{advice}");
    assert!(made.provenance.starts_with("simulated = true\n"));
}

/// Means and standard deviations of Table 2 (Tang, Peng & Yang 2021), as printed.
#[test]
fn the_moments_are_those_of_table_2() {
    let columns = columns(&shipped().csv);
    let is: Vec<f64> = numbers(&columns, "si").iter().map(|v| v.ln()).collect();
    for (name, mean, sd) in [
        ("ln_co2", 8.8098, 0.8893),
        ("ln_oa", 5.4725, 1.7276),
        ("ln_la", 3.3922, 1.5991),
        ("ln_ca", 5.4804, 1.6545),
        ("ln_ta", 11.1176, 2.2596),
        ("ln_ee", 2.9961, 0.6780),
        ("ln_pgdp", 10.2098, 0.8509),
        ("ln_fdi", 5.0373, 1.7180),
        ("ln_is", 3.8059, 0.4057),
    ] {
        let x = if name == "ln_is" { is.clone() } else { numbers(&columns, name) };
        assert_eq!(x.len(), 510);
        let found = x.iter().sum::<f64>() / 510.0;
        let spread = (x.iter().map(|v| (v - found).powi(2)).sum::<f64>() / 509.0).sqrt();
        assert!((found - mean).abs() < 1e-6, "{name}: mean {found}");
        assert!((spread - sd).abs() < 1e-6, "{name}: standard deviation {spread}");
    }
    assert!(numbers(&columns, "si").iter().all(|v| (0.0..100.0).contains(v)), "a share");
}

/// A change to one column, or a new one, leaves the draws of the others alone.
#[test]
fn another_column_changes_no_other() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let text = std::fs::read_to_string(experiments().join("paper-dgp.toml")).expect("the process");
    let data = experiments().join("data");
    let text = text.replace("\"data/", &format!("\"{}/", data.display()));
    let more = "\n[[columns]]\nname = \"extra\"\nmean = 0.0\nsd = 1.0\nunit = 0.5\n";
    let file = folder.path().join("more.toml");
    std::fs::write(&file, text + more).expect("written");
    let with = columns(&simulate(&file).unwrap_or_else(|m| panic!("{m}")).csv);
    let without = columns(&shipped().csv);
    assert_eq!(with["extra"].len(), 510);
    for (name, values) in &without {
        assert_eq!(*values, with[name], "{name}");
    }
}

/// The truth of the process lies within three and a half standard errors of its estimates.
#[test]
fn the_truth_is_recovered() {
    let columns = columns(&shipped().csv);
    let (n, t) = (30, 17);
    let units: Vec<UnitId> = (0..n).map(|i| UnitId(columns["province"][i * t].clone())).collect();
    let index = UnitIndex::new(units.clone()).expect("distinct provinces");
    let text = std::fs::read_to_string(experiments().join("data/china-provinces.gal"));
    let weights = weights(&index, &text.expect("the weights"));
    // The file is sorted by province; a sample is stacked by period, here without two years.
    let stack = |x: &[f64], lag: usize| -> Vec<f64> {
        (2..t).flat_map(|s| (0..n).map(move |i| x[i * t + s - lag])).collect()
    };
    let is: Vec<f64> = numbers(&columns, "si").iter().map(|v| v.ln()).collect();
    let truth = [
        ("ln_oa", 0, -0.2580),
        ("ln_oa", 1, 0.2306),
        ("ln_oa", 2, 0.0027),
        ("ln_ee", 0, 0.4055),
        ("ln_pgdp", 0, 0.2780),
        ("ln_fdi", 0, -0.0196),
        ("ln_is", 0, 0.3675),
    ];
    let column = |name: &str| if name == "ln_is" { is.clone() } else { numbers(&columns, name) };
    let regressor = |name: &str, lag| Regressor::new(VarName::new(name), lag);
    let sample = Sample {
        units: index,
        periods: (2004..=2018).map(Period).collect(),
        response: VarName::new("ln_co2"),
        y: stack(&column("ln_co2"), 0),
        regressors: truth.iter().map(|&(name, lag, _)| regressor(name, lag)).collect(),
        x: truth.iter().map(|&(name, lag, _)| stack(&column(name), lag as usize)).collect(),
    };
    let model = Model {
        estimator: "slm".to_owned(),
        response: sample.response.clone(),
        regressors: sample.regressors.clone(),
        effects: Effects::TwoWay,
        lag_order: LagOrder::LagThenDemean,
        small_sample: None,
        std_errors: spanel::model::std_errors::StdErrors::Default,
        error_components: None,
        instruments: spanel::model::instruments::Instruments::default(),
        correction: spanel::model::incidental::Correction::None,
        dynamics: None,
        moment_weights: None,
        variance_components: None,
    };
    let problem = spanel::estimator::Problem::new(&sample, &weights, &model).expect("one order");
    let fit = spanel::estimator::find("slm").expect("slm").fit(&problem).expect("a fit").fit;
    let mut wanted: Vec<(Term, f64)> = truth
        .iter()
        .map(|&(name, lag, value)| (Term::Variable(regressor(name, lag)), value))
        .collect();
    wanted.push((Term::Rho, 0.2560));
    for (term, value) in wanted {
        let found = fit.estimates.iter().find(|e| e.term == term).expect("the term");
        let z = (found.value - value) / found.std_error;
        println!("{term}: {value} {:.4} ({:.4}) z = {:.2}", found.value, found.std_error, z);
        assert!(z.abs() < 3.5, "{term}: {value}, estimated {} ({})", found.value, found.std_error);
    }
}

fn weights(index: &UnitIndex, gal: &str) -> Weights {
    let place: BTreeMap<String, usize> = index
        .as_slice()
        .iter()
        .enumerate()
        .map(|(i, unit)| (unit.0.replace(' ', "_"), i))
        .collect();
    let lines: Vec<&str> = gal.lines().skip(1).collect();
    let links = lines
        .chunks(2)
        .flat_map(|pair| {
            let from = place[pair[0].split_whitespace().next().expect("a unit")];
            pair[1].split_whitespace().map(move |to| (from, to)).collect::<Vec<_>>()
        })
        .map(|(from, to)| (from, place[to], 1.0))
        .collect();
    let links = Links { units: index.as_slice().to_vec(), links };
    Weights::new(index, &links, Normalisation::Row).expect("a weights matrix")
}

/// Every mistake at once, each at its line.
#[test]
fn mistakes_of_a_process_are_all_reported() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let file = folder.path().join("wrong.toml");
    let text = r#"
seed = 1
[panel]
units = "u.csv"
unit = "unit"
time = "year"
years = [2010, 2001]
weights = "w.gal"
[response]
name = "y"
mean = 0.0
sd = -1.0
rho = 1.5
sigma = 1.0
coefficients = { xx = 1.0, "x@lagtwo" = 2.0 }
[[columns]]
name = "x"
mean = 0.0
sd = 1.0
unit = 0.7
trend = 0.6
persistence = 1.0
follows = { column = "xy", share = 0.5 }
[[columns]]
name = "y"
mean = 0.0
sd = 1.0
unit = 0.5
"#;
    std::fs::write(&file, text).expect("written");
    let mistakes = simulate(&file).expect_err("a wrong process");
    let shown: Vec<String> = mistakes
        .iter()
        .map(|m| m.to_string().rsplit_once("wrong.toml:").expect("a place").1.to_owned())
        .collect();
    insta::assert_debug_snapshot!(shown);
}
