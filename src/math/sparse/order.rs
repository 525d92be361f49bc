//! The order in which units are eliminated: few entries of L arise when it is good.

use faer::dyn_stack::{MemBuffer, MemStack};
use faer::sparse::SymbolicSparseColMatRef;
use faer::sparse::linalg::amd;

/// A symmetric pattern without its diagonal, as compressed rows.
#[derive(Debug, Clone, Copy)]
pub(super) struct Pattern<'a> {
    pub starts: &'a [usize],
    pub columns: &'a [usize],
}

impl<'a> Pattern<'a> {
    pub fn n(&self) -> usize {
        self.starts.len() - 1
    }

    pub fn row(&self, i: usize) -> &'a [usize] {
        &self.columns[self.starts[i]..self.starts[i + 1]]
    }
}

/// Elimination order: position → unit. Approximate minimum degree (Amestoy, Davis & Duff 1996)
/// after reverse Cuthill-McKee: minimum degree breaks ties by position, and units that come in
/// an order that says nothing about place cost it half its quality.
pub(super) fn elimination_order(pattern: Pattern<'_>) -> Vec<usize> {
    let first = reverse_cuthill_mckee(pattern);
    let second = minimum_degree(&relabelled(pattern, &first));
    second.into_iter().map(|k| first[k]).collect()
}

/// Compressed rows with unit `order[k]` at position k.
fn relabelled(pattern: Pattern<'_>, order: &[usize]) -> (Vec<usize>, Vec<usize>) {
    let place = inverse(order);
    let mut starts = vec![0];
    let mut columns = Vec::with_capacity(pattern.columns.len());
    for &unit in order {
        let from = columns.len();
        columns.extend(pattern.row(unit).iter().map(|&j| place[j]));
        columns[from..].sort_unstable();
        starts.push(columns.len());
    }
    (starts, columns)
}

/// Position of each unit.
pub(super) fn inverse(order: &[usize]) -> Vec<usize> {
    let mut place = vec![0; order.len()];
    for (k, &unit) in order.iter().enumerate() {
        place[unit] = k;
    }
    place
}

/// The order of position by approximate minimum degree; the given order should it fail, which
/// only an overflow of the index type could make it.
fn minimum_degree((starts, columns): &(Vec<usize>, Vec<usize>)) -> Vec<usize> {
    let n = starts.len() - 1;
    let (mut order, mut place) = (vec![0; n], vec![0; n]);
    let matrix = SymbolicSparseColMatRef::new_checked(n, n, starts, None, columns);
    let mut memory = MemBuffer::new(amd::order_scratch::<usize>(n, columns.len()));
    let stack = MemStack::new(&mut memory);
    match amd::order(&mut order, &mut place, matrix, amd::Control::default(), stack) {
        Ok(_) => order,
        Err(_) => (0..n).collect(),
    }
}

/// Breadth first from a unit at the rim of each component, neighbours of few links first, the
/// whole reversed (Cuthill & McKee 1969; George & Liu 1981, chapter 4).
fn reverse_cuthill_mckee(pattern: Pattern<'_>) -> Vec<usize> {
    let n = pattern.n();
    let mut seen = vec![false; n];
    let mut order = Vec::with_capacity(n);
    for unit in 0..n {
        if !seen[unit] {
            let rim = rim_of_component(pattern, unit);
            breadth_first(pattern, rim, &mut seen, &mut order);
        }
    }
    order.reverse();
    order
}

/// Appends the component of `from` to `order`; returns where its last level starts.
fn breadth_first(
    pattern: Pattern<'_>,
    from: usize,
    seen: &mut [bool],
    order: &mut Vec<usize>,
) -> usize {
    let (mut at, mut level_end, mut level) = (order.len(), order.len() + 1, order.len());
    seen[from] = true;
    order.push(from);
    while at < order.len() {
        if at == level_end {
            (level, level_end) = (at, order.len());
        }
        let unit = order[at];
        let first = order.len();
        for &j in pattern.row(unit) {
            if !seen[j] {
                seen[j] = true;
                order.push(j);
            }
        }
        order[first..].sort_by_key(|&j| (pattern.row(j).len(), j));
        at += 1;
    }
    level
}

/// A unit far from the others in the component of `start`: the end of three breadth-first walks,
/// each from the last level of the one before.
fn rim_of_component(pattern: Pattern<'_>, start: usize) -> usize {
    let mut rim = start;
    let mut component = Vec::new();
    let mut seen = vec![false; 0];
    for _ in 0..3 {
        seen.clear();
        seen.resize(pattern.n(), false);
        component.clear();
        let level = breadth_first(pattern, rim, &mut seen, &mut component);
        let next = component[level..].iter().min_by_key(|&&j| (pattern.row(j).len(), j));
        rim = next.copied().unwrap_or(rim);
    }
    rim
}
