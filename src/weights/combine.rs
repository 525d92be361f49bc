//! Sums and products of matrices, entry by entry.

use super::distance::Made;
use std::collections::BTreeMap;

/// Σ share × matrix.
pub fn sum(parts: &[(Made, f64)]) -> Made {
    let mut entries: BTreeMap<(usize, usize), f64> = BTreeMap::new();
    for (links, share) in parts {
        for &(from, to, weight) in links {
            *entries.entry((from, to)).or_default() += share * weight;
        }
    }
    links_of(entries)
}

/// The product of the entries of all matrices: a link is one in each of them.
pub fn product(parts: &[Made]) -> Made {
    let Some((first, others)) = parts.split_first() else { return Made::new() };
    let entries = |links: &Made| -> BTreeMap<(usize, usize), f64> {
        links.iter().map(|&(from, to, weight)| ((from, to), weight)).collect()
    };
    let mut product = entries(first);
    for other in others {
        let other = entries(other);
        product.retain(|at, weight| match other.get(at) {
            Some(by) => {
                *weight *= by;
                true
            }
            None => false,
        });
    }
    links_of(product)
}

fn links_of(entries: BTreeMap<(usize, usize), f64>) -> Made {
    let positive = entries.into_iter().filter(|(_, weight)| *weight > 0.0);
    positive.map(|((from, to), weight)| (from, to, weight)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sums_and_products_by_hand() {
        let a = vec![(0, 1, 0.5), (1, 0, 1.0)];
        let b = vec![(0, 1, 4.0), (0, 2, 2.0)];
        let mixed = sum(&[(a.clone(), 0.5), (b.clone(), 0.25)]);
        assert_eq!(mixed, [(0, 1, 1.25), (0, 2, 0.5), (1, 0, 0.5)]);
        assert_eq!(product(&[a, b]), [(0, 1, 2.0)]);
    }
}
