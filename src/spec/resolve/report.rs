//! `[report]`.

use super::{Resolver, at, located};
use crate::ident::Located;
use crate::spec::report::{CurveSpec, ReportSpec};
use crate::spec::tables::RowTerm;

impl Resolver<'_> {
    pub(super) fn report(&mut self) -> ReportSpec {
        let raw = self.raw.report.clone();
        let place = at(&["report", "curve"]);
        let curve = raw.curve.unwrap_or_default();
        let grid = curve.grid.map(|grid| Located::new(grid, place.join("grid")));
        let grid = grid.filter(|grid| self.declared("grid", "grids", &grid.value, &grid.at));
        let rows = located(&curve.rows.unwrap_or_default(), &place.join("rows"));
        let parsed = |row: Located<String>| Located::new(RowTerm::parse(&row.value), row.at);
        let rows = rows.into_iter().map(parsed).collect();
        ReportSpec { question: raw.question, curve: CurveSpec { grid, rows } }
    }
}
