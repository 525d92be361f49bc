//! Cross product, exclude, include: cells counted by hand, and what a cell's identity hangs on.

use crate::spec_errors::{folder, ok};
use spanel::plan::Plan;

const GRID: &str = r#"
seed = 7
[data]
file = "panel.csv"
unit = "unit"
time = "year"
[variables]
ln_x = { expr = "ln(x)" }
[weights.near]
file = "near.gal"
[regions]
all = { all = true, label = "All" }
east = { units = ["A", "B"] }
west = { units = ["C", "D"] }
[measures]
x = { variable = "ln_x", label = "X" }
z = { variable = "z" }
[grids.main]
response = "y"
controls = ["c"]
model = ["slm", "sem"]
effects = ["individual", "two-way"]
measure = ["x", "z"]
region = ["all", "east"]
lags = [0, 2]
weights = "near"
tests = ["lm"]
"#;

fn planned(text: &str) -> Plan {
    let place = folder(text, None);
    let path = place.path().join("spec.toml");
    ok(path.to_str().expect("a plain path"), &[], &[]).1
}

fn with(rules: &str) -> Plan {
    planned(&GRID.replace("tests = [\"lm\"]\n", &format!("tests = [\"lm\"]\n{rules}\n")))
}

fn labels(plan: &Plan) -> Vec<String> {
    plan.cells.iter().map(spanel::plan::Cell::label).collect()
}

#[test]
fn the_cross_product_runs_along_the_axes_in_order() {
    let plan = with("");
    // 2 models × 2 effects × 2 measures × 2 regions × 2 depths.
    assert_eq!(plan.cells.len(), 32);
    let labels = labels(&plan);
    assert_eq!(labels[0], "main/slm/individual/x/all/lag0/near");
    assert_eq!(labels[1], "main/slm/individual/x/all/lag0-2/near");
    assert_eq!(labels[2], "main/slm/individual/x/east/lag0/near");
    assert_eq!(labels[31], "main/sem/two-way/z/east/lag0-2/near");
}

#[test]
fn exclude_takes_out_every_cell_that_any_rule_matches() {
    // sem: 16 cells. Two-way and east: 8, of which 4 are sem.
    let plan =
        with("exclude = [{ model = \"sem\" }, { effects = \"two-way\", region = \"east\" }]");
    assert_eq!(plan.cells.len(), 32 - 16 - 4);
    // A list matches any of its values: lags 0-2 in both regions with individual effects.
    let plan =
        with("exclude = [{ lags = 2, region = [\"all\", \"east\"], effects = \"individual\" }]");
    assert_eq!(plan.cells.len(), 32 - 8);
}

#[test]
fn include_adds_cells_and_open_axes_take_all_values_of_the_grid() {
    // west is on no axis: 2 models × 2 effects × 2 measures × 2 depths.
    let plan = with("include = [{ region = \"west\" }]");
    assert_eq!(plan.cells.len(), 32 + 16);
    // In axis order, values of the rules after those of the grid.
    let labels = labels(&plan);
    assert_eq!(labels[4], "main/slm/individual/x/west/lag0/near");
    // What is there already is not there twice: only the two-way cells of sem come back.
    let plan = with(
        "exclude = [{ model = \"sem\", effects = \"two-way\" }]\ninclude = [{ model = \"sem\" }]",
    );
    assert_eq!(plan.cells.len(), 32);
    // One cell by name.
    let plan = with(
        "include = [{ model = \"ols\", effects = \"none\", measure = \"x\", region = \"all\", lags = [[1]] }]",
    );
    assert_eq!(plan.cells.len(), 33);
}

#[test]
fn regressors_are_the_lags_of_the_measure_then_the_controls() {
    let plan = planned(&GRID.replace("lags = [0, 2]", "lags = [[0, 2]]\ncommon_sample = false"));
    let terms: Vec<(String, i32)> =
        plan.cells[0].model.regressors.iter().map(|r| (r.variable.to_string(), r.lag)).collect();
    assert_eq!(terms, [("ln_x".into(), 0), ("ln_x".into(), 2), ("c".into(), 0)]);
    assert_eq!(plan.cells[0].skip, 2);
}

#[test]
fn a_common_sample_drops_the_same_periods_everywhere() {
    let skips = |plan: &Plan| -> Vec<usize> { plan.cells.iter().take(2).map(|c| c.skip).collect() };
    assert_eq!(skips(&with("")), [0, 2]);
    assert_eq!(skips(&with("common_sample = true")), [2, 2]);
}

#[test]
fn a_cell_keeps_its_identity_when_only_names_change() {
    let id = |text: &str| planned(text).cells[0].id.clone();
    let original = id(GRID);
    let renamed = GRID
        .replace("[grids.main]", "[grids.renamed]")
        .replace("label = \"X\"", "label = \"Another\"")
        .replace("\"all\"", "\"everything\"")
        .replace("all = { all", "everything = { all")
        .replace("[\"x\", \"z\"]", "[\"ex\", \"z\"]")
        .replace("x = { variable = \"ln_x\"", "ex = { variable = \"ln_x\"");
    assert_eq!(id(&renamed), original);
    for (from, to) in [
        ("seed = 7", "seed = 8"),
        ("ln(x)", "ln(x + 1)"),
        ("near.gal\"", "near.gal\"\nnormalise = \"spectral\""),
        ("all = { all = true", "all = { units = [\"A\", \"B\", \"C\"]"),
        ("response = \"y\"", "response = \"yy\""),
        ("controls = [\"c\"]", "controls = []"),
        ("tests = [\"lm\"]", "tests = [\"lm\", \"moran\"]"),
        ("weights = \"near\"", "weights = \"near\"\ncommon_sample = true"),
        ("time = \"year\"", "time = \"year\"\nyears = [2000, 2010]"),
        ("time = \"year\"", "time = \"year\"\nmissing = \"mean\""),
        ("[grids.main]", "[models.slm]\nlag_order = \"demean-then-lag\"\n[grids.main]"),
    ] {
        assert_ne!(id(&GRID.replacen(from, to, 1)), original, "{to}");
    }
}

#[test]
fn the_order_in_which_a_region_lists_its_units_does_not_matter() {
    let east = |text: &str| planned(text).cells[2].id.clone();
    assert_eq!(east(&GRID.replace("[\"A\", \"B\"]", "[\"B\", \"A\"]")), east(GRID));
}
