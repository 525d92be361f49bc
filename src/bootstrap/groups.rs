//! A division of the units into contiguous groups of nearly one size.

use crate::weights::Weights;
use std::collections::VecDeque;

/// The groups, each listed outwards from the unit it was grown from.
///
/// Grown greedily (Farhat 1988): from the unit with the fewest neighbours that are still free,
/// outwards along the links of W in either direction, until the group is full. Where no free unit
/// touches it any more, the group goes on from the nearest that is free: an irregular map cannot
/// always be cut into contiguous pieces of one size. A pure function of W.
pub fn groups(weights: &Weights) -> Vec<Vec<usize>> {
    let neighbours = neighbours(weights);
    let n = neighbours.len();
    let count = count(n);
    let mut free = vec![true; n];
    (0..count)
        .map(|g| grow(&neighbours, &mut free, n / count + usize::from(g < n % count)))
        .collect()
}

/// How many groups: such that they have about √N units and each has others of its size to be
/// exchanged with. Sizes differ by at most one, N mod count groups being the larger ones; of
/// either size there are three or none, or else every unit is a group.
fn count(n: usize) -> usize {
    let root = (n as f64).sqrt();
    let off = |count: usize| (n as f64 / count as f64 - root).abs();
    (2..=n)
        .filter(|&count| {
            let larger = n % count;
            larger == 0 || (larger >= 3 && count - larger >= 3)
        })
        .min_by(|&a, &b| off(a).total_cmp(&off(b)))
        .unwrap_or(1)
}

/// Who is linked with whom, in either direction, positions rising.
fn neighbours(weights: &Weights) -> Vec<Vec<usize>> {
    let mut found = vec![Vec::new(); weights.n()];
    for i in 0..weights.n() {
        for (j, _) in weights.row(i) {
            found[i].push(j);
            found[j].push(i);
        }
    }
    for list in &mut found {
        list.sort_unstable();
        list.dedup();
    }
    found
}

/// Takes `size` units out of those that are free.
fn grow(neighbours: &[Vec<usize>], free: &mut [bool], size: usize) -> Vec<usize> {
    let mut group: Vec<usize> = Vec::with_capacity(size);
    let mut next = 0;
    while group.len() < size {
        if next == group.len() {
            let nearest = nearest(neighbours, free, &group);
            let Some(start) = nearest.or_else(|| loneliest(neighbours, free)) else { break };
            free[start] = false;
            group.push(start);
        }
        let around = &neighbours[group[next]];
        next += 1;
        for &j in around {
            if free[j] && group.len() < size {
                free[j] = false;
                group.push(j);
            }
        }
    }
    group
}

/// The free unit with the fewest free neighbours, the first of several.
fn loneliest(neighbours: &[Vec<usize>], free: &[bool]) -> Option<usize> {
    let around = |i: usize| neighbours[i].iter().filter(|&&j| free[j]).count();
    (0..free.len()).filter(|&i| free[i]).min_by_key(|&i| around(i))
}

/// The free unit that the fewest links separate from the group.
fn nearest(neighbours: &[Vec<usize>], free: &[bool], group: &[usize]) -> Option<usize> {
    let mut seen = vec![false; free.len()];
    let mut open: VecDeque<usize> = group.iter().copied().collect();
    group.iter().for_each(|&i| seen[i] = true);
    while let Some(i) = open.pop_front() {
        if free[i] {
            return Some(i);
        }
        for &j in &neighbours[i] {
            if !std::mem::replace(&mut seen[j], true) {
                open.push_back(j);
            }
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Normalisation;
    use crate::weights::tests::{undirected, units};

    fn of(n: usize, pairs: &[(usize, usize)]) -> Vec<Vec<usize>> {
        let links = undirected(n, pairs);
        groups(&Weights::new(&units(n), &links, Normalisation::Row).expect("links"))
    }

    #[test]
    fn counts_by_hand() {
        // 48 = 8·6, 30 = 6·5, 9 = 3·3; 47 = 7·5 + 3·4; 5 and 7 only unit by unit.
        assert_eq!([48, 30, 9, 47, 5, 7, 1].map(count), [8, 6, 3, 10, 5, 7, 1]);
    }

    #[test]
    fn a_path_and_a_lattice_are_cut_into_contiguous_pieces() {
        // 0 – 1 – … – 8: from one end, three by three.
        let path: Vec<(usize, usize)> = (0..8).map(|i| (i, i + 1)).collect();
        assert_eq!(of(9, &path), [[0, 1, 2], [3, 4, 5], [6, 7, 8]]);
        // A lattice of 4 × 4: from a corner outwards, then from what is left of the next one.
        let at = |r: usize, c: usize| 4 * r + c;
        let mut pairs = Vec::new();
        for r in 0..4 {
            for c in 0..4 {
                if c < 3 {
                    pairs.push((at(r, c), at(r, c + 1)));
                }
                if r < 3 {
                    pairs.push((at(r, c), at(r + 1, c)));
                }
            }
        }
        let got = of(16, &pairs);
        assert_eq!(got[0], [0, 1, 4, 2]);
        for group in &got {
            assert_eq!(group.len(), 4);
            for &i in &group[1..] {
                assert!(group.iter().any(|&j| pairs.contains(&(i, j)) || pairs.contains(&(j, i))));
            }
        }
        let mut all: Vec<usize> = got.concat();
        all.sort_unstable();
        assert_eq!(all, (0..16).collect::<Vec<_>>());
    }

    #[test]
    fn a_star_and_islands_are_divided_all_the_same() {
        // Leaves 1 to 8 around 0: the first group takes the hub, others go on through it.
        let star: Vec<(usize, usize)> = (1..9).map(|i| (0, i)).collect();
        assert_eq!(of(9, &star), [[1, 0, 2], [3, 4, 5], [6, 7, 8]]);
        // A pair and seven islands.
        assert_eq!(of(9, &[(0, 1)]), [[2, 3, 4], [5, 6, 7], [8, 0, 1]]);
    }
}
