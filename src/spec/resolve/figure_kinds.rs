//! Figures over many specifications, of local Moran's I, of replicates and of leads and lags.

use super::Resolver;
use super::moran::MOST_PERMUTATIONS;
use super::tables::Turn;
use crate::ident::KeyPath;
use crate::mistake::suggest;
use crate::spec::Spec;
use crate::spec::figures::{CellFigure, FigureKind, LisaFigure};
use crate::spec::raw::{RawFigure, RawTable};
use crate::spec::tables::RowTerm;

/// Conditional permutations of a unit when none are stated: enough for a p-value that a false
/// discovery rate over fifty units does not swallow.
const PERMUTATIONS: u32 = 9999;

impl Resolver<'_> {
    /// A figure that shows one coefficient has one row.
    pub(super) fn one_row(&mut self, raw: &RawFigure, place: &KeyPath) {
        if raw.rows.as_ref().is_some_and(|rows| rows.len() != 1) {
            let text = "this kind of figure shows one coefficient";
            self.wrong(&place.join("rows"), text, "name one row, such as [\"measure\"]");
        }
    }

    pub(super) fn specification_curve(
        &mut self,
        raw: &RawFigure,
        (spec, turn): (&Spec, &Turn),
        place: &KeyPath,
    ) -> Option<FigureKind> {
        self.one_row(raw, place);
        let asked = RawTable {
            grid: raw.grid.clone(),
            select: raw.select.clone(),
            labels: raw.labels.clone(),
            rows: raw.rows.clone().filter(|rows| rows.len() == 1),
            base: raw.base.clone(),
            level: raw.level,
            ..RawTable::default()
        };
        self.specifications(&asked, spec, turn, place).map(FigureKind::SpecCurve)
    }

    pub(super) fn local_moran_map(
        &mut self,
        raw: &RawFigure,
        place: &KeyPath,
    ) -> Option<FigureKind> {
        let years = self.figure_years(raw, place);
        let level = self.figure_level(raw, 0.05, place);
        let map = self.has_map(place);
        let permutations = raw.permutations.unwrap_or(PERMUTATIONS);
        if !(19..=MOST_PERMUTATIONS).contains(&permutations) {
            let text = format!("{permutations} permutations are too few or too many");
            let help = format!("expected 19 to {MOST_PERMUTATIONS}; {PERMUTATIONS} is usual");
            self.wrong(&place.join("permutations"), text, help);
        }
        let moran = self.moran_block(raw.moran.as_ref(), &place.join("moran"))?;
        map.then_some(FigureKind::LisaMap(LisaFigure {
            moran,
            years,
            permutations,
            fdr: raw.fdr.unwrap_or(true),
            level,
            names: raw.names.is_none_or(|names| names > 0),
        }))
    }

    /// The rows of a lag plot are one: the measure or an effect of it, at no lag of its own.
    pub(super) fn lag_plot(
        &mut self,
        raw: &RawFigure,
        (spec, turn): (&Spec, &Turn),
        place: &KeyPath,
    ) -> Option<FigureKind> {
        self.one_row(raw, place);
        let cells = self.cell_figure(raw, (spec, turn), 0.05, place)?;
        let at = place.join("wald");
        if let Some(name) = &raw.wald
            && self.declared("Wald test", "wald", name, &at)
        {
            let own = spec.grids.get(&cells.cells.grid).map_or(&[][..], |grid| &grid.wald);
            if !own.contains(name) {
                let text = format!("the grid `{}` does not run `{name}`", cells.cells.grid);
                self.wrong(&at, text, format!("add it to the grid: wald = [\"{name}\"]"));
            }
        }
        for row in &cells.rows {
            if !matches!(row.value, RowTerm::Measure { lag: 0, .. }) {
                let text = format!("`{}` is not the measure or an effect of it", row.value);
                let help = "expected \"measure\", \"direct:measure\", \"indirect:measure\" or \
                            \"total:measure\": its leads and lags are found by themselves";
                self.wrong(&row.at, text, help);
            }
        }
        Some(FigureKind::LagPlot(CellFigure { wald: raw.wald.clone(), ..cells }))
    }

    pub(super) fn bootstrap_density(
        &mut self,
        raw: &RawFigure,
        (spec, turn): (&Spec, &Turn),
        place: &KeyPath,
    ) -> Option<FigureKind> {
        let cells = self.cell_figure(raw, (spec, turn), 0.05, place)?;
        let grid = &cells.cells.grid;
        let all = spec.grids.get(grid).map_or(&[][..], |grid| &grid.bootstrap);
        let at = place.join("bootstrap");
        let Some(first) = all.first() else {
            let text = format!("the grid `{grid}` has no bootstrap");
            self.wrong(&at, text, "give it one: `bootstrap = \"NAME\"` of a [bootstrap.NAME]");
            return None;
        };
        let bootstrap = raw.bootstrap.as_ref().unwrap_or(first).clone();
        if !all.contains(&bootstrap) {
            let text = format!("the grid `{grid}` has no bootstrap `{bootstrap}`");
            self.wrong(&at, text, suggest(&bootstrap, all.iter().map(String::as_str)));
            return None;
        }
        Some(FigureKind::BootstrapDensity { cells, bootstrap })
    }
}
