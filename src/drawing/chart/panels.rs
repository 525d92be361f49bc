//! Equal areas in rows and columns. Their edges are computed from one grid, so that panels that
//! share an axis are aligned to the last bit.

use crate::drawing::Rect;

/// Areas in rows and columns.
#[derive(Debug, Clone, PartialEq)]
pub struct Panels {
    /// Number of columns.
    pub columns: usize,
    /// Number of rows.
    pub rows: usize,
    area: Rect,
    gaps: (f64, f64),
}

impl Panels {
    /// `rows` × `columns` equal areas with these gaps (between columns, between rows) in `area`.
    pub fn new(area: Rect, rows: usize, columns: usize, gaps: (f64, f64)) -> Self {
        Self { columns: columns.max(1), rows: rows.max(1), area, gaps }
    }

    /// As many columns as rows, or one more.
    pub fn square(count: usize) -> (usize, usize) {
        let columns = (1..=count).find(|c| c * c >= count).unwrap_or(1);
        (count.div_ceil(columns).max(1), columns)
    }

    /// The area in a row and a column, from 0.
    pub fn at(&self, row: usize, column: usize) -> Rect {
        let width =
            (self.area.width - (self.columns - 1) as f64 * self.gaps.0) / self.columns as f64;
        let height = (self.area.height - (self.rows - 1) as f64 * self.gaps.1) / self.rows as f64;
        Rect::new(
            self.area.x + column as f64 * (width + self.gaps.0),
            self.area.y + row as f64 * (height + self.gaps.1),
            width.max(1.0),
            height.max(1.0),
        )
    }

    /// The `i`-th area, row by row.
    pub fn nth(&self, i: usize) -> Rect {
        self.at(i / self.columns, i % self.columns)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn panels_are_aligned_exactly() {
        let panels = Panels::new(Rect::new(31.3, 7.7, 400.1, 300.3), 3, 3, (10.1, 20.2));
        for i in 0..3 {
            assert!((0..3).all(|j| panels.at(j, i).x.to_bits() == panels.at(0, i).x.to_bits()));
            assert!((0..3).all(|j| panels.at(i, j).y.to_bits() == panels.at(i, 0).y.to_bits()));
        }
        assert!((panels.at(2, 2).right() - 431.4).abs() < 1e-9);
        assert_eq!(
            [1, 2, 3, 4, 5, 7].map(Panels::square),
            [(1, 1), (1, 2), (2, 2), (2, 2), (2, 3), (3, 3)]
        );
    }
}
