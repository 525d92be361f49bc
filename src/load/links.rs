//! Weights files → links between the units of the panel. Units are joined by name, never by
//! position.

use crate::ident::{Located, UnitId, UnitIndex};
use crate::load::table::Table;
use crate::load::text::{Text, read as read_bytes};
use crate::load::{Sort, collect, edges, gal, gwt, matrix, mtx};
use crate::mistake::{Checked, Mistake, Mistakes, nearest, suggest};
use crate::model::{Isolates, WeightsFormat};
use crate::panel::spacing::shortened;
use crate::spec::{WeightsSource, WeightsSpec};
use crate::weights::Links;
use std::collections::{BTreeSet, HashMap, HashSet};
use std::ops::Range;
use std::path::{Path, PathBuf};

/// Links between the names that a file uses.
#[derive(Debug)]
pub struct Named {
    /// Distinct, in file order.
    pub names: Vec<String>,
    /// (from, to, weight), positive weights, no loops, no duplicates.
    pub links: Vec<(usize, usize, f64)>,
    /// How many units the file says that it has and does not name: they have no links.
    pub unnamed: usize,
    /// Where the names stand.
    pub origin: Origin,
}

/// Where the names of a file stand.
#[derive(Debug)]
pub enum Origin {
    /// Each first at these bytes of a text.
    Text(Text, Vec<Range<usize>>),
    /// Each first in this row of a column.
    Table(Table, usize, Vec<usize>),
    /// In the attributes of the features of a file, a feature each.
    Features(PathBuf),
}

impl Named {
    /// Units without links.
    pub fn units(names: Vec<String>, origin: Origin) -> Self {
        Self { names, links: Vec::new(), unnamed: 0, origin }
    }

    /// The file.
    pub fn file(&self) -> &Path {
        match &self.origin {
            Origin::Text(text, _) => &text.file,
            Origin::Table(table, ..) => table.file(),
            Origin::Features(file) => file,
        }
    }

    /// A mistake about the name at `index`.
    pub fn mistake(&self, index: usize, message: impl Into<String>) -> Mistake {
        match &self.origin {
            Origin::Text(text, places) => text.mistake(places[index].clone(), message),
            Origin::Table(table, column, rows) => {
                table.mistake(rows[index], *column, &message.into())
            }
            Origin::Features(file) => {
                let feature = format!("feature {}, `{}`", index + 1, self.names[index]);
                Mistake::file(file, format!("{feature}: {}", message.into()))
            }
        }
    }
}

/// Collects the units and links of a file, and what is wrong with them.
#[derive(Debug)]
pub struct Builder {
    names: Vec<String>,
    places: Vec<Range<usize>>,
    at: HashMap<String, usize>,
    links: Vec<(usize, usize, f64)>,
    link_places: Vec<Range<usize>>,
    seen: HashMap<(usize, usize), usize>,
    /// Repeated units, unknown units, loops, repeated links.
    sorts: [Sort; 4],
}

impl Builder {
    /// Nothing yet of `file`.
    pub fn new(file: &Path) -> Self {
        let sort = |what| Sort::new(file, what);
        Self {
            names: Vec::new(),
            places: Vec::new(),
            at: HashMap::new(),
            links: Vec::new(),
            link_places: Vec::new(),
            seen: HashMap::new(),
            sorts: [
                sort("units that are listed twice"),
                sort("neighbours that are not listed as units"),
                sort("units that are their own neighbours"),
                sort("links that are listed twice"),
            ],
        }
    }

    /// Adds a unit that may be listed once only, and tells whether it is the first time.
    pub fn unit(&mut self, text: &Text, name: &str, at: Range<usize>) -> bool {
        let Some(&first) = self.at.get(name) else {
            self.unit_if_new(name, at);
            return true;
        };
        let line = text.line_of(self.places[first].start);
        let message = format!("`{name}` is listed in line {line} already");
        self.sorts[0].add(|| text.mistake(at, message).help("each unit is listed once"));
        false
    }

    /// Adds a unit unless it is known, and tells its position.
    pub fn unit_if_new(&mut self, name: &str, at: Range<usize>) -> usize {
        if let Some(&known) = self.at.get(name) {
            return known;
        }
        self.at.insert(name.to_owned(), self.names.len());
        self.names.push(name.to_owned());
        self.places.push(at);
        self.names.len() - 1
    }

    /// Adds a link between known units; `at` is where it stands.
    pub fn link(&mut self, text: &Text, from: &str, to: &str, weight: f64, at: Range<usize>) {
        let Some(&to_position) = self.at.get(to) else {
            let names = &self.names;
            let known = || suggest(to, names.iter().map(String::as_str));
            let message = format!("`{to}`, a neighbour of `{from}`, is not listed as a unit");
            return self.sorts[1].add(|| text.mistake(at, message).help(known()));
        };
        let Some(&from_position) = self.at.get(from) else { return };
        if from_position == to_position {
            let message = format!("`{from}` is its own neighbour");
            let advice = "the diagonal of W is zero: remove the link";
            return self.sorts[2].add(|| text.mistake(at, message).help(advice));
        }
        let next = self.links.len();
        let first = *self.seen.entry((from_position, to_position)).or_insert(next);
        if first != next {
            let line = text.line_of(self.link_places[first].start);
            let message =
                format!("`{to}` is listed as a neighbour of `{from}` in line {line} already");
            return self.sorts[3]
                .add(|| text.mistake(at, message).help("each link is listed once"));
        }
        self.links.push((from_position, to_position, weight));
        self.link_places.push(at);
    }

    /// The mistakes so far.
    pub fn take_mistakes(&mut self) -> Vec<Mistake> {
        let fresh = Self::new(Path::new("")).sorts;
        collect(std::mem::replace(&mut self.sorts, fresh))
    }

    /// What was read from `text`.
    pub fn with(self, text: Text) -> Named {
        let Self { names, places, links, .. } = self;
        Named { names, links, unnamed: 0, origin: Origin::Text(text, places) }
    }
}

/// Reads a file of links.
pub fn read(file: &Path, format: WeightsFormat, names: Option<&Path>) -> Checked<Named> {
    let text = Text::decode(file, read_bytes(file)?)?;
    match format {
        WeightsFormat::Gal => gal::read(text),
        WeightsFormat::Matrix => matrix::read(text),
        WeightsFormat::Edges => edges::read(text),
        WeightsFormat::Gwt => gwt::read(text),
        WeightsFormat::Mtx => {
            let names = names.map(|names| Text::decode(names, read_bytes(names)?)).transpose()?;
            mtx::read(text, names)
        }
    }
}

/// Refuses links that lead one way only, unless `spec` means W to have them.
pub fn mutual(named: &Named, spec: &WeightsSpec) -> Checked<()> {
    if spec.asymmetric {
        return Ok(());
    }
    Mistakes::unless_empty(asymmetries(named).into_vec(), ())
}

/// Links that lead one way only.
fn asymmetries(named: &Named) -> Sort {
    let mut sort = Sort::new(named.file(), "links that lead one way only");
    let all: HashSet<(usize, usize)> = named.links.iter().map(|&(i, j, _)| (i, j)).collect();
    for &(i, j, _) in &named.links {
        if !all.contains(&(j, i)) {
            let (from, to) = (&named.names[i], &named.names[j]);
            let message = format!("`{from}` lists `{to}`, but `{to}` does not list `{from}`");
            sort.add(|| {
                named.mistake(i, message).help(
                    "list the pair both ways, or set `asymmetric = true` if W is meant to be so",
                )
            });
        }
    }
    sort
}

/// The links of `named`, and those that `spec` adds, between the units of the data. Units of the
/// file that the data lack are refused, or dropped if `spec` says so.
pub fn join(named: &Named, spec: &WeightsSpec, units: &UnitIndex) -> Checked<Links> {
    let mut mistakes = Vec::new();
    let to = matched(named, spec, units).unwrap_or_else(|found| {
        mistakes.extend(found.into_vec());
        vec![None; named.names.len()]
    });
    let links = named.links.iter();
    let links = links.filter_map(|&(i, j, weight)| Some((to[i]?, to[j]?, weight))).collect();
    let declared = Declared::of(spec, units).map_err(|found| mistakes.extend(found.into_vec()));
    Mistakes::unless_empty(mistakes, ())?;
    let links = declared.unwrap_or_default().apply(links);
    Ok(Links { units: units.as_slice().to_vec(), links })
}

/// Which unit of the data each name of a file stands for. Names that the data lack are refused, or
/// none of theirs if `spec` drops them; every unit of the data has a name.
pub fn matched(
    named: &Named,
    spec: &WeightsSpec,
    units: &UnitIndex,
) -> Checked<Vec<Option<usize>>> {
    let matched = Matched::of(named, units);
    let mistakes = matched.mistakes(named, spec, units);
    Mistakes::unless_empty(mistakes, matched.to)
}

/// Which unit of the data each name of a file stands for.
struct Matched {
    to: Vec<Option<usize>>,
    /// Pairs of names that stand for the same unit.
    twice: Vec<(usize, usize)>,
    /// Names that could stand for several units.
    ambiguous: BTreeSet<usize>,
}

impl Matched {
    /// Exact names first; then names that differ in underscores for blanks, if one unit only does.
    fn of(named: &Named, units: &UnitIndex) -> Self {
        let exact = units.positions();
        let mut loose: HashMap<String, Vec<usize>> = HashMap::with_capacity(units.len());
        for (position, unit) in units.as_slice().iter().enumerate() {
            loose.entry(unit.0.replace('_', " ")).or_default().push(position);
        }
        let mut matched = Self { to: Vec::new(), twice: Vec::new(), ambiguous: BTreeSet::new() };
        let mut taken: HashMap<usize, usize> = HashMap::with_capacity(named.names.len());
        for (index, name) in named.names.iter().enumerate() {
            let near = || loose.get(&name.replace('_', " ")).map_or(&[][..], Vec::as_slice);
            let found = exact.get(&UnitId(name.clone())).copied().or_else(|| match near() {
                [one] => Some(*one),
                several => {
                    matched.ambiguous.extend((!several.is_empty()).then_some(index));
                    None
                }
            });
            if let Some(first) = found.and_then(|unit| taken.insert(unit, index)) {
                matched.twice.push((first, index));
            }
            matched.to.push(found);
        }
        matched
    }

    fn mistakes(&self, named: &Named, spec: &WeightsSpec, units: &UnitIndex) -> Vec<Mistake> {
        if self.to.iter().all(Option::is_none) {
            return vec![strangers(named, units)];
        }
        let extra: Vec<usize> = (0..self.to.len()).filter(|&i| self.to[i].is_none()).collect();
        let mut mistakes: Vec<Mistake> =
            self.absent(named, spec, units, &extra).into_iter().collect();
        let mut sorts = [
            Sort::new(named.file(), "names that stand for the same unit"),
            Sort::new(named.file(), "names that could stand for several units"),
            Sort::new(named.file(), "units that the data do not have"),
        ];
        let at = |index: usize, message: String| named.mistake(index, message);
        for &(first, second) in &self.twice {
            let (one, other) = (&named.names[first], &named.names[second]);
            let message = format!("`{other}` and `{one}` are the same unit of the data");
            sorts[0].add(|| at(second, message).help("an underscore may stand for a blank"));
        }
        for &index in &self.ambiguous {
            let message = format!("`{}` could stand for several units", named.names[index]);
            sorts[1].add(|| {
                at(index, message).help("write the name as the data do, in quotation marks")
            });
        }
        if !spec.drop_extra_units {
            for &index in extra.iter().filter(|index| !self.ambiguous.contains(index)) {
                let message = format!("`{}` is no unit of the data", named.names[index]);
                sorts[2].add(|| {
                    at(index, message).help("correct the name, or set `extra_units = \"drop\"` to leave such units out of W")
                });
            }
        }
        mistakes.extend(collect(sorts));
        mistakes
    }

    /// Units of the data that the file lacks, each with the nearest name that is left over.
    fn absent(
        &self,
        named: &Named,
        spec: &WeightsSpec,
        units: &UnitIndex,
        extra: &[usize],
    ) -> Option<Mistake> {
        let found: HashSet<usize> = self.to.iter().flatten().copied().collect();
        let absent: Vec<&UnitId> =
            (0..units.len()).filter(|i| !found.contains(i)).map(|i| &units.as_slice()[i]).collect();
        if absent.len() <= named.unnamed {
            return None;
        }
        let describe = |(shown, unit): (usize, &&UnitId)| {
            let left = extra.iter().map(|&i| named.names[i].as_str());
            let near = if shown < 8 { nearest(&unit.0, left) } else { None };
            near.map_or(format!("`{unit}`"), |near| format!("`{unit}` (the file has `{near}`)"))
        };
        let listed = absent.iter().enumerate().map(describe).collect();
        let what = match absent.len() {
            1 => "a unit".to_owned(),
            n => format!("{n} units"),
        };
        let message = format!("this file lacks {what} of the data: {}", shortened(listed));
        let advice = match &spec.source {
            WeightsSource::File { format: WeightsFormat::Edges, .. } => {
                "names must be those of the data; a unit without neighbours has a row with an empty `to`"
            }
            WeightsSource::File { format: WeightsFormat::Gwt, .. } => {
                "names must be those of the data; the first line counts the units without neighbours too"
            }
            WeightsSource::File { .. } => {
                "names must be those of the data; a unit without neighbours is listed too"
            }
            _ => "names must be those of the data",
        };
        Some(Mistake::file(named.file(), message).help(advice))
    }
}

/// A file none of whose names is in the data.
fn strangers(named: &Named, units: &UnitIndex) -> Mistake {
    let first = |names: &mut dyn Iterator<Item = &str>| {
        let shown: Vec<String> = names.take(3).map(|name| format!("`{name}`")).collect();
        shown.join(", ")
    };
    let theirs = first(&mut named.names.iter().map(String::as_str));
    let ours = first(&mut units.as_slice().iter().map(|unit| unit.0.as_str()));
    let message = format!(
        "no unit of this file is in the data: it names {theirs}, …, the data name {ours}, …"
    );
    Mistake::file(named.file(), message)
        .help("`data.unit` must be the column whose values this file uses")
}

/// The links that a specification adds and takes out, both ways, as positions of units.
#[derive(Debug, Default)]
pub struct Declared {
    added: Vec<(usize, usize)>,
    removed: HashSet<(usize, usize)>,
}

impl Declared {
    /// Those of `spec`; their units are among `units`.
    pub fn of(spec: &WeightsSpec, units: &UnitIndex) -> Checked<Self> {
        let mut mistakes = Vec::new();
        let added = both_ways(&spec.links, units, &mut mistakes);
        let removed = both_ways(&spec.without_links, units, &mut mistakes);
        Mistakes::unless_empty(mistakes, Self { added, removed: removed.into_iter().collect() })
    }

    /// Adds links of weight 1 that are not there yet, and takes out the others; rising.
    pub fn apply(&self, mut links: Vec<(usize, usize, f64)>) -> Vec<(usize, usize, f64)> {
        links.retain(|&(i, j, _)| !self.removed.contains(&(i, j)));
        let mut known: HashSet<(usize, usize)> = links.iter().map(|&(i, j, _)| (i, j)).collect();
        for &(i, j) in &self.added {
            if known.insert((i, j)) {
                links.push((i, j, 1.0));
            }
        }
        links.sort_unstable_by_key(|&(i, j, _)| (i, j));
        links
    }

    /// The same between the units of `kept`, which are some of `units`.
    #[must_use]
    pub fn among(&self, units: &UnitIndex, kept: &UnitIndex) -> Self {
        let positions = kept.positions();
        let to: Vec<Option<usize>> =
            units.as_slice().iter().map(|unit| positions.get(unit).copied()).collect();
        let moved = |&(i, j): &(usize, usize)| Some((to[i]?, to[j]?));
        Self {
            added: self.added.iter().filter_map(moved).collect(),
            removed: self.removed.iter().filter_map(moved).collect(),
        }
    }
}

fn both_ways(
    pairs: &[Located<(String, String)>],
    units: &UnitIndex,
    mistakes: &mut Vec<Mistake>,
) -> Vec<(usize, usize)> {
    let positions = units.positions();
    let mut links = Vec::new();
    for link in pairs {
        let (one, other) = &link.value;
        let found = [one, other].map(|name| positions.get(&UnitId(name.clone())).copied());
        for (name, position) in [one, other].into_iter().zip(found) {
            if position.is_none() {
                let known = suggest(name, units.as_slice().iter().map(|u| u.0.as_str()));
                let message = format!("`{name}` is no unit of the data");
                mistakes.push(Mistake::spec(&link.at, message).help(known));
            }
        }
        match found {
            [Some(i), Some(j)] if i == j => {
                let message = format!("this link leads from `{one}` to itself");
                mistakes.push(Mistake::spec(&link.at, message).help("name two different units"));
            }
            [Some(i), Some(j)] => links.extend([(i, j), (j, i)]),
            _ => {}
        }
    }
    links
}

/// The links among the units of `kept`, which are some of those of `links`.
pub fn among(links: &Links, kept: &UnitIndex) -> Links {
    let positions = kept.positions();
    let to: Vec<Option<usize>> =
        links.units.iter().map(|unit| positions.get(unit).copied()).collect();
    let mut inner: Vec<(usize, usize, f64)> =
        links.links.iter().filter_map(|&(i, j, weight)| Some((to[i]?, to[j]?, weight))).collect();
    inner.sort_unstable_by_key(|&(i, j, _)| (i, j));
    Links { units: kept.as_slice().to_vec(), links: inner }
}

/// Refuses units without neighbours if `spec` does.
pub fn check_isolates(links: &Links, spec: &WeightsSpec) -> Checked<()> {
    let linked: HashSet<usize> = links.links.iter().map(|&(from, ..)| from).collect();
    let isolates: Vec<String> = (0..links.units.len())
        .filter(|i| !linked.contains(i))
        .map(|i| format!("`{}`", links.units[i]))
        .collect();
    match spec.isolates {
        Isolates::Error if !isolates.is_empty() => Err(refused(spec, isolates).into()),
        Isolates::Error | Isolates::Keep => Ok(()),
    }
}

fn refused(spec: &WeightsSpec, isolates: Vec<String>) -> Mistake {
    let (what, verb) = match isolates.len() {
        1 => ("a unit".to_owned(), "has"),
        n => (format!("{n} units"), "have"),
    };
    let first = isolates[0].trim_matches('`').to_owned();
    let message = format!("{what} {verb} no neighbour: {}", shortened(isolates));
    let or = match spec.source {
        WeightsSource::Contiguity { .. } => {
            ", or set `tolerance` where boundaries that should touch do not quite"
        }
        _ => "",
    };
    Mistake::spec(&spec.at, message)
        .help(format!(
            "set isolates = \"keep\" (their spatial lag is 0), or link them: links = [[\"{first}\", \"…\"]]{or}"
        ))
}
