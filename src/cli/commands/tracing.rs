//! From a printed number to what made it: `trace`.

use super::super::Ending;
use super::super::args::{Experiment, Results, TraceOptions};
use super::comparing::pretty;
use super::inspecting::{command, quoted, settle_without_data};
use super::rendering::slim;
use super::{Loaded, ended, load, published, report_mistakes, user_templates};
use crate::ident::CellId;
use crate::load::{self, table, text};
use crate::mistake::{Checked, Mistake, Mistakes};
use crate::printed::{Decimal, Printed};
use crate::report::formats::FORMATS;
use crate::report::trace::{Shown, find, plain};
use crate::report::{self, Source, UserTemplates};
use crate::spec::layers::Layers;
use crate::spec::tables::TableKind;
use crate::store::folder::Folder;
use crate::store::manifest::Manifest;
use crate::store::{ExperimentRecord, Record};
use serde::Serialize;
use serde_json::json;
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

/// Where a number stands, and what made it.
#[derive(Debug, Serialize)]
struct Traced {
    table: String,
    row: String,
    /// Raw name of the row: a term, a statistic, a test.
    name: String,
    quantity: String,
    column: String,
    /// With full precision.
    value: String,
    /// Of a number that a text prints: file and line of its copy.
    #[serde(skip_serializing_if = "Option::is_none")]
    printed: Option<String>,
    /// What made it; absent where no single cell did.
    made: Option<Made>,
}

/// What a cell was made from.
#[derive(Debug, Serialize)]
struct Made {
    cell: CellId,
    label: String,
    key: Option<String>,
    sample: Option<String>,
    weights: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    error_weights: Option<String>,
    versions: BTreeMap<String, u32>,
    /// The command that fits it again.
    again: String,
}

/// A results folder and what is in it.
struct Shelf {
    loaded: Loaded,
    experiment: Experiment,
    results: Results,
    series: ExperimentRecord,
    records: BTreeMap<CellId, Record>,
    templates: UserTemplates,
    published: Option<Printed>,
    /// The version of spanel that made the results; none where no run was finished.
    made_by: Option<String>,
}

pub(super) fn trace(value: &str, file: &Path, options: &TraceOptions) -> Ending {
    let place = match place(file) {
        Ok(place) => place,
        Err(mistakes) => return report_mistakes(&mistakes, &Layers::default()),
    };
    ended((|| {
        let shelf = open(&place, options)?;
        let found = match &place.table {
            Some(id) => of_tables(&shelf, id, value),
            None => shelf.loaded.or_report(of_rows(&shelf, file, value))?,
        };
        let state = shelf.loaded.or_report(state(&shelf, file, &place, value))?;
        if options.json {
            print!("{}", pretty(&document(&shelf, file, value, &found, state)));
        } else {
            print(&shelf, file, value, &found, state);
        }
        Ok(if found.is_empty() { Ending::NothingSelected } else { Ending::Done })
    })())
}

/// The place of a file in a results folder.
struct Spot {
    /// The folder.
    root: PathBuf,
    /// The experiment's name.
    name: String,
    /// The table, of a file in `tables/`.
    table: Option<String>,
}

fn place(file: &Path) -> Checked<Spot> {
    if !file.is_file() {
        return Err(Mistake::file(file, "there is no such file").into());
    }
    let whole = std::path::absolute(file).unwrap_or_else(|_| file.to_path_buf());
    let folder = whole.parent().unwrap_or(Path::new("")).to_path_buf();
    let stem = whole.file_stem().unwrap_or_default().to_string_lossy().into_owned();
    let in_tables = folder.file_name().is_some_and(|name| name == "tables");
    if folder.file_name().is_some_and(|name| name == "figures") {
        let help = "trace the number in estimates.csv, impacts.csv or a file of tables/";
        return Err(Mistake::file(file, "numbers behind figures are not traced").help(help).into());
    }
    let root = if in_tables { folder.parent().unwrap_or(&folder).to_path_buf() } else { folder };
    let Some(name) = root.file_name().map(|name| name.to_string_lossy().into_owned()) else {
        let help =
            "name a file such as results/NAME/tables/table1.tex or results/NAME/estimates.csv";
        return Err(Mistake::file(file, "lies in no results folder").help(help).into());
    };
    Ok(Spot { root, name, table: in_tables.then_some(stem) })
}

fn open(place: &Spot, options: &TraceOptions) -> Result<Shelf, Ending> {
    let spec = match &options.experiment {
        Some(spec) => spec.clone(),
        None => guess(place).map_err(|m| report_mistakes(&m.into(), &Layers::default()))?,
    };
    let experiment =
        Experiment { spec, set: options.set.clone(), profile: options.profile.clone() };
    let results = place.root.parent().unwrap_or(Path::new("")).to_path_buf();
    let here = std::path::absolute("results").is_ok_and(|own| own == results);
    let results = Results { results: if here { PathBuf::from("results") } else { results } };
    let mut loaded = load(&experiment)?;
    let folder = Folder::at(&place.root);
    settle_without_data(&mut loaded, &folder)?;
    let series = loaded.or_report(folder.read_experiment().and_then(|found| {
        found.ok_or_else(|| {
            Mistake::file(folder.root(), "holds no results of this experiment")
                .help(format!("run it first: {}", command("run", &experiment, &results)))
                .into()
        })
    }))?;
    let records = loaded.or_report(folder.records())?;
    let shown: Vec<&CellId> = match place.table {
        Some(_) => report::shown(&loaded.spec, &loaded.plan).into_iter().collect(),
        None => loaded.plan.cells.iter().map(|cell| &cell.id).collect(),
    };
    let records = slim(loaded.or_report(records.read_current(shown))?, &BTreeSet::new());
    let templates = loaded.or_report(user_templates(&experiment.spec))?;
    let published = loaded.or_report(published(&loaded.spec))?;
    let manifest = loaded.or_report(Manifest::read(&place.root))?;
    let made_by = manifest.map(|manifest| manifest.spanel);
    Ok(Shelf { loaded, experiment, results, series, records, templates, published, made_by })
}

/// The experiment of a results folder, by its name.
fn guess(place: &Spot) -> Result<PathBuf, Mistake> {
    let file = format!("{}.toml", place.name);
    let beside = place.root.parent().and_then(Path::parent).unwrap_or(Path::new("")).to_path_buf();
    let folders =
        [PathBuf::new(), PathBuf::from("experiments"), beside.clone(), beside.join("experiments")];
    folders.iter().map(|folder| folder.join(&file)).find(|path| path.is_file()).ok_or_else(|| {
        Mistake::file(&place.root, format!("the experiment {file} is not to be found"))
            .help("name it: --experiment SPEC")
    })
}

impl Shelf {
    fn source(&self) -> Source<'_> {
        Source {
            spec: &self.loaded.spec,
            plan: &self.loaded.plan,
            records: &self.records,
            experiment: &self.series,
            published: self.published.as_ref(),
        }
    }

    fn made(&self, label: &str, id: CellId) -> Made {
        let from = self.records.get(&id).map(|record| &record.made_from);
        let again = command("run", &self.experiment, &self.results);
        Made {
            cell: id,
            label: label.to_owned(),
            key: self.records.get(&id).map(|record| record.key.to_string()),
            sample: from.and_then(|f| f.sample).map(|hash| hash.to_string()),
            weights: from.and_then(|f| f.weights).map(|hash| hash.to_string()),
            error_weights: from.and_then(|f| f.error_weights).map(|hash| hash.to_string()),
            versions: from.map(|f| (*f.versions).clone()).unwrap_or_default(),
            again: format!("{again} --cell {} --force", quoted(label)),
        }
    }
}

/// The entries of a table that show the number; of every table for the document of all of them.
fn of_tables(shelf: &Shelf, id: &str, value: &str) -> Vec<Traced> {
    let source = shelf.source();
    let all = id == "tables";
    let mut found = Vec::new();
    for spec in shelf.loaded.spec.tables.iter().filter(|table| all || table.id == id) {
        let Ok(table) = report::build::build(source, spec) else { continue };
        // Columns of these tables are no cells, but their rows are about one each.
        let compared = match &spec.kind {
            TableKind::Published { .. } => report::published::compare(source, spec),
            TableKind::Descriptive { .. }
            | TableKind::Regression(_)
            | TableKind::Tests { .. }
            | TableKind::Protocol { .. }
            | TableKind::Moran { .. }
            | TableKind::UnitRoots { .. }
            | TableKind::Robustness(_)
            | TableKind::Joint { .. } => Vec::new(),
        };
        for shown in find(&table, value) {
            let (cell, line) = report::published::origin(&compared, (shown.row, shown.place));
            let of_row = cell.map(|cell| (cell.label(), cell.id));
            let cell = shown.cell.clone().or(of_row);
            let printed = line.map(|at| format!("{}:{}", at.file.display(), at.number));
            found.push(Traced { printed, ..traced(shelf, &spec.id, shown, cell) });
        }
    }
    found
}

fn traced(shelf: &Shelf, table: &str, shown: Shown, cell: Option<(String, CellId)>) -> Traced {
    Traced {
        table: table.to_owned(),
        row: shown.label,
        name: shown.name,
        quantity: shown.quantity.to_owned(),
        column: shown.column,
        value: shown.value.to_string(),
        printed: None,
        made: cell.map(|(label, id)| shelf.made(&label, id)),
    }
}

/// The rows of a CSV file of the results folder in which the number stands.
fn of_rows(shelf: &Shelf, file: &Path, value: &str) -> Checked<Vec<Traced>> {
    if file.extension().is_none_or(|e| e != "csv") {
        let help = "trace takes the files in tables/ and the CSV files beside that folder; not the \
                    figures, nor the CSV files behind them";
        return Err(Mistake::file(file, "is no file of numbers").help(help).into());
    }
    let rows = table::read(file, text::read(file)?, None)?;
    load::csv::separated(&rows)?;
    let (cell, term) = (rows.column("cell"), rows.column("term").or(rows.column("test")));
    let wanted = Decimal::parse(value);
    let same = |text: &str| {
        let numbers = text.parse::<f64>().ok().zip(wanted.as_ref());
        numbers.is_some_and(|(full, wanted)| report::published::rounds_to(full, wanted))
    };
    let mut found = Vec::new();
    for row in 0..rows.rows.len() {
        for column in (0..rows.header.len()).filter(|c| same(rows.cell(row, *c))) {
            let id = cell.map(|c| rows.cell(row, c));
            let of = shelf.loaded.plan.cells.iter().find(|c| Some(c.id.to_string().as_str()) == id);
            found.push(Traced {
                table: String::new(),
                row: rows.row_name(row),
                name: term.map(|c| rows.cell(row, c).to_owned()).unwrap_or_default(),
                quantity: String::new(),
                column: rows.header[column].to_owned(),
                value: rows.cell(row, column).to_owned(),
                printed: None,
                made: of.map(|cell| shelf.made(&cell.label(), cell.id)),
            });
        }
    }
    Ok(found)
}

/// How a file stands to the records.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
enum State {
    /// It is what the records give, byte for byte.
    Current,
    /// It is not, but the number stands in it.
    OtherWithNumber,
    /// It is not, and the number does not stand in it.
    OtherWithoutNumber,
    /// It is not, and its format is not looked into.
    OtherUnread,
}

impl State {
    fn in_words(self) -> &'static str {
        match self {
            Self::Current => "the file is what the stored records give, byte for byte",
            Self::OtherWithNumber => {
                "the file is not what the stored records give (it is older, or was edited); the number \
                 stands in it"
            }
            Self::OtherWithoutNumber => {
                "the file is not what the stored records give (it is older, or was edited), and the \
                 number does not stand in it"
            }
            Self::OtherUnread => {
                "the file is not what the stored records give (it is older, or was edited)"
            }
        }
    }
}

fn state(shelf: &Shelf, file: &Path, place: &Spot, value: &str) -> Checked<State> {
    let bytes = text::read(file)?;
    if let Some(id) = &place.table {
        let extension = file.extension().unwrap_or_default().to_string_lossy().into_owned();
        let path = format!("tables/{id}.{extension}");
        let mut spec = shelf.loaded.spec.clone();
        let formats = FORMATS.iter().filter(|format| format.extension() == extension);
        spec.output.tables = formats.map(|format| format.name().to_owned()).collect();
        let source = Source { spec: &spec, ..shelf.source() };
        let files = report::render(source, &shelf.templates)?;
        if files.iter().any(|made| made.path == path && made.as_bytes() == bytes) {
            return Ok(State::Current);
        }
    } else if manifest_has(place, file, &bytes)? {
        return Ok(State::Current);
    }
    let Ok(text) = String::from_utf8(bytes) else { return Ok(State::OtherUnread) };
    let size = plain(value);
    let size = size.trim_start_matches('-');
    // LaTeX may group thousands, and columns of a template may be anything.
    let there = !size.is_empty() && text.replace(',', "").contains(size);
    Ok(if there { State::OtherWithNumber } else { State::OtherWithoutNumber })
}

/// Whether the manifest of the last run has the file with this content.
fn manifest_has(place: &Spot, file: &Path, bytes: &[u8]) -> Result<bool, Mistakes> {
    let name = file.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let manifest = Manifest::read(&place.root)?;
    let hash = manifest.and_then(|manifest| manifest.files.get(&name).cloned());
    Ok(hash.is_some_and(|hash| hash == crate::ident::content_hash(bytes)))
}

fn document(
    shelf: &Shelf,
    file: &Path,
    value: &str,
    found: &[Traced],
    state: State,
) -> serde_json::Value {
    json!({
        "value": value,
        "file": file,
        "state": state,
        "experiment": shelf.loaded.spec.name,
        "seed": shelf.loaded.spec.seed.0,
        "data": { "file": shelf.series.data_file, "blake3": shelf.series.data_hash },
        "spanel": shelf.made_by,
        "found": found,
    })
}

fn print(shelf: &Shelf, file: &Path, value: &str, found: &[Traced], state: State) {
    if found.is_empty() {
        println!("{value} is no number that the stored records give for {}", file.display());
        println!("numbers in the notes of tables and behind figures are not traced");
    }
    for one in found {
        let table = if one.table.is_empty() { String::new() } else { format!("{}: ", one.table) };
        let column =
            if one.column.is_empty() { String::new() } else { format!(", {}", one.column) };
        println!("{table}{}{column}", one.row);
        if !one.name.is_empty() {
            println!("  of       {} {}", one.name, one.quantity);
        }
        println!("  value    {}", one.value);
        match (&one.made, &one.printed) {
            (Some(made), _) => print_made(made),
            (None, Some(printed)) => println!("  printed  in the text; copied to {printed}"),
            (None, None) => println!("  cell     none: it is not of a single cell"),
        }
    }
    println!("data     {}  BLAKE3 {}", shelf.series.data_file, shelf.series.data_hash);
    println!("seed     {}", shelf.loaded.spec.seed.0);
    if let Some(version) = &shelf.made_by {
        println!("spanel   {version}");
    }
    println!("{}", state.in_words());
}

fn print_made(made: &Made) {
    let hash = |hash: &Option<String>| hash.clone().unwrap_or_else(|| "none".to_owned());
    println!("  cell     {}  {}", made.cell, made.label);
    println!("  sample   {}", hash(&made.sample));
    println!("  weights  {}", hash(&made.weights));
    if made.error_weights.is_some() {
        println!("  errors'  {}", hash(&made.error_weights));
    }
    for (name, version) in &made.versions {
        println!("  version  {version} of {name}");
    }
    println!("  again    {}", made.again);
}
