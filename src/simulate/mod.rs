//! A declared process → a panel that follows it, for tests and for papers whose data are not
//! public. What it makes is always marked as simulated.
//!
//! ```text
//! score  z = √u·aᵢ + √g·trend + √(1 − u − g)·wᵢₜ,   w AR(1);   √f·z_other + √(1 − f)·z if it follows
//! column x = mean + sd·standardised(shaped z)
//! response y = (I − ρW)⁻¹(Xβ + μᵢ + τₜ + e)
//! ```
//!
//! Means and standard deviations (divisor n − 1) of the columns hold exactly over the periods of
//! the file: a column is shifted and scaled after its draw, the response by its constant and by the
//! spread of its unit effects. Every random stream is named after the column it is for, so that
//! adding a column changes no other.
//!
//! | file | what it does |
//! |---|---|
//! | `spec` | the TOML of a process → [`Process`], with every mistake at its place |
//! | `generate` | process, units, weights → numbers; pure |
//! | `files` | files in, CSV and provenance out |

pub mod files;
pub mod generate;
pub mod spec;

use crate::ident::Seed;
use std::path::PathBuf;

pub use files::{Simulation, simulate};

/// A data-generating process.
#[derive(Debug, Clone, PartialEq)]
pub struct Process {
    /// Root of all randomness.
    pub seed: Seed,
    /// The sentence for the note of every table.
    pub note: String,
    /// Where the units come from.
    pub units: Units,
    /// Name of the period column.
    pub time: String,
    /// First and last period of the file.
    pub years: (i64, i64),
    /// GAL file of the neighbours, row-normalised.
    pub weights: PathBuf,
    /// The right-hand columns, in the order of the file.
    pub columns: Vec<Column>,
    /// The left-hand side.
    pub response: Response,
}

/// Where the units come from.
#[derive(Debug, Clone, PartialEq)]
pub struct Units {
    /// A table with a row for each unit.
    pub file: PathBuf,
    /// Its column of names, which is also the unit column of what is made.
    pub column: String,
    /// Further columns of it that are carried over.
    pub carry: Vec<String>,
}

/// How a right-hand column varies.
#[derive(Debug, Clone, PartialEq)]
pub struct Column {
    /// Its name.
    pub name: String,
    /// Mean over the file.
    pub mean: f64,
    /// Standard deviation over the file, divisor n − 1.
    pub sd: f64,
    /// Share of its variance that lies between units, u.
    pub unit: f64,
    /// Share of its variance that is a linear trend common to all units, g.
    pub trend: f64,
    /// Autoregressive coefficient of the rest.
    pub persistence: f64,
    /// 0: normal. k > 0: the score z becomes exp(kz), skewed to the right; k < 0: −exp(kz), skewed
    /// to the left.
    pub shape: f64,
    /// Another column whose score it shares, and the share f.
    pub follows: Option<(String, f64)>,
    /// When the file holds exp(x): the name of that column.
    pub exp_as: Option<String>,
}

/// How the left-hand side comes about.
#[derive(Debug, Clone, PartialEq)]
pub struct Response {
    /// Its name.
    pub name: String,
    /// Mean over the file.
    pub mean: f64,
    /// Standard deviation over the file, divisor n − 1.
    pub sd: f64,
    /// Coefficient of Wy.
    pub rho: f64,
    /// Standard deviation of the innovations.
    pub sigma: f64,
    /// Standard deviation of the period effects.
    pub period_sd: f64,
    /// (column, time lag, coefficient).
    pub coefficients: Vec<(String, u32, f64)>,
}

impl Process {
    /// Number of periods in the file.
    pub fn n_periods(&self) -> usize {
        (self.years.1 - self.years.0 + 1) as usize
    }

    /// Periods drawn before the first one of the file, for the lags.
    pub fn presample(&self) -> usize {
        self.response.coefficients.iter().map(|c| c.1).max().unwrap_or(0) as usize
    }
}
