//! Whether bootstrap tests hold their size: how often a true null hypothesis is rejected at 5 %.
//!
//! `cargo bench --bench size` prints the table of `benches/README.md`; with `-- --quick`, from a
//! tenth of the samples. Every number is a function of the seed. Nothing is asserted here.

#![allow(clippy::print_stdout, reason = "a bench prints what it measured")]

#[allow(dead_code, reason = "the other benches use the rest")]
mod common;

use common::{Case, Fitted, lattice};
use rayon::prelude::*;
use spanel::bootstrap::replicates::{Path, Replicator};
use spanel::bootstrap::summary::{Original, summary};
use spanel::bootstrap::{SCHEMES, Scheme, Support};
use spanel::estimator::Problem;
use spanel::ident::Seed;
use spanel::math::random::Stream;
use spanel::outcome::Estimate;
use spanel::panel::sample::Sample;

const SEED: Seed = Seed(1);
const SAMPLES: usize = 2_000;
const REPLICATES: usize = 399;
const LEVEL: f64 = 0.05;
/// What the size of a valid scheme is to be within.
const BAND: std::ops::RangeInclusive<f64> = 0.03..=0.07;

/// A lattice of units over so many periods, and the schemes that are shown on it.
struct Design {
    grid: (usize, usize),
    periods: usize,
    shown: fn(&str) -> bool,
}

/// All schemes on a small panel; those that draw blocks on one that has many.
const DESIGNS: [Design; 3] = [
    Design { grid: (6, 5), periods: 12, shown: |_| true },
    Design { grid: (6, 5), periods: 48, shown: |name| needs(name).periods > 0 },
    Design { grid: (16, 15), periods: 12, shown: |name| needs(name).units > 0 },
];

/// What a panel must have for a scheme to be meant for it.
struct Needs {
    units: usize,
    periods: usize,
}

/// Blocks are drawn from few where the panel is small, which the schemes caution of.
fn needs(name: &str) -> Needs {
    match name {
        "time-block" | "time-stationary" => Needs { units: 0, periods: 40 },
        "spatial-block" => Needs { units: 200, periods: 0 },
        _ => Needs { units: 0, periods: 0 },
    }
}

const RHO: f64 = 0.4;
/// The coefficients; the last is tested.
const BETA: [f64; 2] = [1.0, 0.0];
const X_PERSISTENCE: f64 = 0.5;
const ERROR_PERSISTENCE: f64 = 0.6;

/// How errors are distributed, always with a mean square of about 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Errors {
    /// Independent, normal.
    Normal,
    /// Independent, Student's t with 5 degrees of freedom.
    StudentT,
    /// Independent, normal, the standard deviation rising over units from 0.5 to 1.5.
    UnitVariances,
    /// Normal, autoregressive over the periods of a unit.
    Autoregressive,
}

impl Errors {
    const ALL: [Self; 4] =
        [Self::Normal, Self::StudentT, Self::UnitVariances, Self::Autoregressive];

    fn label(self) -> &'static str {
        match self {
            Self::Normal => "normal",
            Self::StudentT => "t(5)",
            Self::UnitVariances => "unit variances",
            Self::Autoregressive => "AR(1) 0.6",
        }
    }

    /// N·T errors, stacked by period.
    fn draw(self, stream: &mut Stream, (n, t): (usize, usize)) -> Vec<f64> {
        match self {
            Self::Normal => normal(stream, n * t),
            Self::StudentT => (0..n * t).map(|_| student_t(stream)).collect(),
            Self::UnitVariances => {
                let mut errors = normal(stream, n * t);
                for (at, e) in errors.iter_mut().enumerate() {
                    *e *= 0.5 + (at % n) as f64 / (n - 1) as f64;
                }
                errors
            }
            Self::Autoregressive => autoregressive(stream, (n, t), ERROR_PERSISTENCE),
        }
    }

    /// Whether `keeps` is enough for the test of a coefficient to be valid in large samples.
    fn allow(self, keeps: Keeps) -> bool {
        match self {
            Self::Normal | Self::StudentT => true,
            Self::UnitVariances => keeps.variances,
            Self::Autoregressive => keeps.histories,
        }
    }
}

/// What a scheme keeps of the errors that matters to the variance of a coefficient.
#[derive(Debug, Clone, Copy)]
struct Keeps {
    /// Which unit has which variance.
    variances: bool,
    /// Whole histories of units.
    histories: bool,
}

/// What the scheme called `name` keeps; `None` of the one that is for models without a spatial
/// parameter. Blocks of 3 of 12 periods do not count as whole histories.
fn keeps(name: &str) -> Option<Keeps> {
    let (variances, histories) = match name {
        "residual" | "parametric" => (false, false),
        "wild" | "wild-mammen" | "wild-webb" | "wild-normal" => (true, false),
        "score" | "score-mammen" | "score-webb" | "score-normal" => (true, false),
        "time-wild" | "time-block" | "time-stationary" => (true, false),
        "unit-residual" | "spatial-block" => (false, true),
        "unit-wild" | "unit-wild-mammen" | "unit-wild-webb" | "unit-wild-normal" => (true, true),
        "pairs" => return None,
        other => panic!("say what {other} keeps"),
    };
    Some(Keeps { variances, histories })
}

fn normal(stream: &mut Stream, count: usize) -> Vec<f64> {
    (0..count).map(|_| stream.normal()).collect()
}

/// Student's t with 5 degrees of freedom, over its standard deviation √(5/3).
fn student_t(stream: &mut Stream) -> f64 {
    let z = stream.normal();
    let chi2: f64 = (0..5).map(|_| stream.normal().powi(2)).sum();
    z / (chi2 / 5.0).sqrt() / (5.0_f64 / 3.0).sqrt()
}

/// Stationary first-order autoregressions over periods, of variance 1, one for each unit.
fn autoregressive(stream: &mut Stream, (n, t): (usize, usize), persistence: f64) -> Vec<f64> {
    let mut out = normal(stream, n * t);
    let share = (1.0 - persistence * persistence).sqrt();
    for at in n..n * t {
        out[at] = persistence * out[at - n] + share * out[at];
    }
    out
}

/// Sample `number`: y = (I − ρW)⁻¹(Xβ + v). Effects would fall out of every estimate and are left
/// out: the rows of W sum to 1.
fn sample(base: &Case, errors: Errors, number: usize) -> Sample {
    let mut stream = Stream::new(SEED.stream(&format!("samples {errors:?}")), number as u64);
    let shape = (base.sample.n_units(), base.sample.n_periods());
    let x = BETA.map(|_| autoregressive(&mut stream, shape, X_PERSISTENCE));
    let mut y = errors.draw(&mut stream, shape);
    for (x, beta) in x.iter().zip(BETA) {
        y.iter_mut().zip(x).for_each(|(y, x)| *y += beta * x);
    }
    Sample { y: base.weights.resolve(RHO, &y), x: x.into(), ..base.sample.clone() }
}

/// Rejections in one sample by the normal distribution and by each scheme; `None` where the
/// sample could not be fitted.
fn rejections(
    base: &Case,
    schemes: &[&'static dyn Scheme],
    errors: Errors,
    number: usize,
) -> Option<Vec<bool>> {
    let sample = sample(base, errors, number);
    let problem = Problem::new(&sample, &base.weights, &base.model).expect("the same units");
    let at = base.estimator().fit(&problem).ok()?;
    let impacts = base.estimator().impacts(&problem, &at);
    let fit = Fitted { at, impacts };
    let estimates = fit.estimates();
    // Slopes come first, in the order of the regressors.
    let tested = BETA.len() - 1;
    let key = SEED.stream(&format!("replicates {errors:?} {number}"));
    let by_scheme = schemes.iter().map(|scheme| {
        let made = base.replicator_of(&problem, &fit, scheme.info().name, (Path::Batched, key));
        p_value(&made, &estimates[..=tested]) <= LEVEL
    });
    Some(std::iter::once(estimates[tested].p_value <= LEVEL).chain(by_scheme).collect())
}

/// The percentile-t p-value of the last of `estimates`.
fn p_value(made: &Replicator<'_>, estimates: &[&Estimate]) -> f64 {
    let originals: Vec<Original<'_>> = estimates
        .iter()
        .map(|estimate| Original { estimate, bounds: None, acceleration: None })
        .collect();
    summary(&originals, &made.replicates(0, REPLICATES)).last().expect("replicates").p_value
}

fn main() {
    let quick = std::env::args().any(|a| a == "--quick");
    let samples = if quick { SAMPLES / 10 } else { SAMPLES };
    let error = 100.0 * (LEVEL * (1.0 - LEVEL) / samples as f64).sqrt();
    println!("{samples} samples, {REPLICATES} replicates; Monte Carlo standard error {error:.2}.");
    for design in &DESIGNS {
        table(design, samples);
    }
}

/// The rejections in a design, and which of them lie outside.
fn table(design: &Design, samples: usize) {
    let base = lattice("slm", design.grid, design.periods, BETA.len());
    let schemes: Vec<&'static dyn Scheme> = SCHEMES
        .iter()
        .copied()
        .filter(|s| keeps(s.info().name).is_some() && (design.shown)(s.info().name))
        .collect();
    let columns = Errors::ALL.map(|errors| share_rejected(&base, &schemes, errors, samples));
    let (n, t) = (base.sample.n_units(), base.sample.n_periods());

    println!("\nN = {n}, T = {t}:\n");
    println!("| scheme | {} |", Errors::ALL.map(Errors::label).join(" | "));
    println!("|---|{}", "---:|".repeat(columns.len()));
    let fitted = columns.each_ref().map(|(_, fitted)| fitted.to_string());
    let asymptotic = columns.each_ref().map(|(shares, _)| format!("({})", percent(shares[0])));
    println!("| normal distribution, no bootstrap | {} |", asymptotic.join(" | "));
    let (mut valid, mut outside) = (0, Vec::new());
    for (row, scheme) in schemes.iter().enumerate() {
        let name = scheme.info().name;
        let keeps = keeps(name).expect("a scheme that was filtered in");
        let support = scheme.supports(base.estimator(), base.model.effects);
        let needs = needs(name);
        let refused = matches!(support, Support::Refused { .. });
        let meant = !refused && n >= needs.units && t >= needs.periods;
        let mark = match support {
            Support::Sound => "",
            Support::Caution(_) => " (cautioned)",
            Support::Refused { .. } => " (refused)",
        };
        let cells = Errors::ALL.iter().zip(&columns).map(|(errors, (shares, _))| {
            let share = shares[row + 1];
            if !meant || !errors.allow(keeps) {
                return format!("({})", percent(share));
            }
            valid += 1;
            if BAND.contains(&share) {
                return percent(share);
            }
            outside.push(format!("`{name}`, {}", errors.label()));
            format!("**{}**", percent(share))
        });
        println!("| `{name}`{mark} | {} |", cells.collect::<Vec<_>>().join(" | "));
    }
    println!("\nSamples fitted: {}.", fitted.join(", "));
    println!("Of {valid} valid pairs, {} outside 3 to 7 %:", outside.len());
    outside.iter().for_each(|pair| println!("* {pair}"));
}

fn percent(share: f64) -> String {
    format!("{:.2}", 100.0 * share)
}

/// The share of samples in which each test rejects, and how many samples could be fitted.
fn share_rejected(
    base: &Case,
    schemes: &[&'static dyn Scheme],
    errors: Errors,
    samples: usize,
) -> (Vec<f64>, usize) {
    let all: Vec<Vec<bool>> = (0..samples)
        .into_par_iter()
        .filter_map(|number| rejections(base, schemes, errors, number))
        .collect();
    let share = |test: usize| {
        all.iter().filter(|rejected| rejected[test]).count() as f64 / all.len() as f64
    };
    ((0..=schemes.len()).map(share).collect(), all.len())
}
