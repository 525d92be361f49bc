//! False alarms and faults that are found: tables of simulated panels, printed as papers print them,
//! are audited as they are, and again with one fault planted.

use super::{Finding, Severity, audit};
use crate::cli::{Lab, assert_exit};
use spanel::audit::Evidence;
use spanel::load::printed;
use std::collections::BTreeMap;
use std::fmt::Write;

/// A paper: a panel, and how its tables print.
struct Paper {
    units: usize,
    periods: usize,
    /// In which units the dependent variable is measured.
    scale: f64,
    rho: f64,
    decimals: usize,
    seed: u64,
}

const PAPERS: [Paper; 7] = [
    Paper { units: 20, periods: 8, scale: 1.0, rho: 0.3, decimals: 3, seed: 1 },
    Paper { units: 30, periods: 17, scale: 1.0, rho: 0.25, decimals: 4, seed: 2 },
    Paper { units: 48, periods: 12, scale: 10.0, rho: 0.6, decimals: 3, seed: 3 },
    Paper { units: 60, periods: 10, scale: 100.0, rho: 0.1, decimals: 2, seed: 4 },
    Paper { units: 90, periods: 6, scale: 0.1, rho: -0.2, decimals: 3, seed: 5 },
    Paper { units: 120, periods: 5, scale: 1.0, rho: 0.0, decimals: 2, seed: 6 },
    Paper { units: 200, periods: 5, scale: 1.0, rho: 0.4, decimals: 3, seed: 7 },
];

const SPEC: &str = r#"
title = "A paper"
seed = 1

[data]
file = "panel.csv"
unit = "unit"
time = "year"

[weights.w]
file = "links.gal"

[regions]
all = { all = true }
half = { units = [UNITS] }

[measures]
x = { variable = "x" }

[grids.main]
response = "y"
controls = ["z", "v"]
model = ["ols", "slm", "sem"]
effects = ["individual", "two-way"]
measure = "x"
region = ["all", "half"]
lags = [0, 1]
weights = "w"
"#;

fn process(paper: &Paper) -> String {
    let Paper { scale, rho, seed, periods, .. } = paper;
    let last = 2000 + periods;
    format!(
        "seed = {seed}\n[panel]\nunits = \"units.csv\"\nunit = \"unit\"\ntime = \"year\"\n\
         years = [2000, {last}]\nweights = \"links.gal\"\n\
         [response]\nname = \"y\"\nmean = {}\nsd = {}\nrho = {rho:.2}\nsigma = {}\n\
         coefficients = {{ x = {}, \"x@lag1\" = {}, z = {}, v = 0.0 }}\n\
         [[columns]]\nname = \"x\"\nmean = 5.0\nsd = 1.5\nunit = 0.7\npersistence = 0.5\n\
         [[columns]]\nname = \"z\"\nmean = 10.0\nsd = 0.9\nunit = 0.5\ntrend = 0.2\n\
         [[columns]]\nname = \"v\"\nmean = 3.0\nsd = 0.4\nunit = 0.3\npersistence = 0.6\n",
        5.0 * scale,
        3.0 * scale,
        0.3 * scale,
        -0.25 * scale,
        0.12 * scale,
        0.3 * scale,
    )
}

/// A ring with a chord from every third unit to the one five further.
fn links(n: usize) -> String {
    let mut near = vec![std::collections::BTreeSet::new(); n];
    let pairs = (0..n).map(|i| (i, (i + 1) % n));
    for (i, j) in pairs.chain((0..n).step_by(3).map(|i| (i, (i + 5) % n))) {
        near[i].insert(j);
        near[j].insert(i);
    }
    let mut text = format!("0 {n} panel unit\n");
    for (i, of) in near.iter().enumerate() {
        writeln!(text, "u{i} {}", of.len()).unwrap();
        let names: Vec<String> = of.iter().map(|j| format!("u{j}")).collect();
        writeln!(text, "{}", names.join(" ")).unwrap();
    }
    text
}

/// Rows of a CSV file by the names of its columns.
fn rows(text: &str) -> Vec<BTreeMap<String, String>> {
    let mut reader = csv::Reader::from_reader(text.as_bytes());
    let header = reader.headers().unwrap().clone();
    let row = |record: csv::StringRecord| {
        header.iter().zip(&record).map(|(k, v)| (k.to_owned(), v.to_owned())).collect()
    };
    reader.records().map(|record| row(record.unwrap())).collect()
}

/// The printed tables of a paper: one a region, with standard errors in the first.
fn printed_by(paper: &Paper) -> Vec<String> {
    let lab = Lab::new();
    let names: Vec<String> = (0..paper.units).map(|i| format!("u{i}")).collect();
    lab.write("units.csv", &format!("unit\n{}\n", names.join("\n")));
    lab.write("links.gal", &links(paper.units));
    lab.write("dgp.toml", &process(paper));
    assert_exit(&lab.run(&["simulate", "dgp.toml", "--out", "panel2.csv"]), 0);
    let half: Vec<String> = names[..paper.units / 2].iter().map(|u| format!("\"{u}\"")).collect();
    let spec = SPEC.replace("UNITS", &half.join(", ")).replace("panel.csv", "panel2.csv");
    lab.write("paper.toml", &spec);
    assert_exit(&lab.run(&["run", "paper.toml"]), 0);
    let read = |name: &str| {
        std::fs::read_to_string(lab.path(&format!("results/paper/{name}"))).expect(name)
    };
    let decimals = paper.decimals;
    let number = |text: &str| text.parse::<f64>().expect("a number");
    let mut lines = vec!["table,region,model,effects,lags,term,value,stars,se".to_owned()];
    let keys = |row: &BTreeMap<String, String>| {
        let table = if row["region"] == "all" { 1 } else { 2 };
        format!("{table},{},{},{},{}", row["region"], row["model"], row["effects"], row["lags"])
    };
    for row in rows(&read("estimates.csv")) {
        let p = number(&row["p_value"]);
        let stars = [0.1, 0.05, 0.01].iter().filter(|level| p < **level).count();
        let stars = if row["term"] == "sigma2" { String::new() } else { stars.to_string() };
        let se = if row["region"] == "all" {
            format!("{:.decimals$}", number(&row["std_error"]))
        } else {
            String::new()
        };
        let value = number(&row["estimate"]);
        lines.push(format!("{},{},{value:.decimals$},{stars},{se}", keys(&row), row["term"]));
    }
    for row in rows(&read("fits.csv")) {
        for name in ["loglik", "r2", "n"] {
            let digits = if name == "n" { 0 } else { decimals };
            lines.push(format!("{},{name},{:.digits$},,", keys(&row), number(&row[name])));
        }
    }
    lines
}

fn found(lines: &[String]) -> Vec<Finding> {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("printed.csv");
    std::fs::write(&file, lines.join("\n") + "\n").unwrap();
    let printed = printed::read(&file).unwrap_or_else(|m| panic!("{m}"));
    audit(Evidence { printed: &printed, statements: &[] })
}

/// Whether a finding of a check, of at least this severity, names the line.
fn names_line(findings: &[Finding], check: &str, severity: Severity, line: usize) -> bool {
    let of = |f: &&Finding| f.check == check && f.severity <= severity;
    findings.iter().filter(of).any(|f| f.places.iter().any(|place| place.line == line))
}

/// What papers without a fault are asked about, and what is found of faults that are planted in them.
#[test]
fn sound_tables_raise_no_alarm_and_planted_faults_are_found() {
    let (mut numbers, mut asked) = (0, BTreeMap::<(&str, Severity), usize>::new());
    for paper in &PAPERS {
        let lines = printed_by(paper);
        numbers += lines.len() - 1;
        let sound = found(&lines);
        for finding in &sound {
            *asked.entry((finding.check, finding.severity)).or_default() += 1;
            println!(
                "{} units: {:?} {}: {}",
                paper.units, finding.severity, finding.check, finding.sentence
            );
        }
        planted(paper, &lines);
    }
    println!("{numbers} numbers: {asked:?}");
    let of = |check: &str, severity: Severity| -> usize {
        asked.iter().filter(|((c, s), _)| *c == check && *s == severity).map(|(_, n)| n).sum()
    };
    // None that is called an error, in any check.
    let errors: usize =
        asked.iter().filter(|((_, s), _)| *s == Severity::Error).map(|(_, n)| n).sum();
    assert_eq!(errors, 0, "{asked:?}");
    for check in ["edge", "stars"] {
        let all: usize = [Severity::Warning, Severity::Note].map(|s| of(check, s)).iter().sum();
        assert_eq!(all, 0, "{check}: {asked:?}");
    }
    // Chance repeats a number now and then, which is asked about. Over 35 papers, these and four other
    // seeds of each, 12 of 6860 numbers were; no other check had a word to say.
    let repeated: usize = of("repeated", Severity::Note);
    assert!(repeated * 300 <= numbers, "{repeated} of {numbers}: {asked:?}");
}

/// The first line of a table, a model, effects, lags and a term, from 0.
fn line_of(lines: &[String], start: &str, term: &str) -> usize {
    let is = |line: &String| line.starts_with(start) && line.contains(&format!(",{term},"));
    lines.iter().position(is).unwrap_or_else(|| panic!("no {start} {term}"))
}

/// The line with another value in one of its fields.
fn with(lines: &[String], at: usize, field: usize, value: &str) -> Vec<String> {
    let mut lines = lines.to_vec();
    let mut fields: Vec<String> = lines[at].split(',').map(str::to_owned).collect();
    value.clone_into(&mut fields[field]);
    lines[at] = fields.join(",");
    lines
}

fn planted(paper: &Paper, lines: &[String]) {
    const VALUE: usize = 6;
    const STARS: usize = 7;
    let paper_of = format!("{} units", paper.units);
    let field = |at: usize, field: usize| lines[at].split(',').nth(field).unwrap().to_owned();
    let cells = ["1,all,slm,individual,0", "1,all,slm,two-way,0-1", "2,half,slm,two-way,0"];
    // One estimate in three columns that are different regressions, with its digits from a fourth.
    let loglik = |cell: &str| line_of(lines, cell, "loglik");
    let mut copied = lines.to_vec();
    let value = field(loglik(cells[0]), VALUE);
    for cell in &cells[1..] {
        copied = with(&copied, loglik(cell), VALUE, &value);
    }
    let at = loglik(cells[2]) + 1;
    assert!(names_line(&found(&copied), "repeated", Severity::Error, at), "{paper_of}: {value}");
    // A whole column again.
    let mut twice = lines.to_vec();
    for (from, to) in [("1,all,ols,individual,0", "1,all,ols,two-way,0")] {
        for term in ["x", "z", "v", "loglik", "r2"] {
            let value = field(line_of(lines, from, term), VALUE);
            twice = with(&twice, line_of(lines, to, term), VALUE, &value);
        }
        let sigma = field(line_of(lines, from, "sigma2"), VALUE);
        twice = with(&twice, line_of(lines, to, "sigma2"), VALUE, &sigma);
    }
    let at = line_of(lines, "1,all,ols,two-way,0", "x") + 1;
    assert!(names_line(&found(&twice), "repeated", Severity::Error, at), "{paper_of}: a column");
    // ρ at its bound, an R² above 1, a count that counts nothing.
    let edge = format!("{:.*}", paper.decimals.max(3), -0.9999);
    for (term, value) in [("rho", edge.as_str()), ("r2", "1.20"), ("n", "0")] {
        let at = line_of(lines, cells[0], term);
        let findings = found(&with(lines, at, VALUE, value));
        assert!(names_line(&findings, "edge", Severity::Error, at + 1), "{paper_of}: {term}");
    }
    // Stars that a standard error gives, taken away, and added where it gives none.
    for at in 1..lines.len() {
        let (stars, se) = (field(at, STARS), field(at, STARS + 1));
        let (Ok(value), Ok(se)) = (field(at, VALUE).parse::<f64>(), se.parse::<f64>()) else {
            continue;
        };
        let half = 0.5 * 0.1_f64.powi(paper.decimals as i32);
        let clear = (value.abs() - half) / (se + half) > 2.576 * 1.1;
        let none = se > half && (value.abs() + half) / (se - half) < 1.5;
        let wrong = match (stars.as_str(), clear, none) {
            ("3", true, _) => "1",
            ("0", _, true) => "2",
            _ => continue,
        };
        let findings = found(&with(lines, at, STARS, wrong));
        assert!(
            names_line(&findings, "stars", Severity::Error, at + 1),
            "{paper_of}: {}",
            lines[at]
        );
    }
}
