//! What a run is told from outside while it works, and how cells end for it.

use super::Event;
use crate::estimator::FitError;
use crate::mistake::Mistakes;
use crate::outcome::{Failure, FailureKind};
use crate::plan::Cell;
use crate::store::replicates::Keeper;
use std::sync::atomic::{AtomicBool, Ordering};

/// What a run looks to while it works. Nothing here changes a number: a cell is done, or is not.
pub struct Watch<'a> {
    /// Once it is set no more cells are taken up; bootstraps under way end after a block.
    pub stop: &'a AtomicBool,
    /// Told of every event.
    pub observer: &'a (dyn Fn(Event<'_>) + Sync),
    /// Where replicates are kept.
    pub keeper: &'a dyn Keeper,
    /// Whether a cell has taken longer than it may, and if so, what it may. Once it says so of a
    /// cell, it goes on to. Asked before every step of an optimiser and every block of replicates.
    pub overdue: &'a (dyn Fn(&Cell) -> Option<String> + Sync),
}

impl std::fmt::Debug for Watch<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "a watch, stop: {}", self.stop.load(Ordering::Relaxed))
    }
}

impl Watch<'_> {
    /// Whether no more cells are to be taken up.
    pub fn is_over(&self) -> bool {
        self.stop.load(Ordering::Relaxed)
    }

    /// Ends the work on `cell` when the run is to stop or the cell is overdue.
    pub(super) fn go_on(&self, cell: &Cell) -> Result<(), Ended> {
        if self.is_over() {
            return Err(Ended::Stopped);
        }
        self.go_on_in_time(cell)
    }

    /// Ends the work on `cell` when it is overdue: what it did since it was last asked may be
    /// incomplete.
    pub(super) fn go_on_in_time(&self, cell: &Cell) -> Result<(), Ended> {
        match (self.overdue)(cell) {
            Some(limit) => Err(Ended::Failed(late(&limit))),
            None => Ok(()),
        }
    }
}

/// The failure of a cell that was not done within `limit`. No clock speaks from it.
pub fn late(limit: &str) -> Failure {
    Failure { kind: FailureKind::Timeout, reason: format!("not done within {limit}") }
}

/// Why a cell has no outcome.
pub(super) enum Ended {
    /// It could not be fitted.
    Failed(Failure),
    /// The run was stopped.
    Stopped,
    /// Its replicates could not be kept or read.
    Unkept(Mistakes),
}

impl From<Failure> for Ended {
    fn from(failure: Failure) -> Self {
        Self::Failed(failure)
    }
}

impl From<FitError> for Ended {
    fn from(error: FitError) -> Self {
        Self::Failed(error.into())
    }
}

impl From<Mistakes> for Ended {
    fn from(mistakes: Mistakes) -> Self {
        Self::Unkept(mistakes)
    }
}
