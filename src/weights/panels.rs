//! ln|I − rW| of many units as a function of r, without eigenvalues.
//!
//! Sparse factorisations give ln|I − rW| at single values of r. Between them stands a Chebyshev
//! interpolant in u = atanh((r − c)/h), c and h centre and half length of the admissible interval:
//! every eigenvalue ω puts a branch point at r = 1/ω outside the interval, and the map takes all of
//! them to |Im u| = π/2. On a panel of half width w the error therefore falls by
//! z + √(1 + z²), z = π/2w, with each node, whatever W is; an interpolant in r crawls, for
//! branch points crowd at the ends (the idea of Pace & Barry 1997 to tabulate determinants; the
//! rate is Trefethen 2013, chapter 8). Traces of G are derivatives: tr G = −d/dr, tr GG = −d²/dr².
//!
//! Panels stand at fixed places and are filled when they are first looked at, so that what is
//! found does not depend on who asks first. The one in the middle holds 98.5 % of the interval.

use crate::math::chebyshev::{Series, nodes};
use crate::math::sparse::Pencil;
use std::sync::{Arc, OnceLock};

/// Half width of a panel in u.
const HALF_WIDTH: f64 = 2.45;
/// Nodes of a panel: 2·10⁻¹⁵ of the function by the rate above, so that derivatives are good, too.
const NODES: usize = 56;
/// Panels on either side of the middle one. Floating-point numbers end before they do.
const EACH_SIDE: usize = 4;

/// The interpolant.
#[derive(Debug, Clone)]
pub(super) struct Panels {
    pencil: Arc<Pencil>,
    centre: f64,
    half: f64,
    panels: Vec<OnceLock<Panel>>,
}

#[derive(Debug, Clone)]
struct Panel {
    value: Series,
    first: Series,
    second: Series,
}

impl Panels {
    /// On the open interval (`low`, `high`), where A(r) of `pencil` is positive definite.
    pub fn new(pencil: Arc<Pencil>, (low, high): (f64, f64)) -> Self {
        let panels = vec![OnceLock::new(); 2 * EACH_SIDE + 1];
        Self { pencil, centre: 0.5 * (low + high), half: 0.5 * (high - low), panels }
    }

    /// ln|I − rW|; NaN outside the interval, and where r is so near an end that the
    /// factorisation does not tell it from the end.
    pub fn log_det(&self, r: f64) -> f64 {
        self.at(r).map_or(f64::NAN, |(panel, u)| panel.value.at(u))
    }

    /// Its first derivative in r: f_u u′ with u′ = 1/(h(1 − s²)), s = (r − c)/h.
    pub fn slope(&self, r: f64) -> f64 {
        self.at(r).map_or(f64::NAN, |(panel, u)| panel.first.at(u) * self.stretch(r))
    }

    /// Its second derivative in r: f_uu u′² + f_u u″ with u″ = 2s u′².
    pub fn curvature(&self, r: f64) -> f64 {
        self.at(r).map_or(f64::NAN, |(panel, u)| {
            let (s, stretch) = ((r - self.centre) / self.half, self.stretch(r));
            (panel.second.at(u) + 2.0 * s * panel.first.at(u)) * stretch * stretch
        })
    }

    fn stretch(&self, r: f64) -> f64 {
        let s = (r - self.centre) / self.half;
        1.0 / (self.half * (1.0 - s) * (1.0 + s))
    }

    /// The panel of `r`, and r's coordinate.
    fn at(&self, r: f64) -> Option<(&Panel, f64)> {
        let u = ((r - self.centre) / self.half).atanh();
        let steps = (u / (2.0 * HALF_WIDTH)).round();
        let inside = steps.abs() <= EACH_SIDE as f64;
        inside.then(|| {
            let panel = &self.panels[(steps + EACH_SIDE as f64) as usize];
            (panel.get_or_init(|| self.fill(2.0 * HALF_WIDTH * steps)), u)
        })
    }

    fn fill(&self, middle: f64) -> Panel {
        let r: Vec<f64> = nodes(middle, HALF_WIDTH, NODES)
            .into_iter()
            .map(|u| self.centre + self.half * u.tanh())
            .collect();
        let value = Series::through(middle, HALF_WIDTH, &self.pencil.log_dets(&r));
        let first = value.derivative();
        Panel { second: first.derivative(), first, value }
    }
}
