//! What a report is told beside records.

use crate::ident::Located;
use crate::spec::tables::RowTerm;

/// `[report]`
#[derive(Debug, Clone, PartialEq, Default)]
pub struct ReportSpec {
    /// The question of the experiment, when it is stated.
    pub question: Option<String>,
    /// The specification curve.
    pub curve: CurveSpec,
}

/// `curve = { … }` of `[report]`
#[derive(Debug, Clone, PartialEq, Default)]
pub struct CurveSpec {
    /// Key of `Spec::grids`; any grid may be chosen when absent.
    pub grid: Option<Located<String>>,
    /// Coefficients and effects, the first one shown first; all when empty.
    pub rows: Vec<Located<RowTerm>>,
}
