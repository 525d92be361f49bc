//! What a table of estimates can be asked for.

use super::made::{experiment, regression, select, table};
use super::{rendered, text};
use crate::cli::{Lab, SPEC, assert_exit};
use spanel::spec::Axis;
use spanel::spec::tables::{
    Brackets, Facet, Parentheses, RegressionTable, RowFilter, RowGroup, TableKind, means,
};

/// The Markdown of a table of one spatial lag model.
fn markdown(change: impl FnOnce(&mut RegressionTable)) -> String {
    let mut wanted = regression(&[Axis::Measure], select(&["slm"], &["oa"], &["all"]));
    change(&mut wanted);
    let made = experiment(vec![table("t", TableKind::Regression(wanted))]);
    text(&rendered(&made), "tables/t.md").to_owned()
}

fn rows(markdown: &str) -> Vec<Vec<String>> {
    let lines = markdown.lines().filter(|l| l.starts_with('|') && !l.starts_with("|:"));
    lines.map(|l| l.trim_matches('|').split('|').map(|c| c.trim().to_owned()).collect()).collect()
}

#[test]
fn two_lines_below_an_estimate_have_their_own_brackets() {
    let with = |brackets: [Brackets; 2]| {
        markdown(|t| {
            let [first, second] = brackets;
            t.below = vec![(Parentheses::StdError, first), (Parentheses::PValue, second)];
        })
    };
    let shown = with([Brackets::Round, Brackets::Square]);
    let lines = rows(&shown);
    let at = lines.iter().position(|row| row[1].starts_with("−0.2580")).expect("the measure");
    assert_eq!((&*lines[at + 1][1], &*lines[at + 2][1]), ("(0.1000)", "[<0.050]"), "{shown}");
    assert!(shown.contains("Standard errors in parentheses (expected information matrix).\n"));
    assert!(shown.contains("p-values in brackets.\n"));
    let shown = with([Brackets::Curly, Brackets::None]);
    let lines = rows(&shown);
    assert_eq!((&*lines[at + 1][1], &*lines[at + 2][1]), ("{0.1000}", "<0.050"), "{shown}");
    assert!(shown.contains("Standard errors in braces (expected information matrix).\n"));
    assert!(shown.contains("p-values below the estimates.\n"));
}

#[test]
fn effects_are_columns_beside_the_coefficients_of_their_cell() {
    let shown = markdown(|t| {
        t.facets = vec![Facet::Coefficient, Facet::Direct, Facet::Indirect, Facet::Total];
    });
    let lines = rows(&shown);
    assert_eq!(lines[0].len(), 5, "{shown}");
    assert_eq!(lines[1][1..], ["Coefficient", "Direct", "Indirect", "Total"], "{shown}");
    let row = |label: &str| lines.iter().find(|row| row[0].starts_with(label)).expect("a row");
    // What belongs to the whole cell stands once.
    for whole in ["ρ", "Individual effect", "Log likelihood", "N"] {
        let row = row(whole);
        assert!(!row[1].is_empty() && row[2..].iter().all(String::is_empty), "{row:?}");
    }
    let narrow = rows(&markdown(|_| ()));
    let coefficients = |lines: &[Vec<String>]| -> Vec<String> {
        lines.iter().filter(|row| row[0].starts_with("ln")).map(|row| row[1].clone()).collect()
    };
    assert_eq!(coefficients(&lines), coefficients(&narrow));
}

#[test]
fn rows_are_kept_dropped_and_grouped_by_their_raw_names() {
    let labels = |shown: &str| -> Vec<String> {
        let labels = rows(shown).into_iter().map(|row| row[0].clone());
        labels.filter(|label| !label.is_empty()).collect()
    };
    let all = labels(&markdown(|_| ()));
    let dropped = labels(&markdown(|t| {
        t.filter = RowFilter { keep: Vec::new(), drop: vec!["measure@*".into(), "lambda".into()] };
    }));
    let gone: Vec<&String> = all.iter().filter(|label| !dropped.contains(label)).collect();
    assert_eq!(gone, ["ln OA (t−1)", "λ"], "{all:?}");
    let kept = labels(&markdown(|t| {
        t.filter = RowFilter { keep: vec!["rho".into()], drop: Vec::new() };
    }));
    assert_eq!(kept[0], "ρ");
    let grouped = labels(&markdown(|t| {
        let rows = vec!["measure@lag1".to_owned(), "rho".to_owned()];
        t.groups = vec![RowGroup { label: "Together".to_owned(), rows }];
    }));
    let at = grouped.iter().position(|label| label == "*Together*").expect("the group's line");
    assert_eq!(grouped[at + 1..at + 3], ["ln OA (t−1)", "ρ"], "{grouped:?}");
}

#[test]
fn the_measure_is_called_so_where_no_rows_are_named() {
    let shown = markdown(|t| {
        t.rows = Vec::new();
        t.filter.keep = vec!["measure*".into(), "rho".into()];
        t.row_digits = [("measure".to_owned(), 2)].into();
        t.labels = [("measure".to_owned(), "Agglomeration".to_owned())].into();
    });
    let lines = rows(&shown);
    let labels: Vec<&str> =
        lines.iter().map(|row| &*row[0]).filter(|label| !label.is_empty()).take(3).collect();
    assert_eq!(labels, ["Agglomeration", "Agglomeration (t−1)", "ρ"], "{shown}");
    let row = lines.iter().find(|row| row[0] == "Agglomeration").expect("the measure");
    assert!(row[1].starts_with("−0.26"), "{row:?}");
}

#[test]
fn panels_stand_one_below_the_other_with_the_same_columns() {
    let mut wanted =
        regression(&[Axis::Measure], select(&["slm"], &["oa", "la"], &["all", "east"]));
    wanted.panels = Some(Axis::Region);
    let made = experiment(vec![table("t", TableKind::Regression(wanted))]);
    let files = rendered(&made);
    let shown = text(&files, "tables/t.md");
    let lines = rows(shown);
    let at = |label: &str| lines.iter().position(|row| row[0] == label).expect(label);
    let (first, second) = (at("*Panel A: China*"), at("*Panel B: East*"));
    // Columns are numbered on, so that notes may name them.
    assert_eq!(lines[first + 1][1..], ["(1)", "(2)"], "{shown}");
    assert_eq!(lines[second + 1][1..], ["(3)", "(4)"], "{shown}");
    let labels = |from: usize, to: usize| -> Vec<&str> {
        lines[from..to].iter().map(|row| &*row[0]).filter(|label| !label.is_empty()).collect()
    };
    let terms = ["Measure", "Measure (t−1)", "ln E&E_1 50%", "ρ", "λ"];
    assert_eq!(labels(first + 1, first + 11)[..5], terms, "{shown}");
    assert_eq!(labels(second + 1, second + 11)[..5], terms, "{shown}");
    // What all panels share stands once, below them.
    let effects = lines.iter().filter(|row| row[0] == "Individual effect").count();
    assert_eq!((effects, at("Individual effect") > second), (1, true), "{shown}");
    // Every cell is told once, with its panel.
    let told = shown.lines().filter(|l| l.starts_with("Panel ")).count();
    assert_eq!(told, 4, "{shown}");
}

#[test]
fn what_is_no_effect_stands_below_no_head_of_an_effect() {
    let effects = || vec![Facet::Direct, Facet::Indirect, Facet::Total];
    let shown = markdown(|t| t.facets = effects());
    let lines = rows(&shown);
    // The measure's table has ρ, which gets a column of coefficients.
    assert_eq!(lines[1][1..], ["Coefficient", "Direct", "Indirect", "Total"], "{shown}");
    let row = lines.iter().find(|row| row[0] == "ρ").expect("ρ");
    assert!(!row[1].is_empty() && row[2..].iter().all(String::is_empty), "{row:?}");
    assert!(shown.contains("What belongs to a whole model"), "{shown}");
    let alone = rows(&markdown(|t| {
        t.facets = effects();
        t.filter.drop = vec!["rho".into(), "lambda".into()];
    }));
    assert_eq!(alone[1][1..], ["Direct", "Indirect", "Total"], "{alone:?}");
}

#[test]
fn columns_of_effects_that_a_model_has_not_are_explained() {
    let mut wanted = regression(&[Axis::Model], select(&["slm", "sem"], &["oa"], &["all"]));
    wanted.facets = vec![Facet::Coefficient, Facet::Direct];
    let made = experiment(vec![table("t", TableKind::Regression(wanted))]);
    let shown = text(&rendered(&made), "tables/t.md").to_owned();
    let why = "no spatial lag of the dependent variable, hence no spillovers";
    assert!(shown.lines().any(|l| l.contains(why) && l.contains("in column (2)")), "{shown}");
}

#[test]
fn the_end_of_a_group_is_seen_by_its_indented_labels() {
    let mut wanted = regression(&[Axis::Measure], select(&["slm"], &["oa"], &["all"]));
    let rows = vec!["measure@lag1".to_owned(), "rho".to_owned()];
    wanted.groups = vec![RowGroup { label: "Together".to_owned(), rows }];
    let made = experiment(vec![table("t", TableKind::Regression(wanted.clone()))]);
    let files = rendered(&made);
    let shown = text(&files, "tables/t.md");
    let inside = |label: &str| shown.contains(&format!("| \u{2003}{label}"));
    assert!(inside("ln OA (t−1)") && inside("ρ"), "{shown}");
    assert!(shown.contains("| ln OA "), "{shown}");
    assert!(!inside("Log likelihood") && !inside("*Together*"), "{shown}");
    assert!(text(&files, "tables/t.tex").contains("\n\\quad{}$\\rho$ & "));
    // In a panel the line of a group is itself below another.
    wanted.panels = Some(Axis::Region);
    let made = experiment(vec![table("t", TableKind::Regression(wanted))]);
    let shown = text(&rendered(&made), "tables/t.md").to_owned();
    for line in ["| *Panel A", "| *\u{2003}Together*", "| \u{2003}\u{2003}ρ", "| N "] {
        assert!(shown.contains(line), "{line} in {shown}");
    }
}

#[test]
fn panels_without_listed_rows_have_the_rows_of_their_own_cells() {
    let mut wanted = regression(&[Axis::Region], select(&["slm"], &["oa", "la"], &["all"]));
    wanted.panels = Some(Axis::Measure);
    wanted.rows = Vec::new();
    let made = experiment(vec![table("t", TableKind::Regression(wanted))]);
    let shown = text(&rendered(&made), "tables/t.md").to_owned();
    let lines = rows(&shown);
    let second = lines.iter().position(|row| row[0].starts_with("*Panel B")).expect("a panel");
    let of = |label: &str, lines: &[Vec<String>]| lines.iter().any(|row| row[0] == label);
    assert!(of("ln OA", &lines[..second]) && !of("ln LA", &lines[..second]), "{shown}");
    assert!(!of("ln OA", &lines[second..]) && of("ln LA", &lines[second..]), "{shown}");
}

#[test]
fn brackets_of_tests_are_chosen_too() {
    let mut wanted = regression(&[Axis::Measure], select(&["slm"], &["oa"], &["all"]));
    wanted.tests = vec!["lm-lag".into()];
    let mut spec = table("t", TableKind::Regression(wanted));
    spec.test_brackets = [Brackets::Curly, Brackets::Round];
    let shown = text(&rendered(&experiment(vec![spec])), "tables/t.md").to_owned();
    assert!(shown.contains("Below test statistics their p-values in braces."), "{shown}");
    let lines = rows(&shown);
    let at = lines.iter().position(|row| row[0].starts_with("LM lag")).expect("the test");
    assert!(lines[at + 1][1].starts_with('{'), "{shown}");
}

#[test]
fn tables_too_wide_for_a_page_are_set_smaller_and_then_told() {
    let lab = Lab::new();
    let told = |more: &str| {
        let table = format!(
            "\n[[tables]]\nid = \"wide\"\nkind = \"regression\"\ngrid = \"main\"\n\
             columns = [\"model\", \"effects\", \"region\", \"lags\"]\n{more}"
        );
        lab.write("lab.toml", &(SPEC.to_owned() + &table));
        let run = lab.run(&["run", "lab.toml"]);
        assert_exit(&run, 0);
        let tex = std::fs::read_to_string(lab.path("results/lab/tables/wide.tex"));
        (String::from_utf8_lossy(&run.stderr).into_owned(), tex.expect("the table is there"))
    };
    let (said, tex) = told("digits = 12\n");
    assert!(said.contains("table `wide` is about") && said.contains("landscape = true"), "{said}");
    assert!(tex.contains("\\scriptsize\n\\setlength{\\tabcolsep}{2pt}"), "{tex}");
    assert!(tex.contains("mm wide, more than the page has"), "{tex}");
    let (said, tex) =
        told("digits = 12\nlandscape = true\nlongtable = true\nlatex = \"standalone\"\n");
    assert!(!said.contains("landscape = true"), "{said}");
    assert!(tex.contains("% Compile with pdflatex, twice"), "{tex}");
    let (said, _) = told("digits = 2\nwhere = { model = \"slm\", region = \"all\", lags = 0 }\n");
    assert!(!said.contains("mm wide"), "{said}");
}

#[test]
fn decimals_of_single_rows_are_theirs() {
    let shown = markdown(|t| {
        t.row_digits = [("rho".to_owned(), 2), ("loglik".to_owned(), 1)].into();
    });
    let lines = rows(&shown);
    let decimals = |label: &str| {
        let row = lines.iter().find(|row| row[0] == label).expect("a row");
        row[1].trim_end_matches("\\*").split_once('.').map_or(0, |(_, d)| d.len())
    };
    assert_eq!([decimals("ρ"), decimals("Log likelihood"), decimals("AIC")], [2, 1, 4], "{shown}");
}

#[test]
fn patterns_have_stars_for_any_text() {
    let cases = [("ln_*", "ln_ee", true), ("*@lag1", "ln_oa@lag1", true), ("ln", "ln_ee", false)];
    for (pattern, name, meant) in cases {
        assert_eq!(means(pattern, name), meant, "{pattern} {name}");
    }
}

#[test]
fn a_table_shows_the_bootstrap_that_it_names() {
    let lab = Lab::new();
    let bootstraps = "[bootstrap.plain]\nscheme = \"residual\"\nreplicates = 39\n\n\
                      [bootstrap.signs]\nscheme = \"unit-wild\"\nreplicates = 39\n\n[grids.main]\n\
                      bootstrap = [\"plain\", \"signs\"]";
    let with = |name: &str| {
        let table = format!(
            "\n[[tables]]\nid = \"boot\"\nkind = \"regression\"\ngrid = \"main\"\n\
             where = {{ model = \"slm\", region = \"all\", effects = \"individual\", lags = 0 }}\n\
             columns = [\"effects\"]\nparentheses = \"bootstrap-std-error\"\n{name}"
        );
        SPEC.replace("[grids.main]", bootstraps) + &table
    };
    let shown = |name: &str| {
        lab.write("lab.toml", &with(name));
        assert_exit(&lab.run(&["run", "lab.toml"]), 0);
        std::fs::read_to_string(lab.path("results/lab/tables/boot.md")).expect("the table is there")
    };
    assert!(shown("").contains("Bootstrap: residual, 39 replicates"));
    assert!(shown("bootstrap = \"signs\"\n").contains("Bootstrap: unit-wild, 39 replicates"));
    lab.write("lab.toml", &with("bootstrap = \"sings\"\n"));
    let refused = lab.run(&["check", "lab.toml"]);
    assert_exit(&refused, 2);
    let said = String::from_utf8_lossy(&refused.stderr).into_owned();
    assert!(said.contains("has no bootstrap `sings`") && said.contains("signs"), "{said}");
}

#[test]
fn a_journals_habits_are_defaults_and_rules() {
    let lab = Lab::new();
    let shown = |style: &str| {
        let table = format!(
            "\n[[tables]]\nid = \"t\"\nkind = \"regression\"\ngrid = \"main\"\n\
             where = {{ model = \"slm\", region = \"all\", effects = \"individual\", lags = 0 }}\n\
             columns = [\"effects\"]\nstyle = \"{style}\"\n"
        );
        lab.write("lab.toml", &(SPEC.to_owned() + &table));
        assert_exit(&lab.run(&["run", "lab.toml"]), 0);
        std::fs::read_to_string(lab.path("results/lab/tables/t.tex")).expect("the table is there")
    };
    let [plain, aer, qje, elsevier] = ["plain", "aer", "qje", "elsevier"].map(shown);
    let rules = |text: &str| text.matches("\\midrule").count();
    assert!(plain.contains("\\toprule") && plain.contains("control") && rules(&plain) > 1);
    assert!(aer.contains("\\item \\emph{Notes:} ") && aer.contains("Yes"), "{aer}");
    assert!(!aer.contains("^{*"), "the AER prints no stars: {aer}");
    assert!(qje.matches("\\hline\\hline").count() == 2 && qje.contains("^{*"), "{qje}");
    assert!(elsevier.contains("\\toprule") && rules(&elsevier) == 1, "{elsevier}");
}

#[test]
fn a_test_that_the_grid_does_not_run_is_refused() {
    let lab = Lab::new();
    let table = "\n[[tables]]\nid = \"t\"\nkind = \"regression\"\ngrid = \"main\"\n\
                 where = { model = \"slm\", region = \"all\", effects = \"individual\", lags = 0 }\n\
                 columns = [\"effects\"]\ntests = [\"lm-lag\", \"hausman\", \"lm-lg\"]\n";
    lab.write("lab.toml", &(SPEC.to_owned() + table));
    let refused = lab.run(&["check", "lab.toml"]);
    assert_exit(&refused, 2);
    let said = String::from_utf8_lossy(&refused.stderr).into_owned();
    assert!(said.contains("the grid `main` does not run the test `hausman`"), "{said}");
    assert!(said.contains("there is no test called `lm-lg`"), "{said}");
    assert!(said.contains("2 mistakes"), "{said}");
}

#[test]
fn formats_that_were_asked_for_once_are_kept_current() {
    let lab = Lab::new();
    let with = |caption: &str| {
        let table = format!(
            "\n[[tables]]\nid = \"t\"\nkind = \"regression\"\ngrid = \"main\"\n\
             caption = \"{caption}\"\n\
             where = {{ model = \"slm\", region = \"all\", effects = \"individual\", lags = 0 }}\n\
             columns = [\"effects\"]\n"
        );
        SPEC.to_owned() + &table
    };
    lab.write("lab.toml", &with("Before"));
    assert_exit(&lab.run(&["run", "lab.toml"]), 0);
    assert_exit(&lab.run(&["render", "lab.toml", "--format", "html"]), 0);
    lab.write("lab.toml", &with("After"));
    assert_exit(&lab.run(&["run", "lab.toml"]), 0);
    let read = |name: &str| std::fs::read_to_string(lab.path(name)).expect(name);
    for name in ["results/lab/tables/t.html", "results/lab/tables/t.md"] {
        assert!(read(name).contains("After") && !read(name).contains("Before"), "{name}");
    }
}
