//! Cross product, exclude, include: cells counted by hand, and what a cell's identity hangs on.

use crate::spec_errors::{folder, ok};
use spanel::ident::{Period, UnitId};
use spanel::model::Effects;
use spanel::model::change::Roster;
use spanel::plan::{Cell, Plan};
use spanel::spec::vocabulary::Vocabulary;

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
    plan.cells.iter().map(Cell::label).collect()
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
    let id = |text: &str| planned(text).cells[0].id;
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
    let east = |text: &str| planned(text).cells[2].id;
    assert_eq!(east(&GRID.replace("[\"A\", \"B\"]", "[\"B\", \"A\"]")), east(GRID));
}

#[test]
fn a_randomisation_test_enters_the_identity_by_what_it_asks_and_not_by_its_name() {
    let id = |name: &str, design: &str| {
        let block = format!("[randomisation.{name}]\n{design}\n[grids.main]\n");
        let grid = GRID.replace("[grids.main]\n", &format!("{block}randomisation = \"{name}\"\n"));
        planned(&grid).cells[0].id
    };
    let declared = GRID.replace("[grids.main]\n", "[randomisation.ri]\n[grids.main]\n");
    assert_eq!(planned(&declared).cells[0].id, planned(GRID).cells[0].id, "declared, not used");
    let ri = id("ri", "");
    assert_ne!(ri, planned(GRID).cells[0].id);
    assert_eq!(ri, id("other", "permute = \"units\"\nreplicates = 999"));
    assert_ne!(ri, id("ri", "replicates = 499"));
    assert_ne!(ri, id("ri", "permute = \"within-period\""));
}

const VARIANTS: &str = "
[variants]
winsor = { winsorise = 0.01, label = \"Winsorised\" }
loo = { leave_out = \"unit\" }
loo_years = { leave_out = \"year\" }
loo_regions = { leave_out = \"region\" }
no_a = { without = { units = [\"A\"] } }
shuffled = { placebo = \"weights\", draws = 3 }
lead = { placebo = \"lead\" }
[grids.main]";

/// The experiment with variants on this axis, and these rules.
fn varied(axis: &str) -> String {
    let text = GRID.replace("[grids.main]", VARIANTS);
    text.replace("weights = \"near\"\n", &format!("weights = \"near\"\n{axis}\n"))
}

/// Units A to D over 2000 to 2004.
fn roster() -> Roster {
    let region = |names: &[&str]| names.iter().map(|n| UnitId((*n).to_owned())).collect();
    Roster {
        regions: [
            ("all".to_owned(), region(&["A", "B", "C", "D"])),
            ("east".to_owned(), region(&["A", "B"])),
            ("west".to_owned(), region(&["C", "D"])),
        ]
        .into(),
        periods: (2000..=2004).map(Period).collect(),
    }
}

fn settled(axis: &str) -> Plan {
    let place = folder(&varied(axis), None);
    let path = place.path().join("spec.toml");
    let (spec, ..) = ok(path.to_str().expect("a plain path"), &[], &[]);
    spanel::plan::settle(&spec, &roster(), &Vocabulary::default()).expect("planned")
}

/// The variants of the cells of one model, kind of effects and measure, as `region lags variant`.
fn variants(plan: &Plan) -> Vec<String> {
    let first = |c: &&Cell| {
        c.axes.model == "slm" && c.model.effects == Effects::Individual && c.axes.measure == "x"
    };
    let said = |c: &Cell| format!("{} {} {}", c.axes.region, c.axes.lags, c.axes.variant);
    plan.cells.iter().filter(first).map(said).collect()
}

#[test]
fn without_variants_cells_are_as_if_there_were_no_such_axis() {
    let ids = |plan: &Plan| plan.cells.iter().map(|c| c.id).collect::<Vec<_>>();
    let plain = with("");
    assert_eq!(ids(&planned(&varied(""))), ids(&plain));
    assert_eq!(ids(&planned(&varied("variant = \"base\""))), ids(&plain));
    assert!(plain.cells.iter().all(|cell| cell.change.is_none()));
}

#[test]
fn draws_are_known_without_data_and_who_is_left_out_is_not() {
    let plan = planned(&varied("variant = [\"base\", \"shuffled\"]"));
    assert_eq!(plan.cells.len(), 32 * 4);
    let labels = labels(&plan);
    assert_eq!(labels[0], "main/slm/individual/x/all/lag0/near");
    assert_eq!(labels[3], "main/slm/individual/x/all/lag0/near/shuffled.3");
    assert_eq!(planned(&varied("variant = [\"base\", \"loo\"]")).cells.len(), 0);
}

#[test]
fn one_is_left_out_at_a_time_of_what_a_cell_has() {
    let plan = settled("variant = \"loo\"\nexclude = [{ variant = \"loo.C\" }]");
    let (all, east) = (["A", "B", "D"], ["A", "B"]);
    let wanted: Vec<String> = [("all", &all[..]), ("east", &east[..])]
        .into_iter()
        .flat_map(|(region, units)| {
            let of = move |lags| units.iter().map(move |u| format!("{region} {lags} loo.{u}"));
            ["0", "0-2"].into_iter().flat_map(of)
        })
        .collect();
    assert_eq!(variants(&plan), wanted);
    // Years that the lags leave; all of a common sample.
    let years = settled("variant = \"loo_years\"\nexclude = [{ region = \"east\" }]");
    assert_eq!(variants(&years).len(), 5 + 3);
    assert_eq!(variants(&years)[5], "all 0-2 loo_years.2002");
    let common =
        settled("variant = \"loo_years\"\nexclude = [{ region = \"east\" }]\ncommon_sample = true");
    assert_eq!(variants(&common).len(), 3 + 3);
    // Regions that are a part of the cell's own: `all` loses east or west, east nothing.
    let regions = settled("variant = [\"base\", \"loo_regions\"]\nexclude = [{ lags = 2 }]");
    assert_eq!(
        variants(&regions),
        ["all 0 base", "all 0 loo_regions.east", "all 0 loo_regions.west", "east 0 base"]
    );
}

#[test]
fn a_variant_is_identified_by_what_it_changes() {
    let id = |plan: Plan, variant: &str| {
        let found = plan.cells.iter().find(|c| c.axes.variant.to_string() == variant);
        found.expect("a cell").id
    };
    let named = id(settled("variant = [\"no_a\", \"winsor\"]"), "no_a");
    assert_eq!(id(settled("variant = \"loo\""), "loo.A"), named);
    assert_ne!(id(settled("variant = \"loo\""), "loo.B"), named);
    let winsor = |to: &str| {
        let text = varied("variant = \"winsor\"");
        planned(&text.replace("winsorise = 0.01, label = \"Winsorised\"", to)).cells[0].id
    };
    let original = winsor("winsorise = 0.01");
    assert_eq!(winsor("winsorise = 0.01, label = \"Another\""), original);
    // All columns of the cell are what it looks at without a list.
    let all = "winsorise = 0.01, columns = [\"c\", \"y\", \"ln_x\", \"z\"]";
    assert_eq!(winsor(all), original);
    for other in ["winsorise = 0.02", "trim = 0.01", "winsorise = 0.01, columns = [\"c\"]"] {
        assert_ne!(winsor(other), original, "{other}");
    }
    // A region that is left out is its units.
    let region = |units: &str| {
        let text = varied("variant = \"no_a\"").replace("units = [\"A\"]", "regions = [\"east\"]");
        planned(&text.replace("east = { units = [\"A\", \"B\"] }", units)).cells[0].id
    };
    let east = region("east = { units = [\"A\", \"B\"] }");
    assert_eq!(region("east = { units = [\"B\", \"A\"] }"), east);
    assert_ne!(region("east = { units = [\"A\", \"C\"] }"), east);
}

#[test]
fn leads_take_the_place_of_lags_and_periods_at_the_end() {
    let text =
        varied("variant = [\"base\", \"lead\"]\nexclude = [{ variant = \"lead\", lags = 0 }]");
    let plan = planned(&text);
    let led: Vec<&Cell> = plan.cells.iter().filter(|c| c.change.leads()).collect();
    let terms: Vec<String> = led[0].model.regressors.iter().map(ToString::to_string).collect();
    assert_eq!(terms, ["ln_x", "ln_x@lead1", "ln_x@lead2", "c"]);
    assert_eq!(led[0].skip, 0);
    // What a common sample drops at the start it drops here too.
    let common =
        planned(&text.replace("variant = [\"base\"", "common_sample = true\nvariant = [\"base\""));
    assert!(common.cells.iter().all(|c| c.skip == 2));
}
