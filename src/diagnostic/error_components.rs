//! Lagrange multiplier tests for random effects of units and periods.
//!
//! With e the residuals of pooled least squares, A₁ = √(NT/(2(T − 1)))·(Σᵢ(Σₜe)²/e'e − 1) and
//! A₂ = √(NT/(2(N − 1)))·(Σₜ(Σᵢe)²/e'e − 1):
//!
//! ```text
//! bp-individual, bp-time, bp-two-way   A₁², A₂², A₁² + A₂²                        χ²(1), χ²(1), χ²(2)
//! honda-…                              A₁, A₂, (A₁ + A₂)/√2                       N(0, 1), upper
//! king-wu                              (√(T − 1)A₁ + √(N − 1)A₂)/√(N + T − 2)     N(0, 1), upper
//! ghm                                  max(A₁, 0)² + max(A₂, 0)²                  ¼χ²(0) + ½χ²(1) + ¼χ²(2)
//! wooldridge-effects                   Σᵢ sᵢ/√(Σᵢ sᵢ²), sᵢ = Σ_{t<s} eₜeₛ         N(0, 1)
//! ```
//!
//! The last needs no normal errors of one variance; it has power against any correlation within units.
//!
//! *References*: Breusch & Pagan (1980); Honda (1985); King & Wu (1997); Gourieroux, Holly & Monfort
//! (1982); Wooldridge (2010), section 10.4.4; Baltagi (2021), section 4.2.

use super::bsk::Pooled;
use super::made::{chi_bar, chi_squared, normal, positive_square, test, upper};
use super::{Context, Diagnostic, Findings, Info, not_applicable};
use crate::math::linalg::dot;
use crate::outcome::{Basis, Test};

/// Random effects of units and periods.
#[derive(Debug)]
pub struct ErrorComponents;

static INFO: Info = Info {
    name: "error-components",
    summary: "LM tests for random effects of units and periods",
    tests: &[
        ("bp-individual", "Breusch–Pagan, units"),
        ("bp-time", "Breusch–Pagan, periods"),
        ("bp-two-way", "Breusch–Pagan, units and periods"),
        ("honda-individual", "Honda, units"),
        ("honda-time", "Honda, periods"),
        ("honda-two-way", "Honda, units and periods"),
        ("king-wu", "King–Wu, units and periods"),
        ("ghm", "Gourieroux–Holly–Monfort, units and periods"),
        ("wooldridge-effects", "Wooldridge, effects of units"),
    ],
    reference: "Breusch & Pagan (1980); Honda (1985); King & Wu (1997); Gourieroux, Holly & Monfort (1982)",
    version: 1,
    whole_periods: false,
    of_fit: false,
};

impl Diagnostic for ErrorComponents {
    fn info(&self) -> &'static Info {
        &INFO
    }

    fn by_period(&self) -> bool {
        true
    }

    fn run(&self, context: &Context<'_>) -> Findings {
        let found = Pooled::of(context).and_then(|pooled| {
            let several = pooled.problem.n_units() > 1;
            several.then(|| tests(&pooled)).ok_or_else(|| "there is one unit".to_owned())
        });
        let tests = found.unwrap_or_else(|reason| not_applicable(&INFO, Basis::Pooled, &reason));
        Findings { tests, verdicts: Vec::new() }
    }
}

fn tests(pooled: &Pooled<'_>) -> Vec<Test> {
    let (units, periods) = (pooled.problem.n_units(), pooled.problem.n_periods());
    let (n, t) = (units as f64, periods as f64);
    let of_periods: f64 = pooled.e.chunks_exact(units).map(|p| p.iter().sum::<f64>().powi(2)).sum();
    let a1 = pooled.lm1();
    let scale = (n * t / (2.0 * (n - 1.0))).sqrt();
    let a2 = scale * (of_periods / dot(&pooled.e, &pooled.e) - 1.0);
    let king_wu = ((t - 1.0).sqrt() * a1 + (n - 1.0).sqrt() * a2) / (n + t - 2.0).sqrt();
    let of = |name: &str, found| test(name, Basis::Pooled, found);
    vec![
        of("bp-individual", chi_squared(a1 * a1, 1)),
        of("bp-time", chi_squared(a2 * a2, 1)),
        of("bp-two-way", chi_squared(a1 * a1 + a2 * a2, 2)),
        of("honda-individual", upper(a1)),
        of("honda-time", upper(a2)),
        of("honda-two-way", upper((a1 + a2) / std::f64::consts::SQRT_2)),
        of("king-wu", upper(king_wu)),
        of("ghm", chi_bar(positive_square(a1) + positive_square(a2))),
        of("wooldridge-effects", normal(within_units(&pooled.e, units))),
    ]
}

/// Σᵢ sᵢ/√(Σᵢ sᵢ²)
fn within_units(e: &[f64], units: usize) -> f64 {
    let of_unit = |i: usize| {
        let own = || e.iter().skip(i).step_by(units);
        0.5 * (own().sum::<f64>().powi(2) - own().map(|v| v * v).sum::<f64>())
    };
    let all: Vec<f64> = (0..units).map(of_unit).collect();
    all.iter().sum::<f64>() / dot(&all, &all).sqrt()
}
