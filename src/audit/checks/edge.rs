//! Estimates at the edge of what they can be, or beyond it.

use crate::audit::{Check, Evidence, Finding, Severity, Spot};
use crate::printed::{Entry, Role};

/// With row-normalised weights ρ and λ lie below 1; from here on the likelihood was searched to its
/// end, and neither the estimate nor its standard error means what it should.
const EDGE: f64 = 0.999;

pub(in crate::audit) const CHECK: Check = Check {
    name: "edge",
    about: "an estimate at the edge of its space, or a number that cannot be",
    find,
};

fn find(evidence: Evidence<'_>) -> Vec<Finding> {
    evidence.printed.entries.iter().flat_map(of).collect()
}

fn of(entry: &Entry) -> Vec<Finding> {
    let value = entry.value.value;
    let negative =
        |number: &Option<crate::printed::Decimal>| number.as_ref().is_some_and(|n| n.value < 0.0);
    let no_probability = entry.p_value.as_ref().is_some_and(|p| !(0.0..=1.0).contains(&p.value));
    let said = [
        (entry.role() == Role::Spatial && value.abs() > 1.0).then(|| {
            format!(
                "{} is {}, outside its space: with row-normalised weights it lies below 1 in \
                 magnitude, or the weights are not normalised so.",
                entry.term, entry.value.text
            )
        }),
        (entry.role() == Role::Spatial && (EDGE..=1.0).contains(&value.abs())).then(|| {
            format!(
                "{} is {}, at the edge of its space: the search ended at the bound, where standard \
                 errors and stars mean nothing.",
                entry.term, entry.value.text
            )
        }),
        (entry.role() == Role::Fit && !(0.0..=1.0).contains(&value)).then(|| {
            let why = if value > 1.0 { "no share is larger than 1" } else { "it is below 0" };
            format!("{} is {}: {why}.", entry.term, entry.value.text)
        }),
        (entry.role() == Role::Variance && value < 0.0)
            .then(|| format!("The variance {} is negative: {}.", entry.term, entry.value.text)),
        (entry.role() == Role::Count && (value < 1.0 || !entry.value.is_whole()))
            .then(|| format!("{} is {}, which counts nothing.", entry.term, entry.value.text)),
        negative(&entry.std_error).then(|| "The standard error is negative.".to_owned()),
        no_probability.then(|| "The p-value is no probability.".to_owned()),
    ];
    let finding = |sentence: String| {
        // An adjusted R² may be below 0 where nothing is explained.
        let may_be = entry.role() == Role::Fit && value < 0.0;
        let severity = if may_be { Severity::Warning } else { Severity::Error };
        Finding { check: CHECK.name, severity, sentence, places: vec![Spot::of(entry)] }
    };
    said.into_iter().flatten().map(finding).collect()
}
