use super::{English, panel_tests};
use crate::model::std_errors::Cluster;
use crate::model::variance_components::VarianceComponents;
use crate::model::wild_cluster::{Multipliers, Shared, WildCluster};
use crate::model::{Effects, Impact, Normalisation};
use crate::outcome::{Basis, FailureKind, NullDistribution, Statistic};
use crate::report::words::Names;
use crate::spec::Axis;
use crate::spec::tables::{Facet, Moment};

impl Names for English {
    fn constant(&self) -> &'static str {
        "Constant"
    }

    fn measure(&self) -> &'static str {
        "Measure"
    }

    fn impact(&self, kind: Impact, label: &str) -> String {
        match kind {
            Impact::Direct => format!("Direct: {label}"),
            Impact::Indirect => format!("Indirect: {label}"),
            Impact::Total => format!("Total: {label}"),
            Impact::LongRunDirect => format!("Long-run direct: {label}"),
            Impact::LongRunIndirect => format!("Long-run indirect: {label}"),
            Impact::LongRunTotal => format!("Long-run total: {label}"),
        }
    }

    fn base(&self) -> &'static str {
        "Base"
    }

    fn without(&self, member: &str) -> String {
        format!("Without {member}")
    }

    fn labelled(&self, label: &str, member: &str) -> String {
        format!("{label}: {member}")
    }

    fn unit_mean(&self, label: &str) -> String {
        format!("Unit mean of {label}")
    }

    fn effects(&self, effects: Effects) -> &'static str {
        match effects {
            Effects::None => "Pooled",
            Effects::Individual => "Individual",
            Effects::Time => "Time",
            Effects::TwoWay => "Two-way",
            Effects::Random => "Random",
            Effects::RandomTime => "Random, time fixed",
            Effects::CorrelatedRandom => "Correlated random",
            Effects::RandomPeriods => "Random, of periods",
            Effects::RandomTwoWay => "Random, two-way",
            Effects::FirstDifference => "First difference",
            Effects::Between => "Between",
        }
    }

    fn by_period(&self) -> &'static str {
        "a matrix for each period"
    }

    fn error_weights(&self, described: &str) -> String {
        format!("in the errors {described}")
    }

    fn described(&self, name: &str, what: &str) -> String {
        format!("{name}, {what}")
    }

    fn effects_phrase(&self, effects: Effects) -> &'static str {
        match effects {
            Effects::None => "no effects",
            Effects::Individual => "individual effects",
            Effects::Time => "time effects",
            Effects::TwoWay => "individual and time effects",
            Effects::Random => "random effects of units",
            Effects::RandomTime => "random effects of units, fixed effects of periods",
            Effects::CorrelatedRandom => "random effects of units with unit means",
            Effects::RandomPeriods => "random effects of periods",
            Effects::RandomTwoWay => "random effects of units and periods",
            Effects::FirstDifference => "changes from one period to the next",
            Effects::Between => "means of units",
        }
    }

    fn lags(&self, which: &str, several: bool) -> String {
        format!("{} {which}", if several { "Lags" } else { "Lag" })
    }

    fn axis(&self, axis: Axis) -> &'static str {
        match axis {
            Axis::Model => "Model",
            Axis::Effects => "Effects",
            Axis::Measure => "Measure",
            Axis::Region => "Region",
            Axis::Lags => "Lags",
            Axis::Weights => "Weights",
            Axis::StdErrors => "Standard errors",
            Axis::Variant => "Variant",
        }
    }

    fn axis_word(&self, axis: Axis) -> &'static str {
        axis.name()
    }

    fn axis_phrase(&self, axis: Axis, value: &str) -> String {
        match axis {
            Axis::Effects => value.to_owned(),
            Axis::Lags => format!("{} of the measure", value.to_lowercase()),
            Axis::Model | Axis::Measure | Axis::Region | Axis::Weights | Axis::Variant => {
                format!("{} {value}", axis.name())
            }
            Axis::StdErrors => format!("standard errors {value}"),
        }
    }

    fn facet(&self, facet: Facet) -> &'static str {
        match facet {
            Facet::Coefficient => "Coefficient",
            Facet::Direct => "Direct",
            Facet::Indirect => "Indirect",
            Facet::Total => "Total",
        }
    }

    fn normalisation(&self, normalisation: Normalisation) -> &'static str {
        match normalisation {
            Normalisation::Row => "rows normalised to sum 1",
            Normalisation::Spectral => "divided by its spectral radius",
            Normalisation::MinMax => "divided by the smaller of its largest row sum and column sum",
            Normalisation::None => "not normalised",
        }
    }

    fn statistic(&self, statistic: Statistic) -> &'static str {
        match statistic {
            Statistic::N => "N",
            Statistic::Units => "Units",
            Statistic::Periods => "Periods",
            Statistic::Slopes => "Coefficients",
            Statistic::AbsorbedEffects => "Absorbed effects",
            Statistic::ResidualDf => "Residual df",
            Statistic::Ssr => "SSR",
            Statistic::Sigma2 => "σ²",
            Statistic::Loglik => "Log likelihood",
            Statistic::Aic => "AIC",
            Statistic::Bic => "BIC",
            Statistic::R2 => "R²",
            Statistic::R2ReducedForm => "R² (reduced form)",
            Statistic::R2Corr => "R² (squared correlation)",
            Statistic::R2Within => "R² (within)",
            Statistic::R2CorrWithin => "R² (squared correlation, within)",
            Statistic::R2Adjusted => "Adjusted R²",
            Statistic::R2PseudoAdjusted => "Pseudo-adjusted R²",
            Statistic::R2WithinAdjusted => "Adjusted R² (within)",
            Statistic::Sigma2Unit => "σ²_μ",
            Statistic::Theta => "θ",
            Statistic::Sigma2Period => "σ²_τ",
            Statistic::ThetaPeriod => "θ_τ",
            Statistic::Persistence => "τ + ρ + η",
            Statistic::LargestRoot => "Largest root",
        }
    }

    fn formula(&self, statistic: Statistic) -> Option<&'static str> {
        match statistic {
            Statistic::N
            | Statistic::Units
            | Statistic::Periods
            | Statistic::Slopes
            | Statistic::ResidualDf
            | Statistic::Ssr
            | Statistic::Loglik => None,
            Statistic::Sigma2Unit => Some("σ²_μ is the variance of the random effects of units."),
            Statistic::Sigma2Period => {
                Some("σ²_τ is the variance of the random effects of periods.")
            }
            Statistic::ThetaPeriod => Some(
                "θ_τ = 1 − 1/√(1 + Nσ²_τ/σ²): the share of period means that random effects take off.",
            ),
            Statistic::Theta => Some(
                "θ = 1 − 1/√(1 + Tφ), φ = σ²_μ/σ²: the share of unit means that random effects take off.",
            ),
            Statistic::AbsorbedEffects => Some("Absorbed effects include the constant."),
            Statistic::Sigma2 => Some("σ² is the innovation variance behind the standard errors."),
            Statistic::Aic | Statistic::Bic => Some(
                "Information criteria count coefficients, spatial parameters, σ² and the variance of \
                 random effects, not fixed effects: they compare models with the same effects only.",
            ),
            Statistic::R2 => Some(
                "R² = 1 − SSR/TSS in levels; fixed effects and ρWy are among the fitted values, \
                 random effects are not, an error model's residual is y − Xβ − fixed effects.",
            ),
            Statistic::R2ReducedForm => Some(
                "R² (reduced form) = 1 − SSR/TSS in levels with fitted values (I − ρW)⁻¹(Xβ + \
                 effects).",
            ),
            Statistic::R2Corr => Some(
                "R² (squared correlation) is that of y with (I − ρW)⁻¹(Xβ + effects), in levels.",
            ),
            Statistic::R2Within => {
                Some("R² (within) = 1 − Σe²/Σ(Qy)², where Q removes the effects from y.")
            }
            Statistic::R2CorrWithin => Some(
                "R² (squared correlation, within) is that of Qy with Q(I − ρW)⁻¹QXβ, where Q \
                 removes the effects.",
            ),
            Statistic::R2Adjusted => Some(
                "Adjusted R² = 1 − (1 − R²)(n − 1)/(n − k − a) with R² = 1 − SSR/TSS in levels \
                 (effects and ρWy among the fitted values), k coefficients (the constant of a \
                 pooled model among them) and a absorbed effects.",
            ),
            Statistic::R2PseudoAdjusted => Some(
                "Pseudo-adjusted R² = 1 − (1 − R²)(n − 1)/(n − k − a − s) with R² = 1 − SSR/TSS in \
                 levels (effects and ρWy among the fitted values), k coefficients (the constant of \
                 a pooled model among them), a absorbed effects and s spatial parameters.",
            ),
            Statistic::R2WithinAdjusted => Some(
                "Adjusted R² (within) = 1 − (1 − R² within)(n − a)/(n − a − k) with a absorbed \
                 effects (1, the constant, of a pooled model) and k slopes.",
            ),
            Statistic::Persistence => Some(
                "τ + ρ + η: the coefficients of the response of the period before, of the \
                 neighbours' response, and of theirs of the period before.",
            ),
            Statistic::LargestRoot => Some(
                "Largest root: the largest modulus of (τ + ηω)/(1 − ρω) over the eigenvalues ω of \
                 W; the process is stable below 1.",
            ),
        }
    }

    fn moment(&self, moment: Moment) -> &'static str {
        match moment {
            Moment::N => "N",
            Moment::Min => "Min",
            Moment::Max => "Max",
            Moment::Mean => "Mean",
            Moment::Sd => "Std. dev.",
            Moment::Median => "Median",
        }
    }

    fn test(&self, raw: &str) -> Option<&'static str> {
        Some(match raw {
            "lm-lag" => "LM lag",
            "lm-error" => "LM error",
            "robust-lm-lag" => "Robust LM lag",
            "robust-lm-error" => "Robust LM error",
            "lm-joint" => "Joint LM lag and error",
            "mundlak" => "Unit means (Mundlak)",
            "hausman" => "Hausman",
            "hausman-common" => "Hausman (common variance)",
            "hausman-robust" => "Hausman (robust)",
            "first-stage" => "First-stage F (smallest)",
            "sargan" => "Sargan",
            "stability" => "τ + ρ + η = 1 (Wald)",
            "region-equality" => "Equal coefficients of the regions",
            "threshold-1" => "F of one threshold against none",
            "threshold-2" => "F of two thresholds against one",
            "wild-cluster" => "t of the measure, wild cluster bootstrap",
            "moran-residuals" => "Moran's I of residuals",
            _ => return panel_tests::label(raw),
        })
    }

    fn exact_form(&self, test: &str) -> String {
        format!("{test} (exact form)")
    }

    fn joint_test(&self, name: &str) -> String {
        format!("Wald: {name}")
    }

    fn basis(&self, basis: Basis) -> &'static str {
        match basis {
            Basis::Pooled => "Pooled OLS",
            Basis::Within => "Within OLS",
            Basis::Fit => "The column's own fit",
        }
    }

    fn null(&self, null: &NullDistribution) -> String {
        match null {
            NullDistribution::ChiSquared { df } => format!("χ²({df})"),
            NullDistribution::F { numerator, denominator } => {
                format!("F({numerator}, {denominator})")
            }
            NullDistribution::Normal => "the standard normal distribution (two-sided)".to_owned(),
            NullDistribution::NormalUpper => {
                "the standard normal distribution (large values)".to_owned()
            }
            NullDistribution::NormalLower => {
                "the standard normal distribution (small values)".to_owned()
            }
            NullDistribution::ChiBarSquared => "¼χ²(0) + ½χ²(1) + ¼χ²(2)".to_owned(),
            NullDistribution::Descriptive => "no distribution: a measure, no test".to_owned(),
            NullDistribution::Nonstandard => {
                "a distribution that depends on the sample, known by bootstrap only,".to_owned()
            }
            NullDistribution::WildCluster { design, clusters, draws, enumerated } => {
                wild_cluster(design, *clusters, (*draws, *enumerated))
            }
            NullDistribution::Permutation { replicates } => format!("{replicates} permutations"),
        }
    }

    fn failure(&self, kind: FailureKind) -> String {
        kind.to_string()
    }

    fn variance_components_of(&self, how: VarianceComponents) -> &'static str {
        match how {
            VarianceComponents::SwamyArora => "Swamy & Arora (1972)",
            VarianceComponents::Amemiya => "Amemiya (1971)",
            VarianceComponents::WallaceHussain => "Wallace & Hussain (1969)",
            VarianceComponents::Nerlove => "Nerlove (1971)",
        }
    }

    fn variance_components(&self, said: &str) -> String {
        format!("Variances of random effects by {said}.")
    }

    fn std_errors(&self, kind: &str) -> String {
        kind.to_owned()
    }

    fn scheme(&self, raw: &str) -> String {
        raw.to_owned()
    }

    fn conclusion(&self, because: &str) -> String {
        because.to_owned()
    }
}

/// `t* of all 512 patterns of signs of 9 clusters by region, type 11, null hypothesis imposed (…)`
fn wild_cluster(design: &WildCluster, clusters: u32, (draws, all): (u64, bool)) -> String {
    let what = match design.multipliers {
        Multipliers::Rademacher if all => format!("all {draws} patterns of signs"),
        Multipliers::Rademacher => format!("{draws} draws of signs"),
        Multipliers::Webb => format!("{draws} draws of Webb's multipliers"),
        Multipliers::Mammen => format!("{draws} draws of Mammen's multipliers"),
    };
    let of = match &design.by {
        Shared::Observation => format!("{clusters} observations"),
        Shared::Cluster(Cluster::Unit) => format!("{clusters} clusters by unit"),
        Shared::Cluster(Cluster::Period) => format!("{clusters} clusters by period"),
        Shared::Cluster(Cluster::Column(name)) => format!("{clusters} clusters by {name}"),
    };
    let null = if design.impose_null { "imposed" } else { "not imposed" };
    let kind = design.kind.name();
    format!(
        "t* of {what} over {of}, residuals of type {kind}, the null hypothesis {null} (Cameron, \
         Gelbach & Miller 2008; MacKinnon, Nielsen & Webb 2023)"
    )
}
