//! The log-likelihood of (ρ, λ, v) of each replicate, β and σ² concentrated out, with its derivatives.
//!
//! With γ = M⁻¹b, r_p = b_p − M_pγ and all derivatives at fixed γ (envelope theorem):
//!
//! ```text
//! q    = c − 2b'γ + γ'Mγ           q_pr = its derivatives at fixed γ − 2(L⁻¹r_p)'(L⁻¹r_r)
//! l    = −(n/2) ln q + T ln|I − ρW| + T ln|I − λW| − ½ ln|C|
//! l_p  = −n q_p/2q + …             l_pr = −(n/2)(q_pr/q − q_p q_r/q²) + …
//! ```

use super::between::Spread;
use super::tile::{POWERS, Powers, Shape, Squares};
use super::{Between, Random};
use crate::estimator::batch::determinants::Determinants;
use crate::estimator::batch::factor::{backward, eliminate, forward};
use crate::estimator::batch::forms::TileForms;
use crate::estimator::random::climber::{Jet, Place};
use crate::math::lanes::{LANES, Lane, ln};

/// Where second derivatives stand: ρρ, ρλ, ρv, λλ, λv, vv.
pub(super) const SECOND: [[usize; 3]; 3] = [[0, 1, 2], [1, 3, 4], [2, 4, 5]];

/// A sum of squares at γ with its derivatives in ρ, λ, v.
#[derive(Clone, Copy)]
pub(super) struct Square {
    pub(super) value: Lane,
    pub(super) first: [Lane; 3],
    pub(super) second: [Lane; 6],
}

/// The log-likelihood but for a constant.
#[derive(Clone, Copy)]
pub(super) struct Jets {
    pub(super) value: Lane,
    pub(super) score: [Lane; 3],
    pub(super) curvature: [Lane; 6],
    /// Whether M is positive definite and the sum of squares positive.
    pub(super) defined: [bool; LANES],
    /// q, and its derivatives.
    pub(super) ssr: Lane,
    pub(super) slope: [Lane; 3],
}

impl Jets {
    /// Those of a replicate, where there are any.
    pub(super) fn of(&self, l: usize) -> Option<Jet> {
        let jet = Jet {
            loglik: self.value[l],
            score: self.score.map(|s| s[l]),
            curvature: SECOND.map(|row| row.map(|at| self.curvature[at][l])),
        };
        (self.defined[l] && jet.loglik.is_finite()).then_some(jet)
    }
}

/// Room that an evaluation works in, and what it leaves there: the factor of M, γ, and L⁻¹r of ρ, λ
/// and v.
pub(super) struct Work<'a> {
    pub(super) factor: &'a mut [Lane],
    pub(super) gamma: &'a mut [Lane],
    pub(super) g: &'a mut [Lane],
    /// S_jγ
    s: &'a mut [Lane],
}

impl<'a> Work<'a> {
    pub(super) fn size(k: usize) -> usize {
        k * (k + 1) / 2 + k + 3 * k + POWERS * k
    }

    #[inline(always)]
    pub(super) fn new(k: usize, rest: &'a mut [Lane]) -> Self {
        let (factor, rest) = rest.split_at_mut(k * (k + 1) / 2);
        let (gamma, rest) = rest.split_at_mut(k);
        let (g, s) = rest.split_at_mut(3 * k);
        Self { factor, gamma, g, s }
    }
}

/// The polynomials of a tile.
pub(super) struct Tile<'a> {
    pub(super) of: &'a Random,
    /// b and squares, within and between; those between only where means are alike.
    pub(super) b: [&'a [Lane]; 2],
    pub(super) c: [Squares; 2],
    /// Coordinates of means, where they are apart.
    pub(super) linear: &'a [Lane],
}

/// A part of the polynomials, how much it weighs, and whether with exp(v̂ − v).
struct Weighted<'a> {
    s: &'a [Vec<f64>; POWERS],
    b: &'a [Lane],
    c: &'a Squares,
    weight: Lane,
    moves: bool,
}

impl<'a> Tile<'a> {
    #[inline(always)]
    pub(super) fn new(of: &'a Random, forms: &'a TileForms, b: [&'a mut [Lane]; 2]) -> Self {
        let [within, between] = b;
        let mut c = [[[[0.0; LANES]; POWERS]; POWERS]; 2];
        c[0] = of.within.of_tile(forms, within);
        let mut linear: &[Lane] = &[];
        if let Some(means) = &forms.between {
            match &of.between {
                Between::Alike(part) => c[1] = part.of_tile(means, between),
                Between::Apart(_) => linear = &means.linear,
            }
        }
        Self { of, b: [within, between], c, linear }
    }

    #[inline(always)]
    fn parts(&self, share: &Lane) -> [Option<Weighted<'_>>; 2] {
        let part = |at: usize, s, weight, moves| Weighted {
            s,
            b: self.b[at],
            c: &self.c[at],
            weight,
            moves,
        };
        let within = part(0, &self.of.within.s, [1.0; LANES], false);
        let between = match &self.of.between {
            Between::Alike(of) => Some(part(1, &of.s, *share, true)),
            Between::Apart(_) => None,
        };
        [Some(within), between]
    }

    /// The log-likelihood at a place of each replicate.
    #[inline(always)]
    pub(super) fn at(
        &self,
        place: &[Lane; 3],
        determinants: &[Option<Determinants>; 2],
        work: &mut Work<'_>,
    ) -> Jets {
        let shape = self.of.shape;
        let [rho, lambda, v] = self.of.fit;
        let (mut theta, mut phi, mut share) = ([0.0; LANES], [0.0; LANES], [0.0; LANES]);
        let (mut s, mut d) = ([0.0; LANES], [0.0; LANES]);
        for l in 0..LANES {
            theta[l] = place[0][l] - rho;
            phi[l] = place[1][l] - lambda;
            share[l] = (v - place[2][l]).exp();
            s[l] = place[2][l].exp_m1();
            d[l] = 1.0 + s[l];
        }
        let spread: Spread<'_> = (&place[1], &s, &d);
        let (of_lag, of_error) = (Powers::of(&theta), Powers::of(&phi));
        let parts = self.parts(&share);

        work.factor.fill([0.0; LANES]);
        work.gamma.fill([0.0; LANES]);
        for part in parts.iter().flatten() {
            part.add_system(shape, (&of_lag, &of_error), (work.factor, work.gamma));
        }
        if let Between::Apart(apart) = &self.of.between {
            apart.add_system(self.linear, (&theta, spread), (work.factor, work.gamma));
        }
        let mut defined = [true; LANES];
        let mut at = 0;
        for i in 0..shape.k {
            for j in 0..=i {
                let entry = work.factor[at];
                eliminate(work.factor, (i, j), entry, &mut defined);
                at += 1;
            }
        }
        forward(work.factor, work.gamma);
        backward(work.factor, work.gamma);

        work.g.fill([0.0; LANES]);
        let zero = [0.0; LANES];
        let mut square = Square { value: zero, first: [zero; 3], second: [zero; 6] };
        for part in parts.iter().flatten() {
            part.add_squares(shape, (&of_lag, &of_error), work, &mut square);
        }
        if let Between::Apart(apart) = &self.of.between {
            let (gamma, g) = (&*work.gamma, &mut *work.g);
            apart.add_squares(self.linear, (&theta, spread), gamma, (&mut square, g));
        }
        let k = shape.k;
        for p in 0..3 {
            forward(work.factor, &mut work.g[p * k..(p + 1) * k]);
        }
        for p in 0..3 {
            for r in p..3 {
                let second = &mut square.second[SECOND[p][r]];
                for i in 0..k {
                    let (a, b) = (&work.g[p * k + i], &work.g[r * k + i]);
                    for l in 0..LANES {
                        second[l] = (-2.0 * a[l]).mul_add(b[l], second[l]);
                    }
                }
            }
        }
        let mut jets = self.concentrated(&square, defined);
        self.add_determinants(place, spread, determinants, &mut jets);
        jets
    }

    /// −(n/2) ln q
    #[inline(always)]
    fn concentrated(&self, square: &Square, mut defined: [bool; LANES]) -> Jets {
        let half = -0.5 * self.of.observations;
        let mut positive = square.value;
        for l in 0..LANES {
            defined[l] &= square.value[l] > 0.0;
            positive[l] = square.value[l].max(f64::MIN_POSITIVE);
        }
        let mut value = ln(&positive);
        let (mut score, mut curvature) = (square.first, square.second);
        for l in 0..LANES {
            value[l] *= half;
            let inverse = 1.0 / square.value[l];
            for p in 0..3 {
                for r in p..3 {
                    let product = square.first[p][l] * square.first[r][l] * inverse * inverse;
                    let second = &mut curvature[SECOND[p][r]][l];
                    *second = half * second.mul_add(inverse, -product);
                }
                score[p][l] *= half * inverse;
            }
        }
        Jets { value, score, curvature, defined, ssr: square.value, slope: square.first }
    }

    /// T ln|I − ρW| + T ln|I − λW| − ½ ln|C|
    #[inline(always)]
    fn add_determinants(
        &self,
        place: &[Lane; 3],
        spread: Spread<'_>,
        determinants: &[Option<Determinants>; 2],
        jets: &mut Jets,
    ) {
        let t = self.of.periods;
        for (p, of) in determinants.iter().enumerate() {
            let Some(of) = of else { continue };
            let [log_det, g, gg] = of.at(&place[p]);
            let own = SECOND[p][p];
            for l in 0..LANES {
                jets.value[l] = t.mul_add(log_det[l], jets.value[l]);
                jets.score[p][l] = (-t).mul_add(g[l], jets.score[p][l]);
                jets.curvature[own][l] = (-t).mul_add(gg[l], jets.curvature[own][l]);
            }
        }
        match &self.of.between {
            Between::Alike(_) => {
                let half = -0.5 * self.of.units;
                for l in 0..LANES {
                    jets.value[l] = half.mul_add(place[2][l], jets.value[l]);
                    jets.score[2][l] += half;
                }
            }
            Between::Apart(apart) => {
                let c = apart.log_det(spread);
                let places = [SECOND[1][1], SECOND[1][2], SECOND[2][2]];
                for l in 0..LANES {
                    jets.value[l] = (-0.5_f64).mul_add(c.value[l], jets.value[l]);
                    for p in 0..2 {
                        let score = &mut jets.score[p + 1][l];
                        *score = (-0.5_f64).mul_add(c.slopes[p][l], *score);
                    }
                    for (at, slope) in places.iter().zip(&c.slopes[2..]) {
                        let second = &mut jets.curvature[*at][l];
                        *second = (-0.5_f64).mul_add(slope[l], *second);
                    }
                }
            }
        }
    }
}

impl Weighted<'_> {
    /// Adds to M, lower triangle row by row, and to b.
    #[inline(always)]
    fn add_system(
        &self,
        shape: Shape,
        (of_lag, of_error): (&Powers, &Powers),
        (m, b): (&mut [Lane], &mut [Lane]),
    ) {
        let (k, powers) = (shape.k, shape.of_error());
        for j in 0..powers {
            let mut weight = self.weight;
            for l in 0..LANES {
                weight[l] *= of_error.value[j][l];
            }
            let mut at = 0;
            for i in 0..k {
                for s in &self.s[j][i * k..=i * k + i] {
                    for l in 0..LANES {
                        m[at][l] = weight[l].mul_add(*s, m[at][l]);
                    }
                    at += 1;
                }
            }
            for i in 0..=shape.lag {
                let mut weight = weight;
                for l in 0..LANES {
                    weight[l] *= of_lag.value[i][l];
                }
                let own = &self.b[(i * POWERS + j) * k..(i * POWERS + j + 1) * k];
                for (b, own) in b.iter_mut().zip(own) {
                    for l in 0..LANES {
                        b[l] = weight[l].mul_add(own[l], b[l]);
                    }
                }
            }
        }
    }

    /// Adds the sum of squares at γ, and r of ρ, λ and v.
    #[inline(always)]
    fn add_squares(
        &self,
        shape: Shape,
        (of_lag, of_error): (&Powers, &Powers),
        work: &mut Work<'_>,
        square: &mut Square,
    ) {
        let (k, powers) = (shape.k, shape.of_error());
        let mut c = *self.c;
        for j in 0..powers {
            for x in 0..k {
                let mut sum = [0.0; LANES];
                for (s, gamma) in self.s[j][x * k..(x + 1) * k].iter().zip(work.gamma.iter()) {
                    for l in 0..LANES {
                        sum[l] = s.mul_add(gamma[l], sum[l]);
                    }
                }
                let gamma = &work.gamma[x];
                let (b0, b1) = (&self.b[j * k + x], &self.b[(POWERS + j) * k + x]);
                for l in 0..LANES {
                    let (g, twice) = (gamma[l], -2.0 * gamma[l]);
                    c[0][j][l] = g.mul_add(sum[l], twice.mul_add(b0[l], c[0][j][l]));
                    c[1][j][l] = twice.mul_add(b1[l], c[1][j][l]);
                    // b₀ − S_jγ, and −θb₁ with it.
                    work.s[j * k + x][l] = of_lag.value[1][l].mul_add(b1[l], b0[l] - sum[l]);
                }
            }
        }
        let mut jets = [[0.0; LANES]; 6];
        for i in 0..=2 * shape.lag {
            for j in 0..powers {
                for l in 0..LANES {
                    let (t, e) = (of_lag.value[i][l], of_error.value[j][l]);
                    let (t1, e1) = (of_lag.slope[i][l], of_error.slope[j][l]);
                    let (t2, e2) = (of_lag.second[i], of_error.second[j]);
                    let c = c[i][j][l];
                    jets[0][l] = (t * e).mul_add(c, jets[0][l]);
                    jets[1][l] = (t1 * e).mul_add(c, jets[1][l]);
                    jets[2][l] = (t * e1).mul_add(c, jets[2][l]);
                    jets[3][l] = (t2 * e).mul_add(c, jets[3][l]);
                    jets[4][l] = (t1 * e1).mul_add(c, jets[4][l]);
                    jets[5][l] = (t * e2).mul_add(c, jets[5][l]);
                }
            }
        }
        let moves = if self.moves { 1.0 } else { 0.0 };
        for l in 0..LANES {
            let w = self.weight[l];
            let v = -moves * w;
            square.value[l] = w.mul_add(jets[0][l], square.value[l]);
            for (first, (jet, w)) in square.first.iter_mut().zip([(1, w), (2, w), (0, v)]) {
                first[l] = w.mul_add(jets[jet][l], first[l]);
            }
            let second = [(3, w), (4, w), (1, v), (5, w), (2, v), (0, -v)];
            for (out, (jet, w)) in square.second.iter_mut().zip(second) {
                out[l] = w.mul_add(jets[jet][l], out[l]);
            }
        }
        for j in 0..powers {
            for x in 0..k {
                let (r, b1) = (&work.s[j * k + x], &self.b[(POWERS + j) * k + x]);
                for l in 0..LANES {
                    let w = self.weight[l];
                    let (e, e1) = (of_error.value[j][l], of_error.slope[j][l]);
                    work.g[x][l] = (-w * e).mul_add(b1[l], work.g[x][l]);
                    work.g[k + x][l] = (w * e1).mul_add(r[l], work.g[k + x][l]);
                    work.g[2 * k + x][l] = (-moves * w * e).mul_add(r[l], work.g[2 * k + x][l]);
                }
            }
        }
    }
}

/// A place of each replicate, the lanes last.
#[inline(always)]
pub(super) fn in_lanes(places: &[Place; LANES]) -> [Lane; 3] {
    let mut out = [[0.0; LANES]; 3];
    for (l, place) in places.iter().enumerate() {
        for p in 0..3 {
            out[p][l] = place[p];
        }
    }
    out
}
