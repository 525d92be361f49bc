//! Table → panel: rows are placed by unit and period, whatever their order in the file.

use crate::ident::{KeyPath, Located, Period, UnitId, UnitIndex, VarName};
use crate::load::csv::separated;
use crate::load::number::{self, NotANumber};
use crate::load::table::Table;
use crate::load::{Sort, collect};
use crate::mistake::{Checked, Mistake, Mistakes, suggest};
use crate::panel::{Panel, spacing};
use crate::spec::DataSpec;
use std::collections::hash_map::Entry;
use std::collections::{BTreeMap, BTreeSet, HashMap};

/// The columns of a file that an experiment uses, each with the places that name it.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Wanted {
    /// Columns of numbers.
    pub numbers: BTreeMap<VarName, BTreeSet<KeyPath>>,
    /// Columns of text, constant within each unit.
    pub texts: BTreeMap<VarName, BTreeSet<KeyPath>>,
    /// Columns that are named but not used: they must exist, and may hold anything.
    pub named: BTreeMap<VarName, BTreeSet<KeyPath>>,
    /// Names that the specification itself defines, for "did you mean".
    pub defined: BTreeSet<VarName>,
}

/// Builds the panel of the columns in `wanted`. Units are sorted by name and periods rise, so
/// that the order of rows changes nothing. An absent row is a missing value in every column.
pub fn build(table: &Table, data: &DataSpec, wanted: &Wanted) -> Checked<Panel> {
    separated(table)?;
    let mut mistakes = collect([table.duplicate_columns()]);
    mistakes.extend(missing_columns(table, data, wanted));
    let keys = (table.column(data.unit.value.as_str()), table.column(data.time.value.as_str()));
    let (Some(unit), Some(time)) = keys else {
        return Err(Mistakes::some(mistakes));
    };
    let keyed = match Keyed::read(table, unit, time, data) {
        Ok(keyed) => keyed,
        Err(found) => {
            mistakes.extend(found.into_vec());
            mistakes.extend(number_mistakes(table, data, wanted));
            return Err(Mistakes::some(mistakes));
        }
    };
    let mut panel = Panel::new(keyed.units.clone(), keyed.periods.clone());
    for name in wanted.numbers.keys() {
        if let Some(column) = table.column(name.as_str()) {
            let (values, sort) = numbers(table, data, column, &keyed);
            panel.set_column(name.clone(), values);
            mistakes.extend(sort.into_vec());
        }
    }
    for name in wanted.texts.keys() {
        if let Some(column) = table.column(name.as_str()) {
            let (values, sort) = texts(table, column, &keyed);
            panel.set_attribute(name.clone(), values);
            mistakes.extend(sort.into_vec());
        }
    }
    Mistakes::unless_empty(mistakes, panel)
}

/// A mistake for every place that names a column which the file does not have.
fn missing_columns(table: &Table, data: &DataSpec, wanted: &Wanted) -> Vec<Mistake> {
    let keys = [&data.unit, &data.time].map(|key| (&key.value, &key.at));
    let used = [&wanted.numbers, &wanted.texts, &wanted.named]
        .into_iter()
        .flatten()
        .flat_map(|(name, places)| places.iter().map(move |at| (name, at)));
    keys.into_iter()
        .chain(used)
        .filter(|(name, _)| table.column(name.as_str()).is_none())
        .map(|(name, at)| missing_column(table, wanted, name, at))
        .collect()
}

fn missing_column(table: &Table, wanted: &Wanted, name: &VarName, at: &KeyPath) -> Mistake {
    let file = table.file().file_name().unwrap_or_default().to_string_lossy();
    let columns = table.header.iter().filter(|header| !header.is_empty());
    let known = columns.chain(wanted.defined.iter().map(VarName::as_str));
    Mistake::spec(at, format!("{file} has no column `{name}`")).help(suggest(name.as_str(), known))
}

/// The rows that are used, each at its place in the panel.
struct Keyed {
    units: UnitIndex,
    periods: Vec<Period>,
    /// (row of the table, place in a column stacked by period).
    rows: Vec<(usize, usize)>,
}

impl Keyed {
    fn read(table: &Table, unit: usize, time: usize, data: &DataSpec) -> Checked<Self> {
        let (keys, sorts) = keys(table, unit, time);
        let mut mistakes = collect(sorts);
        let kept: Vec<(usize, &str, Period)> =
            keys.into_iter().filter(|(.., period)| within(data, *period)).collect();
        mistakes.extend(duplicates(table, unit, &kept).into_vec());
        let periods: BTreeSet<Period> = kept.iter().map(|(.., period)| *period).collect();
        let periods: Vec<Period> = periods.into_iter().collect();
        if mistakes.is_empty() {
            mistakes.extend(years_not_covered(table, time, data, &periods));
            mistakes.extend(holes(table, &periods));
            mistakes.extend(implausible(table, data, &kept, &periods));
        }
        Mistakes::unless_empty(mistakes, ())?;
        Ok(Self::place(&kept, periods))
    }

    fn place(kept: &[(usize, &str, Period)], periods: Vec<Period>) -> Self {
        let names: BTreeSet<&str> = kept.iter().map(|(_, unit, _)| *unit).collect();
        let at: HashMap<&str, usize> = names.iter().enumerate().map(|(i, u)| (*u, i)).collect();
        let when: HashMap<Period, usize> =
            periods.iter().enumerate().map(|(t, p)| (*p, t)).collect();
        let rows = kept
            .iter()
            .map(|(row, unit, period)| (*row, when[period] * names.len() + at[unit]))
            .collect();
        let units = names.iter().map(|u| UnitId((*u).to_owned())).collect();
        let units = UnitIndex::new(units).expect("a set has no duplicates");
        Self { units, periods, rows }
    }

    fn n_units(&self) -> usize {
        self.units.len()
    }
}

fn within(data: &DataSpec, period: Period) -> bool {
    data.years.as_ref().is_none_or(|years| years.value.0 <= period && period <= years.value.1)
}

const EVERY_ROW: &str = "every row names its unit and its period";

/// (row, unit, period) of every row whose keys are sound, and the mistakes of the others.
fn keys(table: &Table, unit: usize, time: usize) -> (Vec<(usize, &str, Period)>, [Sort; 2]) {
    let mut nameless = Sort::new(table.file(), "rows without the name of a unit");
    let mut timeless = Sort::new(table.file(), "periods that are not whole numbers");
    let mut keys = Vec::with_capacity(table.rows.len());
    for row in 0..table.rows.len() {
        let name = table.cell(row, unit);
        if name.is_empty() {
            let message = "the name of the unit is missing";
            nameless.add(|| table.mistake(row, unit, message).help(EVERY_ROW));
        }
        match period(table.cell(row, time)) {
            Ok(period) if !name.is_empty() => keys.push((row, name, period)),
            Ok(_) => {}
            Err(help) => timeless.add(|| not_a_period(table, row, time).help(help)),
        }
    }
    (keys, [nameless, timeless])
}

fn not_a_period(table: &Table, row: usize, time: usize) -> Mistake {
    let message = match table.cell(row, time) {
        "" => "the period is missing".to_owned(),
        text => format!("`{text}` is not a period: a whole number was expected"),
    };
    table.mistake(row, time, &message)
}

/// The period that a cell names: a whole number, also as `1970.0`; or advice.
pub fn period(text: &str) -> Result<Period, String> {
    const EXACT: f64 = 9_007_199_254_740_992.0;
    if let Ok(whole) = text.parse::<i64>() {
        return Ok(Period(whole));
    }
    match text.parse::<f64>() {
        #[allow(clippy::cast_possible_truncation, reason = "whole and below 2^53")]
        Ok(value) if value.fract() == 0.0 && value.abs() < EXACT => Ok(Period(value as i64)),
        _ => Err(period_help(text)),
    }
}

fn period_help(text: &str) -> String {
    if text.is_empty() {
        return EVERY_ROW.to_owned();
    }
    let year: String = text.chars().take_while(char::is_ascii_digit).collect();
    let rest = &text[year.len()..];
    if year.len() == 4
        && (rest == "年" || rest.starts_with(['-', '/']) && !rest.contains(['Q', 'q']))
    {
        format!("write {year}")
    } else {
        "number the periods with whole numbers; quarters and months count on: 1, 2, 3, …".to_owned()
    }
}

/// Rows whose unit and period stand further up already.
fn duplicates(table: &Table, unit: usize, kept: &[(usize, &str, Period)]) -> Sort {
    let mut sort = Sort::new(table.file(), "rows whose unit and period stand in another row");
    let mut seen: HashMap<(&str, Period), usize> = HashMap::with_capacity(kept.len());
    for &(row, name, period) in kept {
        let first = *seen.entry((name, period)).or_insert(row);
        if first != row {
            let message =
                format!("`{name}` in {period} stands in {} already", table.row_name(first));
            let advice =
                "each unit has one row a period: remove one of the two, or correct its keys";
            sort.add(|| table.mistake(row, unit, &message).help(advice));
        }
    }
    sort
}

/// `years` must begin and end with periods that the file has.
fn years_not_covered(table: &Table, time: usize, data: &DataSpec, used: &[Period]) -> Vec<Mistake> {
    let Some(Located { value: (first, last), at }) = &data.years else { return Vec::new() };
    let all = (0..table.rows.len()).filter_map(|row| period(table.cell(row, time)).ok());
    let all: BTreeSet<Period> = all.collect();
    let covered = |period: &Period| used.contains(period);
    if covered(first) && covered(last) {
        return Vec::new();
    }
    let (Some(begin), Some(end)) = (all.first(), all.last()) else { return Vec::new() };
    let absent: Vec<String> =
        [first, last].into_iter().filter(|p| !covered(p)).map(ToString::to_string).collect();
    let message =
        format!("no unit has a row for {}; the file has {begin} to {end}", absent.join(" or "));
    let advice = match (used.first(), used.last()) {
        (Some(a), Some(b)) if a < b => format!("write years = [{a}, {b}]"),
        _ => "choose years that the file has".to_owned(),
    };
    vec![Mistake::spec(at, message).help(advice)]
}

/// Periods must be equally spaced; what no unit has cannot be filled.
fn holes(table: &Table, periods: &[Period]) -> Option<Mistake> {
    let holes = spacing::holes(periods)?;
    let (message, advice) = match holes {
        spacing::Holes::Uneven(listed) => (
            format!("the periods are not equally spaced: {listed}"),
            "lags need equal steps: correct the periods, or restrict `data.years` to a stretch with equal steps",
        ),
        spacing::Holes::Absent(listed) => (
            format!("no unit has a row for {listed}"),
            "add the rows, or restrict `data.years` to a stretch without a hole",
        ),
    };
    Some(Mistake::file(table.file(), message).help(advice))
}

/// Keys that would make a huge and nearly empty panel are the wrong columns.
fn implausible(
    table: &Table,
    data: &DataSpec,
    kept: &[(usize, &str, Period)],
    periods: &[Period],
) -> Option<Mistake> {
    let units: BTreeSet<&str> = kept.iter().map(|(_, unit, _)| *unit).collect();
    let cells = units.len().saturating_mul(periods.len());
    let (n, t) = (units.len(), periods.len());
    (cells > kept.len().saturating_mul(10).saturating_add(1_000_000)).then(|| {
        let message = format!(
            "`{}` has {n} units and `{}` {t} periods, which makes {cells} rows; the file has {}",
            data.unit.value,
            data.time.value,
            kept.len()
        );
        Mistake::file(table.file(), message)
            .help("are `data.unit` and `data.time` the right columns?")
    })
}

/// A column of numbers in the order of the panel.
fn numbers(
    table: &Table,
    data: &DataSpec,
    column: usize,
    keyed: &Keyed,
) -> (Vec<Option<f64>>, Sort) {
    let mut bad = BadCells::default();
    let mut values = vec![None; keyed.n_units() * keyed.periods.len()];
    for &(row, place) in &keyed.rows {
        values[place] = bad.number(table, data, row, column);
    }
    (values, bad.sort(table, column))
}

/// What is wrong with the numbers of a table whose keys are wrong too.
fn number_mistakes(table: &Table, data: &DataSpec, wanted: &Wanted) -> Vec<Mistake> {
    let columns = wanted.numbers.keys().filter_map(|name| table.column(name.as_str()));
    let sorts = columns.map(|column| {
        let mut bad = BadCells::default();
        for row in 0..table.rows.len() {
            bad.number(table, data, row, column);
        }
        bad.sort(table, column)
    });
    collect(sorts)
}

/// The cells of a column that are not numbers, equal ones together: the row of the first, how
/// many there are, and why.
#[derive(Default)]
struct BadCells<'a> {
    at: HashMap<&'a str, usize>,
    found: Vec<(usize, usize, NotANumber)>,
}

impl<'a> BadCells<'a> {
    fn number(
        &mut self,
        table: &'a Table,
        data: &DataSpec,
        row: usize,
        column: usize,
    ) -> Option<f64> {
        let text = table.cell(row, column);
        if text.is_empty() || data.missing_codes.iter().any(|code| code.trim() == text) {
            return None;
        }
        number::parse(text).map_err(|reason| self.note(text, row, reason)).ok()
    }

    fn note(&mut self, text: &'a str, row: usize, reason: NotANumber) {
        let next = self.found.len();
        match self.at.entry(text) {
            Entry::Occupied(known) => self.found[*known.get()].1 += 1,
            Entry::Vacant(new) => {
                new.insert(next);
                self.found.push((row, 1, reason));
            }
        }
    }

    fn sort(self, table: &Table, column: usize) -> Sort {
        let mut sort = Sort::new(table.file(), "texts in this column that are not numbers");
        let name = table.header.get(column).unwrap_or_default();
        for (row, count, reason) in self.found {
            let why = reason.why.map(|why| format!(": {why}")).unwrap_or_default();
            let more = match count {
                1 => String::new(),
                2 => " (and in one more row)".to_owned(),
                count => format!(" (and in {} more rows)", count - 1),
            };
            let text = table.cell(row, column);
            let message = format!("`{text}` in column `{name}` is not a number{why}{more}");
            sort.add(|| table.mistake(row, column, &message).help(reason.help));
        }
        sort
    }
}

/// A text column by unit, and the units in which it changes. Empty cells say nothing.
fn texts(table: &Table, column: usize, keyed: &Keyed) -> (Vec<String>, Sort) {
    let n = keyed.n_units();
    let mut sort = Sort::new(table.file(), "units in which this column changes");
    let mut first: Vec<Option<(usize, usize)>> = vec![None; n];
    let mut told = BTreeSet::new();
    let mut rows: Vec<(usize, usize)> = keyed.rows.clone();
    rows.sort_unstable_by_key(|&(_, place)| place);
    for (row, place) in rows {
        let unit = place % n;
        let text = table.cell(row, column);
        if text.is_empty() {
            continue;
        }
        match first[unit] {
            None => first[unit] = Some((row, place)),
            Some((earlier, before)) if table.cell(earlier, column) != text && told.insert(unit) => {
                let years = [before, place].map(|p| keyed.periods[p / n]);
                sort.add(|| changes(table, (earlier, row), column, &keyed.units, unit, years));
            }
            Some(_) => {}
        }
    }
    let value = |slot: &Option<(usize, usize)>| {
        slot.map(|(row, _)| table.cell(row, column).to_owned()).unwrap_or_default()
    };
    (first.iter().map(value).collect(), sort)
}

fn changes(
    table: &Table,
    (earlier, row): (usize, usize),
    column: usize,
    units: &UnitIndex,
    unit: usize,
    years: [Period; 2],
) -> Mistake {
    let name = table.header.get(column).unwrap_or_default();
    let message = format!(
        "`{name}` of `{}` is `{}` in {} and `{}` in {}",
        units.as_slice()[unit],
        table.cell(earlier, column),
        years[0],
        table.cell(row, column),
        years[1],
    );
    table
        .mistake(row, column, &message)
        .help("a column that makes regions has one value for each unit")
}
