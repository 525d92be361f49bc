//! Innovations as schemes draw from them: recentred and, if asked, rescaled.

use crate::model::Rescale;

/// `innovations` minus their mean, times √(n/(n − k − absorbed)) with [`Rescale::Df`]: the
/// estimation of k coefficients and the effects makes innovations smaller than the errors.
pub fn prepared(innovations: &[f64], rescale: Rescale, residual_df: f64) -> Vec<f64> {
    let n = innovations.len() as f64;
    let mean = innovations.iter().sum::<f64>() / n;
    let factor = match rescale {
        Rescale::None => 1.0,
        Rescale::Df => (n / residual_df).sqrt(),
    };
    innovations.iter().map(|e| factor * (e - mean)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn recentred_and_rescaled_by_hand() {
        // Mean 1; √(4/1) = 2.
        let e = [0.0, 2.0, 3.0, -1.0];
        assert_eq!(prepared(&e, Rescale::None, 1.0), [-1.0, 1.0, 2.0, -2.0]);
        assert_eq!(prepared(&e, Rescale::Df, 1.0), [-2.0, 2.0, 4.0, -4.0]);
    }
}
