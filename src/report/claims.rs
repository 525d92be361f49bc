//! Claims and how they stand: a CSV file and a Markdown table.

use crate::compare::claims::{Evidence, Group, Judgement, Seen, Standing, Unit, judge, looked_at};
use crate::compare::night::{Listed, State, of_plan};
use crate::ident::CellId;
use crate::plan::Plan;
use crate::report::formats::markdown::escape;
use crate::report::formats::plain::written;
use crate::report::number::{Number, exact, percent};
use crate::report::words::{self, Tally, Words};
use crate::report::{RenderedFile, Source, notes};
use crate::spec::{Language, Spec};
use std::collections::BTreeSet;
use std::fmt::Write;

/// Decimals of an estimate behind a claim.
const DECIMALS: usize = 4;
/// Units that a line names with their numbers; of more, the extremes are told.
const NAMED: usize = 3;

/// The cells that claims look at.
pub fn cells(spec: &Spec, plan: &Plan) -> BTreeSet<CellId> {
    let listed = of_plan(plan, |_| None);
    looked_at(&spec.claims, &listed).into_iter().map(|cell| cell.id).collect()
}

/// How every claim stands by the records.
pub fn judgements(source: Source<'_>) -> Vec<Judgement> {
    if source.spec.claims.is_empty() {
        return Vec::new();
    }
    let listed = of_plan(source.plan, |_| None);
    let state = |cell: &Listed| State::of(source.records.get(&cell.id));
    let moran = &source.experiment.moran;
    judge(&source.spec.claims, Evidence { listed: &listed, state: &state, moran })
}

/// One row a claim.
pub fn rows(judgements: &[Judgement]) -> String {
    let mut rows = super::tidy::Rows::new([
        "claim",
        "statement",
        "standing",
        "share",
        "groups",
        "units",
        "holding",
        "failing",
        "not_judged",
        "least_share",
        "numbers",
        "reason",
    ]);
    for j in judgements {
        let (holding, failing, open) = j.counts();
        rows.push([
            j.claim.clone(),
            j.text.clone(),
            j.standing.name().to_owned(),
            exact(j.share),
            j.groups.len().to_string(),
            (holding + failing + open).to_string(),
            holding.to_string(),
            failing.to_string(),
            open.to_string(),
            j.least_share().map(exact).unwrap_or_default(),
            numbers_in(english(), j),
            j.reason.clone().unwrap_or_default(),
        ]);
    }
    rows.text()
}

/// The table, where there are claims.
pub fn table(source: Source<'_>, judgements: &[Judgement]) -> Option<RenderedFile> {
    if judgements.is_empty() {
        return None;
    }
    let words = source.words();
    let heads = words.claim_heads();
    let mut text = format!("**{}**\n\n| {} |\n", heads.title, heads.columns.join(" | "));
    text.push_str("|:--|:--|:--|:--|:--|\n");
    for j in judgements {
        let reason = j.reason.as_deref().map(|reason| words.quoted(reason));
        let numbers = reason.unwrap_or_else(|| numbers_in(words, j));
        let (standing, tally) = (words.standing(j.standing), tally_in(words, j));
        let cells = [&*j.claim, &*j.text, standing, &*tally, &*numbers].map(escape);
        // Writing to a string cannot fail.
        let _ = writeln!(text, "| {} |", cells.join(" | "));
    }
    text.push('\n');
    for note in notes::data(source).iter().map(String::as_str).chain([heads.note]) {
        let _ = writeln!(text, "- {}", escape(note));
    }
    Some(RenderedFile::text("tables/claims.md", text))
}

/// `holds     oa_lag1: sentence (11 of 12, …)`
pub fn line(j: &Judgement) -> String {
    format!("{:16} {}", j.standing.name(), about(j))
}

/// `fails: oa_lag1: sentence (…)`
pub fn brief(j: &Judgement) -> String {
    format!("{}: {}", j.standing.name(), about(j))
}

fn about(j: &Judgement) -> String {
    let said = j.reason.clone().unwrap_or_else(|| numbers_in(english(), j));
    let said = if said.is_empty() { String::new() } else { format!("; {said}") };
    format!("{}: {} ({}{said})", j.claim, j.text, tally(j))
}

/// `11 of 12`, and where shares matter `(needed 90 %)`.
pub fn tally(j: &Judgement) -> String {
    tally_in(english(), j)
}

/// What files of data and the terminal speak.
fn english() -> &'static dyn Words {
    words::of(Language::En)
}

pub(super) fn tally_in(words: &dyn Words, j: &Judgement) -> String {
    let (holding, failing, open) = j.counts();
    let good = || j.groups.iter().filter(|g| g.standing == Standing::Holds).count();
    let needed = (j.share < 1.0).then(|| percent(j.share));
    words.tally(Tally {
        holding,
        all: holding + failing + open,
        open,
        groups: (j.groups.len() > 1).then(|| (j.groups.len(), good())),
        needed: needed.as_deref(),
    })
}

/// The numbers behind it: of few units all, of many the extremes, and the first that does not hold.
pub(super) fn numbers_in(words: &dyn Words, j: &Judgement) -> String {
    let units: Vec<&Unit> = j.groups.iter().flat_map(|group| &group.units).collect();
    if units.len() <= NAMED {
        let said: Vec<String> = units.iter().map(|unit| named(unit, units.len() > 1)).collect();
        return words.clauses(&said);
    }
    let single = units.iter().filter_map(|unit| match unit.seen.as_slice() {
        [seen] => Some(seen.value),
        _ => None,
    });
    let mut values: Vec<f64> = single.collect();
    values.sort_by(f64::total_cmp);
    let mut said = Vec::new();
    if let (Some(low), Some(high)) = (values.first(), values.last()) {
        said.push(words.range(&number(*low), &number(*high)));
    }
    let failing = |group: &Group| group.standing != Standing::Holds;
    let first = j.groups.iter().filter(|g| failing(g)).flat_map(|g| &g.units);
    if let Some(unit) = first.into_iter().find(|unit| unit.holds == Some(false)) {
        said.push(words.not_in(&named(unit, true)));
    }
    words.clauses(&said)
}

/// `label: 0.2254 (p 0.015)`
fn named(unit: &Unit, with_name: bool) -> String {
    let mut said: Vec<String> = unit.seen.iter().map(seen).collect();
    if !unit.said.is_empty() {
        said.push(unit.said.clone());
    }
    let said = said.join(", ");
    if with_name { format!("{}: {said}", unit.unit) } else { said }
}

fn seen(seen: &Seen) -> String {
    let of = if seen.of.is_empty() { String::new() } else { format!("{} ", seen.of) };
    let p = seen.p_value.map(|p| format!(" (p {})", written(&Number::probability(p))));
    format!("{of}{}{}", number(seen.value), p.unwrap_or_default())
}

fn number(value: f64) -> String {
    written(&Number::decimals(value, DECIMALS))
}

/// Claims as an earlier rendering left them: name and standing, from its CSV file.
pub fn standings(csv: &str) -> Vec<(String, String, Standing)> {
    let mut reader = csv::Reader::from_reader(csv.as_bytes());
    let row = |row: csv::StringRecord| {
        let field = |i: usize| row.get(i).unwrap_or_default().to_owned();
        Some((field(0), field(1), Standing::parse(row.get(2)?)?))
    };
    reader.records().filter_map(Result::ok).filter_map(row).collect()
}
