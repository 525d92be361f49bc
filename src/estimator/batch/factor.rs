//! Cholesky factors M = LL' of small matrices that differ from replicate to replicate: rows up to the
//! diagonal, which holds its reciprocal.

use crate::math::lanes::{LANES, Lane};

/// Entry (i, j) of the factor from that of M, once all before it are there; `positive` is told where
/// M is not positive definite.
#[inline(always)]
pub(super) fn eliminate(
    factor: &mut [Lane],
    (i, j): (usize, usize),
    mut entry: Lane,
    positive: &mut [bool; LANES],
) {
    let (above, row) = factor.split_at_mut(i * (i + 1) / 2);
    if i == j {
        for c in 0..j {
            for l in 0..LANES {
                entry[l] = (-row[c][l]).mul_add(row[c][l], entry[l]);
            }
        }
        for l in 0..LANES {
            positive[l] &= entry[l] > 0.0;
            row[j][l] = 1.0 / entry[l].sqrt();
        }
    } else {
        let other = &above[j * (j + 1) / 2..];
        for c in 0..j {
            for l in 0..LANES {
                entry[l] = (-row[c][l]).mul_add(other[c][l], entry[l]);
            }
        }
        for l in 0..LANES {
            row[j][l] = entry[l] * other[j][l];
        }
    }
}

/// L⁻¹v in place.
#[inline(always)]
pub(super) fn forward(factor: &[Lane], v: &mut [Lane]) {
    for i in 0..v.len() {
        let row = &factor[i * (i + 1) / 2..];
        let mut sum = v[i];
        for j in 0..i {
            for l in 0..LANES {
                sum[l] = (-row[j][l]).mul_add(v[j][l], sum[l]);
            }
        }
        for l in 0..LANES {
            v[i][l] = sum[l] * row[i][l];
        }
    }
}

/// L⁻ᵀv in place.
#[inline(always)]
pub(super) fn backward(factor: &[Lane], v: &mut [Lane]) {
    let k = v.len();
    for i in (0..k).rev() {
        let mut sum = v[i];
        for j in i + 1..k {
            let entry = &factor[j * (j + 1) / 2 + i];
            for l in 0..LANES {
                sum[l] = (-entry[l]).mul_add(v[j][l], sum[l]);
            }
        }
        let diagonal = &factor[i * (i + 1) / 2 + i];
        for l in 0..LANES {
            v[i][l] = sum[l] * diagonal[l];
        }
    }
}

/// `out` = Sv for a matrix of k rows given row by row.
#[inline(always)]
pub(super) fn times(s: &[f64], v: &[Lane], out: &mut [Lane]) {
    for (out, row) in out.iter_mut().zip(s.chunks_exact(v.len())) {
        let mut sum = [0.0; LANES];
        for (s, v) in row.iter().zip(v) {
            for l in 0..LANES {
                sum[l] = s.mul_add(v[l], sum[l]);
            }
        }
        *out = sum;
    }
}

/// σ²x'y of the first k entries of two rows of an inverse's half.
#[inline(always)]
pub(super) fn of_rows((x, y): (&[Lane], &[Lane]), k: usize, sigma2: &Lane) -> Lane {
    let mut entry = [0.0; LANES];
    for (x, y) in x[..k].iter().zip(&y[..k]) {
        for l in 0..LANES {
            entry[l] = x[l].mul_add(y[l], entry[l]);
        }
    }
    for l in 0..LANES {
        entry[l] *= sigma2[l];
    }
    entry
}
