//! The ends of the spectrum of a large symmetric matrix.

use super::linalg::dot;
use super::random::Stream;

/// Steps between two looks at the ends.
const LOOK: usize = 25;
/// Steps after which what has been found is taken.
const STEPS: usize = 2_000;
/// Relative change between two looks that counts as none.
const STILL: f64 = 1e-14;

/// Smallest and largest eigenvalue of the symmetric n × n matrix that `apply` multiplies a vector
/// by, by the method of Lanczos (1950) from a fixed random start. Directions that come back
/// through rounding repeat eigenvalues and do not move the outermost ones (Paige 1980), so none
/// are kept. The ends are approached from within: where eigenvalues crowd there (a path of
/// thousands of units) they may still lie a little further out than what is found.
pub fn extreme_eigenvalues(n: usize, apply: impl Fn(&[f64]) -> Vec<f64>) -> (f64, f64) {
    let mut stream = Stream::new([0x4c; 32], 0);
    let mut q: Vec<f64> = (0..n).map(|_| stream.normal()).collect();
    let size = dot(&q, &q).sqrt();
    q.iter_mut().for_each(|v| *v /= size);
    let mut before = vec![0.0; n];
    let mut t = Tridiagonal::default();
    let mut last: Option<(f64, f64)> = None;
    for step in 1..=STEPS {
        let mut next = apply(&q);
        let beta = t.beside.last().copied().unwrap_or(0.0);
        let alpha = dot(&q, &next);
        for i in 0..n {
            next[i] -= alpha * q[i] + beta * before[i];
        }
        t.diagonal.push(alpha);
        let size = dot(&next, &next).sqrt();
        let scale = t.bound();
        // Nothing is left of the space that the start spans: its eigenvalues are found.
        if size <= f64::EPSILON * scale {
            break;
        }
        if step % LOOK == 0 {
            let ends = t.ends();
            if let Some((low, high)) = last
                && (low - ends.0).abs().max((high - ends.1).abs()) <= STILL * scale
            {
                break;
            }
            last = Some(ends);
        }
        t.beside.push(size);
        next.iter_mut().for_each(|v| *v /= size);
        before = std::mem::replace(&mut q, next);
    }
    t.ends()
}

/// A symmetric tridiagonal matrix; `beside` may be one longer than its off-diagonal.
#[derive(Debug, Default)]
struct Tridiagonal {
    diagonal: Vec<f64>,
    beside: Vec<f64>,
}

impl Tridiagonal {
    /// A bound of all eigenvalues (Gershgorin 1931).
    fn bound(&self) -> f64 {
        let m = self.diagonal.len();
        let side = |i: usize| if i + 1 < m { self.beside[i].abs() } else { 0.0 };
        (0..m)
            .map(|i| self.diagonal[i].abs() + side(i) + if i > 0 { side(i - 1) } else { 0.0 })
            .fold(0.0, f64::max)
    }

    /// Smallest and largest eigenvalue.
    fn ends(&self) -> (f64, f64) {
        let m = self.diagonal.len();
        (self.eigenvalue(1), self.eigenvalue(m))
    }

    /// The eigenvalue that `rank` eigenvalues do not exceed, by bisection.
    fn eigenvalue(&self, rank: usize) -> f64 {
        let bound = self.bound();
        let (mut low, mut high) = (-bound, bound);
        loop {
            let middle = 0.5 * (low + high);
            if middle <= low || middle >= high {
                return middle;
            }
            if self.below(middle) >= rank {
                high = middle;
            } else {
                low = middle;
            }
        }
    }

    /// How many eigenvalues lie below `x`: the negative pivots of T − xI (Sylvester's law).
    fn below(&self, x: f64) -> usize {
        let mut count = 0;
        let mut pivot = 1.0;
        for (i, &alpha) in self.diagonal.iter().enumerate() {
            let beta = if i == 0 { 0.0 } else { self.beside[i - 1] };
            pivot = alpha - x - beta * beta / pivot;
            if pivot == 0.0 {
                pivot = -f64::MIN_POSITIVE;
            }
            count += usize::from(pivot < 0.0);
        }
        count
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_ends_of_a_path_are_known() {
        // Links between neighbours on a path of n: eigenvalues 2 cos(πk/(n + 1)).
        let n = 200_usize;
        let apply = |v: &[f64]| -> Vec<f64> {
            let at = |i: Option<usize>| i.and_then(|i| v.get(i)).copied().unwrap_or(0.0);
            (0..n).map(|i: usize| at(i.checked_sub(1)) + at(Some(i + 1))).collect()
        };
        let (low, high) = extreme_eigenvalues(n, apply);
        let want = 2.0 * (std::f64::consts::PI / (n as f64 + 1.0)).cos();
        assert!((high - want).abs() < 1e-13 && (low + want).abs() < 1e-13, "{low} {high} {want}");
    }

    #[test]
    fn a_pair_has_the_eigenvalues_minus_one_and_one() {
        let (low, high) = extreme_eigenvalues(2, |v| vec![v[1], v[0]]);
        assert!((low + 1.0).abs() < 1e-14 && (high - 1.0).abs() < 1e-14);
    }
}
