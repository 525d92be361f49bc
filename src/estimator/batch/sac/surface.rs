//! The concentrated log-likelihood of (ρ, λ) of each replicate, with its derivatives.
//!
//! With γ = M⁻¹r, r = b_p − θb_q, and derivatives by the envelope theorem:
//!
//! ```text
//! SSR_θ = −2p'q + 2θ q'q + 2b_q'γ             SSR_θθ = 2q'q − 2|L⁻¹b_q|²
//! SSR_φ = c′ − 2r′'γ + γ'M′γ                  SSR_φφ = c″ − 2r″'γ + γ'M″γ − 2|L⁻¹s|²,  s = r′ − M′γ
//! SSR_θφ = −2(p'q)′ + 2θ(q'q)′ + 2b_q′'γ + 2(L⁻¹b_q)'L⁻¹s,   c = p'p − 2θ p'q + θ² q'q at fixed θ
//! ```

use super::{Room, Sac, polynomial};
use crate::estimator::batch::determinants::Determinants;
use crate::estimator::batch::factor::{backward, eliminate, forward, times};
use crate::estimator::batch::forms::{TileForms, pair};
use crate::math::lanes::{LANES, Lane, ln};

/// The polynomials of a tile.
pub(super) struct Tile<'a> {
    of: &'a Sac,
    forms: &'a TileForms,
    /// b_q by powers of φ.
    on_lag: &'a [Lane],
    /// p'p, p'q and q'q by powers of φ.
    products: [[Lane; 3]; 3],
}

/// Value, slopes and second derivatives.
#[derive(Clone, Copy)]
pub(super) struct Jets {
    pub value: Lane,
    pub slope: [Lane; 2],
    pub curvature: [Lane; 3],
    /// Whether M is positive definite and SSR positive.
    pub defined: [bool; LANES],
    pub ssr: Lane,
}

/// Room that an evaluation works in, and what it leaves there: the factor of M, and γ.
pub(super) struct Work<'a> {
    pub factor: &'a mut [Lane],
    pub gamma: &'a mut [Lane],
    s1: &'a mut [Lane],
    s2: &'a mut [Lane],
    pub q: &'a mut [Lane],
}

impl<'a> Tile<'a> {
    /// From forms; what is left of the room.
    #[inline(always)]
    pub(super) fn new<'r>(
        of: &'a Sac,
        forms: &'a TileForms,
        room: &'r mut Room<'_>,
    ) -> (Tile<'r>, Work<'r>, &'r mut [Lane])
    where
        'a: 'r,
    {
        let k = of.k;
        for (power, mean) in of.mean_on_basis.iter().enumerate() {
            for (j, mean) in mean.iter().enumerate() {
                let random = &forms.linear[(3 + power) * k + j];
                for l in 0..LANES {
                    room.on_lag[power * k + j][l] = random[l] + mean;
                }
            }
        }
        let f = |a: usize, b: usize| &forms.four[pair(a, b)];
        let m = |at: usize| &forms.linear[6 * k + at];
        let mut products = [[[0.0; LANES]; 3]; 3];
        let [pp, pq, qq] = &mut products;
        for l in 0..LANES {
            pp[0][l] = f(0, 0)[l];
            pp[1][l] = 2.0 * f(0, 1)[l];
            pp[2][l] = f(1, 1)[l];
            pq[0][l] = f(0, 2)[l] + m(0)[l];
            pq[1][l] = f(0, 3)[l] + f(1, 2)[l] + m(1)[l];
            pq[2][l] = f(1, 3)[l] + m(2)[l];
            qq[0][l] = 2.0_f64.mul_add(m(3)[l], of.mean_square[0]) + f(2, 2)[l];
            qq[1][l] = 2.0_f64.mul_add(m(4)[l] + f(2, 3)[l], of.mean_square[1]);
            qq[2][l] = 2.0_f64.mul_add(m(5)[l], of.mean_square[2]) + f(3, 3)[l];
        }
        let work = Work {
            factor: &mut *room.factor,
            gamma: &mut *room.gamma,
            s1: &mut *room.s1,
            s2: &mut *room.s2,
            q: &mut *room.q,
        };
        (Tile { of, forms, on_lag: &*room.on_lag, products }, work, &mut *room.grid)
    }

    pub(super) fn fit(&self) -> [f64; 2] {
        self.of.fit
    }

    pub(super) fn observations(&self) -> f64 {
        self.of.observations
    }

    /// p'p, p'q and q'q.
    #[inline(always)]
    pub(super) fn products(&self, phi: &Lane) -> [Lane; 3] {
        let [pp, pq, qq] = &self.products;
        let at = |c: &[Lane; 3]| polynomial([&c[0], &c[1], &c[2]], phi);
        [at(pp), at(pq), at(qq)]
    }

    /// b_p and b_q.
    #[inline(always)]
    pub(super) fn on_basis(&self, phi: &Lane, p: &mut [Lane], q: &mut [Lane]) {
        let (k, b) = (p.len(), &self.forms.linear);
        for j in 0..k {
            p[j] = polynomial([&b[j], &b[k + j], &b[2 * k + j]], phi);
            let b = self.on_lag;
            q[j] = polynomial([&b[j], &b[k + j], &b[2 * k + j]], phi);
        }
    }

    /// The log-likelihood but for a constant.
    #[inline(always)]
    pub(super) fn at(
        &self,
        [rho, lambda]: &[Lane; 2],
        determinants: &[Determinants; 2],
        work: &mut Work<'_>,
    ) -> Jets {
        let (of, k) = (self.of, self.of.k);
        let (mut theta, mut phi) = ([0.0; LANES], [0.0; LANES]);
        for l in 0..LANES {
            theta[l] = rho[l] - of.fit[0];
            phi[l] = lambda[l] - of.fit[1];
        }
        let mut defined = [true; LANES];
        factorise(of, &phi, work.factor, &mut defined);
        self.on_basis(&phi, work.gamma, work.q);
        for (r, q) in work.gamma.iter_mut().zip(work.q.iter()) {
            for l in 0..LANES {
                r[l] = (-theta[l]).mul_add(q[l], r[l]);
            }
        }
        let [pp, pq, qq] = self.products(&phi);
        let mut ssr = [0.0; LANES];
        for l in 0..LANES {
            ssr[l] = theta[l].mul_add(theta[l].mul_add(qq[l], -2.0 * pq[l]), pp[l]);
        }
        forward(work.factor, work.gamma);
        for v in work.gamma.iter() {
            for l in 0..LANES {
                ssr[l] = (-v[l]).mul_add(v[l], ssr[l]);
            }
        }
        backward(work.factor, work.gamma);
        times(&of.s1, work.gamma, work.s1);
        times(&of.s2, work.gamma, work.s2);

        let (mut slope, mut second) = ([[0.0; LANES]; 2], [[0.0; LANES]; 3]);
        let [c0, c1, c2] = &self.products;
        for l in 0..LANES {
            let (t, twice) = (theta[l], 2.0 * phi[l]);
            let by_phi = |c: &[Lane; 3]| twice.mul_add(c[2][l], -c[1][l]);
            slope[0][l] = 2.0 * t.mul_add(qq[l], -pq[l]);
            slope[1][l] = t.mul_add(t.mul_add(by_phi(c2), -2.0 * by_phi(c1)), by_phi(c0));
            second[0][l] = 2.0 * qq[l];
            second[1][l] = 2.0 * t.mul_add(by_phi(c2), -by_phi(c1));
            second[2][l] = 2.0 * t.mul_add(t.mul_add(c2[2][l], -2.0 * c1[2][l]), c0[2][l]);
        }
        for j in 0..k {
            let p = &self.forms.linear;
            let (p1, p2) = (&p[k + j], &p[2 * k + j]);
            let (q1, q2) = (&self.on_lag[k + j], &self.on_lag[2 * k + j]);
            for l in 0..LANES {
                let (t, twice, g) = (theta[l], 2.0 * phi[l], work.gamma[j][l]);
                let q_slope = twice.mul_add(q2[l], -q1[l]);
                let r_slope = (-t).mul_add(q_slope, twice.mul_add(p2[l], -p1[l]));
                let moved = twice.mul_add(work.s2[j][l], -work.s1[j][l]);
                let r_second = 2.0 * (-t).mul_add(q2[l], p2[l]);
                slope[0][l] = (2.0 * work.q[j][l]).mul_add(g, slope[0][l]);
                slope[1][l] = g.mul_add((-2.0_f64).mul_add(r_slope, moved), slope[1][l]);
                second[1][l] = (2.0 * q_slope).mul_add(g, second[1][l]);
                second[2][l] =
                    g.mul_add(2.0_f64.mul_add(work.s2[j][l], -2.0 * r_second), second[2][l]);
                work.s1[j][l] = r_slope - moved;
            }
        }
        forward(work.factor, work.q);
        forward(work.factor, work.s1);
        for (q, s) in work.q.iter().zip(work.s1.iter()) {
            for l in 0..LANES {
                second[0][l] = (-2.0 * q[l]).mul_add(q[l], second[0][l]);
                second[1][l] = (2.0 * q[l]).mul_add(s[l], second[1][l]);
                second[2][l] = (-2.0 * s[l]).mul_add(s[l], second[2][l]);
            }
        }
        self.loglik(
            (ssr, slope, second),
            &[determinants[0].at(rho), determinants[1].at(lambda)],
            defined,
        )
    }

    #[inline(always)]
    fn loglik(
        &self,
        (ssr, slope, second): (Lane, [Lane; 2], [Lane; 3]),
        dets: &[[Lane; 3]; 2],
        mut defined: [bool; LANES],
    ) -> Jets {
        let (half, t) = (-0.5 * self.of.observations, self.of.periods);
        let mut positive = ssr;
        for l in 0..LANES {
            defined[l] &= ssr[l] > 0.0;
            positive[l] = ssr[l].max(f64::MIN_POSITIVE);
        }
        let log = ln(&positive);
        let mut out = Jets {
            value: [0.0; LANES],
            slope: [[0.0; LANES]; 2],
            curvature: [[0.0; LANES]; 3],
            defined,
            ssr,
        };
        for l in 0..LANES {
            let inverse = 1.0 / ssr[l];
            let (a, b) = (slope[0][l] * inverse, slope[1][l] * inverse);
            out.value[l] = half.mul_add(log[l], t * (dets[0][0][l] + dets[1][0][l]));
            out.slope[0][l] = half.mul_add(a, -t * dets[0][1][l]);
            out.slope[1][l] = half.mul_add(b, -t * dets[1][1][l]);
            let curve = |second: f64, product: f64| half * second.mul_add(inverse, -product);
            out.curvature[0][l] = (-t).mul_add(dets[0][2][l], curve(second[0][l], a * a));
            out.curvature[1][l] = curve(second[1][l], a * b);
            out.curvature[2][l] = (-t).mul_add(dets[1][2][l], curve(second[2][l], b * b));
        }
        out
    }
}

/// The factor of M(φ).
#[inline(always)]
fn factorise(of: &Sac, phi: &Lane, factor: &mut [Lane], positive: &mut [bool; LANES]) {
    let k = of.k;
    for i in 0..k {
        for j in 0..=i {
            let (s1, s2) = (of.s1[i * k + j], of.s2[i * k + j]);
            let one = if i == j { 1.0 } else { 0.0 };
            let mut entry = [0.0; LANES];
            for l in 0..LANES {
                entry[l] = phi[l].mul_add(phi[l].mul_add(s2, -s1), one);
            }
            eliminate(factor, (i, j), entry, positive);
        }
    }
}
