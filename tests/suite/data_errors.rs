//! What a user reads when a data or weights file is wrong, and that nothing panics.

use proptest::prelude::*;
use spanel::expr::{Expr, Function};
use spanel::ident::{KeyPath, Located, Period, Seed, UnitId, VarName};
use spanel::inputs::{self, Inputs};
use spanel::load::{gal, text::Text};
use spanel::mistake::{Checked, Mistakes};
use spanel::model::splits::{Coefficients, RegionEquality};
use spanel::model::{
    Effects, Isolates, LagSet, Missing, Normalisation, RegionWeights, WeightsFormat,
};
use spanel::spec::output::OutputSpec;
use spanel::spec::submit::SlurmSpec;
use spanel::spec::{
    DataSpec, GridSpec, MeasureSpec, RegionSpec, RegionUnits, Spec, VariableSpec, WeightsSource,
    WeightsSpec,
};
use std::collections::BTreeMap;
use std::fmt::Write;
use std::path::{Path, PathBuf};

fn fixtures() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures")
}

fn key(path: &str) -> KeyPath {
    path.split('.').fold(KeyPath::root(), |at, part| at.join(part))
}

fn name(text: &str, at: &str) -> Located<VarName> {
    Located::new(VarName::new(text), key(at))
}

/// An experiment on `file`: y on x, every unit, no weights.
fn spec(file: &Path) -> Spec {
    let x = MeasureSpec { variable: name("x", "measures.x.variable"), label: None };
    let all = RegionSpec { label: None, units: RegionUnits::All, at: key("regions.all") };
    Spec {
        name: "test".into(),
        title: "A test".into(),
        language: spanel::spec::Language::En,
        seed: Seed(1),
        data: DataSpec {
            file: Located::new(file.to_path_buf(), key("data.file")),
            sheet: None,
            unit: name("unit", "data.unit"),
            time: name("year", "data.time"),
            years: None,
            missing: Missing::Error,
            missing_codes: vec!["NA".into()],
            note: None,
        },
        variables: BTreeMap::new(),
        weights: BTreeMap::new(),
        regions: BTreeMap::from([("all".into(), all)]),
        measures: BTreeMap::from([("x".into(), x)]),
        models: BTreeMap::new(),
        bootstrap: BTreeMap::new(),
        std_errors: BTreeMap::new(),
        randomisation: BTreeMap::new(),
        variants: BTreeMap::new(),
        derived: BTreeMap::new(),
        wald: BTreeMap::new(),
        run: spanel::spec::limits::RunSpec::default(),
        grids: BTreeMap::from([("main".into(), grid())]),
        joint: BTreeMap::new(),
        claims: BTreeMap::new(),
        diff: spanel::spec::nights::DiffSpec::default(),
        notify: spanel::spec::nights::NotifySpec::default(),
        moran: Vec::new(),
        unit_roots: Vec::new(),
        tables: Vec::new(),
        map: None,
        figures: Vec::new(),
        output: OutputSpec::default(),
        report: spanel::spec::report::ReportSpec::default(),
        published: None,
        slurm: SlurmSpec::default(),
    }
}

fn grid() -> GridSpec {
    GridSpec {
        response: name("y", "grids.main.response"),
        terms: Vec::new(),
        controls: Vec::new(),
        model: vec!["ols".into()],
        effects: vec![Effects::None],
        measure: vec!["x".into()],
        region: vec!["all".into()],
        lags: vec![LagSet::depth(0)],
        weights: Vec::new(),
        variant: Vec::new(),
        common_sample: false,
        bootstrap: Vec::new(),
        std_errors: vec!["default".to_owned()],
        randomisation: Vec::new(),
        derived: Vec::new(),
        wald: Vec::new(),
        unit_effects: false,
        exclude: Vec::new(),
        include: Vec::new(),
        tests: Vec::new(),
        test_bootstrap: None,
        region_equality: None,
        threshold: None,
        wild_cluster: None,
        protocol: None,
        at: key("grids.main"),
    }
}

fn weights(file: &Path) -> WeightsSpec {
    let name = file.file_name().expect("a file").to_string_lossy().into_owned();
    let format = match name.split(['-', '.']).next() {
        Some("matrix") => WeightsFormat::Matrix,
        Some("edges") => WeightsFormat::Edges,
        _ => WeightsFormat::Gal,
    };
    let file = Located::new(file.to_path_buf(), key("weights.w.file"));
    WeightsSpec {
        source: WeightsSource::File { file, format, names: None },
        label: None,
        normalise: Normalisation::Row,
        isolates: Isolates::Error,
        regions: RegionWeights::Renormalise,
        asymmetric: false,
        drop_extra_units: false,
        links: Vec::new(),
        without_links: Vec::new(),
        changes: false,
        at: key("weights.w"),
    }
}

fn listing(folder: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).expect("the fixtures are there");
    let mut files: Vec<PathBuf> = entries.map(|entry| entry.expect("readable").path()).collect();
    files.sort();
    files
}

/// Mistakes with the line they point at and their advice, paths without their folder.
fn report(mistakes: &Mistakes, folder: &Path) -> String {
    let mut out = String::new();
    for mistake in mistakes.iter() {
        writeln!(out, "  {mistake}").expect("a string");
        if let Some(help) = &mistake.help {
            writeln!(out, "      help: {help}").expect("a string");
        }
    }
    let folder = format!("{}/", folder.display());
    out.replace(&folder, "").replace(&folder[..folder.len() - 1], ".")
}

/// The report on every file of a folder, each of which must be refused.
fn refusals(folder: &Path, open: impl Fn(&Path) -> Checked<Inputs>) -> String {
    let mut out = String::new();
    for file in listing(folder) {
        let shown = file.file_name().expect("a file").to_string_lossy().into_owned();
        let mistakes = open(&file).expect_err(&shown);
        writeln!(out, "{shown}\n{}", report(&mistakes, folder)).expect("a string");
    }
    out
}

#[test]
fn bad_panels_are_refused_with_line_and_advice() {
    let folder = fixtures().join("bad/data");
    let all = refusals(&folder, |file| {
        let mut spec = spec(file);
        let stem = file.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        if stem == "log-of-zero" {
            define(&mut spec, "ln_x", Expr::Apply(Function::Ln, column("x")));
            spec.grids.get_mut("main").expect("it is there").controls =
                vec![name("ln_x", "grids.main.controls.0")];
        }
        if stem == "region-changes" {
            spec.regions.insert("east".into(), by_column("region", &["east"]));
        }
        inputs::open(&spec)
    });
    insta::assert_snapshot!(all);
}

fn column(name: &str) -> Box<Expr> {
    Box::new(Expr::Column(VarName::new(name)))
}

fn define(spec: &mut Spec, name: &str, expr: Expr) {
    let at = key("variables").join(name);
    let expr = Some(Located::new(expr, at.join("expr")));
    spec.variables.insert(VarName::new(name), VariableSpec { expr, label: None, unit: None, at });
}

fn by_column(column: &str, values: &[&str]) -> RegionSpec {
    let at = |i| key("regions.east.values").join(i);
    let values =
        values.iter().enumerate().map(|(i, v)| Located::new((*v).to_owned(), at(i))).collect();
    let units = RegionUnits::ByColumn { column: name(column, "regions.east.column"), values };
    RegionSpec { label: None, units, at: key("regions.east") }
}

/// Three units A, B and C over two years.
const SMALL: &str = "unit,year,y,x\nA,1,1,1\nA,2,2,1\nB,1,1,1\nB,2,2,1\nC,1,1,1\nC,2,2,1\n";

/// Opens `text` as the panel of `spec`, which may be changed first.
fn open_text(text: &str, change: impl FnOnce(&mut Spec)) -> Checked<Inputs> {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("panel.csv");
    std::fs::write(&file, text).expect("written");
    let mut spec = spec(&file);
    change(&mut spec);
    inputs::open(&spec)
}

#[test]
fn bad_weights_are_refused_with_line_and_advice() {
    let folder = fixtures().join("bad/weights");
    let all = refusals(&folder, |file| {
        open_text(SMALL, |spec| {
            spec.weights.insert("w".into(), weights(file));
        })
    });
    insta::assert_snapshot!(all);
}

#[test]
fn wrong_names_in_the_specification_point_at_their_keys() {
    let mistakes = open_text(SMALL, |spec| {
        spec.data.years = Some(Located::new((Period(0), Period(2)), key("data.years")));
        spec.regions.insert("east".into(), by_column("macro", &["east"]));
        spec.grids.get_mut("main").expect("it is there").controls =
            vec![name("yy", "grids.main.controls.0")];
        define(spec, "unused", Expr::Apply(Function::Exp, column("z")));
        let label =
            VariableSpec { expr: None, label: None, unit: None, at: key("variables.lable") };
        spec.variables.insert(VarName::new("lable"), label);
    })
    .expect_err("wrong names");
    insta::assert_snapshot!(report(&mistakes, Path::new("nowhere")));
}

#[test]
fn regions_and_links_name_units_of_the_data() {
    let folder = fixtures().join("bad/weights");
    let mistakes = open_text(SMALL, |spec| {
        let listed =
            |unit: &str, i: usize| Located::new(unit.into(), key("regions.few.units").join(i));
        let units = ["A", "Bb", "A"].iter().enumerate().map(|(i, u)| listed(u, i)).collect();
        let region =
            RegionSpec { label: None, units: RegionUnits::Listed(units), at: key("regions.few") };
        spec.regions.insert("few".into(), region);
        let region = by_column("unit", &["A", "east"]);
        spec.regions.insert("east".into(), region);
        let mut w = weights(&folder.join("isolates.gal"));
        w.links = vec![
            Located::new(("C".into(), "D".into()), key("weights.w.links.0")),
            Located::new(("C".into(), "C".into()), key("weights.w.links.1")),
        ];
        spec.weights.insert("w".into(), w);
    })
    .expect_err("wrong units");
    insta::assert_snapshot!(report(&mistakes, &folder));
}

#[test]
fn a_region_needs_two_units() {
    let mistakes = open_text(SMALL, |spec| {
        spec.regions.insert("east".into(), by_column("unit", &["A"]));
    })
    .expect_err("one unit");
    insta::assert_snapshot!(report(&mistakes, Path::new("nowhere")));
}

#[test]
fn regions_that_are_compared_divide_the_units() {
    let mistakes = open_text(SMALL, |spec| {
        let all = RegionSpec { label: None, units: RegionUnits::All, at: key("regions.all") };
        spec.regions.insert("all".into(), all);
        spec.regions.insert("east".into(), by_column("unit", &["A", "B"]));
        spec.regions.insert("west".into(), by_column("unit", &["A", "B"]));
        let regions = vec!["east".to_owned(), "west".to_owned()];
        let equality = RegionEquality { regions, of: Coefficients::Measure };
        let at = key("grids.main.region_equality");
        spec.grids.get_mut("main").expect("it is there").region_equality =
            Some(Located::new(equality, at));
    })
    .expect_err("overlapping, and not all units");
    insta::assert_snapshot!(report(&mistakes, Path::new("nowhere")));
}

#[test]
fn a_sheet_that_is_not_there_is_named_with_those_that_are() {
    let mut spec = spec(&fixtures().join("data/panel.xlsx"));
    spec.data.sheet = Some(Located::new("Pannel".into(), key("data.sheet")));
    let mistakes = inputs::open(&spec).expect_err("no such sheet");
    insta::assert_snapshot!(report(&mistakes, &fixtures().join("data")));
}

#[test]
fn a_file_that_is_not_there_is_looked_for_nearby() {
    let folder = fixtures().join("data");
    let near = inputs::open(&spec(&folder.join("pannel.csv"))).expect_err("no such file");
    let far = inputs::open(&spec(&folder.join("elsewhere/numbers.csv"))).expect_err("no such file");
    insta::assert_snapshot!([near, far].map(|m| report(&m, &folder)).concat());
}

#[test]
fn provenance_is_read_and_checked() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("panel.csv");
    std::fs::write(&file, SMALL).expect("written");
    let beside = folder.path().join("panel.provenance.toml");
    std::fs::write(&beside, "simulated = true\nnote = \"Simulated.\"\n").expect("written");
    let inputs = inputs::open(&spec(&file)).expect("sound");
    assert!(inputs.provenance.expect("it is there").simulated);
    std::fs::write(&beside, "simulated = true\nnotes = \"Simulated.\"\n").expect("written");
    let mistakes = inputs::open(&spec(&file)).expect_err("an unknown key");
    insta::assert_snapshot!(report(&mistakes, folder.path()));
}

fn unit_names(inputs: &Inputs) -> Vec<&str> {
    inputs.panel.units().as_slice().iter().map(|unit| unit.0.as_str()).collect()
}

fn values(inputs: &Inputs, column: &str) -> Vec<f64> {
    let column = inputs.panel.column(&VarName::new(column)).expect("it is there");
    column.iter().map(|value| value.expect("filled")).collect()
}

#[test]
fn a_marked_windows_file_and_a_workbook_read_the_same() {
    let read = |file: &str| {
        let mut spec = spec(&fixtures().join("data").join(file));
        spec.data.unit = name("省份", "data.unit");
        spec.data.time = name("年份", "data.time");
        spec.data.missing = Missing::Mean;
        spec.data.sheet =
            file.ends_with("xlsx").then(|| Located::new("Panel".into(), key("data.sheet")));
        let mut region = by_column("code", &["3", "4"]);
        region.at = key("regions.coded");
        spec.regions.insert("coded".into(), region);
        inputs::open(&spec).unwrap_or_else(|mistakes| panic!("{mistakes}"))
    };
    let (text, workbook) = (read("panel.csv"), read("panel.xlsx"));
    assert_eq!(text.panel, workbook.panel);
    assert_eq!(unit_names(&text), ["São Paulo", "北京 市"]);
    // Stacked by period; São Paulo in 2002 is its own mean.
    assert_eq!(values(&text, "y"), [10.254_778_026_198_021, 1.5, 10.254_778_026_198_021, 2.0]);
    assert_eq!(values(&text, "x"), [1e-7, 0.1, 40.0, 0.2]);
    assert_eq!(text.regions["coded"], [0, 1]);
    assert_eq!(text.panel.repairs.filled.len(), 1);
}

#[test]
fn steps_of_ten_years_are_fine() {
    let inputs = inputs::open(&spec(&fixtures().join("data/decades.csv"))).expect("sound");
    assert_eq!(inputs.panel.periods(), [Period(1960), Period(1970), Period(1980)]);
    assert_eq!(unit_names(&inputs), ["A", "B", "C"]);
    assert_eq!(values(&inputs, "y")[..4], [10.0, 10.0, 10.0, 20.0]);
}

#[test]
fn links_are_joined_by_name_and_underscores_may_be_blanks() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("w.gal");
    std::fs::write(&file, "0 4 l id\nD 1\nB\nB 2\nNew_York D\nNew_York 1\nB\nA 0\n")
        .expect("written");
    let panel = SMALL.replace("C,", "New York,");
    let inputs = open_text(&panel, |spec| {
        let mut w = weights(&file);
        w.drop_extra_units = true;
        w.links = vec![Located::new(("A".into(), "New York".into()), key("weights.w.links.0"))];
        spec.weights.insert("w".into(), w);
    })
    .unwrap_or_else(|mistakes| panic!("{mistakes}"));
    let links = &inputs.links["w"];
    assert_eq!(links.units, ["A", "B", "New York"].map(|u| UnitId(u.into())));
    assert_eq!(links.links, [(0, 2, 1.0), (1, 2, 1.0), (2, 0, 1.0), (2, 1, 1.0)]);
}

#[test]
fn units_that_a_policy_drops_leave_w_and_regions_too() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("w.gal");
    std::fs::write(&file, "3\nA 1\nB\nB 2\nA C\nC 1\nB\n").expect("written");
    let panel = SMALL.replace("C,2,2,1", "C,2,NA,1");
    let inputs = open_text(&panel, |spec| {
        spec.data.missing = Missing::DropUnit;
        spec.weights.insert("w".into(), weights(&file));
    })
    .unwrap_or_else(|mistakes| panic!("{mistakes}"));
    assert_eq!(unit_names(&inputs), ["A", "B"]);
    assert_eq!(inputs.links["w"].links, [(0, 1, 1.0), (1, 0, 1.0)]);
    assert_eq!(inputs.regions["all"], [0, 1]);
    assert_eq!(inputs.panel.repairs.dropped, ["C dropped: it has no `y` in 2"]);
}

#[test]
fn columns_are_followed_to_the_file() {
    let inputs = open_text(SMALL, |spec| {
        define(spec, "ln_x", Expr::Apply(Function::Ln, column("twice")));
        define(spec, "twice", Expr::WeightedSum(vec![(VarName::new("x"), 2.0)]));
        spec.grids.get_mut("main").expect("it is there").response =
            name("ln_x", "grids.main.response");
    })
    .unwrap_or_else(|mistakes| panic!("{mistakes}"));
    assert_eq!(values(&inputs, "ln_x"), [2.0_f64.ln(); 6]);
    let sources: Vec<&str> =
        inputs.sources[&VarName::new("ln_x")].iter().map(VarName::as_str).collect();
    assert_eq!(sources, ["x"]);
    // `y` is not used any more and is not read.
    assert_eq!(inputs.panel.column(&VarName::new("y")), None);
}

/// The data that are shipped, with the columns, regions and links of `us-states.toml`.
#[test]
fn the_shipped_states_open() {
    let data = Path::new(env!("CARGO_MANIFEST_DIR")).join("experiments/data");
    let mut spec = spec(&data.join("us-states.csv"));
    spec.data.unit = name("state", "data.unit");
    define(&mut spec, "y", Expr::Apply(Function::Ln, column("gsp")));
    define(&mut spec, "x", Expr::Apply(Function::Ln, column("pcap")));
    spec.weights.insert("w".into(), weights(&data.join("us-states.gal")));
    spec.regions.insert("east".into(), by_column("macro", &["east"]));
    let inputs = inputs::open(&spec).unwrap_or_else(|mistakes| panic!("{mistakes}"));
    assert_eq!((inputs.panel.units().len(), inputs.panel.periods().len()), (48, 17));
    assert_eq!(inputs.links["w"].links.len(), 214);
    assert_eq!(unit_names(&inputs)[0], "ALABAMA");
    assert_eq!(values(&inputs, "y")[0], 28418.0_f64.ln());
    assert!(inputs.regions["east"].len() > 2 && inputs.panel.repairs.filled.is_empty());
}

#[test]
fn a_large_neighbour_list_reads_fast() {
    let n = 100_000;
    let mut text = format!("0 {n} ring id\n");
    for i in 0..n {
        writeln!(text, "u{i} 2\nu{} u{}", (i + 1) % n, (i + n - 1) % n).expect("a string");
    }
    let start = std::time::Instant::now();
    let named = gal::read(Text::new(Path::new("ring.gal"), text)).expect("sound");
    assert_eq!(named.links.len(), 2 * n);
    // Quadratic reading would take minutes; this is far from any machine's noise.
    assert!(start.elapsed().as_secs() < 20);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn the_order_of_rows_changes_nothing(
        rows in Just((0..12).collect::<Vec<usize>>()).prop_shuffle(),
        gap in 0..12_usize,
    ) {
        let line = |row: &usize| match *row {
            r if r == gap => format!("u{},{},,{r}\n", r % 4, r / 4),
            r => format!("u{},{},{}.5,{r}\n", r % 4, r / 4, r * 7 % 5),
        };
        let text = |rows: &[usize]| -> String {
            std::iter::once("unit,year,y,x\n".to_owned()).chain(rows.iter().map(line)).collect()
        };
        let sorted: Vec<usize> = (0..12).collect();
        let open = |rows: &[usize]| {
            open_text(&text(rows), |spec| spec.data.missing = Missing::Mean).expect("sound").panel
        };
        prop_assert_eq!(open(&rows), open(&sorted));
    }

    #[test]
    fn no_neighbour_list_panics(text in "([AB0-3\" \n\r\u{e9}_-]|[A-B] [0-3]\n){0,60}") {
        let _ = gal::read(Text::new(Path::new("w.gal"), text.clone()));
        let _ = gal::read(Text::new(Path::new("w.gal"), format!("0 3 l id\n{text}")));
    }

    #[test]
    fn no_table_panics(text in "[A-C0-3,\";\n\r\t .\u{e9}-]{0,80}") {
        let _ = open_text(&text, |_| ());
        let _ = open_text(&format!("unit,year,y,x\n{text}"), |_| ());
    }

    #[test]
    fn no_bytes_panic(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
        let folder = tempfile::tempdir().expect("a folder");
        for ending in ["csv", "xlsx", "xls", "ods"] {
            let file = folder.path().join("panel").with_extension(ending);
            std::fs::write(&file, &bytes).expect("written");
            prop_assert!(inputs::open(&spec(&file)).is_err());
        }
    }
}
