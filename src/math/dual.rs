//! Dual numbers: a value with its derivative in one direction, carried exactly through arithmetic
//! (forward mode; Griewank & Walther 2008, Evaluating Derivatives, section 3.1).
//!
//! With a′, b′ the derivatives of a and b:
//!
//! ```text
//! (ab)′ = a′b + ab′          (a/b)′ = (a′ − (a/b)b′)/b       (ln a)′ = a′/a
//! (aᵇ)′ = b aᵇ⁻¹ a′ + aᵇ ln(a) b′                            (eᵃ)′ = eᵃa′       (√a)′ = a′/2√a
//! ```
//!
//! Outside the domain the parts are not finite, as those of `f64` are.

use std::ops::{Add, Div, Mul, Neg, Sub};

/// A value and its derivative.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Dual {
    /// The value.
    pub value: f64,
    /// Its derivative.
    pub slope: f64,
}

impl Dual {
    /// A value that does not move.
    pub fn constant(value: f64) -> Self {
        Self { value, slope: 0.0 }
    }

    /// Whether both parts are finite.
    pub fn is_finite(self) -> bool {
        self.value.is_finite() && self.slope.is_finite()
    }

    /// Natural logarithm.
    #[must_use]
    pub fn ln(self) -> Self {
        Self { value: self.value.ln(), slope: self.slope / self.value }
    }

    /// Exponential.
    #[must_use]
    pub fn exp(self) -> Self {
        let value = self.value.exp();
        Self { value, slope: value * self.slope }
    }

    /// Square root.
    #[must_use]
    pub fn sqrt(self) -> Self {
        let value = self.value.sqrt();
        Self { value, slope: self.slope / (2.0 * value) }
    }

    /// `self` to the power `exponent`.
    #[must_use]
    pub fn pow(self, exponent: Self) -> Self {
        let (a, b) = (self.value, exponent.value);
        // What does not move adds nothing, even where its factor does not exist: ln of a negative
        // base with a whole exponent, 0⁻¹ with the exponent 0.
        let by_base =
            if self.slope == 0.0 || b == 0.0 { 0.0 } else { b * a.powf(b - 1.0) * self.slope };
        let by_exponent =
            if exponent.slope == 0.0 { 0.0 } else { a.powf(b) * a.ln() * exponent.slope };
        Self { value: a.powf(b), slope: by_base + by_exponent }
    }
}

impl Neg for Dual {
    type Output = Self;

    fn neg(self) -> Self {
        Self { value: -self.value, slope: -self.slope }
    }
}

impl Add for Dual {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        Self { value: self.value + other.value, slope: self.slope + other.slope }
    }
}

impl Sub for Dual {
    type Output = Self;

    fn sub(self, other: Self) -> Self {
        Self { value: self.value - other.value, slope: self.slope - other.slope }
    }
}

impl Mul for Dual {
    type Output = Self;

    fn mul(self, other: Self) -> Self {
        Self {
            value: self.value * other.value,
            slope: self.slope * other.value + self.value * other.slope,
        }
    }
}

impl Div for Dual {
    type Output = Self;

    fn div(self, other: Self) -> Self {
        let value = self.value / other.value;
        Self { value, slope: (self.slope - value * other.slope) / other.value }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn at(value: f64) -> Dual {
        Dual { value, slope: 1.0 }
    }

    #[test]
    fn derivatives_by_hand() {
        let x = at(2.0);
        let three = Dual::constant(3.0);
        // x³ − 3/x at 2: 8 − 1.5, 12 + 0.75.
        let y = x.pow(three) - three / x;
        assert!((y.value - 6.5).abs() < 1e-15 && (y.slope - 12.75).abs() < 1e-15);
        // x ln x: 2 ln 2, ln 2 + 1.
        let y = x * x.ln();
        assert!((y.slope - (2.0_f64.ln() + 1.0)).abs() < 1e-15);
        // xˣ: xˣ(ln x + 1).
        assert!((x.pow(x).slope - 4.0 * (2.0_f64.ln() + 1.0)).abs() < 1e-14);
        assert!((x.sqrt().slope - 0.125_f64.sqrt()).abs() < 1e-15);
        assert!(((-x).exp().slope + (-2.0_f64).exp()).abs() < 1e-16);
    }

    #[test]
    fn whole_powers_of_negative_numbers_and_of_zero_exist() {
        let square = |x: f64| at(x).pow(Dual::constant(2.0));
        assert_eq!(square(-3.0), Dual { value: 9.0, slope: -6.0 });
        assert_eq!(square(0.0), Dual { value: 0.0, slope: 0.0 });
        assert_eq!(at(0.0).pow(Dual::constant(0.0)), Dual::constant(1.0));
        assert_eq!(at(0.0).pow(Dual::constant(1.0)), at(0.0));
        for outside in [at(-1.0).ln(), at(0.0).sqrt(), at(1.0) / at(0.0), at(-1.0).pow(at(0.5))] {
            assert!(!outside.is_finite(), "{outside:?}");
        }
    }

    proptest! {
        #[test]
        fn derivatives_are_those_of_finite_differences(x in 0.3f64..3.0, c in 0.2f64..2.0) {
            let f = |x: Dual| {
                let c = Dual::constant(c);
                (x.pow(c) + c.pow(x)) / (x + c).sqrt() - (x * c).ln() * (-x).exp()
            };
            let h = 1e-5;
            let difference =
                (f(Dual::constant(x + h)).value - f(Dual::constant(x - h)).value) / (2.0 * h);
            prop_assert!((f(at(x)).slope - difference).abs() < 1e-8 * difference.abs().max(1.0));
        }
    }
}
