//! Dependence between units.
//!
//! With r_ij the correlation over time of the residuals of units i and j, P = N(N − 1)/2 pairs:
//!
//! ```text
//! cd                 √(T/P) Σ r_ij                                               N(0, 1)
//! cd-lm              T Σ r²_ij                                                   χ²(P)
//! cd-scaled-lm       (T Σ r²_ij − P)/√(2P)                                       N(0, 1)
//! cd-bias-corrected  cd-scaled-lm − N/(2(T − 1)), within units only              N(0, 1)
//! cd-local           √(T/P_W) Σ_W r_ij, over the pairs of which one is the other's neighbour
//! cd-local-lm        T Σ_W r²_ij                                                 χ²(P_W)
//! cd-mean, cd-absolute   means of r_ij and |r_ij|: measures, no tests
//! cd-response, cd-by-unit    cd of the response, and of a regression of each unit's own
//! ```
//!
//! The null is that errors of different units are uncorrelated; that of `cd` with many units, that they
//! are but weakly (Pesaran 2015). With effects of periods residuals have a correlation of −1/(N − 1) by
//! construction, which `cd` then measures (Juodis & Reese 2022). `cd-lm` is for T large beside N.
//!
//! *References*: Breusch & Pagan (1980); Pesaran (2021), first of 2004, and (2015); Baltagi, Feng & Kao
//! (2012).

use super::made::{self, chi_squared, detailed, measure, no_fit, normal, test};
use super::{Context, Diagnostic, Findings, Info, not_applicable};
use crate::estimator::problem::matrix;
use crate::estimator::{Problem, find};
use crate::math::linalg::{ColumnSpace, dot};
use crate::outcome::{Basis, Test};
use crate::weights::Weights;

/// Dependence between units.
#[derive(Debug)]
pub struct CrossSection;

static INFO: Info = Info {
    name: "cd",
    summary: "dependence between units: Pesaran's CD and its kin",
    tests: &[
        ("cd", "Pesaran CD"),
        ("cd-lm", "Breusch–Pagan LM of pairs"),
        ("cd-scaled-lm", "Scaled LM of pairs"),
        ("cd-bias-corrected", "Bias-corrected scaled LM of pairs"),
        ("cd-local", "Local CD (neighbours)"),
        ("cd-local-lm", "Local LM of pairs (neighbours)"),
        ("cd-mean", "Mean correlation of pairs"),
        ("cd-absolute", "Mean absolute correlation of pairs"),
        ("cd-response", "Pesaran CD of the response"),
        ("cd-by-unit", "Pesaran CD, a regression a unit"),
    ],
    reference: "Pesaran (2021); Baltagi, Feng & Kao (2012); Breusch & Pagan (1980)",
    version: 1,
    whole_periods: false,
    of_fit: true,
};

/// Tests of the residuals of one fit: all but the last two.
const OF_RESIDUALS: usize = 8;

impl Diagnostic for CrossSection {
    fn info(&self) -> &'static Info {
        &INFO
    }

    fn run(&self, context: &Context<'_>) -> Findings {
        let own = context.own();
        let mut tests = Vec::new();
        for base in context.bases() {
            let found = match &base.fit {
                Ok(fit) => {
                    let inside = base.model.effects.has_individual();
                    Pairs::of(&fit.innovations, own.weights).map(|p| p.tests(base.basis, inside))
                }
                Err(why) => Err(no_fit("least squares", why)),
            };
            tests.extend(or_none(found, base.basis));
        }
        if let Some(found) = of_own_fit(&own) {
            tests.extend(or_none(found, Basis::Fit));
        }
        let pairs = Pairs::of(&own.sample.y, own.weights);
        tests.push(of_series("cd-response", pairs));
        let residuals = by_unit(&own);
        tests.push(of_series("cd-by-unit", residuals.and_then(|e| Pairs::of(&e, own.weights))));
        Findings { tests, verdicts: Vec::new() }
    }
}

fn or_none(found: Result<Vec<Test>, String>, basis: Basis) -> Vec<Test> {
    found.unwrap_or_else(|reason| {
        let mut all = not_applicable(&INFO, basis, &reason);
        all.truncate(OF_RESIDUALS);
        all
    })
}

/// Residuals of the cell's own model, where it is another than least squares.
fn of_own_fit(problem: &Problem<'_>) -> Option<Result<Vec<Test>, String>> {
    let estimator = find(&problem.model.estimator)?;
    let effects = problem.model.effects;
    if estimator.info().spatial.is_empty() && !estimator.takes_instruments() && !effects.is_random()
    {
        return None;
    }
    let fit = estimator.fit(problem).map_err(|why| no_fit("the model", &why));
    let pairs = fit.and_then(|fit| Pairs::of(&fit.innovations, problem.weights));
    Some(pairs.map(|pairs| pairs.tests(Basis::Fit, effects.has_individual())))
}

/// CD of series that are no residuals of a basis, the rest as details.
fn of_series(name: &str, pairs: Result<Pairs, String>) -> Test {
    match pairs {
        Ok(p) => detailed(
            name,
            Basis::Pooled,
            normal(p.cd()),
            &[
                ("lm", p.lm()),
                ("scaled-lm", p.scaled()),
                ("bias-corrected", p.corrected()),
                ("mean", p.all.sum / p.all.count),
                ("absolute", p.absolute / p.all.count),
            ],
        ),
        Err(reason) => test(name, Basis::Pooled, Err(reason)),
    }
}

/// Residuals of least squares of each unit by itself, with a constant.
fn by_unit(problem: &Problem<'_>) -> Result<Vec<f64>, String> {
    let (n, t, k) = (problem.n_units(), problem.n_periods(), problem.sample.x.len());
    if t <= k + 1 {
        return Err(format!("{t} periods are too few for {} coefficients of each unit", k + 1));
    }
    let mut residuals = vec![0.0; n * t];
    for i in 0..n {
        let own = |v: &[f64]| -> Vec<f64> { v.iter().skip(i).step_by(n).copied().collect() };
        let columns: Vec<Vec<f64>> =
            std::iter::once(vec![1.0; t]).chain(problem.sample.x.iter().map(|x| own(x))).collect();
        let unit = &problem.sample.units.as_slice()[i];
        let space = ColumnSpace::new(&matrix(&columns))
            .map_err(|_| format!("the regressors of {unit} are collinear over its periods"))?;
        for (p, e) in space.residual(&own(&problem.sample.y)).into_iter().enumerate() {
            residuals[p * n + i] = e;
        }
    }
    Ok(residuals)
}

/// Sums over pairs of units.
#[derive(Debug, Clone, Copy, Default)]
struct Sums {
    count: f64,
    sum: f64,
    squares: f64,
}

impl Sums {
    fn add(&mut self, r: f64) {
        self.count += 1.0;
        self.sum += r;
        self.squares += r * r;
    }
}

/// Correlations of all pairs of units.
#[derive(Debug)]
struct Pairs {
    units: f64,
    periods: f64,
    all: Sums,
    absolute: f64,
    neighbours: Sums,
}

impl Pairs {
    fn of(e: &[f64], weights: &Weights) -> Result<Self, String> {
        let n = weights.n();
        let periods = e.len() / n;
        if n < 2 || periods < 3 {
            return Err(format!(
                "correlations over time need two units and three periods; there are {n} and {periods}"
            ));
        }
        let mut series: Vec<Vec<f64>> = Vec::with_capacity(n);
        for i in 0..n {
            let mut own: Vec<f64> = e.iter().skip(i).step_by(n).copied().collect();
            let raw = dot(&own, &own).sqrt();
            let mean = own.iter().sum::<f64>() / periods as f64;
            own.iter_mut().for_each(|v| *v -= mean);
            let size = dot(&own, &own).sqrt();
            if size <= 1e-12 * raw || size == 0.0 {
                let unit = &weights.units().as_slice()[i];
                return Err(format!("the residuals of {unit} do not change over time"));
            }
            own.iter_mut().for_each(|v| *v /= size);
            series.push(own);
        }
        let (units, periods) = (n as f64, periods as f64);
        let mut pairs = Self {
            units,
            periods,
            all: Sums::default(),
            absolute: 0.0,
            neighbours: Sums::default(),
        };
        for i in 0..n {
            for j in i + 1..n {
                let r = dot(&series[i], &series[j]);
                pairs.all.add(r);
                pairs.absolute += r.abs();
                if weights.entry(i, j) != 0.0 || weights.entry(j, i) != 0.0 {
                    pairs.neighbours.add(r);
                }
            }
        }
        Ok(pairs)
    }

    fn cd(&self) -> f64 {
        (self.periods / self.all.count).sqrt() * self.all.sum
    }

    fn lm(&self) -> f64 {
        self.periods * self.all.squares
    }

    fn scaled(&self) -> f64 {
        (self.lm() - self.all.count) / (2.0 * self.all.count).sqrt()
    }

    fn corrected(&self) -> f64 {
        self.scaled() - self.units / (2.0 * (self.periods - 1.0))
    }

    fn tests(&self, basis: Basis, within_units: bool) -> Vec<Test> {
        let near = &self.neighbours;
        let local = |found: made::Found| {
            if near.count > 0.0 { found } else { Err("no unit has a neighbour".to_owned()) }
        };
        let corrected = if within_units {
            normal(self.corrected())
        } else {
            Err("its bias is that of effects of units, which this fit has not".to_owned())
        };
        let of = |name: &str, found| test(name, basis, found);
        vec![
            of("cd", normal(self.cd())),
            of("cd-lm", chi_squared(self.lm(), self.all.count as usize)),
            of("cd-scaled-lm", normal(self.scaled())),
            of("cd-bias-corrected", corrected),
            of("cd-local", local(normal((self.periods / near.count).sqrt() * near.sum))),
            of("cd-local-lm", local(chi_squared(self.periods * near.squares, near.count as usize))),
            of("cd-mean", measure(self.all.sum / self.all.count)),
            of("cd-absolute", measure(self.absolute / self.all.count)),
        ]
    }
}
