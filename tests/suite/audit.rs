//! `spanel audit`: each check on something wrong and something right, and on a printed paper all that a
//! careful referee saw there.

mod alarms;

use crate::cli::{Lab, assert_exit, text};
use spanel::audit::{CHECKS, Evidence, Finding, Severity, audit};
use spanel::load::printed;
use spanel::printed::Printed;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

const FILES: [&str; 2] =
    ["experiments/data/published_tables_3_7.csv", "experiments/data/published_table_2.csv"];
const CLAIMS: &str = "experiments/data/published_claims.toml";

fn at_top(arguments: &[&str]) -> Output {
    let top = env!("CARGO_MANIFEST_DIR");
    Command::new(env!("CARGO_BIN_EXE_spanel")).args(arguments).current_dir(top).output().unwrap()
}

/// What is found in a file of this content.
fn found(content: &str) -> Vec<Finding> {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("printed.csv");
    std::fs::write(&file, content).unwrap();
    let printed = printed::read(&file).unwrap();
    audit(Evidence { printed: &printed, statements: &[] })
}

/// The names of the checks that find something.
fn checks(content: &str) -> Vec<&'static str> {
    found(content).into_iter().map(|finding| finding.check).collect()
}

fn of_paper() -> Vec<Finding> {
    let top = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut printed = Printed::default();
    FILES.iter().for_each(|file| printed.extend(printed::read(&top.join(file)).unwrap()));
    let statements = printed::statements(&top.join(CLAIMS), &printed).unwrap();
    audit(Evidence { printed: &printed, statements: &statements })
}

/// Whether a finding of a check says all of `words` in its sentence or its places.
fn has(findings: &[Finding], check: &str, words: &[&str]) -> bool {
    findings.iter().filter(|finding| finding.check == check).any(|finding| {
        let said = format!("{finding:?}");
        words.iter().all(|word| said.contains(word))
    })
}

#[test]
fn everything_that_a_referee_saw_in_the_paper_is_found() {
    let findings = of_paper();
    let seen: [(&str, &[&str]); 12] = [
        ("repeated", &["rho is -0.2361 in 4", "Table 4, Table 5, Table 6 and Table 7"]),
        ("edge", &["-0.9999", "table: \"7\"", "west, TA"]),
        ("tiny", &["lnTA@lag1 is -0.0004*"]),
        ("implied", &["-0.0004*", "Table 3"]),
        ("implied", &["-0.0320*", "lnTA@lag2"]),
        ("implied", &["-0.0070*", "rho"]),
        ("likelihood", &["-362.9258", "326.7002", "478.6130"]),
        ("moments", &["whole numbers", "lnIS"]),
        ("text", &["Foreign direct investment", "4 of 4 coefficients are not positive"]),
        ("text", &["cites Table 4, but this stands in Table 3"]),
        ("text", &["lnIA", "lnOA"]),
        ("text", &["Both indexes", "speaks of 2, 1 can be seen"]),
    ];
    for (check, words) in seen {
        assert!(has(&findings, check, words), "{check} {words:?} is not in {findings:#?}");
    }
    // Sentences that the tables bear out are not held against it.
    let borne_out = ["Output agglomeration lowers", "Capital agglomeration does not matter"];
    for sentence in borne_out {
        assert!(!has(&findings, "text", &[sentence]), "{sentence}");
    }
}

#[test]
fn the_audit_of_the_paper_reads_well() {
    let mut arguments = vec!["audit", "--claims", CLAIMS];
    arguments.extend(FILES);
    let output = at_top(&arguments);
    assert_exit(&output, 0);
    insta::assert_snapshot!(text(&output.stdout).replace('\\', "/"));
    arguments.push("--markdown");
    let markdown = text(&at_top(&arguments).stdout);
    assert!(markdown.starts_with("| Severity | Check | Finding | Places |\n"), "{markdown}");
    assert!(
        markdown.lines().filter(|line| line.starts_with("| ")).all(|line| line.ends_with(" |"))
    );
}

#[test]
fn findings_decide_the_exit_code_only_when_that_is_asked() {
    let file = FILES[0];
    assert_exit(&at_top(&["audit", file]), 0);
    assert_exit(&at_top(&["audit", file, "--strict"]), 5);
    let output = at_top(&["audit", file, "--json"]);
    let json: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(json["checks"].as_array().unwrap().len(), CHECKS.len());
    let first = &json["findings"][0];
    assert_eq!((&first["check"], &first["severity"]), (&"repeated".into(), &"error".into()));
    assert_eq!(first["places"][0]["line"], 59);
    let lab = Lab::new();
    lab.write(
        "fine.csv",
        "table,col,term,value,stars,se\n1,a,x,0.500,2,0.220\n1,b,x,0.400,0,0.300\n",
    );
    let output = lab.run(&["audit", "fine.csv", "--strict"]);
    assert_exit(&output, 0);
    assert_eq!(text(&output.stdout), "0 errors, 0 warnings, 0 notes\n");
}

#[test]
fn stars_are_held_against_what_stands_beside_them() {
    let head = "term,value,stars,se,t,p\n";
    let of = |row: &str| checks(&format!("{head}{row}\n"));
    // 0.50 / 0.22 = 2.27: two stars; three need 2.576, none less than 1.645.
    assert_eq!(of("x,0.50,2,0.22,,"), Vec::<&str>::new());
    assert_eq!(of("x,0.50,3,0.22,,"), ["stars"]);
    assert_eq!(of("x,0.50,,0.22,,"), Vec::<&str>::new());
    assert_eq!(of("x,0.50,0,0.22,,"), ["stars"]);
    // By rounding 0.5 / 0.2 may be anything from 1.8 to 3.7.
    assert_eq!(of("x,0.5,1,0.2,,"), Vec::<&str>::new());
    assert_eq!(of("x,0.5,3,0.2,,"), Vec::<&str>::new());
    assert_eq!(of("x,0.5,0,0.2,,"), ["stars"]);
    assert_eq!(of("x,0.50,1,,,0.03"), ["stars"]);
    assert_eq!(of("x,0.50,2,,,0.05"), Vec::<&str>::new());
    assert_eq!(of("x,0.50,2,,3.10,"), ["stars"]);
    // The t beside them is not 0.50 / 0.22.
    assert_eq!(of("x,0.50,2,0.22,2.10,"), ["stars"]);
    assert_eq!(of("x,0.50,2,0.22,-2.27,"), ["stars"]);
    assert_eq!(of("x,0.50,2,0.22,2.27,"), Vec::<&str>::new());
    // Drawn stars: none is none.
    assert_eq!(checks("term,value,stars,se\nx,0.50,,0.22\ny,0.50,**,0.22\n"), ["stars"]);
}

#[test]
fn numbers_at_or_beyond_their_edges_are_named() {
    let of = |row: &str| checks(&format!("term,value,stars,p\n{row}\n"));
    for row in ["rho,0.9990,3,", "lambda,-1.0200,,", "r2,1.2000,,", "sigma2,-0.1,,", "n,12.5,,"] {
        assert_eq!(of(row), ["edge"], "{row}");
    }
    for row in ["rho,0.9900,3,", "r2,0.9990,,", "sigma2,0.1,,", "n,450,,", "x,1.5,,"] {
        assert_eq!(of(row), Vec::<&str>::new(), "{row}");
    }
    let negative = &found("term,value\nadjusted_r2,-0.0200\n")[0];
    assert_eq!((negative.check, negative.severity), ("edge", Severity::Warning));
}

#[test]
fn descriptive_statistics_must_be_of_the_same_numbers() {
    let head = "variable,min,max,mean,sd,n\n";
    let of = |row: &str| checks(&format!("{head}{row}\n"));
    assert_eq!(of("x,0.12,3.45,1.20,0.60,100"), Vec::<&str>::new());
    for row in [
        "x,3.45,0.12,1.20,0.60,100",
        "x,0.12,3.45,3.60,0.60,100",
        "x,0.12,3.45,1.20,-0.60,100",
        // Half the range is 1.665; with divisor n − 1 at most 1.673.
        "x,0.12,3.45,1.78,1.70,100",
        // (3.45 − 3.40)(3.40 − 0.12) = 0.164, so that s ≤ 0.407.
        "x,0.12,3.45,3.40,0.60,100",
    ] {
        assert_eq!(of(row), ["moments"], "{row}");
    }
    // The mean may be rounded to just outside.
    assert_eq!(of("x,0.126,3.45,0.13,0.01,100"), Vec::<&str>::new());
    assert_eq!(checks(&format!("{head}x,0,3,1.2,0.6,\ny,1,9,4.5,2.1,\n")), ["moments"]);
    assert_eq!(checks(&format!("{head}x,0,3,1,1,\ny,1,9,4,2,\n")), Vec::<&str>::new());
}

#[test]
fn repetitions_and_orders_need_several_columns() {
    let columns = |values: [&str; 3]| {
        let row = |(i, value): (usize, &&str)| format!("1,c{i},x,{value},1\n");
        let rows: String = values.iter().enumerate().map(row).collect();
        format!("table,region,term,value,stars\n{rows}")
    };
    assert_eq!(found(&columns(["0.1234"; 3]))[0].severity, Severity::Error);
    assert_eq!(found(&columns(["0.1234", "0.1234", "0.1111"]))[0].severity, Severity::Note);
    assert_eq!(checks(&columns(["0.12", "0.12", "0.12"])), Vec::<&str>::new());
    assert_eq!(checks(&columns(["0.1234", "0.1235", "0.1236"])), Vec::<&str>::new());
    assert!(checks(&columns(["0.0110", "1.2345", "0.9876"])).contains(&"orders"));
    // Whole columns.
    let twice = |value: &str| {
        format!(
            "table,region,term,value\n1,a,x,0.1\n1,a,y,0.2\n1,a,z,0.3\n1,b,x,0.1\n1,b,y,0.2\n1,b,z,{value}\n"
        )
    };
    assert_eq!(checks(&twice("0.3")), ["repeated"]);
    assert_eq!(checks(&twice("0.4")), Vec::<&str>::new());
}

#[test]
fn what_is_no_table_of_numbers_is_refused_with_its_place() {
    let lab = Lab::new();
    lab.write("bad.csv", "table,term,value,stars\n1,x,0.5**,2\n1,y,0.4,many\n");
    let output = lab.run(&["audit", "bad.csv"]);
    assert_exit(&output, 3);
    let said = text(&output.stderr);
    assert!(
        said.contains("`0.5**` is not a number") && said.contains("no number of stars"),
        "{said}"
    );
    lab.write("none.csv", "a,b\n1,2\n");
    assert_exit(&lab.run(&["audit", "none.csv"]), 3);
    lab.write("one.csv", "table,region,term,value\n1,east,x,0.5\n");
    let claims = "[[claims]]\ntext = \"x\"\nterm = \"x\"\nsign = \"up\"\n\n[[claims]]\ntext = \"y\"\nregoin = \"east\"\nsays = 1\nshows = 1\n";
    lab.write("claims.toml", claims);
    let output = lab.run(&["audit", "one.csv", "--claims", "claims.toml"]);
    assert_exit(&output, 3);
    let said = text(&output.stderr);
    assert!(said.contains("there is no sign called `up`"), "{said}");
    assert!(said.contains("did you mean `region`?"), "{said}");
    lab.write("claims.csv", "text,term,sign,region\nx is negative,x,negative,east\n");
    let output = lab.run(&["audit", "one.csv", "--claims", "claims.csv", "--strict"]);
    assert_exit(&output, 5);
    assert!(text(&output.stdout).contains("1 of 1 coefficients are not negative"));
}

#[test]
fn the_files_are_where_the_documentation_says() {
    let missing = FILES.iter().chain([&CLAIMS]).map(PathBuf::from).find(|file| !file.is_file());
    assert_eq!(missing, None);
}
