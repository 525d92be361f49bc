//! Tables, repeated ones among them.

mod regression;

use super::{Resolver, at, items, located};
use crate::ident::{KeyPath, Located, VarName};
use crate::mistake::suggest;
use crate::model::Impact;
use crate::spec::output::OutputSpec;
use crate::spec::raw::{OneOrMany, RawTable, RawTableKind};
use crate::spec::tables::{
    Brackets, CellChoice, LatexMode, LatexSpec, Moment, TableKind, TableSpec,
};
use crate::spec::variants::VariantName;
use crate::spec::{Axis, Selector, Spec};
use std::collections::BTreeMap;

/// A number has no more digits than this.
const MOST_DIGITS: u32 = 15;

/// What a table stands for when it is repeated over an axis.
#[derive(Clone, Default)]
pub(super) struct Turn {
    /// The axis, the value's name and its label.
    value: Option<(Axis, String, String)>,
    /// What `{n}` counts.
    pub(super) number: u32,
}

impl Resolver<'_> {
    pub(super) fn tables(&mut self, spec: &Spec) -> Vec<TableSpec> {
        let raw = self.raw;
        let mut tables: Vec<TableSpec> = Vec::new();
        for (i, table) in raw.tables.iter().enumerate() {
            let place = at(&["tables"]).join(i);
            for turn in self.turns(table, spec, &place) {
                if let Some(made) = self.table(table, spec, &turn, &place) {
                    tables.push(made);
                }
            }
        }
        self.refuse_same_files(&tables);
        tables
    }

    fn refuse_same_files(&mut self, tables: &[TableSpec]) {
        let mut first: BTreeMap<String, &TableSpec> = BTreeMap::new();
        for table in tables {
            if first.insert(table.id.to_lowercase(), table).is_some() {
                let text = format!("several tables are called `{}`", table.id);
                let help = "give each an id of its own; with `each`, put {n} or the axis in the id";
                self.wrong(&table.at.join("id"), text, help);
            }
        }
    }

    /// The values a table is repeated for; a single turn without `each`.
    pub(super) fn turns(&mut self, raw: &RawTable, spec: &Spec, place: &KeyPath) -> Vec<Turn> {
        let number = raw.number.unwrap_or(1);
        let Some(axis) = raw.each else {
            return vec![Turn { value: None, number }];
        };
        let at = place.join("each");
        let Some(grid) = raw.grid.as_ref().and_then(|g| spec.grids.get(g)) else {
            if raw.grid.is_none() {
                self.wrong(&at, "`each` repeats a table over an axis of its grid", "add `grid`");
            }
            return vec![Turn { value: None, number }];
        };
        let chosen = raw.select.clone().unwrap_or_default();
        let choice = self.quietly(|r| r.selector(&chosen, &place.join("where")));
        let values: Vec<String> = match axis {
            Axis::Model => choice.model.unwrap_or_else(|| grid.model.clone()),
            Axis::Effects => {
                let values = choice.effects.unwrap_or_else(|| grid.effects.clone());
                values.iter().map(ToString::to_string).collect()
            }
            Axis::Measure => choice.measure.unwrap_or_else(|| grid.measure.clone()),
            Axis::Region => choice.region.unwrap_or_else(|| grid.region.clone()),
            Axis::Lags => {
                let values = choice.lags.unwrap_or_else(|| grid.lags.clone());
                values.iter().map(ToString::to_string).collect()
            }
            Axis::Weights => choice.weights.unwrap_or_else(|| grid.weights.clone()),
            Axis::StdErrors => choice.std_errors.unwrap_or_else(|| grid.std_errors.clone()),
            Axis::Variant => {
                let values = choice.variant.unwrap_or_else(|| grid.variant.clone());
                values.iter().map(ToString::to_string).collect()
            }
        };
        (number..)
            .zip(values)
            .map(|(number, value)| {
                let label = label(spec, axis, &value);
                Turn { value: Some((axis, value, label)), number }
            })
            .collect()
    }

    /// Runs `f` without keeping what it complains of: it is said elsewhere.
    fn quietly<T>(&mut self, f: impl FnOnce(&mut Self) -> T) -> T {
        let before = self.mistakes.len();
        let value = f(self);
        self.mistakes.truncate(before);
        value
    }

    fn table(
        &mut self,
        raw: &RawTable,
        spec: &Spec,
        turn: &Turn,
        place: &KeyPath,
    ) -> Option<TableSpec> {
        let before = self.mistakes.len();
        let id = self.required(raw.id.clone(), &place.join("id"), "a file name without extension");
        let id = id.and_then(|text| self.filled(&text, turn, true, &place.join("id")));
        let caption = raw.caption.clone().unwrap_or_default();
        let caption = self.filled(&caption, turn, false, &place.join("caption"));
        if let Some(id) = &id {
            self.refuse_path(id, &place.join("id"));
        }
        let kinds = "\"descriptive\", \"regression\", \"tests\", \"protocol\", \"moran\", \"unit-roots\", \"robustness\", \"joint\" or \"published\"";
        let kind = self.required(raw.kind, &place.join("kind"), kinds);
        let kind = kind.and_then(|kind| {
            self.refuse_keys_of_other_kinds(raw, kind, place);
            self.kind(raw, spec, kind, turn, place)
        });
        let style = raw.style.unwrap_or_default();
        let digits = raw.digits.unwrap_or(style.digits());
        if digits > MOST_DIGITS {
            let text = format!("{digits} decimals are more than a number has");
            self.wrong(&place.join("digits"), text, format!("expected 0 to {MOST_DIGITS}"));
        }
        // The same mistake in every turn of a repeated table is said once.
        let new = self.mistakes.split_off(before);
        for mistake in new {
            if !self.mistakes.contains(&mistake) {
                self.mistakes.push(mistake);
            }
        }
        let template = raw.template.clone().unwrap_or_else(|| "table".to_owned());
        Some(TableSpec {
            id: id?,
            caption: caption?,
            number: raw.number.map(|_| turn.number),
            kind: kind?,
            digits: usize::try_from(digits.min(MOST_DIGITS)).unwrap_or(4),
            notes: raw.notes.clone(),
            style,
            template: Located::new(template, place.join("template")),
            latex: self.latex(raw, place),
            test_brackets: self.test_brackets(raw, place),
            at: place.clone(),
        })
    }

    /// In what p-values of tests stand, and those of a bootstrap: not in the same.
    fn test_brackets(&mut self, raw: &RawTable, place: &KeyPath) -> [Brackets; 2] {
        use Brackets::{Round, Square};
        match &raw.test_brackets {
            None => [Square, Round],
            Some(OneOrMany::One(Round)) => [Round, Square],
            Some(OneOrMany::One(own)) => [*own, Round],
            Some(OneOrMany::Many(both)) => match both.as_slice() {
                [own, of_bootstrap] if own != of_bootstrap => [*own, *of_bootstrap],
                _ => {
                    let text = "`test_brackets` are one, or two that differ";
                    let help = "such as \"round\", or [\"square\", \"round\"]: of p-values, and of those \
                                of a bootstrap";
                    self.wrong(&place.join("test_brackets"), text, help);
                    [Square, Round]
                }
            },
        }
    }

    /// How LaTeX sets a table: by its own keys, or by those of `[output]`.
    fn latex(&mut self, raw: &RawTable, place: &KeyPath) -> LatexSpec {
        let mode = raw.latex.or(self.raw.output.latex).unwrap_or_default();
        let landscape = raw.landscape.unwrap_or(false);
        // A sequence of decisions with its paragraphs is longer than a page.
        let long = matches!(raw.kind, Some(RawTableKind::Protocol)) && mode != LatexMode::Fragment;
        if landscape && matches!(mode, LatexMode::Fragment) {
            let text = "a LaTeX fragment has no page of its own to turn";
            let help = "leave `landscape` out, or write latex = \"float\"";
            self.wrong(&place.join("landscape"), text, help);
        }
        LatexSpec { mode, landscape, longtable: raw.longtable.unwrap_or(long) }
    }

    /// The formats of tables and figures, each known and named once.
    pub(super) fn output(&mut self) -> OutputSpec {
        let mut output = OutputSpec::default();
        if let Some(figures) = self.figure_formats() {
            output.figures = figures;
        }
        let Some(formats) = &self.raw.output.tables else { return output };
        let place = at(&["output", "tables"]);
        let vocabulary = self.vocabulary;
        output.tables.clear();
        for (name, at) in items(formats, &place) {
            let known = vocabulary.formats.iter().map(String::as_str);
            let known = self.known("format of tables", name, &at, known);
            if known && !output.tables.contains(name) {
                output.tables.push(name.clone());
            }
        }
        if items(formats, &place).is_empty() {
            let help = format!("expected some of {}", vocabulary.formats.join(", "));
            self.wrong(&place, "tables are written in no format", help);
        }
        output
    }

    /// A table's id becomes a file name.
    pub(super) fn refuse_path(&mut self, id: &str, at: &KeyPath) {
        // LaTeX reads the file by this name too, so that only plain letters are safe.
        let good = |c: char| c.is_ascii_alphanumeric() || "-_.".contains(c);
        if id.is_empty() || id.starts_with('.') || !id.chars().all(good) {
            let text = format!("`{id}` cannot be the name of a file that LaTeX reads");
            self.wrong(at, text, "use letters a-z, digits, `-`, `_` and `.`");
        }
    }

    /// Placeholders filled in: `{n}`, and the axis of `each` by name (in ids) or label.
    pub(super) fn filled(
        &mut self,
        text: &str,
        turn: &Turn,
        by_name: bool,
        at: &KeyPath,
    ) -> Option<String> {
        let mut out = String::new();
        let mut rest = text;
        while let Some(open) = rest.find('{') {
            let Some(close) = rest[open..].find('}') else {
                self.wrong(at, "a placeholder is not closed", "write {n} or {measure}");
                return None;
            };
            let name = &rest[open + 1..open + close];
            out.push_str(&rest[..open]);
            match (&turn.value, name) {
                (_, "n") => out.push_str(&turn.number.to_string()),
                (Some((axis, value, label)), name) if axis.name() == name => {
                    out.push_str(if by_name { value } else { label });
                }
                (value, _) => {
                    let known = match value {
                        Some((axis, ..)) => format!("known here: {{n}}, {{{}}}", axis.name()),
                        None => "known here: {n}; {measure} and the like need `each`".to_owned(),
                    };
                    self.wrong(at, format!("there is no placeholder {{{name}}}"), known);
                    return None;
                }
            }
            rest = &rest[open + close + 1..];
        }
        out.push_str(rest);
        Some(out)
    }

    /// A key that belongs to another kind of table would be ignored, so it is refused.
    fn refuse_keys_of_other_kinds(&mut self, raw: &RawTable, kind: RawTableKind, place: &KeyPath) {
        use RawTableKind::{
            Descriptive, Joint, Moran, Protocol, Published, Regression, Robustness, Tests,
            UnitRoots,
        };
        let keys: &[(&str, bool, &[RawTableKind])] = &[
            ("grid", raw.grid.is_some(), &[Regression, Tests, Protocol, Robustness, Published]),
            ("where", raw.select.is_some(), &[Regression, Tests, Protocol, Robustness, Published]),
            ("columns", raw.columns.is_some(), &[Regression, Tests, Protocol]),
            ("panels", raw.panels.is_some(), &[Regression]),
            ("rows", raw.rows.is_some(), &[Regression, Tests, Robustness]),
            ("labels", !raw.labels.is_empty(), &[Regression, Robustness]),
            ("effects_rows", raw.effects_rows.is_some(), &[Regression]),
            ("statistics", raw.statistics.is_some(), &[Regression, Descriptive, Moran]),
            ("parentheses", raw.parentheses.is_some(), &[Regression]),
            ("bootstrap", raw.bootstrap.is_some(), &[Regression]),
            ("brackets", raw.brackets.is_some(), &[Regression]),
            ("test_brackets", raw.test_brackets.is_some(), &[Regression, Tests, Protocol]),
            ("stars", raw.stars.is_some(), &[Regression]),
            ("star_symbols", raw.star_symbols.is_some(), &[Regression]),
            ("keep", !raw.keep.is_empty(), &[Regression]),
            ("drop", !raw.drop.is_empty(), &[Regression]),
            ("row_groups", !raw.row_groups.is_empty(), &[Regression]),
            ("row_digits", !raw.row_digits.is_empty(), &[Regression]),
            ("tests", !raw.tests.is_empty(), &[Regression]),
            ("impact_columns", !raw.impact_columns.is_empty(), &[Regression]),
            ("units", raw.units.is_some(), &[Regression]),
            ("effects_words", raw.effects_words.is_some(), &[Regression]),
            ("variables", raw.variables.is_some(), &[Descriptive]),
            ("moran", raw.moran.is_some(), &[Moran]),
            ("unit_roots", raw.unit_roots.is_some(), &[UnitRoots]),
            ("base", raw.base.is_some(), &[Robustness]),
            ("joint", raw.joint.is_some(), &[Joint]),
            ("level", raw.level.is_some(), &[Robustness]),
            ("of", raw.of.is_some(), &[Published]),
        ];
        for &(key, given, kinds) in keys {
            if given && !kinds.contains(&kind) {
                let text = format!("a table of kind `{}` has no `{key}`", kind.name());
                let others: Vec<String> = kinds.iter().map(|k| format!("`{}`", k.name())).collect();
                let help =
                    format!("take it out, or make it a table of kind {}", others.join(" or "));
                self.wrong(&place.join(key), text, help);
            }
        }
    }

    fn kind(
        &mut self,
        raw: &RawTable,
        spec: &Spec,
        kind: RawTableKind,
        turn: &Turn,
        place: &KeyPath,
    ) -> Option<TableKind> {
        match kind {
            RawTableKind::Descriptive => self.descriptive(raw, place),
            RawTableKind::Regression => self.regression(raw, spec, turn, place),
            RawTableKind::Tests => {
                let cells = self.columns(raw, spec, turn, place)?;
                let rows = raw.rows.clone().unwrap_or_default();
                self.refuse_twice(&rows, &place.join("rows"));
                self.refuse_tests_not_run(&rows, spec, &cells.grid, &place.join("rows"));
                Some(TableKind::Tests { cells, rows: located(&rows, &place.join("rows")) })
            }
            RawTableKind::Protocol => {
                let cells = self.columns(raw, spec, turn, place)?;
                Some(TableKind::Protocol { cells })
            }
            RawTableKind::Moran => {
                let moran = self.moran_block(raw.moran.as_ref(), &place.join("moran"))?;
                let columns = self.moran_columns(raw, &moran, place);
                Some(TableKind::Moran { moran, columns })
            }
            RawTableKind::UnitRoots => {
                let at = place.join("unit_roots");
                let block = self.unit_roots_block(raw.unit_roots.as_ref(), &at)?;
                Some(TableKind::UnitRoots { block })
            }
            RawTableKind::Robustness => self.robustness(raw, spec, turn, place),
            RawTableKind::Published => self.published_table(raw, spec, turn, place),
            RawTableKind::Joint => {
                let at = place.join("joint");
                let expected = "the name of a [joint.NAME] block";
                let joint = self.required(raw.joint.clone(), &at, expected)?;
                let known = self.declared("[joint] block", "joint", &joint, &at);
                known.then_some(TableKind::Joint { joint })
            }
        }
    }

    /// Tests that are none, or that the grid does not run, have no row to stand in.
    fn refuse_tests_not_run(&mut self, names: &[String], spec: &Spec, grid: &str, at: &KeyPath) {
        let groups = self.vocabulary.tests.iter();
        let of_groups: Vec<(String, String)> =
            groups.flat_map(|g| g.tests.iter().map(|t| (t.clone(), g.name.clone()))).collect();
        let joint: Vec<String> = self.raw.wald.keys().map(|name| format!("wald:{name}")).collect();
        let known = || of_groups.iter().map(|(test, _)| test).chain(&joint).map(String::as_str);
        for (i, name) in names.iter().enumerate() {
            let at = at.join(i);
            if !self.known("test", name, &at, known()) {
                continue;
            }
            let Some(runs) = spec.grids.get(grid) else { continue };
            let group = of_groups.iter().find(|(test, _)| test == name).map(|(_, group)| group);
            let (key, value) = match (group, name.strip_prefix("wald:")) {
                (Some(group), _) if !runs.tests.iter().any(|t| t.value == *group) => {
                    ("tests", &**group)
                }
                (None, Some(joint)) if !runs.wald.iter().any(|w| w == joint) => ("wald", joint),
                _ => continue,
            };
            let text = format!("the grid `{grid}` does not run the test `{name}`");
            self.wrong(&at, text, format!("add \"{value}\" to `{key}` of [grids.{grid}]"));
        }
    }

    fn descriptive(&mut self, raw: &RawTable, place: &KeyPath) -> Option<TableKind> {
        let at = place.join("variables");
        let variables = self.required(raw.variables.clone(), &at, "a list of variables")?;
        if variables.is_empty() {
            self.wrong(&at, "this table has no variables", "list at least one");
        }
        let default = ["min", "max", "mean", "sd"].map(str::to_owned).to_vec();
        let names = raw.statistics.clone().unwrap_or(default);
        let mut statistics = Vec::new();
        for (i, name) in names.iter().enumerate() {
            match Moment::ALL.into_iter().find(|m| m.name() == name) {
                Some(moment) => statistics.push(moment),
                None => {
                    let help = suggest(name, Moment::ALL.map(Moment::name));
                    let text = format!("there is no descriptive statistic called `{name}`");
                    self.wrong(&place.join("statistics").join(i), text, help);
                }
            }
        }
        let variables = variables
            .iter()
            .enumerate()
            .map(|(i, v)| Located::new(VarName::new(v.as_str()), at.join(i)))
            .collect();
        Some(TableKind::Descriptive { variables, statistics })
    }

    /// The cells a table shows, restricted to the turn's value, under no heads.
    pub(super) fn cells(
        &mut self,
        raw: &RawTable,
        spec: &Spec,
        turn: &Turn,
        place: &KeyPath,
    ) -> Option<CellChoice> {
        let at = place.join("grid");
        let only = (spec.grids.len() == 1).then(|| spec.grids.keys().next().cloned()).flatten();
        let given = raw.grid.clone().or(only);
        let grid = self.required(given, &at, "the name of a grid")?;
        let known = self.declared("grid", "grids", &grid, &at);
        let chosen = raw.select.clone().unwrap_or_default();
        let before = self.mistakes.len();
        let mut select = self.selector(&chosen, &place.join("where"));
        let good = self.mistakes.len() == before;
        if let Some((axis, value, _)) = &turn.value {
            restrict(&mut select, *axis, value, spec, &grid);
        }
        (known && good && spec.grids.contains_key(&grid)).then_some(CellChoice {
            grid,
            select,
            columns: Vec::new(),
        })
    }

    /// The cells that are columns of a table, under the heads it asks for.
    fn columns(
        &mut self,
        raw: &RawTable,
        spec: &Spec,
        turn: &Turn,
        place: &KeyPath,
    ) -> Option<CellChoice> {
        let cells = self.cells(raw, spec, turn, place);
        let columns = match &raw.columns {
            Some(OneOrMany::One(axis)) => vec![*axis],
            Some(OneOrMany::Many(axes)) => axes.clone(),
            None => Vec::new(),
        };
        if raw.columns.is_none() && !self.reported(&place.join("columns")) {
            self.wrong(
                &place.join("columns"),
                "`columns` is missing",
                "expected the axes that head the columns, such as [\"measure\"]",
            );
        }
        Some(CellChoice { columns, ..cells? })
    }

    /// What is listed twice would stand twice.
    pub(super) fn refuse_twice<T: AsRef<str>>(&mut self, names: &[T], at: &KeyPath) {
        for (i, name) in names.iter().enumerate() {
            let name = name.as_ref();
            if names[..i].iter().any(|known| known.as_ref() == name) {
                self.wrong(&at.join(i), format!("`{name}` is listed twice"), "list it once");
            }
        }
    }

    /// A label that no row carries is a slip of the pen. Without `rows` every term is a row, and
    /// the plan looks for them.
    pub(super) fn refuse_labels_of_no_row(
        &mut self,
        raw: &RawTable,
        rows: &[String],
        place: &KeyPath,
    ) {
        for (name, label) in &raw.labels {
            if label.trim().is_empty() {
                let text = format!("the label of the row `{name}` is empty");
                self.wrong(&place.join("labels").join(name), text, "write one, or take it out");
            }
            let measure = |row: &String| Impact::split(row).1.starts_with("measure");
            let of_measure = name == "measure" && rows.iter().any(measure);
            if !rows.is_empty() && !of_measure && !rows.contains(name) {
                let help = suggest(name, rows.iter().map(String::as_str));
                let text = format!("the table has no row `{name}`");
                self.wrong(&place.join("labels").join(name), text, help);
            }
        }
    }
}

/// Narrows a pattern to one value of an axis.
fn restrict(select: &mut Selector, axis: Axis, value: &str, spec: &Spec, grid: &str) {
    let grid = &spec.grids[grid];
    match axis {
        Axis::Model => select.model = Some(vec![value.to_owned()]),
        Axis::Measure => select.measure = Some(vec![value.to_owned()]),
        Axis::Region => select.region = Some(vec![value.to_owned()]),
        Axis::Weights => select.weights = Some(vec![value.to_owned()]),
        Axis::StdErrors => select.std_errors = Some(vec![value.to_owned()]),
        Axis::Variant => select.variant = Some(vec![VariantName::parse(value)]),
        Axis::Effects => {
            let named = grid.effects.iter().copied().filter(|e| e.name() == value);
            select.effects = Some(named.collect());
        }
        Axis::Lags => {
            let named = grid.lags.iter().filter(|l| l.to_string() == value).cloned();
            select.lags = Some(named.collect());
        }
    }
}

/// What a person calls a value of an axis.
fn label(spec: &Spec, axis: Axis, value: &str) -> String {
    let found = match axis {
        Axis::Model => spec.models.get(value).and_then(|m| m.label.clone()),
        Axis::Measure => spec.measures.get(value).and_then(|m| m.label.clone()),
        Axis::Region => spec.regions.get(value).and_then(|r| r.label.clone()),
        Axis::Weights => spec.weights.get(value).and_then(|w| w.label.clone()),
        Axis::StdErrors => spec.std_errors.get(value).and_then(|s| s.label.clone()),
        Axis::Variant => spec.variants.get(value).and_then(|v| v.label.clone()),
        Axis::Effects | Axis::Lags => None,
    };
    found.unwrap_or_else(|| value.to_owned())
}
