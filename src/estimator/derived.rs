//! Functions of the coefficients with delta-method standard errors.
//!
//! With θ̂ the parameters of a fit (slopes, ρ or λ, σ²), V their covariance and g = ∂f/∂θ at θ̂:
//!
//! ```text
//! f̂ = f(θ̂),   se(f̂) = √(g'Vg),   (f̂ − f)/se ~ the fit's reference distribution
//! ```
//!
//! (Rao 1973, section 6a.2; Oehlert 1992, The American Statistician 46). Gradients are exact: dual
//! numbers, one pass for each parameter. An effect of a spatial lag model is β times a multiplier
//! that depends on ρ ([`Multipliers`]), so its gradient runs through ρ as well.
//!
//! [`Function::evaluate`] allocates nothing, so that a bootstrap can ask for value and standard
//! error of every replicate.

use super::impacts::Multipliers;
use super::inference::estimate;
use crate::expr::BinaryOp;
use crate::expr::formula::{Formula, MOST_NAMES, MOST_WAITING, Smooth, Step};
use crate::math::dual::Dual;
use crate::model::{Impact, Term};
use crate::outcome::{Derived, DerivedOutcome, Fit};

/// Every name may be an effect of two coefficients, and all of these share ρ.
pub const MOST_PARAMETERS: usize = 2 * MOST_NAMES + 1;

/// A function of the parameters of one model: names replaced by positions.
#[derive(Debug, Clone, PartialEq)]
pub struct Function {
    steps: Vec<Step<Input>>,
    /// Distinct positions of the parameters that it moves with.
    parameters: Vec<usize>,
}

/// What a name stands for: positions in the vector of parameters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Input {
    Parameter(usize),
    /// Coefficients times multipliers, and where ρ is.
    Effect {
        impact: Impact,
        own: Option<usize>,
        of_neighbours: Option<usize>,
        rho: Option<usize>,
    },
}

/// Why a function says nothing about a fit.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Unavailable {
    /// A parameter that the model does not have.
    #[error("the model has no `{0}`")]
    NoTerm(Term),
    /// An effect of a model without a spatial lag.
    #[error(
        "the model has neither a spatial lag nor Durbin terms, so there is no `{0}` beside the \
         coefficient"
    )]
    NoSpatialLag(Term),
    /// An effect in the long run.
    #[error(
        "`{0}` is not offered in functions; where rows of W sum to 1, that of x on all units is (x + \
         W:x)/(1 - y@lag1 - rho - W:y@lag1)"
    )]
    LongRun(Term),
    /// ln of a negative number, a division by zero.
    #[error("it is not defined, or has no derivative, at the estimates")]
    Undefined,
    /// A gradient of zero.
    #[error("its derivatives are zero at the estimates, where the delta method says nothing")]
    Flat,
    /// Restrictions that follow from each other.
    #[error("at the estimates its restrictions are not independent of each other")]
    Dependent,
}

impl Function {
    /// `formula` for a model with these parameters, in the order of its estimates.
    ///
    /// # Errors
    /// The first name that is no parameter or effect of the model.
    pub fn new(formula: &Formula<Term>, terms: &[Term]) -> Result<Self, Unavailable> {
        let bound = formula.renamed(|term| input(term, terms))?;
        let mut parameters = Vec::new();
        for input in bound.names() {
            let found = match *input {
                Input::Parameter(at) => [Some(at), None, None],
                Input::Effect { own, of_neighbours, rho, .. } => [own, rho, of_neighbours],
            };
            for at in found.into_iter().flatten() {
                if !parameters.contains(&at) {
                    parameters.push(at);
                }
            }
        }
        debug_assert!(parameters.len() <= MOST_PARAMETERS, "the grammar bounds the names");
        Ok(Self { steps: bound.steps().to_vec(), parameters })
    }

    /// Value and standard error at `values`, θ in the order of the terms, with V by position.
    /// `multipliers` are those at the ρ of `values`; a function without effects needs none. `None`
    /// where the function is not defined or its gradient is zero. Allocates nothing.
    pub fn evaluate(
        &self,
        values: &[f64],
        multipliers: Option<&Multipliers>,
        covariance: impl Fn(usize, usize) -> f64,
    ) -> Option<(f64, f64)> {
        self.delta(values, multipliers, covariance).ok()
    }

    /// Whether [`Function::evaluate`] needs multipliers.
    pub fn has_effects(&self) -> bool {
        self.steps.iter().any(|step| matches!(step, Step::Name(Input::Effect { .. })))
    }

    fn delta(
        &self,
        values: &[f64],
        multipliers: Option<&Multipliers>,
        covariance: impl Fn(usize, usize) -> f64,
    ) -> Result<(f64, f64), Unavailable> {
        let mut gradient = [0.0; MOST_PARAMETERS];
        let value =
            self.gradient(values, multipliers, &mut gradient).ok_or(Unavailable::Undefined)?;
        let mut variance = 0.0;
        for (&i, a) in self.parameters.iter().zip(&gradient) {
            for (&j, b) in self.parameters.iter().zip(&gradient) {
                variance += a * covariance(i, j) * b;
            }
        }
        let flat = gradient.iter().all(|g| *g == 0.0);
        if flat || !(variance > 0.0 && variance.is_finite()) {
            return Err(if flat { Unavailable::Flat } else { Unavailable::Undefined });
        }
        Ok((value, variance.sqrt()))
    }

    /// The positions that the entries of [`Function::gradient`] belong to.
    pub fn parameters(&self) -> &[usize] {
        &self.parameters
    }

    /// The value, and the derivative in each of the parameters into `gradient`; `None` where one
    /// of them does not exist.
    pub fn gradient(
        &self,
        values: &[f64],
        multipliers: Option<&Multipliers>,
        gradient: &mut [f64],
    ) -> Option<f64> {
        let mut value = f64::NAN;
        for (&parameter, slope) in self.parameters.iter().zip(gradient) {
            let found = self.pass(values, multipliers, parameter)?;
            (value, *slope) = (found.value, found.slope);
        }
        value.is_finite().then_some(value)
    }

    /// Value and derivative in one parameter.
    fn pass(
        &self,
        values: &[f64],
        multipliers: Option<&Multipliers>,
        moved: usize,
    ) -> Option<Dual> {
        let parameter =
            |at: usize| Dual { value: values[at], slope: f64::from(u8::from(at == moved)) };
        let mut stack = [Dual::default(); MOST_WAITING];
        let mut height = 0;
        for step in &self.steps {
            let made = match *step {
                Step::Number(value) => Dual::constant(value),
                Step::Name(Input::Parameter(at)) => parameter(at),
                Step::Name(Input::Effect { impact, own, of_neighbours, rho }) => {
                    let multipliers = multipliers?;
                    let by_rho = rho.map_or(0.0, |rho| parameter(rho).slope);
                    let part = |at: Option<usize>, multiplier: Dual| {
                        let slope = multiplier.slope * by_rho;
                        at.map(|at| parameter(at) * Dual { value: multiplier.value, slope })
                    };
                    match (
                        part(own, multipliers.get(impact)),
                        part(of_neighbours, multipliers.of_neighbours(impact)),
                    ) {
                        (Some(a), Some(b)) => a + b,
                        (Some(one), None) | (None, Some(one)) => one,
                        (None, None) => return None,
                    }
                }
                Step::Negate => {
                    height -= 1;
                    -stack[height]
                }
                Step::Apply(function) => {
                    height -= 1;
                    match function {
                        Smooth::Ln => stack[height].ln(),
                        Smooth::Exp => stack[height].exp(),
                        Smooth::Sqrt => stack[height].sqrt(),
                    }
                }
                Step::Binary(op) => {
                    height -= 2;
                    let (a, b) = (stack[height], stack[height + 1]);
                    match op {
                        BinaryOp::Add => a + b,
                        BinaryOp::Subtract => a - b,
                        BinaryOp::Multiply => a * b,
                        BinaryOp::Divide => a / b,
                        BinaryOp::Power => a.pow(b),
                    }
                }
            };
            stack[height] = made;
            height += 1;
        }
        Some(stack[0]).filter(|dual| dual.is_finite())
    }
}

fn input(term: &Term, terms: &[Term]) -> Result<Input, Unavailable> {
    let position = |wanted: &Term| terms.iter().position(|t| t == wanted);
    let missing = || Unavailable::NoTerm(term.clone());
    match term {
        Term::Impact(impact, _) if impact.is_long_run() => Err(Unavailable::LongRun(term.clone())),
        Term::Impact(impact, regressor) => {
            let rho = position(&Term::Rho);
            let own = position(&Term::Variable(regressor.clone()));
            let of_neighbours = position(&Term::Variable(regressor.of_neighbours()));
            let durbin = |t: &Term| matches!(t, Term::Variable(r) if r.is_of_neighbours());
            if rho.is_none() && !terms.iter().any(durbin) {
                return Err(Unavailable::NoSpatialLag(term.clone()));
            }
            own.or(of_neighbours).ok_or_else(missing)?;
            Ok(Input::Effect { impact: *impact, own, of_neighbours, rho })
        }
        Term::Constant
        | Term::Variable(_)
        | Term::Rho
        | Term::Lambda
        | Term::Phi
        | Term::Sigma2
        | Term::Derived(_) => position(term).map(Input::Parameter).ok_or_else(missing),
    }
}

/// `formula` at a fit. `multipliers` are those of the fit, if it has a spatial lag.
pub fn derived(
    name: &str,
    formula: &Formula<Term>,
    fit: &Fit,
    multipliers: Option<&Multipliers>,
) -> Derived {
    let found = Function::new(formula, &terms(fit)).and_then(|function| {
        function.delta(&values(fit), multipliers, |i, j| fit.covariance[i][j])
    });
    let outcome = match found {
        Ok((value, std_error)) => {
            let term = Term::Derived(name.to_owned());
            DerivedOutcome::Computed { estimate: estimate(term, value, std_error, &fit.inference) }
        }
        Err(why) => DerivedOutcome::NotApplicable { reason: why.to_string() },
    };
    Derived { name: name.to_owned(), outcome }
}

/// The parameters of a fit, in the order of its covariance.
pub fn terms(fit: &Fit) -> Vec<Term> {
    fit.estimates.iter().map(|e| e.term.clone()).collect()
}

/// Their values.
pub fn values(fit: &Fit) -> Vec<f64> {
    fit.estimates.iter().map(|e| e.value).collect()
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use crate::ident::VarName;
    use crate::model::Regressor;
    use proptest::prelude::*;

    pub fn formula(text: &str) -> Formula<Term> {
        let written = Formula::parse(text).expect("a valid function");
        written.renamed(|w| Ok::<_, ()>(Term::parse(&w.name))).expect("every name has a term")
    }

    /// a, b, ρ, σ².
    pub fn model() -> Vec<Term> {
        let variable = |name| Term::Variable(Regressor::new(VarName::new(name), 0));
        vec![variable("a"), variable("b"), Term::Rho, Term::Sigma2]
    }

    pub const V: [[f64; 4]; 4] = [
        [0.04, 0.01, -0.002, 0.0],
        [0.01, 0.09, 0.003, 0.0],
        [-0.002, 0.003, 0.01, 0.001],
        [0.0, 0.0, 0.001, 0.02],
    ];

    fn at(text: &str, values: [f64; 4]) -> Option<(f64, f64)> {
        let function = Function::new(&formula(text), &model()).expect("parameters of the model");
        function.evaluate(&values, Some(&pair(values[2])), |i, j| V[i][j])
    }

    /// Two units that are each other's neighbour: D = 1/(1 − ρ²), S = 1/(1 − ρ).
    fn pair(rho: f64) -> Multipliers {
        let direct = 1.0 / (1.0 - rho * rho);
        let total = Dual { value: 1.0 / (1.0 - rho), slope: (1.0 - rho).powi(-2) };
        // D₁ = ρ/(1 − ρ²), S₁ = S where rows sum to 1.
        let lagged = Dual { value: rho * direct, slope: (1.0 + rho * rho) * direct * direct };
        Multipliers {
            direct: Dual { value: direct, slope: 2.0 * rho * direct * direct },
            total,
            direct_of_neighbours: lagged,
            total_of_neighbours: total,
        }
    }

    fn close(found: Option<(f64, f64)>, value: f64, variance: f64) {
        let (found, std_error) = found.expect("it is defined");
        assert!((found - value).abs() < 1e-14, "{found} {value}");
        assert!((std_error * std_error - variance).abs() < 1e-14, "{std_error}² {variance}");
    }

    #[test]
    fn the_delta_method_by_hand() {
        let values = [2.0, 4.0, 0.5, 1.0];
        // 1'V1 = 0.04 + 0.09 + 2·0.01.
        close(at("a + b", values), 6.0, 0.15);
        // Gradient (1/4, −1/8): 0.04/16 + 0.09/64 − 2·0.01/32.
        close(at("a / b", values), 0.5, 0.003_281_25);
        // a/(1 − ρ): gradient (2, 8).
        close(at("a / (1 - rho)", values), 4.0, 4.0 * 0.04 + 64.0 * 0.01 - 32.0 * 0.002);
        // The total effect is the same function of the same parameters here.
        close(at("total:a", values), 4.0, 4.0 * 0.04 + 64.0 * 0.01 - 32.0 * 0.002);
        // Direct + indirect = total, whatever the route.
        let (value, std_error) = at("direct:a + indirect:a", values).expect("defined");
        close(at("total:a", values), value, std_error * std_error);
        // a²: gradient 4; the constant has no part in it.
        close(at("a^2 - 7", values), -3.0, 16.0 * 0.04);
    }

    #[test]
    fn what_does_not_exist_has_no_value() {
        let values = [-2.0, 0.0, 0.5, 1.0];
        assert_eq!(at("ln(a)", values), None);
        assert_eq!(at("a / b", values), None);
        assert_eq!(at("sqrt(b)", values), None);
        // Defined, but flat: the standard error would be zero.
        assert_eq!(at("b^2", values), None);
        assert_eq!(at("a - a", values), None);
        let effect = Function::new(&formula("total:a"), &model()).expect("an effect");
        assert!(effect.has_effects());
        assert_eq!(effect.evaluate(&values, None, |i, j| V[i][j]), None);
    }

    #[test]
    fn what_a_model_lacks_is_named() {
        let why = |text: &str, terms: &[Term]| {
            Function::new(&formula(text), terms).expect_err(text).to_string()
        };
        assert_eq!(why("a + b@lag1", &model()), "the model has no `b@lag1`");
        assert_eq!(why("lambda", &model()), "the model has no `lambda`");
        assert_eq!(why("total:c", &model()), "the model has no `total:c`");
        let least_squares = &model()[..2];
        assert!(why("total:a", least_squares).contains("neither a spatial lag"));
        assert!(why("indirect:c", least_squares).contains("no `indirect:c`"));
    }

    proptest! {
        /// g'Vg with one-sided gradients in place of exact ones.
        #[test]
        fn standard_errors_are_those_of_finite_differences(
            a in 0.5f64..2.0, b in 0.5f64..2.0, rho in -0.6f64..0.6, sigma2 in 0.5f64..2.0,
            which in 0usize..6,
        ) {
            let texts = [
                "ln(a) * exp(-b) + sqrt(sigma2)",
                "(a + b) / (1 - rho)",
                "direct:a / total:b",
                "indirect:a - rho * a^b",
                "a^2 * b^-1 + sigma2^rho",
                "exp(total:a - direct:b) / (1 + a * b)",
            ];
            let values = [a, b, rho, sigma2];
            let h = 1e-5;
            let moved = |i: usize, by: f64| {
                let mut moved = values;
                moved[i] += by;
                at(texts[which], moved).expect("defined").0
            };
            let gradient: Vec<f64> =
                (0..4).map(|i| (moved(i, h) - moved(i, -h)) / (2.0 * h)).collect();
            let variance: f64 = (0..4)
                .flat_map(|i| (0..4).map(move |j| (i, j)))
                .map(|(i, j)| gradient[i] * V[i][j] * gradient[j])
                .sum();
            let (_, std_error) = at(texts[which], values).expect("defined");
            prop_assert!((std_error / variance.sqrt() - 1.0).abs() < 1e-6);
        }
    }
}
