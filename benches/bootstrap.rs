//! How fast the bootstrap is, against what the machine could do.
//!
//! `cargo bench --bench bootstrap` prints the tables. Times are CPU time of the measuring thread,
//! the best of several repeats; P is the register multiply-add peak measured in the same run, and
//! R = replicates/s · F/P with F = (T + 1)(2N² + 4N) + 2mNT + 4NT the operations of a replicate by
//! dense products (m = 2k + 2 for the SLM, 3k for the SEM). Nothing is asserted here.

#![allow(clippy::print_stdout, reason = "a bench prints what it measured")]

mod common;

use common::{Case, best, cases, cpu, lattice, peak, queen};
use spanel::bootstrap::replicates::{Path, Replicates, Replicator};
use spanel::bootstrap::summary::{Original, summary};
use spanel::bootstrap::{Draws, Layout};
use spanel::estimator::batch::TileEstimates;
use spanel::math::lanes::LANES;
use spanel::math::words::Words;
use spanel::model::incidental::Correction;

const COUNT: usize = 9_984;

fn main() {
    // CPU time is that of the measuring thread: the work has to be done on it.
    let here = rayon::ThreadPoolBuilder::new().num_threads(1).use_current_thread().build();
    here.expect("the thread of the caller").install(|| {
        one_core();
        against_plain();
        many_units();
    });
    two_cores();
}

/// Draws `count` replicates as a run does: block by block, each in the place of the one before.
fn draw(made: &Replicator<'_>, count: usize, room: &mut Replicates) {
    for first in (0..count).step_by(made.block()) {
        made.fill(first as u64, made.block().min(count - first), room);
        std::hint::black_box(&*room);
    }
}

fn threads(count: usize) -> rayon::ThreadPool {
    rayon::ThreadPoolBuilder::new().num_threads(count).build().expect("threads")
}

/// Kernels against the same replicates fitted one at a time.
fn against_plain() {
    println!("\nBatched against plain, residual replicates, one core: us each, ratio");
    let of = |estimator: &str, correction| {
        let mut case = lattice(estimator, (8, 6), 17, 4);
        case.model.correction = correction;
        case
    };
    let mut room = Replicates::default();
    for (estimator, correction) in [
        ("slm", Correction::None),
        ("slm", Correction::Transformation),
        ("slm", Correction::BiasCorrected),
        ("sem", Correction::None),
        ("sem", Correction::Transformation),
        ("sem", Correction::BiasCorrected),
        ("sac", Correction::None),
    ] {
        let case = of(estimator, correction);
        let fit = case.fit();
        let [batched, plain] = [(Path::Batched, 2_400), (Path::Plain, 48)].map(|(path, count)| {
            let made = case.replicator(&fit, "residual", path);
            best(5, || draw(&made, count, &mut room)) / count as f64 * 1e6
        });
        println!(
            "{:22} {:15} {batched:9.3} {plain:9.1} {:7.0}",
            case.name,
            correction.name(),
            plain / batched
        );
    }
}

/// Replicates/s/core where nothing dense of order N² may stand in the loop.
fn many_units() {
    println!("\nMany units, queen contiguity, T = 10, k = 8: fit and set-up in s, us a replicate,");
    println!("replicates/s/core, growth of the time of a replicate as a power of N");
    let mut before: Option<(f64, f64)> = None;
    for (rows, columns) in [(20, 15), (55, 55), (200, 150)] {
        let case = queen("slm", (rows, columns), 10, 8);
        let n = (rows * columns) as f64;
        let start = cpu();
        let fit = case.fit();
        let fitted = cpu();
        let made = case.replicator(&fit, "residual", Path::Batched);
        let ready = cpu();
        let count = (2_000_000 / (rows * columns)).clamp(48, 2_400) / LANES * LANES;
        let seconds = best(3, || {
            std::hint::black_box(made.replicates(0, count));
        }) / count as f64;
        let growth = before.map_or_else(String::new, |(n0, s0)| {
            format!("{:6.2}", (seconds / s0).ln() / (n / n0).ln())
        });
        before = Some((n, seconds));
        println!(
            "{:22} {:8.3} {:8.3} {:9.1} {:8.0} {growth}",
            case.name,
            fitted - start,
            ready - fitted,
            seconds * 1e6,
            1.0 / seconds
        );
    }
}

/// Wall time of one thread against that of two, turn about.
fn two_cores() {
    println!("\nTwo cores against one, by wall time (an idle machine is needed):");
    let case = &cases()[0];
    let fit = case.fit();
    let made = case.replicator(&fit, "residual", Path::Batched);
    let pools = [threads(1), threads(2)];
    let mut times = [f64::MAX; 2];
    let mut room = Replicates::default();
    for _ in 0..9 {
        for (pool, time) in pools.iter().zip(&mut times) {
            let start = std::time::Instant::now();
            pool.install(|| draw(&made, 60_000, &mut room));
            *time = time.min(start.elapsed().as_secs_f64());
        }
    }
    println!("{:22} {:.2} times as fast", case.name, times[0] / times[1]);
}

fn one_core() {
    let mut p = peak();
    let mut room = Replicates::default();
    println!("Replicates of one cell on one core, standard errors of every coefficient, of the");
    println!("spatial parameter and of every effect included.\n");
    println!("{:22} {:>12} {:>9} {:>11} {:>6}", "cell", "scheme", "us", "replicates/s", "R");
    for case in cases() {
        for scheme in ["residual", "wild", "unit-wild"] {
            let fit = case.fit();
            let made = case.replicator(&fit, scheme, Path::Batched);
            p = p.max(peak());
            let seconds = best(15, || draw(&made, COUNT, &mut room)) / COUNT as f64;
            let share = case.operations() / seconds / p;
            println!(
                "{:22} {scheme:>12} {:9.3} {:12.0} {share:6.2}",
                case.name,
                seconds * 1e6,
                1.0 / seconds
            );
        }
    }
    println!("\nP = {:.1} GFLOP/s\n", p / 1e9);
    parts();
    println!(
        "A cell with 999 percentile-t replicates, ms of CPU: set-up, replicates, summary, all"
    );
    for case in cases() {
        cell(&case);
    }
}

/// Where the time of a replicate goes.
fn parts() {
    println!("Where it goes, us a replicate: residual draw, wild draw, forms, estimates");
    for case in cases() {
        let fit = case.fit();
        let reduction =
            case.estimator().reduction(&case.problem(), &fit.at, 1.0).expect("it reduces");
        let layout = Layout::new(&case.weights, case.sample.n_periods(), None);
        let pool = &fit.at.innovations;
        let mut errors = vec![[0.0; LANES]; pool.len()];
        let per = |seconds: f64| seconds * 1e6 / (100 * LANES) as f64;
        let mut out = Vec::new();
        for name in ["wild", "residual"] {
            let scheme = spanel::bootstrap::find(name).expect("a scheme");
            let Draws::Innovations(scheme) = scheme.draws() else { continue };
            out.push(per(best(15, || {
                for tile in 0..100 {
                    scheme.draw(pool, &layout, &mut Words::new([5; 32], tile * 24), &mut errors);
                }
            })));
        }
        out.reverse();
        let mut forms = reduction.forms().room();
        let mut work = reduction.forms().workspace();
        out.push(per(best(15, || {
            for _ in 0..100 {
                reduction.forms().of(&errors, &mut work, &mut forms);
            }
        })));
        let mut values = vec![[0.0; LANES]; reduction.estimates()];
        let mut std_errors = values.clone();
        let mut scratch = vec![[0.0; LANES]; reduction.scratch()];
        let mut tile = TileEstimates {
            values: &mut values,
            std_errors: &mut std_errors,
            solved: [false; LANES],
        };
        out.push(per(best(15, || {
            for _ in 0..100 {
                reduction.finish(&forms, &mut scratch, &mut tile);
            }
        })));
        let shown: Vec<String> = out.iter().map(|us| format!("{us:7.3}")).collect();
        println!("{:22} {}", case.name, shown.join(" "));
    }
    println!();
}

/// The bootstrap of a fitted cell, from set-up to intervals.
fn cell(case: &Case) {
    let fit = case.fit();
    let mut parts = [f64::MAX; 4];
    for _ in 0..15 {
        let start = cpu();
        let made: Replicator<'_> = case.replicator(&fit, "residual", Path::Batched);
        let ready = cpu();
        let drawn = made.replicates(0, 999);
        let done = cpu();
        let originals: Vec<Original<'_>> = fit
            .estimates()
            .into_iter()
            .map(|estimate| Original { estimate, bounds: None, acceleration: None })
            .collect();
        std::hint::black_box(summary(&originals, &drawn));
        let end = cpu();
        let now = [ready - start, done - ready, end - done, end - start];
        for (part, now) in parts.iter_mut().zip(now) {
            *part = part.min(now);
        }
    }
    let ms = parts.map(|s| format!("{:8.3}", s * 1e3));
    println!("{:22} {}", case.name, ms.join(" "));
}
