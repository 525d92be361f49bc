//! What it takes to bootstrap a whole paper: every cell of `experiments/paper.toml` with 9 999
//! residual and 9 999 wild replicates.
//!
//! `cargo bench --bench paper` prints where the time goes, from runs of more and more of the work:
//! CPU time of one thread, the best of several repeats. Nothing is written, nothing is asserted.

#![allow(clippy::print_stdout, reason = "a bench prints what it measured")]

#[allow(dead_code, reason = "the other benches use the rest")]
mod common;

use common::best;
use spanel::cli::words::vocabulary;
use spanel::inputs::{self, Inputs};
use spanel::mistake::Checked;
use spanel::model::{Bootstrap, Keep, Rescale};
use spanel::plan::{self, Cell};
use spanel::run::{Event, Item, Watch, distinct, items, run};
use spanel::spec::{BootstrapSpec, Spec};
use spanel::store::CellResult;
use spanel::store::replicates::{Distribution, Facts, Heading, Journal, Keeper};
use std::path::Path;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

const REPLICATES: u32 = 9_999;

/// Keeps nothing, and is asked for nothing.
struct Nowhere;

impl Keeper for Nowhere {
    fn journal(&self, _: &Heading) -> Checked<Box<dyn Journal>> {
        unreachable!("no bootstrap here keeps its replicates")
    }

    fn distribution(&self, _: &str, _: &Heading, _: Facts) -> Checked<Box<dyn Distribution>> {
        unreachable!("no bootstrap here keeps its replicates")
    }
}

fn design(scheme: &str, replicates: u32) -> Bootstrap {
    let scheme = scheme.to_owned();
    Bootstrap { scheme, rescale: Rescale::Df, block_length: None, replicates }
}

/// CPU seconds of `cells` with these bootstraps, and how many replicates and failures there were.
fn seconds(
    (spec, inputs, cells): (&Spec, &Inputs, &[&Cell]),
    bootstraps: &[Bootstrap],
) -> (f64, u64, u64) {
    let asked: Vec<Cell> = cells
        .iter()
        .map(|cell| Cell { bootstraps: bootstraps.into(), ..(*cell).clone() })
        .collect();
    let asked: Vec<&Cell> = asked.iter().collect();
    let stop = AtomicBool::new(false);
    let (drawn, failed) = (AtomicU64::new(0), AtomicU64::new(0));
    let time = best(5, || {
        drawn.store(0, Ordering::Relaxed);
        failed.store(0, Ordering::Relaxed);
        let items = items(&asked, spec, inputs);
        let items: Vec<&Item<'_>> = items.iter().collect();
        let observer = |event: Event<'_>| match event {
            Event::Replicates(_, _, count) => {
                drawn.fetch_add(count as u64, Ordering::Relaxed);
            }
            Event::Finished(_, record) if !matches!(record.result, CellResult::Fitted(_)) => {
                failed.fetch_add(1, Ordering::Relaxed);
            }
            Event::Started(_) | Event::Finished(..) | Event::Left(_) | Event::Unkept(..) => {}
        };
        let watch =
            Watch { stop: &stop, observer: &observer, keeper: &Nowhere, overdue: &|_| None };
        run(&items, spec, inputs, &watch);
    });
    (time, drawn.into_inner(), failed.into_inner())
}

fn main() {
    // CPU time is that of the measuring thread: the work has to be done on it.
    let here = rayon::ThreadPoolBuilder::new().num_threads(1).use_current_thread().build();
    here.expect("the thread of the caller").install(measure);
}

fn measure() {
    let path = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/experiments/paper.toml"));
    let loaded = plan::load(path, std::iter::empty(), &[], &vocabulary());
    let (mut spec, plan, _) = loaded.map_err(|(mistakes, _)| mistakes).expect("an experiment");
    for scheme in ["residual", "wild"] {
        let design = design(scheme, REPLICATES);
        spec.bootstrap.insert(scheme.to_owned(), BootstrapSpec { design, keep: Keep::No });
    }
    let inputs = inputs::open(&spec).expect("the data");
    let cells = distinct(&plan);
    let work = (&spec, &inputs, cells.as_slice());

    let (fits, ..) = seconds(work, &[]);
    let (prepared, ..) = seconds(work, &[design("residual", 24), design("wild", 24)]);
    let (residual, ..) = seconds(work, &[design("residual", REPLICATES), design("wild", 24)]);
    let both = ["residual", "wild"].map(|scheme| design(scheme, REPLICATES));
    let (all, drawn, failed) = seconds(work, &both);

    println!("{} cells, {failed} of them failed; {drawn} replicates", cells.len());
    println!("| part | CPU s |");
    println!("|---|---:|");
    println!("| fits, effects and tests | {fits:.2} |");
    println!("| set-up of both bootstraps, jackknives of BCa included | {:.2} |", prepared - fits);
    println!(
        "| {REPLICATES} residual replicates of each cell and summaries | {:.2} |",
        residual - prepared
    );
    println!("| {REPLICATES} wild replicates of each cell and summaries | {:.2} |", all - residual);
    println!("| all | {all:.2} |");
}
