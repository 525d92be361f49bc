//! Families of hypotheses as they are stored.

use crate::outcome::joint::JointFamily;
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
