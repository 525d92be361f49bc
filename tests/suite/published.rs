//! Printed numbers beside those computed, and the way back from a rendered number.

use crate::cli::{Lab, SPEC, assert_exit, text};

/// A printed table: one number right to all digits, one of the same sign and significance, others not,
/// and a column that no cell is.
const PRINTED: &str = "\
table,region,term,value,stars
1,ALL,X,1.4634,3
1,ALL,X@lag1,-0.0100,0
1,ALL,z,-0.4000,3
1,ALL,rho,0.0100,0
1,ALL,Log likelihood,12.5,
1,Some,x,0.9000,3
1,north,x,0.9000,1
2,ALL,x,0.1,0
";

const TABLE: &str = r#"
[published]
file = "printed.csv"
terms = { X = "measure", x = "measure" }

[[tables]]
id = "printed"
kind = "published"
caption = "As printed"
where = { model = "slm", effects = "individual", lags = 1 }
of = "1"
"#;

fn lab() -> Lab {
    let lab = Lab::new();
    lab.write("printed.csv", PRINTED);
    lab.write("lab.toml", &format!("{SPEC}{TABLE}"));
    lab
}

fn read(lab: &Lab, name: &str) -> String {
    std::fs::read_to_string(lab.path(name)).unwrap()
}

#[test]
fn printed_numbers_stand_beside_those_computed() {
    let lab = lab();
    let output = lab.run(&["run", "lab.toml"]);
    assert_exit(&output, 0);
    insta::assert_snapshot!("printed.md", read(&lab, "results/lab/tables/printed.md"));
    insta::assert_snapshot!("printed.tex", read(&lab, "results/lab/tables/printed.tex"));
    insta::assert_snapshot!("published.csv", read(&lab, "results/lab/published.csv"));
    let said = text(&output.stdout);
    let line = said.lines().find(|line| line.starts_with("published: ")).unwrap().to_owned();
    assert!(line.ends_with("1 not compared"), "{line}");
    // What is printed is no part of what is fitted: nothing is run again when it is mended.
    lab.write("printed.csv", &PRINTED.replace("-0.4000", "0.4000"));
    let output = lab.run(&["render", "lab.toml"]);
    assert_exit(&output, 0);
    assert!(text(&output.stdout).contains("published: "), "{}", text(&output.stdout));
    assert!(!text(&output.stdout).contains(&line), "{}", text(&output.stdout));
}

#[test]
fn a_wrong_file_of_printed_numbers_is_said_before_anything_is_fitted() {
    let lab = lab();
    lab.write("printed.csv", "table,term\n1,x\n");
    for command in ["check", "run"] {
        let output = lab.run(&[command, "lab.toml"]);
        assert_exit(&output, 3);
        assert!(text(&output.stderr).contains("no column `value`"), "{}", text(&output.stderr));
    }
    assert!(!lab.path("results/lab/estimates.csv").exists());
    lab.write("lab.toml", &format!("{SPEC}{}", TABLE.split_once("\n\n").unwrap().1));
    let output = lab.run(&["check", "lab.toml"]);
    assert_exit(&output, 2);
    assert!(text(&output.stderr).contains("add [published]"), "{}", text(&output.stderr));
}

#[test]
fn a_number_is_traced_to_its_cell() {
    let lab = lab();
    assert_exit(&lab.run(&["run", "lab.toml"]), 0);
    let formats = "markdown,latex,html,typst,docx,xlsx,csv,json";
    assert_exit(&lab.run(&["render", "lab.toml", "--format", formats]), 0);
    let main = read(&lab, "results/lab/tables/main.md");
    let row = main.lines().find(|line| line.starts_with("| z ")).unwrap();
    let number = row.split('|').nth(3).unwrap().trim().trim_end_matches("\\*").to_owned();
    for extension in ["md", "tex", "html", "typ", "csv", "json", "docx", "xlsx"] {
        let file = format!("results/lab/tables/main.{extension}");
        let output = lab.run(&["trace", &number, &file]);
        assert_exit(&output, 0);
        let said = text(&output.stdout);
        assert!(said.contains("main: z"), "{said}");
        assert!(said.contains("main/slm/individual/x/all/lag0-1/w"), "{said}");
        assert!(said.contains("byte for byte"), "{extension}: {said}");
    }
    let again = |said: &str| {
        said.lines().find_map(|l| l.strip_prefix("  again    spanel ").map(str::to_owned))
    };
    let output = lab.run(&["trace", &format!("{number}***"), "results/lab/tables/main.tex"]);
    let command = again(&text(&output.stdout)).unwrap();
    let words: Vec<&str> = command.split(' ').map(|word| word.trim_matches('\'')).collect();
    let output = lab.run(&words);
    assert_exit(&output, 0);
    assert!(text(&output.stdout).contains("1 cells fitted"), "{}", text(&output.stdout));
    let json = lab.run(&["trace", &number, "results/lab/tables/main.md", "--json"]);
    let json: serde_json::Value = serde_json::from_slice(&json.stdout).unwrap();
    assert_eq!((&json["seed"], &json["state"]), (&7.into(), &"current".into()));
    assert_eq!(json["data"]["file"], "panel.csv");
    assert!(json["found"][0]["made"]["sample"].is_string());
}

#[test]
fn a_file_that_is_older_or_edited_is_told_from_the_records() {
    let lab = lab();
    assert_exit(&lab.run(&["run", "lab.toml"]), 0);
    let file = "results/lab/tables/main.md";
    lab.write(file, "Nothing but 3.1416");
    let output = lab.run(&["trace", "3.1416", file]);
    assert_exit(&output, 4);
    let said = text(&output.stdout);
    assert!(said.contains("no number that the stored records give"), "{said}");
    assert!(said.contains("older, or was edited); the number"), "{said}");
    // What a paper prints is no result of a cell.
    let output = lab.run(&["trace", "0.9000", "results/lab/tables/printed.md"]);
    assert_exit(&output, 0);
    assert!(text(&output.stdout).contains("copied to"), "{}", text(&output.stdout));
    // Full precision, from a CSV file.
    let rows = read(&lab, "results/lab/estimates.csv");
    let value = rows.lines().nth(1).unwrap().split(',').nth(11).unwrap().to_owned();
    let output = lab.run(&["trace", &value, "results/lab/estimates.csv"]);
    assert_exit(&output, 0);
    let said = text(&output.stdout);
    assert!(said.contains("line 2, estimate") && said.contains("byte for byte"), "{said}");
    assert_exit(&lab.run(&["trace", "1", "results/lab/tables/absent.md"]), 3);
    assert_exit(&lab.run(&["trace", "1", "lab.toml"]), 3);
}
