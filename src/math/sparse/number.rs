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
