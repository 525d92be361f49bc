//! `render` and `templates`: tables from the records alone.

use super::{Lab, SPEC, assert_exit, panel, text};

#[test]
fn render_repeats_the_tables_from_the_records_alone() {
    let lab = Lab::new();
    assert_exit(&lab.run(&["run", "lab.toml"]), 0);
    let before = lab.files("results");
    std::fs::remove_dir_all(lab.path("results/lab/tables")).unwrap();
    std::fs::remove_file(lab.path("panel.csv")).unwrap();
    assert_exit(&lab.run(&["render", "lab.toml"]), 0);
    assert!(before == lab.files("results"));
}

#[test]
fn render_before_a_run_says_what_to_do() {
    let lab = Lab::new();
    let output = lab.run(&["render", "lab.toml"]);
    assert_exit(&output, 3);
    assert!(text(&output.stderr).contains("spanel run lab.toml"), "{}", text(&output.stderr));
    assert!(!lab.path("results").exists());
}

#[test]
fn a_damaged_record_is_named() {
    let lab = Lab::new();
    assert_exit(&lab.run(&["run", "lab.toml"]), 0);
    let record =
        lab.files("results/lab").keys().find(|f| f.starts_with("records/")).unwrap().clone();
    let whole = lab.files("results/lab");
    lab.write(&format!("results/lab/{record}"), "{ \"format\": 1, ");
    let output = lab.run(&["render", "lab.toml"]);
    assert_exit(&output, 3);
    assert!(text(&output.stderr).contains("records"), "{}", text(&output.stderr));
    let output = lab.run(&["run", "lab.toml"]);
    assert_exit(&output, 0);
    assert!(text(&output.stderr).contains("not a whole file of records"));
    assert!(lab.files("results/lab") == whole);
}

#[test]
fn a_simulated_panel_says_so_in_every_table() {
    let lab = Lab::new();
    lab.write("panel.provenance.toml", "simulated = true\nnote = \"Drawn, not observed.\"\n");
    assert_exit(&lab.run(&["run", "lab.toml"]), 0);
    for (name, bytes) in lab.files("results/lab/tables") {
        if name != "tables.tex" {
            let shown = text(&bytes);
            assert!(shown.contains("Simulated data. Drawn, not observed."), "{name}: {shown}");
        }
    }
    // Another file in its place does not inherit that.
    lab.write("real.csv", &panel());
    assert_exit(&lab.run(&["run", "lab.toml", "--set", "data.file=real.csv"]), 0);
    assert!(!text(&lab.files("results/lab/tables")["main.md"]).contains("imulated"));
}

#[test]
fn stored_series_are_not_put_under_other_definitions() {
    let lab = Lab::new();
    assert_exit(&lab.run(&["run", "lab.toml"]), 0);
    for set in [
        "moran.0.variable=x",
        "weights.w.normalise=none",
        "variables.ln_x.expr=ln(2*x)",
        "data.file=other.csv",
    ] {
        let output = lab.run(&["render", "lab.toml", "--set", set]);
        assert!(matches!(output.status.code(), Some(2 | 3)), "{set}: {}", text(&output.stdout));
        assert!(text(&output.stderr).contains("run it again"), "{set}: {}", text(&output.stderr));
    }
    // Labels are not definitions.
    let relabelled = lab.run(&["render", "lab.toml", "--set", "variables.ln_x.label=LNX"]);
    assert_exit(&relabelled, 0);
    assert!(text(&lab.files("results/lab")["tables/main.md"]).contains("LNX"));
    // Changed data are said, and the stored results shown.
    lab.write("panel.csv", &panel().replace("2003,1", "2003,2"));
    let output = lab.run(&["render", "lab.toml"]);
    assert_exit(&output, 0);
    assert!(text(&output.stderr).contains("has changed"), "{}", text(&output.stderr));
}

#[test]
fn a_broken_template_is_found_before_anything_is_fitted() {
    let lab = Lab::new();
    std::fs::create_dir(lab.path("templates")).unwrap();
    for broken in ["<% if %>", "<< nosuch >>"] {
        lab.write("templates/mine.md.jinja", broken);
        for command in ["check", "run"] {
            let output = lab.run(&[command, "lab.toml", "--set", "tables.main.template=mine"]);
            assert_ne!(output.status.code(), Some(0), "{command} {broken}");
            let said = text(&output.stderr);
            assert!(said.contains("mine.md.jinja"), "{said}");
        }
    }
    assert!(!lab.path("results").exists());
}

#[test]
fn tables_are_written_in_the_formats_that_are_asked_for() {
    let lab = Lab::new();
    assert_exit(&lab.run(&["run", "lab.toml", "--set", "output.tables=[\"html\", \"csv\"]"]), 0);
    let files = lab.files("results/lab");
    let of_tables = |ending: &str| {
        let found = files.keys().filter(|f| f.starts_with("tables/") && f.ends_with(ending));
        found.count()
    };
    assert!(of_tables(".html") > 0 && of_tables(".csv") == of_tables(".html"));
    assert_eq!(of_tables(".md") + of_tables(".tex"), 0);
    // Once more in others: what lies there is written again, so that nothing is left over.
    let output = lab.run(&["render", "lab.toml", "--format", "docx,xlsx"]);
    assert_exit(&output, 0);
    let said = text(&output.stdout);
    assert!(said.contains("main.docx") || said.contains("main.html"), "{said}");
    assert!(!said.contains("left over"), "{said}");
    assert_exit(&lab.run(&["render", "lab.toml"]), 0);
    let output = lab.run(&["render", "lab.toml", "--format", "json"]);
    assert!(!text(&output.stdout).contains("left over"), "{}", text(&output.stdout));
    assert!(lab.path("results/lab/tables/main.docx").is_file());
    let output = lab.run(&["render", "lab.toml", "--format", "htlm"]);
    assert_exit(&output, 2);
    assert!(text(&output.stderr).contains("'html'"), "{}", text(&output.stderr));
}

#[test]
fn templates_are_written_to_be_changed() {
    let lab = Lab::new();
    assert_exit(&lab.run(&["run", "lab.toml"]), 0);
    let before = lab.files("results/lab/tables");
    assert_exit(&lab.run(&["templates", "export", "lab.toml"]), 0);
    assert!(lab.path("templates/README.md").exists());
    // As they are they change nothing.
    assert_exit(&lab.run(&["render", "lab.toml"]), 0);
    assert!(lab.files("results/lab/tables") == before);
    lab.write("templates/table.md.jinja", "mine\n");
    assert_exit(&lab.run(&["templates", "export", "lab.toml"]), 3);
    assert_exit(&lab.run(&["render", "lab.toml"]), 0);
    assert_eq!(text(&lab.files("results/lab/tables")["main.md"]), "mine\n");
    assert_exit(&lab.run(&["templates", "export", "templates", "--force"]), 0);
    assert_exit(&lab.run(&["render", "lab.toml"]), 0);
    assert!(lab.files("results/lab/tables") == before);
}

#[test]
fn labels_of_effects_are_shown() {
    let lab = Lab::new();
    let spec = SPEC.replace(
        "rows = [\"measure\", \"measure@lag1\", \"z\", \"rho\", \"lambda\"]",
        "rows = [\"direct:measure\", \"total:measure@lag1\", \"rho\"]\nlabels = { \"direct:measure\" = \"Own\" }",
    );
    lab.write("lab.toml", &spec);
    assert_exit(&lab.run(&["run", "lab.toml"]), 0);
    let table = text(&lab.files("results/lab")["tables/main.md"]);
    assert!(table.contains("| Own ") && table.contains("Total: ln X (t−1)"), "{table}");
}
