//! The columns of a model with random effects: unit means as regressors, and what of a column lies
//! between and within units.

use crate::estimator::Problem;
use crate::estimator::problem::matrix;
use crate::estimator::transform::unit_means;
use crate::math::linalg::ColumnSpace;
use crate::model::Regressor;
use crate::panel::sample::Sample;
use std::borrow::Cow;

/// The sample of `problem` with the unit means that its model has as regressors, and what is said
/// of those that are left out because they are combinations of other columns.
pub(in crate::estimator) fn with_unit_means<'a>(
    problem: &Problem<'a>,
) -> (Cow<'a, Sample>, Vec<String>) {
    if !problem.model.effects.has_unit_means() {
        return (Cow::Borrowed(problem.sample), Vec::new());
    }
    let (n, mut sample) = (problem.n_units(), problem.sample.clone());
    let own: Vec<(Regressor, Vec<f64>)> =
        sample.regressors.iter().cloned().zip(sample.x.iter().cloned()).collect();
    let mut cautions = Vec::new();
    for (regressor, x) in own {
        let name = regressor.unit_mean();
        if sample.regressors.contains(&name) {
            continue;
        }
        let means = repeated(&unit_means(&x, n), problem.n_periods());
        sample.x.push(means);
        sample.regressors.push(name.clone());
        if let Some(of) = combination(&Problem { sample: &sample, ..*problem }) {
            sample.x.pop();
            sample.regressors.pop();
            cautions
                .push(format!("`{name}` is left out: it is a combination of {}", of.join(", ")));
        }
    }
    (Cow::Owned(sample), cautions)
}

/// The columns that make up the last one, where it depends on them.
fn combination(problem: &Problem<'_>) -> Option<Vec<String>> {
    let (columns, terms) = (problem.columns(), problem.linear_terms());
    let found = ColumnSpace::new(&matrix(&columns)).err()?;
    let last = found.iter().find(|c| c.column + 1 == columns.len())?;
    Some(last.of.iter().map(|&j| terms[j].to_string()).collect())
}

/// The same N values in every period.
pub(in crate::estimator) fn repeated(means: &[f64], periods: usize) -> Vec<f64> {
    means.iter().copied().cycle().take(means.len() * periods).collect()
}

/// A column's means of units, N, and the deviations from them, N·T.
pub(in crate::estimator) fn parts(v: &[f64], n: usize) -> (Vec<f64>, Vec<f64>) {
    let means = unit_means(v, n);
    let within = v.iter().enumerate().map(|(i, v)| v - means[i % n]).collect();
    (means, within)
}

/// Those of `columns` that are no combination of others before them.
pub(super) fn independent(mut columns: Vec<Vec<f64>>) -> Vec<Vec<f64>> {
    columns.retain(|c| c.iter().any(|v| *v != 0.0));
    while let Err(found) = ColumnSpace::new(&matrix(&columns)) {
        for c in found.iter().rev() {
            columns.remove(c.column);
        }
    }
    columns
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_by_hand() {
        // Two units, two periods: (1, 5 | 3, 5).
        let (means, within) = parts(&[1.0, 5.0, 3.0, 5.0], 2);
        assert_eq!(means, [2.0, 5.0]);
        assert_eq!(within, [-1.0, 0.0, 1.0, 0.0]);
        assert_eq!(repeated(&means, 2), [2.0, 5.0, 2.0, 5.0]);
        let columns = vec![vec![1.0, 0.0], vec![2.0, 0.0], vec![0.0, 0.0], vec![1.0, 1.0]];
        assert_eq!(independent(columns), [[1.0, 0.0], [1.0, 1.0]]);
    }
}
