//! How wide LaTeX sets a table, roughly, and in which size it fits a page.
//!
//! Widths are those of Latin Modern, in which a digit is half as wide as its letters are high. A page
//! has room for 160 mm, turned for 240 mm, as the documents that spanel writes. The estimate is of
//! the entries, the heads of single columns and the row labels; TeX alone knows better.

use crate::report::formats::plain;
use crate::report::formats::view::{ColumnView, TableView};
use crate::report::table::Table;
use crate::spec::tables::{LatexMode, LatexSpec};
use serde::Serialize;

/// Room across a page, in points of TeX: 160 mm.
const PAGE: f64 = 455.0;
/// Room across a turned page: 240 mm.
const TURNED: f64 = 683.0;
/// Points of TeX in a millimetre.
const POINTS: f64 = 2.845;
/// What siunitx reserves for numbers in line beyond their digits and stars, in tenths: as measured on
/// tables of the shipped experiments.
const RESERVED: u32 = 12;
/// From so many columns on letters are small, whatever stands in them.
const MANY_COLUMNS: usize = 7;

/// A size of letters, and the room beside a column.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
pub struct Size {
    /// The command of LaTeX; empty for the letters of the text.
    pub command: &'static str,
    /// Points beside a column.
    pub beside: u32,
    /// Height of the letters in points.
    pub points: u32,
    /// Width of the table that is too wide even so, in millimetres; 0 for one that fits.
    pub too_wide: u32,
}

/// From the letters of the text down to the smallest that are read in print.
const SIZES: [Size; 3] = [
    Size { command: "", beside: 6, points: 10, too_wide: 0 },
    Size { command: "\\footnotesize", beside: 3, points: 9, too_wide: 0 },
    Size { command: "\\scriptsize", beside: 2, points: 8, too_wide: 0 },
];

/// The largest size in which a table fits, or the smallest, with how wide it is then. A fragment
/// says no size: that is the author's.
pub fn size(view: &TableView, table: &Table) -> Size {
    let room = if view.latex.landscape { TURNED } else { PAGE };
    let first = usize::from(view.width > MANY_COLUMNS);
    let sizes = match view.latex.mode {
        LatexMode::Fragment => &SIZES[..1],
        LatexMode::Float | LatexMode::Standalone => &SIZES[first..],
    };
    let fits = sizes.iter().find(|size| points(view, table, **size) <= room);
    fits.copied().unwrap_or_else(|| {
        let smallest = sizes[sizes.len() - 1];
        let millimetres = points(view, table, smallest) / POINTS;
        Size { too_wide: millimetres.round() as u32, ..smallest }
    })
}

/// Width in points.
fn points(view: &TableView, table: &Table, size: Size) -> f64 {
    let digit = f64::from(size.points) / 2.0;
    let deep = |depth: usize| 20 * u32::try_from(depth).unwrap_or(u32::MAX / 40);
    let of_group = |g: &crate::report::table::Group| {
        g.rows.iter().map(|row| plain::width(&row.label) + deep(g.depth)).max().unwrap_or(0)
    };
    let labels = table.groups.iter().map(of_group).max().unwrap_or(0);
    let labels = labels.max(plain::width(&table.stub));
    let numbers = |c: &ColumnView| (c.whole_width + c.rest_width) * RESERVED / 10;
    let of_columns = view.columns.iter().map(|column| column.width.max(numbers(column)));
    let tenths = labels + of_columns.sum::<u32>();
    let beside = 2.0 * f64::from(size.beside) * (view.columns.len() + 1) as f64;
    f64::from(tenths) / 10.0 * digit + beside
}

/// What to say of a table that is wider than its page.
pub fn caution(id: &str, latex: LatexSpec, size: Size) -> Option<String> {
    if size.too_wide == 0 {
        return None;
    }
    let (room, mend) = match (latex.mode, latex.landscape) {
        (LatexMode::Fragment, _) => (
            160,
            "put it into sidewaystable or into smaller letters, or show fewer columns (`where`)",
        ),
        (_, false) => (160, "landscape = true turns its page; or show fewer columns (`where`)"),
        (_, true) => (
            240,
            "show fewer columns (`where`), stack them (`panels`), or fewer decimals (`digits`)",
        ),
    };
    Some(format!(
        "table `{id}` is about {} mm wide in LaTeX, on a page with room for {room} mm: {mend}",
        size.too_wide
    ))
}
