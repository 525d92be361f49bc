//! Eigenvalues, admissible interval, log-determinant and traces.
//!
//! The one place that needs eigenvalues: a sparse method for many units replaces this file's
//! inside, not its interface.

use super::Weights;
use crate::math::linalg::{general_eigenvalues, symmetric_eigenvalues};

/// What the likelihood needs to know of W's eigenvalues ω.
#[derive(Debug, Clone, PartialEq)]
pub struct Spectrum {
    /// (real, imaginary) parts, real parts rising.
    eigenvalues: Vec<(f64, f64)>,
    interval: (f64, f64),
}

impl Spectrum {
    /// The eigenvalues of `w`, by the symmetric method when the links are symmetric: W = DC is
    /// then similar to D^½CD^½ (Ord 1975). `None` when the iteration fails.
    pub(super) fn of(w: &Weights) -> Option<Self> {
        let mut eigenvalues = match w.symmetric_similar() {
            Some(s) => symmetric_eigenvalues(&s)?.into_iter().map(|v| (v, 0.0)).collect(),
            None => general_eigenvalues(&w.dense())?,
        };
        eigenvalues.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.total_cmp(&b.1)));
        let interval = admissible(&eigenvalues, w);
        Some(Self { eigenvalues, interval })
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
        self.eigenvalues.iter().all(|(_, im)| im.abs() < ZERO)
    }

    /// Largest modulus.
    pub fn radius(&self) -> f64 {
        radius(&self.eigenvalues)
    }

    /// ln|I − rW| = Σ ln|1 − rω|.
    pub fn log_det(&self, r: f64) -> f64 {
        self.eigenvalues
            .iter()
            .map(
                |&(re, im)| {
                    if im == 0.0 { (-r * re).ln_1p() } else { (1.0 - r * re).hypot(r * im).ln() }
                },
            )
            .sum()
    }

    /// tr G = Σ ω/(1 − rω), minus the first derivative of `log_det`.
    pub fn trace_g(&self, r: f64) -> f64 {
        self.eigenvalues.iter().map(|&w| resolvent(w, r).0).sum()
    }

    /// tr GG = Σ ω²/(1 − rω)², minus the second derivative of `log_det`.
    pub fn trace_gg(&self, r: f64) -> f64 {
        self.eigenvalues
            .iter()
            .map(|&w| {
                let (re, im) = resolvent(w, r);
                re * re - im * im
            })
            .sum()
    }
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
    use crate::model::Normalisation;
    use crate::weights::tests::{undirected, units};
    use crate::weights::{Links, Weights};

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
}
