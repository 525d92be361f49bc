//! Regressors that are computed from the measure: squares and interactions.

use crate::cli::{Lab, SPEC, assert_exit, text};

fn lab(grid: &str, more: &str) -> Lab {
    let lab = Lab::new();
    let head = &SPEC[..SPEC.find("[grids").expect("a grid")];
    let grid = format!(
        "[grids.main]\nresponse = \"y\"\nmeasure = \"x\"\nregion = \"all\"\nweights = \"w\"\n\
         effects = \"individual\"\n{grid}"
    );
    lab.write("lab.toml", &format!("{head}{grid}\n{more}"));
    lab
}

/// The column `value` of the rows of a CSV file whose `term` and model are these.
fn estimates(lab: &Lab) -> Vec<(String, String, f64)> {
    let files = lab.files("results/lab");
    let csv = text(&files["estimates.csv"]);
    let mut lines = csv.lines();
    let header: Vec<&str> = lines.next().expect("a header").split(',').collect();
    let at = |name: &str| header.iter().position(|h| *h == name).expect("a column");
    let (model, term, value) = (at("model"), at("term"), at("estimate"));
    lines
        .map(|line| {
            let fields: Vec<&str> = line.split(',').collect();
            let number = fields[value].parse().expect("a number");
            (fields[model].to_owned(), fields[term].to_owned(), number)
        })
        .collect()
}

#[test]
fn terms_are_the_columns_that_they_spell() {
    let terms = lab(
        "model = [\"slm\", \"sdm\"]\ncontrols = [\"z\"]\nterms = [\"measure^2\", \"measure * z\"]",
        "",
    );
    assert_exit(&terms.run(&["run", "lab.toml"]), 0);
    let by_hand = lab("model = [\"slm\", \"sdm\"]\ncontrols = [\"x2\", \"xz\", \"z\"]", "");
    let spec = std::fs::read_to_string(by_hand.path("lab.toml")).expect("just written");
    let declared = "[variables]\nx2 = { expr = \"ln_x^2\" }\nxz = { expr = \"ln_x * z\" }";
    by_hand.write("lab.toml", &spec.replace("[variables]", declared));
    assert_exit(&by_hand.run(&["run", "lab.toml"]), 0);
    let (a, b) = (estimates(&terms), estimates(&by_hand));
    let renamed = |name: &str| name.replace("ln_x^2", "x2").replace("ln_x * z", "xz");
    assert_eq!(a.len(), b.len());
    for (a, b) in a.iter().zip(&b) {
        assert_eq!((&a.0, renamed(&a.1), a.2.to_bits()), (&b.0, b.1.clone(), b.2.to_bits()));
    }
    assert!(a.iter().any(|(_, term, _)| term == "W:ln_x^2"));
}

#[test]
fn rows_and_functions_know_them_by_the_measure() {
    let lab = lab(
        "model = \"slm\"\nterms = [\"measure^2\"]\nderived = \"top\"",
        "[derived.top]\nexpr = \"-measure / (2 * `measure^2`)\"\nlabel = \"Turning point\"\n\
         [[tables]]\nid = \"t\"\nkind = \"regression\"\ncaption = \"T\"\n\
         rows = [\"measure\", \"measure^2\", \"total:measure^2\", \"derived:top\"]\ncolumns = \"model\"\n",
    );
    assert_exit(&lab.run(&["run", "lab.toml"]), 0);
    let files = lab.files("results/lab");
    let table = text(&files["tables/t.md"]);
    for row in ["| ln X ", "| ln X² ", "| Total: ln X²", "| Turning point"] {
        assert!(table.contains(row), "{row}: {table}");
    }
    let found = estimates(&lab);
    let value = |term: &str| found.iter().find(|(_, t, _)| t == term).expect("a term").2;
    let top = -value("ln_x") / (2.0 * value("ln_x^2"));
    let derived = text(&files["derived.csv"]);
    assert!(derived.contains(&format!("{top}")[..8]), "{top}: {derived}");
}

#[test]
fn what_is_no_term_is_said_at_its_place() {
    for (term, says) in [
        ("z^2", "is nothing made of the measure"),
        ("measure", "is nothing made of the measure"),
        ("measure^", "expected"),
        ("measure * nowhere", "nowhere"),
    ] {
        let lab = lab(&format!("model = \"ols\"\nterms = [\"{term}\"]"), "");
        let out = lab.run(&["check", "lab.toml"]);
        assert_exit(&out, 2);
        let said = text(&out.stderr);
        assert!(said.contains(says), "{term}: {said}");
        assert!(said.contains("lab.toml:"), "{term}: {said}");
    }
}
