//! Specifications that say something that has no effect or another one than is meant.

use crate::cli::{Lab, SPEC, panel};

/// What `check` says of an experiment.
fn said(lab: &Lab, spec: &str) -> (bool, String) {
    lab.write("slip.toml", spec);
    let done = lab.run(&["check", "slip.toml"]);
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    // Messages are wrapped to the width of a screen.
    let words = text(&done.stdout) + &text(&done.stderr);
    let words = words.replace('│', " ");
    (done.status.success(), words.split_whitespace().collect::<Vec<_>>().join(" "))
}

#[test]
fn slips_are_refused_where_they_stand() {
    let lab = Lab::new();
    for (what, by, says) in [
        ("tests = [\"lm\", \"moran\"]", "protocol = [0.05]", "table of keys"),
        ("permutations = 99", "level = 0.1", "`level` is of local statistics"),
        ("permutations = 99", "fdr = false", "`fdr` is of local statistics"),
        ("permutations = 99", "permutations = 1000000000000", "1000000000000"),
        (
            "model = [\"ols\", \"slm\", \"sem\"]",
            "unit_effects = true\nmodel = [\"ols\", \"sem\"]",
            "no cell has effects of units",
        ),
    ] {
        assert!(SPEC.contains(what), "{what}");
        let (fine, words) = said(&lab, &SPEC.replace(what, by));
        assert!(!fine && words.contains(says), "{says}: {words}");
    }
    let local = "statistics = [\"local-moran\"]\nlevel = 0.1\nfdr = false\npermutations = 99";
    let (fine, words) = said(&lab, &SPEC.replace("permutations = 99", local));
    assert!(fine, "{words}");
}

/// `nested` of least squares, which nothing is nested in, and of two stages, which have no likelihood.
#[test]
fn nested_says_why_it_has_no_test() {
    let lab = Lab::new();
    let spec = SPEC
        .replace("tests = [\"lm\", \"moran\"]", "tests = [\"nested\"]")
        .replace("[\"ols\", \"slm\", \"sem\"]", "[\"ols\", \"slm-2sls\"]")
        .replace("\"rho\", \"lambda\"", "\"rho\"");
    lab.write("nested.toml", &spec);
    let done = lab.run(&["run", "nested.toml"]);
    let rows = String::from_utf8_lossy(&lab.files("results/nested")["tests.csv"]).into_owned();
    for says in ["is the smallest of these models", "does not maximise a likelihood"] {
        assert!(rows.contains(says), "{says}: {rows} {}", String::from_utf8_lossy(&done.stderr));
    }
}

/// A year in which the variable does not vary has no statistic, which is no failure.
#[test]
fn a_year_without_variation_is_not_applicable() {
    let lab = Lab::new();
    let data = panel();
    let mut lines = data.lines();
    let head = lines.next().expect("a head");
    let at = |name: &str| head.split(',').position(|h| h == name).expect("a column");
    let (year, y) = (at("year"), at("y"));
    let first = data.lines().nth(1).and_then(|l| l.split(',').nth(year)).expect("a year");
    let flat = lines.map(|line| {
        let mut cells: Vec<&str> = line.split(',').collect();
        if cells[year] == first {
            cells[y] = "1.5";
        }
        cells.join(",")
    });
    let text = std::iter::once(head.to_owned()).chain(flat).collect::<Vec<_>>().join("\n");
    lab.write("panel.csv", &format!("{text}\n"));
    lab.write("flat.toml", SPEC);
    lab.run(&["run", "flat.toml"]);
    let table = String::from_utf8_lossy(&lab.files("results/flat")["tables/moran.md"]).into_owned();
    assert!(table.contains("n/a") && !table.contains("failed"), "{table}");
    assert!(table.contains("Averages are over those of the"), "{table}");
}

/// Declared links beside inverse distances, and a bandwidth that is too small for most distances.
#[test]
fn odd_weights_by_distance_are_said() {
    let lab = Lab::new();
    let places = "unit,x,y\na,0,0\nb,1,0\nc,0,1\nd,900,0\ne,901,0\nf,900,1\n";
    lab.write("places.csv", places);
    let weights = |keys: &str| {
        let table = format!(
            "[weights.w]\npoints = \"places.csv\"\nunit = \"unit\"\nx = \"x\"\ny = \"y\"\ndistance = \"plane\"\n{keys}"
        );
        SPEC.replace("[weights.w]\nfile = \"links.gal\"", &table)
    };
    let (_, words) = said(&lab, &weights("inverse_power = 1\nlinks = [[\"a\", \"f\"]]"));
    assert!(words.contains("1 declared links have weight 1"), "{words}");
    let (_, words) = said(&lab, &weights("kernel = \"gaussian\"\nbandwidth = 1"));
    assert!(words.contains("18 of 30 weights are 0"), "{words}");
}
