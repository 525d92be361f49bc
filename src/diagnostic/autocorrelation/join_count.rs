//! Join counts: how often neighbours are alike in a variable of zeros and ones (Moran 1948; Cliff & Ord 1981,
//! section 1.4).

use super::layout::Layout;

/// Sums of weights over pairs of units, each pair once: ½Σw for symmetric weights.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct JoinCounts {
    /// Both are one.
    pub both: f64,
    /// Neither is.
    pub neither: f64,
    /// One is.
    pub one: f64,
    /// Expectations of the same when ones are in random places.
    pub expected: [f64; 3],
}

/// Join counts of `ones` over the units of `layout`: BB = ½Σ w x_i x_j, WW = ½Σ w (1 − x_i)(1 − x_j), BW the
/// rest of J = ½S₀. With b ones among n, each pair is of ones with probability b(b − 1)/(n(n − 1)).
pub fn join_counts(layout: &Layout, ones: &[bool]) -> JoinCounts {
    let (mut both, mut neither) = (0.0, 0.0);
    for (i, row) in layout.rows.iter().enumerate() {
        for &(j, w) in row {
            match (ones[layout.kept[i]], ones[layout.kept[j]]) {
                (true, true) => both += 0.5 * w,
                (false, false) => neither += 0.5 * w,
                _ => {}
            }
        }
    }
    let joins = 0.5 * layout.s0;
    let n = layout.n() as f64;
    let b = layout.kept.iter().filter(|&&i| ones[i]).count() as f64;
    let pairs = n * (n - 1.0);
    let of = |count: f64| joins * count * (count - 1.0) / pairs;
    let (bb, ww) = (of(b), of(n - b));
    JoinCounts { both, neither, one: joins - both - neither, expected: [bb, ww, joins - bb - ww] }
}
