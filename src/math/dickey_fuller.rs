//! The distribution of Dickey and Fuller's t when the series is long: of ∫W̃dW/√∫W̃², W a Brownian motion
//! on [0, 1] and W̃ what is left of it beside nothing, a constant, or a constant and a linear trend.
//!
//! *Formula*: the numerator is d·e − ½ with d·e = W(1)²/2 (nothing), d = W(1)/2 − ∫W and e = W(1) (constant),
//! or e = W(1) − 12∫(t − ½)W (trend). With V = ∫W̃², weighted by exp(−λV), d and e are normal and independent:
//! reversing time changes the sign of d and neither e nor V. So, with κ = √(2λ), z = κ/2,
//!
//! ```text
//! P(τ ≤ t) = ∫₀^∞ 𝓛⁻¹{ N(λ) F((½ + t√v)/(σ_d σ_e)) }(v) dv
//! nothing    N = (cosh κ)^−½                       F of W(1)²/2, Var = tanh κ/κ
//! constant   N = (κ/sinh κ)^½                      σ_d² = (coth z/κ − 2/κ²)/2, σ_e² = tanh z/z
//! trend      N = that · (12/κ² − 24 tanh z/κ³)^−½   σ_e² = (2 tanh z/κ − 12/κ² + 24 tanh z/κ³)/(1 − 2 tanh z/κ)
//! ```
//!
//! F the distribution of the product of two normals, whose upper tail at x > 0 is Ki₁(x)/π, 𝓛⁻¹ the inverse
//! Laplace transform. Tabulated is Φ⁻¹(P) at steps of 0.1, computed with Talbot's contour (24 points) and
//! tanh-sinh quadrature over ln v (`tests/reference/dickey_fuller.py`); between them it is the polynomial
//! through eight neighbours, within 5e-6 of the integral. P beyond the table, below 2e-11 or above
//! 1 − 2e-6, has Φ⁻¹ continued linearly.
//!
//! *References*: Dickey & Fuller (1979); Phillips (1987); Nabeya & Tanaka (1990) for N. The distribution is the
//! one that MacKinnon (1996) simulated: his quantiles lie within 3.7 of their standard errors of it. His tables
//! may not be taken into other programs, and are not here.

use super::dist::{normal_cdf, normal_quantile, normal_sf};

/// What is regressed beside the lag.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Beside {
    /// Nothing.
    Nothing,
    /// A constant.
    Constant,
    /// A constant and a linear trend.
    Trend,
}

/// Where a statistic lies in its distribution.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Tails {
    /// P(smaller).
    pub below: f64,
    /// P(larger).
    pub above: f64,
    /// The standard normal with the same tails.
    pub normal: f64,
}

impl Tails {
    /// Of a standard normal.
    fn of_normal(z: f64) -> Self {
        Self { below: normal_cdf(z), above: normal_sf(z), normal: z }
    }

    /// ln P(smaller).
    pub fn log_below(&self) -> f64 {
        libm::log(self.below)
    }

    /// ln(P(smaller)/P(larger)).
    pub fn log_odds(&self) -> f64 {
        libm::log(self.below) - libm::log(self.above)
    }

    /// Of 0 < P(smaller) < 1.
    pub fn of_share(below: f64) -> Self {
        Self { below, above: 1.0 - below, normal: normal_quantile(below) }
    }
}

/// Where t lies.
pub fn tails(t: f64, beside: Beside) -> Tails {
    let (first, table): (f64, &[f64]) = match beside {
        Beside::Nothing => (-6.8, &NONE),
        Beside::Constant => (-7.3, &CONSTANT),
        Beside::Trend => (-7.9, &TREND),
    };
    Tails::of_normal(at((t - first) / STEP, table))
}

const STEP: f64 = 0.1;
/// Neighbours.
const POINTS: usize = 8;

/// The table at a place counted in steps.
fn at(place: f64, table: &[f64]) -> f64 {
    let last = table.len() - 1;
    if place <= 0.0 {
        return table[0] + place * (table[1] - table[0]);
    }
    if place >= last as f64 {
        return table[last] + (place - last as f64) * (table[last] - table[last - 1]);
    }
    let first = (place as usize).saturating_sub(POINTS / 2 - 1).min(last + 1 - POINTS);
    let mut values: [f64; POINTS] = std::array::from_fn(|k| table[first + k]);
    // Neville's scheme.
    for order in 1..POINTS {
        for k in 0..POINTS - order {
            let (low, high) = ((first + k) as f64, (first + k + order) as f64);
            values[k] = ((place - low) * values[k + 1] + (high - place) * values[k]) / (high - low);
        }
    }
    values[0]
}

/// From t = -6.8 by 0.1.
#[rustfmt::skip]
const NONE: [f64; 113] = [
    -6.700176739, -6.598747683, -6.497277945, -6.395765800, -6.294209423, -6.192606886,
    -6.090956150, -5.989255056, -5.887501319, -5.785692513, -5.683826069, -5.581899255,
    -5.479909173, -5.377852737, -5.275726666, -5.173527463, -5.071251400, -4.968894500,
    -4.866452516, -4.763920906, -4.661294811, -4.558569029, -4.455737979, -4.352795675,
    -4.249735686, -4.146551094, -4.043234456, -3.939777748, -3.836172317, -3.732408817,
    -3.628477145, -3.524366368, -3.420064641, -3.315559120, -3.210835861, -3.105879714,
    -3.000674199, -2.895201383, -2.789441729, -2.683373948, -2.576974829, -2.470219069,
    -2.363079088, -2.255524849, -2.147523690, -2.039040175, -1.930036002, -1.820469996,
    -1.710298258, -1.599474554, -1.487951105, -1.375680002, -1.262615627, -1.148718669,
    -1.033962725, -0.918345069, -0.801904316, -0.684749576, -0.567109022, -0.449410588,
    -0.332408524, -0.217337063, -0.105927775, 0.000139844, 0.100558485, 0.196916510, 0.290939284,
    0.383539183, 0.475232849, 0.566358183, 0.657149217, 0.747772975, 0.838350636, 0.928970800,
    1.019698295, 1.110580285, 1.201650626, 1.292933060, 1.384443592, 1.476192293, 1.568184680,
    1.660422773, 1.752905928, 1.845631479, 1.938595248, 2.031791938, 2.125215450, 2.218859129,
    2.312715954, 2.406778692, 2.501040016, 2.595492595, 2.690129165, 2.784942583, 2.879925864,
    2.975072215, 3.070375050, 3.165828008, 3.261424958, 3.357160007, 3.453027496, 3.549022003,
    3.645138336, 3.741371531, 3.837716841, 3.934169735, 4.030725886, 4.127381165, 4.224131633,
    4.320973534, 4.417903283, 4.514917464, 4.612012819,
];

/// From t = -7.3 by 0.1.
#[rustfmt::skip]
const CONSTANT: [f64; 108] = [
    -6.600604311, -6.494355751, -6.387975613, -6.281459458, -6.174802627, -6.068000240,
    -5.961047188, -5.853938114, -5.746667400, -5.639229147, -5.531617166, -5.423824951,
    -5.315845662, -5.207672108, -5.099296718, -4.990711521, -4.881908118, -4.772877655,
    -4.663610790, -4.554097665, -4.444327869, -4.334290403, -4.223973637, -4.113365272,
    -4.002452291, -3.891220919, -3.779656562, -3.667743764, -3.555466148, -3.442806356,
    -3.329745997, -3.216265579, -3.102344460, -2.987960783, -2.873091429, -2.757711971,
    -2.641796645, -2.525318334, -2.408248585, -2.290557664, -2.172214656, -2.053187657,
    -1.933444051, -1.812950942, -1.691675772, -1.569587208, -1.446656378, -1.322858600,
    -1.198175760, -1.072599557, -0.946135923, -0.818810952, -0.690678798, -0.561831987,
    -0.432414571, -0.302638230, -0.172800685, -0.043304216, 0.085330806, 0.212466834, 0.337379098,
    0.459331783, 0.577710175, 0.692191454, 0.802888087, 0.910355861, 1.015396754, 1.118756158,
    1.220953294, 1.322317678, 1.423072852, 1.523380630, 1.623361970, 1.723108974, 1.822692598,
    1.922167901, 2.021577778, 2.120955689, 2.220327694, 2.319714010, 2.419130207, 2.518588143,
    2.618096702, 2.717662382, 2.817289759, 2.916981869, 3.016740507, 3.116566480, 3.216459803,
    3.316419865, 3.416445561, 3.516535402, 3.616687606, 3.716900169, 3.817170926, 3.917497599,
    4.017877837, 4.118309250, 4.218789433, 4.319315990, 4.419886546, 4.520498765, 4.621150360,
    4.721839100, 4.822562815, 4.923319402, 5.024106830, 5.124923138,
];

/// From t = -7.9 by 0.1.
#[rustfmt::skip]
const TREND: [f64; 108] = [
    -6.800587259, -6.692080941, -6.583415092, -6.474584760, -6.365584774, -6.256409753,
    -6.147054082, -6.037511902, -5.927777088, -5.817843234, -5.707703630, -5.597351249,
    -5.486778725, -5.375978331, -5.264941959, -5.153661094, -5.042126789, -4.930329635,
    -4.818259733, -4.705906660, -4.593259435, -4.480306478, -4.367035572, -4.253433818,
    -4.139487585, -4.025182462, -3.910503200, -3.795433651, -3.679956705, -3.564054221,
    -3.447706950, -3.330894457, -3.213595033, -3.095785609, -2.977441653, -2.858537076,
    -2.739044124, -2.618933274, -2.498173126, -2.376730300, -2.254569345, -2.131652658,
    -2.007940434, -1.883390652, -1.757959125, -1.631599638, -1.504264212, -1.375903555,
    -1.246467766, -1.115907409, -0.984175093, -0.851227759, -0.717029944, -0.581558379,
    -0.444808382, -0.306802641, -0.167603023, -0.027326105, 0.113837225, 0.255598459, 0.397546659,
    0.539127599, 0.679637475, 0.818247828, 0.954081248, 1.086348860, 1.214531005, 1.338535087,
    1.458732939, 1.575819577, 1.690556128, 1.803560790, 1.915257164, 2.025929012, 2.135778465,
    2.244957064, 2.353581693, 2.461744149, 2.569517459, 2.676960292, 2.784120147, 2.891035716,
    2.997738677, 3.104255078, 3.210606413, 3.316810472, 3.422882021, 3.528833348, 3.634674697,
    3.740414630, 3.846060317, 3.951617776, 4.057092070, 4.162487468, 4.267807584, 4.373055484,
    4.478233781, 4.583344713, 4.688390205, 4.793371926, 4.898291332, 5.003149704, 5.107948179,
    5.212687777, 5.317369421, 5.421993957, 5.526562167, 5.631074785,
];

#[cfg(test)]
mod tests {
    use super::*;

    /// Without a constant τ ≤ 0 where W(1)² ≤ 1: P(χ²(1) ≤ 1).
    #[test]
    fn the_sign_without_a_constant_is_that_of_a_normal() {
        let p = tails(0.0, Beside::Nothing);
        assert!((p.below - 0.682_689_492_137).abs() < 2e-6, "{p:?}");
        assert!((p.below + p.above - 1.0).abs() < 1e-14);
    }

    /// Critical values of MacKinnon (2010), table 2, simulated: within 0.001. Those of Fuller (1976) are off by up to
    /// 0.015: −2.58 where −2.566 is the one at 1 %.
    #[test]
    fn critical_values_are_those_of_mackinnon() {
        for (beside, values) in [
            (Beside::Nothing, [-2.565_74, -1.941, -1.616_82]),
            (Beside::Constant, [-3.430_35, -2.861_54, -2.566_77]),
            (Beside::Trend, [-3.958_77, -3.410_49, -3.127_05]),
        ] {
            for (t, share) in values.into_iter().zip([0.01, 0.05, 0.10]) {
                let [low, high] = [t - 0.001, t + 0.001].map(|t| tails(t, beside).below);
                assert!(low < share && share < high, "{beside:?} {t}: {low} {share} {high}");
            }
        }
    }

    #[test]
    fn tails_are_monotone_and_go_on_beyond_the_table() {
        for beside in [Beside::Nothing, Beside::Constant, Beside::Trend] {
            let z: Vec<f64> =
                (-120..80).map(|t| tails(0.1 * f64::from(t), beside).normal).collect();
            assert!(z.windows(2).all(|w| w[0] < w[1] && w[1] - w[0] < 0.15), "{z:?}");
        }
    }
}
