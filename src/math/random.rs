//! Streams of random numbers: a stream is a pure function of its 32-byte key.

use rand::rngs::ChaCha8Rng;
use rand::{Rng, RngExt, SeedableRng};

/// A stream of random numbers.
#[derive(Debug)]
pub struct Stream(ChaCha8Rng);

impl Stream {
    /// The stream of `key`, sub-stream `number`: streams of different numbers do not overlap.
    pub fn new(key: [u8; 32], number: u64) -> Self {
        let mut rng = ChaCha8Rng::from_seed(key);
        rng.set_stream(number);
        Self(rng)
    }

    /// A whole number below `bound`, each equally likely.
    pub fn below(&mut self, bound: usize) -> usize {
        self.0.random_range(0..bound)
    }

    /// A number in [0, 1).
    pub fn uniform(&mut self) -> f64 {
        self.0.random()
    }

    /// A standard normal deviate, by Marsaglia's polar method.
    pub fn normal(&mut self) -> f64 {
        loop {
            let u = 2.0 * self.uniform() - 1.0;
            let v = 2.0 * self.uniform() - 1.0;
            let s = u * u + v * v;
            if s > 0.0 && s < 1.0 {
                return u * (-2.0 * libm::log(s) / s).sqrt();
            }
        }
    }

    /// Puts `items`, at most 2³², in random order, a word for each: probabilities differ by less than
    /// n/2³² of themselves (Lemire 2019, without the rejection).
    pub fn shuffle_fast<T>(&mut self, items: &mut [T]) {
        for i in (1..items.len()).rev() {
            let pick = (u64::from(self.0.next_u32()) * (i as u64 + 1)) >> 32;
            items.swap(i, pick as usize);
        }
    }

    /// Puts `items` in random order (Fisher & Yates).
    pub fn shuffle<T>(&mut self, items: &mut [T]) {
        for i in (1..items.len()).rev() {
            items.swap(i, self.below(i + 1));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn streams_repeat_and_differ() {
        let draw = |number| {
            let mut s = Stream::new([7; 32], number);
            (0..4).map(|_| s.below(1_000_000)).collect::<Vec<_>>()
        };
        assert_eq!(draw(3), draw(3));
        assert_ne!(draw(3), draw(4));
    }

    #[test]
    fn normal_deviates_have_mean_zero_and_variance_one() {
        let mut s = Stream::new([1; 32], 0);
        let z: Vec<f64> = (0..20_000).map(|_| s.normal()).collect();
        let mean = z.iter().sum::<f64>() / 20_000.0;
        let variance = z.iter().map(|v| v * v).sum::<f64>() / 20_000.0;
        assert!(mean.abs() < 0.03 && (variance - 1.0).abs() < 0.04);
    }
}
