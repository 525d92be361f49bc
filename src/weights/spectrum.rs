//! Admissible interval, log-determinant and traces.
//!
//! Up to some hundred units from all eigenvalues of W. Beyond, if the links are symmetric and few,
//! from sparse factorisations (`panels`); the ends of the interval are then the two
//! outermost eigenvalues. Directed links have complex eigenvalues, whose determinant a symmetric
//! factorisation does not give: they stay with the eigenvalues, at a cost of some N³.

use super::panels::Panels;
use super::{Algebra, Weights};
use crate::math::Matrix;
use crate::math::lanczos::extreme_eigenvalues;
use crate::math::linalg::{general_eigenvalues, symmetric_eigenvalues};
use crate::math::sparse::Pencil;
use std::sync::Arc;

/// Units up to which eigenvalues are computed.
const EIGENVALUES_UP_TO: usize = 500;

/// What the likelihood needs to know of W's eigenvalues ω.
#[derive(Debug, Clone)]
pub struct Spectrum {
    inside: Inside,
    interval: (f64, f64),
    radius: f64,
}

#[derive(Debug, Clone)]
enum Inside {
    /// (real, imaginary) parts, real parts rising.
    Eigenvalues(Vec<(f64, f64)>),
    /// The log-determinant as a function.
    Panels(Panels),
    /// Of a matrix for each period: everything is the mean over them.
    ByPeriod(Vec<Spectrum>),
}

impl Spectrum {
    /// That of `w`; `None` when an iteration fails.
    pub(super) fn of(w: &Weights) -> Option<Self> {
        if w.is_by_period() {
            let of = w.periods.iter().map(|w| w.spectrum().cloned());
            return Some(Self::of_periods(of.collect::<Option<_>>()?));
        }
        match pencil_of_many(w) {
            Some(pencil) => Some(Self::of_many(w, Arc::clone(pencil))),
            None => Self::of_eigenvalues(w),
        }
    }

    /// By the symmetric method when the links are symmetric: W = DC is then similar to D^½CD^½
    /// (Ord 1975).
    /// I − rW_t is invertible in every period on the intersection of the intervals.
    fn of_periods(periods: Vec<Self>) -> Self {
        let interval = periods
            .iter()
            .map(|s| s.interval)
            .fold((f64::NEG_INFINITY, f64::INFINITY), |(low, high), (a, b)| {
                (low.max(a), high.min(b))
            });
        let radius = periods.iter().map(|s| s.radius).fold(0.0, f64::max);
        Self { inside: Inside::ByPeriod(periods), interval, radius }
    }

    fn of_eigenvalues(w: &Weights) -> Option<Self> {
        let mut eigenvalues = if w.symmetric_links() {
            let (n, root) = (w.n(), roots(w));
            let mut s = Matrix::zeros(n, n);
            for i in 0..n {
                for at in w.starts[i]..w.starts[i + 1] {
                    let j = w.columns[at];
                    s[(i, j)] = root[i] * w.links[at] * root[j];
                }
            }
            symmetric_eigenvalues(&s)?.into_iter().map(|v| (v, 0.0)).collect()
        } else {
            general_eigenvalues(&w.dense())?
        };
        eigenvalues.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.total_cmp(&b.1)));
        let interval = admissible(&eigenvalues, w);
        let radius = radius(&eigenvalues);
        Some(Self { inside: Inside::Eigenvalues(eigenvalues), interval, radius })
    }

    /// The ends of the interval, and the log-determinant by factorisations.
    fn of_many(w: &Weights, pencil: Arc<Pencil>) -> Self {
        let root = roots(w);
        let similar = |v: &[f64]| -> Vec<f64> {
            (0..w.n())
                .map(|i| {
                    let row = w.starts[i]..w.starts[i + 1];
                    let sum: f64 =
                        row.map(|at| w.links[at] * root[w.columns[at]] * v[w.columns[at]]).sum();
                    root[i] * sum
                })
                .collect()
        };
        let (lowest, highest) = extreme_eigenvalues(w.n(), similar);
        let (low, high) = admissible(&[(lowest, 0.0), (highest, 0.0)], w);
        let interval = (proven_end(&pencil, low), proven_end(&pencil, high));
        let radius = (1.0 / interval.1).max(-1.0 / interval.0);
        Self { inside: Inside::Panels(Panels::new(pencil, interval)), interval, radius }
    }

    /// The open interval around 0 on which I − rW is invertible: (1/ω_min, 1/ω_max) over the real
    /// eigenvalues. Where there is none of that sign (directed links), the reciprocal of the
    /// spectral radius takes its place, so that the interval is always finite. For row sums of
    /// exactly 1 the upper end is exactly 1.
    pub fn interval(&self) -> (f64, f64) {
        self.interval
    }

    /// Whether all eigenvalues are real, as they are when links are mutual.
    pub fn is_real(&self) -> bool {
        match &self.inside {
            Inside::Panels(_) => true,
            Inside::ByPeriod(periods) => periods.iter().all(Self::is_real),
            Inside::Eigenvalues(eigenvalues) => eigenvalues.iter().all(|(_, im)| im.abs() < ZERO),
        }
    }

    /// The eigenvalues as (real, imaginary) parts, real parts rising; `None` where the determinant
    /// comes from factorisations.
    pub fn eigenvalues(&self) -> Option<&[(f64, f64)]> {
        match &self.inside {
            Inside::Panels(_) | Inside::ByPeriod(_) => None,
            Inside::Eigenvalues(eigenvalues) => Some(eigenvalues),
        }
    }

    /// Largest modulus.
    pub fn radius(&self) -> f64 {
        self.radius
    }

    /// ln|I − rW| = Σ ln|1 − rω|.
    pub fn log_det(&self, r: f64) -> f64 {
        match &self.inside {
            Inside::Panels(panels) => panels.log_det(r),
            Inside::ByPeriod(periods) => mean(periods, |s| s.log_det(r)),
            Inside::Eigenvalues(eigenvalues) => log_det_of(eigenvalues.iter(), r),
        }
    }

    /// tr G = Σ ω/(1 − rω), minus the first derivative of `log_det`.
    pub fn trace_g(&self, r: f64) -> f64 {
        match &self.inside {
            Inside::Panels(panels) => -panels.slope(r),
            Inside::ByPeriod(periods) => mean(periods, |s| s.trace_g(r)),
            Inside::Eigenvalues(eigenvalues) => trace_g_of(eigenvalues.iter(), r),
        }
    }

    /// tr GG = Σ ω²/(1 − rω)², minus the second derivative of `log_det`.
    pub fn trace_gg(&self, r: f64) -> f64 {
        match &self.inside {
            Inside::Panels(panels) => -panels.curvature(r),
            Inside::ByPeriod(periods) => mean(periods, |s| s.trace_gg(r)),
            Inside::Eigenvalues(eigenvalues) => trace_gg_of(eigenvalues.iter(), r),
        }
    }

    /// `log_det`, `trace_g` and `trace_gg` of a W whose rows sum to 1 less the parts of that
    /// eigenvalue. Near r = 1 these are nearly all there is, and what is left of a
    /// difference has lost its digits: where the eigenvalues are known it is left out of the sums.
    pub fn without_one(&self, r: f64) -> [f64; 3] {
        match &self.inside {
            Inside::Eigenvalues(all) => {
                let from_one = |i: &usize| (all[*i].0 - 1.0).hypot(all[*i].1);
                let one = (0..all.len()).min_by(|i, j| from_one(i).total_cmp(&from_one(j)));
                let others =
                    || all.iter().enumerate().filter(|(i, _)| Some(*i) != one).map(|(_, w)| w);
                [log_det_of(others(), r), trace_g_of(others(), r), trace_gg_of(others(), r)]
            }
            Inside::Panels(_) | Inside::ByPeriod(_) => {
                let one = 1.0 / (1.0 - r);
                [
                    self.log_det(r) - (-r).ln_1p(),
                    self.trace_g(r) - one,
                    self.trace_gg(r) - one * one,
                ]
            }
        }
    }
}

/// Σ ln|1 − rω|
fn log_det_of<'w>(eigenvalues: impl Iterator<Item = &'w (f64, f64)>, r: f64) -> f64 {
    let of = |&(re, im): &(f64, f64)| {
        if im == 0.0 { (-r * re).ln_1p() } else { (1.0 - r * re).hypot(r * im).ln() }
    };
    eigenvalues.map(of).sum()
}

/// Σ ω/(1 − rω)
fn trace_g_of<'w>(eigenvalues: impl Iterator<Item = &'w (f64, f64)>, r: f64) -> f64 {
    eigenvalues.map(|&w| resolvent(w, r).0).sum()
}

/// Σ ω²/(1 − rω)²
fn trace_gg_of<'w>(eigenvalues: impl Iterator<Item = &'w (f64, f64)>, r: f64) -> f64 {
    let of = |&w: &(f64, f64)| {
        let (re, im) = resolvent(w, r);
        re * re - im * im
    };
    eigenvalues.map(of).sum()
}

fn mean(periods: &[Spectrum], of: impl Fn(&Spectrum) -> f64) -> f64 {
    periods.iter().map(of).sum::<f64>() / periods.len() as f64
}

/// D − rC of `w`, when its determinant is to be had from factorisations: 56 of them must cost less
/// than the eigenvalues, which they do while L fills less than an eighth of its triangle.
fn pencil_of_many(w: &Weights) -> Option<&Arc<Pencil>> {
    let n = w.n();
    let many = w.algebra == Algebra::Sparse || n > EIGENVALUES_UP_TO;
    let pencil = if many { w.pencil() } else { None };
    pencil.filter(|pencil| w.algebra == Algebra::Sparse || 16 * pencil.fill() <= n * n)
}

/// Share of an end left open to proof.
const NEXT_TO: f64 = 1e-8;
/// Ninefold cuts of an interval down to rounding.
const CUTS: usize = 15;

/// The end of the interval on which A(r) is positive definite, from `claimed`, which is at that end
/// or beyond. That A(r) can be factorised next to it is the proof; otherwise the end is searched
/// for between what can be factorised and what cannot.
fn proven_end(pencil: &Pencil, claimed: f64) -> f64 {
    if pencil.log_dets(&[claimed * (1.0 - NEXT_TO)])[0].is_finite() {
        return claimed;
    }
    let (mut inside, mut outside) = (0.0, claimed);
    for _ in 0..CUTS {
        let step = (outside - inside) / 9.0;
        let points: [f64; 10] = std::array::from_fn(|i| inside + i as f64 * step);
        let definite = pencil.log_dets(&points[1..9]).iter().take_while(|v| v.is_finite()).count();
        (inside, outside) = (points[definite], points[definite + 1]);
    }
    inside
}

/// The square roots of the row multipliers.
fn roots(w: &Weights) -> Vec<f64> {
    w.multipliers.iter().map(|a| a.sqrt()).collect()
}

fn radius(eigenvalues: &[(f64, f64)]) -> f64 {
    eigenvalues.iter().map(|(re, im)| re.hypot(*im)).fold(0.0, f64::max)
}

/// ω/(1 − rω) as (real, imaginary).
fn resolvent((re, im): (f64, f64), r: f64) -> (f64, f64) {
    let (a, b) = (1.0 - r * re, -r * im);
    let size = a * a + b * b;
    ((re * a + im * b) / size, (im * a - re * b) / size)
}

/// An eigenvalue this small is a rounded zero.
const ZERO: f64 = 1e-10;

fn admissible(eigenvalues: &[(f64, f64)], w: &Weights) -> (f64, f64) {
    let real = || eigenvalues.iter().filter(|(_, im)| im.abs() < ZERO).map(|(re, _)| *re);
    let lowest = real().fold(0.0, f64::min);
    let highest = match w.common_row_sum() {
        Some(sum) if (sum - 1.0).abs() < 1e-12 => 1.0,
        _ => real().fold(0.0, f64::max),
    };
    let radius = radius(eigenvalues);
    let bound = if radius > ZERO { 1.0 / radius } else { 1.0 };
    let low = if lowest < -ZERO { 1.0 / lowest } else { -bound };
    let high = if highest > ZERO { 1.0 / highest } else { bound };
    (low, high)
}

#[cfg(test)]
mod tests {
    use super::proven_end;
    use crate::model::Normalisation;
    use crate::weights::tests::{queen, undirected, units};
    use crate::weights::{Algebra, Links, Weights};

    #[test]
    fn the_path_of_three_has_eigenvalues_minus_one_zero_one() {
        let links = undirected(3, &[(0, 1), (1, 2)]);
        let w = Weights::new(&units(3), &links, Normalisation::Row).unwrap();
        let s = w.spectrum().unwrap();
        assert_eq!(s.interval().1, 1.0);
        assert!((s.interval().0 + 1.0).abs() < 1e-14);
        // ln|I - rW| = ln(1 - r²); tr G = 2r/(1 - r²); tr GG = 1/(1 - r)² + 1/(1 + r)².
        let r: f64 = 0.3;
        assert!((s.log_det(r) - (1.0 - r * r).ln()).abs() < 1e-14);
        assert!((s.trace_g(r) - 2.0 * r / (1.0 - r * r)).abs() < 1e-13);
        let gg = (1.0 - r).powi(-2) + (1.0 + r).powi(-2);
        assert!((s.trace_gg(r) - gg).abs() < 1e-13);
    }

    #[test]
    fn a_directed_ring_has_complex_eigenvalues() {
        // The cyclic shift of order 3: eigenvalues are the cube roots of 1, |I - rW| = 1 - r³.
        let links = Links {
            units: units(3).as_slice().to_vec(),
            links: vec![(0, 1, 1.0), (1, 2, 1.0), (2, 0, 1.0)],
        };
        let w = Weights::new(&units(3), &links, Normalisation::Row).unwrap();
        let s = w.spectrum().unwrap();
        let r: f64 = 0.5;
        assert!((s.log_det(r) - (1.0 - r.powi(3)).ln()).abs() < 1e-13);
        // -d/dr ln(1 - r³) = 3r²/(1 - r³); G = W + r W² + …, tr GG = -d²/dr² ln|I - rW|.
        assert!((s.trace_g(r) - 3.0 * r * r / (1.0 - r.powi(3))).abs() < 1e-12);
        let gg = (6.0 * r * (1.0 - r.powi(3)) + 9.0 * r.powi(4)) / (1.0 - r.powi(3)).powi(2);
        assert!((s.trace_gg(r) - gg).abs() < 1e-12);
        // The only real eigenvalue is 1; the lower end is minus the reciprocal of the radius.
        assert_eq!(s.interval().1, 1.0);
        assert!((s.interval().0 + 1.0).abs() < 1e-13);
    }

    #[test]
    fn without_eigenvalues_the_path_of_four_by_hand() {
        // W = [[0, 1, 0, 0], [½, 0, ½, 0], [0, ½, 0, ½], [0, 0, 1, 0]]: eigenvalues ±1, ±½, so
        // |I − rW| = (1 − r²)(1 − r²/4), tr G = 2r/(1 − r²) + ½r/(1 − r²/4).
        let links = undirected(4, &[(0, 1), (1, 2), (2, 3)]);
        let w = Weights::new(&units(4), &links, Normalisation::Row).unwrap().by(Algebra::Sparse);
        let s = w.spectrum().unwrap();
        let (low, high) = s.interval();
        assert!((low + 1.0).abs() < 1e-13 && high == 1.0, "{low} {high}");
        assert!((s.radius() - 1.0).abs() < 1e-13);
        for r in [-0.999_f64, -0.4, 0.0, 0.3, 0.9, 0.9999] {
            let (a, b) = (1.0 - r * r, 1.0 - r * r / 4.0);
            assert!((s.log_det(r) - (a * b).ln()).abs() < 1e-12);
            let g = 2.0 * r / a + 0.5 * r / b;
            assert!((s.trace_g(r) - g).abs() < 1e-10 * (1.0 + g.abs()));
            let gg = (1.0 - r).powi(-2)
                + (1.0 + r).powi(-2)
                + 0.25 * ((1.0 - r / 2.0).powi(-2) + (1.0 + r / 2.0).powi(-2));
            assert!((s.trace_gg(r) - gg).abs() < 1e-9 * gg, "r = {r}");
        }
        assert!(s.log_det(1.0).is_nan() && s.log_det(-1.1).is_nan());
    }

    #[test]
    fn the_two_insides_agree() {
        let (n, pairs) = queen(18);
        for how in [Normalisation::Row, Normalisation::MinMax, Normalisation::Spectral] {
            let make =
                |algebra| Weights::new(&units(n), &undirected(n, &pairs), how).unwrap().by(algebra);
            let (sparse, dense) = (make(Algebra::Sparse), make(Algebra::Dense));
            let (s, d) = (sparse.spectrum().unwrap(), dense.spectrum().unwrap());
            let (low, high) = d.interval();
            assert!((s.interval().0 / low - 1.0).abs() < 1e-11);
            assert!((s.interval().1 / high - 1.0).abs() < 1e-11);
            assert!((s.radius() / d.radius() - 1.0).abs() < 1e-11);
            for share in [0.001, 0.05, 0.3, 0.5, 0.7, 0.85, 0.95, 0.995, 0.9995] {
                let r = low + share * (high - low);
                let size = n as f64;
                assert!((s.log_det(r) - d.log_det(r)).abs() < 1e-12 * size);
                assert!(
                    (s.trace_g(r) - d.trace_g(r)).abs() < 1e-11 * size + 1e-9 * d.trace_g(r).abs()
                );
                assert!((s.trace_gg(r) / d.trace_gg(r) - 1.0).abs() < 1e-9, "at {share}");
            }
        }
    }

    #[test]
    fn an_end_that_was_claimed_too_far_out_is_found() {
        let links = undirected(4, &[(0, 1), (1, 2), (2, 3)]);
        let w = Weights::new(&units(4), &links, Normalisation::Row).unwrap().by(Algebra::Sparse);
        let pencil = w.pencil().unwrap();
        for claimed in [-1.3, -1.000_001, 1.7] {
            let end = proven_end(pencil, claimed);
            assert!((end - claimed.signum()).abs() < 1e-12, "{claimed}: {end}");
        }
        assert_eq!(proven_end(pencil, 1.0), 1.0);
    }

    #[test]
    fn an_answer_does_not_depend_on_what_was_asked_before() {
        let (n, pairs) = queen(6);
        let make = || {
            let links = undirected(n, &pairs);
            Weights::new(&units(n), &links, Normalisation::Row).unwrap().by(Algebra::Sparse)
        };
        let (one, other) = (make(), make());
        let (one, other) = (one.spectrum().unwrap(), other.spectrum().unwrap());
        let forth: Vec<f64> = [-0.99, 0.2, 0.999].map(|r| one.log_det(r)).to_vec();
        let back: Vec<f64> = [0.999, 0.2, -0.99].map(|r| other.log_det(r)).to_vec();
        assert!(forth.iter().eq(back.iter().rev()));
    }
}
