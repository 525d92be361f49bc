//! Specification → open inputs: the panel with its derived columns, the links of every weights
//! matrix, the units of every region. The last stage that reads files before cells are fitted.
//!
//! | file | what it does |
//! |---|---|
//! | `figures` | periods that figures name, held against the data |
//! | `periods` | weights that change over time |
//! | `uses` | which columns an experiment uses, and who names them |
//! | `regions` | regions → positions of units |
//! | `variants` | units and years that robustness checks name, held against the data |
//! | `weights` | links of every matrix: read, or made of polygons, points, columns, other matrices |

mod figures;
mod periods;
mod regions;
mod uses;
mod variants;
mod weights;

use crate::ident::{Period, VarName, content_hash, short_hash};
use crate::load::{self, provenance, table, text};
use crate::mistake::{Checked, Mistake, Mistakes, Place};
use crate::model::change::Roster;
use crate::panel::Panel;
use crate::panel::derive::{derive, sources};
use crate::panel::fill::fill;
use crate::spec::Spec;
use crate::store::Provenance;
use crate::store::figures::Geometry;
use crate::store::local::PanelCopy;
use crate::weights::Links;
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use uses::Uses;
use weights::{Joined, Material};

/// Everything cells are fitted from.
#[derive(Debug, Clone)]
pub struct Inputs {
    /// The panel after the missing-value policy, with raw and derived columns that are used.
    pub panel: Panel,
    /// For each column that a cell, table or Moran block names: the raw columns it is made of.
    pub sources: BTreeMap<VarName, BTreeSet<VarName>>,
    /// The links of each weights matrix, in the order of the panel's units (a unit without
    /// neighbours is present), checked against them.
    pub links: BTreeMap<String, Links>,
    /// The links of each period, of weights that change over time; `links` then has those of all
    /// periods together.
    pub by_period: BTreeMap<String, BTreeMap<Period, Links>>,
    /// Positions of each region's units in the panel, in panel order.
    pub regions: BTreeMap<String, Vec<usize>>,
    /// File name of the data, without its folder.
    pub data_file: String,
    /// BLAKE3 of the data file's bytes.
    pub data_hash: String,
    /// What the data's provenance file says.
    pub provenance: Option<Provenance>,
    /// Where the units are, if the specification says so.
    pub map: Option<Geometry>,
}

impl Inputs {
    /// What identifies the contents of all inputs: the data file and every weights matrix.
    pub fn hash(&self) -> String {
        let mut bytes = self.data_hash.clone().into_bytes();
        let whole = self.links.iter().map(|(name, links)| (name.clone(), links));
        let of_periods = self.by_period.iter().flat_map(|(name, periods)| {
            periods.iter().map(move |(period, links)| (format!("{name} {period}"), links))
        });
        for (name, links) in whole.chain(of_periods) {
            bytes.extend_from_slice(name.as_bytes());
            bytes.push(0);
            for (from, to, weight) in &links.links {
                bytes.extend_from_slice(&(*from as u64).to_le_bytes());
                bytes.extend_from_slice(&(*to as u64).to_le_bytes());
                bytes.extend_from_slice(&weight.to_bits().to_le_bytes());
            }
        }
        short_hash("spanel 2026 inputs", &bytes)
    }

    /// The same inputs with the numbers of a kept copy of an earlier panel; `None` where that has
    /// other units, or lacks a column that is used now.
    pub fn with_panel(&self, spec: &Spec, copy: &PanelCopy) -> Option<Self> {
        let units = self.panel.units();
        let same = units.as_slice().iter().map(|u| &u.0).eq(&copy.units);
        let rows = copy.units.len() * copy.periods.len();
        if !same || copy.columns.values().any(|column| column.len() != rows) {
            return None;
        }
        let mut panel =
            Panel::new(units.clone(), copy.periods.iter().map(|&p| Period(p)).collect());
        for (name, values) in &copy.columns {
            panel.set_column(VarName::new(name.as_str()), values.clone());
        }
        for name in self.panel.attribute_names() {
            panel.set_attribute(name.clone(), self.panel.attribute(name)?.to_vec());
        }
        let raw = self.sources.values().flatten();
        if raw.into_iter().any(|name| !copy.columns.contains_key(name.as_str())) {
            return None;
        }
        derive(&mut panel, &Uses::of(spec).definitions).ok()?;
        Some(Self { panel, ..self.clone() })
    }

    /// What there is to leave out one at a time.
    pub fn roster(&self) -> Roster {
        let units = self.panel.units().as_slice();
        let names = |positions: &Vec<usize>| positions.iter().map(|&i| units[i].clone()).collect();
        Roster {
            regions: self.regions.iter().map(|(region, p)| (region.clone(), names(p))).collect(),
            periods: self.panel.periods().to_vec(),
        }
    }
}

/// Reads and checks every input of `spec`, collecting the mistakes of all files.
pub fn open(spec: &Spec) -> Checked<Inputs> {
    let mut mistakes = Vec::new();
    let uses = Uses::of(spec);
    let data = keep(&mut mistakes, Data::read(spec, &uses));
    let provenance = keep(&mut mistakes, provenance::of(&spec.data.file.value));
    let read: BTreeMap<&String, Material> = spec
        .weights
        .iter()
        .filter(|(_, w)| !w.has_file_of_period())
        .filter_map(|(name, w)| Some((name, keep(&mut mistakes, weights::read(spec, w))?)))
        .collect();
    let map =
        spec.map.as_ref().and_then(|map| Some((map, keep(&mut mistakes, load::map::read(map))?)));
    let Some(data) = data else {
        // Where only columns are wrong, the periods are known all the same.
        if let Ok(bare) = Data::read(spec, &Uses::default()) {
            mistakes.extend(figures::check(&spec.figures, bare.raw.periods()));
        }
        return Err(Mistakes::some(mistakes));
    };

    let joined: BTreeMap<&String, Joined> = read
        .iter()
        .filter_map(|(name, material)| {
            let joined = weights::join(material, &spec.weights[*name], data.raw.units());
            Some((*name, keep(&mut mistakes, joined)?))
        })
        .collect();
    let by_period = keep(&mut mistakes, periods::read(spec, &data.raw)).unwrap_or_default();
    let regions = keep(&mut mistakes, regions::check(&spec.regions, &data.raw));
    keep(&mut mistakes, variants::check(&spec.variants, &data.raw));
    mistakes.extend(figures::check(&spec.figures, data.raw.periods()));
    let panel = keep(&mut mistakes, panel(spec, &uses, &data));
    let Some(panel) = panel else { return Err(Mistakes::some(mistakes)) };

    // Periods may have been dropped for what is missing in them.
    let dropped = figures::check(&spec.figures, panel.periods());
    mistakes.extend(dropped.into_iter().filter(|m| !mistakes.contains(m)).collect::<Vec<_>>());
    let made = weights::make(spec, &joined, data.raw.units(), &panel);
    let links = keep(&mut mistakes, made);
    let by_period =
        keep(&mut mistakes, periods::make(spec, (&joined, &by_period), &data.raw, &panel));
    let links = links.zip(by_period.as_ref()).map(|(mut links, by_period)| {
        links.extend(by_period.iter().map(|(name, of)| (name.clone(), periods::together(of))));
        links
    });
    let regions =
        regions.and_then(|()| keep(&mut mistakes, regions::positions(&spec.regions, &panel)));
    if let Some(regions) = &regions {
        mistakes.extend(regions::undivided(spec, regions, &panel));
    }
    let map =
        map.and_then(|(of, map)| keep(&mut mistakes, load::map::join(map, of, panel.units())));
    Mistakes::unless_empty(mistakes, ())?;
    Ok(Inputs {
        sources: sources(&uses.columns, &uses.definitions),
        panel,
        links: links.expect("there was no mistake"),
        by_period: by_period.expect("there was no mistake"),
        regions: regions.expect("there was no mistake"),
        data_file: file_name(&spec.data.file.value),
        data_hash: data.hash,
        provenance: provenance.expect("there was no mistake"),
        map,
    })
}

/// The value, or `None` once its mistakes are put with the others.
fn keep<T>(mistakes: &mut Vec<Mistake>, checked: Checked<T>) -> Option<T> {
    checked.map_err(|found| mistakes.extend(found.into_vec())).ok()
}

/// The panel as it stands in the file.
struct Data {
    raw: Panel,
    hash: String,
}

impl Data {
    fn read(spec: &Spec, uses: &Uses) -> Checked<Self> {
        let file = &spec.data.file.value;
        let bytes = text::read(file)?;
        let hash = content_hash(&bytes);
        let table = table::read(file, bytes, spec.data.sheet.as_ref())?;
        Ok(Self { raw: load::panel::build(&table, &spec.data, &uses.wanted)?, hash })
    }
}

/// The panel after the missing-value policy, with its derived columns.
fn panel(spec: &Spec, uses: &Uses, data: &Data) -> Checked<Panel> {
    let in_file = |found: Mistakes| {
        let place = Place::File(spec.data.file.value.clone());
        Mistakes::some(found.into_vec().into_iter().map(|m| m.at(place.clone())).collect())
    };
    let mut panel = fill(data.raw.clone(), spec.data.missing).map_err(in_file)?;
    derive(&mut panel, &uses.definitions)?;
    Ok(panel)
}

fn file_name(file: &Path) -> String {
    file.file_name().unwrap_or_default().to_string_lossy().into_owned()
}
