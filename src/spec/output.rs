//! `[output]`: the formats that results are written in.

use crate::spec::figures::FigureFormat;

/// `[output]`
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OutputSpec {
    /// Names of the formats in which tables are written; at least one.
    pub tables: Vec<String>,
    /// Formats of figures, distinct.
    pub figures: Vec<FigureFormat>,
}

impl Default for OutputSpec {
    fn default() -> Self {
        Self {
            tables: ["markdown", "latex"].map(str::to_owned).to_vec(),
            figures: vec![FigureFormat::Svg, FigureFormat::Pdf],
        }
    }
}
