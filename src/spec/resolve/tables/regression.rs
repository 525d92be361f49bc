//! Tables of estimates.

use super::{MOST_DIGITS, Turn};
use crate::ident::{KeyPath, Located};
use crate::mistake::{Mistake, suggest};
use crate::outcome::Statistic;
use crate::spec::Spec;
use crate::spec::raw::{OneOrMany, RawTable};
use crate::spec::resolve::Resolver;
use crate::spec::tables::{
    Brackets, Parentheses, RegressionTable, RowFilter, RowGroup, RowTerm, TableKind,
};
use std::collections::BTreeMap;

/// So many lines stand below an estimate at most.
const MOST_BELOW: usize = 2;

impl Resolver<'_> {
    pub(super) fn regression(
        &mut self,
        raw: &RawTable,
        spec: &Spec,
        turn: &Turn,
        place: &KeyPath,
    ) -> Option<TableKind> {
        let cells = self.columns(raw, spec, turn, place);
        let statistics = self.fit_statistics(raw, place);
        let stars = self.stars(raw, place);
        let rows = raw.rows.clone().unwrap_or_default();
        self.refuse_labels_of_no_row(raw, &rows, place);
        let groups = self.row_groups(raw, &rows, place);
        let rows = rows
            .iter()
            .enumerate()
            .map(|(i, row)| Located::new(RowTerm::parse(row), place.join("rows").join(i)))
            .collect();
        let facets: Vec<&str> = raw.impact_columns.iter().map(|facet| facet.name()).collect();
        self.refuse_twice(&facets, &place.join("impact_columns"));
        self.refuse_twice(&raw.tests, &place.join("tests"));
        self.refuse_twice(raw.statistics.as_deref().unwrap_or_default(), &place.join("statistics"));
        let cells = cells?;
        self.refuse_tests_not_run(&raw.tests, spec, &cells.grid, &place.join("tests"));
        if let Some(axis) = raw.panels.filter(|axis| cells.columns.contains(axis)) {
            let text = format!("`{}` heads the columns and cannot be the panels too", axis.name());
            self.wrong(&place.join("panels"), text, "take it out of `columns`");
        }
        Some(TableKind::Regression(RegressionTable {
            bootstrap: self.bootstrap_of_table(raw, spec, &cells.grid, place),
            cells,
            panels: raw.panels,
            rows,
            labels: raw.labels.clone(),
            effects_rows: raw.effects_rows.unwrap_or(true),
            effects_words: raw.effects_words.clone(),
            statistics,
            below: self.below(raw, place),
            stars,
            filter: RowFilter { keep: raw.keep.clone(), drop: raw.drop.clone() },
            groups,
            row_digits: self.row_digits(raw, place),
            tests: raw.tests.clone(),
            facets: raw.impact_columns.clone(),
            units: raw.units.unwrap_or(false),
        }))
    }

    /// What stands below an estimate, and in which brackets.
    fn below(&mut self, raw: &RawTable, place: &KeyPath) -> Vec<(Parentheses, Brackets)> {
        fn all<T: Clone>(given: &OneOrMany<T>) -> Vec<T> {
            match given {
                OneOrMany::One(one) => vec![one.clone()],
                OneOrMany::Many(many) => many.clone(),
            }
        }
        let what = raw.parentheses.as_ref().map_or_else(|| vec![Parentheses::StdError], all);
        let brackets = raw.brackets.as_ref().map_or_else(Vec::new, all);
        if what.len() > MOST_BELOW {
            let text = format!("{} lines below an estimate are too many", what.len());
            let help = format!("name {MOST_BELOW} at most");
            self.wrong(&place.join("parentheses"), text, help);
        }
        if !brackets.is_empty() && brackets.len() != what.len() {
            let [given, wanted] = [counted(brackets.len(), "bracket"), counted(what.len(), "line")];
            let text = format!("{given} for {wanted}");
            let help = "`brackets` has one entry for each of `parentheses`";
            self.wrong(&place.join("brackets"), text, help);
        }
        for (i, one) in what.iter().enumerate() {
            if what[..i].contains(one) {
                let text = format!("`{}` is to stand below an estimate twice", one.name());
                self.wrong(&place.join("parentheses"), text, "name it once");
            }
        }
        for (i, one) in brackets.iter().enumerate() {
            if brackets[..i].contains(one) {
                let text = "two lines below an estimate have the same brackets";
                let help = "nobody could tell them apart: give each its own, such as \
                            [\"round\", \"square\"]";
                self.wrong(&place.join("brackets"), text, help);
            }
        }
        let usual = |line: usize| if line == 0 { Brackets::Round } else { Brackets::Square };
        let lines = what.into_iter().enumerate().filter(|(_, what)| *what != Parentheses::None);
        let own = |line: usize| brackets.get(line).copied().unwrap_or_else(|| usual(line));
        lines.map(|(line, what)| (what, own(line))).collect()
    }

    /// Which of the grid's bootstraps a table shows.
    fn bootstrap_of_table(
        &mut self,
        raw: &RawTable,
        spec: &Spec,
        grid: &str,
        place: &KeyPath,
    ) -> usize {
        let Some(name) = &raw.bootstrap else { return 0 };
        let all = spec.grids.get(grid).map_or(&[][..], |grid| &grid.bootstrap);
        let found = all.iter().position(|known| known == name);
        if found.is_none() {
            let help = suggest(name, all.iter().map(String::as_str));
            let text = format!("the grid `{grid}` has no bootstrap `{name}`");
            self.wrong(&place.join("bootstrap"), text, help);
        }
        found.unwrap_or(0)
    }

    fn row_groups(&mut self, raw: &RawTable, rows: &[String], place: &KeyPath) -> Vec<RowGroup> {
        let mut groups: Vec<RowGroup> = Vec::new();
        for (i, group) in raw.row_groups.iter().enumerate() {
            let at = place.join("row_groups").join(i);
            let label = self.required(group.label.clone(), &at.join("label"), "a line of text");
            let own = self.required(group.rows.clone(), &at.join("rows"), "names of rows");
            let (Some(label), Some(own)) = (label, own) else { continue };
            for (j, row) in own.iter().enumerate() {
                let at = at.join("rows").join(j);
                if !rows.is_empty() && !rows.contains(row) {
                    let help = suggest(row, rows.iter().map(String::as_str));
                    self.wrong(&at, format!("the table has no row `{row}`"), help);
                } else if groups.iter().any(|known| known.rows.contains(row)) {
                    let text = format!("the row `{row}` stands in two groups");
                    self.wrong(&at, text, "a row has one place");
                }
            }
            groups.push(RowGroup { label, rows: own });
        }
        groups
    }

    fn row_digits(&mut self, raw: &RawTable, place: &KeyPath) -> BTreeMap<String, usize> {
        let mut digits = BTreeMap::new();
        for (row, &given) in &raw.row_digits {
            if given > MOST_DIGITS {
                let text = format!("{given} decimals are more than a number has");
                let at = place.join("row_digits").join(row);
                self.wrong(&at, text, format!("expected 0 to {MOST_DIGITS}"));
            }
            digits.insert(row.clone(), given.min(MOST_DIGITS) as usize);
        }
        digits
    }

    fn fit_statistics(&mut self, raw: &RawTable, place: &KeyPath) -> Vec<Statistic> {
        let default = ["r2-adjusted", "loglik", "n"].map(str::to_owned).to_vec();
        let names = raw.statistics.clone().unwrap_or(default);
        let mut statistics = Vec::new();
        for (i, name) in names.iter().enumerate() {
            match Statistic::parse(name) {
                Some(statistic) => statistics.push(statistic),
                None => {
                    let help = suggest(name, Statistic::ALL.map(Statistic::name));
                    let text = format!("there is no statistic called `{name}`");
                    self.wrong(&place.join("statistics").join(i), text, help);
                }
            }
        }
        statistics
    }

    /// Thresholds with symbols by rank: the strictest has the most stars.
    fn stars(&mut self, raw: &RawTable, place: &KeyPath) -> Vec<(f64, String)> {
        let usual = raw.style.unwrap_or_default().stars();
        let (thresholds, at) = (raw.stars.as_deref().unwrap_or(usual), &place.join("stars"));
        let inside = thresholds.iter().all(|t| *t > 0.0 && *t < 1.0);
        let falling = thresholds.windows(2).all(|pair| pair[0] > pair[1]);
        if !inside || !falling {
            self.mistakes.push(
                Mistake::spec(at, "star thresholds must lie between 0 and 1 and fall")
                    .help("expected for instance [0.10, 0.05, 0.01], or [] for no stars"),
            );
            return Vec::new();
        }
        let symbols = raw.star_symbols.clone();
        let symbols =
            symbols.unwrap_or_else(|| (1..=thresholds.len()).map(|i| "*".repeat(i)).collect());
        if symbols.len() != thresholds.len() || symbols.iter().any(String::is_empty) {
            let text = format!("{} symbols for {} thresholds", symbols.len(), thresholds.len());
            let help =
                "`star_symbols` has one text for each of `stars`, such as [\"+\", \"*\", \"**\"]";
            self.wrong(&place.join("star_symbols"), text, help);
        }
        for (i, symbol) in symbols.iter().enumerate() {
            if symbols[..i].contains(symbol) {
                let text = format!("`{symbol}` stands for two thresholds");
                let help =
                    "give each of `stars` a symbol of its own, such as [\"+\", \"*\", \"**\"]";
                self.wrong(&place.join("star_symbols").join(i), text, help);
            }
        }
        thresholds.iter().copied().zip(symbols).collect()
    }
}

/// `1 line`, `2 lines`
fn counted(n: usize, what: &str) -> String {
    if n == 1 { format!("1 {what}") } else { format!("{n} {what}s") }
}
