//! Stars against the standard error, the statistic or the p-value beside them, each anywhere in what
//! is printed so. Levels 10, 5 and 1 %.

use super::CRITICAL;
use crate::audit::{Check, Evidence, Finding, Severity, Spot, number};
use crate::printed::Entry;

/// p-values below which stars are given.
const LEVELS: [f64; 3] = [0.1, 0.05, 0.01];
/// |t| that the t distribution may need beyond the normal one: at 1 % with 30 degrees of freedom,
/// 2.750 against 2.576.
const HEAVIER: f64 = 1.07;

pub(in crate::audit) const CHECK: Check = Check {
    name: "stars",
    about: "stars that contradict the standard error, t or p beside them",
    find,
};

fn find(evidence: Evidence<'_>) -> Vec<Finding> {
    let entries = evidence.printed.entries.iter();
    entries
        .flat_map(|e| [no_error(e), by_p(e), by_ratio(e), ratio_against_statistic(e)])
        .flatten()
        .collect()
}

/// Stars beside a standard error of exactly 0, from which no significance follows.
fn no_error(entry: &Entry) -> Option<Finding> {
    let std_error = entry.std_error.as_ref().filter(|e| e.value == 0.0)?;
    let stars = entry.stars.filter(|stars| *stars > 0)?;
    let has = if stars == 1 { "one star".to_owned() } else { format!("{stars} stars") };
    Some(Finding {
        check: CHECK.name,
        severity: Severity::Error,
        sentence: format!(
            "{} has {has}, but its standard error is {}: no significance follows from it.",
            entry.term, std_error.text
        ),
        places: vec![Spot::of(entry)],
    })
}

fn by_p(entry: &Entry) -> Option<Finding> {
    let (stars, p) = (entry.stars?, entry.p_value.as_ref()?);
    let (low, high) = p.range();
    let count = |p: f64| LEVELS.iter().filter(|level| p < **level).count();
    let (most, least) = (count(low), count(high));
    ((stars > most) || stars < least)
        .then(|| finding(entry, format!("its p-value is {}", p.text), least, most))
}

/// |t| from the printed statistic, or else from coefficient and standard error.
fn by_ratio(entry: &Entry) -> Option<Finding> {
    let stars = entry.stars?;
    let (low, high, said) = match (&entry.statistic, &entry.std_error) {
        (Some(t), _) => {
            let (low, high) = t.magnitudes();
            (low, high, format!("its t is {}", t.text))
        }
        (None, Some(std_error)) => {
            let (low, high) = ratio(entry)?;
            (low, high, format!("its standard error is {}", std_error.text))
        }
        (None, None) => return None,
    };
    let count = |t: f64| CRITICAL.iter().skip(1).filter(|c| t > **c).count();
    let (least, most) = (count(low / HEAVIER), count(high));
    ((stars > most) || stars < least).then(|| finding(entry, said, least, most))
}

/// The least and the largest |t| that coefficient and standard error allow.
fn ratio(entry: &Entry) -> Option<(f64, f64)> {
    let (low, high) = entry.std_error.as_ref()?.range();
    let (least, most) = entry.value.magnitudes();
    (low > 0.0).then(|| (least / high, most / low))
}

fn ratio_against_statistic(entry: &Entry) -> Option<Finding> {
    let statistic = entry.statistic.as_ref()?;
    let (low, high) = ratio(entry)?;
    let (least, most) = statistic.magnitudes();
    let signs = statistic.value * entry.value.value < 0.0;
    (signs || most < low || least > high).then(|| Finding {
        check: CHECK.name,
        severity: Severity::Error,
        sentence: format!(
            "{} over its standard error is between {} and {} in magnitude, but its t is {}.",
            entry.value.text,
            number(low, 3),
            number(high, 3),
            statistic.text
        ),
        places: vec![Spot::of(entry)],
    })
}

fn finding(entry: &Entry, because: String, least: usize, most: usize) -> Finding {
    let stars = |n: usize| match n {
        0 => "no star".to_owned(),
        1 => "one star".to_owned(),
        n => format!("{n} stars"),
    };
    let due =
        if least == most { stars(most) } else { format!("{} to {}", stars(least), stars(most)) };
    Finding {
        check: CHECK.name,
        severity: Severity::Error,
        sentence: format!(
            "{} has {}, but {because}: {due} {} due at 10, 5 and 1 %.",
            entry.term,
            stars(entry.stars.unwrap_or(0)),
            if most <= 1 && least == most { "is" } else { "are" }
        ),
        places: vec![Spot::of(entry)],
    }
}
