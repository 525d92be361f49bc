//! Derived columns: expressions evaluated over a panel.

use crate::expr::{BinaryOp, Expr, Function};
use crate::ident::{Located, VarName};
use crate::mistake::{Checked, Mistake, Mistakes};
use crate::panel::Panel;
use std::collections::{BTreeMap, BTreeSet};

/// How many rows a mistake lists.
const SHOWN: usize = 5;

/// Adds the columns of `definitions` to `panel`, each after those it is made of. A name that is
/// defined stands for its definition, any other for a column of the panel.
///
/// Missing values propagate; a lag is missing in the first periods of every unit. A value that is
/// no finite number (ln of 0) is a mistake at the definition, which names unit and period.
pub fn derive(panel: &mut Panel, definitions: &BTreeMap<VarName, Located<Expr>>) -> Checked<()> {
    let mut mistakes = Vec::new();
    for name in order(definitions)? {
        let definition = &definitions[&name];
        let mut evaluation =
            Evaluation { panel, blemishes: BTreeMap::new(), unknown: BTreeSet::new() };
        let values = evaluation.value(&definition.value);
        mistakes.extend(evaluation.mistakes(&name, definition));
        panel.set_column(name, values);
    }
    Mistakes::unless_empty(mistakes, ())
}

/// The columns that an expression names.
pub fn columns(expr: &Expr) -> BTreeSet<VarName> {
    match expr {
        Expr::Number(_) => BTreeSet::new(),
        Expr::Column(name) => BTreeSet::from([name.clone()]),
        Expr::Negate(inner) | Expr::Apply(_, inner) | Expr::Lag(inner, _) => columns(inner),
        Expr::Binary(_, left, right) => columns(left).union(&columns(right)).cloned().collect(),
        Expr::WeightedSum(terms) => terms.iter().map(|(name, _)| name.clone()).collect(),
    }
}

/// For each of `names`: the columns of the file that it is made of, itself when it is one.
pub fn sources(
    names: &BTreeSet<VarName>,
    definitions: &BTreeMap<VarName, Located<Expr>>,
) -> BTreeMap<VarName, BTreeSet<VarName>> {
    let of = |name: &VarName| {
        let mut raw = BTreeSet::new();
        let mut seen = BTreeSet::new();
        let mut open = vec![name.clone()];
        while let Some(next) = open.pop() {
            match definitions.get(&next) {
                Some(definition) if seen.insert(next.clone()) => {
                    open.extend(columns(&definition.value));
                }
                Some(_) => {}
                None => {
                    raw.insert(next);
                }
            }
        }
        raw
    };
    names.iter().map(|name| (name.clone(), of(name))).collect()
}

/// The defined names, each after those it is made of.
fn order(definitions: &BTreeMap<VarName, Located<Expr>>) -> Checked<Vec<VarName>> {
    let mut done: BTreeSet<&VarName> = BTreeSet::new();
    let mut ordered = Vec::with_capacity(definitions.len());
    let needs: BTreeMap<&VarName, BTreeSet<VarName>> =
        definitions.iter().map(|(name, definition)| (name, columns(&definition.value))).collect();
    loop {
        let ready = |name: &&VarName| {
            needs[*name].iter().all(|n| !definitions.contains_key(n) || done.contains(n))
        };
        let next: Vec<&VarName> =
            definitions.keys().filter(|name| !done.contains(name)).filter(ready).collect();
        if next.is_empty() {
            break;
        }
        done.extend(next.iter().copied());
        ordered.extend(next.into_iter().cloned());
    }
    let circular = |name: &VarName| {
        Mistake::spec(&definitions[name].at, format!("`{name}` is defined through itself"))
            .help("give the derived column a name of its own")
    };
    let left = definitions.keys().filter(|name| !done.contains(name)).map(circular).collect();
    Mistakes::unless_empty(left, ordered)
}

/// The evaluation of one definition, and what went wrong in it.
struct Evaluation<'a> {
    panel: &'a Panel,
    /// What was computed → rows in which it is no finite number: text of the operation, place.
    blemishes: BTreeMap<&'static str, Vec<(String, usize)>>,
    unknown: BTreeSet<VarName>,
}

type Column = Vec<Option<f64>>;

impl Evaluation<'_> {
    fn value(&mut self, expr: &Expr) -> Column {
        match expr {
            Expr::Number(value) => vec![Some(*value); self.panel.len()],
            Expr::Column(name) => self.column(name),
            Expr::Negate(inner) => map(&self.value(inner), |x| -x),
            Expr::Binary(op, left, right) => {
                let (left, right) = (self.value(left), self.value(right));
                self.binary(*op, &left, &right)
            }
            Expr::Apply(function, inner) => {
                let inner = self.value(inner);
                self.apply(*function, &inner)
            }
            Expr::Lag(inner, periods) => {
                let inner = self.value(inner);
                lag(&inner, *periods, self.panel.units().len())
            }
            Expr::WeightedSum(terms) => self.weighted_sum(terms),
        }
    }

    fn column(&mut self, name: &VarName) -> Column {
        if let Some(values) = self.panel.column(name) {
            return values.to_vec();
        }
        self.unknown.insert(name.clone());
        vec![None; self.panel.len()]
    }

    fn binary(&mut self, op: BinaryOp, left: &Column, right: &Column) -> Column {
        let compute = |a: f64, b: f64| match op {
            BinaryOp::Add => a + b,
            BinaryOp::Subtract => a - b,
            BinaryOp::Multiply => a * b,
            BinaryOp::Divide => a / b,
            BinaryOp::Power => a.powf(b),
        };
        let (sign, advice) = binary_words(op);
        let pairs = left.iter().zip(right).map(|(a, b)| a.zip(*b));
        let values: Column = pairs.map(|pair| pair.map(|(a, b)| compute(a, b))).collect();
        self.finite(values, advice, |place| {
            let side = |values: &Column| operand(values[place]);
            format!("{} {sign} {}", side(left), side(right))
        })
    }

    fn apply(&mut self, function: Function, inner: &Column) -> Column {
        let n = self.panel.units().len();
        let (name, advice) = function_words(function);
        let values = match function {
            Function::Ln => map(inner, f64::ln),
            Function::Exp => map(inner, f64::exp),
            Function::Sqrt => map(inner, f64::sqrt),
            Function::Abs => map(inner, f64::abs),
            Function::Diff => difference(inner, &lag(inner, 1, n)),
            Function::UnitMean => means(inner, n, |place| place % n),
            Function::PeriodMean => means(inner, self.panel.periods().len(), |place| place / n),
        };
        self.finite(values, advice, |place| call(name, inner[place]))
    }

    /// Σ coefficient × column; missing where any column is.
    fn weighted_sum(&mut self, terms: &[(VarName, f64)]) -> Column {
        let mut sum: Column = vec![Some(0.0); self.panel.len()];
        for (name, coefficient) in terms {
            let column = self.column(name);
            for (total, value) in sum.iter_mut().zip(column) {
                *total = total.zip(value).map(|(total, value)| total + coefficient * value);
            }
        }
        let text = "the weighted sum".to_owned();
        self.finite(sum, "the sum is too large for a number", |_| text.clone())
    }

    /// Takes out what is no finite number, and notes where.
    fn finite(
        &mut self,
        mut values: Column,
        advice: &'static str,
        text: impl Fn(usize) -> String,
    ) -> Column {
        for (place, value) in values.iter_mut().enumerate() {
            if value.is_some_and(|v| !v.is_finite()) {
                *value = None;
                self.blemishes.entry(advice).or_default().push((text(place), place));
            }
        }
        values
    }

    fn mistakes(self, name: &VarName, definition: &Located<Expr>) -> Vec<Mistake> {
        let unknown = self.unknown.iter().map(|column| {
            Mistake::spec(&definition.at, format!("`{name}` uses `{column}`, which is no column"))
        });
        let panel = self.panel;
        let undefined = self.blemishes.iter().map(|(advice, rows)| {
            let listed: Vec<String> =
                rows.iter().take(SHOWN).map(|(text, place)| row(panel, text, *place)).collect();
            let more = rows.len().saturating_sub(SHOWN);
            let more = if more > 0 { format!(", and {more} more") } else { String::new() };
            let message = format!("`{name}` is not a number: {}{more}", listed.join(", "));
            Mistake::spec(&definition.at, message).help(*advice)
        });
        unknown.chain(undefined).collect()
    }
}

/// ln(0) for Hainan in 2003
fn row(panel: &Panel, text: &str, place: usize) -> String {
    let n = panel.units().len();
    format!("{text} for {} in {}", panel.units().as_slice()[place % n], panel.periods()[place / n])
}

fn operand(value: Option<f64>) -> String {
    match value {
        Some(value) if value < 0.0 => format!("({value})"),
        Some(value) => value.to_string(),
        None => "missing".to_owned(),
    }
}

fn call(name: &str, value: Option<f64>) -> String {
    format!("{name}({})", value.map_or("missing".to_owned(), |value| value.to_string()))
}

fn binary_words(op: BinaryOp) -> (&'static str, &'static str) {
    const LARGE: &str = "the result is too large for a number: measure it in a larger unit";
    match op {
        BinaryOp::Add => ("+", LARGE),
        BinaryOp::Subtract => ("-", LARGE),
        BinaryOp::Multiply => ("*", LARGE),
        BinaryOp::Divide => (
            "/",
            "a divisor is zero: correct these rows, or leave the cells empty if the value is not known",
        ),
        BinaryOp::Power => ("^", "a negative number has no such power, and zero no negative one"),
    }
}

fn function_words(function: Function) -> (&'static str, &'static str) {
    const LARGE: &str = "the result is too large for a number";
    match function {
        Function::Ln => (
            "ln",
            "ln needs values above zero: correct these rows, or leave the cells empty if the value is not known and choose a policy in `data.missing`",
        ),
        Function::Exp => {
            ("exp", "exp of more than 709 is too large for a number: is the column a logarithm?")
        }
        Function::Sqrt => ("sqrt", "sqrt needs values of zero or more: correct these rows"),
        Function::Abs => ("abs", LARGE),
        Function::Diff => ("diff", LARGE),
        Function::UnitMean => ("unit_mean", LARGE),
        Function::PeriodMean => ("period_mean", LARGE),
    }
}

fn map(values: &Column, f: impl Fn(f64) -> f64) -> Column {
    values.iter().map(|value| value.map(&f)).collect()
}

/// x of the same unit, `periods` earlier: `n` units further up in a column stacked by period.
fn lag(values: &[Option<f64>], periods: u32, n: usize) -> Column {
    let shift = n.saturating_mul(periods as usize).min(values.len());
    std::iter::repeat_n(None, shift).chain(values.iter().copied()).take(values.len()).collect()
}

fn difference(left: &Column, right: &Column) -> Column {
    left.iter().zip(right).map(|(a, b)| a.zip(*b).map(|(a, b)| a - b)).collect()
}

/// The mean of the observed values of each of `groups` groups, at every place of the group.
fn means(values: &Column, groups: usize, group: impl Fn(usize) -> usize) -> Column {
    let mut sums = vec![(0.0, 0_usize); groups];
    for (place, value) in values.iter().enumerate() {
        if let Some(value) = value {
            let (sum, count) = &mut sums[group(place)];
            *sum += value;
            *count += 1;
        }
    }
    let mean = |(sum, count): (f64, usize)| (count > 0).then(|| sum / count as f64);
    (0..values.len()).map(|place| mean(sums[group(place)])).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ident::{KeyPath, Period, UnitId, UnitIndex};

    /// Two units A and B over 2001 to 2003. Stacked by period: x = A1 B1 A2 B2 A3 B3.
    fn panel(x: [Option<f64>; 6]) -> Panel {
        let units = UnitIndex::new(vec![UnitId("A".into()), UnitId("B".into())]).expect("distinct");
        let mut panel = Panel::new(units, vec![Period(2001), Period(2002), Period(2003)]);
        panel.set_column(VarName::new("x"), x.to_vec());
        panel
    }

    fn x() -> Box<Expr> {
        Expr::Column(VarName::new("x")).into()
    }

    fn defined(list: Vec<(&str, Expr)>) -> BTreeMap<VarName, Located<Expr>> {
        let at = |name: &str| KeyPath::root().join("variables").join(name).join("expr");
        list.into_iter().map(|(n, e)| (VarName::new(n), Located::new(e, at(n)))).collect()
    }

    fn result(x: [Option<f64>; 6], expr: Expr) -> Checked<Column> {
        let mut panel = panel(x);
        derive(&mut panel, &defined(vec![("z", expr)]))?;
        Ok(panel.column(&VarName::new("z")).expect("derived").to_vec())
    }

    const X: [Option<f64>; 6] =
        [Some(1.0), Some(10.0), Some(2.0), Some(20.0), Some(4.0), Some(60.0)];

    #[test]
    fn lags_stay_within_the_unit() {
        let lagged = result(X, Expr::Lag(x(), 1)).expect("fine");
        assert_eq!(lagged, [None, None, Some(1.0), Some(10.0), Some(2.0), Some(20.0)]);
        assert_eq!(result(X, Expr::Lag(x(), u32::MAX)).expect("fine"), [None; 6]);
        let diff = result(X, Expr::Apply(Function::Diff, x())).expect("fine");
        assert_eq!(diff, [None, None, Some(1.0), Some(10.0), Some(2.0), Some(40.0)]);
    }

    #[test]
    fn means_run_over_what_is_observed() {
        let mut gappy = X;
        gappy[0] = None;
        // A: (2 + 4)/2 = 3. B: 90/3 = 30. Periods: 10, 11, 32.
        let unit = result(gappy, Expr::Apply(Function::UnitMean, x())).expect("fine");
        assert_eq!(unit, [3.0, 30.0, 3.0, 30.0, 3.0, 30.0].map(Some));
        let period = result(gappy, Expr::Apply(Function::PeriodMean, x())).expect("fine");
        assert_eq!(period, [10.0, 10.0, 11.0, 11.0, 32.0, 32.0].map(Some));
    }

    #[test]
    fn arithmetic_and_missing_values() {
        let half = Expr::Binary(BinaryOp::Divide, x(), Box::new(Expr::Number(2.0)));
        let mut gappy = X;
        gappy[3] = None;
        let halves = [Some(0.5), Some(5.0), Some(1.0), None, Some(2.0), Some(30.0)];
        assert_eq!(result(gappy, half).expect("fine"), halves);
        let sum = Expr::WeightedSum(vec![(VarName::new("x"), 2.0), (VarName::new("x"), 0.5)]);
        assert_eq!(result(X, sum).expect("fine")[1], Some(25.0));
    }

    #[test]
    fn undefined_values_name_unit_and_period() {
        let mut zeros = X;
        zeros[1] = Some(0.0);
        zeros[4] = Some(-2.0);
        let mistakes = result(zeros, Expr::Apply(Function::Ln, x())).expect_err("ln(0)");
        assert_eq!(
            mistakes.to_string(),
            "variables.z.expr: `z` is not a number: ln(0) for B in 2001, ln(-2) for A in 2003"
        );
    }

    #[test]
    fn definitions_are_computed_in_the_order_they_need() {
        let a = Expr::Negate(Box::new(Expr::Column(VarName::new("b"))));
        let b = Expr::Negate(x());
        let mut panel = panel(X);
        let definitions = defined(vec![("a", a), ("b", b)]);
        derive(&mut panel, &definitions).expect("no circle");
        assert_eq!(panel.column(&VarName::new("a")), Some(X.as_slice()));
        let names = BTreeSet::from([VarName::new("a"), VarName::new("x")]);
        let raw = BTreeSet::from([VarName::new("x")]);
        assert!(sources(&names, &definitions).values().all(|s| *s == raw));
    }

    #[test]
    fn circles_are_refused() {
        let a = Expr::Column(VarName::new("b"));
        let b = Expr::Column(VarName::new("a"));
        let mistakes =
            derive(&mut panel(X), &defined(vec![("a", a), ("b", b)])).expect_err("circle");
        assert_eq!(mistakes.iter().count(), 2);
    }
}
