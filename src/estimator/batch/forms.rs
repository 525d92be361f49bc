//! Innovations of a tile of replicates → linear and quadratic forms.
//!
//! With one spatial parameter the quadratic forms are those of ε and w = Gε, with two those of ε, Hε,
//! Ĝε and HĜε, Ĝ = BGB⁻¹ (see [`Pair`]).

use super::operator::{Lag, Operator};
use crate::math::lanes::{LANES, Lane, Packed};
use crate::math::simd::{Kernel, dispatch};
use crate::model::Effects;
use std::sync::Arc;

/// Which forms of ε, and of which panel.
#[derive(Debug)]
pub struct Forms {
    pub(super) units: usize,
    pub(super) periods: usize,
    effects: Effects,
    /// Linear forms: for each period the coefficients of its cross-section, rows by units.
    rows: Vec<Packed>,
    operators: Arc<Operators>,
    /// Those of √T times the means of units.
    between: Option<Box<Forms>>,
}

/// What innovations are multiplied with.
#[derive(Debug)]
enum Operators {
    /// Nothing: there is no w.
    None,
    /// G at the fit.
    One(Operator),
    /// Those of two spatial parameters.
    Two(Box<Pair>),
}

/// G = W₁(I − ρ̂W₁)⁻¹ and H = W₂B⁻¹, B = I − λ̂W₂. With B⁻¹ = I + λ̂H, HĜε = W₂GB⁻¹ε and Ĝε is
/// GB⁻¹ε less λ̂ times that.
#[derive(Debug)]
pub struct Pair {
    /// G
    pub lag: Operator,
    /// H
    pub error: Operator,
    /// W₂
    pub of_errors: Lag,
    /// λ̂
    pub lambda: f64,
}

/// The forms of a tile. `ew` and `ww` are zero where there is no w, and all three beside `four`.
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
    /// v_a'Qv_b, a ≤ b, row by row, of v = (ε, Hε, Ĝε, HĜε); zero with one operator or none.
    pub four: [Lane; PAIRS],
    /// The same of √T times the means of units, where they are asked for.
    pub between: Option<Box<TileForms>>,
}

/// Pairs of four vectors.
pub(super) const PAIRS: usize = 10;

/// Room for a tile: made once, used for many.
#[derive(Debug, Clone, Default)]
pub struct Workspace {
    w: Vec<Lane>,
    sum: Vec<Lane>,
    between: Option<Box<Workspace>>,
}

/// Sums over a cross-section.
#[derive(Clone, Copy, Default)]
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
        let operators = operator.map_or(Operators::None, Operators::One);
        Self::with((units, periods), effects, rows, Arc::new(operators))
    }

    fn with(
        (units, periods): (usize, usize),
        effects: Effects,
        rows: &[Vec<f64>],
        operators: Arc<Operators>,
    ) -> Self {
        let rows = packed((units, periods), rows);
        Self { units, periods, effects, rows, operators, between: None }
    }

    /// With forms of √T times the means of units over all periods, from which `effects` are removed:
    /// the linear ones of `rows`, N coefficients each, and either the same quadratic ones or none but
    /// the first.
    pub(super) fn with_means(
        mut self,
        effects: Effects,
        rows: &[Vec<f64>],
        quadratic: bool,
    ) -> Self {
        debug_assert!(self.effects.has_individual());
        let none = || Arc::new(Operators::None);
        let operators = if quadratic { Arc::clone(&self.operators) } else { none() };
        self.between = Some(Box::new(Self::with((self.units, 1), effects, rows, operators)));
        self
    }

    /// The same of a model with two spatial parameters.
    pub(super) fn of_two(
        (units, periods): (usize, usize),
        effects: Effects,
        rows: &[Vec<f64>],
        pair: Pair,
    ) -> Self {
        Self::with((units, periods), effects, rows, Arc::new(Operators::Two(Box::new(pair))))
    }

    /// Room for the forms of a tile.
    pub fn room(&self) -> TileForms {
        let padded = self.rows.first().map_or(0, Packed::padded_rows);
        TileForms {
            linear: vec![[0.0; LANES]; padded],
            between: self.between.as_ref().map(|forms| Box::new(forms.room())),
            ..TileForms::default()
        }
    }

    /// Room to work in.
    pub fn workspace(&self) -> Workspace {
        let w = match &*self.operators {
            Operators::None => 0,
            Operators::One(operator) => operator.room(),
            Operators::Two(pair) => pair.room(self.units),
        };
        Workspace {
            w: vec![[0.0; LANES]; w],
            sum: vec![[0.0; LANES]; self.units],
            between: self.between.as_ref().map(|forms| Box::new(forms.workspace())),
        }
    }

    /// Which effects are removed.
    pub(super) fn effects(&self) -> Effects {
        self.effects
    }

    /// Units above which the matrices of [`UnitForms`](super::UnitForms) cost more than the
    /// innovations themselves.
    pub(super) fn most_units(&self) -> usize {
        match *self.operators {
            // Multipliers of units say nothing of means.
            _ if self.between.is_some() => 0,
            Operators::None | Operators::One(_) => 256,
            Operators::Two(_) => 80,
        }
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
        self.own(errors, work, out);
        let Workspace { sum, between: room, .. } = work;
        if let (Some(forms), Some(room), Some(out)) = (&self.between, room, &mut out.between) {
            let share = 1.0 / (self.periods as f64).sqrt();
            for s in sum.iter_mut() {
                for l in 0..LANES {
                    s[l] *= share;
                }
            }
            forms.own(sum, room, out);
        }
    }

    /// All but those of means.
    #[inline(always)]
    fn own(&self, errors: &[Lane], work: &mut Workspace, out: &mut TileForms) {
        let n = self.units;
        out.linear.fill([0.0; LANES]);
        (out.ee, out.ew, out.ww) = ([0.0; LANES], [0.0; LANES], [0.0; LANES]);
        out.four = [[0.0; LANES]; PAIRS];
        work.sum.fill([0.0; LANES]);
        for (e, rows) in errors.chunks_exact(n).zip(&self.rows) {
            self.add(e, &mut work.w, 1.0, out);
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
            self.add(&work.sum, &mut work.w, -1.0 / self.periods as f64, out);
        }
    }

    /// Adds `weight` times the forms of a cross-section, its mean removed where periods have
    /// effects.
    #[inline(always)]
    fn add(&self, e: &[Lane], room: &mut [Lane], weight: f64, out: &mut TileForms) {
        let share = if self.effects.has_time() { 1.0 / self.units as f64 } else { 0.0 };
        let m = match &*self.operators {
            Operators::None => single_sums(e),
            // w is not needed in itself where it is a difference.
            Operators::One(operator) => match operator.apply_up_to_difference(e, room) {
                Some(scale) => pair_sums(e, room, |v, e| (v - e) * scale),
                None => pair_sums(e, room, |w, _| w),
            },
            Operators::Two(pair) => {
                let vectors = pair.apply(e, room);
                four_sums(vectors, (weight, share), &mut out.four);
                return;
            }
        };
        for l in 0..LANES {
            let e = share * m.e[l];
            let w = share * m.w[l];
            out.ee[l] = weight.mul_add((-e).mul_add(m.e[l], m.ee[l]), out.ee[l]);
            out.ew[l] = weight.mul_add((-e).mul_add(m.w[l], m.ew[l]), out.ew[l]);
            out.ww[l] = weight.mul_add((-w).mul_add(m.w[l], m.ww[l]), out.ww[l]);
        }
    }
}

fn packed((units, periods): (usize, usize), rows: &[Vec<f64>]) -> Vec<Packed> {
    (0..periods).map(|t| Packed::new(rows.len(), units, |r, i| rows[r][t * units + i])).collect()
}

impl Pair {
    /// Lanes for Hε, GB⁻¹ε and W₂ of it, and for B⁻¹ε.
    fn room(&self, units: usize) -> usize {
        self.error.room() + self.lag.room() + self.of_errors.room() + units
    }

    /// ε, Hε, Ĝε and HĜε.
    #[inline(always)]
    fn apply<'a>(&self, e: &'a [Lane], room: &'a mut [Lane]) -> [&'a [Lane]; 4] {
        let n = e.len();
        let (h, room) = room.split_at_mut(self.error.room());
        let (g, room) = room.split_at_mut(self.lag.room());
        let (last, v) = room.split_at_mut(self.of_errors.room());
        self.error.apply(e, h);
        for ((v, e), h) in v.iter_mut().zip(e).zip(h.iter()) {
            for l in 0..LANES {
                v[l] = self.lambda.mul_add(h[l], e[l]);
            }
        }
        self.lag.apply(&v[..n], g);
        self.of_errors.apply(&g[..n], last);
        for (g, last) in g[..n].iter_mut().zip(last.iter()) {
            for l in 0..LANES {
                g[l] = (-self.lambda).mul_add(last[l], g[l]);
            }
        }
        [e, &h[..n], &g[..n], &last[..n]]
    }
}

/// Where v_a'v_b stands.
pub(super) const fn pair(a: usize, b: usize) -> usize {
    a * 4 - a * (a + 1) / 2 + b
}

/// Adds `weight` times v_a'v_b, `share` of the products of sums taken off, for each a ≤ b.
#[inline(always)]
fn four_sums(v: [&[Lane]; 4], (weight, share): (f64, f64), out: &mut [Lane; PAIRS]) {
    let mut products = [[0.0; LANES]; PAIRS];
    let mut sums = [[0.0; LANES]; 4];
    for (a, b) in [(0, 1), (2, 3)] {
        let m = pair_sums(v[a], v[b], |w, _| w);
        (products[pair(a, a)], products[pair(a, b)], products[pair(b, b)]) = (m.ee, m.ew, m.ww);
        (sums[a], sums[b]) = (m.e, m.w);
    }
    for at in (0..LANES).step_by(BLOCK) {
        let mut mixed = [[0.0; BLOCK]; 4];
        for (((a, b), c), d) in v[0].iter().zip(v[1]).zip(v[2]).zip(v[3]) {
            for l in 0..BLOCK {
                let (a, b, c, d) = (a[at + l], b[at + l], c[at + l], d[at + l]);
                mixed[0][l] = a.mul_add(c, mixed[0][l]);
                mixed[1][l] = a.mul_add(d, mixed[1][l]);
                mixed[2][l] = b.mul_add(c, mixed[2][l]);
                mixed[3][l] = b.mul_add(d, mixed[3][l]);
            }
        }
        for (of, mixed) in [pair(0, 2), pair(0, 3), pair(1, 2), pair(1, 3)].iter().zip(&mixed) {
            products[*of][at..at + BLOCK].copy_from_slice(mixed);
        }
    }
    for a in 0..4 {
        for b in a..4 {
            let at = pair(a, b);
            for l in 0..LANES {
                let off = share * sums[a][l];
                out[at][l] =
                    weight.mul_add((-off).mul_add(sums[b][l], products[at][l]), out[at][l]);
            }
        }
    }
}

/// Lanes of a register block.
const BLOCK: usize = 8;

#[inline(always)]
fn single_sums(e: &[Lane]) -> Moments {
    let mut m = Moments::default();
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
    m
}

#[inline(always)]
fn pair_sums(e: &[Lane], w: &[Lane], as_lag: impl Fn(f64, f64) -> f64) -> Moments {
    let mut m = Moments::default();
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
    m
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
