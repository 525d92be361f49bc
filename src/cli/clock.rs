//! How long cells take, and how long they may. Nothing of it enters a result but that a cell was
//! not done in its time.

use crate::ident::CellId;
use crate::mistake::Checked;
use crate::plan::Cell;
use crate::spec::limits::{RunSpec, Seconds, Timeout};
use crate::store::local::Local;
use std::cell::RefCell;
use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// A multiple of a median limits nothing before so many cells are known …
const KNOWN: usize = 3;
/// … and never to less than this: below it a busy machine is slower than that by chance.
const SHORTEST: f64 = 1.0;

thread_local! {
    /// The cells that this thread is inside of: one that waits for its replicates takes up another.
    static INSIDE: RefCell<Vec<CellId>> = const { RefCell::new(Vec::new()) };
}

/// Times cells.
#[derive(Debug)]
pub(super) struct Clock {
    timeout: Option<Timeout>,
    slow: Option<Seconds>,
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    open: BTreeMap<CellId, Open>,
    /// Seconds of the cells of this run.
    took: BTreeMap<CellId, f64>,
    /// Those and, where no newer is known, those of earlier runs.
    known: BTreeMap<CellId, f64>,
    /// Seconds that a cell may take, if there is a limit, and for how many known cells it was set.
    limit: Option<f64>,
    set_for: usize,
    ticked: Option<Instant>,
}

/// A cell under way.
#[derive(Debug)]
struct Open {
    began: Instant,
    /// When the thread left it for another cell.
    left: Option<Instant>,
    /// Time spent on others.
    away: Duration,
    late: bool,
    slow: bool,
}

impl Open {
    fn seconds(&self) -> f64 {
        let away = self.away + self.left.map_or(Duration::ZERO, |left| left.elapsed());
        self.began.elapsed().saturating_sub(away).as_secs_f64()
    }
}

/// How a cell under way stands.
#[derive(Debug, Default)]
pub(super) struct Look {
    /// What it may take, where it took longer.
    pub(super) late: Option<String>,
    /// Seconds so far, the first time that they are found to be many.
    pub(super) slow: Option<f64>,
}

impl Clock {
    /// A clock that holds cells to the limits of `run`; `earlier` is how long cells took before.
    pub(super) fn new(run: &RunSpec, earlier: BTreeMap<CellId, f64>) -> Self {
        let state = State { known: earlier, ..State::default() };
        let clock = Self { timeout: run.timeout, slow: run.slow, state: Mutex::new(state) };
        clock.set_limit(&mut clock.state());
        clock
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether a second went by since this was last so.
    pub(super) fn a_second_went_by(&self) -> bool {
        let mut state = self.state();
        let due = state.ticked.is_none_or(|last| last.elapsed() >= Duration::from_secs(1));
        if due {
            state.ticked = Some(Instant::now());
        }
        due
    }

    /// A cell is taken up by this thread.
    pub(super) fn started(&self, cell: &Cell) {
        let mut state = self.state();
        let now = Instant::now();
        let open = Open { began: now, left: None, away: Duration::ZERO, late: false, slow: false };
        state.open.insert(cell.id, open);
        INSIDE.with_borrow_mut(|inside| {
            if let Some(outer) = inside.last().and_then(|outer| state.open.get_mut(outer)) {
                outer.left = Some(now);
            }
            inside.push(cell.id);
        });
    }

    /// A cell was left by the thread that took it up; its time counts if it `is_done`.
    pub(super) fn ended(&self, cell: &Cell, is_done: bool) {
        let mut state = self.state();
        if let Some(open) = state.open.remove(&cell.id)
            && is_done
        {
            let seconds = open.seconds();
            state.took.insert(cell.id, seconds);
            state.known.insert(cell.id, seconds);
            self.set_limit(&mut state);
        }
        INSIDE.with_borrow_mut(|inside| {
            inside.retain(|id| *id != cell.id);
            if let Some(outer) = inside.last().and_then(|outer| state.open.get_mut(outer))
                && let Some(left) = outer.left.take()
            {
                outer.away += left.elapsed();
            }
        });
    }

    /// How a cell stands. Once it is late it stays so.
    pub(super) fn look(&self, cell: &Cell) -> Look {
        if self.timeout.is_none() && self.slow.is_none() {
            return Look::default();
        }
        let mut state = self.state();
        let limit = state.limit;
        let Some(open) = state.open.get_mut(&cell.id) else { return Look::default() };
        let seconds = open.seconds();
        open.late |= limit.is_some_and(|limit| seconds > limit);
        let slow = self.slow.filter(|slow| seconds > slow.0 && !open.slow).map(|_| seconds);
        open.slow |= slow.is_some();
        let late = self.timeout.filter(|_| open.late).map(|timeout| match timeout {
            Timeout::After(limit) => limit.to_string(),
            Timeout::Median(factor) => format!("{factor} times the median of the cells"),
        });
        Look { late, slow }
    }

    /// Seconds that a cell may take now.
    pub(super) fn limit(&self) -> Option<f64> {
        self.state().limit
    }

    fn set_limit(&self, state: &mut State) {
        state.limit = match self.timeout {
            None => None,
            Some(Timeout::After(limit)) => Some(limit.0),
            Some(Timeout::Median(factor)) => {
                // Of very many cells, one more moves the median by next to nothing.
                let count = state.known.len();
                if state.limit.is_some() && count - state.set_for.min(count) < count / 100 {
                    return;
                }
                state.set_for = count;
                median(&state.known).map(|median| (factor * median).max(SHORTEST))
            }
        };
    }

    /// Remembers how long the cells of this run took.
    pub(super) fn keep(&self, local: &Local) -> Checked<()> {
        let state = self.state();
        if state.took.is_empty() {
            return Ok(());
        }
        let mut seconds = local.seconds();
        seconds.extend(state.took.iter().map(|(cell, seconds)| (*cell, *seconds)));
        local.write_seconds(&seconds)
    }
}

/// The median, where enough is known.
fn median(known: &BTreeMap<CellId, f64>) -> Option<f64> {
    if known.len() < KNOWN {
        return None;
    }
    let mut seconds: Vec<f64> = known.values().copied().collect();
    let middle = seconds.len() / 2;
    Some(*seconds.select_nth_unstable_by(middle, f64::total_cmp).1)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn known(seconds: &[f64]) -> BTreeMap<CellId, f64> {
        seconds.iter().enumerate().map(|(i, s)| (CellId::of(&i.to_le_bytes()), *s)).collect()
    }

    fn limit(timeout: &str, seconds: &[f64]) -> Option<f64> {
        let run = RunSpec { timeout: Timeout::parse(timeout).ok(), ..RunSpec::default() };
        Clock::new(&run, known(seconds)).limit()
    }

    #[test]
    fn limits_in_seconds_and_in_medians() {
        assert_eq!(limit("30 s", &[]), Some(30.0));
        assert_eq!(limit("5x median", &[2.0, 4.0]), None);
        assert_eq!(limit("5x median", &[2.0, 100.0, 4.0]), Some(20.0));
        assert_eq!(limit("5x median", &[0.01, 0.02, 0.03]), Some(SHORTEST));
        assert_eq!(limit("none", &[1.0, 1.0, 1.0]), None);
    }
}
