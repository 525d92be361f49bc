//! A record → the numbers and decisions that can differ from those of another, by name.

use crate::ident::VarName;
use crate::model::Model;
use crate::outcome::{Basis, Derived, Estimate, Outcome, Statistic, Test, TestOutcome};
use crate::spec::tables::RowTerm;
use crate::store::ExperimentRecord;
use std::collections::BTreeMap;

/// An estimate.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Estimated {
    /// b
    pub value: f64,
    /// s
    pub std_error: f64,
    /// Two-sided p-value of b = 0.
    pub p_value: f64,
}

/// A test.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Tested {
    /// Its statistic.
    pub statistic: f64,
    /// Its p-value.
    pub p_value: f64,
}

/// All that can differ of a cell.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Figures {
    /// The column of its measure.
    pub measure: Option<VarName>,
    /// Coefficients, effects and functions by raw name.
    pub estimates: BTreeMap<String, Estimated>,
    /// Tests, bootstraps and permutations, each with a p-value: `lm-lag (within)`,
    /// `bootstrap wild: ln_x`.
    pub tests: BTreeMap<String, Tested>,
    /// The models that rules choose: `lm (within)`.
    pub chosen: BTreeMap<String, String>,
    /// Numbers without a p-value: `loglik`.
    pub numbers: BTreeMap<String, f64>,
}

impl Figures {
    /// Those of a fitted cell.
    pub fn of(model: &Model, outcome: &Outcome) -> Self {
        // A cell's regressors begin with its measure, at its first lag.
        let measure = model.regressors.first().map(|r| r.variable.clone());
        let derived = outcome.derived.iter().filter_map(Derived::estimate);
        let all = outcome.fit.estimates.iter().chain(&outcome.impacts).chain(derived);
        let of =
            |e: &Estimate| Estimated { value: e.value, std_error: e.std_error, p_value: e.p_value };
        let statistics = outcome.fit.statistics.iter();
        Self {
            measure,
            estimates: all.map(|e| (e.term.to_string(), of(e))).collect(),
            tests: tests(outcome).collect(),
            chosen: outcome
                .verdicts
                .iter()
                .map(|v| (based(&v.rule, v.basis), v.chosen.clone()))
                .collect(),
            numbers: statistics.map(|(s, value)| (s.name().to_owned(), *value)).collect(),
        }
    }

    /// The estimate in a row of tables; `None` where the cell has no such thing.
    pub fn row(&self, row: &RowTerm) -> Option<Estimated> {
        let measure = self.measure.clone().unwrap_or(VarName(String::new()));
        self.estimates.get(&row.term(&measure).to_string()).copied()
    }

    /// A statistic of the fit.
    pub fn statistic(&self, statistic: Statistic) -> Option<f64> {
        self.numbers.get(statistic.name()).copied()
    }

    /// What a test says on each fit that it looks at, or on one of them.
    pub fn tested(&self, test: &str, basis: Option<Basis>) -> Vec<Tested> {
        on(basis).filter_map(|basis| self.tests.get(&based(test, basis)).copied()).collect()
    }

    /// Which models rules choose on each fit that they look at, or on one of them.
    pub fn chosen_on(&self, basis: Option<Basis>) -> Vec<&str> {
        let is = |name: &String| on(basis).any(|b| name.ends_with(&format!("({})", b.name())));
        self.chosen.iter().filter(|(name, _)| is(name)).map(|(_, chosen)| chosen.as_str()).collect()
    }
}

fn on(basis: Option<Basis>) -> impl Iterator<Item = Basis> {
    let all = [Basis::Pooled, Basis::Within, Basis::Fit];
    all.into_iter().filter(move |b| basis.is_none_or(|only| only == *b))
}

fn based(name: &str, basis: Basis) -> String {
    format!("{name} ({})", basis.name())
}

fn tests(outcome: &Outcome) -> impl Iterator<Item = (String, Tested)> {
    let own = outcome.tests.iter().flat_map(tested);
    let bootstraps = outcome.bootstraps.iter().flat_map(|b| {
        b.estimates.iter().map(|e| {
            let name = format!("bootstrap {}: {}", b.design.scheme, e.term);
            (name, Tested { statistic: e.std_error, p_value: e.p_value })
        })
    });
    let permutations = outcome.randomisations.iter().flat_map(|r| {
        r.estimates.iter().map(|e| {
            let name = format!("randomisation {}: {}", r.design.permute.name(), e.term);
            (name, Tested { statistic: e.p_value_coefficient, p_value: e.p_value })
        })
    });
    own.chain(bootstraps).chain(permutations)
}

/// The test, and its bootstrap version. Where the statistic has no known distribution, the p-value is
/// that of the bootstrap; without any it decides nothing.
fn tested(test: &Test) -> Vec<(String, Tested)> {
    let TestOutcome::Computed { statistic, p_value, .. } = test.outcome else {
        return Vec::new();
    };
    let name = based(&test.name, test.basis);
    let bootstrap = test.bootstrap.as_ref().map(|bootstrap| bootstrap.p_value);
    let own = p_value.or(bootstrap).map(|p_value| (name.clone(), Tested { statistic, p_value }));
    let drawn = bootstrap
        .map(|p_value| (format!("{name}, bootstrap"), Tested { statistic: p_value, p_value }));
    own.into_iter().chain(drawn).collect()
}

/// What can differ beside the cells, by what it is about: Moran's I of each series, moments of each
/// variable, families of hypotheses.
pub fn beside(experiment: &ExperimentRecord) -> BTreeMap<String, Figures> {
    let mut found: BTreeMap<String, Figures> = BTreeMap::new();
    for series in &experiment.moran {
        let tests = series.years.iter().flatten().map(|year| {
            let p_value = year.p_permutation.unwrap_or(year.p_randomisation);
            (format!("Moran's I in {}", year.period), Tested { statistic: year.i, p_value })
        });
        let figures = Figures { tests: tests.collect(), ..Figures::default() };
        found.insert(format!("moran/{}", series.id), figures);
    }
    for d in &experiment.descriptive {
        let moments =
            [("min", d.min), ("max", d.max), ("mean", d.mean), ("sd", d.sd), ("median", d.median)];
        let numbers = moments.into_iter().map(|(name, value)| (name.to_owned(), value)).collect();
        found.insert(
            format!("descriptive/{}", d.variable),
            Figures { numbers, ..Figures::default() },
        );
    }
    for family in &experiment.joint {
        for cell in &family.cells {
            let tests = cell.hypotheses.iter().flatten().map(|h| {
                let name = format!("{} (Romano-Wolf)", h.term);
                (name, Tested { statistic: h.p_max_t, p_value: h.p_romano_wolf })
            });
            let figures = Figures { tests: tests.collect(), ..Figures::default() };
            found.insert(format!("joint/{}/{}", family.name, cell.cell), figures);
        }
    }
    found
}
