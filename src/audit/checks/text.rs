//! What the text says against what the tables print. Sentences are declared: nobody reads prose here.

use crate::audit::{Check, Evidence, Finding, Severity, Spot, listed, table_name};
use crate::printed::{Decimal, Entry, Says, Sign, Statement, squeezed};

pub(in crate::audit) const CHECK: Check =
    Check { name: "text", about: "sentences that the tables contradict", find };

fn find(evidence: Evidence<'_>) -> Vec<Finding> {
    evidence.statements.iter().filter_map(|statement| of(statement, evidence)).collect()
}

fn of(statement: &Statement, evidence: Evidence<'_>) -> Option<Finding> {
    match &statement.says {
        Says::Sign(sign, stars) => of_sign(statement, evidence, *sign, *stars),
        Says::Cites { table, value } => of_citation(statement, evidence, table, value.as_ref()),
        Says::Called { head, called } => (!same_name(head, called)).then(|| {
            let table = statement.table.as_deref().unwrap_or_default();
            let said =
                format!("the head in {} is {head}, the text calls it {called}", table_name(table));
            finding(statement, Severity::Note, said, &[])
        }),
        Says::Counts { says, shows } => (says != shows).then(|| {
            let said = format!("the text speaks of {says}, {shows} can be seen");
            finding(statement, Severity::Warning, said, &[])
        }),
    }
}

fn of_sign(
    statement: &Statement,
    evidence: Evidence<'_>,
    sign: Sign,
    stars: usize,
) -> Option<Finding> {
    let in_table = |e: &&Entry| statement.table.as_ref().is_none_or(|table| *table == e.table);
    let about = evidence.printed.entries.iter().filter(|e| statement.is_about(e));
    let about: Vec<&Entry> = about.filter(in_table).collect();
    if about.is_empty() {
        return Some(nothing(statement));
    }
    let holds = |e: &&&Entry| sign.holds(e.value.value, e.stars, stars);
    let against: Vec<&Entry> = about.iter().filter(|e| !holds(e)).copied().collect();
    if against.is_empty() {
        return None;
    }
    let all = about.len() == against.len();
    let shown: Vec<String> = against.iter().map(|e| e.shown()).collect();
    let claimed = match (sign, stars) {
        (Sign::Any, _) => "significant".to_owned(),
        (Sign::None, _) => "not significant".to_owned(),
        (sign, 0) => sign.name().to_owned(),
        (sign, stars) => format!("{} with {}", sign.name(), "*".repeat(stars)),
    };
    let said = format!(
        "{} of {} coefficients are not {claimed}: {}",
        against.len(),
        about.len(),
        listed(&shown)
    );
    let severity = if all { Severity::Error } else { Severity::Warning };
    Some(finding(statement, severity, said, &against))
}

fn of_citation(
    statement: &Statement,
    evidence: Evidence<'_>,
    cited: &str,
    value: Option<&Decimal>,
) -> Option<Finding> {
    let quoted = |e: &&Entry| value.is_none_or(|value| value.value == e.value.value);
    let about = evidence.printed.entries.iter().filter(|e| statement.is_about(e)).filter(quoted);
    let about: Vec<&Entry> = about.collect();
    let meant = |e: &&&Entry| statement.table.as_ref().is_none_or(|table| *table == e.table);
    let there = about.iter().filter(meant).any(|e| e.table == cited);
    if there {
        return None;
    }
    if about.is_empty() {
        // Where only tables are named, they are compared.
        let table = statement.table.as_ref()?;
        let said = format!("the text cites Table {cited}, Table {table} is meant");
        return (table != cited).then(|| finding(statement, Severity::Warning, said, &[]));
    }
    let mut tables: Vec<String> = about.iter().map(|e| table_name(&e.table)).collect();
    tables.sort();
    tables.dedup();
    let said = format!("the text cites Table {cited}, but this stands in {}", listed(&tables));
    Some(finding(statement, Severity::Warning, said, &about))
}

fn nothing(statement: &Statement) -> Finding {
    let said = "nothing that is printed is what this sentence is about".to_owned();
    finding(statement, Severity::Note, said, &[])
}

/// `lnOA` and `ln OA` are the same name.
fn same_name(a: &str, b: &str) -> bool {
    let bare = |name: &str| squeezed(name).trim_start_matches("ln").to_owned();
    bare(a) == bare(b)
}

fn finding(statement: &Statement, severity: Severity, said: String, about: &[&Entry]) -> Finding {
    let stands = if statement.stands.is_empty() {
        String::new()
    } else {
        format!(" ({})", statement.stands)
    };
    let declared = Spot {
        table: statement.table.clone().unwrap_or_default(),
        term: statement.term.clone().unwrap_or_default(),
        ..Spot::line(&statement.at)
    };
    Finding {
        check: CHECK.name,
        severity,
        sentence: format!("The text{stands} says “{}”: {said}.", statement.text),
        places: std::iter::once(declared).chain(about.iter().map(|e| Spot::of(e))).collect(),
    }
}
