//! Which columns an experiment uses, and who names them.

use crate::expr::Expr;
use crate::ident::{KeyPath, Located, VarName};
use crate::load::panel::Wanted;
use crate::panel::derive::columns;
use crate::spec::GridSpec;
use crate::spec::figures::FigureKind;
use crate::spec::tables::TableKind;
use crate::spec::{RegionUnits, Spec};
use std::collections::{BTreeMap, BTreeSet};

/// The columns that an experiment uses.
#[derive(Debug, Default)]
pub(super) struct Uses {
    /// What cells, tables and Moran blocks name.
    pub(super) columns: BTreeSet<VarName>,
    /// The derived columns among them, and those that they are made of.
    pub(super) definitions: BTreeMap<VarName, Located<Expr>>,
    /// What the data file must have.
    pub(super) wanted: Wanted,
}

impl Uses {
    /// Follows every name from where it is used down to the columns of the file.
    pub(super) fn of(spec: &Spec) -> Self {
        let mut uses = Self::default();
        let defined = spec.variables.iter().filter(|(_, variable)| variable.expr.is_some());
        uses.wanted.defined = defined.map(|(name, _)| name.clone()).collect();
        for (name, at) in used(spec) {
            uses.columns.insert(name.clone());
            uses.follow(spec, name, at);
        }
        uses.name_the_rest(spec);
        uses.read_regions(spec);
        uses
    }

    fn follow(&mut self, spec: &Spec, name: &VarName, at: &KeyPath) {
        let variable = spec.variables.get(name);
        let Some(definition) = variable.and_then(|variable| variable.expr.as_ref()) else {
            let at = variable.map_or(at, |variable| &variable.at);
            self.wanted.numbers.entry(name.clone()).or_default().insert(at.clone());
            return;
        };
        if self.definitions.insert(name.clone(), definition.clone()).is_none() {
            for column in columns(&definition.value) {
                self.follow(spec, &column, &definition.at);
            }
        }
    }

    /// Labels, definitions and measures that nothing uses: a name that no column has is a mistake
    /// all the same.
    fn name_the_rest(&mut self, spec: &Spec) {
        let mut named: Vec<(VarName, KeyPath)> = Vec::new();
        for (name, variable) in &spec.variables {
            match &variable.expr {
                None => named.push((name.clone(), variable.at.clone())),
                Some(expr) => {
                    named.extend(columns(&expr.value).into_iter().map(|c| (c, expr.at.clone())));
                }
            }
        }
        for measure in spec.measures.values() {
            named.push((measure.variable.value.clone(), measure.variable.at.clone()));
        }
        for (name, at) in named {
            let known = spec.variables.get(&name).is_some_and(|v| v.expr.is_some() || v.at != at);
            let used = self.wanted.numbers.get(&name).is_some_and(|places| places.contains(&at));
            if !known && !used {
                self.wanted.named.entry(name).or_default().insert(at);
            }
        }
    }

    fn read_regions(&mut self, spec: &Spec) {
        for region in spec.regions.values() {
            if let RegionUnits::ByColumn { column, .. } = &region.units {
                let places = self.wanted.texts.entry(column.value.clone()).or_default();
                places.insert(column.at.clone());
            }
        }
        for how in spec.grids.values().filter_map(|grid| grid.wild_cluster.as_ref()) {
            if let Some(column) = how.value.column() {
                let places = self.wanted.texts.entry(column.clone()).or_default();
                places.insert(how.at.join("by"));
            }
        }
        let names = spec.grids.values().flat_map(|grid| &grid.std_errors);
        let errors = names.filter_map(|name| spec.std_errors.get(name));
        for column in errors.filter_map(|errors| errors.texts.as_ref()) {
            let places = self.wanted.texts.entry(column.value.clone()).or_default();
            places.insert(column.at.clone());
        }
    }
}

/// Every name of a column that a grid, weights, a table, a figure or a Moran block uses, with its
/// place.
fn used(spec: &Spec) -> Vec<(&VarName, &KeyPath)> {
    let mut used: Vec<&Located<VarName>> = Vec::new();
    let mut terms: Vec<(&VarName, &KeyPath)> = Vec::new();
    for grid in spec.grids.values() {
        used.push(&grid.response);
        used.extend(&grid.controls);
        terms.extend(terms_of(spec, grid));
        let errors = grid.std_errors.iter().filter_map(|name| spec.std_errors.get(name));
        used.extend(errors.flat_map(|errors| &errors.numbers));
        used.extend(grid.threshold.iter().map(|threshold| &threshold.variable));
        used.extend(grid.measure.iter().filter_map(|m| Some(&spec.measures.get(m)?.variable)));
    }
    used.extend(spec.moran.iter().map(|block| &block.variable));
    used.extend(spec.weights.values().flat_map(|weights| weights.source.columns()));
    used.extend(spec.moran.iter().filter_map(|block| block.with.as_ref()));
    used.extend(spec.unit_roots.iter().flat_map(|block| &block.variables));
    for table in &spec.tables {
        match &table.kind {
            TableKind::Descriptive { variables, .. } => used.extend(variables),
            TableKind::Regression(_)
            | TableKind::Tests { .. }
            | TableKind::Protocol { .. }
            | TableKind::Moran { .. }
            | TableKind::UnitRoots { .. }
            | TableKind::Robustness(_)
            | TableKind::Published { .. }
            | TableKind::Joint { .. } => {}
        }
    }
    for figure in &spec.figures {
        match &figure.kind {
            FigureKind::Map(figure) => used.push(&figure.variable),
            FigureKind::MoranYears { .. }
            | FigureKind::MoranScatter(_)
            | FigureKind::MapRegions { .. }
            | FigureKind::EffectDiagram(_)
            | FigureKind::Coefplot(_)
            | FigureKind::SpecCurve(_)
            | FigureKind::LisaMap(_)
            | FigureKind::BootstrapDensity { .. }
            | FigureKind::RhoOverWeights(_)
            | FigureKind::LagPlot(_)
            | FigureKind::Profile(_) => {}
        }
    }
    let names = spec.grids.values().flat_map(|grid| &grid.model);
    let models = names.filter_map(|name| spec.models.get(name));
    let instruments = models.flat_map(|model| &model.instruments);
    let instruments = instruments.map(|column| (&column.value.variable, &column.at));
    let used = used.into_iter().map(|located| (&located.value, &located.at));
    used.chain(terms).chain(instruments).collect()
}

/// The columns of the terms of a grid.
fn terms_of<'s>(spec: &'s Spec, grid: &'s GridSpec) -> Vec<(&'s VarName, &'s KeyPath)> {
    let measures = grid.measure.iter().filter_map(|name| spec.measures.get(name));
    let columns = measures.flat_map(|measure| {
        grid.terms.iter().map(|term| (term.column(&measure.variable.value), &term.pattern.at))
    });
    let declared = |(name, at)| Some((spec.variables.get_key_value(&name)?.0, at));
    columns.filter_map(declared).collect()
}
