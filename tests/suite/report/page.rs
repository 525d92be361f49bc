//! The report: a page that is whole, and a document that refers to what there is.

use super::made::{Made, every_table, experiment};
use crate::cli::{Lab, text};
use spanel::report::page::{self, Said};
use spanel::report::{RenderedFile, UserTemplates, manuscript};
use std::collections::BTreeSet;
use std::path::Path;

const VOID: [&str; 6] = ["meta", "br", "hr", "input", "img", "link"];

fn page(made: &Made) -> String {
    let said = Said {
        header: Some("Question  Is <it> so?\n          Really?\nData      x".to_owned()),
        again: &|label| format!("spanel run lab.toml --cell {label} --force"),
        show: &|label| format!("spanel show lab.toml {label}"),
    };
    let file = page::render(made.source(), &said, &UserTemplates::new()).expect("a page");
    assert_eq!(file.path, "report.html");
    file.as_text().to_owned()
}

/// The tags of a page, without what stands in scripts and styles.
fn tags(html: &str) -> Vec<&str> {
    let mut found = Vec::new();
    let mut rest = html;
    while let Some(start) = rest.find('<') {
        let end = start + rest[start..].find('>').expect("a tag ends");
        let tag = &rest[start + 1..end];
        found.push(tag);
        rest = &rest[end + 1..];
        for raw in ["script", "style"] {
            if tag == raw || tag.starts_with(&format!("{raw} ")) {
                rest = &rest[rest.find(&format!("</{raw}>")).expect("it ends")..];
            }
        }
    }
    found
}

/// The values of an attribute.
fn values<'a>(tags: &[&'a str], name: &str) -> Vec<&'a str> {
    let key = format!(" {name}=\"");
    let of = |tag: &&'a str| Some(tag.split_once(&key)?.1.split_once('"')?.0);
    tags.iter().filter_map(of).collect()
}

/// Every element that opens closes, ids are distinct, links within the page lead somewhere, and
/// nothing leads out of it.
fn whole(html: &str) {
    let tags = tags(html);
    let mut open: Vec<&str> = Vec::new();
    for tag in &tags {
        let name = tag.trim_start_matches('/').split([' ', '\n']).next().unwrap_or_default();
        if tag.starts_with('!') || tag.ends_with('/') || VOID.contains(&name) {
            continue;
        }
        if tag.starts_with('/') {
            assert_eq!(open.pop(), Some(name), "`<{tag}>` closes another element");
        } else {
            open.push(name);
        }
    }
    assert!(open.is_empty(), "{open:?} stay open");
    let ids = values(&tags, "id");
    let distinct: BTreeSet<&str> = ids.iter().copied().collect();
    assert_eq!(ids.len(), distinct.len(), "an id stands twice");
    let hrefs = values(&tags, "href");
    for link in hrefs.iter().chain(&values(&tags, "xlink:href")) {
        let target = link.strip_prefix('#').unwrap_or_else(|| panic!("{link} leads out"));
        assert!(distinct.contains(target), "{link} leads nowhere");
    }
    for named in values(&tags, "aria-labelledby").iter().flat_map(|ids| ids.split(' ')) {
        assert!(distinct.contains(named), "nothing is called {named}");
    }
    assert!(values(&tags, "src").is_empty());
    for trace in ["@import", "url(http", "fetch(", "XMLHttpRequest", "src=\"", "href=\"http"] {
        assert!(!html.contains(trace), "{trace}");
    }
}

fn json(html: &str) -> serde_json::Value {
    let (_, rest) = html.split_once("id=\"curve-data\">").expect("the curve's data");
    let text = rest.split_once("</script>").expect("they end").0;
    assert!(!text.contains('<'));
    serde_json::from_str(text).expect("JSON")
}

#[test]
fn a_page_is_whole() {
    let made = experiment(every_table());
    let html = page(&made);
    whole(&html);
    for section in ["question", "data", "protocol", "tables", "curve", "failed", "cells"] {
        assert!(html.contains(&format!("<section id=\"{section}\"")), "{section}");
    }
    assert!(html.contains("<p class=\"lead\">Is &lt;it&gt; so? Really?</p>"));
    assert_eq!(page(&made), html, "the same bytes each time");
}

#[test]
fn numbers_lead_to_their_cells() {
    let html = page(&experiment(every_table()));
    let (_, tables) = html.split_once("<section id=\"tables\"").expect("tables");
    let tables = tables.split_once("</section>").expect("they end").0;
    for entry in tables.split("<td").skip(1).filter(|entry| entry.contains(" data-value=")) {
        assert!(entry.contains("<a class=\"cell\" href=\"#"), "{entry}");
    }
    assert!(tables.contains("href=\"#cell-"));
    assert!(html.contains("spanel run lab.toml --cell "));
}

#[test]
fn the_curve_has_every_fit_of_its_grid() {
    let made = experiment(every_table());
    let data = json(&page(&made));
    let cells = data["cells"].as_array().expect("cells");
    let fitted = made
        .records
        .values()
        .filter(|record| matches!(record.result, spanel::store::CellResult::Fitted(_)));
    assert_eq!(cells.len(), fitted.count());
    let (rows, axes) = (data["rows"].as_array().unwrap(), data["axes"].as_array().unwrap());
    assert!(rows.iter().any(|row| row["of"] == "measure" && row["effect"] == "coefficient"));
    for cell in cells {
        let at = cell["at"].as_array().unwrap();
        assert_eq!(at.len(), axes.len());
        for (position, axis) in at.iter().zip(axes) {
            let values = axis["values"].as_array().unwrap().len();
            assert!(position.as_u64().unwrap() < values as u64);
        }
    }
}

#[test]
fn the_results_section_takes_in_what_there_is() {
    let made = experiment(every_table());
    let files = manuscript::render(made.source(), &UserTemplates::new()).expect("a document");
    let paths: BTreeSet<&str> = files.iter().map(|f: &RenderedFile| f.path.as_str()).collect();
    let document = files[0].as_text();
    assert_eq!(files[0].path, "report/report.tex");
    let inputs: Vec<&str> = document
        .lines()
        .filter_map(|line| line.strip_prefix("\\input{")?.strip_suffix('}'))
        .collect();
    assert_eq!(inputs.len(), made.spec.tables.len());
    for input in &inputs {
        let path = format!("report/{input}.tex");
        let file = files.iter().find(|f| f.path == path).unwrap_or_else(|| panic!("no {path}"));
        let label = format!("\\label{{tab:{}}}", input.trim_start_matches("tables/"));
        assert!(file.as_text().contains(&label), "{path} has no {label}");
    }
    assert_eq!(paths.len(), inputs.len() + 1);
    for reference in document.split("\\ref{tab:").skip(1) {
        let id = reference.split_once('}').unwrap().0;
        assert!(paths.contains(format!("report/tables/{id}.tex").as_str()), "{id}");
    }
    let said: Vec<&str> = document.lines().filter(|line| line.contains("\\ref{")).collect();
    insta::assert_snapshot!(said.join("\n"));
}

#[test]
fn a_report_is_made_from_records_alone() {
    let lab = Lab::new();
    let spec = std::fs::read_to_string(lab.path("lab.toml")).unwrap();
    let asked = "# Question  Does x raise y?\n\n";
    let report = "\n[report]\ncurve = { rows = [\"measure@lag1\", \"rho\"] }\n";
    lab.write("lab.toml", &format!("{asked}{spec}{report}"));
    let early = lab.run(&["report", "lab.toml"]);
    assert_eq!(early.status.code(), Some(3), "{}", text(&early.stderr));
    assert!(text(&early.stderr).contains("run it first"));
    lab.run(&["run", "lab.toml"]);
    let made = lab.run(&["report", "lab.toml", "--format", "html,latex"]);
    assert!(text(&made.stdout).contains("report.html"), "{}", text(&made.stderr));
    let before = lab.files("results/lab");
    std::fs::remove_file(lab.path("panel.csv")).unwrap();
    lab.run(&["report", "lab.toml", "--format", "html,latex"]);
    assert_eq!(before, lab.files("results/lab"));
    let html = text(&before["report.html"]);
    whole(&html);
    assert!(html.contains("Does x raise y?"));
    assert_eq!(json(&html)["rows"].as_array().unwrap().len(), 2);
    assert!(!html.contains(&*lab.path("").to_string_lossy()), "an absolute path");
    let document = text(&before["report/report.tex"]);
    for line in document.lines().filter_map(|l| l.strip_prefix("\\input{")) {
        let file = format!("report/{}.tex", line.trim_end_matches('}'));
        assert!(before.contains_key(&file), "{file}");
    }
}

#[test]
fn a_report_names_what_there_is() {
    let lab = Lab::new();
    let spec = std::fs::read_to_string(lab.path("lab.toml")).unwrap();
    for (curve, said) in [
        ("{ grid = \"man\" }", "no grid called `man`"),
        ("{ grid = \"main\", rows = [\"roh\"] }", "no cell of this curve has a row `roh`"),
    ] {
        lab.write("lab.toml", &format!("{spec}\n[report]\ncurve = {curve}\n"));
        let output = lab.run(&["check", "lab.toml"]);
        assert_eq!(output.status.code(), Some(2));
        let error = text(&output.stderr).split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(error.contains(said), "{error}");
    }
}

/// The page of an experiment that was run here is small.
#[test]
fn pages_of_shipped_experiments_are_small() {
    for name in ["us-states", "paper"] {
        let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("results").join(name);
        let Ok(html) = std::fs::read_to_string(file.join("report.html")) else { continue };
        whole(&html);
        assert!(html.len() < 2_000_000, "{name}: {} bytes", html.len());
    }
}
