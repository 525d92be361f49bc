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

/// Σ c_m T_m((x − centre)/half), T_m the Chebyshev polynomials (Trefethen 2013, chapters 3 and 4).
#[derive(Debug, Clone, PartialEq)]
pub struct Series {
    centre: f64,
    half: f64,
    coefficients: Vec<f64>,
}

/// The points at which a function has to be known: [`points`] carried to
/// [centre − half, centre + half].
pub fn nodes(centre: f64, half: f64, count: usize) -> Vec<f64> {
    points(count).iter().map(|z| centre + half * z).collect()
}

impl Series {
    /// The polynomial that has `values` at [`nodes`].
    pub fn through(centre: f64, half: f64, values: &[f64]) -> Self {
        Self { centre, half, coefficients: coefficients(values) }
    }

    /// The derivative: c′_{m−1} = c′_{m+1} + 2m c_m, by the rule of T′.
    pub fn derivative(&self) -> Self {
        let count = self.coefficients.len();
        let mut derived = vec![0.0; count + 1];
        for m in (1..count).rev() {
            derived[m - 1] = derived[m + 1] + 2.0 * m as f64 * self.coefficients[m];
        }
        derived[0] *= 0.5;
        derived.truncate(count.max(2) - 1);
        derived.iter_mut().for_each(|c| *c /= self.half);
        Self { coefficients: derived, ..*self }
    }

    /// The sum at `x`, by the recurrence of Clenshaw (1955).
    pub fn at(&self, x: f64) -> f64 {
        let z = (x - self.centre) / self.half;
        let (mut b1, mut b2) = (0.0, 0.0);
        for &c in self.coefficients[1..].iter().rev() {
            (b1, b2) = (2.0 * z * b1 - b2 + c, b1);
        }
        z * b1 - b2 + self.coefficients[0]
    }
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
        let sum: f64 = c.iter().enumerate().map(|(m, c)| c * (m as f64 * x.acos()).cos()).sum();
        assert!((sum - 1.0 / (1.0 + x * x)).abs() < 1e-12);
    }

    #[test]
    fn a_cubic_is_exact_with_its_derivatives() {
        // x³ − 2x on [1, 5]: derivatives 3x² − 2 and 6x.
        let f = |x: f64| x.powi(3) - 2.0 * x;
        let values: Vec<f64> = nodes(3.0, 2.0, 4).into_iter().map(f).collect();
        let series = Series::through(3.0, 2.0, &values);
        let (first, second) = (series.derivative(), series.derivative().derivative());
        for x in [1.0, 2.2, 5.0] {
            assert!((series.at(x) - f(x)).abs() < 1e-12);
            assert!((first.at(x) - (3.0 * x * x - 2.0)).abs() < 1e-12);
            assert!((second.at(x) - 6.0 * x).abs() < 1e-12);
        }
        let third = second.derivative();
        assert!((third.at(2.0) - 6.0).abs() < 1e-11);
        assert!(third.derivative().at(2.0).abs() < 1e-10);
    }
}
