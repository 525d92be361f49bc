//! Where the entries of L stand: found once for a pattern, used for every factorisation.

use super::order::{Pattern, elimination_order, inverse};

/// The order of elimination and the pattern of L, both by rows and by columns.
///
/// Positions are those of the elimination: position k is unit `order[k]`.
#[derive(Debug)]
pub(super) struct Symbolic {
    /// Position → unit.
    pub order: Vec<u32>,
    /// Unit → position.
    pub place: Vec<u32>,
    /// Strict lower triangle of L by rows, columns rising.
    pub rows: Compressed,
    /// The same by columns, rows rising.
    pub columns: Compressed,
}

/// A compressed pattern, each entry by its position and by its unit.
#[derive(Debug)]
pub(super) struct Compressed {
    /// Where each row (or column) starts; n + 1.
    pub starts: Vec<usize>,
    /// The other index of each entry, as a position.
    pub positions: Vec<u32>,
    /// The other index of each entry, as a unit.
    pub units: Vec<u32>,
}

impl Compressed {
    fn new(starts: Vec<usize>, positions: Vec<u32>, order: &[u32]) -> Self {
        let units = positions.iter().map(|&p| order[p as usize]).collect();
        Self { starts, positions, units }
    }
}

impl Symbolic {
    pub fn new(pattern: Pattern<'_>) -> Self {
        let order = elimination_order(pattern);
        let place = inverse(&order);
        let (starts, positions) = rows_of_l(pattern, &order, &place);
        let order: Vec<u32> = order.iter().map(|&i| i as u32).collect();
        let columns = transposed(&starts, &positions);
        Self {
            rows: Compressed::new(starts, positions, &order),
            columns: Compressed::new(columns.0, columns.1, &order),
            place: place.iter().map(|&i| i as u32).collect(),
            order,
        }
    }

    /// Number of units.
    pub fn n(&self) -> usize {
        self.order.len()
    }

    /// Entries of L below the diagonal.
    pub fn fill(&self) -> usize {
        self.rows.positions.len()
    }
}

/// Pattern of each row of L. Column j is in row k when j is reached from a link of k by climbing
/// the elimination tree no further than k (Liu 1990; Davis 2006, section 4.1).
fn rows_of_l(pattern: Pattern<'_>, order: &[usize], place: &[usize]) -> (Vec<usize>, Vec<u32>) {
    const NONE: usize = usize::MAX;
    let n = order.len();
    let mut parent = vec![NONE; n];
    let mut reached_by = vec![NONE; n];
    let (mut starts, mut positions) = (vec![0], Vec::new());
    for k in 0..n {
        reached_by[k] = k;
        let first = positions.len();
        for &j in pattern.row(order[k]) {
            let mut at = place[j];
            while at < k && reached_by[at] != k {
                reached_by[at] = k;
                positions.push(at as u32);
                if parent[at] == NONE {
                    parent[at] = k;
                }
                at = parent[at];
            }
        }
        positions[first..].sort_unstable();
        starts.push(positions.len());
    }
    (starts, positions)
}

fn transposed(starts: &[usize], positions: &[u32]) -> (Vec<usize>, Vec<u32>) {
    let n = starts.len() - 1;
    let mut column_starts = vec![0; n + 1];
    for &j in positions {
        column_starts[j as usize + 1] += 1;
    }
    for j in 0..n {
        column_starts[j + 1] += column_starts[j];
    }
    let mut next = column_starts.clone();
    let mut rows = vec![0; positions.len()];
    for k in 0..n {
        for &j in &positions[starts[k]..starts[k + 1]] {
            rows[next[j as usize]] = k as u32;
            next[j as usize] += 1;
        }
    }
    (column_starts, rows)
}
