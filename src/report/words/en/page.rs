use super::English;
use crate::report::words::{Counted, Finding, PageNote, PageTexts, Pages, ScriptTexts, Sentence};

const TEXTS: PageTexts = PageTexts {
    lang: "en",
    sections: [
        "Question",
        "Data",
        "Protocol",
        "Tables",
        "Figures",
        "Claims",
        "Specification curve",
        "Cells without a fit",
        "Every cell",
    ],
    skip: "Skip to the content",
    contents: "Contents",
    experiment: "Experiment",
    simulated: "simulated data",
    own_words: "The experiment's own words",
    warning: "These data are simulated: what follows says nothing of the world.",
    file: "File",
    hash: "BLAKE3 of the file",
    provenance: "Provenance",
    note: "Note",
    missing: "Missing values",
    filled: "Filled values",
    dropped: "Dropped",
    sample: "Sample",
    every_unit: "every unit",
    variables: "Variables",
    variable_heads: ["Name", "Label", "Unit", "Made from"],
    a_column: "a column of the file",
    seed: "Seed",
    cells: "Cells",
    response: "Response",
    controls: "Controls",
    left_out: "Cells left out by",
    added: "Cells added by",
    tests: "Tests",
    tests_under_null: "Tests under their nulls",
    bootstraps: "Bootstraps",
    randomisation: "Randomisation of the measure",
    functions: "Functions of coefficients",
    joint_tests: "Joint tests",
    choices: "What the decision rules chose",
    choice_heads: ["Grid", "Rule", "Fit that is tested", "Choice"],
    standings: "How they stand",
    curve: "Each point is a coefficient of one cell, with its 95 % interval; below it, the choices that \
            its cell makes. Estimates of different measures, or of models with and without Wy, are shown \
            as they are.",
    still_heads: ["Coefficient or effect", "Fits", "Min", "Median", "Max", "Sign of the median"],
    failed_heads: ["Cell", "Kind", "Reason"],
    no_record: "there is no record of this cell",
    cell_heads: ["Cell", "Measure and spatial parameters", "N", "Log likelihood"],
    made_from: ["id", "sample", "weights", "seed", "versions", "show it", "fit it again"],
    not_run: "Not run: there is no record of it",
    behind: "The numbers behind it",
    foot: ["Made from the stored records of ", "; nothing was fitted for it."],
    script: ScriptTexts {
        close: "Close",
        row: "its row among all cells",
        behind: "the cell behind this number",
        which: "Which specifications are shown",
        legend: [
            "● p < {level}",
            "○ p ≥ {level}",
            "blue: positive, orange: negative",
            "lines: 95 % intervals",
            "keys: ← → Home End choose a specification, Enter shows its cell",
        ],
        grid: "Grid",
        all_grids: "all grids",
        coefficient_of: "Coefficient of",
        lag: "Lag",
        effect: "Effect",
        effects: ["coefficient", "direct", "indirect", "total"],
        order: "Order",
        by_estimate: "by estimate",
        by_axis: "by {axis}",
        same_period: "same period",
        back: "{n} back",
        ahead: "{n} ahead",
        none: "No specification is chosen that has this coefficient.",
        counted: "{title}: {n} specifications, {up} positive ({up_below} with p < {level}), {down} \
                  negative ({down_below} with p < {level}).",
        point: "Point at a specification, or move to the curve with Tab and through it with the arrow \
                keys.",
        title: "Specification curve of {title}",
        estimate: "Estimate",
        at: "{n} of {all}: {estimate}. {choices}. {cell}",
    },
};

impl Pages for English {
    fn page(&self) -> &'static PageTexts {
        &TEXTS
    }

    fn page_note(&self, note: PageNote<'_>) -> String {
        match note {
            PageNote::Sample(units, periods, (first, last)) => {
                format!("{units} units × {periods} periods, {first}–{last}")
            }
            PageNote::Smallest(said) => format!("the smallest sample of a cell: {said}"),
            PageNote::More(more) => format!("and {more} more"),
            PageNote::Count(name, count) => format!("{name} ({count})"),
            PageNote::Weights(name) => format!("Weights {name}"),
            PageNote::Region(label) => format!("Region {label}"),
            PageNote::UnitsWhose(column, values) => {
                format!("units whose {column} is {}", values.join(" or "))
            }
            PageNote::Moran(id) => format!("Moran's I {id}"),
            PageNote::MoranOf(variable, units, weights, permutations) => {
                let permutations = if permutations == 0 {
                    "no permutations".to_owned()
                } else {
                    format!("{permutations} permutations")
                };
                format!("{variable} each period, {units}, {weights}, {permutations}")
            }
            PageNote::Grid(name) => format!("Grid {name}"),
            PageNote::Rules(count) => format!("{count} rules"),
            PageNote::Permuted(what, count) => format!("{what}, {count} permutations"),
            PageNote::Cells(all, fitted, failed, open) => {
                let failed = if failed > 0 { format!(", {failed} failed") } else { String::new() };
                let open =
                    if open > 0 { format!(", {open} without a record") } else { String::new() };
                format!("{all}: {fitted} fitted{failed}{open}")
            }
            PageNote::Chosen(name, some, all) => format!("{name} in {some} of {all} cells"),
            PageNote::Estimate(value, error, p, [low, high]) => {
                format!("{value}, standard error {error}, {p}, 95 % interval [{low}, {high}]")
            }
            PageNote::Ranges(grid) => {
                format!("Coefficients and effects over the cells of the grid {grid}")
            }
            PageNote::AndBelow(level) => format!("and p < {level}"),
            PageNote::OtherBelow(level) => format!("other sign, p < {level}"),
            PageNote::AllFitted(all) => format!("None: all {all} cells were fitted."),
            PageNote::Failed(some, all) => format!("{some} of {all} cells."),
            PageNote::EveryCell(count) => format!(
                "{count} cells. Commands are for the folder that the experiment was run in. Estimates \
                 have standard errors in parentheses; * p < 0.1, ** p < 0.05, *** p < 0.01."
            ),
            PageNote::NotFitted(kind, reason) => format!("Not fitted ({kind}): {reason}"),
        }
    }

    fn result_sections(&self) -> [&'static str; 5] {
        [
            "Data and descriptive statistics",
            "Spatial correlation",
            "Main results",
            "Regions",
            "Robustness",
        ]
    }

    fn of_table(&self, said: Sentence<'_>, found: Option<Finding<'_>>) -> String {
        let said = match said {
            Sentence::Describes(variables) => format!("describes {variables} variables"),
            Sentence::Fits(1) => "shows one fit".to_owned(),
            Sentence::Fits(fits) => format!("shows {fits} fits"),
            Sentence::Tests(cells) => format!("shows the tests of {cells} cells"),
            Sentence::NoMoran => "has no Moran's I".to_owned(),
            Sentence::Moran(periods, (least, first), (most, last), level, significant) => format!(
                "shows Moran's I of {periods} periods: it lies between {least} ({first}) and {most} \
                 ({last}), with p < {level} in {significant} of them"
            ),
            Sentence::SumsUp(cells) => format!("sums up {cells} cells"),
            Sentence::Family => "tests hypotheses together".to_owned(),
            Sentence::Rejected(all, rejected, level) => format!(
                "tests {all} hypotheses together: {rejected} of them have a Romano–Wolf p-value below \
                 {level}"
            ),
            Sentence::Published => "holds printed numbers against those computed".to_owned(),
            Sentence::UnitRoots => "tests variables for unit roots".to_owned(),
        };
        let found = found.map(|found| match found {
            Finding::Coefficient(label, value, error, p) => {
                format!(": the coefficient of {label} is {value} (standard error {error}, {p})")
            }
            Finding::Between(label, low, high, level, significant, all) => format!(
                ": the coefficient of {label} lies between {low} and {high}, with p < {level} in \
                 {significant} of {all}"
            ),
            Finding::Rejects(level, by_basis) => {
                let of = |(basis, tests): &(&str, Vec<Counted>)| {
                    let tests = tests.iter().map(|(t, n, all)| format!("{t} in {n} of {all}"));
                    format!("{basis}: {}", tests.collect::<Vec<_>>().join(", "))
                };
                let said: Vec<String> = by_basis.iter().map(of).collect();
                format!(". Each regression counted once, p < {level} has: {}", said.join("; "))
            }
            Finding::Range(label, least, greatest, median, share, fits, level) => format!(
                ": the coefficient of {label} ranges from {least} to {greatest} with median {median}; \
                 {share} of {fits} fits have the same sign and p < {level}"
            ),
        });
        format!("{said}{}.", found.unwrap_or_default())
    }

    fn of_figure(&self, caption: &str) -> String {
        format!("shows: {caption}.")
    }
}
