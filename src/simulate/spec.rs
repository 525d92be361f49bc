//! The TOML of a process → [`Process`].

use super::{Column, Process, Response, Units};
use crate::ident::Seed;
use crate::load::text::Text;
use crate::mistake::{Checked, Kind, Mistake, Mistakes, suggest};
use schemars::JsonSchema;
use serde::Deserialize;
use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;
use std::path::Path;
use toml::Spanned;

/// A process: what a panel is drawn from.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Raw {
    /// Root of all randomness.
    seed: u64,
    /// The sentence for the note of every table.
    #[serde(default = "default_note")]
    note: String,
    /// Units and periods.
    panel: RawPanel,
    /// The left-hand side.
    response: RawResponse,
    /// The right-hand columns, in the order of the file.
    columns: Vec<RawColumn>,
}

fn default_note() -> String {
    "Simulated data: no figure is an observation.".to_owned()
}

/// Units and periods.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct RawPanel {
    /// A table with a row for each unit, relative to this file.
    units: String,
    /// Its column of names, which is also the unit column of what is made.
    unit: String,
    /// Further columns of it that are carried over.
    #[serde(default)]
    carry: Vec<String>,
    /// Name of the period column.
    time: String,
    /// First and last period of the file.
    #[schemars(with = "(i64, i64)")]
    years: Spanned<(i64, i64)>,
    /// GAL file of the neighbours, relative to this file; row-normalised.
    weights: String,
}

/// The left-hand side.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct RawResponse {
    /// Name of its column.
    #[schemars(with = "String")]
    name: Spanned<String>,
    /// Mean over the file.
    mean: f64,
    /// Standard deviation over the file, divisor n − 1.
    #[schemars(with = "f64")]
    sd: Spanned<f64>,
    /// Coefficient of Wy, inside (−1, 1).
    #[schemars(with = "f64")]
    rho: Spanned<f64>,
    /// Standard deviation of the innovations.
    #[schemars(with = "f64")]
    sigma: Spanned<f64>,
    /// Standard deviation of the period effects; 0 when absent.
    #[serde(default)]
    #[schemars(with = "Option<f64>")]
    period_sd: Option<Spanned<f64>>,
    /// Coefficients of columns, `ln_x`, and of their time lags, `ln_x@lag2`.
    #[schemars(with = "BTreeMap<String, f64>")]
    coefficients: BTreeMap<Spanned<String>, f64>,
}

/// How a right-hand column varies.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct RawColumn {
    /// Its name.
    #[schemars(with = "String")]
    name: Spanned<String>,
    /// Mean over the file.
    mean: f64,
    /// Standard deviation over the file, divisor n − 1.
    #[schemars(with = "f64")]
    sd: Spanned<f64>,
    /// Share of its variance that lies between units.
    #[schemars(with = "f64")]
    unit: Spanned<f64>,
    /// Share of its variance that is a linear trend common to all units; 0 when absent.
    #[serde(default)]
    trend: f64,
    /// Autoregressive coefficient of the rest, from 0 to below 1; 0 when absent.
    #[serde(default)]
    #[schemars(with = "Option<f64>")]
    persistence: Option<Spanned<f64>>,
    /// 0: normal. k > 0: exp(kz) of the score z, skewed to the right; k < 0: −exp(kz), to the left.
    #[serde(default)]
    shape: f64,
    /// Another column whose score it shares.
    follows: Option<Follows>,
    /// When the file holds exp(x): the name of that column.
    #[schemars(with = "Option<String>")]
    exp_as: Option<Spanned<String>>,
}

/// A score that two columns share.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Follows {
    /// The other column.
    #[schemars(with = "String")]
    column: Spanned<String>,
    /// The share, from 0 to 1.
    #[schemars(with = "f64")]
    share: Spanned<f64>,
}

/// Collects mistakes at places of the text.
struct Checks<'a> {
    text: &'a Text,
    mistakes: Vec<Mistake>,
}

impl Checks<'_> {
    fn add(&mut self, at: Range<usize>, message: impl Into<String>, help: impl Into<String>) {
        self.mistakes.push(mistake(self.text, at, message).help(help));
    }

    fn positive(&mut self, what: &str, value: &Spanned<f64>) {
        if !(value.get_ref().is_finite() && *value.get_ref() > 0.0) {
            self.add(value.span(), format!("{what} must be positive"), "give a number above 0");
        }
    }

    fn share(&mut self, what: &str, at: Range<usize>, value: f64) {
        if !(0.0..=1.0).contains(&value) {
            self.add(at, format!("{what} is a share"), "give a number from 0 to 1");
        }
    }
}

fn mistake(text: &Text, at: Range<usize>, message: impl Into<String>) -> Mistake {
    let mut mistake = text.mistake(at, message);
    mistake.kind = Kind::Spec;
    mistake
}

/// Reads a process. File names in it are taken relative to `folder`.
pub fn parse(text: &Text, folder: &Path) -> Checked<Process> {
    let raw: Raw = toml::from_str(&text.text)
        .map_err(|e| mistake(text, e.span().unwrap_or(0..0), e.message()))?;
    let mut checks = Checks { text, mistakes: Vec::new() };
    check_panel(&raw.panel, &mut checks);
    check_columns(&raw, &mut checks);
    let coefficients = check_response(&raw, &mut checks);
    Mistakes::unless_empty(checks.mistakes, ())?;
    Ok(Process {
        seed: Seed(raw.seed),
        note: raw.note,
        units: Units {
            file: folder.join(&raw.panel.units),
            column: raw.panel.unit,
            carry: raw.panel.carry,
        },
        time: raw.panel.time,
        years: raw.panel.years.into_inner(),
        weights: folder.join(&raw.panel.weights),
        columns: raw.columns.into_iter().map(column).collect(),
        response: Response {
            name: raw.response.name.into_inner(),
            mean: raw.response.mean,
            sd: raw.response.sd.into_inner(),
            rho: raw.response.rho.into_inner(),
            sigma: raw.response.sigma.into_inner(),
            period_sd: raw.response.period_sd.map_or(0.0, Spanned::into_inner),
            coefficients,
        },
    })
}

fn column(raw: RawColumn) -> Column {
    Column {
        name: raw.name.into_inner(),
        mean: raw.mean,
        sd: raw.sd.into_inner(),
        unit: raw.unit.into_inner(),
        trend: raw.trend,
        persistence: raw.persistence.map_or(0.0, Spanned::into_inner),
        shape: raw.shape,
        follows: raw.follows.map(|f| (f.column.into_inner(), f.share.into_inner())),
        exp_as: raw.exp_as.map(Spanned::into_inner),
    }
}

fn check_panel(panel: &RawPanel, checks: &mut Checks<'_>) {
    let (first, last) = *panel.years.get_ref();
    if last <= first || last - first >= 10_000 {
        let help = "give the first and the last one, at most 10 000 periods: years = [2002, 2018]";
        checks.add(panel.years.span(), "the periods do not rise from the first to the last", help);
    }
}

fn check_columns(raw: &Raw, checks: &mut Checks<'_>) {
    let mut written = BTreeSet::from([raw.panel.unit.as_str(), raw.panel.time.as_str()]);
    written.extend(raw.panel.carry.iter().map(String::as_str));
    let names = raw.columns.iter().map(|c| c.exp_as.as_ref().unwrap_or(&c.name));
    for name in std::iter::once(&raw.response.name).chain(names) {
        if !written.insert(name.get_ref()) {
            let message = format!("the file would have two columns called `{}`", name.get_ref());
            checks.add(name.span(), message, "give one of them another name");
        }
    }
    for column in &raw.columns {
        check_column(column, raw, checks);
    }
}

fn check_column(column: &RawColumn, raw: &Raw, checks: &mut Checks<'_>) {
    checks.positive("a standard deviation", &column.sd);
    let unit = *column.unit.get_ref();
    checks.share("`unit`", column.unit.span(), unit);
    if column.trend < 0.0 || unit + column.trend > 1.0 {
        let help = "they are shares of one variance: from 0, and together at most 1";
        checks.add(column.unit.span(), "`unit` and `trend` do not fit together", help);
    }
    if let Some(phi) = column.persistence.as_ref().filter(|p| !(0.0..1.0).contains(p.get_ref())) {
        checks.add(phi.span(), "the process is not stationary", "give a number from 0 to below 1");
    }
    let Some(follows) = &column.follows else { return };
    checks.share("`share`", follows.share.span(), *follows.share.get_ref());
    let leads = |c: &&RawColumn| c.name != column.name && c.follows.is_none();
    let leaders: Vec<&str> =
        raw.columns.iter().filter(leads).map(|c| c.name.get_ref().as_str()).collect();
    let name = follows.column.get_ref();
    if !leaders.contains(&name.as_str()) {
        let message = format!("`{name}` is no column that could be followed");
        checks.add(follows.column.span(), message, suggest(name, leaders));
    }
}

/// `ln_oa`, `ln_oa@lag2` → column and lag.
fn check_response(raw: &Raw, checks: &mut Checks<'_>) -> Vec<(String, u32, f64)> {
    let response = &raw.response;
    checks.positive("a standard deviation", &response.sd);
    checks.positive("`sigma`", &response.sigma);
    if response.rho.get_ref().abs() >= 1.0 {
        checks.add(response.rho.span(), "`rho` is out of range", "give a number inside (-1, 1)");
    }
    if let Some(sd) = &response.period_sd
        && (*sd.get_ref() < 0.0 || !sd.get_ref().is_finite())
    {
        checks.add(sd.span(), "a standard deviation is negative", "give 0 or more");
    }
    let known: Vec<&str> = raw.columns.iter().map(|c| c.name.get_ref().as_str()).collect();
    let mut coefficients = Vec::new();
    for (term, &value) in &response.coefficients {
        let (name, lag) = match term.get_ref().split_once("@lag") {
            None => (term.get_ref().as_str(), Some(0)),
            Some((name, lag)) => (name, lag.parse().ok().filter(|&lag: &u32| lag <= 100)),
        };
        if !known.contains(&name) {
            let message = format!("`{name}` is none of the columns");
            checks.add(term.span(), message, suggest(name, known.iter().copied()));
        } else if let Some(lag) = lag {
            coefficients.push((name.to_owned(), lag, value));
        } else {
            let help = "write the name, `@lag` and a number up to 100: \"ln_oa@lag2\"";
            checks.add(term.span(), "this is no lag", help);
        }
    }
    coefficients
}
