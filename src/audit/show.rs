//! Findings as text and as Markdown.

use super::{Finding, Severity, Spot};
use crate::report::formats::markdown::escape;
use std::fmt::Write;

/// Places of a finding that are listed in text.
const PLACES: usize = 10;

/// A line a finding, and a line a place below it; at the end how many there are.
pub fn text(findings: &[Finding]) -> String {
    let mut out = String::new();
    for finding in findings {
        let Finding { check, severity, sentence, places } = finding;
        // Writing to a string cannot fail.
        let _ = writeln!(out, "{} [{check}] {sentence}", severity.name());
        for spot in places.iter().take(PLACES) {
            let _ = writeln!(out, "  {}", place(spot));
        }
        if places.len() > PLACES {
            let _ = writeln!(out, "  and {} more", places.len() - PLACES);
        }
    }
    let _ = writeln!(out, "{}", counted(findings));
    out
}

/// `tables.csv:38: Table 4, central, OA, rho: -0.2361***`
fn place(spot: &Spot) -> String {
    let table = if spot.table.is_empty() { String::new() } else { format!("Table {}", spot.table) };
    let parts: Vec<&str> =
        [table.as_str(), &spot.column, &spot.term].into_iter().filter(|p| !p.is_empty()).collect();
    let mut said = format!("{}:{}", spot.file.display(), spot.line);
    for part in [parts.join(", "), spot.printed.clone()].iter().filter(|part| !part.is_empty()) {
        let _ = write!(said, ": {part}");
    }
    said
}

/// `2 errors, 1 warning, 0 notes`
fn counted(findings: &[Finding]) -> String {
    let count = |severity: Severity| {
        let n = findings.iter().filter(|f| f.severity == severity).count();
        format!("{n} {}{}", severity.name(), if n == 1 { "" } else { "s" })
    };
    [Severity::Error, Severity::Warning, Severity::Note].map(count).join(", ")
}

/// A table with a row a finding.
pub fn markdown(findings: &[Finding]) -> String {
    let mut out = String::from("| Severity | Check | Finding | Places |\n|:--|:--|:--|:--|\n");
    for finding in findings {
        let places: Vec<String> = finding.places.iter().map(|spot| escape(&place(spot))).collect();
        let _ = writeln!(
            out,
            "| {} | {} | {} | {} |",
            finding.severity.name(),
            finding.check,
            escape(&finding.sentence),
            places.join("<br>")
        );
    }
    let _ = writeln!(out, "\n{}.", counted(findings));
    out
}
