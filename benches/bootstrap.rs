//! How fast the bootstrap is, against what the machine could do.
//!
//! `cargo bench --bench bootstrap` prints the tables. Times are CPU time of the measuring thread,
//! the best of several repeats; P is the register multiply-add peak measured in the same run, and
//! R = replicates/s · F/P with F = (T + 1)(2N² + 4N) + 2mNT + 4NT the operations of a replicate by
//! dense products (m = 2k + 2 for the SLM, 3k for the SEM). Nothing is asserted here.

mod common;

use common::{Case, best, cases, cpu, peak};
use spanel::bootstrap::replicates::{Path, Replicator};
use spanel::bootstrap::summary::{Original, summary};

const COUNT: usize = 9_984;

fn main() {
    let pool = rayon::ThreadPoolBuilder::new().num_threads(1).use_current_thread().build();
    let pool = pool.expect("one thread");
    pool.install(one_core);
}

fn one_core() {
    let mut p = peak();
    println!("Replicates of one cell on one core, standard errors of every coefficient, of the");
    println!("spatial parameter and of every effect included.\n");
    println!("{:22} {:>12} {:>9} {:>11} {:>6}", "cell", "scheme", "us", "replicates/s", "R");
    for case in cases() {
        for scheme in ["residual", "wild", "unit-wild"] {
            let fit = case.fit();
            let made = case.replicator(&fit, scheme, Path::Batched);
            p = p.max(peak());
            let seconds = best(9, || {
                std::hint::black_box(made.replicates(0, COUNT));
            }) / COUNT as f64;
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
    println!("A cell with 999 percentile-t replicates, ms of CPU: set-up, replicates, summary, all");
    for case in cases() {
        cell(&case);
    }
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
