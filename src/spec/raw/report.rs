//! `[report]`.

use schemars::JsonSchema;
use serde::Deserialize;

/// `[report]`: what `spanel report` cannot know by itself.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct RawReport {
    /// The question of the experiment; that of its first comment when absent.
    pub question: Option<String>,
    /// The specification curve; all grids and coefficients when absent.
    pub curve: Option<RawCurve>,
}

/// `curve = { … }` of `[report]`.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct RawCurve {
    /// The grid whose cells are its specifications; every grid may be chosen when absent.
    pub grid: Option<String>,
    /// Coefficients and effects that may be chosen, the first one shown first; all when absent.
    #[schemars(extend("x-words" = "coefficients"))]
    pub rows: Option<Vec<String>>,
}
