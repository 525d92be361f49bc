//! What was found → a commented experiment.

use super::columns::{Columns, Number};
use super::neighbours::Fitting;
use super::{Draft, FILL_IN};
use crate::expr::is_word;
use crate::load::table::{Origin, Table};
use crate::model::WeightsFormat;
use crate::spec::resolve::RESERVED;
use std::collections::BTreeSet;
use std::fmt::Write;
use std::path::Path;

/// A column under the name that the experiment has for it.
struct Used {
    /// The name in the experiment.
    name: String,
    /// The name in the file.
    header: String,
    positive: bool,
}

pub(super) fn write(
    table: &Table,
    columns: &Columns,
    weights: &[Fitting],
    reference: &dyn Fn(&Path) -> String,
) -> Draft {
    let mut page = Page { text: String::new(), open: Vec::new() };
    let used = used(table, columns);
    let weights = &named(weights);
    page.head(table);
    page.data(table, columns, reference);
    page.variables(&used);
    page.weights(weights, reference);
    page.regions(table, columns);
    page.grid(columns, &used, weights);
    page.beside(table, columns, &used);
    page.tables(&used);
    Draft { text: page.text, open: page.open }
}

/// A text as TOML writes it.
fn quoted(text: &str) -> String {
    toml::Value::String(text.to_owned()).to_string()
}

/// A text of a file within a comment: on one line.
fn shown(text: &str) -> String {
    format!("`{}`", text.split_whitespace().collect::<Vec<_>>().join(" "))
}

fn listed<'a>(names: impl IntoIterator<Item = &'a str>) -> String {
    names.into_iter().map(shown).collect::<Vec<_>>().join(", ")
}

fn list(names: &[&str]) -> String {
    format!("[{}]", names.iter().map(|name| quoted(name)).collect::<Vec<_>>().join(", "))
}

/// The response, the measure and controls.
fn used(table: &Table, columns: &Columns) -> Vec<Used> {
    let mut taken: BTreeSet<String> = table.header.iter().map(str::to_owned).collect();
    let mut name = |header: &str| -> String {
        let plain = is_word(header) && !RESERVED.contains(&header);
        // What stands in backticks cannot hold one.
        if plain || header.contains('`') {
            return header.to_owned();
        }
        let mut alias = word(header);
        while !taken.insert(alias.clone()) || RESERVED.contains(&alias.as_str()) {
            alias.push('_');
        }
        alias
    };
    columns
        .chosen
        .iter()
        .map(|number| {
            let header = &table.header[number.column];
            Used { name: name(header), header: header.to_owned(), positive: number.positive }
        })
        .collect()
}

/// The letters and digits of a header, as a name: `GDP per capita` → `gdp_per_capita`.
fn word(header: &str) -> String {
    let parts = header.split(|c: char| !c.is_alphanumeric()).filter(|part| !part.is_empty());
    let joined = parts.collect::<Vec<_>>().join("_").to_lowercase();
    if is_word(&joined) { joined } else { format!("x_{joined}") }
}

struct Page {
    text: String,
    open: Vec<String>,
}

impl Page {
    fn line(&mut self, line: &str) {
        self.text.push_str(line);
        self.text.push('\n');
    }

    fn section(&mut self, header: &str) {
        self.line(&format!("\n{header}"));
    }

    /// A key, and why it has its value.
    fn key(&mut self, key: &str, value: &str, why: &str) {
        self.line(&format!("{key} = {value}  # {why}"));
    }

    fn head(&mut self, table: &Table) {
        let file = table.file().file_name().unwrap_or_default().to_string_lossy().into_owned();
        let _ = write!(
            self.text,
            "\
# An experiment on {}
#
# Drafted by `spanel new` from the data alone. Its choices are guesses: read them, change them. Then
# `spanel check` says whether it can run, and `spanel run` runs it. `experiments/README.md` explains
# every key; for completion in an editor, `spanel schema > spanel.schema.json` and make this the first
# line:  #:schema spanel.schema.json

title = {}
seed = 1  # root of all randomness; results are the same for the same seed
",
            shown(&file),
            quoted(&file)
        );
    }

    fn data(&mut self, table: &Table, columns: &Columns, reference: &dyn Fn(&Path) -> String) {
        self.section("[data]");
        self.key("file", &quoted(&reference(table.file())), "relative to this file");
        if let Origin::Sheet(_, sheet, _) = &table.origin {
            self.key("sheet", &quoted(sheet), "of the workbook");
        }
        let name =
            |column: Option<usize>| quoted(column.map_or(FILL_IN, |column| &table.header[column]));
        let (units, periods) = columns.size;
        let of_unit = match columns.unit {
            None => "no column looks like names of units: write which one it is".to_owned(),
            Some(_) if columns.time.is_none() => "names of units".to_owned(),
            Some(_) => format!("names of units: {units}"),
        };
        self.key("unit", &name(columns.unit), &of_unit);
        let of_time = match columns.time {
            None => "no column looks like periods (whole numbers such as years)".to_owned(),
            Some(_) => format!("periods: {periods}, whole numbers, equally spaced"),
        };
        self.key("time", &name(columns.time), &of_time);
        if columns.unit.is_none() {
            self.open.push("`data.unit`: no column looks like names of units".to_owned());
        }
        if columns.time.is_none() {
            let why = "`data.time`: no column looks like periods; a panel needs several";
            self.open.push(why.to_owned());
        }
        if columns.unit.is_some() && !columns.keyed {
            self.line("# Some rows have the same unit and period: one row for each is needed.");
            self.open.push("rows that have the same unit and period".to_owned());
        }
        let (policy, why) = missing(columns);
        self.key("missing", &quoted(policy), &why);
        self.line("# years = [2000, 2010]  # the first and the last period to use");
        self.line("# note = \"…\"  # a sentence for the note of every table");
    }

    fn variables(&mut self, used: &[Used]) {
        self.section("[variables]");
        self.line("# Labels for tables, and columns that are computed: ln exp sqrt abs lag diff …");
        for column in used.iter().filter(|column| column.name != column.header) {
            let expr = quoted(&format!("`{}`", column.header));
            let label = quoted(&column.header);
            self.line(&format!("{} = {{ expr = {expr}, label = {label} }}", key(&column.name)));
        }
        let logs = used.iter().filter(|c| c.positive && is_word(&c.name));
        for column in logs {
            let label = quoted(&format!("ln {}", column.header));
            let name = &column.name;
            let name_of_log = key(&format!("ln_{name}"));
            self.line(&format!("# {name_of_log} = {{ expr = \"ln({name})\", label = {label} }}"));
        }
    }

    fn weights(&mut self, weights: &[(String, &Fitting)], reference: &dyn Fn(&Path) -> String) {
        if weights.is_empty() {
            self.section("[weights.w]");
            self.line(
                "# No file beside the data holds weights between its units. Every grid needs",
            );
            self.line(
                "# some: a GAL file, a CSV matrix with the units in its first row and column,",
            );
            self.line("# or a CSV of edges, from,to[,weight]. Names are those of the unit column.");
            self.key("file", &quoted(&format!("{FILL_IN}.gal")), "write the name of the file");
            self.line("# format = \"matrix\"  # or \"edges\", for .csv");
            let why = "`weights.w.file`: no file beside the data holds weights between its units";
            self.open.push(why.to_owned());
        }
        for (name, found) in weights {
            self.section(&format!("[weights.{}]", key(name)));
            let file = quoted(&reference(&found.file));
            self.key("file", &file, "found beside the data; its names fit the units");
            match found.format {
                WeightsFormat::Gal | WeightsFormat::Gwt | WeightsFormat::Mtx => {}
                WeightsFormat::Matrix => self.line("format = \"matrix\""),
                WeightsFormat::Edges => self.line("format = \"edges\""),
            }
            self.key("normalise", "\"row\"", "or \"spectral\", \"min-max\", \"none\"");
            if found.asymmetric {
                self.key("asymmetric", "true", "some links lead one way only: is that meant?");
            }
            if found.extra_units {
                self.key("extra_units", "\"drop\"", "the file knows units that the data lack");
            }
            if found.isolates {
                self.key("isolates", "\"keep\"", "some units have no neighbour: their lag is 0");
            }
        }
    }

    fn regions(&mut self, table: &Table, columns: &Columns) {
        self.section("[regions]");
        self.line("all = { all = true, label = \"All\" }");
        for (column, values) in &columns.groups {
            let header = &table.header[*column];
            self.line(&format!("# {} groups the units:", shown(header)));
            for value in values {
                let key = if is_word(value) && value.is_ascii() {
                    value.to_lowercase()
                } else {
                    quoted(value)
                };
                let (column, value) = (quoted(header), quoted(value));
                self.line(&format!("# {key} = {{ column = {column}, values = [{value}] }}"));
            }
        }
    }

    fn grid(&mut self, columns: &Columns, used: &[Used], weights: &[(String, &Fitting)]) {
        let name = |at: usize, instead: &str| {
            used.get(at).map_or(format!("{FILL_IN}-{instead}"), |column| column.name.clone())
        };
        let (response, variable) = (name(0, "RESPONSE"), name(1, "MEASURE"));
        self.section("[measures]");
        let label = used.get(1).map_or(variable.as_str(), |column| column.header.as_str());
        let measure = format!("{{ variable = {}, label = {} }}", quoted(&variable), quoted(label));
        self.key("m", &measure, "the regressor of interest; a grid may go through several");
        self.section("[grids.main]");
        self.line("# Every key that holds a list is an axis: the grid is their cross product.");
        self.key("response", &quoted(&response), "the left-hand side: the first column of numbers");
        let controls: Vec<&str> = used.iter().skip(2).map(|column| column.name.as_str()).collect();
        self.key("controls", &list(&controls), "the next ones");
        let effects = if has_room_for_both(columns, controls.len()) { "two-way" } else { "none" };
        self.key(
            "model",
            &list(&["ols", "slm", "sem"]),
            "least squares, spatial lag, spatial error",
        );
        self.key("effects", &quoted(effects), "or \"none\", \"individual\", \"time\", \"two-way\"");
        self.key("measure", "\"m\"", "of [measures]");
        self.key("region", "\"all\"", "of [regions]");
        self.key("lags", "0", "time lags of the measure: 2 is lags 0, 1 and 2");
        let first = weights.first().map_or("w", |(name, _)| name);
        self.key("weights", &quoted(first), "of [weights]");
        self.key("tests", &list(&["lm", "moran"]), "for spatial dependence");
        if used.len() < 2 {
            let why = "`grids.main`: fewer than two columns of numbers vary within units; the \
                       response and a measure are needed";
            self.open.push(why.to_owned());
        }
    }

    /// Columns that the grid leaves out, and why.
    fn beside(&mut self, table: &Table, columns: &Columns, used: &[Used]) {
        let header = |number: &Number| table.header[number.column].to_owned();
        let in_use: BTreeSet<&str> = used.iter().map(|column| column.header.as_str()).collect();
        let of = |wanted: &dyn Fn(&Number) -> bool| -> Vec<String> {
            let others = columns.numbers.iter().filter(|n| wanted(n)).map(header);
            others.filter(|name| !in_use.contains(name.as_str())).collect()
        };
        let more = of(&|n| n.moves && !n.gaps);
        let gaps = of(&|n| n.moves && n.gaps);
        let fixed = of(&|n| !n.moves);
        for (names, why) in [
            (more, "more columns of numbers"),
            (gaps, "with missing values (see `data.missing`)"),
            (fixed, "constant within units, which individual effects absorb"),
        ] {
            if !names.is_empty() {
                let names = listed(names.iter().map(String::as_str));
                self.line(&format!("# Not used, {why}: {names}"));
            }
        }
    }

    fn tables(&mut self, used: &[Used]) {
        let mut all: Vec<&str> = used.iter().map(|c| c.name.as_str()).collect();
        if all.is_empty() {
            all.push(FILL_IN);
        }
        self.section("[[tables]]");
        self.line("id = \"descriptive\"");
        self.line("kind = \"descriptive\"");
        self.line("caption = \"Descriptive statistics\"");
        self.line(&format!("variables = {}", list(&all)));
        self.section("[[tables]]");
        self.line("id = \"main\"");
        self.line("kind = \"regression\"");
        self.line("caption = \"Estimates\"");
        self.line("grid = \"main\"");
        self.key("columns", "[\"model\"]", "the axes that head the columns");
        self.key("statistics", &list(&["r2", "loglik", "n"]), "below the estimates");
    }
}

/// What to do with gaps, and why. Units may leave; periods that leave would make holes.
fn missing(columns: &Columns) -> (&'static str, String) {
    let (units, periods) = columns.size;
    let absent = columns.absent;
    if absent == 0 {
        let why = "or \"mean\", \"interpolate\", \"drop-unit\", \"drop-period\"";
        return ("error", why.to_owned());
    }
    let gaps = format!("{absent} of {} rows are absent or have gaps", units * periods);
    if columns.whole < 2 {
        return ("error", format!("{gaps}: \"mean\" or \"interpolate\" would fill them"));
    }
    let leave = units - columns.whole;
    ("drop-unit", format!("{gaps}, of units that leave: {leave}; or \"mean\", \"interpolate\""))
}

/// Whether unit and period effects leave observations for the slopes.
fn has_room_for_both(columns: &Columns, controls: usize) -> bool {
    let (units, periods) = columns.size;
    units.saturating_sub(1) * periods.saturating_sub(1) > 2 * (controls + 2)
}

/// Weights by the names of their files, which may be of two kinds.
fn named(weights: &[Fitting]) -> Vec<(String, &Fitting)> {
    let mut taken = BTreeSet::new();
    let mut name = |found: &Fitting| {
        let stem = found.file.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        if taken.insert(stem.clone()) {
            return stem;
        }
        found.file.file_name().unwrap_or_default().to_string_lossy().replace('.', "-")
    };
    weights.iter().map(|found| (name(found), found)).collect()
}

fn key(name: &str) -> String {
    let bare = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '-';
    if !name.is_empty() && name.chars().all(bare) { name.to_owned() } else { quoted(name) }
}
