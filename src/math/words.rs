//! The random words of many replicates side by side.
//!
//! ChaCha with 8 rounds (Bernstein 2008), the replicate's number as the stream: word i of replicate
//! b is a pure function of the key, b and i, whatever is computed beside it. The same words as
//! [`Stream`](super::random::Stream) draws from.

use super::lanes::{LANES, Lane};
use pulp::{Arch, Scalar, Simd, WithSimd};

/// Words of a block of a stream.
pub const BLOCK: usize = 16;

type Row = [u32; LANES];

/// The streams of [`LANES`] consecutive replicates, read in step.
#[derive(Debug, Clone)]
pub struct Words {
    /// What the next block is made from: the constants, the key, the block's number, the streams.
    start: [Row; BLOCK],
    counter: u64,
    block: [Row; BLOCK],
    next: usize,
}

impl Words {
    /// The streams `first` to `first + LANES − 1` of `key`.
    pub fn new(key: [u8; 32], first: u64) -> Self {
        const NAME: [u32; 4] = [0x6170_7865, 0x3320_646e, 0x7962_2d32, 0x6b20_6574];
        let mut start = [[0; LANES]; BLOCK];
        for i in 0..4 {
            start[i] = [NAME[i]; LANES];
        }
        for (row, word) in start[4..12].iter_mut().zip(key.as_chunks().0) {
            *row = [u32::from_le_bytes(*word); LANES];
        }
        for l in 0..LANES {
            let stream = first.wrapping_add(l as u64);
            start[14][l] = stream as u32;
            start[15][l] = (stream >> 32) as u32;
        }
        Self { start, counter: 0, block: [[0; LANES]; BLOCK], next: BLOCK }
    }

    /// The next word of each stream.
    #[inline(always)]
    pub fn draw(&mut self) -> &[u32; LANES] {
        if self.next == BLOCK {
            self.refill();
        }
        self.next += 1;
        &self.block[self.next - 1]
    }

    /// A whole number below `bound` for each stream, by multiplication of a word: probabilities
    /// differ by less than bound/2³² of themselves (Lemire 2019, without the rejection).
    #[inline(always)]
    pub fn below(&mut self, bound: usize) -> [usize; LANES] {
        let bound = bound as u64;
        let words = self.draw();
        let mut out = [0; LANES];
        for l in 0..LANES {
            out[l] = ((u64::from(words[l]) * bound) >> 32) as usize;
        }
        out
    }

    /// A number in (0, 1) for each stream, from two words: odd multiples of 2⁻⁵⁴.
    #[inline(always)]
    pub fn uniform(&mut self) -> Lane {
        let high = *self.draw();
        let low = *self.draw();
        let mut out = [0.0; LANES];
        for l in 0..LANES {
            let bits = (u64::from(high[l]) << 21) | (u64::from(low[l]) >> 11);
            out[l] = (bits as f64 + 0.5) * 2.0_f64.powi(-53);
        }
        out
    }

    /// The next sixteen words of each stream, those left of the block before passed over.
    #[inline(always)]
    pub fn block(&mut self) -> &[[u32; LANES]; BLOCK] {
        self.refill();
        self.next = BLOCK;
        &self.block
    }

    fn refill(&mut self) {
        self.start[12] = [self.counter as u32; LANES];
        self.start[13] = [(self.counter >> 32) as u32; LANES];
        Arch::new().dispatch(Refill { start: &self.start, block: &mut self.block });
        self.counter += 1;
        self.next = 0;
    }
}

/// A block of every stream, in vectors that are named: left to find them itself, the compiler needs
/// up to three times as long, depending on what else it compiles.
struct Refill<'a> {
    start: &'a [Row; BLOCK],
    block: &'a mut [Row; BLOCK],
}

impl WithSimd for Refill<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        let Self { start, block } = self;
        let whole = LANES / S::U32_LANES;
        for at in 0..whole {
            let given = std::array::from_fn(|i| S::as_simd_u32s(&start[i]).0[at]);
            let words = rounds(simd, given);
            for (row, words) in block.iter_mut().zip(words) {
                S::as_mut_simd_u32s(row).0[at] = words;
            }
        }
        for l in whole * S::U32_LANES..LANES {
            let words = rounds(Scalar::new(), std::array::from_fn(|i| start[i][l]));
            for (row, word) in block.iter_mut().zip(words) {
                row[l] = word;
            }
        }
    }
}

/// Eight rounds, and the sum with what they began with.
#[inline(always)]
fn rounds<S: Simd>(simd: S, start: [S::u32s; BLOCK]) -> [S::u32s; BLOCK] {
    let mut s = start;
    // x += y; z = (z ⊕ x) ⋘ turn. A macro, because the rows must be constants to the compiler.
    macro_rules! step {
        ($x:literal, $y:literal, $z:literal, $turn:literal) => {
            s[$x] = simd.add_u32s(s[$x], s[$y]);
            let mixed = simd.xor_u32s(s[$z], s[$x]);
            s[$z] = simd.or_u32s(
                simd.wrapping_dyn_shl_u32s(mixed, simd.splat_u32s($turn)),
                simd.wrapping_dyn_shr_u32s(mixed, simd.splat_u32s(32 - $turn)),
            );
        };
    }
    macro_rules! quarter {
        ($a:literal, $b:literal, $c:literal, $d:literal) => {
            step!($a, $b, $d, 16);
            step!($c, $d, $b, 12);
            step!($a, $b, $d, 8);
            step!($c, $d, $b, 7);
        };
    }
    for _ in 0..4 {
        quarter!(0, 4, 8, 12);
        quarter!(1, 5, 9, 13);
        quarter!(2, 6, 10, 14);
        quarter!(3, 7, 11, 15);
        quarter!(0, 5, 10, 15);
        quarter!(1, 6, 11, 12);
        quarter!(2, 7, 8, 13);
        quarter!(3, 4, 9, 14);
    }
    std::array::from_fn(|i| simd.add_u32s(s[i], start[i]))
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand::rngs::ChaCha8Rng;
    use rand::{Rng, SeedableRng};

    #[test]
    fn the_words_are_those_of_the_library() {
        let key: [u8; 32] = std::array::from_fn(|i| (7 * i + 1) as u8);
        let first = u64::from(u32::MAX) - 5;
        let mut words = Words::new(key, first);
        let mut library: Vec<ChaCha8Rng> = (0..LANES as u64)
            .map(|l| {
                let mut rng = ChaCha8Rng::from_seed(key);
                rng.set_stream(first + l);
                rng
            })
            .collect();
        for _ in 0..70 {
            let got = *words.draw();
            for (l, rng) in library.iter_mut().enumerate() {
                assert_eq!(got[l], rng.next_u32());
            }
        }
    }

    #[test]
    fn whole_numbers_and_uniforms_by_hand() {
        // ⌊w·10/2³²⌋ of the first word; the first 53 bits of two words.
        let key = [3; 32];
        let [one, two] = {
            let mut words = Words::new(key, 9);
            [words.draw()[4], words.draw()[4]]
        };
        let drawn = Words::new(key, 9).below(10)[4];
        assert_eq!(drawn, (f64::from(one) / 4_294_967_296.0 * 10.0) as usize);
        let uniform = Words::new(key, 9).uniform()[4];
        let want = (f64::from(one) + f64::from(two) / 4_294_967_296.0) / 4_294_967_296.0;
        assert!((uniform - want).abs() < 2e-16);
    }
}
