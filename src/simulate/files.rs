//! Files in, CSV and provenance out. Writing them is the caller's business.

use super::generate::{Drawn, generate};
use super::{Process, spec};
use crate::ident::{UnitId, UnitIndex};
use crate::load::text::{Text, read};
use crate::load::{csv as table, gal};
use crate::mistake::{Checked, Mistake, Mistakes, suggest};
use crate::model::Normalisation;
use crate::weights::{Links, Weights};
use serde::Serialize;
use std::collections::BTreeMap;
use std::path::Path;

/// A simulated panel, ready to be written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Simulation {
    /// The panel, six decimals.
    pub csv: String,
    /// What stands beside it as `NAME.provenance.toml`: that it is simulated.
    pub provenance: String,
}

/// Simulates the process of the file `process`.
pub fn simulate(process: &Path) -> Checked<Simulation> {
    let text = Text::decode(process, read(process)?)?;
    let folder = process.parent().unwrap_or_else(|| Path::new(""));
    let process_spec = spec::parse(&text, folder)?;
    let units = Roster::read(&process_spec)?;
    let weights = weights(&process_spec, &units)?;
    let drawn = generate(&process_spec, &weights)
        .map_err(|reason| Mistake::file(process, reason.to_string()).help(MORE_SPREAD))?;
    Ok(Simulation {
        csv: rows(&process_spec, &units, &drawn),
        provenance: provenance(&process_spec),
    })
}

const MORE_SPREAD: &str = "raise `sd` of the response, or lower its coefficients or `sigma`";

/// The units with the columns that are carried over.
struct Roster {
    names: UnitIndex,
    /// By unit, in the order of `Units::carry`.
    carried: Vec<Vec<String>>,
}

impl Roster {
    fn read(process: &Process) -> Checked<Self> {
        let file = &process.units.file;
        let table = table::read(Text::decode(file, read(file)?)?)?;
        let find = |name: &String| {
            table.column(name).ok_or_else(|| {
                let message = format!("there is no column `{name}`");
                Mistakes::from(
                    Mistake::file(file, message).help(suggest(name, table.header.iter())),
                )
            })
        };
        let unit = find(&process.units.column)?;
        let carry: Vec<usize> = process.units.carry.iter().map(find).collect::<Checked<_>>()?;
        let all = 0..table.rows.len();
        let names = all.clone().map(|row| UnitId(table.cell(row, unit).to_owned())).collect();
        let names = UnitIndex::new(names)
            .map_err(|twice| Mistake::file(file, format!("`{twice}` stands there twice")))?;
        if names.len() < 2 {
            return Err(Mistake::file(file, "a panel needs two units at least").into());
        }
        let cells = |row| carry.iter().map(|&c| table.cell(row, c).to_owned()).collect();
        Ok(Self { names, carried: all.map(cells).collect() })
    }
}

/// The row-normalised weights of the roster's units. An underscore in the file may stand for a
/// blank.
fn weights(process: &Process, roster: &Roster) -> Checked<Weights> {
    let file = &process.weights;
    let named = gal::read(Text::decode(file, read(file)?)?)?;
    let units = roster.names.as_slice();
    let loose = |name: &str| name.replace('_', " ");
    let place: BTreeMap<String, usize> =
        units.iter().enumerate().map(|(i, u)| (loose(&u.0), i)).collect();
    let to: Vec<Option<usize>> =
        named.names.iter().map(|name| place.get(&loose(name)).copied()).collect();
    let mistakes: Vec<Mistake> = named
        .names
        .iter()
        .zip(&to)
        .filter(|(_, to)| to.is_none())
        .map(|(name, _)| {
            let known = units.iter().map(|u| u.0.as_str());
            Mistake::file(file, format!("`{name}` is none of the units")).help(suggest(name, known))
        })
        .collect();
    let mut links: Vec<(usize, usize, f64)> =
        named.links.iter().filter_map(|&(i, j, w)| Some((to[i]?, to[j]?, w))).collect();
    links.sort_unstable_by_key(|&(i, j, _)| (i, j));
    Mistakes::unless_empty(mistakes, ())?;
    let links = Links { units: units.to_vec(), links };
    let weights = Weights::new(&roster.names, &links, Normalisation::Row)
        .map_err(|reason| Mistake::file(file, reason.to_string()))?;
    let alone: Vec<&str> = weights.isolates().iter().map(|&i| units[i].0.as_str()).collect();
    if !alone.is_empty() {
        let message = format!("units without neighbours: {}", alone.join(", "));
        return Err(Mistake::file(file, message).help("link each of them to another unit").into());
    }
    Ok(weights)
}

/// Units in their order, periods rising within each; six decimals.
fn rows(process: &Process, roster: &Roster, drawn: &Drawn) -> String {
    let n = roster.names.len();
    let mut header = vec![field(&process.units.column)];
    header.extend(process.units.carry.iter().map(|c| field(c)));
    header.extend([field(&process.time), field(&process.response.name)]);
    header.extend(process.columns.iter().map(|c| field(c.exp_as.as_ref().unwrap_or(&c.name))));
    let mut text = header.join(",") + "\n";
    for (i, unit) in roster.names.as_slice().iter().enumerate() {
        for t in 0..process.n_periods() {
            let at = t * n + i;
            let mut row = vec![field(&unit.0)];
            row.extend(roster.carried[i].iter().map(|c| field(c)));
            row.push((process.years.0 + t as i64).to_string());
            row.push(number(drawn.response[at]));
            row.extend(process.columns.iter().zip(&drawn.columns).map(|(column, values)| {
                let exp = column.exp_as.is_some();
                number(if exp { libm::exp(values[at]) } else { values[at] })
            }));
            text += &(row.join(",") + "\n");
        }
    }
    text
}

fn number(value: f64) -> String {
    let text = format!("{value:.6}");
    if text == "-0.000000" { "0.000000".to_owned() } else { text }
}

/// A CSV field, in quotation marks where it must be (RFC 4180).
fn field(text: &str) -> String {
    if text.contains([',', '"', '\n', '\r']) {
        format!("\"{}\"", text.replace('"', "\"\""))
    } else {
        text.to_owned()
    }
}

fn provenance(process: &Process) -> String {
    #[derive(Serialize)]
    struct Provenance<'a> {
        simulated: bool,
        note: &'a str,
    }
    toml::to_string(&Provenance { simulated: true, note: &process.note })
        .expect("two plain values are valid TOML")
}
