//! Regressors × dummies of groups of units: a column for each group in the place of one.

use super::sample::Sample;

/// Groups that every unit of a sample is in one of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Groups {
    /// What they are called.
    pub names: Vec<String>,
    /// The group of each unit, a position in `names`.
    pub of_unit: Vec<usize>,
}

/// The sample with a column for each group, zero outside it, in the place of each column at
/// `split`; and where the columns of each of them stand, group by group.
pub fn by_group(sample: &Sample, split: &[usize], groups: &Groups) -> (Sample, Vec<Vec<usize>>) {
    let n = sample.n_units();
    split_columns(sample, split, &groups.names, |at| groups.of_unit[at % n])
}

/// The same for groups of observations.
pub fn split_columns(
    sample: &Sample,
    split: &[usize],
    names: &[String],
    group: impl Fn(usize) -> usize,
) -> (Sample, Vec<Vec<usize>>) {
    let mut made = Sample { regressors: Vec::new(), x: Vec::new(), ..sample.clone() };
    let mut places = vec![Vec::new(); split.len()];
    for (j, (regressor, column)) in sample.regressors.iter().zip(&sample.x).enumerate() {
        let Some(which) = split.iter().position(|&s| s == j) else {
            made.regressors.push(regressor.clone());
            made.x.push(column.clone());
            continue;
        };
        for (g, name) in names.iter().enumerate() {
            places[which].push(made.x.len());
            made.regressors.push(regressor.within(name));
            let own = |(at, x): (usize, &f64)| if group(at) == g { *x } else { 0.0 };
            made.x.push(column.iter().enumerate().map(own).collect());
        }
    }
    (made, places)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ident::{Period, UnitId, UnitIndex, VarName};
    use crate::model::Regressor;

    #[test]
    fn columns_by_group_stand_in_the_place_of_one() {
        let unit = |name: &str| UnitId(name.to_owned());
        let regressor = |name: &str, lag| Regressor::new(VarName::new(name), lag);
        let sample = Sample {
            units: UnitIndex::new(vec![unit("a"), unit("b"), unit("c")]).expect("distinct"),
            periods: vec![Period(1), Period(2)],
            response: VarName::new("y"),
            y: vec![0.0; 6],
            regressors: vec![regressor("x", 1), regressor("z", 0)],
            x: vec![vec![1.0, 2.0, 3.0, 4.0, 5.0, 6.0], vec![9.0; 6]],
        };
        let groups =
            Groups { names: vec!["east".to_owned(), "west".to_owned()], of_unit: vec![1, 0, 1] };
        let (made, places) = by_group(&sample, &[0], &groups);
        let names: Vec<String> = made.regressors.iter().map(ToString::to_string).collect();
        assert_eq!(names, ["x[east]@lag1", "x[west]@lag1", "z"]);
        assert_eq!(made.x[0], [0.0, 2.0, 0.0, 0.0, 5.0, 0.0]);
        assert_eq!(made.x[1], [1.0, 0.0, 3.0, 4.0, 0.0, 6.0]);
        assert_eq!(places, [[0, 1]]);
    }
}
