//! The same hand-made outcomes through every format.

mod curves;
mod family;
mod figure_blocks;
mod figures;
mod formats;
mod languages;
mod made;
mod options;
mod page;

use made::{Made, at, choice, every_table, experiment, regression, robustness, select, table};
use spanel::mistake::{Kind, Place};
use spanel::model::{LagOrder, RegionWeights};
use spanel::plan::Cell;
use spanel::report::tidy::by_cell;
use spanel::report::{RenderedFile, UserTemplates, render, summary};
use spanel::spec::Axis;
use spanel::spec::tables::MoranColumns;
use spanel::spec::tables::{Brackets, Parentheses, TableKind};
use spanel::store::{CellResult, Provenance};
use std::path::Path;
use std::sync::Arc;

fn rendered(made: &Made) -> Vec<RenderedFile> {
    let mut files = render(made.source(), &UserTemplates::new())
        .expect("the built-in templates can be filled in");
    files.extend(by_cell(made.source()));
    files
}

fn text<'a>(files: &'a [RenderedFile], path: &str) -> &'a str {
    files.iter().find(|f| f.path == path).unwrap_or_else(|| panic!("no {path}")).as_text()
}

#[test]
fn every_kind_of_table_in_every_format() {
    for file in rendered(&experiment(every_table())) {
        insta::assert_snapshot!(file.path.replace('/', "-"), file.as_text());
    }
}

#[test]
fn the_terminal_gets_counts_and_the_first_table() {
    let made = experiment(every_table());
    let source = made.source();
    let state = |cell: &Cell| {
        source.records.get(&cell.id).map(|r| matches!(r.result, CellResult::Fitted(_)))
    };
    insta::assert_snapshot!(summary(source, state));
}

#[test]
fn formats_carry_the_same_grid_of_values() {
    let files = rendered(&experiment(every_table()));
    for (id, levels, rows) in [
        ("spanning", 3, 16),
        ("regions", 2, 15),
        ("all-terms", 2, 18),
        ("lm", 3, 14),
        ("descriptive", 1, 3),
        ("moran", 2, 3),
        ("joint", 2, 7),
        ("robustness", 2, 6),
    ] {
        let markdown = markdown_grid(text(&files, &format!("tables/{id}.md")), levels);
        let latex = latex_grid(text(&files, &format!("tables/{id}.tex")));
        assert_eq!(markdown, latex, "table `{id}`");
        assert_eq!(latex.len(), rows, "table `{id}`");
    }
}

/// The entries of all rows below so many levels of heads, in a spelling that both formats share.
fn markdown_grid(text: &str, levels: usize) -> Vec<Vec<String>> {
    let rows = text.lines().filter(|l| l.starts_with('|') && !l.starts_with("| *"));
    let entries = |line: &str| line.trim_matches('|').split('|').skip(1).map(plain).collect();
    // One line more than the heads: the rule.
    rows.skip(levels + 1).map(entries).collect()
}

fn latex_grid(text: &str) -> Vec<Vec<String>> {
    let (_, body) = text.split_once("\\midrule").expect("rows begin at a rule");
    let (body, _) = body.split_once("\\bottomrule").expect("rows end at a rule");
    let rows = body.lines().filter(|l| l.ends_with("\\\\") && !l.contains("\\multicolumn"));
    let entries = |line: &str| {
        let unescaped = line.trim_end_matches('\\').replace("\\&", "and");
        unescaped.split('&').skip(1).map(plain).collect()
    };
    rows.map(entries).collect()
}

/// Digits, brackets, stars and words; nothing of the markup.
fn plain(cell: &str) -> String {
    let mut text = cell.to_owned();
    for (markup, bare) in [
        ("\\times10^", "×10"),
        ("\\tnote{", "["),
        ("−", "-"),
        ("–", "--"),
        ("$", ""),
        ("⁴", "4"),
        ("²", "2"),
        ("⁹", "9"),
        ("⁻⁵", "-5"),
        ("^", ""),
        ("{,}", ","),
    ] {
        text = text.replace(markup, bare);
    }
    let closes_note = text.contains('[') && !text.contains(']');
    let mut bare: String = text.chars().filter(|c| !"{}\\ ".contains(*c)).collect();
    if closes_note {
        bare.push(']');
    }
    bare
}

#[test]
fn every_note_of_simulated_data_begins_with_the_word() {
    let files = rendered(&experiment(every_table()));
    for spec in every_table() {
        let markdown = text(&files, &format!("tables/{}.md", spec.id));
        let first = markdown.lines().find(|l| l.starts_with("- ")).expect("there are notes");
        assert!(first.starts_with("- Simulated data. Drawn from"), "{first}");
        let latex = text(&files, &format!("tables/{}.tex", spec.id));
        assert!(latex.contains("\\item Simulated data. Drawn from"), "{latex}");
    }
}

#[test]
fn real_data_are_not_called_simulated() {
    let mut made = experiment(every_table());
    made.experiment.provenance =
        Some(Provenance { simulated: false, note: "Yearbooks".to_owned() });
    for file in rendered(&made) {
        assert!(!file.as_text().contains("Simulated"), "{}", file.path);
    }
    made.experiment.provenance = None;
    let files = rendered(&made);
    let notes = text(&files, "tables/moran.md");
    assert!(notes.contains("\n- Data: paper-simulated.csv.\n"), "{notes}");
    assert!(!notes.contains("Simulated"));
}

#[test]
fn letters_beyond_latin_ones_ask_for_another_tex() {
    let moran = |caption: &str| {
        let mut spec = table(
            "moran",
            TableKind::Moran { moran: "emissions".to_owned(), columns: vec![MoranColumns::Moran] },
        );
        spec.caption = caption.to_owned();
        rendered(&experiment(vec![spec]))
    };
    for (caption, ctex, fontspec, said) in [
        ("Émissions", false, false, ""),
        ("碳排放", true, true, "% It has Chinese"),
        ("Выбросы", false, true, "% It has letters that pdflatex does not set"),
    ] {
        let files = moran(caption);
        let (whole, part) = (text(&files, "tables/tables.tex"), text(&files, "tables/moran.tex"));
        assert_eq!(whole.contains("{ctex}"), ctex, "{whole}");
        assert_eq!(whole.contains("{fontspec}"), fontspec, "{whole}");
        assert_eq!(whole.contains("[T1]{fontenc}"), !fontspec, "{whole}");
        assert_eq!(whole.starts_with("% !TeX program = xelatex"), fontspec, "{whole}");
        assert!(part.contains(said) && part.contains("% It has") == fontspec, "{part}");
    }
}

#[test]
fn each_kind_of_parentheses_says_what_it_is() {
    for (what, said, entry) in [
        (
            Parentheses::StdError,
            "Standard errors in parentheses (expected information matrix).",
            "(0.1000)",
        ),
        (Parentheses::Statistic, "z statistics in parentheses.", "(−2.5804)"),
        (Parentheses::PValue, "p-values in parentheses.", "(<0.050)"),
        (Parentheses::Interval, "95 % confidence intervals in brackets.", "[−0.4540, −0.0620]"),
    ] {
        let mut wanted = regression(&[Axis::Measure], select(&["slm"], &["oa"], &["all"]));
        wanted.below = vec![(what, Brackets::Round)];
        let made = experiment(vec![table("t", TableKind::Regression(wanted))]);
        let files = rendered(&made);
        let markdown = text(&files, "tables/t.md");
        assert!(markdown.contains(said), "{markdown}");
        assert!(markdown.contains(entry), "{markdown}");
    }
}

#[test]
fn a_convention_that_differs_from_the_default_is_noted() {
    let wanted = regression(&[Axis::Region], select(&["slm"], &["la"], &["all", "east"]));
    let mut made = experiment(vec![table("t", TableKind::Regression(wanted))]);
    assert!(!text(&rendered(&made), "tables/t.md").contains("W(Qy)"));
    for cell in &mut made.plan.cells {
        Arc::make_mut(&mut cell.model).lag_order = LagOrder::DemeanThenLag;
    }
    for weights in made.spec.weights.values_mut() {
        weights.regions = RegionWeights::Cut;
    }
    made.spec.data.note = Some("Prices of 2002".to_owned());
    let files = rendered(&made);
    let markdown = text(&files, "tables/t.md");
    for said in [
        "W(Qy), effects removed before the spatial lag is taken.",
        "; a region's W is cut from the normalised matrix of all units, as it is: its rows may sum \
         to less than 1; rows of units without neighbours are zero in column (2).",
        "- Prices of 2002.",
    ] {
        assert!(markdown.contains(said), "{said} in {markdown}");
    }
}

#[test]
fn columns_stand_in_the_order_of_the_selection() {
    let wanted = regression(&[Axis::Region], select(&["slm"], &["la"], &["west", "all", "east"]));
    let made = experiment(vec![table("t", TableKind::Regression(wanted))]);
    let files = rendered(&made);
    let head = text(&files, "tables/t.md").lines().find(|l| l.starts_with('|')).expect("a head");
    let heads: Vec<&str> = head.split('|').map(str::trim).filter(|h| !h.is_empty()).collect();
    assert_eq!(heads, ["West", "China", "East"]);
}

fn with_template(name: &str, files: &[(&str, &str)]) -> (Made, UserTemplates) {
    let wanted = regression(&[Axis::Measure], select(&["slm"], &[], &["all"]));
    let mut spec = table("t", TableKind::Regression(wanted));
    spec.template = at(name.to_owned());
    let templates = files.iter().map(|&(n, s)| (n.to_owned(), s.to_owned())).collect();
    (experiment(vec![spec]), templates)
}

#[test]
fn a_template_of_the_users_is_used_and_other_formats_keep_theirs() {
    let (made, templates) = with_template(
        "mine",
        &[("mine.tex.jinja", "<% for row in groups[0].rows %>\n<< row.label >>;\n<% endfor %>\n")],
    );
    let files = render(made.source(), &templates).expect("the template can be filled in");
    assert_eq!(
        text(&files, "tables/t.tex"),
        "Measure;\n;\nMeasure (t$-$1);\n;\nln E\\&E\\_1 50\\%;\n;\n$\\rho$;\n;\n$\\lambda$;\n"
    );
    assert!(text(&files, "tables/t.md").contains("| Measure (t−1)"));
}

#[test]
fn without_a_base_the_median_gives_the_sign() {
    let mut wanted = robustness();
    wanted.base = None;
    wanted.labels.insert("measure".to_owned(), "Agglomeration".to_owned());
    let made = experiment(vec![table("t", TableKind::Robustness(wanted))]);
    let files = rendered(&made);
    let markdown = text(&files, "tables/t.md");
    assert!(markdown.contains("| Agglomeration ") && !markdown.contains("Base"), "{markdown}");
    assert!(markdown.contains("The sign is that of the median."), "{markdown}");
    // Five estimates of −0.258 and five of 0.258: the median is 0, which counts as positive.
    let row = text(&files, "robustness.csv").lines().nth(1).expect("a row");
    assert!(
        row.starts_with("t,paper,measure,12,10,0,1,1,,,0.05,positive,median,0.5,0.5,0.5,"),
        "{row}"
    );
    let choices = text(&files, "robustness_choices.csv");
    assert!(
        choices.contains("t,paper,measure,measure,oa,5,-0.25804,0.0,0.0,1.0,1.0\n"),
        "{choices}"
    );
}

#[test]
fn a_template_that_does_not_exist_is_a_mistake_of_the_specification() {
    let (made, templates) = with_template("mien", &[("mine.tex.jinja", "")]);
    let mistakes = render(made.source(), &templates).expect_err("there is no such template");
    assert_eq!(mistakes.kind(), Kind::Spec);
    insta::assert_snapshot!(describe(&mistakes));
}

#[test]
fn an_error_in_a_template_names_its_file_and_line() {
    let (made, templates) = with_template(
        "mine",
        &[
            ("mine.tex.jinja", "\\begin{table}\n  << captoin >>\n"),
            ("mine.md.jinja", "one\n<% for row in groups %>\n"),
        ],
    );
    let mistakes = render(made.source(), &templates).expect_err("both templates are wrong");
    assert_eq!(mistakes.kind(), Kind::File);
    let places: Vec<_> = mistakes.iter().map(|m| m.place.clone()).collect();
    assert!(matches!(
        &places[1],
        Place::Line { file, line: 2, column: 3, length: 13, text }
            if file == Path::new("templates/mine.tex.jinja") && text == "  << captoin >>"
    ));
    insta::assert_snapshot!(describe(&mistakes));
}

fn describe(mistakes: &spanel::mistake::Mistakes) -> String {
    let one = |m: &spanel::mistake::Mistake| {
        format!("{m}\n  help: {}", m.help.as_deref().unwrap_or_default())
    };
    mistakes.iter().map(one).collect::<Vec<_>>().join("\n")
}

#[test]
fn a_table_without_cells_is_a_mistake() {
    let tests = TableKind::Tests {
        cells: choice(&[Axis::Measure], select(&["sdmm"], &[], &[])),
        rows: vec![],
    };
    let made = experiment(vec![table("t", tests)]);
    let mistakes = render(made.source(), &UserTemplates::new()).expect_err("no cell matches");
    insta::assert_snapshot!(describe(&mistakes));
}

#[test]
fn data_files_read_back_as_the_same_numbers() {
    let made = experiment(vec![]);
    let files = rendered(&made);
    let mut reader = csv::Reader::from_reader(text(&files, "estimates.csv").as_bytes());
    let headers = reader.headers().expect("a header").clone();
    let column = |name: &str| headers.iter().position(|h| h == name).expect("a known column");
    let rows: Vec<csv::StringRecord> = reader.records().map(|r| r.expect("a row")).collect();
    let fitted = 10;
    assert_eq!(rows.len(), fitted * 5);
    let first = &rows[0];
    assert_eq!(&first[column("term")], "ln_oa");
    assert_eq!(first[column("statistic")].parse::<f64>(), Ok(-0.258_04 / 0.1));
    assert_eq!(first[column("conf_low")].parse::<f64>(), Ok(-0.258_04 - 1.96 * 0.1));
    assert_eq!(text(&files, "fits.csv").lines().count(), 1 + made.plan.cells.len());
    assert!(!files.iter().any(|f| f.path.starts_with("tables/")));
}

#[test]
fn results_of_another_family_are_not_shown() {
    let spec = table("t", TableKind::Joint { joint: family::NAME.to_owned() });
    let shown = |made: &Made| text(&rendered(made), "tables/t.md").to_owned();
    let rows = |made: &Made| text(&rendered(made), "joint.csv").lines().count();
    let mut made = experiment(vec![spec]);
    assert!(shown(&made).contains("−0.2580\\*\\*"), "{}", shown(&made));
    assert_eq!(rows(&made), 1 + 3 * 2 + 1);
    made.experiment.joint[0].level = 0.1;
    assert!(shown(&made).contains("not run [a]"), "{}", shown(&made));
    assert_eq!(rows(&made), 1);
    made.experiment.joint[0].level = 0.05;
    made.experiment.joint[0].cells.swap(0, 2);
    assert!(shown(&made).contains("not run [a]"), "{}", shown(&made));
}
