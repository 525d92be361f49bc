//! What things are called in tables: axis values, terms, statistics, tests. Plain Unicode.

use crate::ident::VarName;
use crate::model::change::LeaveOut;
use crate::model::{Effects, Impact, LagSet, Normalisation, Regressor, Term};
use crate::outcome::{Basis, NullDistribution, Statistic};
use crate::plan::CellAxes;
use crate::report::number;
use crate::spec::tables::{Facet, Moment};
use crate::spec::variants::{Family, VariantName};
use crate::spec::{Axis, Spec};

/// A variable's label, or its name.
pub fn variable<'a>(spec: &'a Spec, name: &'a VarName) -> &'a str {
    spec.variables.get(name).and_then(|v| v.label.as_deref()).unwrap_or(name.as_str())
}

/// A unit as tables show it, powers raised: `10^4 yuan/km^2` as `10⁴ yuan/km²`.
pub fn unit(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut parts = text.split('^');
    out.push_str(parts.next().unwrap_or_default());
    for part in parts {
        let end = part
            .char_indices()
            .find(|&(i, c)| !(c.is_ascii_digit() || (i == 0 && c == '-')))
            .map_or(part.len(), |(i, _)| i);
        let (power, rest) = part.split_at(end);
        match power.parse::<i32>() {
            Ok(power) => out.push_str(&number::superscript(power)),
            Err(_) => out.extend(["^", power]),
        }
        out.push_str(rest);
    }
    out
}

/// A variable's label with its time lag: `ln OA (t−1)`.
pub fn regressor(spec: &Spec, regressor: &Regressor) -> String {
    lagged(variable(spec, &regressor.variable), regressor.lag)
}

/// `label (t−lag)`, of a lead `label (t+1)`.
pub fn lagged(label: &str, lag: i32) -> String {
    match lag {
        0 => label.to_owned(),
        1.. => format!("{label} (t−{lag})"),
        ..0 => format!("{label} (t+{})", lag.unsigned_abs()),
    }
}

/// A parameter's label.
pub fn term(spec: &Spec, term: &Term) -> String {
    match term {
        Term::Constant => "Constant".to_owned(),
        Term::Variable(r) => regressor(spec, r),
        Term::Rho => "ρ".to_owned(),
        Term::Lambda => "λ".to_owned(),
        Term::Sigma2 => "σ²".to_owned(),
        Term::Impact(kind, r) => impact(Some(*kind), regressor(spec, r)),
        Term::Derived(name) => derived(spec, name),
    }
}

/// The label of a function of the coefficients, or its name.
pub fn derived(spec: &Spec, name: &str) -> String {
    spec.derived.get(name).and_then(|d| d.label.clone()).unwrap_or_else(|| name.to_owned())
}

/// The label of an effect: `Indirect: ln OA`.
pub fn impact(kind: Option<Impact>, label: String) -> String {
    match kind {
        None => label,
        Some(Impact::Direct) => format!("Direct: {label}"),
        Some(Impact::Indirect) => format!("Indirect: {label}"),
        Some(Impact::Total) => format!("Total: {label}"),
    }
}

/// A model's label: as declared, else the name; a built-in model's name in capitals.
pub fn model(spec: &Spec, name: &str) -> String {
    match spec.models.get(name) {
        Some(m) if m.label.is_some() => m.label.clone().unwrap_or_default(),
        Some(m) if m.estimator == name => name.to_uppercase(),
        Some(_) | None => name.to_owned(),
    }
}

/// A region's label, or its name.
pub fn region(spec: &Spec, name: &str) -> String {
    spec.regions.get(name).and_then(|r| r.label.clone()).unwrap_or_else(|| name.to_owned())
}

/// A measure's label, or its name.
pub fn measure(spec: &Spec, name: &str) -> String {
    spec.measures.get(name).and_then(|m| m.label.clone()).unwrap_or_else(|| name.to_owned())
}

/// A weights matrix's label, or its name.
pub fn weights(spec: &Spec, name: &str) -> String {
    spec.weights.get(name).and_then(|w| w.label.clone()).unwrap_or_else(|| name.to_owned())
}

/// A variant's label, or its name; with what it leaves out, or the number of its draw.
pub fn variant(spec: &Spec, name: &VariantName) -> String {
    let variant = spec.variants.get(&name.family);
    let label = variant.and_then(|v| v.label.clone());
    let Some(member) = &name.member else {
        let own = if name.is_base() { "Base" } else { &name.family };
        return label.unwrap_or_else(|| own.to_owned());
    };
    let member = match variant.and_then(|v| v.family) {
        Some(Family::LeaveOut(LeaveOut::Region)) => region(spec, member),
        Some(Family::LeaveOut(LeaveOut::Unit | LeaveOut::Year) | Family::Draws(_)) | None => {
            member.clone()
        }
    };
    match (label, variant.and_then(|v| v.family)) {
        (Some(label), _) => format!("{label}: {member}"),
        (None, Some(Family::LeaveOut(_))) => format!("Without {member}"),
        (None, Some(Family::Draws(_)) | None) => format!("{} {member}", name.family),
    }
}

/// Effects as the head of a column.
pub fn effects(effects: Effects) -> &'static str {
    match effects {
        Effects::None => "Pooled",
        Effects::Individual => "Individual",
        Effects::Time => "Time",
        Effects::TwoWay => "Two-way",
    }
}

/// Lags as the head of a column: `Lag 0`, `Lags 0–2`, `Lags 0, 2`.
pub fn lags(lags: &LagSet) -> String {
    let all = lags.lags();
    match all {
        [one] => format!("Lag {one}"),
        _ if *lags == LagSet::depth(lags.deepest()) => format!("Lags 0–{}", lags.deepest()),
        _ => {
            let listed: Vec<String> = all.iter().map(ToString::to_string).collect();
            format!("Lags {}", listed.join(", "))
        }
    }
}

/// What an axis is called: its name with a capital.
pub fn axis(axis: Axis) -> String {
    let name = axis.name();
    name[..1].to_uppercase() + &name[1..]
}

/// The value of a cell on one axis, as the head of a column.
pub fn axis_value(spec: &Spec, axes: &CellAxes, axis: Axis) -> String {
    match axis {
        Axis::Model => model(spec, &axes.model),
        Axis::Effects => effects(axes.effects).to_owned(),
        Axis::Measure => measure(spec, &axes.measure),
        Axis::Region => region(spec, &axes.region),
        Axis::Lags => lags(&axes.lags),
        Axis::Weights => weights(spec, &axes.weights),
        Axis::Variant => variant(spec, &axes.variant),
    }
}

/// The value of a cell on one axis, within a sentence: `two-way effects`, `region China`.
pub fn axis_phrase(spec: &Spec, axes: &CellAxes, axis: Axis) -> String {
    match axis {
        Axis::Model => format!("model {}", model(spec, &axes.model)),
        Axis::Effects => match axes.effects {
            Effects::None => "no effects".to_owned(),
            Effects::Individual => "individual effects".to_owned(),
            Effects::Time => "time effects".to_owned(),
            Effects::TwoWay => "individual and time effects".to_owned(),
        },
        Axis::Measure => format!("measure {}", measure(spec, &axes.measure)),
        Axis::Region => format!("region {}", region(spec, &axes.region)),
        Axis::Lags => format!("{} of the measure", lags(&axes.lags).to_lowercase()),
        Axis::Weights => format!("weights {}", weights(spec, &axes.weights)),
        Axis::Variant => format!("variant {}", variant(spec, &axes.variant)),
    }
}

/// What a column shows of its cell, as its head.
pub fn facet(facet: Facet) -> &'static str {
    match facet {
        Facet::Coefficient => "Coefficient",
        Facet::Direct => "Direct",
        Facet::Indirect => "Indirect",
        Facet::Total => "Total",
    }
}

/// A normalisation in words.
pub fn normalisation(normalisation: Normalisation) -> &'static str {
    match normalisation {
        Normalisation::Row => "rows normalised to sum 1",
        Normalisation::Spectral => "divided by its spectral radius",
        Normalisation::MinMax => "divided by the smaller of its largest row sum and column sum",
        Normalisation::None => "not normalised",
    }
}

/// A statistic's label.
pub fn statistic(statistic: Statistic) -> &'static str {
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
    }
}

/// How a statistic is defined, where readers cannot know it from its name.
pub fn formula(statistic: Statistic) -> Option<&'static str> {
    match statistic {
        Statistic::N
        | Statistic::Units
        | Statistic::Periods
        | Statistic::Slopes
        | Statistic::ResidualDf
        | Statistic::Ssr
        | Statistic::Loglik => None,
        Statistic::AbsorbedEffects => Some("Absorbed effects include the constant."),
        Statistic::Sigma2 => Some("σ² is the innovation variance behind the standard errors."),
        Statistic::Aic | Statistic::Bic => Some(
            "Information criteria count coefficients, spatial parameters and σ², not the \
                 effects: they compare models with the same effects only.",
        ),
        Statistic::R2 => Some(
            "R² = 1 − SSR/TSS in levels; effects and ρWy are among the fitted values, an error \
             model's residual is y − Xβ − effects.",
        ),
        Statistic::R2ReducedForm => Some(
            "R² (reduced form) = 1 − SSR/TSS in levels with fitted values (I − ρW)⁻¹(Xβ + \
             effects).",
        ),
        Statistic::R2Corr => {
            Some("R² (squared correlation) is that of y with (I − ρW)⁻¹(Xβ + effects), in levels.")
        }
        Statistic::R2Within => {
            Some("R² (within) = 1 − Σe²/Σ(Qy)², where Q removes the effects from y.")
        }
        Statistic::R2CorrWithin => Some(
            "R² (squared correlation, within) is that of Qy with Q(I − ρW)⁻¹QXβ, where Q removes \
             the effects.",
        ),
        Statistic::R2Adjusted => Some(
            "Adjusted R² = 1 − (1 − R²)(n − 1)/(n − k − a) with R² = 1 − SSR/TSS in levels \
             (effects and ρWy among the fitted values), k coefficients (the constant of a pooled \
             model among them) and a absorbed effects.",
        ),
        Statistic::R2PseudoAdjusted => Some(
            "Pseudo-adjusted R² = 1 − (1 − R²)(n − 1)/(n − k − a − s) with R² = 1 − SSR/TSS in \
             levels (effects and ρWy among the fitted values), k coefficients (the constant of a \
             pooled model among them), a absorbed effects and s spatial parameters.",
        ),
        Statistic::R2WithinAdjusted => Some(
            "Adjusted R² (within) = 1 − (1 − R² within)(n − a)/(n − a − k) with a absorbed \
             effects (1, the constant, of a pooled model) and k slopes.",
        ),
    }
}

/// The head of a column of descriptive statistics.
pub fn moment(moment: Moment) -> &'static str {
    match moment {
        Moment::N => "N",
        Moment::Min => "Min",
        Moment::Max => "Max",
        Moment::Mean => "Mean",
        Moment::Sd => "Std. dev.",
        Moment::Median => "Median",
    }
}

/// A test's label from its raw name. Names that are not known stay as they are.
pub fn test(raw: &str) -> String {
    let (base, form) = match raw.strip_suffix("-exact") {
        Some(base) => (base, " (exact form)"),
        None => (raw, ""),
    };
    let label = match base {
        "lm-lag" => "LM lag",
        "lm-error" => "LM error",
        "robust-lm-lag" => "Robust LM lag",
        "robust-lm-error" => "Robust LM error",
        "lm-joint" => "Joint LM lag and error",
        "hausman" => "Hausman",
        "hausman-common" => "Hausman (common variance)",
        "hausman-robust" => "Hausman (robust)",
        "region-equality" => "Equal coefficients of the regions",
        "threshold-1" => "F of one threshold against none",
        "threshold-2" => "F of two thresholds against one",
        "moran-residuals" => "Moran's I of residuals",
        other => other,
    };
    format!("{label}{form}")
}

/// A test's label in this experiment: joint tests have those of the specification.
pub fn named_test(spec: &Spec, raw: &str) -> String {
    let Some(name) = raw.strip_prefix("wald:") else { return test(raw) };
    let label = spec.wald.get(name).and_then(|w| w.label.clone());
    label.unwrap_or_else(|| format!("Wald: {name}"))
}

/// The fit a test looks at.
pub fn basis(basis: Basis) -> &'static str {
    match basis {
        Basis::Pooled => "Pooled OLS",
        Basis::Within => "Within OLS",
        Basis::Fit => "The column's own fit",
    }
}

/// A null distribution.
pub fn null(null: &NullDistribution) -> String {
    match null {
        NullDistribution::ChiSquared { df } => format!("χ²({df})"),
        NullDistribution::F { numerator, denominator } => format!("F({numerator}, {denominator})"),
        NullDistribution::Normal => "the standard normal distribution (two-sided)".to_owned(),
        NullDistribution::Nonstandard => {
            "a distribution that depends on the sample, known by bootstrap only,".to_owned()
        }
        NullDistribution::Permutation { replicates } => format!("{replicates} permutations"),
    }
}

/// What a decision rule chose, as a model's name.
pub fn chosen(spec: &Spec, name: &str) -> String {
    if spec.models.contains_key(name) { model(spec, name) } else { name.to_uppercase() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn powers_of_units_are_raised() {
        assert_eq!(unit("10^4 yuan/km^2"), "10⁴ yuan/km²");
        assert_eq!(unit("m s^-1"), "m s⁻¹");
        assert_eq!(unit("a^b, ^"), "a^b, ^");
        assert_eq!(unit("%"), "%");
    }

    #[test]
    fn lags_read_as_a_range_when_they_are_one() {
        assert_eq!(lags(&LagSet::depth(0)), "Lag 0");
        assert_eq!(lags(&LagSet::depth(2)), "Lags 0–2");
        assert_eq!(lags(&LagSet::of(vec![0, 2]).expect("not empty")), "Lags 0, 2");
    }

    #[test]
    fn tests_have_names_people_know() {
        assert_eq!(test("robust-lm-error"), "Robust LM error");
        assert_eq!(test("lm-lag-exact"), "LM lag (exact form)");
        assert_eq!(test("hausman"), "Hausman");
        assert_eq!(test("of-tomorrow"), "of-tomorrow");
    }
}
