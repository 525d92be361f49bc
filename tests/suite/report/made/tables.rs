//! The specification of the experiment, and its tables.

use super::*;

pub(super) fn spec(tables: Vec<TableSpec>) -> Spec {
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
