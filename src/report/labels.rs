//! What things are called in tables: axis values, terms, tests. Plain Unicode. Labels are the
//! specification's; the rest is in the words of its language.

use crate::ident::VarName;
use crate::model::change::LeaveOut;
use crate::model::{Impact, LagSet, Regressor, Term};
use crate::plan::CellAxes;
use crate::report::number;
use crate::report::words::{self, Words};
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
    let own = lagged(variable(spec, &regressor.variable), regressor.lag);
    let whose =
        if regressor.of_each_period().is_of_neighbours() { of_neighbours(&own) } else { own };
    if regressor.is_unit_mean() { words::of(spec.language).unit_mean(&whose) } else { whose }
}

/// The label of a Durbin term: `W × ln OA`.
pub fn of_neighbours(label: &str) -> String {
    format!("W × {label}")
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
        Term::Constant => words::of(spec.language).constant().to_owned(),
        Term::Variable(r) => regressor(spec, r),
        Term::Rho => "ρ".to_owned(),
        Term::Lambda => "λ".to_owned(),
        Term::Phi => "φ".to_owned(),
        Term::Sigma2 => "σ²".to_owned(),
        Term::Impact(kind, r) => impact(spec, Some(*kind), regressor(spec, r)),
        Term::Derived(name) => derived(spec, name),
    }
}

/// The label of a function of the coefficients, or its name.
pub fn derived(spec: &Spec, name: &str) -> String {
    spec.derived.get(name).and_then(|d| d.label.clone()).unwrap_or_else(|| name.to_owned())
}

/// The label of an effect: `Indirect: ln OA`.
pub fn impact(spec: &Spec, kind: Option<Impact>, label: String) -> String {
    match kind {
        None => label,
        Some(kind) => words::of(spec.language).impact(kind, &label),
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

/// The label of standard errors, or their name.
pub fn std_errors(spec: &Spec, name: &str) -> String {
    spec.std_errors.get(name).and_then(|s| s.label.clone()).unwrap_or_else(|| name.to_owned())
}

/// A variant's label, or its name; with what it leaves out, or the number of its draw.
pub fn variant(spec: &Spec, name: &VariantName) -> String {
    let words = words::of(spec.language);
    let variant = spec.variants.get(&name.family);
    let label = variant.and_then(|v| v.label.clone());
    let Some(member) = &name.member else {
        let own = if name.is_base() { words.base() } else { &name.family };
        return label.unwrap_or_else(|| own.to_owned());
    };
    let member = match variant.and_then(|v| v.family) {
        Some(Family::LeaveOut(LeaveOut::Region)) => region(spec, member),
        Some(Family::LeaveOut(LeaveOut::Unit | LeaveOut::Year) | Family::Draws(_)) | None => {
            member.clone()
        }
    };
    match (label, variant.and_then(|v| v.family)) {
        (Some(label), _) => words.labelled(&label, &member),
        (None, Some(Family::LeaveOut(_))) => words.without(&member),
        (None, Some(Family::Draws(_)) | None) => format!("{} {member}", name.family),
    }
}

/// Lags as the head of a column: `Lag 0`, `Lags 0–2`, `Lags 0, 2`.
pub fn lags(words: &dyn Words, lags: &LagSet) -> String {
    let all = lags.lags();
    let which = match all {
        [one] => one.to_string(),
        _ if *lags == LagSet::depth(lags.deepest()) => format!("0–{}", lags.deepest()),
        _ => words.list(&all.iter().map(ToString::to_string).collect::<Vec<_>>()),
    };
    words.lags(&which, all.len() > 1)
}

/// The value of a cell on one axis, as the head of a column.
pub fn axis_value(spec: &Spec, axes: &CellAxes, axis: Axis) -> String {
    let words = words::of(spec.language);
    match axis {
        Axis::Model => model(spec, &axes.model),
        Axis::Effects => words.effects(axes.effects).to_owned(),
        Axis::Measure => measure(spec, &axes.measure),
        Axis::Region => region(spec, &axes.region),
        Axis::Lags => lags(words, &axes.lags),
        Axis::Weights => weights(spec, &axes.weights),
        Axis::StdErrors => std_errors(spec, &axes.std_errors),
        Axis::Variant => variant(spec, &axes.variant),
    }
}

/// The value of a cell on one axis, within a sentence: `two-way effects`, `region China`.
pub fn axis_phrase(spec: &Spec, axes: &CellAxes, axis: Axis) -> String {
    let words = words::of(spec.language);
    match axis {
        Axis::Effects => words.axis_phrase(axis, words.effects_phrase(axes.effects)),
        _ => words.axis_phrase(axis, &axis_value(spec, axes, axis)),
    }
}

/// A test's label from its raw name. Names that are not known stay as they are.
pub fn test(words: &dyn Words, raw: &str) -> String {
    let label = |raw: &str| words.test(raw).map_or_else(|| raw.to_owned(), str::to_owned);
    if let Some((base, lag)) = raw.split_once(':').filter(|_| !raw.starts_with("wald:")) {
        return lag.parse().map_or_else(|_| label(raw), |lag| lagged(&label(base), lag));
    }
    match raw.strip_suffix("-exact") {
        Some(base) => words.exact_form(&label(base)),
        None => label(raw),
    }
}

/// A test's label in this experiment: joint tests have those of the specification.
pub fn named_test(spec: &Spec, raw: &str) -> String {
    let words = words::of(spec.language);
    let Some(name) = raw.strip_prefix("wald:") else { return test(words, raw) };
    let label = spec.wald.get(name).and_then(|w| w.label.clone());
    label.unwrap_or_else(|| words.joint_test(name))
}

/// What a decision rule chose, as a model's name.
pub fn chosen(spec: &Spec, name: &str) -> String {
    if spec.models.contains_key(name) { model(spec, name) } else { name.to_uppercase() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::spec::Language;

    fn english() -> &'static dyn Words {
        words::of(Language::En)
    }

    #[test]
    fn powers_of_units_are_raised() {
        assert_eq!(unit("10^4 yuan/km^2"), "10⁴ yuan/km²");
        assert_eq!(unit("m s^-1"), "m s⁻¹");
        assert_eq!(unit("a^b, ^"), "a^b, ^");
        assert_eq!(unit("%"), "%");
    }

    #[test]
    fn lags_read_as_a_range_when_they_are_one() {
        assert_eq!(lags(english(), &LagSet::depth(0)), "Lag 0");
        assert_eq!(lags(english(), &LagSet::depth(2)), "Lags 0–2");
        assert_eq!(lags(english(), &LagSet::of(vec![0, 2]).expect("not empty")), "Lags 0, 2");
    }

    #[test]
    fn tests_have_names_people_know() {
        assert_eq!(test(english(), "robust-lm-error"), "Robust LM error");
        assert_eq!(test(english(), "lm-lag-exact"), "LM lag (exact form)");
        assert_eq!(test(english(), "hausman"), "Hausman");
        assert_eq!(test(english(), "of-tomorrow"), "of-tomorrow");
    }
}
