//! Numbers as a text prints them, with the line they were copied from: what is audited, and what
//! computed numbers are held against.

use std::collections::BTreeMap;
use std::path::PathBuf;

/// A number as it is printed.
#[derive(Debug, Clone, PartialEq)]
pub struct Decimal {
    /// The text, without what surrounds it.
    pub text: String,
    /// Its value.
    pub value: f64,
    /// Digits after the point.
    pub decimals: usize,
}

impl Decimal {
    /// The number that a text spells with digits and a decimal point, a hyphen or a true minus.
    pub fn parse(text: &str) -> Option<Self> {
        let plain = text.trim().replace('\u{2212}', "-");
        let value: f64 = plain.parse().ok().filter(|v: &f64| v.is_finite())?;
        let mantissa = plain.split(['e', 'E']).next().unwrap_or_default();
        let decimals = mantissa.split_once('.').map_or(0, |(_, digits)| digits.len());
        Some(Self { text: text.trim().to_owned(), value, decimals })
    }

    /// One unit of the last digit.
    pub fn unit(&self) -> f64 {
        0.1_f64.powi(i32::try_from(self.decimals).unwrap_or(i32::MAX))
    }

    /// The smallest and largest number that is printed so.
    pub fn range(&self) -> (f64, f64) {
        let half = self.unit() / 2.0;
        (self.value - half, self.value + half)
    }

    /// The least and the largest magnitude that is printed so.
    pub fn magnitudes(&self) -> (f64, f64) {
        let half = self.unit() / 2.0;
        ((self.value.abs() - half).max(0.0), self.value.abs() + half)
    }

    /// Digits from the first that is not zero.
    pub fn significant_digits(&self) -> usize {
        let digits = self.text.chars().filter(char::is_ascii_digit);
        digits.skip_while(|c| *c == '0').count()
    }

    /// Whether it has no fraction, whatever is printed after the point.
    pub fn is_whole(&self) -> bool {
        self.value.fract() == 0.0
    }
}

/// A line of a file.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Line {
    /// The file, as it was named.
    pub file: PathBuf,
    /// From 1; in a workbook the row.
    pub number: usize,
}

/// A number in the body of a table.
#[derive(Debug, Clone, PartialEq)]
pub struct Entry {
    /// Where it was copied to.
    pub at: Line,
    /// The table it is printed in; empty where the file does not say.
    pub table: String,
    /// The column it stands in: names and values, in the order of the file.
    pub keys: Vec<(String, String)>,
    /// The row it stands in.
    pub term: String,
    /// The number.
    pub value: Decimal,
    /// Its stars; `None` where none are to be expected, as of statistics.
    pub stars: Option<usize>,
    /// Standard error, where it is printed.
    pub std_error: Option<Decimal>,
    /// t or z statistic, where it is printed.
    pub statistic: Option<Decimal>,
    /// p-value, where it is printed.
    pub p_value: Option<Decimal>,
}

impl Entry {
    /// The value of a key.
    pub fn key(&self, name: &str) -> Option<&str> {
        self.keys.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    /// `national, OA`
    pub fn column(&self) -> String {
        self.keys.iter().map(|(_, value)| value.as_str()).collect::<Vec<_>>().join(", ")
    }

    /// The row with a value of a key in it replaced by the name of the key, so that rows of columns
    /// that differ in it are the same: `lnOA@lag1` in the column of the measure OA is
    /// `ln{measure}@lag1`.
    pub fn row(&self) -> String {
        let mut row = self.term.clone();
        for (key, value) in self.keys.iter().filter(|(_, value)| !value.is_empty()) {
            row = row.replace(value.as_str(), &format!("{{{key}}}"));
        }
        row
    }

    /// Whether all that is printed is the same, wherever it was copied to.
    pub fn says_the_same(&self, other: &Self) -> bool {
        Self { at: self.at.clone(), ..other.clone() } == *self
    }

    /// The number with its stars.
    pub fn shown(&self) -> String {
        format!("{}{}", self.value.text, "*".repeat(self.stars.unwrap_or(0)))
    }

    /// What the row is about.
    pub fn role(&self) -> Role {
        Role::of(&self.term)
    }
}

/// What a row of a table is about, by its name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    /// A coefficient of a regressor.
    Coefficient,
    /// ρ or λ.
    Spatial,
    /// R², of whichever kind.
    Fit,
    /// A variance.
    Variance,
    /// The log-likelihood.
    LogLikelihood,
    /// A number of things.
    Count,
    /// An information criterion.
    Criterion,
}

impl Role {
    /// The role of a row of this name.
    pub fn of(term: &str) -> Self {
        let name = squeezed(term);
        match name.as_str() {
            "rho" | "ρ" | "lambda" | "λ" | "spatialrho" | "spatiallambda" => Self::Spatial,
            "sigma2" | "σ2" | "σ²" | "sigmasquared" | "variance" => Self::Variance,
            "loglik" | "loglikelihood" | "logl" | "ll" => Self::LogLikelihood,
            "n" | "nobs" | "obs" | "observations" | "units" | "periods" => Self::Count,
            "aic" | "bic" | "hqic" => Self::Criterion,
            _ if ["r2", "r²", "rsquared"].iter().any(|r| name.contains(r)) => Self::Fit,
            _ => Self::Coefficient,
        }
    }

    /// Whether it is estimated, with a standard error.
    pub fn is_estimate(self) -> bool {
        matches!(self, Self::Coefficient | Self::Spatial)
    }
}

/// A name in lower case without blanks, hyphens and underscores, by which names are held to be the
/// same: `ln OA`, `lnOA` and `ln_oa`.
pub fn squeezed(name: &str) -> String {
    let kept = name.chars().filter(|c| !c.is_whitespace() && !"_-".contains(*c));
    kept.flat_map(char::to_lowercase).collect()
}

/// A row of a table of descriptive statistics.
#[derive(Debug, Clone, PartialEq)]
pub struct Moments {
    /// Where it was copied to.
    pub at: Line,
    /// The table; empty where the file does not say.
    pub table: String,
    /// The variable.
    pub variable: String,
    /// Minimum.
    pub minimum: Decimal,
    /// Maximum.
    pub maximum: Decimal,
    /// Mean.
    pub mean: Decimal,
    /// Standard deviation.
    pub std_dev: Decimal,
    /// Number of observations, where it is printed.
    pub n: Option<Decimal>,
}

/// What files hold.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Printed {
    /// Numbers of tables of estimates.
    pub entries: Vec<Entry>,
    /// Rows of tables of descriptive statistics.
    pub moments: Vec<Moments>,
}

impl Printed {
    /// Entries of one place, a row of a column of a table, that stand more than once: each with the
    /// one before it.
    pub fn twice(&self) -> Vec<(&Entry, &Entry)> {
        let mut first = BTreeMap::new();
        let mut found = Vec::new();
        for entry in &self.entries {
            let place = (&entry.table, &entry.keys, &entry.term);
            match first.get(&place) {
                Some(&before) => found.push((before, entry)),
                None => {
                    first.insert(place, entry);
                }
            }
        }
        found
    }

    /// Takes in what another file holds.
    pub fn extend(&mut self, other: Self) {
        self.entries.extend(other.entries);
        self.moments.extend(other.moments);
    }
}

/// A sentence of the text about the tables.
#[derive(Debug, Clone, PartialEq)]
pub struct Statement {
    /// Where it is declared.
    pub at: Line,
    /// The sentence.
    pub text: String,
    /// Where it stands in the text; empty where that is not said.
    pub stands: String,
    /// The table it is about.
    pub table: Option<String>,
    /// The row it is about.
    pub term: Option<String>,
    /// The columns it is about, by key.
    pub keys: BTreeMap<String, String>,
    /// What it says.
    pub says: Says,
}

impl Statement {
    /// Whether it is about this number, tables aside.
    pub fn is_about(&self, entry: &Entry) -> bool {
        self.term.as_ref().is_none_or(|term| *term == entry.term)
            && self.keys.iter().all(|(key, value)| entry.key(key) == Some(value))
    }
}

/// What a sentence says.
#[derive(Debug, Clone, PartialEq)]
pub enum Says {
    /// The coefficients have this sign, with so many stars at least.
    Sign(Sign, usize),
    /// The numbers stand in the table that it cites.
    Cites {
        /// The table it cites.
        table: String,
        /// A number that it quotes.
        value: Option<Decimal>,
    },
    /// What the table's head calls one way is called another.
    Called {
        /// The head of the table.
        head: String,
        /// What the text calls it.
        called: String,
    },
    /// It counts things that are shown.
    Counts {
        /// As many as it says.
        says: u32,
        /// As many as are shown.
        shows: u32,
    },
}

/// A sign that a sentence names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sign {
    /// Above zero.
    Positive,
    /// Below zero.
    Negative,
    /// Either, but with stars.
    Any,
    /// Without stars.
    None,
}

impl Sign {
    /// All of them by name.
    pub const ALL: [(&'static str, Self); 4] = [
        ("positive", Self::Positive),
        ("negative", Self::Negative),
        ("any", Self::Any),
        ("none", Self::None),
    ];

    /// The name.
    pub fn name(self) -> &'static str {
        Self::ALL.iter().find(|(_, sign)| *sign == self).map_or("", |(name, _)| name)
    }

    /// Whether a printed number is of this sign; what has no stars at all is never insignificant.
    pub fn holds(self, value: f64, stars: Option<usize>, least: usize) -> bool {
        let starred = stars.is_some_and(|stars| stars >= least);
        match self {
            Self::Positive => value > 0.0 && (least == 0 || starred),
            Self::Negative => value < 0.0 && (least == 0 || starred),
            Self::Any => stars.is_some_and(|stars| stars >= least.max(1)),
            Self::None => stars == Some(0),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn printed_numbers_keep_their_digits() {
        let number = Decimal::parse(" \u{2212}0.0400 ").unwrap();
        assert_eq!((number.value, number.decimals, number.significant_digits()), (-0.04, 4, 3));
        let (low, high) = number.magnitudes();
        assert!((low - 0.03995).abs() < 1e-12 && (high - 0.04005).abs() < 1e-12);
        assert!(Decimal::parse("6.0000").unwrap().is_whole());
        assert_eq!(Decimal::parse("1.5e-3").unwrap().decimals, 1);
        assert_eq!([Decimal::parse("n.a."), Decimal::parse("inf")], [None, None]);
    }

    #[test]
    fn rows_have_roles() {
        let roles = ["rho", "adjusted_r2", "R-squared", "log_likelihood", "N", "lnGDP", "sigma2"];
        let expected = [
            Role::Spatial,
            Role::Fit,
            Role::Fit,
            Role::LogLikelihood,
            Role::Count,
            Role::Coefficient,
            Role::Variance,
        ];
        assert_eq!(roles.map(Role::of), expected);
    }

    #[test]
    fn signs_look_at_stars() {
        assert!(Sign::Positive.holds(0.1, None, 0) && !Sign::Positive.holds(0.1, Some(1), 2));
        assert!(Sign::None.holds(0.1, Some(0), 0) && !Sign::None.holds(0.1, None, 0));
        assert!(Sign::Any.holds(-0.1, Some(1), 0) && !Sign::Any.holds(-0.1, Some(0), 0));
    }
}
