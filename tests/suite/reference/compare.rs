//! Reference value against ours: collected, summed up by quantity, failed as a readable table.

use std::collections::BTreeMap;
use std::fmt::Write as _;

/// What a difference is divided by before it is held against a tolerance.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scale {
    /// max(1, |reference|), as the reference files state it.
    Unit,
    /// |reference|: for quantities that are small by nature, such as variances.
    Relative,
}

struct Row {
    case: String,
    quantity: &'static str,
    term: String,
    reference: f64,
    ours: Option<f64>,
    scaled: f64,
    tolerance: f64,
}

impl Row {
    fn difference(&self) -> f64 {
        self.ours.map_or(f64::NAN, |ours| (ours - self.reference).abs())
    }

    /// A value that is absent, NaN or infinite fails.
    fn holds(&self) -> bool {
        self.scaled <= self.tolerance
    }
}

/// Every comparison of one reference file.
pub struct Ledger {
    source: &'static str,
    rows: Vec<Row>,
}

impl Ledger {
    /// An empty ledger for a reference file.
    pub fn new(source: &'static str) -> Self {
        Self { source, rows: Vec::new() }
    }

    /// Compares one number.
    pub fn check(
        &mut self,
        (case, quantity, term): (&str, &'static str, &str),
        reference: f64,
        ours: Option<f64>,
        scale: Scale,
        tolerance: f64,
    ) {
        let size = match scale {
            Scale::Unit => reference.abs().max(1.0),
            Scale::Relative => reference.abs(),
        };
        self.check_sized((case, quantity, term), reference, ours, size, tolerance);
    }

    /// Compares one number whose difference is divided by `size`, such as the standard errors
    /// that frame a covariance.
    pub fn check_sized(
        &mut self,
        (case, quantity, term): (&str, &'static str, &str),
        reference: f64,
        ours: Option<f64>,
        size: f64,
        tolerance: f64,
    ) {
        let scaled = match ours {
            Some(ours) if ours == reference => 0.0,
            Some(ours) => (ours - reference).abs() / size,
            None => f64::NAN,
        };
        self.rows.push(Row {
            case: case.to_owned(),
            quantity,
            term: term.to_owned(),
            reference,
            ours,
            scaled,
            tolerance,
        });
    }

    /// Prints the largest difference of every quantity, then fails if any number is off.
    /// `at_least` guards against a test that compares nothing.
    pub fn finish(self, at_least: usize) {
        println!("{}", self.summary());
        assert!(
            self.rows.len() >= at_least,
            "{}: only {} numbers were compared, {at_least} expected",
            self.source,
            self.rows.len()
        );
        let failures = self.failures();
        assert!(failures.is_empty(), "{failures}");
    }

    /// Quantity, how many, the worst of them.
    fn summary(&self) -> String {
        let mut worst: BTreeMap<&str, (usize, &Row)> = BTreeMap::new();
        for row in &self.rows {
            let entry = worst.entry(row.quantity).or_insert((0, row));
            entry.0 += 1;
            if row.scaled.total_cmp(&entry.1.scaled).is_gt() {
                entry.1 = row;
            }
        }
        let mut text = format!(
            "| {} | numbers | largest scaled difference | tolerance | where | reference | ours |\n\
             |---|---|---|---|---|---|---|\n",
            self.source
        );
        for (quantity, (count, row)) in worst {
            let _ = writeln!(
                text,
                "| {quantity} | {count} | {:.1e} | {:.0e} | {} {} | {} | {} |",
                row.scaled,
                row.tolerance,
                row.case,
                row.term,
                digits(Some(row.reference)),
                digits(row.ours)
            );
        }
        text
    }

    fn failures(&self) -> String {
        let mut text = String::new();
        for row in self.rows.iter().filter(|r| !r.holds()) {
            if text.is_empty() {
                let _ = writeln!(
                    text,
                    "{}: case, quantity, term: reference, ours, difference, scaled > tolerance",
                    self.source
                );
            }
            let _ = writeln!(
                text,
                "{}, {}, {}: {}, {}, {:.2e}, {:.2e} > {:.0e}",
                row.case,
                row.quantity,
                row.term,
                digits(Some(row.reference)),
                digits(row.ours),
                row.difference(),
                row.scaled,
                row.tolerance
            );
        }
        text
    }
}

fn digits(value: Option<f64>) -> String {
    value.map_or_else(|| "absent".to_owned(), |v| format!("{v:.12e}"))
}

#[test]
fn a_difference_beyond_the_tolerance_is_named() {
    let mut ledger = Ledger::new("example");
    ledger.check(("a", "coefficient", "x"), 2.0, Some(2.0 + 1e-6), Scale::Unit, 1e-9);
    ledger.check(("a", "coefficient", "z"), 2.0, Some(2.0), Scale::Unit, 1e-9);
    ledger.check(("a", "loglik", ""), 1.0, None, Scale::Unit, 1e-9);
    ledger.check(("a", "p", ""), 1.0, Some(f64::NAN), Scale::Relative, 1e-9);
    let failures = ledger.failures();
    assert_eq!(failures.lines().count(), 4, "{failures}");
    assert!(failures.contains("a, coefficient, x"), "{failures}");
}
