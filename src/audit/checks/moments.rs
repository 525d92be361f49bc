//! Descriptive statistics: what minimum, maximum, mean and standard deviation of the same numbers can
//! be. With divisor n − 1, s² ≤ n/(n − 1) · (max − mean)(mean − min) (Bhatia and Davis 2000, The American
//! Mathematical Monthly 107, 353–357), which is at most n/(n − 1) · (range/2)².

use crate::audit::columns::grouped_moments;
use crate::audit::{Check, Evidence, Finding, Severity, Spot, number};
use crate::printed::Moments;

/// Rows from which on whole extremes are no chance.
const LEAST_ROWS: usize = 2;

pub(in crate::audit) const CHECK: Check = Check {
    name: "moments",
    about: "descriptive statistics that cannot be of the same numbers, or were rounded away",
    find,
};

fn find(evidence: Evidence<'_>) -> Vec<Finding> {
    let tables = grouped_moments(&evidence.printed.moments);
    let single = evidence.printed.moments.iter().filter_map(of_row);
    tables.iter().filter_map(|rows| whole(rows)).chain(single).collect()
}

/// Whole minima and maxima beside means and deviations with decimals.
fn whole(rows: &[&Moments]) -> Option<Finding> {
    let extremes = |m: &&Moments| m.minimum.is_whole() && m.maximum.is_whole();
    let fractions = |m: &&Moments| !m.mean.is_whole() || !m.std_dev.is_whole();
    let telling = rows.len() >= LEAST_ROWS && rows.iter().all(extremes);
    (telling && rows.iter().any(fractions)).then(|| Finding {
        check: CHECK.name,
        severity: Severity::Warning,
        sentence: format!(
            "Minima and maxima of all {} variables are whole numbers, while their means have decimals: \
             they were rounded, and padded with zeros where decimals are printed.",
            rows.len()
        ),
        places: rows.iter().map(|m| Spot::of_moments(m)).collect(),
    })
}

fn of_row(m: &Moments) -> Option<Finding> {
    let (low, high) = (m.minimum.range().0, m.maximum.range().1);
    let (mean_low, mean_high) = m.mean.range();
    let sd = m.std_dev.range().0;
    let correction = m.n.as_ref().map_or(2.0, |n| n.value / (n.value - 1.0)).sqrt();
    let bound = (high - low) / 2.0 * correction;
    // Where the mean lies outside, that is said, and not this.
    // Of the means that are printed so, the one that allows the most.
    let mean = ((low + high) / 2.0).min(mean_high).max(mean_low);
    let sharper = ((high - mean) * (mean - low)).max(0.0).sqrt() * correction;
    let sentence = if m.minimum.value > m.maximum.value {
        "its minimum is above its maximum.".to_owned()
    } else if mean_high < m.minimum.value || mean_low > m.maximum.value {
        "its mean lies outside its minimum and maximum as they are printed.".to_owned()
    } else if m.std_dev.value < 0.0 {
        "its standard deviation is negative.".to_owned()
    } else if sd > bound {
        let bound = number(bound, m.std_dev.decimals);
        format!("its standard deviation is above {bound}, the most that its range allows.")
    } else if sd > sharper && !rounded(m) {
        let bound = number(sharper, m.std_dev.decimals);
        format!("its standard deviation is above {bound}, the most that its range and mean allow.")
    } else {
        return None;
    };
    Some(Finding {
        check: CHECK.name,
        severity: Severity::Error,
        sentence: format!("{}: {sentence}", m.variable),
        places: vec![Spot::of_moments(m)],
    })
}

/// Whether the extremes look rounded, so that the mean may lie as near to them as it likes.
fn rounded(m: &Moments) -> bool {
    m.minimum.is_whole() && m.maximum.is_whole() && !m.mean.is_whole()
}
