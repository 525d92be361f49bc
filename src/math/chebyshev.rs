//! Smooth functions on an interval from their values at a few points (Trefethen 2013, Approximation
//! Theory and Approximation Practice, chapters 3 and 8).

/// The p Chebyshev points cos(π(j + ½)/p) of [−1, 1], j = 0 … p − 1.
pub fn points(p: usize) -> Vec<f64> {
    (0..p).map(|j| libm::cos(angle(j, p))).collect()
}

fn angle(j: usize, p: usize) -> f64 {
    std::f64::consts::PI * (j as f64 + 0.5) / p as f64
}

/// Coefficients c of Σ c_m T_m, m = 0 … p − 1, the polynomial with `values` at [`points`].
pub fn coefficients(values: &[f64]) -> Vec<f64> {
    let p = values.len();
    (0..p)
        .map(|m| {
            let terms = values.iter().enumerate();
            let sum: f64 = terms.map(|(j, v)| v * libm::cos(m as f64 * angle(j, p))).sum();
            sum * if m == 0 { 1.0 } else { 2.0 } / p as f64
        })
        .collect()
}

/// How many points reach `accuracy` for a function that is analytic around [−1, 1] up to singular
/// points at ±iz: the error falls like R⁻ᵖ, R = z + √(z² + 1).
pub fn enough_points(z: f64, accuracy: f64) -> usize {
    let r = z + (z * z + 1.0).sqrt();
    (libm::log(1.0 / accuracy) / libm::log(r)).ceil() as usize
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cubic_is_its_own_interpolant() {
        // 4x³ = T₃ + 3T₁; 2x² = T₂ + T₀.
        let values: Vec<f64> = points(5).iter().map(|x| 4.0 * x.powi(3) + 2.0 * x * x).collect();
        let c = coefficients(&values);
        for (got, want) in c.iter().zip([1.0, 3.0, 1.0, 1.0, 0.0]) {
            assert!((got - want).abs() < 1e-15);
        }
    }

    #[test]
    fn the_number_of_points_for_a_pole_of_known_place() {
        // 1/(1 + x²) has its poles at ±i: R = 1 + √2, 1e-12 takes 32 points.
        assert_eq!(enough_points(1.0, 1e-12), 32);
        let values: Vec<f64> = points(32).iter().map(|x| 1.0 / (1.0 + x * x)).collect();
        let c = coefficients(&values);
        let x: f64 = 0.3;
        let sum: f64 =
            c.iter().enumerate().map(|(m, c)| c * (m as f64 * x.acos()).cos()).sum();
        assert!((sum - 1.0 / (1.0 + x * x)).abs() < 1e-12);
    }
}
