//! How a coefficient ranks over the measures, other things equal.

/// Coefficients by the name of the measure.
pub(super) type Ranked = Vec<(String, f64)>;

/// The old and the new order in words, where two coefficients that were apart changed places and are
/// apart again. `same` says what is not apart. Both lists have the same names in the same order.
pub(super) fn flipped(
    old: &Ranked,
    new: &Ranked,
    same: impl Fn(f64, f64) -> bool,
) -> Option<String> {
    let apart = |x: f64, y: f64| !same(x, y);
    let pairs = (0..old.len()).flat_map(|i| (0..i).map(move |j| (i, j)));
    let turned = |(i, j): (usize, usize)| {
        let ((_, a), (_, b), (_, c), (_, d)) = (&old[i], &old[j], &new[i], &new[j]);
        apart(*a, *b) && apart(*c, *d) && (a > b) != (c > d)
    };
    pairs.into_iter().any(turned).then(|| format!("order {} → {}", words(old), words(new)))
}

/// `oa > la > ta`
fn words(ranked: &Ranked) -> String {
    let mut sorted = ranked.clone();
    sorted.sort_by(|(a, x), (b, y)| y.total_cmp(x).then(a.cmp(b)));
    let names: Vec<String> = sorted.into_iter().map(|(name, _)| name).collect();
    names.join(" > ")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ranked(values: [f64; 3]) -> Ranked {
        ["oa", "la", "ta"].map(str::to_owned).into_iter().zip(values).collect()
    }

    #[test]
    fn a_flip_is_told_with_both_orders() {
        let same = |x: f64, y: f64| (x - y).abs() <= 1e-8;
        let (old, new) = (ranked([3.0, 2.0, 1.0]), ranked([3.0, 0.5, 1.0]));
        let said = flipped(&old, &new, same);
        assert_eq!(said.as_deref(), Some("order oa > la > ta → oa > ta > la"));
        assert_eq!(flipped(&old, &ranked([9.0, 2.5, 1.0]), same), None);
        // Ties that fall the other way are none.
        let tie = ranked([3.0, 1.0, 1.0 + 1e-9]);
        assert_eq!(flipped(&old, &tie, same), None);
    }
}
