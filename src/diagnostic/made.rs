//! Tests as they are put together: a statistic with its distribution and p-value.

use crate::estimator::FitError;
use crate::math::dist::{chi_bar_squared_sf, chi_squared_sf, f_sf, normal_sf, normal_two_sided};
use crate::outcome::{Basis, NullDistribution, Test, TestOutcome};
use std::collections::BTreeMap;

/// A statistic or why there is none.
pub(super) type Found = Result<TestOutcome, String>;

/// A test without details.
pub(super) fn test(name: &str, basis: Basis, found: Found) -> Test {
    detailed(name, basis, found, &[])
}

/// A test with numbers behind its statistic; those that are not finite are left out.
pub(super) fn detailed(name: &str, basis: Basis, found: Found, details: &[(&str, f64)]) -> Test {
    let kept = details.iter().filter(|(_, value)| value.is_finite());
    Test {
        name: name.to_owned(),
        basis,
        outcome: found.unwrap_or_else(|reason| TestOutcome::NotApplicable { reason }),
        details: kept.map(|(name, value)| ((*name).to_owned(), *value)).collect::<BTreeMap<_, _>>(),
        bootstrap: None,
    }
}

fn computed(statistic: f64, null: NullDistribution, p_value: Option<f64>) -> Found {
    let finite = statistic.is_finite() && p_value.is_none_or(f64::is_finite);
    if finite {
        Ok(TestOutcome::Computed { statistic, null, p_value })
    } else {
        Err("the statistic is not finite: what it divides by vanishes".to_owned())
    }
}

/// χ² with `df` degrees of freedom. A negative statistic is none.
pub(super) fn chi_squared(statistic: f64, df: usize) -> Found {
    if statistic < 0.0 {
        return Err(format!(
            "the quadratic form is negative ({statistic:.4}): its matrix is indefinite, and it has \
             no χ² distribution"
        ));
    }
    let df = u32::try_from(df).unwrap_or(u32::MAX);
    computed(statistic, NullDistribution::ChiSquared { df }, Some(chi_squared_sf(statistic, df)))
}

/// Standard normal, two-sided.
pub(super) fn normal(z: f64) -> Found {
    computed(z, NullDistribution::Normal, Some(normal_two_sided(z)))
}

/// Standard normal, large values against the null.
pub(super) fn upper(z: f64) -> Found {
    computed(z, NullDistribution::NormalUpper, Some(normal_sf(z)))
}

/// ¼χ²(0) + ½χ²(1) + ¼χ²(2).
pub(super) fn chi_bar(statistic: f64) -> Found {
    computed(statistic, NullDistribution::ChiBarSquared, Some(chi_bar_squared_sf(statistic)))
}

/// F.
pub(super) fn f(statistic: f64, numerator: usize, denominator: f64) -> Found {
    let numerator = u32::try_from(numerator).unwrap_or(u32::MAX);
    let p_value = f_sf(statistic, numerator, denominator);
    computed(statistic, NullDistribution::F { numerator, denominator }, Some(p_value))
}

/// A number that tests nothing.
pub(super) fn measure(value: f64) -> Found {
    computed(value, NullDistribution::Descriptive, None)
}

/// Why a fit that a test needs is not there.
pub(super) fn no_fit(what: &str, why: &FitError) -> String {
    format!("{what} has no fit: {why}")
}

/// max(v, 0)²
pub(super) fn positive_square(v: f64) -> f64 {
    v.max(0.0).powi(2)
}
