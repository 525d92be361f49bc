//! One table object for every output format. It holds unrounded numbers and plain Unicode text;
//! rounding is `number`'s, signs and escaping are the format's.

use crate::ident::CellId;
use crate::report::number::Number;
use crate::spec::Language;
pub use crate::spec::tables::Brackets;

/// A table, complete but for its typesetting.
#[derive(Debug, Clone, PartialEq)]
pub struct Table {
    /// File name without extension.
    pub id: String,
    /// Caption.
    pub caption: String,
    /// Number of the table, if it has been given one.
    pub number: Option<u32>,
    /// The language of what is not the author's.
    pub language: Language,
    /// What stands over all columns, such as the dependent variable.
    pub over: Option<String>,
    /// Head of the column of row labels.
    pub stub: String,
    /// Heads, outermost first. The spans of each row add up to the number of columns.
    pub heads: Vec<Vec<Head>>,
    /// The columns beside the row labels.
    pub columns: Vec<Column>,
    /// Rows, with a rule between groups. Every row has as many entries as there are columns.
    pub groups: Vec<Group>,
    /// Notes below the table, each a sentence or more.
    pub notes: Vec<String>,
    /// What the marks of entries refer to.
    pub footnotes: Vec<Footnote>,
}

/// A head over one or more columns.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Head {
    /// Text; empty for none.
    pub label: String,
    /// Number of columns.
    pub span: usize,
}

/// A column beside the row labels.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Column {
    /// Shown as `(1)` below the heads; `None` when columns are not numbered.
    pub number: Option<usize>,
    /// The cell its numbers come from: what a person calls it, and its content address.
    pub cell: Option<(String, CellId)>,
    /// How its entries are set.
    pub align: Align,
}

/// How the entries of a column are set.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Align {
    /// Decimal points in line.
    Decimal,
    /// Text from the left.
    Left,
}

/// Rows between two rules.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Group {
    /// A line above the rows; none when absent.
    pub label: Option<String>,
    /// How many lines the rows stand below, their own among them: those of a group of a panel stand
    /// below two. So much their labels are indented, for its end to be seen; 0 where what follows
    /// has a line of its own.
    pub depth: usize,
    /// The rows.
    pub rows: Vec<Row>,
    /// The cells that the numbers of its columns come from, where they are not those of the
    /// table's columns: what a person calls them, and their content addresses.
    pub cells: Vec<Option<(String, CellId)>>,
}

impl Group {
    /// Rows without a line above them.
    pub fn of(rows: Vec<Row>) -> Self {
        Self { rows, ..Self::default() }
    }

    /// Rows below a line.
    pub fn titled(label: impl Into<String>, rows: Vec<Row>) -> Self {
        Self { label: Some(label.into()), ..Self::of(rows) }
    }
}

/// A row.
#[derive(Debug, Clone, PartialEq)]
pub struct Row {
    /// Label; empty in the row of standard errors below an estimate.
    pub label: String,
    /// The raw name of what the row is about, for those who read data rather than labels: a term
    /// (`measure@lag1`), a statistic (`loglik`), a test, a variable, a period; empty for none.
    pub name: String,
    /// Which quantity of it: `estimate`, `std-error`, `p`; empty for none.
    pub quantity: &'static str,
    /// One entry a column.
    pub entries: Vec<Entry>,
}

impl Row {
    /// A row that is about nothing that has a raw name.
    pub fn new(label: impl Into<String>, entries: Vec<Entry>) -> Self {
        Self { label: label.into(), name: String::new(), quantity: "", entries }
    }

    /// The same, about `quantity` of what has this raw name.
    pub fn of(self, name: impl Into<String>, quantity: &'static str) -> Self {
        Self { name: name.into(), quantity, ..self }
    }
}

/// What stands in one place of a table.
#[derive(Debug, Clone, PartialEq, Default)]
pub enum Entry {
    /// Nothing: the row does not exist for this column.
    #[default]
    Empty,
    /// Nothing, because the column has no fit; the reason is given once in its first row.
    Dash,
    /// Words.
    Text(String),
    /// A number.
    Number(Number),
    /// A number with significance stars.
    Starred {
        /// The number.
        value: Number,
        /// The stars, perhaps empty.
        stars: String,
    },
    /// What stands below an estimate or a test statistic.
    Enclosed {
        /// The number.
        value: Number,
        /// In what.
        brackets: Brackets,
    },
    /// `[low, high]`.
    Interval {
        /// Lower end.
        low: Number,
        /// Upper end.
        high: Number,
    },
    /// A value that does not exist, with the mark of the footnote that says why.
    Absent {
        /// `failed`, `not run`, `n/a`.
        word: &'static str,
        /// The footnote.
        mark: String,
    },
}

/// What a mark refers to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Footnote {
    /// `a`, `b`, …
    pub mark: String,
    /// The text.
    pub text: String,
}

impl Table {
    /// Checks the shape that every format relies on: spans add up to the columns, and every row
    /// has one entry a column. Returns what is wrong.
    pub fn check(&self) -> Result<(), String> {
        let n = self.columns.len();
        for (level, heads) in self.heads.iter().enumerate() {
            let spans: usize = heads.iter().map(|h| h.span).sum();
            if spans != n {
                return Err(format!("level {level} of the heads spans {spans} of {n} columns"));
            }
        }
        for row in self.rows() {
            if row.entries.len() != n {
                let entries = row.entries.len();
                return Err(format!("row `{}` has {entries} entries in {n} columns", row.label));
            }
        }
        Ok(())
    }

    /// The cell that the number of a group in the column at `position` comes from.
    pub fn cell<'a>(&'a self, group: &'a Group, position: usize) -> Option<&'a (String, CellId)> {
        let own = group.cells.get(position).and_then(Option::as_ref);
        own.or_else(|| self.columns.get(position)?.cell.as_ref())
    }

    /// Where each cell of the table stands, in words, what a person calls it, and its address:
    /// each once, in the order in which they stand.
    pub fn sources(&self) -> Vec<(String, &str, CellId)> {
        let mut found: Vec<(String, &str, CellId)> = Vec::new();
        let of_columns = self.columns.iter().map(|c| (c.number, c.cell.as_ref()));
        for (number, cell) in of_columns {
            let Some((label, id)) = cell else { continue };
            if !found.iter().any(|(.., known)| known == id) {
                let place = number.map(|n| format!("({n})")).unwrap_or_default();
                found.push((place, label, *id));
            }
        }
        for group in &self.groups {
            for (label, id) in group.cells.iter().flatten() {
                if !found.iter().any(|(.., known)| known == id) {
                    found.push((group.label.clone().unwrap_or_default(), label, *id));
                }
            }
        }
        found
    }

    /// All rows, across groups.
    pub fn rows(&self) -> impl Iterator<Item = &Row> {
        self.groups.iter().flat_map(|g| &g.rows)
    }
}

/// Footnotes as they are collected: equal texts share a mark.
#[derive(Debug, Default)]
pub struct Footnotes(Vec<Footnote>);

impl Footnotes {
    /// The mark for `text`.
    pub fn mark(&mut self, text: String) -> String {
        if let Some(known) = self.0.iter().find(|f| f.text == text) {
            return known.mark.clone();
        }
        let mark = letters(self.0.len());
        self.0.push(Footnote { mark: mark.clone(), text });
        mark
    }

    /// The footnotes in the order of their marks.
    pub fn into_vec(self) -> Vec<Footnote> {
        self.0
    }
}

/// `a` … `z`, `aa`, `ab`, …
fn letters(position: usize) -> String {
    let last = char::from(b'a' + u8::try_from(position % 26).expect("a remainder of 26 fits"));
    match position / 26 {
        0 => last.to_string(),
        more => format!("{}{last}", letters(more - 1)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marks_go_on_after_z() {
        assert_eq!([0, 1, 25, 26, 27, 52].map(letters), ["a", "b", "z", "aa", "ab", "ba"]);
    }

    #[test]
    fn equal_footnotes_share_a_mark() {
        let mut notes = Footnotes::default();
        assert_eq!(notes.mark("one".into()), "a");
        assert_eq!(notes.mark("two".into()), "b");
        assert_eq!(notes.mark("one".into()), "a");
        assert_eq!(notes.into_vec().len(), 2);
    }

    #[test]
    fn a_crooked_table_is_noticed() {
        let column = Column { number: None, cell: None, align: Align::Decimal };
        let mut table = Table {
            id: "t".into(),
            caption: String::new(),
            number: None,
            language: Language::En,
            over: None,
            stub: String::new(),
            heads: vec![vec![Head { label: "x".into(), span: 2 }]],
            columns: vec![column.clone(), column],
            groups: vec![],
            notes: vec![],
            footnotes: vec![],
        };
        assert_eq!(table.check(), Ok(()));
        table.groups.push(Group::of(vec![Row::new("r", vec![Entry::Empty])]));
        assert_eq!(table.check(), Err("row `r` has 1 entries in 2 columns".into()));
        table.groups.clear();
        table.heads[0][0].span = 1;
        assert_eq!(table.check(), Err("level 0 of the heads spans 1 of 2 columns".into()));
    }
}
