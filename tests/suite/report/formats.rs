//! What stands in every format, read back by small readers and held against the table object.

use super::made::{Made, at, every_table, experiment, table};
use calamine::{Data, Reader, Xlsx};
use spanel::ident::Located;
use spanel::report::build::build;
use spanel::report::formats::FORMATS;
use spanel::report::formats::plain::{Shown, value};
use spanel::report::table::Table;
use spanel::report::{RenderedFile, UserTemplates, render};
use spanel::spec::tables::MoranColumns;
use spanel::spec::tables::{LatexMode, TableKind};
use std::collections::BTreeMap;
use std::io::{Cursor, Read};

/// Signs that some format takes for markup, and letters that are not Latin.
const EDGES: &str = "R&D 50% a_b #1 ~ p<0.1 x|y *z* $5 {i} \\d [k] \"q\" -- 1..2 Île 碳排放";

/// Everything in every format.
fn in_every_format(made: &mut Made) -> Vec<RenderedFile> {
    made.spec.output.tables = FORMATS.iter().map(|f| f.name().to_owned()).collect();
    render(made.source(), &UserTemplates::new()).expect("the built-in templates can be filled in")
}

fn file<'a>(files: &'a [RenderedFile], path: &str) -> &'a RenderedFile {
    files.iter().find(|f| f.path == path).unwrap_or_else(|| panic!("no {path}"))
}

type Grid = Vec<Vec<String>>;

/// What a reader sees of the entries.
fn grid(table: &Table) -> Grid {
    let shown = |row: &spanel::report::table::Row| {
        let entries = row.entries.iter().zip(&table.columns);
        entries.map(|(entry, column)| Shown::of(entry, column.align).text()).collect()
    };
    table.rows().map(shown).collect()
}

#[test]
fn every_format_shows_the_entries_of_the_table() {
    let mut made = experiment(every_table());
    let files = in_every_format(&mut made);
    for spec in &made.spec.tables {
        let table = build(made.source(), spec).expect("the table can be built");
        let wanted = grid(&table);
        let read = |extension: &str| file(&files, &format!("tables/{}.{extension}", spec.id));
        for (format, found) in [
            ("markdown", markdown(read("md").as_text(), &table)),
            ("html", html(read("html").as_text())),
            ("typst", typst(read("typ").as_text())),
            ("docx", docx(read("docx").as_bytes())),
            ("xlsx", xlsx(read("xlsx").as_bytes(), &table)),
            ("csv", csv(read("csv").as_text(), table.columns.len())),
            ("json", json(read("json").as_text())),
        ] {
            assert_eq!(found, wanted, "table `{}` in {format}", spec.id);
        }
        let signed_zero = |text: &String| {
            text.contains(['−', '-']) && !text.contains(|c: char| ('1'..='9').contains(&c))
        };
        assert!(!wanted.iter().flatten().any(signed_zero), "table `{}`", spec.id);
    }
}

#[test]
fn numbers_are_whole_where_data_are_read() {
    let mut made = experiment(every_table());
    let files = in_every_format(&mut made);
    for spec in &made.spec.tables {
        let table = build(made.source(), spec).expect("the table can be built");
        let wanted: Vec<f64> = table
            .rows()
            .flat_map(|row| row.entries.iter().filter_map(|e| value(e).map(|n| n.value)))
            .collect();
        let html = file(&files, &format!("tables/{}.html", spec.id)).as_text();
        let marked = html.split("data-value=\"").skip(1).map(|rest| {
            rest.split('"').next().and_then(|text| text.parse::<f64>().ok()).expect("a number")
        });
        assert_eq!(marked.collect::<Vec<_>>(), wanted, "table `{}` in html", spec.id);
        let bytes = file(&files, &format!("tables/{}.xlsx", spec.id)).as_bytes();
        let mut book: Xlsx<_> = Xlsx::new(Cursor::new(bytes)).expect("a workbook");
        let sheet = book.worksheet_range_at(0).expect("a sheet").expect("that can be read");
        let numbers = sheet.used_cells().filter_map(|(_, _, data)| match data {
            Data::Float(number) => Some(*number),
            _ => None,
        });
        assert_eq!(numbers.collect::<Vec<_>>(), wanted, "table `{}` in xlsx", spec.id);
    }
}

#[test]
fn texts_come_back_as_they_are() {
    let mut spec = table(
        "moran",
        TableKind::Moran { moran: "emissions".to_owned(), columns: vec![MoranColumns::Moran] },
    );
    spec.caption = EDGES.to_owned();
    let mut made = experiment(vec![spec]);
    let files = in_every_format(&mut made);
    let read = |extension: &str| file(&files, &format!("tables/moran.{extension}"));
    let package = |extension: &str, name: &str| unescaped(&part(read(extension).as_bytes(), name));
    let typst = without_backslashes(read("typ").as_text());
    for (format, text) in [
        ("html", unescaped(read("html").as_text())),
        ("typst", typst),
        ("docx", package("docx", "word/document.xml")),
        ("xlsx", package("xlsx", "xl/sharedStrings.xml")),
    ] {
        assert!(text.contains(EDGES), "{format}: {text}");
    }
    let json: serde_json::Value = serde_json::from_str(read("json").as_text()).expect("JSON");
    assert_eq!(json["caption"], EDGES);
}

#[test]
fn the_bytes_are_the_same_every_time() {
    let once = in_every_format(&mut experiment(every_table()));
    let again = in_every_format(&mut experiment(every_table()));
    assert_eq!(once.len(), again.len());
    assert!(once.iter().zip(&again).all(|(a, b)| a == b));
}

#[test]
fn cells_can_be_found_in_every_format() {
    let mut made = experiment(every_table());
    let files = in_every_format(&mut made);
    let spec = made.spec.tables.iter().find(|t| t.id == "spanning").expect("it is there");
    let table = build(made.source(), spec).expect("the table can be built");
    for (_, id) in table.columns.iter().filter_map(|column| column.cell.as_ref()) {
        let id = id.to_string();
        for extension in ["md", "tex", "typ", "csv", "json"] {
            let text = file(&files, &format!("tables/spanning.{extension}")).as_text();
            assert!(text.contains(&id), "{extension}");
        }
        let html = file(&files, "tables/spanning.html").as_text();
        assert!(html.contains(&format!("<th scope=\"col\" data-cell=\"{id}\"")));
        let docx = part(file(&files, "tables/spanning.docx").as_bytes(), "word/document.xml");
        assert!(docx.contains(&format!("w:name=\"cell_{id}\"")));
        let xlsx = part(file(&files, "tables/spanning.xlsx").as_bytes(), "xl/comments1.xml");
        assert!(xlsx.contains(&id));
    }
    let html = file(&files, "tables/spanning.html").as_text();
    let numbers = html.matches("data-value=").count();
    assert!(numbers > 0 && html.matches("<td data-cell=").count() == numbers);
}

#[test]
fn only_the_formats_that_are_asked_for_are_written() {
    let mut made = experiment(every_table());
    made.spec.output.tables = vec!["html".to_owned()];
    let files = render(made.source(), &UserTemplates::new()).expect("it can be rendered");
    let tables = files.iter().filter(|f| f.path.starts_with("tables/"));
    assert!(tables.clone().all(|f| f.path.rsplit('.').next() == Some("html")));
    assert_eq!(tables.count(), made.spec.tables.len());
}

/// The LaTeX files of a table in this mode, the document of all tables among them.
fn in_latex(mode: LatexMode, landscape: bool, longtable: bool) -> (String, Option<String>) {
    let mut tables = every_table();
    tables.retain(|table| table.id == "spanning");
    for table in &mut tables {
        table.latex.mode = mode;
        table.latex.landscape = landscape;
        table.latex.longtable = longtable;
    }
    let made = experiment(tables);
    let files = render(made.source(), &UserTemplates::new()).expect("it can be rendered");
    let whole = files.iter().find(|f| f.path == "tables/tables.tex");
    let whole = whole.map(|f| f.as_text().to_owned());
    (file(&files, "tables/spanning.tex").as_text().to_owned(), whole)
}

#[test]
fn latex_is_a_fragment_a_float_or_a_document() {
    let (fragment, whole) = in_latex(LatexMode::Fragment, false, false);
    let whole = whole.expect("fragments have a document");
    assert!(fragment.contains("\\begin{tabular}") && !fragment.contains("\\caption"));
    assert!(fragment.contains("% Note: Simulated data."), "{fragment}");
    assert!(whole.contains("\\caption{Agglomeration \\& emissions}"), "{whole}");
    let (float, whole) = in_latex(LatexMode::Float, false, false);
    assert!(float.contains("\\begin{table}[htbp]") && !float.contains("\\documentclass"));
    assert!(!whole.expect("floats have a document").contains("\\caption{"));
    let (document, whole) = in_latex(LatexMode::Standalone, false, false);
    assert!(document.contains("\\documentclass") && document.contains("\\begin{table}[htbp]"));
    assert!(document.ends_with("\\end{document}\n") && whole.is_none());
    let (turned, whole) = in_latex(LatexMode::Float, true, false);
    assert!(turned.contains("\\begin{sidewaystable}"));
    assert!(whole.expect("floats have a document").contains("\\usepackage{rotating}"));
    let (long, whole) = in_latex(LatexMode::Float, true, true);
    assert!(long.contains("\\begin{longtable}") && long.contains("\\begin{landscape}"));
    assert!(whole.expect("long tables have a document").contains("\\usepackage{threeparttablex}"));
}

#[test]
fn a_template_reaches_nothing_but_templates() {
    for path in ["../../etc/passwd", "/etc/passwd", "../made.rs", "README.md"] {
        let mut spec = table(
            "t",
            TableKind::Moran { moran: "emissions".to_owned(), columns: vec![MoranColumns::Moran] },
        );
        spec.template = Located { value: "mine".to_owned(), ..at("mine".to_owned()) };
        let source = format!("one\n<% include \"{path}\" %>\n");
        let templates = BTreeMap::from([("mine.tex.jinja".to_owned(), source)]);
        let made = experiment(vec![spec]);
        let mistakes = render(made.source(), &templates).expect_err("there is no such template");
        let said = mistakes.iter().map(|m| format!("{m} {:?}", m.place)).collect::<String>();
        assert!(said.contains("template not found"), "{said}");
        assert!(said.contains("mine.tex.jinja") && said.contains("line: 2"), "{said}");
        assert!(!said.contains("root:"), "{said}");
    }
}

// The readers.

fn markdown(text: &str, table: &Table) -> Grid {
    let rows = text.lines().filter(|l| l.starts_with('|') && !l.starts_with("| *"));
    let numbered = table.columns.iter().any(|c| c.number.is_some());
    let heads = table.heads.len() + usize::from(numbered) + 1;
    let entries = |line: &str| {
        let bare = line.trim_matches('|').replace("\\|", "\u{1}");
        let cells =
            bare.split('|').skip(1).map(|c| c.trim().replace('\u{1}', "|").replace('\\', ""));
        cells.collect()
    };
    rows.skip(heads).map(entries).collect()
}

/// The texts between `open…>` and `close`, whatever attributes stand in the opening tag.
fn between<'a>(text: &'a str, open: &str, close: &str) -> Vec<&'a str> {
    let mut found = Vec::new();
    let mut rest = text;
    while let Some(start) = rest.find(open) {
        let after = &rest[start + open.len()..];
        let tag = after.find('>').expect("the tag is closed");
        let end = after.find(close).expect("the element is closed");
        if tag < end {
            found.push(&after[tag + 1..end]);
        }
        rest = &after[end + close.len()..];
    }
    found
}

fn without_tags(text: &str) -> String {
    let mut inside = false;
    let keep = |c: &char| {
        inside = (inside || *c == '<') && *c != '>';
        !inside && *c != '>'
    };
    text.chars().filter(keep).collect()
}

fn unescaped(text: &str) -> String {
    let mut out = text.to_owned();
    for (name, sign) in [("&lt;", "<"), ("&gt;", ">"), ("&quot;", "\""), ("&amp;", "&")] {
        out = out.replace(name, sign);
    }
    out
}

fn html(text: &str) -> Grid {
    let mut rows = Vec::new();
    for body in between(text, "<tbody", "</tbody>") {
        for row in between(body, "<tr", "</tr>") {
            let cells = between(row, "<td", "</td>");
            // The first cell is empty where no row label stands.
            let skip = usize::from(!row.contains("<th"));
            let read = |cell: &&str| {
                let marked = cell.replace("<sup>", " [").replace("</sup>", "]");
                unescaped(&without_tags(&marked))
            };
            let cells: Vec<String> = cells.iter().skip(skip).map(read).collect();
            if !cells.is_empty() {
                rows.push(cells);
            }
        }
    }
    rows
}

fn without_backslashes(text: &str) -> String {
    let mut chars = text.chars();
    let mut out = String::new();
    while let Some(c) = chars.next() {
        out.push(if c == '\\' { chars.next().unwrap_or(c) } else { c });
    }
    out
}

/// The texts in the outermost brackets of a line, each with the sign before its bracket.
fn bracketed(line: &str) -> Vec<(char, String)> {
    let mut found = Vec::new();
    let (mut depth, mut escaped, mut before) = (0, false, ' ');
    let (mut start, mut sign) = (0, ' ');
    for (i, c) in line.char_indices() {
        match c {
            _ if escaped => {}
            '[' => {
                depth += 1;
                if depth == 1 {
                    (start, sign) = (i + 1, before);
                }
            }
            ']' => {
                depth -= 1;
                if depth == 0 {
                    found.push((sign, line[start..i].to_owned()));
                }
            }
            _ => {}
        }
        escaped = c == '\\' && !escaped;
        before = c;
    }
    found
}

/// `n2([−0], [.258])` is one entry, `[failed#super[a]]` another; the first bracket is the label.
fn typst(text: &str) -> Grid {
    let (_, body) = text.split_once("\n      ),\n").expect("the heads end");
    let (_, body) = body.split_once("table.hline(stroke: 0.05em),").expect("rows begin at a rule");
    let (body, _) = body.split_once("table.hline(stroke: 0.08em),").expect("the table ends");
    let rows = body.lines().map(str::trim).filter(|line| line.starts_with('['));
    let read = |line: &str| {
        let mut parts = bracketed(line).into_iter().skip(1);
        let mut cells = Vec::new();
        while let Some((sign, first)) = parts.next() {
            let whole = match (sign, first.split_once("#super[")) {
                ('(', _) => first + &parts.next().expect("a number has two parts").1,
                (_, Some((word, mark))) => format!("{word} [{mark}"),
                (_, None) => first,
            };
            cells.push(without_backslashes(&whole));
        }
        cells
    };
    rows.map(read).collect()
}

/// A part of a zipped package.
fn part(bytes: &[u8], name: &str) -> String {
    let mut package = zip::ZipArchive::new(Cursor::new(bytes)).expect("a package");
    let mut text = String::new();
    let mut part = package.by_name(name).expect("the part is there");
    part.read_to_string(&mut text).expect("it is text");
    text
}

fn docx(bytes: &[u8]) -> Grid {
    let text = part(bytes, "word/document.xml");
    let mut rows = Vec::new();
    for row in between(&text, "<w:tr>", "</w:tr>") {
        if row.contains("<w:tblHeader/>") || row.contains("<w:gridSpan") {
            continue;
        }
        let read = |cell: &&str| {
            let runs = between(cell, "<w:r>", "</w:r>").into_iter().map(|run| {
                let text: String = between(run, "<w:t", "</w:t>").concat();
                if run.contains("superscript") { format!(" [{text}]") } else { text }
            });
            unescaped(&runs.collect::<String>())
        };
        rows.push(between(row, "<w:tc>", "</w:tc>").iter().skip(1).map(read).collect());
    }
    rows
}

/// The printed text of a number under a format such as `"("0.000")"_*`.
fn printed(number: f64, format: &str) -> String {
    let format = unescaped(format);
    let sections: Vec<&str> = format.split(';').collect();
    let section = if number < 0.0 { sections[1] } else { sections[0] };
    let mut out = String::new();
    let mut chars = section.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            '"' => out.extend(chars.by_ref().take_while(|c| *c != '"')),
            '_' => {
                chars.next();
            }
            _ => {
                let mut digits = String::from(c);
                while let Some(d) = chars.next_if(|d| "0.#,".contains(*d)) {
                    digits.push(d);
                }
                let decimals = digits.split_once('.').map_or(0, |(_, after)| after.len());
                let text = format!("{:.decimals$}", number.abs());
                out.push_str(&if digits.contains(',') { thousands(&text) } else { text });
            }
        }
    }
    out
}

fn thousands(digits: &str) -> String {
    let mut out = String::new();
    for (i, c) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            out.push(',');
        }
        out.push(c);
    }
    out
}

fn attribute<'a>(tag: &'a str, name: &str) -> Option<&'a str> {
    let (_, rest) = tag.split_once(&format!(" {name}=\""))?;
    rest.split_once('"').map(|(value, _)| value)
}

fn xlsx(bytes: &[u8], table: &Table) -> Grid {
    let styles = part(bytes, "xl/styles.xml");
    let formats: BTreeMap<&str, &str> = styles
        .split("<numFmt ")
        .skip(1)
        .map(|tag| {
            let tag = tag.split("/>").next().unwrap_or_default();
            let id = tag.trim_start_matches("numFmtId=\"").split('"').next().unwrap_or_default();
            (id, attribute(tag, "formatCode").expect("a format"))
        })
        .collect();
    let (_, used) = styles.split_once("<cellXfs").expect("formats of cells");
    let (used, _) = used.split_once("</cellXfs>").expect("they end");
    let used: Vec<&str> = used
        .split("<xf numFmtId=\"")
        .skip(1)
        .map(|xf| xf.split('"').next().unwrap_or_default())
        .collect();
    let sheet = part(bytes, "xl/worksheets/sheet1.xml");
    let style_of = |at: &str| {
        let (_, cell) = sheet.split_once(&format!("<c r=\"{at}\"")).expect("the cell is there");
        let style = attribute(cell.split('>').next().unwrap_or_default(), "s").unwrap_or("0");
        used[style.parse::<usize>().expect("a number")]
    };
    let mut book: Xlsx<_> = Xlsx::new(Cursor::new(bytes)).expect("a workbook");
    let values = book.worksheet_range_at(0).expect("a sheet").expect("that can be read");
    let numbered = table.columns.iter().any(|c| c.number.is_some());
    let mut row = 1 + table.heads.len() + usize::from(numbered) + usize::from(table.over.is_some());
    let mut rows = Vec::new();
    for group in &table.groups {
        row += usize::from(group.label.is_some());
        for _ in &group.rows {
            let read = |i: usize| {
                let (at_row, at_column) = (u32::try_from(row), u32::try_from(i + 1));
                let at = (at_row.expect("few rows"), at_column.expect("few columns"));
                match values.get_value(at) {
                    Some(Data::Float(number)) => {
                        let letter = char::from(b'A' + u8::try_from(i + 1).expect("few columns"));
                        printed(*number, formats[style_of(&format!("{letter}{}", row + 1))])
                    }
                    Some(Data::String(text)) => text.clone(),
                    _ => String::new(),
                }
            };
            rows.push((0..table.columns.len()).map(read).collect());
            row += 1;
        }
    }
    rows
}

fn csv(text: &str, width: usize) -> Grid {
    let mut reader = csv::Reader::from_reader(text.as_bytes());
    let headers = reader.headers().expect("a header").clone();
    let at = headers.iter().position(|h| h == "text").expect("a column of texts");
    let texts: Vec<String> =
        reader.records().map(|row| row.expect("a row")[at].to_owned()).collect();
    texts.chunks(width).map(<[String]>::to_vec).collect()
}

fn json(text: &str) -> Grid {
    let table: serde_json::Value = serde_json::from_str(text).expect("JSON");
    let list = |value: &serde_json::Value| value.as_array().cloned().unwrap_or_default();
    let text = |entry: &serde_json::Value| entry["text"].as_str().unwrap_or_default().to_owned();
    let groups = list(&table["groups"]);
    let rows = groups.iter().flat_map(|group| list(&group["rows"]));
    rows.map(|row| list(&row["entries"]).iter().map(text).collect()).collect()
}
