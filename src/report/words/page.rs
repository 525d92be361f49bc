//! The page of the report, and the results section in LaTeX.

use serde::Serialize;

/// Texts of the page. Examples are the English ones.
#[derive(Debug, Clone, Copy, Serialize)]
pub struct PageTexts {
    /// The language as HTML calls it: `en`
    pub lang: &'static str,
    /// Headings of the sections, in their order: `Question`
    pub sections: [&'static str; 9],
    /// `Skip to the content`
    pub skip: &'static str,
    /// `Contents`
    pub contents: &'static str,
    /// `Experiment`
    pub experiment: &'static str,
    /// `simulated data`
    pub simulated: &'static str,
    /// `The experiment's own words`
    pub own_words: &'static str,
    /// Above everything that rests on simulated data.
    pub warning: &'static str,
    /// `File`
    pub file: &'static str,
    /// `BLAKE3 of the file`
    pub hash: &'static str,
    /// `Provenance`
    pub provenance: &'static str,
    /// `Note`
    pub note: &'static str,
    /// `Missing values`
    pub missing: &'static str,
    /// `Filled values`
    pub filled: &'static str,
    /// `Dropped`
    pub dropped: &'static str,
    /// `Sample`
    pub sample: &'static str,
    /// `every unit`
    pub every_unit: &'static str,
    /// `Variables`
    pub variables: &'static str,
    /// `Name`, `Label`, `Unit`, `Made from`
    pub variable_heads: [&'static str; 4],
    /// `a column of the file`
    pub a_column: &'static str,
    /// `Seed`
    pub seed: &'static str,
    /// `Cells`
    pub cells: &'static str,
    /// `Response`
    pub response: &'static str,
    /// `Controls`
    pub controls: &'static str,
    /// `Cells left out by`
    pub left_out: &'static str,
    /// `Cells added by`
    pub added: &'static str,
    /// `Tests`
    pub tests: &'static str,
    /// `Tests under their nulls`
    pub tests_under_null: &'static str,
    /// `Bootstraps`
    pub bootstraps: &'static str,
    /// `Randomisation of the measure`
    pub randomisation: &'static str,
    /// `Functions of coefficients`
    pub functions: &'static str,
    /// `Joint tests`
    pub joint_tests: &'static str,
    /// `What the decision rules chose`
    pub choices: &'static str,
    /// `Grid`, `Rule`, `Fit that is tested`, `Choice`
    pub choice_heads: [&'static str; 4],
    /// Over the table of claims: `How they stand`
    pub standings: &'static str,
    /// What the specification curve shows.
    pub curve: &'static str,
    /// Heads of the ranges, before those that name the level.
    pub still_heads: [&'static str; 6],
    /// `Cell`, `Kind`, `Reason`
    pub failed_heads: [&'static str; 3],
    /// `there is no record of this cell`
    pub no_record: &'static str,
    /// `Cell`, `Measure and spatial parameters`, `N`, `Log likelihood`
    pub cell_heads: [&'static str; 4],
    /// `id`, `sample`, `weights`, `seed`, `versions`, `show it`, `fit it again`
    pub made_from: [&'static str; 7],
    /// `Not run: there is no record of it`
    pub not_run: &'static str,
    /// `The numbers behind it`
    pub behind: &'static str,
    /// At the foot, before and after the experiment's name; the first after the program's.
    pub foot: [&'static str; 2],
    /// What the script says.
    pub script: ScriptTexts,
}

/// What the script says. Where it puts something in, there is `{name}`.
#[derive(Debug, Clone, Copy, Serialize)]
pub struct ScriptTexts {
    /// `Close`
    pub close: &'static str,
    /// `its row among all cells`
    pub row: &'static str,
    /// `the cell behind this number`
    pub behind: &'static str,
    /// `Which specifications are shown`
    pub which: &'static str,
    /// `p < {level}` and what else tells how to read the curve
    pub legend: [&'static str; 5],
    /// `Grid`
    pub grid: &'static str,
    /// `all grids`
    pub all_grids: &'static str,
    /// `Coefficient of`
    pub coefficient_of: &'static str,
    /// `Lag`
    pub lag: &'static str,
    /// `Effect`
    pub effect: &'static str,
    /// `coefficient`, `direct`, `indirect`, `total`
    pub effects: [&'static str; 4],
    /// `Order`
    pub order: &'static str,
    /// `by estimate`
    pub by_estimate: &'static str,
    /// `by {axis}`
    pub by_axis: &'static str,
    /// `same period`
    pub same_period: &'static str,
    /// `{n} back`
    pub back: &'static str,
    /// `{n} ahead`
    pub ahead: &'static str,
    /// `No specification is chosen that has this coefficient.`
    pub none: &'static str,
    /// How many there are and what they say.
    pub counted: &'static str,
    /// `Point at a specification, …`
    pub point: &'static str,
    /// `Specification curve of {title}`
    pub title: &'static str,
    /// `Estimate`
    pub estimate: &'static str,
    /// `{n} of {all}: {estimate}. {choices}. {cell}`
    pub at: &'static str,
}

/// A sentence or a phrase of the page with something of the experiment in it.
#[derive(Debug, Clone, Copy)]
pub enum PageNote<'a> {
    /// Units, periods, first and last of a sample.
    Sample(usize, i64, (i64, i64)),
    /// The smallest sample of a cell.
    Smallest(&'a str),
    /// How many more there are.
    More(usize),
    /// A name and how many there are.
    Count(&'a str, usize),
    /// A matrix by its name.
    Weights(&'a str),
    /// A region by its label.
    Region(&'a str),
    /// Units whose column has one of these values.
    UnitsWhose(&'a str, &'a [&'a str]),
    /// A series by its name.
    Moran(&'a str),
    /// What a series is of: variable, units, weights, permutations.
    MoranOf(&'a str, &'a str, &'a str, u32),
    /// A grid by its name.
    Grid(&'a str),
    /// How many rules.
    Rules(usize),
    /// What is permuted, and how often.
    Permuted(&'a str, u32),
    /// Cells: all, fitted, failed, without a record.
    Cells(usize, usize, usize, usize),
    /// A choice in some of all cells.
    Chosen(&'a str, usize, usize),
    /// An estimate in words: value, standard error, p with its sign, ends of the interval.
    Estimate(&'a str, &'a str, &'a str, [&'a str; 2]),
    /// Over the ranges of a grid.
    Ranges(&'a str),
    /// The share with the sign of the median that is significant at a level.
    AndBelow(&'a str),
    /// The share with the other sign that is.
    OtherBelow(&'a str),
    /// All cells were fitted.
    AllFitted(usize),
    /// Cells without a fit among all.
    Failed(usize, usize),
    /// How cells are shown.
    EveryCell(usize),
    /// Why a cell has no fit: kind and reason.
    NotFitted(&'a str, &'a str),
}

/// What is said of a table or a figure in the results section.
#[derive(Debug, Clone, Copy)]
pub enum Sentence<'a> {
    /// Variables described.
    Describes(usize),
    /// Fits shown.
    Fits(usize),
    /// Cells whose tests are shown.
    Tests(usize),
    /// No Moran's I.
    NoMoran,
    /// Moran's I: periods, the least and the most with their periods, level, significant ones.
    Moran(usize, (&'a str, i64), (&'a str, i64), &'a str, usize),
    /// Cells summed up.
    SumsUp(usize),
    /// Hypotheses without results.
    Family,
    /// Hypotheses, those rejected, level.
    Rejected(usize, usize, &'a str),
    /// Printed numbers.
    Published,
    /// Unit roots of variables.
    UnitRoots,
}

/// What comes after it.
#[derive(Debug, Clone, Copy)]
pub enum Finding<'a> {
    /// A coefficient: label, value, standard error, p with its sign.
    Coefficient(&'a str, &'a str, &'a str, &'a str),
    /// A coefficient over fits: label, lowest, highest, level, significant ones, all.
    Between(&'a str, &'a str, &'a str, &'a str, usize, usize),
    /// Tests: level, and by the fit they look at how often each rejects.
    Rejects(&'a str, &'a [(&'a str, Vec<Counted>)]),
    /// A range: label, least, greatest, median, significant share, fits, level.
    Range(&'a str, &'a str, &'a str, &'a str, &'a str, usize, &'a str),
}

/// A test: label, rejections, all.
pub type Counted = (String, usize, usize);

/// What the page and the results section say.
pub trait Pages {
    /// Texts of the page.
    fn page(&self) -> &'static PageTexts;
    /// A phrase of the page.
    fn page_note(&self, note: PageNote<'_>) -> String;
    /// Headings of the results section: data, spatial correlation, main results, regions,
    /// robustness.
    fn result_sections(&self) -> [&'static str; 5];
    /// What follows the reference to a table: `shows 4 fits: …`
    fn of_table(&self, said: Sentence<'_>, found: Option<Finding<'_>>) -> String;
    /// What follows the reference to a figure: `shows: caption.`
    fn of_figure(&self, caption: &str) -> String;
}
