//! How many permutations a second, in lines that a script reads: what `benches/esda/compare.py` holds
//! against Python's esda.
//!
//!     cargo bench --bench permutations -- FILE GLOBAL LOCAL
//!
//! FILE has a line for each unit: its value and the places of its neighbours, from 0. GLOBAL and LOCAL are
//! numbers of replicates. Without arguments: a queen lattice of 3 000 units and 999. Times are of the whole
//! statistic, analytical moments included, the best of several repeats: CPU time on one thread, which
//! other work on the machine leaves alone, and wall time on all.

#![allow(clippy::print_stdout, reason = "a bench prints what it measured")]

use cpu_time::ProcessTime;
use spanel::diagnostic::autocorrelation::permutation::Permutations;
use spanel::diagnostic::autocorrelation::{Asked, Found, of_period};
use spanel::ident::{Period, Seed, UnitId, UnitIndex};
use spanel::math::random::Stream;
use spanel::model::Normalisation;
use spanel::model::autocorrelation::{Alternative, Autocorrelation};
use spanel::weights::{Links, Weights};
use std::hint::black_box;
use std::time::Instant;

fn main() {
    let arguments: Vec<String> =
        std::env::args().skip(1).filter(|a| !a.starts_with("--")).collect();
    let (values, neighbours) = match arguments.first() {
        Some(file) => read(&std::fs::read_to_string(file).expect("the file of units")),
        None => lattice(50, 60),
    };
    let replicates = |at: usize| arguments.get(at).map_or(999, |n| n.parse().expect("a number"));
    let weights = weights(&neighbours);
    println!("n={}", values.len());
    for (name, threads) in [("one", 1), ("all", rayon::current_num_threads())] {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().expect("threads");
        let time = |statistics: &[Autocorrelation], replicates: u32| {
            let run = || found(&weights, &values, statistics, replicates);
            let seconds = pool.install(|| best(run, name == "one"));
            (seconds, pool.install(run))
        };
        let (global, found) = time(&[], replicates(1));
        println!("threads_{name}={threads}");
        println!("global_{name}_s={global:.9}");
        println!("i={:.15}", found.moran.i);
        println!("p={:.6}", found.moran.p_permutation.expect("permutations"));
        let (local, found) = time(&[Autocorrelation::LocalMoran], replicates(2));
        // The global statistic is computed with as many replicates beside the local one.
        let (beside, _) = time(&[], replicates(2));
        println!("local_{name}_s={:.9}", (local - beside).max(0.0));
        let significant = found.local[0].1.iter().filter(|u| u.p_permutation < Some(0.05)).count();
        println!("local_significant={significant}");
    }
}

fn found(
    weights: &Weights,
    values: &[f64],
    statistics: &[Autocorrelation],
    replicates: u32,
) -> Found {
    let permutations = Permutations { key: Seed(1).stream("a bench"), replicates };
    let asked = Asked { statistics, alternative: Alternative::TwoSided, permutations };
    of_period(weights, (values, None), Period(0), &asked).expect("a variable that varies")
}

/// Seconds, of CPU or of the wall, of the best of at least three runs, more while they are short.
fn best<T>(run: impl Fn() -> T, cpu: bool) -> f64 {
    let (mut best, begun) = (f64::INFINITY, Instant::now());
    for repeat in 0..200 {
        let (start, work) = (Instant::now(), ProcessTime::now());
        black_box(run());
        let seconds = if cpu { work.elapsed() } else { start.elapsed() };
        best = best.min(seconds.as_secs_f64());
        if repeat >= 2 && begun.elapsed().as_secs_f64() > 1.0 {
            break;
        }
    }
    best
}

fn read(text: &str) -> (Vec<f64>, Vec<Vec<usize>>) {
    let unit = |line: &str| {
        let mut words = line.split_whitespace();
        let value: f64 = words.next().expect("a value").parse().expect("a number");
        (value, words.map(|word| word.parse().expect("a place")).collect())
    };
    text.lines().map(unit).unzip()
}

/// A lattice whose cells are linked by sides and corners, with normal values.
fn lattice(rows: usize, columns: usize) -> (Vec<f64>, Vec<Vec<usize>>) {
    let mut stream = Stream::new(Seed(1).stream("values"), 0);
    let near = |at: usize, size: usize| at.saturating_sub(1)..(at + 2).min(size);
    let around = |at: usize| {
        let (row, column) = (at / columns, at % columns);
        let all = near(row, rows).flat_map(|r| near(column, columns).map(move |c| (r, c)));
        all.map(|(r, c)| r * columns + c).filter(|other| *other != at).collect()
    };
    (0..rows * columns).map(|at| (stream.normal(), around(at))).unzip()
}

fn weights(neighbours: &[Vec<usize>]) -> Weights {
    let units: Vec<UnitId> = (0..neighbours.len()).map(|i| UnitId(i.to_string())).collect();
    let links = neighbours
        .iter()
        .enumerate()
        .flat_map(|(from, all)| all.iter().map(move |to| (from, *to, 1.0)))
        .collect();
    let index = UnitIndex::new(units.clone()).expect("distinct");
    Weights::new(&index, &Links { units, links }, Normalisation::Row).expect("links")
}
