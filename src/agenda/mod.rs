//! Cells against the records that are kept: what is new, what is kept, what is stale and why.
//!
//! | file | what it does |
//! |---|---|
//! | `links` | which links of a weights matrix are others |
//! | `reasons` | why a cell has no record that counts |

mod links;
mod reasons;

pub use reasons::{Reasons, copy};

use crate::ident::{CellId, RecordKey};
use crate::plan::Cell;
use crate::run::Item;
use crate::store::records::{FITTED, Records};
use std::collections::BTreeMap;

/// How a cell stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Standing {
    /// Its record is kept: `fitted`, or the class of the failure.
    Kept(&'static str),
    /// It is to be fitted.
    Open(Why),
}

/// Why a cell is to be fitted although there may be a record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Why {
    /// No record was made from what it is made of now.
    NoRecord,
    /// It failed in a way that another run may not.
    MayNotFailAgain,
    /// The file of its replicates, which was asked for, is not there.
    NoDistribution,
    /// The user wants it.
    Asked,
}

/// What the user wants fitted although it is kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Again {
    /// Nothing.
    #[default]
    No,
    /// Cells that failed.
    Failed,
    /// All.
    All,
}

/// All cells of a plan, or a part of them.
#[derive(Debug)]
pub struct Agenda<'a> {
    /// The cells with what they are made from, in the order of the plan.
    pub items: Vec<Item<'a>>,
    /// How each stands.
    pub standings: Vec<Standing>,
}

impl<'a> Agenda<'a> {
    /// Holds `items` against `records`. `distributed` says whether the files of replicates that a
    /// cell asks for are there.
    pub fn new(
        items: Vec<Item<'a>>,
        records: &Records,
        again: Again,
        distributed: impl Fn(&Cell) -> bool,
    ) -> Self {
        let standing = |item: &Item<'_>| {
            let Some(entry) = records.find(&item.cell.id, &item.key) else {
                return Standing::Open(Why::NoRecord);
            };
            let failed = entry.state != FITTED;
            if again == Again::All || (again == Again::Failed && failed) {
                Standing::Open(Why::Asked)
            } else if entry.may_not_fail_again() {
                Standing::Open(Why::MayNotFailAgain)
            } else if !failed && !distributed(item.cell) {
                Standing::Open(Why::NoDistribution)
            } else {
                Standing::Kept(entry.state)
            }
        };
        let standings = items.iter().map(standing).collect();
        Self { items, standings }
    }

    /// The cells with how they stand.
    pub fn iter(&self) -> impl Iterator<Item = (&Item<'a>, &Standing)> {
        self.items.iter().zip(&self.standings)
    }

    /// The cells that are to be fitted.
    pub fn open(&self) -> Vec<&Item<'a>> {
        self.iter().filter(|(_, s)| matches!(s, Standing::Open(_))).map(|(item, _)| item).collect()
    }

    /// The cells that are to be fitted, alone.
    pub fn into_open(self) -> Vec<Item<'a>> {
        let all = self.items.into_iter().zip(self.standings);
        all.filter(|(_, s)| matches!(s, Standing::Open(_))).map(|(item, _)| item).collect()
    }

    /// The record that each cell has, or is to have.
    pub fn keys(&self) -> BTreeMap<CellId, RecordKey> {
        self.items.iter().map(|item| (item.cell.id, item.key)).collect()
    }
}
