//! Log likelihoods of one sample of one dependent variable. Models of it differ by what their
//! regressors explain; one of the other sign, or far from all others, belongs to another sample, another
//! scale or another constant.

use crate::audit::columns::{by_sample, sample_name};
use crate::audit::{Check, Evidence, Finding, Severity, Spot, listed, number};
use crate::printed::{Entry, Role};

/// Columns that are needed to call one of them odd.
const LEAST_COLUMNS: usize = 3;
/// Gaps to the others, in ranges of these: of one with another sign …
const APART: f64 = 2.0;
/// … and of one with the same sign, where it also differs by half of the others' size.
const FAR_APART: f64 = 5.0;

pub(in crate::audit) const CHECK: Check = Check {
    name: "likelihood",
    about: "log likelihoods of one sample that cannot stand together",
    find,
};

fn find(evidence: Evidence<'_>) -> Vec<Finding> {
    let samples = by_sample(evidence);
    samples.iter().flat_map(|sample| of_sample(sample)).collect()
}

fn of_sample(sample: &[&Entry]) -> Vec<Finding> {
    let all: Vec<&Entry> =
        sample.iter().copied().filter(|e| e.role() == Role::LogLikelihood).collect();
    if all.len() < LEAST_COLUMNS {
        return Vec::new();
    }
    all.iter().filter_map(|odd| against_others(odd, &all)).collect()
}

fn against_others(odd: &Entry, all: &[&Entry]) -> Option<Finding> {
    let mut others: Vec<&Entry> = all.iter().copied().filter(|e| e.at != odd.at).collect();
    others.sort_by(|a, b| a.value.value.total_cmp(&b.value.value));
    let (low, high) = (others.first()?.value.value, others.last()?.value.value);
    let value = odd.value.value;
    let gap = (low - value).max(value - high);
    let other_sign = (value < 0.0 && low > 0.0) || (value > 0.0 && high < 0.0);
    let far = gap > FAR_APART * (high - low) && gap > 0.5 * high.abs().max(low.abs());
    ((other_sign && gap > APART * (high - low)) || far).then(|| {
        let shown: Vec<String> = others.iter().map(|e| e.value.text.clone()).collect();
        Finding {
            check: CHECK.name,
            severity: Severity::Error,
            sentence: format!(
                "The log likelihood {} stands beside {} for the same dependent variable and sample ({}): \
                 it is {} from the nearest of them, which regressors do not explain.",
                odd.value.text,
                listed(&shown),
                sample_name(odd),
                number(gap, odd.value.decimals.min(1))
            ),
            places: std::iter::once(Spot::of(odd)).chain(others.iter().map(|e| Spot::of(e))).collect(),
        }
    })
}
