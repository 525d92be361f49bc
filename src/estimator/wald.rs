//! Joint Wald tests that q functions of the coefficients are zero.
//!
//! ```text
//! H₀: f(θ) = 0,   W = f̂'(J V J')⁻¹f̂ ~ χ²(q),   J = ∂f/∂θ' at θ̂
//! ```
//!
//! (Wald 1943; Greene 2018, section 5.6). Where the fit's reference distribution is Student's t,
//! W/q is held against F(q, residual degrees of freedom), so that one restriction has the p-value
//! of its t statistic. Restrictions need not be linear, but W then depends on how they are written
//! (Gregory & Veall 1985).
//!
//! [`JointTest::statistic`] takes what is subtracted from f̂, so that a bootstrap can centre its
//! replicates at the estimates of the sample.

use super::derived::{Function, MOST_PARAMETERS, Unavailable, terms, values};
use super::impacts::Multipliers;
use crate::expr::formula::Formula;
use crate::math::dist::{chi_squared_sf, f_sf};
use crate::math::linalg::inverse_quadratic;
use crate::model::Term;
use crate::outcome::{Basis, Fit, NullDistribution, Reference, Test, TestOutcome};
use std::collections::BTreeMap;

/// Functions of the parameters of one model that are zero together under the null.
#[derive(Debug, Clone, PartialEq)]
pub struct JointTest {
    functions: Vec<Function>,
}

/// What [`JointTest::statistic`] writes on, made once for many calls.
#[derive(Debug, Clone, PartialEq)]
pub struct Workspace {
    /// f̂, q.
    values: Vec<f64>,
    /// J, a row a function, each over its own parameters.
    gradients: Vec<f64>,
    /// J V J', q × q.
    matrix: Vec<f64>,
}

impl JointTest {
    /// `zero` for a model with these parameters, in the order of its estimates.
    ///
    /// # Errors
    /// The first name that is no parameter or effect of the model.
    pub fn new(zero: &[Formula<Term>], terms: &[Term]) -> Result<Self, Unavailable> {
        let functions = zero.iter().map(|formula| Function::new(formula, terms));
        Ok(Self { functions: functions.collect::<Result<_, _>>()? })
    }

    /// Number of restrictions, q.
    pub fn restrictions(&self) -> usize {
        self.functions.len()
    }

    /// The positions of the parameters that it moves with; some may stand there twice.
    pub fn parameters(&self) -> impl Iterator<Item = usize> {
        self.functions.iter().flat_map(|f| f.parameters().iter().copied())
    }

    /// Whether [`JointTest::statistic`] needs multipliers.
    pub fn has_effects(&self) -> bool {
        self.functions.iter().any(Function::has_effects)
    }

    /// f̂ at `values`; `None` where a function is not defined.
    pub fn values(&self, values: &[f64], multipliers: Option<&Multipliers>) -> Option<Vec<f64>> {
        let mut gradient = [0.0; MOST_PARAMETERS];
        let functions = self.functions.iter();
        functions.map(|f| f.gradient(values, multipliers, &mut gradient)).collect()
    }

    /// Room for [`JointTest::statistic`].
    pub fn workspace(&self) -> Workspace {
        let q = self.restrictions();
        Workspace {
            values: vec![0.0; q],
            gradients: vec![0.0; q * MOST_PARAMETERS],
            matrix: vec![0.0; q * q],
        }
    }

    /// W of f̂ − `centre` at `values`, θ in the order of the terms, with V by position; `centre` is
    /// 0 where it is empty. `None` where a function is not defined or the restrictions depend on
    /// each other. Allocates nothing.
    pub fn statistic(
        &self,
        values: &[f64],
        multipliers: Option<&Multipliers>,
        covariance: impl Fn(usize, usize) -> f64,
        centre: &[f64],
        workspace: &mut Workspace,
    ) -> Option<f64> {
        self.wald(values, multipliers, covariance, centre, workspace).ok()
    }

    fn wald(
        &self,
        values: &[f64],
        multipliers: Option<&Multipliers>,
        covariance: impl Fn(usize, usize) -> f64,
        centre: &[f64],
        workspace: &mut Workspace,
    ) -> Result<f64, Unavailable> {
        let q = self.restrictions();
        let Workspace { values: found, gradients, matrix } = workspace;
        for (a, function) in self.functions.iter().enumerate() {
            let row = &mut gradients[a * MOST_PARAMETERS..][..MOST_PARAMETERS];
            let value =
                function.gradient(values, multipliers, row).ok_or(Unavailable::Undefined)?;
            found[a] = value - centre.get(a).copied().unwrap_or(0.0);
        }
        let row = |a: usize| &gradients[a * MOST_PARAMETERS..][..MOST_PARAMETERS];
        for (a, left) in self.functions.iter().enumerate() {
            for (b, right) in self.functions.iter().enumerate() {
                let mut sum = 0.0;
                for (&i, x) in left.parameters().iter().zip(row(a)) {
                    for (&j, y) in right.parameters().iter().zip(row(b)) {
                        sum += x * covariance(i, j) * y;
                    }
                }
                matrix[a * q + b] = sum;
            }
        }
        inverse_quadratic(matrix, found).ok_or(Unavailable::Dependent)
    }
}

/// The test called `wald:NAME` at a fit. `multipliers` are those of the fit, if it has a spatial
/// lag.
pub fn wald(
    name: &str,
    zero: &[Formula<Term>],
    fit: &Fit,
    multipliers: Option<&Multipliers>,
) -> Test {
    let found = JointTest::new(zero, &terms(fit)).and_then(|test| {
        let mut workspace = test.workspace();
        let covariance = |i: usize, j: usize| fit.covariance[i][j];
        test.wald(&values(fit), multipliers, covariance, &[], &mut workspace)
    });
    Test {
        name: format!("wald:{name}"),
        basis: Basis::Fit,
        outcome: match found {
            Ok(statistic) => computed(statistic, zero.len(), &fit.inference),
            Err(why) => TestOutcome::NotApplicable { reason: why.to_string() },
        },
        details: BTreeMap::new(),
        bootstrap: None,
    }
}

/// W of so many restrictions against the reference distribution of a fit.
pub fn computed(wald: f64, restrictions: usize, inference: &Reference) -> TestOutcome {
    let q = u32::try_from(restrictions).unwrap_or(u32::MAX);
    match *inference {
        Reference::Normal => TestOutcome::Computed {
            statistic: wald,
            null: NullDistribution::ChiSquared { df: q },
            p_value: Some(chi_squared_sf(wald, q)),
        },
        Reference::Student { df } => {
            let statistic = wald / f64::from(q);
            TestOutcome::Computed {
                statistic,
                null: NullDistribution::F { numerator: q, denominator: df },
                p_value: Some(f_sf(statistic, q, df)),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::derived::tests::{V, formula, model};
    use super::*;

    const AT: [f64; 4] = [2.0, 4.0, 0.5, 1.0];

    fn statistic(zero: &[&str], centre: &[f64]) -> Option<f64> {
        let zero: Vec<Formula<Term>> = zero.iter().map(|text| formula(text)).collect();
        let test = JointTest::new(&zero, &model()).expect("parameters of the model");
        test.statistic(&AT, None, |i, j| V[i][j], centre, &mut test.workspace())
    }

    #[test]
    fn a_wald_statistic_by_hand() {
        // (0.09·4 − 0.02·8 + 0.04·16)/0.0035.
        let w = statistic(&["a", "b"], &[]).expect("computed");
        assert!((w - 240.0).abs() < 1e-10, "{w}");
        // Another way to write the same linear restrictions.
        let w = statistic(&["a + b", "3 * a - b"], &[]).expect("computed");
        assert!((w - 240.0).abs() < 1e-10, "{w}");
        // One restriction: the square of its z, (2/0.2)².
        assert!((statistic(&["a"], &[]).expect("computed") - 100.0).abs() < 1e-12);
        // Centred at the values themselves there is nothing left.
        assert_eq!(statistic(&["a", "b"], &[2.0, 4.0]), Some(0.0));
    }

    #[test]
    fn restrictions_that_follow_from_each_other_have_no_test() {
        assert_eq!(statistic(&["a", "2 * a"], &[]), None);
        assert_eq!(statistic(&["a", "b", "a - 3 * b"], &[]), None);
        assert_eq!(statistic(&["ln(-a)", "b"], &[]), None);
    }

    #[test]
    fn one_restriction_has_the_p_value_of_its_t_statistic() {
        let outcome = computed(4.41, 1, &Reference::Student { df: 30.0 });
        let TestOutcome::Computed { p_value: Some(p_value), .. } = outcome else { panic!() };
        let t = crate::math::dist::student_two_sided(2.1, 30.0);
        assert!((p_value / t - 1.0).abs() < 1e-10);
    }
}
