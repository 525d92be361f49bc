//! Outcomes made by hand: one experiment whose numbers were chosen for their edges.

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

fn spec(tables: Vec<TableSpec>) -> Spec {
    let variable = |label: &str, unit: Option<&str>| VariableSpec {
        expr: None,
        label: Some(label.to_owned()),
        unit: unit.map(str::to_owned),
        at: KeyPath::root(),
    };
    let region = |label: &str, units| RegionSpec {
        label: Some(label.to_owned()),
        units,
        at: KeyPath::root(),
    };
    let measure = |column: &str, label: &str| MeasureSpec {
        variable: at(name(column)),
        label: Some(label.to_owned()),
    };
    let model = |estimator: &str| ModelSpec {
        estimator: estimator.to_owned(),
        label: None,
        lag_order: LagOrder::LagThenDemean,
        small_sample: None,
        error_components: None,
        has_durbin: false,
        durbin: None,
        error_weights: None,
        endogenous: Vec::new(),
        instruments: Vec::new(),
        spatial_instruments: None,
        correction: spanel::model::incidental::Correction::None,
        dynamics: None,
        moment_weights: None,
        variance_components: None,
    };
    let weights = WeightsSpec {
        source: WeightsSource::File {
            file: at("w.gal".into()),
            format: WeightsFormat::Gal,
            names: None,
        },
        label: Some("contiguity of provinces".to_owned()),
        normalise: Normalisation::Row,
        isolates: Isolates::Keep,
        regions: RegionWeights::Renormalise,
        asymmetric: false,
        drop_extra_units: false,
        links: vec![],
        without_links: vec![],
        changes: false,
        at: KeyPath::root(),
    };
    Spec {
        name: "paper".to_owned(),
        title: "Agglomeration & emissions".to_owned(),
        language: Language::En,
        seed: Seed(1),
        data: DataSpec {
            file: at("paper-simulated.csv".into()),
            sheet: None,
            unit: at(name("province")),
            time: at(name("year")),
            years: None,
            missing: Missing::Mean,
            missing_codes: vec![],
            note: None,
        },
        bootstrap: BTreeMap::from([(
            "residual".to_owned(),
            BootstrapSpec { design: family::design(), keep: Keep::Journal },
        )]),
        joint: BTreeMap::from([(family::NAME.to_owned(), family::block())]),
        std_errors: BTreeMap::new(),
        randomisation: BTreeMap::new(),
        variants: BTreeMap::new(),
        derived: BTreeMap::new(),
        wald: BTreeMap::new(),
        run: spanel::spec::limits::RunSpec::default(),
        variables: BTreeMap::from([
            (name("ln_co2"), variable("ln CO₂", Some("10⁴ t"))),
            (name("ln_oa"), variable("ln OA", Some("10^4 yuan/km^2"))),
            (name("ln_la"), variable("ln LA", None)),
            (name("ln_ee"), variable("ln E&E_1 50%", None)),
        ]),
        weights: BTreeMap::from([("contiguity".to_owned(), weights)]),
        regions: BTreeMap::from([
            ("all".to_owned(), region("China", RegionUnits::All)),
            ("east".to_owned(), region("East", RegionUnits::Listed(vec![]))),
            ("west".to_owned(), region("West", RegionUnits::Listed(vec![]))),
        ]),
        measures: BTreeMap::from([
            ("oa".to_owned(), measure("ln_oa", "OA")),
            ("la".to_owned(), measure("ln_la", "LA")),
        ]),
        models: BTreeMap::from([
            ("slm".to_owned(), model("slm")),
            ("sem".to_owned(), model("sem")),
        ]),
        grids: BTreeMap::new(),
        claims: BTreeMap::new(),
        diff: spanel::spec::nights::DiffSpec::default(),
        notify: spanel::spec::nights::NotifySpec::default(),
        unit_roots: Vec::new(),
        moran: vec![MoranSpec {
            id: "emissions".to_owned(),
            variable: at(name("ln_co2")),
            weights: "contiguity".to_owned(),
            region: None,
            statistics: Vec::new(),
            with: None,
            alternative: Alternative::TwoSided,
            permutations: 999,
            level: 0.05,
            fdr: true,
        }],
        tables,
        map: None,
        figures: Vec::new(),
        output: OutputSpec::default(),
        published: None,
        report: ReportSpec::default(),
        slurm: SlurmSpec::default(),
    }
}

/// A table of this kind.
pub fn table(id: &str, kind: TableKind) -> TableSpec {
    TableSpec {
        id: id.to_owned(),
        caption: "Agglomeration & emissions".to_owned(),
        number: None,
        kind,
        digits: 4,
        notes: vec!["A note of the author's".to_owned()],
        style: Style::Plain,
        template: at("table".to_owned()),
        latex: LatexSpec::default(),
        test_brackets: [Brackets::Square, Brackets::Round],
        at: KeyPath::root().join("tables").join(0),
    }
}

/// Cells of the grid under these heads.
pub fn choice(columns: &[Axis], select: Selector) -> CellChoice {
    CellChoice { grid: "paper".to_owned(), select, columns: columns.to_vec() }
}

/// A table of estimates in the paper's shape.
pub fn regression(columns: &[Axis], select: Selector) -> RegressionTable {
    let named = |n: &str| at(RowTerm::Named(n.to_owned()));
    let measure = |lag| at(RowTerm::Measure { impact: None, lag });
    RegressionTable {
        cells: choice(columns, select),
        labels: BTreeMap::new(),
        panels: None,
        rows: vec![measure(0), measure(1), named("ln_ee"), named("rho"), named("lambda")],
        effects_rows: true,
        effects_words: None,
        statistics: vec![Statistic::R2Adjusted, Statistic::Loglik, Statistic::Aic, Statistic::N],
        below: vec![(Parentheses::StdError, Brackets::Round)],
        bootstrap: 0,
        stars: spanel::report::number::default_stars(),
        filter: RowFilter::default(),
        groups: Vec::new(),
        row_digits: BTreeMap::new(),
        tests: Vec::new(),
        facets: Vec::new(),
        units: false,
    }
}

/// The selection of these models, measures and regions; empty slices leave an axis open.
pub fn select(model: &[&str], measure: &[&str], region: &[&str]) -> Selector {
    let some = |values: &[&str]| {
        (!values.is_empty()).then(|| values.iter().map(|&v| v.to_owned()).collect())
    };
    Selector {
        model: some(model),
        measure: some(measure),
        region: some(region),
        ..Selector::default()
    }
}

/// One table of every kind and shape.
pub fn every_table() -> Vec<TableSpec> {
    let spanning = regression(&[Axis::Model, Axis::Measure], select(&[], &[], &["all"]));
    let regions = regression(&[Axis::Region], select(&["slm"], &["oa"], &["west", "east", "all"]));
    let mut all_terms = regression(&[Axis::Measure], select(&["slm"], &[], &["all"]));
    all_terms.rows.clear();
    all_terms.effects_rows = false;
    all_terms.below = vec![(Parentheses::Interval, Brackets::Round)];
    let mut regions = table("regions", TableKind::Regression(regions));
    regions.number = Some(4);
    vec![
        table("spanning", TableKind::Regression(spanning)),
        regions,
        table("all-terms", TableKind::Regression(all_terms)),
        table(
            "lm",
            TableKind::Tests {
                cells: choice(
                    &[Axis::Measure, Axis::Region],
                    select(&["slm"], &[], &["all", "west"]),
                ),
                rows: vec![],
            },
        ),
        table(
            "descriptive",
            TableKind::Descriptive {
                variables: ["ln_co2", "ln_oa", "ln_la"].map(|v| at(name(v))).to_vec(),
                statistics: vec![Moment::Min, Moment::Max, Moment::Mean, Moment::Sd],
            },
        ),
        table(
            "moran",
            TableKind::Moran { moran: "emissions".to_owned(), columns: vec![MoranColumns::Moran] },
        ),
        table("robustness", TableKind::Robustness(robustness())),
        table("joint", TableKind::Joint { joint: family::NAME.to_owned() }),
    ]
}

/// All twelve cells: one that failed, one that was not run; a row that does not vary, one that the
/// base does not have, one that no cell has.
pub fn robustness() -> RobustnessTable {
    let named = |n: &str| at(RowTerm::Named(n.to_owned()));
    RobustnessTable {
        cells: choice(&[], Selector::default()),
        rows: vec![
            at(RowTerm::Measure { impact: None, lag: 0 }),
            named("ln_ee"),
            named("rho"),
            named("lambda"),
            named("ln_zz"),
        ],
        labels: BTreeMap::new(),
        base: Some(at(select(&["slm"], &["oa"], &["all"]))),
        level: 0.05,
    }
}
