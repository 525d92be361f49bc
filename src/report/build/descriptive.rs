//! Tables of descriptive statistics: one row a variable.

use crate::ident::{Located, VarName};
use crate::outcome::Descriptive;
use crate::report::number::Number;
use crate::report::table::{Align, Column, Entry, Footnotes, Group, Head, Row, Table};
use crate::report::{Source, labels, notes};
use crate::spec::tables::{Moment, TableSpec};

/// Moments of the variables, with their units when any has one.
pub fn build(
    source: Source<'_>,
    spec: &TableSpec,
    variables: &[Located<VarName>],
    statistics: &[Moment],
) -> Table {
    let words = source.words();
    let mut footnotes = Footnotes::default();
    let names: Vec<&VarName> = variables.iter().map(|v| &v.value).collect();
    let with_units = names.iter().any(|v| unit(source, v).is_some());
    let rows = names
        .iter()
        .map(|v| row(source, spec.digits, v, statistics, with_units, &mut footnotes))
        .collect();
    let unit_head = with_units.then(|| (words.unit_head().to_owned(), Align::Left));
    let moments = statistics.iter().map(|&m| (words.moment(m).to_owned(), Align::Decimal));
    let (heads, columns) = unit_head
        .into_iter()
        .chain(moments)
        .map(|(label, align)| (Head { label, span: 1 }, Column { number: None, cell: None, align }))
        .unzip();
    Table {
        id: spec.id.clone(),
        caption: spec.caption.clone(),
        number: spec.number,
        language: source.spec.language,
        over: None,
        stub: words.variable_stub().to_owned(),
        heads: vec![heads],
        columns,
        groups: vec![Group::of(rows)],
        notes: table_notes(source, spec, &names, statistics),
        footnotes: footnotes.into_vec(),
    }
}

fn unit<'a>(source: Source<'a>, name: &VarName) -> Option<&'a str> {
    source.spec.variables.get(name)?.unit.as_deref()
}

fn moments<'a>(source: Source<'a>, name: &VarName) -> Option<&'a Descriptive> {
    source.experiment.descriptive.iter().find(|d| d.variable == name.as_str())
}

fn row(
    source: Source<'_>,
    digits: usize,
    name: &VarName,
    statistics: &[Moment],
    with_units: bool,
    footnotes: &mut Footnotes,
) -> Row {
    let unit = unit(source, name).map_or(Entry::Empty, |u| Entry::Text(labels::unit(u)));
    let found = moments(source, name);
    let words = source.words();
    let absent = found.is_none().then(|| footnotes.mark(words.no_record_of_moments().to_owned()));
    let value = |(position, &moment): (usize, &Moment)| match (found, &absent) {
        (Some(d), _) => Entry::Number(number(d, moment, digits)),
        (None, Some(mark)) if position == 0 => {
            Entry::Absent { word: words.not_run(), mark: mark.clone() }
        }
        (None, _) => Entry::Dash,
    };
    let values = statistics.iter().enumerate().map(value);
    let entries = with_units.then_some(unit).into_iter().chain(values).collect();
    Row::new(labels::variable(source.spec, name), entries).of(name.as_str(), "moments")
}

#[expect(clippy::cast_precision_loss, reason = "a number of rows is far below 2^52")]
fn number(d: &Descriptive, moment: Moment, digits: usize) -> Number {
    match moment {
        Moment::N => Number::count(d.n as f64),
        Moment::Min => Number::decimals(d.min, digits),
        Moment::Max => Number::decimals(d.max, digits),
        Moment::Mean => Number::decimals(d.mean, digits),
        Moment::Sd => Number::decimals(d.sd, digits),
        Moment::Median => Number::decimals(d.median, digits),
    }
}

fn table_notes(
    source: Source<'_>,
    spec: &TableSpec,
    names: &[&VarName],
    statistics: &[Moment],
) -> Vec<String> {
    let words = source.words();
    let mut said = notes::data(source);
    if !statistics.contains(&Moment::N) {
        said.extend(observations(source, names));
    }
    if statistics.contains(&Moment::Sd) {
        said.push(words.divisor().to_owned());
    }
    let experiment = source.experiment;
    let filled = notes::filled(words, source.spec.data.missing, &experiment.filled);
    said.extend(filled.map(|said| words.values_filled(&said)));
    let dropped = notes::quoted(words, &experiment.dropped);
    said.extend(dropped.map(|said| words.missing(&said)));
    said.extend(spec.notes.iter().map(|n| words.sentence(n)));
    said
}

/// `N = 510.`, or the numbers by variable when they differ.
fn observations(source: Source<'_>, names: &[&VarName]) -> Option<String> {
    let found: Vec<&Descriptive> = names.iter().filter_map(|v| moments(source, v)).collect();
    let first = found.first()?.n;
    if found.iter().all(|d| d.n == first) {
        return Some(source.words().counts(&[(first, String::new())]));
    }
    let each = |d: &&Descriptive| {
        (d.n, labels::variable(source.spec, &VarName::new(&*d.variable)).to_owned())
    };
    Some(source.words().counts(&found.iter().map(each).collect::<Vec<_>>()))
}
