//! Neighbours of neighbours.

use super::distance::Made;
use std::collections::BTreeSet;

/// The units that are `order` steps away along `links` by the shortest way, or up to so many steps
/// when `cumulative`; each with weight 1.
pub fn higher(n: usize, links: &[(usize, usize, f64)], order: u32, cumulative: bool) -> Made {
    let mut next = vec![Vec::new(); n];
    for &(from, to, _) in links {
        next[from].push(to);
    }
    let mut made = Made::new();
    for start in 0..n {
        let mut known = BTreeSet::from([start]);
        let mut reached = BTreeSet::new();
        let mut front = vec![start];
        for step in 1..=order {
            let ahead = front.iter().flat_map(|&i: &usize| next[i].iter().copied());
            let fresh: BTreeSet<usize> = ahead.filter(|j| !known.contains(j)).collect();
            known.extend(&fresh);
            if cumulative || step == order {
                reached.extend(&fresh);
            }
            front = fresh.into_iter().collect();
        }
        made.extend(reached.into_iter().map(|to| (start, to, 1.0)));
    }
    made
}

/// Number of parts that no link joins, whichever way links lead.
pub fn components(n: usize, links: &[(usize, usize, f64)]) -> usize {
    let mut head: Vec<usize> = (0..n).collect();
    fn root(head: &mut [usize], mut i: usize) -> usize {
        while head[i] != i {
            head[i] = head[head[i]];
            i = head[i];
        }
        i
    }
    let mut parts = n;
    for &(from, to, _) in links {
        let (a, b) = (root(&mut head, from), root(&mut head, to));
        if a != b {
            head[a.max(b)] = a.min(b);
            parts -= 1;
        }
    }
    parts
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::weights::tests::undirected;

    #[test]
    fn second_neighbours_of_a_ring_with_a_tail() {
        // 0 – 1 – 2 – 3 – 0, and 3 – 4.
        let ring = undirected(5, &[(0, 1), (1, 2), (2, 3), (3, 0), (3, 4)]).links;
        let to = |made: &Made, i| -> Vec<usize> {
            made.iter().filter(|l| l.0 == i).map(|l| l.1).collect()
        };
        let second = higher(5, &ring, 2, false);
        let all: Vec<Vec<usize>> = (0..5).map(|i| to(&second, i)).collect();
        assert_eq!(all, [vec![2, 4], vec![3], vec![0, 4], vec![1], vec![0, 2]]);
        assert_eq!(to(&higher(5, &ring, 2, true), 0), [1, 2, 3, 4]);
        assert_eq!(to(&higher(5, &ring, 3, false), 4), [1]);
        assert_eq!(higher(5, &ring, 1, false).len(), 10);
    }

    #[test]
    fn parts_are_counted() {
        assert_eq!(components(5, &undirected(5, &[(0, 1), (2, 3)]).links), 3);
    }
}
