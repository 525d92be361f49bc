//! Chebyshev series in lanes.

use crate::math::lanes::{LANES, Lane};

/// Lanes of a register block.
const BLOCK: usize = 8;

/// Σ_m c_m T_m(z) of `F` functions, from their highest coefficients (Clenshaw's recurrence).
#[inline(always)]
pub(super) fn clenshaw<const F: usize>(coefficients: &[[f64; F]], z: &Lane) -> [Lane; F] {
    let mut out = [[0.0; LANES]; F];
    for at in (0..LANES).step_by(BLOCK) {
        let mut now = [[0.0; BLOCK]; F];
        let mut before = [[0.0; BLOCK]; F];
        for c in coefficients {
            for f in 0..F {
                for l in 0..BLOCK {
                    let next = (2.0 * z[at + l]).mul_add(now[f][l], c[f] - before[f][l]);
                    before[f][l] = now[f][l];
                    now[f][l] = next;
                }
            }
        }
        // The last step has z in place of 2z.
        for f in 0..F {
            for l in 0..BLOCK {
                out[f][at + l] = (-z[at + l]).mul_add(before[f][l], now[f][l]);
            }
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_series_by_hand() {
        // 1 + 2z + 3(2z² − 1) and 4 − z at z = ½: 1 + 1 − 1.5 and 3.5.
        let found = clenshaw(&[[3.0, 0.0], [2.0, -1.0], [1.0, 4.0]], &[0.5; LANES]);
        assert_eq!(found, [[0.5; LANES], [3.5; LANES]]);
    }
}
