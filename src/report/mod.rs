//! Records + what the tables ask for → files. Computes nothing that was not stored.

use crate::ident::CellId;
use crate::plan::Plan;
use crate::spec::Spec;
use crate::store::{ExperimentRecord, Record};
use std::collections::BTreeMap;

/// Everything a report is made from.
#[derive(Debug, Clone, Copy)]
pub struct Source<'a> {
    /// Labels and tables.
    pub spec: &'a Spec,
    /// The cells by name.
    pub plan: &'a Plan,
    /// What came out of them.
    pub records: &'a BTreeMap<CellId, Record>,
    /// Data, descriptive statistics, Moran's I.
    pub experiment: &'a ExperimentRecord,
}

/// A file to be written below the results folder.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RenderedFile {
    /// Path below the results folder, with `/`.
    pub path: String,
    /// Content.
    pub text: String,
}
