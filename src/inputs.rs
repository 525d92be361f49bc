//! Specification → open inputs: the panel with its derived columns, the links of every weights
//! matrix, the units of every region. The last stage that reads files before cells are fitted.

use crate::ident::VarName;
use crate::mistake::Checked;
use crate::panel::Panel;
use crate::spec::Spec;
use crate::store::Provenance;
use crate::weights::Links;
use std::collections::{BTreeMap, BTreeSet};

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
    /// Positions of each region's units in the panel, in panel order.
    pub regions: BTreeMap<String, Vec<usize>>,
    /// File name of the data, without its folder.
    pub data_file: String,
    /// BLAKE3 of the data file's bytes.
    pub data_hash: String,
    /// What the data's provenance file says.
    pub provenance: Option<Provenance>,
}

/// Reads and checks every input of `spec`, collecting all mistakes.
pub fn open(_spec: &Spec) -> Checked<Inputs> {
    unimplemented!()
}
