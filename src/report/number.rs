//! Rounding, stars, thousands: the only place where digits are decided.
//!
//! A [`Number`] keeps its full value beside the [`Style`] it is shown in; [`Number::digits`] rounds
//! it once, and every output format writes the same [`Digits`] with its own signs.

/// Decimals of a p-value.
const P_DECIMALS: usize = 3;

/// Decimals of a p-value just below a level, at most.
const P_MOST_DECIMALS: usize = 6;

/// The smallest p-value that is printed as a number: one unit of the last decimal.
const P_FLOOR: f64 = 0.001;

/// Decimals that an estimate is given at most for a digit of it to be seen.
const SEEN_DECIMALS: usize = 6;

/// Stars when a table does not declare any: 10, 5 and 1 %.
pub fn default_stars() -> Vec<(f64, String)> {
    [(0.1, "*"), (0.05, "**"), (0.01, "***")].map(|(p, s)| (p, s.to_owned())).to_vec()
}

/// From this magnitude on a number is shown in scientific notation.
const HUGE: f64 = 1e9;

/// Counts with at least this many digits are grouped by thousands.
const GROUP_FROM: usize = 5;

/// Significance levels that readers look for: a p-value below one of them is never printed as
/// equal to it. They rise.
const LEVELS: [f64; 3] = [0.01, 0.05, 0.1];

/// How a number is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Style {
    /// So many decimals.
    Decimals(usize),
    /// A whole number.
    Count,
    /// A p-value.
    Probability,
}

/// A finite value and how it is shown.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Number {
    /// The unrounded value.
    pub value: f64,
    /// How it is shown.
    pub style: Style,
}

/// A rounded number, without the signs that differ between formats.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Digits {
    /// Digits, perhaps with a decimal point: `0.1234`.
    Fixed {
        /// Whether a minus stands before it.
        negative: bool,
        /// The digits.
        digits: String,
    },
    /// A whole number, grouped by commas when long: `12,345`.
    Whole {
        /// Whether a minus stands before it.
        negative: bool,
        /// The digits.
        digits: String,
    },
    /// `mantissa × 10^exponent`.
    Scientific {
        /// Whether a minus stands before it.
        negative: bool,
        /// Two decimals.
        mantissa: String,
        /// Power of ten.
        exponent: i32,
    },
    /// Less than these digits: `< 0.001`.
    Below(String),
}

impl Number {
    /// A value with so many decimals.
    pub fn decimals(value: f64, decimals: usize) -> Self {
        Self { value, style: Style::Decimals(decimals) }
    }

    /// A whole number.
    pub fn count(value: f64) -> Self {
        Self { value, style: Style::Count }
    }

    /// A p-value.
    pub fn probability(value: f64) -> Self {
        Self { value, style: Style::Probability }
    }

    /// The value as it is shown.
    pub fn digits(&self) -> Digits {
        match self.style {
            Style::Decimals(decimals) => decimal(self.value, decimals),
            Style::Count => whole(self.value),
            Style::Probability => probability(self.value),
        }
    }
}

/// The decimals at which nothing of an entry, an estimate and what stands below it, is rounded to
/// zero: those of the table, or as many as leave each of `values` a digit, up to six. `0.00***` would
/// tell neither size nor sign. What has no digit within six is left to scientific notation.
pub fn decimals_to_see(values: &[f64], decimals: usize) -> usize {
    let vanishes = |value: f64, decimals: usize| {
        value.is_finite() && value != 0.0 && is_zero(&format!("{:.decimals$}", value.abs()))
    };
    let needed = |value: &f64| (decimals..=SEEN_DECIMALS).find(|&d| !vanishes(*value, d));
    let enough = values.iter().filter_map(needed).max().unwrap_or(decimals);
    let zero = |value: &f64| {
        vanishes(*value, enough) && matches!(decimal(*value, enough), Digits::Fixed { .. })
    };
    if values.iter().any(zero) { enough + 1 } else { enough }
}

/// Fixed decimals. Where nothing would be left of a value even with one decimal more, or where it
/// is huge, scientific notation.
fn decimal(value: f64, decimals: usize) -> Digits {
    let size = value.abs();
    let smallest = 1.0 / 10_f64.powi(i32::try_from(decimals + 1).unwrap_or(i32::MAX));
    if size >= HUGE || (size > 0.0 && size < smallest) {
        return scientific(value);
    }
    let digits = format!("{size:.decimals$}");
    Digits::Fixed { negative: value < 0.0 && !is_zero(&digits), digits }
}

fn scientific(value: f64) -> Digits {
    let text = format!("{:.2e}", value.abs());
    let (mantissa, exponent) = text.split_once('e').expect("`e` notation has an `e`");
    Digits::Scientific {
        negative: value < 0.0,
        mantissa: mantissa.to_owned(),
        exponent: exponent.parse().expect("the exponent of `e` notation is a whole number"),
    }
}

fn whole(value: f64) -> Digits {
    let digits = format!("{:.0}", value.abs());
    Digits::Whole { negative: value < 0.0 && !is_zero(&digits), digits: grouped(&digits) }
}

/// Three decimals; `< 0.001` below that. A p-value that rounding would print as a level that its
/// stars say it is below gets the decimals that tell them apart, 0.0096 and 0.04996; `< 0.050`
/// where too many would be needed.
fn probability(p: f64) -> Digits {
    if p < P_FLOOR {
        return Digits::Below(format!("{P_FLOOR:.P_DECIMALS$}"));
    }
    let level = LEVELS.into_iter().find(|level| p < *level);
    let apart = |decimals: usize| {
        let digits = format!("{p:.decimals$}");
        (level.is_none_or(|level| digits != format!("{level:.decimals$}"))).then_some(digits)
    };
    match (P_DECIMALS..=P_MOST_DECIMALS).find_map(apart) {
        Some(digits) => Digits::Fixed { negative: false, digits },
        None => Digits::Below(format!("{p:.P_DECIMALS$}")),
    }
}

fn is_zero(digits: &str) -> bool {
    digits.chars().all(|c| matches!(c, '0' | '.'))
}

/// Whole-number digits with commas between thousands when there are five or more.
fn grouped(digits: &str) -> String {
    if digits.len() < GROUP_FROM {
        return digits.to_owned();
    }
    let mut out = String::with_capacity(digits.len() + digits.len() / 3);
    for (i, c) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            out.push(',');
        }
        out.push(c);
    }
    out
}

/// A power as raised Unicode digits: `⁻¹²`.
pub fn superscript(exponent: i32) -> String {
    const DIGITS: [char; 10] = ['⁰', '¹', '²', '³', '⁴', '⁵', '⁶', '⁷', '⁸', '⁹'];
    let raised = |c: char| c.to_digit(10).map_or('⁻', |d| DIGITS[d as usize]);
    exponent.to_string().chars().map(raised).collect()
}

/// The symbol of the strictest threshold that the unrounded `p` is strictly below; empty for none.
pub fn stars(p: f64, thresholds: &[(f64, String)]) -> String {
    thresholds
        .iter()
        .filter(|(threshold, _)| p < *threshold)
        .min_by(|a, b| a.0.total_cmp(&b.0))
        .map(|(_, symbol)| symbol.clone())
        .unwrap_or_default()
}

/// A threshold as it was declared: `0.1`, `0.05`, without padding.
pub fn threshold(value: f64) -> String {
    value.to_string()
}

/// A share as a declared percentage: `95 %`, without what rounding adds.
pub fn percent(share: f64) -> String {
    format!("{}\u{a0}%", (share * 1e8).round() / 1e6)
}

/// A share as whole percent: `67 %`.
pub fn percent_of(share: f64) -> String {
    format!("{:.0}\u{a0}%", share * 100.0)
}

/// A number that is drawn and not read: seven significant digits, which are more than a screen has.
pub fn significant(value: f64) -> f64 {
    // What is written reads back.
    format!("{value:.6e}").parse().unwrap_or(value)
}

/// A number within a figure: so many decimals, a true minus, thousands grouped when there are many.
pub fn plain(value: f64, decimals: usize) -> String {
    let digits = format!("{:.decimals$}", value.abs());
    let sign = if value < 0.0 && !is_zero(&digits) { "−" } else { "" };
    let (whole, rest) = digits.split_at(digits.find('.').unwrap_or(digits.len()));
    format!("{sign}{}{rest}", grouped(whole))
}

/// Full precision for data files: the shortest text that reads back as the same number.
pub fn exact(value: f64) -> String {
    format!("{value:?}")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fixed(value: f64, decimals: usize) -> String {
        match Number::decimals(value, decimals).digits() {
            Digits::Fixed { negative, digits } => {
                format!("{}{digits}", if negative { "-" } else { "" })
            }
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn a_negative_that_rounds_to_zero_has_no_sign() {
        assert_eq!(fixed(-0.0004, 3), "0.000");
        assert_eq!(fixed(-0.0006, 3), "-0.001");
        assert_eq!(fixed(-0.0, 3), "0.000");
        assert_eq!(fixed(-0.4, 0), "0");
    }

    #[test]
    fn numbers_of_figures_have_a_true_minus() {
        assert_eq!(plain(-0.25, 1), "−0.2");
        assert_eq!(plain(-0.001, 2), "0.00");
        assert_eq!(plain(12345.6, 0), "12,346");
        assert_eq!(plain(0.30000000000000004, 1), "0.3");
    }

    #[test]
    fn percentages_have_no_tail() {
        assert_eq!(
            [1.0 - 0.05, 1.0 - 0.9, 1.0 - 0.025].map(percent),
            ["95\u{a0}%", "10\u{a0}%", "97.5\u{a0}%"]
        );
    }

    #[test]
    fn an_estimate_is_given_decimals_until_it_is_seen() {
        assert_eq!(decimals_to_see(&[0.25, 0.04], 2), 2);
        assert_eq!(decimals_to_see(&[-0.004, 0.001], 2), 3);
        assert_eq!(decimals_to_see(&[0.31, 0.000_02], 2), 5);
        assert_eq!(decimals_to_see(&[0.0, f64::NAN], 2), 2);
        // One millionth of what is shown is seen; less is scientific.
        assert_eq!(decimals_to_see(&[3e-9, 0.01], 2), 2);
        assert_eq!(decimals_to_see(&[4e-7], 6), 7);
        assert_eq!(decimals_to_see(&[6e-7, 4e-7], 2), 7);
        assert_eq!(fixed(-0.004, decimals_to_see(&[-0.004, 0.001], 2)), "-0.004");
    }

    #[test]
    fn nines_carry_over() {
        // 0.99995 is stored as 0.999950000000000049…, above the tie.
        assert_eq!(fixed(0.999_95, 4), "1.0000");
        assert_eq!(fixed(0.999_949, 4), "0.9999");
        assert_eq!(fixed(-9.999_99, 2), "-10.00");
    }

    #[test]
    fn what_would_vanish_or_burst_is_scientific() {
        let digits = |v, d| Number::decimals(v, d).digits();
        assert_eq!(
            digits(-3.14159e-7, 4),
            Digits::Scientific { negative: true, mantissa: "3.14".into(), exponent: -7 }
        );
        assert_eq!(
            digits(9.999e11, 4),
            Digits::Scientific { negative: false, mantissa: "1.00".into(), exponent: 12 }
        );
        assert_eq!(fixed(0.0, 4), "0.0000");
        assert_eq!(fixed(999_999_999.0, 1), "999999999.0");
    }

    #[test]
    fn counts_are_whole_and_grouped_when_long() {
        let whole = |v| match Number::count(v).digits() {
            Digits::Whole { negative: false, digits } => digits,
            other => panic!("{other:?}"),
        };
        assert_eq!(whole(450.0), "450");
        assert_eq!(whole(9999.0), "9999");
        assert_eq!(whole(12345.0), "12,345");
        assert_eq!(whole(1_234_567.0), "1,234,567");
    }

    #[test]
    fn a_p_value_is_never_printed_against_its_stars() {
        let stars = |p| stars(p, &default_stars());
        let p = |p| Number::probability(p).digits();
        let fixed = |s: &str| Digits::Fixed { negative: false, digits: s.to_owned() };
        assert_eq!((stars(0.05), p(0.05)), ("*".into(), fixed("0.050")));
        assert_eq!(
            (stars(0.049_999_9), p(0.049_999_9)),
            ("**".into(), Digits::Below("0.050".into()))
        );
        assert_eq!((stars(0.050_000_1), p(0.050_000_1)), ("*".into(), fixed("0.050")));
        assert_eq!((stars(0.1), p(0.1)), (String::new(), fixed("0.100")));
        assert_eq!((stars(0.0096), p(0.0096)), ("***".into(), fixed("0.0096")));
        assert_eq!(p(0.049_96), fixed("0.04996"));
        assert_eq!(p(0.009_2), fixed("0.009"));
        assert_eq!(p(0.009_999_3), fixed("0.009999"));
        assert_eq!(p(0.0009), Digits::Below("0.001".into()));
        assert_eq!(p(0.001), fixed("0.001"));
        assert_eq!(p(0.0), Digits::Below("0.001".into()));
        assert_eq!(p(1.0), fixed("1.000"));
        assert_eq!(p(0.0412), fixed("0.041"));
        assert_eq!(p(0.024_5), fixed("0.025"));
    }

    #[test]
    fn stars_do_not_depend_on_the_order_of_the_thresholds() {
        let mut thresholds = default_stars();
        thresholds.reverse();
        assert_eq!(stars(0.03, &thresholds), "**");
        assert_eq!(stars(0.03, &[]), "");
    }

    #[test]
    fn data_files_get_every_digit() {
        assert_eq!(exact(0.1 + 0.2), "0.30000000000000004");
        assert_eq!(exact(1e-300), "1e-300");
    }
}
