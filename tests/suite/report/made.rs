//! Outcomes made by hand: one experiment whose numbers were chosen for their edges.

mod tables;

use tables::spec;
pub use tables::{choice, every_table, regression, robustness, select, table};

use super::family;
use spanel::ident::{CellId, Digest, KeyPath, Located, RecordKey, Seed, VarName};
use spanel::model::Keep;
use spanel::model::autocorrelation::Alternative;
use spanel::model::{
    Bootstrap, Effects, Isolates, LagOrder, LagSet, Model, Normalisation, RegionWeights, Regressor,
    Rescale, Term, WeightsFormat,
};
use spanel::outcome::{
    Basis, Beside, Changes, Convergence, Descriptive, Estimate, Failure, FailureKind, Fit,
    MoranSeries, MoranYear, NullDistribution, Outcome, Reference, SampleFacts, Statistic, Test,
    TestBootstrap, TestOutcome, Verdict,
};
use spanel::plan::{Cell, CellAxes, Plan};
use spanel::report::Source;
use spanel::spec::BootstrapSpec;
use spanel::spec::output::OutputSpec;
use spanel::spec::report::ReportSpec;
use spanel::spec::submit::SlurmSpec;
use spanel::spec::tables::{
    Brackets, CellChoice, LatexSpec, Moment, MoranColumns, Parentheses, RegressionTable,
    RobustnessTable, RowFilter, RowTerm, Style, TableKind, TableSpec,
};
use spanel::spec::variants::VariantName;
use spanel::spec::{
    Axis, DataSpec, Language, MeasureSpec, Missing, ModelSpec, MoranSpec, RegionSpec, RegionUnits,
    Selector, Spec, VariableSpec, WeightsSource, WeightsSpec,
};
use spanel::store::figures::FigureData;
use spanel::store::{CellResult, ExperimentRecord, MadeFrom, Provenance, Record, SCHEMA};
use std::collections::BTreeMap;
use std::sync::Arc;

/// A whole experiment.
pub struct Made {
    pub spec: Spec,
    pub plan: Plan,
    pub records: BTreeMap<CellId, Record>,
    pub experiment: ExperimentRecord,
}

impl Made {
    pub fn source(&self) -> Source<'_> {
        Source {
            spec: &self.spec,
            plan: &self.plan,
            records: &self.records,
            experiment: &self.experiment,
            published: None,
        }
    }
}

pub fn at<T>(value: T) -> Located<T> {
    Located::new(value, KeyPath::root().join("here"))
}

fn name(text: &str) -> VarName {
    VarName::new(text)
}

/// Two models, two measures and three regions. `slm/oa/west` failed and `sem/la/all` was not run.
pub fn experiment(tables: Vec<TableSpec>) -> Made {
    let mut plan = Plan::default();
    let mut records = BTreeMap::new();
    for model in ["slm", "sem"] {
        for measure in ["oa", "la"] {
            for region in ["all", "east", "west"] {
                let cell = cell(model, measure, region);
                if let Some(result) = result(&cell) {
                    records.insert(cell.id, record(&cell, result));
                }
                plan.cells.push(cell);
            }
        }
    }
    Made { spec: spec(tables), plan, records, experiment: experiment_record() }
}

fn cell(model: &str, measure: &str, region: &str) -> Cell {
    let variable = name(&format!("ln_{measure}"));
    let mut regressors: Vec<Regressor> =
        (0..=1).map(|lag| Regressor::new(variable.clone(), lag)).collect();
    regressors.push(Regressor::new(name("ln_ee"), 0));
    let axes = CellAxes {
        model: model.to_owned(),
        effects: Effects::TwoWay,
        measure: measure.to_owned(),
        region: region.to_owned(),
        lags: LagSet::depth(1),
        weights: "contiguity".to_owned(),
        std_errors: "default".to_owned(),
        variant: VariantName::base(),
    };
    Cell {
        id: CellId::of(format!("{model}/{measure}/{region}").as_bytes()),
        grid: "paper".into(),
        axes,
        model: Arc::new(Model {
            estimator: model.to_owned(),
            response: name("ln_co2"),
            regressors,
            effects: Effects::TwoWay,
            lag_order: LagOrder::LagThenDemean,
            small_sample: None,
            std_errors: spanel::model::std_errors::StdErrors::Default,
            error_components: None,
            instruments: spanel::model::instruments::Instruments::default(),
            correction: spanel::model::incidental::Correction::None,
            dynamics: None,
            moment_weights: None,
            variance_components: None,
        }),
        error_weights: None,
        measure_variable: variable,
        change: Arc::default(),
        skip: 1,
        bootstraps: Arc::default(),
        randomisations: Arc::default(),
        derived: Arc::default(),
        wald: Arc::default(),
        unit_effects: false,
        tests: ["lm".to_owned()].into(),
        test_bootstrap: None,
        region_equality: None,
        threshold: None,
        wild_cluster: None,
        protocol: None,
    }
}

fn record(cell: &Cell, result: CellResult) -> Record {
    Record {
        schema: SCHEMA,
        cell: cell.id,
        key: RecordKey::of(b"key"),
        asked: serde_json::Value::Null,
        made_from: MadeFrom {
            sample: None,
            weights: None,
            error_weights: None,
            facts: Digest::of("", b""),
            versions: Arc::default(),
        },
        model: Model::clone(&cell.model),
        result,
    }
}

fn result(cell: &Cell) -> Option<CellResult> {
    let axes = &cell.axes;
    match (axes.model.as_str(), axes.measure.as_str(), axes.region.as_str()) {
        ("sem", "la", "all") => None,
        ("slm", "oa", "west") => Some(CellResult::Failed(Failure {
            kind: FailureKind::NoConvergence,
            reason: "the score is 0.2 after 100 iterations".to_owned(),
        })),
        (model, measure, region) => Some(CellResult::Fitted(Box::new(outcome(
            cell,
            model == "slm",
            measure == "oa",
            region,
        )))),
    }
}

/// An estimate whose p-value is stated rather than computed: edges matter here, not consistency.
fn estimate(term: Term, value: f64, std_error: f64, p_value: f64) -> Estimate {
    Estimate {
        term,
        value,
        std_error,
        statistic: value / std_error,
        p_value,
        conf_low: value - 1.96 * std_error,
        conf_high: value + 1.96 * std_error,
    }
}

fn outcome(cell: &Cell, lag_model: bool, first_measure: bool, region: &str) -> Outcome {
    let [now, before, energy] = &cell.model.regressors[..] else { panic!("three regressors") };
    let variable = |r: &Regressor| Term::Variable(r.clone());
    let sign = if first_measure { -1.0 } else { 1.0 };
    let spatial = if lag_model { Term::Rho } else { Term::Lambda };
    let (units, n) = match region {
        "all" => (30, 480.0),
        "east" => (12, 192.0),
        _ => (9, 144.0),
    };
    let estimates = vec![
        estimate(variable(now), sign * 0.258_04, 0.1, 0.049_999_9),
        estimate(variable(before), -0.000_04, 0.000_2, 0.84),
        estimate(variable(energy), 12.345_67, 1.234_5, 0.000_3),
        estimate(spatial, -0.25, 0.127_5, 0.05),
        estimate(Term::Sigma2, 0.012_3, 0.000_8, 0.000_1),
    ];
    let statistics = [
        (Statistic::N, n),
        (Statistic::Loglik, -1_326.700_24),
        (Statistic::R2Adjusted, 0.999_95),
        (Statistic::Aic, 12_345.678),
    ];
    let k = estimates.len();
    Outcome {
        impacts: Vec::new(),
        unit_effects: Vec::new(),
        protocol: None,
        derived: Vec::new(),
        bootstraps: Vec::new(),
        randomisations: Vec::new(),
        fit: Fit {
            estimator: cell.model.estimator.clone(),
            estimator_version: 1,
            effects: cell.model.effects,
            estimates,
            covariance: vec![vec![0.0; k]; k],
            std_error_kind: "expected information matrix".to_owned(),
            inference: Reference::Normal,
            statistics: statistics.into_iter().collect(),
            convergence: Some(Convergence {
                iterations: 7,
                score: 1e-10,
                interval: (-1.5, 1.0),
                at_edge: false,
                second: None,
            }),
            cautions: if region == "east" && lag_model {
                vec!["rho = -0.2500 lies at the edge of its interval (-0.2510, 1.0000)".to_owned()]
            } else {
                vec![]
            },
        },
        tests: tests(first_measure),
        verdicts: vec![Verdict {
            rule: "lm".to_owned(),
            basis: Basis::Pooled,
            chosen: "slm".to_owned(),
            because: "LM lag 45.679 (p < 0.001), LM error 0.672 (p = 0.412): only the lag test rejects at 5 %".to_owned(),
        }],
        sample: SampleFacts {
            units,
            periods: (2003, 2018),
            filled: vec!["ee of Hainan in 2003 (mean)".to_owned()],
            dropped: vec![],
            isolates: if region == "east" { vec!["Hainan".to_owned()] } else { vec![] },
            isolates_at_times: vec![],
            changes: Changes::default(),
        },
    }
}

fn tests(first_measure: bool) -> Vec<Test> {
    let computed = |name: &str, basis, statistic, p_value, df| Test {
        details: BTreeMap::new(),
        bootstrap: None,
        name: name.to_owned(),
        basis,
        outcome: TestOutcome::Computed {
            statistic,
            null: NullDistribution::ChiSquared { df },
            p_value: Some(p_value),
        },
    };
    let mut tests = vec![
        computed("lm-lag", Basis::Pooled, 45.678_9, 1.4e-11, 1),
        computed("lm-error", Basis::Pooled, 0.672_3, 0.412_2, 1),
        computed("lm-joint", Basis::Pooled, 46.351_2, 8.6e-11, 2),
        computed("lm-lag", Basis::Within, 3.841_5, 0.049_998, 1),
    ];
    tests.push(if first_measure {
        computed("lm-lag-exact", Basis::Within, 0.000_4, 0.984, 1)
    } else {
        Test {
            details: BTreeMap::new(),
            bootstrap: None,
            name: "lm-lag-exact".to_owned(),
            basis: Basis::Within,
            outcome: TestOutcome::NotApplicable {
                reason: "the exact form needs a W with equal column sums".to_owned(),
            },
        }
    });
    tests[0].bootstrap = Some(TestBootstrap {
        design: Bootstrap {
            scheme: "residual".to_owned(),
            rescale: Rescale::Df,
            block_length: None,
            replicates: 999,
        },
        failed: if first_measure { 0 } else { 2 },
        p_value: 0.049_96,
    });
    tests.push(Test {
        details: BTreeMap::new(),
        bootstrap: None,
        name: "moran-residuals".to_owned(),
        basis: Basis::Fit,
        outcome: TestOutcome::Computed {
            statistic: -1.23,
            null: NullDistribution::Normal,
            p_value: Some(0.218_7),
        },
    });
    tests
}

fn experiment_record() -> ExperimentRecord {
    let year = |period, i: f64, p| MoranYear {
        period,
        i,
        expectation: -1.0 / 29.0,
        variance_normality: 0.01,
        variance_randomisation: 0.011,
        z_normality: 10.0 * i,
        p_normality: p,
        z_randomisation: 9.5 * i,
        p_randomisation: p * 1.1,
        p_permutation: Some(p * 0.9),
        permutations: 999,
        units: 30,
    };
    let moments = |variable: &str, min, max| Descriptive {
        variable: variable.to_owned(),
        n: 510,
        min,
        max,
        mean: f64::midpoint(min, max),
        sd: 0.889_3,
        median: f64::midpoint(min, max),
        filled: 0,
    };
    ExperimentRecord {
        inputs: "inputs".to_owned(),
        definitions: "definitions".to_owned(),
        schema: SCHEMA,
        data_file: "paper-simulated.csv".to_owned(),
        data_hash: "00".to_owned(),
        provenance: Some(Provenance {
            simulated: true,
            note: "Drawn from a spatial lag model with two-way effects".to_owned(),
        }),
        filled: vec!["ee of Hainan in 2003 (mean)".to_owned()],
        dropped: vec![],
        roster: None,
        descriptive: vec![
            moments("ln_co2", 6.0, 11.0),
            moments("ln_oa", -0.000_04, 1_234_567_890.0),
        ],
        unit_roots: Vec::new(),
        joint: vec![family::record()],
        figures: FigureData::default(),
        moran: vec![MoranSeries {
            id: "emissions".to_owned(),
            variable: "ln_co2".to_owned(),
            region: "all".to_owned(),
            weights: "contiguity".to_owned(),
            years: Ok(vec![year(2002, 0.25, 0.01), year(2003, -0.01, 0.9)]),
            beside: Beside::default(),
        }],
    }
}
