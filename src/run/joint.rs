//! Families of hypotheses: the replicates of many cells side by side.
//!
//! Replicates are generated again from each cell's fit: they are a pure function of it and of the
//! seed, and only the statistics of the family's hypotheses are kept. So is the family, which is not
//! made again while nothing that it is made of has changed.

use super::attempts::{Fitted, fit};
use super::functions::{self, Computed};
use super::{Shared, caught, draws};
use crate::bootstrap;
use crate::bootstrap::joint::{Adjusted, adjusted, critical, ratios};
use crate::bootstrap::replicates::{self, Path, Replicates, Replicator, bootstrapped};
use crate::ident::{CellId, RecordKey, short_hash};
use crate::inputs::Inputs;
use crate::model::Bootstrap;
use crate::outcome::joint::{JointCell, JointFamily, JointHypothesis};
use crate::outcome::{Estimate, Failure, FailureKind};
use crate::plan::{Cell, Plan};
use crate::spec::tables::RowTerm;
use crate::spec::{JointSpec, Spec};
use rayon::prelude::*;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::{AtomicBool, Ordering};

/// Raised when the same records and definition give another family.
pub const VERSION: u32 = 1;

/// What families are made of beside the specification and its inputs.
#[derive(Debug, Clone, Copy)]
pub struct Members<'a> {
    /// What the record of each cell of the plan is made from.
    pub keys: &'a BTreeMap<CellId, RecordKey>,
    /// Families of an earlier run; one that is made of the same is taken as it is.
    pub kept: &'a [JointFamily],
}

/// Every family of `spec`, in the order of their names. Cells that could not be fitted are no part
/// of their family. `None` once `stop` is set, which ends the work between two blocks of replicates:
/// a family is whole or it is not there.
pub fn joint(
    plan: &Plan,
    spec: &Spec,
    inputs: &Inputs,
    members: Members<'_>,
    stop: &AtomicBool,
) -> Option<Vec<JointFamily>> {
    let shared = Shared::new(spec, inputs);
    let one = |(name, joint): (&String, &JointSpec)| {
        let key = key(plan, spec, (name, joint), members.keys);
        let kept = members.kept.iter().find(|family| family.key == key);
        match kept {
            Some(family) => Some(family.clone()),
            None => Some(JointFamily { key, ..family(&shared, name, joint, (plan, stop))? }),
        }
    };
    spec.joint.iter().map(one).collect()
}

/// Identifies what a family is made of.
fn key(
    plan: &Plan,
    spec: &Spec,
    (name, joint): (&String, &JointSpec),
    keys: &BTreeMap<CellId, RecordKey>,
) -> String {
    let design = &spec.bootstrap[&joint.bootstrap].design;
    let rows: Vec<String> = joint.rows.iter().map(|row| row.value.to_string()).collect();
    let cells: Vec<_> =
        plan.select(&joint.cells).iter().map(|c| (&c.id, keys.get(&c.id))).collect();
    let scheme = bootstrap::find(&design.scheme).map(|scheme| scheme.info().version);
    let versions = [VERSION, replicates::VERSION, bootstrap::functions::VERSION];
    let made_of = (name, rows, design, joint.level, cells, spec.seed, scheme, versions);
    let bytes = serde_json::to_vec(&made_of)
        .expect("a structure of strings and numbers always has a JSON form");
    short_hash("spanel 2026 family", &bytes)
}

/// What a cell brings to its family.
struct Columns {
    /// The name of its random streams.
    streams: String,
    /// Each hypothesis with its t*, `None` where a replicate could not be fitted.
    hypotheses: Vec<(Estimate, Vec<Option<f64>>)>,
}

fn family(
    shared: &Shared<'_>,
    name: &str,
    joint: &JointSpec,
    (plan, stop): (&Plan, &AtomicBool),
) -> Option<JointFamily> {
    let design = &shared.spec.bootstrap[&joint.bootstrap].design;
    let rows: Vec<&RowTerm> = joint.rows.iter().map(|row| &row.value).collect();
    let cells = plan.select(&joint.cells);
    let found: Vec<Result<Columns, Failure>> = cells
        .par_iter()
        .map(|cell| caught(|| columns(shared, cell, &rows, (design, stop))).and_then(|found| found))
        .collect();
    // Never unset: whatever ended early is seen here.
    if stop.load(Ordering::Relaxed) {
        return None;
    }
    let all: Vec<&(Estimate, Vec<Option<f64>>)> =
        found.iter().flatten().flat_map(|c| &c.hypotheses).collect();
    let complete: Vec<usize> = (0..design.replicates as usize)
        .filter(|&b| all.iter().all(|(_, ratios)| ratios[b].is_some()))
        .collect();
    let statistics: Vec<f64> = all.iter().map(|(e, _)| e.statistic.abs()).collect();
    let ratios: Vec<Vec<f64>> = all
        .iter()
        .map(|(_, ratios)| complete.iter().filter_map(|&b| ratios[b]).collect())
        .collect();
    let critical = critical(&ratios, joint.level);
    let streams: BTreeSet<&str> = found.iter().flatten().map(|c| c.streams.as_str()).collect();
    let draws = streams.len() as u32;
    let mut adjusted = adjusted(&statistics, &ratios).into_iter();
    let hypotheses = |found: Result<Columns, Failure>| {
        let own = found?.hypotheses;
        let p_values = adjusted.by_ref().take(own.len());
        let made = own.iter().zip(p_values).map(|((e, _), p)| hypothesis(e, p, critical)).collect();
        if complete.is_empty() { Err(no_replicate()) } else { Ok(made) }
    };
    let hypotheses: Vec<_> = found.into_iter().map(hypotheses).collect();
    Some(JointFamily {
        name: name.to_owned(),
        key: String::new(),
        rows: rows.iter().map(ToString::to_string).collect(),
        design: design.clone(),
        level: joint.level,
        failed: design.replicates - complete.len() as u32,
        draws,
        critical,
        cells: cells
            .iter()
            .zip(hypotheses)
            .map(|(cell, hypotheses)| JointCell { cell: cell.id, hypotheses })
            .collect(),
    })
}

fn hypothesis(estimate: &Estimate, p: Adjusted, critical: Option<f64>) -> JointHypothesis {
    let (value, std_error) = (estimate.value, estimate.std_error);
    JointHypothesis {
        term: estimate.term.clone(),
        value,
        std_error,
        p_value: estimate.p_value,
        p_bootstrap: p.unadjusted,
        p_max_t: p.max_t,
        p_romano_wolf: p.romano_wolf,
        interval: critical.map(|c| (value - c * std_error, value + c * std_error)),
    }
}

fn no_replicate() -> Failure {
    Failure {
        kind: FailureKind::NoConvergence,
        reason: "no replicate could be fitted in every cell of the family".to_owned(),
    }
}

fn columns(
    shared: &Shared<'_>,
    cell: &Cell,
    rows: &[&RowTerm],
    (design, stop): (&Bootstrap, &AtomicBool),
) -> Result<Columns, Failure> {
    let sample = shared.sample(cell);
    let weights = shared.weights_for(cell, &sample);
    let Fitted { problem, estimator, estimated, impacts } =
        fit(shared.spec, cell, (&sample, &weights), &|| true)?;
    let draws = draws::design(shared, design, problem.sample)?;
    let names: Vec<String> = rows.iter().map(|row| cell.term_name(row)).collect();
    let derived = functions::of(cell, &problem, &estimated.fit);
    let mut computed = Computed::of(cell, &estimated.fit, &derived);
    computed.retain(|c| names.contains(&c.estimate.term.to_string()));
    let replicator =
        Replicator::new(&problem, estimator, (&estimated, &impacts), draws, Path::Batched)
            .following(Computed::wanted(&computed));
    let mut all = bootstrapped(&estimated, &impacts);
    all.extend(computed.iter().map(|c| c.estimate));
    let place = |name: &String| all.iter().position(|e| e.term.to_string() == *name);
    let places: Vec<usize> = names.iter().filter_map(place).collect();
    let mut hypotheses: Vec<(Estimate, Vec<Option<f64>>)> =
        places.iter().map(|&i| (all[i].clone(), Vec::new())).collect();
    let count = design.replicates as usize;
    let mut block = Replicates::default();
    for first in (0..count).step_by(replicator.block()) {
        if stop.load(Ordering::Relaxed) {
            break;
        }
        replicator.fill(first as u64, replicator.block().min(count - first), &mut block);
        for (&i, (estimate, of)) in places.iter().zip(&mut hypotheses) {
            of.extend(ratios(&block, i, estimate.value));
        }
    }
    Ok(Columns { streams: draws::streams(&design.scheme, problem.sample), hypotheses })
}
