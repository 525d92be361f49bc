//! Which columns are units, periods, numbers, groups of units.

use crate::ident::Period;
use crate::load::number;
use crate::load::panel::period;
use crate::load::table::Table;
use crate::panel::spacing;
use std::collections::{BTreeMap, BTreeSet};

/// Names of period columns, in lower case.
const TIMES: [&str; 14] = [
    "year", "yr", "time", "period", "date", "t", "wave", "quarter", "month", "jahr", "année",
    "anno", "año", "年份",
];

/// Parts of names of unit columns, in lower case.
const UNITS: [&str; 18] = [
    "unit",
    "name",
    "id",
    "state",
    "province",
    "region",
    "country",
    "county",
    "city",
    "district",
    "prefecture",
    "municipality",
    "firm",
    "nuts",
    "iso",
    "fips",
    "code",
    "省",
];

/// Most values of a column that groups units.
const GROUPS: usize = 12;

/// Most columns that a first grid gets: response, measure and four controls.
const MOST: usize = 6;

/// A column of numbers that may be estimated with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Number {
    /// Its position.
    pub column: usize,
    /// Whether cells are missing.
    pub gaps: bool,
    /// Whether it differs within some unit over time.
    pub moves: bool,
    /// Whether all values are above 0.
    pub positive: bool,
}

/// What the columns of a table seem to be.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Columns {
    /// Names of units.
    pub unit: Option<usize>,
    /// Periods.
    pub time: Option<usize>,
    /// Whether unit and period tell every row from every other.
    pub keyed: bool,
    /// Numbers, constant ones left out.
    pub numbers: Vec<Number>,
    /// The first of them that may be estimated with: those that differ within units over time and
    /// have no gaps, unless there are too few.
    pub chosen: Vec<Number>,
    /// Columns that are constant within each unit and have few values, with these.
    pub groups: Vec<(usize, Vec<String>)>,
    /// How many units and periods there are.
    pub size: (usize, usize),
    /// How many rows of the full panel are absent, or have a gap in a chosen column.
    pub absent: usize,
    /// Units that have all their rows without gaps.
    pub whole: usize,
}

impl Columns {
    /// Looks at every cell once or twice.
    pub(super) fn of(table: &Table) -> Self {
        let (unit, time, keyed) = keys(table);
        let mut columns = Self { unit, time, keyed, ..Self::default() };
        for column in named(table).filter(|&c| Some(c) != unit && Some(c) != time) {
            let groups = unit.and_then(|unit| groups(table, unit, column));
            if let Some(number) = numbers(table, unit, column) {
                columns.numbers.push(number);
            }
            if let Some(values) = groups {
                columns.groups.push((column, values));
            }
        }
        columns.choose();
        columns.measure(table);
        columns
    }

    /// The names of the units, each once.
    pub(super) fn units(&self, table: &Table) -> BTreeSet<String> {
        let names = self.unit.map(|unit| rows(table, unit).map(str::to_owned).collect());
        names.unwrap_or_default()
    }

    fn choose(&mut self) {
        let moving = |gaps: bool| self.numbers.iter().filter(move |n| n.moves && n.gaps == gaps);
        let mut chosen: Vec<Number> = moving(false).cloned().collect();
        if chosen.len() < 2 {
            chosen.extend(moving(true).cloned());
        }
        chosen.truncate(MOST);
        self.chosen = chosen;
    }

    fn measure(&mut self, table: &Table) {
        let (Some(unit), Some(time)) = (self.unit, self.time) else { return };
        let mut of_unit: BTreeMap<&str, usize> = BTreeMap::new();
        let mut periods: BTreeSet<&str> = BTreeSet::new();
        let mut complete = 0;
        for row in 0..table.rows.len() {
            let gap = self.chosen.iter().any(|n| is_missing(table.cell(row, n.column)));
            *of_unit.entry(table.cell(row, unit)).or_default() += usize::from(!gap);
            periods.insert(table.cell(row, time));
            complete += usize::from(!gap);
        }
        self.size = (of_unit.len(), periods.len());
        self.absent = (self.size.0 * self.size.1).saturating_sub(complete);
        self.whole = of_unit.values().filter(|&&count| count == self.size.1).count();
    }
}

/// The columns that have a name.
fn named(table: &Table) -> impl Iterator<Item = usize> {
    (0..table.header.len()).filter(|&column| !table.header[column].is_empty())
}

fn rows(table: &Table, column: usize) -> impl Iterator<Item = &str> {
    (0..table.rows.len()).map(move |row| table.cell(row, column))
}

fn is_missing(cell: &str) -> bool {
    cell.is_empty() || cell == "NA"
}

fn lower(table: &Table, column: usize) -> String {
    table.header[column].to_lowercase()
}

/// Unit and period, and whether they tell the rows apart: of all pairs that do, the likeliest.
fn keys(table: &Table) -> (Option<usize>, Option<usize>, bool) {
    let times: Vec<(usize, u32)> =
        named(table).filter_map(|c| Some((c, time_score(table, c)?))).collect();
    let units: Vec<(usize, u32)> =
        named(table).filter_map(|c| Some((c, unit_score(table, c)?))).collect();
    let pairs = times.iter().flat_map(|&t| units.iter().map(move |&u| (u, t)));
    let keyed = pairs.filter(|((u, _), (t, _))| u != t && tell_apart(table, *u, *t));
    // The first of equals: columns of keys usually stand in front.
    let best = keyed.rev_max(|((u, of_unit), (t, of_time))| {
        of_unit + of_time + if is_balanced(table, *u, *t) { 3 } else { 0 }
    });
    if let Some(((unit, _), (time, _))) = best {
        return (Some(unit), Some(time), true);
    }
    let time = times.into_iter().rev_max(|(_, score)| *score).map(|(c, _)| c);
    let units = units.into_iter().filter(|(c, _)| Some(*c) != time);
    let unit = units.rev_max(|(_, score)| *score).map(|(c, _)| c);
    (unit, time, unit.is_some() && time.is_none())
}

/// The first of the largest.
trait RevMax: Iterator + Sized {
    fn rev_max<K: Ord>(self, key: impl Fn(&Self::Item) -> K) -> Option<Self::Item> {
        self.fold(None, |best: Option<Self::Item>, item| match best {
            Some(best) if key(&best) >= key(&item) => Some(best),
            _ => Some(item),
        })
    }
}

impl<I: Iterator> RevMax for I {}

/// How much a column looks like periods; `None`: it is none.
fn time_score(table: &Table, column: usize) -> Option<u32> {
    let mut values: Vec<Period> = Vec::new();
    for cell in rows(table, column) {
        values.push(period(cell).ok()?);
    }
    values.sort_unstable();
    values.dedup();
    let name = lower(table, column);
    let is_called = TIMES.contains(&name.as_str());
    let years = values.iter().all(|p| (1500..2500).contains(&p.0));
    let score = 3 * u32::from(is_called)
        + 2 * u32::from(years)
        + u32::from(spacing::holes(&values).is_none());
    (values.len() > 1 && (is_called || years)).then_some(score)
}

/// How much a column looks like names of units; `None`: it is none.
fn unit_score(table: &Table, column: usize) -> Option<u32> {
    let values: BTreeSet<&str> = rows(table, column).collect();
    let texts = values.iter().any(|cell| number::parse(cell).is_err());
    let whole = values.iter().all(|cell| cell.parse::<i64>().is_ok());
    let name = lower(table, column);
    let is_called = UNITS.iter().any(|part| name.contains(part));
    let score = 2 * u32::from(texts) + u32::from(is_called);
    let possible = values.len() > 1 && (texts || whole) && !values.iter().any(|c| is_missing(c));
    possible.then_some(score)
}

fn tell_apart(table: &Table, unit: usize, time: usize) -> bool {
    let mut seen = BTreeSet::new();
    rows(table, unit).zip(rows(table, time)).all(|pair| seen.insert(pair))
}

fn is_balanced(table: &Table, unit: usize, time: usize) -> bool {
    let count = |column| rows(table, column).collect::<BTreeSet<_>>().len();
    count(unit) * count(time) == table.rows.len()
}

/// The column as numbers; `None` when a cell is none, or all are the same.
fn numbers(table: &Table, unit: Option<usize>, column: usize) -> Option<Number> {
    let mut number = Number { column, gaps: false, moves: false, positive: true };
    let mut first: BTreeMap<&str, f64> = BTreeMap::new();
    let mut values = BTreeSet::new();
    for row in 0..table.rows.len() {
        let cell = table.cell(row, column);
        if is_missing(cell) {
            number.gaps = true;
            continue;
        }
        let value = number::parse(cell).ok()?;
        number.positive &= value > 0.0;
        if values.len() < 2 {
            values.insert(value.to_bits());
        }
        let unit = unit.map_or("", |unit| table.cell(row, unit));
        number.moves |= *first.entry(unit).or_insert(value) != value;
    }
    (values.len() > 1).then_some(number)
}

/// The values of a column that groups the units.
fn groups(table: &Table, unit: usize, column: usize) -> Option<Vec<String>> {
    let mut of_unit: BTreeMap<&str, &str> = BTreeMap::new();
    for (unit, value) in rows(table, unit).zip(rows(table, column)) {
        if is_missing(value) || *of_unit.entry(unit).or_insert(value) != value {
            return None;
        }
    }
    let values: BTreeSet<&str> = of_unit.values().copied().collect();
    let few = 2..=GROUPS.min(of_unit.len() / 2);
    few.contains(&values.len()).then(|| values.into_iter().map(str::to_owned).collect())
}
