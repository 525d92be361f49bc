//! One cell in lines that a script reads: what `benches/compare/compare.sh` holds against R and
//! Python.
//!
//! The cell is the SLM of `experiments/us-states.toml` with two-way effects on the whole country
//! (N = 48, T = 17, k = 4). `cargo bench --bench one_fit` prints `name=value` lines; times are CPU
//! time of the measuring thread, the best of several repeats.

#![allow(clippy::print_stdout, reason = "a bench prints what it measured")]

#[allow(dead_code, reason = "the other benches use the rest")]
mod common;

use common::{Case, best};
use spanel::bootstrap::replicates::Path;
use spanel::bootstrap::summary::{Original, summary};
use spanel::estimator::Problem;
use spanel::ident::{Period, UnitId, UnitIndex, VarName};
use spanel::model::{Effects, LagOrder, Model, Normalisation, Regressor};
use spanel::panel::sample::Sample;
use spanel::weights::{Links, Weights};
use std::collections::BTreeMap;
use std::hint::black_box;

const REPLICATES: usize = 999;
const MANY: usize = 9_984;
const REFITS: usize = 48;

/// Columns of the file, and whether the model takes their logarithm. The first is the response.
const COLUMNS: [(&str, bool); 5] =
    [("gsp", true), ("pcap", true), ("pc", true), ("emp", true), ("unemp", false)];

fn main() {
    let pool = rayon::ThreadPoolBuilder::new().num_threads(1).use_current_thread().build();
    pool.expect("one thread").install(measure);
}

fn measure() {
    let data = concat!(env!("CARGO_MANIFEST_DIR"), "/experiments/data/us-states");
    let read = |ending: &str| std::fs::read_to_string(format!("{data}.{ending}"));
    let (csv, gal) = (read("csv").expect("the data"), read("gal").expect("the links"));
    let sample = sample(&csv);
    let links = links(&gal, &sample.units);
    let units = sample.units.clone();
    let weights = || Weights::new(&units, &links, Normalisation::Row).expect("links");
    let model = model(&sample);
    let mut case = Case { name: "us-states".to_owned(), weights: weights(), sample, model };
    // What a fit derives from W is kept in the W, so that a first fit is one with a new W.
    let one_fit = best(50, || {
        let weights = weights();
        let problem = Problem::new(&case.sample, &weights, &case.model).expect("the same units");
        black_box(case.estimator().fit(&problem)).expect("a fit");
    });
    let fit = case.fit();
    let plain = case.replicator(&fit, "residual", Path::Plain);
    let refit = best(9, || drop(black_box(plain.replicates(0, REFITS)))) / REFITS as f64;
    let batched = case.replicator(&fit, "residual", Path::Batched);
    let replicate = best(15, || drop(black_box(batched.replicates(0, MANY)))) / MANY as f64;
    let estimates: Vec<String> = fit
        .estimates()
        .iter()
        .take(COLUMNS.len())
        .map(|e| format!("{}={:.10}", e.term, e.value))
        .collect();
    let task = best(15, || {
        case.weights = weights();
        percentile_t(&case);
    });

    println!("spanel_version={}", env!("CARGO_PKG_VERSION"));
    println!("estimates: {}", estimates.join(" "));
    println!("one_fit_us={:.3}", one_fit * 1e6);
    println!("plain_refit_us={:.3}", refit * 1e6);
    println!("replicate_us={:.4}", replicate * 1e6);
    println!("task_999_ms={:.4}", task * 1e3);
}

/// The user's task: the fit, its effects, and their residual bootstrap with percentile-t intervals.
fn percentile_t(case: &Case) {
    let fit = case.fit();
    let drawn = case.replicator(&fit, "residual", Path::Batched).replicates(0, REPLICATES);
    let originals: Vec<Original<'_>> = fit
        .estimates()
        .into_iter()
        .map(|estimate| Original { estimate, bounds: None, acceleration: None })
        .collect();
    black_box(summary(&originals, &drawn));
}

/// The file is sorted by state, then year, and complete; a sample is stacked by year.
fn sample(csv: &str) -> Sample {
    let mut lines = csv.lines().map(|line| line.split(',').collect::<Vec<_>>());
    let header = lines.next().expect("a header");
    let place = |name: &str| header.iter().position(|h| *h == name).expect("a column");
    let (state, year) = (place("state"), place("year"));
    let mut rows: BTreeMap<(i64, &str), Vec<f64>> = BTreeMap::new();
    for line in lines {
        let number = |(name, log): &(&str, bool)| {
            let value: f64 = line[place(name)].parse().expect("a number");
            if *log { value.ln() } else { value }
        };
        let key = (line[year].parse().expect("a year"), line[state]);
        rows.insert(key, COLUMNS.iter().map(number).collect());
    }
    let mut years: Vec<i64> = rows.keys().map(|(year, _)| *year).collect();
    years.dedup();
    let states = rows.keys().take_while(|(year, _)| *year == years[0]);
    let units = states.map(|(_, state)| UnitId((*state).to_owned())).collect();
    let column = |j: usize| rows.values().map(|row| row[j]).collect::<Vec<f64>>();
    Sample {
        units: UnitIndex::new(units).expect("distinct"),
        periods: years.into_iter().map(Period).collect(),
        response: VarName::new(COLUMNS[0].0),
        y: column(0),
        regressors: COLUMNS[1..]
            .iter()
            .map(|(name, _)| Regressor::new(VarName::new(*name), 0))
            .collect(),
        x: (1..COLUMNS.len()).map(column).collect(),
    }
}

/// After a header, a line with a unit and its number of neighbours and a line that names them.
fn links(gal: &str, units: &UnitIndex) -> Links {
    let all = units.as_slice();
    let place = |name: &str| all.iter().position(|u| u.0 == name).expect("a unit");
    let lines: Vec<&str> = gal.lines().skip(1).collect();
    let mut links = Vec::new();
    for pair in lines.chunks_exact(2) {
        let from = place(pair[0].split_whitespace().next().expect("a name"));
        links.extend(pair[1].split_whitespace().map(|to| (from, place(to), 1.0)));
    }
    Links { units: all.to_vec(), links }
}

fn model(sample: &Sample) -> Model {
    Model {
        estimator: "slm".to_owned(),
        response: sample.response.clone(),
        regressors: sample.regressors.clone(),
        effects: Effects::TwoWay,
        lag_order: LagOrder::LagThenDemean,
        small_sample: None,
        std_errors: spanel::model::std_errors::StdErrors::Default,
        instruments: spanel::model::instruments::Instruments::default(),
        correction: spanel::model::incidental::Correction::None,
        dynamics: None,
        moment_weights: None,
        variance_components: None,
        error_components: None,
    }
}
