//! Figures, their map, and the formats of output.

use super::tables::Turn;
use super::{Resolver, at, items};
use crate::ident::{KeyPath, Located, Period, VarName};
use crate::spec::figures::{
    CellFigure, ClassRule, Classes, FigureFormat, FigureKind, FigureSpec, MapFigure, MapSpec,
    MoranScatterFigure,
};
use crate::spec::raw::{OneOrMany, RawFigure, RawFigureKind, RawTable};
use crate::spec::tables::{CellChoice, RowTerm};
use crate::spec::{RegionUnits, Spec};
use std::collections::BTreeSet;

/// Width of a figure in millimetres when it states none.
const WIDTH: f64 = 160.0;
/// Widths and heights lie between these, in millimetres.
const SIZES: (f64, f64) = (20.0, 1000.0);
/// Classes of a map that can be told apart.
const CLASSES: (u32, u32) = (2, 9);
/// Most names in a panel when none are stated.
const NAMES: u32 = 12;

impl Resolver<'_> {
    /// Formats of figures, each once.
    pub(super) fn figure_formats(&self) -> Option<Vec<FigureFormat>> {
        let mut figures = self.raw.output.figures.clone()?;
        let mut seen = BTreeSet::new();
        figures.retain(|format| seen.insert(*format));
        Some(figures)
    }

    pub(super) fn map(&mut self) -> Option<MapSpec> {
        let raw = self.raw.map.as_ref()?;
        let place = at(&["map"]);
        let expected = "a GeoJSON file, or a CSV file of tiles";
        let file = self.required(raw.file.clone(), &place.join("file"), expected)?;
        let unit = raw.unit.clone().unwrap_or_else(|| "name".to_owned());
        Some(MapSpec {
            file: self.path(&file, &place.join("file")),
            unit: Located::new(unit, place.join("unit")),
            label: raw.label.clone().map(|label| Located::new(label, place.join("label"))),
        })
    }

    pub(super) fn figures(&mut self, spec: &Spec) -> Vec<FigureSpec> {
        let raw = self.raw;
        let mut seen: BTreeSet<String> = BTreeSet::new();
        let mut figures = Vec::new();
        for (i, figure) in raw.figures.iter().enumerate() {
            let place = at(&["figures"]).join(i);
            let asked = RawTable {
                each: figure.each,
                number: figure.number,
                grid: figure.grid.clone(),
                select: figure.select.clone(),
                ..RawTable::default()
            };
            for turn in self.turns(&asked, spec, &place) {
                let before = self.mistakes.len();
                let made = self.figure(figure, spec, &turn, &place);
                self.said_once(before);
                let Some(made) = made else { continue };
                if !seen.insert(made.id.to_lowercase()) {
                    let text = format!("several figures are called `{}`", made.id);
                    let help =
                        "give each an id of its own; with `each`, put {n} or the axis in the id";
                    self.wrong(&place.join("id"), text, help);
                    break;
                }
                figures.push(made);
            }
        }
        figures
    }

    /// The same mistake in every turn of a repeated figure is said once; `before` had been said.
    fn said_once(&mut self, before: usize) {
        for mistake in self.mistakes.split_off(before) {
            if !self.mistakes.contains(&mistake) {
                self.mistakes.push(mistake);
            }
        }
    }

    fn figure(
        &mut self,
        raw: &RawFigure,
        spec: &Spec,
        turn: &Turn,
        place: &KeyPath,
    ) -> Option<FigureSpec> {
        let id = self.required(raw.id.clone(), &place.join("id"), "a file name without extension");
        let id = id.and_then(|text| self.filled(&text, turn, true, &place.join("id")));
        let caption = raw.caption.clone().unwrap_or_default();
        let caption = self.filled(&caption, turn, false, &place.join("caption"));
        if let Some(id) = &id {
            self.refuse_path(id, &place.join("id"));
        }
        let kinds: Vec<String> =
            RawFigureKind::ALL.iter().map(|kind| format!("\"{}\"", kind.name())).collect();
        let kind = self.required(raw.kind, &place.join("kind"), &kinds.join(", "));
        let kind = kind.and_then(|kind| {
            self.refuse_keys_of_other_figures(raw, kind, place);
            self.figure_kind(raw, (spec, turn), kind, place)
        });
        let mut size = |given: Option<f64>, key: &str| {
            let value = given?;
            if (SIZES.0..=SIZES.1).contains(&value) {
                return Some(value);
            }
            let help = format!("expected millimetres, {} to {}", SIZES.0, SIZES.1);
            self.wrong(&place.join(key), format!("a figure has no {key} of {value} mm"), help);
            None
        };
        let width = size(raw.width, "width").unwrap_or(WIDTH);
        let height = size(raw.height, "height");
        Some(FigureSpec {
            id: id?,
            caption: caption?,
            number: raw.number.map(|_| turn.number),
            width,
            height,
            notes: raw.notes.clone(),
            kind: kind?,
            at: place.clone(),
        })
    }

    /// A key that belongs to another kind of figure would be ignored, so it is refused.
    fn refuse_keys_of_other_figures(
        &mut self,
        raw: &RawFigure,
        kind: RawFigureKind,
        place: &KeyPath,
    ) {
        use RawFigureKind::{
            BootstrapDensity, Coefplot, EffectDiagram, LagPlot, LisaMap, Map, MapRegions,
            MoranScatter, MoranYears, Profile, RhoOverWeights, SpecCurve,
        };
        const CELLS: &[RawFigureKind] = &[
            EffectDiagram,
            Coefplot,
            SpecCurve,
            RhoOverWeights,
            LagPlot,
            Profile,
            BootstrapDensity,
        ];
        const PANELS: &[RawFigureKind] =
            &[EffectDiagram, Coefplot, RhoOverWeights, LagPlot, Profile, BootstrapDensity];
        const ROWS: &[RawFigureKind] =
            &[EffectDiagram, Coefplot, SpecCurve, RhoOverWeights, LagPlot, BootstrapDensity];
        let keys: [(&str, bool, &[RawFigureKind]); 21] = [
            ("each", raw.each.is_some(), CELLS),
            ("wald", raw.wald.is_some(), &[LagPlot]),
            ("moran", raw.moran.is_some(), &[MoranYears, MoranScatter, LisaMap]),
            ("years", raw.years.is_some(), &[MoranScatter, Map, LisaMap]),
            ("names", raw.names.is_some(), &[MoranScatter, Map, MapRegions, LisaMap]),
            ("variable", raw.variable.is_some(), &[Map]),
            ("classes", raw.classes.is_some(), &[Map]),
            ("rule", raw.rule.is_some(), &[Map]),
            ("breaks", raw.breaks.is_some(), &[Map]),
            ("regions", raw.regions.is_some(), &[MapRegions]),
            ("grid", raw.grid.is_some(), CELLS),
            ("where", raw.select.is_some(), CELLS),
            ("panels", raw.panels.is_some(), PANELS),
            ("rows", raw.rows.is_some(), ROWS),
            ("labels", !raw.labels.is_empty(), CELLS),
            ("group", raw.group.is_some(), &[Coefplot, RhoOverWeights, LagPlot, Profile]),
            ("level", raw.level.is_some(), &[MoranYears, EffectDiagram, SpecCurve, LisaMap]),
            ("base", raw.base.is_some(), &[SpecCurve]),
            ("fdr", raw.fdr.is_some(), &[LisaMap]),
            ("permutations", raw.permutations.is_some(), &[LisaMap]),
            ("bootstrap", raw.bootstrap.is_some(), &[BootstrapDensity]),
        ];
        for (key, given, kinds) in keys {
            if given && !kinds.contains(&kind) {
                let text = format!("a figure of kind `{}` has no `{key}`", kind.name());
                let others: Vec<String> = kinds.iter().map(|k| format!("`{}`", k.name())).collect();
                let help =
                    format!("take it out, or make it a figure of kind {}", others.join(" or "));
                self.wrong(&place.join(key), text, help);
            }
        }
    }

    fn figure_kind(
        &mut self,
        raw: &RawFigure,
        (spec, turn): (&Spec, &Turn),
        kind: RawFigureKind,
        place: &KeyPath,
    ) -> Option<FigureKind> {
        match kind {
            RawFigureKind::MoranYears => {
                let level = self.figure_level(raw, 0.05, place);
                let moran = self.moran_block(raw.moran.as_ref(), &place.join("moran"))?;
                Some(FigureKind::MoranYears { moran, level })
            }
            RawFigureKind::MoranScatter => {
                let years = self.figure_years(raw, place);
                let moran = self.moran_block(raw.moran.as_ref(), &place.join("moran"))?;
                let names = raw.names.unwrap_or(NAMES) as usize;
                Some(FigureKind::MoranScatter(MoranScatterFigure { moran, years, names }))
            }
            RawFigureKind::Map => self.map_figure(raw, place),
            RawFigureKind::MapRegions => self.map_of_regions(raw, spec, place),
            RawFigureKind::EffectDiagram => {
                let level = self.figure_level(raw, 0.10, place);
                self.cell_figure(raw, (spec, turn), level, place).map(FigureKind::EffectDiagram)
            }
            RawFigureKind::Coefplot => {
                self.cell_figure(raw, (spec, turn), 0.05, place).map(FigureKind::Coefplot)
            }
            RawFigureKind::SpecCurve => self.specification_curve(raw, (spec, turn), place),
            RawFigureKind::LisaMap => self.local_moran_map(raw, place),
            RawFigureKind::BootstrapDensity => self.bootstrap_density(raw, (spec, turn), place),
            RawFigureKind::RhoOverWeights => {
                self.one_row(raw, place);
                self.cell_figure(raw, (spec, turn), 0.05, place).map(FigureKind::RhoOverWeights)
            }
            RawFigureKind::LagPlot => self.lag_plot(raw, (spec, turn), place),
            RawFigureKind::Profile => {
                self.cell_figure(raw, (spec, turn), 0.05, place).map(FigureKind::Profile)
            }
        }
    }

    pub(super) fn figure_level(&mut self, raw: &RawFigure, default: f64, place: &KeyPath) -> f64 {
        let level = raw.level.unwrap_or(default);
        if level > 0.0 && level < 1.0 {
            return level;
        }
        let text = format!("{level} is no level of significance");
        self.wrong(&place.join("level"), text, "expected a number between 0 and 1, such as 0.05");
        default
    }

    /// The id of a `[[moran]]` block.
    pub(super) fn moran_block(&mut self, given: Option<&String>, at: &KeyPath) -> Option<String> {
        let id = self.required(given.cloned(), at, "the id of a [[moran]] block")?;
        let ids: Vec<&str> = self.raw.moran.iter().filter_map(|m| m.id.as_deref()).collect();
        self.known("[[moran]] block", &id, at, ids).then_some(id)
    }

    pub(super) fn figure_years(
        &mut self,
        raw: &RawFigure,
        place: &KeyPath,
    ) -> Vec<Located<Period>> {
        let at = place.join("years");
        let Some(list) = &raw.years else { return Vec::new() };
        let years: Vec<Located<Period>> = items(list, &at)
            .into_iter()
            .map(|(year, at)| Located::new(Period(*year), at))
            .collect();
        let range = self.raw.data.years.as_deref().unwrap_or_default();
        for (i, year) in years.iter().enumerate() {
            if years[..i].iter().any(|other| other.value == year.value) {
                self.wrong(&year.at, format!("{} is listed twice", year.value), "list it once");
            }
            if let &[first, last] = range
                && !(first..=last).contains(&year.value.0)
            {
                let text = format!("{} is none of the years of the data", year.value);
                self.wrong(&year.at, text, format!("`data.years` goes from {first} to {last}"));
            }
        }
        years
    }

    /// Whether there is a map to draw on; if not, that is told.
    pub(super) fn has_map(&mut self, place: &KeyPath) -> bool {
        let has = self.raw.map.is_some() || self.reported(&at(&["map"]));
        if !has {
            let help = "say where the units are: [map] with file = \"…\", a GeoJSON file or a CSV \
                        file of tiles with the columns `row` and `column`";
            self.wrong(&place.join("kind"), "there is no map to draw this on", help);
        }
        has
    }

    fn map_figure(&mut self, raw: &RawFigure, place: &KeyPath) -> Option<FigureKind> {
        let years = self.figure_years(raw, place);
        let classes = self.classes(raw, place);
        let map = self.has_map(place);
        let at = place.join("variable");
        let variable = self.required(raw.variable.clone(), &at, "a column")?;
        let names = raw.names.is_none_or(|names| names > 0);
        let variable = Located::new(VarName(variable), at);
        map.then_some(FigureKind::Map(MapFigure { variable, years, classes, names }))
    }

    fn classes(&mut self, raw: &RawFigure, place: &KeyPath) -> Classes {
        let rule = raw.rule.unwrap_or(ClassRule::Quantile);
        let count = raw.classes.unwrap_or(5);
        let Some(breaks) = &raw.breaks else {
            if !(CLASSES.0..=CLASSES.1).contains(&count) {
                let help = format!("expected {} to {}", CLASSES.0, CLASSES.1);
                let text = format!("{count} classes cannot be told apart on a map");
                self.wrong(&place.join("classes"), text, help);
            }
            return Classes::ByRule(rule, count.clamp(CLASSES.0, CLASSES.1) as usize);
        };
        for (key, given) in [("classes", raw.classes.is_some()), ("rule", raw.rule.is_some())] {
            if given {
                let text = format!("`breaks` says where classes end, `{key}` has no say");
                self.wrong(&place.join(key), text, "take one of them out");
            }
        }
        let rising = breaks.windows(2).all(|pair| pair[0] < pair[1]);
        let most = CLASSES.1 as usize - 1;
        if breaks.is_empty()
            || breaks.len() > most
            || !rising
            || !breaks.iter().all(|b| b.is_finite())
        {
            let text = "`breaks` must be numbers that rise";
            self.wrong(&place.join("breaks"), text, format!("expected 1 to {most} of them"));
        }
        Classes::Breaks(breaks.clone())
    }

    fn map_of_regions(
        &mut self,
        raw: &RawFigure,
        spec: &Spec,
        place: &KeyPath,
    ) -> Option<FigureKind> {
        let map = self.has_map(place);
        let at = place.join("regions");
        let parts = spec.regions.iter().filter(|(_, r)| !matches!(r.units, RegionUnits::All));
        let names = raw.regions.clone();
        let names = names.unwrap_or_else(|| parts.map(|(name, _)| name.clone()).collect());
        if names.is_empty() {
            let help = "declare regions: [regions.NAME] with units = [\"…\"]";
            self.wrong(&at, "there are no regions to show", help);
        }
        let mut known = true;
        for (i, name) in names.iter().enumerate() {
            known &= self.declared("region", "regions", name, &at.join(i));
            if names[..i].contains(name) {
                self.wrong(&at.join(i), format!("`{name}` is listed twice"), "list it once");
            }
        }
        let regions =
            names.into_iter().enumerate().map(|(i, name)| Located::new(name, at.join(i))).collect();
        let names = raw.names.is_none_or(|names| names > 0);
        (map && known).then_some(FigureKind::MapRegions { regions, names })
    }

    pub(super) fn cell_figure(
        &mut self,
        raw: &RawFigure,
        (spec, turn): (&Spec, &Turn),
        level: f64,
        place: &KeyPath,
    ) -> Option<CellFigure> {
        let asked = RawTable {
            grid: raw.grid.clone(),
            select: raw.select.clone(),
            labels: raw.labels.clone(),
            ..RawTable::default()
        };
        let cells = self.cells(&asked, spec, turn, place);
        let panels = match &raw.panels {
            Some(OneOrMany::One(axis)) => vec![*axis],
            Some(OneOrMany::Many(axes)) => axes.clone(),
            None => Vec::new(),
        };
        if panels.len() > 2 {
            let text = "panels stand in rows and columns: two axes are the most";
            self.wrong(&place.join("panels"), text, "choose two");
        }
        if raw.group.is_some_and(|axis| panels.contains(&axis)) {
            let text = "an axis is either that of panels or that of groups";
            self.wrong(&place.join("group"), text, "take one of them out");
        }
        let names = raw.rows.clone().unwrap_or_default();
        self.refuse_labels_of_no_row(&asked, &names, place);
        let rows = names
            .iter()
            .enumerate()
            .map(|(i, row)| Located::new(RowTerm::parse(row), place.join("rows").join(i)))
            .collect();
        Some(CellFigure {
            cells: CellChoice { columns: panels, ..cells? },
            rows,
            labels: raw.labels.clone(),
            group: raw.group,
            wald: None,
            level,
        })
    }
}
