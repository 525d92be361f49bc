//! Robustness checks: each against a run on data that were changed by hand.

use crate::cli::{Lab, SPEC, assert_exit, panel, text};
use spanel::panel::tails::quantile;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;

/// The laboratory's experiment with variants, of one model and kind of effects.
fn spec(variants: &str, grid: &str) -> String {
    let head = SPEC.split_once("[grids.main]").expect("a grid").0;
    format!(
        "{head}\n[variants]\n{variants}\n[grids.main]\nresponse = \"y\"\ncontrols = [\"z\"]\n\
         model = \"slm\"\neffects = \"individual\"\nmeasure = \"x\"\nweights = \"w\"\n{grid}\n"
    )
}

/// A laboratory in which `lab.toml` has these variants.
fn lab(variants: &str, grid: &str) -> Lab {
    let lab = Lab::new();
    lab.write("lab.toml", &spec(variants, grid));
    lab
}

const ALL: &str = "region = \"all\"";

/// The rows of a CSV file, by the names of their columns.
fn rows(lab: &Lab, file: &str) -> Vec<BTreeMap<String, String>> {
    let bytes = std::fs::read(lab.path(file)).expect("a CSV file");
    let mut reader = csv::Reader::from_reader(bytes.as_slice());
    reader.deserialize().map(|row| row.expect("a row")).collect()
}

/// Estimates and standard errors of the cells of one variant, by term.
fn estimates(lab: &Lab, results: &str, variant: &str) -> BTreeMap<String, (f64, f64)> {
    let rows = rows(lab, &format!("{results}/estimates.csv"));
    let own = rows.iter().filter(|row| row["variant"] == variant);
    let number = |row: &BTreeMap<String, String>, name: &str| row[name].parse().expect("a number");
    let found: BTreeMap<_, _> = own
        .map(|row| (row["term"].clone(), (number(row, "estimate"), number(row, "std_error"))))
        .collect();
    assert!(!found.is_empty(), "no estimates of {variant}");
    found
}

fn assert_same(what: &str, a: &BTreeMap<String, (f64, f64)>, b: &BTreeMap<String, (f64, f64)>) {
    assert_eq!(a.len(), b.len(), "{what}");
    for ((term, (value, error)), (other, error_b)) in a.iter().zip(b.values()) {
        assert!((value - other).abs() < 1e-9, "{what} {term}: {value} against {other}");
        assert!((error - error_b).abs() < 1e-9, "{what} {term}: {error} against {error_b}");
    }
}

/// The lines of the panel whose unit and year `stays` holds for.
fn panel_where(stays: impl Fn(&str, &str) -> bool) -> String {
    let text = panel();
    let kept = text.lines().filter(|line| {
        let mut fields = line.split(',');
        let (unit, year) = (fields.next().unwrap_or(""), fields.next().unwrap_or(""));
        unit == "unit" || stays(unit, year)
    });
    kept.collect::<Vec<_>>().join("\n") + "\n"
}

/// Base estimates of an experiment without variants on another data file.
fn base_on(lab: &Lab, data: &str, grid: &str, sets: &[&str]) -> BTreeMap<String, (f64, f64)> {
    lab.write("other.csv", data);
    let plain = spec("", grid).replace("panel.csv", "other.csv");
    // A region of units that the other file need not have.
    let plain =
        plain.lines().filter(|line| !line.starts_with("some = ")).collect::<Vec<_>>().join("\n");
    lab.write("other.toml", &plain.replace("links.gal\"", "links.gal\"\nextra_units = \"drop\""));
    let mut arguments = vec!["run", "other.toml"];
    for set in sets {
        arguments.extend(["--set", set]);
    }
    assert_exit(&lab.run(&arguments), 0);
    estimates(lab, "results/other", "base")
}

fn numbers_of_other_data(lab: &Lab, data: &str, grid: &str) -> BTreeMap<String, (f64, f64)> {
    base_on(lab, data, grid, &[])
}

#[test]
fn leaving_out_a_unit_or_a_period_is_a_data_file_without_it() {
    let variants = "loo_units = { leave_out = \"unit\" }\nloo_years = { leave_out = \"year\" }\n\
                    no_f = { without = { units = [\"f\"] } }\n\
                    no_some = { leave_out = \"region\" }\n";
    let axis =
        format!("{ALL}\nvariant = [\"base\", \"loo_units\", \"loo_years\", \"no_f\", \"no_some\"]");
    let lab = lab(variants, &axis);
    assert_exit(&lab.run(&["run", "lab.toml", "--results", "results"]), 0);
    // Base, six units, eight years, f again, one region that is a part.
    let fits = rows(&lab, "results/lab/fits.csv");
    assert_eq!(fits.len(), 1 + 6 + 8 + 1 + 1);
    let id = |variant: &str| {
        fits.iter().find(|row| row["variant"] == variant).expect("a cell")["cell"].clone()
    };
    // The same question has one answer, whatever it is called.
    assert_eq!(id("loo_units.f"), id("no_f"));
    for unit in ["b", "f"] {
        let other = numbers_of_other_data(&lab, &panel_where(|u, _| u != unit), ALL);
        let own = estimates(&lab, "results/lab", &format!("loo_units.{unit}"));
        assert_same(unit, &own, &other);
    }
    let other = numbers_of_other_data(&lab, &panel_where(|u, _| ["d", "e"].contains(&u)), ALL);
    assert_same("region", &estimates(&lab, "results/lab", "no_some.some"), &other);
    let other = numbers_of_other_data(&lab, &panel_where(|_, y| y != "2007"), ALL);
    assert_same("year", &estimates(&lab, "results/lab", "loo_years.2007"), &other);
    // A year in the middle: a record that says so, and 6 × 7 observations.
    let middle = fits.iter().find(|row| row["variant"] == "loo_years.2003").expect("a cell");
    assert_eq!((middle["n"].as_str(), middle["first_period"].as_str()), ("42", "2000"));
    let record = &lab.records("results/lab")[&middle["cell"]];
    assert_eq!(
        record["result"]["fitted"]["sample"]["changes"]["periods"],
        serde_json::json!([2003])
    );
}

#[test]
fn a_subperiod_takes_lags_from_the_whole_panel() {
    let grid = format!("{ALL}\nlags = 1\nvariant = [\"early\", \"no_2002\"]");
    let variants = "early = { years = [2003, 2006] }\nno_2002 = { without = { years = [2002] } }";
    let lab = lab(variants, &grid);
    assert_exit(&lab.run(&["run", "lab.toml"]), 0);
    // The lag of 2003 is 2002, which the data need not lose.
    let years = ["data.years=[2002, 2006]"];
    let other = base_on(&lab, &panel(), &format!("{ALL}\nlags = 1"), &years);
    assert_same("early", &estimates(&lab, "results/lab", "early"), &other);
    // 2001 and 2003 to 2007 stay.
    let fits = rows(&lab, "results/lab/fits.csv");
    let n: Vec<&str> = fits.iter().map(|row| row["n"].as_str()).collect();
    assert_eq!(n, ["24", "36"]);
}

#[test]
fn cut_weights_keep_their_entries_when_a_unit_leaves() {
    let grid = format!("{ALL}\nvariant = \"no_f\"");
    let variants = "no_f = { without = { units = [\"f\"] } }";
    let lab = lab(variants, &grid);
    assert_exit(&lab.run(&["run", "lab.toml", "--results", "renormalised"]), 0);
    let cut = ["run", "lab.toml", "--results", "cut", "--set", "weights.w.regions=cut"];
    assert_exit(&lab.run(&cut), 0);
    let rho = |results: &str| estimates(&lab, &format!("{results}/lab"), "no_f")["rho"].0;
    assert!((rho("renormalised") - rho("cut")).abs() > 1e-6);
    // As a region without f does.
    let region = spec(variants, "region = \"most\"").replace(
        "[regions]\n",
        "[regions]\nmost = { units = [\"a\", \"b\", \"c\", \"d\", \"e\"] }\n",
    );
    lab.write("region.toml", &region);
    for (how, results) in [("renormalise", "renormalised"), ("cut", "cut")] {
        let set = format!("weights.w.regions={how}");
        assert_exit(&lab.run(&["run", "region.toml", "--set", &set]), 0);
        let own = estimates(&lab, &format!("{results}/lab"), "no_f");
        assert_same(how, &own, &estimates(&lab, "results/region", "base"));
    }
}

/// The panel's numbers by column.
fn columns(data: &str) -> (Vec<[String; 2]>, [Vec<f64>; 3]) {
    let mut keys = Vec::new();
    let mut numbers: [Vec<f64>; 3] = Default::default();
    for line in data.lines().skip(1) {
        let fields: Vec<&str> = line.split(',').collect();
        keys.push([fields[0].to_owned(), fields[1].to_owned()]);
        for (column, field) in numbers.iter_mut().zip(&fields[2..]) {
            column.push(field.parse().expect("a number"));
        }
    }
    (keys, numbers)
}

fn written(keys: &[[String; 2]], numbers: &[Vec<f64>; 3]) -> String {
    let mut out = String::from("unit,year,y,x,z\n");
    for (i, [unit, year]) in keys.iter().enumerate() {
        let [y, x, z] = numbers;
        writeln!(out, "{unit},{year},{:?},{:?},{:?}", y[i], x[i], z[i]).expect("to memory");
    }
    out
}

#[test]
fn winsorised_columns_are_those_of_a_file_winsorised_by_hand() {
    let variants = "both = { winsorise = 0.05, columns = [\"y\", \"z\"] }\n\
                    every = { winsorise = 0.05 }\ntrimmed = { trim = 0.02, columns = [\"z\"] }";
    let lab =
        lab(variants, &format!("{ALL}\nvariant = [\"base\", \"both\", \"every\", \"trimmed\"]"));
    assert_exit(&lab.run(&["run", "lab.toml"]), 0);
    let (keys, mut numbers) = columns(&panel());
    let ends = |column: usize, share: f64| {
        let mut sorted = numbers[column].clone();
        sorted.sort_by(f64::total_cmp);
        (quantile(&sorted, share), quantile(&sorted, 1.0 - share))
    };
    let (y, z, trim) = (ends(0, 0.05), ends(2, 0.05), ends(2, 0.02));
    let out = |value: f64| value < trim.0 || value > trim.1;
    let extreme: Vec<String> =
        keys.iter().zip(&numbers[2]).filter(|(_, v)| out(**v)).map(|(k, _)| k[0].clone()).collect();
    for (column, (low, high)) in [(0, y), (2, z)] {
        numbers[column].iter_mut().for_each(|v| *v = v.clamp(low, high));
    }
    let other = numbers_of_other_data(&lab, &written(&keys, &numbers), ALL);
    assert_same("both", &estimates(&lab, "results/lab", "both"), &other);
    // The measure is ln x: the quantiles are its own, not those of x.
    assert!(estimates(&lab, "results/lab", "every") != estimates(&lab, "results/lab", "both"));

    assert!(!extreme.is_empty() && extreme.len() < 5, "{extreme:?}");
    let left = panel_where(|unit, _| !extreme.iter().any(|e| e == unit));
    assert_same(
        "trimmed",
        &estimates(&lab, "results/lab", "trimmed"),
        &numbers_of_other_data(&lab, &left, ALL),
    );
    let fits = rows(&lab, "results/lab/fits.csv");
    let cell = &fits.iter().find(|row| row["variant"] == "trimmed").expect("a cell")["cell"];
    let record = &lab.records("results/lab")[cell];
    let named: Vec<serde_json::Value> = extreme
        .into_iter()
        .collect::<BTreeSet<_>>()
        .into_iter()
        .map(|unit| serde_json::json!({ "unit": unit, "columns": ["z"] }))
        .collect();
    assert_eq!(
        record["result"]["fitted"]["sample"]["changes"]["trimmed"],
        serde_json::json!(named)
    );
}

#[test]
fn a_lagged_column_is_winsorised_where_it_comes_from() {
    let grid = format!("{ALL}\nlags = [[1]]\nvariant = \"w\"");
    let lab = lab("w = { winsorise = 0.1, columns = [\"ln_x\"] }", &grid);
    assert_exit(&lab.run(&["run", "lab.toml"]), 0);
    // The quantiles are those of ln x in the sample, 2001 to 2007; the lag of 2001 is 2000.
    let (keys, mut numbers) = columns(&panel());
    let mut sorted: Vec<f64> = keys
        .iter()
        .zip(&numbers[1])
        .filter(|(key, _)| key[1] != "2000")
        .map(|(_, x)| x.ln())
        .collect();
    sorted.sort_by(f64::total_cmp);
    let (low, high) = (quantile(&sorted, 0.1), quantile(&sorted, 0.9));
    numbers[1].iter_mut().for_each(|x| *x = x.ln().clamp(low, high).exp());
    let other =
        numbers_of_other_data(&lab, &written(&keys, &numbers), &format!("{ALL}\nlags = [[1]]"));
    assert_same("lagged", &estimates(&lab, "results/lab", "w"), &other);
}

#[test]
fn a_lead_is_a_column_of_the_next_period() {
    let grid = format!("{ALL}\nlags = [[0, 1]]\nvariant = [\"base\", \"lead\"]");
    let lab = lab("lead = { placebo = \"lead\" }", &grid);
    assert_exit(&lab.run(&["run", "lab.toml"]), 0);
    let own = estimates(&lab, "results/lab", "lead");
    assert!(own.contains_key("ln_x@lead1") && !own.contains_key("ln_x@lag1"), "{own:?}");
    let (keys, numbers) = columns(&panel());
    let mut led = String::from("unit,year,y,x,z,next\n");
    for (i, [unit, year]) in keys.iter().enumerate().filter(|(_, key)| key[1] != "2007") {
        let [y, x, z] = &numbers;
        writeln!(led, "{unit},{year},{},{},{},{}", y[i], x[i], z[i], x[i + 6].ln())
            .expect("to memory");
    }
    let grid = format!("{ALL}\n").replace("region", "lags = 0\nregion");
    let sets = ["grids.main.controls=[\"next\", \"z\"]"];
    let other = base_on(&lab, &led, &grid, &sets);
    for (term, name) in [("ln_x@lead1", "next"), ("ln_x", "ln_x"), ("rho", "rho")] {
        assert!((own[term].0 - other[name].0).abs() < 1e-9, "{term}");
    }
}

const PLACEBOS: &str = "w = { placebo = \"weights\", draws = 4 }\n\
                        x = { placebo = \"measure\", draws = 4 }";

#[test]
fn placebos_are_seeded_differ_and_do_not_depend_on_threads() {
    let axes = "region = [\"all\", \"some\"]\nvariant = [\"base\", \"w\", \"x\"]";
    let lab = lab(PLACEBOS, axes);
    for (jobs, results) in [("1", "one"), ("4", "four")] {
        assert_exit(&lab.run(&["run", "lab.toml", "--jobs", jobs, "--results", results]), 0);
    }
    assert!(lab.files("one") == lab.files("four"), "the results differ");
    let all = ["run", "lab.toml", "--set", "grids.main.region=all", "--results"];
    assert_exit(&lab.run(&[&all[..], &["all"]].concat()), 0);
    assert_exit(&lab.run(&[&all[..], &["more", "--set", "variants.w.draws=6"]].concat()), 0);
    assert_exit(&lab.run(&[&all[..], &["seed", "--set", "seed=8"]].concat()), 0);
    let rho =
        |results: &str, variant: &str| estimates(&lab, &format!("{results}/lab"), variant)["rho"].0;
    let distinct = |names: [&str; 5]| {
        let found: BTreeSet<String> =
            names.iter().map(|name| format!("{:.9}", rho("all", name))).collect();
        found.len()
    };
    assert_eq!(distinct(["base", "w.1", "w.2", "w.3", "w.4"]), 5);
    assert_eq!(distinct(["base", "x.1", "x.2", "x.3", "x.4"]), 5);
    // A draw is the same whatever their number; another seed gives others.
    assert_eq!(rho("all", "w.3"), rho("more", "w.3"));
    assert!((rho("all", "w.3") - rho("seed", "w.3")).abs() > 1e-9);
    assert_eq!(rho("all", "base"), rho("seed", "base"));
}

#[test]
fn a_permuted_w_has_the_eigenvalues_of_w() {
    let lab = lab(PLACEBOS, &format!("{ALL}\nvariant = [\"base\", \"w\"]"));
    assert_exit(&lab.run(&["run", "lab.toml"]), 0);
    let fits = rows(&lab, "results/lab/fits.csv");
    let low =
        |row: &BTreeMap<String, String>| row["interval_low"].parse::<f64>().expect("a number");
    for row in &fits {
        assert!((low(row) - low(&fits[0])).abs() < 1e-9, "{}", row["variant"]);
    }
}

#[test]
fn what_leaves_nothing_out_or_nothing_over_is_a_failed_cell_with_its_reason() {
    let variants = "no_e = { without = { units = [\"e\"] } }\n\
                    most = { without = { units = [\"a\", \"b\", \"c\"] } }\n\
                    no_some = { without = { regions = [\"some\"] } }\n\
                    late = { years = [2000, 2007] }\n\
                    no_2000 = { without = { years = [2000] } }";
    let grid = "region = \"some\"\nlags = 1\n\
                variant = [\"base\", \"no_e\", \"most\", \"no_some\", \"late\", \"no_2000\"]";
    let lab = lab(variants, grid);
    assert_exit(&lab.run(&["run", "lab.toml"]), 1);
    let fits = rows(&lab, "results/lab/fits.csv");
    let said: Vec<(&str, &str, &str)> = fits
        .iter()
        .map(|row| (row["variant"].as_str(), row["failure"].as_str(), row["reason"].as_str()))
        .collect();
    assert_eq!(
        said,
        [
            ("base", "", ""),
            ("no_e", "bad data", "nothing is left out: region `some` has no unit of e"),
            (
                "most",
                "bad data",
                "3 units left out leave one unit only, f; a sample needs two at least"
            ),
            ("no_some", "bad data", "4 units left out leave no unit; a sample needs two at least"),
            (
                "late",
                "bad data",
                "nothing is left out: the sample, 2001 to 2007, lies within 2000 to 2007"
            ),
            ("no_2000", "bad data", "nothing is left out: the sample, 2001 to 2007, has no 2000"),
        ]
    );
}

const TABLE: &str = r#"
[[tables]]
id = "loo"
kind = "regression"
caption = "Leave one out"
where = { variant = ["base", "loo", "w.2"] }
columns = ["variant"]
rows = ["measure", "z", "rho"]

[[tables]]
id = "by-{variant}"
kind = "regression"
caption = "{variant}"
grid = "main"
each = "variant"
where = { variant = ["winsor", "loo", "no_2003"] }
columns = ["variant"]
rows = ["measure", "rho"]
"#;

#[test]
fn rules_tables_plan_check_and_render_know_variants() {
    let variants = "loo = { leave_out = \"unit\" }\nw = { placebo = \"weights\", draws = 3 }\n\
                    winsor = { winsorise = 0.05, label = \"Winsorised\" }\n\
                    no_2003 = { without = { years = [2003] } }";
    let grid = format!(
        "{ALL}\nvariant = [\"base\", \"winsor\", \"loo\", \"w\", \"no_2003\"]\n\
         exclude = [{{ variant = [\"loo.c\", \"w.1\"] }}]\n{TABLE}"
    );
    let lab = lab(variants, &grid);
    let planned = lab.run(&["plan", "lab.toml"]);
    assert_exit(&planned, 0);
    let lines = text(&planned.stdout);
    // Base, winsor, units but c, draws but the first, a year.
    assert_eq!(lines.lines().count(), 1 + 1 + 5 + 2 + 1, "{lines}");
    let labels: Vec<&str> = lines.lines().filter_map(|l| l.split_whitespace().nth(2)).collect();
    assert_eq!(labels[0], "main/slm/individual/x/all/lag0/w");
    assert_eq!(labels[4], "main/slm/individual/x/all/lag0/w/loo.d");
    assert!(!lines.contains("loo.c") && !lines.contains("w.1"), "{lines}");
    let counts = text(&planned.stderr);
    assert!(counts.contains("variant  base 1, winsor 1, loo 5, w 2, no_2003 1"), "{counts}");
    let checked = lab.run(&["check", "lab.toml"]);
    assert_exit(&checked, 0);
    assert!(text(&checked.stdout).contains("10 cells in 1 grid"), "{}", text(&checked.stdout));

    assert_exit(&lab.run(&["run", "lab.toml"]), 0);
    let files = lab.files("results/lab");
    let loo = text(&files["tables/loo.md"]);
    for words in ["Base", "Without a", "Without f", "w 2", "the unit named left out"] {
        assert!(loo.contains(words), "{words} is not in\n{loo}");
    }
    let winsor = text(&files["tables/by-winsor.md"]);
    assert!(winsor.contains("Winsorised") && winsor.contains("type 7"), "{winsor}");
    assert!(text(&files["tables/by-no_2003.md"]).contains("2003 left out of the sample"));
    insta_table("loo", &loo);
    insta_table("winsor", &winsor);
    // From the records alone: who could be left out is in them.
    let before = lab.files("results");
    std::fs::remove_dir_all(lab.path("results/lab/tables")).expect("tables");
    std::fs::remove_file(lab.path("panel.csv")).expect("data");
    assert_exit(&lab.run(&["render", "lab.toml"]), 0);
    assert!(before == lab.files("results"));
    // Without the data there is no saying who would be left out.
    assert_exit(&lab.run(&["plan", "lab.toml"]), 3);
}

fn insta_table(name: &str, text: &str) {
    let mut settings = insta::Settings::clone_current();
    settings.set_snapshot_path("../snapshots/variants");
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    settings.bind(|| insta::assert_snapshot!(name, text));
}

#[test]
fn mistakes_that_the_data_show_are_said_at_their_place() {
    let said = |variants: &str, grid: &str| {
        let lab = lab(variants, grid);
        let output = lab.run(&["check", "lab.toml"]);
        assert_exit(&output, 2);
        text(&output.stderr)
    };
    let variants =
        "v = { without = { units = [\"g\"], years = [1999] } }\nu = { years = [1990, 1995] }";
    let unknown = said(variants, &format!("{ALL}\nvariant = [\"v\", \"u\"]"));
    for words in [
        "`g` is no unit of the data",
        "1999 is no period of the data",
        "the data have no period from 1990 to 1995",
        "the data run from 2000 to 2007",
    ] {
        assert!(unknown.contains(words), "{words} is not in\n{unknown}");
    }
    let unit = "loo = { leave_out = \"unit\" }";
    let unknown = said(unit, &format!("{ALL}\nvariant = [\"base\", \"loo.g\"]"));
    assert!(unknown.contains("variant `loo.g` makes no cell of this grid"), "{unknown}");
    let rule = format!("{ALL}\nvariant = \"loo\"\nexclude = [{{ variant = \"loo.g\" }}]");
    let unknown = said(unit, &rule);
    assert!(unknown.contains("this rule excludes no cell"), "{unknown}");
}
