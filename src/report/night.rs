//! What changed between two sets of results, for people and for machines.
//!
//! | file | what it does |
//! |---|---|
//! | `junit` | JUnit XML, a test for each cell and claim |

mod junit;

pub use junit::junit;

use crate::compare::change::{Change, Side, What};
use crate::compare::claims::{Judgement, Standing};
use crate::compare::diff::Comparison;
use crate::compare::night::{Listed, of_rows};
use crate::ident::{CellId, RecordKey};
use crate::report::formats::markdown::escape;
use crate::report::formats::plain::written;
use crate::report::number::Number;
use crate::spec::nights::Concern;
use serde::Serialize;
use std::fmt::Write;

/// Decimals of numbers that moved.
const DECIMALS: usize = 6;

/// A comparison and what is to be said of it.
#[derive(Debug, Clone, Copy)]
pub struct Night<'a> {
    /// What was held against what, in words: `results/paper against archive/paper`.
    pub title: &'a str,
    /// What changed.
    pub comparison: &'a Comparison,
    /// What is a regression.
    pub policy: &'a [Concern],
    /// How claims stand now.
    pub claims: &'a [Judgement],
}

impl Night<'_> {
    /// How many changes are regressions.
    pub fn regressions(&self) -> usize {
        self.comparison.regressions(self.policy).count()
    }
}

/// The cells that a results folder lists in its `fits.csv`; `None` where it does not name them.
pub fn listed(fits: &str, key: impl Fn(&CellId) -> Option<RecordKey>) -> Option<Vec<Listed>> {
    let mut reader = csv::Reader::from_reader(fits.as_bytes());
    let fields = |row: &csv::StringRecord| row.iter().map(str::to_owned).collect::<Vec<String>>();
    let header = fields(reader.headers().ok()?);
    let rows = reader.records().filter_map(Result::ok).map(|row| fields(&row));
    of_rows(&header, rows, key)
}

/// What there is of each kind, in a sentence.
pub fn summary(night: Night<'_>) -> String {
    let of = |what: What| night.comparison.count(what);
    let counted = [
        (What::ClaimLost, "claim lost", "claims lost"),
        (What::ClaimTurned, "other claim turned", "other claims turned"),
        (What::Concluded, "conclusion changed", "conclusions changed"),
        (What::Failed, "cell fails now", "cells fail now"),
        (What::Mended, "cell mended", "cells mended"),
        (What::FailsOtherwise, "cell fails otherwise", "cells fail otherwise"),
        (What::Gone, "thing gone", "things gone"),
        (What::Added, "thing new", "things new"),
        (What::Moved, "number moved", "numbers moved"),
    ];
    let said = counted.into_iter().filter(|(what, ..)| of(*what) > 0).map(|(what, one, many)| {
        let count = of(what);
        format!("{count} {}", if count == 1 { one } else { many })
    });
    let said: Vec<String> = said.collect();
    let said = if said.is_empty() { "nothing changed".to_owned() } else { said.join(", ") };
    let cells = night.comparison.compared.len();
    let plural = if cells == 1 { "cell" } else { "cells" };
    format!("{}: {cells} {plural} compared, {said}", night.title)
}

/// One line a change, the gravest first; `most` lines of numbers that merely moved.
pub fn text(night: Night<'_>, most: usize) -> String {
    let mut text = summary(night);
    text.push('\n');
    let (moved, grave): (Vec<&Change>, Vec<&Change>) =
        night.comparison.changes.iter().partition(|change| change.what == What::Moved);
    for change in grave.iter().chain(moved.iter().take(most)) {
        // Writing to a string cannot fail.
        let _ = writeln!(text, "{}", line(change));
    }
    if moved.len() > most {
        let _ =
            writeln!(text, "and {} more numbers that moved: --all lists them", moved.len() - most);
    }
    text
}

/// `CHANGED  paper/slm/…  ln_oa@lag1: 0.2254 → −0.1054 (sign + → −)`
pub fn line(change: &Change) -> String {
    let statistic = change.statistic.as_ref().map(|s| format!("  {s}")).unwrap_or_default();
    format!("{:10} {}{statistic}: {}", change.what.word(), change.cell, said(change))
}

/// What it was, what it is, what is concluded otherwise, and how far it moved.
fn said(change: &Change) -> String {
    let mut said = format!("{} → {}", side(&change.old), side(&change.new));
    let words = change.conclusions.iter().map(|conclusion| conclusion.words().to_owned());
    let mut more: Vec<String> = words.collect();
    if change.what == What::Moved {
        more.extend(change.relative.map(|moved| format!("by {}", share(moved))));
    }
    if !more.is_empty() {
        let _ = write!(said, " ({})", more.join("; "));
    }
    said
}

fn side(side: &Side) -> String {
    match side {
        Side::Number(value) => written(&Number::decimals(*value, DECIMALS)),
        Side::Word(word) => word.clone(),
        Side::Nothing => "nothing".to_owned(),
    }
}

/// A relative change in per cent.
fn share(relative: f64) -> String {
    format!("{} %", written(&Number::decimals(relative * 100.0, 3)))
}

/// A page: the summary, the claims, a table of changes.
pub fn markdown(night: Night<'_>, most: usize) -> String {
    let mut text = format!("**{}**\n", escape(&summary(night)));
    let regressions = night.regressions();
    let policy: Vec<&str> = night.policy.iter().map(|concern| concern.name()).collect();
    let _ =
        writeln!(text, "\n{regressions} of the changes are regressions ({}).", policy.join(", "));
    if !night.comparison.changes.is_empty() {
        text.push_str("\n| | Cell or claim | Statistic | Change |\n|:--|:--|:--|:--|\n");
    }
    let mut moved = 0;
    for change in &night.comparison.changes {
        moved += usize::from(change.what == What::Moved);
        if change.what == What::Moved && moved > most {
            continue;
        }
        let statistic = change.statistic.clone().unwrap_or_default();
        let cells = [change.what.word(), &change.cell, &statistic, &said(change)].map(escape);
        let _ = writeln!(text, "| {} |", cells.join(" | "));
    }
    if moved > most {
        let _ = writeln!(text, "\nAnd {} more numbers that moved.", moved - most);
    }
    text.push_str(&claims(night.claims));
    text
}

/// The claims that do not hold, and how many do.
fn claims(all: &[Judgement]) -> String {
    if all.is_empty() {
        return String::new();
    }
    let good = all.iter().filter(|j| j.standing == Standing::Holds).count();
    let mut text = format!("\n{good} of {} claims hold.\n", all.len());
    for j in all.iter().filter(|j| j.standing != Standing::Holds) {
        let _ = writeln!(text, "\n- {}", escape(&super::claims::brief(j)));
    }
    text
}

/// All of it as JSON.
#[derive(Debug, Serialize)]
pub struct Json<'a> {
    /// What was held against what.
    pub title: &'a str,
    /// In a sentence.
    pub summary: String,
    /// Cells that both have.
    pub compared: usize,
    /// What is a regression.
    pub fail_on: Vec<&'static str>,
    /// How many changes are regressions.
    pub regressions: usize,
    /// Every change, the gravest first.
    pub changes: &'a [Change],
    /// How claims stand now.
    pub claims: Vec<Standings<'a>>,
}

/// A claim and how it stands.
#[derive(Debug, Serialize)]
pub struct Standings<'a> {
    claim: &'a str,
    text: &'a str,
    standing: &'static str,
}

/// All of it, for JSON.
pub fn json(night: Night<'_>) -> Json<'_> {
    Json {
        title: night.title,
        summary: summary(night),
        compared: night.comparison.compared.len(),
        fail_on: night.policy.iter().map(|concern| concern.name()).collect(),
        regressions: night.regressions(),
        changes: &night.comparison.changes,
        claims: night
            .claims
            .iter()
            .map(|j| Standings { claim: &j.claim, text: &j.text, standing: j.standing.name() })
            .collect(),
    }
}
