//! JUnit XML: a test for each cell that was compared, and one for each claim. What the policy calls a
//! regression is a failure; other changes are what the test printed.

use super::{Night, line};
use crate::compare::change::Change;
use crate::compare::claims::Standing;
use crate::drawing::xml::{escape, escape_lines};
use std::collections::BTreeMap;
use std::fmt::Write;

/// The report.
pub fn junit(night: Night<'_>) -> String {
    let mut by_name: BTreeMap<&str, Vec<&Change>> = BTreeMap::new();
    for change in &night.comparison.changes {
        by_name.entry(&change.cell).or_default().push(change);
    }
    let claims: Vec<&str> = night.claims.iter().map(|j| j.claim.as_str()).collect();
    let compared = night.comparison.compared.iter().map(String::as_str);
    let mut names: Vec<&str> = compared.filter(|name| !claims.contains(name)).collect();
    // What only one side has, and what there is beside the cells.
    for name in by_name.keys() {
        if !names.contains(name) && !claims.contains(name) {
            names.push(name);
        }
    }
    let mut body = String::new();
    let mut failures = 0;
    let mut case = |class: &str, name: &str, note: Option<&str>| {
        let changes = by_name.get(name).map(Vec::as_slice).unwrap_or_default();
        let (bad, other): (Vec<&Change>, Vec<&Change>) = changes
            .iter()
            .partition(|c| c.what.concern().is_some_and(|c| night.policy.contains(&c)));
        failures += usize::from(!bad.is_empty());
        // Writing to a string cannot fail.
        let _ =
            write!(body, "    <testcase classname=\"{}\" name=\"{}\"", escape(class), escape(name));
        if bad.is_empty() && other.is_empty() && note.is_none() {
            body.push_str("/>\n");
            return;
        }
        body.push_str(">\n");
        if let Some(first) = bad.first() {
            let kind = first.what.concern().map_or("", |concern| concern.name());
            let lines: Vec<String> = bad.iter().map(|change| line(change)).collect();
            let _ = writeln!(
                body,
                "      <failure type=\"{kind}\" message=\"{}\">{}</failure>",
                escape(&line(first)),
                escape_lines(&lines.join("\n"))
            );
        }
        let printed: Vec<String> =
            note.map(str::to_owned).into_iter().chain(other.iter().map(|c| line(c))).collect();
        if !printed.is_empty() {
            let _ = writeln!(
                body,
                "      <system-out>{}</system-out>",
                escape_lines(&printed.join("\n"))
            );
        }
        body.push_str("    </testcase>\n");
    };
    for name in &names {
        case(name.split('/').next().unwrap_or(name), name, None);
    }
    for j in night.claims {
        let note = (j.standing != Standing::Holds).then(|| crate::report::claims::line(j));
        case("claims", &j.claim, note.as_deref());
    }
    let tests = names.len() + night.claims.len();
    let title = escape(night.title);
    format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n\
         <testsuites tests=\"{tests}\" failures=\"{failures}\">\n  \
         <testsuite name=\"{title}\" tests=\"{tests}\" failures=\"{failures}\" errors=\"0\">\n\
         {body}  </testsuite>\n</testsuites>\n"
    )
}
