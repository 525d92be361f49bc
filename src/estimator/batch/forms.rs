//! Innovations of a tile of replicates → linear and quadratic forms.

use super::operator::Operator;
use crate::math::lanes::{LANES, Lane, Packed};
use crate::math::simd::{Kernel, dispatch};
use crate::model::Effects;

/// Which forms of ε, and of which panel.
#[derive(Debug)]
pub struct Forms {
    pub(super) units: usize,
    pub(super) periods: usize,
    effects: Effects,
    /// Linear forms: for each period the coefficients of its cross-section, rows by units.
    rows: Vec<Packed>,
    /// G at the fit; `None` where there is no w.
    operator: Option<Operator>,
}

/// The forms of a tile. `ew` and `ww` are zero where there is no w.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct TileForms {
    /// Linear forms, a lane each, and padding.
    pub linear: Vec<Lane>,
    /// ε'Qε
    pub ee: Lane,
    /// ε'Qw
    pub ew: Lane,
    /// w'Qw
    pub ww: Lane,
}

/// Room for a tile: made once, used for many.
#[derive(Debug, Clone, Default)]
pub struct Workspace {
    w: Vec<Lane>,
    sum: Vec<Lane>,
}

/// Sums over a cross-section.
#[derive(Clone, Copy)]
struct Moments {
    ee: Lane,
    ew: Lane,
    ww: Lane,
    e: Lane,
    w: Lane,
}

impl Forms {
    /// `rows`: the coefficients of each linear form over all N·T innovations, stacked by period.
    pub fn new(
        units: usize,
        periods: usize,
        effects: Effects,
        rows: &[Vec<f64>],
        operator: Option<Operator>,
    ) -> Self {
        let rows = (0..periods)
            .map(|t| Packed::new(rows.len(), units, |r, i| rows[r][t * units + i]))
            .collect();
        Self { units, periods, effects, rows, operator }
    }

    /// Room for the forms of a tile.
    pub fn room(&self) -> TileForms {
        let padded = self.rows.first().map_or(0, Packed::padded_rows);
        TileForms { linear: vec![[0.0; LANES]; padded], ..TileForms::default() }
    }

    /// Room to work in.
    pub fn workspace(&self) -> Workspace {
        let w = self.operator.as_ref().map_or(0, Operator::room);
        Workspace { w: vec![[0.0; LANES]; w], sum: vec![[0.0; LANES]; self.units] }
    }

    /// Which effects are removed.
    pub(super) fn effects(&self) -> Effects {
        self.effects
    }

    /// Number of linear forms.
    pub(super) fn linear_count(&self) -> usize {
        self.rows.first().map_or(0, Packed::rows)
    }

    /// The coefficient of innovation (t, i) in linear form `r`.
    pub(super) fn coefficient(&self, r: usize, t: usize, i: usize) -> f64 {
        self.rows[t].entry(r, i)
    }

    /// The forms of `errors`, N·T lanes stacked by period.
    pub fn of(&self, errors: &[Lane], work: &mut Workspace, out: &mut TileForms) {
        debug_assert_eq!(errors.len(), self.units * self.periods);
        dispatch(Run { forms: self, errors, work, out });
    }

    #[inline(always)]
    fn run(&self, errors: &[Lane], work: &mut Workspace, out: &mut TileForms) {
        let n = self.units;
        out.linear.fill([0.0; LANES]);
        (out.ee, out.ew, out.ww) = ([0.0; LANES], [0.0; LANES], [0.0; LANES]);
        work.sum.fill([0.0; LANES]);
        for (e, rows) in errors.chunks_exact(n).zip(&self.rows) {
            let moments = self.moments(e, &mut work.w);
            self.add(&moments, 1.0, out);
            if self.effects.has_individual() {
                for (s, e) in work.sum.iter_mut().zip(e) {
                    for l in 0..LANES {
                        s[l] += e[l];
                    }
                }
            }
            rows.multiply(e, &mut out.linear);
        }
        // Means of units: Σ_t over E_T is Σ_t of the forms minus 1/T of those of Σ_t ε_t.
        if self.effects.has_individual() {
            let moments = self.moments(&work.sum, &mut work.w);
            self.add(&moments, -1.0 / self.periods as f64, out);
        }
    }

    /// Adds `weight` times the forms of a cross-section, its mean removed where periods have
    /// effects.
    #[inline(always)]
    fn add(&self, m: &Moments, weight: f64, out: &mut TileForms) {
        let share = if self.effects.has_time() { 1.0 / self.units as f64 } else { 0.0 };
        for l in 0..LANES {
            let e = share * m.e[l];
            let w = share * m.w[l];
            out.ee[l] = weight.mul_add((-e).mul_add(m.e[l], m.ee[l]), out.ee[l]);
            out.ew[l] = weight.mul_add((-e).mul_add(m.w[l], m.ew[l]), out.ew[l]);
            out.ww[l] = weight.mul_add((-w).mul_add(m.w[l], m.ww[l]), out.ww[l]);
        }
    }

    #[inline(always)]
    fn moments(&self, e: &[Lane], w: &mut [Lane]) -> Moments {
        let mut m = Moments {
            ee: [0.0; LANES],
            ew: [0.0; LANES],
            ww: [0.0; LANES],
            e: [0.0; LANES],
            w: [0.0; LANES],
        };
        if let Some(operator) = &self.operator {
            // w is not needed in itself where it is a difference.
            match operator.apply_up_to_difference(e, w) {
                Some(scale) => pair_sums(e, w, |v, e| (v - e) * scale, &mut m),
                None => pair_sums(e, w, |w, _| w, &mut m),
            }
        } else {
            single_sums(e, &mut m);
        }
        m
    }
}

/// Lanes of a register block.
const BLOCK: usize = 8;

#[inline(always)]
fn single_sums(e: &[Lane], m: &mut Moments) {
    for at in (0..LANES).step_by(BLOCK) {
        let (mut ee, mut s) = ([0.0; BLOCK], [0.0; BLOCK]);
        for e in e {
            for l in 0..BLOCK {
                let x = e[at + l];
                ee[l] = x.mul_add(x, ee[l]);
                s[l] += x;
            }
        }
        m.ee[at..at + BLOCK].copy_from_slice(&ee);
        m.e[at..at + BLOCK].copy_from_slice(&s);
    }
}

#[inline(always)]
fn pair_sums(e: &[Lane], w: &[Lane], as_lag: impl Fn(f64, f64) -> f64, m: &mut Moments) {
    for at in (0..LANES).step_by(BLOCK) {
        let (mut ee, mut ew, mut ww) = ([0.0; BLOCK], [0.0; BLOCK], [0.0; BLOCK]);
        let (mut se, mut sw) = ([0.0; BLOCK], [0.0; BLOCK]);
        for (e, w) in e.iter().zip(w) {
            for l in 0..BLOCK {
                let x = e[at + l];
                let y = as_lag(w[at + l], x);
                ee[l] = x.mul_add(x, ee[l]);
                ew[l] = x.mul_add(y, ew[l]);
                ww[l] = y.mul_add(y, ww[l]);
                se[l] += x;
                sw[l] += y;
            }
        }
        m.ee[at..at + BLOCK].copy_from_slice(&ee);
        m.ew[at..at + BLOCK].copy_from_slice(&ew);
        m.ww[at..at + BLOCK].copy_from_slice(&ww);
        m.e[at..at + BLOCK].copy_from_slice(&se);
        m.w[at..at + BLOCK].copy_from_slice(&sw);
    }
}

struct Run<'a> {
    forms: &'a Forms,
    errors: &'a [Lane],
    work: &'a mut Workspace,
    out: &'a mut TileForms,
}

impl Kernel for Run<'_> {
    type Output = ();

    #[inline(always)]
    fn run(self) {
        self.forms.run(self.errors, self.work, self.out);
    }
}
