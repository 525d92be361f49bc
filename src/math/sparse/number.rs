//! Kinds of numbers that a matrix can be factorised in.

/// What the factorisation does with numbers.
pub(super) trait Number: Copy {
    /// 0
    const ZERO: Self;

    /// self − a·b
    fn minus_product(self, a: Self, b: Self) -> Self;

    /// self · other
    fn times(self, other: Self) -> Self;

    /// 1 / self
    fn inverse(self) -> Self;
}

impl Number for f64 {
    const ZERO: Self = 0.0;

    #[inline(always)]
    fn minus_product(self, a: Self, b: Self) -> Self {
        (-a).mul_add(b, self)
    }

    #[inline(always)]
    fn times(self, other: Self) -> Self {
        self * other
    }

    #[inline(always)]
    fn inverse(self) -> Self {
        1.0 / self
    }
}

/// `L` matrices of one pattern factorised together.
impl<const L: usize> Number for [f64; L] {
    const ZERO: Self = [0.0; L];

    #[inline(always)]
    fn minus_product(mut self, a: Self, b: Self) -> Self {
        for lane in 0..L {
            self[lane] = (-a[lane]).mul_add(b[lane], self[lane]);
        }
        self
    }

    #[inline(always)]
    fn times(mut self, other: Self) -> Self {
        for lane in 0..L {
            self[lane] *= other[lane];
        }
        self
    }

    #[inline(always)]
    fn inverse(mut self) -> Self {
        for lane in 0..L {
            self[lane] = 1.0 / self[lane];
        }
        self
    }
}

/// A number with its derivatives in the directions e, f and g, and the mixed one in e and f:
/// arithmetic in it differentiates whatever is computed (Griewank & Walther 2008, chapter 13).
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Jet {
    pub value: f64,
    pub e: f64,
    pub f: f64,
    pub g: f64,
    pub ef: f64,
}

impl Number for Jet {
    const ZERO: Self = Self { value: 0.0, e: 0.0, f: 0.0, g: 0.0, ef: 0.0 };

    #[inline(always)]
    fn minus_product(self, a: Self, b: Self) -> Self {
        let first =
            |c: f64, at: f64, bt: f64| c.minus_product(a.value, bt).minus_product(at, b.value);
        Self {
            value: self.value.minus_product(a.value, b.value),
            e: first(self.e, a.e, b.e),
            f: first(self.f, a.f, b.f),
            g: first(self.g, a.g, b.g),
            ef: first(self.ef, a.ef, b.ef).minus_product(a.e, b.f).minus_product(a.f, b.e),
        }
    }

    #[inline(always)]
    fn times(self, other: Self) -> Self {
        let minus = Self::ZERO.minus_product(self, other);
        Self { value: -minus.value, e: -minus.e, f: -minus.f, g: -minus.g, ef: -minus.ef }
    }

    #[inline(always)]
    fn inverse(self) -> Self {
        let value = 1.0 / self.value;
        let square = value * value;
        Self {
            value,
            e: -self.e * square,
            f: -self.f * square,
            g: -self.g * square,
            ef: (2.0 * self.e * self.f * value - self.ef) * square,
        }
    }
}
