//! Numbers of many replicates side by side, the replicate innermost, and the loops over them that
//! decide how fast a bootstrap is.
//!
//! Everything hot is `#[inline(always)]` and made of fixed-size arrays and `mul_add`, so that it is
//! compiled for the widest vector instructions wherever it is called inside a [`Kernel`](super::simd::Kernel),
//! and gives the same bits on every machine: a fused multiply-add is rounded once everywhere.

/// Replicates in a tile: six vectors of four, the number of accumulators that keeps two
/// multiply-add units busy.
pub const LANES: usize = 24;

/// One number of each replicate of a tile.
pub type Lane = [f64; LANES];

/// Lanes of a register block.
const BLOCK: usize = 8;
/// Rows of a register block: 6 × 8 accumulators are twelve vectors of four, of sixteen there are.
const ROWS: usize = 6;

/// A matrix packed for [`Packed::multiply`]: blocks of six rows, the rows of a block innermost.
#[derive(Debug, Clone, PartialEq)]
pub struct Packed {
    rows: usize,
    columns: usize,
    /// `[block][column][row in block]`, padded with rows of zeros.
    entries: Vec<f64>,
}

impl Packed {
    /// The matrix whose entry in row i and column j is `entry(i, j)`.
    pub fn new(rows: usize, columns: usize, entry: impl Fn(usize, usize) -> f64) -> Self {
        let blocks = rows.div_ceil(ROWS);
        let mut entries = vec![0.0; blocks * columns * ROWS];
        for i in 0..rows {
            for j in 0..columns {
                entries[(i / ROWS * columns + j) * ROWS + i % ROWS] = entry(i, j);
            }
        }
        Self { rows, columns, entries }
    }

    /// Number of rows.
    pub fn rows(&self) -> usize {
        self.rows
    }

    /// The entry in row i and column j.
    pub fn entry(&self, i: usize, j: usize) -> f64 {
        self.entries[(i / ROWS * self.columns + j) * ROWS + i % ROWS]
    }

    /// Rows as they are stored: padded to whole blocks.
    pub fn padded_rows(&self) -> usize {
        self.rows.div_ceil(ROWS) * ROWS
    }

    /// `sums += self · x` for `x` of as many lanes as there are columns; `sums` has
    /// [`padded_rows`](Self::padded_rows) lanes. `L` is a multiple of eight.
    #[inline(always)]
    pub fn multiply<const L: usize>(&self, x: &[[f64; L]], sums: &mut [[f64; L]]) {
        debug_assert_eq!(x.len(), self.columns);
        let size = self.columns * ROWS;
        if size == 0 {
            return;
        }
        for (block, sums) in self.entries.chunks_exact(size).zip(sums.chunks_exact_mut(ROWS)) {
            for at in (0..L).step_by(BLOCK) {
                let mut sum = [[0.0_f64; BLOCK]; ROWS];
                for (s, given) in sum.iter_mut().zip(sums.iter()) {
                    s.copy_from_slice(&given[at..at + BLOCK]);
                }
                for (column, x) in block.chunks_exact(ROWS).zip(x) {
                    let mut part = [0.0; BLOCK];
                    part.copy_from_slice(&x[at..at + BLOCK]);
                    for (s, &a) in sum.iter_mut().zip(column) {
                        for l in 0..BLOCK {
                            s[l] = a.mul_add(part[l], s[l]);
                        }
                    }
                }
                for (s, given) in sum.iter().zip(sums.iter_mut()) {
                    given[at..at + BLOCK].copy_from_slice(s);
                }
            }
        }
    }
}

/// The natural logarithm of positive, normal numbers, to about one unit in the last place: ln(2ᵉm)
/// with ½√2 ≤ m < √2 as e ln 2 + 2 artanh((m − 1)/(m + 1)), whose series in the square converges
/// like 0.03ⁿ (Muller 2016, section 11.3).
#[inline(always)]
pub fn ln(x: &Lane) -> Lane {
    const LN_2_HIGH: f64 = 6.931_471_803_691_238e-1;
    const LN_2_LOW: f64 = 1.908_214_929_270_587_7e-10;
    const ROOT: u64 = std::f64::consts::FRAC_1_SQRT_2.to_bits();
    const BIAS: u64 = 1023;
    // 2⁵² with a whole number below 2⁵² in its last bits is 2⁵² plus that number.
    const SHIFT: f64 = 4_503_599_627_370_496.0;
    let mut out = [0.0; LANES];
    for l in 0..LANES {
        // The exponent such that the rest lies in [½√2, √2), kept positive: vectors of four have
        // no signed shift.
        let bits = x[l].to_bits();
        let exponent = bits.wrapping_sub(ROOT).wrapping_add(BIAS << 52) >> 52;
        let mantissa = f64::from_bits(bits.wrapping_sub(exponent.wrapping_sub(BIAS) << 52));
        let e = f64::from_bits(exponent | SHIFT.to_bits()) - (SHIFT + BIAS as f64);
        let s = (mantissa - 1.0) / (mantissa + 1.0);
        let z = s * s;
        let mut series = 1.0 / 23.0;
        for denominator in [21.0, 19.0, 17.0, 15.0, 13.0, 11.0, 9.0, 7.0, 5.0, 3.0] {
            series = z.mul_add(series, 1.0 / denominator);
        }
        let twice = 2.0 * s;
        let small = (twice * z).mul_add(series, e * LN_2_LOW);
        out[l] = e.mul_add(LN_2_HIGH, twice + small);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_packed_product_by_hand() {
        // (1 2; 3 4; 5 6)·x with x₀ = lane, x₁ = 10.
        let a = [[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]];
        let packed = Packed::new(3, 2, |i, j| a[i][j]);
        assert_eq!(packed.padded_rows(), 6);
        let x = [std::array::from_fn(|l| l as f64), [10.0; LANES]];
        let mut sums = vec![[1.0; LANES]; 6];
        packed.multiply(&x, &mut sums);
        for l in 0..LANES {
            for i in 0..3 {
                assert_eq!(sums[i][l], 1.0 + a[i][0] * l as f64 + 10.0 * a[i][1]);
            }
            assert_eq!(sums[4][l], 1.0);
        }
    }

    #[test]
    fn logarithms_to_the_last_place() {
        let mut x = 1e-12;
        while x < 1e12 {
            let got = ln(&std::array::from_fn(|l| x * (1.0 + l as f64 / 7.0)));
            for l in 0..LANES {
                let want = libm::log(x * (1.0 + l as f64 / 7.0));
                assert!((got[l] - want).abs() <= 4e-16 * want.abs().max(0.3), "ln {x}");
            }
            x *= 1.37;
        }
    }
}
