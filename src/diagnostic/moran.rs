//! Moran's I of a variable by period, and of least-squares residuals.
//!
//! I = (n/S₀) z'Wz/z'z with z centred and S₀ the sum of all weights (Moran 1950; Cliff & Ord 1981,
//! chapters 1 and 2).

mod null;

use super::null::NullStatistics;
use super::{BaseFit, Context, Diagnostic, Findings, Info, not_applicable};
use crate::estimator::Problem;
use crate::ident::Period;
use crate::math::dist::normal_two_sided;
use crate::math::linalg::dot;
use crate::math::random::Stream;
use crate::model::Effects;
use crate::outcome::{Failure, FailureKind, MoranYear, NullDistribution, Test, TestOutcome};
use crate::weights::Weights;

/// Moran's I of least-squares residuals.
#[derive(Debug)]
pub struct ResidualMoran;

static INFO: Info = Info {
    name: "moran",
    summary: "Moran's I of least-squares residuals",
    tests: &[("moran-residuals", "Moran's I of residuals, z")],
    reference: "Cliff & Ord (1981), section 8.3",
    version: 1,
    whole_periods: false,
    of_fit: false,
};

impl Diagnostic for ResidualMoran {
    fn info(&self) -> &'static Info {
        &INFO
    }

    fn run(&self, context: &Context<'_>) -> Findings {
        let mut findings = Findings::default();
        for base in context.bases() {
            match residual_moran(context, base) {
                Ok(m) => findings.tests.push(m.test(base)),
                Err(reason) => findings.tests.extend(not_applicable(&INFO, base.basis, &reason)),
            }
        }
        findings
    }

    fn nulls<'c>(&self, context: &'c Context<'c>) -> Vec<Box<dyn NullStatistics + 'c>> {
        let null = |base| Some(Box::new(null::null(context, base)?) as Box<dyn NullStatistics>);
        context.bases().iter().filter_map(null).collect()
    }
}

/// Moran's I of residuals with its moments under normal errors.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ResidualMoment {
    /// I = (n/S₀) e'We/e'e.
    pub i: f64,
    /// E I.
    pub expectation: f64,
    /// Var I.
    pub variance: f64,
}

impl ResidualMoment {
    /// (I − E I)/√Var I.
    pub fn z(&self) -> f64 {
        (self.i - self.expectation) / self.variance.sqrt()
    }

    fn test(&self, base: &BaseFit) -> Test {
        let statistic = self.z();
        Test {
            name: INFO.tests[0].0.to_owned(),
            basis: base.basis,
            outcome: TestOutcome::Computed {
                statistic,
                null: NullDistribution::Normal,
                p_value: Some(normal_two_sided(statistic)),
            },
            details: [
                ("i", self.i),
                ("expectation", self.expectation),
                ("variance", self.variance),
            ]
            .map(|(name, value)| (name.to_owned(), value))
            .into(),
            bootstrap: None,
        }
    }
}

/// Moments of Moran's I of least-squares residuals over the whole panel, W within each period
/// (Cliff & Ord 1981, equations 8.12 and 8.13, in the form for a general annihilator). With
/// U = (I_T ⊗ (W + W')/2) and M the projection off the regressors and all dummies, p = rank:
///
/// ```text
/// E I   = (n/S₀) tr(MU)/(n − p)
/// E I²  = (n/S₀)² [2 tr(MUMU) + tr(MU)²] / ((n − p)(n − p + 2))
/// ```
pub fn residual_moran(context: &Context<'_>, base: &BaseFit) -> Result<ResidualMoment, String> {
    let fit = base.fit.as_ref().map_err(|e| format!("least squares has no fit: {e}"))?;
    let problem = context.problem(base);
    let space = problem.within_space().map_err(|e| e.to_string())?;
    let (w, effects) = (problem.weights, problem.model.effects);
    let (n, t) = (problem.n_units(), problem.n_periods());
    let half = HalfSum::of(w);
    let q: Vec<Vec<f64>> =
        (0..space.rank()).map(|j| space.q.col(j).iter().copied().collect()).collect();
    let uq: Vec<Vec<f64>> = q.iter().map(|v| half.apply(v)).collect();
    let quq: Vec<Vec<f64>> = uq.iter().map(|v| problem.within(v)).collect();
    let (trace, square) = half.projected_traces(effects, n, t);
    let inner = |i: usize, j: usize| dot(&q[i], &uq[j]);
    let k = q.len();
    // tr(MU) = tr(QU) − tr(Q_x'UQ_x); tr(MUMU) = tr(QUQU) − 2 tr(Q_x'UQUQ_x) + tr((Q_x'UQ_x)²).
    let mu = trace - (0..k).map(|j| inner(j, j)).sum::<f64>();
    let mumu = square - 2.0 * (0..k).map(|j| dot(&quq[j], &quq[j])).sum::<f64>()
        + (0..k).map(|i| (0..k).map(|j| inner(i, j).powi(2)).sum::<f64>()).sum::<f64>();
    let nt = (n * t) as f64;
    let df = nt - (k + effects.absorbed(n, t)) as f64;
    let scale = scale(&problem);
    let expectation = scale * mu / df;
    let second = scale * scale * (2.0 * mumu + mu * mu) / (df * (df + 2.0));
    let e = &fit.innovations;
    let i = scale * dot(e, &w.lag(e)) / dot(e, e);
    let variance = second - expectation * expectation;
    if variance > 0.0 {
        Ok(ResidualMoment { i, expectation, variance })
    } else {
        Err("Moran's I of these residuals cannot vary".to_owned())
    }
}

/// n/S₀ over the whole panel.
fn scale(problem: &Problem<'_>) -> f64 {
    problem.n() as f64
        / (problem.n_periods() as f64 * problem.weights.row_sums().iter().sum::<f64>())
}

/// (W + W')/2.
struct HalfSum<'a> {
    w: &'a Weights,
}

impl<'a> HalfSum<'a> {
    fn of(w: &'a Weights) -> Self {
        Self { w }
    }

    /// Applied period by period.
    fn apply(&self, v: &[f64]) -> Vec<f64> {
        let n = self.w.n();
        let mut out = self.w.lag(v);
        for (period, x) in out.chunks_exact_mut(n).zip(v.chunks_exact(n)) {
            for i in 0..n {
                for (j, value) in self.w.row(i) {
                    period[j] += value * x[i];
                }
            }
        }
        out.iter_mut().for_each(|v| *v *= 0.5);
        out
    }

    /// tr(Q(I ⊗ U)) and tr(Q(I ⊗ U)Q(I ⊗ U)) for the projection of these effects.
    fn projected_traces(&self, effects: Effects, n: usize, t: usize) -> (f64, f64) {
        let (ww, wtw) = self.w.square_traces();
        let uu = 0.5 * (ww + wtw);
        let ones = vec![1.0; n];
        let u1 = self.apply(&ones);
        let (sum, square) = (dot(&ones, &u1), dot(&u1, &u1));
        let nf = n as f64;
        // tr(E_N U) = −1'U1/N, tr(E_N U E_N U) = tr UU − 2·1'UU1/N + (1'U1/N)².
        let (one, two) = if effects.has_time() {
            (-sum / nf, uu - 2.0 * square / nf + (sum / nf).powi(2))
        } else {
            (0.0, uu)
        };
        let periods = if effects.has_individual() { t - 1 } else { t } as f64;
        (periods * one, periods * two)
    }
}

/// Moran's I of `values` (one period, in the order of the weights' units) with its moments and,
/// if asked, a permutation test. Units without neighbours are left out.
pub fn moran_of_period(
    weights: &Weights,
    values: &[f64],
    period: Period,
    permutations: u32,
    stream: Stream,
) -> Result<MoranYear, Failure> {
    let layout = Layout::of(weights);
    let n = layout.kept.len() as f64;
    let x: Vec<f64> = layout.kept.iter().map(|&i| values[i]).collect();
    let mean = x.iter().sum::<f64>() / n;
    let mut z: Vec<f64> = x.iter().map(|v| v - mean).collect();
    let m2 = dot(&z, &z);
    let scale = x.iter().map(|v| v * v).sum::<f64>();
    if layout.kept.len() < 4 || m2 <= 1e-24 * scale {
        let reason = if layout.kept.len() < 4 {
            format!("Moran's I needs four units with neighbours, there are {}", layout.kept.len())
        } else {
            format!("the variable does not vary in {period}")
        };
        return Err(Failure { kind: FailureKind::BadData, reason });
    }
    let (s0, s1, s2) = layout.sums();
    let statistic = |z: &[f64]| n / s0 * layout.cross(z) / m2;
    let i = statistic(&z);
    let expectation = -1.0 / (n - 1.0);
    let e2 = expectation * expectation;
    let variance_normality = (n * n * s1 - n * s2 + 3.0 * s0 * s0) / (s0 * s0 * (n * n - 1.0)) - e2;
    let kurtosis = n * z.iter().map(|v| v.powi(4)).sum::<f64>() / (m2 * m2);
    let variance_randomisation = (n * ((n * n - 3.0 * n + 3.0) * s1 - n * s2 + 3.0 * s0 * s0)
        - kurtosis * ((n * n - n) * s1 - 2.0 * n * s2 + 6.0 * s0 * s0))
        / ((n - 1.0) * (n - 2.0) * (n - 3.0) * s0 * s0)
        - e2;
    let z_normality = (i - expectation) / variance_normality.sqrt();
    let z_randomisation = (i - expectation) / variance_randomisation.sqrt();
    let p_permutation =
        (permutations > 0).then(|| permutation_p(&mut z, i, permutations, stream, statistic));
    Ok(MoranYear {
        period: period.0,
        i,
        expectation,
        variance_normality,
        variance_randomisation,
        z_normality,
        p_normality: normal_two_sided(z_normality),
        z_randomisation,
        p_randomisation: normal_two_sided(z_randomisation),
        p_permutation,
        permutations,
        units: layout.kept.len(),
    })
}

/// The points of a Moran scatter: position among the weights' units, z (centred, divided by the
/// standard deviation with divisor n) and (n/S₀)·Σ w z, so that the least-squares slope of the second
/// on the first is Moran's I, exactly as in [`moran_of_period`]. `None` where the variable does not
/// vary or no unit has a neighbour.
pub fn scatter(weights: &Weights, values: &[f64]) -> Option<Vec<(usize, f64, f64)>> {
    let layout = Layout::of(weights);
    let n = layout.kept.len() as f64;
    let x: Vec<f64> = layout.kept.iter().map(|&i| values[i]).collect();
    let mean = x.iter().sum::<f64>() / n;
    let deviation = (x.iter().map(|v| (v - mean).powi(2)).sum::<f64>() / n).sqrt();
    let varies = deviation > 1e-12 * x.iter().map(|v| v * v).sum::<f64>().sqrt();
    let (s0, _, _) = layout.sums();
    if !varies || s0 <= 0.0 {
        return None;
    }
    let z: Vec<f64> = x.iter().map(|v| (v - mean) / deviation).collect();
    let lag = |row: &[(usize, f64)]| n / s0 * row.iter().map(|&(j, w)| w * z[j]).sum::<f64>();
    let points = layout.kept.iter().zip(&z).zip(&layout.rows);
    Some(points.map(|((&unit, &z), row)| (unit, z, lag(row))).collect())
}

/// Two-sided: twice the smaller tail, each tail (#{at least as extreme} + 1)/(R + 1), at most 1.
fn permutation_p(
    z: &mut [f64],
    observed: f64,
    replicates: u32,
    mut stream: Stream,
    statistic: impl Fn(&[f64]) -> f64,
) -> f64 {
    let (mut above, mut below) = (0_u32, 0_u32);
    // A permutation that reproduces the sample must count as a tie, not fall to rounding.
    let slack = 1e-12 * observed.abs().max(1.0);
    for _ in 0..replicates {
        stream.shuffle(z);
        let i = statistic(z);
        above += u32::from(i >= observed - slack);
        below += u32::from(i <= observed + slack);
    }
    let tail = f64::from(above.min(below) + 1) / f64::from(replicates + 1);
    (2.0 * tail).min(1.0)
}

/// The weights among the units that have neighbours.
pub(super) struct Layout {
    /// Their positions among all units.
    pub(super) kept: Vec<usize>,
    /// Their weights, by place among those kept.
    pub(super) rows: Vec<Vec<(usize, f64)>>,
}

impl Layout {
    pub(super) fn of(weights: &Weights) -> Self {
        let n = weights.n();
        let kept: Vec<usize> = (0..n).filter(|&i| weights.row(i).next().is_some()).collect();
        let mut place = vec![None; n];
        for (new, &old) in kept.iter().enumerate() {
            place[old] = Some(new);
        }
        let rows = kept
            .iter()
            .map(|&i| weights.row(i).filter_map(|(j, w)| Some((place[j]?, w))).collect())
            .collect();
        Self { kept, rows }
    }

    /// z'Wz.
    fn cross(&self, z: &[f64]) -> f64 {
        self.rows
            .iter()
            .zip(z)
            .map(|(row, zi)| zi * row.iter().map(|&(j, w)| w * z[j]).sum::<f64>())
            .sum()
    }

    /// S₀ = Σw, S₁ = ½Σ(w_ij + w_ji)², S₂ = Σ(row sum + column sum)².
    fn sums(&self) -> (f64, f64, f64) {
        let n = self.rows.len();
        let (mut row_sums, mut column_sums) = (vec![0.0; n], vec![0.0; n]);
        let (mut s0, mut squares, mut crossed) = (0.0, 0.0, 0.0);
        for (i, row) in self.rows.iter().enumerate() {
            for &(j, w) in row {
                s0 += w;
                row_sums[i] += w;
                column_sums[j] += w;
                squares += w * w;
                let back = self.rows[j].binary_search_by_key(&i, |&(c, _)| c);
                crossed += back.map_or(0.0, |at| w * self.rows[j][at].1);
            }
        }
        let s2 = row_sums.iter().zip(&column_sums).map(|(r, c)| (r + c).powi(2)).sum();
        (s0, squares + crossed, s2)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Normalisation;
    use crate::weights::tests::{undirected, units};

    fn ring(n: usize) -> Weights {
        let pairs: Vec<(usize, usize)> = (0..n).map(|i| (i, (i + 1) % n)).collect();
        Weights::new(&units(n), &undirected(n, &pairs), Normalisation::None).unwrap()
    }

    #[test]
    fn a_ring_of_five_by_hand() {
        // z = (−2, −1, 0, 1, 2), z'z = 10. z'Wz = 2(2 + 0 + 0 + 2 − 4) = 0, so I = 0.
        let year = moran_of_period(
            &ring(5),
            &[1.0, 2.0, 3.0, 4.0, 5.0],
            Period(2000),
            0,
            Stream::new([0; 32], 0),
        )
        .unwrap();
        assert!(year.i.abs() < 1e-15);
        assert_eq!(year.expectation, -0.25);
        // S0 = 10, S1 = 20, S2 = 80: (25·20 − 5·80 + 300)/(100·24) − 1/16.
        assert!((year.variance_normality - (400.0 / 2400.0 - 0.0625)).abs() < 1e-15);
        // K = 5·34/100 = 1.7.
        let numerator = 5.0 * (13.0 * 20.0 - 400.0 + 300.0) - 1.7 * (400.0 - 800.0 + 600.0);
        let expected = numerator / (4.0 * 3.0 * 2.0 * 100.0) - 0.0625;
        assert!((year.variance_randomisation - expected).abs() < 1e-15);
    }

    #[test]
    fn the_slope_of_the_scatter_is_morans_i() {
        let values = [3.0, 1.0, 4.0, 1.5, 9.0];
        for how in [Normalisation::None, Normalisation::Row, Normalisation::Spectral] {
            let pairs = [(0, 1), (1, 2), (1, 3), (3, 4)];
            let w = Weights::new(&units(5), &undirected(5, &pairs), how).unwrap();
            let year = moran_of_period(&w, &values, Period(1), 0, Stream::new([0; 32], 0)).unwrap();
            let points = scatter(&w, &values).unwrap();
            let cross: f64 = points.iter().map(|(_, z, lag)| z * lag).sum();
            let square: f64 = points.iter().map(|(_, z, _)| z * z).sum();
            assert!((cross / square - year.i).abs() < 1e-14, "{how:?}");
        }
        assert_eq!(scatter(&ring(5), &[2.0; 5]), None);
    }

    #[test]
    fn a_constant_variable_has_a_reason_instead_of_a_number() {
        let failed = moran_of_period(&ring(5), &[2.0; 5], Period(1999), 9, Stream::new([0; 32], 0));
        assert!(failed.unwrap_err().reason.contains("does not vary in 1999"));
    }

    #[test]
    fn permutation_p_values_repeat_and_are_never_zero() {
        let values: Vec<f64> = (0..12).map(|i| f64::from(i / 6)).collect();
        let run = || {
            moran_of_period(&ring(12), &values, Period(1), 199, Stream::new([3; 32], 1)).unwrap()
        };
        let p = run().p_permutation.unwrap();
        assert_eq!(Some(p), run().p_permutation);
        assert!((0.01 - 1e-12..0.05).contains(&p), "{p}");
    }
}
