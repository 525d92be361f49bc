//! Innovations as schemes draw from them: recentred and, if asked, rescaled.

use crate::model::Rescale;

/// What innovations are multiplied by: the estimation of k coefficients and the effects makes them
/// smaller than the errors.
#[derive(Debug, Clone, PartialEq)]
pub enum Factors {
    /// The same for all.
    Common(f64),
    /// For each its own.
    Each(Vec<f64>),
}

impl Factors {
    /// 1; √(n/(n − k − absorbed)) with [`Rescale::Df`]; 1/√(1 − h) with [`Rescale::Leverage`]
    /// (Davidson & Flachaire 2008), and 0 where h = 1, an observation that is fitted whatever its
    /// error.
    pub fn new(
        rescale: Rescale,
        n: usize,
        residual_df: f64,
        leverages: impl FnOnce() -> Vec<f64>,
    ) -> Self {
        match rescale {
            Rescale::None => Self::Common(1.0),
            Rescale::Df => Self::Common((n as f64 / residual_df).sqrt()),
            Rescale::Leverage => {
                let one = |h: f64| if h < 1.0 - 1e-10 { 1.0 / (1.0 - h).sqrt() } else { 0.0 };
                Self::Each(leverages().into_iter().map(one).collect())
            }
        }
    }

    /// That of observation `i`.
    pub fn at(&self, i: usize) -> f64 {
        match self {
            Self::Common(factor) => *factor,
            Self::Each(factors) => factors[i],
        }
    }
}

/// `innovations` times their factors, minus the mean.
pub fn prepared(innovations: &[f64], factors: &Factors) -> Vec<f64> {
    let n = innovations.len() as f64;
    let mean = |v: &[f64]| v.iter().sum::<f64>() / n;
    match factors {
        Factors::Common(factor) => {
            let mean = mean(innovations);
            innovations.iter().map(|e| factor * (e - mean)).collect()
        }
        Factors::Each(factors) => {
            let scaled: Vec<f64> = innovations.iter().zip(factors).map(|(e, f)| e * f).collect();
            let mean = mean(&scaled);
            scaled.iter().map(|e| e - mean).collect()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn recentred_and_rescaled_by_hand() {
        let e = [0.0, 2.0, 3.0, -1.0];
        let leverages = || vec![0.0, 0.75, 8.0 / 9.0, 1.0];
        let of = |rescale| prepared(&e, &Factors::new(rescale, 4, 1.0, leverages));
        // Mean 1; √(4/1) = 2.
        assert_eq!(of(Rescale::None), [-1.0, 1.0, 2.0, -2.0]);
        assert_eq!(of(Rescale::Df), [-2.0, 2.0, 4.0, -4.0]);
        // Times 1, 2, 3 and 0: 0, 4, 9, 0, of mean 13/4.
        let got = of(Rescale::Leverage);
        for (got, want) in got.iter().zip([-3.25, 0.75, 5.75, -3.25]) {
            assert!((got - want).abs() < 1e-14, "{got} is not {want}");
        }
    }
}
