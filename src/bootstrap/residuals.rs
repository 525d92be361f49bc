//! Innovations as schemes draw from them: recentred and, if asked, rescaled.

use crate::estimator::leverage::Hat;
use crate::math::Matrix;
use crate::math::linalg::spd_inverse;
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
    /// error. [`Rescale::Jackknife`] multiplies no single innovation: see [`left_out`].
    pub fn new(
        rescale: Rescale,
        n: usize,
        residual_df: f64,
        leverages: impl FnOnce() -> Vec<f64>,
    ) -> Self {
        match rescale {
            Rescale::None | Rescale::Jackknife => Self::Common(1.0),
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

/// What the innovations of each unit would be if the regression were estimated without it:
/// (I − H_i)⁻¹e_i, H_i the unit's block of the hat matrix. Fitting makes the scores of units too
/// small, those of the units that say most the most; this undoes it up to what a jackknife undoes
/// (MacKinnon, Nielsen & Webb 2023, Journal of Applied Econometrics 38, 671–694). A unit on which a
/// coefficient rests alone has no such innovations and keeps its own.
///
/// With c = 1 − the share of effects of periods and Q_i the unit's rows of the basis,
/// (cI − Q_iQ_i')⁻¹e = (e + Q_i(cI − Q_i'Q_i)⁻¹Q_i'e)/c.
pub fn left_out(innovations: &[f64], hat: &Hat) -> Vec<f64> {
    const MOST: f64 = 1e8;
    let (k, c) = (hat.basis.len(), 1.0 - hat.of_periods);
    let mut out = innovations.to_vec();
    for unit in 0..hat.units.min(out.len()) {
        let of = |v: &[f64]| v[unit..].iter().step_by(hat.units).copied().collect::<Vec<f64>>();
        let rows: Vec<Vec<f64>> = hat.basis.iter().map(|q| of(q)).collect();
        let own = of(innovations);
        let dot = |a: &[f64], b: &[f64]| a.iter().zip(b).map(|(a, b)| a * b).sum::<f64>();
        let left =
            Matrix::from_fn(k, k, |i, j| (if i == j { c } else { 0.0 }) - dot(&rows[i], &rows[j]));
        let inverse = if k == 0 { Some(left) } else { spd_inverse(&left) };
        let inverse = inverse.filter(|m| (0..k).all(|j| m[(j, j)] < MOST));
        let Some(inverse) = inverse.filter(|_| c > 0.0) else { continue };
        let along: Vec<f64> = rows.iter().map(|q| dot(q, &own)).collect();
        let moved: Vec<f64> =
            (0..k).map(|i| (0..k).map(|j| inverse[(i, j)] * along[j]).sum()).collect();
        for (t, out) in out[unit..].iter_mut().step_by(hat.units).enumerate() {
            let extra: f64 = rows.iter().zip(&moved).map(|(q, m)| q[t] * m).sum();
            *out = (own[t] + extra) / c;
        }
    }
    out
}

/// The innovations that a scheme draws from.
pub fn pool(
    innovations: &[f64],
    rescale: Rescale,
    factors: &Factors,
    hat: impl FnOnce() -> Hat,
) -> Vec<f64> {
    match rescale {
        Rescale::Jackknife => prepared(&left_out(innovations, &hat()), factors),
        Rescale::None | Rescale::Df | Rescale::Leverage => prepared(innovations, factors),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn units_left_out_by_hand() {
        // y = bx, x = (1, 2, 2) of three units in one period: e_i/(1 − x_i²/9).
        let hat =
            Hat { units: 3, basis: vec![vec![1.0 / 3.0, 2.0 / 3.0, 2.0 / 3.0]], of_periods: 0.0 };
        let got = left_out(&[8.0, 5.0, -9.0], &hat);
        for (got, want) in got.iter().zip([9.0, 9.0, -16.2]) {
            assert!((got - want).abs() < 1e-13, "{got} is not {want}");
        }
        // Two periods of two units, a basis that only unit 0 has: it keeps its own; and with effects
        // of periods unit 1 loses half of its own.
        let alone = vec![0.6, 0.0, 0.8, 0.0];
        let hat = Hat { units: 2, basis: vec![alone], of_periods: 0.0 };
        assert_eq!(left_out(&[1.0, 2.0, 3.0, 4.0], &hat), [1.0, 2.0, 3.0, 4.0]);
        let hat = Hat { of_periods: 0.5, ..hat };
        assert_eq!(left_out(&[1.0, 2.0, 3.0, 4.0], &hat), [1.0, 4.0, 3.0, 8.0]);
    }

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
