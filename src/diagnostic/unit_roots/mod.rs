//! Unit roots of a variable: tests of a panel of time series.
//!
//! Each unit has a regression Δyₜ = δyₜ₋₁ + Σⱼ θⱼΔyₜ₋ⱼ + d + e, d nothing, a constant, or a constant and a
//! trend, with tᵢ the t statistic of δ. *Null*: every unit has a unit root, δᵢ = 0.
//!
//! ```text
//! llc   (t_δ − N T̃ S σ⁻² se(δ) μ*)/σ*     N(0, 1), small values: δ < 0, the same in all units
//! ips   √N (t̄ − E)/√V                     N(0, 1), small values: δᵢ < 0 in some units
//! cips  mean of tᵢ*, with ȳₜ₋₁, Δȳₜ and its lags beside     tabulated, small values
//! ```
//!
//! [`combined`] has the tests of Maddala & Wu and of Choi, of the p-values of tᵢ in long series
//! ([`crate::math::dickey_fuller`]), `hadri` the one whose null is stationarity.
//!
//! `llc` regresses Δy on yₜ₋₁ of all units at once, both freed of lags and d and divided by the standard
//! deviation σᵢ of the unit's errors; S is the mean of long-run over short-run standard deviations
//! (Bartlett weights, round(3.21 T^⅓) lags), T̃ = T − p̄ − 1, μ* and σ* from table 2 of Levin, Lin & Chu. E and
//! V are means over units of table 3 of Im, Pesaran & Shin; between tabulated lengths both are
//! interpolated, beyond them those of the nearest. Squares are divided by degrees of freedom, as table 3 was
//! simulated with (300 panels of 48 random walks of 17 periods: `ips` then rejects 3 %, and with the
//! number of observations, R's plm by default, 36 %); [`Divisor::Observations`] is the other. Of series shorter
//! than T = 25, where table 2 begins, `llc` rejects far too often, and says so. tᵢ* beyond the bounds of Pesaran
//! (2007, section 5) are set to them.
//!
//! *References*: Levin, Lin & Chu (2002); Im, Pesaran & Shin (2003); Pesaran (2007); Maddala & Wu (1999);
//! Choi (2001); Hadri (2000).

pub mod combined;
mod hadri;
mod tables;

use crate::estimator::problem::matrix;
use crate::math::dickey_fuller::{Tails, tails};
use crate::math::dist::normal_cdf;
use crate::math::linalg::{ColumnSpace, dot};
use crate::model::unit_roots::{Divisor, LagChoice, Trend, UnitRootTest};

/// What a test found.
#[derive(Debug, Clone, PartialEq)]
pub struct Found {
    /// The statistic.
    pub statistic: f64,
    /// The p-value, of the tail that is against the null; none where only critical values are known.
    pub p_value: Option<f64>,
    /// Critical values at 1, 5 and 10 %, of `cips`.
    pub critical: Option<[f64; 3]>,
    /// Lagged differences of each unit; none of Hadri's test.
    pub lags: Vec<u32>,
    /// The fewest periods that moments are tabulated for, where there are fewer.
    pub tabulated_from: Option<u32>,
}

/// The test of series by unit, all of one length.
///
/// # Errors
/// Why it cannot be computed.
pub fn test(
    series: &[Vec<f64>],
    which: UnitRootTest,
    trend: Trend,
    (choice, divisor): (LagChoice, Divisor),
) -> Result<Found, String> {
    let periods = series.first().map_or(0, Vec::len);
    if series.len() < 2 {
        return Err("a panel needs two units".to_owned());
    }
    if which == UnitRootTest::Ips && trend == Trend::None {
        return Err(
            "the moments of `ips` are not tabulated for series without a constant".to_owned()
        );
    }
    if periods < 6 {
        return Err(format!("{periods} periods are too few: at least 6"));
    }
    let lags: Vec<u32> = if which.has_lags() {
        series.iter().map(|y| chosen(y, trend, choice)).collect::<Result<_, _>>()?
    } else {
        Vec::new()
    };
    match which {
        UnitRootTest::Llc => levin_lin_chu(series, trend, lags, divisor),
        UnitRootTest::Ips => im_pesaran_shin(series, trend, lags, divisor),
        UnitRootTest::Cips => pesaran(series, trend, lags),
        UnitRootTest::MaddalaWu
        | UnitRootTest::ChoiP
        | UnitRootTest::ChoiZ
        | UnitRootTest::ChoiLogit => of_p_values(series, which, trend, (lags, divisor)),
        UnitRootTest::Hadri | UnitRootTest::HadriHomoskedastic => {
            let pooled = which == UnitRootTest::HadriHomoskedastic;
            hadri::hadri(series, trend, pooled, divisor)
        }
    }
}

fn differences(y: &[f64]) -> Vec<f64> {
    y.windows(2).map(|w| w[1] - w[0]).collect()
}

/// d of the last `rows` periods.
fn deterministic(trend: Trend, rows: usize) -> Vec<Vec<f64>> {
    let line = (0..rows).map(|t| t as f64 - 0.5 * (rows as f64 - 1.0)).collect();
    match trend {
        Trend::None => Vec::new(),
        Trend::Intercept => vec![vec![1.0; rows]],
        Trend::Trend => vec![vec![1.0; rows], line],
    }
}

/// Δyₜ, and what is regressed beside yₜ₋₁: `lags` lagged differences and d, the first `skip`
/// differences left out.
fn beside(
    y: &[f64],
    trend: Trend,
    lags: usize,
    skip: usize,
) -> (Vec<f64>, Vec<f64>, Vec<Vec<f64>>) {
    let d = differences(y);
    let rows = d.len() - skip;
    let lagged = (1..=lags).map(|j| d[skip - j..d.len() - j].to_vec());
    let all = lagged.chain(deterministic(trend, rows)).collect();
    (d[skip..].to_vec(), y[skip..y.len() - 1].to_vec(), all)
}

fn residual(columns: &[Vec<f64>], v: &[f64]) -> Result<Vec<f64>, String> {
    if columns.is_empty() {
        return Ok(v.to_vec());
    }
    let space = ColumnSpace::new(&matrix(columns))
        .map_err(|_| "a series has no variation beside its lags".to_owned())?;
    Ok(space.residual(v))
}

/// A regression of a unit: what is left of Δy and yₜ₋₁, and δ with its sum of squares.
struct Fitted {
    change: Vec<f64>,
    level: Vec<f64>,
    slope: f64,
    ssr: f64,
    /// Coefficients.
    count: usize,
}

impl Fitted {
    fn of(change: &[f64], level: &[f64], beside: &[Vec<f64>]) -> Result<Self, String> {
        let rows = change.len();
        if rows <= beside.len() + 1 {
            return Err(format!(
                "{rows} periods are left for {} coefficients of each unit: fewer lags",
                beside.len() + 1
            ));
        }
        let (change, left) = (residual(beside, change)?, residual(beside, level)?);
        let (square, size) = (dot(&left, &left), dot(level, level));
        if square <= 1e-20 * size {
            return Err("a series does not vary".to_owned());
        }
        let slope = dot(&left, &change) / square;
        let ssr = change.iter().zip(&left).map(|(c, l)| (c - slope * l).powi(2)).sum();
        if ssr == 0.0 {
            return Err("a series follows its lags exactly".to_owned());
        }
        Ok(Self { change, level: left, slope, ssr, count: beside.len() + 1 })
    }

    /// t statistic with squares divided by `divisor`.
    fn t(&self, divisor: f64) -> f64 {
        self.slope / (self.ssr / divisor / dot(&self.level, &self.level)).sqrt()
    }

    fn divisor(&self, divisor: Divisor) -> f64 {
        match divisor {
            Divisor::DegreesOfFreedom => self.rows() - self.count as f64,
            Divisor::Observations => self.rows(),
        }
    }

    fn rows(&self) -> f64 {
        self.change.len() as f64
    }
}

fn chosen(y: &[f64], trend: Trend, choice: LagChoice) -> Result<u32, String> {
    let (most, by_sic) = match choice {
        LagChoice::Number(lags) => {
            if lags as usize + 2 >= y.len() {
                return Err(format!("{lags} lags are too many for {} periods", y.len()));
            }
            return Ok(lags);
        }
        LagChoice::Aic(most) => (most, false),
        LagChoice::Sic(most) => (most, true),
    };
    if most as usize + 2 >= y.len() {
        return Err(format!("{most} lags are too many for {} periods", y.len()));
    }
    let mut best: Option<(f64, u32)> = None;
    for lags in (0..=most).rev() {
        let (change, level, columns) = beside(y, trend, lags as usize, most as usize);
        let fit = Fitted::of(&change, &level, &columns)?;
        let (rows, count) = (fit.rows(), fit.count as f64);
        let penalty = if by_sic { rows.ln() } else { 2.0 };
        let criterion = (fit.ssr / rows).ln() + penalty * count / rows;
        if best.is_none_or(|(lowest, _)| criterion < lowest) {
            best = Some((criterion, lags));
        }
    }
    Ok(best.map_or(0, |(_, lags)| lags))
}

fn regressions(series: &[Vec<f64>], trend: Trend, lags: &[u32]) -> Result<Vec<Fitted>, String> {
    let one = |(y, &lags): (&Vec<f64>, &u32)| {
        let (change, level, columns) = beside(y, trend, lags as usize, lags as usize);
        Fitted::of(&change, &level, &columns)
    };
    series.iter().zip(lags).map(one).collect()
}

fn levin_lin_chu(
    series: &[Vec<f64>],
    trend: Trend,
    lags: Vec<u32>,
    divisor: Divisor,
) -> Result<Found, String> {
    let fits = regressions(series, trend, &lags)?;
    let (n, t) = (series.len() as f64, series[0].len());
    let (mut product, mut square, mut total, mut rows, mut ratios) = (0.0, 0.0, 0.0, 0.0, 0.0);
    for (fit, y) in fits.iter().zip(series) {
        let variance = fit.ssr / fit.divisor(divisor);
        product += dot(&fit.level, &fit.change) / variance;
        square += dot(&fit.level, &fit.level) / variance;
        total += dot(&fit.change, &fit.change) / variance;
        rows += fit.rows();
        ratios += (long_run(y, trend)? / variance).sqrt();
    }
    let slope = product / square;
    let ssr = total - slope * product;
    let error = (ssr / rows / square).sqrt();
    let of_lags = lags.iter().map(|&l| f64::from(l)).sum::<f64>() / n;
    let length = t as f64 - of_lags - 1.0;
    let sigma2 = ssr / (n * length);
    let [mean, deviation] = tables::levin_lin_chu(trend, t as f64);
    let shift = n * length * (ratios / n) / sigma2 * error * mean;
    let statistic = (slope / error - shift) / deviation;
    let tabulated_from = (length < 25.0).then_some(25);
    let p_value = Some(normal_cdf(statistic));
    Ok(Found { statistic, p_value, critical: None, lags, tabulated_from })
}

/// The long-run variance of Δy.
fn long_run(y: &[f64], trend: Trend) -> Result<f64, String> {
    let d = differences(y);
    let d = residual(&deterministic(trend, d.len()), &d)?;
    let most = (3.21 * (y.len() as f64).cbrt()).round();
    let mut sum = dot(&d, &d);
    for lag in 1..d.len().min(most as usize + 1) {
        let weight = 1.0 - lag as f64 / (most + 1.0);
        sum += 2.0 * weight * dot(&d[lag..], &d[..d.len() - lag]);
    }
    Ok(sum / d.len() as f64)
}

fn im_pesaran_shin(
    series: &[Vec<f64>],
    trend: Trend,
    lags: Vec<u32>,
    divisor: Divisor,
) -> Result<Found, String> {
    let fits = regressions(series, trend, &lags)?;
    let n = series.len() as f64;
    let (mut sum, mut mean, mut variance) = (0.0, 0.0, 0.0);
    for (fit, &lag) in fits.iter().zip(&lags) {
        sum += fit.t(fit.divisor(divisor));
        let missing = || {
            format!(
                "the moments of `ips` are not tabulated for {} periods and {lag} lags",
                fit.rows()
            )
        };
        let [e, v] = tables::im_pesaran_shin(trend, lag, fit.rows()).ok_or_else(missing)?;
        mean += e;
        variance += v;
    }
    let statistic = n.sqrt() * (sum - mean) / n / (variance / n).sqrt();
    let shortest = fits.iter().map(Fitted::rows).fold(f64::INFINITY, f64::min);
    let tabulated_from = (shortest < 10.0).then_some(10);
    let p_value = Some(normal_cdf(statistic));
    Ok(Found { statistic, p_value, critical: None, lags, tabulated_from })
}

/// The t statistic of each unit.
///
/// # Errors
/// Why it cannot be computed.
pub fn units(
    series: &[Vec<f64>],
    trend: Trend,
    lags: &[u32],
    divisor: Divisor,
) -> Result<Vec<f64>, String> {
    Ok(regressions(series, trend, lags)?.iter().map(|fit| fit.t(fit.divisor(divisor))).collect())
}

fn of_p_values(
    series: &[Vec<f64>],
    which: UnitRootTest,
    trend: Trend,
    (lags, divisor): (Vec<u32>, Divisor),
) -> Result<Found, String> {
    let beside = combined::beside(trend);
    let t = units(series, trend, &lags, divisor)?;
    let units: Vec<Tails> = t.into_iter().map(|t| tails(t, beside)).collect();
    let (statistic, p) = combined::combined(which, &units)
        .ok_or_else(|| format!("`{}` combines no p-values", which.name()))?;
    Ok(Found { statistic, p_value: Some(p), critical: None, lags, tabulated_from: None })
}

fn pesaran(series: &[Vec<f64>], trend: Trend, lags: Vec<u32>) -> Result<Found, String> {
    let (n, t) = (series.len(), series[0].len());
    let mean: Vec<f64> =
        (0..t).map(|p| series.iter().map(|y| y[p]).sum::<f64>() / n as f64).collect();
    let change_of_mean = differences(&mean);
    let [low, high] = tables::bounds(trend);
    let mut sum = 0.0;
    for (y, &lag) in series.iter().zip(&lags) {
        let skip = lag as usize;
        let (change, level, mut columns) = beside(y, trend, skip, skip);
        let of_mean = |j: usize| change_of_mean[skip - j..change_of_mean.len() - j].to_vec();
        columns.push(mean[skip..t - 1].to_vec());
        columns.extend((0..=skip).map(of_mean));
        let fit = Fitted::of(&change, &level, &columns)?;
        sum += fit.t(fit.divisor(Divisor::DegreesOfFreedom)).clamp(low, high);
    }
    let critical = tables::pesaran(trend, n as f64, t as f64);
    Ok(Found { statistic: sum / n as f64, p_value: None, critical, lags, tabulated_from: None })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// y = (0, 1, 1, 2, 2, 3) without a constant: Σyₜ₋₁Δy = 0·1 + 1·0 + 1·1 + 2·0 + 2·1 = 3,
    /// Σyₜ₋₁² = 10, Σ(Δy)² = 3, so δ = 0.3, ssr = 3 − 0.9 = 2.1, t = 0.3/√(2.1/5/10).
    #[test]
    fn a_regression_by_hand() {
        let y = [0.0, 1.0, 1.0, 2.0, 2.0, 3.0];
        let (change, level, columns) = beside(&y, Trend::None, 0, 0);
        let fit = Fitted::of(&change, &level, &columns).expect("a fit");
        assert!((fit.slope - 0.3).abs() < 1e-14 && (fit.ssr - 2.1).abs() < 1e-14);
        assert!((fit.t(5.0) - 0.3 / (0.042_f64).sqrt()).abs() < 1e-12);
    }

    /// Panels of random walks: with degrees of freedom the share that is rejected at 5 % is about 5 %.
    #[test]
    fn true_unit_roots_are_seldom_rejected() {
        let mut stream = crate::math::random::Stream::new([8; 32], 0);
        let mut walk = || {
            let mut level = 0.0;
            let step = |_| {
                level += stream.normal();
                level
            };
            (0..17).map(step).collect::<Vec<f64>>()
        };
        let panels: Vec<Vec<Vec<f64>>> =
            (0..100).map(|_| (0..30).map(|_| walk()).collect()).collect();
        let rejected = |which, divisor| {
            let p = |series: &Vec<Vec<f64>>| {
                test(series, which, Trend::Intercept, (LagChoice::Number(1), divisor))
                    .expect("a test")
                    .p_value
            };
            panels.iter().filter(|series| p(series).is_some_and(|p| p < 0.05)).count()
        };
        let right = rejected(UnitRootTest::Ips, Divisor::DegreesOfFreedom);
        assert!(right <= 10, "{right}");
        assert!(rejected(UnitRootTest::Ips, Divisor::Observations) > right + 10);
        let llc = test(
            &panels[0],
            UnitRootTest::Llc,
            Trend::Intercept,
            (LagChoice::Number(1), Divisor::DegreesOfFreedom),
        );
        assert_eq!(llc.expect("a test").tabulated_from, Some(25));
    }

    #[test]
    fn what_cannot_be_tested_is_said() {
        let flat = vec![vec![1.0; 8]; 3];
        let say = |series: &[Vec<f64>], which, trend, lags| {
            test(series, which, trend, (LagChoice::Number(lags), Divisor::DegreesOfFreedom))
                .expect_err("no test")
        };
        assert!(say(&flat, UnitRootTest::Llc, Trend::Intercept, 0).contains("does not vary"));
        assert!(say(&flat, UnitRootTest::Ips, Trend::None, 0).contains("not tabulated"));
        assert!(say(&flat, UnitRootTest::Cips, Trend::Trend, 6).contains("too many"));
        assert!(say(&flat[..1], UnitRootTest::Llc, Trend::Intercept, 0).contains("two units"));
    }
}
