//! Families of hypotheses as they are stored.

use crate::math::multiplicity::{benjamini_hochberg, holm};
use crate::outcome::joint::{JointFamily, JointHypothesis};
use crate::report::Source;

/// The stored family called `name`; `None` where there is none, or one of another definition, whose
/// p-values are for other hypotheses.
pub fn stored<'a>(source: Source<'a>, name: &str) -> Option<&'a JointFamily> {
    let wanted = source.spec.joint.get(name)?;
    let family = source.experiment.joint.iter().find(|family| family.name == name)?;
    let cells = source.plan.select(&wanted.cells);
    let rows = wanted.rows.iter().map(|row| row.value.to_string());
    let same = rows.eq(family.rows.iter().cloned())
        && cells.iter().map(|cell| &cell.id).eq(family.cells.iter().map(|c| &c.cell))
        && source.spec.bootstrap.get(&wanted.bootstrap).map(|b| &b.design) == Some(&family.design)
        && wanted.level == family.level;
    same.then_some(family)
}

/// p-values of Holm and of Benjamini & Hochberg over a whole family, from those of the fits: for each
/// cell one pair a hypothesis.
pub fn adjusted(family: &JointFamily) -> Vec<Vec<[f64; 2]>> {
    let of_cells: Vec<&[JointHypothesis]> =
        family.cells.iter().map(|c| c.hypotheses.as_deref().unwrap_or_default()).collect();
    let all: Vec<f64> = of_cells.iter().flat_map(|own| own.iter().map(|h| h.p_value)).collect();
    let mut pairs = holm(&all).into_iter().zip(benjamini_hochberg(&all)).map(|(a, b)| [a, b]);
    of_cells.iter().map(|own| pairs.by_ref().take(own.len()).collect()).collect()
}
